// lynchpin.hpp - the release-management engine for C++17: objects that free themselves, exceptions
// instead of statuses, strings and vectors instead of pointers. Header-only, over lynchpin.h.
//
//     lynchpin::engine engine;
//     engine.load(portfolio);
//     engine.set_policy(policy);
//     const auto snapshot = engine.snapshot();
//     const auto at = lynchpin::parse_instant("2026-11-03T10:00:00Z");
//     const auto decision = snapshot.decide(subject::release("R-11"), at, "production");
//     return decision.is_go() ? 0 : 1;
//
// A "no" is a decision; only what is malformed or impossible throws `lynchpin::error`. Objects are
// moved, not copied; one that was moved from throws when it is used. All that is returned is a copy
// of its own, but for `numbers`, which belong to the object that they were asked of. Any number of
// threads may use one object; only one may destroy it or move it. A thread that calls needs 256 KiB
// of stack.
//
// All examples in these headers are parts of programs in bindings/c/examples, which are compiled
// and run.
#ifndef LYNCHPIN_HPP
#define LYNCHPIN_HPP

#include "lynchpin/codes.hpp"    // what numbers mean: status, verdict, reason_code
#include "lynchpin/decision.hpp" // the answer to "may it go?"
#include "lynchpin/edges.hpp"    // plain edges in bulk, without an engine
#include "lynchpin/engine.hpp"   // begin here: engine takes facts in, snapshot answers
#include "lynchpin/error.hpp"    // what is thrown
#include "lynchpin/ledger.hpp"   // facts that are kept, decided on and proved
#include "lynchpin/model.hpp"    // risk models that are fitted to a history, without an engine
#include "lynchpin/names.hpp"    // names of numbers, versions, instants as text
#include "lynchpin/plan.hpp"     // the answer to "in which order?"
#include "lynchpin/score.hpp"    // the answer to "how risky?"
#include "lynchpin/types.hpp"    // plain data that questions and answers are made of

#endif
