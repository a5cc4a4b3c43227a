//! Signed statements: what is tampered with never counts, whatever bit it is.
//!
//! The cases of `corpus/signed.json` are made here, since they must be signed: the keys and what
//! is signed stand here, what must come of it was derived by hand. `BLESS=1` writes them anew.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod signed_cases;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use lynchpin::base::{ErrorCode, Limits, Subject};
use lynchpin::gate::Policy;
use lynchpin::portfolio::{DecideQuestion, Decision, Engine};
use lynchpin::wire::read_portfolio;
use lynchpin_tests::signing::{Pair, envelope};
use proptest::prelude::*;
use serde_json::{Value, json};
use signed_cases::{check_result, policy, portfolio};

/// The decision on a portfolio with one statement, if it can be taken in at all.
fn decide(envelope: &Value, policy: &str) -> Option<Decision> {
    let statement = json!({"envelope": envelope, "at": "2026-11-02T06:00:00Z", "by": "relay"});
    decide_on(&portfolio(&[statement]), policy)
}

fn decide_on(document: &Value, policy: &str) -> Option<Decision> {
    let question = json!({"subject": {"change": "C-1"}, "at": "2026-11-03T00:00:00Z"});
    decide_at(document, policy, &question)
}

/// The decision on a change before production.
fn decide_at(document: &Value, policy: &str, question: &Value) -> Option<Decision> {
    let document = document.to_string();
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(read_portfolio(document.as_bytes(), engine.limits()).ok()?).ok()?;
    engine.set_policy(policy).expect("the policy is one");
    let text = |pointer: &str| question.pointer(pointer).and_then(Value::as_str).expect("a text");
    let change = Subject::Change(text("/subject/change").parse().expect("an id"));
    let question = DecideQuestion::new(change, text("/at").parse().expect("an instant"))
        .with_stage("production".parse().expect("an id"));
    Some(engine.snapshot().decide(&question).expect("it can be asked"))
}

fn is_go(envelope: &Value, policy: &str) -> bool {
    decide(envelope, policy).is_some_and(|decision| decision.is_go())
}

fn payload() -> Vec<u8> {
    check_result("passed", 1, &json!({})).to_string().into_bytes()
}

fn pairs() -> [Pair; 2] {
    [Pair::ed25519(1), Pair::p256(2).expect("a scalar")]
}

fn policy_of(pair: &Pair) -> String {
    policy(&[("ci", pair, "ci", "")], "keys = [\"ci\"]")
}

#[test]
fn the_corpus_is_what_the_keys_sign() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/signed.json");
    let cases = signed_cases::cases().iter().map(Value::to_string).collect::<Vec<_>>();
    let made = format!("[\n{}\n]\n", cases.join(",\n"));
    #[expect(clippy::disallowed_methods, reason = "a test may be told to renew what it checks")]
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, &made).expect("the corpus can be written");
    }
    let kept = fs::read_to_string(path).expect("the corpus can be read");
    assert!(kept == made, "corpus/signed.json differs: run the tests with BLESS=1 and read it");
}

#[test]
fn as_many_keys_may_be_named_as_may_be() {
    let all: Vec<Pair> = (1..=17).map(Pair::ed25519).collect();
    let names: Vec<String> = (1..=17).map(|number| format!("k{number}")).collect();
    let of = |count: usize, more: &str| {
        let keys = all.iter().zip(&names).take(count);
        let keys: Vec<_> =
            keys.map(|(pair, name)| (name.as_str(), pair, name.as_str(), "")).collect();
        let named = names.iter().take(count).map(|name| format!("\"{name}\""));
        let named = named.collect::<Vec<_>>().join(", ");
        policy(&keys, &format!("keys = [{named}]{more}")).parse::<Policy>()
    };
    let digest = |more: &str| of(16, more).expect("sixteen are not too many").digest;
    let told: Vec<ErrorCode> =
        of(17, "").expect_err("seventeen are").problems().iter().map(|it| it.code).collect();
    assert_eq!(told, [ErrorCode::ListTooLong]);
    // How many must sign is a part of what is approved; that it is one is not said.
    assert_ne!(digest(", threshold = 2"), digest(", threshold = 3"));
    assert_ne!(digest(", threshold = 2"), digest(""));
    assert_eq!(digest(", threshold = 1"), digest(""));
    // A later version of this library finds the same, or nobody would have approved it.
    assert_eq!(
        digest("").to_string(),
        "sha256:2aa4634f8e4710bd56ee12b74f37c915882c01fed40a37d2bcc9e916d31f505e"
    );
}

