//! The package dependencies of a Linux distribution: 63,666 nodes with real cycles.

use std::fs::File;
use std::io::{Error, Read, Result};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use lynchpin::graph::Edges;

use crate::input::Input;

/// The packages with all their cycles, and without the edges inside of cycles; none, said aloud,
/// if they are not on this machine.
#[expect(clippy::print_stderr, reason = "what is not measured must be seen")]
pub(crate) fn inputs() -> Result<Option<(Input, Input)>> {
    let Some(file) = file() else {
        eprintln!("skipped: debian (no data; name its folder in LYNCHPIN_DATA)");
        return Ok(None);
    };
    let mut text = String::new();
    GzDecoder::new(File::open(file)?).read_to_string(&mut text)?;
    let (mut later, mut earlier) = (Vec::new(), Vec::new());
    for row in text.lines().filter(|row| !row.starts_with('#')) {
        let (on, dependent) = row.split_once('\t').ok_or_else(|| Error::other(row.to_owned()))?;
        let number = |text: &str| text.parse::<u32>().map_err(Error::other);
        earlier.push(number(on)?);
        later.push(number(dependent)?);
    }
    let nodes = later.iter().chain(&earlier).max().map_or(0, |most| most + 1);
    let whole = Input::written("Debian with its cycles".to_owned(), nodes, &later, &earlier)?;
    let edges = Edges::new(nodes, &later, &earlier).map_err(Error::other)?;
    let components = edges.components();
    let component = |node: &u32| components.of(*node);
    let across = later.iter().zip(&earlier).filter(|(a, b)| component(a) != component(b));
    let (later, earlier): (Vec<u32>, Vec<u32>) = across.unzip();
    let name = "Debian without its cycles".to_owned();
    Ok(Some((whole, Input::written(name, nodes, &later, &earlier)?)))
}

/// Where the edges are: in the folder of `LYNCHPIN_DATA`, or beside the checkout.
#[expect(clippy::disallowed_methods, reason = "it may be told where its data is")]
fn file() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let data = std::env::var_os("LYNCHPIN_DATA").map_or_else(beside, PathBuf::from);
    Some(data.join("debian/debian_edges.tsv.gz")).filter(|file| file.is_file())
}
