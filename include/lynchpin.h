/*
 * lynchpin.h - the release-management engine as a C library.
 *
 * This header is the contract: what does not appear here is not part of the library. It is
 * generated; change the Rust sources instead. A C++ program may prefer lynchpin.hpp.
 *
 *     lp_engine *engine = NULL;
 *     lp_snapshot *snapshot = NULL;
 *     lp_decision *decision = NULL;
 *     lp_error *error = NULL;
 *     int64_t at = 0;
 *     bool go = false;
 *
 *     if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &at, &error) == LP_STATUS_OK
 *         && lp_engine_new(LP_LIMITS_UNTRUSTED, &engine, &error) == LP_STATUS_OK
 *         && lp_engine_load(engine, LP_TEXT(portfolio), &error) == LP_STATUS_OK
 *         && lp_engine_set_policy(engine, LP_TEXT(policy), &error) == LP_STATUS_OK
 *         && lp_engine_snapshot(engine, &snapshot, &error) == LP_STATUS_OK
 *         && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"), LP_STR("production"),
 *                               at, &decision, &error) == LP_STATUS_OK) {
 *         lp_str verdict = lp_verdict_name(lp_decision_verdict(decision));
 *         printf("%.*s\n", (int)verdict.len, verdict.ptr);
 *         go = lp_decision_is_go(decision);
 *     } else {
 *         lp_str message = lp_error_message(error);
 *         fprintf(stderr, "%.*s\n", (int)message.len, message.ptr);
 *     }
 *
 *     lp_error_free(error);
 *     lp_decision_free(decision);
 *     lp_snapshot_free(snapshot);
 *     lp_engine_free(engine);
 *
 * All examples here are parts of programs in bindings/c/examples, which are compiled and run.
 *
 * Rules for all calls
 *
 * Status. What can fail returns an LP_STATUS_ number; LP_STATUS_OK is 0. A "no" is not a failure
 * but a decision with a verdict; lp_decision_is_go says whether it lets something go. Outputs are
 * written on success only, all or none.
 *
 * Errors. The last parameter `error_out` may be NULL. On failure it receives an lp_error that is
 * yours: free it with lp_error_free. It is overwritten without a look at what it held: an error
 * that is not freed before the next call fails leaks. On success it is left as it is, so set it to
 * NULL before. Functions without it fail with LP_STATUS_BAD_ARGUMENT for an index that is too
 * large, a `struct_size` that was not set, and what is said under NULL.
 *
 * Ownership. Each type has one function that frees it. A string that a function returns belongs to
 * the object it was asked of, unless it says otherwise. Objects do not depend on each other: they
 * may be freed in any order. A decision, a plan and a score share the portfolio of the snapshot
 * that answered and keep it in memory until they are freed themselves.
 *
 * NULL. A NULL object, output or non-empty string is LP_STATUS_BAD_ARGUMENT, and so is an object of
 * another type; functions that return a value then return what reads as "nothing": 0, an empty
 * string, or what they state. Freeing NULL does nothing. That an object was freed before is often
 * noticed, but never count on it: to use it, or to free it again, is undefined behaviour.
 *
 * Empty. A string that a function returns never has a NULL `ptr`; a list without elements has one.
 *
 * Threads. Every function may be called from any thread; there is no global and no thread-local
 * state. An object may be used by many threads at once, but freed only when no other call uses it.
 * A thread that calls needs 256 KiB of stack, or 512 KiB with a library that was built without
 * optimisation; no call needs more for more data.
 *
 * Structs that begin with `struct_size` may grow: set it to the sizeof of the struct first, and all
 * else to zero, as `lp_reason reason = {.struct_size = sizeof reason};` does in C. A library that
 * is older than the header fills in what it knows and leaves the rest as it was; of what a program
 * says in such a struct it takes what it knows. A size below that of the first version, or far
 * beyond the newest, is LP_STATUS_BAD_ARGUMENT.
 *
 * Numbers. Enumerations are uint32_t; 0 is never a verdict, a kind or a reason. Instants are
 * microseconds since 1970-01-01T00:00:00Z up to the year 9999; LP_NEVER stands for never.
 *
 * Panics. A defect in the library ends in LP_STATUS_PANIC with its message. An engine or a ledger
 * that a call was changing answers LP_STATUS_BROKEN from then on and can only be freed. All other
 * objects never change and stay whole, so that a question that panics harms no other thread. Only
 * memory that cannot be had ends the process.
 *
 * The library reads no clock and no environment variable that changes what it does, starts no
 * thread or process and installs no handler. The only files that it touches are those of a ledger,
 * at the path that it is given; histories of git are read elsewhere, by `lynchpin assess
 * --portfolio`, from Rust or from Python, and loaded here as a document. SQLite, which is built in
 * and keeps the ledger, looks up SQLITE_TMPDIR and TMPDIR when the first one is opened, and puts
 * nothing there. A panic also goes to the panic hook of the process, which by default writes to
 * standard error.
 */

#ifndef LYNCHPIN_H
#define LYNCHPIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The version of this header as a text. */
#define LP_VERSION "0.1.0"
/** The first number of the version of this header. */
#define LP_VERSION_MAJOR 0
/** The second number of the version of this header. */
#define LP_VERSION_MINOR 1
/** The third number of the version of this header. */
#define LP_VERSION_PATCH 0

/* The compiler says so where a result that must be looked at is not. */
#if defined(__GNUC__)
#define LP_MUST_USE __attribute__((warn_unused_result))
#else
#define LP_MUST_USE
#endif

#ifdef __cplusplus
/** An lp_str of a string literal. */
#define LP_STR(text) (lp_str{"" text, sizeof("" text) - 1})
/** An lp_str of a C string that is not NULL. Names it twice: pass a variable, not a call. */
#define LP_TEXT(text) (lp_str{(text), strlen(text)})
#else
/** An lp_str of a string literal. */
#define LP_STR(text) ((lp_str){"" text, sizeof("" text) - 1})
/** An lp_str of a C string that is not NULL. Names it twice: pass a variable, not a call. */
#define LP_TEXT(text) ((lp_str){(text), strlen(text)})
#endif

/**
 * The version of the binary interface. It grows whenever a program built against an older header
 * could go wrong with the library, but not when functions, numbers or the last fields of growing
 * structs are added; see `lp_abi_version`.
 */
#define LP_ABI_VERSION UINT32_C(2)

/**
 * The instant that stands for "never".
 */
#define LP_NEVER INT64_MAX

/**
 * The size of a ledger that stands for "wherever it ends".
 */
#define LP_ANY_SIZE UINT64_MAX

/**
 * Limits for documents from outside: 16 MiB, lists of a million.
 */
#define LP_LIMITS_UNTRUSTED UINT32_C(1)

/**
 * Limits for files that the host itself made: 4 GiB, lists of ten million.
 */
#define LP_LIMITS_BULK UINT32_C(2)

/**
 * The subject is a change.
 */
#define LP_SUBJECT_CHANGE UINT32_C(1)

/**
 * The subject is a release with all of its changes.
 */
#define LP_SUBJECT_RELEASE UINT32_C(2)

/**
 * The edge was added.
 */
#define LP_INSERTED_NEW UINT32_C(1)

/**
 * The edge was there already.
 */
#define LP_INSERTED_KNOWN UINT32_C(2)

/**
 * The edge would close a circle, so it was not added.
 */
#define LP_INSERTED_REFUSED UINT32_C(3)

/**
 * The actor is that person.
 */
#define LP_ACTOR_PERSON UINT32_C(1)

/**
 * The actor is anybody of that group.
 */
#define LP_ACTOR_GROUP UINT32_C(2)

/**
 * It is clear already.
 */
#define LP_CLEARS_NOW UINT32_C(1)

/**
 * It clears by itself, not before a known instant.
 */
#define LP_CLEARS_AT UINT32_C(2)

/**
 * It clears by itself, at a time that nobody knows yet.
 */
#define LP_CLEARS_UNKNOWN UINT32_C(3)

/**
 * It clears only when somebody acts.
 */
#define LP_CLEARS_ON_ACTION UINT32_C(4)

/**
 * A plan of all changes that are not cancelled: the order of the whole.
 */
#define LP_SCOPE_ALL UINT32_C(1)

/**
 * A plan of the changes that a decision at that instant lets go: what could ship now.
 */
#define LP_SCOPE_READY UINT32_C(2)

/**
 * A member is not a go, or is on the losing side of a conflict. One bit of `lp_dropped`.
 */
#define LP_DROPPED_NOT_GO UINT32_C(1)

/**
 * A member needs something that is neither live nor in the item. One bit of `lp_dropped`.
 */
#define LP_DROPPED_MISSING UINT32_C(2)

/**
 * A member is part of a cycle. One bit of `lp_dropped`.
 */
#define LP_DROPPED_CYCLE UINT32_C(4)

/**
 * The two are never in the same release, nor in flight or soaking in a stage at the same time.
 */
#define LP_CONFLICT_IN_FLIGHT UINT32_C(1)

/**
 * The two are also never live together, until superseded or rolled back.
 */
#define LP_CONFLICT_EXCLUSIVE UINT32_C(2)

/**
 * Along the dependencies to what the change needs.
 */
#define LP_DIRECTION_UPSTREAM UINT32_C(1)

/**
 * Along the dependencies to what needs the change.
 */
#define LP_DIRECTION_DOWNSTREAM UINT32_C(2)

/**
 * A report as plain text, for files, pipes and logs.
 */
#define LP_FORMAT_TEXT UINT32_C(1)

/**
 * A report as text with colours by escape sequences, for terminals.
 */
#define LP_FORMAT_TERMINAL UINT32_C(2)

/**
 * A report as Markdown, for pull requests and notebooks.
 */
#define LP_FORMAT_MARKDOWN UINT32_C(3)

/**
 * The waves of a plan as a Mermaid graph.
 */
#define LP_FORMAT_MERMAID UINT32_C(4)

/**
 * The waves of a plan as an SVG picture.
 */
#define LP_FORMAT_SVG UINT32_C(5)

/**
 * A document with the verdict, when it clears and how long it holds.
 */
#define LP_DETAIL_VERDICT UINT32_C(1)

/**
 * Also with what holds it back, and who can change that.
 */
#define LP_DETAIL_UNMET UINT32_C(2)

/**
 * Also with the whole tree, met and unmet, and the facts it rests on.
 */
#define LP_DETAIL_FULL UINT32_C(3)

/**
 * Nothing is done to the values of a column.
 */
#define LP_TRANSFORM_PLAIN UINT32_C(1)

/**
 * The natural logarithm of one more is taken of them: for counts. Below zero it is zero.
 */
#define LP_TRANSFORM_LOG UINT32_C(2)

/**
 * What a feature adds may run in any way.
 */
#define LP_BEND_FREE UINT32_C(1)

/**
 * It runs as a line only: for what grows for as long as a history does, such as how many changes
 * somebody has made.
 */
#define LP_BEND_STRAIGHT UINT32_C(2)

/**
 * It never runs downwards: more of it is never less risky, alone or with another feature.
 */
#define LP_BEND_RISING UINT32_C(3)

/**
 * It never runs upwards.
 */
#define LP_BEND_FALLING UINT32_C(4)

/**
 * It went well.
 */
#define LP_STATUS_OK UINT32_C(0)

/**
 * The document is larger than the limits allow.
 */
#define LP_STATUS_DOCUMENT_TOO_LARGE UINT32_C(1001)

/**
 * The document is not UTF-8, or begins with a byte order mark.
 */
#define LP_STATUS_DOCUMENT_NOT_UTF8 UINT32_C(1002)

/**
 * The document is nested deeper than the limits allow.
 */
#define LP_STATUS_DOCUMENT_TOO_DEEP UINT32_C(1003)

/**
 * The text is not JSON or TOML at all.
 */
#define LP_STATUS_SYNTAX UINT32_C(1004)

/**
 * A value has another type than the field wants.
 */
#define LP_STATUS_WRONG_TYPE UINT32_C(1005)

/**
 * A field that the document does not have.
 */
#define LP_STATUS_UNKNOWN_FIELD UINT32_C(1006)

/**
 * A field that must be there is not.
 */
#define LP_STATUS_MISSING_FIELD UINT32_C(1007)

/**
 * One object names a key twice.
 */
#define LP_STATUS_DUPLICATE_KEY UINT32_C(1008)

/**
 * Two facts share an id but not their content.
 */
#define LP_STATUS_DUPLICATE_ID UINT32_C(1009)

/**
 * A number outside of what can be kept exactly, or that numbers nothing.
 */
#define LP_STATUS_NUMBER_OUT_OF_RANGE UINT32_C(1010)

/**
 * A string longer than the limits allow.
 */
#define LP_STATUS_STRING_TOO_LONG UINT32_C(1011)

/**
 * A list longer than the limits allow.
 */
#define LP_STATUS_LIST_TOO_LONG UINT32_C(1012)

/**
 * The document does not say that it is one of the kind and version expected.
 */
#define LP_STATUS_WRONG_VERSION UINT32_C(1013)

/**
 * A word that is not among those allowed here.
 */
#define LP_STATUS_UNKNOWN_WORD UINT32_C(1014)

/**
 * An identifier outside of the allowed characters or length.
 */
#define LP_STATUS_ID_NOT_CANONICAL UINT32_C(1020)

/**
 * Two people whose ids look alike and that are not declared to be one person.
 */
#define LP_STATUS_PEOPLE_LOOK_ALIKE UINT32_C(1021)

/**
 * A digest that is not `sha256:` and 64 lower-case hexadecimal digits.
 */
#define LP_STATUS_DIGEST_MALFORMED UINT32_C(1022)

/**
 * A stated digest is not the digest of the content it names.
 */
#define LP_STATUS_DIGEST_MISMATCH UINT32_C(1023)

/**
 * An instant that is not strict RFC 3339 in UTC.
 */
#define LP_STATUS_INSTANT_MALFORMED UINT32_C(1024)

/**
 * A duration that is not a whole number and one of `s`, `m`, `h`, `d`.
 */
#define LP_STATUS_SPAN_MALFORMED UINT32_C(1025)

/**
 * A decimal that is not digits with an optional fraction in range.
 */
#define LP_STATUS_DECIMAL_MALFORMED UINT32_C(1026)

/**
 * A fact must name exactly one subject.
 */
#define LP_STATUS_SUBJECT_AMBIGUOUS UINT32_C(1027)

/**
 * Facts were recorded before they were made, or a period ends before it begins.
 */
#define LP_STATUS_TIME_ORDER UINT32_C(1029)

/**
 * A list that must name something is empty.
 */
#define LP_STATUS_EMPTY UINT32_C(1030)

/**
 * A time zone that the zone data does not have.
 */
#define LP_STATUS_ZONE_UNKNOWN UINT32_C(1040)

/**
 * A local date or time that is not written as such, or is outside of the years 1970 to 9999.
 */
#define LP_STATUS_LOCAL_TIME_MALFORMED UINT32_C(1041)

/**
 * A recurrence rule that RFC 5545 does not allow.
 */
#define LP_STATUS_RECURRENCE_MALFORMED UINT32_C(1042)

/**
 * A recurrence rule that RFC 5545 allows and that is not taken here: hourly or more often, or
 * read differently by different calendars.
 */
#define LP_STATUS_RECURRENCE_UNSUPPORTED UINT32_C(1043)

/**
 * The last start that a rule counts to lies further away than is looked.
 */
#define LP_STATUS_RECURRENCE_TOO_LONG UINT32_C(1044)

/**
 * When something is on is said in no form, or in two at once.
 */
#define LP_STATUS_OCCASIONS_UNCLEAR UINT32_C(1045)

/**
 * A gate names a requirement that the policy does not define.
 */
#define LP_STATUS_REQUIREMENT_UNKNOWN UINT32_C(1301)

/**
 * A combinator without children would pass by silence.
 */
#define LP_STATUS_COMBINATOR_EMPTY UINT32_C(1302)

/**
 * A quorum of nobody, or of more than can ever be reached.
 */
#define LP_STATUS_QUORUM_INVALID UINT32_C(1303)

/**
 * A vote that is passed on must say to whom, and no other may.
 */
#define LP_STATUS_VOTE_TARGET UINT32_C(1304)

/**
 * A requirement names another one that asks something else than it must here.
 */
