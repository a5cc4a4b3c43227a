//! Who is who: every account of the range, the same person counted once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lynchpin::portfolio::look_alike;

use super::command::Git;
use super::error::{AssessError, Result};
use super::message::Account;
use super::notes::Notes;
use super::tokens::Tokens;

/// The most bytes of an id; the engine takes 256.
const ID_BYTES: usize = 200;

/// One person or machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The id: the address that they commit under most, in lower case.
    pub(crate) id: String,
    /// The name they bear there.
    pub(crate) name: String,
    /// The ids of their other accounts.
    pub(crate) aliases: BTreeSet<String>,
    /// Whether the account is a machine by its name.
    pub(crate) machine: bool,
}

/// Everybody in the range.
#[derive(Debug, Default)]
pub(crate) struct People {
    /// Sorted by id.
    pub(crate) list: Vec<Person>,
    number: HashMap<Account, usize>,
}

impl People {
    /// The number of the person that an account belongs to.
    pub(crate) fn of(&self, account: &Account) -> Option<usize> {
        self.number.get(account).copied()
    }

    /// Whether that person is a machine.
    pub(crate) fn is_machine(&self, number: usize) -> bool {
        self.list.get(number).is_some_and(|person| person.machine)
    }

    /// Finds the people behind accounts, each given with the number of commits it wrote.
    ///
    /// Two accounts are one person if their addresses are the same or look alike, or if they bear
    /// the same full name: who could pass for the author does not review the author's change.
    pub(crate) fn find(accounts: &BTreeMap<Account, u64>, notes: &mut Notes) -> People {
        let accounts: Vec<(&Account, u64)> =
            accounts.iter().map(|(account, written)| (account, *written)).collect();
        let mut same = Same::of(accounts.len());
        let mut bearer: HashMap<String, usize> = HashMap::new();
        for (index, (account, _)) in accounts.iter().enumerate() {
            for key in keys(account) {
                let first = *bearer.entry(key).or_insert(index);
                same.join(first, index);
            }
        }
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in 0..accounts.len() {
            groups.entry(same.root(index)).or_default().push(index);
        }
        let mut found: Vec<(Person, Vec<&Account>)> = groups
            .values()
            .map(|members| {
                let members = members.iter().filter_map(|index| accounts.get(*index).copied());
                person(&members.collect::<Vec<_>>(), notes)
            })
            .collect();
        found.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        let mut people = People::default();
        for (person, members) in found {
            notes.machines += u64::from(person.machine);
            let number = people.list.len();
            people.number.extend(members.into_iter().map(|account| (account.clone(), number)));
            people.list.push(person);
        }
        notes.people = people.list.len() as u64;
        people
    }
}

fn person<'a>(members: &[(&'a Account, u64)], notes: &mut Notes) -> (Person, Vec<&'a Account>) {
    let most = members.iter().map(|(_, written)| *written).max().unwrap_or(0);
    let first = members.iter().find(|(_, written)| *written == most);
    let main = first.map(|(account, _)| (*account).clone()).unwrap_or_default();
    let id = id_of(&main);
    let aliases: BTreeSet<String> =
        members.iter().map(|(account, _)| id_of(account)).filter(|other| *other != id).collect();
    notes.look_alikes += aliases.len() as u64;
    notes.without_email +=
        members.iter().filter(|(account, _)| account.email.is_empty()).count() as u64;
    let machine = members.iter().any(|(account, _)| is_machine(account));
    let name = if main.name.is_empty() { main.email } else { main.name };
    let accounts = members.iter().map(|(account, _)| *account).collect();
    (Person { id, name, aliases, machine }, accounts)
}

/// Forges mark their bots' accounts; the second is the one that commits what is done on a web page.
fn is_machine(account: &Account) -> bool {
    let local = account.email.split('@').next().unwrap_or_default();
    account.name.ends_with("[bot]")
        || local.ends_with("[bot]")
        || account.email.eq_ignore_ascii_case("noreply@github.com")
}

/// What an account is known by; one key in common makes two accounts one person.
fn keys(account: &Account) -> Vec<String> {
    let mut keys = vec![format!("id {}", look_alike(&id_of(account)))];
    if !account.email.is_empty() {
        keys.push(format!("email {}", look_alike(&normal_email(&account.email))));
    }
    let words: Vec<String> = account.name.split_whitespace().map(str::to_lowercase).collect();
    if words.len() > 1 {
        keys.push(format!("name {}", look_alike(&words.join(" "))));
    }
    keys
}

/// In lower case; the number that a forge puts before a hidden address does not tell people apart.
fn normal_email(email: &str) -> String {
    let email = email.trim().to_lowercase();
    if let Some((number, rest)) = email.split_once('+')
        && email.ends_with("@users.noreply.github.com")
        && !number.is_empty()
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest.to_owned();
    }
    email
}

