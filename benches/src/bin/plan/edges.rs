//! Graphs of edges alone, ordered here and by others.

use std::io::Result;

use lynchpin_benches::Wanted::{self, Nothing, TimesPeer};
use lynchpin_benches::figure;

use crate::input::{Input, Shape};
use crate::others::{self, ORDERS, Other};

const LARGE: u32 = 1_000_000;
/// Transitive reductions have a limit that is not far above.
const SMALL: u32 = 10_000;

/// Prints all figures of graphs of edges.
pub(crate) fn measure(sizes: &[u32]) -> Result<()> {
    let (own, others) = (others::own()?, others::all()?);
    for shape in [Shape::Layered, Shape::Random] {
        for &nodes in sizes {
            let input = Input::made(shape, nodes)?;
            beside(&own, &others, &input)?;
        }
    }
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

/// Asks everybody all that is asked of a graph of this size.
fn beside(own: &Other, others: &[Other], input: &Input) -> Result<()> {
    let mut here = own.start(&input.file)?;
    for other in others {
        let asked = ORDERS.into_iter().filter(|(order, _)| {
            other.can(order, input.nodes)
                && match *order {
                    "reduction" => input.nodes <= SMALL,
                    "downstream" => input.nodes == LARGE,
                    _ => true,
                }
        });
        let mut there = None;
        for (order, what) in asked {
            if there.is_none() {
                there = Some(other.start(&input.file)?);
            }
            let Some(there) = &mut there else { continue };
            let (value, peer) = here.beside(there, order)?;
            let name = format!("seconds of {what}, {}, beside {}", input.name, other.name);
            figure(&name, value, Some(peer), wanted(order, other.name, input.nodes));
        }
    }
    Ok(())
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
