//! Columns of a terminal.

use super::options::Style;
use super::safe::width;
use super::words::{Tone, paint};

/// A table whose columns are as wide as their widest cell; the last one is not padded.
pub(super) struct Table {
    heads: Vec<&'static str>,
    rows: Vec<Vec<(String, Option<Tone>)>>,
}

impl Table {
    pub(super) fn new(heads: &[&'static str]) -> Table {
        Table { heads: heads.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, each cell painted in its tone if it has one.
    pub(super) fn row(&mut self, cells: Vec<(String, Option<Tone>)>) {
        self.rows.push(cells);
    }

    pub(super) fn draw(&self, style: Style) -> String {
        let mut widths: Vec<usize> = self.heads.iter().map(|head| width(head)).collect();
        for row in &self.rows {
            for (most, (cell, _)) in widths.iter_mut().zip(row) {
                *most = width(cell).max(*most);
            }
        }
        let head: Vec<(String, Option<Tone>)> =
            self.heads.iter().map(|head| ((*head).to_owned(), Some(Tone::Faint))).collect();
        let mut out = String::new();
        for row in std::iter::once(&head).chain(&self.rows) {
            let mut line = String::new();
            for ((cell, tone), most) in row.iter().zip(&widths) {
                // Spaces go before the next cell, so that no line ends in any.
                let fill = most.saturating_sub(width(cell));
                match tone {
                    Some(tone) => line.push_str(&paint(style, *tone, cell)),
                    None => line.push_str(cell),
                }
                line.push_str(&" ".repeat(fill + 2));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_what_is_seen() {
        let mut table = Table::new(&["a", "b"]);
        table.row(vec![("表".to_owned(), None), ("x".to_owned(), None)]);
        table.row(vec![("long".to_owned(), None), (String::new(), None)]);
        assert_eq!(table.draw(Style::Plain), "a     b\n表    x\nlong\n");
    }
}
