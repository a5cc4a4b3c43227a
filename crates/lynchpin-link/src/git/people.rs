//! Who is who: every account of the range, the same person counted once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::command::Git;
use super::error::{AssessError, Result};
use super::identity::{id_of, is_machine, keys, name_words, single_names};
use super::message::Account;
use super::notes::Notes;
use super::text::{cut, printable};
use super::tokens::Tokens;

/// One person or machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// The id: the address that they commit under most, in lower case.
    pub(crate) id: String,
    /// The name they bear there.
    pub(crate) name: String,
    /// The ids of their other accounts.
    pub(crate) aliases: BTreeSet<String>,
    /// Whether an account is a machine's by its name or address.
    pub(crate) machine: bool,
    /// The single names that they may be called by.
    pub(crate) words: BTreeSet<String>,
    /// Those of their names that are one word only: too little to make two accounts one person,
    /// too much to let one review what the other wrote.
    pub(crate) lone_names: BTreeSet<String>,
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
    let mut words = BTreeSet::new();
    let mut lone_names = BTreeSet::new();
    for (account, _) in members {
        let of_one = name_words(&account.name);
        if of_one.len() == 1 {
            lone_names.extend(of_one.iter().cloned());
        }
        words.extend(single_names(&account.name));
    }
    let name = if main.name.is_empty() { main.email } else { main.name };
    let accounts = members.iter().map(|(account, _)| *account).collect();
    (Person { id, name, aliases, machine, words, lone_names }, accounts)
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
pub(crate) fn mapped(
    git: &Git,
    accounts: &BTreeSet<Account>,
    most_bytes: usize,
) -> Result<HashMap<Account, Account>> {
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
    let read = asked.iter().map(|account| mapped_one(account, &mut tokens, most_bytes)).collect();
    tokens.end(read)
}

fn mapped_one(
    account: &Account,
    tokens: &mut Tokens,
    most_bytes: usize,
) -> Result<(Account, Account)> {
    let unknown = || AssessError::UnknownAnswer { detail: "an account expected".to_owned() };
    let token = tokens.next(4 * most_bytes)?.ok_or_else(unknown)?;
    if token.cut {
        // Only a mailmap makes it that long; whoever it hides behind such a name stays as written.
        return Ok((account.clone(), account.clone()));
    }
    let line = String::from_utf8_lossy(token.bytes).into_owned();
    let (name, email) = line.rsplit_once('<').ok_or_else(unknown)?;
    let email = email.strip_suffix('>').ok_or_else(unknown)?;
    let kept = |text: &str| cut(&printable(text), most_bytes);
    Ok((account.clone(), Account { name: kept(name), email: kept(email) }))
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
        let (found, _) = people(&[("Ann", "a@home"), ("Ann", "a@work"), ("Bob", "b@x")]);
        assert_eq!(found.list.len(), 3);
        assert_eq!(found.list[0].lone_names, found.list[1].lone_names);
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
}
