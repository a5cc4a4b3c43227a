//! Only the changes that touch given paths, and all that those require.

use super::changes::Entry;
use super::edges::Needed;
use super::error::{AssessError, Result};
use super::notes::Notes;
use super::reading::Reading;
use super::text::printable;

/// The paths that were asked for as git has them: `./src/` is `src`, and `.` is everything.
///
/// What leads out of the repository is no name that git has: to take it would answer that nothing
/// would ship.
pub(crate) fn as_git_has(paths: &[String]) -> Result<Vec<Vec<u8>>> {
    let named = |path: &String| {
        let parts = || path.split('/').filter(|part| !matches!(*part, "" | "."));
        if path.is_empty() || parts().any(|part| part == "..") {
            return Err(AssessError::PathRefused { path: printable(path) });
        }
        Ok(parts().collect::<Vec<&str>>().join("/").into_bytes())
    };
    paths.iter().map(named).collect()
}

/// Drops every change that neither touches one of the paths nor is required by one that does.
///
/// To drop what is required would let it pass unseen: it ships with what requires it.
pub(crate) fn to_paths(
    paths: &[Vec<u8>],
    readings: &mut [Reading],
    entries: &mut Vec<Entry>,
    notes: &mut Notes,
) {
    if paths.is_empty() {
        return;
    }
    let touches = |entry: &Entry| {
        let Some(reading) = readings.get(entry.repository) else { return false };
        // What a change touches may not be known; then it may be one of these.
        let Some(touched) = &entry.touched else { return true };
        touched
            .paths()
            .any(|path| paths.iter().any(|wanted| is_in(reading.paths.get(path), wanted)))
    };
    let mut kept: Vec<bool> = entries.iter().map(touches).collect();
    let named = kept.iter().filter(|kept| **kept).count();
    let mut open: Vec<usize> = (0..entries.len()).filter(|n| kept.get(*n) == Some(&true)).collect();
    while let Some(entry) = open.pop().and_then(|number| entries.get(number)) {
        for on in entry.requires.keys() {
            if let Some(kept) = kept.get_mut(*on).filter(|kept| !**kept) {
                *kept = true;
                open.push(*on);
            }
        }
    }
    let mut number_of: Vec<Option<usize>> = Vec::with_capacity(kept.len());
    let mut count = 0;
    for kept in &kept {
        number_of.push(kept.then_some(count));
        count += usize::from(*kept);
    }
    notes.other_paths += (kept.len() - count) as u64;
    notes.required_of_other_paths += (count - named) as u64;
    for reading in readings {
        let of = reading.changes.clone().filter_map(|number| number_of.get(number)?.as_ref());
        let first = kept.get(..reading.changes.start).unwrap_or_default();
        let first = first.iter().filter(|kept| **kept).count();
        reading.changes = first..first + of.count();
    }
    let mut number = 0;
    entries.retain(|_| {
        number += 1;
        kept.get(number - 1) == Some(&true)
    });
    for entry in entries {
        renumber(&mut entry.requires, &number_of);
        renumber(&mut entry.after, &number_of);
    }
}

fn renumber(needed: &mut Needed, number_of: &[Option<usize>]) {
    let old = std::mem::take(needed);
    let new = |(on, because): (usize, _)| Some(((*number_of.get(on)?)?, because));
    needed.extend(old.into_iter().filter_map(new));
}

/// Whether a path is that file or lies in that folder.
fn is_in(path: &[u8], wanted: &[u8]) -> bool {
    let Some(rest) = path.strip_prefix(wanted) else { return false };
    wanted.is_empty() || rest.is_empty() || rest.starts_with(b"/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_as_git_has_them() {
        let of = |path: &str| as_git_has(&[path.to_owned()]);
        for (path, name) in
            [("./src/a.rs", "src/a.rs"), ("/src//", "src"), (".", ""), ("..a", "..a")]
        {
            assert_eq!(of(path).unwrap(), [name.as_bytes()], "{path}");
        }
        for path in ["", "../a", "a/.."] {
            assert_eq!(of(path).unwrap_err().code(), "path_refused", "{path}");
        }
    }

    #[test]
    fn a_folder_holds_what_lies_in_it() {
        assert!(is_in(b"src/a.rs", b"src"));
        assert!(is_in(b"src", b"src"));
        assert!(is_in(b"anything", b""));
        assert!(!is_in(b"src2/a.rs", b"src"));
        assert!(!is_in(b"a/src/b", b"src"));
    }
}
