//! The engine on sets of facts: each fact is read from a document once, then only copied.

use std::collections::HashMap;

use lynchpin::base::Limits;
use lynchpin::model::{Approval, Evidence, Portfolio, Waiver};
use lynchpin::portfolio::{DecideQuestion, Decision, Engine};
use lynchpin::reason::Verdict;
use lynchpin::wire::read_portfolio;

use super::facts::{ARRIVALS, ASKED, Arrival, FACTS, Number, SUBJECT, add, policy, said, world};
use super::{MOST, Set};
use crate::engine::question;
use crate::oracle::{self, gate::Question};
use crate::world::{Policy, Tick, World};

/// A fact as the engine's model has it.
#[derive(Clone, Debug)]
enum Read {
    Evidence(Evidence),
    Approval(Approval),
    Waiver(Waiver),
}

/// An engine that knows the change and the policy, and every fact by number and arrival.
#[derive(Debug)]
pub struct Fast {
    engine: Engine,
    read: Vec<[Read; 2]>,
    world: World,
    policy: Policy,
    questions: [(Tick, DecideQuestion); 2],
    remembered: HashMap<(Set, Arrival, Tick, u8), Verdict>,
}

impl Default for Fast {
    fn default() -> Self {
        Fast::new()
    }
}

#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a test stops at the first surprise"
)]
impl Fast {
    /// Reads everything once.
    #[must_use]
    pub fn new() -> Self {
        let mut engine = Engine::new(Limits::untrusted());
        engine.add(portfolio(&world())).expect("the world can be taken in");
        engine.set_policy(&policy().text()).expect("the policy can be read");
        let read = |number: Number| ARRIVALS.map(|arrival| read(number, arrival));
        let questions = ASKED.map(|at| (at, question(SUBJECT, 1, at)));
        let read = (0..FACTS).map(read).collect();
        Fast {
            engine,
            read,
            world: world(),
            policy: policy(),
            questions,
            remembered: HashMap::new(),
        }
    }

    /// The engine's decisions at the instants that are asked about; facts come in the order of
    /// their numbers or, where they arrive backwards, the other way round.
    #[must_use]
    pub fn decide(&self, set: &[Number], arrival: Arrival) -> Vec<(Tick, Decision)> {
        let mut portfolio = Portfolio::default();
        let mut take = |number: &Number| {
            let Some([in_order, backwards]) = self.read.get(usize::from(*number)) else { return };
            let read = if arrival == Arrival::InOrder { in_order } else { backwards };
            match read {
                Read::Evidence(fact) => portfolio.evidence.push(fact.clone()),
                Read::Approval(fact) => portfolio.approvals.push(fact.clone()),
                Read::Waiver(fact) => portfolio.waivers.push(fact.clone()),
            }
        };
        match arrival {
            Arrival::InOrder => set.iter().for_each(&mut take),
            Arrival::Backwards => set.iter().rev().for_each(&mut take),
        }
        let mut engine = self.engine.clone();
        engine.add(portfolio).expect("a set of facts can be taken in");
        let snapshot = engine.snapshot();
        let asked = self.questions.iter().filter(|(at, _)| arrival.asked().contains(at));
        asked
            .map(|(at, question)| (*at, snapshot.decide(question).expect("the change is known")))
            .collect()
    }

    /// What the oracle says of each gate and of the change, which is the worst of the gates: it
    /// depends on no other.
    pub fn expect(&mut self, set: &[Number], arrival: Arrival, at: Tick) -> Vec<Verdict> {
        let mut verdicts: Vec<Verdict> =
            (0..2).map(|gate| self.expect_of(gate, set, arrival, at)).collect();
        verdicts.extend(verdicts.iter().max().copied());
        verdicts
    }

    /// What the oracle says of a gate: by definition only facts that name the gate's requirements
    /// and checks have a say, so a few of these come up again and again and are remembered.
    fn expect_of(&mut self, gate: u8, set: &[Number], arrival: Arrival, at: Tick) -> Verdict {
        let of_gate: Set = set.iter().copied().filter(|n| said(*n).gate == gate).collect();
        let key = (of_gate.clone(), arrival, at, gate);
        if let Some(verdict) = self.remembered.get(&key) {
            return *verdict;
        }
        let world = self.world(&of_gate, arrival);
        let question = Question { world: &world, policy: &self.policy, stage: 1, at };
        let gate = self.policy.gates.get(usize::from(gate)).expect("there are two gates");
        let verdict = oracle::gate::of_gate(&question, gate, 0);
        if of_gate.len() < MOST {
            self.remembered.insert(key, verdict);
        }
        verdict
    }

    /// What the oracle says of everything, nothing taken for granted.
    #[must_use]
    pub fn expect_anew(&self, set: &[Number], arrival: Arrival, at: Tick) -> Vec<Verdict> {
        let world = self.world(set, arrival);
        let question = Question { world: &world, policy: &self.policy, stage: 1, at };
        let gates = self.policy.gates.iter();
        let gates = gates.map(|gate| oracle::gate::of_gate(&question, gate, 0));
        gates.chain(oracle::gate::decide(&question, SUBJECT)).collect()
    }

    /// The world of a set, to ask the oracle about.
    #[must_use]
    pub fn world(&self, set: &[Number], arrival: Arrival) -> World {
        let mut world = self.world.clone();
        set.iter().for_each(|number| add(&mut world, *number, arrival));
        world
    }
}

#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
fn portfolio(world: &World) -> Portfolio {
    let text = world.document().to_string();
    read_portfolio(text.as_bytes(), Limits::untrusted()).expect("a world can be read")
}

#[expect(clippy::expect_used, reason = "a test stops at the first surprise")]
fn read(number: Number, arrival: Arrival) -> Read {
    let mut world = world();
    add(&mut world, number, arrival);
    let mut read = portfolio(&world);
    let evidence = read.evidence.pop().map(Read::Evidence);
    let approval = read.approvals.pop().map(Read::Approval);
    let waiver = read.waivers.pop().map(|mut waiver| {
        waiver.id = format!("W-{number}").parse().expect("a waiver has an id");
        Read::Waiver(waiver)
    });
    evidence.or(approval).or(waiver).expect("there is one fact")
}
