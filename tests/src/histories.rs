//! Published histories of changes that failed or held, as they are handed to tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of histories, from `LYNCHPIN_DATA` or beside the checkout.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test may be told where its data is")]
#[expect(clippy::print_stdout, reason = "what is skipped is named")]
pub fn folder(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let data = std::env::var_os("LYNCHPIN_DATA").map_or_else(beside, PathBuf::from);
    let folder = Some(data.join(name)).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: {name} (no data)");
    }
    folder
}

/// The columns of a file by name.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn columns(file: &Path) -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(file).expect("a history can be read");
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines {
        for (name, field) in header.iter().zip(line.split(',')) {
            columns.entry((*name).to_owned()).or_default().push(field.to_owned());
        }
    }
    columns
}

/// A column as numbers.
///
/// # Panics
///
/// If it is not there or not of numbers.
#[must_use]
#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
pub fn numbers(columns: &BTreeMap<String, Vec<String>>, name: &str) -> Vec<f64> {
    columns.get(name).into_iter().flatten().map(|field| field.parse().expect("a number")).collect()
}
