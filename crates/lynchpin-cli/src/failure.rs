//! What went wrong, said on standard error: every problem with its code and its place.

use std::io::Write as _;

use lynchpin::base::{Error, Problem};
use lynchpin::report::printable;

use super::place;

/// Everything that kept the command from answering.
#[derive(Debug, Default)]
pub struct Failure {
    lines: Vec<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::of_question(&error)
    }
}

impl Failure {
    /// Something that is in no document.
    pub fn plain(code: &str, message: &str) -> Failure {
        Failure { lines: vec![format!("lynchpin: {code}: {}", printable(message))] }
    }

    /// The engine's refusal of a question.
    pub fn of_question(error: &Error) -> Failure {
        let line = |problem: &Problem| {
            format!("lynchpin: {}: {}", problem.code, printable(&problem.message))
        };
        Failure { lines: error.problems().iter().map(line).collect() }
    }

    /// Problems of a file that was read as `text`: where the reader does not say on which line,
    /// it is found by the path.
    pub fn of_document(file: &str, text: &[u8], error: &Error) -> Failure {
        let line = |problem: &Problem| {
            let place = place::of(text, problem).map_or(String::new(), |place| format!(":{place}"));
            let path = match problem.path.as_str() {
                "" => String::new(),
                path => format!(" at {}", printable(path)),
            };
            let within = if place::is_in_adopted(&problem.path) && problem.line > 0 {
                format!(" (line {} of that text)", problem.line)
            } else {
                String::new()
            };
            let message = printable(&problem.message);
            format!("{}{place}: {}{path}: {message}{within}", printable(file), problem.code)
        };
        Failure { lines: error.problems().iter().map(line).collect() }
    }

    /// Two failures as one, if there are any.
    pub fn join(self, other: Failure) -> Failure {
        Failure { lines: self.lines.into_iter().chain(other.lines).collect() }
    }

    /// Says something beside an answer. That nobody may be listening is no failure.
    pub fn note(text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", printable(text));
    }

    /// Prints it. That nobody may be listening is no further failure.
    pub fn print(&self) {
        let mut stderr = std::io::stderr().lock();
        for line in &self.lines {
            let _ = writeln!(stderr, "{line}");
        }
    }
}
