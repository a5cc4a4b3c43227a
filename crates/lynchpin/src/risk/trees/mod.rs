//! Models of trees that other tools trained, scored in whole numbers and explained.
//!
//! Boosted trees often rank a little better than a regression, and there are good tools to train
//! them. Train elsewhere, hand the saved model over as bytes, and score here: nothing but the core
//! is needed where scores are asked for, and a score says what each feature made of it.
//!
//! | tool | what is read | written by |
//! | --- | --- | --- |
//! | LightGBM 4 | the text format `v4`, objective `binary` | `save_model("model.txt")` |
//! | XGBoost 2 and 3 | JSON, `binary:logistic` or `binary:logitraw` | `save_model("model.json")` |
//! | interpret 0.7 | JSON of an explainable boosting machine, two classes | `to_json("x.json")` |
//!
//! The last is boosted from trees of one or two features, and written as the tables that they come
//! to. It is read as a [`Model`](crate::risk::learn::Model), by
//! [`Model::from_ebm`](crate::risk::learn::Model::from_ebm).
//!
//! What would be scored differently than by its tool is refused, and never guessed: linear trees,
//! `dart` and `gblinear` of XGBoost, its categorical splits, several classes, other objectives.
//!
//! # Whole numbers
//!
//! A value of so many millionths stands for the double nearest to it, and for XGBoost for that
//! rounded to single precision, as both are when a model is trained on them. For each split the
//! largest whole number of millionths that goes left is found once, while the model is read; from
//! then on whole numbers are compared, and no value goes another way than in its tool. Leaves are
//! rounded once to billionths. So a score differs from the sum of the tool's leaves by at most half
//! a billionth for each tree; XGBoost, which adds up in single precision, is further off itself.
//!
//! # What a score is made of
//!
//! A node is worth the mean of the leaves below it, by how many changes of the training ended in
//! each (LightGBM), or by their weight (XGBoost's hessians); a plain mean where nothing is known of
//! that. The baseline is what the roots are worth, and going from a node to its child adds the
//! difference to the feature that was asked. Along a path the differences cancel out, so baseline
//! and terms add up to the score exactly. (Known as path or Saabas contributions, after Saabas,
//! "Interpreting random forests", 2014. They depend on the order of the splits, which Shapley
//! values do not; in return they cost one look at each node of the way.)
//!
//! # What is not known
//!
//! Trees learn which way a missing value goes, and that may be the safe one. Here, what is not
//! known never lowers a risk: [`score`](Trees::score) goes both ways and takes the leaf that is
//! worth most, tree by tree, which no value that is filled in can exceed. That is more than the
//! worst value would come to, since each tree may take another value for the worst: with 200 trees
//! trained on published histories, one missing feature raised the log-odds by 1.1 to 1.4 where its
//! worst value would have by 0.6 to 0.9. To compare with the tool, ask for [`Missing::AsTrained`].
//!
//! ```
//! use lynchpin::base::{Digest, Limits};
//! use lynchpin::risk::learn::MISSING;
//! use lynchpin::risk::trees::{Missing, Trees};
//!
//! let text = b"tree
//! version=v4
//! num_class=1
//! num_tree_per_iteration=1
//! max_feature_idx=0
//! objective=binary sigmoid:1
//! feature_names=lines
//!
//! Tree=0
//! num_leaves=2
//! num_cat=0
//! split_feature=0
//! threshold=99.5
//! decision_type=10
//! left_child=-1
//! right_child=-2
//! leaf_value=-3 -1
//! leaf_count=75 25
//! is_linear=0
//!
//! end of trees
//! ";
//! let trees = Trees::from_lightgbm(text, Limits::untrusted())?;
//! assert_eq!(trees.features(), ["lines"]);
//! assert_eq!(trees.baseline().to_string(), "-2.5");
//!
//! let large = trees.score(&[100_000_000])?; // a hundred lines, in millionths
//! assert_eq!(large.log_odds.to_string(), "-1");
//! assert_eq!(large.terms[0].to_string(), "1.5");
//! assert_eq!(trees.score(&[MISSING])?, large);
//! let trained = trees.score_with(&[MISSING], Missing::AsTrained)?;
//! assert_eq!(trained.log_odds.to_string(), "-3");
//!
//! // A model is named by the digest of its bytes.
//! println!("{}", Digest::of(text));
//! # Ok::<(), lynchpin::base::Error>(())
//! ```

mod document;
mod ebm;
mod grow;
mod lightgbm;
mod lines;
mod node;
mod threshold;
mod xgboost;

use std::str;

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Limits, LogOdds};
use crate::risk::learn::{MISSING, Scored};
use node::Node;

