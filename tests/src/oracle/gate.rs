//! What `decide` should say of a small world, computed by definition.
//!
//! Made to be read, not to be fast: everything is worked out anew from the facts for every
//! question, and content is compared directly, never by digest. It knows nothing of the engine but
//! the names of its verdicts; what ships in which order it asks the oracle of the graph.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::reason::Verdict;

use super::graph;
use crate::world::{Change, Content, Gate, Made, Policy, Subject, Tick, Tree, World};

/// The requirements by number, as the world numbers them.
pub(super) const LINT: u8 = 1;
pub(super) const BOARD: u8 = 2;
pub(super) const SEC: u8 = 3;
pub(super) const SOAKED: u8 = 4;

/// The stage that is first.
pub(super) const STAGING: u8 = 0;

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
    pub at: Tick,
}

/// The verdict on a subject; none, if it was not known by then.
#[must_use]
pub fn decide(question: &Question<'_>, subject: Subject) -> Option<Verdict> {
    match subject {
        Subject::Change(number) => {
            question.current(number)?;
            let item = BTreeSet::from([number]);
            let verdict = question.members(&item, None).get(&number).copied()?;
            // That what it depends on is there makes no go of what nobody judged.
            let depends =
                !question.clauses(number).is_empty() || !question.partners(number).is_empty();
            let judged = question.by_itself(number, &item, None).1;
            // Nor does that it passes a freeze.
            let depends = depends || question.bound(number, &item, None).is_go();
            Some(if depends && !judged { Verdict::NoGo } else { verdict })
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

/// What a gate says of a change by itself.
#[must_use]
pub fn of_gate(question: &Question<'_>, gate: &Gate, change: u8) -> Verdict {
    question.tree(&gate.tree, Subject::Change(change), &BTreeSet::from([change]))
}

/// Whether a release lists a change that nobody knows and nobody cancelled.
fn listed_unknown(question: &Question<'_>, release: u8) -> bool {
    let listed = question.listed(release).unwrap_or_default();
    let lost = |change: &u8| {
        question.current(*change).is_none() && !question.is_cancelled(Subject::Change(*change))
    };
    listed.iter().any(lost)
}

pub(super) fn bits(mask: u8) -> BTreeSet<u8> {
    (0..8).filter(|bit| mask & (1 << bit) != 0).collect()
}

/// Whose act it was: an alias is its person.
pub(super) fn person(number: u8) -> u8 {
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

pub(super) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    verdicts.into_iter().max().unwrap_or(Verdict::NotApplicable)
}

impl<'w> Question<'w> {
    pub(super) fn knows(&self, made: Made) -> bool {
        made.recorded <= self.at
    }

    pub(super) fn change(&self, number: u8) -> Option<&'w Change> {
        self.world.changes.get(usize::from(number))
    }

    /// The known revisions of a change with their numbers, oldest first.
    pub(super) fn revisions(&self, number: u8) -> Vec<(u8, &'w crate::world::Revision)> {
        let all = self.change(number).map(|change| change.revisions.as_slice()).unwrap_or_default();
        (1u8..).zip(all).filter(|(_, revision)| self.knows(revision.made)).collect()
    }

    pub(super) fn current(&self, number: u8) -> Option<&'w Content> {
        self.revisions(number).last().map(|(_, revision)| &revision.content)
    }

    fn is_cancelled(&self, subject: Subject) -> bool {
        let mut all = self.world.cancellations.iter();
        all.any(|(of, made)| *of == subject && self.knows(*made))
    }

    /// Known and not cancelled.
    pub(super) fn is_member(&self, change: u8) -> bool {
        self.current(change).is_some() && !self.is_cancelled(Subject::Change(change))
    }

    /// The known revisions of a release, oldest first: number, members, who, when.
    pub(super) fn release_revisions(&self, number: u8) -> Vec<(u8, BTreeSet<u8>, u8, Made)> {
        let release = self.world.releases.get(usize::from(number));
        let all = release.map(|release| release.revisions.as_slice()).unwrap_or_default();
        let numbered = (1u8..).zip(all).filter(|(_, (_, _, made))| self.knows(*made));
        numbered.map(|(number, (mask, by, made))| (number, bits(*mask), *by, *made)).collect()
    }

    pub(super) fn listed(&self, release: u8) -> Option<BTreeSet<u8>> {
        self.release_revisions(release).pop().map(|(_, listed, _, _)| listed)
    }

    /// Whether anybody holds it who has not let it go since; of a tie, holding comes last.
    fn is_held(&self, subject: Subject) -> bool {
        let all = self.world.holds.iter();
        let mine = all.filter(|(of, _, _, made)| *of == subject && self.knows(*made));
        let mut events: Vec<(Tick, bool, u8, Tick)> =
            mine.map(|(_, held, by, made)| (made.recorded, *held, person(*by), made.at)).collect();
        events.sort_unstable();
        let mut holders: BTreeSet<(u8, Tick)> = BTreeSet::new();
        for (_, held, by, at) in events {
            if held {
                holders.insert((by, at));
            } else {
                // Nobody lets go of what they hold only later.
                holders.retain(|(holder, since)| *holder != by || *since > at);
            }
        }
        !holders.is_empty()
    }

    fn standing(&self, subject: Subject) -> Verdict {
        let cancelled = self.is_cancelled(subject).then_some(Verdict::NoGo);
        let held = self.is_held(subject).then_some(Verdict::NeedsAction);
        worst(cancelled.into_iter().chain(held))
    }

    // Where changes are.

    /// The deployments of a change to a stage, in order; of those that tie the worse later.
    pub(super) fn deployments(&self, change: u8, stage: u8) -> Vec<(u8, Made)> {
        let all = self.world.deployments.iter();
        let here = all.filter(|d| d.change == change && d.stage == stage && self.knows(d.made));
        let mut found: Vec<(u8, Made)> = here.map(|d| (d.outcome, d.made)).collect();
        found.sort_by_key(|(outcome, made)| (made.recorded, *outcome, made.at));
        found
    }

    /// Since when a change stays in a stage, and what of it was brought there: the content it had
    /// by then.
    pub(super) fn stay(&self, change: u8, stage: u8) -> Option<(Tick, Option<&'w Content>)> {
        let mut stay: Option<(Tick, Option<&Content>)> = None;
        let mut rolled_back: Option<Tick> = None;
        for (outcome, made) in self.deployments(change, stage) {
            let then = Question { at: made.at, ..*self }.current(change);
            match outcome {
                // What went well before it was rolled back says nothing of now.
                1 if rolled_back.is_some_and(|ended| made.at < ended) => {}
                1 => {
                    let artifacts = then.map_or(0, |then| then.artifacts);
                    let before = stay.and_then(|(_, before)| before).map_or(0, |b| b.artifacts);
                    // Of a change without artifacts nobody can tell that it is the same.
                    if stay.is_none() || artifacts == 0 || artifacts != before {
                        stay = Some((made.at, then));
                    }
                }
                3 => {
                    stay = None;
                    rolled_back = rolled_back.max(Some(made.at));
                }
                _ => {}
            }
        }
        stay
    }

    /// Whether a change, or one that takes its place, is live.
    pub(super) fn is_live(&self, change: u8, stage: u8) -> bool {
        let itself = self.current(change).is_some() && self.stay(change, stage).is_some();
        itself || self.is_superseded(change, stage)
    }

    /// Whether a change is live that takes the place of another: by what is said now, and by what
    /// was said when it was deployed.
    pub(super) fn is_superseded(&self, older: u8, stage: u8) -> bool {
        let others = (0..8).filter(|newer| *newer != older && self.current(*newer).is_some());
        others.filter(|newer| self.stay(*newer, stage).is_some()).any(|newer| {
            // The newest deployment is the last in the order of what was told.
            let mut deployments = self.deployments(newer, stage).into_iter().rev();
            let newest = deployments.find(|(outcome, _)| *outcome == 1);
            newest.is_some_and(|(_, made)| {
                let then = Question { at: made.at, ..*self };
                self.takes_over(newer).contains(&older) && then.takes_over(newer).contains(&older)
            })
        })
    }

    /// Everything that a change takes the place of, directly or through others.
    fn takes_over(&self, newer: u8) -> BTreeSet<u8> {
        let mut found: BTreeSet<u8> = BTreeSet::new();
        let mut open = vec![newer];
        while let Some(change) = open.pop() {
            let stated = self.states(change).map(|change| change.supersedes.as_slice());
            open.extend(stated.unwrap_or_default().iter().filter(|older| found.insert(**older)));
        }
        found
    }

    /// The members of an item that take the place of a change.
    fn successors(&self, older: u8, item: &BTreeSet<u8>) -> Vec<u8> {
        let newer = item.iter().copied().filter(|newer| *newer != older);
        newer.filter(|newer| self.takes_over(*newer).contains(&older)).collect()
    }

    /// Whether a deployment has begun of which nothing was heard since.
    pub(super) fn is_in_flight(&self, change: u8, stage: u8) -> bool {
        !self.in_flight_by(change, stage).is_empty()
    }

    pub(super) fn in_flight_by(&self, change: u8, stage: u8) -> Vec<Made> {
        self.in_flight(change, stage).into_values().collect()
    }

    /// The names of the deployments that have begun and of which nothing was heard since, with when
    /// they began.
    pub(super) fn in_flight(&self, change: u8, stage: u8) -> BTreeMap<String, Made> {
        let named = self.world.deployment_ids().into_iter().zip(&self.world.deployments);
        let mut events: Vec<(Tick, u8, Tick, String)> = named
            .filter(|(_, d)| d.change == change && d.stage == stage && self.knows(d.made))
            .map(|(id, d)| (d.made.recorded, d.outcome, d.made.at, id))
            .collect();
        events.sort_unstable();
        let mut flying: BTreeMap<String, Made> = BTreeMap::new();
        let mut ended: BTreeMap<&String, Tick> = BTreeMap::new();
        for (recorded, outcome, at, id) in &events {
            if *outcome > 0 {
                flying.remove(id);
                let known = ended.get(id).copied().unwrap_or(0);
                ended.insert(id, known.max(*at));
            } else if ended.get(id).is_none_or(|ended| ended < at) {
                // That it began before it ended may be told late.
                flying.insert(id.clone(), Made { at: *at, recorded: *recorded });
            }
        }
        flying
    }

    // Members of an item.

    /// What each member comes to, dependencies and companions included.
    pub(super) fn members(
        &self,
        item: &BTreeSet<u8>,
        release: Option<u8>,
    ) -> BTreeMap<u8, Verdict> {
        let own: BTreeMap<u8, Verdict> =
            item.iter().map(|change| (*change, self.by_itself(*change, item, release).0)).collect();
        let up_to = |worst: Verdict| {
            let go =
                own.iter().filter(|(_, verdict)| **verdict <= worst).map(|(id, _)| u32::from(*id));
            graph::answer(&self.case(item, go.collect()))
        };
        let (now, later) = (up_to(Verdict::GoWaived), up_to(Verdict::Wait));
        // Cycles are judged as if each member were a go.
        let at_best = up_to(Verdict::NoGo);
        let ships = |answer: &graph::Answer, change: u8| {
            answer.waves.keys().any(|group| group.contains(&u32::from(change)))
        };
        let mut alone: BTreeMap<u8, Verdict> = BTreeMap::new();
        for change in item {
            let mut verdict = own.get(change).copied().unwrap_or(Verdict::NoGo);
            for clause in self.clauses(*change) {
                let member = |other: u8| {
                    if ships(&now, other) {
                        Verdict::Go
                    } else if ships(&later, other) {
                        Verdict::Wait
                    } else {
                        Verdict::Blocked
                    }
                };
                verdict = verdict.max(self.clause(*change, &clause, item, &member));
            }
            for partner in self.partners(*change).iter().filter(|other| !item.contains(other)) {
                verdict = verdict.max(self.outside(*partner, item).unwrap_or(Verdict::Blocked));
            }
            let mut cycles = at_best.cycles.iter().filter(|cycle| cycle.forbidden);
            if cycles.any(|cycle| cycle.members.contains(&u32::from(*change))) {
                verdict = Verdict::NoGo;
            }
            alone.insert(*change, verdict);
        }
        let joined = alone.iter().map(|(change, verdict)| {
            if ships(&now, *change) || *verdict > Verdict::GoWaived {
                return (*change, *verdict);
            }
            let group = now.groups.iter().find(|group| group.contains(&u32::from(*change)));
            let others = group.into_iter().flatten().filter_map(|other| u8::try_from(*other).ok());
            let others = others.filter(|other| !self.is_live(*other, self.stage));
            let others = others.filter_map(|other| alone.get(&other).copied());
            // A group ships only if all of it goes; what that says of one that would go is never
            // worse than blocked.
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

    /// What one clause of a change comes to, given what each member says of who requires it.
    fn clause(
        &self,
        change: u8,
        clause: &[u8],
        item: &BTreeSet<u8>,
        member: &dyn Fn(u8) -> Verdict,
    ) -> Verdict {
        let of = |other: &u8| {
            let outside = self.outside(*other, item);
            if outside == Some(Verdict::Go) {
                return Verdict::Go;
            }
            let itself = item.contains(other).then_some(*other);
            let newer = self.successors(*other, item).into_iter();
            let stand_ins = itself.into_iter().chain(newer.filter(|newer| *newer != change));
            stand_ins.map(member).min().or(outside).unwrap_or(Verdict::Blocked)
        };
        best(1, &clause.iter().map(of).collect::<Vec<_>>())
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
    pub(super) fn states(&self, change: u8) -> Option<&'w Change> {
        self.current(change).filter(|content| content.depends).and_then(|_| self.change(change))
    }

    pub(super) fn clauses(&self, change: u8) -> Vec<Vec<u8>> {
        self.states(change).map(|change| change.requires.clone()).unwrap_or_default()
    }

    /// Who must ship together with a change, whichever side says so.
    fn partners(&self, change: u8) -> BTreeSet<u8> {
        let says = |one: u8, other: u8| {
            self.states(one).is_some_and(|change| change.together.contains(&other))
        };
        let all = (0..8).filter(|other| *other != change);
        all.filter(|other| says(change, *other) || says(*other, change)).collect()
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
                let mut nodes: Vec<Option<u32>> = clause.iter().map(node).collect();
                let stand_ins = clause.iter().flat_map(|other| self.successors(*other, item));
                nodes.extend(stand_ins.filter(|other| other != change).map(|other| node(&other)));
                case.requires.push((number, nodes));
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

    /// What is said of a change whatever it depends on, and whether anything was asked of it.
    fn by_itself(&self, change: u8, item: &BTreeSet<u8>, release: Option<u8>) -> (Verdict, bool) {
        let mut verdict = self.standing(Subject::Change(change));
        if self.owes(change) {
            verdict = verdict.max(Verdict::NeedsAction);
        }
        verdict = verdict.max(self.bound(change, item, release));
        if self.is_in_conflict(change, item, release) {
            verdict = Verdict::NoGo;
        }
        let emergency = self.current(change).is_some_and(|content| content.emergency);
        let applies = |gate: &&Gate| gate.stage == self.stage && (!gate.emergency || emergency);
        let gates: Vec<&Gate> = self.policy.gates.iter().filter(applies).collect();
        let mut asked: Vec<Verdict> = Vec::new();
        if self.policy.open && self.stage == STAGING {
            asked.push(Verdict::Go);
        }
        for gate in gates.iter().filter(|gate| !gate.release) {
            let members = BTreeSet::from([change]);
            asked.push(self.tree(&gate.tree, Subject::Change(change), &members));
        }
        asked.extend(self.windowed());
        let by_release: Vec<&&Gate> = gates.iter().filter(|gate| gate.release).collect();
        if asked.is_empty() && by_release.is_empty() {
            asked.push(Verdict::NoGo);
        }
        let asks = |number: u8, item: &BTreeSet<u8>| {
            let mut asking = by_release.iter().filter(|gate| self.means_itself(&gate.tree, change));
            let subject = Subject::Release(number);
            asking.any(|gate| self.tree(&gate.tree, subject, item) != Verdict::NotApplicable)
        };
        let mut judged = worst(asked.iter().copied()) != Verdict::NotApplicable;
        if let Some(number) = release {
            judged |= asks(number, item);
            if !judged {
                asked.push(Verdict::NoGo);
            }
        } else {
            let rests = !judged && !by_release.is_empty();
            let rides = |number: u8, item: &BTreeSet<u8>| rests && !asks(number, item);
            let said = self.by_releases(change, !by_release.is_empty(), &rides);
            judged |= self.releases_with(change).iter().any(|(number, item)| asks(*number, item));
            if !by_release.is_empty() {
                let best = if said.is_empty() { Verdict::NeedsAction } else { best(1, &said) };
                verdict = verdict.max(best);
            } else if !said.is_empty() && said.iter().all(|said| *said > Verdict::GoWaived) {
                // Held back in every release that it is in.
                verdict = verdict.max(best(1, &said));
            }
        }
        (worst(asked.into_iter().chain([verdict])), judged)
    }

    /// The releases, not cancelled, that a change is in, with what ships with each.
    pub(super) fn releases_with(&self, change: u8) -> Vec<(u8, BTreeSet<u8>)> {
        let numbers = (0u8..).zip(&self.world.releases).map(|(number, _)| number);
        let open = numbers.filter(|number| !self.is_cancelled(Subject::Release(*number)));
        let listed = open.filter_map(|number| Some((number, self.listed(number)?)));
        let with_it = listed.filter(|(_, listed)| listed.contains(&change));
        with_it
            .map(|(number, listed)| {
                (number, listed.into_iter().filter(|id| self.is_member(*id)).collect())
            })
            .collect()
    }

    /// What each release that a change is in says of it, where it is asked about alone; its gates
    /// only where one of them means the change. What they ask of others makes no go of one that
    /// merely rides with these.
    fn by_releases(
        &self,
        change: u8,
        gated: bool,
        rides: &dyn Fn(u8, &BTreeSet<u8>) -> bool,
    ) -> Vec<Verdict> {
        let said = |(number, item): (u8, BTreeSet<u8>)| {
            let mut others = self.conflicts(change).into_keys();
            let loses = others.any(|other| self.loses_to(change, other, &item, Some(number)));
            let conflict = if loses { Verdict::NoGo } else { Verdict::NotApplicable };
            let itself = if gated {
                self.release_itself(number, &item)
            } else if item.is_empty() {
                Verdict::NoGo
            } else {
                self.standing(Subject::Release(number))
            };
            let refused = itself != Verdict::NotApplicable && rides(number, &item);
            if refused { Verdict::NoGo } else { itself.max(conflict) }
        };
        self.releases_with(change).into_iter().map(said).collect()
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
        worst(gates.map(|gate| self.judged(gate, number, item)).chain([standing]))
    }

    // Gates.

    pub(super) fn tree(&self, tree: &Tree, subject: Subject, members: &BTreeSet<u8>) -> Verdict {
        self.tree_of(tree, subject, members, members)
    }

    /// The same, where what is asked of changes is asked of some members only.
    pub(super) fn tree_of(
        &self,
        tree: &Tree,
        subject: Subject,
        members: &BTreeSet<u8>,
        some: &BTreeSet<u8>,
    ) -> Verdict {
        let each = |children: &[Tree]| -> Vec<Verdict> {
            children.iter().map(|child| self.tree_of(child, subject, members, some)).collect()
        };
        match tree {
            Tree::Leaf(number) => self.requirement_of(*number, subject, members, some),
            Tree::All(children) => worst(each(children)),
            Tree::Any(children) => best(1, &each(children)),
            Tree::AtLeast(count, children) => best(usize::from(*count), &each(children)),
        }
    }
}
