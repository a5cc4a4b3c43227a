//! Floor 5: how likely a change is to cause a failure, from day one and explained.
//!
//! [`scorecard`] adds up, in log-odds, a baseline and one contribution a factor. Log-odds are whole
//! billionths, so the contributions and the baseline add up to the score exactly; the probability
//! is `1 / (1 + exp(-log-odds))`, rounded once to parts per billion.
//!
//! # The model `scorecard/1`
//!
//! The baseline is -4.6 (1 %): a change of nothing, by somebody with a long record, that can be
//! undone. `ln` is the natural logarithm; each value is cut at its limit first.
//!
//! | factor | contribution | limit | why |
//! | --- | --- | --- | --- |
//! | `lines` | 0.25 ln(1 + lines added and deleted) | 2,000 | size leads in every published study |
//! | `files` | 0.20 ln(1 + files) | 100 | spread comes second |
//! | `folders` | 0.15 ln(1 + folders) | 50 | spread |
//! | `services` | 0.30 ln(services) | 8 | coordination |
//! | `tier` | 0.6, 0.4, 0.2, 0 for tiers 1, 2, 3, 4 and above | | judgement |
//! | `kind` | 0 standard, 0.3 normal, 0.9 emergency | | judgement |
//! | `author_record` | 0.6 - 0.15 ln(1 + earlier changes), not below 0 | 54 | experience |
//! | `author_failures` | 0.30 ln(1 + failures of the author's changes) | 10 | history |
//! | `service_failures` | 0.30 ln(1 + failures in 90 days) | 10 | history |
//! | `dependencies` | 0.10 ln(1 + clauses) | 20 | judgement |
//! | `back_out_plan` | 0.3 if there is none | | judgement |
//! | `reversibility` | 0.4 unless it can be undone | | judgement |
//!
//! The order and the shape (logarithms of counts) follow the published studies of defect prediction
//! on change histories, where a regression on logarithms of size, spread, history and experience is
//! as good as anything; the weights are rounded by hand so that a change of a hundred lines in four
//! files comes out near ten percent. They are a start, until a model is fitted to the host's own
//! history ([`learn`]), or trained on it elsewhere ([`trees`]), and held to what became of its
//! changes ([`measure`], [`backtest`], [`drift`]). What is not known counts as the worst that the
//! factor can be: a missing figure never lowers the risk.
//!
//! An author's earlier changes are those that went live, or those that the source has
//! ([`SourceHistory::experience`](crate::model::SourceHistory::experience)), whichever are more;
//! their failures are those confirmed by incidents and those that the source says were mended or
//! taken back.
//!
//! # Releases
//!
//! Failures of changes that ship together are not independent: they share people, code and
//! circumstances. With hazards `h = -ln(1 - p)`, [`release`] combines them as
//! `(sum of h^q)^(1/q)` with `q = 1.3`, which lies between the worst change alone and
//! independence. The exponent is fitted to published observations of 5, 10 and 20 consecutive
//! changes, of which 47, 63 and 77 % contained a failure where independence says 63, 81 and 93 %.
//! Those probabilities were too high to begin with, and the exponent makes up for that, too: of
//! probabilities that come true as often as they say, independence says 55, 73 and 87 %, and an
//! exponent of 1.13 would fit. For such, the figure here is too low, by 5 to 13 points.

pub mod backtest;
pub mod drift;
mod feature;
mod float;
pub mod house;
pub mod joint;
pub mod lane;
pub mod learn;
pub mod measure;
mod model;
mod quick;
mod record;
mod release;
mod scorecard;
pub mod trees;

pub use feature::{Feature, MEASURE, is_scored};
pub use model::{Certificate, RiskModel, RiskModelFormat};
pub use record::{failures_at_least, failures_at_most};
pub use release::{ReleaseRisk, release};
pub use scorecard::{Contribution, Factor, Features, MODEL, Risk, probability, scorecard};
