//! What a file is for, by its path: whether it defines a schema, configures, or neither.
//!
//! [`of`] goes by the name and the folders, in any case of ASCII, and never looks inside. A file is
//! one of the three; what defines a schema configures nothing:
//!
//! - [`PROSE`], wherever it lies, is neither.
//! - A schema is what ends in one of [`SCHEMA_ENDINGS`], what is one of [`SCHEMA_NAMES`] before its
//!   first dot, and what lies in a folder `migrations`, or `migrate` within `db`.
//! - Configuration is what ends in one of [`CONFIGURATION_ENDINGS`], what is one of
//!   [`CONFIGURATION_NAMES`], also with a dot and more behind it, and what ends in one of
//!   [`DATA_ENDINGS`] in one of [`CONFIGURATION_FOLDERS`].
//!
//! A name is a sign and no proof: a program that writes its tables by itself shows none, and sample
//! data in YAML counts as configuration. As a feature that is enough, since a model weighs it by
//! what became of such changes here.

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// It defines or migrates the schema of a database, or the contract of an interface.
    Schema,
    /// It configures rather than programs.
    Configuration,
    /// Anything else.
    Other,
}

/// What only people read, though it may lie among the rest.
const PROSE: &[&str] = &["md", "rst", "adoc", "txt"];
/// Languages of databases, of messages and of interfaces.
const SCHEMA_ENDINGS: &[&str] = &[
    "sql", "ddl", "dbml", "prisma", "proto", "fbs", "capnp", "thrift", "avsc", "avdl", "graphql",
    "graphqls", "gql", "xsd", "wsdl", "raml",
];
/// Names that say it in whatever language: `schema.rb`, `openapi.yaml`.
const SCHEMA_NAMES: &[&str] = &["schema", "openapi", "swagger", "asyncapi"];
/// Languages of settings and of infrastructure.
const CONFIGURATION_ENDINGS: &[&str] = &[
    "yaml",
    "yml",
    "toml",
    "ini",
    "conf",
    "cfg",
    "cnf",
    "config",
    "properties",
    "env",
    "tf",
    "tfvars",
    "hcl",
];
/// Names that say it without an ending, or with any: `Dockerfile`, `Dockerfile.test`, `.env.local`.
const CONFIGURATION_NAMES: &[&str] =
    &["dockerfile", "containerfile", "jenkinsfile", "vagrantfile", "procfile", "caddyfile", ".env"];
/// Endings that say nothing by themselves: data, and templates of whatever.
const DATA_ENDINGS: &[&str] = &["json", "jsonnet", "libsonnet", "tpl"];
/// Folders whose data and templates are settings.
const CONFIGURATION_FOLDERS: &[&str] =
    &["config", "conf", "deploy", "helm", "k8s", "kubernetes", "kustomize", "manifests"];

/// What the file of a path is for.
pub(crate) fn of(path: &[u8]) -> FileKind {
    let mut folders: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let name = folders.pop().unwrap_or_default();
    let ending = name.iter().rposition(|byte| *byte == b'.').and_then(|dot| name.get(dot + 1..));
    let ends = |known: &[&str]| ending.is_some_and(|ending| is_one(ending, known));
    let lies = |known: &[&str]| folders.iter().any(|folder| is_one(folder, known));
    if ends(PROSE) {
        return FileKind::Other;
    }
    let first = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    let migrates = || {
        let in_db = |pair: &[&[u8]]| match pair {
            [outer, inner] => is_one(outer, &["db"]) && is_one(inner, &["migrate"]),
            _ => false,
        };
        lies(&["migrations"]) || folders.windows(2).any(in_db)
    };
    if ends(SCHEMA_ENDINGS) || is_one(first, SCHEMA_NAMES) || migrates() {
        return FileKind::Schema;
    }
    let is_named = |known: &&str| {
        let start = name.get(..known.len());
        let goes_on = matches!(name.get(known.len()), None | Some(b'.'));
        goes_on && start.is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()))
    };
    let configures = ends(CONFIGURATION_ENDINGS)
        || CONFIGURATION_NAMES.iter().any(is_named)
        || (ends(DATA_ENDINGS) && lies(CONFIGURATION_FOLDERS));
    if configures { FileKind::Configuration } else { FileKind::Other }
}

fn is_one(word: &[u8], known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_file_is_for() {
        let cases: [(FileKind, &[&str]); 3] = [
            (
                FileKind::Schema,
                &[
                    "orders.sql",
                    "a/Orders.SQL",
                    "api/fares.proto",
                    "api/schema.rb",
                    "openapi.yaml",
                    "swagger.v2.json",
                    "shop/migrations/0001_initial.py",
                    "Migrations/1.cs",
                    "db/migrate/20260101_add_fares.rb",
                    "events/fare.avsc",
                    "k8s/schema.yaml",
                ],
            ),
            (
                FileKind::Configuration,
                &[
                    "Cargo.toml",
                    ".github/workflows/ci.yml",
                    "Dockerfile",
                    "docker/Dockerfile.test",
                    ".env",
                    "web/.env.local",
                    "prod.env",
                    "infra/main.tf",
                    "helm/templates/_helpers.tpl",
                    "config/limits.json",
                    "app.properties",
                ],
            ),
            (
                FileKind::Other,
                &[
                    "",
                    "/",
                    "src/main.rs",
                    "migrations/README.md",
                    "config/README.rst",
                    "src/config/mod.rs",
                    "migrate/run.go",
                    "db/seeds.rb",
                    "data/limits.json",
                    "dockerfiles.py",
                    "schemata.py",
                    "yaml",
                    "sql",
                    "src/env.rs",
                ],
            ),
        ];
        for (kind, paths) in cases {
            for path in paths {
                assert_eq!(of(path.as_bytes()), kind, "{path}");
            }
        }
        assert_eq!(of(b"\xff\xfe/\xff.sql"), FileKind::Schema);
    }
}
