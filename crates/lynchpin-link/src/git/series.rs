//! Which consecutive commits of the first-parent line are one change.
//!
//! Consecutive commits land together when
//!
//! - they bear the *same request* of a forge, by its number or a trailer;
//! - they are a *counted* series, `[PATCH 1/3]`, `[1/3]` or `(1/3)`, complete and in order, begun
//!   by a cover `0/3` or not;
//! - they follow a *cover*: a commit that touches nothing and whose message is one of a cover
//!   letter. It covers as many as it counts (`[PATCH 0/3]`), or those that it lists as `git
//!   format-patch` does, by the same committer; or, if it says neither, those by its author and
//!   committer that were committed within an hour of it;
//! - they were sent as consecutive *mails* of one series, by their `Link` or `Message-Id`.
//!
//! Nothing else is grouped: not what is apart on the line, not two different requests, not commits
//! with Change-Ids of their own, each of which is reviewed by itself, not a merge, which holds all
//! of its request, and not a revert with what it takes back under the same name.
//!
//! All of this is what authors write, so a group may hold a commit that was slipped in. A group is
//! therefore no unit of trust: **a review or a test counts for a group only if every commit of it
//! has one.** Slipping a commit in can take the review of a group away and never lend it one.

use std::collections::BTreeSet;

use super::log::Commit;
use super::message::Pointer;
use super::requests::{Kind, Request};
use super::text::printable;

/// The longest series; nobody reads more at once.
const SERIES_MAX: usize = 1_000;
/// The most commits that a cover which counts none stands for.
const UNCOUNTED_MAX: usize = 100;
/// How long after such a cover its commits are made, in seconds: it lands in one go.
const UNCOUNTED_SECONDS: i64 = 3_600;

/// One change: consecutive commits of the first-parent line with all that they bring in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Landing {
    /// The numbers of the commits on the line, the oldest first; never empty.
    pub(crate) line: Vec<usize>,
    /// The numbers of what a merge brings in.
    pub(crate) merged: Vec<usize>,
    /// What holds several commits together; nothing for one alone.
    pub(crate) tie: Option<Tie>,
}

/// What makes several commits one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tie {
    /// They bear that request.
    Request(String),
    /// They count themselves.
    Counted,
    /// The first one is the cover of the others.
    Cover,
    /// They were sent as one series of mails.
    Mails,
}

/// A mail of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    /// What all mails of the series share.
    series: String,
    /// Which one of them it is.
    number: usize,
}

/// What the cover of a series says about what it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cover {
    /// The subjects that it lists, sorted.
    subjects: Vec<String>,
}

/// Puts the first-parent line, the oldest first, into changes.
///
/// `line` has the number of each commit with those that only it brings in; `touches_nothing` says
/// of a commit's number whether git finds nothing that it changes, and is asked only about commits
/// whose message is one of a cover.
pub(crate) fn landings(
    line: Vec<(usize, Vec<usize>)>,
    commits: &[Commit],
    touches_nothing: &dyn Fn(usize) -> bool,
) -> Vec<Landing> {
    let entries: Vec<(usize, bool)> =
        line.iter().map(|(number, merged)| (*number, !merged.is_empty())).collect();
    let mut landings = Vec::new();
    let mut left = line.into_iter();
    let mut at = 0;
    while at < entries.len() {
        let rest = Rest { entries: entries.get(at..).unwrap_or_default(), commits };
        let found = [
            rest.covered(touches_nothing).map(|length| (length, Tie::Cover)),
            rest.counted(0).map(|length| (length, Tie::Counted)),
            rest.of_request(),
            rest.mailed().map(|length| (length, Tie::Mails)),
        ];
        let longest = found.into_iter().flatten().rev().max_by_key(|(length, _)| *length);
        let (length, tie) = match longest.filter(|(length, _)| *length > 1) {
            Some((length, tie)) => (length, Some(tie)),
            None => (1, None),
        };
        let mut landing = Landing { tie, ..Landing::default() };
        for (number, merged) in left.by_ref().take(length) {
            landing.line.push(number);
            landing.merged.extend(merged);
        }
        landings.push(landing);
        at += length;
    }
    landings
}

