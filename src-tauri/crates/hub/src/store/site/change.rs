//! The list of changes of the site, and the writes no site file can say: removing, renaming, disabling.

use super::{
    super::{Arg, Conn, StoreError, part::who},
    import::passes,
    taken::PassKey,
};
use crate::{args, site::Pass};
use lanedesk_domain::{
    ids::{DeviceId, IntegrationId, PassId, PersonId},
    time::Timestamp,
};
use lanedesk_wire::site::{Cells, ChangeKind, SiteChange, SiteTable};

/// A change about to be kept.
#[derive(Debug, Clone)]
pub(crate) struct NewChange<'a> {
    /// Its id.
    pub id: &'a str,
    /// The table's word, or `import`.
    pub section: &'a str,
    /// The row.
    pub row_id: &'a str,
    /// What people call it.
    pub label: &'a str,
    /// What became of it.
    pub kind: ChangeKind,
    /// Who.
    pub person: &'a PersonId,
    /// When.
    pub at: Timestamp,
    /// The row before.
    pub before: Option<&'a Cells>,
    /// The row after.
    pub after: Option<&'a Cells>,
    /// Its version after.
    pub version: Option<&'a str>,
    /// A secret went with it.
    pub secrets: bool,
    /// The change it takes back.
    pub undoes: Option<&'a str>,
    /// Who confirmed that it weakens a rule of control.
    pub confirmed_by: Option<&'a PersonId>,
    /// It weakens one, and nobody else could have confirmed it.
    pub alone: bool,
}

/// A change as it is kept.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct ChangeRow {
    /// As it is told; whether it can be taken back is not known here.
    pub change: SiteChange,
    /// The row's version after.
    pub version: Option<String>,
    /// A secret went with it.
    pub secrets: bool,
    /// One row of an import.
    pub of_import: bool,
}

/// Changes `c` with whatever an import did to one row, `r`.
const SELECT: &str = concat!(
    "select c.id, nullif(coalesce(r.section, c.section), 'import') as \"table\", coalesce(r.row_id, c.row_id) as row_id,
    coalesce(r.label, c.label) as label,
    case when r.row_id is null then c.kind when r.before is null then 'added' when r.after is null then 'removed'
        else 'changed' end as kind, ",
    who!("by", "p"),
    ", c.at, coalesce(r.before, c.before) as before, coalesce(r.after, c.after) as after, false as undoable,
    coalesce(r.version, c.version) as version, c.secrets, c.undoes, r.row_id is not null as of_import,
    u.at as undone_at, ",
    who!("undone_by", "q"),
    ", ",
    who!("confirmed_by", "f"),
    ", c.alone
    from site_change c join person p on p.id = c.person_id left join person f on f.id = c.confirmed_by
    left join site_change u on u.id = c.undone_by left join person q on q.id = u.person_id
    left join site_change_row r on r.change_id = c.id"
);

