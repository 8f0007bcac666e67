//! Invariant 2: a command or HTTP handler is ten lines or fewer: parse, call one use case, map.

use super::{none, sources};

/// Lines between a handler's opening and closing brace.
const LINES: usize = 10;

/// A function's name and the number of lines of its body.
type Body = (String, usize);

#[test]
fn handlers_are_ten_lines_or_fewer() {
    let mut seen = 0;
    let mut faults = Vec::new();
    for source in sources(&[".rs"]) {
        let mark = if source.under("src-tauri/crates/hub/src/http") {
            "#[utoipa::path"
        } else if source.under("src-tauri/src/commands") {
            "#[tauri::command"
        } else {
            continue;
        };
        for (name, lines) in marked(&source.text, mark).into_iter().chain(entries(&source.text)) {
            seen += 1;
            if lines > LINES {
                faults.push(format!("{}: {name} has {lines} lines", source.path));
            }
        }
    }
    assert!(seen > 0, "no handler found: has the mark changed?");
    none("a handler parses, calls one use case, maps", &faults);
}

/// The functions that follow an attribute, as rustfmt lays them out: braces of a free function stand in column 0.
fn marked(text: &str, mark: &str) -> Vec<Body> {
    let lines: Vec<&str> = text.lines().collect();
    let starts = lines.iter().enumerate().filter(|(_, line)| line.starts_with(mark)).map(|(index, _)| index);
    starts.filter_map(|start| body(lines.get(start..)?)).collect()
}

/// The first function in `lines`.
fn body(lines: &[&str]) -> Option<Body> {
    let head = lines.iter().position(|line| line.starts_with("pub") && line.contains("fn "))?;
    let name = lines.get(head)?.split_once("fn ")?.1.split(['(', '<']).next()?;
    let open = head + lines.get(head..)?.iter().position(|line| line.ends_with('{'))?;
    let length = lines.get(open..)?.iter().position(|line| *line == "}")?;
    Some((name.to_owned(), length.saturating_sub(1)))
}

/// The entries of `handlers!` and `commands!`: each begins under its own words, and is measured with its head.
fn entries(text: &str) -> Vec<Body> {
    let mut found: Vec<Body> = Vec::new();
    let (mut inside, mut told) = (false, false);
    for line in text.lines() {
        match line.trim_start() {
            _ if line == "}" => inside = false,
            _ if line.starts_with("handlers! {") || line.starts_with("commands! {") => inside = true,
            doc if inside && doc.starts_with("///") => told = true,
            code if inside => {
                if std::mem::take(&mut told) {
                    found.push((code.split('(').next().unwrap_or_default().to_owned(), 0));
                }
                if let Some((_, lines)) = found.last_mut() {
                    *lines += 1;
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn an_entry_is_measured_from_its_words_to_the_next() {
    let text = "commands! { desk:\n    /// One.\n    one() -> () = {\n        a\n    };\n    /// Two.\n    two() -> () = b;\n}\n";
    assert_eq!(entries(text), [("one".to_owned(), 3), ("two".to_owned(), 1)]);
}

#[test]
fn a_body_is_measured_between_its_braces() {
    let text = "#[mark]\n#[other]\npub(crate) async fn claim<T>(\n    a: T,\n) -> Answer {\n    one();\n    two()\n}\n\nfn plain() {\n}\n";
    assert_eq!(marked(text, "#[mark"), [("claim".to_owned(), 2)]);
}
