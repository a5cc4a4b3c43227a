//! Malformed and hostile input: an error with a code or an answer, never a panic, on a small stack.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::time::Duration;

use lynchpin::base::{Error, ErrorCode, Limits};
use lynchpin::portfolio::{Engine, Snapshot};
use lynchpin::wire::{ask, read_portfolio, risk};
use lynchpin_tests::cases::config;
use lynchpin_tests::world::document::instant;
use lynchpin_tests::world::strategy::{LAST, case};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;

/// The stack that everything runs on: that of a thread in a small embedded host.
const STACK_BYTES: usize = 256 * 1024;

/// Runs something on a small stack, and fails if it panics.
fn small<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let handle = thread.spawn_scoped(scope, run).expect("a thread can be started");
        handle.join().expect("nothing panics")
    })
}

fn load(document: &[u8], policy: &str) -> Result<Snapshot, Error> {
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(read_portfolio(document, engine.limits())?)?;
    engine.set_policy(policy)?;
    Ok(engine.snapshot())
}

/// What every error says: its code and what to read, and not more than can be read.
fn check(error: &Error) {
    assert!((1..=100).contains(&error.problems().len()), "{error}");
    for problem in error.problems() {
        assert!(problem.code != ErrorCode::Panic && problem.code != ErrorCode::Other, "{problem}");
        assert!(!problem.message.is_empty() && problem.message.len() < 4_096, "{problem}");
    }
}

/// Loads a document and asks it everything, if it can be loaded.
fn try_all(document: &[u8], policy: &str, questions: &[String]) {
    match load(document, policy) {
        Err(error) => check(&error),
        Ok(snapshot) => questions.iter().for_each(|question| {
            let _ = ask(&snapshot, question.as_bytes()).map_err(|error| check(&error));
        }),
    }
}

fn questions() -> Vec<String> {
    let mut questions = Vec::new();
    for subject in [json!({"change": "C-0"}), json!({"release": "R-0"})] {
        let asked = json!({"subject": subject, "at": instant(LAST)});
        for kind in ["decide", "plan", "score"] {
            questions.push(json!({ kind: asked }).to_string());
        }
    }
    questions
}

/// What may stand anywhere in a document and should not.
const ODD: [&str; 24] = [
    "null",
    "true",
    "-1",
    "-0",
    "1.0",
    "1e999",
    "NaN",
    "9007199254740993",
    "18446744073709551616",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"\u{202e}x\"",
    "[]",
    "[[[[]]]]",
    "{}",
    "{\"a\": {}}",
    "\"9999-12-31T23:59:59Z\"",
    "\"1970-01-01T00:00:00Z\"",
    "\"never\"",
    "4294967295",
    "\"C-0\"",
    "\"sha256:\"",
    ",",
];

/// A place, what is odd, and what is done there.
type Edit = (prop::sample::Index, usize, u8);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..ODD.len(), 0..5_u8), 1..4)
}

/// A text with a few values replaced, cut out, doubled or flipped.
fn edited(mut text: String, edits: &[Edit]) -> String {
    for (place, odd, how) in edits {
        // Values begin after a colon, a comma or a bracket; the text is ASCII throughout.
        let starts: Vec<usize> = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| b":,[".contains(byte))
            .map(|(at, _)| at + 1)
            .collect();
        let start = starts[place.index(starts.len())];
        let rest = &text.as_bytes()[start..];
        let length = rest.iter().position(|byte| b",}]".contains(byte)).unwrap_or(0);
        let value = text.get(start..start + length).unwrap_or_default().to_owned();
        let new = match how {
            0 | 1 => ODD[*odd].to_owned(),
            2 => String::new(),
            3 => format!("{value},{value}"),
            _ => value.to_uppercase(),
        };
        if text.is_char_boundary(start) && text.is_char_boundary(start + length) {
            text.replace_range(start..start + length, &new);
        }
    }
    text
}

