//! What was deployed in a period and what was behind it: as text.

use std::collections::BTreeSet;

use super::options::{Options, Style};
use super::safe::printable;
use super::table::Table;
use super::words::{Tone, counted, paint, some, word};
use crate::model::DeploymentOutcome::{Failed, RolledBack, Started, Succeeded};
use crate::model::Outcome;
use crate::study::{DeployedChange, ExemptionKind, FactCount, Gap, Population};

/// How many of a list are named.
const NAMED: usize = 4;

/// The gaps and how many rows have each, then the rows: those with gaps or breaches first.
#[must_use]
pub fn population(found: &Population, options: &Options<'_>) -> String {
    let style = options.style;
    let begun = counted(found.deployments, "deployment", "deployments");
    let head = format!("{begun} into {} from {} to {}", found.stage, found.from, found.to);
    let mut out = paint(style, Tone::Strong, &printable(&head)) + "\n";
    out.push_str(&paint(style, Tone::Faint, &basis(found)));
    out.push_str(&gaps(found, style));
    if found.rows.is_empty() {
        return out;
    }
    let heads = [
        "began",
        "deployment",
        "change",
        "outcome",
        "requester",
        "approved by",
        "checks",
        "claim",
        "exceptions",
        "gaps",
    ];
    let mut table = Table::new(&heads);
    let (open, whole): (Vec<_>, Vec<_>) = found.rows.iter().partition(|row| !is_whole(row));
    for row in open.into_iter().chain(whole) {
        let cells = cells(row).into_iter().map(|cell| (printable(&cell), None));
        let failing = (printable(&failing(row)), Some(Tone::Strong));
        table.row(cells.chain([failing]).collect());
    }
    out.push('\n');
    out.push_str(&table.draw(style));
    out
}

fn is_whole(row: &DeployedChange) -> bool {
    row.gaps.is_empty() && row.breaches.is_empty()
}

/// What the answer rests on: every fact of the period is in one of the counts.
fn basis(found: &Population) -> String {
    let FactCount { told, listed, left_out, begun_before, other_stages, elsewhere, .. } =
        found.facts;
    let mut basis = format!("as of {}; {}", found.at, counted(found.rows.len(), "row", "rows"));
    if found.left_out > 0 {
        basis.push_str(&format!(", {} left out", found.left_out));
    }
    basis.push_str(&format!(
        "; {} of the period: {listed} listed, {begun_before} of what began before, \
         {other_stages} of other stages, {elsewhere} of no stage",
        counted(told, "deployment fact", "deployment facts")
    ));
    if left_out > 0 {
        basis.push_str(&format!(", {left_out} in rows left out"));
    }
    basis + "\n"
}

/// How many rows have which gap, and how many are breaches.
fn gaps(found: &Population, style: Style) -> String {
    let mut table = Table::new(&["gap", "rows", "what it means"]);
    let mut any = false;
    for count in found.gaps.iter().filter(|count| count.rows > 0) {
        any = true;
        let cells = [count.gap.name().to_owned(), count.rows.to_string(), said(count.gap).into()];
        table.row(cells.into_iter().map(|cell| (cell, None)).collect());
    }
    if found.breaches > 0 {
        any = true;
        let cells = ["breach".to_owned(), found.breaches.to_string(), BREACH.to_owned()];
        table.row(cells.into_iter().map(|cell| (cell, None)).collect());
    }
    if !any {
        return "no gaps and no breaches\n".to_owned();
    }
    format!("\n{}", table.draw(style))
}

const BREACH: &str = "the policy asks for a claim, and none stands for it";

fn said(gap: Gap) -> &'static str {
    match gap {
        Gap::NoChange => "the deployment names no change",
        Gap::ChangeUnknown => "no revision of the change was recorded by then",
        Gap::StartUnknown => "it is not told that it began",
        Gap::NoEnd => "it is not told what became of it",
        Gap::NoRequester => "the change does not say who asked for it",
        Gap::Unclaimed => "no claim stands for it",
        Gap::NoApproval => "nobody approved what was deployed",
        Gap::NoEvidence => "no check on what was deployed is known",
    }
}

/// All cells of a row but the last.
fn cells(row: &DeployedChange) -> [String; 9] {
    let people: BTreeSet<&str> = row.approvers.iter().map(|it| it.person.as_str()).collect();
    let leave = row.leave.iter().map(|it| format!("leave {}", it.id));
    let approved: Vec<String> = people.into_iter().map(str::to_owned).chain(leave).collect();
    let claim = row.claim.as_ref().map(|it| format!("{} by {}", word(it.verdict), it.by));
    let exceptions = row.exceptions.iter().map(|it| exempt(it.what, it.id.as_deref()));
    let revision = row.revision.map(|it| format!(" r{it}")).unwrap_or_default();
    [
        row.began.to_string(),
        row.deployment.to_string(),
        row.change.as_ref().map(|id| format!("{id}{revision}")).unwrap_or_default(),
        outcome(row).to_owned(),
        row.requester.as_ref().map(ToString::to_string).unwrap_or_default(),
        listed(&approved),
        checks(row),
        claim.unwrap_or_default(),
        listed(&exceptions.collect::<Vec<String>>()),
    ]
}

fn outcome(row: &DeployedChange) -> &'static str {
    match row.outcome {
        Started => "started",
        Succeeded => "succeeded",
        Failed => "failed",
        RolledBack => "rolled back",
    }
}

/// How many checks came out how.
fn checks(row: &DeployedChange) -> String {
    let passed = row.evidence.iter().filter(|it| it.outcome == Outcome::Passed).count();
    let signed = row.statements.len();
    let other = row.evidence.len().saturating_sub(passed);
    let said = [(passed, "passed"), (other, "not"), (signed, "signed")];
    let said = said.iter().filter(|(count, _)| *count > 0);
    said.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn exempt(kind: ExemptionKind, id: Option<&str>) -> String {
    let kind = match kind {
        ExemptionKind::Waiver => "waiver",
        ExemptionKind::Freeze => "freeze",
        ExemptionKind::Emergency => "emergency",
        ExemptionKind::Unauthorised => "unauthorised",
    };
    id.map_or(kind.to_owned(), |id| format!("{kind} {id}"))
}

/// What is wrong with a row: its gaps and why it is a breach.
fn failing(row: &DeployedChange) -> String {
    let gaps = row.gaps.iter().map(|gap| gap.name().to_owned());
    let breaches = row.breaches.iter().map(|code| format!("breach: {}", code.name()));
    gaps.chain(breaches).collect::<Vec<_>>().join(", ")
}

fn listed(names: &[String]) -> String {
    some(names.iter().cloned(), names.len(), NAMED)
}
