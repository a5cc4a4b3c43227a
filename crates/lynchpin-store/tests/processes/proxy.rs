//! Stands between a store and its server, and cuts the connection where it is told to.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

/// The name that PostgreSQL gives to sockets.
const SOCKET: &str = ".s.PGSQL.5432";

/// Where the next cut is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never hears of the commit.
    BeforeCommit,
    /// The server hears of it, and nobody listens to what it says.
    AfterCommit,
    /// The server has committed and said so; that gets lost.
    Answer,
    /// After so many more bytes to the server.
    Sent(usize),
    /// After so many more bytes from the server.
    Received(usize),
}

/// What is planned, and how many cuts were made.
#[derive(Default)]
struct Plan {
    next: Option<Cut>,
    made: u32,
}

/// A socket that leads to the server.
pub(crate) struct Proxy {
    folder: TempDir,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    /// Begins to pass on what comes; it ends with the process.
    pub(crate) fn start(server: &Path) -> Proxy {
        let folder = tempfile::Builder::new().prefix("proxy").tempdir().expect("a scratch folder");
        let listener = UnixListener::bind(folder.path().join(SOCKET)).expect("a socket");
        let plan = Arc::new(Mutex::new(Plan::default()));
        let (passed, server) = (Arc::clone(&plan), server.join(SOCKET));
        std::thread::spawn(move || accept(&listener, &server, &passed));
        Proxy { folder, plan }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Plans the next cut, instead of one that was not made yet.
    pub(crate) fn plan(&self, cut: Option<Cut>) {
        self.plan.lock().expect("a plan").next = cut;
    }

    /// How many cuts were made.
    pub(crate) fn made(&self) -> u32 {
        self.plan.lock().expect("a plan").made
    }
}

fn accept(listener: &UnixListener, server: &Path, plan: &Arc<Mutex<Plan>>) {
    for client in listener.incoming() {
        let (client, server) =
            (client.expect("a client"), UnixStream::connect(server).expect("the server"));
        let twin = |stream: &UnixStream| stream.try_clone().expect("a second handle");
        let (up, down) = ((twin(&client), twin(&server)), (server, client));
        let (plan_up, plan_down) = (Arc::clone(plan), Arc::clone(plan));
        // Set before the server hears of the commit, whose answer may be faster than the cut.
        let is_deaf = Arc::new(AtomicBool::new(false));
        let hears = Arc::clone(&is_deaf);
        std::thread::spawn(move || pass(up.0, up.1, |bytes| sent(&plan_up, bytes, &is_deaf)));
        std::thread::spawn(move || {
            pass(down.0, down.1, |bytes| {
                if hears.load(Ordering::SeqCst) { Some(0) } else { received(&plan_down, bytes) }
            });
        });
    }
}

/// Passes bytes on until one side ends; `cut` says how many of them, if it is to end now.
fn pass(mut from: UnixStream, mut to: UnixStream, cut: impl Fn(&[u8]) -> Option<usize>) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        let count = cut(&bytes[..count]).map_or(Ok(count), Err);
        let (Ok(passed) | Err(passed)) = count;
        if to.write_all(&bytes[..passed]).is_err() || count.is_err() {
            break;
        }
    }
    for stream in [from, to] {
        // The other direction may have been faster.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// How many of these bytes still reach the server, if the cut is now.
fn sent(plan: &Mutex<Plan>, bytes: &[u8], is_deaf: &AtomicBool) -> Option<usize> {
    let mut plan = plan.lock().expect("a plan");
    let is_commit = bytes.windows(7).any(|part| part == b"COMMIT\0");
    let passed = match plan.next? {
        Cut::BeforeCommit if is_commit => 0,
        Cut::AfterCommit if is_commit => {
            is_deaf.store(true, Ordering::SeqCst);
            bytes.len()
        }
        Cut::Answer if is_commit => {
            // The next bytes that come back are the answer.
            plan.next = Some(Cut::Received(0));
            return None;
        }
        Cut::Sent(left) if left <= bytes.len() => left,
        Cut::Sent(left) => {
            plan.next = Some(Cut::Sent(left - bytes.len()));
            return None;
        }
        Cut::BeforeCommit | Cut::AfterCommit | Cut::Answer | Cut::Received(_) => return None,
    };
    plan.next = None;
    plan.made += 1;
    Some(passed)
}

/// How many of these bytes still reach the store, if the cut is now.
fn received(plan: &Mutex<Plan>, bytes: &[u8]) -> Option<usize> {
    let mut plan = plan.lock().expect("a plan");
    let Some(Cut::Received(left)) = plan.next else { return None };
    if left > bytes.len() {
        plan.next = Some(Cut::Received(left - bytes.len()));
        return None;
    }
    plan.next = None;
    plan.made += 1;
    Some(left)
}
