//! Warnings as they rest: found by a job, dismissed by a person.

mod history;

use super::{
    Arg, Conn, ListCursor, StoreError,
    part::{lot, name_lot, who},
};
use crate::{args, directory::Directory};
use lanedesk_domain::{
    ids::{LotId, OpeningId, PersonId, WarningId},
    time::Timestamp,
    warning::PatternMatch,
};
use lanedesk_wire::warning::Warning;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt::Write as _};

/// A warning with the numbers of its sentence.
#[derive(Debug, Clone)]
pub struct StoredWarning {
    /// As it goes out, without its sentence.
    pub warning: Warning,
    /// Which form of the pattern.
    pub form: String,
    /// The numbers.
    pub facts: BTreeMap<String, String>,
}

/// Which warnings a list shows.
#[derive(Debug, Clone, Default)]
pub(crate) struct WarningFilter {
    /// Only of these lots; none: of every lot.
    pub lots: Option<Vec<LotId>>,
    /// A pattern's word.
    pub pattern: Option<String>,
    /// A lot's id.
    pub lot: Option<String>,
    /// A person's id.
    pub person: Option<String>,
    /// Dismissed ones, or those that stand; none: both.
    pub dismissed: Option<bool>,
    /// Newest row at or after.
    pub from: Option<Timestamp>,
    /// Newest row before.
    pub to: Option<Timestamp>,
    /// The page before ended here.
    pub behind: Option<ListCursor>,
    /// How many at most.
    pub limit: i64,
}

/// Its id: the same pattern over the same rows is the same warning.
pub(crate) fn id_of(found: &PatternMatch) -> String {
    let mut rows: Vec<&str> = found.openings.iter().map(OpeningId::as_str).collect();
    rows.extend(found.others.iter().map(String::as_str));
    rows.sort_unstable();
    let mut sha = Sha256::new();
    for part in [found.pattern.as_str(), found.form].into_iter().chain(rows) {
        sha.update((part.len() as u64).to_be_bytes());
        sha.update(part.as_bytes());
    }
    hex::encode(sha.finalize()).chars().take(40).collect()
}

/// Whom or what it is about. Found again with more rows it takes the old one's place.
fn subject_of(found: &PatternMatch) -> String {
    let lots: Vec<&str> = found.lots.iter().map(LotId::as_str).collect();
    let parts = [
        found.pattern.as_str(),
        found.form,
        &lots.join(" "),
        found.person.as_ref().map_or("", PersonId::as_str),
        found.plate.as_deref().unwrap_or_default(),
        &found.part,
    ];
    parts.join("|")
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Corrupt(e.to_string()))
}

const SELECT: &str = concat!(
    "select w.id, w.pattern, '' as detail, ",
    lot!("w.lot_id"),
    ", ",
    who!("person", "p"),
    ", w.plate, w.openings, w.facts, w.at, ",
    who!("dismissed_by", "d"),
    ", w.dismissed_why
    from warning w left join person p on p.id = w.person_id left join person d on d.id = w.dismissed_by"
);

#[derive(serde::Deserialize)]
struct WarningText {
    warning: Warning,
    facts: BTreeMap<String, String>,
}

fn shown(site: &Directory, WarningText { mut warning, mut facts }: WarningText) -> StoredWarning {
    warning.lot.iter_mut().for_each(|lot| name_lot(site, lot));
    StoredWarning { form: facts.remove("form").unwrap_or_default(), warning, facts }
}

