//! The types of an expression: closed, and known before it is asked.

use std::fmt;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One thing.
    One(Item),
    /// A list of things of one type. There are no lists of lists.
    Many(Item),
}

/// What one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Bool,
    Int,
    Text,
    Record(Shape),
    /// What is in a list that is written as `[]`.
    Nothing,
}

/// The records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Change,
    Release,
    Service,
    Stage,
    Period,
    Size,
}

pub(super) const BOOL: Kind = Kind::One(Item::Bool);
pub(super) const INT: Kind = Kind::One(Item::Int);
pub(super) const TEXT: Kind = Kind::One(Item::Text);
const TEXTS: Kind = Kind::Many(Item::Text);

impl Kind {
    /// The type that both have, if it is one.
    pub(super) fn joined(self, other: Kind) -> Option<Kind> {
        match (self, other) {
            (Kind::Many(Item::Nothing), Kind::Many(_)) => Some(other),
            (Kind::Many(_), Kind::Many(Item::Nothing)) => Some(self),
            _ if self == other => Some(self),
            _ => None,
        }
    }

    /// Whether values of it can be told apart by `==`.
    pub(super) fn is_comparable(self) -> bool {
        let (Kind::One(item) | Kind::Many(item)) = self;
        !matches!(item, Item::Record(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::One(item) => f.write_str(item.name()),
            Kind::Many(Item::Nothing) => f.write_str("an empty list"),
            Kind::Many(item) => write!(f, "a list of {}", item.name()),
        }
    }
}

impl Item {
    fn name(self) -> &'static str {
        match self {
            Item::Bool => "bool",
            Item::Int => "int",
            Item::Text => "string",
            Item::Record(shape) => shape.name(),
            Item::Nothing => "nothing",
        }
    }
}

impl Shape {
    #[cfg(test)]
    pub(super) const ALL: [Shape; 6] =
        [Shape::Change, Shape::Release, Shape::Service, Shape::Stage, Shape::Period, Shape::Size];

    pub(super) fn name(self) -> &'static str {
        match self {
            Shape::Change => "change",
            Shape::Release => "release",
            Shape::Service => "service",
            Shape::Stage => "stage",
            Shape::Period => "period",
            Shape::Size => "size",
        }
    }

    /// The fields of it, by name.
    pub(super) fn fields(self) -> &'static [(&'static str, Kind)] {
        match self {
            Shape::Change => CHANGE,
            Shape::Release => &[
                ("at", INT),
                ("by", TEXT),
                ("changes", TEXTS),
                ("id", TEXT),
                ("planned", Kind::One(Item::Record(Shape::Period))),
                ("requester", TEXT),
                ("revision", INT),
                ("stages", TEXTS),
                ("title", TEXT),
            ],
            Shape::Service => &[
                ("depends_on", TEXTS),
                ("environments", TEXTS),
                ("id", TEXT),
                ("owner", TEXT),
                ("profile", TEXT),
                ("tier", INT),
            ],
            Shape::Stage => &[("id", TEXT), ("previous", TEXT)],
            Shape::Period => &[("from", INT), ("to", INT)],
            Shape::Size => &[
                ("configuration_files", INT),
                ("files", INT),
                ("folders", INT),
                ("lines_added", INT),
                ("lines_deleted", INT),
                ("schema_files", INT),
            ],
        }
    }

    /// The field of that name.
    pub(super) fn field(self, name: &str) -> Option<(&'static str, Kind)> {
        self.fields().iter().find(|(known, _)| *known == name).copied()
    }
}

const CHANGE: &[(&str, Kind)] = &[
    ("after", TEXTS),
    ("artifacts", TEXTS),
    ("at", INT),
    ("author", TEXT),
    ("by", TEXT),
    ("commits", TEXTS),
    ("committers", TEXTS),
    ("conflicts", TEXTS),
    ("description", TEXT),
    ("effort_minutes", INT),
    ("id", TEXT),
    ("kind", TEXT),
    ("model", TEXT),
    ("planned", Kind::One(Item::Record(Shape::Period))),
    ("plans", TEXTS),
    ("requester", TEXT),
    ("requires", TEXTS),
    ("reversibility", TEXT),
    ("revision", INT),
    ("services", TEXTS),
    ("size", Kind::One(Item::Record(Shape::Size))),
    ("supersedes", TEXTS),
    ("tickets", TEXTS),
    ("title", TEXT),
    ("together", TEXTS),
    ("uploader", TEXT),
];
