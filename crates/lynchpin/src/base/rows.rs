//! A list that grows at its end, and of which a copy costs nothing: whoever holds one goes on
//! reading it while others add to theirs.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many values stand together. A value that is added to a list which somebody else holds too
/// costs a copy of the last few, so not too many; of each lot there is one pointer, so not too few.
const LOT: usize = 64;

/// A list that shares what it holds with its copies.
///
/// Made for facts, which are added and never taken away: a clone is two pointers, and adding to
/// one copies at most the last few values (and, now and then, a list of pointers to the others).
///
/// ```
/// use lynchpin::base::Rows;
///
/// let mut rows: Rows<u32> = (0..1_000).collect();
/// let before = rows.clone();
/// rows.push(1_000);
/// assert_eq!((before.len(), rows.len()), (1_000, 1_001));
/// assert_eq!((before.get(1_000), rows.get(1_000)), (None, Some(&1_000)));
/// assert_eq!(rows.iter().rev().take(2).collect::<Vec<_>>(), [&1_000, &999]);
/// ```
#[derive(Debug)]
pub struct Rows<T> {
    /// Lots that are full.
    full: Arc<Vec<Arc<Vec<T>>>>,
    /// What is in none of them: fewer than a lot.
    last: Arc<Vec<T>>,
}

impl<T> Rows<T> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Rows { full: Arc::default(), last: Arc::default() }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.full.len() * LOT + self.last.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.full.is_empty() && self.last.is_empty()
    }

    /// The value with a number, from 0, if there are that many.
    #[must_use]
    pub fn get(&self, number: usize) -> Option<&T> {
        self.lot(number / LOT)?.get(number % LOT)
    }

    /// The first one, if there is any.
    #[must_use]
    pub fn first(&self) -> Option<&T> {
        self.get(0)
    }

    /// The last one, if there is any.
    #[must_use]
    pub fn last(&self) -> Option<&T> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All of them, in order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rows: self, next: 0, end: self.len() }
    }

    /// Those from a number on.
    #[must_use]
    pub fn iter_from(&self, number: usize) -> Iter<'_, T> {
        let end = self.len();
        Iter { rows: self, next: number.min(end), end }
    }

    /// The whole lot with a number; the one after the full ones is the last.
    fn lot(&self, number: usize) -> Option<&[T]> {
        match self.full.get(number) {
            Some(lot) => Some(lot),
            None if number == self.full.len() => Some(&self.last),
            None => None,
        }
    }
}

impl<T: Clone> Rows<T> {
    /// Adds a value at the end.
    pub fn push(&mut self, value: T) {
        let last = Arc::make_mut(&mut self.last);
        if last.is_empty() && !self.full.is_empty() {
            last.reserve_exact(LOT);
        }
        last.push(value);
        if last.len() == LOT {
            let lot = std::mem::take(&mut self.last);
            Arc::make_mut(&mut self.full).push(lot);
        }
    }

    /// Adds all of another list at the end; an empty one becomes the other.
    pub fn append(&mut self, other: Rows<T>) {
        match self.is_empty() {
            true => *self = other,
            false => self.extend(other),
        }
    }

    /// Takes the last one away.
    pub fn pop(&mut self) -> Option<T> {
        if self.last.is_empty() {
            self.last = Arc::make_mut(&mut self.full).pop()?;
        }
        Arc::make_mut(&mut self.last).pop()
    }

    /// Keeps those that a condition holds for.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        *self = self.iter().filter(|value| keep(value)).cloned().collect();
    }

    /// The value with a number, to be changed: others that hold the list do not see it.
    pub fn get_mut(&mut self, number: usize) -> Option<&mut T> {
        let lot = match number / LOT {
            full if full < self.full.len() => Arc::make_mut(&mut self.full).get_mut(full)?,
            full if full == self.full.len() => &mut self.last,
            _ => return None,
        };
        Arc::make_mut(lot).get_mut(number % LOT)
    }

    /// Each value, to be changed: others that hold the list do not see it.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let full = Arc::make_mut(&mut self.full).iter_mut();
        full.chain([&mut self.last]).flat_map(|lot| Arc::make_mut(lot).iter_mut())
    }
}

/// The values of a list in order; see [`Rows::iter`].
#[derive(Debug)]
pub struct Iter<'a, T> {
    rows: &'a Rows<T>,
    next: usize,
    end: usize,
}

impl<T> Clone for Iter<'_, T> {
    fn clone(&self) -> Self {
        Iter { ..*self }
    }
}

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        if self.next >= self.end {
            return None;
        }
        self.next += 1;
        self.rows.get(self.next - 1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }

    fn nth(&mut self, skipped: usize) -> Option<&'a T> {
        self.next = self.next.saturating_add(skipped).min(self.end);
        self.next()
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        self.end -= 1;
        self.rows.get(self.end)
    }
}

impl<T> ExactSizeIterator for Iter<'_, T> {}

