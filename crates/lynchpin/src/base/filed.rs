//! A map in order of its keys that shares what it holds with its copies.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::iter::Peekable;
use std::sync::{Arc, OnceLock};

use indexmap::IndexMap;
use indexmap::map::Entry;
use rpds::RedBlackTreeMapSync;

/// What is filed under each key.
///
/// While nobody else holds it, it is a plain map. A copy costs two pointers; what is changed
/// afterwards lies above what both share, until there is as much of it as below.
#[derive(Clone)]
pub(crate) struct Filed<K: Ord, V> {
    below: Arc<Below<K, V>>,
    /// What counts instead of what is below.
    above: RedBlackTreeMapSync<K, V>,
}

/// Found by a hash, since a search among a million keys waits for memory at each of twenty steps.
#[derive(Clone)]
struct Below<K, V> {
    all: IndexMap<K, V>,
    /// The places of all, in order of their keys, once somebody asked for that.
    order: OnceLock<Vec<usize>>,
}

impl<K: Ord + Hash, V> Filed<K, V> {
    pub(crate) fn get<Q: Ord + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let above = if self.above.is_empty() { None } else { self.above.get(key) };
        above.or_else(|| self.below.all.get(key))
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// All of it, in order of keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> + '_ {
        Merged { above: self.above.iter().peekable(), below: self.below.iter().peekable() }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> + '_ {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> + '_ {
        self.iter().map(|(_, value)| value)
    }
}

impl<K: Ord + Hash, V> Below<K, V> {
    /// All of it, in order of keys.
    fn iter(&self) -> impl Iterator<Item = (&K, &V)> + '_ {
        let order = self.order.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.all.len()).collect();
            order.sort_unstable_by_key(|place| self.all.get_index(*place).map(|(key, _)| key));
            order
        });
        order.iter().filter_map(|place| self.all.get_index(*place))
    }

    /// The value under a key, or a new one.
    fn entry(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        let entry = self.all.entry(key);
        if matches!(entry, Entry::Vacant(_)) {
            self.order.take();
        }
        entry.or_insert_with(new)
    }
}

impl<K: Ord + Hash + Clone, V: Clone> Filed<K, V> {
    /// Makes room for so many more, so that they need not be moved while they are filed.
    pub(crate) fn reserve(&mut self, more: usize) {
        if self.is_alone() {
            Arc::make_mut(&mut self.below).all.reserve(more);
        }
    }

    /// Files a value in the place of what was there.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        self.settle();
        match self.is_alone() {
            true => {
                let below = Arc::make_mut(&mut self.below);
                if below.all.insert(key, value).is_none() {
                    below.order.take();
                }
            }
            false => self.above.insert_mut(key, value),
        }
    }

    /// Changes the value under a key, or an empty one, if there is none.
    pub(crate) fn update<R>(&mut self, key: &K, change: impl FnOnce(&mut V) -> R)
    where
        V: Default,
    {
        self.update_or(key, V::default, change);
    }

    /// The same with what there is instead of none.
    pub(crate) fn update_or<R>(
        &mut self,
        key: &K,
        new: impl FnOnce() -> V,
        change: impl FnOnce(&mut V) -> R,
    ) {
        self.settle();
        if self.is_alone() {
            let below = Arc::make_mut(&mut self.below);
            let _ = change(below.entry(key.clone(), new));
        } else if let Some(value) = self.above.get_mut(key) {
            let _ = change(value);
        } else {
            let mut value = self.below.all.get(key).cloned().unwrap_or_else(new);
            let _ = change(&mut value);
            self.above.insert_mut(key.clone(), value);
        }
    }

    /// Whether nobody else holds it, and nothing is above.
    fn is_alone(&mut self) -> bool {
        self.above.is_empty() && Arc::get_mut(&mut self.below).is_some()
    }

    /// Puts all of it into one map, once there is more above than below: so a value is moved twice
    /// at most for each that was added.
    fn settle(&mut self) {
        if self.above.size() > self.below.all.len().max(MIN) {
            *self = self.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        }
    }
}

/// How much may lie above in any case.
const MIN: usize = 64;

impl<K: Ord + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for Filed<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where all was taken back it is as if there had never been anything.
        let empty =
            |(_, value): &(&K, &V)| ["[]", "{}", "None"].contains(&format!("{value:?}").as_str());
        f.debug_map().entries(self.iter().filter(|entry| !empty(entry))).finish()
    }
}

impl<K: Ord, V> Default for Filed<K, V> {
    fn default() -> Self {
        let below = Below { all: IndexMap::default(), order: OnceLock::new() };
        Filed { below: Arc::new(below), above: RedBlackTreeMapSync::new_sync() }
    }
}

impl<K: Ord + Hash, V> FromIterator<(K, V)> for Filed<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let below = Below { all: all.into_iter().collect(), order: OnceLock::new() };
        Filed { below: Arc::new(below), ..Filed::default() }
    }
}

/// What is above and what is below, in order; of one key only what is above.
struct Merged<A: Iterator, B: Iterator> {
    above: Peekable<A>,
    below: Peekable<B>,
}

impl<'a, K, V, A, B> Iterator for Merged<A, B>
where
    K: Ord + 'a,
    V: 'a,
    A: Iterator<Item = (&'a K, &'a V)>,
    B: Iterator<Item = (&'a K, &'a V)>,
{
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let (Some((above, _)), Some((below, _))) = (self.above.peek(), self.below.peek()) else {
            return self.above.next().or_else(|| self.below.next());
        };
        if below < above {
            return self.below.next();
        }
        if below == above {
            self.below.next();
        }
        self.above.next()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_says_the_same_as_a_plain_map_whoever_holds_a_copy() {
        let mut filed: Filed<u32, Vec<u32>> = Filed::default();
        let mut plain: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        let mut copies = Vec::new();
        for step in 0_u32..3_000 {
            let key = step.wrapping_mul(7919) % 1_000;
            if step % 3 == 0 {
                filed.insert(key, vec![step]);
                plain.insert(key, vec![step]);
            } else {
                filed.update(&key, |value| value.push(step));
                plain.entry(key).or_default().push(step);
            }
            if step > 500 && step % 97 == 0 {
                copies.push((filed.clone(), plain.clone()));
            }
        }
        copies.push((filed, plain));
        assert!(copies.iter().any(|(filed, _)| !filed.above.is_empty()));
        for (filed, plain) in copies {
            assert!(filed.iter().eq(&plain));
            assert!(filed.keys().eq(plain.keys()) && filed.values().eq(plain.values()));
            assert!((0..1_100).all(|key| filed.get(&key) == plain.get(&key)));
        }
    }
}
