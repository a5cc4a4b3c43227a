//! People, machine accounts and the groups they act for.

use serde::{Deserialize, Serialize};

use super::fact::record;
use crate::base::Instant;
use crate::base::id::{GroupId, PersonId};

/// Whether an account is a human being; only they fill seats that ask for people.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PersonKind {
    /// A human being.
    #[default]
    Human,
    /// A bot, a pipeline or another machine account.
    Machine,
}

record! {
    /// One person or machine account. Who is not declared fills no seat. Of several declarations
    /// the newest one that was recorded by then counts; but every alias stays one, and who was ever
    /// called a machine fills no seat of people.
    ///
    /// ```
    /// use lynchpin::model::Person;
    ///
    /// let person: Person = serde_json::from_str(
    ///     r#"{"id": "ann", "suspended_from": "2026-11-03T00:00:00Z",
    ///         "at": "2026-11-03T08:00:00Z", "by": "mei", "reason": "her laptop was stolen"}"#,
    /// )?;
    /// assert!(person.suspended_from.is_some());
    /// assert!(Person::new("raj".parse()?).at.is_none(), "known always");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    "people" pub struct Person {
        /// The id under which their acts are counted.
        pub id: PersonId,
        /// The name for people to read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Other ids of the same person: old accounts, other addresses.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub aliases: Vec<PersonId>,
        /// Human, unless it says machine.
        #[serde(default, skip_serializing_if = "is_human")]
        pub kind: PersonKind,
        /// Suspended from that instant on: no approval or waiver of theirs counts, whenever it was
        /// given; a rejection still stands. Who is declared again without it is reinstated; what
        /// was given meanwhile does not count then, either.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub suspended_from: Option<Instant>,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_human(kind: &PersonKind) -> bool {
    *kind == PersonKind::Human
}

/// What a group is for.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A role or a board.
    #[default]
    Role,
    /// A team, such as counts where a policy asks for distinct teams.
    Team,
}

record! {
    /// A role, a team or a board. Of several declarations the newest one that was recorded by then
    /// counts, whole; for who acted, the newest one that was recorded by their act.
    ///
    /// ```
    /// use lynchpin::model::{Group, Member};
    ///
    /// let cab = Group {
    ///     members: vec![Member::person("ann".parse()?)],
    ///     at: Some("2026-11-03T08:00:00Z".parse()?),
    ///     ..Group::new("cab".parse()?)
    /// };
    /// assert_eq!(cab.members.len(), 1);
    /// # Ok::<(), lynchpin::base::Error>(())
    /// ```
    "groups" pub struct Group {
        /// The id that policies and owners name.
        pub id: GroupId,
        /// Role, unless it says team.
        #[serde(default, skip_serializing_if = "is_role")]
        pub kind: GroupKind,
        /// Who belongs to it, and from when to when.
        #[serde(default)]
        pub members: Vec<Member>,
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_role(kind: &GroupKind) -> bool {
    *kind == GroupKind::Role
}

/// One membership: a person, or everybody of another group. Exactly one of the two is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The person who belongs to the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The group whose members belong to the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// The first instant of the membership; always, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The first instant no longer in the membership; open, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

impl Member {
    /// A person who belongs to the group at all times.
    #[must_use]
    pub fn person(id: PersonId) -> Self {
        Member { person: Some(id), group: None, from: None, to: None }
    }
}
