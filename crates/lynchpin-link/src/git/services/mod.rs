//! Which services a path belongs to, and who owns them.
//!
//! From the first of these that there is:
//!
//! 1. the mapping file that the caller gives,
//! 2. CODEOWNERS as committed at the end of the range: a service for each rule that names owners,
//! 3. the folders: each at the top, or each in a workspace such as `crates`.
//!
//! What none of them claims belongs to the repository's own service, so that every path has at
//! least one: a change without a service would slip past the gates that choose by it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::error::{AssessError, Result};
use super::identity::as_id;
use super::notes::Notes;
use super::repository::Repository;
use super::text::decoded;
use codeowners::{FILE_BYTES_MAX, File, Means, PLACES, Skipped};
use folders::{Depth, folder, folders};
use mapping::Mapping;
use owners::{Owner, Owners, Register};
use pattern::Pattern;
use tree::Tree;

pub(crate) mod codeowners;
mod folders;
pub(crate) mod mapping;
pub(crate) mod owners;
mod pattern;
mod tree;

/// Services of one repository. More are no longer what people mean by a service.
pub(crate) const SERVICES_MAX: usize = 10_000;

/// What the services of a repository are called after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The repository's name.
    pub(crate) repository: String,
    /// Whether it is one of several, so that its name stands before those of its services.
    pub(crate) several: bool,
}

/// Where the services come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The caller's file.
    Mapping(String),
    /// The file at that place in the repository.
    CodeOwners(&'static str),
    /// The folders.
    Folders,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceDef {
    /// An id that the engine takes.
    pub(crate) id: String,
    pub(crate) owners: Owners,
    pub(crate) tier: Option<u8>,
    pub(crate) profile: Option<String>,
    pub(crate) depends_on: Vec<String>,
    pub(crate) environments: Vec<String>,
    /// The place that it comes from, such as `CODEOWNERS:12`.
    pub(crate) place: String,
}

/// The services of one repository.
#[derive(Debug)]
pub(crate) struct Services {
    list: Vec<ServiceDef>,
    /// The one that takes what no other claims.
    rest: usize,
    ways: Ways,
    origin: Origin,
    skipped: Vec<Skipped>,
}

/// How paths are told apart.
#[derive(Debug)]
enum Ways {
    /// In each section the last rule decides.
    Rules(Tree, Vec<Effect>),
    Folders(Depth, HashMap<String, usize>),
}

#[derive(Clone, Copy, Debug)]
struct Effect {
    section: usize,
    /// The service that gets the path; none if the rule takes it away.
    service: Option<usize>,
    /// Whether no other rule of the section can give it back.
    last_word: bool,
}

impl Home {
    /// The id of the repository's own service.
    fn own(&self) -> String {
        let words: Vec<&str> = self.repository.split_whitespace().collect();
        as_id(&words.join("-"))
    }

    /// The id of one of its services; its own if nothing is named.
    pub(crate) fn id(&self, name: Option<&str>) -> String {
        match name {
            None => self.own(),
            Some(name) if self.several => as_id(&format!("{}/{name}", self.own())),
            Some(name) => as_id(name),
        }
    }
}

impl ServiceDef {
    fn of(id: String, owners: Owners, place: String) -> ServiceDef {
        ServiceDef {
            id,
            owners,
            tier: None,
            profile: None,
            depends_on: Vec::new(),
            environments: Vec::new(),
            place,
        }
    }
}

/// What the services of a repository are found by.
pub(crate) struct Wanted<'a> {
    pub(crate) repository: &'a Repository,
    /// The end of the range.
    pub(crate) commit: &'a str,
    pub(crate) mapping: Option<&'a Mapping>,
    pub(crate) home: &'a Home,
    /// Every path that is touched in the range.
    pub(crate) paths: &'a [&'a [u8]],
}

