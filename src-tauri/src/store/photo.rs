//! Photos taken here: sealed until the hub has them.

use super::{Owner, Store, StoreError};
use lanedesk_domain::{ids::CaseId, time::Timestamp};
use lanedesk_wire::{
    photo::{Photo, PhotoSource},
    problem::Problem,
};
use sqlx::{Row, sqlite::SqliteRow};

/// Photos nobody could send within a week are dropped: the case is long over.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
const COLUMNS: &str = "id, case_id, source, taken_at, state, answer";

/// What became of a photo.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// On its way.
    Waiting,
    /// The hub has it.
    Sent(Photo),
    /// The hub does not take it.
    Refused(Box<Problem>),
}

/// A photo taken here, without its picture.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptPhoto {
    /// This device's name for it.
    pub id: String,
    /// The case it was taken for.
    pub case: CaseId,
    /// Which camera took it.
    pub source: PhotoSource,
    /// When the shutter went, in hub time.
    pub taken_at: Timestamp,
    /// What became of it.
    pub fate: Fate,
}

impl Store {
    /// Keeps a sealed photo, and drops what nobody could send within a week.
    pub async fn keep_photo(
        &self,
        owner: &Owner,
        photo: &KeptPhoto,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.drop_old_photos(now).await?;
        sqlx::query(
            "insert into photo (id, hub, person, case_id, source, taken_at, kept_at, state, sealed)
             values ($1, $2, $3, $4, $5, $6, $7, 'waiting', $8)",
        )
        .bind(&photo.id)
        .bind(&owner.hub)
        .bind(&owner.person)
        .bind(photo.case.as_str())
        .bind(photo.source.word())
        .bind(photo.taken_at.0)
        .bind(now.0)
        .bind(sealed)
        .execute(self.pool()?)
        .await?;
        Ok(())
    }

    /// Drops photos of more than a week ago, whatever became of them.
    pub async fn drop_old_photos(&self, now: Timestamp) -> Result<(), StoreError> {
        sqlx::query("delete from photo where kept_at < $1").bind(now.plus_ms(-KEPT_MS).0).execute(self.pool()?).await?;
        Ok(())
    }

    /// The person's photos of a case, oldest first.
    pub async fn photos(&self, owner: &Owner, case: &CaseId) -> Result<Vec<KeptPhoto>, StoreError> {
        let sql = format!("select {COLUMNS} from photo where hub = $1 and person = $2 and case_id = $3 order by id");
        let rows =
            sqlx::query(&sql).bind(&owner.hub).bind(&owner.person).bind(case.as_str()).fetch_all(self.pool()?).await?;
        Ok(rows.iter().filter_map(kept).collect())
    }

    /// The person's oldest photo the hub does not have yet, after `after`.
    pub async fn waiting_photo(&self, owner: &Owner, after: &str) -> Result<Option<KeptPhoto>, StoreError> {
        let sql = format!(
            "select {COLUMNS} from photo where hub = $1 and person = $2 and state = 'waiting' and id > $3
             order by id limit 1"
        );
        let row =
            sqlx::query(&sql).bind(&owner.hub).bind(&owner.person).bind(after).fetch_optional(self.pool()?).await?;
        Ok(row.as_ref().and_then(kept))
    }

    /// One of the person's photos.
    pub async fn photo(&self, owner: &Owner, id: &str) -> Result<Option<KeptPhoto>, StoreError> {
        let sql = format!("select {COLUMNS} from photo where hub = $1 and person = $2 and id = $3");
        let row = sqlx::query(&sql).bind(&owner.hub).bind(&owner.person).bind(id).fetch_optional(self.pool()?).await?;
        Ok(row.as_ref().and_then(kept))
    }

    /// A photo's sealed picture, while it is still here.
    pub async fn sealed_photo(&self, owner: &Owner, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let found: Option<Option<Vec<u8>>> =
            sqlx::query_scalar("select sealed from photo where hub = $1 and person = $2 and id = $3")
                .bind(&owner.hub)
                .bind(&owner.person)
                .bind(id)
                .fetch_optional(self.pool()?)
                .await?;
        Ok(found.flatten())
    }

    /// Notes the hub's answer; the picture is no longer needed here. False where the photo was dropped meanwhile.
    pub async fn photo_answered(&self, owner: &Owner, id: &str, fate: &Fate) -> Result<bool, StoreError> {
        let (state, answer) = match fate {
            Fate::Waiting => return Ok(true),
            Fate::Sent(photo) => ("sent", serde_json::to_string(photo)?),
            Fate::Refused(problem) => ("refused", serde_json::to_string(problem)?),
        };
        let done = sqlx::query(
            "update photo set state = $4, answer = $5, sealed = null where hub = $1 and person = $2 and id = $3",
        )
        .bind(&owner.hub)
        .bind(&owner.person)
        .bind(id)
        .bind(state)
        .bind(answer)
        .execute(self.pool()?)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets a photo.
    pub async fn drop_photo(&self, owner: &Owner, id: &str) -> Result<(), StoreError> {
        sqlx::query("delete from photo where hub = $1 and person = $2 and id = $3")
            .bind(&owner.hub)
            .bind(&owner.person)
            .bind(id)
            .execute(self.pool()?)
            .await?;
        Ok(())
    }
}

/// A row with words this version does not know is left out.
fn kept(row: &SqliteRow) -> Option<KeptPhoto> {
    let text = |column: &str| row.try_get::<String, _>(column).ok();
    let fate = match text("state")?.as_str() {
        "waiting" => Fate::Waiting,
        "sent" => Fate::Sent(serde_json::from_str(&text("answer")?).ok()?),
        "refused" => Fate::Refused(serde_json::from_str(&text("answer")?).ok()?),
        _ => return None,
    };
    Some(KeptPhoto {
        id: text("id")?,
        case: text("case_id")?.parse().ok()?,
        source: text("source")?.parse().ok()?,
        taken_at: Timestamp(row.try_get("taken_at").ok()?),
        fate,
    })
}
