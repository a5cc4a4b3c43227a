//! Texts from a repository, made safe to keep and to print.

/// Decodes bytes that should be UTF-8; the flag says whether they were not.
pub(crate) fn decoded(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), true),
    }
}

/// The text on one line, without control characters and those that reorder what is shown.
pub(crate) fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        let hidden = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{061c}');
        if !hidden {
            out.push(letter);
        } else if letter.is_whitespace() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.trim().to_owned()
}

/// The beginning of a text, of at most so many bytes.
pub(crate) fn cut(text: &str, bytes: usize) -> String {
    let ends = text.char_indices().map(|(begin, letter)| begin + letter.len_utf8());
    let end = ends.take_while(|end| *end <= bytes).last().unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}

/// Whether the text is 7 to 64 hexadecimal digits, as an object's id or its beginning is.
pub(crate) fn is_object_id(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        assert_eq!(printable(" a\u{1b}[31mb\n\nc\u{202e}d\u{0}\t"), "a[31mb cd");
        assert_eq!(printable("héllo wörld"), "héllo wörld");
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_such() {
        assert_eq!(decoded(b"caf\xe9"), ("caf\u{fffd}".to_owned(), true));
        assert_eq!(decoded("café".as_bytes()), ("café".to_owned(), false));
    }
}
