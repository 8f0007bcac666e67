//! Openings, cases and reads as they rest in the tables, made by hand so that a test begins with any past it needs.

use super::{NOON, Place};
use lanedesk_domain::time::Timestamp;
use lanedesk_hub::{args, store::StoreError};

/// An opening to be written with everything around it. The defaults are a plain exit that paid.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) lot: &'static str,
    pub(crate) lane: &'static str,
    pub(crate) direction: &'static str,
    pub(crate) username: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) plate: Option<String>,
    pub(crate) plate_read: Option<String>,
    pub(crate) phone: Option<&'static str>,
    pub(crate) assessment: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) remark: Option<String>,
    pub(crate) result: &'static str,
    pub(crate) passage: &'static str,
    pub(crate) due_fen: Option<i64>,
    pub(crate) first_quote_fen: Option<i64>,
    pub(crate) stay: Option<&'static str>,
    pub(crate) read: Option<String>,
    /// From the claim to the order, seconds.
    pub(crate) worked_s: i64,
    pub(crate) at: Timestamp,
}

impl Made {
    /// A vehicle that left so many minutes before noon.
    pub(crate) fn exit(plate: &str, minutes_ago: i64) -> Self {
        Self {
            id: uuid::Uuid::now_v7().to_string(),
            lot: "cyds",
            lane: "E02",
            direction: "exit",
            username: "guard",
            kind: "normal",
            plate: Some(plate.to_owned()),
            plate_read: Some(plate.to_owned()),
            phone: None,
            assessment: "temporary",
            reason: None,
            remark: None,
            result: "opened",
            passage: "passed",
            due_fen: Some(0),
            first_quote_fen: Some(0),
            stay: None,
            read: Some(uuid::Uuid::now_v7().to_string()),
            worked_s: 60,
            at: NOON.plus_minutes(-minutes_ago),
        }
    }

    /// The same against the rules.
    pub(crate) fn abnormal(self, reason: &'static str, remark: &str) -> Self {
        Self { kind: "abnormal", reason: Some(reason), remark: Some(remark.to_owned()), ..self }
    }
}

impl Place {
    /// Writes openings with their orders and cases.
    pub(crate) async fn made(&self, openings: &[Made]) {
        let openings = openings.to_vec();
        let written: Result<(), StoreError> = self
            .hub
            .hub
            .store()
            .write(async move |tx| {
                for made in &openings {
                    write(tx, made).await?;
                }
                Ok(())
            })
            .await;
        written.unwrap();
    }

    /// Runs one statement.
    pub(crate) async fn sql(&self, sql: &'static str, args: Vec<lanedesk_hub::store::Arg>) {
        let written: Result<(), StoreError> =
            self.hub.hub.store().write(async move |tx| tx.execute(sql, args.clone()).await.map(drop)).await;
        written.unwrap();
    }

    /// One number from a query.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let mut reader = self.hub.hub.store().read().await.unwrap();
        let (count,): (i64,) = reader.conn().one(sql, vec![]).await.unwrap();
        count
    }
}

async fn write(tx: &mut lanedesk_hub::store::Tx<'_>, made: &Made) -> Result<(), StoreError> {
    let (id, claimed) = (made.id.as_str(), made.at.plus_seconds(-made.worked_s));
    tx.execute(
        "insert into \"case\" (id, lane_id, lot_id, person_id, source, state, opened_at, closed_at, plate_read, plate,
            corrected) select $1, $2, $3, p.id, 'query', 'closed', $4, $5, $6, $7, false from person p where p.username = $8",
        args![id, made.lane, made.lot, claimed, made.at.plus_seconds(30), made.plate_read.as_deref(),
            made.plate.as_deref(), made.username],
    )
    .await?;
    tx.execute(
        "insert into \"order\" (id, case_id, lane_id, lot_id, person_id, fence, action, content, made_at, deadline_at,
            result, detail, answered_at, hub)
         select id, id, lane_id, lot_id, person_id, 1, 'open', '', $2, $2, $3, '', $2, '' from \"case\" where id = $1",
        args![id, made.at, made.result],
    )
    .await?;
    tx.execute(
        "insert into opening (id, order_id, case_id, kind, lot_id, lane_id, direction, plate, plate_read, phone, person_id,
            source, assessment, read_id, stay_id, due_fen, first_quote_fen, collected_fen, reason, remark, photos,
            claimed_at, at, result, barrier_before, barrier_after, passage)
         select id, id, id, $2, lot_id, lane_id, $3, $4, $5, $6, person_id, 'query', $7, $8, $9, $10, $11, 0, $12, $13,
            '[]', $14, $15, $16, 'closed', 'open', $17 from \"case\" where id = $1",
        args![id, made.kind, made.direction, made.plate.as_deref(), made.plate_read.as_deref(), made.phone,
            made.assessment, made.read.as_deref(), made.stay, made.due_fen, made.first_quote_fen, made.reason,
            made.remark.as_deref(), claimed, made.at, made.result, made.passage],
    )
    .await?;
    let letters: Vec<char> = made.plate.iter().flat_map(|plate| plate.chars()).collect();
    for part in [2, 3].into_iter().flat_map(|size| letters.windows(size)) {
        let part: String = part.iter().collect();
        tx.execute(
            "insert into plate_part (part, plate) values ($1, $2) on conflict (part, plate) do nothing",
            args![part, made.plate.as_deref()],
        )
        .await?;
    }
    Ok(())
}
