//! Figures put together: days of a span, medians, parts, and the filters that lead to rows.

use crate::{
    directory::Directory,
    error::Result,
    store::{Conn, Daily, Span},
};
use lanedesk_domain::{
    ids::LotId,
    time::{MINUTE_MS, Timestamp},
    zone::Zone,
};
use lanedesk_wire::morning::{Figure, FigureName, FigurePart, LeadsTo, RowsOf, Unit};
use std::collections::{BTreeMap, HashMap};

/// Days a figure is compared with.
pub(super) const PAST: i64 = 28;
/// Those and the day itself.
pub(super) const DAYS: usize = 29;
/// Above its median by half again, a figure is worth a look.
const WORSE: f64 = 1.5;

/// A value a day, the day looked at last; none where there was nothing to measure.
#[derive(Debug, Clone)]
pub(super) struct Series(pub(super) Vec<Option<f64>>);

impl Series {
    /// Of a hundred of another; nothing to measure where there is none of it.
    pub(super) fn per_100(&self, of: &Self) -> Self {
        let ratio = |(value, of): (&Option<f64>, &Option<f64>)| match (value, of) {
            (value, Some(of)) if *of > 0.0 => Some(value.unwrap_or_default() * 100.0 / of),
            _ => None,
        };
        Self(self.0.iter().zip(&of.0).map(ratio).collect())
    }
}

/// The value below or at which this share, in hundredths, of the sorted values lies.
pub(in crate::ops) fn percentile(sorted: &[i64], share: usize) -> Option<i64> {
    let last = sorted.len().checked_sub(1)?;
    sorted.get((sorted.len() * share).div_ceil(100).saturating_sub(1).min(last)).copied()
}

fn median(values: &[Option<f64>]) -> Option<f64> {
    let mut known: Vec<f64> = values.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let middle = known.len() / 2;
    let upper = known.get(middle)?;
    Some(if known.len() % 2 == 1 { *upper } else { f64::midpoint(known[middle - 1], *upper) })
}

/// What figures of one day are made from.
pub(super) struct FigureFacts<'a> {
    /// Names of lanes, lots and devices.
    pub(super) site: &'a Directory,
    /// The day and the days before it.
    pub(super) span: &'a Span,
    /// The lot, where one was asked for.
    pub(super) lot: Option<&'a LotId>,
}

