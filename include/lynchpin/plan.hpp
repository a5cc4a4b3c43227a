// The answer to "in which order?". Include lynchpin.hpp instead.
#ifndef LYNCHPIN_PLAN_HPP
#define LYNCHPIN_PLAN_HPP

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "internal.hpp"

namespace lynchpin {

/// An order in which changes ship, and what does not ship. Immutable. It keeps all that its
/// snapshot holds in memory.
///
///     const auto plan = snapshot.plan(subject::release("R-11"), at, "production");
///     for (const auto &wave : plan.waves()) {
///         std::cout << "wave:";
///         for (const auto &group : wave) {
///             for (const auto &change : group) {
///                 std::cout << ' ' << change;
///             }
///         }
///         std::cout << '\n';
///     }
class plan : internal::object<lp_plan, lp_plan_free> {
public:
    using group = std::vector<std::string>; ///< changes that ship as one, first to ship first

    /// What is planned.
    lynchpin::subject subject() const {
        return {subject_kind{lp_plan_subject_kind(get())},
                internal::copy(lp_plan_subject_id(get()))};
    }
    /// The stage it is planned for, also if none was asked for.
    std::string stage() const { return internal::copy(lp_plan_stage(get())); }
    /// The instant asked about.
    instant at() const { return internal::point(lp_plan_at(get())); }
    /// Which changes were held to be able to go.
    lynchpin::scope scope() const { return lynchpin::scope{lp_plan_scope(get())}; }
    /// What ships: waves, each of groups that can ship at the same time.
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
            std::vector<why> causes;
            for (const auto cause : {why::not_go, why::missing, why::cycle}) {
                if ((it.why & internal::number(cause)) != 0) {
                    causes.push_back(cause);
                }
            }
            return lynchpin::dropped{internal::copy(it.changes), internal::copy(it.roots),
                                     std::move(causes)};
        });
    }
    /// What changes need and do not find.
    std::vector<lynchpin::missing> missing() const {
        const auto count = lp_plan_missing_count(get());
        return internal::collect<lynchpin::missing>(count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_missing>(
                [&](auto *out) { return lp_plan_missing_at(get(), i, out); });
            return lynchpin::missing{internal::copy(it.change), internal::copy(it.needs)};
        });
    }
    /// The circles in which changes wait for each other.
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
    /// The pairs of changes that must be kept apart.
    std::vector<conflict> conflicts() const {
        return internal::collect<conflict>(lp_plan_conflict_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_conflict>(
                [&](auto *out) { return lp_plan_conflict_at(get(), i, out); });
            return conflict{internal::copy(it.first), internal::copy(it.second),
                            internal::copy(it.goes), conflict_scope{it.scope}};
        });
    }
    /// What is needed and planned to be done only after what needs it begins.
    std::vector<lynchpin::late> late() const {
        return internal::collect<lynchpin::late>(lp_plan_late_count(get()), [&](std::size_t i) {
            const auto it = internal::fetch<lp_late>(
                [&](auto *out) { return lp_plan_late_at(get(), i, out); });
            return lynchpin::late{internal::copy(it.change), internal::copy(it.needs),
                                  internal::point(it.starts), internal::point(it.done)};
        });
    }
    /// The chain of changes that takes longest, first to ship first.
    group critical_path() const { return internal::copy(lp_plan_critical_path(get())); }
    /// The sum of the efforts along that chain; a change without one counts as one minute.
    std::uint64_t critical_minutes() const { return lp_plan_critical_minutes(get()); }
    /// The changes in it that were cancelled.
    group cancelled() const { return internal::copy(lp_plan_cancelled(get())); }
    /// The changes in it that are not known.
    group unknown() const { return internal::copy(lp_plan_unknown(get())); }
    /// The bytes that `snapshot::ask` answers to the same question.
    std::string json() const {
        return internal::document(
            [&](auto *out, auto **error) { return lp_plan_json(get(), out, error); });
    }
    /// The plan for people, in any format.
    std::string report(format how = format::text) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_plan_report(get(), internal::number(how), out, error);
        });
    }

private:
    friend class snapshot;
    explicit plan(lp_plan *owned) : object(owned) {}
};

} // namespace lynchpin

#endif
