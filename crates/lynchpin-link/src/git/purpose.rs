//! What a change is for, as its message says.
//!
//! [`is_fix`] answers whether it mends a defect, one of the features of Kamei et al., "A
//! large-scale empirical study of just-in-time quality assurance", 2013. The rule, first answer
//! first:
//!
//! 1. A trailer that says so makes it one: `Fixes`, `Closes-Bug`, `Partial-Bug`.
//! 2. What takes something back, or puts it in again, is none: its subject quotes that of another.
//! 3. A conventional commit is what its type says: `fix`, `bugfix` and `hotfix` mend, all others
//!    (`feat`, `docs`, `test` and so on) do not, whatever words follow.
//! 4. Otherwise it is one if the subject holds one of [`WORDS`] as a whole word in any case. Of a
//!    merged request its title is looked at; of another merge nothing, since it names a branch.
//!
//! The words are those of that study without `patch`, which nowadays names a mail or a part of a
//! version.

use super::message::Message;

/// The words that say that something is mended.
const WORDS: &[&str] = &[
    "fix", "fixes", "fixed", "fixing", "bug", "bugs", "bugfix", "bugfixes", "hotfix", "hotfixes",
    "defect", "defects",
];
/// The types of conventional commits that are in use, and whether they mend.
const TYPES: &[(&str, bool)] = &[
    ("fix", true),
    ("bugfix", true),
    ("hotfix", true),
    ("feat", false),
    ("feature", false),
    ("docs", false),
    ("doc", false),
    ("style", false),
    ("refactor", false),
    ("perf", false),
    ("test", false),
    ("tests", false),
    ("build", false),
    ("ci", false),
    ("chore", false),
    ("deps", false),
    ("release", false),
    ("revert", false),
];

/// The beginning of a subject by conventionalcommits.org: `type(scope)!: what`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conventional {
    /// The type, in lower case; one of those in common use.
    pub(crate) kind: &'static str,
    /// The part that it is about.
    pub(crate) scope: Option<String>,
    /// Whether it breaks those who build on it.
    pub(crate) breaking: bool,
}

/// What a subject says if it is that of a conventional commit.
pub(crate) fn conventional(subject: &str) -> Option<Conventional> {
    let (head, _) = subject.split_once(": ").or_else(|| subject.split_once(':'))?;
    let (head, breaking) = match head.strip_suffix('!') {
        Some(head) => (head, true),
        None => (head, false),
    };
    let (kind, scope) = match head.split_once('(') {
        Some((kind, scope)) => (kind, Some(scope.strip_suffix(')')?.trim().to_owned())),
        None => (head, None),
    };
    let kind = TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind))?.0;
    Some(Conventional { kind, scope, breaking })
}

/// Whether a commit mends a defect; the rule stands at the top of this file.
pub(crate) fn is_fix(subject: &str, message: &Message) -> bool {
    if message.mends {
        return true;
    }
    let title = message.request.as_ref().and_then(|request| request.title.as_deref());
    let subject = title.unwrap_or(subject);
    if ["Revert ", "Revert:", "Reapply ", "Reland "].iter().any(|word| subject.starts_with(word)) {
        return false;
    }
    if let Some(found) = conventional(subject) {
        return TYPES.iter().any(|(name, mends)| *mends && *name == found.kind);
    }
    if title.is_none() && subject.starts_with("Merge ") {
        return false;
    }
    let words = subject.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.into_iter().any(|word| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::limits::Limits;
    use crate::git::message::read;
    use crate::git::notes::Notes;

    fn mends(subject: &str, trailers: &str) -> bool {
        let message = read(subject, trailers, trailers, &Limits::default(), &mut Notes::default());
        is_fix(subject, &message)
    }

    #[test]
    fn types_of_conventional_commits_are_read() {
        let found = conventional("fix(cart)!: round up").unwrap();
        assert_eq!(
            (found.kind, found.scope.as_deref(), found.breaking),
            ("fix", Some("cart"), true)
        );
        let found = conventional("Feat: round up").unwrap();
        assert_eq!((found.kind, found.scope, found.breaking), ("feat", None, false));
        for subject in ["mm/slab: fix leak", "fix round up", "fix(cart: x", "", ": x", "fix (a) b"]
        {
            assert_eq!(conventional(subject), None, "{subject}");
        }
    }

    #[test]
    fn fixes_are_known_by_type_trailer_and_word() {
        for subject in [
            "fix: round up",
            "fix(cart)!: round",
            "Fix rounding",
            "mm/slab: fixes a leak",
            "Bug 12: x",
            "Round up (fixed)",
            "hotfix for the till",
            "HOTFIX: x",
            "Repair a DEFECT",
        ] {
            assert!(mends(subject, ""), "{subject}");
        }
        for subject in [
            "Round up",
            "Add a prefix",
            "fixture for tests",
            "docs: fix a typo",
            "feat: bug reports",
            "Revert \"Fix rounding\"",
            "Merge branch 'fix/rounding'",
            "fixup! x",
            "debug output",
        ] {
            assert!(!mends(subject, ""), "{subject}");
        }
        for trailer in
            ["Fixes: 1234567 (\"x\")", "Fixes: #12", "Closes-Bug: #12", "Partial-Bug: #1"]
        {
            assert!(mends("Round up", trailer), "{trailer}");
        }
        assert!(!mends("Round up", "Closes: #12"), "a wish may be closed too");
        assert!(!mends("Round up", "Related-Bug: #12"));
    }

    #[test]
    fn of_a_request_its_title_counts() {
        let read = |subject: &str, body: &str| {
            let message = read(subject, "", body, &Limits::default(), &mut Notes::default());
            is_fix(subject, &message)
        };
        assert!(read("Merge pull request #7 from o/b", "Fix rounding\n"));
        assert!(!read("Merge pull request #7 from o/fix-it", "Round up\n"));
    }
}
