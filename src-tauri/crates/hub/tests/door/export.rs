//! Openings as a file: both formats, in both languages, safe to open, on the record, and ended by hanging up (R33).

use super::{NOON, Place, made::Made, on_each_engine};
use flate2::read::DeflateDecoder;
use futures::StreamExt as _;
use lanedesk_hub::{args, testing::Engine};
use reqwest::{Method, Response};
use serde_json::json;
use std::io::Read as _;

/// Remarks that a spreadsheet would compute, or that would break a file's form.
const REMARKS: [&str; 7] = ["=1+1", "+8613800000000", "-2", "@SUM(A1)", "\t=1", "他说\"好\", <b>&\n第二行", "普通"];

async fn with_remarks(place: &Place) {
    let past: Vec<Made> =
        REMARKS.iter().zip(0..).map(|(remark, ago)| Made::exit("粤B12345", ago).abnormal("other", remark)).collect();
    place.made(&past).await;
}

async fn export(place: &Place, username: &str, query: &str, language: &str) -> Response {
    let desk = place.desk(username).await;
    let request = desk.request(Method::GET, &format!("/api/openings/export?{query}"));
    let answer = request.header("accept-language", language).send().await;
    answer.unwrap()
}

#[tokio::test]
async fn a_csv_has_a_mark_titles_in_the_reader_s_language_and_no_formula() {
    on_each_engine(async |place| {
        with_remarks(&place).await;
        let answer = export(&place, "chief", "format=csv&kind=abnormal", "").await;
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.contains("openings-") && name.ends_with(".csv\""), "{name}");
        let bytes = answer.bytes().await.unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf"), "UTF-8 with BOM");
        let text = std::str::from_utf8(&bytes).unwrap().trim_start_matches('\u{feff}');
        assert!(text.starts_with("开闸时间,停车场,"), "{text}");
        for remark in &REMARKS[..4] {
            assert!(text.contains(&format!("\"'{remark}\"")), "{remark} in {text}");
        }
        assert!(text.contains("\"'\t=1\"") && text.contains("\"他说\"\"好\"\", <b>&\n第二行\""), "{text}");
        assert_eq!(text.matches("周敏 20").count(), REMARKS.len(), "every row names who took it out");
        let english = export(&place, "admin", "lane=E01", "en").await.text().await.unwrap();
        assert!(english.contains("Opened at,Lot,") && english.lines().count() == 1, "{english}");
        export(&place, "chief", "format=pdf", "").await.error_for_status().unwrap_err();
        let refused = export(&place, "guard", "", "").await;
        assert_eq!(refused.status(), 403);
        place.until_audited("opening.exported", 2).await;
        assert_eq!(
            place.count("select count(*) from audit where action = 'opening.export' and person_id is not null").await,
            2
        );
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_xlsx_is_whole_and_holds_text_as_text() {
    on_each_engine(async |place| {
        with_remarks(&place).await;
        let answer = export(&place, "chief", "format=xlsx", "zh-CN").await;
        let bytes = answer.bytes().await.unwrap();
        if let Some(kept) = std::env::var_os("LANEDESK_KEEP_XLSX") {
            std::fs::write(kept, &bytes).unwrap();
        }
        let parts = unzip(&bytes);
        let part = |name: &str| &parts.iter().find(|(part, _)| part == name).unwrap().1;
        assert!(part("[Content_Types].xml").contains("/xl/worksheets/sheet1.xml"));
        assert!(part("xl/workbook.xml").contains("开闸列表 1"));
        assert!(part("docProps/core.xml").contains("周敏"));
        let sheet = part("xl/worksheets/sheet1.xml");
        assert!(sheet.ends_with("</sheetData></worksheet>") && !sheet.contains("<f>"), "no formulas");
        assert_eq!(sheet.matches("<row>").count(), 1 + REMARKS.len());
        for remark in &REMARKS[..4] {
            assert!(sheet.contains(&format!(">'{remark}</t>")), "{remark}");
        }
        assert!(sheet.contains("他说&quot;好&quot;, &lt;b&gt;&amp;\n第二行"));
        place.hub.stop().await;
    })
    .await;
}

/// 补录 in an exported file (R24): where the photos of a release stand, until when, and how many are missing.
#[tokio::test]
async fn a_file_says_what_became_of_photos_that_were_to_come_later() {
    on_each_engine(async |place| {
        // Missing photos, minutes until they are due, whether a supervisor closed it.
        let stands = [None, Some((1_i64, 5, false)), Some((0, -5, false)), Some((2, -5, false)), Some((1, -5, true))];
        let past: Vec<Made> = (0..5).map(|ago| Made::exit("粤B12345", ago).abnormal("other", "")).collect();
        place.made(&past).await;
        for (made, stand) in past.iter().zip(stands) {
            let Some((missing, minutes, closed)) = stand else {
                continue;
            };
            let due = NOON.plus_minutes(minutes);
            place
                .sql(
                    "update opening set photos_owed = $2, photos_due_at = $3 where id = $1",
                    args![&made.id, missing, due],
                )
                .await;
            if closed {
                let path = format!("/api/openings/{}/photos/close", made.id);
                let why = json!({"reason": "车主未返回"});
                place.desk("chief").await.post(&path, why).await.ok(200);
            }
        }
        let file = export(&place, "chief", "format=csv", "").await.text().await.unwrap();
        let rows: Vec<Vec<&str>> = file.lines().map(|line| line.split(',').collect()).collect();
        let first = rows[0].iter().position(|title| *title == "补录状态").unwrap();
        assert_eq!(rows[0][first..first + 5], ["补录状态", "补录截止", "缺照片数", "结案人", "结案说明"]);
        let told: Vec<&[&str]> = rows[1..].iter().map(|row| &row[first..first + 5]).collect();
        let (soon, over) = (NOON.plus_minutes(5).local_text(), NOON.plus_minutes(-5).local_text());
        assert_eq!(
            told,
            [
                ["无", "", "", "", ""],
                ["待补录", &soon, "1", "", ""],
                ["已补齐", &over, "0", "", ""],
                ["超时未补", &over, "2", "", ""],
                ["已结案", &over, "1", "周敏", "车主未返回"]
            ]
        );
        let sheet = export(&place, "chief", "format=xlsx", "zh-CN").await.bytes().await.unwrap();
        let parts = unzip(&sheet);
        let sheet = &parts.iter().find(|(part, _)| part == "xl/worksheets/sheet1.xml").unwrap().1;
        for word in ["补录状态", "待补录", "已补齐", "超时未补", "已结案"] {
            assert_eq!(sheet.matches(&format!(">{word}</t>")).count(), 1, "{word}");
        }
        place.hub.stop().await;
    })
    .await;
}

/// Every file of an archive by its own head, checked against the list at its end.
fn unzip(bytes: &[u8]) -> Vec<(String, String)> {
    let number = |at: usize| usize::try_from(u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())).unwrap();
    let short = |at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let end = bytes.len() - 22;
    assert_eq!(number(end), 0x0605_4b50, "the archive's end");
    let (count, mut at) = (short(end + 10), number(end + 16));
    let mut parts = Vec::new();
    for _ in 0..count {
        assert_eq!(number(at), 0x0201_4b50);
        let (crc, packed, plain) = (number(at + 16), number(at + 20), number(at + 24));
        let (length, offset) = (short(at + 28), number(at + 42));
        let name = String::from_utf8(bytes[at + 46..at + 46 + length].to_vec()).unwrap();
        assert_eq!(number(offset), 0x0403_4b50, "{name}");
        let data = offset + 30 + short(offset + 26);
        let mut content = Vec::new();
        DeflateDecoder::new(&bytes[data..data + packed]).read_to_end(&mut content).unwrap();
        assert_eq!(content.len(), plain, "{name}");
        assert_eq!(usize::try_from(crc32fast::hash(&content)).unwrap(), crc, "{name}");
        parts.push((name, String::from_utf8(content).unwrap()));
        at += 46 + length;
    }
    parts
}

#[tokio::test]
async fn hanging_up_ends_the_work() {
    let place = Place::new(Engine::Sqlite).await;
    let model = Made::exit("粤B12345", 10);
    place.made(std::slice::from_ref(&model)).await;
    place.sql(
        "insert into \"order\" (id, case_id, lane_id, lot_id, person_id, fence, action, content, made_at, deadline_at, result, detail, hub)
         with recursive n (i) as (select 1 union all select i + 1 from n where i < 40000)
         select printf('00000000-0000-7000-8000-%012d', n.i), case_id, lane_id, lot_id, person_id, fence, action, content, made_at, deadline_at, result, detail, hub
         from \"order\" cross join n where id = $1",
        args![model.id.as_str()],
    )
    .await;
    place.sql(
        "insert into opening (id, order_id, case_id, kind, lot_id, lane_id, direction, plate, person_id, source, assessment,
            photos, claimed_at, at, result, barrier_before, barrier_after, passage, remark)
         select r.id, r.id, o.case_id, o.kind, o.lot_id, o.lane_id, o.direction, o.plate, o.person_id, o.source, o.assessment,
            o.photos, o.claimed_at, o.at, o.result, o.barrier_before, o.barrier_after, o.passage, hex(zeroblob(200))
         from opening o join \"order\" r on r.id <> o.id where o.id = $1",
        args![model.id.as_str()],
    )
    .await;
    let answer = export(&place, "admin", "format=csv", "").await;
    let mut pieces = answer.bytes_stream();
    pieces.next().await.unwrap().unwrap();
    drop(pieces);
    place.until_audited("opening.exported", 1).await;
    assert_eq!(
        place
            .count("select count(*) from audit where action = 'opening.exported' and body like '%\"whole\":false%'")
            .await,
        1,
        "it was not read to its end"
    );
    let whole = export(&place, "admin", "format=csv", "").await;
    assert_eq!(whole.text().await.unwrap().lines().count(), 40_002);
    place.hub.stop().await;
}

impl Place {
    /// Waits until so many audit rows tell an action.
    async fn until_audited(&self, action: &str, rows: i64) {
        let sql = format!("select count(*) from audit where action = '{action}'");
        let wait = async {
            while self.count(&sql).await < rows {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("never {rows} of {action}"));
    }
}
