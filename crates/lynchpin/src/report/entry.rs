//! What enters, what is owed and by which policy: claims, recorded decisions, breaches,
//! obligations, policies in force. Each is laid out once and drawn as text or as Markdown.

use super::options::{Options, Style};
use super::safe::printable;
use super::table::Table;
use super::words::{Tone, actors, counted, mark, paint, short, word};
use crate::base::{Digest, Instant};
use crate::gate::Obligation;
use crate::model::{Claim, RecordedDecision};
use crate::portfolio::{Breach, IgnoredAdoption};

/// What there is to say, before it is known in which form.
pub(super) struct Sheet {
    pub(super) headline: String,
    pub(super) basis: String,
    pub(super) tables: Vec<Rows>,
}

/// Rows under their heads; without any row, nothing is drawn.
pub(super) struct Rows {
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Sheet {
    fn text(&self, style: Style) -> String {
        let mut out = paint(style, Tone::Strong, &printable(&self.headline)) + "\n";
        if !self.basis.is_empty() {
            out.push_str(&paint(style, Tone::Faint, &printable(&self.basis)));
            out.push('\n');
        }
        for rows in self.tables.iter().filter(|rows| !rows.rows.is_empty()) {
            let mut table = Table::new(&rows.heads);
            for row in &rows.rows {
                table.row(row.iter().map(|cell| (printable(cell), None)).collect());
            }
            out.push('\n');
            out.push_str(&table.draw(style));
        }
        out
    }
}

/// An entry into a stage, with each change that enters.
///
/// ```
/// use lynchpin::model::Claim;
/// use lynchpin::report::{self, Options};
///
/// let digest = format!("sha256:{}", "1".repeat(64));
/// let claim: Claim = serde_json::from_str(&format!(
///     r#"{{"change": "C-1", "revision": 2, "digest": "{digest}", "stage": "production",
///      "changes": [{{"change": "C-1", "revision": 2, "digest": "{digest}"}}], "attempt": 1,
///      "policy": "{digest}", "verdict": "go", "at": "2026-11-03T10:00:00Z", "by": "mei"}}"#
/// ))
/// .unwrap();
/// let text = report::claim(&claim, &Options::new());
/// assert!(text.starts_with("✓ GO: change C-1 enters production\n"), "{text}");
/// ```
#[must_use]
pub fn claim(claim: &Claim, options: &Options<'_>) -> String {
    claimed(claim, options).text(options.style)
}

pub(super) fn claimed(claim: &Claim, options: &Options<'_>) -> Sheet {
    let subject = subject(claim.change.as_ref(), claim.release.as_ref());
    let rows = claim.changes.iter().map(|entered| {
        let title = options.title(&entered.change).unwrap_or_default();
        vec![entered.change.to_string(), entered.revision.to_string(), title]
    });
    let mut basis = format!(
        "at {} by {}, attempt {}, policy {}",
        claim.at,
        claim.by,
        claim.attempt,
        short(claim.policy)
    );
    if !claim.waivers.is_empty() {
        let waivers: Vec<String> = claim.waivers.iter().map(ToString::to_string).collect();
        basis.push_str(&format!(", uses {}", waivers.join(", ")));
    }
    if let Some(end) = claim.not_after {
        basis.push_str(&format!(", no deployment may begin from {end} on"));
    }
    Sheet {
        headline: format!(
            "{} {}: {subject} enters {}",
            mark(claim.verdict),
            word(claim.verdict),
            claim.stage
        ),
        basis,
        tables: vec![Rows { heads: vec!["change", "revision", "title"], rows: rows.collect() }],
    }
}

/// A decision that was recorded.
#[must_use]
pub fn recorded(recorded: &RecordedDecision, options: &Options<'_>) -> String {
    receipt(recorded).text(options.style)
}

pub(super) fn receipt(recorded: &RecordedDecision) -> Sheet {
    let subject = subject(recorded.change.as_ref(), recorded.release.as_ref());
    let verdict = recorded.verdict;
    let stands = match recorded.expires {
        Some(end) => format!("stands until {end}"),
        None => "stands until something new is known".to_owned(),
    };
    Sheet {
        headline: format!("{} {}: {subject} to {}", mark(verdict), word(verdict), recorded.stage),
        basis: format!(
            "recorded at {} for {}, {stands}, policy {}",
            recorded.at,
            recorded.by,
            short(recorded.policy)
        ),
        tables: Vec::new(),
    }
}

/// What was deployed without a claim, one deployment a line.
///
/// ```
/// use lynchpin::report::{Options, breaches};
///
/// assert_eq!(breaches(&[], &Options::new()), "nothing was deployed without a claim\n");
/// ```
#[must_use]
pub fn breaches(breaches: &[Breach], options: &Options<'_>) -> String {
    unclaimed(breaches).text(options.style)
}

pub(super) fn unclaimed(breaches: &[Breach]) -> Sheet {
    let rows = breaches.iter().map(|it| {
        vec![
            it.at.to_string(),
            it.change.to_string(),
            it.stage.to_string(),
            it.environment.to_string(),
            it.deployment.to_string(),
            it.by.to_string(),
            it.code.text().to_owned(),
        ]
    });
    let count = counted(breaches.len(), "deployment", "deployments");
    let headline = match breaches {
        [] => "nothing was deployed without a claim".to_owned(),
        _ => format!("{count} without a claim"),
    };
    let heads = vec!["at", "change", "stage", "environment", "deployment", "by", "why"];
    Sheet { headline, basis: String::new(), tables: vec![Rows { heads, rows: rows.collect() }] }
}

/// What is or was owed, one obligation a line, as of an instant.
#[must_use]
pub fn obligations(obligations: &[Obligation], at: Instant, options: &Options<'_>) -> String {
    owed(obligations, at).text(options.style)
}

pub(super) fn owed(obligations: &[Obligation], at: Instant) -> Sheet {
    let rows = obligations.iter().map(|it| {
        let state = match it.met {
            Some(met) if met > it.until => format!("met late, at {met}"),
            Some(met) => format!("met at {met}"),
            None if it.is_overdue(at) => "overdue".to_owned(),
            None => "owed".to_owned(),
        };
        vec![
            it.until.to_string(),
            state,
            it.subject.to_string(),
            it.requirement.to_string(),
            it.stage.to_string(),
            it.since.to_string(),
            actors(&it.owner),
        ]
    });
    let open = obligations.iter().filter(|it| it.met.is_none());
    let (late, due): (Vec<&Obligation>, Vec<&Obligation>) = open.partition(|it| it.is_overdue(at));
    let headline = match obligations {
        [] => "nothing was ever owed".to_owned(),
        all => format!(
            "{}: {} overdue, {} owed, {} met",
            counted(all.len(), "obligation", "obligations"),
            late.len(),
            due.len(),
            all.len().saturating_sub(late.len()).saturating_sub(due.len())
        ),
    };
    let heads = vec!["until", "state", "of", "requirement", "stage", "since", "who can meet it"];
    Sheet {
        headline,
        basis: format!("at {at}"),
        tables: vec![Rows { heads, rows: rows.collect() }],
    }
}

/// Which policies came into force, and which adoptions had no effect.
///
/// ```
/// use lynchpin::report::{Options, policies};
///
/// assert_eq!(policies(None, &[], &[], &Options::new()), "no policy answers\n");
/// ```
#[must_use]
pub fn policies(
    answers: Option<Digest>,
    adopted: &[(Instant, Digest)],
    ignored: &[IgnoredAdoption],
    options: &Options<'_>,
) -> String {
    adoptions(answers, adopted, ignored).text(options.style)
}

pub(super) fn adoptions(
    answers: Option<Digest>,
    adopted: &[(Instant, Digest)],
    ignored: &[IgnoredAdoption],
) -> Sheet {
    let came = adopted.iter().map(|(at, policy)| vec![at.to_string(), short(*policy)]);
    let had_none = ignored.iter().map(|it| {
        let why = it.code.text().replace("{given}", &it.given.to_string());
        let why = why.replace("{needed}", &it.needed.to_string());
        let why = format!("{why} (group {})", it.group);
        vec![it.at.to_string(), short(it.policy), it.by.to_string(), why]
    });
    let headline = match answers {
        Some(policy) => format!("policy {} answers", short(policy)),
        None => "no policy answers".to_owned(),
    };
    Sheet {
        headline,
        basis: String::new(),
        tables: vec![
            Rows { heads: vec!["in force since", "policy"], rows: came.collect() },
            Rows {
                heads: vec!["no effect at", "policy", "adopted by", "why"],
                rows: had_none.collect(),
            },
        ],
    }
}

/// What a fact is about, of which exactly one is said.
fn subject<C: ToString, R: ToString>(change: Option<&C>, release: Option<&R>) -> String {
    match (change, release) {
        (Some(change), _) => format!("change {}", change.to_string()),
        (None, Some(release)) => format!("release {}", release.to_string()),
        (None, None) => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Limits;
    use crate::portfolio::{ClaimOutcome, ClaimQuestion, DecideQuestion, Engine, Snapshot};
    use crate::report::markdown;

    const AT: &str = "2026-11-03T00:00:00Z";

    fn snapshot(more: &str) -> Snapshot {
        let document = format!(
            r#"{{"lynchpin": "portfolio/1", "people": [{{"id": "raj"}}, {{"id": "mei"}}],
             "stages": [{{"id": "production"}}],
             "changes": [{{"id": "C-1", "revision": 1, "title": "Split | the table",
               "plans": {{"back_out": "Put it back."}}, "at": "2026-11-01T09:00:00Z", "by": "raj"}}]
             {more}}}"#
        );
        let mut engine = Engine::new(Limits::untrusted());
        engine.add(serde_json::from_str(&document).unwrap()).unwrap();
        let policy = "name = \"acme\"\nclaims = \"required\"\n\
            requirement.back-out = { plan = \"back_out\" }\n\
            gate.fast = { stage = \"production\", judges = \"change\", require = \"back-out\" }\n";
        engine.set_policy(policy).unwrap();
        engine.snapshot()
    }

