//! How a ledger is opened from another language: keys as texts, a signer as a function.

use lynchpin::base::{Error, ErrorCode, Result};

use crate::ledger::Ledger;
use crate::log::{Anchor, Options};
use crate::note::{NoteKey, NoteSigner, SecretKey};
use crate::store::Store;

/// Signs a text with ed25519: 64 bytes.
pub type Sign = Box<dyn Fn(&[u8]) -> Result<[u8; 64]> + Send>;

/// How a ledger is opened. Every field may be left out.
///
/// ```
/// use lynchpin_store::Opening;
/// use lynchpin_store::store::memory::Memory;
///
/// let (origin, store) = ("acme.example/releases", Memory::default());
/// let mut opening = Opening::default();
/// opening.secret = Some([7; 32]);
/// opening.volatile = true;
/// let mut ledger = opening.create(Box::new(store), origin)?;
/// assert!(ledger.log_mut().checkpoint()?.starts_with("acme.example/releases\n0\n"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Default)]
#[non_exhaustive]
pub struct Opening {
    /// Signs checkpoints in this process: 32 random bytes that nobody else knows.
    pub secret: Option<[u8; 32]>,
    /// Signs checkpoints wherever the key is kept, in place of a secret. Needs `key`.
    pub signer: Option<Sign>,
    /// The public key, `name+id+key`: of the signer, or of whoever else signs. With a secret it may
    /// be left out; its name is that of the ledger then.
    pub key: Option<String>,
    /// Where signed checkpoints go.
    pub anchor: Option<Anchor>,
    /// The last checkpoint that the host kept: the ledger must go on from there.
    pub since: Option<String>,
    /// Whether less than a store that outlives the power will do.
    pub volatile: bool,
}

impl Opening {
    /// Begins a ledger of that name in an empty store, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::create`]; [`ErrorCode::KeyMalformed`] if a key is none, or the keys given
    /// contradict each other.
    pub fn create(self, store: Box<dyn Store>, origin: &str) -> Result<Ledger> {
        Ledger::create(store, origin, self.options(origin)?)
    }

    /// Opens the ledger that is there.
    ///
    /// # Errors
    ///
    /// As for [`Ledger::open`] and [`Opening::create`].
    pub fn open(self, store: Box<dyn Store>) -> Result<Ledger> {
        let mut store = store;
        let options = match store.origin()? {
            Some(origin) => self.options(&origin)?,
            None => Options::default(),
        };
        Ledger::open(store, options)
    }

    fn options(self, origin: &str) -> Result<Options> {
        let Opening { secret, signer, key, anchor, since, volatile } = self;
        let key = key.map(|key| key.parse::<NoteKey>()).transpose()?;
        let wrong = |why: &str| Err(Error::new(ErrorCode::KeyMalformed, why));
        let signer: Option<Box<dyn NoteSigner>> = match (secret, signer) {
            (None, None) => None,
            (Some(secret), None) => {
                let name = key.as_ref().map_or(origin, NoteKey::name);
                let own = SecretKey::new(name, secret)?;
                if key.as_ref().is_some_and(|key| key != own.public()) {
                    return wrong("the key is not that of the secret");
                }
                Some(Box::new(own))
            }
            (None, Some(sign)) => {
                let Some(key) = key.clone() else {
                    return wrong("a signer goes with its public key, `name+id+key`");
                };
                Some(Box::new(Host { key, sign }))
            }
            (Some(_), Some(_)) => return wrong("give a secret or a signer, not both"),
        };
        Ok(Options { signer, key, anchor, since, volatile })
    }
}

/// A function of the host's that signs.
struct Host {
    key: NoteKey,
    sign: Sign,
}

impl NoteSigner for Host {
    fn key(&self) -> &NoteKey {
        &self.key
    }

    fn sign(&self, text: &[u8]) -> Result<[u8; 64]> {
        (self.sign)(text)
    }
}
