//! The pictures of what a risk model is worth, and the page that shows them.
#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, and is told by BLESS what to do"
)]

use std::fs;
use std::path::Path;

use lynchpin::base::{Instant, LogOdds, Probability, Span};
use lynchpin::report::{self, chart};
use lynchpin::risk::backtest::{Backtest, Costs, Figure, Options, Outcomes, Part};
use lynchpin::risk::measure::{Calibration, Ranking};
use lynchpin::risk::probability;
use lynchpin_tests::git::random::Random;

/// Invented changes of a year, of which a model says too much: the log-odds of a failure are lower
/// by a half than it says, and some chance is beside it.
fn invented() -> (Vec<Instant>, Vec<Probability>, Vec<bool>) {
    let mut random = Random::new(2026);
    let (mut made, mut said, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    let mut at: Instant = "2026-01-01T00:00:00Z".parse().expect("an instant");
    for _ in 0..2_000 {
        at = at.after(Span::from_seconds(u32::try_from(random.below(31_536)).expect("small")));
        let mut milli = || i64::try_from(random.below(2_000)).expect("small") - 1_000;
        let log_odds = -2_200 + milli() + milli() + milli();
        let truth = log_odds - 500 + milli() / 2;
        let of = |milli: i64| probability(LogOdds::from_billionths(milli * 1_000_000));
        made.push(at);
        said.push(of(log_odds));
        let billionth = u32::try_from(random.below(1_000_000_000)).expect("below the billion");
        failed.push(billionth < of(truth).parts_per_billion());
    }
    (made, said, failed)
}

fn hold(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, made).expect("it can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "{}: renew it with BLESS=1 and read the change", path.display());
}

#[test]
fn the_page_shows_the_pictures_as_they_are() {
    let (_, said, failed) = invented();
    let base = "0.1".parse().expect("a probability");
    let found = Calibration::new(&said, &failed, base).expect("one for each").expect("some");
    hold(
        "backtest-reliability.svg",
        &chart::reliability(&found, "do the probabilities come true?"),
    );
    let scores: Vec<i64> = said.iter().map(|said| said.parts_per_billion().into()).collect();
    let ranking = Ranking::new(&scores, &failed).expect("one for each");
    hold("backtest-lift.svg", &chart::lift(&ranking, "where are the failures?"));
}

/// A value and its ends, in words.
type Told = (String, Option<(String, String)>);

/// The figures of a part with their intervals.
fn table(part: &Part) -> String {
    let it = &part.figures;
    let percent = |share: Probability| report::percent(share);
    let plain = |it: Figure<Probability>| {
        (percent(it.value), it.interval.map(|it| (percent(it.low), percent(it.high))))
    };
    // Billionths as per cent with one decimal.
    let signed = |billionths: i64| {
        let tenths = (billionths + 500_000).div_euclid(1_000_000);
        let sign = if tenths < 0 { "-" } else { "" };
        format!("{sign}{}.{} %", tenths.abs() / 10, tenths.abs() % 10)
    };
    let other = |it: Figure<i64>| {
        (signed(it.value), it.interval.map(|it| (signed(it.low), signed(it.high))))
    };
    let whole = |it: Figure<i64>| {
        let ends = it.interval.map(|it| (it.low.to_string(), it.high.to_string()));
        (it.value.to_string(), ends)
    };
    let rows = [
        ("failed (`observed`)", Some(plain(it.observed))),
        ("said to fail (`said`)", Some(plain(it.said))),
        ("said too much (`excess`)", Some(other(it.excess))),
        ("area under the curve (`auc`)", it.auc.map(plain)),
        ("average precision (`average_precision`)", it.average_precision.map(plain)),
        ("Brier score (`brier`)", Some(plain(it.brier))),
        ("Brier skill (`skill`)", it.skill.map(other)),
        ("calibration error (`error`)", Some(plain(it.error))),
        ("failures among the riskiest 5 % (`recall_5`)", it.recall_5.map(plain)),
        ("10 % (`recall_10`)", it.recall_10.map(plain)),
        ("20 % (`recall_20`)", it.recall_20.map(plain)),
        ("50 % (`recall_50`)", it.recall_50.map(plain)),
        ("saved by the gate (`saving`), in reviews", Some(whole(part.gate.saving))),
    ];
    let row = |(name, found): (&str, Option<Told>)| {
        let (value, ends) = found.expect("it is told");
        let (low, high) = ends.expect("it was drawn");
        format!("| {name} | {value} | {low} to {high} |")
    };
    let head = ["| figure | value | in nine of ten |", "| --- | --- | --- |"].map(str::to_owned);
    head.into_iter().chain(rows.into_iter().map(row)).collect::<Vec<_>>().join("\n")
}

/// The answer that stands on the page is that of the example.
#[test]
fn the_page_tells_the_answer_as_it_is() {
    let (made, said, failed) = invented();
    let known = vec![None; made.len()];
    let outcomes =
        Outcomes { made: &made, known: &known, said: &said, failed: &failed, effort: None };
    let parse = |text: &str| text.parse().expect("a probability");
    let as_of = "2027-03-02T00:00:00Z".parse().expect("an instant");
    let costs = Costs { review: 1, escape: 9 };
    let maturity = "60d".parse().expect("a span");
    let options = Options::new(as_of, maturity, parse("0.12"), costs).with_blocks(1);
    let found = Backtest::new(&outcomes, &options).expect("it is ripe");
    let told = table(&found.whole);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/backtest.md");
    let text = fs::read_to_string(page).expect("the page is there");
    let (begin, end) = ("<!-- answer -->\n", "\n<!-- end of answer -->");
    let (before, rest) = text.split_once(begin).expect("the page has the mark");
    let (_, after) = rest.split_once(end).expect("the page has the end of it");
    hold("backtest.md", &format!("{before}{begin}{told}{end}{after}"));
}
