//! The lots' time zone (R55): what people read, and what is counted by hours and days.
//!
//! One hub serves one customer, so the zone is the program's: set once at its start, and no zone of the machine, the
//! database or the desk has a part in it. The rules of all zones are carried along; no file of the machine is read.

use crate::time::{BadTime, DAY_MS, MINUTE_MS, Timestamp};
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use std::{str::FromStr, sync::OnceLock};

/// The zone where nobody names another, as IANA calls it.
pub const TIME_ZONE: &str = "Asia/Shanghai";

/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;

/// Records lie between these where nobody says from when to when they are looked for: 2020 to 2100.
const RECORDS: (Timestamp, Timestamp) = (Timestamp(1_577_836_800_000), Timestamp(4_102_444_800_000));

static LOCAL: OnceLock<Zone> = OnceLock::new();

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// Why a zone cannot be the lots'.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadZone {
    /// No zone is called so.
    #[error("{0:?} is no time zone; its IANA name is meant, as Asia/Shanghai")]
    Unknown(String),
    /// Times were told in another already.
    #[error("the time zone is set once, before anything is told in it")]
    Late,
}

impl Default for Zone {
    fn default() -> Self {
        // The bundle has it; its offset has not changed since 1991.
        TIME_ZONE
            .parse()
            .unwrap_or_else(|_| Self { name: TIME_ZONE.to_owned(), rules: TimeZone::fixed(Offset::constant(8)) })
    }
}

impl FromStr for Zone {
    type Err = BadZone;
    fn from_str(name: &str) -> Result<Self, BadZone> {
        let unknown = || BadZone::Unknown(name.to_owned());
        let rules = TimeZoneDatabase::bundled().get(name).map_err(|_| unknown())?;
        // A zone without a name is the one that stands for an unknown one.
        let name = rules.iana_name().ok_or_else(unknown)?.to_owned();
        Ok(Self { name, rules })
    }
}

impl Zone {
    /// The lots' zone in this program.
    pub fn local() -> &'static Self {
        LOCAL.get_or_init(Self::default)
    }

    /// Makes this the lots' zone: once, at the program's start.
    pub fn make_local(self) -> Result<(), BadZone> {
        LOCAL.set(self).map_err(|_| BadZone::Late)
    }

    /// Its IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn offset_ms(&self, at: Timestamp) -> i64 {
        i64::from(self.rules.to_offset(moment(at)).seconds()) * 1_000
    }

    /// What a clock there shows, in milliseconds as if it stood in UTC: hours and days begin at their whole multiples.
    pub fn clock_ms(&self, at: Timestamp) -> i64 {
        at.0.saturating_add(self.offset_ms(at))
    }

    /// When a clock there shows this: the first time where it does so twice, as much later as is left out where it never does.
    pub fn at_clock_ms(&self, ms: i64) -> Timestamp {
        let shown = Offset::UTC.to_datetime(moment(Timestamp(ms)));
        let at = self.rules.to_timestamp(shown);
        at.map_or(Timestamp(ms), |at| Timestamp(at.as_millisecond()))
    }

    /// By how many milliseconds it is ahead of UTC from `from` on, and from each later moment before `to` at which that
    /// changes. The first is never missing.
    pub fn offsets(&self, from: Option<Timestamp>, to: Option<Timestamp>) -> Vec<(Timestamp, i64)> {
        let (from, to) = (from.unwrap_or(RECORDS.0), to.unwrap_or(RECORDS.1));
        let (first, end) = (from.max(RECORDS.0), to.min(RECORDS.1));
        let changes = self.rules.following(moment(first)).map(|change| {
            let at = Timestamp(change.timestamp().as_millisecond());
            (at, i64::from(change.offset().seconds()) * 1_000)
        });
        std::iter::once((first, self.offset_ms(first))).chain(changes.take_while(|(at, _)| *at < end)).collect()
    }

    /// As people there write it: `2026-11-22 08:41:00`.
    pub fn text(&self, at: Timestamp) -> String {
        let text = Timestamp(self.clock_ms(at)).to_string();
        // RFC 3339 leads with the same digits; parts of a second and the zone are left off.
        text.chars().take(19).collect::<String>().replace('T', " ")
    }

    /// The day there, `2026-11-22`.
    pub fn day(&self, at: Timestamp) -> String {
        self.text(at).chars().take(10).collect()
    }

    /// The hour of the day there, 0 to 23.
    pub fn hour(&self, at: Timestamp) -> u8 {
        let hour = self.clock_ms(at).div_euclid(HOUR_MS).rem_euclid(24);
        // A rest of 24 is below 24.
        u8::try_from(hour).unwrap_or_default()
    }

    /// How many days there lie between 1970 and the one of this moment.
    pub fn day_number(&self, at: Timestamp) -> i64 {
        self.clock_ms(at).div_euclid(DAY_MS)
    }

    /// The first moment of the day with this number.
    pub fn day_begins(&self, number: i64) -> Timestamp {
        self.at_clock_ms(number.saturating_mul(DAY_MS))
    }

    /// When a clock there shows this text, `2026-11-22T08:41:00`.
    pub fn read(&self, text: &str) -> Result<Timestamp, BadTime> {
        let shown: Timestamp = format!("{text}Z").parse()?;
        Ok(self.at_clock_ms(shown.0))
    }

    /// The first moment of a day there, named `2026-11-22`.
    pub fn read_day(&self, day: &str) -> Result<Timestamp, BadTime> {
        let shown: Timestamp = format!("{day}T00:00:00Z").parse()?;
        // `2026-11-22T…` reads as a time too, but is no day.
        if shown.to_string().get(..10) == Some(day) { Ok(self.at_clock_ms(shown.0)) } else { Err(BadTime) }
    }
}

