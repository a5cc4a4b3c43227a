//! The portfolio document.

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::lines::place;
use super::strict::{check_form, read_fields, read_part};
use crate::base::error::{Error, ErrorCode, Problem, Result, shown};
use crate::base::limits::{Limits, PROBLEMS_MAX};
use crate::model::Portfolio;
use crate::model::portfolio::{VERSION, arrays};

/// Reads a portfolio document, `{"lynchpin": "portfolio/1", ...}`.
///
/// The whole text is read once; only if something is wrong with it is each element of each array
/// read again alone, so that all problems are found and a good document costs nothing extra.
///
/// # Errors
///
/// Every problem found, at most a hundred, each with its code, its JSON path and its line.
///
/// ```
/// use lynchpin::base::{ErrorCode, Limits};
/// use lynchpin::wire::read_portfolio;
///
/// let text =
///     br#"{"lynchpin": "portfolio/1", "people": [{"id": "ann"}, {"name": 7}, {"id": ""}]}"#;
/// let error = read_portfolio(text, Limits::untrusted()).unwrap_err();
/// let found: Vec<_> = error.problems().iter().map(|p| (p.code, p.path.as_str())).collect();
/// assert_eq!(
///     found,
///     [
///         (ErrorCode::WrongType, "$.people[1].name"),
///         (ErrorCode::IdNotCanonical, "$.people[2].id"),
///     ]
/// );
/// ```
pub fn read_portfolio(bytes: &[u8], limits: Limits) -> Result<Portfolio> {
    check_form(bytes, limits)?;
    match serde_json::from_slice::<Portfolio>(bytes) {
        Ok(portfolio) => check_whole(portfolio, limits),
        Err(error) => Err(diagnose(bytes).unwrap_or_else(|| {
            // The parts are fine one by one, so what is wrong is said by the whole.
            Problem::from_format(&error.to_string()).at("$").into()
        })),
    }
}

/// Writes a portfolio as a document that [`read_portfolio`] takes, one fact a line.
///
/// # Errors
///
/// [`ErrorCode::Other`] if a value cannot be written; none of the model's can.
pub fn write_portfolio(portfolio: &Portfolio) -> Result<Vec<u8>> {
    let unwritten = |error: serde_json::Error| Error::new(ErrorCode::Other, error.to_string());
    let mut out = format!("{{\"lynchpin\": \"{VERSION}\"").into_bytes();
    macro_rules! write_arrays {
        ($($field:ident: $type:ty,)*) => {$(
            if !portfolio.$field.is_empty() {
                out.extend_from_slice(concat!(",\n \"", stringify!($field), "\": [").as_bytes());
                for (index, item) in portfolio.$field.iter().enumerate() {
                    out.extend_from_slice(if index > 0 { b",\n  " } else { b"\n  " });
                    serde_json::to_writer(&mut out, item).map_err(unwritten)?;
                }
                out.push(b']');
            }
        )*};
    }
    arrays!(write_arrays);
    out.extend_from_slice(b"}\n");
    Ok(out)
}

fn check_whole(portfolio: Portfolio, limits: Limits) -> Result<Portfolio> {
    let mut problems = Vec::new();
    if portfolio.lynchpin != VERSION {
        problems.push(wrong_version());
    }
    macro_rules! check_lengths {
        ($($field:ident: $type:ty,)*) => {$(
            if portfolio.$field.len() > limits.list_max {
                let (found, most) = (portfolio.$field.len(), limits.list_max);
                let message = format!("the list has {found} elements, the limit is {most}");
                problems.push(
                    Problem::new(ErrorCode::ListTooLong, message)
                        .at(concat!("$.", stringify!($field))),
                );
            }
        )*};
    }
    arrays!(check_lengths);
    Error::from_problems(problems).map_or(Ok(portfolio), Err)
}

fn wrong_version() -> Problem {
    Problem::new(
        ErrorCode::WrongVersion,
        format!("this is no `{VERSION}` document: begin it with `\"lynchpin\": \"{VERSION}\"`"),
    )
    .at("$.lynchpin")
}

/// Finds everything that is wrong with a document that could not be read.
fn diagnose(bytes: &[u8]) -> Option<Error> {
    let fields = match read_fields(bytes) {
        Ok(fields) => fields.0,
        Err(problem) => return Some(problem.into()),
    };
    let mut problems = Vec::new();
    match fields.get("lynchpin").map(|raw| raw.get()) {
        None => {
            problems.push(Problem::new(ErrorCode::MissingField, "missing field `lynchpin`").at("$"))
        }
        Some(raw) if raw != format!("\"{VERSION}\"") => problems.push(wrong_version()),
        Some(_) => {}
    }
    for (name, raw) in &fields {
        // Each problem looks for its line from the start, so there must be an end of them.
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
        macro_rules! read_array {
            ($($field:ident: $type:ty,)*) => {
                match name.as_str() {
                    "lynchpin" => {}
                    $(stringify!($field) => read_items::<$type>(bytes, name, raw, &mut problems),)*
                    _ => problems.push(unknown_array(bytes, name, raw)),
                }
            };
        }
        arrays!(read_array);
    }
    problems.truncate(PROBLEMS_MAX);
    Error::from_problems(problems)
}

/// Reads each element of an array alone and keeps the problems.
fn read_items<T: DeserializeOwned>(
    whole: &[u8],
    name: &str,
    raw: &RawValue,
    problems: &mut Vec<Problem>,
) {
    let path = format!("$.{name}");
    let items: Vec<&RawValue> = match serde_json::from_str(raw.get()) {
        Ok(items) => items,
        Err(_) => {
            problems.extend(read_part::<Vec<T>>(whole, raw.get(), &path).err());
            return;
        }
    };
    for (index, item) in items.iter().enumerate() {
        if problems.len() >= PROBLEMS_MAX {
            return;
        }
        problems.extend(read_part::<T>(whole, item.get(), &format!("{path}[{index}]")).err());
    }
}

fn unknown_array(whole: &[u8], name: &str, raw: &RawValue) -> Problem {
    let mut known = String::new();
    macro_rules! names {
        ($($field:ident: $type:ty,)*) => {$(
            known.push_str(concat!(" `", stringify!($field), "`,"));
        )*};
    }
    arrays!(names);
    let shown = shown(name);
    let offset = (raw.get().as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    let (line, column) = place(whole, offset);
    Problem::new(
        ErrorCode::UnknownField,
        format!("unknown field `{shown}`, expected one of{}", known.trim_end_matches(',')),
    )
    .at("$")
    .on_line(line, column)
}
