//! Approvals and evidence of each change: trailers and notes, results of checks, signatures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lynchpin::base::Instant;
use lynchpin::base::id::PersonId;
use lynchpin::model::{Approval, Change, Evidence, Outcome, Portfolio, Vote};

use super::assessment::Options;
use super::changes::Entry;
use super::error::{AssessError, Problem, Result};
use super::keys::Keys;
use super::log::Commit;
use super::message::Account;
use super::named::Index;
use super::notes::Notes;
use super::people::People;
use super::portfolio::{REVIEW, SIGNED, STAGE, Source, TESTED, id, instant, person_id};
use super::reading::Reading;
use super::releases::NamedBy;
use super::results::{CheckResult, in_order, results};
use super::signatures::{Signature, Signed, verify};
use super::text::printable;

/// Results times changes that a result of the end of the range is written for.
const RESULTS_MAX: usize = 2_000_000;
/// How far a time without a zone may be off.
const ZONE_SECONDS: i64 = 14 * 3600;
/// Who says what a result says, if it does not say that itself.
const CHECKER: &str = "ci";

/// What was found about changes beside their commits.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    /// The results of checks, by the number of the change.
    results: BTreeMap<usize, Vec<CheckResult>>,
    /// How the signatures of its commits came out, by the number of the change.
    signatures: BTreeMap<usize, Outcome>,
    /// When the newest note was written, in seconds since 1970.
    noted: Option<i64>,
}

/// Gathers what the caller names beside the history.
pub(crate) fn gather(
    options: &Options,
    readings: &mut [Reading],
    commits: &[Commit],
    entries: &[Entry],
    notes: &mut Notes,
) -> Result<Proofs> {
    let remarks = commits.iter().flat_map(|commit| &commit.remarks);
    let noted = remarks.filter_map(|remark| remark.writers.last).max();
    let mut proofs = Proofs { noted, ..Proofs::default() };
    if let Some(path) = &options.results {
        proofs.results = checked(path, readings, commits, entries, notes)?;
    }
    if let Some(path) = &options.keys {
        let keys = Keys::read(path, notes)?;
        for reading in readings {
            signed_commits(reading, &keys, commits, entries, &mut proofs, notes)?;
            signed_tags(reading, &keys, notes)?;
        }
    }
    Ok(proofs)
}

impl Proofs {
    /// When the newest of it was made.
    pub(crate) fn newest(&self) -> Option<Instant> {
        let noted = self.noted.and_then(|seconds| instant(seconds).ok());
        let results = self.results.values().flatten().filter_map(|result| result.at);
        results.chain(noted).max()
    }
}

/// The results of checks, each under the change that it is about.
fn checked(
    path: &Path,
    readings: &[Reading],
    commits: &[Commit],
    entries: &[Entry],
    notes: &mut Notes,
) -> Result<BTreeMap<usize, Vec<CheckResult>>> {
    let indexes: Vec<Index> = readings
        .iter()
        .map(|r| Index::of(commits, entries.get(r.changes.clone()).unwrap_or_default()))
        .collect();
    let mut found: BTreeMap<usize, Vec<CheckResult>> = BTreeMap::new();
    let mut problems = Vec::new();
    let mut count: usize = 0;
    for mut result in results(path, notes)? {
        let Some(commit) = result.commit.clone() else {
            if readings.len() > 1 {
                let detail = "it names no commit, and there are several repositories".to_owned();
                problems.push(Problem { path: result.file.clone(), detail });
                continue;
            }
            count = count.saturating_add(entries.len());
            if count > RESULTS_MAX {
                let what = "results times changes";
                return Err(AssessError::TooLarge { what, limit: RESULTS_MAX });
            }
            // Whoever checks the end of the range checks every change of it.
            for number in 0..entries.len() {
                found.entry(number).or_default().push(result.clone());
            }
            continue;
        };
        let places = readings.iter().zip(&indexes);
        let mut places = places.filter_map(|(reading, index)| {
            index.of_commit(&commit).map(|number| reading.changes.start + number)
        });
        // The beginning of an id that commits of several repositories share names none of them.
        let number = places.next().filter(|_| places.next().is_none());
        let head = number.and_then(|number| entries.get(number)).map(|entry| entry.commit);
        let head = head.and_then(|head| commits.get(head));
        match (number, head) {
            (Some(number), Some(head)) if head.id.starts_with(&commit) => {
                result.commit = Some(head.id.clone());
                found.entry(number).or_default().push(result);
            }
            // A part of a change is not the change.
            (Some(_), _) => notes.results_of_parts += 1,
            (None, _) => notes.results_elsewhere += 1,
        }
    }
    if !problems.is_empty() {
        return Err(AssessError::Results { problems });
    }
    settle(&mut found, commits, entries, notes)?;
    Ok(found)
}

