//! Requirements written as CEL: whatever the other leaves do not say.
//!
//! `docs/expressions.md` has the language and the records that it sees. The grammar is read by the
//! crate `cel`, behind the feature of that name. What it read is checked against a closed list of
//! records, fields and functions, typed, and evaluated here: that crate's own evaluator says no
//! place of an error, prints maps in no order, and takes more stack for each level than a small
//! host has for all. A build without the feature refuses a policy that has an expression.

#[cfg(not(feature = "cel"))]
mod absent;
#[cfg(feature = "cel")]
mod language;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(not(feature = "cel"))]
use absent::Program;
#[cfg(feature = "cel")]
use language::Program;

use crate::base::error::{Problem, from_text};
use crate::base::id::StageId;
use crate::history::Records;
use crate::history::order::Position;
use crate::model::{Change, Release};

/// An expression of a policy: its text, and what was read of it.
///
/// It is read when the policy is, so what is wrong with it is a problem of the policy.
///
#[cfg_attr(feature = "cel", doc = "```")]
#[cfg_attr(not(feature = "cel"), doc = "```ignore")]
/// use lynchpin::gate::Policy;
///
/// let policy: Policy = r#"
///     name = "acme"
///     requirement.few = { expression = "size(change.services) < 3" }
///     gate.few = { stage = "production", judges = "change", require = "few" }
/// "#
/// .parse()?;
/// let few = policy.requirements.values().next().and_then(|few| few.expression.as_ref());
/// assert_eq!(few.map(|few| few.text()), Some("size(change.services) < 3"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone)]
pub struct Expression {
    text: Arc<str>,
    read: Result<Arc<Program>, Arc<[Problem]>>,
}

impl Expression {
    /// Reads an expression. Whether it could be, [`problems`](Self::problems) says.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let read = Program::read(text).map(Arc::new).map_err(Arc::from);
        Expression { text: text.into(), read }
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with it, each with its place in the expression: nothing, if it can be asked.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        self.read.as_ref().err().map_or(&[], |problems| problems)
    }

    /// Whether it names the change, so that it is asked of each one alone.
    pub(super) fn is_of_each_change(&self) -> bool {
        self.read.as_ref().is_ok_and(|program| program.is_of_each_change())
    }

    /// Whether it holds.
    pub(super) fn ask(&self, seen: &Seen<'_>) -> Result<bool, Failure> {
        match &self.read {
            Ok(program) => program.ask(seen),
            Err(problems) => {
                let message = problems.first().map_or("", |problem| &problem.message);
                Err(Failure { message: message.to_owned(), place: Place { line: 1, column: 1 } })
            }
        }
    }
}

/// What an expression sees.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "cel"), expect(dead_code, reason = "no expression is asked there"))]
pub(super) struct Seen<'a> {
    /// Where services and people are looked up.
    pub(super) records: &'a Records,
    /// The place in the order of facts up to which services are known.
    pub(super) then: Position,
    /// The change, if the expression is asked of each.
    pub(super) change: Option<&'a Change>,
    /// The changes that ship, by id.
    pub(super) changes: &'a [&'a Change],
    /// The release, if one is judged.
    pub(super) release: Option<&'a Release>,
    /// The stage that is asked about.
    pub(super) stage: &'a StageId,
    /// The stage before it.
    pub(super) previous: Option<&'a StageId>,
}

/// Why an expression could not be answered, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// Why, in words.
    pub(super) message: String,
    /// Where.
    pub(super) place: Place,
}

/// A place in an expression; both are counted from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The line of the expression.
    pub(super) line: usize,
    /// The column in that line.
    pub(super) column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Expression {
    /// Takes any text, so that every problem of it can be told, and not only the first.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer, |text| Ok(Expression::new(text)))
    }
}
