//! The same code on the desk's own screen, to hold up to the driver: every lane has it.

use super::scene;
use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::view,
};
use lanedesk_domain::{
    ids::CaseId,
    offers::Scene,
    robot::{RobotLanguage, RobotScene},
};
use lanedesk_wire::{case::CaseState, robot::Qr};

/// The code that fits the case's vehicle, or the one that was asked for where it fits too.
pub async fn qr(hub: &Hub, actor: &Actor, case: &CaseId, asked: Option<Scene>) -> Result<Qr> {
    // The page is put together now, so its quote is a fresh one.
    let page = view::page_of_case(hub, actor, case).await?;
    let state = page.standing.case.as_ref().map(|case| case.state);
    if state != Some(CaseState::Open) {
        return Err(Error::CaseClosed);
    }
    let code = scene::offered_code(&page, asked)?;
    let (site, rules) = (hub.directory(), hub.rules());
    let lasts = i64::from(rules.quote_seconds);
    let payment = page.view.payment.as_ref();
    let expires_at = payment.map(|payment| payment.quoted_at.plus_seconds(lasts));
    let until = expires_at.unwrap_or_else(|| hub.clock().now().plus_seconds(lasts));
    let shown = RobotScene::of(code, page.view.assessment);
    let show = scene::of_page(&site, &page, shown, until)?;
    let url = show.qr.ok_or(Error::NotOffered)?.url;
    let zh = show.words.iter().find(|w| w.lang == RobotLanguage::Zh);
    let words = zh.or(show.words.first());
    let lines = words.map(|words| words.text.lines().map(str::to_owned).collect());
    Ok(Qr {
        scene: code,
        svg: svg(&url)?,
        url,
        lines: lines.unwrap_or_default(),
        amount_fen: show.amount_fen,
        expires_at: expires_at.filter(|_| code == Scene::Pay),
    })
}

fn svg(url: &str) -> Result<String> {
    let code = scene::matrix(url)?;
    let mut drawn = code.render::<qrcode::render::svg::Color<'_>>();
    Ok(drawn.min_dimensions(320, 320).build())
}
