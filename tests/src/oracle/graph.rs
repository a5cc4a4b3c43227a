//! What the graph floor should answer, computed by definition.
//!
//! Made to be read, not to be fast: sets of nodes, repeated scans until nothing changes, all simple
//! cycles and all chains listed one by one. It shares no code and no data layout with the engine.

use std::collections::{BTreeMap, BTreeSet};

/// A set of nodes that ship as one.
pub type Group = BTreeSet<u32>;

/// Pairs of a node and a number or another node.
pub type Pairs = BTreeSet<(u32, u32)>;

/// One question with its whole graph.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// How many nodes there are.
    pub nodes: u32,
    /// Node and alternatives; `None` is a thing outside the graph.
    pub requires: Vec<(u32, Vec<Option<u32>>)>,
    /// Pairs that ship as one.
    pub together: Vec<(u32, u32)>,
    /// (later, earlier).
    pub after: Vec<(u32, u32)>,
    /// Pairs that must not ship in one item, and whether they exclude each other for good.
    pub conflicts: Vec<(u32, u32, bool)>,
    /// What is in the item.
    pub candidates: BTreeSet<u32>,
    /// What is live in the target.
    pub live: BTreeSet<u32>,
    /// What may ship by its own verdict.
    pub go: BTreeSet<u32>,
    /// Whether cycles of `requires` become groups.
    pub atomic: bool,
    /// How long each node takes.
    pub weights: Vec<u64>,
}

/// Why one node waits for another; a hop inside a group is `Together`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One of its clauses lists it.
    Requires,
    /// It ships after it.
    After,
    /// Both are in one group.
    Together,
}

/// A set of candidates that wait for each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    /// All nodes in it.
    pub members: Vec<u32>,
    /// The smallest nodes of the groups on its shortest circle, in order.
    pub around: Vec<u32>,
    /// Whether it is refused.
    pub forbidden: bool,
}

/// Why a group is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// Its members that are no go.
    pub not_go: BTreeSet<u32>,
    /// Whether it misses something.
    pub missing: bool,
    /// Whether it is on a forbidden cycle.
    pub cycle: bool,
    /// The groups with reasons of their own that it is or waits for.
    pub roots: BTreeSet<Group>,
}

/// The whole answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// All groups.
    pub groups: BTreeSet<Group>,
    /// The wave of each group that ships.
    pub waves: BTreeMap<Group, u32>,
    /// All cycles, sorted.
    pub cycles: Vec<Cycle>,
    /// (node, its how-manieth clause).
    pub missing_clauses: Pairs,
    /// (node, partner).
    pub missing_partners: Pairs,
    /// Conflicts inside the item, the smaller node first.
    pub conflicts: BTreeMap<(u32, u32), bool>,
    /// All that does not ship.
    pub dropped: BTreeMap<Group, Dropped>,
    /// The groups that each shipped group follows.
    pub dependencies: BTreeMap<Group, BTreeSet<Group>>,
    /// The largest weight of any chain of dependencies.
    pub critical: u64,
}

/// A clause of a candidate that no live node meets, less what is not in the item.
#[derive(Debug, Clone)]
struct Clause {
    node: u32,
    others: BTreeSet<u32>,
}

/// A case while it is being answered.
struct Work<'c> {
    case: &'c Case,
    clauses: Vec<Clause>,
    after: BTreeSet<(u32, u32)>,
    groups: BTreeSet<Group>,
    /// Nodes whose group was made from a cycle: they may rely on themselves.
    merged: BTreeSet<u32>,
}