#define LP_STATUS_REQUIREMENT_KIND UINT32_C(1305)

/**
 * What can be met afterwards is an approval, evidence or a plan; nothing else.
 */
#define LP_STATUS_NOT_RETROSPECTIVE UINT32_C(1307)

/**
 * A workflow has no initial state, or several.
 */
#define LP_STATUS_WORKFLOW_INITIAL UINT32_C(1320)

/**
 * A workflow, or one of its transitions, names a state that it does not have.
 */
#define LP_STATUS_WORKFLOW_STATE_UNKNOWN UINT32_C(1321)

/**
 * Two states of a workflow share a name or a stored code.
 */
#define LP_STATUS_WORKFLOW_STATE_TWICE UINT32_C(1322)

/**
 * A state of a workflow that nothing leads to.
 */
#define LP_STATUS_WORKFLOW_UNREACHABLE UINT32_C(1323)

/**
 * A state of a workflow from which no final state can be reached.
 */
#define LP_STATUS_WORKFLOW_DEAD_END UINT32_C(1324)

/**
 * Two transitions of a workflow compete and nothing says which goes first.
 */
#define LP_STATUS_WORKFLOW_NOT_ORDERED UINT32_C(1325)

/**
 * A transition of a workflow can never be taken, because an earlier one always is.
 */
#define LP_STATUS_WORKFLOW_SHADOWED UINT32_C(1326)

/**
 * A way through a workflow avoids a mandatory gate.
 */
#define LP_STATUS_WORKFLOW_GATE_AVOIDED UINT32_C(1327)

/**
 * A transition leaves a final state of a workflow.
 */
#define LP_STATUS_WORKFLOW_FINAL_LEFT UINT32_C(1328)

/**
 * The conditions of a transition can never hold, or say nothing where they must.
 */
#define LP_STATUS_WORKFLOW_GUARD_INVALID UINT32_C(1329)

/**
 * No state of the workflow is stored as that number.
 */
#define LP_STATUS_WORKFLOW_CODE_UNKNOWN UINT32_C(1330)

/**
 * No workflow of that name is shipped.
 */
#define LP_STATUS_WORKFLOW_UNKNOWN UINT32_C(1331)

/**
 * A workflow in which nothing ever goes live, or no gate is mandatory.
 */
#define LP_STATUS_WORKFLOW_GUARDS_NOTHING UINT32_C(1332)

/**
 * A workflow that is for something else: for releases, or for another kind of change.
 */
#define LP_STATUS_WORKFLOW_FOR_OTHERS UINT32_C(1333)

/**
 * This build reads no expressions, so it cannot judge by the policy.
 */
#define LP_STATUS_EXPRESSION_UNSUPPORTED UINT32_C(1340)

/**
 * An expression longer than the limits allow.
 */
#define LP_STATUS_EXPRESSION_TOO_LONG UINT32_C(1341)

/**
 * An expression nested deeper than the limits allow.
 */
#define LP_STATUS_EXPRESSION_TOO_DEEP UINT32_C(1342)

/**
 * An expression that is not CEL.
 */
#define LP_STATUS_EXPRESSION_SYNTAX UINT32_C(1343)

/**
 * CEL that is not allowed here, such as doubles, maps or a macro inside another.
 */
#define LP_STATUS_EXPRESSION_REFUSED UINT32_C(1344)

/**
 * An expression names a record or a field that there is not.
 */
#define LP_STATUS_EXPRESSION_NAME_UNKNOWN UINT32_C(1345)

/**
 * An expression has another type than what stands there takes.
 */
#define LP_STATUS_EXPRESSION_TYPE UINT32_C(1346)

/**
 * A key of a policy is none: not so many bytes, no point of its curve, or one of few that
 * anybody can sign for.
 */
#define LP_STATUS_KEY_MALFORMED UINT32_C(1350)

/**
 * A requirement names a key that the policy does not define.
 */
#define LP_STATUS_KEY_UNKNOWN UINT32_C(1351)

/**
 * What a requirement asks of a signed statement can never be met, or would mean nothing.
 */
#define LP_STATUS_SIGNED_INVALID UINT32_C(1352)

/**
 * A policy asks for signatures, and the library was built without them.
 */
#define LP_STATUS_SIGNATURES_UNSUPPORTED UINT32_C(1353)

/**
 * An envelope that is too large, of another type, or no Base64.
 */
#define LP_STATUS_ENVELOPE_MALFORMED UINT32_C(1354)

/**
 * What is in an envelope is no in-toto statement.
 */
#define LP_STATUS_STATEMENT_MALFORMED UINT32_C(1355)

/**
 * The subject asked about is not in the portfolio as of that time.
 */
#define LP_STATUS_SUBJECT_UNKNOWN UINT32_C(1501)

/**
 * The stage asked about is named neither by the release nor by the portfolio.
 */
#define LP_STATUS_STAGE_UNKNOWN UINT32_C(1502)

/**
 * A claim is made at the head of what is known: not before the newest fact was recorded.
 */
#define LP_STATUS_NOT_AT_HEAD UINT32_C(1503)

/**
 * What another policy than the one in force would say is neither claimed nor recorded.
 */
#define LP_STATUS_WHAT_IF UINT32_C(1504)

/**
 * A fact that a what-if names is not in the portfolio.
 */
#define LP_STATUS_FACT_UNKNOWN UINT32_C(1520)

/**
 * The risk model that the policy names is not in the portfolio as of that time.
 */
#define LP_STATUS_RISK_MODEL_UNKNOWN UINT32_C(1521)

/**
 * A limit stopped the work.
 */
#define LP_STATUS_LIMIT_EXCEEDED UINT32_C(1601)

/**
 * The caller stopped the work.
 * Reserved: no call of this library ends so yet.
 */
#define LP_STATUS_CANCELLED UINT32_C(1602)

/**
 * An earlier panic left this handle unusable; make a new one.
 */
#define LP_STATUS_BROKEN UINT32_C(1603)

/**
 * The library panicked: a defect in it. What was being changed is broken from now on.
 */
#define LP_STATUS_PANIC UINT32_C(1604)

/**
 * An argument that is no use: in C a NULL or a handle of another kind, in every language lists
 * of which one should be as long as the other, or a circle where there must be an order.
 */
#define LP_STATUS_BAD_ARGUMENT UINT32_C(1605)

/**
 * A function of the host's, called by an object, called the same object: it would wait for
 * itself. Do it after the outer call has returned.
 */
#define LP_STATUS_REENTRANT UINT32_C(1606)

/**
 * A file could not be read or written.
 */
#define LP_STATUS_IO UINT32_C(1701)

/**
 * An entry of a ledger is not what its format says, or of a version that this build does not
 * know: nothing is decided on what may have been misread.
 */
#define LP_STATUS_LEDGER_MALFORMED UINT32_C(1710)

/**
 * What a ledger holds is not what was appended to it.
 */
#define LP_STATUS_LEDGER_TAMPERED UINT32_C(1711)

/**
 * A ledger does not go on from the checkpoint that the host kept: it was cut, rewritten or
 * restored from a backup.
 */
#define LP_STATUS_LEDGER_ROLLED_BACK UINT32_C(1712)

/**
 * A checkpoint that is malformed, of another ledger, or not signed by the key given.
 */
#define LP_STATUS_CHECKPOINT_INVALID UINT32_C(1713)

/**
 * A receipt does not prove that its entry is in the ledger.
 */
#define LP_STATUS_RECEIPT_INVALID UINT32_C(1714)

/**
 * A checkpoint was to be signed, and the ledger has no key to sign with, or the signer of the
 * host's could not.
 */
#define LP_STATUS_NOT_SIGNED UINT32_C(1715)

/**
 * A kind of fact that there is not.
 */
#define LP_STATUS_FACT_KIND_UNKNOWN UINT32_C(1716)

/**
 * The entries may not be erased: a legal hold keeps them, or they must be kept longer.
 */
#define LP_STATUS_ERASURE_REFUSED UINT32_C(1717)

/**
 * An entry was erased, and nothing signed says what it meant.
 */
#define LP_STATUS_ENTRY_ERASED UINT32_C(1718)

/**
 * A checkpoint was signed and kept, and the host did not pass it on to where it is anchored.
 */
#define LP_STATUS_NOT_ANCHORED UINT32_C(1719)

/**
 * What is at that place is no ledger, or one of another version of the store.
 */
#define LP_STATUS_STORE_FOREIGN UINT32_C(1720)

/**
 * Somebody else is writing and did not finish in time. Nothing was written; try again.
 */
#define LP_STATUS_STORE_BUSY UINT32_C(1721)

/**
 * There is no more room. Nothing was written.
 */
#define LP_STATUS_STORE_FULL UINT32_C(1722)

/**
 * The store cannot be written to. Nothing was written.
 */
#define LP_STATUS_STORE_READ_ONLY UINT32_C(1723)

/**
 * The store is damaged, as its own checks say.
 */
#define LP_STATUS_STORE_CORRUPT UINT32_C(1724)

/**
 * The store keeps less safely than it must: what it acknowledges could be lost.
 */
#define LP_STATUS_STORE_UNSAFE UINT32_C(1725)

/**
 * The store failed while writing. Whether it was written is not known: open it again and
 * append the same again, which has no second effect.
 */
#define LP_STATUS_STORE_FAILED UINT32_C(1726)

/**
 * The ledger was opened by another process, of which this one is a copy. Open it again here.
 */
#define LP_STATUS_STORE_FORKED UINT32_C(1727)

/**
 * A code that this version of the header does not know.
 */
#define LP_STATUS_OTHER UINT32_C(1999)

/**
 * Nothing was asked here; not a go.
 */
#define LP_VERDICT_NOT_APPLICABLE UINT32_C(10)

/**
 * Every requirement is met.
 */
#define LP_VERDICT_GO UINT32_C(20)

/**
 * Met through a waiver, which is shown; never reads as passed.
 */
#define LP_VERDICT_GO_WAIVED UINT32_C(21)

/**
 * Will clear by itself.
 */
#define LP_VERDICT_WAIT UINT32_C(30)

/**
 * Another change, release or service must move first.
 */
#define LP_VERDICT_BLOCKED UINT32_C(40)

/**
 * Somebody has to do something: approve, test, plan, release from hold.
 */
#define LP_VERDICT_NEEDS_ACTION UINT32_C(50)

/**
 * Cannot be determined, which never passes.
 */
#define LP_VERDICT_UNKNOWN UINT32_C(60)

/**
 * Refused.
 */
#define LP_VERDICT_NO_GO UINT32_C(70)

/**
 * A release and all that was judged for it.
 */
#define LP_REASON_RELEASE UINT32_C(100)

/**
 * A change and all that was judged for it.
 */
#define LP_REASON_CHANGE UINT32_C(101)

/**
 * A gate of the policy.
 */
#define LP_REASON_GATE UINT32_C(102)

/**
 * All children must hold.
 */
#define LP_REASON_ALL UINT32_C(103)

/**
 * Any one child must hold.
 */
#define LP_REASON_ANY UINT32_C(104)

/**
 * So many children must hold.
 */
#define LP_REASON_AT_LEAST UINT32_C(105)

/**
 * Fewer children apply than must hold.
 */
#define LP_REASON_CANNOT_PASS UINT32_C(106)

/**
 * What the policy says by which it was decided before, beside the one in force.
 */
#define LP_REASON_POLICY_OF_DECISION UINT32_C(107)

/**
 * The policy names this stage as open.
 */
#define LP_REASON_STAGE_OPEN UINT32_C(110)

/**
 * No gate of the policy judges this change in this stage.
 */
#define LP_REASON_NO_POLICY_APPLIES UINT32_C(111)

/**
 * The stage's gates judge whole releases, and the change is in none.
 */
#define LP_REASON_NOT_IN_A_RELEASE UINT32_C(112)

/**
 * The requirement does not apply to this subject.
 */
#define LP_REASON_NOT_ASKED UINT32_C(113)

/**
 * The release has no change that is not cancelled.
 */
#define LP_REASON_RELEASE_EMPTY UINT32_C(114)

/**
 * No policy is in force at all.
 */
#define LP_REASON_NO_POLICY_IN_FORCE UINT32_C(115)

/**
 * It was cancelled.
 */
#define LP_REASON_CANCELLED UINT32_C(120)

/**
 * It is on hold.
 */
#define LP_REASON_ON_HOLD UINT32_C(121)

/**
 * The release names a change that is not in the portfolio.
 */
#define LP_REASON_CHANGE_UNKNOWN UINT32_C(122)

/**
 * It was decided by a policy that was never in force, or that nobody has.
 */
#define LP_REASON_POLICY_UNKNOWN UINT32_C(123)

/**
 * It has entered the stage; an entered stage is not judged again.
 */
#define LP_REASON_ENTERED_ALREADY UINT32_C(124)

/**
 * It is not what the decision was about.
 */
#define LP_REASON_CONTENT_CHANGED UINT32_C(125)

/**
 * The decision no longer stands.
 */
#define LP_REASON_DECISION_EXPIRED UINT32_C(126)

/**
 * It was deployed though nobody had claimed the stage for it.
 */
#define LP_REASON_UNCLAIMED UINT32_C(127)

/**
 * Other content was deployed than was claimed.
 */
#define LP_REASON_CLAIMED_OTHERWISE UINT32_C(128)

/**
 * It was deployed on the strength of a claim that had ended or lapsed.
 */
#define LP_REASON_CLAIM_ENDED UINT32_C(129)

/**
 * The release that it is in has not opened the stage for those below it.
 */
#define LP_REASON_PARENT_NOT_OPEN UINT32_C(130)

/**
 * A release of the same parent, or of it, has not come through the stage before.
 */
#define LP_REASON_CHILD_NOT_THROUGH UINT32_C(131)

/**
 * The release is below itself.
 */
#define LP_REASON_RELEASE_CYCLE UINT32_C(132)

/**
 * The parent names a release that is not in the portfolio.
 */
#define LP_REASON_CHILD_UNKNOWN UINT32_C(133)

/**
 * Too few of those whom the policy in force asks had approved the next one.
 */
#define LP_REASON_ADOPTION_NOT_APPROVED UINT32_C(134)

/**
 * Somebody whom the policy in force asks rejected the next one.
 */
#define LP_REASON_ADOPTION_REJECTED UINT32_C(135)

/**
 * The release that it is in has opened the stage.
 */
#define LP_REASON_PARENT_OPEN UINT32_C(136)

/**
 * All of it came through the stage before.
 */
#define LP_REASON_CHILD_THROUGH UINT32_C(137)

/**
 * What it requires is live in the stage.
 */
#define LP_REASON_REQUIREMENT_LIVE UINT32_C(200)

/**
 * What it requires ships earlier in the same release, with a go.
 */
#define LP_REASON_REQUIREMENT_SHIPS UINT32_C(201)

/**
 * What it requires is in the same release, and waits.
 */
#define LP_REASON_REQUIREMENT_WAITS UINT32_C(202)

/**
 * What it requires is in the same release, and is not a go.
 */
#define LP_REASON_REQUIREMENT_BLOCKED UINT32_C(203)

/**
 * What it requires is neither live in the stage nor in this release.
 */
#define LP_REASON_REQUIREMENT_NOT_LIVE UINT32_C(204)

/**
 * What it requires was cancelled.
 */
#define LP_REASON_REQUIREMENT_CANCELLED UINT32_C(205)

/**
 * What it requires is not known.
 */
#define LP_REASON_REQUIREMENT_NOT_FOUND UINT32_C(206)

/**
 * A clause of the dependencies: any of its alternatives.
 */
#define LP_REASON_REQUIRES UINT32_C(207)

/**
 * What ships together with it is in the same release.
 */
#define LP_REASON_TOGETHER_SHIPS UINT32_C(210)

/**
 * What must ship together with it is held back.
 */
#define LP_REASON_TOGETHER_BLOCKED UINT32_C(211)

/**
 * What must ship together with it waits.
 */
#define LP_REASON_TOGETHER_WAITS UINT32_C(212)

/**
 * What must ship together with it is neither live in the stage nor in this release.
 */
#define LP_REASON_TOGETHER_MISSING UINT32_C(213)

/**
 * The change is part of a cycle of dependencies.
 */
#define LP_REASON_DEPENDENCY_CYCLE UINT32_C(220)

/**
 * A conflicting change is in the same release.
 */
