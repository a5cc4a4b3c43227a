//! The cases of `corpus/signed.json`: what is signed, by whom, and what must come of it.

mod kinds;
mod owed;
mod refused;
mod soaks;
mod unclear;

use lynchpin_tests::signing::{Pair, envelope, statement};
use serde_json::{Value, json};

/// The digest of the artifact that ships, without its `sha256:`.
pub const A: &str = "1111111111111111111111111111111111111111111111111111111111111111";

/// The digest of another artifact.
const B: &str = "2222222222222222222222222222222222222222222222222222222222222222";

/// A statement about the artifact that ships, of our own predicate: a run of the check `unit`,
/// with more fields of the predicate.
pub fn check_result(outcome: &str, run: u64, more: &Value) -> Value {
    let mut predicate = json!({"check": "unit", "outcome": outcome, "run": run,
        "at": format!("2026-11-02T0{run}:00:00Z")});
    for (key, value) in more.as_object().into_iter().flatten() {
        predicate[key.as_str()] = value.clone();
    }
    statement(&[A], "urn:lynchpin:check-result:1", &predicate)
}

/// The change C-1, which ships one artifact, and statements.
pub fn portfolio(statements: &[Value]) -> Value {
    json!({"lynchpin": "portfolio/1",
        "people": [{"id": "raj"}, {"id": "lab", "kind": "machine"},
            {"id": "ci", "kind": "machine", "aliases": ["old-ci"]}],
        "stages": [{"id": "staging"}, {"id": "production"}],
        "changes": [{"id": "C-1", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
            "artifacts": [format!("sha256:{A}")]}],
        "statements": statements})
}

/// A policy with these keys (name, pair, owner, what else it says) whose one requirement is the
/// check `unit`, signed by that rule.
pub fn policy(keys: &[(&str, &Pair, &str, &str)], rule: &str) -> String {
    let leaf = format!("evidence = {{ check = \"unit\", signed = {{ {rule} }} }}");
    policy_asking(keys, &leaf)
}

/// A policy with these keys whose one requirement asks that.
fn policy_asking(keys: &[(&str, &Pair, &str, &str)], leaf: &str) -> String {
    let mut text = "name = \"acme\"\n".to_owned();
    for (name, pair, of, more) in keys {
        text.push_str(&format!("key.{name} = {{ {}, of = \"{of}\"{more} }}\n", pair.line()));
    }
    text.push_str(&format!("requirement.unit = {{ {leaf} }}\n"));
    text.push_str(
        "gate.unit = { stage = \"production\", judges = \"change\", require = \"unit\" }\n",
    );
    text
}

/// The key of the build machine, and of the laboratory.
fn ci() -> Pair {
    Pair::ed25519(1)
}

fn lab() -> Pair {
    Pair::p256(2).unwrap_or_else(|| Pair::ed25519(2))
}

/// A statement that was filed at that hour of 2 November, signed by these keys.
fn filed(hour: u8, says: &Value, keys: &[&Pair]) -> Value {
    json!({"envelope": envelope(says.to_string().as_bytes(), keys),
        "at": format!("2026-11-02T{hour:02}:00:00Z"), "by": "relay"})
}

/// The policy that takes the results of the build machine.
fn usual() -> String {
    policy(&[("ci", &ci(), "ci", "")], "keys = [\"ci\"]")
}

fn lines(policy: &str) -> Vec<&str> {
    policy.lines().collect()
}

/// What is asked on 3 November, and a part of what must be answered.
fn asks(expect: &Value) -> Value {
    asks_at("2026-11-03T00:00:00Z", expect)
}

fn asks_at(at: &str, expect: &Value) -> Value {
    json!({"question": {"decide": {"subject": {"change": "C-1"}, "stage": "production", "at": at,
        "detail": "full"}}, "expect": {"decision": expect}})
}

fn go() -> Value {
    json!({"verdict": "go", "holds_until": "never", "root_blockers": []})
}

/// One thing holds it back, of that verdict and code, with a part of its arguments.
fn held(verdict: &str, code: &str, args: &Value) -> Value {
    let mut blocker = json!({"verdict": verdict, "code": code, "act": [{"person": "raj"}]});
    if !args.is_null() {
        blocker["args"] = args.clone();
    }
    json!({"verdict": verdict, "clears_at": "on_action", "root_blockers": [blocker]})
}

fn tried(rows: &Value) -> Value {
    held("needs_action", "signature_invalid", &json!({"tried": rows}))
}

fn missing() -> Value {
    held("needs_action", "statement_missing", &json!({"tried": null}))
}

