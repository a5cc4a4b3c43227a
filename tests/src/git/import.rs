//! Writing a repository through one `git fast-import`, which takes commits as fast as a disk.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Error, Result, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::tree::{Entry, Mode};

/// A person as git writes one.
pub(crate) type Account = (String, String);

/// Everything that one commit says.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    /// Who wrote it.
    pub author: Account,
    /// Who committed it.
    pub committer: Account,
    /// The whole message.
    pub message: String,
}

/// What becomes of one file: how it was, and how it is.
pub(crate) type Step = (Option<Entry>, Option<Entry>);

/// A repository that is being written.
#[derive(Debug)]
pub(crate) struct Import {
    folder: PathBuf,
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    marks: u64,
}

/// git as everybody has it, whatever the settings of this machine.
#[must_use]
pub fn git(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git
}

/// What git prints; an error with its complaint if it fails.
pub fn ask(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = git(folder).args(arguments).output()?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::other(format!("git {}: {complaint}", arguments.join(" "))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Import {
    /// Makes an empty repository in a folder and begins to write to it.
    pub fn begin(folder: &Path) -> Result<Import> {
        fs::create_dir_all(folder)?;
        ask(folder, &["init", "-q", "-b", "main", "."])?;
        let mut child = git(folder)
            .args(["-c", "core.compression=1", "-c", "fastimport.unpackLimit=1"])
            .args(["fast-import", "--quiet", "--done", "--date-format=raw"])
            .args(["--relative-marks", "--export-marks=marks"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let lost = || Error::other("git has no pipe");
        let to = BufWriter::with_capacity(1 << 16, child.stdin.take().ok_or_else(lost)?);
        let from = BufReader::new(child.stdout.take().ok_or_else(lost)?);
        Ok(Import { folder: folder.to_owned(), child, to, from, marks: 0 })
    }

    /// Writes a commit on a branch; the number by which it is known until the end.
    pub fn commit(
        &mut self,
        branch: &str,
        said: &Said,
        second: u64,
        parents: &[u64],
        steps: &[Step],
    ) -> Result<u64> {
        self.marks += 1;
        let to = &mut self.to;
        write!(to, "commit refs/heads/{branch}\nmark :{}\n", self.marks)?;
        writeln!(to, "author {} <{}> {second} +0000", said.author.0, said.author.1)?;
        writeln!(to, "committer {} <{}> {second} +0000", said.committer.0, said.committer.1)?;
        write!(to, "data {}\n{}\n", said.message.len(), said.message)?;
        for (number, parent) in parents.iter().enumerate() {
            writeln!(to, "{} :{parent}", if number == 0 { "from" } else { "merge" })?;
        }
        let path_of = |entry: &Option<Entry>| entry.as_ref().map(|(path, _)| path.clone());
        for (before, after) in steps {
            if let Some(path) = path_of(before).filter(|path| path_of(after).as_ref() != Some(path))
            {
                writeln!(to, "D {}", quoted(&path))?;
            }
        }
        for (path, file) in steps.iter().filter_map(|(_, after)| after.as_ref()) {
            let mode = match file.mode {
                Mode::Plain => "100644",
                Mode::Executable => "100755",
                Mode::Link => "120000",
            };
            let bytes = file.bytes();
            write!(to, "M {mode} inline {}\ndata {}\n", quoted(path), bytes.len())?;
            to.write_all(&bytes)?;
            to.write_all(b"\n")?;
        }
        to.write_all(b"\n")?;
        Ok(self.marks)
    }

    /// How many commits are written so far.
    pub fn commits(&self) -> u64 {
        self.marks
    }

    /// Gives a commit a name.
    pub fn tag(&mut self, name: &str, mark: u64) -> Result<()> {
        write!(self.to, "reset refs/tags/{name}\nfrom :{mark}\n\n")
    }

    /// The id of a commit that is written already.
    pub fn id(&mut self, mark: u64) -> Result<String> {
        writeln!(self.to, "get-mark :{mark}")?;
        self.to.flush()?;
        let mut line = String::new();
        self.from.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Ends the writing; the ids of all commits by their number less one.
    pub fn end(mut self) -> Result<Vec<String>> {
        self.to.write_all(b"done\n")?;
        self.to.flush()?;
        drop(self.to);
        let status = self.child.wait()?;
        if !status.success() {
            return Err(Error::other(format!("git fast-import failed: {status}")));
        }
        let text = fs::read_to_string(self.folder.join(".git/info/fast-import/marks"))?;
        let mut ids = vec![String::new(); usize::try_from(self.marks).map_err(Error::other)?];
        for line in text.lines() {
            let Some((mark, id)) = line.trim_start_matches(':').split_once(' ') else { continue };
            let place = mark.parse::<usize>().ok().and_then(|mark| ids.get_mut(mark - 1));
            place.into_iter().for_each(|place| id.clone_into(place));
        }
        let rest = ["for-each-ref", "--format=delete %(refname)", "refs/heads/topic"];
        if !ask(&self.folder, &rest)?.is_empty() {
            ask(&self.folder, &["update-ref", "-d", "refs/heads/topic"])?;
        }
        Ok(ids)
    }
}

/// A path as the stream has it.
fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}
