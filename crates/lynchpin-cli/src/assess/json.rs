//! The assessment for programs; `docs/assess.md` says what its fields mean.

use lynchpin::base::{Error, ErrorCode, Instant, Subject};
use lynchpin::portfolio::Snapshot;
use lynchpin::wire::{self, Detail, Question};
use lynchpin_link::git::Assessment;

/// The assessment, the plan, the decision with all its reasons and the score, a line each.
pub(super) fn lines(
    assessment: &Assessment,
    snapshot: &Snapshot,
    at: Instant,
) -> Result<Vec<u8>, Error> {
    let line = assessment.summary().as_of(at);
    let mut out = serde_json::to_vec(&line)
        .map_err(|error| Error::new(ErrorCode::Other, error.to_string()))?;
    out.push(b'\n');
    let Some(release) = assessment.release.clone() else { return Ok(out) };
    let subject = Subject::Release(release);
    let (stage, detail, scope) = (None, Detail::Full, <_>::default());
    for question in [
        Question::Plan(wire::Plan { subject: subject.clone(), stage: None, at, scope }),
        Question::Decide(wire::Decide {
            subject: subject.clone(),
            stage,
            at,
            detail,
            what_if: None,
        }),
        Question::Score(wire::Score { subject, at, parts: Vec::new(), split: None }),
    ] {
        out.extend(question.ask(snapshot)?.to_bytes()?);
        out.push(b'\n');
    }
    Ok(out)
}
