//! Trees as they were read, put in order and given worths.

use std::collections::BTreeSet;

use super::Trees;
use super::node::{Node, Split, Test};
use crate::base::error::{ErrorCode, Problem, Result, shown};
use crate::base::limits::{TREE_FEATURES_MAX, TREE_NODES_MAX};
use crate::risk::float::{real, rounded};

/// The largest worth of a leaf, and of what a model begins with, in log-odds: a probability is 0 or
/// 1 to all digits beyond 40. A term is at most twice that for each node there may be, and with the
/// baseline it stays below the end of the numbers.
pub(super) const LOG_ODDS_MAX: f64 = 1_000.0;

/// A node as a tool numbers it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// What it adds, and how much of the training ended there.
    Leaf {
        log_odds: f64,
        weight: f64,
    },
    Split {
        feature: usize,
        test: Test,
        left: usize,
        right: usize,
    },
}

/// What is wrong with a tree: the number of the part, and the problem without its place.
pub(super) type Fault = (usize, Problem);

/// A model while its trees are read.
pub(super) struct Grower(Trees);

impl Grower {
    /// A model of these features that begins with some log-odds and has no trees yet.
    pub(super) fn new(names: Vec<String>, base: f64) -> Result<Grower, Problem> {
        check_count("features", names.len(), TREE_FEATURES_MAX)?;
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            let message = format!("two features are called `{}`: name them apart", shown(twice));
            return Err(Problem::new(ErrorCode::DuplicateKey, message));
        }
        let baseline = billionths(base)?;
        let (roots, nodes, sets) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Grower(Trees { names, baseline, roots, nodes, sets }))
    }

    /// Keeps words of sets of categories, and says the number of the first of them.
    pub(super) fn keep(&mut self, words: &[u32]) -> Option<u32> {
        let first = u32::try_from(self.0.sets.len()).ok()?;
        self.0.sets.extend_from_slice(words);
        Some(first)
    }

    /// Adds a tree, whose root is its first part. Parts that nothing leads to are left out.
    pub(super) fn plant(&mut self, parts: &[Part]) -> Result<(), Fault> {
        let root = self.0.nodes.len();
        let weights = self.lay(parts)?;
        self.weigh(root, &weights);
        let Trees { baseline, roots, nodes, .. } = &mut self.0;
        *baseline = baseline.saturating_add(nodes.get(root).map_or(0, |node| node.value));
        roots.push(root);
        Ok(())
    }

    /// The whole model.
    pub(super) fn finish(self) -> Result<Trees, Problem> {
        if self.0.roots.is_empty() {
            let message = "the model has no trees: nothing was learned, so it scores nothing";
            return Err(Problem::new(ErrorCode::Empty, message));
        }
        Ok(self.0)
    }

    /// Lays the parts out so that each comes before its children and the left one is next to it;
    /// returns the weight of each in that order, zero for splits.
    fn lay(&mut self, parts: &[Part]) -> Result<Vec<f64>, Fault> {
        let Trees { names, nodes, .. } = &mut self.0;
        let mut met = vec![false; parts.len()];
        let mut weights = Vec::with_capacity(parts.len());
        // Parts to be laid, the next one last, each with the node that it is the right child of.
        let mut open = vec![(0, None)];
        while let Some((number, parent)) = open.pop() {
            let at = nodes.len();
            let (Some(part), Some(met)) = (parts.get(number), met.get_mut(number)) else {
                let message = "it leads to a node that the tree does not have";
                return Err((number, Problem::new(ErrorCode::NumberOutOfRange, message)));
            };
            if std::mem::replace(met, true) {
                let message = "two ways lead to it: the children of each node must be its own";
                return Err((number, Problem::new(ErrorCode::BadArgument, message)));
            }
            if at >= TREE_NODES_MAX {
                let message = format!("more than {TREE_NODES_MAX} nodes in all: train fewer trees");
                return Err((number, Problem::new(ErrorCode::ListTooLong, message)));
            }
            if let Some(split) = parent.and_then(|parent| split_of(nodes, parent)) {
                split.right = u32::try_from(at).unwrap_or(u32::MAX);
            }
            let (node, weight) = node(part, names.len()).map_err(|problem| (number, problem))?;
            nodes.push(node);
            weights.push(weight);
            if let Part::Split { left, right, .. } = *part {
                open.extend([(right, Some(at)), (left, None)]);
            }
        }
        Ok(weights)
    }

    /// Says what the splits of the tree are worth that was laid last, from the leaves up.
    fn weigh(&mut self, root: usize, weights: &[f64]) {
        let nodes = &mut self.0.nodes;
        // What ended below each node, and its sum of log-odds by that.
        let mut below: Vec<(f64, f64)> = weights.iter().map(|weight| (*weight, 0.0)).collect();
        for place in (0..weights.len()).rev() {
            let at = root.saturating_add(place);
            let Some(node) = nodes.get(at).copied() else { continue };
            let Some(split) = node.split else {
                if let Some((weight, sum)) = below.get_mut(place) {
                    *sum = *weight * real(node.value);
                }
                continue;
            };
            let children = [at.saturating_add(1), split.right()];
            let [left, right] =
                children.map(|it| below.get(it.saturating_sub(root)).copied().unwrap_or_default());
            let (weight, sum) = (left.0 + right.0, left.1 + right.1);
            let [low, high] = children.map(|it| nodes.get(it).map_or(0, |child| child.value));
            let value = if weight > 0.0 { rounded(sum / weight) } else { low.midpoint(high) };
            if let (Some(node), Some(below)) = (nodes.get_mut(at), below.get_mut(place)) {
                node.value = value;
                *below = (weight, sum);
            }
        }
    }
}

