//! What `cargo xtask shots` runs; everything is in `lanedesk_tests::shots`.

use std::path::PathBuf;

use clap::Parser;

/// Pictures of the real app.
#[derive(Parser)]
#[command(name = "cargo xtask shots --")]
struct Options {
    /// The folder of our programs.
    #[arg(long, env = "LANEDESK_PROGRAMS")]
    programs: PathBuf,
    /// Where the pictures go; `target/shots` when not given.
    #[arg(long)]
    into: Option<PathBuf>,
    /// Only these states, by the names of their pictures; the others are gone through and not pictured.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    xtask::interrupt::listen()?;
    let options = Options::parse();
    let into = options.into.unwrap_or_else(|| xtask::house::target().join("shots"));
    lanedesk_tests::shots::take(&options.programs, &into, options.only).await
}