/// Answers a case.
#[must_use]
pub fn answer(case: &Case) -> Answer {
    let mut work = Work::new(case);
    let mut answer = Answer::default();
    (answer.missing_clauses, answer.missing_partners) = missing(case);
    let all = |work: &Work<'_>| work.groups.clone();
    if case.atomic {
        let stuck = work.stuck(&all(&work), true);
        let loops = work.loops(&stuck, &all(&work), false);
        for members in &loops {
            answer.cycles.push(work.cycle(members, &all(&work), false, false));
        }
        for members in loops {
            let whole: Group = members.iter().flatten().copied().collect();
            work.groups.retain(|group| !members.contains(group));
            work.merged.extend(&whole);
            work.groups.insert(whole);
        }
    }
    let mut forbidden = BTreeSet::new();
    let stuck = work.stuck(&all(&work), true);
    for members in work.loops(&stuck, &all(&work), true) {
        answer.cycles.push(work.cycle(&members, &all(&work), true, true));
        forbidden.extend(members);
    }
    for group in &work.groups {
        for (members, around) in work.loops_inside(group) {
            answer.cycles.push(Cycle { members, around, forbidden: true });
            forbidden.insert(group.clone());
        }
    }
    let lacking: BTreeSet<u32> =
        answer.missing_clauses.iter().chain(&answer.missing_partners).map(|pair| pair.0).collect();
    let ships = loop {
        let may: BTreeSet<Group> = work
            .groups
            .iter()
            .filter(|group| {
                group.is_subset(&case.go)
                    && group.is_disjoint(&lacking)
                    && !forbidden.contains(*group)
            })
            .cloned()
            .collect();
        let ships: BTreeSet<Group> = &may - &work.stuck(&may, false);
        let stuck = work.stuck(&ships, true);
        if stuck.is_empty() {
            break ships;
        }
        for members in work.loops(&stuck, &ships, true) {
            answer.cycles.push(work.cycle(&members, &ships, true, true));
            forbidden.extend(members);
        }
    };
    answer.cycles.sort();
    answer.waves = work.waves(&ships);
    answer.dependencies = work.dependencies(&answer.waves);
    answer.critical = heaviest(case, &answer.dependencies);
    answer.dropped = work.dropped(&ships, &lacking, &forbidden);
    answer.conflicts = conflicts(case);
    answer.groups = work.groups;
    answer
}

/// What is needed and is neither live nor in the item: (node, clause) and (node, partner).
fn missing(case: &Case) -> (Pairs, Pairs) {
    let there = |node: &u32| case.live.contains(node) || case.candidates.contains(node);
    let mut clauses = BTreeSet::new();
    for &node in &case.candidates {
        let own = case.requires.iter().filter(|(owner, _)| *owner == node);
        for (number, (_, others)) in (0u32..).zip(own) {
            if !others.iter().flatten().any(there) {
                clauses.insert((node, number));
            }
        }
    }
    let mut partners = BTreeSet::new();
    for &(a, b) in &case.together {
        for (node, partner) in [(a, b), (b, a)] {
            if case.candidates.contains(&node) && !there(&partner) {
                partners.insert((node, partner));
            }
        }
    }
    (clauses, partners)
}

fn conflicts(case: &Case) -> BTreeMap<(u32, u32), bool> {
    let mut found = BTreeMap::new();
    for &(a, b, exclusive) in &case.conflicts {
        if a != b && case.candidates.contains(&a) && case.candidates.contains(&b) {
            *found.entry((a.min(b), a.max(b))).or_insert(false) |= exclusive;
        }
    }
    found
}

impl<'c> Work<'c> {
    fn new(case: &'c Case) -> Self {
        let inside = |node: &u32| case.candidates.contains(node);
        let clauses = case
            .requires
            .iter()
            .filter(|(node, others)| {
                inside(node) && !others.iter().flatten().any(|other| case.live.contains(other))
            })
            .map(|(node, others)| Clause {
                node: *node,
                others: others.iter().flatten().copied().filter(inside).collect(),
            })
            // What nothing can meet is reported as missing and takes no part in the rest.
            .filter(|clause| !clause.others.is_empty())
            .collect();
        let after = case.after.iter().copied().filter(|(a, b)| inside(a) && inside(b)).collect();
        let mut groups: BTreeSet<Group> =
            case.candidates.iter().map(|&node| Group::from([node])).collect();
        for &(a, b) in case.together.iter().filter(|(a, b)| inside(a) && inside(b)) {
            let touched: Vec<Group> =
                groups.iter().filter(|g| g.contains(&a) || g.contains(&b)).cloned().collect();
            groups.retain(|group| !touched.contains(group));
            groups.insert(touched.into_iter().flatten().collect());
        }
        Self { case, clauses, after, groups, merged: BTreeSet::new() }
    }

