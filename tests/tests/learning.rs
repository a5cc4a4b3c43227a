//! Models fitted to published histories: what they rank, and what a fit is by definition.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;

use lynchpin::risk::learn::{Column, MISSING, Model, Transform};
use lynchpin::risk::measure::Ranking;
use lynchpin_tests::cases::config;
use lynchpin_tests::histories::{columns, folder, numbers};
use proptest::prelude::*;

const PLAIN: [&str; 2] = ["fix", "entropy"];

/// A history in order of time: a column for each feature in millionths, and what failed.
struct History {
    names: Vec<&'static str>,
    values: Vec<Vec<i64>>,
    failed: Vec<bool>,
}

#[expect(clippy::cast_possible_truncation, reason = "these are small")]
fn whole(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

impl History {
    fn read(file: &Path, names: &[(&'static str, &str)], date: impl Fn(&str) -> u64) -> History {
        let columns = columns(file);
        let dates = columns.get("date").or(columns.get("commitdate")).expect("a date");
        let mut order: Vec<usize> = (0..dates.len()).collect();
        order.sort_by_key(|at| date(&dates[*at]));
        let failed = &columns["bug"];
        let raw = |name: &str| numbers(&columns, name);
        // Four projects give sizes for each line and file that was there, if there was any.
        let sizes = columns.contains_key("npt").then(|| {
            let (lines, files) = (raw("lt"), raw("nf"));
            let all = lines.iter().zip(&files).map(|(lines, files)| lines * files);
            let all: Vec<f64> = all.map(|all| if all > 0.0 { all } else { 1.0 }).collect();
            (all, files)
        });
        let values = names.iter().map(|(feature, name)| {
            let values = raw(name);
            let times: Option<&Vec<f64>> = sizes.as_ref().and_then(|(all, files)| match *feature {
                "la" | "ld" => Some(all),
                "lt" | "nuc" => Some(files),
                _ => None,
            });
            let value = |at: &usize| values[*at] * times.map_or(1.0, |times| times[*at]);
            order.iter().map(|at| whole(value(at))).collect()
        });
        History {
            names: names.iter().map(|(name, _)| *name).collect(),
            values: values.collect(),
            failed: order.iter().map(|at| failed[*at] == "1").collect(),
        }
    }

    /// The area under the curve on the last three tenths of a model fitted to the others.
    fn auc(&self) -> f64 {
        let cut = self.failed.len() * 7 / 10;
        let transform = |name| match PLAIN.contains(&name) {
            true => Transform::Plain,
            false => Transform::Log,
        };
        let train: Vec<Column<'_>> = self
            .names
            .iter()
            .zip(&self.values)
            .map(|(name, values)| Column {
                name,
                transform: transform(name),
                values: &values[..cut],
            })
            .collect();
        let model = Model::fit(&train, &self.failed[..cut], 1).expect("it can be fitted");
        let scores: Vec<i64> = (cut..self.failed.len())
            .map(|row| {
                let features: Vec<i64> = self.values.iter().map(|values| values[row]).collect();
                model.score(&features).expect("all are given").log_odds.billionths()
            })
            .collect();
        let auc = Ranking::new(&scores, &self.failed[cut..]).expect("one for each").auc();
        f64::from(auc.expect("some failed").parts_per_billion()) / 1e9
    }
}

/// Of ten histories, the areas that were measured of the same regression elsewhere.
#[test]
fn fitted_models_rank_as_such_models_do() {
    let (Some(kamei), Some(issta)) = (folder("kamei2013"), folder("issta21")) else { return };
    let as_named = [
        "ns", "nd", "nf", "entropy", "la", "ld", "lt", "fix", "ndev", "age", "nuc", "exp", "rexp",
        "sexp",
    ];
    let slashes = |date: &str| {
        let parts = date.split(['/', ' ', ':']).map(|part| part.parse::<u64>().expect("a number"));
        parts.fold(0, |date, part| date * 100 + part % 10_000)
    };
    let seconds = |date: &str| date.parse::<f64>().map_or(0, |date| date.to_bits());
    let of_kamei = |project: &str| {
        let names = as_named.map(|name| match name {
            "nd" => (name, "nm"),
            "age" => (name, "pd"),
            "nuc" => (name, "npt"),
            same => (name, same),
        });
        History::read(&kamei.join(format!("{project}.csv")), &names, slashes)
    };
    let of_issta = |project: &str| {
        let names = as_named.map(|name| match name {
            "entropy" => (name, "entrophy"),
            same => (name, same),
        });
        History::read(&issta.join(format!("{project}.csv")), &names, seconds)
    };
    let known = [
        (of_kamei("bugzilla"), 0.844),
        (of_kamei("columba"), 0.752),
        (of_kamei("jdt"), 0.745),
        (of_kamei("postgres"), 0.840),
        (of_issta("qt"), 0.744),
        (of_issta("openstack"), 0.773),
        (of_issta("jdt"), 0.700),
        (of_issta("platform"), 0.768),
        (of_issta("gerrit"), 0.678),
        (of_issta("go"), 0.738),
    ];
    for (history, known) in known {
        let found = history.auc();
        assert!(found > known - 0.002, "{found} where {known} was measured");
    }
}

/// A few changes of two features.
fn few() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    let change = (0..40i64, prop_oneof![9 => 0..40i64, 1 => Just(-1)], any::<bool>());
    prop::collection::vec(change, 4..60)
}

proptest! {
    #![proptest_config(config(100))]

    /// What is added up is the score, whatever is missing; and what is missing is as bad as can be.
    #[test]
    fn terms_add_up(changes in few(), strength in 1..20u32) {
        let millions = |value: i64| if value < 0 { MISSING } else { value * 1_000_000 };
        let one: Vec<i64> = changes.iter().map(|it| millions(it.0)).collect();
        let other: Vec<i64> = changes.iter().map(|it| millions(it.1)).collect();
        let failed: Vec<bool> = changes.iter().map(|it| it.2).collect();
        let columns = [
            Column { name: "one", transform: Transform::Plain, values: &one },
            Column { name: "other", transform: Transform::Log, values: &other },
        ];
        let Ok(model) = Model::fit(&columns, &failed, strength) else {
            let all = failed.iter().all(|failed| *failed) || !failed.contains(&true);
            prop_assert!(all, "it could not be fitted");
            return Ok(());
        };
        let mut expected = 0.0;
        for (one, other) in one.iter().zip(&other) {
            let scored = model.score(&[*one, *other]).expect("two features");
            let sum = scored.terms.iter().fold(model.baseline, |sum, term| sum.plus(*term));
            prop_assert_eq!(sum, scored.log_odds);
            let unknown = model.score(&[*one, MISSING]).expect("two features");
            prop_assert!(unknown.log_odds >= scored.log_odds);
            if other == &MISSING {
                // It was taken for the mean while it was fitted.
                let usual = scored.log_odds.billionths() - scored.terms[1].billionths();
                expected += f64::midpoint(1.0, (usual as f64 / 2e9).tanh());
            } else {
                expected += f64::from(scored.probability().parts_per_billion()) / 1e9;
            }
        }
        // Where the likelihood is largest, as many are expected to fail as did.
        let failures = model.failures as f64;
        prop_assert!((expected - failures).abs() < 1e-3, "{expected} of {failures}");
    }
}
