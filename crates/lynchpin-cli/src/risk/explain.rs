//! `risk explain`: what a model says, and what it makes of one change.

use std::cmp::Reverse;
use std::path::Path;

use lynchpin::base::{ErrorCode, LogOdds, canonical};
use lynchpin::report::{counted, line, percent, printable, strong};
use lynchpin::risk::learn::{MISSING, Model, Pair, Scored, Term, Transform};
use lynchpin::risk::probability;
use serde_json::{Value, json};

use super::super::ask::with_newline;
use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::{Explain, Which};
use super::decimal::shown;
use super::model::{self, Read};
use super::table::Table;
use super::text::{name, short, signed, table};

/// The widest value that is shown.
const VALUE: usize = 40;

/// Explains the change that is asked about, else the model.
pub fn explain(asked: &Explain, output: &mut Output) -> Result<Status, Failure> {
    let read = model::read(&asked.model)?;
    let file = asked.file.as_deref();
    let change = file.map(|file| Change::find(&read.model, file, &asked.which));
    let answer = match (change.transpose()?, asked.json) {
        (Some(change), false) => change.told(&read, output).into_bytes(),
        (Some(change), true) => change.as_json(&read)?,
        (None, false) => told(&read, output).into_bytes(),
        (None, true) => as_json(&read)?,
    };
    output.write(&answer)?;
    Ok(Status::Go)
}

/// The model, as text.
fn told(read: &Read, output: &Output) -> String {
    let (style, model) = (output.style(), &read.model);
    let mut out = strong(style, &format!("MODEL {}", read.digest)) + "\n";
    out.push_str(&format!("{}\n\n", basis(model)));
    out.push_str(&format!(
        "baseline {}{}, error {}: {} for a change of which every feature is as usual\n\n",
        short(model.baseline),
        shifted(read),
        short(model.baseline_error).trim_start_matches('+'),
        percent(probability(model.baseline)),
    ));
    let rows: Vec<Vec<String>> = model.terms.iter().map(cells).collect();
    let heads = ["term", "taken as", "weight", "error", "steps", "adds", "over"];
    out.push_str(&table(&heads, &rows, style));
    if model.pairs.is_empty() {
        return out;
    }
    let pairs = model.pairs.iter().zip(model.pair_names());
    let rows: Vec<Vec<String>> = pairs
        .map(|(pair, (one, other))| {
            let (least, most) = pair_adds(pair);
            let adds = format!("{} to {}", short(least), short(most));
            vec![format!("{} with {}", name(one), name(other)), pair.adds.len().to_string(), adds]
        })
        .collect();
    out.push('\n');
    out.push_str(&table(&["pair", "cells", "adds"], &rows, style));
    out
}

/// How far the baseline is shifted already.
fn shifted(read: &Read) -> String {
    read.shift.map_or(String::new(), |shift| format!(", shifted by {}", short(shift)))
}

/// What the model was fitted to.
fn basis(model: &Model) -> String {
    let Some(share) = model::share(model.failures, model.changes) else {
        return "fitted elsewhere: to how many changes is not known".to_owned();
    };
    let changes = usize::try_from(model.changes).unwrap_or(usize::MAX);
    let changes = counted(changes, "change", "changes");
    format!("fitted to {changes}, of which {} failed ({})", model.failures, percent(share))
}

fn cells(term: &Term) -> Vec<String> {
    let ((least, most), (from, to)) = (term_adds(term), seen(term));
    let taken = if term.transform == Transform::Log { "ln(1 + x)" } else { "x" };
    vec![
        name(&term.name),
        taken.to_owned(),
        short(term.weight),
        short(term.error).trim_start_matches('+').to_owned(),
        term.steps.adds.len().to_string(),
        format!("{} to {}", short(least), short(most)),
        format!("{} to {}", shown(from), shown(to)),
    ]
}

/// The values that were seen, as they stand in a file.
fn seen(term: &Term) -> (i64, i64) {
    let back = |value| model::untransformed(term.transform, value);
    (back(term.seen.0), back(term.seen.1))
}

/// The least and the most that a term adds over what was seen: at its ends, or where it jumps.
fn term_adds(term: &Term) -> (LogOdds, LogOdds) {
    let (low, high) = term.seen;
    let jumps = term.steps.cuts.iter().flat_map(|cut| [*cut, cut.saturating_add(1)]);
    let inside = jumps.filter(|value| low < *value && *value < high);
    let adds: Vec<LogOdds> =
        [low, high].into_iter().chain(inside).map(|it| term.adds(it)).collect();
    ends(&adds)
}

fn pair_adds(pair: &Pair) -> (LogOdds, LogOdds) {
    ends(&pair.adds)
}

fn ends(adds: &[LogOdds]) -> (LogOdds, LogOdds) {
    let least = adds.iter().min().copied().unwrap_or_default();
    (least, adds.iter().max().copied().unwrap_or_default())
}

