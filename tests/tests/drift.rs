//! Drift: each test by definition on small parts, and whether each tells its own drift from others.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(clippy::disallowed_methods, reason = "what is expected may differ in its last digits")]

use lynchpin::base::{ErrorCode, LogOdds, Probability};
use lynchpin::risk::drift::{Drift, Feature, Options, Part, Reaction};
use lynchpin::risk::learn::MISSING;
use lynchpin::risk::probability;
use lynchpin_tests::cases::config;
use lynchpin_tests::git::random::Random;
use proptest::prelude::*;

/// Changes with what was said of them and a feature.
#[derive(Clone, Debug)]
struct Changes {
    said: Vec<Probability>,
    failed: Vec<bool>,
    values: Vec<i64>,
}

fn of(share: Probability) -> f64 {
    f64::from(share.parts_per_billion()) / 1e9
}

fn compared(before: &Changes, now: &Changes, options: &Options) -> Drift {
    let features = [Feature { name: "lines", values: &before.values }];
    let now_features = [Feature { name: "lines", values: &now.values }];
    let reference = Part { said: &before.said, failed: &before.failed, features: &features };
    let recent = Part { said: &now.said, failed: &now.failed, features: &now_features };
    Drift::new(&reference, &recent, options).expect("both are sound")
}

impl Changes {
    fn rows(&self) -> impl Iterator<Item = (f64, f64)> {
        let became = |failed: &bool| f64::from(u8::from(*failed));
        self.said.iter().zip(&self.failed).map(move |(said, failed)| (of(*said), became(failed)))
    }

    fn count(&self) -> f64 {
        self.said.len() as f64
    }

    /// The deviate of Spiegelhalter, change by change.
    fn spiegelhalter(&self) -> f64 {
        let off: f64 = self.rows().map(|(p, y)| (y - p) * (1.0 - 2.0 * p)).sum();
        let variance: f64 = self.rows().map(|(p, _)| (1.0 - 2.0 * p).powi(2) * p * (1.0 - p)).sum();
        off / variance.sqrt()
    }

    /// The area and its variance by all pairs.
    fn area(&self) -> (f64, f64) {
        let of_kind = |kind: f64| -> Vec<f64> {
            self.rows().filter(|row| row.1 == kind).map(|row| row.0).collect()
        };
        let (bad, good) = (of_kind(1.0), of_kind(0.0));
        let over = |a: f64, b: f64| (f64::from(a > b) + f64::from(a >= b)) / 2.0;
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let variance = |all: &[f64]| {
            let off: f64 = all.iter().map(|it| (it - mean(all)).powi(2)).sum();
            off / (all.len() as f64 - 1.0) / all.len() as f64
        };
        let of_bad: Vec<f64> = bad
            .iter()
            .map(|a| mean(&good.iter().map(|b| over(*a, *b)).collect::<Vec<_>>()))
            .collect();
        let of_good: Vec<f64> = good
            .iter()
            .map(|b| mean(&bad.iter().map(|a| over(*a, *b)).collect::<Vec<_>>()))
            .collect();
        (mean(&of_bad), variance(&of_bad) + variance(&of_good))
    }
}

/// Shares of both parts in each bin of the reference, by comparing each value with each edge.
fn stability(before: &[i64], now: &[i64]) -> f64 {
    let mut known: Vec<i64> = before.iter().copied().filter(|it| *it != MISSING).collect();
    known.sort_unstable();
    let tenth = |tenth: usize| known.get((known.len() * tenth).div_ceil(10).max(1) - 1).copied();
    let mut edges: Vec<i64> = (1..10).filter_map(tenth).collect();
    let least = known.first().copied();
    edges.extend(least.filter(|least| edges.contains(least)).map(|least| least - 1));
    let bin = |value: i64| {
        let mut below: Vec<i64> = edges.iter().copied().filter(|edge| *edge < value).collect();
        below.sort_unstable();
        (value == MISSING, below.last().copied())
    };
    let mut bins: Vec<_> = before.iter().chain(now).map(|value| bin(*value)).collect();
    bins.sort_unstable();
    bins.dedup();
    let share = |all: &[i64], which: &(bool, Option<i64>)| {
        let there = all.iter().filter(|value| bin(**value) == *which).count();
        (there as f64 + 0.5) / (all.len() as f64 + 0.5 * bins.len() as f64)
    };
    let part = |which: &(bool, Option<i64>)| {
        let (then, today) = (share(before, which), share(now, which));
        (today - then) * (today / then).ln()
    };
    bins.iter().map(part).sum()
}

