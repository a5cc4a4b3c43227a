//! What is owed and was paid by what was signed.

use lynchpin_tests::signing::statement;
use serde_json::{Value, json};

use super::{A, B, check_result, ci, filed, policy, portfolio};

/// An emergency went in when a signed result was there. Another is filed after both have expired;
/// and what another emergency owes, of another service, is never paid.
pub(super) fn case() -> Value {
    let until = json!({"expires": "2026-11-07T00:00:00Z"});
    let result = |run| filed(6, &check_result("passed", run, &until), &[&ci()]);
    let told_late = |mut statement: Value| {
        statement["recorded"] = json!("2026-11-08T00:00:00Z");
        statement
    };
    let other = json!({"check": "unit", "outcome": "failed", "run": 1,
        "at": "2026-11-02T01:00:00Z"});
    let other = filed(5, &statement(&[B], "urn:lynchpin:check-result:1", &other), &[&ci()]);
    let mut document = portfolio(&[other, result(1), told_late(result(2))]);
    document["services"] = json!([{"id": "till"}, {"id": "desk"}]);
    document["groups"] = json!([{"id": "duty", "members": [{"person": "dan"}]}]);
    document["people"].as_array_mut().into_iter().for_each(|all| all.push(json!({"id": "dan"})));
    let change = |name: &str, kind: &str, artifact: &str, service: &str| {
        json!({"id": name, "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "kind": kind,
            "artifacts": [format!("sha256:{artifact}")], "services": [service],
            "plans": {"back_out": "x"}})
    };
    let plain = "3333333333333333333333333333333333333333333333333333333333333333";
    document["changes"] = json!([
        change("C-0", "emergency", B, "desk"),
        change("C-1", "emergency", A, "till"),
        change("C-2", "normal", plain, "till")
    ]);
    let declared = |name: &str| {
        json!({"change": name, "revision": 1, "kind": "emergency", "at": "2026-11-02T00:00:00Z",
            "by": "dan"})
    };
    document["declarations"] = json!([declared("C-0"), declared("C-1")]);
    let deployed = |id: &str, change: &str, artifact: &str| {
        json!({"id": id, "environment": "production", "outcome": "succeeded", "changes": [change],
            "artifacts": [format!("sha256:{artifact}")], "at": "2026-11-03T00:00:00Z", "by": "ci"})
    };
    document["deployments"] = json!([deployed("D-0", "C-0", B), deployed("D-1", "C-1", A)]);
    let policy = policy(&[("ci", &ci(), "ci", "")], "keys = [\"ci\"]")
        .replace("\"] } } }", "\"] } }, retrospective = { group = \"duty\", within = \"3d\" } }")
        .replace("judges = \"change\"", "judges = \"change\", kind = [\"emergency\"]")
        + "open = [\"staging\"]\nrequirement.plan = { plan = \"back_out\" }\ngate.low = { stage = \
           \"production\", judges = \"change\", kind = [\"normal\"], require = \"plan\" }\n";
    let question = json!({"decide": {"subject": {"change": "C-2"}, "stage": "production",
        "at": "2026-11-09T00:00:00Z"}});
    super::case(
        "paid-and-filed-again",
        "What was signed was there when C-1 went in, as was known then: nothing was owed. That \
         another run had passed is filed once both have expired, and opens nothing again.",
        &document,
        &policy,
        &[json!({"question": question,
            "expect": {"decision": {"verdict": "go", "root_blockers": []}}})],
    )
}
