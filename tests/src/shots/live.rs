//! Pictures of the live view: one camera plays, the lane's others in the strip; and stills with a sentence where it stopped.

use super::{Album, Demo};
use crate::window::{At, Window, key};
use anyhow::Result;

/// Somebody who works E02 looks around the vehicle.
pub(super) async fn looked_at(demo: &Demo, desk: &Window, album: &mut Album) -> Result<()> {
    desk.press(&[key::F7]).await?;
    let shown = At::Css("[data-testid=live-screen][data-shown=true]");
    desk.see(shown).await?;
    album.picture(desk, "live").await?;
    // Another camera of the strip, which sends in datagrams.
    let script = "document.querySelector('[data-testid=camera-cam-E02-road]').click()";
    desk.script(script, serde_json::json!([])).await?;
    desk.see(shown).await?;
    demo.lot(&["fault", "--lane", "E02", "live-silent"])?;
    desk.see(At::Css("[data-testid=live-why][data-why=silent]")).await?;
    album.picture(desk, "live-stills").await?;
    demo.lot(&["fault", "--lane", "E02", "clear"])?;
    desk.press(&[key::F7]).await
}
