//! The sizes at which this floor stops being exact, or refuses, each with its reason.

/// Numbers above this are refused, so that counting past the last one cannot overflow.
pub(super) const NUMBER_MAX: u32 = u32::MAX - 64;

/// Largest cycle component, in groups, whose witness is the shortest of all.
///
/// Finding it takes a search from each group. Above this size one search is made, from the smallest
/// group, and the answer says so ([`Cycle::exact`](crate::graph::Cycle::exact)).
pub const WITNESS_GROUPS: u32 = 4_096;

/// Most shipped groups for a transitive reduction.
///
/// It keeps one bit for each pair of groups: 25 MB at this size, and quadratically more above.
pub const REDUCTION_GROUPS: u32 = 20_000;

/// Most root blockers listed for one dropped group.
///
/// All of them, for all groups, would be quadratic; a person acts on the first few.
pub const ROOTS_LISTED: usize = 16;

/// How much a search for the likeliest runs of a queue may work out, in products of two digits:
/// about a second. What many needs tie together has very many outcomes, none of which need be much
/// likelier than the others; the answer then says that the search did not come to its end.
pub const QUEUE_WORK: u64 = 300_000_000;
/// Most candidates of one choice: every change that is open at once in a large company.
pub const CHOICE_CANDIDATES: u32 = 20_000;

/// Most nodes of the search for one choice; each costs a few minimum cuts.
pub const CHOICE_NODES: u32 = 4_096;

/// Most arcs that the minimum cuts of one choice look at: a second or two of work. Work is counted
/// and not timed, so that the answer is the same on every machine.
pub const CHOICE_WORK: u64 = 1 << 28;
