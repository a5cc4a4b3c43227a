//! What it costs gates to ask a fitted model: all verdicts and single decisions of one portfolio,
//! by a policy that asks for no risk, by the scorecard, by a model, and by a lane.

use std::io::{Error, Result};

use lynchpin::base::{Instant, Limits, Span, Subject};
use lynchpin::portfolio::{
    DecideQuestion, Engine, RiskHistory, RiskHistoryQuestion, Snapshot, VerdictsQuestion,
};
use lynchpin::risk::learn::{Bend, Column, Fit, MISSING, Model, Transform};
use lynchpin::risk::{Certificate, RiskModel, lane};
use lynchpin::wire::read_portfolio;
use lynchpin_benches::Wanted::{Nothing, TimesPeer};
use lynchpin_benches::{figure, median, seconds};
use serde_json::{Value, json};

/// Changes that came, a year long, and as many that are to come.
const CAME: u32 = 10_000;
const SERVICES: u32 = 100;
const AUTHORS: u32 = 50;
/// One in so many failed.
const FAILS: u32 = 9;
const IN_A_RELEASE: u32 = 10;
/// How often each takes its turn; the medians count.
const ROUNDS: usize = 5;
const NOW: &str = "2026-11-20T00:00:00Z";
/// What the model goes by.
const FEATURES: [&str; 10] = [
    "lines",
    "files",
    "services",
    "author_record",
    "author_failures",
    "service_failures",
    "service_incidents",
    "concurrent_changes",
    "team_failures",
    "hour",
];

