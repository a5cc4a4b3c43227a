//! `decide`, `plan` and `score`: questions to a portfolio.

use lynchpin::base::{ErrorCode, Instant, Subject};
use lynchpin::plan::PlanScope;
use lynchpin::portfolio::{DecideQuestion, Decision, PlanQuestion, ScoreQuestion, Snapshot};
use lynchpin::reason::Verdict;
use lynchpin::reason::tree::Clears;
use lynchpin::report::{self, Fold, Options, Style, Titles};
use lynchpin::study::{self, ChangedQuestion};
use lynchpin::wire::{self, Question};

use super::args::{Asked, Changed, Decide, Format, HowMuch, Plan, PlanFormat, Score};
use super::failure::Failure;
use super::ledger;
use super::load;
use super::output::Output;
use super::status::Status;

/// May it go?
pub fn decide(asked: &Decide, output: &mut Output) -> Result<Status, Failure> {
    if let (Some(file), Some(by)) = (asked.asked.source.ledger(), &asked.by) {
        return ledger::decide(asked, file, by, output);
    }
    let (snapshot, at, subjects) = open(&asked.asked)?;
    let snapshot = match asked.ignoring.as_slice() {
        [] => snapshot,
        ignoring => snapshot.assuming(ignoring, None)?,
    };
    let question = |subject: &Subject| {
        let mut question = DecideQuestion::new(subject.clone(), at);
        question.stage.clone_from(&asked.stage);
        question
    };
    if asked.asked.json {
        return each(&subjects, |subject| {
            let mut question = wire::Decide::new(subject.clone(), at);
            question.stage.clone_from(&asked.stage);
            question.detail = asked.detail.into();
            let answer = Question::Decide(question).ask(&snapshot)?;
            let mut status = Status::Malformed;
            if let wire::Answer::Decision(found) = &answer {
                status = Status::of(found.verdict, found.what_if.is_some());
            }
            Ok((status, with_newline(answer.to_bytes()?)))
        })
        .print(output);
    }
    let mut decisions = Vec::new();
    let mut answers = each(&subjects, |subject| {
        let decision = snapshot.decide(&question(subject))?;
        let status = Status::of(decision.verdict(), decision.what_if);
        decisions.push(decision);
        Ok((status, Vec::new()))
    });
    if subjects.len() > 1 {
        answers.add(&overall(&decisions));
    }
    let titles = Titles::of(snapshot.portfolio(), at);
    let options = options(asked, output.style()).with_titles(&titles);
    for decision in &decisions {
        answers.add(&shown(asked, decision, &options, subjects.len() > 1));
    }
    answers.print(output)
}

/// How fully decisions are told.
pub(super) fn options(asked: &Decide, style: Style) -> Options<'static> {
    let fold = if asked.detail == HowMuch::Full { Fold::Nothing } else { Fold::Met };
    Options::new().with_style(style).with_fold(fold)
}

/// A decision in the form that is asked for; `apart` from others as text.
pub(super) fn shown(
    asked: &Decide,
    decision: &Decision,
    options: &Options<'_>,
    apart: bool,
) -> String {
    match (asked.format, asked.detail) {
        (Format::Text, HowMuch::Verdict) => report::headline(decision, options) + "\n",
        (Format::Text, HowMuch::Unmet | HowMuch::Full) => {
            let blank = if apart { "\n" } else { "" };
            format!("{blank}{}", report::decision(decision, options))
        }
        (Format::Markdown, _) => report::markdown::decision(decision, options),
    }
}

/// What changed?
pub fn changed(asked: &Changed, output: &mut Output) -> Result<Status, Failure> {
    let (snapshot, at, subjects) = open(&asked.asked)?;
    let options = Options::new().with_style(output.style());
    each(&subjects, |subject| {
        let mut question = ChangedQuestion::new(subject.clone(), asked.since, at);
        question.stage.clone_from(&asked.stage);
        let found = study::changed::changed(&snapshot, &question)?;
        let bytes = match asked.asked.json {
            true => with_newline(wire::Answer::Changed(found).to_bytes()?),
            false => report::changed(&found, &options).into_bytes(),
        };
        Ok((Status::Go, bytes))
    })
    .print(output)
}

/// In which order?
pub fn plan(asked: &Plan, output: &mut Output) -> Result<Status, Failure> {
    let (snapshot, at, subjects) = open(&asked.asked)?;
    let titles = Titles::of(snapshot.portfolio(), at);
    let options = Options::new().with_style(output.style()).with_titles(&titles);
    let scope: PlanScope = asked.scope.into();
    each(&subjects, |subject| {
        let mut question = PlanQuestion::new(subject.clone(), at).with_scope(scope);
        question.stage.clone_from(&asked.stage);
        let plan = snapshot.plan(&question)?;
        let dropped = if plan.drops_anything() { Status::NotGo } else { Status::Go };
        let status = dropped.and(what_if(&snapshot, &question)?);
        let bytes = match asked.format {
            _ if asked.asked.json => with_newline(wire::Answer::Plan(plan).to_bytes()?),
            PlanFormat::Text => report::plan(&plan, &options).into_bytes(),
            PlanFormat::Markdown => report::markdown::plan(&plan, &options).into_bytes(),
            PlanFormat::Mermaid => report::mermaid::plan(&plan, &options).into_bytes(),
            PlanFormat::Svg => report::svg::plan(&plan, &options).into_bytes(),
        };
        Ok((status, bytes))
    })
    .print(output)
}

