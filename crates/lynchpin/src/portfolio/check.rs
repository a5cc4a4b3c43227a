//! What a type cannot check: facts that contradict each other or themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::check_entries::check_entries;
use super::check_freezes::{check_freezes, check_meets};
use super::engine::other_content;
use super::known::{Known, attempt, declared, identified, told};
use crate::base::digest::Digest;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{ChangeId, PersonId, ReleaseId};
use crate::base::limits::{
    CLAUSES_MAX, DELEGATIONS_MAX, INTEGER_MAX, MEETINGS_MAX, PROBLEMS_MAX, TEXT_BYTES_MAX,
};
use crate::base::{Instant, Rows, Subject};
use crate::history::order::position;
use crate::history::{Records, revision};
use crate::model::portfolio::{Counts, arrays};
use crate::model::{Fact, Period, Portfolio, SectionDigests, SourceHistory, Vote};

/// Collects problems with their places.
pub(super) struct Problems {
    found: Vec<Problem>,
}

impl Problems {
    pub(super) fn add(
        &mut self,
        at: impl fmt::Display,
        code: ErrorCode,
        message: impl Into<String>,
    ) {
        if self.found.len() < PROBLEMS_MAX {
            self.found.push(Problem::new(code, message).at(at.to_string()));
        }
    }
}

/// Checks everything that was added to what was there; takes in who is named.
///
/// `records` gives all of it folded, which few facts need.
pub(super) fn check(
    portfolio: &Portfolio,
    old: &Counts,
    known: &mut Known,
    records: impl FnOnce() -> Arc<Records>,
) -> Result<()> {
    let mut problems = Problems { found: Vec::new() };
    check_envelopes(portfolio, old, &mut problems);
    check_ids(portfolio, old, known, &mut problems);
    check_entries(portfolio, old, &mut problems);
    known.identities.check(portfolio, old, &mut problems);
    check_groups(portfolio, old, &mut problems);
    check_subjects(portfolio, old, &mut problems);
    check_statements(portfolio, old, &mut problems);
    check_votes(portfolio, old, &mut problems);
    check_delegations(portfolio, old, &mut problems);
    check_boards(portfolio, old, &mut problems);
    check_meets(portfolio, old, &mut problems);
    check_freezes(portfolio, old, &mut problems);
    check_changes(portfolio, old, &mut problems);
    check_measured(portfolio, old, &mut problems);
    check_periods(portfolio, old, &mut problems);
    if problems.found.is_empty() {
        check_digests(portfolio, old, &mut problems, records);
    }
    Error::from_problems(problems.found).map_or(Ok(()), Err)
}

/// The path of an added element, written out only where something is wrong.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    array: &'a str,
    number: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$.{}[{}]", self.array, self.number)
    }
}

/// The added elements of an array with their paths.
pub(super) fn added<'a, T>(
    items: &'a Rows<T>,
    old: usize,
    array: &'a str,
) -> impl Iterator<Item = (Place<'a>, &'a T)> {
    items.iter_from(old).enumerate().map(move |(number, item)| (Place { array, number }, item))
}

fn check_envelopes(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    macro_rules! each {
        ($($field:ident: $type:ty,)*) => {$(
            for (at, fact) in added(&portfolio.$field, old.$field, stringify!($field)) {
                let envelope = fact.envelope();
                if envelope.recorded < envelope.at {
                    let message = "a fact cannot be recorded before it was made";
                    problems.add(format!("{at}.recorded"), ErrorCode::TimeOrder, message);
                }
                if envelope.sequence > INTEGER_MAX {
                    let message = "the sequence is beyond 2^53-1";
                    problems.add(format!("{at}.sequence"), ErrorCode::NumberOutOfRange, message);
                }
                check_text(problems, at, "reason", fact.reason.as_ref());
            }
        )*};
    }
    arrays!(each);
}

