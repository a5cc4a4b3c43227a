//! How much is told.

/// How many of each thing are told, so that a report of ten thousand changes can still be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caps {
    /// Changes in the table.
    pub(super) changes: usize,
    /// Reasons that hold something back.
    pub(super) reasons: usize,
    /// Dependencies.
    pub(super) dependencies: usize,
    /// Owners.
    pub(super) owners: usize,
    /// Services and people of each owner.
    pub(super) of_owner: usize,
    /// Releases inside of the range, and repositories.
    pub(super) others: usize,
    /// Changes that drive the risk.
    pub(super) drivers: usize,
    /// Waves of a picture, and groups of each; nothing for all.
    pub(super) drawn: Option<usize>,
}

impl Caps {
    pub(super) fn new(full: bool) -> Caps {
        if full { Caps::all() } else { Caps::few() }
    }

    fn few() -> Caps {
        Caps {
            changes: 30,
            reasons: 10,
            dependencies: 10,
            owners: 8,
            of_owner: 4,
            others: 10,
            drivers: 5,
            drawn: Some(12),
        }
    }

    fn all() -> Caps {
        let all = usize::MAX;
        Caps {
            changes: all,
            reasons: all,
            dependencies: all,
            owners: all,
            of_owner: all,
            others: all,
            drivers: all,
            drawn: None,
        }
    }
}
