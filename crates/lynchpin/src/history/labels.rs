//! Which changes failed, and when that became known: labels from fixes and reverts.
//!
//! Whoever mends or takes back a change says so (`Fixes: 1234567`, `This reverts commit 1234567`).
//! That is a [`Link`]. A change failed if a link names it; it is known to have failed from the
//! earliest of these on, and not a second before: whoever asks what was known at some time is told
//! nothing that was found out later. Recent changes look better than they are, since what they
//! broke is not found yet; so a change that is not known to have failed is clean only once it has
//! had time to show it, and undecided until then ([`Label::state`]).
//!
//! Figures are exact: whole numbers, and [`Ratio`]s of them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::base::Probability;

/// A change and when it was committed, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed<'a> {
    /// The change.
    pub id: &'a str,
    /// When it was committed.
    pub seconds: i64,
}

/// How a link says that a change failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// It was mended.
    Fixes,
    /// It was taken back.
    Reverts,
}

/// Says that one change mends or takes back what another one broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// The change that mends.
    pub fix: &'a str,
    /// When that was committed, in seconds since 1970: from then on it is known.
    pub seconds: i64,
    /// The change that failed.
    pub culprit: &'a str,
    /// Whether it was mended or taken back.
    pub kind: LinkKind,
}

/// What became of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// When it was committed, in seconds since 1970.
    pub committed: i64,
    /// Since when it is known to have failed; nothing if it is not.
    pub known_at: Option<i64>,
}

/// What can be said of a change at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelState {
    /// It is known to have failed.
    Failed,
    /// It has had time to fail and did not.
    Clean,
    /// It is too young to say, or not there yet.
    Undecided,
}

impl Label {
    /// Whether it is known to have failed at all.
    #[must_use]
    pub const fn failed(&self) -> bool {
        self.known_at.is_some()
    }

    /// Whether it was known by then to have failed.
    #[must_use]
    pub fn failed_by(&self, at: i64) -> bool {
        self.known_at.is_some_and(|known| known <= at)
    }

    /// What could be said of it at some time, if a change counts as clean after so many seconds.
    ///
    /// ```
    /// use lynchpin::history::labels::{Label, LabelState};
    ///
    /// let label = Label { committed: 100, known_at: Some(500) };
    /// assert_eq!(label.state(150, 90), LabelState::Undecided);
    /// // Nobody knew better then.
    /// assert_eq!(label.state(200, 90), LabelState::Clean);
    /// assert_eq!(label.state(500, 90), LabelState::Failed);
    /// ```
    #[must_use]
    pub fn state(&self, at: i64, patience: i64) -> LabelState {
        if self.failed_by(at) {
            LabelState::Failed
        } else if self.committed.saturating_add(patience.max(0)) <= at {
            LabelState::Clean
        } else {
            LabelState::Undecided
        }
    }
}

/// An exact fraction; the denominator is at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ratio {
    /// Above the line.
    pub numerator: i64,
    /// Below the line.
    pub denominator: i64,
}

impl Ratio {
    /// The fraction to so many decimals, half away from zero, as text; at most nine decimals.
    ///
    /// ```
    /// use lynchpin::history::labels::Ratio;
    ///
    /// assert_eq!(Ratio { numerator: -5, denominator: 8 }.decimal(2), "-0.63");
    /// assert_eq!(Ratio { numerator: 7, denominator: 2 }.decimal(0), "4");
    /// ```
    #[must_use]
    pub fn decimal(&self, places: u32) -> String {
        let scale = 10_i128.pow(places.min(9));
        let (above, below) = (i128::from(self.numerator), i128::from(self.denominator.max(1)));
        let rounded = (above.abs() * scale * 2 + below) / (below * 2);
        let sign = if above < 0 && rounded > 0 { "-" } else { "" };
        match usize::try_from(places.min(9)).unwrap_or(0) {
            0 => format!("{sign}{rounded}"),
            width => format!("{sign}{}.{:0width$}", rounded / scale, rounded % scale),
        }
    }
}

