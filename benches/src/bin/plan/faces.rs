//! The same calls through the C library and the Python package: what their way of giving and
//! reading columns costs.

use std::io::{Error, Result};
use std::process::Command;

use lynchpin_benches::Wanted::{Nothing, TimesPeer};
use lynchpin_benches::figure;
use lynchpin_benches::peer;

use crate::input::{Input, Shape};
use crate::others::{self, ORDERS, Other};

/// How many times as long as in Rust it may take.
const TIMES_RUST: f64 = 1.2;

/// Prints all figures of the faces, for graphs of so many nodes.
pub(crate) fn measure(nodes: u32) -> Result<()> {
    let (own, faces) = (others::own()?, all()?);
    for shape in [Shape::Layered, Shape::Random] {
        let input = Input::made(shape, nodes)?;
        let mut here = own.start(&input.file)?;
        for face in &faces {
            let mut there = face.start(&input.file)?;
            for (order, what) in ORDERS.into_iter().filter(|(it, _)| face.can(it, nodes)) {
                let (rust, value) = here.beside(&mut there, order)?;
                let name = format!("seconds of {what}, {}, through {}", input.name, face.name);
                let wanted = if nodes == crate::LARGE { TimesPeer(TIMES_RUST) } else { Nothing };
                figure(&format!("{name}, beside Rust"), value, Some(rust), wanted);
            }
        }
    }
    Ok(())
}

/// The faces, as `cargo xtask figures plan` installs them.
fn all() -> Result<Vec<Other>> {
    let folder = peer::folder()?;
    let (prefix, program) = (folder.join("prefix"), folder.join("face"));
    let python = folder.with_file_name("venv").join("bin/python");
    for needed in [&prefix, &python] {
        if !needed.exists() {
            let why =
                format!("`{}` is missing: `cargo xtask figures plan` makes it", needed.display());
            return Err(Error::other(why));
        }
    }
    let library = prefix.join("lib");
    let mut compile = Command::new("gcc");
    compile.args(["-O2", "-std=c11"]).arg("-I").arg(prefix.join("include"));
    compile.arg(peer::sources().join("plan/face.c")).arg("-o").arg(&program);
    compile.arg("-L").arg(&library).arg("-llynchpin");
    compile.arg(format!("-Wl,-rpath,{}", library.display()));
    if !compile.status()?.success() {
        return Err(Error::other("the program in C cannot be built"));
    }
    let can = &["order", "components"];
    let script = peer::sources().join("plan/face.py");
    let python = |name, kind: &str| {
        Other::new(name, python.clone(), can).told([script.clone(), kind.into()])
    };
    Ok(vec![
        Other::new("C arrays", program, can),
        python("columns of numpy", "numpy"),
        python("columns of Arrow", "arrow"),
    ])
}
