//! Each requirement of a small world, answered by definition.

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use super::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    pub(super) fn requirement(
        &self,
        number: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> Verdict {
        let emergency = |id: &&u8| self.current(**id).is_some_and(|content| content.emergency);
        if number == SEC
            && self.policy.sec_for_emergencies
            && members.iter().filter(emergency).count() == 0
        {
            return Verdict::NotApplicable;
        }
        let verdict = match number {
            0 | LINT => worst(members.iter().map(|change| self.tested(number, *change))),
            BOARD | SEC => self.approved(number, subject, members),
            SOAKED => worst(members.iter().map(|change| self.soaked(*change))),
            _ => worst(members.iter().map(|change| {
                let planned = self.current(*change).is_some_and(|content| content.back_out);
                if planned { Verdict::Go } else { Verdict::NeedsAction }
            })),
        };
        let waived = |waiver: &Waiver| self.is_waived(waiver, number, subject, members);
        if verdict > Verdict::GoWaived && self.world.waivers.iter().any(waived) {
            return Verdict::GoWaived;
        }
        if self.is_lifted(number, subject, members, verdict) { Verdict::GoWaived } else { verdict }
    }

    // Evidence.

    /// What ships and must have been tested: artifacts or, where there is none, the change itself.
    pub(super) fn evidence_on(&self, check: u8, change: u8) -> Vec<Vec<&'w Evidence>> {
        let Some(now) = self.current(change) else { return Vec::new() };
        let said = |evidence: &&Evidence| evidence.check == check && self.knows(evidence.made);
        let all: Vec<&Evidence> = self.world.evidence.iter().filter(said).collect();
        let without_text = |content: &Content| {
            let (stated, depends) = self.stated(change, content);
            (Content { title: 0, ..stated }, depends)
        };
        if now.artifacts == 0 {
            let same = |evidence: &&&Evidence| match evidence.on {
                On::Artifact(_) => false,
                On::Revision(of, revision) => {
                    self.revisions(change).iter().any(|(number, then)| {
                        of == change
                            && *number == revision
                            && without_text(&then.content) == without_text(now)
                    })
                }
            };
            return vec![all.iter().filter(same).copied().collect()];
        }
        let artifacts = bits(now.artifacts).into_iter();
        let on =
            |artifact: u8| all.iter().filter(|e| e.on == On::Artifact(artifact)).copied().collect();
        artifacts.map(on).collect()
    }

    fn tested(&self, check: u8, change: u8) -> Verdict {
        worst(self.evidence_on(check, change).into_iter().map(|runs| self.passed(check, &runs)))
    }

    /// What the runs on one thing come to: the worst line of runs that has a say.
    pub(super) fn passed(&self, check: u8, runs: &[&Evidence]) -> Verdict {
        let lines: BTreeSet<(bool, u8)> =
            runs.iter().map(|run| (run.configured, person(run.by))).collect();
        let mut judged: Vec<(bool, Option<Verdict>)> = Vec::new();
        for line in lines {
            let of_line = |run: &&&Evidence| (run.configured, person(run.by)) == line;
            let runs: Vec<&Evidence> = runs.iter().filter(of_line).copied().collect();
            judged.push((line.0, self.line(check, &runs)));
        }
        // A line of which nothing is left but what expired is as if it were missing.
        let said: Vec<(bool, Verdict)> =
            judged.iter().filter_map(|(line, verdict)| Some((*line, (*verdict)?))).collect();
        let mut verdict = worst(said.iter().map(|(_, verdict)| *verdict));
        if said.is_empty() {
            verdict = Verdict::NeedsAction;
        }
        let wanted = check == 0 && self.policy.configured;
        if wanted && !said.iter().any(|(configured, _)| *configured) {
            verdict = verdict.max(Verdict::NeedsAction);
        }
        verdict
    }

    /// What one line of runs comes to; nothing, if all that it says has expired.
    pub(super) fn line(&self, check: u8, runs: &[&Evidence]) -> Option<Verdict> {
        const RUNNING: u8 = 3;
        let mut finished: Vec<&Evidence> =
            runs.iter().copied().filter(|run| run.outcome != RUNNING).collect();
        // Outcomes are numbered from the best to the worst.
        finished.sort_by_key(|run| (run.run, run.outcome));
        finished.reverse();
        let failed: BTreeSet<u8> =
            finished.iter().filter(|run| run.outcome == 6).map(|run| run.run).collect();
        let contradicted = finished.iter().position(|run| run.outcome != 0);
        let passes = finished.get(..contradicted.unwrap_or(finished.len())).unwrap_or_default();
        if passes.is_empty() {
            return Some(match finished.first().map(|run| run.outcome) {
                None => Verdict::Wait,
                Some(1 | 2) => Verdict::NeedsAction,
                Some(4 | 5) => Verdict::Unknown,
                Some(_) => Verdict::NoGo,
            });
        }
        let ages = if check == LINT { self.policy.evidence_hours } else { None };
        let counts = |run: &&Evidence| {
            run.expires.is_none_or(|expires| self.at < expires)
                && ages.is_none_or(|hours| self.at < run.made.at + hours)
        };
        if passes.iter().any(counts) {
            let most = if check == LINT { self.policy.failed_runs } else { None };
            let too_many = most.is_some_and(|most| failed.len() > usize::from(most));
            return Some(if too_many { Verdict::NoGo } else { Verdict::Go });
        }
        if contradicted.is_some() {
            return Some(Verdict::NeedsAction);
        }
        (finished.len() < runs.len()).then_some(Verdict::Wait)
    }

    /// Everybody who had a hand in the members, or in the release.
    pub(super) fn hands(&self, subject: Subject, members: &BTreeSet<u8>) -> BTreeSet<u8> {
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
    pub(super) fn is_stale(&self, subject: Subject, revision: u8) -> bool {
        match subject {
            Subject::Change(change) => self.differs(change, |number, _| number == revision),
            Subject::Release(number) => self.release_differs(number, revision),
        }
    }

    /// Whether any revision after the newest that fits differs from it in more than its text.
    fn differs(&self, change: u8, fits: impl Fn(u8, Made) -> bool) -> bool {
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
    pub(super) fn stated(&self, change: u8, content: &Content) -> (Content, bool) {
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

    /// Whether a revision of a subject was there when something recorded at that hour named it.
    pub(super) fn was_there(&self, subject: Subject, revision: u8, recorded: Hour) -> bool {
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
        made.is_some_and(|made| made.recorded <= recorded)
    }

    // Waivers.

    fn is_waived(
        &self,
        waiver: &Waiver,
        number: u8,
        subject: Subject,
        members: &BTreeSet<u8>,
    ) -> bool {
        let by = person(waiver.by);
        let entitled = matches!(by, 1 | 2)
            && self.can_sit(by)
            && by != person(waiver.requester)
            && !self.hands(subject, members).contains(&by);
        let running = number <= LINT && {
            let then = Question { at: waiver.made.recorded, ..*self };
            members.iter().any(|change| then.is_running(number, *change, self))
        };
        self.policy.waivable & (1 << number) != 0
            && (waiver.subject, waiver.requirement) == (subject, number)
            && waiver.stage == self.stage
            && self.knows(waiver.made)
            && self.at < waiver.made.at + waiver.hours
            && waiver.hours <= WAIVER_HOURS
            && self.is_left(waiver)
            && waiver.revoked.is_none_or(|revoked| self.at < revoked)
            && entitled
            && !running
            && self.was_there(subject, waiver.revision, waiver.made.recorded)
            && !self.is_stale(subject, waiver.revision)
    }

    /// Whether a check on what ships as of `now` was running as of this question.
    fn is_running(&self, check: u8, change: u8, now: &Question<'_>) -> bool {
        now.evidence_on(check, change).iter().any(|runs| {
            let known: Vec<&&Evidence> = runs.iter().filter(|run| self.knows(run.made)).collect();
            known.iter().filter(|run| run.outcome == 3).any(|running| {
                !known.iter().any(|other| {
                    other.outcome != 3
                        && other.run >= running.run
                        && other.configured == running.configured
                        && person(other.by) == person(running.by)
                })
            })
        })
    }

    // Soak.

    fn soaked(&self, change: u8) -> Verdict {
        if self.stage == STAGING {
            return Verdict::NoGo;
        }
        let before = self.stage - 1;
        let Some((mut since, then)) = self.stay(change, before) else {
            return Verdict::NeedsAction;
        };
        let now = self.current(change).map_or(0, |content| content.artifacts);
        let brought = then.map_or(0, |then| then.artifacts);
        let same = if now == 0 {
            !self.differs(change, |_, made| made.recorded <= since)
        } else {
            now & !brought == 0
        };
        if !same || self.is_superseded(change, before) {
            return Verdict::NeedsAction;
        }
        let confirmed = |incident: &&Incident| {
            incident.change == change && incident.confirmed && incident.opened <= self.at
        };
        for incident in self.world.incidents.iter().filter(confirmed) {
            match incident.resolved.filter(|resolved| *resolved <= self.at) {
                Some(resolved) => since = since.max(resolved),
                None => return Verdict::NeedsAction,
            }
        }
        if since + SOAK_HOURS <= self.at { Verdict::Go } else { Verdict::Wait }
    }
}
