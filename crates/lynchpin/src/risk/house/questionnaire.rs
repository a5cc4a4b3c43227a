//! A weighted questionnaire: points for answers, and levels by points.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::{bad, check_count, check_levels, check_name, shown};
use crate::base::error::{Problem, Result};
use crate::base::json;

/// What people are asked about a change, and what their answers come to.
///
/// It is read as a document, and what would mean nothing is refused there, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Questionnaire {
    levels: Vec<String>,
    from: Vec<u64>,
    questions: Vec<Question>,
}

/// A questionnaire as a document.
#[derive(Deserialize)]
#[serde(rename = "questionnaire", deny_unknown_fields)]
struct Document {
    levels: Vec<String>,
    from: Vec<u64>,
    questions: Vec<Question>,
}

impl<'de> Deserialize<'de> for Questionnaire {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Questionnaire, D::Error> {
        let Document { levels, from, questions } = Document::deserialize(deserializer)?;
        let found = Questionnaire { levels, from, questions };
        found.check().map_err(|error| D::Error::custom(error.marked()))?;
        Ok(found)
    }
}

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Question {
    /// Its name.
    pub id: String,
    /// How often its points count.
    pub weight: u32,
    /// The points of each answer that there is.
    #[serde(deserialize_with = "json::named")]
    pub answers: BTreeMap<String, u32>,
}

/// What the answers come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rated {
    /// All points: the sum of those of the questions.
    pub points: u64,
    /// What they mean.
    pub level: String,
    /// Each question, in order.
    pub questions: Vec<Answered>,
}

/// What one question adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Answered {
    /// The question.
    pub question: String,
    /// The answer; `None` if nobody gave one, which counts as the one with the most points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// Its points, as often as they count.
    pub points: u64,
}

impl Questionnaire {
    /// Reads one from JSON.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if it is no questionnaire: with less
    /// than two levels, with limits that do not rise, or with a question twice or without an
    /// answer; [`LimitExceeded`](crate::base::ErrorCode::LimitExceeded) if it asks more than a
    /// thousand; [`StringTooLong`](crate::base::ErrorCode::StringTooLong) of a name of more than
    /// 256 bytes; and others of what is no such document.
    pub fn from_json(text: &[u8]) -> Result<Questionnaire> {
        json::check(text)?;
        let reader = &mut serde_json::Deserializer::from_slice(text);
        serde_path_to_error::deserialize(reader).map_err(|error| {
            let path = format!("$.{}", error.path()).replace(".[", "[").replace("$..", "$");
            Problem::from_format(&error.into_inner().to_string()).at(path).into()
        })
    }

    /// The levels, the lowest first.
    #[must_use]
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// From how many points on each level but the first holds, upwards.
    #[must_use]
    pub fn from(&self) -> &[u64] {
        &self.from
    }

    /// What is asked, in order.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn check(&self) -> Result<()> {
        check_levels(&self.levels)?;
        check_count("questions", self.questions.len())?;
        if self.from.len().saturating_add(1) != self.levels.len()
            || !self.from.is_sorted_by(|one, other| one < other)
        {
            return Err(bad("`from`: one limit for each level but the first, upwards".into()));
        }
        let mut ids: Vec<&str> = self.questions.iter().map(|it| it.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < self.questions.len() {
            return Err(bad("two questions have one name".into()));
        }
        self.questions.iter().try_for_each(|question| {
            check_count("answers", question.answers.len())?;
            check_name(&question.id)?;
            question.answers.keys().try_for_each(|answer| check_name(answer))?;
            match question.answers.is_empty() {
                true => Err(bad(format!("`{}` has no answers", shown(&question.id)))),
                false => Ok(()),
            }
        })
    }