/// Refuses more of something than is taken, before any of it is made.
pub(super) fn check_count(what: &str, found: usize, most: usize) -> Result<(), Problem> {
    if found <= most {
        return Ok(());
    }
    let message = format!("{found} {what}, at most {most} are taken: train with fewer");
    Err(Problem::new(ErrorCode::ListTooLong, message))
}

fn split_of(nodes: &mut [Node], at: usize) -> Option<&mut Split> {
    nodes.get_mut(at)?.split.as_mut()
}

/// A part as a node that does not yet know its right child nor, if it splits, what it is worth.
fn node(part: &Part, features: usize) -> Result<(Node, f64), Problem> {
    match *part {
        Part::Leaf { log_odds, weight } => {
            if !(weight.is_finite() && weight >= 0.0) {
                let message = format!("the weight of a leaf is {weight}, and must not be negative");
                return Err(Problem::new(ErrorCode::NumberOutOfRange, message));
            }
            Ok((Node { value: billionths(log_odds)?, split: None }, weight))
        }
        Part::Split { feature, test, .. } => {
            let number = u32::try_from(feature).ok().filter(|_| feature < features);
            let feature = number.ok_or_else(|| {
                let message = format!("it asks for feature {feature}, and there are {features}");
                Problem::new(ErrorCode::NumberOutOfRange, message)
            })?;
            let split = Split { feature, right: 0, test };
            Ok((Node { value: 0, split: Some(split) }, 0.0))
        }
    }
}

