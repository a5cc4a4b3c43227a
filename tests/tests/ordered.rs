//! Edges that come and go one at a time, against all of them looked at anew after each.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;

use lynchpin::graph::{Edges, GraphError, Inserted, OrderedEdges};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

type Pairs = BTreeSet<(u32, u32)>;

#[derive(Debug, Clone, Copy)]
enum Step {
    Insert(u32, u32),
    Remove(u32, u32),
    Push,
}

/// Edges to begin with, and what becomes of them. Nodes are taken modulo how many there are, and
/// what is removed is mostly there.
fn streams() -> impl Strategy<Value = (u32, Vec<(u32, u32)>, Vec<Step>)> {
    (1..=10u32).prop_flat_map(|nodes| {
        let down = (0..nodes, 0..nodes).prop_map(|(a, b)| (a.max(b), a.min(b)));
        let down = down.prop_filter("none waits for itself", |(a, b)| a != b);
        let some = if nodes == 1 { 0..=0 } else { 0..=12 };
        let edges = if nodes == 1 { Just((0, 0)).boxed() } else { down.boxed() };
        let step = prop_oneof![
            8 => (any::<u32>(), any::<u32>()).prop_map(|(a, b)| Step::Insert(a, b)),
            3 => (any::<u32>(), any::<u32>()).prop_map(|(a, b)| Step::Remove(a, b)),
            1 => Just(Step::Push),
        ];
        (Just(nodes), prop::collection::vec(edges, some), prop::collection::vec(step, 0..=40))
    })
}

fn bulk<'a>(nodes: u32, pairs: impl IntoIterator<Item = &'a (u32, u32)>) -> Edges {
    let (later, earlier): (Vec<u32>, Vec<u32>) = pairs.into_iter().copied().unzip();
    Edges::new(nodes, &later, &earlier).expect("they are in range")
}

/// What a node waits for, directly or through others, itself included.
fn needed(node: u32, pairs: &Pairs) -> BTreeSet<u32> {
    let mut found = BTreeSet::from([node]);
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        let direct = pairs.range((node, 0)..=(node, u32::MAX)).map(|it| it.1);
        open.extend(direct.filter(|&other| found.insert(other)));
    }
    found
}

/// That the edges are the wanted ones, from every side, and their order is one.
fn holds(edges: &OrderedEdges, nodes: u32, pairs: &Pairs) {
    assert_eq!((edges.nodes(), edges.count() as usize), (nodes, pairs.len()));
    let order: Vec<u32> = edges.order().collect();
    assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), (0..nodes).collect());
    assert_eq!(order.len(), nodes as usize);
    assert!(order.iter().map(|&node| edges.place_of(node)).is_sorted_by(|a, b| a < b));
    for &(later, earlier) in pairs {
        assert!(edges.place_of(earlier) < edges.place_of(later), "{later} waits for {earlier}");
    }
    let of = |node| edges.earlier(node).iter().map(move |&earlier| (node, earlier));
    assert!((0..nodes).flat_map(of).eq(pairs.iter().copied()));
    let turned: Pairs = pairs.iter().map(|&(later, earlier)| (earlier, later)).collect();
    let of = |node| edges.later(node).iter().map(move |&later| (node, later));
    assert!((0..nodes).flat_map(of).eq(turned));
}

/// That both say the same to whatever is asked in bulk.
fn same(edges: &Edges, wanted: &Edges) {
    assert_eq!((edges.nodes(), edges.count()), (wanted.nodes(), wanted.count()));
    assert_eq!((edges.repeated(), edges.looped().len()), (0, 0));
    assert!((0..edges.nodes()).all(|node| edges.earlier(node) == wanted.earlier(node)));
    let waves = |edges: &Edges| edges.schedule(None).expect("it fits").wave_column().to_vec();
    assert_eq!(waves(edges), waves(wanted));
    let all: Vec<u32> = (0..edges.nodes()).collect();
    let counts = |edges: &Edges| edges.downstream_counts(&all).expect("they are known");
    assert_eq!(counts(edges), counts(wanted));
}

