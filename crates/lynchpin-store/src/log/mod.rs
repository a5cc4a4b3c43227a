//! The log: facts in the order in which they were accepted, each at its place for ever.
//!
//! # Design
//!
//! A batch becomes whole or not at all. It may name the size of the log that it was decided on; if
//! something came in between, it is not appended, and what came is the answer. A fact that is there
//! already has no second effect, so whoever does not know what became of a batch appends it again.
//! Checkpoints are signed only after what they cover was committed: none that is signed can turn
//! out not to have become.

mod chain;
mod opening;
mod writer;

use std::ops::Range;

use lynchpin::base::id::Reference;
use lynchpin::base::{Error, ErrorCode, Instant, Result};
use lynchpin::wire::Stamp;

pub(crate) use chain::{Chain, checked};
use chain::{Links, tampered};
use writer::Writer;

use crate::checkpoint::Checkpoint;
use crate::entry::{self, Draft, Entry, Row};
use crate::merkle::{self, BLOCK, Frontier, Hash, Nodes};
use crate::note::{NoteKey, NoteSigner};
use crate::receipt::Receipt;
use crate::store::{Durability, Head, Note, Store};

/// The most facts of one batch: what one writer may hold up all others for.
pub const BATCH_MAX: usize = 100_000;

/// Passes each new signed checkpoint on, to where who can change the ledger cannot: a witness,
/// a repository, a store that keeps for ever, mail.
pub type Anchor = Box<dyn FnMut(&str) -> Result<()> + Send>;

/// How a log is opened.
#[derive(Default)]
#[non_exhaustive]
pub struct Options {
    /// Signs checkpoints. Without it there are no receipts.
    pub signer: Option<Box<dyn NoteSigner>>,
    /// The key that checkpoints are checked by, for who only reads; that of the signer, if there
    /// is one.
    pub key: Option<NoteKey>,
    /// Where signed checkpoints go.
    pub anchor: Option<Anchor>,
    /// The last checkpoint that the host kept: the log must go on from there.
    pub since: Option<String>,
    /// Whether less than [`Durability::Power`] will do: for tests and for measuring.
    pub volatile: bool,
}

/// Facts to be appended together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The facts, in the order in which they are to stand.
    pub facts: Vec<Draft>,
    /// The size of the log on which it was decided to append them; wherever it ends by now, if it
    /// is not said, as for what merely happened.
    pub decided_on: Option<u64>,
    /// What the host's clock says. If it says less than it did, the log stays at what it said.
    pub clock: Instant,
}

/// What became of a batch.
#[must_use = "a batch that is in conflict was not appended"]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the log.
    Appended(Appended),
    /// Something came in between; nothing was appended. These are its places: look at it, and
    /// decide again.
    Conflict(Range<u64>),
}

/// Where a batch stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The place of each fact, in the order of the batch; of one that was there already, the place
    /// that it had.
    pub places: Vec<u64>,
    /// How many of them are new.
    pub new: usize,
    /// The size of the log with them.
    pub size: u64,
    /// When they were recorded.
    pub recorded: Instant,
    /// The signed checkpoint that covers them, if one was due.
    pub checkpoint: Option<String>,
    /// Why a checkpoint that was due could not be signed or anchored. The facts are in the log all
    /// the same; [`Log::checkpoint`] tries again.
    pub unsigned: Option<Error>,
}

/// Who appends, and looks at what is appended.
pub(crate) trait Author {
    /// An entry that is in the log, appended by somebody else.
    fn follow(&mut self, entry: &Entry) -> Result<()>;

    /// What to append beside what was given, asked once all that others appended was followed,
    /// while nobody else can.
    fn batches(&mut self, head: Head) -> Result<Vec<Batch>>;

    /// Facts that would be appended together, each with its place. If they are refused, none of
    /// them is.
    fn propose(&mut self, facts: &[(&Draft, Stamp)]) -> Result<()>;
}

/// Who appends what was given, whatever it says.
struct Anybody;

impl Author for Anybody {
    fn follow(&mut self, _: &Entry) -> Result<()> {
        Ok(())
    }