/// Which way a value goes that is not known.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// Both, and the leaf that is worth most counts, tree by tree: no value scores higher. This is
    /// what gates go by.
    #[default]
    Riskier,
    /// The way that was learned, which may lower the risk: to compare with the tool that trained.
    AsTrained,
}

/// A model of many trees, whose leaves add up to log-odds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trees {
    names: Vec<String>,
    /// In billionths.
    baseline: i64,
    /// Where each tree begins.
    roots: Vec<usize>,
    /// Of all trees, each node before its children and the left child next to it.
    nodes: Vec<Node>,
    /// Of all sets of categories, 32 in each.
    sets: Vec<u32>,
}

impl Trees {
    /// Reads a model that LightGBM 4 saved: the text of `save_model` or `model_to_string`.
    ///
    /// Its log-odds are the raw score times the objective's parameter `sigmoid`, which is 1 unless
    /// it was set; a random forest (`boosting=rf`) is the mean of its trees. If training stopped
    /// early, LightGBM saves the best iterations only. Categories are whole numbers from 0; what
    /// pandas called them is not read.
    ///
    /// # Errors
    ///
    /// With the line and what to do: [`DocumentTooLarge`](ErrorCode::DocumentTooLarge) beyond the
    /// limits, [`DocumentNotUtf8`](ErrorCode::DocumentNotUtf8), [`Syntax`](ErrorCode::Syntax) of
    /// what is no such text or is cut short, [`WrongVersion`](ErrorCode::WrongVersion) of another
    /// format than `v4`, [`UnknownWord`](ErrorCode::UnknownWord) of what is not taken,
    /// [`MissingField`](ErrorCode::MissingField), [`DuplicateKey`](ErrorCode::DuplicateKey),
    /// [`WrongType`](ErrorCode::WrongType), [`NumberOutOfRange`](ErrorCode::NumberOutOfRange),
    /// [`ListTooLong`](ErrorCode::ListTooLong) of too many trees, nodes or features,
    /// [`Empty`](ErrorCode::Empty) of no trees, and [`BadArgument`](ErrorCode::BadArgument) if
    /// children lead in a circle or together.
    pub fn from_lightgbm(text: &[u8], limits: Limits) -> Result<Trees> {
        lightgbm::read(as_text(text, limits)?)
    }

    /// Reads a model that XGBoost 2 or 3 saved as JSON: the bytes of `save_model("model.json")`.
    ///
    /// All trees count, as they do for `Booster.predict`. If training stopped early and left trees
    /// behind that its other interfaces leave out, the model is refused, because it means two
    /// things: save `booster[: booster.best_iteration + 1]`. A value that the training was told to
    /// take for missing, such as zero, is not in the model: hand [`MISSING`] over for it.
    ///
    /// # Errors
    ///
    /// As for [`from_lightgbm`](Trees::from_lightgbm), with a JSON path; also
    /// [`DocumentTooDeep`](ErrorCode::DocumentTooDeep).
    pub fn from_xgboost(json: &[u8], limits: Limits) -> Result<Trees> {
        xgboost::read(as_text(json, limits)?)
    }

    /// The features in the order in which values are given, by their names in the model; XGBoost's
    /// are `f0`, `f1` and so on where it was told none.
    #[must_use]
    pub fn features(&self) -> &[String] {
        &self.names
    }

    /// The log-odds before anything is known of a change: what the training had on average.
    #[must_use]
    pub fn baseline(&self) -> LogOdds {
        LogOdds::from_billionths(self.baseline)
    }

    /// How many trees there are.
    #[must_use]
    pub fn trees(&self) -> usize {
        self.roots.len()
    }

    /// How many nodes they have in all: no score looks at more.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Scores one change by its features: in millionths, in the order of
    /// [`features`](Self::features); [`MISSING`] is not known and counts as the riskiest. There is
    /// one term for each feature, and the [baseline](Self::baseline) and all terms add up to the
    /// log-odds exactly.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if there are not as many as the model has.
    pub fn score(&self, features: &[i64]) -> Result<Scored> {
        self.score_with(features, Missing::Riskier)
    }

