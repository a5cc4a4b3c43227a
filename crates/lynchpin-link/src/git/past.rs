//! What is kept of the history before the range, and its form as bytes.
//!
//! It is what git said and nothing that was worked out from it, so that what is read from a cache
//! and what is read from git go the same way from here on.

/// The history before the range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Past {
    /// Whoever wrote something, by the id of the account.
    pub(crate) authors: Vec<String>,
    /// Every path that was touched.
    pub(crate) paths: Vec<Vec<u8>>,
    /// The first-parent line, the oldest first.
    pub(crate) entries: Vec<PastEntry>,
    /// Whether there is more that was not read because it is too much.
    pub(crate) cut: bool,
    /// Whether there is more that cannot be read.
    pub(crate) unreadable: bool,
}

/// A commit of the first-parent line with what it brings in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PastEntry {
    /// The ids of the commit and of those that it brings in.
    pub(crate) ids: Vec<String>,
    /// The number of the author.
    pub(crate) author: u32,
    /// When it was committed, in seconds since 1970.
    pub(crate) seconds: u64,
    /// Whether it mends a failure.
    pub(crate) is_fix: bool,
    /// The ids, or their beginnings, of what it mends or takes back.
    pub(crate) mended: Vec<String>,
    /// The files that it touches: the number of the path, and whether it is gone after it. Nothing,
    /// if that is not known.
    pub(crate) files: Option<Vec<(u32, bool)>>,
}

impl Past {
    /// The same as bytes.
    pub(crate) fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, u64::from(self.cut) | u64::from(self.unreadable) << 1);
        put_all(&mut out, self.authors.iter().map(String::as_bytes));
        put_all(&mut out, self.paths.iter().map(Vec::as_slice));
        put(&mut out, self.entries.len() as u64);
        for entry in &self.entries {
            put_all(&mut out, entry.ids.iter().map(String::as_bytes));
            put(&mut out, u64::from(entry.author));
            put(&mut out, entry.seconds);
            put(&mut out, u64::from(entry.is_fix) | u64::from(entry.files.is_some()) << 1);
            put_all(&mut out, entry.mended.iter().map(String::as_bytes));
            if let Some(files) = &entry.files {
                put(&mut out, files.len() as u64);
                let numbers =
                    files.iter().map(|(path, gone)| u64::from(*path) << 1 | u64::from(*gone));
                numbers.for_each(|number| put(&mut out, number));
            }
        }
        out
    }

    /// Reads it back; nothing if the bytes are none of ours.
    pub(crate) fn decoded(bytes: &[u8]) -> Option<Past> {
        let mut from = Bytes(bytes);
        let flags = from.number().filter(|flags| *flags < 4)?;
        let authors = from.all(text)?;
        let paths = from.all(|bytes| Some(bytes.to_vec()))?;
        let mut past =
            Past { authors, paths, entries: vec![], cut: flags & 1 > 0, unreadable: flags & 2 > 0 };
        for _ in 0..from.count()? {
            let entry = past.entry(&mut from)?;
            past.entries.push(entry);
        }
        from.0.is_empty().then_some(past)
    }

    fn entry(&self, from: &mut Bytes<'_>) -> Option<PastEntry> {
        let ids = from.all(text)?;
        let author = u32::try_from(from.number()?).ok().filter(|n| among(*n, &self.authors))?;
        let seconds = from.number()?;
        let flags = from.number().filter(|flags| *flags < 4)?;
        let mended = from.all(text)?;
        let files = if flags & 2 > 0 { Some(self.files(from)?) } else { None };
        Some(PastEntry { ids, author, seconds, is_fix: flags & 1 > 0, mended, files })
    }
    fn files(&self, from: &mut Bytes<'_>) -> Option<Vec<(u32, bool)>> {
        let count = from.count()?;
        let mut files = Vec::with_capacity(count);
        for _ in 0..count {
            let number = from.number()?;
            let path = u32::try_from(number >> 1).ok().filter(|n| among(*n, &self.paths))?;
            files.push((path, number & 1 > 0));
        }
        Some(files)
    }
}

fn among<T>(number: u32, list: &[T]) -> bool {
    usize::try_from(number).is_ok_and(|number| number < list.len())
}

fn text(bytes: &[u8]) -> Option<String> {
    String::from_utf8(bytes.to_vec()).ok()
}

/// Writes a number in groups of seven bits, the lowest first; all but the last have the eighth set.
fn put(out: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = number.to_le_bytes().first().copied().unwrap_or(0) & 0x7f;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Writes how many there are and each with its length.
fn put_all<'a>(out: &mut Vec<u8>, items: impl ExactSizeIterator<Item = &'a [u8]>) {
    put(out, items.len() as u64);
    for item in items {
        put(out, item.len() as u64);
        out.extend(item);
    }
}

/// Bytes that are being read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            let group = u64::from(first & 0x7f);
            // The last group has room for one bit only.
            if group << shift >> shift != group {
                return None;
            }
            number |= group << shift;
            if first & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// How many of something follow; each takes a byte at least, so no more than are left.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    fn all<T>(&mut self, one: impl Fn(&'a [u8]) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        let mut all = Vec::new();
        for _ in 0..count {
            let length = self.count()?;
            let (item, rest) = self.0.split_at_checked(length)?;
            self.0 = rest;
            all.push(one(item)?);
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Past {
        let entry = |seconds: u64, files: Option<Vec<(u32, bool)>>| PastEntry {
            ids: vec!["a1".repeat(20), "b2".repeat(20)],
            author: 1,
            seconds,
            is_fix: seconds % 2 == 1,
            mended: vec!["1234567".to_owned()],
            files,
        };
        Past {
            authors: vec!["ann@example.org".to_owned(), "raj@example.org".to_owned()],
            paths: vec![b"src/a.rs".to_vec(), b"caf\xe9".to_vec(), Vec::new()],
            entries: vec![
                entry(0, None),
                entry(253_402_300_799, Some(vec![(0, false), (2, true)])),
                entry(u64::MAX, Some(Vec::new())),
                PastEntry::default(),
            ],
            cut: true,
            unreadable: false,
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for past in [sample(), Past::default(), Past { unreadable: true, ..sample() }] {
            assert_eq!(Past::decoded(&past.encoded()), Some(past));
        }
    }

    #[test]
    fn a_part_and_more_than_all_of_it_are_refused() {
        let bytes = sample().encoded();
        for length in 0..bytes.len() {
            assert_eq!(Past::decoded(&bytes[..length]), None, "{length}");
        }
        assert_eq!(Past::decoded(&[bytes, vec![0]].concat()), None);
    }

    #[test]
    fn bytes_of_others_never_panic_and_never_name_what_is_not_there() {
        let good = sample().encoded();
        for (place, with) in (0..good.len()).flat_map(|n| [(n, 0), (n, 0x7f), (n, 0xff)]) {
            let mut bytes = good.clone();
            bytes[place] = with;
            let Some(past) = Past::decoded(&bytes) else { continue };
            for entry in &past.entries {
                assert!((entry.author as usize) < past.authors.len());
                let files = entry.files.iter().flatten();
                assert!(files.into_iter().all(|(path, _)| (*path as usize) < past.paths.len()));
            }
        }
        assert_eq!(Past::decoded(&[0, 0xff, 0xff, 0xff, 0xff, 0x0f]), None);
        assert_eq!(Past::decoded(&[0xff; 64]), None);
    }
}
