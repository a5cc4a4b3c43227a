//! Which exception an error becomes.

use lynchpin::base::ErrorCode;

/// What was given that may be malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given {
    /// A portfolio.
    Document,
    /// A policy.
    Policy,
    /// A question, whether as a document or as arguments.
    Question,
}

/// One class of exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Broken,
    Document,
    /// What a ledger is kept in, or what it is proved by.
    Ledger,
    Limit,
    /// The base of the family: neither is anything malformed, nor has the package a word for it.
    Lynchpin,
    NotFound,
    Panic,
    Policy,
    Question,
}

impl Family {
    /// The family of a code: that of what was given, unless the code says that something else
    /// stopped the work, which must not pass for malformed input.
    pub(crate) fn of(code: ErrorCode, given: Given) -> Family {
        // Codes below are about documents and policies; a new one falls in place by its number.
        // Lists that do not belong together are malformed, too; the rest of that code is of C only.
        if code.number() < 1500 || code == ErrorCode::BadArgument {
            return match given {
                Given::Document => Family::Document,
                Given::Policy => Family::Policy,
                Given::Question => Family::Question,
            };
        }
        let stopped = [
            (ErrorCode::SubjectUnknown, Family::NotFound),
            (ErrorCode::StageUnknown, Family::NotFound),
            (ErrorCode::FactUnknown, Family::NotFound),
            (ErrorCode::RiskModelUnknown, Family::NotFound),
            (ErrorCode::LimitExceeded, Family::Limit),
            (ErrorCode::Broken, Family::Broken),
            (ErrorCode::Panic, Family::Panic),
        ];
        let found = stopped.into_iter().find(|(known, _)| *known == code);
        let of_ledgers = ErrorCode::Io.number()..ErrorCode::Other.number();
        let otherwise =
            if of_ledgers.contains(&code.number()) { Family::Ledger } else { Family::Lynchpin };
        found.map_or(otherwise, |(_, family)| family)
    }
}
