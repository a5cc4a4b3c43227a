//! What risk models are fitted to: each feature by its definition, and as it was known then.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::ErrorCode;
use lynchpin::portfolio::{RiskHistoryQuestion, ScoreQuestion, Snapshot};
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Transform};
use lynchpin::risk::{Feature, RiskModel};
use lynchpin_tests::engine::read;
use lynchpin_tests::shop::{change_of, noon as at, shop};
use serde_json::{Value, json};

fn snapshot(portfolio: Value, policy: &str) -> Snapshot {
    read(&shop(portfolio), policy)
}

/// Five changes by raj of the shop, each a day after the last one, of which the second failed.
fn past() -> Value {
    let id = |day: u32| format!("P-{day}");
    let changes: Vec<Value> = (1..6)
        .map(|day| {
            json!({"id": id(day), "revision": 1, "by": "raj", "services": ["shop"],
                "measures": {"coverage": 60 + day}, "coverage": 100 - day,
                "size": {"files": day, "schema_files": day - 1, "configuration_files": 1},
                "at": format!("2026-03-0{day}T06:00:00Z")})
        })
        .collect();
    let deployments = (1..6).map(|day| {
        json!({"id": format!("D-{day}"), "environment": "production", "outcome": "succeeded",
            "changes": [id(day)], "at": format!("2026-03-0{day}T07:00:00Z"), "by": "bot"})
    });
    let incidents = json!([
        {"id": "I", "event": "opened", "services": ["shop"], "at": "2026-03-02T09:00:00Z",
         "by": "ops"},
        {"id": "I", "event": "linked", "change": "P-2", "attribution": "confirmed",
         "at": "2026-03-04T09:00:00Z", "by": "ops"}]);
    json!({"changes": changes, "deployments": deployments.collect::<Vec<_>>(),
        "incidents": incidents})
}

fn column(snapshot: &Snapshot, name: &str) -> Vec<Option<i64>> {
    let asked = RiskHistoryQuestion::new(at("05-01")).with_features(vec![name.to_owned()]);
    let history = snapshot.risk_history(&asked).expect("it can be asked");
    history.features[0].values.clone()
}

#[test]
fn a_history_knows_of_each_change_what_was_known_when_it_came() {
    let snapshot = snapshot(past(), "name = 'none'");
    let history = snapshot.risk_history(&RiskHistoryQuestion::new(at("05-01"))).expect("it can");
    assert_eq!(history.changes.len(), 5);
    assert_eq!(history.failed, [false, true, false, false, false]);
    assert_eq!(history.known[1], "2026-03-04T09:00:00Z".parse().ok());
    assert_eq!(history.features.len(), Feature::ALL.len() + 1, "and the host's own");
    let whole = |values: &[i64]| -> Vec<Option<i64>> {
        values.iter().map(|it| Some(it * 1_000_000)).collect()
    };
    assert_eq!(column(&snapshot, "files"), whole(&[1, 2, 3, 4, 5]));
    assert_eq!(column(&snapshot, "schema_files"), whole(&[0, 1, 2, 3, 4]));
    assert_eq!(column(&snapshot, "configuration_files"), whole(&[1; 5]));
    assert_eq!(column(&snapshot, "coverage"), whole(&[99, 98, 97, 96, 95]));
    assert_eq!(column(&snapshot, "folders"), [None; 5]);
    assert_eq!(column(&snapshot, "measure.coverage"), whole(&[61, 62, 63, 64, 65]));
    assert_eq!(column(&snapshot, "author_record"), whole(&[0, 1, 2, 3, 4]));
    assert_eq!(column(&snapshot, "service_changes"), whole(&[0, 1, 2, 3, 4]));
    assert_eq!(column(&snapshot, "concurrent_changes"), whole(&[0, 0, 0, 0, 0]));
    // It was opened on the second, and known to come from P-2 on the fourth, after P-4 came.
    assert_eq!(column(&snapshot, "service_incidents"), whole(&[0, 0, 1, 1, 1]));
    assert_eq!(column(&snapshot, "author_failures"), whole(&[0, 0, 0, 0, 1]));
    assert_eq!(column(&snapshot, "service_failures"), whole(&[0, 0, 0, 0, 1]));
    assert_eq!(column(&snapshot, "tier"), whole(&[1; 5]));
    assert_eq!(column(&snapshot, "lines"), [None; 5]);
    // The first of March 2026 was a Sunday.
    assert_eq!(column(&snapshot, "weekday"), whole(&[6, 0, 1, 2, 3]));
    assert_eq!(column(&snapshot, "hour"), whole(&[7; 5]));
    let asked = RiskHistoryQuestion::new(at("05-01")).with_features(vec!["luck".to_owned()]);
    assert_eq!(snapshot.risk_history(&asked).expect_err("none").code(), ErrorCode::UnknownWord);
}

