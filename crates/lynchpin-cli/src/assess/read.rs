//! The reading of the repositories that were named.

use std::ops::ControlFlow;

use lynchpin_link::git::{self, AssessError, Assessment, Phase};

use super::cache;
use super::progress::Progress;
use crate::args::Assess;
use crate::failure::Failure;

/// Reads the histories; on a terminal it is said what is being waited for.
pub(super) fn read(asked: &Assess, progress: &mut Progress) -> Result<Assessment, Failure> {
    let mut reading = None;
    let read = git::assess_all(&asked.repositories, &options(asked), &mut |number, phase| {
        // What comes after the last reading is about all of them.
        reading = (!matches!(phase, Phase::Order { .. })).then_some(number);
        progress.reading(number, phase);
        ControlFlow::Continue(())
    });
    progress.clear();
    let path = reading.and_then(|number| asked.repositories.get(number));
    read.map_err(|error| match path.filter(|_| asked.repositories.len() > 1) {
        Some(path) => refused_of(&path.display().to_string(), &error),
        None => refused(&error),
    })
}

fn options(asked: &Assess) -> git::Options {
    let otherwise = git::Options::default();
    git::Options {
        since: asked.since.clone(),
        until: asked.until.clone(),
        paths: asked.paths.clone(),
        by_line: !asked.by_file,
        services: asked.services.clone(),
        results: asked.results.clone(),
        keys: asked.keys.clone(),
        cache: cache::folder(asked),
        history: asked.history.unwrap_or(otherwise.history),
        ..otherwise
    }
}

/// The same of one of several, which is named unless the error does so itself.
fn refused_of(path: &str, error: &AssessError) -> Failure {
    let said = error.to_string();
    let named = matches!(error, AssessError::Overlap { .. }) || said.contains(&format!("`{path}`"));
    if named { refused(error) } else { Failure::plain(error.code(), &format!("`{path}`: {said}")) }
}

/// Why a repository cannot be read, as it is told.
pub(super) fn refused(error: &AssessError) -> Failure {
    Failure::plain(error.code(), &error.to_string())
}
