//! Connections that are cut and processes that are killed, at any moment.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use lynchpin::base::{ErrorCode, Instant};
use lynchpin_store::log::{Appended, Options};
use lynchpin_store::merkle::Hash;
use lynchpin_store::{Batch, Draft, Log, Outcome};

use crate::child::{Child, open};
use crate::proxy::{Cut, Proxy};
use crate::server::Server;
use crate::work::{Random, cancelled};
use crate::{ORIGIN, history, scaled};

fn appended(outcome: Outcome) -> Appended {
    match outcome {
        Outcome::Appended(appended) => appended,
        Outcome::Conflict(range) => panic!("in conflict with {range:?}"),
    }
}

/// A cut, at the commit or anywhere.
fn cut(random: &mut Random, facts: usize) -> Cut {
    let mut bytes = |most: usize| usize::try_from(random.below(most as u64)).unwrap();
    match bytes(5) {
        0 => Cut::BeforeCommit,
        1 => Cut::AfterCommit,
        2 => Cut::Answer,
        3 => Cut::Sent(bytes(400 + 700 * facts)),
        _ => Cut::Received(bytes(300 + 100 * facts)),
    }
}

/// Appends while the connection is cut, and again as long as it is not told what became of it.
fn append(log: &mut Log, batch: &Batch, cut: Cut) -> Appended {
    let mut failed = None;
    let done = loop {
        match log.append(batch) {
            Ok(outcome) => break appended(outcome),
            Err(error) => {
                assert_eq!(failed.replace(error.code()), None, "it was cut once: {error}");
            }
        }
    };
    let all = batch.facts.len();
    match (cut, failed) {
        (Cut::BeforeCommit, failed) => {
            assert_eq!((failed, done.new), (Some(ErrorCode::StoreFailed), all));
        }
        (Cut::AfterCommit | Cut::Answer, failed) => {
            assert_eq!((failed, done.new), (Some(ErrorCode::StoreFailed), 0));
        }
        // Before the commit was sent, it is known that nothing was written.
        (_, None | Some(ErrorCode::Io)) => assert_eq!(done.new, all),
        (_, failed) => assert_eq!(failed, Some(ErrorCode::StoreFailed)),
    }
    done
}

#[test]
fn a_cut_connection_loses_and_doubles_nothing() {
    let server = Server::start();
    let proxy = Proxy::start(server.folder());
    let store = format!("postgres:host={} user=postgres", proxy.folder().display());
    let mut log = Log::create(open(&store).unwrap(), ORIGIN, Options::default()).unwrap();
    let cuts = scaled(50, 50);
    let (mut random, mut kept) = (Random::new(1), HashMap::<Hash, u64>::new());
    let mut at_commit = 0;
    while u64::from(proxy.made()) < cuts {
        let (first, count) = (kept.len(), usize::try_from(1 + random.below(20)).unwrap());
        let facts: Vec<Draft> =
            (first..first + count).map(|number| cancelled(&format!("C-{number}"))).collect();
        let cut = cut(&mut random, count);
        at_commit += u32::from(!matches!(cut, Cut::Sent(_) | Cut::Received(_)));
        proxy.plan(Some(cut));
        let clock: Instant = "2026-11-01T09:00:00Z".parse().unwrap();
        let batch = Batch { facts, decided_on: Some(log.head().size), clock };
        let done = append(&mut log, &batch, cut);
        proxy.plan(None);
        kept.extend(batch.facts.iter().map(Draft::key).zip(done.places));
    }
    assert_eq!(history::chain(open(&store).unwrap()), kept);
    println!("{} facts, {} cuts, {at_commit} of them at a commit", kept.len(), proxy.made());
}

#[test]
fn killed_processes_and_backends_lose_and_double_nothing() {
    const PROCESSES: u64 = 4;
    /// More than any of them will do.
    const QUOTA: u64 = 1_000_000;
    let folder = tempfile::tempdir().expect("a scratch folder");
    let server = Server::start();
    let store = format!("postgres:{}", server.parameters());
    Log::create(open(&store).unwrap(), ORIGIN, Options::default()).unwrap();
    let path = |number| folder.path().join(format!("said-{number}"));
    let start = |number| Child::start(&format!("writer {number} {QUOTA} {store}"), &path(number));
    let mut children: BTreeMap<u64, Child> =
        (0..PROCESSES).map(|number| (number, start(number))).collect();
    let (mut administrator, mut random) = (server.client(), Random::new(2));
    let wanted = i64::try_from(scaled(25, 100)).unwrap();
    let (mut kills, mut ends) = (0, 0);
    while kills < wanted || ends < wanted {
        std::thread::sleep(Duration::from_millis(random.below(150)));
        if random.below(2) == 0 {
            let number = random.below(PROCESSES);
            children.remove(&number).expect("it runs").kill();
            children.insert(number, start(number));
            kills += 1;
        } else {
            let end = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid \
                       FROM pg_stat_activity WHERE application_name = 'lynchpin' \
                       AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1) AS one";
            ends += administrator.query_one(end, &[]).unwrap().get::<_, i64>(0);
        }
    }
    // Each is given the time to find out what became of what it was at.
    std::thread::sleep(Duration::from_secs(1));
    children.into_values().for_each(Child::kill);
    let paths: Vec<_> = (0..PROCESSES).map(path).collect();
    let told = history::read(&paths, QUOTA);
    let all = history::check(open(&store).unwrap(), &told);
    assert!(all.facts > 0 && all.overlapping > 0, "nothing was at work");
    println!("{kills} kills, {ends} ended backends; {all}");
}
