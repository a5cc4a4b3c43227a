//! A file of the caller's that says which paths belong to which service.
//!
//! TOML, read in whole: every problem is told with its line. The example in
//! [`SERVICES`](super::super::SERVICES) has every field.

use std::io::Read as _;
use std::path::Path;
use std::str::FromStr;

use lynchpin::base::Error;
use lynchpin::base::id::{EnvironmentId, GroupId, ProfileId, ServiceId};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::error::{AssessError, Result};
use super::super::text::{cut, printable};
use super::SERVICES_MAX;
use super::codeowners::RULES_MAX;
use super::owners::{Named, Owners, Register};
use super::pattern::{Dialect, Pattern};
use super::tree::COSTLY_MAX;

/// Bytes of a mapping file; people write it.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Problems told at once; more help nobody.
const PROBLEMS_MAX: usize = 20;
/// Bytes of one of them: what is told of a long text is its beginning.
const PROBLEM_BYTES: usize = 300;
/// The fields of a service.
const FIELDS: &str = "paths, owner, members, tier, profile, depends_on, environments, repositories";

/// A file that was read and found good.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    /// What the file is called.
    pub(crate) file: String,
    /// Sorted by id.
    pub(crate) services: Vec<Mapped>,
}

/// One service of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapped {
    pub(crate) id: String,
    /// Where it stands, from 1.
    pub(crate) line: usize,
    /// In order; the flag says that the pattern leaves out.
    pub(crate) paths: Vec<(bool, Pattern)>,
    owner: Option<Said>,
    members: Vec<Named>,
    pub(crate) tier: Option<u8>,
    pub(crate) profile: Option<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) environments: Vec<String>,
    repositories: Vec<String>,
}

/// Who is said to own a service.
#[derive(Clone, Debug)]
enum Said {
    Group(String),
    Person(Named),
}

impl Mapping {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`AssessError::Services`] if it cannot be read, or with every problem in it.
    pub(crate) fn open(path: &Path) -> Result<Mapping> {
        let file = printable(&path.to_string_lossy());
        let wrong = |detail: String| AssessError::Services { path: file.clone(), detail };
        let found = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
        // A pipe in its place would hang the reader.
        if !found.is_file() {
            return Err(wrong("it is no plain file".to_owned()));
        }
        let mut text = String::new();
        let opened = std::fs::File::open(path).map_err(|error| wrong(error.to_string()))?;
        let read = opened.take(FILE_BYTES_MAX.saturating_add(1)).read_to_string(&mut text);
        read.map_err(|error| wrong(error.to_string()))?;
        Mapping::read(&text, &file)
    }

    /// Reads the text of a file of that name.
    pub(crate) fn read(text: &str, file: &str) -> Result<Mapping> {
        let mut reader = Reader::of(text);
        let services = if text.len() as u64 > FILE_BYTES_MAX {
            reader.problem(0, format!("the file is larger than {FILE_BYTES_MAX} bytes"));
            Vec::new()
        } else {
            reader.document(text)
        };
        match reader.detail() {
            None => Ok(Mapping { file: file.to_owned(), services }),
            Some(detail) => Err(AssessError::Services { path: file.to_owned(), detail }),
        }
    }
}

impl Mapped {
    /// Whether its paths are meant in the repository of that name.
    pub(crate) fn is_in(&self, repository: &str) -> bool {
        self.repositories.is_empty() || self.repositories.iter().any(|name| name == repository)
    }

    /// Who answers for it.
    pub(crate) fn owners(&self, register: &mut Register<'_>) -> Owners {
        let mut members =
            || -> Vec<_> { self.members.iter().map(|member| register.find(member)).collect() };
        match &self.owner {
            Some(Said::Person(person)) => Owners::One(register.find(person)),
            Some(Said::Group(id)) => {
                let mut members = members();
                members.sort();
                members.dedup();
                Owners::Group { id: id.clone(), members }
            }
            None => Owners::of(&self.id, members()),
        }
    }
}