/// How risky?
pub fn score(asked: &Score, output: &mut Output) -> Result<Status, Failure> {
    let (snapshot, at, subjects) = open(&asked.asked)?;
    let titles = Titles::of(snapshot.portfolio(), at);
    let options = Options::new().with_style(output.style()).with_titles(&titles);
    each(&subjects, |subject| {
        let score = snapshot.score(&ScoreQuestion::new(subject.clone(), at))?;
        let bytes = match asked.format {
            _ if asked.asked.json => with_newline(wire::Answer::Score(score).to_bytes()?),
            Format::Text => report::score(&score, &options).into_bytes(),
            Format::Markdown => report::markdown::score(&score, &options).into_bytes(),
        };
        Ok((Status::Go, bytes))
    })
    .print(output)
}

/// Which changes are ready is decided by the policy at hand, so such a plan can be a what-if too.
fn what_if(snapshot: &Snapshot, question: &PlanQuestion) -> Result<Status, lynchpin::base::Error> {
    if question.scope != PlanScope::Ready {
        return Ok(Status::Go);
    }
    let mut decide = DecideQuestion::new(question.subject.clone(), question.at);
    decide.stage.clone_from(&question.stage);
    let what_if = snapshot.decide(&decide)?.what_if;
    Ok(if what_if { Status::WhatIf } else { Status::Go })
}

/// Reads what is asked about, and finds the subjects.
fn open(asked: &Asked) -> Result<(Snapshot, Instant, Vec<Subject>), Failure> {
    let at = load::at(asked.at)?;
    let snapshot = load::load(asked.source.file(), asked.policy.as_deref())?;
    let subjects = subjects(asked, &snapshot, at)?;
    Ok((snapshot, at, subjects))
}

/// What is asked about; there must be something.
pub(super) fn subjects(
    asked: &Asked,
    snapshot: &Snapshot,
    at: Instant,
) -> Result<Vec<Subject>, Failure> {
    let subjects: Vec<Subject> = match asked.subject() {
        Some(subject) => vec![subject],
        None => snapshot.open_subjects(at),
    };
    if subjects.is_empty() {
        // An empty answer would read as a go.
        let message = format!("as of {at} there is nothing to ask about: give a later --at");
        return Err(Failure::plain(ErrorCode::SubjectUnknown.name(), &message));
    }
    Ok(subjects)
}

/// The answers about all subjects, and what could not be answered.
struct Answers {
    status: Status,
    bytes: Vec<u8>,
    failure: Option<Failure>,
}

/// Asks about each subject; what one refuses does not keep the others from being answered.
fn each(
    subjects: &[Subject],
    mut ask: impl FnMut(&Subject) -> Result<(Status, Vec<u8>), lynchpin::base::Error>,
) -> Answers {
    let mut answers = Answers { status: Status::Go, bytes: Vec::new(), failure: None };
    for subject in subjects {
        match ask(subject) {
            Ok((status, bytes)) => {
                answers.status = answers.status.and(status);
                answers.bytes.extend(bytes);
            }
            Err(error) => {
                let failure = Failure::of_question(&error);
                answers.status = Status::Malformed;
                answers.failure = Some(match answers.failure.take() {
                    Some(known) => known.join(failure),
                    None => failure,
                });
            }
        }
    }
    answers
}

impl Answers {
    fn add(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn print(self, output: &mut Output) -> Result<Status, Failure> {
        output.write(&self.bytes)?;
        match self.failure {
            Some(failure) => Err(failure),
            None => Ok(self.status),
        }
    }
}

/// Several decisions on one line: the worst of them, and how many there are of each kind.
fn overall(decisions: &[Decision]) -> String {
    let worst = Verdict::all(decisions.iter().map(Decision::verdict));
    let until = decisions.iter().map(Decision::clears).max().unwrap_or(Clears::Now);
    let until = match (worst, until) {
        (Verdict::Wait, Clears::At(instant)) => format!(" until {instant}"),
        (Verdict::Wait, _) => ", nobody knows until when".to_owned(),
        _ => String::new(),
    };
    let count = |verdict: Verdict| {
        let count = decisions.iter().filter(|found| found.verdict() == verdict).count();
        (count > 0).then(|| format!("{count} {}", report::word(verdict)))
    };
    let counts: Vec<String> = Verdict::ALL.into_iter().filter_map(count).collect();
    let (mark, word) = (report::mark(worst), report::word(worst));
    format!("{mark} {word}{until}: {} in all: {}\n", decisions.len(), counts.join(", "))
}

pub fn with_newline(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.push(b'\n');
    bytes
}
