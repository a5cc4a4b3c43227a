//! What a requirement asks of signed statements, and what of that can mean nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::key::Key;
use crate::base::Actor;
use crate::base::error::{ErrorCode, Problem};
use crate::base::id::{KeyId, RequirementId};
use crate::base::limits::KEYS_MAX;
use crate::gate::policy::Requirement;

/// Our own predicate: the result of one run of a check, with everything that evidence says.
pub const CHECK_RESULT: &str = "urn:lynchpin:check-result:1";

/// The in-toto predicate for test results. It says neither which run it was nor when.
pub const TEST_RESULT: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// The SLSA predicates that say how an artifact was built.
pub const PROVENANCE: [&str; 2] =
    ["https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2"];

/// The SLSA predicate by which a verifier sums up what it found.
pub const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";

/// Which signed statements count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The keys of the policy that may sign.
    pub keys: Vec<KeyId>,
    /// How many distinct owners of these keys must have signed one envelope; one, if it is not
    /// said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub threshold: u32,
    /// The type of the predicate; for evidence, [`CHECK_RESULT`] if it is not said.
    #[serde(default = "check_result")]
    pub predicate: String,
    /// The configuration by whose name a test result is told from those of other tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
    /// For whom a check result must have been made; anybody, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// Which builder a provenance must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub builder: Option<String>,
    /// Which verifier a verification summary must name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verifier: Option<String>,
    /// Of which levels a verification summary must name one; none, if it is not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Who answers for the statement; the change's owner, if it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Actor>,
}

fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes fields by reference")]
fn is_one(threshold: &u32) -> bool {
    *threshold == 1
}

fn check_result() -> String {
    CHECK_RESULT.to_owned()
}

/// Finds what is wrong with the keys and with what requirements ask of them. A key that could not
/// be read is reported elsewhere, so `named` holds the names of all.
pub(in crate::gate) fn check(
    requirements: &BTreeMap<RequirementId, Requirement>,
    keys: &BTreeMap<KeyId, Key>,
    named: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) {
    let mut known = BTreeMap::new();
    for (id, key) in keys {
        if let Some(other) = known.insert(&key.public, id) {
            let message = format!("this is the key `{other}` again: one key has one name");
            problems.push(Problem::new(ErrorCode::KeyMalformed, message).at(format!("$.key.{id}")));
        }
    }
    for (id, requirement) in requirements {
        let path = format!("$.requirement.{id}");
        if let Some(evidence) = &requirement.evidence
            && let Some(rule) = &evidence.signed
        {
            let path = format!("{path}.evidence.signed");
            check_keys(rule, keys, named, &path, problems);
            let beside = [
                (!evidence.producers.is_empty())
                    .then_some("`producers` means nothing here: the keys say whose results count"),
                rule.owner.is_some().then_some("the owner of a check stands beside the check"),
                (evidence.max_age.is_some() && rule.predicate != CHECK_RESULT)
                    .then_some("`max_age` cannot be met: such a statement does not say when"),
            ];
            tell(beside.into_iter().chain(about_results(rule)), &path, problems);
        }
        if let Some(rule) = &requirement.signed {
            let path = format!("{path}.signed");
            check_keys(rule, keys, named, &path, problems);
            tell(about_others(rule), &path, problems);
        }
    }
}

fn tell(
    found: impl IntoIterator<Item = Option<&'static str>>,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let found = found.into_iter().flatten();
    problems.extend(found.map(|text| Problem::new(ErrorCode::SignedInvalid, text).at(path)));
}

/// What cannot be asked of statements that are taken as evidence.
fn about_results(rule: &Signed) -> [Option<&'static str>; 4] {
    let test = rule.predicate == TEST_RESULT;
    let known = test || rule.predicate == CHECK_RESULT;
    let more = rule.builder.is_some() || rule.verifier.is_some() || !rule.levels.is_empty();
    [
        (!known).then_some(
            "no outcome is read from this predicate: ask for such a statement by `signed` alone",
        ),
        (known && test != rule.suite.is_some())
            .then_some("`suite` tells test results apart: it is needed there and only there"),
        (test && rule.audience.is_some())
            .then_some("a test result names no audience, so none could ever count"),
        (known && more).then_some("a result names no `builder`, `verifier` or `levels`"),
    ]
}

/// What cannot be asked of statements that only have to be there.
fn about_others(rule: &Signed) -> [Option<&'static str>; 4] {
    let summary = rule.predicate == SUMMARY;
    let result = [CHECK_RESULT, TEST_RESULT].contains(&rule.predicate.as_str());
    let builder = rule.builder.is_some() && !PROVENANCE.contains(&rule.predicate.as_str());
    [
        result.then_some(
            "a result may say that it failed: ask for it by `evidence` with a `check`; \
             here, name another `predicate`",
        ),
        (rule.suite.is_some() || rule.audience.is_some())
            .then_some("only results have a `suite` or an `audience`"),
        builder.then_some("only the provenance of SLSA names a `builder`"),
        (summary != rule.verifier.is_some() || !summary && !rule.levels.is_empty()).then_some(
            "a verification summary is asked for with its `verifier`, and nothing else has one",
        ),
    ]
}

fn check_keys(
    rule: &Signed,
    keys: &BTreeMap<KeyId, Key>,
    named: &BTreeSet<&str>,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    if rule.keys.len() > KEYS_MAX {
        let message = format!("a requirement names at most {KEYS_MAX} keys");
        problems.push(Problem::new(ErrorCode::ListTooLong, message).at(format!("{path}.keys")));
    }
    let unknown = rule.keys.iter().filter(|id| !named.contains(id.as_str()));
    let unknown: Vec<&KeyId> = unknown.collect();
    for id in &unknown {
        let message = format!("the policy defines no key `{id}`");
        problems.push(Problem::new(ErrorCode::KeyUnknown, message).at(format!("{path}.keys")));
    }
    let read = rule.keys.iter().filter_map(|id| keys.get(id));
    let owners = read.map(|key| &key.of).collect::<BTreeSet<_>>().len();
    let complete = rule.keys.iter().all(|id| keys.contains_key(id));
    let reachable = usize::try_from(rule.threshold).is_ok_and(|threshold| threshold <= owners);
    if rule.threshold == 0 || complete && !reachable {
        let message = format!(
            "`threshold = {}` of {owners} distinct owners of keys can never mean anything",
            rule.threshold
        );
        let problem = Problem::new(ErrorCode::SignedInvalid, message);
        problems.push(problem.at(format!("{path}.threshold")));
    }
}
