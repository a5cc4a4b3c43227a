//! What a ledger holds.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use lynchpin::base::ErrorCode;
use lynchpin::report::printable;
use lynchpin_store::Entry;
use serde_json::Value;

use super::args::{Export, Log, Show};
use super::open;
use crate::failure::Failure;
use crate::output::Output;
use crate::status::Status;

/// Lists entries.
pub fn log(asked: &Log, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut log = open::log(&opened.ledger, &opened.with)?;
    let end = asked.to.unwrap_or(log.head().size).saturating_add(1);
    let mut failed = None;
    log.each(asked.from..end, &mut |entry| {
        if failed.is_none() {
            failed = output.line(&line(&entry)).err();
        }
        Ok(())
    })?;
    failed.map_or(Ok(Status::Go), Err)
}

/// An entry on one line: where, when, what kind, by whom, about what.
fn line(entry: &Entry) -> String {
    let place = &entry.place;
    let fact: Value = serde_json::from_str(&entry.fact).unwrap_or_default();
    let text = |name: &str| fact.get(name).and_then(Value::as_str).map(printable);
    let by = text("by").map_or(String::new(), |by| format!("  by {by}"));
    let of = ["release", "change", "check", "service", "stage", "board", "id"];
    let about: Vec<String> =
        of.iter().filter_map(|name| Some(format!("{name} {}", text(name)?))).collect();
    let (sequence, recorded, kind) = (place.sequence, place.recorded, &entry.kind);
    format!("{sequence:>7}  {recorded}  {kind:<13} {}{by}", about.join(", "))
}

/// Shows an entry.
pub fn show(asked: &Show, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut log = open::log(&opened.ledger, &opened.with)?;
    let row = log.row(asked.entry)?;
    let none = |what: &str| {
        let message = format!("entry {} {what}", asked.entry);
        Failure::plain(ErrorCode::FactUnknown.name(), &message)
    };
    let row = row.ok_or_else(|| none("is not there"))?;
    let bytes = row.bytes.ok_or_else(|| none("was erased"))?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::plain(ErrorCode::LedgerMalformed.name(), &error.to_string()))?;
    let text = serde_json::to_string_pretty(&value)
        .map_err(|error| Failure::plain(ErrorCode::Other.name(), &error.to_string()))?;
    output.line(&text)?;
    output.line(&format!("leaf {}", row.leaf))?;
    Ok(Status::Go)
}

/// Prints the entries as they are.
pub fn export(asked: &Export, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut log = open::log(&opened.ledger, &opened.with)?;
    let end = log.head().size.saturating_add(1);
    match &asked.output {
        Some(file) => {
            let made = File::create(file).map_err(|error| open::io(file, &error))?;
            let mut out = BufWriter::new(made);
            log.export(1..end, &mut out)?;
            out.flush().map_err(|error| open::io(file, &error))?;
        }
        None => {
            log.export(1..end, output)?;
        }
    }
    Ok(Status::Go)
}
