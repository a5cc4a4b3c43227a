//! Expressions, whatever stands in them: read or refused, and answered, never a panic or a hang, on
//! a small stack. What they come to is held against the evaluator of the crate that reads them.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::HashMap;
use std::fmt::Write as _;

use cel::objects::{Key, Map};
use cel::{Context, Program, Value};
use lynchpin::base::{Error, ErrorCode, Limits, Subject};
use lynchpin::gate::Policy;
use lynchpin::portfolio::{DecideQuestion, Decision, Engine};
use lynchpin::reason::ReasonCode;
use lynchpin::wire::read_portfolio;
use lynchpin_tests::cases::config;
use proptest::prelude::*;

/// The stack that we run on: that of a thread in a small embedded host.
const STACK_BYTES: usize = 256 * 1024;
/// The stack that the crate's evaluator needs in a debug build.
const LARGE_STACK_BYTES: usize = 64 * 1024 * 1024;
/// How many expressions stand in one policy.
const BATCH: usize = 24;

fn on_stack<T: Send>(bytes: usize, run: impl FnOnce() -> T + Send) -> std::thread::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(bytes);
        thread.spawn_scoped(scope, run).expect("a thread can be started").join()
    })
}

const PORTFOLIO: &str = r#"{"lynchpin": "portfolio/1",
    "people": [{"id": "raj"}], "stages": [{"id": "production"}],
    "services": [{"id": "till", "tier": 1}, {"id": "shop"}],
    "changes": [{"id": "C-1", "revision": 3, "kind": "standard", "title": "till: Größe",
        "services": ["till", "shop"], "size": {"files": 7}, "plans": {"test": "t"},
        "at": "2026-11-01T00:00:00Z", "by": "raj"}]}"#;

/// A policy with all of these expressions, each in a requirement of its own.
fn policy(expressions: &[String]) -> String {
    let mut text = "name = \"any\"\n".to_owned();
    let mut names = Vec::new();
    for (number, expression) in expressions.iter().enumerate() {
        let quoted = serde_json::to_string(expression).expect("a string is JSON");
        // TOML takes the escapes of JSON but for this one.
        let quoted = quoted.replace('\u{7f}', "\\u007f");
        let _ = writeln!(text, "requirement.r{number} = {{ expression = {quoted} }}");
        names.push(format!("\"r{number}\""));
    }
    let all = names.join(", ");
    let gate = "gate.g = { stage = \"production\", judges = \"change\", require = { all = [";
    let _ = writeln!(text, "{gate}{all}] }} }}");
    text
}

fn decide(policy: &str) -> Result<Decision, Error> {
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(read_portfolio(PORTFOLIO.as_bytes(), engine.limits())?)?;
    engine.set_policy(policy)?;
    let change = Subject::Change("C-1".parse()?);
    let question = DecideQuestion::new(change, "2026-11-20T09:00:00Z".parse()?);
    engine.snapshot().decide(&question.with_stage("production".parse()?))
}

/// Reads an expression alone and, if it can be read, asks it.
fn try_one(expression: &str) {
    let policy = policy(&[expression.to_owned()]);
    on_stack(STACK_BYTES, || match policy.parse::<Policy>() {
        Ok(_) => {
            let _ = decide(&policy).expect("what can be read can be asked");
        }
        Err(error) => {
            for problem in error.problems() {
                assert!(problem.message.len() < 1_000, "{problem}");
                assert_ne!(problem.code, ErrorCode::Other, "{problem}");
                assert!(!problem.message.contains("the parser failed"), "{problem}");
            }
        }
    })
    .expect("nothing panics");
}

/// What an expression is made of, and some that is in none.
fn word() -> impl Strategy<Value = String> {
    let mut words: Vec<&str> = WORDS.split(' ').collect();
    words.extend([" ", "\n", ".all(c, ", ".map(c, ", ".exists(c, ", "\u{0}", "\u{202e}"]);
    prop::sample::select(words).prop_map(str::to_owned)
}

const WORDS: &str = "( ) [ ] { } (( )) ! - + * / % ? : , . == != < <= > >= && || in // change \
    changes services release stage .id .size size( has( .filter(c, .exists_one(c, c 'a' \" ' ''' \
    r' b' \\ ` 1 0x 1.5 1e 1u 9223372036854775808 -9223372036854775808 true null as ä @ & | = ; \
    # .? [?";

