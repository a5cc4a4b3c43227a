//! What is decided is decided on what is recorded, whoever else appends.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::thread;

use lynchpin::base::{ErrorCode, Instant, Subject};
use lynchpin::portfolio::{ClaimQuestion, DecideQuestion};
use lynchpin::reason::Verdict;
use lynchpin_store::log::Options;
use lynchpin_store::note::SecretKey;
use lynchpin_store::store::memory::Memory;
use lynchpin_store::store::{Note, Store};
use lynchpin_store::{Batch, ClaimEnd, Draft, GroupCommit, Ledger, Outcome};

const ORIGIN: &str = "acme.example/releases";
const POLICY: &str = r#"name = "acme"
requirement.board = { approval = { group = "cab" } }
gate.board = { stage = "production", judges = "change", require = "board" }
"#;

fn key(secret: u8) -> SecretKey {
    SecretKey::new(ORIGIN, [secret; 32]).expect("a key")
}

fn open_signed(store: &Memory, secret: Option<u8>) -> Ledger {
    let mut options = Options::default();
    options.volatile = true;
    if let Some(secret) = secret {
        options.signer = Some(Box::new(key(secret)));
    }
    let mut ledger = Ledger::create(Box::new(store.clone()), ORIGIN, options).expect("a ledger");
    ledger.set_policy(POLICY).expect("a policy");
    ledger
}

fn open(store: &Memory) -> Ledger {
    open_signed(store, Some(7))
}

fn at(minute: u32) -> Instant {
    format!("2026-11-01T09:{minute:02}:00Z").parse().expect("an instant")
}

fn draft(kind: &str, fact: &str) -> Draft {
    Draft::read(kind, fact.as_bytes()).expect("a fact")
}

fn change(revision: u32, minute: u32) -> Draft {
    let artifact = format!("sha256:{}", revision.to_string().repeat(64));
    let fact = format!(
        r#"{{"id": "C-1", "revision": {revision}, "artifacts": ["{artifact}"],
            "at": "{}", "by": "raj"}}"#,
        at(minute)
    );
    draft("changes", &fact)
}

fn approval(minute: u32) -> Draft {
    let fact = format!(
        r#"{{"change": "C-1", "revision": 1, "requirement": "board", "stage": "production",
            "decision": "approved", "at": "{}", "by": "ann"}}"#,
        at(minute)
    );
    draft("approvals", &fact)
}

fn append(ledger: &mut Ledger, facts: Vec<Draft>, minute: u32) -> u64 {
    match ledger.append(facts, None, at(minute)).expect("it is appended") {
        Outcome::Appended(appended) => appended.size,
        Outcome::Conflict(_) => panic!("it was decided on nothing"),
    }
}

