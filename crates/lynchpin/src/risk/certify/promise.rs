//! What is to be promised of the changes that pass by themselves.

use crate::base::Probability;
use crate::base::error::{Error, ErrorCode, Result};

/// How certain a promise must be unless said, in parts per billion.
const CONFIDENCE: u32 = 950_000_000;

/// What is to be promised of the changes that pass by themselves.
///
/// ```
/// use lynchpin::risk::certify::Promise;
///
/// let promise = Promise::new("0.02".parse()?).with_confidence("0.9".parse()?);
/// assert_eq!(promise.confidence.to_string(), "0.9");
/// assert_eq!(promise.releases, None);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Promise<'a> {
    /// No more than this share of what passes may fail.
    pub failures_at_most: Probability,
    /// How certain that must be; 0.95 unless said.
    pub confidence: Probability,
    /// The release that each change of the history came with, if it came with one. Unless said, how
    /// much changes of one release have in common is what published histories show.
    pub releases: Option<&'a [Option<&'a str>]>,
}

impl<'a> Promise<'a> {
    /// That no more than such a share fails.
    #[must_use]
    pub fn new(failures_at_most: Probability) -> Promise<'a> {
        let confidence = Probability::from_parts_per_billion(CONFIDENCE);
        Promise { failures_at_most, confidence, releases: None }
    }

    /// As certain as this.
    #[must_use]
    pub fn with_confidence(mut self, confidence: Probability) -> Promise<'a> {
        self.confidence = confidence;
        self
    }

    /// With the release of each change, from which it is learned how much they have in common.
    #[must_use]
    pub fn with_releases(mut self, releases: &'a [Option<&'a str>]) -> Promise<'a> {
        self.releases = Some(releases);
        self
    }

    /// A promise that any rate keeps, or that none can, tells nothing; no policy takes one.
    pub(super) fn check(&self, changes: usize) -> Result<()> {
        let certain = [Probability::ZERO, Probability::ONE];
        for (name, value) in [("promise", self.failures_at_most), ("confidence", self.confidence)] {
            if certain.contains(&value) {
                let message = format!("a {name} of {value} says nothing: take one between 0 and 1");
                let error = Error::new(ErrorCode::NumberOutOfRange, message);
                return Err(error.under(&format!("$.{name}")));
            }
        }
        match self.releases.map(<[_]>::len) {
            Some(count) if count != changes => {
                let message = format!("{count} releases for {changes} changes: give one for each");
                Err(Error::new(ErrorCode::BadArgument, message).under("$.releases"))
            }
            _ => Ok(()),
        }
    }
}
