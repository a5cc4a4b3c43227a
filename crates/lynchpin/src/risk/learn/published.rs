//! What to begin with where there is no history yet.

use super::column::Transform;
use super::model::{Format, Model, Steps, Term};
use crate::base::{LogOdds, Probability};
use crate::risk::float::{real, share};

/// A feature: its name, what is done to its values, and in thousandths its weight, the error of
/// that, its centre, and the smallest and the largest value that was seen.
type Row = (&'static str, Transform, i64, i64, i64, i64, i64);

/// What ten histories have in common; a test fits them anew.
const ROWS: [Row; 8] = [
    ("lines_added", Transform::Log, 415, 148, 2_529, 0, 12_195),
    ("lines_deleted", Transform::Log, 47, 68, 1_969, 0, 12_195),
    ("files", Transform::Log, 574, 360, 1_115, 693, 7_406),
    ("folders", Transform::Log, 166, 417, 952, 693, 5_533),
    ("fix", Transform::Plain, 699, 515, 433, 0, 1_000),
    ("developers", Transform::Log, -33, 223, 2_353, 693, 6_603),
    ("age_days", Transform::Log, -168, 98, 3_383, 0, 12_384),
    ("author_record", Transform::Log, -39, 75, 7_071, 693, 10_540),
];
const BASELINE: (i64, i64) = (-1_277, 647);
const CHANGES: u64 = 159_810;
const FAILURES: u64 = 38_358;

impl Model {
    /// What ten published histories have in common, as the prior of a first fit
    /// ([`Fit::prior`](super::Fit::prior)): for those who have few changes of their own yet.
    ///
    /// It is of lines: the mean of what each history says, and as errors how far they are apart, so
    /// that it fades as fast as it should. Which part of a model rests on it yet is told by
    /// [`rests_on`](Model::rests_on). The histories are of Kamei et al. (2013) and Zeng et al.
    /// (2021), in which a change failed if a later one had to mend it: how often that happens is
    /// no measure of how often services fail, so let the [shift](super::Rolling) follow your own.
    ///
    /// | feature | what |
    /// | --- | --- |
    /// | `lines_added`, `lines_deleted` | lines of source that it adds and takes away |
    /// | `files`, `folders` | how many files it touches, in how many folders |
    /// | `fix` | 1 if it mends something, 0 if not |
    /// | `developers` | how many people had changed these files before |
    /// | `age_days` | days since these files were last changed, in the mean |
    /// | `author_record` | how many changes its author had made before |
    ///
    /// Columns of these names take it up, whatever others there are.
    ///
    /// ```
    /// use lynchpin::risk::learn::{Bend, Column, Fit, Model, Transform};
    ///
    /// let prior = Model::published();
    /// let lines = [3, 900, 12, 40].map(|lines| lines * 1_000_000);
    /// let column = Column {
    ///     name: "lines_added",
    ///     transform: Transform::Log,
    ///     bend: Bend::Free,
    ///     values: &lines,
    /// };
    /// let fit = Fit { prior: Some(&prior), ..Fit::LINES };
    /// let model = Model::fit(&[column], &[false, true, false, false], &fit)?;
    /// // Four changes say little: nearly all rests on the prior.
    /// assert!(model.rests_on(&prior)[0].1 > "0.8".parse()?);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    #[must_use]
    pub fn published() -> Model {
        let billionths = |thousandths: i64| LogOdds::from_billionths(thousandths * 1_000_000);
        let terms = ROWS.map(|(name, transform, weight, error, centre, low, high)| Term {
            name: name.to_owned(),
            transform,
            weight: billionths(weight),
            error: billionths(error),
            centre: centre * 1_000,
            seen: (low * 1_000, high * 1_000),
            steps: Steps::default(),
        });
        Model {
            format: Format::Additive1,
            baseline: billionths(BASELINE.0),
            baseline_error: billionths(BASELINE.1),
            terms: terms.into(),
            pairs: Vec::new(),
            changes: CHANGES,
            failures: FAILURES,
        }
    }

    /// Which part of what a model of lines says rests on the prior that it was fitted with yet, by
    /// feature: the square of the error of its weight, by the square of the prior's. What the prior
    /// does not know is left out.
    #[must_use]
    pub fn rests_on(&self, prior: &Model) -> Vec<(&str, Probability)> {
        let part = |own: &Term, before: &Term| {
            let part = real(own.error.billionths()) / real(before.error.billionths());
            share((part * part).min(1.0))
        };
        let known = |own: &Term| {
            let mut all = prior.terms.iter();
            all.find(|it| it.name == own.name && it.transform == own.transform)
                .filter(|it| it.error.billionths() > 0)
                .map(|it| part(own, it))
        };
        self.terms.iter().filter_map(|it| Some((it.name.as_str(), known(it)?))).collect()
    }
}
