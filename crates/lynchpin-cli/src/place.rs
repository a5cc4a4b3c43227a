//! Where in a portfolio document a problem lies.

use std::collections::BTreeMap;

use lynchpin::base::Problem;
use serde_json::value::RawValue;

/// The line, and the column if it is known, as `12:5`.
pub fn of(text: &[u8], problem: &Problem) -> Option<String> {
    if problem.line > 0 && !is_in_adopted(&problem.path) {
        return Some(match problem.column {
            0 => problem.line.to_string(),
            column => format!("{}:{column}", problem.line),
        });
    }
    // The engine reads no text, so what it refuses has a path only: that of an array's element.
    let rest = problem.path.strip_prefix("$.")?;
    let (name, rest) = rest.split_once('[')?;
    let number: usize = rest.split_once(']')?.0.parse().ok()?;
    let text = std::str::from_utf8(text).ok()?;
    let arrays: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let items: Vec<&RawValue> = serde_json::from_str(arrays.get(name)?.get()).ok()?;
    let offset = items.get(number)?.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    Some((text.get(..offset)?.matches('\n').count() + 1).to_string())
}

/// Whether a path leads into the text of an adopted policy, which has lines of its own.
pub fn is_in_adopted(path: &str) -> bool {
    path.starts_with("$.policies[") && path.contains("].text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lynchpin::base::ErrorCode;

    #[test]
    fn an_element_is_found_by_its_path() {
        let text = b"{\"lynchpin\": \"portfolio/1\",\n \"people\": [\n  {\"id\": \"a\"},\n  {}]}";
        let at = |path: &str| of(text, &Problem::new(ErrorCode::DuplicateId, "x").at(path));
        assert_eq!(at("$.people[0].id").as_deref(), Some("3"));
        assert_eq!(at("$.people[1]").as_deref(), Some("4"));
        for nowhere in ["", "$", "$.people", "$.people[2]", "$.people[x]", "$.changes[0]"] {
            assert_eq!(at(nowhere), None, "{nowhere}");
        }
        let known = Problem::new(ErrorCode::Syntax, "x").at("$").on_line(7, 2);
        assert_eq!(of(text, &known).as_deref(), Some("7:2"));
    }
}
