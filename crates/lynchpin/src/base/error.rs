//! The one error type: a list of problems, each with a stable code, its place and what to do next.
//!
//! # Design
//!
//! An `Err` means that the question or the document was malformed, or that a limit stopped the
//! work; a refusal is a [`Decision`](crate::portfolio::Decision), never an error. All problems
//! found are kept, not the first. The type is one word wide, so that `Result` stays small.

use std::fmt;

use serde::{Serialize, Serializer};

/// Shorthand for a result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal;)*) => {
        /// A stable code for each kind of problem; its number is also the status of the C library.
        ///
        /// Published numbers and names are never reused. The enum is open: match with a fallback.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum ErrorCode { $($(#[$doc])* $variant = $number,)* }

        impl ErrorCode {
            /// Every code, by number.
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable number, equal to the C status.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(ErrorCode::$variant => $number,)* }
            }

            /// The stable name on the wire, such as `duplicate_key`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(ErrorCode::$variant => $name,)* }
            }
        }
    };
}

error_codes! {
    /// The document is larger than the limits allow.
    DocumentTooLarge = 1001, "document_too_large";
    /// The document is not UTF-8, or begins with a byte order mark.
    DocumentNotUtf8 = 1002, "document_not_utf8";
    /// The document is nested deeper than the limits allow.
    DocumentTooDeep = 1003, "document_too_deep";
    /// The text is not JSON or TOML at all.
    Syntax = 1004, "syntax";
    /// A value has another type than the field wants.
    WrongType = 1005, "wrong_type";
    /// A field that the document does not have.
    UnknownField = 1006, "unknown_field";
    /// A field that must be there is not.
    MissingField = 1007, "missing_field";
    /// One object names a key twice.
    DuplicateKey = 1008, "duplicate_key";
    /// Two facts share an id but not their content.
    DuplicateId = 1009, "duplicate_id";
    /// A number outside of what can be kept exactly, or that numbers nothing.
    NumberOutOfRange = 1010, "number_out_of_range";
    /// A string longer than the limits allow.
    StringTooLong = 1011, "string_too_long";
    /// A list longer than the limits allow.
    ListTooLong = 1012, "list_too_long";
    /// The document does not say that it is one of the kind and version expected.
    WrongVersion = 1013, "wrong_version";
    /// A word that is not among those allowed here.
    UnknownWord = 1014, "unknown_word";
    /// An identifier outside of the allowed characters or length.
    IdNotCanonical = 1020, "id_not_canonical";
    /// Two people whose ids look alike and that are not declared to be one person.
    PeopleLookAlike = 1021, "people_look_alike";
    /// A digest that is not `sha256:` and 64 lower-case hexadecimal digits.
    DigestMalformed = 1022, "digest_malformed";
    /// A stated digest is not the digest of the content it names.
    DigestMismatch = 1023, "digest_mismatch";
    /// An instant that is not strict RFC 3339 in UTC.
    InstantMalformed = 1024, "instant_malformed";
    /// A duration that is not a whole number and one of `s`, `m`, `h`, `d`.
    SpanMalformed = 1025, "span_malformed";
    /// A decimal that is not digits with an optional fraction in range.
    DecimalMalformed = 1026, "decimal_malformed";
    /// A fact must name exactly one subject.
    SubjectAmbiguous = 1027, "subject_ambiguous";
    /// Facts were recorded before they were made, or a period ends before it begins.
    TimeOrder = 1029, "time_order";
    /// A list that must name something is empty.
    Empty = 1030, "empty";
    /// A time zone that the zone data does not have.
    ZoneUnknown = 1040, "zone_unknown";
    /// A local date or time that is not written as such, or is outside of the years 1970 to 9999.
    LocalTimeMalformed = 1041, "local_time_malformed";
    /// A recurrence rule that RFC 5545 does not allow.
    RecurrenceMalformed = 1042, "recurrence_malformed";
    /// A recurrence rule that RFC 5545 allows and that is not taken here: hourly or more often, or
    /// read differently by different calendars.
    RecurrenceUnsupported = 1043, "recurrence_unsupported";
    /// The last start that a rule counts to lies further away than is looked.
    RecurrenceTooLong = 1044, "recurrence_too_long";
    /// When something is on is said in no form, or in two at once.
    OccasionsUnclear = 1045, "occasions_unclear";
    /// A gate names a requirement that the policy does not define.
    RequirementUnknown = 1301, "requirement_unknown";
    /// A combinator without children would pass by silence.
    CombinatorEmpty = 1302, "combinator_empty";
    /// A quorum of nobody, or of more than can ever be reached.
    QuorumInvalid = 1303, "quorum_invalid";
    /// A vote that is passed on must say to whom, and no other may.
    VoteTarget = 1304, "vote_target";
    /// A requirement names another one that asks something else than it must here.
    RequirementKind = 1305, "requirement_kind";
    /// What can be met afterwards is an approval, evidence or a plan; nothing else.
    NotRetrospective = 1307, "not_retrospective";
    /// A workflow has no initial state, or several.
    WorkflowInitial = 1320, "workflow_initial";
    /// A workflow, or one of its transitions, names a state that it does not have.
    WorkflowStateUnknown = 1321, "workflow_state_unknown";
    /// Two states of a workflow share a name or a stored code.
    WorkflowStateTwice = 1322, "workflow_state_twice";
    /// A state of a workflow that nothing leads to.
    WorkflowUnreachable = 1323, "workflow_unreachable";
    /// A state of a workflow from which no final state can be reached.
    WorkflowDeadEnd = 1324, "workflow_dead_end";
    /// Two transitions of a workflow compete and nothing says which goes first.
    WorkflowNotOrdered = 1325, "workflow_not_ordered";
    /// A transition of a workflow can never be taken, because an earlier one always is.
    WorkflowShadowed = 1326, "workflow_shadowed";
    /// A way through a workflow avoids a mandatory gate.
    WorkflowGateAvoided = 1327, "workflow_gate_avoided";
    /// A transition leaves a final state of a workflow.
    WorkflowFinalLeft = 1328, "workflow_final_left";
    /// The conditions of a transition can never hold, or say nothing where they must.
    WorkflowGuardInvalid = 1329, "workflow_guard_invalid";
    /// No state of the workflow is stored as that number.
    WorkflowCodeUnknown = 1330, "workflow_code_unknown";
    /// No workflow of that name is shipped.
    WorkflowUnknown = 1331, "workflow_unknown";
    /// A workflow in which nothing ever goes live, or no gate is mandatory.
    WorkflowGuardsNothing = 1332, "workflow_guards_nothing";
    /// A workflow that is for something else: for releases, or for another kind of change.
    WorkflowForOthers = 1333, "workflow_for_others";
    /// This build reads no expressions, so it cannot judge by the policy.
    ExpressionUnsupported = 1340, "expression_unsupported";
    /// An expression longer than the limits allow.
    ExpressionTooLong = 1341, "expression_too_long";
    /// An expression nested deeper than the limits allow.
    ExpressionTooDeep = 1342, "expression_too_deep";
    /// An expression that is not CEL.
    ExpressionSyntax = 1343, "expression_syntax";
    /// CEL that is not allowed here, such as doubles, maps or a macro inside another.
    ExpressionRefused = 1344, "expression_refused";
    /// An expression names a record or a field that there is not.
    ExpressionNameUnknown = 1345, "expression_name_unknown";
    /// An expression has another type than what stands there takes.
    ExpressionType = 1346, "expression_type";
    /// A key of a policy is none: not so many bytes, no point of its curve, or one of few that
    /// anybody can sign for.
    KeyMalformed = 1350, "key_malformed";
    /// A requirement names a key that the policy does not define.
    KeyUnknown = 1351, "key_unknown";
    /// What a requirement asks of a signed statement can never be met, or would mean nothing.
    SignedInvalid = 1352, "signed_invalid";
    /// A policy asks for signatures, and the library was built without them.
    SignaturesUnsupported = 1353, "signatures_unsupported";
    /// An envelope that is too large, of another type, or no Base64.
    EnvelopeMalformed = 1354, "envelope_malformed";
    /// What is in an envelope is no in-toto statement.
    StatementMalformed = 1355, "statement_malformed";
    /// The subject asked about is not in the portfolio as of that time.
    SubjectUnknown = 1501, "subject_unknown";
    /// The stage asked about is named neither by the release nor by the portfolio.
    StageUnknown = 1502, "stage_unknown";
    /// A claim is made at the head of what is known: not before the newest fact was recorded.
    NotAtHead = 1503, "not_at_head";
    /// What another policy than the one in force would say is neither claimed nor recorded.
    WhatIf = 1504, "what_if";
    /// A fact that a what-if names is not in the portfolio.
    FactUnknown = 1520, "fact_unknown";
    /// The risk model that the policy names is not in the portfolio as of that time.
    RiskModelUnknown = 1521, "risk_model_unknown";
    /// A limit stopped the work.
    LimitExceeded = 1601, "limit_exceeded";
    /// The caller stopped the work.
    Cancelled = 1602, "cancelled";
    /// An earlier panic left this handle unusable; make a new one.
    Broken = 1603, "broken";
    /// The library panicked: a defect in it. What was being changed is broken from now on.
    Panic = 1604, "panic";
    /// An argument that is no use: in C a NULL or a handle of another kind, in every language lists
    /// of which one should be as long as the other, or a circle where there must be an order.
    BadArgument = 1605, "bad_argument";
    /// A function of the host's, called by an object, called the same object: it would wait for
    /// itself. Do it after the outer call has returned.
    Reentrant = 1606, "reentrant";
    /// A file could not be read or written.
    Io = 1701, "io";
    /// An entry of a ledger is not what its format says, or of a version that this build does not
    /// know: nothing is decided on what may have been misread.
    LedgerMalformed = 1710, "ledger_malformed";
    /// What a ledger holds is not what was appended to it.
    LedgerTampered = 1711, "ledger_tampered";
    /// A ledger does not go on from the checkpoint that the host kept: it was cut, rewritten or
    /// restored from a backup.
    LedgerRolledBack = 1712, "ledger_rolled_back";
    /// A checkpoint that is malformed, of another ledger, or not signed by the key given.
    CheckpointInvalid = 1713, "checkpoint_invalid";
    /// A receipt does not prove that its entry is in the ledger.
    ReceiptInvalid = 1714, "receipt_invalid";
    /// A checkpoint was to be signed, and the ledger has no key to sign with, or the signer of the
    /// host's could not.
    NotSigned = 1715, "not_signed";
    /// A kind of fact that there is not.
    FactKindUnknown = 1716, "fact_kind_unknown";
    /// The entries may not be erased: a legal hold keeps them, or they must be kept longer.
    ErasureRefused = 1717, "erasure_refused";
    /// An entry was erased, and nothing signed says what it meant.
    EntryErased = 1718, "entry_erased";
    /// A checkpoint was signed and kept, and the host did not pass it on to where it is anchored.
    NotAnchored = 1719, "not_anchored";
    /// What is at that place is no ledger, or one of another version of the store.
    StoreForeign = 1720, "store_foreign";
    /// Somebody else is writing and did not finish in time. Nothing was written; try again.
    StoreBusy = 1721, "store_busy";
    /// There is no more room. Nothing was written.
    StoreFull = 1722, "store_full";
    /// The store cannot be written to. Nothing was written.
    StoreReadOnly = 1723, "store_read_only";
    /// The store is damaged, as its own checks say.
    StoreCorrupt = 1724, "store_corrupt";
    /// The store keeps less safely than it must: what it acknowledges could be lost.
    StoreUnsafe = 1725, "store_unsafe";
    /// The store failed while writing. Whether it was written is not known: open it again and
    /// append the same again, which has no second effect.
    StoreFailed = 1726, "store_failed";
    /// The ledger was opened by another process, of which this one is a copy. Open it again here.
    StoreForked = 1727, "store_forked";
    /// A code that this version of the header does not know.
    Other = 1999, "other";
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One thing that is wrong, where it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// The stable code.
    pub code: ErrorCode,
    /// What is wrong: lower case, no final period, the user's words in backticks.
    pub message: String,
    /// Where in the document, as a JSON path such as `$.changes[3].requires`; empty if it has no
    /// place.
    pub path: String,
    /// The line in the document, from 1; 0 if unknown.
    pub line: u64,
    /// The column in that line, from 1; 0 if unknown.
    pub column: u64,
}

