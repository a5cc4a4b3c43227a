//! Every set of up to four facts about one change: the engine against the oracle.
//!
//! In a soak, `LYNCHPIN_CASES` says how much of one, the sets of up to three facts are complete and
//! of those of four there is a share, chosen by `PROPTEST_RNG_SEED`: all of them in a whole soak.
//! Elsewhere a debug build looks at what it can in seconds.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use lynchpin::portfolio::Decision;
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin_tests::cases::told;
use lynchpin_tests::sets::facts::{ARRIVALS, Arrival, Number, array, favours, renamed};
use lynchpin_tests::sets::fast::Fast;
use lynchpin_tests::sets::{MOST, NAMES, Set, first_of, how_many, sets, stands_for};
use lynchpin_tests::world::Tick;

/// The cases of a soak in which no set is left out.
const WHOLE: u64 = 100_000;
/// The cases from which on the sets of up to three facts are complete.
const COMPLETE: u64 = 1_000;
/// Up to this size the oracle remembers nothing.
const ANEW: usize = 2;

/// What was seen.
#[derive(Default)]
struct Seen {
    /// The sets looked at, and all those that they stand for.
    sets: u64,
    stood_for: u64,
    /// The verdicts of the change and of each gate.
    verdicts: BTreeMap<Verdict, u64>,
    /// Gates that were a go, and the facts that their minimal reasons cite.
    goes: u64,
    deleted: u64,
    /// What was said of each set, for larger ones to be compared with.
    agreed: Agreed,
}

impl Seen {
    fn join(mut self, other: Seen) -> Seen {
        self.sets += other.sets;
        self.stood_for += other.stood_for;
        self.goes += other.goes;
        self.deleted += other.deleted;
        self.agreed.extend(other.agreed);
        for (verdict, often) in other.verdicts {
            *self.verdicts.entry(verdict).or_default() += often;
        }
        self
    }
}

/// What the gates of a decision say, in order; the last is the verdict of the whole.
fn found(decision: &Decision) -> Vec<Verdict> {
    let nodes = decision.reasons().nodes().iter();
    let gates = nodes.filter(|node| node.code == ReasonCode::Gate).map(|node| node.verdict);
    gates.chain([decision.verdict()]).collect()
}

/// What was asked: in which order the facts arrived, and when.
type Asked = (Arrival, Tick);

/// What engine and oracle agreed on, for each set that stands for others.
type Agreed = BTreeMap<Set, Vec<(Asked, Vec<Verdict>)>>;

/// The engine's decisions on a set, each of which must be what the oracle says.
fn agreed(fast: &mut Fast, set: &[Number]) -> Vec<(Asked, Decision, Vec<Verdict>)> {
    let mut all = Vec::new();
    for arrival in ARRIVALS {
        for (at, decision) in fast.decide(set, arrival) {
            let (found, expected) = (found(&decision), fast.expect(set, arrival, at));
            let differs = found != expected
                || (set.len() <= ANEW && found != fast.expect_anew(set, arrival, at));
            assert!(
                !differs,
                "engine {found:?}, oracle {expected:?} of {set:?}, {arrival:?} at {at}: {}",
                fast.world(set, arrival).document()
            );
            all.push(((arrival, at), decision, found));
        }
    }
    all
}

/// The favourable facts of a set that a gate's answer cites.
fn cited(set: &[Number], arrival: Arrival, decision: &Decision, gate: &str) -> Set {
    // The numbers of facts in the engine's arrays: in the order in which they were taken in.
    let mut arrays: BTreeMap<&str, Vec<Number>> = BTreeMap::new();
    let mut file = |number: &Number| {
        arrays.entry(array(*number)).or_default().push(*number);
    };
    match arrival {
        Arrival::InOrder => set.iter().for_each(&mut file),
        Arrival::Backwards => set.iter().rev().for_each(&mut file),
    }
    let nodes = decision.reasons().nodes().iter();
    let of_gate = nodes.filter(|node| node.gate.as_ref().is_some_and(|id| id.as_str() == gate));
    let cites = of_gate.flat_map(|node| &node.cites);
    let mut cited: Set =
        cites.filter_map(|(kind, number)| arrays.get(kind)?.get(*number).copied()).collect();
    cited.sort_unstable();
    cited.dedup();
    cited.retain(|number| favours(*number));
    cited
}

fn without(set: &[Number], one: Number) -> Set {
    set.iter().copied().filter(|number| *number != one).collect()
}

/// Without a favourable fact that the minimal reason of a gate's go cites, that gate is no go
/// unless the oracle finds one still: engine and oracle agreed on every smaller set, so one look at
/// what they said is enough. Returns how many facts the minimal reason has.
fn rests_on_its_reason(
    smaller: &Agreed,
    set: &[Number],
    (asked, decision): (Asked, &Decision),
    gate: usize,
) -> u64 {
    let goes = |some: &[Number]| {
        if some == set {
            return true;
        }
        let (first, _) = first_of(some);
        let mut agreed = smaller.get(&first).expect("smaller sets came before").iter();
        let verdicts = agreed.find(|(then, _)| *then == asked).map(|(_, verdicts)| verdicts);
        verdicts.and_then(|verdicts| verdicts.get(gate)).is_some_and(|verdict| verdict.is_go())
    };
    let cited = cited(set, asked.0, decision, &format!("g{gate}"));
    let beside = |reason: &[Number]| {
        let mut set: Set = set.iter().copied().filter(|number| !favours(*number)).collect();
        set.extend(reason);
        set.sort_unstable();
        set
    };
    assert!(goes(&beside(&cited)), "what gate {gate} cites of {set:?} suffices: {cited:?}");
    let mut reason = cited.clone();
    for number in cited {
        let fewer = without(&reason, number);
        if goes(&beside(&fewer)) {
            reason = fewer;
        }
    }
    assert!(!reason.is_empty(), "gate {gate} is a go for nothing in {set:?}");
    for number in &reason {
        let go = goes(&without(set, *number));
        // Only what else speaks for the gate can make it a go still.
        assert!(!go || beside(&reason) != set, "{set:?} rests on nothing of {reason:?}");
    }
    u64::try_from(reason.len()).unwrap_or(0)
}

