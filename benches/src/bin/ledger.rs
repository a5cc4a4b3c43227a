//! `cargo xtask figures ledger`: a ledger beside what its parts take by themselves.
//!
//! Appending is measured beside the bare driver, which writes the same rows to the same tables of
//! the same store with the same durability, and knows them beforehand. Opening is measured beside
//! its limit: a snapshot cannot be opened faster than its document is read into plain structs, and
//! entries cannot be replayed faster than their rows are read and hashed and their facts are read
//! into plain structs. All take turns in one process.

use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lynchpin::base::{Digest, Error, Instant, Limits, Result};
use lynchpin::model::Portfolio;
use lynchpin::wire::{read_portfolio, write_portfolio};
use lynchpin_benches::Wanted::{AtMost, Nothing, TimesPeer};
use lynchpin_benches::{elapsed, ended, figure, median};
use lynchpin_store::entry::Row;
use lynchpin_store::log::Options;
use lynchpin_store::merkle;
use lynchpin_store::note::SecretKey;
use lynchpin_store::store::Store;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Batch, Draft, Ledger, Log, Outcome};
use rusqlite::{Connection, params};

/// Facts of the ledger that is opened.
const FACTS: usize = 1_000_000;
/// Facts of one batch, and batches of one turn of appending.
const BATCH: usize = 1_000;
const BATCHES: usize = 50;
/// How often each takes its turn; the medians count.
const ROUNDS: usize = 7;
const OPENINGS: usize = 3;
/// What one receipt may have at most, in bytes.
const RECEIPT: f64 = 4096.0;

const ORIGIN: &str = "acme.example/releases";

fn main() -> ExitCode {
    ended(measure())
}

fn measure() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from("target/figures-ledger");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    appending(&folder)?;
    opening(&folder)?;
    fs::remove_dir_all(&folder)?;
    Ok(())
}

/// Batches into a file, here and by the bare driver.
fn appending(folder: &Path) -> Result<()> {
    let drafts = drafts(BATCH * BATCHES)?;
    let batches: Vec<Batch> = drafts.chunks(BATCH).map(|it| batch(it.to_vec())).collect();
    let rows = rows(&batches)?;
    let (mut owns, mut peers) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let own = folder.join(format!("own-{round}"));
        let peer = folder.join(format!("peer-{round}"));
        let mut log = Log::create(Box::new(Sqlite::create(&own)?), ORIGIN, Options::default())?;
        let mut bare = bare(&peer)?;
        let mut append = || {
            elapsed(|| {
                for batch in &batches {
                    let appended = log.append(batch);
                    assert!(matches!(appended, Ok(Outcome::Appended(_))), "nobody else writes");
                }
            })
        };
        let mut insert = || elapsed(|| rows.chunks(BATCH).for_each(|rows| insert(&mut bare, rows)));
        if round % 2 == 0 {
            owns.push(append());
            peers.push(insert());
        } else {
            peers.push(insert());
            owns.push(append());
        }
    }
    // At least 0.8 of what the driver reaches is at most 1.25 times of what it takes.
    let name = "seconds to append 50,000 facts in batches of 1,000, SQLite, beside the bare driver";
    figure(name, median(&owns), Some(median(&peers)), TimesPeer(1.25));
    Ok(())
}

/// A million facts: from a snapshot, by replaying them, and what both take at least.
fn opening(folder: &Path) -> Result<()> {
    let file = folder.join("million");
    {
        let mut log = Log::create(Box::new(Sqlite::create(&file)?), ORIGIN, signed()?)?;
        for some in drafts(FACTS)?.chunks(BATCH * 20) {
            let Outcome::Appended(_) = log.append(&batch(some.to_vec()))? else {
                return Err(odd("nobody else writes"));
            };
        }
        log.checkpoint()?;
        let length = log.receipt(500_000)?.to_string().len();
        #[expect(clippy::cast_precision_loss, reason = "a measure")]
        let length = length as f64;
        figure("bytes of a receipt at 1,000,000 facts", length, None, AtMost(RECEIPT));
    }
    let (mut replays, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        // Without a key, no snapshot is trusted.
        replays.push(elapsed(|| open(&file, Options::default())));
        limits.push(elapsed(|| read_rows(&file)));
    }
    let name = "seconds to replay 1,000,000 facts, beside reading, hashing and parsing alone";
    figure(name, median(&replays), Some(median(&limits)), Nothing);

    let mut ledger = Ledger::open(Box::new(Sqlite::open(&file)?), signed()?)?;
    ledger.keep_snapshot()?;
    let document = write_portfolio(ledger.snapshot().portfolio())?;
    drop(ledger);
    let (mut opens, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        let options = signed()?;
        opens.push(elapsed(|| open(&file, options)));
        limits.push(elapsed(|| {
            black_box(serde_json::from_slice::<Portfolio>(&document).is_ok());
        }));
    }
    let name = "seconds to open 1,000,000 facts from a snapshot, beside reading its JSON alone";
    figure(name, median(&opens), Some(median(&limits)), Nothing);
    Ok(())
}

fn open(file: &Path, options: Options) {
    let ledger = Sqlite::open(file).and_then(|it| Ledger::open(Box::new(it), options));
    assert!(ledger.is_ok_and(|it| it.snapshot().portfolio().len() == FACTS), "it opens");
}