impl FigureFacts<'_> {
    /// Beginning and end of a day of the span.
    pub(super) fn day(&self, place: usize) -> (Timestamp, Timestamp) {
        let place = i64::try_from(place).unwrap_or_default();
        let begins = |place| self.span.from.local_midnight(place);
        (begins(place), begins(place + 1))
    }

    /// The day itself.
    pub(super) fn today(&self) -> Span {
        let (from, to) = self.day(DAYS - 1);
        Span { from, to, lots: self.span.lots.clone() }
    }

    /// The place of a day, counted since 1970, in the span.
    fn place(&self, day: i64) -> Option<usize> {
        let first = Zone::local().day_number(self.span.from);
        usize::try_from(day - first).ok().filter(|place| *place < DAYS)
    }

    /// Sums by days since 1970; a day without a row has none of it.
    pub(super) fn series(&self, sums: Vec<(i64, i64)>) -> Series {
        let mut days = vec![Some(0.0); DAYS];
        for (day, sum) in sums {
            if let Some(place) = self.place(day) {
                #[expect(clippy::cast_precision_loss, reason = "sums of a day")]
                let sum = sum as f64;
                days[place] = Some(sum);
            }
        }
        Series(days)
    }

    /// A share's length in seconds each day, from moments and lengths in milliseconds.
    pub(super) fn percentiles(&self, lengths: &[(i64, i64)], share: usize) -> Series {
        let mut days: Vec<Vec<i64>> = vec![Vec::new(); DAYS];
        for (at, ms) in lengths {
            if let Some(place) = self.place(Zone::local().day_number(Timestamp(*at))) {
                days[place].push(*ms);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds of a day")]
        let of_day = |mut day: Vec<i64>| {
            day.sort_unstable();
            percentile(&day, share).map(|ms| ms as f64 / 1_000.0)
        };
        Series(days.into_iter().map(of_day).collect())
    }

    /// Puts a figure together.
    pub(super) fn figure(
        &self,
        name: FigureName,
        unit: Unit,
        series: Series,
        rows: RowsOf,
        filter: &[(&str, &str)],
        parts: Vec<FigurePart>,
    ) -> Figure {
        let mut past = series.0;
        let value = past.pop().flatten();
        let median = median(&past);
        let worse = match (value, median) {
            (Some(value), Some(median)) => value > 0.0 && value > median * WORSE,
            _ => false,
        };
        Figure { name, unit, value, median, past, worse, leads_to: self.leads_to(rows, filter), parts }
    }

    fn leads_to(&self, rows: RowsOf, more: &[(&str, &str)]) -> LeadsTo {
        let today = self.today();
        let mut filter: BTreeMap<String, String> =
            more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        filter.insert("from".to_owned(), today.from.to_string());
        filter.insert("to".to_owned(), today.to.to_string());
        if let Some(lot) = self.lot {
            filter.insert("lot".to_owned(), lot.to_string());
        }
        LeadsTo { rows, filter }
    }

    /// One part with its rows.
    pub(super) fn part(&self, label: &str, value: f64, rows: RowsOf, filter: &[(&str, &str)]) -> FigurePart {
        FigurePart { label: label.to_owned(), value, leads_to: self.leads_to(rows, filter) }
    }

    /// The lanes with most of it.
    pub(super) async fn lanes(
        &self,
        conn: &mut Conn<'_>,
        what: Daily,
        rows: RowsOf,
        filter: &[(&str, &str)],
    ) -> Result<Vec<FigurePart>> {
        let largest = conn.largest(what, "lane_id", &self.today()).await?;
        let part = |(id, sum): &(String, i64)| {
            let known = id.parse().ok().and_then(|lane| self.site.lane(&lane));
            let label = known.map_or(id.clone(), |(lane, lot)| format!("{} {}", lot.name, lane.name));
            let filter: Vec<(&str, &str)> = filter.iter().copied().chain([("lane", id.as_str())]).collect();
            #[expect(clippy::cast_precision_loss, reason = "sums of a day")]
            self.part(&label, *sum as f64, rows, &filter)
        };
        Ok(largest.iter().map(part).collect())
    }

    /// The people with most of it.
    pub(super) async fn people(&self, conn: &mut Conn<'_>, what: Daily, rows: RowsOf) -> Result<Vec<FigurePart>> {
        let mut parts = Vec::new();
        for (id, sum) in conn.largest(what, "person_id", &self.today()).await? {
            let person = match id.parse() {
                Ok(person) => conn.person(&person).await?,
                Err(_) => None,
            };
            let label = person.map_or(id.clone(), |person| person.name);
            #[expect(clippy::cast_precision_loss, reason = "sums of a day")]
            parts.push(self.part(&label, sum as f64, rows, &[("person", &id)]));
        }
        Ok(parts)
    }

    /// The devices longest out of reach that day, in minutes.
    pub(super) fn devices(&self, outages: &[(String, i64, i64)]) -> Vec<FigurePart> {
        let (from, to) = self.day(DAYS - 1);
        let mut by: HashMap<&str, i64> = HashMap::new();
        for (device, began, ended) in outages {
            *by.entry(device).or_default() += ((*ended).min(to.0) - (*began).max(from.0)).max(0);
        }
        let mut by: Vec<(&str, i64)> = by.into_iter().filter(|(_, ms)| *ms > 0).collect();
        by.sort_by_key(|(device, ms)| (-ms, *device));
        #[expect(clippy::cast_precision_loss, reason = "minutes of a day")]
        let part = |(device, ms): (&str, i64)| {
            self.part(device, (ms / MINUTE_MS) as f64, RowsOf::Devices, &[("device", device)])
        };
        by.into_iter().take(5).map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_values_lie_at_or_below_the_median() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[None, Some(3.0), Some(1.0)]), Some(2.0));
        assert_eq!(median(&[Some(9.0), Some(1.0), Some(2.0)]), Some(2.0));
    }

    #[test]
    fn nine_in_ten_lie_at_or_below_the_ninetieth_percentile() {
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!(percentile(&ten, 90), Some(9));
        assert_eq!(percentile(&ten, 50), Some(5));
        assert_eq!(percentile(&[7], 90), Some(7));
        assert_eq!(percentile(&[], 90), None);
    }
}
