//! XGBoost's JSON format, as its versions 2 and 3 write it.

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use serde_json::value::RawValue;

use super::Trees;
use super::document::{check, typed};
use super::grow::{Grower, Part, check_count};
use super::node::Test;
use super::threshold::less_than;
use crate::base::error::{ErrorCode, Problem, Result, shown};
use crate::base::limits::{TREE_FEATURES_MAX, TREES_MAX};

const MODEL: &str = "$.learner.gradient_booster.model";
const PARAMETERS: &str = "$.learner.learner_model_param";

/// What kind of model it is. It is looked at first, since others hold something else.
#[derive(Deserialize)]
struct Kind {
    learner: KindLearner,
    version: Vec<u64>,
}

#[derive(Deserialize)]
struct KindLearner {
    gradient_booster: Named,
    objective: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
struct Document {
    learner: Learner,
}

#[derive(Deserialize)]
struct Learner {
    #[serde(default)]
    attributes: Attributes,
    #[serde(default)]
    feature_names: Vec<String>,
    gradient_booster: Booster,
    learner_model_param: Parameters,
}

/// What the host of the training kept beside the model; one of them says which trees count.
#[derive(Default, Deserialize)]
struct Attributes {
    best_iteration: Option<String>,
}

#[derive(Deserialize)]
struct Parameters {
    base_score: String,
    num_class: String,
    num_feature: String,
    num_target: String,
}

#[derive(Deserialize)]
struct Booster {
    model: Model,
}

#[derive(Deserialize)]
struct Model {
    gbtree_model_param: Counts,
    tree_info: Vec<u64>,
    trees: Vec<Tree>,
}

#[derive(Deserialize)]
struct Counts {
    num_parallel_tree: String,
    num_trees: String,
}

/// The nodes of a tree in columns, the root first. Those that were pruned may still be there.
#[derive(Deserialize)]
struct Tree {
    left_children: Vec<i64>,
    right_children: Vec<i64>,
    split_indices: Vec<u64>,
    /// The threshold of a split, and what a leaf adds.
    split_conditions: Vec<Single>,
    default_left: Vec<u8>,
    sum_hessian: Vec<Single>,
    split_type: Vec<u8>,
}

/// A number of single precision. It is read from its digits: by way of a double, it could be
/// rounded twice.
#[derive(Clone, Copy)]
struct Single(f32);

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = <&RawValue>::deserialize(deserializer)?.get();
        let number = digits.parse::<f32>().map_err(|_| {
            D::Error::custom(format_args!("invalid type: `{}`, expected a number", shown(digits)))
        })?;
        if !number.is_finite() {
            let message =
                format_args!("number out of range: `{}` in single precision", shown(digits));
            return Err(D::Error::custom(message));
        }
        Ok(Single(number))
    }
}

/// Reads a whole model.
pub(super) fn read(text: &str) -> Result<Trees> {
    check(text, "XGBoost's `save_model(\"x.json\")`")?;
    let kind: Kind = typed(text)?;
    check_version(&kind.version)?;
    check_booster(&kind.learner.gradient_booster.name)?;
    let takes_odds = takes_odds(&kind.learner.objective.name)?;
    let Document { learner } = typed(text)?;
    check_trees(&learner)?;
    let base = base(&learner.learner_model_param, takes_odds)?;
    let names = names(learner.feature_names, &learner.learner_model_param)?;
    let mut grower = Grower::new(names, base).map_err(|it| it.at("$.learner"))?;
    for (number, tree) in learner.gradient_booster.model.trees.into_iter().enumerate() {
        let place = |part: &str| format!("{MODEL}.trees[{number}]{part}");
        let parts = parts(&tree).map_err(|(part, problem)| problem.at(place(&part)))?;
        grower.plant(&parts).map_err(|(node, problem)| {
            let part = match parts.get(node) {
                Some(Part::Split { .. }) => "split_indices",
                Some(Part::Leaf { .. }) | None => "split_conditions",
            };
            problem.at(place(&format!(".{part}[{node}]")))
        })?;
    }
    Ok(grower.finish().map_err(|it| it.at(format!("{MODEL}.trees")))?)
}

