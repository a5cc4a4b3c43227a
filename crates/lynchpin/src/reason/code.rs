//! Why: one stable code for each reason.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! reason_codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $text:literal;)*) => {
        /// Why a node of a decision has its verdict.
        ///
        /// Published numbers and names are never reused. The enum is open: match with a fallback.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum ReasonCode { $($(#[$doc])* $variant = $number,)* }

        impl ReasonCode {
            /// Every code, by number.
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$variant,)*];

            /// The stable number in the C library.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $(ReasonCode::$variant => $number,)* }
            }

            /// The stable name on the wire, such as `approval_stale`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(ReasonCode::$variant => $name,)* }
            }

            /// The reason in a few words, for people; `{name}` stands for the argument of that
            /// name.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(ReasonCode::$variant => $text,)* }
            }
        }
    };
}

reason_codes! {
    /// A release and all that was judged for it.
    Release = 100, "release", "release";
    /// A change and all that was judged for it.
    Change = 101, "change", "change";
    /// A gate of the policy.
    Gate = 102, "gate", "gate";
    /// All children must hold.
    All = 103, "all", "all of";
    /// Any one child must hold.
    Any = 104, "any", "any of";
    /// So many children must hold.
    AtLeast = 105, "at_least", "at least {needed} of";
    /// Fewer children apply than must hold.
    CannotPass = 106, "cannot_pass", "only {applicable} apply, {needed} must hold";
    /// What the policy says by which it was decided before, beside the one in force.
    PolicyOfDecision = 107, "policy_of_decision", "by the policy it was decided by";
    /// The policy names this stage as open.
    StageOpen = 110, "stage_open", "the policy leaves this stage open";
    /// No gate of the policy judges this change in this stage.
    NoPolicyApplies = 111, "no_policy_applies", "no gate of the policy judges this here";
    /// The stage's gates judge whole releases, and the change is in none.
    NotInARelease = 112, "not_in_a_release", "this stage takes releases, and it is in none";
    /// The requirement does not apply to this subject.
    NotAsked = 113, "not_asked", "not asked of this one";
    /// The release has no change that is not cancelled.
    ReleaseEmpty = 114, "release_empty", "nothing is left in the release";
    /// No policy is in force at all.
    NoPolicyInForce = 115, "no_policy_in_force", "no policy is in force: give or adopt one";
    /// It was cancelled.
    Cancelled = 120, "cancelled", "was cancelled";
    /// It is on hold.
    OnHold = 121, "on_hold", "is on hold";
    /// The release names a change that is not in the portfolio.
    ChangeUnknown = 122, "change_unknown", "the change is not known";
    /// It was decided by a policy that was never in force, or that nobody has.
    PolicyUnknown = 123, "policy_unknown", "was decided by a policy that is not known";
    /// It has entered the stage; an entered stage is not judged again.
    EnteredAlready = 124, "entered_already", "has entered already, claimed by {by}";
    /// It is not what the decision was about.
    ContentChanged = 125, "content_changed", "is not what was decided on";
    /// The decision no longer stands.
    DecisionExpired = 126, "decision_expired", "the decision stood until {until}";
    /// It was deployed though nobody had claimed the stage for it.
    Unclaimed = 127, "unclaimed", "was deployed without a claim";
    /// Other content was deployed than was claimed.
    ClaimedOtherwise = 128, "claimed_otherwise", "was deployed otherwise than claimed";
    /// It was deployed on the strength of a claim that had ended or lapsed.
    ClaimEnded = 129, "claim_ended", "was deployed after its claim had ended";
    /// The release that it is in has not opened the stage for those below it.
    ParentNotOpen = 130, "parent_not_open", "has not opened this stage";
    /// A release of the same parent, or of it, has not come through the stage before.
    ChildNotThrough = 131, "child_not_through", "has not come through {stage}";
    /// The release is below itself.
    ReleaseCycle = 132, "release_cycle", "is below itself";
    /// The parent names a release that is not in the portfolio.
    ChildUnknown = 133, "child_unknown", "the release is not known";
    /// Too few of those whom the policy in force asks had approved the next one.
    AdoptionNotApproved = 134, "adoption_not_approved", "approved by {given} of {needed}";
    /// Somebody whom the policy in force asks rejected the next one.
    AdoptionRejected = 135, "adoption_rejected", "was rejected";
    /// The release that it is in has opened the stage.
    ParentOpen = 136, "parent_open", "has opened this stage";
    /// All of it came through the stage before.
    ChildThrough = 137, "child_through", "came through the stage before";
    /// What it requires is live in the stage.
    RequirementLive = 200, "requirement_live", "is live there";
    /// What it requires ships earlier in the same release, with a go.
    RequirementShips = 201, "requirement_ships", "ships earlier in this release";
    /// What it requires is in the same release, and waits.
    RequirementWaits = 202, "requirement_waits", "waits";
    /// What it requires is in the same release, and is not a go.
    RequirementBlocked = 203, "requirement_blocked", "is held back";
    /// What it requires is neither live in the stage nor in this release.
    RequirementNotLive = 204, "requirement_not_live", "is neither live there nor in this release";
    /// What it requires was cancelled.
    RequirementCancelled = 205, "requirement_cancelled", "was cancelled";
    /// What it requires is not known.
    RequirementNotFound = 206, "requirement_not_found", "is not known";
    /// A clause of the dependencies: any of its alternatives.
    Requires = 207, "requires", "requires";
    /// What ships together with it is in the same release.
    TogetherShips = 210, "together_ships", "ships together with it";
    /// What must ship together with it is held back.
    TogetherBlocked = 211, "together_blocked", "must ship together with it and is held back";
    /// What must ship together with it waits.
    TogetherWaits = 212, "together_waits", "must ship together with it and waits";
    /// What must ship together with it is neither live in the stage nor in this release.
    TogetherMissing = 213, "together_missing", "must ship together with it and is missing";
    /// The change is part of a cycle of dependencies.
    DependencyCycle = 220, "dependency_cycle", "is part of a cycle of dependencies";
    /// A conflicting change is in the same release.
    ConflictInRelease = 230, "conflict_in_release", "conflicts with {change} in this release";
    /// A conflicting change is in flight in the stage.
    ConflictInFlight = 231, "conflict_in_flight", "conflicts with {change}, in flight there";
    /// A change that may never be live together with it is live in the stage.
    ConflictLive = 232, "conflict_live", "conflicts with {change}, which is live there";
    /// The check passed.
    EvidencePassed = 300, "evidence_passed", "passed";
    /// The check passed after runs that failed.
    PassedOnRerun = 301, "passed_on_rerun", "passed after {failed} failed runs";
    /// The check failed.
    EvidenceFailed = 302, "evidence_failed", "failed";
    /// There is no result of the check for what ships.
    EvidenceMissing = 303, "evidence_missing", "there is no result for what ships";
    /// The check could not run.
    EvidenceErrored = 304, "evidence_errored", "could not run";
    /// The check could not tell.
    EvidenceInconclusive = 305, "evidence_inconclusive", "could not tell";
    /// The check is running.
    EvidenceRunning = 306, "evidence_running", "is running";
    /// The result is too old.
    EvidenceExpired = 307, "evidence_expired", "the result is too old";
    /// The check passed only after more failures than the policy bears.
    TooManyReruns = 308, "too_many_reruns", "passed only after {failed} failed runs";
    /// The check must pass on each of these.
    Evidence = 309, "evidence", "must pass on all of";
    /// A statement of the kind asked for is rightly signed.
    StatementSigned = 310, "statement_signed", "a signed statement says so";
    /// There is no statement of the kind asked for about what ships.
    StatementMissing = 311, "statement_missing", "there is no signed statement about what ships";
    /// There are such statements, but none that is rightly signed and says what it must.
    SignatureInvalid = 312, "signature_invalid", "no statement about what ships is rightly signed";
    /// A statement that is rightly signed says no.
    StatementRefuses = 313, "statement_refuses", "a signed statement says no";
    /// A signed statement must be there about each of these.
    Statements = 314, "statements", "must be said of all of";
    /// The check failed, and what runs there already fails in the same way.
    EvidenceTolerated = 320, "evidence_tolerated", "failed, and so does what runs there already";
    /// Enough entitled people approved.
    Approved = 400, "approved", "approved by {given} of {needed}";
    /// Too few people approved.
    ApprovalMissing = 401, "approval_missing", "approved by {given} of {needed}";
    /// It was approved, but something that matters changed since, or the approval expired.
    ApprovalStale = 402, "approval_stale", "was approved, but for something else";
    /// It is approved from a later instant on.
    ApprovalLater = 403, "approval_later", "is approved from a later time on";
    /// Somebody entitled rejected it.
    ApprovalRejected = 404, "approval_rejected", "was rejected";
    /// Somebody entitled asks for changes first.
    ChangesRequested = 405, "changes_requested", "changes were asked for";
    /// The decision was put off.
    ApprovalDeferred = 406, "approval_deferred", "was put off";
    /// Fewer people may approve than must.
    QuorumUnreachable = 407, "quorum_unreachable", "only {eligible} may approve, {needed} must";
    /// It was approved before the evidence was there that the approver had to see.
    ApprovalBeforeEvidence = 408, "approval_before_evidence", "was approved before the evidence";
    /// It was approved without saying which content was seen.
    ApprovalWithoutDigest = 409, "approval_without_digest", "was approved without its digest";
    /// It was passed on to another group, which has not answered enough yet.
    ApprovalEscalated = 410, "approval_escalated", "was passed on to another group";
    /// A seat was passed on to somebody who has not answered yet.
    ApprovalDelegated = 411, "approval_delegated", "was passed on to somebody else";
    /// It has been in the stage before for long enough.
    Soaked = 500, "soaked", "has soaked";
    /// It has not yet been in the stage before for long enough.
    Soaking = 501, "soaking", "is soaking";
    /// It is not in the stage before.
    NotSoaking = 502, "not_soaking", "is not live in the stage before";
    /// There is no stage before in which it could soak.
    NoStageBefore = 503, "no_stage_before", "there is no stage before this one";
    /// The risk is below the threshold.
    RiskAccepted = 510, "risk_accepted", "risk {probability} is below {below}";
    /// The risk is not below the threshold.
    RiskTooHigh = 511, "risk_too_high", "risk {probability} is not below {below}";
    /// It is in the lane that the risk model is certified for.
    InLane = 512, "in_lane", "risk {probability} is in the lane up to {at_most}";
    /// It is not in the lane: too risky, or the model cannot vouch for it.
    NotInLane = 513, "not_in_lane", "risk {probability} is not in the lane up to {at_most}";
    /// No change is in a lane: there is none, or its certificate does not keep the promise.
    LaneClosed = 514, "lane_closed", "the lane is closed: {why}";
    /// The plan is there.
    PlanGiven = 520, "plan_given", "the plan is there";
    /// The plan is missing.
    PlanMissing = 521, "plan_missing", "the plan is missing";
    /// It can be undone.
    Reversible = 530, "reversible", "can be undone";
    /// It cannot be undone.
    Irreversible = 531, "irreversible", "cannot be undone";
    /// It is not said whether it can be undone.
    ReversibilityUnknown = 532, "reversibility_unknown", "it is not said whether it can be undone";
    /// A freeze is on where it goes.
    Frozen = 540, "frozen", "freeze {freeze} is on until {until}";
    /// Whether a freeze is on takes more work to tell than a question may be.
    FreezeNotKnown = 541, "freeze_not_known", "cannot tell whether freeze {freeze} is on";
    /// A rule of the policy lets it pass a freeze, which is shown below.
    FreezeGraded = 542, "freeze_graded", "passes freeze {freeze} by the rule {rule}";
    /// An exception lets it pass a freeze, which is shown below.
    FreezeExcepted = 543, "freeze_excepted",
        "passes freeze {freeze} by exception {exception} of {by} until {until}";
    /// A freeze would be on, had it not been ended early.
    FreezeLifted = 544, "freeze_lifted", "freeze {freeze} was lifted by {by}";
    /// A freeze begins later.
    FreezeAhead = 545, "freeze_ahead", "freeze {freeze} begins at {from}";
    /// A maintenance window is open wherever it goes.
    WindowOpen = 546, "window_open", "a window is open until {closes}";
    /// No maintenance window is open, and one will be.
    WindowClosed = 547, "window_closed", "no window is open before {opens}";
    /// No maintenance window is open, and none is planned.
    WindowMissing = 548, "window_missing", "no window is open, and none is planned";
    /// Whether a maintenance window is open takes more work to tell than a question may be.
    WindowNotKnown = 549, "window_not_known", "cannot tell whether a window is open";
    /// No maintenance window is declared where it goes, and the policy leaves that open.
    WindowNotNeeded = 550, "window_not_needed", "no window is declared, and none is needed";
    /// It is inside its planned times.
    PlannedNow = 551, "planned_now", "is planned from {from} to {to}";
    /// Its planned times have not begun.
    PlannedLater = 552, "planned_later", "is planned from {from} on";
    /// Its planned times are over.
    PlannedOver = 553, "planned_over", "was planned until {to}";
    /// It has no planned times.
    PlannedMissing = 554, "planned_missing", "has no planned times";
    /// It, or an artifact that it ships, is in quarantine.
    Quarantined = 555, "quarantined", "{what} is in quarantine";
    /// The expression holds.
    ExpressionHolds = 560, "expression_holds", "holds: {expression}";
    /// The expression does not hold.
    ExpressionFalse = 561, "expression_false", "does not hold: {expression}";
    /// The expression cannot be told: a field that it asks for is not said, or it goes too far.
    ExpressionFailed = 562, "expression_failed",
        "cannot be told: {error}, at line {line}, column {column} of {expression}";
    /// Every ticket is in a state that does.
    TicketsReady = 570, "tickets_ready", "every ticket is ready";
    /// The change names fewer tickets than it must.
    TicketMissing = 571, "ticket_missing", "names {given} tickets, {needed} must be there";
    /// A ticket is in another state than it must, or nobody told its state.
    TicketNotReady = 572, "ticket_not_ready", "not every ticket is ready";
    /// The tasks are done.
    TasksDone = 573, "tasks_done", "the tasks are done";
    /// A task is still to be done.
    TaskOpen = 574, "task_open", "not every task is done";
    /// Fewer tasks were done than must.
    TaskMissing = 575, "task_missing", "{done} tasks were done, {needed} must be";
    /// Enough of the error budget is left.
    BudgetLeft = 576, "budget_left", "{remaining} of the error budget of {service} is left";
    /// Too little of the error budget is left.
    BudgetExhausted = 577, "budget_exhausted",
        "{remaining} of the error budget of {service} is left";
    /// What is left of the error budget is not known.
    BudgetUnknown = 578, "budget_unknown", "what is left of the error budget is not known";
    /// A change authority gave leave for its model beforehand.
    Preauthorised = 580, "preauthorised", "pre-authorised as {model}";
    /// No pre-authorisation stands for it.
    PreauthorisationMissing = 581, "preauthorisation_missing", "no pre-authorisation stands";
    /// The changes of its model have not shown yet that they fail seldom enough.
    AutonomyNotEarned = 582, "autonomy_not_earned",
        "{changes} changes of {model} do not show that they fail seldom enough";
    /// The changes of its model failed too often, or the leave was taken back.
    AutonomyRevoked = 583, "autonomy_revoked", "{model} is no longer pre-authorised";
    /// The requirement is waived; the answer without the waiver is shown below.
    Waived = 600, "waived", "waived by {by} until {until}";
    /// It may be met after the stage was entered; the answer as it is now is shown below.
    ObligationOpens = 610, "obligation_opens", "may be met within {within} after the entry";
    /// It is owed since the stage was entered.
    ObligationOpen = 611, "obligation_open", "is owed until {until}";
    /// It was owed until then, and is not met.
    ObligationOverdue = 612, "obligation_overdue", "{of} owes it since {until}";
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::ReasonCode;

    #[test]
    fn numbers_and_names_are_distinct_and_ordered() {
        let numbers: Vec<u32> = ReasonCode::ALL.iter().map(|code| code.number()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b));
        let mut names: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), numbers.len());
    }
}
