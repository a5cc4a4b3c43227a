//! The facts that sets are made of, by number, and the world that a set makes.

use crate::world::{
    APPROVED, Approval, Change, Content, Evidence, Gate, Made, On, Policy, Quorum, REJECTED,
    Revision, Subject, Tick, Tree, WITHDRAWN, Waiver, World, hour,
};

/// A fact by its number.
pub type Number = u8;

/// How many facts there are: of six kinds, by three people, on two revisions, for two gates, at
/// three instants.
pub const FACTS: Number = 6 * 3 * 2 * 2 * 3;

/// What a fact says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody approved.
    Approved,
    /// Somebody rejected.
    Rejected,
    /// Somebody took back what they said.
    Withdrawn,
    /// A check passed.
    Passed,
    /// A check failed.
    Failed,
    /// Somebody waived the gate's approval or, in the second gate, its check.
    Waived,
}

/// All kinds.
pub const KINDS: [Kind; 6] =
    [Kind::Approved, Kind::Rejected, Kind::Withdrawn, Kind::Passed, Kind::Failed, Kind::Waived];

/// One fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it says.
    pub kind: Kind,
    /// For which gate.
    pub gate: u8,
    /// About which of the two digests: 0 for the first revision and its artifact, 1 for the
    /// current one and its own.
    pub digest: u8,
    /// At which of the three instants.
    pub instant: u8,
    /// By whom.
    pub person: u8,
}

/// The instants: an hour, a microsecond before it and a microsecond after it. The current revision
/// is made on the hour.
pub const INSTANTS: [Tick; 3] = [hour(1) - 1, hour(1), hour(1) + 1];

/// What is asked about: the last of the instants, when everything counts, and the one at which
/// what was given at the first no longer does.
pub const ASKED: [Tick; 2] = [hour(1) + 1, hour(4) - 1];

/// In which order facts arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arrival {
    /// At once, each before what comes after it.
    InOrder,
    /// Late, and what happened last first.
    Backwards,
}

/// Both orders.
pub const ARRIVALS: [Arrival; 2] = [Arrival::InOrder, Arrival::Backwards];

impl Arrival {
    /// When the change is asked about. Of what arrives backwards only what happened last is known
    /// at the first instant, so that this would be the question about fewer facts in order.
    #[must_use]
    pub fn asked(self) -> &'static [Tick] {
        match self {
            Arrival::InOrder => &ASKED,
            Arrival::Backwards => ASKED.split_at(1).1,
        }
    }
}

/// What the fact of a number says.
#[must_use]
pub fn said(number: Number) -> Said {
    let (rest, person) = (number / 3, number % 3);
    let (rest, instant) = (rest / 3, rest % 3);
    let (rest, digest) = (rest / 2, rest % 2);
    let (kind, gate) = (rest / 2, rest % 2);
    let kind = KINDS.get(usize::from(kind)).copied().unwrap_or(Kind::Waived);
    Said { kind, gate, digest, instant, person }
}

/// The same fact by somebody else.
#[must_use]
pub fn renamed(number: Number, names: [u8; 3]) -> Number {
    let person = number % 3;
    number - person + names.get(usize::from(person)).copied().unwrap_or(person)
}

/// Whether it speaks for the change.
#[must_use]
pub fn favours(number: Number) -> bool {
    matches!(said(number).kind, Kind::Approved | Kind::Passed | Kind::Waived)
}

/// The name of the array in which a fact stands.
#[must_use]
pub fn array(number: Number) -> &'static str {
    match said(number).kind {
        Kind::Approved | Kind::Rejected | Kind::Withdrawn => "approvals",
        Kind::Passed | Kind::Failed => "evidence",
        Kind::Waived => "waivers",
    }
}

fn made(instant: u8, arrival: Arrival) -> Made {
    let at = INSTANTS.get(usize::from(instant)).copied().unwrap_or_default();
    let recorded = match arrival {
        Arrival::InOrder => at,
        Arrival::Backwards => hour(3 - instant).max(at),
    };
    Made { at, recorded }
}