fn case(name: &str, why: &str, portfolio: &Value, policy: &str, ask: &[Value]) -> Value {
    json!({"name": format!("signed-{name}"), "why": why, "portfolio": portfolio,
        "policy": lines(policy), "ask": ask})
}

/// All cases.
pub fn cases() -> Vec<Value> {
    let mut cases = signers();
    cases.extend(subjects());
    cases.extend(thresholds());
    cases.extend(keys_in_time());
    cases.extend(results_in_time());
    cases.extend(runs());
    cases.extend(unclear::cases());
    cases.extend(kinds::cases());
    cases.push(soaks::case());
    cases.push(owed::case());
    cases.extend(refused::cases());
    cases
}

/// Who signed.
fn signers() -> Vec<Value> {
    vec![
        case(
            "passed",
            "The key that the policy names signed that the check passed on what ships; what the \
             envelope calls the key means nothing.",
            &{
                let mut statement = filed(6, &check_result("passed", 1, &json!({})), &[&ci()]);
                statement["envelope"]["signatures"][0]["keyid"] = json!("lab");
                portfolio(&[statement])
            },
            &usual(),
            &[asks(&go())],
        ),
        case(
            "p256",
            "The same with a key of ECDSA on P-256.",
            &portfolio(&[filed(6, &check_result("passed", 1, &json!({})), &[&lab()])]),
            &policy(&[("lab", &lab(), "lab", "")], "keys = [\"lab\"]"),
            &[asks(&go())],
        ),
        unsigned_is_nothing(),
        case(
            "by-a-stranger",
            "Another key signed it, and one that is known but that the requirement does not name.",
            &portfolio(&[filed(
                6,
                &check_result("passed", 1, &json!({})),
                &[&Pair::ed25519(9), &lab()],
            )]),
            &policy(&[("ci", &ci(), "ci", ""), ("lab", &lab(), "lab", "")], "keys = [\"ci\"]"),
            &[asks(&tried(&json!([{"key": "ci", "why": "wrong_signature"}])))],
        ),
        case(
            "by-nobody",
            "An envelope without a signature is no signed statement.",
            &portfolio(&[filed(6, &check_result("passed", 1, &json!({})), &[])]),
            &usual(),
            &[asks(&tried(&json!([{"key": "ci", "why": "not_signed"}])))],
        ),
    ]
}

/// What the statement is about.
fn subjects() -> Vec<Value> {
    vec![
        case(
            "of-another-artifact-or-check",
            "Both are rightly signed, but one is about another artifact and one about another \
             check: nothing is said of what is asked.",
            &portfolio(&[
                filed(
                    6,
                    &statement(
                        &[B],
                        "urn:lynchpin:check-result:1",
                        &json!({"check": "unit", "outcome": "passed", "run": 1,
                            "at": "2026-11-02T01:00:00Z"}),
                    ),
                    &[&ci()],
                ),
                filed(6, &check_result("passed", 1, &json!({"check": "lint"})), &[&ci()]),
            ]),
            &usual(),
            &[asks(&missing())],
        ),
        case(
            "of-another-type",
            "The key signed what is no result of a check, although it holds the same words: only \
             the type that is asked for counts.",
            &portfolio(&[filed(
                6,
                &statement(
                    &[A],
                    "https://slsa.dev/provenance/v1",
                    &json!({"check": "unit", "outcome": "passed", "run": 1,
                        "at": "2026-11-02T01:00:00Z"}),
                ),
                &[&ci()],
            )]),
            &usual(),
            &[asks(&missing())],
        ),
        case(
            "unreadable",
            "Which run it was cannot be read. Nothing of it counts, and the answer says why.",
            &portfolio(&[filed(6, &check_result("passed", 1, &json!({"run": "first"})), &[&ci()])]),
            &usual(),
            &[asks(&tried(&json!([{"why": "unreadable"}])))],
        ),
    ]
}

/// What is not signed is evidence of nothing, good or bad.
fn unsigned_is_nothing() -> Value {
    let result = |outcome: &str| {
        json!([{"check": "unit", "artifact": format!("sha256:{A}"), "outcome": outcome, "run": 9,
            "at": "2026-11-02T07:00:00Z", "by": "ci"}])
    };
    let mut unsigned = portfolio(&[]);
    unsigned["evidence"] = result("passed");
    case(
        "not-at-all",
        "The build machine is said to have reported a pass, but the policy asks for its signature: \
         that is evidence of nothing.",
        &unsigned,
        &usual(),
        &[asks(&missing())],
    )
}

