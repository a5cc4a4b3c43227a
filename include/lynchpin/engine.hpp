// What takes facts in, and what answers. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_ENGINE_HPP
#define LYNCHPIN_ENGINE_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decision.hpp"
#include "internal.hpp"
#include "names.hpp"
#include "plan.hpp"
#include "question.hpp"
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

    /// May work go on there for that change or release, and when and why does that change? By the
    /// freezes known by then and the windows that the policy asks for; what rules and exceptions
    /// let pass is asked of a decision. This answer and those below are documents, as `ask` gives.
    template <class Duration>
    std::string calendar(const subject &about, internal::time_point<Duration> at,
                         std::string_view stage, std::string_view environment = {}) const {
        return internal::question("calendar")
            .with("subject", about)
            .with("stage", stage)
            .with("environment", environment)
            .with("at", at)
            .ask(get());
    }

    /// May work go on there, for a service or, if none is named, for anything?
    template <class Duration>
    std::string calendar(internal::time_point<Duration> at, std::string_view stage,
                         std::string_view service = {}, std::string_view environment = {}) const {
        return internal::question("calendar")
            .with("service", service)
            .with("stage", stage)
            .with("environment", environment)
            .with("at", at)
            .ask(get());
    }

    /// May it enter now? A `claim`, which is the entry to append, or the `decision` that refuses
    /// it. `at` is not before the newest fact was recorded; nothing has entered before the entry
    /// is taken in.
    ///
    ///     const auto entry = snapshot.claim(subject::change("C-4"), at, "mei");
    template <class Duration>
    std::string claim(const subject &about, internal::time_point<Duration> at,
                      std::string_view by, const claim_terms &terms = {}) const {
        return internal::question("claim")
            .with("subject", about)
            .with("stage", terms.stage)
            .with("at", at)
            .with("by", by)
            .with("via", terms.via)
            .with("digest", terms.digest)
            .with("expires", terms.expires)
            .with("not_after", terms.not_after)
            .with("detail", internal::word(terms.how_much))
            .ask(get());
    }

    /// May it go? As a fact to keep (`record`), which a claim may show.
    template <class Duration>
    std::string record(const subject &about, internal::time_point<Duration> at,
                       std::string_view by, std::string_view stage = {}) const {
        return internal::question("record")
            .with("subject", about)
            .with("stage", stage)
            .with("at", at)
            .with("by", by)
            .ask(get());
    }

    /// What was deployed without a claim, if the policy asks for claims.
    template <class Duration> std::string breaches(internal::time_point<Duration> at) const {
        return internal::question("breaches").with("at", at).ask(get());
    }

    /// Whether each release, with each of its changes, and each change in none may go, without the
    /// reasons. For the first stage that each has not wholly entered, if none is named.
    template <class Duration>
    std::string verdicts(internal::time_point<Duration> at, std::string_view stage = {}) const {
        return internal::question("verdicts").with("stage", stage).with("at", at).ask(get());
    }

    /// What is or was owed since something entered a stage, by whom and until when.
    template <class Duration> std::string obligations(internal::time_point<Duration> at) const {
        return internal::question("obligations").with("at", at).ask(get());
    }

    /// What waits for somebody, or for everybody if nobody is named, of all that is open? Within a
    /// time, if one is given.
    template <class Duration>
    std::string waiting(internal::time_point<Duration> at, const std::optional<actor> &who = {},
                        std::optional<std::chrono::seconds> within = {}) const {
        return internal::question("waiting")
            .with("who", who)
            .with("at", at)
            .with("within", within)
            .ask(get());
    }

    /// What is a board to decide at its next meeting?
    template <class Duration>
    std::string agenda(std::string_view board, internal::time_point<Duration> at) const {
        return internal::question("agenda").with("board", board).with("at", at).ask(get());
    }

    /// What ends within a time, and what becomes a go or ceases to be one by then?
    template <class Duration>
    std::string ending(internal::time_point<Duration> at, std::chrono::seconds within) const {
        return internal::question("ending")
            .with("at", at)
            .with("within", std::optional(within))
            .ask(get());
    }

    /// What rests on waivers, since when and for how long yet?
    template <class Duration> std::string waiver_debt(internal::time_point<Duration> at) const {
        return internal::question("waiver_debt").with("at", at).ask(get());
    }

    /// What was deployed into a stage from an instant until right before another, as known at a
    /// third, and who asked for, approved, showed and claimed each?
    template <class From, class To, class At>
    std::string population(std::string_view stage, internal::time_point<From> from,
                           internal::time_point<To> to, internal::time_point<At> at) const {
        return internal::question("population")
            .with("stage", stage)
            .with("from", from)
            .with("to", to)
            .with("at", at)
            .ask(get());
    }

    /// Which of these may go in parallel, first to go first, which must wait, and what if one
    /// fails? At most `slots` at once, if given; and which `runs` are likeliest to be needed.
    ///
    ///     snapshot.queue("production", at, {{subject::release("R-11"), "0.02"},
    ///                                       {subject::change("C-4"), ""}}, 4, 10);
    template <class Duration>
    std::string queue(std::string_view stage, internal::time_point<Duration> at,
                      const std::vector<queue_item> &items, std::optional<std::uint32_t> slots = {},
                      std::uint32_t runs = 0) const {
        return internal::question("queue")
            .with("stage", stage)
            .with("at", at)
            .with("items", items)
            .with("slots", slots)
            .with("runs", std::optional(runs))
            .ask(get());
    }

    /// Which changes of a release are worth most together and can ship, each worth 1? With no
    /// stage, to the first that they have not all entered. Values, budgets and further candidates
    /// are for `ask`:
    ///
    ///     snapshot.ask(R"({"compose": {"release": "R-11", "budgets": {"effort_minutes": 600},
    ///                      "candidates": [{"change": "C-7", "value": 5}],
    ///                      "at": "2026-11-03T10:00:00Z"}})");
    template <class Duration>
    std::string compose(std::string_view release, internal::time_point<Duration> at,
                        std::string_view stage = {}) const {
        return internal::question("compose")
            .with("release", release)
            .with("stage", stage)
            .with("at", at)
            .ask(get());
    }

    /// What is the least that must be done for it to go, and who can? It waits only where nothing
    /// else helps, or with `waiting` "allow" wherever that spares an act.
    template <class Duration>
    std::string actions(const subject &about, internal::time_point<Duration> at,
                        std::string_view stage = {}, std::string_view waiting = {}) const {
        return internal::question("actions")
            .with("subject", about)
            .with("stage", stage)
            .with("waiting", waiting)
            .with("at", at)
            .ask(get());
    }

    /// Which open releases get in each other's way, and over what? Only those planned in a period,
    /// if its ends are given.
    template <class Duration>
    std::string collisions(internal::time_point<Duration> at,
                           const std::optional<instant> &from = {},
                           const std::optional<instant> &to = {}) const {
        return internal::question("collisions")
            .with("from", from)
            .with("to", to)
            .with("at", at)
            .ask(get());
    }

    /// Where is it in its workflow, where may it go now, and why not elsewhere? In the workflow of
    /// that name or text (TOML), if one is given; `close_code` says how it ended, if it is to be
    /// closed.
    template <class Duration>
    std::string next_states(const subject &about, internal::time_point<Duration> at,
                            std::string_view workflow = {},
                            std::string_view close_code = {}) const {
        return internal::question("next_states")
            .with("subject", about)
            .with("workflow", workflow)
            .with("close_code", close_code)
            .with("at", at)
            .ask(get());
    }

    /// Which policies came into force, and which adoptions had no effect.
    template <class Duration> std::string policies(internal::time_point<Duration> at) const {
        return internal::question("policies").with("at", at).ask(get());
    }

    /// What changed in a decision between two instants, and through which facts?
    template <class Duration, class Other>
    std::string changed(const subject &about, internal::time_point<Duration> from,
                        internal::time_point<Other> to, std::string_view stage = {}) const {
        return internal::question("changed")
            .with("subject", about)
            .with("stage", stage)
            .with("from", from)
            .with("to", to)
            .ask(get());
    }

    /// What is wrong with a policy (TOML)? With that in force, if none is given: `lint`.
    template <class Duration>
    std::string lint_policy(internal::time_point<Duration> at,
                            std::string_view policy_toml = {}) const {
        return internal::question("lint_policy")
            .with("policy", policy_toml)
            .with("at", at)
            .ask(get());
    }

    /// What differs between two policies (TOML), and which way does it lean? From the one in force,
    /// if no earlier one is given: `comparison`.
    template <class Duration>
    std::string compare_policies(std::string_view after_toml, internal::time_point<Duration> at,
                                 std::string_view before_toml = {}) const {
        return internal::question("compare_policies")
            .with("before", before_toml)
            .with("after", after_toml)
            .with("at", at)
            .ask(get());
    }

    /// Which decisions would another policy (TOML) flip? Over every deployment begun since an
    /// instant, or over what is open.
    template <class Duration>
    std::string dry_run(std::string_view policy_toml, internal::time_point<Duration> at,
                        const std::optional<instant> &since = {}) const {
        return internal::question("dry_run")
            .with("policy", policy_toml)
            .with("at", at)
            .with("since", since)
            .ask(get());
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
    friend class ledger;
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
