//! The best set that can ship, against all sets.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::graph::{
    Budget, Cycles, Graph, GraphBuilder, GraphError, NodeSet, Obstacle, Question, Shipping, Wanted,
    Window,
};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

/// A small world: what is needed, and all that a choice is asked with, as plain data.
#[derive(Debug, Clone)]
struct World {
    nodes: u32,
    requires: Vec<(u32, Vec<u32>)>,
    pairs: Vec<(u8, u32, u32)>,
    live: u32,
    go: u32,
    atomic: bool,
    values: Vec<i64>,
    budgets: Vec<(u64, Vec<u64>)>,
    window: Option<(u8, u64, Vec<u64>)>,
}

fn worlds(nodes: u32) -> impl Strategy<Value = World> {
    (1..=nodes).prop_flat_map(|nodes| {
        let size = nodes as usize;
        let clause = (0..nodes, prop::collection::vec(0..nodes, 1..=3));
        let uses = prop::collection::vec(0..6u64, size);
        let graph = (
            prop::collection::vec(clause, 0..=size),
            prop::collection::vec((0..6u8, 0..nodes, 0..nodes), 0..=size),
        );
        let sets = (
            prop_oneof![3 => Just(0), 1 => any::<u32>()],
            prop_oneof![2 => Just(u32::MAX), 1 => any::<u32>()],
            any::<bool>(),
        );
        let limits = (
            prop::collection::vec(-6..10i64, size),
            prop::collection::vec((0..16u64, uses.clone()), 0..=2),
            prop::option::of((0..3u8, 0..14u64, uses)),
        );
        (graph, sets, limits).prop_map(move |(graph, sets, limits)| World {
            nodes,
            requires: graph.0,
            pairs: graph.1,
            live: sets.0,
            go: sets.1,
            atomic: sets.2,
            values: limits.0,
            budgets: limits.1,
            window: limits.2,
        })
    })
}

fn members(nodes: u32, set: u32) -> NodeSet {
    (0..nodes).filter(|node| set >> node & 1 == 1).collect()
}

impl World {
    fn graph(&self) -> Graph {
        let mut builder = GraphBuilder::new(self.nodes);
        for (node, clause) in &self.requires {
            builder.requires(*node, clause.iter().map(|&other| Some(other)));
        }
        for &(kind, a, b) in &self.pairs {
            match kind {
                0 => builder.together(a, b),
                1 | 2 => builder.after(a, b),
                _ => builder.conflicts(a, b, kind == 3),
            }
        }
        builder.build().expect("all is in range")
    }

    fn cycles(&self) -> Cycles {
        if self.atomic { Cycles::Atomic } else { Cycles::Forbidden }
    }

    fn shipping(kind: u8) -> Shipping {
        [Shipping::OneByOne, Shipping::InWaves, Shipping::InParallel][kind as usize]
    }

    /// What a set is worth, if it can ship: by the definition.
    fn worth(&self, graph: &Graph, set: &NodeSet) -> Option<i64> {
        let (live, go) = (members(self.nodes, self.live), members(self.nodes, self.go));
        if set.iter().any(|node| live.contains(node) || !go.contains(node)) {
            return None;
        }
        let sum = |uses: &[u64]| set.iter().map(|node| uses[node as usize]).sum::<u64>();
        if self.budgets.iter().any(|(limit, uses)| sum(uses) > *limit) {
            return None;
        }
        let weights = self.window.as_ref().map(|(.., takes)| takes.as_slice());
        let cycles = self.cycles();
        let question = Question { candidates: set, live: &live, go: set, cycles, weights };
        let order = graph.order(&question).expect("it fits");
        if !order.dropped().is_empty() || !order.conflicts().is_empty() {
            return None;
        }
        if let Some((kind, length, takes)) = &self.window {
            let group = |&group: &u32| -> u64 {
                order.steps(group).iter().map(|&node| takes[node as usize]).sum()
            };
            let long: u64 = match Self::shipping(*kind) {
                Shipping::OneByOne => sum(takes),
                Shipping::InWaves => {
                    order.waves().map(|wave| wave.iter().map(group).max().unwrap_or(0)).sum()
                }
                Shipping::InParallel => order.critical_path().weight,
            };
            if long > *length {
                return None;
            }
        }
        Some(set.iter().map(|node| self.values[node as usize]).sum())
    }

