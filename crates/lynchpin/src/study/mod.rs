//! Floor 8: questions about answers: what another policy would decide, what changed since, and what
//! people ask every day.
//!
//! [`dry_run`](dry_run::dry_run) asks everything twice, by the policy in force and by another, and
//! tells which decisions flip. [`changed`](changed::changed) compares a decision at two instants
//! and finds the facts that it was changed by. The daily questions decide everything that is open:
//! [`waiting`](waiting::waiting) tells what waits for whom, [`agenda`](agenda::agenda) what a board
//! is to decide at its next meeting, [`ending`](ending::ending) what ends soon and what turns by
//! it, and [`waiver_debt`](waiver_debt::waiver_debt) what rests on waivers. For auditors
//! [`population`](population::population) lists what was deployed in a period and what was behind
//! it. For planners [`compose`](compose::compose) picks the best release that can ship,
//! [`actions`](actions::actions) finds the least that must be done for something to go,
//! [`collisions`](collisions::collisions) which releases get in each other's way, and
//! [`queue`](queue::queue) what of a queue of releases may go in parallel and what follows if one
//! fails. None is ever a decision itself.

pub mod actions;
pub mod agenda;
pub mod changed;
pub mod collisions;
pub mod compose;
pub mod dry_run;
pub mod ending;
mod open;
pub mod population;
pub mod queue;
mod replay;
pub mod waiting;
pub mod waiver_debt;

pub use actions::{Action, Actions, ActionsQuestion, Least, Never, Patience, Wait};
pub use agenda::{Agenda, AgendaItem, AgendaQuestion, Clash};
pub use changed::{Changed, ChangedQuestion, ChangedReason};
pub use collisions::{Collision, CollisionKind, Collisions, CollisionsQuestion};
pub use compose::{
    Assume, Because, BecauseKind, Budgets, Candidate, Chosen, ComposeQuestion, Composition, HeldBy,
    LeftOut, ShippingOrder, ShippingWindow,
};
pub use dry_run::{DryRun, DryRunQuestion, Flip, Over};
pub use ending::{End, EndKind, Ending, EndingQuestion, Turn};
pub use population::{
    Approver, CheckRun, ClaimUsed, DecisionUsed, DeployedChange, Exemption, ExemptionKind,
    FactCount, Gap, GapCount, Leave, Population, PopulationQuestion, SignedStatement,
};
pub use queue::{
    ChangePair, FailureFrom, IfItFails, Interaction, OutOfOrder, Queue, QueueCycle, QueueEntry,
    QueueHold, QueueItem, QueueQuestion, QueueRun, QueueSearch, QueueState, QueueWait,
};
pub use replay::{AskedOften, HeldBack, Replay};
pub use waiting::{Through, Waiting, WaitingItem, WaitingQuestion, WaitsFor};
pub use waiver_debt::{Debt, OfGroup, OfRequirement, OfService, WaiverDebt, WaiverInUse};
