//! Workflows as data: the states that a change or a release lives through, what leads from one to
//! the next, and on what conditions.
//!
//! The types are what the documents hold, field by field. Whether a workflow is sound is decided on
//! the gate floor; nothing uses one that was not verified there.

use serde::{Deserialize, Serialize};

use super::change::{Change, Kind};
use super::operation::DeploymentOutcome;
use crate::base::id::{CloseCodeId, GateId, StageId, StateId, TriggerId, WorkflowId};

/// The life of a change or a release: its states, and what leads from one to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its name, such as `servicenow-normal`.
    pub name: WorkflowId,
    /// What it is for, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether changes or releases live by it.
    pub about: About,
    /// The kinds of change that live by it; any, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<Kind>,
    /// What must have been passed before anything is live: no way through the workflow avoids it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mandatory: Vec<Pass>,
    /// What must have been passed before it is done, but may be passed while it is live.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retrospective: Vec<Pass>,
    /// How it may end, in the words of who closes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub close_codes: Vec<CloseCodeId>,
    /// The states, in the order in which people list them.
    pub states: Vec<State>,
    /// What leads from one state to the next.
    #[serde(default)]
    pub transitions: Vec<Transition>,
}

/// What lives by a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Each change.
    Change,
    /// Each release.
    Release,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Its name, such as `Implement`.
    pub name: StateId,
    /// The number that it is stored as elsewhere, such as -1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// What it means for the work.
    #[serde(default)]
    pub kind: StateKind,
    /// Whether what is in it can be put on hold.
    #[serde(default)]
    pub hold: Holding,
    /// What happens in it, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What a state means for the work.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum StateKind {
    /// Where everything begins; there is exactly one.
    Initial,
    /// On the way: nothing has been touched yet.
    #[default]
    Open,
    /// The work is being done: what it touches is no longer as it was.
    Implementation,
    /// The work was done and what it did is there.
    Live,
    /// It ended, and what it did stays.
    Done,
    /// It ended, and nothing of it stays.
    Dropped,
}

impl StateKind {
    /// Whether something has been let through: the work is being done, or was.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, StateKind::Implementation | StateKind::Live | StateKind::Done)
    }

    /// Whether it ends there.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, StateKind::Done | StateKind::Dropped)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            StateKind::Initial => "initial",
            StateKind::Open => "open",
            StateKind::Implementation => "implementation",
            StateKind::Live => "live",
            StateKind::Done => "done",
            StateKind::Dropped => "dropped",
        }
    }
}

/// Whether what is in a state can be put on hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holding {
    /// It cannot.
    #[default]
    Refused,
    /// It can; while it is held, it can only be dropped.
    Allowed,
}

/// What leads from some states to another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The states that it starts from.
    pub from: Vec<StateId>,
    /// The state that it leads to.
    pub to: StateId,
    /// What sets it off.
    pub on: TriggerId,
    /// Whether somebody has to ask for it.
    #[serde(default)]
    pub mode: Mode,
    /// Which of several of one trigger, or of several automatic ones, is tried first: the smaller.
    #[serde(default)]
    pub order: u32,
    /// What must hold, all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Guard>,
    /// What becomes of the gates that were passed.
    #[serde(default)]
    pub effect: Effect,
    /// What it is for, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether somebody has to ask for a transition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Somebody asks for it.
    #[default]
    Manual,
    /// It is taken as soon as its conditions hold.
    Automatic,
}

/// What becomes of the gates that were passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// They stay passed.
    #[default]
    Keep,
    /// They must be passed again: pending approvals are void, and the way begins anew.
    Restart,
}

/// What can be passed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pass {
    /// One gate of the policy.
    Gate(GateId),
    /// Every gate before a stage: a decision for that stage is a go.
    Stage(StageId),
}

/// One condition of a transition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// The gate is passed or waived. One that asks nothing of the subject is not passed.
    Gate(GateId),
    /// The gate is refused.
    Refused(GateId),
    /// A decision for the stage is a go.
    Stage(StageId),
    /// A field is filled in.
    Field(Field),
    /// No task is open.
    Tasks(TaskState),
    /// Nobody has approved or rejected anything yet.
    Approvals(ApprovalState),
    /// One of the workflow's close codes is given.
    CloseCode(Given),
    /// The planned time has come.
    Planned(Moment),
    /// What became of the last deployment.
    Deployment(DeploymentOutcome),
}

impl Guard {
    /// What must be passed, if it asks that.
    #[must_use]
    pub fn pass(&self) -> Option<Pass> {
        match self {
            Guard::Gate(gate) => Some(Pass::Gate(gate.clone())),
            Guard::Stage(stage) => Some(Pass::Stage(stage.clone())),
            Guard::Refused(_)
            | Guard::Field(_)
            | Guard::Tasks(_)
            | Guard::Approvals(_)
            | Guard::CloseCode(_)
            | Guard::Planned(_)
            | Guard::Deployment(_) => None,
        }
    }
}

/// The one thing that can be asked of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// All are closed.
    Closed,
}

/// The one thing that can be asked of approvals as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// There are none.
    None,
}

/// That something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// It is there.
    Given,
}

/// A moment of the planned time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// It has begun.
    Begun,
    /// It is over.
    Ended,
}

/// Declares the fields of a change that a workflow can ask for.
macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $given:expr;)*) => {
        /// A field of a change that must be filled in.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Field { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// Its path in the document of a change.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Field::$variant => $word,)* }
            }

            /// Whether a change has it.
            ///
            /// ```
            /// use lynchpin::model::Change;
            /// use lynchpin::model::workflow::Field;
            ///
            /// let change: Change = serde_json::from_str(
            ///     r#"{"id": "C-1", "revision": 1, "plans": {"back_out": "restore"},
            ///         "at": "2026-11-01T09:00:00Z", "by": "raj"}"#,
            /// ).unwrap();
            /// assert!(Field::BackOutPlan.is_given(&change));
            /// assert!(!Field::TestPlan.is_given(&change));
            /// ```
            #[must_use]
            pub fn is_given(self, change: &Change) -> bool {
                match self { $(Field::$variant => {
                    let given: fn(&Change) -> bool = $given;
                    given(change)
                })* }
            }
        }
    };
}

/// Whether a text says anything.
fn says(text: Option<&String>) -> bool {
    text.is_some_and(|text| !text.trim().is_empty())
}

fields! {
    /// What it is, in a line.
    Title = "title", |change| says(change.title.as_ref());
    /// What it is, at length.
    Description = "description", |change| says(change.description.as_ref());
    /// Who asked for it.
    Requester = "requester", |change| change.requester.is_some();
    /// The change model that it follows.
    Model = "model", |change| change.model.is_some();
    /// The services that it changes.
    Services = "services", |change| !change.services.is_empty();
    /// The digests of what ships.
    Artifacts = "artifacts", |change| !change.artifacts.is_empty();
    /// How it is done.
    ImplementationPlan = "plans.implementation",
        |change| says(change.plans.implementation.as_ref());
    /// How it is tested.
    TestPlan = "plans.test", |change| says(change.plans.test.as_ref());
    /// How it is undone.
    BackOutPlan = "plans.back_out", |change| says(change.plans.back_out.as_ref());
    /// Whether it can be undone.
    Reversibility = "reversibility", |change| change.reversibility.is_some();
    /// When it is planned to be done.
    Planned = "planned", |change| change.planned.is_some();
}