/// Finds the services of a repository.
///
/// # Errors
///
/// Those of reading the repository; a CODEOWNERS file that cannot be used is noted instead.
pub(crate) fn find(
    wanted: &Wanted<'_>,
    register: &mut Register<'_>,
    notes: &mut Notes,
) -> Result<Services> {
    let unseen = register.newcomers.len();
    let services = match wanted.mapping {
        Some(mapping) => Services::from_mapping(mapping, wanted.home, register),
        None => match committed(wanted.repository, wanted.commit, notes)? {
            Some((place, text)) => {
                let found = Services::from_codeowners(&text, place, wanted.home, register);
                notes.codeowners_unused += u64::from(found.is_none());
                found
            }
            None => None,
        }
        .unwrap_or_else(|| Services::from_folders(wanted.paths, wanted.home)),
    };
    notes.owners_unseen += register.newcomers.len().saturating_sub(unseen) as u64;
    notes.codeowners_skipped += services.skipped.len() as u64;
    let whole = matches!(services.ways, Ways::Folders(Depth::Workspaces, _) | Ways::Rules(..));
    notes.folders_joined += u64::from(!whole);
    Ok(services)
}

/// The first CODEOWNERS file that the commit has.
fn committed(
    repository: &Repository,
    commit: &str,
    notes: &mut Notes,
) -> Result<Option<(&'static str, String)>> {
    let git = &repository.git;
    let mut arguments = vec!["ls-tree", "-z", "-l", "--full-tree", commit, "--"];
    arguments.extend(PLACES);
    let answer = git.ask(&arguments, Vec::new())?;
    if !answer.ok && !repository.partial {
        return Err(AssessError::Unreadable { detail: answer.complaint });
    }
    let listed = String::from_utf8_lossy(&answer.value).into_owned();
    let entries: Vec<Listed<'_>> = listed.split('\0').filter_map(Listed::read).collect();
    let place = PLACES.into_iter().find_map(|place| {
        let entry = entries.iter().find(|entry| entry.path == place)?;
        Some((place, entry))
    });
    let Some((place, entry)) = place else {
        notes.codeowners_unused += u64::from(!answer.ok);
        return Ok(None);
    };
    // In a partial clone neither size nor content may be at hand.
    if entry.size.is_none_or(|size| size > FILE_BYTES_MAX) {
        notes.codeowners_unused += 1;
        return Ok(None);
    }
    let mut stream = git.stream(&["cat-file", "blob", entry.id], Vec::new())?;
    let mut bytes = Vec::new();
    while let Some(chunk) = stream.chunk()? {
        let room = FILE_BYTES_MAX.saturating_sub(bytes.len());
        bytes.extend(chunk.into_iter().take(room));
    }
    match stream.end()? {
        (true, _) => Ok(Some((place, decoded(&bytes).0))),
        (false, _) if repository.partial => {
            notes.codeowners_unused += 1;
            Ok(None)
        }
        (false, detail) => Err(AssessError::Unreadable { detail }),
    }
}

/// A plain file as `ls-tree -l` lists it: mode, kind, id and size, then the path after a tab.
struct Listed<'a> {
    id: &'a str,
    size: Option<usize>,
    path: &'a str,
}

impl Listed<'_> {
    fn read(line: &str) -> Option<Listed<'_>> {
        let (facts, path) = line.split_once('\t')?;
        let mut facts = facts.split_whitespace();
        // A link holds a path in place of rules.
        let plain = facts.next()?.starts_with("100") && facts.next()? == "blob";
        let (id, size) = (facts.next()?, facts.next()?);
        plain.then_some(Listed { id, size: size.parse().ok(), path })
    }
}

impl Services {
    /// The numbers of the services that a path belongs to, sorted; at least one.
    pub(crate) fn of(&self, path: &[u8]) -> Vec<usize> {
        let path = String::from_utf8_lossy(path);
        let mut found = match &self.ways {
            Ways::Rules(tree, effects) => decided(&tree.matching(&path), effects),
            Ways::Folders(depth, numbers) => {
                let folder = folder(&path, *depth);
                folder.and_then(|folder| numbers.get(folder)).copied().into_iter().collect()
            }
        };
        found.sort_unstable();
        found.dedup();
        if found.is_empty() { vec![self.rest] } else { found }
    }

    /// For how many paths no rule was looked for, since the rules and paths are too many.
    pub(crate) fn given_up(&self) -> u64 {
        match &self.ways {
            Ways::Rules(tree, _) => tree.given_up(),
            Ways::Folders(..) => 0,
        }
    }

    /// All services. One to which no path of the range belongs may be left out of a portfolio,
    /// unless another depends on it.
    pub(crate) fn list(&self) -> &[ServiceDef] {
        &self.list
    }

