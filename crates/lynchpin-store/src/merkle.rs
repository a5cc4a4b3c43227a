//! The Merkle tree of RFC 6962: what is in a ledger, in 32 bytes, and proofs of it.
//!
//! A leaf is the SHA-256 of a zero byte and the entry, a node that of a one byte and its two
//! children, so that no node can be passed off as an entry. Positions here count from 0, as the
//! RFC does; ledgers number their entries from 1.
//!
//! Source: RFC 6962, section 2.1; the checks of proofs are those of RFC 9162, section 2.1.

use std::fmt;

use lynchpin::base::Digest;
use sha2::{Digest as _, Sha256};

/// The hash of a leaf, of a node, or of a whole tree.
pub type Hash = Digest;

/// How many leaves a block has: the roots of whole blocks are kept, so that proofs read little.
pub const BLOCK: u64 = 256;

/// The hash of an entry.
///
/// ```
/// use lynchpin_store::merkle;
///
/// assert_ne!(merkle::leaf(b"an entry"), lynchpin::base::Digest::of(b"an entry"));
/// ```
#[must_use]
pub fn leaf(entry: &[u8]) -> Hash {
    let mut hash = Sha256::new_with_prefix([0]);
    hash.update(entry);
    Hash::from_bytes(hash.finalize().into())
}

/// The hash of a node with these children.
#[must_use]
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new_with_prefix([1]);
    hash.update(left.as_bytes());
    hash.update(right.as_bytes());
    Hash::from_bytes(hash.finalize().into())
}

/// The root of a tree without leaves.
#[must_use]
pub fn empty() -> Hash {
    Hash::of(&[])
}

/// A tree that only grows: its size and the roots of the whole subtrees that it consists of.
///
/// ```
/// use lynchpin_store::merkle::{Frontier, leaf, node};
///
/// let mut tree = Frontier::default();
/// tree.push(leaf(b"a"));
/// tree.push(leaf(b"b"));
/// assert_eq!((tree.size(), tree.root()), (2, node(&leaf(b"a"), &leaf(b"b"))));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// From the largest to the smallest, one for each bit of the size.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return empty() };
        peaks.fold(*last, |right, left| node(left, &right))
    }

    /// Adds a leaf; gives the root of the block that it completes, if it does.
    pub fn push(&mut self, leaf: Hash) -> Option<Hash> {
        self.grow(leaf, 1)
    }

    /// Adds a whole block at once by its root. Has no effect within a block, where none can begin.
    pub fn push_block(&mut self, root: Hash) {
        if self.size.is_multiple_of(BLOCK) {
            self.grow(root, BLOCK);
        }
    }

    /// Adds a whole subtree of so many leaves.
    fn grow(&mut self, root: Hash, leaves: u64) -> Option<Hash> {
        let (mut root, mut leaves, mut block) = (root, leaves, None);
        // As in counting on by one in binary: two subtrees of one size become one of the next.
        while self.size & leaves != 0
            && let Some(left) = self.peaks.pop()
        {
            self.size -= leaves;
            root = node(&left, &root);
            leaves = leaves.saturating_mul(2);
            if leaves == BLOCK {
                block = Some(root);
            }
        }
        self.size = self.size.saturating_add(leaves);
        self.peaks.push(root);
        block
    }
}

impl fmt::Debug for Frontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leaves, {}", self.size, self.root())
    }
}

/// The largest power of two below a size of at least 2: where its tree is split.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - size.saturating_sub(1).max(1).leading_zeros())
}

/// The roots of parts of a tree, from wherever they are kept.
pub trait Nodes {
    /// What can go wrong in reading them.
    type Error;

    /// The root of the leaves from one position to before another, which are not more than
    /// a block, or the whole blocks of one subtree.
    ///
    /// # Errors
    ///
    /// If they cannot be read.
    fn root(&mut self, from: u64, to: u64) -> Result<Hash, Self::Error>;
}

/// The root of some leaves, all there.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| {
        tree.push(*leaf);
    });
    tree.root()
}

/// The proof that a leaf is at a position of the tree of the first `size` leaves, from the leaf up.
/// There is none if the position is not in it.
///
/// # Errors
///
/// As of the nodes.
pub fn inclusion<N: Nodes>(
    nodes: &mut N,
    position: u64,
    size: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if position >= size {
        return Ok(None);
    }
    let (mut from, mut to) = (0, size);
    let mut proof = Vec::new();
    while to - from > 1 {
        let middle = from + split(to - from);
        if position < middle {
            proof.push(subtree(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree(nodes, from, middle)?);
            from = middle;
        }
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The proof that the tree of the first `old` leaves is the beginning of that of the first `new`.
/// There is none if the older one is empty, or the larger.
///
/// # Errors
///
/// As of the nodes.
pub fn consistency<N: Nodes>(
    nodes: &mut N,
    old: u64,
    new: u64,
) -> Result<Option<Vec<Hash>>, N::Error> {
    if old == 0 || old > new {
        return Ok(None);
    }
    let (mut from, mut to, mut is_whole) = (0, new, true);
    let mut proof = Vec::new();
    while old != to {
        let middle = from + split(to - from);
        if old <= middle {
            proof.push(subtree(nodes, middle, to)?);
            to = middle;
        } else {
            proof.push(subtree(nodes, from, middle)?);
            from = middle;
            is_whole = false;
        }
    }
    if !is_whole {
        proof.push(subtree(nodes, from, to)?);
    }
    proof.reverse();
    Ok(Some(proof))
}

/// The root of a part of a tree, put together from parts that are kept.
fn subtree<N: Nodes>(nodes: &mut N, from: u64, to: u64) -> Result<Hash, N::Error> {
    let (mut from, mut left) = (from, Vec::new());
    // Down the right edge only: what is to the left of it is whole.
    while to - from > BLOCK && !(to - from).is_power_of_two() {
        let middle = from + split(to - from);
        left.push(nodes.root(from, middle)?);
        from = middle;
    }
    let last = nodes.root(from, to)?;
    Ok(left.iter().rev().fold(last, |right, left| node(left, &right)))
}

/// Whether a proof shows that a leaf is at a position of the tree of that size and root.
///
/// ```
/// use lynchpin_store::merkle::{leaf, node, proves_inclusion};
///
/// let (a, b) = (leaf(b"a"), leaf(b"b"));
/// assert!(proves_inclusion(&b, 1, 2, &[a], &node(&a, &b)));
/// assert!(!proves_inclusion(&b, 0, 2, &[a], &node(&a, &b)));
/// ```
#[must_use]
pub fn proves_inclusion(
    leaf: &Hash,
    position: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> bool {
    if position >= size {
        return false;
    }
    let (mut at, mut last, mut found) = (position, size - 1, *leaf);
    for other in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            found = node(other, &found);
            // At the right edge, levels without a sibling are skipped.
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            found = node(&found, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && found == *root
}

/// Whether a proof shows that a tree is the beginning of another one. The empty tree begins every
/// tree, and a tree itself; both without a proof.
#[must_use]
pub fn proves_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> bool {
    if old == 0 || old == new {
        let same = if old == 0 { *old_root == empty() } else { old_root == new_root };
        return same && proof.is_empty();
    }
    if old > new {
        return false;
    }
    // A whole subtree proves itself: its root is the first hash of the proof.
    let own = old.is_power_of_two().then_some(old_root);
    let mut hashes = own.into_iter().chain(proof);
    let Some(first) = hashes.next() else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut before, mut after) = (*first, *first);
    for other in hashes {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            before = node(other, &before);
            after = node(other, &after);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            after = node(&after, other);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && before == *old_root && after == *new_root
}
