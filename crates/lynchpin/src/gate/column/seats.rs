//! Who approved, row by row: a bit for each person who may.

use std::collections::BTreeMap;
use std::ops::{BitAnd, BitOr, Not, Range};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::PersonId;
use crate::base::limits::GATE_SEATS_MAX;
use crate::gate::leaf::approval::{Against, Standing};
use crate::gate::policy::Quorum;

const REJECTED: u8 = 1;
const CHANGES: u8 = 2;
const DEFERRED: u8 = 4;
const STALE: u8 = 8;

/// The approvals of one requirement. A person has one seat, so nobody counts twice; who had a hand
/// in a row is barred there, whatever they gave.
#[derive(Clone, Debug)]
pub(super) struct Seats {
    /// Who has a seat, in order of ids.
    people: BTreeMap<PersonId, usize>,
    masks: Masks,
    /// What else was said of each row; empty while nothing was.
    said: Vec<u8>,
    rows: usize,
    /// Who rejected a row.
    refused: BTreeMap<usize, Vec<PersonId>>,
}

/// The bits: up to eight seats in one byte a row, more in words of 64.
#[derive(Clone, Debug)]
enum Masks {
    Bytes { sitting: u8, approved: Vec<u8>, barred: Vec<u8> },
    Words { sitting: Vec<u64>, approved: Vec<u64>, barred: Vec<u64> },
}

/// What else was said of an approval than that somebody approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Objections {
    /// Who rejected it.
    pub rejected_by: Vec<PersonId>,
    /// Whether somebody asks for changes first.
    pub changes_requested: bool,
    /// Whether the decision was put off.
    pub deferred: bool,
    /// Whether somebody approved what no longer stands.
    pub stale: bool,
}

/// What is counted in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counted {
    pub(super) standing: Standing,
    pub(super) given: usize,
    pub(super) needed: usize,
}

