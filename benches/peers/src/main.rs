//! The gate of `cargo xtask figures gates`, judged by other policy engines.
//!
//! It is told a file of inputs, compiles the policies and builds the requests of all of them, and
//! then does what it is told line by line: `verdicts NAME` prints a digit for each input, 1 for a
//! go; `time NAME` judges every input once and prints the nanoseconds that one took. So whoever
//! asks can have it take turns with others.

mod cedar;
mod cel;
mod input;
mod rego;

use std::io::{BufRead, Write};
use std::time::Duration;

use input::Input;
use rustix::time::{ClockId, clock_gettime};

type Failure = Box<dyn std::error::Error>;

/// An engine with its policy compiled and its requests built.
trait Engine {
    /// Judges every input in order and tells of each whether it is a go.
    fn judge(&mut self, say: &mut dyn FnMut(bool)) -> Result<(), Failure>;
}

fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("name the file of inputs")?;
    let inputs: Vec<Input> = serde_json::from_slice(&std::fs::read(path)?)?;
    let mut engines: Vec<(&str, Box<dyn Engine>)> = vec![
        ("cedar-policy", Box::new(cedar::Cedar::new(&inputs)?)),
        ("regorus", Box::new(rego::Rego::new(&inputs, rego::Way::Counting)?)),
        ("cel", Box::new(cel::Cel::new(&inputs, cel::Way::Counting)?)),
        ("regorus, roles counted", Box::new(rego::Rego::new(&inputs, rego::Way::Aggregated)?)),
        ("cel, roles counted", Box::new(cel::Cel::new(&inputs, cel::Way::Aggregated)?)),
    ];
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready")?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (order, name) = line.split_once(' ').ok_or("an order and an engine")?;
        let found = engines.iter_mut().find(|(known, _)| *known == name);
        let (_, engine) = found.ok_or("no such engine")?;
        match order {
            "verdicts" => {
                let mut digits = String::with_capacity(inputs.len());
                engine.judge(&mut |go| digits.push(if go { '1' } else { '0' }))?;
                writeln!(out, "{digits}")?;
            }
            "time" => writeln!(out, "{}", time(engine.as_mut(), inputs.len())?)?,
            _ => return Err("no such order".into()),
        }
        out.flush()?;
    }
    Ok(())
}

/// The nanoseconds of a processor that one judgement takes, whatever else the machine does.
fn time(engine: &mut dyn Engine, count: usize) -> Result<f64, Failure> {
    let mut goes = 0_usize;
    let start = processor()?;
    engine.judge(&mut |go| goes += usize::from(go))?;
    let taken = processor()? - start;
    // What comes of it is looked at, or it might not be done at all.
    std::hint::black_box(goes);
    Ok(taken.as_secs_f64() * 1e9 / count as f64)
}

fn processor() -> Result<Duration, Failure> {
    Ok(Duration::try_from(clock_gettime(ClockId::ThreadCPUTime))?)
}
