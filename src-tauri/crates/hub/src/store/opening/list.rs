//! Finding openings among a million: which index leads, and one page at a time.
//!
//! Lists go by (at, id), newest first, and a page goes on behind the last row of the one before. The text names the one
//! condition that leads; on SQLite, which keeps no statistics, the others are written so that no index of theirs is taken.

use super::{SELECT, shown};
use crate::{
    args,
    directory::Directory,
    store::{Arg, Conn, StoreError, shown::clock_ms},
};
use lanedesk_domain::{
    ids::{LotId, OpeningId},
    time::Timestamp,
    zone::HOUR_MS,
};
use lanedesk_wire::opening::Opening;
use std::{fmt, str::FromStr};

/// More plates than this hold the part that was typed: then it is common, and walking by time meets it soon.
const RARE_PLATES: usize = 4_000;
/// Scopes of at most so many lots are looked through lot by lot; wider ones are met soon when walking by time.
const FEW_LOTS: usize = 64;

/// Which openings are meant. What is not given does not filter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Only of these lots; none: of every lot.
    pub lots: Option<Vec<LotId>>,
    /// A lot's id.
    pub lot: Option<String>,
    /// A lane's id.
    pub lane: Option<String>,
    /// A person's id.
    pub person: Option<String>,
    /// A reason's code.
    pub reason: Option<String>,
    /// A result's word.
    pub result: Option<String>,
    /// `entry` or `exit`.
    pub direction: Option<String>,
    /// `query` or `call`.
    pub source: Option<String>,
    /// `normal` or `abnormal`.
    pub kind: Option<String>,
    /// A passage's word.
    pub passage: Option<String>,
    /// A plate or part of one.
    pub plate: Option<String>,
    /// The plates that hold that part, where they are few.
    pub plates: Option<Vec<String>>,
    /// Hour of the day, local.
    pub hour: Option<u8>,
    /// With money due and no matching payment.
    pub unpaid: bool,
    /// Only those whose device failed, or never said what it did.
    pub unresolved: bool,
    /// That owe photos (补录).
    pub owing: bool,
    /// Made at or after.
    pub from: Option<Timestamp>,
    /// Made before.
    pub to: Option<Timestamp>,
}

/// A place in a list: the next page begins behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListCursor {
    pub(in crate::store) at: Timestamp,
    pub(in crate::store) id: String,
}

impl ListCursor {
    /// Behind the row with this time and id.
    pub(crate) fn new(at: Timestamp, id: &str) -> Self {
        let id = id.to_owned();
        Self { at, id }
    }

    /// Behind this opening.
    pub(crate) fn of(opening: &Opening) -> Self {
        Self::new(opening.at, opening.id.as_str())
    }
}

impl fmt::Display for ListCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.0, self.id)
    }
}

/// Text that is no place in a list.
#[derive(Debug, thiserror::Error)]
#[error("no place in a list")]
pub(crate) struct BadCursor;

impl FromStr for ListCursor {
    type Err = BadCursor;
    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let (at, id) = text.split_once('.').ok_or(BadCursor)?;
        // Every list goes by ids of the same form.
        let id: OpeningId = id.parse().map_err(|_| BadCursor)?;
        let at = at.parse().map_err(|_| BadCursor)?;
        Ok(Self::new(Timestamp(at), id.as_str()))
    }
}

/// The condition that leads the search, most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Lead {
    Owing,
    Plates,
    Lane,
    Lot,
    Result,
    Passage,
    Person,
    Reason,
    Source,
    Kind,
    Time,
}

/// Results that few openings have.
const RARE_RESULTS: [&str; 5] = ["closed", "failed", "refused", "running", "unknown"];

/// Conditions put together, with their values.
pub(in crate::store) struct Conditions {
    pub(in crate::store) text: String,
    pub(in crate::store) args: Vec<Arg>,
}

impl Conditions {
    fn and(&mut self, condition: &str, value: impl Into<Arg>) {
        self.args.push(value.into());
        let place = format!("${}", self.args.len());
        self.text.push_str(" and ");
        self.text.push_str(&condition.replace('?', &place));
    }
}

/// Money was due, the arm may have risen, and nothing was paid for it since.
pub(in crate::store) const UNPAID: &str = "(o.due_fen > 0 and o.result not in ('failed', 'refused')
    and not exists (select 1 from payment p where p.stay_id = o.stay_id and p.paid_at >= o.at)
    and not exists (select 1 from debt d where d.opening_id = o.id and d.state = 'settled'))";

/// Nobody knows whether the arm rose, or the device said that it did not.
pub(in crate::store) const UNRESOLVED: &str = "o.result in ('unknown', 'failed')";

impl Filter {
    pub(in crate::store) fn lead(&self) -> Lead {
        let rare = |result: &String| RARE_RESULTS.contains(&result.as_str());
        let rather = [
            (self.owing, Lead::Owing),
            (self.plates.is_some(), Lead::Plates),
            (self.lane.is_some(), Lead::Lane),
            (self.lot.is_some(), Lead::Lot),
            (self.result.as_ref().is_some_and(rare), Lead::Result),
            (self.passage.as_deref() == Some("none"), Lead::Passage),
            (self.person.is_some(), Lead::Person),
            (self.reason.is_some(), Lead::Reason),
            (self.source.is_some(), Lead::Source),
            (self.kind.is_some(), Lead::Kind),
        ];
        let first = rather.into_iter().find(|(given, _)| *given);
        first.map_or(Lead::Time, |(_, lead)| lead)
    }

