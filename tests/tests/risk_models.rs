//! A fitted model put to work: named by a policy, asked by gates, in a lane, over releases.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod lane_cases;

use lane_cases::came;
use lynchpin::base::{ErrorCode, Instant, Limits, Probability, Subject, When};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine, ScoreQuestion, Snapshot};
use lynchpin::reason::tree::Arg;
use lynchpin::reason::{ReasonCode, Verdict};
use lynchpin::risk::joint::{Joint, Shock};
use lynchpin::risk::{RiskModel, probability};
use lynchpin::study::dry_run::{DryRunQuestion, Over, dry_run};
use lynchpin::wire::read_portfolio;
use lynchpin_tests::engine::read;
use lynchpin_tests::shop::{change_of, noon as at, shop};
use serde_json::{Value, json};

/// A model of the files that a change touches: -3, and 0.5 more for each, from 0 to 9 of them.
fn model(rest: Value) -> Value {
    let mut model = json!({
        "lynchpin": "risk-model/1", "shift": "-0.25", "shock": "0.3",
        "model": {"format": "additive/1", "baseline": "-3", "baseline_error": "0",
            "changes": 1000, "failures": 90, "terms": [
                {"name": "files", "transform": "plain", "weight": "0.5", "error": "0.1",
                 "centre": 0, "seen": [0, 9_000_000]}]},
    });
    if let (Some(model), Value::Object(rest)) = (model.as_object_mut(), rest) {
        model.extend(rest);
    }
    model
}

/// Of a thousand changes up to a risk of 8 % five failed.
fn certified() -> Value {
    model(json!({"lane": {"at_most": "0.08", "passed": 1000, "failed": 5,
        "as_of": "2026-05-20T00:00:00Z", "maturity": "7d"}}))
}

fn digest(model: &Value) -> String {
    let model = RiskModel::from_json(model.to_string().as_bytes()).expect("it is a model");
    model.digest().expect("it was read").to_string()
}

fn told(model: &Value, day: &str) -> Value {
    json!({"text": model.to_string(), "at": format!("2026-{day}T00:00:00Z"), "by": "ada"})
}

fn change(id: &str, files: Option<u64>) -> Value {
    let mut change = json!({"id": id, "revision": 1, "at": "2026-06-01T00:00:00Z", "by": "raj",
        "services": ["shop"]});
    if let Some(files) = files {
        change["size"] = json!({"files": files});
    }
    change
}

fn policy(model: Option<&Value>, requirement: &str) -> String {
    let risk = model.map_or(String::new(), |it| format!("risk.model = \"{}\"", digest(it)));
    format!(
        "name = 'acme'\nowner = {{ group = 'owners' }}\n{risk}\nrequirement.low = {requirement}\n\
         gate.fast = {{ stage = 'production', judges = 'change', require = 'low' }}"
    )
}

fn snapshot(portfolio: Value, policy: &str) -> Snapshot {
    read(&shop(portfolio), policy)
}

fn of(parts: &str) -> Probability {
    parts.parse().expect("it is a probability")
}

fn decided(snapshot: &Snapshot, id: &str, day: &str) -> Decision {
    let production = "production".parse().expect("it is an id");
    let question = DecideQuestion::new(change_of(id), at(day)).with_stage(production);
    snapshot.decide(&question).expect("it can be asked")
}

/// The code of the leaf, and the arguments that are asked for.
fn leaf(decision: &Decision, names: &[&str]) -> (ReasonCode, Vec<Option<Arg>>) {
    let nodes = decision.reasons().nodes();
    let leaf = nodes.iter().find(|it| it.requirement.is_some()).expect("something is required");
    let arg = |name: &&str| {
        leaf.args.iter().find(|(it, _)| it == name).map(|(_, argument)| argument.clone())
    };
    (leaf.code, names.iter().map(arg).collect())
}

