//! What every fact says about itself: when, recorded when, by whom, through what, and why.

use crate::base::Instant;
use crate::base::id::{PersonId, Reference};

/// The fields that all facts share, borrowed from one of them.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// When it was done or observed, as its source says.
    pub at: Instant,
    /// When the host accepted it; equal to `at` where the document does not say.
    pub recorded: Instant,
    /// The position in the ledger it came from; 0 where there is none.
    pub sequence: u64,
    /// Whose act it was; a record need not say.
    pub by: Option<&'a PersonId>,
    /// The connector that relayed it.
    pub via: Option<&'a Reference>,
}

/// Something that was said or done at some time by somebody. The order is that of its fields; it
/// has no meaning but to list facts that tie in the same order wherever they came from.
pub trait Fact: Ord {
    /// The kind of fact: the name of its array in the portfolio document.
    const KIND: &'static str;

    /// The fields that all facts share.
    fn envelope(&self) -> Envelope<'_>;
}

/// Declares a fact: the fields given, then those that every fact has.
///
/// The fields are written out rather than nested, because a flattened struct would no longer
/// notice unknown and doubled fields.
macro_rules! fact {
    (
        $(#[$meta:meta])*
        $kind:literal pub struct $name:ident {
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
            /// When it was done or observed, as its source says.
            pub at: $crate::base::Instant,
            /// When the host accepted it, never before `at`; `at` itself if it is not said.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub recorded: Option<$crate::base::Instant>,
            /// The position in the ledger it came from, for an exact order.
            #[serde(default, skip_serializing_if = "crate::model::fact::is_zero")]
            pub sequence: u64,
            /// Whose act it was.
            pub by: $crate::base::id::PersonId,
            /// The connector that relayed it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub via: Option<$crate::base::id::Reference>,
            /// Why, in the actor's words.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub reason: Option<String>,
        }

        impl $crate::model::fact::Fact for $name {
            const KIND: &'static str = $kind;

            fn envelope(&self) -> $crate::model::fact::Envelope<'_> {
                $crate::model::fact::Envelope {
                    at: self.at,
                    recorded: self.recorded.unwrap_or(self.at),
                    sequence: self.sequence,
                    by: Some(&self.by),
                    via: self.via.as_ref(),
                }
            }
        }
    };
}
pub(crate) use fact;

/// Declares a record: what is declared of something under its id, and may be declared again. It has
/// the fields that every fact has, but may leave all of them out; then it is known always, from
/// before the first fact.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $kind:literal pub struct $name:ident {
            $(#[$id_meta:meta])* pub id: $id:ty,
            $($(#[$field_meta:meta])* pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(#[$id_meta])* pub id: $id,
            $($(#[$field_meta])* pub $field: $type,)*
            /// When it was declared, as its source says; always, if nothing says when.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub at: Option<$crate::base::Instant>,
            /// When the host accepted it, never before `at`; `at` itself if it is not said.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub recorded: Option<$crate::base::Instant>,
            /// The position in the ledger it came from, for an exact order.
            #[serde(default, skip_serializing_if = "crate::model::fact::is_zero")]
            pub sequence: u64,
            /// Who declared it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub by: Option<$crate::base::id::PersonId>,
            /// The connector that relayed it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub via: Option<$crate::base::id::Reference>,
            /// Why, in the words of who declared it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub reason: Option<String>,
        }

        impl $name {
            /// That there is one of that id, known always; nothing else is said of it.
            #[must_use]
            pub fn new(id: $id) -> Self {
                $name {
                    id,
                    $($field: Default::default(),)*
                    at: None,
                    recorded: None,
                    sequence: 0,
                    by: None,
                    via: None,
                    reason: None,
                }
            }
        }

        impl $crate::model::fact::Fact for $name {
            const KIND: &'static str = $kind;

            fn envelope(&self) -> $crate::model::fact::Envelope<'_> {
                let always = $crate::base::Instant::EPOCH;
                $crate::model::fact::Envelope {
                    at: self.at.or(self.recorded).unwrap_or(always),
                    recorded: self.recorded.or(self.at).unwrap_or(always),
                    sequence: self.sequence,
                    by: self.by.as_ref(),
                    via: self.via.as_ref(),
                }
            }
        }
    };
}
pub(crate) use record;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
pub(crate) fn is_zero(number: &u64) -> bool {
    *number == 0
}
