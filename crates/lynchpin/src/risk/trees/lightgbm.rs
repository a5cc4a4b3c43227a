//! LightGBM's text format, version 4.

use super::Trees;
use super::grow::{Grower, LOG_ODDS_MAX, Part};
use super::lines::{Block, Blocks, Field, blocks};
use super::node::Test;
use super::threshold::at_most;
use crate::base::error::{ErrorCode, Problem, Result, shown};

const VERSION: &str = "v4";
const OBJECTIVE: &str = "binary";

/// The bits of a decision: by categories; missing goes left; and what counts as missing, in two.
const IS_CATEGORICAL: u8 = 1;
const MISSING_GOES_LEFT: u8 = 2;
const MISSING_IS_ZERO: u8 = 4;
const MISSING_IS_NAN: u8 = 8;

/// Reads a whole model.
pub(super) fn read(text: &str) -> Result<Trees> {
    let Blocks { header, trees } = blocks(text)?;
    let times = factor(&header, trees.len())?;
    let highest: usize = header.number("max_feature_idx")?;
    let names = header.words("feature_names", highest.saturating_add(1))?;
    let names = names.into_iter().map(|(_, name)| name.to_owned()).collect();
    let place = header.field("feature_names")?;
    let mut grower = Grower::new(names, 0.0).map_err(|it| place.on(it, 0))?;
    for (number, block) in trees.iter().enumerate() {
        if block.number::<usize>("Tree")? != number {
            let message = format!("this is tree {number} of the text, and is numbered otherwise");
            return Err(block.field("Tree")?.bad(ErrorCode::Syntax, 0, message));
        }
        read_tree(block, times, &mut grower)?;
    }
    grower.finish().map_err(|it| header.on(it))
}

/// What raw scores are multiplied by to get log-odds, if the header is one that is taken.
fn factor(header: &Block<'_>, trees: usize) -> Result<f64> {
    let version = header.field("version")?;
    if version.value != VERSION {
        let message = format!(
            "the format is `{}`, not `{VERSION}`: load it with LightGBM 4 and save it again",
            shown(version.value)
        );
        return Err(version.bad(ErrorCode::WrongVersion, 0, message));
    }
    for key in ["num_class", "num_tree_per_iteration"] {
        if header.number::<u32>(key)? != 1 {
            let message = format!("`{key}` must be 1: train with the objective `{OBJECTIVE}`");
            return Err(header.field(key)?.bad(ErrorCode::UnknownWord, 0, message));
        }
    }
    // Text that lost some of its trees is still well formed.
    if header.has("tree_sizes") {
        header.words("tree_sizes", trees)?;
    }
    let times = sigmoid(header.field("objective")?)?;
    let averaged = u32::try_from(trees).ok().filter(|_| header.has("average_output"));
    Ok(averaged.map_or(times, |trees| times / f64::from(trees)))
}

/// The parameter of the objective: a probability is `1 / (1 + exp(-sigmoid * raw score))`.
fn sigmoid(objective: Field<'_>) -> Result<f64> {
    let mut words = objective.value.split_ascii_whitespace();
    let refuse = |code, message| Err(objective.bad(code, 0, message));
    if words.next() != Some(OBJECTIVE) {
        let found = shown(objective.value);
        let message = format!("the objective is `{found}`: train with `{OBJECTIVE}`");
        return refuse(ErrorCode::UnknownWord, message);
    }
    let mut sigmoid = 1.0;
    for word in words {
        let Some(number) = word.strip_prefix("sigmoid:") else {
            let message = format!("`{}` is no parameter of `{OBJECTIVE}` known here", shown(word));
            return refuse(ErrorCode::UnknownWord, message);
        };
        sigmoid = objective.parse(number, 0)?;
    }
    if !(sigmoid > 0.0 && sigmoid <= LOG_ODDS_MAX) {
        let message = format!("`sigmoid` must be above 0 and at most {LOG_ODDS_MAX}");
        return refuse(ErrorCode::NumberOutOfRange, message);
    }
    Ok(sigmoid)
}

/// Adds one tree. Its parts are numbered as splits first, then leaves.
fn read_tree(block: &Block<'_>, times: f64, grower: &mut Grower) -> Result<()> {
    if block.number::<u32>("is_linear")? != 0 {
        let message = "a linear tree is not taken: train with `linear_tree=false`";
        return Err(block.field("is_linear")?.bad(ErrorCode::UnknownWord, 0, message.to_owned()));
    }
    let leaves: usize = block.number("num_leaves")?;
    let values: Vec<f64> = block.numbers("leaf_value", leaves)?;
    let splits = leaves.saturating_sub(1);
    // Nothing was counted in a tree that is one leaf, and it does not matter.
    let counts = if splits == 0 { vec![1] } else { block.numbers::<u32>("leaf_count", leaves)? };
    let mut parts = read_splits(block, splits, grower)?;
    let leaf = |(value, count): (f64, u32)| Part::Leaf {
        log_odds: value * times,
        weight: f64::from(count),
    };
    parts.extend(values.into_iter().zip(counts).map(leaf));
    grower.plant(&parts).map_err(|(number, problem)| {
        let (key, at) = match number.checked_sub(splits) {
            Some(leaf) => ("leaf_value", leaf),
            None => ("split_feature", number),
        };
        block.entry(key, at, problem)
    })
}

