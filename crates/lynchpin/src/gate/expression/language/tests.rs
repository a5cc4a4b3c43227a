use std::sync::Arc;

use super::kind::{Item, Kind, Shape};
use super::record::{Record, Value};
use super::*;
use crate::base::Instant;
use crate::base::id::ServiceId;
use crate::history::Records;
use crate::history::order::end_of;
use crate::model::{Change, Period, Portfolio, Release, Service, Size};

const CHANGE: &str = r#"{"id": "C-1", "revision": 2, "kind": "standard",
    "title": "Größe: serve fares", "author": "raj",
    "services": ["till", "shop"], "requires": [{"any": ["C-3", "C-2"]}],
    "plans": {"back_out": "undo it", "test": " "}, "size": {"files": 3, "lines_added": 40},
    "planned": {"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T11:00:00Z"},
    "at": "2026-11-01T00:00:00Z", "by": "mei"}"#;

/// What an expression comes to for one change of two services, the second one not declared.
fn ask(text: &str) -> Result<bool, String> {
    ask_of(&serde_json::from_str(CHANGE).unwrap(), text)
}

fn ask_of(change: &Change, text: &str) -> Result<bool, String> {
    let portfolio = Portfolio {
        services: [Service { tier: Some(2), ..Service::new("till".parse().unwrap()) }].into(),
        ..Portfolio::default()
    };
    let at: Instant = "2026-11-20T09:00:00Z".parse().unwrap();
    let seen = Seen {
        records: &Records::new(Arc::new(portfolio), at),
        then: end_of(at),
        change: Some(change),
        changes: &[change],
        release: None,
        stage: &"production".parse().unwrap(),
        previous: None,
    };
    let program = match Program::read(text) {
        Ok(program) => program,
        Err(problems) => panic!("{text}: {problems:?}"),
    };
    program.ask(&seen).map_err(|failure| format!("{}: {}", failure.place, failure.message))
}

fn refused(text: &str) -> Vec<(ErrorCode, String)> {
    match Program::read(text) {
        Ok(_) => panic!("{text} is read"),
        Err(problems) => problems.into_iter().map(|found| (found.code, found.message)).collect(),
    }
}

#[test]
fn a_list_may_be_as_long_as_it_may_be() {
    for (length, is_taken) in [(LIST_MAX, true), (LIST_MAX + 1, false), (2 * LIST_MAX, false)] {
        let mut change: Change = serde_json::from_str(CHANGE).unwrap();
        let services = (0..length).map(|number| format!("s{number}").parse().unwrap());
        change.services = services.collect();
        let found = ask_of(&change, &format!("size(change.services) == {length}"));
        assert_eq!(found.is_ok(), is_taken, "{length}: {found:?}");
    }
}

#[test]
fn what_holds() {
    for text in [
        "change.kind == 'standard' && size(change.services) < 3",
        "change.id.startsWith('C-') && change.title.contains(\"fares\") && !'a'.endsWith('2')",
        "change.title.size() == 18",
        "has(change.author) && !has(change.requester) && !has(change.planned.from) == false",
        "change.plans == ['back_out'] && change.requires == ['C-3', 'C-2']",
        "change.planned.to - change.planned.from <= 2 * 60 * 60 * 1000 * 1000",
        "changes.all(c, c.size.lines_added < 50) && size(changes) == 1",
        "services.exists(s, has(s.tier) && s.tier == 2) && services.exists_one(s, s.id == 'shop')",
        "changes.filter(c, c.kind == 'normal').size() == 0",
        "changes.map(c, c.id) == ['C-1'] && changes.map(c, c.revision > 2, c.id) == []",
        "stage.id == 'production' && !has(stage.previous) && !has(release.id)",
        "change.kind in ['standard', 'normal'] && !('x' in []) && change.services[0] == 'till'",
        "(change.revision > 1 ? 'a' : 'b') == 'a' // whatever\n && true",
        "-7 / 2 == -3 && -7 % 2 == -1 && 0x10 == 16 && 1 - -1 == 2 && !!true",
        "r'\\d' == '\\\\d' && '''a'b''' == \"a'b\" && 'ä' != '\\u00e5' && 'a' < 'b'",
        "changes.all(change, change.kind == 'standard')",
        "size(change.revision > 1 ? [] : ['a']) == 0 && (true ? ['a'] : []) != []",
    ] {
        assert_eq!(ask(text), Ok(true), "{text}");
    }
    for text in ["1 + 'a' == 2", "'a' - 1 == 2", "[1] * 2 == 2", "change.id / 1 == 2"] {
        assert_eq!(refused(text).first().map(|(code, _)| *code), Some(ErrorCode::ExpressionType));
    }
    assert_eq!(ask("change.kind == 'emergency'"), Ok(false));
}

