//! A large history such as a busy project has: people, requests, reviews, fixes, reverts, versions.

use std::collections::{BTreeSet, VecDeque};
use std::io::Result;
use std::path::Path;

use super::history::{Known, Making};
use super::import::{Account, Said};
use super::operations::{Operation, Shape};
use super::people::{author, maintainer, other_than, shown};

/// The most commits that are not released; of them everything is known.
pub const RANGE: u64 = 10_000;
/// Who commits what is squashed on a forge.
const FORGE: (&str, &str) = ("GitHub", "noreply@github.com");
/// How many changes back a message may name.
const RECENT: usize = 300;

const WEIGHTS: [(Operation, usize); 12] = [
    (Operation::Edit, 800),
    (Operation::Append, 40),
    (Operation::Create, 30),
    (Operation::CreateOpaque, 1),
    (Operation::Rename, 6),
    (Operation::RenameAndEdit, 8),
    (Operation::Delete, 24),
    (Operation::CreateAgain, 2),
    (Operation::MoveLines, 10),
    (Operation::ChangeMode, 3),
    (Operation::ChangeOpaque, 60),
    (Operation::Swap, 1),
];

/// A history with everything that is known of it. Changes are told by their numbers in the range.
#[derive(Debug)]
pub struct Generated {
    /// What follows from lines and files.
    pub known: Known,
    /// The last commit that is released.
    pub since: u64,
    /// How many commits are not.
    pub commits: u64,
    /// What messages say: the change, the one that it names, and the words for it.
    pub stated: BTreeSet<(usize, usize, &'static str)>,
    /// The changes that count as reviewed, and the addresses of those who reviewed them.
    pub reviews: BTreeSet<(usize, String)>,
    /// Reviewed-by of one's own change.
    pub own_reviews: u64,
}

/// Makes a repository with so many commits in a folder.
///
/// # Errors
///
/// If git is not there or fails, or a folder cannot be written to.
pub fn generated(folder: &Path, seed: u64, commits: u64) -> Result<Generated> {
    let files = usize::try_from(commits / 10).unwrap_or(usize::MAX).clamp(50, 3_000);
    let shape = Shape {
        folders: 150,
        lines: (20, 100),
        weights: WEIGHTS.to_vec(),
        odd_paths: false,
        edits_moved: false,
    };
    let ann = author(&mut super::random::Random::new(seed));
    let said = Said { author: ann.clone(), committer: ann, message: "Begin".to_owned() };
    let making = Making::begin(folder, (seed, files), shape, (25, 4), &said)?;
    let mut telling = Telling {
        making,
        recent: VecDeque::new(),
        requests: 0,
        first: None,
        stated: BTreeSet::new(),
        reviews: BTreeSet::new(),
        own_reviews: 0,
    };
    let released = commits - RANGE.min(commits / 2);
    let each = (commits / 50).max(1);
    let mut version = 1;
    while telling.making.import.commits() < commits {
        telling.next()?;
        let count = telling.making.import.commits();
        if telling.first.is_none() && count >= released {
            telling.release()?;
        }
        if count >= version * each {
            let head = telling.making.head();
            telling.making.import.tag(&format!("v0.{version}.0"), head)?;
            version = count / each + 1;
        }
    }
    telling.end()
}

/// A change that later messages may name.
#[derive(Debug, Clone)]
struct Named {
    change: u32,
    mark: u64,
    subject: String,
    change_id: Option<String>,
}

/// The making, with what people say.
struct Telling {
    making: Making,
    recent: VecDeque<Named>,
    requests: u64,
    /// The first change that is not released, the last commit before it, and how many there were.
    first: Option<(u32, u64, u64)>,
    stated: BTreeSet<(usize, usize, &'static str)>,
    reviews: BTreeSet<(usize, String)>,
    own_reviews: u64,
}

impl Telling {
    fn chance(&mut self, share: usize) -> bool {
        self.making.hand.random.percent(share)
    }

