//! README.md as a new user follows it: its files written, its commands run, in order.
//!
//! A fenced block that says `file=PATH` is written there; one that says `tested` is run by bash in
//! the checkout. All others are for reading.

use crate::job::{Job, Outcome, make_folder, read, remove_folder, write};

/// Where README's commands leave what they make.
const FOLDER: &str = "target/acme";

pub(super) fn step(job: &mut Job<'_>) -> Outcome {
    remove_folder(&job.workspace.root.join(FOLDER))?;
    let page = read(&job.workspace.root.join("README.md"))?;
    let blocks = blocks(&page)?;
    let languages: Vec<&str> =
        blocks.iter().filter_map(|block| block.info.first().copied()).collect();
    for language in ["rust", "c", "cpp", "python"] {
        if !languages.contains(&language) {
            return Err(format!("README.md shows no `{language}` that can be tried"));
        }
    }
    for block in blocks {
        let file = block.info.iter().find_map(|word| word.strip_prefix("file="));
        if let Some(file) = file {
            let path = job.workspace.root.join(file);
            make_folder(path.parent().unwrap_or(&job.workspace.root))?;
            write(&path, &block.text)?;
        } else {
            let mut bash = job.workspace.command("bash");
            job.run(bash.args(["-euo", "pipefail", "-c", &block.text]))?;
        }
    }
    Ok(())
}

/// A fenced block: the words behind its fence, and its lines.
struct Block<'a> {
    info: Vec<&'a str>,
    text: String,
}

/// The blocks that are written or run, in order.
fn blocks(page: &str) -> Result<Vec<Block<'_>>, String> {
    let mut found = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some(info)) => {
                let info = info.split_whitespace().collect();
                open = Some(Block { info, text: String::new() });
            }
            (None, None) => {}
        }
    }
    if open.is_some() {
        return Err("README.md ends in an open code block".to_owned());
    }
    let tried = |block: &Block<'_>| {
        block.info.iter().any(|word| *word == "tested" || word.starts_with("file="))
    };
    found.retain(tried);
    if found.is_empty() { Err("README.md has nothing to try".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn only_marked_blocks_are_tried() {
        let page =
            "a\n```sh\nrm -rf x\n```\n```c file=t/a.c\nint a;\n```\n```sh tested\ntrue\n```\n";
        let found = blocks(page).expect("two blocks");
        let texts: Vec<&str> = found.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(texts, ["int a;\n", "true\n"]);
        assert!(blocks("nothing here").is_err());
        assert!(blocks("```sh tested\ntrue\n").is_err());
    }
}
