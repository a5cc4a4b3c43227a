//! Of which changes of each author something is so, over time.

use std::collections::BTreeMap;

use crate::base::Instant;
use crate::base::id::{ChangeId, EnvironmentId, PersonId};

/// What is known from each instant on, in order.
pub(super) type Since<T> = Vec<(Instant, T)>;

/// Of which changes of each author something is so, over time.
#[derive(Debug, Default)]
pub(super) struct States<'a> {
    each: BTreeMap<&'a ChangeId, (&'a PersonId, Since<bool>)>,
    /// How many there are from each instant on.
    counts: BTreeMap<&'a PersonId, Since<usize>>,
}

impl<'a> States<'a> {
    /// From when on it is so of each change, and no longer.
    pub(super) fn of(
        changes: impl Iterator<Item = (&'a ChangeId, Since<bool>)>,
        author: impl Fn(&ChangeId) -> Option<&'a PersonId>,
    ) -> States<'a> {
        let mut states = States::default();
        let mut all: BTreeMap<&PersonId, Since<bool>> = BTreeMap::new();
        for (id, since) in changes {
            let Some(author) = author(id) else { continue };
            all.entry(author).or_default().extend(&since);
            states.each.insert(id, (author, since));
        }
        for (author, mut since) in all {
            // Of what is told at one time, what begins comes first: so each that ends was counted.
            since.sort_unstable_by_key(|(known, is_so)| (*known, !is_so));
            let mut count = 0_usize;
            let counted = since.into_iter().map(|(known, is_so)| {
                count = if is_so { count.saturating_add(1) } else { count.saturating_sub(1) };
                (known, count)
            });
            states.counts.insert(author, counted.collect());
        }
        states
    }

    /// Of how many changes of an author but one it is so, as far as that was known.
    pub(super) fn count(
        &self,
        author: &PersonId,
        but: &ChangeId,
        knows: impl Fn(Instant) -> bool,
    ) -> usize {
        let all = self.counts.get(author).and_then(|counts| newest(counts, &knows)).unwrap_or(0);
        let own = self.each.get(but).filter(|(by, _)| *by == author);
        let counts_itself = own.and_then(|(_, since)| newest(since, &knows)).unwrap_or(false);
        all.saturating_sub(counts_itself.into())
    }
}

/// The last of what was known.
fn newest<T: Copy>(since: &[(Instant, T)], knows: impl Fn(Instant) -> bool) -> Option<T> {
    let known = since.partition_point(|(known, _)| knows(*known));
    since.get(known.checked_sub(1)?).map(|(_, it)| *it)
}

/// That a change came to an environment, or was taken out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word<'a> {
    pub(super) known: Instant,
    pub(super) at: Instant,
    pub(super) environment: &'a EnvironmentId,
    pub(super) is_live: bool,
}

/// From when on a change is live: somewhere, and taken out nowhere, by the newest word on each
/// environment. Of two words of one time that it was taken out counts.
pub(super) fn live(mut words: Vec<Word<'_>>) -> Since<bool> {
    words.sort_unstable();
    let mut newest: BTreeMap<&EnvironmentId, (Instant, bool)> = BTreeMap::new();
    let (mut was, mut since) = (false, Vec::new());
    for word in words {
        let last = newest.entry(word.environment).or_insert((word.at, word.is_live));
        if (word.at, !word.is_live) >= (last.0, !last.1) {
            *last = (word.at, word.is_live);
        }
        let is_so = newest.values().all(|(_, is_live)| *is_live);
        if is_so != was {
            was = is_so;
            since.push((word.known, was));
        }
    }
    since
}

/// From when on any of several is so, of when each is and no longer.
pub(super) fn any(mut said: Since<bool>) -> Since<bool> {
    // Of what is told at one time, what is so comes first: so none goes before it came.
    said.sort_unstable_by_key(|(known, is_so)| (*known, !is_so));
    let (mut count, mut since) = (0_usize, Vec::new());
    for (known, is_so) in said {
        let was = count > 0;
        count = if is_so { count.saturating_add(1) } else { count.saturating_sub(1) };
        if (count > 0) != was {
            since.push((known, count > 0));
        }
    }
    since
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32) -> Instant {
        format!("2026-01-01T{hour:02}:00:00Z").parse().unwrap()
    }

    #[test]
    fn who_is_cleared_of_one_is_not_cleared_of_the_other() {
        let told = |said: &[(u32, bool)]| {
            any(said.iter().map(|(hour, is_so)| (at(*hour), *is_so)).collect())
        };
        assert_eq!(told(&[(1, true), (2, true), (3, false)]), [(at(1), true)]);
        assert_eq!(told(&[(3, false), (2, true), (1, true)]), [(at(1), true)]);
        assert_eq!(told(&[(1, true), (2, true), (2, false)]), [(at(1), true)]);
        assert_eq!(told(&[(1, true), (2, false)]), [(at(1), true), (at(2), false)]);
    }

    #[test]
    fn what_ends_as_soon_as_it_began_counts_for_nobody() {
        let ids: Vec<ChangeId> = (1..6).map(|id| format!("C-{id}").parse().unwrap()).collect();
        let (raj, other): (PersonId, ChangeId) = ("raj".parse().unwrap(), "C-9".parse().unwrap());
        let at_once = vec![(at(1), true), (at(1), false)];
        let each = ids.iter().map(|id| (id, at_once.clone()));
        let states = States::of(each, |_| Some(&raj));
        assert_eq!(states.count(&raj, &other, |_| true), 0);
    }

    #[test]
    fn what_was_taken_out_anywhere_is_not_live() {
        let (eu, us) = (EnvironmentId::new("eu").unwrap(), EnvironmentId::new("us").unwrap());
        let word = |hour, environment, is_live| Word {
            known: at(hour),
            at: at(hour),
            environment,
            is_live,
        };
        let words = [word(1, &eu, true), word(2, &eu, false), word(3, &us, true)];
        assert_eq!(live(words.to_vec()), [(at(1), true), (at(2), false)]);
        // Told late, it does not take the place of what came after it.
        let late = Word { known: at(9), ..word(1, &eu, true) };
        assert_eq!(live([words.to_vec(), vec![late]].concat()).len(), 2);
        let tie = [word(1, &eu, true), word(1, &eu, false)];
        assert_eq!(live(tie.to_vec()), []);
    }
}