/// A question about risk of each kind, so short that a few edits say something else.
fn risks() -> Vec<String> {
    let at = |day: u8| format!("2026-11-{:02}T09:00:00Z", day + 1);
    let (said, failed) = ([100_000_000, 0, 1_000_000_000, 7], [false, true, true, false]);
    let made = [at(0), at(1), at(1), at(2)];
    let feature = json!({"name": "lines", "values": [1_000_000, null, 3_000_000, 0]});
    let part = json!({"said": said, "failed": failed, "features": [feature]});
    let rule = json!({"name": "r", "level": "high", "when": [
        {"feature": "lines", "test": {"at_least": 5}}, {"feature": "files", "test": {"is": 0}}]});
    let rules = json!({"levels": ["low", "high"], "rules": [rule], "otherwise": "low"});
    let asked = json!({"levels": ["low", "high"], "from": [5], "questions": [
        {"id": "q", "weight": 3, "answers": {"yes": 0, "no": 2}}]});
    let leaves = json!({
        "base_weights": [0, 0, 0], "default_left": [1, 0, 0], "left_children": [1, -1, -1],
        "right_children": [2, -1, -1], "split_conditions": [1.5, 0.5, -0.5],
        "split_indices": [0, 0, 0], "split_type": [0, 0, 0], "sum_hessian": [3, 2, 1],
    });
    let model = json!({"version": [3, 2, 0], "learner": {
        "attributes": {}, "feature_names": ["lines"], "objective": {"name": "binary:logistic"},
        "gradient_booster": {"name": "gbtree", "model": {
            "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": "1"},
            "tree_info": [0], "trees": [leaves]}},
        "learner_model_param":
            {"base_score": "5E-1", "num_class": "0", "num_feature": "1", "num_target": "1"},
    }});
    let replay = json!({"features": [feature], "made": made, "known": [null, null, at(2), null],
        "failed": failed, "as_of": at(9), "maturity": "0s", "blocks": 1, "lines": true,
        "half_life": 7});
    let additive = json!({
        "format": "additive/1", "baseline": "-2", "baseline_error": "0", "changes": 2,
        "failures": 1, "terms": [
            {"name": "a", "transform": "log", "weight": "1", "error": "0", "centre": 0,
             "seen": [0, 5], "steps": {"cuts": [1], "adds": ["0", "1"]}},
            {"name": "b", "transform": "plain", "weight": "1", "error": "0", "centre": 0,
             "seen": [0, 5]}],
        "pairs": [{"features": [0, 1], "rows": [1], "columns": [], "adds": ["0", "1"]}],
    });
    let questions = [
        json!({"replay": replay}),
        json!({"certify": {"replay": replay, "releases": ["R-1", "R-1", null, "R-2"],
            "promise": "0.6", "confidence": "0.5"}}),
        json!({"joint": {"said": said, "shock": "0.3"}}),
        json!({"shock": {"said": said, "failed": failed, "releases": [1, 3]}}),
        json!({"lane": {"said": said, "failed": failed, "promise": "0.6", "confidence": "0.5"}}),
        json!({"shift": {"log_odds": [7, -7, 0, 1], "failed": failed, "window": 3,
            "ripe": {"made": made, "as_of": at(9), "maturity": "1d"}}}),
        json!({"platt": {"log_odds": [7, -7, 0, 1], "failed": failed, "model": additive}}),
        json!({"backtest": {"made": made, "known": [null, at(2), at(2), null], "said": said,
            "failed": failed, "effort": [1, 2, 0, 4], "as_of": at(9), "maturity": "2d",
            "base": "0.5", "review": 1, "escape": 3, "blocks": 2, "repetitions": 30, "seed": 1,
            "confidence": "0.9"}}),
        json!({"drift": {"reference": part, "recent": part, "z": 1, "psi": 1}}),
        json!({"published": {}}),
        json!({"rules": {"rules": rules, "changes": [{"lines": 7, "files": null}, {}]}}),
        json!({"questionnaire": {"questionnaire": asked, "answers": [{"q": "no"}, {}]}}),
        json!({"worst": {"levels": ["low", "high"], "rated": [["low", "odd"], []]}}),
        json!({"trees": {"format": "xgboost", "model": model.to_string(), "missing": "riskier",
            "features": [feature]}}),
        json!({"trees": {"format": "lightgbm", "model": LIGHTGBM, "features": [feature]}}),
        json!({"ebm": {"model": EBM}}),
        json!({"risk_model": {"text": json!({"lynchpin": "risk-model/1", "shift": "1",
            "model": {"format": "additive/1", "baseline": "-2", "baseline_error": "0",
                "changes": 2, "failures": 1, "terms": []},
            "lane": {"at_most": "0.1", "passed": 2, "failed": 1, "as_of": at(9),
                "maturity": "1d"}}).to_string()}}),
    ];
    questions.iter().map(ToString::to_string).collect()
}

const LIGHTGBM: &str = "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\n\
    max_feature_idx=0\nobjective=binary sigmoid:1\nfeature_names=lines\n\nTree=0\n\
    num_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1.5\ndecision_type=10\n\
    left_child=-1\nright_child=-2\nleaf_value=-1 1\nleaf_count=2 1\nis_linear=0\n\n\
    end of trees\n";

