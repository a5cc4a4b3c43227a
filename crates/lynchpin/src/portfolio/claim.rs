//! "May I go now?": a decision that is used at once.
//!
//! What was a go a moment ago may no longer be one: an approval was withdrawn, an artifact was
//! replaced, a waiver was used by somebody else. So a claim decides again, at the head of all that
//! is known, and only what is still a go, on the same content, becomes an entry.

use std::collections::BTreeSet;

use super::decide::decide;
use super::decision::Decision;
use super::in_force::InForce;
use super::question::{ClaimQuestion, DecideQuestion};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{PersonId, WaiverId};
use crate::base::{Actor, Instant, Subject, When};
use crate::history::{Content, Records};
use crate::model::{Claim, RecordedDecision};
use crate::reason::tree::{Arg, Join, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// What became of a claim.
///
/// A refusal is a decision, as it is an answer; so nobody has to guess why the stage was not
/// entered.
#[must_use = "only a claim that was made lets anything in"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// It is a go: the entry, to be appended to what is known.
    Claimed(Claim),
    /// It is none, or is not what was decided on, or has entered already.
    Refused(Decision),
}

/// Decides again and makes the entry, if it is still a go.
pub(super) fn claim(
    records: &Records,
    in_force: &InForce<'_>,
    newest: Instant,
    question: &ClaimQuestion,
) -> Result<ClaimOutcome> {
    if question.at < newest {
        let message = format!("a fact was recorded at `{newest}`; claim at that time or later");
        return Err(Error::new(ErrorCode::NotAtHead, message));
    }
    let decision = decide(records, in_force, &question.decide())?;
    let (content, policy) = binding(records, in_force, &decision)?;
    let refusals = refusals(records, question, &decision, &content);
    if !decision.is_go() || !refusals.is_empty() {
        return Ok(ClaimOutcome::Refused(with(decision, refusals)));
    }
    let attempts = records.claims(&question.subject).iter().filter_map(|n| records.claim(*n));
    let attempts = attempts.filter(|claim| claim.stage == decision.stage);
    let last = attempts.map(|claim| claim.attempt).max().unwrap_or(0);
    let (change, release) = names(&question.subject);
    Ok(ClaimOutcome::Claimed(Claim {
        change,
        release,
        revision: content.revision,
        digest: content.digest,
        changes: content.changes,
        stage: decision.stage.clone(),
        attempt: last.saturating_add(1),
        policy,
        verdict: decision.verdict(),
        waivers: waivers(records, &decision),
        not_after: question.not_after,
        at: question.at,
        recorded: None,
        sequence: 0,
        by: question.by.clone(),
        via: question.via.clone(),
        reason: None,
    }))
}

/// Decides, and gives the decision as a fact: the receipt that a claim may show.
pub(super) fn record(
    records: &Records,
    in_force: &InForce<'_>,
    question: &DecideQuestion,
    by: &PersonId,
) -> Result<(Decision, RecordedDecision)> {
    let decision = decide(records, in_force, question)?;
    let (content, policy) = binding(records, in_force, &decision)?;
    let (change, release) = names(&question.subject);
    let expires = match decision.holds_until() {
        When::At(instant) => Some(instant),
        When::Never => None,
    };
    let recorded = RecordedDecision {
        change,
        release,
        revision: content.revision,
        digest: content.digest,
        stage: decision.stage.clone(),
        policy,
        verdict: decision.verdict(),
        expires,
        at: question.at,
        recorded: None,
        sequence: 0,
        by: by.clone(),
        via: None,
        reason: None,
    };
    Ok((decision, recorded))
}

/// What a decision binds: the content it is about and the policy by which it was made. What another
/// policy would say binds nothing.
fn binding(
    records: &Records,
    in_force: &InForce<'_>,
    decision: &Decision,
) -> Result<(Content, crate::base::Digest)> {
    if decision.what_if {
        let message = "the policy given is not the one in force; what it says only tells what \
                       would be";
        return Err(Error::new(ErrorCode::WhatIf, message));
    }
    let Some(policy) = in_force.policy else {
        let message = "no policy is in force: give or adopt one";
        return Err(Error::new(ErrorCode::WhatIf, message));
    };
    let content = records.content(&decision.subject).ok_or_else(|| {
        let message = format!("{} cannot be digested", decision.subject);
        Error::new(ErrorCode::Other, message)
    })?;
    Ok((content, policy.digest))
}

fn names(
    subject: &Subject,
) -> (Option<crate::base::id::ChangeId>, Option<crate::base::id::ReleaseId>) {
    match subject {
        Subject::Change(id) => (Some(id.clone()), None),
        Subject::Release(id) => (None, Some(id.clone())),
    }
}

