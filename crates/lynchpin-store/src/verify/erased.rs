//! Entries whose words are gone, and the entries that say so.

use std::ops::Range;

use lynchpin::base::ErrorCode;
use lynchpin::model::Portfolio;

use super::Finding;
use crate::entry::Entry;

/// What was erased, and what is said to have been.
#[derive(Default)]
pub(super) struct Erased {
    /// In order, those that follow each other as one.
    ranges: Vec<Range<u64>>,
    said: Vec<Range<u64>>,
}

impl Erased {
    /// Takes an entry that was erased, or of which the snapshot says less than it does.
    pub(super) fn take(&mut self, sequence: u64) {
        let end = sequence.saturating_add(1);
        match self.ranges.last_mut() {
            Some(range) if range.end == sequence => range.end = end,
            _ => self.ranges.push(sequence..end),
        }
    }

    /// Takes an entry that may say that earlier ones were erased.
    pub(super) fn heed(&mut self, entry: &Entry) {
        let mut portfolio = Portfolio::default();
        if entry.kind != "erasures" || entry.add_to(&mut portfolio).is_err() {
            return;
        }
        for erasure in portfolio.erasures {
            let end = erasure.last.saturating_add(1).min(erasure.sequence);
            self.said.push(erasure.first..end);
        }
    }

    /// The entries that were erased though nothing says that they were.
    pub(super) fn unsaid(mut self) -> Vec<Finding> {
        self.said.sort_by_key(|range| range.start);
        let mut unsaid = Vec::new();
        for range in &self.ranges {
            let mut at = range.start;
            for said in &self.said {
                let before = at..said.start.min(range.end);
                unsaid.extend((!before.is_empty()).then_some(before));
                at = at.max(said.end.min(range.end));
            }
            unsaid.extend((at < range.end).then_some(at..range.end));
        }
        unsaid.into_iter().map(finding).collect()
    }
}

fn finding(range: Range<u64>) -> Finding {
    let last = range.end.saturating_sub(1);
    let message = format!("entries {} to {last} were erased, and no entry says so", range.start);
    Finding::new(ErrorCode::LedgerTampered, message).within(range)
}
