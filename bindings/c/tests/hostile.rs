//! Whatever is called with whatever, in whatever order: no panic, no output on failure, no crash.
//!
//! Pointers are NULL or to live objects, though often of another type than the call wants.
#![expect(clippy::indexing_slicing, reason = "indices are taken modulo the length")]

use lynchpin_c::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::ptr::{null, null_mut};

const PORTFOLIO: &str = r#"{"lynchpin": "portfolio/1",
 "people": [{"id": "raj"}, {"id": "ann"}],
 "groups": [{"id": "cab", "members": [{"person": "ann"}]}],
 "stages": [{"id": "staging"}, {"id": "production"}],
 "releases": [{"id": "R", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
   "changes": ["A", "B", "C", "D"]}],
 "changes": [
  {"id": "A", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
   "requires": [{"change": "B"}, {"any": ["X", "C"]}], "conflicts": [{"change": "D"}]},
  {"id": "B", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj",
   "requires": [{"change": "A"}], "plans": {"back_out": "helm rollback"}},
  {"id": "C", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "together": ["D"]},
  {"id": "D", "revision": 1, "at": "2026-11-01T09:00:00Z", "by": "raj", "after": ["A"]}]}"#;
const POLICY: &str = r#"name = "acme"
requirement.board = { approval = { group = "cab" } }
requirement.plan = { plan = "back_out" }
gate.all = { stage = "production", judges = "change", require = { any = ["board", "plan"] } }
"#;
const QUESTION: &str = r#"{"decide": {"subject": {"release": "R"}, "stage": "production",
 "at": "2026-11-03T10:00:00Z", "detail": "full"}}"#;
const MODEL: &str = r#"{"format":"additive/1","baseline":"-2","baseline_error":"0","changes":2,
 "failures":1,"terms":[{"name":"R","transform":"log","weight":"1","error":"0","centre":0,
 "seen":[0,5],"steps":{"cuts":[1],"adds":["0","1"]}},{"name":"A","transform":"plain","weight":"1",
 "error":"0","centre":0,"seen":[0,5]}],"pairs":[{"features":[0,1],"rows":[1],"columns":[],
 "adds":["0","1"]}]}"#;
const RISKS: [&str; 9] = [
    r#"{"joint": {"said": [100000000, 1000000000], "shock": "0.95"}}"#,
    r#"{"lane": {"said": [0, 5], "failed": [true, false], "promise": "1", "confidence": "0"}}"#,
    r#"{"shift": {"log_odds": [-9007199254740991, 7], "failed": [true, false], "window": 0}}"#,
    r#"{"platt": {"log_odds": [-9007199254740991, 7], "failed": [true, false], "model": {
 "format": "additive/1", "baseline": "-2", "baseline_error": "0", "changes": 2, "failures": 1,
 "terms": [{"name": "R", "transform": "log", "weight": "1", "error": "0", "centre": 0,
 "seen": [0, 5]}]}}}"#,
    r#"{"backtest": {"made": ["2026-11-01T09:00:00Z"], "said": [7], "failed": [true],
 "as_of": "2026-11-03T10:00:00Z", "maturity": "1d", "base": "0", "review": 0, "escape": 4294967295,
 "blocks": 1, "repetitions": 19}}"#,
    r#"{"rules": {"rules": {"levels": ["low", "high"], "otherwise": "low", "rules": [{"name": "R",
 "when": [{"feature": "A", "test": {"at_least": 5}}], "level": "high"}]}, "changes": [{}]}}"#,
    r#"{"questionnaire": {"questionnaire": {"levels": ["low", "high"], "from": [5], "questions": [
 {"id": "A", "weight": 4294967295, "answers": {"R": 4294967295}}]}, "answers": [{"A": null}]}}"#,
    r#"{"worst": {"levels": ["R", "A"], "rated": [["A", "C"], []]}}"#,
    concat!(
        r#"{"trees": {"format": "lightgbm", "model": "tree\nversion=v4\nnum_class=1\n"#,
        r#"num_tree_per_iteration=1\nmax_feature_idx=0\nobjective=binary sigmoid:1\n"#,
        r#"feature_names=A\n\nTree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=0\nthreshold=1\n"#,
        r#"decision_type=10\nleft_child=-1\nright_child=-2\nleaf_value=-1 1\nleaf_count=2 1\n"#,
        r#"is_linear=0\n\nend of trees\n", "features": [{"name": "A", "values": [7, null]}]}}"#,
    ),
];
const REQUESTS: [&str; 6] = [
    r#"{"append": {"clock": "2026-11-03T10:00:00Z", "drafts": [
 {"id": "a", "kind": "people", "fact": {"id": "mei"}}]}}"#,
    r#"{"claim": {"subject": {"change": "B"}, "by": "raj", "id": "c",
 "clock": "2026-11-04T10:00:00Z"}}"#,
    r#"{"decide": {"subject": {"release": "R"}, "by": "raj", "clock": "2026-11-04T10:00:00Z"}}"#,
    r#"{"receipt": {"sequence": 1}}"#,
    r#"{"checkpoint": {}}"#,
    r#"{"log": {}}"#,
];
const WORDS: [&str; 8] =
    ["", "R", "A", "C", "production", "staging", "\u{430}", "2026-11-03T10:00:00Z"];
