//! What the engine keeps of the facts that it holds, so that one more can be checked without
//! looking at all of them again.

use std::hash::{BuildHasher, RandomState};

use super::engine::{other_content, other_declaration};
use super::identities::Identities;
use crate::base::Subject;
use crate::base::error::ErrorCode;
use crate::base::filed::Filed;
use crate::history::order::position;
use crate::model::Portfolio;
use crate::model::portfolio::{Counts, arrays};

/// An index of everything that was taken in. A copy costs nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Every fact, so that none is there twice.
    facts: Index,
    /// Every id, so that none means two things.
    ids: Index,
    /// Who is named.
    pub(super) identities: Identities,
    /// By what chance hashes are spread.
    random: RandomState,
}

/// The numbers of facts by a hash of their kind and something. Of those with one hash, the second
/// stands at the next free one, and so on.
#[derive(Clone, Debug, Default)]
struct Index(Filed<u64, usize>);

impl Index {
    /// The numbers that may be meant by a hash, each to be looked at; not all are of that kind.
    fn at(&self, hash: u64) -> impl Iterator<Item = usize> + '_ {
        let places = (0..).map(move |next| hash.wrapping_add(next));
        places.map_while(move |place| self.0.get(&place).copied())
    }

    fn insert(&mut self, hash: u64, number: usize) {
        let taken = u64::try_from(self.at(hash).count()).unwrap_or(u64::MAX);
        self.0.insert(hash.wrapping_add(taken), number);
    }
}

/// Passes to another macro each array whose elements have an id, with their type, by what they are
/// known, the field in which that is told and what is wrong with another one of the same.
macro_rules! identified {
    ($then:ident) => {
        $then! {
            people: Person, it => (&it.id, position(it)), "id", declared("person", &it.id);
            groups: Group, it => (&it.id, position(it)), "id", declared("group", &it.id);
            services: Service, it => (&it.id, position(it)), "id", declared("service", &it.id);
            stages: Stage, it => (&it.id, position(it)), "id", declared("stage", &it.id);
            waivers: Waiver, it => &it.id, "id", told("waiver", &it.id);
            freezes: Freeze, it => &it.id, "id", told("freeze", &it.id);
            exceptions: FreezeException, it => &it.id, "id", told("exception", &it.id);
            windows: Window, it => &it.id, "id", told("window", &it.id);
            preauthorisations: Preauthorisation, it => &it.id, "id",
                told("pre-authorisation", &it.id);
            changes: Change, it => (&it.id, it.revision), "id",
                told("this revision of change", &it.id);
            releases: Release, it => (&it.id, it.revision), "id",
                told("this revision of release", &it.id);
            deployments: Deployment, it => (&it.id, it.outcome, it.at), "id",
                told("this outcome of deployment", &it.id);
            claims: Claim, it => (&it.change, &it.release, &it.stage, it.attempt), "attempt",
                attempt(it);
        }
    };
}
pub(super) use identified;

/// The error for what may be declared again, but not twice at one place in the order of facts.
pub(super) fn declared(what: &str, id: &impl std::fmt::Display) -> (ErrorCode, String) {
    other_declaration(&format!("{what} `{id}`"))
}

pub(super) fn told(what: &str, id: &impl std::fmt::Display) -> (ErrorCode, String) {
    other_content(&format!("{what} `{id}`"))
}

pub(super) fn attempt(claim: &crate::model::Claim) -> (ErrorCode, String) {
    let subject = Subject::one(claim.change.as_ref(), claim.release.as_ref());
    let subject = subject.map(|subject| subject.to_string()).unwrap_or_default();
    other_content(&format!("attempt {} of {subject} at {}", claim.attempt, claim.stage))
}

macro_rules! by_id {
    ($($field:ident: $type:ident, $it:ident => $key:expr, $at:literal, $error:expr;)*) => {
        impl Known {
            $(
                /// The element of this array, of those taken in, that has the same id as another.
                pub(super) fn $field<'a>(
                    &self,
                    portfolio: &'a Portfolio,
                    other: &crate::model::$type,
                ) -> Option<&'a crate::model::$type> {
                    let kind = stringify!($field);
                    let of = |$it: &crate::model::$type| self.random.hash_one((kind, &$key));
                    let same = |a: &crate::model::$type, b: &crate::model::$type| {
                        let key = { let $it = a; $key };
                        key == { let $it = b; $key }
                    };
                    let numbers = self.ids.at(of(other));
                    let mut found = numbers.filter_map(|n| portfolio.$field.get(n));
                    found.find(|it| same(it, other))
                }
            )*

            fn take_ids(&mut self, portfolio: &Portfolio, old: &Counts) {
                $(
                    let added = portfolio.$field.iter_from(old.$field);
                    self.ids.0.reserve(added.len());
                    for (number, $it) in (old.$field..).zip(added) {
                        // What was declared again with the same content is found under the first.
                        if self.$field(portfolio, $it).is_none() {
                            let hash = self.random.hash_one((stringify!($field), &$key));
                            self.ids.insert(hash, number);
                        }
                    }
                )*
            }
        }
    };
}
identified!(by_id);

macro_rules! facts {
    ($($field:ident: $type:ty,)*) => {
        impl Known {
            /// Takes in what was added to another portfolio, and drops of it what was there.
            pub(super) fn take(&mut self, portfolio: &mut Portfolio, before: &Portfolio) {
                let old = Counts::of(before);
                $({
                    let all = &portfolio.$field;
                    // Where each new fact stands now; it will stand at the next free place.
                    let mut fresh = Vec::new();
                    self.facts.0.reserve(all.len().saturating_sub(old.$field));
                    for (number, fact) in (old.$field..).zip(all.iter_from(old.$field)) {
                        let hash = self.random.hash_one((stringify!($field), fact));
                        let stands = |known: usize| match known.checked_sub(old.$field) {
                            Some(new) => fresh.get(new).copied(),
                            None => Some(known),
                        };
                        let earlier = |known| stands(known).filter(|it| *it < number);
                        let same = |known| earlier(known).and_then(|it| all.get(it)) == Some(fact);
                        if !self.facts.at(hash).any(same) {
                            self.facts.insert(hash, old.$field + fresh.len());
                            fresh.push(number);
                        }
                    }
                    if old.$field + fresh.len() < all.len() {
                        let mut kept = before.$field.clone();
                        kept.extend(fresh.into_iter().filter_map(|it| all.get(it)).cloned());
                        portfolio.$field = kept;
                    }
                })*
                self.take_ids(portfolio, &old);
            }
        }
    };
}
arrays!(facts);
