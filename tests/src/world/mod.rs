//! Small worlds on which everything happens often: a few people, changes, digests and instants.
//!
//! A world holds small numbers only, so that an oracle can be written against it without the
//! engine's types; [`World::document`] writes it as a portfolio and [`Policy::text`] as TOML.

pub mod document;
pub mod frozen;
pub mod life;
pub mod strategy;
mod turns;

use std::collections::BTreeSet;

/// An instant of a world. Of three ticks in a row, one is a microsecond before an hour, one is the
/// hour and one a microsecond after it: facts lie on hours or right beside them, so that every
/// boundary is hit, and missed by as little as there is.
pub type Tick = u8;

/// A number of whole hours.
pub type Hours = u8;

/// The tick of an hour.
#[must_use]
pub const fn hour(number: Hours) -> Tick {
    after(1, number)
}

/// The tick so many hours after another.
#[must_use]
pub const fn after(tick: Tick, hours: Hours) -> Tick {
    tick + 3 * hours
}

/// Who is who, by number: `pa`, `pb` and `pc` are people, `bot` is a machine, `pb-x` is an alias of
/// `pb` and `zed` is declared nowhere. `pd` is a person, too.
pub const PEOPLE: [&str; 7] = ["pa", "pb", "pc", "bot", "pb-x", "zed", "pd"];

/// What may be decided, from the best to the worst.
pub const DECISIONS: [&str; 7] =
    ["approved", "escalated", "delegated", "withdrawn", "deferred", "request_changes", "rejected"];
/// Yes.
pub const APPROVED: u8 = 0;
/// Passed on to the group `heads`.
pub const ESCALATED: u8 = 1;
/// Passed on to a person.
pub const DELEGATED: u8 = 2;
/// Taken back.
pub const WITHDRAWN: u8 = 3;
/// Put off.
pub const DEFERRED: u8 = 4;
/// Not like this.
pub const REQUEST_CHANGES: u8 = 5;
/// No.
pub const REJECTED: u8 = 6;

/// The requirements that a policy may name, by number.
pub const REQUIREMENTS: [&str; 6] = ["unit", "lint", "board", "sec", "soaked", "back-out"];

/// The stages, in order; each has one environment of its name.
pub const STAGES: [&str; 2] = ["staging", "production"];

/// When a fact was made, and when it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// When it was made.
    pub at: Tick,
    /// When it was recorded, never before.
    pub recorded: Tick,
}

/// A change or a release, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A change.
    Change(u8),
    /// A release.
    Release(u8),
}

/// What one revision of a change says. Its dependencies are the change's own, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Which of the two artifacts ship, one bit each.
    pub artifacts: u8,
    /// Which of two titles.
    pub title: u8,
    /// Whether there is a back-out plan.
    pub back_out: bool,
    /// Whether it is an emergency.
    pub emergency: bool,
    /// Whether its dependencies are stated.
    pub depends: bool,
}

/// One revision.
#[derive(Clone, Debug)]
pub struct Revision {
    /// What it says.
    pub content: Content,
    /// Who made it.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// A change with its revisions, numbered from 1, and what it depends on.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its revisions.
    pub revisions: Vec<Revision>,
    /// Clauses of alternatives; 9 is a change that nobody knows.
    pub requires: Vec<Vec<u8>>,
    /// What ships with it.
    pub together: Vec<u8>,
    /// What it comes after.
    pub after: Vec<u8>,
    /// What it conflicts with, and whether exclusively.
    pub conflicts: Vec<(u8, bool)>,
    /// What it takes the place of.
    pub supersedes: Vec<u8>,
}

/// A release with the members of each of its revisions, one bit a change.
#[derive(Clone, Debug)]
pub struct Release {
    /// Members, who made it, when.
    pub revisions: Vec<(u8, u8, Made)>,
    /// Which change goes first in a conflict.
    pub priority: Vec<u8>,
}

/// What evidence is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// An artifact, 0 or 1.
    Artifact(u8),
    /// A revision of a change.
    Revision(u8, u8),
}

/// One result of a run.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// 0 for unit, 1 for lint.
    pub check: u8,
    /// On what.
    pub on: On,
    /// In the configuration `x`, or in none.
    pub configured: bool,
    /// The number of the run.
    pub run: u8,
    /// passed, info, skipped, running, inconclusive, errored, failed.
    pub outcome: u8,
    /// When it expires.
    pub expires: Option<Tick>,
    /// The producer.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// What somebody decided.
