//! What git notes say about commits: reviews, tests and rejections that came after the commit.
//!
//! A commit cannot be changed, so what people say about it later stands in notes: trees below
//! `refs/notes/` whose files are named after commits. Gerrit keeps its votes there, in
//! `refs/notes/review`; people write trailers with `git notes`. Whoever may push can write a note
//! about any commit, so each comes with everybody who ever wrote it: what an author noted about a
//! commit of their own must make nobody a reviewer.

use std::collections::{BTreeMap, BTreeSet};

use super::address::accounts;
use super::batch::{Object, objects};
use super::error::{AssessError, Result, unknown};
use super::limits::Limits;
use super::message::{Account, Message, read as read_message};
use super::notes::Notes;
use super::repository::Repository;
use super::text::{cut, decoded, is_object_id, printable};
use super::tokens::Tokens;
use super::writers::{Writers, writers};

/// References of notes that are read; nobody keeps more kinds of them.
const REFS_MAX: usize = 64;
/// Entries of all trees of notes; a large Gerrit project has half a million.
const ENTRIES_MAX: usize = 5_000_000;
/// Bytes of an id and the name of a reference, or of an entry of a tree.
const LINE_BYTES: usize = 8 * 1024;

/// One note on one commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Remark {
    /// The reference that it stands in, without `refs/notes/`, made safe to print.
    pub(crate) place: String,
    /// Trailers as in a commit's message; Gerrit's `Code-Review+2` is a review, `Verified+1` a
    /// test.
    pub(crate) said: Message,
    /// Who voted against the commit: a `Code-Review` below zero.
    pub(crate) rejections: Vec<Account>,
    /// Who found it broken: a `Verified` below zero.
    pub(crate) failed: Vec<Account>,
    /// Who let it in.
    pub(crate) submitters: Vec<Account>,
    /// Where it was reviewed.
    pub(crate) links: Vec<String>,
    /// Who wrote the note, by every name that they bear, and when it was written last.
    pub(crate) writers: Writers,
}

/// Reads the notes on those commits, given by full ids; those of one commit in the order of their
/// references.
///
/// Two processes for each reference and two for all notes, however many there are. In a clone that
/// lacks them there are none.
pub(crate) fn remarks(
    repository: &Repository,
    commits: &BTreeSet<&str>,
    limits: &Limits,
    notes: &mut Notes,
) -> Result<BTreeMap<String, Vec<Remark>>> {
    let mut found: Vec<(String, String, Remark)> = Vec::new();
    let mut entries = 0;
    for (tip, place) in references(repository, notes)? {
        let listed = match entries_of(repository, &tip, commits, &mut entries) {
            Ok(listed) => listed,
            Err(AssessError::Unreadable { .. }) => {
                notes.note_refs_unreadable += 1;
                continue;
            }
            Err(error) => return Err(error),
        };
        if listed.is_empty() {
            continue;
        }
        let noted: BTreeSet<&str> = listed.iter().map(|(commit, _)| commit.as_str()).collect();
        let written = writers(repository, &tip, &noted, limits)?;
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for (commit, _) in &listed {
            *files.entry(commit.clone()).or_default() += 1;
        }
        for (commit, blob) in listed {
            let mut writers = written.get(&commit).cloned().unwrap_or_default();
            // Of a note in two files at once nobody knows who wrote which.
            writers.complete &= files.get(&commit) == Some(&1);
            notes.notes_by_unknown += u64::from(!writers.complete);
            let remark = Remark { place: place.clone(), writers, ..Remark::default() };
            found.push((commit, blob, remark));
        }
    }
    let blobs: Vec<&str> = found.iter().map(|(_, blob, _)| blob.as_str()).collect();
    let mut texts: Vec<Option<Vec<u8>>> = vec![None; blobs.len()];
    objects(&repository.git, &blobs, limits.message_bytes as u64, &mut |place, object| {
        if let (Object::Here { bytes, .. }, Some(text)) = (object, texts.get_mut(place)) {
            *text = Some(bytes);
        }
        Ok(())
    })?;
    let mut remarks: BTreeMap<String, Vec<Remark>> = BTreeMap::new();
    for ((commit, _, mut remark), text) in found.into_iter().zip(texts) {
        notes.git_notes += 1;
        match text {
            Some(text) => read(&text, limits, &mut remark, notes),
            None => {
                notes.git_notes_unread += 1;
                remark.said.incomplete = true;
            }
        }
        remarks.entry(commit).or_default().push(remark);
    }
    Ok(remarks)
}