    /// Rates a change by what was answered: a question and an answer each.
    ///
    /// ```
    /// use lynchpin::risk::house::Questionnaire;
    ///
    /// let text = br#"{"levels": ["low", "high"], "from": [5], "questions": [
    ///     {"id": "drilled", "weight": 2, "answers": {"yes": 0, "no": 3}}]}"#;
    /// let questionnaire = Questionnaire::from_json(text)?;
    /// assert_eq!(questionnaire.rate(&[("drilled", "yes")])?.level, "low");
    /// assert_eq!(questionnaire.rate(&[])?.level, "high");
    /// assert!(questionnaire.rate(&[("drilled", "perhaps")]).is_err());
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BadArgument`](crate::base::ErrorCode::BadArgument) if a question is not asked or answered
    /// twice, or if an answer is none of its own.
    pub fn rate(&self, answers: &[(&str, &str)]) -> Result<Rated> {
        let mut given: BTreeMap<&str, &str> = BTreeMap::new();
        for (question, answer) in answers {
            if given.insert(question, answer).is_some() {
                return Err(bad(format!("`{}` is answered twice", shown(question))));
            }
        }
        let questions = self.questions.iter().map(|it| it.answered(given.remove(it.id.as_str())));
        let questions = questions.collect::<Result<Vec<Answered>>>()?;
        if let Some(question) = given.keys().next() {
            return Err(bad(format!("nobody asks `{}`", shown(question))));
        }
        let points = questions.iter().fold(0_u64, |sum, it| sum.saturating_add(it.points));
        let reached = self.from.partition_point(|from| *from <= points);
        let level = self.levels.get(reached).cloned().unwrap_or_default();
        Ok(Rated { points, level, questions })
    }
}

impl Question {
    fn answered(&self, answer: Option<&str>) -> Result<Answered> {
        let points = match answer {
            Some(answer) => self.answers.get(answer).copied().ok_or_else(|| {
                let known: Vec<&str> = self.answers.keys().map(String::as_str).collect();
                let known = shown(&known.join(", "));
                bad(format!("`{}`: `{}` is none of {known}", shown(&self.id), shown(answer)))
            })?,
            None => self.answers.values().copied().max().unwrap_or(0),
        };
        Ok(Answered {
            question: self.id.clone(),
            answer: answer.map(str::to_owned),
            points: u64::from(points).saturating_mul(self.weight.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ErrorCode;

    const ONE: &str = r#"{"levels": ["low", "moderate", "high"], "from": [7, 14], "questions": [
        {"id": "tested", "weight": 3, "answers": {"yes": 0, "partly": 2, "no": 4}},
        {"id": "known", "weight": 1, "answers": {"often": 0, "never": 3}}]}"#;

    #[test]
    fn points_add_up_and_a_missing_answer_is_the_worst() {
        let asked = Questionnaire::from_json(ONE.as_bytes()).unwrap();
        for (answers, points, level) in [
            (&[("tested", "yes"), ("known", "often")][..], 0, "low"),
            (&[("tested", "partly"), ("known", "often")], 6, "low"),
            (&[("known", "never"), ("tested", "partly")], 9, "moderate"),
            (&[("tested", "no")], 15, "high"),
            (&[], 15, "high"),
        ] {
            let found = asked.rate(answers).unwrap();
            assert_eq!((found.points, found.level.as_str()), (points, level), "{answers:?}");
            assert_eq!(found.questions.iter().map(|it| it.points).sum::<u64>(), points);
        }
        let found = asked.rate(&[("known", "never")]).unwrap();
        assert_eq!((found.questions[0].answer.clone(), found.questions[0].points), (None, 12));
        for (answers, told) in [
            (&[("tested", "maybe")][..], "none of no, partly, yes"),
            (&[("other", "yes")], "nobody asks"),
            (&[("known", "never"), ("known", "often")], "twice"),
        ] {
            let error = asked.rate(answers).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
        }
    }

    #[test]
    fn levels_begin_with_their_limits() {
        let text = r#"{"levels": ["low", "high"], "from": [5], "questions": [
            {"id": "a", "weight": 1, "answers": {"four": 4, "five": 5}}]}"#;
        let asked = Questionnaire::from_json(text.as_bytes()).unwrap();
        assert_eq!(asked.rate(&[("a", "four")]).unwrap().level, "low");
        assert_eq!(asked.rate(&[("a", "five")]).unwrap().level, "high");
    }

    #[test]
    fn what_is_no_questionnaire_is_refused() {
        let long = format!("{{\"{}\": 0}}", "a".repeat(257));
        for (from, to, code, path) in [
            (r#""from": [7, 14]"#, r#""from": [14, 7]"#, ErrorCode::BadArgument, "$"),
            (r#""from": [7, 14]"#, r#""from": [7]"#, ErrorCode::BadArgument, "$"),
            (r#""moderate", "high"]"#, r#""moderate", "low"]"#, ErrorCode::BadArgument, "$"),
            (r#""id": "known""#, r#""id": "tested""#, ErrorCode::BadArgument, "$"),
            (r#"{"often": 0, "never": 3}"#, "{}", ErrorCode::BadArgument, "$"),
            (r#"{"often": 0, "never": 3}"#, &long, ErrorCode::StringTooLong, "$"),
            (r#""never": 3"#, r#""often": 3"#, ErrorCode::DuplicateKey, ""),
            (
                r#""weight": 3"#,
                r#""weight": -3"#,
                ErrorCode::NumberOutOfRange,
                "$.questions[0].weight",
            ),
            (
                r#""weight": 3"#,
                r#""weight": 3, "other": 1"#,
                ErrorCode::UnknownField,
                "$.questions[0].other",
            ),
        ] {
            let text = ONE.replace(from, to);
            let error = Questionnaire::from_json(text.as_bytes()).unwrap_err();
            let found = (error.code(), error.problems()[0].path.as_str());
            assert_eq!(found, (code, path), "{text}: {error}");
        }
        assert_eq!(
            Questionnaire::from_json(b"{").unwrap_err().code(),
            ErrorCode::Syntax,
            "what is no JSON"
        );
    }
}
