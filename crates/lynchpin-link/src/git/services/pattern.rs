//! Patterns for paths: those of CODEOWNERS files, nearly those of gitignore.
//!
//! What is common to all: `*` stands for anything within one name, `?` for one letter, `**` for any
//! number of folders, `\` takes the next letter as it is, a leading `/` means the top, a trailing
//! `/` means what is inside a folder. Ranges in brackets are refused: GitHub knows none, and most
//! people who write `[id]` mean a folder of that name.
//!
//! A pattern becomes a list of steps, one per name, and two flags: whether it means what the steps
//! lead to, and whether it means all below that.

/// Names in one pattern; real paths are not nearly as deep.
const STEPS_MAX: usize = 64;
/// Letters of a name with a wildcard; file systems allow 255 bytes.
const WILD_LETTERS_MAX: usize = 255;

/// Whose rules a pattern follows where they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// A pattern with a slash before its end begins at the top. One that names a folder means all
    /// in it, but a last `*` means files only: `docs/*` leaves out `docs/a/b`.
    GitHub,
    /// Only a leading slash means the top. A folder is meant only with a slash behind it.
    GitLab,
}

/// One name of a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// That name.
    Exact(String),
    /// Any one name.
    Any,
    /// Any name of that form.
    Wild(Wild),
    /// Any number of names, none included.
    Deep,
}

/// Which paths are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pattern {
    /// The names from the top; `Deep` is never the last and never twice in a row.
    pub(crate) steps: Vec<Step>,
    /// Whether what the steps lead to is meant.
    pub(crate) here: bool,
    /// Whether all below that is meant.
    pub(crate) below: bool,
}

/// A letter of a pattern, once what escapes what is settled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Letter(char),
    Star,
    One,
    Slash,
}

impl Pattern {
    /// Reads a pattern, or says why it can mean nothing.
    pub(crate) fn read(text: &str, dialect: Dialect) -> Result<Pattern, &'static str> {
        let marks = marks(text)?;
        let (top, marks) = match marks.as_slice() {
            [] => return Err("an empty pattern means nothing"),
            [Mark::Slash] if dialect == Dialect::GitHub => {
                return Err("`/` alone means nothing: write `*` for all files");
            }
            [Mark::Slash] => return Ok(Pattern { steps: Vec::new(), here: false, below: true }),
            [Mark::Slash, rest @ ..] => (true, rest),
            all => (false, all),
        };
        let (folder, marks) = match marks {
            [rest @ .., Mark::Slash] => (true, rest),
            all => (false, all),
        };
        let top = top || (dialect == Dialect::GitHub && marks.contains(&Mark::Slash));
        let mut steps = if top { Vec::new() } else { vec![Step::Deep] };
        for name in marks.split(|mark| *mark == Mark::Slash) {
            let step = step(name)?;
            if step != Step::Deep || steps.last() != Some(&Step::Deep) {
                steps.push(step);
            }
        }
        if steps.len() > STEPS_MAX {
            return Err("the pattern has more than 64 names");
        }
        Ok(Pattern::of(steps, folder, dialect))
    }

    fn of(mut steps: Vec<Step>, folder: bool, dialect: Dialect) -> Pattern {
        let (here, below) = match steps.as_slice() {
            // All names at any depth are all that is below.
            [.., Step::Deep, Step::Any] if !folder => {
                steps.truncate(steps.len().saturating_sub(2));
                (false, true)
            }
            [.., Step::Deep] => {
                steps.pop();
                (false, true)
            }
            _ if folder => (false, true),
            [.., Step::Any] => (true, false),
            _ => (true, dialect == Dialect::GitHub),
        };
        Pattern { steps, here, below }
    }

    /// Whether each path must be tried against it, in place of being looked up.
    pub(crate) fn is_costly(&self) -> bool {
        let wild = self.steps.iter().any(|step| matches!(step, Step::Wild(_)));
        wild || self.steps.iter().skip(1).any(|step| *step == Step::Deep)
    }

    /// A readable name for what is meant, such as `src/checkout` or `any.rs`; none if everything
    /// is.
    pub(crate) fn name(&self) -> Option<String> {
        let steps = self.steps.iter().enumerate();
        let names = steps.filter(|(at, step)| *at > 0 || **step != Step::Deep);
        let names: Vec<String> = names.map(|(_, step)| step.name()).collect();
        let name = names.join("/");
        let name = name.trim_start_matches('.');
        if name.is_empty() { None } else { Some(name.to_owned()) }
    }
}

impl Step {
    fn name(&self) -> String {
        match self {
            Step::Exact(name) => name.clone(),
            Step::Any => "any".to_owned(),
            Step::Deep => "all".to_owned(),
            Step::Wild(wild) => wild.name(),
        }
    }
}

fn marks(text: &str) -> Result<Vec<Mark>, &'static str> {
    let mut marks = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        marks.push(match letter {
            '\\' => match letters.next() {
                Some('/') => Mark::Slash,
                Some(next) => Mark::Letter(next),
                None => return Err("a `\\` at the end takes nothing with it"),
            },
            '*' => Mark::Star,
            '?' => Mark::One,
            '/' => Mark::Slash,
            '[' | ']' => return Err("ranges in `[` and `]` are not known here"),
            '\0' => return Err("no path has a NUL character"),
            other => Mark::Letter(other),
        });
    }
    Ok(marks)
}

