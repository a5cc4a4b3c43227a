//! Reading a store whose rows may be missing, doubled or damaged.

use std::ops::Range;

use lynchpin::base::{Error, ErrorCode, Result};

use super::Finding;
use super::pass::{Pass, is_damage};
use crate::merkle::BLOCK;
use crate::store::{Head, Store};

/// The end of all numbers that a store may hold.
const END: u64 = i64::MAX.unsigned_abs();
/// How many rows that cannot be read are passed over: behind more, nothing is worth reading.
const UNREADABLE_MAX: usize = 100;

/// Passes on all rows in order, up to the head that was read before: others may append meanwhile.
pub(super) fn rows(store: &mut dyn Store, head: Option<Head>, pass: &mut Pass) -> Result<()> {
    let end = head.map_or(END, |head| head.size.saturating_add(1).min(END));
    let (mut from, mut unreadable) = (0, 0);
    while let Some(at) = next(store, from..end)? {
        let range = at..at.saturating_add(BLOCK).min(end);
        let mut seen = at;
        let said = store.rows(range.clone(), &mut |row| {
            pass.row(&row, &range);
            seen = seen.max(row.sequence.saturating_add(1)).min(range.end);
            Ok(())
        });
        pass.look_up(store)?;
        from = match said {
            Ok(()) => range.end,
            Err(error) if !is_damage(&error) => return Err(error),
            Err(_) if unreadable >= UNREADABLE_MAX => {
                pass.give_up(seen);
                return Ok(());
            }
            Err(error) => {
                unreadable += 1;
                pass_over(store, seen..end, &error, pass)?
            }
        };
    }
    check_end(store, head, pass)
}

/// Checks that nothing is behind the newest row, unless it came since.
fn check_end(store: &mut dyn Store, head: Option<Head>, pass: &mut Pass) -> Result<()> {
    let Some(head) = head else { return Ok(()) };
    let first = next(store, head.size.saturating_add(1)..END)?;
    if let Some(first) = first
        && pass.soft(store.head())? == Some(head)
    {
        let message = format!("entry {first} is behind the newest one, which is {}", head.size);
        pass.find(Finding::new(ErrorCode::LedgerTampered, message).at(first));
    }
    Ok(())
}

/// Passes over what cannot be read at the beginning of a range; where to go on.
fn pass_over(
    store: &mut dyn Store,
    rest: Range<u64>,
    damage: &Error,
    pass: &mut Pass,
) -> Result<u64> {
    let at = next(store, rest.clone())?.unwrap_or(rest.start);
    let range = at..at.saturating_add(1);
    let said = store.rows(range.clone(), &mut |row| {
        pass.row(&row, &range);
        Ok(())
    });
    match said {
        Err(error) if is_damage(&error) => pass.unreadable(at, &error),
        // By itself each row can be read, or there is none any more: what leads to them is damaged.
        said => {
            said?;
            pass.look_up(store)?;
            pass.damaged(at, damage);
        }
    }
    Ok(range.end)
}

/// The first number of a range at which there is a row, readable or not.
fn next(store: &mut dyn Store, range: Range<u64>) -> Result<Option<u64>> {
    let Range { start, end } = range;
    // Behind a row that cannot be read there may be nothing left to look at.
    if start >= end {
        return Ok(None);
    }
    let (mut low, mut high) = (start, start.saturating_add(1).min(end));
    let mut width = 1_u64;
    while !is_any(store, low..high)? {
        if high >= end {
            return Ok(None);
        }
        width = width.saturating_mul(2);
        (low, high) = (high, high.saturating_add(width).min(end));
    }
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_any(store, low..middle)? { high = middle } else { low = middle }
    }
    Ok(Some(low))
}

/// Whether there is a row in a range, readable or not.
fn is_any(store: &mut dyn Store, range: Range<u64>) -> Result<bool> {
    let mut is_any = false;
    let said = store.rows(range, &mut |_| {
        is_any = true;
        Err(Error::new(ErrorCode::Cancelled, "one is enough"))
    });
    match said {
        _ if is_any => Ok(true),
        Ok(()) => Ok(false),
        Err(error) if is_damage(&error) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Compares the roots of whole blocks with those that are kept.
pub(super) fn blocks(store: &mut dyn Store, pass: &mut Pass) -> Result<()> {
    let (size, computed) = pass.blocks();
    let (whole, computed) = (size / BLOCK, computed.to_vec());
    let kept = match store.blocks(0..whole) {
        Err(error) if is_damage(&error) => {
            let number = last_damaged(store, whole)?;
            let message = format!("the root of block {number} cannot be read: {error}");
            pass.find(Finding::new(error.code(), message).within(entries(number)));
            return Ok(());
        }
        kept => kept?,
    };
    for (number, root) in computed {
        let kept = usize::try_from(number).ok().and_then(|number| kept.get(number));
        if kept.is_some_and(|kept| *kept != root) {
            let message = format!("the root of block {number} is not that of its entries");
            let finding = Finding::new(ErrorCode::LedgerTampered, message);
            pass.find(finding.within(entries(number)));
        }
    }
    check_count(store, pass, whole, u64::try_from(kept.len()).unwrap_or(u64::MAX))
}

/// Checks that no root of a block is missing and none is too many.
fn check_count(store: &mut dyn Store, pass: &mut Pass, whole: u64, kept: u64) -> Result<()> {
    let beyond = pass.soft(store.blocks(whole..u64::MAX))?.unwrap_or_default();
    let count = kept.saturating_add(u64::try_from(beyond.len()).unwrap_or(u64::MAX));
    // Others may have appended since the last row was read, but before the head is.
    let has_grown = !beyond.is_empty()
        && store
            .head()
            .is_ok_and(|head| head.size.min(lynchpin::base::limits::INTEGER_MAX) / BLOCK >= count);
    if kept < whole || !(beyond.is_empty() || has_grown) {
        let message = format!("{count} roots of whole blocks are kept, where there are {whole}");
        pass.find(Finding::new(ErrorCode::LedgerTampered, message));
    }
    Ok(())
}

/// The number of the last block whose root cannot be read.
fn last_damaged(store: &mut dyn Store, whole: u64) -> Result<u64> {
    let (mut low, mut high) = (0, whole.max(1));
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        match store.blocks(middle..whole) {
            Ok(_) => high = middle,
            Err(error) if is_damage(&error) => low = middle,
            Err(error) => return Err(error),
        }
    }
    Ok(low)
}

/// The entries of a block.
fn entries(number: u64) -> Range<u64> {
    let first = number.saturating_mul(BLOCK).saturating_add(1);
    first..first.saturating_add(BLOCK)
}
