//! What the history of a source says about each change, measured in one pass.
//!
//! Changes are handed to a [`Lookback`] one by one, the oldest first. Before a change is handed
//! over, [`Lookback::metrics`] says what was known of its files and its author then; nothing of
//! what comes later, and nothing of the change's own fate, is in it. That a change failed is told
//! to [`Lookback::fail`] at the point of the history at which it became known, such as when the
//! commit that mends it is handed over.
//!
//! | figure | how it is measured |
//! | --- | --- |
//! | `subsystems`, `entropy`, `fix` | of the change itself |
//! | `developers`, `earlier_changes` | the union over its files |
//! | `age_seconds` | the mean over the files that were there before; 0 where time runs backwards |
//! | `experience` | the author's changes, each once |
//! | `recent_experience` | each divided by its age in whole years of 365 days, plus one |
//! | `subsystem_experience` | the author's changes in any of these folders, each once |
//! | `missing_companions` | see below |
//! | `author_failures`, `file_failures` | changes of the author, of the files, that failed so far |
//!
//! The names and the definitions are those of Kamei and others (2013); see
//! [`SourceHistory`] for what each means and where it is from.
//!
//! # Companions
//!
//! A file *g* is a companion of a file *f* if at least [`COMPANION_CHANGES_MIN`] changes touched
//! both, and those are at least nine tenths of the changes that touched *f* (support and confidence
//! of the rule "who changes *f* changes *g*", after Zimmermann and others, 2005). It is missing if
//! the change touches *f*, does not touch *g*, and *g* still exists. Changes of more than
//! [`COMPANION_FILES_MAX`] files say nothing about which belong together and are not counted. Of
//! each file the [`COMPANIONS_KEPT`] likeliest companions are kept, so a count may be too low and
//! never too high.
//!
//! # Cost
//!
//! Memory grows with the files, the authors and, by four bytes or less, with each touch of a file.
//! The time of a change grows with its files and with one bit for each change before it.

use std::collections::{BTreeSet, HashMap};

use super::numbers::{Bits, Numbers, Union};
use crate::model::SourceHistory;

/// Seconds of a year of 365 days, by which experience ages.
const YEAR: i64 = 365 * 24 * 60 * 60;
/// Whole years beyond which an earlier change ages no further, so that dates which are nonsense
/// cost no time.
const YEARS_MAX: i64 = 100;

/// How many files a change has at most to say which belong together: what touches more is a
/// rename, a new licence, a new style.
pub const COMPANION_FILES_MAX: usize = 30;
/// How many changes must have touched two files before one is missed beside the other; two may be
/// chance.
pub const COMPANION_CHANGES_MIN: u32 = 3;
/// How many companions of a file are kept: twice as many as one change can name.
pub const COMPANIONS_KEPT: usize = 64;

/// One file that a change touches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TouchedFile {
    /// Its path, as a number that the caller gives it.
    pub path: u32,
    /// Its top folder, as a number that the caller gives it; the root is one of its own.
    pub subsystem: u32,
    /// Lines added and deleted, nothing if that is not known. A file that is not text has none.
    pub lines: Option<u64>,
    /// Whether the change removes it.
    pub removed: bool,
}

/// One change, as the history of the source shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Touch<'a> {
    /// Who wrote it, as a number that the caller gives them.
    pub author: u32,
    /// When it was committed, in seconds since 1970.
    pub seconds: i64,
    /// Whether it mends a failure.
    pub is_fix: bool,
    /// The files it touches, each once; nothing if they are not known.
    pub files: Option<&'a [TouchedFile]>,
}

/// What is known of an author so far.
#[derive(Clone, Debug, Default)]
struct Author {
    /// A number of our own, from 0.
    number: u32,
    /// When their changes were made, in rising order.
    times: Vec<i64>,
    failures: u64,
}

/// What is known of a file so far.
#[derive(Clone, Debug, Default)]
struct File {
    changes: Numbers,
    authors: Numbers,
    /// When it was last changed.
    last: i64,
    removed: bool,
    /// How many changes small enough for companions touched it.
    counted: u32,
    companions: Vec<Companion>,
}

#[derive(Clone, Copy, Debug)]
struct Companion {
    path: u32,
    /// How many changes touched both.
    together: u32,
    /// The last of them.
    last: u32,
}

