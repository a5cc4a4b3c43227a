//! Which policies came into force, and which adoptions had no effect.
//!
//! A policy may say who has to approve the next one. An adoption that they did not approve is a
//! fact, and is shown; it puts nothing in force. The first policy has nobody before it to ask, and
//! neither has one that follows a policy which names nobody.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use super::in_force::Adopted;
use super::models::Models;
use crate::base::error::{Error, Result};
use crate::base::id::{GroupId, PersonId};
use crate::base::{Digest, Instant, Rows};
use crate::gate::Policy;
use crate::gate::policy::AdoptionRule;
use crate::history::People;
use crate::history::order::{Moment, Position, by_record, position};
use crate::model::{Fact, PolicyAdoption, PolicyApproval, PolicyVote, Portfolio};
use crate::reason::ReasonCode;

/// An adoption that put nothing in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct IgnoredAdoption {
    /// The policy that was to be adopted.
    pub policy: Digest,
    /// When the adoption was recorded.
    pub at: Instant,
    /// Who adopted it.
    pub by: PersonId,
    /// Why it has no effect: `adoption_not_approved` or `adoption_rejected`.
    pub code: ReasonCode,
    /// Whose approval the policy in force asks for.
    pub group: GroupId,
    /// How many of them had approved.
    pub given: usize,
    /// How many must.
    pub needed: usize,
}

/// What came of all adoptions, oldest first.
#[derive(Debug, Default)]
pub(super) struct Adoptions {
    /// Those that put a policy in force.
    pub(super) effective: Vec<Adopted>,
    /// Those that did not.
    pub(super) ignored: Vec<IgnoredAdoption>,
    /// The risk models that policies may name.
    pub(super) models: Arc<Models>,
}

/// Reads the policies that were adopted, and tells which adoptions count.
pub(super) fn adoptions(
    portfolio: &Portfolio,
    old: usize,
    models: Arc<Models>,
) -> Result<Adoptions> {
    let mut read: Vec<(&PolicyAdoption, Policy)> = Vec::new();
    for (number, adoption) in portfolio.policies.iter().enumerate() {
        let path = format!("$.policies[{}].text", number.saturating_sub(old));
        let policy: Policy = adoption.text.parse().map_err(|error: Error| error.under(&path))?;
        read.push((adoption, policy));
    }
    // Of two that were adopted at once, the digest decides, so that their order in a file does not.
    read.sort_by(|(a, x), (b, y)| {
        by_record(*a, *b).then_with(|| x.digest.cmp(&y.digest)).then_with(|| a.cmp(b))
    });
    // What was told again is there already.
    read.dedup_by(|(a, _), (b, _)| a == b);
    let mut known = Known::new(portfolio);
    let mut adoptions = Adoptions { models, ..Adoptions::default() };
    let mut since: Option<Position> = None;
    for (adoption, policy) in read {
        let in_force = adoptions.effective.last().map(|(_, policy)| policy);
        // What is in force already comes into force no more, and so nothing begins anew.
        if in_force.is_some_and(|in_force| in_force.digest == policy.digest) {
            continue;
        }
        let rule = in_force.and_then(|policy| policy.adoption.as_ref());
        let refused = rule.and_then(|rule| {
            let people = known.by(position(adoption));
            let asked = Asked { people, rule, adoption, policy: &policy };
            asked.refused(&portfolio.policy_approvals, since)
        });
        if let Some(ignored) = refused {
            adoptions.ignored.push(ignored);
            continue;
        }
        since = Some(position(adoption));
        adoptions.effective.push((adoption.envelope().recorded, policy));
    }
    Ok(adoptions)
}

/// The people and groups as they were known at each adoption: what is declared later neither voids
/// it nor makes it count.
struct Known<'a> {
    portfolio: &'a Portfolio,
    /// The places of all declarations in the order of facts, in order.
    declared: Vec<Position>,
    /// How many of them were known last, and what they say: seldom anything is declared in between.
    last: Option<(usize, People)>,
}

impl<'a> Known<'a> {
    fn new(portfolio: &'a Portfolio) -> Self {
        let people = portfolio.people.iter().map(position);
        let mut declared: Vec<Position> =
            people.chain(portfolio.groups.iter().map(position)).collect();
        declared.sort_unstable();
        Known { portfolio, declared, last: None }
    }

