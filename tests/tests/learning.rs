//! Models fitted to published histories: what they rank, and what a fit is by definition.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::sync::OnceLock;

use lynchpin::base::{LogOdds, Probability};
use lynchpin::risk::joint::{Joint, Shock, shock};
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Rolling, Scores, Transform};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin::risk::probability;
use lynchpin_tests::cases::config;
use lynchpin_tests::histories::{History, published};
use proptest::prelude::*;

/// What a model fitted to the first seven tenths says of all.
fn scores(history: &History) -> Vec<LogOdds> {
    let cut = history.cut();
    let model = Model::fit(&history.columns(cut), &history.failed[..cut], &Fit::LINES);
    let model = model.expect("it can be fitted");
    let score = |row: usize| model.score(&history.row(row)).expect("all are given").log_odds;
    (0..history.failed.len()).map(score).collect()
}

/// How far probabilities of the last three tenths are from what became of them.
fn error(history: &History, scores: &[LogOdds]) -> f64 {
    let cut = history.cut();
    let said: Vec<Probability> = scores[cut..].iter().map(|it| probability(*it)).collect();
    let found = Calibration::new(&said, &history.failed[cut..], Probability::ONE);
    of(found.expect("one for each").expect("there are some").error)
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
            let scores = scores(&history);
            (history, scores, area)
        };
        read_histories().into_iter().map(fitted).collect()
    })
}

fn read_histories() -> Vec<(History, f64)> {
    let areas = [0.844, 0.752, 0.745, 0.840, 0.744, 0.773, 0.700, 0.768, 0.678, 0.738];
    published().into_iter().zip(areas).collect()
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

/// What was said of each change, shifted by what was known ninety days late.
fn shifted(history: &History, scores: &[LogOdds]) -> Vec<LogOdds> {
    const LATE: i64 = 90 * 24 * 3_600;
    let mut rolling = Rolling::new(600);
    let mut known = 0;
    let shifted = history.times.iter().zip(scores).map(|(time, said)| {
        while history.times[known] + LATE <= *time {
            rolling.learn(scores[known], history.failed[known]);
            known += 1;
        }
        said.plus(rolling.shift())
    });
    shifted.collect()
}

/// What is learned ninety days late makes up for most of the drift.
#[test]
fn a_shift_follows_the_drift() {
    let histories = histories();
    let (mut plain, mut rolled) = (Vec::new(), Vec::new());
    for (history, scores, _) in histories {
        plain.push(error(history, scores));
        rolled.push(error(history, &shifted(history, scores)));
    }
    if histories.is_empty() {
        return;
    }
    let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean(&plain) > 0.06, "{plain:?}");
    assert!(mean(&rolled) <= 0.040, "{} {rolled:?}", mean(&rolled));
}

/// How often any of ten consecutive changes fails is what a common shock says, learned from the
/// part of each history that the model was fitted to; independence says too much.
#[test]
fn ten_changes_fail_together_as_often_as_is_said() {
    let (mut together, mut alone) = (Vec::new(), Vec::new());
    for (history, scores, _) in histories() {
        let said: Vec<Probability> =
            shifted(history, scores).into_iter().map(probability).collect();
        let cut = history.cut();
        let past = cut * 7 / 10 / 10 * 10..cut / 10 * 10;
        let releases = vec![10; past.len() / 10];
        let learned = shock(&said[past.clone()], &history.failed[past], &releases);
        let learned = learned.expect("as many of each");
        let off = |shock: Shock| {
            let (mut chances, mut any, mut count) = (0.0, 0.0, 0.0);
            for (said, failed) in
                said[cut..].chunks_exact(10).zip(history.failed[cut..].chunks_exact(10))
            {
                chances += of(Joint::new(said, shock).any);
                any += f64::from(failed.contains(&true));
                count += 1.0;
            }
            ((chances - any) / count).abs()
        };
        together.push(off(learned));
        alone.push(off(Shock::NONE));
    }
    if together.is_empty() {
        return;
    }
    let mean = |errors: &[f64]| errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean(&together) <= 0.06, "{} {together:?}", mean(&together));
    assert!(mean(&together) < mean(&alone), "{together:?} {alone:?}");
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
            Column { name: "one", transform: Transform::Plain, bend: Bend::Free, values: &one },
            Column { name: "other", transform: Transform::Log, bend: Bend::Free, values: &other },
        ];
        let Ok(model) = Model::fit(&columns, &failed, &Fit { strength, ..Fit::LINES }) else {
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

/// Whatever a host writes into a model, its sums are cut at what they hold, one by one and at once.
#[test]
fn a_model_beyond_all_bounds_scores_the_same_at_once() {
    let values = [3, 900, 12, 40].map(|lines| lines * 1_000_000);
    let column =
        Column { name: "a", transform: Transform::Plain, bend: Bend::Free, values: &values };
    let mut model =
        Model::fit(&[column], &[false, true, false, true], &Fit::LINES).expect("it is a model");
    for weight in [i64::MAX, i64::MIN, 1_000_000_000_000_000_000] {
        model.terms[0].weight = LogOdds::from_billionths(weight);
        model.baseline = LogOdds::from_billionths(i64::MAX - 5);
        let (mut log_odds, mut chances, mut added) = ([0; 4], [0; 4], [0; 4]);
        let into = Scores {
            log_odds: Some(&mut log_odds),
            probabilities: Some(&mut chances),
            contributions: Some(&mut added),
        };
        model.scorer(false).score(&[&values], into).expect("it is a model");
        for (row, value) in values.iter().enumerate() {
            let one = model.score(&[*value]).expect("it is a model");
            assert_eq!(one.log_odds.billionths(), log_odds[row]);
            assert_eq!(one.probability().parts_per_billion(), chances[row]);
            assert_eq!(one.terms[0].billionths(), added[row]);
        }
    }
}
