//! Signed statements: which of them count for a requirement, and why the others do not.
//!
//! A statement counts if its type, its subject, what it says and enough of its signatures are
//! those that the requirement asks for, all of them on the same statement. The keys are those
//! that the policy names; what the envelope calls a key is not signed and never read.

pub mod key;
mod predicate;
pub mod rule;
#[cfg(test)]
#[cfg(feature = "signatures")]
mod tests;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use self::predicate::{Reading, Said};
use self::rule::Signed;
use super::judge::Case;
use crate::base::id::{CheckId, KeyId, PersonId};
use crate::base::{Digest, Instant, When};
use crate::model::statement::decode;
use crate::model::{Change, Evidence, Fact, InToto, Outcome, Portfolio, Statement};
use crate::reason::ReasonCode;
use crate::reason::tree::{Arg, Node, Row};

/// How many reasons are told why statements do not count: more than anybody mends in one go.
const TOLD_MAX: usize = 32;

/// A statement that was opened and read.
#[derive(Debug)]
struct Opened {
    /// What it says.
    says: InToto,
    /// What its signatures are of.
    signed_bytes: Vec<u8>,
    /// The signatures, those that are no Base64 left out.
    signatures: Vec<Vec<u8>>,
}

/// The statements that were opened and the signatures that were verified so far, each once for a
/// question and not once for each requirement and change.
#[derive(Debug, Default)]
pub struct Proofs {
    opened: RefCell<BTreeMap<usize, Option<Rc<Opened>>>>,
    verified: RefCell<BTreeMap<(usize, KeyId), bool>>,
}

impl Proofs {
    fn open(&self, portfolio: &Portfolio, number: usize) -> Option<Rc<Opened>> {
        let mut known = self.opened.borrow_mut();
        let open = || {
            let envelope = &portfolio.statements.get(number)?.envelope;
            let payload = envelope.open().ok()?;
            let says = InToto::read(&payload).ok()?;
            let signatures = envelope.signatures.iter().filter_map(|s| decode(&s.sig)).collect();
            let signed_bytes = envelope.signed_bytes(&payload);
            Some(Rc::new(Opened { says, signed_bytes, signatures }))
        };
        known.entry(number).or_insert_with(open).clone()
    }

    fn is_signed(&self, number: usize, opened: &Opened, id: &KeyId, key: &key::Key) -> bool {
        let mut known = self.verified.borrow_mut();
        *known.entry((number, id.clone())).or_insert_with(|| {
            let mut signatures = opened.signatures.iter();
            signatures.any(|signature| key.public.verifies(&opened.signed_bytes, signature))
        })
    }
}

/// A statement that counts.
#[derive(Debug)]
pub(in crate::gate) struct Accepted {
    /// Its number in the portfolio.
    pub(in crate::gate) number: usize,
    /// What it says.
    pub(in crate::gate) said: Said,
    /// Who signed it, each once.
    pub(in crate::gate) signers: BTreeSet<PersonId>,
}

/// The statements about one artifact that a rule may mean.
#[derive(Debug)]
pub(in crate::gate) struct Found {
    /// Those that count.
    pub(in crate::gate) accepted: Vec<Accepted>,
    /// Those that do not, and why: by key, where it is for their signatures.
    refused: Vec<(usize, Vec<Row>)>,
    /// When a key of the rule will have been revoked.
    lapses: When,
}

/// The digests by which a statement is about what ships: that of the artifact, or, for a change
/// without any, those of its revisions that say the same but for the text.
#[must_use]
pub(in crate::gate) fn digests(
    case: &Case<'_>,
    change: &Change,
    artifact: Option<&Digest>,
) -> Vec<Digest> {
    if let Some(artifact) = artifact {
        return vec![*artifact];
    }
    let Some(row) = case.records.change(&change.id) else { return Vec::new() };
    let all = (0..row.revisions.len()).filter_map(|position| row.digests(case.records, position));
    let all: Vec<_> = all.collect();
    let now = all.last().map(|last| last.without_text());
    all.iter().filter(|it| Some(it.without_text()) == now).map(|it| it.root()).collect()
}

/// The statements about any of these digests that a rule may mean, in order of recording. For
/// evidence, `check` is the one that they must be about.
#[must_use]
pub(in crate::gate) fn found(
    case: &Case<'_>,
    digests: &[Digest],
    rule: &Signed,
    check: Option<&CheckId>,
) -> Found {
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    for Told { number, statement, opened, says } in told(case, digests, rule, check) {
        let said = says.and_then(|said| dated(said, statement.envelope().recorded));
        let said = said.map_err(|why| vec![Row(vec![("why", why.to_owned())])]);
        match said.and_then(|said| Ok((said, signers(case, rule, number, statement, &opened)?))) {
            Ok((said, signers)) => accepted.push(Accepted { number, said, signers }),
            Err(why) => refused.push((number, why)),
        }
    }
    Found { accepted, refused, lapses: lapses(case, rule) }
}

/// The statements about any of these digests that a rule may mean, whoever signed them and whether
/// they count or not.
pub(in crate::gate) fn meant(
    case: &Case<'_>,
    digests: &[Digest],
    rule: &Signed,
    check: Option<&CheckId>,
) -> impl Iterator<Item = usize> {
    told(case, digests, rule, check).map(|told| told.number)
}

