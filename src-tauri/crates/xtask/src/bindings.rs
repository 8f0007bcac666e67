//! `cargo xtask bindings`: the two committed contracts, written anew from the code.

use anyhow::Result;

use crate::{cargo, node, system};

/// The tests that compare a contract with its committed copy also write it, when its variable asks for it.
const WRITE: [&str; 2] = ["UPDATE_BINDINGS", "UPDATE_OPENAPI"];

/// Writes `ui/src/lib/bindings.ts` from the desk's commands and `openapi.json` from the hub's routes.
pub(crate) fn write() -> Result<()> {
    system::install(&[xtask::packages::BUILD])?;
    node::packages()?;
    node::build()?;
    test("lanedesk", "contract")?;
    test("lanedesk-hub", "openapi")
}

fn test(package: &str, name: &str) -> Result<()> {
    let mut command = cargo::command(&["test", "--quiet", "-p", package, name]);
    cargo::run(command.envs(WRITE.map(|name| (name, "1"))))
}
