//! The decisions of the engine against its oracle, on small worlds.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use lynchpin::reason::Verdict;
use lynchpin_tests::cases::config;
use lynchpin_tests::engine::{self, load, verdict};
use lynchpin_tests::favours::{Favour, Go};
use lynchpin_tests::oracle::gate::{Question, decide};
use lynchpin_tests::world::strategy::{LAST, case};
use lynchpin_tests::world::{STAGES, Tick, after, hour};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

/// Around how many of a world's turns it is asked about.
const TURNS: usize = 3;
/// How many questions a world brings at least on average, so that 100,000 worlds are 2,000,000.
const QUESTIONS: u64 = 20;

/// Right before, at and right after some of the instants at which an answer may turn.
fn around(turns: &BTreeSet<Tick>, chosen: &[Index]) -> BTreeSet<Tick> {
    let turns: Vec<Tick> = turns.iter().copied().collect();
    let chosen = chosen.iter().map(|index| *index.get(&turns));
    chosen.flat_map(|turn| [turn.saturating_sub(1), turn, turn + 1]).collect()
}

/// Every subject around turns of the world and when all is over.
#[test]
fn decisions_are_those_of_the_oracle() {
    let asked = Cell::new(0u64);
    let mut runner = TestRunner::new(config(200));
    let input = (case(), prop::collection::vec(any::<Index>(), TURNS));
    let outcome = runner.run(&input, |((world, policy), chosen)| {
        let snapshot = load(&world, &policy);
        let around = around(&world.turns(&policy), &chosen);
        let first = around.first().copied().unwrap_or(LAST);
        let mut questions: Vec<(u8, Tick)> = around.into_iter().map(|at| (1, at)).collect();
        questions.extend([(1, after(LAST, 2)), (0, first)]);
        for subject in world.subjects() {
            for (stage, at) in &questions {
                let (stage, at) = (*stage, *at);
                let expected =
                    decide(&Question { world: &world, policy: &policy, stage, at }, subject);
                let found = verdict(&snapshot, subject, stage, at);
                prop_assert_eq!(
                    found,
                    expected,
                    "engine, oracle: {:?} in {} at {}",
                    subject,
                    STAGES[usize::from(stage)],
                    at
                );
                asked.set(asked.get() + 1);
            }
        }
        Ok(())
    });
    outcome.expect("engine and oracle agree");
    let worlds = u64::from(runner.config().cases);
    println!("counted: {} decisions around turns of {worlds} worlds", asked.get());
    assert!(asked.get() >= QUESTIONS * worlds, "worlds bring too few questions");
}

/// Without a favourable fact that the minimal reason of a go cites there is no go, unless the
/// oracle finds one still.
#[test]
fn a_go_rests_on_its_minimal_reason() {
    let (goes, deleted) = (Cell::new(0u64), Cell::new(0u64));
    let mut runner = TestRunner::new(config(100));
    let outcome = runner.run(&(case(), any::<Index>()), |((world, policy), chosen)| {
        let snapshot = load(&world, &policy);
        let at = *chosen.get(&world.turns(&policy).into_iter().collect::<Vec<_>>());
        for subject in world.subjects() {
            let Some(decision) = engine::decide(&snapshot, subject, 1, at) else { continue };
            if !decision.verdict().is_go() {
                continue;
            }
            let go = Go { world: &world, policy: &policy, subject, stage: 1, at };
            let cited = go.cited(&snapshot, &decision);
            prop_assert!(go.still(&world.favoured_by(&cited)), "{subject:?}: {cited:?} suffice");
            let agree = |kept: &[Favour]| {
                let world = world.favoured_by(kept);
                let question = Question { world: &world, policy: &policy, stage: 1, at };
                let oracle = decide(&question, subject).is_some_and(Verdict::is_go);
                let engine = go.still(&world);
                prop_assert!(!engine || oracle, "{subject:?} at {at} with only {kept:?}");
                Ok(engine)
            };
            let reason = go.minimal_reason(&cited);
            let without = |all: &[Favour], one: &Favour| {
                all.iter().copied().filter(|favour| favour != one).collect::<Vec<_>>()
            };
            for favour in &reason {
                prop_assert!(!agree(&without(&reason, favour))?, "{favour:?} is not needed");
                agree(&without(&world.favours(), favour))?;
                deleted.set(deleted.get() + 1);
            }
            goes.set(goes.get() + 1);
        }
        Ok(())
    });
    outcome.expect("a go rests on what it cites");
    println!("counted: {} goes without each of {} facts", goes.get(), deleted.get());
    assert!(deleted.get() >= u64::from(runner.config().cases) / 50, "hardly anything was a go");
}

/// A generator of worlds in which one verdict never comes up would compare nothing of it.
#[test]
fn the_generator_makes_every_verdict() {
    let mut runner = TestRunner::deterministic();
    let mut found: BTreeMap<Verdict, u32> = BTreeMap::new();
    for _ in 0..600 {
        let tree = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        for subject in world.subjects() {
            for at in [hour(3), hour(5)] {
                let question = Question { world: &world, policy: &policy, stage: 1, at };
                if let Some(verdict) = decide(&question, subject) {
                    *found.entry(verdict).or_default() += 1;
                }
            }
        }
    }
    println!("verdicts: {found:?}");
    for verdict in Verdict::ALL {
        let often = found.get(&verdict).copied().unwrap_or(0);
        assert!(often >= 20, "{verdict:?} came up {often} times: {found:?}");
    }
}