const STAGES: [&str; 4] = ["", "production", "staging", "a b"];

/// An object and the call that frees it.
#[derive(Clone, Copy)]
enum Object {
    Engine(*mut lp_engine),
    Snapshot(*mut lp_snapshot),
    Decision(*mut lp_decision),
    Plan(*mut lp_plan),
    Score(*mut lp_score),
    Ids(*mut lp_ids),
    Ledger(*mut lp_ledger),
    Model(*mut lp_model),
    Error(*mut lp_error),
}

impl Object {
    fn address<T>(self) -> *mut T {
        match self {
            Object::Engine(it) => it.cast(),
            Object::Snapshot(it) => it.cast(),
            Object::Decision(it) => it.cast(),
            Object::Plan(it) => it.cast(),
            Object::Score(it) => it.cast(),
            Object::Ids(it) => it.cast(),
            Object::Ledger(it) => it.cast(),
            Object::Model(it) => it.cast(),
            Object::Error(it) => it.cast(),
        }
    }

    fn free(self) {
        // SAFETY: each is live, and dropped from the pool before.
        unsafe {
            match self {
                Object::Engine(it) => lp_engine_free(it),
                Object::Snapshot(it) => lp_snapshot_free(it),
                Object::Decision(it) => lp_decision_free(it),
                Object::Plan(it) => lp_plan_free(it),
                Object::Score(it) => lp_score_free(it),
                Object::Ids(it) => lp_ids_free(it),
                Object::Ledger(it) => lp_ledger_free(it),
                Object::Model(it) => lp_model_free(it),
                Object::Error(it) => lp_error_free(it),
            }
        }
    }
}

/// One call: which, on which object, with what.
#[derive(Clone, Debug)]
struct Call {
    what: u8,
    pick: usize,
    number: u32,
    at: i64,
    text: Vec<u8>,
}

fn texts() -> impl Strategy<Value = Vec<u8>> {
    let mut known = vec![PORTFOLIO, POLICY, QUESTION, MODEL];
    known.extend(REQUESTS);
    known.extend(RISKS);
    let known = prop::sample::select(known).prop_map(str::as_bytes);
    let bent = (known.clone(), any::<usize>(), any::<u8>()).prop_map(|(text, place, byte)| {
        let mut text = text.to_vec();
        let place = place % text.len();
        text[place] = byte;
        text
    });
    let cut = (known.clone(), any::<usize>())
        .prop_map(|(text, place)| text[..place % text.len()].to_vec());
    let word = prop::sample::select(WORDS.to_vec()).prop_map(|word| word.as_bytes().to_vec());
    prop_oneof![
        4 => known.prop_map(<[u8]>::to_vec),
        3 => word,
        2 => bent,
        1 => cut,
        1 => vec(any::<u8>(), 0..64),
    ]
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let times = prop_oneof![
        4 => Just(1_793_750_400_000_000_i64),
        1 => any::<i64>(),
        1 => Just(i64::MAX),
    ];
    let numbers = prop_oneof![4 => 1_u32..3, 1 => 0_u32..5, 1 => any::<u32>()];
    let call = (0_u8..29, any::<usize>(), numbers, times, texts())
        .prop_map(|(what, pick, number, at, text)| Call { what, pick, number, at, text });
    vec(call, 1..40)
}

/// The objects that are live.
#[derive(Default)]
struct Pool(Vec<Object>);

impl Pool {
    /// NULL now and then, else any object, whatever its type.
    fn pick<T>(&self, pick: usize) -> *mut T {
        if pick.is_multiple_of(9) || self.0.is_empty() {
            return null_mut();
        }
        self.0[pick % self.0.len()].address()
    }

