//! What is wrong with a policy that can be read: rules that never apply, never pass or add nothing.
//!
//! A policy that cannot be read is refused with an error. One that can be read may still say
//! something that nobody means: a gate that no approval opens, a requirement that no gate asks, a
//! stage that nothing ever enters. [`lint`] says so before the policy is put in force. With the
//! facts of a portfolio it also knows who is there to approve, and which stages and services there
//! are.

mod coverage;
mod passable;
mod shadow;

use serde::{Serialize, Serializer};

use super::policy::Policy;
use crate::base::Instant;
use crate::base::id::{GateId, RequirementId, StageId};
use crate::history::Records;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Something can never go as the policy says.
    Error,
    /// Something is probably not what was meant.
    Warning,
}

impl Severity {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! finding_codes {
    ($($(#[$doc:meta])* $variant:ident, $severity:ident, $name:literal, $text:literal;)*) => {
        /// What is wrong, as a stable word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum FindingCode { $($(#[$doc])* $variant,)* }

        impl FindingCode {
            /// Every code.
            pub const ALL: &'static [FindingCode] = &[$(FindingCode::$variant,)*];

            /// The stable name on the wire, such as `gate_never_passes`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(FindingCode::$variant => $name,)* }
            }

            /// How bad it is.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(FindingCode::$variant => Severity::$severity,)* }
            }

            /// What it means, in a few words.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(FindingCode::$variant => $text,)* }
            }
        }
    };
}

finding_codes! {
    /// No way through the gate is left: whatever happens, it never passes.
    GateNeverPasses, Error, "gate_never_passes", "the gate can never pass";
    /// The requirement can never be met.
    RequirementNeverPasses, Error, "requirement_never_passes", "can never be met";
    /// Fewer people may approve than must.
    NobodyCanApprove, Error, "nobody_can_approve", "fewer people may approve than must";
    /// Nobody is in the group that may waive it.
    NobodyCanWaive, Warning, "nobody_can_waive", "nobody is there who may waive it";
    /// The gate is for changes of which it asks nothing.
    GateAsksNothing, Error, "gate_asks_nothing", "asks nothing of the changes it is for";
    /// A gate asks the requirement of changes that it is not for.
    RequirementNeverAsked, Warning, "requirement_never_asked", "is not for what this gate judges";
    /// No gate asks it.
    RequirementUnused, Warning, "requirement_unused", "no gate asks it";
    /// Another gate asks the same of the same, or more of more.
    GateShadowed, Warning, "gate_shadowed", "another gate already asks all of it";
    /// The gate stands before a stage that is not declared.
    StageNotDeclared, Warning, "stage_not_declared", "the stage is not declared";
    /// The stage is declared, and neither open nor behind a gate: nothing ever enters it.
    StageNeverEntered, Error, "stage_never_entered", "is neither open nor behind a gate";
    /// The stage is open, and its gates bind all the same.
    OpenStageHasGate, Warning, "open_stage_has_gate", "is open, yet its gates bind";
    /// No service is what the gate is for.
    GateSelectsNothing, Warning, "gate_selects_nothing", "no service is what it is for";
    /// No gate of the stage judges these changes, so they are refused there.
    NotJudged, Warning, "not_judged", "no gate judges these, so they are refused";
}

impl Serialize for FindingCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// One thing that is wrong with a policy, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub code: FindingCode,
    /// The gate that it is about, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateId>,
    /// The requirement that it is about, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requirement: Option<RequirementId>,
    /// The stage that it is about, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// What is wrong, for people.
    pub message: String,
}

impl Finding {
    fn new(code: FindingCode) -> Self {
        Finding {
            severity: code.severity(),
            code,
            gate: None,
            requirement: None,
            stage: None,
            message: code.text().to_owned(),
        }
    }

    fn gate(mut self, id: &GateId) -> Self {
        self.gate = Some(id.clone());
        self
    }

    fn requirement(mut self, id: &RequirementId) -> Self {
        self.requirement = Some(id.clone());
        self
    }

    fn stage(mut self, id: &StageId) -> Self {
        self.stage = Some(id.clone());
        self
    }

