//! Plain edges in bulk, against what is found one by one, and against the graph of an item.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::{Error, ErrorCode};
use lynchpin::graph::{Cycles, Edges, GraphBuilder, GraphError, NodeSet, Question};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

type Pairs = Vec<(u32, u32)>;

/// Edges among a few nodes: mostly downwards, so that most are on no cycle, and some of them twice.
fn graphs() -> impl Strategy<Value = (u32, Pairs, Vec<u64>)> {
    (1..=12u32).prop_flat_map(|nodes| {
        let down = (0..nodes, 0..nodes).prop_map(|(a, b)| (a.max(b), a.min(b)));
        let any = (0..nodes, 0..nodes);
        let edge = prop_oneof![6 => down.boxed(), 1 => any.boxed()];
        let edge = edge.prop_filter("few wait for themselves", |(a, b)| a != b || a % 5 == 0);
        let pairs = prop::collection::vec(edge, 0..=16);
        (Just(nodes), pairs, prop::collection::vec(0..5u64, nodes as usize))
    })
}

fn edges(nodes: u32, pairs: &[(u32, u32)]) -> Edges {
    let (later, earlier): (Vec<u32>, Vec<u32>) = pairs.iter().copied().unzip();
    Edges::new(nodes, &later, &earlier).expect("they are in range")
}

/// What each node leads to, going from the first of a pair to the second, itself if in a circle.
fn reach(nodes: u32, pairs: &[(u32, u32)]) -> Vec<BTreeSet<u32>> {
    let mut reach = vec![BTreeSet::new(); nodes as usize];
    for _ in 0..nodes {
        for &(from, to) in pairs {
            let further = reach[to as usize].clone();
            reach[from as usize].extend(further.into_iter().chain([to]));
        }
    }
    reach
}

/// The wave of each node that has one, as its definition says.
fn waves(nodes: u32, pairs: &[(u32, u32)]) -> BTreeMap<u32, u32> {
    let mut waves = BTreeMap::new();
    for wave in 1..=nodes {
        let ready = |node: &u32| {
            let mut needs = pairs.iter().filter(|(later, _)| later == node);
            !waves.contains_key(node) && needs.all(|(_, earlier)| waves.contains_key(earlier))
        };
        let ready: Vec<u32> = (0..nodes).filter(ready).collect();
        waves.extend(ready.into_iter().map(|node| (node, wave)));
    }
    waves
}

