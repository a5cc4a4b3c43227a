//! What checks and signed statements had shown of what was deployed.

use std::collections::{BTreeMap, BTreeSet};

use super::behind::{Behind, Case, Cites};
use super::{CheckRun, SignedStatement};
use crate::base::id::{CheckId, ConfigurationId, EnvironmentId, PersonId};
use crate::base::{Digest, Subject};
use crate::history::ChangeRow;
use crate::history::order::position;
use crate::model::{Evidence, Outcome};

/// What lines of runs are told apart by.
type Line<'a> = (
    &'a CheckId,
    Option<&'a Digest>,
    Option<&'a ConfigurationId>,
    Option<&'a EnvironmentId>,
    &'a PersonId,
);

impl Behind<'_> {
    /// The newest result of each line of runs on what was deployed, by then.
    pub(super) fn evidence(&self, case: &Case<'_>, cites: &mut Cites) -> Vec<CheckRun> {
        let records = self.records;
        let all = &records.portfolio().evidence;
        let artifacts = self.artifacts(case);
        let on_artifacts = artifacts.iter().flat_map(|it| records.evidence_on(it));
        let of_change = case.found.change.map_or(&[][..], |id| records.evidence_of(id));
        let of_change = of_change
            .iter()
            .filter(|n| all.get(**n).is_some_and(|it| self.is_of_revision(case, it)));
        let mut newest: BTreeMap<Line<'_>, (usize, &Evidence)> = BTreeMap::new();
        for number in on_artifacts.chain(of_change) {
            let evidence = all.get(*number).filter(|it| case.is_there(*it));
            let Some(evidence) = evidence else { continue };
            let held = newest.entry(self.line(evidence)).or_insert((*number, evidence));
            // A run that is going displaces none that came to an end; of runs of one number the
            // less favourable counts.
            let order = |it: &Evidence| {
                (it.outcome != Outcome::Running, it.run, it.outcome, it.at, position(it))
            };
            if order(held.1) < order(evidence) {
                *held = (*number, evidence);
            }
        }
        let mut found = Vec::new();
        for (number, evidence) in newest.into_values() {
            if evidence.expires.is_some_and(|end| end <= case.then.at) {
                continue;
            }
            cites.insert(("evidence", number));
            found.push(CheckRun {
                check: evidence.check.clone(),
                artifact: evidence.artifact,
                configuration: evidence.configuration.clone(),
                environment: evidence.environment.clone(),
                by: evidence.by.clone(),
                run: evidence.run,
                outcome: evidence.outcome,
                at: evidence.at,
            });
        }
        found
    }

    /// The signed statements about what was deployed, by then.
    pub(super) fn statements(&self, case: &Case<'_>, cites: &mut Cites) -> Vec<SignedStatement> {
        let all = &self.records.portfolio().statements;
        let mut found = Vec::new();
        for artifact in self.artifacts(case) {
            for number in self.records.statements_on(&artifact) {
                let statement = all.get(*number).filter(|it| case.is_there(*it));
                let read = statement.and_then(|it| Some((it, it.read().ok()?)));
                if let Some((statement, says)) = read {
                    cites.insert(("statements", *number));
                    found.push(SignedStatement {
                        artifact,
                        predicate_type: says.predicate_type,
                        at: statement.at,
                        by: statement.by.clone(),
                    });
                }
            }
        }
        found.sort();
        found
    }

    /// What shipped: what the deployment says that it brought or, of that, what is known as an
    /// artifact of the change; those of the revision, if it does not say.
    fn artifacts(&self, case: &Case<'_>) -> BTreeSet<Digest> {
        let told = case.found.facts.iter().flat_map(|(_, it)| &it.artifacts);
        let told: BTreeSet<Digest> = told.copied().collect();
        let of = |place, row: &ChangeRow| {
            let change = row.at(self.records, place);
            change.map(|change| change.artifacts.clone()).unwrap_or_default()
        };
        let Some((row, last)) = case.shipped else { return told };
        if told.is_empty() {
            return of(last, row).into_iter().collect();
        }
        let ever: BTreeSet<Digest> = (0..=last).flat_map(|place| of(place, row)).collect();
        let own: BTreeSet<Digest> = told.intersection(&ever).copied().collect();
        if own.is_empty() { told } else { own }
    }

    /// Whether a result is about the revision that shipped, or one that says the same but for the
    /// text, and that was there to be checked.
    fn is_of_revision(&self, case: &Case<'_>, evidence: &Evidence) -> bool {
        let of = || {
            let (row, last) = case.shipped?;
            let revision = evidence.revision?;
            let made = self.records.made(&Subject::Change(row.id.clone()), revision)?;
            let there = made.0 <= evidence.at && made.1 <= position(evidence);
            let checked = row.digests(self.records, row.position_of(self.records, revision)?)?;
            let shipped = row.digests(self.records, last)?;
            Some(there && checked.without_text() == shipped.without_text())
        };
        of().unwrap_or(false)
    }

    fn line<'e>(&'e self, evidence: &'e Evidence) -> Line<'e> {
        (
            &evidence.check,
            evidence.artifact.as_ref(),
            evidence.configuration.as_ref(),
            evidence.environment.as_ref(),
            self.records.people.principal(&evidence.by),
        )
    }
}
