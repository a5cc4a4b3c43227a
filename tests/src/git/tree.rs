//! What the files of a made-up history hold: lines that know who wrote them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::random::mixed;

/// Whoever writes while a change is not landed yet.
pub const FRESH: u32 = u32::MAX;

/// A line. No two have the same stamp; two have the same text only where one was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// What tells it from every other line.
    pub stamp: u64,
    /// What it says.
    pub text: u64,
    /// The change that wrote it last.
    pub owner: u32,
}

/// What kind of file git takes it for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An ordinary file.
    Plain,
    /// A program.
    Executable,
    /// A symbolic link; its one line is where it leads.
    Link,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Lines, and whether the last one ends in a line feed.
    Text(Vec<Line>, bool),
    /// Bytes that are no text, told apart by a number, and the change that gave them.
    Opaque(u64, u32),
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its kind.
    pub mode: Mode,
    /// What it holds.
    pub body: Body,
    /// The change that made it.
    pub made_by: u32,
    /// The change that moved it where it is, if one did.
    pub moved_by: Option<u32>,
}

/// Where a file is, and the file.
pub type Entry = (Arc<str>, Arc<File>);

/// All files of a commit. A file keeps its number wherever it is moved.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<u64, Entry>,
    paths: BTreeSet<Arc<str>>,
}

impl Tree {
    /// The file of that number.
    pub fn get(&self, number: u64) -> Option<&Entry> {
        self.files.get(&number)
    }

    /// The number of the first file from that number on, around the end.
    pub fn from(&self, number: u64) -> Option<u64> {
        let next = self.files.range(number..).next().or_else(|| self.files.iter().next());
        next.map(|(number, _)| *number)
    }

    /// The highest number of a file.
    pub fn last(&self) -> Option<u64> {
        self.files.keys().next_back().copied()
    }

    /// Whether something is there.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Puts a file there, or takes it away.
    pub fn set(&mut self, number: u64, entry: Option<Entry>) {
        let added = entry.as_ref().map(|(path, _)| path.clone());
        let old = match entry {
            Some(entry) => self.files.insert(number, entry),
            None => self.files.remove(&number),
        };
        if let Some((path, _)) = old {
            self.paths.remove(&path);
        }
        self.paths.extend(added);
    }
}

impl File {
    /// Its lines; none if it is no text.
    pub fn lines(&self) -> &[Line] {
        match &self.body {
            Body::Text(lines, _) => lines,
            Body::Opaque(..) => &[],
        }
    }

    /// Its content as git stores it.
    pub fn bytes(&self) -> Vec<u8> {
        match &self.body {
            Body::Opaque(seed, _) => {
                let parts = (0..12).flat_map(|part| mixed(seed.wrapping_add(part)).to_le_bytes());
                std::iter::once(0).chain(parts).collect()
            }
            Body::Text(lines, ended) => {
                let mut bytes = Vec::with_capacity(lines.len() * 24);
                for line in lines {
                    write_text(line.text, &mut bytes);
                }
                if !ended {
                    bytes.pop();
                }
                bytes
            }
        }
    }
}

const WORDS: [&str; 16] = [
    "fare", "stop", "train", "ticket", "return", "if", "let", "delay", "track", "seat", "zone",
    "price", "match", "route", "clock", "gate",
];

/// Writes a line that no other number has.
fn write_text(text: u64, out: &mut Vec<u8>) {
    let mut mixed = mixed(text);
    out.extend(std::iter::repeat_n(b' ', if mixed.is_multiple_of(3) { 4 } else { 0 }));
    for _ in 0..2 {
        mixed /= 16;
        let word = usize::try_from(mixed % 16).ok().and_then(|at| WORDS.get(at));
        out.extend(word.unwrap_or(&"end").as_bytes());
        out.push(b' ');
    }
    out.extend(text.to_string().into_bytes());
    out.push(b'\n');
}
