//! Back-tests: each figure by definition on small histories, intervals by drawing whole histories
//! anew, published ones to their digits, and how often intervals hold what they should.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::{ErrorCode, Instant, Probability, Span};
use lynchpin::risk::backtest::{
    Backtest, Costs, Figure, Figures, Gate, Options, Outcomes, Part, mature_until,
};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin_tests::cases::config;
use lynchpin_tests::git::random::{Random, mixed};
use lynchpin_tests::histories::{columns, folder, numbers};
use proptest::prelude::*;

/// A history with what is asked of it.
#[derive(Clone, Debug)]
struct History {
    made: Vec<Instant>,
    said: Vec<Probability>,
    failed: Vec<bool>,
    effort: Option<Vec<u64>>,
}

fn hours(hours: usize) -> Instant {
    let seconds = u32::try_from(hours * 3_600).expect("a few years");
    Instant::EPOCH.after(Span::from_seconds(seconds))
}

fn parts(parts: u32) -> Probability {
    Probability::from_parts_per_billion(parts)
}

fn of(share: Probability) -> f64 {
    f64::from(share.parts_per_billion()) / 1e9
}

impl History {
    /// Changes an hour apart.
    fn new(said: Vec<Probability>, failed: Vec<bool>, effort: Option<Vec<u64>>) -> History {
        History { made: (0..said.len()).map(hours).collect(), said, failed, effort }
    }

    fn outcomes<'a>(&'a self, known: &'a [Option<Instant>]) -> Outcomes<'a> {
        Outcomes {
            made: &self.made,
            known,
            said: &self.said,
            failed: &self.failed,
            effort: self.effort.as_deref(),
        }
    }

    fn options(&self) -> Options {
        let last = self.made.last().expect("some changes");
        let costs = Costs { review: 2, escape: 7 };
        let day = Span::from_seconds(86_400);
        Options::new(last.after(day), day, parts(200_000_000), costs).with_blocks(0)
    }

    fn tested(&self, options: &Options) -> Backtest {
        let known = vec![None; self.made.len()];
        Backtest::new(&self.outcomes(&known), options).expect("it is ripe")
    }

    /// The history of some of its rows, as often as they are named.
    fn drawn(&self, rows: &[usize]) -> History {
        History::new(
            rows.iter().map(|at| self.said[*at]).collect(),
            rows.iter().map(|at| self.failed[*at]).collect(),
            self.effort.as_ref().map(|effort| rows.iter().map(|at| effort[*at]).collect()),
        )
    }

    /// Every figure in billionths, and the saving, from the measures of what is written out.
    fn measured(&self, options: &Options) -> Vec<Option<i64>> {
        let parts = |share: Probability| i64::from(share.parts_per_billion());
        let scores: Vec<i64> = self.said.iter().map(|said| parts(*said)).collect();
        let ranking = Ranking::new(&scores, &self.failed).expect("one for each");
        let found = Calibration::new(&self.said, &self.failed, options.base);
        let found = found.expect("one for each").expect("some changes");
        // Effort is spent on the riskiest first.
        let turned: Vec<i64> = scores.iter().map(|score| -score).collect();
        let turned = Ranking::new(&turned, &self.failed).expect("one for each");
        let by_effort = self.effort.as_ref().and_then(|effort| {
            turned.by_effort(effort).expect("one for each").map(|found| found.recall)
        });
        let mut all = vec![
            Some(parts(found.observed)),
            Some(parts(found.predicted)),
            Some(parts(found.predicted) - parts(found.observed)),
            ranking.auc().map(parts),
            ranking.average_precision().map(parts),
            Some(parts(found.brier)),
            found.skill,
            Some(parts(found.error)),
        ];
        all.extend([5, 10, 20, 50].map(|percent| ranking.recall(percent).map(parts)));
        all.push(by_effort.map(parts));
        all.push(Some(self.saving(options.costs)));
        all
    }