impl Seats {
    /// Seats for those who may approve now, and for those who no longer may but did.
    pub(super) fn new(rows: usize, sitting: &[PersonId], left: &[PersonId]) -> Result<Seats> {
        let ids = sitting.iter().chain(left).cloned();
        let mut people: BTreeMap<PersonId, usize> = ids.map(|id| (id, 0)).collect();
        if people.len() > GATE_SEATS_MAX {
            let message = format!("more than {GATE_SEATS_MAX} people may approve");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        people.values_mut().enumerate().for_each(|(seat, number)| *number = seat);
        let words = people.len().div_ceil(64);
        let mut masks = if people.len() <= 8 {
            Masks::Bytes { sitting: 0, approved: vec![0; rows], barred: vec![0; rows] }
        } else {
            let all = rows.saturating_mul(words);
            Masks::Words { sitting: vec![0; words], approved: vec![0; all], barred: vec![0; all] }
        };
        for seat in sitting.iter().filter_map(|id| people.get(id)) {
            match &mut masks {
                Masks::Bytes { sitting, .. } => *sitting |= 1 << seat,
                Masks::Words { sitting, .. } => put(sitting, 0, words, *seat, true),
            }
        }
        Ok(Seats { people, masks, said: Vec::new(), rows, refused: BTreeMap::new() })
    }

    /// Says whether a person approved a row.
    pub(super) fn approve(&mut self, row: usize, person: &PersonId, given: bool) -> Result<()> {
        let seat = *self.people.get(person).ok_or_else(|| {
            Error::new(ErrorCode::UnknownWord, format!("`{person}` has no seat here"))
        })?;
        match &mut self.masks {
            Masks::Bytes { approved, .. } => put_byte(approved, row, seat, given),
            Masks::Words { approved, sitting, .. } => {
                put(approved, row, sitting.len(), seat, given);
            }
        }
        Ok(())
    }

    /// Says whether a person had a hand in a row; one without a seat cannot approve anyhow.
    pub(super) fn bar(&mut self, row: usize, person: &PersonId, barred: bool) {
        let Some(seat) = self.people.get(person).copied() else { return };
        match &mut self.masks {
            Masks::Bytes { barred: bits, .. } => put_byte(bits, row, seat, barred),
            Masks::Words { barred: bits, sitting, .. } => {
                put(bits, row, sitting.len(), seat, barred);
            }
        }
    }

    /// Says what else was said of a row, and who rejected it.
    pub(super) fn say(&mut self, row: usize, said: Objections) {
        let bit = |is: bool, bit| if is { bit } else { 0 };
        let bits = bit(!said.rejected_by.is_empty(), REJECTED)
            | bit(said.changes_requested, CHANGES)
            | bit(said.deferred, DEFERRED)
            | bit(said.stale, STALE);
        if self.said.is_empty() && bits != 0 {
            self.said = vec![0; self.rows];
        }
        if let Some(found) = self.said.get_mut(row) {
            *found = bits;
        }
        if said.rejected_by.is_empty() {
            self.refused.remove(&row);
        } else {
            self.refused.insert(row, said.rejected_by);
        }
    }

    /// Who rejected a row.
    pub(super) fn refused(&self, row: usize) -> &[PersonId] {
        self.refused.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Counts one row.
    pub(super) fn count(&self, row: usize, quorum: Quorum) -> Counted {
        let said = self.said.get(row).copied().unwrap_or(0);
        let (given, eligible) = match &self.masks {
            Masks::Bytes { sitting, approved, barred } => {
                let of = |bits: &[u8]| bits.get(row).copied().unwrap_or(0);
                let (given, eligible) = in_byte(*sitting, of(approved), of(barred));
                (usize::from(given), usize::from(eligible))
            }
            Masks::Words { sitting, approved, barred } => {
                let row = words(row..row + 1, sitting.len());
                let of = |bits| slice(bits, &row);
                let (given, eligible) = in_words(sitting, of(approved), of(barred));
                (usize::from(given), usize::from(eligible))
            }
        };
        let needed = quorum.needed(eligible);
        Counted { standing: standing(given, eligible, needed, said), given, needed }
    }

    /// The rank of the verdict of each of these rows.
    pub(super) fn ranks(&self, rows: Range<usize>, quorum: Quorum, out: &mut [u8]) {
        let said = slice(&self.said, &rows);
        match &self.masks {
            Masks::Bytes { sitting, approved, barred } => {
                let sitting = *sitting;
                let each = slice(approved, &rows).iter().zip(slice(barred, &rows));
                if quorum == Quorum::Count(1) {
                    // Where one is enough, whether there is one is all that counts.
                    let one = |bits: u8| u8::from(bits != 0);
                    let of = |(approved, barred): (&u8, &u8)| {
                        let (given, eligible) = meant(sitting, *approved, *barred);
                        (one(given), one(eligible))
                    };
                    return ranks(each.map(of), said, quorum, out);
                }
                let each = each.map(|(approved, barred)| in_byte(sitting, *approved, *barred));
                ranks(each, said, quorum, out);
            }
            Masks::Words { sitting, approved, barred } => {
                let rows = words(rows, sitting.len());
                let approved = slice(approved, &rows).chunks_exact(sitting.len());
                let barred = slice(barred, &rows).chunks_exact(sitting.len());
                let each = approved.zip(barred);
                let each = each.map(|(given, barred)| in_words(sitting, given, barred));
                ranks(each, said, quorum, out);
            }
        }
    }
}

/// The rank of each row, from how many approved it and how many may.
#[inline]
fn ranks<N>(counts: impl Iterator<Item = (N, N)>, said: &[u8], quorum: Quorum, out: &mut [u8])
where
    N: Ord + Copy + TryFrom<usize> + Into<usize> + Bounded,
{
    // So many that nobody can reach it, where the number is too large for the count.
    let needed = |eligible| N::try_from(quorum.needed(eligible)).unwrap_or(N::MOST);
    let rows = out.iter_mut().zip(counts);
    match quorum {
        Quorum::Count(_) | Quorum::First if said.is_empty() => {
            let needed = needed(0);
            for (out, (given, eligible)) in rows {
                *out = standing(given, eligible, needed, 0).rank();
            }
        }
        Quorum::Count(_) | Quorum::First => {
            let needed = needed(0);
            for ((out, (given, eligible)), said) in rows.zip(said) {
                *out = standing(given, eligible, needed, *said).rank();
            }
        }
        Quorum::All | Quorum::Percent(_) => {
            let said = said.iter().copied().chain(std::iter::repeat(0));
            for ((out, (given, eligible)), said) in rows.zip(said) {
                *out = standing(given, eligible, needed(eligible.into()), said).rank();
            }
        }
    }
}

/// A number that counts seats and its largest value, which no count of seats comes to.
trait Bounded {
    const MOST: Self;
}

impl Bounded for u8 {
    const MOST: u8 = u8::MAX;
}

impl Bounded for u16 {
    const MOST: u16 = u16::MAX;
}

/// Where a count stands: what is asked of one row and of a million alike.
#[inline]
fn standing<N: Ord + Copy>(given: N, eligible: N, needed: N, said: u8) -> Standing {
    let against = match (said & REJECTED != 0, said & CHANGES != 0) {
        (true, _) => Some(Against::Rejected),
        (false, true) => Some(Against::Changes),
        (false, false) => None,
    };
    let missing = match (said & DEFERRED != 0, said & STALE != 0) {
        (true, _) => Standing::Deferred,
        (false, true) => Standing::Stale,
        (false, false) => Standing::Missing,
    };
    // What counts only later enters as an answer of its own.
    Standing::of(against, || given >= needed, || eligible >= needed, || false, || missing)
}

/// Who approved and who may: those who sit, and those who no longer do but approved while they did,
/// less those who had a hand in it.
#[inline]
fn meant<B>(sitting: B, approved: B, barred: B) -> (B, B)
where
    B: Copy + BitAnd<Output = B> + BitOr<Output = B> + Not<Output = B>,
{
    (approved & !barred, (sitting | approved) & !barred)
}

/// How many these are.
#[inline]
fn in_byte(sitting: u8, approved: u8, barred: u8) -> (u8, u8) {
    let ones = |bits: u8| u8::try_from(bits.count_ones()).unwrap_or(u8::MAX);
    let (given, eligible) = meant(sitting, approved, barred);
    (ones(given), ones(eligible))
}

/// The same where there are more seats than bits in a byte.
#[inline]
fn in_words(sitting: &[u64], approved: &[u64], barred: &[u64]) -> (u16, u16) {
    let ones = |bits: u64| u16::try_from(bits.count_ones()).unwrap_or(u16::MAX);
    let (mut given, mut eligible) = (0_u16, 0_u16);
    for ((sitting, approved), barred) in sitting.iter().zip(approved).zip(barred) {
        let (by, of) = meant(*sitting, *approved, *barred);
        given = given.saturating_add(ones(by));
        eligible = eligible.saturating_add(ones(of));
    }
    (given, eligible)
}

/// The words of some rows.
fn words(rows: Range<usize>, each: usize) -> Range<usize> {
    rows.start.saturating_mul(each)..rows.end.saturating_mul(each)
}

/// Part of a column, empty where it is not all inside.
fn slice<'a, T>(column: &'a [T], part: &Range<usize>) -> &'a [T] {
    column.get(part.clone()).unwrap_or_default()
}