fn read_splits(block: &Block<'_>, splits: usize, grower: &mut Grower) -> Result<Vec<Part>> {
    let features = block.numbers("split_feature", splits)?;
    let tests = read_tests(block, splits, grower)?;
    let left = children(block, "left_child", splits)?;
    let right = children(block, "right_child", splits)?;
    let both = left.into_iter().zip(right);
    let asked = features.into_iter().zip(tests);
    let split = |((feature, test), (left, right))| Part::Split { feature, test, left, right };
    Ok(asked.zip(both).map(split).collect())
}

/// The numbers of the parts that are children: a leaf is written as its complement.
fn children(block: &Block<'_>, key: &str, splits: usize) -> Result<Vec<usize>> {
    let children: Vec<i64> = block.numbers(key, splits)?;
    let part = |(at, child): (usize, i64)| {
        let (number, first, count) =
            if child < 0 { (!child, splits, splits.saturating_add(1)) } else { (child, 0, splits) };
        let number = usize::try_from(number).ok().filter(|number| *number < count);
        number.map(|number| number.saturating_add(first)).ok_or_else(|| {
            let message = format!("`{key}` names {child}, which the tree does not have");
            block.entry(key, at, Problem::new(ErrorCode::NumberOutOfRange, message))
        })
    };
    children.into_iter().enumerate().map(part).collect()
}

fn read_tests(block: &Block<'_>, splits: usize, grower: &mut Grower) -> Result<Vec<Test>> {
    let decisions: Vec<u8> = block.numbers("decision_type", splits)?;
    let sets = read_sets(block, grower)?;
    let thresholds = block.words("threshold", splits)?;
    let field = block.field("threshold")?;
    let test = |(at, (bits, (start, word))): (usize, (u8, (usize, &str)))| {
        let bad = |key, message: String| {
            block.entry(key, at, Problem::new(ErrorCode::NumberOutOfRange, message))
        };
        if bits & !(MISSING_IS_ZERO | MISSING_IS_NAN) == IS_CATEGORICAL {
            let set = sets.get(field.parse::<usize>(word, start)?).copied();
            return set.ok_or_else(|| bad("threshold", format!("there is no set `{word}`")));
        }
        let threshold: f64 = field.parse(word, start)?;
        // Infinity is written where only what is missing goes the other way.
        if threshold.is_nan() {
            return Err(bad("threshold", format!("`{word}` is no number")));
        }
        let to_left = bits & MISSING_GOES_LEFT != 0;
        let (missing_goes_left, zero_is_missing) = match bits & !MISSING_GOES_LEFT {
            // What is not known is taken for zero here.
            0 => (threshold >= 0.0, false),
            MISSING_IS_ZERO => (to_left, true),
            MISSING_IS_NAN => (to_left, false),
            _ => return Err(bad("decision_type", format!("{bits} is no kind of decision"))),
        };
        Ok(Test::AtMost { limit: at_most(threshold), missing_goes_left, zero_is_missing })
    };
    decisions.into_iter().zip(thresholds).enumerate().map(test).collect()
}

