//! Who owns a service: people of the history, people that it has never seen, teams.

use std::collections::BTreeMap;

use lynchpin::portfolio::look_alike;

use super::super::address::accounts;
use super::super::identity::{as_id, id_of, is_machine};
use super::super::message::Account;
use super::super::people::Person;

/// Bytes of an address or a handle; longer ones reach nobody.
const NAME_BYTES: usize = 254;

/// Who answers for a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owners {
    /// Nobody is named: those who changed it in the range.
    ThoseWhoChangedIt,
    /// One person.
    One(Owner),
    /// Anybody of a group; one that only has a name has no members that are known.
    Group {
        /// The group's id.
        id: String,
        /// Sorted, each once.
        members: Vec<Owner>,
    },
}

/// One of those who own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// The person with that number in the history.
    Known(usize),
    /// Somebody of the [`Register`] whom the history has not seen.
    Newcomer(usize),
    /// A team whose members are not known: the id of a group.
    Team(String),
}

/// Somebody named who has no part in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Newcomer {
    /// The id: the address, or `account:@` and the handle.
    pub(crate) id: String,
    /// As they are written.
    pub(crate) name: String,
    /// Whether it is a machine by its name.
    pub(crate) machine: bool,
}

/// How a file names an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// `ann@example.org`
    Address(String),
    /// `@ann`, without the sign.
    Handle(String),
    /// `@org/team`, without the sign; `@@role` of GitLab as `role:` and its name.
    Team(String),
}

impl Named {
    /// Reads one word of a file.
    pub(crate) fn read(word: &str) -> Option<Named> {
        if word.len() > NAME_BYTES {
            return None;
        }
        let plain = |name: &str| {
            let good = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !name.is_empty() && name.bytes().all(good)
        };
        let lower = word.to_ascii_lowercase();
        match lower.strip_prefix('@').map(|name| (name, name.strip_prefix('@'))) {
            Some((_, Some(role))) => plain(role).then(|| Named::Team(format!("role:{role}"))),
            Some((name, None)) if name.contains('/') => {
                name.split('/').all(plain).then(|| Named::Team(name.to_owned()))
            }
            Some((name, None)) => plain(name).then(|| Named::Handle(name.to_owned())),
            None => match accounts(word, NAME_BYTES).as_slice() {
                [one] if one.email == word => Some(Named::Address(one.email.clone())),
                _ => None,
            },
        }
    }
}

/// How people of the history are found.
#[derive(Clone, Copy)]
pub(crate) struct Lookup<'a> {
    /// By an address, in any case.
    pub(crate) address: &'a dyn Fn(&str) -> Option<usize>,
    /// By the name they bear on a forge, in lower case and without `@`.
    pub(crate) handle: &'a dyn Fn(&str) -> Option<usize>,
}

/// Finds people of the history by what they are called elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    ids: BTreeMap<String, usize>,
    handles: BTreeMap<String, usize>,
}

impl Directory {
    /// Everybody of a list, under each of their accounts.
    pub(crate) fn of(people: &[Person]) -> Directory {
        let mut directory = Directory::default();
        for (number, person) in people.iter().enumerate() {
            for id in [&person.id].into_iter().chain(&person.aliases) {
                directory.ids.entry(look_alike(id)).or_insert(number);
                if let Some(handle) = handle_in(id) {
                    directory.handles.entry(handle.to_owned()).or_insert(number);
                }
            }
        }
        directory
    }

    /// The person with that address.
    pub(crate) fn address(&self, address: &str) -> Option<usize> {
        let account = Account { name: String::new(), email: address.to_owned() };
        self.ids.get(&look_alike(&id_of(&account))).copied()
    }

    /// The person with that name on a forge, if an account of theirs shows it.
    pub(crate) fn handle(&self, handle: &str) -> Option<usize> {
        self.handles.get(&handle.to_ascii_lowercase()).copied()
    }
}

/// The name on a forge that a hidden address shows: GitHub's `12+ann@users.noreply.github.com`,
/// with or without number, and GitLab's `12-ann@users.noreply.gitlab.com`, on hosts of their own
/// too.
fn handle_in(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let host = domain.strip_prefix("users.noreply.")?;
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts =
        if host == "github.com" { local.split_once('+') } else { local.split_once(['+', '-']) };
    let name = parts.filter(|(first, _)| number(first)).map_or(local, |(_, name)| name);
    Some(name).filter(|name| !name.is_empty())
}

/// Those named so far whom the history has not seen; one for all repositories of a portfolio, since
/// two people who look alike would be refused by the engine.
pub(crate) struct Register<'a> {
    lookup: Lookup<'a>,
    /// In the order in which they were first named.
    pub(crate) newcomers: Vec<Newcomer>,
    by_look: BTreeMap<String, usize>,
}

