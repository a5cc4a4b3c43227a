//! Additive models: what they must be whatever they are fitted to.
#![expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use lynchpin::base::LogOdds;
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Platt, Scores, Transform};
use lynchpin::risk::measure::Ranking;
use lynchpin::risk::probability;
use lynchpin_tests::cases::config;
use proptest::prelude::*;

/// Changes of three features, some of which are not known, and whether they failed.
#[derive(Clone, Debug)]
struct Seen {
    columns: [Vec<i64>; 3],
    failed: Vec<bool>,
}

/// How a model is fitted, and which way its features may run.
#[derive(Clone, Copy, Debug)]
struct How {
    bends: [Bend; 3],
    rounds: u32,
    pairs: u32,
    half_life: Option<u32>,
}

fn seen() -> impl Strategy<Value = Seen> {
    let value = prop_oneof![9 => 0..30_i64, 1 => Just(-1)];
    let change = ([value.clone(), value.clone(), value], 0..60_i64);
    prop::collection::vec(change, 60..200).prop_map(|changes| {
        let millions = |value: i64| if value < 0 { MISSING } else { value * 1_000_000 };
        let columns = [0, 1, 2].map(|at| changes.iter().map(|it| millions(it.0[at])).collect());
        // Small and large ones fail together, which no line can say.
        let failed = changes.iter().map(|([one, other, _], chance)| {
            let risk = if (one > &15) == (other > &15) { 40 } else { 10 };
            risk > *chance
        });
        Seen { columns, failed: failed.collect() }
    })
}

fn how() -> impl Strategy<Value = How> {
    let bend = prop::sample::select(vec![Bend::Straight, Bend::Free, Bend::Rising, Bend::Falling]);
    let bends = [bend.clone(), bend.clone(), bend];
    (bends, 0..60_u32, 0..4_u32, prop::option::of(5..500_u32))
        .prop_map(|(bends, rounds, pairs, half_life)| How { bends, rounds, pairs, half_life })
}

fn fitted(seen: &Seen, how: How) -> Option<Model> {
    let transforms = [Transform::Plain, Transform::Log, Transform::Log];
    let columns: Vec<Column<'_>> = (0..3)
        .map(|at| Column {
            name: ["one", "other", "third"][at],
            transform: transforms[at],
            bend: how.bends[at],
            values: &seen.columns[at],
        })
        .collect();
    let How { rounds, pairs, half_life, .. } = how;
    let fit = Fit { rounds, pairs, half_life, ..Fit::LINES };
    let is_one = !seen.failed.contains(&true) || !seen.failed.contains(&false);
    match Model::fit(&columns, &seen.failed, &fit) {
        Ok(model) => Some(model),
        Err(error) => {
            assert!(is_one, "{error}");
            None
        }
    }
}

