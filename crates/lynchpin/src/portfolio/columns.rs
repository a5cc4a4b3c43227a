//! "What does this gate say of everything that it judges?"

use super::decide::no_policy;
use super::in_force::InForce;
use super::item::Members;
use super::owed;
use super::setting::Setting;
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::{GateId, StageId};
use crate::base::{Instant, Subject};
use crate::gate::column::Columns;
use crate::gate::column::write::{self, Row};
use crate::gate::policy::{Gate, Judges, Policy};
use crate::gate::{Case, obligation};
use crate::history::Records;

/// One gate and all that it judges, a row for each.
///
/// A row of a release tells what the gate says of the whole and, where alternatives are enough and
/// not all are asked of each kind, of those members that it asks less of
/// ([`Part::Lots`](crate::gate::column::Part::Lots)).
///
/// ```
/// use lynchpin::base::Limits;
/// use lynchpin::portfolio::Engine;
/// use lynchpin::reason::Verdict;
/// use lynchpin::wire::read_portfolio;
///
/// let mut engine = Engine::new(Limits::untrusted());
/// engine.add(read_portfolio(
///     br#"{"lynchpin": "portfolio/1", "people": [{"id": "raj"}], "stages": [{"id": "production"}],
///      "changes": [
///       {"id": "C-4", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"},
///       {"id": "C-7", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
///        "plans": {"back_out": "helm rollback 41"}}]}"#,
///     engine.limits(),
/// )?)?;
/// engine.set_policy(r#"
///     name = "acme"
///     requirement.back-out = { plan = "back_out" }
///     gate.fast = { stage = "production", judges = "change", require = "back-out" }
/// "#)?;
/// let at = "2026-11-02T09:00:00Z".parse()?;
/// let gate = engine.snapshot().gate_columns(&"fast".parse()?, &"production".parse()?, at)?;
/// assert_eq!(gate.columns.verdicts(at), [Verdict::NeedsAction, Verdict::Go]);
/// assert_eq!(gate.subjects[1].to_string(), "change C-7");
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct GateColumns {
    /// What each row is about, in order of ids.
    pub subjects: Vec<Subject>,
    /// What is known of it. They stand for the instant that was asked about; what arrives later is
    /// written to them, and until when a row stands is said by its reasons.
    pub columns: Columns,
}

pub(super) fn of(
    records: &Records,
    in_force: &InForce<'_>,
    id: &GateId,
    stage: &StageId,
    at: Instant,
) -> Result<GateColumns> {
    let nothing = no_policy();
    let policy = in_force.policy.unwrap_or(&nothing);
    let gate = policy.gates.get(id).ok_or_else(|| {
        Error::new(ErrorCode::UnknownWord, format!("the policy in force has no gate `{id}`"))
    })?;
    if !gate.stages.contains(stage) {
        let message = format!("gate `{id}` does not stand before stage `{stage}`");
        return Err(Error::new(ErrorCode::StageUnknown, message));
    }
    let subjects = subjects(records, policy, gate.judges);
    let setting =
        Setting::of(records, in_force.by(policy, records.as_of), &subjects, (Some(stage), at));
    let case = setting.case(records, (policy, in_force.before()), (stage, None), at);
    let obligations = obligation::unpaid(&case);
    let case = Case { obligations: &obligations, ..case };
    let rows = rows(&case, gate)?;
    let columns = write::columns(&case, id, &rows)?;
    Ok(GateColumns { columns, subjects: rows.into_iter().map(|row| row.subject).collect() })
}

/// Everything whose risk and figures may matter to a gate: what it judges, and what is owed.
fn subjects(records: &Records, policy: &Policy, judges: Judges) -> Vec<Subject> {
    let mut subjects = judged_by(records, judges);
    if judges == Judges::Release && policy.selects_by_risk() {
        subjects.extend(judged_by(records, Judges::Change));
    }
    subjects.extend(owed::declared(records));
    subjects.sort_unstable();
    subjects.dedup();
    subjects
}

/// All changes, or all releases, in order of ids.
fn judged_by(records: &Records, judges: Judges) -> Vec<Subject> {
    match judges {
        Judges::Change => records.changes().map(|row| Subject::Change(row.id.clone())).collect(),
        Judges::Release => records.releases().map(|row| Subject::Release(row.id.clone())).collect(),
    }
}

/// All that a gate judges before a stage and that was not cancelled, in order of ids.
fn rows<'a>(case: &Case<'a>, gate: &Gate) -> Result<Vec<Row<'a>>> {
    let records = case.records;
    let mut rows = Vec::new();
    for subject in judged_by(records, gate.judges) {
        let members = Members::of(records, &subject)?;
        let previous = members.before(records, case.stage);
        let changes = match gate.judges {
            Judges::Change => members.changes,
            Judges::Release => members.all,
        };
        let meant = changes.iter().any(|change| gate.only_for.matches(case, change));
        if meant && records.cancellation(&subject).is_none() {
            rows.push(Row { subject, members: changes, previous });
        }
    }
    Ok(rows)
}
