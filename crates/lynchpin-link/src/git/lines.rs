//! Who wrote each line last, followed through the range without asking git for blame.
//!
//! The first-parent line is a sequence of patches, each against the one before. A file is kept as
//! runs of lines with one owner; a patch cuts lines out and puts its own in. What is cut out, and
//! what stands beside it, says whose work the change builds on. One pass over the patches, and a
//! file that nobody touches costs nothing.

use super::diff::Hunk;

/// Stands for everybody before the range: what they wrote is released.
pub(crate) const RELEASED: u32 = u32::MAX;

/// So many lines of one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    lines: u64,
    owner: u32,
}

/// What a change does to lines of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Removes or replaces that many lines from that one on.
    Lines { first: u64, lines: u64 },
    /// Puts lines after that one, the next being of the same owner.
    Within { line: u64 },
    /// Works directly beside that line.
    Beside { line: u64 },
}

/// One file: who wrote its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lines {
    runs: Vec<Run>,
    /// Whose all further lines are; none where the end of the file is known.
    rest: Option<u32>,
    /// The change of the range that made it, or gave it all its content.
    pub(crate) made_by: u32,
    /// The change of the range that moved it where it is, or removed what was there.
    pub(crate) moved_by: u32,
}

impl Lines {
    /// A file that was there before the range.
    pub(crate) const fn released() -> Lines {
        Lines { runs: Vec::new(), rest: Some(RELEASED), made_by: RELEASED, moved_by: RELEASED }
    }

    /// A file that a change makes, still without lines.
    pub(crate) const fn made(owner: u32) -> Lines {
        Lines { runs: Vec::new(), rest: None, made_by: owner, moved_by: RELEASED }
    }

    /// A place that a change left empty.
    pub(crate) fn gone(moved_by: u32) -> Lines {
        Lines { moved_by, ..Lines::released() }
    }

    /// Gives all lines, however many, to one owner.
    pub(crate) fn give_all(&mut self, owner: u32) {
        self.runs.clear();
        self.rest = Some(owner);
    }

    /// Gives the file only what the hunks add: nothing of it was there before.
    pub(crate) fn write_anew(&mut self, hunks: &[Hunk], owner: u32) {
        self.runs.clear();
        self.rest = None;
        for hunk in hunks {
            push(&mut self.runs, Run { lines: hunk.added, owner });
        }
    }

    /// The owners of all lines, each once, sorted.
    pub(crate) fn owners(&self) -> Vec<u32> {
        let mut owners: Vec<u32> = self.runs.iter().map(|run| run.owner).chain(self.rest).collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// Replaces lines, telling what of others is touched. `false` if the hunks do not fit the
    /// file: then nothing is known of it any more.
    pub(crate) fn edit(
        &mut self,
        hunks: &[Hunk],
        owner: u32,
        touch: &mut dyn FnMut(u32, Touch),
    ) -> bool {
        let mut edit = Edit {
            old: &self.runs,
            rest: self.rest,
            taken: 0,
            position: 0,
            new: Vec::with_capacity(self.runs.len() + 2 * hunks.len()),
        };
        for hunk in hunks {
            if !edit.hunk(*hunk, owner, touch) {
                *self = Lines::released();
                return false;
            }
        }
        self.runs = edit.finish();
        true
    }
}

/// One pass over the runs of a file.
struct Edit<'a> {
    /// The runs that are not yet passed, the first of them in part.
    old: &'a [Run],
    rest: Option<u32>,
    /// How many lines of the first run are passed.
    taken: u64,
    /// How many lines of the old file are passed.
    position: u64,
    new: Vec<Run>,
}

