//! `cargo xtask figures assess [REPOSITORY...]`: how `lynchpin assess` stands beside `git log
//! --numstat` over the same range, and whether it finds what is known.
//!
//! The range is the last ten thousand commits, of a generated history of a hundred thousand and of
//! each repository that is named, by word or in `LYNCHPIN_REPOSITORIES` as `PATH` has its folders.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program that measures reads its environment and says what is wrong"
)]

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use lynchpin_benches::Wanted::{AtMost, TimesPeer};
use lynchpin_benches::{beside, ended, figure};
use lynchpin_link::git::{DependencyKind, Options, assess};
use lynchpin_tests::git::answers::Answers;
use lynchpin_tests::git::generated::{RANGE, generated};
use lynchpin_tests::git::import::{ask, git};

/// Commits of the generated history.
const COMMITS: u64 = 100_000;
/// Its seed.
const SEED: u64 = 1;
/// Raised when another history is generated from the same seed, so that none is kept for it.
const VERSION: u64 = 1;
/// How often each pair is run; the medians count.
const ROUNDS: usize = 5;
/// The word that has this program make the generated history in a folder, and nothing else.
const MAKE: &str = "--make";
/// Where in that folder stands what is known of it.
const KNOWN: &str = "known.json";
/// Megabytes for the generated history, and for any other.
const MEMORY: (f64, f64) = (512.0, 1_024.0);

/// One way to run `lynchpin assess`: what it is called, its options, whether what stands before the
/// range is kept between runs, and how many times the time of git it may take.
struct Way {
    name: &'static str,
    options: &'static [&'static str],
    kept: bool,
    times: f64,
}

/// All ways that are measured. Of those that keep something the first run fills it, and the median
/// is that of one which finds it.
const WAYS: [Way; 4] = [
    Way { name: "by file", options: &["--by-file"], kept: false, times: 3.0 },
    Way { name: "by file, cached", options: &["--by-file"], kept: true, times: 3.0 },
    Way { name: "by line", options: &[], kept: false, times: 8.0 },
    Way { name: "by line, cached", options: &[], kept: true, times: 8.0 },
];

/// A repository and the range that is measured.
struct Place {
    name: String,
    folder: PathBuf,
    since: String,
    until: String,
    megabytes: f64,
}

fn main() -> ExitCode {
    ended(measure())
}

fn measure() -> Result<()> {
    let own = std::env::current_exe()?;
    let built = own.parent().unwrap_or(Path::new("."));
    let command = built.join("lynchpin");
    if !command.is_file() {
        return Err(Error::other("no `lynchpin` beside this program: build it with --release"));
    }
    let words: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    if let [first, folder] = words.as_slice()
        && first.as_os_str() == MAKE
    {
        return make(folder);
    }
    let target = built.parent().unwrap_or(built);
    let folder = target.join(format!("benches/history-{VERSION}-{SEED}-{COMMITS}"));
    if !folder.join(KNOWN).is_file() {
        // The system counts the memory of this program for each that it starts, so it stays small
        // and has another make the history.
        let made = Command::new(&own).arg(MAKE).arg(&folder).status()?;
        if !made.success() {
            return Err(Error::other("the history could not be made"));
        }
    }
    let answers: Answers = serde_json::from_slice(&fs::read(folder.join(KNOWN))?)?;
    let (since, until) = (answers.since.clone(), answers.until.clone());
    let (name, folder) = ("generated".to_owned(), folder.join("shop"));
    let cache = target.join("benches/cache");
    compare(
        &command,
        &cache,
        &Place { name, folder: folder.clone(), since, until, megabytes: MEMORY.0 },
    )?;
    let told = std::env::var_os("LYNCHPIN_REPOSITORIES").unwrap_or_default();
    let told: Vec<PathBuf> = std::env::split_paths(&told).collect();
    for folder in words.iter().chain(&told).filter(|folder| !folder.as_os_str().is_empty()) {
        compare(&command, &cache, &place(folder)?)?;
    }
    correct(&folder, &answers)
}

/// Makes the generated history; what is known of it is written last.
fn make(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    let repository = folder.join("shop");
    let answers = Answers::of(&generated(&repository, SEED, COMMITS)?);
    // As a repository is that somebody cloned.
    ask(&repository, &["gc", "--quiet"])?;
    fs::write(folder.join(KNOWN), serde_json::to_vec(&answers)?)
}

/// The last commits of a repository: along the first-parent line as far back as there are no more
/// than the range holds.
fn place(folder: &Path) -> Result<Place> {
    let folder = fs::canonicalize(folder)?;
    let until = ask(&folder, &["rev-parse", "HEAD^{commit}"])?.trim().to_owned();
    let line = ask(&folder, &["rev-list", "--first-parent", &until])?;
    let line: Vec<&str> = line.lines().collect();
    let count = |commit: &str| -> Result<u64> {
        let range = format!("{commit}..{until}");
        let count = ask(&folder, &["rev-list", "--count", &range])?;
        count.trim().parse().map_err(Error::other)
    };
    let (mut good, mut bad) = (0, line.len());
    while good + 1 < bad {
        let middle = good.midpoint(bad);
        let commit = line.get(middle).copied().unwrap_or(&until);
        if count(commit)? <= RANGE {
            good = middle;
        } else {
            bad = middle;
        }
    }
    let since = line.get(good).copied().unwrap_or(&until).to_owned();
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    eprintln!("{name}: {} commits since {since}", count(&since)?);
    Ok(Place { name, folder, since, until, megabytes: MEMORY.1 })
}

fn compare(lynchpin: &Path, cache: &Path, place: &Place) -> Result<()> {
    let peer = || {
        let mut git = git(&place.folder);
        git.args(["log", "--numstat", &format!("{}..{}", place.since, place.until)]);
        git
    };
    for way in WAYS {
        let own = || {
            let mut own = Command::new(lynchpin);
            own.arg("assess").arg(&place.folder).args(way.options);
            own.args(["--since", &place.since, "--until", &place.until]);
            match way.kept {
                true => own.arg("--cache").arg(cache),
                false => own.arg("--no-cache"),
            };
            own
        };
        let (own, peer) = beside(ROUNDS, own, peer)?;
        let named = |what: &str| format!("{}, {}: {what}", place.name, way.name);
        figure(&named("s"), own.seconds, Some(peer.seconds), TimesPeer(way.times));
        figure(&named("processor s"), own.processor, Some(peer.processor), TimesPeer(way.times));
        figure(&named("MB"), own.megabytes, Some(peer.megabytes), AtMost(place.megabytes));
    }
    Ok(())
}

/// How many dependencies are other than they are known to be.
fn correct(folder: &Path, answers: &Answers) -> Result<()> {
    let since = Some(answers.since.clone());
    let found = assess(folder, &Options { since, ..Options::default() }).map_err(Error::other)?;
    let told = found.dependencies.iter().map(|needed| {
        let requires = needed.kind == DependencyKind::Requires;
        (needed.change.as_str(), needed.on.as_str(), requires)
    });
    let wrong = answers.wrong(told);
    for wrong in wrong.iter().take(5) {
        eprintln!("{wrong}");
    }
    // As many as a float counts exactly are more than there are.
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    let (wrong, all) = (wrong.len() as f64, found.dependencies.len() as f64);
    figure("generated: wrong dependencies, of all", wrong, Some(all), AtMost(0.0));
    Ok(())
}
