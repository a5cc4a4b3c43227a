//! What a model is fitted to: columns, and how.

use serde::{Deserialize, Serialize};

use super::model::{MISSING, Model};
use crate::risk::float::{real, whole};

/// What is done to a value before it is weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transform {
    /// Nothing.
    Plain,
    /// The natural logarithm of one more: for counts. Below zero it is zero.
    Log,
}

impl Transform {
    /// A value in millionths, transformed, in millionths; what is missing stays so.
    #[must_use]
    pub fn of(self, value: i64) -> i64 {
        match self {
            Transform::Plain => value,
            Transform::Log if value == MISSING => MISSING,
            Transform::Log => {
                let millionths = 1_000_000.0;
                whole(libm::log1p(real(value.max(0)) / millionths) * millionths)
            }
        }
    }
}

/// How what a feature adds may run from its smallest value to its largest.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Bend {
    /// As a line only: for what grows for as long as a history does, such as how many changes
    /// somebody has made. Steps that were learned of it early are never seen again.
    Straight,
    /// In any way.
    #[default]
    Free,
    /// Never downwards: more of it is never less risky, alone or with another feature.
    Rising,
    /// Never upwards.
    Falling,
}

/// One feature of many changes.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// Its name.
    pub name: &'a str,
    /// What is done to its values first.
    pub transform: Transform,
    /// How it may run.
    pub bend: Bend,
    /// Its value for each change, in millionths; [`MISSING`](super::MISSING) where it is not known,
    /// which is left out of the fit: it counts as the mean there.
    pub values: &'a [i64],
}

/// How a model is fitted.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    /// How firmly weights are held near zero, or near the prior's: as if so many changes had said
    /// so (the precision of the prior, on standardised columns); 1 is little.
    pub strength: u32,
    /// After how many later changes one counts half; all count alike if there is none. A third of
    /// the history follows most drifts.
    pub half_life: Option<u32>,
    /// How many small trees are added up to steps; with none, the model is of lines alone.
    pub rounds: u32,
    /// How many pairs of features may have steps of their own.
    pub pairs: u32,
    /// What was known before, a model of lines alone: its weights and their errors take the place
    /// of zero and [`strength`](Fit::strength), feature by feature. It fades as changes come: after
    /// `n` of them a weight rests on them and on the prior as their precisions are.
    pub prior: Option<&'a Model>,
}

/// Of fewer changes nobody can tell a drift, and each of them is needed.
const HALF_LIFE_LEAST: u32 = 100;

impl Fit<'_> {
    /// Lines alone: a logistic regression. For a few hundred changes.
    pub const LINES: Fit<'static> =
        Fit { strength: 1, half_life: None, rounds: 0, pairs: 0, prior: None };

    /// Lines, steps and pairs, with later changes counting more: for a history of some thousands.
    #[must_use]
    pub fn additive(changes: usize) -> Fit<'static> {
        let half_life = u32::try_from(changes.saturating_mul(3) / 10).unwrap_or(u32::MAX);
        let half_life = half_life.max(HALF_LIFE_LEAST);
        Fit { half_life: Some(half_life), rounds: 400, pairs: 12, ..Fit::LINES }
    }
}

impl Default for Fit<'_> {
    fn default() -> Self {
        Fit::LINES
    }
}