    fn batches(&mut self, _: Head) -> Result<Vec<Batch>> {
        Ok(Vec::new())
    }

    fn propose(&mut self, _: &[(&Draft, Stamp)]) -> Result<()> {
        Ok(())
    }
}

/// A ledger's log on a store.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::wire::read_portfolio;
/// use lynchpin_store::log::Options;
/// use lynchpin_store::note::SecretKey;
/// use lynchpin_store::store::memory::Memory;
/// use lynchpin_store::{Batch, Draft, Log, Outcome};
///
/// let origin = "acme.example/releases";
/// let mut options = Options::default();
/// options.signer = Some(Box::new(SecretKey::new(origin, [7; 32])?));
/// options.volatile = true;
/// let mut log = Log::create(Box::new(Memory::default()), origin, options)?;
///
/// let text = br#"{"lynchpin": "portfolio/1",
///     "cancellations": [{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;
/// let facts = Draft::all(read_portfolio(text, Limits::untrusted())?)?;
/// let clock = "2026-11-01T09:00:01Z".parse()?;
/// let batch = Batch { facts, decided_on: Some(0), clock };
/// let Outcome::Appended(first) = log.append(&batch)? else { panic!("nobody else writes") };
/// assert_eq!(first.places, [1]);
/// // Whoever does not know what became of it appends it again.
/// let Outcome::Appended(again) = log.append(&batch)? else { panic!("it is there") };
/// assert_eq!((again.places, again.new), (vec![1], 0));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
pub struct Log {
    store: Box<dyn Store>,
    origin: String,
    signer: Option<Box<dyn NoteSigner>>,
    key: Option<NoteKey>,
    anchor: Option<Anchor>,
    tree: Frontier,
    blocks: Vec<Hash>,
    head: Head,
}

impl Log {
    /// Begins a log of that name in an empty store, or opens the one that is there.
    ///
    /// # Errors
    ///
    /// As for [`Log::open`]; [`ErrorCode::StoreForeign`] if the log there has another name;
    /// [`ErrorCode::CheckpointInvalid`] if the name cannot stand in a checkpoint.
    pub fn create(store: Box<dyn Store>, origin: &str, options: Options) -> Result<Self> {
        let mut store = store;
        let fits = |c: char| !c.is_control() && !c.is_whitespace() && c != '+';
        if origin.is_empty() || origin.len() > 256 || !origin.chars().all(fits) {
            let message = "the name of a ledger is 1 to 256 bytes without spaces and `+`, such as \
                           `acme.example/releases`";
            return Err(Error::new(ErrorCode::CheckpointInvalid, message));
        }
        let found = store.begin(origin)?;
        if found != origin {
            let message = format!("the ledger here is `{found}`, not `{origin}`");
            return Err(Error::new(ErrorCode::StoreForeign, message));
        }
        Log::open(store, options)
    }

