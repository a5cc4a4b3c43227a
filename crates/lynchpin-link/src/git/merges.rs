//! Merges that change something of their own, beside what they bring in.

use std::collections::{HashMap, HashSet};

use super::error::{AssessError, Result};
use super::limits::Limits;
use super::log::{Commit, PLAIN, commit_mark, span};
use super::repository::{Range, Repository};
use super::series::Landing;
use super::tokens::Tokens;
use super::touched::Touched;

/// Bytes of a merge's id with its mark and the first letters of a patch.
const HEAD_BYTES: usize = 96;

/// The ids of the merges of the range whose content follows from none of their parents: a conflict
/// that was resolved, or something slipped in.
///
/// The combined patch of a merge holds only what differs from every parent. In a partial clone the
/// content may not be at hand; then the files that differ from every parent are taken, which are
/// more, and where their names are missing too, every merge.
pub(crate) fn with_own_content(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
) -> Result<HashSet<String>> {
    for shape in ["--patch", "--name-only"] {
        match read(repository, range, limits, &["--cc", shape]) {
            Err(AssessError::Unreadable { .. }) if repository.partial => {}
            answered => {
                let merges = answered?;
                return Ok(merges.into_iter().filter(|(_, own)| *own).map(|(id, _)| id).collect());
            }
        }
    }
    let merges = read(repository, range, limits, &["--no-patch"])?;
    Ok(merges.into_iter().map(|(id, _)| id).collect())
}

/// Every merge, and whether anything is said of it.
fn read(
    repository: &Repository,
    range: &Range,
    limits: &Limits,
    shape: &[&str],
) -> Result<Vec<(String, bool)>> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let plain = ["--merges", "--no-ext-diff", "--no-textconv", "-O/dev/null", "--no-renames"];
    arguments.extend(plain.map(str::to_owned));
    arguments
        .extend(["--ignore-submodules=none", "--no-relative", "--unified=0"].map(str::to_owned));
    arguments.extend(shape.iter().map(|part| (*part).to_owned()));
    arguments.push("--format=tformat:%x01%H".to_owned());
    arguments.push(format!("--max-count={}", limits.commits.saturating_add(1)));
    arguments.extend(span(range));
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let read = marked(&mut tokens);
    tokens.end(read)
}

