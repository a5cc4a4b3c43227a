//! Blocks of lines `key=value`, as LightGBM writes them.

use std::collections::BTreeMap;
use std::str::FromStr;

use super::grow::check_count;
use crate::base::error::{Error, ErrorCode, Problem, Result, shown};
use crate::base::limits::TREES_MAX;

/// A key with its value, which is empty if nothing follows the key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    key: &'a str,
    pub(super) value: &'a str,
    /// From 1.
    line: u64,
}

/// The fields up to the next block, by their keys.
#[derive(Debug)]
pub(super) struct Block<'a> {
    fields: BTreeMap<&'a str, Field<'a>>,
    /// Where it begins, from 1.
    pub(super) line: u64,
}

/// The header and the trees of a text.
pub(super) struct Blocks<'a> {
    pub(super) header: Block<'a>,
    pub(super) trees: Vec<Block<'a>>,
}

/// Takes a text apart.
pub(super) fn blocks(text: &str) -> Result<Blocks<'_>> {
    let mut lines = (1..).zip(text.lines().map(str::trim_ascii));
    if lines.next().is_none_or(|(_, first)| first != "tree") {
        let message = "the first line is not `tree`: give the text that LightGBM's `save_model` \
                       writes";
        return Err(Problem::new(ErrorCode::Syntax, message).on_line(1, 1).into());
    }
    let mut header = Block { fields: BTreeMap::new(), line: 1 };
    let mut trees: Vec<Block<'_>> = Vec::new();
    let mut last = 1;
    for (line, words) in lines {
        last = line;
        if words == "end of trees" {
            return Ok(Blocks { header, trees });
        }
        let (key, value) = words.split_once('=').unwrap_or((words, ""));
        if key == "Tree" {
            let found = trees.len().saturating_add(1);
            check_count("trees", found, TREES_MAX).map_err(|it| it.on_line(line, 1))?;
            trees.push(Block { fields: BTreeMap::new(), line });
        }
        let block = trees.last_mut().unwrap_or(&mut header);
        let field = Field { key, value, line };
        if !key.is_empty() && block.fields.insert(key, field).is_some() {
            let message = format!("`{}` stands twice in one block", shown(key));
            return Err(Problem::new(ErrorCode::DuplicateKey, message).on_line(line, 1).into());
        }
    }
    let message = "the text ends before `end of trees`: it was cut short, so save it again";
    Err(Problem::new(ErrorCode::Syntax, message).on_line(last, 1).into())
}

impl<'a> Block<'a> {
    /// Whether a key is there.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The field of a key.
    pub(super) fn field(&self, key: &str) -> Result<Field<'a>> {
        self.fields.get(key).copied().ok_or_else(|| {
            let message = format!("the block that begins here has no `{key}`");
            Problem::new(ErrorCode::MissingField, message).on_line(self.line, 1).into()
        })
    }

    /// The one number of a key.
    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<T> {
        let field = self.field(key)?;
        field.parse(field.value, 0)
    }

    /// The numbers of a key, which must be so many.
    pub(super) fn numbers<T: FromStr>(&self, key: &str, count: usize) -> Result<Vec<T>> {
        let field = self.field(key)?;
        self.words(key, count)?.into_iter().map(|(at, word)| field.parse(word, at)).collect()
    }

    /// The words of a key, which must be so many, each with where it begins in the value.
    pub(super) fn words(&self, key: &str, count: usize) -> Result<Vec<(usize, &'a str)>> {
        let field = self.field(key)?;
        let words: Vec<(usize, &str)> = placed(field.value).collect();
        if words.len() == count {
            return Ok(words);
        }
        let message = format!("`{key}` has {} entries where there must be {count}", words.len());
        Err(field.bad(ErrorCode::WrongType, 0, message))
    }

    /// A problem with the whole block.
    pub(super) fn on(&self, problem: Problem) -> Error {
        problem.on_line(self.line, 1).into()
    }

    /// A problem with one of the words of a key, from 0.
    pub(super) fn entry(&self, key: &str, number: usize, problem: Problem) -> Error {
        let Some(field) = self.fields.get(key) else { return self.on(problem) };
        field.on(problem, placed(field.value).nth(number).map_or(0, |(at, _)| at))
    }
}

/// The words of a value, each with where it begins.
fn placed(value: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = value.as_ptr().addr();
    let words = value.split_ascii_whitespace();
    words.map(move |word| (word.as_ptr().addr().saturating_sub(start), word))
}

impl Field<'_> {
    /// A word of the value as a number; `at` is where it begins.
    pub(super) fn parse<T: FromStr>(&self, word: &str, at: usize) -> Result<T> {
        word.parse().map_err(|_| {
            let message = format!("`{}` is no number that `{}` can have", shown(word), self.key);
            self.bad(ErrorCode::NumberOutOfRange, at, message)
        })
    }

    /// What is wrong with the value, or with the word of it that begins at a place.
    pub(super) fn bad(&self, code: ErrorCode, at: usize, message: String) -> Error {
        self.on(Problem::new(code, message), at)
    }

    /// A problem with the word of the value that begins at a place.
    pub(super) fn on(&self, problem: Problem, at: usize) -> Error {
        let before = self.key.len().saturating_add("=".len()).saturating_add(at);
        let column = u64::try_from(before).unwrap_or(u64::MAX).saturating_add(1);
        problem.on_line(self.line, column).into()
    }
}