#[test]
fn a_policy_scores_by_the_model_that_it_names() {
    let model = model(json!({}));
    let facts = json!({"risk_models": [told(&model, "06-02")],
        "changes": [change("A", Some(2)), change("B", None)]});
    let text = policy(Some(&model), "{ risk = { below = '0.1' } }");
    let snapshot = snapshot(facts, &text);
    let score = snapshot.score(&ScoreQuestion::new(change_of("A"), at("06-03"))).expect("it can");
    assert_eq!(score.model, digest(&model));
    let risk = &score.changes[0].risk;
    // -3 - 0.25 + 2 x 0.5
    assert_eq!(
        (risk.baseline.to_string(), risk.log_odds.to_string()),
        ("-3.25".into(), "-2.25".into())
    );
    assert_eq!(score.probability, probability(risk.log_odds));
    assert_eq!((&*risk.contributions[0].factor, risk.contributions[0].value), ("files", Some(2)));
    let decision = decided(&snapshot, "A", "06-03");
    assert_eq!(
        (decision.verdict(), decision.risk_model.clone()),
        (Verdict::Go, Some(digest(&model)))
    );
    let (code, args) = leaf(&decision, &["probability"]);
    assert_eq!(code, ReasonCode::RiskAccepted);
    assert_eq!(args, [Some(Arg::text(score.probability.to_millionths()))]);
    // What is not known is as bad as the worst that was seen: 1 / (1 + exp(-1.25)).
    assert_eq!(decided(&snapshot, "B", "06-03").verdict(), Verdict::NoGo);
    // A fitted model that no policy names scores nothing.
    let scorecard = policy(None, "{ risk = { below = '0.1' } }");
    let facts = json!({"risk_models": [told(&model, "06-02")], "changes": [change("A", Some(2))]});
    let other = self::snapshot(facts, &scorecard);
    let decision = decided(&other, "A", "06-03");
    assert_eq!(decision.risk_model.as_deref(), Some("scorecard/1"));
}

#[test]
fn a_model_that_is_not_told_by_then_lets_nothing_through() {
    let model = model(json!({}));
    let text = policy(Some(&model), "{ risk = { below = '0.999' } }");
    let changes = [change("A", Some(0))];
    let later = json!({"risk_models": [told(&model, "06-05")], "changes": changes});
    for facts in [json!({"changes": changes}), later] {
        let snapshot = snapshot(facts, &text);
        let decision = decided(&snapshot, "A", "06-03");
        assert_eq!(decision.verdict(), Verdict::NoGo);
        let (code, args) = leaf(&decision, &["probability", "why"]);
        assert_eq!(code, ReasonCode::RiskTooHigh);
        assert_eq!(args, [Some(Arg::text("1")), Some(Arg::text("model_unknown"))]);
        let blockers: Vec<_> = decision.root_blockers().flat_map(|it| it.act.clone()).collect();
        assert_eq!(serde_json::to_value(blockers).expect("it is"), json!([{"group": "owners"}]));
        let asked = ScoreQuestion::new(change_of("A"), at("06-03"));
        let error = snapshot.score(&asked).expect_err("nothing scores");
        assert_eq!(error.code(), ErrorCode::RiskModelUnknown);
    }
    // Nor does it count as known, because its text was told under another digest.
    let other = self::model(json!({"shift": "-9"}));
    let facts = json!({"risk_models": [told(&other, "06-01")], "changes": changes});
    assert_eq!(decided(&snapshot(facts, &text), "A", "06-03").verdict(), Verdict::NoGo);
}

#[test]
fn what_is_no_model_is_refused_with_its_place() {
    for (text, wanted) in [
        (json!({"lynchpin": "risk-model/1"}).to_string(), ErrorCode::BadArgument),
        (model(json!({"lane": 1})).to_string(), ErrorCode::BadArgument),
        (model(json!({})).to_string().replace("files", "luck"), ErrorCode::UnknownWord),
        ("{".into(), ErrorCode::Syntax),
    ] {
        let fact = json!({"text": text, "at": "2026-06-01T00:00:00Z", "by": "ada"});
        let good = told(&model(json!({})), "06-01");
        let portfolio = shop(json!({"risk_models": [good, fact]})).to_string();
        let mut engine = Engine::new(Limits::untrusted());
        let portfolio = read_portfolio(portfolio.as_bytes(), engine.limits());
        let error = engine.add(portfolio.expect("it is one")).expect_err("it is none");
        assert_eq!(error.code(), wanted, "{text}");
        let path = &error.problems()[0].path;
        assert!(path.starts_with("$.risk_models[1].text"), "{path}");
    }
}

