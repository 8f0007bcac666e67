//! Points in time: integer milliseconds UTC inside and in tables, RFC 3339 on the wire. Never read from a clock here.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60_000;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// First and last moment RFC 3339 can write: years 0000 to 9999.
const WRITABLE: std::ops::RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[cfg_attr(feature = "shapes", schema(value_type = String, format = DateTime))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Timestamp(#[cfg_attr(feature = "shapes", specta(type = String))] pub i64);

/// Text that is no RFC 3339 time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time")]
pub struct BadTime;

impl Timestamp {
    /// This time moved by `ms` milliseconds; negative moves back.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
    /// This time moved by whole minutes.
    #[must_use]
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_ms(minutes.saturating_mul(MINUTE_MS))
    }
    /// This time moved by whole seconds.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_ms(seconds.saturating_mul(1000))
    }
    /// Milliseconds from `earlier` to this; negative when this is before it.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Sums may run past what can be written; the nearest time that can is told instead of panicking.
        let ms = self.0.clamp(*WRITABLE.start(), *WRITABLE.end());
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).map_err(|_| std::fmt::Error)?;
        f.write_str(&at.format(&Rfc3339).map_err(|_| std::fmt::Error)?)
    }
}
impl std::str::FromStr for Timestamp {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| BadTime)?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000))
            .ok()
            .filter(|ms| WRITABLE.contains(ms))
            .map(Self)
            .ok_or(BadTime)
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() { serializer.collect_str(self) } else { serializer.serialize_i64(self.0) }
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_travels_as_rfc_3339_and_any_offset_is_understood() {
        let at: Timestamp = "2026-11-22T08:41:00.25+08:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-11-22T00:41:00.25Z");
        assert_eq!(serde_json::to_string(&at).unwrap(), "\"2026-11-22T00:41:00.25Z\"");
        assert!("2026-11-22".parse::<Timestamp>().is_err());
        assert!("9999-12-31T23:59:59-08:00".parse::<Timestamp>().is_err(), "past what can be written back");
    }

    #[test]
    fn a_time_no_calendar_can_write_is_told_as_the_nearest_that_can() {
        assert_eq!(Timestamp(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp(i64::MIN).plus_minutes(-1).to_string(), "0000-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn every_writable_time_comes_back(ms in WRITABLE) {
            prop_assert_eq!(Timestamp(ms).to_string().parse(), Ok(Timestamp(ms)));
        }

        #[test]
        fn moving_and_measuring_agree(ms in WRITABLE, by in -1_000_000_000i64..1_000_000_000) {
            prop_assert_eq!(Timestamp(ms).plus_ms(by).since(Timestamp(ms)), by);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