#define LP_REASON_CONFLICT_IN_RELEASE UINT32_C(230)

/**
 * A conflicting change is in flight in the stage.
 */
#define LP_REASON_CONFLICT_IN_FLIGHT UINT32_C(231)

/**
 * A change that may never be live together with it is live in the stage.
 */
#define LP_REASON_CONFLICT_LIVE UINT32_C(232)

/**
 * The check passed.
 */
#define LP_REASON_EVIDENCE_PASSED UINT32_C(300)

/**
 * The check passed after runs that failed.
 */
#define LP_REASON_PASSED_ON_RERUN UINT32_C(301)

/**
 * The check failed.
 */
#define LP_REASON_EVIDENCE_FAILED UINT32_C(302)

/**
 * There is no result of the check for what ships.
 */
#define LP_REASON_EVIDENCE_MISSING UINT32_C(303)

/**
 * The check could not run.
 */
#define LP_REASON_EVIDENCE_ERRORED UINT32_C(304)

/**
 * The check could not tell.
 */
#define LP_REASON_EVIDENCE_INCONCLUSIVE UINT32_C(305)

/**
 * The check is running.
 */
#define LP_REASON_EVIDENCE_RUNNING UINT32_C(306)

/**
 * The result is too old.
 */
#define LP_REASON_EVIDENCE_EXPIRED UINT32_C(307)

/**
 * The check passed only after more failures than the policy bears.
 */
#define LP_REASON_TOO_MANY_RERUNS UINT32_C(308)

/**
 * The check must pass on each of these.
 */
#define LP_REASON_EVIDENCE UINT32_C(309)

/**
 * A statement of the kind asked for is rightly signed.
 */
#define LP_REASON_STATEMENT_SIGNED UINT32_C(310)

/**
 * There is no statement of the kind asked for about what ships.
 */
#define LP_REASON_STATEMENT_MISSING UINT32_C(311)

/**
 * There are such statements, but none that is rightly signed and says what it must.
 */
#define LP_REASON_SIGNATURE_INVALID UINT32_C(312)

/**
 * A statement that is rightly signed says no.
 */
#define LP_REASON_STATEMENT_REFUSES UINT32_C(313)

/**
 * A signed statement must be there about each of these.
 */
#define LP_REASON_STATEMENTS UINT32_C(314)

/**
 * The check failed, and what runs there already fails in the same way.
 */
#define LP_REASON_EVIDENCE_TOLERATED UINT32_C(320)

/**
 * Enough entitled people approved.
 */
#define LP_REASON_APPROVED UINT32_C(400)

/**
 * Too few people approved.
 */
#define LP_REASON_APPROVAL_MISSING UINT32_C(401)

/**
 * It was approved, but something that matters changed since, or the approval expired.
 */
#define LP_REASON_APPROVAL_STALE UINT32_C(402)

/**
 * It is approved from a later instant on.
 */
#define LP_REASON_APPROVAL_LATER UINT32_C(403)

/**
 * Somebody entitled rejected it.
 */
#define LP_REASON_APPROVAL_REJECTED UINT32_C(404)

/**
 * Somebody entitled asks for changes first.
 */
#define LP_REASON_CHANGES_REQUESTED UINT32_C(405)

/**
 * The decision was put off.
 */
#define LP_REASON_APPROVAL_DEFERRED UINT32_C(406)

/**
 * Fewer people may approve than must.
 */
#define LP_REASON_QUORUM_UNREACHABLE UINT32_C(407)

/**
 * It was approved before the evidence was there that the approver had to see.
 */
#define LP_REASON_APPROVAL_BEFORE_EVIDENCE UINT32_C(408)

/**
 * It was approved without saying which content was seen.
 */
#define LP_REASON_APPROVAL_WITHOUT_DIGEST UINT32_C(409)

/**
 * It was passed on to another group, which has not answered enough yet.
 */
#define LP_REASON_APPROVAL_ESCALATED UINT32_C(410)

/**
 * A seat was passed on to somebody who has not answered yet.
 */
#define LP_REASON_APPROVAL_DELEGATED UINT32_C(411)

/**
 * It has been in the stage before for long enough.
 */
#define LP_REASON_SOAKED UINT32_C(500)

/**
 * It has not yet been in the stage before for long enough.
 */
#define LP_REASON_SOAKING UINT32_C(501)

/**
 * It is not in the stage before.
 */
#define LP_REASON_NOT_SOAKING UINT32_C(502)

/**
 * There is no stage before in which it could soak.
 */
#define LP_REASON_NO_STAGE_BEFORE UINT32_C(503)

/**
 * The risk is below the threshold.
 */
#define LP_REASON_RISK_ACCEPTED UINT32_C(510)

/**
 * The risk is not below the threshold.
 */
#define LP_REASON_RISK_TOO_HIGH UINT32_C(511)

/**
 * It is in the lane that the risk model is certified for.
 */
#define LP_REASON_IN_LANE UINT32_C(512)

/**
 * It is not in the lane: too risky, or the model cannot vouch for it.
 */
#define LP_REASON_NOT_IN_LANE UINT32_C(513)

/**
 * No change is in a lane: there is none, or its certificate does not keep the promise.
 */
#define LP_REASON_LANE_CLOSED UINT32_C(514)

/**
 * The plan is there.
 */
#define LP_REASON_PLAN_GIVEN UINT32_C(520)

/**
 * The plan is missing.
 */
#define LP_REASON_PLAN_MISSING UINT32_C(521)

/**
 * It can be undone.
 */
#define LP_REASON_REVERSIBLE UINT32_C(530)

/**
 * It cannot be undone.
 */
#define LP_REASON_IRREVERSIBLE UINT32_C(531)

/**
 * It is not said whether it can be undone.
 */
#define LP_REASON_REVERSIBILITY_UNKNOWN UINT32_C(532)

/**
 * A freeze is on where it goes.
 */
#define LP_REASON_FROZEN UINT32_C(540)

/**
 * Whether a freeze is on takes more work to tell than a question may be.
 */
#define LP_REASON_FREEZE_NOT_KNOWN UINT32_C(541)

/**
 * A rule of the policy lets it pass a freeze, which is shown below.
 */
#define LP_REASON_FREEZE_GRADED UINT32_C(542)

/**
 * An exception lets it pass a freeze, which is shown below.
 */
#define LP_REASON_FREEZE_EXCEPTED UINT32_C(543)

/**
 * A freeze would be on, had it not been ended early.
 */
#define LP_REASON_FREEZE_LIFTED UINT32_C(544)

/**
 * A freeze begins later.
 */
#define LP_REASON_FREEZE_AHEAD UINT32_C(545)

/**
 * A maintenance window is open wherever it goes.
 */
#define LP_REASON_WINDOW_OPEN UINT32_C(546)

/**
 * No maintenance window is open, and one will be.
 */
#define LP_REASON_WINDOW_CLOSED UINT32_C(547)

/**
 * No maintenance window is open, and none is planned.
 */
#define LP_REASON_WINDOW_MISSING UINT32_C(548)

/**
 * Whether a maintenance window is open takes more work to tell than a question may be.
 */
#define LP_REASON_WINDOW_NOT_KNOWN UINT32_C(549)

/**
 * No maintenance window is declared where it goes, and the policy leaves that open.
 */
#define LP_REASON_WINDOW_NOT_NEEDED UINT32_C(550)

/**
 * It is inside its planned times.
 */
#define LP_REASON_PLANNED_NOW UINT32_C(551)

/**
 * Its planned times have not begun.
 */
#define LP_REASON_PLANNED_LATER UINT32_C(552)

/**
 * Its planned times are over.
 */
#define LP_REASON_PLANNED_OVER UINT32_C(553)

/**
 * It has no planned times.
 */
#define LP_REASON_PLANNED_MISSING UINT32_C(554)

/**
 * It, or an artifact that it ships, is in quarantine.
 */
#define LP_REASON_QUARANTINED UINT32_C(555)

/**
 * The expression holds.
 */
#define LP_REASON_EXPRESSION_HOLDS UINT32_C(560)

/**
 * The expression does not hold.
 */
#define LP_REASON_EXPRESSION_FALSE UINT32_C(561)

/**
 * The expression cannot be told: a field that it asks for is not said, or it goes too far.
 */
#define LP_REASON_EXPRESSION_FAILED UINT32_C(562)

/**
 * Every ticket is in a state that does.
 */
#define LP_REASON_TICKETS_READY UINT32_C(570)

/**
 * The change names fewer tickets than it must.
 */
#define LP_REASON_TICKET_MISSING UINT32_C(571)

/**
 * A ticket is in another state than it must, or nobody told its state.
 */
#define LP_REASON_TICKET_NOT_READY UINT32_C(572)

/**
 * The tasks are done.
 */
#define LP_REASON_TASKS_DONE UINT32_C(573)

/**
 * A task is still to be done.
 */
#define LP_REASON_TASK_OPEN UINT32_C(574)

/**
 * Fewer tasks were done than must.
 */
#define LP_REASON_TASK_MISSING UINT32_C(575)

/**
 * Enough of the error budget is left.
 */
#define LP_REASON_BUDGET_LEFT UINT32_C(576)

/**
 * Too little of the error budget is left.
 */
#define LP_REASON_BUDGET_EXHAUSTED UINT32_C(577)

/**
 * What is left of the error budget is not known.
 */
#define LP_REASON_BUDGET_UNKNOWN UINT32_C(578)

/**
 * A change authority gave leave for its model beforehand.
 */
#define LP_REASON_PREAUTHORISED UINT32_C(580)

/**
 * No pre-authorisation stands for it.
 */
#define LP_REASON_PREAUTHORISATION_MISSING UINT32_C(581)

/**
 * The changes of its model have not shown yet that they fail seldom enough.
 */
#define LP_REASON_AUTONOMY_NOT_EARNED UINT32_C(582)

/**
 * The changes of its model failed too often, or the leave was taken back.
 */
#define LP_REASON_AUTONOMY_REVOKED UINT32_C(583)

/**
 * The requirement is waived; the answer without the waiver is shown below.
 */
#define LP_REASON_WAIVED UINT32_C(600)

/**
 * It may be met after the stage was entered; the answer as it is now is shown below.
 */
#define LP_REASON_OBLIGATION_OPENS UINT32_C(610)

/**
 * It is owed since the stage was entered.
 */
#define LP_REASON_OBLIGATION_OPEN UINT32_C(611)

/**
 * It was owed until then, and is not met.
 */
#define LP_REASON_OBLIGATION_OVERDUE UINT32_C(612)

/**
 * Nothing is asked of this subject here; not a pass.
 */
#define LP_GATE_STATE_IDLE UINT32_C(10)

/**
 * Something is missing that was never given.
 */
#define LP_GATE_STATE_AWAITING UINT32_C(20)

/**
 * Something is missing that was given, but for another revision, too early, or for a time
 * that is over.
 */
#define LP_GATE_STATE_STALE UINT32_C(21)

/**
 * Every requirement is met.
 */
#define LP_GATE_STATE_PASSED UINT32_C(30)

/**
 * Met through a waiver, an exception or an open obligation; never reads as passed.
 */
#define LP_GATE_STATE_WAIVED UINT32_C(31)

/**
 * Refused.
 */
#define LP_GATE_STATE_REFUSED UINT32_C(40)

/**
 * The stage was entered; this instance is never judged again.
 */
#define LP_GATE_STATE_SEALED UINT32_C(50)

/**
 * Somebody asked.
 */
#define LP_GATE_EVENT_ASKED UINT32_C(1)

/**
 * A fact was recorded: evidence, an approval, a waiver, a freeze.
 */
#define LP_GATE_EVENT_FACT_ADDED UINT32_C(2)

/**
 * The subject has a new revision.
 */
#define LP_GATE_EVENT_REVISION_MADE UINT32_C(3)

/**
 * An instant was reached at which the answer may change by itself (`holds_until`).
 */
#define LP_GATE_EVENT_TIME_REACHED UINT32_C(4)

/**
 * Another policy came into force.
 */
#define LP_GATE_EVENT_POLICY_ADOPTED UINT32_C(5)

/**
 * The stage was entered: work began there.
 */
#define LP_GATE_EVENT_ENTERED UINT32_C(6)

/**
 * The entry ended without staying: it failed, or was rolled back.
 */
#define LP_GATE_EVENT_ENTRY_ENDED UINT32_C(7)

/**
 * The subject was put on hold.
 */
#define LP_GATE_EVENT_HELD UINT32_C(8)

/**
 * A hold was lifted.
 */
#define LP_GATE_EVENT_RELEASED UINT32_C(9)

/**
 * The subject was cancelled.
 */
#define LP_GATE_EVENT_CANCELLED UINT32_C(10)

/**
 * The verdict decides: the gate is judged again, as of the event.
 */
#define LP_GATE_MOVE_FOLLOWS UINT32_C(1)

/**
 * Nothing changes.
 */
#define LP_GATE_MOVE_STAYS UINT32_C(2)

/**
 * It is sealed.
 */
#define LP_GATE_MOVE_SEALS UINT32_C(3)

/**
 * It is sealed although it was not open: it happened, and is marked as a breach.
 */
#define LP_GATE_MOVE_BREACHES UINT32_C(4)

/**
 * This instance is over; a new one opens, which the verdict decides.
 */
#define LP_GATE_MOVE_OPENS UINT32_C(5)

/**
 * The strongly connected components: nodes that wait for each other are in one, every other node
 * in one of its own. They are numbered from 0 by their smallest node. Never changes; share it
 * freely between threads. Free it with `lp_components_free`.
 *
 *     if (lp_edges_components(edges, &components, &error) == LP_STATUS_OK) {
 *         lp_numbers cycles = lp_components_cycles(components);
 *         for (i = 0; i < cycles.len; i++) {
 *             lp_numbers members = lp_components_members(components, cycles.ptr[i]);
 *             printf("%u nodes in a circle\n", (unsigned)members.len);
 *         }
 *     }
 */
typedef struct lp_components lp_components;

/**
 * A verdict with the tree of reasons for it. Never changes; share it freely between threads. Free
 * it with `lp_decision_free`; until then it keeps all that its snapshot holds in memory.
 */
typedef struct lp_decision lp_decision;

/**
 * Plain edges between nodes, each from a node to one that it waits for, for questions about very
 * many at once. Nodes are numbers from 0; the caller knows what they stand for. No engine is
 * needed. Never changes; share it freely between threads. Free it with `lp_edges_free`; what it
 * answered stays.
 *
 *     const uint32_t later[] = {1, 2, 2, 4, 5}, earlier[] = {0, 1, 0, 5, 4};
 *     if (lp_edges_new(6, later, earlier, 5, &edges, &error) == LP_STATUS_OK
 *         && lp_edges_schedule(edges, NULL, 0, &schedule, &error) == LP_STATUS_OK) {
 *         uint32_t wave;
 *         for (wave = 1; wave <= lp_schedule_wave_count(schedule); wave++) {
 *             lp_numbers nodes = lp_schedule_wave(schedule, wave);
 *             printf("wave %u: %u nodes\n", (unsigned)wave, (unsigned)nodes.len);
 *         }
 *     }
 */
typedef struct lp_edges lp_edges;

/**
 * Takes facts and a policy in. It changes; what answers questions is a snapshot of it. Calls from
 * several threads take turns; free it with `lp_engine_free` when no thread uses it any more.
 *
 * A panic breaks it, if it happens in a call that changes it: from then on it answers
 * LP_STATUS_BROKEN and can only be freed. Its snapshots stay whole.
 */
typedef struct lp_engine lp_engine;

/**
 * Why a call failed: a status, a message, and every problem found with its place. Never changes;
 * share it freely between threads. Free it with `lp_error_free`.
 */
typedef struct lp_error lp_error;

/**
 * A list of ids. Never changes; share it freely between threads. Free it with `lp_ids_free`.
 */
typedef struct lp_ids lp_ids;

/**
 * A ledger that is open: facts in the order in which they were accepted, each at its place for
 * ever, and decisions on exactly what stands there. Many processes may have one file open. Calls
 * from several threads take turns; free it with `lp_ledger_free` when no thread uses it any more.
 *
 * It belongs to the process that opened it: in a child made by fork() every call answers
 * LP_STATUS_STORE_FORKED, and freeing it there does nothing to the file. A panic in a call breaks
 * it: from then on it answers LP_STATUS_BROKEN and can only be freed. What was appended stays.
 */
