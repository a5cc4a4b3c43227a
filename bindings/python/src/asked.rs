//! Where an answer comes from, so that the engine itself can tell it as a report.

use lynchpin::base::{Digest, Instant, Result};
use lynchpin::portfolio::{DecideQuestion, PlanQuestion, Snapshot};
use lynchpin::report::{self, Options, Titles};
use lynchpin::wire::{Answer, Decide, Detail, Plan, Policies, Question, Score};
use pyo3::prelude::*;

use crate::error::exception;
use crate::family::Given;
use crate::guard::Guard;

/// A snapshot and the question that was put to it.
///
/// An answer keeps this instead of the engine's own answer, which is larger than its document and
/// seldom wanted: the same question has the same answer whenever it is asked again.
#[pyclass(frozen, module = "lynchpin._lynchpin")]
pub(crate) struct Asked {
    snapshot: Snapshot,
    question: Question,
    guard: Guard,
}

/// In which form a report is wanted.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Markdown,
    Mermaid,
    Svg,
}

#[pymethods]
impl Asked {
    /// The answer as a report, if the engine has one of that form: "text" or "markdown", and of
    /// plans also "mermaid" and "svg".
    #[pyo3(signature = (form, /))]
    fn report(&self, py: Python<'_>, form: &str) -> PyResult<Option<String>> {
        let form = match form {
            "text" => Form::Text,
            "markdown" => Form::Markdown,
            "mermaid" => Form::Mermaid,
            _ => Form::Svg,
        };
        let done = py.detach(|| self.guard.read(|| self.told(form)));
        done.map_err(|error| exception(py, Given::Question, &error))
    }
}

impl Asked {
    pub(crate) fn new(snapshot: Snapshot, question: Question) -> Self {
        Asked { snapshot, question, guard: Guard::default() }
    }

    fn told(&self, form: Form) -> Result<Option<String>> {
        match &self.question {
            Question::Decide(asked) => self.decision(asked, form),
            Question::Plan(asked) => self.plan(asked, form),
            Question::Score(asked) => self.score(asked, form),
            Question::Verdicts(_) | Question::Reach(_) | Question::Workflow(_) => Ok(None),
            Question::NextStates(asked) => match form {
                Form::Text => {
                    let found = self.snapshot.next_states(&asked.question())?;
                    Ok(Some(report::workflow::progress(&found)))
                }
                Form::Markdown | Form::Mermaid | Form::Svg => Ok(None),
            },
            Question::Claim(asked) => self.other(asked.at, form),
            Question::Record(asked) => self.other(asked.at, form),
            Question::Breaches(asked)
            | Question::Obligations(asked)
            | Question::Policies(asked) => self.other(asked.at, form),
            Question::Calendar(asked) => self.other(asked.at, form),
            Question::Changed(asked) => self.other(asked.to, form),
            Question::LintPolicy(asked) => self.other(asked.at, form),
            Question::ComparePolicies(asked) => self.other(asked.at, form),
            Question::DryRun(asked) => self.other(asked.at, form),
            Question::Waiting(asked) => self.other(asked.at, form),
            Question::Agenda(asked) => self.other(asked.at, form),
            Question::Ending(asked) => self.other(asked.at, form),
            Question::WaiverDebt(asked) => self.other(asked.at, form),
            Question::Population(asked) => self.other(asked.at, form),
            Question::Queue(asked) => self.other(asked.at, form),
            Question::Compose(asked) => self.other(asked.at, form),
            Question::Actions(asked) => self.other(asked.at, form),
            Question::Collisions(asked) => self.other(asked.at, form),
            Question::RiskHistory(_) => Ok(None),
        }
    }

    fn titles(&self, at: Instant) -> Titles {
        Titles::of(self.snapshot.portfolio(), at)
    }

    fn decision(&self, asked: &Decide, form: Form) -> Result<Option<String>> {
        let mut question = DecideQuestion::new(asked.subject.clone(), asked.at);
        question.stage.clone_from(&asked.stage);
        let decision = self.snapshot.decide(&question)?;
        let titles = self.titles(asked.at);
        let options = Options::new().with_titles(&titles);
        Ok(match form {
            // Whoever asked for less is told less.
            _ if asked.detail == Detail::Verdict => Some(report::headline(&decision, &options)),
            Form::Text => Some(report::decision(&decision, &options)),
            Form::Markdown => Some(report::markdown::decision(&decision, &options)),
            Form::Mermaid | Form::Svg => None,
        })
    }

