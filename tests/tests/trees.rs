//! Models that other tools trained: held to what these tools say of them, and to our own laws.
//!
//! The models and what was said are in `data/trees`, made by the script beside them from invented
//! data.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use lynchpin::base::{ErrorCode, Limits, LogOdds, Result};
use lynchpin::risk::learn::{MISSING, Model, Scored, Scores};
use lynchpin::risk::trees::{Missing, Trees};
use lynchpin_tests::cases::config;
use proptest::prelude::*;
use proptest::sample::Index;

/// Each model, and whether XGBoost made it.
const MODELS: [(&str, bool); 10] = [
    ("lightgbm", false),
    ("lightgbm-exact", false),
    ("lightgbm-zero", false),
    ("lightgbm-forest", false),
    ("xgboost-2", true),
    ("xgboost-2-exact", true),
    ("xgboost-2-raw", true),
    ("xgboost-3", true),
    ("xgboost-3-exact", true),
    ("xgboost-3-raw", true),
];

/// A model as bytes and as it is read.
struct Kept {
    name: &'static str,
    is_xgboost: bool,
    bytes: Vec<u8>,
    trees: Trees,
    said: Said,
}

/// What the tool said of some rows, as floats.
#[derive(serde::Deserialize)]
struct Said {
    tool: String,
    /// In millionths.
    rows: Vec<Vec<Option<i64>>>,
    log_odds: Vec<f64>,
    /// The same as the tool itself adds it up, if that is in single precision.
    margins: Option<Vec<f64>>,
    baseline: f64,
    /// What each feature adds along the paths, of every third row, if the tool can say that.
    terms: Option<Vec<Vec<f64>>>,
}

impl Said {
    fn rows(&self) -> impl Iterator<Item = Vec<i64>> {
        self.rows.iter().map(|row| row.iter().map(|value| value.unwrap_or(MISSING)).collect())
    }
}

fn read(bytes: &[u8], is_xgboost: bool) -> Result<Trees> {
    let limits = Limits::untrusted();
    if is_xgboost {
        Trees::from_xgboost(bytes, limits)
    } else {
        Trees::from_lightgbm(bytes, limits)
    }
}

fn models() -> &'static [Kept] {
    static ALL: OnceLock<Vec<Kept>> = OnceLock::new();
    ALL.get_or_init(|| {
        let keep = |(name, is_xgboost)| {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/trees");
            let ending = if is_xgboost { "json" } else { "txt" };
            let bytes = fs::read(folder.join(format!("{name}.{ending}"))).expect("a model");
            let said = fs::read(folder.join(format!("{name}.said.json"))).expect("what was said");
            let trees = read(&bytes, is_xgboost).expect(name);
            let said = serde_json::from_slice(&said).expect("what was said can be read");
            Kept { name, is_xgboost, bytes, trees, said }
        };
        MODELS.into_iter().map(keep).collect()
    })
}

fn of(log_odds: LogOdds) -> f64 {
    log_odds.billionths() as f64 / 1e9
}

/// Every row is scored as by the tool: values missing, negative, huge, zero where it is missing,
/// and those at thresholds and a millionth beside them. Leaves are off by half a billionth at most.
#[test]
fn models_score_as_their_tools_do() {
    for Kept { name, trees, said, .. } in models() {
        assert!(said.rows.len() > 60, "{name}: few rows");
        let rounding = 0.5e-9 * 8.0;
        let (mut worst, mut worst_single) = (0.0_f64, 0.0_f64);
        for (at, (row, expected)) in said.rows().zip(&said.log_odds).enumerate() {
            let scored = trees.score_with(&row, Missing::AsTrained).expect("all are given");
            let found = of(scored.log_odds);
            assert!((found - expected).abs() < rounding, "{name}, row {at}: {found} {expected}");
            worst = worst.max((found - expected).abs());
            // What the tool adds up in single precision is as far off as that is coarse.
            let single = said.margins.as_ref().map_or(*expected, |margins| margins[at]);
            assert!((found - single).abs() < 1e-6, "{name}, row {at}: {found} {single}");
            worst_single = worst_single.max((found - single).abs());
        }
        println!("{name}: {worst:.1e}, {worst_single:.1e} as added up by {}", said.tool);
    }
}

