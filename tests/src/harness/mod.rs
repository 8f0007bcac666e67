//! What every test of the whole product stands on: a hub with a database of its own, a simulated lot behind real
//! sockets, and people who come in through the hub's door.
//!
//! Movement is asserted from the lot's journal, never from an answer.

mod bus;
mod database;
mod desk;
mod disk;
mod person;
mod programs;
mod relay;
mod robot;
pub(crate) mod site;
mod stream;
mod world;

pub(crate) use bus::Bus;
pub(crate) use database::{Database, Engine};
pub(crate) use desk::{Desk, REMAINING};
pub(crate) use disk::SmallDisk;
pub(crate) use person::{Answer, Claim, Person};
pub(crate) use programs::{HubProcess, desk_program, hub_says};
pub(crate) use relay::Relay;
pub(crate) use robot::{RawRobot, jpeg};
pub(crate) use site::{people, site as hub_site};
pub(crate) use stream::Stream;
pub(crate) use world::World;

/// Runs each named test, `async fn(Engine)`, on each engine.
macro_rules! on_each_engine {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::harness::Engine::Sqlite).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::harness::Engine::Postgres).await;
            })+
        }
    };
}
pub(crate) use on_each_engine;

use std::time::{Duration, Instant};

/// How long anything that must happen may take, on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// Looks again and again until there is something; fails, saying what was waited for, after [`PATIENCE`].
pub(crate) async fn wait_for<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    wait_up_to(PATIENCE, what, look).await
}

/// The same with a deadline of its own.
pub(crate) async fn wait_up_to<T>(patience: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < patience, "waited in vain for {what}");
        tokio::time::sleep(LOOK).await;
    }
}