/// Keeps the sets of categories of a tree; each is named by its number.
fn read_sets(block: &Block<'_>, grower: &mut Grower) -> Result<Vec<Test>> {
    let count: usize = block.number("num_cat")?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let ends: Vec<u32> = block.numbers("cat_boundaries", count.saturating_add(1))?;
    let last = ends.last().and_then(|last| usize::try_from(*last).ok()).unwrap_or(usize::MAX);
    if ends.first() != Some(&0) || !ends.is_sorted() {
        let message = "`cat_boundaries` must begin with 0 and never fall".to_owned();
        return Err(block.field("cat_boundaries")?.bad(ErrorCode::NumberOutOfRange, 0, message));
    }
    let words: Vec<u32> = block.numbers("cat_threshold", last)?;
    let first = grower.keep(&words).ok_or_else(|| {
        let message = "there are too many sets of categories: train with fewer categories";
        block.on(Problem::new(ErrorCode::ListTooLong, message))
    })?;
    let set = |(begin, end): (&u32, &u32)| Test::Among {
        first: first.saturating_add(*begin),
        words: end.saturating_sub(*begin),
    };
    Ok(ends.iter().zip(ends.iter().skip(1)).map(set).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::learn::MISSING;
    use crate::risk::trees::Missing;

    const TEXT: &str = "tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=1
objective=binary sigmoid:1
feature_names=a=b c
tree_sizes=1 2

Tree=0
num_leaves=3
num_cat=2
split_feature=0 1
threshold=1.5 1
decision_type=10 1
left_child=1 -2
right_child=-1 -3
leaf_value=0.5 -0.25 0.125
leaf_count=10 20 10
cat_boundaries=0 1 3
cat_threshold=7 2 2
is_linear=0

Tree=1
num_leaves=1
num_cat=0
split_feature=
threshold=
decision_type=
left_child=
right_child=
leaf_value=-2
is_linear=0

end of trees
parameters:
num_class=7
";

    fn log_odds(trees: &Trees, features: [i64; 2]) -> i64 {
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
        assert_eq!(trees.features(), ["a=b", "c"]);
        // (10 * 0.5 + 20 * -0.25 + 10 * 0.125) / 40 - 2
        assert_eq!(trees.baseline().to_string(), "-1.96875");
        let (small, large) = (1_500_000, 1_500_001);
        for (value, kind, thousandths) in [
            (large, 1, -1_500),
            (small, 1, -2_250),
            (small, 33, -2_250),
            (small, 0, -1_875), // in the other set
            (small, 2, -1_875),
            (MISSING, 1, -2_250),
            (large, 33, -1_500),
        ] {
            let found = log_odds(&trees, [value, kind * 1_000_000]);
            assert_eq!(found, thousandths, "{value} {kind}");
        }
        assert_eq!(log_odds(&trees, [small, MISSING]), -1_875);
    }

    #[test]
    fn every_kind_of_decision() {
        // Where a value that is missing goes, and where zero does: true is left.
        for (threshold, bits, missing, zero) in [
            ("1.5", 0, true, true),
            ("1.5", 2, true, true),
            ("-1.5", 0, false, false),
            ("-1.5", 2, false, false),
            ("1.5", 4, false, false),
            ("-1.5", 6, true, true),
            ("1.5", 8, false, true),
            ("-1.5", 8, false, false),
            ("-1.5", 10, true, false),
        ] {
            let text = with("threshold=1.5 1", &format!("threshold={threshold} 1"));
            let text = text.replace("decision_type=10 1", &format!("decision_type={bits} 9"));
            let trees = read(&text).unwrap();
            let goes_left = |value| log_odds(&trees, [value, 1_000_000]) == -2_250;
            let found = (goes_left(MISSING), goes_left(0));
            assert_eq!(found, (missing, zero), "{threshold} {bits}");
            assert!(goes_left(-1_500_000) && !goes_left(1_500_001), "{threshold} {bits}");
        }
    }

    #[test]
    fn at_infinity_only_what_is_missing_goes_the_other_way() {
        for (threshold, bits, missing, known) in
            [("inf", 8, false, true), ("-inf", 10, true, false)]
        {
            let text = with("threshold=1.5 1", &format!("threshold={threshold} 1"));
            let trees = read(&text.replace("decision_type=10", &format!("decision_type={bits}")));
            let trees = trees.unwrap();
            let goes_left = |value| log_odds(&trees, [value, 1_000_000]) == -2_250;
            assert_eq!(goes_left(MISSING), missing);
            for value in [i64::MIN + 1, 0, i64::MAX] {
                assert_eq!(goes_left(value), known, "{threshold} {value}");
            }
        }
    }

    #[test]
    fn sigmoids_and_forests_scale_the_leaves() {
        let text = with("sigmoid:1", "sigmoid:2.5");
        let trees = read(&text).unwrap();
        assert_eq!(log_odds(&trees, [0, 1_000_000]), -5_625);
        let text = text.replace("feature_names", "average_output\nfeature_names");
        let trees = read(&text).unwrap();
        assert_eq!(log_odds(&trees, [0, 1_000_000]), -2_812);
        let trees = read(&with("binary sigmoid:1", "binary")).unwrap();
        assert_eq!(log_odds(&trees, [0, 1_000_000]), -2_250);
        // What is not needed may be missing, and line ends may be others.
        let trees = read(&with("tree_sizes=1 2\n", "").replace('\n', "\r\n")).unwrap();
        assert_eq!(log_odds(&trees, [0, 1_000_000]), -2_250);
    }

    #[test]
    fn what_is_refused_is_refused_at_its_place() {
        use ErrorCode::{
            BadArgument, DuplicateKey, Empty, MissingField, NumberOutOfRange, Syntax, UnknownWord,
            WrongType, WrongVersion,
        };
        let no_trees = format!("{}end of trees", TEXT.split("Tree=0").next().unwrap());
        let no_trees = no_trees.replace("tree_sizes=1 2", "tree_sizes=");
        assert_eq!(read(&no_trees).unwrap_err().code(), Empty);
        for (old, new, code, line, column) in [
            ("tree\n", "trees\n", Syntax, 1, 1),
            ("end of trees", "end of", Syntax, 38, 1),
            ("version=v4", "version=v3", WrongVersion, 2, 9),
            ("version=v4\n", "", MissingField, 1, 1),
            ("num_class=1", "num_class=3", UnknownWord, 3, 11),
            ("num_tree_per_iteration=1", "num_tree_per_iteration=2", UnknownWord, 4, 24),
            ("max_feature_idx=1", "max_feature_idx=2", WrongType, 8, 15),
            ("binary sigmoid:1", "multiclass num_class:3", UnknownWord, 7, 11),
            ("binary sigmoid:1", "binary sqrt", UnknownWord, 7, 11),
            ("sigmoid:1", "sigmoid:0", NumberOutOfRange, 7, 11),
            ("sigmoid:1", "sigmoid:-1", NumberOutOfRange, 7, 11),
            ("sigmoid:1", "sigmoid:1001", NumberOutOfRange, 7, 11),
            ("sigmoid:1", "sigmoid:nan", NumberOutOfRange, 7, 11),
            ("a=b c", "c c", DuplicateKey, 8, 15),
            ("tree_sizes=1 2", "tree_sizes=1 2 3", WrongType, 9, 12),
            ("Tree=1", "Tree=2", Syntax, 25, 6),
            ("num_leaves=3", "num_leaves=3\nnum_leaves=3", DuplicateKey, 13, 1),
            ("num_leaves=3", "num_leaves=x", NumberOutOfRange, 12, 12),
            ("num_leaves=3", "num_leaves=0", WrongType, 19, 12),
            ("split_feature=0 1", "split_feature=0 2", NumberOutOfRange, 14, 17),
            ("threshold=1.5 1", "threshold=nan 1", NumberOutOfRange, 15, 11),
            ("threshold=1.5 1", "threshold=1.5 2", NumberOutOfRange, 15, 15),
            ("threshold=1.5 1", "threshold=1.5 -1", NumberOutOfRange, 15, 15),
            ("decision_type=10 1", "decision_type=12 1", NumberOutOfRange, 16, 15),
            ("decision_type=10 1", "decision_type=10 17", NumberOutOfRange, 16, 18),
            ("decision_type=10 1", "decision_type=10 3", NumberOutOfRange, 16, 18),
            ("left_child=1 -2", "left_child=2 -2", NumberOutOfRange, 17, 12),
            ("left_child=1 -2", "left_child=1 -4", NumberOutOfRange, 17, 14),
            ("left_child=1 -2", "left_child=0 -2", BadArgument, 14, 15),
            ("left_child=1 -2", "left_child=1 -1", BadArgument, 19, 12),
            ("leaf_value=0.5 -0.25", "leaf_value=0.5 -1001", NumberOutOfRange, 19, 16),
            ("leaf_count=10 20 10", "leaf_count=10 20", WrongType, 20, 12),
            ("leaf_count=10 20 10", "leaf_count=10 20 -1", NumberOutOfRange, 20, 18),
            ("cat_boundaries=0 1 3", "cat_boundaries=1 1 3", NumberOutOfRange, 21, 16),
            ("cat_boundaries=0 1 3", "cat_boundaries=0 4 3", NumberOutOfRange, 21, 16),
            ("cat_threshold=7 2 2", "cat_threshold=7 2", WrongType, 22, 15),
            ("7 2 2\nis_linear=0", "7 2 2\nis_linear=1", UnknownWord, 23, 11),
        ] {
            let error = read(&with(old, new)).expect_err(new);
            let problem = &error.problems()[0];
            let found = (problem.code, problem.line, problem.column);
            assert_eq!(found, (code, line, column), "{new}: {error}");
        }
    }

    #[test]
    fn so_many_trees_are_read_and_no_more() {
        let most = crate::base::limits::TREES_MAX;
        let tree = "\nTree=0\n".repeat(most + 1);
        let error = blocks(&format!("tree\n{tree}")).err().unwrap();
        assert_eq!(error.code(), ErrorCode::ListTooLong);
        let tree = "\nTree=0\n".repeat(most);
        assert_eq!(blocks(&format!("tree\n{tree}\nend of trees")).unwrap().trees.len(), most);
    }
}
