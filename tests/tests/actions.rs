//! The least that must be done, against all sets of acts.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use lynchpin::base::id::RequirementId;
use lynchpin::base::{Actor, Instant, Subject};
use lynchpin::reason::tree::{Arg, Clears, Join, Node, Reasons};
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::study::actions::{Least, Patience, least};
use lynchpin_tests::cases::config;
use proptest::prelude::*;

/// A leaf of a tree: which of a few acts, waits or neither would meet it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaf {
    Met,
    NotAsked,
    Act(u8),
    Wait(u8),
    Either(u8),
    Passed,
    Never,
}

#[derive(Debug, Clone)]
enum Tree {
    Leaf(Leaf),
    All(Vec<Tree>),
    Any(Vec<Tree>),
    AtLeast(usize, Vec<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        2 => Just(Leaf::Met),
        1 => Just(Leaf::NotAsked),
        8 => (0..5u8).prop_map(Leaf::Act),
        3 => (0..3u8).prop_map(Leaf::Wait),
        2 => (0..3u8).prop_map(Leaf::Either),
        1 => Just(Leaf::Passed),
        1 => Just(Leaf::Never),
    ];
    leaf.prop_map(Tree::Leaf).prop_recursive(3, 20, 4, |inner| {
        let some = prop::collection::vec(inner, 1..=4);
        prop_oneof![
            some.clone().prop_map(Tree::All),
            some.clone().prop_map(Tree::Any),
            (1..=4usize, some).prop_map(|(count, some)| Tree::AtLeast(count, some)),
        ]
    })
}

/// How many people an act of a number takes: of an approval, more than one.
fn people(act: u8) -> i64 {
    if act == 4 { 3 } else { 1 }
}

fn node(leaf: Leaf, subject: &Subject, done: &dyn Fn(Leaf) -> bool) -> Node {
    let made = |verdict, code| Node::new(verdict, code, subject);
    let who: [Actor; 1] = [Actor::Person("ann".parse().expect("it is an id"))];
    let soon: Instant = "2026-11-02T09:00:00Z".parse().expect("it is an instant");
    if done(leaf) {
        return made(Verdict::Go, ReasonCode::PlanGiven);
    }
    let named = |number: u8| Arg::Integer(number.into());
    match leaf {
        Leaf::Met => made(Verdict::Go, ReasonCode::PlanGiven),
        Leaf::NotAsked => made(Verdict::NotApplicable, ReasonCode::NotAsked),
        Leaf::Act(4) => {
            let node = made(Verdict::NeedsAction, ReasonCode::ApprovalMissing).act(who);
            let node = node.with("given", Arg::Integer(1)).with("needed", Arg::Integer(4));
            let mut node = node.with("group", Arg::text("cab"));
            node.requirement = Some(RequirementId::new("board").expect("it is an id"));
            node
        }
        Leaf::Act(number) => {
            made(Verdict::NeedsAction, ReasonCode::PlanMissing).act(who).with("n", named(number))
        }
        Leaf::Wait(number) => made(Verdict::Wait, ReasonCode::Soaking)
            .with("n", named(number))
            .clears(Clears::At(soon)),
        Leaf::Either(number) => made(Verdict::NoGo, ReasonCode::Frozen)
            .act(who)
            .with("n", named(number))
            .clears(Clears::Unknown),
        Leaf::Passed => made(Verdict::Blocked, ReasonCode::RequirementBlocked),
        Leaf::Never => made(Verdict::NoGo, ReasonCode::QuorumUnreachable),
    }
}

/// The tree with some leaves met, joined as the engine joins.
fn reasons(tree: &Tree, done: &dyn Fn(Leaf) -> bool) -> Reasons {
    let subject = Subject::Change("C-1".parse().expect("it is an id"));
    let mut reasons = Reasons::default();
    build(tree, &subject, done, &mut reasons);
    reasons
}

