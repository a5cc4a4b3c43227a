//! Opening a ledger, with its keys and with the checkpoint that was kept.

use std::fs;
use std::path::{Path, PathBuf};

use lynchpin::base::{Error, ErrorCode};
use lynchpin_store::log::Options;
use lynchpin_store::note::{NoteKey, SecretKey};
use lynchpin_store::store::Store;
use lynchpin_store::store::sqlite::Sqlite;
use lynchpin_store::{Ledger, Log};

use super::args::With;
use crate::failure::Failure;

/// Opens a ledger to append to it or to decide on it.
pub fn ledger(file: &Path, with: &With) -> Result<Ledger, Failure> {
    Ok(Ledger::open(store(file)?, options(file, with)?)?)
}

/// Opens a ledger to read it.
pub fn log(file: &Path, with: &With) -> Result<Log, Failure> {
    Ok(Log::open(store(file)?, options(file, with)?)?)
}

/// The store, whatever is in it.
pub fn store(file: &Path) -> Result<Box<dyn Store>, Failure> {
    Ok(Box::new(Sqlite::open(file)?))
}

/// Keeps the newest checkpoint where the last one was kept.
pub fn keep(log: &mut Log, with: &With) -> Result<(), Failure> {
    let Some(file) = &with.checkpoint else { return Ok(()) };
    let note = if log.signs() { Some(log.checkpoint()?) } else { log.newest_checkpoint()? };
    let Some(note) = note else { return Ok(()) };
    // Beside it first: a file that is half written would keep nothing.
    let beside = with_end(file, ".new");
    fs::write(&beside, note).and_then(|()| fs::rename(&beside, file)).map_err(|e| io(file, &e))
}

/// The key to check by.
pub fn public(file: &Path, with: &With) -> Result<Option<NoteKey>, Failure> {
    let options = options(file, &With { checkpoint: None, ..with.clone() })?;
    Ok(options.key.or_else(|| options.signer.map(|signer| signer.key().clone())))
}

/// A text from a file; `-` reads standard input.
pub fn text(file: &Path) -> Result<String, Failure> {
    if file.as_os_str() == "-" {
        return std::io::read_to_string(std::io::stdin().lock()).map_err(|e| io(file, &e));
    }
    fs::read_to_string(file).map_err(|e| io(file, &e))
}

/// The name of a file with something more at its end.
pub fn with_end(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// What kept a file from being read or written.
pub fn io(file: &Path, error: &std::io::Error) -> Failure {
    Failure::plain(ErrorCode::Io.name(), &format!("`{}`: {error}", file.display()))
}

fn options(file: &Path, with: &With) -> Result<Options, Failure> {
    let mut options = Options::default();
    let beside = [".key", ".pub"].map(|end| with_end(file, end));
    let key = with.key.clone().or_else(|| beside.into_iter().find(|file| file.exists()));
    if let Some(key) = key {
        let text = text(&key)?;
        match text.parse::<SecretKey>() {
            Ok(secret) => options.signer = Some(Box::new(secret)),
            Err(_) => options.key = Some(text.parse().map_err(|error: Error| error)?),
        }
    }
    if let Some(file) = with.checkpoint.as_ref().filter(|file| file.exists()) {
        options.since = Some(text(file)?);
    }
    Ok(options)
}