fn put_byte(bits: &mut [u8], row: usize, seat: usize, on: bool) {
    if let Some(byte) = bits.get_mut(row) {
        let bit = 1 << (seat % 8);
        *byte = if on { *byte | bit } else { *byte & !bit };
    }
}

fn put(bits: &mut [u64], row: usize, each: usize, seat: usize, on: bool) {
    let at = row.saturating_mul(each).saturating_add(seat / 64);
    if let Some(word) = bits.get_mut(at) {
        let bit = 1 << (seat % 64);
        *word = if on { *word | bit } else { *word & !bit };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: usize) -> PersonId {
        PersonId::new(format!("p{number:04}")).unwrap()
    }

    /// Few seats and many are counted alike, by one row and by all.
    #[test]
    fn a_row_is_counted_as_all_rows_are() {
        let counts = [0, 1, 3, 8, 9, 64, 65, 200];
        for (count, objected) in counts.into_iter().flat_map(|n| [(n, false), (n, true)]) {
            let sitting: Vec<PersonId> = (0..count).map(person).collect();
            let left = [person(5_000)];
            let mut seats = Seats::new(64, &sitting, &left).unwrap();
            for row in 0..64 {
                for seat in (0..count).filter(|seat| (seat * 7 + row) % 5 == 0) {
                    seats.approve(row, &person(seat), true).unwrap();
                }
                seats.approve(row, &left[0], row % 3 == 0).unwrap();
                seats.bar(row, &person(row % 7), true);
                let rejected_by = if row % 13 == 0 { vec![person(1)] } else { Vec::new() };
                let said = Objections {
                    rejected_by,
                    changes_requested: row % 11 == 0,
                    deferred: row % 5 == 0,
                    stale: row % 3 == 0,
                };
                if objected {
                    seats.say(row, said);
                }
            }
            let quorums = [1, 2, 70, 500].map(Quorum::Count);
            for quorum in quorums.into_iter().chain([Quorum::All, Quorum::Percent(50)]) {
                let mut ranks = vec![9; 64];
                seats.ranks(0..64, quorum, &mut ranks);
                for (row, rank) in ranks.iter().enumerate() {
                    let counted = seats.count(row, quorum);
                    assert_eq!(counted.standing.rank(), *rank, "{count} {quorum:?} {row}");
                    assert_eq!(counted.standing.state().rank(), *rank);
                }
            }
        }
    }

    #[test]
    fn who_had_a_hand_in_it_does_not_count_and_leaving_keeps_what_was_given() {
        let all: Vec<PersonId> = (0..3).map(person).collect();
        let mut seats = Seats::new(1, &all, &[person(9)]).unwrap();
        let counted = |seats: &Seats, quorum| {
            let counted = seats.count(0, quorum);
            (counted.standing, counted.given, counted.needed)
        };
        seats.approve(0, &all[0], true).unwrap();
        seats.bar(0, &all[0], true);
        assert_eq!(counted(&seats, Quorum::Count(1)), (Standing::Missing, 0, 1));
        assert_eq!(counted(&seats, Quorum::Count(3)), (Standing::Unreachable, 0, 3));
        seats.approve(0, &person(9), true).unwrap();
        assert_eq!(counted(&seats, Quorum::All), (Standing::Missing, 1, 3));
        assert!(seats.approve(0, &person(4), true).is_err());
    }
}
