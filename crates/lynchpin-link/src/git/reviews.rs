//! Who reviewed and tested all of a change without having had a hand in it.

use std::collections::{BTreeSet, HashMap};

use super::identity::is_nobody;
use super::log::Commit;
use super::message::{Account, Act};
use super::notes::Notes;
use super::people::People;

/// What is needed to see who did what.
pub(crate) struct Cast<'a> {
    pub(crate) people: &'a People,
    /// The accounts of trailers as the mailmap has them.
    pub(crate) trailers: &'a HashMap<Account, Account>,
}

/// The commits of one change that answer for what it brings.
pub(crate) struct Parts<'a> {
    /// The commit on the first-parent line.
    pub(crate) head: &'a Commit,
    /// What a merge brings in: commits, and merges that change something of their own.
    pub(crate) merged: Vec<&'a Commit>,
    /// Whether the head is a merge that changes something of its own, so that no review of what it
    /// brings in covers it.
    pub(crate) own_content: bool,
    /// Everybody who had a hand in any of it.
    pub(crate) hands: &'a BTreeSet<usize>,
    /// Those who merged any of it.
    pub(crate) mergers: BTreeSet<usize>,
    /// Whether trailers of some commit were not read, so that those are not all.
    pub(crate) incomplete: bool,
}

/// Who did something for all of a change.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) people: BTreeSet<usize>,
    /// Whether it was done commit by commit, each by somebody without a hand in that one.
    pub(crate) by_parts: bool,
}

impl Cast<'_> {
    /// Who stands behind the trailers of that kind.
    pub(crate) fn who<'a>(
        &'a self,
        commit: &'a Commit,
        act: Act,
    ) -> impl Iterator<Item = usize> + 'a {
        self.accounts(commit, act).filter_map(|account| self.people.of(account))
    }

    fn accounts<'a>(
        &'a self,
        commit: &'a Commit,
        act: Act,
    ) -> impl Iterator<Item = &'a Account> + 'a {
        let acts = commit.message.acts.iter().filter(move |(found, _)| *found == act);
        acts.map(|(_, account)| self.trailers.get(account).unwrap_or(account))
    }

    /// Who had a hand in one commit.
    pub(crate) fn hands(&self, commit: &Commit) -> BTreeSet<usize> {
        let mut hands: BTreeSet<usize> = self.who(commit, Act::Author).collect();
        hands.extend(self.people.of(&commit.author));
        hands.extend(self.people.of(&commit.committer));
        hands
    }

    /// Who did that for all of a change: on the merge itself, or on every commit that it brings in.
    ///
    /// One reviewed commit of ten makes no reviewed merge. A commit is judged by its own people and
    /// those who merged it, so that two people may review each other's.
    pub(crate) fn by_all(&self, parts: &Parts<'_>, act: Act, notes: &mut Notes) -> Found {
        let mut people = self.counted(parts.head, act, parts.hands, notes);
        let of_parts: Vec<BTreeSet<usize>> = parts
            .merged
            .iter()
            .map(|part| {
                let hands = self.hands(part).union(&parts.mergers).copied().collect();
                self.counted(part, act, &hands, notes)
            })
            .collect();
        if parts.incomplete {
            notes.incomplete += u64::from(act == Act::Review);
            return Found::default();
        }
        let some = of_parts.iter().any(|people| !people.is_empty());
        let every = some && of_parts.iter().all(|people| !people.is_empty());
        let by_parts = every && !parts.own_content;
        if by_parts {
            people.extend(of_parts.into_iter().flatten());
        } else if some && people.is_empty() {
            match act {
                Act::Review => notes.partly_reviewed += 1,
                Act::Test => notes.partly_tested += 1,
                Act::SignOff | Act::Author => {}
            }
        }
        Found { people, by_parts }
    }

    /// Those behind the trailers of one commit who count: people that can be told apart from all
    /// who had a hand in it.
    fn counted(
        &self,
        commit: &Commit,
        act: Act,
        hands: &BTreeSet<usize>,
        notes: &mut Notes,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for account in self.accounts(commit, act) {
            let Some(person) = self.people.of(account) else { continue };
            if is_nobody(account) {
                notes.trailers_without_person += 1;
            } else if account.email.is_empty() {
                notes.trailers_without_address += 1;
            } else if hands.contains(&person)
                || hands.iter().any(|hand| self.people.may_be_one(person, *hand))
            {
                notes.own_trailers += 1;
            } else if act == Act::Review && self.people.is_machine(person) {
                notes.machine_trailers += 1;
            } else {
                found.insert(person);
            }
        }
        found
    }
}
