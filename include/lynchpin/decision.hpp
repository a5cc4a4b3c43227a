// The answer to "may it go?". Include lynchpin.hpp instead.
#ifndef LYNCHPIN_DECISION_HPP
#define LYNCHPIN_DECISION_HPP

#include <optional>
#include <string>
#include <vector>

#include "internal.hpp"

namespace lynchpin {

/// A verdict with the tree of reasons for it. Immutable. It keeps all that its snapshot holds in
/// memory.
///
///     const auto decision = snapshot.decide(subject::release("R-11"), at, "production");
///     std::cout << "R-11 to production: " << name(decision.verdict()) << '\n';
///     for (const auto &reason : decision.root_blockers()) {
///         std::cout << "- " << lynchpin::reason_name(reason.code) << reason.args_json << '\n';
///     }
class decision : internal::object<lp_decision, lp_decision_free> {
public:
    /// Whether it may go: a go, waived or not, by the policy in force. The one thing that a program
    /// that deploys has to ask. False for a what-if, whatever its verdict.
    bool is_go() const { return lp_decision_is_go(get()); }
    /// The verdict. That of a what-if lets nothing go: see `is_go`.
    lynchpin::verdict verdict() const { return lynchpin::verdict{lp_decision_verdict(get())}; }
    /// Whether another policy than the one in force was applied: `engine::set_policy` was given one
    /// that is not the one that the portfolio adopts. Worth nothing to a gate.
    bool what_if() const { return lp_decision_what_if(get()); }
    /// How it becomes a go.
    lynchpin::clears clears() const { return lynchpin::clears{lp_decision_clears(get())}; }
    /// When it becomes a go by itself, if that is known.
    std::optional<instant> clears_at() const {
        return internal::when(lp_decision_clears_at(get()));
    }
    /// The first instant at which the answer may change without a new fact; unset if there is none.
    std::optional<instant> holds_until() const {
        return internal::when(lp_decision_holds_until(get()));
    }
    /// What was asked about.
    lynchpin::subject subject() const {
        return {subject_kind{lp_decision_subject_kind(get())},
                internal::copy(lp_decision_subject_id(get()))};
    }
    /// The stage that was judged, also if none was asked for.
    std::string stage() const { return internal::copy(lp_decision_stage(get())); }
    /// The instant asked about.
    instant at() const { return internal::point(lp_decision_at(get())); }
    /// The digest of the policy it was judged by; empty if there was none.
    std::string policy() const { return internal::copy(lp_decision_policy(get())); }
    /// The digest of the risk model that scored, or `scorecard/1`; empty if the policy asks for
    /// no risk.
    std::string risk_model() const { return internal::copy(lp_decision_risk_model(get())); }

    /// How many reasons there are, the root included.
    std::size_t reason_count() const { return lp_decision_reason_count(get()); }
    /// One reason, by its index from 0, which is the root.
    lynchpin::reason reason(std::size_t index) const {
        internal::check_index(index, reason_count());
        return copy(internal::fetch<lp_reason>(
            [&](auto *out) { return lp_decision_reason_at(get(), index, out); }));
    }
    /// All reasons, the root first.
    std::vector<lynchpin::reason> reasons() const {
        return internal::collect<lynchpin::reason>(
            reason_count(), [&](std::size_t i) { return reason(i); });
    }
    /// The reasons that hold the answer back and were not merely passed on along a dependency.
    std::vector<lynchpin::reason> root_blockers() const {
        const auto count = lp_decision_root_blocker_count(get());
        return internal::collect<lynchpin::reason>(count, [&](std::size_t i) {
            return copy(internal::fetch<lp_reason>(
                [&](auto *out) { return lp_decision_root_blocker_at(get(), i, out); }));
        });
    }
    /// The reason that holds the verdict of each change of a release, in order of ids; that of the
    /// change itself, if it is one.
    std::vector<lynchpin::reason> changes() const {
        const auto count = lp_decision_change_count(get());
        return internal::collect<lynchpin::reason>(count, [&](std::size_t i) {
            return copy(internal::fetch<lp_reason>(
                [&](auto *out) { return lp_decision_change_at(get(), i, out); }));
        });
    }
    /// The facts that a reason rests on: their kind and the digest of their content, such as
    /// `approvals/sha256:77ab...`, sorted.
    std::vector<std::string> cites(std::size_t reason) const {
        internal::check_index(reason, reason_count());
        return internal::copy(lp_decision_cites(get(), reason));
    }
    /// The bytes that `snapshot::ask` answers to the same question, which is decided again.
    std::string json(detail how_much = detail::unmet) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_decision_json(get(), internal::number(how_much), out, error);
        });
    }
    /// The decision for people; any format but `mermaid` and `svg`.
    std::string report(format how = format::text) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_decision_report(get(), internal::number(how), out, error);
        });
    }

private:
    friend class snapshot;
    explicit decision(lp_decision *owned) : object(owned) {}

    lynchpin::reason copy(const lp_reason &it) const {
        lynchpin::reason out;
        out.index = it.index;
        out.next = it.next;
        out.verdict = lynchpin::verdict{it.verdict};
        out.code = reason_code{it.code};
        out.subject = {subject_kind{it.subject_kind}, internal::copy(it.subject_id)};
        out.gate = internal::copy(it.gate);
        out.requirement = internal::copy(it.requirement);
        out.args_json = internal::copy(it.args_json);
        out.act = internal::collect<actor>(it.act_count, [&](std::size_t i) {
            const auto who = internal::fetch<lp_actor>(
                [&](auto *place) { return lp_decision_act_at(get(), it.index, i, place); });
            return actor{actor_kind{who.kind}, internal::copy(who.id)};
        });
        out.clears = lynchpin::clears{it.clears};
        out.clears_at = internal::when(it.clears_at);
        out.holds_until = internal::when(it.holds_until);
        return out;
    }
};

} // namespace lynchpin

#endif
