//! What is owed, used up and bound by older policies, by definition.

use std::collections::BTreeSet;

use lynchpin::reason::Verdict;

use super::gate::*;
use crate::world::life::{Declaration, OWED_HOURS};
use crate::world::*;

/// The verdict on a subject by the policy in force and by those it was decided by.
#[must_use]
pub fn decide_for_life(
    world: &World,
    policies: &[Policy; 2],
    adopted: Tick,
    (stage, at): (u8, Tick),
    subject: Subject,
) -> Option<Verdict> {
    let same = {
        let [first, second] = policies;
        first.text() == second.text()
    };
    // What nobody has adopted yet is not known.
    let by = |number: u8| {
        let policy = policies.get(usize::from(number)).filter(|_| number == 0 || at >= adopted)?;
        Some(Question { world, policy, stage, at })
    };
    let is_other = |number: &u8, in_force: u8| *number != in_force && !(same && *number < 2);
    let in_force = u8::from(at >= adopted);
    let question = by(in_force)?;
    let mut verdict = decide(&question, subject)?;
    let whole = question.pinned(subject);
    let mut bound = false;
    for number in whole.into_iter().filter(|number| is_other(number, in_force)) {
        bound = true;
        let said = by(number).and_then(|question| decide(&question, subject));
        verdict_max(&mut verdict, said.unwrap_or(Verdict::Unknown));
    }
    if let Subject::Release(number) = subject {
        let listed = question.listed(number).unwrap_or_default();
        let item: BTreeSet<u8> =
            listed.into_iter().filter(|change| question.is_member(*change)).collect();
        for member in &item {
            let pins = question.pinned_ever(Subject::Change(*member)).into_iter();
            for pin in pins.filter(|pin| is_other(pin, in_force)) {
                bound = true;
                let said = by(pin).and_then(|question| {
                    let itself = question.members(&item, Some(number)).get(member).copied()?;
                    Some(itself.max(question.of_its_release(*member, number, &item)))
                });
                verdict_max(&mut verdict, said.unwrap_or(Verdict::Unknown));
            }
        }
    }
    let nothing = decide(&question, subject) == Some(Verdict::NotApplicable);
    Some(if bound && nothing { Verdict::NoGo } else { verdict })
}

fn verdict_max(verdict: &mut Verdict, other: Verdict) {
    *verdict = (*verdict).max(other);
}

/// An entry into a stage: when, and by when was known what entered.
type Entry = (Tick, Tick);

