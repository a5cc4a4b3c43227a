//! What differs between two policies, and which way each difference leans.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::policy::{Gate, Policy, Selector, Tree};

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A setting of the policy itself: its name, owner, open stages, cycles.
    Policy,
    /// A key that signed statements are verified by.
    Key,
    /// A requirement.
    Requirement,
    /// A gate.
    Gate,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// Which way a difference leans: whether more is asked for, or less.
///
/// What a whole policy does to decisions is asked of a dry run: a gate that goes asks for less, and
/// yet leaves changes that no gate judges any more, which are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leans {
    /// More is asked for.
    Tighter,
    /// Less is asked for.
    Looser,
    /// No verdict depends on it.
    Neutral,
    /// It cannot be told from the text.
    Unclear,
}

/// One difference between two policies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What it is about.
    pub what: What,
    /// The name of the requirement, gate or setting.
    pub name: String,
    /// What became of it.
    pub became: Became,
    /// Which way it leans.
    pub leans: Leans,
    /// What it said before, as canonical JSON, by field; empty if it was added.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub before: BTreeMap<String, Value>,
    /// What it says now, by field; empty if it was removed.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub after: BTreeMap<String, Value>,
}

/// Every difference between two policies: settings, then keys, requirements and gates, by name. Of
/// what changed, only the fields that differ are told.
///
/// ```
/// use lynchpin::gate::Policy;
/// use lynchpin::gate::compare::{Leans, compare};
///
/// let old: Policy = r#"
///     name = "acme"
///     requirement.safe = { risk = { below = "0.05" } }
///     gate.fast = { stage = "production", judges = "change", require = "safe" }
/// "#
/// .parse()?;
/// let new: Policy = r#"
///     name = "acme"
///     requirement.safe = { risk = { below = "0.10" } }
///     gate.fast = { stage = "production", judges = "change", require = "safe" }
/// "#
/// .parse()?;
/// let differences = compare(&old, &new);
/// assert_eq!(differences.len(), 1);
/// assert_eq!(differences[0].name, "safe");
/// assert_eq!(differences[0].leans, Leans::Looser);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn compare(old: &Policy, new: &Policy) -> Vec<Difference> {
    let mut found = settings(old, new);
    let names: BTreeSet<_> = old.keys.keys().chain(new.keys.keys()).collect();
    for name in names {
        let pair = (old.keys.get(name), new.keys.get(name));
        // What a requirement names decides; a key that appears or goes does so with its names.
        found.extend(difference(What::Key, name.as_str(), pair, |before, after| {
            if before.is_none() || after.is_none() { Leans::Neutral } else { Leans::Unclear }
        }));
    }
    let names: BTreeSet<_> = old.requirements.keys().chain(new.requirements.keys()).collect();
    for name in names {
        let pair = (old.requirements.get(name), new.requirements.get(name));
        let asked = old.gates.values().chain(new.gates.values());
        let used = asked.flat_map(|gate| gate.require.names()).any(|it| it == name);
        found.extend(difference(What::Requirement, name.as_str(), pair, |before, after| {
            match (before, after) {
                _ if !used => Leans::Neutral,
                // What a gate asks decides; a name that appears or goes does so with its gates.
                (None, _) | (_, None) => Leans::Neutral,
                (Some(before), Some(after)) => of_requirement(&fields(before), &fields(after)),
            }
        }));
    }
    let names: BTreeSet<_> = old.gates.keys().chain(new.gates.keys()).collect();
    for name in names {
        let pair = (old.gates.get(name), new.gates.get(name));
        found.extend(difference(What::Gate, name.as_str(), pair, of_gate));
    }
    found
}

