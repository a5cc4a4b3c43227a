//! The reading of the repositories that were named.

use std::ops::ControlFlow;

use lynchpin_link::git::{self, AssessError, Assessment};

use super::cache;
use super::progress::Progress;
use crate::args::Assess;
use crate::failure::Failure;

/// Reads the histories; on a terminal it is said what is being waited for.
pub(super) fn read(asked: &Assess, progress: &mut Progress) -> Result<Assessment, Failure> {
    let read = git::assess_all(&asked.repositories, &options(asked), &mut |number, phase| {
        progress.reading(number, phase);
        ControlFlow::Continue(())
    });
    progress.clear();
    read.map_err(|error| refused(&error))
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

/// Why a repository cannot be read, as it is told.
pub(super) fn refused(error: &AssessError) -> Failure {
    Failure::plain(error.code(), &error.to_string())
}
