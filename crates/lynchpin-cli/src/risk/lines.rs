//! A file with its lines counted and its size held to a limit.

use std::collections::VecDeque;
use std::io::{self, Read};

/// Reads on, and keeps where each line begins until it is asked about.
pub struct Lines {
    from: Box<dyn Read>,
    bytes_max: u64,
    bytes: u64,
    line: u64,
    is_begun: bool,
    /// The place of the first byte that is seen on a line, and the number of that line.
    starts: VecDeque<(u64, u64)>,
}

impl Lines {
    pub fn new(from: Box<dyn Read>, bytes_max: u64) -> Lines {
        let starts = VecDeque::new();
        Lines { from, bytes_max, bytes: 0, line: 1, is_begun: false, starts }
    }

    /// The line of what begins at a place, or at the next that is seen. Places only grow.
    pub fn at(&mut self, place: u64) -> u64 {
        while self.starts.front().is_some_and(|(start, _)| *start < place) {
            self.starts.pop_front();
        }
        self.starts.front().map_or(self.line, |(_, line)| *line)
    }

    /// Whether the file is larger than it may be.
    pub fn is_too_large(&self) -> bool {
        self.bytes > self.bytes_max
    }

    fn take(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                self.line = self.line.saturating_add(1);
                self.is_begun = false;
            }
            b'\r' => {}
            _ if self.is_begun => {}
            _ => {
                self.is_begun = true;
                self.starts.push_back((self.bytes, self.line));
            }
        }
        self.bytes = self.bytes.saturating_add(1);
    }
}

impl Read for Lines {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(into)?;
        for byte in into.iter().take(count) {
            self.take(*byte);
        }
        if self.is_too_large() {
            return Err(io::Error::other("too large"));
        }
        Ok(count)
    }
}
