//! What is handed over: what was said of changes, and what became of them.

use super::options::Options;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::{Instant, Probability, Span};

/// How many changes are looked at: of a large company, those of some years.
pub(super) const CHANGES_MAX: usize = 4_000_000;

/// What was said of changes, and what became of them: columns, with a row for each change, in order
/// of time.
#[derive(Clone, Copy, Debug)]
pub struct Outcomes<'a> {
    /// When each change was made; none before the one ahead of it.
    pub made: &'a [Instant],
    /// When it came to be known what became of it: that it failed, or that it is counted as held.
    /// `None` where that is not known; what did not fail is counted as held then, too.
    pub known: &'a [Option<Instant>],
    /// The probability of a failure, as it was said when the change was made: by whoever did not
    /// know yet what became of it, or of any change that was known only later.
    pub said: &'a [Probability],
    /// Whether it failed.
    pub failed: &'a [bool],
    /// What it takes to look at each, in a unit of the caller, such as lines; if it is known.
    pub effort: Option<&'a [u64]>,
}

/// How many changes, from the first one on, have had so long at an instant to fail: what
/// [`Backtest::new`](super::Backtest::new) takes. Cut every column there.
///
/// ```
/// use lynchpin::risk::backtest::mature_until;
///
/// let days = ["2026-01-01", "2026-02-01", "2026-03-01"];
/// let made: Vec<_> = days.iter().map(|day| format!("{day}T00:00:00Z").parse().unwrap()).collect();
/// assert_eq!(mature_until(&made, "2026-03-03T00:00:00Z".parse()?, "30d".parse()?), 2);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn mature_until(made: &[Instant], as_of: Instant, maturity: Span) -> usize {
    let mature = |made: &&Instant| is_mature(**made, as_of, maturity);
    made.iter().take_while(mature).count()
}

/// Whether a change has had so long to fail.
pub(crate) fn is_mature(made: Instant, as_of: Instant, maturity: Span) -> bool {
    as_of.micros().saturating_sub(made.micros()) >= maturity.micros()
}

impl<'a> Outcomes<'a> {
    /// Refuses what is no history, or has not had its time.
    pub(super) fn check(&self, options: &Options) -> Result<()> {
        let count = self.made.len();
        let lengths = [
            ("instants at which something was known", self.known.len()),
            ("probabilities", self.said.len()),
            ("outcomes", self.failed.len()),
            ("efforts", self.effort.map_or(count, <[u64]>::len)),
        ];
        if let Some((what, length)) = lengths.into_iter().find(|(_, length)| *length != count) {
            return Err(bad(format!("{length} {what} for {count} changes: give one for each")));
        }
        if count == 0 {
            let message = "no changes: hand over a history of at least one";
            return Err(Error::new(ErrorCode::Empty, message));
        }
        if count > CHANGES_MAX {
            let message =
                format!("{count} changes are more than {CHANGES_MAX}: hand over the last");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let turned = self.made.iter().zip(self.made.iter().skip(1)).position(|(a, b)| a > b);
        if let Some(at) = turned {
            let next = at.saturating_add(1);
            return Err(bad(format!("change {next} was made before change {at}: sort by time")));
        }
        self.check_known(options.as_of)?;
        self.check_maturity(options)
    }

    /// Nothing is known before it is there, or is known already that will be known.
    fn check_known(&self, as_of: Instant) -> Result<()> {
        for (at, (made, known)) in self.made.iter().zip(self.known).enumerate() {
            let Some(known) = known else { continue };
            if known < made {
                let message = format!("change {at} was made at {made} and known at {known} before");
                return Err(Error::new(ErrorCode::TimeOrder, message));
            }
            if *known > as_of {
                let message = format!(
                    "what became of change {at} was known at {known}, which is after {as_of}: \
                     ask for a later instant, or hand over what was known by then"
                );
                return Err(bad(message));
            }
        }
        Ok(())
    }

    fn check_maturity(&self, options: &Options) -> Result<()> {
        let Options { as_of, maturity, .. } = *options;
        let mature = mature_until(self.made, as_of, maturity);
        let Some(first) = self.made.get(mature) else { return Ok(()) };
        let (count, young) = (self.made.len(), self.made.len().saturating_sub(mature));
        Err(bad(format!(
            "{young} of {count} changes, those made from {first} on, have not had {maturity} at \
             {as_of}: of some that will fail it is not known yet; keep the first {mature} \
             (`mature_until`), or ask for a later instant"
        )))
    }

    /// Some of the rows.
    pub(super) fn part(&self, from: usize, to: usize) -> Outcomes<'a> {
        Outcomes {
            made: self.made.get(from..to).unwrap_or_default(),
            known: self.known.get(from..to).unwrap_or_default(),
            said: self.said.get(from..to).unwrap_or_default(),
            failed: self.failed.get(from..to).unwrap_or_default(),
            effort: self.effort.map(|effort| effort.get(from..to).unwrap_or_default()),
        }
    }

    /// How many failures came to be known only when the changes had had longer than that.
    pub(super) fn late(&self, maturity: Span) -> u64 {
        let rows = self.made.iter().zip(self.known).zip(self.failed);
        let late = rows.filter(|((made, known), failed)| {
            let took = known.map(|known| known.since(**made));
            **failed && took.is_some_and(|took| took > maturity)
        });
        late.fold(0, |count: u64, _| count.saturating_add(1))
    }
}

