//! Policies as TOML.
//!
//! ```toml
//! name = "acme"
//! owner = { group = "release-managers" }
//! open = ["staging"]
//! requirement.unit = { evidence = { check = "unit" } }
//! requirement.board = { approval = { group = "cab", people = 2 } }
//!
//! [requirement.board.waiver]
//! group = "ops-leads"
//! for_at_most = "14d"
//!
//! [gate.board]
//! stage = "production"
//! kind = ["normal"]
//! judges = "release"
//! require = { all = ["unit", "board"] }
//! ```

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Spanned;

use super::bounds;
use super::freeze::rule::FreezeRule;
use super::policy::{
    AdoptionRule, ApprovalLeaf, ClaimRule, CycleRule, Gate, Judges, Policy, Quorum, Requirement,
    RiskBand, RiskRule, Selector, Tree,
};
use super::signed::key::{Key, KeyText};
use super::signed::rule;
use crate::base::error::{Error, ErrorCode, Problem, Result};
use crate::base::id::{GateId, KeyId, ModelId, ProfileId, RequirementId, StageId};
use crate::base::limits::{DEPTH_MAX, POLICY_BYTES_MAX};
use crate::base::{Actor, Instant, canonical};
use crate::model::Kind;

/// The document as it stands in the file; requirements and gates are read one by one, so that
/// every one that is wrong is reported.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    name: String,
    #[serde(default)]
    owner: Option<Actor>,
    #[serde(default)]
    open: Vec<StageId>,
    #[serde(default)]
    cycles: CycleRule,
    #[serde(default)]
    freeze: FreezeRule,
    #[serde(default)]
    claims: ClaimRule,
    #[serde(default)]
    adoption: Option<AdoptionRule>,
    #[serde(default)]
    risk: Option<RiskRule>,
    #[serde(default)]
    key: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    requirement: BTreeMap<String, Spanned<toml::Value>>,
    #[serde(default)]
    gate: BTreeMap<String, Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GateDocument {
    stage: OneOrMany,
    #[serde(default)]
    kind: Vec<Kind>,
    #[serde(default)]
    tier: Vec<u8>,
    #[serde(default)]
    profile: Option<ProfileOneOrMany>,
    #[serde(default)]
    applies: Applies,
    #[serde(default)]
    model: Option<ModelOneOrMany>,
    #[serde(default)]
    risk: Option<RiskBand>,
    judges: Judges,
    require: Tree,
}

/// The changes that a gate applies to by when they were first recorded.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Applies {
    /// All that have not ended.
    #[default]
    AllOpen,
    /// Those that were first recorded then or later.
    RecordedSince(Instant),
}