    /// The first or the newest object of a type, so that sequences get somewhere; now and then any.
    fn fitting<T>(&self, pick: usize, fits: impl Fn(&Object) -> bool) -> *mut T {
        let mut fitting = self.0.iter().filter(|object| fits(object));
        let found = if pick.is_multiple_of(4) { fitting.next_back() } else { fitting.next() };
        match found {
            Some(object) if !pick.is_multiple_of(5) => object.address(),
            _ => self.pick(pick),
        }
    }

    /// Keeps what a call made; it made something exactly if it went well, an error exactly if not.
    fn keep<T>(
        &mut self,
        status: u32,
        made: *mut T,
        error: *mut lp_error,
        wrap: fn(*mut T) -> Object,
    ) {
        assert_eq!(status == LP_STATUS_OK, !made.is_null());
        if !made.is_null() {
            self.0.push(wrap(made));
        }
        self.settle(status, error);
    }

    fn settle(&mut self, status: u32, error: *mut lp_error) {
        assert!(status != LP_STATUS_PANIC && status != LP_STATUS_BROKEN && status < 2000);
        assert_eq!(status == LP_STATUS_OK, error.is_null());
        if !error.is_null() {
            // SAFETY: the call has just made it.
            assert_eq!(unsafe { lp_error_status(error) }, status);
            self.0.push(Object::Error(error));
        }
    }
}

fn borrow(bytes: &[u8]) -> lp_str {
    lp_str { ptr: bytes.as_ptr().cast(), len: bytes.len() }
}

/// Makes one call. Every pointer is NULL or live, every output a local.
fn make(pool: &mut Pool, call: &Call) {
    let text = borrow(&call.text);
    let mut error = null_mut();
    let engine = pool.fitting(call.pick, |it| matches!(it, Object::Engine(_)));
    let snapshot: *const lp_snapshot =
        pool.fitting(call.pick, |it| matches!(it, Object::Snapshot(_)));
    // SAFETY: see above; texts live until the end of the call.
    unsafe {
        match call.what {
            0 => {
                let mut made = null_mut();
                let status = lp_engine_new(call.number, &raw mut made, &raw mut error);
                pool.keep(status, made, error, Object::Engine);
            }
            1 | 2 => {
                let status = lp_engine_load(engine, text, &raw mut error);
                pool.settle(status, error);
            }
            3 => {
                let status = lp_engine_set_policy(engine, text, &raw mut error);
                pool.settle(status, error);
            }
            4 | 5 => {
                let mut made = null_mut();
                let status = lp_engine_snapshot(engine, &raw mut made, &raw mut error);
                pool.keep(status, made, error, Object::Snapshot);
            }
            6 => {
                let mut made = lp_buf { ptr: null_mut(), len: 0 };
                let status = lp_ask(snapshot, text, &raw mut made, &raw mut error);
                assert_eq!(status == LP_STATUS_OK, !made.ptr.is_null());
                lp_buf_free(&raw mut made);
                pool.settle(status, error);
            }
            16 => {
                let mut made = lp_buf { ptr: null_mut(), len: 0 };
                let status = lp_ask_risk(text, &raw mut made, &raw mut error);
                assert_eq!(status == LP_STATUS_OK, !made.ptr.is_null());
                lp_buf_free(&raw mut made);
                pool.settle(status, error);
            }
            7..=11 => question(pool, call, snapshot),
            12..=14 => list(pool, call, snapshot),
            19..=24 => keep(pool, call),
            25..=28 => learn(pool, call),
            15 if !pool.0.is_empty() => {
                let object = pool.0.swap_remove(call.pick % pool.0.len());
                object.free();
            }
            _ => look(pool, call),
        }
    }
}

