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

    /// The same by trying everything: each person stays out or takes a seat and a team.
    fn tried(people: &[(BTreeSet<u8>, &BTreeSet<u8>)], seats: u8, teams: u8) -> usize {
        let Some(((sits, stands), others)) = people.split_first() else { return 0 };
        let mut most = tried(others, seats, teams);
        for (seat, team) in sits.iter().flat_map(|seat| stands.iter().map(move |team| (seat, team)))
        {
            if seats & (1 << seat) == 0 && teams & (1 << team) == 0 {
                let rest = tried(others, seats | (1 << seat), teams | (1 << team));
                most = most.max(rest.saturating_add(1));
            }
        }
        most
    }

    #[test]
    fn the_flow_is_what_trying_everything_finds() {
        let subsets: Vec<BTreeSet<u8>> =
            (1..8_u8).map(|bits| (0..3).filter(|bit| bits & (1 << bit) != 0).collect()).collect();
        for (count, stride) in [(2, 1), (3, 41), (4, 3_001), (5, 200_003), (6, 10_000_019)] {
            let all = 49_u64.pow(count);
            for which in (0..all).step_by(stride) {
                let person = |number: u32| {
                    let pair = usize::try_from(which / 49_u64.pow(number) % 49).unwrap();
                    (subsets[pair / 7].clone(), &subsets[pair % 7])
                };
                let people: Vec<_> = (0..count).map(person).collect();
                assert_eq!(stood_for(&people), tried(&people, 0, 0), "{people:?}");
                let seats: Vec<_> = people.iter().map(|(seats, _)| seats.clone()).collect();
                // Who has a team of their own stands in nobody's way.
                let own: Vec<BTreeSet<u8>> = (0_u8..8).map(|team| BTreeSet::from([team])).collect();
                let free: Vec<_> = seats.iter().cloned().zip(&own).collect();
                assert_eq!(filled(&seats), tried(&free, 0, 0), "{seats:?}");
            }
        }
    }
}
