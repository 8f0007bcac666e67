//! Reading the rows of a site as it would be written down.

use super::super::{Conn, StoreError};
use super::noun::NounStore as _;
use crate::site::{Noun, NounRow};

impl Conn<'_> {
    /// Every row of a noun, in the order of what names it. What is sealed of it stays sealed.
    pub(crate) async fn nouns<T: Noun + serde::de::DeserializeOwned + Send>(&mut self) -> Result<Vec<T>, StoreError> {
        let mut rows: Vec<T> = self.all(&T::all(!self.is_postgres()), vec![]).await?;
        rows.sort_by_cached_key(NounRow::name);
        Ok(rows)
    }
}
