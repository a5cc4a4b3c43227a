//! What the requirements ask that rest on facts from elsewhere: tickets and tasks, what was
//! measured of services, and leave given beforehand.

use serde::{Deserialize, Serialize};

use crate::base::id::{GroupId, PersonId, SloId, StateId};
use crate::base::{Probability, Span};

/// Every ticket that a change names must be in one of some states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TicketsLeaf {
    /// The states that do, such as `done` and `closed`.
    pub states: Vec<StateId>,
    /// How many tickets a change must name at least; one, if it is not said.
    #[serde(default = "one")]
    pub at_least: u32,
    /// Whose word counts; everybody's, if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
}

/// No task of a change may be left open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TasksLeaf {
    /// How many must have been done at least; one, if it is not said. With 0 a change without any
    /// task passes.
    #[serde(default = "one")]
    pub at_least: u32,
    /// Whose word counts; everybody's, if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
}

/// Enough must be left of the error budget of each service that a change touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetLeaf {
    /// Which objective of the service.
    pub slo: SloId,
    /// Which share of the budget must be left at least; any, if it is not said.
    #[serde(default = "nothing")]
    pub remaining_at_least: Probability,
    /// How old the newest sample may be; a day, if it is not said.
    #[serde(default = "a_day")]
    pub max_age: Span,
    /// Whose samples count; everybody's, if nobody is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub producers: Vec<PersonId>,
}

/// A change authority must have given leave for the change's model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreauthorisedLeaf {
    /// The change authority: the role or board whose members may.
    pub group: GroupId,
    /// The record that the changes of the model must have; none, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordRule>,
}

/// How seldom changes of a model or a team must have failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordRule {
    /// Whose changes make the record.
    #[serde(default, skip_serializing_if = "RecordOf::is_usual")]
    pub of: RecordOf,
    /// The rate of failure that must not be reached.
    pub failures_below: Probability,
    /// How sure that must be, between 0 and 1, such as `"0.95"`.
    pub confidence: Probability,
    /// How far back changes are counted.
    pub over: Span,
    /// How many changes there must have been at least.
    pub at_least: u32,
    /// After which time a change without a confirmed failure counts as sound; a week, if it is not
    /// said.
    #[serde(default = "a_week")]
    pub settles_after: Span,
}

/// Whose changes make a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RecordOf {
    /// Those that followed the model of the change.
    #[default]
    Model,
    /// Those of the team: of services that have an owner in common with those of the change,
    /// whatever model they followed. Each owner must have earned it; without one nobody has.
    Team,
}

impl RecordOf {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
    fn is_usual(&self) -> bool {
        *self == RecordOf::Model
    }
}

const fn nothing() -> Probability {
    Probability::ZERO
}

fn a_day() -> Span {
    Span::from_seconds(24 * 60 * 60)
}

fn a_week() -> Span {
    Span::from_seconds(7 * 24 * 60 * 60)
}

const fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_record_it_is_is_written_where_it_is_not_the_models() {
        let rule = |of: &str| {
            let text = format!(
                r#"{{{of}"failures_below":"0.5","confidence":"0.9","over":"60d","at_least":4,
                "settles_after":"2d"}}"#
            );
            let rule: RecordRule = serde_json::from_str(&text).unwrap();
            (rule.of, serde_json::to_value(rule).unwrap().get("of").cloned())
        };
        let team = serde_json::json!("team");
        assert_eq!(rule(r#""of":"team","#), (RecordOf::Team, Some(team)));
        assert_eq!(rule(r#""of":"model","#), (RecordOf::Model, None));
        assert_eq!(rule(""), (RecordOf::Model, None));
    }
}
