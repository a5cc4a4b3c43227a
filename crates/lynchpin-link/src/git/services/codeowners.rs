//! CODEOWNERS files of GitHub and GitLab.
//!
//! The last line whose pattern means a path decides. On GitHub a line without owners takes them
//! away, and a line that is wrong is passed over as a whole. GitLab has sections, each of which
//! decides for itself, with owners for all its lines, and lines that begin with `!` and leave paths
//! out of their section for good; a word that is no owner is passed over alone.
//!
//! The rules are those of "About code owners" in GitHub's manual and of "Code Owners syntax" in
//! GitLab's.

use std::collections::BTreeMap;

use super::owners::Named;
use super::pattern::{Dialect, Pattern};

/// Bytes of a file. GitHub uses none that is larger.
pub(crate) const FILE_BYTES_MAX: usize = 3 * 1024 * 1024;
/// Lines that say something. The largest files known have some ten thousand.
pub(crate) const RULES_MAX: usize = 20_000;
/// Sections, each of which may add a service to every path.
const SECTIONS_MAX: usize = 200;
/// Where the file is looked for; the first there is counts.
pub(crate) const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// What is read of a file.
#[derive(Debug, Default)]
pub(crate) struct File {
    /// The names of the sections; the first has none.
    pub(crate) sections: Vec<String>,
    /// The lines that say something, in order.
    pub(crate) rules: Vec<Rule>,
    /// Those that cannot be used, in order.
    pub(crate) skipped: Vec<Skipped>,
}

/// One line with a pattern.
#[derive(Debug)]
pub(crate) struct Rule {
    /// Counted from 1.
    pub(crate) line: usize,
    /// The number of its section.
    pub(crate) section: usize,
    pub(crate) pattern: Pattern,
    pub(crate) means: Means,
    /// Whether the owners are those of the section's head.
    pub(crate) by_section: bool,
}

/// What a line says of the paths that its pattern means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// These own them.
    Owned(Vec<Named>),
    /// Nobody does.
    Unowned,
    /// Nobody does, whatever other lines of the section say.
    Excluded,
}

/// A line that cannot be used, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) why: &'static str,
}

/// Whose rules a file follows: those of the folder it lies in, else GitLab's if it has sections.
pub(crate) fn dialect(place: &str, text: &str) -> Dialect {
    let sections = || text.lines().any(|line| Heading::read(line.trim()).is_some());
    match place {
        ".gitlab/CODEOWNERS" => Dialect::GitLab,
        ".github/CODEOWNERS" => Dialect::GitHub,
        _ if sections() => Dialect::GitLab,
        _ => Dialect::GitHub,
    }
}

/// Reads a file; more rules than [`RULES_MAX`] give nothing.
pub(crate) fn read(text: &str, dialect: Dialect) -> Option<File> {
    let mut file = File { sections: vec![String::new()], ..File::default() };
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut section = Some(0);
    let mut default: Vec<Named> = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if dialect == Dialect::GitLab
            && let Some(heading) = Heading::read(line)
        {
            let next = file.sections.len();
            section = Some(*numbers.entry(heading.name.to_lowercase()).or_insert(next));
            if section == Some(next) && next > SECTIONS_MAX {
                numbers.remove(&heading.name.to_lowercase());
                section = None;
            } else if section == Some(next) {
                file.sections.push(heading.name.to_owned());
            }
            default = file.owners(heading.owners, number);
            continue;
        }
        let Some(section) = section else {
            file.skip(number, "its section is one too many");
            continue;
        };
        let rule = match dialect {
            Dialect::GitHub => github(line),
            Dialect::GitLab => Ok(file.gitlab(line, number, &default)),
        };
        match rule.and_then(|(pattern, means)| Ok((Pattern::read(pattern, dialect)?, means))) {
            Ok((pattern, means)) => {
                let by_section = matches!(&means, Means::Owned(owners) if *owners == default);
                file.rules.push(Rule { line: number, section, pattern, means, by_section });
            }
            Err(why) => file.skip(number, why),
        }
        if file.rules.len() > RULES_MAX {
            return None;
        }
    }
    Some(file)
}

impl File {
    fn skip(&mut self, line: usize, why: &'static str) {
        // Several words of one line count once.
        if self.skipped.last().is_none_or(|last| last.line != line) {
            self.skipped.push(Skipped { line, why });
        }
    }

    /// The owners that words name; what names none is noted.
    fn owners(&mut self, words: &str, line: usize) -> Vec<Named> {
        let mut owners = Vec::new();
        for word in words_of(words) {
            match Named::read(word) {
                Some(owner) => owners.push(owner),
                None => self.skip(line, "a word that is no owner, passed over"),
            }
        }
        owners
    }

    fn gitlab<'a>(&mut self, line: &'a str, number: usize, default: &[Named]) -> (&'a str, Means) {
        let (pattern, words) = parts(line);
        if let Some(excluded) = pattern.strip_prefix('!') {
            return (excluded, Means::Excluded);
        }
        let owners = self.owners(words, number);
        let owners = if owners.is_empty() { default.to_vec() } else { owners };
        (pattern, if owners.is_empty() { Means::Unowned } else { Means::Owned(owners) })
    }
}