typedef struct lp_ledger lp_ledger;

/**
 * A risk model that was fitted to a history, or read: terms in whole numbers that add up to the
 * log-odds of a failure. The same history gives the same bytes in every language and on every
 * machine. No engine is needed. Never changes; share it freely between threads. Free it with
 * `lp_model_free`.
 *
 *     lp_column columns[] = {
 *         {.name = LP_STR("lines"), .transform = LP_TRANSFORM_LOG, .bend = LP_BEND_RISING,
 *          .values = lines},
 *         {.name = LP_STR("services"), .transform = LP_TRANSFORM_PLAIN, .bend = LP_BEND_FREE,
 *          .values = services},
 *     };
 *     if (lp_model_fit(columns, 2, failed, 8, NULL, &model, &error) == LP_STATUS_OK
 *         && lp_model_score(model, columns, 2, 8, &scores, &error) == LP_STATUS_OK) {
 *         for (i = 0; i < 8; i++) {
 *             printf("%.3f\n", probabilities[i] / 1e9);
 *         }
 *     }
 */
typedef struct lp_model lp_model;

/**
 * A list of nodes, smallest first unless the call says otherwise. Never changes; share it freely
 * between threads. Free it with `lp_nodes_free`.
 */
typedef struct lp_nodes lp_nodes;

/**
 * Plain edges that come and go one at a time, never in a circle, with the nodes kept in an order
 * in which each comes after all that it waits for. An edge that would close a circle is refused
 * with that circle; most others cost about as much as looking at what is beside them, however
 * many there are. It changes; calls from several threads take turns. Free it with
 * `lp_ordered_edges_free` when no thread uses it any more.
 *
 * A panic breaks it, if it happens in a call that changes it: from then on it answers
 * LP_STATUS_BROKEN and can only be freed.
 *
 *     if (lp_ordered_edges_insert(ordered, 0, 2, &inserted, &circle, &error) == LP_STATUS_OK
 *         && inserted == LP_INSERTED_REFUSED) {
 *         lp_numbers nodes = lp_nodes_all(circle);
 *         printf("that would close a circle of %u nodes\n", (unsigned)nodes.len);
 *     }
 */
typedef struct lp_ordered_edges lp_ordered_edges;

/**
 * An order in which changes ship, and what does not ship. Never changes; share it freely between
 * threads. Free it with `lp_plan_free`; until then it keeps all that its snapshot holds in memory.
 *
 * A wave holds what can ship at the same time; a group of a wave ships as one, its changes in the
 * order given.
 *
 *     for (wave = 0; wave < lp_plan_wave_count(plan); wave++) {
 *         for (group = 0; group < lp_plan_group_count(plan, wave); group++) {
 *             lp_strs changes = lp_plan_group_at(plan, wave, group);
 *             for (i = 0; i < changes.len; i++) {
 *                 lp_str id = changes.ptr[i];
 *                 printf("wave %u: %.*s\n", (unsigned)wave, (int)id.len, id.ptr);
 *             }
 *         }
 *     }
 */
typedef struct lp_plan lp_plan;

/**
 * Edges that no chain of others implies. Never changes; share it freely between threads. Free it
 * with `lp_reduction_free`.
 */
typedef struct lp_reduction lp_reduction;

/**
 * In which wave each node ships, and the chain that takes longest. Waves are numbered from 1; 0
 * stands for "never": on a cycle, or waiting for one. Never changes; share it freely between
 * threads. Free it with `lp_schedule_free`.
 *
 *     lp_numbers wave_of = lp_schedule_wave_of(schedule);
 *     for (node = 0; node < wave_of.len; node++) {
 *         if (wave_of.ptr[node] == 0) {
 *             printf("%u never ships\n", (unsigned)node);
 *         }
 *     }
 */
typedef struct lp_schedule lp_schedule;

/**
 * The probability that a change or a release causes a failure, and what makes it so. Never
 * changes; share it freely between threads. Free it with `lp_score_free`; until then it keeps all
 * that its snapshot holds in memory.
 *
 *     lp_change_risk risk = {.struct_size = sizeof risk};
 *     lp_contribution part = {.struct_size = sizeof part};
 *     for (i = 0; lp_score_change_at(score, i, &risk) == LP_STATUS_OK; i++) {
 *         for (k = 0; lp_score_contribution_at(score, i, k, &part) == LP_STATUS_OK; k++) {
 *             printf("%.*s: %+.3f by %.*s\n", (int)risk.change.len, risk.change.ptr,
 *                    (double)part.log_odds / 1e9, (int)part.factor.len, part.factor.ptr);
 *         }
 *     }
 */
typedef struct lp_score lp_score;

/**
 * What an engine held at one moment. Never changes; any number of threads may ask it at once. Free
 * it with `lp_snapshot_free` when no thread uses it any more.
 */
typedef struct lp_snapshot lp_snapshot;

/**
 * Bytes that the caller owns: a document. A NUL follows the last byte, so a text can be used as a
 * C string. Free it with `lp_buf_free`, exactly once, and change neither field.
 *
 * Begin with `{NULL, 0}`: a call that fails leaves it as it is, and freeing that does nothing. A
 * call that goes well overwrites it without freeing what it held.
 *
 *     lp_buf json = {NULL, 0};
 *     if (lp_decision_json(decision, LP_DETAIL_FULL, &json, &error) == LP_STATUS_OK) {
 *         puts(json.ptr);
 *     }
 *     lp_buf_free(&json);
 */
typedef struct lp_buf {
    /**
     * The first byte.
     */
    char *ptr;
    /**
     * The number of bytes, without the NUL.
     */
    size_t len;
} lp_buf;

/**
 * A borrowed string: UTF-8, not NUL-terminated. Print it with `"%.*s", (int)s.len, s.ptr`. Make
 * one of a literal with `LP_STR`, of a C string with `LP_TEXT`.
 *
 * As an input it is read during the call only; an empty one may have a NULL `ptr`. As an output it
 * belongs to the object that it was asked of and is valid until that object is freed; its `ptr` is
 * never NULL, that of an empty one leads to a NUL that is valid for ever.
 */
typedef struct lp_str {
    /**
     * The first byte; in an input it may be NULL if `len` is 0.
     */
    const char *ptr;
    /**
     * The number of bytes.
     */
    size_t len;
} lp_str;

/**
 * One thing that is wrong with a document or a question. Set `struct_size` before the call.
 *
 *     lp_problem problem = {.struct_size = sizeof problem};
 *     for (i = 0; lp_error_problem_at(error, i, &problem) == LP_STATUS_OK; i++) {
 *         fprintf(stderr, "%.*s (line %u): %.*s\n", (int)problem.path.len, problem.path.ptr,
 *                 (unsigned)problem.line, (int)problem.message.len, problem.message.ptr);
 *     }
 */
typedef struct lp_problem {
    /**
     * `sizeof(lp_problem)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The kind of problem: LP_STATUS_...
     */
    uint32_t code;
    /**
     * What is wrong and what to do about it.
     */
    struct lp_str message;
    /**
     * Where in the document, such as `$.changes[3].requires`; empty if it has no place.
     */
    struct lp_str path;
    /**
     * The line, from 1; 0 if unknown.
     */
    uint64_t line;
    /**
     * The column in that line, from 1; 0 if unknown.
     */
    uint64_t column;
} lp_problem;

/**
 * Some borrowed strings, which belong to the object that they were asked of, as each of them does.
 */
typedef struct lp_strs {
    /**
     * The first string; NULL if `len` is 0.
     */
    const struct lp_str *ptr;
    /**
     * The number of strings.
     */
    size_t len;
} lp_strs;

/**
 * One node of the tree of reasons. Set `struct_size` before the call. Its strings are valid until
 * the decision is freed.
 *
 * The nodes stand in one list, parents before their children: the children of node i begin at i +
 * 1, each follows at the `next` of the one before, and they end before the `next` of node i. This
 * prints the children of node `parent`:
 *
 *     lp_reason reason = {.struct_size = sizeof reason};
 *     if (lp_decision_reason_at(decision, parent, &reason) == LP_STATUS_OK) {
 *         size_t child = parent + 1, end = reason.next;
 *         while (child < end
 *                && lp_decision_reason_at(decision, child, &reason) == LP_STATUS_OK) {
 *             lp_str name = lp_reason_name(reason.code);
 *             printf("  %u %.*s\n", (unsigned)reason.verdict, (int)name.len, name.ptr);
 *             child = reason.next;
 *         }
 *     }
 */
typedef struct lp_reason {
    /**
     * `sizeof(lp_reason)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The index of this node.
     */
    size_t index;
    /**
     * The index after its last descendant.
     */
    size_t next;
    /**
     * The verdict of this node: LP_VERDICT_...
     */
    uint32_t verdict;
    /**
     * Why: LP_REASON_...
     */
    uint32_t code;
    /**
     * What it is about: LP_SUBJECT_...
     */
    uint32_t subject_kind;
    /**
     * When it clears: LP_CLEARS_...
     */
    uint32_t clears;
    /**
     * The id of what it is about.
     */
    struct lp_str subject_id;
    /**
     * The gate that asks; empty if none does.
     */
    struct lp_str gate;
    /**
     * The requirement that is answered; empty if it is none.
     */
    struct lp_str requirement;
    /**
     * The figures behind it, by name, as a JSON object.
     */
    struct lp_str args_json;
    /**
     * How many can act on it; see `lp_decision_act_at`.
     */
    size_t act_count;
    /**
     * The instant of LP_CLEARS_AT; else LP_NEVER.
     */
    int64_t clears_at;
    /**
     * The first instant at which it may change without a new fact; LP_NEVER if there is none.
     */
    int64_t holds_until;
} lp_reason;

/**
 * Who can act. Set `struct_size` before the call.
 */
typedef struct lp_actor {
    /**
     * `sizeof(lp_actor)`, set by the caller.
     */
    size_t struct_size;
    /**
     * LP_ACTOR_PERSON or LP_ACTOR_GROUP.
     */
    uint32_t kind;
    /**
     * The id of the person or of the group.
     */
    struct lp_str id;
} lp_actor;

/**
 * Changes that would ship as one and do not. Set `struct_size` before the call.
 */
typedef struct lp_dropped {
    /**
     * `sizeof(lp_dropped)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The changes.
     */
    struct lp_strs changes;
    /**
     * The changes whose groups hold them back in the end, themselves included if they do.
     */
    struct lp_strs roots;
    /**
     * Why, of their own: a sum of LP_DROPPED_ bits; 0 if they only wait for others.
     */
    uint32_t why;
} lp_dropped;

/**
 * Something that a change needs and that is neither live in the stage nor in the item. Set
 * `struct_size` before the call.
 */
typedef struct lp_missing {
    /**
     * `sizeof(lp_missing)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The change that needs it.
     */
    struct lp_str change;
    /**
     * What would do: any one of these.
     */
    struct lp_strs needs;
} lp_missing;

/**
 * Changes that wait for each other in a circle. Set `struct_size` before the call.
 */
typedef struct lp_cycle {
    /**
     * `sizeof(lp_cycle)`, set by the caller.
     */
    size_t struct_size;
    /**
     * All changes of it.
     */
    struct lp_strs changes;
    /**
     * How many edges the circle has that proves it; see `lp_plan_cycle_edge_at`.
     */
    size_t edge_count;
    /**
     * Whether no shorter circle exists; for very large cycles the search is cut short.
     */
    bool exact;
    /**
     * Whether they are refused; otherwise they ship as one group.
     */
    bool forbidden;
} lp_cycle;

/**
 * One change waits for another. Set `struct_size` before the call.
 */
typedef struct lp_edge {
    /**
     * `sizeof(lp_edge)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The change that waits.
     */
    struct lp_str from;
    /**
     * Why: `requires`, `after` or `together`; `order` between groups.
     */
    struct lp_str kind;
    /**
     * The change it waits for.
     */
    struct lp_str to;
} lp_edge;

/**
 * Two changes that must be kept apart: both in the item, or one in it and the other on its way to
 * the stage or there already. Set `struct_size` before the call.
 */
typedef struct lp_conflict {
    /**
     * `sizeof(lp_conflict)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The one with the smaller id.
     */
    struct lp_str first;
    /**
     * The other one.
     */
    struct lp_str second;
    /**
     * The one that goes: by the release's stated priority, or since it is on its way or there;
     * empty if nothing says.
     */
    struct lp_str goes;
    /**
     * Until when they must be kept apart: LP_CONFLICT_...
     */
    uint32_t scope;
} lp_conflict;

/**
 * Something that is needed and is planned to be done only after what needs it begins. Set
 * `struct_size` before the call.
 */
typedef struct lp_late {
    /**
     * `sizeof(lp_late)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The change that needs it.
     */
    struct lp_str change;
    /**
     * What it needs; of alternatives, the one that is planned to be done first.
     */
    struct lp_str needs;
    /**
     * When the change is planned to begin, in microseconds since 1970 UTC.
     */
    int64_t starts;
    /**
     * When what it needs is planned to be done, in microseconds since 1970 UTC.
     */
    int64_t done;
} lp_late;

/**
 * What was scored, as a whole. Set `struct_size` before the call.
 */
typedef struct lp_risk {
    /**
     * `sizeof(lp_risk)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The id of what was scored.
     */
    struct lp_str subject_id;
    /**
     * What scored it: the digest of the risk model that the policy names, or `scorecard/1`.
     */
    struct lp_str model;
    /**
     * The instant asked about, in microseconds since 1970.
     */
    int64_t at;
    /**
     * How many changes were scored: 1 for a change; see `lp_score_change_at`.
     */
    size_t change_count;
    /**
     * How many changes are named as driving the risk of a release; see `lp_score_driver_at`.
     */
    size_t driver_count;
    /**
     * What was scored: LP_SUBJECT_...
     */
    uint32_t subject_kind;
    /**
     * The probability in parts per billion: 0 to 1,000,000,000.
     */
    uint32_t probability;
    /**
     * The least that it can be: for a release that of its riskiest change, for a change itself.
     */
    uint32_t at_least;
    /**
     * The most that it can be: for a release as if its changes failed independently, for a change
     * itself.
     */
    uint32_t at_most;
    /**
     * For a release that a fitted model scored: the chance that any of its changes fails that
     * change a service of tier 1, or one whose tier is not known, or name none, in parts per
     * billion; else 0.
     */
    uint32_t tier_one;
    /**
     * The same: how many changes fail on average, in billionths; else 0.
     */
    uint64_t failures_expected;
    /**
     * The same: in nine of ten such releases at least so many fail; else 0.
     */
    uint32_t failures_at_least;
    /**
     * The same: in nine of ten such releases at most so many fail; else 0.
     */
    uint32_t failures_at_most;
} lp_risk;

/**
 * The risk of one change. Set `struct_size` before the call.
 */
typedef struct lp_change_risk {
    /**
     * `sizeof(lp_change_risk)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The change.
     */
    struct lp_str change;
    /**
     * The log-odds in billionths: exactly the baseline and all contributions, added up.
     */
    int64_t log_odds;
    /**
     * The log-odds that every change begins with, in billionths.
     */
    int64_t baseline;
    /**
     * How many factors contribute; see `lp_score_contribution_at`.
     */
    size_t contribution_count;
    /**
     * The probability in parts per billion.
     */
    uint32_t probability;
} lp_change_risk;

/**
 * What one factor adds to the log-odds of a change. Set `struct_size` before the call.
 */
typedef struct lp_contribution {
    /**
     * `sizeof(lp_contribution)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The name of the factor, such as `lines`; of two that a fitted model weighs together, such
     * as `lines with files`.
     */
    struct lp_str factor;
    /**
     * Its value for this change; 0 if it is not known.
     */
    uint64_t value;
    /**
     * What it adds to the log-odds, in billionths; below 0 it makes the change less risky.
     */
    int64_t log_odds;
    /**
     * Whether the value is known; what is not known counts as the worst.
     */
    bool known;
} lp_contribution;

/**
 * A change that drives the risk of its release. Set `struct_size` before the call.
 */
typedef struct lp_driver {
    /**
     * `sizeof(lp_driver)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The change.
     */
    struct lp_str change;
    /**
     * By how much the risk of the release would fall without it, in parts per billion.
     */
    uint32_t falls_by;
    /**
     * The part of that risk that it answers for, in parts per billion: those of all changes add up
     * to it. 0, unless a fitted model scored it.
     */
    uint32_t share;
} lp_driver;