impl<'a, T> IntoIterator for &'a Rows<T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T: Clone> IntoIterator for Rows<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    /// What nobody else holds is moved and not copied.
    fn into_iter(self) -> Self::IntoIter {
        let mut all = Vec::with_capacity(self.len());
        for lot in Arc::unwrap_or_clone(self.full) {
            all.append(&mut Arc::unwrap_or_clone(lot));
        }
        all.append(&mut Arc::unwrap_or_clone(self.last));
        all.into_iter()
    }
}

impl<T: Clone> Extend<T> for Rows<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Clone> FromIterator<T> for Rows<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut rows = Rows::new();
        rows.extend(values);
        rows
    }
}

impl<T: Clone> From<Vec<T>> for Rows<T> {
    fn from(values: Vec<T>) -> Self {
        values.into_iter().collect()
    }
}

impl<T: Clone, const N: usize> From<[T; N]> for Rows<T> {
    fn from(values: [T; N]) -> Self {
        values.into_iter().collect()
    }
}

// By hand, since two pointers can be copied and made whatever they point at.
impl<T> Clone for Rows<T> {
    fn clone(&self) -> Self {
        Rows { full: Arc::clone(&self.full), last: Arc::clone(&self.last) }
    }
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Rows::new()
    }
}

/// As of a plain list: where it is not certain that there are so many, ask [`Rows::get`].
impl<T> std::ops::Index<usize> for Rows<T> {
    type Output = T;

    /// # Panics
    ///
    /// If there are not so many.
    #[expect(clippy::indexing_slicing, reason = "the caller says that there are so many")]
    fn index(&self, number: usize) -> &T {
        match self.full.get(number / LOT) {
            Some(lot) => &lot[number % LOT],
            None => &self.last[number - self.full.len() * LOT],
        }
    }
}

impl<T: PartialEq> PartialEq for Rows<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<T: Eq> Eq for Rows<T> {}

impl<T: PartialEq> PartialEq<Vec<T>> for Rows<T> {
    fn eq(&self, other: &Vec<T>) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<T: Serialize> Serialize for Rows<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Deserialize<'de> + Clone> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Read(PhantomData))
    }
}

/// Puts each value where it will stand, as soon as it is read.
struct Read<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Clone> Visitor<'de> for Read<T> {
    type Value = Rows<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Rows<T>, A::Error> {
        let mut rows = Rows::new();
        while let Some(value) = all.next_element()? {
            rows.push(value);
        }
        Ok(rows)
    }
}

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Rows<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_the_same_as_a_plain_list() {
        for count in [0, 1, LOT - 1, LOT, LOT + 1, 3 * LOT, 3 * LOT + 5] {
            let plain: Vec<usize> = (0..count).collect();
            let rows = Rows::from(plain.clone());
            assert_eq!(rows, plain);
            assert_eq!((rows.len(), rows.is_empty()), (count, count == 0));
            assert_eq!((rows.first(), rows.last()), (plain.first(), plain.last()));
            assert_eq!((rows.get(count), rows.get(usize::MAX)), (None, None));
            assert!((0..count).all(|number| rows[number] == number));
            assert!(rows.iter().rev().eq(plain.iter().rev()));
            for from in [0, 1, LOT, count, count + 1] {
                assert!(rows.iter_from(from).eq(plain.iter().skip(from)));
                assert!(rows.iter().skip(from).eq(plain.iter().skip(from)));
                assert_eq!(rows.iter_from(from).len(), count.saturating_sub(from));
            }
            assert_eq!(rows.into_iter().collect::<Vec<_>>(), plain);
        }
    }

    #[test]
    fn who_holds_a_copy_sees_no_change() {
        for count in [LOT - 1, LOT, 2 * LOT + 1] {
            let kept: Rows<usize> = (0..count).collect();
            let mut other = kept.clone();
            other.push(7);
            *other.get_mut(0).unwrap() = 9;
            other.iter_mut().skip(1).for_each(|value| *value += 1);
            assert!(other.get_mut(count + 1).is_none());
            let (mut longer, mut whole) = (kept.clone(), Rows::new());
            longer.append(kept.clone());
            whole.append(kept.clone());
            assert_eq!(longer, (0..count).chain(0..count).collect::<Vec<_>>());
            assert_eq!(whole, kept);
            let mut popped = kept.clone();
            assert_eq!((popped.pop(), popped.pop()), (Some(count - 1), Some(count - 2)));
            popped.push(5);
            assert_eq!((popped.len(), popped.last()), (count - 1, Some(&5)));
            let mut even = kept.clone();
            even.retain(|value| value % 2 == 0);
            assert_eq!(kept, (0..count).collect::<Vec<_>>());
            assert_eq!((other.len(), other.first(), other.last()), (count + 1, Some(&9), Some(&8)));
            assert_eq!(even.len(), count.div_ceil(2));
            assert!(even.iter().all(|value| value % 2 == 0));
        }
    }

    #[test]
    fn it_is_written_and_read_as_a_list() {
        let rows: Rows<u8> = (0..100).collect();
        let text = serde_json::to_string(&rows).unwrap();
        assert!(text.starts_with("[0,1,"));
        assert_eq!(serde_json::from_str::<Rows<u8>>(&text).unwrap(), rows);
    }
}