#[test]
fn what_is_under_way_yet_is_in_no_history() {
    let mut facts = past();
    facts["deployments"][3]["outcome"] = json!("started");
    facts["deployments"][1]["outcome"] = json!("started");
    let told = snapshot(facts, "name = 'none'");
    let history = told.risk_history(&RiskHistoryQuestion::new(at("05-01"))).expect("it can");
    let ids: Vec<String> = history.changes.iter().map(ToString::to_string).collect();
    // The second caused an incident, whatever became of its deployment.
    assert_eq!(ids, ["P-1", "P-2", "P-3", "P-5"]);
    assert_eq!(history.failed, [false, true, false, false]);
}

#[test]
fn a_change_begins_to_hold_when_it_succeeded() {
    let mut facts = past();
    facts["deployments"][0]["outcome"] = json!("started");
    facts["deployments"].as_array_mut().expect("a list").extend([
        json!({"id": "L", "environment": "production", "outcome": "succeeded", "changes": ["P-1"],
            "at": "2026-03-20T07:00:00Z", "by": "bot"}),
        // That it came again later is no news.
        json!({"id": "M", "environment": "production", "outcome": "succeeded", "changes": ["P-3"],
            "at": "2026-03-21T07:00:00Z", "by": "bot"}),
    ]);
    let told = snapshot(facts, "name = 'none'");
    let history = told.risk_history(&RiskHistoryQuestion::new(at("05-01"))).expect("it can");
    let found: Vec<String> = history.changes.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["P-2", "P-3", "P-4", "P-5", "P-1"]);
    let made: Vec<String> = history.made.iter().map(ToString::to_string).collect();
    assert_eq!(made[4], "2026-03-20T07:00:00Z");
    assert_eq!(made[1], "2026-03-03T07:00:00Z");
    // It is what was known when it was first brought there that it is told by.
    let hours = history.features.iter().find(|it| it.name == "author_record").expect("a feature");
    assert_eq!(hours.values[4], Some(0));
}

#[test]
fn what_a_deployment_comes_to_is_no_feature_of_it() {
    let mut facts = past();
    // The last one failed, and that is the only word on it.
    facts["deployments"][4]["outcome"] = json!("failed");
    facts["services"] = json!([{"id": "shop", "tier": 1, "owner": {"group": "shop"}},
        {"id": "shop", "tier": 3, "owner": {"group": "shop"}, "at": "2026-03-05T08:00:00Z",
         "by": "ada"}]);
    facts["incidents"]
        .as_array_mut()
        .expect("it is one")
        .extend([json!({"id": "J", "event": "opened", "services": ["shop"], "change": "P-5",
            "attribution": "confirmed", "at": "2026-03-05T07:00:00Z", "by": "ops"})]);
    let told = snapshot(facts, "name = 'none'");
    let asked = RiskHistoryQuestion::new(at("05-01"));
    let (whole, before) = (
        told.risk_history(&asked).expect("it can be asked"),
        snapshot(past(), "name = 'none'").risk_history(&asked).expect("it can be asked"),
    );
    assert!(whole.failed[4] && !before.failed[4]);
    assert_eq!(whole.features, before.features);
}

/// What the last change of the past has of a feature, with some more facts.
fn of_the_last(name: &str, more: &[(&str, Value)]) -> Option<i64> {
    let mut facts = past();
    for (array, fact) in more {
        let fact = fact.clone();
        match facts[*array].as_array_mut() {
            Some(all) => all.push(fact),
            None => facts[*array] = json!([fact]),
        }
    }
    column(&snapshot(facts, "name = 'none'"), name)[4].map(|it| it / 1_000_000)
}

#[test]
fn no_second_word_whitens_an_author() {
    let word = |id: &str, attribution: &str, time: &str| {
        (
            "incidents",
            json!({"id": id, "event": "linked", "change": "P-2", "by": "ops",
            "attribution": attribution, "at": format!("2026-03-{time}:00Z")}),
        )
    };
    assert_eq!(of_the_last("author_failures", &[]), Some(1));
    let second = [word("J", "confirmed", "04T10:00"), word("J", "exonerated", "04T11:00")];
    assert_eq!(of_the_last("author_failures", &second), Some(1));
    assert_eq!(of_the_last("author_failures", &[word("I", "exonerated", "04T11:00")]), Some(0));
    // That it was opened long ago takes nothing out of the window.
    let long_ago = (
        "incidents",
        json!({"id": "I", "event": "opened", "by": "ops",
        "at": "2020-01-01T00:00:00Z", "recorded": "2026-03-04T12:00:00Z"}),
    );
    for name in ["service_failures", "service_incidents", "team_failures"] {
        assert_eq!(of_the_last(name, std::slice::from_ref(&long_ago)), Some(1), "{name}");
    }
}

