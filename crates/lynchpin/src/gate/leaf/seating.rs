//! How many seats and teams can be filled when each person fills one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most places that people can fill, each one of theirs: the size of a largest matching, found
/// by augmenting along shortest alternating paths.
pub(super) fn filled<'t, T: Ord + Copy + 't>(
    people: impl IntoIterator<Item = &'t BTreeSet<T>>,
) -> usize {
    let people: Vec<&BTreeSet<T>> = people.into_iter().collect();
    let mut fills: Vec<Option<T>> = vec![None; people.len()];
    let mut by: BTreeMap<T, usize> = BTreeMap::new();
    for start in 0..people.len() {
        let mut reached_by: BTreeMap<T, usize> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        let mut free = None;
        while let Some(person) = open.pop_front().filter(|_| free.is_none()) {
            for place in people.get(person).into_iter().copied().flatten() {
                if reached_by.contains_key(place) {
                    continue;
                }
                reached_by.insert(*place, person);
                match by.get(place) {
                    Some(owner) => open.push_back(*owner),
                    None => free = free.or(Some(*place)),
                }
            }
        }
        while let Some(place) = free {
            let Some(person) = reached_by.get(&place).copied() else { break };
            by.insert(place, person);
            free = fills.get_mut(person).and_then(|fills| fills.replace(place));
        }
    }
    by.len()
}

/// The most teams that can be stood for when each person fills one seat and stands for one team,
/// and each seat and each team counts once: the value of a largest flow from seats through people
/// to teams, by augmenting along shortest paths (Edmonds and Karp).
pub(super) fn stood_for<S: Ord + Copy, T: Ord + Copy>(
    people: &[(BTreeSet<S>, &BTreeSet<T>)],
) -> usize {
    let number = |index: usize| index.saturating_add(2);
    let mut flow = Flow::default();
    let (mut seats, mut teams) = (BTreeMap::new(), BTreeMap::new());
    let mut next = number(people.len().saturating_mul(2));
    let mut fresh = || {
        next = next.saturating_add(1);
        next
    };
    for (index, (sits, stands)) in people.iter().enumerate() {
        let into = number(index.saturating_mul(2));
        let out = into.saturating_add(1);
        flow.edge(into, out);
        for seat in sits {
            let seat = *seats.entry(*seat).or_insert_with(|| {
                let seat = fresh();
                flow.edge(Flow::SOURCE, seat);
                seat
            });
            flow.edge(seat, into);
        }
        for team in *stands {
            let team = *teams.entry(*team).or_insert_with(|| {
                let team = fresh();
                flow.edge(team, Flow::SINK);
                team
            });
            flow.edge(out, team);
        }
    }
    flow.most()
}

/// A network whose edges each carry one unit.
#[derive(Default)]
struct Flow {
    /// Where each edge leads, and whether it is free; the one after or before it leads back.
    edges: Vec<(usize, bool)>,
    /// The edges that leave each node.
    from: BTreeMap<usize, Vec<usize>>,
}

impl Flow {
    const SOURCE: usize = 0;
    const SINK: usize = 1;

    fn edge(&mut self, from: usize, to: usize) {
        for (from, to, free) in [(from, to, true), (to, from, false)] {
            self.from.entry(from).or_default().push(self.edges.len());
            self.edges.push((to, free));
        }
    }

    fn most(&mut self) -> usize {
        let mut value = 0;
        while let Some(path) = self.path() {
            for edge in path {
                for (edge, free) in [(edge, false), (edge ^ 1, true)] {
                    if let Some(found) = self.edges.get_mut(edge) {
                        found.1 = free;
                    }
                }
            }
            value += 1;
        }
        value
    }

    /// The edges of a shortest way from the source to the sink along free edges.
    fn path(&self) -> Option<Vec<usize>> {
        let mut reached: BTreeMap<usize, usize> = BTreeMap::new();
        let mut open = VecDeque::from([Self::SOURCE]);
        while let Some(node) = open.pop_front() {
            for edge in self.from.get(&node).into_iter().flatten() {
                let Some((to, true)) = self.edges.get(*edge) else { continue };
                if *to != Self::SOURCE && !reached.contains_key(to) {
                    reached.insert(*to, *edge);
                    open.push_back(*to);
                }
            }
        }
        let mut path = Vec::new();
        let mut node = Self::SINK;
        while node != Self::SOURCE {
            let edge = *reached.get(&node)?;
            path.push(edge);
            node = self.edges.get(edge ^ 1)?.0;
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_fills_one_place() {
        let of = |places: &[u8]| places.iter().copied().collect::<BTreeSet<_>>();
        for (people, filled_places) in [
            (vec![], 0),
            (vec![of(&[])], 0),
            (vec![of(&[0, 1])], 1),
            (vec![of(&[0]), of(&[0])], 1),
            (vec![of(&[0, 1]), of(&[0])], 2),
            (vec![of(&[0, 1]), of(&[0, 2]), of(&[0])], 3),
            (vec![of(&[0, 1]), of(&[0, 1]), of(&[0, 1])], 2),
        ] {
            assert_eq!(filled(&people), filled_places, "{people:?}");
        }
    }

    #[test]
    fn one_seat_stands_for_one_team() {
        let of = |places: &[u8]| places.iter().copied().collect::<BTreeSet<_>>();
        for (people, most) in [
            (vec![], 0),
            (vec![(of(&[0]), of(&[]))], 0),
            (vec![(of(&[0]), of(&[0])), (of(&[0]), of(&[1]))], 1),
            (vec![(of(&[0]), of(&[0])), (of(&[0]), of(&[1])), (of(&[1]), of(&[]))], 1),
            (vec![(of(&[0]), of(&[0])), (of(&[0, 1]), of(&[1]))], 2),
            (vec![(of(&[0, 1]), of(&[0, 1]))], 1),
            (vec![(of(&[0, 1]), of(&[0])), (of(&[0]), of(&[0, 1])), (of(&[1]), of(&[0]))], 2),
        ] {
            let people: Vec<_> =
                people.iter().map(|(seats, teams)| (seats.clone(), teams)).collect();
            assert_eq!(stood_for(&people), most, "{people:?}");
        }
    }
}
