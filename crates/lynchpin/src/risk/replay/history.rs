//! What is handed over: features of changes, their times, and what became of them.

use crate::base::Instant;
use crate::base::error::{Error, ErrorCode, Result};
use crate::risk::learn::{Column, check_columns};

/// A history of changes: columns, with a row for each change, in order of time.
#[derive(Clone, Copy, Debug)]
pub struct History<'a> {
    /// What was known of each change when it was made.
    pub features: &'a [Column<'a>],
    /// When it was made; none before the one ahead of it.
    pub made: &'a [Instant],
    /// When it came to be known what became of it; `None`, if that was as soon as it was ripe.
    pub known: &'a [Option<Instant>],
    /// Whether it failed.
    pub failed: &'a [bool],
}

impl History<'_> {
    /// Refuses what is no history.
    pub(super) fn check(&self) -> Result<()> {
        let count = self.made.len();
        let lengths = [
            ("$.known", "instants at which something was known", self.known.len()),
            ("$.failed", "outcomes", self.failed.len()),
        ];
        if let Some((path, what, length)) =
            lengths.into_iter().find(|(.., length)| *length != count)
        {
            let message = format!("{length} {what} for {count} changes: give one for each");
            return Err(Error::new(ErrorCode::BadArgument, message).under(path));
        }
        if self.features.is_empty() {
            let message = "no features: hand over what was known of each change";
            return Err(Error::new(ErrorCode::Empty, message).under("$.features"));
        }
        check_columns(self.features, count).map_err(|error| error.under("$.features"))?;
        let mut pairs = (1_usize..).zip(self.made.iter().zip(self.made.iter().skip(1)));
        if let Some((at, (before, made))) = pairs.find(|(_, (before, made))| before > made) {
            let message =
                format!("made at {made}, and the one before it at {before}: sort by time");
            return Err(Error::new(ErrorCode::TimeOrder, message).under(&format!("$.made[{at}]")));
        }
        Ok(())
    }

    /// Refuses what became known of the first changes before they were there, or is known already
    /// though it will be known only later.
    pub(super) fn check_known(&self, changes: usize, as_of: Instant) -> Result<()> {
        let rows = self.made.iter().zip(self.known).take(changes).enumerate();
        for (at, (made, known)) in rows {
            let message = match known {
                Some(known) if known < made => {
                    format!("known at {known}, before it was made at {made}: mend one")
                }
                Some(known) if *known > as_of => format!(
                    "known at {known}, which is after {as_of}: ask for a later instant, or hand \
                     over what was known by then"
                ),
                _ => continue,
            };
            return Err(Error::new(ErrorCode::TimeOrder, message).under(&format!("$.known[{at}]")));
        }
        Ok(())
    }
}
