//! What `lynchpin risk` understands.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lynchpin::base::{Instant, Probability, Span};

use super::super::args::Source;

/// What can be asked of a history of changes, or of a model of it.
#[derive(Debug, Subcommand)]
pub enum Risk {
    /// Fit a model to a history: one change a row, the oldest first; prints the model
    Fit(Fit),
    /// How likely is each change of a file to fail, by a model?
    Score(Score),
    /// What does a model say, and what does it make of one change?
    Explain(Explain),
    /// What would the scores have been worth on a history?
    Backtest(Backtest),
    /// The history of a portfolio as CSV: each change that came to the last stage, as it was then
    Table(Table),
    /// A model that a policy may name: fitted, shifted, and certified for a lane if it can be
    Certify(Certify),
}

/// How columns are taken.
#[derive(Debug, Default, Args)]
pub struct Features {
    /// Take the values of these columns as they are [default: the logarithm of one more, as is good
    /// for counts]
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub plain: Vec<String>,
    /// More of these is never less risky
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub rising: Vec<String>,
    /// More of these is never more risky
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub falling: Vec<String>,
    /// These are lines without steps: for what grows for as long as the history does
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub straight: Vec<String>,
    /// These are no features
    #[arg(long, value_name = "COLUMN,..", value_delimiter = ',')]
    pub ignore: Vec<String>,
    /// Lines alone, a logistic regression: for a history of a few hundred changes
    #[arg(long)]
    pub lines: bool,
    /// After how many later changes one counts half [default: three tenths of the history; with
    /// --lines, all count alike]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub half_life: Option<u32>,
}

/// Fit a model.
#[derive(Debug, Args)]
pub struct Fit {
    /// The history: CSV with the names of its columns in its first row, or a portfolio, whose
    /// columns need no names; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The column that says whether a change failed: true or false, 1 or 0, yes or no
    #[arg(long, value_name = "COLUMN")]
    pub outcome: Option<String>,
    /// The column of when a change was made: no feature, and held to be in order
    #[arg(long, value_name = "COLUMN")]
    pub made: Option<String>,
    /// The column of when its outcome came to be known: no feature
    #[arg(long, value_name = "COLUMN")]
    pub known: Option<String>,
    /// How long a change must have had to fail, such as 30d: younger ones are left out [default:
    /// all count, the young as changes that held]
    #[arg(long, value_name = "SPAN")]
    pub maturity: Option<Span>,
    /// When the outcomes were looked up [default: the last instant in the file]
    #[arg(long, value_name = "T", requires = "maturity")]
    pub as_of: Option<Instant>,
    #[command(flatten)]
    pub features: Features,
    /// A model of lines of what was known before, such as of another team, or `published` for what
    /// ten published histories have in common; it fades as changes come
    #[arg(long, value_name = "MODEL.json")]
    pub prior: Option<PathBuf>,
}

/// Score changes.
#[derive(Debug, Args)]
pub struct Score {
    /// The model, as it was fitted or as it was certified
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
    /// The changes: CSV, whose columns are found by their names, and there may be others, or a
    /// portfolio, of which each change that came to the last stage is taken as it was then; `-`
    /// reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Name each change by this column [default: by the number of its row]
    #[arg(long, value_name = "COLUMN")]
    pub id: Option<String>,
    /// Also tell what each term adds; with the baseline, that is the log-odds
    #[arg(long)]
    pub contributions: bool,
    /// Print the answers as JSON, one line a change
    #[arg(long)]
    pub json: bool,
}

/// Explain a model.
#[derive(Debug, Args)]
pub struct Explain {
    /// The model, as it was fitted or as it was certified
    #[arg(value_name = "MODEL.json")]
    pub model: PathBuf,
    /// Changes, as for `score`, one of which is explained; `-` reads standard input
    #[arg(value_name = "FILE", requires = "which")]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    pub which: Which,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
}

/// Which change of a file: one of these.
#[derive(Debug, Args)]
#[group(id = "which", multiple = false)]
pub struct Which {
    /// The change in this row; the one below the names is row 1
    #[arg(long, value_name = "N", requires = "file")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub row: Option<u64>,
    /// The change whose column says this
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = named, requires = "file")]
    pub id: Option<(String, String)>,
}