/// The nearest moment the rules know.
fn moment(at: Timestamp) -> jiff::Timestamp {
    let first = jiff::Timestamp::MIN.as_millisecond();
    let last = jiff::Timestamp::MAX.as_millisecond();
    jiff::Timestamp::from_millisecond(at.0.clamp(first, last)).unwrap_or_default()
}

impl Timestamp {
    /// As people at the lots write it: `2026-11-22 08:41:00`.
    pub fn local_text(self) -> String {
        Zone::local().text(self)
    }

    /// The day at the lots, `2026-11-22`.
    pub fn local_day(self) -> String {
        Zone::local().day(self)
    }

    /// The hour of the day at the lots, 0 to 23.
    pub fn local_hour(self) -> u8 {
        Zone::local().hour(self)
    }

    /// The first moment of a day at the lots, named `2026-11-22`.
    pub fn of_local_day(day: &str) -> Result<Self, BadTime> {
        Zone::local().read_day(day)
    }

    /// The first moment of this moment's day at the lots, or of one so many days later.
    #[must_use]
    pub fn local_midnight(self, days_later: i64) -> Self {
        let zone = Zone::local();
        zone.day_begins(zone.day_number(self).saturating_add(days_later))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_when_it_begins_at_the_lots() {
        let first = Timestamp::of_local_day("2026-11-22").unwrap();
        assert_eq!(first.to_string(), "2026-11-21T16:00:00Z");
        assert_eq!(first.local_text(), "2026-11-22 00:00:00");
        assert_eq!((first.local_hour(), first.plus_ms(-1).local_hour()), (0, 23), "the day before ends");
        assert_eq!(first.plus_ms(DAY_MS - 1).local_day(), "2026-11-22");
        assert_eq!(first.plus_ms(DAY_MS - 1).local_midnight(0), first);
        assert_eq!(first.local_midnight(-1), first.plus_ms(-DAY_MS));
        for wrong in ["", "2026-11", "2026-13-01", "2026-11-22T", "2026-02-30"] {
            assert!(Timestamp::of_local_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_are_shorter_and_longer_where_clocks_are_moved() {
        let york = zone("America/New_York");
        let hours = |day: &str| {
            let begins = york.read_day(day).unwrap();
            let ends = york.day_begins(york.day_number(begins) + 1);
            ends.since(begins) / HOUR_MS
        };
        assert_eq!([hours("2026-03-07"), hours("2026-03-08"), hours("2026-11-01")], [24, 23, 25]);
        assert_eq!(york.text(at("2026-03-08T06:59:00Z")), "2026-03-08 01:59:00");
        assert_eq!(york.text(at("2026-03-08T07:00:00Z")), "2026-03-08 03:00:00");
        assert_eq!(york.read("2026-11-01T01:30:00").unwrap(), at("2026-11-01T05:30:00Z"), "the first of two");
    }

    #[test]
    fn a_zone_goes_by_its_name_and_nothing_else() {
        assert_eq!(Zone::default(), zone("Asia/Shanghai"));
        assert_eq!(zone("asia/urumqi").name(), "Asia/Urumqi");
        assert_eq!(zone("UTC").name(), "UTC");
        for wrong in ["", "China", "+08:00", "Asia/Nowhere", "Etc/Unknown"] {
            let told = wrong.parse::<Zone>().unwrap_err();
            assert_eq!(told, BadZone::Unknown(wrong.to_owned()));
        }
    }

    #[test]
    fn the_offsets_of_a_time_are_those_of_its_moments() {
        let (from, to) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let shanghai = Zone::default().offsets(Some(from), Some(to));
        assert_eq!(shanghai, [(from, 8 * HOUR_MS)]);
        assert_eq!(Zone::default().offsets(None, None).len(), 1);
        let york = zone("America/New_York").offsets(Some(from), Some(to));
        let changes = [
            (from, -5 * HOUR_MS),
            (at("2026-03-08T07:00:00Z"), -4 * HOUR_MS),
            (at("2026-11-01T06:00:00Z"), -5 * HOUR_MS),
        ];
        assert_eq!(york, changes);
    }

    proptest! {
        #[test]
        fn what_a_clock_shows_leads_back_to_a_moment_it_shows_it_at(ms in 0i64..4_102_444_800_000) {
            for name in ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "UTC"] {
                let zone = zone(name);
                let shown = zone.clock_ms(Timestamp(ms));
                let back = zone.at_clock_ms(shown);
                prop_assert_eq!(zone.clock_ms(back), shown);
                prop_assert!(back <= Timestamp(ms));
            }
        }

        #[test]
        fn no_moment_and_no_text_panics(ms in any::<i64>(), text in "\\PC{0,40}") {
            let zone = zone("America/New_York");
            let _ = (zone.text(Timestamp(ms)), zone.at_clock_ms(ms), zone.hour(Timestamp(ms)));
            let _ = (zone.read(&text), zone.read_day(&text), text.parse::<Zone>());
        }
    }
}
