//! What a generated history should be found to need, as text that can be kept beside it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::generated::Generated;
use super::land::Signs;

/// The dependencies of a history by the ids of commits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// The last commit that is released.
    pub since: String,
    /// The last commit.
    pub until: String,
    /// How many commits lie between them.
    pub commits: u64,
    /// How many changes they are.
    pub changes: u64,
    /// A change and one that it requires.
    pub requires: BTreeSet<(String, String)>,
    /// A change and one that it only comes after.
    pub after: BTreeSet<(String, String)>,
}

impl Answers {
    /// What is known of a history.
    #[must_use]
    pub fn of(made: &Generated) -> Answers {
        let known = &made.known;
        let ids = |(change, on): (usize, usize)| {
            (known.head(change).to_owned(), known.head(on).to_owned())
        };
        let stated = made.stated.iter().map(|(change, on, _)| ids((*change, *on)));
        let by_line = known.seen.iter().filter(|(_, seen)| seen.values().any(Signs::requires));
        let requires: BTreeSet<_> = by_line.map(|(pair, _)| ids(*pair)).chain(stated).collect();
        let all = known.seen.iter().map(|(pair, _)| ids(*pair));
        Answers {
            since: known.id(made.since).to_owned(),
            until: known.head(known.changes.len().saturating_sub(1)).to_owned(),
            commits: made.commits,
            changes: known.changes.len() as u64,
            after: all.filter(|pair| !requires.contains(pair)).collect(),
            requires,
        }
    }

    /// Everything in which an answer differs: dependencies that are missing, that should not be, or
    /// that are of the other kind. Each is told by the beginnings of two ids, and whether the one
    /// requires the other.
    pub fn wrong<'a>(&self, told: impl Iterator<Item = (&'a str, &'a str, bool)>) -> Vec<String> {
        let pairs = || self.requires.iter().chain(&self.after);
        let ids: BTreeSet<&str> = pairs().flat_map(|(a, b)| [a.as_str(), b.as_str()]).collect();
        let full = |begin: &'a str| {
            let found = ids.range(begin..).next().filter(|id| id.starts_with(begin));
            found.copied().unwrap_or(begin).to_owned()
        };
        let told: BTreeMap<(String, String), bool> =
            told.map(|(change, on, requires)| ((full(change), full(on)), requires)).collect();
        let known: BTreeMap<&(String, String), bool> =
            pairs().map(|pair| (pair, self.requires.contains(pair))).collect();
        let either: BTreeSet<&(String, String)> =
            known.keys().copied().chain(told.keys()).collect();
        let wrong = either.into_iter().filter(|pair| known.get(pair) != told.get(pair));
        wrong
            .map(|pair| format!("{pair:?}: known {:?}, told {:?}", known.get(pair), told.get(pair)))
            .collect()
    }
}
