//! Verifications in a stage that are signed.

use serde_json::{Value, json};

use super::{A, asks_at, check_result, ci, filed, go, portfolio, usual};

/// The check `unit` fails in staging and passes again, both signed.
pub(super) fn case() -> Value {
    let run =
        |outcome: &str, run: u64| check_result(outcome, run, &json!({"environment": "staging"}));
    let filed = |hour, says| filed(hour, &says, &[&ci()]);
    let mut document = portfolio(&[
        filed(1, run("passed", 1)),
        filed(2, run("failed", 2)),
        filed(9, run("passed", 3)),
    ]);
    document["deployments"] = json!([{"id": "D-1", "environment": "staging", "outcome": "succeeded",
        "changes": ["C-1"], "artifacts": [format!("sha256:{A}")], "at": "2026-11-01T12:00:00Z",
        "by": "ci"}]);
    let policy = usual()
        .replace("require = \"unit\"", "require = { all = [\"unit\", \"soaked\"] }")
        + "open = [\"staging\"]\nrequirement.soaked = { soak = { for = \"12h\" } }\n";
    let soak = |verdict: &str, clears: &str, code: &str, args: Value| {
        let blocker = json!({"verdict": verdict, "code": code, "args": args});
        json!({"verdict": verdict, "clears_at": clears, "root_blockers": [blocker]})
    };
    let why = json!({"why": "verification_failed"});
    let since = json!({"since": "2026-11-02T03:00:00Z"});
    let failed = json!({"verdict": "no_go", "root_blockers": [
        {"code": "evidence_failed"}, {"code": "not_soaking", "args": why}]});
    super::case(
        "verification",
        "What a key signed of staging counts there as what is not signed: the stay begins anew \
         when run 3 has passed, at 03:00, though that was filed at nine.",
        &document,
        &policy,
        &[
            asks_at("2026-11-02T08:00:00Z", &failed),
            asks_at(
                "2026-11-02T14:00:00Z",
                &soak("wait", "2026-11-02T15:00:00Z", "soaking", since),
            ),
            asks_at("2026-11-02T15:00:00Z", &go()),
        ],
    )
}
