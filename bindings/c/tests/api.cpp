// The C++ classes, used as meant and as not meant.
#include <chrono>
#include <iostream>
#include <limits>
#include <set>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "lynchpin.hpp"
#include "lynchpin.hpp" // twice does no harm
#include "sample.h"

namespace {

using lynchpin::subject;
using std::chrono::microseconds;

const lynchpin::instant at{microseconds(SAMPLE_AT)};

static_assert(!std::is_copy_constructible_v<lynchpin::engine>);
static_assert(!std::is_copy_assignable_v<lynchpin::snapshot>);
static_assert(std::is_nothrow_move_constructible_v<lynchpin::decision>);
static_assert(std::is_nothrow_move_assignable_v<lynchpin::plan>);
static_assert(!std::is_default_constructible_v<lynchpin::score>);
static_assert(std::is_nothrow_copy_constructible_v<lynchpin::error>);
static_assert(!std::is_copy_assignable_v<lynchpin::internal::outcome>);
static_assert(!std::is_copy_assignable_v<lynchpin::internal::buffer>);

lynchpin::snapshot sample() {
    lynchpin::engine engine(lynchpin::limits::bulk);
    engine.load(SAMPLE_PORTFOLIO);
    engine.set_policy(SAMPLE_POLICY);
    return engine.snapshot();
}

using lynchpin::reason_code;
using lynchpin::status;

/// How a body ends; whatever it throws must explain itself.
template <class Body> status status_of(Body body) {
    try {
        body();
    } catch (const lynchpin::error &error) {
        CHECK(!error.problems().empty() && error.problems()[0].code == error.status());
        CHECK(error.problems()[0].message.size() > 20);
        CHECK(std::string(error.what()).find(error.problems()[0].message) != std::string::npos);
        const auto begin = R"({"problems":[{"code":")" + lynchpin::status_name(error.status());
        CHECK(error.json().rfind(begin, 0) == 0 && error.json().back() == '}');
        return error.status();
    }
    return status::ok;
}

void decisions(const lynchpin::snapshot &snapshot) {
    const auto decision = snapshot.decide(subject::change("C-6"), at, "production");
    CHECK(decision.verdict() == lynchpin::verdict::needs_action);
    CHECK(!lynchpin::is_go(decision.verdict()) && !decision.is_go());
    CHECK(lynchpin::name(decision.verdict()) == "needs_action");
    CHECK(decision.clears() == lynchpin::clears::on_action && !decision.clears_at());
    CHECK(!decision.holds_until());
    CHECK(decision.subject() == subject::change("C-6") && decision.stage() == "production");
    CHECK(decision.at() == at && decision.policy().rfind("sha256:", 0) == 0);
    CHECK(!decision.what_if() && decision.risk_model().empty());
    const auto reasons = decision.reasons();
    CHECK(reasons.size() == decision.reason_count() && reasons.size() > 2);
    CHECK(reasons[0].next == reasons.size() && reasons[0].index == 0);
    const auto blockers = decision.root_blockers();
    CHECK(blockers.size() == 1);
    CHECK(blockers[0].code == reason_code::approval_missing);
    CHECK(lynchpin::reason_name(blockers[0].code) == "approval_missing");
    CHECK(lynchpin::reason_text(blockers[0].code).size() > 5);
    const auto stale = lynchpin::state_of(lynchpin::verdict::wait, true);
    CHECK(stale == lynchpin::gate_state::stale && lynchpin::name(stale) == "stale");
    CHECK(lynchpin::name(lynchpin::gate_event::held) == "held");
    CHECK(lynchpin::move_of(stale, lynchpin::gate_event::entered)
          == lynchpin::gate_move::breaches);
    CHECK(lynchpin::profile("itil").rfind("# The careful way: ", 0) == 0);
    CHECK(lynchpin::profile("waterfall").empty());
    CHECK(lynchpin::workflow_report("continuous").rfind("continuous: ", 0) == 0);
    CHECK(status_of([&] { (void)lynchpin::workflow_report("nothing"); })
          == status::workflow_unknown);
    CHECK(blockers[0].gate == "board" && blockers[0].requirement == "board");
    CHECK(blockers[0].act.size() == 1 && blockers[0].act[0].kind == lynchpin::actor_kind::group);
    CHECK(blockers[0].act[0].id == "cab" && blockers[0].args_json.front() == '{');
    CHECK(status_of([&] { (void)decision.reason(reasons.size()); }) == status::bad_argument);
    CHECK(status_of([&] { (void)decision.cites(reasons.size()); }) == status::bad_argument);
    const auto changes = decision.changes();
    CHECK(changes.size() == 1 && changes[0].subject == subject::change("C-6"));
    CHECK(decision.report().find("NEEDS ACTION") != std::string::npos);
    CHECK(decision.report(lynchpin::format::markdown) != decision.report());
    CHECK(status_of([&] { (void)decision.report(lynchpin::format::svg); })
          == status::bad_argument);
    CHECK(decision.json(lynchpin::detail::full)
          == snapshot.ask(R"({"decide": {"subject": {"change": "C-6"}, "stage": "production",
                              "at": "2026-11-04T00:00:00Z", "detail": "full"}})"));
    // Coarser and finer time points of the system clock are taken as they are.
    const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(at);
    const std::chrono::system_clock::time_point native(at);
    CHECK(snapshot.decide(subject::change("C-6"), seconds, "production").at() == at);
    CHECK(snapshot.decide(subject::change("C-6"), native, "production").at() == at);
    // Without a stage it is the first one, which the policy leaves open.
    const auto first = snapshot.decide(subject::change("C-6"), at);
    CHECK(first.stage() == "staging" && first.verdict() == lynchpin::verdict::go);
    CHECK(first.is_go());
    const auto one = snapshot.decide(subject::change("C-1"), at, "production");
    std::size_t cited = 0;
    for (const auto &reason : one.reasons()) {
        for (const auto &fact : one.cites(reason.index)) {
            CHECK(fact.rfind("approvals/sha256:", 0) == 0);
            ++cited;
        }
    }
    CHECK(cited == 1);
    const auto later = one.holds_until();
    CHECK(later && *later == at + std::chrono::hours(12));
}

