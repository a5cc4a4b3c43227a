//! The tree against its definition, and against an implementation that others wrote.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(clippy::indexing_slicing, reason = "a test knows what it made")]

mod chance;

use std::collections::HashMap;
use std::convert::Infallible;

use chance::{Chance, cases};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use lynchpin_store::merkle::{
    self, BLOCK, Frontier, Hash, Nodes, consistency, inclusion, proves_consistency,
    proves_inclusion,
};
use sha2::{Digest as _, Sha256};

/// The hash of a tree, as RFC 6962 defines it in section 2.1.
fn mth(entries: &[Vec<u8>]) -> [u8; 32] {
    match entries {
        [] => Sha256::digest([]).into(),
        [one] => Sha256::new_with_prefix([0]).chain_update(one).finalize().into(),
        more => {
            let (left, right) = more.split_at(largest_power_below(more.len()));
            Sha256::new_with_prefix([1])
                .chain_update(mth(left))
                .chain_update(mth(right))
                .finalize()
                .into()
        }
    }
}

/// The largest power of two smaller than a number of at least 2.
fn largest_power_below(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

/// The audit path of an entry, as section 2.1.1 defines it.
fn path(m: usize, entries: &[Vec<u8>]) -> Vec<[u8; 32]> {
    if entries.len() <= 1 {
        return Vec::new();
    }
    let k = largest_power_below(entries.len());
    let (left, right) = entries.split_at(k);
    let (mut out, other) =
        if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
    out.push(other);
    out
}

/// The consistency proof of two trees, as section 2.1.2 defines it.
fn subproof(m: usize, entries: &[Vec<u8>], is_whole: bool) -> Vec<[u8; 32]> {
    if m == entries.len() {
        return if is_whole { Vec::new() } else { vec![mth(entries)] };
    }
    let k = largest_power_below(entries.len());
    let (left, right) = entries.split_at(k);
    let (mut out, other) = if m <= k {
        (subproof(m, left, is_whole), mth(right))
    } else {
        (subproof(m - k, right, false), mth(left))
    };
    out.push(other);
    out
}

/// A tree whose leaves are in memory, with the roots of parts that were asked for.
struct Leaves(Vec<Hash>, HashMap<(u64, u64), Hash>);

impl Nodes for Leaves {
    type Error = Infallible;

    fn root(&mut self, from: u64, to: u64) -> Result<Hash, Infallible> {
        assert!(
            to - from <= BLOCK || (from.is_multiple_of(BLOCK) && to.is_multiple_of(BLOCK)),
            "only whole blocks"
        );
        let parts = &self.0[size(from)..size(to)];
        Ok(*self.1.entry((from, to)).or_insert_with(|| merkle::root(parts)))
    }
}

fn size(number: u64) -> usize {
    usize::try_from(number).expect("a size")
}

fn number(size: usize) -> u64 {
    u64::try_from(size).expect("a number")
}

fn bytes(hashes: &[Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| *hash.as_bytes()).collect()
}

fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|at| format!("entry {at}").into_bytes()).collect()
}

fn leaves(entries: &[Vec<u8>]) -> Leaves {
    Leaves(entries.iter().map(|entry| merkle::leaf(entry)).collect(), HashMap::new())
}

fn path_of(tree: &mut Leaves, at: usize, n: usize) -> Vec<Hash> {
    let Ok(proof) = inclusion(tree, number(at), number(n));
    proof.expect("a proof")
}

fn steps_of(tree: &mut Leaves, old: usize, new: usize) -> Vec<Hash> {
    let Ok(proof) = consistency(tree, number(old), number(new));
    proof.expect("a proof")
}

/// The root of the first so many leaves, put together in one go.
fn root_of(tree: &mut Leaves, n: usize) -> Hash {
    let leaves = &tree.0[..n];
    *tree.1.entry((0, number(n))).or_insert_with(|| merkle::root(leaves))
}

/// Everything about one size, against the definition.
fn check_inclusion(tree: &mut Leaves, all: &[Vec<u8>], at: usize, n: usize, root: &Hash) {
    let found = path_of(tree, at, n);
    assert_eq!(bytes(&found), path(at, &all[..n]), "{at} of {n}");
    assert!(proves_inclusion(&tree.0[at], number(at), number(n), &found, root), "{at} of {n}");
}

fn check_consistency(tree: &mut Leaves, all: &[Vec<u8>], (old, new): (usize, usize)) {
    let found = steps_of(tree, old, new);
    assert_eq!(bytes(&found), subproof(old, &all[..new], true), "{old} to {new}");
    let (before, after) = (root_of(tree, old), root_of(tree, new));
    assert!(proves_consistency(number(old), &before, number(new), &after, &found), "{old}, {new}");
}