/// An expression that may be nested as deeply as it may be long.
fn deep() -> impl Strategy<Value = String> {
    let levels = [
        ("(", ")"),
        ("[", "]"),
        ("!", ""),
        ("-", ""),
        ("!(", ")"),
        ("size(", ")"),
        ("", ".id"),
        ("", "[0]"),
        ("true?", ":true"),
        ("true?true:", ""),
        ("1+", ""),
        ("", "+1"),
        ("a||", ""),
        ("a||b&&c==d+e*(", ")"),
        ("", "&&true"),
        ("x.all(c,", ")"),
        ("x[", "]"),
        ("f(a,", ",b)"),
        ("", ".f()"),
        ("{1:", "}"),
        ("has(", ".a)"),
        ("(", ").a.a.a"),
        ("((", "))[0][0]"),
    ];
    let level = prop::sample::select(levels.to_vec());
    let runs = prop::collection::vec((level, 1_usize..400), 1..6);
    (runs, word()).prop_map(|(runs, inner)| {
        runs.into_iter().fold(inner, |inner, ((open, close), times)| {
            format!("{}{inner}{}", open.repeat(times), close.repeat(times))
        })
    })
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        try_one(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(word(), 0..60)) {
        try_one(&words.concat());
    }

    #[test]
    fn any_nesting(text in deep()) {
        let cut = text.chars().take(4_096).collect::<String>();
        try_one(&text);
        try_one(&cut);
    }

    /// The nesting that is allowed, by every way of the grammar at once.
    #[test]
    fn allowed_nesting(text in deep(), most in 1_usize..200) {
        try_one(&text.chars().take(most).collect::<String>());
    }

    /// Ours and the crate's evaluator agree on whether it holds, or fails.
    #[test]
    fn comes_to_the_same(seeds in prop::collection::vec(any::<u64>(), BATCH)) {
        let texts: Vec<String> = seeds.iter().map(|seed| Maker(*seed).bool(3, false)).collect();
        let decision = match decide(&policy(&texts)) {
            Ok(decision) => decision,
            Err(error) => panic!("{error}"),
        };
        for (number, text) in texts.iter().enumerate() {
            let name = format!("r{number}");
            let mut nodes = decision.reasons().nodes().iter();
            let node = nodes.find(|node| {
                node.requirement.as_ref().is_some_and(|found| found.as_str() == name)
            });
            let node = node.expect("each requirement is answered");
            let told = [ReasonCode::ExpressionHolds, ReasonCode::ExpressionFalse];
            let told = told.iter().position(|code| *code == node.code);
            let ours = told.map(|index| index == 0);
            prop_assert_eq!(ours, theirs(text), "{}: {:?}", text, node.args);
        }
    }
}

/// The comparison above is one of all that can come of an expression.
#[test]
fn what_is_made_holds_and_does_not_and_fails() {
    let made: Vec<Option<bool>> =
        (0..300).map(|seed| theirs(&Maker(seed * 0x1_0001).bool(3, false))).collect();
    for wanted in [Some(true), Some(false), None] {
        let found = made.iter().filter(|found| **found == wanted).count();
        assert!(found > 30, "{wanted:?}: {found}");
    }
}

/// To gather the services of many changes takes a step for each of them, each time.
#[test]
fn what_takes_too_many_steps_is_not_known() {
    let services: Vec<String> = (0..500).map(|number| format!("s{number}")).collect();
    let changes: Vec<String> = (0..500).map(|number| format!("C-{number}")).collect();
    let change = |name: &String| {
        serde_json::json!({"id": name, "revision": 1, "services": services,
            "at": "2026-11-01T00:00:00Z", "by": "raj"})
    };
    let portfolio = serde_json::json!({"lynchpin": "portfolio/1",
        "people": [{"id": "raj"}], "stages": [{"id": "production"}],
        "services": services.iter().map(|id| serde_json::json!({"id": id})).collect::<Vec<_>>(),
        "changes": changes.iter().map(change).collect::<Vec<_>>(),
        "releases": [{"id": "R-1", "revision": 1, "changes": changes,
            "at": "2026-11-01T00:00:00Z", "by": "raj"}]});
    let mut engine = Engine::new(Limits::untrusted());
    let portfolio = read_portfolio(portfolio.to_string().as_bytes(), engine.limits());
    engine.add(portfolio.expect("it is one")).expect("it is taken in");
    let mut ask = |times: usize| {
        let sum = vec!["size(services)"; times].join(" + ");
        let policy = policy(&[format!("{sum} > 0")]).replace("\"change\"", "\"release\"");
        engine.set_policy(&policy).expect("it is a policy");
        let release = Subject::Release("R-1".parse().expect("an id"));
        let question =
            DecideQuestion::new(release, "2026-11-02T00:00:00Z".parse().expect("an instant"));
        let decision = engine.snapshot().decide(&question).expect("it is answered");
        decision.root_blockers().map(|node| node.code).collect::<Vec<_>>()
    };
    assert_eq!(ask(3), []);
    assert_eq!(ask(4), [ReasonCode::ExpressionFailed]);
}

fn list(texts: &[&str]) -> Value {
    texts.to_vec().into()
}

fn record(fields: Vec<(&str, Value)>) -> Value {
    let fields: HashMap<Key, Value> =
        fields.into_iter().map(|(name, value)| (Key::from(name), value)).collect();
    Value::Map(Map::from(fields))
}

