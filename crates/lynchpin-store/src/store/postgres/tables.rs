//! The tables of a ledger in PostgreSQL: made, and known again.

use ::postgres::Client;
use lynchpin::base::{Error, ErrorCode, Result};

use super::Options;
use super::said::said;

/// "LYNC": who makes tables waits for the others by this number.
const APPLICATION: i64 = 0x4c59_4e43;
/// The version of the tables.
const VERSION: i32 = 1;

const TABLES: &str = "
CREATE TABLE ledger (version integer NOT NULL, origin text);
CREATE TABLE entries (
    sequence bigint PRIMARY KEY,
    key bytea NOT NULL UNIQUE,
    leaf bytea NOT NULL,
    recorded bigint NOT NULL,
    bytes bytea
);
CREATE TABLE blocks (number bigint PRIMARY KEY, root bytea NOT NULL);
CREATE TABLE notes (kind text PRIMARY KEY, size bigint NOT NULL, note bytea NOT NULL);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '23000';
END $$;
CREATE TRIGGER ledger_stays BEFORE DELETE OR TRUNCATE ON ledger EXECUTE FUNCTION refuse();
CREATE TRIGGER ledger_is_final BEFORE UPDATE ON ledger
    FOR EACH ROW WHEN (OLD.origin IS NOT NULL OR NEW.version <> OLD.version)
    EXECUTE FUNCTION refuse();
CREATE TRIGGER entries_stay BEFORE DELETE OR TRUNCATE ON entries EXECUTE FUNCTION refuse();
CREATE TRIGGER entries_are_final BEFORE UPDATE ON entries
    FOR EACH ROW WHEN (NEW.bytes IS NOT NULL OR NEW.sequence IS DISTINCT FROM OLD.sequence
        OR NEW.key IS DISTINCT FROM OLD.key OR NEW.leaf IS DISTINCT FROM OLD.leaf
        OR NEW.recorded IS DISTINCT FROM OLD.recorded)
    EXECUTE FUNCTION refuse();
CREATE TRIGGER blocks_are_final BEFORE UPDATE OR DELETE OR TRUNCATE ON blocks
    EXECUTE FUNCTION refuse();
";

/// Refuses a name that PostgreSQL would cut, so that two would be one.
pub(super) fn check_name(schema: &str) -> Result<()> {
    if schema.is_empty() || schema.len() > 63 || schema.contains('\0') {
        let message = "the name of a schema is 1 to 63 bytes, none of them zero";
        return Err(Error::new(ErrorCode::StoreForeign, message));
    }
    Ok(())
}

/// A name as it stands in a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes the tables of an empty schema, and the schema.
pub(super) fn create(client: &mut Client, options: &Options) -> Result<()> {
    let mut change = client.transaction().map_err(|e| said(&e))?;
    // Two that make the same at once would both find nothing.
    let wait = "SELECT pg_advisory_xact_lock($1)";
    change.query_one(wait, &[&APPLICATION]).map_err(|e| said(&e))?;
    let look = "SELECT count(relname) FROM pg_catalog.pg_namespace \
                LEFT JOIN pg_catalog.pg_class ON relnamespace = pg_namespace.oid \
                WHERE nspname = $1 GROUP BY nspname";
    let found = change.query_opt(look, &[&options.schema]).map_err(|e| said(&e))?;
    let found: Option<i64> = found.map(|row| row.try_get(0)).transpose().map_err(|e| said(&e))?;
    if found.is_some_and(|tables| tables > 0) {
        return Ok(());
    }
    let name = quoted(&options.schema);
    let schema = if found.is_none() { format!("CREATE SCHEMA {name};") } else { String::new() };
    let all = format!(
        "{schema} SET LOCAL search_path = {name}; {TABLES} INSERT INTO ledger VALUES ({VERSION});"
    );
    change.batch_execute(&all).map_err(|e| said(&e))?;
    change.commit().map_err(|e| said(&e))
}

/// Refuses what is no ledger, or not of this version.
pub(super) fn recognise(client: &mut Client) -> Result<()> {
    let foreign = |why: &str| Err(Error::new(ErrorCode::StoreForeign, why));
    let found = client.query("SELECT version FROM ledger", &[]);
    let found = found.map_err(|error| match said(&error) {
        error if error.code() == ErrorCode::StoreForeign => {
            let message = format!("there is no ledger in this schema: {error}");
            Error::new(ErrorCode::StoreForeign, message)
        }
        error => error,
    })?;
    let [row] = found.as_slice() else { return foreign("the schema holds no ledger") };
    match row.try_get::<_, i32>(0) {
        Ok(VERSION) => Ok(()),
        Ok(version) => foreign(&format!("the tables are of version {version}, not {VERSION}")),
        Err(_) => foreign("the schema holds no ledger"),
    }
}
