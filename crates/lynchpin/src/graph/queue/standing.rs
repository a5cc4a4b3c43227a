//! What of a queue can go at all, and what is chosen for each of its needs.

use super::{Outlook, QueueNeed, QueueQuestion, shortest_round};
use crate::graph::column::{Column, number};
use crate::graph::{Edges, GraphError, Node, NodeSet};

/// How every item stands.
pub(super) struct Settled {
    pub(super) outlook: Column<Outlook>,
    /// The needs of what goes, with what was chosen for each.
    pub(super) chosen: Vec<QueueNeed>,
    pub(super) cycles: Vec<Vec<Node>>,
}

/// Takes out what lacks something, then what needs itself, until nothing more falls.
pub(super) fn settle(question: &QueueQuestion<'_>) -> Result<Settled, GraphError> {
    let mut outlook = Column::filled(question.nodes, Outlook::Goes);
    question.out.iter().for_each(|node| outlook[node] = Outlook::Out);
    let needs: Vec<&QueueNeed> =
        question.needs.iter().filter(|need| !need.any.contains(&need.node)).collect();
    let mut cycles: Vec<Vec<Node>> = Vec::new();
    loop {
        take_lacking(&mut outlook, &needs);
        let chosen: Vec<QueueNeed> = needs
            .iter()
            .filter(|need| outlook[need.node] == Outlook::Goes)
            .map(|need| choose(&outlook, need))
            .collect();
        let pairs = chosen.iter().flat_map(|need| need.any.iter().map(|&any| (need.node, any)));
        let (later, earlier): (Vec<Node>, Vec<Node>) = pairs.unzip();
        let edges = Edges::new(question.nodes, &later, &earlier)?;
        let components = edges.components();
        let mut any = false;
        for component in components.cycles() {
            any = true;
            let members = components.members(component);
            let among: NodeSet = members.iter().copied().collect();
            if let Some(&first) = members.first() {
                cycles.push(shortest_round(&edges, &among, first));
            }
            members.iter().for_each(|&node| outlook[node] = Outlook::InCycle);
        }
        if !any {
            cycles.sort();
            return Ok(Settled { outlook, chosen, cycles });
        }
    }
}

/// Marks what has a need that nothing left meets, and what falls with it.
fn take_lacking(outlook: &mut Column<Outlook>, needs: &[&QueueNeed]) {
    let numbers = 0..number(needs.len());
    let mut left: Column<u32> = Column::filled(number(needs.len()), 0);
    let mut asked_of: Column<Vec<u32>> = Column::filled(outlook.len(), Vec::new());
    let mut fallen: Vec<Node> = Vec::new();
    let fall = |node: Node, outlook: &mut Column<Outlook>, fallen: &mut Vec<Node>| {
        if outlook[node] == Outlook::Goes {
            outlook[node] = Outlook::Lacks;
            fallen.push(node);
        }
    };
    for (at, need) in numbers.zip(needs) {
        let mut any = need.any.clone();
        any.sort_unstable();
        any.dedup();
        for node in any.into_iter().filter(|&node| outlook[node] == Outlook::Goes) {
            left[at] += 1;
            asked_of[node].push(at);
        }
    }
    for (at, need) in (0u32..).zip(needs) {
        if left[at] == 0 {
            fall(need.node, outlook, &mut fallen);
        }
    }
    let of: Column<Node> = needs.iter().map(|need| need.node).collect();
    while let Some(node) = fallen.pop() {
        for &at in &asked_of[node] {
            left[at] -= 1;
            if left[at] == 0 {
                fall(of[at], outlook, &mut fallen);
            }
        }
    }
}

/// All that go and stand ahead; the first that goes, if none does.
fn choose(outlook: &Column<Outlook>, need: &QueueNeed) -> QueueNeed {
    let mut goes: Vec<Node> =
        need.any.iter().copied().filter(|&node| outlook[node] == Outlook::Goes).collect();
    goes.sort_unstable();
    goes.dedup();
    let ahead = goes.partition_point(|&node| node < need.node);
    goes.truncate(ahead.max(1));
    QueueNeed { node: need.node, any: goes }
}
