//! `cargo xtask figures plan`: whole graphs of dependencies, ordered here and by others.
//!
//! Layered and random graphs of five edges for each node, whose numbers say nothing of the order;
//! at a million nodes, a tenth and a hundredth of that. The peers, in `benches/peers/plan`, and
//! this program itself (`serve.rs`) read the same file and take turns, each in a process of its
//! own. All must come to the same numbers. Measured is the public call on numbers of rows, with its
//! checks, and with what it is made of. Then one dependency more while an order is kept
//! (`order.rs`), a whole portfolio from its document on (`document.rs`), and one fact more
//! (`portfolio.rs`).
//!
//! `plan edges` measures the graphs alone, `plan edges 100000` those of at most so many nodes,
//! `plan faces` the same calls through C and Python (`faces.rs`) on graphs of a million nodes
//! or of as many as are named, `plan order` what is added to an order, `plan 1000` a portfolio
//! of so many changes alone.

mod debian;
mod document;
mod edges;
mod faces;
mod input;
mod limit;
mod order;
mod others;
mod portfolio;
mod serve;

use std::io::{Error, Result};
use std::process::ExitCode;

use lynchpin_benches::ended;

pub(crate) use input::Chance;

/// How many nodes the graphs have.
const SIZES: [u32; 3] = [10_000, 100_000, LARGE];
const LARGE: u32 = 1_000_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    ended(run(&words))
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        [] => {
            edges::measure(&SIZES)?;
            faces::measure(LARGE)?;
            order::measure(LARGE)?;
            portfolio::measure(1_000_000)
        }
        ["edges"] => edges::measure(&SIZES),
        ["edges", most] => {
            let most: u32 = most.parse().map_err(Error::other)?;
            edges::measure(&SIZES.into_iter().filter(|&nodes| nodes <= most).collect::<Vec<_>>())
        }
        ["faces"] => faces::measure(LARGE),
        ["faces", nodes] => faces::measure(nodes.parse().map_err(Error::other)?),
        ["order"] => order::measure(LARGE),
        ["order", nodes] => order::measure(nodes.parse().map_err(Error::other)?),
        ["decide", file] => document::decide(file.as_ref()),
        ["verdicts", file] => document::verdicts(file.as_ref()),
        ["read", file] => document::read(file.as_ref()),
        ["serve", file] => serve::run(file.as_ref()),
        // For a look at a smaller portfolio alone.
        [changes] => {
            let why = |_| {
                Error::other(format!(
                    "no part `{changes}`: take `edges`, `faces`, `order` or a number"
                ))
            };
            portfolio::measure(changes.parse().map_err(why)?)
        }
        _ => Err(Error::other("name one part, or none for all of them")),
    }
}
