//! Floor 6: in which order the changes of an item ship.
//!
//! [`Item`] puts the members of a release, or one change, on the numbers of the graph floor, and
//! [`Plan`] puts its answer back on ids.

mod answer;
mod choose;
mod item;
mod reach;

pub use answer::{
    Conflict, CriticalPath, Cycle, Dropped, Edge, Late, Missing, Plan, PlanScope, Step, Why,
};
pub use choose::Wishes;
pub use item::Item;
pub use reach::{Direction, Reach};