/// Waves of very many edges, where those of the graphs below have a few.
#[test]
fn waves_of_very_many_edges_are_by_definition() {
    const LAYER: u32 = 20_000;
    let (mut later, mut earlier) = (Vec::new(), Vec::new());
    let mut random = 7u64;
    let mut below = |bound: u32| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        u32::try_from((random >> 33) % u64::from(bound)).expect("it is below")
    };
    for node in LAYER..4 * LAYER {
        // Most wait for the layer before, some for any before.
        let first = if below(8) == 0 { 0 } else { node - node % LAYER - LAYER };
        for _ in 0..3 {
            later.push(node);
            earlier.push(first + below(node - node % LAYER - first));
        }
    }
    let weights: Vec<u64> = (0..4 * LAYER).map(|_| u64::from(below(1_000))).collect();
    let edges = Edges::new(4 * LAYER, &later, &earlier).expect("they are in range");
    let schedule = edges.schedule(Some(&weights)).expect("they fit");
    let mut known: Vec<(u32, u64)> = Vec::new();
    for node in 0..4 * LAYER {
        let before = edges.earlier(node).iter().map(|&it| known[it as usize]);
        let (wave, sum) = before.fold((0, 0), |(w, s), (wave, sum)| (w.max(wave), s.max(sum)));
        known.push((wave + 1, sum + weights[node as usize]));
    }
    let waves: Vec<u32> = known.iter().map(|(wave, _)| *wave).collect();
    assert_eq!(schedule.wave_column(), waves);
    let longest = known.iter().map(|(_, sum)| *sum).max();
    assert_eq!(Some(schedule.critical_path().weight), longest);
    let along = schedule.critical_path().nodes.iter().map(|&node| weights[node as usize]);
    assert_eq!(Some(along.sum()), longest);
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn they_are_what_was_given((nodes, pairs, _) in graphs()) {
        let edges = edges(nodes, &pairs);
        let given: BTreeSet<(u32, u32)> = pairs.iter().copied().collect();
        let looped: BTreeSet<u32> =
            given.iter().filter(|(a, b)| a == b).map(|(node, _)| *node).collect();
        let of = |node| edges.earlier(node).iter().map(move |&it| (node, it));
        let kept: Vec<(u32, u32)> = (0..nodes).flat_map(of).collect();
        let wanted: Vec<(u32, u32)> = given.into_iter().filter(|(a, b)| a != b).collect();
        let others = pairs.iter().filter(|(a, b)| a != b).count();
        prop_assert_eq!(edges.looped().iter().collect::<BTreeSet<_>>(), looped);
        prop_assert_eq!(edges.repeated() as usize, others - wanted.len());
        prop_assert_eq!(edges.count() as usize, wanted.len());
        prop_assert_eq!(kept, wanted);
    }

    #[test]
    fn waves_and_the_longest_chain_are_by_definition((nodes, pairs, weights) in graphs()) {
        let schedule = edges(nodes, &pairs).schedule(Some(&weights)).expect("they fit");
        let known = waves(nodes, &pairs);
        let found: BTreeMap<u32, u32> =
            (0..nodes).filter_map(|node| Some((node, schedule.wave_of(node)?))).collect();
        prop_assert_eq!(&found, &known);
        let listed: BTreeMap<u32, u32> = (1..).zip(schedule.waves())
            .flat_map(|(wave, nodes)| nodes.iter().map(move |&node| (node, wave))).collect();
        prop_assert_eq!(&listed, &known);
        prop_assert_eq!(schedule.order(), schedule.waves().flatten().copied().collect::<Vec<_>>());
        let stuck: Vec<u32> = (0..nodes).filter(|node| !known.contains_key(node)).collect();
        prop_assert_eq!(schedule.stuck().collect::<Vec<_>>(), stuck);

        let mut sums = BTreeMap::new();
        let in_order: BTreeSet<_> = known.iter().map(|(node, wave)| (*wave, *node)).collect();
        for (wave, node) in in_order {
            let needs = pairs.iter().filter(|(later, _)| *later == node);
            let before = needs.map(|(_, earlier)| sums[earlier]).max().unwrap_or(0);
            sums.insert(node, before + weights[node as usize]);
            prop_assert!(wave > 0);
        }
        let chain = schedule.critical_path();
        prop_assert_eq!(chain.weight, sums.values().copied().max().unwrap_or(0));
        prop_assert_eq!(chain.nodes.is_empty(), known.is_empty());
        let sum: u64 = chain.nodes.iter().map(|&node| weights[node as usize]).sum();
        prop_assert_eq!(sum, chain.weight);
        for pair in chain.nodes.windows(2) {
            prop_assert!(pairs.contains(&(pair[1], pair[0])));
        }
    }

    #[test]
    fn components_lead_to_each_other((nodes, pairs, _) in graphs()) {
        let components = edges(nodes, &pairs).components();
        let reach = reach(nodes, &pairs);
        let mut smallest = BTreeSet::new();
        for node in 0..nodes {
            let together: Vec<u32> = (0..nodes)
                .filter(|&other| {
                    other == node
                        || reach[node as usize].contains(&other)
                            && reach[other as usize].contains(&node)
                })
                .collect();
            let component = components.of(node).expect("it is known");
            prop_assert_eq!(components.members(component), together.as_slice());
            prop_assert_eq!(components.column()[node as usize], component);
            let is_cycle = reach[node as usize].contains(&node);
            prop_assert_eq!(components.cycles().any(|it| it == component), is_cycle);
            smallest.insert((component, together[0]));
        }
        // They are numbered by their smallest node.
        let numbers: Vec<u32> = smallest.iter().map(|(component, _)| *component).collect();
        prop_assert_eq!(numbers, (0..components.count()).collect::<Vec<_>>());
        prop_assert!(smallest.iter().map(|it| it.1).is_sorted());
    }

    #[test]
    fn what_stands_on_a_node_is_followed((nodes, pairs, _) in graphs(), some in 0..4096u32) {
        let edges = edges(nodes, &pairs);
        let given: Vec<u32> = (0..nodes).filter(|node| some >> node & 1 == 1).collect();
        let up = reach(nodes, &pairs);
        let turned: Pairs = pairs.iter().map(|&(a, b)| (b, a)).collect();
        let down = reach(nodes, &turned);
        let of = |reach: &[BTreeSet<u32>]| -> Vec<u32> {
            let all: BTreeSet<u32> =
                given.iter().flat_map(|&node| reach[node as usize].iter().copied()).collect();
            all.into_iter().filter(|node| !given.contains(node)).collect()
        };
        let found = edges.downstream(&given).expect("they are known");
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), of(&down));
        let found = edges.upstream(&given).expect("they are known");
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), of(&up));
        let others = |node: u32| down[node as usize].iter().filter(|&&other| other != node).count();
        let counts: Vec<usize> = given.iter().map(|&node| others(node)).collect();
        let found = edges.downstream_counts(&given).expect("they are known");
        prop_assert_eq!(found.iter().map(|&it| it as usize).collect::<Vec<_>>(), counts);
    }

    #[test]
    fn what_is_left_of_the_edges_says_the_same((nodes, pairs, _) in graphs()) {
        let edges = edges(nodes, &pairs);
        let known = waves(nodes, &pairs);
        let acyclic: BTreeSet<(u32, u32)> =
            pairs.iter().copied().filter(|(later, _)| known.contains_key(later)).collect();
        let implied = |edge: &(u32, u32), edges: &BTreeSet<(u32, u32)>| {
            let others: Pairs = edges.iter().copied().filter(|other| other != edge).collect();
            reach(nodes, &others)[edge.0 as usize].contains(&edge.1)
        };
        let wanted: Pairs =
            acyclic.iter().copied().filter(|edge| !implied(edge, &acyclic)).collect();
        prop_assert_eq!(edges.reduction().expect("they are few"), wanted);
    }

    /// Where there are no alternatives, an item ships as the edges say.
    #[test]
    fn they_are_the_graph_of_an_item_without_alternatives((nodes, pairs, weights) in graphs()) {
        let mut builder = GraphBuilder::new(nodes);
        pairs.iter().for_each(|&(later, earlier)| builder.requires(later, [Some(earlier)]));
        let graph = builder.build().expect("they are in range");
        let all = NodeSet::all(nodes);
        let order = graph.order(&Question {
            candidates: &all,
            live: &NodeSet::new(),
            go: &all,
            cycles: Cycles::Forbidden,
            weights: Some(&weights),
        });
        let order = order.expect("it is asked of known nodes");
        let schedule = edges(nodes, &pairs).schedule(Some(&weights)).expect("they fit");
        for node in 0..nodes {
            let group = order.group_of(node).expect("it is a candidate");
            prop_assert_eq!(order.wave_of(group), schedule.wave_of(node));
        }
        prop_assert_eq!(order.critical_path().weight, schedule.critical_path().weight);
        prop_assert_eq!(&order.critical_path().groups, &schedule.critical_path().nodes);
    }
}