    /// The hour of the day of one of its openings, by the lots' clocks.
    pub(in crate::store) fn hour_of_day(&self) -> String {
        format!("({} / {HOUR_MS} % 24)", clock_ms("o.at", self.from, self.to))
    }

    /// Nothing can be in it: a lot outside the scope, or a part that no plate holds.
    fn is_empty(&self) -> bool {
        let outside = |lot: &String| {
            let lots = self.lots.as_ref();
            lots.is_some_and(|lots| !lots.iter().any(|id| id.as_str() == lot))
        };
        self.plates.as_ref().is_some_and(Vec::is_empty)
            || self.lots.as_ref().is_some_and(Vec::is_empty)
            || self.lot.as_ref().is_some_and(outside)
    }

    /// Everything but the scope, which a search lot by lot says by itself.
    fn conditions(&self, conn: &Conn<'_>, lead: Lead) -> Conditions {
        let mut all = Conditions { text: "true".to_owned(), args: Vec::new() };
        let equal = [
            (Lead::Result, "result", &self.result),
            (Lead::Passage, "passage", &self.passage),
            (Lead::Lane, "lane_id", &self.lane),
            (Lead::Person, "person_id", &self.person),
            (Lead::Lot, "lot_id", &self.lot),
            (Lead::Reason, "reason", &self.reason),
            (Lead::Source, "source", &self.source),
            (Lead::Kind, "kind", &self.kind),
            (Lead::Time, "direction", &self.direction),
        ];
        for (of, column, value) in equal {
            // Kinds and results of a lot, and kinds of a person, are in indexes of their own.
            let with = match lead {
                Lead::Lot => matches!(of, Lead::Result | Lead::Kind),
                Lead::Person => of == Lead::Kind,
                _ => false,
            };
            let plain = if of == lead || with { "" } else { conn.pick("+", "") };
            if let Some(value) = value {
                all.and(&format!("{plain}o.{column} = ?"), value);
            }
        }
        self.plate_condition(conn, &mut all);
        let at = if lead == Lead::Plates { conn.pick("+o.at", "o.at") } else { "o.at" };
        if let Some(from) = self.from {
            all.and(&format!("{at} >= ?"), from);
        }
        if let Some(to) = self.to {
            all.and(&format!("{at} < ?"), to);
        }
        if let Some(hour) = self.hour {
            all.and(&format!("{} = ?", self.hour_of_day()), i64::from(hour));
        }
        if self.unpaid {
            all.text.push_str(" and ");
            all.text.push_str(UNPAID);
        }
        if self.unresolved {
            all.text.push_str(" and ");
            all.text.push_str(UNRESOLVED);
        }
        if self.owing {
            // As the index of the few that owe says it.
            all.text.push_str(" and o.photos_owed > 0 and o.photos_closed_at is null");
        }
        all
    }

    fn plate_condition(&self, conn: &Conn<'_>, all: &mut Conditions) {
        match (&self.plates, &self.plate) {
            (Some(plates), _) => {
                let any = conn.pick(
                    "o.plate in (select value from json_each(?))",
                    "o.plate = any(array(select jsonb_array_elements_text(?::jsonb)))",
                );
                // Plates hold no characters that JSON cannot say.
                all.and(any, serde_json::to_string(plates).unwrap_or_default());
            }
            (None, Some(part)) => all.and("o.plate like ?", format!("%{part}%")),
            (None, None) => {}
        }
    }

    /// All conditions, scope included, for counting.
    pub(in crate::store) fn whole(&self, conn: &Conn<'_>) -> Conditions {
        let mut all = self.conditions(conn, self.lead());
        if self.is_empty() {
            all.text.push_str(" and false");
        }
        self.scope(conn, &mut all);
        all
    }

    fn scope(&self, conn: &Conn<'_>, all: &mut Conditions) {
        let Some(lots) = self.lots.as_ref().filter(|_| self.lot.is_none()) else {
            return;
        };
        all.args.push(super::lots_arg(lots.iter()).into());
        let column = conn.pick("+o.lot_id", "o.lot_id");
        all.text.push_str(" and ");
        all.text.push_str(&conn.in_lots(column, all.args.len()));
    }

    /// Whether the scope is small enough to be looked through lot by lot, and nothing more telling leads.
    fn lot_by_lot(&self, lead: Lead) -> Option<&[LotId]> {
        let wide = matches!(lead, Lead::Result | Lead::Reason | Lead::Source | Lead::Kind | Lead::Time);
        let lots = self.lots.as_deref().filter(|_| self.lot.is_none())?;
        (wide && lots.len() <= FEW_LOTS).then_some(lots)
    }
}

