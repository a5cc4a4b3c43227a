//! Which pull or merge request a commit landed by, from its message alone.
//!
//! - GitHub: `Merge pull request #12 from o/b`, the title below; squashed `Title (#12)`; the
//!   branch of a merge queue.
//! - GitLab: `Merge branch 'x' into 'main'`, the title below, `See merge request group/name!12`.
//! - Bitbucket: `Merged in x (pull request #9)`, `Pull request #9: Title`, `Merge pull request #9
//!   in P/r from x`.
//! - Azure DevOps: `Merged PR 123: Title`.
//! - Gitea, Forgejo: `Merge pull request 'Title' (#12) from b into main`.
//! - bors, homu: `Merge #12`, `Auto merge of #12 - user:b, r=x`, `Rollup merge of #12 - ...`.
//! - Bitcoin Core: `Merge owner/name#12: Title`.
//! - Trailers: `PR-URL`, `Backport-PR-URL`, `Part-of`, `Pull-Request`, `Merge-Request`.
//! - Gerrit: `Reviewed-on: URL`. Phabricator: `Differential Revision: URL`.
//!
//! A request of this repository is called by its number, `#12` or, on GitLab, `!12`; any other by
//! its address. What somebody wrote into a message may be untrue: a request's name says which
//! commits belong together and never that anybody looked at them.

use super::log::Commit;
use super::text::printable;

/// Numbers of requests that one merge may name.
const BATCH_MAX: usize = 100;

/// Whether a request is one of many commits or of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A branch with any number of commits.
    Branch,
    /// One commit: on Gerrit and Phabricator each is reviewed by itself.
    Single,
}

/// The request that a commit landed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// What it is called, the name to show first: `#12`, `!12` or an address. A merge of several
    /// requests at once has a name for each.
    pub(crate) names: Vec<String>,
    /// Whether it may have more than one commit.
    pub(crate) kind: Kind,
    /// Its title, if the message says it apart from a subject that is the title.
    pub(crate) title: Option<String>,
    /// The branch that it was made on, if that is said.
    branch: Option<String>,
}

impl Request {
    fn named(names: Vec<String>) -> Request {
        Request { names, kind: Kind::Branch, title: None, branch: None }
    }

    fn number(digits: &str) -> Request {
        Self::named(vec![format!("#{digits}")])
    }

    /// The name to show.
    pub(crate) fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    fn address(&self) -> Option<&String> {
        self.names.iter().find(|name| name.contains("://"))
    }

    /// Whether another commit's request is the same: the same name, and no other address.
    pub(crate) fn is(&self, other: &Request) -> bool {
        let addresses = self.address().zip(other.address());
        self.name() == other.name() && addresses.is_none_or(|(one, other)| one == other)
    }

    /// Whether it says more about which request it is than its number.
    pub(crate) fn has_address(&self) -> bool {
        self.address().is_some()
    }
}

/// What a change is called: the subject, or of a merge what it merges, where that is said.
///
/// A request's title goes before all; where a merge of one gives none, it is called by its only
/// commit or by its branch and number, and never `Merge pull request ...`.
pub(crate) fn title(head: &Commit, parts: &[&Commit]) -> String {
    let only = match parts {
        [only] => Some(&only.subject),
        _ => None,
    };
    let is_merge = head.subject.starts_with("Merge ") && head.parents.len() > 1;
    let Some(request) = head.message.request.as_ref() else {
        let pulled = head.subject.starts_with("Merge tag ");
        let said = head.message.first_line.as_ref().filter(|_| pulled);
        return only.or(said).filter(|_| is_merge).unwrap_or(&head.subject).clone();
    };
    if let Some(title) = &request.title {
        return title.clone();
    }
    let by_robot = request.branch.is_some();
    if !by_robot && (!is_merge || squashed(&head.subject).is_some()) {
        return head.subject.clone();
    }
    let branch = request.branch.as_ref().map(|branch| format!("{branch} ({})", request.name()));
    let begins = ["Merge pull request ", "Merge #"];
    let number = begins.iter().any(|begin| head.subject.starts_with(begin));
    let number = number.then(|| request.name().to_owned());
    only.cloned().or(branch).or(number).unwrap_or_else(|| head.subject.clone())
}