fn github(line: &str) -> Result<(&str, Means), &'static str> {
    if line.starts_with('!') {
        return Err("GitHub knows no patterns that begin with `!`");
    }
    if line.starts_with("\\#") {
        return Err("GitHub knows no patterns that begin with `#`");
    }
    let (pattern, words) = parts(line);
    let owners: Option<Vec<Named>> = words_of(words).map(Named::read).collect();
    let owners = owners.ok_or("a word is neither `@user`, `@org/team` nor an address")?;
    Ok((pattern, if owners.is_empty() { Means::Unowned } else { Means::Owned(owners) }))
}

/// The pattern, which ends at the first space that is not escaped, and the rest.
fn parts(line: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = line.find(|letter: char| {
        let ends = letter.is_whitespace() && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    line.split_at_checked(end.unwrap_or(line.len())).unwrap_or((line, ""))
}

/// The words up to a comment.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().take_while(|word| !word.starts_with('#'))
}

/// The head of a section: `[name]`, `^[name]` or `[name][2]`, then owners.
struct Heading<'a> {
    name: &'a str,
    owners: &'a str,
}

impl Heading<'_> {
    fn read(line: &str) -> Option<Heading<'_>> {
        let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
        let (name, rest) = rest.split_once(']')?;
        let count = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let counts = |count: &str| !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
        let owners = match count {
            Some((count, rest)) if counts(count) => rest,
            Some(_) => return None,
            None => rest,
        };
        let good = owners.is_empty() || owners.starts_with([' ', '\t', '@', '#']);
        let name = name.trim();
        (good && !name.is_empty()).then_some(Heading { name, owners })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owners(words: &str) -> Means {
        let owners: Vec<Named> = words.split(' ').filter_map(Named::read).collect();
        if owners.is_empty() { Means::Unowned } else { Means::Owned(owners) }
    }

    fn shown(file: &File) -> Vec<(usize, usize, &Means)> {
        file.rules.iter().map(|rule| (rule.line, rule.section, &rule.means)).collect()
    }

    #[test]
    fn github_lines_are_read_or_skipped_whole() {
        let text = "\u{feff}# all\r\n*   @a @org/b\t# inline\r\n\r\n  /x/ c@example.org\n\
                    /y\n/a\\ b @c#d\n!z @a\n[ab].rs @a\n\\#x @a\n/q @a who\n/a\\ b @c # d\n/w #x\n";
        let file = read(text, Dialect::GitHub).unwrap();
        let (two, address, one) = (owners("@a @org/b"), owners("c@example.org"), owners("@c"));
        let none = Means::Unowned;
        assert_eq!(
            shown(&file),
            [(2, 0, &two), (4, 0, &address), (5, 0, &none), (11, 0, &one), (12, 0, &none)]
        );
        let lines: Vec<usize> = file.skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!(lines, [6, 7, 8, 9, 10]);
        assert_eq!(file.sections, [""]);
    }

    #[test]
    fn gitlab_sections_have_owners_for_their_lines() {
        let text = "* @all\n[Docs] @d @e\n/docs/\n/docs/x @x\n!/docs/y\n\
                    ^[Data Base][2] @db\n*.sql nobody\n[docs]\n/more/\n\\#z @z\n[ab]* @x\n";
        let file = read(text, Dialect::GitLab).unwrap();
        assert_eq!(file.sections, ["", "Docs", "Data Base"]);
        let (all, docs, x, db, z) =
            (owners("@all"), owners("@d @e"), owners("@x"), owners("@db"), owners("@z"));
        assert_eq!(
            shown(&file),
            [
                (1, 0, &all),
                (3, 1, &docs),
                (4, 1, &x),
                (5, 1, &Means::Excluded),
                (7, 2, &db),
                (9, 1, &Means::Unowned),
                (10, 1, &z),
            ]
        );
        let lines: Vec<usize> = file.skipped.iter().map(|skipped| skipped.line).collect();
        assert_eq!(lines, [7, 11]);
    }

    #[test]
    fn the_place_or_a_section_tells_whose_rules_count() {
        let sections = "a @b\n^[X][1] @c\n";
        assert_eq!(dialect("CODEOWNERS", sections), Dialect::GitLab);
        assert_eq!(dialect(".github/CODEOWNERS", sections), Dialect::GitHub);
        assert_eq!(dialect("docs/CODEOWNERS", "[ab]*.rs @x\n"), Dialect::GitHub);
        assert_eq!(dialect(".gitlab/CODEOWNERS", "* @x"), Dialect::GitLab);
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(read(&"a @b\n".repeat(RULES_MAX + 1), Dialect::GitHub).is_none());
        let many: String = (0..300).map(|number| format!("[s{number}]\n* @a\n")).collect();
        let file = read(&many, Dialect::GitLab).unwrap();
        assert_eq!((file.sections.len(), file.rules.len()), (201, 200));
        assert_eq!(file.skipped.len(), 100);
    }

    #[test]
    fn nothing_that_strangers_write_panics() {
        let parts = ["[", "]", "^", "!", "\\", " ", "@", "/", "*", "#", "\u{e9}", "\n", "\r", "a"];
        for a in parts {
            for b in parts {
                for c in parts {
                    for d in parts {
                        let text = [a, b, c, d].concat();
                        drop(read(&text, Dialect::GitHub));
                        drop(read(&text, Dialect::GitLab));
                    }
                }
            }
        }
    }
}
