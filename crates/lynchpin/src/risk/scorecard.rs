//! The scorecard: factors, weights and their sum.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use super::float::rounded;
use crate::base::{LogOdds, Probability};
use crate::model::Kind;

/// The name and version of the built-in model.
pub const MODEL: &str = "scorecard/1";

/// The log-odds of a change that every factor speaks for.
const BASELINE: LogOdds = LogOdds::from_billionths(-4_600_000_000);

/// What is known of a change that bears on its risk. `None` is "not known".
///
/// ```
/// use lynchpin::risk::{Features, scorecard};
///
/// let unknown = scorecard(&Features::default());
/// let mut small = Features::default();
/// small.lines = Some(12);
/// assert!(scorecard(&small).probability < unknown.probability);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// Lines added and deleted.
    pub lines: Option<u64>,
    /// Files touched.
    pub files: Option<u64>,
    /// Folders touched.
    pub folders: Option<u64>,
    /// Services changed, at least one.
    pub services: Option<u64>,
    /// The most critical tier among them; 1 is the most critical.
    pub tier: Option<u64>,
    /// Standard, normal or emergency.
    pub kind: Option<Kind>,
    /// Changes of the same author that went live before, or those that the history of the source
    /// has, if they are more.
    pub author_record: Option<u64>,
    /// Changes of the same author that are confirmed to have caused an incident, and those that the
    /// history of the source says were mended or taken back.
    pub author_failures: Option<u64>,
    /// Failed and rolled-back deployments and confirmed incidents of the services in the 90 days
    /// before.
    pub service_failures: Option<u64>,
    /// Clauses of what it requires, comes after or ships together with.
    pub dependencies: Option<u64>,
    /// Whether there is a back-out plan: 1 if there is.
    pub back_out_plan: Option<u64>,
    /// Whether it can be undone: 1 if it can.
    pub reversible: Option<u64>,
}

/// One of the things that a score is made of, in the order in which they are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Factor {
    /// Lines added and deleted.
    Lines,
    /// Files touched.
    Files,
    /// Folders touched.
    Folders,
    /// Services changed.
    Services,
    /// The most critical tier among them.
    Tier,
    /// Standard (0), normal (1) or emergency (2).
    Kind,
    /// Changes of the author that went live before.
    AuthorRecord,
    /// Confirmed failures of the author.
    AuthorFailures,
    /// Failures of the services in the 90 days before.
    ServiceFailures,
    /// Clauses of dependencies.
    Dependencies,
    /// Whether there is a back-out plan.
    BackOutPlan,
    /// Whether it can be undone.
    Reversibility,
}