fn changes() -> impl Strategy<Value = Changes> {
    let value = prop_oneof![1 => Just(MISSING), 5 => 0..4i64, 10 => -20..60i64];
    prop::collection::vec((1..10u32, any::<bool>(), value), 30..70).prop_map(|rows| Changes {
        said: rows
            .iter()
            .map(|it| Probability::from_parts_per_billion(it.0 * 100_000_000))
            .collect(),
        failed: rows.iter().map(|it| it.1).collect(),
        values: rows.iter().map(|it| it.2).collect(),
    })
}

fn near(found: Option<i64>, expected: f64) -> bool {
    found.is_some_and(|found| (found as f64 - expected * 1e6).abs() <= 1.0 + expected.abs() / 1e3)
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn tests_are_by_definition(before in changes(), now in changes()) {
        let found = compared(&before, &now, &Options::default());
        // Chi-squared of the table, corrected.
        let failures = |changes: &Changes| changes.rows().map(|row| row.1).sum::<f64>();
        let (a, c) = (failures(&before), failures(&now));
        let (b, d) = (before.count() - a, now.count() - c);
        let all = before.count() + now.count();
        let surely = ((a * d - b * c).abs() - all / 2.0).max(0.0);
        let whole = (a + b) * (c + d) * (a + c) * (b + d);
        let root = if whole > 0.0 { surely * (all / whole).sqrt() } else { 0.0 };
        let z = if c * b >= a * d { root } else { -root };
        prop_assert!(near(found.base_rate.z, z), "{:?} {z}", found.base_rate);
        let psi = found.features.first().and_then(|feature| feature.psi);
        prop_assert!(near(psi, stability(&before.values, &now.values)), "{psi:?}");
        prop_assert!(near(found.calibration.z, now.spiegelhalter()), "{:?}", found.calibration);
        prop_assert!(near(found.calibration.reference, before.spiegelhalter()));
        if [a, b, c, d].iter().all(|count| *count >= 10.0) {
            let ((area, variance), (area_now, variance_now)) = (before.area(), now.area());
            let z = (area_now - area) / (variance + variance_now).sqrt();
            prop_assert!(near(found.ranking.z, z), "{:?} {z}", found.ranking);
        } else {
            prop_assert_eq!(found.ranking.z, None);
            prop_assert_eq!(found.ranking.reaction, Reaction::GatherMore);
        }
        let reactions =
            [found.base_rate.reaction, found.calibration.reaction, found.ranking.reaction];
        let features = found.features.iter().map(|feature| feature.reaction);
        prop_assert_eq!(Some(found.reaction), reactions.into_iter().chain(features).max());
    }
}

/// A hundredth of a log-odds.
fn log_odds(hundredths: i64) -> LogOdds {
    LogOdds::from_billionths(hundredths * 10_000_000)
}

/// Changes that fail by log-odds which depend on those that were said, both in hundredths.
fn invented(seed: u64, count: usize, fails: impl Fn(i64, &mut Random) -> i64) -> Changes {
    let mut random = Random::new(seed);
    let mut changes = Changes { said: Vec::new(), failed: Vec::new(), values: Vec::new() };
    for _ in 0..count {
        // Three uniform numbers together are nearly normal: about -1.5, give or take one.
        let hundredths = (0..3).map(|_| random.below(400)).sum::<usize>();
        let said = i64::try_from(hundredths).expect("small") - 750;
        let billion = 1_000_000_000;
        let is = of(probability(log_odds(fails(said, &mut random))));
        changes.said.push(probability(log_odds(said)));
        changes.failed.push((random.below(billion) as f64) < is * 1e9);
        changes.values.push(i64::try_from(random.below(1_000)).expect("small"));
    }
    changes
}

