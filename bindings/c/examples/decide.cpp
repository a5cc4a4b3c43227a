// In which order does release R-11 ship, may it go to production, and how risky is it?
//
//     c++ -std=c++17 decide.cpp $(pkg-config --cflags --libs lynchpin) -o decide && ./decide
#include <chrono>
#include <iostream>

#include "lynchpin.hpp"

constexpr auto portfolio = R"({"lynchpin": "portfolio/1",
 "people": [{"id": "raj"}, {"id": "mei"}, {"id": "ann"}, {"id": "bob"}],
 "groups": [{"id": "cab", "members": [{"person": "ann"}, {"person": "bob"}]}],
 "stages": [{"id": "staging"}, {"id": "production"}],
 "releases": [{"id": "R-11", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "mei",
   "changes": ["C-4", "C-7"]}],
 "changes": [
  {"id": "C-4", "revision": 1, "at": "2026-10-30T09:00:00Z", "by": "raj", "kind": "standard",
   "size": {"lines_added": 12, "lines_deleted": 3, "files": 2, "folders": 1},
   "plans": {"back_out": "helm rollback 40"}},
  {"id": "C-7", "revision": 1, "at": "2026-10-30T10:00:00Z", "by": "raj", "kind": "normal",
   "size": {"lines_added": 40, "lines_deleted": 8, "files": 3, "folders": 2},
   "requires": [{"change": "C-4"}], "plans": {"back_out": "helm rollback 41"}}],
 "approvals": [{"release": "R-11", "revision": 1, "requirement": "board", "stage": "production",
   "decision": "approved", "at": "2026-11-02T12:00:00Z", "by": "ann"}]})";

constexpr auto policy = R"(
name = "acme"
open = ["staging"]
requirement.back-out = { plan = "back_out" }
requirement.board = { approval = { group = "cab", people = 2 } }
gate.plan = { stage = "production", judges = "change", require = "back-out" }
gate.board = { stage = "production", judges = "release", require = "board" }
)";

int main() try {
    using lynchpin::subject;

    lynchpin::engine engine;
    engine.load(portfolio);
    engine.set_policy(policy);
    const auto snapshot = engine.snapshot();
    const auto release = subject::release("R-11");
    const auto at = lynchpin::instant(std::chrono::seconds(1793700000)); // 2026-11-03T10:00:00Z

    for (const auto &wave : snapshot.plan(release, at, "production").waves()) {
        std::cout << "wave:";
        for (const auto &group : wave) {
            for (const auto &change : group) {
                std::cout << ' ' << change;
            }
        }
        std::cout << '\n';
    }
    std::cout << "risk: " << snapshot.score(release, at).probability() / 10000000 << " %\n";
    const auto decision = snapshot.decide(release, at, "production");
    std::cout << "R-11 to production: " << name(decision.verdict()) << '\n';
    for (const auto &reason : decision.root_blockers()) {
        std::cout << "  " << lynchpin::reason_name(reason.code) << ' ' << reason.args_json << '\n';
        for (const auto &actor : reason.act) {
            std::cout << "    " << actor.id << " can act\n";
        }
    }
    return is_go(decision.verdict()) ? 0 : 1;
} catch (const lynchpin::error &error) {
    for (const auto &problem : error.problems()) {
        std::cerr << problem.path << ": " << problem.message << '\n';
    }
    return 2;
}