#[test]
fn what_fails_says_where_and_is_settled_by_the_other_side_only() {
    let fails = |text: &str, place: &str| {
        let failed = ask(text).unwrap_err();
        assert!(failed.starts_with(&format!("{place}: ")), "{text}: {failed}");
    };
    fails("true &&\n  change.requester == 'ann'", "line 2, column 9");
    fails("release.id == 'R-1'", "line 1, column 8");
    fails("change.revision / (change.revision - 2) == 1", "line 1, column 17");
    fails("9223372036854775807 + change.revision > 0", "line 1, column 21");
    fails("'ä' == 'ä' && change.services[2] == ''", "line 1, column 30");
    fails("services.all(s, s.tier > 1)", "line 1, column 18");
    fails("-(-9223372036854775807 - change.revision / 2) > 0", "line 1, column 1");
    assert_eq!(ask("change.requester == 'ann' || true"), Ok(true));
    assert_eq!(ask("change.requester == 'ann' && false"), Ok(false));
    assert_eq!(ask("services.exists(s, s.tier == 2)"), Ok(true));
    assert_eq!(ask("services.all(s, s.tier == 1)"), Ok(false));
}

#[test]
fn what_is_refused_says_why_and_where() {
    let cases = [
        ("change.size.files < 1.5", ErrorCode::ExpressionRefused, "line 1, column 21"),
        ("1u == 1", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("b'a' == 'a'", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("change.author == null", ErrorCode::ExpressionRefused, "line 1, column 18"),
        ("{'a': 1}.a == 1", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("change.title.matches('a*')", ErrorCode::ExpressionRefused, "line 1, column 21"),
        ("double(1) == 1", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("timestamp(change.id) == 1", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("changes.all(c, c.services.all(s, true))", ErrorCode::ExpressionRefused, "column 30"),
        ("changes.filter(c, true).all(c, true)", ErrorCode::ExpressionRefused, "column 28"),
        ("changes.map(c, c.services) == []", ErrorCode::ExpressionRefused, "column 17"),
        ("[[1]] == []", ErrorCode::ExpressionRefused, "line 1, column 1"),
        ("change.?title == ''", ErrorCode::ExpressionSyntax, "line 1, column 7"),
        ("evidence.size() == 0", ErrorCode::ExpressionNameUnknown, "line 1, column 1"),
        ("c == 1", ErrorCode::ExpressionNameUnknown, "line 1, column 1"),
        ("change.approvals == []", ErrorCode::ExpressionNameUnknown, "line 1, column 7"),
        ("services.all(s, s.teir > 1)", ErrorCode::ExpressionNameUnknown, "column 18"),
        ("change.title", ErrorCode::ExpressionType, "line 1, column 7"),
        ("size(changes)", ErrorCode::ExpressionType, "line 1, column 1"),
        ("change.kind == 1", ErrorCode::ExpressionType, "line 1, column 13"),
        ("change == change", ErrorCode::ExpressionType, "line 1, column 8"),
        ("change.id + 'x' == ''", ErrorCode::ExpressionType, "line 1, column 11"),
        ("change.services + [] == []", ErrorCode::ExpressionType, "line 1, column 17"),
        ("change.kind.all(c, true)", ErrorCode::ExpressionType, "line 1, column 7"),
        ("[1, 'a'] == []", ErrorCode::ExpressionType, "line 1, column 5"),
        ("true ? 1 : 'a'", ErrorCode::ExpressionType, "line 1, column 6"),
        ("true &&", ErrorCode::ExpressionSyntax, "line 1, column 8"),
        ("(true", ErrorCode::ExpressionSyntax, "line 1, column 6"),
        ("true)", ErrorCode::ExpressionSyntax, "line 1, column 5"),
        ("true true", ErrorCode::ExpressionSyntax, "line 1, column 6"),
        ("\n 'a", ErrorCode::ExpressionSyntax, "line 2, column 2"),
        ("ä == 1", ErrorCode::ExpressionSyntax, "line 1, column 1"),
        ("", ErrorCode::ExpressionSyntax, "line 1, column 1"),
        ("99999999999999999999 > 1", ErrorCode::ExpressionSyntax, "line 1, column 1"),
    ];
    for (text, code, place) in cases {
        let problems = refused(text);
        let [(found, message)] = problems.as_slice() else { panic!("{text}: {problems:?}") };
        assert_eq!(*found, code, "{text}: {message}");
        assert!(message.contains(place), "{text}: {message}");
    }
}

#[test]
fn every_problem_is_told() {
    let problems = refused("change.a == 1 && change.kind == 2 && sqrt(3) == 4");
    let codes: Vec<ErrorCode> = problems.iter().map(|(code, _)| *code).collect();
    let expected =
        [ErrorCode::ExpressionNameUnknown, ErrorCode::ExpressionType, ErrorCode::ExpressionRefused];
    assert_eq!(codes, expected);
}

#[test]
fn sizes_are_bounded() {
    let long = format!("'{}' == ''", "a".repeat(BYTES_MAX));
    assert_eq!(refused(&long)[0].0, ErrorCode::ExpressionTooLong);
    let ones = |count: usize| format!("[{}] == []", vec!["1"; count].join(","));
    assert_eq!(ask(&ones(LIST_MAX)), Ok(false));
    assert_eq!(refused(&ones(LIST_MAX + 1))[0].0, ErrorCode::ExpressionRefused);
    let any_of = vec!["change.id == 'C-1'"; 180].join(" || ");
    assert_eq!(ask(&any_of), Ok(true), "long conditions are not deep");
    let costly = format!("[{}].all(x, {} true)", vec!["1"; 900].join(","), "!!".repeat(4));
    assert_eq!(ask(&costly), Ok(true));
    let list = format!("[{}]", vec!["1"; 990].join(","));
    let failed = ask(&format!("{list}.all(x, !(2 in {list}))")).unwrap_err();
    assert!(failed.ends_with("it takes more than 1000000 steps"), "{failed}");
}

#[test]
fn as_many_levels_as_there_may_be_are_read() {
    // The comparison and the number at the end are a level each.
    let chain = |times: usize| format!("1{} == 1", " - 0".repeat(times));
    assert_eq!(ask(&chain(LEVELS_MAX - 2)), Ok(true));
    assert_eq!(refused(&chain(LEVELS_MAX - 1))[0].0, ErrorCode::ExpressionTooDeep);
    // What stands beside another is no level of it.
    let list = vec!["2 - 1"; 2 * LEVELS_MAX].join(", ");
    assert_eq!(ask(&format!("[{list}].all(n, n == 1)")), Ok(true));
}

#[test]
fn a_word_that_is_refused_says_what_to_write_instead() {
    for (text, instead) in [
        ("1.5 > 1.0", "whole numbers"),
        ("1u == 1", "leave out the `u`"),
        ("b'a' == 'a'", "use a string"),
        ("{'a': 1} == 1", "no maps"),
        ("change.author == null", "ask `has(...)`"),
    ] {
        let (code, message) = refused(text).swap_remove(0);
        assert_eq!(code, ErrorCode::ExpressionRefused, "{text}");
        assert!(message.contains(instead), "{text}: {message}");
    }
}

/// Each deep, by another way of the grammar.
#[test]
fn nesting_is_bounded_before_a_parser_sees_it() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    for times in [33, 100, 1_000, 4_000] {
        for (open, inner, close) in [
            ("(", "true", ")"),
            ("[", "1", "]"),
            ("!", "true", ""),
            ("-", "1", ""),
            ("!(", "true", ")"),
            ("size(", "'a'", ")"),
            ("true ? true : ", "true", ""),
            ("true ? ", "true", " : true"),
            ("1 + ", "1", ""),
            ("1 == ", "1", ""),
            ("1 in ", "1", ""),
            ("", "change", ".id"),
            ("", "change", "[0]"),
            ("", "change", ".id()"),
            ("change[", "0", "]"),
            ("(true && ", "true", ")"),
            ("f(a, ", "b", ")"),
        ] {
            let text = deep(open, inner, close, times);
            let too_long = text.len() > BYTES_MAX;
            let code =
                if too_long { ErrorCode::ExpressionTooLong } else { ErrorCode::ExpressionTooDeep };
            assert_eq!(refused(&text)[0].0, code, "{open}{inner}{close} {times}");
        }
    }
    assert_eq!(ask(&deep("(", "true", ")", 15)), Ok(true));
    // A chain behind a deep operand adds to it, though neither is too deep alone.
    let mixed = deep("(", "change", ").id.id.id", 10);
    assert_eq!(refused(&mixed)[0].0, ErrorCode::ExpressionTooDeep);
}

#[test]
fn a_long_message_is_cut() {
    let message = &refused(&format!("true '{}'", "ä".repeat(1_000)))[0].1;
    assert!(message.len() < 2 * MESSAGE_BYTES_MAX && message.contains("column 6"), "{message}");
}

/// The tables of types and the values agree: each field of the tables is there when it is said,
/// and of the type that the table tells.
#[test]
fn every_field_has_the_type_that_is_told() {
    let full: Change = serde_json::from_str(
        r#"{"id": "C-1", "revision": 1, "kind": "normal", "title": "t", "description": "d",
        "model": "m", "requester": "a", "author": "a", "uploader": "a", "committers": ["a"],
        "services": ["s"], "artifacts": ["sha256:
0000000000000000000000000000000000000000000000000000000000000000"], "requires": [{"change": "C-2"}],
        "together": ["C-3"], "after": ["C-4"], "conflicts": [{"change": "C-5"}],
        "supersedes": ["C-6"], "plans": {"test": "t"}, "reversibility": "reversible",
        "planned": {"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T11:00:00Z"},
        "effort_minutes": 1, "size": {"files": 1}, "commits": ["c"], "tickets": ["t"],
        "at": "2026-11-01T00:00:00Z", "by": "a"}"#
            .replace("sha256:\n", "sha256:")
            .as_str(),
    )
    .unwrap();
    let release: Release = serde_json::from_str(
        r#"{"id": "R-1", "revision": 1, "title": "t", "changes": ["C-1"], "stages": ["s"],
        "requester": "a", "planned": {"from": "2026-11-20T09:00:00Z", "to": "2026-11-20T11:00:00Z"},
        "at": "2026-11-01T00:00:00Z", "by": "a"}"#,
    )
    .unwrap();
    let service: Service = serde_json::from_str(
        r#"{"id": "s", "tier": 1, "owner": {"group": "g"}, "profile": "p", "depends_on": ["t"],
        "environments": ["e"]}"#,
    )
    .unwrap();
    let id: ServiceId = "s".parse().unwrap();
    let period: Option<Period> = full.planned;
    let size = Size {
        lines_added: Some(1),
        lines_deleted: Some(1),
        files: Some(1),
        folders: Some(1),
        schema_files: Some(1),
        configuration_files: Some(1),
    };
    let stage = "production".parse().unwrap();
    let previous = "staging".parse().unwrap();
    let seen = Seen {
        records: &Records::new(Arc::new(Portfolio::default()), full.at),
        then: end_of(full.at),
        change: Some(&full),
        changes: &[&full],
        release: Some(&release),
        stage: &stage,
        previous: Some(&previous),
    };
    for shape in Shape::ALL {
        let record = match shape {
            Shape::Change => Record::Change(&full),
            Shape::Release => Record::Release(Some(&release)),
            Shape::Service => Record::Service(&id, Some(&service)),
            Shape::Stage => Record::Stage,
            Shape::Period => Record::Period(period),
            Shape::Size => Record::Size(size),
        };
        assert_eq!(record.shape(), shape);
        assert!(shape.fields().is_sorted_by(|a, b| a.0 < b.0));
        for (field, kind) in shape.fields() {
            assert!(record.has(&seen, field), "{shape:?} {field}");
            let value = record.field(&seen, field).unwrap();
            assert_eq!(kind_of(&value), *kind, "{shape:?} {field}");
        }
    }
}

fn kind_of(value: &Value<'_>) -> Kind {
    let item = |value: &Value<'_>| match value {
        Value::Bool(_) => Item::Bool,
        Value::Int(_) => Item::Int,
        Value::Text(_) => Item::Text,
        Value::Record(record) => Item::Record(record.shape()),
        Value::List(_) => Item::Nothing,
    };
    if let Value::List(list) = value {
        return Kind::Many(list.first().map_or(Item::Nothing, item));
    }
    Kind::One(item(value))
}
