//! Random histories (invariant 14): cameras, people, telephone and payment system act at once on one lot, and every answer
//! and every page afterwards must be one that acts one after the other would have brought, in some order.
//!
//! A round's acts are under way together; between rounds everything has been answered. The orders in which a round's acts
//! may have happened are tried against the model, which therefore may be several lots at once until an answer or a page
//! tells them apart. A seed names a history; how its acts meet is the machine's affair, so a failing one is run again
//! and again while it is made smaller.

mod act;
mod ask;
mod field;
mod model;
mod shrink;
mod site;

use crate::harness::wait_for;
use act::{Act, Round};
use field::{Done, Field, Setup};
use model::{Model, Page, Wrong};
use std::collections::BTreeSet;

/// Acts of one lot; longer histories are several.
const EPISODE: usize = 2_000;
/// Rounds before the failing one that are told with it.
const BEFORE: usize = 6;

/// SQLite, PostgreSQL, and two hubs on one PostgreSQL: ten thousand acts in all.
#[tokio::test(flavor = "multi_thread")]
async fn acts_at_once_on_sqlite_are_answered_as_if_one_after_the_other() {
    check(Setup::Sqlite, 4_000, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_at_once_on_postgres_are_answered_as_if_one_after_the_other() {
    check(Setup::Postgres, 3_000, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_at_once_at_two_hubs_are_answered_as_if_one_after_the_other() {
    check(Setup::TwoHubs, 3_000, 3).await;
}

/// What `cargo xtask history` asks for: `LANEDESK_HISTORY_ACTS` acts from `LANEDESK_HISTORY_SEED` on, in place of the
/// usual number.
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

async fn check(setup: Setup, acts: usize, seed: u64) {
    let acts = asked("LANEDESK_HISTORY_ACTS").map_or(acts, |acts| usize::try_from(acts).unwrap());
    let seed = asked("LANEDESK_HISTORY_SEED").unwrap_or(seed);
    let episodes = acts.div_ceil(EPISODE);
    for episode in 0..episodes {
        let seed = seed + 1_000 * u64::try_from(episode).unwrap();
        let many = EPISODE.min(acts - episode * EPISODE);
        let rounds = act::history(seed, many);
        if let Err(failure) = run(setup, &rounds).await {
            eprintln!("seed {seed}, {many} acts, {setup:?}:\n{failure}\nnow it is made smaller");
            let smaller = shrink::smaller(setup, &rounds[..=failure.round]).await;
            panic!("seed {seed}, {many} acts, {setup:?}: {smaller}");
        }
    }
}

/// A history that no order of its acts explains.
struct Failure {
    /// The round after which nothing fits.
    round: usize,
    /// What was done before.
    told: Vec<String>,
    /// Why the order that came furthest ends.
    why: Wrong,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in &self.told {
            writeln!(f, "{line}")?;
        }
        write!(f, "no order of round {} explains this: {}", self.round, self.why)
    }
}

/// Runs a history on a lot of its own.
async fn run(setup: Setup, rounds: &[Round]) -> Result<(), Failure> {
    let mut field = Field::open(setup).await;
    let mut history = History { models: vec![Model::new(field.ids(), field.now())], told: Vec::new() };
    let mut ended = Ok(());
    for (number, round) in rounds.iter().enumerate() {
        ended = history.round(&mut field, round).await.map_err(|why| {
            let from = history.told.len().saturating_sub(BEFORE);
            Failure { round: number, told: history.told.split_off(from), why }
        });
        if ended.is_err() {
            break;
        }
    }
    if ended.is_ok() {
        let reached = field.reached();
        let carried_out = history.models.iter().any(|model| model.carried_out() == reached);
        assert!(carried_out, "orders that reached the barriers: {reached:?}; {:?}", history.models[0].carried_out());
    }
    field.close().await;
    ended
}

/// What a history may be so far.
struct History {
    models: Vec<Model>,
    told: Vec<String>,
}

impl History {
    async fn round(&mut self, field: &mut Field, round: &Round) -> Result<(), Wrong> {
        for call in field.silent_after(round.seconds) {
            let ended = field.hang_up(call).await;
            self.explain(field, &[ended]).await?;
        }
        field.advance(round.seconds);
        let now = field.now();
        self.models.iter_mut().for_each(|model| model.until(now));
        let done = field.send(&round.acts).await;
        self.explain(field, &done).await?;
        let named = field.named();
        self.models.iter_mut().for_each(|model| model.forget(&named));
        Ok(())
    }

    async fn explain(&mut self, field: &Field, done: &[Done]) -> Result<(), Wrong> {
        let acts: Vec<String> = done.iter().map(ToString::to_string).collect();
        self.told.push(format!("{} {}", field.now(), acts.join("\n    ")));
        let (mut after, mut why) = (Vec::new(), Wrong::from("nothing was done"));
        for model in &self.models {
            orders(model, done, &mut vec![false; done.len()], &mut after, &mut why);
        }
        if after.is_empty() {
            return Err(why);
        }
        if done.iter().any(|done| matches!(done.act, Act::Reach { .. } | Act::Rename { .. })) {
            wait_for("every hub to know the site", async || {
                for model in &after {
                    let (names, guard) = model.site();
                    if field.knows(&names, guard).await {
                        return Some(());
                    }
                }
                None
            })
            .await;
        }
        let pages = field.pages(self.told.len()).await;
        let shown: Vec<Vec<Page>> = after.iter().map(Model::pages).collect();
        let mut fits = shown.iter().map(|meant| *meant == pages);
        after.retain(|_| fits.next() == Some(true));
        if after.is_empty() {
            return Err(Wrong(differences(&pages, &shown)));
        }
        after.sort_by_cached_key(|model| format!("{model:?}"));
        after.dedup_by_key(|model| format!("{model:?}"));
        self.models = after;
        Ok(())
    }
}

/// Lanes whose page no model has.
fn differences(pages: &[Page], shown: &[Vec<Page>]) -> String {
    let mut said = format!("{} lots are possible", shown.len());
    for (lane, page) in pages.iter().enumerate() {
        let meant: BTreeSet<String> = shown.iter().map(|meant| meant[lane].to_string()).collect();
        if !meant.contains(&page.to_string()) {
            said = format!("{said}\nlane {lane} shows {page}\n    and may be {meant:?}");
        }
    }
    said
}

/// Every lot that some order of the acts still open leads to.
fn orders(model: &Model, done: &[Done], taken: &mut Vec<bool>, after: &mut Vec<Model>, why: &mut Wrong) {
    if taken.iter().all(|taken| *taken) {
        after.push(model.clone());
        return;
    }
    for at in 0..done.len() {
        if taken[at] {
            continue;
        }
        let mut next = model.clone();
        match next.take(&done[at], done) {
            Ok(()) => {
                taken[at] = true;
                orders(&next, done, taken, after, why);
                taken[at] = false;
            }
            Err(wrong) => *why = Wrong(format!("{}: {wrong}", done[at])),
        }
    }
}
