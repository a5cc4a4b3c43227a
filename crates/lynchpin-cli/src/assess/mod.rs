//! `assess`: any git repository, nothing to configure.
//!
//! The histories are read ([`read`]), judged, and told: as text for a terminal ([`text`]), as
//! Markdown for a pull request ([`markdown`]), as JSON for programs ([`json`]), or the waves as a
//! picture.

mod cache;
mod caps;
mod head;
mod json;
mod keep;
mod markdown;
mod order;
mod owners;
mod progress;
mod read;
mod text;
mod why;

use std::collections::BTreeMap;
use std::thread;

use lynchpin::base::id::ChangeId;
use lynchpin::base::{Error, ErrorCode, Instant, Limits, Probability, Subject};
use lynchpin::plan::Plan;
use lynchpin::portfolio::{
    DecideQuestion, Decision, Engine, PlanQuestion, Score, ScoreQuestion, Snapshot,
};
use lynchpin::report::{self, Driven, Options, Titles};
use lynchpin_link::git::{self, Assessment};

use super::args::Assess;
use super::failure::Failure;
use super::load;
use super::output::Output;
use super::status::Status;
use caps::Caps;
use progress::Progress;

/// Reads a repository and answers what would ship, in which order, and what holds it back.
pub fn assess(asked: &Assess, output: &mut Output) -> Result<Status, Failure> {
    if asked.print_policy {
        output.write(git::POLICY.as_bytes())?;
        return Ok(Status::Go);
    }
    if asked.print_services {
        output.write(git::SERVICES.as_bytes())?;
        return Ok(Status::Go);
    }
    let mut progress = Progress::on_terminal(&asked.repositories);
    let assessment = read::read(asked, &mut progress)?;
    if let Some(file) = &asked.portfolio {
        keep::write_portfolio(&assessment, file)?;
    }
    let at = asked.at.unwrap_or(assessment.at);
    if at < assessment.at {
        let message = format!(
            "--at {at} lies before the newest commit, note or result ({}), so nothing is known as \
             of then: give a later instant, or an earlier end with --until",
            assessment.at
        );
        return Err(Failure::plain("at_before_newest", &message));
    }
    let snapshot = snapshot(asked, &assessment)?;
    progress.judging(assessment.portfolio.changes.len());
    let answered = if asked.json {
        json::lines(&assessment, &snapshot, at)
    } else {
        Report::new(asked, &assessment, &snapshot, at).map(|report| report.shown(output))
    };
    progress.clear();
    output.write(&answered.map_err(|error| Failure::of_question(&error))?)?;
    Ok(Status::Go)
}

/// The history in an engine, under the policy given or the built-in one.
fn snapshot(asked: &Assess, assessment: &Assessment) -> Result<Snapshot, Failure> {
    let mut engine = Engine::new(Limits::bulk());
    let own = |error: Error| Failure::of_question(&error);
    engine.add(assessment.portfolio.clone()).map_err(own)?;
    match &asked.policy {
        Some(file) => load::set_policy(&mut engine, file)?,
        None => engine.set_policy(git::POLICY).map_err(own)?,
    }
    Ok(engine.snapshot())
}

/// Parts per billion that the risk must at least fall by without a change for it to be named: one
/// per cent.
const NAMED_FROM: u32 = 10_000_000;

/// Everything that is told to people.
struct Report<'a> {
    asked: &'a Assess,
    assessment: &'a Assessment,
    at: Instant,
    titles: Titles,
    caps: Caps,
    /// Nothing, if nothing would ship.
    answers: Option<Answers>,
}

/// What the engine answers about the release.
struct Answers {
    plan: Plan,
    decision: Decision,
    score: Score,
}

impl<'a> Report<'a> {
    fn new(
        asked: &'a Assess,
        assessment: &'a Assessment,
        snapshot: &Snapshot,
        at: Instant,
    ) -> Result<Report<'a>, Error> {
        let answers = match assessment.release.clone() {
            Some(release) => {
                Some(Answers::of(assessment, snapshot, Subject::Release(release), at)?)
            }
            None => None,
        };
        let places = places(assessment);
        let titles = Titles::of(snapshot.portfolio(), at)
            .placed(|id| places.get(id).map(|name| (*name).to_owned()));
        Ok(Report { asked, assessment, at, titles, caps: Caps::new(asked.full), answers })
    }

    /// The changes that drive the risk.
    fn drivers<'b>(&self, answers: &'b Answers) -> Vec<Driven<'b>> {
        let least = Probability::from_parts_per_billion(NAMED_FROM);
        report::drivers(&answers.score, self.caps.drivers, least)
    }

    /// In the form that was asked for.
    fn shown(&self, output: &Output) -> Vec<u8> {
        let options = Options::new().with_titles(&self.titles);
        let text = if self.asked.markdown {
            markdown::report(self, &options)
        } else if self.asked.mermaid {
            self.drawn(&options, report::mermaid::plan, report::mermaid::note)
        } else if self.asked.svg {
            self.drawn(&options, report::svg::plan, report::svg::note)
        } else {
            text::report(self, &options.with_style(output.style()))
        };
        text.into_bytes()
    }

    /// The waves as a picture; of many only a part, which is said in it.
    fn drawn(
        &self,
        options: &Options<'_>,
        plan: fn(&Plan, &Options<'_>) -> String,
        note: fn(&str) -> String,
    ) -> String {
        let Some(answers) = &self.answers else { return note("nothing would ship") };
        let options = match self.caps.drawn {
            Some(most) => options.with_drawn_max(most),
            None => *options,
        };
        plan(&answers.plan, &options)
    }
}

impl Answers {
    fn of(
        assessment: &Assessment,
        snapshot: &Snapshot,
        subject: Subject,
        at: Instant,
    ) -> Result<Answers, Error> {
        // The decision takes as long as the other two together.
        thread::scope(|scope| {
            let deciding = scope.spawn(|| {
                let question = DecideQuestion::new(subject.clone(), at);
                snapshot.decide(&question)
            });
            let mut plan = snapshot.plan(&PlanQuestion::new(subject.clone(), at))?;
            order::as_in_history(assessment, &mut plan);
            let score = snapshot.score(&ScoreQuestion::new(subject.clone(), at))?;
            let broken = |_| Error::new(ErrorCode::Other, "the decision broke off".to_owned());
            let decision = deciding.join().map_err(broken)??;
            Ok(Answers { plan, decision, score })
        })
    }
}

/// The name of the repository that each change is in, where there are several: the changes of a
/// portfolio stand in the order of the repositories.
fn places(assessment: &Assessment) -> BTreeMap<&ChangeId, &str> {
    let (repositories, changes) = (&assessment.repositories, &assessment.portfolio.changes);
    let count: usize = repositories.iter().map(|repository| repository.changes).sum();
    if repositories.len() < 2 || count != changes.len() {
        return BTreeMap::new();
    }
    let names = repositories
        .iter()
        .flat_map(|repository| std::iter::repeat_n(repository.name.as_str(), repository.changes));
    changes.iter().map(|change| &change.id).zip(names).collect()
}