    /// Adds what exactly is wrong.
    fn because(mut self, why: &str) -> Self {
        self.message = format!("{}: {why}", self.code.text());
        self
    }
}

/// Everything that is wrong with a policy, the worst first.
///
/// Without a portfolio only what the text itself shows is found. With one, also what its people,
/// groups, stages and services show as of that instant.
///
/// ```
/// use lynchpin::gate::lint::{FindingCode, lint};
/// use lynchpin::gate::Policy;
///
/// let policy: Policy = r#"
///     name = "acme"
///     requirement.unit = { evidence = { check = "unit" } }
///     requirement.safe = { risk = { below = "0" } }
///     gate.fast = { stage = "production", judges = "change", require = "safe" }
/// "#
/// .parse()?;
/// let codes: Vec<FindingCode> = lint(&policy, None).into_iter().map(|it| it.code).collect();
/// assert_eq!(
///     codes,
///     [
///         FindingCode::GateNeverPasses,
///         FindingCode::RequirementNeverPasses,
///         FindingCode::RequirementUnused,
///     ]
/// );
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn lint(policy: &Policy, known: Option<(&Records, Instant)>) -> Vec<Finding> {
    let mut found = Vec::new();
    unused(policy, &mut found);
    passable::check(policy, known, &mut found);
    shadow::check(policy, &mut found);
    coverage::check(policy, known.map(|(records, _)| records), &mut found);
    found.sort();
    found.dedup();
    found
}