impl Factor {
    /// All factors, in order.
    pub const ALL: [Factor; 12] = [
        Factor::Lines,
        Factor::Files,
        Factor::Folders,
        Factor::Services,
        Factor::Tier,
        Factor::Kind,
        Factor::AuthorRecord,
        Factor::AuthorFailures,
        Factor::ServiceFailures,
        Factor::Dependencies,
        Factor::BackOutPlan,
        Factor::Reversibility,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Factor::Lines => "lines",
            Factor::Files => "files",
            Factor::Folders => "folders",
            Factor::Services => "services",
            Factor::Tier => "tier",
            Factor::Kind => "kind",
            Factor::AuthorRecord => "author_record",
            Factor::AuthorFailures => "author_failures",
            Factor::ServiceFailures => "service_failures",
            Factor::Dependencies => "dependencies",
            Factor::BackOutPlan => "back_out_plan",
            Factor::Reversibility => "reversibility",
        }
    }

    /// The factor in a few words, for people.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Factor::Lines => "lines changed",
            Factor::Files => "files touched",
            Factor::Folders => "folders touched",
            Factor::Services => "services changed",
            Factor::Tier => "most critical tier",
            Factor::Kind => "kind of change",
            Factor::AuthorRecord => "the author's earlier changes",
            Factor::AuthorFailures => "the author's changes that caused an incident",
            Factor::ServiceFailures => "failures of the services in 90 days",
            Factor::Dependencies => "dependencies",
            Factor::BackOutPlan => "back-out plan",
            Factor::Reversibility => "can be undone",
        }
    }

    /// The factor of a name; nothing, if it is none of the scorecard.
    #[must_use]
    pub fn named(name: &str) -> Option<Factor> {
        Factor::ALL.into_iter().find(|factor| factor.name() == name)
    }

    /// The value of the factor, if it is known.
    fn value(self, features: &Features) -> Option<u64> {
        match self {
            Factor::Lines => features.lines,
            Factor::Files => features.files,
            Factor::Folders => features.folders,
            Factor::Services => features.services,
            Factor::Tier => features.tier,
            Factor::Kind => features.kind.map(|kind| match kind {
                Kind::Standard => 0,
                Kind::Normal => 1,
                Kind::Emergency => 2,
            }),
            Factor::AuthorRecord => features.author_record,
            Factor::AuthorFailures => features.author_failures,
            Factor::ServiceFailures => features.service_failures,
            Factor::Dependencies => features.dependencies,
            Factor::BackOutPlan => features.back_out_plan,
            Factor::Reversibility => features.reversible,
        }
    }

    /// What a value adds to the log-odds; for what is not known, the most that any value adds.
    fn weigh(self, value: Option<u64>) -> LogOdds {
        let grows = |per_log: u32, most: u32| logarithm(per_log, value, most);
        match self {
            Factor::Lines => grows(250_000_000, 2_000),
            Factor::Files => grows(200_000_000, 100),
            Factor::Folders => grows(150_000_000, 50),
            Factor::Services => {
                // One service is the least there can be, so it adds nothing.
                logarithm(300_000_000, value.map(|services| services.saturating_sub(1)), 7)
            }
            Factor::Tier => tenths([6, 6, 4, 2, 0], value, 6),
            Factor::Kind => tenths([0, 3, 9, 9, 9], value, 9),
            Factor::AuthorRecord => {
                let record = logarithm(150_000_000, Some(value.unwrap_or(0)), 54).billionths();
                LogOdds::from_billionths((600_000_000 - record).max(0))
            }
            Factor::AuthorFailures | Factor::ServiceFailures => grows(300_000_000, 10),
            Factor::Dependencies => grows(100_000_000, 20),
            Factor::BackOutPlan => tenths([3, 0, 0, 0, 0], value, 3),
            Factor::Reversibility => tenths([4, 0, 0, 0, 0], value, 4),
        }
    }
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// `per_log * ln(1 + value)` in billionths, the value cut at `most`; what is not known is `most`.
fn logarithm(per_log: u32, value: Option<u64>, most: u32) -> LogOdds {
    let value = value.and_then(|value| u32::try_from(value).ok()).unwrap_or(most).min(most);
    LogOdds::from_billionths(rounded(f64::from(per_log) * libm::log1p(f64::from(value))))
}

/// A table of tenths by small values; beyond it, its last entry; for what is not known, `worst`.
fn tenths(table: [i64; 5], value: Option<u64>, worst: i64) -> LogOdds {
    let entry = |value: u64| {
        let index = usize::try_from(value).unwrap_or(usize::MAX).min(4);
        table.get(index).copied().unwrap_or(worst)
    };
    LogOdds::from_billionths(value.map_or(worst, entry) * 100_000_000)
}

/// The probability of log-odds: `1 / (1 + exp(-log-odds))`, to parts per billion.
///
/// ```
/// use lynchpin::base::LogOdds;
///
/// let even = lynchpin::risk::probability(LogOdds::from_billionths(0));
/// assert_eq!(even.to_string(), "0.5");
/// ```
#[must_use]
pub fn probability(log_odds: LogOdds) -> Probability {
    // Beyond 40 the probability is 0 or 1 to all digits that are kept.
    let bounded = log_odds.billionths().clamp(-40_000_000_000, 40_000_000_000);
    let (whole, rest) = (bounded / 1_000_000_000, bounded % 1_000_000_000);
    let part = |number: i64| i32::try_from(number).map(f64::from).unwrap_or(0.0);
    let odds = libm::exp(-(part(whole) + part(rest) / 1e9));
    let parts = rounded(1e9 / (1.0 + odds));
    Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(0))
}