void plans(const lynchpin::snapshot &snapshot) {
    const auto plan = snapshot.plan(subject::release("R-1"), at, "production");
    using waves = std::vector<std::vector<lynchpin::plan::group>>;
    CHECK(plan.waves() == (waves{{{"C-10", "C-11"}, {"C-6"}}, {{"C-1"}}}));
    CHECK(plan.subject() == subject::release("R-1") && plan.stage() == "production");
    CHECK(plan.at() == at && plan.scope() == lynchpin::scope::all);
    CHECK(plan.critical_path().size() == 3 && plan.critical_minutes() == 3);
    CHECK(plan.cancelled() == lynchpin::plan::group{"C-7"});
    CHECK(plan.unknown() == lynchpin::plan::group{"C-8"});
    const auto missing = plan.missing();
    CHECK(missing.size() == 1 && missing[0].change == "C-2");
    CHECK(missing[0].needs == lynchpin::plan::group{"C-9"});
    const auto cycles = plan.cycles();
    CHECK(cycles.size() == 1 && cycles[0].exact && cycles[0].forbidden);
    CHECK(cycles[0].witness.size() == 2 && cycles[0].witness[1].to == "C-3");
    const auto conflicts = plan.conflicts();
    CHECK(conflicts.size() == 1 && conflicts[0].goes == "C-6");
    CHECK(conflicts[0].scope == lynchpin::conflict_scope::in_flight);
    std::set<lynchpin::why> causes;
    for (const auto &dropped : plan.dropped()) {
        CHECK(!dropped.changes.empty() && !dropped.roots.empty());
        causes.insert(dropped.why.begin(), dropped.why.end());
    }
    CHECK(causes.size() == 3);
    CHECK(plan.report(lynchpin::format::svg).rfind("<svg", 0) == 0);
    CHECK(plan.report() != plan.report(lynchpin::format::mermaid));
    const auto ready =
        snapshot.plan(subject::release("R-1"), at, "production", lynchpin::scope::ready);
    CHECK(ready.scope() == lynchpin::scope::ready && ready.json() != plan.json());
}

