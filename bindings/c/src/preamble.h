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
/* --- */
/** The version of this header as a text. */
#define LP_VERSION "@VERSION@"
/** The first number of the version of this header. */
#define LP_VERSION_MAJOR @MAJOR@
/** The second number of the version of this header. */
#define LP_VERSION_MINOR @MINOR@
/** The third number of the version of this header. */
#define LP_VERSION_PATCH @PATCH@

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
