//! What splitting a change does to the release, and what failures cost at least and at most.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use lynchpin::base::{Error, ErrorCode, Probability, Subject};
use lynchpin::portfolio::{Score, ScoreQuestion, Snapshot};
use lynchpin::risk::joint::{Joint, Shock, any};
use lynchpin::risk::{RiskModel, release};
use lynchpin_tests::engine::read;
use lynchpin_tests::shop::{change_of, noon as at, shop};
use proptest::prelude::*;
use serde_json::{Value, json};

fn term(name: &str, transform: &str, weight: &str) -> Value {
    json!({"name": name, "transform": transform, "weight": weight, "error": "0.1",
        "centre": 0, "seen": [0, 9_000_000]})
}

/// A model that says -3 and what some terms add.
fn model(terms: &[Value]) -> Value {
    json!({"lynchpin": "risk-model/1", "shock": "0.3",
        "model": {"format": "additive/1", "baseline": "-3", "baseline_error": "0",
            "changes": 1000, "failures": 90, "terms": terms}})
}

fn by_files() -> Value {
    model(&[term("files", "plain", "0.5")])
}

/// A portfolio whose policy names the model, if there is one.
fn snapshot(mut portfolio: Value, model: Option<&Value>) -> Snapshot {
    let Some(model) = model else { return read(&shop(portfolio), "name = 'acme'") };
    let known = RiskModel::from_json(model.to_string().as_bytes()).expect("it is a model");
    portfolio["risk_models"] =
        json!([{"text": model.to_string(), "at": "2026-06-01T00:00:00Z", "by": "ada"}]);
    let digest = known.digest().expect("it was read");
    read(&shop(portfolio), &format!("name = 'acme'\nrisk.model = '{digest}'"))
}

fn change(id: &str, size: Value) -> Value {
    json!({"id": id, "revision": 1, "at": "2026-06-01T00:00:00Z", "by": "raj",
        "services": ["shop"], "size": size})
}

fn files(id: &str, files: u64) -> Value {
    change(id, json!({"files": files}))
}

fn release_of(changes: &[Value]) -> Value {
    let ids: Vec<&Value> = changes.iter().map(|it| &it["id"]).collect();
    json!({"changes": changes, "releases": [{"id": "R", "revision": 1, "changes": ids,
        "at": "2026-06-02T00:00:00Z", "by": "ada"}]})
}

fn whole() -> Subject {
    Subject::Release("R".parse().expect("it is an id"))
}

fn split(snapshot: &Snapshot, of: Subject, id: &str, into: u32) -> Result<Score, Error> {
    let asked = ScoreQuestion::new(of, at("06-03"));
    snapshot.score(&asked.with_split(id.parse().expect("it is an id"), into))
}

fn risks(score: &Score) -> Vec<Probability> {
    score.changes.iter().map(|it| it.risk.probability).collect()
}

/// The chance that anything fails of what has nothing in common.
fn apart(chances: &[Probability]) -> Probability {
    any(chances, Shock::NONE)
}

fn is_near(one: Probability, other: Probability) -> bool {
    one.parts_per_billion().abs_diff(other.parts_per_billion()) <= 100
}

#[test]
fn a_split_change_is_scored_on_the_whole_release() {
    let changes = [files("A", 1), files("B", 5), files("C", 2)];
    let snapshot = snapshot(release_of(&changes), Some(&by_files()));
    let score = split(&snapshot, whole(), "B", 2).expect("it can be asked");
    let of = score.split.as_ref().expect("it was asked");
    // Half of five files are three: -3 and 1.5, which is 1 / (1 + exp(1.5)).
    assert_eq!(of.piece.to_string(), "0.182425524");
    let own = risks(&score);
    let (rest, pieces) = ([own[0], own[2]], [of.piece; 2]);
    let joint = Joint::new(&[rest, pieces].concat(), Shock::new("0.3".parse().expect("it is")));
    assert_eq!((of.any, of.expected), (joint.any, joint.expected));
    assert_eq!(
        of.expected_before,
        score.release.expect("it is one").joint.expect("it is").expected
    );
    let rest = any(&rest, Shock::new("0.3".parse().expect("it is")));
    assert!(is_near(of.any_apart, apart(&[rest, of.piece, of.piece])), "{of:?}");
    assert!(of.any_apart > of.any, "each has a chance of its own");
    // By itself, it ships with nothing else.
    let score = split(&snapshot, change_of("B"), "B", 2).expect("it can be asked");
    let of = score.split.as_ref().expect("it was asked");
    assert_eq!(of.any, any(&pieces, Shock::new("0.3".parse().expect("it is"))));
    assert!(is_near(of.any_apart, apart(&pieces)));
    let once = score.probability.parts_per_billion();
    assert_eq!(of.expected_before.billionths(), u64::from(once));
    assert_eq!(of.expected.billionths(), 2 * u64::from(of.piece.parts_per_billion()));
}

