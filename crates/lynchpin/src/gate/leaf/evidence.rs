//! A check must have passed on what ships.
//!
//! The newest finished run counts for each configuration, environment and producer, and the worst
//! of these is the answer. A run that is still going displaces nothing; a later skip or note
//! does, and counts as missing. What has expired is as if it were missing, unless an older pass
//! that nothing contradicts still stands. Beside what is missing so, a later run that is going
//! decides.

use std::collections::BTreeMap;

use super::approval::is_of_another;
use super::state::LeafState;
use super::{Target, baseline};
use crate::base::id::{ConfigurationId, EnvironmentId, PersonId};
use crate::base::{Digest, Instant, Subject, When};
use crate::gate::judge::Case;
use crate::gate::policy::EvidenceLeaf;
use crate::gate::signed::rule::Signed;
use crate::gate::signed::{self, Found};
use crate::model::{Change, Evidence, Outcome};
use crate::reason::tree::{Arg, Clears, Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// The argument that says what a skip or a note came after.
pub(in crate::gate) const HIDES: &str = "hides";

/// What one line of runs is kept apart by.
pub(super) type Line<'a> = (Option<&'a ConfigurationId>, Option<&'a EnvironmentId>, &'a PersonId);

pub(super) fn judge(case: &Case<'_>, target: Target<'_>, leaf: &EvidenceLeaf) -> Reasons {
    let mut nodes = Vec::new();
    for change in target.members {
        if change.artifacts.is_empty() {
            nodes.extend(about(case, change, None, leaf));
        }
        let mut artifacts: Vec<&Digest> = change.artifacts.iter().collect();
        artifacts.sort_unstable();
        artifacts.dedup();
        for artifact in artifacts {
            nodes.extend(about(case, change, Some(artifact), leaf));
        }
    }
    let all = Node::new(Verdict::NotApplicable, ReasonCode::Evidence, target.subject)
        .with("check", Arg::text(&leaf.check));
    Reasons::all_of(all, nodes)
}

/// The answers for one artifact, or for a change without any: from what is signed, where the
/// policy says so, else from what is not. One is never evidence where the other is asked for.
fn about(
    case: &Case<'_>,
    change: &Change,
    artifact: Option<&Digest>,
    leaf: &EvidenceLeaf,
) -> Vec<Node> {
    // Of a change without artifacts nobody can tell what of it runs already.
    let bear = |line: &Line<'_>, node: Node| match artifact {
        Some(_) => baseline::tolerate(case, change, leaf, line, node),
        None => node,
    };
    let Some(rule) = &leaf.signed else {
        let runs = unsigned(case, change, artifact, leaf);
        return answers(case, change, artifact, leaf, &runs, &bear);
    };
    let found = signed_by(case, change, artifact, leaf, rule);
    let runs = found.evidence(case.records.portfolio(), &leaf.check, artifact);
    let runs: Vec<_> = borrowed(case, &runs, leaf);
    let nodes = answers(case, change, artifact, leaf, &runs, &bear);
    nodes.into_iter().map(|node| found.explain(node)).collect()
}

/// Hands the runs on an artifact that the leaf admits to something else.
pub(super) fn with_runs<R>(
    case: &Case<'_>,
    change: &Change,
    artifact: Option<&Digest>,
    leaf: &EvidenceLeaf,
    then: impl FnOnce(&[(usize, &Evidence)]) -> R,
) -> R {
    let Some(rule) = &leaf.signed else {
        return then(&unsigned(case, change, artifact, leaf));
    };
    let found = signed_by(case, change, artifact, leaf, rule);
    let runs = found.evidence(case.records.portfolio(), &leaf.check, artifact);
    then(&borrowed(case, &runs, leaf))
}

fn signed_by(
    case: &Case<'_>,
    change: &Change,
    artifact: Option<&Digest>,
    leaf: &EvidenceLeaf,
    rule: &Signed,
) -> Found {
    signed::found(case, &signed::digests(case, change, artifact), rule, Some(&leaf.check))
}

fn borrowed<'e>(
    case: &Case<'_>,
    runs: &'e [(usize, Evidence)],
    leaf: &EvidenceLeaf,
) -> Vec<(usize, &'e Evidence)> {
    let runs = runs.iter().map(|(number, evidence)| (*number, evidence));
    runs.filter(|(_, evidence)| admits(case, leaf, evidence)).collect()
}

