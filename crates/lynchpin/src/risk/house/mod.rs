//! Ratings by the rules of a house: ordered rule lists and weighted questionnaires.
//!
//! Many a change process rates risk by rules that people wrote and by what they answer, and a board
//! goes by that. It is no probability: hold it to what became of the changes
//! ([`Ranking`](super::measure::Ranking)), and see whether a fitted model ranks better. Where
//! several of these rate one change, the [`worst`] counts.
//!
//! ```
//! use lynchpin::risk::house::{Condition, Questionnaire, Rule, Rules, Test, worst};
//!
//! let levels = ["low", "moderate", "high"];
//! let many = Condition::new("files", Test::AtLeast(20_000_000));
//! let rules = Rules::new(levels, [Rule::new("many-files", [many], "high")], "low")?;
//! let questions = r#"{"levels": ["low", "moderate", "high"], "from": [7, 14], "questions": [
//!     {"id": "tested", "weight": 3, "answers": {"yes": 0, "partly": 2, "no": 4}},
//!     {"id": "known", "weight": 1, "answers": {"often": 0, "never": 3}}]}"#;
//! let questionnaire = Questionnaire::from_json(questions.as_bytes())?;
//!
//! let by_rules = rules.rate(&[("files", 3_000_000)]);
//! let by_people = questionnaire.rate(&[("tested", "partly")])?;
//! // What nobody answered counts as the worst that could be answered.
//! assert_eq!((by_people.points, by_people.level.as_str()), (3 * 2 + 3, "moderate"));
//! assert_eq!(worst(&levels, [&by_rules.level, &by_people.level]), Some("moderate"));
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod questionnaire;
mod rules;

pub use questionnaire::{Answered, Question, Questionnaire, Rated};
pub use rules::{Condition, Matched, Rule, Rules, Test};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::ID_BYTES_MAX;

/// How many rules, questions, conditions and answers there may be, each: more than people keep in
/// their heads.
const ITEMS_MAX: usize = 1_000;

/// The worst of some levels, of which the lowest stands first in `levels`; what is none of them
/// counts as the highest. `None` of no levels.
#[must_use]
pub fn worst<'a>(
    levels: &[&'a str],
    rated: impl IntoIterator<Item = impl AsRef<str>>,
) -> Option<&'a str> {
    let last = levels.len().checked_sub(1)?;
    let place = |level: &str| levels.iter().position(|it| *it == level).unwrap_or(last);
    let most = rated.into_iter().map(|it| place(it.as_ref())).max()?;
    levels.get(most).copied()
}

/// Where a level stands among all, the lowest first.
fn rank(levels: &[String], level: &str, of: &str) -> Result<usize> {
    check_name(level)?;
    let found = levels.iter().position(|it| it == level);
    found.ok_or_else(|| bad(format!("`{}`: `{}` is none of the levels", shown(of), shown(level))))
}

/// Refuses levels that are less than two, or of which one stands twice.
pub(crate) fn check_levels(levels: &[String]) -> Result<()> {
    levels.iter().try_for_each(|level| check_name(level))?;
    let mut names: Vec<&String> = levels.iter().collect();
    names.sort_unstable();
    names.dedup();
    if names.len() < levels.len() || levels.len() < 2 || levels.len() > ITEMS_MAX {
        return Err(bad("name at least two levels, each once, the lowest first".into()));
    }
    Ok(())
}

fn check_count(what: &str, count: usize) -> Result<()> {
    if count > ITEMS_MAX {
        let message = format!("{count} {what} are more than {ITEMS_MAX}");
        return Err(Error::new(ErrorCode::LimitExceeded, message));
    }
    Ok(())
}

/// Answers repeat names, for each change that is rated.
fn check_name(name: &str) -> Result<()> {
    let found = name.len();
    if found > ID_BYTES_MAX {
        let message = format!("a name has {found} bytes, the limit is {ID_BYTES_MAX}");
        return Err(Error::new(ErrorCode::StringTooLong, message));
    }
    Ok(())
}

/// The beginning of what may be long, on one line.
fn shown(text: &str) -> String {
    text.chars().take(200).flat_map(char::escape_debug).collect()
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_what_is_unknown_is_the_worst() {
        let levels = ["low", "moderate", "high"];
        assert_eq!(worst(&levels, ["low", "moderate"]), Some("moderate"));
        assert_eq!(worst(&levels, ["low", "awful"]), Some("high"));
        assert_eq!(worst(&levels, [""; 0]), None);
        assert_eq!(worst(&[], ["low"]), None);
    }
}
