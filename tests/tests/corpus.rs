//! The worked cases: what each must answer was derived by hand, and every language answers the
//! same bytes.
//!
//! A file of `tests/corpus` holds a list of cases. A case has a name, why it must come out as it
//! does, a portfolio, a policy (lines of TOML, or one that is shipped) and what is asked; what is
//! expected is a part of the answer, where `null` stands for a field that must not be there. A case
//! whose portfolio or policy must be refused says so instead of asking.
//!
//! A case with a `ledger` asks that instead: an empty one in memory, of one name and one secret, so
//! that what is signed is the same everywhere. Its requests come one after the other; some hand
//! over a receipt to be proved.
//!
//! The ways around a gate have numbers, from A01 on, and so have the cases that try them: every
//! language says which it tried, and fails if one is missing.
//!
//! All cases are unpacked into `corpus` of the target folder, for the other languages to run.
#![expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use lynchpin::base::{Error, Instant, Limits};
use lynchpin::gate::profiles;
use lynchpin::portfolio::{Engine, Snapshot};
use lynchpin::wire::{ask, read_portfolio};
use lynchpin_store::receipt::prove_receipt;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::{Draft, Ledger, Opening, Outcome};
use lynchpin_tests::engine::hold_verdicts_to_decisions;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// How many numbered ways around a gate there are.
const WAYS: u32 = 54;
/// The name of the ledgers, and what they sign with; every language has the same.
const ORIGIN: &str = "acme.example/releases";
const SECRET: [u8; 32] = [7; 32];

/// One worked case.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The derivation of what is expected, in words.
    why: String,
    /// The portfolio, as it is written in the file.
    #[serde(default)]
    portfolio: Option<Box<RawValue>>,
    /// The portfolio piece by piece, where it is no JSON.
    #[serde(default)]
    portfolio_bytes: Option<Vec<Piece>>,
    #[serde(default)]
    policy: Vec<String>,
    /// A policy that comes with the library, in place of lines.
    #[serde(default)]
    shipped: Option<Shipped>,
    /// A ledger to be asked, in place of a portfolio.
    #[serde(default)]
    ledger: Option<Opened>,
    /// What is wrong with the portfolio, the policy or the ledger: every problem, in order.
    #[serde(default)]
    refused: Option<Vec<Problem>>,
    #[serde(default)]
    ask: Vec<Asked>,
}

/// How a ledger is opened.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    /// The checkpoint that somebody kept.
    #[serde(default)]
    since: String,
}

/// A receipt to be proved, without the ledger.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Proved {
    receipt: String,
    key: String,
}

