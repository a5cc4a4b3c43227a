//! Results of which something cannot be read, and runs at the limits of what can.

use serde_json::{Value, json};

use super::{asks, asks_at, case, check_result, ci, filed, go, held, portfolio, tried, usual};

/// The cases.
pub(super) fn cases() -> Vec<Value> {
    let mut cases = unclear();
    cases.extend(odd());
    cases
}

/// Runs that are rightly signed and cannot be read.
fn unclear() -> Vec<Value> {
    let run = |outcome: &str, run: u64, more: &Value| check_result(outcome, run, more);
    let (none, staging) = (json!({}), json!({"environment": "staging"}));
    vec![
        case(
            "misspelt-field",
            "It says neither until when it counts nor that it counts for ever: no outcome is read.",
            &portfolio(&[filed(
                3,
                &run("passed", 1, &json!({"expiry": "2026-11-03T00:00:00Z"})),
                &[&ci()],
            )]),
            &usual(),
            &[asks(&held("unknown", "evidence_inconclusive", &json!({"run": 1})))],
        ),
        case(
            "unclear-run",
            "Run 2 is rightly signed and cannot be read: nobody knows that it passed, and run 1 \
             does not stand for it. Once run 3 has passed, it matters no more.",
            &portfolio(&[
                filed(3, &run("passed", 1, &none), &[&ci()]),
                filed(4, &run("failed", 2, &json!({"resons": "disk full"})), &[&ci()]),
                filed(9, &run("passed", 3, &none), &[&ci()]),
            ]),
            &usual(),
            &[
                asks_at(
                    "2026-11-02T08:00:00Z",
                    &held("unknown", "evidence_inconclusive", &json!({"run": 2})),
                ),
                asks(&go()),
            ],
        ),
        case(
            "unclear-run-of-an-environment",
            "Run 2 in staging is rightly signed and cannot be read: run 1 in staging does not \
             stand for it.",
            &portfolio(&[
                filed(3, &run("passed", 1, &staging), &[&ci()]),
                filed(
                    4,
                    &run("failed", 2, &json!({"environment": "staging", "resons": "disk full"})),
                    &[&ci()],
                ),
            ]),
            &usual().replace("check = \"unit\"", "check = \"unit\", environment = \"staging\""),
            &[
                asks_at("2026-11-02T03:00:00Z", &go()),
                asks(&held("unknown", "evidence_inconclusive", &json!({"run": 2}))),
            ],
        ),
    ]
}

/// Runs that are skipped, or numbered as high as may be and higher; and one that is not clear, of a
/// configuration.
fn odd() -> Vec<Value> {
    let at_one = json!({"at": "2026-11-02T01:00:00Z"});
    let numbered = |run| portfolio(&[filed(6, &check_result("passed", run, &at_one), &[&ci()])]);
    vec![
        case(
            "skipped",
            "It was skipped, which is signed for: that is no result, and the answer says which run \
             it was.",
            &portfolio(&[filed(6, &check_result("skipped", 1, &json!({})), &[&ci()])]),
            &usual(),
            &[asks(&held(
                "needs_action",
                "evidence_missing",
                &json!({"outcome": "skipped", "run": 1}),
            ))],
        ),
        case(
            "run-as-late-as-may-be",
            "The number of a run may be as large as a whole number may be.",
            &numbered(9_007_199_254_740_991),
            &usual(),
            &[asks(&go())],
        ),
        case(
            "run-later-than-may-be",
            "One more, and it cannot be read.",
            &numbered(9_007_199_254_740_992),
            &usual(),
            &[asks(&tried(&json!([{"why": "unreadable"}])))],
        ),
        case(
            "unclear-run-of-a-configuration",
            "Run 2 on x86 is rightly signed and cannot be read: that is told of x86.",
            &portfolio(&[
                filed(3, &check_result("passed", 1, &json!({"configuration": "x86"})), &[&ci()]),
                filed(
                    4,
                    &check_result(
                        "failed",
                        2,
                        &json!({"configuration": "x86", "resons": "disk full"}),
                    ),
                    &[&ci()],
                ),
            ]),
            &usual(),
            &[asks(&held(
                "unknown",
                "evidence_inconclusive",
                &json!({"run": 2, "configuration": "x86"}),
            ))],
        ),
    ]
}
