//! What an account is known by, and whether a person can stand behind it.

use std::collections::BTreeSet;

use lynchpin::portfolio::look_alike;

use super::message::Account;

/// The most bytes of an id; the engine takes 256.
const ID_BYTES: usize = 200;
/// Words that only programs have in their name or before the `@` of their address.
const MACHINE_WORDS: [&str; 6] = ["bot", "robot", "noreply", "donotreply", "dependabot", "mergify"];
/// Names and beginnings of addresses that only programs have, as a whole.
const MACHINES: [&str; 13] = [
    "automation",
    "build",
    "builder",
    "buildkite",
    "ci",
    "circleci",
    "github",
    "githubactions",
    "gitlab",
    "jenkins",
    "pipeline",
    "renovate",
    "travisci",
];
/// Ends of people's names that only look like the end of a program's.
const BOT_SURNAMES: [&str; 7] = ["abbot", "cabot", "chabot", "guilbot", "lebot", "talbot", "rabot"];
/// What is written where a name is still to come.
const NOBODY: [&str; 15] = [
    "anonymous",
    "fixme",
    "me",
    "myself",
    "na",
    "nobody",
    "none",
    "null",
    "self",
    "someone",
    "tba",
    "tbd",
    "todo",
    "unknown",
    "xxx",
];
/// The same before the `@`; `me@` and `self@` are addresses that people have.
const NOBODY_AT: [&str; 6] = ["fixme", "nobody", "none", "tbd", "todo", "xxx"];

/// What makes two accounts one person: one of these in common.
pub(crate) fn keys(account: &Account) -> Vec<String> {
    let mut keys = vec![format!("id {}", look_alike(&id_of(account)))];
    if !account.email.is_empty() {
        keys.push(format!("email {}", look_alike(&without_tag(&normal_email(&account.email)))));
    }
    let words = name_words(&account.name);
    if words.len() > 1 {
        let words: Vec<String> = words.into_iter().collect();
        keys.push(format!("name {}", words.join(" ")));
    }
    keys
}

/// The words of a name, whatever their order, quotes and initials.
pub(crate) fn name_words(name: &str) -> BTreeSet<String> {
    // What stands in brackets is about the person: a nickname, a company.
    let plain = name.split(['(', '[']).next().filter(|name| !name.trim().is_empty());
    let words = || {
        let words = plain.unwrap_or(name).split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| !word.is_empty())
    };
    let long = words().any(|word| word.chars().count() > 1);
    let kept = words().filter(|word| !long || word.chars().count() > 1);
    kept.map(|word| look_alike(&word.to_lowercase())).collect()
}

/// What a single name can stand for in a full one: each of its words, and all of them run together.
pub(crate) fn single_names(name: &str) -> BTreeSet<String> {
    let mut names = name_words(name);
    let lower = name.to_lowercase();
    let words = || lower.split(|letter: char| !letter.is_alphanumeric());
    let (forth, back): (String, String) = (words().collect(), words().rev().collect());
    names.extend([forth, back].iter().filter(|joined| !joined.is_empty()).map(|n| look_alike(n)));
    names
}

/// Whether an account is a program's by its name or address. Some people's names are taken for a
/// program's that way; their reviews are then asked for once more, and the notes say so.
pub(crate) fn is_machine(account: &Account) -> bool {
    let email = normal_email(&account.email);
    let local = email.split('@').next().unwrap_or_default();
    is_machine_name(&account.name) || is_machine_name(local)
}

fn is_machine_name(name: &str) -> bool {
    let name = name.to_lowercase();
    let words: Vec<&str> =
        name.split(|letter: char| !letter.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let whole = words.concat();
    let ends_in_bot = |word: &str| {
        word.ends_with("bot") && !BOT_SURNAMES.iter().any(|surname| word.ends_with(surname))
    };
    words.iter().any(|word| MACHINE_WORDS.contains(word))
        || MACHINES.contains(&whole.as_str())
        || MACHINE_WORDS.contains(&whole.as_str())
        || matches!(words.as_slice(), [only] if ends_in_bot(only))
}

/// Whether it only keeps the place of a person.
pub(crate) fn is_nobody(account: &Account) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    let local = account.email.split('@').next().unwrap_or_default();
    NOBODY.contains(&letters(&account.name).as_str())
        || NOBODY_AT.contains(&letters(local).as_str())
}

