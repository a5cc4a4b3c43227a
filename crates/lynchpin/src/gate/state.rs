//! The life of a gate: its states, its events, and the one table of what follows what.
//!
//! # Design
//!
//! A gate is judged afresh whenever it is asked, so its state is no memory that could go wrong: it
//! follows the verdict. The table therefore says of each event not where to go, but whether to
//! judge again. What it does remember is the one thing that a verdict cannot say: that the stage
//! was entered. An entered instance is sealed and never judged again; a retry and an edit open a
//! new instance, so that nothing which was passed before is passed for them.
//!
//! An instance is one gate, one subject, one revision of it and one attempt to enter. Applying the
//! events in order gives the same state as judging at the end, which a test holds the table to.

use serde::{Deserialize, Serialize};

use crate::base::Subject;
use crate::base::id::GateId;
use crate::reason::tree::{Node, Reasons};
use crate::reason::{ReasonCode, Verdict};

/// Declares a closed set of words with numbers, and what each means to people.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $number:literal,
        $word:literal, $text:literal;)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable number in the C library; 0 is none of them.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self { $($name::$variant => $number,)* }
            }

            /// The stable name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }

            /// What it means, in a few words for people.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

words! {
    /// Where a gate stands for one subject, one revision of it and one attempt to enter.
    ///
    /// ```
    /// use lynchpin::gate::GateState;
    /// use lynchpin::reason::Verdict;
    ///
    /// assert_eq!(GateState::of(Verdict::NeedsAction, false), GateState::Awaiting);
    /// assert_eq!(GateState::of(Verdict::NeedsAction, true), GateState::Stale);
    /// assert!(GateState::Waived.is_open() && !GateState::Idle.is_open());
    /// ```
    GateState {
        /// Nothing is asked of this subject here; not a pass.
        Idle = 10, "idle", "asks nothing of this subject";
        /// Something is missing that was never given.
        Awaiting = 20, "awaiting", "waits for what was never given";
        /// Something is missing that was given, but for another revision, too early, or for a time
        /// that is over.
        Stale = 21, "stale", "waits for what was given, but does not count";
        /// Every requirement is met.
        Passed = 30, "passed", "every requirement is met";
        /// Met through a waiver, an exception or an open obligation; never reads as passed.
        Waived = 31, "waived", "met through an override, which stays visible";
        /// Refused.
        Refused = 40, "refused", "is refused";
        /// The stage was entered; this instance is never judged again.
        Sealed = 50, "sealed", "was entered, and is never judged again";
    }
}

words! {
    /// What can happen to a gate.
    GateEvent {
        /// Somebody asked.
        Asked = 1, "asked", "somebody asks";
        /// A fact was recorded: evidence, an approval, a waiver, a freeze.
        FactAdded = 2, "fact_added", "a fact is recorded";
        /// The subject has a new revision.
        RevisionMade = 3, "revision_made", "the subject is edited";
        /// An instant was reached at which the answer may change by itself (`holds_until`).
        TimeReached = 4, "time_reached", "an instant is reached at which the answer may change";
        /// Another policy came into force.
        PolicyAdopted = 5, "policy_adopted", "another policy comes into force";
        /// The stage was entered: work began there.
        Entered = 6, "entered", "work begins in the stage";
        /// The entry ended without staying: it failed, or was rolled back.
        EntryEnded = 7, "entry_ended", "the entry fails or is rolled back";
        /// The subject was put on hold.
        Held = 8, "held", "the subject is put on hold";
        /// A hold was lifted.
        Released = 9, "released", "a hold is lifted";
        /// The subject was cancelled.
        Cancelled = 10, "cancelled", "the subject is cancelled";
    }
}

words! {
    /// What an event does to a gate in a state.
    Move {
        /// The verdict decides: the gate is judged again, as of the event.
        Follows = 1, "follows", "judged again, and goes where the verdict says";
        /// Nothing changes.
        Stays = 2, "stays", "stays as it is";
        /// It is sealed.
        Seals = 3, "seals", "is sealed";
        /// It is sealed although it was not open: it happened, and is marked as a breach.
        Breaches = 4, "breaches", "is sealed, and marked as a breach: it was not open";
        /// This instance is over; a new one opens, which the verdict decides.
        Opens = 5, "opens", "is over; a new instance opens and is judged";
    }
}

