//! What people do to files. Each of these tells in a few words what it did; nothing where it could
//! not be done.

use std::sync::Arc;

use super::draft::Draft;
use super::land::Main;
use super::random::Random;
use super::tree::{Body, Entry, FRESH, File, Line, Mode, Tree};

/// How many lines on each side of an edit must be the same in a topic and on what it lands on.
const APART: usize = 4;

/// Something that is done to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Edit,
    Append,
    Create,
    CreateEmpty,
    CreateOpaque,
    Rename,
    RenameAndEdit,
    Delete,
    CreateAgain,
    MoveLines,
    ChangeMode,
    ChangeOpaque,
    Convert,
    Swap,
    Retype,
    Truncate,
    FinalNewline,
}

/// The shape of a history: how often what is done, and how large all is.
#[derive(Debug, Clone)]
pub struct Shape {
    /// How many folders there are.
    pub folders: usize,
    /// Lines of a new file, from and to.
    pub lines: (usize, usize),
    /// What is done, each as often as its weight says.
    pub weights: Vec<(Operation, usize)>,
    /// Whether paths may hold spaces, quotes and letters beyond ASCII.
    pub odd_paths: bool,
    /// Whether a topic may edit a file that was moved meanwhile.
    pub edits_moved: bool,
}

/// Gives out what is unique.
#[derive(Debug, Default)]
pub struct Mint {
    next: u64,
    next_file: u64,
}

impl Mint {
    /// A number that nobody had.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// The number of a new file.
    pub fn file(&mut self) -> u64 {
        self.next_file += 1;
        self.next_file
    }

    fn line(&mut self) -> Line {
        let text = self.number();
        self.line_of(text)
    }

    /// A new line that says the same as another.
    fn line_of(&mut self, text: u64) -> Line {
        Line { stamp: self.number(), text, owner: FRESH }
    }

    /// So many new lines.
    pub fn lines(&mut self, count: usize) -> Vec<Line> {
        (0..count).map(|_| self.line()).collect()
    }
}

/// Whoever does it: chance, and what is unique.
#[derive(Debug)]
pub struct Hand {
    /// Chance.
    pub random: Random,
    /// What is unique.
    pub mint: Mint,
    /// What is likely.
    pub shape: Shape,
}

/// A new file.
pub fn file(mode: Mode, body: Body) -> File {
    File { mode, body, made_by: FRESH, moved_by: None }
}

impl Hand {
    /// Does something to the files; what it was, in words.
    pub fn work(&mut self, draft: &mut Draft<'_>, main: &Main) -> String {
        let total: usize = self.shape.weights.iter().map(|(_, weight)| weight).sum();
        for _ in 0..200 {
            let mut number = self.random.below(total);
            let weights = self.shape.weights.iter();
            let chosen = weights.copied().find(|(_, weight)| {
                let hit = number < *weight;
                number = number.saturating_sub(*weight);
                hit
            });
            let Some((operation, _)) = chosen else { continue };
            if let Some(said) = self.operate(operation, draft, main) {
                return said;
            }
        }
        "nothing".to_owned()
    }

    fn operate(&mut self, what: Operation, draft: &mut Draft<'_>, main: &Main) -> Option<String> {
        match what {
            Operation::Edit => self.edit(draft, false),
            Operation::Append => self.edit(draft, true),
            Operation::Create => {
                let (low, high) = self.shape.lines;
                let lines = self.random.between(low, high);
                let body = Body::Text(self.mint.lines(lines), true);
                self.create(draft, body)
            }
            Operation::CreateEmpty => {
                if std::mem::replace(&mut draft.empties, true) {
                    return None;
                }
                self.create(draft, Body::Text(Vec::new(), true))
            }
            Operation::CreateOpaque => {
                let body = Body::Opaque(self.mint.number(), FRESH);
                self.create(draft, body)
            }
            Operation::Rename => self.rename(draft, 0),
            Operation::RenameAndEdit => self.rename(draft, 2),
            Operation::Delete => self.delete(draft),
            Operation::CreateAgain => self.create_again(draft, main),
            Operation::MoveLines => self.move_lines(draft),
            Operation::ChangeMode => self.change_mode(draft),
            Operation::ChangeOpaque => self.change_opaque(draft),
            Operation::Convert => self.convert(draft),
            Operation::Swap => self.swap(draft),
            Operation::Retype => self.retype(draft),
            Operation::Truncate => self.truncate(draft),
            Operation::FinalNewline => self.final_newline(draft),
        }
    }