/// The machines of interpret; of the second, only three features are used, and nothing was learned
/// of what is missing.
const MACHINES: [(&str, &[usize]); 2] = [("ebm", &[0, 1, 2, 3, 4]), ("ebm-known", &[0, 1, 2])];

struct Machine {
    bytes: Vec<u8>,
    model: Model,
    said: Said,
    /// Which values of a row its features are.
    used: &'static [usize],
}

impl Machine {
    fn row(&self, row: &[i64]) -> Vec<i64> {
        self.used.iter().map(|at| row[*at]).collect()
    }
}

fn machines() -> &'static [Machine] {
    static ALL: OnceLock<Vec<Machine>> = OnceLock::new();
    ALL.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/trees");
        let keep = |(name, used)| {
            let bytes = fs::read(folder.join(format!("{name}.json"))).expect("a machine");
            let said = fs::read(folder.join(format!("{name}.said.json"))).expect("what was said");
            let model = Model::from_ebm(&bytes, Limits::untrusted()).expect(name);
            let said = serde_json::from_slice(&said).expect("what was said can be read");
            Machine { bytes, model, said, used }
        };
        MACHINES.into_iter().map(keep).collect()
    })
}

/// Every row without a gap is scored as by the tool, term by term: each is off by half a billionth
/// at most, at cuts and a millionth beside them as elsewhere. With gaps it is scored no lower.
#[test]
fn machines_score_as_their_tool_does() {
    for machine in machines() {
        let Machine { model, said, .. } = machine;
        assert!((of(model.baseline) - said.baseline).abs() < 1e-9);
        let (mut known, mut gaps) = (0, 0);
        for (at, (row, expected)) in said.rows().zip(&said.log_odds).enumerate() {
            let row = machine.row(&row);
            let scored = model.score(&row).expect("all are given");
            let found = of(scored.log_odds);
            if row.contains(&MISSING) {
                assert!(found > expected - 1e-8, "row {at}: {found} is lower than {expected}");
                gaps += 1;
                continue;
            }
            known += 1;
            assert!((found - expected).abs() < 5e-9, "row {at}: {found} {expected}");
            let Some(terms) = said.terms.as_ref().filter(|_| at % 3 == 0) else { continue };
            assert_eq!(terms[at / 3].len(), scored.terms.len());
            for (found, expected) in scored.terms.iter().zip(&terms[at / 3]) {
                assert!((of(*found) - expected).abs() < 1e-7, "row {at}: {found} {expected}");
            }
        }
        assert!(known > 40 && gaps > 10, "{known} rows without gaps, {gaps} with some");
    }
}

#[test]
fn what_was_learned_of_missing_values_counts_where_it_is_the_worst() {
    let [learned, known] = machines() else { panic!("two machines") };
    let adds = |machine: &Machine, at: usize| {
        let steps = &machine.model.terms[at].steps;
        (of(steps.adds_for(MISSING)), steps.adds.len())
    };
    let (rare, steps) = adds(learned, 4);
    assert!((rare - 5.845_654_919).abs() < 1e-6, "{rare}");
    assert_eq!(steps, learned.model.terms[4].steps.cuts.len() + 1);
    // What was learned of a missing size lowers a risk, and does not count.
    assert!(adds(learned, 0).0 > 0.0);
    assert!((adds(known, 1).0 - 1.660_855_331).abs() < 1e-6);
    assert_eq!(known.model.terms.len(), 3);
    // It was trained as a pair of `share` and `size`, and the lower number goes first.
    assert_eq!(known.model.pair_names().collect::<Vec<_>>(), [("size", "share")]);
    let again = Model::from_json(&known.model.to_json().expect("canonical")).expect("a model");
    assert_eq!(again, known.model);
}

