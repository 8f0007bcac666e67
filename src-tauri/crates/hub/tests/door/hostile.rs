//! Files of strangers (invariant 15): a workbook, a sheet or a site file that would fill memory is refused with a sentence, and
//! the hub lives.

use super::{
    cli::{hub, started, terminate, written},
    desk::{Answer, Desk},
};
use lanedesk_hub::testing::{Database, Engine};
use reqwest::Method;
use std::io::{Cursor, Write as _};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Most the hub's memory may grow over all of it, in KiB: files of a few kilobytes must cost next to nothing.
const GROWTH_KIB: u64 = 300 * 1024;

const RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const BOOK_RELS: &str = r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook whose one sheet holds these cells; `more` adds parts.
fn workbook(cells: &str, more: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
    );
    for (name, content) in [
        ("_rels/.rels", RELS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELS),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        part(&mut zip, name, content.as_bytes());
    }
    more(&mut zip);
    zip.finish().unwrap().into_inner()
}

fn part(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, content: &[u8]) {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    zip.start_file(name, options).unwrap();
    zip.write_all(content).unwrap();
}

fn cell(at: &str, text: &str) -> String {
    format!(r#"<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn row(number: usize, cells: &str) -> String {
    format!(r#"<row r="{number}">{cells}</row>"#)
}

/// Titles of lots and one row of them, then whatever follows.
fn lots(rest: &str) -> String {
    let titles = [("A1", "id"), ("B1", "name"), ("C1", "area")];
    let titles: String = titles.iter().map(|(at, text)| cell(at, text)).collect();
    row(1, &titles) + rest
}

/// Every file, with what is wrong with it.
fn files() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let far = |at: &str, number| lots(&row(number, &cell(at, "x")));
    let nothing = |_: &mut ZipWriter<_>| {};
    let strings = |head: String| {
        workbook(&lots(""), move |zip| {
            part(zip, "xl/sharedStrings.xml", head.as_bytes());
        })
    };
    let sst = |attribute: &str, inside: &str| {
        format!(
            r#"<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" {attribute}>{inside}</sst>"#
        )
    };
    let encrypted = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0xff; 600]].concat();
    let whole = workbook(&lots(""), nothing);
    vec![
        ("xlsx", "two cells far apart", workbook(&far("XFD1048576", 1_048_576), nothing)),
        ("xlsx", "a cell far down", workbook(&far("A1048576", 1_048_576), nothing)),
        ("xlsx", "a cell far to the right", workbook(&far("XFD2", 2), nothing)),
        ("xlsx", "a row number beyond all", workbook(&far("A4294967295", 4_294_967_295), nothing)),
        (
            "xlsx",
            "rows that go up and down",
            workbook(&lots(&(row(9, &cell("A9", "x")) + &row(2, &cell("A2", "y")))), nothing),
        ),
        ("xlsx", "texts announced that nobody has", strings(sst("uniqueCount=\"99999999999\"", ""))),
        ("xlsx", "the same with blanks between", strings(sst("uniqueCount = '4000000000'", ""))),
        ("xlsx", "texts that unpack to forty times as much", strings(sst("", &"<si><t>x</t></si>".repeat(2_200_000)))),
        ("xlsx", "one text without an end", workbook(&lots(&row(2, &cell("A2", &"x".repeat(3_000_000)))), nothing)),
        (
            "xlsx",
            "more parts than a workbook has",
            workbook(&lots(""), |zip| {
                (0..3_000).for_each(|n| part(zip, &format!("x/{n}.xml"), b""));
            }),
        ),
        ("xlsx", "another container", encrypted),
        ("xlsx", "half a workbook", whole[..whole.len() / 2].to_vec()),
        ("xlsx", "no workbook", b"PK\x03\x04 and nothing".to_vec()),
        ("csv", "a line of commas", [b"id,name\n".to_vec(), vec![b','; 4_000_000]].concat()),
        ("csv", "a quote without an end", [b"id,name\n\"".to_vec(), vec![b'x'; 4_000_000]].concat()),
        ("csv", "lines without end", [b"id,name\n".to_vec(), b"a,b\n".repeat(400_000)].concat()),
        ("toml", "lists in lists", [b"lot = ".to_vec(), vec![b'['; 1_000_000]].concat()),
        ("toml", "nothing but marks", vec![b'='; 30_000_000]),
        ("toml", "tables without end", b"[[lot]]\n".repeat(5_000_000)),
    ]
}

async fn upload(admin: &Desk, query: &str, body: Vec<u8>) -> Answer {
    let request = admin.request(Method::POST, &format!("/api/site/import?{query}"));
    admin.send(request.body(body)).await
}

/// The most memory a process has had, in KiB.
fn most_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_file_that_would_fill_memory_is_refused_in_words_and_the_hub_lives() {
    let database = Database::new(Engine::Sqlite).await.unwrap();
    let site = written(&database, "site.toml", super::SITE);
    let args = ["serve", "--listen", "127.0.0.1:0", "--objects", "objects", "--site", &site];
    let (mut child, addr) = started(&database, hub(&database, &args));
    let mut admin = Desk::new(addr);
    admin.log_in("admin", "secret-1").await;
    let before = most_memory(child.id());
    for (format, what, file) in files() {
        let query = format!("format={format}&table=lot");
        let looked = upload(&admin, &format!("{query}&preview=true"), file.clone()).await;
        let faults = looked.ok(200)["faults"].as_array().unwrap().clone();
        assert!(!faults.is_empty(), "{what}: {}", looked.body);
        let words = faults[0]["words"].as_str().unwrap();
        assert!(words.chars().any(|c| c > '\u{2e80}'), "{what} is said in Chinese: {words}");
        upload(&admin, &query, file).await.refused(422, "invalid");
        let grown = most_memory(child.id()) - before;
        assert!(grown < GROWTH_KIB, "{what}: {grown} KiB more");
        admin.get("/api/health").await.ok(200);
    }
    // And a workbook as people have it is taken.
    let rows = lots(&row(3, &(cell("A3", "new") + &cell("B3", "新") + &cell("C3", "south"))));
    let done = upload(&admin, "format=xlsx&table=lot", workbook(&rows, |_| {})).await;
    assert_eq!(done.ok(200)["added"], 1, "{}", done.body);
    assert!(terminate(&mut child).success());
}
