//! The checker in Python, asked again and again.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Reads a key and a receipt, each after its length on a line; answers `1`, a length and the entry,
/// or `0`, a length and the reason.
const DRIVER: &str = "
import functools, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import check_receipt
check_receipt.is_signed = functools.lru_cache(256)(check_receipt.is_signed)
check_receipt.point = functools.lru_cache(256)(check_receipt.point)
def take():
    return sys.stdin.buffer.read(int(sys.stdin.buffer.readline()))
while True:
    try:
        key, receipt = take().decode(), take()
    except ValueError:
        break
    try:
        sound, said = 1, check_receipt.check(receipt, check_receipt.read_key(key))
    except (ValueError, RecursionError) as error:
        sound, said = 0, repr(error).encode(errors='replace')
    sys.stdout.buffer.write(b'%d %d\\n' % (sound, len(said)) + said)
    sys.stdout.buffer.flush()
";

/// A process that checks one receipt after the other.
pub struct Checker {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    reason: String,
}

#[expect(clippy::disallowed_methods, reason = "a test may be told which Python to run")]
fn python() -> String {
    std::env::var("LYNCHPIN_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

impl Checker {
    pub fn start() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ledger");
        let mut process = Command::new(python())
            .args(["-c", DRIVER, folder])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the checker needs Python 3.9 or newer");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("its output"));
        Checker { process, input, output, reason: String::new() }
    }

    /// The entry that a receipt proves, as the checker says.
    pub fn ask(&mut self, key: &str, receipt: &[u8]) -> Option<Vec<u8>> {
        let input = self.input.as_mut().expect("its input");
        let mut question = Vec::new();
        for part in [key.as_bytes(), receipt] {
            question.extend_from_slice(format!("{}\n", part.len()).as_bytes());
            question.extend_from_slice(part);
        }
        input.write_all(&question).and_then(|()| input.flush()).expect("the checker listens");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the checker answers");
        let (is_sound, length) = line.trim_end().split_once(' ').expect("an answer");
        let mut said = vec![0; length.parse().expect("a length")];
        self.output.read_exact(&mut said).expect("an answer");
        if is_sound == "1" {
            return Some(said);
        }
        self.reason = String::from_utf8_lossy(&said).into_owned();
        None
    }

    /// Why the last one was refused.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl Drop for Checker {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.process.wait();
    }
}