/// In lower case; the number that a forge puts before a hidden address does not tell people apart.
fn normal_email(email: &str) -> String {
    let email = email.trim().trim_end_matches('.').to_lowercase();
    let email = email.strip_prefix("mailto:").map(str::to_owned).unwrap_or(email);
    if let Some((number, rest)) = email.split_once('+')
        && email.ends_with("@users.noreply.github.com")
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest.to_owned();
    }
    email
}

/// Without what follows a plus: it sorts one person's mail.
fn without_tag(email: &str) -> String {
    match email.split_once('@').map(|(local, domain)| (local.split_once('+'), domain)) {
        Some((Some((local, _)), domain)) if !local.is_empty() => format!("{local}@{domain}"),
        _ => email.to_owned(),
    }
}

/// The address; what has none is marked, so that it cannot be taken for an id that stands for more.
pub(crate) fn id_of(account: &Account) -> String {
    let email = normal_email(&account.email);
    if email.contains('@') {
        return as_id(&email);
    }
    let name: Vec<String> = account.name.split_whitespace().map(str::to_lowercase).collect();
    let text = if email.is_empty() { name.join("-") } else { email };
    as_id(&format!("account:{}", if text.is_empty() { "nobody" } else { &text }))
}

/// A text in the characters that ids may have; others are written as `%` and two digits per byte,
/// so that different texts stay different. What is too long ends in its digest.
pub(crate) fn as_id(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric()
            || byte == b'_'
            || (!id.is_empty() && b".:/@+#~=-".contains(&byte));
        if plain {
            id.push(char::from(byte));
        } else {
            id.push_str(&format!("%{byte:02x}"));
        }
    }
    if id.is_empty() {
        return "_".to_owned();
    }
    if id.len() > ID_BYTES {
        let digest = lynchpin::base::Digest::of(text.as_bytes()).to_string();
        let digest: String = digest.chars().skip("sha256:".len()).take(32).collect();
        id.truncate(ID_BYTES - digest.len() - 1);
        id.push('~');
        id.push_str(&digest);
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, email: &str) -> Account {
        Account { name: name.to_owned(), email: email.to_owned() }
    }

    #[test]
    fn programs_are_told_from_people() {
        for (name, email) in [
            ("CI Bot", "x@x"),
            ("x", "ci@x"),
            ("dependabot", "support@github.com"),
            ("Claude", "noreply@anthropic.com"),
            ("x", "no-reply@x"),
            ("GitHub", "noreply@github.com"),
            ("GitHub Actions", "a@x"),
            ("rustbot", "a@x"),
            ("k8s-ci-robot", "a@x"),
            ("r[bot]", "7+r[bot]@users.noreply.github.com"),
        ] {
            assert!(is_machine(&account(name, email)), "{name} <{email}>");
        }
        for (name, email) in [
            ("Ann Talbot", "talbot@x"),
            ("Ann Bee", "1+ann@users.noreply.github.com"),
            ("Claude Shannon", "claude@x"),
            ("Ci Wang", "ci.wang@x"),
            ("", "ann@bot.example"),
        ] {
            assert!(!is_machine(&account(name, email)), "{name} <{email}>");
        }
    }

    #[test]
    fn who_is_still_to_come_is_nobody() {
        for (name, email) in [("TBD", "x@x"), ("N/A", "x@x"), ("", "todo@x"), ("none", "a@x")] {
            assert!(is_nobody(&account(name, email)), "{name} <{email}>");
        }
        assert!(!is_nobody(&account("Nona", "me@example.org")));
    }

    #[test]
    fn names_are_the_same_in_any_order_and_dress() {
        let words = name_words("Ann Bee");
        for name in ["Bee, Ann", "\"Ann Bee\"", "Ann B. Bee", "ann  bee", "Ann Bee (home)"] {
            assert_eq!(name_words(name), words, "{name}");
        }
        assert_eq!(name_words("A B").len(), 2);
        assert!(single_names("Ann Bee").contains("annbee"));
        assert!(name_words("- ").is_empty());
    }

    #[test]
    fn every_text_becomes_an_id_that_the_engine_takes() {
        let long = "é".repeat(500);
        for text in ["", "-x", "a b", "caf\u{e9}@x", "%", "a\u{0}b", "~", &long, "ann@example.org"]
        {
            let id = as_id(text);
            assert!(lynchpin::base::id::PersonId::new(&id).is_ok(), "{text:?} gave {id}");
        }
        assert_ne!(as_id("a b"), as_id("a%20b"));
        assert_ne!(as_id(&long), as_id(&format!("{long}x")));
    }
}