/// The id that each reference of notes holds, and its name made safe to print.
fn references(repository: &Repository, notes: &mut Notes) -> Result<Vec<(String, String)>> {
    let arguments = ["for-each-ref", "--format=%(objectname)%00%(refname)", "refs/notes"];
    let mut tokens = Tokens::lines(repository.on_place.stream(&arguments, Vec::new())?);
    let mut listed = Vec::new();
    let mut take = || -> Result<()> {
        while let Some(token) = tokens.next(LINE_BYTES)? {
            let (text, _) = decoded(token.bytes);
            let (id, name) = text.split_once('\0').unwrap_or_default();
            if !is_object_id(id) {
                return Err(unknown("the id of a reference"));
            }
            if listed.len() == REFS_MAX {
                notes.note_refs_dropped += 1;
                continue;
            }
            let name = name.strip_prefix("refs/notes/").unwrap_or(name);
            listed.push((id.to_owned(), printable(name)));
        }
        Ok(())
    };
    let read = take();
    let ((), complaint) = tokens.finish(read)?;
    notes.note_refs_unreadable += u64::from(complaint.contains("broken ref"));
    Ok(listed)
}

/// The commits that have a note in that tree, of those asked for, each with the note's id.
fn entries_of(
    repository: &Repository,
    tip: &str,
    commits: &BTreeSet<&str>,
    entries: &mut usize,
) -> Result<Vec<(String, String)>> {
    let arguments = ["ls-tree", "-r", "-z", "--full-tree", tip];
    let mut tokens = Tokens::of(repository.git.stream(&arguments, Vec::new())?);
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    let mut take = || -> Result<()> {
        while let Some(token) = tokens.next(LINE_BYTES)? {
            *entries += 1;
            if *entries > ENTRIES_MAX {
                return Err(AssessError::TooLarge { what: "git notes", limit: ENTRIES_MAX });
            }
            let Some((blob, commit)) = entry(token.bytes) else { continue };
            if commits.contains(commit.as_str()) {
                found.insert((commit, blob));
            }
        }
        Ok(())
    };
    let read = take();
    tokens.end(read)?;
    Ok(found.into_iter().collect())
}

/// `mode SP blob SP id TAB path`: the note's id and that of the commit.
fn entry(bytes: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (about, path) = text.split_once('\t')?;
    let mut words = about.split(' ').skip(1);
    let (kind, blob) = (words.next()?, words.next()?);
    (kind == "blob" && is_object_id(blob)).then_some(())?;
    Some((blob.to_owned(), commit_of(path)?))
}

/// The commit that a note's path names: its id, of which git cuts two digits off at a time, as in
/// `ab/cd/ef...`. Cut otherwise it is a file that git leaves alone when somebody else writes the
/// note, who would then pass for the writer of both.
pub(crate) fn commit_of(path: &str) -> Option<String> {
    let (folders, _) = path.rsplit_once('/').unwrap_or_default();
    if !folders.is_empty() && folders.split('/').any(|folder| folder.len() != 2) {
        return None;
    }
    let id: String = path.split('/').collect();
    (matches!(id.len(), 40 | 64) && is_object_id(&id)).then(|| id.to_ascii_lowercase())
}

/// Reads what a note says.
///
/// `git notes append` puts an empty line before what it adds, so every paragraph may hold trailers.
/// One that also holds prose may quote somebody: what speaks for the commit does not count there,
/// what speaks against it does.
fn read(text: &[u8], limits: &Limits, remark: &mut Remark, notes: &mut Notes) {
    let (text, lossy) = decoded(text);
    notes.texts_not_utf8 += u64::from(lossy);
    let mut trailers = String::new();
    for paragraph in paragraphs(&text) {
        let plain = paragraph.iter().all(|line| trailer(line).is_some());
        for line in paragraph {
            let Some((key, value)) = trailer(&line) else { continue };
            match vote(key, value) {
                Some(vote) => take_vote(vote, plain, limits, &mut trailers, remark, notes),
                None if plain => take_line(key, value, &line, limits, &mut trailers, remark),
                None => notes.trailers_in_prose += u64::from(is_of_people(key)),
            }
        }
    }
    remark.said = read_message("", &trailers, "", limits, notes);
}