fn check_text(problems: &mut Problems, at: Place<'_>, field: &str, text: Option<&String>) {
    if text.is_some_and(|text| text.len() > TEXT_BYTES_MAX) {
        let message = format!("the text is longer than {TEXT_BYTES_MAX} bytes");
        problems.add(format!("{at}.{field}"), ErrorCode::StringTooLong, message);
    }
}

fn check_ids(portfolio: &Portfolio, old: &Counts, known: &Known, problems: &mut Problems) {
    macro_rules! each {
        ($($field:ident: $type:ident, $it:ident => $key:expr, $at:literal, $error:expr;)*) => {$(
            let mut seen = BTreeMap::new();
            for (at, $it) in added(&portfolio.$field, old.$field, stringify!($field)) {
                let first = match known.$field(portfolio, $it) {
                    Some(first) => first,
                    None => *seen.entry($key).or_insert($it),
                };
                if first != $it {
                    let (code, message) = $error;
                    problems.add(format!(concat!("{}.", $at), at), code, message);
                }
            }
        )*};
    }
    identified!(each);
}

fn check_groups(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, group) in added(&portfolio.groups, old.groups, "groups") {
        for (index, member) in group.members.iter().enumerate() {
            if member.person.is_some() == member.group.is_some() {
                let message = "a member is exactly one of `person` and `group`";
                let at = format!("{at}.members[{index}]");
                problems.add(at, ErrorCode::SubjectAmbiguous, message);
            }
        }
    }
}

fn check_subjects(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    fn one(
        problems: &mut Problems,
        at: impl fmt::Display,
        change: Option<&ChangeId>,
        release: Option<&ReleaseId>,
    ) {
        if let Err(error) = Subject::one(change, release) {
            problems.add(at, error.code(), error.to_string());
        }
    }
    macro_rules! each {
        ($($field:ident),*) => {$(
            for (at, fact) in added(&portfolio.$field, old.$field, stringify!($field)) {
                one(problems, at, fact.change.as_ref(), fact.release.as_ref());
            }
        )*};
    }
    each!(approvals, waivers, exceptions, holds, cancellations, decisions, claims, moves);
    for (at, minutes) in added(&portfolio.minutes, old.minutes, "minutes") {
        for (index, decision) in minutes.decisions.iter().enumerate() {
            let at = format!("{at}.decisions[{index}]");
            one(problems, at, decision.change.as_ref(), decision.release.as_ref());
        }
    }
    for (at, evidence) in added(&portfolio.evidence, old.evidence, "evidence") {
        let on_artifact =
            evidence.artifact.is_some() && evidence.change.is_none() && evidence.revision.is_none();
        let on_change =
            evidence.artifact.is_none() && evidence.change.is_some() && evidence.revision.is_some();
        if !on_artifact && !on_change {
            let message =
                "evidence is about either an `artifact` or a `change` with its `revision`";
            problems.add(at, ErrorCode::SubjectAmbiguous, message);
        }
        if evidence.run > INTEGER_MAX {
            let message = "the run number is beyond 2^53-1";
            problems.add(format!("{at}.run"), ErrorCode::NumberOutOfRange, message);
        }
    }
}

/// An envelope that cannot be opened is a mistake of who filed it. Whether it is rightly signed
/// depends on who asks.
fn check_statements(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, statement) in added(&portfolio.statements, old.statements, "statements") {
        if let Err(error) = statement.read() {
            let message = error.problems().first().map_or("", |problem| problem.message.as_str());
            problems.add(format!("{at}.envelope"), error.code(), message);
        }
    }
}

/// A vote that is passed on says to whom, at once and for good; no other vote says so.
fn check_votes(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, approval) in added(&portfolio.approvals, old.approvals, "approvals") {
        let stated = (approval.to.is_some(), approval.to_group.is_some());
        let (wanted, message) = match approval.decision {
            Vote::Delegated => ((true, false), "what is delegated names a person with `to`"),
            Vote::Escalated => ((false, true), "what is escalated names a group with `to_group`"),
            Vote::Approved
            | Vote::Withdrawn
            | Vote::Deferred
            | Vote::RequestChanges
            | Vote::Rejected => {
                ((false, false), "only what is `delegated` or `escalated` is passed on")
            }
        };
        let passed_on = wanted != (false, false);
        let timed = approval.effective_from.is_some() || approval.expires.is_some();
        if stated != wanted {
            problems.add(at, ErrorCode::VoteTarget, message);
        } else if passed_on && timed {
            let message = "what is passed on is so at once, until it is taken back";
            problems.add(at, ErrorCode::VoteTarget, message);
        }
    }
}

