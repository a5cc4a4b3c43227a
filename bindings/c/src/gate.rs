//! The life of a gate as one table, and the policies that come with the library.

use lynchpin::base::ErrorCode;
use lynchpin::gate::{GateEvent, GateState, Move, profiles};
use lynchpin::reason::Verdict;

use crate::guard::guard;
use crate::names::name;
use crate::text::lp_str;

/// The state of a gate that was not entered, as an LP_GATE_STATE_ number: what its verdict says,
/// and whether something that is missing had been given before, for another revision or until it
/// expired. 0 for a number that is no verdict.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_gate_state_of(verdict: u32, stale: bool) -> u32 {
    guard(|| {
        let verdict = Verdict::ALL.into_iter().find(|it| it.number() == verdict);
        verdict.map_or(0, |verdict| GateState::of(verdict, stale).number())
    })
    .unwrap_or(0)
}

/// What an event does to a gate in a state, as an LP_GATE_MOVE_ number: the whole table, cell by
/// cell. `state` is an LP_GATE_STATE_ number, `event` an LP_GATE_EVENT_ number. 0 if either is
/// none.
///
/// Where it says LP_GATE_MOVE_FOLLOWS or LP_GATE_MOVE_OPENS, the gate is judged again, and
/// `lp_gate_state_of` says where it stands then.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_gate_move(state: u32, event: u32) -> u32 {
    guard(|| {
        let state = GateState::ALL.iter().find(|it| it.number() == state);
        let event = GateEvent::ALL.iter().find(|it| it.number() == event);
        state.zip(event).map_or(0, |(state, event)| Move::of(*state, *event).number())
    })
    .unwrap_or(0)
}

/// The stable name of a state of a gate, such as `awaiting`; empty for a number that is none. Valid
/// for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_gate_state_name(state: u32) -> lp_str {
    name(|| Some(GateState::ALL.iter().find(|it| it.number() == state)?.name()))
}

/// The stable name of an event of a gate, such as `fact_added`; empty for a number that is none.
/// Valid for ever.
#[must_use]
#[unsafe(no_mangle)]
pub extern "C" fn lp_gate_event_name(event: u32) -> lp_str {
    name(|| Some(GateEvent::ALL.iter().find(|it| it.number() == event)?.name()))
}

/// The text (TOML) of a policy that comes with the library, to be read, or copied and changed:
/// `itil`, `continuous`, or `both` in one. Empty for a name that is none. Valid for ever.
///
/// `lp_engine_set_policy` takes it as it is.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lp_profile(profile: lp_str) -> lp_str {
    name(|| {
        // SAFETY: as the header demands of the caller.
        let named = unsafe { profile.text(ErrorCode::DocumentNotUtf8, "name") };
        profiles::text(named.ok()?).ok()
    })
}
