//! What was known of one change alone.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Records;
use crate::base::id::ChangeId;
use crate::base::{Instant, Subject};
use crate::model::Portfolio;

impl Records {
    /// What was known earlier of one change, its approvals, and the evidence and statements about
    /// what it ships, and of who is who: enough for whoever asks for nothing else, and far less
    /// than everything. The numbers of its facts are its own.
    ///
    /// Nothing, if more is said of it: if there are waivers of it or minutes about it, or evidence
    /// that names another change.
    #[must_use]
    pub fn alone(&self, id: &ChangeId, then: Instant) -> Option<Records> {
        let (all, row) = (self.portfolio(), self.change(id)?);
        let subject = Subject::Change(id.clone());
        if !(self.boards.minutes(&subject).is_empty() && self.waivers(&subject).is_empty()) {
            return None;
        }
        let revisions: Vec<_> = (0..row.revisions.len()).filter_map(|n| row.at(self, n)).collect();
        let artifacts: BTreeSet<_> = revisions.iter().flat_map(|it| &it.artifacts).collect();
        let on = artifacts.iter().flat_map(|artifact| self.evidence_on(artifact));
        let evidence: BTreeSet<usize> = on.chain(self.evidence_of(id)).copied().collect();
        let evidence: Vec<_> =
            evidence.iter().filter_map(|n| all.evidence.get(*n)).cloned().collect();
        if evidence.iter().any(|it| it.change.as_ref().is_some_and(|of| of != id)) {
            return None;
        }
        // A statement may be about what is no artifact, by the digest of a revision.
        let digests = (0..row.revisions.len()).filter_map(|n| row.digests(self, n));
        let digests: Vec<_> = digests.map(|it| it.root()).collect();
        let about = artifacts.iter().copied().chain(&digests);
        let statements: BTreeSet<usize> =
            about.flat_map(|digest| self.statements_on(digest)).copied().collect();
        let approvals = self.approvals(&subject).iter();
        let cancelled = self.cancellation(&subject);
        let portfolio = Portfolio {
            people: all.people.clone(),
            groups: all.groups.clone(),
            delegations: all.delegations.clone(),
            absences: all.absences.clone(),
            boards: all.boards.clone(),
            services: all.services.clone(),
            stages: all.stages.clone(),
            changes: revisions.into_iter().cloned().collect(),
            evidence: evidence.into(),
            statements: statements.iter().filter_map(|n| all.statements.get(*n)).cloned().collect(),
            approvals: approvals.filter_map(|n| all.approvals.get(*n)).cloned().collect(),
            cancellations: cancelled
                .and_then(|n| all.cancellations.get(n))
                .into_iter()
                .cloned()
                .collect(),
            ..Portfolio::default()
        };
        Some(Records::new(Arc::new(portfolio), then))
    }
}