/// What the labels come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Figures {
    /// Changes.
    pub changes: u64,
    /// Links to one of them, as they were given: the same one given twice is two.
    pub links: u64,
    /// Links to what is none of them, which count nowhere else.
    pub links_elsewhere: u64,
    /// Different changes that mend or take back.
    pub fix_commits: u64,
    /// Changes known to have failed.
    pub failed_changes: u64,
    /// Failed changes as a share of all; nothing if there are none.
    pub change_failure_rate: Option<Probability>,
    /// Seconds from the commit of a failed change to its first fix: the one in the middle, or half
    /// way between the two in the middle.
    pub median_time_to_first_fix: Option<Ratio>,
    /// The mean of these.
    pub mean_time_to_first_fix: Option<Ratio>,
    /// How many of these are below zero, because a clock was wrong; they are in the median and the
    /// mean.
    pub negative_intervals: u64,
}

/// The labels of changes and what they come to.
///
/// ```
/// use lynchpin::history::labels::{Committed, Labels, Link, LinkKind};
///
/// let changes = [Committed { id: "a", seconds: 10 }, Committed { id: "b", seconds: 20 }];
/// let links = [Link { fix: "b", seconds: 20, culprit: "a", kind: LinkKind::Fixes }];
/// let labels = Labels::of(&changes, &links);
/// assert!(labels.list[0].failed() && !labels.list[1].failed());
/// assert_eq!(labels.figures.change_failure_rate.unwrap().to_string(), "0.5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Labels {
    /// One label for each change, in their order.
    pub list: Vec<Label>,
    /// What they come to.
    pub figures: Figures,
}

impl Labels {
    /// Labels changes by all links.
    ///
    /// A link to what is not among the changes is counted and says nothing else. Of changes with
    /// one id, all are labelled.
    #[must_use]
    pub fn of(changes: &[Committed<'_>], links: &[Link<'_>]) -> Labels {
        let known: BTreeSet<&str> = changes.iter().map(|change| change.id).collect();
        let (here, elsewhere): (Vec<&Link<'_>>, Vec<&Link<'_>>) =
            links.iter().partition(|link| known.contains(link.culprit));
        let mut first: BTreeMap<&str, i64> = BTreeMap::new();
        for link in &here {
            let known_at = first.entry(link.culprit).or_insert(link.seconds);
            *known_at = link.seconds.min(*known_at);
        }
        let label = |change: &Committed<'_>| Label {
            committed: change.seconds,
            known_at: first.get(change.id).copied(),
        };
        let list: Vec<Label> = changes.iter().map(label).collect();
        let fixes: BTreeSet<&str> = here.iter().map(|link| link.fix).collect();
        let figures = figures(&list, [here.len(), elsewhere.len(), fixes.len()]);
        Labels { list, figures }
    }

    /// The same as it could be known at some time: of the changes committed by then, with the links
    /// committed by then.
    ///
    /// ```
    /// use lynchpin::history::labels::{Committed, Labels, Link, LinkKind};
    ///
    /// let changes = [Committed { id: "a", seconds: 10 }, Committed { id: "b", seconds: 20 }];
    /// let links = [Link { fix: "b", seconds: 20, culprit: "a", kind: LinkKind::Fixes }];
    /// let labels = Labels::known_at(&changes, &links, 19);
    /// assert_eq!((labels.list.len(), labels.figures.failed_changes), (1, 0));
    /// ```
    #[must_use]
    pub fn known_at(changes: &[Committed<'_>], links: &[Link<'_>], at: i64) -> Labels {
        let changes: Vec<Committed<'_>> =
            changes.iter().filter(|change| change.seconds <= at).copied().collect();
        let links: Vec<Link<'_>> =
            links.iter().filter(|link| link.seconds <= at).copied().collect();
        Labels::of(&changes, &links)
    }
}

fn figures(list: &[Label], counts: [usize; 3]) -> Figures {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let [links, elsewhere, fixes] = counts.map(count);
    let interval = |label: &Label| Some(label.known_at?.saturating_sub(label.committed));
    let mut intervals: Vec<i64> = list.iter().filter_map(interval).collect();
    intervals.sort_unstable();
    Figures {
        changes: count(list.len()),
        links,
        links_elsewhere: elsewhere,
        fix_commits: fixes,
        failed_changes: count(intervals.len()),
        change_failure_rate: share(intervals.len(), list.len()),
        median_time_to_first_fix: median(&intervals),
        mean_time_to_first_fix: mean(&intervals),
        negative_intervals: count(intervals.iter().filter(|seconds| **seconds < 0).count()),
    }
}