/// Does something with a model: one of any object, of columns of any values.
///
/// # Safety
///
/// As for [`make`].
unsafe fn learn(pool: &mut Pool, call: &Call) {
    let model: *mut lp_model = pool.fitting(call.pick, |it| matches!(it, Object::Model(_)));
    let text = call.text.iter().take(24);
    let power = if call.number < 4 { 3 } else { 9 };
    let floats: Vec<f64> = text.clone().map(|it| f64::from(*it).powi(power)).collect();
    let whole: Vec<i64> =
        floats.iter().map(|it| call.at.wrapping_add(it.to_bits().cast_signed())).collect();
    let failed: Vec<u8> = text.map(|it| it & (call.number % 4) as u8).collect();
    let exact = call.number.is_multiple_of(3);
    let column = |name: &str| lp_column {
        name: borrow(name.as_bytes()),
        transform: call.number % 4,
        bend: call.number % 5,
        values: if exact { null() } else { floats.as_ptr() },
        millionths: if exact { whole.as_ptr() } else { null() },
    };
    let columns = [column("R"), column(WORDS[call.pick % WORDS.len()])];
    let count = floats.len();
    let (mut made, mut error) = (null_mut(), null_mut());
    // SAFETY: the pointer is NULL or live, arrays are locals of the length that they say.
    unsafe {
        if call.what == 25 {
            let status = lp_model_read(borrow(&call.text), &raw mut made, &raw mut error);
            pool.keep(status, made, error, Object::Model);
        } else if call.what == 26 {
            let mut fit = lp_fit { struct_size: size_of::<lp_fit>(), ..std::mem::zeroed() };
            assert_eq!(lp_fit_additive(count, &raw mut fit, null_mut()), LP_STATUS_OK);
            (fit.rounds, fit.prior) = (call.number % 9, pool.pick(call.pick));
            let given = columns.as_ptr();
            let (fit, failed) = (&raw const fit, failed.as_ptr());
            let status = lp_model_fit(given, 2, failed, count, fit, &raw mut made, &raw mut error);
            pool.keep(status, made, error, Object::Model);
        } else {
            let mut log_odds = vec![i64::MIN; count];
            let mut scores = lp_scores { log_odds: log_odds.as_mut_ptr(), ..std::mem::zeroed() };
            scores.struct_size = size_of::<lp_scores>();
            scores.transformed = call.number % 3;
            let given = columns.as_ptr();
            let status = lp_model_score(model, given, 2, count, &raw const scores, &raw mut error);
            assert!(log_odds.iter().all(|it| (status == LP_STATUS_OK) == (*it != i64::MIN)));
            pool.settle(status, error);
        }
    }
}

/// Does something with a ledger.
///
/// # Safety
///
/// As for [`make`].
unsafe fn keep(pool: &mut Pool, call: &Call) {
    let text = borrow(&call.text);
    let ledger = pool.fitting(call.pick, |it| matches!(it, Object::Ledger(_)));
    let (mut error, mut made) = (null_mut(), lp_buf { ptr: null_mut(), len: 0 });
    // SAFETY: outputs are locals, texts and options live until the end of the call.
    unsafe {
        let secret = [7_u8; 32];
        let mut options =
            lp_ledger_options { struct_size: size_of::<lp_ledger_options>(), ..std::mem::zeroed() };
        options.secret = if call.number == 1 { secret.as_ptr() } else { null() };
        match call.what {
            19 => {
                let given = if call.pick.is_multiple_of(3) { null() } else { &raw const options };
                let origin = if call.text.len() > 64 { borrow(b"acme") } else { text };
                let mut made = null_mut();
                let status = lp_ledger_in_memory(origin, given, &raw mut made, &raw mut error);
                pool.keep(status, made, error, Object::Ledger);
            }
            20 | 21 => {
                let status = lp_ledger_request(ledger, text, &raw mut made, &raw mut error);
                assert_eq!(status == LP_STATUS_OK, !made.ptr.is_null());
                lp_buf_free(&raw mut made);
                pool.settle(status, error);
            }
            22 => {
                let mut done = lp_appended { struct_size: call.pick % 90, ..std::mem::zeroed() };
                if call.number == 1 {
                    done.struct_size = size_of::<lp_appended>();
                }
                let on = if call.number == 1 { LP_ANY_SIZE } else { u64::from(call.number) };
                let out = &raw mut done;
                let status = lp_ledger_append(ledger, text, on, call.at, out, &raw mut error);
                assert!(status == LP_STATUS_OK || done.size == 0);
                pool.settle(status, error);
            }
            23 => {
                let mut made = null_mut();
                let status = lp_ledger_snapshot(ledger, &raw mut made, &raw mut error);
                pool.keep(status, made, error, Object::Snapshot);
            }
            _ => {
                let status = lp_ledger_set_policy(ledger, text, &raw mut error);
                pool.settle(status, error);
                let status = lp_receipt_prove(text, text, &raw mut made, null_mut());
                assert!(status != LP_STATUS_OK && made.ptr.is_null());
            }
        }
    }
}