#[derive(Deserialize)]
#[serde(transparent)]
struct OneOrMany(#[serde(deserialize_with = "one_or_many")] Vec<StageId>);

#[derive(Deserialize)]
#[serde(transparent)]
struct ProfileOneOrMany(#[serde(deserialize_with = "one_or_many")] Vec<ProfileId>);

#[derive(Deserialize)]
#[serde(transparent)]
struct ModelOneOrMany(#[serde(deserialize_with = "one_or_many")] Vec<ModelId>);

impl std::str::FromStr for Policy {
    type Err = Error;

    /// Reads a policy from TOML.
    ///
    /// # Errors
    ///
    /// Every problem found, each with its code, its place in the document and its line.
    fn from_str(text: &str) -> Result<Self> {
        if text.len() > POLICY_BYTES_MAX {
            let message = format!("the policy is larger than {POLICY_BYTES_MAX} bytes");
            return Err(Error::new(ErrorCode::DocumentTooLarge, message));
        }
        if text.starts_with('\u{feff}') {
            let message = "the policy begins with a byte order mark; save it without one";
            return Err(Error::new(ErrorCode::DocumentNotUtf8, message));
        }
        let document: Document = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            on_line(Problem::from_format(error.message()).at("$"), text, at)
        })?;
        let mut problems = Vec::new();
        let keys = read_keys(text, &document.key, &mut problems);
        let requirements = read_each::<RequirementId, Requirement>(
            text,
            "requirement",
            &document.requirement,
            &mut problems,
        );
        let gates = read_each::<GateId, GateDocument>(text, "gate", &document.gate, &mut problems);
        let gates: BTreeMap<GateId, Gate> =
            gates.into_iter().map(|(id, gate)| (id, gate.into())).collect();
        document.freeze.check(&mut problems);
        if document.adoption.as_ref().is_some_and(|rule| rule.people.is_nobody()) {
            let message = "a quorum of nobody passes by silence: ask for at least one person";
            let problem = Problem::new(ErrorCode::QuorumInvalid, message).at("$.adoption");
            problems.push(problem);
        }
        check_requirements(&requirements, &mut problems);
        let named = document.key.keys().map(String::as_str).collect();
        rule::check(&requirements, &keys, &named, &mut problems);
        check_gates(&gates, &requirements, &document.requirement, &mut problems);
        let problems = problems.into_iter().map(|problem| on_its_entry(problem, text, &document));
        let problems = problems.collect();
        if let Some(error) = Error::from_problems(problems) {
            return Err(error);
        }
        let digest = canonical::digest(&Content {
            name: &document.name,
            owner: &document.owner,
            open: &document.open,
            cycles: document.cycles,
            freeze: &document.freeze,
            claims: document.claims,
            adoption: &document.adoption,
            risk: document.risk,
            keys: &keys,
            requirements: &requirements,
            gates: &gates,
        })?;
        Ok(Policy {
            name: document.name,
            owner: document.owner,
            open: document.open,
            cycles: document.cycles,
            freeze: document.freeze,
            claims: document.claims,
            adoption: document.adoption,
            risk: document.risk,
            keys,
            requirements,
            gates,
            digest,
        })
    }
}

/// What a policy's digest covers.
#[derive(Serialize)]
struct Content<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: &'a Option<Actor>,
    open: &'a [StageId],
    cycles: CycleRule,
    #[serde(skip_serializing_if = "FreezeRule::is_empty")]
    freeze: &'a FreezeRule,
    #[serde(skip_serializing_if = "ClaimRule::is_optional")]
    claims: ClaimRule,
    #[serde(skip_serializing_if = "Option::is_none")]
    adoption: &'a Option<AdoptionRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    risk: Option<RiskRule>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    keys: &'a BTreeMap<KeyId, Key>,
    requirements: &'a BTreeMap<RequirementId, Requirement>,
    gates: &'a BTreeMap<GateId, Gate>,
}

impl From<GateDocument> for Gate {
    fn from(document: GateDocument) -> Self {
        Gate {
            stages: document.stage.0,
            only_for: Selector {
                kind: document.kind,
                tier: document.tier,
                profile: document.profile.map(|profile| profile.0).unwrap_or_default(),
                recorded_since: match document.applies {
                    Applies::AllOpen => None,
                    Applies::RecordedSince(instant) => Some(instant),
                },
                model: document.model.map(|model| model.0).unwrap_or_default(),
                risk: document.risk,
            },
            judges: document.judges,
            require: document.require,
        }
    }
}

fn on_line(problem: Problem, text: &str, offset: usize) -> Problem {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, str::len) + 1;
    problem.on_line(line.try_into().unwrap_or(0), column.try_into().unwrap_or(0))
}

/// A problem that has no line yet is on that of the requirement or gate that it is about.
fn on_its_entry(problem: Problem, text: &str, document: &Document) -> Problem {
    let tables = [
        ("$.key.", &document.key),
        ("$.requirement.", &document.requirement),
        ("$.gate.", &document.gate),
    ];
    let entry = tables.into_iter().find_map(|(begin, entries)| {
        let rest = problem.path.strip_prefix(begin)?;
        // A name may contain dots, so the longest that fits is the one.
        entries.iter().rev().find(|(name, _)| {
            let behind = rest.strip_prefix(name.as_str());
            behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('.'))
        })
    });
    match entry {
        Some((_, value)) => on_line(problem, text, value.span().start),
        None => problem,
    }
}

