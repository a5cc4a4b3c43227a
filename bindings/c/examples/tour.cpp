// In which order does release R-11 ship, how risky is it, may it go, and if not, who can act?
//
//     c++ -std=c++17 tour.cpp $(pkg-config --cflags --libs lynchpin) -o tour && ./tour
#include <iostream>

#include "lynchpin.hpp"
#include "release.h"

using lynchpin::subject;

static void order(const lynchpin::snapshot &snapshot, lynchpin::instant at) {
    const auto plan = snapshot.plan(subject::release("R-11"), at, "production");
    for (const auto &wave : plan.waves()) {
        std::cout << "wave:";
        for (const auto &group : wave) {
            for (const auto &change : group) {
                std::cout << ' ' << change;
            }
        }
        std::cout << '\n';
    }
}

static void risk(const lynchpin::snapshot &snapshot, lynchpin::instant at) {
    const auto score = snapshot.score(subject::release("R-11"), at);
    std::cout << "risk: " << score.probability() / 10000000 << " %\n";
    for (const auto &change : score.changes()) {
        for (const auto &part : change.contributions) {
            std::cout << change.change << ' ' << part.factor << ' ' << part.log_odds << '\n';
        }
    }
}

static bool may_go(const lynchpin::snapshot &snapshot, lynchpin::instant at) {
    const auto decision = snapshot.decide(subject::release("R-11"), at, "production");
    std::cout << "R-11 to production: " << name(decision.verdict()) << '\n';
    for (const auto &reason : decision.root_blockers()) {
        std::cout << "- " << lynchpin::reason_name(reason.code) << reason.args_json << '\n';
    }
    const auto reasons = decision.reasons();
    for (std::size_t child = 1; child < reasons[0].next; child = reasons[child].next) {
        std::cout << name(reasons[child].verdict) << ' ' << reasons[child].subject.id << '\n';
    }
    return decision.is_go();
}

static void plans(const lynchpin::snapshot &snapshot, lynchpin::instant at) {
    std::cout <<
        snapshot.queue("production", at, {{subject::release("R-11"), "0.02"},
                                          {subject::change("C-4"), ""}}, 4, 10);
    std::cout << '\n' <<
        snapshot.ask(R"({"compose": {"release": "R-11", "budgets": {"effort_minutes": 600},
                         "candidates": [{"change": "C-7", "value": 5}],
                         "at": "2026-11-03T10:00:00Z"}})");
    std::cout << '\n';
}

int main() {
    try {
        lynchpin::engine engine;
        engine.load(portfolio);
        // One that is shipped, and then our own, which takes its place.
        engine.set_policy(lynchpin::profile("itil"));
        engine.set_policy(policy);
        const auto snapshot = engine.snapshot();
        const auto at = lynchpin::parse_instant("2026-11-03T10:00:00Z");
        order(snapshot, at);
        risk(snapshot, at);
        plans(snapshot, at);
        std::cout << lynchpin::workflow_report("servicenow-normal", lynchpin::format::markdown);
        for (const auto &release : snapshot.releases(at)) {
            std::cout << release << ": " << snapshot.decide(subject::release(release), at).report();
        }
        const auto entry = snapshot.claim(subject::change("C-4"), at, "mei");
        std::cout << entry << '\n';
        return may_go(snapshot, at) ? 0 : 1;
    } catch (const lynchpin::error &error) {
        for (const auto &problem : error.problems()) {
            std::cerr << problem.path << ": " << problem.message << '\n';
        }
        return 2;
    }
}
