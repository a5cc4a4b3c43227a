//! What the whole comes to if one change of it is split.

use serde::Serialize;

use super::apart;
use super::scoring::{Scorer, few_enough};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::ChangeId;
use crate::base::limits::SPLIT_MAX;
use crate::base::{Failures, Probability};
use crate::model::{Change, Size};

/// What a release comes to if one change of it is split into equal pieces; or a change, if it alone
/// was asked about.
///
/// A piece is the change with what is counted of its content divided by the number of pieces and
/// rounded up: lines added and deleted, files, folders, files of a schema and of configuration, top
/// folders. All else is as of the change, the services and the figures of the host
/// ([`MEASURE`](crate::risk::MEASURE)) among it, and what is not known stays so.
///
/// A piece is mostly less risky than the change, and yet the pieces mostly raise the chance that
/// anything fails, since each may fail: in models fitted to published histories half of a change of
/// a hundred lines or more fails with 0.43 in the mean where the whole does with 0.56, but one of
/// the halves with 0.62. What splitting buys is not told in these figures: what fails is smaller,
/// is found sooner and is taken back by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Split {
    /// The change.
    pub change: ChangeId,
    /// Into how many pieces.
    pub into: u32,
    /// The chance that a piece fails: that of each is the same.
    pub piece: Probability,
    /// The chance that anything fails if the pieces ship in place of the change, together with the
    /// rest.
    pub any: Probability,
    /// The same if each piece ships by itself, and the rest together: what befalls all changes that
    /// ship together does not befall those that ship before or after.
    pub any_apart: Probability,
    /// How many changes fail on average as it is.
    pub expected_before: Failures,
    /// How many fail on average once it is split, each piece being one.
    pub expected: Failures,
}

/// What becomes of changes with their risks if one of them is split, by what scores a piece.
pub(super) fn of(
    scorer: Scorer<'_>,
    (id, into): (&ChangeId, u32),
    changes: &[(&Change, Probability)],
    score: impl Fn(&Change) -> Probability,
) -> Result<Split> {
    let refused = |code, message: String, path| Err(Error::new(code, message).under(path));
    let Some((change, _)) = changes.iter().find(|(change, _)| change.id == *id) else {
        let message = format!("change `{id}` is not in it");
        return refused(ErrorCode::SubjectUnknown, message, "$.split.change");
    };
    if !(2..=SPLIT_MAX).contains(&into) {
        let message = format!("{into} pieces: a change is split into 2 to {SPLIT_MAX}");
        return refused(ErrorCode::NumberOutOfRange, message, "$.split.into");
    }
    let piece = score(&piece(change, into.into()));
    let pieces = || (0..into).map(|_| piece);
    let others = changes.iter().filter(|(change, _)| change.id != *id);
    let rest: Vec<Probability> = others.map(|(_, risk)| *risk).collect();
    let together: Vec<Probability> = rest.iter().copied().chain(pieces()).collect();
    if matches!(scorer, Scorer::Model(_)) {
        let fewer = |_| {
            let message =
                format!("{} changes with the pieces: split it into fewer", together.len());
            Error::new(ErrorCode::LimitExceeded, message).under("$.split.into")
        };
        few_enough(together.len()).map_err(fewer)?;
    }
    Ok(Split {
        change: id.clone(),
        into,
        piece,
        any: scorer.any(&together),
        any_apart: apart::any([scorer.any(&rest)].into_iter().chain(pieces())),
        expected_before: apart::expected(changes.iter().map(|(_, risk)| *risk)),
        expected: apart::expected(together),
    })
}

/// One of so many equal pieces of a change.
fn piece(change: &Change, into: u64) -> Change {
    let of = |count: Option<u64>| Some(count?.div_ceil(into.max(1)));
    let mut piece = change.clone();
    let Size { lines_added, lines_deleted, files, folders, schema_files, configuration_files } =
        change.size;
    piece.size = Size {
        lines_added: of(lines_added),
        lines_deleted: of(lines_deleted),
        files: of(files),
        folders: of(folders),
        schema_files: of(schema_files),
        configuration_files: of(configuration_files),
    };
    piece.history.subsystems = of(change.history.subsystems);
    piece
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_of_its_content_is_divided_and_rounded_up() {
        let text = r#"{"id": "A", "revision": 3, "at": "2026-01-01T00:00:00Z", "by": "raj",
            "services": ["shop", "blog"], "measures": {"alerts": 6}, "history": {"subsystems": 5,
            "developers": 8}, "size": {"lines_added": 100, "lines_deleted": 0, "files": 7,
            "schema_files": 1, "configuration_files": 6}}"#;
        let change: Change = serde_json::from_str(text).unwrap();
        let mut wanted = change.clone();
        wanted.size.lines_added = Some(34);
        wanted.size.files = Some(3);
        wanted.size.configuration_files = Some(2);
        wanted.history.subsystems = Some(2);
        assert_eq!(piece(&change, 3), wanted);
    }
}
