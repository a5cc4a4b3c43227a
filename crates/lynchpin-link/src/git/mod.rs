//! Any git repository as a portfolio: what would ship, reviewed and tested by whom, in which order.
//!
//! [`assess`] reads the history between two points with the `git` program and nothing else to
//! configure; [`assess_all`] reads several repositories as one release. What counts as what is said
//! in `docs/assess.md`, and at the head of the file that decides it:
//!
//! - How git is asked, safely: `command`, `program`, `scratch`, `tokens`, `plain`, `repository`,
//!   `refs`, `batch`, `files`.
//! - From where to where: `dates`, `tags`, `version`, `releases`, `narrow`.
//! - What messages say: `log`, `message`, `address`, `text`, `requests`, `purpose`.
//! - What is one change: `changes`, `series`, `references`, `merges`.
//! - Whose lines a change touches: `diff`, `lines`, `touched`, `paths`, `file_kinds`. What it names
//!   or pins: `named`, `pins`, `packages`. What it needs, then: `edges`, `order`, `dependency`.
//! - Who reviewed it: `identity`, `people`, `reviews`, `remarks`, `writers`. Whether it was tested
//!   and signed: `results`, `junit`, `signatures`, `keys`.
//! - Whose it is: `services`, `ownership`.
//! - What its past shows: `lookback`, `past`, `cache`, `features`.
//! - What comes out: `reading`, `assessment`, `portfolio`, `proofs`, `release`, `notes`, `summary`.
//!
//! What could not be used is counted in the [`Notes`].
//!
//! The repository is taken for input from strangers: nothing in it can run a program, reach the
//! network or hang the reading, only committed content counts, and the same history gives the same
//! bytes.

pub use assessment::{Assessed, Assessment, Options, Phase, assess, assess_all};
pub use dependency::{Because, Dependency, DependencyKind, REASONS_MAX};
pub use error::{AssessError, Problem, Result};
pub use features::Failure;
pub use limits::Limits;
pub use notes::Notes;
pub use portfolio::{
    CONTRIBUTORS, RELEASE, REVIEW, REVIEWERS, SIGNED, SOMEBODY_ELSE, STAGE, TESTED,
};
pub use repository::{Range, Start};
pub use summary::Summary;

mod address;
mod assessment;
mod batch;
mod cache;
mod changes;
mod command;
mod dates;
mod dependency;
mod diff;
mod edges;
mod error;
mod features;
mod file_kinds;
mod files;
mod identity;
mod junit;
mod keys;
mod limits;
mod lines;
mod log;
mod lookback;
mod merges;
mod message;
mod named;
mod narrow;
mod notes;
mod order;
mod ownership;
mod packages;
mod past;
mod paths;
mod people;
mod pins;
mod plain;
mod portfolio;
mod program;
mod proofs;
mod purpose;
mod reading;
mod references;
mod refs;
mod release;
mod releases;
mod remarks;
mod repository;
mod requests;
mod results;
mod reviews;
mod scratch;
#[cfg(test)]
mod scripted;
mod series;
mod services;
mod signatures;
mod stray;
mod summary;
mod tags;
mod text;
mod tokens;
mod touched;
mod version;
mod writers;

/// The policy that [`assess`] is judged by unless the caller brings one: TOML with comments, to be
/// printed on request.
pub const POLICY: &str = include_str!("policy.toml");

/// An example of a mapping file of services, with every field that there is: TOML with comments, to
/// be printed on request.
pub const SERVICES: &str = include_str!("services/example.toml");

#[cfg(test)]
mod tests {
    use lynchpin::gate::Policy;

    #[test]
    fn the_built_in_policy_is_one_that_the_engine_takes() {
        let policy: Policy = super::POLICY.parse().unwrap();
        let asked: Vec<&str> = policy.requirements.keys().map(|id| id.as_str()).collect();
        assert_eq!(asked, [super::REVIEW, super::TESTED]);
        let stages = policy.gates.values().flat_map(|gate| &gate.stages);
        assert!(stages.into_iter().all(|stage| stage.as_str() == super::STAGE));
        let groups = policy.requirements.values().filter_map(|requirement| {
            requirement.approval.as_ref().map(|approval| approval.group.as_str())
        });
        assert_eq!(groups.collect::<Vec<_>>(), [super::REVIEWERS]);
    }
}
