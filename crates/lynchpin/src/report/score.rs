//! A score: how risky, and what makes it so.

use super::options::Options;
use super::table::Table;
use super::words::{Tone, counted, paint, percent, some};
use crate::base::{Failures, LogOdds};
use crate::portfolio::{ChangeScore, ReleaseScore, Score};
use crate::risk::{Contribution, Factor};

/// How many factors are named for each change of a release.
const FACTORS_NAMED: usize = 3;

/// A score as a release manager reads it: the probability on the first line, then what it is made
/// of. Of a change every contribution is shown, and they add up to the score; of a release each
/// change with what raises it most.
#[must_use]
pub fn score(score: &Score, options: &Options<'_>) -> String {
    let mut out = paint(options.style, Tone::Strong, &headline(score));
    out.push('\n');
    for line in std::iter::once(basis(score)).chain(beyond(score)) {
        out.push_str(&paint(options.style, Tone::Faint, &line));
        out.push('\n');
    }
    out.push('\n');
    let Some(release) = &score.release else {
        out.push_str(&score.changes.first().map_or(String::new(), |one| factors(one, options)));
        return out;
    };
    let mut table =
        Table::new(&["risk", "change", "the release without it", "what raises it most"]);
    for change in &score.changes {
        let [risk, falls, raised] = cells(change, release);
        let name = match options.title(&change.change) {
            Some(title) => format!("{}  {title}", change.change),
            None => change.change.to_string(),
        };
        let cells = [(risk, Some(Tone::Strong)), (name, None), (falls, None), (raised, None)];
        table.row(cells.into());
    }
    out.push_str(&table.draw(options.style));
    out
}

pub(super) fn headline(score: &Score) -> String {
    format!("RISK {}: {}", percent(score.probability), score.subject)
}

pub(super) fn basis(score: &Score) -> String {
    let mut out = format!("at {}, model {}", score.at, score.model);
    if let Some(release) = &score.release {
        out.push_str(&format!(
            ", between {} (the riskiest change alone) and {} (if they failed independently), {}",
            percent(release.at_least),
            percent(release.at_most),
            counted(score.changes.len(), "change", "changes"),
        ));
    }
    out
}

/// What is known beyond the probability: how many fail, what that costs, and what comes of parts
/// and of a change that is split.
pub(super) fn beyond(score: &Score) -> Vec<String> {
    let mut lines = Vec::new();
    if !score.unknown.is_empty() {
        let ids = score.unknown.iter().map(ToString::to_string);
        let ids = some(ids, score.unknown.len(), FACTORS_NAMED);
        lines.push(format!("nothing is known of {ids}, so it counts as if it failed"));
    }
    if let Some(joint) = score.release.as_ref().and_then(|release| release.joint) {
        let (least, most) = joint.failures;
        lines.push(format!(
            "{} failures on average, in nine of ten such releases {least} to {most}; tier 1 is hit \
             with {}",
            to_hundredths(joint.expected),
            percent(joint.tier_one)
        ));
    }
    for impact in &score.impact {
        let budget = impact.budget_seconds.map(|it| format!(" of a budget of {}", minutes(it)));
        let spread = impact.seconds.map(|(least, most)| {
            format!(", in nine of ten such releases {} to {}", minutes(least), minutes(most))
        });
        lines.push(format!(
            "{}: {} of failure to be expected{}{}, at {} an incident",
            impact.service,
            minutes(impact.expected_seconds),
            budget.unwrap_or_default(),
            spread.unwrap_or_default(),
            minutes(impact.mean_seconds)
        ));
    }
    if let Some(apart) = &score.apart {
        let parts: Vec<String> = apart.parts.iter().map(|part| percent(part.any)).collect();
        lines.push(format!("in parts: {}, by part {}", percent(apart.any), parts.join(", ")));
    }
    if let Some(split) = &score.split {
        lines.push(format!(
            "{} split into {} pieces of {} each: {} together, {} if each ships by itself; {} \
             failures on average instead of {}",
            split.change,
            split.into,
            percent(split.piece),
            percent(split.any),
            percent(split.any_apart),
            to_hundredths(split.expected),
            to_hundredths(split.expected_before)
        ));
    }
    lines
}

/// A number of failures to two places, rounded down.
fn to_hundredths(number: Failures) -> String {
    let hundredths = number.billionths() / 10_000_000;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Whole minutes, of a part of one too.
fn minutes(seconds: u64) -> String {
    format!("{} min", seconds.div_ceil(60))
}

/// The cells of one change of a release: its risk, what the release would gain, and why.
pub(super) fn cells(change: &ChangeScore, release: &ReleaseScore) -> [String; 3] {
    let driver = release.drivers.iter().find(|driver| driver.change == change.change);
    let falls =
        driver.map_or(String::new(), |driver| format!("{} lower", percent(driver.falls_by)));
    [percent(change.risk.probability), falls, raised(change, FACTORS_NAMED, &[]).join(", ")]
}

/// What raises the risk of a change most besides some factors, in words.
pub(super) fn raised(change: &ChangeScore, most: usize, besides: &[&str]) -> Vec<String> {
    let raising = change.risk.raised_by();
    let told = raising.iter().filter(|found| !besides.contains(&&*found.factor));
    told.take(most).map(factor).collect()
}

fn factors(change: &ChangeScore, options: &Options<'_>) -> String {
    let mut table = Table::new(&["    log-odds", "factor"]);
    for (added, name) in sum(change) {
        table.row(vec![(added, None), (name, None)]);
    }
    table.draw(options.style)
}

/// The baseline, each contribution and their sum: figures that add up.
pub(super) fn sum(change: &ChangeScore) -> Vec<(String, String)> {
    let risk = &change.risk;
    let mut rows = vec![(signed(risk.baseline), "baseline".to_owned())];
    rows.extend(risk.contributions.iter().map(|c| (signed(c.log_odds), factor(c))));
    let total = format!("the sum, which is {}", percent(risk.probability));
    rows.push((signed(risk.log_odds), total));
    rows
}

pub(super) fn factor(contribution: &Contribution) -> String {
    let name: &str = match Factor::named(&contribution.factor) {
        Some(factor) => factor.text(),
        None => &contribution.factor,
    };
    match contribution.value {
        Some(value) => format!("{name}: {value}"),
        None if contribution.is_of_two() => name.to_owned(),
        None => format!("{name}: not known"),
    }
}

/// With its sign and all nine places, so that columns line up and add up.
fn signed(value: LogOdds) -> String {
    let magnitude = value.billionths().unsigned_abs();
    let sign = if value.billionths() < 0 { '-' } else { '+' };
    let shown = format!("{sign}{}.{:09}", magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    format!("{shown:>12}")
}