fn check_version(version: &[u64]) -> Result<()> {
    if let Some(2 | 3) = version.first() {
        return Ok(());
    }
    let message = "only what XGBoost 2 and 3 saved is taken: load it with one of them and save it \
                   again";
    Err(Problem::new(ErrorCode::WrongVersion, message).at("$.version").into())
}

fn check_booster(name: &str) -> Result<()> {
    if name == "gbtree" {
        return Ok(());
    }
    let message = format!("the booster is `{}`: train with `gbtree`", shown(name));
    Err(Problem::new(ErrorCode::UnknownWord, message).at("$.learner.gradient_booster.name").into())
}

/// Whether the base score is a probability; else it is log-odds.
fn takes_odds(objective: &str) -> Result<bool> {
    match objective {
        "binary:logistic" => Ok(false),
        "binary:logitraw" => Ok(true),
        other => {
            let message = format!(
                "the objective is `{}`: train with `binary:logistic` or `binary:logitraw`",
                shown(other)
            );
            let problem = Problem::new(ErrorCode::UnknownWord, message);
            Err(problem.at("$.learner.objective.name").into())
        }
    }
}

/// Whether the trees are all there, of one class, and all of them count.
fn check_trees(learner: &Learner) -> Result<()> {
    let Learner { attributes, gradient_booster, learner_model_param, .. } = learner;
    let Model { gbtree_model_param, tree_info, trees } = &gradient_booster.model;
    check_count("trees", trees.len(), TREES_MAX).map_err(|it| it.at(format!("{MODEL}.trees")))?;
    let stated =
        count(&gbtree_model_param.num_trees, || format!("{MODEL}.gbtree_model_param.num_trees"))?;
    if stated != trees.len() || tree_info.len() != trees.len() {
        let found = trees.len();
        let message = format!("{found} trees where there must be {stated}: save the model again");
        return Err(Problem::new(ErrorCode::WrongType, message)
            .at(format!("{MODEL}.trees"))
            .into());
    }
    let classes = [("num_class", &learner_model_param.num_class)];
    let targets = [("num_target", &learner_model_param.num_target)];
    for (key, text) in classes.into_iter().chain(targets) {
        let place = || format!("{PARAMETERS}.{key}");
        if count(text, place)? > 1 {
            let message = "only one class is taken: train with `binary:logistic`";
            return Err(Problem::new(ErrorCode::UnknownWord, message).at(place()).into());
        }
    }
    if tree_info.iter().any(|group| *group != 0) {
        let problem = Problem::new(ErrorCode::UnknownWord, "only trees of class 0 are taken");
        return Err(problem.at(format!("{MODEL}.tree_info")).into());
    }
    let Some(best) = &attributes.best_iteration else { return Ok(()) };
    let place = || "$.learner.attributes.best_iteration".to_owned();
    let rounds = count(best, place)?.saturating_add(1);
    let each = count(&gbtree_model_param.num_parallel_tree, || {
        format!("{MODEL}.gbtree_model_param.num_parallel_tree")
    })?;
    if rounds.saturating_mul(each) < trees.len() {
        let message = format!(
            "training stopped early, and the last trees count in some interfaces and not in \
             others: save `booster[:{rounds}]`"
        );
        return Err(Problem::new(ErrorCode::BadArgument, message).at(place()).into());
    }
    Ok(())
}

/// A count that is written as text.
fn count(text: &str, place: impl Fn() -> String) -> Result<usize> {
    text.parse().map_err(|_| {
        let message = format!("`{}` is no count", shown(text));
        Problem::new(ErrorCode::NumberOutOfRange, message).at(place()).into()
    })
}

/// The log-odds that the model begins with. Version 3 writes one for each class, in brackets.
fn base(parameters: &Parameters, takes_odds: bool) -> Result<f64> {
    let text = parameters.base_score.as_str();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let number = inner.parse::<f32>().ok().filter(|it| takes_odds || (0.0..=1.0).contains(it));
    // The tool rounds the odds to single precision. Near 1 that moves the logarithm, so the same is
    // done here.
    let base = number.map(|it| if takes_odds { it } else { 1.0 / it - 1.0 }).map(f64::from);
    let log_odds = base.map(|it| if takes_odds { it } else { -libm::log(it) });
    log_odds.filter(|it| it.is_finite()).ok_or_else(|| {
        let what = if takes_odds { "log-odds" } else { "probability between 0 and 1" };
        let message = format!("`{}` is no {what} to begin with", shown(text));
        let problem = Problem::new(ErrorCode::NumberOutOfRange, message);
        problem.at(format!("{PARAMETERS}.base_score")).into()
    })
}

