//! Where in a text an offset lies.

/// The line and column of a byte offset, both from 1; columns count bytes, as serde_json does.
pub(super) fn place(bytes: &[u8], offset: usize) -> (u64, u64) {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (count(line), count(before.len().saturating_sub(start)))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).map_or(u64::MAX, |number| number.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn counts_from_one() {
        let text = b"ab\ncd\n";
        assert_eq!(place(text, 0), (1, 1));
        assert_eq!(place(text, 4), (2, 2));
        assert_eq!(place(text, 99), (3, 1));
    }
}
