//! Scores by trees that another tool trained, of many changes at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Feature, check_work};
use crate::base::LogOdds;
use crate::base::error::{Error, ErrorCode, Result, shown};
use crate::base::limits::{Limits, TREE_WORK_MAX};
use crate::risk::learn::MISSING;
use crate::risk::trees::{self, Missing};

/// What does a model of trees say that another tool trained?
///
/// The model is read anew for each question, so ask about many changes at once.
///
/// ```
/// use lynchpin::wire::risk::{Answer, Feature, Format, Question, Trees};
/// use lynchpin::risk::trees::Missing;
///
/// let model = "tree
/// version=v4
/// num_class=1
/// num_tree_per_iteration=1
/// max_feature_idx=0
/// objective=binary sigmoid:1
/// feature_names=lines
///
/// Tree=0
/// num_leaves=2
/// num_cat=0
/// split_feature=0
/// threshold=99.5
/// decision_type=10
/// left_child=-1
/// right_child=-2
/// leaf_value=-3 -1
/// leaf_count=75 25
/// is_linear=0
///
/// end of trees
/// ";
/// let question = Question::Trees(Trees {
///     format: Format::Lightgbm,
///     model: model.into(),
///     features: vec![Feature { name: "lines".into(), values: vec![Some(7_000_000), None] }],
///     missing: Missing::Riskier,
/// });
/// let Answer::Trees(scores) = question.ask()? else { panic!("another answer") };
/// assert_eq!(scores.baseline.to_string(), "-2.5");
/// assert_eq!(scores.log_odds, [-3_000_000_000, -1_000_000_000]);
/// assert_eq!(scores.contributions, [[-500_000_000, 1_500_000_000]]);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Trees {
    /// Which tool saved the model.
    pub format: Format,
    /// What it saved, as text of at most 16 MiB.
    pub model: String,
    /// The features of the changes, in any order and in millionths, null where not known: a column
    /// for each that the model has, by its name. Others are not looked at.
    pub features: Vec<Feature>,
    /// Which way a value goes that is not known; the riskier, if it is not said.
    #[serde(default)]
    pub missing: Missing,
}

/// A tool that trains trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Format {
    /// LightGBM 4: the text of `save_model` or `model_to_string`.
    Lightgbm,
    /// XGBoost 2 or 3: the JSON of `save_model("model.json")`.
    Xgboost,
}

/// What a model of trees says of changes: the baseline and what all features add are the log-odds,
/// exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TreeScores {
    /// The features of the model, in its order.
    pub features: Vec<String>,
    /// The log-odds before anything is known of a change.
    pub baseline: LogOdds,
    /// The log-odds of each change, in billionths.
    pub log_odds: Vec<i64>,
    /// The probability of each, in parts per billion.
    pub probabilities: Vec<u32>,
    /// What each feature adds, in billionths: a list for each feature, with a number for each
    /// change.
    pub contributions: Vec<Vec<i64>>,
}

impl Trees {
    pub(super) fn ask(&self) -> Result<Answer> {
        let (text, limits) = (self.model.as_bytes(), Limits::untrusted());
        let read = match self.format {
            Format::Lightgbm => trees::Trees::from_lightgbm(text, limits),
            Format::Xgboost => trees::Trees::from_xgboost(text, limits),
        };
        let model = read.map_err(|error| error.under("$.trees.model"))?;
        let changes = self.changes()?;
        check_work(changes, model.nodes(), TREE_WORK_MAX, "$.trees.features")?;
        let columns = self.columns(model.features())?;
        let mut found = TreeScores {
            features: model.features().to_vec(),
            baseline: model.baseline(),
            log_odds: Vec::with_capacity(changes),
            probabilities: Vec::with_capacity(changes),
            contributions: columns.iter().map(|_| Vec::with_capacity(changes)).collect(),
        };
        let mut row = Vec::with_capacity(columns.len());
        for change in 0..changes {
            let value = |column: &&[Option<i64>]| column.get(change).copied().flatten();
            row.clear();
            row.extend(columns.iter().map(|column| value(column).unwrap_or(MISSING)));
            let scored = model.score_with(&row, self.missing)?;
            found.log_odds.push(scored.log_odds.billionths());
            found.probabilities.push(scored.probability().parts_per_billion());
            for (column, term) in found.contributions.iter_mut().zip(scored.terms) {
                column.push(term.billionths());
            }
        }
        Ok(Answer::Trees(Box::new(found)))
    }

