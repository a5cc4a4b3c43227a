//! The windows that a requirement means.

use crate::base::Actor;
use crate::gate::policy::WindowLeaf;
use crate::history::Records;
use crate::history::freezes::Scheduled;
use crate::model::Window;

/// The windows that a requirement names, from whom it takes them.
#[must_use]
pub fn meant<'a>(records: &'a Records, leaf: &WindowLeaf) -> Vec<(&'a Scheduled, &'a Window)> {
    let people = &records.people;
    let all = &records.portfolio().windows;
    let known = records.freezes.windows.iter();
    let known = known.filter_map(|scheduled| Some((scheduled, all.get(scheduled.number)?)));
    let meant = known.filter(|(_, window)| {
        let named = leaf.windows.is_empty() || leaf.windows.contains(&window.id);
        let entitled = match &leaf.declared_by {
            None => true,
            Some(Actor::Group(group)) => people.belonged(*window, group),
            Some(Actor::Person(id)) => people.principal(&window.by) == people.principal(id),
        };
        named && entitled
    });
    meant.collect()
}