/// The request that a message names as the one that the commit landed by.
///
/// `trailers` are lines of their own, unfolded; `body` is all below the subject. What a forge
/// writes as the subject of a merge goes before a line of the body, that before a trailer, and that
/// before a number at the end of the subject, which may be one of an issue.
pub(crate) fn request_of(subject: &str, trailers: &str, body: &str) -> Option<Request> {
    let title = || first_line(trailers, body).filter(|line| !line.starts_with(['*', '#']));
    let found = merged(subject, body, &title).or_else(|| {
        let request = see_merge_request(body)?;
        // Squashed, the subject is the title.
        let Some(rest) = subject.strip_prefix("Merge branch '") else { return Some(request) };
        let branch = rest.split('\'').next().map(str::to_owned);
        let title = title().filter(|line| !line.starts_with(SEE));
        Some(Request { title, branch, ..request })
    });
    let by_trailers = || by_trailers(trailers);
    found.or_else(by_trailers).or_else(|| squashed(subject)).or_else(|| differential(body))
}

/// The first line below the subject that is no trailer.
pub(crate) fn first_line(trailers: &str, body: &str) -> Option<String> {
    let first = body.lines().map(printable).find(|line| !line.is_empty());
    first.filter(|line| !trailers.contains(line.as_str()))
}

/// The subjects that forges and robots write.
fn merged(subject: &str, body: &str, title: &dyn Fn() -> Option<String>) -> Option<Request> {
    if let Some(rest) = subject.strip_prefix("Merge pull request ") {
        return pull_request(rest, title);
    }
    for begin in ["Pull request #", "Merged PR ", "Merge PR #"] {
        if let Some((digits, rest)) = subject.strip_prefix(begin).and_then(leading_number) {
            let title = rest.strip_prefix(':').map(|title| title.trim().to_owned());
            let title = title.filter(|title| !title.is_empty());
            return Some(Request { title, ..Request::number(digits) });
        }
    }
    for begin in ["Auto merge of #", "Rollup merge of #"] {
        if let Some((digits, rest)) = subject.strip_prefix(begin).and_then(leading_number) {
            let branch = rest.strip_prefix(" - ").and_then(|rest| rest.split(',').next());
            let branch = branch.map(str::to_owned);
            return Some(Request { title: title(), branch, ..Request::number(digits) });
        }
    }
    if let Some(rest) = subject.strip_prefix("Merged in ") {
        let (branch, number) = rest.strip_suffix(')')?.rsplit_once(" (pull request #")?;
        let branch = Some(branch.to_owned());
        return is_number(number).then(|| Request {
            title: title(),
            branch,
            ..Request::number(number)
        });
    }
    let rest = subject.strip_prefix("Merge ")?;
    queued(rest, title).or_else(|| numbers(rest, body))
}

/// What follows `Merge pull request `: on GitHub, Bitbucket and Azure a number, on Gitea the title.
fn pull_request(rest: &str, title: &dyn Fn() -> Option<String>) -> Option<Request> {
    let branch = |rest: &str| {
        let (_, branch) = rest.split_once("from ")?;
        branch.split_whitespace().next().map(str::to_owned)
    };
    if let Some(quoted) = rest.strip_prefix('\'') {
        let (title, rest) = quoted.rsplit_once("' (#")?;
        let (digits, rest) = leading_number(rest)?;
        let title = Some(title.to_owned());
        return Some(Request { title, branch: branch(rest), ..Request::number(digits) });
    }
    let (digits, rest) = leading_number(rest.strip_prefix('#').unwrap_or(rest))?;
    if !(rest.is_empty() || rest.starts_with([' ', ':'])) {
        return None;
    }
    Some(Request { title: title(), branch: branch(rest), ..Request::number(digits) })
}

/// A merge of the branch that a queue of GitHub makes: `gh-readonly-queue/main/pr-12-<id>`.
fn queued(rest: &str, title: &dyn Fn() -> Option<String>) -> Option<Request> {
    let (_, queue) = rest.split_once("gh-readonly-queue/")?;
    let (_, number) = queue.split_once("/pr-")?;
    let (digits, rest) = leading_number(number)?;
    rest.starts_with('-').then(|| Request { title: title(), ..Request::number(digits) })
}

/// `#12`, `#12 #13` as bors merges them, `#12: Title`, `owner/name#12: Title`.
fn numbers(rest: &str, body: &str) -> Option<Request> {
    let (names, said) = rest.split_once(": ").map_or((rest, None), |(a, b)| (a, Some(b)));
    let mut found = Vec::new();
    for word in names.split_whitespace() {
        let (owner, number) = word.split_once('#')?;
        if !is_number(number) || found.len() == BATCH_MAX {
            return None;
        }
        if !owner.is_empty() && !is_repository(owner) {
            return None;
        }
        found.push(format!("#{number}"));
        if !owner.is_empty() {
            found.push(word.to_owned());
        }
    }
    let first = found.first()?.clone();
    let mut request = Request::named(found);
    request.title = said.map(|title| title.trim().to_owned());
    if request.title.is_none() && names.split_whitespace().count() == 1 {
        request.title = bors_title(body, first.trim_start_matches('#'));
    }
    Some(request)
}

