//! The writer is killed at random moments: what it was told is there, once, whatever it was doing.
//!
//! Linux only: the signal that nothing can catch.
#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "fault/child.rs"]
mod child;
#[path = "fault/script.rs"]
mod script;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use lynchpin_store::store::sqlite;
use script::{Random, Script, Seen, append};

/// How many kills one ledger lives through.
const KILLS_PER_LEDGER: u64 = 20;
/// The longest that a writer is let live, in microseconds, after it said what it was waited for.
const LIFE_MICROS: u64 = 60_000;

/// The writer: opens the ledger, appends batches from one number on, and says so after each.
#[test]
fn child() {
    let Some(words) = child::words() else { return };
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
    let (path, seed) = (words.first().expect("a path"), number(1).expect("a seed"));
    let script = Script { seed, large_every: 40 };
    let say = |line: String| {
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).and_then(|()| out.flush()).expect("who asked listens");
    };
    say("\nstarted\n".to_owned());
    let options = sqlite::Options::default();
    let mut log = script::open(Path::new(path), true, options, None).expect("it opens");
    say("begun\n".to_owned());
    for number in number(2).expect("a number").. {
        append(&mut log, &script.batch(number)).expect("it is appended");
        say(format!("batch {number}\n"));
        if number % 5 == 0 {
            let note = log.checkpoint().expect("it is signed");
            say(format!("checkpoint {}\n", note.replace('\n', "|")));
        }
    }
}

#[test]
fn kills_lose_and_double_nothing() {
    if child::words().is_some() {
        return;
    }
    let (kills, seed) = (child::count(20, 1000), child::seed());
    let mut random = Random(seed);
    let (mut done, mut batches, mut idle) = (0, 0, 0);
    while done < kills {
        let (memory, disk) = (child::scratch(), tempfile::tempdir_in(child::target()));
        let disk = disk.expect("the target folder can be written");
        // On a disk most kills fall into a sync, in memory most fall beside one.
        let folder = if random.below(2) == 0 { memory.path() } else { disk.path() };
        let path = folder.join("ledger");
        let script = Script { seed: random.next(), large_every: 40 };
        let mut seen = Seen::default();
        for _ in 0..KILLS_PER_LEDGER.min(kills - done) {
            let before = seen.batches;
            // Some are killed while they open the ledger, some before and most after a batch.
            let wait_for = match random.below(4) {
                0 => "started\n".to_owned(),
                1 => "begun\n".to_owned(),
                _ => format!("batch {before}\n"),
            };
            kill_one(&path, script, &mut seen, (&wait_for, random.below(LIFE_MICROS)));
            if let Err(why) = script.check(&path, &seen) {
                panic!("after {done} kills, seed {seed}, {} batches: {why}", seen.batches);
            }
            // The check appended the batch that was under way.
            idle += u64::from(seen.batches == before);
            seen.batches += 1;
            seen.begun = true;
            batches += seen.batches - before;
            done += 1;
        }
    }
    println!("counted: kills: {done} kills, {batches} batches, {idle} killed before the first");
    assert!(idle < done * 3 / 4, "most writers were killed before they wrote: {idle} of {done}");
}

/// Lets a writer live for a while, kills it, and takes down what it was told.
fn kill_one(path: &Path, script: Script, seen: &mut Seen, (wait_for, micros): (&str, u64)) {
    let words = [path.display().to_string(), script.seed.to_string(), seen.batches.to_string()];
    let mut writer = child::again(&words);
    let mut writer = writer.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut out = writer.stdout.take().expect("it has an output");
    let mut text = String::new();
    let mut byte = [0];
    while !text.ends_with(wait_for) {
        assert_eq!(out.read(&mut byte).expect("it is read"), 1, "it ended: {text}");
        text.push(char::from(byte[0]));
    }
    thread::sleep(Duration::from_micros(micros));
    writer.kill().expect("it is killed");
    out.read_to_string(&mut text).expect("it is read");
    let status = writer.wait().expect("it ends");
    assert_eq!(status.code(), None, "it ended by itself: {status}, {text}");
    // A line that is not whole was not said.
    for line in text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')) {
        match line.split_once(' ') {
            None if line == "begun" => seen.begun = true,
            Some(("batch", number)) => {
                assert_eq!(number.parse(), Ok(seen.batches), "batches in order");
                seen.batches += 1;
            }
            Some(("checkpoint", note)) => seen.checkpoint = Some(note.replace('|', "\n")),
            _ => {}
        }
    }
}
