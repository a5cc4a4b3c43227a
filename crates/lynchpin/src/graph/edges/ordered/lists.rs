//! Rows of nodes that change one item at a time.

use crate::graph::Node;
use crate::graph::column::{Column, Rows};

/// A row that is as it was in bulk.
const AS_READ: u32 = u32::MAX;

/// Rows, each sorted. What was read in bulk stays where it is; a row that changes gets a place of
/// its own, so that each is in one piece whatever happens.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    read: Rows,
    own: Column<Vec<Node>>,
    /// Where in `own` the row of each node is.
    places: Column<u32>,
}

impl Lists {
    /// Rows as they were read; each must be sorted.
    pub(super) fn new(read: Rows) -> Self {
        let places = Column::filled(read.rows(), AS_READ);
        Lists { read, own: Column::default(), places }
    }

    pub(super) fn rows(&self) -> u32 {
        self.places.len()
    }

    pub(super) fn row(&self, node: Node) -> &[Node] {
        match self.places[node] {
            AS_READ => self.read.row(node),
            place => &self.own[place],
        }
    }

    /// Adds an empty row.
    pub(super) fn push(&mut self) {
        self.places.push(self.own.len());
        self.own.push(Vec::new());
    }

    /// Adds to a row; `true` if it was not there.
    pub(super) fn insert(&mut self, node: Node, item: Node) -> bool {
        let Err(at) = self.row(node).binary_search(&item) else { return false };
        self.own_row(node).insert(at, item);
        true
    }

    /// Takes out of a row; `true` if it was there.
    pub(super) fn remove(&mut self, node: Node, item: Node) -> bool {
        let Ok(at) = self.row(node).binary_search(&item) else { return false };
        self.own_row(node).remove(at);
        true
    }

    /// The rows in bulk.
    pub(super) fn to_rows(&self, items: u32) -> Rows {
        let mut rows = Rows::with_room(self.rows(), items as usize);
        for node in 0..self.rows() {
            self.row(node).iter().for_each(|&item| rows.push(item));
            rows.close();
        }
        rows
    }

    fn own_row(&mut self, node: Node) -> &mut Vec<Node> {
        if self.places[node] == AS_READ {
            let row = self.read.row(node);
            let mut own = Vec::with_capacity(row.len() + 1);
            own.extend_from_slice(row);
            self.places[node] = self.own.len();
            self.own.push(own);
        }
        let place = self.places[node];
        &mut self.own[place]
    }
}
