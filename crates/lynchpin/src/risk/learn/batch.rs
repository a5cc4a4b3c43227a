//! Many changes at once, column by column.

use super::column::Transform;
use super::line::Line;
use super::model::{MISSING, Model, Pair, Scored, Term, step};
use crate::base::error::{Error, ErrorCode, Result};
use crate::risk::quick::probabilities;
use crate::risk::scorecard::probability;

/// How many changes are looked at together: their sums stay close at hand, and each column is read
/// long enough at a stretch for memory to keep up.
const BLOCK: usize = 8_192;

/// A model made ready for many changes at once.
///
/// It answers what [`Model::score`] answers, to the last digit. Cuts of a feature are searched once
/// for its own steps and for all its pairs.
#[derive(Clone, Debug)]
pub struct Scorer {
    baseline: i64,
    terms: Vec<Ready>,
    pairs: Vec<ReadyPair>,
    /// Whether values are transformed already.
    is_transformed: bool,
    /// The model itself, if its terms may come to more than a sum holds: no model that was fitted
    /// or read is such.
    large: Option<Model>,
}

/// Where the answers of [`Scorer::score`] go: slices of the caller's, any of which may be left out.
#[derive(Debug, Default)]
pub struct Scores<'a> {
    /// The log-odds of each change, in billionths.
    pub log_odds: Option<&'a mut [i64]>,
    /// The probability of each change, in parts per billion.
    pub probabilities: Option<&'a mut [u32]>,
    /// What each term adds for each change, in billionths: all changes for the first term, then all
    /// for the second, and after the terms so for each pair.
    pub contributions: Option<&'a mut [i64]>,
}

/// A term with all that its feature is cut at.
#[derive(Clone, Debug)]
struct Ready {
    transform: Transform,
    line: Line,
    /// Cuts of its own steps and of its pairs, upwards.
    cuts: Vec<i64>,
    /// What its own steps add, one more than there are cuts; last, what is missing adds.
    adds: Vec<i64>,
}

/// A pair over the cuts of its two features.
#[derive(Clone, Debug)]
struct ReadyPair {
    features: (usize, usize),
    /// For each step of the first feature, where its row begins; last, that of what is missing.
    rows: Vec<usize>,
    /// For each step of the second feature, its place in a row; last, that of what is missing.
    columns: Vec<usize>,
    /// With one more row and one more column for what is missing.
    adds: Vec<i64>,
}

impl Model {
    /// The model made ready for many changes: whose values are as they are ([`Scorer::score`]
    /// transforms them), or transformed already, once for many models.
    #[must_use]
    pub fn scorer(&self, is_transformed: bool) -> Scorer {
        let cuts_of = |number: usize| {
            let term = self.terms.get(number);
            let mut cuts: Vec<i64> = term.map(|term| term.steps.cuts.clone()).unwrap_or_default();
            for pair in &self.pairs {
                let (first, second) = places(pair);
                cuts.extend_from_slice(if first == number { &pair.rows } else { &[] });
                cuts.extend_from_slice(if second == number { &pair.columns } else { &[] });
            }
            cuts.sort_unstable();
            cuts.dedup();
            cuts
        };
        let terms = self.terms.iter().enumerate();
        let terms: Vec<Ready> = terms.map(|(at, term)| Ready::new(term, cuts_of(at))).collect();
        let pairs: Vec<_> = self.pairs.iter().map(|pair| ReadyPair::new(pair, &terms)).collect();
        let baseline = self.baseline.billionths();
        let own = terms.iter().map(|it| it.line.most().saturating_add(most(&it.adds)));
        let all = own.chain(pairs.iter().map(|it| most(&it.adds)));
        let all = all.fold(baseline.unsigned_abs(), u64::saturating_add);
        let large = (all >= i64::MAX.unsigned_abs()).then(|| self.clone());
        Scorer { baseline, terms, pairs, is_transformed, large }
    }
}

fn most(adds: &[i64]) -> u64 {
    adds.iter().map(|it| it.unsigned_abs()).max().unwrap_or(0)
}

fn places(pair: &Pair) -> (usize, usize) {
    let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    (place(pair.features.0), place(pair.features.1))
}