fn thresholds() -> Vec<Value> {
    let two = "keys = [\"ci\", \"ci-2\", \"lab\"], threshold = 2";
    let other = Pair::ed25519(3);
    let keys = |of: &str| {
        policy(
            &[("ci", &ci(), "ci", ""), ("ci-2", &other, of, ""), ("lab", &lab(), "lab", "")],
            two,
        )
    };
    let says = check_result("passed", 1, &json!({}));
    let row = |key: &str, why: &str| json!({"key": key, "why": why});
    let both_ours =
        json!([row("ci", "signed"), row("ci-2", "signed"), row("lab", "wrong_signature")]);
    vec![
        case(
            "twice-by-one-key",
            "Two signatures are asked for, and one is there three times: one key, one owner.",
            &portfolio(&[filed(6, &says, &[&ci(), &ci(), &ci()])]),
            &keys("ci"),
            &[asks(&tried(&json!([
                row("ci", "signed"),
                row("ci-2", "wrong_signature"),
                row("lab", "wrong_signature")
            ])))],
        ),
        case(
            "by-two-keys-of-one-owner",
            "Both keys are the build machine's, so they count as one.",
            &portfolio(&[filed(6, &says, &[&ci(), &other])]),
            &keys("ci"),
            &[asks(&tried(&both_ours))],
        ),
        case(
            "by-two-names-of-one-owner",
            "The owner of the second key is an alias of that of the first.",
            &portfolio(&[filed(6, &says, &[&ci(), &other])]),
            &keys("old-ci"),
            &[asks(&tried(&both_ours))],
        ),
        case(
            "by-two-owners",
            "The build machine and the laboratory both signed.",
            &portfolio(&[filed(6, &says, &[&lab(), &ci()])]),
            &keys("ci"),
            &[asks(&go())],
        ),
        case(
            "by-two-owners-apart",
            "Each signed, but not the same envelope: nobody knows that they mean the same.",
            &portfolio(&[filed(6, &says, &[&ci()]), filed(6, &says, &[&lab()])]),
            &keys("ci"),
            &[asks(&tried(&json!([
                row("ci", "signed"),
                row("ci-2", "wrong_signature"),
                row("lab", "wrong_signature"),
                row("ci", "wrong_signature"),
                row("ci-2", "wrong_signature"),
                row("lab", "signed")
            ])))],
        ),
    ]
}

/// An answer that stands until somebody acts.
fn for_ever(mut expect: Value) -> Value {
    expect["holds_until"] = json!("never");
    expect
}

/// Until when the go holds.
fn go_until(until: &str) -> Value {
    json!({"verdict": "go", "holds_until": until, "root_blockers": []})
}

/// One pass, filed at 06:00 and signed by the build machine.
fn at_six() -> Value {
    portfolio(&[filed(6, &check_result("passed", 1, &json!({})), &[&ci()])])
}

fn keys_in_time() -> Vec<Value> {
    let keyed = |more: &str| policy(&[("ci", &ci(), "ci", more)], "keys = [\"ci\"]");
    let why = |why: &str| tried(&json!([{"key": "ci", "why": why}]));
    let at_six = at_six();
    vec![
        case(
            "before-the-key",
            "It was recorded at 06:00, a second before the key begins.",
            &at_six,
            &keyed(", from = \"2026-11-02T06:00:01Z\""),
            &[asks(&why("not_yet_valid"))],
        ),
        case(
            "after-the-key",
            "It was recorded at 06:00, which is when the key has ended: an end is not included.",
            &at_six,
            &keyed(", until = \"2026-11-02T06:00:00Z\""),
            &[asks(&why("no_longer_valid"))],
        ),
        case(
            "within-the-key",
            "It was recorded in the first instant of the key. That the key ends later takes \
             nothing away from what it signed.",
            &at_six,
            &keyed(", from = \"2026-11-02T06:00:00Z\", until = \"2026-11-02T06:00:01Z\""),
            &[asks(&go())],
        ),
        case(
            "revoked",
            "A key that is revoked counts for nothing any more, whenever it signed; until then the \
             go holds.",
            &at_six,
            &keyed(", revoked = \"2026-11-05T00:00:00Z\""),
            &[
                asks(&go_until("2026-11-05T00:00:00Z")),
                asks_at("2026-11-05T00:00:00Z", &for_ever(why("revoked"))),
            ],
        ),
    ]
}