/**
 * Signs a text with ed25519 and writes the 64 bytes of the signature to `signature_out`. Returns 0
 * if it did, else any number, which the error then names.
 *
 * It is called while a call on the ledger runs, by the thread of that call, after what it covers
 * was written: no other process waits for it, but other threads with the same ledger do. It must
 * return, throw nothing across it, and not use that ledger, which answers LP_STATUS_REENTRANT; nor
 * wait for a thread that does.
 */
typedef int32_t (*lp_signer)(void *data, const char *text, size_t len, uint8_t *signature_out);

/**
 * Passes a signed checkpoint on, to where nobody who can change the ledger can change it: a
 * witness, another machine, mail. Returns 0 if it did, else any number. What holds for lp_signer
 * holds here.
 */
typedef int32_t (*lp_anchor)(void *data, const char *checkpoint, size_t len);

/**
 * How a ledger is opened. Set `struct_size`, and to zero what is not said.
 *
 * With neither a secret nor a signer nothing is signed: there are no receipts, and nobody can tell
 * a ledger that was rewritten as a whole from the one that was.
 */
typedef struct lp_ledger_options {
    /**
     * `sizeof(lp_ledger_options)`, set by the caller.
     */
    size_t struct_size;
    /**
     * 32 random bytes that nobody else knows, by which checkpoints are signed. Copied.
     */
    const uint8_t *secret;
    /**
     * The public key, `name+id+key`, that checkpoints are checked by. May be empty if there is a
     * secret: then its name is that of the ledger, and a request for the `head` tells it.
     */
    struct lp_str key;
    /**
     * The last checkpoint that the host kept: a ledger that does not go on from it is not opened.
     */
    struct lp_str since;
    /**
     * Signs in place of a secret, such as in a hardware module; `key` says for which key.
     */
    lp_signer signer;
    /**
     * What the signer is given. Whatever it leads to must live as long as the ledger, and bear to
     * be used by whichever thread calls.
     */
    void *signer_data;
    /**
     * Where each signed checkpoint goes.
     */
    lp_anchor anchor;
    /**
     * What the anchor is given; as for the signer.
     */
    void *anchor_data;
} lp_ledger_options;

/**
 * What became of facts that were to be appended. Set `struct_size` before the call.
 */
typedef struct lp_appended {
    /**
     * `sizeof(lp_appended)`, set by the caller.
     */
    size_t struct_size;
    /**
     * Whether something came in between: then nothing was appended; look at it and decide again.
     */
    bool conflict;
    /**
     * In a conflict the place of the first entry that came in between, else 0.
     */
    uint64_t from;
    /**
     * How many entries the ledger has now.
     */
    uint64_t size;
    /**
     * How many of the facts are new; the others were there already.
     */
    uint64_t added;
    /**
     * When they were recorded; 0 in a conflict.
     */
    int64_t recorded;
} lp_appended;

/**
 * Some borrowed numbers, which belong to the object that they were asked of and are valid until
 * that object is freed.
 */
typedef struct lp_numbers {
    /**
     * The first number; NULL if `len` is 0.
     */
    const uint32_t *ptr;
    /**
     * The number of numbers.
     */
    size_t len;
} lp_numbers;

/**
 * How a model is fitted. Set `struct_size`, and to zero what is not said; or let `lp_fit_additive`
 * set it.
 */
typedef struct lp_fit {
    /**
     * `sizeof(lp_fit)`, set by the caller.
     */
    size_t struct_size;
    /**
     * How firmly weights are held near zero, or near the prior's: as if so many changes had said
     * so. 0 stands for 1, which is little.
     */
    uint32_t strength;
    /**
     * After how many later changes one counts half; 0 if all count alike. A third of the history
     * follows most drifts.
     */
    uint32_t half_life;
    /**
     * How many small trees are added up to steps; with 0 the model is of lines alone.
     */
    uint32_t rounds;
    /**
     * How many pairs of features may have steps of their own.
     */
    uint32_t pairs;
    /**
     * What was known before, or NULL: its weights and their errors take the place of zero and of
     * `strength`, feature by feature. It fades as changes come.
     */
    const struct lp_model *prior;
} lp_fit;

/**
 * One feature of many changes: its values in one of two arrays, the other one being NULL. It never
 * grows, since arrays are made of it.
 */
typedef struct lp_column {
    /**
     * Its name, such as `lines`.
     */
    struct lp_str name;
    /**
     * What is done to its values first: LP_TRANSFORM_...
     */
    uint32_t transform;
    /**
     * How what it adds may run from its smallest value to its largest: LP_BEND_...
     */
    uint32_t bend;
    /**
     * Its value for each change; what is not a number is not known. Each is rounded to the nearest
     * millionth.
     */
    const double *values;
    /**
     * The same in millionths, exactly; INT64_MIN is not known.
     */
    const int64_t *millionths;
} lp_column;

/**
 * What a model is, as a whole. Set `struct_size` before the call.
 */
typedef struct lp_fitted {
    /**
     * `sizeof(lp_fitted)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The model as canonical JSON, the same bytes in every language; `lp_model_read` takes it.
     */
    struct lp_str json;
    /**
     * The digest of that: names the model wherever it was used.
     */
    struct lp_str digest;
    /**
     * The log-odds of a change of which every feature is as usual, in billionths.
     */
    int64_t baseline;
    /**
     * The standard error of what the lines say of such a change, in billionths; 0 if not known.
     */
    int64_t baseline_error;
    /**
     * How many changes it was fitted to.
     */
    uint64_t changes;
    /**
     * How many of them failed.
     */
    uint64_t failures;
    /**
     * How many terms there are, one for each feature; see `lp_model_term_at`.
     */
    size_t term_count;
    /**
     * How many pairs of features add something together; see `lp_model_pair_at`.
     */
    size_t pair_count;
} lp_fitted;

/**
 * What one feature adds to the log-odds. Set `struct_size` before the call.
 */
typedef struct lp_term {
    /**
     * `sizeof(lp_term)`, set by the caller.
     */
    size_t struct_size;
    /**
     * The feature.
     */
    struct lp_str name;
    /**
     * What one unit of the transformed value adds, in billionths.
     */
    int64_t weight;
    /**
     * The standard error of the weight, in billionths.
     */
    int64_t error;
    /**
     * The transformed value, in millionths, that adds nothing: the mean of the history.
     */
    int64_t centre;
    /**
     * The smallest transformed value that was seen, in millionths; below counts as it.
     */
    int64_t seen_low;
    /**
     * The largest that was seen; above counts as it.
     */
    int64_t seen_high;
    /**
     * How many steps are added beside the line; 0 if there is only the line.
     */
    size_t step_count;
    /**
     * What is done to its values first: LP_TRANSFORM_...
     */
    uint32_t transform;
} lp_term;

/**
 * Two features that add something together, beyond what each adds alone. Set `struct_size` before
 * the call.
 */
typedef struct lp_pair {
    /**
     * `sizeof(lp_pair)`, set by the caller.
     */
    size_t struct_size;
    /**
     * One of them.
     */
    struct lp_str first;
    /**
     * The other one.
     */
    struct lp_str second;
} lp_pair;

/**
 * Where scores go: arrays of the caller's, each NULL if it is not wanted. Set `struct_size`, and
 * to zero what is not wanted.
 */
typedef struct lp_scores {
    /**
     * `sizeof(lp_scores)`, set by the caller.
     */
    size_t struct_size;
    /**
     * Room for the log-odds of each change, in billionths.
     */
    int64_t *log_odds;
    /**
     * Room for the probability of each change, in parts per billion.
     */
    uint32_t *probabilities;
    /**
     * Room for what each term adds for each change, in billionths: all changes for the first term,
     * then all for the second, and after the terms so for each pair. With the baseline they add up
     * to the log-odds exactly.
     */
    int64_t *contributions;
    /**
     * How many numbers there is room for in `contributions`: it must be the number of changes
     * times that of terms and pairs.
     */
    size_t contribution_count;
    /**
     * 1 if the values were transformed already, once for many models; else 0.
     */
    uint32_t transformed;
} lp_scores;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Frees a buffer and empties it, so that a second call does nothing. NULL is a no-op.
 */
void lp_buf_free(struct lp_buf *buf);

/**
 * The version of the binary interface that the library has. Compare it with `LP_ABI_VERSION` once
 * at start: if they differ, header and library do not belong together.
 */
LP_MUST_USE uint32_t lp_abi_version(void);

/**
 * The version of the library, such as `0.1.0`. Valid for ever.
 */
LP_MUST_USE struct lp_str lp_version(void);

/**
 * The stable name of a status, such as `duplicate_key`; `ok` for 0, empty for a number that is
 * none. Valid for ever.
 */
LP_MUST_USE struct lp_str lp_status_name(uint32_t status);

/**
 * The stable name of a verdict, such as `needs_action`; empty for a number that is none. Valid for
 * ever.
 */
LP_MUST_USE struct lp_str lp_verdict_name(uint32_t verdict);

/**
 * Whether a verdict is a go: true for `LP_VERDICT_GO` and `LP_VERDICT_GO_WAIVED` only. Whether a
 * decision lets something go is for `lp_decision_is_go` to say: that of a what-if does not.
 */
LP_MUST_USE bool lp_verdict_is_go(uint32_t verdict);

/**
 * The stable name of a reason code, such as `approval_stale`; empty for a number that is none.
 * Valid for ever.
 */
LP_MUST_USE struct lp_str lp_reason_name(uint32_t code);

/**
 * What a reason code says to people, in a few words; `{name}` stands for the argument of that
 * name. Empty for a number that is none. Valid for ever.
 */
LP_MUST_USE struct lp_str lp_reason_text(uint32_t code);

/**
 * The status that the call returned. LP_STATUS_OK for NULL, which is no error; for what is not an
 * error object LP_STATUS_BAD_ARGUMENT.
 */
LP_MUST_USE uint32_t lp_error_status(const struct lp_error *error);

/**
 * All problems as one text, a line for each. Valid until the error is freed; empty for NULL.
 */
LP_MUST_USE struct lp_str lp_error_message(const struct lp_error *error);

/**
 * How many problems were found: 1 to 100; 0 for NULL.
 */
LP_MUST_USE size_t lp_error_problem_count(const struct lp_error *error);

/**
 * One problem, by its index from 0. Its strings are valid until the error is freed.
 */
LP_MUST_USE
uint32_t lp_error_problem_at(const struct lp_error *error,
                             size_t index,
                             struct lp_problem *problem_out);

/**
 * The error as JSON: `{"problems": [{"code", "message", "path", "line", "column"}, ...]}` on one
 * line. Free the buffer with `lp_buf_free`.
 */
LP_MUST_USE uint32_t lp_error_json(const struct lp_error *error, struct lp_buf *json_out);

/**
 * Frees an error. NULL is a no-op.
 */
void lp_error_free(struct lp_error *error);

/**
 * Reads an instant such as `2026-11-03T10:00:00Z` or `2026-11-03T10:00:00.250000Z` into
 * microseconds since 1970: UTC, no fraction or six digits of it, 1970 to 9999.
 *
 *     int64_t at = 0;
 *     if (lp_instant_parse(LP_STR("2026-11-03T10:00:00Z"), &at, &error) != LP_STATUS_OK) {
 *         return fail(error);
 *     }
 */
LP_MUST_USE
uint32_t lp_instant_parse(struct lp_str text,
                          int64_t *at_out,
                          struct lp_error **error_out);

/**
 * Writes an instant as `lp_instant_parse` reads it; LP_NEVER becomes `never`. Free the buffer with
 * `lp_buf_free`.
 */
LP_MUST_USE
uint32_t lp_instant_text(int64_t at,
                         struct lp_buf *text_out,
                         struct lp_error **error_out);

/**
 * The ids of a list; empty for anything but a list. Valid until the list is freed.
 */
LP_MUST_USE struct lp_strs lp_ids_all(const struct lp_ids *ids);

/**
 * Frees a list. NULL is a no-op.
 */
void lp_ids_free(struct lp_ids *ids);

/**
 * Makes an empty engine.
 *
 * `limits` is LP_LIMITS_UNTRUSTED or LP_LIMITS_BULK. On success `*engine_out` is yours: free it
 * with `lp_engine_free`.
 */
LP_MUST_USE
uint32_t lp_engine_new(uint32_t limits,
                       struct lp_engine **engine_out,
                       struct lp_error **error_out);

/**
 * Takes in a portfolio document (JSON, `portfolio/1`): all of it, or on failure nothing.
 *
 * May be called again with further documents; an equal fact twice has one effect. Snapshots made
 * before do not change. The error names every problem found, up to a hundred.
 *
 * Takes time in proportion to everything that the engine then holds, not to the document alone:
 * all of it is checked together each time. One large document is faster than many small ones.
 */
LP_MUST_USE
uint32_t lp_engine_load(struct lp_engine *engine,
                        struct lp_str portfolio_json,
                        struct lp_error **error_out);

/**
 * Sets the policy (TOML) that answers from now on, also where the portfolio itself adopts one.
 *
 * Where the portfolio adopts none, this is the policy in force. Where it adopts another, every
 * answer is a what-if: it says what this policy would say, `lp_decision_what_if` is true and
 * `lp_decision_is_go` false, whatever the verdict. An adopted policy with the same content is the
 * same policy. On failure the former one stays.
 */
LP_MUST_USE
uint32_t lp_engine_set_policy(struct lp_engine *engine,
                              struct lp_str policy_toml,
                              struct lp_error **error_out);

/**
 * Makes a snapshot of all that was taken in so far.
 *
 * Cheap: nothing is copied. It waits for a load in progress in another thread, however long that
 * takes; keep the former snapshot to answer in the meantime. On success `*snapshot_out` is yours:
 * free it with `lp_snapshot_free`. It does not depend on the engine, which may be freed first.
 */
LP_MUST_USE
uint32_t lp_engine_snapshot(const struct lp_engine *engine,
                            struct lp_snapshot **snapshot_out,
                            struct lp_error **error_out);

/**
 * Frees an engine; its snapshots stay. NULL is a no-op.
 */
void lp_engine_free(struct lp_engine *engine);

/**
 * Answers any question: JSON in, JSON out, the same bytes in every language.
 *
 * A question is an object with one of these names, whose value holds the fields beside it; a
 * `stage`, a `detail` and a `scope` may be left out, which means the first stage not wholly
 * entered, "unmet" and "all".
 *
 * - `decide`: `subject`, `at`, `stage`, `detail`: "verdict", "unmet" or "full"
 * - `verdicts`: `at`, `stage`: whether each release, with each of its changes, and each change in
 *   none may go, without the reasons
 * - `plan`: `subject`, `at`, `stage`, `scope`: "all" or "ready"
 * - `score`: `subject`, `at`
 * - `reach`: `change`, `at`, `direction`: "upstream" to what it needs, or "downstream" to what
 *   needs it
 * - `calendar`: `stage`, `at`, and `subject` or `service`, `environment`: whether work may go on
 *   there, and when and why that changes
 * - `claim`: `subject`, `at`, `by`, `stage`, and `via`, `digest`, `expires`, `not_after`,
 *   `detail`: the entry to append or, if it may not enter, the `decision`
 * - `record`: `subject`, `at`, `by`, `stage`: the decision as a fact to append
 * - `breaches`, `obligations`, `policies`: `at`: what was deployed without a claim, what is or was
 *   owed, which policies came into force
 * - `waiting`: `at`, `who`: {"person": "ann"} or {"group": "cab"}, `within`, such as "7d": what
 *   waits for whom
 * - `agenda`: `board`, `at`: what a board is to decide at its next meeting
 * - `ending`: `at`, `within`: what ends, and what becomes a go or ceases to be one
 * - `next_states`: `subject`, `at`, `workflow`, `close_code`: where it is in its workflow, and
 *   where it may go
 * - `waiver_debt`: `at`: what rests on waivers, since when and for how long yet
 * - `population`: `stage`, `from`, `to`, `at`: what was deployed into a stage in a period, and
 *   what was behind each deployment
 * - `queue`: `stage`, `at`, `items`: [{"subject": ..., "failure": "0.05"}, ...], the first to go
 *   first, `slots`, `runs`: which may go in parallel, which must wait, and what if one fails
 * - `compose`: `at`, `release` or `candidates` (each a `change`, and `value`, `risk`,
 *   `effort_minutes`, `duration`), `budgets` (`risk`, `effort_minutes`, `window`), `value`,
 *   `duration`, `stage`, `assume`: "go" or "all": the best release that can ship
 * - `actions`: `subject`, `at`, `stage`, `waiting`: "avoid" or "allow": the least that must be
 *   done for it to go, and who can
 * - `collisions`: `at`, `from`, `to`: which open releases get in each other's way
 * - `changed`: `subject`, `from`, `to`, `stage`: what changed in a decision, and through what
 * - `lint_policy`: `at`, `policy` (TOML; the one in force, if it is left out): what is wrong in it
 * - `compare_policies`: `after`, `at`, `before` (the one in force, if it is left out)
 * - `dry_run`: `policy`, `at`, `since`: which decisions it would flip
 * - `workflow`: `name` or `text`, and `state` or `code`, `situation`
 *
 * A `decide` may have a `what_if`: an object of `policy` (TOML, asked instead) and `ignoring` (a
 * list of facts, as reasons cite them); its answer is marked, and no go. A subject is
 * {"change": "C-7"} or {"release": "R-11"}, an instant "2026-11-03T10:00:00Z". The answer is one
 * line without a newline at its end. On success `*answer_out` is yours: free it with
 * `lp_buf_free`.
 *
 *     lp_buf answer = {NULL, 0};
 *     const char *question = "{\"reach\": {\"change\": \"C-7\", \"direction\": \"upstream\","
 *                            " \"at\": \"2026-11-03T10:00:00Z\"}}";
 *     if (lp_ask(snapshot, LP_TEXT(question), &answer, &error) == LP_STATUS_OK) {
 *         puts(answer.ptr);
 *     }
 *     lp_buf_free(&answer);
 */
