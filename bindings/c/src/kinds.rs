//! Numbers that are neither a status, nor a verdict, nor a reason.

/// The version of the binary interface. It grows whenever a program built against an older header
/// could go wrong with the library, but not when functions, numbers or the last fields of growing
/// structs are added; see `lp_abi_version`.
pub const LP_ABI_VERSION: u32 = 2;

/// The instant that stands for "never".
pub const LP_NEVER: i64 = i64::MAX;

/// The size of a ledger that stands for "wherever it ends".
pub const LP_ANY_SIZE: u64 = u64::MAX;

/// Limits for documents from outside: 16 MiB, lists of a million.
pub const LP_LIMITS_UNTRUSTED: u32 = 1;
/// Limits for files that the host itself made: 4 GiB, lists of ten million.
pub const LP_LIMITS_BULK: u32 = 2;

/// The subject is a change.
pub const LP_SUBJECT_CHANGE: u32 = 1;
/// The subject is a release with all of its changes.
pub const LP_SUBJECT_RELEASE: u32 = 2;

/// The edge was added.
pub const LP_INSERTED_NEW: u32 = 1;
/// The edge was there already.
pub const LP_INSERTED_KNOWN: u32 = 2;
/// The edge would close a circle, so it was not added.
pub const LP_INSERTED_REFUSED: u32 = 3;

/// The actor is that person.
pub const LP_ACTOR_PERSON: u32 = 1;
/// The actor is anybody of that group.
pub const LP_ACTOR_GROUP: u32 = 2;

/// It is clear already.
pub const LP_CLEARS_NOW: u32 = 1;
/// It clears by itself, not before a known instant.
pub const LP_CLEARS_AT: u32 = 2;
/// It clears by itself, at a time that nobody knows yet.
pub const LP_CLEARS_UNKNOWN: u32 = 3;
/// It clears only when somebody acts.
pub const LP_CLEARS_ON_ACTION: u32 = 4;

/// A plan of all changes that are not cancelled: the order of the whole.
pub const LP_SCOPE_ALL: u32 = 1;
/// A plan of the changes that a decision at that instant lets go: what could ship now.
pub const LP_SCOPE_READY: u32 = 2;

/// A member is not a go, or is on the losing side of a conflict. One bit of `lp_dropped`.
pub const LP_DROPPED_NOT_GO: u32 = 1;
/// A member needs something that is neither live nor in the item. One bit of `lp_dropped`.
pub const LP_DROPPED_MISSING: u32 = 2;
/// A member is part of a cycle. One bit of `lp_dropped`.
pub const LP_DROPPED_CYCLE: u32 = 4;

/// The two are never in the same release, nor in flight or soaking in a stage at the same time.
pub const LP_CONFLICT_IN_FLIGHT: u32 = 1;
/// The two are also never live together, until superseded or rolled back.
pub const LP_CONFLICT_EXCLUSIVE: u32 = 2;

/// Along the dependencies to what the change needs.
pub const LP_DIRECTION_UPSTREAM: u32 = 1;
/// Along the dependencies to what needs the change.
pub const LP_DIRECTION_DOWNSTREAM: u32 = 2;

/// A report as plain text, for files, pipes and logs.
pub const LP_FORMAT_TEXT: u32 = 1;
/// A report as text with colours by escape sequences, for terminals.
pub const LP_FORMAT_TERMINAL: u32 = 2;
/// A report as Markdown, for pull requests and notebooks.
pub const LP_FORMAT_MARKDOWN: u32 = 3;
/// The waves of a plan as a Mermaid graph.
pub const LP_FORMAT_MERMAID: u32 = 4;
/// The waves of a plan as an SVG picture.
pub const LP_FORMAT_SVG: u32 = 5;

/// A document with the verdict, when it clears and how long it holds.
pub const LP_DETAIL_VERDICT: u32 = 1;
/// Also with what holds it back, and who can change that.
pub const LP_DETAIL_UNMET: u32 = 2;
/// Also with the whole tree, met and unmet, and the facts it rests on.
pub const LP_DETAIL_FULL: u32 = 3;

/// Nothing is done to the values of a column.
pub const LP_TRANSFORM_PLAIN: u32 = 1;
/// The natural logarithm of one more is taken of them: for counts. Below zero it is zero.
pub const LP_TRANSFORM_LOG: u32 = 2;

/// What a feature adds may run in any way.
pub const LP_BEND_FREE: u32 = 1;
/// It runs as a line only: for what grows for as long as a history does, such as how many changes
/// somebody has made.
pub const LP_BEND_STRAIGHT: u32 = 2;
/// It never runs downwards: more of it is never less risky, alone or with another feature.
pub const LP_BEND_RISING: u32 = 3;
/// It never runs upwards.
pub const LP_BEND_FALLING: u32 = 4;
