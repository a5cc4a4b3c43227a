//! What is known of many subjects, requirement by requirement.

use std::collections::BTreeMap;
use std::ops::Range;

use super::compile::{Ask, CompiledGate, Leaf};
use super::seats::{Objections, Seats};
use crate::base::error::{Error, ErrorCode, Result};
use crate::base::id::PersonId;
use crate::base::limits::GATE_ROWS_MAX;
use crate::base::{Instant, Probability, When};
use crate::gate::leaf::state::LeafState;
use crate::reason::tree::Clears;
use crate::reason::{ReasonCode, Verdict};

/// An instant that is never reached: the last one that a document can name lies long before it.
pub(super) const NEVER: i64 = i64::MAX;

/// How many different answers a column tells apart by a byte; others are kept row by row.
const ANSWERS_MAX: usize = 256;

/// Who can change a verdict, as far as it can be said without naming them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// Nobody has to.
    Nobody,
    /// Who answers for the subject.
    Owners,
    /// The group that the requirement asks.
    Group,
    /// Who answers for the check.
    CheckOwner,
    /// Who answers for the policy.
    PolicyOwner,
    /// Those who rejected it.
    Refusers,
}

/// What one part of a gate says of one row: worked out from columns or, where none is made for it
/// or the row stands apart, such as by a waiver, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// Why.
    pub code: ReasonCode,
    /// Who can change it.
    pub who: Who,
    /// When it clears.
    pub clears: Clears,
    /// Until when it was worked out. From then on a go is `Unknown`, until it is answered anew.
    pub holds_until: When,
    /// From when on it may by itself hold something back again, though it cleared.
    pub lapses: When,
}

/// One reason of a row. It stands where its [part](super::Part) stands in the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowNode {
    /// What this part says.
    pub answer: Answer,
    /// The figures behind it: of an approval, how many gave it and how many must; of a risk, its
    /// parts per billion; of a list of which too few apply, how many do. Otherwise zero.
    pub figures: [u32; 2],
}

/// What is known of many subjects, as one gate looks at it: a row for each subject, a column for
/// each requirement.
///
/// Whoever keeps them writes what changed into a row and asks again. A row that nobody wrote to is
/// never a go.
///
/// | requirement | written by | until then |
/// | --- | --- | --- |
/// | evidence, plan, reversible | [`set_state`](Columns::set_state) | missing, not said |
/// | approval by a number, all, a share of a group | [`set_seats`], then [`approve`] | nobody may |
/// | risk | [`set_risk`](Columns::set_risk) | certain to fail |
/// | soak | [`set_soaked_at`](Columns::set_soaked_at) | not soaking |
/// | all others | [`set_answer`](Columns::set_answer) | there is no result |
///
/// Beside [`approve`] there are [`bar`](Columns::bar) and [`object`](Columns::object).
///
/// [`set_seats`]: Columns::set_seats
/// [`approve`]: Columns::approve
#[derive(Clone, Debug)]
pub struct Columns {
    gate: CompiledGate,
    rows: usize,
    columns: Vec<Column>,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    data: Data,
    /// When each row lapses, in microseconds; empty while none does.
    until: Vec<i64>,
    /// The rows that stand apart.
    apart: BTreeMap<usize, Answer>,
}

#[derive(Clone, Debug)]
enum Data {
    States(Vec<LeafState>),
    Seats(Seats),
    /// Parts per billion.
    Risks(Vec<u32>),
    /// When it will have soaked, in microseconds.
    SoakedAt(Vec<i64>),
    Answers {
        which: Vec<u8>,
        answers: Vec<Answer>,
        numbers: BTreeMap<Answer, u8>,
    },
}