/// What no replay can do without.
fn read_rows(file: &Path) {
    let read = || -> Result<()> {
        let mut store = Sqlite::open(file)?;
        let mut portfolio = Portfolio::default();
        store.rows(1..u64::MAX, &mut |row| {
            let bytes = row.bytes.unwrap_or_default();
            black_box(merkle::leaf(&bytes));
            lynchpin_store::Entry::read(&bytes)?.add_to(&mut portfolio)
        })?;
        black_box(portfolio);
        Ok(())
    };
    assert!(read().is_ok(), "it can be read");
}

fn signed() -> Result<Options> {
    let mut options = Options::default();
    options.signer = Some(Box::new(SecretKey::new(ORIGIN, [7; 32])?));
    Ok(options)
}

fn clock() -> Instant {
    Instant::from_micros(1_793_000_000_000_000).unwrap_or(Instant::EPOCH)
}

fn batch(facts: Vec<Draft>) -> Batch {
    Batch { facts, decided_on: None, clock: clock() }
}

/// Made-up facts as a portfolio has them: of each change a revision, five results and three
/// approvals, and a deployment.
fn drafts(count: usize) -> Result<Vec<Draft>> {
    let mut text = String::from("{\"lynchpin\": \"portfolio/1\"");
    let of_ten = |kept: std::ops::Range<usize>, fact: &dyn Fn(usize, usize) -> String| {
        let facts = (0..count).filter(|number| kept.contains(&(number % 10)));
        facts.map(|number| fact(number / 10, number % 10)).collect::<Vec<_>>().join(",")
    };
    let artifact = |change: usize| Digest::of(format!("artifact {change}").as_bytes());
    let at = "\"at\": \"2026-06-01T09:00:00Z\"";
    let changes = of_ten(0..1, &|change, _| {
        format!(
            "{{\"id\": \"C-{change}\", \"revision\": 1, \"kind\": \"normal\", \"title\": \"Change \
             number {change}\", \"services\": [\"service-{}\"], \"artifacts\": [\"{}\"], {at}, \
             \"by\": \"person-{}\"}}",
            change % 400,
            artifact(change),
            change % 900
        )
    });
    let evidence = of_ten(1..6, &|change, check| {
        format!(
            "{{\"check\": \"check-{check}\", \"artifact\": \"{}\", \"outcome\": \"passed\", \
             \"run\": 1, {at}, \"by\": \"ci\"}}",
            artifact(change)
        )
    });
    let approvals = of_ten(6..9, &|change, role| {
        format!(
            "{{\"change\": \"C-{change}\", \"revision\": 1, \"requirement\": \"role-{role}\", \
             \"stage\": \"production\", \"decision\": \"approved\", {at}, \"by\": \"person-{}\"}}",
            (change + role) % 900
        )
    });
    let holds = of_ten(9..10, &|change, _| {
        format!("{{\"change\": \"C-{change}\", \"event\": \"held\", {at}, \"by\": \"ops\"}}")
    });
    let arrays =
        [("changes", changes), ("evidence", evidence), ("approvals", approvals), ("holds", holds)];
    for (name, facts) in arrays {
        text.push_str(&format!(", \"{name}\": [{facts}]"));
    }
    text.push('}');
    let drafts = Draft::all(read_portfolio(text.as_bytes(), Limits::bulk())?)?;
    if drafts.len() == count { Ok(drafts) } else { Err(odd("some facts are alike")) }
}

/// The rows that the driver writes: those that the log makes of the batches.
fn rows(batches: &[Batch]) -> Result<Vec<Row>> {
    let mut options = Options::default();
    options.volatile = true;
    let mut store = Memory::default();
    let mut log = Log::create(Box::new(store.clone()), ORIGIN, options)?;
    for batch in batches {
        let Outcome::Appended(_) = log.append(batch)? else {
            return Err(odd("nobody else writes"));
        };
    }
    let mut rows = Vec::new();
    store.rows(1..u64::MAX, &mut |row| {
        rows.push(row);
        Ok(())
    })?;
    Ok(rows)
}

/// A connection of the bare driver to tables of our own.
fn bare(file: &Path) -> Result<Connection> {
    drop(Sqlite::create(file)?);
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "fullfsync", true)?;
        Ok(connection)
    };
    open().map_err(|error| odd(&error.to_string()))
}

/// Inserts rows as one transaction, and the root of each block as the log does.
fn insert(connection: &mut Connection, rows: &[Row]) {
    let mut insert = || -> rusqlite::Result<()> {
        let change = connection.transaction()?;
        {
            let sql = "INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5)";
            let mut insert = change.prepare_cached(sql)?;
            for Row { sequence, key, leaf, recorded, bytes } in rows {
                let micros = recorded.micros();
                insert.execute(params![
                    i64::try_from(*sequence).unwrap_or(i64::MAX),
                    key.as_bytes(),
                    leaf.as_bytes(),
                    micros,
                    bytes
                ])?;
            }
        }
        change.commit()
    };
    assert!(insert().is_ok(), "the driver inserts");
}

fn odd(why: &str) -> Error {
    Error::new(lynchpin::base::ErrorCode::Other, why)
}
