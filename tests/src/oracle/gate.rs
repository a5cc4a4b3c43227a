//! What `decide` should say of a small world, computed by definition.
//!
//! Made to be read, not to be fast: everything is worked out anew from the facts for every
//! question, and content is compared directly, never by digest. It knows nothing of the engine but
//! the names of its verdicts; what ships in which order it asks the oracle of the graph.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::reason::Verdict;

use super::graph;
use crate::world::{
    Approval, Change, Content, Evidence, Gate, Hour, Made, On, Policy, Quorum, SOAK_HOURS, Subject,
    Tree, WAIVER_HOURS, Waiver, World,
};

/// The requirements by number, as the world numbers them.
const LINT: u8 = 1;
const BOARD: u8 = 2;
const SEC: u8 = 3;
const SOAKED: u8 = 4;

/// The stage that is first.
const STAGING: u8 = 0;

/// One question.
#[derive(Clone, Copy, Debug)]
pub struct Question<'w> {
    /// The facts.
    pub world: &'w World,
    /// The policy.
    pub policy: &'w Policy,
    /// 0 for staging, 1 for production.
    pub stage: u8,
    /// When.
    pub at: Hour,
}

/// The verdict on a subject; none, if it was not known by then.
#[must_use]
pub fn decide(question: &Question<'_>, subject: Subject) -> Option<Verdict> {
    match subject {
        Subject::Change(number) => {
            question.current(number)?;
            let item = BTreeSet::from([number]);
            question.members(&item, None).get(&number).copied()
        }
        Subject::Release(number) => {
            let listed = question.listed(number)?;
            let item: BTreeSet<u8> =
                listed.into_iter().filter(|change| question.is_member(*change)).collect();
            let mut verdict = question.release_itself(number, &item);
            if listed_unknown(question, number) {
                verdict = verdict.max(Verdict::Unknown);
            }
            for member in question.members(&item, Some(number)).into_values() {
                verdict = verdict.max(member);
            }
            Some(verdict)
        }
    }
}

/// Whether a release lists a change that nobody knows and nobody cancelled.
fn listed_unknown(question: &Question<'_>, release: u8) -> bool {
    let listed = question.listed(release).unwrap_or_default();
    let lost = |change: &u8| {
        question.current(*change).is_none() && !question.is_cancelled(Subject::Change(*change))
    };
    listed.iter().any(lost)
}

fn bits(mask: u8) -> BTreeSet<u8> {
    (0..8).filter(|bit| mask & (1 << bit) != 0).collect()
}

/// Whose act it was: an alias is its person.
fn person(number: u8) -> u8 {
    if number == 4 { 1 } else { number }
}

/// The best of those that apply, or the so-manieth best.
fn best(count: usize, verdicts: &[Verdict]) -> Verdict {
    let mut applicable: Vec<Verdict> =
        verdicts.iter().copied().filter(|v| *v != Verdict::NotApplicable).collect();
    applicable.sort_unstable();
    match applicable.get(count - 1) {
        Some(verdict) => *verdict,
        None if applicable.is_empty() => Verdict::NotApplicable,
        None => Verdict::NoGo,
    }
}

fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::NotApplicable)
}

impl<'w> Question<'w> {
    fn knows(&self, made: Made) -> bool {
        made.recorded <= self.at
    }

