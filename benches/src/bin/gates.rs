//! `cargo xtask figures gates`: one gate judged here and by other policy engines, side by side.
//!
//! The gate asks for approvals from two of four roles by people who are not the author, for three
//! checks, for a low risk and an open window. Ten thousand changes are made up and tiled to a
//! million rows; the others, in `benches/peers`, get the same ten thousand with their policies
//! compiled and their requests built beforehand, and take turns with the engine. All must come to
//! the same verdicts.
//!
//! A policy has no requirement for a window that a column could be made for, so here, as for the
//! others, whether it is open is known beforehand and enters as what a check found.
#![expect(clippy::print_stderr, reason = "a program that measures says what is wrong")]

use std::fs;
use std::hint::black_box;
use std::io::{Error, Result};
use std::process::ExitCode;

use lynchpin::base::id::PersonId;
use lynchpin::base::{Instant, Probability, Subject};
use lynchpin::gate::Policy;
use lynchpin::gate::column::{Buffer, Columns, CompiledGate, LeafState};
use lynchpin::reason::Verdict;
use lynchpin_benches::Wanted::{AtLeast, Nothing};
use lynchpin_benches::peer::{self, Peer};
use lynchpin_benches::{ended, figure, median, seconds};
use serde_json::{Value, json};

/// Changes that are made up, and rows that they are tiled to.
const INPUTS: usize = 10_000;
const ROWS: usize = 1_000_000;
/// How often each takes its turn; the medians count.
const ROUNDS: usize = 9;
/// How often the engine passes over its rows in a turn, since one pass is so short.
const PASSES: usize = 10;

/// The engines in `benches/peers` that judge the whole gate; Cedar cannot count, so the roles are
/// counted for it beforehand.
const WHOLE: usize = 3;
/// Those, and two once more with the roles counted for them.
const PEERS: [&str; 5] =
    ["cedar-policy", "regorus", "cel", "regorus, roles counted", "cel, roles counted"];

const CHECKS: [&str; 3] = ["unit", "integration", "scan"];
const ROLES: [&str; 4] = ["qa", "security", "operations", "product"];
/// People in a role, three of whom are in the next one too.
const SEATS: u64 = 8;
const POLICY: &str = r#"
    name = "figures"
    requirement.unit = { evidence = { check = "unit" } }
    requirement.integration = { evidence = { check = "integration" } }
    requirement.scan = { evidence = { check = "scan" } }
    requirement.qa = { approval = { group = "qa" } }
    requirement.security = { approval = { group = "security" } }
    requirement.operations = { approval = { group = "operations" } }
    requirement.product = { approval = { group = "product" } }
    requirement.low-risk = { risk = { below = "0.2" } }
    requirement.window = { evidence = { check = "window" } }
    gate.production = { stage = "production", judges = "change", require = { all = [
        "unit", "integration", "scan",
        { at_least = 2, of = ["qa", "security", "operations", "product"] },
        "low-risk", "window",
    ] } }
"#;

/// One made-up change.
struct Input {
    checks: [LeafState; 3],
    author: u64,
    /// Who approved, and in which role.
    approvals: Vec<(u64, usize)>,
    risk: u32,
    window: bool,
}

fn main() -> ExitCode {
    ended(measure())
}

fn measure() -> Result<()> {
    let inputs = inputs();
    let mut peers = peers(&inputs)?;
    let columns = columns(&inputs).map_err(Error::other)?;
    let at: Instant = "2026-11-03T10:00:00Z".parse().map_err(Error::other)?;
    let own = columns.verdicts(at);
    agree(&mut peers, &columns, &own, at)?;

    let mut bulk = Vec::new();
    let mut calls: [Vec<f64>; 3] = Default::default();
    let mut reading = Vec::new();
    let mut others: Vec<Vec<f64>> = vec![Vec::new(); PEERS.len()];
    let mut out = own;
    for round in 0..ROUNDS {
        // Who goes first changes with every round.
        for turn in 0..=PEERS.len() {
            let turn = if round % 2 == 0 { turn } else { PEERS.len() - turn };
            match (others.get_mut(turn), PEERS.get(turn)) {
                (Some(taken), Some(name)) => {
                    // The nanoseconds that a verdict takes it.
                    let answer = peers.ask(&format!("time {name}"))?;
                    taken.push(answer.parse().map_err(Error::other)?);
                }
                _ => {
                    bulk.push(passes(&columns, at, &mut out)?);
                    for (calls, way) in
                        calls.iter_mut().zip([Way::Tiled, Way::Anywhere, Way::Named])
                    {
                        calls.push(explained(&columns, at, way)?);
                    }
                    reading.push(bandwidth());
                }
            }
        }
    }
    let others: Vec<f64> = others.iter().map(|taken| median(taken)).collect();
    tell(median(&bulk), &calls.map(|taken| median(&taken)), median(&reading), &others);
    Ok(())
}

