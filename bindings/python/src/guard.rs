//! The one place where panics stop.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use lynchpin::base::{Error, ErrorCode, Result};

/// Whether an object is in a state that nobody knows, and so refuses to work: for good after a
/// panic while it was being changed, and in every process but its own. A process that was forked
/// has the locks as they were, and whoever held one of them is not there to open it.
#[derive(Debug)]
pub(crate) struct Guard {
    broken: AtomicBool,
    process: u32,
}

impl Default for Guard {
    fn default() -> Self {
        Guard { broken: AtomicBool::new(false), process: std::process::id() }
    }
}

impl Guard {
    /// Runs a body that changes the object; a panic breaks the object and becomes an error.
    ///
    /// # Errors
    ///
    /// Those of the body; [`ErrorCode::Panic`] if it panicked, [`ErrorCode::Broken`] if one did
    /// before or the object was made before the process was forked.
    pub(crate) fn change<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check()?;
        caught(body, || self.broken.store(true, Ordering::Release))
    }

    /// Runs a body that only reads the object, so that a panic is an error and leaves it whole.
    ///
    /// # Errors
    ///
    /// As for [`Guard::change`].
    pub(crate) fn read<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
        self.check()?;
        caught(body, || {})
    }

    fn check(&self) -> Result<()> {
        if self.process != std::process::id() {
            return Err(Error::new(
                ErrorCode::Broken,
                "this was made before the process was forked: make a new engine in the child, or \
                 let multiprocessing spawn its processes",
            ));
        }
        if self.broken.load(Ordering::Acquire) {
            return Err(Error::new(
                ErrorCode::Broken,
                "an earlier call panicked: make a new object",
            ));
        }
        Ok(())
    }
}

/// Runs a body to its end, or to its panic.
///
/// Unwind safety is asserted because what a panic leaves half done is not used again. The panic
/// hook is the host's and stays as it is.
fn caught<T>(body: impl FnOnce() -> Result<T>, on_panic: impl FnOnce()) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        on_panic();
        let why = message_of(payload);
        let text = format!("the library panicked, which is a defect in it; report it: {why}");
        Err(Error::new(ErrorCode::Panic, text))
    })
}

fn message_of(payload: Box<dyn Any + Send>) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(unknown) => {
            // Dropping what we know nothing about could panic again.
            std::mem::forget(unknown);
            "no message".to_owned()
        }
    }
}