    /// The same as [`score`](Self::score), and says which way a value goes that is not known.
    ///
    /// # Errors
    ///
    /// As for [`score`](Self::score).
    pub fn score_with(&self, features: &[i64], missing: Missing) -> Result<Scored> {
        if features.len() != self.names.len() {
            let (found, wanted) = (features.len(), self.names.len());
            let message = format!("{found} features for a model of {wanted}: give one for each");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
        let mut terms = vec![0_i64; features.len()];
        let mut open = Vec::new();
        for root in &self.roots {
            let leaf = self.leaf(*root, features, missing, &mut open);
            self.credit(*root, leaf, &mut terms);
        }
        let log_odds = terms.iter().fold(self.baseline, |sum, term| sum.saturating_add(*term));
        Ok(Scored {
            log_odds: LogOdds::from_billionths(log_odds),
            terms: terms.into_iter().map(LogOdds::from_billionths).collect(),
        })
    }

    /// The leaf of a tree that counts: of those that can be meant the one that is worth most, and
    /// of equal ones the leftmost, since what was opened last lies next to the right. `open` is
    /// empty, and is empty again afterwards.
    fn leaf(&self, root: usize, features: &[i64], way: Missing, open: &mut Vec<usize>) -> usize {
        let mut best = self.descend(root, features, way, open);
        while let Some(other) = open.pop() {
            let leaf = self.descend(other, features, way, open);
            best = if self.value(leaf) > self.value(best) { leaf } else { best };
        }
        best
    }

    /// The leaf that is reached from a node; right children that could be meant as well are opened.
    fn descend(&self, from: usize, features: &[i64], way: Missing, open: &mut Vec<usize>) -> usize {
        let mut at = from;
        while let Some(split) = self.nodes.get(at).and_then(|node| node.split) {
            let value = features.get(split.feature()).copied().unwrap_or(MISSING);
            let goes_left = match (value, way) {
                (MISSING, Missing::AsTrained) => split.test.takes_missing(),
                (MISSING, Missing::Riskier) => {
                    open.push(split.right());
                    true
                }
                (known, _) => split.test.takes(known, &self.sets),
            };
            at = if goes_left { at.saturating_add(1) } else { split.right() };
        }
        at
    }

    /// Adds what the way to a leaf adds to the features that are asked on it. Nodes come before
    /// their children and left before right, so their numbers say which child leads there.
    fn credit(&self, root: usize, leaf: usize, terms: &mut [i64]) {
        let mut at = root;
        while let Some(split) = self.nodes.get(at).and_then(|node| node.split) {
            let right = split.right();
            let next = if leaf < right { at.saturating_add(1) } else { right };
            // No sum is near the end of the numbers: see the limits of what is grown.
            let added = self.value(next).saturating_sub(self.value(at));
            if let Some(term) = terms.get_mut(split.feature()) {
                *term = term.saturating_add(added);
            }
            at = next;
        }
    }

    fn value(&self, node: usize) -> i64 {
        self.nodes.get(node).map_or(0, |node| node.value)
    }
}

/// The bytes as text, if there are not too many of them.
fn as_text(bytes: &[u8], limits: Limits) -> Result<&str> {
    let (found, most) = (bytes.len(), limits.document_bytes_max);
    if found > most {
        let message = format!("the model has {found} bytes, the limit is {most}: raise the limit");
        return Err(Error::new(ErrorCode::DocumentTooLarge, message));
    }
    str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let message = format!(
            "the model is not UTF-8 from byte {at} on: save it as text (LightGBM) or as JSON \
             (XGBoost, a name that ends in `.json`; interpret, `to_json`)"
        );
        Error::new(ErrorCode::DocumentNotUtf8, message)
    })
}

#[cfg(test)]
mod tests {
    use super::grow::{Grower, Part};
    use super::node::Test;
    use super::*;

    /// Left up to a limit in whole ones; missing goes right as it was trained.
    fn split(feature: usize, limit: i64, left: usize, right: usize) -> Part {
        let limit = limit * 1_000_000;
        let test = Test::AtMost { limit, missing_goes_left: false, zero_is_missing: false };
        Part::Split { feature, test, left, right }
    }

    fn leaf(log_odds: f64, weight: f64) -> Part {
        Part::Leaf { log_odds, weight }
    }

    /// Two trees over three features, written down right to left, and a node that nothing leads to.
    fn trees() -> Trees {
        let names = ["a", "b", "c"].map(str::to_owned).to_vec();
        let mut grower = Grower::new(names, -1.0).unwrap();
        let first = [
            split(0, 10, 3, 1),
            split(1, 5, 5, 2),
            leaf(0.5, 1.0),
            split(0, 3, 6, 4),
            leaf(-0.25, 1.0),
            leaf(0.25, 2.0),
            leaf(-0.5, 4.0),
            leaf(900.0, 1e9),
        ];
        grower.plant(&first).unwrap();
        grower.plant(&[split(2, 0, 1, 2), leaf(0.75, 0.0), leaf(0.25, 0.0)]).unwrap();
        grower.finish().unwrap()
    }

    fn billionths(scored: &Scored) -> (i64, Vec<i64>) {
        (scored.log_odds.billionths(), scored.terms.iter().map(|it| it.billionths()).collect())
    }