/// What the crate's evaluator makes of it; nothing, if it fails.
fn theirs(text: &str) -> Option<bool> {
    let run = || {
        let mut context = Context::default();
        let size = record(vec![("files", 7_i64.into())]);
        let change = record(vec![
            ("id", "C-1".into()),
            ("revision", 3_i64.into()),
            ("kind", "standard".into()),
            ("title", "till: Größe".into()),
            ("services", list(&["till", "shop"])),
            ("plans", list(&["test"])),
            ("tickets", Value::List(Vec::new().into())),
            ("size", size),
        ]);
        context.add_variable_from_value("change", change);
        let program = Program::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        match program.execute(&context) {
            Ok(Value::Bool(holds)) => Some(holds),
            Ok(other) => panic!("{text}: {other:?}"),
            Err(_) => None,
        }
    };
    on_stack(LARGE_STACK_BYTES, run).expect("the crate's evaluator takes what we take")
}

/// Makes expressions that are well typed, from a number.
struct Maker(u64);

impl Maker {
    fn pick(&mut self, many: u64) -> u64 {
        // The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators".
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % many
    }

    fn one_of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let index = self.pick(texts.len().try_into().expect("it is short"));
        texts.get(usize::try_from(index).expect("it is short")).copied().unwrap_or("true")
    }

    /// `item` tells whether there is an item `x` of a macro, and so whether there may be a macro.
    fn bool(&mut self, depth: u8, item: bool) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            let leaves = [
                "true",
                "false",
                "has(change.author)",
                "has(change.title)",
                "has(change.size.files)",
                "change.kind == 'standard'",
            ];
            return self.one_of(&leaves).to_owned();
        };
        match self.pick(if item { 9 } else { 12 }) {
            0 => format!("({} && {})", self.bool(depth, item), self.bool(depth, item)),
            1 => format!("({} || {})", self.bool(depth, item), self.bool(depth, item)),
            2 => format!("!({})", self.bool(depth, item)),
            3 => {
                let (one, other) = (self.int(depth, item), self.int(depth, item));
                format!("({one} {} {other})", self.one_of(&["==", "!=", "<", "<=", ">", ">="]))
            }
            4 => {
                let (one, other) = (self.text(depth, item), self.text(depth, item));
                format!("({one} {} {other})", self.one_of(&["==", "!=", "<", "<=", ">", ">="]))
            }
            5 => {
                let (one, other) = (self.text(depth, item), self.text(depth, item));
                let called = self.one_of(&["startsWith", "endsWith", "contains"]);
                format!("({one}).{called}({other})")
            }
            6 => format!("({} in {})", self.text(depth, item), self.list(depth, item)),
            7 => format!("({} == {})", self.list(depth, item), self.list(depth, item)),
            8 => {
                let (asked, one) = (self.bool(depth, item), self.bool(depth, item));
                format!("({asked} ? {one} : {})", self.bool(depth, item))
            }
            _ => {
                let over = self.plain_list();
                let asked = self.bool(depth, true);
                format!("{over}.{}(x, {asked})", self.one_of(&["all", "exists", "exists_one"]))
            }
        }
    }

    fn int(&mut self, depth: u8, item: bool) -> String {
        let Some(depth) = depth.checked_sub(1) else {
            let leaves = [
                "0",
                "1",
                "-7",
                "9223372036854775807",
                "change.revision",
                "change.size.files",
                "change.size.folders",
                "size(change.services)",
            ];
            return self.one_of(&leaves).to_owned();
        };
        match self.pick(5) {
            0 | 1 => {
                let (one, other) = (self.int(depth, item), self.int(depth, item));
                format!("({one} {} {other})", self.one_of(&["+", "-", "*", "/", "%"]))
            }
            2 => format!("-({})", self.int(depth, item)),
            3 => format!("size({})", self.text(depth, item)),
            _ => format!("({}).size()", self.list(depth, item)),
        }
    }

    fn text(&mut self, depth: u8, item: bool) -> String {
        if item && self.pick(2) == 0 {
            return "x".to_owned();
        }
        let Some(depth) = depth.checked_sub(1) else {
            let leaves = [
                "''",
                "'till'",
                "'C-1'",
                "change.id",
                "change.kind",
                "change.title",
                "change.author",
                "'ß'",
            ];
            return self.one_of(&leaves).to_owned();
        };
        let list = self.list(depth, item);
        format!("{list}[{}]", self.one_of(&["0", "1", "2", "-1"]))
    }

    fn plain_list(&mut self) -> &'static str {
        let lists = ["change.services", "change.plans", "change.tickets", "['a', 'till']"];
        self.one_of(&lists)
    }

    fn list(&mut self, depth: u8, item: bool) -> String {
        let Some(depth) = depth.checked_sub(1).filter(|_| !item) else {
            return self.plain_list().to_owned();
        };
        let over = self.plain_list();
        match self.pick(4) {
            0 => format!("{over}.filter(x, {})", self.bool(depth, true)),
            1 => format!("{over}.map(x, {})", self.text(depth, true)),
            2 => format!("{over}.map(x, {}, {})", self.bool(depth, true), self.text(depth, true)),
            _ => format!("[{}, {}]", self.text(depth, item), self.text(depth, item)),
        }
    }
}