impl Columns {
    /// Columns of so many rows, of which nothing is known yet.
    ///
    /// # Errors
    ///
    /// [`LimitExceeded`](ErrorCode::LimitExceeded) if there are more rows than [`GATE_ROWS_MAX`].
    pub fn new(gate: CompiledGate, rows: usize) -> Result<Columns> {
        if rows > GATE_ROWS_MAX {
            let message = format!("{rows} rows are more than {GATE_ROWS_MAX}");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let columns = gate.leaves().iter().map(|leaf| Column::new(leaf, rows)).collect();
        Ok(Columns { gate, rows, columns })
    }

    /// The gate.
    #[must_use]
    pub fn gate(&self) -> &CompiledGate {
        &self.gate
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Says where a check, a plan or reversibility stands.
    ///
    /// # Errors
    ///
    /// [`WrongType`](ErrorCode::WrongType) if the requirement is of another kind or cannot be in
    /// that state, [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if there is no such
    /// requirement or row. All other writers fail alike.
    pub fn set_state(&mut self, leaf: usize, row: usize, state: LeafState) -> Result<()> {
        let ask = self.ask(leaf, row)?;
        if let Data::States(states) = self.data(leaf)?
            && fits(ask, state)
        {
            return put(states, row, state);
        }
        Err(wrong(format!("requirement {leaf} cannot be in the state {state:?}")))
    }

    /// Says how risky a row is.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state).
    pub fn set_risk(&mut self, leaf: usize, row: usize, risk: Probability) -> Result<()> {
        self.ask(leaf, row)?;
        match self.data(leaf)? {
            Data::Risks(risks) => put(risks, row, risk.parts_per_billion()),
            Data::States(_) | Data::Seats(_) | Data::SoakedAt(_) | Data::Answers { .. } => {
                Err(wrong(format!("requirement {leaf} asks for no risk")))
            }
        }
    }

    /// Says when a row will have soaked for long enough, or that it is not in the stage before.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state).
    pub fn set_soaked_at(&mut self, leaf: usize, row: usize, at: Option<Instant>) -> Result<()> {
        self.ask(leaf, row)?;
        match self.data(leaf)? {
            Data::SoakedAt(ready) => put(ready, row, at.map_or(NEVER, Instant::micros)),
            Data::States(_) | Data::Seats(_) | Data::Risks(_) | Data::Answers { .. } => {
                Err(wrong(format!("requirement {leaf} asks for no soak")))
            }
        }
    }

    /// Says who may approve a requirement, and who may no longer but did while they might. What was
    /// said before of any row is forgotten.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state), and [`LimitExceeded`](ErrorCode::LimitExceeded) if
    /// they are more than [`GATE_SEATS_MAX`](crate::base::limits::GATE_SEATS_MAX).
    pub fn set_seats(&mut self, leaf: usize, may: &[PersonId], left: &[PersonId]) -> Result<()> {
        let new = Seats::new(self.rows, may, left)?;
        *self.seats(leaf)? = new;
        Ok(())
    }

    /// Says whether a person approved a row, so that it counts now. It counts for nothing where
    /// that person is [barred](Columns::bar).
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state), and [`UnknownWord`](ErrorCode::UnknownWord) if that
    /// person has no seat.
    pub fn approve(&mut self, leaf: usize, row: usize, by: &PersonId, given: bool) -> Result<()> {
        self.ask(leaf, row)?;
        self.seats(leaf)?.approve(row, by, given)
    }

    /// Says whether a person had a hand in a row and so may not approve it.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state).
    pub fn bar(&mut self, leaf: usize, row: usize, who: &PersonId, barred: bool) -> Result<()> {
        self.ask(leaf, row)?;
        self.seats(leaf)?.bar(row, who, barred);
        Ok(())
    }

    /// Says what else was said of a row, in place of what was said before.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state).
    pub fn object(&mut self, leaf: usize, row: usize, said: Objections) -> Result<()> {
        self.ask(leaf, row)?;
        self.seats(leaf)?.say(row, said);
        Ok(())
    }

    /// Says until when what was written of a row stands. From then on a go of a check is
    /// [expired](LeafState::EvidenceExpired), an approval [stale](LeafState::ApprovalStale) and a
    /// risk unknown and so too high, until the row is written anew; what is no go stays as it is.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Columns::set_state); plans, reversibility and soaks do not lapse, and
    /// answers say it themselves.
    pub fn set_until(&mut self, leaf: usize, row: usize, until: When) -> Result<()> {
        let ask = self.ask(leaf, row)?;
        if until != When::Never && ask.lapsed().is_none() {
            return Err(wrong(format!("requirement {leaf} does not lapse")));
        }
        let rows = self.rows;
        let column = self.column(leaf)?;
        let micros = match until {
            When::At(instant) => instant.micros(),
            When::Never => NEVER,
        };
        if column.until.is_empty() && micros != NEVER {
            column.until = vec![NEVER; rows];
        }
        if let Some(found) = column.until.get_mut(row) {
            *found = micros;
        }
        Ok(())
    }

    /// Says the answer to a requirement for a row, whatever else its columns hold; `None` takes
    /// that back.
    ///
    /// # Errors
    ///
    /// [`NumberOutOfRange`](ErrorCode::NumberOutOfRange) if there is no such requirement or row.
    pub fn set_answer(&mut self, leaf: usize, row: usize, answer: Option<Answer>) -> Result<()> {
        self.ask(leaf, row)?;
        let column = self.column(leaf)?;
        column.apart.remove(&row);
        let answers = if let Data::Answers { which, answers, numbers } = &mut column.data {
            let known = answer.map_or(Some(0), |answer| number(answers, numbers, answer));
            put(which, row, known.unwrap_or(0))?;
            known.is_some()
        } else {
            false
        };
        if let Some(answer) = answer.filter(|_| !answers) {
            column.apart.insert(row, answer);
        }
        Ok(())
    }

    /// How many answers the columns work out themselves; the others were
    /// [written](Columns::set_answer).
    #[must_use]
    pub fn worked_out(&self) -> usize {
        let counted = self.columns.iter().filter(|it| !matches!(it.data, Data::Answers { .. }));
        counted.map(|column| self.rows.saturating_sub(column.apart.len())).sum()
    }

    pub(super) fn leaf(&self, leaf: usize) -> Option<(&Leaf, &Column)> {
        Some((self.gate.leaves().get(leaf)?, self.columns.get(leaf)?))
    }

    fn ask(&self, leaf: usize, row: usize) -> Result<Ask> {
        let found = self.gate.leaves().get(leaf).filter(|_| row < self.rows);
        found.map(|leaf| leaf.ask).ok_or_else(|| outside(leaf, row))
    }

    fn column(&mut self, leaf: usize) -> Result<&mut Column> {
        self.columns.get_mut(leaf).ok_or_else(|| outside(leaf, 0))
    }

    fn data(&mut self, leaf: usize) -> Result<&mut Data> {
        self.column(leaf).map(|column| &mut column.data)
    }

    fn seats(&mut self, leaf: usize) -> Result<&mut Seats> {
        match self.data(leaf)? {
            Data::Seats(seats) => Ok(seats),
            Data::States(_) | Data::Risks(_) | Data::SoakedAt(_) | Data::Answers { .. } => {
                Err(wrong(format!("the approval of requirement {leaf} is not counted by seats")))
            }
        }
    }
}

fn outside(leaf: usize, row: usize) -> Error {
    let message = format!("there is no requirement {leaf} or no row {row}");
    Error::new(ErrorCode::NumberOutOfRange, message)
}

fn wrong(message: String) -> Error {
    Error::new(ErrorCode::WrongType, message)
}

fn put<T>(column: &mut [T], row: usize, value: T) -> Result<()> {
    *column.get_mut(row).ok_or_else(|| outside(0, row))? = value;
    Ok(())
}

/// The number of an answer, a new one if there is room for it.
fn number(
    answers: &mut Vec<Answer>,
    numbers: &mut BTreeMap<Answer, u8>,
    answer: Answer,
) -> Option<u8> {
    if let Some(known) = numbers.get(&answer) {
        return Some(*known);
    }
    let new = u8::try_from(answers.len()).ok().filter(|_| answers.len() < ANSWERS_MAX)?;
    answers.push(answer);
    numbers.insert(answer, new);
    Some(new)
}

/// Whether a requirement can be in a state that is written to it.
fn fits(ask: Ask, state: LeafState) -> bool {
    use LeafState as S;
    let mine: &[LeafState] = match ask {
        Ask::Evidence => &[
            S::EvidencePassed,
            S::PassedOnRerun,
            S::EvidenceRunning,
            S::EvidenceMissing,
            S::EvidenceExpired,
            S::EvidenceErrored,
            S::EvidenceInconclusive,
            S::EvidenceFailed,
            S::TooManyReruns,
        ],
        Ask::Plan => &[S::PlanGiven, S::PlanMissing],
        Ask::Reversible => &[S::Reversible, S::ReversibilityUnknown, S::Irreversible],
        Ask::Approval(_) | Ask::Risk(..) | Ask::Soak | Ask::Answered => return false,
    };
    state == LeafState::NotAsked || mine.contains(&state)
}

impl Ask {
    /// What a go turns into when it lapses, if it does.
    const fn lapsed(self) -> Option<LeafState> {
        match self {
            Ask::Evidence => Some(LeafState::EvidenceExpired),
            Ask::Approval(_) => Some(LeafState::ApprovalStale),
            Ask::Risk(..) => Some(LeafState::RiskTooHigh),
            Ask::Soak | Ask::Plan | Ask::Reversible | Ask::Answered => None,
        }
    }
}

impl Leaf {
    /// Whether it can be in a state that is written to it.
    pub(super) fn takes(&self, state: LeafState) -> bool {
        fits(self.ask, state)
    }

