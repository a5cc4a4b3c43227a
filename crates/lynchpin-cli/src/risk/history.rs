//! A history read from a table: features, and what became of the changes.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::limits::MODEL_FEATURES_MAX;
use lynchpin::base::{ErrorCode, Instant, Probability};
use lynchpin::report::{counted, line};
use lynchpin::risk::learn::{Bend, Column, MISSING, Transform};
use lynchpin::risk::replay::History as Replayed;

use super::super::failure::Failure;
use super::args::Features;
use super::portfolio::HEADS;
use super::table::Table;

/// What to do about a column of other things than numbers, where every column is a feature.
pub const HINT: &str = "; a column that is no feature is left out with --ignore";

/// Where one in so many values or more is missing, that they count as the riskiest makes
/// probabilities visibly too high.
const MISSING_SHARE: usize = 10;

/// A feature of all changes.
pub struct Feature {
    pub name: String,
    pub transform: Transform,
    pub bend: Bend,
    pub values: Vec<i64>,
    at: usize,
}

impl Feature {
    /// Itself, as what a model is fitted to.
    fn column(&self) -> Column<'_> {
        let Feature { name, transform, bend, values, .. } = self;
        Column { name, transform: *transform, bend: *bend, values }
    }

    /// Says what a logarithm hides and that much is missing, which nobody would see otherwise.
    fn tell(&self) {
        let name = line(&self.name, 40);
        let known = || self.values.iter().filter(|value| **value != MISSING);
        let below = known().filter(|value| **value < 0).count();
        if self.transform == Transform::Log && below > 0 {
            let values = counted(below, "value", "values");
            let message =
                "below zero, as a logarithm taken for zero: --plain takes them as they are";
            Failure::note(&format!("`{name}` has {values} {message}"));
        }
        let missing = self.values.len().saturating_sub(known().count());
        if missing.saturating_mul(MISSING_SHARE) >= self.values.len() {
            let (all, says) = (self.values.len(), "each counts as the riskiest that was seen");
            Failure::note(&format!(
                "`{name}` is not known of {missing} of {all}: {says}, so that too much is said; \
                 --ignore leaves it out"
            ));
        }
    }
}

/// Where the columns are that are no features.
pub struct Places {
    pub outcome: usize,
    pub made: Option<usize>,
    pub known: Option<usize>,
    pub said: Option<usize>,
    pub release: Option<usize>,
    pub effort: Option<usize>,
}

/// The changes of a file, the oldest first.
#[derive(Default)]
pub struct History {
    pub features: Vec<Feature>,
    pub failed: Vec<bool>,
    /// When each was made; nothing, if no column says that.
    pub made: Vec<Instant>,
    /// When it came to be known what became of it, as long as a column may say that.
    pub known: Vec<Option<Instant>>,
    /// What was said of it; nothing, if no column says that.
    pub said: Vec<Probability>,
    /// The release that it came with, or an empty text; nothing, if no column says that.
    pub releases: Vec<String>,
    /// What it takes to look at it; nothing, if no column says that.
    pub efforts: Vec<u64>,
    /// The line of each row that has a time.
    pub lines: Vec<u64>,
}

impl History {
    /// Reads all rows.
    pub fn read(
        table: &mut Table,
        places: &Places,
        features: Vec<Feature>,
    ) -> Result<History, Failure> {
        let mut history = History { features, ..History::default() };
        while table.advance()? {
            history.failed.push(table.outcome(places.outcome));
            if let Some(made) = places.made {
                history.take_times(table, made, places.known);
            }
            history.said.extend(places.said.map(|said| table.probability(said)));
            history.releases.extend(places.release.map(|it| table.text(it).to_owned()));
            history.efforts.extend(places.effort.map(|it| table.effort(it)));
            for feature in &mut history.features {
                feature.values.push(table.value(feature.at));
            }
        }
        table.check()?;
        if history.failed.is_empty() {
            return Err(table.refused(ErrorCode::Empty, "no changes: write one a row"));
        }
        history.features.iter().for_each(Feature::tell);
        Ok(history)
    }

    fn take_times(&mut self, table: &mut Table, at: usize, known_at: Option<usize>) {
        let made = table.instant(at);
        let before = self.made.last().copied().filter(|before| *before > made);
        if let Some(before) = before {
            let message = format!(
                "made at {made}, and the row above it at {before}: sort the rows by time, the \
                 oldest first"
            );
            table.wrong(at, ErrorCode::TimeOrder, message);
        }
        let place = known_at.filter(|known| !table.text(*known).is_empty());
        let known = place.map(|place| (place, table.instant(place)));
        if let Some((place, known)) = known.filter(|(_, known)| *known < made) {
            let message = format!("known at {known}, before it was made at {made}: mend one");
            table.wrong(place, ErrorCode::TimeOrder, message);
        }
        self.made.push(made);
        self.known.push(known.map(|(_, known)| known));
        self.lines.push(table.line());
    }

