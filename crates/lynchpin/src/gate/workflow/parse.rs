//! Workflows as TOML.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::{Machine, verify};
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{CloseCodeId, WorkflowId};
use crate::base::limits::{POLICY_BYTES_MAX, PROBLEMS_MAX};
use crate::model::Kind;
use crate::model::workflow::{About, Pass, Workflow};

/// The document as it stands in the file; states and transitions are read one by one, so that every
/// one that is wrong is reported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: WorkflowId,
    #[serde(default)]
    title: Option<String>,
    about: About,
    #[serde(default)]
    kind: Vec<Kind>,
    #[serde(default)]
    mandatory: Vec<Pass>,
    #[serde(default)]
    retrospective: Vec<Pass>,
    #[serde(default)]
    close_codes: Vec<CloseCodeId>,
    states: Vec<Spanned<toml::Value>>,
    #[serde(default)]
    transitions: Vec<Spanned<toml::Value>>,
}

impl std::str::FromStr for Machine {
    type Err = Error;

    /// Reads a workflow from TOML and verifies it.
    ///
    /// # Errors
    ///
    /// Every problem found, each with its code, its place in the document and its line; as a whole
    /// it is verified once every part of it can be read.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > POLICY_BYTES_MAX {
            let message = format!("the workflow is larger than {POLICY_BYTES_MAX} bytes");
            return Err(Error::new(ErrorCode::DocumentTooLarge, message));
        }
        if text.starts_with('\u{feff}') {
            let message = "the workflow begins with a byte order mark; save it without one";
            return Err(Error::new(ErrorCode::DocumentNotUtf8, message));
        }
        let document: Document = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            on_line(Problem::from_format(error.message()).at("$"), text, at)
        })?;
        let mut problems = Vec::new();
        let states = read_each(text, "states", &document.states, &mut problems);
        let transitions = read_each(text, "transitions", &document.transitions, &mut problems);
        if let Some(error) = Error::from_problems(problems) {
            return Err(error);
        }
        let Document { name, title, about, kind, mandatory, retrospective, close_codes, .. } =
            document;
        let workflow = Workflow {
            name,
            title,
            about,
            kind,
            mandatory,
            retrospective,
            close_codes,
            states,
            transitions,
        };
        let entries = [("states", &document.states), ("transitions", &document.transitions)];
        let problems = verify::problems(&workflow).into_iter();
        let placed = problems.map(|problem| on_its_entry(problem, text, &entries)).collect();
        Error::from_problems(placed).map_or_else(|| Machine::new(workflow), Err)
    }
}

/// Reads each entry of a list alone and keeps the problems, as many as are told.
fn read_each<T: DeserializeOwned>(
    text: &str,
    list: &str,
    entries: &[Spanned<toml::Value>],
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let mut read = Vec::new();
    for (number, value) in entries.iter().enumerate() {
        match serde_path_to_error::deserialize(value.get_ref().clone()) {
            Ok(entry) => read.push(entry),
            Err(_) if problems.len() >= PROBLEMS_MAX => {}
            Err(error) => {
                let inner = error.path().to_string();
                let dot = if inner == "." { "" } else { "." };
                let path = format!("$.{list}[{number}]{dot}{}", inner.trim_matches('.'));
                let problem = Problem::from_format(error.inner().message()).at(path);
                problems.push(on_line(problem, text, value.span().start));
            }
        }
    }
    read
}

/// A problem of a state or a transition is on its line.
fn on_its_entry(
    problem: Problem,
    text: &str,
    lists: &[(&str, &Vec<Spanned<toml::Value>>)],
) -> Problem {
    let entry = lists.iter().find_map(|(list, entries)| {
        let rest = problem.path.strip_prefix("$.")?.strip_prefix(list)?.strip_prefix('[')?;
        entries.get(rest.split(']').next()?.parse::<usize>().ok()?)
    });
    match entry {
        Some(value) => on_line(problem, text, value.span().start),
        None => problem,
    }
}

fn on_line(problem: Problem, text: &str, offset: usize) -> Problem {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, str::len).saturating_add(1);
    problem.on_line(line.try_into().unwrap_or(0), column.try_into().unwrap_or(0))
}
