//! A CSV file, read row by row; what is wrong with it is told with its line and column.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use lynchpin::base::{Error, ErrorCode, Instant, Limits, Probability, Problem};
use lynchpin::report::{line, some};
use lynchpin::risk::learn::MISSING;

use super::super::failure::Failure;
use super::super::load;
use super::decimal::{self, Unread};
use super::lines::{Lines, ROW_LINES_MAX};
use super::portfolio;

/// How much of a text that cannot be read is shown, in columns of a terminal.
const SHOWN: usize = 40;
/// How many columns are named to whoever named one that is not there.
const NAMED: usize = 20;

/// A file with named columns, and the row that is looked at.
pub struct Table {
    name: String,
    reader: csv::Reader<Lines>,
    heads: Vec<String>,
    row: StringRecord,
    rows: usize,
    line: u64,
    /// Whether it was written for a portfolio, so that it has the columns of that.
    pub is_of_portfolio: bool,
    /// What can be done about a column that is no number.
    hint: &'static str,
    /// The first problem of each column: the others are most likely the same.
    problems: BTreeMap<usize, Problem>,
}

impl Table {
    /// Reads the names of the columns; of a portfolio, those of its history as of now.
    pub fn open(file: &Path) -> Result<Table, Failure> {
        Table::open_as_of(file, None)
    }

    /// The same; of a portfolio, with what was known by then.
    pub fn open_as_of(file: &Path, at: Option<Instant>) -> Result<Table, Failure> {
        let limit = u64::try_from(Limits::bulk().document_bytes_max).unwrap_or(u64::MAX);
        let is_of_portfolio = load::is_portfolio(file);
        let from: Box<dyn Read> = match is_of_portfolio {
            true => Box::new(Cursor::new(portfolio::as_csv(file, at)?)),
            false => load::open(file)?,
        };
        let lines = Lines::new(from, limit);
        let reader = ReaderBuilder::new().trim(Trim::All).from_reader(lines);
        let (name, row) = (load::name(file), StringRecord::new());
        let (heads, problems) = (Vec::new(), BTreeMap::new());
        let (rows, line, hint) = (0, 1, "");
        let mut table =
            Table { name, reader, heads, row, rows, line, is_of_portfolio, hint, problems };
        match table.reader.headers() {
            Ok(heads) => table.heads = heads.iter().map(str::to_owned).collect(),
            Err(error) => return Err(table.broken(&error)),
        }
        if table.heads.iter().all(String::is_empty) {
            let message = "no columns: write their names in the first row, a comma between them";
            return Err(table.refused(ErrorCode::Empty, message));
        }
        Ok(table)
    }

    /// With what to do about a column of other things than numbers.
    pub fn with_hint(mut self, hint: &'static str) -> Table {
        self.hint = hint;
        self
    }

    /// What the file is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The names of the columns.
    pub fn heads(&self) -> &[String] {
        &self.heads
    }

    /// Where the column is that an option names or, of a portfolio, its usual one.
    pub fn told(
        &self,
        named: Option<&str>,
        (said, usual): (&str, &str),
    ) -> Result<Option<usize>, Failure> {
        let usual = Some(usual).filter(|_| self.is_of_portfolio);
        named.or(usual).map(|name| self.column(name, said)).transpose()
    }

    /// The same of a column that must be there.
    pub fn required(
        &self,
        named: Option<&str>,
        (said, usual): (&str, &str),
    ) -> Result<usize, Failure> {
        let found = self.told(named, (said, usual))?;
        found.ok_or_else(|| {
            let message = format!(
                "{said} is missing, which names a column: only a portfolio says by itself which"
            );
            Failure::plain(ErrorCode::MissingField.name(), &message)
        })
    }

