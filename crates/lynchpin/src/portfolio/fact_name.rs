//! Facts by name: how answers cite them, and how a what-if leaves some out.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::PersonId;
use crate::base::{Digest, Instant, canonical};
use crate::model::portfolio::arrays;
use crate::model::{Fact, Portfolio};

/// The name of a fact: the array that it stands in and the digest of its content, written
/// `approvals/sha256:...`. It is the same wherever and in whatever order facts were taken in.
///
/// ```
/// use lynchpin::portfolio::FactName;
///
/// let text = format!("approvals/sha256:{}", "0".repeat(64));
/// let name: FactName = text.parse()?;
/// assert_eq!(name.kind, "approvals");
/// assert_eq!(name.to_string(), text);
/// assert!("thoughts/sha256:00".parse::<FactName>().is_err());
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct FactName {
    /// The array of the portfolio document.
    pub kind: &'static str,
    /// The digest of the fact's canonical content.
    pub digest: Digest,
}

/// A fact by its name, with who brought it and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct FactTold {
    /// When it was recorded.
    pub recorded: Instant,
    /// Its name.
    pub fact: FactName,
    /// Whose act it was; a record need not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

macro_rules! by_kind {
    ($($field:ident: $type:ty,)*) => {
        const KINDS: &[&str] = &[$(stringify!($field),)*];

        impl FactName {
            /// The name of the fact of that number in the array of that kind.
            pub(crate) fn of(portfolio: &Portfolio, kind: &str, number: usize) -> Option<FactName> {
                match kind {
                    $(stringify!($field) => {
                        let digest = canonical::digest(portfolio.$field.get(number)?).ok()?;
                        Some(FactName { kind: stringify!($field), digest })
                    })*
                    _ => None,
                }
            }
        }

        impl FactTold {
            /// The fact of that number in the array of that kind.
            pub(crate) fn of(portfolio: &Portfolio, kind: &str, number: usize) -> Option<FactTold> {
                let fact = FactName::of(portfolio, kind, number)?;
                match kind {
                    $(stringify!($field) => {
                        let envelope = portfolio.$field.get(number)?.envelope();
                        let by = envelope.by.cloned();
                        Some(FactTold { recorded: envelope.recorded, fact, by })
                    })*
                    _ => None,
                }
            }
        }

        /// The facts that were recorded after one instant and at or before another, the newest
        /// first.
        pub(crate) fn recorded_between(
            portfolio: &Portfolio,
            after: Instant,
            until: Instant,
        ) -> Vec<FactTold> {
            let mut found: Vec<(Instant, &'static str, usize)> = Vec::new();
            $(
                let recorded = portfolio.$field.iter().map(|fact| fact.envelope().recorded);
                let within = recorded.enumerate().filter(|(_, at)| after < *at && *at <= until);
                found.extend(within.map(|(number, at)| (at, stringify!($field), number)));
            )*
            found.sort_by(|a, b| b.cmp(a));
            let found = found.into_iter();
            found.filter_map(|(_, kind, number)| FactTold::of(portfolio, kind, number)).collect()
        }

        /// The portfolio without the facts of those names, and the names that are not in it.
        pub(crate) fn without(
            portfolio: &Portfolio,
            names: &BTreeSet<FactName>,
        ) -> (Portfolio, Vec<FactName>) {
            let mut rest = portfolio.clone();
            let mut missing = names.clone();
            $(
                if names.iter().any(|name| name.kind == stringify!($field)) {
                    rest.$field.retain(|fact| {
                        let kind = stringify!($field);
                        let digest = canonical::digest(fact).ok();
                        let name = digest.map(|digest| FactName { kind, digest });
                        let ignored = name.filter(|name| names.contains(name));
                        if let Some(name) = &ignored {
                            missing.remove(name);
                        }
                        ignored.is_none()
                    });
                }
            )*
            (rest, missing.into_iter().collect())
        }
    };
}
arrays!(by_kind);

impl fmt::Display for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.digest)
    }
}

impl FromStr for FactName {
    type Err = Error;

    /// Reads what an answer cites.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::UnknownWord`] if it is no kind of fact, or as for a digest.
    fn from_str(text: &str) -> Result<Self> {
        let (kind, digest) = text.split_once('/').unwrap_or((text, ""));
        let known = KINDS.iter().find(|known| **known == kind);
        let Some(kind) = known else {
            let message = format!(
                "`{kind}` is no kind of fact; name a fact as answers cite it, such as \
                 `approvals/sha256:...`"
            );
            return Err(Error::new(ErrorCode::UnknownWord, message));
        };
        Ok(FactName { kind, digest: digest.parse()? })
    }
}

impl Serialize for FactName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FactName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| serde::de::Error::custom(error.marked()))
    }
}