/// The title in `12: Title r=reviewer a=author`, as bors writes it below.
fn bors_title(body: &str, number: &str) -> Option<String> {
    let begins = |line: &'_ str| {
        line.strip_prefix(number).and_then(|rest| rest.strip_prefix(": ")).map(str::to_owned)
    };
    let title = body.lines().find_map(begins)?;
    let title = title.rsplit_once(" r=").map_or(title.as_str(), |(title, _)| title);
    Some(printable(title)).filter(|title| !title.is_empty())
}

const SEE: &str = "See merge request ";

/// GitLab's line below a merge.
fn see_merge_request(body: &str) -> Option<Request> {
    let said = body.lines().rev().find_map(|line| line.strip_prefix(SEE))?.trim();
    if let Some(found) = address(said) {
        return Some(Request::named(found.names()));
    }
    let (project, number) = said.split_once('!')?;
    if !is_number(number) || !(project.is_empty() || is_repository(project)) {
        return None;
    }
    let mut names = vec![format!("!{number}")];
    if !project.is_empty() {
        names.push(said.to_owned());
    }
    Some(Request::named(names))
}

/// The request that trailers name: of several the last, since a commit that was taken over from
/// elsewhere may have brought others along.
fn by_trailers(trailers: &str) -> Option<Request> {
    let mut found: Option<Request> = None;
    let mut backport = false;
    for (key, value) in trailers.lines().filter_map(|line| line.split_once(':')) {
        let key = key.trim().to_ascii_lowercase();
        let own = ["pr-url", "backport-pr-url", "pull-request", "merge-request"];
        let named = own.contains(&key.as_str());
        if !named && key != "part-of" && key != "reviewed-on" {
            continue;
        }
        let value = printable(value);
        let value = value.split_whitespace().next().unwrap_or_default();
        let request = match address(value) {
            Some(found) if found.gerrit => Request { kind: Kind::Single, ..found.request() },
            Some(found) => found.request(),
            None if named && value.strip_prefix(['#', '!']).is_some_and(is_number) => {
                Request::named(vec![value.to_owned()])
            }
            None => continue,
        };
        // On a branch for releases it landed by the backport.
        if backport && key == "pr-url" {
            continue;
        }
        backport |= key == "backport-pr-url";
        found = Some(request);
    }
    found
}

/// A number at the end of a subject: `(#12)`, `(!12)`, `(GH-12)`, `(PR #12)`, `(pull request #12)`.
fn squashed(subject: &str) -> Option<Request> {
    let (_, said) = subject.strip_suffix(')')?.rsplit_once('(')?;
    if let Some(number) = said.strip_prefix('!') {
        return is_number(number).then(|| Request::named(vec![format!("!{number}")]));
    }
    let begins = ["#", "GH-", "PR #", "pull request #"];
    let number = begins.iter().find_map(|begin| said.strip_prefix(begin))?;
    is_number(number).then(|| Request::number(number))
}

/// Phabricator's line, which is no trailer since its key has a space.
fn differential(body: &str) -> Option<Request> {
    let said = body.lines().rev().find_map(|line| line.strip_prefix("Differential Revision:"))?;
    let said = printable(said);
    let number = said.rsplit('/').next()?;
    if !number.strip_prefix('D').is_some_and(is_number) {
        return None;
    }
    let mut names = vec![said.clone()];
    if number != said {
        names.push(number.to_owned());
    }
    Some(Request { kind: Kind::Single, ..Request::named(names) })
}

/// The address of a request, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// All up to the number, and nothing behind it.
    pub(crate) whole: String,
    /// The repository with the host and all before it.
    pub(crate) repository: String,
    /// The name within its repository: `#12` or `!12`; of Gerrit the number alone.
    pub(crate) number: String,
    /// Whether it is a change on Gerrit, whose numbers are those of the host.
    pub(crate) gerrit: bool,
}

impl Address {
    fn names(self) -> Vec<String> {
        if !self.gerrit {
            return vec![self.number, self.whole];
        }
        // Gerrit leads from the short address to the whole one.
        let short = self.repository.split_once("/c/").map(|(host, _)| {
            let number = &self.number;
            format!("{host}/{number}")
        });
        [self.whole].into_iter().chain(short).collect()
    }

    fn request(self) -> Request {
        Request::named(self.names())
    }
}

