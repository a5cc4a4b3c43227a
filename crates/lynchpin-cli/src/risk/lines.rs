//! A file with its lines counted and its size held to a limit.

use std::collections::VecDeque;
use std::io::{self, Read};

/// How many lines one row may go over: a quote that nobody closed takes in all that follow.
pub const ROW_LINES_MAX: usize = 100_000;

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

    /// Whether a row goes over more lines than any does.
    pub fn is_endless(&self) -> bool {
        self.starts.len() > ROW_LINES_MAX
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
        if self.is_too_large() || self.is_endless() {
            return Err(io::Error::other("too large"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, bytes_max: u64) -> (Lines, io::Result<usize>) {
        let mut lines = Lines::new(Box::new(io::Cursor::new(text.as_bytes().to_vec())), bytes_max);
        let read = lines.read_to_end(&mut Vec::new());
        (lines, read)
    }

    #[test]
    fn a_place_is_on_the_line_of_what_is_seen_there() {
        let (mut lines, read) = read("ab\r\n\r\n\nc\nd", 13);
        assert!(read.is_ok());
        // After a row the next one begins with line ends, however many.
        let found = [0, 3, 4, 7, 8, 9].map(|place| lines.at(place));
        assert_eq!(found, [1, 4, 4, 4, 5, 5]);
        assert_eq!(lines.at(11), 5);
    }

    #[test]
    fn neither_a_file_nor_a_row_is_endless() {
        assert!(read("abcd", 4).1.is_ok());
        let (lines, refused) = read("abcde", 4);
        assert!(refused.is_err() && lines.is_too_large());
        let (lines, refused) = read(&"a\n".repeat(ROW_LINES_MAX + 1), u64::MAX);
        assert!(refused.is_err() && lines.is_endless());
        assert!(read(&"a\n".repeat(ROW_LINES_MAX), u64::MAX).1.is_ok());
    }
}
