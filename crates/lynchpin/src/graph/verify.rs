//! A self-check for tests: what must hold of every answer, whatever the question.

use super::{Graph, Group, NodeSet, Order, Question};

impl Order {
    /// Checks the answer against its question, edge by edge; gives the first thing that is wrong.
    ///
    /// For tests. It recomputes nothing: it looks only at whether the answer supports itself.
    ///
    /// # Errors
    ///
    /// A sentence that says what does not hold.
    #[doc(hidden)]
    pub fn verify(&self, graph: &Graph, question: &Question<'_>) -> Result<(), String> {
        let mut listed = NodeSet::new();
        for group in 0..self.group_count() {
            for &node in self.steps(group) {
                let right = self.group_of(node) == Some(group) && listed.insert(node);
                ensure(right, || format!("group {group} does not own node {node}"))?;
            }
        }
        ensure(listed.iter().eq(question.candidates.iter()), || {
            "the groups do not hold the candidates".to_owned()
        })?;
        let merged = self.cycles().iter().filter(|cycle| !cycle.forbidden);
        let merged = merged.flat_map(|cycle| &cycle.members).copied().collect::<NodeSet>();
        for (wave, groups) in (1u32..).zip(self.waves()) {
            for &group in groups {
                ensure(self.wave_of(group) == Some(wave), || format!("group {group} moved"))?;
                self.verify_group(graph, question, &merged, group)?;
            }
        }
        let dropped = |group: &Group| self.wave_of(*group).is_none();
        let listed = self.dropped().iter().map(|dropped| dropped.group);
        ensure((0..self.group_count()).filter(dropped).eq(listed), || {
            "the dropped groups are not those without a wave".to_owned()
        })?;
        for dropped in self.dropped() {
            let root = !dropped.roots.is_empty();
            ensure(root, || format!("group {} is dropped without a root", dropped.group))?;
        }
        Ok(())
    }

    /// Checks that what a shipped group needs is there in time.
    fn verify_group(
        &self,
        graph: &Graph,
        question: &Question<'_>,
        merged: &NodeSet,
        group: Group,
    ) -> Result<(), String> {
        let mut latest = 0;
        let wave_of = |node| self.group_of(node).and_then(|group| self.wave_of(group));
        for &node in self.steps(group) {
            ensure(question.go.contains(node), || format!("node {node} ships without a go"))?;
            for clause in graph.clause_range(node) {
                let alternatives = graph.clauses.row(clause).iter();
                let when = alternatives.filter_map(|&other| {
                    let itself = other == node && !merged.contains(node);
                    let inner = self.group_of(other) == Some(group) && !itself;
                    let met = inner || question.live.contains(other);
                    if met { Some(0) } else { wave_of(other).filter(|_| !itself) }
                });
                let when = when.min().ok_or(format!("node {node} ships with a clause unmet"))?;
                latest = latest.max(when);
            }
            for &earlier in graph.after.row(node) {
                if self.group_of(earlier) != Some(group) {
                    latest = latest.max(wave_of(earlier).unwrap_or_default());
                }
            }
        }
        ensure(self.wave_of(group) == Some(latest + 1), || {
            format!("group {group} is in the wrong wave")
        })
    }
}

fn ensure(holds: bool, otherwise: impl Fn() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