#[test]
fn every_flipped_bit_makes_it_worthless() {
    for pair in pairs() {
        let policy = policy_of(&pair);
        let good = envelope(&payload(), &[&pair]);
        assert!(is_go(&good, &policy));
        for pointer in ["/payload", "/signatures/0/sig"] {
            let text = good.pointer(pointer).and_then(Value::as_str).expect("a text");
            let bytes = STANDARD.decode(text).expect("Base64");
            for bit in 0..bytes.len() * 8 {
                let mut bytes = bytes.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let mut bad = good.clone();
                *bad.pointer_mut(pointer).expect("is there") = json!(STANDARD.encode(&bytes));
                assert!(!is_go(&bad, &policy), "bit {bit} of {pointer}");
            }
            // And of the text itself: another spelling of the same bytes is refused, too.
            for (index, _) in text.char_indices() {
                let mut other = text.as_bytes().to_vec();
                other[index] ^= 1;
                let mut bad = good.clone();
                let other = String::from_utf8_lossy(&other).into_owned();
                *bad.pointer_mut(pointer).expect("is there") = json!(other);
                assert!(!is_go(&bad, &policy), "character {index} of {pointer}");
            }
        }
        let kind = good["payloadType"].as_str().expect("a text");
        for index in 0..kind.len() {
            let mut bad = good.clone();
            let mut other = kind.as_bytes().to_vec();
            other[index] ^= 1;
            bad["payloadType"] = json!(String::from_utf8_lossy(&other));
            assert!(!is_go(&bad, &policy), "character {index} of the type");
        }
    }
}

#[test]
fn either_alphabet_is_read_and_the_name_of_a_key_means_nothing() {
    for pair in pairs() {
        let policy = policy_of(&pair);
        let good = envelope(&payload(), &[&pair]);
        let mut other = good.clone();
        for pointer in ["/payload", "/signatures/0/sig"] {
            let text = good.pointer(pointer).and_then(Value::as_str).expect("a text");
            let bytes = STANDARD.decode(text).expect("Base64");
            *other.pointer_mut(pointer).expect("is there") = json!(URL_SAFE.encode(bytes));
        }
        assert!(is_go(&other, &policy));
        for name in ["", "ci", "another", "../../etc"] {
            other["signatures"][0]["keyid"] = json!(name);
            assert!(is_go(&other, &policy), "{name}");
        }
    }
}

#[test]
fn nobody_elses_signature_counts() {
    let [ours, p256] = pairs();
    let theirs = Pair::ed25519(9);
    let policy = policy_of(&ours);
    for signers in [&[][..], &[&theirs], &[&p256], &[&theirs, &theirs, &p256]] {
        let bad = envelope(&payload(), signers);
        let decision = decide(&bad, &policy).expect("it is well formed");
        let codes: Vec<_> = decision.root_blockers().map(|node| node.code.name()).collect();
        assert_eq!(codes, ["signature_invalid"]);
    }
    // A key of the policy that the requirement does not name.
    let both = self::policy(&[("ci", &ours, "ci", ""), ("b", &theirs, "b", "")], "keys = [\"ci\"]");
    assert!(!is_go(&envelope(&payload(), &[&theirs]), &both));
}

#[test]
fn a_signature_for_another_purpose_does_not_count() {
    let pair = Pair::ed25519(1);
    let policy = policy_of(&pair);
    // Made over the payload as it is, and over the payload as one of another type.
    let other = lynchpin::model::statement::pre_authentication_encoding("text/plain", &payload());
    for message in [payload(), other] {
        let mut bad = envelope(&payload(), &[]);
        bad["signatures"] = json!([{"sig": STANDARD.encode(pair.sign(&message))}]);
        assert!(!is_go(&bad, &policy));
    }
}

#[test]
fn the_statements_that_are_cited_suffice() {
    let mut dropped = 0;
    for case in signed_cases::cases().iter().filter(|case| case.get("refused").is_none()) {
        let policy = case["policy"].as_array().expect("lines").iter();
        let policy = policy.map(|line| line.as_str().expect("a line").to_owned() + "\n");
        let policy: String = policy.collect();
        for asked in case["ask"].as_array().expect("a list") {
            let question = &asked["question"]["decide"];
            // What another change paid no longer holds this one back, and is not told here.
            if question["subject"] != json!({"change": "C-1"}) {
                continue;
            }
            let whole = decide_at(&case["portfolio"], &policy, question).expect("it is taken");
            let nodes = whole.reasons().nodes().iter().flat_map(|node| &node.cites);
            let cited: BTreeSet<(&str, usize)> = nodes.copied().collect();
            let mut rest = case["portfolio"].clone();
            let statements = case["portfolio"]["statements"].as_array().expect("a list").iter();
            let kept = statements.enumerate().filter(|(n, _)| cited.contains(&("statements", *n)));
            let kept: Vec<&Value> = kept.map(|(_, statement)| statement).collect();
            dropped +=
                case["portfolio"]["statements"].as_array().expect("a list").len() - kept.len();
            rest["statements"] = json!(kept);
            let again = decide_at(&rest, &policy, question).expect("it is taken");
            let told = |decision: &Decision| {
                let codes = decision.root_blockers().map(|node| node.code).collect::<Vec<_>>();
                (decision.verdict(), codes)
            };
            assert_eq!(told(&again), told(&whole), "{}", case["name"]);
        }
    }
    assert!(dropped > 5, "the cases hold statements that do not matter");
}