    /// How many are reviewed from some probability on, and what that costs.
    fn gated(&self, costs: Costs, reviewed: impl Fn(Probability) -> bool) -> (u64, u64) {
        let (mut gated, mut cost) = (0, 0);
        for (said, failed) in self.said.iter().zip(&self.failed) {
            gated += u64::from(reviewed(*said));
            cost += match (reviewed(*said), failed) {
                (true, false) => u64::from(costs.review),
                (false, true) => u64::from(costs.escape),
                _ => 0,
            };
        }
        (gated, cost)
    }

    fn saving(&self, costs: Costs) -> i64 {
        // As fractions: said >= review / (review + escape).
        let both = u64::from(costs.review + costs.escape);
        let reviewed = |said: Probability| {
            u64::from(said.parts_per_billion()) * both >= u64::from(costs.review) * 1_000_000_000
        };
        let cost = |reviewed: &dyn Fn(Probability) -> bool| {
            i64::try_from(self.gated(costs, reviewed).1).expect("small")
        };
        cost(&|_| true).min(cost(&|_| false)) - cost(&reviewed)
    }
}

/// A value and its ends.
type Told = (i64, Option<(i64, i64)>);

/// The figures of a part in billionths, and the saving.
fn told(part: &Part) -> Vec<Option<Told>> {
    let plain = |it: Figure<i64>| (it.value, it.interval.map(|it| (it.low, it.high)));
    let share = |it: Figure<Probability>| {
        let parts = |share: Probability| i64::from(share.parts_per_billion());
        (parts(it.value), it.interval.map(|it| (parts(it.low), parts(it.high))))
    };
    let it: &Figures = &part.figures;
    let mut all = vec![
        Some(share(it.observed)),
        Some(share(it.said)),
        Some(plain(it.excess)),
        it.auc.map(share),
        it.average_precision.map(share),
        Some(share(it.brier)),
        it.skill.map(plain),
        Some(share(it.error)),
    ];
    let recalls = [it.recall_5, it.recall_10, it.recall_20, it.recall_50, it.recall_by_effort];
    all.extend(recalls.map(|recall| recall.map(share)));
    all.push(Some(plain(part.gate.saving)));
    all
}

/// Small histories, in which many are equal.
fn small() -> impl Strategy<Value = History> {
    let row = (0..11u32, any::<bool>(), prop_oneof![Just(0), 1..40u64]);
    (prop::collection::vec(row, 1..40), any::<bool>()).prop_map(|(rows, has_effort)| {
        let said = rows.iter().map(|row| parts(row.0 * 100_000_000)).collect();
        let effort = has_effort.then(|| rows.iter().map(|row| row.2).collect());
        History::new(said, rows.iter().map(|row| row.1).collect(), effort)
    })
}

/// The rows that are drawn, as it is said: runs of the cube root from anywhere, around the end.
fn draws(count: usize, options: &Options, stream: u64) -> Vec<Vec<usize>> {
    let mut random = Random::new(mixed(mixed(u64::from(options.seed) + 1).wrapping_add(stream)));
    let mut length = 1;
    while (length + 1) * (length + 1) * (length + 1) <= count {
        length += 1;
    }
    let mut draw = || {
        let mut rows = Vec::new();
        while rows.len() < count {
            let start = (u128::from(random.number()) * count as u128) >> 64;
            let start = usize::try_from(start).expect("below the count");
            rows.extend((start..start + length).map(|at| at % count));
        }
        rows.truncate(count);
        rows
    };
    (0..options.repetitions).map(|_| draw()).collect()
}

