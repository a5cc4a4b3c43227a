//! The power goes at random moments: what was acknowledged is there, once, whatever of the rest
//! reached the disk, and in which order.
//!
//! A writer runs once with a layer below it that writes down all changes to its files; then states
//! that a cut could have left are made from that, and opened. Linux only, for that layer.
#![cfg(target_os = "linux")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[path = "fault/child.rs"]
mod child;
#[path = "fault/disk.rs"]
mod disk;
#[path = "fault/script.rs"]
mod script;
#[path = "fault/shim.rs"]
mod shim;

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use disk::{Disk, Trace};
use lynchpin_store::store::{Durability, sqlite};
use script::{Random, Script, Seen, append};

/// How many cuts one recorded run serves.
const CUTS_PER_TRACE: u64 = 50;
/// One recorded run in so many is long.
const LONG_EVERY: u64 = 10;

/// The writer: appends batches in sessions, and says so in the file `said` beside the ledger.
#[test]
fn child() {
    let Some(words) = child::words() else { return };
    let number = |at: usize| words[at].parse::<u64>().expect("a number");
    let (folder, seed) = (Path::new(&words[0]), number(1));
    let mut options = sqlite::Options::default();
    options.durability = durability(&words[2]);
    let (script, mut random) = (Script { seed, large_every: number(3) }, Random(seed));
    let mut said = OpenOptions::new().create(true).append(true).open(folder.join("said"));
    let mut say = move |text: &str| {
        let said = said.as_mut().expect("it can be written");
        assert_eq!(said.write(text.as_bytes()).expect("it is written"), text.len());
    };
    let (mut next, batches) = (0, number(4));
    while next < batches {
        let mut log = script::open(&folder.join("ledger"), true, options, None).expect("it opens");
        say("begun");
        let end = (next + 1 + random.below(number(5))).min(batches);
        for number in next..end {
            append(&mut log, &script.batch(number)).expect("it is appended");
            say("batch");
            if random.below(6) == 0 {
                let note = log.checkpoint().expect("it is signed");
                say(&note);
            }
        }
        next = end;
    }
}

#[test]
fn cuts_of_the_power_lose_and_double_nothing() {
    if child::words().is_some() {
        return;
    }
    let (cuts, seed) = (child::count(500, 20_000), child::seed());
    let mut random = Random(seed);
    let (mut done, mut opened) = (0, 0);
    while done < cuts {
        let is_long = done / CUTS_PER_TRACE % LONG_EVERY == LONG_EVERY - 1;
        let run = Run::record("power", is_long, &mut random);
        let tried = CUTS_PER_TRACE.min(cuts - done);
        run.cut(tried, &mut random, &mut |seen, outcome| {
            opened += u64::from(seen.begun);
            if let Err(why) = outcome {
                panic!("seed {seed}, after {} batches: {why}", seen.batches);
            }
        });
        done += tried;
    }
    println!("counted: power: {done} cuts, {opened} of them of a ledger that was acknowledged");
    // The same with less than full durability must lose something, or this test is blind.
    for name in ["process", "volatile"] {
        let (mut lost, tried) = (0, cuts / 10);
        let run = Run::record(name, false, &mut random);
        run.cut(tried, &mut random, &mut |_, outcome| lost += u64::from(outcome.is_err()));
        println!("counted: power: {lost} of {tried} cuts lost something when kept as `{name}`");
        assert!(lost > tried / 20, "of {tried} cuts kept as `{name}`, {lost} lost something");
    }
}

#[expect(clippy::panic, reason = "a test stops at the first surprise")]
fn durability(name: &str) -> Durability {
    match name {
        "power" => Durability::Power,
        "process" => Durability::Process,
        "volatile" => Durability::Volatile,
        other => panic!("no durability is called `{other}`"),
    }
}

/// One run of the writer, as it was recorded.
struct Run {
    script: Script,
    trace: Trace,
}

impl Run {
    fn record(durability: &str, is_long: bool, random: &mut Random) -> Self {
        let scratch = child::scratch();
        let folder = scratch.path().join("disk");
        fs::create_dir(&folder).expect("the folder can be made");
        // Some runs are long and have large batches, until the write-ahead log begins anew within a
        // session; the others end their sessions often, which removes it.
        let (large, batches, session) = if is_long { (10, 24, 60) } else { (1000, 60, 12) };
        let script = Script { seed: random.next(), large_every: large };
        let words = [folder.display().to_string(), script.seed.to_string(), durability.to_owned()];
        let numbers = [large, batches, session].map(|number| number.to_string());
        let mut writer = child::again(&[&words[..], &numbers[..]].concat());
        let trace = scratch.path().join("trace");
        shim::under(&mut writer, &folder).env("FAULT_TRACE", &trace);
        let ended = writer.output().expect("the writer starts");
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        Run { script, trace: Trace::read(&trace, &folder) }
    }

    /// Cuts the power at so many moments and checks what is left.
    fn cut(&self, cuts: u64, random: &mut Random, each: &mut dyn FnMut(&Seen, Result<(), String>)) {
        let events = u64::try_from(self.trace.events.len()).expect("it is small");
        let mut moments: Vec<u64> = (0..cuts).map(|_| random.below(events + 1)).collect();
        moments.sort_unstable();
        let mut moments = moments.into_iter().peekable();
        let (mut disk, mut seen) = (Disk::default(), Seen::default());
        for moment in 0..=events {
            while moments.next_if_eq(&moment).is_some() {
                let folder = child::scratch();
                disk.cut(&self.trace, random, folder.path());
                each(&seen, self.script.check(&folder.path().join("ledger"), &seen));
            }
            let Some(event) = self.trace.events.get(usize::try_from(moment).expect("it is small"))
            else {
                break;
            };
            match self.trace.said(&disk, event) {
                Some("begun") => seen.begun = true,
                Some("batch") => seen.batches += 1,
                Some(note) => seen.checkpoint = Some(note.to_owned()),
                None => {}
            }
            disk.apply(&self.trace, event);
        }
    }
}