/// The address; what has none is marked, so that it cannot be taken for an id that stands for more.
fn id_of(account: &Account) -> String {
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

/// Which numbers belong together.
struct Same(Vec<usize>);

impl Same {
    fn of(count: usize) -> Same {
        Same((0..count).collect())
    }

    fn root(&mut self, mut index: usize) -> usize {
        while let Some(&parent) = self.0.get(index) {
            if parent == index {
                break;
            }
            let above = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(place) = self.0.get_mut(index) {
                *place = above;
            }
            index = parent;
        }
        index
    }

    /// The smaller root stays, so that the outcome does not depend on the order of joining.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(place) = self.0.get_mut(a.max(b)) {
            *place = a.min(b);
        }
    }
}

/// The accounts of trailers as the mailmap of the last commit has them; git maps those of commits
/// itself.
pub(crate) fn mapped(git: &Git, accounts: &BTreeSet<Account>) -> Result<HashMap<Account, Account>> {
    let asked: Vec<&Account> =
        accounts.iter().filter(|account| !account.email.is_empty()).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let plain = |text: &str| text.replace(['<', '>', '\n', '\r'], "");
    let mut input = String::new();
    for account in &asked {
        input.push_str(&format!("{} <{}>\n", plain(&account.name), plain(&account.email)));
    }
    let stream = git.stream(&["check-mailmap", "--stdin"], input.into_bytes())?;
    let mut tokens = Tokens::lines(stream);
    let read = asked.iter().map(|account| mapped_one(account, &mut tokens)).collect();
    tokens.end(read)
}

fn mapped_one(account: &Account, tokens: &mut Tokens) -> Result<(Account, Account)> {
    let unknown = || AssessError::UnknownAnswer { detail: "an account expected".to_owned() };
    let token = tokens.next(8 * 1024)?.ok_or_else(unknown)?;
    let line = String::from_utf8_lossy(token.bytes).into_owned();
    let (name, email) = line.rsplit_once('<').ok_or_else(unknown)?;
    let email = email.strip_suffix('>').ok_or_else(unknown)?;
    let name = super::text::printable(name);
    Ok((account.clone(), Account { name, email: super::text::printable(email) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, email: &str) -> Account {
        Account { name: name.to_owned(), email: email.to_owned() }
    }

    fn people(accounts: &[(&str, &str)]) -> (People, Notes) {
        let mut notes = Notes::default();
        let accounts = accounts.iter().map(|(name, email)| (account(name, email), 1)).collect();
        (People::find(&accounts, &mut notes), notes)
    }

    #[test]
    fn who_looks_alike_is_one_person() {
        let (people, notes) = people(&[
            ("Ann", "ann@example.org"),
            ("ann", "ANN@example.org"),
            ("Mallory", "\u{430}nn@example.org"),
            ("Bob", "bob@example.org"),
        ]);
        assert_eq!(people.list.len(), 2);
        assert_eq!(notes.look_alikes, 1);
        let ann = people.of(&account("Ann", "ann@example.org"));
        assert_eq!(people.of(&account("Mallory", "\u{430}nn@example.org")), ann);
        assert_ne!(people.of(&account("Bob", "bob@example.org")), ann);
    }

    #[test]
    fn a_full_name_is_one_person_and_a_first_name_is_not() {
        let (found, _) = people(&[("Ann Bee", "a@home"), ("ann  bee", "a@work")]);
        assert_eq!(found.list.len(), 1);
        assert_eq!(found.list[0].aliases.len(), 1);
        let (found, _) = people(&[("Ann", "a@home"), ("Ann", "a@work")]);
        assert_eq!(found.list.len(), 2);
    }

    #[test]
    fn hidden_addresses_with_and_without_number_are_one() {
        let (found, _) = people(&[
            ("ann", "12345+ann@users.noreply.github.com"),
            ("x", "ann@users.noreply.github.com"),
            ("dependabot[bot]", "49+dependabot[bot]@users.noreply.github.com"),
        ]);
        assert_eq!(found.list.len(), 2);
        assert_eq!(found.list.iter().filter(|person| person.machine).count(), 1);
    }

    #[test]
    fn accounts_without_address_pass_for_nobody_else() {
        let (found, notes) = people(&[("", ""), ("Somebody Else", ""), ("x", "somebody-else")]);
        let ids: Vec<&str> = found.list.iter().map(|person| person.id.as_str()).collect();
        assert_eq!(ids, ["account:nobody", "account:somebody-else"]);
        assert_eq!(notes.without_email, 2);
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