fn unsigned<'a>(
    case: &Case<'a>,
    change: &Change,
    artifact: Option<&Digest>,
    leaf: &EvidenceLeaf,
) -> Vec<(usize, &'a Evidence)> {
    match artifact {
        Some(artifact) => admitted(case, case.records.evidence_on(artifact), leaf),
        None => on_change(case, change, leaf),
    }
}

/// Whether a leaf admits a result.
fn admits(case: &Case<'_>, leaf: &EvidenceLeaf, evidence: &Evidence) -> bool {
    let people = &case.records.people;
    evidence.check == leaf.check
        && leaf.environment.iter().all(|wanted| evidence.environment.as_ref() == Some(wanted))
        && people.admits(&leaf.producers, &evidence.by)
}

/// The evidence that the leaf admits, by its number.
pub(super) fn admitted<'a>(
    case: &Case<'a>,
    numbers: &[usize],
    leaf: &EvidenceLeaf,
) -> Vec<(usize, &'a Evidence)> {
    let all = &case.records.portfolio().evidence;
    let found = numbers.iter().filter_map(|number| Some((*number, all.get(*number)?)));
    found.filter(|(_, evidence)| admits(case, leaf, evidence)).collect()
}

/// The evidence on a change without artifacts: on any revision that says the same but for the text,
/// and that was there when it passed.
pub(super) fn on_change<'a>(
    case: &Case<'a>,
    change: &Change,
    leaf: &EvidenceLeaf,
) -> Vec<(usize, &'a Evidence)> {
    let records = case.records;
    let Some(row) = records.change(&change.id) else { return Vec::new() };
    let last = row.revisions.len().checked_sub(1);
    let now = last.and_then(|last| row.digests(records, last)).map(|now| now.without_text());
    let mut found = admitted(case, records.evidence_of(&change.id), leaf);
    found.retain(|(_, evidence)| {
        let tested = evidence.revision.and_then(|revision| row.position_of(records, revision));
        let tested = tested.and_then(|position| row.digests(records, position));
        let same = tested.is_some_and(|digests| now == Some(digests.without_text()));
        same && !is_foretold(case, evidence)
    });
    found
}

/// Whether it is a pass of a revision that was made or recorded only later, so that nobody can have
/// checked it.
pub(super) fn is_foretold(case: &Case<'_>, evidence: &Evidence) -> bool {
    let (Some(change), Some(revision)) = (&evidence.change, evidence.revision) else {
        return false;
    };
    let subject = Subject::Change(change.clone());
    evidence.outcome == Outcome::Passed && is_of_another(case, &subject, evidence, (revision, None))
}

/// The line that a run belongs to.
pub(super) fn line_of<'a>(case: &'a Case<'_>, evidence: &'a Evidence) -> Line<'a> {
    let producer = case.records.people.principal(&evidence.by);
    (evidence.configuration.as_ref(), evidence.environment.as_ref(), producer)
}

