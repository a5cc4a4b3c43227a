//! Models fitted to published histories: what they rank, and what a fit is by definition.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::path::Path;
use std::sync::OnceLock;

use lynchpin::base::{Instant, LogOdds, Probability};
use lynchpin::risk::learn::{Column, MISSING, Model, Rolling, Transform};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin::risk::probability;
use lynchpin_tests::cases::config;
use lynchpin_tests::histories::{columns, folder, numbers};
use proptest::prelude::*;

const PLAIN: [&str; 2] = ["fix", "entropy"];

/// A history in order of time: a column for each feature in millionths, and what failed.
struct History {
    names: Vec<&'static str>,
    /// When each change was made, in seconds.
    times: Vec<i64>,
    values: Vec<Vec<i64>>,
    failed: Vec<bool>,
}

#[expect(clippy::cast_possible_truncation, reason = "these are small")]
fn whole(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

impl History {
    fn read(file: &Path, names: &[(&'static str, &str)], date: impl Fn(&str) -> i64) -> History {
        let columns = columns(file);
        let dates = columns.get("date").or(columns.get("commitdate")).expect("a date");
        let times: Vec<i64> = dates.iter().map(|text| date(text)).collect();
        let mut order: Vec<usize> = (0..dates.len()).collect();
        order.sort_by_key(|at| times[*at]);
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
            times: order.iter().map(|at| times[*at]).collect(),
            failed: order.iter().map(|at| failed[*at] == "1").collect(),
        }
    }

    /// Where its last three tenths begin.
    fn cut(&self) -> usize {
        self.failed.len() * 7 / 10
    }

    /// What a model fitted to the first seven tenths says of all.
    fn scores(&self) -> Vec<LogOdds> {
        let cut = self.cut();
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
        let score = |row: usize| {
            let features: Vec<i64> = self.values.iter().map(|values| values[row]).collect();
            model.score(&features).expect("all are given").log_odds
        };
        (0..self.failed.len()).map(score).collect()
    }

    /// How far probabilities of the last three tenths are from what became of them.
    fn error(&self, scores: &[LogOdds]) -> f64 {
        let cut = self.cut();
        let said: Vec<Probability> = scores[cut..].iter().map(|it| probability(*it)).collect();
        let found = Calibration::new(&said, &self.failed[cut..], Probability::ONE);
        of(found.expect("one for each").expect("there are some").error)
    }
}

fn of(share: Probability) -> f64 {
    f64::from(share.parts_per_billion()) / 1e9
}

/// Ten published histories, what a model fitted to the first seven tenths says of each change, and
/// the area under the curve that was measured elsewhere of the same regression on the others.
fn histories() -> &'static [(History, Vec<LogOdds>, f64)] {
    // Both tests take all of them, and a fit takes its time in a debug build.
    static ALL: OnceLock<Vec<(History, Vec<LogOdds>, f64)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let fitted = |(history, area): (History, f64)| {
            let scores = history.scores();
            (history, scores, area)
        };
        read_histories().into_iter().map(fitted).collect()
    })
}

fn read_histories() -> Vec<(History, f64)> {
    let (Some(kamei), Some(issta)) = (folder("kamei2013"), folder("issta21")) else {
        return Vec::new();
    };
    let as_named = [
        "ns", "nd", "nf", "entropy", "la", "ld", "lt", "fix", "ndev", "age", "nuc", "exp", "rexp",
        "sexp",
    ];
    let slashes = |date: &str| {
        let parts: Vec<u32> =
            date.split(['/', ' ', ':']).map(|part| part.parse().expect("a number")).collect();
        let &[year, month, day, hour, minute] = parts.as_slice() else { panic!("{date}") };
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z");
        text.parse::<Instant>().expect("an instant").micros() / 1_000_000
    };
    let seconds = |date: &str| whole(date.parse::<f64>().expect("a number") / 1e6);
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
    let areas = [
        ("bugzilla", 0.844),
        ("columba", 0.752),
        ("jdt", 0.745),
        ("postgres", 0.840),
        ("qt", 0.744),
        ("openstack", 0.773),
        ("jdt", 0.700),
        ("platform", 0.768),
        ("gerrit", 0.678),
        ("go", 0.738),
    ];
    let read = |(number, (project, area)): (usize, (&str, f64))| {
        (if number < 4 { of_kamei(project) } else { of_issta(project) }, area)
    };
    areas.into_iter().enumerate().map(read).collect()
}

#[test]
fn fitted_models_rank_as_such_models_do() {
    for (history, scores, known) in histories() {
        let scores: Vec<i64> = scores[history.cut()..].iter().map(|it| it.billionths()).collect();
        let ranking = Ranking::new(&scores, &history.failed[history.cut()..]);
        let found = of(ranking.expect("one for each").auc().expect("some failed"));
        assert!(found > known - 0.002, "{found} where {known} was measured");
    }
}

/// What is learned ninety days late makes up for most of the drift.
#[test]
fn a_shift_follows_the_drift() {
    const LATE: i64 = 90 * 24 * 3_600;
    let histories = histories();
    let (mut plain, mut rolled) = (Vec::new(), Vec::new());
    for (history, scores, _) in histories {
        let mut rolling = Rolling::new(600);
        let mut known = 0;
        let shifted = history.times.iter().zip(scores).map(|(time, said)| {
            while history.times[known] + LATE <= *time {
                rolling.learn(scores[known], history.failed[known]);
                known += 1;
            }
            said.plus(rolling.shift())
        });
        let shifted: Vec<LogOdds> = shifted.collect();
        plain.push(history.error(scores));
        rolled.push(history.error(&shifted));
    }
    if histories.is_empty() {
        return;
    }
    let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean(&plain) > 0.06, "{plain:?}");
    assert!(mean(&rolled) <= 0.040, "{} {rolled:?}", mean(&rolled));
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
                expected += of(scored.probability());
            }
        }
        // Where the likelihood is largest, as many are expected to fail as did.
        let failures = model.failures as f64;
        prop_assert!((expected - failures).abs() < 1e-3, "{expected} of {failures}");
    }
}
