//! What the site file of the last start said of each row, and which rows were changed in the app.

use super::{
    super::{Conn, StoreError, Tx},
    import::{Table, table},
};
use crate::args;
use std::collections::{HashMap, HashSet};

/// A row as a file says it.
#[derive(Debug, Clone)]
pub(crate) struct SiteLine {
    /// The section of the site file.
    pub(crate) section: String,
    /// What names the row there.
    pub(crate) id: String,
    /// The row as it is compared with the next start's.
    pub(crate) words: String,
}

/// A section and what names a row in it.
type Name = (String, String);

const SITE_LINE: Table = table("site_line", &["section", "row_id"], &["section", "row_id", "words"]);

/// What a file says of each row.
pub(crate) type LineWords = HashMap<Name, String>;

/// As much of a kept row of a pass as names it in a file.
#[derive(serde::Deserialize)]
struct KeptPass {
    lot: String,
    plates: Vec<String>,
}

fn pass_name(row: &str) -> Option<String> {
    let mut pass: KeptPass = serde_json::from_str(row).ok()?;
    pass.plates.sort_unstable();
    Some(format!("{} {}", pass.lot, pass.plates.join(" ")))
}

impl Tx<'_> {
    /// Keeps what a file says.
    pub(crate) async fn keep_lines(&mut self, rows: &[SiteLine]) -> Result<(), StoreError> {
        let row = |row: &SiteLine| args![&row.section, &row.id, &row.words];
        SITE_LINE.put(self, rows.iter().map(row).collect()).await
    }
}

impl Conn<'_> {
    /// What the file of the last start said.
    pub(crate) async fn site_lines(&mut self) -> Result<LineWords, StoreError> {
        let sql = "select section, row_id, words from site_line";
        let rows: Vec<(String, String, String)> = self.all(sql, vec![]).await?;
        Ok(rows.into_iter().map(|(section, id, words)| ((section, id), words)).collect())
    }

    /// Rows whose key or secret was made anew: of a robot that was paired, of an integration, of a camera that calls.
    pub(crate) async fn secrets_renewed(&mut self) -> Result<HashSet<Name>, StoreError> {
        let sql = "select distinct subject from audit
             where action in ('robot.paired', 'integration.secret', 'device.push_key')";
        let rows: Vec<(String,)> = self.all(sql, vec![]).await?;
        let name = |(subject,): (String,)| {
            let (section, id) = subject.split_once(':')?;
            Some((section.to_owned(), id.to_owned()))
        };
        Ok(rows.into_iter().filter_map(name).collect())
    }

    /// Rows that were changed in the app, people by their accounts' names, passes by lot and plates in order.
    pub(crate) async fn rows_changed(&mut self) -> Result<HashSet<Name>, StoreError> {
        let sql = "select c.section, coalesce(p.username, c.row_id) from site_change c
             left join person p on c.section = 'person' and p.id = c.row_id
             union select r.section, coalesce(p.username, r.row_id) from site_change_row r
             left join person p on r.section = 'person' and p.id = r.row_id";
        let rows: Vec<Name> = self.all(sql, vec![]).await?;
        let mut changed: HashSet<Name> = rows.into_iter().collect();
        let sql = "select before, after from site_change where section = 'pass'
             union all select before, after from site_change_row where section = 'pass'";
        let passes: Vec<(Option<String>, Option<String>)> = self.all(sql, vec![]).await?;
        let states = passes.into_iter().flat_map(|(before, after)| [before, after]);
        let names = states.flatten().filter_map(|row| pass_name(&row));
        changed.extend(names.map(|name| ("pass".to_owned(), name)));
        Ok(changed)
    }
}
