//! A model out of a file, and the columns of a table that it needs.

use std::path::Path;

use lynchpin::base::digest::Digest;
use lynchpin::base::limits::INTEGER_MAX;
use lynchpin::base::{Error, ErrorCode, Limits, LogOdds, Probability};
use lynchpin::risk::RiskModel;
use lynchpin::risk::learn::{Model, Transform};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::failure::Failure;
use super::super::load;
use super::table::Table;

/// A model out of a file.
pub struct Read {
    /// As it scores: what the document shifts all log-odds by is in its baseline.
    pub model: Model,
    /// The digest of the document.
    pub digest: Digest,
    /// How far it is shifted, if the document is one that policies name.
    pub shift: Option<LogOdds>,
}

/// What tells the documents apart.
#[derive(Deserialize)]
struct Kind {
    lynchpin: Option<IgnoredAny>,
    ebm: Option<IgnoredAny>,
}

/// Reads a model: one that was fitted, one that was certified for policies, or an explainable
/// boosting machine.
pub fn read(file: &Path) -> Result<Read, Failure> {
    let limit = Limits::bulk().document_bytes_max;
    let bytes = load::read(file, limit)?;
    let malformed = |error: &Error| Failure::of_document(&load::name(file), &bytes, error);
    if bytes.len() > limit {
        let message = "more than 4 GiB: no model has so many steps";
        return Err(malformed(&Error::new(ErrorCode::DocumentTooLarge, message)));
    }
    // What is no JSON at all is for the reader of models to tell.
    let kind = serde_json::from_slice::<Kind>(&bytes).ok();
    let read = match kind {
        Some(Kind { lynchpin: Some(_), .. }) => certified,
        Some(Kind { ebm: Some(_), .. }) => boosted,
        _ => fitted,
    };
    read(&bytes).map_err(|error| malformed(&error))
}

fn fitted(text: &[u8]) -> Result<Read, Error> {
    let model = Model::from_json(text)?;
    Ok(Read { digest: model.digest()?, model, shift: None })
}

fn boosted(text: &[u8]) -> Result<Read, Error> {
    let model = Model::from_ebm(text, Limits::bulk())?;
    Ok(Read { digest: model.digest()?, model, shift: None })
}

fn certified(text: &[u8]) -> Result<Read, Error> {
    let whole = RiskModel::from_json(text)?;
    Ok(Read { model: whole.shifted(), digest: whole.digest()?, shift: Some(whole.shift) })
}

/// Where the column of each term is.
pub fn places(model: &Model, table: &Table) -> Result<Vec<usize>, Failure> {
    model.terms.iter().map(|term| table.column(&term.name, "the model")).collect()
}

/// What each term and then each pair is called.
pub fn names(model: &Model) -> Vec<String> {
    let terms = model.terms.iter().map(|term| term.name.clone());
    let pairs = model.pair_names().map(|(one, other)| format!("{one} with {other}"));
    terms.chain(pairs).collect()
}

/// A probability of so many of all.
pub fn share(part: u64, all: u64) -> Option<Probability> {
    let parts = u128::from(part) * 2_000_000_000 + u128::from(all);
    let parts = parts.checked_div(u128::from(all) * 2)?;
    Some(Probability::from_parts_per_billion(u32::try_from(parts).unwrap_or(u32::MAX)))
}

/// The same of what is counted in a file.
pub fn share_of(part: usize, all: usize) -> Option<Probability> {
    let wide = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    share(wide(part), wide(all))
}

/// A value of a feature that is transformed to this one: of all such, the one with the fewest
/// digits.
pub fn untransformed(transform: Transform, value: i64) -> i64 {
    if transform == Transform::Plain {
        return value;
    }
    let least = |wanted: i64| {
        let (mut low, mut high) = (0, i64::try_from(INTEGER_MAX).unwrap_or(i64::MAX));
        while low < high {
            let middle = low.midpoint(high);
            if transform.of(middle) >= wanted {
                high = middle;
            } else {
                low = middle.saturating_add(1);
            }
        }
        low
    };
    let (first, next) = (least(value), least(value.saturating_add(1)));
    let round = (0..16_u32).rev().filter_map(|digits| {
        let unit = 10_i64.checked_pow(digits)?;
        first.checked_add(unit.saturating_sub(1)).map(|up| up / unit * unit)
    });
    round.into_iter().find(|found| *found < next).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithm_is_turned_back() {
        for whole in [0, 1, 2, 3, 12, 999, 1_000, 12_345, 999_999, 1_000_000, 123_456_000] {
            let value = whole * 1_000_000;
            let found = untransformed(Transform::Log, Transform::Log.of(value));
            assert_eq!(found, value, "{whole}");
        }
        assert_eq!(untransformed(Transform::Plain, -7), -7);
    }

    #[test]
    fn shares_are_rounded_once() {
        let parts = |part, all| share(part, all).map(Probability::parts_per_billion);
        assert_eq!(parts(1, 3), Some(333_333_333));
        assert_eq!(parts(2, 3), Some(666_666_667));
        assert_eq!((parts(0, 0), parts(u64::MAX, u64::MAX)), (None, Some(1_000_000_000)));
    }
}