    fn next(&mut self) -> Result<()> {
        let random = &mut self.making.hand.random;
        let kind = random.below(100);
        match kind {
            0..30 => self.merge(),
            30..34 => self.request_of_several(),
            34..60 => self.squashed(),
            _ => self.single(),
        }
    }

    fn release(&mut self) -> Result<()> {
        let (head, commits) = (self.making.head(), self.making.import.commits());
        self.making.release("released")?;
        self.first = Some((self.making.next(), head, commits));
        Ok(())
    }

    /// The number in the range that a change has.
    fn place(&self, change: u32) -> Option<usize> {
        let (first, ..) = self.first?;
        usize::try_from(change.checked_sub(first)?).ok()
    }

    /// A plain commit, or one as Gerrit has them, which may name others.
    fn single(&mut self) -> Result<()> {
        let author = author(&mut self.making.hand.random);
        let change = self.making.next();
        let mut trailers = Vec::new();
        let mut subject = format!("Correct number {change}");
        let mut body = String::new();
        let mut change_id = None;
        if self.chance(10)
            && let Some(target) = self.earlier(|_| true)
        {
            let id = self.making.import.id(target.mark)?;
            trailers.push(format!("Fixes: {} (\"{}\")", cut(&id), target.subject));
            self.state(change, target.change, "Fixes");
        } else if self.chance(4)
            && let Some(target) = self.earlier(|_| true)
        {
            let id = self.making.import.id(target.mark)?;
            subject = format!("Revert \"{}\"", target.subject);
            body = format!("This reverts commit {id}.\n\n");
            self.state(change, target.change, "Reverts");
        }
        if self.chance(40) {
            let random = &mut self.making.hand.random;
            let id = format!("I{:016x}{:016x}{:08x}", random.number(), random.number(), change);
            if self.chance(15)
                && let Some(target) = self.earlier(|named| named.change_id.is_some())
            {
                let id = target.change_id.clone().unwrap_or_default();
                trailers.push(format!("Depends-On: {id}"));
                self.state(change, target.change, "Depends-On");
            }
            trailers.push(format!("Change-Id: {id}"));
            change_id = Some(id);
        }
        self.review(change, &[&author], &mut trailers);
        trailers.push(format!("Signed-off-by: {}", shown(&author)));
        let works = self.making.hand.random.between(1, 3);
        let said = |words: &str| {
            let message = format!("{subject}\n\n{body}{words}\n\n{}\n", trailers.join("\n"));
            Said { author: author.clone(), committer: author.clone(), message }
        };
        self.making.direct(works, said)?;
        self.remember(change, subject, change_id);
        Ok(())
    }

    /// A request that a forge squashed.
    fn squashed(&mut self) -> Result<()> {
        let author = author(&mut self.making.hand.random);
        let change = self.making.next();
        self.requests += 1;
        let subject = format!("Improve what riders see (#{})", self.requests);
        let mut trailers = Vec::new();
        self.review(change, &[&author], &mut trailers);
        let works = self.making.hand.random.between(1, 4);
        let committer = (FORGE.0.to_owned(), FORGE.1.to_owned());
        let said = |words: &str| {
            let message = format!("{subject}\n\n{words}\n\n{}\n", trailers.join("\n"));
            Said { author, committer, message }
        };
        self.making.direct(works, said)?;
        self.remember(change, subject.clone(), None);
        Ok(())
    }

    /// A request whose commits were put on the line one by one.
    fn request_of_several(&mut self) -> Result<()> {
        let author = author(&mut self.making.hand.random);
        let change = self.making.next();
        self.requests += 1;
        let mut trailers = Vec::new();
        self.review(change, &[&author], &mut trailers);
        let commits = self.making.hand.random.between(2, 4);
        let parts: Vec<Said> = (1..=commits)
            .map(|part| {
                let subject = format!("Part {part} of a request (#{})", self.requests);
                let message = format!("{subject}\n\nWORK\n\n{}\n", trailers.join("\n"));
                Said { author: author.clone(), committer: author.clone(), message }
            })
            .collect();
        self.making.series(&parts)?;
        self.remember(change, format!("Part {commits} of a request (#{})", self.requests), None);
        Ok(())
    }