/// A machine of one feature, or of two together.
fn small(cuts: &str, scores: &str) -> Model {
    let feature = |name: &str| {
        format!(
            r#"{{"name":"{name}","type":"continuous","num_unique_vals":9,"cuts":[{cuts}],
            "min":-9,"max":9}}"#
        )
    };
    let names = if scores.starts_with("[[") { r#"["a","b"]"# } else { r#"["a"]"# };
    let text = format!(
        r#"{{"version":"1.0","ebm":{{"outputs":[{{"link":"logit","classes":[0,1]}}],
        "intercept":[0],"features":[{},{}],
        "terms":[{{"term_features":{names},"scores":{scores}}}]}}}}"#,
        feature("a"),
        feature("b"),
    );
    Model::from_ebm(text.as_bytes(), Limits::untrusted()).expect("a machine")
}

#[test]
fn what_is_missing_adds_no_less_than_the_machine_learned_of_it() {
    let said =
        |model: &Model, row: &[i64]| model.score(row).expect("one for each").log_odds.to_string();
    // Nothing was missing in training, and all that was known lowers the risk.
    assert_eq!(said(&small("[0]", "[0,-1,-2,0]"), &[MISSING]), "0");
    assert_eq!(said(&small("[0]", "[-3,-1,-2,0]"), &[MISSING]), "-1");
    let pair = small("[0]", "[[0,0,0,0],[0,-4,-1,0],[0,-2,-3,0],[0,0,0,0]]");
    for (row, wanted) in [
        ([-1, -1], "-4"),
        ([-1, 1], "-1"),
        ([MISSING, -1], "0"),
        ([1, MISSING], "0"),
        ([MISSING, MISSING], "0"),
    ] {
        assert_eq!(said(&pair, &row), wanted, "{row:?}");
    }
    let pair = small("[0]", "[[-9,-9,-9,0],[-9,-4,-1,0],[-9,-2,-3,0],[0,0,0,0]]");
    assert_eq!(said(&pair, &[MISSING, -1]), "-2");
}

#[test]
fn no_value_however_large_is_taken_for_a_missing_one() {
    let largest = (1_i64 << 53) - 1;
    let model = small("[99.5]", "[7,-0.5,1.25,0]");
    for value in [100_000_000, largest, largest + 1, i64::MAX] {
        let scored = model.score(&[value]).expect("one");
        assert_eq!(scored.log_odds.to_string(), "1.25", "{value}");
        let mut said = [0];
        let into = Scores { log_odds: Some(&mut said), ..Scores::default() };
        model.scorer(false).score(&[&[value]], into).expect("one");
        assert_eq!(said, [1_250_000_000], "{value}");
    }
    let pair = small("[0]", "[[7,7,7,0],[7,1,2,0],[7,3,4,0],[0,0,0,0]]");
    assert_eq!(pair.score(&[i64::MAX; 2]).expect("two").log_odds.to_string(), "4");
    // The smallest value has a step of its own, and what would begin beyond the largest has none.
    let ends = small("[-9007199254.74099,9007199254.75]", "[0,3,-1,-2,0]");
    let scored = |value: i64| ends.score(&[value]).expect("one").log_odds.to_string();
    assert_eq!((scored(-largest), scored(-largest + 1)), ("3".into(), "-1".into()));
    assert_eq!(scored(largest), "-1");
}