/// Adds an edge to both, and that it is refused only where it must be, with a chain that is there.
fn insert(edges: &mut OrderedEdges, pairs: &mut Pairs, later: u32, earlier: u32) -> Inserted {
    let known = pairs.contains(&(later, earlier));
    let closes = needed(earlier, pairs).contains(&later);
    let inserted = edges.insert(later, earlier).expect("they are known");
    match &inserted {
        Inserted::New => {
            assert!(!known && !closes, "{later} waits for {earlier}");
            pairs.insert((later, earlier));
        }
        Inserted::Known => assert!(known),
        Inserted::Refused { chain } => {
            assert!(closes, "{later} may wait for {earlier}");
            assert_eq!((chain.first(), chain.last()), (Some(&later), Some(&earlier)));
            assert!(chain.windows(2).all(|pair| pairs.contains(&(pair[1], pair[0]))));
            assert_eq!(chain.iter().collect::<BTreeSet<_>>().len(), chain.len());
        }
    }
    inserted
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn they_stay_in_order((nodes, begun, steps) in streams()) {
        let mut edges = OrderedEdges::new(&bulk(nodes, &begun)).expect("they go down");
        let mut again = OrderedEdges::new(&bulk(nodes, begun.iter().rev())).expect("they go down");
        let mut pairs: Pairs = begun.iter().copied().collect();
        let mut nodes = nodes;
        holds(&edges, nodes, &pairs);
        for step in steps {
            match step {
                Step::Insert(later, earlier) => {
                    let (later, earlier) = (later % nodes, earlier % nodes);
                    let inserted = insert(&mut edges, &mut pairs, later, earlier);
                    prop_assert_eq!(again.insert(later, earlier).ok(), Some(inserted));
                }
                Step::Remove(later, earlier) => {
                    let known = pairs.iter().nth(later as usize % (pairs.len() + 1)).copied();
                    let (later, earlier) = known.unwrap_or((later % nodes, earlier % nodes));
                    let order: Vec<u32> = edges.order().collect();
                    let removed = edges.remove(later, earlier).expect("they are known");
                    prop_assert_eq!(removed, pairs.remove(&(later, earlier)));
                    prop_assert_eq!(again.remove(later, earlier).ok(), Some(removed));
                    prop_assert!(edges.order().eq(order));
                }
                Step::Push => {
                    prop_assert_eq!(edges.push_node().ok(), Some(nodes));
                    prop_assert_eq!(again.push_node().ok(), Some(nodes));
                    prop_assert_eq!(edges.order().last(), Some(nodes));
                    nodes += 1;
                }
            }
            holds(&edges, nodes, &pairs);
        }
        // In whatever order the first edges were given.
        prop_assert!(edges.order().eq(again.order()));
        same(&edges.to_edges(), &bulk(nodes, &pairs));
        let renewed = OrderedEdges::new(&edges.to_edges()).expect("there is no circle");
        holds(&renewed, nodes, &pairs);
    }

    /// In bulk they are refused where one after another one of them is, with a circle of them.
    #[test]
    fn circles_are_refused_at_once(
        nodes in 1..=8u32,
        given in prop::collection::vec((any::<u32>(), any::<u32>()), 0..=12),
    ) {
        let given: Vec<_> = given.iter().map(|(a, b)| (a % nodes, b % nodes)).collect();
        let mut one_by_one = OrderedEdges::new(&bulk(nodes, [])).expect("there are no edges");
        let mut is_refused = false;
        for &(later, earlier) in &given {
            let inserted = one_by_one.insert(later, earlier).expect("they are known");
            is_refused |= matches!(inserted, Inserted::Refused { .. });
        }
        match OrderedEdges::new(&bulk(nodes, &given)) {
            Ok(_) => prop_assert!(!is_refused),
            Err(GraphError::Circle { nodes }) => {
                prop_assert!(is_refused);
                let following = nodes.iter().cycle().skip(1);
                for (&earlier, &later) in nodes.iter().zip(following) {
                    prop_assert!(given.contains(&(later, earlier)));
                }
                prop_assert_eq!(nodes.iter().min(), nodes.first());
                prop_assert_eq!(nodes.iter().collect::<BTreeSet<_>>().len(), nodes.len());
            }
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

/// Many nodes, and long chains among them: more moves than there are gaps in the order.
#[test]
fn many_move_about() {
    let mut chance = 7u64;
    let mut next = |below: u32| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        u32::try_from(chance >> 33).expect("31 bits") % below
    };
    let nodes = 300;
    let mut edges = OrderedEdges::new(&bulk(nodes, [])).expect("there are no edges");
    let mut pairs = Pairs::new();
    let (mut refused, mut removed) = (0, 0);
    for round in 0..6_000 {
        let inserted = insert(&mut edges, &mut pairs, next(nodes), next(nodes));
        refused += u32::from(matches!(inserted, Inserted::Refused { .. }));
        while pairs.len() > 450 {
            let place = next(451) as usize;
            let (later, earlier) = pairs.iter().nth(place).copied().expect("there are as many");
            pairs.remove(&(later, earlier));
            assert!(edges.remove(later, earlier).expect("they are known"));
            removed += 1;
        }
        if round % 50 == 0 {
            holds(&edges, nodes, &pairs);
        }
    }
    same(&edges.to_edges(), &bulk(nodes, &pairs));
    assert!(refused > 500 && removed > 500, "{refused} refused, {removed} removed");
}

/// A long chain that is put together from its end, and one node for which all others wait.
#[test]
fn a_chain_and_a_hub_are_put_together() {
    let nodes = 20_000;
    let mut edges = OrderedEdges::new(&bulk(nodes, [])).expect("there are no edges");
    for node in 1..nodes {
        assert_eq!(edges.insert(node - 1, node), Ok(Inserted::New));
    }
    assert!(edges.order().eq((0..nodes).rev()));
    let Ok(Inserted::Refused { chain }) = edges.insert(nodes - 1, 0) else { panic!("a circle") };
    assert!(chain.iter().copied().eq((0..nodes).rev()));
    let hub = edges.push_node().expect("there is room");
    for node in 0..nodes {
        assert_eq!(edges.insert(node, hub), Ok(Inserted::New));
    }
    assert_eq!(edges.order().next(), Some(hub));
    assert_eq!(edges.later(hub).len(), nodes as usize);
}

#[test]
fn what_is_wrong_is_refused() {
    let mut edges = OrderedEdges::new(&bulk(3, &[(1, 0)])).expect("there is no circle");
    let out = |node, place| GraphError::NodeOutOfRange { node, nodes: 3, place };
    assert_eq!(edges.insert(3, 0), Err(out(3, "`later`")));
    assert_eq!(edges.insert(0, 7), Err(out(7, "`earlier`")));
    assert_eq!(edges.remove(9, 0), Err(out(9, "`later`")));
    assert_eq!(edges.remove(0, 3), Err(out(3, "`earlier`")));
    assert_eq!(edges.insert(2, 2), Ok(Inserted::Refused { chain: vec![2] }));
    assert!(edges.earlier(3).is_empty() && edges.later(3).is_empty());
    assert_eq!(edges.place_of(3), None);
    assert_eq!(edges.count(), 1);
    let message = |pairs: &[(u32, u32)]| {
        let refused = OrderedEdges::new(&bulk(30, pairs)).expect_err("there is a circle");
        refused.to_string()
    };
    let ends = ": leave an edge of the circle out";
    assert_eq!(message(&[(4, 4)]), format!("node `4` waits for itself{ends}"));
    let two = "nodes `1`, `2` wait for each other";
    assert_eq!(message(&[(1, 2), (2, 1)]), format!("{two}{ends}"));
    let circle: Vec<(u32, u32)> = (0..20).map(|node| ((node + 1) % 20, node)).collect();
    let many = "nodes `0`, `1`, `2`, `3`, `4`, `5`, `6`, `7` and 12 more wait for each other";
    assert_eq!(message(&circle), format!("{many}{ends}"));
}