/// Groups of lines between empty ones; a line that begins with a space goes on with the one before.
fn paragraphs(text: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.lines() {
        let begun = found.last().is_some_and(|lines| !lines.is_empty());
        if line.trim().is_empty() {
            found.push(Vec::new());
        } else if let Some(last) = found.last_mut() {
            match last.last_mut() {
                Some(before) if begun && line.starts_with([' ', '\t']) => {
                    before.push(' ');
                    before.push_str(line.trim());
                }
                _ => last.push(line.to_owned()),
            }
        }
    }
    found.retain(|lines| !lines.is_empty());
    found
}

/// The two sides of `Key: value`.
fn trailer(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let good = |letter: char| letter.is_ascii_alphanumeric() || "-_+".contains(letter);
    (!key.is_empty() && key.chars().all(good)).then(|| (key, value.trim()))
}

/// A vote as Gerrit notes it down: `Code-Review+2: Name <address>`.
struct GerritVote<'a> {
    label: String,
    /// What was given, below zero against it.
    value: i64,
    by: &'a str,
}

fn vote<'a>(key: &str, by: &'a str) -> Option<GerritVote<'a>> {
    let at = key.rfind(['+', '-'])?;
    let (label, value) = key.split_at_checked(at)?;
    let value: i64 = value.parse().ok()?;
    (!label.is_empty()).then(|| GerritVote { label: label.to_ascii_lowercase(), value, by })
}

fn take_vote(
    vote: GerritVote<'_>,
    plain: bool,
    limits: &Limits,
    trailers: &mut String,
    remark: &mut Remark,
    notes: &mut Notes,
) {
    let against = || accounts(vote.by, limits.line_bytes);
    match (vote.label.as_str(), vote.value) {
        ("code-review", ..=-1) => take_accounts(&mut remark.rejections, against(), limits),
        ("verified", ..=-1) => take_accounts(&mut remark.failed, against(), limits),
        // Of a review only the full vote says that the change may go in.
        ("code-review", 2..) if plain => {
            trailers.push_str(&format!("Reviewed-by: {}\n", vote.by));
        }
        ("verified", 1..) if plain => trailers.push_str(&format!("Tested-by: {}\n", vote.by)),
        _ => notes.votes_unused += 1,
    }
}

/// Keeps who it was; a vote against a commit stands, whoever gave it.
fn take_accounts(kept: &mut Vec<Account>, mut found: Vec<Account>, limits: &Limits) {
    if found.is_empty() {
        found.push(Account::default());
    }
    let room = limits.trailers.saturating_sub(kept.len());
    kept.extend(found.into_iter().take(room));
}

fn take_line(
    key: &str,
    value: &str,
    line: &str,
    limits: &Limits,
    trailers: &mut String,
    remark: &mut Remark,
) {
    match key.to_ascii_lowercase().as_str() {
        "submitted-by" => {
            let found = accounts(value, limits.line_bytes);
            take_accounts(&mut remark.submitters, found, limits);
        }
        "reviewed-on" if remark.links.len() < limits.trailers && !value.is_empty() => {
            remark.links.push(cut(&printable(value), limits.line_bytes));
        }
        _ => {
            trailers.push_str(line);
            trailers.push('\n');
        }
    }
}