fn row(seen: &Seen, at: usize) -> [i64; 3] {
    [0, 1, 2].map(|column| seen.columns[column][at])
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn what_is_added_up_is_the_score_and_nothing_unknown_lowers_it(seen in seen(), how in how()) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        prop_assert!(model.pairs.len() <= how.pairs as usize);
        for at in 0..seen.failed.len() {
            let values = row(&seen, at);
            let scored = model.score(&values).expect("three features");
            let sum = scored.terms.iter().fold(model.baseline, |sum, term| sum.plus(*term));
            prop_assert_eq!(sum, scored.log_odds);
            for column in 0..3 {
                let mut unknown = values;
                unknown[column] = MISSING;
                let unknown = model.score(&unknown).expect("three features");
                prop_assert!(unknown.log_odds >= scored.log_odds);
            }
        }
    }

    #[test]
    fn all_at_once_is_one_by_one(seen in seen(), how in how()) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        let (count, width) = (seen.failed.len(), model.terms.len() + model.pairs.len());
        let columns: Vec<Vec<i64>> = model
            .terms
            .iter()
            .zip(&seen.columns)
            .map(|(term, values)| values.iter().map(|value| term.transform.of(*value)).collect())
            .collect();
        for is_transformed in [false, true] {
            let given = if is_transformed { &columns[..] } else { &seen.columns[..] };
            let given: Vec<&[i64]> = given.iter().map(Vec::as_slice).collect();
            let (mut log_odds, mut probabilities) = (vec![0; count], vec![0; count]);
            let mut contributions = vec![0; count * width];
            let scorer = model.scorer(is_transformed);
            prop_assert_eq!(scorer.width(), width);
            let into = Scores {
                log_odds: Some(&mut log_odds),
                probabilities: Some(&mut probabilities),
                contributions: Some(&mut contributions),
            };
            scorer.score(&given, into).expect("all fits");
            for at in 0..count {
                let one = model.score(&row(&seen, at)).expect("three features");
                prop_assert_eq!(log_odds[at], one.log_odds.billionths());
                prop_assert_eq!(probabilities[at], one.probability().parts_per_billion());
                for (number, term) in one.terms.iter().enumerate() {
                    prop_assert_eq!(contributions[number * count + at], term.billionths());
                }
            }
            let short = Scores { log_odds: Some(&mut log_odds[1..]), ..Scores::default() };
            prop_assert!(scorer.score(&given, short).is_err());
            prop_assert!(scorer.score(&given[1..], Scores::default()).is_err());
        }
    }

    #[test]
    fn a_model_that_is_written_and_read_is_the_same(seen in seen(), how in how()) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        let text = model.to_json().expect("a model can be written");
        let read = Model::from_json(&text).expect("and read");
        prop_assert_eq!(read.digest(), model.digest());
        prop_assert_eq!(read, model);
    }

    /// Whatever is changed in a document, it is read with care or refused.
    #[test]
    fn a_broken_model_is_refused_or_adds_up(
        seen in seen(), how in how(), place in any::<prop::sample::Index>(), byte in any::<u8>(),
        values in [any::<i64>(), any::<i64>(), any::<i64>()],
    ) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        let mut text = model.to_json().expect("a model can be written");
        let place = place.index(text.len());
        text[place] = byte;
        let Ok(model) = Model::from_json(&text) else { return Ok(()) };
        if let Ok(scored) = model.score(&values) {
            let sum = scored.terms.iter().fold(model.baseline, |sum, term| sum.plus(*term));
            prop_assert_eq!(sum, scored.log_odds);
        }
    }

    /// A model that is calibrated says what the calibration makes of what it said before: but for
    /// the rounding that is told of [`Model::calibrated`].
    #[test]
    fn what_is_calibrated_says_what_the_calibration_says(
        seen in seen(), how in how(), odd in 1..60_usize, wrong in any::<bool>(),
    ) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        let said: Vec<LogOdds> = (0..seen.failed.len())
            .map(|at| model.score(&row(&seen, at)).expect("three features").log_odds)
            .collect();
        // Some came out otherwise, or all but those did.
        let became = |(at, failed): (usize, &bool)| (failed ^ (at % odd == 0)) ^ wrong;
        let failed: Vec<bool> = seen.failed.iter().enumerate().map(became).collect();
        let platt = Platt::fit(&said, &failed).expect("one outcome for each");
        prop_assert!(platt.slope().billionths() >= 0);
        let calibrated = model.calibrated(&platt).expect("it adds no more than before");
        let read = Model::from_json(&calibrated.to_json().expect("a model")).expect("sound");
        prop_assert_eq!(&read, &calibrated);
        let slope = platt.slope().billionths() as f64 / 1e9;
        for at in 0..seen.failed.len() {
            for unknown in 0..4 {
                let mut values = row(&seen, at);
                if let Some(value) = values.get_mut(unknown) {
                    *value = MISSING;
                }
                let before = model.score(&values).expect("three features");
                let now = calibrated.score(&values).expect("three features");
                let sum = now.terms.iter().fold(calibrated.baseline, |sum, it| sum.plus(*it));
                prop_assert_eq!(sum, now.log_odds);
                let away: f64 = model.terms.iter().zip(values).map(|(term, value)| {
                    let (low, high) = term.seen;
                    let off = |value: i64| (value - term.centre).abs() as f64 / 1e6;
                    match term.transform.of(value) {
                        MISSING => off(low).max(off(high)),
                        value => off(value.clamp(low, high)),
                    }
                }).sum();
                let count = (model.terms.len() + model.pairs.len()) as f64;
                let allowed = 1.0 + count * (1.0 + slope / 2.0) + away / 2.0;
                let off = now.log_odds.billionths() - platt.of(before.log_odds).billionths();
                prop_assert!((off as f64).abs() <= allowed, "{off} of {allowed}");
            }
        }
        rises(&seen, how, &calibrated)?;
    }

    #[test]
    fn what_must_rise_rises(seen in seen(), how in how()) {
        let Some(model) = fitted(&seen, how) else { return Ok(()) };
        rises(&seen, how, &model)?;
    }
}