impl<'a> Register<'a> {
    pub(crate) fn new(lookup: Lookup<'a>) -> Register<'a> {
        Register { lookup, newcomers: Vec::new(), by_look: BTreeMap::new() }
    }

    /// Finds whoever is named; who is not known is entered.
    pub(crate) fn find(&mut self, named: &Named) -> Owner {
        match named {
            Named::Team(team) => Owner::Team(as_id(team)),
            Named::Address(address) => {
                let account = Account { name: String::new(), email: address.clone() };
                let known = (self.lookup.address)(address).or_else(|| {
                    handle_in(&address.to_ascii_lowercase())
                        .and_then(|handle| (self.lookup.handle)(handle))
                });
                known.map_or_else(|| self.enter(&account, id_of(&account)), Owner::Known)
            }
            Named::Handle(handle) => {
                let account = Account { name: handle.clone(), email: String::new() };
                let known = (self.lookup.handle)(handle);
                let id = as_id(&format!("account:@{handle}"));
                known.map_or_else(|| self.enter(&account, id), Owner::Known)
            }
        }
    }

    fn enter(&mut self, account: &Account, id: String) -> Owner {
        // An account of the history that only has a name can have an id like this one.
        if let Some(known) = (self.lookup.address)(&id) {
            return Owner::Known(known);
        }
        let next = self.newcomers.len();
        let number = *self.by_look.entry(look_alike(&id)).or_insert(next);
        if number == next {
            let machine = is_machine(account);
            let name = if account.email.is_empty() {
                format!("@{}", account.name)
            } else {
                account.email.clone()
            };
            self.newcomers.push(Newcomer { id, name, machine });
        }
        Owner::Newcomer(number)
    }
}

impl Owners {
    /// Those who own a service: one person, one team, or a group made for the service.
    pub(crate) fn of(service: &str, mut owners: Vec<Owner>) -> Owners {
        owners.sort();
        owners.dedup();
        match owners.as_slice() {
            [] => Owners::ThoseWhoChangedIt,
            [Owner::Team(team)] => Owners::Group { id: team.clone(), members: Vec::new() },
            [one] => Owners::One(one.clone()),
            _ => Owners::Group { id: as_id(&format!("owners-of-{service}")), members: owners },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, aliases: &[&str]) -> Person {
        Person {
            id: id.to_owned(),
            name: String::new(),
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            machine: false,
            words: Default::default(),
            lone_names: Default::default(),
        }
    }

    #[test]
    fn owners_are_read_in_every_usual_form() {
        for (word, expected) in [
            ("@Ann-B", Some(Named::Handle("ann-b".to_owned()))),
            ("@org/Team.x", Some(Named::Team("org/team.x".to_owned()))),
            ("@a/b/c", Some(Named::Team("a/b/c".to_owned()))),
            ("@@maintainer", Some(Named::Team("role:maintainer".to_owned()))),
            ("Ann@example.org", Some(Named::Address("Ann@example.org".to_owned()))),
            ("ann", None),
            ("@", None),
            ("@a//b", None),
            ("@dependabot[bot]", None),
            ("ann@", None),
            ("<ann@example.org>", None),
            ("@\u{430}nn", None),
        ] {
            assert_eq!(Named::read(word), expected, "{word}");
        }
        assert_eq!(Named::read(&format!("@{}", "a".repeat(300))), None);
    }

    #[test]
    fn people_are_found_under_each_of_their_accounts() {
        let people = [
            person("ann@example.org", &["ann-b@users.noreply.github.com"]),
            person("7-bob@users.noreply.gitlab.com", &[]),
            person("account:@cid", &[]),
        ];
        let directory = Directory::of(&people);
        let (address, handle) =
            (|text: &str| directory.address(text), |text: &str| directory.handle(text));
        let lookup = Lookup { address: &address, handle: &handle };
        let mut register = Register::new(lookup);
        let mut find = |word: &str| register.find(&Named::read(word).unwrap());
        assert_eq!(find("Ann@Example.org"), Owner::Known(0));
        assert_eq!(find("@Ann-B"), Owner::Known(0));
        assert_eq!(find("12+ann-b@users.noreply.github.com"), Owner::Known(0));
        assert_eq!(find("@bob"), Owner::Known(1));
        assert_eq!(find("@dan"), Owner::Newcomer(0));
        assert_eq!(find("eve@example.org"), Owner::Newcomer(1));
        assert_eq!(find("@DAN"), Owner::Newcomer(0));
        assert_eq!(find("@org/team"), Owner::Team("org/team".to_owned()));
        assert_eq!(find("@cid"), Owner::Known(2));
        let ids: Vec<&str> = register.newcomers.iter().map(|new| new.id.as_str()).collect();
        assert_eq!(ids, ["account:@dan", "eve@example.org"]);
    }

    #[test]
    fn newcomers_who_look_alike_are_one() {
        let nobody = |_: &str| None;
        let mut register = Register::new(Lookup { address: &nobody, handle: &nobody });
        let mut find = |word: &str| register.find(&Named::read(word).unwrap());
        assert_eq!(find("@al1"), find("@all"));
        assert_ne!(find("@all"), find("@alx"));
    }

    #[test]
    fn one_owner_needs_no_group_of_its_own() {
        let team = Owner::Team("org/team".to_owned());
        let group = Owners::Group { id: "org/team".to_owned(), members: Vec::new() };
        assert_eq!(Owners::of("x", vec![team.clone(), team.clone()]), group);
        assert_eq!(Owners::of("x", vec![Owner::Known(3)]), Owners::One(Owner::Known(3)));
        let both = Owners::of("x", vec![team.clone(), Owner::Known(3)]);
        let members = vec![Owner::Known(3), team];
        assert_eq!(both, Owners::Group { id: "owners-of-x".to_owned(), members });
        assert_eq!(Owners::of("x", Vec::new()), Owners::ThoseWhoChangedIt);
    }
}
