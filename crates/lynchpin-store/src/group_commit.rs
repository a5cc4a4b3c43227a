//! One ledger for many threads that append at once.

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::portfolio::Snapshot;

use crate::group::{Commit, Group};
use crate::ledger::Ledger;
use crate::log::{Batch, Outcome};

/// A ledger that any number of threads append to: what they append at the same time is written
/// together, so that the disk is waited for once.
///
/// ```
/// use lynchpin_store::log::Options;
/// use lynchpin_store::store::memory::Memory;
/// use lynchpin_store::{Batch, Draft, GroupCommit, Ledger, Outcome};
///
/// let mut options = Options::default();
/// options.volatile = true;
/// let store = Box::new(Memory::default());
/// let ledger = GroupCommit::new(Ledger::create(store, "acme.example/releases", options)?);
/// let clock = "2026-11-01T09:00:01Z".parse()?;
/// std::thread::scope(|scope| {
///     for who in ["ann", "raj"] {
///         let ledger = &ledger;
///         scope.spawn(move || {
///             let fact = format!("{{\"id\": \"{who}\"}}");
///             let facts = vec![Draft::read("people", fact.as_bytes())?];
///             let outcome = ledger.append(Batch { facts, decided_on: None, clock })?;
///             assert!(matches!(outcome, Outcome::Appended(_)));
///             Ok::<(), lynchpin::base::Error>(())
///         });
///     }
/// });
/// assert_eq!(ledger.with(|ledger| ledger.log().head().size), 2);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub struct GroupCommit(Group<Ledger>);

impl GroupCommit {
    /// Shares a ledger.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        GroupCommit(Group::new(ledger))
    }

    /// Appends a batch, together with what other threads append meanwhile.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::append`].
    pub fn append(&self, batch: Batch) -> Result<Outcome> {
        self.0.write(batch)?
    }

    /// What is known, to be asked while others append.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.0.with(|ledger| ledger.snapshot())
    }

    /// Does something else with the ledger, while nobody appends.
    pub fn with<T>(&self, work: impl FnOnce(&mut Ledger) -> T) -> T {
        self.0.with(work)
    }

    /// The ledger, no longer shared.
    #[must_use]
    pub fn into_inner(self) -> Ledger {
        self.0.into_inner()
    }
}

impl Commit for Ledger {
    type Item = Batch;
    type Done = Result<Outcome>;
    type Fault = Error;

    fn commit(&mut self, items: Vec<Batch>) -> Result<Vec<Result<Outcome>>> {
        self.append_all(&items)
    }

    fn panicked() -> Error {
        let message = "a thread panicked while it wrote this: open the ledger again, and append \
                       the same again";
        Error::new(ErrorCode::StoreFailed, message)
    }
}
