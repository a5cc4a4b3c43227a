//! What must be kept apart: by what each change says now and, where it is or on its way to, by what
//! it said when it was brought there.

use std::collections::BTreeMap;

use super::records::Records;
use crate::base::id::{ChangeId, StageId};
use crate::model::change::ConflictScope;

/// Why two changes must be kept apart.
#[derive(Clone, Debug, Default)]
pub struct Apart {
    /// Until when, by whoever says so for longest.
    pub scope: ConflictScope,
    /// Whether either says so now.
    pub stated: bool,
    /// The numbers of the deployments that brought the other one when it said so.
    pub brought_by: Vec<usize>,
}

impl Records {
    /// The changes that one must be kept apart from in a stage: by what either side says now, and
    /// by what the other said when it was brought there. What is edited is not deployed by that.
    #[must_use]
    pub fn conflicts_in(&self, change: &ChangeId, stage: &StageId) -> BTreeMap<&ChangeId, Apart> {
        let stated = self
            .conflicts(change)
            .map(|(other, scope)| (other, Apart { scope, stated: true, brought_by: Vec::new() }));
        let mut found: BTreeMap<_, _> = stated.collect();
        for other in self.once_apart.get(change).into_iter().flatten() {
            if let Some((scope, by)) = self.brought_apart(other, change, stage) {
                let known: &mut Apart = found.entry(other).or_default();
                known.scope = known.scope.max(scope);
                known.brought_by = by;
            }
        }
        found
    }

    /// What a change said of another one when it was brought to a stage where it is, or is on its
    /// way to, and the numbers of the deployments that brought it.
    fn brought_apart(
        &self,
        id: &ChangeId,
        other: &ChangeId,
        stage: &StageId,
    ) -> Option<(ConflictScope, Vec<usize>)> {
        let row = self.change(id)?;
        let (mut scope, mut by) = (None, Vec::new());
        for number in self.places(id, stage).flat_map(|place| place.brought_by()) {
            let Some(deployment) = self.portfolio().deployments.get(number) else { continue };
            let brought = row.brought(self, deployment);
            // What came before anything was known of it is what was told first.
            let first = brought.is_empty().then_some(0);
            let revisions = brought.into_iter().map(|(revision, _)| revision).chain(first);
            let said = revisions.filter_map(|revision| row.at(self, revision));
            let said = said.flat_map(|change| &change.conflicts).filter(|it| it.change == *other);
            if let Some(said) = said.map(|conflict| conflict.scope).max() {
                scope = scope.max(Some(said));
                by.push(number);
            }
        }
        Some((scope?, by))
    }
}