/// The names of the features; XGBoost numbers them where it was told none.
fn names(given: Vec<String>, parameters: &Parameters) -> Result<Vec<String>> {
    let place = || format!("{PARAMETERS}.num_feature");
    let features = count(&parameters.num_feature, place)?;
    check_count("features", features, TREE_FEATURES_MAX).map_err(|it| it.at(place()))?;
    if given.is_empty() {
        return Ok((0..features).map(|number| format!("f{number}")).collect());
    }
    if given.len() != features {
        let message = format!("{} names for {features} features", given.len());
        let problem = Problem::new(ErrorCode::WrongType, message);
        return Err(problem.at("$.learner.feature_names").into());
    }
    Ok(given)
}

/// The nodes of a tree, or where below it what is wrong.
fn parts(tree: &Tree) -> Result<Vec<Part>, (String, Problem)> {
    let count = tree.left_children.len();
    let lengths = [
        ("right_children", tree.right_children.len()),
        ("split_indices", tree.split_indices.len()),
        ("split_conditions", tree.split_conditions.len()),
        ("default_left", tree.default_left.len()),
        ("sum_hessian", tree.sum_hessian.len()),
        ("split_type", tree.split_type.len()),
    ];
    if let Some((key, found)) = lengths.into_iter().find(|(_, length)| *length != count) {
        let message = format!("{found} entries where there must be {count}");
        return Err((format!(".{key}"), Problem::new(ErrorCode::WrongType, message)));
    }
    let children = tree.left_children.iter().zip(&tree.right_children);
    let asks = tree.split_indices.iter().zip(&tree.default_left).zip(&tree.split_type);
    let numbers = tree.split_conditions.iter().zip(&tree.sum_hessian);
    let nodes = children.zip(asks).zip(numbers).enumerate();
    nodes.map(|(at, ((children, asked), numbers))| part(at, children, asked, numbers)).collect()
}

