//! The words, marks and colours of verdicts, and how times and shares are said.

use super::options::Style;
use crate::base::{Actor, Digest, Instant, Probability, Span};
use crate::reason::{Clears, Verdict};

/// The verdict in a word or two, for people.
#[must_use]
pub const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotApplicable => "not asked",
        Verdict::Go => "GO",
        Verdict::GoWaived => "GO, WAIVED",
        Verdict::Wait => "WAIT",
        Verdict::Blocked => "BLOCKED",
        Verdict::NeedsAction => "NEEDS ACTION",
        Verdict::Unknown => "UNKNOWN",
        Verdict::NoGo => "NO GO",
    }
}

/// One character for the verdict, different for each, so that colour is never all there is.
#[must_use]
pub const fn mark(verdict: Verdict) -> char {
    match verdict {
        Verdict::NotApplicable => '·',
        Verdict::Go => '✓',
        Verdict::GoWaived => '~',
        Verdict::Wait => '…',
        Verdict::Blocked => '‖',
        Verdict::NeedsAction => '!',
        Verdict::Unknown => '?',
        Verdict::NoGo => '✗',
    }
}

/// A probability as a percentage with one decimal, such as `10.8 %`.
///
/// ```
/// use lynchpin::report::percent;
///
/// assert_eq!(percent("0.10753".parse()?), "10.8 %");
/// assert_eq!(percent("0.0000001".parse()?), "< 0.1 %");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn percent(probability: Probability) -> String {
    let parts = probability.parts_per_billion();
    let tenths = parts.saturating_add(500_000) / 1_000_000;
    if parts > 0 && tenths == 0 {
        return "< 0.1 %".to_owned();
    }
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What is painted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Of(Verdict),
    Strong,
    Faint,
}

/// Paints a text, if the style allows it.
pub(super) fn paint(style: Style, tone: Tone, text: &str) -> String {
    if style == Style::Plain || text.is_empty() {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Strong => "1",
        Tone::Faint | Tone::Of(Verdict::NotApplicable) => "2",
        Tone::Of(Verdict::Go) => "32",
        Tone::Of(Verdict::GoWaived) => "33",
        Tone::Of(Verdict::Wait) => "36",
        Tone::Of(Verdict::Blocked) => "34",
        Tone::Of(Verdict::NeedsAction) => "1;33",
        Tone::Of(Verdict::Unknown) => "35",
        Tone::Of(Verdict::NoGo) => "1;31",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// A text in bold, if the style allows it.
///
/// ```
/// use lynchpin::report::{Style, strong};
///
/// assert_eq!(strong(Style::Plain, "waves"), "waves");
/// assert_eq!(strong(Style::Ansi, "waves"), "\u{1b}[1mwaves\u{1b}[0m");
/// ```
#[must_use]
pub fn strong(style: Style, text: &str) -> String {
    paint(style, Tone::Strong, text)
}

/// A text in grey, if the style allows it.
///
/// ```
/// use lynchpin::report::{Style, faint};
///
/// assert_eq!(faint(Style::Plain, "beside"), "beside");
/// ```
#[must_use]
pub fn faint(style: Style, text: &str) -> String {
    paint(style, Tone::Faint, text)
}

/// How many actors are named on one line.
const ACTORS_NAMED: usize = 4;

/// Who can act, in words; empty for nobody.
pub(super) fn actors(act: &[Actor]) -> String {
    some(act.iter().map(ToString::to_string), act.len(), ACTORS_NAMED)
}

/// The first few of many things, and how many more there are.
///
/// ```
/// use lynchpin::report::some;
///
/// let names = ["ann", "mei", "raj"].map(str::to_owned);
/// assert_eq!(some(names.into_iter(), 3, 2), "ann, mei and 1 more");
/// ```
#[must_use]
pub fn some(items: impl Iterator<Item = String>, count: usize, most: usize) -> String {
    let named: Vec<String> = items.take(most).collect();
    let more = count.saturating_sub(named.len());
    let named = named.join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// When it clears, in words; empty for what is clear.
pub(super) fn clears(clears: Clears) -> String {
    match clears {
        Clears::Now => String::new(),
        Clears::At(instant) => instant.to_string(),
        Clears::Unknown => "at a time not known".to_owned(),
        Clears::OnAction => "when they act".to_owned(),
    }
}

/// From one instant to a later one in its two largest units, such as `in 1d 9h`.
pub(super) fn distance(from: Instant, to: Instant) -> String {
    let minutes = to.since(from).micros() / MINUTE;
    let units = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "m")];
    let said: Vec<String> = units
        .into_iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    match said.as_slice() {
        [] if to.since(from) == Span::ZERO => "now".to_owned(),
        [] => "in less than a minute".to_owned(),
        said => format!("in {}", said.join(" ")),
    }
}

const MINUTE: i64 = 60_000_000;

/// The beginning of a digest: enough to tell two apart by eye.
pub(super) fn short(digest: Digest) -> String {
    digest.to_string().chars().take("sha256:".len() + 12).collect()
}

/// A count with its noun in the right number.
///
/// ```
/// use lynchpin::report::counted;
///
/// assert_eq!(counted(1, "change", "changes"), "1 change");
/// assert_eq!(counted(0, "change", "changes"), "0 changes");
/// ```
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_said_in_two_units() {
        let start: Instant = "2026-11-03T10:00:00Z".parse().unwrap();
        let in_words = |text: &str| distance(start, start.after(text.parse().unwrap()));
        assert_eq!(in_words("0s"), "now");
        assert_eq!(in_words("59s"), "in less than a minute");
        assert_eq!(in_words("61m"), "in 1h 1m");
        assert_eq!(in_words("24h"), "in 1d");
        assert_eq!(in_words("1505m"), "in 1d 1h");
        assert_eq!(in_words("1445m"), "in 1d");
    }

    #[test]
    fn marks_and_words_tell_all_verdicts_apart() {
        let mut marks: Vec<char> = Verdict::ALL.map(mark).to_vec();
        let mut words: Vec<&str> = Verdict::ALL.map(word).to_vec();
        marks.sort_unstable();
        marks.dedup();
        words.sort_unstable();
        words.dedup();
        assert_eq!((marks.len(), words.len()), (8, 8));
    }

    #[test]
    fn shares_round_half_up_and_never_to_nothing() {
        for (parts, shown) in [
            (0, "0.0 %"),
            (1, "< 0.1 %"),
            (500_000, "0.1 %"),
            (999_999_999, "100.0 %"),
            (1_000_000_000, "100.0 %"),
        ] {
            assert_eq!(percent(Probability::from_parts_per_billion(parts)), shown);
        }
    }
}