/// That what must rise or fall does, whatever else there is.
fn rises(seen: &Seen, how: How, model: &Model) -> Result<(), TestCaseError> {
    for at in 0..seen.failed.len().min(20) {
        let mut values = row(seen, at);
        for column in 0..3 {
            let own = values[column];
            let mut last: Option<LogOdds> = None;
            for value in 0..31 {
                values[column] = value * 1_000_000;
                let now = model.score(&values)?.log_odds;
                if let Some(last) = last {
                    // Each of a few tables is rounded by itself.
                    let rise = now.billionths() - last.billionths();
                    match how.bends[column] {
                        Bend::Rising => prop_assert!(rise >= -10, "{rise} at {value}"),
                        Bend::Falling => prop_assert!(rise <= 10, "{rise} at {value}"),
                        Bend::Straight | Bend::Free | _ => {}
                    }
                }
                last = Some(now);
            }
            values[column] = own;
        }
    }
    Ok(())
}

/// Two features that are risky where both are small or both are large: lines see little of it, and
/// a pair all.
#[test]
fn a_pair_says_what_its_features_do_not() {
    let value = |at: i64, step: i64| (at * step % 100) * 1_000_000;
    let one: Vec<i64> = (0..4_000).map(|at| value(at, 37)).collect();
    let other: Vec<i64> = (0..4_000).map(|at| value(at / 100, 61)).collect();
    let part = 40_000_000;
    let failed: Vec<bool> =
        one.iter().zip(&other).map(|(one, other)| (*one < part) == (*other < part)).collect();
    let column =
        |name, values| Column { name, transform: Transform::Plain, bend: Bend::Free, values };
    let columns = [column("one", &one[..]), column("other", &other[..])];
    let area = |fit: &Fit<'_>| {
        let model = Model::fit(&columns, &failed, fit).expect("it can be fitted");
        let said: Vec<i64> = one
            .iter()
            .zip(&other)
            .map(|(one, other)| model.score(&[*one, *other]).expect("two").log_odds.billionths())
            .collect();
        let area = Ranking::new(&said, &failed).expect("one for each").auc().expect("some failed");
        (area.parts_per_billion(), model)
    };
    let (lines, _) = area(&Fit::LINES);
    // At best, the 36 of 52 that fail where both are large are ranked first.
    assert!(lines < 700_000_000, "{lines}");
    let (alone, _) = area(&Fit { rounds: 200, ..Fit::LINES });
    assert!(alone < 700_000_000, "{alone}");
    let (pairs, model) = area(&Fit { rounds: 200, pairs: 1, ..Fit::LINES });
    assert!(pairs > 980_000_000, "{pairs}");
    // What a pair says has no part that one of its features says alone.
    let alone = |term: usize| {
        let adds = model.terms[term].steps.adds.iter();
        adds.map(|it| it.billionths().abs()).max().unwrap_or(0)
    };
    let pair = model.pairs[0].adds.iter().map(|it| it.billionths().abs()).max().unwrap_or(0);
    assert!(pair > 5 * alone(0) && pair > 5 * alone(1), "{pair} {} {}", alone(0), alone(1));
    let risky = probability(model.score(&[0, 0]).expect("two").log_odds).parts_per_billion();
    assert!(risky > 700_000_000, "{risky}");
}

