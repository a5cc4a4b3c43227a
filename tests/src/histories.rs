//! Published histories of changes that failed or held, as they are handed to tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lynchpin::base::Instant;
use lynchpin::risk::learn::{Bend, Column, Transform};

/// The features of the published histories, in the names that their authors gave them.
const FEATURES: [&str; 14] = [
    "ns", "nd", "nf", "entropy", "la", "ld", "lt", "fix", "ndev", "age", "nuc", "exp", "rexp",
    "sexp",
];
/// Those that are no counts.
const PLAIN: [&str; 2] = ["fix", "entropy"];
/// Those that grow for as long as a history does.
const GROWING: [&str; 3] = ["exp", "rexp", "sexp"];

/// A history in order of time: a column for each feature in millionths, and what failed.
pub struct History {
    /// The set and the project.
    pub name: String,
    /// When each change was made, in seconds.
    pub times: Vec<i64>,
    /// The values of each feature.
    pub values: Vec<Vec<i64>>,
    /// Whether each change failed.
    pub failed: Vec<bool>,
}

/// The ten histories of Kamei et al. (2013) and Zeng et al. (2021); none where they are not handed
/// over.
#[must_use]
pub fn published() -> Vec<History> {
    let (Some(kamei), Some(issta)) = (folder("kamei2013"), folder("issta21")) else {
        return Vec::new();
    };
    let first = ["bugzilla", "columba", "jdt", "postgres"].map(|project| {
        History::read(&kamei, project, |name| match name {
            "nd" => "nm",
            "age" => "pd",
            "nuc" => "npt",
            same => same,
        })
    });
    let others = ["qt", "openstack", "jdt", "platform", "gerrit", "go"].map(|project| {
        History::read(&issta, project, |name| if name == "entropy" { "entrophy" } else { name })
    });
    first.into_iter().chain(others).collect()
}

impl History {
    /// Where its last three tenths begin.
    #[must_use]
    pub fn cut(&self) -> usize {
        self.failed.len() * 7 / 10
    }

    /// Its columns, of the first so many changes.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]
    pub fn columns(&self, count: usize) -> Vec<Column<'_>> {
        let columns = FEATURES.into_iter().zip(&self.values).map(|(name, values)| Column {
            name,
            transform: if PLAIN.contains(&name) { Transform::Plain } else { Transform::Log },
            bend: if GROWING.contains(&name) { Bend::Straight } else { Bend::Free },
            values: &values[..count],
        });
        columns.collect()
    }

    /// The features of one change.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "a test stops at the first surprise")]
    pub fn row(&self, row: usize) -> Vec<i64> {
        self.values.iter().map(|values| values[row]).collect()
    }

    #[expect(
        clippy::indexing_slicing,
        clippy::expect_used,
        reason = "a test stops at the first surprise"
    )]
    fn read(folder: &Path, project: &str, named: impl Fn(&'static str) -> &'static str) -> Self {
        let columns = columns(&folder.join(format!("{project}.csv")));
        let dates = columns.get("date").or(columns.get("commitdate")).expect("a date");
        let times: Vec<i64> = dates.iter().map(|text| seconds(text)).collect();
        let mut order: Vec<usize> = (0..dates.len()).collect();
        order.sort_by_key(|at| times[*at]);
        let failed = &columns["bug"];
        let raw = |name: &str| numbers(&columns, name);
        // Four projects give sizes for each line and file that was there, if there was any.
        let sizes = columns.contains_key("npt").then(|| {
            let (lines, files) = (raw("lt"), raw("nf"));
            let all = lines.iter().zip(&files).map(|(lines, files)| lines * files);
            let all: Vec<f64> = all.map(|all| if all > 0.0 { all } else { 1.0 }).collect();
            (all, files)
        });
        let values = FEATURES.map(|feature| {
            let values = raw(named(feature));
            let times: Option<&Vec<f64>> = sizes.as_ref().and_then(|(all, files)| match feature {
                "la" | "ld" => Some(all),
                "lt" | "nuc" => Some(files),
                _ => None,
            });
            let value = |at: &usize| values[*at] * times.map_or(1.0, |times| times[*at]);
            order.iter().map(|at| millionths(value(at))).collect()
        });
        let set = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        History {
            name: format!("{set}/{project}"),
            values: values.into(),
            times: order.iter().map(|at| times[*at]).collect(),
            failed: order.iter().map(|at| failed[*at] == "1").collect(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "these are small")]
fn millionths(value: f64) -> i64 {
    (value * 1e6).round() as i64
}

/// A date in slashes, or seconds since 1970.
#[expect(clippy::expect_used, clippy::panic, reason = "a test stops at the first surprise")]
fn seconds(date: &str) -> i64 {
    if !date.contains('/') {
        return millionths(date.parse::<f64>().expect("a number") / 1e6);
    }
    let parts: Vec<u32> =
        date.split(['/', ' ', ':']).map(|part| part.parse().expect("a number")).collect();
    let &[year, month, day, hour, minute] = parts.as_slice() else { panic!("{date}") };
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00Z");
    text.parse::<Instant>().expect("an instant").micros() / 1_000_000
}

/// Where a file or folder of the data stands, if it is there: from `LYNCHPIN_DATA` or beside the
/// checkout.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "a test may be told where its data is")]
pub fn data(name: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    std::env::var_os("LYNCHPIN_DATA").map_or_else(beside, PathBuf::from).join(name)
}

/// A folder of histories; where there is none, that is told.
#[must_use]
#[expect(clippy::print_stdout, reason = "what is skipped is named")]
pub fn folder(name: &str) -> Option<PathBuf> {
    let folder = Some(data(name)).filter(|folder| folder.is_dir());
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
