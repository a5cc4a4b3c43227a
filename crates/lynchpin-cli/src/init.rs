//! `init`: something to begin with.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use lynchpin::base::ErrorCode;

use super::failure::Failure;
use super::load::POLICY_FILE;
use super::output::Output;
use super::status::Status;

/// The sample portfolio of an invented company.
const PORTFOLIO: &str = include_str!("../sample/portfolio.json");
/// Its policy, with comments.
const POLICY: &str = include_str!("../sample/lynchpin.toml");
const PORTFOLIO_FILE: &str = "portfolio.json";
/// The instant at which the sample is most worth asking about.
const AT: &str = "2026-11-20T09:00:00Z";
/// The release that has the tangles.
const RELEASE: &str = "R-2026.11";

/// Where to write the sample.
#[derive(Debug, Args)]
pub struct Init {
    /// The folder to write to; it is made if it is not there
    folder: PathBuf,
    /// Write over files that are there already
    #[arg(long)]
    force: bool,
}

/// Writes the sample and says what to run next.
pub fn init(asked: &Init, output: &mut Output) -> Result<Status, Failure> {
    let folder = &asked.folder;
    let files = [(POLICY_FILE, POLICY), (PORTFOLIO_FILE, PORTFOLIO)];
    let refused = |error: &io::Error, path: &Path| {
        let message = if error.kind() == ErrorKind::AlreadyExists {
            format!("`{}` is there already: give another folder, or --force", path.display())
        } else {
            format!("`{}` cannot be written: {error}", path.display())
        };
        Failure::plain(ErrorCode::Io.name(), &message)
    };
    fs::create_dir_all(folder).map_err(|error| refused(&error, folder))?;
    if !asked.force {
        // Both are looked for before the first is written, so that nothing is half there.
        let there = files.iter().map(|(name, _)| folder.join(name)).find(|path| path.exists());
        if let Some(path) = there {
            return Err(refused(&ErrorKind::AlreadyExists.into(), &path));
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        let mut options = File::options();
        options.write(true);
        if asked.force {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let written = options.open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| refused(&error, &path))?;
        output.line(&format!("wrote {}", path.display()))?;
    }
    let file = folder.join(PORTFOLIO_FILE);
    let file = file.display();
    output.line("\nnext, ask about the November release of an invented railway:\n")?;
    let stage = "--stage production";
    for line in [
        format!("lynchpin decide {file} --release {RELEASE} {stage} --at {AT}"),
        format!("lynchpin decide {file} --change C-110 {stage} --at {AT}"),
        format!("lynchpin plan {file} --release {RELEASE} {stage} --at {AT}"),
        format!("lynchpin score {file} --release {RELEASE} --at {AT}"),
    ] {
        output.line(&format!("  {line}"))?;
    }
    Ok(Status::Go)
}
