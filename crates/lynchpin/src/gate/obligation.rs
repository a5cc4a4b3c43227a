//! What may be met afterwards, and what is owed because of it.
//!
//! A requirement that the policy calls retrospective holds back no emergency and no change that was
//! made already, once an entitled person has declared it so: it is a waived go, and from the entry
//! into the stage on it is owed. What is owed too long holds every normal and standard change of
//! the same services until it is met.
//!
//! Only what is missing can be met afterwards. A rejection, a request for changes and a check that
//! failed, or could not tell, stand.

use std::collections::BTreeSet;

use serde::Serialize;

use super::judge::{self, Case};
use super::leaf::{Target, approval, asked, evidence};
use super::owed::{self, Entry};
use super::policy::{Gate, Judges, Requirement, RetrospectiveRule, Selector, Tree};
use crate::base::id::{ChangeId, GateId, PersonId, RequirementId, ServiceId, StageId};
use crate::base::{Actor, Instant, Subject, When};
use crate::history::Records;
use crate::model::{Change, Declaration, DeclaredAs, Fact, Kind};
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// How many overdue obligations one change tells of; it is held by the first as by all.
const OVERDUE_TOLD: usize = 16;

/// Something that a change or a release owes since it entered a stage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Obligation {
    /// By when it is to be met.
    pub until: Instant,
    /// What owes it.
    pub subject: Subject,
    /// The stage that it entered.
    pub stage: StageId,
    /// The gate that asks.
    pub gate: GateId,
    /// The requirement that is owed.
    pub requirement: RequirementId,
    /// Since when: the entry or, where it came later, the declaration.
    pub since: Instant,
    /// When it was met; it is still owed, if it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub met: Option<Instant>,
    /// Who can meet it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<Actor>,
    #[serde(skip)]
    changes: Vec<ChangeId>,
    #[serde(skip)]
    services: BTreeSet<ServiceId>,
    #[serde(skip)]
    holds_until: When,
    #[serde(skip)]
    lasts: When,
    #[serde(skip)]
    cites: Vec<(&'static str, usize)>,
}

impl Obligation {
    /// Whether it was to be met by then and is not.
    #[must_use]
    pub fn is_overdue(&self, at: Instant) -> bool {
        self.met.is_none() && self.until <= at
    }

    /// When it may be overdue, which it is not yet: at its end or, if it is met now and nobody can
    /// tell since when, once what meets it no longer does, if that comes later.
    fn turns(&self, at: Instant) -> When {
        match self.met {
            None if self.is_overdue(at) => When::Never,
            None => When::At(self.until),
            Some(_) => self.lasts.max(When::At(self.until)),
        }
    }

    /// Whether it is a change's own, or that of a change of a same service. What names no service
    /// is not known to be of another, so that leaving it out never helps.
    fn concerns(&self, change: &Change) -> bool {
        self.changes.contains(&change.id)
            || self.services.is_empty()
            || change.services.is_empty()
            || change.services.iter().any(|service| self.services.contains(service))
    }
}

/// Puts a requirement's answer under the declaration that lets it be met afterwards, if only
/// something is missing.
#[must_use]
pub(super) fn apply(
    case: &Case<'_>,
    target: Target<'_>,
    requirement: &Requirement,
    answer: Reasons,
) -> Reasons {
    let Some(rule) = requirement.retrospective.as_ref().filter(|_| case.afterwards) else {
        return answer;
    };
    if answer.verdict() <= Verdict::GoWaived || !is_only_missing(&answer) {
        return answer;
    }
    let members = asked(case, target, requirement);
    let declared: Option<Vec<_>> =
        members.iter().map(|change| declared(case, target, change, requirement, rule)).collect();
    let Some(declared) = declared.filter(|declared| !declared.is_empty()) else { return answer };
    let mut reasons = Reasons::default();
    let node = lifted(case, target, requirement, rule, (&members, &declared), &answer);
    let open = reasons.open(node);
    reasons.graft(answer);
    reasons.close_as_is(open);
    reasons
}

