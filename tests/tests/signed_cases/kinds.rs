//! Other predicates than our own, whom a statement is for, and changes without artifacts.

use lynchpin::model::{Portfolio, SectionDigests};
use lynchpin_tests::signing::statement;
use serde_json::{Value, json};

use super::{
    A, asks, case, check_result, ci, filed, go, held, missing, policy, policy_asking, portfolio,
    tried,
};

pub(super) fn cases() -> Vec<Value> {
    let mut cases = audiences();
    cases.extend(test_results());
    cases.extend(provenances());
    cases.extend(summaries());
    cases.push(without_artifact());
    cases
}

fn audiences() -> Vec<Value> {
    let ours =
        policy(&[("ci", &ci(), "ci", "")], "keys = [\"ci\"], audience = \"acme-production\"");
    let passed = |more: &Value| portfolio(&[filed(6, &check_result("passed", 1, more), &[&ci()])]);
    let other = tried(&json!([{"why": "other_audience"}]));
    vec![
        case(
            "for-us",
            "It says that it was made for whom the policy names.",
            &passed(&json!({"audience": "acme-production"})),
            &ours,
            &[asks(&go())],
        ),
        case(
            "for-another",
            "The key is right, but the statement was made for somebody else.",
            &passed(&json!({"audience": "acme-test"})),
            &ours,
            &[asks(&other)],
        ),
        case(
            "for-nobody",
            "The policy asks for whom it is, and the statement does not say.",
            &passed(&json!({})),
            &ours,
            &[asks(&other)],
        ),
    ]
}

fn test_results() -> Vec<Value> {
    let kind = "https://in-toto.io/attestation/test-result/v0.1";
    let rule = format!("keys = [\"ci\"], predicate = \"{kind}\", suite = \"ci/unit.yml\"");
    let asked = policy(&[("ci", &ci(), "ci", "")], &rule);
    let result = |result: &str, suite: &str, failed: &[&str]| {
        let configuration = json!([{"name": "ci/base.yml"}, {"name": suite}]);
        let predicate = json!({"result": result, "configuration": configuration,
            "failedTests": failed, "url": "https://ci.example.org/7"});
        filed(6, &statement(&[A], kind, &predicate), &[&ci()])
    };
    vec![
        case(
            "test-result",
            "An in-toto test result of the suite that the policy names.",
            &portfolio(&[result("PASSED", "ci/unit.yml", &[])]),
            &asked,
            &[asks(&go())],
        ),
        case(
            "test-result-of-another-suite",
            "It passed, but it is that of other tests.",
            &portfolio(&[result("PASSED", "ci/lint.yml", &[])]),
            &asked,
            &[asks(&missing())],
        ),
        case(
            "test-result-with-warnings",
            "A run with warnings neither passed nor failed.",
            &portfolio(&[result("WARNED", "ci/unit.yml", &[])]),
            &asked,
            &[asks(&held("unknown", "evidence_inconclusive", &json!(null)))],
        ),
        case(
            "test-result-that-contradicts-itself",
            "It says that it passed, and names a test that failed.",
            &portfolio(&[result("PASSED", "ci/unit.yml", &["adds"])]),
            &asked,
            &[asks(&held("unknown", "evidence_inconclusive", &json!(null)))],
        ),
        case(
            "test-result-that-failed-once",
            "Nothing that is signed says which of the two came later, so the failure counts.",
            &portfolio(&[
                result("FAILED", "ci/unit.yml", &["adds"]),
                result("PASSED", "ci/unit.yml", &[]),
            ]),
            &asked,
            &[asks(&held("no_go", "evidence_failed", &json!(null)))],
        ),
    ]
}

fn provenances() -> Vec<Value> {
    let kind = "https://slsa.dev/provenance/v1";
    let builder = "https://builder.example.org/v2";
    let asked = policy_asking(
        &[("ci", &ci(), "ci", "")],
        &format!("signed = {{ keys = [\"ci\"], predicate = \"{kind}\", builder = \"{builder}\" }}"),
    );
    let built = |by: &str, kind: &str| {
        let predicate = json!({"buildDefinition": {"externalParameters": {"n": 0.5}},
            "runDetails": {"builder": {"id": by}}});
        portfolio(&[filed(6, &statement(&[A], kind, &predicate), &[&ci()])])
    };
    vec![
        case(
            "provenance",
            "The provenance of what ships is signed and names the builder. What else it holds is \
             left alone.",
            &built(builder, kind),
            &asked,
            &[asks(&go())],
        ),
        case(
            "provenance-of-another-builder",
            "It is signed, but names a builder that the policy does not.",
            &built("https://laptop.example.org", kind),
            &asked,
            &[asks(&tried(&json!([{"why": "other_builder"}])))],
        ),
        case(
            "provenance-of-another-version",
            "The other version of the predicate is another type, whatever it holds.",
            &built(builder, "https://slsa.dev/provenance/v0.2"),
            &asked,
            &[asks(&missing())],
        ),
        case(
            "provenance-missing",
            "A release of what nobody can tell how it was built.",
            &portfolio(&[]),
            &asked,
            &[asks(&missing())],
        ),
    ]
}

