//! Every size that is bounded, in one place, each with its reason.

/// The deepest nesting of a document. Our own documents need six; serde_json itself stops at 128.
pub const DEPTH_MAX: usize = 64;

/// The longest identifier, in bytes: room for a URL of a review, and short enough for any index.
pub const ID_BYTES_MAX: usize = 256;

/// The longest text, in bytes: a long plan or a long description.
pub const TEXT_BYTES_MAX: usize = 64 * 1024;

/// The largest magnitude of a number in a document: what every JSON reader keeps exactly.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;

/// How many problems of one document are reported: more than anybody mends in one go.
pub const PROBLEMS_MAX: usize = 100;

/// How many dependency clauses one change may have: a release of a whole portfolio names fewer.
pub const CLAUSES_MAX: usize = 10_000;

/// How many delegations may name one person as the one who answers: fifteen a week for five years.
/// Each of them is looked at for each of that person's approvals.
pub const DELEGATIONS_MAX: usize = 4_096;

/// How many meetings a board may plan at once: one a day for five years.
pub const MEETINGS_MAX: usize = 2_048;

/// How many freezes a portfolio may hold, and how many windows: one a day for five years. Each is
/// asked about wherever something goes.
pub const FREEZES_MAX: usize = 2_048;

/// How many declarations of boards may hold a recurring calendar: one for each working day of eight
/// years. Each calendar costs work to be read.
pub const BOARD_CALENDARS_MAX: usize = 2_048;

/// How many services, stages, environments or tiers one scope may name; what is for more is for
/// all, or is several.
pub const SCOPE_MAX: usize = 1_000;

/// How many deployments under way in closed places are looked at for what was to be said of them
/// when they began: each folds all facts known by then.
pub const IN_FLIGHT_MAX: usize = 1_000;

/// The longest policy, in bytes: it is written and read by people.
pub const POLICY_BYTES_MAX: usize = 1024 * 1024;

/// How many decisions one dry run compares: the deployments of a busy month, each of which folds
/// all facts known by then.
pub const DRY_RUN_DECISIONS_MAX: usize = 10_000;

/// How many decisions one daily question makes: of a large company, each release and each change
/// in none that is open at once, or a smaller one's on every day of a month.
pub const DAILY_DECISIONS_MAX: usize = 10_000;

/// How many changes one composition may have to choose from: each costs a decision, and no release
/// is composed from more.
pub const COMPOSE_CHANGES_MAX: usize = 10_000;

/// How many sets of decisions are looked at for the smallest set of actions, and how many nodes of
/// the tree in all: less than a second of work, counted and not timed, so that the answer is the
/// same on every machine.
pub const ACTIONS_NODES_MAX: usize = 4_096;
/// The second of the two.
pub const ACTIONS_WORK_MAX: usize = 1 << 26;

/// How many collisions are told at once: more than anybody resolves before asking again.
pub const COLLISIONS_MAX: usize = 10_000;

/// How many rows one audit population lists: four hundred deployed changes on every working day of
/// a year, with all that is behind each. Who has more asks about shorter periods.
pub const POPULATION_ROWS_MAX: usize = 100_000;

/// How many items one queue may have: more releases than wait for one stage at once in a company
/// that
/// ships hundreds a day. What follows is told for every pair of them.
pub const QUEUE_ITEMS_MAX: usize = 500;

/// In how many ways the items of one queue may interact: nearly as many as there are pairs of them,
/// and more than anybody reads.
pub const QUEUE_INTERACTIONS_MAX: usize = 100_000;

/// How many runs of a queue may be tried beforehand: two for each item.
pub const QUEUE_RUNS_MAX: usize = 1_000;

/// How many facts are left out one by one to find those through which a decision changed: each
/// costs a decision, and nobody reads more.
pub const CHANGED_FACTS_MAX: usize = 200;

/// By how many policies beside the one in force one revision may have been decided: each is asked
/// again with every decision, and who adopts so many while a change is open makes a new revision.
pub const POLICIES_OF_DECISIONS_MAX: usize = 16;

/// In how many parent releases a release may be, directly or through others: each is asked as a
/// whole whenever what is below it is, and no organisation nests a hundred programmes.
pub const PARENTS_MAX: usize = 100;

/// The longest recurrence rule, in bytes: room for every list of RFC 5545 written out in full.
pub const RECURRENCE_BYTES_MAX: usize = 8 * 1024;

/// How many days one question about one recurring occasion may look at: more than the forty years
/// from one 29 February that is a Sunday to the next across a century, and less than a millisecond.
pub const CALENDAR_DAYS_MAX: u32 = 20_000;

/// How often a question may go from one opening or closing to the next before it gives up: windows
/// that a freeze takes away each time would be followed for ever.
pub const CALENDAR_TURNS_MAX: u32 = 100;

/// The longest statement in Base64: the provenance of a build of some hundred dependencies.
pub const STATEMENT_TEXT_BYTES_MAX: usize = 512 * 1024;