impl Conn<'_> {
    /// Keeps what was found. One that is known stays as it is, dismissed or not; one about the same with other rows, that
    /// nobody has dismissed, gives way.
    pub(crate) async fn keep_warning(&mut self, found: &PatternMatch, now: Timestamp) -> Result<(), StoreError> {
        let (id, subject) = (id_of(found), subject_of(found));
        let lots: Vec<&LotId> = found.lots.iter().collect();
        let lot = Some(&lots).filter(|lots| lots.len() == 1).map(|lots| lots[0].as_str());
        let mut facts: BTreeMap<&str, &str> = found.facts.iter().map(|(name, value)| (*name, value.as_str())).collect();
        facts.insert("form", found.form);
        self.execute(
            "delete from warning where subject = $1 and id <> $2 and dismissed_at is null",
            args![subject.as_str(), id.as_str()],
        )
        .await?;
        self.execute(
            "insert into warning (id, subject, pattern, lot_id, lots, person_id, plate, openings, facts, at, found_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
            args![
                id.as_str(),
                subject.as_str(),
                found.pattern.as_str(),
                lot,
                json(&lots)?,
                found.person.as_ref().map(PersonId::as_str),
                found.plate.as_deref(),
                json(&found.openings)?,
                json(&facts)?,
                found.at,
                now
            ],
        )
        .await
        .map(drop)
    }

    /// Warnings, newest first. Only those of which every lot is in sight.
    pub(crate) async fn warnings(
        &mut self,
        site: &Directory,
        filter: &WarningFilter,
    ) -> Result<Vec<StoredWarning>, StoreError> {
        let mut args: Vec<Arg> =
            args![filter.from.unwrap_or(Timestamp(i64::MIN)), filter.to.unwrap_or(Timestamp(i64::MAX)), filter.limit];
        let mut sql = format!("{SELECT} where w.at >= $1 and w.at < $2");
        let equal = [("w.pattern", &filter.pattern), ("w.lot_id", &filter.lot), ("w.person_id", &filter.person)];
        for (column, value) in equal {
            if let Some(value) = value {
                args.push(value.into());
                // Writing into a string cannot fail.
                let _ = write!(sql, " and {column} = ${}", args.len());
            }
        }
        match filter.dismissed {
            Some(true) => sql.push_str(" and w.dismissed_at is not null"),
            Some(false) => sql.push_str(" and w.dismissed_at is null"),
            None => {}
        }
        if let Some(lots) = &filter.lots {
            args.push(super::lots_arg(lots.iter()).into());
            sql.push_str(&self.only_lots(args.len()));
        }
        if let Some(behind) = &filter.behind {
            args.extend(args![behind.at, behind.id.as_str()]);
            let n = args.len();
            let _ = write!(sql, " and (w.at, w.id) < (${}, ${n})", n - 1);
        }
        sql.push_str(" order by w.at desc, w.id desc limit $3");
        let rows: Vec<WarningText> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(site, row)).collect())
    }

    /// "Every lot of the warning is one of those bound here", as the engine says it.
    fn only_lots(&self, place: usize) -> String {
        let every = self.pick("json_each(w.lots)", "jsonb_array_elements_text(w.lots::jsonb) as each (value)");
        let among = self.in_lots("each.value", place);
        let each = self.pick(" as each", "");
        format!(" and not exists (select 1 from {every}{each} where not ({among}))")
    }

    /// How many warnings stand whose newest row is of this time.
    pub(crate) async fn count_warnings(
        &mut self,
        lots: Option<&[LotId]>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut args = args![from, to];
        let mut sql =
            "select count(*) from warning w where w.at >= $1 and w.at < $2 and w.dismissed_at is null".to_owned();
        if let Some(lots) = lots {
            args.push(super::lots_arg(lots.iter()).into());
            sql.push_str(&self.only_lots(3));
        }
        let (count,): (i64,) = self.one(&sql, args).await?;
        Ok(count)
    }

    /// Dismisses a warning. False: somebody has done so already.
    pub(crate) async fn dismiss_warning(
        &mut self,
        id: &WarningId,
        person: &PersonId,
        why: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = self
            .execute(
                "update warning set dismissed_at = $2, dismissed_by = $3, dismissed_why = $4
                 where id = $1 and dismissed_at is null",
                args![id.as_str(), now, person, why],
            )
            .await?;
        Ok(done == 1)
    }

    /// A warning, where every lot of it is in sight.
    pub(crate) async fn warning(
        &mut self,
        site: &Directory,
        lots: Option<&[LotId]>,
        id: &WarningId,
    ) -> Result<Option<StoredWarning>, StoreError> {
        let mut args = args![id.as_str()];
        let mut sql = format!("{SELECT} where w.id = $1");
        if let Some(lots) = lots {
            args.push(super::lots_arg(lots.iter()).into());
            sql.push_str(&self.only_lots(2));
        }
        let row: Option<WarningText> = self.optional(&sql, args).await?;
        Ok(row.map(|row| shown(site, row)))
    }
}