fn summaries() -> Vec<Value> {
    let kind = "https://slsa.dev/verification_summary/v1";
    let asked = policy_asking(
        &[("ci", &ci(), "ci", "")],
        &format!(
            "signed = {{ keys = [\"ci\"], predicate = \"{kind}\", verifier = \
             \"https://verifier.example.org\", levels = [\"SLSA_BUILD_LEVEL_3\"] }}"
        ),
    );
    let summary = |hour: u8, result: &str, level: &str| {
        let predicate = json!({"verifier": {"id": "https://verifier.example.org"},
            "timeVerified": format!("2026-11-02T{hour:02}:00:00Z"), "verificationResult": result,
            "verifiedLevels": [level], "resourceUri": "pkg:oci/shop"});
        filed(9, &statement(&[A], kind, &predicate), &[&ci()])
    };
    let refused = held("no_go", "statement_refuses", &json!(null));
    vec![
        case(
            "summary",
            "The verifier refused it first and let it pass later; by its own time the pass is the \
             newer word.",
            &portfolio(&[
                summary(5, "PASSED", "SLSA_BUILD_LEVEL_3"),
                summary(4, "FAILED", "FAILED"),
            ]),
            &asked,
            &[asks(&go())],
        ),
        case(
            "summary-that-refuses",
            "The verifier's newest word is a no.",
            &portfolio(&[
                summary(5, "FAILED", "FAILED"),
                summary(4, "PASSED", "SLSA_BUILD_LEVEL_3"),
            ]),
            &asked,
            &[asks(&refused)],
        ),
        case(
            "summary-that-refused-ahead-of-its-time",
            "A no of nine o'clock that says it is of eleven is one of nine: the yes of ten is \
             newer.",
            &portfolio(&[summary(11, "FAILED", "FAILED"), {
                let mut later = summary(10, "PASSED", "SLSA_BUILD_LEVEL_3");
                later["at"] = json!("2026-11-02T10:00:00Z");
                later
            }]),
            &asked,
            &[asks(&go())],
        ),
        case(
            "summary-of-any-level",
            "Where no level is asked for, that it passed is enough.",
            &portfolio(&[summary(5, "PASSED", "SLSA_BUILD_LEVEL_1")]),
            &asked.replace(", levels = [\"SLSA_BUILD_LEVEL_3\"]", ""),
            &[asks(&go())],
        ),
        case(
            "summary-of-a-lower-level",
            "It passed, but as less than the policy asks for.",
            &portfolio(&[summary(5, "PASSED", "SLSA_BUILD_LEVEL_1")]),
            &asked,
            &[asks(&refused)],
        ),
    ]
}

/// A change without artifacts is told by the digest of its revision.
fn without_artifact() -> Value {
    let mut bare = portfolio(&[]);
    let revision = |id: &str, revision: u32, service: &str, title: &str| {
        json!({"id": id, "revision": revision, "at": format!("2026-11-01T0{revision}:00:00Z"),
            "by": "raj", "services": [service], "title": title})
    };
    bare["changes"] = json!([
        revision("C-1", 1, "tax", "Tax"),
        revision("C-1", 2, "tax", "Taxes"),
        revision("C-2", 1, "tax", "Tax"),
        revision("C-2", 2, "vat", "Tax"),
    ]);
    let read: Portfolio = serde_json::from_value(bare.clone()).unwrap_or_default();
    let root = |number: usize| {
        let digests = read.changes.get(number).and_then(|c| SectionDigests::of(c).ok());
        digests.map_or(String::new(), |it| it.root().to_string().replace("sha256:", ""))
    };
    let statements = [root(0), root(2)].map(|digest| {
        let mut says = check_result("passed", 1, &json!({}));
        says["subject"][0]["digest"]["sha256"] = json!(digest);
        filed(6, &says, &[&ci()])
    });
    bare["statements"] = json!(statements);
    let mut other = asks(&missing());
    other["question"]["decide"]["subject"]["change"] = json!("C-2");
    case(
        "without-an-artifact",
        "What is signed is the digest of revision 1. Of C-1 only the text changed since; of C-2 \
         the services did, so nothing is said of what ships now.",
        &bare,
        &super::usual(),
        &[asks(&go()), other],
    )
}