/// The answers for one artifact: one for each line of runs, and for each configuration without any.
/// What is said of a failure, `bear` may say otherwise.
pub(super) fn answers(
    case: &Case<'_>,
    change: &Change,
    artifact: Option<&Digest>,
    leaf: &EvidenceLeaf,
    found: &[(usize, &Evidence)],
    bear: &dyn Fn(&Line<'_>, Node) -> Node,
) -> Vec<Node> {
    let mut lines: BTreeMap<Line<'_>, Vec<(usize, &Evidence)>> = BTreeMap::new();
    for (number, evidence) in found {
        lines.entry(line_of(case, evidence)).or_default().push((*number, evidence));
    }
    let subject = Target::member(change);
    let base = |state: LeafState| {
        let node = state.node(&subject).with("check", Arg::text(&leaf.check));
        artifact.into_iter().fold(node, |node, digest| node.with("artifact", Arg::text(digest)))
    };
    let act = || leaf.owner.clone().map_or_else(|| case.owners(change), |owner| vec![owner]);
    let mut judged: Vec<(Line<'_>, Say, Node)> = lines
        .into_iter()
        .map(|(line, runs)| {
            let (kind, mut node) = judge_line(case.at, leaf, &runs, &base);
            if node.code == ReasonCode::EvidenceFailed {
                node = bear(&line, node);
            }
            let node = line.0.into_iter().fold(node, |n, c| n.with("configuration", Arg::text(c)));
            (line, kind, node)
        })
        .collect();
    // A pass that expired where nothing else was ever said neither helps nor harms while others
    // stand.
    if judged.iter().any(|(_, kind, _)| *kind == Say::Counts) {
        judged.retain(|(_, kind, _)| *kind == Say::Counts);
    }
    let missing = leaf
        .configurations
        .iter()
        .filter(|wanted| !judged.iter().any(|(line, _, _)| line.0 == Some(*wanted)));
    let missing: Vec<Node> = missing
        .map(|configuration| {
            base(LeafState::EvidenceMissing)
                .with("configuration", Arg::text(configuration))
                .act(act())
        })
        .collect();
    let mut nodes: Vec<Node> = judged
        .into_iter()
        .map(|(_, _, node)| {
            let met = node.verdict.is_go() || node.verdict == Verdict::Wait;
            if met { node } else { node.act(act()) }
        })
        .chain(missing)
        .collect();
    if nodes.is_empty() {
        nodes.push(base(LeafState::EvidenceMissing).act(act()));
    }
    nodes
}

/// Whether a line of runs has a say where others have one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Say {
    Counts,
    OnlyExpiredPasses,
}

/// Judges the runs of one line, which are never none.
fn judge_line(
    at: Instant,
    leaf: &EvidenceLeaf,
    runs: &[(usize, &Evidence)],
    base: &impl Fn(LeafState) -> Node,
) -> (Say, Node) {
    let mut ordered: Vec<&(usize, &Evidence)> = runs.iter().collect();
    // Newest first; of equal run numbers, the less favourable first.
    ordered.sort_by_key(|(_, run)| std::cmp::Reverse((run.run, run.outcome)));
    let finished: Vec<&(usize, &Evidence)> =
        ordered.iter().copied().filter(|(_, e)| e.outcome != Outcome::Running).collect();
    let Some((number, newest)) = finished.first().copied() else {
        return (Say::Counts, running(runs, base));
    };
    let cite = |node: Node| node.citing("evidence", *number).with("run", run_number(newest.run));
    let node = match newest.outcome {
        Outcome::Passed => return judge_passed(at, leaf, &finished, runs, base),
        Outcome::Failed => cite(base(LeafState::EvidenceFailed)),
        Outcome::Errored => cite(base(LeafState::EvidenceErrored)),
        Outcome::Inconclusive => cite(base(LeafState::EvidenceInconclusive)),
        Outcome::Info | Outcome::Skipped | Outcome::Running if goes_on(newest, runs) => {
            running(runs, base)
        }
        Outcome::Info | Outcome::Skipped | Outcome::Running => {
            let node = cite(base(LeafState::EvidenceMissing));
            hiding(node.with("outcome", Arg::text(newest.outcome.name())), &finished)
        }
    };
    (Say::Counts, node)
}

/// Whether a run is going that is later than the newest finished one.
fn goes_on(newest: &Evidence, runs: &[(usize, &Evidence)]) -> bool {
    runs.iter().any(|(_, run)| run.outcome == Outcome::Running && run.run > newest.run)
}

/// Says what the newest run with a say found, if that is not a pass: what was skipped or noted
/// since is missing, but not only missing, so nobody may meet it afterwards.
fn hiding(node: Node, finished: &[&(usize, &Evidence)]) -> Node {
    let says =
        |run: &&&(usize, &Evidence)| !matches!(run.1.outcome, Outcome::Info | Outcome::Skipped);
    let found = finished.iter().find(says).filter(|run| run.1.outcome != Outcome::Passed);
    found.into_iter().fold(node, |node, (number, run)| {
        node.with(HIDES, Arg::text(run.outcome.name())).citing("evidence", *number)
    })
}

/// The answer where nothing but a run that is going has a say.
fn running(runs: &[(usize, &Evidence)], base: &impl Fn(LeafState) -> Node) -> Node {
    cite_all(base(LeafState::EvidenceRunning).clears(Clears::Unknown), runs)
}

/// Judges a line whose newest finished run passed.
fn judge_passed(
    at: Instant,
    leaf: &EvidenceLeaf,
    finished: &[&(usize, &Evidence)],
    runs: &[(usize, &Evidence)],
    base: &impl Fn(LeafState) -> Node,
) -> (Say, Node) {
    let mut failed: Vec<u64> = finished
        .iter()
        .filter(|(_, evidence)| evidence.outcome == Outcome::Failed)
        .map(|(_, evidence)| evidence.run)
        .collect();
    failed.sort_unstable();
    failed.dedup();
    let passed = |(_, evidence): &&&(usize, &Evidence)| evidence.outcome == Outcome::Passed;
    let passes: Vec<_> = finished.iter().take_while(passed).collect();
    // Of the passes that nothing later contradicts, the one that counts the longest.
    let standing = passes
        .iter()
        .map(|(number, evidence)| (expiry(leaf, evidence), *number, *evidence))
        .filter(|(expiry, _, _)| When::At(at) < *expiry)
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let Some((expiry, number, evidence)) = standing else {
        // What expired is as if it were missing, so beside it a run that is going decides.
        if passes.first().is_some_and(|(_, newest)| goes_on(newest, runs)) {
            return (Say::Counts, running(runs, base));
        }
        let only = runs.iter().all(|(_, e)| e.outcome == Outcome::Passed);
        let kind = if only { Say::OnlyExpiredPasses } else { Say::Counts };
        let node = base(LeafState::EvidenceExpired);
        return (kind, cite_all(node, runs));
    };
    let too_many = leaf
        .failed_runs_at_most
        .is_some_and(|most| usize::try_from(most).is_ok_and(|most| failed.len() > most));
    let state = match (too_many, failed.is_empty()) {
        (true, _) => LeafState::TooManyReruns,
        (false, true) => LeafState::EvidencePassed,
        (false, false) => LeafState::PassedOnRerun,
    };
    let mut node = base(state).with("run", run_number(evidence.run)).until(expiry);
    if failed.is_empty() {
        node = node.citing("evidence", number);
    } else {
        node = cite_all(node, runs).with("failed", Arg::count(failed.len()));
    }
    (Say::Counts, node)
}

fn cite_all(node: Node, runs: &[(usize, &Evidence)]) -> Node {
    runs.iter().fold(node, |node, (number, _)| node.citing("evidence", *number))
}

fn run_number(run: u64) -> Arg {
    Arg::Integer(i64::try_from(run).unwrap_or(i64::MAX))
}

/// When a result stops counting: when it says so, or when it grows too old.
pub(super) fn expiry(leaf: &EvidenceLeaf, evidence: &Evidence) -> When {
    let aged = leaf.max_age.map(|age| evidence.at.after(age));
    let first = [evidence.expires, aged].into_iter().flatten().min();
    first.map_or(When::Never, When::At)
}

/// Whether a check on any of these artifacts is running, in any line.
pub(in crate::gate) fn is_running(
    case: &Case<'_>,
    target: Target<'_>,
    leaf: &EvidenceLeaf,
    as_of: Instant,
) -> bool {
    target.members.iter().any(|change| {
        let on = change.artifacts.iter().map(Some);
        let on = on.chain(change.artifacts.is_empty().then_some(None));
        on.into_iter().any(|artifact| {
            let Some(rule) = &leaf.signed else {
                return runs_by(case, &unsigned(case, change, artifact, leaf), as_of);
            };
            let found = signed_by(case, change, artifact, leaf, rule);
            let runs = found.evidence(case.records.portfolio(), &leaf.check, artifact);
            runs_by(case, &borrowed(case, &runs, leaf), as_of)
        })
    })
}

/// Whether a run was going then that nothing later in its line was known to have ended: it ran,
/// whenever that was told.
fn runs_by(case: &Case<'_>, found: &[(usize, &Evidence)], as_of: Instant) -> bool {
    let people = &case.records.people;
    found.iter().any(|(_, running)| {
        running.outcome == Outcome::Running
            && running.at <= as_of
            && !found.iter().any(|(_, other)| {
                other.run >= running.run
                    && other.outcome != Outcome::Running
                    && other.configuration == running.configuration
                    && other.environment == running.environment
                    && people.principal(&other.by) == people.principal(&running.by)
                    && other.recorded.unwrap_or(other.at) <= as_of
            })
    })
}
