//! What `cargo xtask bench` runs; everything is in `lanedesk_tests::bench`.

use clap::Parser as _;
use lanedesk_tests::bench::{self, Options};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    xtask::interrupt::listen()?;
    if !bench::run(&Options::parse()).await? {
        std::process::exit(1);
    }
    Ok(())
}