    /// How many changes the columns have, which must be as many in each.
    fn changes(&self) -> Result<usize> {
        let changes = self.features.first().map_or(0, |column| column.values.len());
        let mut all = self.features.iter().enumerate();
        if let Some((at, odd)) = all.find(|(_, column)| column.values.len() != changes) {
            let (name, found) = (shown(&odd.name), odd.values.len());
            let message = format!("`{name}` has {found} values: give {changes}, one for each");
            let error = Error::new(ErrorCode::BadArgument, message);
            return Err(error.under(&format!("$.trees.features[{at}].values")));
        }
        Ok(changes)
    }

    /// The columns of some features, in their order.
    fn columns(&self, names: &[String]) -> Result<Vec<&[Option<i64>]>> {
        let mut given: BTreeMap<&str, &[Option<i64>]> = BTreeMap::new();
        for (at, Feature { name, values }) in self.features.iter().enumerate() {
            if given.insert(name, values).is_some() {
                let message = format!("`{}` is given twice", shown(name));
                let error = Error::new(ErrorCode::BadArgument, message);
                return Err(error.under(&format!("$.trees.features[{at}].name")));
            }
        }
        let column = |name: &String| {
            given.get(name.as_str()).copied().ok_or_else(|| {
                let message = format!(
                    "the model has the feature `{}`: give it, with null where it is not known",
                    shown(name)
                );
                Error::new(ErrorCode::BadArgument, message).under("$.trees.features")
            })
        };
        names.iter().map(column).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ask;
    use super::*;

    const MODEL: &str = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n\
        max_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=a b\n\nTree=0\n\
        num_leaves=3\nnum_cat=0\nsplit_feature=0 1\nthreshold=1.5 0.5\ndecision_type=8 10\n\
        left_child=-1 -2\nright_child=1 -3\nleaf_value=-2 0 1\nleaf_count=2 1 1\n\
        is_linear=0\n\nend of trees\n";

    fn question(model: &str, features: &str) -> String {
        let model = serde_json::to_string(model).unwrap();
        format!(
            r#"{{"trees": {{"format": "lightgbm", "model": {model}, "features": {features}}}}}"#
        )
    }

    fn refused(question: &str) -> (ErrorCode, String) {
        let error = ask(question.as_bytes()).unwrap_err();
        (error.code(), error.problems()[0].path.clone())
    }

    #[test]
    fn columns_are_found_by_their_names_and_terms_add_up() {
        let features = r#"[{"name": "other", "values": [7, 7]}, {"name": "b", "values": [0, null]},
            {"name": "a", "values": [2000000, 2000000]}]"#;
        let answer = ask(question(MODEL, features).as_bytes()).unwrap();
        let expected =
            r#"{"trees":{"features":["a","b"],"baseline":"-0.75","log_odds":[0,1000000000],"#;
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with(expected), "{answer}");
        let terms = r#""contributions":[[1250000000,1250000000],[-500000000,500000000]]}}"#;
        assert!(answer.ends_with(terms), "{answer}");
        let trained = question(MODEL, features)
            .replace(r#""format""#, r#""missing": "as_trained", "format""#);
        let answer = String::from_utf8(ask(trained.as_bytes()).unwrap()).unwrap();
        assert!(answer.contains(r#""log_odds":[0,0]"#), "{answer}");
    }

    #[test]
    fn what_is_malformed_is_told_with_its_place() {
        let at = |code, path: &str| (code, path.to_owned());
        let column =
            |name: &str, values: &str| format!(r#"{{"name": "{name}", "values": {values}}}"#);
        let both = format!("[{}, {}]", column("a", "[1]"), column("b", "[1]"));
        assert!(ask(question(MODEL, &both).as_bytes()).is_ok());
        let cut = MODEL.replace("end of trees", "");
        assert_eq!(refused(&question(&cut, &both)), at(ErrorCode::Syntax, "$.trees.model"));
        let xgboost = question(MODEL, &both).replace("lightgbm", "xgboost");
        assert_eq!(refused(&xgboost).1, "$.trees.model");
        let other = question(MODEL, &both).replace("lightgbm", "catboost");
        assert_eq!(refused(&other), at(ErrorCode::UnknownWord, "$.trees.format"));
        for (columns, path) in [
            (format!("[{}]", column("a", "[1]")), "$.trees.features"),
            (
                format!("[{}, {}]", column("a", "[1]"), column("a", "[1]")),
                "$.trees.features[1].name",
            ),
            (
                format!("[{}, {}]", column("a", "[1]"), column("b", "[1, 2]")),
                "$.trees.features[1].values",
            ),
        ] {
            assert_eq!(refused(&question(MODEL, &columns)), at(ErrorCode::BadArgument, path));
        }
    }
}
