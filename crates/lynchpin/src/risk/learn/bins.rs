//! Columns cut into a few steps, a byte for each change.

use super::column::{Bend, Column};
use super::model::MISSING;

/// The most steps of a column.
pub(super) const STEPS: usize = 63;
/// The step of a value that is not known.
pub(super) const UNKNOWN: u8 = 63;

/// A column as steps.
pub(super) struct Binned {
    /// The column that it was.
    pub(super) column: usize,
    /// Which way its steps may go.
    pub(super) bend: Bend,
    /// Transformed values, in millionths, upwards: a step ends with each, and one comes after the
    /// last.
    pub(super) cuts: Vec<i64>,
    /// The step of each change: how many cuts are below its value.
    pub(super) codes: Vec<u8>,
}

impl Binned {
    /// The columns that may bend and are not the same for all.
    pub(super) fn all(columns: &[Column<'_>], transformed: &[Vec<i64>]) -> Vec<Binned> {
        let columns = columns.iter().zip(transformed).enumerate();
        let bending = columns.filter(|(_, (column, _))| column.bend != Bend::Straight);
        let binned = bending.map(|(number, (column, values))| {
            let cuts = cuts(values);
            let codes = values.iter().map(|value| code(&cuts, *value)).collect();
            Binned { column: number, bend: column.bend, cuts, codes }
        });
        binned.filter(|it| !it.cuts.is_empty()).collect()
    }
}

/// Where a column is cut: so that about as many changes lie in each step, and equal ones in one.
fn cuts(values: &[i64]) -> Vec<i64> {
    let mut known: Vec<i64> = values.iter().copied().filter(|value| *value != MISSING).collect();
    known.sort_unstable();
    let mut ends: Vec<i64> = known.clone();
    ends.dedup();
    if ends.len() > STEPS {
        let at = |step: usize| known.get(step.saturating_mul(known.len()) / STEPS).copied();
        ends = (1..=STEPS).filter_map(|step| at(step).or(known.last().copied())).collect();
        ends.dedup();
    }
    // Nothing is above the last one.
    let largest = known.last().copied();
    ends.retain(|end| Some(*end) != largest);
    ends
}

fn code(cuts: &[i64], value: i64) -> u8 {
    if value == MISSING {
        return UNKNOWN;
    }
    u8::try_from(cuts.partition_point(|cut| *cut < value)).unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_step_and_steps_are_about_as_full() {
        assert_eq!(cuts(&[5, 1, MISSING, 5, 3]), [1, 3]);
        assert!(cuts(&[4, 4, MISSING]).is_empty());
        assert!(cuts(&[]).is_empty());
        let many: Vec<i64> = (0..6_300).collect();
        let found = cuts(&many);
        assert_eq!(found.len(), STEPS - 1);
        assert_eq!(found[..3], [100, 200, 300]);
        assert_eq!(found.last(), Some(&6_200));
        let crowded: Vec<i64> = (0..6_300).map(|value| (value - 3_000).max(0)).collect();
        assert_eq!(cuts(&crowded)[..2], [0, 100]);
    }

    #[test]
    fn a_value_is_in_the_step_that_ends_with_it() {
        let cuts = [1, 3];
        assert_eq!([0, 1, 2, 3, 4].map(|value| code(&cuts, value)), [0, 0, 1, 1, 2]);
        assert_eq!(code(&cuts, MISSING), UNKNOWN);
    }
}
