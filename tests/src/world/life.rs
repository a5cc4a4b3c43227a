//! What happens to small worlds later: declarations, claims, decisions and another policy.
#![expect(clippy::indexing_slicing, reason = "a field that is not there yet is made")]

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::document::instant;
use super::strategy::{LAST, case};
use super::{Hours, Made, PEOPLE, Policy, Quorum, STAGES, Subject, Tick, Tree, World, hour};

/// What a policy says of it.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Which requirements may be met afterwards, one bit each.
    pub retrospective: u8,
    /// How many claims may use one waiver.
    pub uses: Option<u8>,
}

/// For how many hours after the entry what may be met afterwards is owed.
pub const OWED_HOURS: Hours = 2;

/// A change that somebody declared.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// The change.
    pub change: u8,
    /// Its revision.
    pub revision: u8,
    /// Whether it is declared unauthorised, or an emergency.
    pub unauthorised: bool,
    /// Who.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// A claim of a change.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The change.
    pub change: u8,
    /// The stage.
    pub stage: u8,
    /// The waiver that it uses.
    pub waiver: Option<u8>,
    /// When, made and recorded.
    pub at: Tick,
}

/// A decision that was recorded.
#[derive(Clone, Debug)]
pub struct Decided {
    /// On what.
    pub subject: Subject,
    /// On which revision.
    pub revision: u8,
    /// By the policy adopted first or second, or by one that nobody has.
    pub policy: u8,
    /// When, made and recorded.
    pub at: Tick,
}

/// The facts.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Which of the two services each change is made to, one bit each.
    pub services: Vec<u8>,
    /// Declarations.
    pub declarations: Vec<Declaration>,
    /// Claims.
    pub claims: Vec<Claim>,
    /// Decisions.
    pub decisions: Vec<Decided>,
    /// How many claims may use each waiver.
    pub uses: Vec<Option<u8>>,
}

impl World {
    /// The revision of a change that is current at an hour.
    fn revision_at(&self, change: u8, at: Tick) -> Option<u8> {
        let change = self.changes.get(usize::from(change))?;
        let numbered = (1u8..).zip(&change.revisions);
        numbered.filter(|(_, r)| r.made.recorded <= at).map(|(number, _)| number).last()
    }

    /// Puts what happens later into a document, the digest of each policy given.
    #[must_use]
    pub fn with_life(&self, mut document: Value, policies: &[String]) -> Value {
        document["services"] = json!([{"id": "s0"}, {"id": "s1"}]);
        for change in document["changes"].as_array_mut().into_iter().flatten() {
            let number = change["id"].as_str().and_then(|id| id.get(2..)?.parse::<usize>().ok());
            let mask = number.and_then(|number| self.life.services.get(number)).copied();
            let named = (0..2).filter(|bit| mask.unwrap_or(0) & (1 << bit) != 0);
            change["services"] = json!(named.map(|bit| format!("s{bit}")).collect::<Vec<_>>());
        }
        let waivers = document["waivers"].as_array_mut().into_iter().flatten();
        for (waiver, uses) in waivers.zip(&self.life.uses) {
            if let Some(uses) = uses {
                waiver["uses"] = json!(uses);
            }
        }
        document["declarations"] = self.life.declarations.iter().map(declaration).collect();
        let numbered = (1u8..).zip(&self.life.claims);
        document["claims"] =
            numbered.filter_map(|(attempt, claim)| self.claim(attempt, claim)).collect();
        let decisions = self.life.decisions.iter().map(|decided| {
            let unknown = || format!("sha256:{}", "7".repeat(64));
            let policy = policies.get(usize::from(decided.policy)).cloned();
            let (key, id) = decided.subject.document();
            json!({key: id, "revision": decided.revision, "digest": digest(),
                "stage": "production", "policy": policy.unwrap_or_else(unknown),
                "verdict": "go", "at": instant(decided.at), "by": "pa"})
        });
        document["decisions"] = decisions.collect();
        document
    }

    fn claim(&self, attempt: u8, claim: &Claim) -> Option<Value> {
        let revision = self.revision_at(claim.change, claim.at)?;
        let id = format!("C-{}", claim.change);
        let mut fact = json!({"change": id, "revision": revision, "digest": digest(),
            "changes": [{"change": id, "revision": revision, "digest": digest()}],
            "stage": STAGES.get(usize::from(claim.stage))?, "attempt": attempt,
            "policy": digest(), "verdict": "go", "at": instant(claim.at), "by": "pa"});
        if let Some(waiver) = claim.waiver {
            fact["waivers"] = json!([format!("W-{waiver}")]);
        }
        Some(fact)
    }
}

/// What nobody looks at here.
fn digest() -> String {
    format!("sha256:{}", "0".repeat(64))
}

