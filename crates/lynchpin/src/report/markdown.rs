//! Answers as Markdown, for pull requests and notebooks. Everything that comes from outside is
//! escaped: no title can open a heading, a link or a tag, or call somebody by name.

use super::decision::{basis as decision_basis, rows};
use super::entry::{self, Sheet};
use super::options::Options;
use super::overview::{Blocker, Part, parts, rows as overview_rows};
use super::words::{actors, counted, mark, word};
use super::{headline, plan as plan_text, score as score_text};
use crate::base::id::ChangeId;
use crate::base::{Digest, Instant};
use crate::gate::Obligation;
use crate::model::{Claim, RecordedDecision};
use crate::plan::Plan;
use crate::portfolio::{Breach, Decision, IgnoredAdoption, Score};

/// A decision: the verdict as a heading, a table of its changes, and its reasons as a list.
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::{DecideQuestion, Engine};
/// use lynchpin::report::{Options, markdown};
///
/// let portfolio = serde_json::from_str(
///     r#"{"lynchpin": "portfolio/1", "stages": [{"id": "production"}], "changes": [
///         {"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#,
/// ).unwrap();
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(portfolio)?;
/// let subject = serde_json::from_str(r#"{"change": "C-1"}"#).unwrap();
/// let question = DecideQuestion::new(subject, "2026-11-02T09:00:00Z".parse()?);
/// let text = markdown::decision(&engine.snapshot().decide(&question)?, &Options::new());
/// assert!(text.starts_with("### ✗ NO GO: change C-1 to production\n"));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn decision(decision: &Decision, options: &Options<'_>) -> String {
    let plain = Options { style: super::Style::Plain, ..*options };
    let mut out = heading(&headline(decision, &plain), &decision_basis(decision));
    let rows = rows(decision);
    if rows.len() > 1 {
        let cells = rows.into_iter().map(|row| {
            let verdict = format!("{} {}", mark(row.verdict), word(row.verdict));
            vec![verdict, row.name, row.what, row.who, row.clears]
        });
        let heads = ["verdict", "change", "what holds it back", "who acts", "clears"];
        out.push_str(&table(&heads, cells));
        out.push('\n');
    }
    for line in super::tree::lines(decision.reasons(), &plain) {
        let indent = "  ".repeat(line.last.len());
        let verdict = format!("{} **{}**", mark(line.verdict), word(line.verdict));
        out.push_str(&format!("{indent}- {verdict} {}", escape(&line.text)));
        if !line.tail.is_empty() {
            out.push_str(&format!(" {}", escape(&line.tail)));
        }
        out.push('\n');
    }
    out
}

/// A plan: its waves as a table, and what does not ship as lists.
#[must_use]
pub fn plan(plan: &Plan, options: &Options<'_>) -> String {
    let mut out = heading(&plan_text::headline(plan), &plan_text::basis(plan));
    let name = |id: &ChangeId| match options.title(id) {
        Some(title) => format!("{id} {title}"),
        None => id.to_string(),
    };
    let steps = plan.waves.iter().enumerate().flat_map(|(number, wave)| {
        wave.iter().map(move |step| {
            let names: Vec<String> = step.changes.iter().map(name).collect();
            vec![(number + 1).to_string(), names.join(" + ")]
        })
    });
    if !plan.waves.is_empty() {
        out.push_str(&table(&["wave", "ships as one"], steps));
    }
    for (head, lines) in plan_text::sections(plan) {
        out.push_str(&format!("\n**{head}**\n\n"));
        lines.iter().for_each(|line| out.push_str(&format!("- {}\n", escape(line))));
    }
    out
}

/// A score: of a change what its risk is made of, of a release its changes.
#[must_use]
pub fn score(score: &Score, options: &Options<'_>) -> String {
    let beyond = score_text::beyond(score).into_iter();
    let basis: Vec<String> = std::iter::once(score_text::basis(score)).chain(beyond).collect();
    let mut out = heading(&score_text::headline(score), &basis.join("; "));
    let Some(release) = &score.release else {
        let rows = score.changes.first().map(score_text::sum).unwrap_or_default();
        let rows = rows.into_iter().map(|(added, name)| vec![added.trim().to_owned(), name]);
        out.push_str(&table(&["log-odds", "factor"], rows));
        return out;
    };
    let rows = score.changes.iter().map(|change| {
        let [risk, falls, raised] = score_text::cells(change, release);
        let name = match options.title(&change.change) {
            Some(title) => format!("{} {title}", change.change),
            None => change.change.to_string(),
        };
        vec![risk, name, falls, raised]
    });
    let heads = ["risk", "change", "the release without it", "what raises it most"];
    out.push_str(&table(&heads, rows));
    out.push_str(&format!("\n{}\n", counted(score.changes.len(), "change", "changes")));
    out
}

/// An entry into a stage, with each change that enters.
#[must_use]
pub fn claim(claim: &Claim, options: &Options<'_>) -> String {
    sheet(&entry::claimed(claim, options))
}

