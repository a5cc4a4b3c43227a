//! The report for a terminal: what would ship, the verdict, what holds it back and who can act, in
//! which order and why, how risky, what was read.

use lynchpin::report::{
    self, Options, blocked, blockers, driving, faint, line, percent, raised_alike, strong,
};
use lynchpin_link::git::Dependency;

use super::{Answers, Report, head, order, owners, why};

/// The columns of a line that tells a dependency.
const COLUMNS: usize = 100;
/// How much of each of two titles on one line is shown.
const TITLE_COLUMNS: usize = 42;

/// What the foot of a report says, so that no script takes its exit status for a verdict.
const HOW_TO_GATE: &str = "
this is a report: its exit status 0 means answered, not go; to gate, keep what was read with
--portfolio FILE, the policy beside it with --print-policy > lynchpin.toml, and ask
`lynchpin decide FILE --all`
";

/// The whole report.
pub(super) fn report(report: &Report<'_>, options: &Options<'_>) -> String {
    let mut out = String::new();
    head::lines(report).iter().for_each(|line| out.push_str(&format!("{line}\n")));
    if let Some(answers) = &report.answers {
        let (verdict, counts) = (head::verdict(report, answers, options), head::counts(answers));
        out.push_str(&format!("\n{verdict}; changes: {counts}\n"));
        out.push_str(&held(report, answers, options));
        out.push_str(&table(report, answers, options));
        out.push_str(&because(report, answers, options));
        out.push_str(&risk(report, answers, options));
        out.push_str(&section("releases inside of the range", head::releases(report), options));
    }
    out.push_str(&section("what was read, and what was skipped", head::read(report), options));
    out.push_str(HOW_TO_GATE);
    out
}

/// A head and lines below it; nothing, if there are none.
fn section(name: &str, lines: impl IntoIterator<Item = String>, options: &Options<'_>) -> String {
    let body: String = lines.into_iter().map(|line| format!("  {line}\n")).collect();
    if body.is_empty() { body } else { format!("\n{}\n{body}", strong(options.style, name)) }
}

/// What holds it back, and who can act.
fn held(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let found = blockers(&answers.decision);
    let reasons = blocked(&found, options, report.caps.reasons);
    let mut out = section("what holds it back", reasons.lines().map(str::to_owned), options);
    out.push_str(&section("who can act", owners::lines(report, &found), options));
    if let Some(why) = head::unreviewed(report) {
        out.push_str(&format!("\n{why}\n"));
    }
    out
}

/// The waves as a table.
fn table(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let Answers { plan, decision, score } = answers;
    let most = report.caps.changes;
    let table = report::overview(decision, plan, score, options, most);
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    if report.assessment.portfolio.changes.len() > most {
        lines.push("(--full lists them all)".to_owned());
        lines.extend(order::of_waves(answers, report.caps.others));
    }
    section(&order::waves(answers), lines, options)
}

/// A text on as many lines as it takes; all but the first are moved in. A word stays whole.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let room = |line: &String| line.chars().count() + 1 + word.chars().count() <= columns;
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if room(line) => line.push_str(&format!(" {word}")),
            _ => lines.push(format!("  {word}")),
        }
    }
    lines
}

/// Why in that order.
fn because(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let all = why::most_telling(report, answers);
    let most = report.caps.dependencies;
    let mut lines: Vec<String> = Vec::new();
    for dependency in all.iter().take(most) {
        lines.push(dependency_line(report, dependency));
        let title = |id| report.titles.get(id).map(|title| line(&title, TITLE_COLUMNS));
        if let (Some(one), Some(other)) = (title(&dependency.change), title(&dependency.on)) {
            lines.push(faint(options.style, &format!("  “{one}” after “{other}”")));
        }
    }
    if all.len() > most {
        lines.push(format!("and {} more (--full lists them all)", all.len() - most));
    }
    section(&format!("why in that order: {}", why::counts(report)), lines, options)
}

fn dependency_line(report: &Report<'_>, dependency: &Dependency) -> String {
    let Dependency { change, on, .. } = dependency;
    let all = report.asked.full;
    let reasons = why::reasons(dependency, all);
    let whole = format!("{change} {} {on}: {reasons}", why::verb(dependency));
    if all { whole } else { line(&whole, COLUMNS - 2) }
}

/// How risky it is, and what drives that.
fn risk(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let drivers = report.drivers(answers);
    let mut lines: Vec<String> =
        bounds(answers).iter().flat_map(|told| wrapped(told, COLUMNS - 2)).collect();
    lines.extend(driving(&drivers, options).lines().map(str::to_owned));
    section(&how_risky(answers), lines, options)
}

/// The risk of the whole.
pub(super) fn how_risky(answers: &Answers) -> String {
    format!("how risky: {} that something in it fails", percent(answers.score.probability))
}

/// By what that was found, between what it lies, and what raises it for all changes alike.
pub(super) fn bounds(answers: &Answers) -> Vec<String> {
    let Some(release) = &answers.score.release else { return Vec::new() };
    let mut out = vec![
        format!("by {}, which is not calibrated to this repository", answers.score.model),
        format!(
            "at least {} (the riskiest change alone), at most {} (if changes fail independently)",
            percent(release.at_least),
            percent(release.at_most)
        ),
    ];
    let alike = raised_alike(&answers.score);
    if !alike.is_empty() {
        out.push(format!("raised for every change by {}", alike.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn a_long_text_is_wrapped_at_words() {
        assert_eq!(wrapped("one two three", 20), ["one two three"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "  three"]);
        assert_eq!(wrapped("unbreakable", 4), ["unbreakable"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
