//! What is owed and was paid by what was signed.

use serde_json::{Value, json};

use super::{A, B, check_result, ci, filed, policy, portfolio};

/// An emergency went in when a signed result was there. It is filed again after its key has ended,
/// and something else is filed that stands before both.
pub(super) fn case() -> Value {
    let result = || filed(6, &check_result("passed", 1, &json!({})), &[&ci()]);
    let told_late = |mut statement: Value| {
        statement["recorded"] = json!("2026-11-08T00:00:00Z");
        statement
    };
    let other = filed(5, &check_result("passed", 1, &json!({"check": "lint"})), &[&ci()]);
    let mut document = portfolio(&[told_late(other), result(), told_late(result())]);
    document["services"] = json!([{"id": "till"}]);
    document["groups"] = json!([{"id": "duty", "members": [{"person": "dan"}]}]);
    document["people"].as_array_mut().into_iter().for_each(|all| all.push(json!({"id": "dan"})));
    let change = |name: &str, kind: &str, artifact: &str| {
        json!({"id": name, "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "kind": kind,
            "artifacts": [format!("sha256:{artifact}")], "services": ["till"],
            "plans": {"back_out": "x"}})
    };
    document["changes"] = json!([change("C-1", "emergency", A), change("C-2", "normal", B)]);
    document["declarations"] = json!([{"change": "C-1", "revision": 1, "kind": "emergency",
        "at": "2026-11-02T00:00:00Z", "by": "dan"}]);
    document["deployments"] = json!([{"id": "D-1", "environment": "production",
        "outcome": "succeeded", "changes": ["C-1"], "artifacts": [format!("sha256:{A}")],
        "at": "2026-11-03T00:00:00Z", "by": "ci"}]);
    let ended = ", until = \"2026-11-06T00:00:00Z\"";
    let policy = policy(&[("ci", &ci(), "ci", ended)], "keys = [\"ci\"]")
        .replace("\"] } } }", "\"] } }, retrospective = { group = \"duty\", within = \"3d\" } }")
        .replace("judges = \"change\"", "judges = \"change\", kind = [\"emergency\"]")
        + "open = [\"staging\"]\nrequirement.plan = { plan = \"back_out\" }\ngate.low = { stage = \
           \"production\", judges = \"change\", kind = [\"normal\"], require = \"plan\" }\n";
    let question = json!({"decide": {"subject": {"change": "C-2"}, "stage": "production",
        "at": "2026-11-09T00:00:00Z"}});
    super::case(
        "paid-and-filed-again",
        "What was signed was there when C-1 went in, as was known then: nothing was owed. That it \
         is filed again, once its key has ended, opens nothing, nor does what else is filed.",
        &document,
        &policy,
        &[json!({"question": question,
            "expect": {"decision": {"verdict": "go", "root_blockers": []}}})],
    )
}
