//! A model that a policy may name, made of a history: fitted, shifted, and certified for a lane if
//! it can be.
//!
//! A [`RiskModel`] has four parts, each of which rests on the history:
//!
//! - the *model*, fitted to all changes that have had their time;
//! - the *shift*, by what became of the later half, of which models of what was known before had
//!   said how risky it was ([`replay`](crate::risk::replay));
//! - the *shock*, how much changes of one release have in common, learned if there are twenty
//!   releases of several changes, and ten failures in them;
//! - the *lane*, the widest in which it is as certain as is asked that no more fail than promised.
//!   Every tested change is scored for it as a gate would have scored it, by a model certified when
//!   its block began and left alone until the next; and what the model does not
//!   [vouch](RiskModel::abstains_for) for is not counted, since it would not have passed.
//!
//! Where no lane keeps the promise there is none, and [`Wanting`] tells what it takes.
//!
//! ```
//! use lynchpin::base::{Instant, Span};
//! use lynchpin::risk::certify::{Promise, certify};
//! use lynchpin::risk::learn::{Bend, Column, Transform};
//! use lynchpin::risk::replay::{History, Options};
//!
//! // A change an hour; of those of more than sixty lines every second fails.
//! let hour = |hour: u32| Instant::EPOCH.after(Span::from_seconds(3_600 * hour));
//! let made: Vec<Instant> = (0..900).map(hour).collect();
//! let lines: Vec<i64> = (0..900).map(|number| number * 37 % 100 * 1_000_000).collect();
//! let failed: Vec<bool> = (0..900).map(|it| it * 37 % 100 > 60 && it % 2 == 0).collect();
//! let transform = Transform::Log;
//! let columns = [Column { name: "lines", transform, bend: Bend::Rising, values: &lines }];
//! let known = vec![None; 900];
//! let history = History { features: &columns, made: &made, known: &known, failed: &failed };
//!
//! let options = Options::new(hour(930), "1d".parse()?).with_lines();
//! let promise = Promise::new("0.05".parse()?);
//! let certified = certify(&history, &options, &promise)?;
//! assert_eq!(certified.model.model.changes, 900);
//! assert_eq!((certified.tested.changes, certified.tested.failures), (450, 85));
//! let lane = certified.model.lane.unwrap();
//! assert!(lane.bound(promise.confidence) <= promise.failures_at_most);
//! // What a policy names, and what is recorded in the portfolio.
//! let (digest, text) = (certified.model.digest()?, certified.model.to_json()?);
//! # assert!(digest.to_string().starts_with("sha256:") && text.starts_with(b"{"));
//!
//! // Nobody can promise that of so few that one in a thousand fails.
//! let certified = certify(&history, &options, &Promise::new("0.001".parse()?))?;
//! assert_eq!(certified.model.lane, None);
//! let wanting = certified.wanting.unwrap();
//! assert!(wanting.changes > 5_000 && wanting.least_promise.is_some());
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod gated;
mod promise;

pub use gated::Together;
pub use promise::Promise;

use serde::Serialize;

use self::gated::Gated;
use super::learn::Column;
use super::replay::{Doubt, History, Options, Replay};
use super::{Certificate, MEASURE, RiskModel, is_scored};
use crate::base::error::{Error, ErrorCode, Problem, Result, shown};
use crate::base::limits::PROBLEMS_MAX;
use crate::base::{LogOdds, Probability};

/// The most changes of which it is told how many a promise needs.
const CHANGES_MAX: u32 = 10_000_000;

/// A model that a policy may name, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certified {
    /// The model, with its shift, its shock if it could be learned, and its lane if there is one.
    pub model: RiskModel,
    /// What it was tested on.
    pub tested: Tested,
    /// The standard error of the shift.
    pub shift_error: LogOdds,
    /// What the shock was learned from; nothing, if no releases were handed over.
    pub together: Option<Together>,
    /// For which features the model does not vouch for changes, what does so most often first.
    pub doubted: Vec<Doubt>,
    /// What it takes to keep the promise, if there is no lane that does.
    pub wanting: Option<Wanting>,
}

/// What a model was tested on: changes that were scored by models that had not seen them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Tested {
    /// How many there are.
    pub changes: usize,
    /// How many of them failed.
    pub failures: usize,
    /// What was said of them in the mean, as a gate would have scored them.
    pub said: Probability,
    /// For how many of them the model vouches: no others would have passed.
    pub vouched: usize,
}

