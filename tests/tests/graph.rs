//! The graph floor against its oracle and against laws of its own.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::graph::{
    Cycle, Cycles, Graph, GraphBuilder, GraphError, Hop, HopKind, Missing, NodeSet, Order, Question,
};
use lynchpin_tests::cases::config;
use lynchpin_tests::oracle::graph::{self as oracle, Answer, Case, Group};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

// The generator.

/// Two nodes, mostly the larger one first, so that cycles are common but not everywhere, and seldom
/// the same one twice.
fn edge(nodes: u32) -> impl Strategy<Value = (u32, u32)> {
    let down = (0..nodes, 0..nodes).prop_map(|(a, b)| (a.max(b), a.min(b)));
    let any = (0..nodes, 0..nodes);
    let ends = prop_oneof![3 => down.boxed(), 2 => any.boxed()];
    (ends, prop::bool::weighted(0.1)).prop_map(move |((a, b), itself)| {
        if a == b && !itself { (a, (b + 1) % nodes) } else { (a, b) }
    })
}

fn pairs(nodes: u32, most: usize) -> impl Strategy<Value = Vec<(u32, u32)>> {
    prop::collection::vec(edge(nodes), 0..=most)
}

fn some_of(nodes: u32, likely: f64) -> impl Strategy<Value = BTreeSet<u32>> {
    prop::collection::vec(prop::bool::weighted(likely), nodes as usize)
        .prop_map(|bits| (0u32..).zip(bits).filter(|&(_, bit)| bit).map(|(node, _)| node).collect())
}

fn clauses(nodes: u32) -> impl Strategy<Value = Vec<(u32, Vec<Option<u32>>)>> {
    let more = prop_oneof![8 => (0..nodes).prop_map(Some), 1 => Just(None)];
    let more = prop_oneof![3 => Just(vec![]), 2 => prop::collection::vec(more, 1..=2)];
    let clause = (edge(nodes), prop::bool::weighted(0.04), more);
    let clause = clause.prop_map(|((node, other), absent, mut alternatives)| {
        alternatives.push((!absent).then_some(other));
        (node, alternatives)
    });
    prop::collection::vec(clause, 0..=9)
}

/// Small graphs on which everything happens often; see `the_generator_makes_what_it_should`.
fn cases() -> impl Strategy<Value = Case> {
    prop_oneof![1 => 1..=3u32, 5 => 4..=8u32].prop_flat_map(|nodes| {
        let edges = (
            clauses(nodes),
            prop_oneof![2 => Just(vec![]), 1 => pairs(nodes, 3)],
            prop_oneof![1 => Just(vec![]), 2 => pairs(nodes, 5)],
            prop::collection::vec((0..nodes, 0..nodes, any::<bool>()), 0..=2),
        );
        let sets = (
            some_of(nodes, 0.92),
            some_of(nodes, 0.08),
            prop_oneof![1 => some_of(nodes, 1.0), 2 => some_of(nodes, 0.85)],
            any::<bool>(),
            prop::collection::vec(0..5u64, nodes as usize),
        );
        // Too rare to come up by itself: an alternative that is no go, without which a loop closes.
        let loops = prop::option::weighted(0.3, (0..nodes, 1..3u32, 3..5u32));
        (edges, sets, loops).prop_map(move |(edges, sets, loops)| {
            let (mut requires, together, mut after, conflicts) = edges;
            let (candidates, live, mut go, atomic, weights) = sets;
            if let Some((a, to_b, to_no_go)) = loops {
                let (b, no_go) = ((a + to_b) % nodes, (a + to_no_go) % nodes);
                requires.push((a, vec![Some(b), Some(no_go)]));
                after.push((b, a));
                go.remove(&no_go);
            }
            Case {
                nodes,
                requires,
                together,
                after,
                conflicts,
                candidates,
                live,
                go,
                atomic,
                weights,
            }
        })
    })
}

fn without_after() -> impl Strategy<Value = Case> {
    cases().prop_map(|case| Case { after: Vec::new(), ..case })
}

// The engine on a case.

