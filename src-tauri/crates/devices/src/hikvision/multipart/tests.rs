use super::*;
use proptest::prelude::*;

fn sample(eol: &str, lengths: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (kind, body) in [("application/xml", &b"<a>1</a>"[..]), ("image/jpeg", b"\xff\xd8\xff--not\n--bou\r\n\xff\xd9")]
    {
        out.extend(format!("--bound{eol}Content-Type: {kind}{eol}").into_bytes());
        if lengths {
            out.extend(format!("Content-Length: {}{eol}", body.len()).into_bytes());
        }
        out.extend(eol.as_bytes());
        out.extend(body);
        out.extend(eol.as_bytes());
    }
    out.extend(format!("--bound--{eol}").into_bytes());
    out
}

#[test]
fn both_line_ends_with_and_without_lengths_in_any_slices() {
    for (eol, lengths) in [("\r\n", true), ("\r\n", false), ("\n", true), ("\n", false)] {
        let bytes = sample(eol, lengths);
        for size in [1, 2, 3, 7, bytes.len()] {
            let mut reader = Multipart::new("bound");
            let mut parts = Vec::new();
            for slice in bytes.chunks(size) {
                reader.push(slice);
                while let Some(part) = reader.next().unwrap() {
                    parts.push(part);
                }
            }
            assert_eq!(parts.len(), 2, "{eol:?} {lengths} {size}");
            assert!(parts[0].is_xml() && parts[0].body == "<a>1</a>");
            assert!(parts[1].is_picture() && parts[1].body.ends_with(b"\xff\xd9"));
        }
    }
}

#[test]
fn a_length_makes_a_part_whole_before_the_next_boundary_comes() {
    let mut reader = Multipart::new("b");
    reader.push(b"--b\r\nContent-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>");
    assert_eq!(reader.next().unwrap().unwrap().body, "<a/>");
    assert_eq!(reader.next(), Ok(None));
}

#[test]
fn a_length_that_is_too_long_does_not_swallow_the_next_part() {
    let text = b"--b\nContent-Length: 900\n\n<a/>\n--b\nContent-Length: 4\n\n<b/>\n--b--\n";
    let parts = split("b", text).unwrap();
    let bodies: Vec<_> = parts.iter().map(|part| part.body.clone()).collect();
    assert_eq!(bodies, ["<a/>", "<b/>"]);
}

#[test]
fn a_cut_off_picture_is_left_out_and_a_whole_last_one_kept() {
    let cut = b"--b\n\n<a/>\n--b\nContent-Type: image/jpeg\n\n\xff\xd8\xff\x00";
    assert_eq!(split("b", cut).unwrap().len(), 1);
    let whole = b"--b\n\n<a/>\n--b\nContent-Type: image/jpeg\n\n\xff\xd8\xff\xd9";
    assert_eq!(split("b", whole).unwrap().len(), 2);
}

#[test]
fn boundaries_in_their_spellings() {
    for text in [
        "multipart/mixed; boundary=abc",
        "multipart/mixed;Boundary=\"abc\"; x=y",
        "multipart/form-data; boundary=--abc",
    ] {
        assert_eq!(boundary(text).as_deref(), Some("abc"), "{text}");
    }
    assert_eq!(boundary("application/xml"), None);
    assert_eq!(boundary("multipart/mixed; boundary="), None);
}

proptest! {
    #[test]
    fn any_bytes_end_and_no_part_holds_more_than_came(slices in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..20)) {
        let mut reader = Multipart::new("b");
        let (mut came, mut given) = (0, 0);
        for slice in slices {
            came += slice.len();
            reader.push(&slice);
            while let Ok(Some(part)) = reader.next() {
                given += part.body.len();
            }
            prop_assert!(given <= came);
        }
    }

    #[test]
    fn anything_like_multipart_ends_and_its_parts_are_of_it(text in "(--b|\r\n|\n|-|content-length:|[0-9]|x|<a>|:){0,60}") {
        for part in split("b", text.as_bytes()).unwrap_or_default() {
            let body = String::from_utf8(part.body.to_vec()).unwrap();
            prop_assert!(text.contains(&body));
        }
    }

    #[test]
    fn a_truncated_answer_gives_a_beginning_of_the_parts(cut in 0usize..200, lf in any::<bool>(), lengths in any::<bool>()) {
        let bytes = sample(if lf { "\n" } else { "\r\n" }, lengths);
        let whole = split("bound", &bytes).unwrap();
        let some = split("bound", &bytes[..cut.min(bytes.len())]).unwrap();
        prop_assert!(some.len() <= whole.len());
        if let Some(first) = some.first().filter(|_| some.len() > 1) {
            prop_assert_eq!(first, &whole[0]);
        }
    }

    #[test]
    fn any_content_type_gives_a_boundary_or_none(text in "\\PC{0,80}") {
        let _ = boundary(&text);
        let _ = boundary(&format!("boundary={text}"));
    }
}