    /// Where they come from.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The lines of CODEOWNERS that cannot be used, or not all of them.
    pub(crate) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// The services of a mapping file; their ids are those of the file whatever the repository.
    pub(crate) fn from_mapping(
        mapping: &Mapping,
        home: &Home,
        register: &mut Register<'_>,
    ) -> Services {
        let (mut tree, mut effects, mut list) = (Tree::default(), Vec::new(), Vec::new());
        for (number, mapped) in mapping.services.iter().enumerate() {
            let here = mapped.is_in(&home.repository);
            for (out, pattern) in mapped.paths.iter().filter(|_| here) {
                let service = (!out).then_some(number);
                // The file was refused if it has too many.
                if tree.add(pattern, effects.len()) {
                    effects.push(Effect { section: number, service, last_word: false });
                }
            }
            list.push(ServiceDef {
                tier: mapped.tier,
                profile: mapped.profile.clone(),
                depends_on: mapped.depends_on.clone(),
                environments: mapped.environments.clone(),
                ..ServiceDef::of(
                    mapped.id.clone(),
                    mapped.owners(register),
                    format!("{}:{}", mapping.file, mapped.line),
                )
            });
        }
        let own = home.own();
        let rest = list.iter().position(|service| service.id == own).unwrap_or_else(|| {
            list.push(ServiceDef::of(own, Owners::ThoseWhoChangedIt, "what is left".to_owned()));
            list.len().saturating_sub(1)
        });
        let origin = Origin::Mapping(mapping.file.clone());
        Services { list, rest, ways: Ways::Rules(tree, effects), origin, skipped: Vec::new() }
    }

    /// The services of a CODEOWNERS file; none if it has more rules or services than are taken.
    pub(crate) fn from_codeowners(
        text: &str,
        place: &'static str,
        home: &Home,
        register: &mut Register<'_>,
    ) -> Option<Services> {
        let mut file = codeowners::read(text, codeowners::dialect(place, text))?;
        let mut making = Making {
            place,
            home,
            list: Vec::new(),
            by_name: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        let (mut tree, mut effects) = (Tree::default(), Vec::new());
        let alone = sections_of_one(&file);
        let mut costly = Vec::new();
        for number in live(&file) {
            let Some(rule) = file.rules.get(number) else { continue };
            if !tree.add(&rule.pattern, effects.len()) {
                costly.push(Skipped { line: rule.line, why: "one wildcard pattern too many" });
                continue;
            }
            let service = match &rule.means {
                Means::Owned(named) => {
                    let owners = named.iter().map(|owner| register.find(owner)).collect();
                    let name = name_of(&file, rule, &alone);
                    Some(making.service(name.as_deref(), owners, rule.line))
                }
                Means::Unowned | Means::Excluded => None,
            };
            let last_word = rule.means == Means::Excluded;
            effects.push(Effect { section: rule.section, service, last_word });
        }
        if making.list.len() > SERVICES_MAX {
            return None;
        }
        file.skipped.append(&mut costly);
        file.skipped.sort_by_key(|skipped| skipped.line);
        let (list, rest) = making.with_rest();
        let origin = Origin::CodeOwners(place);
        Some(Services {
            list,
            rest,
            ways: Ways::Rules(tree, effects),
            origin,
            skipped: file.skipped,
        })
    }

    /// A service for each folder of these paths.
    pub(crate) fn from_folders(paths: &[&[u8]], home: &Home) -> Services {
        let paths: Vec<Cow<'_, str>> =
            paths.iter().map(|path| String::from_utf8_lossy(path)).collect();
        let (found, depth) = folders(&paths, SERVICES_MAX);
        let place = "what is left".to_owned();
        let mut list = vec![ServiceDef::of(home.own(), Owners::ThoseWhoChangedIt, place)];
        let mut by_id: BTreeMap<String, usize> = [(home.own(), 0)].into();
        let mut numbers = HashMap::new();
        for folder in found {
            let id = home.id(Some(folder));
            // A folder with the name of its repository is what the repository is about.
            let next = list.len();
            let number = *by_id.entry(id.clone()).or_insert(next);
            if number == next {
                let place = format!("folder {folder}");
                list.push(ServiceDef::of(id, Owners::ThoseWhoChangedIt, place));
            }
            numbers.insert(folder.to_owned(), number);
        }
        let ways = Ways::Folders(depth, numbers);
        Services { list, rest: 0, ways, origin: Origin::Folders, skipped: Vec::new() }
    }
}

/// The services that matching rules give, of which the last of each section decides.
fn decided(matching: &[usize], effects: &[Effect]) -> Vec<usize> {
    let mut of_section: BTreeMap<usize, Effect> = BTreeMap::new();
    for effect in matching.iter().filter_map(|number| effects.get(*number)) {
        let decision = of_section.entry(effect.section).or_insert(*effect);
        if !decision.last_word {
            *decision = *effect;
        }
    }
    of_section.values().filter_map(|effect| effect.service).collect()
}

/// The rules that can decide: of two with one pattern in one section only the later can.
fn live(file: &File) -> BTreeSet<usize> {
    let mut last: BTreeMap<(usize, bool, &Pattern), usize> = BTreeMap::new();
    for (number, rule) in file.rules.iter().enumerate() {
        last.insert((rule.section, rule.means == Means::Excluded, &rule.pattern), number);
    }
    last.into_values().collect()
}

/// The sections all of whose rules name the same owners.
fn sections_of_one(file: &File) -> BTreeSet<usize> {
    let mut owners: BTreeMap<usize, (&Means, bool)> = BTreeMap::new();
    for rule in file.rules.iter().filter(|rule| matches!(rule.means, Means::Owned(_))) {
        let first = owners.entry(rule.section).or_insert((&rule.means, true));
        first.1 &= *first.0 == rule.means;
    }
    owners.into_iter().filter(|(_, (_, same))| *same).map(|(section, _)| section).collect()
}

/// What the service of a rule is called: its section, if that has one set of owners; else by its
/// pattern.
fn name_of(file: &File, rule: &codeowners::Rule, alone: &BTreeSet<usize>) -> Option<String> {
    let section = file.sections.get(rule.section).filter(|name| !name.is_empty());
    let words = section.map(|name| name.split_whitespace().collect::<Vec<_>>().join("-"));
    let pattern = rule.pattern.name();
    match words.map(|words| words.to_lowercase()) {
        None => pattern,
        Some(section) if rule.by_section || alone.contains(&rule.section) => Some(section),
        Some(section) => Some(match pattern {
            Some(pattern) => format!("{section}/{pattern}"),
            None => section,
        }),
    }
}

/// The services of a CODEOWNERS file as they are made.
struct Making<'a> {
    place: &'static str,
    home: &'a Home,
    list: Vec<(ServiceDef, Vec<Owner>)>,
    /// The services that would bear that id.
    by_name: BTreeMap<String, Vec<usize>>,
    taken: BTreeSet<String>,
}

