//! What somebody may have meant who misspelled a name.

/// How many names are worth reading.
const NAMES_MAX: usize = 3;
/// The longest name that is compared letter by letter; the work is the square of it.
const LETTERS_MAX: usize = 40;

/// The names that come nearest, best first: those that differ in case only, then those that end
/// with the same city, then those a few letters away.
pub(super) fn nearest(
    wanted: &str,
    names: impl Iterator<Item = &'static str>,
) -> Vec<&'static str> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let city = last(wanted);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for name in names {
        let rank = if name.eq_ignore_ascii_case(wanted) {
            0
        } else if last(name) == city {
            1
        } else {
            match letters_apart(wanted, name) {
                Some(apart) if apart <= 2 => 1 + apart,
                Some(_) | None => continue,
            }
        };
        found.push((rank, name));
    }
    found.sort_unstable();
    found.into_iter().take(NAMES_MAX).map(|(_, name)| name).collect()
}

/// How many letters have to be put in, taken out or exchanged (Levenshtein); none for long names.
fn letters_apart(a: &str, b: &str) -> Option<usize> {
    if a.len() > LETTERS_MAX || b.len() > LETTERS_MAX || a.len().abs_diff(b.len()) > 2 {
        return None;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, left) in a.bytes().enumerate() {
        let mut before = at;
        let mut new = vec![at + 1];
        for (right, above) in b.bytes().zip(row.iter().skip(1)) {
            let exchanged = before + usize::from(left != right);
            let beside = new.last().map_or(usize::MAX, |beside| beside + 1);
            new.push(exchanged.min(beside).min(above + 1));
            before = *above;
        }
        row = new;
    }
    row.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted() {
        for (a, b, apart) in
            [("", "", 0), ("ab", "", 2), ("Paris", "Pariz", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(letters_apart(a, b), Some(apart), "{a} {b}");
        }
        assert_eq!(letters_apart(&"x".repeat(41), "x"), None);
    }

    #[test]
    fn the_best_comes_first() {
        let names = ["Europe/Berlin", "Europe/Bern", "America/Berlin", "Asia/Tokyo"];
        let near = |wanted| nearest(wanted, names.into_iter());
        assert_eq!(near("europe/berlin"), ["Europe/Berlin", "America/Berlin"]);
        assert_eq!(near("Berlin"), ["America/Berlin", "Europe/Berlin"]);
        assert_eq!(near("Asia/Tokio"), ["Asia/Tokyo"]);
        assert!(near("Mars/Olympus").is_empty());
    }
}
