//! The people that a trailer names, however they are written.

use super::message::Account;
use super::text::{cut, printable};

/// The accounts that a trailer names: `Name <address>`, more of them after commas, an address with
/// or without brackets around it anywhere in the text, or a name alone.
///
/// What is not an address stays part of the name, so an account without an address is one that
/// nobody can be reached under.
pub(crate) fn accounts(value: &str, most_bytes: usize) -> Vec<Account> {
    let value = printable(value);
    let mut found: Vec<Account> = Vec::new();
    let mut before = String::new();
    for piece in value.split_inclusive(is_edge) {
        let word = piece.trim_end_matches(is_edge);
        let Some(email) = well_formed(word).filter(|email| email.len() <= most_bytes) else {
            before.push_str(piece);
            continue;
        };
        let mut name = name_of(&before, !found.is_empty());
        if name.is_empty() && !before.contains([',', ';']) {
            // A second address with nothing between is one more of the same person.
            name = found.last().map(|one| one.name.clone()).unwrap_or_default();
        }
        found.push(Account { name: cut(&name, most_bytes), email });
        before = piece.get(word.len()..).unwrap_or_default().to_owned();
    }
    if found.is_empty() {
        let name =
            cut(&name_of(value.split(['<', '(']).next().unwrap_or_default(), false), most_bytes);
        found.extend((!name.is_empty()).then(|| Account { name, email: String::new() }));
    }
    found
}

fn is_edge(letter: char) -> bool {
    letter.is_whitespace() || "<>(),;\"".contains(letter)
}

/// The name that stands before an address; what follows an earlier address up to a comma is a
/// remark about that one.
fn name_of(text: &str, after_another: bool) -> String {
    let remark = text.split_once([',', ';']).filter(|_| after_another);
    let text = remark.map_or(text, |(_, name)| name);
    let kept: String = text.chars().filter(|letter| !"<>()\"".contains(*letter)).collect();
    kept.trim_matches(|letter: char| letter.is_whitespace() || ",;".contains(letter)).to_owned()
}

/// The address that a word is, without what mail programs and hasty people put around it.
///
/// A part before the one `@`, and after it names of letters, digits and dashes between dots: what
/// has a scheme, a path or nothing on either side is no address.
fn well_formed(word: &str) -> Option<String> {
    let word = word.trim_matches(|letter| "'`.:!".contains(letter));
    let word = match word.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => word.get(7..).unwrap_or_default(),
        _ => word,
    };
    let (local, domain) = word.split_once('@')?;
    let domain = domain.trim_end_matches('.');
    let plain = |letter: char| letter.is_alphanumeric() || "-_".contains(letter);
    let is_name = |label: &str| !label.is_empty() && label.chars().all(plain);
    let good = !local.is_empty() && !local.contains(['/', ':', '\\']);
    (good && domain.split('.').all(is_name)).then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Vec<(String, String)> {
        accounts(value, 1024).into_iter().map(|found| (found.name, found.email)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, email)| ((*name).to_owned(), (*email).to_owned())).collect()
    }

    #[test]
    fn people_are_read_in_every_usual_form() {
        for value in [
            "Ann B <ann@x>",
            "Ann B <ann@x> # v2",
            "Ann B <ann@x",
            "Ann B ann@x",
            "Ann B (ann@x)",
            "\"Ann B\" <mailto:ann@x.>",
        ] {
            assert_eq!(read(value), pairs(&[("Ann B", "ann@x")]), "{value}");
        }
        assert_eq!(read("ann@x"), pairs(&[("", "ann@x")]));
        assert_eq!(read("<ann@x>"), pairs(&[("", "ann@x")]));
        assert_eq!(read("B, A <a@x>"), pairs(&[("B, A", "a@x")]));
        assert_eq!(read("A <a@x>, B <b@x>"), pairs(&[("A", "a@x"), ("B", "b@x")]));
        assert_eq!(read("A <a@x> # v2; B <b@x>"), pairs(&[("A", "a@x"), ("B", "b@x")]));
        assert_eq!(read("A <a@x> <a@home>"), pairs(&[("A", "a@x"), ("A", "a@home")]));
        assert_eq!(read("r[bot] <7+r[bot]@x.y>"), pairs(&[("r[bot]", "7+r[bot]@x.y")]));
    }

    #[test]
    fn what_is_no_address_stays_without_one() {
        for value in ["TBD", "none", "-", "N/A", "Ann B", "<todo@>", "@ann", "https://a@x/y"] {
            assert!(read(value).iter().all(|(_, email)| email.is_empty()), "{value}");
        }
        assert_eq!(read("Ann B <broken"), pairs(&[("Ann B", "")]));
        assert_eq!(read(" \u{1b} "), []);
        assert_eq!(read(&format!("{} <r@x>", "é".repeat(9_000)))[0].0.len(), 1024);
        assert_eq!(read(&format!("Ann <{}@x>", "a".repeat(9_000)))[0].1, "");
    }
}
