// lynchpin.hpp - the release-management engine for C++17: objects that free themselves, exceptions
// instead of statuses, strings and vectors instead of pointers. Header-only, over lynchpin.h.
//
//     lynchpin::engine engine;
//     engine.load(portfolio_json);
//     engine.set_policy(policy_toml);
//     const lynchpin::snapshot snapshot = engine.snapshot();
//     const auto decision = snapshot.decide(lynchpin::subject::release("R-11"), at, "production");
//     if (lynchpin::is_go(decision.verdict())) { ship(); }
//
// A "no" is a decision; only what is malformed or impossible throws `lynchpin::error`. Objects are
// moved, not copied; one that was moved from throws when it is used. All that is returned is a copy
// of its own. Any number of threads may use one object; only one may destroy it or move it.
#ifndef LYNCHPIN_HPP
#define LYNCHPIN_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lynchpin.h"

namespace lynchpin {

/// An instant as the engine keeps it: whole microseconds, 1970 to 9999.
using instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// The answer to "may it go?". Only `go` and `go_waived` are a go.
enum class verdict : std::uint32_t {
    not_applicable = LP_VERDICT_NOT_APPLICABLE,
    go = LP_VERDICT_GO,
    go_waived = LP_VERDICT_GO_WAIVED,
    wait = LP_VERDICT_WAIT,
    blocked = LP_VERDICT_BLOCKED,
    needs_action = LP_VERDICT_NEEDS_ACTION,
    unknown = LP_VERDICT_UNKNOWN,
    no_go = LP_VERDICT_NO_GO,
};

/// How a verdict that is no go becomes one: by itself (`at`, `unknown`) or when somebody acts.
enum class clears : std::uint32_t {
    now = LP_CLEARS_NOW, at = LP_CLEARS_AT,
    unknown = LP_CLEARS_UNKNOWN, on_action = LP_CLEARS_ON_ACTION,
};

/// How much a document may hold.
enum class limits : std::uint32_t { untrusted = LP_LIMITS_UNTRUSTED, bulk = LP_LIMITS_BULK };

/// How much of the reasons a JSON answer carries.
enum class detail : std::uint32_t {
    verdict = LP_DETAIL_VERDICT, unmet = LP_DETAIL_UNMET, full = LP_DETAIL_FULL,
};

/// Which changes a plan holds to be able to go.
enum class scope : std::uint32_t { all = LP_SCOPE_ALL, ready = LP_SCOPE_READY };

/// Until when two changes must be kept apart.
enum class conflict_scope : std::uint32_t {
    in_flight = LP_CONFLICT_IN_FLIGHT, exclusive = LP_CONFLICT_EXCLUSIVE,
};

/// What a question or an answer is about.
struct subject {
    std::uint32_t kind = 0; ///< LP_SUBJECT_CHANGE or LP_SUBJECT_RELEASE
    std::string id;

