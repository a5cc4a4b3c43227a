//! The portfolio: all facts, in arrays by kind.

use serde::{Deserialize, Serialize};

use super::Fact;
use crate::base::{Instant, Rows};

/// The kind and version that every portfolio document states.
pub const VERSION: &str = "portfolio/1";

/// Passes the name and the type of each array of a portfolio to another macro, in document order.
/// All of them hold facts, which have an envelope.
macro_rules! arrays {
    ($then:ident) => {
        $then! {
            people: $crate::model::Person,
            groups: $crate::model::Group,
            delegations: $crate::model::Delegation,
            absences: $crate::model::Absence,
            boards: $crate::model::Board,
            services: $crate::model::Service,
            stages: $crate::model::Stage,
            policies: $crate::model::PolicyAdoption,
            policy_approvals: $crate::model::PolicyApproval,
            risk_models: $crate::model::FittedModel,
            releases: $crate::model::Release,
            changes: $crate::model::Change,
            tasks: $crate::model::Task,
            ticket_states: $crate::model::TicketState,
            models: $crate::model::ChangeModel,
            preauthorisations: $crate::model::Preauthorisation,
            autonomy_revocations: $crate::model::AutonomyRevocation,
            slis: $crate::model::Sli,
            evidence: $crate::model::Evidence,
            statements: $crate::model::Statement,
            approvals: $crate::model::Approval,
            minutes: $crate::model::Minutes,
            waivers: $crate::model::Waiver,
            revocations: $crate::model::Revocation,
            freezes: $crate::model::Freeze,
            lifts: $crate::model::Lift,
            exceptions: $crate::model::FreezeException,
            windows: $crate::model::Window,
            quarantines: $crate::model::Quarantine,
            holds: $crate::model::Hold,
            cancellations: $crate::model::Cancellation,
            decisions: $crate::model::RecordedDecision,
            claims: $crate::model::Claim,
            declarations: $crate::model::Declaration,
            moves: $crate::model::StateMove,
            deployments: $crate::model::Deployment,
            incidents: $crate::model::Incident,
            erasures: $crate::model::Erasure,
            legal_holds: $crate::model::LegalHold,
        }
    };
}
pub(crate) use arrays;

macro_rules! portfolio {
    ($($field:ident: $type:ty,)*) => {
        /// Everything known about a portfolio of services: what a portfolio document holds.
        ///
        /// The order within an array carries no meaning but for `stages` that say no time, whose
        /// order is that of the way to the users.
        ///
        /// ```
        /// use lynchpin::model::Portfolio;
        ///
        /// let portfolio = Portfolio::default();
        /// assert!(portfolio.changes.is_empty());
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        // Whoever reads the schema has no use for an example in Rust.
        #[cfg_attr(feature = "schema", schemars(description = "All facts about the services of \
            an organisation. The order within an array carries no meaning but for `stages` \
            that say no time, whose order is that of the way to the users."))]
        #[serde(deny_unknown_fields)]
        pub struct Portfolio {
            /// The kind and version of the document: `portfolio/1`.
            pub lynchpin: String,
            $(
                #[doc = concat!("All ", stringify!($field), ".")]
                #[serde(default, skip_serializing_if = "Rows::is_empty")]
                pub $field: Rows<$type>,
            )*
        }

        impl Default for Portfolio {
            fn default() -> Self {
                Portfolio { lynchpin: VERSION.to_owned(), $($field: Rows::new(),)* }
            }
        }

        impl Portfolio {
            /// How many facts and records there are in all.
            #[must_use]
            pub fn len(&self) -> usize {
                0 $(+ self.$field.len())*
            }

            /// Whether there is nothing in it.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Takes in everything that another portfolio holds.
            pub fn merge(&mut self, other: Portfolio) {
                $(self.$field.append(other.$field);)*
            }
        }
    };
}

arrays!(portfolio);

macro_rules! recorded {
    ($($field:ident: $type:ty,)*) => {
        impl Portfolio {
            /// When the fact of that number in the array of that kind was recorded.
            pub(crate) fn recorded(&self, kind: &str, number: usize) -> Option<Instant> {
                match kind {
                    $(stringify!($field) => Some(self.$field.get(number)?.envelope().recorded),)*
                    _ => None,
                }
            }
        }
    };
}
arrays!(recorded);

macro_rules! counts {
    ($($field:ident: $type:ty,)*) => {
        /// How many facts of each kind there are.
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Counts { $(pub(crate) $field: usize,)* }

        impl Counts {
            pub(crate) fn of(portfolio: &Portfolio) -> Self {
                Counts { $($field: portfolio.$field.len(),)* }
            }
        }
    };
}
arrays!(counts);