/// What a change of several commits is called: as its cover is, else as its first commit is and how
/// many more there are. Nothing for a change of one commit.
pub(crate) fn title(landing: &Landing, commits: &[Commit]) -> Option<String> {
    let tie = landing.tie.as_ref()?;
    let first = commits.get(*landing.line.first()?)?;
    let subject = without_count(&first.subject);
    let subject = if subject.is_empty() { first.subject.clone() } else { subject };
    let more = landing.line.len().saturating_sub(1);
    let of = match tie {
        Tie::Cover => return Some(subject),
        Tie::Request(name) => format!(" of {name}"),
        Tie::Counted | Tie::Mails => String::new(),
    };
    Some(format!("{subject} (and {more} more{of})"))
}

/// The line from somewhere on: numbers of commits, and whether each brings others in.
#[derive(Clone, Copy)]
struct Rest<'a> {
    entries: &'a [(usize, bool)],
    commits: &'a [Commit],
}

impl<'a> Rest<'a> {
    /// The commit so far on, unless it is a merge.
    fn commit(&self, at: usize) -> Option<&'a Commit> {
        let (number, brings) = *self.entries.get(at)?;
        self.commits.get(number).filter(|commit| !brings && commit.parents.len() < 2)
    }

    /// How many from the first on bear its request.
    fn of_request(&self) -> Option<(usize, Tie)> {
        let of = |at: usize| {
            let request = self.commit(at)?.message.request.as_ref()?;
            (request.kind == Kind::Branch && request.names.len() < 3).then_some(request)
        };
        let mut known: &Request = of(0)?;
        let mut ids = BTreeSet::new();
        let mut length = 0;
        while let Some(request) = of(length).filter(|request| request.is(known)) {
            let Some(commit) = self.commit(length) else { break };
            if takes_back(commit, &ids) {
                break;
            }
            ids.insert(commit.id.as_str());
            if request.has_address() {
                known = request;
            }
            length += 1;
        }
        Some((length, Tie::Request(known.name().to_owned())))
    }

    /// How many from that place on are a whole counted series.
    fn counted(&self, from: usize) -> Option<usize> {
        let first = count_of(&self.commit(from)?.subject).filter(|count| count.number == 1)?;
        let mut together = Together::default();
        for step in 0..first.of {
            let commit = self.commit(from.checked_add(step)?)?;
            let count = count_of(&commit.subject)?;
            let next = Count { number: step.checked_add(1)?, ..first.clone() };
            if count != next || !together.take(commit) {
                return None;
            }
        }
        Some(first.of)
    }

    /// How many from the first on are a cover and what it covers.
    fn covered(&self, touches_nothing: &dyn Fn(usize) -> bool) -> Option<usize> {
        let cover = self.commit(0)?;
        let said = cover.message.cover.as_ref()?;
        if !self.entries.first().is_some_and(|(number, _)| touches_nothing(*number)) {
            return None;
        }
        let count = count_of(&cover.subject).filter(|count| count.number == 0);
        let length = if let Some(count) = &count {
            let series = self.counted(1);
            series.filter(|length| *length == count.of).or_else(|| self.uncounted(count.of))
        } else if said.subjects.is_empty() {
            self.soon_after(cover)
        } else {
            self.uncounted(said.subjects.len()).filter(|length| self.are(*length, &said.subjects))
        };
        let length = length?.checked_add(1)?;
        let mut together = Together::default();
        let all = (0..length).all(|at| self.commit(at).is_some_and(|commit| together.take(commit)));
        all.then_some(length)
    }

    /// So many commits behind a cover, if there are as many by the same committer and none counts
    /// itself or is a cover.
    fn uncounted(&self, length: usize) -> Option<usize> {
        let cover = self.commit(0)?;
        let good = |at: usize| {
            self.commit(at).is_some_and(|commit| {
                commit.committer == cover.committer
                    && commit.message.cover.is_none()
                    && count_of(&commit.subject).is_none()
            })
        };
        (1..=length).all(good).then_some(length)
    }

    /// Whether so many commits behind the first have those subjects, in any order.
    fn are(&self, length: usize, subjects: &[String]) -> bool {
        let commits = (1..=length).filter_map(|at| self.commit(at));
        let mut found: Vec<&str> = commits.map(|commit| commit.subject.as_str()).collect();
        found.sort_unstable();
        found == subjects
    }

    /// How many behind a cover were made right after it by the same people.
    fn soon_after(&self, cover: &Commit) -> Option<usize> {
        let soon = |at: usize| {
            self.commit(at).is_some_and(|commit| {
                let after = commit.committed.saturating_sub(cover.committed);
                (0..=UNCOUNTED_SECONDS).contains(&after)
                    && commit.author == cover.author
                    && commit.committer == cover.committer
                    && commit.message.cover.is_none()
                    && count_of(&commit.subject).is_none()
            })
        };
        let mut together = Together::default();
        together.take(cover);
        let goes_on =
            |at: &usize| soon(*at) && self.commit(*at).is_some_and(|commit| together.take(commit));
        let length = (1..=UNCOUNTED_MAX).take_while(goes_on).count();
        (length > 0).then_some(length)
    }

    /// How many from the first on were sent as consecutive mails.
    fn mailed(&self) -> Option<usize> {
        let first = self.commit(0)?;
        let run = |mail: &Mail| {
            let mut together = Together::default();
            let goes_on = |at: &usize| {
                let Some(number) = mail.number.checked_add(*at) else { return false };
                let next = Mail { series: mail.series.clone(), number };
                self.commit(*at).is_some_and(|commit| {
                    commit.message.mails.contains(&next) && together.take(commit)
                })
            };
            (0..SERIES_MAX).take_while(goes_on).count()
        };
        first.message.mails.iter().map(run).max()
    }
}

