//! Floor 7: rows, snapshots and the calls.
//!
//! An [`Engine`] takes facts in; a [`Snapshot`] of it answers. Everything that crosses subjects
//! meets here: the gates of each change, the dependencies between them, the figures that floors
//! of the same height hand to each other.

mod adoption;
mod alone;
mod apart;
mod autonomy;
mod breach;
mod budgets;
mod check;
mod check_entries;
mod check_freezes;
mod claim;
mod columns;
mod composing;
mod decide;
mod decision;
mod dependencies;
mod engine;
mod fact_name;
mod family;
mod features;
mod figures;
mod flow;
mod frozen;
mod identities;
mod impact;
mod in_flight;
mod in_force;
mod item;
mod known;
mod lane;
mod look_alike;
mod models;
mod open_items;
mod openness;
mod owed;
mod pinned;
mod planning;
mod progress;
mod question;
mod risk_history;
mod scoring;
mod setting;
mod situation;
mod snapshot;
mod split;
mod states;
mod track;
mod verdicts;

pub use adoption::IgnoredAdoption;
pub use apart::{Apart, Part};
pub(crate) use autonomy::is_confirmed;
pub use breach::Breach;
pub use claim::ClaimOutcome;
pub use columns::GateColumns;
pub use decision::Decision;
pub use engine::Engine;
pub(crate) use fact_name::recorded_between;
pub use fact_name::{FactName, FactTold};
pub use impact::ServiceImpact;
pub use in_flight::{Flight, Must};
pub use look_alike::look_alike;
pub(crate) use open_items::AsOf;
pub use open_items::OpenItem;
pub use openness::{Because, Calendars, OpenState, PlaceCalendar, TurnKind, Turning};
pub use progress::{MoveBreach, NextQuestion, NextStates};
pub use question::{
    CalendarQuestion, ClaimQuestion, DecideQuestion, PlanQuestion, ReachQuestion,
    RiskHistoryQuestion, ScoreQuestion, VerdictsQuestion, Where,
};
pub use risk_history::{FeatureColumn, RiskHistory};
pub use scoring::{ChangeScore, Driver, JointScore, ReleaseScore, Score};
pub use situation::Standing;
pub use snapshot::Snapshot;
pub use split::Split;
pub use verdicts::{SubjectVerdicts, Verdicts};
