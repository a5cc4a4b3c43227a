//! Columns and rows addressed by dense 32-bit numbers.

use std::ops::{Index, IndexMut, Range};

/// A length as a number. The builder refuses what does not fit, so the cap is never reached.
pub(super) fn number(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// One value for each dense number.
///
/// All indexing of this floor goes through here. Numbers from outside were checked when the graph
/// was built or the question read; all others were counted out by this floor itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Column<T>(Vec<T>);

impl<T: Clone> Column<T> {
    /// The same value for `len` numbers.
    pub(super) fn filled(len: u32, value: T) -> Self {
        Self(vec![value; len as usize])
    }
}

impl<T> Column<T> {
    pub(super) fn len(&self) -> u32 {
        number(self.0.len())
    }

    pub(super) fn push(&mut self, value: T) {
        self.0.push(value);
    }

    pub(super) fn into_vec(self) -> Vec<T> {
        self.0
    }

    pub(super) fn as_slice(&self) -> &[T] {
        &self.0
    }

    /// The values of a range of numbers, empty where the range is not inside the column.
    pub(super) fn range(&self, range: Range<u32>) -> &[T] {
        self.0.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    pub(super) fn range_mut(&mut self, range: Range<u32>) -> &mut [T] {
        self.0.get_mut(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

impl<T> From<Vec<T>> for Column<T> {
    fn from(values: Vec<T>) -> Self {
        Self(values)
    }
}

impl<T> FromIterator<T> for Column<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

impl<T> Index<u32> for Column<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "numbers are checked when they enter this floor")]
    fn index(&self, number: u32) -> &T {
        &self.0[number as usize]
    }
}

impl<T> IndexMut<u32> for Column<T> {
    #[expect(clippy::indexing_slicing, reason = "numbers are checked when they enter this floor")]
    fn index_mut(&mut self, number: u32) -> &mut T {
        &mut self.0[number as usize]
    }
}

/// Rows of numbers, stored one after the other (compressed sparse rows).
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Where each row starts, and at last where the last one ends.
    starts: Column<u32>,
    items: Column<u32>,
}

impl Default for Rows {
    fn default() -> Self {
        Self { starts: Column::filled(1, 0), items: Column::default() }
    }
}

impl Rows {
    /// No rows yet, with room for some.
    pub(super) fn with_room(rows: u32, items: usize) -> Self {
        let mut starts = Vec::with_capacity(rows as usize + 1);
        starts.push(0);
        Self { starts: starts.into(), items: Vec::with_capacity(items).into() }
    }

    /// Rows from (row, item) pairs; a row's items keep the order in which they were given.
    pub(super) fn from_pairs(rows: u32, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = counted(rows, pairs.clone().map(|(row, _)| row));
        let mut items = Column::filled(starts[rows + 1], 0u32);
        for (row, item) in pairs {
            let place = starts[row + 1];
            items[place] = item;
            starts[row + 1] = place + 1;
        }
        starts.0.pop();
        Self { starts, items }
    }

    /// The rows of the items, out of so many, with the numbers of the rows as their items, smallest
    /// first.
    pub(super) fn turned(&self, rows: u32) -> Self {
        let mut starts = counted(rows, self.items.as_slice().iter().copied());
        // A loop of its own, since this is most of the work of reading edges.
        let mut items = Column::filled(self.len(), 0u32);
        for row in 0..self.rows() {
            for &item in self.row(row) {
                let place = starts[item + 1];
                items[place] = row;
                starts[item + 1] = place + 1;
            }
        }
        starts.0.pop();
        Self { starts, items }
    }

    /// Drops what a row lists more than once; rows must be sorted. How many were dropped.
    pub(super) fn drop_repeated(&mut self) -> u32 {
        let repeats = |row: &[u32]| row.windows(2).any(|pair| pair.first() == pair.last());
        let before = self.len();
        let Some(first) = (0..self.rows()).find(|&row| repeats(self.row(row))) else { return 0 };
        let mut kept = Rows { starts: Column::default(), items: Column::default() };
        kept.starts.0.extend(self.starts.range(0..first + 1));
        kept.items.0.extend(self.items.range(0..self.starts[first]));
        for row in first..self.rows() {
            self.row(row).iter().for_each(|&item| kept.push(item));
            kept.close_sorted();
        }
        *self = kept;
        before - self.len()
    }

    /// Adds to the row under construction.
    pub(super) fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    /// Ends the row under construction.
    pub(super) fn close(&mut self) {
        self.starts.push(self.items.len());
    }

    /// Ends the row under construction with its items sorted and each listed once.
    pub(super) fn close_sorted(&mut self) {
        let from = self.starts[self.rows()];
        let end = self.items.len();
        self.items.range_mut(from..end).sort_unstable();
        let mut kept = from;
        for place in from..end {
            let item = self.items[place];
            if kept == from || self.items[kept - 1] != item {
                self.items[kept] = item;
                kept += 1;
            }
        }
        self.items.0.truncate(kept as usize);
        self.close();
    }

    pub(super) fn rows(&self) -> u32 {
        self.starts.len() - 1
    }

    /// The places of a row's items.
    pub(super) fn places(&self, row: u32) -> Range<u32> {
        self.starts[row]..self.starts[row + 1]
    }

    pub(super) fn row(&self, row: u32) -> &[u32] {
        self.items.range(self.places(row))
    }

    /// The item at a place, as counted by [`Rows::places`].
    pub(super) fn at(&self, place: u32) -> u32 {
        self.items[place]
    }

    /// All items, row after row.
    pub(super) fn items(&self) -> &[u32] {
        self.items.as_slice()
    }

    /// How many items there are in all rows.
    pub(super) fn len(&self) -> u32 {
        self.items.len()
    }
}

/// Where each row starts, one place further up. Filling the place below leaves the column right at
/// the end, without a second one of cursors.
fn counted(rows: u32, row_of: impl Iterator<Item = u32>) -> Column<u32> {
    let mut starts = Column::filled(rows.saturating_add(2), 0u32);
    for row in row_of {
        starts[row + 2] += 1;
    }
    let mut total = 0u32;
    for start in starts.range_mut(0..rows.saturating_add(2)) {
        total += *start;
        *start = total;
    }
    starts
}