#[derive(Clone, Debug)]
pub struct Approval {
    /// About what.
    pub subject: Subject,
    /// About which revision.
    pub revision: u8,
    /// 2 for board, 3 for sec.
    pub requirement: u8,
    /// For which stage.
    pub stage: u8,
    /// One of [`DECISIONS`].
    pub decision: u8,
    /// Whom it is passed on to, if it is delegated.
    pub to: u8,
    /// From when on it counts.
    pub from: Option<Tick>,
    /// When it expires.
    pub expires: Option<Tick>,
    /// Who.
    pub by: u8,
    /// When.
    pub made: Made,
}

/// Somebody lets another answer in their seat, or no longer does.
#[derive(Clone, Debug)]
pub struct Delegation {
    /// Whose seat.
    pub by: u8,
    /// Who may answer.
    pub to: u8,
    /// Whether it ends.
    pub ended: bool,
    /// 0 for every group, 1 for the board, 2 for the heads.
    pub group: u8,
    /// From when on.
    pub from: Option<Tick>,
    /// Until when.
    pub until: Option<Tick>,
    /// When.
    pub made: Made,
}

/// The instants at which the board may meet, and when each meeting ends.
pub const MEETINGS: [(Tick, Option<Tick>); 3] =
    [(hour(1), None), (hour(2), Some(hour(4))), (hour(4), Some(hour(5)))];

/// What was declared of the board: who keeps its minutes, and which of [`MEETINGS`] there are.
#[derive(Clone, Debug)]
pub struct Board {
    /// The secretary.
    pub secretary: u8,
    /// The meetings, one bit each.
    pub meetings: u8,
    /// When.
    pub made: Made,
}

/// The minutes of a meeting of the board, with one decision.
#[derive(Clone, Debug)]
pub struct Minutes {
    /// When the meeting began.
    pub meeting: Tick,
    /// Who was there, one bit each.
    pub present: u8,
    /// Who voted so, one bit each.
    pub voters: u8,
    /// About what.
    pub subject: Subject,
    /// About which revision.
    pub revision: u8,
    /// 2 for board, 3 for sec.
    pub requirement: u8,
    /// One of [`DECISIONS`] that passes nothing on.
    pub decision: u8,
    /// Who recorded them.
    pub by: u8,
    /// When, never before the meeting.
    pub made: Made,
}

/// A waiver, revoked or not.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Of what.
    pub subject: Subject,
    /// Of which revision.
    pub revision: u8,
    /// Of which requirement.
    pub requirement: u8,
    /// For which stage.
    pub stage: u8,
    /// Who asked for it.
    pub requester: u8,
    /// For how many hours.
    pub hours: Hours,
    /// Who granted it.
    pub by: u8,
    /// When.
    pub made: Made,
    /// When it was taken back.
    pub revoked: Option<Tick>,
}

/// What was brought where.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The environment of which stage.
    pub stage: u8,
    /// started, succeeded, failed, rolled_back.
    pub outcome: u8,
    /// The change.
    pub change: u8,
    /// Which deployment of that change to that stage.
    pub number: u8,
    /// When.
    pub made: Made,
}

/// An incident that a change was linked to when it was opened.
#[derive(Clone, Debug)]
pub struct Incident {
    /// The change.
    pub change: u8,
    /// Whether the link is confirmed, or a suspicion.
    pub confirmed: bool,
    /// When it was opened.
    pub opened: Tick,
    /// When it was resolved.
    pub resolved: Option<Tick>,
}

/// Two groups that are declared again.
#[derive(Clone, Copy, Debug)]
pub struct Regrouped {
    /// When.
    pub at: Tick,
    /// Who is on the board from then on, one bit a person.
    pub board: u8,
    /// Who may waive.
    pub ops: u8,
}