    fn plan(&self, asked: &Plan, form: Form) -> Result<Option<String>> {
        let mut question = PlanQuestion::new(asked.subject.clone(), asked.at);
        question.stage.clone_from(&asked.stage);
        question.scope = asked.scope;
        let plan = self.snapshot.plan(&question)?;
        let titles = self.titles(asked.at);
        let options = Options::new().with_titles(&titles);
        Ok(Some(match form {
            Form::Text => report::plan(&plan, &options),
            Form::Markdown => report::markdown::plan(&plan, &options),
            Form::Mermaid => report::mermaid::plan(&plan, &options),
            Form::Svg => report::svg::plan(&plan, &options),
        }))
    }

    fn score(&self, asked: &Score, form: Form) -> Result<Option<String>> {
        let score = self.snapshot.score(&asked.question())?;
        let titles = self.titles(asked.at);
        let options = Options::new().with_titles(&titles);
        Ok(match form {
            Form::Text => Some(report::score(&score, &options)),
            Form::Markdown => Some(report::markdown::score(&score, &options)),
            Form::Mermaid | Form::Svg => None,
        })
    }

    /// An answer that is told by what is in it, and the titles as of that instant.
    fn other(&self, at: Instant, form: Form) -> Result<Option<String>> {
        let titles = self.titles(at);
        let options = Options::new().with_titles(&titles);
        let answer = self.question.ask(&self.snapshot)?;
        Ok(match form {
            Form::Text => as_text(&answer, at, &options),
            Form::Markdown => as_markdown(&answer, at, &options),
            Form::Mermaid | Form::Svg => None,
        })
    }
}

fn as_text(answer: &Answer, at: Instant, options: &Options<'_>) -> Option<String> {
    Some(match answer {
        Answer::Calendar(found) => report::calendar(found, options),
        Answer::Changed(found) => report::changed(found, options),
        Answer::Lint(found) => report::findings(&found.findings, options),
        Answer::Comparison(found) => {
            report::differences((found.before, found.after), &found.differences, options)
        }
        Answer::DryRun(found) => report::dry_run(found, options),
        Answer::Claim(found) => report::claim(found, options),
        Answer::Record(found) => report::recorded(found, options),
        Answer::Breaches(found) => report::breaches(found, options),
        Answer::Obligations(found) => report::obligations(found, at, options),
        Answer::Policies(found) => {
            report::policies(found.answers, &came(found), &found.ignored, options)
        }
        Answer::Waiting(found) => report::waiting(found, options),
        Answer::Agenda(found) => report::agenda(found, options),
        Answer::Ending(found) => report::ending(found, options),
        Answer::WaiverDebt(found) => report::waiver_debt(found, options),
        Answer::Population(found) => report::population(found, options),
        Answer::Queue(found) => report::queue(found, options),
        Answer::Composition(found) => report::composition(found, options),
        Answer::Actions(found) => report::actions(found, options),
        Answer::Collisions(found) => report::collisions(found, options),
        // The refusal of a claim is one: the package tells it by what is in its document.
        Answer::Decision(_)
        | Answer::Verdicts(_)
        | Answer::Plan(_)
        | Answer::Score(_)
        | Answer::RiskHistory(_)
        | Answer::Reach(_)
        | Answer::NextStates(_)
        | Answer::Workflow(_) => return None,
    })
}

fn as_markdown(answer: &Answer, at: Instant, options: &Options<'_>) -> Option<String> {
    match answer {
        Answer::Claim(found) => Some(report::markdown::claim(found, options)),
        Answer::Record(found) => Some(report::markdown::recorded(found)),
        Answer::Breaches(found) => Some(report::markdown::breaches(found)),
        Answer::Obligations(found) => Some(report::markdown::obligations(found, at)),
        Answer::Policies(found) => {
            Some(report::markdown::policies(found.answers, &came(found), &found.ignored))
        }
        Answer::Waiting(_)
        | Answer::Agenda(_)
        | Answer::Ending(_)
        | Answer::WaiverDebt(_)
        | Answer::Population(_)
        | Answer::Queue(_)
        | Answer::Composition(_)
        | Answer::Actions(_)
        | Answer::Collisions(_)
        | Answer::RiskHistory(_)
        | Answer::Calendar(_)
        | Answer::Changed(_)
        | Answer::Lint(_)
        | Answer::Comparison(_)
        | Answer::DryRun(_)
        | Answer::Decision(_)
        | Answer::Verdicts(_)
        | Answer::Plan(_)
        | Answer::Score(_)
        | Answer::Reach(_)
        | Answer::NextStates(_)
        | Answer::Workflow(_) => None,
    }
}

fn came(policies: &Policies) -> Vec<(Instant, Digest)> {
    policies.adopted.iter().map(|it| (it.at, it.policy)).collect()
}