/// Reads each entry of a table alone and keeps the problems.
fn read_each<K, V>(
    text: &str,
    table: &str,
    entries: &BTreeMap<String, Spanned<toml::Value>>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<K, V>
where
    K: std::str::FromStr<Err = Error> + Ord,
    V: DeserializeOwned,
{
    let mut read = BTreeMap::new();
    for (name, value) in entries {
        let path = format!("$.{table}.{name}");
        let offset = value.span().start;
        let id = match name.parse::<K>() {
            Ok(id) => id,
            Err(error) => {
                let found = error.problems().iter().cloned();
                problems.extend(found.map(|problem| on_line(problem.at(&path), text, offset)));
                continue;
            }
        };
        match serde_path_to_error::deserialize(value.get_ref().clone()) {
            Ok(entry) => {
                read.insert(id, entry);
            }
            Err(error) => {
                let inner = error.path().to_string();
                let path = if inner == "." { path } else { format!("{path}.{inner}") };
                let problem = Problem::from_format(error.inner().message()).at(path);
                problems.push(on_line(problem, text, offset));
            }
        }
    }
    read
}

/// Reads the keys and keeps the problems.
fn read_keys(
    text: &str,
    entries: &BTreeMap<String, Spanned<toml::Value>>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<KeyId, Key> {
    let mut keys = BTreeMap::new();
    for (id, entry) in read_each::<KeyId, KeyText>(text, "key", entries, problems) {
        match entry.key() {
            Ok(key) => {
                keys.insert(id, key);
            }
            Err(error) => problems.extend(
                error.problems().iter().map(|problem| problem.clone().at(format!("$.key.{id}"))),
            ),
        }
    }
    keys
}

fn check_requirements(
    requirements: &BTreeMap<RequirementId, Requirement>,
    problems: &mut Vec<Problem>,
) {
    for (id, requirement) in requirements {
        let path = format!("$.requirement.{id}");
        let asked = [
            ("evidence", requirement.evidence.is_some()),
            ("signed", requirement.signed.is_some()),
            ("approval", requirement.approval.is_some()),
            ("soak", requirement.soak.is_some()),
            ("risk", requirement.risk.is_some()),
            ("lane", requirement.lane.is_some()),
            ("window", requirement.window.is_some()),
            ("planned", requirement.planned.is_some()),
            ("plan", requirement.plan.is_some()),
            ("reversible", requirement.reversible.is_some()),
            ("tickets", requirement.tickets.is_some()),
            ("tasks", requirement.tasks.is_some()),
            ("budget", requirement.budget.is_some()),
            ("preauthorised", requirement.preauthorised.is_some()),
            ("expression", requirement.expression.is_some()),
        ];
        if asked.iter().filter(|(_, asked)| *asked).count() != 1 {
            let names: Vec<String> = asked.iter().map(|(name, _)| format!("`{name}`")).collect();
            let message = format!(
                "a requirement asks exactly one of {}; make one requirement of each",
                names.join(", ")
            );
            problems.push(Problem::new(ErrorCode::SubjectAmbiguous, message).at(&path));
        }
        if let Some(expression) = &requirement.expression {
            let path = format!("{path}.expression");
            problems.extend(expression.problems().iter().map(|found| found.clone().at(&path)));
        }
        bounds::check(&path, requirement, problems);
        let Some(approval) = &requirement.approval else { continue };
        check_named(approval, requirements, &path, problems);
        // One person stands for one team.
        let first = approval.people == Quorum::First && approval.teams.is_some_and(|t| t > 1);
        if first || approval.people.is_nobody() || approval.teams == Some(0) {
            let message = "a quorum of nobody passes by silence, and the first to answer is one \
                           person: ask for at least one, and for no more teams than people";
            problems.push(Problem::new(ErrorCode::QuorumInvalid, message).at(&path));
        }
    }
}

/// What an approval names as evidence must be that.
fn check_named(
    approval: &ApprovalLeaf,
    requirements: &BTreeMap<RequirementId, Requirement>,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    let lists = [
        ("after_evidence", &approval.after_evidence),
        ("excludes_producers_of", &approval.excludes_producers_of),
    ];
    for (field, name) in lists.into_iter().flat_map(|(f, names)| names.iter().map(move |n| (f, n)))
    {
        let (code, message) = match requirements.get(name) {
            None => (
                ErrorCode::RequirementUnknown,
                format!("the policy defines no requirement `{name}`"),
            ),
            Some(named) if named.evidence.is_none() => {
                (ErrorCode::RequirementKind, format!("the requirement `{name}` asks no evidence"))
            }
            Some(_) => continue,
        };
        problems.push(Problem::new(code, message).at(format!("{path}.approval.{field}")));
    }
}

fn check_gates(
    gates: &BTreeMap<GateId, Gate>,
    requirements: &BTreeMap<RequirementId, Requirement>,
    named: &BTreeMap<String, Spanned<toml::Value>>,
    problems: &mut Vec<Problem>,
) {
    for (id, gate) in gates {
        let path = format!("$.gate.{id}");
        if gate.stages.is_empty() {
            let message = "a gate stands before at least one stage";
            problems.push(Problem::new(ErrorCode::Empty, message).at(format!("{path}.stage")));
        }
        bounds::check_band(&path, &gate.only_for, problems);
        // The nesting is bounded by the TOML reader, so is this list.
        let mut open = vec![(&gate.require, 0_usize)];
        while let Some((tree, depth)) = open.pop() {
            let children = match tree {
                Tree::Leaf(name) => {
                    if !requirements.contains_key(name) && !named.contains_key(name.as_str()) {
                        let message = format!("the policy defines no requirement `{name}`");
                        let problem = Problem::new(ErrorCode::RequirementUnknown, message);
                        problems.push(problem.at(format!("{path}.require")));
                    }
                    continue;
                }
                Tree::All(children) | Tree::Any(children) => children,
                Tree::AtLeast(count, children) => {
                    let children_count = u32::try_from(children.len()).unwrap_or(u32::MAX);
                    if *count == 0 || *count > children_count {
                        let message = format!(
                            "`at_least = {count}` of {children_count} can never mean anything"
                        );
                        let problem = Problem::new(ErrorCode::QuorumInvalid, message);
                        problems.push(problem.at(format!("{path}.require")));
                    }
                    children
                }
            };
            if children.is_empty() {
                let message = "a combinator without children would pass by silence";
                let problem = Problem::new(ErrorCode::CombinatorEmpty, message);
                problems.push(problem.at(format!("{path}.require")));
            }
            if depth > DEPTH_MAX {
                let message = format!("the gate is nested deeper than {DEPTH_MAX} levels");
                let problem = Problem::new(ErrorCode::DocumentTooDeep, message);
                problems.push(problem.at(format!("{path}.require")));
                break;
            }
            open.extend(children.iter().map(|child| (child, depth + 1)));
        }
    }
}

/// Reads one id, or a list of them.
fn one_or_many<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: std::str::FromStr<Err = Error> + Deserialize<'de>,
{
    struct Ids<T>(std::marker::PhantomData<T>);
    impl<'de, T: std::str::FromStr<Err = Error> + Deserialize<'de>> Visitor<'de> for Ids<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an id or a list of ids")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            text.parse().map(|id| vec![id]).map_err(|error: Error| E::custom(error.marked()))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut ids = Vec::new();
            while let Some(id) = seq.next_element()? {
                ids.push(id);
            }
            Ok(ids)
        }
    }
    deserializer.deserialize_any(Ids(std::marker::PhantomData))
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Node;
        impl<'de> Visitor<'de> for Node {
            type Value = Tree;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the name of a requirement, `{ all = [...] }`, `{ any = [...] }` or \
                     `{ at_least = 2, of = [...] }`",
                )
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Tree, E> {
                RequirementId::new(text).map(Tree::Leaf).map_err(|e| E::custom(e.marked()))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
                let (mut all, mut any, mut of, mut count) = (None, None, None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "all" => all = Some(map.next_value()?),
                        "any" => any = Some(map.next_value()?),
                        "of" => of = Some(map.next_value()?),
                        "at_least" => count = Some(map.next_value()?),
                        _ => {
                            let known = &["all", "any", "at_least", "of"];
                            return Err(A::Error::unknown_field(&key, known));
                        }
                    }
                }
                match (all, any, count, of) {
                    (Some(all), None, None, None) => Ok(Tree::All(all)),
                    (None, Some(any), None, None) => Ok(Tree::Any(any)),
                    (None, None, Some(count), Some(of)) => Ok(Tree::AtLeast(count, of)),
                    _ => Err(A::Error::invalid_type(serde::de::Unexpected::Map, &self)),
                }
            }
        }
        deserializer.deserialize_any(Node)
    }
}