fn graph(case: &Case) -> Graph {
    let mut builder = GraphBuilder::new(case.nodes);
    for (node, alternatives) in &case.requires {
        builder.requires(*node, alternatives.iter().copied());
    }
    for &(a, b) in &case.together {
        builder.together(a, b);
    }
    for &(later, earlier) in &case.after {
        builder.after(later, earlier);
    }
    for &(a, b, exclusive) in &case.conflicts {
        builder.conflicts(a, b, exclusive);
    }
    builder.build().expect("generated numbers are in range")
}

fn order(case: &Case) -> Order {
    let graph = graph(case);
    let set = |nodes: &BTreeSet<u32>| nodes.iter().copied().collect::<NodeSet>();
    let question = Question {
        candidates: &set(&case.candidates),
        live: &set(&case.live),
        go: &set(&case.go),
        cycles: if case.atomic { Cycles::Atomic } else { Cycles::Forbidden },
        weights: Some(&case.weights),
    };
    let order = graph.order(&question).expect("generated questions are well-formed");
    order.verify(&graph, &question).expect("the answer supports itself");
    order
}

fn members(order: &Order, group: u32) -> Group {
    order.steps(group).iter().copied().collect()
}

fn shipped(order: &Order) -> BTreeSet<u32> {
    order.waves().flatten().flat_map(|&group| order.steps(group)).copied().collect()
}

// Against the oracle.

/// Checks that a witness is a closed walk along edges that exist, and gives the smallest nodes of
/// the groups that it passes.
fn walk(case: &Case, order: &Order, cycle: &Cycle) -> Vec<u32> {
    let partners = |node: u32| {
        let only = Case { requires: Vec::new(), ..case.clone() };
        let inside =
            |&(a, b): &(u32, u32)| case.candidates.contains(&a) && case.candidates.contains(&b);
        let together = case.together.iter().copied().filter(inside).collect();
        let only = Case { together, ..only };
        let mut group = oracle::reach(&only, &Group::from([node]), true);
        group.insert(node);
        group
    };
    let first = |node: u32| -> u32 {
        let group = order.group_of(node).expect("witnesses are candidates");
        let whole = if cycle.forbidden { members(order, group) } else { partners(node) };
        *whole.first().expect("groups are not empty")
    };
    let mut around = Vec::new();
    for (hop, next) in cycle.witness.iter().zip(cycle.witness.iter().cycle().skip(1)) {
        let Hop { from, kind, to } = *hop;
        assert_eq!(to, next.from, "a hop starts where the one before ended");
        assert!(cycle.members.contains(&from), "a witness stays among the members");
        let same_group = order.group_of(from) == order.group_of(to);
        match kind {
            HopKind::Requires => {
                let lists = |(node, others): &(u32, Vec<Option<u32>>)| {
                    *node == from
                        && others.contains(&Some(to))
                        && !others.iter().flatten().any(|other| case.live.contains(other))
                };
                assert!(case.requires.iter().any(lists), "{hop:?} is no requirement");
                around.push(first(from));
            }
            HopKind::After => {
                assert!(case.after.contains(&(from, to)), "{hop:?} is no order");
                around.push(if same_group { from } else { first(from) });
            }
            HopKind::Together => {
                assert!(from != to && same_group, "{hop:?} leaves the group");
                assert!(case.atomic || partners(from).contains(&to), "{hop:?} is no group");
            }
        }
    }
    around
}

fn check_cycles(case: &Case, order: &Order, expected: &Answer) {
    let mut found = Vec::new();
    for cycle in order.cycles() {
        assert!(cycle.exact, "small components are searched in full");
        found.push(oracle::Cycle {
            members: cycle.members.clone(),
            around: walk(case, order, cycle),
            forbidden: cycle.forbidden,
        });
    }
    found.sort();
    assert_eq!(found, expected.cycles);
}

