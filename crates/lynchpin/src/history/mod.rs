//! Floor 4: what is known about each subject as of an instant.
//!
//! [`Records`] folds the facts of a portfolio that were recorded by then into one row a subject:
//! the revisions of a change, whether it was cancelled or is on hold, what was said about it,
//! where it is live. A row is a pure function of its own subject's facts.
//!
//! [`lookback`] and [`labels`] read the history of a source: what it says about each change when it
//! was made, and which changes turned out to have failed, and when that became known.

mod alone;
pub mod baseline;
pub mod boards;
mod conflicts;
mod declared;
pub mod delegations;
pub mod entries;
mod family;
mod fold;
pub mod freezes;
pub mod labels;
pub mod leave;
pub mod lookback;
mod memberships;
mod numbers;
pub mod order;
pub mod people;
pub mod presence;
pub mod records;
mod restate;
pub mod revision;
pub mod row;
pub mod slis;
mod whereabouts;
pub mod work;

pub use baseline::Baseline;
pub use boards::{Boards, NextMeeting};
pub use declared::way;
pub use delegations::Delegations;
pub use entries::Content;
pub use freezes::Freezes;
pub use leave::Leave;
pub use people::People;
pub use presence::{Place, Presence, Stay};
pub use records::Records;
pub use row::{ChangeRow, Current, ReleaseRow};
pub use slis::Slis;
pub use work::Work;