/// Everything that is known of the history so far.
///
/// ```
/// use lynchpin::history::lookback::{Lookback, Touch, TouchedFile};
///
/// let mut lookback = Lookback::default();
/// let files = [TouchedFile { path: 0, subsystem: 0, lines: Some(12), removed: false }];
/// let first = Touch { author: 0, seconds: 1_000, is_fix: false, files: Some(&files) };
/// let broken = lookback.observe(&first);
/// let mend = Touch { author: 1, seconds: 4_600, is_fix: true, files: Some(&files) };
/// let history = lookback.metrics(&mend);
/// assert_eq!((history.age_seconds, history.developers), (Some(3_600), Some(1)));
/// assert_eq!((history.experience, history.file_failures), (Some(0), Some(0)));
///
/// // The mending shows that the first one failed; whoever comes next knows it.
/// lookback.observe(&mend);
/// lookback.fail(broken);
/// let history = lookback.metrics(&Touch { author: 0, seconds: 5_000, ..mend });
/// assert_eq!((history.file_failures, history.author_failures), (Some(1), Some(1)));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Lookback {
    authors: HashMap<u32, Author>,
    files: HashMap<u32, File>,
    /// The changes of an author in a top folder.
    territory: HashMap<(u32, u32), Numbers>,
    /// The author of each change.
    wrote: Vec<u32>,
    failed: Bits,
}

impl Lookback {
    /// How many changes were handed over.
    #[must_use]
    pub fn changes(&self) -> u32 {
        u32::try_from(self.wrote.len()).unwrap_or(u32::MAX)
    }

    /// Takes in the next change of the history and gives its number, from 0.
    pub fn observe(&mut self, touch: &Touch<'_>) -> u32 {
        let number = self.changes();
        self.wrote.push(touch.author);
        let next = u32::try_from(self.authors.len()).unwrap_or(u32::MAX);
        let author = self.authors.entry(touch.author);
        let author = author.or_insert_with(|| Author { number: next, ..Author::default() });
        let at = author.times.partition_point(|time| *time <= touch.seconds);
        author.times.insert(at, touch.seconds);
        let writer = author.number;
        let touched = touch.files.unwrap_or_default();
        for file in touched {
            let known = self.files.entry(file.path).or_default();
            known.changes.insert(number);
            known.authors.insert(writer);
            (known.last, known.removed) = (touch.seconds, file.removed);
            self.territory.entry((writer, file.subsystem)).or_default().insert(number);
        }
        if touched.len() <= COMPANION_FILES_MAX {
            self.pair(touched, number);
        }
        number
    }

    /// Counts each file as a companion of each other one.
    fn pair(&mut self, touched: &[TouchedFile], number: u32) {
        for file in touched {
            let Some(known) = self.files.get_mut(&file.path) else { continue };
            known.counted = known.counted.saturating_add(1);
            for other in touched.iter().filter(|other| other.path != file.path) {
                known.meet(other.path, number);
            }
        }
    }

    /// It has become known that a change failed. Said twice, it counts once.
    pub fn fail(&mut self, change: u32) {
        let writer = usize::try_from(change).ok().and_then(|change| self.wrote.get(change));
        let Some(writer) = writer else { return };
        if self.failed.contains(change) {
            return;
        }
        self.failed.insert(change);
        if let Some(author) = self.authors.get_mut(writer) {
            author.failures = author.failures.saturating_add(1);
        }
    }

    /// What the history so far says about a change that is about to be handed over.
    ///
    /// A history that was not read from its beginning says too little: `looked_back` is how much
    /// there was of it.
    #[must_use]
    pub fn metrics(&self, touch: &Touch<'_>) -> SourceHistory {
        let author = self.authors.get(&touch.author);
        let times = author.map(|author| author.times.as_slice()).unwrap_or_default();
        let mut found = SourceHistory {
            experience: u64::try_from(times.len()).ok(),
            recent_experience: Some(recent(times, touch.seconds)),
            fix: Some(u64::from(touch.is_fix)),
            author_failures: Some(author.map_or(0, |author| author.failures)),
            looked_back: Some(u64::from(self.changes())),
            ..SourceHistory::default()
        };
        if let Some(files) = touch.files {
            self.measure_files(files, touch.seconds, &mut found);
            self.measure_folders(files, author, &mut found);
        }
        found
    }

    fn measure_files(&self, files: &[TouchedFile], now: i64, found: &mut SourceHistory) {
        let (mut changes, mut developers) = (Union::default(), Union::default());
        let (mut ages, mut known) = (0_i128, 0_i128);
        for file in files.iter().filter_map(|file| self.files.get(&file.path)) {
            changes.join(&file.changes);
            developers.join(&file.authors);
            ages += i128::from(now.saturating_sub(file.last).max(0));
            known += 1;
        }
        let (earlier, failed) = changes.count(&self.failed);
        (found.earlier_changes, found.file_failures) = (Some(earlier), Some(failed));
        found.developers = Some(developers.count(&Bits::default()).0);
        // Half a second is rounded up.
        let mean = (ages * 2 + known).checked_div(known * 2);
        found.age_seconds = mean.and_then(|mean| u64::try_from(mean).ok());
        let lines: Option<Vec<u64>> = files.iter().map(|file| file.lines).collect();
        found.entropy = lines.map(|lines| entropy(&lines));
        found.missing_companions = u64::try_from(self.missing(files).len()).ok();
    }

