//! What was decided on: who had a hand in it, and whether it is still the same.

use std::collections::BTreeSet;

use crate::oracle::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    /// Everybody who had a hand in the members, or in the release.
    pub(in crate::oracle) fn hands(
        &self,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> BTreeSet<u8> {
        let mut hands: BTreeSet<u8> = BTreeSet::new();
        for change in members {
            hands.extend(self.revisions(*change).iter().map(|(_, revision)| person(revision.by)));
        }
        if let Subject::Release(number) = subject {
            hands.extend(self.release_revisions(number).iter().map(|(_, _, by, _)| person(*by)));
        }
        hands
    }

    /// Whether what was decided on at a revision differs from what there is now, in what matters.
    pub(in crate::oracle) fn is_stale(&self, subject: Subject, revision: u8) -> bool {
        match subject {
            Subject::Change(change) => self.differs(change, |number, _| number == revision),
            Subject::Release(number) => self.release_differs(number, revision),
        }
    }

    /// Whether any revision after the newest that fits differs from it in more than its text.
    pub(super) fn differs(&self, change: u8, fits: impl Fn(u8, Made) -> bool) -> bool {
        let revisions = self.revisions(change);
        let start = revisions.iter().rposition(|(number, r)| fits(*number, r.made));
        let Some(start) = start else { return true };
        let without_text = |content: &Content| Content { title: 0, ..content.clone() };
        let mut later = revisions.iter().skip(start).map(|(_, r)| self.stated(change, &r.content));
        let first = later.next();
        later.any(|later| {
            first.as_ref().is_some_and(|first| {
                without_text(&first.0) != without_text(&later.0) || first.1 != later.1
            })
        })
    }

    /// What a revision says, and whether it states any dependency; where the change has none, that
    /// it would state them makes no difference.
    pub(in crate::oracle) fn stated(&self, change: u8, content: &Content) -> (Content, bool) {
        let depends = self.change(change).is_some_and(|change| {
            let none = change.requires.is_empty()
                && change.together.is_empty()
                && change.after.is_empty()
                && change.conflicts.is_empty()
                && change.supersedes.is_empty();
            content.depends && !none
        });
        (Content { depends: false, ..content.clone() }, depends)
    }

    fn release_differs(&self, number: u8, revision: u8) -> bool {
        let revisions = self.release_revisions(number);
        let start = revisions.iter().position(|(number, ..)| *number == revision);
        let Some((start, (_, had, _, made))) =
            start.and_then(|start| Some((start, revisions.get(start)?)))
        else {
            return true;
        };
        let mut membership = revisions.iter().skip(start).any(|(_, has, _, _)| {
            let added = has.difference(had).next().is_some();
            let needed = |removed: &u8| {
                has.iter().any(|left| {
                    self.clauses(*left).iter().any(|clause| clause.contains(removed))
                        || self.states(*left).is_some_and(|c| c.together.contains(removed))
                })
            };
            added || had.difference(has).any(needed)
        });
        let now = self.listed(number).unwrap_or_default();
        for member in had.intersection(&now).filter(|member| self.current(**member).is_some()) {
            membership |= self.differs(*member, |_, said| said.recorded <= made.recorded);
        }
        membership
    }

    /// Whether a revision of a subject was there when somebody named it.
    pub(in crate::oracle) fn was_there(&self, subject: Subject, revision: u8, said: Made) -> bool {
        let made = match subject {
            Subject::Change(change) => {
                let mut all = self.revisions(change).into_iter();
                all.find(|(number, _)| *number == revision).map(|(_, r)| r.made)
            }
            Subject::Release(release) => {
                let mut all = self.release_revisions(release).into_iter();
                all.find(|(number, ..)| *number == revision).map(|(_, _, _, made)| made)
            }
        };
        made.is_some_and(|made| made.recorded <= said.recorded && made.at <= said.at)
    }
}