    static subject change(std::string_view id) { return {LP_SUBJECT_CHANGE, std::string(id)}; }
    static subject release(std::string_view id) { return {LP_SUBJECT_RELEASE, std::string(id)}; }
    bool operator==(const subject &other) const { return kind == other.kind && id == other.id; }
};

/// Who can act.
struct actor {
    std::uint32_t kind = 0; ///< LP_ACTOR_PERSON or LP_ACTOR_GROUP
    std::string id;
};

/// One thing that is wrong with a document or a question.
struct problem {
    std::uint32_t code = 0; ///< LP_STATUS_...
    std::string message;
    std::string path;         ///< such as `$.changes[3].requires`; empty if it has no place
    std::uint64_t line = 0;   ///< from 1; 0 if unknown
    std::uint64_t column = 0; ///< from 1; 0 if unknown
};

/// One node of the tree of reasons. The children of node i begin at i + 1, each follows at the
/// `next` of the one before, and they end before the `next` of node i.
struct reason {
    std::size_t index = 0;
    std::size_t next = 0;
    lynchpin::verdict verdict = lynchpin::verdict::no_go;
    std::uint32_t code = 0; ///< LP_REASON_...
    lynchpin::subject subject;
    std::string gate;        ///< empty if none asks
    std::string requirement; ///< empty if it is none
    std::string args_json;   ///< the figures behind it, by name
    std::vector<actor> act;  ///< who can change it
    lynchpin::clears clears = lynchpin::clears::on_action;
    std::optional<instant> clears_at;   ///< set if it clears by itself at a known instant
    std::optional<instant> holds_until; ///< unset: for ever, without a new fact
};

/// Changes that would ship as one and do not.
struct dropped {
    std::vector<std::string> changes;
    std::vector<std::string> roots; ///< whose groups hold them back in the end
    std::uint32_t why = 0;          ///< a sum of LP_DROPPED_ bits; 0 if they only wait for others
};

/// Something that a change needs and that is neither live in the stage nor in the item.
struct missing {
    std::string change;
    std::vector<std::string> needs; ///< any one of these would do
};

/// One change waits for another.
struct edge {
    std::string from;
    std::string kind; ///< `requires`, `after` or `together`
    std::string to;
};

/// Changes that wait for each other in a circle.
struct cycle {
    std::vector<std::string> changes;
    std::vector<edge> witness; ///< the circle that proves it
    bool exact = false;        ///< whether no shorter circle exists
    bool forbidden = true;     ///< whether they are refused; otherwise they ship as one group
};

/// Two changes that must be kept apart and are both in the item.
struct conflict {
    std::string first;
    std::string second;
    std::string goes; ///< the one that goes by a stated priority; empty if there is none
    conflict_scope scope = conflict_scope::exclusive;
};

/// What one factor adds to the log-odds of a change.
struct contribution {
    std::string factor;                 ///< such as `lines`
    std::optional<std::uint64_t> value; ///< unset if not known, which counts as the worst
    std::int64_t log_odds = 0;          ///< in billionths
};

/// The risk of one change.
struct change_risk {
    std::string change;
    std::uint32_t probability = 0; ///< in parts per billion
    std::int64_t log_odds = 0;     ///< in billionths: the baseline and all contributions, exactly
    std::int64_t baseline = 0;
    std::vector<contribution> contributions;
};

/// A change that drives the risk of its release.
struct driver {
    std::string change;
    std::uint32_t falls_by = 0; ///< by how much without it, in parts per billion
};

namespace internal {

inline lp_str lend(std::string_view text) { return lp_str{text.data(), text.size()}; }

inline std::string copy(lp_str text) {
    return text.len == 0 ? std::string() : std::string(text.ptr, text.len);
}

/// What a call gives for each index below a count.
template <class Item, class Call> std::vector<Item> collect(std::size_t count, Call call) {
    std::vector<Item> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(call(i));
    }
    return all;
}

inline std::vector<std::string> copy(lp_strs texts) {
    return collect<std::string>(texts.len, [&](std::size_t i) { return copy(texts.ptr[i]); });
}

inline instant point(std::int64_t micros) { return instant(std::chrono::microseconds(micros)); }

inline std::optional<instant> when(std::int64_t micros) {
    return micros == LP_NEVER ? std::nullopt : std::optional(point(micros));
}

template <class Duration>
using time_point = std::chrono::time_point<std::chrono::system_clock, Duration>;

template <class Duration> std::int64_t micros(time_point<Duration> at) {
    return std::chrono::floor<std::chrono::microseconds>(at.time_since_epoch()).count();
}

template <class View> View view() {
    View out{};
    out.struct_size = sizeof(View);
    return out;
}

/// Frees a buffer also if copying it throws.
struct buffer {
    lp_buf buf{nullptr, 0};
    buffer() = default;
    buffer(const buffer &) = delete;
    ~buffer() { lp_buf_free(&buf); }
    std::string text() const { return std::string(buf.ptr, buf.len); }
};

} // namespace internal

/// Whether a verdict is a go.
inline bool is_go(verdict it) noexcept { return lp_verdict_is_go(static_cast<std::uint32_t>(it)); }

/// The stable name of a verdict, such as `needs_action`.
inline std::string name(verdict it) {
    return internal::copy(lp_verdict_name(static_cast<std::uint32_t>(it)));
}

/// The stable name of an LP_REASON_ number, such as `approval_stale`.
inline std::string reason_name(std::uint32_t code) { return internal::copy(lp_reason_name(code)); }

/// The stable name of an LP_STATUS_ number, such as `duplicate_key`.
inline std::string status_name(std::uint32_t code) { return internal::copy(lp_status_name(code)); }

/// The version of the library.
inline std::string version() { return internal::copy(lp_version()); }

/// A document or a question was malformed, or the work was stopped. Never thrown for a "no".
class error : public std::runtime_error {
public:
    error(std::uint32_t status, const std::string &message, std::vector<problem> problems)
        : std::runtime_error(message), status_(status),
          problems_(std::make_shared<const std::vector<problem>>(std::move(problems))) {}

