//! Floor 2: the facts, as data.
//!
//! A [`Portfolio`] is a snapshot of everything known: arrays of facts by kind. The types are what
//! the JSON documents hold, field by field; what they mean is decided on higher floors.
//! [`section`] says which field of a change is covered by which digest.

pub mod board;
pub mod calendar;
pub mod change;
pub mod decision;
pub mod delegation;
pub mod entry;
pub mod fact;
pub mod fitted;
pub mod freeze;
pub mod operation;
pub mod people;
pub mod policy;
pub mod portfolio;
pub mod preauthorisation;
pub mod retention;
pub mod section;
pub mod service;
pub mod sli;
pub mod source_history;
pub mod statement;
pub mod work;
pub mod workflow;

pub use board::{Board, Meeting, Minutes, Resolution};
pub use calendar::{Occasions, Scope};
pub use change::{Change, Conflict, Kind, Needs, Period, Plans, Release, Reversibility, Size};
pub use decision::{Approval, Cancellation, Evidence, Hold, Outcome, Revocation, Vote, Waiver};
pub use delegation::{Absence, Delegation, DelegationEvent};
pub use entry::{Claim, Declaration, DeclaredAs, Entered, RecordedDecision, StateMove};
pub use fact::{Envelope, Fact};
pub use fitted::FittedModel;
pub use freeze::{Freeze, FreezeException, Grading, Lift, Quarantine, Window};
pub use operation::{Attribution, Deployment, DeploymentOutcome, Incident, IncidentEvent};
pub use people::{Group, GroupKind, Member, Person, PersonKind};
pub use policy::{PolicyAdoption, PolicyApproval, PolicyVote};
pub use portfolio::Portfolio;
pub use preauthorisation::{AutonomyRevocation, ChangeModel, Preauthorisation};
pub use retention::{Basis, Erasure, LegalHold};
pub use section::{Section, SectionDigests};
pub use service::{Service, Slo, Stage};
pub use sli::Sli;
pub use source_history::SourceHistory;
pub use statement::{InToto, Signature, SignedEnvelope, Statement};
pub use work::{Task, TaskState, TicketState};
pub use workflow::{Guard, State, StateKind, Transition, Workflow};
