//! The numbers of statuses, verdicts, reasons and the life of a gate.
//!
//! Generated from the core by this crate's test `header`; renew with `BLESS=1`.

/// It went well.
pub const LP_STATUS_OK: u32 = 0;
/// The document is larger than the limits allow.
pub const LP_STATUS_DOCUMENT_TOO_LARGE: u32 = 1001;
/// The document is not UTF-8, or begins with a byte order mark.
pub const LP_STATUS_DOCUMENT_NOT_UTF8: u32 = 1002;
/// The document is nested deeper than the limits allow.
pub const LP_STATUS_DOCUMENT_TOO_DEEP: u32 = 1003;
/// The text is not JSON or TOML at all.
pub const LP_STATUS_SYNTAX: u32 = 1004;
/// A value has another type than the field wants.
pub const LP_STATUS_WRONG_TYPE: u32 = 1005;
/// A field that the document does not have.
pub const LP_STATUS_UNKNOWN_FIELD: u32 = 1006;
/// A field that must be there is not.
pub const LP_STATUS_MISSING_FIELD: u32 = 1007;
/// One object names a key twice.
pub const LP_STATUS_DUPLICATE_KEY: u32 = 1008;
/// Two facts share an id but not their content.
pub const LP_STATUS_DUPLICATE_ID: u32 = 1009;
/// A number outside of what can be kept exactly, or that numbers nothing.
pub const LP_STATUS_NUMBER_OUT_OF_RANGE: u32 = 1010;
/// A string longer than the limits allow.
pub const LP_STATUS_STRING_TOO_LONG: u32 = 1011;
/// A list longer than the limits allow.
pub const LP_STATUS_LIST_TOO_LONG: u32 = 1012;
/// The document does not say that it is one of the kind and version expected.
pub const LP_STATUS_WRONG_VERSION: u32 = 1013;
/// A word that is not among those allowed here.
pub const LP_STATUS_UNKNOWN_WORD: u32 = 1014;
/// An identifier outside of the allowed characters or length.
pub const LP_STATUS_ID_NOT_CANONICAL: u32 = 1020;
/// Two people whose ids look alike and that are not declared to be one person.
pub const LP_STATUS_PEOPLE_LOOK_ALIKE: u32 = 1021;
/// A digest that is not `sha256:` and 64 lower-case hexadecimal digits.
pub const LP_STATUS_DIGEST_MALFORMED: u32 = 1022;
/// A stated digest is not the digest of the content it names.
pub const LP_STATUS_DIGEST_MISMATCH: u32 = 1023;
/// An instant that is not strict RFC 3339 in UTC.
pub const LP_STATUS_INSTANT_MALFORMED: u32 = 1024;
/// A duration that is not a whole number and one of `s`, `m`, `h`, `d`.
pub const LP_STATUS_SPAN_MALFORMED: u32 = 1025;
/// A decimal that is not digits with an optional fraction in range.
pub const LP_STATUS_DECIMAL_MALFORMED: u32 = 1026;
/// A fact must name exactly one subject.
pub const LP_STATUS_SUBJECT_AMBIGUOUS: u32 = 1027;
/// Facts were recorded before they were made, or a period ends before it begins.
pub const LP_STATUS_TIME_ORDER: u32 = 1029;
/// A list that must name something is empty.
pub const LP_STATUS_EMPTY: u32 = 1030;
/// A time zone that the zone data does not have.
pub const LP_STATUS_ZONE_UNKNOWN: u32 = 1040;
/// A local date or time that is not written as such, or is outside of the years 1970 to 9999.
pub const LP_STATUS_LOCAL_TIME_MALFORMED: u32 = 1041;
/// A recurrence rule that RFC 5545 does not allow.
pub const LP_STATUS_RECURRENCE_MALFORMED: u32 = 1042;
/// A recurrence rule that RFC 5545 allows and that is not taken here: hourly or more often, or
/// read differently by different calendars.
pub const LP_STATUS_RECURRENCE_UNSUPPORTED: u32 = 1043;
/// The last start that a rule counts to lies further away than is looked.
pub const LP_STATUS_RECURRENCE_TOO_LONG: u32 = 1044;
/// When something is on is said in no form, or in two at once.
pub const LP_STATUS_OCCASIONS_UNCLEAR: u32 = 1045;
/// A gate names a requirement that the policy does not define.
pub const LP_STATUS_REQUIREMENT_UNKNOWN: u32 = 1301;
/// A combinator without children would pass by silence.
pub const LP_STATUS_COMBINATOR_EMPTY: u32 = 1302;
/// A quorum of nobody, or of more than can ever be reached.
pub const LP_STATUS_QUORUM_INVALID: u32 = 1303;
/// A vote that is passed on must say to whom, and no other may.
pub const LP_STATUS_VOTE_TARGET: u32 = 1304;
/// A requirement names another one that asks something else than it must here.
pub const LP_STATUS_REQUIREMENT_KIND: u32 = 1305;
/// What can be met afterwards is an approval, evidence or a plan; nothing else.
pub const LP_STATUS_NOT_RETROSPECTIVE: u32 = 1307;
/// A workflow has no initial state, or several.
pub const LP_STATUS_WORKFLOW_INITIAL: u32 = 1320;
/// A workflow, or one of its transitions, names a state that it does not have.
pub const LP_STATUS_WORKFLOW_STATE_UNKNOWN: u32 = 1321;
/// Two states of a workflow share a name or a stored code.
pub const LP_STATUS_WORKFLOW_STATE_TWICE: u32 = 1322;
/// A state of a workflow that nothing leads to.
pub const LP_STATUS_WORKFLOW_UNREACHABLE: u32 = 1323;
/// A state of a workflow from which no final state can be reached.
pub const LP_STATUS_WORKFLOW_DEAD_END: u32 = 1324;
/// Two transitions of a workflow compete and nothing says which goes first.
pub const LP_STATUS_WORKFLOW_NOT_ORDERED: u32 = 1325;
/// A transition of a workflow can never be taken, because an earlier one always is.
pub const LP_STATUS_WORKFLOW_SHADOWED: u32 = 1326;
/// A way through a workflow avoids a mandatory gate.
pub const LP_STATUS_WORKFLOW_GATE_AVOIDED: u32 = 1327;
/// A transition leaves a final state of a workflow.
pub const LP_STATUS_WORKFLOW_FINAL_LEFT: u32 = 1328;
/// The conditions of a transition can never hold, or say nothing where they must.
pub const LP_STATUS_WORKFLOW_GUARD_INVALID: u32 = 1329;
/// No state of the workflow is stored as that number.
pub const LP_STATUS_WORKFLOW_CODE_UNKNOWN: u32 = 1330;
/// No workflow of that name is shipped.
pub const LP_STATUS_WORKFLOW_UNKNOWN: u32 = 1331;
/// A workflow in which nothing ever goes live, or no gate is mandatory.
pub const LP_STATUS_WORKFLOW_GUARDS_NOTHING: u32 = 1332;
/// A workflow that is for something else: for releases, or for another kind of change.
pub const LP_STATUS_WORKFLOW_FOR_OTHERS: u32 = 1333;
/// This build reads no expressions, so it cannot judge by the policy.
pub const LP_STATUS_EXPRESSION_UNSUPPORTED: u32 = 1340;
/// An expression longer than the limits allow.
pub const LP_STATUS_EXPRESSION_TOO_LONG: u32 = 1341;
/// An expression nested deeper than the limits allow.
pub const LP_STATUS_EXPRESSION_TOO_DEEP: u32 = 1342;
/// An expression that is not CEL.
pub const LP_STATUS_EXPRESSION_SYNTAX: u32 = 1343;
/// CEL that is not allowed here, such as doubles, maps or a macro inside another.
pub const LP_STATUS_EXPRESSION_REFUSED: u32 = 1344;
/// An expression names a record or a field that there is not.
pub const LP_STATUS_EXPRESSION_NAME_UNKNOWN: u32 = 1345;
/// An expression has another type than what stands there takes.
pub const LP_STATUS_EXPRESSION_TYPE: u32 = 1346;
/// A key of a policy is none: not so many bytes, no point of its curve, or one of few that
/// anybody can sign for.
pub const LP_STATUS_KEY_MALFORMED: u32 = 1350;
/// A requirement names a key that the policy does not define.
pub const LP_STATUS_KEY_UNKNOWN: u32 = 1351;
/// What a requirement asks of a signed statement can never be met, or would mean nothing.
pub const LP_STATUS_SIGNED_INVALID: u32 = 1352;
/// A policy asks for signatures, and the library was built without them.
pub const LP_STATUS_SIGNATURES_UNSUPPORTED: u32 = 1353;
/// An envelope that is too large, of another type, or no Base64.
pub const LP_STATUS_ENVELOPE_MALFORMED: u32 = 1354;
/// What is in an envelope is no in-toto statement.
pub const LP_STATUS_STATEMENT_MALFORMED: u32 = 1355;
/// The subject asked about is not in the portfolio as of that time.
pub const LP_STATUS_SUBJECT_UNKNOWN: u32 = 1501;
/// The stage asked about is named neither by the release nor by the portfolio.
pub const LP_STATUS_STAGE_UNKNOWN: u32 = 1502;
/// A claim is made at the head of what is known: not before the newest fact was recorded.
pub const LP_STATUS_NOT_AT_HEAD: u32 = 1503;
/// What another policy than the one in force would say is neither claimed nor recorded.
pub const LP_STATUS_WHAT_IF: u32 = 1504;
/// A fact that a what-if names is not in the portfolio.
pub const LP_STATUS_FACT_UNKNOWN: u32 = 1520;
/// The risk model that the policy names is not in the portfolio as of that time.
pub const LP_STATUS_RISK_MODEL_UNKNOWN: u32 = 1521;
/// A limit stopped the work.
pub const LP_STATUS_LIMIT_EXCEEDED: u32 = 1601;
/// The caller stopped the work.
/// Reserved: no call of this library ends so yet.
pub const LP_STATUS_CANCELLED: u32 = 1602;
/// An earlier panic left this handle unusable; make a new one.
pub const LP_STATUS_BROKEN: u32 = 1603;
/// The library panicked: a defect in it. What was being changed is broken from now on.
pub const LP_STATUS_PANIC: u32 = 1604;
/// An argument that is no use: in C a NULL or a handle of another kind, in every language lists
/// of which one should be as long as the other, or a circle where there must be an order.
pub const LP_STATUS_BAD_ARGUMENT: u32 = 1605;
/// A function of the host's, called by an object, called the same object: it would wait for
/// itself. Do it after the outer call has returned.
pub const LP_STATUS_REENTRANT: u32 = 1606;
/// A file could not be read or written.
pub const LP_STATUS_IO: u32 = 1701;
/// An entry of a ledger is not what its format says, or of a version that this build does not
/// know: nothing is decided on what may have been misread.
pub const LP_STATUS_LEDGER_MALFORMED: u32 = 1710;
/// What a ledger holds is not what was appended to it.
pub const LP_STATUS_LEDGER_TAMPERED: u32 = 1711;
/// A ledger does not go on from the checkpoint that the host kept: it was cut, rewritten or
/// restored from a backup.
pub const LP_STATUS_LEDGER_ROLLED_BACK: u32 = 1712;
/// A checkpoint that is malformed, of another ledger, or not signed by the key given.
pub const LP_STATUS_CHECKPOINT_INVALID: u32 = 1713;
/// A receipt does not prove that its entry is in the ledger.
pub const LP_STATUS_RECEIPT_INVALID: u32 = 1714;
/// A checkpoint was to be signed, and the ledger has no key to sign with, or the signer of the
/// host's could not.
pub const LP_STATUS_NOT_SIGNED: u32 = 1715;
/// A kind of fact that there is not.
pub const LP_STATUS_FACT_KIND_UNKNOWN: u32 = 1716;
/// The entries may not be erased: a legal hold keeps them, or they must be kept longer.
pub const LP_STATUS_ERASURE_REFUSED: u32 = 1717;
/// An entry was erased, and nothing signed says what it meant.
pub const LP_STATUS_ENTRY_ERASED: u32 = 1718;
/// A checkpoint was signed and kept, and the host did not pass it on to where it is anchored.
pub const LP_STATUS_NOT_ANCHORED: u32 = 1719;
/// What is at that place is no ledger, or one of another version of the store.
pub const LP_STATUS_STORE_FOREIGN: u32 = 1720;
/// Somebody else is writing and did not finish in time. Nothing was written; try again.
pub const LP_STATUS_STORE_BUSY: u32 = 1721;
/// There is no more room. Nothing was written.
pub const LP_STATUS_STORE_FULL: u32 = 1722;
/// The store cannot be written to. Nothing was written.
pub const LP_STATUS_STORE_READ_ONLY: u32 = 1723;
/// The store is damaged, as its own checks say.
pub const LP_STATUS_STORE_CORRUPT: u32 = 1724;
/// The store keeps less safely than it must: what it acknowledges could be lost.
pub const LP_STATUS_STORE_UNSAFE: u32 = 1725;
/// The store failed while writing. Whether it was written is not known: open it again and
/// append the same again, which has no second effect.
pub const LP_STATUS_STORE_FAILED: u32 = 1726;
/// The ledger was opened by another process, of which this one is a copy. Open it again here.
pub const LP_STATUS_STORE_FORKED: u32 = 1727;
/// A code that this version of the header does not know.
pub const LP_STATUS_OTHER: u32 = 1999;
/// Nothing was asked here; not a go.
pub const LP_VERDICT_NOT_APPLICABLE: u32 = 10;
/// Every requirement is met.
pub const LP_VERDICT_GO: u32 = 20;
/// Met through a waiver, which is shown; never reads as passed.
pub const LP_VERDICT_GO_WAIVED: u32 = 21;
/// Will clear by itself.
pub const LP_VERDICT_WAIT: u32 = 30;
/// Another change, release or service must move first.
pub const LP_VERDICT_BLOCKED: u32 = 40;
/// Somebody has to do something: approve, test, plan, release from hold.
pub const LP_VERDICT_NEEDS_ACTION: u32 = 50;
/// Cannot be determined, which never passes.
pub const LP_VERDICT_UNKNOWN: u32 = 60;
/// Refused.
pub const LP_VERDICT_NO_GO: u32 = 70;
/// A release and all that was judged for it.
pub const LP_REASON_RELEASE: u32 = 100;
/// A change and all that was judged for it.
pub const LP_REASON_CHANGE: u32 = 101;
/// A gate of the policy.
pub const LP_REASON_GATE: u32 = 102;
/// All children must hold.
pub const LP_REASON_ALL: u32 = 103;
/// Any one child must hold.
pub const LP_REASON_ANY: u32 = 104;
/// So many children must hold.
pub const LP_REASON_AT_LEAST: u32 = 105;
/// Fewer children apply than must hold.
pub const LP_REASON_CANNOT_PASS: u32 = 106;
/// What the policy says by which it was decided before, beside the one in force.
pub const LP_REASON_POLICY_OF_DECISION: u32 = 107;
/// The policy names this stage as open.
pub const LP_REASON_STAGE_OPEN: u32 = 110;
/// No gate of the policy judges this change in this stage.
pub const LP_REASON_NO_POLICY_APPLIES: u32 = 111;
/// The stage's gates judge whole releases, and the change is in none.
pub const LP_REASON_NOT_IN_A_RELEASE: u32 = 112;
/// The requirement does not apply to this subject.
pub const LP_REASON_NOT_ASKED: u32 = 113;
/// The release has no change that is not cancelled.
pub const LP_REASON_RELEASE_EMPTY: u32 = 114;
/// No policy is in force at all.
pub const LP_REASON_NO_POLICY_IN_FORCE: u32 = 115;
/// It was cancelled.
pub const LP_REASON_CANCELLED: u32 = 120;
/// It is on hold.
pub const LP_REASON_ON_HOLD: u32 = 121;
/// The release names a change that is not in the portfolio.
pub const LP_REASON_CHANGE_UNKNOWN: u32 = 122;
/// It was decided by a policy that was never in force, or that nobody has.
pub const LP_REASON_POLICY_UNKNOWN: u32 = 123;
/// It has entered the stage; an entered stage is not judged again.
pub const LP_REASON_ENTERED_ALREADY: u32 = 124;
/// It is not what the decision was about.
pub const LP_REASON_CONTENT_CHANGED: u32 = 125;
/// The decision no longer stands.
pub const LP_REASON_DECISION_EXPIRED: u32 = 126;
/// It was deployed though nobody had claimed the stage for it.
pub const LP_REASON_UNCLAIMED: u32 = 127;
/// Other content was deployed than was claimed.
pub const LP_REASON_CLAIMED_OTHERWISE: u32 = 128;
/// It was deployed on the strength of a claim that had ended or lapsed.
pub const LP_REASON_CLAIM_ENDED: u32 = 129;
/// The release that it is in has not opened the stage for those below it.
pub const LP_REASON_PARENT_NOT_OPEN: u32 = 130;
/// A release of the same parent, or of it, has not come through the stage before.
pub const LP_REASON_CHILD_NOT_THROUGH: u32 = 131;
/// The release is below itself.
pub const LP_REASON_RELEASE_CYCLE: u32 = 132;
/// The parent names a release that is not in the portfolio.
pub const LP_REASON_CHILD_UNKNOWN: u32 = 133;
/// Too few of those whom the policy in force asks had approved the next one.
pub const LP_REASON_ADOPTION_NOT_APPROVED: u32 = 134;
/// Somebody whom the policy in force asks rejected the next one.
pub const LP_REASON_ADOPTION_REJECTED: u32 = 135;
/// The release that it is in has opened the stage.
pub const LP_REASON_PARENT_OPEN: u32 = 136;
/// All of it came through the stage before.
pub const LP_REASON_CHILD_THROUGH: u32 = 137;
/// What it requires is live in the stage.
pub const LP_REASON_REQUIREMENT_LIVE: u32 = 200;
/// What it requires ships earlier in the same release, with a go.
pub const LP_REASON_REQUIREMENT_SHIPS: u32 = 201;
/// What it requires is in the same release, and waits.
pub const LP_REASON_REQUIREMENT_WAITS: u32 = 202;
/// What it requires is in the same release, and is not a go.
pub const LP_REASON_REQUIREMENT_BLOCKED: u32 = 203;
/// What it requires is neither live in the stage nor in this release.
pub const LP_REASON_REQUIREMENT_NOT_LIVE: u32 = 204;
/// What it requires was cancelled.
pub const LP_REASON_REQUIREMENT_CANCELLED: u32 = 205;
/// What it requires is not known.
pub const LP_REASON_REQUIREMENT_NOT_FOUND: u32 = 206;
/// A clause of the dependencies: any of its alternatives.
pub const LP_REASON_REQUIRES: u32 = 207;
/// What ships together with it is in the same release.
pub const LP_REASON_TOGETHER_SHIPS: u32 = 210;
/// What must ship together with it is held back.
pub const LP_REASON_TOGETHER_BLOCKED: u32 = 211;
/// What must ship together with it waits.
pub const LP_REASON_TOGETHER_WAITS: u32 = 212;
/// What must ship together with it is neither live in the stage nor in this release.
pub const LP_REASON_TOGETHER_MISSING: u32 = 213;
/// The change is part of a cycle of dependencies.
pub const LP_REASON_DEPENDENCY_CYCLE: u32 = 220;
/// A conflicting change is in the same release.
pub const LP_REASON_CONFLICT_IN_RELEASE: u32 = 230;
/// A conflicting change is in flight in the stage.
pub const LP_REASON_CONFLICT_IN_FLIGHT: u32 = 231;
/// A change that may never be live together with it is live in the stage.
pub const LP_REASON_CONFLICT_LIVE: u32 = 232;
/// The check passed.
pub const LP_REASON_EVIDENCE_PASSED: u32 = 300;
/// The check passed after runs that failed.
pub const LP_REASON_PASSED_ON_RERUN: u32 = 301;
/// The check failed.
pub const LP_REASON_EVIDENCE_FAILED: u32 = 302;
/// There is no result of the check for what ships.
pub const LP_REASON_EVIDENCE_MISSING: u32 = 303;
/// The check could not run.
pub const LP_REASON_EVIDENCE_ERRORED: u32 = 304;
/// The check could not tell.
pub const LP_REASON_EVIDENCE_INCONCLUSIVE: u32 = 305;
/// The check is running.
pub const LP_REASON_EVIDENCE_RUNNING: u32 = 306;
/// The result is too old.
pub const LP_REASON_EVIDENCE_EXPIRED: u32 = 307;
/// The check passed only after more failures than the policy bears.
pub const LP_REASON_TOO_MANY_RERUNS: u32 = 308;
/// The check must pass on each of these.
pub const LP_REASON_EVIDENCE: u32 = 309;
/// A statement of the kind asked for is rightly signed.
pub const LP_REASON_STATEMENT_SIGNED: u32 = 310;
/// There is no statement of the kind asked for about what ships.
pub const LP_REASON_STATEMENT_MISSING: u32 = 311;
/// There are such statements, but none that is rightly signed and says what it must.
pub const LP_REASON_SIGNATURE_INVALID: u32 = 312;
/// A statement that is rightly signed says no.
pub const LP_REASON_STATEMENT_REFUSES: u32 = 313;
/// A signed statement must be there about each of these.
pub const LP_REASON_STATEMENTS: u32 = 314;
/// The check failed, and what runs there already fails in the same way.
pub const LP_REASON_EVIDENCE_TOLERATED: u32 = 320;
/// Enough entitled people approved.
pub const LP_REASON_APPROVED: u32 = 400;
/// Too few people approved.
pub const LP_REASON_APPROVAL_MISSING: u32 = 401;
/// It was approved, but something that matters changed since, or the approval expired.
pub const LP_REASON_APPROVAL_STALE: u32 = 402;
/// It is approved from a later instant on.
pub const LP_REASON_APPROVAL_LATER: u32 = 403;
/// Somebody entitled rejected it.
pub const LP_REASON_APPROVAL_REJECTED: u32 = 404;
/// Somebody entitled asks for changes first.
pub const LP_REASON_CHANGES_REQUESTED: u32 = 405;
/// The decision was put off.
pub const LP_REASON_APPROVAL_DEFERRED: u32 = 406;
/// Fewer people may approve than must.
pub const LP_REASON_QUORUM_UNREACHABLE: u32 = 407;
/// It was approved before the evidence was there that the approver had to see.
pub const LP_REASON_APPROVAL_BEFORE_EVIDENCE: u32 = 408;
/// It was approved without saying which content was seen.
pub const LP_REASON_APPROVAL_WITHOUT_DIGEST: u32 = 409;
/// It was passed on to another group, which has not answered enough yet.
pub const LP_REASON_APPROVAL_ESCALATED: u32 = 410;
/// A seat was passed on to somebody who has not answered yet.
pub const LP_REASON_APPROVAL_DELEGATED: u32 = 411;
/// It has been in the stage before for long enough.
pub const LP_REASON_SOAKED: u32 = 500;
/// It has not yet been in the stage before for long enough.
pub const LP_REASON_SOAKING: u32 = 501;
/// It is not in the stage before.
pub const LP_REASON_NOT_SOAKING: u32 = 502;
/// There is no stage before in which it could soak.
pub const LP_REASON_NO_STAGE_BEFORE: u32 = 503;
/// The risk is below the threshold.
pub const LP_REASON_RISK_ACCEPTED: u32 = 510;
/// The risk is not below the threshold.
pub const LP_REASON_RISK_TOO_HIGH: u32 = 511;
/// It is in the lane that the risk model is certified for.
pub const LP_REASON_IN_LANE: u32 = 512;
/// It is not in the lane: too risky, or the model cannot vouch for it.
pub const LP_REASON_NOT_IN_LANE: u32 = 513;
/// No change is in a lane: there is none, or its certificate does not keep the promise.
pub const LP_REASON_LANE_CLOSED: u32 = 514;
/// The plan is there.
pub const LP_REASON_PLAN_GIVEN: u32 = 520;
/// The plan is missing.
pub const LP_REASON_PLAN_MISSING: u32 = 521;
/// It can be undone.
pub const LP_REASON_REVERSIBLE: u32 = 530;
/// It cannot be undone.
pub const LP_REASON_IRREVERSIBLE: u32 = 531;
/// It is not said whether it can be undone.
pub const LP_REASON_REVERSIBILITY_UNKNOWN: u32 = 532;
/// A freeze is on where it goes.
pub const LP_REASON_FROZEN: u32 = 540;
/// Whether a freeze is on takes more work to tell than a question may be.
pub const LP_REASON_FREEZE_NOT_KNOWN: u32 = 541;
/// A rule of the policy lets it pass a freeze, which is shown below.
pub const LP_REASON_FREEZE_GRADED: u32 = 542;
/// An exception lets it pass a freeze, which is shown below.
pub const LP_REASON_FREEZE_EXCEPTED: u32 = 543;
/// A freeze would be on, had it not been ended early.
pub const LP_REASON_FREEZE_LIFTED: u32 = 544;
/// A freeze begins later.
pub const LP_REASON_FREEZE_AHEAD: u32 = 545;
/// A maintenance window is open wherever it goes.
pub const LP_REASON_WINDOW_OPEN: u32 = 546;
/// No maintenance window is open, and one will be.
pub const LP_REASON_WINDOW_CLOSED: u32 = 547;
/// No maintenance window is open, and none is planned.
pub const LP_REASON_WINDOW_MISSING: u32 = 548;
/// Whether a maintenance window is open takes more work to tell than a question may be.
pub const LP_REASON_WINDOW_NOT_KNOWN: u32 = 549;
/// No maintenance window is declared where it goes, and the policy leaves that open.
pub const LP_REASON_WINDOW_NOT_NEEDED: u32 = 550;
/// It is inside its planned times.
pub const LP_REASON_PLANNED_NOW: u32 = 551;
/// Its planned times have not begun.
pub const LP_REASON_PLANNED_LATER: u32 = 552;
/// Its planned times are over.
pub const LP_REASON_PLANNED_OVER: u32 = 553;
/// It has no planned times.
pub const LP_REASON_PLANNED_MISSING: u32 = 554;
/// It, or an artifact that it ships, is in quarantine.
pub const LP_REASON_QUARANTINED: u32 = 555;
/// The expression holds.
pub const LP_REASON_EXPRESSION_HOLDS: u32 = 560;
/// The expression does not hold.
pub const LP_REASON_EXPRESSION_FALSE: u32 = 561;
/// The expression cannot be told: a field that it asks for is not said, or it goes too far.
pub const LP_REASON_EXPRESSION_FAILED: u32 = 562;
/// Every ticket is in a state that does.
pub const LP_REASON_TICKETS_READY: u32 = 570;
/// The change names fewer tickets than it must.
pub const LP_REASON_TICKET_MISSING: u32 = 571;
/// A ticket is in another state than it must, or nobody told its state.
pub const LP_REASON_TICKET_NOT_READY: u32 = 572;
/// The tasks are done.
pub const LP_REASON_TASKS_DONE: u32 = 573;
/// A task is still to be done.
pub const LP_REASON_TASK_OPEN: u32 = 574;
/// Fewer tasks were done than must.
pub const LP_REASON_TASK_MISSING: u32 = 575;
/// Enough of the error budget is left.
pub const LP_REASON_BUDGET_LEFT: u32 = 576;
/// Too little of the error budget is left.
pub const LP_REASON_BUDGET_EXHAUSTED: u32 = 577;
/// What is left of the error budget is not known.
pub const LP_REASON_BUDGET_UNKNOWN: u32 = 578;
/// A change authority gave leave for its model beforehand.
pub const LP_REASON_PREAUTHORISED: u32 = 580;
/// No pre-authorisation stands for it.
pub const LP_REASON_PREAUTHORISATION_MISSING: u32 = 581;
/// The changes of its model have not shown yet that they fail seldom enough.
pub const LP_REASON_AUTONOMY_NOT_EARNED: u32 = 582;
/// The changes of its model failed too often, or the leave was taken back.
pub const LP_REASON_AUTONOMY_REVOKED: u32 = 583;
/// The requirement is waived; the answer without the waiver is shown below.
pub const LP_REASON_WAIVED: u32 = 600;
/// It may be met after the stage was entered; the answer as it is now is shown below.
pub const LP_REASON_OBLIGATION_OPENS: u32 = 610;
/// It is owed since the stage was entered.
pub const LP_REASON_OBLIGATION_OPEN: u32 = 611;
/// It was owed until then, and is not met.
pub const LP_REASON_OBLIGATION_OVERDUE: u32 = 612;
/// Nothing is asked of this subject here; not a pass.
pub const LP_GATE_STATE_IDLE: u32 = 10;
/// Something is missing that was never given.
pub const LP_GATE_STATE_AWAITING: u32 = 20;
/// Something is missing that was given, but for another revision, too early, or for a time
/// that is over.
pub const LP_GATE_STATE_STALE: u32 = 21;
/// Every requirement is met.
pub const LP_GATE_STATE_PASSED: u32 = 30;
/// Met through a waiver, an exception or an open obligation; never reads as passed.
pub const LP_GATE_STATE_WAIVED: u32 = 31;
/// Refused.
pub const LP_GATE_STATE_REFUSED: u32 = 40;
/// The stage was entered; this instance is never judged again.
pub const LP_GATE_STATE_SEALED: u32 = 50;
/// Somebody asked.
pub const LP_GATE_EVENT_ASKED: u32 = 1;
/// A fact was recorded: evidence, an approval, a waiver, a freeze.
pub const LP_GATE_EVENT_FACT_ADDED: u32 = 2;
/// The subject has a new revision.
pub const LP_GATE_EVENT_REVISION_MADE: u32 = 3;
/// An instant was reached at which the answer may change by itself (`holds_until`).
pub const LP_GATE_EVENT_TIME_REACHED: u32 = 4;
/// Another policy came into force.
pub const LP_GATE_EVENT_POLICY_ADOPTED: u32 = 5;
/// The stage was entered: work began there.
pub const LP_GATE_EVENT_ENTERED: u32 = 6;
/// The entry ended without staying: it failed, or was rolled back.
pub const LP_GATE_EVENT_ENTRY_ENDED: u32 = 7;
/// The subject was put on hold.
pub const LP_GATE_EVENT_HELD: u32 = 8;
/// A hold was lifted.
pub const LP_GATE_EVENT_RELEASED: u32 = 9;
/// The subject was cancelled.
pub const LP_GATE_EVENT_CANCELLED: u32 = 10;
/// The verdict decides: the gate is judged again, as of the event.
pub const LP_GATE_MOVE_FOLLOWS: u32 = 1;
/// Nothing changes.
pub const LP_GATE_MOVE_STAYS: u32 = 2;
/// It is sealed.
pub const LP_GATE_MOVE_SEALS: u32 = 3;
/// It is sealed although it was not open: it happened, and is marked as a breach.
pub const LP_GATE_MOVE_BREACHES: u32 = 4;
/// This instance is over; a new one opens, which the verdict decides.
pub const LP_GATE_MOVE_OPENS: u32 = 5;