/// Puts the results of each change in order, as of its commit.
///
/// What passed before the commit was made is a check of something else, such as what the folder
/// still held from the last time.
fn settle(
    found: &mut BTreeMap<usize, Vec<CheckResult>>,
    commits: &[Commit],
    entries: &[Entry],
    notes: &mut Notes,
) -> Result<()> {
    for (number, results) in found {
        let Some(head) = entries.get(*number).and_then(|entry| commits.get(entry.commit)) else {
            continue;
        };
        let made = instant(head.committed.saturating_sub(ZONE_SECONDS).max(0))?;
        let before = results.len();
        results.retain(|result| {
            let is_early = result.at.is_some_and(|at| at < made);
            !is_early || result.outcome != Outcome::Passed
        });
        notes.results_too_old += before.saturating_sub(results.len()) as u64;
        for result in results.iter_mut() {
            result.commit = Some(head.id.clone());
        }
        *results = in_order(std::mem::take(results));
    }
    Ok(())
}

/// A change is signed if each of its commits on the first-parent line is: what a merge brings in,
/// its own signature answers for.
fn signed_commits(
    reading: &Reading,
    keys: &Keys,
    commits: &[Commit],
    entries: &[Entry],
    proofs: &mut Proofs,
    notes: &mut Notes,
) -> Result<()> {
    let own = entries.get(reading.changes.clone()).unwrap_or_default();
    let line = || own.iter().flat_map(|entry| &entry.line).filter_map(|n| commits.get(*n));
    let ids: Vec<&str> = line().map(|commit| commit.id.as_str()).collect();
    let signed = verify(&reading.repository, &ids, keys, notes)?;
    for (number, entry) in reading.changes.clone().zip(own) {
        let line = entry.line.iter().filter_map(|n| commits.get(*n));
        let states = line.map(|commit| outcome(signed.get(&commit.id)?, commit));
        if let Some(whole) = of_all(&states.collect::<Vec<_>>()) {
            proofs.signatures.insert(number, whole);
        }
    }
    Ok(())
}

/// One that does not hold is enough; else each must say something.
fn of_all(states: &[Option<Outcome>]) -> Option<Outcome> {
    if states.contains(&Some(Outcome::Failed)) {
        return Some(Outcome::Failed);
    }
    if states.is_empty() || states.contains(&None) {
        return None;
    }
    let passed = states.iter().all(|state| *state == Some(Outcome::Passed));
    Some(if passed { Outcome::Passed } else { Outcome::Inconclusive })
}

/// What the signature of a commit is evidence of; nothing, where nobody can tell.
fn outcome(signed: &Signed, commit: &Commit) -> Option<Outcome> {
    let mut who: Vec<&Account> = vec![&commit.committer, &commit.author];
    who.extend(&commit.written_as);
    match &signed.signature {
        Signature::Invalid { .. } => Some(Outcome::Failed),
        Signature::Valid { .. } if signed.is_by(&who) => Some(Outcome::Passed),
        // It holds, by the key of somebody who had no hand in it.
        Signature::Valid { .. } => Some(Outcome::Inconclusive),
        Signature::Absent | Signature::UnknownKey { .. } | Signature::Unsupported { .. } => None,
    }
}

/// Notes who signed the tags within the range.
fn signed_tags(reading: &mut Reading, keys: &Keys, notes: &mut Notes) -> Result<()> {
    let tags = reading.releases.iter().filter(|release| release.kind == NamedBy::Tag);
    let ids: Vec<&str> = tags.map(|release| release.object.as_str()).collect();
    let signed = verify(&reading.repository, &ids, keys, notes)?;
    for release in reading.releases.iter_mut().filter(|release| release.kind == NamedBy::Tag) {
        let Some(found) = signed.get(&release.object) else { continue };
        // A tag may be moved to another name or lie about what it is of.
        let is_of = found.target.as_ref() == Some(&release.last);
        let is_named = found.tag.as_ref().is_some_and(|tag| printable(tag) == release.name);
        let by = found.by.as_ref().filter(|by| found.is_by(&[by]));
        release.signed = match (&found.signature, by) {
            (Signature::Valid { .. }, Some(by)) if is_of && is_named => {
                Some(format!("signed by {}", printable(&by.email)))
            }
            (Signature::Valid { .. } | Signature::Invalid { .. }, _) => {
                Some("its signature does not hold".to_owned())
            }
            _ => None,
        };
    }
    Ok(())
}

