//! A repository in which everything happens that can happen to a line or a file.

use std::io::Result;
use std::path::Path;

use super::history::{Known, Making};
use super::import::Said;
use super::operations::{Operation, Shape};

/// Where the released part of it ends.
pub const TAG: &str = "v1";

const WEIGHTS: [(Operation, usize); 17] = [
    (Operation::Edit, 300),
    (Operation::Append, 25),
    (Operation::Create, 25),
    (Operation::CreateEmpty, 5),
    (Operation::CreateOpaque, 8),
    (Operation::Rename, 20),
    (Operation::RenameAndEdit, 20),
    (Operation::Delete, 22),
    (Operation::CreateAgain, 14),
    (Operation::MoveLines, 20),
    (Operation::ChangeMode, 14),
    (Operation::ChangeOpaque, 60),
    (Operation::Convert, 4),
    (Operation::Swap, 8),
    (Operation::Retype, 6),
    (Operation::Truncate, 3),
    (Operation::FinalNewline, 8),
];

/// Makes a repository in a folder, with so many changes after [`TAG`]; what is known of them.
///
/// # Errors
///
/// If git is not there or fails, or a folder cannot be written to.
pub fn scripted(folder: &Path, seed: u64, changes: usize) -> Result<Known> {
    let shape = Shape {
        folders: 12,
        lines: (20, 120),
        weights: WEIGHTS.to_vec(),
        odd_paths: true,
        edits_moved: true,
    };
    let mut making = Making::begin(folder, (seed, 50), shape, (1, 12), &said("begin"))?;
    for _ in 0..40 {
        next(&mut making)?;
    }
    making.release(TAG)?;
    for _ in 0..changes {
        next(&mut making)?;
    }
    making.end()
}

fn next(making: &mut Making) -> Result<()> {
    let kind = making.hand.random.below(100);
    if kind < 8 {
        let commits = making.hand.random.between(2, 4);
        let subject = format!("Part of a request (#{})\nWORK", making.next());
        making.series(&vec![said(&subject); commits])
    } else if kind < 33 {
        let commits = making.hand.random.between(1, 5);
        let parts: Vec<Said> = (0..commits).map(|_| said("WORK")).collect();
        let whole = said(&format!("Merge branch 'topic-{}'", making.next()));
        making.merge(&parts, &whole)
    } else {
        let works = making.hand.random.between(1, 3);
        making.direct(works, said)
    }
}

fn said(message: &str) -> Said {
    let ann = ("Ann Abbe".to_owned(), "ann@example.org".to_owned());
    let cut = message.split_once('\n').map(|(first, rest)| format!("{first}\n\n{rest}"));
    let message = cut.unwrap_or_else(|| message.to_owned());
    Said { author: ann.clone(), committer: ann, message }
}
