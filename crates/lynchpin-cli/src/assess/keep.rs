//! What was read, kept as a portfolio document.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::Path;

use lynchpin::base::ErrorCode;
use lynchpin_link::git::Assessment;

use super::read::refused;
use crate::failure::Failure;

/// Writes the portfolio over nothing but an earlier one.
pub(super) fn write_portfolio(assessment: &Assessment, file: &Path) -> Result<(), Failure> {
    let document = assessment.document().map_err(|error| refused(&error))?;
    let failed = |why: &str| {
        let message = format!("`{}` {why}", file.display());
        Failure::plain(ErrorCode::Io.name(), &message)
    };
    // An earlier one may be written over, but nothing else that happens to lie there.
    if !is_ours_or_absent(file) {
        return Err(failed("is there already and is no portfolio: give another file"));
    }
    fs::write(file, document).map_err(|error| failed(&format!("cannot be written: {error}")))
}

/// How every portfolio document begins that the command writes.
const BEGINNING: &[u8; 13] = b"{\"lynchpin\": ";

fn is_ours_or_absent(file: &Path) -> bool {
    let mut begins = [0; BEGINNING.len()];
    match fs::File::open(file) {
        Ok(mut open) => open.read_exact(&mut begins).is_ok() && begins == *BEGINNING,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}