#[test]
fn small_trees_are_as_defined() {
    let all = entries(70);
    let mut tree = leaves(&all);
    let mut grown = Frontier::default();
    for n in 0..=70 {
        let root = merkle::root(&tree.0[..n]);
        assert_eq!(*root.as_bytes(), mth(&all[..n]), "{n}");
        assert_eq!((grown.size(), grown.root()), (number(n), root));
        (0..n).for_each(|at| check_inclusion(&mut tree, &all, at, n, &root));
        (1..=n).for_each(|old| check_consistency(&mut tree, &all, (old, n)));
        assert_eq!(inclusion(&mut tree, number(n), number(n)), Ok(None));
        assert_eq!(consistency(&mut tree, 0, number(n)), Ok(None));
        assert_eq!(consistency(&mut tree, number(n) + 1, number(n)), Ok(None));
        assert!(proves_consistency(0, &merkle::empty(), number(n), &root, &[]));
        assert_eq!(proves_consistency(0, &root, number(n), &root, &[]), n == 0);
        if let Some(leaf) = tree.0.get(n) {
            assert_eq!(grown.push(*leaf), None, "no block is whole");
        }
    }
}

#[test]
fn larger_trees_are_as_defined() {
    let mut chance = Chance::new(1);
    let all = entries(2_000);
    let mut tree = leaves(&all);
    let block = size(BLOCK);
    let mut sizes = vec![block - 1, block, block + 1, 2 * block, 2 * block + 1, 4 * block - 1];
    sizes.extend([4 * block, 4 * block + 1, 6 * block, 7 * block, 7 * block + 1, 2_000]);
    sizes.extend((0..cases(20).min(2_000)).map(|_| chance.place(1_999) + 1));
    for n in sizes {
        let root = merkle::root(&tree.0[..n]);
        assert_eq!(*root.as_bytes(), mth(&all[..n]), "{n}");
        let mut places = vec![0, n - 1, chance.place(n), chance.place(n)];
        places.extend((block..n).step_by(block).flat_map(|at| [at - 1, at]));
        for at in places {
            check_inclusion(&mut tree, &all, at, n, &root);
            check_consistency(&mut tree, &all, (at + 1, n));
        }
    }
}

#[test]
fn blocks_stand_for_their_leaves() {
    let tree = leaves(&entries(2_000));
    let (mut whole, mut parts) = (Frontier::default(), Frontier::default());
    let mut roots = Vec::new();
    for (at, leaf) in tree.0.iter().enumerate() {
        let block = whole.push(*leaf);
        assert_eq!(block.is_some(), (number(at) + 1).is_multiple_of(BLOCK));
        roots.extend(block);
    }
    for (at, root) in roots.iter().enumerate() {
        let from = at * size(BLOCK);
        assert_eq!(*root, merkle::root(&tree.0[from..from + size(BLOCK)]));
        parts.push_block(*root);
    }
    tree.0[roots.len() * size(BLOCK)..].iter().for_each(|leaf| {
        parts.push(*leaf);
    });
    assert_eq!(parts, whole);
    let before = parts.clone();
    parts.push_block(roots[0]);
    assert_eq!(parts, before, "no block begins within another");
}

#[test]
fn others_accept_our_proofs_and_we_theirs() {
    let mut chance = Chance::new(2);
    let all = entries(700);
    let mut tree = leaves(&all);
    let mut peer = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    let mut roots: Vec<RootHash<Sha256>> = vec![peer.root()];
    for (n, entry) in all.iter().enumerate().map(|(at, entry)| (at + 1, entry)) {
        peer.push(entry.clone());
        let root = root_of(&mut tree, n);
        assert_eq!(peer.root().as_bytes().as_slice(), root.as_bytes());
        roots.push(peer.root());
        for at in [n - 1, chance.place(n)] {
            let (ours, theirs) = (path_of(&mut tree, at, n), peer.prove_inclusion(at));
            assert_eq!(theirs.as_bytes(), bytes(&ours).concat());
            let ours = InclusionProof::try_from_bytes(bytes(&ours).concat()).expect("hashes");
            roots[n].verify_inclusion(entry_at(&all, at), number(at), &ours).expect("it proves");
            let old = at + 1;
            if old < n {
                let ours = bytes(&steps_of(&mut tree, old, n)).concat();
                assert_eq!(peer.prove_consistency(n - old).as_bytes(), ours);
                let ours = ConsistencyProof::try_from_bytes(ours).expect("hashes");
                roots[n].verify_consistency(&roots[old], &ours).expect("it proves");
            }
        }
    }
}

fn entry_at(all: &[Vec<u8>], at: usize) -> &Vec<u8> {
    &all[at]
}

/// A claim that a proof is to support.
#[derive(Clone, PartialEq)]
struct Claim {
    leaf: Hash,
    /// Position and size, or both sizes.
    sizes: [u64; 2],
    /// The root, or both.
    roots: [Hash; 2],
    proof: Vec<Hash>,
}

impl Claim {
    fn includes(&self) -> bool {
        proves_inclusion(&self.leaf, self.sizes[0], self.sizes[1], &self.proof, &self.roots[1])
    }

