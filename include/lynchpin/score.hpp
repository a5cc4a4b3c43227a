// The answer to "how risky?". Include lynchpin.hpp instead.
#ifndef LYNCHPIN_SCORE_HPP
#define LYNCHPIN_SCORE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "internal.hpp"

namespace lynchpin {

/// The probability that a subject causes a failure, and what makes it so. Immutable. It keeps all
/// that its snapshot holds in memory.
///
///     const auto score = snapshot.score(subject::release("R-11"), at);
///     std::cout << "risk: " << score.probability() / 10000000 << " %\n";
///     for (const auto &change : score.changes()) {
///         for (const auto &part : change.contributions) {
///             std::cout << change.change << ' ' << part.factor << ' ' << part.log_odds << '\n';
///         }
///     }
class score : internal::object<lp_score, lp_score_free> {
public:
    /// What was scored.
    lynchpin::subject subject() const {
        const auto it = whole();
        return {subject_kind{it.subject_kind}, internal::copy(it.subject_id)};
    }
    /// The instant asked about.
    instant at() const { return internal::point(whole().at); }
    /// What scored it: the digest of the risk model that the policy names, or `scorecard/1`.
    std::string model() const { return internal::copy(whole().model); }
    /// The probability in parts per billion. For a release it lies between the next two, depending
    /// on whether its changes fail together or on their own.
    std::uint32_t probability() const { return whole().probability; }
    /// The least that it can be: for a release that of its riskiest change.
    std::uint32_t at_least() const { return whole().at_least; }
    /// The most that it can be: for a release as if its changes failed independently.
    std::uint32_t at_most() const { return whole().at_most; }
    /// How many changes of a release fail, and whether tier 1 is hit; zeros, unless a fitted model
    /// scored it.
    lynchpin::failures failures() const {
        const auto it = whole();
        return {it.failures_expected, it.failures_at_least, it.failures_at_most, it.tier_one};
    }
    /// Each change, in order of ids.
    std::vector<change_risk> changes() const {
        return internal::collect<change_risk>(whole().change_count, [&](std::size_t i) {
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
        return internal::collect<driver>(whole().driver_count, [&](std::size_t i) {
            const auto it = internal::fetch<lp_driver>(
                [&](auto *out) { return lp_score_driver_at(get(), i, out); });
            return driver{internal::copy(it.change), it.falls_by, it.share};
        });
    }
    /// The bytes that `snapshot::ask` answers to the same question.
    std::string json() const {
        return internal::document(
            [&](auto *out, auto **error) { return lp_score_json(get(), out, error); });
    }
    /// The score for people; any format but `mermaid` and `svg`.
    std::string report(format how = format::text) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_score_report(get(), internal::number(how), out, error);
        });
    }

private:
    friend class snapshot;
    explicit score(lp_score *owned) : object(owned) {}
    lp_risk whole() const {
        return internal::fetch<lp_risk>([&](auto *out) { return lp_score_whole(get(), out); });
    }
};

} // namespace lynchpin

#endif