impl Problem {
    /// A problem without a place.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Problem { code, message: message.into(), path: String::new(), line: 0, column: 0 }
    }

    /// The same problem at a path of the document.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The same problem at a line and column, both counted from 1.
    #[must_use]
    pub fn on_line(mut self, line: u64, column: u64) -> Self {
        self.line = line;
        self.column = column;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)?;
        if !self.path.is_empty() {
            write!(f, " at {}", self.path)?;
        }
        if self.line > 0 {
            write!(f, " (line {}, column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

/// Why a document or a question was not taken: every problem found, the first one leading.
///
/// ```
/// use lynchpin::base::{ErrorCode, Instant};
///
/// let error = "tomorrow".parse::<Instant>().unwrap_err();
/// assert_eq!(error.code(), ErrorCode::InstantMalformed);
/// assert_eq!(error.problems().len(), 1);
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error(Box<Inner>);

/// Boxed as a whole, so that the error stays one word wide.
#[derive(Clone, PartialEq, Eq)]
struct Inner {
    problems: Vec<Problem>,
}

impl Error {
    /// An error of one problem.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Problem::new(code, message).into()
    }

    /// An error of all the problems found; `None` if there are none.
    #[must_use]
    pub fn from_problems(problems: Vec<Problem>) -> Option<Self> {
        if problems.is_empty() { None } else { Some(Error(Box::new(Inner { problems }))) }
    }

    /// The code of the first problem.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.problems.first().map_or(ErrorCode::Other, |problem| problem.code)
    }

    /// Every problem found, in the order of the document, at most a hundred.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.0.problems
    }

    /// The same error with every path put under `prefix`.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        for problem in &mut self.0.problems {
            problem.path = format!("{prefix}{}", problem.path.trim_start_matches('$'));
        }
        self
    }
}