fn settings(old: &Policy, new: &Policy) -> Vec<Difference> {
    let neutral = |_: Option<&_>, _: Option<&_>| Leans::Neutral;
    let mut found = Vec::new();
    found.extend(difference(What::Policy, "name", (Some(&old.name), Some(&new.name)), neutral));
    let owner = |_: Option<&_>, _: Option<&_>| Leans::Neutral;
    found.extend(difference(What::Policy, "owner", (Some(&old.owner), Some(&new.owner)), owner));
    found.extend(difference(
        What::Policy,
        "open",
        (Some(&old.open), Some(&new.open)),
        |before, after| {
            let (before, after) = (before.map_or(&[][..], |it| it), after.map_or(&[][..], |it| it));
            by_set(before, after).map_or(Leans::Unclear, opposite)
        },
    ));
    found.extend(difference(
        What::Policy,
        "cycles",
        (Some(&old.cycles), Some(&new.cycles)),
        |_, after| match after {
            Some(super::policy::CycleRule::Forbidden) => Leans::Tighter,
            Some(super::policy::CycleRule::Atomic) | None => Leans::Looser,
        },
    ));
    // Who lets what pass which freeze cannot be compared rule by rule.
    let unclear = |_: Option<&_>, _: Option<&_>| Leans::Unclear;
    let pair = (Some(&old.freeze), Some(&new.freeze));
    found.extend(difference(What::Policy, "freeze", pair, unclear));
    found.extend(difference(
        What::Policy,
        "claims",
        (Some(&old.claims), Some(&new.claims)),
        |_, after| match after {
            Some(super::policy::ClaimRule::Required) => Leans::Tighter,
            Some(super::policy::ClaimRule::Optional) | None => Leans::Looser,
        },
    ));
    // Who approves the next policy decides no verdict, but how hard this one is to get rid of.
    let adoption = (old.adoption.as_ref(), new.adoption.as_ref());
    found.extend(difference(What::Policy, "adoption", adoption, |before, after| {
        match (before, after) {
            (None, _) => Leans::Tighter,
            (_, None) => Leans::Looser,
            (Some(_), Some(_)) => Leans::Unclear,
        }
    }));
    // Another model may find more or less of a change risky.
    let risk = (old.risk.as_ref(), new.risk.as_ref());
    found.extend(difference(What::Policy, "risk", risk, |_, _| Leans::Unclear));
    found
}

/// The difference between what something said and says, if there is one.
fn difference<T: Serialize + PartialEq>(
    what: What,
    name: &str,
    (before, after): (Option<&T>, Option<&T>),
    leans: impl Fn(Option<&T>, Option<&T>) -> Leans,
) -> Option<Difference> {
    if before == after {
        return None;
    }
    let became = match (before, after) {
        (None, _) => Became::Added,
        (_, None) => Became::Removed,
        (Some(_), Some(_)) => Became::Changed,
    };
    let leans = leans(before, after);
    let mut old = before.map(fields).unwrap_or_default();
    let mut new = after.map(fields).unwrap_or_default();
    if became == Became::Changed {
        let same: Vec<String> = old
            .iter()
            .filter(|(key, was)| new.get(*key) == Some(*was))
            .map(|(k, _)| k.clone())
            .collect();
        for key in same {
            old.remove(&key);
            new.remove(&key);
        }
    }
    let name = name.to_owned();
    Some(Difference { what, name, became, leans, before: old, after: new })
}

/// The leaves of a value by their path, such as `approval.people`; lists are leaves.
fn fields<T: Serialize>(value: &T) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    // The nesting is that of the policy's types, but for a gate's tree, which stands in one field.
    let mut open = vec![(String::new(), serde_json::to_value(value).unwrap_or(Value::Null))];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Object(map) if !map.is_empty() && !path.starts_with("require") => {
                open.extend(map.into_iter().map(|(key, value)| {
                    let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                    (path, value)
                }));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                let path = if path.is_empty() { "value".to_owned() } else { path };
                found.insert(path, value);
            }
        }
    }
    found
}