#[test]
fn the_scorecard_divides_its_sizes_too() {
    let size = json!({"lines_added": 300, "lines_deleted": 99, "files": 16, "folders": 3});
    let half = json!({"lines_added": 150, "lines_deleted": 50, "files": 8, "folders": 2});
    let changes = [change("A", size), change("B", half), change("C", json!({"files": 4}))];
    let snapshot = snapshot(release_of(&changes), None);
    let score = split(&snapshot, whole(), "A", 2).expect("it can be asked");
    let of = score.split.as_ref().expect("it was asked");
    let own = risks(&score);
    assert_eq!(of.piece, own[1], "B is half of A");
    let all = [of.piece, of.piece, own[1], own[2]];
    assert_eq!(of.any, release(&all).probability);
    let rest = release(&own[1..]).probability;
    assert!(is_near(of.any_apart, apart(&[rest, of.piece, of.piece])));
    assert!(of.piece < own[0] && of.any > score.probability, "one of the halves fails more often");
}

#[test]
fn what_is_not_known_or_of_the_host_is_not_divided() {
    let model = model(&[term("files", "plain", "0.5"), term("measure.size", "plain", "0.1")]);
    let mut own = files("A", 4);
    own["measures"] = json!({"size": 6});
    let mut unknown = change("B", json!({}));
    unknown["measures"] = json!({"size": 6});
    let snapshot = snapshot(json!({"changes": [own, unknown]}), Some(&model));
    let of = |id: &str| {
        let score = split(&snapshot, change_of(id), id, 4).expect("it can be asked");
        (score.split.expect("it was asked").piece, score.probability)
    };
    // -3, 0.5 for a file and 0.6 by the host: 1 / (1 + exp(1.9)).
    assert_eq!(of("A").0.to_string(), "0.130108474");
    let (piece, before) = of("B");
    assert_eq!(piece, before);
}

#[test]
fn what_cannot_be_split_is_refused() {
    let snapshot = snapshot(release_of(&[files("A", 1), files("B", 4)]), Some(&by_files()));
    for (id, into, code, place) in [
        ("Z", 2, ErrorCode::SubjectUnknown, "$.split.change"),
        ("A", 0, ErrorCode::NumberOutOfRange, "$.split.into"),
        ("A", 1, ErrorCode::NumberOutOfRange, "$.split.into"),
        ("A", 101, ErrorCode::NumberOutOfRange, "$.split.into"),
    ] {
        let error = split(&snapshot, whole(), id, into).expect_err("it cannot");
        assert_eq!((error.code(), error.problems()[0].path.as_str()), (code, place));
    }
    assert!(split(&snapshot, change_of("A"), "B", 2).is_err(), "B is not in A");
    assert!(split(&snapshot, whole(), "A", 100).is_ok());
}

#[test]
fn a_release_has_no_more_changes_with_its_pieces() {
    let changes: Vec<Value> = (0..9_950).map(|it| files(&format!("C-{it}"), 1)).collect();
    let snapshot = snapshot(release_of(&changes), Some(&by_files()));
    let error = split(&snapshot, whole(), "C-7", 52).expect_err("there are 10,001");
    assert_eq!(error.code(), ErrorCode::LimitExceeded);
}