/// The text that finds ids and times of one page.
fn page(conn: &Conn<'_>, filter: &Filter, behind: Option<&ListCursor>, limit: i64) -> Conditions {
    let lead = filter.lead();
    let by_lot = filter.lot_by_lot(lead);
    let lead = if by_lot.is_some() { Lead::Lot } else { lead };
    let mut all = filter.conditions(conn, lead);
    if by_lot.is_none() {
        filter.scope(conn, &mut all);
    }
    if let Some(behind) = behind {
        all.args.extend(args![behind.at, behind.id.as_str()]);
        let n = all.args.len();
        let at = if lead == Lead::Plates { conn.pick("+o.at", "o.at") } else { "o.at" };
        let text = format!(" and ({at}, o.id) < (${}, ${n})", n - 1);
        all.text.push_str(&text);
    }
    all.args.push(limit.into());
    let n = all.args.len();
    let find = |more: &str, conditions: &str| {
        format!("select o.id, o.at from opening o where {more}{conditions} order by o.at desc, o.id desc limit ${n}")
    };
    all.text = match by_lot {
        None => find("", &all.text),
        Some(lots) => {
            let each = lots.iter().enumerate().map(|(turn, lot)| {
                all.args.push(lot.into());
                let more = format!("o.lot_id = ${} and ", all.args.len());
                format!("select * from ({}) as l{turn}", find(&more, &all.text))
            });
            let each: Vec<String> = each.collect();
            format!("select id, at from ({}) as every order by at desc, id desc limit ${n}", each.join(" union all "))
        }
    };
    all
}

impl Conn<'_> {
    /// One page of openings, newest first.
    pub(crate) async fn openings(
        &mut self,
        directory: &Directory,
        filter: &Filter,
        behind: Option<&ListCursor>,
        limit: i64,
    ) -> Result<Vec<Opening>, StoreError> {
        if filter.is_empty() {
            return Ok(Vec::new());
        }
        let Conditions { text, args } = page(self, filter, behind, limit);
        let head = SELECT.replace("from opening o join", "from page cross join opening o join");
        // The page is found first; "cross join" keeps SQLite from beginning with the openings.
        let sql = format!("with page as ({text}) {head} where o.id = page.id order by o.at desc, o.id desc");
        let rows: Vec<Opening> = self.all(&sql, args).await?;
        Ok(rows.into_iter().map(|row| shown(directory, row)).collect())
    }

    /// The plates that hold this part; none where they are many, or where the part is too short to look for.
    pub(crate) async fn plates_with(&mut self, part: &str) -> Result<Option<Vec<String>>, StoreError> {
        let letters: Vec<char> = part.chars().collect();
        if letters.len() < 2 {
            return Ok(None);
        }
        // The end of a plate tells more than its beginning, which is the province.
        let end: String = letters[letters.len().saturating_sub(3)..].iter().collect();
        let rows: Vec<(String,)> = self
            .all(
                "select plate from plate_part where part = $1 and plate like $2 limit $3",
                args![end.as_str(), format!("%{part}%"), i64::try_from(RARE_PLATES + 1).unwrap_or(i64::MAX)],
            )
            .await?;
        let mut plates: Vec<String> = rows.into_iter().map(|(plate,)| plate).collect();
        if plates.len() > RARE_PLATES {
            return Ok(None);
        }
        plates.sort_unstable();
        Ok(Some(plates))
    }
}

/// Every two and three neighbouring characters of a plate.
pub(in crate::store) fn parts_of(plate: &str) -> Vec<String> {
    let letters: Vec<char> = plate.chars().collect();
    let mut parts: Vec<String> =
        [2, 3].into_iter().flat_map(|size| letters.windows(size).map(|part| part.iter().collect())).collect();
    parts.sort_unstable();
    parts.dedup();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_list_comes_back() {
        let behind = ListCursor::new(Timestamp(1_800_000_000_000), OpeningId::new().as_str());
        assert_eq!(behind.to_string().parse::<ListCursor>().unwrap(), behind);
        for wrong in ["", "5", "a.b", "5.", "5.a b"] {
            assert!(wrong.parse::<ListCursor>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_plate_is_known_by_its_neighbouring_characters() {
        assert_eq!(parts_of("粤B11"), ["11", "B1", "B11", "粤B", "粤B1"], "each once");
        assert!(parts_of("粤").is_empty());
    }

    #[test]
    fn the_most_telling_condition_leads() {
        let given = || Some("x".to_owned());
        let mut filter = Filter::default();
        assert_eq!(filter.lead(), Lead::Time);
        filter.kind = given();
        assert_eq!(filter.lead(), Lead::Kind);
        filter.lot = given();
        filter.result = Some("opened".to_owned());
        assert_eq!(filter.lead(), Lead::Lot, "most openings opened");
        filter.result = Some("unknown".to_owned());
        assert_eq!(filter.lead(), Lead::Lot, "a lot's results have their own index");
        filter.lot = None;
        assert_eq!(filter.lead(), Lead::Result);
        filter.plates = Some(vec![String::new()]);
        assert_eq!(filter.lead(), Lead::Plates);
    }
}
