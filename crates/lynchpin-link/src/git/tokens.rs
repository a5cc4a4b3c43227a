//! A stream cut at its NUL bytes or line feeds, each piece bounded.

use super::command::Stream;
use super::error::{AssessError, Result};

/// The pieces of what git writes.
pub(crate) struct Tokens {
    stream: Stream,
    separator: u8,
    chunk: Vec<u8>,
    position: usize,
    /// The piece read last; kept between pieces so that most need no memory of their own.
    token: Vec<u8>,
    cut: bool,
}

/// One piece.
pub(crate) struct Token<'a> {
    /// Its first bytes, up to the bound.
    pub(crate) bytes: &'a [u8],
    /// Whether there was more.
    pub(crate) cut: bool,
}

impl Tokens {
    /// Cuts a stream at its NUL bytes, as git writes them with `-z`.
    pub(crate) fn of(stream: Stream) -> Tokens {
        Self::cut_at(0, stream)
    }

    /// Cuts a stream at its line feeds, for lists of ids.
    pub(crate) fn lines(stream: Stream) -> Tokens {
        Self::cut_at(b'\n', stream)
    }

    fn cut_at(separator: u8, stream: Stream) -> Tokens {
        Tokens { stream, separator, chunk: vec![], position: 0, token: vec![], cut: false }
    }

    /// The next piece, of which at most `bound` bytes are kept; `None` at the end.
    pub(crate) fn next(&mut self, bound: usize) -> Result<Option<Token<'_>>> {
        self.next_until(self.separator, bound)
    }

    /// The next line, whatever the stream is cut at otherwise.
    pub(crate) fn line(&mut self, bound: usize) -> Result<Option<Token<'_>>> {
        self.next_until(b'\n', bound)
    }

    /// The next byte, which is left to be read; `None` at the end.
    pub(crate) fn peek(&mut self) -> Result<Option<u8>> {
        while self.position >= self.chunk.len() {
            let Some(chunk) = self.stream.chunk()? else { return Ok(None) };
            (self.chunk, self.position) = (chunk, 0);
        }
        Ok(self.chunk.get(self.position).copied())
    }

    /// Reads on past so many lines; whether there were as many.
    pub(crate) fn skip_lines(&mut self, mut count: u64) -> Result<bool> {
        while count > 0 {
            if self.peek()?.is_none() {
                return Ok(false);
            }
            let rest = self.chunk.get(self.position..).unwrap_or_default();
            let mut ends = memchr::memchr_iter(b'\n', rest);
            let wanted = usize::try_from(count - 1).unwrap_or(usize::MAX);
            match ends.nth(wanted) {
                Some(end) => {
                    self.position += end + 1;
                    return Ok(true);
                }
                None => {
                    count -= memchr::memchr_iter(b'\n', rest).count() as u64;
                    self.position = self.chunk.len();
                }
            }
        }
        Ok(true)
    }

    fn next_until(&mut self, separator: u8, bound: usize) -> Result<Option<Token<'_>>> {
        self.token.clear();
        self.cut = false;
        let mut begun = false;
        loop {
            // git ends its last piece too; one without an end is for the caller to judge.
            match self.peek()? {
                Some(_) => {}
                None if begun => break,
                None => return Ok(None),
            }
            begun = true;
            let rest = self.chunk.get(self.position..).unwrap_or_default();
            let length = memchr::memchr(separator, rest);
            let piece = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
            let room = bound.saturating_sub(self.token.len());
            self.cut |= piece.len() > room;
            self.token.extend(piece.iter().take(room));
            self.position += piece.len() + usize::from(length.is_some());
            if length.is_some() {
                break;
            }
        }
        Ok(Some(Token { bytes: &self.token, cut: self.cut }))
    }

    /// Ends the reading: what git says about its own end goes before what was understood of it.
    pub(crate) fn end<T>(self, read: Result<T>) -> Result<T> {
        self.finish(read).map(|(found, _)| found)
    }

    /// The same, with what git complained about although it ended well.
    pub(crate) fn finish<T>(mut self, read: Result<T>) -> Result<(T, String)> {
        if matches!(&read, Err(error) if error.code() != "unknown_answer") {
            // Whoever has had enough does not wait for the rest.
            return read.map(|found| (found, String::new()));
        }
        while self.stream.chunk()?.is_some() {}
        match self.stream.end()? {
            (true, complaint) => read.map(|found| (found, complaint)),
            (false, complaint) => Err(AssessError::Unreadable { detail: complaint }),
        }
    }
}
