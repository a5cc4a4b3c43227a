//! The fast pass: verdicts only, a block of rows at a time.
//!
//! A block is as many rows as stay in the nearest cache with all that is worked out on the way, and
//! every pass over it is a plain loop without a branch, which a compiler turns into wide
//! instructions of any processor.

use std::ops::Range;

use super::columns::Columns;
use super::compile::Step;
use crate::base::Instant;
use crate::base::error::{Error, ErrorCode, Result};
use crate::reason::Verdict;
use crate::reason::tree::Join;

/// Rows in a block.
const BLOCK: usize = 2_048;

/// A rank for each row of a block.
type Ranks = [u8; BLOCK];

impl Columns {
    /// The verdict of every row at an instant.
    #[must_use]
    pub fn verdicts(&self, at: Instant) -> Vec<Verdict> {
        let mut out = vec![Verdict::NoGo; self.rows()];
        self.write(at, &mut out);
        out
    }

    /// The same, into memory that is there already.
    ///
    /// # Errors
    ///
    /// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if it has not one place for each row.
    pub fn verdicts_into(&self, at: Instant, out: &mut [Verdict]) -> Result<()> {
        if out.len() != self.rows() {
            let message = format!("{} places for {} rows", out.len(), self.rows());
            return Err(Error::new(ErrorCode::NumberOutOfRange, message));
        }
        self.write(at, out);
        Ok(())
    }

    fn write(&self, at: Instant, out: &mut [Verdict]) {
        let mut pass = Pass {
            columns: self,
            at: at.micros(),
            value: [0; BLOCK],
            kept: Vec::new(),
            open: Vec::new(),
        };
        for (number, block) in out.chunks_mut(BLOCK).enumerate() {
            let from = number.saturating_mul(BLOCK);
            pass.block(from..from.saturating_add(block.len()));
            for (out, rank) in block.iter_mut().zip(&pass.value) {
                *out = Verdict::of_rank(*rank);
            }
        }
    }
}

struct Pass<'a> {
    columns: &'a Columns,
    at: i64,
    /// What the last leaf or combinator came to.
    value: Ranks,
    /// What the open combinators hold so far, the innermost last.
    kept: Vec<Ranks>,
    /// Where in that each of them begins, and what it is.
    open: Vec<(usize, Join)>,
}

impl Pass<'_> {
    /// Works out a block, and leaves what it comes to in `value`.
    fn block(&mut self, rows: Range<usize>) {
        let columns = self.columns;
        for step in columns.gate().steps() {
            match *step {
                Step::Open(join) => {
                    self.open.push((self.kept.len(), join));
                    self.kept.resize(self.kept.len().saturating_add(held(join)), empty(join));
                }
                Step::Leaf(leaf) => {
                    let width = rows.len().min(BLOCK);
                    if let Some(out) = self.value.get_mut(..width)
                        && let Some((leaf, column)) = columns.leaf(leaf)
                    {
                        column.ranks(leaf, rows.clone(), self.at, out);
                    }
                    self.take();
                }
                Step::Close(join) => {
                    if let Some((from, _)) = self.open.pop() {
                        close(join, self.kept.get(from..).unwrap_or_default(), &mut self.value);
                        self.kept.truncate(from);
                    }
                    self.take();
                }
            }
        }
    }

    /// Takes a value into the innermost combinator that is open.
    fn take(&mut self) {
        if let Some((from, join)) = self.open.last()
            && let Some(kept) = self.kept.get_mut(*from..)
        {
            add(*join, kept, &mut self.value);
        }
    }
}

/// How many ranks of each row a combinator holds.
fn held(join: Join) -> usize {
    match join {
        Join::All | Join::Any => 1,
        Join::AtLeast(count) => count.max(1),
    }
}

/// What it holds when nothing was taken in. An `all` holds ranks, of which nothing asked is the
/// least; the others hold keys, of which it is the greatest.
fn empty(join: Join) -> Ranks {
    match join {
        Join::All => [0; BLOCK],
        Join::Any | Join::AtLeast(_) => [key(0); BLOCK],
    }
}

/// A rank in the order in which the best applicable comes first.
const fn key(rank: u8) -> u8 {
    rank.wrapping_sub(1)
}

/// Takes one more child in. The value is used up.
fn add(join: Join, kept: &mut [Ranks], value: &mut Ranks) {
    match join {
        Join::All => {
            for held in kept {
                for (held, value) in held.iter_mut().zip(value.iter()) {
                    *held = (*held).max(*value);
                }
            }
        }
        Join::Any | Join::AtLeast(_) => {
            value.iter_mut().for_each(|value| *value = key(*value));
            // The best so far stay in order: each passes on what is worse than itself.
            for held in kept {
                for (held, value) in held.iter_mut().zip(value.iter_mut()) {
                    (*held, *value) = ((*held).min(*value), (*held).max(*value));
                }
            }
        }
    }
}

/// What a combinator comes to.
fn close(join: Join, kept: &[Ranks], value: &mut Ranks) {
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else { return };
    match join {
        Join::All => value.copy_from_slice(last),
        Join::Any => {
            for (value, held) in value.iter_mut().zip(last) {
                *value = held.wrapping_add(1);
            }
        }
        Join::AtLeast(_) => {
            let rows = value.iter_mut().zip(first).zip(last);
            for ((value, first), last) in rows {
                // Both are looked at always, so that there is no branch.
                let too_few = (*last == key(0)) & (*first != key(0));
                *value = if too_few { Verdict::NoGo.rank() } else { last.wrapping_add(1) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Verdict;

    /// The joins of blocks are those of verdicts, for every three children.
    #[test]
    fn joins_are_those_of_the_verdicts() {
        let joins = [Join::All, Join::Any].into_iter().chain((1..=4).map(Join::AtLeast));
        for join in joins {
            for children in (0..=3).flat_map(lists) {
                let mut kept = vec![empty(join); held(join)];
                for child in &children {
                    add(join, &mut kept, &mut [child.rank(); BLOCK]);
                }
                let mut value = [9; BLOCK];
                close(join, &kept, &mut value);
                let expected = match join {
                    Join::All => Verdict::all(children.iter().copied()),
                    Join::Any => Verdict::any(children.iter().copied()),
                    Join::AtLeast(count) => Verdict::at_least(count, children.iter().copied()),
                };
                assert_eq!(value[0], expected.rank(), "{join:?} of {children:?}");
                assert_eq!(value[BLOCK - 1], value[0]);
            }
        }
    }

    /// All lists of so many verdicts.
    fn lists(length: usize) -> Vec<Vec<Verdict>> {
        let mut lists = vec![Vec::new()];
        for _ in 0..length {
            let longer = lists.iter().flat_map(|list| {
                Verdict::ALL.map(|verdict| [list.as_slice(), &[verdict]].concat())
            });
            lists = longer.collect();
        }
        lists
    }
}
