//! What adds to a ledger.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;

use lynchpin::base::{ErrorCode, Limits};
use lynchpin::model::Basis;
use lynchpin::portfolio::ClaimQuestion;
use lynchpin::report::{self, Options};
use lynchpin::wire::read_portfolio;
use lynchpin_store::erase::Request;
use lynchpin_store::note::SecretKey;
use lynchpin_store::request::{Places, Reply};
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{ClaimEnd, Draft, Log, Outcome};

use super::args::{Append, Claim, Erase, Import, Init, Opened};
use super::open;
use crate::failure::Failure;
use crate::load;
use crate::output::Output;
use crate::status::Status;

/// Begins a ledger.
pub fn init(asked: &Init, output: &mut Output) -> Result<Status, Failure> {
    let file = &asked.ledger;
    if file.exists() {
        let message = format!("`{}` is there already", file.display());
        return Err(Failure::plain(ErrorCode::Io.name(), &message));
    }
    let mut options = lynchpin_store::log::Options::default();
    let mut key = None;
    if !asked.no_key {
        let made = make_key(file, &asked.origin)?;
        key = Some(made.public().clone());
        options.signer = Some(Box::new(made));
    }
    let mut log = Log::create(Box::new(Sqlite::create(file)?), &asked.origin, options)?;
    output.line(&format!("{} begins in `{}`", log.origin(), file.display()))?;
    if let Some(key) = key {
        log.checkpoint()?;
        output.line(&format!("its key, for whoever checks receipts:\n{key}"))?;
    }
    Ok(Status::Go)
}

/// Makes a key, and writes it beside the ledger, readable by its owner only.
fn make_key(ledger: &Path, origin: &str) -> Result<SecretKey, Failure> {
    let mut secret = [0_u8; 32];
    getrandom::fill(&mut secret).map_err(|error| {
        Failure::plain(ErrorCode::Io.name(), &format!("there are no random numbers: {error}"))
    })?;
    let key = SecretKey::new(origin, secret)?;
    let file = open::with_end(ledger, ".key");
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&file).and_then(|mut file| writeln!(file, "{}", key.to_text()));
    written.map_err(|error| open::io(&file, &error))?;
    let file = open::with_end(ledger, ".pub");
    fs::write(&file, format!("{}\n", key.public())).map_err(|error| open::io(&file, &error))?;
    Ok(key)
}

/// Appends facts.
pub fn append(asked: &Append, output: &mut Output) -> Result<Status, Failure> {
    let mut facts = Vec::new();
    for file in &asked.documents {
        load::with_text(file, "the portfolio", |text| {
            facts.extend(Draft::all(read_portfolio(text.as_bytes(), Limits::bulk())?)?);
            Ok(())
        })?;
    }
    let clock = load::now(asked.clock)?;
    let mut ledger = open::ledger(&asked.opened.ledger, &asked.opened.with)?;
    match ledger.append(facts, asked.decided_on, clock)? {
        Outcome::Appended(appended) => {
            open::keep(ledger.log_mut(), &asked.opened.with)?;
            if asked.json {
                return json(&Reply::Appended(Places::from(appended)), output);
            }
            let (all, new) = (appended.places.len(), appended.new);
            let known = all.saturating_sub(new);
            output.line(&format!(
                "{new} appended, {known} there already; the ledger has {} entries, recorded up \
                 to {}",
                appended.size, appended.recorded
            ))?;
            Ok(Status::Go)
        }
        Outcome::Conflict(between) => {
            output.line(&format!(
                "nothing appended: entries {} to {} came in between",
                between.start,
                between.end.saturating_sub(1)
            ))?;
            Ok(Status::NotGo)
        }
    }
}