/// Writes what is said of a change: reviews as approvals; tests, results and signatures as
/// evidence, all of exactly the commits that the change holds.
pub(crate) fn said_of(
    source: &Source<'_>,
    number: usize,
    entry: &Entry,
    change: &Change,
    portfolio: &mut Portfolio,
) -> Result<()> {
    let said = entry.said.map(instant).transpose()?.unwrap_or(change.at).max(change.at);
    for (people, decision) in
        [(&entry.reviewers, Vote::Approved), (&entry.rejecters, Vote::Rejected)]
    {
        for person in people {
            let by = person_id(source, *person)?;
            portfolio.approvals.push(approval(change, decision, said, by)?);
        }
    }
    let tests = entry.testers.iter().map(|person| (*person, Outcome::Passed));
    let failed = entry.failed_by.iter().map(|person| (*person, Outcome::Failed));
    for (run, (person, outcome)) in (1_u64..).zip(tests.chain(failed)) {
        let by = person_id(source, person)?;
        let own = evidence(change, TESTED, outcome, said, by)?;
        portfolio.evidence.push(Evidence { run, ..own });
    }
    if let Some(outcome) = source.proofs.signatures.get(&number) {
        let by = change.uploader.clone().unwrap_or_else(|| change.by.clone());
        portfolio.evidence.push(evidence(change, SIGNED, *outcome, change.at, by)?);
    }
    for result in source.proofs.results.get(&number).into_iter().flatten() {
        let by: PersonId = id(result.by.as_deref().unwrap_or(CHECKER))?;
        // It is a result of these commits, which the change holds from then on.
        let at = result.at.unwrap_or(change.at).max(change.at);
        let own = evidence(change, &result.check, result.outcome, at, by)?;
        portfolio.evidence.push(Evidence {
            configuration: result.configuration.as_ref().map(|text| id(text)).transpose()?,
            run: result.run,
            via: Some(id("results")?),
            ..own
        });
    }
    Ok(())
}

fn approval(change: &Change, decision: Vote, at: Instant, by: PersonId) -> Result<Approval> {
    Ok(Approval {
        change: Some(change.id.clone()),
        release: None,
        revision: change.revision,
        digest: None,
        requirement: id(REVIEW)?,
        stage: id(STAGE)?,
        decision,
        to: None,
        to_group: None,
        effective_from: None,
        expires: None,
        at,
        recorded: None,
        sequence: 0,
        by,
        via: Some(id("git")?),
        reason: None,
    })
}

fn evidence(
    change: &Change,
    check: &str,
    outcome: Outcome,
    at: Instant,
    by: PersonId,
) -> Result<Evidence> {
    Ok(Evidence {
        check: id(check)?,
        artifact: None,
        change: Some(change.id.clone()),
        revision: Some(change.revision),
        configuration: None,
        environment: None,
        run: 1,
        outcome,
        expires: None,
        at,
        recorded: None,
        sequence: 0,
        by,
        via: Some(id("git")?),
        reason: None,
    })
}

/// Who voted against a change, and who found it broken, by what notes say.
pub(crate) fn against(
    commits: &[&Commit],
    people: &People,
    of: &dyn Fn(&Account) -> Account,
) -> (BTreeSet<usize>, BTreeSet<usize>) {
    let (mut rejecters, mut failed_by) = Default::default();
    for remark in commits.iter().flat_map(|commit| &commit.remarks) {
        // Where nobody is named, whoever wrote it down says so.
        let writer = remark.writers.accounts.iter().next().cloned().unwrap_or_default();
        let who = |account: &Account| {
            let named = if *account == Account::default() { &writer } else { account };
            people.of(&of(named))
        };
        let found = |list: &[Account], into: &mut BTreeSet<usize>| {
            into.extend(list.iter().filter_map(who));
        };
        found(&remark.rejections, &mut rejecters);
        found(&remark.failed, &mut failed_by);
    }
    (rejecters, failed_by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_signed_in_whole_or_not() {
        let (passed, failed) = (Some(Outcome::Passed), Some(Outcome::Failed));
        let inconclusive = Some(Outcome::Inconclusive);
        for (states, whole) in [
            (&[passed, passed][..], passed),
            (&[passed, None], None),
            (&[passed, inconclusive], inconclusive),
            (&[None, failed], failed),
            (&[inconclusive, None], None),
            (&[], None),
        ] {
            assert_eq!(of_all(states), whole, "{states:?}");
        }
    }
}