impl Edit<'_> {
    fn hunk(&mut self, hunk: Hunk, owner: u32, touch: &mut dyn FnMut(u32, Touch)) -> bool {
        let Some(kept) = hunk.before.checked_sub(self.position) else { return false };
        if !self.pass(kept, push, |_, _| ()) {
            return false;
        }
        let previous = self.new.last().map(|run| run.owner);
        let cut = |first: u64, run: Run| {
            touch(run.owner, Touch::Lines { first, lines: run.lines });
        };
        if !self.pass(hunk.removed, |_, _| (), cut) {
            return false;
        }
        let next = self.old.first().map(|run| run.owner).or(self.rest);
        match (previous, next) {
            (Some(before), Some(after)) if before == after && hunk.removed == 0 => {
                touch(before, Touch::Within { line: hunk.before });
            }
            (before, after) => {
                if let Some(before) = before {
                    touch(before, Touch::Beside { line: hunk.before });
                }
                if let Some(after) = after {
                    touch(after, Touch::Beside { line: self.position.saturating_add(1) });
                }
            }
        }
        push(&mut self.new, Run { lines: hunk.added, owner });
        true
    }

    /// Passes that many lines, run by run; `false` if there are not as many.
    fn pass(
        &mut self,
        mut count: u64,
        keep: impl Fn(&mut Vec<Run>, Run),
        mut tell: impl FnMut(u64, Run),
    ) -> bool {
        while count > 0 {
            let run = match (self.old.first(), self.rest) {
                (Some(first), _) => {
                    let left = first.lines.saturating_sub(self.taken);
                    Run { lines: left.min(count), owner: first.owner }
                }
                (None, Some(owner)) => Run { lines: count, owner },
                (None, None) => return false,
            };
            tell(self.position.saturating_add(1), run);
            keep(&mut self.new, run);
            self.position = self.position.saturating_add(run.lines);
            count = count.saturating_sub(run.lines);
            self.taken = self.taken.saturating_add(run.lines);
            if self.old.first().is_some_and(|first| self.taken >= first.lines) {
                self.old = self.old.get(1..).unwrap_or_default();
                self.taken = 0;
            } else if self.old.is_empty() {
                self.taken = 0;
            }
        }
        true
    }

    fn finish(mut self) -> Vec<Run> {
        let mut old = self.old.iter().copied();
        if let Some(first) = old.next() {
            let left = first.lines.saturating_sub(self.taken);
            push(&mut self.new, Run { lines: left, ..first });
        }
        old.for_each(|run| push(&mut self.new, run));
        self.new
    }
}

/// Adds lines at the end, to the last run where that has the same owner.
fn push(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        _ if run.lines == 0 => {}
        Some(last) if last.owner == run.owner => {
            last.lines = last.lines.saturating_add(run.lines);
        }
        _ => runs.push(run),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hunk(before: u64, removed: u64, added: u64) -> Hunk {
        Hunk { before, removed, added }
    }

    /// What a change touches of others, by owner.
    fn edit(lines: &mut Lines, owner: u32, hunks: &[Hunk]) -> Vec<(u32, Touch)> {
        let mut found = Vec::new();
        assert!(lines.edit(hunks, owner, &mut |other, touch| {
            if other != owner && other != RELEASED {
                found.push((other, touch));
            }
        }));
        found
    }

    #[test]
    fn replaced_lines_are_told_by_their_owner() {
        let mut lines = Lines::made(1);
        assert_eq!(edit(&mut lines, 1, &[hunk(0, 0, 10)]), []);
        assert_eq!(
            edit(&mut lines, 2, &[hunk(2, 3, 1)]),
            [
                (1, Touch::Lines { first: 3, lines: 3 }),
                (1, Touch::Beside { line: 2 }),
                (1, Touch::Beside { line: 6 })
            ]
        );
        // 1 1 2 1 1 1 1 1: the third line is of the second change now.
        assert_eq!(
            lines.runs.iter().map(|r| (r.lines, r.owner)).collect::<Vec<_>>(),
            [(2, 1), (1, 2), (5, 1)]
        );
        let found = edit(&mut lines, 3, &[hunk(1, 3, 0)]);
        let cut: Vec<_> =
            found.into_iter().filter(|(_, touch)| matches!(touch, Touch::Lines { .. })).collect();
        assert_eq!(
            cut,
            [
                (1, Touch::Lines { first: 2, lines: 1 }),
                (2, Touch::Lines { first: 3, lines: 1 }),
                (1, Touch::Lines { first: 4, lines: 1 })
            ]
        );
    }

    #[test]
    fn what_is_put_between_two_lines_of_one_owner_stands_within() {
        let mut lines = Lines::released();
        edit(&mut lines, 1, &[hunk(5, 0, 2), hunk(9, 1, 1)]);
        assert_eq!(edit(&mut lines, 2, &[hunk(6, 0, 1)]), [(1, Touch::Within { line: 6 })]);
        // Before the first of the two lines stands a released one.
        assert_eq!(edit(&mut lines, 3, &[hunk(5, 0, 1)]), [(1, Touch::Beside { line: 6 })]);
        assert_eq!(edit(&mut lines, 4, &[hunk(100, 1, 2)]), []);
    }

    #[test]
    fn the_end_of_a_file_is_nobodys_line() {
        let mut lines = Lines::made(1);
        edit(&mut lines, 1, &[hunk(0, 0, 2)]);
        assert_eq!(edit(&mut lines, 2, &[hunk(2, 0, 1)]), [(1, Touch::Beside { line: 2 })]);
        assert_eq!(lines.owners(), [1, 2]);
    }

    #[test]
    fn what_does_not_fit_leaves_nothing_known() {
        let mut lines = Lines::made(1);
        edit(&mut lines, 1, &[hunk(0, 0, 2)]);
        assert!(!lines.edit(&[hunk(1, 2, 0)], 2, &mut |_, _| ()));
        assert_eq!(lines, Lines::released());
        assert!(!lines.edit(&[hunk(5, 1, 1), hunk(3, 1, 1)], 2, &mut |_, _| ()), "backwards");
    }
}
