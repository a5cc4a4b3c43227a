//! What can be proved of a log, whoever keeps its rows.

use lynchpin::base::{ErrorCode, Result};
use lynchpin_store::Log;
use lynchpin_store::log::Options;
use lynchpin_store::merkle::{self, BLOCK, Hash};
use lynchpin_store::note::SecretKey;

use crate::logs::{appended, batch, create, facts, options};
use crate::{Check, Ledger, New, ORIGIN};

pub(crate) const CHECKS: &[Check] = &[
    ("roots and proofs hold over the ends of blocks", over_blocks),
    ("a log is the same when it is opened again", opened_again),
    ("a log goes on from what the host kept", goes_on),
];

/// Past the ends of three blocks.
const SIZE: u64 = 800;

/// How logs are opened that sign.
pub(crate) fn signing() -> Options {
    let mut options = options();
    options.signer = Some(Box::new(SecretKey::new(ORIGIN, [7; 32]).unwrap()));
    options
}

pub(crate) fn fill(log: &mut Log, name: &str, from: u64, to: u64) {
    let names: Vec<String> = (from..to).map(|number| format!("{name}-{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for part in names.chunks(150) {
        let _ = appended(log.append(&batch(facts(part), None, 1)));
    }
}

fn leaves(ledger: &Ledger) -> Vec<Hash> {
    let mut leaves = Vec::new();
    let mut check = |row: lynchpin_store::entry::Row| {
        assert_eq!(merkle::leaf(row.bytes.as_ref().unwrap()), row.leaf);
        leaves.push(row.leaf);
        Ok(())
    };
    ledger().rows(1..u64::MAX, &mut check).unwrap();
    leaves
}

fn prefix(leaves: &[Hash], size: u64) -> Hash {
    merkle::root(&leaves[..usize::try_from(size).unwrap()])
}

fn over_blocks(new: New<'_>) {
    let ledger = new();
    let mut log = Log::create(ledger(), ORIGIN, signing()).unwrap();
    fill(&mut log, "C", 0, SIZE);
    let leaves = leaves(&ledger);
    assert_eq!(log.root(), merkle::root(&leaves));
    let key = SecretKey::new(ORIGIN, [7; 32]).unwrap().public().clone();
    let sizes: Vec<u64> = (1..=3).flat_map(|n| [n * BLOCK - 1, n * BLOCK, n * BLOCK + 1]).collect();
    for old in sizes.iter().copied().chain([1, SIZE]) {
        let root = prefix(&leaves, old);
        assert_eq!(log.root_at(old).unwrap(), Some(root));
        for new in sizes.iter().copied().chain([SIZE]).filter(|new| *new >= old) {
            let proof = log.consistency(old, new).unwrap().unwrap();
            let later = prefix(&leaves, new);
            assert!(merkle::proves_consistency(old, &root, new, &later, &proof), "{old}..{new}");
            let is_same = old == new;
            assert_eq!(merkle::proves_consistency(old, &later, new, &root, &proof), is_same);
        }
        let receipt = log.receipt(old).unwrap();
        let proved = receipt.prove(&key).unwrap();
        assert_eq!(proved.entry.place.sequence, old);
        assert_eq!(proved.checkpoint.root, prefix(&leaves, proved.checkpoint.size));
    }
}

fn opened_again(new: New<'_>) {
    let ledger = new();
    let mut log = create(&ledger);
    for (from, to) in [(0, 1), (1, 255), (255, 256), (256, 257), (257, 700)] {
        fill(&mut log, "C", from, to);
        let opened = Log::open(ledger(), options()).unwrap();
        assert_eq!((opened.head(), opened.root()), (log.head(), log.root()));
        assert_eq!(opened.head().size, to);
    }
}

fn goes_on(new: New<'_>) {
    let (ledger, other) = (new(), new());
    let mut log = Log::create(ledger(), ORIGIN, signing()).unwrap();
    fill(&mut log, "A", 0, 300);
    let kept = log.checkpoint().unwrap();
    fill(&mut log, "A", 300, 310);
    let since = |ledger: &Ledger, note: &str| -> Result<u64> {
        let mut options = signing();
        options.since = Some(note.to_owned());
        Log::open(ledger(), options).map(|log| log.head().size)
    };
    assert_eq!(since(&ledger, &kept), Ok(310));
    let code = |result: Result<u64>| result.unwrap_err().code();
    assert_eq!(code(since(&ledger, &kept.replace("300", "301"))), ErrorCode::CheckpointInvalid);

    // A log of the same name and key, in which other facts stand.
    let mut log = Log::create(other(), ORIGIN, signing()).unwrap();
    fill(&mut log, "B", 0, 299);
    assert_eq!(code(since(&other, &kept)), ErrorCode::LedgerRolledBack);
    fill(&mut log, "B", 299, 320);
    assert_eq!(code(since(&other, &kept)), ErrorCode::LedgerTampered);

    // Its newest checkpoint is checked without being asked for.
    let newest = log.newest_checkpoint().unwrap().unwrap();
    assert_eq!(code(since(&ledger, &newest)), ErrorCode::LedgerTampered);
    let mut options = options();
    options.since = Some(kept);
    let keyless = Log::open(ledger(), options).err().map(|error| error.code());
    assert_eq!(keyless, Some(ErrorCode::CheckpointInvalid));
}
