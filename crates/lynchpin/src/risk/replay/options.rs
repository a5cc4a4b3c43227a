//! What a replay is asked.

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Instant, Span};
use crate::risk::learn::{Fit, Model, check_prior};

/// How many blocks there are unless said.
const BLOCKS: usize = 10;
/// How many there may be: one for each week of nearly twenty years.
pub(in crate::risk) const BLOCKS_MAX: u32 = 1_000;

/// What a replay is asked.
///
/// ```
/// use lynchpin::risk::learn::Model;
/// use lynchpin::risk::replay::Options;
///
/// let published = Model::published();
/// let options = Options::new("2026-11-20T09:00:00Z".parse()?, "30d".parse()?)
///     .with_blocks(6)
///     .with_lines()
///     .with_prior(&published);
/// assert_eq!((options.blocks, options.lines, options.half_life), (Some(6), true, None));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options<'a> {
    /// When what became of the changes was looked up.
    pub as_of: Instant,
    /// How long a change must have had to fail. What is younger is left out, and trains nothing:
    /// what has not failed yet is no proof of anything.
    pub maturity: Span,
    /// Into how many blocks of time, of equally many changes, is cut what is scored; 10 unless
    /// said, or fewer of few changes.
    pub blocks: Option<u32>,
    /// Whether models are of lines alone, as a few hundred changes bear; of lines, steps and pairs
    /// unless said.
    pub lines: bool,
    /// After how many later changes one counts half; unless said, three tenths of those that a
    /// model is fitted to, and with lines alone all count alike.
    pub half_life: Option<u32>,
    /// What was known before, a model of lines alone, from which each fit begins.
    pub prior: Option<&'a Model>,
}

impl<'a> Options<'a> {
    /// As of an instant, with a maturity, which only the host knows.
    #[must_use]
    pub fn new(as_of: Instant, maturity: Span) -> Options<'a> {
        Options { as_of, maturity, blocks: None, lines: false, half_life: None, prior: None }
    }

    /// In so many blocks of time.
    #[must_use]
    pub fn with_blocks(mut self, blocks: u32) -> Options<'a> {
        self.blocks = Some(blocks);
        self
    }

    /// With models of lines alone.
    #[must_use]
    pub fn with_lines(mut self) -> Options<'a> {
        self.lines = true;
        self
    }

    /// Each change counts half as much as one that is so many changes later.
    #[must_use]
    pub fn with_half_life(mut self, changes: u32) -> Options<'a> {
        self.half_life = Some(changes);
        self
    }

    /// From what was known before.
    #[must_use]
    pub fn with_prior(mut self, prior: &'a Model) -> Options<'a> {
        self.prior = Some(prior);
        self
    }

    /// How a model is fitted to so many changes.
    pub(super) fn fit(&self, changes: usize) -> Fit<'a> {
        let usual = if self.lines { Fit::LINES } else { Fit::additive(changes) };
        Fit { half_life: self.half_life.or(usual.half_life), prior: self.prior, ..usual }
    }

    /// Into how many blocks so many changes are cut, if they can be.
    pub(super) fn check(&self, scored: usize) -> Result<usize> {
        let refused = |code, message: String| Err(Error::new(code, message).under("$.blocks"));
        if let Some(prior) = self.prior {
            prior
                .check()
                .and_then(|()| check_prior(prior))
                .map_err(|error| error.under("$.prior"))?;
        }
        let Some(blocks) = self.blocks else { return Ok(BLOCKS.min(scored)) };
        if blocks > BLOCKS_MAX {
            let message = format!("{blocks} blocks are more than {BLOCKS_MAX}");
            return refused(ErrorCode::LimitExceeded, message);
        }
        let wanted = usize::try_from(blocks).unwrap_or(usize::MAX);
        if wanted == 0 || wanted > scored {
            let message = format!(
                "{blocks} blocks of {scored} changes: ask for {}",
                if wanted == 0 { "one at least" } else { "fewer" }
            );
            return refused(ErrorCode::BadArgument, message);
        }
        Ok(wanted)
    }
}
