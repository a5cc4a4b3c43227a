//! Graphs of edges alone, ordered here and by others.

use std::io::Result;

use lynchpin_benches::Wanted::{self, Nothing, TimesPeer};
use lynchpin_benches::{figure, median};

use crate::input::{Input, Shape};
use crate::others::{self, ORDERS, Other};
use crate::{LARGE, debian, limit};

/// Transitive reductions have a limit that is not far above.
const SMALL: u32 = 10_000;

/// Prints all figures of graphs of edges.
pub(crate) fn measure(sizes: &[u32]) -> Result<()> {
    let (own, others) = (others::own()?, others::all()?);
    for shape in [Shape::Layered, Shape::Random] {
        for &nodes in sizes {
            let input = Input::made(shape, nodes)?;
            let taken = beside(&own, &others, &input, &asked(nodes))?;
            memory(&own, &others, &input)?;
            if nodes == LARGE {
                limits(&input, &taken, limit::bytes_a_second());
            }
        }
    }
    debian(&own, &others)?;
    // Edges among near nodes only: little stands on each.
    let input = Input::made(Shape::Heaps, sizes.iter().copied().max().unwrap_or(LARGE))?;
    for other in others.iter().filter(|other| other.can("downstream", input.nodes)) {
        let (here, there) = (&mut own.start(&input.file)?, &mut other.start(&input.file)?);
        let (value, peer) = here.beside(there, "downstream")?;
        let name = "seconds of downstream of 1,000 on which little stands";
        let name = format!("{name}, {}, beside {}", input.name, other.name);
        figure(&name, value, Some(peer), TimesPeer(1.15));
    }
    Ok(())
}

/// Asks everybody what is asked of a graph, as far as they can answer; what it took here.
fn beside(own: &Other, others: &[Other], input: &Input, asked: &[&str]) -> Result<Vec<Taken>> {
    let mut here = own.start(&input.file)?;
    let mut taken = Vec::new();
    for other in others {
        let asked = ORDERS.into_iter().filter(|(order, _)| asked.contains(order));
        let asked: Vec<_> = asked.filter(|(order, _)| other.can(order, input.nodes)).collect();
        if asked.is_empty() {
            continue;
        }
        let mut there = other.start(&input.file)?;
        for (order, what) in asked {
            let (value, peer) = here.beside(&mut there, order)?;
            let name = format!("seconds of {what}, {}, beside {}", input.name, other.name);
            figure(&name, value, Some(peer), wanted(order, other.name, input.nodes));
            taken.push(Taken { order, seconds: value });
        }
    }
    Ok(taken)
}

/// What an order took here, in turns with somebody.
struct Taken {
    order: &'static str,
    seconds: f64,
}

/// What a graph of this size is asked.
fn asked(nodes: u32) -> Vec<&'static str> {
    let mut asked = vec!["order", "components"];
    if nodes <= SMALL {
        asked.push("reduction");
    }
    if nodes == LARGE {
        asked.push("downstream");
    }
    asked
}

/// Prints the memory that everybody takes for the order at most, beside the graph as it is given.
fn memory(own: &Other, others: &[Other], input: &Input) -> Result<()> {
    let value = own.megabytes("order", &input.file)?;
    for other in others.iter().filter(|other| other.can("order", input.nodes)) {
        let peer = other.megabytes("order", &input.file)?;
        let what = "megabytes at most for build, waves, critical path";
        let name = format!("{what}, {}, beside {}", input.name, other.name);
        figure(&name, value, Some(peer), Nothing);
    }
    Ok(())
}

/// Prints how near each order comes to the speed of memory.
fn limits(input: &Input, taken: &[Taken], bytes_a_second: f64) {
    for (order, what) in ORDERS {
        let all: Vec<f64> =
            taken.iter().filter(|it| it.order == order).map(|it| it.seconds).collect();
        if let (Some(bytes), false) = (limit::touched(order, input), all.is_empty()) {
            let name = format!("seconds of {what}, {}, beside the limit of memory", input.name);
            figure(&name, median(&all), Some(bytes / bytes_a_second), Nothing);
        }
    }
}

/// Prints the figures of the dependencies of a distribution. What is on a cycle has no wave, here,
/// and no order at all elsewhere: so the order is asked of what is left without the cycles.
fn debian(own: &Other, others: &[Other]) -> Result<()> {
    let Some((whole, left)) = debian::inputs()? else { return Ok(()) };
    beside(own, others, &whole, &["components"])?;
    beside(own, others, &left, &["order"])?;
    memory(own, others, &left)
}

/// What is wanted of a figure.
fn wanted(order: &str, other: &str, nodes: u32) -> Wanted {
    match (order, other, nodes) {
        ("order", "Boost CSR", LARGE) => TimesPeer(1.0 / 1.8),
        ("order", "petgraph::Graph" | "rustworkx", LARGE) => TimesPeer(1.0 / 15.0),
        ("components", "Boost CSR", LARGE) => TimesPeer(1.15),
        ("downstream", "Boost CSR", LARGE) => TimesPeer(1.0 / 4.0),
        ("reduction", "petgraph::Graph", SMALL) => TimesPeer(1.0 / 15.0),
        _ => Nothing,
    }
}