    fn by(&mut self, then: Position) -> &People {
        let count = self.declared.partition_point(|at| *at <= then);
        let last = self.last.take().filter(|(known, _)| *known == count);
        let fold = || (count, People::new(&self.portfolio.people, &self.portfolio.groups, then));
        &self.last.insert(last.unwrap_or_else(fold)).1
    }
}

/// An adoption that needs leave.
struct Asked<'a> {
    people: &'a People,
    rule: &'a AdoptionRule,
    adoption: &'a PolicyAdoption,
    policy: &'a Policy,
}

impl Asked<'_> {
    /// Why the adoption has no effect; nothing, if it was approved.
    fn refused(
        &self,
        approvals: &Rows<PolicyApproval>,
        since: Option<Position>,
    ) -> Option<IgnoredAdoption> {
        let at = self.adoption.envelope().recorded;
        let votes = self.votes(approvals, since);
        let may = |id: &&PersonId| !self.hands().contains(id) && self.people.can_sit(id, at);
        let given = |id: &&PersonId| votes.get(id) == Some(&PolicyVote::Approved);
        let approved: BTreeSet<&PersonId> =
            votes.keys().copied().filter(given).filter(may).collect();
        let mut eligible: BTreeSet<&PersonId> =
            self.people.members(&self.rule.group, at).into_iter().filter(may).collect();
        eligible.extend(&approved);
        let needed = self.rule.people.needed(eligible.len());
        let rejected = votes.values().any(|vote| *vote == PolicyVote::Rejected);
        let code = match rejected {
            true => ReasonCode::AdoptionRejected,
            false if approved.len() < needed => ReasonCode::AdoptionNotApproved,
            false => return None,
        };
        Some(IgnoredAdoption {
            policy: self.policy.digest,
            at,
            by: self.adoption.by.clone(),
            code,
            group: self.rule.group.clone(),
            given: approved.len(),
            needed,
        })
    }

    /// Whether who approved was suspended then, and had been reinstated by the adoption.
    fn acted_suspended(&self, approval: &PolicyApproval) -> bool {
        let at = self.adoption.envelope().recorded;
        self.people.acted_suspended(&approval.by, Moment::of(approval), at)
    }

    /// Who may not approve it: who adopts it, and who wrote it.
    fn hands(&self) -> BTreeSet<&PersonId> {
        let by = [Some(&self.adoption.by), self.adoption.author.as_ref()];
        by.into_iter().flatten().map(|id| self.people.principal(id)).collect()
    }

    /// The last word of each member of the group on the policy, since the one in force came into
    /// force and before this adoption: what was said of it under another one answered another
    /// question, also if it is told again. So does what was said before something less favourable.
    fn votes<'a>(
        &'a self,
        approvals: &'a Rows<PolicyApproval>,
        since: Option<Position>,
    ) -> BTreeMap<&'a PersonId, PolicyVote> {
        let mut said: Vec<&PolicyApproval> = approvals
            .iter()
            .filter(|approval| {
                approval.policy == self.policy.digest
                    && position(*approval) < position(self.adoption)
                    && since
                        .is_none_or(|since| position(*approval) > since && approval.at >= since.0)
                    && self.people.belonged(*approval, &self.rule.group)
                    && !(approval.decision == PolicyVote::Approved
                        && self.acted_suspended(approval))
            })
            .collect();
        // Of a tie the worst counts: the decisions stand from the best to the worst.
        said.sort_by(|a, b| by_record(*a, *b).then_with(|| a.decision.cmp(&b.decision)));
        let by = |approval: &&'a PolicyApproval| self.people.principal(&approval.by);
        let mut words: BTreeMap<&PersonId, (PolicyVote, Instant)> = BTreeMap::new();
        for approval in &said {
            let word = words.entry(by(approval)).or_insert((approval.decision, approval.at));
            if approval.at >= word.1 || approval.decision > word.0 {
                *word = (approval.decision, approval.at.max(word.1));
            }
        }
        words.into_iter().map(|(person, (decision, _))| (person, decision)).collect()
    }
}