    /// Who can change a state.
    pub(super) fn who(&self, state: LeafState) -> Who {
        if state.verdict().is_met() || state.verdict() == Verdict::Wait {
            return Who::Nobody;
        }
        if state == LeafState::ChangesRequested {
            return Who::Owners;
        }
        if state == LeafState::ApprovalRejected {
            return Who::Refusers;
        }
        if state == LeafState::QuorumUnreachable {
            return Who::PolicyOwner;
        }
        let Some((_, requirement)) = &self.asked else { return Who::Owners };
        let check = requirement.evidence.as_ref();
        if requirement.approval.is_some() {
            Who::Group
        } else if check.is_some_and(|leaf| leaf.owner.is_some()) {
            Who::CheckOwner
        } else {
            Who::Owners
        }
    }

    fn found(&self, state: LeafState, figures: [u32; 2]) -> RowNode {
        let verdict = state.verdict();
        let clears = match verdict {
            Verdict::NotApplicable | Verdict::Go | Verdict::GoWaived => Clears::Now,
            Verdict::Wait => Clears::Unknown,
            Verdict::Blocked | Verdict::NeedsAction | Verdict::Unknown | Verdict::NoGo => {
                Clears::OnAction
            }
        };
        let (code, who) = (state.code(), self.who(state));
        // No state that a column works out lapses once it is clear.
        let (holds_until, lapses) = (When::Never, When::Never);
        let answer = Answer { verdict, code, who, clears, holds_until, lapses };
        RowNode { answer, figures }
    }
}

/// When a row of a soak has soaked.
#[inline]
fn soaked(ready: i64, at: i64) -> LeafState {
    if ready <= at {
        LeafState::Soaked
    } else if ready == NEVER {
        LeafState::NotSoaking
    } else {
        LeafState::Soaking
    }
}

/// Whether a risk is below the threshold.
#[inline]
fn judged(risk: u32, refused: u32) -> LeafState {
    if risk < refused { LeafState::RiskAccepted } else { LeafState::RiskTooHigh }
}

/// A rank that lapsed at an instant.
#[inline]
fn lapse(rank: u8, until: i64, at: i64, lapsed: u8) -> u8 {
    let go = rank == Verdict::Go.rank() || rank == Verdict::GoWaived.rank();
    if until <= at && go { lapsed } else { rank }
}

impl Answer {
    /// The answer at an instant: a go that was worked out until then only is not known any more.
    fn at(self, at: i64) -> Answer {
        match self.holds_until {
            When::At(until) if until.micros() <= at => {
                let rank = self.verdict.rank();
                let rank = lapse(rank, until.micros(), at, Verdict::Unknown.rank());
                let verdict = Verdict::of_rank(rank);
                let clears =
                    if verdict.is_met() { self.clears } else { self.clears.max(Clears::Unknown) };
                Answer { verdict, clears, ..self }
            }
            When::At(_) | When::Never => self,
        }
    }
}

impl Column {
    fn new(leaf: &Leaf, rows: usize) -> Column {
        let data = match leaf.ask {
            Ask::Evidence => Data::States(vec![LeafState::EvidenceMissing; rows]),
            Ask::Plan => Data::States(vec![LeafState::PlanMissing; rows]),
            Ask::Reversible => Data::States(vec![LeafState::ReversibilityUnknown; rows]),
            Ask::Risk(..) => Data::Risks(vec![Probability::ONE.parts_per_billion(); rows]),
            Ask::Soak => Data::SoakedAt(vec![NEVER; rows]),
            // No people is no failure, and no more than can have seats.
            Ask::Approval(_) => {
                Seats::new(rows, &[], &[]).map_or(Data::States(Vec::new()), Data::Seats)
            }
            Ask::Answered => {
                let none = leaf.found(LeafState::EvidenceMissing, [0; 2]).answer;
                let numbers = BTreeMap::from([(none, 0)]);
                Data::Answers { which: vec![0; rows], answers: vec![none], numbers }
            }
        };
        Column { data, until: Vec::new(), apart: BTreeMap::new() }
    }