fn step(name: &[Mark]) -> Result<Step, &'static str> {
    let letter = |mark: &Mark| match mark {
        Mark::Letter(letter) => Some(*letter),
        Mark::Star | Mark::One | Mark::Slash => None,
    };
    match name {
        [] => return Err("two slashes in a row: no file has an empty name"),
        [Mark::Star, Mark::Star] => return Ok(Step::Deep),
        [Mark::Star] | [Mark::Star, Mark::Star, ..] if name.iter().all(|m| *m == Mark::Star) => {
            return Ok(Step::Any);
        }
        _ => {}
    }
    if let Some(exact) = name.iter().map(letter).collect::<Option<String>>() {
        if exact == "." || exact == ".." {
            return Err("`.` and `..` are no names of files in a repository");
        }
        return Ok(Step::Exact(exact));
    }
    if name.len() > WILD_LETTERS_MAX {
        return Err("a name with wildcards has more than 255 letters");
    }
    let pieces = name.split(|mark| *mark == Mark::Star);
    Ok(Step::Wild(Wild(pieces.map(|piece| piece.iter().map(letter).collect()).collect())))
}

/// A name with `*` or `?` in it: the pieces between the stars, `None` for any one letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wild(Vec<Vec<Option<char>>>);

impl Wild {
    /// Whether the letters of a name are of this form. Each piece is put at the first place where
    /// it fits, so nothing is tried twice.
    pub(crate) fn fits(&self, name: &[char]) -> bool {
        let Some((first, rest)) = self.0.split_first() else { return false };
        let Some(name) = after(first, name) else { return false };
        let Some((last, middle)) = rest.split_last() else { return name.is_empty() };
        let room = name.len().checked_sub(last.len());
        let Some((mut open, end)) = room.and_then(|room| name.split_at_checked(room)) else {
            return false;
        };
        if after(last, end).is_none() {
            return false;
        }
        for piece in middle {
            let place = (0..=open.len()).find_map(|at| after(piece, open.get(at..)?));
            let Some(behind) = place else { return false };
            open = behind;
        }
        true
    }

    /// The letter that every such name ends with, if there is one.
    pub(crate) fn last(&self) -> Option<char> {
        self.0.last().and_then(|piece| piece.last().copied()).flatten()
    }

    fn name(&self) -> String {
        let mut name = String::new();
        let mut word = |part: &str, apart: bool| {
            let joint = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
            if apart && joint(name.chars().last()) && joint(part.chars().next()) {
                name.push('-');
            }
            name.push_str(part);
        };
        for (at, piece) in self.0.iter().enumerate() {
            if at > 0 {
                word("any", true);
            }
            let mut apart = at > 0;
            for letter in piece {
                match letter {
                    Some(letter) => word(letter.encode_utf8(&mut [0; 4]), apart),
                    None => word("one", true),
                }
                apart = letter.is_none();
            }
        }
        name
    }
}

/// What follows the piece, if the name begins with it.
fn after<'a>(piece: &[Option<char>], name: &'a [char]) -> Option<&'a [char]> {
    let (begin, rest) = name.split_at_checked(piece.len())?;
    let same = piece.iter().zip(begin).all(|(want, is)| want.is_none_or(|want| want == *is));
    same.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        Pattern::read(text, Dialect::GitHub).unwrap().name()
    }

    #[test]
    fn names_are_readable() {
        for (pattern, expected) in [
            ("/src/checkout/", "src/checkout"),
            ("src/checkout/**", "src/checkout"),
            ("**/checkout", "checkout"),
            ("*.rs", "any.rs"),
            ("src/*/api", "src/any/api"),
            ("a/**/b", "a/all/b"),
            ("foo*", "foo-any"),
            ("*foo", "any-foo"),
            ("foo*bar?", "foo-any-bar-one"),
            ("docs/*", "docs/any"),
            (".github/", "github"),
            ("with\\ space", "with space"),
        ] {
            assert_eq!(name(pattern).as_deref(), Some(expected), "{pattern}");
        }
        for pattern in ["*", "**", "/**", "**/*"] {
            assert_eq!(name(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn what_can_mean_nothing_is_refused() {
        let deep = "a/".repeat(65);
        let long = format!("*{}", "a".repeat(255));
        for text in ["", "/", "a//b", "//", "a\\", "[ab]", "a]", "./a", "a/../b", &deep, &long] {
            assert!(Pattern::read(text, Dialect::GitHub).is_err(), "{text}");
        }
        assert!(Pattern::read("\\[id\\]", Dialect::GitHub).is_ok());
        assert!(Pattern::read("/", Dialect::GitLab).is_ok());
    }

    #[test]
    fn wildcards_fit_as_a_plain_recursion_says() {
        fn naive(form: &[char], name: &[char]) -> bool {
            match form {
                [] => name.is_empty(),
                ['*', rest @ ..] => (0..=name.len()).any(|at| naive(rest, &name[at..])),
                [one, rest @ ..] => match name {
                    [is, left @ ..] => (*one == '?' || one == is) && naive(rest, left),
                    [] => false,
                },
            }
        }
        let texts = |letters: &[char], most: usize| {
            let mut all = vec![Vec::new()];
            let mut last = all.clone();
            for _ in 0..most {
                let longer = last.iter().flat_map(|text: &Vec<char>| {
                    letters.iter().map(|letter| [text.as_slice(), &[*letter]].concat())
                });
                last = longer.collect();
                all.extend(last.clone());
            }
            all
        };
        let names = texts(&['a', 'b'], 5);
        for form in texts(&['a', 'b', '*', '?'], 5) {
            let text: String = form.iter().collect();
            let Ok(pattern) = Pattern::read(&format!("/{text}"), Dialect::GitHub) else { continue };
            let [Step::Wild(wild)] = pattern.steps.as_slice() else { continue };
            for name in &names {
                assert_eq!(wild.fits(name), naive(&form, name), "{text} on {name:?}");
            }
        }
    }
}