void scores(const lynchpin::snapshot &snapshot) {
    const auto score = snapshot.score(subject::change("C-1"), at);
    CHECK(score.subject() == subject::change("C-1") && score.at() == at);
    CHECK(score.model() == "scorecard/1" && score.drivers().empty());
    CHECK(score.probability() == score.at_least() && score.probability() == score.at_most());
    const auto changes = score.changes();
    CHECK(changes.size() == 1 && changes[0].change == "C-1");
    CHECK(changes[0].probability == score.probability() && !changes[0].contributions.empty());
    auto sum = changes[0].baseline;
    for (const auto &part : changes[0].contributions) {
        CHECK(!part.factor.empty());
        CHECK(part.factor != "lines" || !part.value);
        CHECK(part.factor != "dependencies" || part.value == 1U);
        sum += part.log_odds;
    }
    CHECK(sum == changes[0].log_odds);
    const auto whole = snapshot.score(subject::release("R-1"), at);
    CHECK(whole.changes().size() == 8 && whole.drivers().at(0).falls_by > 0);
    CHECK(whole.at_least() <= whole.probability() && whole.probability() <= whole.at_most());
    CHECK(score.report().find("C-1") != std::string::npos);
    CHECK(score.json() == snapshot.ask(R"({"score": {"subject": {"change": "C-1"},
                                           "at": "2026-11-04T00:00:00Z"}})"));
}

// A release scored by a fitted model: its parts add up, and it says how many fail.
void a_fitted_model() {
    const std::string model =
        R"({"lynchpin": "risk-model/1", "shock": "0.3", "model": {"format": "additive/1",)"
        R"( "baseline": "-2", "baseline_error": "0", "changes": 900, "failures": 90,)"
        R"( "terms": []}})";
    std::string text;
    for (const char it : model) {
        text += it == '"' ? std::string("\\\"") : std::string(1, it);
    }
    const std::string change = R"(, "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"})";
    const std::string told = R"(", "at": "2026-11-01T09:00:00Z", "by": "raj"}], "changes": [)";
    lynchpin::engine engine;
    engine.load(R"({"lynchpin": "portfolio/1", "risk_models": [{"text": ")" + text + told
                + R"({"id": "A")" + change + R"(, {"id": "B")" + change
                + R"(], "releases": [{"id": "R", "changes": ["A", "B"])" + change + "]}");
    // The digest of what the model says in its one form.
    engine.set_policy("name = 'acme'\nrisk.model = "
                      "'sha256:9c2b9a252934bca870ce932995974822e25c84a44a93c9522b3b89f9ed94d382'");
    const auto score = engine.snapshot().score(subject::release("R"), at);
    CHECK(score.model().rfind("sha256:", 0) == 0);
    const auto spread = score.failures();
    // Each fails with 1 / (1 + exp(2)): two of 11.92 %.
    CHECK(spread.expected == 2 * score.changes().at(0).probability);
    CHECK(spread.at_least == 0 && spread.at_most == 1);
    // None says which service it changes, so each may change one of tier 1.
    CHECK(spread.tier_one == score.probability());
    std::uint32_t shares = 0;
    for (const auto &driver : score.drivers()) {
        shares += driver.share;
    }
    CHECK(shares == score.probability());
    // It weighs no size, so that a piece of A is as risky as A: three of 11.92 %.
    const auto split = [&](const std::string &into) {
        return engine.snapshot().ask(R"({"score": {"subject": {"release": "R"}, "split":)"
                                     R"({"change": "A", "into": )"
                                     + into + R"(}, "at": "2026-11-04T00:00:00Z"}})");
    };
    const auto two = split("2");
    CHECK(two.find(R"("piece":"0.119202922")") != std::string::npos);
    CHECK(two.find(R"("expected_before":"0.238405844","expected":"0.357608766")")
          != std::string::npos);
    CHECK(status_of([&] { (void)split("1"); }) == status::number_out_of_range);
}

void faults(const lynchpin::snapshot &snapshot) {
    lynchpin::engine engine;
    try {
        engine.load("{\"lynchpin\": \"portfolio/1\",\n \"changes\": [{}],\n \"people\": [{}]}");
        CHECK(!"it was taken");
    } catch (const lynchpin::error &error) {
        CHECK(error.status() == status::missing_field && error.problems().size() == 2);
        CHECK(lynchpin::status_name(error.status()) == "missing_field");
        CHECK(error.problems()[0].path == "$.changes[0]" && error.problems()[0].line == 2);
        CHECK(error.problems()[1].line == 3 && !error.problems()[1].message.empty());
    }
    CHECK(status_of([&] { engine.set_policy("name = "); }) == status::syntax);
    CHECK(status_of([&] { (void)snapshot.ask("{"); }) == status::syntax);
    CHECK(status_of([&] { (void)snapshot.ask(std::string_view()); }) == status::syntax);
    CHECK(status_of([&] { (void)snapshot.decide({}, at); }) != status::ok);
    CHECK(subject::change("C-1") != subject::release("C-1"));
    CHECK(status_of([&] { (void)snapshot.score(subject::change("C-99"), at); })
          == status::subject_unknown);
}