/// How often each reaction comes of a kind of drift, in a hundred histories.
fn reactions(
    count: usize,
    fails: impl Fn(i64, &mut Random) -> i64,
    which: impl Fn(&Drift) -> Reaction,
) -> Vec<(Reaction, usize)> {
    use Reaction::{FreezeAutonomy, GatherMore, None, Refit, ShiftIntercept};
    let found: Vec<Reaction> = (0..100)
        .map(|seed| {
            let before = invented(2 * seed, 1_000, |said, _| said);
            let now = invented(2 * seed + 1, count, &fails);
            which(&compared(&before, &now, &Options::default()))
        })
        .collect();
    let often = |reaction| found.iter().filter(|it| **it == reaction).count();
    [None, GatherMore, ShiftIntercept, Refit, FreezeAutonomy]
        .map(|reaction| (reaction, often(reaction)))
        .into_iter()
        .filter(|(_, often)| *often > 0)
        .collect()
}

#[test]
fn each_drift_asks_for_what_mends_it() {
    let often = |found: &[(Reaction, usize)], reaction| {
        found.iter().find(|it| it.0 == reaction).map_or(0, |it| it.1)
    };
    let whole = |drift: &Drift| drift.reaction;
    let same = reactions(500, |said, _| said, whole);
    assert!(often(&same, Reaction::None) >= 97, "{same:?}");
    // All log-odds are higher: a shift is asked for, and nothing else.
    let more = reactions(500, |said, _| said + 80, whole);
    assert!(often(&more, Reaction::ShiftIntercept) >= 90, "{more:?}");
    assert_eq!(often(&more, Reaction::ShiftIntercept) + often(&more, Reaction::None), 100);
    // They differ by a third of what was said, which ranks the same but with more chance in it.
    let flat = |said: i64, _: &mut Random| -140 + (said + 150) / 3;
    let calibration = reactions(1_000, flat, |drift| drift.calibration.reaction);
    assert!(often(&calibration, Reaction::Refit) >= 95, "{calibration:?}");
    // What was said has nothing to do with what fails any more.
    let any = reactions(500, |_, _| -120, whole);
    assert!(often(&any, Reaction::FreezeAutonomy) >= 95, "{any:?}");
    let few = reactions(20, |said, _| said, whole);
    assert_eq!(few, [(Reaction::GatherMore, 100)]);
}

/// Changes that are of another sort, and fail as often as it is said.
#[test]
fn other_changes_ask_for_a_refit() {
    let before = invented(1, 1_000, |said, _| said);
    let mut now = invented(2, 500, |said, _| said);
    assert_eq!(compared(&before, &now, &Options::default()).reaction, Reaction::None);
    now.values.iter_mut().for_each(|value| *value += 400);
    let found = compared(&before, &now, &Options::default());
    let of_features = found.features.first().map(|feature| feature.reaction);
    assert_eq!((of_features, found.reaction), (Some(Reaction::Refit), Reaction::Refit));
    let others = [found.base_rate.reaction, found.calibration.reaction, found.ranking.reaction];
    assert_eq!(others, [Reaction::None; 3]);
    now.values.iter_mut().take(250).for_each(|value| *value = MISSING);
    assert_eq!(compared(&now, &now, &Options::default()).reaction, Reaction::None);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (said, failed) = (vec![Probability::ZERO; 40], vec![false; 40]);
    let (values, fewer) = (vec![1_i64; 50], vec![1_i64; 49]);
    let (lines, files) =
        (Feature { name: "lines", values: &values }, Feature { name: "files", values: &values });
    let both = [lines, files];
    let good = Part { said: &said, failed: &failed, features: &both };
    let options = Options::default();
    // Features may be those of more changes than outcomes.
    let found = Drift::new(&good, &good, &options).expect("it is sound");
    assert_eq!(found.features.len(), 2);
    assert_eq!(found.reaction, Reaction::GatherMore);
    let turned = [files, lines];
    let uneven = [lines, Feature { name: "files", values: &fewer }];
    let bad = [
        Part { said: &said[..39], ..good },
        Part { features: &both[..1], ..good },
        Part { features: &turned, ..good },
        Part { features: &uneven, ..good },
    ];
    for bad in &bad {
        for (reference, recent) in [(&good, bad), (bad, &good)] {
            let error = Drift::new(reference, recent, &options).expect_err("it is not");
            assert_eq!(error.code(), ErrorCode::BadArgument, "{error}");
        }
    }
    let json = serde_json::to_string(&found).expect("it can be written");
    assert!(
        json.starts_with("{\"base_rate\":{\"reference\":\"0\",\"recent\":\"0\",\"z\":0,"),
        "{json}"
    );
    assert!(json.ends_with("\"reaction\":\"gather_more\"}"), "{json}");
}