fn check_dropped(order: &Order, expected: &Answer) {
    let found: BTreeMap<Group, oracle::Dropped> = order
        .dropped()
        .iter()
        .map(|dropped| {
            assert!(!dropped.more_roots);
            let value = oracle::Dropped {
                not_go: dropped.not_go.iter().copied().collect(),
                missing: dropped.missing,
                cycle: dropped.cycle,
                roots: dropped.roots.iter().map(|&group| members(order, group)).collect(),
            };
            (members(order, dropped.group), value)
        })
        .collect();
    assert_eq!(found, expected.dropped);
}

fn check_path(case: &Case, order: &Order, expected: &Answer) {
    let path = order.critical_path();
    assert_eq!(path.weight, expected.critical);
    let nodes = path.groups.iter().flat_map(|&group| order.steps(group));
    assert_eq!(nodes.map(|&node| case.weights[node as usize]).sum::<u64>(), path.weight);
    for pair in path.groups.windows(2) {
        assert!(order.dependencies(pair[1]).contains(&pair[0]));
    }
}

fn check_against_oracle(case: &Case) {
    let order = order(case);
    let expected = oracle::answer(case);
    let groups = (0..order.group_count()).map(|group| members(&order, group));
    assert_eq!(groups.collect::<BTreeSet<_>>(), expected.groups);
    for group in &expected.groups {
        let steps = oracle::steps(case, group).unwrap_or(group.iter().copied().collect());
        let number = order.group_of(*group.first().expect("groups are not empty"));
        assert_eq!(order.steps(number.expect("it has a group")), steps);
    }
    let waves = (1u32..).zip(order.waves()).flat_map(|(wave, groups)| {
        groups.iter().map(move |&group| (group, wave)).collect::<Vec<_>>()
    });
    let waves = waves.map(|(group, wave)| (members(&order, group), wave));
    assert_eq!(waves.collect::<BTreeMap<_, _>>(), expected.waves);
    let missing = |pick: fn(&Missing) -> Option<(u32, u32)>| {
        order.missing().iter().filter_map(pick).collect::<BTreeSet<_>>()
    };
    let clauses = missing(|missing| match *missing {
        Missing::Requirement { node, clause } => Some((node, clause)),
        Missing::Partner { .. } => None,
    });
    assert_eq!(clauses, expected.missing_clauses);
    let partners = missing(|missing| match *missing {
        Missing::Partner { node, partner } => Some((node, partner)),
        Missing::Requirement { .. } => None,
    });
    assert_eq!(partners, expected.missing_partners);
    let conflicts = order.conflicts().iter().map(|c| ((c.a, c.b), c.exclusive));
    assert_eq!(conflicts.collect::<BTreeMap<_, _>>(), expected.conflicts);
    check_cycles(case, &order, &expected);
    check_dropped(&order, &expected);
    check_path(case, &order, &expected);
    for (group, needs) in &expected.dependencies {
        let number = order.group_of(*group.first().expect("groups are not empty"));
        let found = order.dependencies(number.expect("it has a group")).iter();
        assert_eq!(&found.map(|&g| members(&order, g)).collect::<BTreeSet<_>>(), needs);
    }
    let edges = order.reduction().expect("small graphs are within the limit");
    let edges = edges.iter().map(|&(a, b)| (members(&order, a), members(&order, b)));
    assert_eq!(edges.collect::<BTreeSet<_>>(), oracle::reduction(&expected.dependencies));
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn the_answer_is_the_oracles(case in cases()) {
        check_against_oracle(&case);
    }

    #[test]
    fn reach_is_the_oracles(case in cases(), start in some_of(8, 0.2)) {
        let graph = graph(&case);
        let start: BTreeSet<u32> = start.into_iter().filter(|&node| node < case.nodes).collect();
        let nodes: Vec<u32> = start.iter().copied().collect();
        let up = graph.upstream(&nodes).expect("the nodes exist");
        prop_assert_eq!(up, Vec::from_iter(oracle::reach(&case, &start, true)));
        let down = graph.downstream(&nodes).expect("the nodes exist");
        prop_assert_eq!(down, Vec::from_iter(oracle::reach(&case, &start, false)));
    }

    #[test]
    fn the_order_of_the_input_changes_nothing(
        (case, keys) in (cases(), prop::collection::vec(any::<u32>(), 32)),
    ) {
        let text = |case: &Case| format!("{:?}", order(case));
        prop_assert_eq!(text(&shuffled(&case, &keys)), text(&case));
    }

    // Not with `after`: a node that ships where it did not may bring an order that closes a loop.
    // Not with atomic cycles: one more way to meet a clause can take a group apart that shipped.
    #[test]
    fn one_more_live_node_drops_nothing(case in without_after(), node in 0..8u32) {
        let before = Case { atomic: false, ..case };
        let node = node % before.nodes;
        let mut after = before.clone();
        after.live.insert(node);
        prop_assert!(shipped(&order(&before)).is_subset(&shipped(&order(&after))));
    }

    #[test]
    fn one_requirement_less_drops_nothing(case in without_after(), index in 0..10usize) {
        let before = Case { atomic: false, ..case };
        prop_assume!(!before.requires.is_empty());
        let mut after = before.clone();
        after.requires.remove(index % before.requires.len());
        prop_assert!(shipped(&order(&before)).is_subset(&shipped(&order(&after))));
    }

    // Groups do not depend on verdicts, so this one holds with atomic cycles too.
    #[test]
    fn one_more_go_drops_nothing(before in without_after(), node in 0..8u32) {
        let node = node % before.nodes;
        let mut after = before.clone();
        after.go.insert(node);
        prop_assert!(shipped(&order(&before)).is_subset(&shipped(&order(&after))));
    }

    #[test]
    fn verdicts_change_no_group_and_shipping_alone_needs_no_one_else(case in cases()) {
        let all_go = Case { go: case.candidates.clone(), ..case.clone() };
        let (one, all) = (order(&case), order(&all_go));
        let groups = |order: &Order| {
            (0..order.group_count()).map(|group| order.steps(group).to_vec()).collect::<Vec<_>>()
        };
        prop_assert_eq!(groups(&one), groups(&all));
        // What ships is enough by itself: asked about alone, it ships again, in the same waves. Not
        // if a cycle was merged through a candidate that is gone now, nor if a partner is.
        let ships = shipped(&one);
        if !case.atomic {
            let alone = order(&Case { candidates: ships.clone(), ..case });
            prop_assert_eq!(&shipped(&alone), &ships);
            for node in ships {
                let wave = |o: &Order| o.group_of(node).and_then(|group| o.wave_of(group));
                prop_assert_eq!(wave(&alone), wave(&one));
            }
        }
    }
}