/// What one factor adds to a score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Contribution {
    /// The name of the [factor](Factor), or of the [feature](super::Feature) of a fitted model; of
    /// two that add something together `files with lines`.
    pub factor: Cow<'static, str>,
    /// Its value in whole units; absent, if it is not known, or of two together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<u64>,
    /// What it adds, as a decimal.
    pub log_odds: LogOdds,
}

impl Contribution {
    /// Whether it is what two features add together, beyond what each adds alone.
    #[must_use]
    pub fn is_of_two(&self) -> bool {
        self.factor.contains(WITH)
    }
}

/// What stands between the names of two features that add something together.
pub(super) const WITH: &str = " with ";

/// The risk of one change: a probability, and what it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Risk {
    /// The probability that the change causes a failure.
    pub probability: Probability,
    /// The same as log-odds: the baseline and all contributions, exactly.
    pub log_odds: LogOdds,
    /// The log-odds before any contribution.
    pub baseline: LogOdds,
    /// What each factor adds, in the order of the factors.
    pub contributions: Vec<Contribution>,
}

impl Risk {
    /// What would lower it: the contributions above zero, the largest first.
    #[must_use]
    pub fn raised_by(&self) -> Vec<Contribution> {
        let mut raising: Vec<Contribution> = self
            .contributions
            .iter()
            .filter(|c| c.log_odds > LogOdds::default())
            .cloned()
            .collect();
        raising.sort_by_key(|contribution| std::cmp::Reverse(contribution.log_odds));
        raising
    }
}