fn results_in_time() -> Vec<Value> {
    let expiring = json!({"expires": "2026-11-04T00:00:00Z"});
    let old = policy_asking(
        &[("ci", &ci(), "ci", "")],
        "evidence = { check = \"unit\", max_age = \"24h\", signed = { keys = [\"ci\"] } }",
    );
    let expired = held("needs_action", "evidence_expired", &json!(null));
    let failed = held("no_go", "evidence_failed", &json!({"run": 2}));
    vec![
        case(
            "from-the-future",
            "It says that the check ran at 06:00:01, but it was recorded at 06:00:00: it would \
             stay fresh for longer than it is.",
            &portfolio(&[filed(
                6,
                &check_result("passed", 1, &json!({"at": "2026-11-02T06:00:01Z"})),
                &[&ci()],
            )]),
            &usual(),
            &[asks(&tried(&json!([{"why": "issued_after_it_was_recorded"}])))],
        ),
        case(
            "failure-from-the-future",
            "A failure that says it happened a second after it was recorded stays one: of what is \
             unfavourable, too late a time takes nothing away.",
            &portfolio(&[
                filed(3, &check_result("passed", 1, &json!({})), &[&ci()]),
                filed(
                    6,
                    &check_result("failed", 2, &json!({"at": "2026-11-02T06:00:01Z"})),
                    &[&ci()],
                ),
            ]),
            &usual(),
            &[asks_at("2026-11-02T06:00:00Z", &failed), asks(&failed)],
        ),
        case(
            "expires",
            "It says itself until when it counts.",
            &portfolio(&[filed(6, &check_result("passed", 1, &expiring), &[&ci()])]),
            &usual(),
            &[asks(&go_until("2026-11-04T00:00:00Z")), asks_at("2026-11-04T00:00:00Z", &expired)],
        ),
        case(
            "too-old",
            "The age counts from when the statement says that the check ran, 01:00, not from when \
             it was filed, 06:00.",
            &at_six(),
            &old,
            &[asks(&go_until("2026-11-03T01:00:00Z")), asks_at("2026-11-03T01:00:00Z", &expired)],
        ),
    ]
}

fn runs() -> Vec<Value> {
    let run = |outcome: &str, run: u64, more: &Value| check_result(outcome, run, more);
    let none = json!({});
    let two = "keys = [\"ci\", \"lab\"]";
    let both = policy(&[("ci", &ci(), "ci", ""), ("lab", &lab(), "lab", "")], two);
    let configured = policy_asking(
        &[("ci", &ci(), "ci", "")],
        "evidence = { check = \"unit\", configurations = [\"arm64\", \"x86\"], \
         signed = { keys = [\"ci\"] } }",
    );
    vec![
        case(
            "replayed",
            "Run 1 passed and run 2 failed. The statement of run 1 is filed again, later: its run \
             is still 1, so the failure counts.",
            &portfolio(&[
                filed(3, &run("passed", 1, &none), &[&ci()]),
                filed(4, &run("failed", 2, &none), &[&ci()]),
                filed(8, &run("passed", 1, &none), &[&ci()]),
            ]),
            &usual(),
            &[asks(&held("no_go", "evidence_failed", &json!({"run": 2})))],
        ),
        case(
            "passed-on-rerun",
            "Run 2 passed after run 1 failed, as for evidence that is not signed.",
            &portfolio(&[
                filed(3, &run("failed", 1, &none), &[&ci()]),
                filed(4, &run("passed", 2, &none), &[&ci()]),
            ]),
            &usual(),
            &[asks(&go())],
        ),
        case(
            "failure-by-a-stranger",
            "A stranger's failure of a later run is evidence of nothing, as is a pass.",
            &portfolio(&[
                filed(3, &run("passed", 1, &none), &[&ci()]),
                filed(4, &run("failed", 2, &none), &[&Pair::ed25519(9)]),
            ]),
            &usual(),
            &[asks(&go())],
        ),
        case(
            "each-owner-has-a-say",
            "The laboratory's own newest result failed; a later pass of the build machine does not \
             speak for it.",
            &portfolio(&[
                filed(3, &run("failed", 1, &none), &[&lab()]),
                filed(4, &run("passed", 2, &none), &[&ci()]),
            ]),
            &both,
            &[asks(&held("no_go", "evidence_failed", &json!({"run": 1})))],
        ),
        case(
            "one-configuration",
            "Both configurations must pass, and only one is signed for: which one is in the signed \
             bytes.",
            &portfolio(&[filed(
                3,
                &run("passed", 1, &json!({"configuration": "arm64"})),
                &[&ci()],
            )]),
            &configured,
            &[asks(&held("needs_action", "statement_missing", &json!({"configuration": "x86"})))],
        ),
    ]
}