/// Whether the key names somebody who speaks for a commit.
fn is_of_people(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["reviewed-by", "acked-by", "approved-by", "tested-by"].contains(&key.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::message::Act;
    use super::super::scripted::Scripted;
    use super::*;

    fn parsed(text: &str) -> (Remark, Notes) {
        let (mut remark, mut notes) = (Remark::default(), Notes::default());
        read(text.as_bytes(), &Limits::default(), &mut remark, &mut notes);
        (remark, notes)
    }

    fn emails(accounts: &[Account]) -> Vec<&str> {
        accounts.iter().map(|account| account.email.as_str()).collect()
    }

    fn acts(remark: &Remark) -> Vec<(Act, &str)> {
        remark.said.acts.iter().map(|(act, account)| (*act, account.email.as_str())).collect()
    }

    #[test]
    fn gerrits_votes_are_read() {
        let (remark, notes) = parsed(
            "Code-Review+2: Rita <rita@x>\nCode-Review+1: Nils <nils@x>\n\
             Code-Review-1: Per <per@x>\nCode-Review-2: Quin <quin@x>\n\
             Verified+1: Jenkins <ci@x>\nVerified-1: Zuul\n\
             Workflow+1: Rita <rita@x>\nSubmitted-by: Rita <rita@x>\n\
             Submitted-at: Fri, 20 Nov 2026 10:00:00 +0000\nReviewed-on: https://review.x/7\n\
             Change-Id: I0123\nProject: shop\nBranch: refs/heads/main\n",
        );
        assert_eq!(acts(&remark), [(Act::Review, "rita@x"), (Act::Test, "ci@x")]);
        assert_eq!(emails(&remark.rejections), ["per@x", "quin@x"]);
        assert_eq!(remark.failed, [Account { name: "Zuul".to_owned(), email: String::new() }]);
        assert_eq!(emails(&remark.submitters), ["rita@x"]);
        assert_eq!(remark.links, ["https://review.x/7"]);
        assert_eq!(remark.said.change_id.as_deref(), Some("I0123"));
        assert_eq!(notes.votes_unused, 2);
    }

    #[test]
    fn what_speaks_for_a_commit_counts_only_as_a_trailer() {
        let (remark, notes) = parsed(
            "Tested-by: T <t@x>\n\nI wonder whether\nReviewed-by: R <r@x>\n\
             Code-Review+2: S <s@x>\n\
             Code-Review-2: V <v@x>\nis what we want\n\nAcked-by: Long\n Name <a@x>\n",
        );
        assert_eq!(acts(&remark), [(Act::Test, "t@x"), (Act::Review, "a@x")]);
        assert_eq!(emails(&remark.rejections), ["v@x"]);
        assert_eq!((notes.trailers_in_prose, notes.votes_unused), (1, 1));
        let (remark, _) = parsed("Code-Review-2:\n");
        assert_eq!(remark.rejections, [Account::default()]);
        let (remark, _) = parsed("Just a remark: nothing\n\n- Reviewed-by: R <r@x>\n\u{0}");
        assert_eq!(remark, Remark::default());
    }

    #[test]
    fn paths_name_commits_however_they_are_cut() {
        let id = "ab".repeat(20);
        for path in [id.clone(), format!("ab/{}", &id[2..]), format!("ab/ab/{}", &id[4..])] {
            assert_eq!(commit_of(&path), Some(id.clone()));
        }
        assert_eq!(commit_of("README"), None);
        assert_eq!(commit_of(&id[1..]), None);
    }

    fn read_all(repo: &Scripted, commits: &[&str]) -> (BTreeMap<String, Vec<Remark>>, Notes) {
        let mut notes = Notes::default();
        let asked = commits.iter().copied().collect();
        let found = remarks(&repo.open(), &asked, &Limits::default(), &mut notes).unwrap();
        (found, notes)
    }

    fn writers_of(remark: &Remark) -> Vec<&str> {
        let set: BTreeSet<&str> =
            remark.writers.accounts.iter().map(|account| account.email.as_str()).collect();
        set.into_iter().collect()
    }

    #[test]
    fn notes_of_all_references_come_with_all_who_wrote_them() {
        let mut repo = Scripted::new(&[]);
        let (one, two) = (repo.commit("one"), repo.commit("two"));
        repo.git(&["notes", "add", "-m", "Reviewed-by: R <r@x>", &one]);
        repo.by("Bob", "bob@x").git(&["notes", "append", "-m", "Tested-by: T <t@x>", &one]);
        repo.by("Cy", "cy@x").git(&["notes", "add", "-m", "Reviewed-by: S <s@x>", &two]);
        repo.git(&["notes", "--ref", "review", "add", "-m", "Code-Review+2: G <g@x>", &one]);
        let (found, notes) = read_all(&repo, &[&one]);
        assert_eq!(found.len(), 1);
        let [commits, review] = found[&one].as_slice() else { panic!("{found:?}") };
        assert_eq!((commits.place.as_str(), review.place.as_str()), ("commits", "review"));
        assert_eq!(acts(commits), [(Act::Review, "r@x"), (Act::Test, "t@x")]);
        assert_eq!(acts(review), [(Act::Review, "g@x")]);
        assert_eq!(writers_of(commits), ["ann@example.org", "bob@x"]);
        assert_eq!(commits.writers.last, Some(1_700_000_060));
        assert_eq!(writers_of(review), ["cy@x"]);
        assert!(commits.writers.complete && review.writers.complete);
        assert_eq!((notes.git_notes, notes.notes_by_unknown), (2, 0));
        assert_eq!(read_all(&repo, &[]).0.len(), 0);
    }

    #[test]
    fn a_note_made_anew_is_only_of_those_who_wrote_it_since() {
        let mut repo = Scripted::new(&[]);
        let one = repo.commit("one");
        repo.git(&["notes", "add", "-m", "x", &one]);
        repo.by("Bob", "bob@x").git(&["notes", "remove", &one]);
        repo.by("Cy", "cy@x").git(&["notes", "add", "-m", "Reviewed-by: R <r@x>", &one]);
        let (found, _) = read_all(&repo, &[&one]);
        assert_eq!(writers_of(&found[&one][0]), ["cy@x"]);
    }

    #[test]
    fn who_merges_notes_otherwise_than_they_were_wrote_them_too() {
        let mut repo = Scripted::new(&[]);
        let one = repo.commit("one");
        repo.git(&["notes", "add", "-m", "x", &one]);
        repo.git(&["update-ref", "refs/notes/other", "refs/notes/commits"]);
        let add = ["append", "-m", "Reviewed-by: R <r@x>", &one];
        repo.by("Bob", "bob@x").git(&[&["notes", "--ref", "other"][..], &add].concat());
        repo.by("Cy", "cy@x").git(&["notes", "append", "-m", "y", &one]);
        repo.by("Di", "di@x").git(&["notes", "merge", "-q", "-s", "union", "other"]);
        let (found, _) = read_all(&repo, &[&one]);
        let commits = &found[&one][0];
        assert_eq!(writers_of(commits), ["ann@example.org", "bob@x", "cy@x", "di@x"]);
        assert!(commits.writers.complete);
    }

    #[test]
    fn many_notes_cut_their_tree_anew_and_stay_whose_they_are() {
        let mut repo = Scripted::new(&["--object-format", "sha256"]);
        let first = repo.commit("first");
        repo.git(&["notes", "add", "-m", "Reviewed-by: R <r@x>", &first]);
        // Enough of them that git cuts the tree into folders.
        repo.by("Bob", "bob@x");
        let blob = repo.feed(&["hash-object", "-w", "--stdin"], b"x");
        let who = "committer Bob <bob@x> 1700000300 +0000\ndata 0\n";
        let (mut stream, mut noted) = (String::new(), String::new());
        for number in 1..=1_000 {
            stream.push_str(&format!("commit refs/heads/many\nmark :{number}\n{who}"));
            noted.push_str(&format!("N {blob} :{number}\n"));
        }
        stream.push_str(&format!("commit refs/notes/commits\n{who}from refs/notes/commits^0\n"));
        stream.push_str(&noted);
        repo.feed(&["fast-import", "--quiet"], stream.as_bytes());
        let listed = repo.git(&["ls-tree", "-r", "--name-only", "refs/notes/commits"]);
        assert!(listed.contains('/'), "the tree is not cut");
        let (found, _) = read_all(&repo, &[&first]);
        assert_eq!(writers_of(&found[&first][0]), ["ann@example.org"]);
        assert!(found[&first][0].writers.complete);
    }

    #[test]
    fn what_is_broken_or_too_long_is_counted() {
        let repo = Scripted::new(&[]);
        let one = repo.commit("one");
        let long = format!("Reviewed-by: R <r@x>\n\n{}", "x".repeat(70_000));
        repo.feed(&["notes", "add", "-F", "-", &one], long.as_bytes());
        let blob = repo.feed(&["hash-object", "-w", "--stdin"], b"x");
        repo.git(&["update-ref", "refs/notes/blob", &blob]);
        let (found, notes) = read_all(&repo, &[&one]);
        assert_eq!(acts(&found[&one][0]), []);
        assert!(found[&one][0].said.incomplete);
        assert_eq!((notes.git_notes_unread, notes.note_refs_unreadable), (1, 1));
    }
    /// Puts files into the tree of notes as one commit, beside those that are there.
    fn put(repo: &Scripted, files: &[(&str, &str, &str)]) {
        let there = repo.git(&["for-each-ref", "--format=%(objectname)", "refs/notes/commits"]);
        if there.is_empty() {
            repo.git(&["read-tree", "--empty"]);
        } else {
            repo.git(&["read-tree", "refs/notes/commits"]);
        }
        for (mode, path, text) in files {
            let blob = repo.feed(&["hash-object", "-w", "--stdin"], text.as_bytes());
            repo.git(&["update-index", "--add", "--cacheinfo", &format!("{mode},{blob},{path}")]);
        }
        let tree = repo.git(&["write-tree"]);
        let mut arguments = vec!["commit-tree", "-m", "put", &tree];
        if !there.is_empty() {
            arguments.extend(["-p", &there]);
        }
        let commit = repo.git(&arguments);
        repo.git(&["update-ref", "refs/notes/commits", &commit]);
    }

    const REVIEW: &str = "Reviewed-by: R <r@x>";

    #[test]
    fn a_file_that_git_takes_for_no_note_is_not_lent_to_who_writes_the_note() {
        let mut repo = Scripted::new(&[]);
        let one = repo.commit("one");
        let (first, rest) = one.split_at(3);
        put(&repo, &[("100644", &format!("{first}/{rest}"), REVIEW)]);
        repo.by("Cy", "cy@x").git(&["notes", "add", "-m", "x", &one]);
        let (found, notes) = read_all(&repo, &[&one]);
        assert_eq!((notes.git_notes, acts(&found[&one][0])), (1, vec![]));
    }

    #[test]
    fn a_second_file_for_a_note_has_no_known_writer() {
        let mut repo = Scripted::new(&[]);
        let one = repo.commit("one");
        repo.by("Cy", "cy@x").git(&["notes", "add", "-m", "x", &one]);
        let (first, rest) = one.split_at(2);
        // The mode of the other changes too, as if the note had only moved.
        repo.by("Ann", "ann@example.org");
        put(&repo, &[("100644", &format!("{first}/{rest}"), REVIEW), ("100755", &one, "x\n")]);
        let (found, notes) = read_all(&repo, &[&one]);
        assert_eq!((found[&one].len(), notes.notes_by_unknown), (2, 2));
        assert_eq!(writers_of(&found[&one][0]), ["ann@example.org", "cy@x"]);
        repo.by("Di", "di@x").git(&["update-index", "--force-remove", &one]);
        let tree = repo.git(&["write-tree"]);
        let commit = repo.git(&["commit-tree", "-m", "x", "-p", "refs/notes/commits", &tree]);
        repo.git(&["update-ref", "refs/notes/commits", &commit]);
        let (found, _) = read_all(&repo, &[&one]);
        assert_eq!(writers_of(&found[&one][0]), ["ann@example.org", "cy@x", "di@x"]);
    }

    #[test]
    fn where_history_ends_too_early_nobody_knows_who_wrote_a_merged_note() {
        let mut repo = Scripted::new(&[]);
        let one = repo.commit("one");
        repo.git(&["notes", "add", "-m", REVIEW, &one]);
        repo.git(&["update-ref", "refs/notes/other", "refs/notes/commits"]);
        repo.git(&["update-ref", "-d", "refs/notes/commits"]);
        repo.by("Cy", "cy@x").git(&["notes", "add", "-m", "x", &one]);
        // The merge has the note as Ann has it, whose line ends in what is not at hand.
        let tree = repo.git(&["rev-parse", "refs/notes/other^{tree}"]);
        let gone = repo.git(&["rev-parse", "refs/notes/other"]);
        let parents = ["-p", "refs/notes/commits", "-p", "refs/notes/other"];
        let merge = repo.git(&[&["commit-tree", "-m", "m"][..], &parents, &[&tree]].concat());
        repo.git(&["update-ref", "refs/notes/commits", &merge]);
        repo.git(&["update-ref", "-d", "refs/notes/other"]);
        let (found, _) = read_all(&repo, &[&one]);
        assert!(found[&one][0].writers.complete);
        let (first, rest) = gone.split_at(2);
        std::fs::remove_file(repo.path().join(format!(".git/objects/{first}/{rest}"))).unwrap();
        let (found, _) = read_all(&repo, &[&one]);
        assert!(!found[&one][0].writers.complete);
    }
}