/// Time points of all kinds of units; what is outside of the years is never taken for another one.
void times(const lynchpin::snapshot &snapshot) {
    using clock = std::chrono::system_clock;
    const auto asked = [&](auto since) {
        const std::chrono::time_point<clock, decltype(since)> point(since);
        return status_of([&] { (void)snapshot.score(subject::change("C-1"), point); });
    };
    using hours = std::chrono::duration<std::int64_t, std::ratio<3600>>;
    using real = std::chrono::duration<double>;
    using frames = std::chrono::duration<std::int64_t, std::ratio<1001, 30000>>;
    const std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto malformed = status::instant_malformed;
    CHECK(asked(microseconds(-1)) == malformed);
    // Half a microsecond before 1970 is before 1970.
    CHECK(asked(std::chrono::nanoseconds(-500)) == malformed);
    for (const auto count : {most, most - 1, most / 2, most / 3600 + 1, -most, -most - 1}) {
        CHECK(asked(hours(count)) == malformed);
        CHECK(asked(std::chrono::milliseconds(count)) == malformed);
        CHECK(asked(frames(count)) == malformed);
    }
    CHECK(asked(microseconds(most)) == malformed && asked(microseconds(-most)) == malformed);
    // This many hours come out within the years if the product wraps.
    CHECK(asked(hours(std::int64_t{1} << 52)) == malformed);
    CHECK(asked(real(std::numeric_limits<double>::quiet_NaN())) == malformed);
    CHECK(asked(real(std::numeric_limits<double>::infinity())) == malformed);
    CHECK(asked(real(1e300)) == malformed && asked(real(-1e-3)) == malformed);
    const microseconds last(std::int64_t{253402300799999999});
    CHECK(asked(last) == status::ok && asked(last + microseconds(1)) == malformed);
    CHECK(asked(real(1793750400.5)) == status::ok);
    CHECK(asked(hours(1793750400 / 3600)) == status::ok);
    CHECK(asked(std::chrono::duration<std::int64_t, std::pico>(most)) == status::subject_unknown);
    CHECK(lynchpin::instant_text(lynchpin::instant(last)) == "9999-12-31T23:59:59.999999Z");
    CHECK(lynchpin::parse_instant("2026-11-04T00:00:00Z") == at);
    CHECK(status_of([] { (void)lynchpin::parse_instant("today"); }) == malformed);
}

void lists(const lynchpin::snapshot &snapshot) {
    using ids = std::vector<std::string>;
    CHECK(snapshot.stages() == (ids{"staging", "production"}));
    CHECK(snapshot.releases(at) == ids{"R-1"} && snapshot.changes(at).size() == 8);
    CHECK(snapshot.reach("C-1", lynchpin::direction::upstream, at) == (ids{"C-10", "C-11"}));
    CHECK(snapshot.reach("C-4", lynchpin::direction::downstream, at) == ids{"C-3"});
    CHECK(status_of([&] { (void)snapshot.reach("C-99", lynchpin::direction::upstream, at); })
          == status::subject_unknown);
}

bool begins(const std::string &answer, const std::string &with) {
    return answer.rfind(with, 0) == 0;
}

