//! Lanes as outcomes come in: what closes one, what opens it again, and what a certificate counts.

use lynchpin::base::{Probability, When};
use lynchpin::reason::ReasonCode;
use lynchpin::reason::tree::Arg;
use serde_json::{Value, json};

use super::{certified, change, decided, leaf, model, of, policy, snapshot, told};

/// Changes that came on one day each from the 1st of June on, of which some are confirmed to have
/// failed.
pub(super) fn came(count: u32, failed: &[u32]) -> Value {
    let at = |number: u32, hour: u32| format!("2026-06-{:02}T{hour:02}:00:00Z", number + 1);
    let own = (0..count).map(|number| {
        json!({"id": format!("L-{number}"), "revision": 1, "at": at(number, 1), "by": "raj",
            "services": ["shop"], "size": {"files": 1}})
    });
    let deployments = (0..count).map(|number| {
        json!({"id": format!("D-{number}"), "changes": [format!("L-{number}")],
            "environment": "production", "outcome": "succeeded", "by": "ada", "at": at(number, 2)})
    });
    let incidents = failed.iter().map(|number| {
        json!({"id": format!("I-{number}"), "event": "opened", "change": format!("L-{number}"),
            "attribution": "confirmed", "services": ["shop"], "by": "ada", "at": at(*number, 3)})
    });
    let changes: Vec<Value> = own.chain([change("A", Some(1))]).collect();
    json!({"changes": changes, "deployments": deployments.collect::<Vec<_>>(),
        "incidents": incidents.collect::<Vec<_>>()})
}