    /// Where the column of a name is; `said` tells who asks for it.
    pub fn column(&self, name: &str, said: &str) -> Result<usize, Failure> {
        let mut own = (0_usize..).zip(&self.heads).filter(|(_, head)| *head == name);
        match (own.next(), own.next()) {
            (Some((at, _)), None) => Ok(at),
            (Some(_), Some(_)) => Err(self.twice(name)),
            (None, _) => {
                let heads = self.heads.iter().map(|head| format!("`{}`", line(head, SHOWN)));
                let message = format!(
                    "no column is named `{name}`, as {said} asks for: there are {}",
                    some(heads, self.heads.len(), NAMED)
                );
                Err(self.refused(ErrorCode::MissingField, &message))
            }
        }
    }

    /// That two columns have one name.
    pub fn twice(&self, name: &str) -> Failure {
        let message = format!("two columns are named `{}`: rename one", line(name, SHOWN));
        self.refused(ErrorCode::DuplicateKey, &message)
    }

    /// Goes to the next row, if there is one.
    pub fn advance(&mut self) -> Result<bool, Failure> {
        // What was found wrong before is told first.
        let is_there = match self.reader.read_record(&mut self.row) {
            Ok(is_there) => is_there,
            Err(error) => {
                let broken = self.broken(&error);
                return Err(self.found().unwrap_or(broken));
            }
        };
        if !is_there {
            return Ok(false);
        }
        let place = self.row.position().map_or(0, csv::Position::byte);
        self.line = self.reader.get_mut().at(place);
        self.rows = self.rows.saturating_add(1);
        let most = Limits::bulk().list_max;
        if self.rows > most {
            let message = format!("more than {most} rows: take the last of them");
            return Err(self.refused(ErrorCode::ListTooLong, &message));
        }
        Ok(true)
    }

    /// The number of the row; the one below the names is row 1.
    pub fn row(&self) -> usize {
        self.rows
    }

    /// The line on which it begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// What stands in a column.
    pub fn text(&self, at: usize) -> &str {
        self.row.get(at).unwrap_or_default()
    }

    /// The value of a feature in millionths; nothing is not known, and true and false are 1 and 0.
    pub fn value(&mut self, at: usize) -> i64 {
        let text = self.text(at);
        if text.is_empty() {
            return MISSING;
        }
        match decimal::millionths(text) {
            Ok(value) => value,
            Err(Unread::NoNumber) if text.eq_ignore_ascii_case("true") => 1_000_000,
            Err(Unread::NoNumber) if text.eq_ignore_ascii_case("false") => 0,
            Err(Unread::NoNumber) => {
                let message = format!(
                    "`{}` is no number: write a decimal such as `12.5`, or nothing where it is not \
                     known{}",
                    line(text, SHOWN),
                    self.hint
                );
                self.wrong(at, ErrorCode::DecimalMalformed, message);
                MISSING
            }
            Err(Unread::TooLarge) => {
                let message = format!(
                    "`{}` is beyond 9007199254, either way: take a larger unit{}",
                    line(text, SHOWN),
                    self.hint
                );
                self.wrong(at, ErrorCode::NumberOutOfRange, message);
                MISSING
            }
        }
    }

    /// Whether it failed.
    pub fn outcome(&mut self, at: usize) -> bool {
        let text = self.text(at);
        let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(["true", "1", "yes"]) {
            return true;
        }
        if !is(["false", "0", "no"]) {
            let message = format!(
                "`{}` is no outcome: write true or false, 1 or 0, yes or no; leave out rows of \
                 which it is not known",
                line(text, SHOWN)
            );
            self.wrong(at, ErrorCode::UnknownWord, message);
        }
        false
    }

    /// An instant.
    pub fn instant(&mut self, at: usize) -> Instant {
        let read = self.text(at).parse();
        read.unwrap_or_else(|error| {
            self.wrong_as(at, &error);
            Instant::EPOCH
        })
    }