/// The waived go of what may be met afterwards: since when and until when it is owed, if the stage
/// was entered.
fn lifted(
    case: &Case<'_>,
    target: Target<'_>,
    requirement: &Requirement,
    rule: &RetrospectiveRule,
    (members, declared): (&[&Change], &[(usize, &Declaration)]),
    answer: &Reasons,
) -> Node {
    let entries = members.iter().zip(declared).filter_map(|(change, (_, declaration))| {
        owed::first_entry(case.records, &change.id, case.stage, declaration, requirement)
    });
    let first = Entry::first_of(entries);
    let last = declared.iter().map(|(_, declaration)| declaration.envelope().recorded).max();
    let code = match first {
        None => ReasonCode::ObligationOpens,
        Some(_) => ReasonCode::ObligationOpen,
    };
    let names: BTreeSet<&PersonId> = declared.iter().map(|(_, found)| &found.by).collect();
    let kinds: BTreeSet<&str> = declared.iter().map(|(_, found)| found.kind.name()).collect();
    let texts = |texts: Vec<String>| Arg::Texts(texts);
    let node = Node::new(Verdict::GoWaived, code, target.subject)
        .with("declared", texts(kinds.iter().map(ToString::to_string).collect()))
        .with("by", texts(names.iter().map(ToString::to_string).collect()));
    let mut node = match first {
        None => node.with("within", Arg::text(rule.within)),
        Some(entry) => {
            let since = entry.at.max(last.unwrap_or(entry.at));
            let node = node.with("since", Arg::text(since));
            let node = node.with("until", Arg::text(since.after(rule.within)));
            node.citing(entry.cite.0, entry.cite.1)
        }
    };
    node = node.clears(Clears::Now).act(acts(answer));
    if let Some(root) = answer.root() {
        node = node.until(root.holds_until);
    }
    for (change, (number, declaration)) in members.iter().zip(declared) {
        let left = owed::left_by(case.records, &change.id, case.stage);
        node = left.fold(node, |node, number| node.citing("deployments", number));
        if declaration.kind == DeclaredAs::Unauthorised {
            let by = owed::there_by(case.records, &change.id, case.stage).into_iter();
            node = by.fold(node, |node, number| node.citing("deployments", number));
        }
        if let Some(turn) = case.suspension(&declaration.by) {
            node = node.until(When::At(turn));
        }
        node = node.citing("declarations", *number);
    }
    node
}

/// Whether nothing stands against it but that something is missing.
fn is_only_missing(answer: &Reasons) -> bool {
    answer.root_blockers().all(|node| {
        use ReasonCode as Code;
        let missing = [
            Code::ApprovalMissing,
            Code::ApprovalStale,
            // What is approved for later is not approved yet.
            Code::ApprovalLater,
            // A deferral postpones and never refuses.
            Code::ApprovalDeferred,
            Code::ApprovalBeforeEvidence,
            Code::ApprovalWithoutDigest,
            Code::ApprovalEscalated,
            Code::ApprovalDelegated,
            Code::EvidenceExpired,
            Code::EvidenceMissing,
            Code::PlanMissing,
        ];
        // A check that was skipped after it failed is not only missing.
        missing.contains(&node.code) && node.args.iter().all(|(name, _)| *name != evidence::HIDES)
    })
}

/// Who can meet what an answer lacks.
fn acts(answer: &Reasons) -> BTreeSet<Actor> {
    answer.root_blockers().flat_map(|node| node.act.iter().cloned()).collect()
}

/// The first declaration of a change that counts now: by an entitled person without a hand in it,
/// for what is there now, and true.
fn declared<'a>(
    case: &'a Case<'_>,
    target: Target<'_>,
    change: &Change,
    requirement: &Requirement,
    rule: &RetrospectiveRule,
) -> Option<(usize, &'a Declaration)> {
    let (records, subject) = (case.records, Subject::Change(change.id.clone()));
    let out = approval::excluded(case, target);
    counted(case, change, rule).find(|(_, declaration)| {
        let holds = match declaration.kind {
            DeclaredAs::Emergency => change.kind == Kind::Emergency,
            // What is not there yet is to be authorised first.
            DeclaredAs::Unauthorised => {
                owed::is_there(records, &change.id, case.stage, declaration, requirement)
            }
        };
        let revision = declaration.revision;
        holds
            && !out.contains(records.people.principal(&declaration.by))
            && records.people.may_act(*declaration, case.at)
            && approval::material_difference(case, &subject, revision, requirement).is_empty()
    })
}