LP_MUST_USE
uint32_t lp_ask(const struct lp_snapshot *snapshot,
                struct lp_str question_json,
                struct lp_buf *answer_out,
                struct lp_error **error_out);

/**
 * Decides whether a change or a release may go to a stage at an instant, and why.
 *
 * `subject_kind` is an LP_SUBJECT_ number. An empty `stage` means the first stage that the subject
 * has not wholly entered. `at` is in microseconds since 1970-01-01T00:00:00Z. A refusal is an
 * answer, not a failure: ask it for its verdict. On success `*decision_out` is yours: free it with
 * `lp_decision_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_decide(const struct lp_snapshot *snapshot,
                            uint32_t subject_kind,
                            struct lp_str subject_id,
                            struct lp_str stage,
                            int64_t at,
                            struct lp_decision **decision_out,
                            struct lp_error **error_out);

/**
 * Says in which order a change or a release ships to a stage, and what cannot. `scope` is an
 * LP_SCOPE_ number; the other inputs are those of `lp_snapshot_decide`. On success `*plan_out` is
 * yours: free it with `lp_plan_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_plan(const struct lp_snapshot *snapshot,
                          uint32_t subject_kind,
                          struct lp_str subject_id,
                          struct lp_str stage,
                          int64_t at,
                          uint32_t scope,
                          struct lp_plan **plan_out,
                          struct lp_error **error_out);

/**
 * Says how risky a change or a release is, and what makes it so. The inputs are those of
 * `lp_snapshot_decide`. On success `*score_out` is yours: free it with `lp_score_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_score(const struct lp_snapshot *snapshot,
                           uint32_t subject_kind,
                           struct lp_str subject_id,
                           int64_t at,
                           struct lp_score **score_out,
                           struct lp_error **error_out);

/**
 * Finds what a change needs, or what needs it, directly or through others: along all alternatives
 * of its requirements and what ships together with it, without the change itself, in order of ids.
 * `direction` is an LP_DIRECTION_ number. On success `*ids_out` is yours: free it with
 * `lp_ids_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_reach(const struct lp_snapshot *snapshot,
                           struct lp_str change,
                           uint32_t direction,
                           int64_t at,
                           struct lp_ids **ids_out,
                           struct lp_error **error_out);

/**
 * Lists the releases known at an instant and not cancelled by then, in order of ids. On success
 * `*ids_out` is yours: free it with `lp_ids_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_releases(const struct lp_snapshot *snapshot,
                              int64_t at,
                              struct lp_ids **ids_out,
                              struct lp_error **error_out);

/**
 * Lists the changes known at an instant and not cancelled by then, in order of ids. On success
 * `*ids_out` is yours: free it with `lp_ids_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_changes(const struct lp_snapshot *snapshot,
                             int64_t at,
                             struct lp_ids **ids_out,
                             struct lp_error **error_out);

/**
 * Lists the stages of the portfolio, first to enter first. On success `*ids_out` is yours: free it
 * with `lp_ids_free`.
 */
LP_MUST_USE
uint32_t lp_snapshot_stages(const struct lp_snapshot *snapshot,
                            struct lp_ids **ids_out,
                            struct lp_error **error_out);

/**
 * Frees a snapshot; what it answered stays. NULL is a no-op.
 */
void lp_snapshot_free(struct lp_snapshot *snapshot);

/**
 * Whether it may go: a go, waived or not, by the policy in force. The one thing that a program
 * that deploys has to ask. False for a what-if, whatever its verdict, and for anything but a
 * decision.
 */
LP_MUST_USE bool lp_decision_is_go(const struct lp_decision *decision);

/**
 * The verdict: LP_VERDICT_..., or 0, which is no go, for anything but a decision. That of a
 * what-if lets nothing go: see `lp_decision_is_go`.
 */
LP_MUST_USE uint32_t lp_decision_verdict(const struct lp_decision *decision);

/**
 * When it becomes a go: LP_CLEARS_..., or 0 for anything but a decision.
 */
LP_MUST_USE uint32_t lp_decision_clears(const struct lp_decision *decision);

/**
 * The instant at which it becomes a go by itself, in microseconds since 1970; LP_NEVER unless
 * `lp_decision_clears` says LP_CLEARS_AT.
 */
LP_MUST_USE int64_t lp_decision_clears_at(const struct lp_decision *decision);

/**
 * The first instant at which the answer may change without a new fact, in microseconds since 1970;
 * LP_NEVER if there is none; 0, which is past, for anything but a decision.
 */
LP_MUST_USE int64_t lp_decision_holds_until(const struct lp_decision *decision);

/**
 * What was asked about: LP_SUBJECT_..., or 0 for anything but a decision.
 */
LP_MUST_USE uint32_t lp_decision_subject_kind(const struct lp_decision *decision);

/**
 * The id of what was asked about. Valid until the decision is freed.
 */
LP_MUST_USE struct lp_str lp_decision_subject_id(const struct lp_decision *decision);

/**
 * The stage that was judged, also if none was asked for. Valid until the decision is freed.
 */
LP_MUST_USE struct lp_str lp_decision_stage(const struct lp_decision *decision);

/**
 * The instant asked about, in microseconds since 1970; 0 for anything but a decision.
 */
LP_MUST_USE int64_t lp_decision_at(const struct lp_decision *decision);

/**
 * The digest of the policy it was judged by, such as `sha256:77ab...`; empty if there was none.
 * Valid until the decision is freed.
 */
LP_MUST_USE struct lp_str lp_decision_policy(const struct lp_decision *decision);

/**
 * What scored the risks that the policy asks for: the digest of the risk model that it names, or
 * `scorecard/1`; empty if it asks for none. Valid until the decision is freed.
 */
LP_MUST_USE struct lp_str lp_decision_risk_model(const struct lp_decision *decision);

/**
 * Whether it is a what-if, judged by another policy than the one in force: `lp_engine_set_policy`
 * was given one that is not the one that the portfolio adopts. Worth nothing to a gate. True for
 * anything but a decision.
 */
LP_MUST_USE bool lp_decision_what_if(const struct lp_decision *decision);

/**
 * How many reasons there are, the root included; 0 for anything but a decision.
 */
LP_MUST_USE size_t lp_decision_reason_count(const struct lp_decision *decision);

/**
 * One reason, by its index from 0, which is the root.
 */
LP_MUST_USE
uint32_t lp_decision_reason_at(const struct lp_decision *decision,
                               size_t index,
                               struct lp_reason *reason_out);

/**
 * How many reasons hold the answer back and were not merely passed on along a dependency: what
 * somebody has to do something about. 0 for anything but a decision.
 */
LP_MUST_USE size_t lp_decision_root_blocker_count(const struct lp_decision *decision);

/**
 * One of the reasons that hold the answer back, by its index from 0 among these.
 *
 *     lp_reason reason = {.struct_size = sizeof reason};
 *     for (i = 0; lp_decision_root_blocker_at(decision, i, &reason) == LP_STATUS_OK; i++) {
 *         lp_str name = lp_reason_name(reason.code);
 *         printf("- %.*s: %.*s %.*s\n", (int)reason.subject_id.len, reason.subject_id.ptr,
 *                (int)name.len, name.ptr, (int)reason.args_json.len, reason.args_json.ptr);
 *     }
 */
LP_MUST_USE
uint32_t lp_decision_root_blocker_at(const struct lp_decision *decision,
                                     size_t index,
                                     struct lp_reason *reason_out);

/**
 * How many changes were judged: those of a release, or the change itself. 0 for anything but a
 * decision.
 */
LP_MUST_USE size_t lp_decision_change_count(const struct lp_decision *decision);

/**
 * The reason that holds the verdict of one change, by its index from 0 among these, in order of
 * ids.
 */
LP_MUST_USE
uint32_t lp_decision_change_at(const struct lp_decision *decision,
                               size_t index,
                               struct lp_reason *reason_out);

/**
 * The facts that a reason rests on, by its index: their kind and the digest of their content, such
 * as `approvals/sha256:77ab...`, sorted. Empty if there are none or there is no such reason. Valid
 * until the decision is freed.
 */
LP_MUST_USE struct lp_strs lp_decision_cites(const struct lp_decision *decision, size_t reason);

/**
 * Who can act on a reason: the `index`-th, from 0, of its `act_count`. The id is valid until the
 * decision is freed.
 */
LP_MUST_USE
uint32_t lp_decision_act_at(const struct lp_decision *decision,
                            size_t reason,
                            size_t index,
                            struct lp_actor *actor_out);

/**
 * The decision as JSON: the bytes that `lp_ask` answers to the same question. `detail` is an
 * LP_DETAIL_ number. Takes the time of deciding again. Free the buffer with `lp_buf_free`.
 */
LP_MUST_USE
uint32_t lp_decision_json(const struct lp_decision *decision,
                          uint32_t detail,
                          struct lp_buf *json_out,
                          struct lp_error **error_out);

/**
 * Frees a decision. NULL is a no-op.
 */
void lp_decision_free(struct lp_decision *decision);

/**
 * What is planned: LP_SUBJECT_..., or 0 for anything but a plan.
 */
LP_MUST_USE uint32_t lp_plan_subject_kind(const struct lp_plan *plan);

/**
 * The id of what is planned. Valid until the plan is freed.
 */
LP_MUST_USE struct lp_str lp_plan_subject_id(const struct lp_plan *plan);

/**
 * The stage it is planned for, also if none was asked for. Valid until the plan is freed.
 */
LP_MUST_USE struct lp_str lp_plan_stage(const struct lp_plan *plan);

/**
 * The instant asked about, in microseconds since 1970; 0 for anything but a plan.
 */
LP_MUST_USE int64_t lp_plan_at(const struct lp_plan *plan);

/**
 * Which changes were held to be able to go: LP_SCOPE_..., or 0 for anything but a plan.
 */
LP_MUST_USE uint32_t lp_plan_scope(const struct lp_plan *plan);

/**
 * How many waves there are; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_wave_count(const struct lp_plan *plan);

/**
 * How many groups a wave has, by its index from 0; 0 if there is no such wave.
 */
LP_MUST_USE size_t lp_plan_group_count(const struct lp_plan *plan, size_t wave);

/**
 * The changes of a group of a wave, first to ship first; empty if there is no such group. Valid
 * until the plan is freed.
 */
LP_MUST_USE struct lp_strs lp_plan_group_at(const struct lp_plan *plan, size_t wave, size_t group);

/**
 * The chain of changes that takes longest, first to ship first. Valid until the plan is freed.
 */
LP_MUST_USE struct lp_strs lp_plan_critical_path(const struct lp_plan *plan);

/**
 * The sum of the efforts along that chain, in minutes; a change without one counts as one minute.
 */
LP_MUST_USE uint64_t lp_plan_critical_minutes(const struct lp_plan *plan);

/**
 * The changes in it that were cancelled. Valid until the plan is freed.
 */
LP_MUST_USE struct lp_strs lp_plan_cancelled(const struct lp_plan *plan);

/**
 * The changes in it that are not known. Valid until the plan is freed.
 */
LP_MUST_USE struct lp_strs lp_plan_unknown(const struct lp_plan *plan);

/**
 * How many groups do not ship; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_dropped_count(const struct lp_plan *plan);

/**
 * A group that does not ship, by its index from 0. Valid until the plan is freed.
 */
LP_MUST_USE
uint32_t lp_plan_dropped_at(const struct lp_plan *plan,
                            size_t index,
                            struct lp_dropped *dropped_out);

/**
 * How many needs are not met; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_missing_count(const struct lp_plan *plan);

/**
 * A need that is not met, by its index from 0. Valid until the plan is freed.
 */
LP_MUST_USE
uint32_t lp_plan_missing_at(const struct lp_plan *plan,
                            size_t index,
                            struct lp_missing *missing_out);

/**
 * How many cycles there are; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_cycle_count(const struct lp_plan *plan);

/**
 * A cycle, by its index from 0. Valid until the plan is freed.
 */
LP_MUST_USE
uint32_t lp_plan_cycle_at(const struct lp_plan *plan,
                          size_t index,
                          struct lp_cycle *cycle_out);

/**
 * An edge of the circle that proves a cycle, by the indices of both from 0. Valid until the plan
 * is freed.
 */
LP_MUST_USE
uint32_t lp_plan_cycle_edge_at(const struct lp_plan *plan,
                               size_t cycle,
                               size_t index,
                               struct lp_edge *edge_out);

/**
 * How many conflicts there are; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_conflict_count(const struct lp_plan *plan);

/**
 * A conflict, by its index from 0. Valid until the plan is freed.
 */
LP_MUST_USE
uint32_t lp_plan_conflict_at(const struct lp_plan *plan,
                             size_t index,
                             struct lp_conflict *conflict_out);

/**
 * How many requirements are planned too late; 0 for anything but a plan.
 */
LP_MUST_USE size_t lp_plan_late_count(const struct lp_plan *plan);

/**
 * A requirement that is planned too late, by its index from 0. Valid until the plan is freed.
 */
LP_MUST_USE
uint32_t lp_plan_late_at(const struct lp_plan *plan,
                         size_t index,
                         struct lp_late *late_out);

/**
 * The plan as JSON: the bytes that `lp_ask` answers to the same question. Free the buffer with
 * `lp_buf_free`.
 */
LP_MUST_USE
uint32_t lp_plan_json(const struct lp_plan *plan,
                      struct lp_buf *json_out,
                      struct lp_error **error_out);

/**
 * Frees a plan. NULL is a no-op.
 */
void lp_plan_free(struct lp_plan *plan);

/**
 * What was scored, and what it came to. Strings are valid until the score is freed.
 *
 *     lp_risk whole = {.struct_size = sizeof whole};
 *     if (lp_score_whole(score, &whole) == LP_STATUS_OK) {
 *         printf("risk of %.*s: %.2f %%\n", (int)whole.subject_id.len, whole.subject_id.ptr,
 *                whole.probability / 1e7);
 *     }
 */
LP_MUST_USE uint32_t lp_score_whole(const struct lp_score *score, struct lp_risk *risk_out);

/**
 * The risk of one change, by its index from 0, in order of ids. Valid until the score is freed.
 */
LP_MUST_USE
uint32_t lp_score_change_at(const struct lp_score *score,
                            size_t index,
                            struct lp_change_risk *risk_out);

/**
 * What one factor contributes to the risk of one change, by the indices of both from 0. The name
 * is valid for ever.
 */
