//! Who had approved what was deployed, and the leave that was given beforehand.

use std::collections::{BTreeMap, BTreeSet};

use super::behind::{Behind, Case, Cites};
use super::{Approver, Leave};
use crate::base::id::{ChangeId, GroupId, PersonId, ReleaseId, RequirementId, StageId};
use crate::base::{Digest, Instant, Subject};
use crate::history::order::{Moment, Position, position};
use crate::history::{ChangeRow, Records};
use crate::model::{Minutes, Preauthorisation, Release, Resolution, Vote};

/// What one person said once on one requirement.
#[derive(Clone, Copy)]
struct Word<'a> {
    cite: (&'static str, usize),
    revision: u32,
    digest: Option<Digest>,
    decision: Vote,
    moment: Moment,
    effective_from: Option<Instant>,
    expires: Option<Instant>,
    board: Option<&'a GroupId>,
}

/// What words are told apart by.
type About<'a> = (&'a RequirementId, &'a PersonId, &'a Subject);

impl<'a> Behind<'a> {
    /// Those whose newest word, of all that was said and recorded by then, is a yes in force about
    /// what was deployed.
    pub(super) fn approvers(&mut self, case: &Case<'_>, cites: &mut Cites) -> Vec<Approver> {
        let mut words: BTreeMap<About<'_>, Vec<Word<'_>>> = BTreeMap::new();
        for subject in &case.subjects {
            self.take_approvals(case, subject, &mut words);
            self.take_minutes(case, subject, &mut words);
        }
        let mut found = Vec::new();
        for ((requirement, person, subject), mut words) in words {
            // Of those that tie, the less favourable is the last word.
            words.sort_by_key(|word| (word.moment.recorded, word.decision, word.moment.at));
            let Some(word) = last_yes(&words) else { continue };
            let begins = word.effective_from.is_none_or(|from| from <= case.then.at);
            let stands = word.expires.is_none_or(|end| case.then.at < end);
            if begins && stands && self.is_fresh(case, subject, word) {
                cites.insert(word.cite);
                found.push(Approver {
                    requirement: requirement.clone(),
                    person: person.clone(),
                    subject: subject.clone(),
                    revision: word.revision,
                    stage: self.stage.clone(),
                    at: word.moment.at,
                    board: word.board.cloned(),
                });
            }
        }
        found
    }

