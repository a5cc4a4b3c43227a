//! What a commit message says about people, tests and other changes.

use super::address::accounts;
use super::dependency::Because;
use super::limits::Limits;
use super::notes::Notes;
use super::requests::{self, Request, first_line, is_number, is_repository, request_of};
use super::series::{Cover, Mail, cover_in, mail_of};
use super::text::{is_object_id, printable};

/// Mails that one commit may be said to come from.
const MAILS_MAX: usize = 8;

/// What somebody says about a commit in a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// `Reviewed-by`, `Acked-by` or `Approved-by`.
    Review,
    /// `Tested-by`.
    Test,
    /// `Signed-off-by`: where the change comes from, which is no review of it.
    SignOff,
    /// `Co-authored-by` and its like: an author too.
    Author,
}

/// An account as it stands in a commit or a trailer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Account {
    /// The name, on one line.
    pub(crate) name: String,
    /// The e-mail address, on one line.
    pub(crate) email: String,
}

/// How a message points to another change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Pointer {
    /// `Depends-On`: that change goes first.
    DependsOn,
    /// `Fixes`: it mends what that commit broke.
    Fixes,
    /// It takes that commit back.
    Reverts,
}

impl Pointer {
    /// The reason that it gives.
    pub(crate) fn because(self, target: &str) -> Because {
        let value = target.to_owned();
        match self {
            Pointer::DependsOn => Because::Trailer { trailer: "Depends-On".to_owned(), value },
            Pointer::Fixes => Because::Trailer { trailer: "Fixes".to_owned(), value },
            Pointer::Reverts => Because::Reverts { value },
        }
    }
}

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// Who did what, in the order of the message.
    pub(crate) acts: Vec<(Act, Account)>,
    /// Other changes, in the order of the message.
    pub(crate) pointers: Vec<(Pointer, String)>,
    /// Tickets, in the order of the message.
    pub(crate) tickets: Vec<String>,
    /// Gerrit's id of the change.
    pub(crate) change_id: Option<String>,
    /// The first line below the subject, where merges say what they merge.
    pub(crate) first_line: Option<String>,
    /// The pull or merge request that it landed by.
    pub(crate) request: Option<Request>,
    /// Commits that it was picked from, on whatever branch: ids or their beginnings.
    pub(crate) picked: Vec<String>,
    /// The mails that it was sent by.
    pub(crate) mails: Vec<Mail>,
    /// What it says if it is the cover of a series.
    pub(crate) cover: Option<Cover>,
    /// Whether a trailer says that it mends a defect: `Fixes`, `Closes-Bug` or `Partial-Bug`.
    pub(crate) mends: bool,
    /// Whether some of it was not read: then nobody knows who else had a hand in the commit.
    pub(crate) incomplete: bool,
}

/// Reads the subject, the trailers, each unfolded on a line as git gives them, and the body that
/// they end.
pub(crate) fn read(
    subject: &str,
    trailers: &str,
    body: &str,
    limits: &Limits,
    notes: &mut Notes,
) -> Message {
    let mut message = Message::default();
    for (index, line) in trailers.lines().enumerate() {
        if index >= limits.trailers {
            notes.trailers_dropped += 1;
            message.incomplete = true;
            continue;
        }
        if let Some((key, value)) = line.split_once(':') {
            let key = key.trim().to_ascii_lowercase();
            read_trailer(&key, value.trim(), limits, &mut message, notes);
        }
    }
    let reverted = reverted_in(body).into_iter().take(limits.trailers);
    message.pointers.extend(reverted.map(|id| (Pointer::Reverts, id)));
    let reverted = requests_reverted_in(body).into_iter().take(limits.trailers);
    message.pointers.extend(reverted.map(|name| (Pointer::Reverts, name)));
    message.picked = picked_in(body).into_iter().take(limits.trailers).collect();
    message.first_line = first_line(trailers, body);
    message.request = request_of(subject, trailers, body);
    message.cover = cover_in(subject, body);
    message
}

