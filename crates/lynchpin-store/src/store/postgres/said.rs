//! What PostgreSQL says, under the code of what is to be done about it.

use std::error::Error as _;

use ::postgres::error::{DbError, Severity, SqlState};
use lynchpin::base::{Error, ErrorCode};

/// What went wrong before anything was committed.
pub(super) fn said(error: &::postgres::Error) -> Error {
    Error::new(error.code().map_or(ErrorCode::Io, code), text(error))
}

/// What went wrong in a commit. Only if the server refused it, and lives on, is it known that
/// nothing was written.
pub(super) fn failed(error: &::postgres::Error) -> Error {
    let severity = error.as_db_error().and_then(DbError::parsed_severity);
    if severity == Some(Severity::Error) {
        return said(error);
    }
    let message = format!("{}; whether it was written is not known: append the same", text(error));
    Error::new(ErrorCode::StoreFailed, message)
}

fn code(state: &SqlState) -> ErrorCode {
    match *state {
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::CANNOT_CONNECT_NOW => ErrorCode::StoreBusy,
        SqlState::DISK_FULL => ErrorCode::StoreFull,
        SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::INSUFFICIENT_PRIVILEGE => {
            ErrorCode::StoreReadOnly
        }
        SqlState::UNDEFINED_TABLE
        | SqlState::UNDEFINED_COLUMN
        | SqlState::INVALID_SCHEMA_NAME
        | SqlState::WRONG_OBJECT_TYPE => ErrorCode::StoreForeign,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => ErrorCode::StoreCorrupt,
        _ => ErrorCode::Io,
    }
}

/// The driver names only what it did; why it failed stands behind it.
fn text(error: &::postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("PostgreSQL: {} ({})", said.message(), said.code().code());
    }
    match error.source() {
        Some(source) => format!("PostgreSQL: {error}: {source}"),
        None => format!("PostgreSQL: {error}"),
    }
}