pub(crate) fn measure() -> Result<()> {
    let now: Instant = NOW.parse().map_err(Error::other)?;
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(read(&portfolio())?).map_err(Error::other)?;
    let question = RiskHistoryQuestion::new(now)
        .with_features(FEATURES.iter().map(ToString::to_string).collect());
    let snapshot = engine.snapshot();
    let mut history = None;
    let taken = seconds(|| history = snapshot.risk_history(&question).ok());
    let name = format!("seconds of the history of {CAME} changes, {} features", FEATURES.len());
    figure(&name, taken, None, Nothing);
    let history = history.ok_or_else(|| Error::other("there is a history"))?;
    let model = certified(&history, now)?;
    let text = String::from_utf8(model.to_json().map_err(Error::other)?).map_err(Error::other)?;
    let told = json!({"lynchpin": "portfolio/1",
        "risk_models": [{"text": text, "by": "a0", "at": NOW}]});
    engine.add(read(&told)?).map_err(Error::other)?;
    let digest = model.digest().map_err(Error::other)?;
    let named = format!("[risk]\nmodel = \"{digest}\"\n");
    let low = r#"risk = { below = "0.3" }"#;
    let lane = r#"lane = { failures_at_most = "0.3", certified_within = "90d" }"#;
    let ways = [
        ("no risk", policy("", "evidence = { check = \"unit\" }")),
        ("the scorecard", policy("", low)),
        ("a model", policy(&named, low)),
        ("a lane", policy(&named, lane)),
    ];
    let mut snapshots = Vec::new();
    for (name, policy) in &ways {
        let mut engine = engine.clone();
        engine.set_policy(policy).map_err(Error::other)?;
        snapshots.push((*name, engine.snapshot(), Vec::new(), Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (_, snapshot, all, one) in &mut snapshots {
            all.push(taken_by(|| snapshot.verdicts(&VerdictsQuestion::new(now)))?);
            one.push(taken_by(|| snapshot.decide(&asked(now)?).map_err(Error::other))?);
        }
    }
    tell(&snapshots);
    Ok(())
}

/// A policy's name, what it answers for, and what was measured of all verdicts and of one decision.
type Measured = (&'static str, Snapshot, Vec<f64>, Vec<f64>);

fn tell(measured: &[Measured]) {
    let of = |name: &str| measured.iter().find(|(it, ..)| *it == name);
    let card = of("the scorecard").map(|(_, _, all, one)| (median(all), median(one)));
    for (name, _, all, one) in measured {
        let wanted = if *name == "no risk" { Nothing } else { TimesPeer(2.0) };
        let figures = format!("seconds of all verdicts by {name}, beside the scorecard");
        figure(&figures, median(all), card.map(|(all, _)| all), wanted);
        let figures = format!("seconds of one decision by {name}, beside the scorecard");
        figure(&figures, median(one), card.map(|(_, one)| one), wanted);
    }
}

fn taken_by<T, E: std::fmt::Display>(
    work: impl FnOnce() -> std::result::Result<T, E>,
) -> Result<f64> {
    let mut failed = None;
    let taken = seconds(|| match work() {
        Ok(found) => drop(std::hint::black_box(found)),
        Err(error) => failed = Some(error.to_string()),
    });
    failed.map_or(Ok(taken), |error| Err(Error::other(error)))
}

/// Whether one release may go, in the middle of those that are to come.
fn asked(now: Instant) -> Result<DecideQuestion> {
    let id = format!("R-{}", CAME / IN_A_RELEASE / 2).parse().map_err(Error::other)?;
    Ok(DecideQuestion::new(Subject::Release(id), now))
}

fn policy(model: &str, asks: &str) -> String {
    format!(
        "name = \"figures\"\n[requirement.asked]\n{asks}\n[gate.production]\n\
         stage = \"production\"\njudges = \"change\"\nrequire = {{ all = [\"asked\"] }}\n{model}"
    )
}

/// A model of lines of the history itself, with the widest lane that keeps a loose promise.
fn certified(history: &RiskHistory, now: Instant) -> Result<RiskModel> {
    let values: Vec<Vec<i64>> = history
        .features
        .iter()
        .map(|it| it.values.iter().map(|value| value.unwrap_or(MISSING)).collect())
        .collect();
    let named = history.features.iter().zip(&values);
    let columns: Vec<Column<'_>> = named
        .map(|(it, values)| {
            let (name, transform, bend) = (it.name.as_str(), Transform::Log, Bend::Straight);
            Column { name, transform, bend, values }
        })
        .collect();
    let fitted = Model::fit(&columns, &history.failed, &Fit::LINES).map_err(Error::other)?;
    let mut model = RiskModel::new(fitted);
    let scored = (0..history.changes.len()).map(|row| {
        let value = |name: &str| {
            let column = history.features.iter().find(|it| it.name == name)?;
            column.values.get(row).copied().flatten()
        };
        model.score(value).probability
    });
    let said: Vec<_> = scored.collect();
    let sure = "0.95".parse().map_err(Error::other)?;
    let promise = "0.3".parse().map_err(Error::other)?;
    let found = lane::widest(&said, &history.failed, promise, sure).map_err(Error::other)?;
    model.lane =
        found.map(|lane| Certificate::new(&lane, now, Span::from_seconds(30 * 24 * 60 * 60)));
    Ok(model)
}

/// Changes that came one after another, each with its deployment, some with an incident; and as
/// many that are to come, in releases.
fn portfolio() -> Value {
    let began: i64 = 1_732_060_800;
    let step = 365 * 24 * 3600 / i64::from(CAME);
    let time = |number: u32, later: i64| -> String {
        let seconds = began + i64::from(number) * step + later;
        Instant::from_micros(seconds * 1_000_000).map(|it| it.to_string()).unwrap_or_default()
    };
    let change = |number: u32, at: String| {
        json!({"id": format!("C-{number}"), "revision": 1, "by": format!("a{}", number % AUTHORS),
            "at": at, "services": [format!("s{}", number % SERVICES)],
            "size": {"lines_added": number * 7919 % 997, "lines_deleted": number % 89,
                "files": number * 31 % 17 + 1}})
    };
    let came = (0..CAME).map(|number| change(number, time(number, 0)));
    let coming = (CAME..2 * CAME).map(|number| change(number, "2026-11-18T00:00:00Z".to_owned()));
    let deployments = (0..CAME).map(|number| {
        json!({"id": format!("D-{number}"), "changes": [format!("C-{number}")],
            "environment": "prod", "outcome": "succeeded", "by": "a0", "at": time(number, 1800)})
    });
    let incidents = (0..CAME).filter(|number| number * 7919 % 997 % FAILS == 0).map(|number| {
        json!({"id": format!("I-{number}"), "event": "opened", "by": "a0",
            "change": format!("C-{number}"), "attribution": "confirmed",
            "services": [format!("s{}", number % SERVICES)], "at": time(number, 7200)})
    });
    let releases = (0..CAME / IN_A_RELEASE).map(|number| {
        let first = CAME + number * IN_A_RELEASE;
        let changes: Vec<String> =
            (first..first + IN_A_RELEASE).map(|number| format!("C-{number}")).collect();
        json!({"id": format!("R-{number}"), "revision": 1, "by": "a0", "changes": changes,
            "at": "2026-11-18T01:00:00Z"})
    });
    let services = (0..SERVICES).map(|number| {
        json!({"id": format!("s{number}"), "tier": number % 4 + 1,
            "owner": {"group": format!("team{}", number % 10)}})
    });
    json!({
        "lynchpin": "portfolio/1",
        "people": (0..AUTHORS).map(|it| json!({"id": format!("a{it}")})).collect::<Vec<_>>(),
        "groups": (0..10).map(|it| json!({"id": format!("team{it}"),
            "members": [{"person": "a0"}]})).collect::<Vec<_>>(),
        "services": services.collect::<Vec<_>>(),
        "stages": [{"id": "production", "environments": ["prod"]}],
        "changes": came.chain(coming).collect::<Vec<_>>(),
        "deployments": deployments.collect::<Vec<_>>(),
        "incidents": incidents.collect::<Vec<_>>(),
        "releases": releases.collect::<Vec<_>>(),
    })
}

fn read(document: &Value) -> Result<lynchpin::model::Portfolio> {
    read_portfolio(document.to_string().as_bytes(), Limits::untrusted()).map_err(Error::other)
}