impl Scorer {
    /// How many terms and pairs there are: how many contributions each change has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.terms.len().saturating_add(self.pairs.len())
    }

    /// Scores changes by the columns of their features, in the order of the terms, in millionths;
    /// [`MISSING`](super::MISSING) is not known.
    ///
    /// ```
    /// use lynchpin::risk::learn::{Bend, Column, Fit, Model, Scores, Transform};
    ///
    /// let lines = [3, 900, 12, 40, 700, 2].map(|lines| lines * 1_000_000);
    /// let failed = [false, true, false, true, true, false];
    /// let column =
    ///     Column { name: "lines", transform: Transform::Log, bend: Bend::Free, values: &lines };
    /// let model = Model::fit(&[column], &failed, &Fit::LINES)?;
    /// let mut log_odds = [0; 6];
    /// let scores = Scores { log_odds: Some(&mut log_odds), ..Scores::default() };
    /// model.scorer(false).score(&[&lines], scores)?;
    /// assert_eq!(log_odds[1], model.score(&[lines[1]])?.log_odds.billionths());
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`BadArgument`](ErrorCode::BadArgument) if there is not one column for each term, or if they
    /// and where the answers go are not of one length.
    pub fn score(&self, columns: &[&[i64]], mut scores: Scores<'_>) -> Result<()> {
        let count = self.check(columns, &scores)?;
        if let Some(model) = &self.large {
            self.score_rows(model, columns, count, scores);
            return Ok(());
        }
        let mut block = Block::new(self.terms.len());
        for start in (0..count).step_by(BLOCK) {
            let size = BLOCK.min(count.saturating_sub(start));
            block.sums.clear();
            block.sums.resize(size, self.baseline);
            // A line that waits for another one, to be added with it.
            let mut held: Option<(&Line, &[i64])> = None;
            for (number, (ready, column)) in self.terms.iter().zip(columns).enumerate() {
                let values = column.get(start..start.saturating_add(size)).unwrap_or(&[]);
                if self.is_transformed && ready.is_line() && scores.contributions.is_none() {
                    let own = (&ready.line, values);
                    match held.take() {
                        Some(other) => Line::add_two_to(&mut block.sums, other, own),
                        None => held = Some(own),
                    }
                    continue;
                }
                let added = block.term(number, ready, values, self.is_transformed);
                put(&mut scores.contributions, number, count, start, added);
            }
            if let Some((line, values)) = held {
                line.add_to(&mut block.sums, values);
            }
            for (number, pair) in self.pairs.iter().enumerate() {
                let number = self.terms.len().saturating_add(number);
                let added = block.pair(pair);
                put(&mut scores.contributions, number, count, start, added);
            }
            put(&mut scores.log_odds, 0, count, start, &block.sums);
            let into = scores.probabilities.as_deref_mut();
            if let Some(into) = into.and_then(|it| it.get_mut(start..start.saturating_add(size))) {
                probabilities(&block.sums, into);
            }
        }
        Ok(())
    }

    /// One by one: slowly, with sums that are cut at what they can hold.
    fn score_rows(&self, model: &Model, columns: &[&[i64]], count: usize, mut scores: Scores<'_>) {
        for row in 0..count {
            let own = self.terms.iter().zip(columns).map(|(ready, column)| {
                let value = column.get(row).copied().unwrap_or(MISSING);
                if self.is_transformed { value } else { ready.transform.of(value) }
            });
            let Scored { log_odds, terms } = model.scored(&own.collect::<Vec<_>>());
            put(&mut scores.log_odds, 0, count, row, &[log_odds.billionths()]);
            let into = scores.probabilities.as_deref_mut();
            if let Some(into) = into.and_then(|it| it.get_mut(row)) {
                *into = probability(log_odds).parts_per_billion();
            }
            for (number, added) in terms.iter().enumerate() {
                put(&mut scores.contributions, number, count, row, &[added.billionths()]);
            }
        }
    }

    fn check(&self, columns: &[&[i64]], scores: &Scores<'_>) -> Result<usize> {
        if columns.len() != self.terms.len() {
            let (found, wanted) = (columns.len(), self.terms.len());
            return Err(bad(format!("{found} columns for {wanted} terms: give one for each")));
        }
        let log_odds = scores.log_odds.as_ref().map(|it| it.len());
        let probabilities = scores.probabilities.as_ref().map(|it| it.len());
        let first = columns.first().map(|column| column.len()).or(log_odds).or(probabilities);
        let count = first.unwrap_or(0);
        if let Some(column) = columns.iter().find(|column| column.len() != count) {
            return Err(bad(format!("columns of {count} and of {} values", column.len())));
        }
        let all = scores.contributions.as_ref().map(|it| it.len());
        let wanted = [(log_odds, count), (probabilities, count), (all, count * self.width())];
        match wanted.into_iter().find(|(found, wanted)| found.is_some_and(|it| it != *wanted)) {
            Some((found, wanted)) => {
                let found = found.unwrap_or(0);
                Err(bad(format!("room for {found} answers where there are {wanted}")))
            }
            None => Ok(count),
        }
    }
}

fn bad(message: String) -> Error {
    Error::new(ErrorCode::BadArgument, message)
}