    /// Its features, as what models are fitted to.
    pub fn columns(&self) -> Vec<Column<'_>> {
        self.features.iter().map(Feature::column).collect()
    }

    /// As it is replayed, with its own columns.
    pub fn replayed<'a>(&'a self, columns: &'a [Column<'a>]) -> Replayed<'a> {
        let History { made, known, failed, .. } = self;
        Replayed { features: columns, made, known, failed }
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.failed.len()
    }

    /// Leaves out all but so many of the first changes.
    pub fn cut(&mut self, count: usize) {
        let History { features, failed, made, known, said, releases, efforts, lines } = self;
        features.iter_mut().for_each(|it| it.values.truncate(count));
        failed.truncate(count);
        made.truncate(count);
        known.truncate(count);
        said.truncate(count);
        releases.truncate(count);
        efforts.truncate(count);
        lines.truncate(count);
    }

    /// How many of them failed.
    pub fn failures(&self) -> usize {
        self.failed.iter().filter(|failed| **failed).count()
    }
}

/// The features of a file: all columns but those that are something else or ignored.
pub fn features(
    table: &Table,
    asked: &Features,
    others: &[usize],
) -> Result<Vec<Feature>, Failure> {
    let find = |names: &[String], said: &str| -> Result<BTreeSet<usize>, Failure> {
        names.iter().map(|name| table.column(name, said)).collect()
    };
    let mut besides = find(&asked.ignore, "--ignore")?;
    besides.extend(others);
    if table.is_of_portfolio {
        besides.extend(0..HEADS.len());
    }
    let plain = find(&asked.plain, "--plain")?;
    let bends = [
        (Bend::Rising, find(&asked.rising, "--rising")?),
        (Bend::Falling, find(&asked.falling, "--falling")?),
        (Bend::Straight, find(&asked.straight, "--straight")?),
    ];
    let mut bent = BTreeMap::new();
    for (bend, at) in bends.iter().flat_map(|(bend, all)| all.iter().map(|at| (*bend, *at))) {
        if let Some(other) = bent.insert(at, bend) {
            let message = format!(
                "`{}` cannot be {} and {}: name it once",
                name_of(table, at),
                other.name(),
                bend.name()
            );
            return Err(Failure::plain(ErrorCode::BadArgument.name(), &message));
        }
    }
    if let Some(at) = plain.iter().chain(bent.keys()).find(|at| besides.contains(at)) {
        let message = format!(
            "`{}` is no feature, so it cannot be taken in a way: name it once",
            name_of(table, *at)
        );
        return Err(Failure::plain(ErrorCode::BadArgument.name(), &message));
    }
    let own = (0_usize..).zip(table.heads()).filter(|(at, _)| !besides.contains(at));
    let found: Vec<Feature> = own
        .map(|(at, name)| Feature {
            name: name.clone(),
            transform: if plain.contains(&at) { Transform::Plain } else { Transform::Log },
            bend: bent.get(&at).copied().unwrap_or_default(),
            values: Vec::new(),
            at,
        })
        .collect();
    check(table, found)
}

fn name_of(table: &Table, at: usize) -> String {
    table.heads().get(at).map(|head| line(head, 40)).unwrap_or_default()
}

/// That there are features, and that each has a name of its own.
fn check(table: &Table, found: Vec<Feature>) -> Result<Vec<Feature>, Failure> {
    if found.is_empty() {
        let message = "no features: every column is the outcome, a time or ignored";
        return Err(table.refused(ErrorCode::Empty, message));
    }
    if found.len() > MODEL_FEATURES_MAX {
        let message = format!(
            "{} features: a model has at most {MODEL_FEATURES_MAX}; leave some out with --ignore",
            found.len()
        );
        return Err(table.refused(ErrorCode::ListTooLong, &message));
    }
    let mut names = BTreeSet::new();
    for feature in &found {
        if feature.name.is_empty() {
            let column = feature.at.saturating_add(1);
            let message = format!("column {column} has no name: give it one, or take it out");
            return Err(table.refused(ErrorCode::MissingField, &message));
        }
        if !names.insert(&feature.name) {
            return Err(table.twice(&feature.name));
        }
    }
    Ok(found)
}
