//! From a document to the decisions on everything in it, beside reading it into plain structs.

use std::fs;
use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

use lynchpin::base::Limits;
use lynchpin::model::Portfolio;
use lynchpin::portfolio::{Engine, Snapshot, VerdictsQuestion};
use lynchpin::wire::{read_portfolio, write_portfolio};
use lynchpin_benches::Wanted::{Nothing, TimesPeer};
use lynchpin_benches::{beside, figure};
use serde::Deserialize;

use crate::portfolio::{POLICY, decide_all, now};

const ROUNDS: usize = 1;

/// Prints what it takes from the document of a portfolio to all decisions.
pub(crate) fn measure(portfolio: &Portfolio) -> Result<()> {
    let file = Path::new("target/figures-plan-portfolio.json");
    fs::write(file, write_portfolio(portfolio).map_err(Error::other)?)?;
    let this = std::env::current_exe()?;
    let command = |what| {
        let mut command = Command::new(&this);
        command.arg(what).arg(file);
        command
    };
    let told =
        [("verdicts", "verdicts", TimesPeer(2.0)), ("decide", "explained decisions", Nothing)];
    for (word, what, wanted) in told {
        let (own, plain) = beside(ROUNDS, || command(word), || command("read"))?;
        let changes = count(portfolio);
        let name = format!("seconds from a document of {changes} changes to all {what}");
        figure(&name, own.seconds, Some(plain.seconds), wanted);
        let name = format!("megabytes at the peak, of {changes} changes to all {what}");
        figure(&name, own.megabytes, Some(plain.megabytes), Nothing);
    }
    fs::remove_file(file)
}

fn count(portfolio: &Portfolio) -> usize {
    portfolio.changes.len()
}

/// Reads a document, and decides on every release in it, with all reasons.
pub(crate) fn decide(file: &Path) -> Result<()> {
    std::hint::black_box(decide_all(&load(file)?)?);
    Ok(())
}

/// Reads a document, and gives the verdicts on everything in it.
pub(crate) fn verdicts(file: &Path) -> Result<()> {
    let question = VerdictsQuestion::new(now()?);
    let found = load(file)?.verdicts(&question).map_err(Error::other)?;
    drop(std::hint::black_box(found));
    Ok(())
}

fn load(file: &Path) -> Result<Snapshot> {
    let bytes = fs::read(file)?;
    let mut engine = Engine::new(Limits::bulk());
    engine.set_policy(POLICY).map_err(Error::other)?;
    let portfolio = read_portfolio(&bytes, engine.limits()).map_err(Error::other)?;
    drop(bytes);
    engine.add(portfolio).map_err(Error::other)?;
    Ok(engine.snapshot())
}

/// Reads a document into structs of plain strings.
pub(crate) fn read(file: &Path) -> Result<()> {
    let bytes = fs::read(file)?;
    let plain: Plain = serde_json::from_slice(&bytes).map_err(Error::other)?;
    drop(std::hint::black_box(plain));
    Ok(())
}

/// A document as it would be read by who only needs what this one holds.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is read, and that is what is measured")]
struct Plain {
    lynchpin: String,
    #[serde(default)]
    people: Vec<serde_json::Value>,
    #[serde(default)]
    groups: Vec<serde_json::Value>,
    #[serde(default)]
    services: Vec<serde_json::Value>,
    #[serde(default)]
    stages: Vec<serde_json::Value>,
    changes: Vec<PlainChange>,
    releases: Vec<PlainRelease>,
    evidence: Vec<PlainEvidence>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as above")]
struct PlainChange {
    id: String,
    revision: u32,
    at: String,
    #[serde(default)]
    recorded: String,
    by: String,
    kind: Option<String>,
    #[serde(default)]
    requires: Vec<PlainNeeds>,
    #[serde(default)]
    services: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as above")]
struct PlainNeeds {
    change: String,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as above")]
struct PlainRelease {
    id: String,
    revision: u32,
    at: String,
    by: String,
    changes: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "as above")]
struct PlainEvidence {
    check: String,
    change: String,
    revision: u32,
    run: u64,
    outcome: String,
    at: String,
    by: String,
}