#[test]
fn machines_that_would_be_scored_otherwise_are_refused() {
    let text = std::str::from_utf8(&machines()[1].bytes).expect("text");
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let error = Model::from_ebm(text.replacen(from, to, 1).as_bytes(), Limits::untrusted());
        let error = error.expect_err(from);
        (error.code(), error.problems()[0].path.clone())
    };
    let at = |code, path: &str| (code, path.to_owned());
    use ErrorCode::{BadArgument, DuplicateKey, MissingField, NumberOutOfRange, UnknownWord};
    for classes in
        ["[1,0]", "[\"fails\",\"holds\"]", "[0,1,2]", "[true,false]", "[-1,1]", "[0.5,1.5]", "[]"]
    {
        let found = refused("\"classes\":[0,1]", &format!("\"classes\":{classes}"));
        assert_eq!(found, at(UnknownWord, "$.ebm.outputs[0].classes"), "{classes}");
    }
    for (from, to, code, path) in [
        ("\"1.0\"", "\"2.0\"", ErrorCode::WrongVersion, "$.version"),
        ("\"logit\"", "\"identity\"", UnknownWord, "$.ebm.outputs[0].link"),
        ("continuous", "nominal", UnknownWord, "$.ebm.features[0].type"),
        ("\"min\":0.0,", "", MissingField, "$.ebm.features[0].min"),
        ("\"max\":5508.0", "\"max\":1e300", NumberOutOfRange, "$.ebm.features[0].max"),
        ("\"name\":\"drift\"", "\"name\":\"size\"", DuplicateKey, "$.ebm.features[1].name"),
        ("[0.5,2.5,", "[2.5,2.5,", BadArgument, "$.ebm.features[0].cuts"),
        ("[0.5,2.5,", "[2.5,", BadArgument, "$.ebm.terms[0].scores"),
        ("[\"drift\"]", "[\"size\"]", BadArgument, "$.ebm.terms[1]"),
        ("[\"drift\"]", "[\"swift\"]", UnknownWord, "$.ebm.terms[1].term_features"),
        ("[\"drift\"]", "[]", BadArgument, "$.ebm.terms[1].term_features"),
        (
            "[\"share\",\"size\"]",
            "[\"share\",\"size\",\"drift\"]",
            BadArgument,
            "$.ebm.terms[3].term_features",
        ),
        ("[0.0,-1.07", "[\"nan\",-1.07", ErrorCode::WrongType, "$.ebm.terms[0].scores[0]"),
        ("[0.0,-1.07", "[0.0,-1000001.07", NumberOutOfRange, "$.ebm.terms[0].scores[1]"),
        ("\"num_unique_vals\":175,", "", MissingField, "$.ebm.features[0].num_unique_vals"),
        ("\"max\":5508.0", "\"max\":-1", BadArgument, "$.ebm.features[0].max"),
        (
            "[\"share\",\"size\"]",
            "[\"share\",\"share\"]",
            BadArgument,
            "$.ebm.terms[3].term_features",
        ),
        ("-0.3192033253", "-319203.3253", NumberOutOfRange, "$.ebm.terms[3].scores[3][1]"),
    ] {
        assert_eq!(refused(from, to), at(code, path), "{from} to {to}");
    }
    // A table that was lost is none of zeros, and takes no room.
    let cut = text.find("[[0.0").expect("a pair");
    let end = cut + text[cut..].find("]]").expect("its end") + 2;
    for table in ["[]", "[[]]", "[[],[],[],[],[]]"] {
        let lost = format!("{}{table}{}", &text[..cut], &text[end..]);
        let error = Model::from_ebm(lost.as_bytes(), Limits::untrusted()).expect_err(table);
        assert_eq!(error.problems()[0].path, "$.ebm.terms[3].scores", "{table}");
    }
    for classes in ["[\"0\",\"1\"]", "[\"0.0\",\"1.0\"]", "[false,true]", "[\"False\",\"True\"]"] {
        let other = text.replace("\"classes\":[0,1]", &format!("\"classes\":{classes}"));
        assert!(Model::from_ebm(other.as_bytes(), Limits::untrusted()).is_ok(), "{classes}");
    }
    // Twice it adds twice.
    let twice = refused("{\"term_features\":[\"drift\"]", "{\"term_features\":[\"share\"]");
    assert_eq!(twice, at(BadArgument, "$.ebm.terms[2]"));
}

/// The baseline is what the tool has on average, and terms are what it says along the paths.
#[test]
fn models_are_explained_as_their_tools_do() {
    for Kept { name, is_xgboost, trees, said, .. } in models() {
        assert!((of(trees.baseline()) - said.baseline).abs() < 1e-6, "{name}");
        assert_eq!(said.terms.is_some(), *is_xgboost, "{name}");
        for (row, terms) in said.rows().step_by(3).zip(said.terms.iter().flatten()) {
            let scored = trees.score_with(&row, Missing::AsTrained).expect("all are given");
            for (found, expected) in scored.terms.iter().zip(terms) {
                assert!((of(*found) - expected).abs() < 1e-6, "{name}: {found} for {expected}");
            }
        }
    }
}

#[test]
fn features_are_named_in_order() {
    for Kept { name, trees, .. } in models() {
        // XGBoost was told the names once only for each version.
        let names = match name.matches('-').count() {
            2 => ["f0", "f1", "f2", "f3", "f4"],
            _ => ["size", "drift", "share", "kind", "rare"],
        };
        assert_eq!(trees.features(), names, "{name}");
        assert_eq!(trees.trees(), 6, "{name}");
        for count in [4, 6] {
            let error = trees.score(&vec![0; count]).expect_err("another number of features");
            assert_eq!(error.code(), ErrorCode::BadArgument);
        }
    }
}

