// Names of numbers, versions, instants as text. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_NAMES_HPP
#define LYNCHPIN_NAMES_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "internal.hpp"
#include "types.hpp"

namespace lynchpin {

/// Whether a verdict is a go: `go` and `go_waived` are. Whether a decision lets something go is for
/// `decision::is_go` to say: that of a what-if does not.
inline bool is_go(verdict it) noexcept { return lp_verdict_is_go(internal::number(it)); }

/// The stable name of a verdict, such as `needs_action`.
inline std::string name(verdict it) {
    return internal::copy(lp_verdict_name(internal::number(it)));
}

/// The stable name of a reason, such as `approval_stale`.
inline std::string reason_name(reason_code it) {
    return internal::copy(lp_reason_name(internal::number(it)));
}

/// What a reason says to people, in a few words; `{name}` stands for the argument of that name.
inline std::string reason_text(reason_code it) {
    return internal::copy(lp_reason_text(internal::number(it)));
}

/// The stable name of a status, such as `duplicate_key`.
inline std::string status_name(status it) {
    return internal::copy(lp_status_name(internal::number(it)));
}

/// The stable name of a state of a gate, such as `awaiting`.
inline std::string name(gate_state it) {
    return internal::copy(lp_gate_state_name(internal::number(it)));
}

/// The stable name of an event of a gate, such as `fact_added`.
inline std::string name(gate_event it) {
    return internal::copy(lp_gate_event_name(internal::number(it)));
}

/// The state of a gate that was not entered: what its verdict says, and whether something that is
/// missing had been given before, for another revision or until it expired.
inline gate_state state_of(verdict it, bool stale) noexcept {
    return static_cast<gate_state>(lp_gate_state_of(internal::number(it), stale));
}

/// What an event does to a gate in a state: the whole table, cell by cell. Where it says `follows`
/// or `opens`, the gate is judged again, and `state_of` says where it stands then.
inline gate_move move_of(gate_state state, gate_event event) noexcept {
    return static_cast<gate_move>(lp_gate_move(internal::number(state), internal::number(event)));
}

/// A workflow for people: its states, what leads from one to the next and on what conditions. It is
/// named, if it is shipped, or given as text (TOML). One that is unsound throws `error` with every
/// problem and the way that shows it.
///
///     std::cout << lynchpin::workflow_report("servicenow-normal", lynchpin::format::markdown);
inline std::string workflow_report(std::string_view workflow, format how = format::text) {
    return internal::document([&](auto *out, auto **error) {
        return lp_workflow_report(internal::lend(workflow), internal::number(how), out, error);
    });
}

/// The text (TOML) of a policy that comes with the library, to be read, or copied and changed:
/// `itil`, `continuous`, or `both` in one. Empty for a name that is none.
///
///     engine.set_policy(lynchpin::profile("itil"));
inline std::string profile(std::string_view name) {
    return internal::copy(lp_profile(internal::lend(name)));
}

/// The version of the library.
inline std::string version() { return internal::copy(lp_version()); }

/// The version of the binary interface that the library has; that of the headers is
/// `LP_ABI_VERSION`. `engine` refuses to begin if they differ.
inline std::uint32_t abi_version() noexcept { return lp_abi_version(); }

/// Reads an instant: UTC, no fraction or six digits of it, 1970 to 9999.
///
///     const auto at = lynchpin::parse_instant("2026-11-03T10:00:00Z");
inline instant parse_instant(std::string_view text) {
    std::int64_t at = 0;
    internal::outcome ended;
    ended.check(lp_instant_parse(internal::lend(text), &at, ended.out()));
    return internal::point(at);
}

/// Writes an instant as `parse_instant` reads it.
template <class Duration> std::string instant_text(internal::time_point<Duration> at) {
    return internal::document([&](auto *out, auto **error) {
        return lp_instant_text(internal::micros(at), out, error);
    });
}

} // namespace lynchpin

#endif
