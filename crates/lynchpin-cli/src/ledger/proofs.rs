//! What a ledger proves.

use lynchpin::base::ErrorCode;
use lynchpin_store::Receipt;
use lynchpin_store::note::NoteKey;

use super::args::{Check, Opened, Prove, Verify};
use super::open;
use crate::failure::Failure;
use crate::output::Output;
use crate::status::Status;

/// Verifies a ledger.
pub fn verify(asked: &Verify, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut kept: Vec<String> =
        asked.kept.iter().map(|file| open::text(file)).collect::<Result<_, _>>()?;
    kept.extend(opened.with.checkpoint.as_ref().map(|file| open::text(file)).transpose()?);
    let key = open::public(&opened.ledger, &opened.with)?;
    let mut store = open::store(&opened.ledger)?;
    let found = lynchpin_store::verify::store(store.as_mut(), None, key.as_ref(), &kept)?;
    for finding in &found.findings {
        output.line(&format!("{}: {}", finding.code, finding.message))?;
    }
    output
        .line(&format!("{} entries, {} erased, root {}", found.size, found.erased, found.root))?;
    if key.is_none() || kept.is_empty() {
        output.line(
            "without a checkpoint that was kept elsewhere (--checkpoint, --kept), an end that was \
             cut off or rewritten by who has the key cannot be noticed",
        )?;
    }
    Ok(if found.findings.is_empty() { Status::Go } else { Status::NotGo })
}

/// Prints a receipt.
pub fn prove(asked: &Prove, output: &mut Output) -> Result<Status, Failure> {
    let opened = &asked.opened;
    let mut log = open::log(&opened.ledger, &opened.with)?;
    let receipt = log.receipt(asked.entry)?;
    output.write(receipt.to_string().as_bytes())?;
    Ok(Status::Go)
}

/// Checks a receipt.
pub fn check(asked: &Check, output: &mut Output) -> Result<Status, Failure> {
    let key: NoteKey = open::text(&asked.key)?.parse()?;
    let proved = open::text(&asked.receipt)?.parse().and_then(|it: Receipt| it.prove(&key));
    match proved {
        Ok(proved) => {
            let (entry, checkpoint) = (&proved.entry, &proved.checkpoint);
            output.line(&format!(
                "entry {} of {}, recorded {}, as of {} entries",
                entry.place.sequence, checkpoint.origin, entry.place.recorded, checkpoint.size
            ))?;
            output.line(&format!("{} {}", entry.kind, entry.fact))?;
            Ok(Status::Go)
        }
        Err(error) if error.code() == ErrorCode::KeyMalformed => Err(error.into()),
        Err(error) => {
            output.line(&format!("it proves nothing: {error}"))?;
            Ok(Status::NotGo)
        }
    }
}

/// Signs what the ledger is.
pub fn checkpoint(asked: &Opened, output: &mut Output) -> Result<Status, Failure> {
    let mut log = open::log(&asked.ledger, &asked.with)?;
    let note = log.checkpoint()?;
    open::keep(&mut log, &asked.with)?;
    output.write(note.as_bytes())?;
    Ok(Status::Go)
}