    #[test]
    fn an_entry_is_told_with_what_enters() {
        let snapshot = snapshot("");
        let change = crate::base::Subject::Change("C-1".parse().unwrap());
        let (at, mei) = (AT.parse().unwrap(), "mei".parse().unwrap());
        let question = ClaimQuestion::new(change.clone(), at, "mei".parse().unwrap());
        let Ok(ClaimOutcome::Claimed(entry)) = snapshot.claim(&question) else {
            panic!("is refused")
        };
        let titles = crate::report::Titles::of(snapshot.portfolio(), at);
        let options = Options::new().with_titles(&titles);
        let text = claim(&entry, &options);
        assert!(text.starts_with("✓ GO: change C-1 enters production\n"), "{text}");
        assert!(text.ends_with("C-1     1         Split | the table\n"), "{text}");
        let told = markdown::claim(&entry, &options);
        assert!(told.contains("| C-1 | 1 | Split \\| the table |"), "{told}");
        let (_, kept) = snapshot.record(&DecideQuestion::new(change, at), &mei).unwrap();
        let text = recorded(&kept, &Options::new());
        assert!(text.starts_with("✓ GO: change C-1 to production\nrecorded at "), "{text}");
        assert!(markdown::recorded(&kept).starts_with("### ✓ GO: change C-1 to production\n"));
    }

    #[test]
    fn a_breach_says_why() {
        let deployed = r#", "deployments": [{"id": "D-1", "environment": "production",
            "outcome": "succeeded", "changes": ["C-1"], "at": "2026-11-02T00:00:00Z",
            "by": "raj"}]"#;
        let found = snapshot(deployed).breaches(AT.parse().unwrap());
        let text = breaches(&found, &Options::new());
        assert!(text.starts_with("1 deployment without a claim\n\nat "), "{text}");
        assert!(text.ends_with("was deployed without a claim\n"), "{text}");
        assert!(markdown::breaches(&found).contains("| C-1 | production |"));
    }

    #[test]
    fn an_adoption_without_effect_says_how_many_approved() {
        let ignored = [IgnoredAdoption {
            policy: Digest::of(b"1"),
            at: AT.parse().unwrap(),
            by: "mei".parse().unwrap(),
            code: crate::reason::ReasonCode::AdoptionNotApproved,
            group: "owners".parse().unwrap(),
            given: 1,
            needed: 2,
        }];
        let text = policies(None, &[], &ignored, &Options::new());
        assert!(text.ends_with("approved by 1 of 2 (group owners)\n"), "{text}");
    }
}
