//! What a risk model would have been worth, had it been in use: told from a history, with
//! intervals.
//!
//! Hand over what was said of each change when it was made, and what became of it. Told are the
//! figures that count where probabilities are the product: how well they rank, whether they come
//! true, how many failures are among the riskiest few, and what a gate at the threshold that
//! follows from your costs would have cost; for the whole history and for each block of time, since
//! a model that was good last year may not be now. It is a pure function: nothing is read, and by
//! chance is only what the seed says.
//!
//! ```
//! use lynchpin::base::{Instant, Probability, Span};
//! use lynchpin::risk::backtest::{Backtest, Costs, Options, Outcomes};
//!
//! let day = |day: u32| Instant::EPOCH.after(Span::from_seconds(86_400 * day));
//! let made: Vec<Instant> = (0..200).map(day).collect();
//! // Every other change is said to fail in one of five cases, the rest in one of ten.
//! let say = |day: u32| Probability::from_parts_per_billion(100_000_000 * (1 + day % 2));
//! let said: Vec<Probability> = (0..200).map(say).collect();
//! let failed: Vec<bool> = (0..200).map(|day| day % 10 == 1 || day % 20 == 2).collect();
//! let known: Vec<Option<Instant>> = made.iter().map(|made| Some(*made)).collect();
//! let outcomes =
//!     Outcomes { made: &made, known: &known, said: &said, failed: &failed, effort: None };
//!
//! let costs = Costs { review: 1, escape: 6 };
//! let options = Options::new(day(300), "30d".parse()?, "0.15".parse()?, costs).with_blocks(4);
//! let found = Backtest::new(&outcomes, &options)?;
//! let figures = found.whole.figures;
//! assert_eq!((figures.observed.value.to_string(), figures.excess.value), ("0.15".into(), 0));
//! let recall = figures.recall_50.unwrap();
//! assert_eq!(recall.value.to_string(), "0.666666667");
//! assert!(recall.interval.unwrap().low < recall.value);
//! // From 1/7 on, half of the changes are reviewed; that costs less than all or none of them.
//! let gate = found.whole.gate;
//! let derived = gate.derived;
//! assert_eq!((derived.gated, derived.caught, derived.cost), (100, 20, 80 + 6 * 10));
//! assert_eq!((gate.all, gate.none, gate.saving.value), (170, 180, 30));
//! # Ok::<(), lynchpin::base::Error>(())
//! ```
//!
//! # Labels must be ripe
//!
//! What has not failed yet is no proof of anything: of the failures of seventeen published
//! histories, half came to be known more than a year later. So a back-test asks for a *maturity*,
//! how long each change must have had to fail, and refuses a history with younger ones;
//! [`mature_until`] says where to cut it. It does not help to keep the young ones that failed: that
//! alone would make failures look frequent. How many failures came to be known later than the
//! maturity is told with every part ([`Part::late`]): many, and the maturity is too short, so that
//! the last changes look better than they are.
//!
//! # Intervals
//!
//! Changes that are made one after the other have things in common, so the history is drawn anew in
//! runs of consecutive changes: the circular block bootstrap (Künsch 1989; Politis and Romano
//! 1992), with runs of the cube root of the number of changes. An interval ends with the draws
//! between which lie as many as its confidence says (percentiles). Only the calibration error's is
//! mirrored at its value (Davison and Hinkley 1997, the basic interval): drawing anew adds the same
//! error once more that chance has made already, and a percentile interval would often lie above
//! the figure itself. It still covers less than it says where there is next to no error.
//!
//! # Costs
//!
//! With the costs of [`Costs`] the gate that costs least reviews what is said to fail with a
//! probability of at least `1 / (1 + R)`, where an escape costs `R` reviews (Elkan 2001), provided
//! that probabilities come true. Told are what this gate would have cost, what the best threshold
//! would have, which is only known afterwards, and what it costs to review everything or nothing.

mod bootstrap;
mod figures;
mod gate;
mod options;
mod outcomes;
mod random;
mod sample;

pub use figures::{Figure, Figures, Interval};
pub use gate::{Costs, Gate, Gated};
pub use options::Options;
pub(crate) use outcomes::is_mature;
pub use outcomes::{Outcomes, mature_until};

use serde::Serialize;

use crate::base::error::Result;
use crate::base::{Instant, Span};
use sample::Sample;

/// What a risk model would have been worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Backtest {
    /// What was asked.
    pub options: Options,
    /// The whole history.
    pub whole: Part,
    /// The same for each block of time, the first one first.
    pub blocks: Vec<Part>,
}

/// A stretch of a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Part {
    /// When its first change was made.
    pub from: Instant,
    /// When its last change was made.
    pub to: Instant,
    /// How long that one had to fail: its maturity.
    pub matured: Span,
    /// How many changes there are.
    pub changes: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How many of the failures came to be known only when their changes had had longer than the
    /// maturity that was asked for: of younger changes, such are not known yet.
    pub late: u64,
    /// How many consecutive changes were drawn as one.
    pub run: u64,
    /// How good the probabilities were.
    pub figures: Figures,
    /// What a gate would have cost.
    pub gate: Gate,
}

impl Backtest {
    /// Works out everything.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if the columns are not of one length or
    /// not in order of time, if changes are younger than the maturity (the message says how many,
    /// and from when on), if something is known only after the instant that is asked for, or if the
    /// options ask for what cannot be; [`Empty`](crate::base::ErrorCode::Empty) of no changes;
    /// [`TimeOrder`](crate::base::ErrorCode::TimeOrder) if something was known before it was made;
    /// [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) of more than four million changes
    /// or four thousand million draws.
    pub fn new(outcomes: &Outcomes<'_>, options: &Options) -> Result<Backtest> {
        let count = outcomes.made.len();
        outcomes.check(options)?;
        options.check(count)?;
        let whole = Part::new(outcomes, options, 0)?;
        let blocks = usize::try_from(options.blocks).unwrap_or(0);
        // Both are small: their product is far from the end of the numbers.
        let place = |number: usize| count.saturating_mul(number).checked_div(blocks).unwrap_or(0);
        let block = |number: usize| {
            let next = number.saturating_add(1);
            Part::new(&outcomes.part(place(number), place(next)), options, next)
        };
        let blocks = (0..blocks).map(block).collect::<Result<_>>()?;
        Ok(Backtest { options: *options, whole, blocks })
    }
}

impl Part {
    fn new(outcomes: &Outcomes<'_>, options: &Options, stream: usize) -> Result<Part> {
        let sample = Sample::new(outcomes);
        let ties = sample.ties().clone();
        let run = bootstrap::block_length(outcomes.made.len());
        let all = bootstrap::figures(sample, options, stream);
        let told = Figures::of(all).and_then(|(figures, saving)| {
            let gate = Gate::of(&ties, options.costs, saving)?;
            Some((figures, gate, *outcomes.made.first()?, *outcomes.made.last()?))
        });
        let (figures, gate, from, to) =
            told.ok_or_else(|| outcomes::bad("there is nothing to tell of no changes".into()))?;
        Ok(Part {
            from,
            to,
            matured: options.as_of.since(to),
            changes: ties.count(),
            failures: ties.failures(),
            late: outcomes.late(options.maturity),
            run: u64::try_from(run).unwrap_or(u64::MAX),
            figures,
            gate,
        })
    }
}