/// The declarations of a change by members of the group, of revisions that were there, oldest
/// first. Whether who made one had a hand in it, is not asked here.
fn counted<'a>(
    case: &'a Case<'_>,
    change: &Change,
    rule: &RetrospectiveRule,
) -> impl Iterator<Item = (usize, &'a Declaration)> {
    let (records, subject) = (case.records, Subject::Change(change.id.clone()));
    let numbers = records.declarations(&change.id).iter();
    let found = numbers.filter_map(|n| Some((*n, records.portfolio().declarations.get(*n)?)));
    found.filter(move |(_, declaration)| {
        let by = records.people.principal(&declaration.by);
        let named = (declaration.revision, None);
        records.people.can_sit(by, declaration.envelope().recorded)
            && records.people.belonged(*declaration, &rule.group)
            && !approval::is_of_another(case, &subject, *declaration, named)
    })
}

/// The first declaration of a change with which it entered a stage, and that entry: by who had no
/// hand in it now, or had none when it entered. Nobody sheds what is owed by a later edit.
fn entered<'a>(
    case: &'a Case<'_>,
    subject: &Subject,
    change: &Change,
    (requirement, rule): (&Requirement, &RetrospectiveRule),
) -> Option<(usize, &'a Declaration, Entry)> {
    let records = case.records;
    let members = owed::members(records, subject);
    let out = approval::excluded(case, Target { subject, members: &members });
    counted(case, change, rule).find_map(|(number, declaration)| {
        let stage = case.stage;
        let entry = owed::first_entry(records, &change.id, stage, declaration, requirement)?;
        let by = records.people.principal(&declaration.by);
        let free = !out.contains(by) || !records.hands_then(subject, entry.known).contains(by);
        free.then_some((number, declaration, entry))
    })
}

/// What holds a change because something is owed for the same services, and until when nothing
/// does: overdue for a normal or a standard change, never for an emergency.
#[must_use]
pub fn holds(case: &Case<'_>, change: &Change) -> Vec<Node> {
    if change.kind == Kind::Emergency {
        return Vec::new();
    }
    let subject = Subject::Change(change.id.clone());
    let owed: Vec<_> = case.obligations.iter().filter(|owed| owed.concerns(change)).collect();
    let node = |owed: &&Obligation, verdict, (code, until)| {
        let mut node = Node::new(verdict, code, &subject)
            .with("of", Arg::text(&owed.subject))
            .with("until", Arg::text(until))
            .until(owed.holds_until);
        node.gate = Some(owed.gate.clone());
        node.requirement = Some(owed.requirement.clone());
        let node = node.act(owed.owner.iter().cloned());
        owed.cites.iter().fold(node, |node, (kind, number)| node.citing(kind, *number))
    };
    // They stand in order of their ends.
    let overdue = owed.iter().filter(|owed| owed.is_overdue(case.at)).take(OVERDUE_TOLD);
    let mut nodes: Vec<Node> = overdue
        .map(|it| node(it, Verdict::NeedsAction, (ReasonCode::ObligationOverdue, it.until)))
        .collect();
    let turns = owed.iter().filter_map(|owed| match owed.turns(case.at) {
        When::At(turn) => Some((turn, owed)),
        _ => None,
    });
    nodes.extend(turns.min_by_key(|(turn, _)| *turn).map(|(turn, owed)| {
        let node = node(owed, Verdict::NotApplicable, (ReasonCode::ObligationOpen, turn));
        let end = When::At(turn);
        let node = node.until(end).lapsing_at(end);
        owed.met.iter().fold(node, |node, met| node.with("met", Arg::text(met)))
    }));
    nodes
}

/// Everything that was ever owed by what is declared, in order of ends.
#[must_use]
pub fn obligations(case: &Case<'_>) -> Vec<Obligation> {
    found(case, true)
}

/// What of it may hold something: all but what is known to be met for good.
#[must_use]
pub fn unpaid(case: &Case<'_>) -> Vec<Obligation> {
    found(case, false)
}