/// A prior counts for as much as its errors say, and fades as changes come.
#[test]
fn a_prior_fades() {
    let values: Vec<i64> = (0..2_000).map(|at| (at * 37 % 100) * 10_000).collect();
    let fails = |odd: i64| -> Vec<bool> {
        let changes = (0_i64..).zip(&values);
        changes.map(|(at, value)| (at * 71 % 100) * 10_000 * odd < *value).collect()
    };
    let (steep, flat) = (fails(2), fails(4));
    let fit = |count: usize, failed: &[bool], prior: Option<&Model>| {
        let column = Column {
            name: "x",
            transform: Transform::Plain,
            bend: Bend::Free,
            values: &values[..count],
        };
        let fit = Fit { prior, ..Fit::LINES };
        Model::fit(&[column], &failed[..count], &fit).expect("it can be fitted")
    };
    let prior = fit(1_000, &steep, None);
    let own = fit(2_000, &flat, None);
    let weight = |model: &Model| model.terms[0].weight.billionths();
    let off = |model: &Model| (weight(model) - weight(&own)).abs();
    let (few, many) = (fit(100, &flat, Some(&prior)), fit(2_000, &flat, Some(&prior)));
    assert!(off(&many) < off(&few), "{} {}", off(&many), off(&few));
    assert!(off(&few) < off(&prior) * 2);
    // What was learned in two parts is nearly what is learned at once.
    let first = fit(1_000, &flat, None);
    let rest: Vec<i64> = values[1_000..].to_vec();
    let column = Column { name: "x", transform: Transform::Plain, bend: Bend::Free, values: &rest };
    let next = Model::fit(&[column], &flat[1_000..], &Fit { prior: Some(&first), ..Fit::LINES });
    let next = next.expect("it can be fitted");
    let (found, wanted) = (weight(&next), weight(&own));
    assert!((found - wanted).abs() < wanted.abs() / 20, "{found} {wanted}");
    assert!(next.terms[0].error < first.terms[0].error);
}

#[test]
fn what_is_no_model_is_refused_with_its_place() {
    let good = r#"{"format":"additive/1","baseline":"-2","baseline_error":"0","changes":10,
        "failures":1,"terms":[
        {"name":"a","transform":"plain","weight":"1","error":"0","centre":0,"seen":[0,5],
         "steps":{"cuts":[1,2],"adds":["0","1","2"]}},
        {"name":"b","transform":"log","weight":"1","error":"0","centre":0,"seen":[0,5]}],
        "pairs":[{"features":[0,1],"rows":[1],"columns":[],"adds":["0","1"]}]}"#;
    assert!(Model::from_json(good.as_bytes()).is_ok());
    for (from, to, told) in [
        ("additive/1", "additive/2", "format"),
        ("\"b\"", "\"a\"", "one name"),
        ("[1,2]", "[2,1]", "upwards"),
        ("[1,2]", "[1]", "cuts"),
        ("[0,1],\"rows\"", "[1,1],\"rows\"", "pair of 1 and 1"),
        ("[0,1],\"rows\"", "[0,2],\"rows\"", "pair of 0 and 2"),
        ("\"rows\":[1]", "\"rows\":[1,2]", "cells"),
        ("\"seen\":[0,5],\n", "\"seen\":[5,0],\n", "seen"),
        ("\"failures\":1", "\"failures\":11", "failures"),
        ("\"2\"]}}", "\"1000001\"]}}", "million"),
        ("\"cuts\":[1,2]", "\"cuts\":[1,9007199254740992]", "beyond"),
        ("\"plain\"", "\"root\"", "transform"),
        ("\"changes\":10", "\"changes\":10,\"more\":1", "more"),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        let error = Model::from_json(text.as_bytes()).expect_err(to).to_string();
        assert!(error.contains(told), "{to}: {error}");
    }
}