/// Holds a part to the figures of its history and of all that are drawn from it.
fn holds(part: &Part, history: &History, options: &Options, stream: u64) {
    let values = history.measured(options);
    let drawn: Vec<Vec<Option<i64>>> = draws(history.said.len(), options, stream)
        .iter()
        .map(|rows| history.drawn(rows).measured(options))
        .collect();
    for (number, (found, value)) in told(part).into_iter().zip(values).enumerate() {
        assert_eq!(found.map(|it| it.0), value, "figure {number}");
        let Some((value, interval)) = found else { continue };
        let mut sorted: Vec<i64> = drawn.iter().filter_map(|all| all[number]).collect();
        sorted.sort_unstable();
        if sorted.len() * 10 < drawn.len() * 9 || drawn.is_empty() {
            assert_eq!(interval, None, "figure {number}");
            continue;
        }
        // Sure to eight of ten, so that a tenth of the draws lies beyond either end.
        let cut = ((sorted.len() + 1) / 10).max(1);
        let (low, high) = (sorted[cut - 1], sorted[sorted.len() - cut]);
        let ends = match number {
            7 => {
                let (low, high) = (2 * value - high, 2 * value - low);
                (low.clamp(0, value), high.clamp(value, 1_000_000_000))
            }
            _ => (low, high),
        };
        assert_eq!(interval, Some(ends), "figure {number}");
    }
}