    /// A path that nothing ever had: the folder, a word, the number of the file.
    pub fn path(&mut self, number: u64) -> Arc<str> {
        let folder = self.folder();
        let words = ["fares", "stops", "index", "parse", "shown", "table"];
        let endings = ["rs", "py", "c", "txt", "md"];
        let word = self.random.pick(&words).unwrap_or_default();
        let ending = self.random.pick(&endings).unwrap_or_default();
        let odd = ["zwei \"Worte\" ", "-", "größe\u{1F682}", "a\\b", ":(top)"];
        let odd =
            self.random.pick(&odd).filter(|_| self.shape.odd_paths && number.is_multiple_of(4));
        let odd = odd.unwrap_or_default();
        format!("{folder}{odd}{word}{number}.{ending}").into()
    }

    /// A folder, with its slash; nested in others.
    fn folder(&mut self) -> String {
        let mut number = self.random.skewed(self.shape.folders);
        let words = ["rail", "shop", "till", "core", "docs", "ui", "api"];
        let mut folder = String::new();
        while number > 0 {
            let word = words.get(number % words.len()).copied().unwrap_or_default();
            folder.push_str(word);
            folder.push('/');
            number /= words.len();
        }
        folder
    }

    /// A file that may be touched in any way.
    fn pick(&mut self, draft: &Draft<'_>, fits: impl Fn(&File) -> bool) -> Option<(u64, Entry)> {
        let number = self.pick_number(draft)?;
        let entry = draft.get(number).filter(|(_, file)| fits(file)).cloned()?;
        let is_busy = draft.frozen.contains(&number) || draft.is_apart(number);
        (!is_busy).then_some((number, entry))
    }

    /// The number of a file: some are touched far more often than others.
    fn pick_number(&mut self, draft: &Draft<'_>) -> Option<u64> {
        let own = draft.changed().len();
        if own > 0 && self.random.percent(20) {
            let at = self.random.below(own);
            return draft.changed().keys().nth(at).copied();
        }
        any_file(draft.base, &mut self.random)
    }

    fn create(&mut self, draft: &mut Draft<'_>, body: Body) -> Option<String> {
        let number = self.mint.file();
        let path = self.path(number);
        let said = format!("make {path}");
        draft.set(number, Some((path, Arc::new(file(Mode::Plain, body)))));
        Some(said)
    }

    fn create_again(&mut self, draft: &mut Draft<'_>, main: &Main) -> Option<String> {
        let at = self.random.below(main.vacated.len());
        let path = main.vacated.keys().nth(at).filter(|path| draft.is_free(path))?.clone();
        let said = format!("make {path} again");
        let lines = self.random.between(20, 40);
        let body = Body::Text(self.mint.lines(lines), true);
        draft.set(self.mint.file(), Some((path, Arc::new(file(Mode::Plain, body)))));
        Some(said)
    }

    fn edit(&mut self, draft: &mut Draft<'_>, at_end: bool) -> Option<String> {
        let number = self.pick_number(draft)?;
        let (path, old) = draft.get(number).filter(|(_, file)| is_plain_text(file)).cloned()?;
        if draft.frozen.contains(&number) {
            return None;
        }
        let mut file = (*old).clone();
        let Body::Text(lines, ended) = &mut file.body else { return None };
        if draft.is_apart(number) {
            let (ours_path, ours) = draft.ours.get(number)?;
            let stays = *ours_path == path || self.shape.edits_moved;
            let fits = stays && !at_end && is_plain_text(ours);
            if !fits || !self.edit_apart(lines, ours.lines()) {
                return None;
            }
        } else if at_end {
            self.splice(lines, ended, (usize::MAX, 0), 1);
        } else {
            let hunks = self.random.between(1, 3);
            self.edit_lines(lines, ended, hunks);
        }
        draft.replace(number, file);
        Some(format!("{} {path}", if at_end { "append to" } else { "edit" }))
    }

