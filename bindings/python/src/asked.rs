//! Where an answer comes from, so that the engine itself can tell it as a report.

use lynchpin::base::{Instant, Result};
use lynchpin::portfolio::{DecideQuestion, PlanQuestion, ScoreQuestion, Snapshot};
use lynchpin::report::{self, Options, Titles};
use lynchpin::wire::{Decide, Detail, Plan, Question, Score};
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
            Question::Reach(_)
            | Question::Changed(_)
            | Question::LintPolicy(_)
            | Question::ComparePolicies(_)
            | Question::DryRun(_)
            | Question::Calendar(_)
            | Question::Claim(_)
            | Question::Record(_)
            | Question::Breaches(_)
            | Question::Obligations(_)
            | Question::Policies(_)
            | Question::Waiting(_)
            | Question::Agenda(_)
            | Question::Ending(_)
            | Question::WaiverDebt(_)
            | Question::NextStates(_)
            | Question::Workflow(_) => Ok(None),
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
        let score = self.snapshot.score(&ScoreQuestion::new(asked.subject.clone(), asked.at))?;
        let titles = self.titles(asked.at);
        let options = Options::new().with_titles(&titles);
        Ok(match form {
            Form::Text => Some(report::score(&score, &options)),
            Form::Markdown => Some(report::markdown::score(&score, &options)),
            Form::Mermaid | Form::Svg => None,
        })
    }
}
