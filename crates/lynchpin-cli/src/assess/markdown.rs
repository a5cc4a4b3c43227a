//! The report for a pull request: a heading, tables, and what is shown only when it is opened.
//!
//! No line begins with a text of others: some forges take lines for commands.

use lynchpin::report::markdown::{blocked, details, escape, overview, table};
use lynchpin::report::{self, Options, blockers, counted, percent};

use super::{Answers, Report, head, order, owners, text, why};

/// The most changes whose waves are drawn.
const DRAWN: usize = 50;

/// The whole report.
pub(super) fn report(report: &Report<'_>, options: &Options<'_>) -> String {
    let Some(answers) = &report.answers else {
        let head = list(head::lines(report));
        return format!("### nothing would ship\n\n{head}\n{}", read(report));
    };
    let mut out = format!("### {}\n\n", escape(&head::verdict(report, answers, options)));
    let (counts, risk) = (head::counts(answers), percent(answers.score.probability));
    out.push_str(&format!("Of its changes {counts}. Risk: **{risk}** that something fails.\n\n"));
    out.push_str(&list(head::lines(report)));
    out.push_str(&held(report, answers));
    let Answers { plan, decision, score } = answers;
    let waves = overview(decision, plan, score, options, report.caps.changes);
    out.push_str(&part(&order::waves(answers), &waves));
    if report.assessment.portfolio.changes.len() > report.caps.changes {
        out.push('\n');
        out.push_str(&list(order::of_waves(answers, report.caps.others)));
    }
    out.push('\n');
    out.push_str(&because(report, answers));
    out.push_str(&picture(report, answers, options));
    out.push_str(&risky(report, answers));
    out.push_str(&opened("releases inside of the range", head::releases(report)));
    out.push_str(&read(report));
    out
}

fn list(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| format!("- {}\n", escape(&line))).collect()
}

/// A part under its head; nothing, if there is nothing in it.
fn part(name: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("\n**{}**\n\n{body}", escape(name)) }
}

/// A part that is shown only when it is opened.
fn opened(name: &str, lines: impl IntoIterator<Item = String>) -> String {
    let body = list(lines);
    if body.is_empty() { body } else { details(name, &body) }
}

fn held(report: &Report<'_>, answers: &Answers) -> String {
    let found = blockers(&answers.decision);
    let mut out = String::new();
    if !found.is_empty() {
        out.push_str(&part("what holds it back", &blocked(&found, report.caps.reasons)));
    }
    out.push_str(&part("who can act", &list(owners::lines(report, &found))));
    if let Some(why) = head::unreviewed(report) {
        out.push_str(&format!("\n{}\n", escape(why)));
    }
    out
}

fn because(report: &Report<'_>, answers: &Answers) -> String {
    let all = why::most_telling(report, answers);
    if all.is_empty() {
        return String::new();
    }
    let most = report.caps.dependencies;
    let titled = |id| match report.titles.get(id) {
        Some(title) => format!("{id} {title}"),
        None => id.to_string(),
    };
    let rows = all.iter().take(most).map(|dependency| {
        let needs = format!("{} {}", why::verb(dependency), titled(&dependency.on));
        vec![titled(&dependency.change), needs, why::reasons(dependency, report.asked.full)]
    });
    let mut body = table(&["change", "needs", "why: it"], rows);
    if all.len() > most {
        body.push_str(&format!("\nand {} more\n", all.len() - most));
    }
    details(&format!("why in that order: {}", why::counts(report)), &body)
}

/// The waves as a flowchart, where they are few enough to be read.
fn picture(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let changes = report.assessment.portfolio.changes.len();
    if changes > DRAWN || answers.plan.waves.is_empty() {
        return String::new();
    }
    let drawn = report::mermaid::plan(&answers.plan, options);
    details("the waves as a picture", &format!("```mermaid\n{drawn}```\n"))
}

fn risky(report: &Report<'_>, answers: &Answers) -> String {
    let drivers = report.drivers(answers);
    let rows = drivers.iter().map(|driver| {
        let title = report.titles.get(driver.change).unwrap_or_default();
        let falls = format!("{} lower", percent(driver.falls_by));
        let named = format!("{} {title}", driver.change);
        vec![falls, percent(driver.alone), named, driver.raised_by.join(", ")]
    });
    let mut body = list(text::bounds(answers));
    if !drivers.is_empty() {
        body.push('\n');
        body.push_str(&table(&["without it", "alone", "change", "what raises it"], rows));
    }
    details(&text::how_risky(answers), &body)
}

fn read(report: &Report<'_>) -> String {
    let notes = &report.assessment.notes;
    let commits = usize::try_from(notes.commits).unwrap_or(usize::MAX);
    let read = counted(commits, "commit", "commits");
    opened(&format!("what was read, and what was skipped: {read}"), head::read(report))
}