impl Conn<'_> {
    /// Changes, newest first, of one table where it is given.
    pub(crate) async fn site_changes(
        &mut self,
        table: Option<SiteTable>,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let sql = format!(
            "{SELECT} and 1 = 0 where ($1 = '' or c.section = $1) and ($2 = '' or c.id < $2)
             order by c.id desc limit $3"
        );
        let table = table.map(SiteTable::word).unwrap_or_default();
        self.all(&sql, args![table, before.unwrap_or_default(), limit]).await
    }

    /// Changes of one row, newest first; what an import did to it is among them.
    pub(crate) async fn changes_of_row(
        &mut self,
        table: SiteTable,
        row: &str,
        before: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let sql = format!(
            "{SELECT} and r.section = $1 and r.row_id = $2
             where (r.row_id is not null or (c.section = $1 and c.row_id = $2)) and ($3 = '' or c.id < $3)
             order by c.id desc limit $4"
        );
        let args = args![table.word(), row, before.unwrap_or_default(), limit];
        self.all(&sql, args).await
    }

    /// What an import did, row by row, behind a row.
    pub(crate) async fn changes_of_import(
        &mut self,
        change: &str,
        behind: (&str, &str),
        limit: i64,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let sql = format!(
            "{SELECT} where c.id = $1 and r.row_id is not null and (r.section > $2 or (r.section = $2 and r.row_id > $3))
             order by r.section, r.row_id limit $4"
        );
        self.all(&sql, args![change, behind.0, behind.1, limit]).await
    }

    pub(crate) async fn site_change(&mut self, id: &str) -> Result<Option<ChangeRow>, StoreError> {
        self.optional(&format!("{SELECT} and 1 = 0 where c.id = $1"), args![id]).await
    }

    /// Keeps a change.
    pub(crate) async fn add_site_change(&mut self, change: &NewChange<'_>) -> Result<(), StoreError> {
        let json = |cells: Option<&Cells>| cells.and_then(|cells| serde_json::to_string(cells).ok());
        self.execute(
            "insert into site_change (id, section, row_id, label, kind, person_id, at, before, after, version, secrets, undoes,
                confirmed_by, alone)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            args![
                change.id, change.section, change.row_id, change.label, change.kind.word(), change.person, change.at,
                json(change.before), json(change.after), change.version, change.secrets, change.undoes,
                change.confirmed_by.map(PersonId::as_str), change.alone
            ],
        )
        .await?;
        if let Some(undoes) = change.undoes {
            self.execute("update site_change set undone_by = $2 where id = $1", args![undoes, change.id]).await?;
        }
        Ok(())
    }

    /// How many rows a question counts.
    pub(crate) async fn count_of(&mut self, sql: &str, args: Vec<Arg>) -> Result<i64, StoreError> {
        self.one::<(i64,)>(sql, args).await.map(|(count,)| count)
    }

    /// Renames an account, and lets it log in or not.
    pub(crate) async fn set_account(
        &mut self,
        person: &str,
        username: &str,
        disabled_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let sql = "update person set username = $2,
                   disabled_at = case when $3 is null then null else coalesce(disabled_at, $3) end where id = $1";
        self.execute(sql, args![person, username, disabled_at]).await.map(drop)
    }

    /// Lets an account log in no more.
    pub(crate) async fn disable(&mut self, person: &str, at: Timestamp) -> Result<(), StoreError> {
        let sql = "update person set disabled_at = coalesce(disabled_at, $2) where id = $1";
        self.execute(sql, args![person, at]).await.map(drop)
    }

    /// Adds an account that has no password yet; name, role and scope follow.
    pub(crate) async fn add_person(&mut self, id: &str, username: &str) -> Result<(), StoreError> {
        let sql = "insert into person (id, username, name, role, password_hash, must_change)
                   values ($1, $2, $2, 'lot_staff', '', true)";
        self.execute(sql, args![id, username]).await.map(drop)
    }

    /// Keeps the secret that is accepted beside the old one, or forgets it; to finish, `next` is what takes the old one's place.
    pub(crate) async fn rotate_secret(
        &mut self,
        id: &IntegrationId,
        next: Option<&str>,
        finish: bool,
    ) -> Result<(), StoreError> {
        let sql = if finish {
            "update integration set secret = $2, next_secret = null
             where id = $1 and next_secret is not null"
        } else {
            "update integration set next_secret = nullif($2, '') where id = $1"
        };
        self.execute(sql, args![id, next.unwrap_or_default()]).await.map(drop)
    }

    /// What rests sealed of a device.
    pub(crate) async fn device_secrets(&mut self, id: &DeviceId) -> Result<Option<String>, StoreError> {
        let sql = "select secrets from device where id = $1";
        let row: Option<(String,)> = self.optional(sql, args![id]).await?;
        Ok(row.map(|(secrets,)| secrets))
    }

    /// The same, changed.
    pub(crate) async fn set_device_secrets(&mut self, id: &DeviceId, sealed: &str) -> Result<(), StoreError> {
        let sql = "update device set secrets = $2 where id = $1";
        self.execute(sql, args![id, sealed]).await.map(drop)
    }

    /// People who can administer.
    pub(crate) async fn count_admins(&mut self) -> Result<i64, StoreError> {
        let sql = "select count(*) from person where role = 'admin' and disabled_at is null";
        self.count_of(sql, vec![]).await
    }

    /// Of them, those who hold a root area: rules and reasons are theirs.
    pub(crate) async fn count_head_admins(&mut self) -> Result<i64, StoreError> {
        let sql = "select count(*) from person p where p.role = 'admin' and p.disabled_at is null and exists (
                select 1 from person_scope s join area a on a.id = s.target_id and a.parent_id is null
                where s.person_id = p.id and s.kind = 'area')";
        self.count_of(sql, vec![]).await
    }

    /// The pass of a lot with exactly these plates.
    pub(crate) async fn pass_of(&mut self, pass: &Pass) -> Result<Option<String>, StoreError> {
        let Some(first) = pass.plates.first() else {
            return Ok(None);
        };
        let sql = "select y.pass_id, y.plate from pass_plate y
                   join pass_plate z on z.pass_id = y.pass_id and z.lot_id = $1 and z.plate = $2
                   order by y.pass_id, y.plate";
        let rows: Vec<(String, String)> = self.all(sql, args![&pass.lot, first]).await?;
        let ids: Vec<&String> = rows.iter().map(|(id, _)| id).collect();
        let same = |id: &&&String| {
            let plates = rows.iter().filter(|(of, _)| of == **id).map(|(_, plate)| plate);
            plates.eq(pass.plates.iter())
        };
        Ok(ids.iter().find(same).map(|id| (**id).clone()))
    }

    /// Writes a pass under its id; the plates it had before are forgotten.
    pub(crate) async fn put_pass(&mut self, id: &PassId, pass: &Pass) -> Result<(), StoreError> {
        self.execute("delete from pass_plate where pass_id = $1", args![id]).await?;
        let key = PassKey { id: id.to_string(), known: false };
        passes(self, std::slice::from_ref(pass), &[key], &|_| {}).await
    }
}
