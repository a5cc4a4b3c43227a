//! Only the changes that touch given paths, and all that those require.

use super::changes::Entry;
use super::edges::Needed;
use super::notes::Notes;
use super::reading::Reading;

/// Drops every change that neither touches one of the paths nor is required by one that does.
///
/// To drop what is required would let it pass unseen: it ships with what requires it.
pub(crate) fn to_paths(
    paths: &[String],
    readings: &mut [Reading],
    entries: &mut Vec<Entry>,
    notes: &mut Notes,
) {
    if paths.is_empty() {
        return;
    }
    let wanted: Vec<&[u8]> = paths.iter().map(|path| plain(path).as_bytes()).collect();
    let touches = |entry: &Entry| {
        let Some(reading) = readings.get(entry.repository) else { return false };
        // What a change touches may not be known; then it may be one of these.
        let Some(touched) = &entry.touched else { return true };
        touched.paths().any(|path| wanted.iter().any(|w| is_in(reading.paths.get(path), w)))
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

/// The name as git has it; people write `./src/` too.
fn plain(path: &str) -> &str {
    let mut path = path.trim_matches('/');
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    if path == "." { "" } else { path }
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
    fn a_path_is_meant_however_it_is_written() {
        for (written, plain_one) in [
            ("./src/", "src"),
            ("/src", "src"),
            (".//./src/a", "src/a"),
            (".", ""),
            (".git", ".git"),
        ] {
            assert_eq!(plain(written), plain_one, "{written}");
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