/// Many nodes with much that stands on them are followed in one pass; it comes to the same, with
/// nodes that wait for themselves and with circles.
#[test]
fn many_are_counted_as_one_by_one() {
    let nodes = 3_000u32;
    let mut chance = 7u64;
    let mut next = |below: u32| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        u32::try_from(chance >> 33).expect("31 bits") % below
    };
    let down = (0..9_000).map(|_| (next(nodes), next(nodes))).map(|(a, b)| (a.max(b), a.min(b)));
    let down: Pairs = down.collect();
    let circles = (0..40).map(|_| next(nodes - 40)).flat_map(|it| [(it, it + 40), (it + 40, it)]);
    let with_circles: Pairs = down.iter().copied().chain(circles).collect();
    for (pairs, largest) in [(down, 1), (with_circles, 2)] {
        let edges = edges(nodes, &pairs);
        let components = edges.components();
        let of = |component: u32| components.members(component).len();
        assert!(components.cycles().map(of).max() >= Some(largest), "there are cycles");
        let given: Vec<u32> = (0..nodes).step_by(3).chain([0, 0, 1]).collect();
        let at_once = edges.downstream_counts(&given).expect("they are known");
        for (&node, &count) in given.iter().zip(&at_once) {
            assert_eq!(edges.downstream(&[node]).expect("it is known").len(), count, "{node}");
        }
        let looked: u32 = at_once.iter().sum();
        assert!(looked > 3 * (nodes + edges.count()), "too little stands on them: {looked}");
    }
}