    /// The kind of the first problem: LP_STATUS_...
    std::uint32_t status() const noexcept { return status_; }
    /// Every problem found, with its place.
    const std::vector<problem> &problems() const noexcept { return *problems_; }

private:
    std::uint32_t status_;
    // Shared, so that copying an exception cannot throw.
    std::shared_ptr<const std::vector<problem>> problems_;
};

namespace internal {

/// Where a call leaves its error.
class outcome {
public:
    outcome() = default;
    outcome(const outcome &) = delete;
    ~outcome() { lp_error_free(error_); }

    lp_error **out() noexcept { return &error_; }

    /// Throws unless the call went well.
    void check(std::uint32_t status) const {
        if (status == LP_STATUS_OK) {
            return;
        }
        std::vector<problem> problems;
        for (std::size_t i = 0; i < lp_error_problem_count(error_); ++i) {
            auto it = view<lp_problem>();
            if (lp_error_problem_at(error_, i, &it) == LP_STATUS_OK) {
                problems.push_back({it.code, copy(it.message), copy(it.path), it.line, it.column});
            }
        }
        const lp_str message = lp_error_message(error_);
        throw error(status, copy(message.len == 0 ? lp_status_name(status) : message),
                    std::move(problems));
    }

private:
    lp_error *error_ = nullptr;
};

inline void check(std::uint32_t status) { outcome().check(status); }

/// Fills in a struct that begins with its size.
template <class View, class Call> View fetch(Call call) {
    auto out = view<View>();
    check(call(&out));
    return out;
}

/// The object or the bytes that a call makes.
template <class T, class Call> T *make(Call call) {
    T *out = nullptr;
    outcome outcome;
    outcome.check(call(&out, outcome.out()));
    return out;
}
template <class Call> std::string document(Call call) {
    buffer out;
    outcome outcome;
    outcome.check(call(&out.buf, outcome.out()));
    return out.text();
}

/// Owns an object of the library. One that was moved from reads as nothing in C; here it throws.
template <class T, void (*Free)(T *)> class object {
protected:
    explicit object(T *owned) : handle_(owned) {}
    T *get() const {
        if (handle_ == nullptr) {
            check(LP_STATUS_BAD_ARGUMENT);
        }
        return handle_.get();
    }

private:
    struct deleter {
        void operator()(T *object) const noexcept { Free(object); }
    };
    std::unique_ptr<T, deleter> handle_;
};

} // namespace internal

/// A verdict with the tree of reasons for it. Immutable.
class decision : internal::object<lp_decision, lp_decision_free> {
public:
    lynchpin::verdict verdict() const { return lynchpin::verdict{lp_decision_verdict(get())}; }
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
    lynchpin::subject subject() const {
        return {lp_decision_subject_kind(get()), internal::copy(lp_decision_subject_id(get()))};
    }
    std::string stage() const { return internal::copy(lp_decision_stage(get())); }
    instant at() const { return internal::point(lp_decision_at(get())); }
    /// The digest of the policy it was judged by; empty if there was none.
    std::string policy() const { return internal::copy(lp_decision_policy(get())); }
    std::string risk_model() const { return internal::copy(lp_decision_risk_model(get())); }
    /// Whether another policy than the one in force was applied.
    bool what_if() const { return lp_decision_what_if(get()); }

    std::size_t reason_count() const { return lp_decision_reason_count(get()); }
    lynchpin::reason reason(std::size_t index) const {
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
    /// The bytes that `snapshot::ask` answers to the same question, which is decided again.
    std::string json(detail how_much = detail::unmet) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_decision_json(get(), static_cast<std::uint32_t>(how_much), out, error);
        });
    }

private:
    friend class snapshot;
    explicit decision(lp_decision *owned) : object(owned) {}

    lynchpin::reason copy(const lp_reason &it) const {
        lynchpin::reason out;
        out.index = it.index;
        out.next = it.next;
        out.verdict = static_cast<lynchpin::verdict>(it.verdict);
        out.code = it.code;
        out.subject = {it.subject_kind, internal::copy(it.subject_id)};
        out.gate = internal::copy(it.gate);
        out.requirement = internal::copy(it.requirement);
        out.args_json = internal::copy(it.args_json);
        out.act = internal::collect<actor>(it.act_count, [&](std::size_t i) {
            const auto who = internal::fetch<lp_actor>(
                [&](auto *place) { return lp_decision_act_at(get(), it.index, i, place); });
            return actor{who.kind, internal::copy(who.id)};
        });
        out.clears = static_cast<lynchpin::clears>(it.clears);
        out.clears_at = internal::when(it.clears_at);
        out.holds_until = internal::when(it.holds_until);
        return out;
    }
};