/// A value of any size, more often one that a row has, so that all branches are taken.
fn value() -> impl Strategy<Value = Option<(Index, i64)>> {
    let near = (any::<Index>(), -2..3_i64);
    let far = (any::<Index>(), any::<i64>());
    prop_oneof![6 => near.prop_map(Some), 1 => far.prop_map(Some), 3 => Just(None)]
}

/// Values for the five features of a model; none is missing.
fn row(kept: &Kept, values: &[Option<(Index, i64)>]) -> Vec<i64> {
    let rows = &kept.said.rows;
    let value = |(feature, value): (usize, &Option<(Index, i64)>)| {
        let Some((at, off)) = value else { return MISSING };
        let base = rows[at.index(rows.len())][feature].unwrap_or(0);
        base.saturating_add(*off).max(MISSING + 1)
    };
    values.iter().enumerate().map(value).collect()
}

fn sum(trees: &Trees, scored: &Scored) -> i64 {
    let terms = scored.terms.iter().map(|term| i128::from(term.billionths()));
    let sum = i128::from(trees.baseline().billionths()) + terms.sum::<i128>();
    i64::try_from(sum).expect("a sum in range")
}

proptest! {
    #![proptest_config(config(300))]

    /// Baseline and terms add up to the score exactly; what is not known never lowers it, whatever
    /// is filled in; and without gaps there is one score.
    #[test]
    fn terms_add_up_and_gaps_never_lower(
        model in any::<Index>(),
        values in prop::collection::vec(value(), 5),
        fills in prop::collection::vec(value(), 5),
    ) {
        let kept = &models()[model.index(MODELS.len())];
        let trees = &kept.trees;
        let row = row(kept, &values);
        let scored = trees.score(&row).expect("five features");
        let trained = trees.score_with(&row, Missing::AsTrained).expect("five features");
        prop_assert_eq!(sum(trees, &scored), scored.log_odds.billionths());
        prop_assert_eq!(sum(trees, &trained), trained.log_odds.billionths());
        prop_assert!(scored.log_odds >= trained.log_odds);
        if !row.contains(&MISSING) {
            prop_assert_eq!(&scored, &trained);
        }
        // Some gaps filled, others left.
        let fill = self::row(kept, &fills);
        let pick = |(value, fill): (&i64, &i64)| if *value == MISSING { *fill } else { *value };
        let filled: Vec<i64> = row.iter().zip(&fill).map(pick).collect();
        let known = trees.score(&filled).expect("five features");
        prop_assert!(known.log_odds <= scored.log_odds, "{}: {row:?} {filled:?}", kept.name);
        prop_assert!(known.probability() <= scored.probability());
    }

    /// However a model is changed, it is read or refused, and what is read can be scored.
    #[test]
    fn changed_models_are_read_or_refused(
        model in any::<Index>(),
        edits in prop::collection::vec((any::<Index>(), 0..4_u8, word()), 1..4),
        values in prop::collection::vec(value(), 5),
    ) {
        let kept = &models()[model.index(MODELS.len())];
        let mut bytes = kept.bytes.clone();
        for (at, kind, word) in &edits {
            edit(&mut bytes, *at, *kind, word);
        }
        match read(&bytes, kept.is_xgboost) {
            Ok(trees) => {
                let mut row = row(kept, &values);
                row.resize(trees.features().len(), MISSING);
                for way in [Missing::Riskier, Missing::AsTrained] {
                    let scored = trees.score_with(&row, way).expect("one for each");
                    prop_assert_eq!(sum(&trees, &scored), scored.log_odds.billionths());
                }
            }
            Err(error) => {
                prop_assert!(!error.to_string().is_empty());
                prop_assert_eq!(error.problems().len(), 1);
            }
        }
    }
}

const ODD: [&str; 12] =
    ["-1", "0", "1", "2", "-3", "1e308", "-1e308", "1e999", "4294967295", "nan", "", "[]"];