/// No more delegations name one person than can be looked at for each thing that they say.
fn check_delegations(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    if portfolio.delegations.len() == old.delegations {
        return;
    }
    let mut named: BTreeMap<&PersonId, usize> = BTreeMap::new();
    for (number, given) in portfolio.delegations.iter().enumerate() {
        let count = named.entry(&given.to).or_default();
        *count = count.saturating_add(1);
        if *count > DELEGATIONS_MAX && number >= old.delegations {
            let at = format!("$.delegations[{}].to", number.saturating_sub(old.delegations));
            let message = format!("at most {DELEGATIONS_MAX} delegations name one person");
            problems.add(at, ErrorCode::ListTooLong, message);
        }
    }
}

/// The meetings of a board end after they begin, and its minutes pass nothing on.
fn check_boards(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, board) in added(&portfolio.boards, old.boards, "boards") {
        if board.meetings.len() > MEETINGS_MAX {
            let message = format!("a board plans at most {MEETINGS_MAX} meetings at once");
            problems.add(format!("{at}.meetings"), ErrorCode::ListTooLong, message);
        }
        for (index, meeting) in board.meetings.iter().enumerate() {
            if let Some(to) = meeting.to
                && to <= meeting.from
            {
                let message = format!("it ends at `{to}`, not after it begins");
                problems.add(format!("{at}.meetings[{index}]"), ErrorCode::TimeOrder, message);
            }
        }
    }
    for (at, minutes) in added(&portfolio.minutes, old.minutes, "minutes") {
        if minutes.at < minutes.meeting {
            let message = "minutes cannot be written before the meeting";
            problems.add(format!("{at}.meeting"), ErrorCode::TimeOrder, message);
        }
        for (index, decision) in minutes.decisions.iter().enumerate() {
            if matches!(decision.decision, Vote::Delegated | Vote::Escalated) {
                let message = "minutes pass nothing on: each member does so themselves";
                problems.add(format!("{at}.decisions[{index}]"), ErrorCode::VoteTarget, message);
            }
        }
    }
}

fn check_changes(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, change) in added(&portfolio.changes, old.changes, "changes") {
        if change.revision == 0 {
            let message = "revisions count from 1";
            problems.add(format!("{at}.revision"), ErrorCode::NumberOutOfRange, message);
        }
        for (index, needs) in change.requires.iter().enumerate() {
            if needs.alternatives().is_empty() {
                let message = "nothing can meet a clause without alternatives: name at least one";
                problems.add(format!("{at}.requires[{index}]"), ErrorCode::Empty, message);
            }
        }
        let clauses = [&change.together, &change.after].map(Vec::len);
        let clauses = clauses.into_iter().sum::<usize>() + change.requires.len();
        if clauses > CLAUSES_MAX {
            let message = format!("a change has at most {CLAUSES_MAX} dependencies");
            problems.add(at, ErrorCode::ListTooLong, message);
        }
        let size = &change.size;
        let lines = [size.lines_added, size.lines_deleted];
        let files = [size.files, size.folders, size.schema_files, size.configuration_files];
        if lines.into_iter().chain(files).flatten().any(|number| number > INTEGER_MAX) {
            let message = "a size is beyond 2^53-1";
            problems.add(format!("{at}.size"), ErrorCode::NumberOutOfRange, message);
        }
        if change.coverage.is_some_and(|percent| percent > 100) {
            let message = "more lines than there are: say at most 100 percent";
            problems.add(format!("{at}.coverage"), ErrorCode::NumberOutOfRange, message);
        }
        check_history(problems, at, &change.history);
        for (name, figure) in &change.measures {
            if *figure > INTEGER_MAX {
                let message = "a figure is beyond 2^53-1";
                let at = format!("{at}.measures.{name}");
                problems.add(at, ErrorCode::NumberOutOfRange, message);
            }
        }
        let plans = &change.plans;
        check_text(problems, at, "title", change.title.as_ref());
        check_text(problems, at, "description", change.description.as_ref());
        check_text(problems, at, "plans.implementation", plans.implementation.as_ref());
        check_text(problems, at, "plans.test", plans.test.as_ref());
        check_text(problems, at, "plans.back_out", plans.back_out.as_ref());
    }
    for (at, task) in added(&portfolio.tasks, old.tasks, "tasks") {
        check_text(problems, at, "title", task.title.as_ref());
    }
    for (at, release) in added(&portfolio.releases, old.releases, "releases") {
        if release.revision == 0 {
            let message = "revisions count from 1";
            problems.add(format!("{at}.revision"), ErrorCode::NumberOutOfRange, message);
        }
        check_text(problems, at, "title", release.title.as_ref());
    }
}

