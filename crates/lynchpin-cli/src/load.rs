//! Files in: the portfolio, the policy, and the time.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};

use lynchpin::base::{Error, ErrorCode, Instant, Limits};
use lynchpin::gate::{Policy, profiles};
use lynchpin::portfolio::{Engine, Snapshot};
use lynchpin::wire::read_portfolio;

use super::failure::Failure;
use super::ledger::args::With;
use super::ledger::open;

/// The policy that is taken where none is named: the file of this name beside the portfolio.
pub const POLICY_FILE: &str = "lynchpin.toml";

/// Reads a portfolio and the policy to judge it by.
///
/// That is the policy named. Where none is, and the portfolio adopts none itself, it is the
/// `lynchpin.toml` beside it: a file that happens to lie there never overrules what was adopted.
///
/// The portfolio is a document or a ledger; a ledger is known by how its file begins.
pub fn load(file: &Path, policy: Option<&Path>) -> Result<Snapshot, Failure> {
    if is_ledger(file) {
        let mut ledger = open::ledger(file, &With::default())?;
        let set = |text: &str| ledger.set_policy(text);
        policy.map_or(Ok(()), |policy| with_policy(policy, set))?;
        return Ok(ledger.snapshot());
    }
    let mut engine = Engine::new(Limits::bulk());
    let portfolio = add(&mut engine, file);
    let beside = || {
        let adopts = !engine.snapshot().portfolio().policies.is_empty();
        let beside = file.parent().map(|folder| folder.join(POLICY_FILE));
        beside.filter(|beside| !is_stdin(file) && !adopts && beside.exists())
    };
    let policy: Option<PathBuf> = match policy {
        Some(named) => Some(named.to_owned()),
        // What a portfolio that cannot be read adopts is not known.
        None if portfolio.is_ok() => beside(),
        None => None,
    };
    let policy = policy.map_or(Ok(()), |policy| set_policy(&mut engine, &policy));
    match (portfolio, policy) {
        (Ok(()), Ok(())) => Ok(engine.snapshot()),
        (Err(one), Ok(())) | (Ok(()), Err(one)) => Err(one),
        (Err(one), Err(other)) => Err(one.join(other)),
    }
}

/// Takes a policy from a file, or one that is shipped.
pub fn set_policy(engine: &mut Engine, file: &Path) -> Result<(), Failure> {
    with_policy(file, |text| engine.set_policy(text))
}

/// Reads a policy from a file, or one that is shipped.
pub fn policy(file: &Path) -> Result<Policy, Failure> {
    with_policy(file, str::parse)
}

/// Takes the text of a policy: of the file, else of the shipped one of that name.
///
/// Where both are there, nobody knows which is meant, and to guess would judge by the wrong one.
pub fn with_policy<T>(
    file: &Path,
    take: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Failure> {
    let shipped = file.to_str().and_then(|named| profiles::text(named).ok());
    match shipped {
        None => with_text(file, "the policy", take),
        Some(text) if !file.exists() => {
            take(text).map_err(|error| Failure::of_document(&name(file), text.as_bytes(), &error))
        }
        Some(_) => {
            let named = name(file);
            let message = format!(
                "`{named}` is a file here and also a policy that is shipped: write `./{named}` for \
                 the file"
            );
            Err(Failure::plain(ErrorCode::SubjectAmbiguous.name(), &message))
        }
    }
}

/// Reads a file of text and takes it; what is wrong with it is told with its place there.
pub fn with_text<T>(
    file: &Path,
    what: &str,
    take: impl FnOnce(&str) -> Result<T, Error>,
) -> Result<T, Failure> {
    let bytes = read(file, Limits::untrusted().document_bytes_max)?;
    let malformed = |error: &Error| Failure::of_document(&name(file), &bytes, error);
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        malformed(&Error::new(ErrorCode::DocumentNotUtf8, format!("{what} is not UTF-8")))
    })?;
    take(text).map_err(|error| malformed(&error))
}

fn add(engine: &mut Engine, file: &Path) -> Result<(), Failure> {
    let limits = engine.limits();
    let bytes = read(file, limits.document_bytes_max)?;
    let portfolio = read_portfolio(&bytes, limits);
    portfolio
        .and_then(|portfolio| engine.add(portfolio))
        .map_err(|error| Failure::of_document(&name(file), &bytes, &error))
}

/// Reads a whole file, or standard input for `-`, up to one byte beyond the limit: then the
/// reader of the document says that it is too large.
pub fn read(file: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = open(file)?.take(most).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| unread(file, &error))
}

/// Opens a file, or standard input for `-`, to be read piece by piece.
pub fn open(file: &Path) -> Result<Box<dyn Read>, Failure> {
    if is_stdin(file) {
        return Ok(Box::new(io::stdin().lock()));
    }
    let opened = File::open(file).map_err(|error| unread(file, &error))?;
    Ok(Box::new(opened))
}

fn unread(file: &Path, error: &io::Error) -> Failure {
    let message = format!("`{}` cannot be read: {error}", name(file));
    Failure::plain(ErrorCode::Io.name(), &message)
}

/// Whether a file holds a portfolio: a ledger, or a document that begins as JSON does. Of standard
/// input nothing is taken by looking; at another pipe nobody looks, since what is read is gone.
pub fn is_portfolio(file: &Path) -> bool {
    let begins = |bytes: &[u8]| bytes.trim_ascii_start().first() == Some(&b'{');
    if is_stdin(file) {
        return io::stdin().lock().fill_buf().is_ok_and(begins);
    }
    if !file.metadata().is_ok_and(|found| found.is_file()) {
        return false;
    }
    let mut begin = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut begin));
    is_ledger(file) || read.is_ok() && begins(&begin)
}

/// How much of a file is looked at to tell what it is.
const LOOKED_AT: u64 = 4_096;

/// Whether a file is one of SQLite, as ledgers are.
fn is_ledger(file: &Path) -> bool {
    let mut begin = [0_u8; 16];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut begin));
    !is_stdin(file) && read.is_ok() && begin == *b"SQLite format 3\0"
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// What a file is called in messages.
pub fn name(file: &Path) -> String {
    if is_stdin(file) { "standard input".to_owned() } else { file.display().to_string() }
}

/// The instant that is asked about: the one given, or now.
pub fn at(given: Option<Instant>) -> Result<Instant, Failure> {
    if let Some(given) = given {
        return Ok(given);
    }
    // Whole seconds: nobody can retype a fraction to ask again.
    clock(|since| i64::try_from(since.as_secs()).ok()?.checked_mul(1_000_000))
}

/// What the clock says: what is given, or now to the microsecond.
pub fn now(given: Option<Instant>) -> Result<Instant, Failure> {
    given.map_or_else(|| clock(|since| i64::try_from(since.as_micros()).ok()), Ok)
}

#[expect(clippy::disallowed_types, reason = "the command is where the clock is read")]
fn clock(micros: impl Fn(std::time::Duration) -> Option<i64>) -> Result<Instant, Failure> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let micros = since.ok().and_then(micros);
    micros.and_then(|micros| Instant::from_micros(micros).ok()).ok_or_else(|| {
        let message = "the clock of this machine is outside of 1970 to 9999: give --at";
        Failure::plain(ErrorCode::InstantMalformed.name(), message)
    })
}
