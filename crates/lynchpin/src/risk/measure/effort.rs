//! What is found for how much effort, where changes are looked at one after the other.

use super::{Ranking, same_length, share};
use crate::base::Probability;
use crate::base::error::Result;

/// What is found for the effort of looking, the smallest score first.
///
/// "The smallest change first", with no model at all, does well by these figures and needs most
/// changes to be looked at; they are here to be compared with published ones. To gate, go by
/// [`Ranking::recall`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ByEffort {
    /// The share of the failures found for a fifth of all effort. The change that crosses the fifth
    /// counts.
    pub recall: Probability,
    /// The share of failures among those looked at for it.
    pub precision: Probability,
    /// How far the area under what is found, by effort, lies between the worst order and the best
    /// one. `None` if they are the same.
    pub popt: Option<Probability>,
}

impl Ranking {
    /// Looks at the changes, the smallest score first; of equal ones at those that held first, and
    /// of these at the largest. `effort` says what each takes, in a unit of the caller, such as
    /// lines. `None` if none failed or there is no effort.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if there is not an effort for each
    /// change.
    ///
    /// ```
    /// use lynchpin::risk::measure::Ranking;
    ///
    /// let ranking = Ranking::new(&[1, 2, 3], &[true, false, true])?;
    /// let found = ranking.by_effort(&[20, 30, 50])?.unwrap();
    /// assert_eq!(found.recall.to_string(), "0.5");
    /// assert_eq!(found.precision.to_string(), "1");
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn by_effort(&self, effort: &[u64]) -> Result<Option<ByEffort>> {
        same_length("efforts", effort.len(), self.failed.len())?;
        let step = |at: &usize| Step {
            failed: self.failed.get(*at).copied().unwrap_or(false),
            effort: effort.get(*at).copied().unwrap_or(0),
        };
        // Equal scores stand together; within them, the largest of those that held comes first.
        let mut steps: Vec<Step> = self.order.iter().map(step).collect();
        let mut rest = steps.as_mut_slice();
        for size in self.tie_sizes() {
            let Some((tie, more)) = rest.split_at_mut_checked(size) else { break };
            tie.sort_by_key(|step| (step.failed, std::cmp::Reverse(step.effort)));
            rest = more;
        }
        let (total, failures) = totals(&steps);
        if total == 0 || failures == 0 {
            return Ok(None);
        }
        let (mut spent, mut seen, mut hits) = (0_u128, 0_u128, 0_u128);
        for step in &steps {
            spent = spent.saturating_add(u128::from(step.effort));
            seen = seen.saturating_add(1);
            hits = hits.saturating_add(u128::from(step.failed));
            if spent.saturating_mul(5) >= total {
                break;
            }
        }
        let area_as_it_is = area(&steps);
        steps.sort_by_key(|step| (!step.failed, step.effort));
        let best = area(&steps);
        steps.sort_by_key(|step| (step.failed, std::cmp::Reverse(step.effort)));
        let worst = area(&steps);
        let popt = share(area_as_it_is.saturating_sub(worst), best.saturating_sub(worst));
        let found = share(hits, failures).zip(share(hits, seen));
        Ok(found.map(|(recall, precision)| ByEffort { recall, precision, popt }))
    }
}

/// One change that is looked at.
#[derive(Clone, Copy)]
struct Step {
    failed: bool,
    effort: u64,
}

fn totals(steps: &[Step]) -> (u128, u128) {
    steps.iter().fold((0, 0), |(effort, failures): (u128, u128), step| {
        let failed = u128::from(step.failed);
        (effort.saturating_add(u128::from(step.effort)), failures.saturating_add(failed))
    })
}

/// The area under the failures found, by effort, in trapezoids: in effort times twice a failure.
fn area(steps: &[Step]) -> u128 {
    let (mut area, mut before) = (0_u128, 0_u128);
    for step in steps {
        let after = before.saturating_add(u128::from(step.failed));
        let both = before.saturating_add(after);
        area = area.saturating_add(u128::from(step.effort).saturating_mul(both));
        before = after;
    }
    area
}
