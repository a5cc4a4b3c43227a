//! Small symmetric systems of equations.

/// A symmetrical matrix, of which the lower triangle counts, row after row.
#[derive(Clone, Debug)]
pub(super) struct Matrix {
    size: usize,
    cells: Vec<f64>,
}

impl Matrix {
    pub(super) fn zero(size: usize) -> Self {
        Matrix { size, cells: vec![0.0; size.saturating_mul(size)] }
    }

    pub(super) fn add_at(&mut self, row: usize, column: usize, value: f64) {
        if let Some(cell) = self.cells.get_mut(row.saturating_mul(self.size).saturating_add(column))
        {
            *cell += value;
        }
    }

    /// Adds to the cells of a row what a vector comes to with each of some others.
    pub(super) fn add_row(&mut self, row: usize, own: &[f64], others: &[&[f64]]) {
        let start = row.saturating_mul(self.size);
        let cells = self.cells.get_mut(start..start.saturating_add(others.len()));
        let (cells, rest) = cells.unwrap_or_default().as_chunks_mut::<4>();
        let (fours, others) = others.as_chunks::<4>();
        for (cells, others) in cells.iter_mut().zip(fours) {
            let sums = dots(own, others);
            cells.iter_mut().zip(sums).for_each(|(cell, sum)| *cell += sum);
        }
        rest.iter_mut().zip(others).for_each(|(cell, other)| *cell += dot(own, other));
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        let place = row.saturating_mul(self.size).saturating_add(column);
        self.cells.get(place).copied().unwrap_or(0.0)
    }

    /// The lower triangle whose product with itself turned is this one (Cholesky); `None` if it is
    /// not positive definite.
    pub(super) fn root(&self) -> Option<Root> {
        let mut root = Matrix::zero(self.size);
        for row in 0..self.size {
            for column in 0..=row {
                let known: f64 = (0..column).map(|k| root.at(row, k) * root.at(column, k)).sum();
                let rest = self.at(row, column) - known;
                if row == column {
                    if rest.is_nan() || rest <= 0.0 {
                        return None;
                    }
                    root.add_at(row, row, rest.sqrt());
                } else {
                    root.add_at(row, column, rest / root.at(column, column));
                }
            }
        }
        Some(Root(root))
    }
}

/// The sum of products, four sums side by side: always in the same order.
pub(super) fn dot(one: &[f64], other: &[f64]) -> f64 {
    let [sum] = dots(one, &[other]);
    sum
}

/// The same with each of some others: what the first one holds is read once.
fn dots<const N: usize>(one: &[f64], others: &[&[f64]; N]) -> [f64; N] {
    let (fours, rest) = one.as_chunks::<4>();
    let others = others.map(|other| other.as_chunks::<4>());
    let mut sums = [[0.0; 4]; N];
    for (at, one) in fours.iter().enumerate() {
        for (sums, (others, _)) in sums.iter_mut().zip(&others) {
            let Some(other) = others.get(at) else { continue };
            for ((sum, one), other) in sums.iter_mut().zip(one).zip(other) {
                *sum += one * other;
            }
        }
    }
    let mut found = [0.0; N];
    for ((found, sums), (_, other)) in found.iter_mut().zip(sums).zip(others) {
        let rest = rest.iter().zip(other).map(|(one, other)| one * other).sum::<f64>();
        *found = sums.iter().sum::<f64>() + rest;
    }
    found
}

/// The triangle of a positive definite matrix.
pub(super) struct Root(Matrix);

impl Root {
    /// What the matrix turns into the given vector.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let Root(root) = self;
        let mut half: Vec<f64> = Vec::with_capacity(root.size);
        for (row, right) in right.iter().enumerate() {
            let known: f64 = half.iter().enumerate().map(|(k, v)| root.at(row, k) * v).sum();
            half.push((right - known) / root.at(row, row));
        }
        // From the last one backwards; kept the other way round.
        let mut found: Vec<f64> = Vec::with_capacity(root.size);
        for (row, half) in half.iter().enumerate().rev() {
            let below = (row.saturating_add(1)..root.size).rev();
            let known: f64 = below.zip(&found).map(|(k, v)| root.at(k, row) * v).sum();
            found.push((half - known) / root.at(row, row));
        }
        found.reverse();
        found
    }

    /// The diagonal of the inverse.
    pub(super) fn inverse_diagonal(&self) -> Vec<f64> {
        let size = self.0.size;
        let unit = |at: usize| -> Vec<f64> {
            (0..size).map(|other| if other == at { 1.0 } else { 0.0 }).collect()
        };
        (0..size).map(|at| self.solve(&unit(at)).get(at).copied().unwrap_or(0.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_solved() {
        let mut matrix = Matrix::zero(3);
        // The lower triangle is enough.
        let rows = [[5.0, 2.0, 4.0], [2.0, 10.0, 3.0], [4.0, 3.0, 17.0]];
        for (at, row) in rows.iter().enumerate() {
            (0..=at).for_each(|column| matrix.add_at(at, column, row[column]));
        }
        let root = matrix.root().unwrap();
        let found = root.solve(&[1.0, 2.0, 3.0]);
        for (row, right) in rows.iter().zip([1.0, 2.0, 3.0]) {
            let left: f64 = row.iter().zip(&found).map(|(cell, v)| cell * v).sum();
            assert!((left - right).abs() < 1e-12);
        }
        let first = root.solve(&[1.0, 0.0, 0.0])[0];
        assert!((root.inverse_diagonal()[0] - first).abs() < 1e-15);
        assert!(Matrix::zero(2).root().is_none());
    }
}
