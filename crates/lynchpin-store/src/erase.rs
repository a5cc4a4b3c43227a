//! Retention, legal holds and erasure.
//!
//! # Design
//!
//! What is erased are the bytes of entries. Their hashes stay, so every proof, receipt and
//! checkpoint still holds; what they mean to decisions stays in a signed snapshot that is kept
//! before the bytes go, without the reasons that were given and the names of people. So no verdict
//! changes, and nothing can be erased to get one. That it was done, by whom and why, is an entry of
//! its own, which is never erased. A ledger whose erased entries no signed snapshot covers does not
//! open: to leave them out could leave out what speaks against something.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use lynchpin::base::id::{PersonId, Reference};
use lynchpin::base::{Error, ErrorCode, Instant, Result, Rows, Span};
use lynchpin::model::decision::HoldEvent;
use lynchpin::model::{Basis, Erasure, LegalHold, Portfolio};
use lynchpin::wire::forget_words;

use crate::entry::Draft;
use crate::ledger::Ledger;
use crate::log::{Outcome, checked, not_signed};

/// Entries that are to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Their numbers.
    pub entries: RangeInclusive<u64>,
    /// Why.
    pub basis: Basis,
    /// For how long everything must be kept: what was recorded since is refused. A request by
    /// a person needs none.
    pub kept_for: Option<Span>,
    /// Who has it done.
    pub by: PersonId,
    /// The reason in their words.
    pub reason: Option<String>,
    /// The host's clock.
    pub clock: Instant,
}

impl Ledger {
    /// Erases the words of entries; how many had any. Asked again after a failure, it goes on where
    /// it was. Entries about erasures and legal holds stay.
    ///
    /// Whoever else has the ledger open knows what they have read until they open it again.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::ErasureRefused`] if a legal hold keeps one of them, or one must be kept longer,
    /// or there is no such entry; [`ErrorCode::NotSigned`] without a signer; those of the store.
    ///
    /// ```
    /// # use lynchpin_store::log::Options;
    /// # use lynchpin_store::note::SecretKey;
    /// # use lynchpin_store::store::memory::Memory;
    /// # use lynchpin_store::{Draft, Ledger};
    /// use lynchpin::model::Basis;
    /// use lynchpin_store::erase::Request;
    ///
    /// # let origin = "acme.example/releases";
    /// # let mut options = Options::default();
    /// # options.volatile = true;
    /// # options.signer = Some(Box::new(SecretKey::new(origin, [7; 32])?));
    /// # let mut ledger = Ledger::create(Box::new(Memory::default()), origin, options)?;
    /// let cancelled = br#"{"change": "C-1", "at": "2026-11-01T09:00:00Z", "by": "raj",
    ///     "reason": "Ann is ill"}"#;
    /// let clock = "2026-11-01T09:00:01Z".parse()?;
    /// let _ = ledger.append(vec![Draft::read("cancellations", cancelled)?], None, clock)?;
    /// let erased = ledger.erase(&Request {
    ///     entries: 1..=1,
    ///     basis: Basis::Request,
    ///     kept_for: None,
    ///     by: "dpo".parse()?,
    ///     reason: None,
    ///     clock,
    /// })?;
    /// assert_eq!(erased, 1);
    /// // It is still cancelled, and nobody knows why.
    /// let known = ledger.snapshot();
    /// assert_eq!(known.portfolio().cancellations[0].reason, None);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    pub fn erase(&mut self, request: &Request) -> Result<u64> {
        if !self.log().signs() {
            return Err(not_signed());
        }
        self.refresh()?;
        self.check_erasable(request)?;
        let erasures = vec![Erasure {
            first: *request.entries.start(),
            last: *request.entries.end(),
            basis: request.basis,
            at: request.clock,
            recorded: None,
            sequence: 0,
            by: request.by.clone(),
            via: None,
            reason: request.reason.clone(),
        }];
        let known = self.snapshot();
        let same = |known: &Erasure| {
            (known.first, known.last) == (*request.entries.start(), *request.entries.end())
        };
        if !known.portfolio().erasures.iter().any(same) {
            let facts =
                Draft::all(Portfolio { erasures: erasures.into(), ..Portfolio::default() })?;
            let Outcome::Appended(_) = self.append(facts, None, request.clock)? else {
                return Err(Error::new(ErrorCode::Other, "it was decided on nothing"));
            };
        }
        self.forget()
    }

    /// Erases all that the ledger says was erased, once a snapshot without it is kept.
    fn forget(&mut self) -> Result<u64> {
        let mut portfolio = self.snapshot().portfolio().clone();
        let ranges: Vec<RangeInclusive<u64>> =
            portfolio.erasures.iter().map(|it| it.first..=it.last).collect();
        let is_erased = |sequence: u64| ranges.iter().any(|range| range.contains(&sequence));
        forget_words(&mut portfolio, is_erased);
        self.know(portfolio)?;
        self.keep_snapshot()?;
        let mut positions = Vec::new();
        let end = self.log().head().size.saturating_add(1);
        for range in &ranges {
            let range = *range.start()..range.end().saturating_add(1).min(end);
            self.log_mut().store().rows(range, &mut |row| {
                let stays = |kind: &str| matches!(kind, "erasures" | "legal_holds");
                if checked(&row)?.is_some_and(|entry| !stays(&entry.kind)) {
                    positions.push(row.sequence);
                }
                Ok(())
            })?;
        }
        positions.sort_unstable();
        positions.dedup();
        self.log_mut().store().write(&mut |change| change.erase(&positions))?;
        Ok(u64::try_from(positions.len()).unwrap_or(u64::MAX))
    }

    fn check_erasable(&mut self, request: &Request) -> Result<()> {
        let refused = |why: String| Err(Error::new(ErrorCode::ErasureRefused, why));
        let (first, last) = (*request.entries.start(), *request.entries.end());
        if first == 0 || last < first || last > self.log().head().size {
            return refused(format!("there are no entries {first} to {last}"));
        }
        let known = self.snapshot();
        for (id, hold) in held(&known.portfolio().legal_holds) {
            let (from, to) = (hold.first.unwrap_or(1), hold.last.unwrap_or(u64::MAX));
            if from <= last && first <= to {
                return refused(format!("the legal hold `{id}` keeps entries {from} to {to}"));
            }
        }
        if let Some(span) = request.kept_for {
            let recorded = self.log_mut().row(last)?.map(|row| row.recorded);
            let until = recorded.unwrap_or(Instant::LAST).after(span);
            if until > request.clock {
                return refused(format!("entry {last} must be kept until `{until}`"));
            }
        } else if request.basis == Basis::Retention {
            return refused("say for how long entries must be kept".to_owned());
        }
        Ok(())
    }
}

/// The legal holds that are not released. Facts of one id count in the order of the ledger.
fn held(holds: &Rows<LegalHold>) -> BTreeMap<&Reference, &LegalHold> {
    let mut held: BTreeMap<&Reference, &LegalHold> = BTreeMap::new();
    for hold in holds {
        let newest = held.entry(&hold.id).or_insert(hold);
        if newest.sequence < hold.sequence {
            *newest = hold;
        }
    }
    held.retain(|_, hold| hold.event == HoldEvent::Held);
    held
}
