//! A history as it is made up: commits and merges on one line, and what is known of them.

use std::collections::VecDeque;
use std::io::Result;
use std::path::Path;
use std::sync::Arc;

use super::draft::Draft;
use super::import::{Import, Said};
use super::land::{Extent, Main, Results, Seen, merged};
use super::operations::{Hand, Mint, Shape, file};
use super::random::Random;
use super::tree::{Body, Mode, Tree};

/// When the first commit is made, in seconds since 1970.
const START: u64 = 1_500_000_000;

/// Seconds from one commit to the next.
const STEP: u64 = 900;

/// One change that landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The commit on the line; at first its number in the import.
    pub head: u64,
    /// Its other commits: those that a merge brings in, or those before it on the line.
    pub merged: Vec<u64>,
    /// Whether those stand on the line.
    pub in_line: bool,
    /// How large it is.
    pub extent: Extent,
}

/// A line of history in the making.
#[derive(Debug)]
pub(crate) struct Making {
    /// Where it is written to.
    pub import: Import,
    /// Who works.
    pub hand: Hand,
    /// The line.
    pub main: Main,
    /// Everything that landed so far.
    pub landed: Vec<Landed>,
    second: u64,
    /// What topics fork off from, the newest last.
    forks: VecDeque<(Arc<Tree>, u64)>,
    /// A fork for each so many changes, and how many are kept.
    fork_at: (usize, usize),
}

/// What a history is known to be, by the ids of commits.
#[derive(Debug)]
pub struct Known {
    /// The ids of all commits that were written.
    pub ids: Vec<String>,
    /// What landed in the range.
    pub changes: Vec<Landed>,
    /// What each change does to earlier ones, by their numbers in `changes`.
    pub seen: Vec<((usize, usize), Seen)>,
}

impl Known {
    /// The id of the commit of a change.
    #[must_use]
    pub fn head(&self, change: usize) -> &str {
        self.changes.get(change).map_or("", |landed| self.id(landed.head))
    }

    /// The ids of the commits of a change that stand on the line.
    #[must_use]
    pub fn on_line(&self, change: usize) -> Vec<&str> {
        let landed = self.changes.get(change);
        let others = landed.filter(|landed| landed.in_line).map(|landed| landed.merged.iter());
        let marks = others.into_iter().flatten().chain(landed.map(|landed| &landed.head));
        marks.map(|mark| self.id(*mark)).collect()
    }

    /// The id of a commit by its number in the import.
    pub fn id(&self, mark: u64) -> &str {
        let place = usize::try_from(mark).ok().and_then(|mark| mark.checked_sub(1));
        place.and_then(|place| self.ids.get(place)).map_or("", String::as_str)
    }
}

impl Making {
    /// Begins a repository with one commit that holds so many files.
    pub fn begin(
        folder: &Path,
        (seed, files): (u64, usize),
        shape: Shape,
        fork_at: (usize, usize),
        said: &Said,
    ) -> Result<Making> {
        let hand = Hand { random: Random::new(seed), mint: Mint::default(), shape };
        let mut making = Making {
            import: Import::begin(folder)?,
            hand,
            main: Main::new(),
            landed: Vec::new(),
            second: START,
            forks: VecDeque::new(),
            fork_at,
        };
        let mut results = Results::new();
        for _ in 0..files {
            let number = making.hand.mint.file();
            let path = making.hand.path(number);
            let (low, high) = making.hand.shape.lines;
            let lines = making.hand.random.between(low, high);
            let body = if making.hand.random.percent(3) {
                Body::Opaque(number, super::tree::FRESH)
            } else {
                Body::Text(making.hand.mint.lines(lines), true)
            };
            results.insert(number, Some((path, Arc::new(file(Mode::Plain, body)))));
        }
        making.land(said, results, Vec::new())?;
        Ok(making)
    }

    /// The number of the change that lands next.
    pub fn next(&self) -> u32 {
        u32::try_from(self.landed.len()).unwrap_or(u32::MAX)
    }

    /// The last commit on the line.
    pub fn head(&self) -> u64 {
        self.landed.last().map_or(0, |landed| landed.head)
    }

    /// Lands a commit in which so many things are done. What they are is told before the message
    /// is asked for.
    pub fn direct(&mut self, works: usize, say: impl FnOnce(&str) -> Said) -> Result<()> {
        let mut draft = Draft::of(&self.main.tree, &self.main.tree);
        let words: Vec<String> =
            (0..works).map(|_| self.hand.work(&mut draft, &self.main)).collect();
        let results = draft.changed().clone();
        self.land(&say(&words.join("\n")), results, Vec::new())
    }