/// Everything that is known.
#[derive(Clone, Debug)]
pub struct World {
    /// From when on `pc` is suspended.
    pub suspended: Option<Tick>,
    /// When `pc` is declared again and is suspended no more.
    pub reinstated: Option<Tick>,
    /// The board and who may waive, as both are declared again.
    pub regrouped: Option<Regrouped>,
    /// Who is on the board, one bit a person.
    pub board: u8,
    /// From when to when `pc` is on the board, if at all.
    pub membership: (Option<Tick>, Option<Tick>),
    /// Who may waive, one bit a person.
    pub ops: u8,
    /// The changes `C-0`, `C-1` and so on.
    pub changes: Vec<Change>,
    /// The releases.
    pub releases: Vec<Release>,
    /// Evidence.
    pub evidence: Vec<Evidence>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// What was declared of the board.
    pub boards: Vec<Board>,
    /// The minutes of its meetings.
    pub minutes: Vec<Minutes>,
    /// Who may answer in whose seat.
    pub delegations: Vec<Delegation>,
    /// Waivers.
    pub waivers: Vec<Waiver>,
    /// Whether something was put on hold or released, and by whom.
    pub holds: Vec<(Subject, bool, u8, Made)>,
    /// What was cancelled.
    pub cancellations: Vec<(Subject, Made)>,
    /// Deployments.
    pub deployments: Vec<Deployment>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Freezes, windows, quarantines.
    pub frozen: frozen::Facts,
    /// What happens later: declarations, claims, decisions.
    pub life: life::Facts,
}

/// A tree of requirements by number.
#[derive(Clone, Debug)]
pub enum Tree {
    /// One requirement.
    Leaf(u8),
    /// Every child.
    All(Vec<Tree>),
    /// Any child.
    Any(Vec<Tree>),
    /// So many children.
    AtLeast(u8, Vec<Tree>),
}

/// One gate.
#[derive(Clone, Debug)]
pub struct Gate {
    /// The stage it stands before.
    pub stage: u8,
    /// Whether it judges releases.
    pub release: bool,
    /// Whether it is for emergencies only.
    pub emergency: bool,
    /// What it asks.
    pub tree: Tree,
}

/// How many of the board must approve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quorum {
    /// So many.
    Count(u8),
    /// All.
    All,
    /// So many in a hundred.
    Percent(u8),
    /// Whoever answers first.
    First,
}

/// A policy over the six requirements.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether staging is open.
    pub open: bool,
    /// Whether cycles of `requires` ship as one.
    pub atomic: bool,
    /// How many must approve for board.
    pub quorum: Quorum,
    /// Whether a rejection for board is a veto.
    pub veto: bool,
    /// Whether nobody may answer for another for board.
    pub in_person: bool,
    /// Whether board may be passed on to the heads.
    pub escalates: bool,
    /// Whether unit must have passed when board was approved.
    pub after_unit: bool,
    /// Whether who made results of lint may not approve for board.
    pub not_by_lint: bool,
    /// Whether who fills a seat for board must still belong to it.
    pub also_now: bool,
    /// How many hours an approval for sec counts.
    pub approval_hours: Option<Hours>,
    /// Whether unit must have passed in the configuration `x`.
    pub configured: bool,
    /// How many hours a result of lint counts.
    pub evidence_hours: Option<Hours>,
    /// How many runs of lint may have failed.
    pub failed_runs: Option<u8>,
    /// Whether sec is for emergencies only.
    pub sec_for_emergencies: bool,
    /// Which requirements may be waived, one bit each.
    pub waivable: u8,
    /// The gates.
    pub gates: Vec<Gate>,
    /// What passes a freeze, and what is asked of windows.
    pub frozen: frozen::Rules,
    /// What may be met afterwards, and how often a waiver may be used.
    pub life: life::Rules,
}

/// For how many hours a waiver may be at most.
pub const WAIVER_HOURS: Hours = 3;
/// For how many hours a change must soak.
pub const SOAK_HOURS: Hours = 2;

impl World {
    /// Every subject there is.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        let changes = (0u8..).zip(&self.changes).map(|(number, _)| Subject::Change(number));
        let releases = (0u8..).zip(&self.releases).map(|(number, _)| Subject::Release(number));
        changes.chain(releases).collect()
    }
    /// What each deployment is called: the same name where the same one goes on, another where the
    /// same thing would be said of it twice.
    #[must_use]
    pub fn deployment_ids(&self) -> Vec<String> {
        let mut said = BTreeSet::new();
        let numbered = self.deployments.iter().enumerate();
        let ids = numbered.map(|(index, d)| {
            let id = format!("D-{}-{}-{}", d.change, d.stage, d.number);
            let new = said.insert((id.clone(), d.outcome, d.made.at));
            if new { id } else { format!("D-{index}") }
        });
        ids.collect()
    }
}
