//! Columns for people, and log-odds that line up and add up.

use lynchpin::base::LogOdds;
use lynchpin::report::{Style, faint, line};

/// The widest name of a column of a file, in columns of a terminal.
const NAME: usize = 40;

/// A name out of a file, safe to print and no wider than is read.
pub fn name(text: &str) -> String {
    line(text, NAME)
}

/// Rows below their heads, each column as wide as its widest cell; the last one is not padded.
pub fn table(heads: &[&str], rows: &[Vec<String>], style: Style) -> String {
    let width = |text: &str| text.chars().count();
    let mut widths: Vec<usize> = heads.iter().map(|head| width(head)).collect();
    for row in rows {
        for (most, cell) in widths.iter_mut().zip(row) {
            *most = width(cell).max(*most);
        }
    }
    let drawn = |cells: &[String]| {
        let padded = cells.iter().zip(&widths);
        let padded = padded.map(|(cell, width)| format!("{cell:<width$}  "));
        padded.collect::<String>().trim_end().to_owned()
    };
    let head: Vec<String> = heads.iter().map(|head| (*head).to_owned()).collect();
    let mut out = faint(style, &drawn(&head)) + "\n";
    for row in rows {
        out.push_str(&drawn(row));
        out.push('\n');
    }
    out
}

/// With its sign and all nine places, so that columns line up and add up.
pub fn signed(value: LogOdds) -> String {
    let magnitude = value.billionths().unsigned_abs();
    let (whole, rest) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    let sign = if value.billionths() < 0 { '-' } else { '+' };
    format!("{:>13}", format!("{sign}{whole}.{rest:09}"))
}

/// With its sign and two places, to be compared at a glance.
pub fn short(value: LogOdds) -> String {
    let hundredths = value.billionths().unsigned_abs().saturating_add(5_000_000) / 10_000_000;
    let sign = if value.billionths() < 0 && hundredths > 0 { '-' } else { '+' };
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_odds_line_up() {
        let of = LogOdds::from_billionths;
        assert_eq!(signed(of(-1_234_567_890)), " -1.234567890");
        assert_eq!(signed(of(12_000_000_001)), "+12.000000001");
        assert_eq!(
            (short(of(-5_000_000)), short(of(-4_999_999))),
            ("-0.01".into(), "+0.00".into())
        );
        assert_eq!(short(of(1_995_000_000)), "+2.00");
    }
}
