//! XLSX (Office Open XML), written while it is sent: text stands in its cells, so that no table of texts has to be kept.

use super::{
    Sheet,
    cells::{CellWriter, ExportCell, yuan},
    zip::Zip,
};
use lanedesk_wire::opening::Opening;
use std::{fmt::Write as _, io};

/// Rows of one sheet, its titles among them; Excel takes 1,048,576.
const ROWS: usize = 1_000_000;
/// Characters of one cell; Excel takes 32,767.
const LETTERS: usize = 32_000;

/// Number formats: 1 money, 2 titles.
const STYLES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"#;

const ROOT_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

const SHEET_HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15" baseColWidth="14"/><sheetData>"#;

pub(super) struct Xlsx {
    words: CellWriter,
    zip: Zip,
    sheets: usize,
    /// Rows of the sheet at hand.
    rows: usize,
}

impl Xlsx {
    pub(super) fn new(words: CellWriter) -> io::Result<Self> {
        let mut xlsx = Self { words, zip: Zip::new(), sheets: 0, rows: 0 };
        xlsx.put("_rels/.rels", ROOT_RELS)?;
        xlsx.put("xl/styles.xml", STYLES)?;
        let core = xlsx.core();
        xlsx.put("docProps/core.xml", &core)?;
        xlsx.begin_sheet()?;
        Ok(xlsx)
    }

    fn put(&mut self, name: &str, content: &str) -> io::Result<()> {
        self.zip.begin(name)?;
        self.zip.write(content.as_bytes())
    }

    /// Who took it out.
    fn core(&self) -> String {
        core(self.words.viewer())
    }

    fn begin_sheet(&mut self) -> io::Result<()> {
        self.sheets += 1;
        self.rows = 1;
        self.zip.begin(&format!("xl/worksheets/sheet{}.xml", self.sheets))?;
        let mut text = SHEET_HEAD.to_owned();
        row(&mut text, self.words.titles(), 2);
        self.zip.write(text.as_bytes())
    }

    fn end_sheet(&mut self) -> io::Result<()> {
        self.zip.write(b"</sheetData></worksheet>")
    }

    /// The parts that name every sheet come last, because nobody knows before how many there are.
    fn contents(&self) -> [(&'static str, String); 3] {
        contents(self.words.sheet(), self.sheets)
    }
}

/// A small table as a workbook of one sheet. Its first row is the titles.
pub(super) fn workbook(name: &str, viewer: &str, rows: &[Vec<String>]) -> io::Result<Vec<u8>> {
    let mut zip = Zip::new();
    let mut put = |name: &str, content: &str| -> io::Result<()> {
        zip.begin(name)?;
        zip.write(content.as_bytes())
    };
    put("_rels/.rels", ROOT_RELS)?;
    put("xl/styles.xml", STYLES)?;
    put("docProps/core.xml", &core(viewer))?;
    let mut text = SHEET_HEAD.to_owned();
    for (n, cells) in rows.iter().enumerate() {
        let cells = cells.iter().map(|cell| ExportCell::Text(cell.as_str().into()));
        row(&mut text, cells, if n == 0 { 2 } else { 0 });
    }
    text.push_str("</sheetData></worksheet>");
    put("xl/worksheets/sheet1.xml", &text)?;
    for (name, content) in contents(name, 1) {
        put(name, &content)?;
    }
    zip.end()
}

/// The parts that name every sheet.
fn contents(sheet: &str, count: usize) -> [(&'static str, String); 3] {
    let (mut types, mut sheets, mut rels) = (String::new(), String::new(), String::new());
    let mut name = String::new();
    escape(&mut name, sheet);
    for n in 1..=count {
        // Writing into a string cannot fail.
        let _ = write!(
            types,
            r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        );
        let _ = write!(sheets, r#"<sheet name="{name} {n}" sheetId="{n}" r:id="rId{n}"/>"#);
        let _ = write!(
            rels,
            r#"<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        );
    }
    let styles = count + 1;
    [
        (
            "xl/workbook.xml",
            format!(
                r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{sheets}</sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rels}<Relationship Id="rId{styles}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#
            ),
        ),
        (
            "[Content_Types].xml",
            format!(
                r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>{types}</Types>"#
            ),
        ),
    ]
}

impl Sheet for Xlsx {
    fn rows(&mut self, openings: &[Opening]) -> io::Result<Vec<u8>> {
        let mut text = String::with_capacity(openings.len() * 1_600);
        for opening in openings {
            if self.rows == ROWS {
                self.zip.write(text.as_bytes())?;
                text.clear();
                self.end_sheet()?;
                self.begin_sheet()?;
            }
            self.rows += 1;
            row(&mut text, self.words.cells(opening), 0);
        }
        self.zip.write(text.as_bytes())?;
        Ok(self.zip.take())
    }

    fn end(mut self: Box<Self>) -> io::Result<Vec<u8>> {
        self.end_sheet()?;
        for (name, content) in self.contents() {
            self.put(name, &content)?;
        }
        self.zip.end()
    }
}

/// Who took it out.
fn core(who: &str) -> String {
    let mut viewer = String::new();
    escape(&mut viewer, who);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>{viewer}</dc:creator></cp:coreProperties>"#
    )
}

fn row<'a>(out: &mut String, cells: impl IntoIterator<Item = ExportCell<'a>>, style: u8) {
    out.push_str("<row>");
    for cell in cells {
        // Writing into a string cannot fail.
        let _ = match cell {
            ExportCell::Empty => {
                out.push_str("<c/>");
                Ok(())
            }
            ExportCell::Money(fen) => write!(out, "<c s=\"1\"><v>{}</v></c>", yuan(fen)),
            ExportCell::Count(count) => write!(out, "<c><v>{count}</v></c>"),
            ExportCell::Text(text) => {
                let style = if style == 2 { " s=\"2\"" } else { "" };
                let _ = write!(out, "<c t=\"inlineStr\"{style}><is><t xml:space=\"preserve\">");
                escape(out, &text);
                out.push_str("</t></is></c>");
                Ok(())
            }
        };
    }
    out.push_str("</row>");
}

/// Text as XML; characters that XML cannot hold are left out.
fn escape(out: &mut String, text: &str) {
    for c in text.chars().take(LETTERS) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' => out.push(c),
            '\r' => out.push_str("&#13;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
}