/// When a key of a rule will have been revoked, at the earliest.
#[must_use]
pub(in crate::gate) fn lapses(case: &Case<'_>, rule: &Signed) -> When {
    let keys = rule.keys.iter().filter_map(|id| case.policy.keys.get(id));
    keys.map(|key| key.lapses(case.at)).min().unwrap_or(When::Never)
}

/// A statement that a rule may mean, and what it says or why that cannot count.
struct Told<'a> {
    number: usize,
    statement: &'a Statement,
    opened: Rc<Opened>,
    says: Result<Said, &'static str>,
}

fn told<'a>(
    case: &'a Case<'_>,
    digests: &[Digest],
    rule: &Signed,
    check: Option<&CheckId>,
) -> impl Iterator<Item = Told<'a>> {
    let portfolio = case.records.portfolio();
    let mut seen = BTreeSet::new();
    let numbers = digests.iter().flat_map(|digest| case.records.statements_on(digest)).copied();
    numbers.filter(move |number| seen.insert(*number)).filter_map(move |number| {
        let statement = portfolio.statements.get(number)?;
        let opened = case.proofs.open(portfolio, number)?;
        if opened.says.predicate_type != rule.predicate {
            return None;
        }
        let says = match predicate::read(rule, check, &opened.says.predicate) {
            Reading::Elsewhere => return None,
            Reading::Flawed(why) => Err(why),
            Reading::Says(said) => Ok(said),
        };
        Some(Told { number, statement, opened, says })
    })
}

/// What a statement says, with a time at which it can have been said.
fn dated(said: Said, recorded: Instant) -> Result<Said, &'static str> {
    if said.outcome == Outcome::Passed && said.at.is_some_and(|at| at > recorded) {
        // It would stay fresh for longer than it is. What did not pass counts all the same.
        return Err("issued_after_it_was_recorded");
    }
    Ok(Said { at: said.at.map(|at| at.min(recorded)), ..said })
}

/// Who signed a statement, if they are enough; else what is wrong with each key.
fn signers(
    case: &Case<'_>,
    rule: &Signed,
    number: usize,
    statement: &Statement,
    opened: &Opened,
) -> Result<BTreeSet<PersonId>, Vec<Row>> {
    let recorded = Fact::envelope(statement).recorded;
    let (mut signers, mut tried) = (BTreeSet::new(), Vec::new());
    for id in &rule.keys {
        let Some(key) = case.policy.keys.get(id) else { continue };
        let why = match key.flaw(recorded, case.at) {
            Some(flaw) => flaw,
            None if opened.signatures.is_empty() => "not_signed",
            None if case.proofs.is_signed(number, opened, id, key) => {
                signers.insert(case.records.people.principal(&key.of).clone());
                "signed"
            }
            None => "wrong_signature",
        };
        tried.push(Row(vec![("key", id.to_string()), ("why", why.to_owned())]));
    }
    let threshold = usize::try_from(rule.threshold.max(1));
    let enough = threshold.is_ok_and(|threshold| signers.len() >= threshold);
    if enough { Ok(signers) } else { Err(tried) }
}

impl Found {
    /// The statements that count as evidence of a check, once for each who signed.
    #[must_use]
    pub(in crate::gate) fn evidence(
        &self,
        portfolio: &Portfolio,
        check: &CheckId,
        artifact: Option<&Digest>,
    ) -> Vec<(usize, Evidence)> {
        let mut evidence = Vec::new();
        for Accepted { number, said, signers } in &self.accepted {
            let Some(statement) = portfolio.statements.get(*number) else { continue };
            let filed = Fact::envelope(statement);
            evidence.extend(signers.iter().map(|signer| {
                let evidence = Evidence {
                    check: check.clone(),
                    artifact: artifact.copied(),
                    change: None,
                    revision: None,
                    configuration: said.configuration.clone(),
                    environment: said.environment.clone(),
                    run: said.run,
                    outcome: said.outcome,
                    expires: said.expires,
                    at: said.at.unwrap_or(filed.at),
                    recorded: Some(filed.recorded),
                    sequence: filed.sequence,
                    by: signer.clone(),
                    via: None,
                    reason: None,
                };
                (*number, evidence)
            }));
        }
        evidence
    }

    /// The answer where nothing counts: that there is nothing, or what is wrong with what there
    /// is.
    #[must_use]
    pub(in crate::gate) fn missing(&self, mut node: Node) -> Node {
        node.code = ReasonCode::StatementMissing;
        if self.refused.is_empty() {
            return node;
        }
        node.code = ReasonCode::SignatureInvalid;
        let tried = self.refused.iter().flat_map(|(_, rows)| rows).take(TOLD_MAX).cloned();
        let node = node.with("tried", Arg::Rows(tried.collect()));
        let refused = self.refused.iter();
        refused.fold(node, |node, (number, _)| node.citing("statements", *number))
    }

    /// An answer about evidence as one about the statements that it was read from.
    #[must_use]
    pub(in crate::gate) fn explain(&self, mut node: Node) -> Node {
        if node.code == ReasonCode::EvidenceMissing && node.cites.is_empty() {
            node = self.missing(node);
        }
        let read = node.cites.iter_mut().filter(|(kind, _)| *kind == "evidence");
        read.for_each(|(kind, _)| *kind = "statements");
        self.bounded(node)
    }

    /// The same answer, standing no longer than the keys do.
    #[must_use]
    pub(in crate::gate) fn bounded(&self, node: Node) -> Node {
        node.until(self.lapses)
    }
}
