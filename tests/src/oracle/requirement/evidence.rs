//! A check must have passed on what ships.

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use crate::oracle::gate::*;
use crate::world::*;

impl<'w> Question<'w> {
    /// What ships and must have been tested: artifacts or, where there is none, the change itself.
    pub(in crate::oracle) fn evidence_on(&self, check: u8, change: u8) -> Vec<Vec<&'w Evidence>> {
        let Some(now) = self.current(change) else { return Vec::new() };
        let said = |evidence: &&Evidence| evidence.check == check && self.knows(evidence.made);
        let all: Vec<&Evidence> = self.world.evidence.iter().filter(said).collect();
        let without_text = |content: &Content| {
            let (stated, depends) = self.stated(change, content);
            (Content { title: 0, ..stated }, depends)
        };
        // Nobody can have tested well what was not there.
        let was_there = |revision, made| self.was_there(Subject::Change(change), revision, made);
        if now.artifacts == 0 {
            let same = |evidence: &&&Evidence| match evidence.on {
                On::Artifact(_) => false,
                On::Revision(of, revision) => {
                    self.revisions(change).iter().any(|(number, then)| {
                        of == change
                            && *number == revision
                            && (evidence.outcome != 0 || was_there(revision, evidence.made))
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

    pub(super) fn tested(&self, check: u8, change: u8) -> Verdict {
        worst(self.evidence_on(check, change).into_iter().map(|runs| self.passed(check, &runs)))
    }

    /// What the runs on one thing come to: the worst line of runs that has a say.
    pub(in crate::oracle) fn passed(&self, check: u8, runs: &[&Evidence]) -> Verdict {
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
    pub(in crate::oracle) fn line(&self, check: u8, runs: &[&Evidence]) -> Option<Verdict> {
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
        let newest = finished.first().map(|run| run.run);
        let goes_on = runs.iter().any(|run| run.outcome == RUNNING && Some(run.run) > newest);
        if passes.is_empty() {
            return Some(match finished.first().map(|run| run.outcome) {
                None => Verdict::Wait,
                Some(1 | 2) if goes_on => Verdict::Wait,
                Some(1 | 2) => Verdict::NeedsAction,
                Some(4 | 5) => Verdict::Unknown,
                Some(_) => Verdict::NoGo,
            });
        }
        let ages = if check == LINT { self.policy.evidence_hours } else { None };
        let counts = |run: &&Evidence| {
            run.expires.is_none_or(|expires| self.at < expires)
                && ages.is_none_or(|hours| self.at < after(run.made.at, hours))
        };
        if passes.iter().any(counts) {
            let most = if check == LINT { self.policy.failed_runs } else { None };
            let too_many = most.is_some_and(|most| failed.len() > usize::from(most));
            return Some(if too_many { Verdict::NoGo } else { Verdict::Go });
        }
        if goes_on {
            return Some(Verdict::Wait);
        }
        let only_passes = runs.iter().all(|run| run.outcome == 0);
        (!only_passes).then_some(Verdict::NeedsAction)
    }

    /// Whether a line was skipped, or only noted, after it failed or could not tell.
    pub(in crate::oracle) fn hides(runs: &[&Evidence]) -> bool {
        let newest = |silent: bool| {
            let all = runs.iter().filter(|run| matches!(run.outcome, 1 | 2) == silent);
            all.filter(|run| run.outcome != 3).map(|run| (run.run, run.outcome)).max()
        };
        let found = newest(false);
        newest(true) > found && found.is_some_and(|(_, outcome)| outcome != 0)
    }

    /// Whether a check on what ships as of `now` was running as of this question.
    pub(super) fn is_running(&self, check: u8, change: u8, now: &Question<'_>) -> bool {
        now.evidence_on(check, change).iter().any(|runs| {
            let known: Vec<&&Evidence> = runs.iter().filter(|run| self.knows(run.made)).collect();
            // It ran, whenever that was told.
            let began = runs.iter().filter(|run| run.outcome == 3 && run.made.at <= self.at);
            began.into_iter().any(|running| {
                !known.iter().any(|other| {
                    other.outcome != 3
                        && other.run >= running.run
                        && other.configured == running.configured
                        && person(other.by) == person(running.by)
                })
            })
        })
    }
}
