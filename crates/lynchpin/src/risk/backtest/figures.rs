//! Figures with intervals.

use serde::Serialize;

use crate::base::Probability;

/// A figure, and between what it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Figure<T> {
    /// What it is for the history as it was.
    pub value: T,
    /// Between what it lies. `None` if nothing was drawn, or if of more than a tenth of the draws
    /// it could not be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval<T>>,
}

/// From where to where something lies, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Interval<T> {
    /// The lower end.
    pub low: T,
    /// The upper end.
    pub high: T,
}

impl<T> Figure<T> {
    fn map<U>(self, change: impl Fn(T) -> U) -> Figure<U> {
        let interval = self
            .interval
            .map(|Interval { low, high }| Interval { low: change(low), high: change(high) });
        Figure { value: change(self.value), interval }
    }
}

/// How good the probabilities were. What cannot be told, such as how well failures were ranked
/// where nothing failed, is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Figures {
    /// The share that failed: the base rate.
    pub observed: Figure<Probability>,
    /// The mean of the probabilities.
    pub said: Figure<Probability>,
    /// By how many billionths more was said than failed: calibration in the large. Below zero, more
    /// failed.
    pub excess: Figure<i64>,
    /// How often what failed was said to be the riskier one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auc: Option<Figure<Probability>>,
    /// The same where few fail: the area under precision and recall.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub average_precision: Option<Figure<Probability>>,
    /// The mean square of what the probabilities were off by.
    pub brier: Figure<Probability>,
    /// By how many billionths of it that is better than saying the base rate handed over of every
    /// change; no lower than a million below nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<Figure<i64>>,
    /// How far the probabilities are from what came true, in the mean over ten bins (ECE).
    pub error: Figure<Probability>,
    /// The share of the failures among the riskiest 5 % of the changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_5: Option<Figure<Probability>>,
    /// The same of 10 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_10: Option<Figure<Probability>>,
    /// The same of 20 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_20: Option<Figure<Probability>>,
    /// The same of 50 %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_50: Option<Figure<Probability>>,
    /// The share of the failures that is found by looking at the riskiest changes first until a
    /// fifth of the effort is spent; of equally risky ones first at those that held, the largest
    /// first. `None` also without efforts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recall_by_effort: Option<Figure<Probability>>,
}

/// How many figures there are, with the saving of the gate.
pub(super) const COUNT: usize = 14;

/// Figures as they come from one sample, in the order of [`Figures`], then the saving: in
/// billionths and in units of cost.
pub(super) type Measured = [Option<i64>; COUNT];

/// Where the calibration error stands among them.
pub(super) const ERROR: usize = 7;

impl Figures {
    /// Puts each figure in its place; the saving of the gate is what is left.
    pub(super) fn of(all: [Option<Figure<i64>>; COUNT]) -> Option<(Figures, Figure<i64>)> {
        let [observed, said, excess, auc, average_precision, brier, skill, error, rest @ ..] = all;
        let [recall_5, recall_10, recall_20, recall_50, recall_by_effort, saving] = rest;
        let figures = Figures {
            observed: observed?.map(share),
            said: said?.map(share),
            excess: excess?,
            auc: auc.map(|it| it.map(share)),
            average_precision: average_precision.map(|it| it.map(share)),
            brier: brier?.map(share),
            skill,
            error: error?.map(share),
            recall_5: recall_5.map(|it| it.map(share)),
            recall_10: recall_10.map(|it| it.map(share)),
            recall_20: recall_20.map(|it| it.map(share)),
            recall_50: recall_50.map(|it| it.map(share)),
            recall_by_effort: recall_by_effort.map(|it| it.map(share)),
        };
        Some((figures, saving?))
    }
}

fn share(billionths: i64) -> Probability {
    Probability::from_parts_per_billion(u32::try_from(billionths).unwrap_or(0))
}