/// What tells whether commits can be one change although no request says so.
#[derive(Default)]
struct Together<'a> {
    request: Option<&'a Request>,
    change_id: Option<&'a str>,
    ids: BTreeSet<&'a str>,
}

impl<'a> Together<'a> {
    /// Takes one more, unless it bears another request or Change-Id or takes one of them back.
    fn take(&mut self, commit: &'a Commit) -> bool {
        let request = commit.message.request.as_ref();
        let id = commit.message.change_id.as_deref();
        let other = request.zip(self.request).is_some_and(|(one, known)| !one.is(known));
        let others = id.zip(self.change_id).is_some_and(|(one, known)| one != known);
        // A request of many commits goes before ids that a tool put there.
        let by_request = request.zip(self.request).is_some_and(|(one, _)| one.kind == Kind::Branch);
        if other || (others && !by_request) || takes_back(commit, &self.ids) {
            return false;
        }
        let known = self.request.filter(|known| known.has_address());
        self.request = known.or(request).or(self.request);
        self.change_id = self.change_id.or(id);
        self.ids.insert(commit.id.as_str());
        true
    }
}

/// Whether a commit says that it reverts one of those.
fn takes_back(commit: &Commit, ids: &BTreeSet<&str>) -> bool {
    let reverts = commit.message.pointers.iter().filter(|(way, _)| *way == Pointer::Reverts);
    reverts.into_iter().any(|(_, target)| {
        let next = ids.range(target.as_str()..).next();
        next.is_some_and(|id| id.starts_with(target.as_str()))
    })
}

/// Where a patch stands in its series, as its subject says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Count {
    number: usize,
    of: usize,
    /// What else stands there: `PATCH v2`.
    words: String,
}

/// The count in a subject: in brackets at its beginning, or in parentheses at either end.
fn count_of(subject: &str) -> Option<Count> {
    counted(subject).map(|(count, _)| count)
}

/// The subject without its count.
fn without_count(subject: &str) -> String {
    counted(subject).map_or_else(|| subject.to_owned(), |(_, rest)| rest.trim().to_owned())
}

fn counted(subject: &str) -> Option<(Count, &str)> {
    let begun = |open: char, close: char| {
        let (inside, rest) = subject.strip_prefix(open)?.split_once(close)?;
        Some((count_in(inside, open)?, rest))
    };
    let ended = || {
        let (rest, inside) = subject.strip_suffix(')')?.rsplit_once('(')?;
        Some((count_in(inside, ')')?, rest))
    };
    begun('[', ']').or_else(|| begun('(', ')')).or_else(ended)
}