/// Reads the address of a request.
pub(crate) fn address(text: &str) -> Option<Address> {
    const WAYS: &[(&str, char)] = &[
        ("/-/merge_requests/", '!'),
        ("/merge_requests/", '!'),
        ("/pull/", '#'),
        ("/pulls/", '#'),
        ("/pull-requests/", '#'),
        ("/pullrequest/", '#'),
        ("/+/", '+'),
    ];
    let text = text.trim_matches(['<', '>']);
    let (scheme, rest) = text.split_once("://")?;
    if !matches!(scheme, "https" | "http") || rest.chars().any(char::is_whitespace) {
        return None;
    }
    if let Some((host, number)) = rest.split_once("/#/c/") {
        // Gerrit's address of old times.
        let number = number.trim_end_matches('/');
        let whole = format!("{scheme}://{host}/{number}");
        let repository = format!("{scheme}://{host}/c/");
        let number = number.to_owned();
        return is_number(&number).then_some(Address { whole, repository, number, gerrit: true });
    }
    let (way, sign, at) =
        WAYS.iter().find_map(|(way, sign)| Some((way, sign, rest.rfind(way)?)))?;
    let (repository, number) = rest.split_at_checked(at)?;
    let (digits, behind) = leading_number(number.strip_prefix(way)?)?;
    if !(behind.is_empty() || behind.starts_with(['/', '?', '#'])) {
        return None;
    }
    let gerrit = *sign == '+';
    let number = if gerrit { digits.to_owned() } else { format!("{sign}{digits}") };
    let repository = format!("{scheme}://{repository}");
    Some(Address { whole: format!("{repository}{way}{digits}"), repository, number, gerrit })
}

/// The digits at the beginning, and what follows them.
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    is_number(digits).then_some((digits, rest))
}