/// Asks a typed question.
///
/// # Safety
///
/// The snapshot is NULL or points to a live object.
unsafe fn question(pool: &mut Pool, call: &Call, snapshot: *const lp_snapshot) {
    let text = borrow(&call.text);
    let stage = borrow(STAGES[call.pick / 4 % STAGES.len()].as_bytes());
    // Documents are no ids; where one comes up, an id that is known stands in for it.
    let known = if call.number == LP_SUBJECT_RELEASE { "R" } else { "A" };
    let id = if call.text.len() > 64 { borrow(known.as_bytes()) } else { text };
    let mut error = null_mut();
    // SAFETY: outputs are locals, texts live until the end of the call.
    unsafe {
        match call.what {
            7 | 8 => {
                let (mut made, kind) = (null_mut(), call.number);
                let status = lp_snapshot_decide(
                    snapshot,
                    kind,
                    id,
                    stage,
                    call.at,
                    &raw mut made,
                    &raw mut error,
                );
                pool.keep(status, made, error, Object::Decision);
            }
            9 | 10 => {
                let (mut made, kind, scope) = (null_mut(), call.number, call.number);
                let status = lp_snapshot_plan(
                    snapshot,
                    kind,
                    id,
                    stage,
                    call.at,
                    scope,
                    &raw mut made,
                    &raw mut error,
                );
                pool.keep(status, made, error, Object::Plan);
            }
            _ => {
                let (mut made, kind) = (null_mut(), call.number);
                let status =
                    lp_snapshot_score(snapshot, kind, id, call.at, &raw mut made, &raw mut error);
                pool.keep(status, made, error, Object::Score);
            }
        }
    }
}

/// Asks for a list.
///
/// # Safety
///
/// The snapshot is NULL or points to a live object.
unsafe fn list(pool: &mut Pool, call: &Call, snapshot: *const lp_snapshot) {
    let (mut made, mut error) = (null_mut(), null_mut());
    // SAFETY: outputs are locals, the text lives until the end of the call.
    let status = unsafe {
        match call.what {
            12 => {
                let id = if call.text.len() > 64 { borrow(b"A") } else { borrow(&call.text) };
                let which = call.number;
                lp_snapshot_reach(snapshot, id, which, call.at, &raw mut made, &raw mut error)
            }
            13 => lp_snapshot_releases(snapshot, call.at, &raw mut made, &raw mut error),
            _ if call.number.is_multiple_of(2) => {
                lp_snapshot_changes(snapshot, call.at, &raw mut made, &raw mut error)
            }
            _ => lp_snapshot_stages(snapshot, &raw mut made, &raw mut error),
        }
    };
    pool.keep(status, made, error, Object::Ids);
}