/// Writes a part of one column of answers.
fn put(into: &mut Option<&mut [i64]>, column: usize, count: usize, start: usize, from: &[i64]) {
    let Some(into) = into.as_deref_mut() else { return };
    let start = column.saturating_mul(count).saturating_add(start);
    if let Some(into) = into.get_mut(start..start.saturating_add(from.len())) {
        into.copy_from_slice(from);
    }
}

/// What is worked out of some changes. No sum comes to more than it holds.
struct Block {
    sums: Vec<i64>,
    added: Vec<i64>,
    /// In which step of each feature each change lies.
    steps: Vec<Vec<u32>>,
}

impl Block {
    fn new(terms: usize) -> Block {
        Block { sums: Vec::new(), added: Vec::new(), steps: vec![Vec::new(); terms] }
    }

    /// What a term adds for each change, also to the sums.
    fn term(
        &mut self,
        number: usize,
        ready: &Ready,
        values: &[i64],
        is_transformed: bool,
    ) -> &[i64] {
        self.added.clear();
        let Some(steps) = self.steps.get_mut(number) else { return &self.added };
        steps.clear();
        if is_transformed {
            self.added.extend_from_slice(values);
        } else {
            self.added.extend(values.iter().map(|value| ready.transform.of(*value)));
        }
        if !ready.cuts.is_empty() {
            steps.extend(self.added.iter().map(|value| ready.step(*value)));
        }
        ready.line.put(&mut self.added);
        if !ready.adds.is_empty() {
            for (added, step) in self.added.iter_mut().zip(steps.iter()) {
                *added = added.wrapping_add(at(&ready.adds, *step));
            }
        }
        self.sums
            .iter_mut()
            .zip(&self.added)
            .for_each(|(sum, added)| *sum = sum.wrapping_add(*added));
        &self.added
    }

    fn pair(&mut self, pair: &ReadyPair) -> &[i64] {
        self.added.clear();
        let (first, second) = pair.features;
        if let (Some(first), Some(second)) = (self.steps.get(first), self.steps.get(second)) {
            let cells = first.iter().zip(second).map(|(first, second)| {
                let place = at(&pair.rows, *first).saturating_add(at(&pair.columns, *second));
                pair.adds.get(place).copied().unwrap_or(0)
            });
            self.added.extend(cells);
        }
        self.sums
            .iter_mut()
            .zip(&self.added)
            .for_each(|(sum, added)| *sum = sum.wrapping_add(*added));
        &self.added
    }
}

fn at<T: Copy + Default>(table: &[T], step: u32) -> T {
    let step = usize::try_from(step).unwrap_or(usize::MAX);
    table.get(step).copied().unwrap_or_default()
}

impl Ready {
    fn new(term: &Term, cuts: Vec<i64>) -> Ready {
        let ends = cuts.iter().copied().chain([i64::MAX, MISSING]);
        let adds = match term.steps.adds.is_empty() {
            true => Vec::new(),
            false => ends.map(|end| term.steps.adds_for(end).billionths()).collect(),
        };
        Ready { transform: term.transform, line: Line::new(term), cuts, adds }
    }

    /// Whether its line is all that there is.
    fn is_line(&self) -> bool {
        self.cuts.is_empty() && self.adds.is_empty()
    }

    /// The step of a value; one after the last, if it is missing.
    fn step(&self, value: i64) -> u32 {
        let step = match value {
            MISSING => self.cuts.len().saturating_add(1),
            value => step(&self.cuts, value),
        };
        u32::try_from(step).unwrap_or(u32::MAX)
    }
}

impl ReadyPair {
    fn new(pair: &Pair, terms: &[Ready]) -> ReadyPair {
        let features = places(pair);
        let cuts = |number: usize| terms.get(number).map(|it| it.cuts.as_slice()).unwrap_or(&[]);
        let steps = |own: &[i64], number: usize, width: usize| -> Vec<usize> {
            let ends = cuts(number).iter().copied().chain([i64::MAX]);
            let step = |end: i64| own.partition_point(|cut| *cut < end).saturating_mul(width);
            let last = own.len().saturating_add(1).saturating_mul(width);
            ends.map(step).chain([last]).collect()
        };
        let width = pair.columns.len().saturating_add(2);
        let ends =
            |own: &[i64]| -> Vec<i64> { own.iter().copied().chain([i64::MAX, MISSING]).collect() };
        let (down, across) = (ends(&pair.rows), ends(&pair.columns));
        let cells = down.iter().flat_map(|row| across.iter().map(move |column| (*row, *column)));
        ReadyPair {
            features,
            rows: steps(&pair.rows, features.0, width),
            columns: steps(&pair.columns, features.1, 1),
            adds: cells.map(|(row, column)| pair.adds_for(row, column).billionths()).collect(),
        }
    }
}