    /// A request that a forge merged.
    fn merge(&mut self) -> Result<()> {
        let merger = maintainer(&mut self.making.hand.random);
        let change = self.making.next();
        self.requests += 1;
        let random = &mut self.making.hand.random;
        let commits = random.between(1, 5);
        let authors: Vec<Account> = (0..commits).map(|_| author(random)).collect();
        let mut hands: Vec<&Account> = authors.iter().collect();
        hands.push(&merger);
        let mut of_whole = Vec::new();
        let mut of_parts: Vec<Vec<String>> = vec![Vec::new(); commits];
        if self.chance(50) {
            self.review(change, &hands, &mut of_whole);
        } else if self.chance(60) {
            let owned: Vec<Account> = hands.iter().map(|hand| (*hand).clone()).collect();
            // One commit of several that nobody reviewed leaves the whole without a review.
            let skipped = self.chance(30).then(|| self.making.hand.random.below(commits));
            for (part, trailers) in of_parts.iter_mut().enumerate() {
                if skipped == Some(part) {
                    continue;
                }
                let reviewer = other_than(&owned, &mut self.making.hand.random);
                trailers.push(format!("Reviewed-by: {}", shown(&reviewer)));
                if let Some(place) = self.place(change).filter(|_| skipped.is_none()) {
                    self.reviews.insert((place, reviewer.1));
                }
            }
        }
        let parts: Vec<Said> = authors
            .iter()
            .zip(&of_parts)
            .map(|(author, trailers)| {
                let message = format!("Step forward\n\nWORK\n\n{}\n", trailers.join("\n"));
                Said { author: author.clone(), committer: author.clone(), message }
            })
            .collect();
        let subject = format!("Merge pull request #{} from riders/topic", self.requests);
        let message = format!("{subject}\n\nA topic of {commits}\n\n{}\n", of_whole.join("\n"));
        let whole = Said { author: merger.clone(), committer: merger, message };
        self.making.merge(&parts, &whole)?;
        self.remember(change, "A topic".to_owned(), None);
        Ok(())
    }

    /// Sometimes somebody reviews a change, and sometimes its author says so of it.
    fn review(&mut self, change: u32, hands: &[&Account], trailers: &mut Vec<String>) {
        let owned: Vec<Account> = hands.iter().map(|hand| (*hand).clone()).collect();
        if self.chance(6) {
            trailers.extend(owned.first().map(|own| format!("Reviewed-by: {}", shown(own))));
            self.own_reviews += u64::from(self.first.is_some());
        }
        let reviewers = if self.chance(40) { self.making.hand.random.between(1, 2) } else { 0 };
        for _ in 0..reviewers {
            let reviewer = other_than(&owned, &mut self.making.hand.random);
            trailers.push(format!("Reviewed-by: {}", shown(&reviewer)));
            if let Some(place) = self.place(change) {
                self.reviews.insert((place, reviewer.1));
            }
        }
    }

    fn earlier(&mut self, fits: impl Fn(&Named) -> bool) -> Option<Named> {
        let at = self.making.hand.random.skewed(self.recent.len());
        self.recent.iter().rev().skip(at).find(|named| fits(named)).cloned()
    }

    fn state(&mut self, change: u32, on: u32, words: &'static str) {
        if let (Some(change), Some(on)) = (self.place(change), self.place(on)) {
            self.stated.insert((change, on, words));
        }
    }

    fn remember(&mut self, change: u32, subject: String, change_id: Option<String>) {
        let mark = self.making.head();
        self.recent.push_back(Named { change, mark, subject, change_id });
        if self.recent.len() > RECENT {
            self.recent.pop_front();
        }
    }

    fn end(self) -> Result<Generated> {
        let (_, since, before) = self.first.unwrap_or_default();
        let commits = self.making.import.commits() - before;
        let Telling { stated, reviews, own_reviews, .. } = self;
        let known = self.making.end()?;
        Ok(Generated { known, since, commits, stated, reviews, own_reviews })
    }
}

/// As much of an id as people write.
fn cut(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
