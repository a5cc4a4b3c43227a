//! What a predicate says, read by its type.
//!
//! Everything that is taken as evidence is read here, from the signed bytes of one statement: the
//! check, the outcome, the run, when, where. What a predicate of another make leaves open stays
//! open; nothing outside of the envelope fills it in.

use serde::Deserialize;
use serde_json::Value;

use super::rule::{CHECK_RESULT, PROVENANCE, SUMMARY, Signed, TEST_RESULT};
use crate::base::Instant;
use crate::base::id::{CheckId, ConfigurationId, EnvironmentId};
use crate::base::limits::INTEGER_MAX;
use crate::model::Outcome;

/// What a statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::gate) struct Said {
    pub(super) configuration: Option<ConfigurationId>,
    pub(super) environment: Option<EnvironmentId>,
    pub(super) run: u64,
    pub(in crate::gate) outcome: Outcome,
    pub(in crate::gate) at: Option<Instant>,
    pub(super) expires: Option<Instant>,
}

/// What reading a predicate came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// It is about something else, such as another check.
    Elsewhere,
    /// It is about this, and cannot count, for that reason.
    Flawed(&'static str),
    /// It says this.
    Says(Said),
}

/// The predicate [`CHECK_RESULT`]. A field that it does not have is refused: a misspelt `expires`
/// must not be lost.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckResult {
    check: CheckId,
    outcome: Outcome,
    run: u64,
    at: Instant,
    #[serde(default)]
    configuration: Option<ConfigurationId>,
    #[serde(default)]
    environment: Option<EnvironmentId>,
    #[serde(default)]
    expires: Option<Instant>,
    #[serde(default)]
    audience: Option<String>,
}

/// Reads the predicate of a statement whose type is the one that the rule names.
pub(super) fn read(rule: &Signed, check: Option<&CheckId>, predicate: &Value) -> Reading {
    match rule.predicate.as_str() {
        CHECK_RESULT => check_result(rule, check, predicate),
        TEST_RESULT => test_result(rule, predicate),
        SUMMARY => summary(rule, predicate),
        kind => {
            let pointer =
                if kind == PROVENANCE[1] { "/builder/id" } else { "/runDetails/builder/id" };
            match &rule.builder {
                Some(builder) if text(predicate, pointer) != Some(builder) => {
                    Reading::Flawed("other_builder")
                }
                Some(_) | None => Reading::Says(bare(Outcome::Passed, None)),
            }
        }
    }
}

fn check_result(rule: &Signed, check: Option<&CheckId>, predicate: &Value) -> Reading {
    let Ok(result) = CheckResult::deserialize(predicate) else {
        return unclear(check, predicate);
    };
    if check != Some(&result.check) {
        return Reading::Elsewhere;
    }
    if result.run > INTEGER_MAX {
        return Reading::Flawed("unreadable");
    }
    if rule.audience.is_some() && rule.audience != result.audience {
        return Reading::Flawed("other_audience");
    }
    Reading::Says(Said {
        configuration: result.configuration,
        environment: result.environment,
        run: result.run,
        outcome: result.outcome,
        at: Some(result.at),
        expires: result.expires,
    })
}

/// A check result of which no more can be read than which run it was: that has no outcome, and no
/// earlier run stands for it.
fn unclear(check: Option<&CheckId>, predicate: &Value) -> Reading {
    if text(predicate, "/check").map(String::as_str) != check.map(CheckId::as_str) {
        return Reading::Flawed("unreadable");
    }
    let run = predicate.get("run").and_then(Value::as_u64).filter(|run| *run <= INTEGER_MAX);
    let Some(run) = run else { return Reading::Flawed("unreadable") };
    let configuration = text(predicate, "/configuration").and_then(|name| name.parse().ok());
    let environment = text(predicate, "/environment").and_then(|name| name.parse().ok());
    let bare = bare(Outcome::Inconclusive, None);
    Reading::Says(Said { configuration, environment, run, ..bare })
}

/// A test result: of the suite that the rule names, since it says no check. Only `PASSED` without
/// failed tests is a pass; a run with warnings neither passed nor failed.
fn test_result(rule: &Signed, predicate: &Value) -> Reading {
    let Some(configuration) = predicate.get("configuration").and_then(Value::as_array) else {
        return Reading::Flawed("unreadable");
    };
    let names = configuration.iter().filter_map(|resource| text(resource, "/name"));
    if !names.into_iter().any(|name| Some(name) == rule.suite.as_ref()) {
        return Reading::Elsewhere;
    }
    let failed = match predicate.get("failedTests") {
        None => false,
        Some(Value::Array(failed)) => !failed.is_empty(),
        Some(_) => return Reading::Flawed("unreadable"),
    };
    let outcome = match text(predicate, "/result").map(String::as_str) {
        Some("PASSED") if failed => Outcome::Inconclusive,
        Some("PASSED") => Outcome::Passed,
        Some("WARNED") => Outcome::Inconclusive,
        Some("FAILED") => Outcome::Failed,
        Some(_) | None => return Reading::Flawed("unreadable"),
    };
    Reading::Says(bare(outcome, None))
}

fn summary(rule: &Signed, predicate: &Value) -> Reading {
    if text(predicate, "/verifier/id") != rule.verifier.as_ref() {
        return Reading::Flawed("other_verifier");
    }
    let at = text(predicate, "/timeVerified").and_then(|at| at.parse().ok());
    let outcome = match text(predicate, "/verificationResult").map(String::as_str) {
        Some("PASSED") => Outcome::Passed,
        Some("FAILED") => Outcome::Failed,
        Some(_) | None => return Reading::Flawed("unreadable"),
    };
    let Some(at) = at else { return Reading::Flawed("unreadable") };
    let verified = predicate.get("verifiedLevels").and_then(Value::as_array);
    let mut verified = verified.into_iter().flatten().filter_map(Value::as_str);
    let reached = verified.any(|level| rule.levels.iter().any(|wanted| wanted == level));
    // A lower level is no failure of the one asked for to be overlooked: it is the newest word.
    let short = outcome == Outcome::Passed && !rule.levels.is_empty() && !reached;
    Reading::Says(bare(if short { Outcome::Failed } else { outcome }, Some(at)))
}

/// What a statement says that names no run, configuration or environment.
fn bare(outcome: Outcome, at: Option<Instant>) -> Said {
    let (configuration, environment, expires) = (None, None, None);
    Said { configuration, environment, run: 0, outcome, at, expires }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a String> {
    match value.pointer(pointer) {
        Some(Value::String(text)) => Some(text),
        Some(_) | None => None,
    }
}
