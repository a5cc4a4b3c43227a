//! `risk score`: what a model says of the changes of a file.

use std::borrow::Cow;

use lynchpin::base::{LogOdds, Probability, canonical};
use lynchpin::report::printable;
use lynchpin::risk::learn::{Model, Scorer, Scores};
use serde_json::{Map, Value, json};

use super::super::failure::Failure;
use super::super::output::Output;
use super::super::status::Status;
use super::args::Score;
use super::model;
use super::table::Table;

/// How many changes are scored at once: a file of any size needs no more room than these.
const BATCH: usize = 8_192;

/// Scores each row and prints it before the next are read.
pub fn score(asked: &Score, output: &mut Output) -> Result<Status, Failure> {
    let model = model::read(&asked.model)?.model;
    let mut table = Table::open(&asked.file)?;
    let id = asked.id.as_ref().map(|name| table.column(name, "--id")).transpose()?;
    let mut batch = Batch::new(&model, model::places(&model, &table)?, id);
    let mut form = Form::new(asked, &model);
    form.begin(output)?;
    while batch.read(&mut table)? {
        table.check()?;
        batch.score()?;
        for row in 0..batch.names.len() {
            form.row(&batch, row, output)?;
        }
    }
    Ok(Status::Go)
}

/// Some rows, and what the model says of them.
struct Batch {
    scorer: Scorer,
    baseline: LogOdds,
    places: Vec<usize>,
    id: Option<usize>,
    names: Vec<String>,
    values: Vec<Vec<i64>>,
    log_odds: Vec<i64>,
    probabilities: Vec<u32>,
    contributions: Vec<i64>,
}

impl Batch {
    fn new(model: &Model, places: Vec<usize>, id: Option<usize>) -> Batch {
        let (names, log_odds, probabilities) = (Vec::new(), Vec::new(), Vec::new());
        Batch {
            scorer: model.scorer(false),
            baseline: model.baseline,
            values: vec![Vec::new(); places.len()],
            contributions: Vec::new(),
            places,
            id,
            names,
            log_odds,
            probabilities,
        }
    }

    /// Reads the next rows; false, if there are no more.
    fn read(&mut self, table: &mut Table) -> Result<bool, Failure> {
        self.names.clear();
        self.values.iter_mut().for_each(Vec::clear);
        while self.names.len() < BATCH && table.advance()? {
            let row = || table.row().to_string();
            self.names.push(self.id.map_or_else(row, |id| printable(table.text(id))));
            for (at, values) in self.places.iter().zip(&mut self.values) {
                values.push(table.value(*at));
            }
        }
        Ok(!self.names.is_empty())
    }

    fn score(&mut self) -> Result<(), Failure> {
        let count = self.names.len();
        self.log_odds.resize(count, 0);
        self.probabilities.resize(count, 0);
        self.contributions.resize(count.saturating_mul(self.scorer.width()), 0);
        let columns: Vec<&[i64]> = self.values.iter().map(Vec::as_slice).collect();
        let scores = Scores {
            log_odds: Some(&mut self.log_odds),
            probabilities: Some(&mut self.probabilities),
            contributions: Some(&mut self.contributions),
        };
        Ok(self.scorer.score(&columns, scores)?)
    }

    fn log_odds(&self, row: usize) -> LogOdds {
        LogOdds::from_billionths(self.log_odds.get(row).copied().unwrap_or(0))
    }

    fn probability(&self, row: usize) -> Probability {
        let parts = self.probabilities.get(row).copied().unwrap_or(0);
        Probability::from_parts_per_billion(parts)
    }

    /// What each term and each pair adds for a row.
    fn adds(&self, row: usize) -> impl Iterator<Item = LogOdds> {
        let own = self.contributions.iter().skip(row).step_by(self.names.len().max(1));
        own.map(|adds| LogOdds::from_billionths(*adds))
    }
}

/// How answers are written.
struct Form<'a> {
    asked: &'a Score,
    /// What tells changes apart: the name of a column, or the number of the row.
    named: &'a str,
    terms: Vec<String>,
}

impl<'a> Form<'a> {
    fn new(asked: &'a Score, model: &Model) -> Form<'a> {
        let named = asked.id.as_deref().unwrap_or("row");
        Form { asked, named, terms: model::names(model) }
    }

    fn begin(&self, output: &mut Output) -> Result<(), Failure> {
        if self.asked.json {
            return Ok(());
        }
        let mut heads = vec![printable(self.named), "probability".into(), "log_odds".into()];
        if self.asked.contributions {
            heads.push("baseline".into());
            heads.extend(self.terms.iter().map(|term| format!("adds: {}", printable(term))));
        }
        line(&heads, output)
    }

    fn row(&mut self, batch: &Batch, row: usize, output: &mut Output) -> Result<(), Failure> {
        let name = batch.names.get(row).map(String::as_str).unwrap_or_default();
        let (said, log_odds) = (batch.probability(row).to_string(), batch.log_odds(row));
        if !self.asked.json {
            let mut cells = vec![name.to_owned(), said, log_odds.to_string()];
            if self.asked.contributions {
                cells.push(batch.baseline.to_string());
                cells.extend(batch.adds(row).map(|adds| adds.to_string()));
            }
            return line(&cells, output);
        }
        let mut answer = Map::new();
        match name.parse::<u64>().ok().filter(|_| self.asked.id.is_none()) {
            Some(row) => answer.insert("row".to_owned(), json!(row)),
            None => answer.insert("id".to_owned(), json!(name)),
        };
        answer.insert("probability".to_owned(), json!(said));
        answer.insert("log_odds".to_owned(), json!(log_odds));
        if self.asked.contributions {
            answer.insert("baseline".to_owned(), json!(batch.baseline));
            let adds = self.terms.iter().zip(batch.adds(row));
            let adds = adds.map(|(term, adds)| json!({"term": term, "adds": adds}));
            answer.insert("contributions".to_owned(), adds.collect());
        }
        output.write(&canonical::bytes(&Value::Object(answer))?)?;
        output.write(b"\n")
    }
}

/// Writes a row of a CSV file. Line ends were made spaces, so only commas and quotes need quotes.
fn line(cells: &[String], output: &mut Output) -> Result<(), Failure> {
    let quoted = cells.iter().map(|cell| match cell.contains([',', '"']) {
        true => Cow::Owned(format!("\"{}\"", cell.replace('"', "\"\""))),
        false => Cow::Borrowed(cell.as_str()),
    });
    output.line(&quoted.collect::<Vec<_>>().join(","))
}