    fn measure_folders(
        &self,
        files: &[TouchedFile],
        author: Option<&Author>,
        found: &mut SourceHistory,
    ) {
        let folders: BTreeSet<u32> = files.iter().map(|file| file.subsystem).collect();
        let mut own = Union::default();
        for folder in &folders {
            let changes = author.and_then(|author| self.territory.get(&(author.number, *folder)));
            changes.into_iter().for_each(|changes| own.join(changes));
        }
        found.subsystems = u64::try_from(folders.len()).ok();
        found.subsystem_experience = Some(own.count(&Bits::default()).0);
    }

    /// The paths of the companions of these files that are not among them.
    #[must_use]
    pub fn missing(&self, files: &[TouchedFile]) -> BTreeSet<u32> {
        let here: BTreeSet<u32> = files.iter().map(|file| file.path).collect();
        let exists = |path: u32| self.files.get(&path).is_some_and(|file| !file.removed);
        let known = here.iter().filter_map(|path| self.files.get(path));
        let companions = known.flat_map(File::companions);
        companions.filter(|path| !here.contains(path) && exists(*path)).collect()
    }
}

impl File {
    /// A change touches this file and another one.
    fn meet(&mut self, path: u32, number: u32) {
        if let Some(met) = self.companions.iter_mut().find(|met| met.path == path) {
            met.together = met.together.saturating_add(1);
            met.last = number;
            return;
        }
        let new = Companion { path, together: 1, last: number };
        if self.companions.len() < COMPANIONS_KEPT {
            self.companions.push(new);
            return;
        }
        // The one met least, of those the one not met for longest, makes room.
        let least = self.companions.iter_mut().min_by_key(|met| (met.together, met.last, met.path));
        least.into_iter().for_each(|least| *least = new);
    }

    /// The files that nearly always change together with this one.
    fn companions(&self) -> impl Iterator<Item = u32> + '_ {
        let (ten, nine) = (10, 9);
        let often = move |met: &&Companion| {
            met.together >= COMPANION_CHANGES_MIN
                && u64::from(met.together) * ten >= u64::from(self.counted) * nine
        };
        self.companions.iter().filter(often).map(|met| met.path)
    }
}

/// The experience of changes made at these times, in rising order, in thousandths: each divided by
/// its age in whole years plus one. What is dated later than now is as new as can be.
fn recent(times: &[i64], now: i64) -> u64 {
    let (mut sum, mut rest) = (0.0, times);
    for age in 0..=YEARS_MAX {
        let older = if age == YEARS_MAX {
            0
        } else {
            let bound = now.saturating_sub(YEAR * (age + 1));
            rest.partition_point(|time| *time <= bound)
        };
        let (before, of_age) = rest.split_at_checked(older).unwrap_or((&[], rest));
        sum += of_age.len() as f64 / (age + 1) as f64;
        rest = before;
        if rest.is_empty() {
            break;
        }
    }
    rounded(sum * 1e3)
}

/// The Shannon entropy of lines changed in several files, in millionths of a bit; 0 if no line is
/// changed. It is that of each file's share, with logarithms to base 2, and not divided by the most
/// that so many files can have.
///
/// ```
/// use lynchpin::history::lookback::entropy;
///
/// // -(1/3 log2 1/3 + 2/3 log2 2/3) = 0.918296 bits
/// assert_eq!(entropy(&[2, 4]), 918_296);
/// assert_eq!(entropy(&[7, 7, 7, 7]), 2_000_000);
/// assert_eq!((entropy(&[9, 0]), entropy(&[])), (0, 0));
/// ```
#[must_use]
pub fn entropy(lines: &[u64]) -> u64 {
    let mut shares: Vec<f64> = lines.iter().filter(|n| **n > 0).map(|n| *n as f64).collect();
    // One order of summing, so that the order of the files changes no digit.
    shares.sort_unstable_by(f64::total_cmp);
    let total: f64 = shares.iter().sum();
    let bits: f64 = shares.iter().map(|n| n / total * libm::log2(total / n)).sum();
    rounded(bits * 1e6)
}

