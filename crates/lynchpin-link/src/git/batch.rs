//! Many objects by their ids in two processes: one says how large they are, one gives those that
//! are small enough.

use super::command::{Git, Stream};
use super::error::{AssessError, Result, unknown};
use super::text::is_object_id;
use super::tokens::Tokens;

/// Bytes of the line that stands before an object.
const HEADER_BYTES: usize = 512;

/// One object, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Object {
    /// It is here.
    Here {
        /// `commit`, `tag`, `blob` or `tree`.
        kind: String,
        /// All of its bytes.
        bytes: Vec<u8>,
    },
    /// It has more bytes than were asked for.
    TooLarge,
    /// It is not in the repository.
    Missing,
}

/// Reads objects, given by full ids; each is handed over with its place in the list, in order.
pub(crate) fn objects(
    git: &Git,
    ids: &[&str],
    most_bytes: u64,
    take: &mut dyn FnMut(usize, Object) -> Result<()>,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let sizes = sizes(git, ids)?;
    let mut wanted = Vec::new();
    for (place, (id, size)) in ids.iter().zip(&sizes).enumerate() {
        match size {
            Some(size) if *size <= most_bytes => wanted.push((place, *id)),
            Some(_) => take(place, Object::TooLarge)?,
            None => take(place, Object::Missing)?,
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let input: String = wanted.iter().map(|(_, id)| format!("{id}\n")).collect();
    let stream = git.stream(&["cat-file", "--batch"], input.into_bytes())?;
    let mut reader = Reader { stream, chunk: Vec::new(), position: 0 };
    let mut all = || -> Result<()> {
        for (place, _) in &wanted {
            take(*place, reader.object(most_bytes)?)?;
        }
        Ok(())
    };
    match all() {
        // What git says about its own end goes before what was not understood of it.
        Err(AssessError::UnknownAnswer { detail }) => {
            while reader.stream.chunk()?.is_some() {}
            match reader.stream.end()? {
                (true, _) => Err(AssessError::UnknownAnswer { detail }),
                (false, complaint) => Err(AssessError::Unreadable { detail: complaint }),
            }
        }
        Err(error) => Err(error),
        Ok(()) => match reader.stream.end()? {
            (true, _) => Ok(()),
            (false, complaint) => Err(AssessError::Unreadable { detail: complaint }),
        },
    }
}

/// The bytes of each object that is here.
fn sizes(git: &Git, ids: &[&str]) -> Result<Vec<Option<u64>>> {
    if ids.iter().any(|id| !is_object_id(id)) {
        return Err(unknown("an object's id"));
    }
    let input: String = ids.iter().map(|id| format!("{id}\n")).collect();
    let arguments = ["cat-file", "--batch-check=%(objectsize)"];
    let mut tokens = Tokens::lines(git.stream(&arguments, input.into_bytes())?);
    let mut one = || -> Result<Option<u64>> {
        let token = tokens.next(HEADER_BYTES)?.ok_or_else(|| unknown("a size"))?;
        Ok(std::str::from_utf8(token.bytes).ok().and_then(|size| size.parse().ok()))
    };
    let read = ids.iter().map(|_| one()).collect();
    tokens.end(read)
}

/// The stream of objects, each behind a line that says how long it is.
struct Reader {
    stream: Stream,
    chunk: Vec<u8>,
    position: usize,
}

impl Reader {
    fn object(&mut self, most_bytes: u64) -> Result<Object> {
        let header = self.line()?;
        let header = String::from_utf8_lossy(&header).into_owned();
        let mut words = header.split(' ').skip(1);
        let (Some(kind), Some(size)) = (words.next(), words.next()) else {
            // `<id> missing`: it was there when its size was asked for.
            return Ok(Object::Missing);
        };
        let size = size.parse::<u64>().ok().filter(|size| *size <= most_bytes);
        let size = size.and_then(|size| usize::try_from(size).ok());
        let bytes = self.bytes(size.ok_or_else(|| unknown("an object's size"))?)?;
        if self.bytes(1)? != b"\n" {
            return Err(unknown("the end of an object"));
        }
        Ok(Object::Here { kind: kind.to_owned(), bytes })
    }

    /// What is left of the piece at hand; nothing at the end.
    fn rest(&mut self) -> Result<&[u8]> {
        while self.position >= self.chunk.len() {
            let Some(chunk) = self.stream.chunk()? else { return Ok(&[]) };
            (self.chunk, self.position) = (chunk, 0);
        }
        Ok(self.chunk.get(self.position..).unwrap_or_default())
    }

    fn line(&mut self) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let rest = self.rest()?;
            let end = rest.iter().position(|byte| *byte == b'\n');
            let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
            if (rest.is_empty() && end.is_none()) || line.len() + piece.len() > HEADER_BYTES {
                return Err(unknown("an object"));
            }
            line.extend_from_slice(piece);
            self.position += piece.len() + usize::from(end.is_some());
            if end.is_some() {
                return Ok(line);
            }
        }
    }

    fn bytes(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let missing = count - bytes.len();
            let rest = self.rest()?;
            if rest.is_empty() {
                return Err(unknown("the rest of an object"));
            }
            let piece = rest.get(..missing.min(rest.len())).unwrap_or_default();
            bytes.extend_from_slice(piece);
            self.position += piece.len();
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::super::scripted::Scripted;
    use super::*;

    #[test]
    fn objects_come_whole_in_their_order_and_none_is_lost() {
        let repo = Scripted::new(&[]);
        let blob = |bytes: &[u8]| repo.feed(&["hash-object", "-w", "--stdin"], bytes);
        let long: Vec<u8> = (0..=255).cycle().take(300_000).collect();
        let contents: [&[u8]; 4] = [b"", b"\n\0\nx blob 9\n", &long, b"last"];
        let mut ids: Vec<String> = contents.iter().map(|bytes| blob(bytes)).collect();
        ids.insert(1, "1".repeat(40));
        ids.insert(2, blob(&vec![b'x'; 300_001]));
        let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut found = vec![None; ids.len()];
        objects(&repo.open().git, &asked, 300_000, &mut |place, object| {
            found[place] = Some(object);
            Ok(())
        })
        .unwrap();
        let here =
            |bytes: &[u8]| Some(Object::Here { kind: "blob".to_owned(), bytes: bytes.to_vec() });
        assert_eq!(found[0], here(contents[0]));
        assert_eq!(found[1], Some(Object::Missing));
        assert_eq!(found[2], Some(Object::TooLarge));
        assert_eq!(found[3], here(contents[1]));
        assert_eq!(found[4], here(contents[2]));
        assert_eq!(found[5], here(contents[3]));
        let refused = objects(&repo.open().git, &["HEAD"], 9, &mut |_, _| Ok(()));
        assert_eq!(refused.unwrap_err().code(), "unknown_answer");
    }

    #[test]
    fn a_damaged_object_is_an_error() {
        let repo = Scripted::new(&[]);
        let id = repo.feed(&["hash-object", "-w", "--stdin"], b"content");
        let path = repo.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "nonsense").unwrap();
        let found = objects(&repo.open().git, &[&id], 99, &mut |_, object| {
            assert_eq!(object, Object::Missing);
            Ok(())
        });
        assert!(found.is_ok() || found.unwrap_err().code() == "unreadable");
    }
}