/// A ledger with a change that the board has not approved yet.
fn begun(store: &Memory) -> Ledger {
    let mut ledger = open(store);
    let facts = vec![
        draft("people", r#"{"id": "raj"}"#),
        draft("people", r#"{"id": "ann"}"#),
        draft("groups", r#"{"id": "cab", "members": [{"person": "ann"}]}"#),
        draft("stages", r#"{"id": "production"}"#),
        change(1, 0),
    ];
    assert_eq!(append(&mut ledger, facts, 0), 5);
    ledger
}

fn subject() -> Subject {
    Subject::Change("C-1".parse().expect("an id"))
}

fn question() -> ClaimQuestion {
    ClaimQuestion::new(subject(), at(0), "raj".parse().expect("an id"))
}

fn verdict(ledger: &Ledger, minute: u32) -> Verdict {
    let question = DecideQuestion::new(subject(), at(minute));
    ledger.snapshot().decide(&question).expect("it is decided").verdict()
}

#[test]
fn a_claim_is_decided_where_it_is_appended() {
    let store = Memory::default();
    let mut bot = begun(&store);
    let mut desk = open(&store);
    append(&mut desk, vec![approval(1)], 1);
    bot.refresh().expect("it follows");
    assert!(verdict(&bot, 2).is_go());
    // In between, at another desk, the change is replaced: what was a go is none any more.
    append(&mut desk, vec![change(2, 2)], 2);
    assert!(verdict(&bot, 2).is_go(), "the bot has not seen it yet");
    let ClaimEnd::Refused(decision) = bot.claim(&question(), None, at(3)).expect("it is decided")
    else {
        panic!("the edit came first, so it is no go");
    };
    assert_eq!(decision.verdict(), Verdict::NeedsAction);
    assert_eq!(bot.log().head().size, 7, "a refusal appends nothing");
}

#[test]
fn an_approval_and_an_edit_that_were_decided_on_one_size_never_both_count() {
    for round in 0..20 {
        let store = Memory::default();
        let size = begun(&store).log().head().size;
        let writers: Vec<_> = [approval(1), change(2, 1)]
            .map(|draft| {
                let store = store.clone();
                thread::spawn(move || {
                    let outcome = open(&store).append(vec![draft], Some(size), at(1));
                    matches!(outcome.expect("it is answered"), Outcome::Appended(_))
                })
            })
            .into();
        let taken = writers.into_iter().map(|it| it.join().expect("no thread panics"));
        let taken = taken.filter(|is_taken| *is_taken).count();
        assert_eq!(taken, 1, "round {round}");
    }
}

#[test]
fn a_claim_under_an_id_is_made_once() {
    let store = Memory::default();
    let mut ledger = begun(&store);
    append(&mut ledger, vec![approval(1)], 1);
    let id = "deploy-7".parse().expect("an id");
    let claim = |ledger: &mut Ledger, minute| match ledger
        .claim(&question(), Some(&id), at(minute))
        .expect("it is decided")
    {
        ClaimEnd::Claimed(claim) => claim,
        ClaimEnd::Refused(_) => panic!("it is a go"),
    };
    let first = claim(&mut ledger, 2);
    assert_eq!((first.sequence, first.attempt, first.at), (7, 1, at(2)));
    // Asked again, by whoever does not know what became of it, and from another process.
    assert_eq!(claim(&mut ledger, 3), first);
    assert_eq!(claim(&mut open(&store), 3), first);
    let other = ClaimQuestion::new(subject(), at(3), "ann".parse().expect("an id"));
    let error = ledger.claim(&other, Some(&id), at(3)).expect_err("it is another claim");
    assert_eq!(error.code(), ErrorCode::DuplicateId);
}

#[test]
fn nothing_is_decided_by_a_clock_that_is_far_behind() {
    let store = Memory::default();
    let mut ledger = begun(&store);
    append(&mut ledger, vec![approval(1)], 30);
    let by = "raj".parse().expect("an id");
    let decide = DecideQuestion::new(subject(), at(0));
    for minute in [0, 24] {
        let error = ledger.claim(&question(), None, at(minute)).expect_err("it is refused");
        assert_eq!(error.code(), ErrorCode::NotAtHead, "{minute}");
        let error = ledger.decide(&decide, &by, at(minute)).expect_err("it is refused");
        assert_eq!(error.code(), ErrorCode::NotAtHead, "{minute}");
    }
    // Clocks of machines differ a little; the ledger's time never goes back.
    let (decision, record) = ledger.decide(&decide, &by, at(25)).expect("it is decided");
    assert!(decision.is_go());
    assert_eq!((record.at, record.recorded, record.sequence), (at(30), Some(at(30)), 7));
}

#[test]
fn what_the_engine_refuses_is_not_appended() {
    let store = Memory::default();
    let mut ledger = begun(&store);
    let other = draft(
        "changes",
        r#"{"id": "C-1", "revision": 1, "title": "x", "at": "2026-11-01T09:00:00Z", "by": "raj"}"#,
    );
    let facts = vec![draft("people", r#"{"id": "tom"}"#), other];
    let error = ledger.append(facts, None, at(1)).expect_err("the revision is there");
    assert_eq!(error.code(), ErrorCode::DuplicateId);
    assert_eq!((ledger.log().head().size, open(&store).log().head().size), (5, 5));
    // Others in the same transaction are taken or not by themselves.
    let batch = |draft: Draft| Batch { facts: vec![draft], decided_on: None, clock: at(1) };
    let alike = draft("people", r#"{"id": "r_j", "aliases": ["raj"]}"#);
    let batches = [batch(alike), batch(draft("people", r#"{"id": "tom"}"#))];
    let outcomes = ledger.append_all(&batches).expect("the store works");
    let ended: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(ended, [false, true], "{outcomes:?}");
    assert_eq!(ledger.log().head().size, 6);
}

#[test]
fn who_belonged_is_asked_of_what_was_known_then() {
    let store = Memory::default();
    let mut ledger = begun(&store);
    // Mei says yes before she is on the board; to be put there later does not make it count.
    let early = draft(
        "approvals",
        r#"{"change": "C-1", "revision": 1, "requirement": "board", "stage": "production",
            "decision": "approved", "at": "2026-11-01T09:01:00Z", "by": "mei"}"#,
    );
    append(&mut ledger, vec![draft("people", r#"{"id": "mei"}"#), early], 1);
    let board = r#"{"id": "cab", "members": [{"person": "ann"}, {"person": "mei"}]}"#;
    let size = append(&mut ledger, vec![draft("groups", board)], 2);
    assert_eq!(verdict(&ledger, 3), Verdict::NeedsAction);
    append(&mut ledger, vec![approval(3)], 3);
    assert!(verdict(&ledger, 4).is_go());
    let mut then = ledger.at(size).expect("it had so many");
    then = then.assuming(&[], Some(&POLICY.parse().expect("a policy"))).expect("it is asked");
    let question = DecideQuestion::new(subject(), at(4));
    let before = then.decide(&question).expect("it is decided").verdict();
    assert_eq!(before, Verdict::NeedsAction);
}

#[test]
fn a_snapshot_counts_only_if_the_key_has_signed_it() {
    let store = Memory::default();
    let mut ledger = begun(&store);
    append(&mut ledger, vec![approval(1)], 1);
    ledger.keep_snapshot().expect("it is kept");
    append(&mut ledger, vec![draft("people", r#"{"id": "tom"}"#)], 2);
    let known = ledger.snapshot().portfolio().clone();

    let same = |ledger: &Ledger| *ledger.snapshot().portfolio() == known;
    let fast = open(&store);
    assert_eq!((fast.from_snapshot(), same(&fast)), (Some(6), true));
    let unsigned = open_signed(&store, None);
    assert_eq!((unsigned.from_snapshot(), same(&unsigned)), (None, true));

    let (size, note) = store.clone().note(Note::Snapshot).expect("it").expect("it is kept");
    let text = String::from_utf8(note).expect("it is text");
    for (from, to) in [
        ("\"decision\":\"approved\"", "\"decision\":\"rejected\""),
        ("\"id\":\"ann\"", "\"id\":\"eve\""),
        ("snapshot/1", "snapshot/2"),
        ("\n6\n", "\n7\n"),
    ] {
        let forged = text.replacen(from, to, 1);
        assert_ne!(forged, text, "{from}");
        store.clone().keep(Note::Snapshot, size, forged.as_bytes()).expect("it is kept");
        let slow = open(&store);
        assert_eq!((slow.from_snapshot(), same(&slow)), (None, true), "{to}");
    }
}

#[test]
fn threads_that_append_together_lose_nothing() {
    let store = Memory::default();
    let shared = GroupCommit::new(begun(&store));
    let places: Vec<u64> = thread::scope(|scope| {
        let append = |who: usize| {
            let shared = &shared;
            scope.spawn(move || {
                let mut places = Vec::new();
                for number in 0..10 {
                    let fact = format!(r#"{{"id": "person-{who}-{number}"}}"#);
                    let facts = vec![draft("people", &fact)];
                    let batch = Batch { facts, decided_on: None, clock: at(1) };
                    match shared.append(batch).expect("it is appended") {
                        Outcome::Appended(appended) => places.extend(appended.places),
                        Outcome::Conflict(_) => panic!("it was decided on nothing"),
                    }
                }
                places
            })
        };
        let threads: Vec<_> = (0..4).map(append).collect();
        threads.into_iter().flat_map(|it| it.join().expect("no thread panics")).collect()
    });
    let mut sorted = places;
    sorted.sort_unstable();
    assert_eq!(sorted, (6..46).collect::<Vec<u64>>());
    assert_eq!(shared.snapshot().portfolio().people.len(), 42);
    assert_eq!(open(&store).log().root(), shared.into_inner().log().root());
}