/// What everybody is asked about: a change in its second revision, by somebody else, with other
/// artifacts than in the first.
#[must_use]
pub fn world() -> World {
    let revision = |artifacts: u8, at: Tick| Revision {
        content: Content { artifacts, title: 0, back_out: false, emergency: false, depends: false },
        by: AUTHOR,
        made: Made { at, recorded: at },
    };
    let change = Change {
        revisions: vec![revision(1, hour(0)), revision(2, hour(1))],
        requires: Vec::new(),
        together: Vec::new(),
        after: Vec::new(),
        conflicts: Vec::new(),
        supersedes: Vec::new(),
    };
    World {
        suspended: None,
        reinstated: None,
        regrouped: None,
        board: 0b111,
        membership: (None, None),
        ops: 0b111,
        changes: vec![change],
        releases: Vec::new(),
        evidence: Vec::new(),
        approvals: Vec::new(),
        boards: Vec::new(),
        minutes: Vec::new(),
        delegations: Vec::new(),
        waivers: Vec::new(),
        holds: Vec::new(),
        cancellations: Vec::new(),
        deployments: Vec::new(),
        incidents: Vec::new(),
        frozen: crate::world::frozen::Facts::default(),
        life: crate::world::life::Facts::default(),
    }
}

/// Who wrote the change, and asked for the waivers: none of the three.
const AUTHOR: u8 = 5;

/// The change.
pub const SUBJECT: Subject = Subject::Change(0);

/// Two gates. The first asks for a check and two approvals, which a rejection vetoes; the second
/// for another check, of which one run may have failed, or for one approval, and both grow old.
#[must_use]
pub fn policy() -> Policy {
    let gate = |tree: Tree| Gate { stage: 1, release: false, emergency: false, tree };
    let (unit, lint, board, sec) = (Tree::Leaf(0), Tree::Leaf(1), Tree::Leaf(2), Tree::Leaf(3));
    Policy {
        open: false,
        atomic: false,
        quorum: Quorum::Count(2),
        veto: true,
        in_person: false,
        escalates: false,
        after_unit: false,
        not_by_lint: false,
        also_now: false,
        approval_hours: Some(3),
        configured: false,
        evidence_hours: Some(3),
        failed_runs: Some(1),
        sec_for_emergencies: false,
        waivable: 0b0110,
        gates: vec![gate(Tree::All(vec![unit, board])), gate(Tree::Any(vec![lint, sec]))],
        frozen: crate::world::frozen::Rules::default(),
        life: crate::world::life::Rules::default(),
    }
}

/// Adds a fact to a world.
pub fn add(world: &mut World, number: Number, arrival: Arrival) {
    let Said { kind, gate, digest, instant, person } = said(number);
    let (made, revision) = (made(instant, arrival), 1 + digest);
    match kind {
        Kind::Approved | Kind::Rejected | Kind::Withdrawn => world.approvals.push(Approval {
            subject: SUBJECT,
            revision,
            requirement: 2 + gate,
            stage: 1,
            decision: match kind {
                Kind::Rejected => REJECTED,
                Kind::Withdrawn => WITHDRAWN,
                Kind::Approved | Kind::Passed | Kind::Failed | Kind::Waived => APPROVED,
            },
            to: AUTHOR,
            from: None,
            expires: None,
            by: person,
            made,
        }),
        Kind::Passed | Kind::Failed => world.evidence.push(Evidence {
            check: gate,
            on: On::Artifact(digest),
            configured: false,
            run: 1 + instant,
            outcome: if kind == Kind::Passed { 0 } else { 6 },
            expires: None,
            by: person,
            made,
        }),
        Kind::Waived => world.waivers.push(Waiver {
            subject: SUBJECT,
            revision,
            requirement: 2 - gate,
            stage: 1,
            requester: AUTHOR,
            hours: 3,
            by: person,
            made,
            revoked: None,
        }),
    }
}