    /// Who rejected a row.
    pub(super) fn refused(&self, row: usize) -> &[PersonId] {
        if let Data::Seats(seats) = &self.data { seats.refused(row) } else { &[] }
    }

    /// What one row says.
    #[inline]
    pub(super) fn row(&self, leaf: &Leaf, row: usize, at: i64) -> Option<RowNode> {
        if let Some(answer) = self.apart.get(&row).filter(|_| !self.apart.is_empty()) {
            return Some(RowNode { answer: answer.at(at), figures: [0; 2] });
        }
        let mut found = match (&self.data, leaf.ask) {
            (Data::States(states), _) => leaf.found(*states.get(row)?, [0; 2]),
            (Data::Seats(seats), Ask::Approval(quorum)) => {
                let counted = seats.count(row, quorum);
                leaf.found(counted.standing.state(), [counted.given, counted.needed].map(figure))
            }
            (Data::Risks(risks), Ask::Risk(_, refused)) => {
                let risk = *risks.get(row)?;
                leaf.found(judged(risk, refused), [risk, 0])
            }
            (Data::SoakedAt(ready), _) => {
                let ready = *ready.get(row)?;
                let mut found = leaf.found(soaked(ready, at), [0; 2]);
                if let (Verdict::Wait, Ok(done)) =
                    (found.answer.verdict, Instant::from_micros(ready))
                {
                    found.answer.clears = Clears::At(done);
                    found.answer.holds_until = When::At(done);
                }
                found
            }
            (Data::Answers { which, answers, .. }, _) => {
                let answer = answers.get(usize::from(*which.get(row)?))?;
                RowNode { answer: answer.at(at), figures: [0; 2] }
            }
            (Data::Seats(_) | Data::Risks(_), _) => return None,
        };
        if let Some(until) = self.until.get(row).filter(|until| **until != NEVER) {
            self.bound(leaf, &mut found, *until, at);
        }
        Some(found)
    }