/// A column and what stands in it.
fn named(text: &str) -> Result<(String, String), String> {
    let found = text.split_once('=').filter(|(column, _)| !column.is_empty());
    let (column, value) = found.ok_or_else(|| "write it as COLUMN=VALUE".to_owned())?;
    Ok((column.to_owned(), value.to_owned()))
}

/// The history of a portfolio.
#[derive(Debug, Args)]
pub struct Table {
    #[command(flatten)]
    pub source: Source,
    /// As of which instant, such as 2026-11-03T10:00:00Z [default: now]
    #[arg(long, value_name = "T")]
    pub at: Option<Instant>,
    /// Only these, whatever is known of them, such as files,measure.alerts [default: all that are
    /// known of a change and not the same for all]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub features: Vec<String>,
}

/// A history of which changes are scored by what was known when they were made.
#[derive(Debug, Args)]
pub struct Replayed {
    /// The history: CSV, the oldest change first, or a portfolio, whose columns need no names; `-`
    /// reads standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The column that says whether a change failed: true or false, 1 or 0, yes or no
    #[arg(long, value_name = "COLUMN")]
    pub outcome: Option<String>,
    /// The column of when a change was made, such as 2026-11-03T10:00:00Z
    #[arg(long, value_name = "COLUMN")]
    pub made: Option<String>,
    /// The column of when its outcome came to be known; may be empty [default: when it was ripe]
    #[arg(long, value_name = "COLUMN")]
    pub known: Option<String>,
    /// How long a change must have had to fail, such as 30d: younger ones are left out
    #[arg(long, value_name = "SPAN")]
    pub maturity: Span,
    /// When the outcomes were looked up [default: the last instant in the file]
    #[arg(long, value_name = "T")]
    pub as_of: Option<Instant>,
    #[command(flatten)]
    pub features: Features,
    /// A model of lines of what was known before, or `published`, from which each fit begins
    #[arg(long, value_name = "MODEL.json")]
    pub prior: Option<PathBuf>,
    /// Into how many blocks of time to cut what is scored [default: 10, or fewer of few changes]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub blocks: Option<u32>,
}

/// Test scores on a history.
#[derive(Debug, Args)]
pub struct Backtest {
    #[command(flatten)]
    pub history: Replayed,
    /// The column of the probability that was said of each change when it was made [default: fit
    /// models to the changes before]
    #[arg(long, value_name = "COLUMN")]
    #[arg(conflicts_with_all = ["plain", "rising", "falling", "straight", "ignore", "lines"])]
    #[arg(conflicts_with_all = ["half_life", "prior"])]
    pub said: Option<String>,
    /// The column of what it takes to look at a change, such as its lines; a feature as well, if it
    /// is not ignored [default: none, so that nothing is told by effort]
    #[arg(long, value_name = "COLUMN")]
    pub effort: Option<String>,
    /// What it costs to review a change that would have held
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub review: u32,
    /// What a failure costs that was let through, in the same unit
    #[arg(long, value_name = "N", default_value_t = 9)]
    pub escape: u32,
    /// What would be said of every change without a model [default: the share that failed before;
    /// with --said, the share that failed]
    #[arg(long, value_name = "P")]
    pub base: Option<Probability>,
    /// What the draws of the intervals begin from: the same number gives the same intervals
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u32,
    /// Print the answer as JSON
    #[arg(long)]
    pub json: bool,
    /// Also draw reliability.svg and lift.svg into this folder; it is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub pictures: Option<PathBuf>,
}

/// Certify a model.
#[derive(Debug, Args)]
pub struct Certify {
    #[command(flatten)]
    pub history: Replayed,
    /// The column of the release that a change was deployed with; may be empty [default: how much
    /// changes of one release have in common is what published histories show]
    #[arg(long, value_name = "COLUMN")]
    pub release: Option<String>,
    /// Of what passes by itself no more than this may fail, such as 0.02
    #[arg(long, value_name = "RATE")]
    pub promise: Probability,
    /// How certain that must be
    #[arg(long, value_name = "P", default_value = "0.95")]
    pub confidence: Probability,
}
