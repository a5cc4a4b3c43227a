//! The records that an expression sees, and the values of their fields.

use std::borrow::Cow;

use super::super::Seen;
use super::kind::Shape;
use super::tree::Global;
use crate::base::id::{ChangeId, PersonId, Reference, ServiceId};
use crate::base::{Actor, Instant};
use crate::model::{Change, Needs, Period, Plans, Release, Reversibility, Service, Size};

/// What a node comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Bool(bool),
    Int(i64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Record(Record<'a>),
}

/// A record; its fields are looked up when they are asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Record<'a> {
    Change(&'a Change),
    /// None of it is said where no release is judged.
    Release(Option<&'a Release>),
    /// Only the id is said of a service that is not declared.
    Service(&'a ServiceId, Option<&'a Service>),
    Stage,
    Period(Option<Period>),
    Size(Size),
}

/// Why a value is not there.
pub(super) type Missing = String;

/// The record or the list of that name.
pub(super) fn global<'a>(seen: &Seen<'a>, global: Global) -> Result<Value<'a>, Missing> {
    match global {
        Global::Change => match seen.change {
            Some(change) => Ok(Value::Record(Record::Change(change))),
            None => Err("there is no one change here".to_owned()),
        },
        Global::Changes => Ok(changes(seen)),
        Global::Release => Ok(Value::Record(Record::Release(seen.release))),
        Global::Services => services(seen),
        Global::Stage => Ok(Value::Record(Record::Stage)),
    }
}

/// How many steps it takes to gather it.
pub(super) fn cost(seen: &Seen<'_>, global: Global) -> usize {
    match global {
        Global::Change | Global::Release | Global::Stage => 0,
        Global::Changes => seen.changes.len(),
        Global::Services => {
            let services = seen.changes.iter().map(|change| change.services.len());
            services.fold(seen.changes.len(), usize::saturating_add)
        }
    }
}

fn changes<'a>(seen: &Seen<'a>) -> Value<'a> {
    let changes = seen.changes.iter().map(|change| Value::Record(Record::Change(change)));
    Value::List(changes.collect())
}

/// The services of the change, or of all that ship. A change that names none may touch any, so
/// then they are not known: `services.all(...)` must not hold by leaving them out.
fn services<'a>(seen: &Seen<'a>) -> Result<Value<'a>, Missing> {
    let of: Vec<&'a Change> = match seen.change {
        Some(change) => vec![change],
        None => seen.changes.to_vec(),
    };
    if let Some(change) = of.iter().find(|change| change.services.is_empty()) {
        return Err(format!("{} names no service, so which it touches is not known", change.id));
    }
    let mut ids: Vec<&'a ServiceId> = of.iter().flat_map(|change| &change.services).collect();
    ids.sort_unstable();
    ids.dedup();
    let record = |id| Value::Record(Record::Service(id, seen.records.service_by(id, seen.then)));
    Ok(Value::List(ids.into_iter().map(record).collect()))
}

impl<'a> Record<'a> {
    pub(super) fn shape(self) -> Shape {
        match self {
            Record::Change(_) => Shape::Change,
            Record::Release(_) => Shape::Release,
            Record::Service(_, _) => Shape::Service,
            Record::Stage => Shape::Stage,
            Record::Period(_) => Shape::Period,
            Record::Size(_) => Shape::Size,
        }
    }

    /// Whether a field is said.
    pub(super) fn has(self, seen: &Seen<'a>, field: &str) -> bool {
        match self.field(seen, field) {
            Some(Value::Record(Record::Period(period))) => period.is_some(),
            Some(Value::Record(Record::Size(size))) => size != Size::default(),
            Some(Value::List(list)) => !list.is_empty(),
            Some(_) => true,
            None => false,
        }
    }