#[test]
fn a_lane_lets_through_what_the_model_vouches_for() {
    let model = certified();
    let leaf_of = |rest: &str| format!("{{ lane = {{ certified_within = '90d', {rest} }} }}");
    let files = [("A", Some(1)), ("B", Some(2)), ("C", None), ("D", Some(12))];
    let changes: Vec<Value> = files.iter().map(|(id, files)| change(id, *files)).collect();
    let facts = json!({"risk_models": [told(&model, "06-01")], "changes": changes});
    let text = policy(Some(&model), &leaf_of("failures_at_most = '0.02'"));
    let open = snapshot(facts.clone(), &text);
    let found = |id| {
        let decision = decided(&open, id, "06-03");
        let (code, args) = leaf(&decision, &["abstains_for", "failures_bound"]);
        (decision.verdict(), code, args)
    };
    // exp(-2.75) is 6 %; five of a thousand failed, at 1 - 0.05/20 no more than 1.6 %.
    let (verdict, code, args) = found("A");
    assert_eq!((verdict, code), (Verdict::Go, ReasonCode::InLane));
    let bound: Probability = lynchpin::risk::failures_at_most(1000, 5, of("0.9975"));
    assert_eq!(args, [None, Some(Arg::text(bound.to_millionths()))]);
    assert!(bound > of("0.01") && bound < of("0.02"), "{bound}");
    // Too risky; not known; beyond all that was seen.
    assert_eq!(found("B").1, ReasonCode::NotInLane);
    for id in ["C", "D"] {
        let (verdict, code, args) = found(id);
        assert_eq!((verdict, code), (Verdict::NoGo, ReasonCode::NotInLane));
        assert_eq!(args[0], Some(Arg::Texts(vec!["files".into()])));
        let act: Vec<_> =
            decided(&open, id, "06-03").root_blockers().map(|it| it.act.clone()).collect();
        assert_eq!(
            serde_json::to_value(act).expect("it is"),
            json!([[{"person": "raj"}, {"group": "shop"}]])
        );
    }
    // The certificate ends by itself, and what is told says when.
    let decision = decided(&open, "A", "06-03");
    assert_eq!(decision.holds_until(), When::At("2026-08-18T00:00:00Z".parse().expect("it is")));
    let late = decided(&open, "A", "08-18");
    assert_eq!(
        leaf(&late, &["why"]),
        (ReasonCode::LaneClosed, vec![Some(Arg::text("certificate_expired"))])
    );
    // A promise that the figures do not keep is none, whatever was claimed.
    for (promise, model) in [
        ("failures_at_most = '0.01'", &model),
        ("failures_at_most = '0.02', confidence = '0.999999'", &model),
    ] {
        let text = policy(Some(model), &leaf_of(promise));
        let decision = decided(&snapshot(facts.clone(), &text), "A", "06-03");
        assert_eq!(decision.verdict(), Verdict::NeedsAction);
        assert_eq!(leaf(&decision, &["why"]).1, [Some(Arg::text("promise_not_kept"))]);
    }
    // Without a certificate, without a model and by the scorecard no change is in a lane.
    let bare = self::model(json!({}));
    let facts = json!({"risk_models": [told(&bare, "06-01")], "changes": [change("A", Some(1))]});
    for by in [Some(&bare), None, Some(&model)] {
        let text = policy(by, &leaf_of("failures_at_most = '0.02'"));
        let decision = decided(&snapshot(facts.clone(), &text), "A", "06-03");
        assert_eq!(decision.verdict(), Verdict::NeedsAction);
        assert_eq!(leaf(&decision, &["why"]).1, [Some(Arg::text("not_certified"))]);
    }
    for wrong in [
        "failures_at_most = '0'",
        "failures_at_most = '1'",
        "failures_at_most = '0.1', confidence = '1'",
    ] {
        let text = policy(Some(&model), &leaf_of(wrong));
        let error = text.parse::<lynchpin::gate::Policy>().expect_err("it promises nothing");
        assert_eq!(error.code(), ErrorCode::NumberOutOfRange, "{wrong}");
    }
}