    /// Edits from the end to the beginning, each with lines kept between it and the next.
    fn edit_lines(&mut self, lines: &mut Vec<Line>, ended: &mut bool, hunks: usize) {
        let (low, high) = self.shape.lines;
        let mut end = lines.len();
        for _ in 0..hunks {
            let removed = self.random.below(5).min(end);
            let at = self.random.below(end - removed + 1);
            let most = if lines.len() > high { 0 } else { 4 };
            let added = self.random.below(most + 1).max(usize::from(removed == 0));
            let added = if lines.len() < low { added.max(removed) } else { added };
            self.splice(lines, ended, (at, removed), added);
            end = at.saturating_sub(APART);
            if end == 0 {
                break;
            }
        }
    }

    /// Puts new lines in the place of others. A last line without its end is another line to git
    /// than the same with one.
    fn splice(
        &mut self,
        lines: &mut Vec<Line>,
        ended: &mut bool,
        (at, removed): (usize, usize),
        added: usize,
    ) {
        let at = at.min(lines.len());
        let to = (at + removed).min(lines.len());
        let mut new = self.mint.lines(added);
        if to == lines.len() && !*ended {
            *ended = true;
            if let Some(last) = at.checked_sub(1).and_then(|last| lines.get_mut(last))
                && removed == 0
            {
                *last = self.mint.line_of(last.text);
            }
        }
        lines.splice(at..to, new.drain(..));
    }

    /// Edits where the line of history has the same lines all around.
    fn edit_apart(&mut self, lines: &mut Vec<Line>, ours: &[Line]) -> bool {
        let removed = self.random.below(4);
        let width = removed + 2 * APART;
        let Some(room) = lines.len().checked_sub(width) else { return false };
        let start = self.random.below(room + 1);
        let Some(first) = lines.get(start) else { return false };
        let Some(at) = ours.iter().position(|line| line.stamp == first.stamp) else { return false };
        let here = lines.iter().skip(start).take(width).map(|line| line.stamp);
        let there = ours.iter().skip(at).take(width).map(|line| line.stamp);
        if !here.eq(there) {
            return false;
        }
        let added = self.random.below(4).max(usize::from(removed == 0));
        let from = start + APART;
        lines.splice(from..from + removed, self.mint.lines(added));
        true
    }

    fn rename(&mut self, draft: &mut Draft<'_>, edits: usize) -> Option<String> {
        let (number, (old, file)) = self.pick(draft, |file| file.mode != Mode::Link)?;
        // What was changed much and moved is another file to git.
        let is_changed = draft.changed().contains_key(&number);
        if is_changed || (file.lines().len() < 20 && edits > 0) {
            return None;
        }
        if is_empty(&file) && std::mem::replace(&mut draft.empties, true) {
            return None;
        }
        let name = old.rsplit('/').next().unwrap_or_default();
        let new: Arc<str> = if self.random.percent(50) {
            format!("{}{name}", self.folder()).into()
        } else {
            // A number that no file bears.
            let next = self.mint.file();
            self.path(next)
        };
        if !draft.is_free(&new) {
            return None;
        }
        let mut moved = (*file).clone();
        if let Body::Text(lines, ended) = &mut moved.body {
            self.edit_few(lines, ended, edits);
        }
        draft.frozen.insert(number);
        let said = format!("move {old} to {new}");
        draft.set(number, Some((new, Arc::new(moved))));
        Some(said)
    }

    /// So few edits that the file is plainly the same.
    fn edit_few(&mut self, lines: &mut Vec<Line>, ended: &mut bool, edits: usize) {
        let mut end = lines.len();
        for _ in 0..edits {
            let at = self.random.below(end);
            self.splice(lines, ended, (at, 1), 1);
            end = at.saturating_sub(APART);
        }
    }

    fn delete(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        if draft.base.len() < 12 {
            return None;
        }
        let (number, (path, file)) = self.pick(draft, |_| true)?;
        if is_empty(&file) && std::mem::replace(&mut draft.empties, true) {
            return None;
        }
        draft.frozen.insert(number);
        draft.set(number, None);
        Some(format!("remove {path}"))
    }

    /// Moves a block of lines over more lines than it has, so that it is the block that moved.
    fn move_lines(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (number, (path, old)) = self.pick(draft, is_plain_text)?;
        let mut file = (*old).clone();
        let Body::Text(lines, true) = &mut file.body else { return None };
        let block = self.random.between(1, 4);
        let jump = self.random.between(3 * block + 6, 3 * block + 12);
        if lines.len() < block + jump + 2 || old.lines().iter().any(|line| line.owner == FRESH) {
            return None;
        }
        let start = self.random.below(lines.len() - block - jump);
        let back = self.random.percent(50);
        let (from, to) = if back { (start + jump, start) } else { (start, start + jump) };
        let cut: Vec<Line> = lines.drain(from..from + block).collect();
        let again: Vec<Line> = cut.iter().map(|line| self.mint.line_of(line.text)).collect();
        lines.splice(to..to, again);
        draft.frozen.insert(number);
        draft.replace(number, file);
        Some(format!("move lines in {path}"))
    }