/// What a message shows of words that anybody may have written: their beginning, with nothing in it
/// that a terminal obeys.
pub(crate) fn shown(words: &str) -> String {
    words.chars().take(40).flat_map(char::escape_default).collect()
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error(Box::new(Inner { problems: vec![problem] }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Marks where our own code begins in a message that passes through a serde format.
const CODE_MARK: char = '\u{1f}';

/// Deserialises a text and checks it, keeping our code across the format's own error type.
pub(crate) fn from_text<'de, D, T>(
    deserializer: D,
    check: impl Fn(&str) -> Result<T>,
) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
{
    struct Text<F>(F);
    impl<T, F: Fn(&str) -> Result<T>> serde::de::Visitor<'_> for Text<F> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(|error| E::custom(error.marked()))
        }
    }
    deserializer.deserialize_str(Text(check))
}

impl Error {
    /// The first problem as one message that [`Problem::from_format`] can take apart again.
    pub(crate) fn marked(&self) -> String {
        let problem = self.0.problems.first();
        let number = self.code().number();
        let message = problem.map_or("", |problem| problem.message.as_str());
        format!("{CODE_MARK}{number}{CODE_MARK}{message}")
    }
}

impl Problem {
    /// Finds the code for a message of serde or of a format built on it.
    ///
    /// serde has no codes; its messages begin with fixed words, which a test pins for each code.
    pub(crate) fn from_format(message: &str) -> Problem {
        let marked = message.split_once(CODE_MARK).and_then(|(_, rest)| rest.split_once(CODE_MARK));
        if let Some((number, text)) = marked {
            let code = ErrorCode::ALL.iter().find(|code| code.number().to_string() == number);
            let text = text.split(" at line ").next().unwrap_or(text);
            return Problem::new(code.copied().unwrap_or(ErrorCode::Other), text);
        }
        let begins: [(&str, ErrorCode); 9] = [
            ("unknown field", ErrorCode::UnknownField),
            ("missing field", ErrorCode::MissingField),
            ("duplicate field", ErrorCode::DuplicateKey),
            ("duplicate key", ErrorCode::DuplicateKey),
            ("unknown variant", ErrorCode::UnknownWord),
            ("invalid type", ErrorCode::WrongType),
            ("invalid value", ErrorCode::NumberOutOfRange),
            ("invalid length", ErrorCode::WrongType),
            ("number out of range", ErrorCode::NumberOutOfRange),
        ];
        let found = begins.iter().find(|(begin, _)| message.starts_with(begin));
        let text = message.split(" at line ").next().unwrap_or(message);
        Problem::new(found.map_or(ErrorCode::Syntax, |(_, code)| *code), in_words(text))
    }
}

/// A message of serde without the names of Rust's types, which mean nothing to who wrote the
/// document.
fn in_words(message: &str) -> String {
    let Some((before, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let word = match expected {
        "u8" => "a whole number from 0 to 255",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" => "a whole number from 0 to 2^53-1",
        "i64" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if expected.starts_with("struct ") => "an object",
        _ => return message.to_owned(),
    };
    format!("{before}, expected {word}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_word_and_can_cross_threads() {
        fn shareable<T: Send + Sync + 'static>() {}
        shareable::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn numbers_and_names_are_distinct_and_ordered() {
        let numbers: Vec<u32> = ErrorCode::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        let mut names: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), numbers.len());
    }
}
