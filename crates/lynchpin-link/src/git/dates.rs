//! A range given by dates: a day such as `2026-11-20`, or an instant such as
//! `2026-11-20T09:00:00Z`.
//!
//! git itself takes almost any text for a date and says nothing about it; a typing error would
//! quietly become today.

use lynchpin::base::Instant;

use super::error::{AssessError, Result};
use super::limits::Limits;
use super::log::PLAIN;
use super::repository::Repository;
use super::text::{is_object_id, printable};
use super::tokens::Tokens;

/// Bytes of a commit's id and its date.
const LINE_BYTES: usize = 256;

/// Which end of a range is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// What was committed on that day, or at that instant, is in the range already.
    Since,
    /// What was committed on that day, or at that instant, is in the range still.
    Until,
}

impl Repository {
    /// The last commit of the first-parent line before a range that begins on that date, or in one
    /// that ends on it; nothing if the text is no date, `Some(None)` if there is no such commit.
    #[expect(clippy::option_option, reason = "no date, and no commit by that date")]
    pub(crate) fn by_date(
        &self,
        text: &str,
        side: Side,
        of: &str,
        limits: &Limits,
    ) -> Result<Option<Option<String>>> {
        let Some(last) = last_second(text, side) else { return Ok(None) };
        if side == Side::Since {
            return self.before_all_since(last, of, limits).map(Some);
        }
        let before = format!("--before={last}");
        let arguments = ["rev-list", "-1", "--first-parent", before.as_str(), of, "--"];
        let answer = self.git.ask(&arguments, Vec::new())?;
        if !answer.ok {
            return Err(AssessError::Unreadable { detail: answer.complaint });
        }
        let id = printable(&String::from_utf8_lossy(&answer.value));
        Ok(Some(Some(id).filter(|id| !id.is_empty())))
    }

    /// The commit of the first-parent line before all that are dated later than that second.
    ///
    /// Who commits says when. The newest commit of an old date will not do: one that is dated back
    /// would take all that landed before it for released.
    fn before_all_since(&self, last: i64, of: &str, limits: &Limits) -> Result<Option<String>> {
        let count = format!("--max-count={}", limits.commits.saturating_add(1));
        let plain = ["--first-parent", "--no-patch", "--format=tformat:%H %ct", &count, of, "--"];
        let stream = self.git.stream(&[&PLAIN[..], &plain].concat(), Vec::new())?;
        let mut tokens = Tokens::of(stream);
        let mut found = None;
        let mut take = |tokens: &mut Tokens| -> Result<bool> {
            let Some(token) = tokens.next(LINE_BYTES)? else { return Ok(false) };
            let line = String::from_utf8_lossy(token.bytes);
            let (id, seconds) = line.split_once(' ').unwrap_or_default();
            if !is_object_id(id) {
                return Err(AssessError::UnknownAnswer { detail: "a commit expected".to_owned() });
            }
            // What bears no date that can be read is as old as can be, as in the range itself.
            match seconds.parse::<i64>().unwrap_or(0) > last {
                true => found = None,
                false => found = found.take().or_else(|| Some(id.to_owned())),
            }
            Ok(true)
        };
        let read = loop {
            match take(&mut tokens) {
                Ok(true) => {}
                Ok(false) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        tokens.end(read)?;
        Ok(found)
    }
}

/// The last second that lies outside of a range which begins then, or within one which ends then.
fn last_second(text: &str, side: Side) -> Option<i64> {
    const DAY: i64 = 24 * 60 * 60;
    let is_day = text.len() == 10;
    let whole = if is_day { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let micros = whole.parse::<Instant>().ok()?.micros();
    // Commits have whole seconds; of an instant within one, that second has begun.
    let second = micros.div_euclid(1_000_000);
    let within = micros.rem_euclid(1_000_000) > 0;
    Some(match side {
        Side::Since if within => second,
        Side::Since => second - 1,
        Side::Until if is_day => second + DAY - 1,
        Side::Until => second,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_in_the_range_at_either_end() {
        let day = 1_700_006_400; // 2023-11-15
        assert_eq!(last_second("2023-11-15", Side::Since), Some(day - 1));
        assert_eq!(last_second("2023-11-15", Side::Until), Some(day + 86_399));
        assert_eq!(last_second("2023-11-15T00:00:01Z", Side::Since), Some(day));
        assert_eq!(last_second("2023-11-15T00:00:01Z", Side::Until), Some(day + 1));
        assert_eq!(last_second("2023-11-15T00:00:01.500000Z", Side::Since), Some(day + 1));
        assert_eq!(last_second("2023-11-15T00:00:01.500000Z", Side::Until), Some(day + 1));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["yesterday", "2023-02-30", "2023-1-1", "v2023-11-15", "2023-11-15 00:00", ""] {
            assert_eq!(last_second(text, Side::Since), None, "{text}");
        }
    }
}