/// A share in parts per billion, half a part rounded up.
fn share(part: usize, whole: usize) -> Option<Probability> {
    let (part, whole) = (u128::try_from(part).ok()?, u128::try_from(whole).ok()?);
    let parts = (part * 2_000_000_000 + whole).checked_div(whole * 2)?;
    Some(Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(u32::MAX)))
}

/// Of sorted numbers.
fn median(sorted: &[i64]) -> Option<Ratio> {
    let last = sorted.len().checked_sub(1)?;
    let (low, high) = (*sorted.get(last / 2)?, *sorted.get(sorted.len() / 2)?);
    Some(Ratio { numerator: low.saturating_add(high), denominator: 2 })
}

fn mean(numbers: &[i64]) -> Option<Ratio> {
    let denominator = i64::try_from(numbers.len()).ok().filter(|count| *count > 0)?;
    let numerator = numbers.iter().fold(0_i64, |sum, number| sum.saturating_add(*number));
    Some(Ratio { numerator, denominator })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link<'a>(fix: &'a str, seconds: i64, culprit: &'a str) -> Link<'a> {
        Link { fix, seconds, culprit, kind: LinkKind::Fixes }
    }

    const CHANGES: [Committed<'_>; 4] = [
        Committed { id: "a", seconds: 100 },
        Committed { id: "b", seconds: 200 },
        Committed { id: "c", seconds: 150 },
        Committed { id: "d", seconds: 400 },
    ];

    #[test]
    fn the_first_fix_says_when_it_was_known() {
        let links = [link("d", 400, "a"), link("c", 150, "a"), link("d", 400, "b")];
        let labels = Labels::of(&CHANGES, &links);
        let known: Vec<Option<i64>> = labels.list.iter().map(|label| label.known_at).collect();
        assert_eq!(known, [Some(150), Some(400), None, None]);
        let figures = labels.figures;
        assert_eq!((figures.links, figures.fix_commits, figures.failed_changes), (3, 2, 2));
        assert_eq!(figures.change_failure_rate.unwrap().to_string(), "0.5");
        // 50 and 200 seconds.
        assert_eq!(figures.median_time_to_first_fix.unwrap().decimal(1), "125.0");
        assert_eq!(figures.mean_time_to_first_fix.unwrap().decimal(3), "125.000");
    }

    #[test]
    fn what_was_found_out_later_is_not_known_earlier() {
        let links = [link("d", 400, "a"), link("c", 150, "a"), link("d", 400, "b")];
        for (at, changes, failed) in
            [(99, 0, 0), (100, 1, 0), (149, 1, 0), (150, 2, 1), (399, 3, 1)]
        {
            let figures = Labels::known_at(&CHANGES, &links, at).figures;
            assert_eq!((figures.changes, figures.failed_changes), (changes, failed), "at {at}");
        }
        assert_eq!(Labels::known_at(&CHANGES, &links, i64::MAX), Labels::of(&CHANGES, &links));
        assert_eq!(Labels::known_at(&CHANGES, &links, 99).figures.change_failure_rate, None);
    }

    #[test]
    fn clocks_that_are_wrong_are_counted_and_dropped_nowhere() {
        let links = [link("c", 150, "b"), link("d", 400, "a"), link("x", 1, "gone")];
        let figures = Labels::of(&CHANGES, &links).figures;
        assert_eq!((figures.negative_intervals, figures.failed_changes), (1, 2));
        assert_eq!((figures.links, figures.links_elsewhere), (2, 1));
        // -50 and 300 seconds.
        assert_eq!(figures.mean_time_to_first_fix.unwrap().decimal(0), "125");
        let far = [Committed { id: "a", seconds: i64::MIN }];
        let figures = Labels::of(&far, &[link("b", i64::MAX, "a")]).figures;
        let most = Ratio { numerator: i64::MAX, denominator: 2 };
        assert_eq!(figures.median_time_to_first_fix, Some(most));
    }

    #[test]
    fn rates_are_rounded_once() {
        assert_eq!(share(1, 3).unwrap().to_string(), "0.333333333");
        assert_eq!(share(2, 3).unwrap().to_string(), "0.666666667");
        assert_eq!((share(7, 7), share(0, 0)), (Some(Probability::ONE), None));
        assert_eq!(Ratio { numerator: 2, denominator: 3 }.decimal(20), "0.666666667");
        assert_eq!(Ratio { numerator: -1, denominator: 3 }.decimal(0), "0");
    }
}
