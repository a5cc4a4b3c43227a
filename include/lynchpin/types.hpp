// Plain data that questions and answers are made of. Include lynchpin.hpp instead.
#ifndef LYNCHPIN_TYPES_HPP
#define LYNCHPIN_TYPES_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../lynchpin.h"
#include "codes.hpp"

namespace lynchpin {

/// An instant as the engine keeps it: whole microseconds, 1970 to 9999.
using instant = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// How a verdict that is no go becomes one.
enum class clears : std::uint32_t {
    now = LP_CLEARS_NOW,             ///< it is clear already
    at = LP_CLEARS_AT,               ///< by itself, not before a known instant
    unknown = LP_CLEARS_UNKNOWN,     ///< by itself, at a time that nobody knows yet
    on_action = LP_CLEARS_ON_ACTION, ///< only when somebody acts
};

/// How much a document may hold.
enum class limits : std::uint32_t {
    untrusted = LP_LIMITS_UNTRUSTED, ///< for documents from outside: 16 MiB, lists of a million
    bulk = LP_LIMITS_BULK, ///< for files that the host itself made: 4 GiB, lists of ten million
};

/// How much of the reasons a JSON answer carries.
enum class detail : std::uint32_t {
    verdict = LP_DETAIL_VERDICT, ///< the verdict, when it clears and how long it holds
    unmet = LP_DETAIL_UNMET,     ///< also what holds it back, and who can change that
    full = LP_DETAIL_FULL,       ///< also the whole tree, and the facts it rests on
};

/// On what terms a stage is entered: what is left empty is not said.
struct claim_terms {
    std::string stage = {};  ///< the first that the subject has not wholly entered, if empty
    std::string via = {};    ///< the connector that relays it
    std::string digest = {}; ///< the digest of the recorded decision that it rests on
    std::optional<instant> expires = {}; ///< when that decision expires
    /// The first instant at which a deployment may no longer begin on the strength of it.
    std::optional<instant> not_after = {};
    detail how_much = detail::unmet; ///< how much of the reasons of a refusal is answered
};

/// How a report for people is written. `mermaid` and `svg` draw the waves of a plan, and only that.
enum class format : std::uint32_t {
    text = LP_FORMAT_TEXT,         ///< plain text, for files, pipes and logs
    terminal = LP_FORMAT_TERMINAL, ///< text with colours by escape sequences
    markdown = LP_FORMAT_MARKDOWN, ///< for pull requests and notebooks
    mermaid = LP_FORMAT_MERMAID,   ///< a Mermaid graph
    svg = LP_FORMAT_SVG,           ///< an SVG picture
};

/// Which changes a plan holds to be able to go.
enum class scope : std::uint32_t {
    all = LP_SCOPE_ALL,     ///< all that are not cancelled: the order of the whole
    ready = LP_SCOPE_READY, ///< those that a decision at that instant lets go
};

/// Which way along the dependencies.
enum class direction : std::uint32_t {
    upstream = LP_DIRECTION_UPSTREAM,     ///< to what a change needs
    downstream = LP_DIRECTION_DOWNSTREAM, ///< to what needs it
};

/// Until when two changes must be kept apart.
enum class conflict_scope : std::uint32_t {
    in_flight = LP_CONFLICT_IN_FLIGHT, ///< never in flight or soaking at the same time
    exclusive = LP_CONFLICT_EXCLUSIVE, ///< also never live together
};

/// Why changes do not ship, of their own.
enum class why : std::uint32_t {
    not_go = LP_DROPPED_NOT_GO,   ///< one is not a go, or loses a conflict
    missing = LP_DROPPED_MISSING, ///< one needs something that is neither live nor in the item
    cycle = LP_DROPPED_CYCLE,     ///< one is part of a cycle
};

/// What a subject is.
enum class subject_kind : std::uint32_t {
    none = 0,                     ///< nothing: it cannot be asked about
    change = LP_SUBJECT_CHANGE,   ///< a change
    release = LP_SUBJECT_RELEASE, ///< a release with all of its changes
};

/// What a question or an answer is about.
struct subject {
    subject_kind kind = subject_kind::none; ///< a change or a release
    std::string id;                         ///< its id

    /// The change of that id.
    static subject change(std::string_view id) { return {subject_kind::change, std::string(id)}; }
    /// The release of that id.
    static subject release(std::string_view id) { return {subject_kind::release, std::string(id)}; }

