//! The paths of a repository, each with a number.

use std::collections::HashMap;

use super::file_kinds::{self, FileKind};
use super::notes::Notes;
use super::text::{decoded, printable};

/// Every path touched in the range.
#[derive(Debug, Default)]
pub(crate) struct Paths {
    numbers: HashMap<Vec<u8>, u32>,
    list: Vec<Vec<u8>>,
}

impl Paths {
    /// The number of a path, a new one if it has none yet; what is odd about it is counted once.
    pub(crate) fn number(&mut self, path: &[u8], cut: bool, notes: &mut Notes) -> u32 {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        notes.paths_cut += u64::from(cut);
        notes.paths_not_utf8 += u64::from(std::str::from_utf8(path).is_err());
        // There are fewer paths than files touched, which the limits keep below this.
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.numbers.insert(path.to_owned(), number);
        self.list.push(path.to_owned());
        number
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// The path of that number.
    pub(crate) fn get(&self, number: u32) -> &[u8] {
        self.list.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// The path of that number as text that can be printed.
    pub(crate) fn shown(&self, number: u32) -> String {
        printable(&decoded(self.get(number)).0)
    }

    /// What the file of each path is for.
    pub(crate) fn kinds(&self) -> Vec<FileKind> {
        self.list.iter().map(|path| file_kinds::of(path)).collect()
    }

    /// The number of the folder that holds each path.
    pub(crate) fn folders(&self) -> Vec<u32> {
        let mut folders: HashMap<&[u8], u32> = HashMap::new();
        let folder = |path: &'_ Vec<u8>| path.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        self.list
            .iter()
            .map(|path| {
                let next = u32::try_from(folders.len()).unwrap_or(u32::MAX);
                *folders.entry(path.get(..folder(path)).unwrap_or_default()).or_insert(next)
            })
            .collect()
    }
}