/// Prints the figures, all in nanoseconds but the last.
fn tell(bulk: f64, calls: &[f64; 3], reading: f64, others: &[f64]) {
    for (name, taken) in PEERS.iter().zip(others) {
        figure(&format!("{name}: ns a verdict"), *taken, None, Nothing);
    }
    let fastest = |of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min);
    let (whole, easier) = others.split_at(WHOLE.min(others.len()));
    let (fastest, easier) = (fastest(whole), fastest(easier));
    let [tiled, anywhere, named] = *calls;
    figure("in columns: ns a verdict", bulk, Some(fastest), Nothing);
    figure("in columns: times the fastest", fastest / bulk, None, AtLeast(500.0));
    figure(
        "in columns: times the fastest that has the roles counted",
        easier / bulk,
        None,
        Nothing,
    );
    figure("one call, explained: ns", tiled, Some(fastest), Nothing);
    figure("one call, explained: times the fastest", fastest / tiled, None, AtLeast(5.0));
    figure("one call: times the fastest that has the roles counted", easier / tiled, None, Nothing);
    figure("one call, explained, at any row: ns", anywhere, Some(fastest), Nothing);
    figure("one call, explained, with all names put in: ns", named, Some(fastest), Nothing);
    let bytes = bytes_of_a_row();
    figure("reading memory: GB/s", reading, None, Nothing);
    figure("in columns: GB/s, of that", bytes / bulk, Some(reading), Nothing);
}

/// Bytes that a verdict is worked out from: three checks and a window of a byte each, four times
/// who approved and who may not, and the risk; and the byte of the verdict.
fn bytes_of_a_row() -> f64 {
    f64::from(3_u8 + 1 + 4 * 2 + 4 + 1)
}

/// The made-up changes, the same ones every time.
fn inputs() -> Vec<Input> {
    let mut state = 20_261_126_u64;
    // The generator of Knuth's MMIX; its upper bits are the random ones.
    let mut below = |bound: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut made = Vec::with_capacity(INPUTS);
    for _ in 0..INPUTS {
        let mut check = || match below(100) {
            0..88 => LeafState::EvidencePassed,
            88..93 => LeafState::EvidenceFailed,
            93..96 => LeafState::EvidenceRunning,
            _ => LeafState::EvidenceMissing,
        };
        let checks = [check(), check(), check()];
        let author = below(people());
        let mut approvals = Vec::new();
        for (number, _) in ROLES.iter().enumerate() {
            for seat in 0..SEATS {
                if below(10) == 0 {
                    approvals.push((member(number, seat), number));
                }
            }
        }
        // The gate compares at six decimals, the others as it is told.
        let risk = u32::try_from(below(250_000) * 1_000).unwrap_or(u32::MAX);
        made.push(Input { checks, author, approvals, risk, window: below(10) != 0 });
    }
    made
}

fn people() -> u64 {
    member(ROLES.len() - 1, SEATS - 1) + 1
}

/// The number of a person in a role.
fn member(role: usize, seat: u64) -> u64 {
    (SEATS - 3).wrapping_mul(role as u64) + seat
}

fn person(number: u64) -> String {
    format!("person-{number:02}")
}

/// The inputs tiled to all rows.
fn columns(inputs: &[Input]) -> lynchpin::base::Result<Columns> {
    let policy: Policy = POLICY.parse()?;
    let mut columns = Columns::new(CompiledGate::new(&policy, &"production".parse()?)?, ROWS)?;
    let ids = (0..people()).map(|number| PersonId::new(person(number)));
    let ids = ids.collect::<lynchpin::base::Result<Vec<PersonId>>>()?;
    let id = |number: u64| usize::try_from(number).ok().and_then(|number| ids.get(number));
    let mut leaves = Vec::new();
    for name in ["unit", "integration", "scan", "qa", "security", "operations", "product"] {
        leaves.extend(columns.gate().leaf(&name.parse()?));
    }
    let risk = columns.gate().leaf(&"low-risk".parse()?).unwrap_or_default();
    let window = columns.gate().leaf(&"window".parse()?).unwrap_or_default();
    let (checks, roles) = leaves.split_at(CHECKS.len());
    for (number, leaf) in roles.iter().enumerate() {
        let sitting = (0..SEATS).filter_map(|seat| id(member(number, seat)).cloned());
        columns.set_seats(*leaf, &sitting.collect::<Vec<_>>(), &[])?;
    }
    for (row, input) in (0..ROWS).zip(inputs.iter().cycle()) {
        for (leaf, state) in checks.iter().zip(input.checks) {
            columns.set_state(*leaf, row, state)?;
        }
        for (by, role) in &input.approvals {
            if let (Some(leaf), Some(by)) = (roles.get(*role), id(*by)) {
                columns.approve(*leaf, row, by, true)?;
            }
        }
        for leaf in roles {
            if let Some(author) = id(input.author) {
                columns.bar(*leaf, row, author, true)?;
            }
        }
        columns.set_risk(risk, row, Probability::from_parts_per_billion(input.risk))?;
        let open =
            if input.window { LeafState::EvidencePassed } else { LeafState::EvidenceRunning };
        columns.set_state(window, row, open)?;
    }
    Ok(columns)
}

