//! What a commit message says about people, tests and other changes.

use super::notes::Notes;
use super::text::{is_object_id, printable};

/// What somebody says about a commit in a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// `Reviewed-by`, `Acked-by` or `Approved-by`.
    Review,
    /// `Tested-by`.
    Test,
    /// `Signed-off-by`: where the change comes from, which is no review of it.
    SignOff,
    /// `Co-authored-by` and `Co-developed-by`: an author too.
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
}

/// Reads the trailers, each unfolded on a line as git gives them, and the body that they end.
pub(crate) fn read(trailers: &str, body: &str, most: usize, notes: &mut Notes) -> Message {
    let mut message = Message::default();
    for (index, line) in trailers.lines().enumerate() {
        if index >= most {
            notes.trailers_dropped += 1;
            continue;
        }
        if let Some((key, value)) = line.split_once(':') {
            read_trailer(&key.trim().to_ascii_lowercase(), value.trim(), &mut message, notes);
        }
    }
    let reverted = reverted_in(body).into_iter().take(most);
    message.pointers.extend(reverted.map(|id| (Pointer::Reverts, id)));
    let first = body.lines().map(printable).find(|line| !line.is_empty());
    message.first_line = first.filter(|line| !trailers.contains(line.as_str()));
    message
}

fn read_trailer(key: &str, value: &str, message: &mut Message, notes: &mut Notes) {
    let act = match key {
        "reviewed-by" | "acked-by" | "approved-by" => Some(Act::Review),
        "tested-by" => Some(Act::Test),
        "signed-off-by" => Some(Act::SignOff),
        "co-authored-by" | "co-developed-by" => Some(Act::Author),
        _ => None,
    };
    if let Some(act) = act {
        let named = accounts(value);
        notes.trailers_without_person += u64::from(named.is_empty());
        message.acts.extend(named.into_iter().map(|account| (act, account)));
        return;
    }
    let first = value.split_whitespace().next().unwrap_or_default();
    match key {
        "depends-on" if !first.is_empty() => {
            message.pointers.push((Pointer::DependsOn, printable(first)));
        }
        "fixes" if is_object_id(first) => {
            message.pointers.push((Pointer::Fixes, first.to_ascii_lowercase()));
        }
        "reverts" if is_object_id(first) => {
            message.pointers.push((Pointer::Reverts, first.to_ascii_lowercase()));
        }
        "fixes" | "closes" | "resolves" | "closes-bug" | "related-bug" | "partial-bug" | "bug"
        | "issue" | "ticket" | "jira" => message.tickets.push(printable(value)),
        "change-id" if !first.is_empty() => message.change_id = Some(printable(first)),
        _ => {}
    }
}

/// The accounts that a trailer names: `Name <address>`, more of them after commas, or an address
/// alone.
fn accounts(value: &str) -> Vec<Account> {
    let mut found = Vec::new();
    let mut rest = value;
    while let Some((name, after)) = rest.split_once('<') {
        let Some((email, after)) = after.split_once('>') else { break };
        let name = name.trim_matches(|letter: char| letter == ',' || letter.is_whitespace());
        let account = Account { name: printable(name), email: printable(email) };
        if account != Account::default() {
            found.push(account);
        }
        rest = after;
    }
    if found.is_empty() {
        let alone = printable(value);
        let is_address = alone.contains('@') && !alone.contains(' ');
        let account = if is_address {
            Account { name: String::new(), email: alone }
        } else {
            Account { name: alone, email: String::new() }
        };
        found.extend((account != Account::default()).then_some(account));
    }
    found
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
    fn people_are_read_in_every_usual_form() {
        assert_eq!(accounts("Ann B <ann@x>"), [account("Ann B", "ann@x")]);
        assert_eq!(accounts("Ann <ann@x> # v2"), [account("Ann", "ann@x")]);
        assert_eq!(accounts("A <a@x>, B <b@x>"), [account("A", "a@x"), account("B", "b@x")]);
        assert_eq!(accounts("ann@x"), [account("", "ann@x")]);
        assert_eq!(accounts("Ann B"), [account("Ann B", "")]);
        assert_eq!(accounts("<ann@x>"), [account("", "ann@x")]);
        assert_eq!(accounts(" \u{1b} "), []);
        assert_eq!(accounts("Ann <broken"), [account("Ann <broken", "")]);
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
        let mut notes = Notes::default();
        let trailers = "Reviewed-by: R <r@x>\nsigned-off-by: S <s@x>\nFixes: 1234567 (\"x\")\n\
                        Fixes: #12\nDepends-On: I0123\nChange-Id: I99\nTested-by:\nOther: x";
        let message = read(trailers, "Why\n\nReviewed-by: R <r@x>", 100, &mut notes);
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
        let message = read(trailers, "", 1, &mut notes);
        assert_eq!((message.acts.len(), notes.trailers_dropped), (1, 7));
    }
}
