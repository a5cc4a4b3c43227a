//! Documents and policies that are refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lynchpin_tests::signing::{Pair, envelope};
use serde_json::{Value, json};

use super::{A, check_result, ci, filed, lines, policy_asking, portfolio, usual};

pub(super) fn cases() -> Vec<Value> {
    let mut cases = vec![envelopes(), payloads(), keys()];
    cases.push(rules());
    cases
}

fn case(name: &str, why: &str, portfolio: &Value, policy: &str, refused: &[(&str, &str)]) -> Value {
    let problem = |(code, path): &(&str, &str)| json!({"code": code, "path": path});
    let refused: Vec<Value> = refused.iter().map(problem).collect();
    json!({"name": format!("signed-refused-{name}"), "why": why, "portfolio": portfolio,
        "policy": lines(policy), "refused": refused})
}

fn envelopes() -> Value {
    let good = filed(6, &check_result("passed", 1, &json!({})), &[&ci()]);
    let with = |field: &str, value: Value| {
        let mut bad = good.clone();
        bad["envelope"][field] = value;
        bad
    };
    let signature = json!({"sig": "AA=="});
    case(
        "envelopes",
        "Of another type, no Base64, not padded, with bits that mean nothing, with seventeen \
         signatures: who filed it made a mistake.",
        &portfolio(&[
            with("payloadType", json!("text/plain")),
            with("payload", json!("{}")),
            with("payload", json!("QQ")),
            with("payload", json!("QR==")),
            with("signatures", json!(vec![signature; 17])),
            good.clone(),
        ]),
        &usual(),
        &[
            ("envelope_malformed", "$.statements[0].envelope"),
            ("envelope_malformed", "$.statements[1].envelope"),
            ("envelope_malformed", "$.statements[2].envelope"),
            ("envelope_malformed", "$.statements[3].envelope"),
            ("envelope_malformed", "$.statements[4].envelope"),
        ],
    )
}

fn payloads() -> Value {
    let good = check_result("passed", 1, &json!({})).to_string();
    let filed = |payload: String| {
        let envelope = envelope(payload.as_bytes(), &[&ci()]);
        json!({"envelope": envelope, "at": "2026-11-02T06:00:00Z", "by": "relay"})
    };
    case(
        "payloads",
        "Rightly signed, but no statement: a key named twice, at the top and in the predicate; \
         another version; nested too deeply; no JSON.",
        &portfolio(&[
            filed(good.replacen('{', "{\"_type\":\"x\",", 1)),
            filed(good.replace("\"outcome\":", "\"outcome\":\"failed\",\"outcome\":")),
            filed(good.replace("Statement/v1", "Statement/v0.1")),
            filed(good.replace("\"passed\"", &format!("{}{}", "[".repeat(80), "]".repeat(80)))),
            filed(String::new()),
        ]),
        &usual(),
        &[
            ("statement_malformed", "$.statements[0].envelope"),
            ("statement_malformed", "$.statements[1].envelope"),
            ("statement_malformed", "$.statements[2].envelope"),
            ("statement_malformed", "$.statements[3].envelope"),
            ("statement_malformed", "$.statements[4].envelope"),
        ],
    )
}

fn keys() -> Value {
    let weak = STANDARD.encode([[1].as_slice(), &[0; 31]].concat());
    let ends = "from = \"2026-02-01T00:00:00Z\", until = \"2026-01-01T00:00:00Z\"";
    let policy = format!(
        "name = \"acme\"\n\
         key.a = {{ {}, of = \"ci\" }}\n\
         key.again = {{ {}, of = \"lab\" }}\n\
         key.both = {{ ed25519 = \"AA==\", p256 = \"AA==\", of = \"ci\" }}\n\
         key.ended = {{ {}, of = \"ci\", {ends} }}\n\
         key.short = {{ ed25519 = \"AA==\", of = \"ci\" }}\n\
         key.weak = {{ ed25519 = \"{weak}\", of = \"ci\" }}\n\
         key.whose = {{ {} }}\n",
        ci().line(),
        ci().line(),
        Pair::ed25519(4).line(),
        Pair::ed25519(5).line(),
    );
    case(
        "keys",
        "Two kinds at once, an end before the beginning, too few bytes, a point that anybody can \
         sign for, nobody's; and one key under two names, which would count twice.",
        &portfolio(&[]),
        &policy,
        &[
            ("missing_field", "$.key.whose"),
            ("key_malformed", "$.key.both"),
            ("time_order", "$.key.ended"),
            ("key_malformed", "$.key.short"),
            ("key_malformed", "$.key.weak"),
            ("key_malformed", "$.key.again"),
        ],
    )
}

