//! CSV taken apart (RFC 4180): quoted fields may hold commas, quotes and line ends; lines end in LF or CR LF.

/// The fields of every line. Commas, semicolons and tabs separate, whichever the first line uses.
pub(super) fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', '\t', ';']
        .into_iter()
        .max_by_key(|c| first.matches(*c).count())
        .unwrap_or(',');
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut chars) = (false, text.chars().peekable());
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            c if quoted => field.push(c),
            c if c == separator => row.push(std::mem::take(&mut field)),
            '\r' => {}
            '\n' => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn fields_hold_whatever_stands_between_quotes() {
        let text = "\u{feff}a,b,c\r\n\"x,1\",\"say \"\"hi\"\"\",\"two\nlines\"\r\n,,last";
        let wanted = vec![
            vec!["a", "b", "c"],
            vec!["x,1", "say \"hi\"", "two\nlines"],
            vec!["", "", "last"],
        ];
        assert_eq!(rows(text), wanted);
        assert_eq!(rows("a;b\n1;2\n"), vec![vec!["a", "b"], vec!["1", "2"]]);
        assert!(rows("").is_empty());
    }
}