/// Whether a text is a number of a request.
pub(crate) fn is_number(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text can be `owner/name`, in however many parts.
pub(crate) fn is_repository(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/~".contains(&byte);
    !text.is_empty() && text.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str, body: &str) -> Option<Request> {
        // In these messages the trailers are all lines with a plain key.
        let is_trailer =
            |line: &&str| line.split_once(": ").is_some_and(|(key, _)| !key.contains([' ', '/']));
        let trailers: Vec<&str> = body.lines().filter(is_trailer).collect();
        request_of(subject, &trailers.join("\n"), body)
    }

    #[track_caller]
    fn check(subject: &str, body: &str, name: &str, title: Option<&str>) {
        let found = of(subject, body).unwrap_or_else(|| panic!("no request: {subject}"));
        assert_eq!((found.name(), found.title.as_deref()), (name, title), "{subject}");
    }

    #[test]
    fn merges_of_forges_are_known_with_their_title() {
        let title = Some("Round fares");
        let by = "Round fares\n\nCo-authored-by: A <a@x>";
        check("Merge pull request #7 from a/b", by, "#7", title);
        check("Merge pull request #7 from a/b", "", "#7", None);
        check("Merge pull request #7 from user:b", "Round fares", "#7", title);
        check("Merge pull request #9 in P/r from x to main", "* commit 'abc':\n  x", "#9", None);
        check("Merge pull request 12 from x into main", "", "#12", None);
        check("Merge pull request 'Round fares' (#12) from o/b into main", "x", "#12", title);
        check("Merged in x/y (pull request #9)", by, "#9", title);
        check("Pull request #9: Round fares", "Merge in P/r from x to main", "#9", title);
        check("Merged PR 123: Round fares", "Related work items: #4", "#123", title);
        check("Auto merge of #5 - user:b, r=x", by, "#5", title);
        check("Rollup merge of #6 - user:b, r=x", by, "#6", title);
        check("Merge #12", "12: Round fares r=x a=y\n\nWhy", "#12", title);
        check("Merge #12: Round fares", "", "#12", title);
        check("Merge bitcoin/bitcoin#12: Round fares", "abc x", "#12", title);
        let queue = "Merge branch 'gh-readonly-queue/main/pr-12-0123456789'";
        check(queue, by, "#12", title);
        let see = "Round fares\n\nWhy\n\nSee merge request acme/shop!12";
        check("Merge branch 'x' into 'main'", see, "!12", title);
        check("Merge branch 'x' into 'main'", "See merge request !12", "!12", None);
        check("Round fares", "Why\n\nSee merge request acme/shop!12", "!12", None);
    }

    #[test]
    fn several_requests_may_land_at_once() {
        let found = of("Merge #12 #13", "12: One r=x a=y\n\n13: Other r=x a=z").unwrap();
        assert_eq!((found.names, found.title), (vec!["#12".to_owned(), "#13".to_owned()], None));
        let found = of("Merge branch 'x'", "y\n\nSee merge request acme/shop!12").unwrap();
        assert_eq!(found.names, ["!12", "acme/shop!12"]);
    }

    #[test]
    fn squashed_requests_are_known_by_the_end_of_their_subject() {
        for (subject, name) in [
            ("Round fares (#8)", "#8"),
            ("bpo-1: Round fares (GH-8)", "#8"),
            ("Round fares (!8)", "!8"),
            ("Round fares (PR #8)", "#8"),
            ("Revert \"Round fares (#8)\" (#9)", "#9"),
            ("Round fares (#8) (#11)", "#11"),
        ] {
            check(subject, "", name, None);
        }
        for subject in [
            "Round fares",
            "Fix #8",
            "x (see #8)",
            "(#)",
            "(#x)",
            "Merge pull request #",
            "Revert \"Round fares (#8)\"",
            "Merge #",
            "Merge branch 'x'",
            "Merge it all: #12",
            "Merged in x",
            "Merge pull request #7x",
            "Merge a b#12",
            "(#123456789012345678901)",
        ] {
            assert_eq!(of(subject, ""), None, "{subject}");
        }
        assert_eq!(of("x", "    See merge request a/b!12"), None, "it is quoted");
        assert_eq!(of("x", "See merge request of Ann!"), None);
    }

    #[test]
    fn trailers_name_the_request() {
        let mesa = "https://gitlab.freedesktop.org/mesa/mesa/-/merge_requests/12";
        let found = of("radv: x", &format!("Part-of: <{mesa}>")).unwrap();
        assert_eq!(found.names, ["!12", mesa]);
        let node = "https://github.com/nodejs/node/pull/12";
        let backport = "https://github.com/nodejs/node/pull/15";
        let found = of("doc: x", &format!("PR-URL: {node}\nReviewed-By: R <r@x>")).unwrap();
        assert_eq!(found.names, ["#12", node]);
        let both = format!("Backport-PR-URL: {backport}\nPR-URL: {node}");
        assert_eq!(of("doc: x", &both).unwrap().name(), "#15");
        assert_eq!(of("x", "Pull-Request: #12").unwrap().name(), "#12");
        assert_eq!(of("x", "Part-of: #12"), None, "an issue may be a part of another");
        assert_eq!(of("x (#4)", &format!("Part-of: <{mesa}>")).unwrap().name(), "!12");
        let gerrit = "https://review.x/c/acme/shop/+/77";
        let found = of("x", &format!("Change-Id: I1\nReviewed-on: {gerrit}")).unwrap();
        assert_eq!(
            (found.kind, &found.names[..]),
            (Kind::Single, &[gerrit.to_owned(), "https://review.x/77".to_owned(),][..])
        );
        let forgejo = "Reviewed-on: https://codeberg.org/acme/shop/pulls/12";
        assert_eq!(of("Round fares (#12)", forgejo).unwrap().name(), "#12");
        let found = of("x", "Why\n\nDifferential Revision: https://reviews.x/D12").unwrap();
        assert_eq!((found.kind, found.name()), (Kind::Single, "https://reviews.x/D12"));
        assert_eq!(found.names[1], "D12");
    }

    #[test]
    fn addresses_are_taken_apart() {
        for (text, whole, number) in [
            ("https://x/a/b/pull/7/files", "https://x/a/b/pull/7", "#7"),
            ("https://x/a/b/pull/7#issuecomment-1", "https://x/a/b/pull/7", "#7"),
            ("<https://x/a/b/-/merge_requests/7/diffs>", "https://x/a/b/-/merge_requests/7", "!7"),
            ("https://x/p/_git/r/pullrequest/7", "https://x/p/_git/r/pullrequest/7", "#7"),
            ("https://x/c/a/+/7/3", "https://x/c/a/+/7", "7"),
            ("https://x/#/c/7/", "https://x/7", "7"),
        ] {
            let found = address(text).unwrap();
            assert_eq!((found.whole.as_str(), found.number.as_str()), (whole, number), "{text}");
        }
        for text in ["#7", "https://x/a/b/issues/7", "ssh://x/pull/7", "https://x/pull/x", "://"] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn requests_with_one_number_may_be_different() {
        let named =
            |names: &[&str]| Request::named(names.iter().map(|n| (*n).to_owned()).collect());
        let (one, other) =
            (named(&["#1", "https://x/a/pull/1"]), named(&["#1", "https://x/b/pull/1"]));
        let bare = named(&["#1"]);
        assert!(one.is(&one) && one.is(&bare) && bare.is(&other));
        assert!(!one.is(&other) && !bare.is(&named(&["#2"])));
    }
}