    fn group(&self, node: u32) -> Group {
        self.groups.iter().find(|group| group.contains(&node)).cloned().unwrap_or_default()
    }

    /// Whether a group meets a clause of its own member.
    fn own(&self, group: &Group, clause: &Clause) -> bool {
        clause.others.iter().any(|other| {
            group.contains(other) && (*other != clause.node || self.merged.contains(other))
        })
    }

    /// The clauses of a group that it does not meet itself.
    fn open<'w>(&'w self, group: &'w Group) -> impl Iterator<Item = &'w Clause> {
        let own = |clause: &&Clause| group.contains(&clause.node) && !self.own(group, clause);
        self.clauses.iter().filter(own)
    }

    /// The groups that a group is after.
    fn earlier<'w>(&'w self, group: &'w Group) -> impl Iterator<Item = (u32, u32)> + 'w {
        let pairs = self.after.iter().copied();
        pairs.filter(|(later, earlier)| group.contains(later) && !group.contains(earlier))
    }

    /// What never ships out of `among`, by repeating "ship what can" until nothing changes.
    fn stuck(&self, among: &BTreeSet<Group>, after: bool) -> BTreeSet<Group> {
        let mut stuck = among.clone();
        loop {
            let shipped: BTreeSet<u32> =
                among.iter().filter(|group| !stuck.contains(*group)).flatten().copied().collect();
            let waiting: BTreeSet<u32> = stuck.iter().flatten().copied().collect();
            let can = |group: &&Group| {
                self.open(group).all(|clause| !clause.others.is_disjoint(&shipped))
                    && (!after || self.earlier(group).all(|(_, b)| !waiting.contains(&b)))
            };
            let Some(next) = stuck.iter().find(can).cloned() else { return stuck };
            stuck.remove(&next);
        }
    }

    /// The edges by which stuck groups wait for each other.
    fn waits(
        &self,
        stuck: &BTreeSet<Group>,
        among: &BTreeSet<Group>,
        after: bool,
    ) -> BTreeSet<(Group, Group)> {
        let shipped: BTreeSet<u32> =
            among.iter().filter(|group| !stuck.contains(*group)).flatten().copied().collect();
        let mut edges = BTreeSet::new();
        for group in stuck {
            let unmet = self.open(group).filter(|clause| clause.others.is_disjoint(&shipped));
            let mut others: Vec<u32> =
                unmet.flat_map(|clause| clause.others.iter().copied()).collect();
            if after {
                others.extend(self.earlier(group).map(|(_, earlier)| earlier));
            }
            for other in others.into_iter().map(|other| self.group(other)) {
                if stuck.contains(&other) {
                    edges.insert((group.clone(), other));
                }
            }
        }
        edges
    }

    /// The sets of stuck groups that all lead to each other.
    fn loops(
        &self,
        stuck: &BTreeSet<Group>,
        among: &BTreeSet<Group>,
        after: bool,
    ) -> BTreeSet<BTreeSet<Group>> {
        let edges = closure(&self.waits(stuck, among, after));
        loops(stuck, &edges)
    }

    fn cycle(
        &self,
        members: &BTreeSet<Group>,
        among: &BTreeSet<Group>,
        after: bool,
        forbidden: bool,
    ) -> Cycle {
        let stuck = self.stuck(among, true);
        let mut edges = self.waits(&stuck, among, after);
        edges.retain(|(a, b)| members.contains(a) && members.contains(b));
        let around = shortest(members, &edges);
        let around = around.iter().filter_map(|group| group.first().copied()).collect();
        let members: BTreeSet<u32> = members.iter().flatten().copied().collect();
        Cycle { members: members.into_iter().collect(), around, forbidden }
    }

    /// Cycles of `after` among the members of one group: members and shortest circle of each.
    fn loops_inside(&self, group: &Group) -> Vec<(Vec<u32>, Vec<u32>)> {
        let inside = |pair: &&(u32, u32)| group.contains(&pair.0) && group.contains(&pair.1);
        let edges: BTreeSet<(u32, u32)> = self.after.iter().filter(inside).copied().collect();
        loops(group, &closure(&edges))
            .into_iter()
            .map(|members| {
                let mut edges = edges.clone();
                edges.retain(|(a, b)| members.contains(a) && members.contains(b));
                let around = shortest(&members, &edges);
                (members.into_iter().collect(), around)
            })
            .collect()
    }

