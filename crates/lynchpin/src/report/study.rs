//! What is wrong with a policy, what differs, what it would flip, what changed: as text.

use super::options::Options;
use super::safe::printable;
use super::table::Table;
use super::words::{Tone, actors, counted, paint, short, word};
use crate::base::{Digest, Subject};
use crate::gate::compare::{Became, Difference, Leans, What};
use crate::gate::lint::{Finding, Severity};
use crate::reason::Verdict;
use crate::study::changed::By;
use crate::study::dry_run::Because;
use crate::study::{Changed, ChangedReason, DryRun, Flip, Replay};

/// What is wrong with a policy, one finding a line, the worst first.
///
/// ```
/// use lynchpin::gate::Policy;
/// use lynchpin::gate::lint::lint;
/// use lynchpin::report::{Options, findings};
///
/// let text = "name = \"a\"\nopen = [\"dev\"]\nrequirement.p = { plan = \"test\" }";
/// let policy: Policy = text.parse()?;
/// let text = findings(&lint(&policy, None), &Options::new());
/// assert!(text.contains("warning  requirement_unused  p"), "{text}");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn findings(findings: &[Finding], options: &Options<'_>) -> String {
    if findings.is_empty() {
        return "nothing is wrong with the policy\n".to_owned();
    }
    let mut table = Table::new(&["", "code", "where", "what"]);
    for finding in findings {
        let (severity, tone) = match finding.severity {
            Severity::Error => ("error", Tone::Strong),
            Severity::Warning => ("warning", Tone::Faint),
        };
        let gate = finding.gate.as_ref().map(ToString::to_string);
        let requirement = finding.requirement.as_ref().map(ToString::to_string);
        let stage = finding.stage.as_ref().map(ToString::to_string);
        let place: Vec<String> = [gate, requirement, stage].into_iter().flatten().collect();
        table.row(vec![
            (severity.to_owned(), Some(tone)),
            (finding.code.name().to_owned(), None),
            (place.join(", "), None),
            (finding.message.clone(), None),
        ]);
    }
    table.draw(options.style)
}

/// What differs between two policies, one difference a line, then what it said and says.
#[must_use]
pub fn differences(
    (before, after): (Digest, Digest),
    differences: &[Difference],
    options: &Options<'_>,
) -> String {
    let head = format!("policy {} -> {}", short(before), short(after));
    let mut out = paint(options.style, Tone::Faint, &head) + "\n";
    if differences.is_empty() {
        out.push_str("the two say the same\n");
    }
    for it in differences {
        let what = match it.what {
            What::Policy => "setting",
            What::Key => "key",
            What::Requirement => "requirement",
            What::Gate => "gate",
        };
        let became = match it.became {
            Became::Added => "added",
            Became::Removed => "removed",
            Became::Changed => "changed",
        };
        let leans = match it.leans {
            Leans::Tighter => ": asks for more",
            Leans::Looser => ": asks for less",
            Leans::Neutral => "",
            Leans::Unclear => ": may ask for more or for less",
        };
        let line = format!("{what} {} {became}{leans}", printable(&it.name));
        out.push_str(&paint(options.style, Tone::Strong, &line));
        out.push('\n');
        for (sign, fields) in [("-", &it.before), ("+", &it.after)] {
            for (name, value) in fields {
                out.push_str(&format!("  {sign} {name} = {}\n", printable(&value.to_string())));
            }
        }
    }
    out
}

/// Which decisions another policy flips: figures first, then each flip with why.
#[must_use]
pub fn dry_run(run: &DryRun, options: &Options<'_>) -> String {
    let stopped = run.flips.iter().filter(|flip| !flip.after.is_go()).count();
    let let_go = run.flips.len().saturating_sub(stopped);
    let head = format!(
        "{} compared: {} no longer a go, {} newly a go",
        counted(run.compared, "decision", "decisions"),
        stopped,
        let_go,
    );
    let mut out = paint(options.style, Tone::Strong, &head) + "\n";
    let in_force = run.policy.map_or_else(|| "none".to_owned(), short);
    let mut basis = format!("policy in force {in_force}, tried {}", short(run.tried));
    basis.push_str(&format!("; a go by both {}, by neither {}", run.go_by_both, run.go_by_neither));
    if run.left_out > 0 {
        basis.push_str(&format!("; {} left out", run.left_out));
    }
    if run.before_model > 0 {
        let told = "came before its risk model was told, which may have learned from them";
        basis.push_str(&format!("; {} {told}", run.before_model));
    }
    out.push_str(&paint(options.style, Tone::Faint, &basis));
    out.push('\n');
    if let Some(replay) = &run.replay {
        out.push_str(&replayed(replay, options));
    }
    for flip in &run.flips {
        out.push_str(&flipped(flip, options));
    }
    out
}

