//! What `lynchpin ledger` understands.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lynchpin::base::id::{ChangeId, PersonId, Reference, ReleaseId, StageId};
use lynchpin::base::{Instant, Span, Subject};

/// What can be done with a ledger.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Begin a ledger: makes the file, and beside it a key to sign with (.key) and one to check by
    /// (.pub)
    Init(Init),
    /// Append facts from portfolio documents, whole or not at all; what is there already has no
    /// second effect
    Append(Append),
    /// List entries
    Log(Log),
    /// Show an entry
    Show(Show),
    /// Verify every entry, the tree and the checkpoints; the status is 1 if something is wrong
    Verify(Verify),
    /// Print the receipt of an entry, to be checked anywhere without the ledger
    Prove(Prove),
    /// Check a receipt; the status is 1 if it proves nothing
    Check(Check),
    /// Sign what the ledger is now, and print the checkpoint
    Checkpoint(Opened),
    /// Keep what is known now, signed, so that the ledger opens faster
    Snapshot(Opened),
    /// Print the entries as they are, a line each
    Export(Export),
    /// Append exported entries as they are to a ledger of the same name that is empty, or is the
    /// beginning of them
    Import(Import),
    /// Erase the words of entries: all proofs and verdicts stay, and that it was done is recorded
    Erase(Erase),
    /// Enter a stage, if it is a go: decides again on all that is recorded and appends the entry
    Claim(Claim),
}

/// A ledger that is there.
#[derive(Debug, Args)]
pub struct Opened {
    /// The ledger
    pub ledger: PathBuf,
    #[command(flatten)]
    pub with: With,
}

/// How a ledger is opened.
#[derive(Clone, Debug, Default, Args)]
pub struct With {
    /// The key to sign with, or only the one to check by [default: the ledger's name with .key,
    /// else with .pub]
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The last checkpoint that you kept: the ledger must go on from it. It is replaced by the
    /// newest one afterwards, so keep the file where nobody who can change the ledger can change it
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Option<PathBuf>,
}

/// Where to begin a ledger.
#[derive(Debug, Args)]
pub struct Init {
    /// The file to make
    pub ledger: PathBuf,
    /// The name of the ledger for ever, such as acme.example/releases
    #[arg(long)]
    pub origin: String,
    /// Make no key: nothing is signed, and there are no receipts
    #[arg(long)]
    pub no_key: bool,
}

/// What to append.
#[derive(Debug, Args)]
pub struct Append {
    #[command(flatten)]
    pub opened: Opened,
    /// Portfolio documents, together one batch; `-` reads standard input
    #[arg(required = true)]
    pub documents: Vec<PathBuf>,
    /// The size of the ledger that it was decided on to append them: if something came in between,
    /// nothing is appended and the status is 1
    #[arg(long, value_name = "SIZE")]
    pub decided_on: Option<u64>,
    /// What the clock says [default: now]
    #[arg(long, value_name = "T")]
    pub clock: Option<Instant>,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which entries.
#[derive(Debug, Args)]
pub struct Log {
    #[command(flatten)]
    pub opened: Opened,
    /// The first entry
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub from: u64,
    /// The last entry [default: the newest]
    #[arg(long, value_name = "N")]
    pub to: Option<u64>,
}

/// Which entry.
#[derive(Debug, Args)]
pub struct Show {
    #[command(flatten)]
    pub opened: Opened,
    /// The number of the entry
    pub entry: u64,
}

/// What to verify by.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    pub opened: Opened,
    /// More checkpoints that were kept; may be repeated
    #[arg(long = "kept", value_name = "FILE")]
    pub kept: Vec<PathBuf>,
}

/// What to prove.
#[derive(Debug, Args)]
pub struct Prove {
    #[command(flatten)]
    pub opened: Opened,
    /// The number of the entry
    pub entry: u64,
}

/// What to check.
#[derive(Debug, Args)]
pub struct Check {
    /// The receipt; `-` reads standard input
    pub receipt: PathBuf,
    /// The key to check by: a file, such as the ledger's .pub
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// What to export.
#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    pub opened: Opened,
    /// Write to this file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What to import.
#[derive(Debug, Args)]
pub struct Import {
    #[command(flatten)]
    pub opened: Opened,
    /// The exported lines; `-` reads standard input
    pub lines: PathBuf,
}

/// What to erase.
#[derive(Debug, Args)]
pub struct Erase {
    #[command(flatten)]
    pub opened: Opened,
    /// The first entry
    #[arg(long, value_name = "N")]
    pub from: u64,
    /// The last entry [default: the first]
    #[arg(long, value_name = "N")]
    pub to: Option<u64>,
    /// For how long everything must be kept, such as 2557d: the reason is then that this time is
    /// over, and what was recorded since is refused [default: a person asked for it]
    #[arg(long, value_name = "SPAN")]
    pub kept_for: Option<Span>,
    /// Who has it done
    #[arg(long, value_name = "ID")]
    pub by: PersonId,
    /// The reason, in their words
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What the clock says [default: now]
    #[arg(long, value_name = "T")]
    pub clock: Option<Instant>,
}

/// What to claim.
#[derive(Debug, Args)]
pub struct Claim {
    #[command(flatten)]
    pub opened: Opened,
    #[command(flatten)]
    of: ClaimOf,
    /// Which stage [default: the first that it has not wholly entered]
    #[arg(long, value_name = "ID")]
    pub stage: Option<StageId>,
    /// Who enters
    #[arg(long, value_name = "ID")]
    pub by: PersonId,
    /// An id under which it is made once, however often it is asked for
    #[arg(long, value_name = "ID")]
    pub id: Option<Reference>,
    /// The first instant at which a deployment may no longer begin on the strength of it
    #[arg(long, value_name = "T")]
    pub not_after: Option<Instant>,
    /// The policy to judge by, where the ledger adopts none
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// What the clock says [default: now]
    #[arg(long, value_name = "T")]
    pub clock: Option<Instant>,
    /// Write the receipt to this file
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
}

/// What enters: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct ClaimOf {
    /// A release
    #[arg(long, value_name = "ID")]
    release: Option<ReleaseId>,
    /// A change
    #[arg(long, value_name = "ID")]
    change: Option<ChangeId>,
}

impl Claim {
    /// What enters.
    pub fn subject(&self) -> Option<Subject> {
        let release = self.of.release.clone().map(Subject::Release);
        release.or_else(|| self.of.change.clone().map(Subject::Change))
    }
}
