//! Ratings by rules and questionnaires, of many changes at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, check_work};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::json;
use crate::base::limits::{RATING_TEXT_BYTES_MAX, RATING_WORK_MAX};
use crate::risk::house::{self, Matched, Rated, check_levels, worst};
use crate::risk::learn::MISSING;

/// What do rules of a house say of changes?
///
/// ```
/// use lynchpin::wire::risk::ask;
///
/// let question = br#"{"rules": {
///     "rules": {
///         "levels": ["low", "high"],
///         "rules": [{
///             "name": "many files",
///             "when": [{"feature": "files", "test": {"at_least": 20000000}}],
///             "level": "high"
///         }],
///         "otherwise": "low"
///     },
///     "changes": [{"files": 3000000}, {}]
/// }}"#;
/// let answer = String::from_utf8(ask(question)?).unwrap();
/// let unknown = r#"{"level":"high","by":"many files","missing":["files"]}"#;
/// assert_eq!(answer, format!(r#"{{"rules":[{{"level":"low"}},{unknown}]}}"#));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules.
    pub rules: house::Rules,
    /// The features of each change by their names, in the unit of the rules, which are millionths;
    /// what is null or left out is not known, and never lowers a level.
    #[serde(deserialize_with = "json::each_named")]
    pub changes: Vec<BTreeMap<String, Option<i64>>>,
}

/// What do answers to a questionnaire come to?
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// The questionnaire.
    pub questionnaire: house::Questionnaire,
    /// What was answered about each change, by the names of the questions; what is null or left out
    /// counts as the answer with the most points.
    #[serde(deserialize_with = "json::each_named")]
    pub answers: Vec<BTreeMap<String, Option<String>>>,
}

/// Which of several ratings counts?
///
/// ```
/// use lynchpin::wire::risk::ask;
///
/// let levels = r#"["low", "moderate", "high"]"#;
/// let rated = r#"[["low", "moderate"], ["low", "awful"], []]"#;
/// let question = format!(r#"{{"worst": {{"levels": {levels}, "rated": {rated}}}}}"#);
/// let answer = String::from_utf8(ask(question.as_bytes())?).unwrap();
/// assert_eq!(answer, r#"{"worst":["moderate","high",null]}"#);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Worst {
    /// The levels, the lowest first.
    pub levels: Vec<String>,
    /// How each change was rated, by rules, questionnaires or people; what is none of the levels
    /// counts as the highest.
    pub rated: Vec<Vec<String>>,
}

/// How much text an answer may still come to.
struct Room(usize);

impl Room {
    /// What an answer has beside its names, at least: so the number of ratings is bounded too.
    const EACH: usize = 32;

    fn new() -> Room {
        Room(RATING_TEXT_BYTES_MAX)
    }

    /// Takes the room of some names.
    fn take<'a>(&mut self, names: impl Iterator<Item = &'a String>, path: &str) -> Result<()> {
        let taken = names.fold(Self::EACH, |sum, name| {
            sum.saturating_add(name.len()).saturating_add(Self::EACH)
        });
        self.0 = self.0.checked_sub(taken).ok_or_else(|| {
            let message = format!(
                "the ratings come to more than {RATING_TEXT_BYTES_MAX} bytes: ask about fewer \
                 changes"
            );
            Error::new(ErrorCode::LimitExceeded, message).under(path)
        })?;
        Ok(())
    }
}

impl Rules {
    pub(super) fn ask(&self) -> Result<Answer> {
        let conditions = self.rules.rules().iter().map(|rule| rule.when.len().saturating_add(1));
        let each = conditions.fold(1_usize, usize::saturating_add);
        check_work(self.changes.len(), each, RATING_WORK_MAX, "$.rules.changes")?;
        let mut room = Room::new();
        let rate = |(at, change): (usize, &BTreeMap<String, Option<i64>>)| {
            let features = change.iter().map(|it| (it.0.as_str(), it.1.unwrap_or(MISSING)));
            let found: Matched = self.rules.rate(&features.collect::<Vec<_>>());
            let names = found.missing.iter().chain(&found.by).chain([&found.level]);
            room.take(names, &format!("$.rules.changes[{at}]"))?;
            Ok(found)
        };
        let rated = self.changes.iter().enumerate().map(rate);
        Ok(Answer::Rules(rated.collect::<Result<_>>()?))
    }
}

impl Questionnaire {
    pub(super) fn ask(&self) -> Result<Answer> {
        let each = self.questionnaire.questions().len().saturating_add(1);
        check_work(self.answers.len(), each, RATING_WORK_MAX, "$.questionnaire.answers")?;
        let mut room = Room::new();
        let rate = |(at, answers): (usize, &BTreeMap<String, Option<String>>)| {
            let path = format!("$.questionnaire.answers[{at}]");
            let answers = answers.iter().filter_map(|it| Some((it.0.as_str(), it.1.as_deref()?)));
            let found: Rated = self
                .questionnaire
                .rate(&answers.collect::<Vec<_>>())
                .map_err(|error| error.under(&path))?;
            let names =
                found.questions.iter().flat_map(|it| [&it.question].into_iter().chain(&it.answer));
            room.take(names.chain([&found.level]), &path)?;
            Ok(found)
        };
        let rated = self.answers.iter().enumerate().map(rate);
        Ok(Answer::Questionnaire(rated.collect::<Result<_>>()?))
    }
}