/// What each policy would have been worth.
fn replayed(replay: &Replay, options: &Options<'_>) -> String {
    let head = format!("{} of what was deployed failed", replay.failed);
    let mut out = format!("\n{}\n", paint(options.style, Tone::Strong, &head));
    for (policy, it) in [("in force", &replay.before), ("tried", &replay.after)] {
        out.push_str(&format!(
            "  {policy}: {} held back, {} of them failed and {} held; {} that failed let through\n",
            it.held_back, it.caught, it.false_alarms, it.escaped
        ));
        if it.waits > 0 {
            let (waits, minutes) = (it.waits, it.waited_minutes);
            out.push_str(&format!("    {waits} of them only wait, {minutes} minutes together\n"));
        }
        let asked = it.asked.iter().take(ASKED_NAMED);
        let asked: Vec<String> = asked.map(|it| format!("{} ({})", it.who, it.times)).collect();
        if !asked.is_empty() {
            out.push_str(&format!("    asked: {}\n", asked.join(", ")));
        }
    }
    out
}

/// How many of those who are asked most are named.
const ASKED_NAMED: usize = 10;

fn flipped(flip: &Flip, options: &Options<'_>) -> String {
    let head = format!(
        "{} to {} at {}: {} -> {}",
        flip.subject,
        flip.stage,
        flip.at,
        word(flip.before),
        word(flip.after)
    );
    let mut out = format!("\n{}\n", paint(options.style, Tone::Strong, &head));
    let by = if flip.after.is_go() { "was held back by" } else { "is held back by" };
    for reason in &flip.because {
        out.push_str(&because(by, reason, &flip.subject));
    }
    out
}

/// One reason that holds something back, on a line of its own.
pub(super) fn because(by: &str, reason: &Because, about: &Subject) -> String {
    let gate = reason.gate.as_ref().map(|gate| format!(" of gate {gate}"));
    let asked = reason.requirement.as_ref().map(|name| format!(" {name}"));
    let asks = format!("{}{}", asked.unwrap_or_default(), gate.unwrap_or_default());
    let of =
        if reason.subject == *about { String::new() } else { format!(" for {}", reason.subject) };
    let act = match reason.act.as_slice() {
        [] => String::new(),
        act => format!(", {} can change that", actors(act)),
    };
    format!("  {by}{asks}{of}: {}{act}\n", reason.code.name())
}

/// What changed in a decision between two instants, one reason a line, each with what changed it.
#[must_use]
pub fn changed(changed: &Changed, options: &Options<'_>) -> String {
    let before = changed.before.map_or("not known", word);
    let head =
        format!("{} to {}: {before} -> {}", changed.subject, changed.stage, word(changed.after));
    let mut out = paint(options.style, Tone::Strong, &head) + "\n";
    let basis = format!("from {} to {}", changed.from, changed.to);
    out.push_str(&paint(options.style, Tone::Faint, &basis));
    out.push('\n');
    if changed.reasons.is_empty() {
        out.push_str("every reason is as it was\n");
    }
    for reason in &changed.reasons {
        out.push_str(&turned(reason, &changed.subject));
    }
    out
}

fn turned(reason: &ChangedReason, about: &Subject) -> String {
    let said = |said: Option<(Verdict, &str)>| match said {
        Some((verdict, code)) => format!("{} ({code})", word(verdict)),
        None => "nothing".to_owned(),
    };
    let before = said(reason.before.map(|it| (it.verdict, it.code.name())));
    let after = said(reason.after.map(|it| (it.verdict, it.code.name())));
    let asked = reason.requirement.as_ref().map_or("itself".to_owned(), ToString::to_string);
    let gate = reason.gate.as_ref().map(|gate| format!(" of gate {gate}")).unwrap_or_default();
    let of =
        if reason.subject == *about { String::new() } else { format!(" for {}", reason.subject) };
    let mut out = format!("  {asked}{gate}{of}: {before} -> {after}\n");
    let by = match reason.by {
        By::Time => "    by time alone\n".to_owned(),
        By::Fact | By::Facts => String::new(),
    };
    out.push_str(&by);
    for told in &reason.through {
        let fact = format!("{}/{}", told.fact.kind, short(told.fact.digest));
        let by = told.by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
        out.push_str(&format!("    through {fact}{by} at {}\n", told.recorded));
    }
    out
}