/// What it takes to keep a promise that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Wanting {
    /// The least promise, in whole thousandths, for which these changes have a lane; nothing, if
    /// they have none for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub least_promise: Option<Probability>,
    /// Of how many changes, for which the model vouches, none may fail for the promise to be kept;
    /// at most ten million.
    pub changes: u32,
}

/// Makes a model of a history that a policy may name.
///
/// # Errors
///
/// As for [`Certified::new`] and [`Replay::new`].
pub fn certify(
    history: &History<'_>,
    options: &Options<'_>,
    promise: &Promise<'_>,
) -> Result<Certified> {
    // What is refused in the end need not be replayed.
    check_names(history.features)?;
    promise.check(history.made.len())?;
    Certified::new(&Replay::new(history, options)?, promise)
}

impl Certified {
    /// Makes it of what models would have said of the changes.
    ///
    /// # Errors
    ///
    /// [`UnknownWord`](ErrorCode::UnknownWord) for a column that is named after no
    /// [feature](super::Feature), since no gate could ask for it;
    /// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) for a promise or a confidence of 0 or 1;
    /// [`BadArgument`](ErrorCode::BadArgument) if there is not one release for each change of the
    /// history; and as for [`Model::fit`](super::learn::Model::fit).
    pub fn new(replay: &Replay<'_>, promise: &Promise<'_>) -> Result<Certified> {
        check_names(replay.history.features)?;
        promise.check(replay.history.made.len())?;
        let gated = Gated::new(replay);
        let named = promise.releases.and_then(|all| all.get(replay.trained..replay.changes));
        let together = named.map(|named| Together::new(&gated, named)).transpose()?;
        let mut model = RiskModel::new(replay.whole()?);
        model.shift = gated.shift;
        model.shock = together.and_then(|it| it.shock);
        model.lane = gated.lane(promise.failures_at_most, promise.confidence)?;
        // What is handed out is what will be taken.
        let model = RiskModel::from_json(&model.to_json()?)?;
        let wanting = match model.lane {
            Some(_) => None,
            None => Some(Wanting {
                least_promise: gated.least_promise(promise.confidence)?,
                changes: least_changes(replay, promise),
            }),
        };
        Ok(Certified {
            model,
            tested: Tested::new(replay, &gated),
            shift_error: gated.shift_error,
            together,
            doubted: replay.doubted.clone(),
            wanting,
        })
    }
}

impl Tested {
    fn new(replay: &Replay<'_>, gated: &Gated<'_>) -> Tested {
        let changes = gated.said.len();
        let sum = gated.said.iter().map(|it| u64::from(it.parts_per_billion())).sum::<u64>();
        let said = u64::try_from(changes).ok().and_then(|changes| sum.checked_div(changes));
        let said = said.and_then(|said| u32::try_from(said).ok()).unwrap_or_default();
        let count = |all: &[bool]| all.iter().filter(|it| **it).count();
        Tested {
            changes,
            failures: count(gated.failed),
            said: Probability::from_parts_per_billion(said),
            vouched: count(&replay.vouched),
        }
    }
}

/// A portfolio can only be scored by what it works out itself, and by figures that the host gives.
fn check_names(features: &[Column<'_>]) -> Result<()> {
    let strange = features.iter().enumerate().filter(|(_, column)| !is_scored(column.name));
    let problems = strange.map(|(at, column)| {
        let name = shown(column.name);
        let message = format!(
            "a portfolio has no feature `{name}`: name one that it has, or one of your own as \
             `{MEASURE}...`"
        );
        Problem::new(ErrorCode::UnknownWord, message).at(format!("$.features[{at}].name"))
    });
    Error::from_problems(problems.take(PROBLEMS_MAX).collect()).map_or(Ok(()), Err)
}

/// Of how many changes none may fail for the promise to be kept.
fn least_changes(replay: &Replay<'_>, promise: &Promise<'_>) -> u32 {
    let kept = |passed: u32| {
        let Options { as_of, maturity, .. } = replay.options;
        let (at_most, maturity) = (Probability::ONE, Some(maturity));
        let lane = Certificate { at_most, passed, failed: 0, as_of, maturity };
        lane.bound(promise.confidence) <= promise.failures_at_most
    };
    let (mut low, mut high) = (0_u32, CHANGES_MAX);
    while high.saturating_sub(low) > 1 {
        let middle = u32::midpoint(low, high);
        if kept(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}
