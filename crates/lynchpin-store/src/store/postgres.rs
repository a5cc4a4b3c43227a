//! The store for many writers: PostgreSQL.