pub(super) fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::backtest::Costs;

    fn at(seconds: u32) -> Instant {
        Instant::EPOCH.after(Span::from_seconds(seconds))
    }

    fn options(as_of: u32, maturity: u32) -> Options {
        let costs = Costs { review: 1, escape: 9 };
        Options::new(at(as_of), Span::from_seconds(maturity), Probability::ZERO, costs)
    }

    /// Changes made and known at some seconds, which all failed.
    fn refused(rows: &[(u32, Option<u32>)], options: &Options) -> Option<(ErrorCode, String)> {
        let made: Vec<Instant> = rows.iter().map(|row| at(row.0)).collect();
        let known: Vec<Option<Instant>> = rows.iter().map(|row| row.1.map(at)).collect();
        let (said, failed) = (vec![Probability::ZERO; rows.len()], vec![true; rows.len()]);
        let outcomes =
            Outcomes { made: &made, known: &known, said: &said, failed: &failed, effort: None };
        let error = outcomes.check(options).err()?;
        Some((error.code(), error.problems()[0].message.clone()))
    }

    #[test]
    fn what_has_not_had_its_time_is_refused() {
        let rows = [(10, None), (20, Some(25)), (20, None), (30, None)];
        assert_eq!(refused(&rows, &options(130, 100)), None);
        let (code, message) = refused(&rows, &options(129, 100)).unwrap();
        assert_eq!(code, ErrorCode::BadArgument);
        assert!(message.starts_with("1 of 4 changes, those made from 1970-01-01T00:00:30Z on"));
        assert!(message.contains("keep the first 3 "), "{message}");
        let (_, message) = refused(&rows, &options(119, 100)).unwrap();
        assert!(message.starts_with("3 of 4 changes, those made from 1970-01-01T00:00:20Z on"));
        // Nothing is known of what is made later, even if it needs no time at all.
        assert_eq!(refused(&rows, &options(30, 0)), None);
        assert!(refused(&rows, &options(29, 0)).is_some());
        let made = [10, 20, 20, 30].map(at);
        for (as_of, mature) in [(9, 0), (10, 1), (29, 3), (30, 4)] {
            assert_eq!(mature_until(&made, at(as_of), Span::ZERO), mature);
            let later = at(as_of).after(Span::from_seconds(5));
            assert_eq!(mature_until(&made, later, Span::from_seconds(5)), mature);
        }
    }

    #[test]
    fn what_is_no_history_is_refused() {
        let code = |rows: &[(u32, Option<u32>)]| refused(rows, &options(99, 0)).map(|it| it.0);
        assert_eq!(code(&[]), Some(ErrorCode::Empty));
        assert_eq!(code(&[(5, None), (4, None)]), Some(ErrorCode::BadArgument));
        assert_eq!(code(&[(5, Some(4))]), Some(ErrorCode::TimeOrder));
        assert_eq!(code(&[(5, Some(5)), (5, Some(99))]), None);
        assert_eq!(code(&[(5, Some(5)), (5, Some(100))]), Some(ErrorCode::BadArgument));
        let (_, message) = refused(&[(3, None), (5, None), (4, None)], &options(99, 0)).unwrap();
        assert_eq!(message, "change 2 was made before change 1: sort by time");
    }

    #[test]
    fn columns_have_one_length() {
        let (one, none) = ([at(0)], [None]);
        let good = Outcomes {
            made: &one,
            known: &none,
            said: &[Probability::ZERO],
            failed: &[true],
            effort: Some(&[1]),
        };
        assert!(good.check(&options(1, 1)).is_ok());
        let bad = [
            Outcomes { known: &[], ..good },
            Outcomes { said: &[], ..good },
            Outcomes { failed: &[], ..good },
            Outcomes { effort: Some(&[]), ..good },
            Outcomes { made: &[], ..good },
        ];
        for outcomes in bad {
            let error = outcomes.check(&options(1, 1)).unwrap_err();
            assert_eq!(error.code(), ErrorCode::BadArgument, "{error}");
        }
    }

    #[test]
    fn no_more_changes_are_taken_than_can_be_worked_with() {
        let count = CHANGES_MAX + 1;
        let (made, known) = (vec![at(0); count], vec![None; count]);
        let (said, failed) = (vec![Probability::ZERO; count], vec![false; count]);
        let all =
            Outcomes { made: &made, known: &known, said: &said, failed: &failed, effort: None };
        let refused = all.check(&options(1, 1)).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::LimitExceeded);
        assert!(all.part(0, CHANGES_MAX).check(&options(1, 1)).is_ok());
    }

    #[test]
    fn late_is_longer_than_the_maturity() {
        let made = [0, 0, 0, 0, 0, 10].map(at);
        let known = [Some(5), Some(6), Some(6), None, Some(0), Some(16)].map(|it| it.map(at));
        let failed = [true, true, false, true, true, true];
        let said = [Probability::ZERO; 6];
        let outcomes =
            Outcomes { made: &made, known: &known, said: &said, failed: &failed, effort: None };
        assert_eq!(outcomes.late(Span::from_seconds(5)), 2);
        assert_eq!(outcomes.part(0, 2).late(Span::from_seconds(5)), 1);
        assert_eq!(outcomes.late(Span::from_seconds(6)), 0);
    }
}
