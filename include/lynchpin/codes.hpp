// What numbers mean. Include lynchpin.hpp instead.
//
// Generated from the core by the test `header` of bindings/c; renew with `BLESS=1`.
#ifndef LYNCHPIN_CODES_HPP
#define LYNCHPIN_CODES_HPP

#include <cstdint>

namespace lynchpin {

/// Why a call failed. A library that is newer may give other numbers.
enum class status : std::uint32_t {
    /// It went well.
    ok = 0,
    /// The document is larger than the limits allow.
    document_too_large = 1001,
    /// The document is not UTF-8, or begins with a byte order mark.
    document_not_utf8 = 1002,
    /// The document is nested deeper than the limits allow.
    document_too_deep = 1003,
    /// The text is not JSON or TOML at all.
    syntax = 1004,
    /// A value has another type than the field wants.
    wrong_type = 1005,
    /// A field that the document does not have.
    unknown_field = 1006,
    /// A field that must be there is not.
    missing_field = 1007,
    /// One object names a key twice.
    duplicate_key = 1008,
    /// Two facts share an id but not their content.
    duplicate_id = 1009,
    /// A number outside of what can be kept exactly, or that numbers nothing.
    number_out_of_range = 1010,
    /// A string longer than the limits allow.
    string_too_long = 1011,
    /// A list longer than the limits allow.
    list_too_long = 1012,
    /// The document does not say that it is one of the kind and version expected.
    wrong_version = 1013,
    /// A word that is not among those allowed here.
    unknown_word = 1014,
    /// An identifier outside of the allowed characters or length.
    id_not_canonical = 1020,
    /// Two people whose ids look alike and that are not declared to be one person.
    people_look_alike = 1021,
    /// A digest that is not `sha256:` and 64 lower-case hexadecimal digits.
    digest_malformed = 1022,
    /// A stated digest is not the digest of the content it names.
    digest_mismatch = 1023,
    /// An instant that is not strict RFC 3339 in UTC.
    instant_malformed = 1024,
    /// A duration that is not a whole number and one of `s`, `m`, `h`, `d`.
    span_malformed = 1025,
    /// A decimal that is not digits with an optional fraction in range.
    decimal_malformed = 1026,
    /// A fact must name exactly one subject.
    subject_ambiguous = 1027,
    /// Facts were recorded before they were made, or a period ends before it begins.
    time_order = 1029,
    /// A list that must name something is empty.
    empty = 1030,
    /// A time zone that the zone data does not have.
    zone_unknown = 1040,
    /// A local date or time that is not written as such, or is outside of the years 1970 to 9999.
    local_time_malformed = 1041,
    /// A recurrence rule that RFC 5545 does not allow.
    recurrence_malformed = 1042,
    /// A recurrence rule that RFC 5545 allows and that is not taken here: hourly or more often, or
    /// read differently by different calendars.
    recurrence_unsupported = 1043,
    /// The last start that a rule counts to lies further away than is looked.
    recurrence_too_long = 1044,
    /// When something is on is said in no form, or in two at once.
    occasions_unclear = 1045,
    /// A gate names a requirement that the policy does not define.
    requirement_unknown = 1301,
    /// A combinator without children would pass by silence.
    combinator_empty = 1302,
    /// A quorum of nobody, or of more than can ever be reached.
    quorum_invalid = 1303,
    /// A vote that is passed on must say to whom, and no other may.
    vote_target = 1304,
    /// A requirement names another one that asks something else than it must here.
    requirement_kind = 1305,
    /// What can be met afterwards is an approval, evidence or a plan; nothing else.
    not_retrospective = 1307,
    /// A workflow has no initial state, or several.
    workflow_initial = 1320,
    /// A workflow, or one of its transitions, names a state that it does not have.
    workflow_state_unknown = 1321,
    /// Two states of a workflow share a name or a stored code.
    workflow_state_twice = 1322,
    /// A state of a workflow that nothing leads to.
    workflow_unreachable = 1323,
    /// A state of a workflow from which no final state can be reached.
    workflow_dead_end = 1324,
    /// Two transitions of a workflow compete and nothing says which goes first.
    workflow_not_ordered = 1325,
    /// A transition of a workflow can never be taken, because an earlier one always is.
    workflow_shadowed = 1326,
    /// A way through a workflow avoids a mandatory gate.
    workflow_gate_avoided = 1327,
    /// A transition leaves a final state of a workflow.
    workflow_final_left = 1328,
    /// The conditions of a transition can never hold, or say nothing where they must.
    workflow_guard_invalid = 1329,
    /// No state of the workflow is stored as that number.
    workflow_code_unknown = 1330,
    /// No workflow of that name is shipped.
    workflow_unknown = 1331,
    /// A workflow in which nothing ever goes live, or no gate is mandatory.
    workflow_guards_nothing = 1332,
    /// A workflow that is for something else: for releases, or for another kind of change.
    workflow_for_others = 1333,
    /// This build reads no expressions, so it cannot judge by the policy.
    expression_unsupported = 1340,
    /// An expression longer than the limits allow.
    expression_too_long = 1341,
    /// An expression nested deeper than the limits allow.
    expression_too_deep = 1342,
    /// An expression that is not CEL.
    expression_syntax = 1343,
    /// CEL that is not allowed here, such as doubles, maps or a macro inside another.
    expression_refused = 1344,
    /// An expression names a record or a field that there is not.
    expression_name_unknown = 1345,
    /// An expression has another type than what stands there takes.
    expression_type = 1346,
    /// A key of a policy is none: not so many bytes, no point of its curve, or one of few that
    /// anybody can sign for.
    key_malformed = 1350,
    /// A requirement names a key that the policy does not define.
    key_unknown = 1351,
    /// What a requirement asks of a signed statement can never be met, or would mean nothing.
    signed_invalid = 1352,
    /// A policy asks for signatures, and the library was built without them.
    signatures_unsupported = 1353,
    /// An envelope that is too large, of another type, or no Base64.
    envelope_malformed = 1354,
    /// What is in an envelope is no in-toto statement.
    statement_malformed = 1355,
    /// The subject asked about is not in the portfolio as of that time.
    subject_unknown = 1501,
    /// The stage asked about is named neither by the release nor by the portfolio.
    stage_unknown = 1502,
    /// A claim is made at the head of what is known: not before the newest fact was recorded.
    not_at_head = 1503,
    /// What another policy than the one in force would say is neither claimed nor recorded.
    what_if = 1504,
    /// A fact that a what-if names is not in the portfolio.
    fact_unknown = 1520,
    /// The risk model that the policy names is not in the portfolio as of that time.
    risk_model_unknown = 1521,
    /// A limit stopped the work.
    limit_exceeded = 1601,
    /// The caller stopped the work.
    /// Reserved: no call of this library ends so yet.
    cancelled = 1602,
    /// An earlier panic left this handle unusable; make a new one.
    broken = 1603,
    /// The library panicked: a defect in it. What was being changed is broken from now on.
    panic = 1604,
    /// An argument that is no use: in C a NULL or a handle of another kind, in every language lists
    /// of which one should be as long as the other, or a circle where there must be an order.
    bad_argument = 1605,
    /// A function of the host's, called by an object, called the same object: it would wait for
    /// itself. Do it after the outer call has returned.
    reentrant = 1606,
    /// A file could not be read or written.
    io = 1701,
    /// An entry of a ledger is not what its format says, or of a version that this build does not
    /// know: nothing is decided on what may have been misread.
    ledger_malformed = 1710,
    /// What a ledger holds is not what was appended to it.
    ledger_tampered = 1711,
    /// A ledger does not go on from the checkpoint that the host kept: it was cut, rewritten or
    /// restored from a backup.
    ledger_rolled_back = 1712,
    /// A checkpoint that is malformed, of another ledger, or not signed by the key given.
    checkpoint_invalid = 1713,
    /// A receipt does not prove that its entry is in the ledger.
    receipt_invalid = 1714,
    /// A checkpoint was to be signed, and the ledger has no key to sign with, or the signer of the
    /// host's could not.
    not_signed = 1715,
    /// A kind of fact that there is not.
    fact_kind_unknown = 1716,
    /// The entries may not be erased: a legal hold keeps them, or they must be kept longer.
    erasure_refused = 1717,
    /// An entry was erased, and nothing signed says what it meant.
    entry_erased = 1718,
    /// A checkpoint was signed and kept, and the host did not pass it on to where it is anchored.
    not_anchored = 1719,
    /// What is at that place is no ledger, or one of another version of the store.
    store_foreign = 1720,
    /// Somebody else is writing and did not finish in time. Nothing was written; try again.
    store_busy = 1721,
    /// There is no more room. Nothing was written.
    store_full = 1722,
    /// The store cannot be written to. Nothing was written.
    store_read_only = 1723,
    /// The store is damaged, as its own checks say.
    store_corrupt = 1724,
    /// The store keeps less safely than it must: what it acknowledges could be lost.
    store_unsafe = 1725,
    /// The store failed while writing. Whether it was written is not known: open it again and
    /// append the same again, which has no second effect.
    store_failed = 1726,
    /// The ledger was opened by another process, of which this one is a copy. Open it again here.
    store_forked = 1727,
    /// A code that this version of the header does not know.
    other = 1999,
};

/// The answer to "may it go?". Only `go` and `go_waived` are a go.
enum class verdict : std::uint32_t {
    /// Nothing was asked here; not a go.
    not_applicable = 10,
    /// Every requirement is met.
    go = 20,
    /// Met through a waiver, which is shown; never reads as passed.
    go_waived = 21,
    /// Will clear by itself.
    wait = 30,
    /// Another change, release or service must move first.
    blocked = 40,
    /// Somebody has to do something: approve, test, plan, release from hold.
    needs_action = 50,
    /// Cannot be determined, which never passes.
    unknown = 60,
    /// Refused.
    no_go = 70,
};

/// Why a verdict is what it is. A newer library may know more.
enum class reason_code : std::uint32_t {
    /// A release and all that was judged for it.
    release = 100,
    /// A change and all that was judged for it.
    change = 101,
    /// A gate of the policy.
    gate = 102,
    /// All children must hold.
    all = 103,
    /// Any one child must hold.
    any = 104,
    /// So many children must hold.
    at_least = 105,
    /// Fewer children apply than must hold.
    cannot_pass = 106,
    /// What the policy says by which it was decided before, beside the one in force.
    policy_of_decision = 107,
    /// The policy names this stage as open.
    stage_open = 110,
    /// No gate of the policy judges this change in this stage.
    no_policy_applies = 111,
    /// The stage's gates judge whole releases, and the change is in none.
    not_in_a_release = 112,
    /// The requirement does not apply to this subject.
    not_asked = 113,
    /// The release has no change that is not cancelled.
    release_empty = 114,
    /// No policy is in force at all.
    no_policy_in_force = 115,
    /// It was cancelled.
    cancelled = 120,
    /// It is on hold.
    on_hold = 121,
    /// The release names a change that is not in the portfolio.
    change_unknown = 122,
    /// It was decided by a policy that was never in force, or that nobody has.
    policy_unknown = 123,
    /// It has entered the stage; an entered stage is not judged again.
    entered_already = 124,
    /// It is not what the decision was about.
    content_changed = 125,
    /// The decision no longer stands.
    decision_expired = 126,
    /// It was deployed though nobody had claimed the stage for it.
    unclaimed = 127,
    /// Other content was deployed than was claimed.
    claimed_otherwise = 128,
    /// It was deployed on the strength of a claim that had ended or lapsed.
    claim_ended = 129,
    /// The release that it is in has not opened the stage for those below it.
    parent_not_open = 130,
    /// A release of the same parent, or of it, has not come through the stage before.
    child_not_through = 131,
    /// The release is below itself.
    release_cycle = 132,
    /// The parent names a release that is not in the portfolio.
    child_unknown = 133,
    /// Too few of those whom the policy in force asks had approved the next one.
    adoption_not_approved = 134,
    /// Somebody whom the policy in force asks rejected the next one.
    adoption_rejected = 135,
    /// The release that it is in has opened the stage.
    parent_open = 136,
    /// All of it came through the stage before.
    child_through = 137,
    /// What it requires is live in the stage.
    requirement_live = 200,
    /// What it requires ships earlier in the same release, with a go.
    requirement_ships = 201,
    /// What it requires is in the same release, and waits.
    requirement_waits = 202,
    /// What it requires is in the same release, and is not a go.
    requirement_blocked = 203,
    /// What it requires is neither live in the stage nor in this release.
    requirement_not_live = 204,
    /// What it requires was cancelled.
    requirement_cancelled = 205,
    /// What it requires is not known.
    requirement_not_found = 206,
    /// A clause of the dependencies: any of its alternatives.
    requires_ = 207,
    /// What ships together with it is in the same release.
    together_ships = 210,
    /// What must ship together with it is held back.
    together_blocked = 211,
    /// What must ship together with it waits.
    together_waits = 212,
    /// What must ship together with it is neither live in the stage nor in this release.
    together_missing = 213,
    /// The change is part of a cycle of dependencies.
    dependency_cycle = 220,
    /// A conflicting change is in the same release.
    conflict_in_release = 230,
    /// A conflicting change is in flight in the stage.
    conflict_in_flight = 231,
    /// A change that may never be live together with it is live in the stage.
    conflict_live = 232,
    /// The check passed.
    evidence_passed = 300,
    /// The check passed after runs that failed.
    passed_on_rerun = 301,
    /// The check failed.
    evidence_failed = 302,
    /// There is no result of the check for what ships.
    evidence_missing = 303,
    /// The check could not run.
    evidence_errored = 304,
    /// The check could not tell.
    evidence_inconclusive = 305,
    /// The check is running.
    evidence_running = 306,
    /// The result is too old.
    evidence_expired = 307,
    /// The check passed only after more failures than the policy bears.
    too_many_reruns = 308,
    /// The check must pass on each of these.
    evidence = 309,
    /// A statement of the kind asked for is rightly signed.
    statement_signed = 310,
    /// There is no statement of the kind asked for about what ships.
    statement_missing = 311,
    /// There are such statements, but none that is rightly signed and says what it must.
    signature_invalid = 312,
    /// A statement that is rightly signed says no.
    statement_refuses = 313,
    /// A signed statement must be there about each of these.
    statements = 314,
    /// The check failed, and what runs there already fails in the same way.
    evidence_tolerated = 320,
    /// Enough entitled people approved.
    approved = 400,
    /// Too few people approved.
    approval_missing = 401,
    /// It was approved, but something that matters changed since, or the approval expired.
    approval_stale = 402,
    /// It is approved from a later instant on.
    approval_later = 403,
    /// Somebody entitled rejected it.
    approval_rejected = 404,
    /// Somebody entitled asks for changes first.
    changes_requested = 405,
    /// The decision was put off.
    approval_deferred = 406,
    /// Fewer people may approve than must.
    quorum_unreachable = 407,
    /// It was approved before the evidence was there that the approver had to see.
    approval_before_evidence = 408,
    /// It was approved without saying which content was seen.
    approval_without_digest = 409,
    /// It was passed on to another group, which has not answered enough yet.
    approval_escalated = 410,
    /// A seat was passed on to somebody who has not answered yet.
    approval_delegated = 411,
    /// It has been in the stage before for long enough.
    soaked = 500,
    /// It has not yet been in the stage before for long enough.
    soaking = 501,
    /// It is not in the stage before.
    not_soaking = 502,
    /// There is no stage before in which it could soak.
    no_stage_before = 503,
    /// The risk is below the threshold.
    risk_accepted = 510,
    /// The risk is not below the threshold.
    risk_too_high = 511,
    /// It is in the lane that the risk model is certified for.
    in_lane = 512,
    /// It is not in the lane: too risky, or the model cannot vouch for it.
    not_in_lane = 513,
    /// No change is in a lane: there is none, or its certificate does not keep the promise.
    lane_closed = 514,
    /// The plan is there.
    plan_given = 520,
    /// The plan is missing.
    plan_missing = 521,
    /// It can be undone.
    reversible = 530,
    /// It cannot be undone.
    irreversible = 531,
    /// It is not said whether it can be undone.
    reversibility_unknown = 532,
    /// A freeze is on where it goes.
    frozen = 540,
    /// Whether a freeze is on takes more work to tell than a question may be.
    freeze_not_known = 541,
    /// A rule of the policy lets it pass a freeze, which is shown below.
    freeze_graded = 542,
    /// An exception lets it pass a freeze, which is shown below.
    freeze_excepted = 543,
    /// A freeze would be on, had it not been ended early.
    freeze_lifted = 544,
    /// A freeze begins later.
    freeze_ahead = 545,
    /// A maintenance window is open wherever it goes.
    window_open = 546,
    /// No maintenance window is open, and one will be.
    window_closed = 547,
    /// No maintenance window is open, and none is planned.
    window_missing = 548,
    /// Whether a maintenance window is open takes more work to tell than a question may be.
    window_not_known = 549,
    /// No maintenance window is declared where it goes, and the policy leaves that open.
    window_not_needed = 550,
    /// It is inside its planned times.
    planned_now = 551,
    /// Its planned times have not begun.
    planned_later = 552,
    /// Its planned times are over.
    planned_over = 553,
    /// It has no planned times.
    planned_missing = 554,
    /// It, or an artifact that it ships, is in quarantine.
    quarantined = 555,
    /// The expression holds.
    expression_holds = 560,
    /// The expression does not hold.
    expression_false = 561,
    /// The expression cannot be told: a field that it asks for is not said, or it goes too far.
    expression_failed = 562,
    /// Every ticket is in a state that does.
    tickets_ready = 570,
    /// The change names fewer tickets than it must.
    ticket_missing = 571,
    /// A ticket is in another state than it must, or nobody told its state.
    ticket_not_ready = 572,
    /// The tasks are done.
    tasks_done = 573,
    /// A task is still to be done.
    task_open = 574,
    /// Fewer tasks were done than must.
    task_missing = 575,
    /// Enough of the error budget is left.
    budget_left = 576,
    /// Too little of the error budget is left.
    budget_exhausted = 577,
    /// What is left of the error budget is not known.
    budget_unknown = 578,
    /// A change authority gave leave for its model beforehand.
    preauthorised = 580,
    /// No pre-authorisation stands for it.
    preauthorisation_missing = 581,
    /// The changes of its model have not shown yet that they fail seldom enough.
    autonomy_not_earned = 582,
    /// The changes of its model failed too often, or the leave was taken back.
    autonomy_revoked = 583,
    /// The requirement is waived; the answer without the waiver is shown below.
    waived = 600,
    /// It may be met after the stage was entered; the answer as it is now is shown below.
    obligation_opens = 610,
    /// It is owed since the stage was entered.
    obligation_open = 611,
    /// It was owed until then, and is not met.
    obligation_overdue = 612,
};

/// Where a gate stands for one attempt to enter a stage.
enum class gate_state : std::uint32_t {
    /// Nothing is asked of this subject here; not a pass.
    idle = 10,
    /// Something is missing that was never given.
    awaiting = 20,
    /// Something is missing that was given, but for another revision, too early, or for a time
    /// that is over.
    stale = 21,
    /// Every requirement is met.
    passed = 30,
    /// Met through a waiver, an exception or an open obligation; never reads as passed.
    waived = 31,
    /// Refused.
    refused = 40,
    /// The stage was entered; this instance is never judged again.
    sealed = 50,
};

/// What can happen to a gate.
enum class gate_event : std::uint32_t {
    /// Somebody asked.
    asked = 1,
    /// A fact was recorded: evidence, an approval, a waiver, a freeze.
    fact_added = 2,
    /// The subject has a new revision.
    revision_made = 3,
    /// An instant was reached at which the answer may change by itself (`holds_until`).
    time_reached = 4,
    /// Another policy came into force.
    policy_adopted = 5,
    /// The stage was entered: work began there.
    entered = 6,
    /// The entry ended without staying: it failed, or was rolled back.
    entry_ended = 7,
    /// The subject was put on hold.
    held = 8,
    /// A hold was lifted.
    released = 9,
    /// The subject was cancelled.
    cancelled = 10,
};

/// What an event does to a gate in a state.
enum class gate_move : std::uint32_t {
    /// The verdict decides: the gate is judged again, as of the event.
    follows = 1,
    /// Nothing changes.
    stays = 2,
    /// It is sealed.
    seals = 3,
    /// It is sealed although it was not open: it happened, and is marked as a breach.
    breaches = 4,
    /// This instance is over; a new one opens, which the verdict decides.
    opens = 5,
};

} // namespace lynchpin

#endif
