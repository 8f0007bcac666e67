//! What any plate, phone or number finds, without claiming (R41).

use crate::{
    actor::Actor,
    error::Result,
    hub::Hub,
    ops::opening::part_of_plate,
    store::{RecordSearch, lots_arg},
};
use lanedesk_domain::{person::Permission, phone::Phone};
use lanedesk_wire::record::Records;

/// Shortest part of a plate or number that is looked for: less finds everything.
const SHORTEST: usize = 3;

/// Stays, payments, cases and openings of the person's lots that the text names.
pub async fn find(hub: &Hub, actor: &Actor, text: &str) -> Result<Records> {
    let text = text.trim();
    let plate = part_of_plate(text);
    if plate.chars().count() < SHORTEST {
        return Ok(Records::default());
    }
    let sought = RecordSearch {
        lots: lots_arg(actor.scope.lots()),
        plate: format!("%{plate}%"),
        phone: Phone::parse(text).map_or_else(|_| text.to_owned(), |phone| phone.as_str().to_owned()),
        number: text.to_owned(),
        own: (!actor.role.may(Permission::OpeningsOfOthers)).then(|| actor.id.clone()),
    };
    let directory = hub.directory();
    let mut reader = hub.store().read().await?;
    let mut conn = reader.conn();
    Ok(Records {
        stays: conn.sought_stays(&directory, &sought).await?,
        payments: conn.sought_payments(&directory, &sought).await?,
        cases: conn.sought_cases(&directory, &sought).await?,
        openings: conn.sought_openings(&directory, &sought).await?,
    })
}
