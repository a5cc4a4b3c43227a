//! What programs that measure share: a process beside its peer, and figures as `cargo xtask
//! figures` reads them.
#![expect(
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "it measures time and prints; the engine does neither"
)]

pub mod peer;

use std::io::{Error, Result};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use wait4::Wait4;

/// What one run of a process took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// Seconds from its start to its end.
    pub seconds: f64,
    /// Seconds of processors, of all processes that it started too.
    pub processor: f64,
    /// The most memory that one of its processes had, in megabytes: its own, or that of the largest
    /// process that it started.
    pub megabytes: f64,
}

/// Runs a process to its end; what it prints is lost, and a failure is an error.
///
/// # Errors
///
/// If it cannot be started or fails.
pub fn run(command: &mut Command) -> Result<Taken> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let ended = command.spawn()?.wait4()?;
    let seconds = start.elapsed().as_secs_f64();
    if !ended.status.success() {
        return Err(Error::other(format!("{command:?} failed: {}", ended.status)));
    }
    let used = ended.rusage;
    let processor = used.utime.as_secs_f64() + used.stime.as_secs_f64();
    // More bytes than a float counts exactly are more than any machine has.
    #[expect(clippy::cast_precision_loss, reason = "a measure")]
    let megabytes = used.maxrss as f64 / 1e6;
    Ok(Taken { seconds, processor, megabytes })
}

/// Runs a process and its peer in turns, which of them first changing with every round; the medians
/// of each.
///
/// Whatever else this machine does, and whatever it keeps in memory, then falls on both alike.
///
/// # Errors
///
/// If one of them cannot be started or fails.
pub fn beside(
    rounds: usize,
    mut own: impl FnMut() -> Command,
    mut peer: impl FnMut() -> Command,
) -> Result<(Taken, Taken)> {
    let (mut owns, mut peers) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        if round % 2 == 0 {
            owns.push(run(&mut own())?);
            peers.push(run(&mut peer())?);
        } else {
            peers.push(run(&mut peer())?);
            owns.push(run(&mut own())?);
        }
    }
    Ok((medians(&owns), medians(&peers)))
}

fn medians(taken: &[Taken]) -> Taken {
    let of = |field: fn(&Taken) -> f64| median(&taken.iter().map(field).collect::<Vec<_>>());
    Taken {
        seconds: of(|taken| taken.seconds),
        processor: of(|taken| taken.processor),
        megabytes: of(|taken| taken.megabytes),
    }
}

/// The seconds of a processor that some work takes on this thread, whatever else the machine does
/// meanwhile. What comes of it is looked at, or it might not be done at all.
pub fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = processor();
    std::hint::black_box(work());
    processor() - start
}

/// The seconds that some work takes by the clock on the wall: of what waits for a disk. It means
/// something only in turns with its peer.
pub fn elapsed<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    std::hint::black_box(work());
    start.elapsed().as_secs_f64()
}

fn processor() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).map_or(f64::NAN, |time| time.as_secs_f64())
}

/// How a program ends that measured, or failed to and says why.
#[expect(clippy::print_stderr, reason = "a program that measures says what is wrong")]
pub fn ended<E: std::fmt::Display>(measured: std::result::Result<(), E>) -> ExitCode {
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The middle one of some measures.
#[must_use]
pub fn median(measures: &[f64]) -> f64 {
    let mut values = measures.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What is wanted of a figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Wanted {
    /// Nothing: it is told so that others can be read.
    Nothing,
    /// The value is at least that.
    AtLeast(f64),
    /// The value is at most that.
    AtMost(f64),
    /// The value is at most so many times that of the peer.
    TimesPeer(f64),
}

/// Prints a figure in the form that `cargo xtask figures` judges.
pub fn figure(name: &str, value: f64, peer: Option<f64>, wanted: Wanted) {
    println!("{}", line(name, value, peer, wanted));
}

fn line(name: &str, value: f64, peer: Option<f64>, wanted: Wanted) -> String {
    let peer = peer.map_or("-".to_owned(), |peer| peer.to_string());
    let wanted = match wanted {
        Wanted::Nothing => "told; -; -".to_owned(),
        Wanted::AtLeast(least) => format!("value; >=; {least}"),
        Wanted::AtMost(most) => format!("value; <=; {most}"),
        Wanted::TimesPeer(times) => format!("ratio; <=; {times}"),
    };
    let name = name.replace([';', '\n'], " ");
    format!("figure: {name}; {value}; {peer}; {wanted}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_lines_of_one_form() {
        let of = |wanted| line("a; b", 1.5, Some(0.5), wanted);
        assert_eq!(of(Wanted::TimesPeer(3.0)), "figure: a  b; 1.5; 0.5; ratio; <=; 3");
        assert_eq!(line("x", 0.0, None, Wanted::AtMost(0.0)), "figure: x; 0; -; value; <=; 0");
        assert_eq!(line("x", 2.0, None, Wanted::AtLeast(1.5)), "figure: x; 2; -; value; >=; 1.5");
        assert_eq!(line("x", 2.0, None, Wanted::Nothing), "figure: x; 2; -; told; -; -");
    }

    #[test]
    fn the_middle_of_three_counts() {
        let taken = |seconds| Taken { seconds, processor: 1.0, megabytes: 2.0 };
        assert_eq!(medians(&[taken(9.0), taken(1.0), taken(2.0)]), taken(2.0));
    }
}