/// Which way a changed requirement leans: that of its fields, if they agree.
fn of_requirement(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Leans {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = paths.into_iter().filter(|path| before.get(*path) != after.get(*path));
    let leans = differing.map(|path| of_field(path, before.get(path), after.get(path)));
    join(leans)
}

/// Which way one field of a requirement leans when it changes.
fn of_field(path: &str, before: Option<&Value>, after: Option<&Value>) -> Leans {
    // What is not said asks for the least.
    let numbers = (before.and_then(amount), after.and_then(amount));
    let more = |absent: u64| {
        let (old, new) = (numbers.0.unwrap_or(absent), numbers.1.unwrap_or(absent));
        if new > old { Leans::Tighter } else { Leans::Looser }
    };
    let readable =
        before.is_none_or(|it| amount(it).is_some()) && after.is_none_or(|it| amount(it).is_some());
    match path {
        "evidence.owner" | "signed.owner" => Leans::Neutral,
        "approval.people" | "evidence.signed.threshold" | "signed.threshold" if readable => more(1),
        "approval.teams" | "soak.for" if readable => more(0),
        "evidence.max_age"
        | "evidence.failed_runs_at_most"
        | "approval.expires_after"
        | "risk.below"
        | "lane.failures_at_most"
        | "lane.certified_within"
            if readable =>
        {
            opposite(more(u64::MAX))
        }
        _ if path.starts_with("waiver.") && before.is_none() => Leans::Looser,
        _ if path.starts_with("waiver.") && after.is_none() => Leans::Tighter,
        "waiver.for_at_most" if readable => opposite(more(0)),
        "approval.veto" | "approval.delegation" | "approval.members" | "approval.states_digest" => {
            match after {
                Some(_) => Leans::Tighter,
                None => Leans::Looser,
            }
        }
        "tickets.at_least" | "tasks.at_least" if readable => more(1),
        "budget.remaining_at_least" | "preauthorised.record.at_least" | "lane.confidence"
            if readable =>
        {
            more(0)
        }
        "tickets.states" => opposite(longer(before, after)),
        "evidence.against" if after.is_none() => Leans::Tighter,
        "evidence.against" if before.is_none() => Leans::Looser,
        "approval.after_evidence" | "approval.excludes_producers_of" => longer(before, after),
        "approval.escalates_to" => opposite(longer(before, after)),
        _ => Leans::Unclear,
    }
}

/// Which way a list leans that asks for more the more it names.
fn longer(before: Option<&Value>, after: Option<&Value>) -> Leans {
    let names =
        |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let (old, new) = (names(before), names(after));
    let all_in = |few: &[Value], many: &[Value]| few.iter().all(|name| many.contains(name));
    match (all_in(&old, &new), all_in(&new, &old)) {
        (true, false) => Leans::Tighter,
        (false, true) => Leans::Looser,
        (true, true) => Leans::Neutral,
        (false, false) => Leans::Unclear,
    }
}

/// A whole number, a duration in seconds or a decimal in parts per billion, to be compared.
fn amount(value: &Value) -> Option<u64> {
    if let Some(number) = value.as_u64() {
        return Some(number);
    }
    let text = value.as_str()?;
    let span = text.parse::<crate::base::Span>().ok().map(|span| span.micros());
    let span = span.and_then(|micros| u64::try_from(micros).ok());
    span.or_else(|| {
        text.parse::<crate::base::Probability>().ok().map(|p| p.parts_per_billion().into())
    })
}

fn of_gate(before: Option<&Gate>, after: Option<&Gate>) -> Leans {
    let (Some(before), Some(after)) = (before, after) else {
        return if before.is_none() { Leans::Tighter } else { Leans::Looser };
    };
    let rest = |gate: &Gate| Gate {
        stages: Vec::new(),
        only_for: Selector::default(),
        require: Tree::All(Vec::new()),
        ..gate.clone()
    };
    let scope_differs = before.stages != after.stages
        || before.only_for != after.only_for
        || rest(before) != rest(after);
    if scope_differs { Leans::Unclear } else { of_tree(&before.require, &after.require) }
}

/// More that must all hold is tighter, less is looser; of anything else it is not said.
fn of_tree(before: &Tree, after: &Tree) -> Leans {
    let (before, after) = (before.conjuncts(), after.conjuncts());
    by_set(&before, &after).unwrap_or(Leans::Unclear)
}

/// Tighter if the second holds all of the first, looser if the first holds all of the second.
fn by_set<T: PartialEq>(before: &[T], after: &[T]) -> Option<Leans> {
    let grew = before.iter().all(|item| after.contains(item));
    let shrank = after.iter().all(|item| before.contains(item));
    match (grew, shrank) {
        (true, true) => Some(Leans::Neutral),
        (true, false) => Some(Leans::Tighter),
        (false, true) => Some(Leans::Looser),
        (false, false) => None,
    }
}

fn opposite(leans: Leans) -> Leans {
    match leans {
        Leans::Tighter => Leans::Looser,
        Leans::Looser => Leans::Tighter,
        Leans::Neutral | Leans::Unclear => leans,
    }
}

fn join(all: impl IntoIterator<Item = Leans>) -> Leans {
    let mut joined = Leans::Neutral;
    for leans in all {
        joined = match (joined, leans) {
            (Leans::Neutral, other) | (other, Leans::Neutral) => other,
            (a, b) if a == b => a,
            _ => return Leans::Unclear,
        };
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(requirement: &str, gate: &str) -> Policy {
        format!(
            "name = \"x\"\nrequirement.a = {{ {requirement} }}\n\
             requirement.b = {{ plan = \"test\" }}\n\
             gate.g = {{ stage = \"production\", judges = \"change\", {gate} }}"
        )
        .parse()
        .unwrap()
    }

    #[test]
    fn leans_as_the_fields_do_and_the_other_way_round_back() {
        let gate = "require = { all = [\"a\", \"b\"] }";
        for (looser, tighter) in [
            ("risk = { below = \"0.1\" }", "risk = { below = \"0.05\" }"),
            ("approval = { group = \"g\" }", "approval = { group = \"g\", people = 2 }"),
            ("approval = { group = \"g\" }", "approval = { group = \"g\", veto = \"stands\" }"),
            (
                "approval = { group = \"g\", escalates_to = [\"h\"] }",
                "approval = { group = \"g\", delegation = \"forbidden\" }",
            ),
            (
                "approval = { group = \"g\" }",
                "approval = { group = \"g\", states_digest = \"required\" }",
            ),
            ("evidence = { check = \"u\" }", "evidence = { check = \"u\", max_age = \"2h\" }"),
            ("soak = { for = \"90m\" }", "soak = { for = \"2h\" }"),
            (
                "reversible = {}, waiver = { group = \"g\", for_at_most = \"2d\" }",
                "reversible = {}, waiver = { group = \"g\", for_at_most = \"1d\" }",
            ),
            (
                "reversible = {}, waiver = { group = \"g\", for_at_most = \"2d\" }",
                "reversible = {}",
            ),
        ] {
            let (old, new) = (policy(looser, gate), policy(tighter, gate));
            let leans = |old, new| compare(old, new).iter().map(|it| it.leans).collect::<Vec<_>>();
            assert_eq!(leans(&old, &new), [Leans::Tighter], "{looser} -> {tighter}");
            assert_eq!(leans(&new, &old), [Leans::Looser], "{tighter} -> {looser}");
        }
    }

    #[test]
    fn what_leans_both_ways_or_says_something_else_is_unclear() {
        let gate = "require = { all = [\"a\", \"b\"] }";
        let old = policy("approval = { group = \"g\", people = 2 }", gate);
        for new in [
            "approval = { group = \"h\", people = 2 }",
            "approval = { group = \"g\", people = \"50%\" }",
            "approval = { group = \"g\", people = 1, teams = 1 }",
            "plan = \"test\"",
        ] {
            let found = compare(&old, &policy(new, gate));
            assert_eq!(found.first().map(|it| it.leans), Some(Leans::Unclear), "{new}");
        }
    }

    #[test]
    fn gates_are_compared_by_what_must_all_hold() {
        let leaf = "reversible = {}";
        let one = policy(leaf, "require = \"a\"");
        let both = policy(leaf, "require = { all = [\"b\", \"a\"] }");
        let either = policy(leaf, "require = { any = [\"b\", \"a\"] }");
        let normal = policy(leaf, "kind = [\"normal\"], require = \"a\"");
        let leans = |old, new| compare(old, new).iter().map(|it| it.leans).collect::<Vec<_>>();
        assert_eq!(leans(&one, &both), [Leans::Tighter]);
        assert_eq!(leans(&both, &one), [Leans::Looser]);
        assert_eq!(leans(&both, &either), [Leans::Unclear]);
        assert_eq!(leans(&one, &normal), [Leans::Unclear]);
        let found = compare(&one, &both);
        assert_eq!(found[0].before.keys().collect::<Vec<_>>(), ["require"]);
    }

    #[cfg(feature = "signatures")]
    #[test]
    fn a_key_that_becomes_another_is_told() {
        let with = |of: &str| {
            let key = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
            format!("name = \"x\"\nkey.ci = {{ ed25519 = \"{key}\", of = \"{of}\" }}")
        };
        let (one, two): (Policy, Policy) =
            (with("ci").parse().unwrap(), with("me").parse().unwrap());
        let found = compare(&one, &two);
        let told: Vec<_> = found.iter().map(|it| (it.what, it.name.as_str(), it.leans)).collect();
        assert_eq!(told, [(What::Key, "ci", Leans::Unclear)]);
        assert_eq!(found[0].after.keys().collect::<Vec<_>>(), ["of"]);
        assert_ne!(one.digest, two.digest);
    }

    #[test]
    fn settings_are_compared_too() {
        let text = "name = \"x\"\nopen = [\"dev\"]";
        let old: Policy = text.parse().unwrap();
        let new: Policy = "name = \"y\"\nopen = []\ncycles = \"atomic\"".parse().unwrap();
        let found = compare(&old, &new);
        let told: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.leans)).collect();
        assert_eq!(
            told,
            [("name", Leans::Neutral), ("open", Leans::Tighter), ("cycles", Leans::Looser)]
        );
        assert_eq!(compare(&old, &old), []);
    }
}