fn declaration(declared: &Declaration) -> Value {
    let kind = if declared.unauthorised { "unauthorised" } else { "emergency" };
    json!({"change": format!("C-{}", declared.change), "revision": declared.revision,
        "kind": kind, "by": PEOPLE.get(usize::from(declared.by)),
        "at": instant(declared.made.at), "recorded": instant(declared.made.recorded)})
}

fn declarations() -> impl Strategy<Value = Vec<Declaration>> {
    let by = prop_oneof![8 => Just(2u8), 3 => Just(1), 1 => Just(4), 1 => Just(0), 1 => Just(3)];
    let change = prop_oneof![5 => Just(0u8), 2 => Just(1), 1 => 2u8..4];
    let revision = prop_oneof![6 => Just(1u8), 1 => Just(2)];
    let made = ((0..=3u8).prop_map(hour), prop_oneof![6 => Just(0u8), 1 => Just(3)]);
    let one = (change, revision, prop::bool::weighted(0.3), by, made);
    let one = one.prop_map(|(change, revision, unauthorised, by, (at, delay))| Declaration {
        change,
        revision,
        unauthorised,
        by,
        made: Made { at, recorded: at + delay },
    });
    vec(one, 0..=3)
}

/// An hour at which something is recorded.
fn at() -> impl Strategy<Value = Tick> {
    (0..=(LAST - 1) / 3).prop_map(hour)
}

fn facts() -> impl Strategy<Value = Facts> {
    let claim = (prop_oneof![3 => Just(0u8), 1 => 1u8..4], 0u8..2, weighted(0.7, 0u8..4), at());
    let claim = claim.prop_map(|(change, stage, waiver, at)| Claim { change, stage, waiver, at });
    let subject = prop_oneof![
        4 => (0u8..2).prop_map(Subject::Change),
        2 => Just(Subject::Release(0)),
    ];
    let policy = prop_oneof![5 => Just(0u8), 3 => Just(1), 1 => Just(2)];
    let revision = prop_oneof![5 => Just(1u8), 1 => Just(2)];
    let decided = (subject, revision, policy, at());
    let decided = decided.prop_map(|(subject, revision, policy, at)| Decided {
        subject,
        revision,
        policy,
        at,
    });
    let decided = prop_oneof![1 => Just(vec![]), 1 => vec(decided, 1..=2)];
    let uses = vec(weighted(0.3, 1u8..=2), 7);
    (vec(0u8..4, 4), declarations(), vec(claim, 0..=3), decided, uses).prop_map(
        |(services, declarations, claims, decisions, uses)| Facts {
            services,
            declarations,
            claims,
            decisions,
            uses,
        },
    )
}

/// A world, the policy adopted at the beginning, the one adopted later, and when.
///
/// What is owed is judged by what entered, whenever it is asked. So that this is one thing whenever
/// it was met, nothing expires here that may be met afterwards.
pub fn life() -> impl Strategy<Value = (World, [Policy; 2], Tick)> {
    let rules = (prop_oneof![1 => Just(0u8), 3 => any::<u8>()], weighted(0.4, 1u8..=2));
    (case(), case(), facts(), rules, (1..=6u8).prop_map(hour)).prop_map(
        |((mut world, mut policy), (_, other), facts, (retrospective, uses), adopted)| {
            world.life = facts;
            // Neither soak nor what is not there at all can be met afterwards.
            policy.life = Rules { retrospective: retrospective & 0b10_1111, uses };
            if policy.life.retrospective != 0 {
                (world.suspended, world.membership) = (None, (None, None));
                (world.reinstated, world.regrouped) = (None, None);
                (world.boards, world.minutes, world.delegations) = Default::default();
                world.evidence.iter_mut().for_each(|evidence| evidence.expires = None);
                for approval in &mut world.approvals {
                    (approval.from, approval.expires) = (None, None);
                }
                (policy.approval_hours, policy.evidence_hours) = (None, None);
                policy.waivable &= !policy.life.retrospective;
                policy.quorum = match policy.quorum {
                    Quorum::Count(count) => Quorum::Count(count),
                    Quorum::All | Quorum::Percent(_) | Quorum::First => Quorum::Count(2),
                };
                // An emergency, and gates that ask for it, come up often.
                if let Some(first) = world.changes.first_mut() {
                    first
                        .revisions
                        .iter_mut()
                        .for_each(|r| r.content.emergency = retrospective < 200);
                }
                if retrospective.is_multiple_of(2)
                    && let Some(gate) = policy.gates.first_mut()
                {
                    gate.tree = Tree::Leaf(2);
                    (gate.stage, gate.emergency) = (1, false);
                    policy.life.retrospective |= 0b100;
                    policy.waivable &= !0b100;
                }
            }
            let second = Policy { gates: other.gates, ..policy.clone() };
            (world, [policy, second], adopted)
        },
    )
}