LP_MUST_USE
uint32_t lp_score_contribution_at(const struct lp_score *score,
                                  size_t change,
                                  size_t index,
                                  struct lp_contribution *contribution_out);

/**
 * A change that drives the risk of a release, by its index from 0, the strongest first. Valid
 * until the score is freed.
 */
LP_MUST_USE
uint32_t lp_score_driver_at(const struct lp_score *score,
                            size_t index,
                            struct lp_driver *driver_out);

/**
 * The score as JSON: the bytes that `lp_ask` answers to the same question. Free the buffer with
 * `lp_buf_free`.
 */
LP_MUST_USE
uint32_t lp_score_json(const struct lp_score *score,
                       struct lp_buf *json_out,
                       struct lp_error **error_out);

/**
 * Frees a score. NULL is a no-op.
 */
void lp_score_free(struct lp_score *score);

/**
 * A decision for people: the verdict, what holds it back and who can act, the tree of reasons.
 *
 * `format` is LP_FORMAT_TEXT, LP_FORMAT_TERMINAL or LP_FORMAT_MARKDOWN. Titles of changes stand
 * beside their ids. What other people wrote is made safe to print. Free the buffer with
 * `lp_buf_free`.
 */
LP_MUST_USE
uint32_t lp_decision_report(const struct lp_decision *decision,
                            uint32_t format,
                            struct lp_buf *report_out,
                            struct lp_error **error_out);

/**
 * A plan for people: its waves, what is dropped and why.
 *
 * `format` is any LP_FORMAT_ number; Mermaid and SVG draw the waves. All else is as for
 * `lp_decision_report`.
 */
LP_MUST_USE
uint32_t lp_plan_report(const struct lp_plan *plan,
                        uint32_t format,
                        struct lp_buf *report_out,
                        struct lp_error **error_out);

/**
 * A score for people: the probability and what makes it up.
 *
 * `format` is LP_FORMAT_TEXT, LP_FORMAT_TERMINAL or LP_FORMAT_MARKDOWN. All else is as for
 * `lp_decision_report`.
 */
LP_MUST_USE
uint32_t lp_score_report(const struct lp_score *score,
                         uint32_t format,
                         struct lp_buf *report_out,
                         struct lp_error **error_out);

/**
 * The state of a gate that was not entered, as an LP_GATE_STATE_ number: what its verdict says,
 * and whether something that is missing had been given before, for another revision or until it
 * expired. 0 for a number that is no verdict.
 */
LP_MUST_USE uint32_t lp_gate_state_of(uint32_t verdict, bool stale);

/**
 * What an event does to a gate in a state, as an LP_GATE_MOVE_ number: the whole table, cell by
 * cell. `state` is an LP_GATE_STATE_ number, `event` an LP_GATE_EVENT_ number. 0 if either is
 * none.
 *
 * Where it says LP_GATE_MOVE_FOLLOWS or LP_GATE_MOVE_OPENS, the gate is judged again, and
 * `lp_gate_state_of` says where it stands then.
 */
LP_MUST_USE uint32_t lp_gate_move(uint32_t state, uint32_t event);

/**
 * The stable name of a state of a gate, such as `awaiting`; empty for a number that is none. Valid
 * for ever.
 */
LP_MUST_USE struct lp_str lp_gate_state_name(uint32_t state);

/**
 * The stable name of an event of a gate, such as `fact_added`; empty for a number that is none.
 * Valid for ever.
 */
LP_MUST_USE struct lp_str lp_gate_event_name(uint32_t event);

/**
 * The text (TOML) of a policy that comes with the library, to be read, or copied and changed:
 * `itil`, `continuous`, or `both` in one. Empty for a name that is none. Valid for ever.
 *
 * `lp_engine_set_policy` takes it as it is.
 */
LP_MUST_USE struct lp_str lp_profile(struct lp_str profile);

/**
 * A workflow for people: its states, what leads from one to the next and on what conditions.
 *
 * `workflow` is the name of one that is shipped, such as `servicenow-normal`, or the text (TOML)
 * of one. It is verified first: if it is unsound, the call fails, and the error holds every
 * problem with the way that shows it. `format` is any LP_FORMAT_ number; Mermaid and SVG draw the
 * states. What other people wrote is made safe to print. Free the buffer with `lp_buf_free`. Where
 * something in a state can go is asked by `lp_ask`, with the question `workflow`.
 */
LP_MUST_USE
uint32_t lp_workflow_report(struct lp_str workflow,
                            uint32_t format,
                            struct lp_buf *report_out,
                            struct lp_error **error_out);

/**
 * Begins a ledger of that name in a file, or opens the one that is there.
 *
 * `path` is the file, which must not lie on a network file system; beside it stand two more of the
 * same name with `-wal` and `-shm` while it is open. `origin` is the name that stands in every
 * checkpoint, such as `acme.example/releases`: choose one that nobody else has. `options` may be
 * NULL. What is acknowledged was written through to the disk. On success `*ledger_out` is yours:
 * free it with `lp_ledger_free`.
 *
 *     lp_ledger *ledger = NULL;
 *     lp_ledger_options options = {.struct_size = sizeof options, .secret = secret};
 *     uint32_t status = lp_ledger_create(LP_TEXT(path), LP_STR("acme.example/releases"), &options,
 *                                        &ledger, &error);
 */
LP_MUST_USE
uint32_t lp_ledger_create(struct lp_str path,
                          struct lp_str origin,
                          const struct lp_ledger_options *options,
                          struct lp_ledger **ledger_out,
                          struct lp_error **error_out);

/**
 * Opens a ledger that is there.
 *
 * Its newest checkpoint is checked and all that came since, and so is what `options` says of
 * `since`. `options` may be NULL, to read without a key. On success `*ledger_out` is yours: free
 * it with `lp_ledger_free`.
 */
LP_MUST_USE
uint32_t lp_ledger_open(struct lp_str path,
                        const struct lp_ledger_options *options,
                        struct lp_ledger **ledger_out,
                        struct lp_error **error_out);

/**
 * Begins a ledger in memory, for tests and for trying out: it is gone when it is freed.
 *
 * `origin` and `options` are as for `lp_ledger_create`.
 */
LP_MUST_USE
uint32_t lp_ledger_in_memory(struct lp_str origin,
                             const struct lp_ledger_options *options,
                             struct lp_ledger **ledger_out,
                             struct lp_error **error_out);

/**
 * Does anything that a ledger does: JSON in, JSON out, the same bytes in every language.
 *
 * A request is an object with one of these names, whose value holds the fields beside it. `clock`
 * is what the host's clock says: the ledger reads none.
 *
 * - `append`: `facts`, a portfolio document, or `drafts`, a list of {"kind", "fact", "id",
 *   "within"} with ids of the host's under which a fact has one effect, and how long ago it may
 *   have happened, such as `5m`, if it is not there already; `decided_on`, the size of the ledger
 *   that was looked at; `clock`. The reply is `appended` with the `places`, or `conflict` with
 *   what came in between: then nothing was appended
 * - `decide`: `subject`, `by`, `clock`, `stage`, `detail`: the decision on all that is recorded,
 *   recorded itself: `decided`
 * - `claim`: `subject`, `by`, `clock`, `stage`, `id`, `via`, `digest`, `expires`, `not_after`,
 *   `detail`: enters the stage if it is a go, while nobody else can append. The reply is `claimed`
 *   with the `receipt`, or `refused` with the decision
 * - `ask`: `question`, as for `lp_ask`, and `at`, the size to ask at: `answer`
 * - `head`: what the ledger is: `origin`, `size`, `root`, `key`, `checkpoint`
 * - `log`: `from`, `count`: the entries
 * - `receipt`: `sequence`: the text that proves the entry at that place
 * - `consistency`: `old`, `new`: proves that one size is the beginning of another
 * - `checkpoint`: signs what the ledger is now
 * - `snapshot`: keeps what is known, signed, so that it opens faster
 * - `verify`: `kept`, checkpoints that were kept elsewhere: looks at every entry, the tree, the
 *   checkpoints, the snapshot and what was erased. The reply is `verified` with the `findings`,
 *   none if nothing is wrong
 * - `erase`: `from`, `to`, `by`, `clock`, `reason`, `kept_for`: forgets the words of entries; all
 *   proofs and verdicts stay
 *
 * A refusal and a conflict are replies, not failures. Whoever does not know what became of a
 * request makes it again: what is there already has no second effect, and a claim under an `id` is
 * made once. On success `*reply_out` is yours: free it with `lp_buf_free`.
 *
 *     lp_buf reply = {NULL, 0};
 *     const char *claim = "{\"claim\": {\"subject\": {\"release\": \"R-11\"},"
 *                         " \"stage\": \"production\", \"by\": \"mei\", \"id\": \"ship-R-11\","
 *                         " \"clock\": \"2026-11-03T10:00:00Z\"}}";
 *     if (lp_ledger_request(ledger, LP_TEXT(claim), &reply, &error) == LP_STATUS_OK) {
 *         puts(reply.ptr);
 *     }
 */
LP_MUST_USE
uint32_t lp_ledger_request(struct lp_ledger *ledger,
                           struct lp_str request_json,
                           struct lp_buf *reply_out,
                           struct lp_error **error_out);

/**
 * Appends the facts of a portfolio document, all or none.
 *
 * `decided_on` is the size of the ledger that it was decided on to append them: if it has another
 * by now, `conflict` is true and nothing was appended. LP_ANY_SIZE appends wherever it ends, as is
 * right for what merely happened. `clock` is what the host's clock says. Ids of the host's, and
 * the places, are a matter of `lp_ledger_request`.
 *
 *     lp_appended appended = {.struct_size = sizeof appended};
 *     if (lp_ledger_append(ledger, LP_TEXT(portfolio), LP_ANY_SIZE, clock, &appended, &error)
 *         == LP_STATUS_OK) {
 *         printf("%u facts are new\n", (unsigned)appended.added);
 *     }
 */
LP_MUST_USE
uint32_t lp_ledger_append(struct lp_ledger *ledger,
                          struct lp_str portfolio_json,
                          uint64_t decided_on,
                          int64_t clock,
                          struct lp_appended *appended_out,
                          struct lp_error **error_out);

/**
 * Sets the policy (TOML) that answers where the ledger adopts none, as `lp_engine_set_policy`.
 *
 * It is not kept in the file: set it each time the ledger is opened, or append an adoption.
 */
LP_MUST_USE
uint32_t lp_ledger_set_policy(struct lp_ledger *ledger,
                              struct lp_str policy_toml,
                              struct lp_error **error_out);

/**
 * Takes in what others have appended, and makes a snapshot of all that is recorded.
 *
 * On success `*snapshot_out` is yours: free it with `lp_snapshot_free`. It does not depend on the
 * ledger, which may be freed first, and it does not change. What it decides is not recorded; a
 * request to `decide` or to `claim` is.
 *
 *     if (lp_ledger_snapshot(ledger, &snapshot, &error) == LP_STATUS_OK
 *         && lp_snapshot_decide(snapshot, LP_SUBJECT_RELEASE, LP_STR("R-11"),
 *                               LP_STR("production"), clock, &decision, &error) == LP_STATUS_OK) {
 *         puts(lp_decision_is_go(decision) ? "go" : "no go");
 *     }
 */
LP_MUST_USE
uint32_t lp_ledger_snapshot(struct lp_ledger *ledger,
                            struct lp_snapshot **snapshot_out,
                            struct lp_error **error_out);

/**
 * Frees a ledger; its file and its snapshots stay. NULL is a no-op.
 */
void lp_ledger_free(struct lp_ledger *ledger);

/**
 * Checks a receipt, without the ledger: that its entry stands in a ledger which the key signs for.
 *
 * `receipt` is the text that a claim or a request for a `receipt` gave, `key` the public key,
 * `name+id+key`, as the owner of the ledger has published it. On success `*proved_out` is yours:
 * {"entry": ..., "checkpoint": {"origin", "size", "root"}} on one line. Whether the entry is the
 * one that was asked for is for the caller to see: look at its `kind` and its `fact`.
 *
 *     lp_buf proved = {NULL, 0};
 *     if (lp_receipt_prove(receipt, key, &proved, &error) == LP_STATUS_OK) {
 *         puts(proved.ptr);
 *     }
 *     lp_buf_free(&proved);
 */
LP_MUST_USE
uint32_t lp_receipt_prove(struct lp_str receipt,
                          struct lp_str key,
                          struct lp_buf *proved_out,
                          struct lp_error **error_out);

/**
 * The nodes of a list; empty for anything but a list. Valid until the list is freed.
 */
LP_MUST_USE struct lp_numbers lp_nodes_all(const struct lp_nodes *nodes);

/**
 * Frees a list. NULL is a no-op.
 */
void lp_nodes_free(struct lp_nodes *nodes);

/**
 * Reads edges, in any order: `later[i]` waits for `earlier[i]`, both below `nodes`. One that is
 * given more than once counts once. The arrays have `count` elements each, may be NULL if that is
 * 0, and are read during the call only. On success `*edges_out` is yours: free it with
 * `lp_edges_free`.
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not, and with
 * LP_STATUS_LIMIT_EXCEEDED if there are more nodes or edges than 32 bits count.
 */
LP_MUST_USE
uint32_t lp_edges_new(uint32_t nodes,
                      const uint32_t *later,
                      const uint32_t *earlier,
                      size_t count,
                      struct lp_edges **edges_out,
                      struct lp_error **error_out);

/**
 * How many nodes there are; 0 for anything but edges.
 */
LP_MUST_USE uint32_t lp_edges_nodes(const struct lp_edges *edges);

/**
 * How many edges there are, each counted once, without those of a node to itself; 0 for anything
 * but edges.
 */
LP_MUST_USE uint32_t lp_edges_count(const struct lp_edges *edges);

/**
 * How many of the edges given were there already; 0 for anything but edges.
 */
LP_MUST_USE uint32_t lp_edges_repeated(const struct lp_edges *edges);

/**
 * The nodes that wait for themselves, which no schedule contains, smallest first. Valid until the
 * edges are freed.
 */
LP_MUST_USE struct lp_numbers lp_edges_looped(const struct lp_edges *edges);

/**
 * What a node waits for, smallest first; empty for one that there is not. Valid until the edges
 * are freed.
 */
LP_MUST_USE struct lp_numbers lp_edges_earlier(const struct lp_edges *edges, uint32_t node);

/**
 * Puts every node into a wave, after all that it waits for, as early as can be. `weights` says how
 * long each node takes, in a unit of the caller's, and `weight_count` is how many there are; with
 * NULL and 0, each takes 1. On success `*schedule_out` is yours: free it with `lp_schedule_free`.
 *
 * Fails with LP_STATUS_BAD_ARGUMENT unless there is one weight for each node, and with
 * LP_STATUS_NUMBER_OUT_OF_RANGE if they do not fit in 64 bits together.
 */
LP_MUST_USE
uint32_t lp_edges_schedule(const struct lp_edges *edges,
                           const uint64_t *weights,
                           size_t weight_count,
                           struct lp_schedule **schedule_out,
                           struct lp_error **error_out);

/**
 * Finds the nodes that wait for each other. On success `*components_out` is yours: free it with
 * `lp_components_free`.
 */
LP_MUST_USE
uint32_t lp_edges_components(const struct lp_edges *edges,
                             struct lp_components **components_out,
                             struct lp_error **error_out);

/**
 * Lists everything that waits for one of the given nodes, directly or through others, without the
 * given ones. On success `*nodes_out` is yours: free it with `lp_nodes_free`.
 *
 *     const uint32_t roots[] = {1};
 *     if (lp_edges_downstream(edges, roots, 1, &after, &error) == LP_STATUS_OK) {
 *         printf("%u wait for node 1\n", (unsigned)lp_nodes_all(after).len);
 *     }
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
 */
LP_MUST_USE
uint32_t lp_edges_downstream(const struct lp_edges *edges,
                             const uint32_t *nodes,
                             size_t count,
                             struct lp_nodes **nodes_out,
                             struct lp_error **error_out);

/**
 * Lists everything that the given nodes wait for, directly or through others, without the given
 * ones. On success `*nodes_out` is yours: free it with `lp_nodes_free`.
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
 */
LP_MUST_USE
uint32_t lp_edges_upstream(const struct lp_edges *edges,
                           const uint32_t *nodes,
                           size_t count,
                           struct lp_nodes **nodes_out,
                           struct lp_error **error_out);