/// Reads all there is of an object, as any of the types.
fn look(pool: &Pool, call: &Call) {
    let decision: *const lp_decision = pool.pick(call.pick);
    let (plan, score): (*const lp_plan, *const lp_score) = (decision.cast(), decision.cast());
    let index = call.pick % 7;
    let mut buf = lp_buf { ptr: null_mut(), len: 0 };
    // SAFETY: the pointer is NULL or live, views are locals of the size they say.
    unsafe {
        let count = lp_decision_reason_count(decision);
        let mut reason = lp_reason { struct_size: size_of::<lp_reason>(), ..std::mem::zeroed() };
        let status = lp_decision_reason_at(decision, index, &raw mut reason);
        assert_eq!(status == LP_STATUS_OK, index < count);
        assert!(lp_decision_cites(decision, index).len < 9);
        let status = lp_decision_change_at(decision, index, &raw mut reason);
        assert_eq!(status == LP_STATUS_OK, index < lp_decision_change_count(decision));
        reason.struct_size = usize::try_from(call.number % 4).unwrap_or(0) * 40;
        let _ = lp_decision_root_blocker_at(decision, index, &raw mut reason);
        let _ = lp_decision_json(decision, call.number, &raw mut buf, null_mut());
        lp_buf_free(&raw mut buf);
        assert!(count > 0 || !lp_verdict_is_go(lp_decision_verdict(decision)));
        let go = !lp_decision_what_if(decision) && lp_verdict_is_go(lp_decision_verdict(decision));
        assert_eq!(lp_decision_is_go(decision), go);
        let reports: [Report; 3] = [lp_decision_report, report_plan, report_score];
        for ask in reports {
            let status = ask(decision, call.number, &raw mut buf, null_mut());
            assert_eq!(status == LP_STATUS_OK, !buf.ptr.is_null());
            lp_buf_free(&raw mut buf);
        }
        assert!(lp_ids_all(decision.cast()).len < 5);
        let mut dropped = lp_dropped { struct_size: size_of::<lp_dropped>(), ..std::mem::zeroed() };
        let status = lp_plan_dropped_at(plan, index, &raw mut dropped);
        assert_eq!(status == LP_STATUS_OK, index < lp_plan_dropped_count(plan));
        let mut cycle = lp_cycle { struct_size: size_of::<lp_cycle>(), ..std::mem::zeroed() };
        let status = lp_plan_cycle_at(plan, index, &raw mut cycle);
        assert_eq!(status == LP_STATUS_OK, index < lp_plan_cycle_count(plan));
        assert!(lp_plan_group_at(plan, index, index).len < 5);
        let _ = lp_plan_json(plan, &raw mut buf, null_mut());
        lp_buf_free(&raw mut buf);
        let mut risk =
            lp_change_risk { struct_size: size_of::<lp_change_risk>(), ..std::mem::zeroed() };
        let status = lp_score_change_at(score, index, &raw mut risk);
        let mut whole = lp_risk { struct_size: size_of::<lp_risk>(), ..std::mem::zeroed() };
        let known = lp_score_whole(score, &raw mut whole) == LP_STATUS_OK;
        assert_eq!(status == LP_STATUS_OK, known && index < whole.change_count);
        assert!(whole.probability <= 1_000_000_000);
        let model: *const lp_model = score.cast();
        let mut fitted = lp_fitted { struct_size: size_of::<lp_fitted>(), ..std::mem::zeroed() };
        let known = lp_model_whole(model, &raw mut fitted) == LP_STATUS_OK;
        let mut term = lp_term { struct_size: size_of::<lp_term>(), ..std::mem::zeroed() };
        let status = lp_model_term_at(model, index, &raw mut term);
        assert_eq!(status == LP_STATUS_OK, known && index < fitted.term_count);
        let mut pair = lp_pair { struct_size: size_of::<lp_pair>(), ..std::mem::zeroed() };
        let status = lp_model_pair_at(model, index, &raw mut pair);
        assert_eq!(status == LP_STATUS_OK, known && index < fitted.pair_count);
        let _ = lp_score_json(score, &raw mut buf, null_mut());
        lp_buf_free(&raw mut buf);
        let _ = lp_error_json(decision.cast(), &raw mut buf);
        lp_buf_free(&raw mut buf);
        assert_eq!(lp_error_problem_at(null(), index, null_mut()), LP_STATUS_BAD_ARGUMENT);
        let mut at = 7;
        let status = lp_instant_parse(borrow(&call.text), &raw mut at, null_mut());
        assert_eq!(status == LP_STATUS_OK, at != 7);
        let status = lp_instant_text(call.at, &raw mut buf, null_mut());
        assert_eq!(status == LP_STATUS_OK, !buf.ptr.is_null());
        lp_buf_free(&raw mut buf);
    }
}

type Report = unsafe extern "C" fn(*const lp_decision, u32, *mut lp_buf, *mut *mut lp_error) -> u32;

/// As `lp_plan_report`, of whatever it is.
unsafe extern "C" fn report_plan(
    it: *const lp_decision,
    format: u32,
    out: *mut lp_buf,
    error: *mut *mut lp_error,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { lp_plan_report(it.cast(), format, out, error) }
}

/// As `lp_score_report`, of whatever it is.
unsafe extern "C" fn report_score(
    it: *const lp_decision,
    format: u32,
    out: *mut lp_buf,
    error: *mut *mut lp_error,
) -> u32 {
    // SAFETY: the caller's promises are passed on.
    unsafe { lp_score_report(it.cast(), format, out, error) }
}

fn start() -> Pool {
    let mut pool = Pool::default();
    let call = |what, text: &str| Call {
        what,
        pick: 1,
        number: LP_LIMITS_UNTRUSTED,
        at: 0,
        text: text.as_bytes().to_vec(),
    };
    for call in [call(0, ""), call(1, PORTFOLIO), call(3, POLICY), call(4, ""), call(19, "acme")] {
        make(&mut pool, &call);
    }
    assert_eq!(pool.0.len(), 3, "an engine, a snapshot of the sample and a ledger, and no error");
    pool
}

fn config() -> ProptestConfig {
    let most = ProptestConfig::default();
    ProptestConfig { cases: most.cases.max(3000), failure_persistence: None, ..most }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_sequence_of_calls_does_harm(calls in calls()) {
        let mut pool = start();
        for call in &calls {
            make(&mut pool, call);
        }
        for object in pool.0 {
            object.free();
        }
    }
}
