//! What a change is known by elsewhere, and what its messages say that it copies.

use std::collections::BTreeSet;

use lynchpin::base::id::Reference;

use super::error::Result;
use super::identity::as_id;
use super::log::Commit;
use super::named::Index;
use super::notes::Notes;
use super::portfolio::id;
use super::reading::Reading;

/// How many copied commits are named.
const PICKS_SHOWN: usize = 20;

/// The tickets that messages name, and the requests by which commits landed.
pub(crate) fn tickets<'a>(commits: impl Iterator<Item = &'a Commit>) -> Result<Vec<Reference>> {
    let mut found = BTreeSet::new();
    for commit in commits {
        let tickets = commit.message.tickets.iter().map(|ticket| ticket.trim_start_matches('#'));
        found.extend(tickets.filter(|ticket| !ticket.is_empty()).map(as_id));
        let request = commit.message.request.as_ref().map(|request| request.name());
        found.extend(request.map(request_id));
    }
    found.iter().map(|ticket| id(ticket)).collect()
}

/// The id of a request: a number alone would not say of what it is one.
pub(crate) fn request_id(name: &str) -> String {
    match (name.strip_prefix('#'), name.strip_prefix('!')) {
        (Some(number), _) => as_id(&format!("pull/{number}")),
        (_, Some(number)) => as_id(&format!("merge_requests/{number}")),
        (None, None) => as_id(name),
    }
}

/// Which commits a change copies, if it says so.
pub(crate) fn description<'a>(commits: impl Iterator<Item = &'a Commit>) -> Option<String> {
    let picked: BTreeSet<&String> = commits.flat_map(|commit| &commit.message.picked).collect();
    if picked.is_empty() {
        return None;
    }
    let shown: Vec<&str> = picked.iter().take(PICKS_SHOWN).map(|id| id.as_str()).collect();
    let more = match picked.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("copied from {}{more}", shown.join(", ")))
}

/// Counts the commits that are copies, and those whose original ships as well.
pub(crate) fn count_picks(
    readings: &[Reading],
    indexes: &[Index],
    commits: &[Commit],
    notes: &mut Notes,
) {
    for reading in readings {
        for commit in commits.get(reading.commits.clone()).unwrap_or_default() {
            let picked = &commit.message.picked;
            notes.picks += u64::from(!picked.is_empty());
            let known = |id: &String| indexes.iter().any(|i| i.find(id, usize::MAX).is_some());
            notes.picks_within += u64::from(picked.iter().any(known));
        }
    }
}
