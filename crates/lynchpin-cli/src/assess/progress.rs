//! What is being waited for, told on a terminal and nowhere else.

use std::io::{IsTerminal as _, Stderr, Write as _};
use std::path::{Path, PathBuf};

use lynchpin::report::{counted, line};
use lynchpin_link::git::Phase;

/// The columns of a line that is written over: one that wraps cannot be.
const COLUMNS: usize = 79;

/// A line on standard error that is written over and over, and taken away at last.
#[derive(Debug)]
pub(super) struct Progress {
    /// Where it is written, if that is a terminal.
    terminal: Option<Stderr>,
    /// What the repositories are called.
    names: Vec<String>,
}

impl Progress {
    /// Shows what is done on standard error, if somebody looks at it.
    pub(super) fn on_terminal(paths: &[PathBuf]) -> Progress {
        let terminal = Some(std::io::stderr()).filter(|stderr| stderr.is_terminal());
        let names = if terminal.is_some() { paths } else { &[] };
        Progress { names: names.iter().map(|path| name(path)).collect(), terminal }
    }

    /// The repository of that number is read.
    pub(super) fn reading(&mut self, number: usize, phase: Phase) {
        let text = doing(&self.names, number, phase);
        self.show(&text);
    }

    /// The engine is asked.
    pub(super) fn judging(&mut self, changes: usize) {
        self.show(&format!("judging {}", counted(changes, "change", "changes")));
    }

    fn show(&mut self, text: &str) {
        if let Some(terminal) = &mut self.terminal {
            // That it cannot be told is no reason not to go on.
            let _ = write!(terminal, "\r\u{1b}[K{}", line(&format!("{text} ..."), COLUMNS));
            let _ = terminal.flush();
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&mut self) {
        if let Some(terminal) = &mut self.terminal {
            let _ = write!(terminal, "\r\u{1b}[K");
            let _ = terminal.flush();
        }
    }
}

/// What a repository is called before it has been read: its folder's name.
fn name(path: &Path) -> String {
    let whole = path.canonicalize();
    let folder = whole.as_deref().unwrap_or(path).file_name();
    folder.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Which repository of how many is read, and how far it is.
fn doing(names: &[String], number: usize, phase: Phase) -> String {
    let all = names.len();
    let of_all = matches!(phase, Phase::Order { .. }) && all > 1;
    let what = match phase {
        Phase::Range => "looking for where to begin".to_owned(),
        Phase::Commits => "reading commits".to_owned(),
        Phase::Files { commits } => {
            format!("reading what {} touched", counted(commits, "commit", "commits"))
        }
        Phase::Order { commits } => {
            format!("putting {} in order", counted(commits, "commit", "commits"))
        }
        _ => "reading".to_owned(),
    };
    if of_all {
        return format!("{all} repositories: {what}");
    }
    let name = names.get(number).map_or("", String::as_str);
    let which = if all > 1 { format!(" ({} of {all})", number + 1) } else { String::new() };
    format!("{}{which}: {what}", line(name, COLUMNS / 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_its_number_and_what_is_counted_are_told() {
        let names = ["shop".to_owned(), "t\u{1b}[2Jill".to_owned()];
        let told = |number, phase| doing(&names, number, phase);
        assert_eq!(told(0, Phase::Range), "shop (1 of 2): looking for where to begin");
        assert_eq!(
            told(1, Phase::Files { commits: 1 }),
            "t\\u{1b}[2Jill (2 of 2): reading what 1 commit touched"
        );
        assert_eq!(
            told(1, Phase::Order { commits: 12 }),
            "2 repositories: putting 12 commits in order"
        );
        assert_eq!(doing(&names[..1], 0, Phase::Commits), "shop: reading commits");
    }
}