    fn continues(&self) -> bool {
        let ([old, new], [before, after]) = (self.sizes, &self.roots);
        proves_consistency(old, before, new, after, &self.proof)
    }

    /// Changes something.
    fn forge(&mut self, chance: &mut Chance, known: &[Hash], roots: &[Hash]) {
        let flip = |hash: &Hash, chance: &mut Chance| {
            let mut bytes = *hash.as_bytes();
            bytes[chance.place(32)] ^= 1 << chance.below(8);
            Hash::from_bytes(bytes)
        };
        let length = self.proof.len();
        let any = chance.place(length.max(1));
        match chance.below(13) {
            0 if length > 0 => self.proof[any] = flip(&self.proof[any], chance),
            1 if length > 0 => drop(self.proof.remove(any)),
            2 => self.proof.insert(any, known[chance.place(known.len())]),
            3 if length > 1 => self.proof.swap(any, chance.place(length)),
            4 if length > 0 => self.proof[any] = known[chance.place(known.len())],
            5 => self.leaf = known[chance.place(known.len())],
            6 => self.leaf = flip(&self.leaf, chance),
            7 => {
                let which = chance.place(2);
                self.roots[which] = flip(&self.roots[which], chance);
            }
            8 => self.sizes[0] = chance.below(self.sizes[1].saturating_add(2)),
            9 => self.sizes[1] = chance.below(2_000),
            // Another size with the root that it has.
            which @ (11 | 12) => {
                let which = size(which - 11);
                let n = chance.place(roots.len());
                (self.sizes[which], self.roots[which]) = (number(n), roots[n]);
            }
            _ => self.sizes[chance.place(2)] ^= 1 << chance.below(64),
        }
    }
}

/// Whether the sizes of a claim have the roots that it says: whoever has a signed checkpoint knows
/// that they do.
fn has_its_roots(claim: &Claim, roots: &[Hash], is_inclusion: bool) -> bool {
    let has = |at: usize| usize::try_from(claim.sizes[at]).ok().and_then(|n| roots.get(n));
    has(1) == Some(&claim.roots[1]) && (is_inclusion || has(0) == Some(&claim.roots[0]))
}

/// What an honest prover says for the same sizes.
fn honest(claim: &Claim, tree: &mut Leaves, is_inclusion: bool) -> Option<Claim> {
    let [a, b] = claim.sizes;
    let (leaf, proof) = if is_inclusion {
        let Ok(proof) = inclusion(tree, a, b);
        (*tree.0.get(usize::try_from(a).ok()?)?, proof?)
    } else {
        let Ok(proof) = consistency(tree, a, b);
        (claim.leaf, proof.unwrap_or_default())
    };
    Some(Claim { leaf, proof, ..claim.clone() })
}

#[test]
fn no_forged_proof_is_accepted() {
    let mut chance = Chance::new(3);
    let all = entries(600);
    let mut tree = leaves(&all);
    let roots: Vec<Hash> = (0..=600).map(|n| root_of(&mut tree, n)).collect();
    let (mut tried, mut same, mut unsigned) = (0_u64, 0_u64, 0_u64);
    for _ in 0..cases(20_000) {
        let n = chance.place(600) + 1;
        let at = chance.place(n);
        let (leaf, proof) = (tree.0[at], path_of(&mut tree, at, n));
        let sizes = [number(at), number(n)];
        let one = Claim { leaf, sizes, roots: [merkle::empty(), roots[n]], proof };
        let proof = steps_of(&mut tree, at + 1, n);
        let sizes = [number(at + 1), number(n)];
        let other = Claim { leaf, sizes, roots: [roots[at + 1], roots[n]], proof };
        assert!(one.includes() && other.continues());
        for (real, is_inclusion) in [(one, true), (other, false)] {
            let mut forged = real.clone();
            (0..=chance.below(3)).for_each(|_| forged.forge(&mut chance, &tree.0, &roots));
            tried += 1;
            let says = if is_inclusion { forged.includes() } else { forged.continues() };
            if !says {
                continue;
            }
            if has_its_roots(&forged, &roots, is_inclusion) {
                // It is another true claim, or what was changed has no part in it.
                same += 1;
                assert!(honest(&forged, &mut tree, is_inclusion).as_ref() == Some(&forged));
            } else {
                // A path has the same turns in trees of several sizes, so a size that its root
                // does not have can pass. Nothing else was changed then, and nobody signs it.
                unsigned += 1;
                let (roots, leaf) = (real.roots, real.leaf);
                let resized = Claim { sizes: forged.sizes, leaf, roots, proof: real.proof };
                assert_eq!(resized.proof, forged.proof);
                assert!(!is_inclusion || resized.leaf == forged.leaf);
                assert_eq!(resized.roots[1], forged.roots[1]);
            }
        }
    }
    assert!(tried > same + unsigned, "most are refused");
    println!("{tried} forged proofs: {same} say the same, {unsigned} have a size without its root");
}
