//! The graph floor at sizes and depths that nothing recursive or quadratic survives.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::graph::{
    Cycles, Graph, GraphBuilder, GraphError, NodeSet, Order, Question, REDUCTION_GROUPS,
    WITNESS_GROUPS,
};

fn ask(graph: &Graph, nodes: u32, cycles: Cycles) -> Order {
    let all = NodeSet::all(nodes);
    let question =
        Question { candidates: &all, live: &NodeSet::new(), go: &all, cycles, weights: None };
    let order = graph.order(&question).expect("the question is well-formed");
    order.verify(graph, &question).expect("the answer supports itself");
    order
}

#[test]
fn a_reduction_above_its_limit_is_refused() {
    let nodes = REDUCTION_GROUPS + 1;
    let graph = GraphBuilder::new(nodes).build().expect("in range");
    let error = ask(&graph, nodes, Cycles::Forbidden).reduction().err();
    assert!(matches!(error, Some(GraphError::TooMany { limit: 20_000, .. })), "{error:?}");
}

/// Far more than a stack of 256 KiB holds frames.
const DEEP: u32 = 200_000;

/// Runs on a thread with a stack on which nothing can recurse a million times.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(work);
    thread.expect("a thread starts").join().expect("the work ends without a panic");
}

fn ring(nodes: u32) -> GraphBuilder {
    let mut builder = GraphBuilder::new(nodes);
    for node in 0..nodes {
        builder.requires(node, [Some((node + 1) % nodes)]);
    }
    builder
}

fn chain(nodes: u32) -> Graph {
    let mut builder = GraphBuilder::new(nodes);
    for node in 0..nodes - 1 {
        builder.requires(node, [Some(node + 1)]);
    }
    builder.build().expect("in range")
}

#[test]
fn a_chain_of_a_million_ships_in_a_million_waves() {
    const MILLION: u32 = 1_000_000;
    on_a_small_stack(|| {
        let all = NodeSet::all(MILLION);
        let question = Question {
            candidates: &all,
            live: &NodeSet::new(),
            go: &all,
            cycles: Cycles::Atomic,
            weights: None,
        };
        let order = chain(MILLION).order(&question).expect("the question is well-formed");
        assert_eq!(order.wave_count(), MILLION);
        assert_eq!(order.critical_path().weight, u64::from(MILLION));
    });
}

#[test]
fn a_deep_chain_is_dropped_for_its_root() {
    on_a_small_stack(|| {
        let graph = chain(DEEP);
        let (all, none) = (NodeSet::all(DEEP), NodeSet::new());
        let go: NodeSet = (0..DEEP - 1).collect();
        let cycles = Cycles::Forbidden;
        let question = Question { candidates: &all, live: &none, go: &go, cycles, weights: None };
        let order = graph.order(&question).expect("the question is well-formed");
        assert_eq!(order.dropped().len(), DEEP as usize);
        assert!(order.dropped().iter().all(|dropped| dropped.roots == [DEEP - 1]));
        assert_eq!(graph.upstream(&[0]).expect("in range").len(), DEEP as usize - 1);
        assert_eq!(graph.downstream(&[DEEP - 1]).expect("in range").len(), DEEP as usize - 1);
    });
}

#[test]
fn a_large_ring_is_one_cycle_with_a_witness() {
    on_a_small_stack(|| {
        let graph = ring(DEEP).build().expect("in range");
        let order = ask(&graph, DEEP, Cycles::Forbidden);
        let cycle = &order.cycles()[0];
        assert_eq!((cycle.witness.len(), cycle.exact), (DEEP as usize, false));
        let order = ask(&graph, DEEP, Cycles::Atomic);
        assert_eq!((order.group_count(), order.wave_count()), (1, 1));
    });
}

#[test]
fn a_large_group_has_its_steps_in_order() {
    on_a_small_stack(|| {
        let mut builder = GraphBuilder::new(DEEP);
        for node in 0..DEEP - 1 {
            builder.together(node, node + 1);
            builder.after(node, node + 1);
        }
        let order = ask(&builder.build().expect("in range"), DEEP, Cycles::Forbidden);
        assert_eq!((order.group_count(), order.wave_count()), (1, 1));
        assert!(order.steps(0).iter().rev().copied().eq(0..DEEP));
    });
}

#[test]
fn the_witness_is_the_shortest_up_to_the_limit() {
    // A ring with a short cut far from its smallest node.
    let circle = |nodes: u32| {
        let mut builder = ring(nodes);
        builder.requires(nodes - 10, [Some(nodes - 12)]);
        ask(&builder.build().expect("in range"), nodes, Cycles::Forbidden).cycles()[0].clone()
    };
    let exact = circle(WITNESS_GROUPS);
    assert_eq!((exact.witness.len(), exact.exact), (3, true));
    let rough = circle(WITNESS_GROUPS + 1);
    assert_eq!((rough.witness.len(), rough.exact), (WITNESS_GROUPS as usize + 1, false));
    assert_eq!(rough.witness[0].from, 0);
}