fn unused(policy: &Policy, found: &mut Vec<Finding>) {
    let asked: Vec<&RequirementId> =
        policy.gates.values().flat_map(|gate| gate.require.names()).collect();
    for id in policy.requirements.keys().filter(|id| !asked.contains(id)) {
        found.push(Finding::new(FindingCode::RequirementUnused).requirement(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Portfolio;
    use std::sync::Arc;

    /// What is found, as `code gate requirement stage`.
    fn found(text: &str, portfolio: Option<&str>) -> Vec<String> {
        let policy: Policy = text.parse().unwrap();
        let at: Instant = "2026-11-02T09:00:00Z".parse().unwrap();
        let records = portfolio.map(|json| {
            let portfolio: Portfolio = serde_json::from_str(json).unwrap();
            Records::new(Arc::new(portfolio), at)
        });
        let found = lint(&policy, records.as_ref().map(|records| (records, at)));
        let name = |finding: &Finding| {
            let parts = [
                finding.gate.as_ref().map(ToString::to_string),
                finding.requirement.as_ref().map(ToString::to_string),
                finding.stage.as_ref().map(ToString::to_string),
            ];
            let parts =
                std::iter::once(finding.code.name().to_owned()).chain(parts.into_iter().flatten());
            parts.collect::<Vec<_>>().join(" ")
        };
        found.iter().map(name).collect()
    }

    const PORTFOLIO: &str = r#"{"lynchpin": "portfolio/1",
        "people": [{"id": "ann"}, {"id": "bo"}, {"id": "bot", "kind": "machine"},
            {"id": "cy", "suspended_from": "2026-11-01T00:00:00Z"}],
        "groups": [{"id": "cab", "members": [{"person": "ann"}, {"person": "bo"},
            {"person": "bot"}, {"person": "cy"}, {"person": "undeclared"}]},
            {"id": "nobody", "members": []},
            {"id": "red", "kind": "team", "members": [{"person": "ann"}, {"person": "bo"}]}],
        "services": [{"id": "shop", "tier": 1, "profile": "itil"}],
        "stages": [{"id": "staging"}, {"id": "production"}]}"#;

    #[test]
    fn a_policy_that_says_what_it_means_has_no_findings() {
        let text = r#"
            name = "fine"
            open = ["staging"]
            requirement.board = { approval = { group = "cab", people = 2 } }
            requirement.soaked = { soak = { for = "1h" } }
            gate.board.stage = "production"
            gate.board.judges = "change"
            gate.board.require = { all = ["board", "soaked"] }
        "#;
        assert_eq!(found(text, Some(PORTFOLIO)), [""; 0]);
        assert_eq!(found(text, None), [""; 0]);
    }

    #[test]
    fn bands_of_risk_leave_nothing_out() {
        let text = |bands: &[&str]| {
            let gates = bands.iter().enumerate().map(|(number, band)| {
                format!(
                    "gate.g{number} = {{ stage = \"production\", judges = \"change\", \
                     {band} require = \"plan\" }}\n"
                )
            });
            let gates: String = gates.collect();
            format!("name = \"x\"\nrequirement.plan = {{ plan = \"test\" }}\n{gates}")
        };
        let all = ["risk = { below = '0.1' },", "risk = { at_least = '0.1' },"];
        assert_eq!(found(&text(&all), None), [""; 0]);
        let certain = ["risk = { below = '0.1' },", "risk = { at_least = '0.1', below = '1' },"];
        let none = ["not_judged production"; 3];
        assert_eq!(found(&text(&certain), None), none, "certainty is in no band");
        let hole = ["risk = { below = '0.1' },", "risk = { at_least = '0.2' },"];
        assert_eq!(found(&text(&hole), None), none);
        assert_eq!(found(&text(&["risk = { at_least = '0.2' },"]), None), none);
        let model = ["model = 'm',", "risk = { at_least = '0.2' },"];
        assert_eq!(found(&text(&model), None), none, "not each change follows the model");
        let wider = ["risk = { below = '0.5' },", "risk = { below = '0.1' },", ""];
        let shadowed = ["gate_shadowed g0", "gate_shadowed g1"];
        assert_eq!(found(&text(&wider), None), shadowed);
        let apart = ["risk = { below = '0.5' }, model = 'm',", "risk = { below = '0.1' },", ""];
        assert_eq!(found(&text(&apart), None), shadowed);
    }

    #[test]
    fn leave_is_given_by_somebody() {
        let text = |group: &str| {
            format!(
                "name = \"x\"\nopen = [\"staging\"]\n\
                 requirement.leave = {{ preauthorised = {{ group = \"{group}\" }} }}\n\
                 gate.g = {{ stage = \"production\", judges = \"change\", require = \"leave\" }}"
            )
        };
        assert_eq!(found(&text("cab"), Some(PORTFOLIO)), [""; 0]);
        let never = ["gate_never_passes g", "nobody_can_approve leave"];
        assert_eq!(found(&text("nobody"), Some(PORTFOLIO)), never);
    }

    #[test]
    fn who_is_there_to_approve_is_counted() {
        let text = |leaf: &str| {
            format!(
                "name = \"x\"\nopen = [\"staging\"]\n\
                 requirement.board = {{ approval = {{ {leaf} }} }}\n\
                 gate.g = {{ stage = \"production\", judges = \"change\", require = \"board\" }}"
            )
        };
        let never = ["gate_never_passes g", "nobody_can_approve board"];
        for leaf in [
            "group = 'cab', people = 3",
            "group = 'nobody'",
            "group = 'nobody', people = 'all'",
            "group = 'unknown'",
            "group = 'cab', people = 2, teams = 2",
        ] {
            assert_eq!(found(&text(leaf), Some(PORTFOLIO)), never, "{leaf}");
            assert_eq!(found(&text(leaf), None), [""; 0], "{leaf}");
        }
        for leaf in ["group = 'cab', people = 2", "group = 'cab', people = '100%', teams = 1"] {
            assert_eq!(found(&text(leaf), Some(PORTFOLIO)), [""; 0], "{leaf}");
        }
    }

    #[test]
    fn no_change_is_in_a_lane_of_the_scorecard() {
        let text = r#"
            name = "x"
            open = ["staging"]
            requirement.lane.lane = { failures_at_most = "0.05", certified_within = "30d" }
            gate.fast = { stage = "production", judges = "change", require = "lane" }
        "#;
        assert_eq!(found(text, None), ["gate_never_passes fast", "requirement_never_passes lane"]);
        let model = format!("risk.model = 'sha256:{}'\n{text}", "1".repeat(64));
        assert_eq!(found(&model, None), [""; 0]);
    }

    #[test]
    fn a_way_around_keeps_a_gate_passable() {
        let text = r#"
            name = "x"
            open = ["staging"]
            requirement.never = { risk = { below = "0" } }
            requirement.unit = { evidence = { check = "unit" } }
            gate.any.stage = "production"
            gate.any.judges = "change"
            gate.any.require = { any = ["never", "unit"] }
            gate.two.stage = "production"
            gate.two.judges = "change"
            gate.two.require = { at_least = 2, of = ["never", "unit"] }
        "#;
        assert_eq!(found(text, None), ["gate_never_passes two", "requirement_never_passes never"]);
        let waivable = text.replace(
            "{ below = \"0\" } }",
            "{ below = \"0\" }, waiver = { group = \"cab\", for_at_most = \"1d\" } }",
        );
        assert_eq!(found(&waivable, None), ["requirement_never_passes never"]);
        let nobody = waivable.replace("\"cab\"", "\"nobody\"");
        assert_eq!(
            found(&nobody, Some(PORTFOLIO)),
            ["gate_never_passes two", "requirement_never_passes never", "nobody_can_waive never",]
        );
    }

    #[test]
    fn what_adds_nothing_or_is_never_asked_is_told() {
        let text = r#"
            name = "x"
            requirement.a = { evidence = { check = "a" } }
            requirement.b = { evidence = { check = "b" }, only_for = { kind = ["emergency"] } }
            requirement.c = { evidence = { check = "c" } }
            gate.all.stage = ["qa", "production"]
            gate.all.judges = "change"
            gate.all.require = { all = ["a", { all = ["b"] }] }
            gate.less.stage = "production"
            gate.less.kind = ["normal"]
            gate.less.judges = "change"
            gate.less.require = "a"
            gate.nothing.stage = "production"
            gate.nothing.kind = ["normal"]
            gate.nothing.judges = "change"
            gate.nothing.require = "b"
            gate.other.stage = "production"
            gate.other.kind = ["normal"]
            gate.other.judges = "release"
            gate.other.require = "a"
        "#;
        assert_eq!(
            found(text, None),
            [
                "gate_asks_nothing nothing",
                "requirement_never_asked nothing b",
                "requirement_unused c",
                "gate_shadowed less",
                "gate_shadowed nothing",
            ]
        );
        let twice = r#"
            name = "x"
            requirement.a = { evidence = { check = "a" } }
            gate.one = { stage = "qa", judges = "change", require = "a" }
            gate.two = { stage = "qa", judges = "change", require = { all = ["a"] } }
        "#;
        assert_eq!(found(twice, None), ["gate_shadowed two"]);
    }

    #[test]
    fn stages_and_changes_that_are_left_out_are_told() {
        let text = r#"
            name = "x"
            requirement.a = { evidence = { check = "a" } }
            requirement.soaked = { soak = { for = "1h" } }
            gate.fast.stage = ["production", "moon"]
            gate.fast.kind = ["normal"]
            gate.fast.profile = "continuous"
            gate.fast.judges = "change"
            gate.fast.require = "a"
            gate.itil.stage = "production"
            gate.itil.kind = ["standard"]
            gate.itil.tier = [1]
            gate.itil.judges = "change"
            gate.itil.require = "a"
        "#;
        assert_eq!(
            found(text, Some(PORTFOLIO)),
            [
                "stage_never_entered staging",
                "requirement_unused soaked",
                "stage_not_declared fast moon",
                "gate_selects_nothing fast",
                "not_judged moon",
                "not_judged moon",
                "not_judged moon",
                "not_judged production",
                "not_judged production",
            ]
        );
        let first = r#"
            name = "x"
            open = ["production"]
            requirement.soaked = { soak = { for = "1h" } }
            gate.g = { stage = "staging", judges = "change", require = "soaked" }
            gate.h = { stage = "production", judges = "change", require = "soaked" }
        "#;
        assert_eq!(
            found(first, Some(PORTFOLIO)),
            [
                "gate_never_passes g",
                "requirement_never_passes soaked",
                "open_stage_has_gate production"
            ]
        );
    }
}
