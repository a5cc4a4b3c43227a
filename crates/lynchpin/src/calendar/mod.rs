//! Floor 3: when something is on, and whether work may go on.
//!
//! [`Occasion`] is one freeze or one window, made ready from the
//! [`Occasions`](crate::model::Occasions) of a document; [`Calendar`] is all that hold at one
//! place. The floor knows nothing of changes, gates and conditions: it hands back names.
//!
//! The time between two instants is half-open. Recurrence rules (RFC 5545) work on local times,
//! and local times become instants by the zone rules that come with the library. The work of a
//! question is limited; where the limit stops it, the answer says so and is neither open nor
//! closed.

mod looks;
mod near;
mod occasion;
mod open;
mod rule;
mod scope;
mod series;
mod several;
mod starts;
mod steps;
mod zone;

pub(crate) use looks::Looks;
pub use occasion::{Next, Occasion, Occurrence, Presence};
pub use open::{Calendar, Cause, Openness, State, Turn, Unwindowed};
pub use scope::{Cover, Place, cover};
pub use several::{next_close_of_any, next_open_of_all};
pub use zone::{Reading, ZONE_DATA_VERSION, Zone};