    /// Lands a merge of a topic that forked off a while ago: what is said of each of its commits,
    /// and of the merge.
    pub fn merge(&mut self, parts: &[Said], whole: &Said) -> Result<()> {
        let at = self.hand.random.below(self.forks.len());
        let Some((base, tip)) = self.forks.get(at).cloned() else { return Ok(()) };
        let mut draft = Draft::of(&base, &self.main.tree);
        let mut place = Place { branch: "topic", tip, second: self.second };
        let mut merges = Vec::new();
        for said in parts {
            place.part(said, &mut draft, &mut self.hand, &self.main, &mut self.import)?;
            merges.push(place.tip);
        }
        self.second = place.second;
        let mut results = Results::new();
        for (number, theirs) in draft.changed() {
            let ours = self.main.tree.get(*number);
            let merged = merged(base.get(*number), theirs.as_ref(), ours)?;
            results.insert(*number, merged);
        }
        self.land(whole, results, merges)
    }

    /// Lands a change of several commits on the line itself, one behind the other. No two of them
    /// touch the same file.
    pub fn series(&mut self, parts: &[Said]) -> Result<()> {
        let mut draft = Draft::of(&self.main.tree, &self.main.tree);
        let mut place = Place { branch: "main", tip: self.head(), second: self.second };
        let mut commits = Vec::new();
        for said in parts {
            place.part(said, &mut draft, &mut self.hand, &self.main, &mut self.import)?;
            commits.push(place.tip);
            let changed: Vec<u64> = draft.changed().keys().copied().collect();
            draft.frozen.extend(changed);
        }
        self.second = place.second;
        let results = draft.changed().clone();
        commits.pop();
        self.landed(place.tip, results, commits, true);
        Ok(())
    }

    fn land(&mut self, said: &Said, results: Results, merged: Vec<u64>) -> Result<()> {
        let steps: Vec<_> = results
            .iter()
            .map(|(number, after)| (self.main.tree.get(*number).cloned(), after.clone()))
            .filter(|(before, after)| before != after)
            .collect();
        self.second += STEP;
        let tip = (!self.landed.is_empty()).then(|| self.head());
        let parents: Vec<u64> = tip.into_iter().chain(merged.last().copied()).collect();
        let head = self.import.commit("main", said, self.second, &parents, &steps)?;
        self.landed(head, results, merged, false);
        Ok(())
    }

    fn landed(&mut self, head: u64, results: Results, merged: Vec<u64>, in_line: bool) {
        let change = self.next();
        let extent = self.main.land(change, results);
        self.landed.push(Landed { head, merged, in_line, extent });
        let (every, kept) = self.fork_at;
        if self.landed.len().is_multiple_of(every) || self.forks.is_empty() {
            self.forks.push_back((Arc::new(self.main.tree.clone()), head));
            if self.forks.len() > kept {
                self.forks.pop_front();
            }
        }
    }

    /// Everything until now is released.
    pub fn release(&mut self, tag: &str) -> Result<()> {
        self.main.release(self.next());
        let head = self.head();
        self.import.tag(tag, head)
    }

    /// Ends the writing; what is known of all that is not released.
    pub fn end(self) -> Result<Known> {
        let first = self.main.first;
        let place = |change: u32| usize::try_from(change - first).unwrap_or(usize::MAX);
        let seen = self.main.seen.into_iter();
        let seen = seen.map(|((change, on), seen)| ((place(change), place(on)), seen)).collect();
        let released = usize::try_from(first).unwrap_or(usize::MAX);
        let changes = self.landed.into_iter().skip(released).collect();
        Ok(Known { ids: self.import.end()?, changes, seen })
    }
}

/// Where the commits of a topic are put, one behind the other.
struct Place {
    branch: &'static str,
    tip: u64,
    second: u64,
}

impl Place {
    /// One more commit.
    fn part(
        &mut self,
        said: &Said,
        draft: &mut Draft<'_>,
        hand: &mut Hand,
        main: &Main,
        import: &mut Import,
    ) -> Result<()> {
        let works = hand.random.between(1, 2);
        let words: Vec<String> = (0..works).map(|_| hand.work(draft, main)).collect();
        let mut said = said.clone();
        said.message = said.message.replace("WORK", &words.join("\n"));
        self.second += STEP;
        let steps = draft.take_steps();
        self.tip = import.commit(self.branch, &said, self.second, &[self.tip], &steps)?;
        Ok(())
    }
}