#[test]
fn what_is_wrong_is_refused() {
    let refused = |later: &[u32], earlier: &[u32]| Edges::new(3, later, earlier).err();
    assert_eq!(refused(&[1], &[0, 2]), Some(GraphError::EdgeEnds { later: 1, earlier: 2 }));
    let out = |node, place| Some(GraphError::NodeOutOfRange { node, nodes: 3, place });
    assert_eq!(refused(&[1, 7, 3], &[0, 0, 0]), out(7, "`later`"));
    assert_eq!(refused(&[1, 1], &[0, 3]), out(3, "`earlier`"));
    let too_many = GraphError::TooMany {
        what: "nodes",
        count: u64::from(u32::MAX),
        limit: u64::from(u32::MAX - 64),
    };
    assert_eq!(Edges::new(u32::MAX, &[], &[]).err(), Some(too_many));
    let edges = edges(3, &[(1, 0)]);
    assert_eq!(edges.downstream(&[9]).err(), out(9, "`downstream`"));
    assert_eq!(edges.upstream(&[3]).err(), out(3, "`upstream`"));
    assert_eq!(edges.downstream_counts(&[3]).err(), out(3, "`downstream`"));
    let weights = |weights: &[u64]| edges.schedule(Some(weights)).err();
    assert_eq!(weights(&[1, 2]), Some(GraphError::WeightCount { given: 2, nodes: 3 }));
    assert_eq!(weights(&[u64::MAX, 1, 0]), Some(GraphError::WeightOverflow));
    assert!(edges.earlier(9).is_empty());
    assert!(edges.schedule(None).expect("it fits").wave(9).is_empty());
    assert!(edges.components().members(9).is_empty());
    let none = Edges::new(0, &[], &[]).expect("there is nothing wrong");
    assert!(none.schedule(None).expect("it fits").critical_path().nodes.is_empty());
    assert_eq!(none.components().count(), 0);
}

/// What other languages are told of it.
#[test]
fn what_is_wrong_has_a_code() {
    let out = GraphError::NodeOutOfRange { node: 3, nodes: 3, place: "`later`" };
    let many = GraphError::TooMany { what: "nodes", count: 9, limit: 8 };
    for (error, code) in [
        (out, ErrorCode::NumberOutOfRange),
        (GraphError::WeightOverflow, ErrorCode::NumberOutOfRange),
        (GraphError::EmptyClause { node: 1 }, ErrorCode::Empty),
        (many, ErrorCode::LimitExceeded),
        (GraphError::EdgeEnds { later: 1, earlier: 2 }, ErrorCode::BadArgument),
        (GraphError::WeightCount { given: 1, nodes: 2 }, ErrorCode::BadArgument),
        (GraphError::Circle { nodes: vec![1, 2] }, ErrorCode::BadArgument),
    ] {
        let message = error.to_string();
        assert_eq!(error.code(), code);
        assert_eq!(Error::from(error), Error::new(code, message));
    }
}