    /// Opens the log that is there. Its newest checkpoint is checked, and all that came since; so
    /// is the one that the host kept. Older entries are checked when they are read.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::StoreForeign`] if there is none; [`ErrorCode::CheckpointInvalid`] if the key is
    /// named for another ledger; [`ErrorCode::StoreUnsafe`] if it could be lost with the power;
    /// [`ErrorCode::LedgerTampered`] or [`ErrorCode::LedgerRolledBack`] if it is not what it was.
    pub fn open(store: Box<dyn Store>, options: Options) -> Result<Self> {
        let mut store = store;
        let origin = store.origin()?.ok_or_else(|| {
            Error::new(ErrorCode::StoreForeign, "no ledger was begun here; `lynchpin ledger init`")
        })?;
        if !options.volatile && store.durability()? < Durability::Power {
            let message = "what this store acknowledges could be lost with the power";
            return Err(Error::new(ErrorCode::StoreUnsafe, message));
        }
        let key = options.key.or_else(|| options.signer.as_ref().map(|it| it.key().clone()));
        if let Some(key) = key.as_ref().filter(|key| key.name() != origin) {
            let message = format!("the key is named for `{}`, not for `{origin}`", key.name());
            return Err(Error::new(ErrorCode::CheckpointInvalid, message));
        }
        let (tree, blocks) = (Frontier::default(), Vec::new());
        let (signer, anchor, head) = (options.signer, options.anchor, Head::empty());
        let mut log = Log { store, origin, signer, key, anchor, tree, blocks, head };
        // Read first, as others may append and sign meanwhile: the head is then not before it.
        let newest = log.newest_checkpoint()?;
        log.load()?;
        log.check_newest(newest.as_deref())?;
        if let Some(since) = &options.since {
            log.check_since(since)?;
        }
        Ok(log)
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The key that its checkpoints are signed with, if it is known.
    #[must_use]
    pub fn key(&self) -> Option<&NoteKey> {
        self.key.as_ref()
    }

    /// Whether it signs checkpoints.
    #[must_use]
    pub fn signs(&self) -> bool {
        self.signer.is_some()
    }

    /// How many entries are known of, and when the newest was recorded. Others may have appended
    /// more; [`Log::refresh`] looks.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// The root of the tree of these entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// Appends a batch, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::DuplicateId`] if one of the host's ids is there with another fact,
    /// [`ErrorCode::TimeOrder`] if a fact is of later than now, [`ErrorCode::ListTooLong`]; those
    /// of the store. Nothing was appended then, but for [`ErrorCode::StoreFailed`].
    pub fn append(&mut self, batch: &Batch) -> Result<Outcome> {
        let mut outcomes = self.append_all(std::slice::from_ref(batch))?;
        outcomes.pop().unwrap_or_else(|| Err(Error::new(ErrorCode::Other, "no batch was given")))
    }

    /// Appends several batches in one transaction, so that the disk is waited for once. Each is
    /// appended or not by itself.
    ///
    /// # Errors
    ///
    /// Those of the store, for all; what is wrong with one batch stands in its place.
    pub fn append_all(&mut self, batches: &[Batch]) -> Result<Vec<Result<Outcome>>> {
        self.append_by(batches, &mut Anybody)
    }

    /// Appends what is given, and what an author says once nobody else can.
    pub(crate) fn append_by(
        &mut self,
        given: &[Batch],
        author: &mut dyn Author,
    ) -> Result<Vec<Result<Outcome>>> {
        let mut result = None;
        let (origin, known) = (&self.origin, (&self.tree, self.head));
        self.store.write(&mut |change| {
            let mut writer = Writer::new(origin, known, change, author)?;
            let made = writer.author.batches(writer.chain.head)?;
            let mut outcomes = Vec::with_capacity(given.len() + made.len());
            for batch in given.iter().chain(&made) {
                match writer.take(batch) {
                    // What the store says is not about one batch alone.
                    Err(error) if is_of_the_store(&error) => return Err(error),
                    outcome => outcomes.push(outcome),
                }
            }
            let written = writer.finish()?;
            result = Some((outcomes, written));
            Ok(())
        })?;
        let (mut outcomes, written) = result
            .ok_or_else(|| Error::new(ErrorCode::Other, "the store did not call its writer"))?;
        let due = written.is_decision || written.head.size / BLOCK > self.head.size / BLOCK;
        self.stands(written.tree, written.head, &written.blocks);
        if due && self.signer.is_some() {
            let signed = self.checkpoint();
            for appended in outcomes.iter_mut().flatten().filter_map(appended) {
                appended.checkpoint = signed.as_ref().ok().cloned();
                appended.unsigned = signed.as_ref().err().cloned();
            }
        }
        Ok(outcomes)
    }

    /// Looks for what others have appended.
    ///
    /// # Errors
    ///
    /// Those of the store; [`ErrorCode::LedgerTampered`] if it does not follow.
    pub fn refresh(&mut self) -> Result<()> {
        self.refresh_for(&mut Anybody)
    }

    /// Looks for what others have appended, for somebody who follows.
    pub(crate) fn refresh_for(&mut self, author: &mut dyn Author) -> Result<()> {
        let head = self.store.head()?;
        if head == self.head {
            return Ok(());
        }
        let mut chain = Chain::new(&self.origin, &self.tree, self.head);
        chain.catch_up(head, author, &mut |range, each| self.store.rows(range, each))?;
        let (tree, head, blocks) = chain.ended();
        self.stands(tree, head, &blocks);
        Ok(())
    }

    /// Passes on the entries of a range of places in order, in bounded memory. Each is what was
    /// appended, or an error.
    ///
    /// # Errors
    ///
    /// Those of the store and of `each`; [`ErrorCode::LedgerTampered`] if an entry is not what was
    /// appended. An entry that was erased is left out.
    pub fn each(
        &mut self,
        range: Range<u64>,
        each: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        self.store.rows(range, &mut |row| match checked(&row)? {
            Some(entry) => each(entry),
            None => Ok(()),
        })
    }

    /// As [`Log::each`], and each entry follows the one before it in the range.
    pub(crate) fn each_followed(
        &mut self,
        range: Range<u64>,
        each: &mut dyn FnMut(Entry) -> Result<()>,
    ) -> Result<()> {
        let (mut links, end) = (Links::before(&self.origin, range.start), range.end);
        self.store.rows(range, &mut |row| {
            let entry = links.follow(&row)?;
            // To leave it out could leave out what speaks against something.
            each(entry.ok_or_else(|| erased(row.sequence))?)
        })?;
        if links.next() < end { Err(tampered(links.next(), "is missing")) } else { Ok(()) }
    }

    /// The row at a place, if there is one.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn row(&mut self, sequence: u64) -> Result<Option<Row>> {
        let mut found = None;
        self.store.rows(sequence..sequence.saturating_add(1), &mut |row| {
            found = Some(row);
            Ok(())
        })?;
        Ok(found)
    }