    /// Waves as the smallest numbers with wave = 1 + max over clauses of min over alternatives,
    /// found by starting from "never" everywhere and improving until nothing changes.
    fn waves(&self, ships: &BTreeSet<Group>) -> BTreeMap<Group, u32> {
        let mut waves: BTreeMap<Group, u32> = BTreeMap::new();
        loop {
            let mut changed = false;
            for group in ships {
                let wave_of = |node: &u32| waves.get(&self.group(*node)).copied();
                let clauses =
                    self.open(group).map(|clause| clause.others.iter().filter_map(wave_of).min());
                let after = self
                    .earlier(group)
                    .filter(|(_, earlier)| ships.contains(&self.group(*earlier)))
                    .map(|(_, earlier)| wave_of(&earlier));
                let times: Option<Vec<u32>> = clauses.chain(after).collect();
                let Some(times) = times else { continue };
                let wave = 1 + times.into_iter().max().unwrap_or(0);
                if waves.get(group) != Some(&wave) {
                    waves.insert(group.clone(), wave);
                    changed = true;
                }
            }
            if !changed {
                return waves;
            }
        }
    }

    fn dependencies(&self, waves: &BTreeMap<Group, u32>) -> BTreeMap<Group, BTreeSet<Group>> {
        let mut all = BTreeMap::new();
        for group in waves.keys() {
            let mut needs = BTreeSet::new();
            for clause in self.open(group) {
                let shipped = clause.others.iter().filter_map(|&node| {
                    let other = self.group(node);
                    waves.get(&other).map(|&wave| (wave, node, other))
                });
                needs.extend(shipped.min().map(|(_, _, other)| other));
            }
            for (_, earlier) in self.earlier(group) {
                let other = self.group(earlier);
                if waves.contains_key(&other) {
                    needs.insert(other);
                }
            }
            all.insert(group.clone(), needs);
        }
        all
    }

    fn dropped(
        &self,
        ships: &BTreeSet<Group>,
        lacking: &BTreeSet<u32>,
        forbidden: &BTreeSet<Group>,
    ) -> BTreeMap<Group, Dropped> {
        let shipped: BTreeSet<u32> = ships.iter().flatten().copied().collect();
        let left: BTreeSet<Group> = &self.groups - ships;
        let mut edges: BTreeSet<(Group, Group)> = BTreeSet::new();
        for group in &left {
            for clause in self.open(group).filter(|clause| clause.others.is_disjoint(&shipped)) {
                let others = clause.others.iter().map(|&other| self.group(other));
                edges.extend(others.map(|other| (group.clone(), other)));
            }
        }
        let leads = closure(&edges);
        let own = |group: &Group| Dropped {
            not_go: group - &self.case.go,
            missing: !group.is_disjoint(lacking),
            cycle: forbidden.contains(group),
            roots: BTreeSet::new(),
        };
        let is_root = |group: &Group| {
            let own = own(group);
            !own.not_go.is_empty() || own.missing || own.cycle
        };
        let roots = |group: &Group| {
            let reached = |other: &&Group| {
                *other == group || leads.contains(&(group.clone(), (*other).clone()))
            };
            left.iter().filter(reached).filter(|other| is_root(other)).cloned().collect()
        };
        left.iter().map(|g| (g.clone(), Dropped { roots: roots(g), ..own(g) })).collect()
    }
}