/// Whether all engines, and both passes of this one, say the same of every input.
fn agree(peers: &mut Peer, columns: &Columns, own: &[Verdict], at: Instant) -> Result<()> {
    let goes = |verdicts: &[Verdict]| -> String {
        verdicts.iter().map(|verdict| if verdict.is_go() { '1' } else { '0' }).collect()
    };
    let (first, _) = own.split_at(INPUTS);
    let mine = goes(first);
    let mut buffer = Buffer::default();
    for (row, verdict) in own.iter().enumerate() {
        let why = columns.explain(row, at, &mut buffer).map_err(Error::other)?;
        if why.verdict() != *verdict || first.get(row % INPUTS) != Some(verdict) {
            return Err(Error::other(format!("row {row}: the passes differ")));
        }
    }
    for name in PEERS {
        let theirs = peers.ask(&format!("verdicts {name}"))?;
        if let Some(at) = mine.bytes().zip(theirs.bytes()).position(|(mine, their)| mine != their) {
            return Err(Error::other(format!("{name} says something else of input {at}")));
        }
        if theirs.len() != mine.len() {
            return Err(Error::other(format!("{name} says {} verdicts", theirs.len())));
        }
    }
    let went = mine.bytes().filter(|digit| *digit == b'1').count();
    eprintln!("{went} of {INPUTS} go");
    Ok(())
}

/// The nanoseconds that a verdict takes in columns.
fn passes(columns: &Columns, at: Instant, out: &mut [Verdict]) -> Result<f64> {
    let mut failed = None;
    let taken = seconds(|| {
        for _ in 0..PASSES {
            failed = columns.verdicts_into(black_box(at), out).err().or(failed.take());
            black_box(&mut *out);
        }
    });
    failed.map_or(Ok(()), |why| Err(Error::other(why)))?;
    Ok(taken * 1e9 / count(PASSES * ROWS))
}

/// Which rows are explained, and how far.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    /// Those that the other engines judge too, in the same order.
    Tiled,
    /// Any of the million, so that none is in a cache.
    Anywhere,
    /// As the first, with the names of all parts put in.
    Named,
}

/// The nanoseconds that one verdict takes with its whole tree.
fn explained(columns: &Columns, at: Instant, way: Way) -> Result<f64> {
    let mut buffer = Buffer::default();
    let subject = Subject::Change("C-1".parse().map_err(Error::other)?);
    let mut failed = None;
    let calls = if way == Way::Named { INPUTS } else { PASSES * INPUTS };
    let taken = seconds(|| {
        for call in 0..calls {
            // A step that shares no factor with the number of rows comes to each of them once.
            let row = if way == Way::Anywhere { call * 7_919 * 37 % ROWS } else { call % INPUTS };
            match columns.explain(row, black_box(at), &mut buffer) {
                Ok(why) if way == Way::Named => drop(black_box(why.tree(&subject, &[]))),
                Ok(why) => drop(black_box(why.nodes())),
                Err(why) => failed = Some(why),
            }
        }
    });
    failed.map_or(Ok(()), |why| Err(Error::other(why)))?;
    Ok(taken * 1e9 / count(calls))
}

/// The gigabytes a second that a plain sum reads from memory.
fn bandwidth() -> f64 {
    let words = vec![1_u64; 16 << 20];
    let taken = seconds(|| words.iter().fold(0_u64, |sum, word| sum.wrapping_add(*word)));
    count(words.len() * size_of::<u64>()) / taken / 1e9
}

#[expect(clippy::cast_precision_loss, reason = "a float counts more than there are")]
fn count(number: usize) -> f64 {
    number as f64
}

/// The other engines, once all their requests are built.
fn peers(inputs: &[Input]) -> Result<Peer> {
    let built = peer::built("lynchpin-peers")?;
    let made = built.with_file_name("benches");
    fs::create_dir_all(&made)?;
    let file = made.join("gates.json");
    let all: Vec<Value> = inputs.iter().map(Input::document).collect();
    fs::write(&file, serde_json::to_vec(&all)?)?;
    Peer::start(&built.join("release/lynchpin-peers"), &file)
}

impl Input {
    /// As the other engines read it.
    fn document(&self) -> Value {
        let given = self.approvals.iter();
        let given = given.map(|(by, role)| json!({"by": person(*by), "role": ROLES.get(*role)}));
        let mut fields = json!({
            "author": person(self.author),
            "approvals": given.collect::<Vec<_>>(),
            "risk": self.risk,
            "window": self.window,
        });
        for (name, state) in CHECKS.iter().zip(self.checks) {
            if let Some(fields) = fields.as_object_mut() {
                let word = state.code().name().trim_start_matches("evidence_");
                fields.insert((*name).to_owned(), json!(word));
            }
        }
        fields
    }
}
