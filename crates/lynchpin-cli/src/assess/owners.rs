//! Who answers for what is held back, and so can act.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::id::{ChangeId, GroupId, PersonId, ServiceId};
use lynchpin::base::{Actor, Instant, Subject};
use lynchpin::model::{Change, Group, Member, Person, PersonKind, Portfolio};
use lynchpin::report::{Blocker, counted, line, some};

use super::Report;

/// How much of a name is shown, in columns.
const NAME_COLUMNS: usize = 44;

/// A line for each owner of what is held back: who belongs to it, and how much of what waits for
/// them; the one with the most first, what nobody owns last. Safe to print on a terminal.
pub(super) fn lines(report: &Report<'_>, blockers: &[Blocker<'_>]) -> Vec<String> {
    let portfolio = &report.assessment.portfolio;
    let mut held: BTreeSet<&ChangeId> = BTreeSet::new();
    for subject in blockers.iter().flat_map(|blocker| &blocker.held) {
        match subject {
            Subject::Change(id) => _ = held.insert(id),
            Subject::Release(_) => held.extend(portfolio.changes.iter().map(|change| &change.id)),
        }
    }
    let duties = duties(portfolio, &held);
    let people = People::of(portfolio);
    let caps = &report.caps;
    let shown = duties.iter().take(caps.owners).map(|(owner, duty)| {
        let services = duty.services.iter().map(|id| line(id.as_str(), NAME_COLUMNS));
        let services = some(services, duty.services.len(), caps.of_owner);
        let changes = counted(duty.changes.len(), "change", "changes");
        let of = if services.is_empty() { services } else { format!(" of {services}") };
        format!("{}: {changes}{of}", people.named(*owner, report.at, caps.of_owner))
    });
    let mut out: Vec<String> = shown.collect();
    if duties.len() > out.len() {
        out.push(format!("and {}", counted(duties.len() - out.len(), "more owner", "more owners")));
    }
    out
}

/// What one owner answers for.
#[derive(Default)]
struct Duty<'a> {
    services: BTreeSet<&'a ServiceId>,
    changes: BTreeSet<&'a ChangeId>,
}

/// What is held back by who owns it.
fn duties<'a>(
    portfolio: &'a Portfolio,
    held: &BTreeSet<&ChangeId>,
) -> Vec<(Option<&'a Actor>, Duty<'a>)> {
    let owners: BTreeMap<&ServiceId, Option<&Actor>> =
        portfolio.services.iter().map(|service| (&service.id, service.owner.as_ref())).collect();
    let mut duties: BTreeMap<Option<&Actor>, Duty<'a>> = BTreeMap::new();
    let newest: BTreeMap<&ChangeId, &Change> =
        portfolio.changes.iter().map(|change| (&change.id, change)).collect();
    for (id, change) in newest.into_iter().filter(|(id, _)| held.contains(id)) {
        for service in &change.services {
            let duty = duties.entry(owners.get(service).copied().flatten()).or_default();
            duty.services.insert(service);
            duty.changes.insert(id);
        }
        if change.services.is_empty() {
            duties.entry(None).or_default().changes.insert(id);
        }
    }
    let mut duties: Vec<_> = duties.into_iter().collect();
    // Owners of equal weight stay in the order of their ids.
    duties.sort_by_key(|(owner, duty)| (owner.is_none(), Reverse(duty.changes.len())));
    duties
}

/// Everybody who can be named.
struct People<'a> {
    people: BTreeMap<&'a PersonId, &'a Person>,
    groups: BTreeMap<&'a GroupId, &'a Group>,
}

