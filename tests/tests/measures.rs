//! The measures of risk scores: published histories to their digits, and small ones by definition.

use std::fs;

use lynchpin::base::Probability;
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin_tests::cases::config;
use lynchpin_tests::histories::{columns, folder, numbers};
use proptest::prelude::*;
use serde_json::Value;

fn product(one: &[f64], other: &[f64]) -> Vec<f64> {
    one.iter().zip(other).map(|(a, b)| a * b).collect()
}

/// In millionths, as whole numbers.
#[expect(clippy::cast_possible_truncation, reason = "these are small")]
fn whole(values: &[f64]) -> Vec<i64> {
    values.iter().map(|value| (value * 1e6).round() as i64).collect()
}

fn of(share: Probability) -> f64 {
    f64::from(share.parts_per_billion()) / 1e9
}

/// Four projects of Kamei et al. (2013): fourteen features by four measures, to four digits.
#[test]
fn published_features_measure_as_they_were_measured() {
    let Some(folder) = folder("kamei2013") else { return };
    let expected = fs::read(folder.join("expected_metrics.json")).expect("it can be read");
    let expected: Value = serde_json::from_slice(&expected).expect("it is JSON");
    let mut compared = 0;
    for (project, expected) in expected.as_object().expect("projects by name") {
        let columns = columns(&folder.join(format!("{project}.csv")));
        let failed: Vec<bool> = columns["bug"].iter().map(|bug| bug == "1").collect();
        let raw = |name: &str| numbers(&columns, name);
        let files = raw("nf");
        let size = product(&raw("lt"), &files);
        let churn: Vec<f64> = raw("la").iter().zip(raw("ld")).map(|(a, d)| a + d).collect();
        let lines = churn.iter().zip(&size).map(|(c, s)| if *s > 0.0 { c * s } else { *c });
        let effort = whole(&lines.collect::<Vec<f64>>());
        let effort: Vec<u64> =
            effort.into_iter().map(|e| e.try_into().expect("none is below")).collect();
        for (feature, expected) in expected["features"].as_object().expect("features by name") {
            let values = match feature.as_str() {
                "nd" => raw("nm"),
                "age" => raw("pd"),
                "lt" => size.clone(),
                "nuc" => product(&raw("npt"), &files),
                "la" | "ld" => product(&raw(feature), &size),
                same => raw(same),
            };
            // Products that should be the same differ by their last digits, and did when these
            // were measured: what is not negative is in order by its bits.
            let scores = values.iter().map(|it| it.to_bits().try_into().expect("none is below"));
            let scores: Vec<i64> = scores.collect();
            let ranking = Ranking::new(&scores, &failed).expect("one for each");
            let found = ranking.by_effort(&effort).expect("one for each").expect("some failed");
            let pairs = [
                ("auc", ranking.auc()),
                ("up_popt", found.popt),
                ("up_recall_at_20pct_effort", Some(found.recall)),
                ("up_precision_at_20pct_effort", Some(found.precision)),
            ];
            for (name, share) in pairs {
                let (share, known) = (share.map(of), expected[name].as_f64());
                let off = (share.expect("it is told") - known.expect("a number")).abs();
                assert!(off < 1e-4, "{project} {feature} {name}: {share:?}, {known:?}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 4 * 14 * 4);
}

/// Six projects of Zeng et al. (2021): lines added alone, on their test parts, to six digits.
#[test]
fn lines_added_rank_as_published() {
    let Some(folder) = folder("issta21") else { return };
    let published = [
        ("qt", "0.743841"),
        ("openstack", "0.749124"),
        ("jdt", "0.675692"),
        ("platform", "0.746065"),
        ("gerrit", "0.749503"),
        ("go", "0.683108"),
    ];
    for (project, expected) in published {
        let columns = columns(&folder.join(format!("{project}_k_test.csv")));
        let failed: Vec<bool> = columns["bug"].iter().map(|bug| bug == "1").collect();
        let added = whole(&numbers(&columns, "la"));
        let auc = Ranking::new(&added, &failed).expect("one for each").auc().expect("some failed");
        assert_eq!(auc.to_millionths().to_string(), expected, "{project}");
    }
}

/// Scores with outcomes, many of them equal.
fn scored() -> impl Strategy<Value = (Vec<i64>, Vec<bool>)> {
    prop::collection::vec((0..8i64, any::<bool>()), 1..30).prop_map(|all| all.into_iter().unzip())
}

fn how_many(scores: &[i64], which: &dyn Fn(&i64) -> bool) -> usize {
    scores.iter().filter(|score| which(score)).count()
}

fn near(found: Option<Probability>, expected: f64) -> bool {
    found.is_some_and(|found| (of(found) - expected).abs() < 1e-8)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn ranks_are_by_definition((scores, failed) in scored(), percent in 0..=100u32) {
        let ranking = Ranking::new(&scores, &failed).expect("one for each");
        let all: Vec<(i64, bool)> = scores.iter().copied().zip(failed.iter().copied()).collect();
        let of_kind = |kind: bool| all.iter().filter(move |it| it.1 == kind).map(|it| it.0);
        let failures = of_kind(true).count() as f64;
        let mut halves = 0.0;
        for bad in of_kind(true) {
            let over = |good: i64| f64::from(bad > good) + f64::from(bad >= good);
            halves += of_kind(false).map(over).sum::<f64>();
        }
        let pairs = failures * of_kind(false).count() as f64;
        match pairs > 0.0 {
            true => prop_assert!(near(ranking.auc(), halves / 2.0 / pairs)),
            false => prop_assert_eq!(ranking.auc(), None),
        }
        if failures == 0.0 {
            prop_assert_eq!((ranking.recall(percent), ranking.average_precision()), (None, None));
            return Ok(());
        }
        // Each failure adds the precision at its score.
        let at = |score: i64| {
            let above: Vec<bool> = all.iter().filter(|it| it.0 >= score).map(|it| it.1).collect();
            above.iter().filter(|it| **it).count() as f64 / above.len() as f64
        };
        let precision = of_kind(true).map(at).sum::<f64>() / failures;
        prop_assert!(near(ranking.average_precision(), precision));
        // Each is among those looked at as far as what scores higher leaves room for its equals.
        let room = all.len() as f64 * f64::from(percent) / 100.0;
        let among = |score: i64| {
            let above = all.iter().filter(|it| it.0 > score).count() as f64;
            let equal = all.iter().filter(|it| it.0 == score).count() as f64;
            ((room - above) / equal).clamp(0.0, 1.0)
        };
        let recall = of_kind(true).map(among).sum::<f64>() / failures;
        prop_assert!(near(ranking.recall(percent), recall));
    }

    #[test]
    fn calibration_is_by_definition((scores, failed) in scored(), base in 1..8u32) {
        let say = |eighths: i64| {
            Probability::from_parts_per_billion(125_000_000 * u32::try_from(eighths).expect("few"))
        };
        let said: Vec<Probability> = scores.iter().map(|score| say(*score)).collect();
        let base = say(base.into());
        let found = Calibration::new(&said, &failed, base).expect("one for each").expect("some");
        let count = said.len() as f64;
        let became = |failed: &bool| f64::from(u8::from(*failed));
        let squares = |said: &dyn Fn(usize) -> f64| {
            let off = failed.iter().enumerate().map(|(at, it)| (said(at) - became(it)).powi(2));
            off.sum::<f64>() / count
        };
        let (own, plain) = (squares(&|at| of(said[at])), squares(&|_| of(base)));
        prop_assert!((of(found.brier) - own).abs() < 1e-8);
        let skill = found.skill.expect("the base is neither none nor all") as f64 / 1e9;
        prop_assert!((skill - (1.0 - own / plain)).abs() < 1e-6, "{skill} {own} {plain}");
        // Each is in the tenth in which the middle one of its equals is.
        let mut bins = vec![Vec::new(); 10];
        for (said, failed) in said.iter().zip(&failed) {
            let below = how_many(&scores, &|other| say(*other) < *said);
            let equal = how_many(&scores, &|other| say(*other) == *said);
            let middle = below as f64 + equal as f64 / 2.0;
            let tenth = (0..10).rev().find(|tenth| middle * 10.0 >= f64::from(*tenth) * count);
            bins[usize::try_from(tenth.expect("one")).expect("small")].push((of(*said), *failed));
        }
        bins.retain(|bin| !bin.is_empty());
        prop_assert_eq!(found.bins.len(), bins.len());
        for (found, bin) in found.bins.iter().zip(&bins) {
            let mean = |of: &dyn Fn(&(f64, bool)) -> f64| {
                bin.iter().map(of).sum::<f64>() / bin.len() as f64
            };
            prop_assert_eq!(found.count, bin.len() as u64);
            prop_assert!((of(found.predicted) - mean(&|it| it.0)).abs() < 1e-8);
            prop_assert!((of(found.observed) - mean(&|it| became(&it.1))).abs() < 1e-8);
        }
        let off = found.bins.iter().map(|bin| {
            bin.count as f64 * (of(bin.predicted) - of(bin.observed)).abs()
        });
        prop_assert!((of(found.error) - off.sum::<f64>() / count).abs() < 1e-7);
        // The order in which they are given is none.
        let backwards: Vec<bool> = failed.iter().rev().copied().collect();
        let turned: Vec<Probability> = said.iter().rev().copied().collect();
        prop_assert_eq!(Calibration::new(&turned, &backwards, base), Ok(Some(found)));
    }
}

/// What is said of many changes comes true in the mean of all of them; which of them are put beside
/// others is no matter of what became of them.
#[test]
fn what_is_said_of_many_is_not_parted() {
    let say = |tenths: u32| Probability::from_parts_per_billion(100_000_000 * tenths);
    let said: Vec<Probability> = (0..60).map(|at| say(if at < 40 { 1 } else { 4 })).collect();
    let failed: Vec<bool> = (0..60).map(|at| at < 4 || (40..48).contains(&at)).collect();
    let found = Calibration::new(&said, &failed, say(2)).expect("one for each").expect("some");
    assert_eq!(found.error, Probability::ZERO);
    let bins: Vec<(u64, Probability)> =
        found.bins.iter().map(|it| (it.count, it.observed)).collect();
    assert_eq!(bins, [(40, say(1)), (20, say(4))]);
}

#[test]
fn what_is_wrong_is_refused_or_untold() {
    assert!(Ranking::new(&[1], &[]).is_err());
    assert!(Ranking::new(&[1], &[true]).expect("one").by_effort(&[]).is_err());
    assert!(Calibration::new(&[], &[true], Probability::ONE).is_err());
    let none = Ranking::new(&[], &[]).expect("none");
    assert!(none.is_empty() && none.auc().is_none() && none.recall(100).is_none());
    assert_eq!(none.by_effort(&[]), Ok(None));
    assert_eq!(Calibration::new(&[], &[], Probability::ONE), Ok(None));
    // Nothing can be better than what is always right.
    let right = Calibration::new(&[Probability::ONE], &[true], Probability::ONE);
    assert_eq!(right.expect("one").expect("one").skill, None);
    // What is as large as it can be is no surprise.
    let large = Ranking::new(&[i64::MAX, i64::MIN], &[true, false]).expect("two");
    let found = large.by_effort(&[u64::MAX, u64::MAX]).expect("two").expect("one failed");
    assert_eq!(found.popt.map(of), Some(0.0));
}
