//! Standard output: buffered, coloured on a terminal, and quiet when nobody reads on.

use std::io::{self, BufWriter, ErrorKind, IsTerminal as _, Stdout, Write as _};

use lynchpin::base::ErrorCode;
use lynchpin::report::Style;

use super::failure::Failure;

/// Where answers go.
pub struct Output {
    out: BufWriter<Stdout>,
    style: Style,
    closed: bool,
}

impl Output {
    /// Standard output, with colours if a person looks at it and has not asked for none.
    pub fn new() -> Self {
        let stdout = io::stdout();
        let plain = set("NO_COLOR") || dumb_terminal() || !stdout.is_terminal();
        let style = if plain { Style::Plain } else { Style::Ansi };
        Output { out: BufWriter::new(stdout), style, closed: false }
    }

    /// Whether colours are wanted.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Writes on. Once the reader has gone away, as `head` does, everything more is dropped.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = if self.closed { Ok(()) } else { self.out.write_all(bytes) };
        self.judge(written)
    }

    /// Writes a line.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.write(text.as_bytes())?;
        self.write(b"\n")
    }

    /// Writes out what is buffered.
    pub fn flush(&mut self) -> Result<(), Failure> {
        let written = if self.closed { Ok(()) } else { self.out.flush() };
        self.judge(written)
    }

    fn judge(&mut self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(error) => {
                self.closed = true;
                let message = format!("the answer cannot be written: {error}");
                Err(Failure::plain(ErrorCode::Io.name(), &message))
            }
        }
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = Output::write(self, bytes).map(|()| bytes.len());
        written.map_err(|_| io::Error::other("the answer cannot be written"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Output::flush(self).map_err(|_| io::Error::other("the answer cannot be written"))
    }
}

/// Whether a variable of the environment is set to anything.
fn set(name: &str) -> bool {
    environment(name).is_some_and(|value| !value.is_empty())
}

fn dumb_terminal() -> bool {
    environment("TERM").is_some_and(|term| term == "dumb")
}

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "the command is where the environment is read")]
pub fn environment(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name)
}