    fn ask<T>(&self, ask: impl FnOnce(&Wanted<'_>) -> T) -> T {
        let (live, go) = (members(self.nodes, self.live), members(self.nodes, self.go));
        let budgets: Vec<Budget<'_>> =
            self.budgets.iter().map(|(limit, uses)| Budget { limit: *limit, uses }).collect();
        let window = self.window.as_ref().map(|(kind, length, takes)| Window {
            length: *length,
            shipping: Self::shipping(*kind),
            takes,
        });
        ask(&Wanted {
            candidates: &NodeSet::all(self.nodes),
            live: &live,
            go: &go,
            cycles: self.cycles(),
            values: &self.values,
            budgets: &budgets,
            window,
        })
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn no_set_is_worth_more(world in worlds(8)) {
        let graph = world.graph();
        let choice = world.ask(|wanted| graph.choose(wanted)).expect("it fits");
        let all = (0..1u32 << world.nodes).map(|set| members(world.nodes, set));
        let best = all.filter_map(|set| world.worth(&graph, &set)).max();
        prop_assert_eq!(Some(choice.value), best);
        prop_assert_eq!(world.worth(&graph, &choice.chosen), best);
        prop_assert!(choice.is_optimal(), "{} steps", choice.steps);
        for (used, (_, uses)) in choice.used.iter().zip(&world.budgets) {
            let sum: u64 = choice.chosen.iter().map(|node| uses[node as usize]).sum();
            prop_assert_eq!(*used, sum);
        }
    }

    #[test]
    fn what_is_left_out_cannot_be_added_or_adds_nothing(world in worlds(8)) {
        let graph = world.graph();
        let choice = world.ask(|wanted| graph.choose(wanted)).expect("it fits");
        let left: NodeSet = choice.left_out.iter().map(|left| left.node).collect();
        let all: Vec<u32> = (0..world.nodes).collect();
        let mut told: Vec<u32> = choice.chosen.iter().chain(left.iter()).collect();
        told.sort_unstable();
        prop_assert_eq!(told, all);
        for left in &choice.left_out {
            let more = left.with.iter().copied().chain([left.node]);
            let set: NodeSet = choice.chosen.iter().chain(more).collect();
            let worth = world.worth(&graph, &set);
            prop_assert!(!left.because.is_empty() && !left.because.contains(&Obstacle::NotFound));
            if left.because == [Obstacle::NotWorth] {
                prop_assert!(worth.is_none_or(|worth| worth <= choice.value));
                prop_assert!(left.worth <= 0);
            } else {
                prop_assert_eq!(worth, None, "{:?}", left);
            }
        }
    }

    #[test]
    fn the_order_of_the_edges_says_nothing(world in worlds(12)) {
        let other = World {
            requires: world.requires.iter().rev().cloned().collect(),
            pairs: world.pairs.iter().rev().copied().collect(),
            ..world.clone()
        };
        let ask = |world: &World| {
            let choice = world.ask(|wanted| world.graph().choose(wanted)).expect("it fits");
            let chosen: Vec<u32> = choice.chosen.iter().collect();
            (chosen, choice.value, choice.bound, choice.left_out)
        };
        prop_assert_eq!(ask(&world), ask(&other));
    }
}

/// A bag of many things of which no sum is clear: each takes as much as it is worth, or nearly.
fn bag(nodes: u32) -> (Graph, Vec<i64>, Vec<u64>) {
    let graph = GraphBuilder::new(nodes).build().expect("it is empty");
    let uses: Vec<u64> = (0..u64::from(nodes)).map(|n| 1_000 + n * 7_919 % 997).collect();
    let values = uses.iter().map(|&uses| i64::try_from(uses + 100).expect("it is small"));
    let values = values.collect();
    (graph, values, uses)
}

#[test]
fn what_is_not_proven_is_said() {
    let (graph, values, uses) = bag(60);
    let limit = uses.iter().sum::<u64>() / 2;
    let all = NodeSet::all(60);
    let choose = || {
        graph.choose(&Wanted {
            candidates: &all,
            live: &NodeSet::new(),
            go: &all,
            cycles: Cycles::Forbidden,
            values: &values,
            budgets: &[Budget { limit, uses: &uses }],
            window: None,
        })
    };
    let choice = choose().expect("it fits");
    let used: u64 = choice.chosen.iter().map(|node| uses[node as usize]).sum();
    assert!(used <= limit && choice.bound >= choice.value);
    // The gap is less than one of the things.
    assert!(choice.bound - choice.value < 2_000, "{} of {}", choice.value, choice.bound);
    assert_eq!(
        choose().expect("it fits").chosen.iter().collect::<Vec<_>>(),
        choice.chosen.iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_long_chain_is_one_cut() {
    let nodes = 20_000;
    let mut builder = GraphBuilder::new(nodes);
    (1..nodes).for_each(|node| builder.requires(node, [Some(node - 1)]));
    let graph = builder.build().expect("all is in range");
    let all = NodeSet::all(nodes);
    // Everything costs something; only the last is worth all of it, and one more.
    let mut values = vec![-1; nodes as usize];
    values[nodes as usize - 1] = i64::from(nodes);
    let wanted = Wanted {
        candidates: &all,
        live: &NodeSet::new(),
        go: &all,
        cycles: Cycles::Forbidden,
        values: &values,
        budgets: &[],
        window: None,
    };
    let choice = graph.choose(&wanted).expect("it fits");
    assert_eq!((choice.value, choice.bound, choice.chosen.len()), (1, 1, nodes));
    let more = NodeSet::all(nodes + 1);
    let graph = GraphBuilder::new(nodes + 1).build().expect("it is empty");
    let values = vec![0; nodes as usize + 1];
    let refused = graph.choose(&Wanted { candidates: &more, values: &values, ..wanted });
    assert!(matches!(refused, Err(GraphError::TooMany { .. })));
}