/// Samples are of the past, and no more was good than there was; a service has one objective of a
/// name.
fn check_measured(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    for (at, sli) in added(&portfolio.slis, old.slis, "slis") {
        if sli.to <= sli.from || sli.at < sli.to {
            let message = "a sample ends after it begins, and is measured once it has ended";
            problems.add(format!("{at}.to"), ErrorCode::TimeOrder, message);
        }
        if sli.good > sli.total || sli.total > INTEGER_MAX {
            let message = "no more events can be good than there were, at most 2^53-1";
            problems.add(format!("{at}.good"), ErrorCode::NumberOutOfRange, message);
        }
    }
    for (at, service) in added(&portfolio.services, old.services, "services") {
        let mut seen = std::collections::BTreeSet::new();
        for (index, slo) in service.slos.iter().enumerate() {
            if !seen.insert(&slo.id) {
                let (code, message) = other_content(&format!("objective `{}`", slo.id));
                problems.add(format!("{at}.slos[{index}].id"), code, message);
            }
        }
    }
    for (at, given) in
        added(&portfolio.preauthorisations, old.preauthorisations, "preauthorisations")
    {
        if given.expires <= given.at {
            let message = "it expires before it is given";
            problems.add(format!("{at}.expires"), ErrorCode::TimeOrder, message);
        }
    }
}

fn check_history(problems: &mut Problems, at: Place<'_>, history: &SourceHistory) {
    for (name, figure) in SourceHistory::NAMES.iter().zip(history.figures()) {
        if figure.is_some_and(|number| number > INTEGER_MAX) {
            let message = "a figure is beyond 2^53-1";
            problems.add(format!("{at}.history.{name}"), ErrorCode::NumberOutOfRange, message);
        }
    }
    if history.fix.is_some_and(|fix| fix > 1) {
        let message = "it is 1 for a change that mends a failure and 0 for others";
        problems.add(format!("{at}.history.fix"), ErrorCode::NumberOutOfRange, message);
    }
}

fn check_periods(portfolio: &Portfolio, old: &Counts, problems: &mut Problems) {
    let mut ordered = |at: Place<'_>, field: &str, from: Option<Instant>, to: Option<Instant>| {
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            let message = format!("it ends at `{to}`, not after it begins at `{from}`");
            problems.add(format!("{at}{field}"), ErrorCode::TimeOrder, message);
        }
    };
    let bounds = |period: Option<Period>| (period.map(|p| p.from), period.map(|p| p.to));
    for (at, change) in added(&portfolio.changes, old.changes, "changes") {
        let (from, to) = bounds(change.planned);
        ordered(at, ".planned", from, to);
    }
    for (at, release) in added(&portfolio.releases, old.releases, "releases") {
        let (from, to) = bounds(release.planned);
        ordered(at, ".planned", from, to);
    }
    for (at, group) in added(&portfolio.groups, old.groups, "groups") {
        for (index, member) in group.members.iter().enumerate() {
            ordered(at, &format!(".members[{index}]"), member.from, member.to);
        }
    }
    for (at, given) in added(&portfolio.delegations, old.delegations, "delegations") {
        ordered(at, "", Some(given.from.unwrap_or(given.at)), given.until);
    }
    for (at, absence) in added(&portfolio.absences, old.absences, "absences") {
        ordered(at, "", Some(absence.from), Some(absence.until));
    }
    for (at, waiver) in added(&portfolio.waivers, old.waivers, "waivers") {
        ordered(at, ".expires", Some(waiver.at), Some(waiver.expires));
    }
    for (at, exception) in added(&portfolio.exceptions, old.exceptions, "exceptions") {
        ordered(at, ".expires", Some(exception.at), Some(exception.expires));
    }
}

