//! The waves: in which order their changes are shown, and what is said of many.

use std::collections::BTreeMap;

use lynchpin::base::Subject;
use lynchpin::base::id::ChangeId;
use lynchpin::plan::Plan;
use lynchpin::reason::Verdict;
use lynchpin::report::{counted, word};
use lynchpin_link::git::Assessment;

use super::Answers;

/// Puts what ships at once in the order in which it was made: commits' ids say nothing.
pub(super) fn as_in_history(assessment: &Assessment, plan: &mut Plan) {
    let changes = assessment.portfolio.changes.iter().enumerate();
    let places: BTreeMap<&ChangeId, usize> =
        changes.map(|(place, change)| (&change.id, place)).collect();
    for wave in &mut plan.waves {
        wave.sort_by_key(|step| step.changes.iter().filter_map(|id| places.get(id)).min());
    }
}

/// How many waves there are, and how many changes are in none.
pub(super) fn waves(answers: &Answers) -> String {
    let waves = counted(answers.plan.waves.len(), "wave", "waves");
    let dropped: usize = answers.plan.dropped.iter().map(|group| group.changes.len()).sum();
    let dropped = match dropped {
        0 => String::new(),
        count => format!("; {} in none", counted(count, "change", "changes")),
    };
    format!("in which order: {waves}{dropped}")
}

/// A line for each wave with how many changes of it have which verdict, and for what is in none; of
/// at most so many waves.
pub(super) fn of_waves(answers: &Answers, most: usize) -> Vec<String> {
    let mut verdicts: BTreeMap<&ChangeId, Verdict> = BTreeMap::new();
    for node in answers.decision.changes() {
        if let Subject::Change(id) = &node.subject {
            verdicts.insert(id, node.verdict);
        }
    }
    let told = |name: &str, ids: &[&ChangeId]| {
        let count = |verdict: Verdict| {
            let count = ids.iter().filter(|id| verdicts.get(**id) == Some(&verdict)).count();
            (count > 0).then(|| format!("{count} {}", word(verdict)))
        };
        let counts: Vec<String> = Verdict::ALL.into_iter().filter_map(count).collect();
        let changes = counted(ids.len(), "change", "changes");
        format!("{name}: {changes}: {}", counts.join(", "))
    };
    let waves = &answers.plan.waves;
    let mut out = Vec::new();
    for (number, wave) in (1..=most).zip(waves) {
        let ids: Vec<&ChangeId> = wave.iter().flat_map(|step| &step.changes).collect();
        out.push(told(&format!("wave {number}"), &ids));
    }
    let later = waves.get(most..).unwrap_or_default();
    if !later.is_empty() {
        let ids: Vec<&ChangeId> = later.iter().flatten().flat_map(|step| &step.changes).collect();
        out.push(told(&counted(later.len(), "later wave", "later waves"), &ids));
    }
    let dropped: Vec<&ChangeId> =
        answers.plan.dropped.iter().flat_map(|group| &group.changes).collect();
    if !dropped.is_empty() {
        out.push(told("in none", &dropped));
    }
    out
}