fn read_trailer(key: &str, value: &str, limits: &Limits, message: &mut Message, notes: &mut Notes) {
    let act = match key {
        "reviewed-by" | "acked-by" | "approved-by" => Some(Act::Review),
        "tested-by" => Some(Act::Test),
        "signed-off-by" => Some(Act::SignOff),
        "co-authored-by" | "coauthored-by" | "co-author" | "co-authors" | "coauthor"
        | "co-author-by" | "co-developed-by" | "codeveloped-by" | "authored-by" => {
            Some(Act::Author)
        }
        _ => None,
    };
    if let Some(act) = act {
        let named = accounts(value, limits.line_bytes);
        notes.trailers_without_person += u64::from(named.is_empty());
        message.acts.extend(named.into_iter().map(|account| (act, account)));
        return;
    }
    let first = value.split_whitespace().next().unwrap_or_default();
    message.mends |= matches!(key, "fixes" | "closes-bug" | "partial-bug");
    match key {
        "depends-on" => {
            let targets = targets(value).into_iter();
            message.pointers.extend(targets.map(|target| (Pointer::DependsOn, target)));
        }
        "fixes" if is_object_id(first) => {
            message.pointers.push((Pointer::Fixes, first.to_ascii_lowercase()));
        }
        "reverts" if is_object_id(first) => {
            message.pointers.push((Pointer::Reverts, first.to_ascii_lowercase()));
        }
        "fixes" | "closes" | "resolves" | "closes-bug" | "related-bug" | "partial-bug" | "bug"
        | "issue" | "ticket" | "jira" => message.tickets.push(printable(value)),
        "link" | "message-id" if message.mails.len() < MAILS_MAX => {
            message.mails.extend(mail_of(first));
        }
        "change-id" if !first.is_empty() => message.change_id = Some(printable(first)),
        _ => {}
    }
}

/// What a `Depends-On` names: between commas the first word, and those after it up to one that is
/// a word and no name of a change.
fn targets(value: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in value.split([',', ';']) {
        let words = part.split_whitespace().enumerate();
        let named = words.take_while(|(index, word)| *index == 0 || names_a_change(word));
        found.extend(named.map(|(_, word)| printable(word)).filter(|word| !word.is_empty()));
    }
    found
}

fn names_a_change(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let change_id = |text: &str| text.len() > 3 && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_object_id(word)
        || word.contains("://")
        || word.strip_prefix('I').is_some_and(change_id)
        || word.split_once('#').is_some_and(|(_, number)| is_number(number))
}

/// Commits that the text says it was picked from: as git and GitHub say it, `(cherry picked from
/// commit ...)` in its spellings, and as the kernel does, `commit ... upstream.` or `[ Upstream
/// commit ... ]` on a line.
fn picked_in(body: &str) -> Vec<String> {
    const BEGINS: &[&str] = &[
        "cherry picked from ",
        "cherry-picked from ",
        "cherry-picked-from: ",
        "cherry picked-from ",
        "cherry pick from ",
        "cherry-pick from ",
        "backported from ",
        "picked from ",
    ];
    let mut found = Vec::new();
    for line in body.lines() {
        let line = line.trim().trim_start_matches(['(', '[', ' ']).to_ascii_lowercase();
        let picked = BEGINS.iter().find_map(|begin| line.strip_prefix(begin));
        let picked = picked.map(|rest| rest.strip_prefix("commit ").unwrap_or(rest));
        let upstream = || {
            let rest = line.strip_prefix("upstream commit ")?;
            let end = rest.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            matches!(end.trim(), "" | "." | "]").then_some(rest)
        };
        let stable = || {
            let rest = line.strip_prefix("commit ")?;
            let (_, behind) = rest.split_once(' ')?;
            matches!(behind.trim_end_matches('.'), "upstream").then_some(rest)
        };
        let Some(rest) = picked.or_else(upstream).or_else(stable) else { continue };
        let word = rest.split_whitespace().next().unwrap_or_default();
        // Where the commit is of another place, its address ends in the id.
        let id = word.trim_end_matches(['.', ',', ';', ')', ']']);
        let id = id.rsplit(['/', '@']).next().unwrap_or_default();
        if is_object_id(id) && !found.iter().any(|known| known == id) {
            found.push(id.to_owned());
        }
    }
    found
}

/// The requests that lines such as `Reverts owner/name#12` and `This reverts merge request !12`
/// name.
fn requests_reverted_in(body: &str) -> Vec<String> {
    const BEGINS: &[&str] = &[
        "Reverts ",
        "This reverts merge request ",
        "This reverts pull request ",
        "This reverts PR ",
    ];
    let named = |line: &str| {
        let rest = BEGINS.iter().find_map(|begin| line.strip_prefix(begin))?;
        let word = rest.trim().trim_end_matches('.');
        if let Some(found) = requests::address(word) {
            return Some(found.whole);
        }
        let (owner, number) = word.split_once(['#', '!'])?;
        let good = is_number(number) && (owner.is_empty() || is_repository(owner));
        good.then(|| word.to_owned())
    };
    body.lines().filter_map(named).collect()
}