    fn change_mode(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (number, (path, old)) = self.pick(draft, |file| file.mode != Mode::Link)?;
        let plain = old.mode == Mode::Plain;
        let mode = if plain { Mode::Executable } else { Mode::Plain };
        draft.replace(number, File { mode, ..(*old).clone() });
        Some(format!("change the mode of {path}"))
    }

    fn change_opaque(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let is_opaque = |file: &File| matches!(file.body, Body::Opaque(..));
        let (number, (path, old)) = self.pick(draft, is_opaque)?;
        let body = Body::Opaque(self.mint.number(), FRESH);
        draft.replace(number, File { body, ..(*old).clone() });
        Some(format!("change {path}, which is no text"))
    }

    fn convert(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        // Not the other way around: git tells of no lines then, so nobody can know where they end.
        let (number, (path, old)) = self.pick(draft, is_plain_text)?;
        let body = Body::Opaque(self.mint.number(), FRESH);
        draft.frozen.insert(number);
        draft.replace(number, File { body, ..(*old).clone() });
        Some(format!("make no text of {path}"))
    }

    /// Two files swap their names: to git, both are written anew.
    fn swap(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (one, (path, first)) = self.pick(draft, is_plain_text)?;
        let (two, (other, second)) = self.pick(draft, is_plain_text)?;
        let own = draft.changed();
        if one == two || own.contains_key(&one) || own.contains_key(&two) {
            return None;
        }
        for (number, old, new) in [(one, &first, &second), (two, &second, &first)] {
            let Body::Text(lines, ended) = &new.body else { return None };
            let lines = lines.iter().map(|line| self.mint.line_of(line.text)).collect();
            let body = Body::Text(lines, *ended);
            draft.replace(number, File { body, mode: new.mode, ..(**old).clone() });
            draft.frozen.insert(number);
        }
        Some(format!("swap {path} and {other}"))
    }

    fn retype(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (number, (path, old)) = self.pick(draft, |file| matches!(file.body, Body::Text(..)))?;
        let (mode, body) = if old.mode == Mode::Link {
            (Mode::Plain, Body::Text(self.mint.lines(20), true))
        } else {
            (Mode::Link, Body::Text(self.mint.lines(1), false))
        };
        if draft.is_own(number) {
            return None;
        }
        draft.frozen.insert(number);
        draft.replace(number, File { mode, body, ..(*old).clone() });
        Some(format!("make a link of {path}, or a file"))
    }

    fn truncate(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (number, (path, old)) = self.pick(draft, |f| is_plain_text(f) && !is_empty(f))?;
        draft.frozen.insert(number);
        draft.replace(number, File { body: Body::Text(Vec::new(), true), ..(*old).clone() });
        Some(format!("empty {path}"))
    }

    fn final_newline(&mut self, draft: &mut Draft<'_>) -> Option<String> {
        let (number, (path, old)) = self.pick(draft, |f| is_plain_text(f) && !is_empty(f))?;
        let mut file = (*old).clone();
        let Body::Text(lines, ended) = &mut file.body else { return None };
        let last = lines.last_mut()?;
        *last = self.mint.line_of(last.text);
        *ended = !*ended;
        draft.frozen.insert(number);
        draft.replace(number, file);
        Some(format!("end {path} otherwise"))
    }
}

fn is_plain_text(file: &File) -> bool {
    file.mode != Mode::Link && matches!(file.body, Body::Text(..))
}

fn is_empty(file: &File) -> bool {
    matches!(&file.body, Body::Text(lines, _) if lines.is_empty())
}

/// A file; half of the time one of those that are always touched.
fn any_file(tree: &Tree, random: &mut Random) -> Option<u64> {
    let last = tree.last()?;
    let bound = usize::try_from(last).ok()?;
    let number = if random.percent(50) { random.skewed(bound) } else { random.below(bound) };
    tree.from(number as u64)
}