impl Serialize for Quorum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Quorum::Count(count) => serializer.serialize_u32(*count),
            Quorum::All => serializer.serialize_str("all"),
            Quorum::First => serializer.serialize_str("first"),
            Quorum::Percent(percent) => serializer.collect_str(&format_args!("{percent}%")),
        }
    }
}

impl<'de> Deserialize<'de> for Quorum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl Visitor<'_> for Words {
            type Value = Quorum;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "a number of people, \"all\", \"first\" or a percentage such as \"50%\"",
                )
            }
            fn visit_i64<E: serde::de::Error>(self, count: i64) -> Result<Quorum, E> {
                u32::try_from(count)
                    .map(Quorum::Count)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(count), &self))
            }
            fn visit_u64<E: serde::de::Error>(self, count: u64) -> Result<Quorum, E> {
                u32::try_from(count)
                    .map(Quorum::Count)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(count), &self))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Quorum, E> {
                match text {
                    "all" => return Ok(Quorum::All),
                    "first" => return Ok(Quorum::First),
                    _ => {}
                }
                let is_plain = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
                let digits = text.strip_suffix('%').filter(is_plain);
                let percent = digits.and_then(|digits| digits.parse().ok());
                percent
                    .map(Quorum::Percent)
                    .ok_or_else(|| E::invalid_type(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_problem_is_found_with_its_line() {
        let error = r#"
name = "bad"
requirement.none = { approval = { group = "cab", people = 0 } }
requirement.two = { plan = "back_out", risk = { below = "0.1" } }
requirement.odd = { evidence = { chek = "unit" } }
gate.empty = { stage = "production", judges = "change", require = { all = [] } }
gate.lost = { stage = "production", judges = "change", require = "nowhere" }
"#
        .parse::<Policy>()
        .unwrap_err();
        let codes: Vec<ErrorCode> = error.problems().iter().map(|p| p.code).collect();
        assert_eq!(
            codes,
            [
                ErrorCode::UnknownField,
                ErrorCode::QuorumInvalid,
                ErrorCode::SubjectAmbiguous,
                ErrorCode::CombinatorEmpty,
                ErrorCode::RequirementUnknown,
            ]
        );
        let lines: Vec<u64> = error.problems().iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [5, 3, 4, 6, 7]);
        assert_eq!(error.problems()[0].column, 19, "behind `requirement.odd = `");
    }

    #[test]
    fn a_policy_may_be_as_long_as_it_may_be() {
        let text = |bytes: usize| {
            let begin = "name = \"a\"\n# ";
            format!("{begin}{}\n", "x".repeat(bytes - begin.len() - 1))
        };
        text(POLICY_BYTES_MAX).parse::<Policy>().unwrap();
        for bytes in [POLICY_BYTES_MAX + 1, 2 * POLICY_BYTES_MAX] {
            let error = text(bytes).parse::<Policy>().unwrap_err();
            assert_eq!(error.code(), ErrorCode::DocumentTooLarge);
        }
    }

    /// Who approves a policy by its digest approves all that it says.
    #[test]
    fn the_digest_covers_all_that_is_said() {
        let digest = |more: &str| {
            let policy = format!("name = \"a\"\n{more}").parse::<Policy>();
            policy.unwrap_or_else(|error| panic!("{more}: {error}")).digest
        };
        let said = [
            "",
            "owner = { group = \"g\" }",
            "open = [\"s\"]",
            "cycles = \"atomic\"",
            "freeze.lift = \"g\"",
            "freeze.in_flight = \"stop\"",
            "freeze.in_flight = \"stop\"\nfreeze.lift = \"g\"",
            "freeze.exception = { group = \"g\", for_at_most = \"1d\" }",
            "freeze.passes.small = { risk_below = \"0.1\" }",
            "freeze.passes.small = { kind = [\"standard\"] }",
            "claims = \"required\"",
            "adoption = { group = \"g\" }",
            "requirement.r = { plan = \"back_out\" }",
            "requirement.r = { plan = \"test\" }",
        ];
        let digests: BTreeSet<_> = said.iter().map(|more| digest(more)).collect();
        assert_eq!(digests.len(), said.len());
        // To say what holds anyway is to say nothing.
        assert_eq!(digest("freeze.in_flight = \"finish\""), digest(""));
        assert_eq!(digest("claims = \"optional\""), digest(""));
        // A later version of this library finds the same, or nobody would have approved it.
        let known = "sha256:f8130991c1d9284e7b55999cd306980671f2e1717a3c27c49ae29a0c3607f544";
        assert_eq!(digest("freeze.lift = \"g\"").to_string(), known);
    }

    #[test]
    fn a_quorum_is_read_from_toml_and_json_alike() {
        let json = |text: &str| serde_json::from_str::<Quorum>(text).ok();
        assert_eq!(json("2"), Some(Quorum::Count(2)));
        assert_eq!(json("\"50%\""), Some(Quorum::Percent(50)));
        for text in ["-2", "4294967296", "\"+50%\"", "\"%\"", "\"50\"", "2.0"] {
            assert_eq!(json(text), None, "{text}");
        }
        assert!(!Quorum::Count(1_000_000).is_nobody());
        assert!(Quorum::Count(1_000_001).is_nobody());
    }

    #[test]
    fn a_byte_order_mark_is_refused() {
        let error = "\u{feff}name = \"a\"".parse::<Policy>().unwrap_err();
        assert_eq!(error.code(), ErrorCode::DocumentNotUtf8);
    }

    #[test]
    fn the_digest_ignores_spaces_and_comments() {
        let one: Policy = "name = \"a\"\nopen = [\"dev\"]".parse().unwrap();
        let two: Policy = "# why\nopen = [ \"dev\" ]\nname = 'a'".parse().unwrap();
        let three: Policy = "name = \"a\"\nopen = [\"qa\"]".parse().unwrap();
        assert_eq!(one.digest, two.digest);
        assert_ne!(one.digest, three.digest);
    }
}
