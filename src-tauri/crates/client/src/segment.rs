//! A text as one piece of a path.

use std::fmt::Write;

/// Everything but letters, digits and `-._~` is written as `%XX`, so that no id can name another path. A piece of dots
/// alone would be a way up, whatever stands around it.
pub(crate) fn segment(text: &str) -> String {
    let up = !text.is_empty() && text.bytes().all(|byte| byte == b'.');
    let mut piece = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || (b"-._~".contains(&byte) && !up) {
            piece.push(char::from(byte));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(piece, "%{byte:02X}");
        }
    }
    piece
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn no_id_names_another_path() {
        for (text, piece) in
            [("E-02", "E-02"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("..", "%2E%2E"), ("东", "%E4%B8%9C"), ("", "")]
        {
            assert_eq!(segment(text), piece);
        }
    }
}