/// The questions whose answers are documents: each is the one that `ask` would be asked.
void documents(const lynchpin::snapshot &snapshot) {
    const auto c6 = subject::change("C-6");
    const std::string when = "\"at\":\"2026-11-04T00:00:00Z\"}}";
    const std::string about = "{\"subject\":{\"change\":\"C-6\"},\"stage\":\"production\",";
    CHECK(snapshot.calendar(c6, at, "production") == snapshot.ask("{\"calendar\":" + about + when));
    CHECK(begins(snapshot.calendar(at, "production"), R"({"calendar":{"stage":"production")"));
    CHECK(status_of([&] { (void)snapshot.calendar(at, ""); }) == status::missing_field);
    for (const auto *kind : {"breaches", "obligations", "policies"}) {
        const auto asked = snapshot.ask("{\"" + std::string(kind) + "\":{" + when);
        const auto answer = kind[0] == 'b'   ? snapshot.breaches(at)
                            : kind[0] == 'o' ? snapshot.obligations(at)
                                             : snapshot.policies(at);
        CHECK(answer == asked && begins(answer, "{\"" + std::string(kind) + "\":"));
    }
    CHECK(snapshot.next_states(c6, at, "continuous").find("\"state\":\"Committed\"")
          != std::string::npos);
    const std::string period = "\"from\":\"2026-11-03T00:00:00Z\",\"to\":\"2026-11-04T00:00:00Z\",";
    CHECK(snapshot.population("production", at - std::chrono::hours(24), at, at)
          == snapshot.ask("{\"population\":{\"stage\":\"production\"," + period + when));
    CHECK(status_of([&] { (void)snapshot.population("production", at, at, at); })
          == status::time_order);
    const auto queued =
        snapshot.queue("production", at, {{c6, "0.25"}, {subject::change("C-3"), ""}}, 2, 3);
    CHECK(queued == snapshot.ask(R"({"queue":{"stage":"production","items":[{"subject":)"
                                 R"({"change":"C-6"},"failure":"0.25"},{"subject":)"
                                 R"({"change":"C-3"}}],"slots":2,"runs":3,)" + when));
    CHECK(begins(queued, R"({"queue":{"stage":"production","at":"2026-11-04T00:00:00Z")"));
    CHECK(status_of([&] { (void)snapshot.queue("production", at, {{c6, ""}}, 0U); })
          == status::number_out_of_range);
    CHECK(snapshot.verdicts(at) == snapshot.ask("{\"verdicts\":{" + when));
    CHECK(begins(snapshot.verdicts(at, "production"), R"({"verdicts":{"at":"2026-11-04T00:)"));
    CHECK(status_of([&] { (void)snapshot.verdicts(at, "none"); }) == status::stage_unknown);
    CHECK(snapshot.collisions(at) == snapshot.ask("{\"collisions\":{" + when));
    CHECK(snapshot.collisions(at, at - std::chrono::hours(24), at)
          == snapshot.ask("{\"collisions\":{" + period + when));
    CHECK(snapshot.actions(c6, at, "production") == snapshot.ask("{\"actions\":" + about + when));
    CHECK(begins(snapshot.actions(c6, at, "production", "allow"), R"({"actions":{"subject":)"));
    CHECK(status_of([&] { (void)snapshot.compose("R-none", at); }) == status::subject_unknown);
    CHECK(snapshot.waiver_debt(at) == snapshot.ask("{\"waiver_debt\":{" + when));
    CHECK(snapshot.waiting(at) == snapshot.ask("{\"waiting\":{" + when));
    const lynchpin::actor cab{lynchpin::actor_kind::group, "cab"};
    const auto waits = snapshot.waiting(at, cab, std::chrono::hours(24));
    CHECK(begins(waits, R"({"waiting":{"at":"2026-11-04T00:00:00Z","who":{"group":"cab"})"));
    CHECK(begins(snapshot.ending(at, std::chrono::hours(24)), R"({"ending":{"at":"2026-11-04T)"));
    CHECK(status_of([&] { (void)snapshot.ending(at, std::chrono::seconds(-1)); })
          == status::span_malformed);
    CHECK(status_of([&] { (void)snapshot.agenda("cab", at); }) == status::subject_unknown);
    const auto record = snapshot.record(c6, at, "mei", "production");
    CHECK(begins(record, R"({"record":{"change":"C-6","revision":1,"digest":"sha256:)"));
    lynchpin::claim_terms terms;
    terms.stage = "production";
    terms.how_much = lynchpin::detail::verdict;
    const auto refused = snapshot.claim(c6, at, "mei", terms);
    CHECK(begins(refused, R"({"decision":{"verdict":"needs_action")"));
    CHECK(refused.find("\"reasons\"") == std::string::npos);
    terms.stage = "staging";
    terms.not_after = at + std::chrono::hours(1);
    const auto entry = snapshot.claim(c6, at, "mei", terms);
    CHECK(begins(entry, R"({"claim":{"change":"C-6")"));
    CHECK(entry.find(R"("not_after":"2026-11-04T01:00:00Z")") != std::string::npos);
    CHECK(status_of([&] { (void)snapshot.claim(c6, at, "m\"\\\n\x01"); })
          == status::id_not_canonical);
    CHECK(status_of([&] { (void)snapshot.claim(c6, at, "\xff"); }) == status::document_not_utf8);
    CHECK(begins(snapshot.changed(c6, at - std::chrono::hours(1), at, "production"),
                 R"({"changed":{"subject":{"change":"C-6"},"stage":"production")"));
    CHECK(begins(snapshot.lint_policy(at), R"({"lint":{"policy":"sha256:)"));
    const std::string other = "name = \"acme\"\nopen = [\"production\", \"staging\"]\n";
    CHECK(begins(snapshot.lint_policy(at, other), R"({"lint":{"policy":"sha256:)"));
    CHECK(snapshot.compare_policies(other, at, other).find("\"differences\":[]")
          != std::string::npos);
    CHECK(begins(snapshot.compare_policies(other, at), R"({"comparison":{"before":"sha256:)"));
    CHECK(begins(snapshot.dry_run(other, at), R"({"dry_run":{"policy":"sha256:)"));
    CHECK(snapshot.dry_run(other, at, at).find("\"compared\":0") != std::string::npos);
    CHECK(status_of([&] { (void)snapshot.lint_policy(at, "name = 7"); }) == status::wrong_type);
}

/// A policy that is not the adopted one lets nothing go.
void what_if() {
    lynchpin::engine engine;
    engine.load(SAMPLE_PORTFOLIO);
    engine.load(R"({"lynchpin": "portfolio/1", "policies": [{"at": "2026-11-01T00:00:00Z",
                    "by": "mei", "text": "name = \"acme\"\n"}]})");
    const auto adopted = engine.snapshot().decide(subject::change("C-6"), at, "production");
    CHECK(!adopted.what_if() && !adopted.is_go());
    engine.set_policy("name = \"acme\"\nopen = [\"production\"]\n");
    const auto other = engine.snapshot().decide(subject::change("C-6"), at, "production");
    CHECK(lynchpin::is_go(other.verdict()) && other.what_if() && !other.is_go());
}

void moves() {
    auto snapshot = sample();
    auto moved = std::move(snapshot);
    // What was moved from says so, instead of reading as nothing.
    CHECK(status_of([&] { (void)snapshot.ask("{}"); }) == status::bad_argument);
    auto decision = moved.decide(subject::change("C-6"), at);
    auto other = std::move(decision);
    CHECK(status_of([&] { (void)decision.verdict(); }) == status::bad_argument);
    moved = sample();
    CHECK(other.verdict() == lynchpin::verdict::go);
}

void threads(const lynchpin::snapshot &snapshot) {
    const auto expected = snapshot.plan(subject::release("R-1"), at, "production").json();
    std::vector<std::string> found(2);
    std::vector<std::thread> running;
    for (auto &answer : found) {
        running.emplace_back([&snapshot, &answer] {
            answer = snapshot.plan(subject::release("R-1"), at, "production").json();
        });
    }
    for (auto &thread : running) {
        thread.join();
    }
    CHECK(found[0] == expected && found[1] == expected);
}

} // namespace

void what_is_planned_too_late() {
    lynchpin::engine engine;
    engine.load(LATE_PORTFOLIO);
    const auto late = engine.snapshot().plan(subject::change("A"), at, "production").late();
    CHECK(late.size() == 1 && late[0].change == "A" && late[0].needs == "B");
    CHECK(late[0].starts == at + std::chrono::hours(24));
    CHECK(late[0].done - late[0].starts == std::chrono::hours(4 * 24));
}

int main() {
    try {
        CHECK(lynchpin::version() == LP_VERSION && lynchpin::abi_version() == LP_ABI_VERSION);
        const auto snapshot = sample();
        decisions(snapshot);
        plans(snapshot);
        what_is_planned_too_late();
        scores(snapshot);
        a_fitted_model();
        faults(snapshot);
        times(snapshot);
        lists(snapshot);
        documents(snapshot);
        what_if();
        moves();
        threads(snapshot);
    } catch (const std::exception &error) {
        std::cerr << "threw: " << error.what() << '\n';
        ++failures;
    }
    if (failures == 0) {
        std::cout << "cpp: api passed\n";
    }
    return failures == 0 ? 0 : 1;
}
