//! Lists of passes, lots and people as sheets (CSV, XLSX): their titles in Chinese or as the site file's keys, one row
//! a row. A sheet becomes the text of a site file, line for line, so that its rows meet the same checks and a fault's
//! line is the sheet's row.

mod csv;
mod read;
mod workbook;

pub(crate) use read::{read_csv, read_xlsx};

use super::{Site, noun::FieldValue};
use lanedesk_wire::site::SiteTable;
use std::collections::HashMap;

/// What a spreadsheet takes for the beginning of a formula. A text that begins so goes out with an apostrophe before it, and
/// loses that when it comes in again.
pub(crate) const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// What a column's texts are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextKind {
    /// Text as it stands.
    Text,
    /// A whole number.
    Number,
    /// 是 or 否.
    Truth,
    /// A word of the site file, or what people call it.
    Word(&'static [(&'static str, &'static str)]),
    /// Several, between commas or blanks.
    List,
    /// A lot's id or name.
    Lot,
    /// Several lots.
    Lots,
}

/// A column: the site file's key, what people call it, what its texts are.
pub(super) struct Title {
    pub(super) key: &'static str,
    pub(super) names: &'static [&'static str],
    pub(super) means: TextKind,
}

const fn title(key: &'static str, names: &'static [&'static str], means: TextKind) -> Title {
    Title { key, names, means }
}

const STATUS: TextKind =
    TextKind::Word(&[("已创建", "created"), ("使用中", "active"), ("已禁用", "suspended"), ("已取消", "cancelled")]);
const ROLE: TextKind =
    TextKind::Word(&[("项目处人员", "lot_staff"), ("客服", "agent"), ("主管", "supervisor"), ("管理员", "admin")]);

const PASS: &[Title] = &[
    title("lot", &["停车场", "车场"], TextKind::Lot),
    title("plates", &["车牌", "车牌号"], TextKind::List),
    title("status", &["状态", "月卡状态"], STATUS),
    title("valid_from", &["开始", "有效期起", "开始日期"], TextKind::Text),
    title("valid_to", &["结束", "有效期止", "结束日期"], TextKind::Text),
    title("spaces", &["车位数", "车位"], TextKind::Number),
];

const LOT: &[Title] = &[
    title("id", &["编号"], TextKind::Text),
    title("name", &["名称", "停车场"], TextKind::Text),
    title("area", &["区域"], TextKind::Text),
    title("manager", &["负责人"], TextKind::Text),
    title("manager_phone", &["负责人电话", "电话"], TextKind::Text),
    title("outsiders", &["允许临停"], TextKind::Truth),
    title("address", &["地址"], TextKind::Text),
    title("leave_minutes", &["离场分钟"], TextKind::Number),
];

const PERSON: &[Title] = &[
    title("username", &["账号", "用户名"], TextKind::Text),
    title("name", &["姓名"], TextKind::Text),
    title("role", &["角色"], ROLE),
    title("lots", &["停车场"], TextKind::Lots),
    title("areas", &["区域"], TextKind::List),
];

/// The columns of a table that goes as a sheet.
pub(super) fn titles(table: SiteTable) -> Option<&'static [Title]> {
    match table {
        SiteTable::Pass => Some(PASS),
        SiteTable::Lot => Some(LOT),
        SiteTable::Person => Some(PERSON),
        _ => None,
    }
}

/// A table's rows as texts, its titles first. None: it does not go as a sheet.
pub(crate) fn written(table: SiteTable, site: &Site) -> Option<Vec<Vec<String>>> {
    let titles = titles(table)?;
    let mut rows = vec![titles.iter().map(|title| title.names[0].to_owned()).collect()];
    for row in site.rows().filter(|row| row.table() == table) {
        let keys = row.fields().iter().map(|field| field.key);
        let mut values: HashMap<&str, String> = keys.zip(row.values().into_iter().map(FieldValue::line)).collect();
        let cell = |title: &Title| said(title.means, values.remove(title.key).unwrap_or_default());
        rows.push(titles.iter().map(cell).collect());
    }
    Some(rows)
}

fn said(means: TextKind, text: String) -> String {
    let words: &[(&str, &str)] = match means {
        TextKind::Word(words) => words,
        TextKind::Truth => &[("是", "true"), ("否", "false")],
        _ => &[],
    };
    words.iter().find(|(_, word)| *word == text).map_or(text, |(said, _)| (*said).to_owned())
}
