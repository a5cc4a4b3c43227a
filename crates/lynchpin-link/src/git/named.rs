//! Finding a change by what messages call it: a commit's id or the beginning of one, a Change-Id,
//! the number of a pull request.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::changes::Entry;
use super::error::{AssessError, Result};
use super::log::{Commit, PLAIN};
use super::repository::{Range, Repository};
use super::text::{is_object_id, printable};
use super::tokens::Tokens;

/// Bytes of a subject or of a list of Change-Ids; what is longer names nothing.
const LINE_BYTES: usize = 4 * 1024;

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
                for name in names.chain(request_of(&commit.subject)) {
                    index.names.entry(name).or_default().push(number);
                }
            }
        }
        index.commits.sort_unstable();
        index
    }

    /// The change of that name, as the change with that number means it: of several the nearest
    /// that is not later.
    pub(crate) fn find(&self, name: &str, asked_by: usize) -> Option<usize> {
        if let Some(numbers) = self.names.get(name) {
            let earlier = numbers.iter().rfind(|number| **number <= asked_by);
            return earlier.or_else(|| numbers.first()).copied();
        }
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

/// What a message calls another change, in the form in which it is looked up.
///
/// A pull request is one of this repository only if nothing else is said or the same name: those
/// of other repositories have numbers too.
pub(crate) fn looked_up(target: &str, repository: &str) -> String {
    let number = |text: &str| {
        let digits = text.trim_end_matches('/');
        let good = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        good.then(|| format!("#{digits}"))
    };
    let is_here = |owner: &str| {
        let last = owner.trim_end_matches("/-").rsplit('/').next().unwrap_or_default();
        owner.is_empty() || last.eq_ignore_ascii_case(repository)
    };
    let ways = ["/pull/", "/pulls/", "/pull-requests/", "/merge_requests/", "#"];
    let found = ways.iter().find_map(|way| target.split_once(way));
    let found = found.filter(|(owner, _)| is_here(owner)).and_then(|(_, rest)| number(rest));
    found.unwrap_or_else(|| target.to_owned())
}

/// The pull request that a subject names as its own: `Merge pull request #7 from ...`, or `(#7)` at
/// its end.
fn request_of(subject: &str) -> Option<String> {
    let rest = match subject.strip_prefix("Merge pull request #") {
        Some(rest) => rest.split_whitespace().next()?,
        None => {
            subject
                .strip_suffix(')')?
                .rsplit_once('#')
                .filter(|(before, _)| before.ends_with('(') || before.ends_with("(pull request "))?
                .1
        }
    };
    let good = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| format!("#{rest}"))
}

/// Which of the names changes before the range bear. History is read back only as far as needed.
pub(crate) fn released(
    repository: &Repository,
    range: &Range,
    names: &BTreeSet<String>,
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    let Some(from) = range.since.as_ref().filter(|_| !names.is_empty()) else { return Ok(found) };
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let ids = "%(trailers:key=Change-Id,valueonly=true,separator=%x20)";
    arguments.extend(["--no-patch".to_owned(), format!("--format=tformat:%s%x00{ids}")]);
    arguments.extend([from.clone(), "--".to_owned()]);
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let mut take = |tokens: &mut Tokens| -> Result<bool> {
        let Some(subject) = tokens.next(LINE_BYTES)? else { return Ok(false) };
        let request = request_of(&printable(&String::from_utf8_lossy(subject.bytes)));
        let unknown = || AssessError::UnknownAnswer { detail: "a trailer expected".to_owned() };
        let ids = tokens.next(LINE_BYTES)?.ok_or_else(unknown)?;
        let ids = String::from_utf8_lossy(ids.bytes).into_owned();
        let ids = ids.split_whitespace().map(printable).chain(request);
        found.extend(ids.filter(|id| names.contains(id)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pull_requests_are_known_by_their_number() {
        assert_eq!(request_of("Merge pull request #7 from a/b").as_deref(), Some("#7"));
        assert_eq!(request_of("Round fares (#8)").as_deref(), Some("#8"));
        assert_eq!(request_of("Merged in x (pull request #9)").as_deref(), Some("#9"));
        for subject in
            ["Round fares", "Fix #8", "x (see #8)", "(#)", "(#x)", "Merge pull request #"]
        {
            assert_eq!(request_of(subject), None, "{subject}");
        }
    }

    #[test]
    fn pull_requests_of_other_repositories_are_not_ours() {
        for target in [
            "#7",
            "https://x/acme/shop/pull/7",
            "acme/shop#7",
            "https://x/Shop/pull/7/",
            "https://x/acme/shop/-/merge_requests/7",
        ] {
            assert_eq!(looked_up(target, "shop"), "#7", "{target}");
        }
        for target in ["https://x/acme/till/pull/7", "till#7", "I0123", "#x", "https://x/c/x/+/7"] {
            assert_eq!(looked_up(target, "shop"), target);
        }
    }
}
