//! A queue against all that can happen in it, one outcome at a time.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::Probability;
use lynchpin::graph::{NodeSet, Outlook, Queue, QueueNeed, QueueQuestion, Run};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

/// A small queue: its items are numbered in its order.
#[derive(Clone, Debug)]
struct Given {
    nodes: u32,
    out: BTreeSet<u32>,
    pairs: Vec<(u32, u32)>,
    needs: Vec<(u32, Vec<u32>)>,
    /// By how much each fails, out of so many.
    fails: Vec<u64>,
    of: u64,
}

/// Queues of which much interacts. Chances are twentieths, so that many are equal, or any billionth
/// in queues so short that all products still fit into 128 bits.
fn queues() -> impl Strategy<Value = Given> {
    let size = prop_oneof![3 => (1..=7u32, Just(20u64)), 2 => (1..=4u32, Just(1_000_000_000u64))];
    size.prop_flat_map(|(nodes, of)| {
        let out = prop::collection::btree_set(0..nodes, 0..=1);
        let pairs = prop::collection::vec((0..nodes, 0..nodes), 0..=10);
        let any = prop::collection::vec(0..nodes, 1..=2);
        let back = (0..nodes, any.clone()).prop_map(|(node, any)| {
            let node = any.iter().copied().max().unwrap_or(0).max(node);
            (node, any)
        });
        let need = prop_oneof![5 => back.boxed(), 1 => (0..nodes, any).boxed()];
        let needs = prop::collection::vec(need, 0..=4);
        let fails = prop_oneof![1 => Just(0), 1 => Just(of / 2), 1 => Just(of), 6 => 0..=of];
        let fails = prop::collection::vec(fails, nodes as usize);
        (out, pairs, needs, fails).prop_map(move |(out, pairs, needs, fails)| Given {
            nodes,
            out,
            pairs,
            needs,
            fails,
            of,
        })
    })
}

impl Given {
    fn queue(&self) -> Queue {
        let out: NodeSet = self.out.iter().copied().collect();
        let needs: Vec<QueueNeed> = self
            .needs
            .iter()
            .map(|(node, any)| QueueNeed { node: *node, any: any.clone() })
            .collect();
        let (nodes, pairs) = (self.nodes, self.pairs.as_slice());
        Queue::new(&QueueQuestion { nodes, out: &out, pairs, needs: &needs }).expect("in range")
    }

    fn fails(&self) -> Vec<Probability> {
        let parts = |fails: &u64| {
            let parts = fails * (1_000_000_000 / self.of);
            Probability::from_parts_per_billion(u32::try_from(parts).expect("at most a billion"))
        };
        self.fails.iter().map(parts).collect()
    }
}

/// The same queue by its definitions.
#[derive(Debug, Default)]
struct Oracle {
    outlook: BTreeMap<u32, Outlook>,
    chosen: Vec<(u32, BTreeSet<u32>)>,
    order: Vec<u32>,
    waits: BTreeMap<u32, BTreeSet<u32>>,
}

impl Oracle {
    fn of(given: &Given) -> Oracle {
        let mut oracle = Oracle::default();
        for node in 0..given.nodes {
            let out = given.out.contains(&node);
            oracle.outlook.insert(node, if out { Outlook::Out } else { Outlook::Goes });
        }
        while oracle.stands_out(given) {}
        oracle.put_in_order(given);
        oracle
    }

    fn goes(&self, node: u32) -> bool {
        self.outlook[&node] == Outlook::Goes
    }

    /// Looks once for what cannot go, and whether there was anything.
    fn stands_out(&mut self, given: &Given) -> bool {
        let open = |(node, any): &&(u32, Vec<u32>)| self.goes(*node) && !any.contains(node);
        let needs: Vec<&(u32, Vec<u32>)> = given.needs.iter().filter(open).collect();
        let lacks = needs.iter().find(|(_, any)| !any.iter().any(|it| self.goes(*it)));
        if let Some((node, _)) = lacks {
            self.outlook.insert(*node, Outlook::Lacks);
            return true;
        }
        self.chosen = needs
            .iter()
            .map(|(node, any)| {
                let goes: BTreeSet<u32> = any.iter().copied().filter(|it| self.goes(*it)).collect();
                let ahead: BTreeSet<u32> = goes.range(..node).copied().collect();
                let first = goes.into_iter().take(1).collect();
                (*node, if ahead.is_empty() { first } else { ahead })
            })
            .collect();
        let edges: BTreeSet<(u32, u32)> =
            self.chosen.iter().flat_map(|(node, any)| any.iter().map(|it| (*node, *it))).collect();
        let reach = closed(given.nodes, &edges);
        let round: Vec<u32> = (0..given.nodes).filter(|n| reach.contains(&(*n, *n))).collect();
        round.iter().for_each(|node| {
            self.outlook.insert(*node, Outlook::InCycle);
        });
        !round.is_empty()
    }