/// Enters a stage.
pub fn claim(asked: &Claim, output: &mut Output) -> Result<Status, Failure> {
    let clock = load::now(asked.clock)?;
    let Some(subject) = asked.subject() else {
        return Err(Failure::plain(ErrorCode::SubjectAmbiguous.name(), "name what enters"));
    };
    let mut ledger = open::ledger(&asked.opened.ledger, &asked.opened.with)?;
    if let Some(policy) = &asked.policy {
        load::with_policy(policy, |text| ledger.set_policy(text))?;
    }
    let mut question = ClaimQuestion::new(subject, clock, asked.by.clone());
    question.stage.clone_from(&asked.stage);
    question.not_after = asked.not_after;
    match ledger.claim(&question, asked.id.as_ref(), clock)? {
        ClaimEnd::Claimed(claim) => {
            output.line(&format!(
                "entered `{}` for the {} time, as entry {}: {}",
                claim.stage,
                ordinal(claim.attempt),
                claim.sequence,
                claim.verdict
            ))?;
            if let Some(file) = &asked.receipt {
                let receipt = ledger.log_mut().receipt(claim.sequence)?;
                fs::write(file, receipt.to_string()).map_err(|error| open::io(file, &error))?;
            }
            open::keep(ledger.log_mut(), &asked.opened.with)?;
            Ok(Status::Go)
        }
        ClaimEnd::Refused(decision) => {
            let options = Options::new().with_style(output.style());
            output.line("not entered:")?;
            output.write(report::decision(&decision, &options).as_bytes())?;
            // A go that was claimed already lets nothing in once more.
            Ok(Status::of(decision.verdict(), decision.what_if).and(Status::Waits))
        }
    }
}

fn ordinal(number: u32) -> String {
    let end = match (number % 10, number % 100) {
        (1, last) if last != 11 => "st",
        (2, last) if last != 12 => "nd",
        (3, last) if last != 13 => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

/// Erases the words of entries.
pub fn erase(asked: &Erase, output: &mut Output) -> Result<Status, Failure> {
    let clock = load::now(asked.clock)?;
    let mut ledger = open::ledger(&asked.opened.ledger, &asked.opened.with)?;
    let basis = asked.kept_for.map_or(Basis::Request, |_| Basis::Retention);
    let count = ledger.erase(&Request {
        entries: asked.from..=asked.to.unwrap_or(asked.from),
        basis,
        kept_for: asked.kept_for,
        by: asked.by.clone(),
        reason: asked.reason.clone(),
        clock,
    })?;
    open::keep(ledger.log_mut(), &asked.opened.with)?;
    output.line(&format!("the words of {count} entries are erased"))?;
    Ok(Status::Go)
}

/// Keeps what is known.
pub fn snapshot(asked: &Opened, output: &mut Output) -> Result<Status, Failure> {
    let mut ledger = open::ledger(&asked.ledger, &asked.with)?;
    ledger.keep_snapshot()?;
    open::keep(ledger.log_mut(), &asked.with)?;
    output.line(&format!("what {} entries say is kept", ledger.log().head().size))?;
    Ok(Status::Go)
}

/// Appends what was exported.
pub fn import(asked: &Import, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut log = open::log(&opened.ledger, &opened.with)?;
    let mut lines: Box<dyn BufRead> = if asked.lines.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = File::open(&asked.lines).map_err(|error| open::io(&asked.lines, &error))?;
        Box::new(BufReader::new(file))
    };
    let count = log.import(&mut lines)?;
    open::keep(&mut log, &opened.with)?;
    let size = log.head().size;
    output
        .line(&format!("{count} entries read; the ledger has {size}, with root {}", log.root()))?;
    Ok(Status::Go)
}

/// Prints a reply as one line.
pub fn json(reply: &Reply, output: &mut Output) -> Result<Status, Failure> {
    let bytes = serde_json::to_vec(reply)
        .map_err(|error| Failure::plain(ErrorCode::Other.name(), &error.to_string()))?;
    output.write(&bytes)?;
    output.write(b"\n")?;
    Ok(Status::Go)
}