fn found(case: &Case<'_>, paid: bool) -> Vec<Obligation> {
    let mut found = BTreeSet::new();
    let rules = case.policy.requirements.values();
    if !rules.into_iter().any(|requirement| requirement.retrospective.is_some()) {
        return Vec::new();
    }
    for id in case.records.declared() {
        let Some(change) = case.records.change(id).and_then(|row| row.current(case.records)) else {
            continue;
        };
        for (gate_id, gate) in &case.policy.gates {
            let subjects = match gate.judges {
                Judges::Change => vec![Subject::Change(id.clone())],
                Judges::Release => owed::releases(case.records, id),
            };
            for (stage, subject) in pairs(&gate.stages, &subjects) {
                let previous = before(case.records, stage);
                let case = Case { stage, previous, afterwards: false, ..*case };
                found.extend(of_gate(&case, subject, change, (gate_id, gate), paid));
            }
        }
    }
    found.into_iter().collect()
}

fn pairs<'a>(
    stages: &'a [StageId],
    subjects: &'a [Subject],
) -> impl Iterator<Item = (&'a StageId, &'a Subject)> {
    stages.iter().flat_map(|stage| subjects.iter().map(move |subject| (stage, subject)))
}

/// The stage that is declared before one: a soak there may be what pays.
fn before<'a>(records: &'a Records, stage: &StageId) -> Option<&'a StageId> {
    let mut declared = records.stages().rev().map(|known| &known.id);
    declared.find(|known| *known == stage)?;
    declared.next()
}

/// What a subject owes to one gate of a stage because a change of it was declared.
fn of_gate(
    case: &Case<'_>,
    subject: &Subject,
    change: &Change,
    (id, gate): (&GateId, &Gate),
    paid: bool,
) -> Vec<Obligation> {
    let named = names(&gate.require);
    let rules = named.iter().filter_map(|name| {
        let requirement = case.policy.requirements.get(*name)?;
        Some((*name, requirement, requirement.retrospective.as_ref()?))
    });
    rules
        .filter_map(|(name, requirement, rule)| {
            let declared = entered(case, subject, change, (requirement, rule));
            let (number, declaration, entry) = declared?;
            let members = owed::members_ever(case.records, subject, &entry);
            if !members.iter().any(|member| member.id == change.id) {
                return None;
            }
            let since = entry.at.max(declaration.envelope().recorded);
            let asks = owed::Asks {
                gate,
                names: &named,
                kinds: Selector { risk: None, ..gate.only_for.clone() },
                answer: |case: &Case<'_>, target: Target<'_>| {
                    let answer = judge::requirement(case, target, id, name);
                    if answer.verdict().is_met() {
                        return answer;
                    }
                    // What is asked for instead may have been met, but not by what is asked of
                    // others.
                    let trees = judge::trees(case, target, id, gate);
                    let gate = judge::together(target.subject, trees);
                    if gate.verdict().is_met() { gate } else { answer }
                },
            };
            let met = owed::met(case, subject, (&entry, since), &asks, paid)?;
            let left = owed::left_by(case.records, &change.id, case.stage);
            let entered = [("declarations", number), entry.cite].into_iter();
            Some(Obligation {
                until: since.after(rule.within),
                subject: subject.clone(),
                stage: case.stage.clone(),
                gate: id.clone(),
                requirement: name.clone(),
                since,
                met: met.at,
                owner: acts(&met.answer).into_iter().collect(),
                changes: members.iter().map(|member| member.id.clone()).collect(),
                services: members.iter().flat_map(|member| member.services.clone()).collect(),
                lasts: met.lasts,
                holds_until: met.answer.root().map_or(When::Never, |root| root.holds_until),
                cites: entered.chain(left.map(|number| ("deployments", number))).collect(),
            })
        })
        .collect()
}

/// The requirements that a gate names.
fn names(tree: &Tree) -> BTreeSet<&RequirementId> {
    let mut found = BTreeSet::new();
    let mut open = vec![tree];
    while let Some(tree) = open.pop() {
        match tree {
            Tree::Leaf(name) => {
                found.insert(name);
            }
            Tree::All(children) | Tree::Any(children) | Tree::AtLeast(_, children) => {
                open.extend(children);
            }
        }
    }
    found
}