/// Stated digests must be the true ones.
fn check_digests(
    portfolio: &Portfolio,
    old: &Counts,
    problems: &mut Problems,
    records: impl FnOnce() -> Arc<Records>,
) {
    let mut wrong = |at: &dyn fmt::Display, stated: Digest, found: Option<Digest>| {
        if found.is_some_and(|found| found != stated) {
            let found = found.map_or(String::new(), |found| found.to_string());
            let message = format!("the digest of that revision is `{found}`");
            problems.add(format!("{at}.digest"), ErrorCode::DigestMismatch, message);
        }
    };
    for (at, change) in added(&portfolio.changes, old.changes, "changes") {
        if let Some(digest) = change.digest {
            wrong(&at, digest, SectionDigests::of(change).ok().map(|digests| digests.root()));
        }
    }
    let resolutions =
        portfolio.minutes.iter_from(old.minutes).flat_map(|minutes| &minutes.decisions);
    let stated = portfolio.releases.iter_from(old.releases).any(|it| it.digest.is_some())
        || portfolio.approvals.iter_from(old.approvals).any(|it| it.digest.is_some())
        || portfolio.waivers.iter_from(old.waivers).any(|it| it.digest.is_some())
        || portfolio.exceptions.iter_from(old.exceptions).any(|it| it.digest.is_some())
        || resolutions.into_iter().any(|it| it.digest.is_some());
    if !stated {
        return;
    }
    let records = records();
    // Many may approve one revision, whose digest is worked out once.
    let mut digests: BTreeMap<(Subject, u32), Option<Digest>> = BTreeMap::new();
    let mut of = |change: Option<&ChangeId>, release: Option<&ReleaseId>, number: u32| {
        let subject = Subject::one(change, release).ok()?;
        let digest = || records.digest_of(&subject, number);
        *digests.entry((subject.clone(), number)).or_insert_with(digest)
    };
    for (at, release) in added(&portfolio.releases, old.releases, "releases") {
        if let Some(digest) = release.digest {
            wrong(&at, digest, revision::release_digest(&records, release));
        }
    }
    for (at, a) in added(&portfolio.approvals, old.approvals, "approvals") {
        if let Some(digest) = a.digest {
            wrong(&at, digest, of(a.change.as_ref(), a.release.as_ref(), a.revision));
        }
    }
    for (at, minutes) in added(&portfolio.minutes, old.minutes, "minutes") {
        for (index, d) in minutes.decisions.iter().enumerate() {
            if let Some(digest) = d.digest {
                let found = of(d.change.as_ref(), d.release.as_ref(), d.revision);
                wrong(&format!("{at}.decisions[{index}]"), digest, found);
            }
        }
    }
    for (at, w) in added(&portfolio.waivers, old.waivers, "waivers") {
        if let Some(digest) = w.digest {
            wrong(&at, digest, of(w.change.as_ref(), w.release.as_ref(), w.revision));
        }
    }
    for (at, e) in added(&portfolio.exceptions, old.exceptions, "exceptions") {
        if let Some(digest) = e.digest {
            wrong(&at, digest, of(e.change.as_ref(), e.release.as_ref(), e.revision));
        }
    }
}