fn count_in(inside: &str, place: char) -> Option<Count> {
    let (words, count) = inside.rsplit_once(' ').unwrap_or(("", inside));
    let (number, of) = count.split_once('/')?;
    let read = |digits: &str| {
        let good = (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse::<usize>().ok().filter(|_| good)
    };
    let (number, of) = (read(number)?, read(of)?);
    // Brackets may hold other words, as those of mails do; what stands in parentheses is a count
    // alone, or it is a sentence.
    let good = (1..=SERIES_MAX).contains(&of) && number <= of && (place == '[' || words.is_empty());
    good.then(|| Count { number, of, words: format!("{place}{words}") })
}

/// The mail that an address on an archive or an id leads to, if it is one of a series.
///
/// `git send-email` calls them `<stamp>-<number>-<address>`, b4 `<date>-<name>-<number>-<digits>@`.
pub(crate) fn mail_of(text: &str) -> Option<Mail> {
    let text = text.trim_matches(['<', '>']).trim_end_matches('/');
    let id = text.rsplit('/').next()?;
    let (local, host) = id.split_once('@')?;
    if host.is_empty() {
        return None;
    }
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
    let mut parts = local.splitn(3, '-');
    let (stamp, number, rest) = (parts.next()?, parts.next(), parts.next());
    let is_stamp = stamp
        .split_once('.')
        .is_some_and(|(time, process)| time.len() >= 10 && is_number(time) && is_number(process));
    let (before, number, behind) = if is_stamp {
        (stamp, number?, rest?)
    } else {
        let (before, digits) = local.rsplit_once('-')?;
        let (before, number) = before.rsplit_once('-')?;
        let hexadecimal = digits.len() >= 8 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if !hexadecimal || before.is_empty() {
            return None;
        }
        (before, number, digits)
    };
    if !is_number(number) || number.len() > 4 {
        return None;
    }
    let number = number.parse().ok()?;
    Some(Mail { series: printable(&format!("{before}-*-{behind}@{host}")), number })
}

/// What a message says as a cover of a series, if it is one by its subject (`[PATCH 0/3]`, `Cover
/// letter`) or its body (the section in which b4 keeps its notes).
pub(crate) fn cover_in(subject: &str, body: &str) -> Option<Cover> {
    let lower = subject.to_ascii_lowercase();
    let words = ["cover letter", "cover-letter", "cover:"];
    let by_subject = words.iter().any(|word| lower.starts_with(word))
        || lower.ends_with("cover letter")
        || count_of(subject).is_some_and(|count| count.number == 0);
    let by_line = |line: &str| {
        let line = line.trim_matches(['-', ' ', '*', '#', ':']);
        line == "b4-submit-tracking" || line.eq_ignore_ascii_case("cover letter")
    };
    (by_subject || body.lines().any(by_line)).then(|| Cover { subjects: listed(body) })
}

/// The subjects in a list as `git shortlog` writes it: `Ann (2):` and below it two lines, moved in.
fn listed(body: &str) -> Vec<String> {
    let mut subjects: Vec<String> = Vec::new();
    let mut open = 0_usize;
    let mut depth = None;
    for line in body.lines() {
        let moved_in = line.len().saturating_sub(line.trim_start_matches(' ').len());
        let head = line.strip_suffix("):").and_then(|line| line.rsplit_once(" ("));
        let head = head.filter(|_| moved_in == 0).and_then(|(_, n)| n.parse::<usize>().ok());
        if let Some(count) = head.filter(|count| (1..=SERIES_MAX).contains(count)) {
            (open, depth) = (count, None);
        } else if moved_in == 0 || line.trim().is_empty() {
            open = 0;
        } else if depth.is_some_and(|depth| moved_in > depth) {
            // A long subject goes on a line further in.
            if let Some(last) = subjects.last_mut() {
                last.push(' ');
                last.push_str(&printable(line));
            }
        } else if open > 0 && subjects.len() < SERIES_MAX {
            depth = Some(moved_in);
            open = open.saturating_sub(1);
            subjects.push(printable(line));
        }
    }
    subjects.sort_unstable();
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::limits::Limits;
    use crate::git::message::{Account, read};
    use crate::git::notes::Notes;

    /// A commit on a line, a minute after the one before it; its id is the number in hexadecimal.
    fn commit(number: usize, subject: &str, body: &str) -> Commit {
        let is_trailer =
            |line: &&str| line.split_once(": ").is_some_and(|(key, _)| !key.contains([' ', '/']));
        let trailers: Vec<&str> = body.lines().filter(is_trailer).collect();
        let trailers = trailers.join("\n");
        let ann = Account { name: "Ann".to_owned(), email: "ann@x".to_owned() };
        Commit {
            id: format!("{number:040x}"),
            tree: String::new(),
            remarks: Vec::new(),
            parents: vec![format!("{:040x}", number.wrapping_sub(1))],
            author: ann.clone(),
            committer: ann,
            written_as: Vec::new(),
            committed: i64::try_from(number).unwrap() * 60,
            subject: subject.to_owned(),
            message: read(subject, &trailers, body, &Limits::default(), &mut Notes::default()),
        }
    }

    fn line(messages: &[(&str, &str)]) -> Vec<Commit> {
        let numbered = messages.iter().enumerate();
        numbered.map(|(number, (subject, body))| commit(number, subject, body)).collect()
    }

    fn group(commits: &[Commit]) -> Vec<Landing> {
        let line = (0..commits.len()).map(|number| (number, Vec::new())).collect();
        landings(line, commits, &|_| true)
    }

    /// How many commits each change has.
    fn lengths(messages: &[(&str, &str)]) -> Vec<usize> {
        group(&line(messages)).iter().map(|landing| landing.line.len()).collect()
    }

    #[test]
    fn commits_of_one_request_are_one_change() {
        const PART: &str = "Part-of: <https://x/mesa/mesa/-/merge_requests/12>";
        const OTHER: &str = "Part-of: <https://x/mesa/mesa/-/merge_requests/13>";
        let commits =
            line(&[("a", ""), ("b", PART), ("c", PART), ("d", OTHER), ("e", PART), ("f", "")]);
        let found = group(&commits);
        let of: Vec<&[usize]> = found.iter().map(|landing| &landing.line[..]).collect();
        assert_eq!(of, [&[0][..], &[1, 2], &[3], &[4], &[5]]);
        assert_eq!(found[1].tie, Some(Tie::Request("!12".to_owned())));
        assert_eq!(found[4].tie, None);
        assert_eq!(title(&found[1], &commits).as_deref(), Some("b (and 1 more of !12)"));
        assert_eq!(title(&found[0], &commits), None);
        assert_eq!(lengths(&[("a (#1)", ""), ("b (#1)", ""), ("c (#2)", "")]), [2, 1]);
        let url = "PR-URL: https://x/nodejs/node/pull/1";
        let fork = "PR-URL: https://x/fork/node/pull/1";
        assert_eq!(lengths(&[("a", url), ("b (#1)", ""), ("c", fork)]), [2, 1]);
    }

    #[test]
    fn what_is_reviewed_by_itself_stays_by_itself() {
        let gerrit = "Reviewed-on: https://x/c/a/+/7\nChange-Id: I7";
        assert_eq!(lengths(&[("a", gerrit), ("b", gerrit)]), [1, 1]);
        assert_eq!(lengths(&[("a", "Change-Id: I7"), ("b", "Change-Id: I7")]), [1, 1]);
        assert_eq!(lengths(&[("a (1/2)", "Change-Id: I7"), ("b (2/2)", "Change-Id: I8")]), [1, 1]);
        let revision = "Differential Revision: https://x/D7";
        assert_eq!(lengths(&[("a", revision), ("b", revision)]), [1, 1]);
        assert_eq!(lengths(&[("[1/2] a (#1)", ""), ("[2/2] b (#2)", "")]), [1, 1]);
    }

    #[test]
    fn a_revert_is_no_part_of_what_it_takes_back() {
        let undo = format!("This reverts commit {:040x}.", 0);
        assert_eq!(lengths(&[("a (#1)", ""), ("Undo a (#1)", &undo)]), [1, 1]);
        assert_eq!(lengths(&[("a (#1)", ""), ("b (#1)", "This reverts commit 1234567.")]), [2]);
    }

    #[test]
    fn counted_series_are_whole_and_in_order() {
        for style in ["[PATCH v2 N/3] x", "[N/3] x", "(N/3) x", "x (N/3)"] {
            let subjects: Vec<String> =
                (1..=3).map(|n| style.replace('N', &n.to_string())).collect();
            let all: Vec<(&str, &str)> = subjects.iter().map(|s| (s.as_str(), "")).collect();
            assert_eq!(lengths(&all), [3], "{style}");
            assert_eq!(lengths(&all[..2]), [1, 1], "{style} is not whole");
            assert_eq!(lengths(&[all[0], ("y", ""), all[1], all[2]]), [1, 1, 1, 1], "{style}");
            assert_eq!(lengths(&[all[1], all[0], all[2]]), [1, 1, 1], "{style} out of order");
        }
        assert_eq!(lengths(&[("[PATCH v1 1/2] a", ""), ("[PATCH v2 2/2] b", "")]), [1, 1]);
        assert_eq!(lengths(&[("[1/2] a", ""), ("[2/3] b", ""), ("[3/3] c", "")]), [1, 1, 1]);
        for subject in ["(see 1/2)", "[1/0] x", "[2/1] x", "[1/99999] x", "1/2 x", "[a/b]", "[/]"] {
            assert_eq!(count_of(subject), None, "{subject}");
        }
    }

    #[test]
    fn a_cover_is_followed_by_as_many_as_it_counts() {
        let cover = ("[PATCH 0/2] Fares", "Why");
        let commits = line(&[cover, ("[PATCH 1/2] a", ""), ("[PATCH 2/2] b", ""), ("c", "")]);
        let found = group(&commits);
        assert_eq!((found[0].line.len(), found[1].line.len()), (3, 1));
        assert_eq!(found[0].tie, Some(Tie::Cover));
        assert_eq!(title(&found[0], &commits).as_deref(), Some("Fares"));
        assert_eq!(lengths(&[cover, ("a", ""), ("b", ""), ("c", "")]), [3, 1]);
        assert_eq!(lengths(&[cover, ("a", "")]), [1, 1], "one is missing");
        assert_eq!(lengths(&[cover, ("a", ""), cover, ("b", ""), ("c", "")]), [1, 1, 3]);
        let content = landings(vec![(0, vec![]), (1, vec![]), (2, vec![])], &commits, &|_| false);
        assert_eq!(content[0].line.len(), 1, "what changes something is no cover");
    }

    #[test]
    fn a_cover_is_followed_by_what_it_lists() {
        let list = "Why\n\nAnn (2):\n  A very long subject that\n    goes on\n  b\n\n a | 2 +-\n";
        let cover = ("Cover letter: fares", list);
        let (one, other) = (("b", ""), ("A very long subject that goes on", ""));
        assert_eq!(lengths(&[cover, one, other, ("c", "")]), [3, 1]);
        assert_eq!(lengths(&[cover, one, ("c", ""), other]), [1, 1, 1, 1]);
        assert_eq!(listed("Ann (1):\n      x\n      y\nBob (1):\n  z\n(2): x"), ["x", "z"]);
    }

    #[test]
    fn a_cover_of_unknown_length_lands_in_one_go() {
        let b4 = "Why\n\n--- b4-submit-tracking ---\n{ \"series\": {} }\n";
        let mut commits = line(&[("Fares", b4), ("a", ""), ("b", ""), ("c", ""), ("d", "")]);
        commits[3].author.email = "bob@x".to_owned();
        let lengths = |commits: &[Commit]| -> Vec<usize> {
            group(commits).iter().map(|landing| landing.line.len()).collect()
        };
        assert_eq!(lengths(&commits), [3, 1, 1]);
        commits[2].committed = commits[0].committed + UNCOUNTED_SECONDS + 1;
        assert_eq!(lengths(&commits), [2, 1, 1, 1]);
        commits[1].committed = commits[0].committed - 1;
        assert_eq!(lengths(&commits), [1, 1, 1, 1, 1]);
    }

    #[test]
    fn consecutive_mails_of_one_series_are_one_change() {
        let sent = |n: u32| format!("Link: https://x/r/20261125120000.123-{n}-ann@example.org");
        let texts: Vec<String> = (1..=4).map(sent).collect();
        let of = |n: usize| ("x", texts[n].as_str());
        assert_eq!(lengths(&[of(1), of(2), of(3)]), [3]);
        assert_eq!(lengths(&[of(0), of(2), of(3), ("x", "")]), [1, 2, 1]);
        assert_eq!(lengths(&[of(1), of(0)]), [1, 1]);
        let b4 = mail_of("https://x/r/20261125-fares-v2-3-0123456789ab@example.org/").unwrap();
        assert_eq!(b4.number, 3);
        assert_eq!(
            mail_of("<20261125-fares-v2-4-0123456789ab@example.org>").unwrap().series,
            b4.series
        );
        let bob = mail_of("20261125120000.123-2-bob@example.org").unwrap();
        assert_ne!(mail_of("20261125120000.123-1-ann@example.org").unwrap().series, bob.series);
        for text in ["https://x/r/123", "a-1-b@x", "1234567890.1-2@x", "x@y", "@", "a-1-12345678@"]
        {
            assert_eq!(mail_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_merge_is_one_change_with_what_it_brings() {
        let mut commits = line(&[
            ("a (#1)", ""),
            ("b", ""),
            ("Merge pull request #1 from o/b", ""),
            ("c (#1)", ""),
            ("d (#1)", ""),
        ]);
        commits[2].parents.push("b".to_owned());
        let line = vec![(0, vec![]), (2, vec![1]), (3, vec![]), (4, vec![])];
        let found = landings(line, &commits, &|_| true);
        let of: Vec<(&[usize], &[usize])> =
            found.iter().map(|landing| (&landing.line[..], &landing.merged[..])).collect();
        assert_eq!(of, [(&[0][..], &[][..]), (&[2], &[1]), (&[3, 4], &[])]);
        assert!(landings(Vec::new(), &commits, &|_| true).is_empty());
    }
}