/// Scores a change by the built-in model.
///
/// ```
/// use lynchpin::base::LogOdds;
/// use lynchpin::risk::{Features, scorecard};
///
/// let risk = scorecard(&Features::default());
/// let sum = risk.contributions.iter().fold(risk.baseline, |sum, c| sum.plus(c.log_odds));
/// assert_eq!(sum, risk.log_odds);
/// ```
#[must_use]
pub fn scorecard(features: &Features) -> Risk {
    let contribution = |factor: Factor| {
        let value = factor.value(features);
        let name = Cow::Borrowed(factor.name());
        Contribution { factor: name, value, log_odds: factor.weigh(value) }
    };
    let contributions: Vec<Contribution> = Factor::ALL.map(contribution).to_vec();
    let log_odds = contributions.iter().fold(BASELINE, |sum, c| sum.plus(c.log_odds));
    Risk { probability: probability(log_odds), log_odds, baseline: BASELINE, contributions }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typical() -> Features {
        Features {
            lines: Some(100),
            files: Some(4),
            folders: Some(2),
            services: Some(1),
            tier: Some(2),
            kind: Some(Kind::Normal),
            author_record: Some(20),
            author_failures: Some(0),
            service_failures: Some(0),
            dependencies: Some(0),
            back_out_plan: Some(1),
            reversible: Some(1),
        }
    }

    #[test]
    fn a_typical_change_by_hand() {
        // -4.6 + 0.25 ln 101 + 0.2 ln 5 + 0.15 ln 3 + 0.4 + 0.3 + (0.6 - 0.15 ln 21)
        // = -4.6 + 1.153780 + 0.321888 + 0.164792 + 0.4 + 0.3 + 0.143322 = -2.116218
        let risk = scorecard(&typical());
        assert_eq!(risk.log_odds.billionths() / 1000, -2_116_218);
        // 1 / (1 + e^2.116218) = 1 / 9.299691 = 0.107530
        assert_eq!(risk.probability.to_millionths().to_string(), "0.10753");
    }

    #[test]
    fn what_is_not_known_is_never_better_than_anything_known() {
        for factor in Factor::ALL {
            let unknown = factor.weigh(None);
            for value in (0..3_000).chain([u64::from(u32::MAX), u64::MAX]) {
                assert!(factor.weigh(Some(value)) <= unknown, "{} {value}", factor.name());
            }
        }
    }

    #[test]
    fn more_of_what_harms_never_lowers() {
        use Factor::{
            AuthorFailures, Dependencies, Files, Folders, Lines, ServiceFailures, Services,
        };
        let growing =
            [Lines, Files, Folders, Services, AuthorFailures, ServiceFailures, Dependencies];
        for factor in growing {
            let weights: Vec<LogOdds> = (0..3_000).map(|v| factor.weigh(Some(v))).collect();
            assert!(weights.is_sorted(), "{}", factor.name());
        }
        let record: Vec<LogOdds> =
            (0..3_000).rev().map(|v| Factor::AuthorRecord.weigh(Some(v))).collect();
        assert!(record.is_sorted());
    }

    #[test]
    fn the_ends_of_the_scale() {
        assert_eq!(probability(LogOdds::default()).to_string(), "0.5");
        assert_eq!(probability(LogOdds::from_billionths(i64::MAX)), Probability::ONE);
        assert_eq!(probability(LogOdds::from_billionths(i64::MIN)), Probability::ZERO);
    }

    /// Features with every value from a number, some of them unknown.
    fn some(seed: u64) -> Features {
        let mut state = seed;
        let mut next = |most: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            Some((state >> 33) % (most + 1)).filter(|_| state >> 61 != 0)
        };
        Features {
            lines: next(5_000),
            files: next(200),
            folders: next(60),
            services: next(12),
            tier: next(6),
            kind: next(2).map(|kind| match kind {
                0 => Kind::Standard,
                1 => Kind::Normal,
                _ => Kind::Emergency,
            }),
            author_record: next(80),
            author_failures: next(20),
            service_failures: next(20),
            dependencies: next(40),
            back_out_plan: next(1),
            reversible: next(1),
        }
    }

    /// The same, but for one factor that is no longer known.
    fn without(mut features: Features, factor: Factor) -> Features {
        match factor {
            Factor::Lines => features.lines = None,
            Factor::Files => features.files = None,
            Factor::Folders => features.folders = None,
            Factor::Services => features.services = None,
            Factor::Tier => features.tier = None,
            Factor::Kind => features.kind = None,
            Factor::AuthorRecord => features.author_record = None,
            Factor::AuthorFailures => features.author_failures = None,
            Factor::ServiceFailures => features.service_failures = None,
            Factor::Dependencies => features.dependencies = None,
            Factor::BackOutPlan => features.back_out_plan = None,
            Factor::Reversibility => features.reversible = None,
        }
        features
    }

    #[test]
    fn it_adds_up_and_forgetting_never_lowers_it() {
        for seed in 0..500 {
            let features = some(seed);
            let risk = scorecard(&features);
            let parts = risk.contributions.iter().map(|c| c.log_odds.billionths());
            let sum: i64 = risk.baseline.billionths() + parts.sum::<i64>();
            assert_eq!(sum, risk.log_odds.billionths(), "seed {seed}");
            assert!(
                risk.contributions.iter().map(|c| &*c.factor).eq(Factor::ALL.map(Factor::name))
            );
            for factor in Factor::ALL {
                let forgotten = scorecard(&without(features, factor));
                assert!(forgotten.log_odds >= risk.log_odds, "seed {seed}, {}", factor.name());
                assert!(forgotten.probability >= risk.probability);
                let listed =
                    forgotten.contributions.iter().find(|c| c.factor == factor.name()).unwrap();
                assert_eq!(listed.value, None, "{}", factor.name());
            }
        }
    }

    #[test]
    fn kinds_and_tiers_are_ordered_as_they_are_meant() {
        let kinds: Vec<LogOdds> = (0..3).map(|kind| Factor::Kind.weigh(Some(kind))).collect();
        assert!(kinds.is_sorted_by(|a, b| a < b));
        let tiers: Vec<LogOdds> = (1..5).rev().map(|tier| Factor::Tier.weigh(Some(tier))).collect();
        assert!(tiers.is_sorted_by(|a, b| a < b));
        for planned in [Factor::BackOutPlan, Factor::Reversibility] {
            assert!(planned.weigh(Some(1)) < planned.weigh(Some(0)), "{}", planned.name());
        }
    }
}