const EBM: &str = r#"{"version":"1.0","ebm":{"outputs":[{"classes":[0,1],"link":"logit"}],
    "intercept":[-2],"features":[
    {"name":"a","type":"continuous","cuts":[[1],[2]],"num_unique_vals":3,"min":0,"max":3},
    {"name":"b","type":"continuous","cuts":[[]],"num_unique_vals":3,"min":0,"max":3}],
    "terms":[{"term_features":["a"],"scores":[1,0,2,0]},
    {"term_features":["a","b"],"scores":[[0,1,0],[1,2,0],[0,3,0],[0,0,0]]}]}}"#;

/// Asks about risk: an answer is an object with one name, and an error has a code.
fn try_risk(question: &[u8]) -> Result<(), ErrorCode> {
    let answer = risk::ask(question).map_err(|error| {
        check(&error);
        error.code()
    })?;
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("answers are JSON");
    assert_eq!(answer.as_object().map(serde_json::Map::len), Some(1), "{answer}");
    Ok(())
}

/// What is edited below says something before it is.
#[test]
fn questions_about_risk_are_answered() {
    for question in risks() {
        assert_eq!(small(|| try_risk(question.as_bytes())), Ok(()), "{question}");
    }
}

proptest! {
    #![proptest_config(config(400))]

    /// Any bytes at all.
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        small(|| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            try_all(&bytes, &text, &[]);
            let snapshot = load(b"{\"lynchpin\": \"portfolio/1\"}", "name = \"none\"");
            let _ = ask(&snapshot.expect("an empty portfolio can be taken in"), &bytes)
                .map_err(|error| check(&error));
            let _ = try_risk(&bytes);
        });
    }

    /// Bytes that look like JSON.
    #[test]
    fn any_punctuation(text in "[\\[\\]{}:,\"a-c0-9 .e-]{0,200}") {
        small(|| try_all(text.as_bytes(), &text, std::slice::from_ref(&text)));
    }

    /// A good document with a few values replaced, cut out, doubled or flipped.
    #[test]
    fn mutated_documents(
        (world, policy) in case(),
        edits in edits(),
    ) {
        let text = edited(world.document().to_string(), &edits);
        let policy = policy.text();
        small(|| try_all(text.as_bytes(), &policy, &questions()));
    }

    /// A good question about risk, edited likewise.
    #[test]
    fn mutated_risks(which in any::<prop::sample::Index>(), edits in edits()) {
        let question = edited(which.get(&risks()).clone(), &edits);
        let _ = small(|| try_risk(question.as_bytes()));
    }

    /// The same with a character anywhere replaced, or cut off there.
    #[test]
    fn bent_risks(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        with in prop::option::of(any::<u8>()),
    ) {
        let mut question = which.get(&risks()).clone().into_bytes();
        let at = place.index(question.len());
        match with {
            Some(byte) => question[at] = byte,
            None => question.truncate(at),
        }
        let _ = small(|| try_risk(&question));
    }

    /// A good policy, broken.
    #[test]
    fn mutated_policies(
        (world, policy) in case(),
        place in any::<prop::sample::Index>(),
        odd in 0usize..ODD.len(),
        cut in 0usize..12,
    ) {
        let mut text = policy.text();
        let start = place.index(text.len());
        text.replace_range(start..(start + cut).min(text.len()), ODD[odd]);
        let document = world.document().to_string();
        small(|| try_all(document.as_bytes(), &text, &questions()));
    }
}

/// What is refused must be refused fast, whatever its size.
#[test]
#[expect(clippy::disallowed_types, reason = "only the engine has no clock")]
fn refusals_are_fast() {
    let mebibyte = 1 << 20;
    let within = |text: &str| format!("{{\"lynchpin\": \"portfolio/1\", \"people\": {text}}}");
    let keys: String = (0..mebibyte / 10).map(|key| format!(",\"k{key:05}\":0")).collect();
    let documents = [
        ("keys", format!("{{\"lynchpin\":\"portfolio/1\"{keys}}}"), ErrorCode::UnknownField),
        ("[", "[".repeat(mebibyte), ErrorCode::DocumentTooDeep),
        ("{", "{\"a\":".repeat(mebibyte / 5), ErrorCode::DocumentTooDeep),
        (
            "nested",
            within(&("[".repeat(mebibyte) + &"]".repeat(mebibyte))),
            ErrorCode::DocumentTooDeep,
        ),
        ("9", within(&"9".repeat(mebibyte)), ErrorCode::NumberOutOfRange),
        ("unended", format!("\"{}", "\\\"".repeat(mebibyte / 2)), ErrorCode::Syntax),
        ("wrong", within(&format!("[{}7]", "7,".repeat(mebibyte / 2))), ErrorCode::WrongType),
        (
            "ids",
            within(&format!("[{{\"id\": \"{}\"}}]", "a".repeat(mebibyte))),
            ErrorCode::IdNotCanonical,
        ),
    ];
    for (name, document, code) in documents {
        let start = std::time::Instant::now();
        let error = small(|| load(document.as_bytes(), "name = \"none\"").map(drop));
        let error = error.expect_err("what is malformed is refused");
        check(&error);
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}: {:?}", start.elapsed());
    }
}