#[test]
fn a_lane_that_breaks_its_promise_closes_by_itself() {
    let model = certified();
    let lane = "{ lane = { certified_within = '90d', failures_at_most = '0.02' } }";
    let text = policy(Some(&model), lane);
    let found = |facts: Value, day: &str| {
        let mut facts = facts;
        facts["risk_models"] = json!([told(&model, "05-21")]);
        let decision = decided(&snapshot(facts, &text), "A", day);
        let names = ["why", "passed_since", "failed_since", "failures_reached", "failures"];
        leaf(&decision, &names)
    };
    let whole = |count| Some(Arg::Integer(count));
    let (code, args) = found(came(20, &[]), "06-28");
    assert_eq!((code, &args[1..3]), (ReasonCode::InLane, &[whole(20), whole(0)][..]));
    // One of many may fail: 1 - 0.98^20 = 33 %. Three of them would be a surprise.
    assert_eq!(found(came(20, &[7]), "06-28").0, ReasonCode::InLane);
    let (code, args) = found(came(20, &[7, 8, 9]), "06-28");
    assert_eq!((code, &args[1..3]), (ReasonCode::LaneClosed, &[whole(20), whole(3)][..]));
    assert_eq!(args[0], Some(Arg::text("promise_broken")));
    let reached = lynchpin::risk::failures_at_least(20, 3, of("0.95"));
    assert_eq!(args[3], Some(Arg::text(reached.to_millionths())));
    assert_eq!(args[4], Some(Arg::Texts(["L-9", "L-8", "L-7"].map(String::from).to_vec())));
    // A promise of what is surely reached is not broken, one of a billionth less is.
    let promised = |it: Probability| {
        let text = text.replace("failures_at_most = '0.02'", &format!("failures_at_most = '{it}'"));
        let mut facts = came(20, &[7, 8, 9]);
        facts["risk_models"] = json!([told(&model, "05-21")]);
        leaf(&decided(&snapshot(facts, &text), "A", "06-28"), &[]).0
    };
    let less = Probability::from_parts_per_billion(reached.parts_per_billion() - 1);
    assert_eq!(promised(reached), ReasonCode::InLane);
    assert_eq!(promised(less), ReasonCode::LaneClosed);
    // As of before they failed it was open.
    assert_eq!(found(came(20, &[7, 8, 9]), "06-07").0, ReasonCode::InLane);
    // What would not have passed is held against nobody, nor what came before it was certified.
    let mut risky = came(20, &[7, 8, 9]);
    for number in [7, 8, 9] {
        risky["changes"][number]["size"]["files"] = json!(5);
    }
    assert_eq!(found(risky, "06-28").0, ReasonCode::InLane);
    let early = came(20, &[7, 8, 9]).to_string().replace("2026-06", "2026-04");
    let early = early.replace(r#""at":"2026-04-01T00:00:00Z""#, r#""at":"2026-06-01T00:00:00Z""#);
    let (code, args) = found(serde_json::from_str(&early).expect("it is JSON"), "06-28");
    assert_eq!((code, &args[1..3]), (ReasonCode::InLane, &[whole(0), whole(0)][..]));
}

#[test]
fn nothing_that_is_told_opens_a_lane_but_changes_that_held() {
    let model = certified();
    let lane = "{ lane = { certified_within = '90d', failures_at_most = '0.02' } }";
    let text = policy(Some(&model), lane);
    let found = |facts: &Value, more: &[Value]| {
        let mut facts = facts.clone();
        facts["risk_models"] = json!([told(&model, "05-21")]);
        facts["deployments"].as_array_mut().expect("there are some").extend(more.iter().cloned());
        leaf(&decided(&snapshot(facts, &text), "A", "06-28"), &["why", "failed_since"])
    };
    let broken = |failed: i64| {
        let args = vec![Some(Arg::text("promise_broken")), Some(Arg::Integer(failed))];
        (ReasonCode::LaneClosed, args)
    };
    let base = came(20, &[7, 8, 9]);
    assert_eq!(found(&base, &[]), broken(3));
    let deployment = |id: String, change: String, outcome: &str, at: &str, recorded: &str| {
        json!({"id": id, "changes": [change], "environment": "production", "outcome": outcome,
            "by": "ada", "at": at, "recorded": recorded})
    };
    let of = |number: u32, outcome: &str, at: &str, recorded: &str| {
        deployment(format!("M-{number}"), format!("L-{number}"), outcome, at, recorded)
    };
    // The same failures told again with an earlier time, or with one before there was the change.
    let noon = "2026-06-27T12:00:00Z";
    for at in ["2026-04-01T00:00:00Z", "2026-06-01T00:30:00Z"] {
        let again = [7, 8].map(|number| of(number, "failed", at, noon));
        assert_eq!(found(&base, &again), broken(3), "{at}");
    }
    // Many that only began, or that had no time to fail yet.
    let mut many = base.clone();
    let tiny = (100..180).map(|number| {
        let id = format!("L-{number}");
        json!({"id": id, "revision": 1, "at": "2026-06-20T00:00:00Z", "by": "raj",
            "services": ["shop"], "size": {"files": 1}})
    });
    many["changes"].as_array_mut().expect("there are some").extend(tiny);
    for (outcome, at) in [("started", "2026-06-20T02:00:00Z"), ("succeeded", noon)] {
        let brought: Vec<Value> = (100..180).map(|number| of(number, outcome, at, noon)).collect();
        assert_eq!(found(&many, &brought), broken(3), "{outcome}");
    }
    let held: Vec<Value> = (100..180)
        .map(|number| of(number, "succeeded", "2026-06-20T02:00:00Z", "2026-06-20T02:00:00Z"))
        .collect();
    assert_eq!(found(&many, &held).0, ReasonCode::InLane);
    // What came right before the certificate was looked up was too young for it.
    let young = base.to_string().replace("2026-06-08", "2026-05-18");
    let young = young.replace("2026-06-09", "2026-05-18").replace("2026-06-10", "2026-05-18");
    let young: Value = serde_json::from_str(&young).expect("it is JSON");
    assert_eq!(found(&young, &[]), broken(3));
}

#[test]
fn a_certificate_counts_no_changes_that_had_too_little_time_to_fail() {
    let lane = |maturity: Option<&str>| {
        let mut lane = json!({"at_most": "0.08", "passed": 1000, "failed": 5,
            "as_of": "2026-05-20T00:00:00Z"});
        if let Some(maturity) = maturity {
            lane["maturity"] = json!(maturity);
        }
        model(json!({"lane": lane}))
    };
    let found = |model: &Value, more: &str, mut facts: Value| {
        facts["risk_models"] = json!([told(model, "05-21")]);
        let asked = "certified_within = '90d', failures_at_most = '0.02'";
        let text = policy(Some(model), &format!("{{ lane = {{ {asked}{more} }} }}"));
        let names = ["why", "maturity", "settles_after", "failed_since"];
        leaf(&decided(&snapshot(facts, &text), "A", "06-28"), &names)
    };
    let one = || json!({"changes": [change("A", Some(1))]});
    let text = |word: &str| Some(Arg::text(word));
    for (maturity, shown, settles, leaf) in [
        (None, "unknown", "7d", ""),
        (None, "unknown", "0s", ", settles_after = '0s'"),
        (Some("6d"), "6d", "7d", ""),
        (Some("7d"), "7d", "604801s", ", settles_after = '604801s'"),
    ] {
        let (code, args) = found(&lane(maturity), leaf, one());
        assert_eq!(code, ReasonCode::LaneClosed, "{maturity:?}{leaf}");
        assert_eq!(args[..3], [text("certificate_unripe"), text(shown), text(settles)]);
    }
    for (maturity, leaf) in
        [("7d", ""), ("6d", ", settles_after = '6d'"), ("0s", ", settles_after = '0s'")]
    {
        let (code, args) = found(&lane(Some(maturity)), leaf, one());
        assert_eq!((code, &args[1]), (ReasonCode::InLane, &text(maturity)), "{leaf}");
    }
    // Ten days before it was looked up three failed, and that was known: a certificate of changes
    // of a week counts them, and one of changes of a month does not, so they are held against it.
    let early = came(20, &[7, 8, 9]).to_string();
    let early = ["08", "09", "10"]
        .into_iter()
        .fold(early, |text, day| text.replace(&format!("2026-06-{day}"), "2026-05-10"));
    let early: Value = serde_json::from_str(&early).expect("it is JSON");
    let (code, args) = found(&lane(Some("7d")), "", early.clone());
    assert_eq!((code, &args[3]), (ReasonCode::InLane, &Some(Arg::Integer(0))));
    // They came nine days and twenty-two hours before.
    let (code, args) = found(&lane(Some("856800s")), "", early.clone());
    assert_eq!((code, &args[3]), (ReasonCode::InLane, &Some(Arg::Integer(0))));
    let (code, args) = found(&lane(Some("856801s")), "", early.clone());
    assert_eq!((code, &args[3]), (ReasonCode::LaneClosed, &Some(Arg::Integer(3))));
    let (code, args) = found(&lane(Some("30d")), "", early);
    assert_eq!((code, &args[0]), (ReasonCode::LaneClosed, &text("promise_broken")));
    assert_eq!(args[3], Some(Arg::Integer(3)));
}

#[test]
fn what_held_a_month_ago_hides_nothing_of_what_fails_now() {
    let model = model(json!({"lane": {"at_most": "0.08", "passed": 1000, "failed": 5,
        "as_of": "2026-06-05T00:00:00Z", "maturity": "30d"}}));
    let asked = "certified_within = '90d', failures_at_most = '0.02'";
    let text = policy(Some(&model), &format!("{{ lane = {{ {asked} }} }}"));
    // Three of twenty failed lately. A hundred and twenty came before the certificate and held:
    // three weeks before, so that it left them out, or two months, and were told of late.
    for (come, recorded) in [("2026-05-15", "2026-05-15"), ("2026-04-01", "2026-06-04")] {
        let mut facts = came(20, &[17, 18, 19]);
        facts["risk_models"] = json!([told(&model, "06-05")]);
        let early = (200..320).map(|number| {
            json!({"id": format!("L-{number}"), "revision": 1, "at": "2026-03-30T00:00:00Z",
                "by": "raj", "services": ["shop"], "size": {"files": 1}})
        });
        facts["changes"].as_array_mut().expect("there are some").extend(early);
        let held = (200..320).map(|number| {
            json!({"id": format!("E-{number}"), "changes": [format!("L-{number}")],
                "environment": "production", "outcome": "succeeded", "by": "ada",
                "at": format!("{come}T02:00:00Z"), "recorded": format!("{recorded}T02:00:00Z")})
        });
        facts["deployments"].as_array_mut().expect("there are some").extend(held);
        let decision = decided(&snapshot(facts, &text), "A", "06-28");
        let args = vec![Some(Arg::text("promise_broken")), Some(Arg::Integer(3))];
        let found = leaf(&decision, &["why", "failed_since"]);
        assert_eq!(found, (ReasonCode::LaneClosed, args), "{come}");
        // Without a new fact, the certificate is too old then.
        let ends = "2026-09-03T00:00:00Z".parse().expect("an instant");
        assert_eq!(decision.holds_until(), When::At(ends));
    }
}

#[test]
fn a_certificate_is_no_younger_than_when_it_was_told() {
    let model = model(json!({"lane": {"at_most": "0.08", "passed": 1000, "failed": 5,
        "as_of": "2026-09-01T00:00:00Z", "maturity": "7d"}}));
    let facts = json!({"risk_models": [told(&model, "05-20")], "changes": [change("A", Some(1))]});
    let lane = "{ lane = { certified_within = '90d', failures_at_most = '0.02' } }";
    let open = snapshot(facts, &policy(Some(&model), lane));
    let closed = (ReasonCode::LaneClosed, vec![Some(Arg::text("certificate_of_later"))]);
    for day in ["06-03", "09-02"] {
        assert_eq!(leaf(&decided(&open, "A", day), &["why"]), closed);
    }
}