    /// The value of a field, if it is said. Lists are always said; they may be empty.
    pub(super) fn field(self, seen: &Seen<'a>, field: &str) -> Option<Value<'a>> {
        match self {
            Record::Change(change) => of_change(seen, change, field),
            Record::Release(release) => of_release(seen, release?, field),
            Record::Service(id, service) => of_service(seen, id, service, field),
            Record::Stage => match field {
                "id" => Some(text(seen.stage.as_str())),
                "previous" => seen.previous.map(|stage| text(stage.as_str())),
                _ => None,
            },
            Record::Period(period) => match field {
                "from" => Some(instant(period?.from)),
                "to" => Some(instant(period?.to)),
                _ => None,
            },
            Record::Size(size) => match field {
                "configuration_files" => int(size.configuration_files),
                "files" => int(size.files),
                "folders" => int(size.folders),
                "lines_added" => int(size.lines_added),
                "lines_deleted" => int(size.lines_deleted),
                "schema_files" => int(size.schema_files),
                _ => None,
            },
        }
    }
}

fn of_change<'a>(seen: &Seen<'a>, change: &'a Change, field: &str) -> Option<Value<'a>> {
    match field {
        "after" => Some(ids(change.after.iter())),
        "artifacts" => {
            let texts = change.artifacts.iter().map(|digest| Cow::Owned(digest.to_string()));
            Some(Value::List(texts.map(Value::Text).collect()))
        }
        "at" => Some(instant(change.at)),
        "author" => change.author.as_ref().map(|id| person(seen, id)),
        "by" => Some(person(seen, &change.by)),
        "commits" => Some(references(&change.commits)),
        "committers" => {
            Some(Value::List(change.committers.iter().map(|id| person(seen, id)).collect()))
        }
        "conflicts" => Some(ids(change.conflicts.iter().map(|conflict| &conflict.change))),
        "description" => change.description.as_deref().map(text),
        "effort_minutes" => int(change.effort_minutes.map(u64::from)),
        "id" => Some(text(change.id.as_str())),
        "kind" => Some(text(change.kind.name())),
        "model" => change.model.as_ref().map(|id| text(id.as_str())),
        "planned" => Some(Value::Record(Record::Period(change.planned))),
        "plans" => Some(plans(&change.plans)),
        "requester" => change.requester.as_ref().map(|id| person(seen, id)),
        "requires" => Some(ids(change.requires.iter().flat_map(Needs::alternatives))),
        "reversibility" => change.reversibility.map(|said| {
            text(match said {
                Reversibility::Reversible => "reversible",
                Reversibility::Irreversible => "irreversible",
            })
        }),
        "revision" => Some(Value::Int(change.revision.into())),
        "services" => {
            Some(Value::List(change.services.iter().map(|id| text(id.as_str())).collect()))
        }
        "size" => Some(Value::Record(Record::Size(change.size))),
        "supersedes" => Some(ids(change.supersedes.iter())),
        "tickets" => Some(references(&change.tickets)),
        "title" => change.title.as_deref().map(text),
        "together" => Some(ids(change.together.iter())),
        "uploader" => change.uploader.as_ref().map(|id| person(seen, id)),
        _ => None,
    }
}

fn of_release<'a>(seen: &Seen<'a>, release: &'a Release, field: &str) -> Option<Value<'a>> {
    match field {
        "at" => Some(instant(release.at)),
        "by" => Some(person(seen, &release.by)),
        "changes" => Some(ids(release.changes.iter())),
        "id" => Some(text(release.id.as_str())),
        "planned" => Some(Value::Record(Record::Period(release.planned))),
        "requester" => release.requester.as_ref().map(|id| person(seen, id)),
        "revision" => Some(Value::Int(release.revision.into())),
        "stages" => Some(Value::List(release.stages.iter().map(|id| text(id.as_str())).collect())),
        "title" => release.title.as_deref().map(text),
        _ => None,
    }
}

fn of_service<'a>(
    seen: &Seen<'a>,
    id: &'a ServiceId,
    service: Option<&'a Service>,
    field: &str,
) -> Option<Value<'a>> {
    if field == "id" {
        return Some(text(id.as_str()));
    }
    let service = service?;
    match field {
        "depends_on" => {
            Some(Value::List(service.depends_on.iter().map(|id| text(id.as_str())).collect()))
        }
        "environments" => {
            Some(Value::List(service.environments.iter().map(|id| text(id.as_str())).collect()))
        }
        "owner" => service.owner.as_ref().map(|owner| match owner {
            Actor::Person(id) => person(seen, id),
            Actor::Group(id) => text(id.as_str()),
        }),
        "profile" => service.profile.as_ref().map(|id| text(id.as_str())),
        "tier" => service.tier.map(|tier| Value::Int(tier.into())),
        _ => None,
    }
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn int<'a>(number: Option<u64>) -> Option<Value<'a>> {
    // The document's numbers fit; what were larger than any would still compare as such.
    number.map(|number| Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}

fn instant<'a>(instant: Instant) -> Value<'a> {
    Value::Int(instant.micros())
}

/// The id under which somebody's acts count, so that an alias is not somebody else.
fn person<'a>(seen: &Seen<'a>, id: &'a PersonId) -> Value<'a> {
    text(seen.records.people.principal(id).as_str())
}

fn ids<'a>(ids: impl Iterator<Item = &'a ChangeId>) -> Value<'a> {
    Value::List(ids.map(|id| text(id.as_str())).collect())
}

fn references(references: &[Reference]) -> Value<'_> {
    Value::List(references.iter().map(|id| text(id.as_str())).collect())
}

/// The names of the plans that say something.
fn plans<'a>(plans: &Plans) -> Value<'a> {
    let named = [
        ("implementation", &plans.implementation),
        ("test", &plans.test),
        ("back_out", &plans.back_out),
    ];
    let said = |text: &&Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let said = named.into_iter().filter(|(_, text)| said(text));
    Value::List(said.map(|(name, _)| text(name)).collect())
}