    /// Whether two are the same.
    friend bool operator==(const subject &a, const subject &b) {
        return a.kind == b.kind && a.id == b.id;
    }
    /// Whether two are not the same.
    friend bool operator!=(const subject &a, const subject &b) { return !(a == b); }
};

/// What an actor is.
enum class actor_kind : std::uint32_t {
    none = 0,                 ///< nobody
    person = LP_ACTOR_PERSON, ///< that person
    group = LP_ACTOR_GROUP,   ///< anybody of that group
};

/// Who can act.
struct actor {
    actor_kind kind = actor_kind::none; ///< a person or a group
    std::string id;                     ///< the id of either
};

/// One item of a queue that is asked about.
struct queue_item {
    subject about;       ///< a change or a release
    std::string failure; ///< the chance that it fails, such as "0.05"; empty: the scorecard says it
};

/// One thing that is wrong with a document or a question.
struct problem {
    status code = status::other; ///< the kind of problem
    std::string message;         ///< what is wrong and what to do about it
    std::string path;            ///< such as `$.changes[3].requires`; empty if it has no place
    std::uint64_t line = 0;      ///< from 1; 0 if unknown
    std::uint64_t column = 0;    ///< from 1; 0 if unknown
};

/// One node of the tree of reasons. The children of node i begin at i + 1, each follows at the
/// `next` of the one before, and they end before the `next` of node i.
///
///     const auto reasons = decision.reasons();
///     for (std::size_t child = 1; child < reasons[0].next; child = reasons[child].next) {
///         std::cout << name(reasons[child].verdict) << ' ' << reasons[child].subject.id << '\n';
///     }
struct reason {
    std::size_t index = 0; ///< where it stands in the list
    std::size_t next = 0;  ///< where the first stands that is not below it
    lynchpin::verdict verdict = lynchpin::verdict::no_go; ///< the verdict of this node
    reason_code code{};                                   ///< why; `reason_name` names it
    lynchpin::subject subject;                            ///< what it is about
    std::string gate;                                     ///< empty if none asks
    std::string requirement;                              ///< empty if it is none
    std::string args_json;                                ///< the figures behind it, by name
    std::vector<actor> act;                               ///< who can change it
    lynchpin::clears clears = lynchpin::clears::on_action; ///< when it clears
    std::optional<instant> clears_at;   ///< set if it clears by itself at a known instant
    std::optional<instant> holds_until; ///< unset: for ever, without a new fact
};

/// Changes that would ship as one and do not.
struct dropped {
    std::vector<std::string> changes; ///< the changes
    std::vector<std::string> roots;   ///< whose groups hold them back in the end
    std::vector<lynchpin::why> why;   ///< of their own; empty if they only wait for others
};

/// Something that a change needs and that is neither live in the stage nor in the item.
struct missing {
    std::string change;             ///< the change that needs it
    std::vector<std::string> needs; ///< any one of these would do
};

/// One change waits for another.
struct edge {
    std::string from; ///< the change that waits
    std::string kind; ///< `requires`, `after` or `together`; `order` between groups
    std::string to;   ///< the change it waits for
};

/// Changes that wait for each other in a circle.
struct cycle {
    std::vector<std::string> changes; ///< all changes of it
    std::vector<edge> witness;        ///< the circle that proves it
    bool exact = false;               ///< whether no shorter circle exists
    bool forbidden = true; ///< whether they are refused; otherwise they ship as one group
};

/// Two changes that must be kept apart: both in the item, or one on its way or there already.
struct conflict {
    std::string first;  ///< the one with the smaller id
    std::string second; ///< the other one
    std::string goes;   ///< the one that goes; empty if neither does until a priority is stated
    conflict_scope scope = conflict_scope::exclusive; ///< until when they must be kept apart
};

/// Something that is needed and is planned to be done only after what needs it begins.
struct late {
    std::string change; ///< the change that needs it
    std::string needs;  ///< what it needs
    instant starts;     ///< when the change is planned to begin
    instant done;       ///< when what it needs is planned to be done
};

/// What one factor adds to the log-odds of a change.
struct contribution {
    std::string factor;                 ///< such as `lines`
    std::optional<std::uint64_t> value; ///< unset if not known, which counts as the worst
    std::int64_t log_odds = 0;          ///< in billionths; below 0 it makes it less risky
};

/// The risk of one change.
struct change_risk {
    std::string change;            ///< the change
    std::uint32_t probability = 0; ///< in parts per billion
    std::int64_t log_odds = 0;     ///< in billionths: the baseline and all contributions, exactly
    std::int64_t baseline = 0;     ///< what every change begins with, in billionths
    std::vector<contribution> contributions; ///< what adds up to it
};

/// A change that drives the risk of its release.
struct driver {
    std::string change;         ///< the change
    std::uint32_t falls_by = 0; ///< by how much without it, in parts per billion
    std::uint32_t share = 0;    ///< its part of the risk, if a fitted model scored it; else 0
};

/// How failures of a release are spread, as a fitted model says.
struct failures {
    std::uint64_t expected = 0; ///< how many changes fail on average, in billionths
    std::uint32_t at_least = 0; ///< in nine of ten such releases at least so many fail
    std::uint32_t at_most = 0;  ///< in nine of ten such releases at most so many fail
    std::uint32_t tier_one = 0; ///< the chance that tier 1 is hit, in parts per billion
};

} // namespace lynchpin

#endif