/// The same case with its edges in another order. A node's clauses keep theirs, because answers
/// refer to them by number.
fn shuffled(case: &Case, keys: &[u32]) -> Case {
    fn mix<T: Clone>(items: &[T], keys: &[u32]) -> Vec<T> {
        let mut keyed: Vec<(u32, usize)> =
            (0..items.len()).map(|index| (keys[index % keys.len()], index)).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, index)| items[index].clone()).collect()
    }
    let mut owners = mix(&case.requires, keys);
    let mut own: BTreeMap<u32, Vec<Vec<Option<u32>>>> = BTreeMap::new();
    for (node, alternatives) in case.requires.iter().rev() {
        own.entry(*node).or_default().push(alternatives.iter().rev().copied().collect());
    }
    for (node, alternatives) in &mut owners {
        *alternatives = own.get_mut(node).and_then(Vec::pop).expect("each clause is used once");
    }
    Case {
        requires: owners,
        together: mix(&case.together, keys).into_iter().map(|(a, b)| (b, a)).collect(),
        after: mix(&case.after, keys),
        conflicts: mix(&case.conflicts, keys).into_iter().map(|(a, b, e)| (b, a, e)).collect(),
        ..case.clone()
    }
}

/// A property over cases that never have a cycle proves little about cycles.
#[test]
fn the_generator_makes_what_it_should() {
    const SAMPLES: u32 = 1_500;
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for _ in 0..SAMPLES {
        let case = cases().new_tree(&mut runner).expect("cases can be made").current();
        let order = order(&case);
        let all_go = self::order(&Case { go: case.candidates.clone(), ..case.clone() });
        let hops = || order.cycles().iter().flat_map(|cycle| &cycle.witness);
        let forbidden = |order: &Order| order.cycles().iter().filter(|c| c.forbidden).count();
        let inside = |hop: &Hop| order.group_of(hop.from) == order.group_of(hop.to);
        let requirement = |m: &Missing| matches!(m, Missing::Requirement { .. });
        let inherits = |dropped: &lynchpin::graph::Dropped| !dropped.is_root();
        let facts = [
            ("a forbidden cycle", forbidden(&order) > 0),
            ("a merged cycle", forbidden(&order) < order.cycles().len()),
            ("two cycles", order.cycles().len() > 1),
            ("a witness of three or more", order.cycles().iter().any(|c| c.witness.len() > 2)),
            ("a cycle of one", order.cycles().iter().any(|c| c.witness.len() == 1)),
            ("a cycle through after", hops().any(|hop| hop.kind == HopKind::After)),
            ("after inside", hops().any(|hop| hop.kind == HopKind::After && inside(hop))),
            ("a hop inside a group", hops().any(|hop| hop.kind == HopKind::Together)),
            ("a cycle only after a drop", forbidden(&order) > forbidden(&all_go)),
            ("a group of several", (0..order.group_count()).any(|g| order.steps(g).len() > 1)),
            ("three waves", order.wave_count() >= 3),
            ("a choice", order.waves().flatten().any(|&g| order.dependencies(g).len() > 1)),
            ("a missing requirement", order.missing().iter().any(requirement)),
            ("a missing partner", !order.missing().iter().all(requirement)),
            ("an inherited drop", order.dropped().iter().any(inherits)),
            ("nothing dropped", order.dropped().is_empty() && order.group_count() > 1),
            ("a conflict", !order.conflicts().is_empty()),
        ];
        for (fact, holds) in facts {
            *seen.entry(fact).or_default() += u32::from(holds);
        }
    }
    for (fact, count) in &seen {
        println!("{fact}: {count} of {SAMPLES}");
    }
    let rare = ["a cycle only after a drop", "after inside", "a hop inside a group"];
    for (fact, count) in &seen {
        let least = if rare.contains(fact) { SAMPLES / 300 } else { SAMPLES / 25 };
        assert!(*count >= least, "{fact}: only {count} of {SAMPLES}");
    }
}

