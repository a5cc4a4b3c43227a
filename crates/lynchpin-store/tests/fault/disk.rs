//! What may be on a disk after the power went, given every change that was made before.
//!
//! What was synced is there. Of every other write, each sector may be there or not, whatever came
//! before or after it; the same goes for a new length, and for each entry of the folder that was
//! made or removed and whose folder was not synced since.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use super::script::Random;

const SECTOR: usize = 512;
/// The folder itself, among its entries.
const FOLDER: &str = "";

/// One change, as `record.c` writes it down.
pub enum Event {
    /// A file was opened, under its name in the folder.
    Open(i32, String),
    /// These bytes of the trace were written to a file.
    Write(i32, usize, Range<usize>),
    Length(i32, usize),
    Sync(i32),
    Remove(String),
}

/// The changes that were recorded.
pub struct Trace {
    bytes: Vec<u8>,
    pub events: Vec<Event>,
}

impl Trace {
    #[expect(clippy::panic, reason = "a test stops at the first surprise")]
    pub fn read(path: &Path, folder: &Path) -> Self {
        let bytes = fs::read(path).expect("the trace was written");
        let folder = folder.display().to_string();
        let (mut events, mut at) = (Vec::new(), 0);
        while let Some(head) = bytes.get(at..at + 17) {
            let file = i32::from_le_bytes(head[1..5].try_into().expect("four bytes"));
            let offset = i64::from_le_bytes(head[5..13].try_into().expect("eight bytes"));
            let offset = usize::try_from(offset).expect("offsets are not negative");
            let length = u32::from_le_bytes(head[13..17].try_into().expect("four bytes"));
            let data = at + 17..at + 17 + usize::try_from(length).expect("it is small");
            let name = || {
                let path = String::from_utf8_lossy(&bytes[data.clone()]);
                path.strip_prefix(&folder).expect("it is below").trim_matches('/').to_owned()
            };
            events.push(match head[0] {
                b'o' => Event::Open(file, name()),
                b'w' => Event::Write(file, offset, data.clone()),
                b't' => Event::Length(file, offset),
                b's' => Event::Sync(file),
                b'u' => Event::Remove(name()),
                other => panic!("an unknown record: {other}"),
            });
            at = data.end;
        }
        assert_eq!(at, bytes.len(), "the trace is whole");
        Trace { bytes, events }
    }

    /// What the writer said by this event: a write to the file `said`, which is none of the disk.
    pub fn said(&self, disk: &Disk, event: &Event) -> Option<&str> {
        let Event::Write(file, _, data) = event else { return None };
        if disk.open.get(file).map(String::as_str) != Some("said") {
            return None;
        }
        std::str::from_utf8(&self.bytes[data.clone()]).ok()
    }
}

/// A change to a file that was not synced.
enum Pending {
    Write(usize, Range<usize>),
    Length(usize),
}

/// A file: what is surely on the disk, and what may be.
#[derive(Default)]
struct File {
    kept: Vec<u8>,
    pending: Vec<Pending>,
}

/// A folder: its files by number, and which name leads to which.
#[derive(Default)]
pub struct Disk {
    files: Vec<File>,
    /// By descriptor, the name under which it was opened and the file.
    open: BTreeMap<i32, String>,
    numbers: BTreeMap<i32, usize>,
    /// The names as the running system sees them, and as they are surely on the disk.
    names: BTreeMap<String, usize>,
    kept: BTreeMap<String, usize>,
    /// Names that were made or removed since the folder was synced.
    pending: Vec<(String, Option<usize>)>,
}

impl Disk {
    pub fn apply(&mut self, trace: &Trace, event: &Event) {
        match event {
            Event::Open(descriptor, name) => {
                self.open.insert(*descriptor, name.clone());
                if name != FOLDER {
                    let number = self.number(name);
                    self.numbers.insert(*descriptor, number);
                }
            }
            Event::Write(descriptor, at, data) => {
                self.file(*descriptor).pending.push(Pending::Write(*at, data.clone()));
            }
            Event::Length(descriptor, length) => {
                self.file(*descriptor).pending.push(Pending::Length(*length));
            }
            Event::Sync(descriptor) => {
                if self.open.get(descriptor).map(String::as_str) == Some(FOLDER) {
                    self.kept = self.names.clone();
                    self.pending.clear();
                } else {
                    let file = self.file(*descriptor);
                    for change in std::mem::take(&mut file.pending) {
                        change.apply(trace, &mut file.kept, |_| true);
                    }
                }
            }
            Event::Remove(name) => {
                self.names.remove(name);
                self.pending.push((name.clone(), None));
            }
        }
    }

    /// The file of that name, which is made if it is not there.
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.names.get(name) {
            return *number;
        }
        let number = self.files.len();
        self.files.push(File::default());
        self.names.insert(name.to_owned(), number);
        self.pending.push((name.to_owned(), Some(number)));
        number
    }

    fn file(&mut self, descriptor: i32) -> &mut File {
        &mut self.files[self.numbers[&descriptor]]
    }

    /// Writes into a folder what one cut of the power may have left.
    pub fn cut(&self, trace: &Trace, random: &mut Random, folder: &Path) {
        // Each cut has a mood: how many in 8 of the pending changes are there, and of those how
        // many are torn.
        let (there, torn) = ([0, 2, 4, 6, 7, 8][pick(random, 6)], [0, 1, 4][pick(random, 3)]);
        let mut names = self.kept.clone();
        for (name, number) in &self.pending {
            if random.below(8) < there {
                match number {
                    Some(number) => names.insert(name.clone(), *number),
                    None => names.remove(name),
                };
            }
        }
        for (name, number) in names.iter().filter(|(name, _)| *name != "said") {
            let file = &self.files[*number];
            let mut bytes = file.kept.clone();
            for change in &file.pending {
                if random.below(8) < there {
                    let is_torn = random.below(8) < torn;
                    change.apply(trace, &mut bytes, |_| !is_torn || random.below(2) == 0);
                }
            }
            fs::write(folder.join(name), bytes).expect("the folder can be written");
        }
    }
}

impl Pending {
    /// Makes the change, but for the sectors that are left out.
    fn apply(&self, trace: &Trace, bytes: &mut Vec<u8>, mut takes: impl FnMut(usize) -> bool) {
        match self {
            Pending::Length(length) => {
                if takes(0) {
                    bytes.resize(*length, 0);
                }
            }
            Pending::Write(at, data) => {
                let written = &trace.bytes[data.clone()];
                let mut from = 0;
                while from < written.len() {
                    let start = at + from;
                    let to = (from + SECTOR - start % SECTOR).min(written.len());
                    if takes(start) {
                        bytes.resize(bytes.len().max(at + to), 0);
                        bytes[start..at + to].copy_from_slice(&written[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
}

fn pick(random: &mut Random, limit: u64) -> usize {
    usize::try_from(random.below(limit)).expect("it is small")
}
