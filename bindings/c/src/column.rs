//! Columns of features, as C programs have them.

use std::borrow::Cow;

use lynchpin::base::{Error, ErrorCode, Result};
use lynchpin::risk::learn::{Bend, Column, Transform, millionths_of};

use crate::kinds::{
    LP_BEND_FALLING, LP_BEND_FREE, LP_BEND_RISING, LP_BEND_STRAIGHT, LP_TRANSFORM_LOG,
    LP_TRANSFORM_PLAIN,
};
use crate::numbers::taken;
use crate::text::lp_str;

/// One feature of many changes: its values in one of two arrays, the other one being NULL. It never
/// grows, since arrays are made of it.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct lp_column {
    /// Its name, such as `lines`.
    pub name: lp_str,
    /// What is done to its values first: LP_TRANSFORM_...
    pub transform: u32,
    /// How what it adds may run from its smallest value to its largest: LP_BEND_...
    pub bend: u32,
    /// Its value for each change; what is not a number is not known. Each is rounded to the nearest
    /// millionth.
    pub values: *const f64,
    /// The same in millionths, exactly; INT64_MIN is not known.
    pub millionths: *const i64,
}

impl lp_column {
    /// Its name.
    ///
    /// # Safety
    ///
    /// The name is readable and unchanged as long as the result is used.
    pub(crate) unsafe fn name<'a>(&self) -> Result<&'a str> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.name.text(ErrorCode::BadArgument, "name of a column") }
    }
}

/// A column as it was given, with its values in millionths.
pub(crate) struct Given<'a> {
    name: &'a str,
    transform: u32,
    bend: u32,
    values: Cow<'a, [i64]>,
}

impl Given<'_> {
    pub(crate) fn values(&self) -> &[i64] {
        &self.values
    }

    /// The column to fit a model to.
    pub(crate) fn column(&self) -> Result<Column<'_>> {
        let transform = Transform::ALL.iter().find(|it| number_of(**it) == self.transform);
        let bend = Bend::ALL.iter().find(|it| number_of_bend(**it) == Some(self.bend));
        let (Some(transform), Some(bend)) = (transform, bend) else {
            let message = format!(
                "`{}`: {} is no transform, or {} no bend: set them to LP_TRANSFORM_... and \
                 LP_BEND_...",
                self.name, self.transform, self.bend
            );
            return Err(Error::new(ErrorCode::BadArgument, message));
        };
        let (name, values) = (self.name, self.values());
        Ok(Column { name, transform: *transform, bend: *bend, values })
    }
}

/// Reads a column of so many values.
///
/// # Safety
///
/// The name and the array of the column are readable and unchanged as long as the result is used.
pub(crate) unsafe fn given<'a>(column: &lp_column, count: usize) -> Result<Given<'a>> {
    // SAFETY: the caller's promise is passed on.
    let name: &'a str = unsafe { column.name() }?;
    let values = match (column.values.is_null(), column.millionths.is_null()) {
        (_, true) => {
            // SAFETY: as above.
            let values = unsafe { taken(column.values, count, name) }?;
            Cow::Owned(millionths_of(name, values.iter().copied())?)
        }
        // SAFETY: as above.
        (true, false) => Cow::Borrowed(unsafe { taken(column.millionths, count, name) }?),
        (false, false) => {
            let message = format!("`{name}` has both values and millionths: set one to NULL");
            return Err(Error::new(ErrorCode::BadArgument, message));
        }
    };
    Ok(Given { name, transform: column.transform, bend: column.bend, values })
}

/// The number of a transform; 0 for one that this library has no number for.
pub(crate) fn number_of(transform: Transform) -> u32 {
    match transform {
        Transform::Plain => LP_TRANSFORM_PLAIN,
        Transform::Log => LP_TRANSFORM_LOG,
        _ => 0,
    }
}

fn number_of_bend(bend: Bend) -> Option<u32> {
    match bend {
        Bend::Free => Some(LP_BEND_FREE),
        Bend::Straight => Some(LP_BEND_STRAIGHT),
        Bend::Rising => Some(LP_BEND_RISING),
        Bend::Falling => Some(LP_BEND_FALLING),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{number_of, number_of_bend};
    use lynchpin::risk::learn::{Bend, Transform};
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_number_of_its_own() {
        let numbers: BTreeSet<u32> = Transform::ALL.iter().map(|it| number_of(*it)).collect();
        assert!(!numbers.contains(&0) && numbers.len() == Transform::ALL.len());
        let numbers: BTreeSet<_> = Bend::ALL.iter().map(|it| number_of_bend(*it)).collect();
        assert!(!numbers.contains(&None) && numbers.len() == Bend::ALL.len());
    }
}