/// An order in which changes ship, and what does not ship. Immutable.
class plan : internal::object<lp_plan, lp_plan_free> {
public:
    using group = std::vector<std::string>; ///< changes that ship as one, first to ship first

    lynchpin::subject subject() const {
        return {lp_plan_subject_kind(get()), internal::copy(lp_plan_subject_id(get()))};
    }
    std::string stage() const { return internal::copy(lp_plan_stage(get())); }
    instant at() const { return internal::point(lp_plan_at(get())); }
    lynchpin::scope scope() const { return lynchpin::scope{lp_plan_scope(get())}; }
    /// What ships: waves of groups of changes.
    std::vector<std::vector<group>> waves() const {
        const auto count = lp_plan_wave_count(get());
        return internal::collect<std::vector<group>>(count, [&](std::size_t wave) {
            return internal::collect<group>(
                lp_plan_group_count(get(), wave),
                [&](std::size_t i) { return internal::copy(lp_plan_group_at(get(), wave, i)); });
        });
    }
    /// What does not ship.
    std::vector<lynchpin::dropped> dropped() const {
        const auto count = lp_plan_dropped_count(get());
        return internal::collect<lynchpin::dropped>(count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_dropped>(
                [&](auto *out) { return lp_plan_dropped_at(get(), i, out); });
            return lynchpin::dropped{internal::copy(it.changes), internal::copy(it.roots), it.why};
        });
    }
    std::vector<lynchpin::missing> missing() const {
        const auto count = lp_plan_missing_count(get());
        return internal::collect<lynchpin::missing>(count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_missing>(
                [&](auto *out) { return lp_plan_missing_at(get(), i, out); });
            return lynchpin::missing{internal::copy(it.change), internal::copy(it.needs)};
        });
    }
    std::vector<cycle> cycles() const {
        return internal::collect<cycle>(lp_plan_cycle_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_cycle>(
                [&](auto *out) { return lp_plan_cycle_at(get(), i, out); });
            auto witness = internal::collect<edge>(it.edge_count, [&](std::size_t hop) {
                const auto step = internal::fetch<lp_edge>(
                    [&](auto *out) { return lp_plan_cycle_edge_at(get(), i, hop, out); });
                return edge{internal::copy(step.from), internal::copy(step.kind),
                            internal::copy(step.to)};
            });
            return cycle{internal::copy(it.changes), std::move(witness), it.exact, it.forbidden};
        });
    }
    std::vector<conflict> conflicts() const {
        return internal::collect<conflict>(lp_plan_conflict_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_conflict>(
                [&](auto *out) { return lp_plan_conflict_at(get(), i, out); });
            return conflict{internal::copy(it.first), internal::copy(it.second),
                            internal::copy(it.goes), static_cast<conflict_scope>(it.scope)};
        });
    }
    /// The chain of changes that takes longest, first to ship first.
    group critical_path() const { return internal::copy(lp_plan_critical_path(get())); }
    std::uint64_t critical_minutes() const { return lp_plan_critical_minutes(get()); }
    group cancelled() const { return internal::copy(lp_plan_cancelled(get())); }
    group unknown() const { return internal::copy(lp_plan_unknown(get())); }
    /// The bytes that `snapshot::ask` answers to the same question.
    std::string json() const {
        return internal::document(
            [&](auto *out, auto **error) { return lp_plan_json(get(), out, error); });
    }

private:
    friend class snapshot;
    explicit plan(lp_plan *owned) : object(owned) {}};