#[test]
fn a_lane_ends_where_its_figures_do() {
    let change = [change("A", Some(1))];
    let found = |lane: Value, leaf: &str, at: &str| {
        let model = model(json!({"lane": lane}));
        let facts = json!({"risk_models": [told(&model, "06-03")], "changes": change});
        let text =
            policy(Some(&model), &format!("{{ lane = {{ {leaf}, certified_within = '90d' }} }}"));
        let production = "production".parse().expect("it is an id");
        let at: Instant = at.parse().expect("it is an instant");
        let question = DecideQuestion::new(change_of("A"), at).with_stage(production);
        let decision = snapshot(facts, &text).decide(&question).expect("it can be asked");
        leaf_code(&decision)
    };
    let since = "2026-06-03T00:00:00Z";
    let lane = |at_most: Probability| {
        let (passed, failed) = (1000, 5);
        json!({"at_most": at_most, "passed": passed, "failed": failed, "as_of": since,
            "maturity": "30d"})
    };
    let less = |it: Probability| Probability::from_parts_per_billion(it.parts_per_billion() - 1);
    // A's own risk is in it, and a billionth less is not.
    let own = probability("-2.75".parse().expect("it is a decimal"));
    let (promise, at) = ("failures_at_most = '0.02'", "2026-06-04T00:00:00Z");
    assert_eq!(found(lane(own), promise, at), ReasonCode::InLane);
    assert_eq!(found(lane(less(own)), promise, at), ReasonCode::NotInLane);
    // It is kept by exactly what the figures show, and by nothing less.
    let bound = lynchpin::risk::failures_at_most(1000, 5, of("0.9975"));
    let kept = |it: Probability| found(lane(own), &format!("failures_at_most = '{it}'"), at);
    assert_eq!(kept(bound), ReasonCode::InLane);
    assert_eq!(kept(less(bound)), ReasonCode::LaneClosed);
    // It counts from the instant as of which it was looked up, and ends with the first one after.
    for (at, code) in [
        ("2026-06-02T23:59:59.999999Z", ReasonCode::LaneClosed),
        ("2026-06-03T00:00:00Z", ReasonCode::InLane),
        ("2026-08-31T23:59:59.999999Z", ReasonCode::InLane),
        ("2026-09-01T00:00:00Z", ReasonCode::LaneClosed),
    ] {
        assert_eq!(found(lane(own), promise, at), code, "{at}");
    }
}

fn leaf_code(decision: &Decision) -> ReasonCode {
    leaf(decision, &[]).0
}

fn release(changes: &[&str]) -> Value {
    json!([{"id": "R", "revision": 1, "changes": changes, "at": "2026-06-02T00:00:00Z",
        "by": "ada"}])
}

#[test]
fn a_release_with_a_change_that_nobody_knows_fails() {
    let model = model(json!({}));
    let score = |changes: &[&str], below: &[&str], text: &str| {
        let mut releases = release(changes);
        if !below.is_empty() {
            releases[0]["releases"] = json!(["S"]);
            let mut child = release(below)[0].clone();
            child["id"] = json!("S");
            child["releases"] = json!(["T"]);
            releases.as_array_mut().expect("a list").push(child);
            let mut last = release(&["C"])[0].clone();
            last["id"] = json!("T");
            let last = (below.len() > 1).then_some(last);
            releases.as_array_mut().expect("a list").extend(last);
        }
        let facts = json!({"risk_models": [told(&model, "06-01")], "releases": releases,
            "changes": [change("A", Some(1)), change("B", Some(4))],
            "cancellations": [{"change": "C", "by": "raj", "at": "2026-06-01T00:00:00Z"}]});
        let subject = Subject::Release("R".parse().expect("it is an id"));
        let asked = ScoreQuestion::new(subject, at("06-03"));
        let score = snapshot(facts, text).score(&asked).expect("it can be asked");
        let unknown: Vec<String> = score.unknown.iter().map(ToString::to_string).collect();
        (score.probability, unknown, score.changes.len())
    };
    for text in [policy(Some(&model), "{ risk = { below = '0.5' } }"), "name = 'none'".into()] {
        let (known, none, changes) = score(&["A", "B"], &[], &text);
        assert!(known < Probability::ONE && none.is_empty() && changes == 2, "{known}");
        let (with, named, changes) = score(&["A", "B", "Z", "Y"], &[], &text);
        let named_so = vec!["change Y".to_owned(), "change Z".to_owned()];
        assert_eq!((with, named, changes), (Probability::ONE, named_so, 2));
        // One below it likewise; and what was cancelled is in it no more.
        let (with, named, _) = score(&["A"], &["B", "Z"], &text);
        assert_eq!((with, named), (Probability::ONE, vec!["change Z".to_owned()]));
        // A release below one below it.
        let (with, named, _) = score(&["A"], &["B"], &text);
        assert_eq!((with, named), (Probability::ONE, vec!["release T".to_owned()]));
        assert_eq!(score(&["A", "B", "C"], &[], &text).0, known);
    }
}

