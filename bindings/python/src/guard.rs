//! The one place where panics stop.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use lynchpin::base::{Error, ErrorCode, Result};

/// Whether an object is in a state that nobody knows, and so refuses to work: for good after a
/// panic, and in every process but its own. A process that was forked has the locks as they were,
/// and whoever held one of them is not there to open it.
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
    /// Runs a body on behalf of the object; a panic breaks the object and becomes an error.
    ///
    /// Unwind safety is asserted because what a panic leaves half done is not used again. The
    /// panic hook is the host's and stays as it is.
    ///
    /// # Errors
    ///
    /// Those of the body; [`ErrorCode::Panic`] if it panicked, [`ErrorCode::Broken`] if one did
    /// before or the object was made before the process was forked.
    pub(crate) fn run<T>(&self, body: impl FnOnce() -> Result<T>) -> Result<T> {
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
        catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
            self.broken.store(true, Ordering::Release);
            let why = message_of(payload);
            let text = format!("the library panicked, which is a defect in it; report it: {why}");
            Err(Error::new(ErrorCode::Panic, text))
        })
    }
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