fn build(tree: &Tree, subject: &Subject, done: &dyn Fn(Leaf) -> bool, into: &mut Reasons) {
    let (code, join, children) = match tree {
        Tree::Leaf(leaf) => return into.push(node(*leaf, subject, done)),
        Tree::All(children) => (ReasonCode::All, Join::All, children),
        Tree::Any(children) => (ReasonCode::Any, Join::Any, children),
        Tree::AtLeast(count, children) => (ReasonCode::AtLeast, Join::AtLeast(*count), children),
    };
    let mut node = Node::new(Verdict::NotApplicable, code, subject);
    if let Join::AtLeast(count) = join {
        node = node.with("needed", Arg::count(count));
    }
    let open = into.open(node);
    children.iter().for_each(|child| build(child, subject, done, into));
    into.close(open, join);
}

/// The fewest waits and acts, in that order or only acts counted, by trying every set.
fn fewest(tree: &Tree, patience: Patience) -> Option<(i64, i64)> {
    let mut best: Option<(i64, i64)> = None;
    for set in 0..1u32 << 14 {
        let has = |number: u8| set >> number & 1 == 1;
        // Acts 0 to 4, waits 5 to 7, of either the acts 8 to 10 and the waits 11 to 13.
        let done = |leaf: Leaf| match leaf {
            Leaf::Met | Leaf::Passed => true,
            Leaf::NotAsked | Leaf::Never => false,
            Leaf::Act(number) => has(number),
            Leaf::Wait(number) => has(5 + number),
            Leaf::Either(number) => has(8 + number) || has(11 + number),
        };
        let bits = |from: u8, to: u8| (from..to).filter(|number| has(*number)).count();
        let acts: i64 = (0..5).filter(|number| has(*number)).map(people).sum();
        let count = |bits: usize| i64::try_from(bits).expect("they are few");
        let acts = acts + count(bits(8, 11));
        let waits = count(bits(5, 8) + bits(11, 14));
        let key = match patience {
            Patience::Avoid => (waits, acts),
            Patience::Allow => (0, acts),
        };
        if best.is_none_or(|best| key < best) && reasons(tree, &done).verdict().is_go() {
            best = Some(key);
        }
    }
    best
}

fn found(least: &Least, patience: Patience) -> (i64, i64) {
    let acts: u64 = least.actions.iter().map(|action| action.people).sum();
    let acts = i64::try_from(acts).expect("they are few");
    match patience {
        Patience::Avoid => (i64::try_from(least.waits.len()).expect("they are few"), acts),
        Patience::Allow => (0, acts),
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn no_fewer_acts_do(tree in trees(), allow in any::<bool>()) {
        let patience = if allow { Patience::Allow } else { Patience::Avoid };
        let before = reasons(&tree, &|_| false);
        let least = least(&before, patience);
        let fewest = fewest(&tree, patience);
        prop_assert_eq!(least.never.is_empty(), fewest.is_some());
        if let Some(fewest) = fewest {
            prop_assert!(least.optimal);
            prop_assert_eq!(found(&least, patience), fewest);
            prop_assert_eq!(i64::try_from(least.at_least).expect("it is small"), fewest.1);
        }
    }

    #[test]
    fn what_is_told_is_enough(tree in trees(), allow in any::<bool>()) {
        let patience = if allow { Patience::Allow } else { Patience::Avoid };
        let before = reasons(&tree, &|_| false);
        let least = least(&before, patience);
        let number = |args: &[(&str, Arg)]| match args.first() {
            Some(("n", Arg::Integer(number))) => u8::try_from(*number).ok(),
            _ => None,
        };
        let acts = |code: ReasonCode, wanted: Option<u8>| {
            least.actions.iter().any(|it| it.code == code && number(&it.args) == wanted)
        };
        let waits = |code: ReasonCode, wanted: u8| {
            least.waits.iter().any(|it| it.code == code && number(&it.args) == Some(wanted))
        };
        let done = |leaf: Leaf| match leaf {
            Leaf::Met | Leaf::Passed => true,
            Leaf::NotAsked | Leaf::Never => false,
            Leaf::Act(4) => acts(ReasonCode::ApprovalMissing, None),
            Leaf::Act(number) => acts(ReasonCode::PlanMissing, Some(number)),
            Leaf::Wait(number) => waits(ReasonCode::Soaking, number),
            Leaf::Either(number) => {
                acts(ReasonCode::Frozen, Some(number)) || waits(ReasonCode::Frozen, number)
            }
        };
        let after = reasons(&tree, &done);
        prop_assert_eq!(least.never.is_empty(), after.verdict().is_go());
    }
}
