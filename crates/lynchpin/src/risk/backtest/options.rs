//! What a back-test is asked.

use serde::Serialize;

use super::gate::Costs;
use super::outcomes::bad;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Instant, Probability, Span};

/// How many blocks of time there may be: one for each week of nearly twenty years.
const BLOCKS_MAX: u32 = 1_000;
/// How often a history is drawn anew at most: ends of intervals change no more with more.
const REPETITIONS_MAX: u32 = 10_000;
/// How many changes are drawn at most, in all: some minutes of work.
const DRAWN_MAX: u64 = 4_000_000_000;
const BILLION: u64 = 1_000_000_000;

/// What a back-test is asked.
///
/// ```
/// use lynchpin::risk::backtest::{Costs, Options};
///
/// let costs = Costs { review: 1, escape: 9 };
/// let (as_of, maturity) = ("2026-11-20T09:00:00Z".parse()?, "90d".parse()?);
/// let options = Options::new(as_of, maturity, "0.12".parse()?, costs).with_blocks(6);
/// assert_eq!((options.blocks, options.repetitions), (6, 200));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Options {
    /// When what became of the changes was looked up.
    pub as_of: Instant,
    /// How long each change must have had to fail until then. What is younger is refused, for what
    /// has not failed yet is no proof of anything.
    pub maturity: Span,
    /// What would be said of every change without a model: the share that failed of those that the
    /// model was fitted to.
    pub base: Probability,
    /// What a gate costs.
    pub costs: Costs,
    /// Into how many blocks of time, of equally many changes, the history is cut; 10 unless said.
    pub blocks: u32,
    /// How often it is drawn anew for the intervals; 200 unless said, and no intervals if 0.
    pub repetitions: u32,
    /// What the draws begin from. The same number gives the same intervals.
    pub seed: u32,
    /// How sure an interval is to hold the figure; 0.9 unless said.
    pub confidence: Probability,
}

impl Options {
    /// As of an instant, with a maturity, a base rate and costs, which only the host knows.
    #[must_use]
    pub fn new(as_of: Instant, maturity: Span, base: Probability, costs: Costs) -> Options {
        let confidence = Probability::from_parts_per_billion(900_000_000);
        let (blocks, repetitions, seed) = (10, 200, 0);
        Options { as_of, maturity, base, costs, blocks, repetitions, seed, confidence }
    }

    /// In so many blocks of time.
    #[must_use]
    pub fn with_blocks(mut self, blocks: u32) -> Options {
        self.blocks = blocks;
        self
    }

    /// Drawn anew so often.
    #[must_use]
    pub fn with_repetitions(mut self, repetitions: u32) -> Options {
        self.repetitions = repetitions;
        self
    }

    /// Drawn from that number on.
    #[must_use]
    pub fn with_seed(mut self, seed: u32) -> Options {
        self.seed = seed;
        self
    }

    /// With intervals that are so sure.
    #[must_use]
    pub fn with_confidence(mut self, confidence: Probability) -> Options {
        self.confidence = confidence;
        self
    }

    pub(super) fn check(&self, changes: usize) -> Result<()> {
        let limit = |message| Err(Error::new(ErrorCode::LimitExceeded, message));
        let Options { blocks, repetitions, .. } = *self;
        self.costs.check()?;
        if blocks > BLOCKS_MAX {
            return limit(format!("{blocks} blocks are more than {BLOCKS_MAX}"));
        }
        let changes = u64::try_from(changes).unwrap_or(u64::MAX);
        if u64::from(blocks) > changes {
            return Err(bad(format!("{blocks} blocks of {changes} changes: ask for fewer")));
        }
        if repetitions > REPETITIONS_MAX {
            return limit(format!("{repetitions} repetitions are more than {REPETITIONS_MAX}"));
        }
        if u64::from(repetitions).saturating_mul(changes) > DRAWN_MAX {
            return limit(format!(
                "{repetitions} repetitions of {changes} changes are more than {DRAWN_MAX} draws: \
                 ask for fewer"
            ));
        }
        self.check_confidence()
    }

    /// The ends of an interval are draws, so there must be some beyond them.
    fn check_confidence(&self) -> Result<()> {
        let Options { repetitions, confidence, .. } = *self;
        if confidence == Probability::ZERO || confidence == Probability::ONE {
            return Err(bad(format!("a confidence of {confidence}: take one between 0 and 1")));
        }
        if repetitions > 0 && self.beyond(repetitions.into()) == 0 {
            let doubt = BILLION.saturating_sub(confidence.parts_per_billion().into());
            let least = (2 * BILLION).div_ceil(doubt).saturating_sub(1);
            return Err(bad(format!(
                "{repetitions} repetitions cannot tell an interval of {confidence}: take at least \
                 {least}, or none"
            )));
        }
        Ok(())
    }

    /// How many of so many draws, at either side, end with the end of the interval: the part of the
    /// doubt that is there, of one more than were drawn (Davison and Hinkley 1997).
    pub(super) fn beyond(&self, draws: u64) -> u64 {
        let doubt = BILLION.saturating_sub(self.confidence.parts_per_billion().into());
        draws.saturating_add(1).saturating_mul(doubt) / (2 * BILLION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> Options {
        let costs = Costs { review: 1, escape: 9 };
        Options::new(Instant::EPOCH, Span::ZERO, Probability::ZERO, costs)
    }

    fn refused(options: Options, changes: usize) -> Option<(ErrorCode, String)> {
        let error = options.check(changes).err()?;
        Some((error.code(), error.problems()[0].message.clone()))
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_to_do() {
        assert_eq!(refused(options(), 10), None);
        let (code, message) = refused(options(), 9).unwrap();
        assert_eq!(code, ErrorCode::BadArgument);
        assert_eq!(message, "10 blocks of 9 changes: ask for fewer");
        let limits = [
            (options().with_blocks(BLOCKS_MAX), options().with_blocks(BLOCKS_MAX + 1), 2_000),
            (
                options().with_repetitions(REPETITIONS_MAX),
                options().with_repetitions(REPETITIONS_MAX + 1),
                10,
            ),
            (options().with_repetitions(1_000), options().with_repetitions(1_001), 4_000_000),
        ];
        for (good, bad, changes) in limits {
            assert_eq!(refused(good, changes), None);
            assert_eq!(refused(bad, changes).unwrap().0, ErrorCode::LimitExceeded);
        }
    }

    #[test]
    fn as_many_draws_as_the_confidence_needs() {
        let sure = |repetitions, confidence: &str| {
            let confidence = confidence.parse().unwrap();
            refused(options().with_repetitions(repetitions).with_confidence(confidence), 10)
        };
        for (confidence, least) in [("0.9", 19), ("0.95", 39), ("0.999", 1_999), ("0.3", 2)] {
            assert_eq!(sure(least, confidence), None, "{confidence}");
            let (code, message) = sure(least - 1, confidence).unwrap();
            assert_eq!(code, ErrorCode::BadArgument);
            assert!(message.contains(&format!("at least {least},")), "{message}");
        }
        assert_eq!(sure(0, "0.999"), None);
        assert!(sure(0, "1").is_some() && sure(200, "0").is_some());
    }
}
