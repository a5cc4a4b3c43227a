//! Who reviewed and tested all of a change without having had a hand in it.

use std::collections::{BTreeSet, HashMap};

use super::identity::{is_nobody, keys};
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
    /// The commit that stands for the whole: a single one, or the merge of all others.
    pub(crate) whole: Option<&'a Commit>,
    /// The commits that make it up, and merges among them that change something of their own.
    pub(crate) parts: Vec<&'a Commit>,
    /// All commits of the change.
    pub(crate) commits: Vec<&'a Commit>,
    /// Whether the head is a merge that changes something of its own, so that no review of what it
    /// brings in covers it.
    pub(crate) own_content: bool,
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

/// Those who had a hand in some commits, and all that they can be told by.
#[derive(Debug, Default)]
struct Hands {
    people: BTreeSet<usize>,
    /// Single names that they bear, and those that they may be called by.
    lone_names: BTreeSet<String>,
    words: BTreeSet<String>,
    /// What their accounts are known by as they are written, if the mailmap has any otherwise.
    written: BTreeSet<String>,
}

impl Cast<'_> {
    /// Who stands behind the trailers of that kind.
    pub(crate) fn who<'a>(
        &'a self,
        commit: &'a Commit,
        act: Act,
    ) -> impl Iterator<Item = usize> + 'a {
        self.accounts(commit, act).filter_map(|(_, account)| self.people.of(account))
    }

    /// The accounts of the trailers of that kind, as they are written and as the mailmap has them.
    fn accounts<'a>(
        &'a self,
        commit: &'a Commit,
        act: Act,
    ) -> impl Iterator<Item = (&'a Account, &'a Account)> + 'a {
        let acts = commit.message.acts.iter().filter(move |(found, _)| *found == act);
        acts.map(|(_, account)| (account, self.trailers.get(account).unwrap_or(account)))
    }

    /// An account as the mailmap has it.
    pub(crate) fn mapped<'a>(&'a self, account: &'a Account) -> &'a Account {
        self.trailers.get(account).unwrap_or(account)
    }

    /// The accounts of what notes on a commit say of that kind, each as it is written and as the
    /// mailmap has it. What somebody with a hand in the commit wrote down makes nobody a reviewer.
    fn noted<'a>(
        &'a self,
        commit: &'a Commit,
        act: Act,
        hands: &'a [&'a Hands],
        notes: &mut Notes,
    ) -> Vec<(&'a Account, &'a Account)> {
        let mut found = Vec::new();
        for remark in &commit.remarks {
            let acts: Vec<&Account> = remark
                .said
                .acts
                .iter()
                .filter(|(said, _)| *said == act)
                .map(|(_, account)| account)
                .collect();
            let is_own = |writer: &Account| {
                let mapped = self.mapped(writer);
                let person = self.people.of(mapped);
                person.is_none_or(|p| hands.iter().any(|h| self.is_of(h, p, [writer, mapped])))
            };
            let trusted = remark.writers.complete && !remark.writers.accounts.iter().any(is_own);
            if trusted {
                found.extend(acts.into_iter().map(|account| (account, self.mapped(account))));
            } else {
                notes.own_trailers += acts.len() as u64;
            }
        }
        found
    }

    /// What those are known by who had a hand in some commits, if the mailmap has anybody there
    /// otherwise than it is written: it is part of what is reviewed and makes nobody another.
    fn written_keys<'a>(
        &self,
        commits: impl Iterator<Item = &'a Commit> + Clone,
    ) -> BTreeSet<String> {
        let is_mapped =
            |account: &Account| self.trailers.get(account).is_some_and(|a| a != account);
        let differs = |commit: &Commit| {
            let mut named = commit.message.acts.iter().map(|(_, account)| account);
            !commit.written_as.is_empty() || named.any(is_mapped)
        };
        let mut found = BTreeSet::new();
        if !commits.clone().any(differs) {
            return found;
        }
        for commit in commits {
            let named = commit.message.acts.iter().filter(|(act, _)| *act == Act::Author);
            let written = commit.written_as.iter().chain(named.map(|(_, account)| account));
            found.extend(written.chain([&commit.author, &commit.committer]).flat_map(keys));
        }
        found
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
        let commits = || parts.commits.iter().copied();
        let everybody = self.hands_of(commits());
        let mergers = self.hands_of(commits().filter(|commit| commit.parents.len() > 1));
        let of_whole = parts.whole.map(|whole| self.counted(whole, act, &[&everybody], notes));
        let mut people = of_whole.unwrap_or_default();
        let of_parts: Vec<BTreeSet<usize>> = parts
            .parts
            .iter()
            .map(|part| {
                let own = self.hands_of(std::iter::once(*part));
                self.counted(part, act, &[&own, &mergers], notes)
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

    fn hands_of<'a>(&self, commits: impl Iterator<Item = &'a Commit> + Clone) -> Hands {
        let mut hands = Hands { written: self.written_keys(commits.clone()), ..Hands::default() };
        hands.people = commits.flat_map(|commit| self.hands(commit)).collect();
        for person in hands.people.iter().filter_map(|person| self.people.list.get(*person)) {
            hands.lone_names.extend(person.lone_names.iter().cloned());
            hands.words.extend(person.words.iter().cloned());
        }
        hands
    }

    /// Whether somebody is, or may be, one of those: the same person, one of whom the mailmap makes
    /// two, or one who bears a single name that the other bears too.
    fn is_of(&self, hands: &Hands, person: usize, accounts: [&Account; 2]) -> bool {
        let written = || accounts.into_iter().flat_map(keys);
        let names = self.people.list.get(person).is_some_and(|person| {
            !person.lone_names.is_disjoint(&hands.words)
                || !person.words.is_disjoint(&hands.lone_names)
        });
        names
            || hands.people.contains(&person)
            || (!hands.written.is_empty() && written().any(|key| hands.written.contains(&key)))
    }

    /// Those behind the trailers of one commit who count: people that can be told apart from all
    /// who had a hand in it.
    fn counted(
        &self,
        commit: &Commit,
        act: Act,
        hands: &[&Hands],
        notes: &mut Notes,
    ) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let noted = self.noted(commit, act, hands, notes);
        for (as_written, account) in self.accounts(commit, act).chain(noted) {
            let Some(person) = self.people.of(account) else { continue };
            if is_nobody(account) {
                notes.trailers_without_person += 1;
            } else if account.email.is_empty() {
                notes.trailers_without_address += 1;
            } else if hands.iter().any(|hands| self.is_of(hands, person, [as_written, account])) {
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
