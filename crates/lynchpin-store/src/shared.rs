//! A ledger that any thread may use.
//!
//! # Design
//!
//! Calls take turns. Two callers would wait for ever: a function of the host's that is called
//! while something is signed and calls back, and a forked child whose parent was at work. Both are
//! told instead.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lynchpin::base::{Error, ErrorCode, Result};

use crate::ledger::Ledger;

/// A ledger behind a lock, for the process that opened it.
///
/// ```
/// use lynchpin::base::ErrorCode;
/// use lynchpin_store::{Opening, Shared};
/// use lynchpin_store::store::memory::Memory;
///
/// let mut opening = Opening::default();
/// opening.volatile = true;
/// let ledger = opening.create(Box::new(Memory::default()), "acme.example/releases")?;
/// let shared = Shared::new(ledger);
/// assert_eq!(shared.with(|ledger| Ok(ledger.log().head().size))?, 0);
/// // Who is at work on it already does not wait for himself.
/// let again = shared.with(|_| shared.with(|ledger| ledger.refresh()));
/// assert_eq!(again.unwrap_err().code(), ErrorCode::Reentrant);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub struct Shared {
    ledger: Mutex<Ledger>,
    /// Which thread is at work on it; 0, if none is.
    worker: AtomicUsize,
    process: u32,
}

impl Shared {
    /// A ledger to be shared.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        let (ledger, worker) = (Mutex::new(ledger), AtomicUsize::new(0));
        Shared { ledger, worker, process: std::process::id() }
    }

    /// Whether this is the process that opened it. Waits for nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::StoreForked`] if it is not.
    pub fn check_process(&self) -> Result<()> {
        if std::process::id() == self.process {
            return Ok(());
        }
        let message = "the ledger was opened before this process was forked; open it again";
        Err(Error::new(ErrorCode::StoreForked, message))
    }

    /// Works on the ledger, once nobody else does.
    ///
    /// # Errors
    ///
    /// Those of the body; [`ErrorCode::StoreForked`] in another process than its own,
    /// [`ErrorCode::Reentrant`] if this thread is at work on it already, [`ErrorCode::Broken`] if
    /// somebody panicked at it.
    pub fn with<T>(&self, body: impl FnOnce(&mut Ledger) -> Result<T>) -> Result<T> {
        // First, and without a lock: those of a forked child are as they were in its parent.
        self.check_process()?;
        let own = own_thread();
        if self.worker.load(Ordering::Acquire) == own {
            let message = "what signs or anchors for a ledger must not call that ledger";
            return Err(Error::new(ErrorCode::Reentrant, message));
        }
        let mut ledger = self.ledger.lock().map_err(|_| {
            Error::new(ErrorCode::Broken, "an earlier call panicked: open the ledger again")
        })?;
        let _working = Working::begin(self, own);
        body(&mut ledger)
    }
}

/// Stands for as long as a thread is at work.
struct Working<'a>(&'a Shared);

impl<'a> Working<'a> {
    fn begin(shared: &'a Shared, own: usize) -> Self {
        shared.worker.store(own, Ordering::Release);
        Working(shared)
    }
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.worker.store(0, Ordering::Release);
    }
}

/// A number that no other thread has that lives. The thread's own id would be kept in memory that a
/// thread of another language never gives back.
fn own_thread() -> usize {
    thread_local!(static PLACE: u8 = const { 0 });
    PLACE.with(|place| std::ptr::from_ref(place).addr())
}
