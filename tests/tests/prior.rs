//! The prior that is shipped, fitted anew to the published histories, and what it is worth to those
//! who have next to no history of their own.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::LogOdds;
use lynchpin::risk::learn::{Bend, Column, Fit, Model, Transform};
use lynchpin::risk::measure::Ranking;
use lynchpin_tests::histories::{History, published};

/// The features of the prior, and where they stand in the histories.
const FEATURES: [(&str, usize); 8] = [
    ("lines_added", 4),
    ("lines_deleted", 5),
    ("files", 2),
    ("folders", 1),
    ("fix", 7),
    ("developers", 8),
    ("age_days", 9),
    ("author_record", 11),
];

fn columns(history: &History, from: usize, to: usize) -> Vec<Column<'_>> {
    let all = FEATURES.into_iter().map(|(name, at)| Column {
        name,
        transform: if name == "fix" { Transform::Plain } else { Transform::Log },
        bend: Bend::Straight,
        values: &history.values[at][from..to],
    });
    all.collect()
}

fn own(history: &History, count: usize) -> Option<Model> {
    Model::fit(&columns(history, 0, count), &history.failed[..count], &Fit::LINES).ok()
}

/// The mean of some numbers, and how far the next one like them is off: the deviation between them,
/// and what the mean itself is off by.
fn spread(numbers: &[f64]) -> (f64, f64) {
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let square = numbers.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, (square * (1.0 + 1.0 / count)).sqrt())
}

/// To the third decimal: no more is known of any of them.
fn thousandths(number: f64, unit: f64) -> i64 {
    ((number / unit * 1e3).round() * unit / 1e3).round() as i64
}

/// What models of several histories have in common.
fn pooled(models: &[Model]) -> Model {
    let mut pooled = Model::published();
    let real = |number: LogOdds| number.billionths() as f64;
    let weights = |at: usize| models.iter().map(move |it| real(it.terms[at].weight));
    let log_odds = |number: f64| LogOdds::from_billionths(thousandths(number, 1e9));
    for (at, term) in pooled.terms.iter_mut().enumerate() {
        let own = || models.iter().map(|it| &it.terms[at]);
        let (weight, error) = spread(&weights(at).collect::<Vec<_>>());
        let (centre, _) = spread(&own().map(|it| it.centre as f64).collect::<Vec<_>>());
        term.name = FEATURES[at].0.to_owned();
        term.transform = own().next().expect("a history").transform;
        (term.weight, term.error) = (log_odds(weight), log_odds(error));
        term.centre = thousandths(centre, 1e6);
        let (low, high) = (own().map(|it| it.seen.0).min(), own().map(|it| it.seen.1).max());
        let rounded = |end: Option<i64>| thousandths(end.expect("a history") as f64, 1e6);
        term.seen = (rounded(low), rounded(high));
    }
    // What each says of a change that is as usual among all of them.
    let usual = |model: &Model| {
        let terms = model.terms.iter().zip(&pooled.terms);
        let moved =
            terms.map(|(own, all)| (all.centre - own.centre) as f64 / 1e6 * real(own.weight));
        real(model.baseline) + moved.sum::<f64>()
    };
    let (baseline, error) = spread(&models.iter().map(usual).collect::<Vec<_>>());
    (pooled.baseline, pooled.baseline_error) = (log_odds(baseline), log_odds(error));
    pooled.changes = models.iter().map(|it| it.changes).sum();
    pooled.failures = models.iter().map(|it| it.failures).sum();
    pooled
}

fn told(model: &Model) -> String {
    let numbers = |it: i64| it / 1_000;
    let terms = model.terms.iter().map(|it| {
        let (weight, error) =
            (it.weight.billionths() / 1_000_000, it.error.billionths() / 1_000_000);
        let (low, high) = (numbers(it.seen.0), numbers(it.seen.1));
        format!(
            "{} {:?} {weight} {error} {} {low} {high}\n",
            it.name,
            it.transform,
            numbers(it.centre)
        )
    });
    let whole = format!(
        "{} {} of {} and {}",
        model.baseline.billionths() / 1_000_000,
        model.baseline_error.billionths() / 1_000_000,
        model.changes,
        model.failures
    );
    terms.collect::<String>() + &whole
}

#[test]
fn it_is_what_the_published_histories_have_in_common() {
    let histories = published();
    if histories.is_empty() {
        return;
    }
    let models = histories.iter().map(|it| own(it, it.failed.len()).expect("it can be fitted"));
    let found = pooled(&models.collect::<Vec<_>>());
    assert!(found == Model::published(), "it should be, in thousandths:\n{}", told(&found));
}

/// How well a model ranks the end of a history.
fn area(model: &Model, history: &History) -> f64 {
    let cut = history.cut();
    let scores: Vec<i64> = (cut..history.failed.len())
        .map(|row| {
            let features: Vec<i64> = FEATURES.iter().map(|it| history.values[it.1][row]).collect();
            model.score(&features).expect("its features").log_odds.billionths()
        })
        .collect();
    let ranking = Ranking::new(&scores, &history.failed[cut..]).expect("as many");
    f64::from(ranking.auc().expect("both").parts_per_billion()) / 1e9
}

/// With fifty changes of one's own the prior is worth more than they are, and with two thousand it
/// does no harm: leaving out the history itself.
#[test]
fn those_without_a_history_are_better_off_and_the_others_no_worse() {
    let histories = published();
    if histories.is_empty() {
        return;
    }
    let models = histories.iter().map(|it| own(it, it.failed.len()).expect("it can be fitted"));
    let models: Vec<Model> = models.collect();
    let (mut none, mut few, mut alone, mut many, mut many_alone) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (at, history) in histories.iter().enumerate() {
        let others: Vec<Model> = models
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .map(|(_, model)| model.clone())
            .collect();
        let prior = pooled(&others);
        let with = |count: usize| {
            let fit = Fit { prior: Some(&prior), ..Fit::LINES };
            let columns = columns(history, 0, count);
            Model::fit(&columns, &history.failed[..count], &fit).expect("it can be fitted")
        };
        none += area(&prior, history) / 10.0;
        few += area(&with(50), history) / 10.0;
        many += area(&with(2_000), history) / 10.0;
        alone += own(history, 50).map_or(0.5, |model| area(&model, history)) / 10.0;
        many_alone += own(history, 2_000).map_or(0.5, |model| area(&model, history)) / 10.0;
        // It fades: after two thousand changes little rests on it.
        let share = |count: usize| {
            let model = with(count);
            let shares = model.rests_on(&prior);
            let all: u64 = shares.iter().map(|it| u64::from(it.1.parts_per_billion())).sum();
            all as f64 / 1e9 / shares.len() as f64
        };
        assert!(share(50) > 0.5 && share(2_000) < 0.35, "{} {}", share(50), share(2_000));
    }
    let all = format!("none {none} few {few} alone {alone} many {many} many alone {many_alone}");
    assert!(few > alone + 0.02 && none > alone && many > many_alone - 0.003, "{all}");
    println!("{all}");
}
