//! References by what they hold, so that no name of theirs is ever put to git.

use super::error::{AssessError, Result};
use super::repository::Repository;
use super::text::{is_object_id, printable};
use super::tokens::Tokens;

/// More references are no practice of anybody.
const REFS_MAX: usize = 1_000_000;
/// Bytes of an id and the name of a reference.
const LINE_BYTES: usize = 8 * 1024;

/// A reference as it stands in the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ref {
    /// Its name behind the folder that was asked for, made safe to print.
    pub(crate) name: String,
    /// The id of the object that it holds.
    pub(crate) id: String,
}

/// Lists the references below a folder such as `refs/tags/`, and whether git passed over broken
/// ones. `what` names them in an error.
pub(crate) fn list(
    repository: &Repository,
    folder: &str,
    what: &'static str,
) -> Result<(Vec<Ref>, bool)> {
    let arguments = ["for-each-ref", "--format=%(objectname)%00%(refname)", folder];
    let mut tokens = Tokens::lines(repository.on_place.stream(&arguments, Vec::new())?);
    let mut listed = Vec::new();
    let mut take = || -> Result<()> {
        while let Some(token) = tokens.next(LINE_BYTES)? {
            let mut fields = token.bytes.splitn(2, |byte| *byte == 0);
            let id = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
            let name = String::from_utf8_lossy(fields.next().unwrap_or_default()).into_owned();
            if !is_object_id(&id) {
                let detail = "the id of a reference expected".to_owned();
                return Err(AssessError::UnknownAnswer { detail });
            }
            if listed.len() == REFS_MAX {
                return Err(AssessError::TooLarge { what, limit: REFS_MAX });
            }
            let name = printable(name.strip_prefix(folder).unwrap_or(&name));
            listed.push(Ref { name, id });
        }
        Ok(())
    };
    let read = take();
    let ((), complaint) = tokens.finish(read)?;
    // git passes over a broken one with a warning.
    Ok((listed, complaint.contains("broken ref")))
}

/// Puts tags with numbers for names into the folder of our own, one for each of those commits, and
/// nothing else; [`number_of`] reads them.
pub(crate) fn number(
    repository: &Repository,
    commits: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<()> {
    let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for (number, commit) in commits.into_iter().enumerate() {
        packed.push_str(&format!("{} refs/tags/t{number:07}\n", commit.as_ref()));
    }
    repository.scratch.write("packed-refs", packed.as_bytes())
}

/// The number of a tag that [`number`] made.
pub(crate) fn number_of(name: &str) -> Option<usize> {
    let name = name.strip_prefix("refs/tags/").unwrap_or(name);
    name.strip_prefix('t').and_then(|number| number.parse().ok())
}

/// Which of the numbered commits a listing of git finds, such as `--merged=<id>`.
pub(crate) fn numbered_that(repository: &Repository, filters: &[String]) -> Result<Vec<usize>> {
    let mut arguments = vec!["for-each-ref".to_owned(), "--format=%(refname)".to_owned()];
    arguments.extend(filters.iter().cloned());
    arguments.push("refs/tags/".to_owned());
    let mut tokens = Tokens::lines(repository.git.stream(&arguments, Vec::new())?);
    let mut found = Vec::new();
    let mut take = || -> Result<()> {
        while let Some(token) = tokens.next(LINE_BYTES)? {
            let name = String::from_utf8_lossy(token.bytes);
            let unknown = || AssessError::UnknownAnswer { detail: "a number expected".to_owned() };
            found.push(number_of(&name).ok_or_else(unknown)?);
        }
        Ok(())
    };
    let read = take();
    tokens.end(read)?;
    Ok(found)
}
