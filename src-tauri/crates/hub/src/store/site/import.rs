//! Writing a site file's rows, in the order in which they refer to each other, many rows a statement.

use super::{
    super::{Arg, Conn, StoreError, Tx},
    RowName,
    noun::NounStore as _,
    taken::{PassKey, most_values},
};
use crate::{
    args,
    site::{Noun, Pass, Person, Site},
};
use lanedesk_domain::ids::PersonId;
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// What a site file says in the clear, as it rests in tables: made before the transaction, because hashing takes time.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    /// Password hashes of new people by username.
    pub passwords: HashMap<String, String>,
    /// New people whose password others know: it is changed at the first login from another machine.
    pub handed: HashSet<String>,
    /// What is sealed of devices, robots and integrations.
    pub rows: HashMap<RowName, String>,
}

/// Whoever is told how many rows are written.
pub(crate) type RowCounter<'a> = &'a (dyn Fn(usize) + Send + Sync);

impl Tx<'_> {
    /// Writes a whole site.
    pub async fn import_site(&mut self, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
        let passes = self.pass_ids(&site.passes).await?;
        self.write_site(site, secrets, &passes, &|_| {}).await
    }

    /// Writes a whole site whose passes have these ids.
    pub(super) async fn write_site(
        &mut self,
        site: &Site,
        secrets: &Secrets,
        pass_ids: &[PassKey],
        heard: RowCounter<'_>,
    ) -> Result<(), StoreError> {
        // In the order of everybody else who takes several.
        let lanes: Vec<_> = site.lanes.iter().map(|lane| lane.id.clone()).collect();
        self.need_lanes(&lanes)?;
        put(self, &site.areas, secrets).await?;
        put(self, &site.lots, secrets).await?;
        put(self, &site.devices, secrets).await?;
        put(self, &site.robots, secrets).await?;
        put(self, &site.lanes, secrets).await?;
        put(self, &site.seats, secrets).await?;
        people(self, site, secrets).await?;
        put(self, &site.reasons, secrets).await?;
        passes(self, &site.passes, pass_ids, heard).await?;
        put(self, &site.vehicles, secrets).await?;
        put(self, &site.tariffs, secrets).await?;
        put(self, &site.integrations, secrets).await?;
        let links = site.links.iter().map(|(name, url)| args![name.as_str(), url]);
        LINK.put(self, links.collect()).await?;
        put(self, &site.templates, secrets).await?;
        let rules = site.rules.iter().map(|(name, value)| args![name, *value]);
        RULE.put(self, rules.collect()).await
    }
}

/// A table as an import writes it: rows that are there already by `key` get the new values of all other columns.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) columns: Cow<'static, [&'static str]>,
}

impl Table {
    pub(super) async fn put(&self, conn: &mut Conn<'_>, rows: Vec<Vec<Arg>>) -> Result<(), StoreError> {
        self.put_told(conn, rows, &|_| {}).await
    }

    /// The same; `heard` is told after every statement how many rows are written.
    async fn put_told(
        &self,
        conn: &mut Conn<'_>,
        rows: Vec<Vec<Arg>>,
        heard: RowCounter<'_>,
    ) -> Result<(), StoreError> {
        let at_once = (most_values(conn) / self.columns.len()).min(rows.len());
        let (full, mut done) = (self.upsert(at_once), 0);
        let mut rows = rows.into_iter();
        loop {
            let args: Vec<Arg> = rows.by_ref().take(at_once).flatten().collect();
            let count = args.len() / self.columns.len();
            if count == 0 {
                return Ok(());
            }
            done += count;
            // An upsert answers no rows, so their type means nothing.
            if count == at_once {
                conn.all::<(i64,)>(&full, args).await?;
            } else {
                conn.all::<(i64,)>(&self.upsert(count), args).await?;
            }
            heard(done);
        }
    }

