//! What was measured of a service: the indicators that its objectives are about.

use super::fact::fact;
use crate::base::Instant;
use crate::base::id::{ServiceId, SloId};

fact! {
    /// How many events of a service were good over some time, as `by` measured it. Of two of one
    /// time by one producer the newest counts.
    "slis" pub struct Sli {
        /// The service.
        pub service: ServiceId,
        /// Which of its objectives it is about.
        pub slo: SloId,
        /// The first instant of the time that was measured.
        pub from: Instant,
        /// The first instant after it; never after `at`.
        pub to: Instant,
        /// How many events were good; never more than there were.
        pub good: u64,
        /// How many events there were.
        pub total: u64,
    }
}