    fn change(&self, number: u8) -> Option<&'w Change> {
        self.world.changes.get(usize::from(number))
    }

    /// The known revisions of a change with their numbers, oldest first.
    fn revisions(&self, number: u8) -> Vec<(u8, &'w crate::world::Revision)> {
        let all = self.change(number).map(|change| change.revisions.as_slice()).unwrap_or_default();
        (1u8..).zip(all).filter(|(_, revision)| self.knows(revision.made)).collect()
    }

    fn current(&self, number: u8) -> Option<&'w Content> {
        self.revisions(number).last().map(|(_, revision)| &revision.content)
    }

    fn is_cancelled(&self, subject: Subject) -> bool {
        let mut all = self.world.cancellations.iter();
        all.any(|(of, made)| *of == subject && self.knows(*made))
    }

    /// Known and not cancelled.
    fn is_member(&self, change: u8) -> bool {
        self.current(change).is_some() && !self.is_cancelled(Subject::Change(change))
    }

    /// The known revisions of a release, oldest first: number, members, who, when.
    fn release_revisions(&self, number: u8) -> Vec<(u8, BTreeSet<u8>, u8, Made)> {
        let release = self.world.releases.get(usize::from(number));
        let all = release.map(|release| release.revisions.as_slice()).unwrap_or_default();
        let numbered = (1u8..).zip(all).filter(|(_, (_, _, made))| self.knows(*made));
        numbered.map(|(number, (mask, by, made))| (number, bits(*mask), *by, *made)).collect()
    }

    fn listed(&self, release: u8) -> Option<BTreeSet<u8>> {
        self.release_revisions(release).pop().map(|(_, listed, _, _)| listed)
    }

    /// The last word on holding it, where holding wins a tie.
    fn is_held(&self, subject: Subject) -> bool {
        let all =
            self.world.holds.iter().filter(|(of, _, made)| *of == subject && self.knows(*made));
        let last = all.map(|(_, held, made)| (made.recorded, *held)).max();
        last.is_some_and(|(_, held)| held)
    }

    fn standing(&self, subject: Subject) -> Verdict {
        let cancelled = self.is_cancelled(subject).then_some(Verdict::NoGo);
        let held = self.is_held(subject).then_some(Verdict::NeedsAction);
        worst(cancelled.into_iter().chain(held))
    }

    // Where changes are.

    /// The deployments of a change to a stage, in order; of those that tie the worse later.
    fn deployments(&self, change: u8, stage: u8) -> Vec<(u8, Made)> {
        let all = self.world.deployments.iter();
        let here = all.filter(|d| d.change == change && d.stage == stage && self.knows(d.made));
        let mut found: Vec<(u8, Made)> = here.map(|d| (d.outcome, d.made)).collect();
        found.sort_by_key(|(outcome, made)| (made.recorded, *outcome));
        found
    }

    /// Since when a change stays in a stage, and what of it was brought there: the content it had
    /// by then.
    fn stay(&self, change: u8, stage: u8) -> Option<(Hour, Option<&'w Content>)> {
        let mut stay: Option<(Hour, Option<&Content>)> = None;
        for (outcome, made) in self.deployments(change, stage) {
            let then = Question { at: made.at, ..*self }.current(change);
            match outcome {
                1 => {
                    let artifacts = then.map_or(0, |then| then.artifacts);
                    let before = stay.and_then(|(_, before)| before).map_or(0, |b| b.artifacts);
                    // Of a change without artifacts nobody can tell that it is the same.
                    if stay.is_none() || artifacts == 0 || artifacts != before {
                        stay = Some((made.at, then));
                    }
                }
                3 => stay = None,
                _ => {}
            }
        }
        stay
    }

    fn is_live(&self, change: u8, stage: u8) -> bool {
        self.current(change).is_some() && self.stay(change, stage).is_some()
    }

    fn is_in_flight(&self, change: u8, stage: u8) -> bool {
        self.deployments(change, stage).last().is_some_and(|(outcome, _)| *outcome == 0)
    }

    // Members of an item.

    /// What each member comes to, dependencies and companions included.
    fn members(&self, item: &BTreeSet<u8>, release: Option<u8>) -> BTreeMap<u8, Verdict> {
        let own: BTreeMap<u8, Verdict> =
            item.iter().map(|change| (*change, self.by_itself(*change, item, release))).collect();
        let up_to = |worst: Verdict| {
            let go =
                own.iter().filter(|(_, verdict)| **verdict <= worst).map(|(id, _)| u32::from(*id));
            graph::answer(&self.case(item, go.collect()))
        };
        let (now, later) = (up_to(Verdict::GoWaived), up_to(Verdict::Wait));
        let ships = |answer: &graph::Answer, change: u8| {
            answer.waves.keys().any(|group| group.contains(&u32::from(change)))
        };
        let mut alone: BTreeMap<u8, Verdict> = BTreeMap::new();
        for change in item {
            let mut verdict = own.get(change).copied().unwrap_or(Verdict::NoGo);
            for clause in self.clauses(*change) {
                let each: Vec<Verdict> = clause
                    .iter()
                    .map(|other| match self.outside(*other, item) {
                        Some(verdict) => verdict,
                        None if ships(&now, *other) => Verdict::Go,
                        None if ships(&later, *other) => Verdict::Wait,
                        None => Verdict::Blocked,
                    })
                    .collect();
                verdict = verdict.max(best(1, &each));
            }
            for partner in self.partners(*change).iter().filter(|other| !item.contains(other)) {
                verdict = verdict.max(self.outside(*partner, item).unwrap_or(Verdict::Blocked));
            }
            let mut cycles = now.cycles.iter().filter(|cycle| cycle.forbidden);
            if cycles.any(|cycle| cycle.members.contains(&u32::from(*change))) {
                verdict = Verdict::NoGo;
            }
            alone.insert(*change, verdict);
        }
        let joined = alone.iter().map(|(change, verdict)| {
            if ships(&now, *change) {
                return (*change, *verdict);
            }
            let group = now.groups.iter().find(|group| group.contains(&u32::from(*change)));
            let others = group.into_iter().flatten().filter(|other| **other != u32::from(*change));
            let others = others.filter_map(|other| alone.get(&u8::try_from(*other).ok()?).copied());
            // A group ships only if all of it goes; what that says of one is never worse than
            // blocked.
            let companions = match worst(others) {
                Verdict::NotApplicable | Verdict::Go | Verdict::GoWaived => Verdict::NotApplicable,
                Verdict::Wait => Verdict::Wait,
                Verdict::Blocked | Verdict::NeedsAction | Verdict::Unknown | Verdict::NoGo => {
                    Verdict::Blocked
                }
            };
            (*change, (*verdict).max(companions))
        });
        joined.collect()
    }

    /// What is to be said of a change that is not to ship with the item; nothing, if it is.
    fn outside(&self, other: u8, item: &BTreeSet<u8>) -> Option<Verdict> {
        if self.is_live(other, self.stage) {
            Some(Verdict::Go)
        } else if self.current(other).is_none() {
            Some(Verdict::Unknown)
        } else if self.is_cancelled(Subject::Change(other)) {
            Some(Verdict::NeedsAction)
        } else if item.contains(&other) {
            None
        } else {
            Some(Verdict::Blocked)
        }
    }

    /// What a change states of its dependencies now.
    fn states(&self, change: u8) -> Option<&'w Change> {
        self.current(change).filter(|content| content.depends).and_then(|_| self.change(change))
    }

    fn clauses(&self, change: u8) -> Vec<Vec<u8>> {
        self.states(change).map(|change| change.requires.clone()).unwrap_or_default()
    }

    /// Who must ship together with a change, whichever side says so; a cancelled side says nothing.
    fn partners(&self, change: u8) -> BTreeSet<u8> {
        let says = |one: u8, other: u8| {
            !self.is_cancelled(Subject::Change(one))
                && self.states(one).is_some_and(|change| change.together.contains(&other))
        };
        let all = (0..8).filter(|other| *other != change);
        all.filter(|other| says(change, *other) || says(*other, change)).collect()
    }

    /// What a change conflicts with, and whether exclusively, whichever side says so.
    fn conflicts(&self, change: u8) -> BTreeMap<u8, bool> {
        let mut found = BTreeMap::new();
        for other in (0..8).filter(|other| *other != change) {
            for (one, with) in [(change, other), (other, change)] {
                let cancelled = self.is_cancelled(Subject::Change(one));
                let stated = self.states(one).filter(|_| !cancelled);
                for (named, exclusive) in stated.iter().flat_map(|change| &change.conflicts) {
                    if *named == with {
                        let known = found.entry(other).or_insert(false);
                        *known |= exclusive;
                    }
                }
            }
        }
        found
    }

    /// The item as a graph; what is nowhere is outside of it.
    fn case(&self, item: &BTreeSet<u8>, go: BTreeSet<u32>) -> graph::Case {
        let live: BTreeSet<u32> =
            (0..8).filter(|id| self.is_live(*id, self.stage)).map(u32::from).collect();
        let there = |id: u8| item.contains(&id) || live.contains(&u32::from(id));
        let node = |id: &u8| there(*id).then_some(u32::from(*id));
        let mut case = graph::Case {
            nodes: 8,
            candidates: item.iter().copied().map(u32::from).collect(),
            live: live.clone(),
            go,
            atomic: self.policy.atomic,
            weights: vec![1; 8],
            ..graph::Case::default()
        };
        for change in item {
            let number = u32::from(*change);
            for clause in self.clauses(*change) {
                case.requires.push((number, clause.iter().map(node).collect()));
            }
            for partner in self.partners(*change) {
                match node(&partner) {
                    Some(partner) => case.together.push((number, partner)),
                    None => case.requires.push((number, vec![None])),
                }
            }
            let after = self.states(*change).map(|change| change.after.clone()).unwrap_or_default();
            case.after.extend(after.iter().filter_map(node).map(|earlier| (number, earlier)));
        }
        case
    }

    /// What is said of a change whatever it depends on.
    fn by_itself(&self, change: u8, item: &BTreeSet<u8>, release: Option<u8>) -> Verdict {
        let mut verdict = self.standing(Subject::Change(change));
        if self.is_in_conflict(change, item, release) {
            verdict = Verdict::NoGo;
        }
        let open = self.policy.open && self.stage == STAGING;
        let mut asked = open;
        if open {
            verdict = verdict.max(Verdict::Go);
        }
        let emergency = self.current(change).is_some_and(|content| content.emergency);
        let applies = |gate: &&Gate| gate.stage == self.stage && (!gate.emergency || emergency);
        let gates: Vec<&Gate> = self.policy.gates.iter().filter(applies).collect();
        for gate in gates.iter().filter(|gate| !gate.release) {
            let members = BTreeSet::from([change]);
            verdict = verdict.max(self.tree(&gate.tree, Subject::Change(change), &members));
            asked = true;
        }
        if gates.iter().any(|gate| gate.release) {
            asked = true;
            if release.is_none() {
                verdict = verdict.max(self.by_releases(change));
            }
        }
        if asked { verdict } else { Verdict::NoGo }
    }

    fn is_in_conflict(&self, change: u8, item: &BTreeSet<u8>, release: Option<u8>) -> bool {
        let release = release.and_then(|number| self.world.releases.get(usize::from(number)));
        let priority = release.map(|release| release.priority.as_slice()).unwrap_or_default();
        let place = |id: u8| priority.iter().position(|named| *named == id).unwrap_or(usize::MAX);
        self.conflicts(change).into_iter().any(|(other, exclusive)| {
            let loses = item.contains(&other) && place(change) >= place(other);
            // Live in staging and not yet in production is on its way.
            let soaks = self.stage == STAGING
                && self.is_live(other, STAGING)
                && !self.is_live(other, STAGING + 1);
            let live = exclusive && self.is_live(other, self.stage);
            loses || self.is_in_flight(other, self.stage) || soaks || live
        })
    }

    /// A change asked about alone, where gates judge releases: the best of those it is in.
    fn by_releases(&self, change: u8) -> Verdict {
        let numbers = (0u8..).zip(&self.world.releases).map(|(number, _)| number);
        let verdicts: Vec<Verdict> = numbers
            .filter(|number| !self.is_cancelled(Subject::Release(*number)))
            .filter_map(|number| Some((number, self.listed(number)?)))
            .filter(|(_, listed)| listed.contains(&change))
            .map(|(number, listed)| {
                let item = listed.into_iter().filter(|id| self.is_member(*id)).collect();
                self.release_itself(number, &item)
            })
            .collect();
        if verdicts.is_empty() { Verdict::NeedsAction } else { best(1, &verdicts) }
    }

    /// What is said of a release as a whole.
    fn release_itself(&self, number: u8, item: &BTreeSet<u8>) -> Verdict {
        let subject = Subject::Release(number);
        let standing = self.standing(subject);
        if item.is_empty() {
            return Verdict::NoGo;
        }
        let emergency = item.iter().any(|id| self.current(*id).is_some_and(|c| c.emergency));
        let gates = self.policy.gates.iter().filter(|gate| {
            gate.release && gate.stage == self.stage && (!gate.emergency || emergency)
        });
        worst(gates.map(|gate| self.tree(&gate.tree, subject, item)).chain([standing]))
    }

    // Gates.

    fn tree(&self, tree: &Tree, subject: Subject, members: &BTreeSet<u8>) -> Verdict {
        let each = |children: &[Tree]| -> Vec<Verdict> {
            children.iter().map(|child| self.tree(child, subject, members)).collect()
        };
        match tree {
            Tree::Leaf(requirement) => self.requirement(*requirement, subject, members),
            Tree::All(children) => worst(each(children)),
            Tree::Any(children) => best(1, &each(children)),
            Tree::AtLeast(count, children) => best(usize::from(*count), &each(children)),
        }
    }

    fn requirement(&self, number: u8, subject: Subject, members: &BTreeSet<u8>) -> Verdict {
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
        verdict
    }

    // Evidence.

    /// What ships and must have been tested: artifacts or, where there is none, the change itself.
    fn evidence_on(&self, check: u8, change: u8) -> Vec<Vec<&'w Evidence>> {
        let Some(now) = self.current(change) else { return Vec::new() };
        let said = |evidence: &&Evidence| evidence.check == check && self.knows(evidence.made);
        let all: Vec<&Evidence> = self.world.evidence.iter().filter(said).collect();
        let without_text = |content: &Content| Content { title: 0, ..content.clone() };
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
    fn passed(&self, check: u8, runs: &[&Evidence]) -> Verdict {
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
    fn line(&self, check: u8, runs: &[&Evidence]) -> Option<Verdict> {
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

    // Approvals.

    fn can_sit(&self, who: u8) -> bool {
        who <= 2 && !(who == 2 && self.world.suspended.is_some_and(|from| from <= self.at))
    }

    fn on_board(&self, who: u8, at: Hour) -> bool {
        let (from, to) = self.world.membership;
        let now = from.is_none_or(|from| from <= at) && to.is_none_or(|to| at < to);
        // A bit names the account; an alias on the list is its person.
        let listed = bits(self.world.board).into_iter().map(person).any(|listed| listed == who);
        listed && (who != 2 || now)
    }

    /// Everybody who had a hand in the members, or in the release.
    fn hands(&self, subject: Subject, members: &BTreeSet<u8>) -> BTreeSet<u8> {
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
    fn is_stale(&self, subject: Subject, revision: u8) -> bool {
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
    fn stated(&self, change: u8, content: &Content) -> (Content, bool) {
        let depends = self.change(change).is_some_and(|change| {
            let none = change.requires.is_empty()
                && change.together.is_empty()
                && change.after.is_empty()
                && change.conflicts.is_empty();
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

    fn approved(&self, requirement: u8, subject: Subject, members: &BTreeSet<u8>) -> Verdict {
        let hands = self.hands(subject, members);
        let mut eligible: BTreeSet<u8> =
            (0..6).filter(|who| self.on_board(*who, self.at) && self.can_sit(*who)).collect();
        eligible.retain(|who| !hands.contains(who));
        let (mut given, mut later, mut worse) = (0, 0, BTreeSet::new());
        for who in (0..6).filter(|who| !hands.contains(who)) {
            match self.vote(requirement, subject, who) {
                Say::Nothing => {}
                Say::Against(decision) => {
                    worse.insert(decision);
                }
                Say::Now => {
                    given += 1;
                    eligible.insert(who);
                }
                Say::Later => {
                    later += 1;
                    eligible.insert(who);
                }
            }
        }
        let base = eligible.len();
        let needed = match self.policy.quorum {
            _ if requirement == SEC => 1,
            Quorum::Count(count) => usize::from(count),
            Quorum::All => base.max(1),
            Quorum::Half => base.div_ceil(2).max(1),
        };
        let (rejected, changes) = (worse.contains(&4), worse.contains(&3));
        if rejected || base < needed {
            Verdict::NoGo
        } else if changes {
            Verdict::NeedsAction
        } else if given >= needed {
            Verdict::Go
        } else if given + later >= needed {
            Verdict::Wait
        } else {
            Verdict::NeedsAction
        }
    }

    /// What one person says of a requirement now.
    fn vote(&self, requirement: u8, subject: Subject, who: u8) -> Say {
        let veto = requirement == BOARD && self.policy.veto;
        let mine = |approval: &&Approval| {
            approval.subject == subject
                && approval.requirement == requirement
                && approval.stage == self.stage
                && person(approval.by) == who
                && self.knows(approval.made)
                && self.on_board(who, approval.made.at)
        };
        let stands = |approval: &&Approval| {
            let fresh = !self.is_stale(subject, approval.revision);
            fresh || approval.decision == 1 || (approval.decision == 4 && veto)
        };
        let mut said: Vec<&Approval> =
            self.world.approvals.iter().filter(mine).filter(stands).collect();
        // Decisions are numbered from the best to the worst: the worst of a tie comes last.
        said.sort_by_key(|approval| (approval.made.recorded, approval.decision));
        let yes: Vec<&Approval> =
            said.iter().rev().take_while(|approval| approval.decision == 0).copied().collect();
        if yes.is_empty() {
            return match said.last().map(|approval| approval.decision) {
                Some(decision @ 2..=4) => Say::Against(decision),
                _ => Say::Nothing,
            };
        }
        if !self.can_sit(who) {
            return Say::Nothing;
        }
        let hours = if requirement == SEC { self.policy.approval_hours } else { None };
        let ends = |approval: &Approval| {
            let aged = hours.map(|hours| approval.made.at + hours);
            [approval.expires, aged].into_iter().flatten().min().unwrap_or(Hour::MAX)
        };
        let begins = |approval: &Approval| approval.from.unwrap_or(0);
        let left: Vec<&Approval> = yes
            .into_iter()
            .filter(|approval| self.at < ends(approval) && begins(approval) < ends(approval))
            .collect();
        if left.iter().any(|approval| begins(approval) <= self.at) {
            Say::Now
        } else if left.is_empty() {
            Say::Nothing
        } else {
            Say::Later
        }
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
            && waiver.revoked.is_none_or(|revoked| self.at < revoked)
            && entitled
            && !running
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
        if !same {
            return Verdict::NeedsAction;
        }
        let confirmed = |incident: &&crate::world::Incident| {
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

/// What one person says.
enum Say {
    /// Nothing that stands.
    Nothing,
    /// Deferred, changes first, or no.
    Against(u8),
    /// Yes.
    Now,
    /// Yes, from later on.
    Later,
}