/// The first block of a kind in docs/evidence.md.
fn documented(kind: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/evidence.md");
    let page = fs::read_to_string(path).expect("the page can be read");
    let (_, rest) = page.split_once(&format!("```{kind}\n")).expect("it has such a block");
    rest.split_once("```").expect("the block ends").0.to_owned()
}

#[test]
fn the_policy_of_the_page_is_one() {
    let policy: Policy =
        format!("name = \"page\"\n{}", documented("toml")).parse().expect("is one");
    assert_eq!((policy.keys.len(), policy.requirements.len()), (1, 2));
}

#[test]
fn what_the_page_signs_with_openssl_counts() {
    let version = Command::new("openssl").arg("version").output();
    if !version.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).starts_with("OpenSSL 3")) {
        println!("skipped: there is no OpenSSL 3 to sign with");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = documented("sh");
    let run = Command::new("sh").args(["-e", "-c", &script]).current_dir(&folder).output();
    let run = run.expect("a shell");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let public = String::from_utf8(run.stdout).expect("PEM is text");
    let made = fs::read(folder.path().join("envelope.json")).expect("was written");
    let policy = format!(
        "name = \"page\"\nkey.ci = {{ ed25519 = \"\"\"\n{public}\"\"\", of = \"ci\" }}\n\
         requirement.unit.evidence = {{ check = \"unit\", signed = {{ keys = [\"ci\"] }} }}\n\
         gate.g = {{ stage = \"production\", judges = \"change\", require = \"unit\" }}\n"
    );
    let envelope: Value = serde_json::from_slice(&made).expect("JSON");
    let artifact = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9";
    let mut document =
        portfolio(&[json!({"envelope": envelope, "at": "2026-11-02T13:21:00Z", "by": "ci"})]);
    document["changes"][0]["artifacts"] = json!([format!("sha256:{artifact}")]);
    assert!(decide_on(&document, &policy).is_some_and(|decision| decision.is_go()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever an envelope holds: no panic, and no go.
    #[test]
    fn a_made_up_envelope_is_never_a_go(
        payload in prop_oneof![
            any::<Vec<u8>>().prop_map(|bytes| STANDARD.encode(bytes)),
            Just(STANDARD.encode(payload())),
            any::<String>(),
            "[A-Za-z0-9+/_=-]{0,90}",
        ],
        kind in prop_oneof![Just("application/vnd.in-toto+json".to_owned()), any::<String>()],
        signatures in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 60..75).prop_map(|b| STANDARD.encode(b)),
                any::<String>(),
            ],
            0..20,
        ),
        elliptic in any::<bool>(),
    ) {
        let [ed25519, p256] = pairs();
        let pair = if elliptic { p256 } else { ed25519 };
        let signatures: Vec<Value> = signatures.iter().map(|sig| json!({"sig": sig})).collect();
        let made_up = json!({"payload": payload, "payloadType": kind, "signatures": signatures});
        prop_assert!(!is_go(&made_up, &policy_of(&pair)));
    }

    /// A rightly signed statement whose predicate holds anything: no panic; and a go only where it
    /// says that the check passed.
    #[test]
    fn a_predicate_may_hold_anything(
        field in "(check|outcome|run|at|expires|audience|configuration|more)",
        value in prop_oneof![
            any::<i64>().prop_map(|n| json!(n)), any::<f64>().prop_map(|n| json!(n)),
            any::<String>().prop_map(|n| json!(n)), Just(json!(null)), Just(json!([{}])),
            Just(json!("passed")), Just(json!(18_446_744_073_709_551_615_u64)),
        ],
    ) {
        let pair = Pair::ed25519(1);
        let mut statement = check_result("failed", 1, &json!({}));
        statement["predicate"][field.as_str()] = value.clone();
        let signed = envelope(statement.to_string().as_bytes(), &[&pair]);
        let passed = field == "outcome" && value == json!("passed");
        prop_assert_eq!(is_go(&signed, &policy_of(&pair)), passed);
    }
}