fn cheapest(history: &History, gate: &Gate, costs: Costs) {
    let all: Vec<(u64, u64)> = (0..=11u32)
        .map(|tenths| history.gated(costs, |it| it.parts_per_billion() >= tenths * 100_000_000))
        .collect();
    let least = all.iter().map(|it| it.1).min().expect("some");
    let fewest = all.iter().filter(|it| it.1 == least).map(|it| it.0).min();
    assert_eq!((gate.best.cost, Some(gate.best.gated)), (least, fewest));
    assert_eq!((gate.all, gate.none), (all[0].1, all[11].1));
    let at = gate.derived.threshold.expect("there are costs");
    let (gated, cost) = history.gated(costs, |it| it >= at);
    assert_eq!((gate.derived.gated, gate.derived.cost), (gated, cost));
    for found in [gate.derived, gate.best] {
        let failures = history.failed.iter().filter(|failed| **failed).count() as u64;
        assert_eq!(found.caught + found.false_alarms, found.gated);
        assert_eq!(found.caught + found.escaped, failures);
        let share = found.gated as f64 / history.said.len() as f64;
        assert!((of(found.share) - share).abs() < 1e-9);
        match found.threshold {
            Some(at) => assert_eq!(history.gated(costs, |it| it >= at).0, found.gated),
            None => assert_eq!(found.gated, 0),
        }
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn figures_and_intervals_are_by_definition(
        history in small(),
        blocks in 0..5usize,
        seed in any::<u32>(),
        (review, escape) in (0..5u32, 1..9u32),
    ) {
        let blocks = blocks.min(history.said.len());
        let mut options = history
            .options()
            .with_blocks(u32::try_from(blocks).expect("few"))
            .with_repetitions(40)
            .with_seed(seed)
            .with_confidence("0.8".parse().expect("it is one"));
        options.costs = Costs { review, escape };
        let found = history.tested(&options);
        holds(&found.whole, &history, &options, 0);
        cheapest(&history, &found.whole.gate, options.costs);
        let count = history.said.len();
        prop_assert_eq!(found.blocks.len(), blocks);
        for (number, part) in found.blocks.iter().enumerate() {
            let (from, to) = (count * number / blocks, count * (number + 1) / blocks);
            let rows: Vec<usize> = (from..to).collect();
            prop_assert_eq!((part.from, part.to), (history.made[from], history.made[to - 1]));
            prop_assert_eq!(part.matured, options.as_of.since(part.to));
            prop_assert_eq!(part.changes, rows.len() as u64);
            let failures = rows.iter().filter(|at| history.failed[**at]).count();
            prop_assert_eq!(part.failures, failures as u64);
            holds(part, &history.drawn(&rows), &options, number as u64 + 1);
        }
    }
}

/// Six projects of Zeng et al. (2021): lines added alone, on their test parts, to six digits.
#[test]
fn lines_added_rank_as_published_and_within_their_interval() {
    let Some(folder) = folder("issta21") else { return };
    let published = [
        ("qt", 743_841),
        ("openstack", 749_124),
        ("jdt", 675_692),
        ("platform", 746_065),
        ("gerrit", 749_503),
        ("go", 683_108),
    ];
    for (project, known) in published {
        let columns = columns(&folder.join(format!("{project}_k_test.csv")));
        let (dates, added) = (numbers(&columns, "date"), numbers(&columns, "la"));
        let mut order: Vec<usize> = (0..dates.len()).collect();
        order.sort_by(|a, b| dates[*a].total_cmp(&dates[*b]));
        let whole = |value: f64| -> u32 { format!("{value:.0}").parse().expect("a whole number") };
        let instant = |at: &usize| Instant::EPOCH.after(Span::from_seconds(whole(dates[*at])));
        let history = History {
            made: order.iter().map(instant).collect(),
            said: order.iter().map(|at| parts(whole(added[*at]))).collect(),
            failed: order.iter().map(|at| columns["bug"][*at] == "1").collect(),
            effort: Some(order.iter().map(|at| u64::from(whole(added[*at]))).collect()),
        };
        let found = history.tested(&history.options().with_repetitions(50));
        let auc = found.whole.figures.auc.expect("some failed");
        assert_eq!(auc.value.to_millionths(), parts(known * 1_000), "{project}");
        let interval = auc.interval.expect("it was drawn");
        assert!(interval.low < auc.value && auc.value < interval.high, "{project}");
        // Thousands of changes tell it to some hundredths.
        let wide = of(interval.high) - of(interval.low);
        assert!((0.01..0.1).contains(&wide), "{project}: {wide}");
    }
}

/// A history of changes that fail as often as it is said, each as many times as `alike`.
fn invented(seed: u64, count: usize, alike: usize) -> History {
    let mut random = Random::new(seed);
    let mut rows: Vec<(Probability, bool)> = Vec::new();
    while rows.len() < count {
        let percent = random.pick(&[5, 10, 20, 40, 70]).expect("there are some");
        let row = (parts(percent * 10_000_000), random.below(100) < percent as usize);
        rows.extend(std::iter::repeat_n(row, alike));
    }
    let (said, failed) = rows.into_iter().unzip();
    History::new(said, failed, None)
}

/// How many of a hundred intervals hold what is true of all such histories, by figure.
fn coverage(count: usize, alike: usize) -> [u32; 5] {
    // Of five probabilities, each as frequent as any other: their mean is 0.29, they are squared
    // off by their variances, and 0.7 of 1.45 failures are in the riskiest fifth.
    let [small, large] = [[5, 10, 20, 40, 70], [95, 90, 80, 60, 30]];
    let (mut wins, mut pairs) = (0, 0);
    for (fails, a) in small.iter().zip(0..) {
        for (holds, b) in large.iter().zip(0..) {
            wins += fails * holds * (i32::from(a > b) + i32::from(a >= b));
            pairs += 2 * fails * holds;
        }
    }
    let auc = f64::from(wins) / f64::from(pairs);
    let brier = small.iter().zip(large).map(|(p, q)| f64::from(p * q) / 50_000.0).sum::<f64>();
    let mut held = [0; 5];
    for seed in 0..100 {
        let history = invented(seed, count, alike);
        let options = history.options().with_repetitions(99);
        let it = history.tested(&options).whole.figures;
        let share = |figure: Figure<Probability>| figure.interval.expect("it was drawn");
        let within = |figure: Figure<Probability>, truth: f64| {
            of(share(figure).low) <= truth && truth <= of(share(figure).high)
        };
        let excess = it.excess.interval.expect("it was drawn");
        let all = [
            within(it.observed, 0.29),
            excess.low <= 0 && 0 <= excess.high,
            within(it.auc.expect("some failed"), auc),
            within(it.brier, brier),
            within(it.recall_20.expect("some failed"), 0.7 / 1.45),
        ];
        held.iter_mut().zip(all).for_each(|(held, it)| *held += u32::from(it));
    }
    held
}

/// Nine of ten should; by chance, 83 to 97 of a hundred do in all but two of a hundred histories.
#[test]
fn intervals_hold_what_they_should() {
    let held = coverage(400, 1);
    assert!(held.iter().all(|held| (83..=97).contains(held)), "{held:?}");
}

/// Where changes come in fours that are alike, drawing them one by one would hold six of ten.
#[test]
fn intervals_are_wider_where_changes_are_alike() {
    let held = coverage(1_000, 4);
    assert!(held.iter().all(|held| (78..=97).contains(held)), "{held:?}");
}

#[test]
fn a_history_is_cut_where_it_is_ripe() {
    let history = invented(3, 50, 1);
    let mut options = history.options();
    options.as_of = history.made[39].after(options.maturity);
    let known = vec![None; 50];
    let unripe = Backtest::new(&history.outcomes(&known), &options).expect_err("ten are young");
    assert_eq!(unripe.code(), ErrorCode::BadArgument);
    let first = history.made[40];
    let said = format!("10 of 50 changes, those made from {first} on, have not had 1d");
    assert!(unripe.to_string().contains(&said), "{unripe}");
    assert!(unripe.to_string().contains("keep the first 40 "), "{unripe}");
    let ripe = mature_until(&history.made, options.as_of, options.maturity);
    let cut = history.drawn(&(0..ripe).collect::<Vec<usize>>());
    // Of some it was known after a day that they failed; of nobody it will be known later.
    let late = options.maturity.micros() + 1;
    let late = |made: &Instant| Instant::from_micros(made.micros() + late).ok();
    let mut known: Vec<Option<Instant>> = cut.made.iter().map(late).collect();
    known[39] = None;
    let found = Backtest::new(&cut.outcomes(&known), &options).expect("it is ripe").whole;
    let failures = cut.failed[..39].iter().filter(|failed| **failed).count();
    assert_eq!((found.changes, found.late), (40, failures as u64));
    known[39] = late(&cut.made[39]);
    let unknown = Backtest::new(&cut.outcomes(&known), &options).expect_err("it is not known yet");
    assert!(unknown.to_string().contains("what became of change 39 was known at"), "{unknown}");
}

#[test]
fn the_answer_is_the_same_every_time_and_in_stable_fields() {
    let history = invented(7, 60, 1);
    let options = history.options().with_blocks(2).with_repetitions(19);
    let found = history.tested(&options);
    assert_eq!(history.tested(&options), found);
    let other = history.tested(&options.with_seed(1));
    assert_ne!(other.whole.figures.auc, found.whole.figures.auc);
    assert_eq!(
        other.whole.figures.auc.map(|it| it.value),
        found.whole.figures.auc.map(|it| it.value)
    );
    // The fields of a part, as they are written.
    let text = serde_json::to_string(&found).expect("it can be written");
    let fields: Vec<&str> = text
        .split_once("\"whole\":{")
        .and_then(|(_, rest)| rest.split_once("},\"blocks\":["))
        .map(|(whole, _)| whole.split('"').filter(|word| word.starts_with(char::is_lowercase)))
        .expect("there is a part")
        .collect();
    let inner = ["value", "interval", "low", "high", "threshold", "gated", "share", "caught"];
    let more = ["false_alarms", "escaped", "cost"];
    let names: Vec<&str> = fields
        .iter()
        .copied()
        .filter(|name| !inner.contains(name) && !more.contains(name))
        .collect();
    let parts = ["from", "to", "matured", "changes", "failures", "late", "run", "figures"];
    let figures = [
        "observed",
        "said",
        "excess",
        "auc",
        "average_precision",
        "brier",
        "skill",
        "error",
        "recall_5",
        "recall_10",
        "recall_20",
        "recall_50",
        "recall_by_effort",
    ];
    let gate = ["gate", "derived", "best", "all", "none", "saving"];
    // What cannot be told is left out.
    let efforts = found.whole.figures.recall_by_effort.is_some();
    let figures: Vec<&str> =
        figures.into_iter().filter(|it| efforts || *it != "recall_by_effort").collect();
    assert_eq!(names, [&parts[..], &figures[..], &gate[..]].concat());
    // Nothing has a point but what stands in quotes as a decimal.
    assert!(text.split('"').step_by(2).all(|plain| !plain.contains('.')), "{text}");
}