/// A patch may hold NUL bytes and so pass for the mark of another merge; that one then needs a
/// review more, never less.
fn marked(tokens: &mut Tokens) -> Result<Vec<(String, bool)>> {
    let mut merges: Vec<(String, bool)> = Vec::new();
    while let Some(token) = tokens.next(HEAD_BYTES)? {
        let mut lines = token.bytes.splitn(2, |byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let rest = lines.next().unwrap_or_default();
        // Names of files come in pieces of their own, after the merge that they belong to.
        let marks = commit_mark(first);
        let said = rest.iter().any(|byte| *byte != b'\n');
        match (marks, merges.last_mut()) {
            (Some(id), _) => merges.push((id, said)),
            (None, Some(last)) => last.1 |= !token.bytes.is_empty(),
            (None, None) => {}
        }
    }
    Ok(merges)
}

/// Adds the merges of the first-parent line that change, beside their first parent, a file that
/// nothing they bring in touches.
///
/// Such a merge took the older state of a file from what it merges and so undid what had landed in
/// the meantime. It equals one of its parents there, so its combined patch is silent about it. In a
/// partial clone names may not be at hand; then every such merge counts.
pub(crate) fn with_undone_content(
    repository: &Repository,
    landings: &[Landing],
    commits: &[Commit],
    touched: &[Option<Touched>],
    limits: &Limits,
    own_content: &mut HashSet<String>,
) -> Result<()> {
    let id = |number: &usize| commits.get(*number);
    // Of each merge what touches files, then itself.
    let mut asked: Vec<(&str, bool)> = Vec::new();
    let overtaken = overtaken(landings, commits, touched);
    let merges = landings.iter().zip(overtaken).filter(|(landing, _)| !landing.merged.is_empty());
    for landing in merges.filter(|(_, overtaken)| *overtaken).map(|(landing, _)| landing) {
        let touches =
            |commit: &&Commit| commit.parents.len() < 2 || own_content.contains(&commit.id);
        let parts = landing.merged.iter().filter_map(id).filter(touches);
        asked.extend(parts.map(|commit| (commit.id.as_str(), false)));
        asked.extend(landing.line.last().and_then(id).map(|merge| (merge.id.as_str(), true)));
    }
    if asked.is_empty() {
        return Ok(());
    }
    let found = match undone(repository, &asked, limits) {
        Err(AssessError::Unreadable { .. }) if repository.partial => {
            asked.iter().filter(|(_, is_merge)| *is_merge).map(|(id, _)| (*id).to_owned()).collect()
        }
        answered => answered?,
    };
    own_content.extend(found);
    Ok(())
}

/// Of each change, whether another one may have landed on one of its files since it was begun: what
/// nothing has landed on, no merge can undo.
///
/// It was begun where what it brings in leaves the line; of what leaves another branch, where that
/// one does. What began before the range may have been overtaken there.
fn overtaken(landings: &[Landing], commits: &[Commit], touched: &[Option<Touched>]) -> Vec<bool> {
    let mut place: HashMap<&str, usize> = HashMap::new();
    let mut begun: Vec<Option<usize>> = Vec::with_capacity(landings.len());
    let mut last_on: HashMap<u32, usize> = HashMap::new();
    // What is not known to touch nothing may touch anything.
    let mut last_unknown = None;
    let mut found = Vec::with_capacity(landings.len());
    for (number, landing) in landings.iter().enumerate() {
        let of = |numbers: &[usize]| -> Vec<&Commit> {
            numbers.iter().filter_map(|number| commits.get(*number)).collect()
        };
        let (line, merged) = (of(&landing.line), of(&landing.merged));
        let own: HashSet<&str> = merged.iter().map(|commit| commit.id.as_str()).collect();
        let parents = merged.iter().flat_map(|commit| &commit.parents).map(String::as_str);
        let outside = parents.filter(|parent| !own.contains(parent));
        let begins = outside.map(|parent| match place.get(parent) {
            Some(on) if landings.get(*on).is_some_and(|l| is_on(l, commits, parent)) => Some(*on),
            Some(branch) => begun.get(*branch).copied().flatten(),
            None => None,
        });
        let begins = begins.min().unwrap_or(Some(number));
        begun.push(begins);
        let own_paths: Option<Vec<u32>> =
            touched.get(number).and_then(Option::as_ref).map(|touched| touched.paths().collect());
        let after = |on: Option<&usize>| on.is_some_and(|on| begins.is_none_or(|at| *on > at));
        found.push(match &own_paths {
            Some(paths) => {
                begins.is_none()
                    || after(last_unknown.as_ref())
                    || paths.iter().any(|path| after(last_on.get(path)))
            }
            None => true,
        });
        match own_paths {
            Some(paths) => last_on.extend(paths.into_iter().map(|path| (path, number))),
            None => last_unknown = Some(number),
        }
        let ids = line.iter().chain(&merged).map(|commit| (commit.id.as_str(), number));
        place.extend(ids);
    }
    found
}

/// Whether a commit is one of the line, and not one that is brought in.
fn is_on(landing: &Landing, commits: &[Commit], id: &str) -> bool {
    let line = landing.line.iter().filter_map(|number| commits.get(*number));
    line.into_iter().any(|commit| commit.id == id)
}

fn undone(repository: &Repository, asked: &[(&str, bool)], limits: &Limits) -> Result<Vec<String>> {
    let mut arguments: Vec<String> = PLAIN.iter().map(|part| (*part).to_owned()).collect();
    let plain = ["--no-walk=unsorted", "--stdin", "--diff-merges=first-parent", "--no-ext-diff"];
    arguments.extend(plain.map(str::to_owned));
    let shape = ["--raw", "-r", "--root", "--no-renames", "--no-relative", "-O/dev/null"];
    arguments.extend(shape.map(str::to_owned));
    arguments.extend(["--ignore-submodules=none", "--format=tformat:%x01%H"].map(str::to_owned));
    let input: String = asked.iter().map(|(id, _)| format!("{id}\n")).collect();
    let mut tokens = Tokens::of(repository.git.stream(&arguments, input.into_bytes())?);
    let read = of_each(&mut tokens, asked, limits);
    tokens.end(read)
}

fn of_each(tokens: &mut Tokens, asked: &[(&str, bool)], limits: &Limits) -> Result<Vec<String>> {
    let unknown = |what: &str| AssessError::UnknownAnswer { detail: format!("{what} expected") };
    let (mut found, mut brought, mut touches) = (Vec::new(), HashSet::new(), 0);
    for (id, is_merge) in asked {
        let token = tokens.next(HEAD_BYTES)?.ok_or_else(|| unknown("a commit"))?;
        if commit_mark(token.bytes).as_deref() != Some(*id) {
            return Err(unknown("the commit that was asked for"));
        }
        // A line feed ends the mark where something follows.
        if tokens.peek()? == Some(b'\n') {
            tokens.skip_lines(1)?;
        }
        let mut beyond = false;
        while tokens.peek()? == Some(b':') {
            tokens.next(HEAD_BYTES)?;
            let path = tokens.next(limits.path_bytes)?.ok_or_else(|| unknown("a path"))?;
            touches += 1;
            if touches > limits.touches {
                let limit = limits.touches;
                return Err(AssessError::TooLarge { what: "files touched", limit });
            }
            if *is_merge {
                beyond |= !brought.contains(path.bytes);
            } else {
                brought.insert(path.bytes.to_owned());
            }
        }
        if *is_merge {
            brought.clear();
            found.extend(beyond.then(|| (*id).to_owned()));
        }
    }
    Ok(found)
}
