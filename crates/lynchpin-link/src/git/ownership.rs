//! The services of all repositories, and who answers for each, as the portfolio has them.

use std::collections::{BTreeMap, BTreeSet};

use lynchpin::base::Actor;
use lynchpin::base::id::{GroupId, PersonId, ServiceId};
use lynchpin::model::{Group, Member, Person, PersonKind, Portfolio, Service};

use super::changes::Entry;
use super::error::{AssessError, Result};
use super::identity::as_id;
use super::notes::Notes;
use super::people::People;
use super::portfolio::{CONTRIBUTORS, REVIEWERS, id};
use super::reading::Reading;
use super::services::codeowners::Skipped;
use super::services::mapping::Mapping;
use super::services::owners::{Directory, Lookup, Newcomer, Owner, Owners, Register};
use super::services::{Home, Origin, ServiceDef, Services, Wanted, find};

/// How many rules that cannot be used are shown; all are counted.
const SKIPPED_SHOWN: usize = 20;

/// The services of every change, and what the portfolio says of them.
#[derive(Debug, Default)]
pub(crate) struct Ownership {
    /// The services of each change, sorted.
    pub(crate) of_changes: Vec<Vec<ServiceId>>,
    services: BTreeMap<String, ServiceDef>,
    /// Who changed each service in the range.
    changed_by: BTreeMap<String, BTreeSet<usize>>,
    newcomers: Vec<Newcomer>,
}

/// Finds the services of every change.
pub(crate) fn services(
    readings: &mut [Reading],
    entries: &[Entry],
    people: &People,
    mapping: Option<&Mapping>,
    notes: &mut Notes,
) -> Result<Ownership> {
    let directory = Directory::of(&people.list);
    let (address, handle) =
        (|a: &str| directory.address(a), |handle: &str| directory.handle(handle));
    let mut register = Register::new(Lookup { address: &address, handle: &handle });
    let mut ownership = Ownership::default();
    let several = readings.len() > 1;
    let mut taken = BTreeSet::new();
    for reading in readings {
        let home = free_home(&reading.repository.name, several, &mut taken);
        let count = u32::try_from(reading.paths.len()).unwrap_or(u32::MAX);
        let paths: Vec<&[u8]> = (0..count).map(|number| reading.paths.get(number)).collect();
        let commit = &reading.range.until;
        let repository = &reading.repository;
        let wanted = Wanted { repository, commit, mapping, home: &home, paths: &paths };
        let services = find(&wanted, &mut register, notes)?;
        let of_path: Vec<Vec<usize>> = paths.iter().map(|path| services.of(path)).collect();
        notes.paths_given_up += services.given_up();
        for entry in entries.get(reading.changes.clone()).unwrap_or_default() {
            ownership.add(entry, &services, &of_path)?;
        }
        if mapping.is_some() {
            ownership.take(services.list());
        }
        reading.services_from = match services.origin() {
            Origin::Mapping(file) => file.clone(),
            Origin::CodeOwners(place) => (*place).to_owned(),
            Origin::Folders => "folders".to_owned(),
        };
        let skipped = services.skipped().iter().take(SKIPPED_SHOWN);
        reading.services_skipped =
            skipped.map(|Skipped { line, why }| format!("line {line}: {why}")).collect();
    }
    ownership.newcomers = register.newcomers;
    Ok(ownership)
}

/// A home that none of the repositories before has: two folders may be called alike, and the
/// owners of the one are not those of the other.
fn free_home(name: &str, several: bool, taken: &mut BTreeSet<String>) -> Home {
    let mut home = Home { repository: name.to_owned(), several };
    let mut number = 1;
    while !taken.insert(home.id(None)) {
        number += 1;
        home.repository = format!("{name}~{number}");
    }
    home
}

impl Ownership {
    fn add(&mut self, entry: &Entry, services: &Services, of_path: &[Vec<usize>]) -> Result<()> {
        let touched = entry.touched.as_ref().map(|touched| touched.paths().collect::<Vec<_>>());
        let paths = touched.unwrap_or_default();
        let of_paths = paths.iter().filter_map(|path| of_path.get(*path as usize)).flatten();
        let mut numbers: BTreeSet<usize> = of_paths.copied().collect();
        if numbers.is_empty() {
            // It touches nothing, or nobody knows what: the repository as such.
            numbers.extend(services.of(b""));
        }
        let mut ids = BTreeSet::new();
        for service in numbers.iter().filter_map(|number| services.list().get(*number)) {
            ids.insert(id::<ServiceId>(&service.id)?);
            let by = self.changed_by.entry(service.id.clone()).or_default();
            by.extend(entry.contributors.iter().chain([&entry.author]).copied());
            self.take(std::slice::from_ref(service));
        }
        self.of_changes.push(ids.into_iter().collect());
        Ok(())
    }

    fn take(&mut self, services: &[ServiceDef]) {
        for service in services {
            self.services.entry(service.id.clone()).or_insert_with(|| service.clone());
        }
    }