    #[test]
    fn what_nodes_are_worth_by_hand() {
        let trees = trees();
        let value = |at: usize| trees.nodes[at].value;
        // Laid out: root, its left child with two leaves, its right child with two leaves.
        assert_eq!(value(1), -450_000_000); // (4 * -0.5 + 1 * -0.25) / 5
        assert_eq!((value(2), value(3)), (-500_000_000, -250_000_000));
        assert_eq!(value(4), 333_333_333); // (2 * 0.25 + 1 * 0.5) / 3
        assert_eq!((value(5), value(6)), (250_000_000, 500_000_000));
        assert_eq!(value(0), -156_250_000); // (5 * -0.45 + 3 * 0.333...) / 8
        // Nothing is known of how many ended there: the plain mean.
        assert_eq!(value(7), 500_000_000);
        assert_eq!(trees.roots, [0, 7]);
        assert_eq!(trees.baseline().billionths(), -656_250_000);
        assert_eq!((trees.trees(), trees.nodes()), (2, 10));
    }

    #[test]
    fn the_way_to_a_leaf_is_credited_to_what_was_asked() {
        let trees = trees();
        let scored = trees.score(&[11_000_000, 5_000_000, 1]).unwrap();
        let a = 333_333_333 + 156_250_000;
        let b = 250_000_000 - 333_333_333;
        assert_eq!(billionths(&scored), (-500_000_000, vec![a, b, -250_000_000]));
        // Twice the same feature on one way.
        let scored = trees.score(&[10_000_000, 5_000_000, 0]).unwrap();
        assert_eq!(billionths(&scored), (-500_000_000, vec![-93_750_000, 0, 250_000_000]));
        assert_eq!(trees.score(&[3_000_000, 0, 0]).unwrap().log_odds.billionths(), -750_000_000);
    }

    #[test]
    fn what_is_missing_takes_the_worst_leaf_it_could_mean() {
        let trees = trees();
        let b = 5_000_000;
        // Of the first tree 0.25 is the worst, of the second 0.75.
        let scored = trees.score(&[MISSING, b, MISSING]).unwrap();
        let terms = vec![489_583_333, -83_333_333, 250_000_000];
        assert_eq!(billionths(&scored), (0, terms));
        let scored = trees.score(&[MISSING, MISSING, MISSING]).unwrap();
        assert_eq!(scored.log_odds.billionths(), 250_000_000);
        // Known to be small: what is missing besides makes no difference.
        let scored = trees.score(&[0, MISSING, 1]).unwrap();
        assert_eq!(scored.log_odds.billionths(), -1_250_000_000);
        let trained = trees.score_with(&[MISSING; 3], Missing::AsTrained).unwrap();
        assert_eq!(trained.log_odds.billionths(), -250_000_000); // all to the right
        assert_eq!(Missing::default(), Missing::Riskier);
    }

    #[test]
    fn of_equal_leaves_the_leftmost_is_credited() {
        let mut grower = Grower::new(vec!["a".into(), "b".into()], 0.0).unwrap();
        let parts =
            [split(0, 0, 1, 2), split(1, 0, 3, 4), leaf(1.0, 1.0), leaf(0.0, 1.0), leaf(1.0, 2.0)];
        grower.plant(&parts).unwrap();
        let scored = grower.finish().unwrap().score(&[MISSING; 2]).unwrap();
        // 0.75 at the root; 2/3 to the left of it.
        assert_eq!(billionths(&scored), (1_000_000_000, vec![-83_333_333, 333_333_333]));
    }

    #[test]
    fn a_long_tree_is_read_and_scored_without_a_stack() {
        let depth = 200_000;
        let ones = i64::try_from(depth).unwrap();
        let parts: Vec<Part> = (0..depth)
            .flat_map(|at| {
                let limit = i64::try_from(at).unwrap();
                [split(0, limit, 2 * at + 1, 2 * at + 2), leaf(0.001, 1.0)]
            })
            .chain([leaf(1.0, 1.0)])
            .collect();
        let mut grower = Grower::new(vec!["a".into()], 0.0).unwrap();
        grower.plant(&parts).unwrap();
        let trees = grower.finish().unwrap();
        let million = |ones: i64| trees.score(&[ones * 1_000_000]).unwrap().log_odds.billionths();
        assert_eq!((million(ones - 1), million(ones)), (1_000_000, 1_000_000_000));
        assert_eq!(trees.score(&[MISSING]).unwrap().log_odds.billionths(), 1_000_000_000);
    }

    #[test]
    fn text_is_bounded_and_utf8() {
        let mut limits = Limits::untrusted();
        assert_eq!(as_text(b"tree", limits).unwrap(), "tree");
        let error = as_text(b"{L\xff", limits).unwrap_err();
        assert_eq!(error.code(), ErrorCode::DocumentNotUtf8);
        assert!(error.to_string().contains("byte 2"), "{error}");
        limits.document_bytes_max = 3;
        assert_eq!(as_text(b"tree", limits).unwrap_err().code(), ErrorCode::DocumentTooLarge);
        assert!(as_text(b"tre", limits).is_ok());
    }
}