    fn upsert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places = (1..=width).map(|column| format!("${}", row * width + column));
            format!("({})", places.collect::<Vec<_>>().join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let others = self.columns.iter().filter(|column| !self.key.contains(column));
        let sets: Vec<String> = others.map(|column| format!("{column} = excluded.{column}")).collect();
        let then = if sets.is_empty() { "nothing".to_owned() } else { format!("update set {}", sets.join(", ")) };
        format!(
            "insert into {} ({}) values {} on conflict ({}) do {then}",
            self.name,
            self.columns.join(", "),
            rows.join(", "),
            self.key.join(", "),
        )
    }
}

/// A table whose columns never change.
pub(super) const fn table(name: &'static str, key: &'static [&'static str], columns: &'static [&'static str]) -> Table {
    Table { name, key, columns: Cow::Borrowed(columns) }
}

const SCOPE: Table = table("person_scope", SCOPE_KEY, SCOPE_KEY);
const SCOPE_KEY: &[&str] = &["person_id", "kind", "target_id"];
const PASS_PLATE: Table = table("pass_plate", PLATE_KEY, PLATE_KEY);
const PLATE_KEY: &[&str] = &["lot_id", "plate", "pass_id"];
const LINK: Table = table("link", &["name"], &["name", "url"]);
const RULE: Table = table("rule", &["name"], &["name", "value"]);

/// The table of a noun.
fn table_of<T: Noun>(columns: Vec<&'static str>) -> Table {
    let noun = T::stored();
    Table { name: noun.table, key: noun.key, columns: columns.into() }
}

async fn put<T: Noun>(conn: &mut Conn<'_>, rows: &[T], secrets: &Secrets) -> Result<(), StoreError> {
    table_of::<T>(T::columns()).put(conn, rows.iter().map(|row| row.args(secrets)).collect()).await
}

async fn people(conn: &mut Conn<'_>, site: &Site, secrets: &Secrets) -> Result<(), StoreError> {
    let mut scopes = Vec::new();
    for person in &site.people {
        let hash = secrets.passwords.get(&person.username).map_or("", String::as_str);
        let handed = secrets.handed.contains(&person.username);
        let id = put_person(conn, person, hash, handed).await?;
        let areas = person.areas.iter().map(|area| ("area", area.as_str()));
        let lots = person.lots.iter().map(|lot| ("lot", lot.as_str()));
        scopes.extend(areas.chain(lots).map(|(kind, target)| args![&id, kind, target]));
    }
    SCOPE.put(conn, scopes).await
}

/// The password, and whether it must be changed, are for new people only.
async fn put_person(conn: &mut Conn<'_>, person: &Person, hash: &str, handed: bool) -> Result<String, StoreError> {
    let sql = "insert into person (id, username, name, role, password_hash, must_change, handed)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (username) do update set name = excluded.name, role = excluded.role returning id";
    let args = args![
        PersonId::new(),
        &person.username,
        &person.name,
        person.role,
        hash,
        person.must_change.unwrap_or(false),
        handed
    ];
    let (id,): (String,) = conn.one(sql, args).await?;
    conn.execute("delete from person_scope where person_id = $1", args![&id]).await?;
    Ok(id)
}

/// Writes passes under their ids.
pub(super) async fn passes(
    conn: &mut Conn<'_>,
    passes: &[Pass],
    ids: &[PassKey],
    heard: RowCounter<'_>,
) -> Result<(), StoreError> {
    let mut columns = vec!["id"];
    columns.extend(Pass::columns());
    let none = Secrets::default();
    let row = |(pass, key): (&Pass, &PassKey)| [args![&key.id], pass.args(&none)].concat();
    let rows = passes.iter().zip(ids).map(row).collect();
    table_of::<Pass>(columns).put_told(conn, rows, heard).await?;
    // A pass that is there has these plates already: by them it was found.
    let new = passes.iter().zip(ids).filter(|(_, key)| !key.known);
    let plates = new.flat_map(|(pass, key)| {
        let row = move |plate| args![&pass.lot, plate, &key.id];
        pass.plates.iter().map(row)
    });
    PASS_PLATE.put(conn, plates.collect()).await
}