fn rules() -> Value {
    let evidence = |name: &str, more: &str, rule: &str| {
        format!(
            "requirement.{name} = {{ evidence = {{ check = \"unit\"{more}, \
             signed = {{ {rule} }} }} }}\n"
        )
    };
    let test = "predicate = \"https://in-toto.io/attestation/test-result/v0.1\"";
    let mut policy = policy_asking(
        &[("ci", &ci(), "ci", ""), ("ci-2", &Pair::ed25519(3), "ci", "")],
        "evidence = { check = \"unit\" }",
    );
    policy.push_str(&evidence("a", "", "keys = [\"ci\", \"gone\"]"));
    policy.push_str(&evidence("b", "", "keys = []"));
    policy.push_str(&evidence("c", "", "keys = [\"ci\"], threshold = 0"));
    policy.push_str(&evidence("d", "", "keys = [\"ci\", \"ci-2\"], threshold = 2"));
    policy.push_str(&evidence("e", "", &format!("keys = [\"ci\"], {test}")));
    policy.push_str(&evidence(
        "f",
        ", max_age = \"1h\"",
        &format!("keys = [\"ci\"], {test}, suite = \"unit\""),
    ));
    policy.push_str(&evidence("g", ", producers = [\"ci\"]", "keys = [\"ci\"]"));
    policy.push_str(&evidence(
        "h",
        "",
        "keys = [\"ci\"], predicate = \"https://slsa.dev/provenance/v1\"",
    ));
    policy.push_str("requirement.i = { signed = { keys = [\"ci\"] } }\n");
    policy.push_str(
        "requirement.j = { signed = { keys = [\"ci\"], predicate = \"x\", builder = \"y\" } }\n",
    );
    for (name, more) in [("k", "builder"), ("l", "verifier")] {
        policy.push_str(&evidence(name, "", &format!("keys = [\"ci\"], {more} = \"y\"")));
    }
    policy.push_str(&evidence("m", "", "keys = [\"ci\"], levels = [\"SLSA_BUILD_LEVEL_3\"]"));
    policy.push_str(&about_others());
    case(
        "rules",
        "A key that is not there; a threshold of nobody, of no key and of more owners than there \
         are; a test result without its suite, and with an age that it does not say; producers \
         beside keys; a kind without an outcome as evidence, and a result that only has to be \
         there, whatever it says; a builder, a verifier and levels of what names none; a suite and \
         an audience of what is no result; a summary without its verifier.",
        &json!({"lynchpin": "portfolio/1", "changes": [{"id": "C-1", "revision": 1,
            "at": "2026-11-01T09:00:00Z", "by": "raj", "artifacts": [format!("sha256:{A}")]}]}),
        &policy,
        &[
            ("key_unknown", "$.requirement.a.evidence.signed.keys"),
            ("signed_invalid", "$.requirement.b.evidence.signed.threshold"),
            ("signed_invalid", "$.requirement.c.evidence.signed.threshold"),
            ("signed_invalid", "$.requirement.d.evidence.signed.threshold"),
            ("signed_invalid", "$.requirement.e.evidence.signed"),
            ("signed_invalid", "$.requirement.f.evidence.signed"),
            ("signed_invalid", "$.requirement.g.evidence.signed"),
            ("signed_invalid", "$.requirement.h.evidence.signed"),
            ("signed_invalid", "$.requirement.i.signed"),
            ("signed_invalid", "$.requirement.j.signed"),
            ("signed_invalid", "$.requirement.k.evidence.signed"),
            ("signed_invalid", "$.requirement.l.evidence.signed"),
            ("signed_invalid", "$.requirement.m.evidence.signed"),
            ("signed_invalid", "$.requirement.n.signed"),
            ("signed_invalid", "$.requirement.o.signed"),
            ("signed_invalid", "$.requirement.p.signed"),
            ("signed_invalid", "$.requirement.q.signed"),
            ("signed_invalid", "$.requirement.r.signed"),
        ],
    )
}

/// What cannot be asked of statements that only have to be there.
fn about_others() -> String {
    let mut policy = String::new();
    let summary = "https://slsa.dev/verification_summary/v1";
    for (name, kind, more) in [
        ("n", "x", ", suite = \"unit\""),
        ("o", "x", ", audience = \"acme\""),
        ("p", summary, ""),
        ("q", "x", ", levels = [\"SLSA_BUILD_LEVEL_3\"]"),
        ("r", "x", ", verifier = \"y\""),
    ] {
        let rule = format!("keys = [\"ci\"], predicate = \"{kind}\"{more}");
        policy.push_str(&format!("requirement.{name} = {{ signed = {{ {rule} }} }}\n"));
    }
    policy
}