/// Chains, circles and crowds of the size of a large release are answered on a small stack.
#[test]
#[expect(clippy::disallowed_types, reason = "only the engine has no clock")]
fn large_items_are_answered() {
    const COUNT: usize = 5_000;
    let shapes: [(&str, &dyn Fn(usize) -> serde_json::Value); 5] = [
        ("chain", &|n| {
            let before = (n > 0).then(|| json!({"change": format!("C-{}", n - 1)}));
            json!({"requires": before.into_iter().collect::<Vec<_>>()})
        }),
        ("circle", &|n| json!({"requires": [{"change": format!("C-{}", (n + 1) % COUNT)}]})),
        ("after", &|n| json!({"after": [format!("C-{}", (n + 1) % COUNT)]})),
        ("crowd", &|_| json!({"together": ["C-0"]})),
        ("held", &|n| {
            let plans = if n == 0 { json!({}) } else { json!({"back_out": "undo"}) };
            json!({"together": ["C-0"], "plans": plans})
        }),
    ];
    let policy = "name = \"p\"\ncycles = \"atomic\"\nrequirement.b = { plan = \"back_out\" }\n\
                  gate.g = { stage = \"production\", judges = \"change\", require = \"b\" }\n";
    for (name, shape) in shapes {
        let changes: Vec<serde_json::Value> = (0..COUNT)
            .map(|n| {
                let mut change = shape(n);
                change["id"] = json!(format!("C-{n}"));
                change["revision"] = json!(1);
                change["at"] = json!(instant(0));
                change["by"] = json!("pa");
                if change.get("plans").is_none() {
                    change["plans"] = json!({"back_out": "undo"});
                }
                change
            })
            .collect();
        let ids: Vec<String> = (0..COUNT).map(|n| format!("C-{n}")).collect();
        let release =
            json!({"id": "R-0", "revision": 1, "changes": ids, "at": instant(0), "by": "pb"});
        let document = json!({"lynchpin": "portfolio/1", "stages": [{"id": "production"}],
            "changes": changes, "releases": [release]})
        .to_string();
        let start = std::time::Instant::now();
        let answers = small(|| {
            let snapshot = load(document.as_bytes(), policy).expect("it can be loaded");
            let asked =
                json!({"subject": {"release": "R-0"}, "stage": "production", "at": instant(1)});
            ["decide", "plan"].map(|kind| {
                let question = json!({ kind: asked }).to_string();
                String::from_utf8(ask(&snapshot, question.as_bytes()).expect("it can be answered"))
                    .expect("an answer is text")
            })
        });
        let verdict = match name {
            "after" => "no_go",
            "held" => "needs_action",
            _ => "go",
        };
        let begins = format!("{{\"decision\":{{\"verdict\":\"{verdict}\",");
        assert!(answers[0].starts_with(&begins), "{name}: {:.200}", answers[0]);
        assert!(answers[1].starts_with("{\"plan\":"), "{name}");
        assert!(start.elapsed() < Duration::from_secs(60), "{name}: {:?}", start.elapsed());
    }
}

/// Unlike what was derived by hand for single documents, this holds for whatever is generated: a
/// refused addition leaves the engine as it was.
#[test]
fn nothing_is_half_applied() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..40 {
        let tree = case().new_tree(&mut runner).expect("a world can be made");
        let (world, policy) = tree.current();
        let document = world.document().to_string();
        let mut engine = Engine::new(Limits::untrusted());
        let read = |text: &str| read_portfolio(text.as_bytes(), Limits::untrusted());
        engine.add(read(&document).expect("it can be read")).expect("it can be taken in");
        engine.set_policy(&policy.text()).expect("it can be set");
        let before: Vec<_> =
            questions().iter().map(|q| ask(&engine.snapshot(), q.as_bytes())).collect();
        let other = json!({"lynchpin": "portfolio/1",
            "holds": [{"change": "C-0", "event": "held", "at": instant(0), "by": "pa"}],
            "changes": [
                {"id": "C-0", "revision": 1, "title": "other", "at": instant(0), "by": "pa"}]});
        let refused = engine.add(read(&other.to_string()).expect("it can be read"));
        assert_eq!(refused.map_err(|error| error.code()), Err(ErrorCode::DuplicateId));
        assert!(engine.set_policy("name = 7").is_err());
        let after: Vec<_> =
            questions().iter().map(|q| ask(&engine.snapshot(), q.as_bytes())).collect();
        assert_eq!(before, after);
    }
}