    /// Writes the services, the groups that own them and those people whom only a file names.
    pub(crate) fn write(&self, people: &People, portfolio: &mut Portfolio) -> Result<()> {
        let staff = Staff { people, newcomers: &self.newcomers };
        for newcomer in &self.newcomers {
            portfolio.people.push(person(newcomer)?);
        }
        let mut groups: BTreeMap<String, BTreeSet<Owner>> = BTreeMap::new();
        for service in self.services.values() {
            portfolio.services.push(self.service(service, &staff, &mut groups)?);
        }
        for (name, members) in groups {
            let members: Result<Vec<Member>> = members.iter().map(|m| staff.member(m)).collect();
            let members = members?;
            let known = portfolio.groups.iter().position(|group| group.id.as_str() == name);
            match known.and_then(|known| portfolio.groups.get_mut(known)) {
                Some(group) => group.members.extend(members),
                None => {
                    let id = id(&name)?;
                    portfolio.groups.push(Group { members, ..Group::new(id) });
                }
            }
        }
        // Whoever answers for a service may review.
        let humans = self.newcomers.iter().filter(|newcomer| !newcomer.machine);
        let humans: Result<Vec<Member>> =
            humans.map(|newcomer| Ok(Member::person(id(&newcomer.id)?))).collect();
        if let Some(group) = portfolio.groups.iter_mut().find(|g| g.id.as_str() == REVIEWERS) {
            group.members.extend(humans?);
        }
        Ok(())
    }

    fn service(
        &self,
        service: &ServiceDef,
        staff: &Staff<'_>,
        groups: &mut BTreeMap<String, BTreeSet<Owner>>,
    ) -> Result<Service> {
        let owner = match &service.owners {
            Owners::One(Owner::Team(team)) => {
                groups.entry(team.clone()).or_default();
                Actor::Group(id(team)?)
            }
            Owners::One(one) => Actor::Person(staff.id(one)?),
            Owners::Group { id: name, members } => {
                groups.entry(name.clone()).or_default().extend(members.iter().cloned());
                for team in members {
                    if let Owner::Team(team) = team {
                        groups.entry(team.clone()).or_default();
                    }
                }
                Actor::Group(id(name)?)
            }
            Owners::ThoseWhoChangedIt => match self.changed_by.get(&service.id) {
                // Where everybody works on everything, one group says it all.
                Some(by) if !staff.is_everybody(by) => {
                    let name = as_id(&format!("{CONTRIBUTORS}-to-{}", service.id));
                    let by = by.iter().filter(|person| !staff.people.is_machine(**person));
                    groups.entry(name.clone()).or_default().extend(by.copied().map(Owner::Known));
                    Actor::Group(id(&name)?)
                }
                _ => Actor::Group(id(CONTRIBUTORS)?),
            },
        };
        let ids = service.depends_on.iter().map(|on| id(on)).collect::<Result<Vec<_>>>()?;
        let environments =
            service.environments.iter().map(|e| id(e)).collect::<Result<Vec<_>>>()?;
        Ok(Service {
            tier: service.tier,
            owner: Some(owner),
            profile: service.profile.as_ref().map(|profile| id(profile)).transpose()?,
            depends_on: ids,
            environments,
            ..Service::new(id(&service.id)?)
        })
    }
}

/// Everybody who can own something.
struct Staff<'a> {
    people: &'a People,
    newcomers: &'a [Newcomer],
}

impl Staff<'_> {
    /// Whether those are all people of the history.
    fn is_everybody(&self, people: &BTreeSet<usize>) -> bool {
        let humans = (0..self.people.list.len()).filter(|person| !self.people.is_machine(*person));
        humans.into_iter().all(|person| people.contains(&person))
    }

    fn member(&self, owner: &Owner) -> Result<Member> {
        match owner {
            Owner::Team(team) => {
                let group: Option<GroupId> = Some(id(team)?);
                Ok(Member { person: None, group, from: None, to: None })
            }
            Owner::Known(_) | Owner::Newcomer(_) => Ok(Member::person(self.id(owner)?)),
        }
    }

    fn id(&self, owner: &Owner) -> Result<PersonId> {
        let found = match owner {
            Owner::Known(number) => self.people.list.get(*number).map(|person| &person.id),
            Owner::Newcomer(number) => self.newcomers.get(*number).map(|newcomer| &newcomer.id),
            Owner::Team(_) => None,
        };
        let missing = || AssessError::Portfolio { detail: "an owner is missing".to_owned() };
        id(found.ok_or_else(missing)?)
    }
}

fn person(newcomer: &Newcomer) -> Result<Person> {
    Ok(Person {
        name: Some(newcomer.name.clone()),
        kind: if newcomer.machine { PersonKind::Machine } else { PersonKind::Human },
        ..Person::new(id(&newcomer.id)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_repositories_share_their_services() {
        let mut taken = BTreeSet::new();
        let ids: Vec<String> = ["shop", "my shop", "my-shop", "shop", "shop~2"]
            .into_iter()
            .map(|name| free_home(name, true, &mut taken).id(None))
            .collect();
        assert_eq!(ids, ["shop", "my-shop", "my-shop~2", "shop~2", "shop~2~2"]);
    }
}