impl<'a> People<'a> {
    fn of(portfolio: &'a Portfolio) -> People<'a> {
        People {
            people: portfolio.people.iter().map(|person| (&person.id, person)).collect(),
            groups: portfolio.groups.iter().map(|group| (&group.id, group)).collect(),
        }
    }

    /// An owner with the first few who act for it.
    fn named(&self, owner: Option<&'a Actor>, at: Instant, most: usize) -> String {
        match owner {
            None => "nobody is known to answer for".to_owned(),
            Some(Actor::Person(id)) => self.name(id),
            Some(Actor::Group(id)) => {
                let members = self.members(id, at);
                let group = line(id.as_str(), NAME_COLUMNS);
                if members.is_empty() {
                    return group;
                }
                let count = members.len();
                format!("{group} ({})", some(members.into_iter(), count, most))
            }
        }
    }

    /// What a person is called; by the id, who is not known.
    fn name(&self, id: &PersonId) -> String {
        let name = self.people.get(id).and_then(|person| person.name.as_deref());
        line(name.unwrap_or(id.as_str()), NAME_COLUMNS)
    }

    /// The people of a group and of the groups within it at an instant, sorted by id.
    fn members(&self, group: &'a GroupId, at: Instant) -> Vec<String> {
        let holds = |member: &Member| {
            member.from.is_none_or(|from| from <= at) && member.to.is_none_or(|to| at < to)
        };
        let mut seen = BTreeSet::from([group]);
        let mut open = vec![group];
        let mut found: BTreeSet<&PersonId> = BTreeSet::new();
        while let Some(group) = open.pop() {
            let members = self.groups.get(group).map_or(&[][..], |group| &group.members);
            for member in members.iter().filter(|member| holds(member)) {
                found.extend(&member.person);
                open.extend(member.group.iter().filter(|group| seen.insert(group)));
            }
        }
        let acts = |id: &&PersonId| {
            self.people.get(id).is_none_or(|person| {
                let suspended = person.suspended_from.is_some_and(|from| from <= at);
                person.kind == PersonKind::Human && !suspended
            })
        };
        found.into_iter().filter(acts).map(|id| self.name(id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTFOLIO: &str = r#"{"lynchpin": "portfolio/1",
     "people": [{"id": "ann", "name": "Ann\u001b[2J Lee"}, {"id": "bot", "kind": "machine"},
      {"id": "old", "suspended_from": "2026-01-01T00:00:00Z"}, {"id": "mei"}],
     "groups": [
      {"id": "pay", "members": [{"person": "ann"}, {"person": "bot"}, {"person": "old"},
       {"group": "night"}, {"person": "gone", "to": "2026-02-01T00:00:00Z"}]},
      {"id": "night", "members": [{"group": "pay"}, {"person": "raj"}]}],
     "services": [{"id": "till", "owner": {"group": "pay"}}, {"id": "mail"},
      {"id": "shop", "owner": {"person": "mei"}}],
     "changes": [
      {"id": "A", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "services": ["shop"]},
      {"id": "B", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "services": ["mail"]},
      {"id": "C", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
       "services": ["shop", "till"]},
      {"id": "D", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj"}]}"#;

    #[test]
    fn owners_are_named_by_what_waits_for_them() {
        let portfolio: Portfolio = serde_json::from_str(PORTFOLIO).unwrap();
        let ids: Vec<ChangeId> = portfolio.changes.iter().map(|change| change.id.clone()).collect();
        let people = People::of(&portfolio);
        let at = "2026-11-02T09:00:00Z".parse().unwrap();
        let told = |held: &[usize], most| -> Vec<String> {
            let held = held.iter().map(|number| &ids[*number]).collect();
            let of = |(owner, duty): &(Option<&'_ Actor>, Duty<'_>)| {
                let named = owner.map_or_else(String::new, |owner| match owner {
                    Actor::Person(id) => people.name(id),
                    Actor::Group(id) => some(people.members(id, at).into_iter(), 2, most),
                });
                format!("{named}: {} of {}", duty.changes.len(), duty.services.len())
            };
            duties(&portfolio, &held).iter().map(of).collect()
        };
        let all = ["mei: 2 of 1", "Ann\\u{1b}[2J Lee, raj: 1 of 1", ": 2 of 1"];
        assert_eq!(told(&[0, 1, 2, 3], 9), all);
        assert_eq!(told(&[2], 1), ["mei: 1 of 1", "Ann\\u{1b}[2J Lee and 1 more: 1 of 1"]);
        assert_eq!(told(&[], 9), [""; 0]);
    }
}