    fn put_in_order(&mut self, given: &Given) {
        let left = |oracle: &Oracle| {
            let mut nodes = (0..given.nodes).filter(|it| oracle.goes(*it));
            nodes.find(|node| {
                let mut needs = oracle.chosen.iter().filter(|(it, _)| it == node);
                !oracle.order.contains(node)
                    && needs.all(|(_, any)| any.iter().all(|it| oracle.order.contains(it)))
            })
        };
        while let Some(next) = left(self) {
            self.order.push(next);
        }
        let place = |node| self.order.iter().position(|it| *it == node);
        for &node in &self.order {
            let pairs = given.pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]);
            let beside =
                pairs.filter(|(a, b)| *a == node && self.goes(*b) && place(*b) < place(*a));
            let needs = self.chosen.iter().filter(|(it, _)| *it == node);
            let needs = needs.flat_map(|(_, any)| any.iter().copied());
            self.waits.insert(node, beside.map(|it| it.1).chain(needs).collect());
        }
    }

    /// What each waits for, itself or through others.
    fn ancestors(&self, node: u32) -> BTreeSet<u32> {
        let mut found = self.waits[&node].clone();
        loop {
            let more: BTreeSet<u32> =
                found.iter().flat_map(|it| self.waits[it].iter().copied()).collect();
            let before = found.len();
            found.extend(more);
            if found.len() == before {
                return found;
            }
        }
    }

    fn has_all(&self, node: u32, goes: &BTreeSet<u32>) -> bool {
        let mut needs = self.chosen.iter().filter(|(it, _)| *it == node);
        needs.all(|(_, any)| any.iter().any(|it| goes.contains(it)))
    }

    /// What goes, if of those that are tried just these fail.
    fn outcome(&self, fail: &BTreeSet<u32>) -> BTreeSet<u32> {
        let mut goes = BTreeSet::new();
        for &node in &self.order {
            if !fail.contains(&node) && self.has_all(node, &goes) {
                goes.insert(node);
            }
        }
        goes
    }

    fn round(&self, slots: u32) -> BTreeMap<u32, u32> {
        let mut rounds = BTreeMap::new();
        for round in 1..=u32::try_from(self.order.len()).expect("few") {
            let ready = self.order.iter().filter(|node| {
                let all = self.waits[node].iter().all(|it| rounds.contains_key(it));
                !rounds.contains_key(*node) && all
            });
            let now: Vec<u32> = ready.take(slots as usize).copied().collect();
            rounds.extend(now.into_iter().map(|node| (node, round)));
        }
        rounds
    }
}

/// Everything that leads to something, over any number of steps.
fn closed(nodes: u32, edges: &BTreeSet<(u32, u32)>) -> BTreeSet<(u32, u32)> {
    let mut reach = edges.clone();
    for middle in 0..nodes {
        for from in 0..nodes {
            for to in 0..nodes {
                if reach.contains(&(from, middle)) && reach.contains(&(middle, to)) {
                    reach.insert((from, to));
                }
            }
        }
    }
    reach
}

/// The weight of every outcome of the whole queue, out of `of` to the power of its length.
fn outcomes(given: &Given, oracle: &Oracle) -> Vec<(u128, BTreeSet<u32>)> {
    (0..1u32 << given.nodes)
        .map(|bits| {
            let fail: BTreeSet<u32> = (0..given.nodes).filter(|it| bits >> it & 1 == 1).collect();
            let of = |node: u32| {
                let fails = given.fails[node as usize];
                u128::from(if fail.contains(&node) { fails } else { given.of - fails })
            };
            ((0..given.nodes).map(of).product(), oracle.outcome(&fail))
        })
        .collect()
}

type Assumed = (u32, BTreeSet<u32>);

/// How often each run is the one that is needed: how often all before its item come out so, and the
/// item is tried.
fn wanted(given: &Given, oracle: &Oracle) -> BTreeMap<Assumed, u128> {
    let mut wanted = BTreeMap::new();
    for (weight, goes) in outcomes(given, oracle).iter().filter(|it| it.0 > 0) {
        for &node in &oracle.order {
            if oracle.has_all(node, goes) {
                let with = oracle.ancestors(node).intersection(goes).copied().collect();
                *wanted.entry((node, with)).or_insert(0) += weight;
            }
        }
    }
    wanted
}

fn assumed(run: &Run) -> Assumed {
    (run.node, run.with.iter().copied().collect())
}

