//! Sets of nodes, one bit each.

use super::Node;
use super::column::number;

/// A set of nodes, one bit each.
///
/// Use it to say which nodes a [`Question`](crate::graph::Question) is about. It grows as nodes are
/// inserted; the question checks that none is out of the graph's range.
///
/// ```
/// use lynchpin::graph::NodeSet;
///
/// let mut set: NodeSet = [7, 2].into_iter().collect();
/// assert!(set.insert(130));
/// assert!(!set.insert(7));
/// assert!(set.remove(2));
/// assert_eq!(set.iter().collect::<Vec<_>>(), [7, 130]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct NodeSet {
    words: Vec<u64>,
}

const fn split(node: Node) -> (usize, u64) {
    ((node >> 6) as usize, 1 << (node & 63))
}

impl NodeSet {
    /// The empty set.
    #[must_use]
    pub const fn new() -> Self {
        Self { words: Vec::new() }
    }

    /// The nodes from 0 up to, but without, `nodes`.
    ///
    /// ```
    /// # use lynchpin::graph::NodeSet;
    /// assert_eq!(NodeSet::all(3).iter().collect::<Vec<_>>(), [0, 1, 2]);
    /// ```
    #[must_use]
    pub fn all(nodes: u32) -> Self {
        let (whole, bit) = split(nodes);
        let mut words = vec![u64::MAX; whole];
        if bit > 1 {
            words.push(bit - 1);
        }
        Self { words }
    }

    /// The empty set with room for the nodes below `nodes`.
    pub(super) fn with_room(nodes: u32) -> Self {
        Self { words: vec![0; nodes.div_ceil(64) as usize] }
    }

    /// Adds a node; `true` if it was not there.
    pub fn insert(&mut self, node: Node) -> bool {
        let (index, bit) = split(node);
        if index >= self.words.len() {
            self.words.resize(index + 1, 0);
        }
        let Some(word) = self.words.get_mut(index) else { return false };
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Takes a node out; `true` if it was there.
    pub fn remove(&mut self, node: Node) -> bool {
        let (index, bit) = split(node);
        let Some(word) = self.words.get_mut(index) else { return false };
        let had = *word & bit != 0;
        *word &= !bit;
        had
    }

    /// Whether the node is in the set.
    #[must_use]
    pub fn contains(&self, node: Node) -> bool {
        let (index, bit) = split(node);
        self.words.get(index).is_some_and(|word| word & bit != 0)
    }

    /// How many nodes there are in the set.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether there is no node in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The nodes, smallest first.
    pub fn iter(&self) -> impl Iterator<Item = Node> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let base = number(index << 6);
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    base + bit
                })
            })
        })
    }

    /// The largest node, if any.
    #[must_use]
    pub fn last(&self) -> Option<Node> {
        let index = self.words.iter().rposition(|&word| word != 0)?;
        let word = self.words.get(index)?;
        Some(number(index << 6) + 63 - word.leading_zeros())
    }

    /// Adds every node of another set.
    pub(super) fn add_all(&mut self, other: &Self) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }
}

impl FromIterator<Node> for NodeSet {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> Self {
        let mut set = Self::new();
        for node in nodes {
            set.insert(node);
        }
        set
    }
}

/// Where each node of a set stands in it, so that a small set inside a huge graph gets its own
/// dense numbers without a column as long as the graph.
#[derive(Debug, Clone)]
pub(super) struct Rank {
    /// Each word with the number of nodes in the words before it.
    words: Vec<(u64, u32)>,
}

impl Rank {
    pub(super) fn new(set: &NodeSet) -> Self {
        let mut before = 0;
        let count = |&word: &u64| {
            let entry = (word, before);
            before += word.count_ones();
            entry
        };
        Self { words: set.words.iter().map(count).collect() }
    }

    /// How many nodes of the set are smaller, if the node is in the set.
    pub(super) fn of(&self, node: Node) -> Option<u32> {
        let (index, bit) = split(node);
        let &(word, before) = self.words.get(index)?;
        (word & bit != 0).then(|| before + (word & (bit - 1)).count_ones())
    }
}