/**
 * Counts how many others wait for each of the given nodes, directly or through others, and writes
 * it to `counts_out`, which has room for `count` numbers. Far quicker than asking for each.
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
 */
LP_MUST_USE
uint32_t lp_edges_downstream_counts(const struct lp_edges *edges,
                                    const uint32_t *nodes,
                                    size_t count,
                                    uint32_t *counts_out,
                                    struct lp_error **error_out);

/**
 * Finds the edges that no chain of others implies: the fewest that say the same. What is on a
 * cycle, or waits for one, is left out. On success `*reduction_out` is yours: free it with
 * `lp_reduction_free`.
 *
 * Fails with LP_STATUS_LIMIT_EXCEEDED above 20000 nodes that ship.
 */
LP_MUST_USE
uint32_t lp_edges_reduction(const struct lp_edges *edges,
                            struct lp_reduction **reduction_out,
                            struct lp_error **error_out);

/**
 * Frees edges; what they answered stays. NULL is a no-op.
 */
void lp_edges_free(struct lp_edges *edges);

/**
 * How many waves there are; 0 for anything but a schedule.
 */
LP_MUST_USE uint32_t lp_schedule_wave_count(const struct lp_schedule *schedule);

/**
 * The nodes of a wave, by its number from 1, smallest first; empty if there is no such wave. Valid
 * until the schedule is freed.
 */
LP_MUST_USE struct lp_numbers lp_schedule_wave(const struct lp_schedule *schedule, uint32_t wave);

/**
 * The wave of each node, by its number; 0 for one that never ships. Valid until the schedule is
 * freed.
 */
LP_MUST_USE struct lp_numbers lp_schedule_wave_of(const struct lp_schedule *schedule);

/**
 * All nodes that ship, wave after wave, those of one wave smallest first. Valid until the schedule
 * is freed.
 */
LP_MUST_USE struct lp_numbers lp_schedule_order(const struct lp_schedule *schedule);

/**
 * The chain of nodes that takes longest, first to ship first. Valid until the schedule is freed.
 */
LP_MUST_USE struct lp_numbers lp_schedule_critical_path(const struct lp_schedule *schedule);

/**
 * The sum of the weights along that chain; 0 for anything but a schedule.
 */
LP_MUST_USE uint64_t lp_schedule_critical_weight(const struct lp_schedule *schedule);

/**
 * Frees a schedule. NULL is a no-op.
 */
void lp_schedule_free(struct lp_schedule *schedule);

/**
 * How many components there are; 0 for anything but components.
 */
LP_MUST_USE uint32_t lp_components_count(const struct lp_components *components);

/**
 * The component of each node, by its number. Valid until the components are freed.
 */
LP_MUST_USE struct lp_numbers lp_components_of(const struct lp_components *components);

/**
 * The nodes of a component, smallest first; empty if there is no such component. Valid until the
 * components are freed.
 */
LP_MUST_USE
struct lp_numbers lp_components_members(const struct lp_components *components,
                                        uint32_t component);

/**
 * The components that are cycles: of more than one node, or of one that waits for itself. Valid
 * until the components are freed.
 */
LP_MUST_USE struct lp_numbers lp_components_cycles(const struct lp_components *components);

/**
 * Frees components. NULL is a no-op.
 */
void lp_components_free(struct lp_components *components);

/**
 * What waits, sorted; the edge at a place goes to the node at the same place of
 * `lp_reduction_earlier`. Valid until the reduction is freed.
 */
LP_MUST_USE struct lp_numbers lp_reduction_later(const struct lp_reduction *reduction);

/**
 * What each of `lp_reduction_later` waits for. Valid until the reduction is freed.
 */
LP_MUST_USE struct lp_numbers lp_reduction_earlier(const struct lp_reduction *reduction);

/**
 * Frees a reduction. NULL is a no-op.
 */
void lp_reduction_free(struct lp_reduction *reduction);

/**
 * Begins with edges that were read in bulk, in the order of their waves. They may be freed after
 * it. On success `*ordered_out` is yours: free it with `lp_ordered_edges_free`.
 *
 * Fails with LP_STATUS_BAD_ARGUMENT if some of them go in a circle; the message names its nodes.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_new(const struct lp_edges *edges,
                              struct lp_ordered_edges **ordered_out,
                              struct lp_error **error_out);

/**
 * Where a node stands in the order: what comes later has a larger number. The numbers have gaps,
 * and mean something only beside each other and until the next edge is added; 0 for a node that
 * there is not.
 */
LP_MUST_USE
uint64_t lp_ordered_edges_place_of(const struct lp_ordered_edges *ordered,
                                   uint32_t node);

/**
 * Adds an edge: `later` waits for `earlier` from now on, unless that closes a circle.
 * `*inserted_out` is LP_INSERTED_NEW, LP_INSERTED_KNOWN or LP_INSERTED_REFUSED.
 *
 * If it was refused, `*circle_out` is the circle and yours, to be freed with `lp_nodes_free`: its
 * first node is `later`, each of the others waits for the one before it, and the last is
 * `earlier`. It may take a longer way round than needed. Else `*circle_out` is NULL.
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not, and with
 * LP_STATUS_LIMIT_EXCEEDED if there are as many edges as 32 bits count.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_insert(struct lp_ordered_edges *ordered,
                                 uint32_t later,
                                 uint32_t earlier,
                                 uint32_t *inserted_out,
                                 struct lp_nodes **circle_out,
                                 struct lp_error **error_out);

/**
 * Takes an edge away: `later` does not wait for `earlier` any more. The order stays as it is.
 * `*removed_out` is 1, or 0 if there was no such edge.
 *
 * Fails with LP_STATUS_NUMBER_OUT_OF_RANGE for a node that there is not.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_remove(struct lp_ordered_edges *ordered,
                                 uint32_t later,
                                 uint32_t earlier,
                                 uint32_t *removed_out,
                                 struct lp_error **error_out);

/**
 * Adds a node without edges, last in the order. `*node_out` is its number.
 *
 * Fails with LP_STATUS_LIMIT_EXCEEDED if there are as many as 32 bits count.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_push_node(struct lp_ordered_edges *ordered,
                                    uint32_t *node_out,
                                    struct lp_error **error_out);

/**
 * Lists all nodes, each after all that it waits for. On success `*order_out` is yours: free it
 * with `lp_nodes_free`; it stays as it is when edges are added.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_order(const struct lp_ordered_edges *ordered,
                                struct lp_nodes **order_out,
                                struct lp_error **error_out);

/**
 * Takes the edges as they are now, for what is asked of all nodes at once, or of one: how many
 * there are, what a node waits for. On success `*edges_out` is yours: free it with
 * `lp_edges_free`; it stays as it is when edges are added here.
 */
LP_MUST_USE
uint32_t lp_ordered_edges_to_edges(const struct lp_ordered_edges *ordered,
                                   struct lp_edges **edges_out,
                                   struct lp_error **error_out);

/**
 * Frees ordered edges; what they answered stays. NULL is a no-op.
 */
void lp_ordered_edges_free(struct lp_ordered_edges *ordered);

/**
 * Sets how a model is fitted to a history of some thousands of changes: lines, steps and pairs,
 * with later changes counting more. Change what you like before you fit. Writes all but
 * `struct_size`, which you set.
 *
 *     lp_fit fit = {.struct_size = sizeof fit};
 *     if (lp_fit_additive(8, &fit, &error) == LP_STATUS_OK) {
 *         fit.rounds = 50;
 *     }
 */
LP_MUST_USE
uint32_t lp_fit_additive(size_t changes,
                         struct lp_fit *fit_out,
                         struct lp_error **error_out);

/**
 * Fits a model to `column_count` columns of `count` values each and to what became of the changes,
 * the oldest first: `failed` has 1 for each that failed, and 0 for each other. With NULL for `fit`
 * it is of lines alone, which a few hundred changes bear. Everything is read during the call only;
 * on success `*model_out` is yours: free it with `lp_model_free`.
 *
 * Fails with LP_STATUS_BAD_ARGUMENT if columns have one name or are of no use together, if all
 * changes failed, or none, or if a number is none that it can be, and with
 * LP_STATUS_NUMBER_OUT_OF_RANGE for a value that cannot be kept; the message says which.
 */
LP_MUST_USE
uint32_t lp_model_fit(const struct lp_column *columns,
                      size_t column_count,
                      const uint8_t *failed,
                      size_t count,
                      const struct lp_fit *fit,
                      struct lp_model **model_out,
                      struct lp_error **error_out);

/**
 * Reads a model from JSON: one of `lp_model_whole`, or one that another tool exports in this form.
 * On success `*model_out` is yours: free it with `lp_model_free`.
 *
 * Fails as documents do where it is no JSON, and with LP_STATUS_BAD_ARGUMENT where it is no model;
 * the message says where.
 */
LP_MUST_USE
uint32_t lp_model_read(struct lp_str json,
                       struct lp_model **model_out,
                       struct lp_error **error_out);

/**
 * What a model is, as a whole: its JSON, its digest and its figures. Strings are valid until the
 * model is freed.
 *
 *     lp_fitted whole = {.struct_size = sizeof whole};
 *     if (lp_model_whole(model, &whole) == LP_STATUS_OK) {
 *         printf("%.*s, of %u changes\n", (int)whole.digest.len, whole.digest.ptr,
 *                (unsigned)whole.changes);
 *     }
 */
LP_MUST_USE uint32_t lp_model_whole(const struct lp_model *model, struct lp_fitted *fitted_out);

/**
 * A term of a model, by its index from 0, in the order of the columns that it was fitted to. Valid
 * until the model is freed.
 */
LP_MUST_USE
uint32_t lp_model_term_at(const struct lp_model *model,
                          size_t index,
                          struct lp_term *term_out);

/**
 * A pair of a model, by its index from 0. Valid until the model is freed.
 */
LP_MUST_USE
uint32_t lp_model_pair_at(const struct lp_model *model,
                          size_t index,
                          struct lp_pair *pair_out);

/**
 * Scores `count` changes by the columns of their features, and writes what `scores` has room for.
 * Columns are found by their names and may stand in any order; of each only the name and the
 * values are looked at. On failure nothing is written.
 *
 * Fails with LP_STATUS_BAD_ARGUMENT if a term has no column, or two, or if there is room for
 * another number of contributions than there are, and with LP_STATUS_NUMBER_OUT_OF_RANGE for a
 * value that cannot be kept.
 */
LP_MUST_USE
uint32_t lp_model_score(const struct lp_model *model,
                        const struct lp_column *columns,
                        size_t column_count,
                        size_t count,
                        const struct lp_scores *scores,
                        struct lp_error **error_out);

/**
 * Frees a model. NULL is a no-op.
 */
void lp_model_free(struct lp_model *model);

/**
 * Answers any question about risk that needs no portfolio: JSON in, JSON out, the same bytes in
 * every language.
 *
 * A question is an object with one of these names, whose value holds the fields beside it. `said`
 * are probabilities in parts per billion, as `lp_model_score` writes them, `failed` is a list of
 * true and false; single probabilities are decimals, such as "0.12".
 *
 * - `joint`: `said`, `shock` (0.12, if it is left out): what at most 10,000 changes come to that
 *   ship together: the chance that any fails, how many are expected to, the share of each, and by
 *   how much it falls without each
 * - `shock`: `said`, `failed`, `releases` (how many changes each had): how much changes of one
 *   release have in common
 * - `lane`: `said`, `failed`, `promise`, `confidence`: the widest threshold below which changes
 *   may pass without anybody looking; none, if none keeps the promise
 * - `shift`: `log_odds` in billionths, `failed`, `window` (600, if it is left out): what is to be
 *   added to all log-odds for them to come true as they lately did
 * - `platt`: `log_odds` in billionths, `failed`, and, if you like, `model` (one as `lp_model_read`
 *   reads it): `slope` and `shift` by which all log-odds come true, how sure they are, and of the
 *   model one that goes by them, with its digest
 * - `backtest`: `made`, `said`, `failed`, `as_of`, `maturity`, such as "30d", `base`, `review` and
 *   `escape` (costs), and, if you like, `known`, `effort`, `blocks`, `repetitions`, `seed`,
 *   `confidence`: what a model would have been worth
 * - `drift`: `reference` and `recent`, each with `said`, `failed` and `features` (each a `name`
 *   and `values`, null where not known), `z`, `psi`: what a model drifted from, and what to do
 * - `rules`: `rules` (`levels`, the lowest first, `rules`, each with a `name`, conditions `when`
 *   and a `level`, and the level `otherwise`; a condition is a `feature` and a `test`, such as
 *   {"at_least": 20000000}, `at_most` or `is`, in millionths), `changes` (an object for each, of
 *   features in millionths): the level of each by the first rule that matches, the rule, and what
 *   is missing; what is null or left out is not known and never lowers a level
 * - `questionnaire`: `questionnaire` (`levels`, `from` how many points on each but the first
 *   holds, `questions`, each with an `id`, a `weight` and the points of its `answers`), `answers`
 *   (an object for each change, of an answer by each question): the points and the level of each,
 *   and the points of each question; what nobody answered counts as the worst answer
 * - `worst`: `levels`, the lowest first, `rated` (a list of levels for each change): the worst of
 *   each, null if nobody rated it; what is none of the levels counts as the highest
 * - `trees`: `format` ("lightgbm" or "xgboost"), `model` (what that tool saved, as text),
 *   `features` (each a `name` and `values` in millionths, one for each change, null where not
 *   known), and, if you like, `missing` ("riskier", which is usual, or "as_trained"): the
 *   `features` of the model, its `baseline`, `log_odds` in billionths, `probabilities` in parts
 *   per billion, and `contributions` in billionths, a list for each feature; the baseline and they
 *   add up to the log-odds
 * - `ebm`: `model` (what `to_json` of an explainable boosting machine of interpret 0.7 wrote, as
 *   text, with detail "interpretable" and without indent): the `model` as `lp_model_read` reads
 *   it, and its `digest`; it scores as the machine does, but for what is not known
 * - `replay`: `features` (each a `name`, `values` in millionths, null where not known, and, if you
 *   like, `transform`, "plain" or "log", and `bend`, "free", "straight", "rising" or "falling"),
 *   `made`, `failed`, `as_of`, `maturity`, and, if you like, `known`, `blocks` (10), `lines` (true
 *   for lines alone), `half_life`, `prior` (a model as `lp_model_read` takes it): what models
 *   would have said of the changes from the one numbered `trained` up to `changes`, had they known
 *   no more than was known then (`said`, as `backtest` takes it), which they vouch for, and how
 *   each block was scored
 * - `certify`: `replay` (all of the above), `promise`, and, if you like, `confidence` (0.95),
 *   `releases` (that of each change, null if it came with none): the `model` to record in a
 *   portfolio, as text, its `digest` for the policy, and what its shift, its shock and its lane
 *   rest on; `wanting` tells what it takes, if there is no lane that keeps the promise
 * - `risk_model`: `text` (a model that a policy may name, as `certify` makes it): its `digest`,
 *   the `model` as it scores changes, which `lp_model_read` reads, its `shift`, `shock` and `lane`
 * - `published`, with nothing in it: the model of ten published histories that a first fit may
 *   have as prior; what stands between `{"published":` and the last `}` is what `lp_model_read`
 *   reads
 *
 * `shock`, `lane`, `shift`, `platt` and each part of `drift` take `ripe`, too: `made` (when each
 * change was made), `as_of` (when it was looked up what became of them) and `maturity`, such as
 * "30d". With it, changes that had too little time to fail are refused: of these it is not known
 * yet that they will.
 *
 * No engine is needed. The answer is one line without a newline at its end. On success
 * `*answer_out` is yours: free it with `lp_buf_free`.
 *
 *     lp_buf together = {NULL, 0};
 *     const char *two = "{\"joint\": {\"said\": [100000000, 200000000]}}";
 *     if (lp_ask_risk(LP_TEXT(two), &together, &error) == LP_STATUS_OK) {
 *         puts(together.ptr);
 *     }
 *     lp_buf_free(&together);
 */
LP_MUST_USE
uint32_t lp_ask_risk(struct lp_str question_json,
                     struct lp_buf *answer_out,
                     struct lp_error **error_out);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* LYNCHPIN_H */