/// A policy that comes with the library, and what of its text is another one here: the key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    name: String,
    #[serde(default)]
    replace: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Piece {
    Text(String),
    /// Bytes by their numbers, where they are no text.
    Bytes(Vec<u8>),
    Repeat(String, usize),
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Problem {
    code: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Why this answer, where the case asks several things.
    #[serde(default)]
    note: Option<String>,
    #[serde(default, alias = "request")]
    question: Option<Box<RawValue>>,
    /// The question, where it is no JSON.
    #[serde(default)]
    question_text: Option<String>,
    #[serde(default)]
    prove: Option<Proved>,
    /// A part of the answer.
    #[serde(default)]
    expect: Option<Value>,
    /// What is wrong with the question.
    #[serde(default)]
    refused: Option<Vec<Problem>>,
}

impl Case {
    /// The number of the way around a gate that it tries, if it tries one.
    fn way(&self) -> Option<u32> {
        self.name.strip_prefix('A')?.get(..2)?.parse().ok()
    }

    fn portfolio(&self) -> Vec<u8> {
        match (&self.portfolio, &self.portfolio_bytes) {
            (Some(written), None) => written.get().as_bytes().to_vec(),
            (None, Some(pieces)) => pieces.iter().flat_map(Piece::bytes).collect(),
            _ => panic!("{}: give one of `portfolio` and `portfolio_bytes`", self.name),
        }
    }

    /// The policy, if there is one.
    fn policy(&self) -> Option<String> {
        let Some(shipped) = &self.shipped else {
            return (!self.policy.is_empty()).then(|| self.policy.join("\n") + "\n");
        };
        assert!(self.policy.is_empty(), "{}: give one of `policy` and `shipped`", self.name);
        let mut text = profiles::text(&shipped.name).expect("it is shipped").to_owned();
        for (old, new) in &shipped.replace {
            assert!(text.contains(old), "{}: `{old}` is not in the policy", self.name);
            text = text.replace(old, new);
        }
        Some(text)
    }

    fn load(&self) -> Result<Snapshot, Error> {
        load(&self.portfolio(), self.policy().as_deref())
    }

    /// What answers.
    fn open(&self) -> Result<Asker, Error> {
        let Some(said) = &self.ledger else { return self.load().map(Asker::Snapshot) };
        let mut opening = Opening::default();
        (opening.secret, opening.volatile) = (Some(SECRET), true);
        opening.since = (!said.since.is_empty()).then(|| said.since.clone());
        let mut ledger = opening.create(Box::new(Memory::default()), ORIGIN)?;
        if let Some(policy) = self.policy() {
            ledger.set_policy(&policy)?;
        }
        Ok(Asker::Ledger(Box::new(ledger)))
    }
}

/// What a case asks.
enum Asker {
    Snapshot(Snapshot),
    Ledger(Box<Ledger>),
}

impl Asker {
    fn ask(&mut self, asked: &Asked) -> Result<Vec<u8>, Error> {
        match (self, &asked.prove) {
            (Asker::Snapshot(snapshot), None) => ask(snapshot, asked.question()),
            (Asker::Ledger(ledger), None) => ledger.request(asked.question()),
            (_, Some(given)) => prove_receipt(&given.receipt, &given.key),
        }
    }
}

impl Piece {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Piece::Text(text) => text.as_bytes().to_vec(),
            Piece::Bytes(bytes) => bytes.clone(),
            Piece::Repeat(text, times) => text.repeat(*times).into_bytes(),
        }
    }
}

impl Asked {
    /// The instant of a question, if it is about one.
    fn at(&self) -> Option<Instant> {
        let question: Value = serde_json::from_slice(self.question()).ok()?;
        question.as_object()?.values().next()?.get("at")?.as_str()?.parse().ok()
    }

    fn question(&self) -> &[u8] {
        match (&self.question, &self.question_text) {
            (Some(written), None) => written.get().as_bytes(),
            (None, Some(text)) => text.as_bytes(),
            _ => panic!("give one of `question` and `question_text`"),
        }
    }
}

fn load(portfolio: &[u8], policy: Option<&str>) -> Result<Snapshot, Error> {
    let mut engine = Engine::new(Limits::untrusted());
    engine.add(read_portfolio(portfolio, engine.limits())?)?;
    policy.map_or(Ok(()), |policy| engine.set_policy(policy))?;
    Ok(engine.snapshot())
}

fn problems(error: &Error) -> Vec<Problem> {
    let problem = |problem: &lynchpin::base::error::Problem| Problem {
        code: problem.code.name().to_owned(),
        path: problem.path.clone(),
    };
    error.problems().iter().map(problem).collect()
}

/// Every case with the file it stands in.
fn cases() -> Vec<(String, Case)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let entries = fs::read_dir(&folder).expect("the folder of the corpus can be read");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).expect("a file of the corpus can be read");
        let found: Vec<Case> = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("tests/corpus/{name}: {error}"));
        cases.extend(found.into_iter().map(|case| (name.clone(), case)));
    }
    cases
}

/// Where what was found is not what was expected.
fn differences(path: &str, expected: &Value, found: Option<&Value>, into: &mut Vec<String>) {
    match (expected, found) {
        (Value::Null, None) => {}
        (Value::Object(wanted), Some(Value::Object(found))) => {
            for (key, value) in wanted {
                differences(&format!("{path}.{key}"), value, found.get(key), into);
            }
        }
        (Value::Array(wanted), Some(Value::Array(found))) if wanted.len() == found.len() => {
            for (index, (value, found)) in wanted.iter().zip(found).enumerate() {
                differences(&format!("{path}[{index}]"), value, Some(found), into);
            }
        }
        (wanted, Some(found)) if wanted == found => {}
        (wanted, found) => {
            let found = found.map_or("nothing".to_owned(), ToString::to_string);
            into.push(format!("{path}: expected {wanted}, found {found}"));
        }
    }
}