    fn take_approvals<'s>(
        &self,
        case: &Case<'_>,
        subject: &'s Subject,
        words: &mut BTreeMap<About<'s>, Vec<Word<'a>>>,
    ) where
        'a: 's,
    {
        for number in self.records.approvals(subject) {
            let approval = self.records.portfolio().approvals.get(*number);
            let meant = approval.filter(|it| it.stage == *self.stage && case.is_there(*it));
            let Some(approval) = meant else { continue };
            let person = self.records.people.principal(&approval.by);
            words.entry((&approval.requirement, person, subject)).or_default().push(Word {
                cite: ("approvals", *number),
                revision: approval.revision,
                digest: approval.digest,
                decision: approval.decision,
                moment: Moment::of(approval),
                effective_from: approval.effective_from,
                expires: approval.expires,
                board: None,
            });
        }
    }

    /// What minutes say of those who were present.
    fn take_minutes<'s>(
        &self,
        case: &Case<'_>,
        subject: &'s Subject,
        words: &mut BTreeMap<About<'s>, Vec<Word<'a>>>,
    ) where
        'a: 's,
    {
        let people = &self.records.people;
        let all = &self.records.portfolio().minutes;
        let told = self.records.boards.minutes(subject).iter().filter_map(|(number, place)| {
            let minutes = all.get(*number).filter(|it| case.is_there(*it))?;
            let resolution = minutes.decisions.get(*place)?;
            (resolution.stage == *self.stage).then_some((minutes, resolution, *number))
        });
        let mut told: Vec<(&Minutes, &Resolution, usize)> = told.collect();
        // Their order in a document says nothing.
        told.sort();
        for (minutes, resolution, number) in told {
            for voter in &resolution.voters {
                let person = people.principal(voter);
                if !minutes.present.iter().any(|id| people.principal(id) == person) {
                    continue;
                }
                words.entry((&resolution.requirement, person, subject)).or_default().push(Word {
                    cite: ("minutes", number),
                    revision: resolution.revision,
                    digest: resolution.digest,
                    decision: resolution.decision,
                    moment: Moment { at: minutes.meeting, recorded: position(minutes) },
                    effective_from: None,
                    expires: None,
                    board: Some(&minutes.board),
                });
            }
        }
    }

    /// Whether what was approved is what was deployed: it was there to be seen, is what the person
    /// says they saw, and no revision since says anything else but for the text.
    fn is_fresh(&mut self, case: &Case<'_>, subject: &Subject, word: &Word<'_>) -> bool {
        let records = self.records;
        let Some((at, made)) = records.made(subject, word.revision) else { return false };
        let seen = at <= word.moment.at && made <= word.moment.recorded;
        if !seen || word.digest.is_some_and(|digest| !self.is(subject, word.revision, digest)) {
            return false;
        }
        let Subject::Release(id) = subject else {
            let same = |(row, last): (&ChangeRow, usize)| {
                let first = row.position_of(records, word.revision);
                first.is_some_and(|first| is_same(records, row, first, last))
            };
            return case.shipped.is_some_and(same);
        };
        self.is_same_list((id, word.revision), case.then.recorded)
            && case.found.change.is_none_or(|change| {
                let same = |(row, last): (&ChangeRow, usize)| {
                    let first = row.known_by(records, made);
                    first.is_some_and(|(_, first)| is_same(records, row, first, last))
                };
                self.lists((id, word.revision), made, change) && case.shipped.is_some_and(same)
            })
    }

    /// Whether a digest is that of a revision.
    fn is(&mut self, subject: &Subject, revision: u32, digest: Digest) -> bool {
        let records = self.records;
        let all = self.digests.entry((subject.clone(), revision));
        *all.or_insert_with(|| records.digest_of(subject, revision)) == Some(digest)
    }

    /// Whether the revisions of a release from one to the newest known then list the same.
    fn is_same_list(&mut self, (id, revision): (&ReleaseId, u32), then: Position) -> bool {
        let records = self.records;
        let Some(row) = records.release(id) else { return false };
        let Some(last) = row.known_by(records, then) else { return false };
        let same = || {
            let first = row.position_of(records, revision)?;
            let approved = list(row.at(records, first)?);
            let mut since = (first..=last).filter_map(|place| row.at(records, place));
            Some(first <= last && since.all(|it| list(it) == approved))
        };
        let all = self.alike.entry((id.clone(), revision, last));
        *all.or_insert_with(|| same().unwrap_or(false))
    }

    /// Whether a revision of a release listed a change, by itself or below it, when it was made.
    fn lists(&mut self, (id, revision): (&ReleaseId, u32), made: Position, it: &ChangeId) -> bool {
        let records = self.records;
        let all = self.members.entry((id.clone(), revision)).or_insert_with(|| {
            let subject = Subject::Release(id.clone());
            let (changes, _) = records.consisted(&subject, made);
            changes.into_iter().cloned().collect()
        });
        all.contains(it)
    }

    /// The leave for changes of its model that stood then, for what the model said then.
    pub(super) fn leave(&self, case: &Case<'_>, cites: &mut Cites) -> Vec<Leave> {
        let Some(model) = case.change.and_then(|change| change.model.as_ref()) else {
            return Vec::new();
        };
        let (records, portfolio) = (self.records, self.records.portfolio());
        let models = records.leave.model(model).iter().filter_map(|n| portfolio.models.get(*n));
        let said = models.filter(|it| case.is_there(*it)).max_by_key(|it| (it.at, position(*it)));
        let Some(said) = said else { return Vec::new() };
        let stands = |it: &Preauthorisation| {
            let mut revoked = records.leave.revoked(&it.id).iter();
            let revoked = revoked.any(|number| {
                let found = portfolio.autonomy_revocations.get(*number);
                found.is_some_and(|revocation| case.is_there(revocation))
            });
            let here = it.stages.is_empty() || it.stages.contains(self.stage);
            let in_time = case.is_there(it) && case.then.at < it.expires;
            here && in_time && it.digest == said.digest && !revoked
        };
        let mut found = Vec::new();
        for number in records.leave.given(model) {
            let given = portfolio.preauthorisations.get(*number);
            if let Some(given) = given.filter(|it| stands(it)) {
                cites.insert(("preauthorisations", *number));
                found.push(Leave {
                    id: given.id.clone(),
                    model: given.model.clone(),
                    at: given.at,
                    by: given.by.clone(),
                    expires: given.expires,
                });
            }
        }
        found.sort();
        found
    }
}

/// The newest of somebody's words, if none whose place no later one takes is anything but a yes:
/// what was said before and is told again does not take it.
fn last_yes<'w, 'a>(words: &'w [Word<'a>]) -> Option<&'w Word<'a>> {
    let mut newest: Option<&Word<'a>> = None;
    for word in words.iter().rev() {
        if newest.is_none_or(|newest| newest.moment.at < word.moment.at) {
            if word.decision != Vote::Approved {
                return None;
            }
            newest = Some(word);
        }
    }
    newest
}

/// Whether all revisions of a change from one to another say the same but for the text.
pub(super) fn is_same(records: &Records, row: &ChangeRow, first: usize, last: usize) -> bool {
    let digest = |place| row.digests(records, place).map(|digests| digests.without_text());
    let Some(found) = digest(first) else { return false };
    first <= last && (first..=last).all(|place| digest(place) == Some(found))
}

/// What a revision of a release lists, in whatever order, and the stages that it passes.
type List<'r> = (BTreeSet<&'r ChangeId>, BTreeSet<&'r ReleaseId>, &'r [StageId]);

fn list(release: &Release) -> List<'_> {
    (release.changes.iter().collect(), release.releases.iter().collect(), &release.stages)
}
