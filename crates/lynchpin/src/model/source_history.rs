//! What the history of the source says about a change, as published studies measure it.

use serde::{Deserialize, Serialize};

macro_rules! source_history {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What the history of the source said about a change when it was made: how it is spread,
        /// what happened to its files before, and what its author had done before.
        ///
        /// An importer works it out from what was there *before* the change, so it never tells of
        /// the change's own fate. What is not said is unknown, not zero. The figures are whole
        /// numbers of at most 2^53-1.
        ///
        /// The definitions are those of the studies of failures in change histories: Kamei and
        /// others, "A large-scale empirical study of just-in-time quality assurance", IEEE
        /// Transactions on Software Engineering 39(6), 2013 (their names stand in brackets); for
        /// the entropy Hassan, "Predicting faults using the complexity of code changes", ICSE 2009;
        /// for the companions Zimmermann and others, "Mining version histories to guide software
        /// changes", IEEE Transactions on Software Engineering 31(6), 2005. They are measured by
        /// [`history::lookback`](crate::history::lookback).
        ///
        /// It is derived, so it falls into the text of a change and makes no approval stale.
        ///
        /// ```
        /// use lynchpin::model::SourceHistory;
        ///
        /// let history: SourceHistory =
        ///     serde_json::from_str(r#"{"entropy": 918296, "experience": 31, "fix": 1}"#).unwrap();
        /// assert_eq!(history.experience, Some(31));
        /// assert_eq!(history.developers, None);
        /// assert_eq!(history.figures().flatten().count(), 3);
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct SourceHistory {
            $(
                $(#[$doc])*
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub $name: Option<u64>,
            )*
        }

        impl SourceHistory {
            /// The names of the figures, as they stand in a document, in order.
            pub const NAMES: &[&str] = &[$(stringify!($name),)*];

            /// The figures, in the order of their names.
            pub fn figures(&self) -> impl Iterator<Item = Option<u64>> + use<> {
                [$(self.$name,)*].into_iter()
            }
        }
    };
}

source_history! {
    /// Top folders touched; the files of the root count as one of their own (NS).
    subsystems,
    /// How evenly the changed lines are spread over the files: the Shannon entropy, in millionths
    /// of a bit, of each file's share of the lines added and deleted (entropy). 0 for one file, at
    /// most the binary logarithm of the number of files; not divided by it.
    entropy,
    /// Different authors who changed one of these files before (NDEV).
    developers,
    /// Seconds since the last change of each file, the mean over those that were changed before
    /// (AGE).
    age_seconds,
    /// Different earlier changes of these files (NUC).
    earlier_changes,
    /// Earlier changes by the author (EXP).
    experience,
    /// The same, in thousandths, each divided by its age in whole years plus one (REXP).
    recent_experience,
    /// Earlier changes by the author in one of these top folders (SEXP).
    subsystem_experience,
    /// 1 if it mends a failure, 0 if not (FIX).
    fix,
    /// Files that nearly always changed together with one of these and are not among them.
    missing_companions,
    /// Earlier changes by the author that were known to have failed by then.
    author_failures,
    /// Earlier changes of these files that were known to have failed by then.
    file_failures,
    /// How many changes all this looks back on.
    looked_back,
}

impl SourceHistory {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == SourceHistory::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_figures_are_in_the_same_order() {
        let history =
            SourceHistory { subsystems: Some(2), looked_back: Some(7), ..Default::default() };
        let value = serde_json::to_value(history).unwrap();
        for (name, figure) in SourceHistory::NAMES.iter().zip(history.figures()) {
            assert_eq!(value.get(name).and_then(serde_json::Value::as_u64), figure, "{name}");
        }
        assert_eq!(SourceHistory::NAMES.len(), history.figures().count());
        assert!(SourceHistory::default().is_empty() && !history.is_empty());
    }

    #[test]
    fn what_nobody_defined_is_refused() {
        for wrong in [r#"{"age": 1}"#, r#"{"fix": true}"#, r#"{"entropy": -1}"#, r#"{"fix": 0.5}"#]
        {
            assert!(serde_json::from_str::<SourceHistory>(wrong).is_err(), "{wrong}");
        }
    }
}
