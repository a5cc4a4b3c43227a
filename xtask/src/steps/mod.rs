//! The steps of `cargo xtask test`, in the order in which they run.

mod c;
pub(crate) mod corpus;
pub(crate) mod install;
mod licences;
pub(crate) mod python;
mod readme;
mod rust;

use crate::job::{Job, Outcome};
use crate::{mutants, soak, tools};

/// One named check. A step whose inputs are missing fails; nothing is passed over in silence.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Also run by `--quick`.
    pub(crate) quick: bool,
    pub(crate) run: fn(&mut Job<'_>) -> Outcome,
}

const fn quick(name: &'static str, about: &'static str, run: fn(&mut Job<'_>) -> Outcome) -> Step {
    Step { name, about, quick: true, run }
}

const fn full(name: &'static str, about: &'static str, run: fn(&mut Job<'_>) -> Outcome) -> Step {
    Step { name, about, quick: false, run }
}

/// All steps. The corpus is unpacked by `rust-tests`, so it stands before the other languages.
pub(crate) const STEPS: &[Step] = &[
    full("tools", "make the Python environment, install missing system tools", tools::step),
    quick("fmt", "rustfmt has nothing to change", rust::fmt),
    quick("clippy", "no lint in any target, with default and with all features", rust::clippy),
    full("licences", "licences, banned crates and sources as deny.toml says", licences::step),
    quick("rust-tests", "unit, corpus, law, golden, header, floor and doc tests", rust::tests),
    full(
        "postgres",
        "the ledger on a PostgreSQL server: one suite, many processes",
        rust::postgres,
    ),
    full("soak", "a share of the soak: the properties, seeded by the commit", soak::share),
    full(
        "mutants",
        "the changed lines of the gates and a share of the others changed: a test must fail",
        mutants::share,
    ),
    full("docs", "rustdoc without a warning", rust::docs),
    full(
        "c-headers",
        "headers alone and twice, C99, C11, C17, C++17 and C++20, pedantic",
        c::headers,
    ),
    full("c-plain", "C and C++ programs against the shared library", c::plain),
    full("c-asan", "the same under ASan and UBSan, Rust instrumented too", c::asan),
    full("c-valgrind", "the same under valgrind", c::valgrind),
    full("c-install", "exported symbols; consumers through pkg-config and CMake", install::step),
    full("python-install", "pip install ./bindings/python", python::install),
    full("python-tests", "pytest", python::tests),
    full(
        "python-types",
        "stubs equal the module; tests and examples are strictly typed",
        python::types,
    ),
    full("readme", "README.md, as a new user follows it in each language", readme::step),
    full(corpus::STEP, "every language ran the same number of cases", corpus::step),
];
