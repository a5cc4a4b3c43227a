// May release R-11 go to production?
//
//     c++ -std=c++17 decide.cpp $(pkg-config --cflags --libs lynchpin) -o decide && ./decide
#include <iostream>

#include "lynchpin.hpp"
#include "release.h"

using lynchpin::subject;

int main() try {
    lynchpin::engine engine;
    engine.load(portfolio);
    engine.set_policy(policy);
    const auto snapshot = engine.snapshot();
    const auto at = lynchpin::parse_instant("2026-11-03T10:00:00Z");
    const auto decision = snapshot.decide(subject::release("R-11"), at, "production");
    return decision.is_go() ? 0 : 1;
} catch (const lynchpin::error &error) {
    std::cerr << error.what() << '\n';
    return 2;
}