/// The model, as data. What it is of is in its own document.
fn as_json(read: &Read) -> Result<Vec<u8>, Failure> {
    let model = &read.model;
    let terms = model.terms.iter().map(|term| {
        let ((least, most), (from, to)) = (term_adds(term), seen(term));
        json!({
            "term": term.name, "transform": term.transform,
            "weight": term.weight, "error": term.error, "steps": term.steps.adds.len(),
            "adds": {"least": least, "most": most},
            "seen": {"from": shown(from), "to": shown(to)},
        })
    });
    let pairs = model.pairs.iter().zip(model.pair_names()).map(|(pair, (one, other))| {
        let (least, most) = pair_adds(pair);
        json!({
            "pair": [one, other], "cells": pair.adds.len(),
            "adds": {"least": least, "most": most},
        })
    });
    let mut answer = json!({"model": {
        "digest": read.digest, "changes": model.changes, "failures": model.failures,
        "baseline": model.baseline, "baseline_error": model.baseline_error,
        "terms": terms.collect::<Vec<Value>>(), "pairs": pairs.collect::<Vec<Value>>(),
    }});
    let whole = answer.get_mut("model").and_then(Value::as_object_mut);
    if let (Some(shift), Some(whole)) = (read.shift, whole) {
        whole.insert("shift".to_owned(), json!(shift));
    }
    Ok(with_newline(canonical::bytes(&answer)?))
}

/// A change of a file, and what the model makes of it.
struct Change {
    row: usize,
    file: String,
    /// What tells it apart, if it was asked for by that.
    id: Option<String>,
    /// What stands in the file for each term, or nothing.
    values: Vec<Option<String>>,
    scored: Scored,
}

impl Change {
    /// Finds it; an id must be that of one change only.
    fn find(model: &Model, file: &Path, which: &Which) -> Result<Change, Failure> {
        let mut table = Table::open(file)?;
        let places = model::places(model, &table)?;
        let id = match &which.id {
            Some((column, value)) => Some((table.column(column, "--id")?, value)),
            None => None,
        };
        let mut found = None;
        while table.advance()? {
            let is_it = match id {
                Some((at, value)) => table.text(at) == value,
                None => which.row == u64::try_from(table.row()).ok(),
            };
            if !is_it {
                continue;
            }
            if found.is_some() {
                let message = "a second row says this, too: ask by --row";
                return Err(table.refused(ErrorCode::SubjectAmbiguous, message));
            }
            found = Some(Change::read(model, &mut table, &places, which)?);
            if id.is_none() {
                break;
            }
        }
        found.ok_or_else(|| {
            let rows = counted(table.row(), "row", "rows");
            let message = format!("no row is the one that is asked for: there are {rows}");
            table.refused_on(0, ErrorCode::SubjectUnknown, &message)
        })
    }

    fn read(
        model: &Model,
        table: &mut Table,
        places: &[usize],
        which: &Which,
    ) -> Result<Change, Failure> {
        let values: Vec<i64> = places.iter().map(|at| table.value(*at)).collect();
        table.check()?;
        let said = values
            .iter()
            .zip(places)
            .map(|(value, at)| (*value != MISSING).then(|| line(table.text(*at), VALUE)));
        Ok(Change {
            row: table.row(),
            file: table.name().to_owned(),
            id: which.id.as_ref().map(|(_, value)| value.clone()),
            values: said.collect(),
            scored: model.score(&values)?,
        })
    }

    /// What each term adds with its name and value, the largest first.
    fn adds(&self, model: &Model) -> Vec<(LogOdds, String, Option<&Option<String>>)> {
        let names = model::names(model).into_iter().zip(0_usize..);
        let adds = self.scored.terms.iter().zip(names);
        let mut adds: Vec<_> =
            adds.map(|(adds, (name, at))| (*adds, name, self.values.get(at))).collect();
        adds.sort_by_key(|(adds, ..)| Reverse(adds.billionths().unsigned_abs()));
        adds
    }

    fn told(&self, read: &Read, output: &Output) -> String {
        let model = &read.model;
        let said = percent(self.scored.probability());
        let id = self.id.as_ref().map_or(String::new(), |id| format!("{}, ", name(id)));
        let head = format!("RISK {said}: {id}row {} of {}", self.row, printable(&self.file));
        let mut out = strong(output.style(), &head) + "\n";
        out.push_str(&format!("by model {}, {}\n\n", read.digest, basis(model)));
        let row = |adds, what: String| vec![signed(adds), what];
        let mut rows = vec![row(model.baseline, format!("baseline{}", shifted(read)))];
        for (adds, term, value) in self.adds(model) {
            let value = match value {
                Some(Some(value)) => format!(": {value}"),
                Some(None) => ": not known, taken as the riskiest that was seen".to_owned(),
                None => String::new(),
            };
            rows.push(row(adds, format!("{}{value}", line(&term, 2 * VALUE))));
        }
        rows.push(row(self.scored.log_odds, format!("the sum, which is {said}")));
        out.push_str(&table(&["    log-odds", "term"], &rows, output.style()));
        out
    }

    fn as_json(&self, read: &Read) -> Result<Vec<u8>, Failure> {
        let model = &read.model;
        let adds = self.adds(model).into_iter().map(|(adds, term, value)| {
            let mut said = json!({"term": term, "adds": adds});
            if let (Some(Some(value)), Some(said)) = (value, said.as_object_mut()) {
                said.insert("value".to_owned(), json!(value));
            }
            said
        });
        let answer = json!({"explanation": {
            "model": read.digest, "row": self.row, "baseline": model.baseline,
            "contributions": adds.collect::<Vec<Value>>(), "log_odds": self.scored.log_odds,
            "probability": self.scored.probability(),
        }});
        Ok(with_newline(canonical::bytes(&answer)?))
    }
}