/// The reading of a file, with all that is wrong in it.
struct Reader {
    /// Where each line ends.
    ends: Vec<usize>,
    /// Each with its line, 0 if it is about the file as a whole.
    problems: Vec<(usize, String)>,
}

type Value<'a> = Spanned<DeValue<'a>>;

impl Reader {
    fn of(text: &str) -> Reader {
        let ends = text.match_indices('\n').map(|(at, _)| at).collect();
        Reader { ends, problems: Vec::new() }
    }

    fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end < at).saturating_add(1)
    }

    fn problem(&mut self, line: usize, what: impl Into<String>) {
        self.problems.push((line, cut(&what.into(), PROBLEM_BYTES)));
    }

    /// All problems in the order of their lines.
    fn detail(mut self) -> Option<String> {
        self.problems.sort();
        let more = self.problems.len().saturating_sub(PROBLEMS_MAX);
        let told = self.problems.iter().take(PROBLEMS_MAX).map(|(line, what)| match line {
            0 => what.clone(),
            line => format!("line {line}: {what}"),
        });
        let mut told: Vec<String> = told.collect();
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        (!told.is_empty()).then(|| printable(&told.join("; ")))
    }

    fn document(&mut self, text: &str) -> Vec<Mapped> {
        if text.starts_with('\u{feff}') {
            self.problem(1, "the file begins with a byte order mark: save it without one");
            return Vec::new();
        }
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map_or(0, |span| self.line(span.start));
            self.problem(line, error.message());
        }
        let mut services = Vec::new();
        for (key, value) in table.get_ref() {
            let line = self.line(key.span().start);
            match (key.get_ref().as_ref(), value.get_ref().as_table()) {
                ("service", Some(table)) => services = self.services(table),
                ("service", None) => self.problem(line, "`service` wants a table for each service"),
                (other, _) => self.problem(line, format!("`{other}` is not known: use `service`")),
            }
        }
        if services.is_empty() && self.problems.is_empty() {
            self.problem(0, "it names no service: begin one with `[service.NAME]`");
        }
        self.check(&services);
        services
    }

    fn services(&mut self, table: &DeTable<'_>) -> Vec<Mapped> {
        let mut services = Vec::new();
        for (key, value) in table {
            let line = self.line(key.span().start);
            let id = self.id::<ServiceId>(key.get_ref(), line);
            match value.get_ref().as_table() {
                Some(table) => {
                    let mut service = self.service(table, line);
                    service.id = id.unwrap_or_default();
                    services.push(service);
                }
                None => self.problem(line, format!("`{}` wants a table", key.get_ref())),
            }
        }
        services.sort_by(|a, b| a.id.cmp(&b.id));
        services
    }

    fn service(&mut self, table: &DeTable<'_>, line: usize) -> Mapped {
        let mut service = Mapped { line, ..Mapped::default() };
        for (key, value) in table {
            let (field, line) = (key.get_ref().as_ref(), self.line(key.span().start));
            match field {
                "paths" => {
                    for (line, text) in self.texts(field, value) {
                        service.paths.extend(self.pattern(text, line));
                    }
                }
                "owner" => service.owner = self.owner(value, line),
                "members" => {
                    for (line, text) in self.texts(field, value) {
                        service.members.extend(self.named(text, line));
                    }
                }
                "tier" => service.tier = self.tier(value, line),
                "profile" => {
                    let text = self.text(field, value);
                    service.profile = text.and_then(|text| self.id::<ProfileId>(text, line));
                }
                "depends_on" => service.depends_on = self.ids::<ServiceId>(field, value),
                "environments" => service.environments = self.ids::<EnvironmentId>(field, value),
                "repositories" => {
                    let texts = self.texts(field, value);
                    service.repositories = texts.into_iter().map(|(_, t)| t.to_owned()).collect();
                }
                other => self.problem(line, format!("`{other}` is not known: use {FIELDS}")),
            }
        }
        if matches!(service.owner, Some(Said::Person(_))) && !service.members.is_empty() {
            self.problem(line, "`members` are those of a group, and the owner is a person");
        }
        service
    }

    fn owner(&mut self, value: &Value<'_>, line: usize) -> Option<Said> {
        let wanted = "`owner` wants `{ group = \"...\" }` or `{ person = \"...\" }`";
        let entries: Vec<_> = value.get_ref().as_table().into_iter().flatten().collect();
        let [(key, value)] = entries.as_slice() else {
            self.problem(line, wanted);
            return None;
        };
        let line = self.line(value.span().start);
        match (key.get_ref().as_ref(), value.get_ref().as_str()) {
            ("group", Some(text)) => self.id::<GroupId>(text, line).map(Said::Group),
            ("person", Some(text)) => {
                let named = self.named(text, line)?;
                if matches!(named, Named::Team(_)) {
                    self.problem(line, format!("`{text}` is a team: make it a group"));
                }
                Some(Said::Person(named))
            }
            _ => {
                self.problem(line, wanted);
                None
            }
        }
    }

    fn tier(&mut self, value: &Value<'_>, line: usize) -> Option<u8> {
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u8::from_str_radix(n.as_str(), n.radix()).ok());
        let number = number.filter(|tier| *tier > 0);
        if number.is_none() {
            self.problem(line, "`tier` wants a whole number from 1, the most critical, to 255");
        }
        number
    }

    fn pattern(&mut self, text: &str, line: usize) -> Option<(bool, Pattern)> {
        let (out, pattern) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        match Pattern::read(pattern, Dialect::GitHub) {
            Ok(pattern) => Some((out, pattern)),
            Err(why) => {
                self.problem(line, format!("`{text}` is no pattern: {why}"));
                None
            }
        }
    }

    fn named(&mut self, text: &str, line: usize) -> Option<Named> {
        let named = Named::read(text);
        if named.is_none() {
            let what = format!("`{text}` is nobody: write an address, `@name` or `@org/team`");
            self.problem(line, what);
        }
        named
    }

    fn text<'v>(&mut self, field: &str, value: &'v Value<'_>) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.problem(self.line(value.span().start), format!("`{field}` wants a text"));
        }
        text
    }

    fn texts<'v>(&mut self, field: &str, value: &'v Value<'_>) -> Vec<(usize, &'v str)> {
        let Some(values) = value.get_ref().as_array() else {
            self.problem(self.line(value.span().start), format!("`{field}` wants a list of texts"));
            return Vec::new();
        };
        let texts = values.iter().map(|value| {
            let line = self.line(value.span().start);
            self.text(field, value).map(|text| (line, text))
        });
        texts.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    fn ids<T: FromStr<Err = Error>>(&mut self, field: &str, value: &Value<'_>) -> Vec<String> {
        let texts = self.texts(field, value);
        texts.into_iter().filter_map(|(line, text)| self.id::<T>(text, line)).collect()
    }

    fn id<T: FromStr<Err = Error>>(&mut self, text: &str, line: usize) -> Option<String> {
        match text.parse::<T>() {
            Ok(_) => Some(text.to_owned()),
            Err(error) => {
                let said: Vec<&str> =
                    error.problems().iter().map(|problem| problem.message.as_str()).collect();
                self.problem(line, said.join(", "));
                None
            }
        }
    }

    /// What only the whole file shows.
    fn check(&mut self, services: &[Mapped]) {
        if services.len() > SERVICES_MAX {
            self.problem(0, format!("it has more than {SERVICES_MAX} services"));
        }
        let patterns = || services.iter().flat_map(|service| &service.paths);
        if patterns().count() > RULES_MAX {
            self.problem(0, format!("it has more than {RULES_MAX} patterns"));
        }
        if patterns().filter(|(_, pattern)| pattern.is_costly()).count() > COSTLY_MAX {
            let what = "patterns with a wildcard within a name, or `**` between names";
            self.problem(0, format!("it has more than {COSTLY_MAX} {what}"));
        }
        for service in services {
            for needed in &service.depends_on {
                let known = services.binary_search_by(|other| other.id.cmp(needed)).is_ok();
                if !known {
                    let what = format!("`{}` depends on `{needed}`, ", service.id);
                    self.problem(service.line, what + "which this file does not have");
                } else if *needed == service.id {
                    self.problem(service.line, format!("`{needed}` depends on itself"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(text: &str) -> String {
        let error = Mapping::read(text, "services.toml").unwrap_err();
        assert_eq!(error.code(), "services");
        let said = error.to_string();
        let begin = "the services in `services.toml` cannot be used (";
        let detail = said.strip_prefix(begin).and_then(|rest| rest.rsplit_once("): mend"));
        detail.unwrap().0.to_owned()
    }

    #[test]
    fn the_example_has_every_field_and_is_good() {
        let mapping = Mapping::read(super::super::super::SERVICES, "x").unwrap();
        let [checkout, payments] = mapping.services.as_slice() else { panic!("{mapping:?}") };
        assert_eq!((checkout.id.as_str(), checkout.line), ("checkout", 5));
        assert_eq!(checkout.paths.len(), 3);
        assert!(checkout.paths[2].0 && !checkout.paths[0].0);
        assert!(matches!(&checkout.owner, Some(Said::Group(id)) if id == "checkout-team"));
        assert_eq!(checkout.members.len(), 2);
        assert_eq!((checkout.tier, checkout.profile.as_deref()), (Some(1), Some("continuous")));
        assert_eq!(checkout.depends_on, ["payments"]);
        assert_eq!(checkout.environments, ["eu", "us"]);
        assert!(checkout.is_in("shop") && !checkout.is_in("till") && payments.is_in("till"));
        assert!(matches!(&payments.owner, Some(Said::Person(Named::Address(_)))));
        for field in FIELDS.split(", ") {
            assert!(super::super::super::SERVICES.contains(&format!("\n{field} = ")), "{field}");
        }
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let text = "colour = 1\n[service.\"a b\"]\npaths = [\n  \"ok\",\n  \"[a]\",\n  7,\n]\n\
                    [service.b]\npath = []\ntier = 0\nowner = { team = \"x\" }\n\
                    members = [\"nobody\"]\ndepends_on = [\"c\", \"b\"]\nprofile = 3\n";
        let detail = detail(text);
        let said: Vec<&str> = detail.split("; ").collect();
        let begins = [
            "line 1: `colour` is not known",
            "line 2: `a b` cannot be the id of a service",
            "line 5: `[a]` is no pattern",
            "line 6: `paths` wants a text",
            "line 8: `b` depends on `c`",
            "line 8: `b` depends on itself",
            "line 9: `path` is not known",
            "line 10: `tier` wants",
            "line 11: `owner` wants",
            "line 12: `nobody` is nobody",
            "line 14: `profile` wants a text",
        ];
        assert_eq!(said.len(), begins.len(), "{detail}");
        for (said, begin) in said.iter().zip(begins) {
            assert!(said.starts_with(begin), "{said} / {begin}");
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(detail("").contains("names no service"));
        assert!(detail("[service.a\n").starts_with("line 1: "));
        assert!(detail("[service.a]\n[service.a]\n").starts_with("line 2: "));
        assert!(detail("service = 3").contains("wants a table for each"));
        assert!(detail("service.a = 3").contains("wants a table"));
        assert!(detail("\u{feff}[service.a]").contains("byte order mark"));
        assert!(detail(&"#".repeat(1_100_000)).contains("larger than"));
        let both = "[service.a]\nowner = { person = \"@a\" }\nmembers = [\"@b\"]\n";
        assert!(detail(both).contains("the owner is a person"));
        let many: String = (0..30).map(|n| format!("x{n} = 1\n")).collect();
        assert!(detail(&many).ends_with("and 10 more"));
        assert!(detail(&format!("a = {}", "[".repeat(200_000))).starts_with("line 1: "));
        assert!(Mapping::open(Path::new("/no/such/file")).is_err());
        assert!(Mapping::open(Path::new("/")).is_err());
    }
}
