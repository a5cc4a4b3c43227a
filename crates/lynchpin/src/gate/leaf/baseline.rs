//! A failure that is no worse than what runs already: evidence judged against the stage itself.
//!
//! The baseline is what was brought last to each environment of the stage for each service of the
//! change. A failure is borne only if everything that runs there fails in the same way: the same
//! check, configuration, environment and producer. A baseline without a result, or one that could
//! not run, could not tell, is running or has expired, counts as passed, so that the failure is
//! the change's own.

use super::evidence::{Line, expiry, line_of, with_runs};
use crate::base::{Digest, Instant, When};
use crate::gate::judge::Case;
use crate::gate::policy::{Against, EvidenceLeaf};
use crate::model::{Change, Evidence, Outcome};
use crate::reason::tree::{Arg, Clears, Node};
use crate::reason::{ReasonCode, Verdict};

/// The answer about a failure on an artifact: that it is borne, or as it was.
pub(super) fn tolerate(
    case: &Case<'_>,
    change: &Change,
    leaf: &EvidenceLeaf,
    line: &Line<'_>,
    mut failed: Node,
) -> Node {
    if leaf.against != Against::Baseline {
        return failed;
    }
    let places = case.records.baseline(change, case.stage);
    if places.is_empty() || places.iter().any(|place| place.artifacts.is_empty()) {
        return failed;
    }
    let mut artifacts: Vec<&Digest> = places.iter().flat_map(|place| &place.artifacts).collect();
    artifacts.sort_unstable();
    artifacts.dedup();
    let mut until = When::Never;
    let mut cites: Vec<(&'static str, usize)> = Vec::new();
    for artifact in &artifacts {
        let found =
            with_runs(case, change, Some(artifact), leaf, |runs| failure(case, leaf, line, runs));
        let Some((number, expires)) = found else { return failed };
        until = until.min(expires);
        cites.push(("evidence", number));
    }
    for place in &places {
        cites.extend(place.deployments.iter().map(|number| ("deployments", *number)));
    }
    cites.sort_unstable();
    cites.dedup();
    failed.verdict = Verdict::Go;
    failed.code = ReasonCode::EvidenceTolerated;
    failed.clears = Clears::Now;
    failed.act.clear();
    let baseline = artifacts.iter().map(ToString::to_string).collect();
    let node = failed.with("baseline", Arg::Texts(baseline)).until(until);
    cites.into_iter().fold(node, |node, (kind, number)| node.citing(kind, number))
}

/// The number of the failure that stands on a line of runs of the baseline, and until when it
/// does; nothing, where anything else may be said of it.
fn failure(
    case: &Case<'_>,
    leaf: &EvidenceLeaf,
    line: &Line<'_>,
    runs: &[(usize, &Evidence)],
) -> Option<(usize, When)> {
    let of_line = runs.iter().filter(|(_, evidence)| line_of(case, evidence) == *line);
    let of_line: Vec<&(usize, &Evidence)> = of_line.collect();
    // The newest run of all, a running one included; of equal numbers, the one that does not fail.
    let newest = of_line.iter().map(|(_, evidence)| evidence.run).max()?;
    let last = of_line.iter().filter(|(_, evidence)| evidence.run == newest);
    let standing = |evidence: &Evidence, at: Instant| {
        let expires = expiry(leaf, evidence);
        (evidence.outcome == Outcome::Failed && When::At(at) < expires).then_some(expires)
    };
    let mut found: Option<(usize, When)> = None;
    for (number, evidence) in last {
        let expires = standing(evidence, case.at)?;
        // Of several, the one that stands the shortest.
        if found.is_none_or(|(_, until)| expires < until) {
            found = Some((*number, expires));
        }
    }
    found
}
