//! How much changes of one release have in common, learned from what became of releases.

use super::Shock;
use super::scene::{Behind, Scenes};
use crate::base::Probability;
use crate::base::error::{Error, ErrorCode, Result};
use crate::risk::float::share;

/// Correlations that are tried first, from none on, so far apart.
const FIRST: [f64; 10] = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.7];
/// The highest that is looked for.
const HIGHEST: f64 = 0.95;
/// Then between the neighbours of the best so often, each time a third nearer.
const TURNS: u32 = 16;
/// What is too unlikely to happen, and did.
const LEAST: f64 = 1e-300;

/// The shock that makes what became of past releases most likely: what was said of each change
/// before, what became of it, and how many changes each release had, the changes of one release
/// standing together. Of releases of one change nothing is learned.
///
/// What was said should be [calibrated](crate::risk::learn::Rolling), and said by a model that had
/// not seen these changes: what is off the same way for all changes looks like a shock.
///
/// ```
/// use lynchpin::base::Probability;
/// use lynchpin::risk::joint::{Shock, shock};
///
/// // Of twenty releases of five changes each, two failed whole.
/// let said = vec!["0.1".parse::<Probability>()?; 100];
/// let failed: Vec<bool> = (0..100).map(|change| change / 5 % 10 == 3).collect();
/// let learned = shock(&said, &failed, &[5; 20])?;
/// assert!(learned > Shock::PUBLISHED);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
///
/// # Errors
///
/// [`BadArgument`](ErrorCode::BadArgument) if there is not one outcome for each probability, or the
/// releases have not as many changes together.
pub fn shock(said: &[Probability], failed: &[bool], releases: &[usize]) -> Result<Shock> {
    let changes = releases.iter().fold(0_usize, |sum, size| sum.saturating_add(*size));
    if said.len() != failed.len() || said.len() != changes {
        let (said, failed) = (said.len(), failed.len());
        let message = format!(
            "{said} probabilities, {failed} outcomes and releases of {changes} changes: give as \
             many of each"
        );
        return Err(Error::new(ErrorCode::BadArgument, message));
    }
    let behind: Vec<Behind> = said.iter().map(|it| Behind::new(*it)).collect();
    let likelihood = |correlation: f64| {
        let (mut said, mut failed, mut sum) = (behind.as_slice(), failed, 0.0);
        for size in releases {
            let (Some((now, later)), Some((became, rest))) =
                (said.split_at_checked(*size), failed.split_at_checked(*size))
            else {
                break;
            };
            (said, failed) = (later, rest);
            sum += libm::log(Scenes::new(now, correlation).all(became).max(LEAST));
        }
        sum
    };
    let best = best(likelihood);
    Ok(Shock::new(share(best)))
}

/// Where a function is largest between the ends of what is tried.
fn best(of: impl Fn(f64) -> f64) -> f64 {
    let tried: Vec<f64> = FIRST.iter().map(|it| of(*it)).collect();
    let mut at = 0;
    for (number, found) in tried.iter().enumerate() {
        if tried.get(at).is_some_and(|most| found > most) {
            at = number;
        }
    }
    let near = |at: usize| FIRST.get(at).copied();
    let mut low = near(at.saturating_sub(1)).unwrap_or(0.0);
    let mut high = near(at.saturating_add(1)).unwrap_or(HIGHEST);
    for _ in 0..TURNS {
        let third = (high - low) / 3.0;
        if of(low + third) < of(high - third) {
            low += third;
        } else {
            high -= third;
        }
    }
    f64::midpoint(low, high)
}
