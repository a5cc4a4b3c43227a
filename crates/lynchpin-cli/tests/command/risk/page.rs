//! The page about it, whose commands are run and whose answers are theirs.

use std::fs;
use std::path::Path;

use super::portfolio::portfolio;
use crate::run::{pictured, run};

/// Numbers by chance, the same on every machine (a linear congruential generator of Knuth's).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % end
    }
}

fn instant(seconds: u64) -> String {
    let seconds = u32::try_from(seconds).expect("a few years");
    let start: lynchpin::base::Instant = "2025-01-01T00:00:00Z".parse().expect("an instant");
    start.after(lynchpin::base::Span::from_seconds(seconds)).to_string()
}

/// Invented changes: large ones fail more often, and more so if who made them is new to it.
pub fn history() -> String {
    let (mut chance, mut at) = (Chance(2026), 0);
    let mut text = "change,made,known,lines,files,experience,failed\n".to_owned();
    for number in 1..=700_u64 {
        at += 3_600 + chance.below(20 * 3_600);
        let power = chance.below(10);
        let lines = (1 << power) + chance.below(1 << power);
        let files = 1 + chance.below(2 + lines / 20);
        let experience = chance.below(1 + number / 2);
        let new = if experience < 20 { 30 } else { 0 };
        let failed = chance.below(1_000) < 20 + power * (22 + new);
        let days = 1 + chance.below(14);
        let known = if failed { instant(at + days * 86_400) } else { String::new() };
        // Of one in twenty it is not known how long its author has been there.
        let told = chance.below(20) > 0;
        let experience = if told { experience.to_string() } else { String::new() };
        let failed = if failed { "yes" } else { "no" };
        let made = instant(at);
        text += &format!("C-{number},{made},{known},{lines},{files},{experience},{failed}\n");
    }
    text
}

/// Runs a command of the page; with `> FILE`, its answer goes there.
fn obey(folder: &Path, command: &str) -> String {
    let (command, file) = match command.split_once(" > ") {
        Some((command, file)) => (command, Some(file)),
        None => (command, None),
    };
    let words: Vec<&str> = command.split_whitespace().collect();
    let (name, arguments) = words.split_first().expect("a command");
    assert_eq!(*name, "lynchpin", "{command}");
    let ran = run(folder, arguments);
    assert_eq!(ran.status, 0, "{command}: {}", ran.err);
    match file {
        Some(file) => fs::write(folder.join(file), &ran.out).expect("written"),
        None => return ran.out,
    }
    ran.err
}

/// Each command of a page is run, and the next block of text is what the last of them answered; a
/// further one is no answer, and stays.
fn told(folder: &Path, page: &str) -> String {
    let (mut out, mut answer) = (String::new(), None);
    for (number, part) in page.split("```").enumerate() {
        let between = if number == 0 { "" } else { "```" };
        match part.split_once('\n').filter(|_| number % 2 == 1) {
            Some(("sh", commands)) => {
                let commands = commands.replace("\\\n", " ");
                for command in commands.lines() {
                    answer = Some(obey(folder, command));
                }
                out += &format!("{between}{part}");
            }
            Some(("text", own)) => {
                let told = answer.take();
                out += &format!("{between}text\n{}", told.as_deref().unwrap_or(own));
            }
            _ => out += &format!("{between}{part}"),
        }
    }
    out
}

#[test]
fn the_page_tells_the_answers_as_they_are() {
    pictured("risk.csv", &history());
    let folder = tempfile::tempdir().expect("a scratch folder");
    fs::write(folder.path().join("risk.csv"), history()).expect("written");
    fs::write(folder.path().join("portfolio.json"), portfolio().to_string()).expect("written");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/risk.md");
    let page = fs::read_to_string(page).expect("the page is there");
    pictured("risk.md", &told(folder.path(), &page));
}
