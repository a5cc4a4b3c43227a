// The C++ classes, used as meant and as not meant.
#include <chrono>
#include <iostream>
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

lynchpin::snapshot sample() {
    lynchpin::engine engine(lynchpin::limits::bulk);
    engine.load(SAMPLE_PORTFOLIO);
    engine.set_policy(SAMPLE_POLICY);
    return engine.snapshot();
}

template <class Body> std::uint32_t status_of(Body body) {
    try {
        body();
    } catch (const lynchpin::error &error) {
        CHECK(!error.problems().empty() || error.status() == LP_STATUS_BAD_ARGUMENT);
        CHECK(std::string(error.what()).size() > 0);
        return error.status();
    }
    return LP_STATUS_OK;
}

void decisions(const lynchpin::snapshot &snapshot) {
    const auto decision = snapshot.decide(subject::change("C-6"), at, "production");
    CHECK(decision.verdict() == lynchpin::verdict::needs_action);
    CHECK(!lynchpin::is_go(decision.verdict()));
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
    CHECK(blockers[0].code == LP_REASON_APPROVAL_MISSING);
    CHECK(lynchpin::reason_name(blockers[0].code) == "approval_missing");
    CHECK(blockers[0].gate == "board" && blockers[0].requirement == "board");
    CHECK(blockers[0].act.size() == 1 && blockers[0].act[0].kind == LP_ACTOR_GROUP);
    CHECK(blockers[0].act[0].id == "cab" && blockers[0].args_json.front() == '{');
    CHECK(status_of([&] { (void)decision.reason(reasons.size()); }) == LP_STATUS_BAD_ARGUMENT);
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
    const auto later = snapshot.decide(subject::change("C-1"), at, "production").holds_until();
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
    std::uint32_t why = 0;
    for (const auto &dropped : plan.dropped()) {
        CHECK(!dropped.changes.empty() && !dropped.roots.empty());
        why |= dropped.why;
    }
    CHECK(why == (LP_DROPPED_NOT_GO | LP_DROPPED_MISSING | LP_DROPPED_CYCLE));
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
    CHECK(score.json() == snapshot.ask(R"({"score": {"subject": {"change": "C-1"},
                                           "at": "2026-11-04T00:00:00Z"}})"));
}

void faults(const lynchpin::snapshot &snapshot) {
    lynchpin::engine engine;
    try {
        engine.load("{\"lynchpin\": \"portfolio/1\",\n \"changes\": [{}],\n \"people\": [{}]}");
        CHECK(!"it was taken");
    } catch (const lynchpin::error &error) {
        CHECK(error.status() == LP_STATUS_MISSING_FIELD && error.problems().size() == 2);
        CHECK(lynchpin::status_name(error.status()) == "missing_field");
        CHECK(error.problems()[0].path == "$.changes[0]" && error.problems()[0].line == 2);
        CHECK(error.problems()[1].line == 3 && !error.problems()[1].message.empty());
    }
    CHECK(status_of([&] { engine.set_policy("name = "); }) == LP_STATUS_SYNTAX);
    CHECK(status_of([&] { (void)snapshot.ask("{"); }) == LP_STATUS_SYNTAX);
    CHECK(status_of([&] { (void)snapshot.ask(std::string_view()); }) == LP_STATUS_SYNTAX);
    CHECK(status_of([&] { (void)snapshot.decide({}, at); }) != LP_STATUS_OK);
    CHECK(status_of([&] { (void)snapshot.score(subject::change("C-99"), at); })
          == LP_STATUS_SUBJECT_UNKNOWN);
    const auto before = lynchpin::instant(microseconds(-1));
    CHECK(status_of([&] { (void)snapshot.decide(subject::change("C-1"), before); })
          == LP_STATUS_INSTANT_MALFORMED);
    // Half a microsecond before 1970 is before 1970.
    const auto half = std::chrono::system_clock::time_point(std::chrono::nanoseconds(-500));
    CHECK(status_of([&] { (void)snapshot.decide(subject::change("C-1"), half); })
          == LP_STATUS_INSTANT_MALFORMED);
}

void moves() {
    auto snapshot = sample();
    auto moved = std::move(snapshot);
    // What was moved from says so, instead of reading as nothing.
    CHECK(status_of([&] { (void)snapshot.ask("{}"); }) == LP_STATUS_BAD_ARGUMENT);
    auto decision = moved.decide(subject::change("C-6"), at);
    auto other = std::move(decision);
    CHECK(status_of([&] { (void)decision.verdict(); }) == LP_STATUS_BAD_ARGUMENT);
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

int main() {
    try {
        CHECK(lynchpin::version() == LP_VERSION);
        const auto snapshot = sample();
        decisions(snapshot);
        plans(snapshot);
        scores(snapshot);
        faults(snapshot);
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