#[test]
fn a_release_is_the_joint_risk_of_its_changes() {
    let model = model(json!({}));
    let mut minor = change("C", Some(3));
    minor["services"] = json!(["blog"]);
    let facts = json!({"risk_models": [told(&model, "06-01")],
        "releases": release(&["A", "B", "C"]),
        "services": [{"id": "shop", "tier": 1}, {"id": "blog", "tier": 3}],
        "changes": [change("A", Some(1)), change("B", Some(4)), minor]});
    let snapshot = snapshot(facts, &policy(Some(&model), "{ risk = { below = '0.5' } }"));
    let subject = Subject::Release("R".parse().expect("it is an id"));
    let id = |id: &str| id.parse().expect("it is an id");
    let asked = ScoreQuestion::new(subject, at("06-03"));
    let score = snapshot.score(&asked).expect("it can be asked");
    let risks: Vec<Probability> = score.changes.iter().map(|it| it.risk.probability).collect();
    let shock = Shock::new(of("0.3"));
    let joint = Joint::new(&risks, shock);
    let release = score.release.expect("it is a release");
    let told = release.joint.expect("a model scored it");
    assert_eq!(
        (score.probability, told.expected, told.failures),
        (joint.any, joint.expected, joint.failures)
    );
    assert_eq!(told.tier_one, Joint::new(&risks[..2], shock).any);
    assert_eq!(told.shock, of("0.3"));
    let shares = release.drivers.iter().filter_map(|it| it.share);
    let sum: u32 = shares.map(Probability::parts_per_billion).sum();
    assert_eq!(sum, joint.any.parts_per_billion());
    assert!(release.at_least < score.probability && score.probability < release.at_most);
    // In two parts: what befalls one does not befall the other; and one of them is left out.
    let parts = vec![vec![id("B")], vec![id("A"), id("C")]];
    let apart = snapshot.score(&asked.clone().in_parts(parts)).expect("it can be asked").apart;
    let apart = apart.expect("it was asked");
    assert_eq!(apart.expected, joint.expected);
    assert!(apart.any > joint.any, "more goes wrong somewhere if each has a chance of its own");
    assert_eq!(apart.parts[0].any, risks[1]);
    assert_eq!(apart.parts[0].reached, Probability::ONE);
    let held = Probability::ONE.parts_per_billion() - risks[1].parts_per_billion();
    assert_eq!(apart.parts[1].reached.parts_per_billion(), held);
    let fewer = snapshot.score(&asked.clone().in_parts(vec![vec![id("A"), id("C")]]));
    let fewer = fewer.expect("it can be asked").apart.expect("it was asked");
    let falls = release.drivers.iter().find(|it| it.change == id("B")).expect("it drives it");
    let left = joint.any.parts_per_billion() - falls.falls_by.parts_per_billion();
    assert!(fewer.any.parts_per_billion().abs_diff(left) <= 1);
    for (wrong, code) in [
        (vec![vec![]], ErrorCode::Empty),
        (vec![vec![id("A")], vec![id("A")]], ErrorCode::DuplicateId),
        (vec![vec![id("Z")]], ErrorCode::SubjectUnknown),
    ] {
        let error = snapshot.score(&asked.clone().in_parts(wrong)).expect_err("no parts of it");
        assert_eq!(error.code(), code);
    }
}

#[test]
fn a_dry_run_tries_a_model_on_what_came_before_it_was_told() {
    let model = certified();
    let mut facts = came(20, &[3]);
    facts["risk_models"] = json!([told(&model, "06-11")]);
    facts["policies"] = json!([{"text": "name = 'open'\nopen = ['production']", "by": "ada",
        "at": "2026-05-01T00:00:00Z"}]);
    let mut engine = Engine::new(Limits::untrusted());
    let facts = read_portfolio(shop(facts).to_string().as_bytes(), engine.limits());
    engine.add(facts.expect("it is one")).expect("it can be taken in");
    // On the 4th one fails, and the lane is closed until two of the earlier ones had their week:
    // so five of those that came are held back, from the 5th to the 9th.
    for (requirement, go) in [
        ("{ risk = { below = '0.1' } }", 20),
        ("{ lane = { certified_within = '90d', failures_at_most = '0.02' } }", 15),
    ] {
        let tried = policy(Some(&model), requirement).parse().expect("it is a policy");
        let since = Over::DeploymentsSince("2026-06-01T00:00:00Z".parse().expect("it is"));
        let asked = DryRunQuestion::new(&tried, at("06-28")).over(since);
        let found = dry_run(&engine.snapshot(), &asked).expect("it can be tried");
        assert_eq!((found.compared, found.before_model, found.go_by_both), (20, 10, go));
    }
}