/// The probability that a subject causes a failure, and what makes it so. Immutable.
class score : internal::object<lp_score, lp_score_free> {
public:
    lynchpin::subject subject() const {
        return {lp_score_subject_kind(get()), internal::copy(lp_score_subject_id(get()))};
    }
    instant at() const { return internal::point(lp_score_at(get())); }
    std::string model() const { return internal::copy(lp_score_model(get())); }
    /// The probability in parts per billion. For a release it lies between these two, depending on
    /// whether its changes fail together or on their own.
    std::uint32_t probability() const { return lp_score_probability(get()); }
    std::uint32_t at_least() const { return lp_score_at_least(get()); }
    std::uint32_t at_most() const { return lp_score_at_most(get()); }
    /// Each change, in order of ids.
    std::vector<change_risk> changes() const {
        return internal::collect<change_risk>(lp_score_change_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_change_risk>(
                [&](auto *out) { return lp_score_change_at(get(), i, out); });
            auto parts = internal::collect<contribution>(it.contribution_count, [&](auto factor) {
                const auto part = internal::fetch<lp_contribution>(
                    [&](auto *out) { return lp_score_contribution_at(get(), i, factor, out); });
                const auto value = part.known ? std::optional(part.value) : std::nullopt;
                return contribution{internal::copy(part.factor), value, part.log_odds};
            });
            return change_risk{internal::copy(it.change), it.probability, it.log_odds, it.baseline,
                               std::move(parts)};
        });
    }
    /// The changes that drive the risk of a release, the strongest first.
    std::vector<driver> drivers() const {
        return internal::collect<driver>(lp_score_driver_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_driver>(
                [&](auto *out) { return lp_score_driver_at(get(), i, out); });
            return driver{internal::copy(it.change), it.falls_by};
        });
    }
    /// The bytes that `snapshot::ask` answers to the same question.
    std::string json() const {
        return internal::document(
            [&](auto *out, auto **error) { return lp_score_json(get(), out, error); });
    }

private:
    friend class snapshot;
    explicit score(lp_score *owned) : object(owned) {}};

/// What an engine held at one moment. Immutable; any number of threads may ask it at once.
///
/// Every `at` is a time point of the system clock; parts of a microsecond are cut off. An empty
/// stage means the first that the subject has not wholly entered.
class snapshot : internal::object<lp_snapshot, lp_snapshot_free> {
public:
    /// Answers any question: JSON in, JSON out, the same bytes in every language.
    std::string ask(std::string_view question_json) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_ask(get(), internal::lend(question_json), out, error);
        });
    }

    /// May it go there at that instant, and why?
    template <class Duration>
    lynchpin::decision decide(const subject &about, internal::time_point<Duration> at,
                              std::string_view stage = {}) const {
        return lynchpin::decision(internal::make<lp_decision>([&](auto **out, auto **error) {
            return lp_snapshot_decide(get(), about.kind, internal::lend(about.id),
                                      internal::lend(stage), internal::micros(at), out, error);
        }));
    }

    /// In which order does it ship, and what does not?
    template <class Duration>
    lynchpin::plan plan(const subject &about, internal::time_point<Duration> at,
                        std::string_view stage = {}, scope which = scope::all) const {
        return lynchpin::plan(internal::make<lp_plan>([&](auto **out, auto **error) {
            return lp_snapshot_plan(get(), about.kind, internal::lend(about.id),
                                    internal::lend(stage), internal::micros(at),
                                    static_cast<std::uint32_t>(which), out, error);
        }));
    }

    /// How risky is it, and what makes it so?
    template <class Duration>
    lynchpin::score score(const subject &about, internal::time_point<Duration> at) const {
        return lynchpin::score(internal::make<lp_score>([&](auto **out, auto **error) {
            return lp_snapshot_score(get(), about.kind, internal::lend(about.id),
                                     internal::micros(at), out, error);
        }));
    }

private:
    friend class engine;
    explicit snapshot(lp_snapshot *owned) : object(owned) {}};

/// Takes facts and a policy in. What answers questions is a snapshot of it.
class engine : internal::object<lp_engine, lp_engine_free> {
public:
    explicit engine(limits most = limits::untrusted)
        : object(internal::make<lp_engine>([&](auto **out, auto **error) {
              return lp_engine_new(static_cast<std::uint32_t>(most), out, error); })) {}

    /// Takes in a portfolio document: all of it or, if it throws, nothing.
    void load(std::string_view portfolio_json) {
        internal::outcome outcome;
        outcome.check(lp_engine_load(get(), internal::lend(portfolio_json), outcome.out()));
    }

    /// Sets the policy (TOML) that is in force where the portfolio itself adopts none.
    void set_policy(std::string_view policy_toml) {
        internal::outcome outcome;
        outcome.check(lp_engine_set_policy(get(), internal::lend(policy_toml), outcome.out()));
    }

    /// All that was taken in so far; later facts do not change it.
    lynchpin::snapshot snapshot() const {
        return lynchpin::snapshot(internal::make<lp_snapshot>(
            [&](auto **out, auto **error) { return lp_engine_snapshot(get(), out, error); }));
    }
};

} // namespace lynchpin

#endif