    /// The place of the fact with that id of the host's, if it is there.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn find(&mut self, id: &Reference) -> Result<Option<u64>> {
        self.store.find(&entry::id_key(id))
    }

    /// Signs what the log is now, keeps that and passes it on to the anchor.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NotSigned`] if the log was opened without a signer; those of signer, store and
    /// anchor.
    pub fn checkpoint(&mut self) -> Result<String> {
        let Some(signer) = &self.signer else { return Err(not_signed()) };
        let (origin, size) = (self.origin.clone(), self.head.size);
        let note = Checkpoint { origin, size, root: self.root() }.sign(signer.as_ref())?;
        self.store.keep(Note::Checkpoint, size, note.as_bytes())?;
        if let Some(anchor) = &mut self.anchor {
            anchor(&note)?;
        }
        Ok(note)
    }

    /// The newest checkpoint that was signed, if there is one.
    ///
    /// # Errors
    ///
    /// Those of the store; [`ErrorCode::CheckpointInvalid`] if it is no text.
    pub fn newest_checkpoint(&mut self) -> Result<Option<String>> {
        let Some((_, note)) = self.store.note(Note::Checkpoint)? else { return Ok(None) };
        let note = String::from_utf8(note).map_err(|_| {
            Error::new(ErrorCode::CheckpointInvalid, "the kept checkpoint is no text")
        })?;
        Ok(Some(note))
    }

    /// A receipt for the entry at a place: the entry, the proof that it is in the log, and a signed
    /// checkpoint. It is checked without the ledger, by whoever has the key.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::FactUnknown`] if there is no such entry or it was erased;
    /// [`ErrorCode::NotSigned`] without a signer.
    pub fn receipt(&mut self, sequence: u64) -> Result<Receipt> {
        let unknown = || {
            let message = format!("there is no entry {sequence}, or it was erased");
            Error::new(ErrorCode::FactUnknown, message)
        };
        let row = self.row(sequence)?.ok_or_else(unknown)?;
        let entry = row.bytes.ok_or_else(unknown)?;
        let covered = |note: &String| -> Option<u64> {
            let checkpoint = Checkpoint::open(note, self.key.as_ref()?).ok()?;
            let is_known = (sequence..=self.head.size).contains(&checkpoint.size);
            is_known.then_some(checkpoint.size)
        };
        let kept = self.store.note(Note::Checkpoint)?;
        let kept = kept.and_then(|(_, note)| String::from_utf8(note).ok());
        let (note, size) = match kept.and_then(|note| Some((covered(&note)?, note))) {
            Some((size, note)) => (note, size),
            None => (self.checkpoint()?, self.head.size),
        };
        let position = sequence.checked_sub(1).ok_or_else(unknown)?;
        let proof = merkle::inclusion(&mut self.nodes(), position, size)?;
        Ok(Receipt { entry, position, proof: proof.ok_or_else(unknown)?, checkpoint: note })
    }

    /// The proof that the log of one size is the beginning of that of another; nothing if the first
    /// is empty, or the second not reached yet.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn consistency(&mut self, old: u64, new: u64) -> Result<Option<Vec<Hash>>> {
        if new > self.head.size {
            return Ok(None);
        }
        merkle::consistency(&mut self.nodes(), old, new)
    }

    /// The root of the tree of the first so many entries, by their hashes; nothing if there are
    /// fewer.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub fn root_at(&mut self, size: u64) -> Result<Option<Hash>> {
        Ok(self.tree_at(size)?.map(|tree| tree.root()))
    }

    /// The tree of the first so many entries, by their hashes; nothing if there are fewer.
    fn tree_at(&mut self, size: u64) -> Result<Option<Frontier>> {
        if size > self.head.size {
            return Ok(None);
        }
        let mut tree = Frontier::default();
        let whole = usize::try_from(size / BLOCK).unwrap_or(usize::MAX);
        self.blocks.iter().take(whole).for_each(|root| tree.push_block(*root));
        let rest = tree.size().saturating_add(1)..size.saturating_add(1);
        for leaf in self.store.leaves(rest)? {
            tree.push(leaf);
        }
        Ok((tree.size() == size).then_some(tree))
    }

    /// The store, for what is done beside the log.
    pub(crate) fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// What signs, if anything does.
    pub(crate) fn signer(&self) -> Option<&dyn NoteSigner> {
        self.signer.as_deref()
    }

    /// The tree and the head.
    pub(crate) fn standing(&self) -> (Frontier, Head) {
        (self.tree.clone(), self.head)
    }

    /// Takes in what was appended beside [`Log::append_all`].
    pub(crate) fn stands(&mut self, tree: Frontier, head: Head, blocks: &[(u64, Hash)]) {
        (self.tree, self.head) = (tree, head);
        self.blocks.extend(blocks.iter().map(|(_, root)| *root));
    }

    fn nodes(&mut self) -> Kept<'_> {
        Kept { store: self.store.as_mut(), blocks: &self.blocks }
    }
}