    /// Lets what a row says stand until then at most.
    fn bound(&self, leaf: &Leaf, found: &mut RowNode, until: i64, at: i64) {
        let Some(lapsed) = leaf.ask.lapsed() else { return };
        let rank = found.answer.verdict.rank();
        if lapse(rank, until, at, lapsed.rank()) != rank {
            *found = leaf.found(lapsed, found.figures);
        }
        if let Ok(until) = Instant::from_micros(until) {
            found.answer.holds_until = found.answer.holds_until.min(When::At(until));
        }
    }

    /// The rank of the verdict of each of these rows.
    pub(super) fn ranks(&self, leaf: &Leaf, rows: Range<usize>, at: i64, out: &mut [u8]) {
        match (&self.data, leaf.ask) {
            (Data::States(states), _) => each(states, &rows, out, LeafState::rank),
            (Data::Seats(seats), Ask::Approval(quorum)) => seats.ranks(rows.clone(), quorum, out),
            (Data::Risks(risks), Ask::Risk(_, refused)) => {
                each(risks, &rows, out, |risk| judged(risk, refused).rank());
            }
            (Data::SoakedAt(ready), _) => each(ready, &rows, out, |ready| soaked(ready, at).rank()),
            (Data::Answers { which, answers, .. }, _) => {
                let mut table = [Verdict::NoGo.rank(); ANSWERS_MAX];
                for (rank, answer) in table.iter_mut().zip(answers) {
                    *rank = answer.at(at).verdict.rank();
                }
                let rank = |which: u8| table.get(usize::from(which)).copied();
                each(which, &rows, out, |which| rank(which).unwrap_or(Verdict::NoGo.rank()));
            }
            (Data::Seats(_) | Data::Risks(_), _) => out.fill(Verdict::NoGo.rank()),
        }
        if let (Some(until), Some(lapsed)) = (self.until.get(rows.clone()), leaf.ask.lapsed()) {
            for (rank, until) in out.iter_mut().zip(until) {
                *rank = lapse(*rank, *until, at, lapsed.rank());
            }
        }
        for (row, answer) in self.apart.range(rows.clone()) {
            if let Some(rank) = row.checked_sub(rows.start).and_then(|at| out.get_mut(at)) {
                *rank = answer.at(at).verdict.rank();
            }
        }
    }
}

#[inline]
fn each<T: Copy>(column: &[T], rows: &Range<usize>, out: &mut [u8], rank: impl Fn(T) -> u8) {
    for (out, value) in out.iter_mut().zip(column.get(rows.clone()).unwrap_or_default()) {
        *out = rank(*value);
    }
}

fn figure(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
