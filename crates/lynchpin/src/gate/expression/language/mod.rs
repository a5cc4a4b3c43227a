//! An expression: read, checked and asked.
//!
//! [`scan`] bounds the text before the parser of the crate `cel` sees it, [`parse`] runs that
//! parser, [`lower`] makes a typed [`tree`] of its syntax tree and refuses everything outside of a
//! closed list, and [`run`] evaluates the tree over the [`record`]s.

mod kind;
mod lower;
mod macros;
mod parse;
mod record;
mod run;
mod scan;
mod tree;

use super::{Failure, Place, Seen};
use crate::base::error::{ErrorCode, Problem};
use tree::Node;

/// The longest expression, in bytes: what a person can still read.
const BYTES_MAX: usize = 4 * 1024;
/// How many levels an expression may have: deeper than anybody can follow, and small enough for
/// the stack of any host, since the parser and the evaluator recurse.
const LEVELS_MAX: usize = 32;
/// The longest list: what a body runs over is multiplied by the length of the expression.
const LIST_MAX: usize = 1_000;
/// How many steps an answer may take: some fifty milliseconds, and a thousand times what an honest
/// expression needs. A step is a node, an item of a list or sixteen bytes of a text.
const STEPS_MAX: u64 = 1_000_000;
/// How many problems of one expression are told.
const FAULTS_MAX: usize = 10;
/// The longest message, in bytes: it may quote the expression.
const MESSAGE_BYTES_MAX: usize = 240;

/// An expression that can be asked.
pub(super) struct Program {
    text: String,
    root: Node,
    of_each_change: bool,
}

impl Program {
    /// Reads an expression.
    pub(super) fn read(text: &str) -> Result<Program, Vec<Problem>> {
        read(text).map_err(|mut faults| {
            faults.sort_by_key(|fault| fault.at);
            faults.dedup();
            faults.truncate(FAULTS_MAX);
            faults.into_iter().map(|fault| fault.problem(text)).collect()
        })
    }

    /// Whether it names the change.
    pub(super) fn is_of_each_change(&self) -> bool {
        self.of_each_change
    }

    /// Whether it holds for what it sees.
    pub(super) fn ask(&self, seen: &Seen<'_>) -> Result<bool, Failure> {
        run::ask(&self.root, seen)
            .map_err(|(at, message)| Failure { message, place: place(&self.text, at) })
    }
}

fn read(text: &str) -> Result<Program, Vec<Fault>> {
    scan::check(text)?;
    let (expression, places) = parse::parse(text)?;
    let (root, of_each_change) = lower::lower(&expression, &places)?;
    Ok(Program { text: text.to_owned(), root, of_each_change })
}

/// What is wrong with an expression, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    code: ErrorCode,
    at: usize,
    message: String,
}

impl Fault {
    fn new(code: ErrorCode, at: usize, message: impl Into<String>) -> Self {
        Fault { code, at, message: message.into() }
    }

    fn problem(self, text: &str) -> Problem {
        let Fault { code, at, message } = self;
        let cut = (0..=MESSAGE_BYTES_MAX).rev().find(|end| message.is_char_boundary(*end));
        let message = match cut.and_then(|end| message.get(..end)) {
            Some(short) if message.len() > MESSAGE_BYTES_MAX => format!("{short}..."),
            Some(_) | None => message,
        };
        Problem::new(code, format!("{message} ({} of the expression)", place(text, at)))
    }
}

/// The line and column of a byte.
fn place(text: &str, at: usize) -> Place {
    let end = (0..=at.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    let before = end.and_then(|end| text.get(..end)).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, |begin| begin.chars().count());
    Place { line, column: column.saturating_add(1) }
}

#[cfg(test)]
mod tests;
