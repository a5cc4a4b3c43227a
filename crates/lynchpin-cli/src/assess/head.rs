//! What would ship, from where to where, as of when, judged by what: lines for people.

use lynchpin::base::Subject;
use lynchpin::reason::Verdict;
use lynchpin::report::{Options, counted, headline, line, some, word};
use lynchpin_link::git::{Assessed, Start};

use super::{Answers, Report};

/// How much of the name of a repository, of a revision and of a file is shown, in columns.
const NAME_COLUMNS: usize = 40;
/// How much of a rule that was skipped is shown, in columns.
const RULE_COLUMNS: usize = 86;
/// How many repositories the verdict names.
const NAMED: usize = 3;

/// A line for each repository, for what is special about it, and for what the answer rests on.
/// Safe to print on a terminal.
pub(super) fn lines(report: &Report<'_>) -> Vec<String> {
    let repositories = &report.assessment.repositories;
    let mut out = Vec::new();
    for repository in repositories.iter().take(report.caps.others) {
        out.extend(of_repository(report, repository));
    }
    let rest = repositories.get(report.caps.others..).unwrap_or_default();
    if !rest.is_empty() {
        let changes: usize = rest.iter().map(|repository| repository.changes).sum();
        let repositories = counted(rest.len(), "more repository", "more repositories");
        out.push(format!("and {repositories} with {}", counted(changes, "change", "changes")));
    }
    let by = match &report.asked.policy {
        Some(file) => format!("by the policy {}", line(&file.display().to_string(), NAME_COLUMNS)),
        None => "by the built-in policy (see --print-policy)".to_owned(),
    };
    let newest = if report.asked.at.is_some() { "" } else { ", the newest that was read" };
    out.push(format!("as of {}{newest}; {by}", report.at));
    out
}

fn of_repository(report: &Report<'_>, repository: &Assessed) -> Vec<String> {
    let range = &repository.range;
    let what = match repository.changes {
        0 => "nothing would ship".to_owned(),
        count => format!("{} would ship", counted(count, "change", "changes")),
    };
    let (start, end) = (start(report, repository), named(&range.until_name, &range.until));
    let mut out = vec![format!("{}: {what}: {start} up to {end}", name(repository))];
    if repository.shallow {
        let more = match report.assessment.notes.shallow_ends {
            0 => "older history is missing, but nothing between start and end is",
            _ => "older history is missing, so more may ship than is listed",
        };
        out.push(format!("{}: the clone is shallow: {more}", name(repository)));
    }
    if repository.partial {
        let lacks = "what it lacks was not fetched";
        out.push(format!("{}: the clone is partial: {lacks}", name(repository)));
    }
    if !repository.by_line {
        let by = "dependencies come from files, not from lines";
        out.push(format!("{}: {by}", name(repository)));
    }
    out
}

/// After what the range begins, and why there.
fn start(report: &Report<'_>, repository: &Assessed) -> String {
    let range = &repository.range;
    let alone = report.assessment.repositories.len() == 1;
    let end = || line(&range.until_name, NAME_COLUMNS);
    let no_tag = match report.assessment.notes.tags_elsewhere {
        0 => "there is no tag".to_owned(),
        count if alone => format!("no tag before {}, {count} elsewhere; see --since", end()),
        // They are counted over all repositories.
        _ => format!("no tag before {}; see --since", end()),
    };
    match (&range.since, &range.since_name, &range.start) {
        (Some(commit), Some(name), _) => format!("after {}", named(name, commit)),
        (Some(commit), None, Start::CommitsBack(back)) => {
            format!("after {} ({back} commits back: {no_tag})", short(commit))
        }
        (Some(commit), None, _) => format!("after {}", short(commit)),
        (None, Some(name), _) => {
            let name = line(name, NAME_COLUMNS);
            format!("from the first commit on (none is older than {name})")
        }
        (None, None, _) if repository.shallow => {
            format!("all that this shallow clone holds ({no_tag})")
        }
        (None, None, _) => format!("from the first commit on ({no_tag})"),
    }
}

fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}

/// A revision with the commit that it means, unless it says so itself.
fn named(name: &str, commit: &str) -> String {
    let is_its_own = name.len() >= 7 && commit.starts_with(&name.to_ascii_lowercase());
    if is_its_own {
        short(commit)
    } else {
        format!("{} ({})", line(name, NAME_COLUMNS), short(commit))
    }
}

fn name(repository: &Assessed) -> String {
    line(&repository.name, NAME_COLUMNS)
}

/// The verdict of the whole.
pub(super) fn verdict(report: &Report<'_>, answers: &Answers, options: &Options<'_>) -> String {
    let repositories = &report.assessment.repositories;
    let names = some(repositories.iter().map(name), repositories.len(), NAMED);
    // The release has no name of its own in a repository.
    let Subject::Release(_) = answers.decision.subject else {
        return headline(&answers.decision, options);
    };
    let own = format!("{} to ", answers.decision.subject);
    headline(&answers.decision, options).replace(&own, &format!("next release of {names} to "))
}

/// How many changes have which verdict.
pub(super) fn counts(answers: &Answers) -> String {
    let count = |verdict: Verdict| {
        let count = answers.decision.changes().filter(|node| node.verdict == verdict).count();
        (count > 0).then(|| format!("{count} {}", word(verdict)))
    };
    Verdict::ALL.into_iter().filter_map(count).collect::<Vec<_>>().join(", ")
}

/// Why so little is reviewed, where no commit says that anything was.
pub(super) fn unreviewed(report: &Report<'_>) -> Option<&'static str> {
    let notes = &report.assessment.notes;
    let seen = notes.reviews
        + notes.own_trailers
        + notes.machine_trailers
        + notes.partly_reviewed
        + notes.trailers_without_address
        + notes.trailers_without_person
        + notes.incomplete;
    (seen == 0).then_some(
        "no commit carries a review trailer (Reviewed-by, Acked-by, Approved-by); reviews made on \
         a\nforge are not visible here",
    )
}

/// What was read and what was skipped, over all, then what is special about each repository.
pub(super) fn read(report: &Report<'_>) -> Vec<String> {
    let assessment = report.assessment;
    let mut out: Vec<String> = assessment.notes.lines().collect();
    for repository in assessment.repositories.iter().take(report.caps.others) {
        let from = line(&repository.services_from, NAME_COLUMNS);
        out.push(format!("services of {} by {from}", name(repository)));
        let skipped = &repository.services_skipped;
        let shown = skipped.iter().take(report.caps.others);
        out.extend(shown.map(|rule| format!("  skipped: {}", line(rule, RULE_COLUMNS))));
        if skipped.len() > report.caps.others {
            out.push(format!("  and {} more", skipped.len() - report.caps.others));
        }
    }
    out
}

/// The releases that lie inside of the range, where there are any besides the one that holds all.
pub(super) fn releases(report: &Report<'_>) -> Vec<String> {
    let whole = report.assessment.release.as_ref();
    let all = &report.assessment.portfolio.releases;
    let inside: Vec<_> = all.iter().filter(|release| Some(&release.id) != whole).collect();
    let shown = inside.iter().take(report.caps.others).map(|release| {
        let changes = counted(release.changes.len(), "change", "changes");
        let title = release.title.as_deref().map(|title| line(title, NAME_COLUMNS));
        let title = title.map_or(String::new(), |title| format!("  {title}"));
        format!("{}  {changes}, made at {}{title}", release.id, release.at)
    });
    let mut out: Vec<String> = shown.collect();
    if inside.len() > out.len() {
        out.push(format!("and {} more", inside.len() - out.len()));
    }
    out
}
