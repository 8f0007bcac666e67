//! `cargo xtask bindings`: the two committed contracts, written anew from the code.

use anyhow::Result;

use crate::{cargo, node, system};

/// Writes `ui/src/lib/bindings.ts` from the desk's commands and `openapi.json` from the hub's routes.
pub(crate) fn write() -> Result<()> {
    system::install(&[system::BUILD])?;
    node::packages()?;
    node::build()?;
    let mut command = cargo::command(&["test", "-p", "lanedesk", "-p", "lanedesk-hub", "contract"]);
    cargo::run(command.env("LANEDESK_WRITE_CONTRACTS", "1"))
}