/// What stands against a claim beside the decision.
fn refusals(
    records: &Records,
    question: &ClaimQuestion,
    decision: &Decision,
    content: &Content,
) -> Vec<Node> {
    let subject = &question.subject;
    let by = Actor::Person(question.by.clone());
    let mut found = Vec::new();
    if let Some(digest) = question.digest.filter(|digest| *digest != content.digest) {
        let node = Node::new(Verdict::NoGo, ReasonCode::ContentChanged, subject)
            .with("decided", Arg::text(digest))
            .with("found", Arg::text(content.digest));
        found.push(node.act([by.clone()]));
    }
    if let Some(expires) = question.expires.filter(|expires| *expires <= question.at) {
        let node = Node::new(Verdict::NeedsAction, ReasonCode::DecisionExpired, subject);
        found.push(node.with("until", Arg::text(expires)).act([by.clone()]));
    }
    if let Some(lapses) = question.not_after.filter(|lapses| *lapses <= question.at) {
        let node = Node::new(Verdict::NeedsAction, ReasonCode::ClaimEnded, subject);
        found.push(node.with("until", Arg::text(lapses)).act([by]));
    }
    found.extend(entered(records, question, decision, content));
    found
}

/// The entry that a subject is in already, with the same content: it is never judged again.
fn entered(
    records: &Records,
    question: &ClaimQuestion,
    decision: &Decision,
    content: &Content,
) -> Option<Node> {
    // A change may have entered with a release, and a release with its parent.
    let first = content.changes.first().map(|entered| &entered.change);
    let with = first.map_or(&[][..], |change| records.claims_with(change));
    let own = records.claims(&question.subject);
    let claims: BTreeSet<usize> = own.iter().chain(with).copied().collect();
    let within = |claim: &Claim| content.changes.iter().all(|it| claim.changes.contains(it));
    let same = |claim: &Claim| match &question.subject {
        Subject::Change(_) => within(claim),
        Subject::Release(id) if claim.release.as_ref() == Some(id) => {
            claim.digest == content.digest
        }
        Subject::Release(_) => claim.release.is_some() && within(claim),
    };
    let numbered = claims.iter().rev().filter_map(|n| Some((*n, records.claim(*n)?)));
    let mut open = numbered.filter(|(_, claim)| {
        claim.stage == decision.stage && same(claim) && !records.has_ended(claim, question.at)
    });
    let (number, claim) = open.next()?;
    let node = Node::new(Verdict::NoGo, ReasonCode::EnteredAlready, &question.subject)
        .with("by", Arg::text(&claim.by))
        .with("since", Arg::text(claim.at))
        .with("attempt", Arg::Integer(i64::from(claim.attempt)))
        .citing("claims", number)
        .act([Actor::Person(claim.by.clone())]);
    Some(match claim.not_after {
        Some(lapses) => node.until(When::At(lapses)),
        None => node,
    })
}

/// A decision with more that stands against it.
fn with(decision: Decision, nodes: Vec<Node>) -> Decision {
    let Some(root) = decision.reasons.root().filter(|_| !nodes.is_empty()) else { return decision };
    let mut reasons = Reasons::default();
    let open = reasons.open(Node { next: 0, ..root.clone() });
    nodes.into_iter().for_each(|node| reasons.push(node));
    reasons.graft_children(decision.reasons);
    reasons.close(open, Join::All);
    Decision { reasons, ..decision }
}

/// The waivers that a go rests on: of several ways to pass, only the one that is taken uses any.
fn waivers(records: &Records, decision: &Decision) -> Vec<WaiverId> {
    let reasons = &decision.reasons;
    let all = &records.portfolio().waivers;
    let mut ids = BTreeSet::new();
    let mut open = vec![0];
    while let Some(index) = open.pop() {
        // What is a plain go rests on no waiver, and what is none at all lets nothing through.
        let waived = |index: &usize| {
            reasons.nodes().get(*index).filter(|node| node.verdict == Verdict::GoWaived)
        };
        let Some(node) = waived(&index) else { continue };
        if node.code == ReasonCode::Waived {
            let numbers = node.cites.iter().filter(|(kind, _)| *kind == "waivers");
            let found = numbers.filter_map(|(_, number)| all.get(*number));
            ids.extend(found.map(|waiver| waiver.id.clone()));
            continue;
        }
        let mut children: Vec<usize> = reasons.children(index).collect();
        if let Some(count) = enough(node) {
            let verdict = |index: &usize| reasons.nodes().get(*index).map(|node| node.verdict);
            children.retain(|index| verdict(index) != Some(Verdict::NotApplicable));
            children.sort_by_key(verdict);
            children.truncate(count);
        }
        open.extend(children);
    }
    ids.into_iter().collect()
}

/// How many children of a node are enough; nothing, if all are needed.
fn enough(node: &Node) -> Option<usize> {
    if matches!(node.code, ReasonCode::Any | ReasonCode::Requires) {
        return Some(1);
    }
    if node.code != ReasonCode::AtLeast {
        return None;
    }
    let needed = node.args.iter().find(|(name, _)| *name == "needed");
    match needed {
        Some((_, Arg::Integer(count))) => usize::try_from(*count).ok(),
        Some((_, Arg::Text(_) | Arg::Texts(_) | Arg::Rows(_))) | None => None,
    }
}