#[test]
fn what_failures_cost_has_an_interval_and_each_part_its_own() {
    let incident = |id: &str, event: &str, time: &str| {
        json!({"id": id, "event": event, "services": ["shop"], "by": "ops",
            "at": format!("2026-05-{time}:00Z")})
    };
    let incidents = [
        incident("I", "opened", "01T10:00"),
        incident("I", "resolved", "01T10:30"),
        incident("J", "opened", "02T10:00"),
        incident("J", "resolved", "02T11:00"),
    ];
    let mut blog = files("C", 9);
    blog["services"] = json!(["blog"]);
    let mut facts = release_of(&[files("A", 1), files("B", 6), blog]);
    facts["services"] = json!([{"id": "shop"}, {"id": "blog"}]);
    facts["incidents"] = json!(incidents[..2]);
    let parts = ["A", "B", "C"].map(|id| vec![id.parse().expect("it is an id")]);
    let asked = ScoreQuestion::new(whole(), at("06-03")).in_parts(parts.to_vec());
    let score = |facts: Value, model: Option<&Value>| {
        snapshot(facts, model).score(&asked).expect("it can be asked")
    };
    let one = score(facts.clone(), Some(&by_files()));
    let seconds = |score: &Score| -> Vec<_> { score.impact.iter().map(|it| it.seconds).collect() };
    // One incident of half an hour. C fails with 81.8 %, B with 50 % and A with 7.6 %: mostly not
    // both, and both with 3.8 % and something more by what they share.
    assert_eq!(seconds(&one), [Some((0, 1800)), Some((0, 3600))]);
    let apart = &one.apart.as_ref().expect("it was asked").parts;
    for (part, risk) in apart.iter().zip(risks(&one)) {
        let expected = (u64::from(risk.parts_per_billion()) * 1800).div_ceil(1_000_000_000);
        assert_eq!((part.impact.len(), part.impact[0].expected_seconds), (1, expected));
        assert_eq!(part.impact[0].seconds, Some((0, 1800)));
    }
    // With one of an hour, too, what fails may last longer than their mean of 45 minutes.
    facts["incidents"] = json!(incidents);
    let both = score(facts.clone(), Some(&by_files()));
    let (least, most) = both.impact[0].seconds.expect("a model scored it");
    assert!(least == 0 && (2_700..3 * 2_700).contains(&most), "{most}");
    // The scorecard does not say how often its figures come true.
    let score = score(facts, None);
    assert_eq!(seconds(&score), [None, None]);
    assert!(score.apart.expect("it was asked").parts.iter().all(|it| it.impact.len() == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Under what rises with each size a piece is never riskier than the change, nor one of more
    /// pieces riskier than one of fewer; and the whole is what its pieces and the rest come to.
    #[test]
    fn a_piece_is_never_riskier_than_the_change(
        sizes in prop::array::uniform6(prop::option::of(0_u64..4000)),
        weights in prop::array::uniform3(0_u32..3000),
        into in 2_u32..60,
        fitted: bool,
    ) {
        let names = ["lines_added", "lines_deleted", "files", "folders", "schema_files",
            "configuration_files"];
        let size: Value = names.iter().zip(sizes).filter_map(|(name, it)| {
            Some(((*name).to_owned(), json!(it?)))
        }).collect();
        let weight = |at: usize| format!("0.{:04}", weights[at]);
        let model = model(&[
            term("configuration_files", "log", &weight(0)),
            term("files", "plain", &weight(1)),
            term("lines", "log", &weight(2)),
        ]);
        let facts = release_of(&[change("A", size), files("B", 2)]);
        let snapshot = snapshot(facts, fitted.then_some(&model));
        let score = split(&snapshot, whole(), "A", into).expect("it can be asked");
        let of = score.split.as_ref().expect("it was asked");
        prop_assert!(of.piece <= risks(&score)[0]);
        let more = split(&snapshot, whole(), "A", into + 1).expect("it can be asked");
        prop_assert!(more.split.expect("it was asked").piece <= of.piece);
        prop_assert!(of.any >= of.piece && of.any_apart >= of.piece);
        prop_assert!(u64::from(of.any.parts_per_billion()) <= of.expected.billionths() + 1);
        let rest = risks(&score)[1];
        let pieces = vec![of.piece; usize::try_from(into).expect("it is")];
        let all = [&[rest][..], &pieces].concat();
        prop_assert!(is_near(of.any_apart, apart(&all)));
        let shock = Shock::new("0.3".parse().expect("it is"));
        let together = if fitted { Joint::new(&all, shock).any } else { release(&all).probability };
        prop_assert_eq!(of.any, together);
    }
}