/// How many signatures one envelope may have: more than the people who sign one statement.
pub const SIGNATURES_MAX: usize = 16;

/// The longest signature in Base64, and the longest name of a key beside one: a signature of the
/// kinds that are checked has less than a hundred characters.
pub const SIGNATURE_TEXT_BYTES_MAX: usize = 1024;

/// How many keys one requirement may name: with the signatures, this bounds how often one
/// statement is verified.
pub const KEYS_MAX: usize = 16;

/// The most states of a workflow: ServiceNow's longest has nine, and a person has to read it.
pub const WORKFLOW_STATES_MAX: usize = 128;

/// The most transitions of a workflow, one counted for each state it starts from: pairs of them are
/// compared.
pub const WORKFLOW_TRANSITIONS_MAX: usize = 1024;

/// The most conditions of one transition, and the most mandatory gates of a workflow.
pub const WORKFLOW_GUARDS_MAX: usize = 32;

/// How often something may have been moved through one workflow: each move is judged by all that
/// was known then, and few changes are moved more than twenty times.
pub const WORKFLOW_MOVES_MAX: usize = 256;

/// How many parts a gate may have that is asked of many subjects at once: people read gates.
pub const GATE_PARTS_MAX: usize = 4_096;

/// How many of a list such a gate may ask for: that many verdicts are kept of each row.
pub const GATE_AT_LEAST_MAX: usize = 64;

/// How many people may approve one requirement of such a gate: a bit of each row for every one.
pub const GATE_SEATS_MAX: usize = 1_024;

/// How many rows such a gate may be asked of: as many changes as the largest list holds.
pub const GATE_ROWS_MAX: usize = 10_000_000;

/// The most features of a model that is fitted or read.
pub const MODEL_FEATURES_MAX: usize = 1_000;

/// The most steps of a model, over all its features and pairs.
pub const MODEL_CELLS_MAX: usize = 1_000_000;

/// The most changes of a history that risk models are fitted to: as many as in a year of three
/// thousand a day.
pub const RISK_HISTORY_MAX: usize = 1_000_000;

/// The most bytes of a risk model in a portfolio: room for all steps that a model may have.
pub const RISK_MODEL_BYTES_MAX: usize = 32 * 1024 * 1024;

/// The most changes that are asked about together as a document: their number of failures takes
/// time with the square of them.
pub const JOINT_CHANGES_MAX: usize = 10_000;

/// The most pieces that a change may be split into: smaller ones are mostly of one line.
pub const SPLIT_MAX: u32 = 100;

/// The most rounds in which a model is fitted.
pub const MODEL_ROUNDS_MAX: u32 = 10_000;

/// How much fitting one document may ask for: in each block of time, each value of a feature is
/// weighed with every other feature of its change. Some seconds of work.
pub const REPLAY_WORK_MAX: usize = 1 << 30;

/// How many trees a model may have that another tool trained: a hundred times what is usual.
pub const TREES_MAX: usize = 100_000;

/// How many nodes the trees of a model may have in all: each may be looked at for one score, and
/// that takes some milliseconds.
pub const TREE_NODES_MAX: usize = 1 << 22;

/// How many features such a model may have: each score has a term for every one.
pub const TREE_FEATURES_MAX: usize = 1 << 16;

/// How many nodes one document may have looked at, in all its changes, if nothing were known of
/// them: some seconds of work. Two hundred trees of thirty leaves score eighty thousand changes.
pub const TREE_WORK_MAX: usize = 1 << 30;

/// How many conditions of rules, or questions, one document may have looked at in all its changes:
/// a hundred conditions rate more than half a million.
pub const RATING_WORK_MAX: usize = 1 << 26;

/// How much text ratings of one document may come to, in bytes: names are repeated for each change,
/// so that an answer could be many thousand times as long as its question.
pub const RATING_TEXT_BYTES_MAX: usize = 1 << 26;

/// How much a caller lets a document be.
///
/// [`Limits::untrusted`] is for whatever comes from outside; [`Limits::bulk`] is for files that
/// the host itself made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest document, in bytes.
    pub document_bytes_max: usize,
    /// The longest list in a document.
    pub list_max: usize,
}

impl Limits {
    /// 16 MiB and lists of a million: what a service may take from a stranger.
    #[must_use]
    pub const fn untrusted() -> Self {
        Limits { document_bytes_max: 16 << 20, list_max: 1_000_000 }
    }

    /// 4 GiB and lists of ten million: the whole portfolio of a large company, from a local file.
    #[must_use]
    pub const fn bulk() -> Self {
        // On a 32-bit machine the address space is the limit.
        let bytes = if usize::BITS > 32 { 1 << (usize::BITS / 2) } else { usize::MAX };
        Limits { document_bytes_max: bytes, list_max: 10_000_000 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits::untrusted()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_is_four_gibibytes() {
        #[cfg(target_pointer_width = "64")]
        assert_eq!(Limits::bulk().document_bytes_max, 4 * 1024 * 1024 * 1024);
        assert_eq!(Limits::default(), Limits::untrusted());
    }
}
