//! Whether work may go on, where, and when that changes: as text.

use super::options::Options;
use super::table::Table;
use super::words::{Tone, paint};
use crate::portfolio::{Because, Calendars, Must, OpenState, TurnKind, Turning};

/// A calendar: whether all of the places are open, when that turns, and what is on in each.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::{CalendarQuestion, Engine, Where};
/// use lynchpin::report::{self, Options};
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
///      "freezes": [{"id": "audit", "by": "mei", "at": "2026-11-01T00:00:00Z",
///        "when": {"from": "2026-12-01T00:00:00Z"}}]}"#,
///     engine.limits(),
/// )?)?;
/// let question = CalendarQuestion::new(
///     Where::Anywhere,
///     "production".parse()?,
///     "2026-12-24T00:00:00Z".parse()?,
/// );
/// let text = report::calendar(&engine.snapshot().calendar(&question)?, &Options::new());
/// assert!(text.contains("opens: no end known (freeze audit is on)"), "{text}");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn calendar(calendar: &Calendars, options: &Options<'_>) -> String {
    let mut out = paint(options.style, Tone::Strong, word(calendar.state));
    out.push_str(&format!(" for {} at {}\n", calendar.stage, calendar.at));
    if calendar.state != OpenState::Open {
        out.push_str(&format!("opens: {}\n", turning(&calendar.opens)));
    }
    if calendar.state != OpenState::Closed {
        out.push_str(&format!("closes: {}\n", turning(&calendar.closes)));
    }
    let mut table = Table::new(&["", "service", "environment", "freezes", "windows"]);
    for place in &calendar.places {
        let service = place.service.as_ref().map_or("any".to_owned(), ToString::to_string);
        let undecided = place.undecided.iter().map(|id| format!("{id} (not known)"));
        let windows = place.windows.iter().map(ToString::to_string).chain(undecided);
        table.row(vec![
            (word(place.state).to_owned(), None),
            (service, None),
            (place.environment.to_string(), None),
            (list(place.freezes.iter().map(ToString::to_string)), None),
            (list(windows), None),
        ]);
    }
    out.push_str(&table.draw(options.style));
    for flight in &calendar.in_flight {
        let must = match flight.must {
            Must::Finish => "may be finished",
            Must::Stop => "must stop",
        };
        let codes: Vec<&str> = flight.because.iter().map(|code| code.name()).collect();
        let (deployment, change) = (&flight.deployment, &flight.change);
        let since = flight.since;
        let because = codes.join(", ");
        out.push_str(&format!("{deployment} ({change}) since {since} {must}: {because}\n"));
    }
    out
}

fn word(state: OpenState) -> &'static str {
    match state {
        OpenState::Open => "open",
        OpenState::NotKnown => "not known",
        OpenState::Closed => "closed",
    }
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

fn turning(turn: &Turning) -> String {
    let when = match (turn.when, turn.at) {
        (TurnKind::At, Some(at)) => at.to_string(),
        (TurnKind::NotBefore, Some(at)) => format!("not before {at}"),
        (TurnKind::Never, _) => "not any more".to_owned(),
        (TurnKind::NoEndKnown | TurnKind::At | TurnKind::NotBefore, _) => "no end known".to_owned(),
    };
    let because: Vec<String> = turn.because.iter().map(because).collect();
    if because.is_empty() { when } else { format!("{when} ({})", because.join(", ")) }
}

fn because(because: &Because) -> String {
    match because {
        Because::FreezeBegins(id) => format!("freeze {id} begins"),
        Because::FreezeEnds(id) => format!("freeze {id} ends"),
        Because::FreezeIsOn(id) => format!("freeze {id} is on"),
        Because::WindowOpens(id) => format!("window {id} opens"),
        Because::WindowCloses(id) => format!("window {id} closes"),
        Because::WindowIsOn(id) => format!("window {id} is on"),
    }
}
