//! `lynchpin ledger`: a ledger in one file.

pub mod args;
mod deciding;
mod entries;
pub mod open;
mod proofs;
mod writing;

pub use deciding::decide;

use crate::failure::Failure;
use crate::output::Output;
use crate::status::Status;
use args::Ledger;

/// Does what is asked of a ledger.
pub fn ledger(asked: &Ledger, output: &mut Output) -> Result<Status, Failure> {
    match asked {
        Ledger::Init(asked) => writing::init(asked, output),
        Ledger::Append(asked) => writing::append(asked, output),
        Ledger::Claim(asked) => writing::claim(asked, output),
        Ledger::Erase(asked) => writing::erase(asked, output),
        Ledger::Snapshot(asked) => writing::snapshot(asked, output),
        Ledger::Import(asked) => writing::import(asked, output),
        Ledger::Log(asked) => entries::log(asked, output),
        Ledger::Show(asked) => entries::show(asked, output),
        Ledger::Export(asked) => entries::export(asked, output),
        Ledger::Verify(asked) => proofs::verify(asked, output),
        Ledger::Prove(asked) => proofs::prove(asked, output),
        Ledger::Check(asked) => proofs::check(asked, output),
        Ledger::Checkpoint(asked) => proofs::checkpoint(asked, output),
    }
}