    /// A probability.
    pub fn probability(&mut self, at: usize) -> Probability {
        let text = self.text(at);
        // Other tools write more places than are kept, and 1 as 1.0000.
        let read = match decimal::probability(text) {
            Some(parts) => Ok(Probability::from_parts_per_billion(parts)),
            None => text.parse(),
        };
        read.unwrap_or_else(|error| {
            self.wrong_as(at, &error);
            Probability::ZERO
        })
    }

    /// What it takes to look at a change: a number of any unit, of which the parts count.
    pub fn effort(&mut self, at: usize) -> u64 {
        let value = self.value(at);
        u64::try_from(value).unwrap_or_else(|_| {
            let message = match value {
                MISSING => "nothing is said of the effort: write a number, or 0 for none",
                _ => "an effort below zero: write what it takes to look at the change",
            };
            self.wrong(at, ErrorCode::NumberOutOfRange, message.to_owned());
            0
        })
    }

    fn wrong_as(&mut self, at: usize, error: &Error) {
        let message = error.problems().first().map(|problem| problem.message.clone());
        self.wrong(at, error.code(), message.unwrap_or_default());
    }

    /// Notes what is wrong in a column of this row, and goes on.
    pub fn wrong(&mut self, at: usize, code: ErrorCode, message: String) {
        let problem = self
            .heads
            .get(at)
            .map(|head| Problem::new(code, message).at(line(head, SHOWN)).on_line(self.line, 0));
        if let Some(problem) = problem {
            self.problems.entry(at).or_insert(problem);
        }
    }

    /// Whether all that was read so far was well; else everything that was not.
    pub fn check(&mut self) -> Result<(), Failure> {
        self.found().map_or(Ok(()), Err)
    }

    fn found(&mut self) -> Option<Failure> {
        let mut problems: Vec<Problem> = std::mem::take(&mut self.problems).into_values().collect();
        problems.sort_by_key(|problem| problem.line);
        let error = Error::from_problems(problems)?;
        Some(Failure::of_document(&self.name, &[], &error))
    }

    /// That the row, or the names of the columns, cannot be taken.
    pub fn refused(&self, code: ErrorCode, message: &str) -> Failure {
        self.refused_on(self.line, code, message)
    }

    /// That a row cannot be taken that was looked at before.
    pub fn refused_on(&self, line: u64, code: ErrorCode, message: &str) -> Failure {
        let problem = Problem::new(code, message).on_line(line, 0);
        let error = Error::from_problems(vec![problem]);
        error.map_or_else(Failure::default, |it| Failure::of_document(&self.name, &[], &it))
    }

    /// That the file is no table.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are those of writers")]
    fn broken(&mut self, error: &csv::Error) -> Failure {
        let place = error.position().map(csv::Position::byte);
        let line = place.map_or(self.line, |place| self.reader.get_mut().at(place));
        let (code, message) = match error.kind() {
            ErrorKind::Io(_) if self.reader.get_ref().is_too_large() => {
                let message = "more than 4 GiB: leave out columns, or take the last rows";
                (ErrorCode::DocumentTooLarge, message.to_owned())
            }
            ErrorKind::Io(_) if self.reader.get_ref().is_endless() => {
                let message = format!(
                    "a row of more than {ROW_LINES_MAX} lines begins here or a little later: close \
                     its quote"
                );
                (ErrorCode::Syntax, message)
            }
            ErrorKind::Io(error) => (ErrorCode::Io, format!("it cannot be read on: {error}")),
            ErrorKind::Utf8 { err, .. } => {
                let column = err.field().saturating_add(1);
                let message = format!("column {column} is not UTF-8: write the file as UTF-8");
                (ErrorCode::DocumentNotUtf8, message)
            }
            ErrorKind::UnequalLengths { expected_len, len, .. } => {
                let message = format!(
                    "{len} columns where {expected_len} are named: put a text with a comma or a \
                     quote in it in quotes"
                );
                (ErrorCode::Syntax, message)
            }
            _ => (ErrorCode::Syntax, "no row of a table: write it as CSV".to_owned()),
        };
        self.refused_on(line, code, &message)
    }
}
