//! What a page was judged by, looked at again in the transaction that acts on the judgement.
//!
//! A page is put together before its order is written. Another vehicle may be read, a payment come in or the stay end in
//! between; then nothing is written, and it is judged anew by the page as it then is.

use super::Page;
use crate::{
    error::{Error, Result},
    store::{CaseRow, StayRow, StoreError, Tx},
};
use lanedesk_domain::{ids::LotId, plate::Plate};

/// How often a judgement is made anew.
const MOST: u32 = 20;

/// The case and the stay a page was judged by.
#[derive(Debug, Clone)]
pub(crate) struct Basis {
    pub(super) case: CaseRow,
    stay: Option<StayRow>,
    /// Under which plate a stay was looked for and not found.
    without: Option<(LotId, Plate)>,
}

impl Basis {
    /// None: the page is no case's.
    pub(crate) fn of(page: &Page) -> Option<Self> {
        let case = page.standing.case.clone()?;
        let known = page.known.as_ref();
        let stay = known.and_then(|known| known.stay()).cloned();
        let by_plate = case.stay.is_none() && known.is_some_and(|known| matches!(known.stay, Ok(None)));
        let plate = case.plate.clone().filter(|_| by_plate);
        let without = plate.map(|plate| (case.lot.clone(), plate));
        Some(Self { case, stay, without })
    }

    /// Refuses where case or stay have gone on since.
    pub(crate) async fn stands(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.need_lane(&self.case.lane)?;
        let case = tx.case(&self.case.id).await?;
        // The first quote stays with the case and says nothing of what is judged.
        let same = |now: CaseRow| {
            let first_quote = self.case.first_quote;
            CaseRow { first_quote, ..now } == self.case
        };
        let same_stay = match (&self.stay, &self.without) {
            (Some(stay), _) => tx.stay(&stay.id).await?.as_ref() == Some(stay),
            (None, Some((lot, plate))) => tx.stay_inside(lot, plate).await?.is_none(),
            (None, None) => true,
        };
        if case.is_some_and(same) && same_stay { Ok(()) } else { Err(StoreError::GoneOn.into()) }
    }
}

/// Does what is judged by a page, and does it anew by the new page where the lane has gone on in between.
pub(crate) async fn by_page<T, F: Future<Output = Result<T>>>(act: impl Fn() -> F) -> Result<T> {
    for _ in 1..MOST {
        match act().await {
            Err(Error::Store(StoreError::GoneOn)) => {}
            done => return done,
        }
    }
    act().await
}
