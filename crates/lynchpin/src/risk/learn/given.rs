//! What a host hands in, as what a model takes: numbers, words and columns by name.

use std::str::FromStr;

use super::column::{Bend, Transform};
use super::model::{MISSING, Model};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::limits::INTEGER_MAX;
use crate::risk::float::whole;

/// The largest that is kept, either way: some 9,007,199,254 whole ones.
#[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact")]
const MILLIONTHS_MAX: f64 = INTEGER_MAX as f64;

/// The value of a feature in millionths: the nearest whole number to a million times it, halves
/// away from zero. What is not a number is not known: [`MISSING`]. `None` for what cannot be kept:
/// an infinity, or more than 2^53 - 1 millionths either way.
///
/// Use it for each value that a host has as a float, so that the same float is the same feature
/// in every language.
///
/// ```
/// use lynchpin::risk::learn::{MISSING, millionths};
///
/// assert_eq!(millionths(0.1 + 0.2), Some(300_000));
/// assert_eq!(millionths(f64::NAN), Some(MISSING));
/// assert_eq!(millionths(f64::INFINITY), None);
/// ```
#[must_use]
pub fn millionths(value: f64) -> Option<i64> {
    if value.is_nan() {
        return Some(MISSING);
    }
    let found = libm::round(value * 1e6);
    (found.abs() <= MILLIONTHS_MAX).then(|| whole(found))
}

/// A whole column of floats in millionths, with the place of a value that cannot be kept.
///
/// ```
/// use lynchpin::risk::learn::{MISSING, millionths_of};
///
/// assert_eq!(millionths_of("hours", [1.5, f64::NAN])?, [1_500_000, MISSING]);
/// let error = millionths_of("hours", [1.5, f64::INFINITY]).unwrap_err();
/// assert!(error.to_string().contains("`hours[1]` is inf"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
///
/// # Errors
///
/// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) for the first value of which
/// [`millionths`] makes nothing.
pub fn millionths_of(name: &str, values: impl IntoIterator<Item = f64>) -> Result<Vec<i64>> {
    let values = values.into_iter().enumerate();
    let found = values.map(|(at, value)| millionths(value).ok_or_else(|| far(name, at, value)));
    found.collect()
}

fn far(name: &str, at: usize, value: f64) -> Error {
    let message = format!(
        "`{name}[{at}]` is {value}: pass at most {INTEGER_MAX} millionths either way, or NaN for \
         what is not known"
    );
    Error::new(ErrorCode::NumberOutOfRange, message)
}

impl Model {
    /// The terms that each [`Pair`](super::Pair) is of, by their names.
    pub fn pair_names(&self) -> impl Iterator<Item = (&str, &str)> {
        let name = |number: u32| {
            let term = usize::try_from(number).ok().and_then(|at| self.terms.get(at));
            term.map_or("", |term| term.name.as_str())
        };
        self.pairs.iter().map(move |pair| (name(pair.features.0), name(pair.features.1)))
    }

    /// Where the column of each term stands among columns of these names. There may be others,
    /// which the model does not look at.
    ///
    /// Use it where columns are known by name, as those of a table are, so that none is taken for
    /// another.
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if a term has no column, or two.
    pub fn places(&self, names: &[&str]) -> Result<Vec<usize>> {
        let places = self.terms.iter().map(|term| {
            let mut own = (0_usize..).zip(names).filter(|(_, name)| **name == term.name);
            match (own.next(), own.next()) {
                (Some((place, _)), None) => Ok(place),
                (None, _) => Err(format!("no column is named `{}`: give one", term.name)),
                _ => Err(format!("two columns are named `{}`: give one", term.name)),
            }
        });
        let places: Result<Vec<usize>, String> = places.collect();
        places.map_err(|message| Error::new(ErrorCode::BadArgument, message))
    }
}

impl Transform {
    /// All there are.
    pub const ALL: &'static [Transform] = &[Transform::Plain, Transform::Log];

    /// Its name, as it stands in a document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Transform::Plain => "plain",
            Transform::Log => "log",
        }
    }
}

impl Bend {
    /// All there are.
    pub const ALL: &'static [Bend] = &[Bend::Straight, Bend::Free, Bend::Rising, Bend::Falling];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bend::Straight => "straight",
            Bend::Free => "free",
            Bend::Rising => "rising",
            Bend::Falling => "falling",
        }
    }
}

/// By its name; an error with [`UnknownWord`](ErrorCode::UnknownWord) for another word.
impl FromStr for Transform {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = Transform::ALL.iter().find(|it| it.name() == word);
        found.copied().ok_or_else(|| unknown(word, "transform", "plain or log"))
    }
}

/// By its name; an error with [`UnknownWord`](ErrorCode::UnknownWord) for another word.
impl FromStr for Bend {
    type Err = Error;

    fn from_str(word: &str) -> Result<Self> {
        let found = Bend::ALL.iter().find(|it| it.name() == word);
        found.copied().ok_or_else(|| unknown(word, "bend", "straight, free, rising or falling"))
    }
}

fn unknown(word: &str, what: &str, known: &str) -> Error {
    Error::new(ErrorCode::UnknownWord, format!("`{word}` is no {what}: say {known}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_rounded_once_or_refused() {
        assert_eq!(millionths(2.5e-6), Some(3));
        assert_eq!(millionths(-2.5e-6), Some(-3));
        assert_eq!(millionths(-0.0), Some(0));
        assert_eq!(millionths(9_007_199_254.0), Some(9_007_199_254_000_000));
        assert_eq!(millionths(-9_007_199_254.0), Some(-9_007_199_254_000_000));
        for far in [9_007_199_255.0, -9_007_199_255.0, f64::MAX, f64::NEG_INFINITY] {
            assert_eq!(millionths(far), None, "{far}");
        }
        let error = millionths_of("age", [0.0, f64::NAN, 1e300]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NumberOutOfRange);
        assert!(error.to_string().contains("`age[2]`"), "{error}");
    }

    #[test]
    fn every_word_is_read() {
        for it in Transform::ALL {
            assert_eq!(it.name().parse(), Ok(*it));
            assert_eq!(serde_json::to_string(it).unwrap(), format!("\"{}\"", it.name()));
        }
        for it in Bend::ALL {
            assert_eq!(it.name().parse(), Ok(*it));
        }
        assert_eq!("root".parse::<Transform>().unwrap_err().code(), ErrorCode::UnknownWord);
        assert_eq!("up".parse::<Bend>().unwrap_err().code(), ErrorCode::UnknownWord);
    }

    #[test]
    fn columns_are_found_by_name() {
        let term = |name: &str| {
            format!(
                r#"{{"name":"{name}","transform":"plain","weight":"1","error":"0","centre":0,
                "seen":[0,5]}}"#
            )
        };
        let text = format!(
            r#"{{"format":"additive/1","baseline":"-2","baseline_error":"0","changes":0,
            "failures":0,"terms":[{},{}],
            "pairs":[{{"features":[0,1],"rows":[1],"columns":[],"adds":["0","1"]}}]}}"#,
            term("a"),
            term("b")
        );
        let model = Model::from_json(text.as_bytes()).unwrap();
        assert_eq!(model.pair_names().collect::<Vec<_>>(), [("a", "b")]);
        assert_eq!(model.places(&["b", "c", "a"]), Ok(vec![2, 0]));
        let told = |names: &[&str]| model.places(names).unwrap_err().to_string();
        assert!(told(&["b", "c"]).contains("no column is named `a`"));
        assert!(told(&["a", "b", "a"]).contains("two columns are named `a`"));
    }
}