// Corners that the laws name.

fn ask(graph: &Graph, nodes: u32, cycles: Cycles) -> Order {
    let all = NodeSet::all(nodes);
    let question =
        Question { candidates: &all, live: &NodeSet::new(), go: &all, cycles, weights: None };
    let order = graph.order(&question).expect("the question is well-formed");
    order.verify(graph, &question).expect("the answer supports itself");
    order
}

#[test]
fn what_requires_itself_is_a_cycle_of_one() {
    let mut builder = GraphBuilder::new(2);
    builder.requires(0, [Some(0)]);
    builder.requires(1, [Some(0)]);
    builder.together(1, 1);
    let graph = builder.build().expect("in range");
    let order = ask(&graph, 2, Cycles::Forbidden);
    let hop = Hop { from: 0, kind: HopKind::Requires, to: 0 };
    assert_eq!(order.cycles().len(), 1);
    assert_eq!(order.cycles()[0].witness, [hop]);
    assert_eq!(order.dropped()[1].roots, [0]);
    let order = ask(&graph, 2, Cycles::Atomic);
    assert_eq!((order.wave(1), order.wave(2)), (&[0][..], &[1][..]));
    assert!(!order.cycles()[0].forbidden);
}

#[test]
fn after_sorts_the_steps_of_a_group_and_may_not_turn_round() {
    let mut builder = GraphBuilder::new(4);
    builder.together(0, 1);
    builder.together(1, 2);
    builder.after(0, 2);
    let order = ask(&builder.clone().build().expect("in range"), 4, Cycles::Forbidden);
    assert_eq!(order.steps(0), [1, 2, 0]);
    builder.after(2, 0);
    let order = ask(&builder.build().expect("in range"), 4, Cycles::Atomic);
    assert_eq!(order.cycles()[0].members, [0, 2]);
    assert!(order.cycles()[0].forbidden, "a cycle of `after` is never merged");
    assert_eq!(shipped(&order), BTreeSet::from([3]));
}

