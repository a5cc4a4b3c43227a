//! How a ledger is opened: keys, and the functions of the host that sign and anchor.

use std::ffi::{c_char, c_void};
use std::ptr;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin_store::Opening;
use lynchpin_store::log::Anchor;
use lynchpin_store::opening::Sign;

use crate::text::lp_str;
use crate::views::{taken, view};

/// Signs a text with ed25519 and writes the 64 bytes of the signature to `signature_out`. Returns 0
/// if it did, else any number, which the error then names.
///
/// It is called while a call on the ledger runs, by the thread of that call, after what it covers
/// was written: no other process waits for it, but other threads with the same ledger do. It must
/// return, throw nothing across it, and not use that ledger, which answers LP_STATUS_REENTRANT; nor
/// wait for a thread that does.
pub type lp_signer = Option<
    unsafe extern "C" fn(
        data: *mut c_void,
        text: *const c_char,
        len: usize,
        signature_out: *mut u8,
    ) -> i32,
>;

/// Passes a signed checkpoint on, to where nobody who can change the ledger can change it: a
/// witness, another machine, mail. Returns 0 if it did, else any number. What holds for lp_signer
/// holds here.
pub type lp_anchor =
    Option<unsafe extern "C" fn(data: *mut c_void, checkpoint: *const c_char, len: usize) -> i32>;

/// How a ledger is opened. Set `struct_size`, and to zero what is not said.
///
/// With neither a secret nor a signer nothing is signed: there are no receipts, and nobody can tell
/// a ledger that was rewritten as a whole from the one that was.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_ledger_options {
    /// `sizeof(lp_ledger_options)`, set by the caller.
    pub struct_size: usize,
    /// 32 random bytes that nobody else knows, by which checkpoints are signed. Copied.
    pub secret: *const u8,
    /// The public key, `name+id+key`, that checkpoints are checked by. May be empty if there is a
    /// secret: then its name is that of the ledger, and a request for the `head` tells it.
    pub key: lp_str,
    /// The last checkpoint that the host kept: a ledger that does not go on from it is not opened.
    pub since: lp_str,
    /// Signs in place of a secret, such as in a hardware module; `key` says for which key.
    pub signer: lp_signer,
    /// What the signer is given. Whatever it leads to must live as long as the ledger, and bear to
    /// be used by whichever thread calls.
    pub signer_data: *mut c_void,
    /// Where each signed checkpoint goes.
    pub anchor: lp_anchor,
    /// What the anchor is given; as for the signer.
    pub anchor_data: *mut c_void,
}

view!(lp_ledger_options, anchor_data: *mut c_void);

impl lp_ledger_options {
    const NONE: lp_ledger_options = lp_ledger_options {
        struct_size: 0,
        secret: ptr::null(),
        key: lp_str::EMPTY,
        since: lp_str::EMPTY,
        signer: None,
        signer_data: ptr::null_mut(),
        anchor: None,
        anchor_data: ptr::null_mut(),
    };
}

/// A pointer of the host's, to be handed back to it.
#[derive(Clone, Copy)]
struct Data(*mut c_void);

// SAFETY: the library never looks at what it leads to; the header says that any thread may get it.
unsafe impl Send for Data {}

impl Data {
    /// Takes the whole, so that a closure holds it and not the bare pointer inside.
    fn get(self) -> *mut c_void {
        self.0
    }
}

/// What the options say.
///
/// # Safety
///
/// `options` is NULL or as the header demands of the caller.
pub(crate) unsafe fn opening(options: *const lp_ledger_options) -> Result<Opening> {
    let mut opening = Opening::default();
    if options.is_null() {
        return Ok(opening);
    }
    // SAFETY: it is not NULL, and set as the header demands.
    let said = unsafe { taken(options, lp_ledger_options::NONE) }?;
    if !said.secret.is_null() {
        // SAFETY: it leads to 32 bytes.
        opening.secret = Some(unsafe { said.secret.cast::<[u8; 32]>().read_unaligned() });
    }
    // SAFETY: strings are readable during the call.
    let (key, since) = unsafe {
        (
            said.key.text(ErrorCode::KeyMalformed, "key")?,
            said.since.text(ErrorCode::CheckpointInvalid, "checkpoint")?,
        )
    };
    opening.key = (!key.is_empty()).then(|| key.to_owned());
    opening.since = (!since.is_empty()).then(|| since.to_owned());
    opening.signer = said.signer.map(|signer| sign_by(signer, Data(said.signer_data)));
    opening.anchor = said.anchor.map(|anchor| anchor_by(anchor, Data(said.anchor_data)));
    Ok(opening)
}

fn sign_by(
    signer: unsafe extern "C" fn(*mut c_void, *const c_char, usize, *mut u8) -> i32,
    data: Data,
) -> Sign {
    Box::new(move |text| {
        let mut signature = [0; 64];
        // SAFETY: the text and the room for a signature are there for as long as it runs; what it
        // may do is said in the header.
        let ended =
            unsafe { signer(data.get(), text.as_ptr().cast(), text.len(), signature.as_mut_ptr()) };
        if ended == 0 {
            return Ok(signature);
        }
        let message = format!("the signer of the host did not sign: it returned {ended}");
        Err(Error::new(ErrorCode::NotSigned, message))
    })
}

fn anchor_by(
    anchor: unsafe extern "C" fn(*mut c_void, *const c_char, usize) -> i32,
    data: Data,
) -> Anchor {
    Box::new(move |checkpoint| {
        // SAFETY: as for a signer.
        let ended = unsafe { anchor(data.get(), checkpoint.as_ptr().cast(), checkpoint.len()) };
        if ended == 0 {
            return Ok(());
        }
        let message = format!("the anchor of the host did not take it: it returned {ended}");
        Err(Error::new(ErrorCode::NotAnchored, message))
    })
}