/// What one question comes to: the bytes of the answer, or the number of the error.
fn run(asked: &Asked, asker: &mut Asker, wrong: &mut Vec<String>) -> (Vec<u8>, u32) {
    match (asker.ask(asked), &asked.expect, &asked.refused) {
        (Ok(bytes), Some(expected), None) => {
            let found: Value = serde_json::from_slice(&bytes).expect("an answer is JSON");
            differences("$", expected, Some(&found), wrong);
            (bytes, 0)
        }
        (Err(error), None, Some(expected)) => {
            if *expected != problems(&error) {
                wrong.push(format!("expected {expected:?}, found {:?}", problems(&error)));
            }
            (Vec::new(), error.code().number())
        }
        (Ok(bytes), None, Some(_)) => {
            wrong.push(format!("was answered: {}", String::from_utf8_lossy(&bytes)));
            (bytes, 0)
        }
        (Err(error), Some(_), None) => {
            wrong.push(format!("was refused: {error}"));
            (Vec::new(), error.code().number())
        }
        (_, Some(_), Some(_)) | (_, None, None) => {
            panic!("give one of `expect` and `refused`")
        }
    }
}

/// Runs a case, hands over what another language needs to run it, and gives the number of its
/// questions.
fn answer(case: &Case, wrong: &mut Vec<String>, mut write: impl FnMut(String, &[u8])) -> usize {
    match &case.ledger {
        Some(said) => write("ledger.txt".to_owned(), said.since.as_bytes()),
        None => write("portfolio.json".to_owned(), &case.portfolio()),
    }
    if let Some(policy) = case.policy() {
        write("policy.toml".to_owned(), policy.as_bytes());
    }
    let mut asker = match (case.open(), &case.refused) {
        (Ok(asker), None) => asker,
        (Err(error), Some(expected)) => {
            if *expected != problems(&error) {
                wrong.push(format!("expected {expected:?}, found {:?}", problems(&error)));
            }
            write("00.status".to_owned(), error.code().number().to_string().as_bytes());
            return 0;
        }
        (Ok(_), Some(_)) => {
            wrong.push("was taken".to_owned());
            return 0;
        }
        (Err(error), None) => {
            wrong.push(format!("was refused: {error}"));
            return 0;
        }
    };
    for (number, asked) in case.ask.iter().enumerate() {
        let mut found = Vec::new();
        let (answer, status) = run(asked, &mut asker, &mut found);
        let note = asked.note.as_deref().unwrap_or("");
        wrong.extend(found.iter().map(|found| format!("question {number} {note}: {found}")));
        match &asked.prove {
            Some(given) => {
                write(format!("{number:02}.receipt.txt"), given.receipt.as_bytes());
                write(format!("{number:02}.key.txt"), given.key.as_bytes());
            }
            None => write(format!("{number:02}.question.json"), asked.question()),
        }
        write(format!("{number:02}.answer.json"), &answer);
        write(format!("{number:02}.status"), status.to_string().as_bytes());
    }
    case.ask.len()
}

#[test]
fn every_case_answers_as_derived() {
    let (mut wrong, mut names) = (String::new(), BTreeSet::new());
    let cases = cases();
    for (file, case) in &cases {
        assert!(names.insert(&case.name), "two cases are named {}", case.name);
        assert!(!case.why.is_empty(), "{}: says why", case.name);
        let asks = case.refused.is_none() != case.ask.is_empty();
        assert!(asks, "{}: either is refused or asks", case.name);
        let mut found = Vec::new();
        answer(case, &mut found, |_, _| {});
        for found in found {
            let _ = writeln!(wrong, "{file}: {}: {found}", case.name);
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    println!("corpus: {} cases", cases.len());
    let tried: BTreeSet<u32> = cases.iter().filter_map(|(_, case)| case.way()).collect();
    println!("ways around a gate: {tried:?}");
    assert!(tried.into_iter().eq(1..=WAYS), "each of {WAYS} ways around a gate is tried");
}

/// What the other languages run.
#[test]
fn every_case_is_unpacked() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../corpus");
    // What an earlier run left would be counted by the other languages.
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => panic!("{error}"),
        Ok(()) | Err(_) => {}
    }
    let mut index = String::new();
    for (_, case) in cases() {
        let of_case = folder.join(&case.name);
        fs::create_dir_all(&of_case).expect("the folder of a case can be made");
        let questions = answer(&case, &mut Vec::new(), |name, bytes| {
            fs::write(of_case.join(name), bytes).expect("a file of a case can be written");
        });
        let _ = writeln!(index, "{} {questions}", case.name);
    }
    fs::write(folder.join("index.txt"), index).expect("the index can be written");
}

