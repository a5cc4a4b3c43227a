//! Trees of two splits: what each split gains, and what each leaf says.

use super::bins::{Binned, UNKNOWN};
use super::column::Bend;

/// What is added to every bend, so that a leaf of few changes says little.
const DOUBT: f64 = 1.0;
/// The least bend on either side of a split: of some twenty changes.
const BEND_MIN: f64 = 3.0;
/// How far leaves begin from one another in a histogram: one step more than there are.
const LEAF: u8 = UNKNOWN + 1;

/// The slope and the bend of the likelihood, over some changes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pull {
    pub(super) slope: f64,
    pub(super) bend: f64,
}

impl Pull {
    fn plus(self, other: Pull) -> Pull {
        Pull { slope: self.slope + other.slope, bend: self.bend + other.bend }
    }

    fn minus(self, other: Pull) -> Pull {
        Pull { slope: self.slope - other.slope, bend: self.bend - other.bend }
    }

    fn says(self) -> f64 {
        self.slope / (self.bend + DOUBT)
    }

    fn worth(self) -> f64 {
        self.slope * self.slope / (self.bend + DOUBT)
    }
}

/// Where changes part: those up to the end of a step, and those above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Split {
    /// The number of the binned column.
    pub(super) column: usize,
    /// The last step of those below.
    pub(super) step: u8,
    gain: f64,
    low: f64,
    high: f64,
}

/// Two splits, the second on one side of the first; what each leaf says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) first: Split,
    /// On which side of the first it is: the upper one?
    pub(super) above: bool,
    pub(super) second: Option<Split>,
}

impl Tree {
    /// What the tree says of a change that lies in these steps of its two columns.
    pub(super) fn says(&self, first: u8, second: u8) -> f64 {
        let above = first > self.first.step;
        match self.second {
            Some(split) if above == self.above => {
                if second > split.step {
                    split.high
                } else {
                    split.low
                }
            }
            _ if above => self.first.high,
            _ => self.first.low,
        }
    }
}

type Histogram = [Pull; 256];

/// The best tree that there is, if any split gains anything. `may_meet` says of which two columns a
/// tree may be.
pub(super) fn grow(
    columns: &[Binned],
    pulls: &[Pull],
    leaves: &mut [u8],
    is_pair: bool,
    may_meet: impl Fn(usize, usize) -> bool,
) -> Option<Tree> {
    leaves.fill(0);
    let whole = |column: &Binned| sums(column, pulls, leaves);
    let candidates = columns.iter().enumerate();
    let first = candidates
        .filter_map(|(number, column)| best(number, column, &whole(column), 0, |_, _| true))
        .reduce(better)?;
    if !is_pair {
        return Some(Tree { first, above: false, second: None });
    }
    let own = columns.get(first.column)?;
    for (leaf, code) in leaves.iter_mut().zip(&own.codes) {
        *leaf = match *code {
            UNKNOWN => 2 * LEAF,
            code if code > first.step => LEAF,
            _ => 0,
        };
    }
    let candidates = columns.iter().enumerate().filter(|(it, _)| may_meet(first.column, *it));
    let found = candidates.flat_map(|(number, column)| {
        let sums = sums(column, pulls, leaves);
        let side = |above: bool| {
            let fits = |low: f64, high: f64| keeps_order(&first, own.bend, above, low, high);
            let leaf = if above { LEAF } else { 0 };
            best(number, column, &sums, leaf, fits).map(|split| (above, split))
        };
        [side(false), side(true)]
    });
    let second = found.flatten().reduce(|one, other| {
        // The earlier of two alike.
        if other.1.gain > one.1.gain { other } else { one }
    });
    let above = second.is_some_and(|(above, _)| above);
    Some(Tree { first, above, second: second.map(|(_, split)| split) })
}

/// Whether a second split leaves the first as it must run.
fn keeps_order(first: &Split, bend: Bend, above: bool, low: f64, high: f64) -> bool {
    let (least, most) = (low.min(high), low.max(high));
    match (bend, above) {
        (Bend::Rising, true) => least >= first.low,
        (Bend::Rising, false) => most <= first.high,
        (Bend::Falling, true) => most <= first.low,
        (Bend::Falling, false) => least >= first.high,
        _ => true,
    }
}

fn better(one: Split, other: Split) -> Split {
    if other.gain > one.gain { other } else { one }
}

/// The pulls of the changes in each step, leaf by leaf.
fn sums(column: &Binned, pulls: &[Pull], leaves: &[u8]) -> Histogram {
    let mut sums = [Pull::default(); 256];
    for ((code, leaf), pull) in column.codes.iter().zip(leaves).zip(pulls) {
        // A byte is never beyond 256 sums.
        if let Some(sum) = sums.get_mut(usize::from(code | leaf)) {
            sum.slope += pull.slope;
            sum.bend += pull.bend;
        }
    }
    sums
}

/// The best split of a column within a leaf, if there is one that gains anything.
fn best(
    number: usize,
    column: &Binned,
    sums: &Histogram,
    leaf: u8,
    fits: impl Fn(f64, f64) -> bool,
) -> Option<Split> {
    let steps = sums.iter().skip(usize::from(leaf)).take(column.cuts.len().saturating_add(1));
    let all = steps.clone().fold(Pull::default(), |all, step| all.plus(*step));
    let (mut below, mut found) = (Pull::default(), None);
    for (step, pull) in (0_u8..).zip(steps).take(column.cuts.len()) {
        below = below.plus(*pull);
        let above = all.minus(below);
        if below.bend < BEND_MIN || above.bend < BEND_MIN {
            continue;
        }
        let (low, high) = (below.says(), above.says());
        let runs = match column.bend {
            Bend::Rising => low <= high,
            Bend::Falling => low >= high,
            Bend::Straight | Bend::Free => true,
        };
        let gain = below.worth() + above.worth() - all.worth();
        if gain > 0.0 && runs && fits(low, high) {
            let split = Split { column: number, step, gain, low, high };
            found = Some(found.map_or(split, |found| better(found, split)));
        }
    }
    found
}