/// One row of the table: what an event does in each state.
macro_rules! row {
    ([$($state:ident)*] [$($cell:ident)*] $at:ident) => {
        match $at { $(GateState::$state => Move::$cell,)* }
    };
}

/// The table, as a `match` without wildcard: a state without its column and an event without its
/// row do not compile.
macro_rules! table {
    ($states:tt $($event:ident $cells:tt)*) => {
        const fn cell(state: GateState, event: GateEvent) -> Move {
            match event { $(GateEvent::$event => row!($states $cells state),)* }
        }
    };
}

table! {
                  [Idle     Awaiting Stale    Passed   Waived   Refused  Sealed]
    Asked         [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    FactAdded     [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    RevisionMade  [Opens    Opens    Opens    Opens    Opens    Opens    Opens ]
    TimeReached   [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    PolicyAdopted [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    Entered       [Seals    Breaches Breaches Seals    Seals    Breaches Stays ]
    EntryEnded    [Stays    Stays    Stays    Stays    Stays    Stays    Opens ]
    Held          [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    Released      [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
    Cancelled     [Follows  Follows  Follows  Follows  Follows  Follows  Stays ]
}

impl Move {
    /// What an event does to a gate in a state: the cell of the table.
    ///
    /// ```
    /// use lynchpin::gate::{GateEvent, GateState, Move};
    ///
    /// assert_eq!(Move::of(GateState::Passed, GateEvent::FactAdded), Move::Follows);
    /// assert_eq!(Move::of(GateState::Sealed, GateEvent::FactAdded), Move::Stays);
    /// ```
    #[must_use]
    pub const fn of(state: GateState, event: GateEvent) -> Move {
        cell(state, event)
    }
}

impl GateState {
    /// The state of a gate that was not entered: what its verdict says, and whether what is missing
    /// was given before (see [`is_stale`]).
    #[must_use]
    pub const fn of(verdict: Verdict, stale: bool) -> GateState {
        match verdict {
            Verdict::NotApplicable => GateState::Idle,
            Verdict::Go => GateState::Passed,
            Verdict::GoWaived => GateState::Waived,
            Verdict::Wait | Verdict::Blocked | Verdict::NeedsAction | Verdict::Unknown if stale => {
                GateState::Stale
            }
            Verdict::Wait | Verdict::Blocked | Verdict::NeedsAction | Verdict::Unknown => {
                GateState::Awaiting
            }
            Verdict::NoGo => GateState::Refused,
        }
    }

    /// Whether it lets its subject through: passed or waived. An idle gate lets nothing through, it
    /// only does not stand in the way; a sealed one did so before.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, GateState::Passed | GateState::Waived)
    }
}

/// The reasons that say that something was given and does not count any more, or not as it was
/// given: for another revision, until it expired, before its evidence, without its digest, for a
/// time that is over.
const GIVEN_BEFORE: [ReasonCode; 5] = [
    ReasonCode::EvidenceExpired,
    ReasonCode::ApprovalStale,
    ReasonCode::ApprovalBeforeEvidence,
    ReasonCode::ApprovalWithoutDigest,
    ReasonCode::PlannedOver,
];

/// Whether something that is missing below a node was given before: for another revision, until it
/// expired, or so that it does not count. What is met does not count, nor what is below it.
#[must_use]
pub fn is_stale(reasons: &Reasons, index: usize) -> bool {
    let nodes = reasons.nodes();
    let end = nodes.get(index).map_or(0, |node| node.next);
    let mut at = index;
    while let Some(node) = nodes.get(at).filter(|_| at < end) {
        if !node.verdict.is_met() && GIVEN_BEFORE.contains(&node.code) {
            return true;
        }
        at = if node.verdict.is_met() { node.next } else { at + 1 };
    }
    false
}

/// The state of a gate in a decision, as long as the stage was not entered: `index` is that of its
/// node, whose code is [`ReasonCode::Gate`]; `None` for any other node.
///
/// A gate whose subject is cancelled is refused, and one whose subject is on hold awaits that it is
/// released, whatever its own requirements say. A gate that asks nothing stays idle.
///
/// ```
/// use lynchpin::base::Subject;
/// use lynchpin::base::id::ChangeId;
/// use lynchpin::gate::GateState;
/// use lynchpin::gate::state::state_of;
/// use lynchpin::reason::tree::{Join, Node, Reasons};
/// use lynchpin::reason::{ReasonCode, Verdict};
///
/// let subject = Subject::Change(ChangeId::new("C-7")?);
/// let mut reasons = Reasons::default();
/// let gate = reasons.open(Node::new(Verdict::Go, ReasonCode::Gate, &subject));
/// reasons.push(Node::new(Verdict::NeedsAction, ReasonCode::ApprovalStale, &subject));
/// reasons.close(gate, Join::All);
/// assert_eq!(state_of(&reasons, gate), Some(GateState::Stale));
/// assert_eq!(state_of(&reasons, gate + 1), None);
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[must_use]
pub fn state_of(reasons: &Reasons, index: usize) -> Option<GateState> {
    let gate = reasons.nodes().get(index).filter(|node| node.code == ReasonCode::Gate)?;
    if gate.verdict == Verdict::NotApplicable {
        return Some(GateState::Idle);
    }
    let stops = |node: &&Node| {
        let code = matches!(node.code, ReasonCode::Cancelled | ReasonCode::OnHold);
        code && node.subject == gate.subject
    };
    let stopped = reasons.nodes().iter().filter(stops).map(|node| node.verdict).max();
    let verdict = stopped.map_or(gate.verdict, |stopped| stopped.max(gate.verdict));
    Some(GateState::of(verdict, is_stale(reasons, index)))
}

/// Every gate of a decision: the index of its node and its state, in the order of the tree.
pub fn states(reasons: &Reasons) -> impl Iterator<Item = (usize, GateState)> + '_ {
    (0..reasons.nodes().len()).filter_map(|index| Some((index, state_of(reasons, index)?)))
}

/// One gate before one revision of one subject, in one attempt to enter.
///
/// ```
/// use lynchpin::base::Subject;
/// use lynchpin::base::id::{ChangeId, GateId};
/// use lynchpin::gate::{GateEvent, GateInstance, GateState};
///
/// let subject = Subject::Change(ChangeId::new("C-7")?);
/// let opened = GateInstance::open(GateId::new("board")?, subject, 1, GateState::Awaiting);
/// let passed = opened.after(GateEvent::FactAdded, 1, GateState::Passed);
/// let entered = passed.after(GateEvent::Entered, 1, GateState::Passed);
/// // Whatever is judged later, it was entered.
/// let later = entered.after(GateEvent::FactAdded, 1, GateState::Refused);
/// assert_eq!((later.state, later.breach), (GateState::Sealed, false));
/// // An edit is another instance, and nothing is passed for it.
/// let edited = later.after(GateEvent::RevisionMade, 2, GateState::Stale);
/// assert_eq!((edited.revision, edited.attempt, edited.state), (2, 1, GateState::Stale));
/// # Ok::<(), lynchpin::base::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GateInstance {
    /// The gate.
    pub gate: GateId,
    /// What it judges.
    pub subject: Subject,
    /// Which revision of it.
    pub revision: u32,
    /// Which attempt to enter with that revision, from 1.
    pub attempt: u32,
    /// Where it stands.
    pub state: GateState,
    /// Whether the stage was entered although the gate was not open.
    pub breach: bool,
}

impl GateInstance {
    /// The first instance of a revision. `judged` is what the gate says now, by [`state_of`].
    #[must_use]
    pub fn open(gate: GateId, subject: Subject, revision: u32, judged: GateState) -> GateInstance {
        GateInstance { gate, subject, revision, attempt: 1, state: judged, breach: false }
    }

    /// The instance after an event: the same one, or a new one if the event opens one.
    ///
    /// `revision` is the subject's revision after the event, and `judged` what the gate says then,
    /// by [`state_of`]; where the table does not ask for a judgement, it has no effect.
    #[must_use]
    pub fn after(mut self, event: GateEvent, revision: u32, judged: GateState) -> GateInstance {
        match Move::of(self.state, event) {
            Move::Stays => {}
            Move::Follows => self.state = judged,
            Move::Seals => self.state = GateState::Sealed,
            Move::Breaches => {
                self.state = GateState::Sealed;
                self.breach = true;
            }
            Move::Opens => {
                let again = revision == self.revision;
                let attempt = if again { self.attempt.saturating_add(1) } else { 1 };
                let opened = GateInstance::open(self.gate, self.subject, revision, judged);
                return GateInstance { attempt, ..opened };
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::tree::Join;

    #[test]
    fn numbers_and_names_are_distinct_and_none_is_zero() {
        let numbers = |all: Vec<(u32, &'static str)>| {
            assert!(all.is_sorted_by(|a, b| a.0 < b.0) && all.iter().all(|it| it.0 > 0));
            let mut names: Vec<_> = all.iter().map(|it| it.1).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all.len());
        };
        numbers(GateState::ALL.iter().map(|it| (it.number(), it.name())).collect());
        numbers(GateEvent::ALL.iter().map(|it| (it.number(), it.name())).collect());
        numbers(Move::ALL.iter().map(|it| (it.number(), it.name())).collect());
    }

    /// What design says of sealed gates, held to every cell.
    #[test]
    fn only_a_retry_or_an_edit_leaves_a_sealed_gate() {
        for event in GateEvent::ALL {
            let moved = Move::of(GateState::Sealed, *event);
            let opens = matches!(event, GateEvent::RevisionMade | GateEvent::EntryEnded);
            assert_eq!(moved == Move::Opens, opens, "{event}");
            assert!(opens || moved == Move::Stays, "{event}");
        }
        for state in GateState::ALL.iter().filter(|state| **state != GateState::Sealed) {
            let lets = state.is_open() || *state == GateState::Idle;
            let entered = Move::of(*state, GateEvent::Entered);
            assert_eq!(entered, if lets { Move::Seals } else { Move::Breaches }, "{state}");
        }
    }

    /// What is stale beside a node is not its own.
    #[test]
    fn what_stands_beside_a_node_makes_it_not_stale() {
        let subject = Subject::Change("C-1".parse().unwrap());
        let node = |code| Node::new(Verdict::NeedsAction, code, &subject);
        let mut reasons = Reasons::default();
        let root = reasons.open(node(ReasonCode::All));
        reasons.push(node(ReasonCode::EvidenceMissing));
        reasons.push(node(ReasonCode::ApprovalStale));
        reasons.close(root, Join::All);
        assert_eq!([0, 1, 2].map(|index| is_stale(&reasons, index)), [true, false, true]);
        assert!(!is_stale(&reasons, 3));
    }

    #[test]
    fn a_retry_is_another_attempt_of_the_same_revision() {
        let subject = Subject::Change("C-1".parse().unwrap());
        let open = GateInstance::open("g".parse().unwrap(), subject, 3, GateState::Refused);
        let entered = open.after(GateEvent::Entered, 3, GateState::Refused);
        assert!(entered.breach && entered.state == GateState::Sealed);
        let again = entered.after(GateEvent::EntryEnded, 3, GateState::Awaiting);
        assert_eq!((again.attempt, again.breach, again.state), (2, false, GateState::Awaiting));
    }

    #[test]
    fn a_hold_and_a_cancellation_bind_whatever_the_gate_says() {
        let subject = Subject::Change("C-1".parse().unwrap());
        let tree = |stop: Option<(Verdict, ReasonCode)>| {
            let mut reasons = Reasons::default();
            let root = reasons.open(Node::new(Verdict::Go, ReasonCode::Change, &subject));
            if let Some((verdict, code)) = stop {
                reasons.push(Node::new(verdict, code, &subject));
            }
            let gate = reasons.open(Node::new(Verdict::Go, ReasonCode::Gate, &subject));
            reasons.push(Node::new(Verdict::Go, ReasonCode::PlanGiven, &subject));
            reasons.close(gate, Join::All);
            reasons.close(root, Join::All);
            states(&reasons).map(|(_, state)| state).collect::<Vec<_>>()
        };
        assert_eq!(tree(None), [GateState::Passed]);
        let held = Some((Verdict::NeedsAction, ReasonCode::OnHold));
        assert_eq!(tree(held), [GateState::Awaiting]);
        assert_eq!(tree(Some((Verdict::NoGo, ReasonCode::Cancelled))), [GateState::Refused]);
    }
}