/// A decision that was recorded.
#[must_use]
pub fn recorded(recorded: &RecordedDecision) -> String {
    sheet(&entry::receipt(recorded))
}

/// What was deployed without a claim.
#[must_use]
pub fn breaches(breaches: &[Breach]) -> String {
    sheet(&entry::unclaimed(breaches))
}

/// What is or was owed, as of an instant.
#[must_use]
pub fn obligations(obligations: &[Obligation], at: Instant) -> String {
    sheet(&entry::owed(obligations, at))
}

/// Which policies came into force, and which adoptions had no effect.
///
/// ```
/// use lynchpin::report::markdown::policies;
///
/// assert_eq!(policies(None, &[], &[]), "### no policy answers\n");
/// ```
#[must_use]
pub fn policies(
    answers: Option<Digest>,
    adopted: &[(Instant, Digest)],
    ignored: &[IgnoredAdoption],
) -> String {
    sheet(&entry::adoptions(answers, adopted, ignored))
}

fn sheet(sheet: &Sheet) -> String {
    let mut out = format!("### {}\n", escape(&sheet.headline));
    if !sheet.basis.is_empty() {
        out.push_str(&format!("\n{}\n", escape(&sheet.basis)));
    }
    for rows in sheet.tables.iter().filter(|rows| !rows.rows.is_empty()) {
        out.push('\n');
        out.push_str(&table(&rows.heads, rows.rows.iter().cloned()));
    }
    out
}

/// A text with every character that means something to Markdown or HTML made harmless.
///
/// ```
/// use lynchpin::report::markdown::escape;
///
/// assert_eq!(escape("fix <b> | [x](y) *now*"), r"fix &lt;b&gt; \| \[x\]\(y\) \*now\*");
/// ```
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::printable(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A space without width keeps people and tickets from being called by name.
            '@' | '#' => {
                out.push(c);
                out.push_str("&#8203;");
            }
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    // An address becomes a link by itself.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

/// An overview as a table: what [`overview`](super::overview) says.
#[must_use]
pub fn overview(
    decision: &Decision,
    plan: &Plan,
    score: &Score,
    options: &Options<'_>,
    lines_max: usize,
) -> String {
    let (rows, more) = overview_rows(decision, plan, score, lines_max);
    let cells = rows.iter().map(|row| {
        let verdict = format!("{} {}", mark(row.verdict), word(row.verdict));
        let title = options.title(row.change).unwrap_or_default();
        vec![row.wave(), verdict, row.risk(), row.change.to_string(), title]
    });
    let mut out = table(&["wave", "verdict", "risk", "change", "title"], cells);
    if more > 0 {
        out.push_str(&format!("\nand {more} more\n"));
    }
    out
}

/// What holds a decision back as a table: at most so many reasons, and how many more there are.
#[must_use]
pub fn blocked(blockers: &[Blocker<'_>], reasons_max: usize) -> String {
    let cells = parts(blockers, reasons_max).into_iter().map(|part| match part {
        Part::Told(blocker) => {
            let verdict = format!("{} {}", mark(blocker.verdict), word(blocker.verdict));
            vec![verdict, blocker.said.clone(), actors(&blocker.act), blocker.what()]
        }
        Part::More(more) => vec![String::new(), more, String::new(), String::new()],
    });
    table(&["verdict", "why", "who acts", "what it holds back"], cells)
}

/// What is shown only when it is opened: a summary, which is escaped, and Markdown below it.
///
/// ```
/// use lynchpin::report::markdown::details;
///
/// let shown = "<details><summary>1 &lt;more&gt;</summary>\n\n- one\n\n</details>\n";
/// assert_eq!(details("1 <more>", "- one\n"), shown);
/// ```
#[must_use]
pub fn details(summary: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{body}\n</details>\n", escape(summary))
}

fn heading(headline: &str, basis: &str) -> String {
    format!("### {}\n\n{}\n\n", escape(headline), escape(basis))
}

/// A table; every cell is escaped, the heads are taken as they are.
///
/// ```
/// use lynchpin::report::markdown::table;
///
/// let drawn = table(&["id", "title"], [vec!["C-1".to_owned(), "a|b".to_owned()]].into_iter());
/// assert_eq!(drawn, "| id | title |\n| --- | --- |\n| C-1 | a\\|b |\n");
/// ```
#[must_use]
pub fn table(heads: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut out = format!("| {} |\n|{}\n", heads.join(" | "), " --- |".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn nothing_is_left_to_act() {
        let bad = "# head\n- [a](https://x) ![b](c) <script> @ann #12 `x` **b** ~~s~~ www.x.org";
        let safe = escape(bad);
        for left in ["\n", "](", "<", "@a", "#1", " `", " **", " ~~", "://", "www."] {
            assert!(!safe.contains(left), "{left}: {safe}");
        }
        assert_eq!(escape("plain text, 5.1 % of it: fine"), "plain text, 5.1 % of it: fine");
    }
}