#[test]
fn a_newer_model_pays_nothing_that_is_owed() {
    let model = model(json!({}));
    let mut facts = came(1, &[]);
    facts["people"] = json!([{"id": "raj"}, {"id": "ada"}, {"id": "mia"}]);
    facts["groups"] = json!([{"id": "ops", "members": [{"person": "mia"}]}]);
    facts["declarations"] = json!([{"change": "L-0", "revision": 1, "kind": "emergency",
        "by": "mia", "at": "2026-06-01T01:30:00Z"}]);
    // It is told only after the change went in.
    facts["risk_models"] = json!([told(&model, "06-02")]);
    let text = policy(
        Some(&model),
        "{ approval = { group = 'ops' }, \
        retrospective = { group = 'ops', within = '2d' } }",
    )
    .replace("require =", "risk = { below = '0.1' }, require =");
    let snapshot = snapshot(facts, &text);
    let owed = snapshot.obligations(at("06-02")).expect("it can be asked");
    let owed: Vec<_> = owed.iter().map(|it| (it.subject.clone(), it.met)).collect();
    assert_eq!(owed, [(change_of("L-0"), None)]);
}

#[test]
fn what_a_failure_costs_is_what_incidents_took() {
    let incident = |id: &str, event: &str, service: &str, time: &str| {
        json!({"id": id, "event": event, "services": [service], "by": "ops",
            "at": format!("2026-05-{time}:00Z")})
    };
    let facts = json!({"changes": [change("A", Some(1)), {"id": "B", "revision": 1,
            "at": "2026-06-01T00:00:00Z", "by": "raj", "services": ["blog"]}],
        "services": [{"id": "blog"}, {"id": "shop", "slos": [
            {"id": "up", "objective": "0.999", "window": "30d"},
            {"id": "fast", "objective": "0.99", "window": "1d"}]}],
        "incidents": [incident("I", "opened", "shop", "01T10:00"),
            incident("I", "resolved", "shop", "01T10:30"),
            incident("J", "opened", "shop", "02T10:00"),
            incident("J", "resolved", "shop", "02T11:00"),
            incident("K", "opened", "shop", "03T10:00")]});
    let snapshot = snapshot(facts, "name = 'none'");
    let impact = |id| {
        let asked = ScoreQuestion::new(change_of(id), at("06-03"));
        let score = snapshot.score(&asked).expect("it can be asked");
        let expected = u64::from(score.probability.parts_per_billion()) * 2700;
        (score.impact[0].clone(), expected.div_ceil(1_000_000_000))
    };
    let (shop, expected) = impact("A");
    assert_eq!((shop.incidents, shop.mean_seconds, shop.expected_seconds), (2, 2700, expected));
    // A thousandth of 30 days is 2592 seconds, a hundredth of a day 864.
    assert_eq!(shop.budget_seconds, Some(864));
    let (blog, expected) = impact("B");
    assert_eq!((blog.incidents, blog.mean_seconds, blog.expected_seconds), (0, 2700, expected));
    assert_eq!(blog.budget_seconds, None);
}

#[test]
fn which_of_several_models_answers_is_the_word_of_the_policy() {
    let model = model(json!({}));
    let strict = self::model(json!({"shift": "5"}));
    let facts =
        |models: Vec<Value>| json!({"risk_models": models, "changes": [change("A", Some(1))]});
    let text = policy(Some(&strict), "{ risk = { below = '0.1' } }");
    let both = vec![told(&model, "06-01"), told(&strict, "06-01")];
    assert_eq!(
        decided(&snapshot(facts(both.clone()), &text), "A", "06-03").verdict(),
        Verdict::NoGo
    );
    let mild = policy(Some(&model), "{ risk = { below = '0.1' } }");
    assert_eq!(decided(&snapshot(facts(both), &mild), "A", "06-03").verdict(), Verdict::Go);
    assert!(decided(&snapshot(facts(vec![told(&model, "06-01")]), &mild), "A", "06-03").is_go());
}