impl Worst {
    pub(super) fn ask(&self) -> Result<Answer> {
        check_levels(&self.levels).map_err(|error| error.under("$.worst.levels"))?;
        let ratings = self.rated.iter().fold(0_usize, |sum, it| sum.saturating_add(it.len()));
        check_work(ratings, self.levels.len(), RATING_WORK_MAX, "$.worst.rated")?;
        let levels: Vec<&str> = self.levels.iter().map(String::as_str).collect();
        let mut room = Room::new();
        let rate = |(at, rated): (usize, &Vec<String>)| {
            let found = worst(&levels, rated).map(str::to_owned);
            room.take(found.iter(), &format!("$.worst.rated[{at}]"))?;
            Ok(found)
        };
        let rated = self.rated.iter().enumerate().map(rate);
        Ok(Answer::Worst(rated.collect::<Result<_>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask;
    use super::*;
    use crate::base::limits::ID_BYTES_MAX;

    fn refused(question: &str) -> (ErrorCode, String) {
        let error = ask(question.as_bytes()).unwrap_err();
        (error.code(), error.problems()[0].path.clone())
    }

    fn rules(name: &str, changes: &str) -> String {
        format!(
            r#"{{"rules": {{"rules": {{"levels": ["low", "high"], "otherwise": "low", "rules": [
                {{"name": "a", "level": "high", "when": [
                    {{"feature": "{name}", "test": {{"is": 1}}}}]}}]}},
                "changes": {changes}}}}}"#
        )
    }

    fn questionnaire(answers: &str) -> String {
        format!(
            r#"{{"questionnaire": {{"questionnaire": {{"levels": ["low", "high"], "from": [5],
                "questions": [{{"id": "q", "weight": 5, "answers": {{"no": 0, "yes": 1}}}}]}},
                "answers": {answers}}}}}"#
        )
    }

    #[test]
    fn null_and_what_is_left_out_are_not_known() {
        let answer = ask(rules("f", r#"[{"f": 1}, {"f": 0}, {"f": null}, {"g": 1}]"#).as_bytes());
        let unknown = r#"{"level":"high","by":"a","missing":["f"]}"#;
        let known = r#"{"level":"high","by":"a"},{"level":"low"}"#;
        let expected = format!(r#"{{"rules":[{known},{unknown},{unknown}]}}"#);
        assert_eq!(String::from_utf8(answer.unwrap()).unwrap(), expected);

        let answer = ask(questionnaire(r#"[{"q": "no"}, {"q": null}]"#).as_bytes());
        let known = r#"{"points":0,"level":"low","questions":[
            {"question":"q","answer":"no","points":0}]}"#;
        let unknown = r#"{"points":5,"level":"high","questions":[{"question":"q","points":5}]}"#;
        let expected = format!(r#"{{"questionnaire":[{known},{unknown}]}}"#);
        let expected = expected.replace("\n            ", "");
        assert_eq!(String::from_utf8(answer.unwrap()).unwrap(), expected);
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let at = |code, path: &str| (code, path.to_owned());
        let twice = rules("f", r#"[{}, {"f": 1, "f": 2}]"#);
        assert_eq!(refused(&twice), at(ErrorCode::DuplicateKey, "$.rules.changes[1]"));
        let fraction = rules("f", r#"[{"f": 1.5}]"#);
        assert_eq!(refused(&fraction), at(ErrorCode::WrongType, "$.rules.changes[0].f"));
        let level = rules("f", "[]").replace(r#""otherwise": "low""#, r#""otherwise": "other""#);
        assert_eq!(refused(&level), at(ErrorCode::BadArgument, "$.rules.rules"));
        let long = rules(&"f".repeat(ID_BYTES_MAX + 1), "[]");
        assert_eq!(refused(&long), at(ErrorCode::StringTooLong, "$.rules.rules"));
        let other = questionnaire(r#"[{}, {"q": "perhaps"}]"#);
        let place = "$.questionnaire.answers[1]";
        assert_eq!(refused(&other), at(ErrorCode::BadArgument, place));
        let unasked = questionnaire(r#"[{}, {"other": "no"}]"#);
        assert_eq!(refused(&unasked), at(ErrorCode::BadArgument, place));
        let doubled = questionnaire("[]").replace(r#""yes""#, r#""no""#);
        let place = "$.questionnaire.questionnaire.questions[0].answers";
        assert_eq!(refused(&doubled), at(ErrorCode::DuplicateKey, place));
        let levels = r#"{"worst": {"levels": ["low", "high", "low"], "rated": []}}"#;
        assert_eq!(refused(levels), at(ErrorCode::BadArgument, "$.worst.levels"));
    }

    #[test]
    fn what_would_come_to_too_much_is_refused() {
        let name = "f".repeat(ID_BYTES_MAX);
        let many = |count: usize| format!("[{}{{}}]", "{},".repeat(count - 1));
        let (code, path) = refused(&rules(&name, &many(200_000)));
        assert_eq!(code, ErrorCode::LimitExceeded);
        assert!(path.starts_with("$.rules.changes["), "{path}");
        let one = r#"{"feature": "f", "test": {"is": 1}}"#;
        let wide = rules("f", &many(100_000));
        assert!(wide.contains(one));
        let conditions = [one; 1_000].join(",");
        let told = refused(&wide.replace(one, &conditions));
        assert_eq!(told, (ErrorCode::LimitExceeded, "$.rules.changes".to_owned()));
    }
}