/// The order of facts in a document says nothing, so it changes no byte of an answer.
#[test]
fn the_order_of_facts_changes_no_byte() {
    let (mut turned, mut held) = (0, 0);
    for (_, case) in cases().into_iter().filter(|(_, case)| case.ledger.is_none()) {
        let Ok(snapshot) = case.load() else { continue };
        let Ok(mut document) = serde_json::from_slice::<Value>(&case.portfolio()) else { continue };
        for (name, facts) in document.as_object_mut().into_iter().flatten() {
            // The order of stages is that of the way to the users.
            if let Some(facts) = facts.as_array_mut().filter(|_| name != "stages") {
                facts.reverse();
            }
        }
        let backwards = load(document.to_string().as_bytes(), case.policy().as_deref());
        let backwards = backwards.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        for asked in &case.ask {
            let (one, other) =
                (ask(&snapshot, asked.question()), ask(&backwards, asked.question()));
            assert_eq!(one, other, "{}", case.name);
            turned += 1;
        }
        let when: BTreeSet<Instant> = case.ask.iter().filter_map(Asked::at).collect();
        held += when.iter().map(|at| hold_verdicts_to_decisions(&snapshot, *at)).sum::<usize>();
    }
    assert!(turned > 0, "no case was asked twice");
    assert!(held > 0, "no verdict was held to a decision");
}

/// Facts of every kind pass through a ledger, which opens from its snapshot alike, and whose
/// snapshot says what its entries say.
#[test]
fn a_ledger_of_each_case_is_what_its_snapshot_says() {
    let mut kinds = BTreeSet::new();
    let (mut kept, mut refused) = (0, 0);
    for (_, case) in cases().into_iter().filter(|(_, case)| case.ledger.is_none()) {
        let Ok(portfolio) = read_portfolio(&case.portfolio(), Limits::untrusted()) else {
            continue;
        };
        let store = Memory::default();
        let mut opening = Opening::default();
        (opening.secret, opening.volatile) = (Some(SECRET), true);
        let mut ledger = opening.create(Box::new(store.clone()), ORIGIN).expect("it begins");
        // Evidence may hold numbers that have no canonical form.
        let Ok(facts) = Draft::all(portfolio) else { continue };
        let own: BTreeSet<&str> = facts.iter().map(Draft::kind).collect();
        let Ok(Outcome::Appended(appended)) = ledger.append(facts, None, Instant::LAST) else {
            refused += 1;
            continue;
        };
        kinds.extend(own);
        ledger.keep_snapshot().expect("it is signed");
        let found = ledger.log_mut().verify(&[]).expect("it can be read");
        assert_eq!(found.findings, [], "{}", case.name);
        let mut opening = Opening::default();
        (opening.secret, opening.volatile) = (Some(SECRET), true);
        let opened = opening.open(Box::new(store)).expect("it opens");
        assert_eq!(opened.from_snapshot(), Some(appended.size), "{}", case.name);
        let (before, after) = (ledger.snapshot(), opened.snapshot());
        assert!(before.portfolio() == after.portfolio(), "{}", case.name);
        kept += 1;
    }
    println!("{kept} ledgers of {} kinds of facts; {refused} were refused", kinds.len());
    assert!(kept > 1_000 && kinds.len() > 30, "{kept} ledgers of {kinds:?}");
}
