//! What only a PostgreSQL server can do to a ledger.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::time::Duration;

use ::postgres::{Client, NoTls};
use lynchpin::base::{Digest, ErrorCode, Instant, Result};
use lynchpin_store::Log;
use lynchpin_store::entry::Row;
use lynchpin_store::log;
use lynchpin_store::store::postgres::{Options, Postgres};
use lynchpin_store::store::{Durability, Store};

use crate::ORIGIN;
use crate::logs::{appended, batch, facts};
use crate::server::Server;

type Check = (&'static str, fn(&Server, &str));

const CHECKS: &[Check] = &[
    ("a ledger is only opened where one is", foreign),
    ("many make one ledger", made_by_many),
    ("what could be lost with the power is refused", could_be_lost),
    ("what is kept less safely later is refused, too", less_safe_later),
    ("a role may be allowed to append and nothing else", least_privilege),
    ("rows are not changed", not_changed),
    ("who cannot write is told so", read_only),
    ("a writer that takes too long is not waited for", busy),
    ("what the server says has its code", codes),
    ("a commit that is refused has left nothing", refused_commit),
    ("a statement that failed cannot be passed over", passed_over),
    ("a lost connection is made anew", made_anew),
    ("a host makes its own connections", own_connections),
];

/// Runs all, each with a schema of its own.
pub(crate) fn all(server: &Server) {
    for (number, (name, check)) in CHECKS.iter().enumerate() {
        println!("{name}");
        check(server, &format!("Odd \"schema\" {number}"));
    }
}

fn options(schema: &str) -> Options {
    let mut options = Options::default();
    options.schema = schema.to_owned();
    options
}

fn create(server: &Server, schema: &str) -> Postgres {
    Postgres::create_with(&server.parameters(), options(schema)).unwrap()
}

fn open(server: &Server, role: &str, schema: &str) -> Result<Postgres> {
    Postgres::open_with(&server.parameters_of(role), options(schema))
}

fn code<T>(result: Result<T>) -> ErrorCode {
    result.err().expect("it is refused").code()
}

/// An administrator in that schema.
fn administrator(server: &Server, schema: &str) -> Client {
    let mut client = server.client();
    client.batch_execute(&format!("SET search_path = {}", quoted(schema))).unwrap();
    client
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn row(sequence: u64) -> Row {
    let bytes = sequence.to_be_bytes().to_vec();
    let (key, recorded) = (Digest::of(&bytes), Instant::EPOCH);
    Row { sequence, key, leaf: key, recorded, bytes: Some(bytes) }
}

fn append(store: &mut Postgres, sequence: u64) -> Result<()> {
    store.write(&mut |change| change.append(&[row(sequence)], &[]))
}

fn foreign(server: &Server, schema: &str) {
    assert_eq!(code(open(server, "postgres", schema)), ErrorCode::StoreForeign);
    let name = quoted(schema);
    let mut client = server.client();
    // An empty schema, such as an administrator makes beforehand, will do.
    client.batch_execute(&format!("CREATE SCHEMA {name}")).unwrap();
    assert_eq!(code(open(server, "postgres", schema)), ErrorCode::StoreForeign);
    assert_eq!(create(server, schema).head().unwrap().size, 0);
    let version = format!(
        "ALTER TABLE {name}.ledger DISABLE TRIGGER USER; UPDATE {name}.ledger SET version = 2"
    );
    client.batch_execute(&version).unwrap();
    let refused = open(server, "postgres", schema).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::StoreForeign);
    assert!(refused.to_string().contains("version 2"), "{refused}");
    // A schema in which something else is.
    let schema = format!("other {schema}");
    let name = quoted(&schema);
    client.batch_execute(&format!("CREATE SCHEMA {name}; CREATE TABLE {name}.x ()")).unwrap();
    let refused = Postgres::create_with(&server.parameters(), options(&schema));
    assert_eq!(code(refused), ErrorCode::StoreForeign);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = $1";
    assert_eq!(client.query_one(tables, &[&schema]).unwrap().get::<_, i64>(0), 1);
}

fn made_by_many(server: &Server, schema: &str) {
    std::thread::scope(|scope| {
        for sequence in 1..=8 {
            scope.spawn(move || {
                let name = format!("acme.example/{sequence}");
                create(server, schema).begin(&name).unwrap()
            });
        }
    });
    let origin = create(server, schema).origin().unwrap();
    assert!(origin.expect("one of them").starts_with("acme.example/"));
}

/// Opens a log as a role that has a setting.
fn open_log_with(server: &Server, schema: &str, role: &str, setting: &str) -> Result<Log> {
    let sql = format!("CREATE ROLE {role} SUPERUSER LOGIN; ALTER ROLE {role} SET {setting}");
    server.client().batch_execute(&sql).unwrap();
    Log::open(Box::new(open(server, role, schema)?), log::Options::default())
}

fn could_be_lost(server: &Server, schema: &str) {
    create(server, schema).begin(ORIGIN).unwrap();
    let refused = open_log_with(server, schema, "hasty", "synchronous_commit = off");
    assert_eq!(code(refused), ErrorCode::StoreUnsafe);
    for (role, setting) in [("here", "local"), ("there", "remote_apply")] {
        let setting = format!("synchronous_commit = {setting}");
        open_log_with(server, schema, role, &setting).expect("it is synced");
    }
    let mut store = create(server, schema);
    assert_eq!(store.durability().unwrap(), Durability::Power);
    // A table that the server empties after a crash.
    administrator(server, schema).batch_execute("ALTER TABLE notes SET UNLOGGED").unwrap();
    assert_eq!(store.durability().unwrap(), Durability::Process);
}

fn less_safe_later(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    for setting in ["fsync", "full_page_writes"] {
        assert_eq!(store.durability().unwrap(), Durability::Power);
        set(server, setting, "off");
        assert_eq!(code(append(&mut store, 1)), ErrorCode::StoreUnsafe, "{setting}");
        assert_eq!(store.head().unwrap().size, 0);
        assert_eq!(create(server, schema).durability().unwrap(), Durability::Process);
        set(server, setting, "on");
    }
    append(&mut store, 1).unwrap();
}

/// Sets something of the server, and waits until it is so.
fn set(server: &Server, setting: &str, value: &str) {
    let mut client = server.client();
    client.batch_execute(&format!("ALTER SYSTEM SET {setting} = {value}")).unwrap();
    client.batch_execute("SELECT pg_reload_conf()").unwrap();
    let show = format!("SHOW {setting}");
    while client.query_one(&show, &[]).unwrap().get::<_, &str>(0) != value {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Other sessions read the new value before their next statement, once the signal is there.
    std::thread::sleep(Duration::from_millis(200));
}

fn least_privilege(server: &Server, schema: &str) {
    create(server, schema).begin(ORIGIN).unwrap();
    let name = quoted(schema);
    let mut client = administrator(server, schema);
    let grants = format!(
        "CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA {name} TO app;
         GRANT SELECT ON ALL TABLES IN SCHEMA {name} TO app;
         GRANT INSERT ON entries, blocks, notes TO app; GRANT UPDATE ON notes TO app;
         GRANT UPDATE (origin) ON ledger TO app"
    );
    client.batch_execute(&grants).unwrap();
    let store = open(server, "app", schema).unwrap();
    let mut options = log::Options::default();
    let key = lynchpin_store::note::SecretKey::new(ORIGIN, [7; 32]).unwrap();
    options.signer = Some(Box::new(key));
    let mut log = Log::open(Box::new(store), options).unwrap();
    assert_eq!(appended(log.append(&batch(facts(&["A", "B"]), Some(0), 1))).places, [1, 2]);
    log.checkpoint().unwrap();
    let mut store = open(server, "app", schema).unwrap();
    let erased = store.write(&mut |change| change.erase(&[1]));
    assert_eq!(code(erased), ErrorCode::StoreReadOnly);
    client.batch_execute("GRANT UPDATE (bytes) ON entries TO app").unwrap();
    store.write(&mut |change| change.erase(&[1])).unwrap();

    let mut app = Client::connect(&server.parameters_of("app"), NoTls).unwrap();
    app.batch_execute(&format!("SET search_path = {name}")).unwrap();
    for sql in ["DELETE FROM entries", "TRUNCATE blocks", "UPDATE entries SET leaf = ''"] {
        let refused = app.batch_execute(sql).unwrap_err();
        assert_eq!(refused.code().map(|code| code.code()), Some("42501"), "{sql}");
    }
}

fn not_changed(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    store.begin(ORIGIN).unwrap();
    store.write(&mut |change| change.append(&[row(1)], &[(0, row(1).leaf)])).unwrap();
    let mut client = administrator(server, schema);
    for sql in [
        "DELETE FROM entries",
        "TRUNCATE entries",
        "UPDATE entries SET bytes = 'x'",
        "UPDATE entries SET sequence = 2, bytes = NULL",
        "UPDATE entries SET key = '', bytes = NULL",
        "UPDATE entries SET leaf = '', bytes = NULL",
        "UPDATE entries SET recorded = 9, bytes = NULL",
        "DELETE FROM blocks",
        "TRUNCATE blocks",
        "UPDATE blocks SET root = ''",
        "UPDATE ledger SET origin = 'x'",
        "UPDATE ledger SET origin = NULL",
        "DELETE FROM ledger",
        "TRUNCATE ledger",
    ] {
        let refused = client.batch_execute(sql).unwrap_err();
        assert_eq!(refused.code().map(|code| code.code()), Some("23000"), "{sql}");
    }
    // Nothing but this.
    client.batch_execute("UPDATE entries SET bytes = NULL").unwrap();
}

fn read_only(server: &Server, schema: &str) {
    create(server, schema).begin(ORIGIN).unwrap();
    let setting = "default_transaction_read_only = on";
    let mut log = open_log_with(server, schema, "reader", setting).expect("it may be read");
    let refused = log.append(&batch(facts(&["A"]), None, 1));
    assert_eq!(code(refused), ErrorCode::StoreReadOnly);
    assert_eq!(log.head().size, 0);
}

fn busy(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    let mut hasty = options(schema);
    hasty.busy = Duration::from_millis(50);
    let mut other = Postgres::open_with(&server.parameters(), hasty).unwrap();
    store
        .write(&mut |change| {
            assert_eq!(code(append(&mut other, 1)), ErrorCode::StoreBusy);
            // Readers never wait.
            assert_eq!(other.head()?.size, 0);
            change.append(&[row(1)], &[])
        })
        .unwrap();
    append(&mut other, 2).unwrap();
    assert_eq!(store.head().unwrap().size, 2);
}

/// Lets the server refuse with a state, for each row or when it is committed.
fn refuse_with(client: &mut Client, state: &str, in_commit: bool) {
    let kind = if in_commit { "CONSTRAINT TRIGGER" } else { "TRIGGER" };
    let when = if in_commit { "DEFERRABLE INITIALLY DEFERRED" } else { "" };
    let sql = format!(
        "DROP TRIGGER IF EXISTS odd ON entries; CREATE OR REPLACE FUNCTION odd() RETURNS trigger
         LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'odd' USING ERRCODE = '{state}'; END $$;
         CREATE {kind} odd AFTER INSERT ON entries {when} FOR EACH ROW EXECUTE FUNCTION odd()"
    );
    client.batch_execute(&sql).unwrap();
}

fn codes(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    let mut client = administrator(server, schema);
    for (state, wanted) in [
        ("53100", ErrorCode::StoreFull),
        ("25006", ErrorCode::StoreReadOnly),
        ("42501", ErrorCode::StoreReadOnly),
        ("55P03", ErrorCode::StoreBusy),
        ("57014", ErrorCode::StoreBusy),
        ("40001", ErrorCode::StoreBusy),
        ("40P01", ErrorCode::StoreBusy),
        ("42P01", ErrorCode::StoreForeign),
        ("XX001", ErrorCode::StoreCorrupt),
        ("58030", ErrorCode::Io),
    ] {
        refuse_with(&mut client, state, false);
        assert_eq!(code(append(&mut store, 1)), wanted, "{state}");
        assert_eq!(store.head().unwrap().size, 0);
    }
}

fn refused_commit(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    let mut client = administrator(server, schema);
    for (state, wanted) in [("53100", ErrorCode::StoreFull), ("40001", ErrorCode::StoreBusy)] {
        refuse_with(&mut client, state, true);
        assert_eq!(code(append(&mut store, 1)), wanted, "{state}");
        assert_eq!(store.head().unwrap().size, 0);
    }
    client.batch_execute("DROP TRIGGER odd ON entries").unwrap();
    append(&mut store, 1).unwrap();
}

fn passed_over(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    append(&mut store, 1).unwrap();
    let written = store.write(&mut |change| {
        let _ = change.append(&[row(1)], &[]);
        Ok(())
    });
    assert_eq!(code(written), ErrorCode::Io);
    append(&mut store, 2).unwrap();
}

fn cut_all(server: &Server) {
    let cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
               WHERE application_name = 'lynchpin'";
    server.client().batch_execute(cut).unwrap();
}

fn made_anew(server: &Server, schema: &str) {
    let mut store = create(server, schema);
    store.begin(ORIGIN).unwrap();
    for sequence in 1..=3 {
        cut_all(server);
        append(&mut store, sequence).unwrap();
        cut_all(server);
        assert_eq!(store.head().unwrap().size, sequence);
    }
    // In the middle of reading: nothing twice, nothing left out.
    let mut seen = Vec::new();
    let read = store.rows(1..9, &mut |row| {
        if seen.is_empty() {
            cut_all(server);
        }
        seen.push(row.sequence);
        Ok(())
    });
    read.unwrap();
    assert_eq!(seen, [1, 2, 3]);
    // In the middle of writing: nothing is left, and the next one succeeds.
    let cut = store.write(&mut |change| {
        change.append(&[row(4)], &[])?;
        cut_all(server);
        change.append(&[row(5)], &[])
    });
    assert_eq!(code(cut), ErrorCode::Io);
    append(&mut store, 4).unwrap();
    // Before the commit: whoever asks cannot know that it never came there.
    let cut = store.write(&mut |change| {
        change.append(&[row(5)], &[])?;
        cut_all(server);
        Ok(())
    });
    assert_eq!(code(cut), ErrorCode::StoreFailed);
    append(&mut store, 5).unwrap();
    assert_eq!(store.head().unwrap().size, 5);
}

fn own_connections(server: &Server, schema: &str) {
    let parameters = server.parameters();
    let connect = move || {
        let failed = |_| lynchpin::base::Error::new(ErrorCode::Io, "no connection");
        Client::connect(&parameters, NoTls).map_err(failed)
    };
    let mut store = Postgres::create_through(Box::new(connect.clone()), options(schema)).unwrap();
    append(&mut store, 1).unwrap();
    let mut other = Postgres::open_through(Box::new(connect), options(schema)).unwrap();
    assert_eq!(other.head().unwrap().size, 1);
}
