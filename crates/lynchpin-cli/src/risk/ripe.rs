//! A history that was looked up at an instant: which of its changes have had their time, and what
//! models would have said of them.

use lynchpin::base::{Error, ErrorCode, Instant};
use lynchpin::report::counted;
use lynchpin::risk::backtest::mature_until;
use lynchpin::risk::learn::{Column, Model};
use lynchpin::risk::replay::{Options, Replay};

use super::super::failure::Failure;
use super::args::Replayed;
use super::fit;
use super::history::{HINT, History, Places, features};
use super::table::Table;

/// How many blocks there are unless said.
const BLOCKS: usize = 10;

/// What else columns say, by their names.
#[derive(Clone, Copy, Default)]
pub struct Besides<'a> {
    /// What was said of each change, so that none is a feature.
    pub said: Option<&'a str>,
    /// The release that it came with.
    pub release: Option<&'a str>,
    /// What it takes to look at it.
    pub effort: Option<&'a str>,
}

/// A history of which the first changes are ripe.
pub struct Ripe<'a> {
    asked: &'a Replayed,
    /// What was known before, from which each fit begins.
    prior: Option<Model>,
    pub table: Table,
    pub history: History,
    /// When the outcomes were looked up.
    pub as_of: Instant,
    /// How many of the first changes have had their time by then.
    pub count: usize,
}

impl<'a> Ripe<'a> {
    /// Reads the file, some of whose changes must have had their time.
    pub fn read(asked: &'a Replayed, besides: Besides<'_>) -> Result<Ripe<'a>, Failure> {
        let prior = asked.prior.as_deref().map(fit::prior).transpose()?;
        let mut table = Table::open_as_of(&asked.file, asked.as_of)?.with_hint(HINT);
        let history = read(asked, besides, prior.as_ref(), &mut table)?;
        let as_of = asked.as_of.unwrap_or_else(|| last(&history));
        let count = mature_until(&history.made, as_of, asked.maturity);
        let ripe = Ripe { asked, prior, table, history, as_of, count };
        ripe.check().map(|()| ripe)
    }

    /// Into how many blocks so many changes are cut.
    pub fn blocks(&self, scored: usize) -> usize {
        let asked = self.asked.blocks.map(|blocks| usize::try_from(blocks).unwrap_or(usize::MAX));
        asked.unwrap_or(BLOCKS.min(scored))
    }

    /// What models of the changes before would have said of the later ones, by the columns of the
    /// history.
    pub fn replay<'b>(&'b self, columns: &'b [Column<'b>]) -> Result<Replay<'b>, Failure> {
        let scored = self.count.saturating_sub(self.count / 2);
        let blocks = self.blocks(scored);
        if blocks > scored {
            let message = format!("{blocks} blocks of {scored} changes: ask for fewer --blocks");
            return Err(self.table.refused_on(0, ErrorCode::BadArgument, &message));
        }
        let Replayed { maturity, features, .. } = self.asked;
        let mut options = Options::new(self.as_of, *maturity)
            .with_blocks(u32::try_from(blocks).unwrap_or(u32::MAX));
        options.lines = features.lines;
        options.half_life = features.half_life;
        options.prior = self.prior.as_ref();
        Replay::new(&self.history.replayed(columns), &options).map_err(|error| {
            let message = format!(
                "{}; take a longer history, or a shorter --maturity if that is long enough",
                messages(&error)
            );
            self.table.refused_on(0, error.code(), &message)
        })
    }

    /// That there are changes that have had their time, and that nothing is known of them too
    /// early.
    fn check(&self) -> Result<(), Failure> {
        let Ripe { table, history, as_of, count, .. } = self;
        if *count == 0 {
            let message = format!(
                "none of {} has had {} at {as_of} to fail: take a longer history, a later --as-of, \
                 or a shorter --maturity if that is long enough",
                counted(history.len(), "change", "changes"),
                self.asked.maturity,
            );
            return Err(table.refused_on(0, ErrorCode::Empty, &message));
        }
        check_known(table, history, (*count, *as_of))
    }
}

/// That no outcome of the first so many changes came to be known only after that.
pub fn check_known(
    table: &Table,
    history: &History,
    (count, as_of): (usize, Instant),
) -> Result<(), Failure> {
    let late = history.known.iter().take(count).zip(&history.lines);
    let mut late = late.filter_map(|(known, line)| Some(((*known)?, line)));
    let Some((known, line)) = late.find(|(known, _)| *known > as_of) else { return Ok(()) };
    let message = format!(
        "its outcome was known at {known}, which is after {as_of}: take a later --as-of, or a file \
         of what was known by then"
    );
    Err(table.refused_on(*line, ErrorCode::TimeOrder, &message))
}

/// All that is wrong, one after the other.
pub fn messages(error: &Error) -> String {
    let messages = error.problems().iter().map(|problem| problem.message.as_str());
    messages.collect::<Vec<_>>().join("; ")
}

fn read(
    asked: &Replayed,
    besides: Besides<'_>,
    prior: Option<&Model>,
    table: &mut Table,
) -> Result<History, Failure> {
    let outcome = table.required(asked.outcome.as_deref(), ("--outcome", "failed"))?;
    let made = table.required(asked.made.as_deref(), ("--made", "made"))?;
    let known = table.told(asked.known.as_deref(), ("--known", "known"))?;
    let said = besides.said.map(|name| table.column(name, "--said")).transpose()?;
    let release = table.told(besides.release, ("--release", "release"))?;
    let features = match said {
        Some(_) => Vec::new(),
        None => {
            let others = [outcome, made].into_iter().chain(known).chain(release);
            let found = features(table, &asked.features, &others.collect::<Vec<usize>>())?;
            prior.map_or(Ok(()), |prior| fit::check_prior(prior, &found))?;
            found
        }
    };
    let effort = besides.effort.map(|name| table.column(name, "--effort")).transpose()?;
    let places = Places { outcome, made: Some(made), known, said, release, effort };
    History::read(table, &places, features)
}

/// The last instant that the file tells of.
pub fn last(history: &History) -> Instant {
    let known = history.known.iter().flatten().copied();
    history.made.last().copied().into_iter().chain(known).max().unwrap_or(Instant::EPOCH)
}
