//! The peers: scikit-learn and LightGBM, in Python, told what to do line by line.

use std::io::{Error, Result, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use lynchpin_benches::peer::{self, Peer};
use lynchpin_tests::histories::History;

/// Somebody who learns a history.
pub(crate) struct Learner {
    peer: Peer,
    into: PathBuf,
}

impl Learner {
    /// Hands over a history, on columns transformed as the engine transforms them.
    pub(crate) fn start(name: &str, history: &History) -> Result<Learner> {
        let folder = env::temp_dir();
        let own = std::process::id();
        let file = folder.join(format!("lynchpin-risk-{own}-{name}"));
        let into = folder.join(format!("lynchpin-risk-{own}-{name}-said"));
        write(history, &file)?;
        let python = peer::folder()?.join("venv/bin/python");
        let script = peer::sources().join("risk/learners.py");
        let mut command = Command::new(python);
        let peer = Peer::started(command.arg(script).arg(name).arg(&file));
        fs::remove_file(&file)?;
        Ok(Learner { peer: peer?, into })
    }

    /// Seconds of a processor to fit.
    pub(crate) fn fit(&mut self) -> Result<f64> {
        self.peer.ask("fit")?.parse().map_err(Error::other)
    }

    /// What it says of the rest of the history: probabilities.
    pub(crate) fn predict(&mut self) -> Result<Vec<f64>> {
        self.peer.ask(&format!("predict {}", self.into.display()))?;
        let bytes = fs::read(&self.into)?;
        fs::remove_file(&self.into)?;
        let (numbers, _) = bytes.as_chunks::<8>();
        Ok(numbers.iter().map(|it| f64::from_le_bytes(*it)).collect())
    }

    /// Seconds of a processor for probabilities of so many rows.
    pub(crate) fn seconds(&mut self, rows: usize) -> Result<f64> {
        let taken = self.peer.ask(&format!("predict {} {rows}", self.into.display()))?;
        fs::remove_file(&self.into)?;
        taken.parse().map_err(Error::other)
    }
}

fn write(history: &History, file: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    let count = history.failed.len();
    for number in [count, history.values.len(), history.cut()] {
        bytes.extend_from_slice(&(number as u64).to_le_bytes());
    }
    for column in history.columns(count) {
        for value in column.values {
            let transformed = column.transform.of(*value) as f64 / 1e6;
            bytes.extend_from_slice(&transformed.to_le_bytes());
        }
    }
    bytes.extend(history.failed.iter().map(|failed| u8::from(*failed)));
    fs::File::create(file)?.write_all(&bytes)
}