impl Question<'_> {
    /// The policies by which something was decided on the current revision of a subject.
    fn pinned_itself(&self, subject: Subject) -> BTreeSet<u8> {
        let current = match subject {
            Subject::Change(change) => self.revisions(change).last().map(|(number, _)| *number),
            Subject::Release(release) => {
                self.release_revisions(release).last().map(|(number, ..)| *number)
            }
        };
        let decided = self.world.life.decisions.iter().filter(|decided| {
            decided.subject == subject && Some(decided.revision) == current && decided.at <= self.at
        });
        let mut found: BTreeSet<u8> = decided.map(|decided| decided.policy).collect();
        // A claim names a policy that nobody has.
        let claims = self.world.life.claims.iter().filter(|claim| {
            let then = Question { at: claim.at, ..*self };
            let entered = then.revisions(claim.change).last().map(|(number, _)| *number);
            subject == Subject::Change(claim.change)
                && claim.at <= self.at
                && entered.is_some()
                && entered == current
        });
        found.extend(claims.map(|_| 2));
        found
    }

    /// The same; of a change also those of the releases it was in as it is now, whatever became of
    /// these.
    fn pinned_ever(&self, subject: Subject) -> BTreeSet<u8> {
        let mut found = self.pinned_itself(subject);
        let Subject::Change(change) = subject else { return found };
        let current = self.revisions(change).last().map(|(number, _)| *number);
        let decided = self.world.life.decisions.iter().filter(|decided| {
            let Subject::Release(release) = decided.subject else { return false };
            let then = Question { at: decided.at, ..*self };
            let known = then.revisions(change).last().map(|(number, _)| *number);
            let of = self.release_revisions(release);
            let of = of.into_iter().find(|(number, ..)| *number == decided.revision);
            decided.at <= self.at
                && current.is_some()
                && known == current
                && of.is_some_and(|(_, listed, ..)| listed.contains(&change))
        });
        found.extend(decided.map(|decided| decided.policy));
        found
    }

    /// The same; of a change also those of the releases it is in.
    fn pinned(&self, subject: Subject) -> BTreeSet<u8> {
        let mut found = self.pinned_ever(subject);
        if let Subject::Change(change) = subject {
            for (release, _) in self.releases_with(change) {
                found.extend(self.pinned_itself(Subject::Release(release)));
            }
        }
        found
    }

    /// Whether a waiver is for as many uses as it may be, and one is left.
    pub(super) fn is_left(&self, waiver: &Waiver) -> bool {
        let index = self.world.waivers.iter().position(|other| std::ptr::eq(other, waiver));
        let Some(index) = index else { return false };
        let stated = self.world.life.uses.get(index).copied().flatten();
        let most = self.policy.life.uses;
        let used = self.world.life.claims.iter().filter(|claim| {
            let then = Question { at: claim.at, ..*self };
            claim.at <= self.at
                && claim.waiver.map(usize::from) == Some(index)
                && !then.revisions(claim.change).is_empty()
        });
        let used = used.count();
        let within = most.is_none_or(|most| stated.is_none_or(|stated| stated <= most));
        within && stated.or(most).is_none_or(|uses| used < usize::from(uses))
    }

    /// Whether what is not met may be met afterwards: something is missing, and nothing stands
    /// against it, and every change that it is asked of was declared.
    pub(super) fn is_lifted(
        &self,
        number: u8,
        subject: Subject,
        (members, some): (&BTreeSet<u8>, &BTreeSet<u8>),
        verdict: Verdict,
    ) -> bool {
        if self.policy.life.retrospective & (1 << number) == 0 {
            return false;
        }
        let missing = match number {
            0 | LINT => verdict == Verdict::NeedsAction && !self.is_any_against(number, some),
            BOARD | SEC => {
                let changes = self.are_changes_asked_for(number, subject, members);
                matches!(verdict, Verdict::NeedsAction | Verdict::Wait) && !changes
            }
            _ => verdict == Verdict::NeedsAction,
        };
        let asked = self.asked(number, some);
        let mut declared = asked.iter().map(|change| self.is_declared(*change, subject, members));
        missing && declared.all(|declared| declared)
    }

    fn asked(&self, number: u8, members: &BTreeSet<u8>) -> BTreeSet<u8> {
        let emergency = |id: &u8| self.current(*id).is_some_and(|content| content.emergency);
        let all = members.iter().copied();
        if number == SEC && self.policy.sec_for_emergencies {
            return all.filter(emergency).collect();
        }
        all.collect()
    }

    /// Whether a check is running, or failed before it was skipped.
    fn is_any_against(&self, check: u8, members: &BTreeSet<u8>) -> bool {
        members.iter().flat_map(|change| self.evidence_on(check, *change)).any(|runs| {
            let lines: BTreeSet<(bool, u8)> =
                runs.iter().map(|run| (run.configured, person(run.by))).collect();
            lines.into_iter().any(|line| {
                let of_line = |run: &&&Evidence| (run.configured, person(run.by)) == line;
                let runs: Vec<&Evidence> = runs.iter().filter(of_line).copied().collect();
                self.line(check, &runs) == Some(Verdict::Wait) || Question::hides(&runs)
            })
        })
    }

    /// The declarations of a change by who may make them, of revisions that were there.
    fn declarations(&self, change: u8) -> Vec<&Declaration> {
        let all = self.world.life.declarations.iter();
        let may = |declared: &&Declaration| {
            declared.change == change
                && self.knows(declared.made)
                && self.can_sit(person(declared.by))
                && self.is_of_ops(person(declared.by), declared.made)
                && self.was_there(Subject::Change(change), declared.revision, declared.made)
        };
        let mut found: Vec<&Declaration> = all.filter(may).collect();
        found.sort_by_key(|declared| declared.made.recorded);
        found
    }

    fn is_declared(&self, change: u8, subject: Subject, members: &BTreeSet<u8>) -> bool {
        let emergency = self.current(change).is_some_and(|content| content.emergency);
        let hands = self.hands(subject, members);
        self.declarations(change).iter().any(|declared| {
            let holds = if declared.unauthorised { self.is_there(declared) } else { emergency };
            holds
                && !hands.contains(&person(declared.by))
                && self.can_sit(person(declared.by))
                && !self.is_stale(Subject::Change(change), declared.revision)
        })
    }

    /// The deployments by which a change is live in a stage, or on its way there.
    fn there_by(&self, change: u8, stage: u8) -> Vec<Made> {
        let mut there: Vec<Made> = Vec::new();
        let mut since = None;
        let mut rolled_back: Option<Tick> = None;
        for (outcome, made) in self.deployments(change, stage) {
            if outcome == 3 {
                there.clear();
                since = None;
                rolled_back = rolled_back.max(Some(made.at));
            } else if outcome == 1 && rolled_back.is_none_or(|ended| ended <= made.at) {
                let brought = Question { at: made.at, ..*self }.current(change);
                let brought = brought.map_or(0, |content| content.artifacts);
                if since != Some(brought) || brought == 0 {
                    there.clear();
                    since = Some(brought);
                }
                // The one that began the stay, and the newest.
                there.truncate(1);
                there.push(made);
            }
        }
        there.extend(self.in_flight_by(change, stage));
        there
    }

    /// Whether a deployment by which the change is there brought what was declared, by what was
    /// known when it was made and by what was when that was recorded.
    fn is_there(&self, declared: &Declaration) -> bool {
        let change = declared.change;
        self.there_by(change, self.stage).iter().any(|made| {
            let brought = [made.at.min(made.recorded), made.recorded].map(|at| {
                let then = Question { at, ..*self };
                then.revisions(change).last().map(|(number, _)| *number)
            });
            let mut brought = brought.into_iter().flatten().peekable();
            brought.peek().is_some()
                && brought.all(|it| self.is_same(change, it, declared.revision))
        })
    }

    /// Whether two revisions of a change, and all in between, say the same but for their titles.
    fn is_same(&self, change: u8, one: u8, other: u8) -> bool {
        let revisions = self.revisions(change).into_iter();
        let (first, last) = (one.min(other), one.max(other));
        let between = revisions.filter(|(number, _)| (first..=last).contains(number));
        let said: Vec<(Content, bool)> = between
            .map(|(_, revision)| {
                let (content, depends) = self.stated(change, &revision.content);
                (Content { title: 0, ..content }, depends)
            })
            .collect();
        said.windows(2).all(|pair| pair.first() == pair.last())
    }

    /// The first entry of a change into the stage with what was declared.
    fn entry(&self, declared: &Declaration) -> Option<Entry> {
        let life = &self.world.life;
        let deployments = self
            .world
            .deployments
            .iter()
            .filter(|d| d.change == declared.change && d.stage == self.stage && d.outcome != 3);
        // Nobody can tell whether what entered is what was known when the deployment was made, or
        // when that was recorded.
        let deployments = deployments.flat_map(|d| {
            let by = [d.made.at.min(d.made.recorded), d.made.recorded];
            by.map(|known| (d.made.at, known, d.made.recorded))
        });
        let claims = life.claims.iter();
        let claims = claims.filter(|c| c.change == declared.change && c.stage == self.stage);
        let entries = deployments.chain(claims.map(|c| (c.at, c.at, c.at)));
        let fits = |(_, known, recorded): &(Tick, Tick, Tick)| {
            let then = Question { at: *known, ..*self };
            let entered = then.revisions(declared.change).last().map(|(number, _)| *number);
            *recorded <= self.at
                && entered.is_some_and(|it| self.is_same(declared.change, it, declared.revision))
        };
        entries.filter(fits).map(|(at, known, _)| (at, known)).min()
    }

    /// The world as it is known now, but with only the revisions of a subject that were there at an
    /// entry.
    fn as_entered(&self, subject: Subject, entry: Entry) -> World {
        let mut world = self.world.clone();
        let keep = |all: usize, first: usize| first.max(1).min(all);
        let mut changes: BTreeSet<u8> = BTreeSet::new();
        match subject {
            Subject::Change(change) => {
                changes.insert(change);
            }
            Subject::Release(number) => {
                changes.extend(self.listed(number).unwrap_or_default());
                if let Some(release) = world.releases.get_mut(usize::from(number)) {
                    let by_then =
                        release.revisions.iter().rposition(|(_, _, m)| m.recorded <= entry.1);
                    let kept = by_then.map_or(0, |index| index + 1);
                    release.revisions.truncate(keep(release.revisions.len(), kept));
                    let last = release.revisions.last();
                    changes.extend(last.map(|(mask, ..)| bits(*mask)).unwrap_or_default());
                }
            }
        }
        if matches!(subject, Subject::Release(_)) {
            world.cancellations.retain(|(of, made)| match of {
                Subject::Change(change) => !changes.contains(change) || made.recorded <= entry.1,
                Subject::Release(_) => true,
            });
        }
        for number in changes {
            if let Some(change) = world.changes.get_mut(usize::from(number)) {
                let by_then = change.revisions.iter().rposition(|r| r.made.recorded <= entry.1);
                let kept = by_then.map_or(0, |index| index + 1);
                change.revisions.truncate(keep(change.revisions.len(), kept));
            }
        }
        world
    }

    /// Whether something that is overdue holds a change.
    pub(super) fn owes(&self, change: u8) -> bool {
        if self.current(change).is_none_or(|content| content.emergency) {
            return false;
        }
        let all = (0u8..).zip(&self.world.changes).map(|(number, _)| number);
        let debtors: Vec<u8> = all.filter(|other| self.current(*other).is_some()).collect();
        (0..2).any(|stage| {
            let here = Question { stage, ..*self };
            debtors.iter().any(|debtor| here.is_overdue(*debtor, change))
        })
    }

    /// Whether what one change owes in this stage, alone or with its releases, holds another.
    fn is_overdue(&self, debtor: u8, held: u8) -> bool {
        let gates = self.policy.gates.iter().filter(|gate| gate.stage == self.stage);
        gates.into_iter().any(|gate| {
            let subjects: Vec<Subject> = if gate.release {
                let all = (0u8..).zip(&self.world.releases).map(|(number, _)| number);
                let ever = |release: &u8| {
                    let mut revisions = self.release_revisions(*release).into_iter();
                    revisions.any(|(_, listed, ..)| listed.contains(&debtor))
                };
                let with = all.filter(ever);
                with.map(Subject::Release).collect()
            } else {
                vec![Subject::Change(debtor)]
            };
            subjects.into_iter().any(|subject| self.is_owed(gate, subject, debtor, held))
        })
    }

    fn within(&self, subject: Subject) -> BTreeSet<u8> {
        match subject {
            Subject::Change(change) => BTreeSet::from([change]),
            Subject::Release(release) => {
                let listed = self.listed(release).unwrap_or_default().into_iter();
                listed.filter(|change| self.is_member(*change)).collect()
            }
        }
    }

    fn is_owed(&self, gate: &Gate, subject: Subject, debtor: u8, held: u8) -> bool {
        let of =
            |change: u8| self.world.life.services.get(usize::from(change)).copied().unwrap_or(0);
        leaves(&gate.tree).into_iter().any(|number| {
            if self.policy.life.retrospective & (1 << number) == 0 {
                return false;
            }
            let entries = self.declarations(debtor).into_iter();
            let mut entries = entries.filter_map(|d| Some((d, self.entry(d)?)));
            let first = entries.find(|(declared, entry)| {
                // Had a hand in it now, and had one when it entered.
                let world = self.as_entered(subject, *entry);
                let then = Question { world: &world, ..*self };
                [self, &then].into_iter().any(|question| {
                    let hands = question.hands(subject, &question.within(subject));
                    !hands.contains(&person(declared.by))
                })
            });
            let Some((declared, entry)) = first else { return false };
            let world = self.as_entered(subject, entry);
            let mut members = self.within(subject);
            members.extend(Question { world: &world, ..*self }.within(subject));
            let shared = members.iter().any(|member| of(*member) & of(held) != 0);
            // What names no service is not known to be of another.
            let unknown = of(held) == 0 || members.iter().all(|member| of(*member) == 0);
            if !members.contains(&debtor) || !(members.contains(&held) || shared || unknown) {
                return false;
            }
            let since = entry.0.max(declared.made.recorded);
            after(since, OWED_HOURS) <= self.at && !self.is_paid(gate, number, subject, entry)
        })
    }

    /// Whether, by what entered, the requirement is met now, or the gate without it.
    fn is_paid(&self, gate: &Gate, number: u8, subject: Subject, entry: Entry) -> bool {
        let world = self.as_entered(subject, entry);
        // Nothing is lifted where it is asked whether it was paid.
        let mut policy = self.policy.clone();
        policy.life.retrospective = 0;
        let then = Question { world: &world, policy: &policy, ..*self };
        let members = then.within(subject);
        let emergency = |id: &u8| then.current(*id).is_some_and(|content| content.emergency);
        let binds = !members.is_empty() && (!gate.emergency || members.iter().any(emergency));
        let met = |verdict: Verdict| verdict <= Verdict::GoWaived;
        !binds
            || met(then.requirement(number, subject, &members))
            || met(then.tree(&gate.tree, subject, &members))
    }
}

/// The requirements that a tree names.
pub(super) fn leaves(tree: &Tree) -> BTreeSet<u8> {
    match tree {
        Tree::Leaf(number) => BTreeSet::from([*number]),
        Tree::All(children) | Tree::Any(children) | Tree::AtLeast(_, children) => {
            children.iter().flat_map(leaves).collect()
        }
    }
}