/// All pairs (a, b) where edges lead from a to b.
fn closure<T: Ord + Clone>(edges: &BTreeSet<(T, T)>) -> BTreeSet<(T, T)> {
    let mut all = edges.clone();
    loop {
        let mut more = BTreeSet::new();
        for (a, b) in &all {
            for (c, d) in edges {
                if b == c && !all.contains(&(a.clone(), d.clone())) {
                    more.insert((a.clone(), d.clone()));
                }
            }
        }
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// The sets whose elements all lead to each other and to themselves.
fn loops<T: Ord + Clone>(all: &BTreeSet<T>, leads: &BTreeSet<(T, T)>) -> BTreeSet<BTreeSet<T>> {
    let both = |a: &T, b: &T| {
        leads.contains(&(a.clone(), b.clone())) && leads.contains(&(b.clone(), a.clone()))
    };
    let around = |a: &T| all.iter().filter(|b| both(a, b)).cloned().collect::<BTreeSet<T>>();
    all.iter().map(around).filter(|members| !members.is_empty()).collect()
}

/// The shortest simple cycle, the smallest of several, from its smallest element: all are listed.
fn shortest<T: Ord + Clone>(all: &BTreeSet<T>, edges: &BTreeSet<(T, T)>) -> Vec<T> {
    let mut best: Option<(usize, Vec<T>)> = None;
    for start in all {
        let mut paths = vec![vec![start.clone()]];
        while let Some(path) = paths.pop() {
            for (_, next) in edges.iter().filter(|(from, _)| Some(from) == path.last()) {
                if next == start {
                    let found = (path.len(), path.clone());
                    if best.as_ref().is_none_or(|best| found < *best) {
                        best = Some(found);
                    }
                } else if next > start && !path.contains(next) {
                    let mut longer = path.clone();
                    longer.push(next.clone());
                    paths.push(longer);
                }
            }
        }
    }
    best.map(|(_, path)| path).unwrap_or_default()
}

/// The weight of the heaviest chain: all chains are listed.
fn heaviest(case: &Case, dependencies: &BTreeMap<Group, BTreeSet<Group>>) -> u64 {
    let weight = |group: &Group| -> u64 {
        let own = group.iter().filter_map(|&node| case.weights.get(usize::try_from(node).ok()?));
        own.sum()
    };
    let mut best = 0;
    let mut chains: Vec<(&Group, u64)> =
        dependencies.keys().map(|group| (group, weight(group))).collect();
    while let Some((first, sum)) = chains.pop() {
        best = best.max(sum);
        for earlier in dependencies.get(first).into_iter().flatten() {
            chains.push((earlier, sum + weight(earlier)));
        }
    }
    best
}

/// The dependencies (later, earlier) that no longer way implies.
#[must_use]
pub fn reduction(dependencies: &BTreeMap<Group, BTreeSet<Group>>) -> BTreeSet<(Group, Group)> {
    let edges: BTreeSet<(Group, Group)> = dependencies
        .iter()
        .flat_map(|(later, needs)| needs.iter().map(|earlier| (later.clone(), earlier.clone())))
        .collect();
    let leads = closure(&edges);
    let implied = |(a, c): &(Group, Group)| {
        edges.iter().any(|(from, b)| from == a && leads.contains(&(b.clone(), c.clone())))
    };
    edges.iter().filter(|edge| !implied(edge)).cloned().collect()
}

/// What the nodes need (`up`) or what needs them, through requirements with all alternatives and
/// through `together`, without the nodes themselves.
#[must_use]
pub fn reach(case: &Case, nodes: &BTreeSet<u32>, up: bool) -> BTreeSet<u32> {
    let mut edges: BTreeSet<(u32, u32)> = BTreeSet::new();
    for (node, others) in &case.requires {
        for &other in others.iter().flatten() {
            edges.insert(if up { (*node, other) } else { (other, *node) });
        }
    }
    for &(a, b) in &case.together {
        edges.extend([(a, b), (b, a)]);
    }
    let leads = closure(&edges);
    let from = leads.iter().filter(|(from, _)| nodes.contains(from)).map(|(_, to)| *to);
    from.filter(|node| !nodes.contains(node)).collect()
}

/// Whether `steps` is the members of a group in shipping order: always the smallest that is after
/// nothing left. `None` if there is no such order.
#[must_use]
pub fn steps(case: &Case, group: &Group) -> Option<Vec<u32>> {
    let mut left = group.clone();
    let mut steps = Vec::new();
    while !left.is_empty() {
        let free = |node: &u32| {
            !case.after.iter().any(|(later, earlier)| later == node && left.contains(earlier))
        };
        let next = left.iter().copied().find(free)?;
        left.remove(&next);
        steps.push(next);
    }
    Some(steps)
}
