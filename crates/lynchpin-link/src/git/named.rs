//! Finding a change by what messages call it: a commit's id or the beginning of one, a Change-Id,
//! the number of a pull request.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::changes::Entry;
use super::error::{AssessError, Result};
use super::log::{Commit, PLAIN};
use super::repository::{Range, Repository};
use super::requests::{address, is_number, request_of};
use super::text::{is_object_id, printable};
use super::tokens::Tokens;

/// Bytes of a subject; what is longer names nothing.
const LINE_BYTES: usize = 4 * 1024;
/// Bytes of a message and of its trailers, as in the range itself.
const MESSAGE_BYTES: usize = 64 * 1024;
/// How far back the names of released changes are looked for, in commits.
const BACK_MAX: usize = 50_000;

/// The names of the changes of a range.
pub(crate) struct Index {
    /// Ids of commits, sorted, each with the number of its change.
    commits: Vec<(String, usize)>,
    /// Change-Ids and numbers of pull requests, each with the changes that bear it, in the order of
    /// history: what was reverted lands again under the same name.
    names: BTreeMap<String, Vec<usize>>,
}

impl Index {
    pub(crate) fn of(commits: &[Commit], entries: &[Entry]) -> Index {
        let mut index = Index { commits: Vec::new(), names: BTreeMap::new() };
        for (number, entry) in entries.iter().enumerate() {
            for commit in entry.members().filter_map(|member| commits.get(member)) {
                index.commits.push((commit.id.clone(), number));
                let names = commit.message.change_id.clone().into_iter();
                let requests = commit.message.request.iter().flat_map(|request| &request.names);
                for name in names.chain(requests.cloned()) {
                    index.names.entry(name).or_default().push(number);
                }
            }
        }
        index.commits.sort_unstable();
        index
    }

    /// The change of that name, as the change with that number means it: of several the nearest
    /// that is not later.
    ///
    /// An id goes before a name: anybody may write the id of a commit as the `Change-Id` of
    /// another, and what is said of the one would be taken for the other.
    pub(crate) fn find(&self, name: &str, asked_by: usize) -> Option<usize> {
        if let Some(found) = self.of_commit(name) {
            return Some(found);
        }
        let numbers = self.names.get(name)?;
        let earlier = numbers.iter().rfind(|number| **number <= asked_by);
        earlier.or_else(|| numbers.first()).copied()
    }

    /// The change that holds the commit of that id, or of the only id that begins so.
    pub(crate) fn of_commit(&self, name: &str) -> Option<usize> {
        if !is_object_id(name) {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let from = self.commits.partition_point(|(id, _)| *id < name);
        let mut hits = self.commits.iter().skip(from).take_while(|(id, _)| id.starts_with(&name));
        let first = hits.next()?;
        // A beginning that several commits share names none of them.
        if hits.next().is_some() { None } else { Some(first.1) }
    }
}

/// What a message calls another change, in the form in which it is looked up: `#12` or, on GitLab,
/// `!12` for a request of this repository, the address up to the number for another.
///
/// A request is one of this repository only if nothing else is said or the same name: those of
/// other repositories have numbers too.
pub(crate) fn looked_up(target: &str, repository: &str) -> String {
    let is_here = |owner: &str| {
        let last = owner.rsplit('/').next().unwrap_or_default();
        owner.is_empty() || last.eq_ignore_ascii_case(repository)
    };
    if let Some(found) = address(target) {
        let here = !found.gerrit && is_here(&found.repository);
        return if here { found.number } else { found.whole };
    }
    if let Some(at) = target.find(['#', '!'])
        && let Some((owner, number)) = target.split_at_checked(at)
        && number.strip_prefix(['#', '!']).is_some_and(is_number)
        && is_here(owner)
    {
        return number.to_owned();
    }
    target.to_owned()
}

/// Which of the names changes before the range bear. History is read back only as far as needed;
/// what is not found by then counts as unknown, which lets nothing pass.
pub(crate) fn released(
    repository: &Repository,
    range: &Range,
    names: &BTreeSet<String>,
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    let Some(from) = range.since.as_ref().filter(|_| !names.is_empty()) else { return Ok(found) };
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let format = "--format=tformat:%s%x00%(trailers:only=true,unfold=true)%x00%b";
    arguments.extend(["--no-patch", format].map(str::to_owned));
    arguments.push(format!("--max-count={BACK_MAX}"));
    arguments.extend([from.clone(), "--".to_owned()]);
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let mut take = |tokens: &mut Tokens| -> Result<bool> {
        let Some(subject) = tokens.next(LINE_BYTES)? else { return Ok(false) };
        let subject = printable(&String::from_utf8_lossy(subject.bytes));
        let mut long = || -> Result<String> {
            let unknown = || AssessError::UnknownAnswer { detail: "a message expected".to_owned() };
            let text = tokens.next(MESSAGE_BYTES)?.ok_or_else(unknown)?;
            Ok(String::from_utf8_lossy(text.bytes).into_owned())
        };
        let (trailers, body) = (long()?, long()?);
        let request = request_of(&subject, &trailers, &body);
        let borne = request.into_iter().flat_map(|request| request.names);
        found.extend(borne.chain(change_ids(&trailers)).filter(|name| names.contains(name)));
        Ok(found.len() < names.len())
    };
    loop {
        match take(&mut tokens) {
            Ok(true) => {}
            // Either all are found, and nobody waits for the rest, or history has ended.
            Ok(false) if found.len() == names.len() => return Ok(found),
            Ok(false) => return tokens.end(Ok(found)),
            Err(error) => return tokens.end(Err(error)),
        }
    }
}

/// Gerrit's ids among trailers.
fn change_ids(trailers: &str) -> impl Iterator<Item = String> + '_ {
    let keyed = trailers.lines().filter_map(|line| line.split_once(':'));
    let ids = keyed.filter(|(key, _)| key.trim().eq_ignore_ascii_case("change-id"));
    ids.filter_map(|(_, value)| value.split_whitespace().next()).map(printable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_of_other_repositories_are_not_ours() {
        for target in ["#7", "https://x/acme/shop/pull/7", "acme/shop#7", "https://x/Shop/pull/7/"]
        {
            assert_eq!(looked_up(target, "shop"), "#7", "{target}");
        }
        for target in ["https://x/acme/shop/-/merge_requests/7", "!7", "acme/shop!7"] {
            assert_eq!(looked_up(target, "shop"), "!7", "{target}");
        }
        assert_eq!(looked_up("https://x/a/till/pull/7/files", "shop"), "https://x/a/till/pull/7");
        for target in [
            "https://x/acme/till/pull/7",
            "till#7",
            "I0123",
            "#x",
            "https://x/c/x/+/7",
            "a!x",
            "é#7",
        ] {
            assert_eq!(looked_up(target, "shop"), target);
        }
    }
}