/// Every status that the header names.
pub(crate) const KNOWN_STATUSES: &[u32] = &[
    LP_STATUS_OK,
    LP_STATUS_DOCUMENT_TOO_LARGE,
    LP_STATUS_DOCUMENT_NOT_UTF8,
    LP_STATUS_DOCUMENT_TOO_DEEP,
    LP_STATUS_SYNTAX,
    LP_STATUS_WRONG_TYPE,
    LP_STATUS_UNKNOWN_FIELD,
    LP_STATUS_MISSING_FIELD,
    LP_STATUS_DUPLICATE_KEY,
    LP_STATUS_DUPLICATE_ID,
    LP_STATUS_NUMBER_OUT_OF_RANGE,
    LP_STATUS_STRING_TOO_LONG,
    LP_STATUS_LIST_TOO_LONG,
    LP_STATUS_WRONG_VERSION,
    LP_STATUS_UNKNOWN_WORD,
    LP_STATUS_ID_NOT_CANONICAL,
    LP_STATUS_PEOPLE_LOOK_ALIKE,
    LP_STATUS_DIGEST_MALFORMED,
    LP_STATUS_DIGEST_MISMATCH,
    LP_STATUS_INSTANT_MALFORMED,
    LP_STATUS_SPAN_MALFORMED,
    LP_STATUS_DECIMAL_MALFORMED,
    LP_STATUS_SUBJECT_AMBIGUOUS,
    LP_STATUS_TIME_ORDER,
    LP_STATUS_EMPTY,
    LP_STATUS_ZONE_UNKNOWN,
    LP_STATUS_LOCAL_TIME_MALFORMED,
    LP_STATUS_RECURRENCE_MALFORMED,
    LP_STATUS_RECURRENCE_UNSUPPORTED,
    LP_STATUS_RECURRENCE_TOO_LONG,
    LP_STATUS_OCCASIONS_UNCLEAR,
    LP_STATUS_REQUIREMENT_UNKNOWN,
    LP_STATUS_COMBINATOR_EMPTY,
    LP_STATUS_QUORUM_INVALID,
    LP_STATUS_VOTE_TARGET,
    LP_STATUS_REQUIREMENT_KIND,
    LP_STATUS_NOT_RETROSPECTIVE,
    LP_STATUS_WORKFLOW_INITIAL,
    LP_STATUS_WORKFLOW_STATE_UNKNOWN,
    LP_STATUS_WORKFLOW_STATE_TWICE,
    LP_STATUS_WORKFLOW_UNREACHABLE,
    LP_STATUS_WORKFLOW_DEAD_END,
    LP_STATUS_WORKFLOW_NOT_ORDERED,
    LP_STATUS_WORKFLOW_SHADOWED,
    LP_STATUS_WORKFLOW_GATE_AVOIDED,
    LP_STATUS_WORKFLOW_FINAL_LEFT,
    LP_STATUS_WORKFLOW_GUARD_INVALID,
    LP_STATUS_WORKFLOW_CODE_UNKNOWN,
    LP_STATUS_WORKFLOW_UNKNOWN,
    LP_STATUS_WORKFLOW_GUARDS_NOTHING,
    LP_STATUS_WORKFLOW_FOR_OTHERS,
    LP_STATUS_EXPRESSION_UNSUPPORTED,
    LP_STATUS_EXPRESSION_TOO_LONG,
    LP_STATUS_EXPRESSION_TOO_DEEP,
    LP_STATUS_EXPRESSION_SYNTAX,
    LP_STATUS_EXPRESSION_REFUSED,
    LP_STATUS_EXPRESSION_NAME_UNKNOWN,
    LP_STATUS_EXPRESSION_TYPE,
    LP_STATUS_KEY_MALFORMED,
    LP_STATUS_KEY_UNKNOWN,
    LP_STATUS_SIGNED_INVALID,
    LP_STATUS_SIGNATURES_UNSUPPORTED,
    LP_STATUS_ENVELOPE_MALFORMED,
    LP_STATUS_STATEMENT_MALFORMED,
    LP_STATUS_SUBJECT_UNKNOWN,
    LP_STATUS_STAGE_UNKNOWN,
    LP_STATUS_NOT_AT_HEAD,
    LP_STATUS_WHAT_IF,
    LP_STATUS_FACT_UNKNOWN,
    LP_STATUS_RISK_MODEL_UNKNOWN,
    LP_STATUS_LIMIT_EXCEEDED,
    LP_STATUS_CANCELLED,
    LP_STATUS_BROKEN,
    LP_STATUS_PANIC,
    LP_STATUS_BAD_ARGUMENT,
    LP_STATUS_REENTRANT,
    LP_STATUS_IO,
    LP_STATUS_LEDGER_MALFORMED,
    LP_STATUS_LEDGER_TAMPERED,
    LP_STATUS_LEDGER_ROLLED_BACK,
    LP_STATUS_CHECKPOINT_INVALID,
    LP_STATUS_RECEIPT_INVALID,
    LP_STATUS_NOT_SIGNED,
    LP_STATUS_FACT_KIND_UNKNOWN,
    LP_STATUS_ERASURE_REFUSED,
    LP_STATUS_ENTRY_ERASED,
    LP_STATUS_NOT_ANCHORED,
    LP_STATUS_STORE_FOREIGN,
    LP_STATUS_STORE_BUSY,
    LP_STATUS_STORE_FULL,
    LP_STATUS_STORE_READ_ONLY,
    LP_STATUS_STORE_CORRUPT,
    LP_STATUS_STORE_UNSAFE,
    LP_STATUS_STORE_FAILED,
    LP_STATUS_STORE_FORKED,
    LP_STATUS_OTHER,
];
