// What takes facts in, and what answers. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_ENGINE_HPP
#define LYNCHPIN_ENGINE_HPP

#include <string>
#include <string_view>
#include <vector>

#include "decision.hpp"
#include "internal.hpp"
#include "names.hpp"
#include "plan.hpp"
#include "score.hpp"

namespace lynchpin {

/// What an engine held at one moment. Immutable; any number of threads may ask it at once.
///
///     for (const auto &release : snapshot.releases(at)) {
///         std::cout << release << ": " << snapshot.decide(subject::release(release), at).report();
///     }
///
/// Every `at` is a time point of the system clock; parts of a microsecond are cut off, and one that
/// is not within the years 1970 to 9999 is refused. An empty stage means the first that the subject
/// has not wholly entered.
class snapshot : internal::object<lp_snapshot, lp_snapshot_free> {
public:
    /// Answers any question: JSON in, JSON out, the same bytes in every language. `lp_ask` says how
    /// a question looks.
    std::string ask(std::string_view question_json) const {
        return internal::document([&](auto *out, auto **error) {
            return lp_ask(get(), internal::lend(question_json), out, error);
        });
    }

    /// May it go there at that instant, and why?
    template <class Duration>
    lynchpin::decision decide(const subject &about, internal::time_point<Duration> at,
                              std::string_view stage = {}) const {
        const auto micros = internal::micros(at);
        return lynchpin::decision(internal::make<lp_decision>([&](auto **out, auto **error) {
            return lp_snapshot_decide(get(), internal::number(about.kind),
                                      internal::lend(about.id), internal::lend(stage), micros, out,
                                      error);
        }));
    }

    /// In which order does it ship, and what does not?
    template <class Duration>
    lynchpin::plan plan(const subject &about, internal::time_point<Duration> at,
                        std::string_view stage = {}, scope which = scope::all) const {
        const auto micros = internal::micros(at);
        return lynchpin::plan(internal::make<lp_plan>([&](auto **out, auto **error) {
            return lp_snapshot_plan(get(), internal::number(about.kind), internal::lend(about.id),
                                    internal::lend(stage), micros, internal::number(which), out,
                                    error);
        }));
    }

    /// How risky is it, and what makes it so?
    template <class Duration>
    lynchpin::score score(const subject &about, internal::time_point<Duration> at) const {
        const auto micros = internal::micros(at);
        return lynchpin::score(internal::make<lp_score>([&](auto **out, auto **error) {
            return lp_snapshot_score(get(), internal::number(about.kind), internal::lend(about.id),
                                     micros, out, error);
        }));
    }

    /// What does a change need, or what needs it, directly or through others? In order of ids,
    /// without the change itself.
    template <class Duration>
    std::vector<std::string> reach(std::string_view change, direction which,
                                   internal::time_point<Duration> at) const {
        const auto micros = internal::micros(at);
        return internal::ids([&](auto **out, auto **error) {
            return lp_snapshot_reach(get(), internal::lend(change), internal::number(which), micros,
                                     out, error);
        });
    }

    /// The releases known at that instant and not cancelled by then, in order of ids.
    template <class Duration>
    std::vector<std::string> releases(internal::time_point<Duration> at) const {
        const auto micros = internal::micros(at);
        return internal::ids([&](auto **out, auto **error) {
            return lp_snapshot_releases(get(), micros, out, error);
        });
    }

    /// The changes known at that instant and not cancelled by then, in order of ids.
    template <class Duration>
    std::vector<std::string> changes(internal::time_point<Duration> at) const {
        const auto micros = internal::micros(at);
        return internal::ids([&](auto **out, auto **error) {
            return lp_snapshot_changes(get(), micros, out, error);
        });
    }

    /// The stages of the portfolio, first to enter first.
    std::vector<std::string> stages() const {
        return internal::ids(
            [&](auto **out, auto **error) { return lp_snapshot_stages(get(), out, error); });
    }

private:
    friend class engine;
    explicit snapshot(lp_snapshot *owned) : object(owned) {}
};

/// Takes facts and a policy in. What answers questions is a snapshot of it.
///
///     lynchpin::engine engine;
///     engine.load(portfolio);
///     engine.set_policy(policy);
///     const auto snapshot = engine.snapshot();
class engine : internal::object<lp_engine, lp_engine_free> {
public:
    /// An engine that knows nothing yet. Throws if the library was built for other headers.
    explicit engine(limits most = limits::untrusted) : object(begin(most)) {}

    /// Takes in a portfolio document: all of it or, if it throws, nothing. May be called again.
    /// Takes time in proportion to everything held, not to the document alone.
    void load(std::string_view portfolio_json) {
        internal::outcome ended;
        ended.check(lp_engine_load(get(), internal::lend(portfolio_json), ended.out()));
    }

    /// Sets the policy (TOML) that answers from now on, also where the portfolio itself adopts one.
    ///
    /// Where the portfolio adopts none, this is the policy in force. Where it adopts another, every
    /// answer is a what-if: `decision::what_if` is true and `decision::is_go` false, whatever the
    /// verdict. If it throws, the former one stays.
    void set_policy(std::string_view policy_toml) {
        internal::outcome ended;
        ended.check(lp_engine_set_policy(get(), internal::lend(policy_toml), ended.out()));
    }

    /// All that was taken in so far; later facts do not change it. Cheap, but it waits for a load
    /// in progress in another thread.
    lynchpin::snapshot snapshot() const {
        return lynchpin::snapshot(internal::make<lp_snapshot>(
            [&](auto **out, auto **error) { return lp_engine_snapshot(get(), out, error); }));
    }

private:
    static lp_engine *begin(limits most) {
        if (abi_version() != LP_ABI_VERSION) {
            internal::refuse(status::other, "the headers are made for binary interface "
                                                + std::to_string(LP_ABI_VERSION)
                                                + ", the library has "
                                                + std::to_string(abi_version())
                                                + ": build again with its own headers");
        }
        return internal::make<lp_engine>([&](auto **out, auto **error) {
            return lp_engine_new(internal::number(most), out, error);
        });
    }
};

} // namespace lynchpin

#endif
