//! Texts of other people, made safe to print.

/// A text on one line with nothing in it that acts instead of being seen.
///
/// Control characters, line ends, marks that turn the direction of text and characters without a
/// shape are shown by their number.
///
/// ```
/// use lynchpin::report::printable;
///
/// assert_eq!(printable("safe"), "safe");
/// assert_eq!(printable("a\u{1b}[2Jb\u{202e}c"), r"a\u{1b}[2Jb\u{202e}c");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || is_shapeless(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

/// Characters that reorder, join or hide what stands around them.
fn is_shapeless(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text as [`printable`] makes it, cut to at most so many columns of a terminal; what is cut ends
/// in `…`.
///
/// ```
/// use lynchpin::report::line;
///
/// assert_eq!(line("Round fares\n", 20), "Round fares ");
/// assert_eq!(line("Round fares down", 8), "Round f…");
/// ```
#[must_use]
pub fn line(text: &str, columns: usize) -> String {
    // What is cut off need not be made safe first: a long text costs no more than a short one.
    let begin: String = text.chars().take(columns.saturating_mul(2)).collect();
    let shown = printable(&begin);
    if width(&shown) <= columns && begin.len() == text.len() {
        return shown;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in shown.chars() {
        used += columns_of(c);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// How many columns a text takes on a terminal.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

fn columns_of(c: char) -> usize {
    match c {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115e}'
        | '\u{2e80}'..='\u{303e}'
        | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1f64f}'
        | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_never_wider_than_asked() {
        assert_eq!(line("short", 8), "short");
        assert_eq!(line("exactly8", 8), "exactly8");
        assert_eq!(line("nine char", 8), "nine ch…");
        assert_eq!(line("表表表表表", 6), "表表…");
        assert_eq!(line("two\nlines", 20), "two lines");
        for columns in 1..12 {
            assert!(width(&line(&"\u{1b}[31m表".repeat(9), columns)) <= columns, "{columns}");
        }
    }

    #[test]
    fn nothing_that_acts_is_left() {
        let bad = "\u{0}\u{7}\u{8}\u{1b}\u{7f}\u{9b}\u{200b}\u{2066}\u{feff}\u{e0041}";
        assert!(printable(bad).is_ascii());
        assert!(!printable(bad).contains(char::is_control));
    }
}
