//! What the packages of a repository are called, by the manifests at its top.

use std::collections::BTreeSet;

use super::error::Result;
use super::reading::Reading;

/// The manifests that name a package.
const MANIFESTS: [&str; 5] =
    ["Cargo.toml", "package.json", "go.mod", "pyproject.toml", "composer.json"];
/// Bytes of a manifest; people write them.
const MANIFEST_BYTES: usize = 256 * 1024;
/// A name of fewer letters would be found in lines that mean something else.
const NAME_LETTERS: usize = 3;

/// The names that a lock file may have for what a repository makes: those of its manifests at the
/// end of the range, and its own.
pub(crate) fn of(reading: &Reading) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::from([reading.repository.name.clone()]);
    for manifest in MANIFESTS {
        let object = format!("{}:{manifest}", reading.range.until);
        let mut stream = reading.repository.git.stream(&["cat-file", "blob", &object], vec![])?;
        let mut bytes = Vec::new();
        while let Some(chunk) = stream.chunk()? {
            let room = MANIFEST_BYTES.saturating_sub(bytes.len());
            bytes.extend(chunk.into_iter().take(room));
        }
        // Most repositories have one of them only.
        if stream.end()?.0 {
            names.extend(named(manifest, &String::from_utf8_lossy(&bytes)));
        }
    }
    names.retain(|name| name.len() >= NAME_LETTERS);
    Ok(names)
}

/// The name that a manifest gives; one that cannot be read gives none.
fn named(manifest: &str, text: &str) -> Option<String> {
    let of_toml = |path: [&str; 2]| {
        let table: toml::Table = text.parse().ok()?;
        Some(table.get(path[0])?.get(path[1])?.as_str()?.to_owned())
    };
    match manifest {
        "Cargo.toml" => of_toml(["package", "name"]),
        "pyproject.toml" => of_toml(["project", "name"]),
        "go.mod" => {
            let mut lines = text.lines().map(str::trim);
            lines.find_map(|line| line.strip_prefix("module ")).map(|name| name.trim().to_owned())
        }
        _ => {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            Some(value.get("name")?.as_str()?.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn each_manifest_names_its_package() {
        for (manifest, text) in [
            ("Cargo.toml", "[package]\nname = \"fares\"\n"),
            ("pyproject.toml", "[project]\nname = \"fares\"\n"),
            ("go.mod", "// x\nmodule fares\n\ngo 1.22\n"),
            ("package.json", "{\"name\": \"fares\"}"),
            ("composer.json", "{\"name\": \"fares\"}"),
        ] {
            assert_eq!(named(manifest, text).as_deref(), Some("fares"), "{manifest}");
            assert_eq!(named(manifest, "["), None, "{manifest}");
        }
    }
}
