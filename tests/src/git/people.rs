//! The people of a made-up project: a few write most of it.

use super::import::Account;
use super::random::Random;

const FIRST: [&str; 20] = [
    "Ada", "Bela", "Carla", "Dario", "Edith", "Frida", "Gita", "Hugo", "Ines", "Jonas", "Karin",
    "Lena", "Marta", "Nils", "Olga", "Petra", "Quirin", "Rosa", "Sven", "Tara",
];
const LAST: [&str; 15] = [
    "Adler", "Brandt", "Curie", "Decker", "Engel", "Fuchs", "Graf", "Huber", "Imhof", "Jung",
    "Keller", "Lang", "Maurer", "Nagel", "Otto",
];

/// How many people there are; no two are alike.
pub const PEOPLE: usize = FIRST.len() * LAST.len();
/// How many of them may merge what others wrote.
const MAINTAINERS: usize = 12;

/// The person of that number.
pub fn person(number: usize) -> Account {
    let first = FIRST.get(number % FIRST.len()).copied().unwrap_or_default();
    let last = LAST.get(number / FIRST.len() % LAST.len()).copied().unwrap_or_default();
    let address = format!("{first}.{last}@example.org").to_lowercase();
    (format!("{first} {last}"), address)
}

/// Somebody who writes.
pub fn author(random: &mut Random) -> Account {
    person(random.skewed(PEOPLE))
}

/// Somebody who merges.
pub fn maintainer(random: &mut Random) -> Account {
    person(random.below(MAINTAINERS))
}

/// Somebody who is none of those.
pub fn other_than(hands: &[Account], random: &mut Random) -> Account {
    let start = random.below(PEOPLE);
    let all = (0..PEOPLE).map(|step| person((start + step) % PEOPLE));
    all.into_iter().find(|person| !hands.contains(person)).unwrap_or_default()
}

/// A person as a trailer names one.
pub fn shown((name, address): &Account) -> String {
    format!("{name} <{address}>")
}
