//! Others append between any two calls, which whoever reads must not take for damage.

use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lynchpin::base::Result;
use lynchpin_store::entry::Row;
use lynchpin_store::merkle::{BLOCK, Hash};
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::{Durability, Head, Note, Store, Transaction};
use lynchpin_store::{Log, verify};

use super::ORIGIN;
use super::proofs::{fill, signing};

/// A store on which something is done before one of the calls.
struct Between {
    store: Memory,
    /// How many calls are left until then.
    left: i64,
    act: Box<dyn FnMut() + Send>,
}

impl Between {
    fn called(&mut self) -> &mut Memory {
        self.left -= 1;
        if self.left == -1 {
            (self.act)();
        }
        &mut self.store
    }
}

impl Store for Between {
    fn origin(&mut self) -> Result<Option<String>> {
        self.called().origin()
    }

    fn begin(&mut self, origin: &str) -> Result<String> {
        self.called().begin(origin)
    }

    fn durability(&mut self) -> Result<Durability> {
        self.called().durability()
    }

    fn head(&mut self) -> Result<Head> {
        self.called().head()
    }

    fn rows(&mut self, range: Range<u64>, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.called().rows(range, each)
    }

    fn leaves(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        self.called().leaves(range)
    }

    fn blocks(&mut self, range: Range<u64>) -> Result<Vec<Hash>> {
        self.called().blocks(range)
    }

    /// Asked for every row, where it makes no difference when others append.
    fn find(&mut self, key: &Hash) -> Result<Option<u64>> {
        self.store.find(key)
    }

    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Transaction) -> Result<()>) -> Result<()> {
        self.called().write(work)
    }

    fn note(&mut self, kind: Note) -> Result<Option<(u64, Vec<u8>)>> {
        self.called().note(kind)
    }

    fn keep(&mut self, kind: Note, size: u64, note: &[u8]) -> Result<()> {
        self.called().keep(kind, size, note)
    }
}

/// Does something on a ledger of a few entries, while before each of its calls in turn others
/// append so many and sign that; how many calls there are.
fn before_each_call(more: u64, work: &dyn Fn(Between)) -> i64 {
    for number in 0.. {
        let store = Memory::default();
        let mut log = Log::create(Box::new(store.clone()), ORIGIN, signing()).unwrap();
        fill(&mut log, "C", 0, BLOCK - 2);
        log.checkpoint().unwrap();
        let acted = Arc::new(AtomicBool::new(false));
        let done = acted.clone();
        let act = Box::new(move || {
            fill(&mut log, "D", 0, more);
            log.checkpoint().unwrap();
            done.store(true, Ordering::Relaxed);
        });
        work(Between { store, left: number, act });
        if !acted.load(Ordering::Relaxed) {
            return number;
        }
    }
    0
}

#[test]
fn a_log_is_opened_while_others_append() {
    for more in [1, 2, 3, 2 * BLOCK] {
        let opened = Cell::new((0_u32, 0_u32));
        let calls = before_each_call(more, &|store| {
            let mut log = Log::open(Box::new(store), signing()).unwrap();
            let size = log.head().size;
            assert!([BLOCK - 2, BLOCK - 2 + more].contains(&size), "{size}");
            let (earlier, later) = opened.get();
            let is_later = u32::from(size > BLOCK - 2);
            opened.set((earlier + 1 - is_later, later + is_later));
            log.refresh().unwrap();
            assert!(log.receipt(size).is_ok());
        });
        let (earlier, later) = opened.get();
        assert!(calls >= 8 && earlier > 1 && later > 1, "{calls} calls, {earlier} and {later}");
    }
}

#[test]
fn a_ledger_is_verified_while_others_append() {
    for more in [1, 2, 2 * BLOCK] {
        let calls = before_each_call(more, &|mut store| {
            let key = signing().signer.unwrap().key().clone();
            let verified = verify::store(&mut store, Some(ORIGIN), Some(&key), &[]).unwrap();
            assert_eq!(verified.findings, []);
        });
        assert!(calls >= 20, "{calls} calls");
    }
}