impl Making<'_> {
    /// The number of the service of that name with those owners; another one with the same name
    /// but other owners is told apart by a number.
    fn service(&mut self, name: Option<&str>, mut owners: Vec<Owner>, line: usize) -> usize {
        owners.sort();
        owners.dedup();
        let id = self.home.id(name);
        let same_name = self.by_name.entry(id.clone()).or_default();
        let list = &self.list;
        let same = same_name
            .iter()
            .find(|number| list.get(**number).is_some_and(|(_, others)| *others == owners));
        if let Some(number) = same {
            return *number;
        }
        let number = self.list.len();
        same_name.push(number);
        let count = same_name.len();
        let id = self.free(&id, count);
        let place = format!("{}:{line}", self.place);
        let service = ServiceDef::of(id.clone(), Owners::of(&id, owners.clone()), place);
        self.list.push((service, owners));
        number
    }

    /// Takes the id, or the first free one that tells it from those before.
    fn free(&mut self, id: &str, count: usize) -> String {
        let next = |count: &usize| Some(count.saturating_add(1));
        let mut ids = std::iter::successors(Some(count), next).map(|count| match count {
            1 => id.to_owned(),
            count => as_id(&format!("{id}~{count}")),
        });
        let id = ids.find(|id| !self.taken.contains(id)).unwrap_or_default();
        self.taken.insert(id.clone());
        id
    }

    /// The services and the number of the one that takes what nobody owns.
    fn with_rest(mut self) -> (Vec<ServiceDef>, usize) {
        let own = self.home.id(None);
        let free = !self.taken.contains(&own);
        let id = if free { own } else { self.free(&self.home.id(Some("unowned")), 1) };
        let rest = self.list.len();
        let mut list: Vec<ServiceDef> = self.list.into_iter().map(|(service, _)| service).collect();
        list.push(ServiceDef::of(id, Owners::ThoseWhoChangedIt, "what is left".to_owned()));
        (list, rest)
    }
}

#[cfg(test)]
mod tests;