/// What stands where a number stood.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&ODD[..]).prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
    ]
}

/// Changes one place: a number, a byte, a line, or all that follows.
fn edit(bytes: &mut Vec<u8>, at: Index, kind: u8, word: &str) {
    if bytes.is_empty() {
        return;
    }
    let place = at.index(bytes.len());
    let length =
        |rest: &[u8], is_in: fn(u8) -> bool| rest.iter().take_while(|it| is_in(**it)).count();
    match kind {
        0 => {
            let is_in = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
            let until = bytes[place..].iter().position(|it| it.is_ascii_digit()).unwrap_or(0);
            let start = place + until;
            let end = start + length(&bytes[start..], is_in);
            bytes.splice(start..end, word.bytes());
        }
        1 => bytes[place] ^= word.len().max(1).to_le_bytes()[0],
        2 => {
            let end = place + length(&bytes[place..], |byte| byte != b'\n' && byte != b',');
            bytes.drain(place..end);
        }
        _ => bytes.truncate(place),
    }
}

proptest! {
    #![proptest_config(config(300))]

    /// What is not known never lowers what a machine says, whatever is filled in.
    #[test]
    fn gaps_never_lower_what_a_machine_says(
        machine in 0..MACHINES.len(),
        rows in (any::<Index>(), any::<Index>()),
        gaps in prop::collection::vec(any::<bool>(), 5),
    ) {
        let machine = &machines()[machine];
        let all: Vec<Vec<i64>> = machine.said.rows().map(|row| machine.row(&row)).collect();
        let row = &all[rows.0.index(all.len())];
        let hidden: Vec<i64> =
            row.iter().zip(&gaps).map(|(it, gap)| if *gap { MISSING } else { *it }).collect();
        let other = &all[rows.1.index(all.len())];
        let known = |(it, fill): (&i64, &i64)| if *it == MISSING { *fill } else { *it };
        let filled: Vec<i64> = hidden.iter().zip(other).map(known).collect();
        let score = |row: &[i64]| machine.model.score(row).expect("one for each").log_odds;
        prop_assert!(score(&hidden) >= score(row));
        prop_assert!(score(&hidden) >= score(&filled));
    }

    /// However a machine is changed, it is read or refused, and what is read can be scored.
    #[test]
    fn changed_machines_are_read_or_refused(
        machine in 0..MACHINES.len(),
        edits in prop::collection::vec((any::<Index>(), 0..4_u8, word()), 1..4),
    ) {
        let mut bytes = machines()[machine].bytes.clone();
        for (at, kind, word) in &edits {
            edit(&mut bytes, *at, *kind, word);
        }
        match Model::from_ebm(&bytes, Limits::untrusted()) {
            Ok(model) => {
                let row = vec![MISSING; model.terms.len()];
                let scored = model.score(&row).expect("one for each");
                let terms = scored.terms.iter().map(|it| i128::from(it.billionths()));
                let sum = terms.sum::<i128>() + i128::from(model.baseline.billionths());
                prop_assert_eq!(sum, i128::from(scored.log_odds.billionths()));
            }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

/// Text that was cut short anywhere is refused; all but the end of LightGBM's, which is remarks.
#[test]
fn what_is_cut_short_is_refused() {
    for kept in models() {
        let end = b"end of trees";
        let whole = kept.bytes.windows(end.len()).position(|it| it == end);
        let whole = whole.map_or(kept.bytes.len() - 1, |at| at + end.len());
        for length in (0..whole).step_by(97).chain([whole - 1]) {
            let cut = &kept.bytes[..length];
            assert!(read(cut, kept.is_xgboost).is_err(), "{}: {length}", kept.name);
        }
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let mut limits = Limits::untrusted();
    for Kept { bytes, is_xgboost, .. } in models() {
        limits.document_bytes_max = bytes.len() - 1;
        let read = if *is_xgboost { Trees::from_xgboost } else { Trees::from_lightgbm };
        assert_eq!(read(bytes, limits).expect_err("a limit").code(), ErrorCode::DocumentTooLarge);
        limits.document_bytes_max = bytes.len();
        assert!(read(bytes, limits).is_ok());
    }
}