#[test]
fn a_dropped_alternative_may_force_a_loop_through_after() {
    let mut builder = GraphBuilder::new(3);
    builder.requires(0, [Some(1), Some(2)]);
    builder.after(1, 0);
    let graph = builder.build().expect("in range");
    let all = NodeSet::all(3);
    let go: NodeSet = [0, 1].into_iter().collect();
    let question = Question {
        candidates: &all,
        live: &NodeSet::new(),
        go: &go,
        cycles: Cycles::Forbidden,
        weights: None,
    };
    let order = graph.order(&question).expect("the question is well-formed");
    assert_eq!(order.cycles().len(), 1);
    assert_eq!(order.dropped().len(), 3);
    assert_eq!(order.dropped()[0].roots, [0, 1, 2]);
}

#[test]
fn roots_are_listed_up_to_a_limit_and_say_so() {
    let mut builder = GraphBuilder::new(41);
    for other in 1..=40 {
        builder.requires(0, [Some(other)]);
    }
    let graph = builder.build().expect("in range");
    let (all, go) = (NodeSet::all(41), NodeSet::all(1));
    let question = Question {
        candidates: &all,
        live: &NodeSet::new(),
        go: &go,
        cycles: Cycles::Forbidden,
        weights: None,
    };
    let order = graph.order(&question).expect("the question is well-formed");
    let first = &order.dropped()[0];
    assert_eq!(first.roots, (1..=16).collect::<Vec<_>>());
    assert!(first.more_roots);
    assert_eq!(first.blocked_by.len(), 40);
}

#[test]
fn malformed_input_is_an_error_that_names_it() {
    let mut builder = GraphBuilder::new(3);
    builder.requires(1, []);
    assert_eq!(builder.build().err(), Some(GraphError::EmptyClause { node: 1 }));
    let mut builder = GraphBuilder::new(3);
    builder.requires(1, [Some(3)]);
    let error = builder.build().expect_err("3 is out of range");
    assert_eq!(
        error.to_string(),
        "node `3` is out of range in `requires`: number the 3 nodes from 0"
    );
    assert!(GraphBuilder::new(u32::MAX).build().is_err());
    let graph = GraphBuilder::new(2).build().expect("in range");
    let (all, none) = (NodeSet::all(2), NodeSet::new());
    let cycles = Cycles::Forbidden;
    let question = Question { candidates: &all, live: &none, go: &all, cycles, weights: None };
    let wide = NodeSet::all(3);
    let out = |place| Some(GraphError::NodeOutOfRange { node: 2, nodes: 2, place });
    let asked = Question { candidates: &wide, ..question };
    assert_eq!(graph.order(&asked).err(), out("`candidates`"));
    assert_eq!(graph.order(&Question { live: &wide, ..question }).err(), out("`live`"));
    let asked = Question { weights: Some(&[1]), ..question };
    assert_eq!(graph.order(&asked).err(), Some(GraphError::WeightCount { given: 1, nodes: 2 }));
    let asked = Question { weights: Some(&[1, u64::MAX]), ..question };
    assert_eq!(graph.order(&asked).err(), Some(GraphError::WeightOverflow));
    assert!(graph.upstream(&[u32::MAX]).is_err());
    assert_eq!(graph.conflicts_of(9).count(), 0);
}

#[test]
fn nothing_and_unknown_numbers_are_answered() {
    let graph = GraphBuilder::new(0).build().expect("an empty graph");
    let order = ask(&graph, 0, Cycles::Atomic);
    assert_eq!((order.group_count(), order.wave_count()), (0, 0));
    assert!(order.critical_path().groups.is_empty());
    assert_eq!((order.group_of(7), order.wave_of(7)), (None, None));
    assert!(order.steps(7).is_empty() && order.wave(0).is_empty() && order.wave(1).is_empty());
    assert!(order.dependencies(7).is_empty());
}