/// The commits named in sentences such as `This reverts commit 1234567, reversing changes made to
/// ...`.
fn reverted_in(body: &str) -> Vec<String> {
    const BEGIN: &str = "This reverts commit";
    let mut found = Vec::new();
    let mut rest = body;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        rest = after;
        for word in after.strip_prefix('s').unwrap_or(after).split_whitespace() {
            let id = word.trim_end_matches(['.', ',', ';', ')']);
            if is_object_id(id) {
                found.push(id.to_ascii_lowercase());
            } else if word != "and" && word != "commit" {
                break;
            }
            if word.ends_with('.') {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, email: &str) -> Account {
        Account { name: name.to_owned(), email: email.to_owned() }
    }

    #[test]
    fn reverts_are_found_in_sentences() {
        assert_eq!(reverted_in("This reverts commit ABCDEF1."), ["abcdef1"]);
        assert_eq!(
            reverted_in("x\n\nThis reverts commit 1234567, reversing\nchanges made to 7654321."),
            ["1234567"]
        );
        assert_eq!(
            reverted_in("This reverts commits 1234567 and 7654321."),
            ["1234567", "7654321"]
        );
        assert_eq!(reverted_in("This reverts commit 1234567. 7654321 stays"), ["1234567"]);
        assert_eq!(reverted_in("This reverts commit nonsense"), [""; 0]);
    }

    #[test]
    fn trailers_are_told_apart() {
        let (mut notes, limits) = (Notes::default(), Limits::default());
        let trailers = "Reviewed-by: R <r@x>\nsigned-off-by: S <s@x>\nFixes: 1234567 (\"x\")\n\
                        Fixes: #12\nDepends-On: I0123\nChange-Id: I99\nTested-by:\nOther: x";
        let message = read("x", trailers, "Why\n\nReviewed-by: R <r@x>", &limits, &mut notes);
        let acts = [(Act::Review, account("R", "r@x")), (Act::SignOff, account("S", "s@x"))];
        assert_eq!(message.acts, acts);
        assert_eq!(
            message.pointers,
            [(Pointer::Fixes, "1234567".to_owned()), (Pointer::DependsOn, "I0123".to_owned())]
        );
        assert_eq!(message.tickets, ["#12"]);
        assert_eq!(message.change_id.as_deref(), Some("I99"));
        assert_eq!(message.first_line.as_deref(), Some("Why"));
        assert_eq!(notes.trailers_without_person, 1);
        assert!(!message.incomplete);
        let limits = Limits { trailers: 1, ..Limits::default() };
        let message = read("x", trailers, "", &limits, &mut notes);
        assert!(message.incomplete);
        assert_eq!((message.acts.len(), notes.trailers_dropped), (1, 7));
    }

    #[test]
    fn several_dependencies_stand_in_one_trailer() {
        assert_eq!(targets("Ia123, Ib123"), ["Ia123", "Ib123"]);
        assert_eq!(targets("Ia123 Ib123"), ["Ia123", "Ib123"]);
        assert_eq!(targets("#7 and then some"), ["#7"]);
        assert_eq!(targets("https://x/pull/7 (see there)"), ["https://x/pull/7"]);
        assert_eq!(targets(" , "), [""; 0]);
    }

    #[test]
    fn reverts_of_requests_are_found_on_lines_of_their_own() {
        assert_eq!(requests_reverted_in("Reverts acme/shop#12"), ["acme/shop#12"]);
        assert_eq!(requests_reverted_in("x\n\nThis reverts merge request !12\n"), ["!12"]);
        assert_eq!(requests_reverted_in("This reverts merge request a/b!12."), ["a/b!12"]);
        assert_eq!(requests_reverted_in("Reverts !7"), ["!7"]);
        let address = "https://x/acme/shop/pull/12";
        assert_eq!(requests_reverted_in(&format!("Reverts {address}")), [address]);
        for body in
            ["Reverts to #12 of them", "It Reverts #12", "Reverts acme shop#12", "Reverts #"]
        {
            assert_eq!(requests_reverted_in(body), [""; 0], "{body}");
        }
    }

    #[test]
    fn what_a_commit_was_picked_from_is_found() {
        for body in [
            "(cherry picked from commit ABCDEF1)",
            "x\n\n(cherry-picked from commit abcdef1)\nSigned-off-by: A <a@x>",
            "(cherry picked from abcdef1)",
            "cherry picked from commit abcdef1.",
            "    (cherry picked from commit abcdef1, with changes)",
            "(backported from commit abcdef1 linux-next)",
            "(cherry picked from commit https://x/acme/shop/commit/abcdef1)",
            "Cherry-picked-from: abcdef1",
            "commit abcdef1 upstream.",
            "[ Upstream commit abcdef1 ]",
            "Upstream commit abcdef1",
        ] {
            assert_eq!(picked_in(body), ["abcdef1"], "{body}");
        }
        let twice = "(cherry picked from commit abcdef1)\n(cherry picked from commit abcdef2)";
        assert_eq!(picked_in(twice), ["abcdef1", "abcdef2"]);
        for body in [
            "commit abcdef1",
            "commit abcdef1 broke upstream.",
            "Upstream commit abcdef1 broke it",
            "(cherry picked from commit nonsense)",
            "(cherry picked from commit)",
            "picked abcdef1",
        ] {
            assert_eq!(picked_in(body), [""; 0], "{body}");
        }
    }
}