/// The hashes as the store and the log keep them.
struct Kept<'a> {
    store: &'a mut dyn Store,
    blocks: &'a [Hash],
}

impl Nodes for Kept<'_> {
    type Error = Error;

    fn root(&mut self, from: u64, to: u64) -> Result<Hash> {
        let mut tree = Frontier::default();
        if to.saturating_sub(from) > BLOCK {
            let place = |at: u64| usize::try_from(at / BLOCK).unwrap_or(usize::MAX);
            let blocks = self.blocks.get(place(from)..place(to)).unwrap_or_default();
            blocks.iter().for_each(|root| tree.push_block(*root));
        } else {
            let range = from.saturating_add(1)..to.saturating_add(1);
            for leaf in self.store.leaves(range)? {
                tree.push(leaf);
            }
        }
        Ok(tree.root())
    }
}

fn appended(outcome: &mut Outcome) -> Option<&mut Appended> {
    match outcome {
        Outcome::Appended(appended) => Some(appended),
        Outcome::Conflict(_) => None,
    }
}

fn is_of_the_store(error: &Error) -> bool {
    (ErrorCode::Io.number()..ErrorCode::Other.number()).contains(&error.code().number())
}

pub(crate) fn erased(sequence: u64) -> Error {
    let message = format!(
        "entry {sequence} was erased, and no snapshot that is signed by the key given says what it \
         meant"
    );
    Error::new(ErrorCode::EntryErased, message)
}

pub(crate) fn not_signed() -> Error {
    let message = "the ledger was opened without a key to sign with";
    Error::new(ErrorCode::NotSigned, message)
}