#[test]
fn only_those_count_who_had_no_hand_in_it_and_object_to_nothing() {
    let people = ["ann", "bob"].map(|id| ("people", json!({"id": id})));
    let mut facts: Vec<(&str, Value)> = people.to_vec();
    facts.extend(["raj", "ada"].map(|id| ("people", json!({"id": id}))));
    let found = |said: &[Value]| {
        let said = said.iter().map(|it| ("approvals", it.clone()));
        of_the_last("reviewers", &[facts.clone(), said.collect()].concat())
    };
    let word = |by: &str, requirement: &str, decision: &str, at: u32, recorded: u32| {
        json!({"change": "P-5", "revision": 1, "requirement": requirement, "by": by,
            "stage": "production", "decision": decision,
            "at": format!("2026-03-05T06:{at:02}:00Z"),
            "recorded": format!("2026-03-05T06:{recorded:02}:00Z")})
    };
    let yes = |by| word(by, "peer", "approved", 1, 1);
    assert_eq!(found(&[]), Some(0));
    assert_eq!(found(&[yes("ann"), yes("bob"), yes("raj")]), Some(2));
    // Told again late, an approval does not come back.
    let again =
        [yes("ann"), word("ann", "peer", "withdrawn", 2, 2), word("ann", "peer", "approved", 1, 3)];
    assert_eq!(found(&again), Some(0));
    assert_eq!(found(&[yes("ann"), word("ann", "security", "rejected", 2, 2)]), Some(0));
    let mut later = yes("ann");
    later["effective_from"] = json!("2026-03-05T09:00:00Z");
    let mut over = yes("bob");
    over["expires"] = json!("2026-03-05T06:30:00Z");
    assert_eq!(found(&[later, over]), Some(0));
}

#[test]
fn what_nobody_declared_is_not_clean() {
    for (services, wanted) in [
        (json!([{"id": "shop", "tier": 1}]), [Some(1), None]),
        (json!([]), [None, None]),
        (json!([{"id": "shop", "owner": {"group": "g"}}]), [Some(1), Some(1)]),
    ] {
        let mut facts = past();
        facts["services"] = services;
        let told = snapshot(facts, "name = 'none'");
        let last = |name| column(&told, name)[4].map(|it| it / 1_000_000);
        assert_eq!([last("service_failures"), last("team_failures")], wanted);
    }
}

#[test]
fn later_facts_change_nothing_of_what_was_known_then() {
    let all = snapshot(past(), "name = 'none'");
    let question = RiskHistoryQuestion::new(at("05-01"));
    let whole = all.risk_history(&question).expect("it can be asked");
    // As of each change, the last of the history is told as the whole history tells it.
    for (number, made) in whole.made.iter().enumerate() {
        let then = all.risk_history(&RiskHistoryQuestion::new(*made)).expect("it can be asked");
        assert_eq!(then.changes.len(), number + 1);
        for (then, whole) in then.features.iter().zip(&whole.features) {
            assert_eq!(then.values.as_slice(), &whole.values[..=number], "{}", then.name);
        }
    }
}

#[test]
fn a_model_fitted_to_the_history_scores_a_change_as_the_portfolio_does() {
    let snapshot = snapshot(past(), "name = 'none'");
    let history = snapshot.risk_history(&RiskHistoryQuestion::new(at("05-01"))).expect("it can");
    let values: Vec<Vec<i64>> = history
        .features
        .iter()
        .map(|it| it.values.iter().map(|value| value.unwrap_or(MISSING)).collect())
        .collect();
    let columns = history.features.iter().zip(&values).map(|(it, values)| Column {
        name: &it.name,
        transform: Transform::Log,
        bend: Bend::Free,
        values,
    });
    let columns: Vec<Column<'_>> = columns.collect();
    let fitted = Model::fit(&columns, &history.failed, &Fit::LINES).expect("it can be fitted");
    let model = RiskModel::new(fitted.clone());
    let text = String::from_utf8(model.to_json().expect("it was fitted")).expect("it is text");
    let mut facts = past();
    facts["risk_models"] = json!([{"text": text, "at": "2026-03-05T07:00:00Z", "by": "ada"}]);
    let policy =
        format!("name = 'acme'\nrisk.model = '{}'", model.digest().expect("it was fitted"));
    let snapshot = self::snapshot(facts, &policy);
    // The last change as of the instant at which it came.
    let asked =
        ScoreQuestion::new(change_of("P-5"), "2026-03-05T07:00:00Z".parse().expect("it is"));
    let score = snapshot.score(&asked).expect("it can be asked");
    let last: Vec<i64> = values.iter().map(|values| values[4]).collect();
    let wanted = fitted.score(&last).expect("as many features");
    assert_eq!(score.changes[0].risk.log_odds, wanted.log_odds);
    let parts = score.changes[0].risk.contributions.iter().map(|it| it.log_odds);
    assert!(parts.eq(wanted.terms));
}

#[test]
fn the_page_defines_each_feature_as_the_library_does() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/features.md"));
    let page = page.expect("the page is there");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let wanted = Feature::ALL.iter().map(|it| {
        format!("| `{}` | {} | {} | {} |", it.name(), it.unit(), it.source(), it.formula())
    });
    let wanted: Vec<String> = wanted.collect();
    assert_eq!(rows[..wanted.len()], wanted);
    assert!(rows[wanted.len()].starts_with("| `measure.NAME` |"));
}