/// A fraction to nine decimals, downwards.
fn text(weight: u128, given: &Given) -> String {
    let whole = u128::from(given.of).pow(given.nodes);
    let (mut rest, mut digits) = (weight % whole, String::new());
    for _ in 0..9 {
        digits.push_str(&(rest * 10 / whole).to_string());
        rest = rest * 10 % whole;
    }
    let all = format!("{}.{digits}", weight / whole);
    all.trim_end_matches('0').trim_end_matches('.').to_owned()
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn who_goes_and_who_waits_for_whom_is_by_definition(given in queues(), slots in 1..=4u32) {
        let (queue, oracle) = (given.queue(), Oracle::of(&given));
        for node in 0..given.nodes {
            let (found, known) = (queue.outlook(node), oracle.outlook[&node]);
            prop_assert_eq!(found, known, "{}", node);
        }
        prop_assert_eq!(queue.order(), &oracle.order);
        for &node in &oracle.order {
            let waits: Vec<u32> = oracle.waits[&node].iter().copied().collect();
            prop_assert_eq!(queue.waits_for(node), waits);
        }
        let rounds = oracle.round(slots);
        let places = queue.places(slots);
        for node in 0..given.nodes {
            let found = places[node as usize].map(|it| it.round);
            prop_assert_eq!(found, rounds.get(&node).copied());
        }
        for cycle in queue.cycles() {
            for (at, node) in cycle.iter().enumerate() {
                let next = cycle[(at + 1) % cycle.len()];
                let tied = given.needs.iter().any(|(it, any)| it == node && any.contains(&next));
                prop_assert!(tied && oracle.outlook[node] == Outlook::InCycle);
            }
        }
        let in_cycle = oracle.outlook.values().any(|it| *it == Outlook::InCycle);
        prop_assert_eq!(queue.cycles().is_empty(), !in_cycle);
    }

    #[test]
    fn without_needs_behind_the_order_stays(given in queues()) {
        let mut given = given;
        given.needs.retain(|(node, any)| any.iter().all(|it| it < node));
        let order: Vec<u32> = given.queue().order().to_vec();
        prop_assert!(order.is_sorted());
    }

    #[test]
    fn what_follows_a_failure_is_what_happens(given in queues()) {
        let (queue, oracle) = (given.queue(), Oracle::of(&given));
        let all = oracle.outcome(&BTreeSet::new());
        for node in 0..given.nodes {
            let Some(found) = queue.failed(node) else {
                prop_assert!(!oracle.goes(node));
                continue;
            };
            let left = oracle.outcome(&BTreeSet::from([node]));
            let gone: BTreeSet<u32> =
                all.difference(&left).copied().filter(|it| *it != node).collect();
            let others = left.iter().partition(|it| oracle.ancestors(**it).contains(&node));
            let (again, untouched): (BTreeSet<u32>, BTreeSet<u32>) = others;
            prop_assert_eq!(found.dropped, Vec::from_iter(gone));
            prop_assert_eq!(found.again, Vec::from_iter(again));
            prop_assert_eq!(found.untouched, Vec::from_iter(untouched));
        }
    }

    #[test]
    fn the_runs_are_the_likeliest_of_all(given in queues(), most in 0..=24usize) {
        let (queue, oracle) = (given.queue(), Oracle::of(&given));
        let found = queue.runs(&given.fails(), most).expect("a chance for each");
        prop_assert!(found.complete);
        let wanted = wanted(&given, &oracle);
        let mut known: Vec<(u128, u32)> =
            wanted.iter().map(|((node, _), weight)| (*weight, *node)).collect();
        known.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        known.truncate(most);
        let weights: Vec<(u128, u32)> =
            found.runs.iter().map(|run| (wanted[&assumed(run)], run.node)).collect();
        prop_assert_eq!(&weights, &known);
        let different: BTreeSet<Assumed> = found.runs.iter().map(assumed).collect();
        prop_assert_eq!(different.len(), found.runs.len());
        for run in &found.runs {
            let both: BTreeSet<u32> = run.with.iter().chain(&run.without).copied().collect();
            prop_assert_eq!(both, oracle.ancestors(run.node));
            prop_assert_eq!(run.chance.to_string(), text(wanted[&assumed(run)], &given));
        }
        // Chances compare as the fractions that they are, though their texts may be equal.
        for (a, weight) in found.runs.iter().zip(&weights) {
            for (b, other) in found.runs.iter().zip(&weights) {
                prop_assert_eq!(a.chance.cmp(&b.chance), weight.0.cmp(&other.0));
            }
        }
        // So many of them are needed on average, by what happens in each outcome.
        let mut needed = 0;
        for (weight, goes) in outcomes(&given, &oracle) {
            let is_needed = |run: &&Run| {
                let before: BTreeSet<u32> =
                    oracle.ancestors(run.node).intersection(&goes).copied().collect();
                before == assumed(run).1 && oracle.has_all(run.node, &goes)
            };
            needed += weight * found.runs.iter().filter(is_needed).count() as u128;
        }
        prop_assert_eq!(found.expected.to_string(), text(needed, &given));
    }

    #[test]
    fn fewer_runs_are_the_first_of_more(given in queues(), most in 0..=12usize) {
        let queue = given.queue();
        let few = queue.runs(&given.fails(), most).expect("a chance for each").runs;
        let more = queue.runs(&given.fails(), most + 5).expect("a chance for each").runs;
        prop_assert_eq!(&few[..], &more[..few.len()]);
        prop_assert!(few.len() == most || few.len() == more.len());
    }
}
