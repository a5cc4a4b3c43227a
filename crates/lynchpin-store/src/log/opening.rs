//! What is checked when a log is opened.

use lynchpin::base::{Error, ErrorCode, Result};

use super::Log;
use super::chain::{Links, rolled_back};
use crate::checkpoint::Checkpoint;
use crate::merkle::BLOCK;

impl Log {
    /// Reads the hashes up to the newest entry.
    pub(super) fn load(&mut self) -> Result<()> {
        let head = self.store.head()?;
        let whole = head.size / BLOCK;
        self.blocks = self.store.blocks(0..whole)?;
        if u64::try_from(self.blocks.len()) != Ok(whole) {
            let message = format!("{} whole blocks, not {whole}", self.blocks.len());
            return Err(Error::new(ErrorCode::LedgerTampered, message));
        }
        self.head = head;
        self.tree = self
            .tree_at(head.size)?
            .ok_or_else(|| Error::new(ErrorCode::LedgerTampered, "entries are missing"))?;
        Ok(())
    }

    /// Checks a checkpoint that was the newest one before the head was read, and all entries since.
    pub(super) fn check_newest(&mut self, newest: Option<&str>) -> Result<()> {
        let signed = match (newest, self.key.clone()) {
            (Some(note), Some(key)) => Some(Checkpoint::open(note, &key)?),
            _ => None,
        };
        let mut from = 0;
        if let Some(checkpoint) = signed {
            self.check_reached(&checkpoint)?;
            from = checkpoint.size;
        }
        // One row before, for what the first one follows on.
        let first = from.max(1);
        let mut links = Links::before(&self.origin, first);
        let range = first..self.head.size.saturating_add(1);
        self.store.rows(range, &mut |row| links.follow(&row).map(drop))
    }

    /// Checks that the log goes on from what the host kept.
    pub(super) fn check_since(&mut self, since: &str) -> Result<()> {
        let Some(key) = &self.key else {
            let message = "a kept checkpoint is checked by a key, and none was given";
            return Err(Error::new(ErrorCode::CheckpointInvalid, message));
        };
        let checkpoint = Checkpoint::open(since, key)?;
        self.check_reached(&checkpoint)
    }

    /// Checks that a checkpoint is one of this log.
    fn check_reached(&mut self, checkpoint: &Checkpoint) -> Result<()> {
        if checkpoint.origin != self.origin {
            let message = format!("the checkpoint is of `{}`", checkpoint.origin);
            return Err(Error::new(ErrorCode::CheckpointInvalid, message));
        }
        match self.root_at(checkpoint.size)? {
            Some(root) if root == checkpoint.root => Ok(()),
            Some(_) => {
                let message = format!(
                    "one of the first {} entries is not what was signed for; `lynchpin ledger \
                     verify` looks where",
                    checkpoint.size
                );
                Err(Error::new(ErrorCode::LedgerTampered, message))
            }
            None => Err(rolled_back(checkpoint.size, self.head.size)),
        }
    }
}