/// One node: its children, what is asked (feature, whether missing goes left, kind), and its
/// numbers (threshold or leaf, weight).
fn part(
    at: usize,
    (left, right): (&i64, &i64),
    ((feature, default_left), kind): ((&u64, &u8), &u8),
    (number, weight): (&Single, &Single),
) -> Result<Part, (String, Problem)> {
    if *left == -1 {
        return Ok(Part::Leaf { log_odds: f64::from(number.0), weight: f64::from(weight.0) });
    }
    let bad =
        |key: &str, code, message: &str| (format!(".{key}[{at}]"), Problem::new(code, message));
    if *kind != 0 {
        let message = "a split by categories is not taken: encode them as numbers";
        return Err(bad("split_type", ErrorCode::UnknownWord, message));
    }
    let index = |key: &str, number: &i64| {
        let message = "the tree does not have that node";
        usize::try_from(*number).map_err(|_| bad(key, ErrorCode::NumberOutOfRange, message))
    };
    Ok(Part::Split {
        feature: usize::try_from(*feature).unwrap_or(usize::MAX),
        test: Test::AtMost {
            limit: less_than(number.0),
            missing_goes_left: *default_left != 0,
            zero_is_missing: false,
        },
        left: index("left_children", left)?,
        right: index("right_children", right)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::learn::MISSING;
    use crate::risk::trees::Missing;

    const TEXT: &str = r#"{"learner": {
        "attributes": {"note": "kept"},
        "feature_names": ["a", "b"],
        "gradient_booster": {"name": "gbtree", "model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "2"},
            "tree_info": [0, 0],
            "trees": [{
                "left_children": [2, -1, 4, -1, -1, -1],
                "right_children": [1, -1, 3, -1, -1, -1],
                "split_indices": [0, 0, 1, 7, 0, 2147483647],
                "split_conditions": [1.5E0, 5E-1, -2E0, 1.25E-1, -2.5E-1, 9E9],
                "default_left": [1, 0, 0, 0, 0, 0],
                "sum_hessian": [4E1, 1E1, 3E1, 1E1, 2E1, 0E0],
                "split_type": [0, 0, 0, 0, 0, 0]
            }, {
                "left_children": [-1], "right_children": [-1], "split_indices": [0],
                "split_conditions": [-2E0], "default_left": [0], "sum_hessian": [0E0],
                "split_type": [0]
            }]
        }},
        "learner_model_param": {"base_score": "[5E-1]", "num_class": "0",
            "num_feature": "2", "num_target": "1"},
        "objective": {"name": "binary:logistic"}
    }, "version": [3, 2, 0]}"#;

    fn thousandths(trees: &Trees, features: [i64; 2]) -> i64 {
        let scored = trees.score_with(&features, Missing::AsTrained).unwrap();
        scored.log_odds.billionths() / 1_000_000
    }

    /// The text with one part of it replaced.
    fn with(old: &str, new: &str) -> String {
        assert_eq!(TEXT.matches(old).count(), 1, "{old}");
        TEXT.replace(old, new)
    }

    #[test]
    fn a_model_by_hand() {
        let trees = read(TEXT).unwrap();
        assert_eq!(trees.features(), ["a", "b"]);
        // (10 * 0.5 + 20 * -0.25 + 10 * 0.125) / 40 - 2
        assert_eq!(trees.baseline().to_string(), "-1.96875");
        let (small, large) = (1_499_999, 1_500_000);
        let (low, high) = (-2_000_001, -2_000_000);
        for (features, expected) in [
            ([large, low], -1_500),
            ([small, low], -2_250),
            ([small, high], -1_875),
            ([MISSING, low], -2_250),   // left
            ([small, MISSING], -1_875), // right
        ] {
            assert_eq!(thousandths(&trees, features), expected, "{features:?}");
        }
    }

    #[test]
    fn what_it_begins_with_is_a_probability_or_log_odds() {
        let begins = |text: &str, objective: &str| {
            let text = with("[5E-1]", text).replace("binary:logistic", objective);
            read(&text).map(|trees| trees.baseline().billionths() + 1_968_750_000)
        };
        for text in ["5E-1", "[5E-1]", "0.5"] {
            assert_eq!(begins(text, "binary:logistic").unwrap(), 0);
            assert_eq!(begins(text, "binary:logitraw").unwrap(), 500_000_000);
        }
        // 1/0.25 - 1 is 3, and 1/0.75 - 1 is a third in single precision; their logarithms.
        assert_eq!(begins("[2.5E-1]", "binary:logistic").unwrap(), -1_098_612_289);
        assert_eq!(begins("[7.5E-1]", "binary:logistic").unwrap(), 1_098_612_169);
        assert_eq!(begins("[-9E-1]", "binary:logitraw").unwrap(), -899_999_976);
        for bad in ["0E0", "1E0", "-1E-1", "1.5E0", "nan", "[5E-1,5E-1]", "", "[5E-1"] {
            let error = begins(bad, "binary:logistic").expect_err(bad);
            assert_eq!(error.code(), ErrorCode::NumberOutOfRange, "{bad}");
            assert_eq!(error.problems()[0].path, "$.learner.learner_model_param.base_score");
        }
        assert!(begins("1E30", "binary:logitraw").is_err());
    }

    #[test]
    fn features_have_numbers_where_they_have_no_names() {
        for none in [r#""feature_names": [],"#, ""] {
            let trees = read(&with(r#""feature_names": ["a", "b"],"#, none)).unwrap();
            assert_eq!(trees.features(), ["f0", "f1"]);
        }
        let text = with(r#""feature_names": ["a", "b"],"#, "");
        let text = text.replace(r#""num_feature": "2""#, r#""num_feature": "4000000000000""#);
        assert_eq!(read(&text).unwrap_err().code(), ErrorCode::ListTooLong);
    }

    #[test]
    fn all_trees_count_or_the_model_is_refused() {
        let best = |best: &str, parallel: &str| {
            let attributes = format!(r#""attributes": {{"best_iteration": "{best}"}}"#);
            let text = with(r#""attributes": {"note": "kept"}"#, &attributes);
            let each = format!(r#""num_parallel_tree": "{parallel}""#);
            read(&text.replace(r#""num_parallel_tree": "1""#, &each))
        };
        assert!(best("1", "1").is_ok());
        assert!(best("0", "2").is_ok());
        let error = best("0", "1").unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadArgument);
        assert!(error.to_string().contains("booster[:1]"), "{error}");
        assert_eq!(best("best", "1").unwrap_err().code(), ErrorCode::NumberOutOfRange);
    }

    #[test]
    fn what_is_refused_is_refused_at_its_place() {
        use ErrorCode::{
            BadArgument, DuplicateKey, Empty, MissingField, NumberOutOfRange, Syntax, UnknownWord,
            WrongType, WrongVersion,
        };
        let model = "$.learner.gradient_booster.model";
        let first = "$.learner.gradient_booster.model.trees[0]";
        let of = |prefix: &str, rest: &str| format!("{prefix}{rest}");
        for (old, new, code, path) in [
            ("{\"learner\"", "{L", Syntax, String::new()),
            ("\"attributes\"", "\"learner\": 1, \"learner\"", DuplicateKey, String::new()),
            ("[3, 2, 0]", "[1, 7, 6]", WrongVersion, "$.version".into()),
            ("[3, 2, 0]", "[]", WrongVersion, "$.version".into()),
            ("\"version\"", "\"age\"", MissingField, "$".into()),
            ("\"gbtree\"", "\"dart\"", UnknownWord, "$.learner.gradient_booster.name".into()),
            ("binary:logistic", "reg:linear", UnknownWord, "$.learner.objective.name".into()),
            (": \"0\"", ": \"2\"", UnknownWord, of(PARAMETERS, ".num_class")),
            ("et\": \"1\"", "et\": \"2\"", UnknownWord, of(PARAMETERS, ".num_target")),
            ("\"2\", \"num_t", "\"-2\", \"num_t", NumberOutOfRange, of(PARAMETERS, ".num_feature")),
            ("\"a\", ", "", WrongType, "$.learner.feature_names".into()),
            ("\"a\", ", "\"b\", ", DuplicateKey, "$.learner".into()),
            ("trees\": \"2\"", "trees\": \"3\"", WrongType, of(model, ".trees")),
            ("[0, 0],", "[0],", WrongType, of(model, ".trees")),
            ("[0, 0],", "[0, 1],", UnknownWord, of(model, ".tree_info")),
            ("[2, -1,", "[2.5, -1,", WrongType, of(first, ".left_children[0]")),
            ("[2, -1,", "[-2, -1,", NumberOutOfRange, of(first, ".left_children[0]")),
            ("[1, -1,", "[-1, -1,", NumberOutOfRange, of(first, ".right_children[0]")),
            ("[1, -1,", "[6, -1,", NumberOutOfRange, of(first, ".split_conditions[6]")),
            ("[2, -1,", "[0, -1,", BadArgument, of(first, ".split_indices[0]")),
            ("[1, -1, 3,", "[1, -1, 1,", BadArgument, of(first, ".split_conditions[1]")),
            ("[0, 0, 1, 7,", "[2, 0, 1, 7,", NumberOutOfRange, of(first, ".split_indices[0]")),
            (" -2E0, 1", " 1E39, 1", NumberOutOfRange, of(first, ".split_conditions[2]")),
            (" -2E0, 1", " true, 1", WrongType, of(first, ".split_conditions[2]")),
            ("5E-1, -2E0", "5E9, -2E0", NumberOutOfRange, of(first, ".split_conditions[1]")),
            ("[4E1, 1E1,", "[4E1, -1E1,", NumberOutOfRange, of(first, ".split_conditions[1]")),
            ("[4E1, ", "[", WrongType, of(first, ".sum_hessian")),
            ("[1, 0, 0, 0, 0, 0]", "[1, 0]", WrongType, of(first, ".default_left")),
            ("[0, 0, 0, 0, 0, 0]", "[0, 0, 1, 0, 0, 0]", UnknownWord, of(first, ".split_type[2]")),
        ] {
            let error = read(&with(old, new)).expect_err(new);
            let problem = &error.problems()[0];
            assert_eq!((problem.code, &problem.path), (code, &path), "{new}: {error}");
        }
        let (start, _) = TEXT.split_once("\"trees\": [").unwrap();
        let (_, end) = TEXT.split_once("}]\n        }},").unwrap();
        let none = format!("{start}\"trees\": [] }} }},{end}").replace("[0, 0],", "[],");
        let none = none.replace("trees\": \"2\"", "trees\": \"0\"");
        assert_eq!(read(&none).unwrap_err().code(), Empty);
    }
}