/// The nearest whole number, half away from zero, at most what a document can hold.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "kept between 0 and 2^53-1 on the same line"
)]
fn rounded(number: f64) -> u64 {
    libm::round(number.clamp(0.0, 9_007_199_254_740_991.0)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files of one folder for each ten paths, each with as many lines as its path says.
    fn files(paths: &[u32]) -> Vec<TouchedFile> {
        let file = |path: &u32| TouchedFile {
            path: *path,
            subsystem: path / 10,
            lines: Some(u64::from(*path)),
            removed: false,
        };
        paths.iter().map(file).collect()
    }

    fn touch(author: u32, seconds: i64, files: &[TouchedFile]) -> Touch<'_> {
        Touch { author, seconds, is_fix: false, files: Some(files) }
    }

    /// Hands over a history of (author, seconds, paths).
    fn history(of: &[(u32, i64, &[u32])]) -> Lookback {
        let mut lookback = Lookback::default();
        for (author, seconds, paths) in of {
            lookback.observe(&touch(*author, *seconds, &files(paths)));
        }
        lookback
    }

    #[test]
    fn a_change_by_hand() {
        let lookback = history(&[
            (7, 100, &[1, 2]),
            (8, 300, &[2, 11]),
            (7, 500, &[21]),
            (9, 600, &[1]),
            (7, 700, &[12]),
        ]);
        let found = lookback.metrics(&touch(7, 1_000, &files(&[1, 2, 11, 99])));
        // Paths 1, 2 and 11 were changed by 7, 8 and 9 in changes 0, 1 and 3, last at 600, 300 and
        // 300: 400, 700 and 700 seconds ago. 99 is new.
        assert_eq!((found.developers, found.earlier_changes), (Some(3), Some(3)));
        assert_eq!(found.age_seconds, Some(600));
        // Of the folders 0, 1 and 9, author 7 changed 0 and 1 in changes 0 and 4.
        assert_eq!((found.subsystems, found.subsystem_experience), (Some(3), Some(2)));
        assert_eq!((found.experience, found.recent_experience), (Some(3), Some(3_000)));
        assert_eq!((found.looked_back, found.fix), (Some(5), Some(0)));
        // 1, 2, 11 and 99 of 113 lines: 0.0604 + 0.1030 + 0.3271 + 0.1672 bits.
        assert_eq!(found.entropy, Some(657_701));
        assert_eq!(found.missing_companions, Some(0));
    }

    #[test]
    fn what_nobody_did_before_has_no_age() {
        let lookback = history(&[(7, 100, &[1])]);
        let found = lookback.metrics(&touch(8, 200, &files(&[2])));
        assert_eq!((found.age_seconds, found.developers), (None, Some(0)));
        assert_eq!((found.experience, found.recent_experience), (Some(0), Some(0)));
        let unknown = lookback.metrics(&Touch { files: None, ..touch(7, 200, &[]) });
        assert_eq!((unknown.developers, unknown.subsystems, unknown.entropy), (None, None, None));
        assert_eq!(unknown.experience, Some(1));
        let mut uncounted = files(&[1, 2]);
        uncounted[1].lines = None;
        assert_eq!(lookback.metrics(&touch(7, 200, &uncounted)).entropy, None);
        assert_eq!(lookback.metrics(&touch(7, 200, &[])).entropy, Some(0));
    }

    #[test]
    fn time_that_runs_backwards_is_no_age() {
        let lookback = history(&[(7, 5_000, &[1]), (7, 100, &[2])]);
        let found = lookback.metrics(&touch(7, 1_000, &files(&[1, 2])));
        assert_eq!(found.age_seconds, Some(450));
        assert_eq!(found.recent_experience, Some(2_000));
        let far = history(&[(7, i64::MIN, &[1]), (7, i64::MAX, &[2])]);
        for now in [i64::MIN, 0, i64::MAX] {
            let found = far.metrics(&touch(7, now, &files(&[1, 2])));
            assert!(found.figures().flatten().all(|figure| figure < 1 << 63), "{now}");
        }
    }

    #[test]
    fn experience_fades_by_whole_years() {
        // One change this year, three a year ago, four two years ago: 1 + 3/2 + 4/3.
        let ago = |years: i64| 10 * YEAR - years * YEAR;
        let times = [ago(2), ago(2), ago(2), ago(2), ago(1), ago(1), ago(1), ago(0)];
        assert_eq!(recent(&times, 10 * YEAR), 3_833);
        // A second before it is full, a year does not count.
        assert_eq!(recent(&times, 10 * YEAR - 1), 1_000 + 3_000 + 2_000);
        assert_eq!(recent(&[i64::MIN, 0], i64::MAX), 20);
        assert_eq!(recent(&[], 0), 0);
    }

    #[test]
    fn failures_count_from_when_they_are_known() {
        let mut lookback = history(&[(7, 100, &[1, 2]), (8, 200, &[2]), (7, 300, &[3])]);
        let failures = |lookback: &Lookback, author: u32| {
            let found = lookback.metrics(&touch(author, 900, &files(&[2])));
            (found.file_failures, found.author_failures)
        };
        assert_eq!(failures(&lookback, 7), (Some(0), Some(0)));
        lookback.fail(0);
        lookback.fail(0);
        assert_eq!(failures(&lookback, 7), (Some(1), Some(1)));
        // Path 2 is none of that one's.
        lookback.fail(2);
        assert_eq!(failures(&lookback, 7), (Some(1), Some(2)));
        assert_eq!(failures(&lookback, 8), (Some(1), Some(0)));
        lookback.fail(99);
        assert_eq!(failures(&lookback, 9), (Some(1), Some(0)));
    }

    #[test]
    fn what_always_changes_together_is_missed() {
        let pair: (u32, i64, &[u32]) = (7, 100, &[1, 2]);
        let alone: (u32, i64, &[u32]) = (7, 100, &[1]);
        let both = |times: usize, single: usize| {
            history(&[vec![pair; times], vec![alone; single]].concat()).missing(&files(&[1]))
        };
        assert_eq!(both(2, 0), BTreeSet::new(), "two may be chance");
        assert_eq!(both(3, 0), BTreeSet::from([2]));
        assert_eq!(both(9, 1), BTreeSet::from([2]), "nine of ten");
        assert_eq!(both(8, 1), BTreeSet::new(), "eight of nine");
        assert_eq!(history(&[pair; 3]).missing(&files(&[1, 2])), BTreeSet::new());
        // Path 2 never changed without 1, whatever 1 did without 2.
        let lookback = history(&[vec![pair; 3], vec![alone; 9]].concat());
        assert_eq!(lookback.missing(&files(&[2])), BTreeSet::from([1]));
    }

    #[test]
    fn what_is_gone_is_not_missed() {
        let mut lookback = history(&[(7, 100, [1, 2].as_slice()); 4]);
        let gone = [TouchedFile { removed: true, ..files(&[2])[0] }];
        lookback.observe(&touch(7, 200, &gone));
        assert_eq!(lookback.missing(&files(&[1])), BTreeSet::new());
        lookback.observe(&touch(7, 300, &files(&[2])));
        assert_eq!(lookback.missing(&files(&[1])), BTreeSet::from([2]));
    }

    #[test]
    fn large_changes_say_nothing_about_companions() {
        let few: Vec<u32> = (0..30).collect();
        let many: Vec<u32> = (0..31).collect();
        assert_eq!(history(&[(7, 1, few.as_slice()); 3]).missing(&files(&[0])).len(), 29);
        assert_eq!(history(&[(7, 1, many.as_slice()); 3]).missing(&files(&[0])).len(), 0);
    }

    #[test]
    fn companions_are_bounded_and_the_true_one_stays() {
        let mut lookback = Lookback::default();
        for round in 0..200_u32 {
            let others = (0..28).map(|n| 1_000 + round * 28 + n);
            let paths: Vec<u32> = [1, 2].into_iter().chain(others).collect();
            lookback.observe(&touch(7, 100, &files(&paths)));
        }
        assert_eq!(lookback.missing(&files(&[1])), BTreeSet::from([2]));
        assert!(lookback.files.values().all(|file| file.companions.len() <= COMPANIONS_KEPT));
    }

    #[test]
    fn the_order_of_the_files_changes_nothing() {
        let paths: Vec<u32> = (1..40).map(|n| n * 7 % 41).collect();
        let mut back = paths.clone();
        back.reverse();
        let lookback = history(&[(7, 100, &paths), (8, 200, &[3, 5])]);
        let other = history(&[(7, 100, &back), (8, 200, &[5, 3])]);
        let one = lookback.metrics(&touch(7, 300, &files(&paths)));
        assert_eq!(one, lookback.metrics(&touch(7, 300, &files(&back))));
        assert_eq!(one, other.metrics(&touch(7, 300, &files(&paths))));
    }

    #[test]
    fn numbers_need_not_be_small() {
        let lookback = history(&[(u32::MAX, 100, &[u32::MAX, 0])]);
        let found = lookback.metrics(&touch(u32::MAX, 100, &files(&[u32::MAX])));
        assert_eq!((found.experience, found.earlier_changes), (Some(1), Some(1)));
    }
}