pub(super) fn billionths(log_odds: f64) -> Result<i64, Problem> {
    if log_odds.is_finite() && log_odds.abs() <= LOG_ODDS_MAX {
        return Ok(rounded(log_odds * 1e9));
    }
    let message = format!("log-odds of {log_odds}, and beyond {LOG_ODDS_MAX} none are taken");
    Err(Problem::new(ErrorCode::NumberOutOfRange, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grower() -> Grower {
        Grower::new(vec!["a".into()], 0.0).unwrap()
    }

    fn split(feature: usize, left: usize, right: usize) -> Part {
        let test = Test::AtMost { limit: 0, missing_goes_left: false, zero_is_missing: false };
        Part::Split { feature, test, left, right }
    }

    fn leaf(log_odds: f64, weight: f64) -> Part {
        Part::Leaf { log_odds, weight }
    }

    #[test]
    fn what_is_no_tree_is_refused_where_it_is_none() {
        let fine = leaf(0.0, 1.0);
        let out_of_range = ErrorCode::NumberOutOfRange;
        for (parts, at, code) in [
            (vec![], 0, out_of_range),
            (vec![split(0, 1, 2), fine], 2, out_of_range),
            (vec![split(0, 0, 1), fine], 0, ErrorCode::BadArgument),
            (vec![split(0, 1, 1), fine], 1, ErrorCode::BadArgument),
            (vec![split(0, 1, 2), fine, split(0, 1, 3), fine], 1, ErrorCode::BadArgument),
            (vec![split(1, 1, 2), fine, fine], 0, out_of_range),
            (vec![split(0, 1, 2), fine, leaf(1_000.000_001, 1.0)], 2, out_of_range),
            (vec![split(0, 1, 2), leaf(f64::NAN, 1.0), fine], 1, out_of_range),
            (vec![split(0, 1, 2), leaf(0.0, -1.0), fine], 1, out_of_range),
            (vec![leaf(0.0, f64::INFINITY)], 0, out_of_range),
        ] {
            let (found, problem) = grower().plant(&parts).unwrap_err();
            assert_eq!((found, problem.code), (at, code), "{parts:?}: {problem}");
        }
    }

    #[test]
    fn features_and_what_a_model_begins_with_are_bounded() {
        let names = |count: usize| (0..count).map(|number| number.to_string()).collect();
        let refused = |names, base| Grower::new(names, base).err().map(|problem| problem.code);
        assert_eq!(refused(names(TREE_FEATURES_MAX), 0.0), None);
        let too_many = refused(names(TREE_FEATURES_MAX + 1), 0.0);
        assert_eq!(too_many, Some(ErrorCode::ListTooLong));
        let twice = vec!["a".into(), "b".into(), "a".into()];
        assert_eq!(refused(twice, 0.0), Some(ErrorCode::DuplicateKey));
        assert_eq!(refused(names(1), -1_000.0), None);
        assert_eq!(refused(names(1), 1_001.0), Some(ErrorCode::NumberOutOfRange));
        assert_eq!(grower().finish().unwrap_err().code, ErrorCode::Empty);
    }

    /// The largest terms there can be are far enough from the end of the numbers.
    #[test]
    fn no_sum_of_terms_can_leave_the_numbers() {
        let nodes = i128::try_from(TREE_NODES_MAX).unwrap();
        let trees = i128::try_from(crate::base::limits::TREES_MAX).unwrap();
        let most = i128::from(rounded(LOG_ODDS_MAX * 1e9));
        assert!((2 * nodes + trees + 1) * most < i128::from(i64::MAX));
    }

    #[test]
    fn so_many_nodes_are_taken_and_no_more() {
        let mut grower = grower();
        let full = vec![Node { value: 0, split: None }; TREE_NODES_MAX - 1];
        grower.0.nodes = full;
        assert!(grower.plant(&[leaf(1.0, 1.0)]).is_ok());
        let (_, problem) = grower.plant(&[leaf(1.0, 1.0)]).unwrap_err();
        assert_eq!(problem.code, ErrorCode::ListTooLong);
    }

    #[test]
    fn errors_show_the_start_of_a_word_and_nothing_that_cannot_be_printed() {
        assert_eq!(shown("a\n\u{1b}"), "a\\n\\u{1b}");
        assert_eq!(shown(&"x".repeat(41)), "x".repeat(40));
    }

    #[test]
    fn leaves_are_rounded_once() {
        let mut grower = grower();
        grower.plant(&[split(0, 1, 2), leaf(-1.5e-9, 3.0), leaf(0.4e-9, 1.0)]).unwrap();
        let values: Vec<i64> = grower.0.nodes.iter().map(|node| node.value).collect();
        assert_eq!(values, [-2, -2, 0]); // -1.5 at the root, half away from zero
    }
}