/// Looks at one set.
fn look(fast: &mut Fast, smaller: &Agreed, set: Set, stands_for: u64, seen: &mut Seen) {
    seen.sets += 1;
    seen.stood_for += stands_for;
    let mut said = Vec::new();
    for (asked, decision, verdicts) in agreed(fast, &set) {
        for (gate, verdict) in verdicts.iter().enumerate() {
            *seen.verdicts.entry(*verdict).or_default() += 1;
            let whole = gate + 1 == verdicts.len();
            if verdict.is_go() && !whole {
                seen.goes += 1;
                seen.deleted += rests_on_its_reason(smaller, &set, (asked, &decision), gate);
            }
        }
        said.push((asked, verdicts));
    }
    if set.len() < MOST {
        seen.agreed.insert(set, said);
    }
}

/// Looks at one in so many of the sets of a size, on every processor.
fn look_at(smaller: &Agreed, size: usize, one_in: u64, seed: u64) -> Seen {
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    let part = |worker: usize| {
        let (mut fast, mut seen) = (Fast::new(), Seen::default());
        let mine = |(number, _): &(usize, Set)| number % workers == worker;
        let chosen = sets(size).filter(|set| mixed(set, seed).is_multiple_of(one_in));
        for (_, set) in chosen.enumerate().filter(mine) {
            if let Some(stands_for) = stands_for(&set) {
                look(&mut fast, smaller, set, stands_for, &mut seen);
            }
        }
        seen
    };
    thread::scope(|scope| {
        let running: Vec<_> =
            (0..workers).map(|worker| scope.spawn(move || part(worker))).collect();
        let mut all = running.into_iter().map(|thread| match thread.join() {
            Ok(seen) => seen,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        all.by_ref().fold(Seen::default(), Seen::join)
    })
}

/// A number that looks random, of a set and a seed: one round of `splitmix64` for each fact.
fn mixed(set: &[Number], seed: u64) -> u64 {
    set.iter().fold(seed, |mixed, number| {
        let sum = mixed.wrapping_add(u64::from(*number)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let once = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let twice = (once ^ (once >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        twice ^ (twice >> 31)
    })
}

#[test]
fn engine_and_oracle_agree_on_every_set() {
    let cases = told("LYNCHPIN_CASES");
    let seed = told("PROPTEST_RNG_SEED").unwrap_or(1);
    let mut seen = Seen::default();
    for size in 0..=MOST {
        let one_in = match (size, cases) {
            (0 | 1, _) => 1,
            (2 | 3, Some(cases)) if cases >= COMPLETE => 1,
            (MOST, Some(cases)) if cases >= COMPLETE => (WHOLE / cases).max(1),
            (2, _) => 16,
            _ => continue,
        };
        let of_size = look_at(&seen.agreed, size, one_in, seed);
        let all = how_many(u64::try_from(size).unwrap_or(0));
        let share = if one_in == 1 { "all" } else { "a share" };
        println!(
            "counted: {share} of the {all} sets of {size} facts: {} up to renaming, for {}",
            of_size.sets, of_size.stood_for
        );
        if one_in == 1 {
            assert_eq!(of_size.stood_for, all, "no set of {size} facts is left out");
        }
        seen = seen.join(of_size);
    }
    println!(
        "counted: {} sets for {}, each in 2 orders of arrival; {} gates that were a \
         go without each of {} facts; verdicts {:?}",
        seen.sets, seen.stood_for, seen.goes, seen.deleted, seen.verdicts
    );
    for verdict in [Verdict::Go, Verdict::GoWaived, Verdict::NeedsAction, Verdict::NoGo] {
        assert!(seen.verdicts.contains_key(&verdict), "{verdict:?} never came up");
    }
}

/// What lets one set stand for others: under other names the engine says the same.
#[test]
fn names_make_no_difference() {
    let fast = Fast::new();
    let complete = told("LYNCHPIN_CASES").is_some_and(|cases| cases >= COMPLETE);
    let sizes = if complete { 1..=2 } else { 1..=1 };
    for set in sizes.flat_map(sets) {
        for arrival in ARRIVALS {
            let verdicts = |set: &[Number]| {
                let decided = fast.decide(set, arrival);
                decided.iter().map(|(_, decision)| found(decision)).collect::<Vec<_>>()
            };
            let one = verdicts(&set);
            for names in NAMES {
                let mut other: Set = set.iter().map(|n| renamed(*n, names)).collect();
                other.sort_unstable();
                assert_eq!(verdicts(&other), one, "{set:?} as {other:?}");
            }
        }
    }
}
