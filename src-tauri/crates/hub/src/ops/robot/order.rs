//! A person's command to a robot.

use super::{deliver, scene};
use crate::{
    actor::Actor,
    directory::Directory,
    error::{Error, Result},
    hub::Hub,
    ops::{
        barrier::digest,
        case,
        view::{self, Basis, Page},
    },
    store::{Audience, Audit, LockRows, RobotDisplay, RobotNews, RobotOrderRow, RobotPost, StoreError, Tx},
};
use lanedesk_domain::{
    ids::{CaseId, OrderId},
    offers::{Op, Scene, offered},
    order::{OrderResult, deadline, is_late},
    robot::{RobotLanguage, RobotScene, own_words},
    time::Timestamp,
};
use lanedesk_wire::{
    case::Step,
    robot::{RobotCommand, RobotOrder, RobotPress},
    robot_link::{RobotTask, ToRobot},
    stream::{Told, ViewParts},
};
use serde_json::json;

/// Gives a robot a command, and answers what became of it: within 6 s, whatever the robot does.
pub async fn order(hub: &Hub, actor: &Actor, case: &CaseId, press: RobotPress) -> Result<RobotOrder> {
    let content = content(case, &press.command);
    if let Some(before) = find(hub, press.order_id).await? {
        return repeated(hub, actor, before, &content).await;
    }
    // A code for what another vehicle owes, or what was paid meanwhile, is not shown: it is prepared again.
    let prepared = view::by_page(|| make(hub, actor, case, &press, &content));
    let prepared = match prepared.await {
        Ok(prepared) => prepared,
        Err(Error::Store(StoreError::NotUnique(_))) => {
            let before = find(hub, press.order_id).await?;
            let before = before.ok_or_else(|| Error::Internal("a command vanished".to_owned()))?;
            return repeated(hub, actor, before, &content).await;
        }
        Err(error) => return Err(error),
    };
    if press.command == RobotCommand::Capture {
        super::photo::keep_when_it_comes(hub, actor, &prepared.order);
    }
    let sent = deliver::here(hub, &prepared.post);
    Ok(deliver::answered(hub, &prepared.order, sent).await?.shown())
}

async fn make(hub: &Hub, actor: &Actor, case: &CaseId, press: &RobotPress, content: &str) -> Result<CommandDraft> {
    let prepared = prepare(hub, actor, case, press, content.to_owned()).await?;
    accept(hub, actor, &prepared).await?;
    Ok(prepared)
}

pub(super) async fn find(hub: &Hub, id: OrderId) -> Result<Option<RobotOrderRow>> {
    Ok(hub.store().read().await?.conn().robot_order(id).await?)
}

/// The same command again: it acts no second time.
async fn repeated(hub: &Hub, actor: &Actor, before: RobotOrderRow, content: &str) -> Result<RobotOrder> {
    if before.content != content || before.person != actor.id {
        return Err(Error::OrderIdUsed);
    }
    Ok(deliver::answered(hub, &before, None).await?.shown())
}

/// SHA-256 over what is ordered, hex; fence and time of the press are not part of it.
fn content(case: &CaseId, command: &RobotCommand) -> String {
    let command = serde_json::to_string(command).unwrap_or_default();
    digest([Some(case.as_str()), Some(command.as_str())])
}

/// A command that passed every check and is about to be written.
#[derive(Debug, Clone)]
pub(super) struct CommandDraft {
    pub(super) order: RobotOrderRow,
    pub(super) post: RobotPost,
    /// What the robot shows from now on, where the command changes that.
    pub(super) showing: Option<RobotDisplay>,
    /// For timeline and audit.
    pub(super) facts: Vec<(&'static str, String)>,
    /// What it was judged by; none: it says nothing of the vehicle.
    pub(super) basis: Option<Basis>,
}

async fn prepare(hub: &Hub, actor: &Actor, case: &CaseId, press: &RobotPress, content: String) -> Result<CommandDraft> {
    // The page is put together now, so its quote is a fresh one.
    let (held, page) = tokio::join!(case::held(hub, actor, case, press.fence), view::page_of_case(hub, actor, case));
    let (held, site) = (held?, hub.directory());
    let robot = site.lanes.get(&held.lane).and_then(|lane| lane.robot.clone());
    let robot = robot.ok_or(Error::RobotNotBound)?;
    let (rules, now) = (hub.rules(), hub.clock().now());
    let made_at = press.made_at.unwrap_or(now);
    if is_late(made_at, now, rules.order_deadline_s) {
        return Err(Error::OrderLate);
    }
    let until = now.plus_seconds(i64::from(rules.robot_scene_seconds));
    let page = page?;
    let (task, facts) = task(&site, &page, &press.command, until)?;
    if !hub.robots().now(&robot).online {
        return Err(Error::DeviceUnreachable("机器人未连接".to_owned()));
    }
    let showing = match &task {
        RobotTask::Show(show) => Some(RobotDisplay { show: (**show).clone(), case: case.clone(), until }),
        _ => None,
    };
    let deadline_at = deadline(made_at, rules.order_deadline_s).min(deadline(now, rules.order_deadline_s));
    let order = RobotOrderRow {
        id: press.order_id,
        case: case.clone(),
        lane: held.lane,
        lot: held.lot,
        robot: robot.clone(),
        person: actor.id.clone(),
        fence: press.fence,
        command: word(&press.command).to_owned(),
        content,
        made_at,
        deadline_at,
        result: OrderResult::Running,
        detail: String::new(),
    };
    let post = RobotPost {
        robot,
        sent_by: Some(hub.id().to_owned()),
        deadline: deadline_at,
        order: Some(press.order_id),
        frame: ToRobot { id: press.order_id.to_string(), what: task },
    };
    let basis = Basis::of(&page);
    Ok(CommandDraft { order, post, showing, facts, basis })
}

fn word(command: &RobotCommand) -> &'static str {
    match command {
        RobotCommand::ShowQr { .. } => "show_qr",
        RobotCommand::ShowText { .. } => "show_text",
        RobotCommand::Speak { .. } => "speak",
        RobotCommand::Light { .. } => "light",
        RobotCommand::Capture => "capture",
        RobotCommand::Restart => "restart",
        RobotCommand::HangUp => "hang_up",
    }
}

/// What a robot is told, with its facts for the timeline.
type TaskFacts = (RobotTask, Vec<(&'static str, String)>);

/// What the robot is told, if the bar offers it now (R18, R21).
fn task(site: &Directory, page: &Page, command: &RobotCommand, until: Timestamp) -> Result<TaskFacts> {
    let is_offered = |op| offered(&page.facts, op).ok_or(Error::NotOffered);
    let mut facts = vec![("command", word(command).to_owned())];
    let task = match command {
        RobotCommand::ShowQr { scene } => {
            let scene = scene::offered_code(page, *scene)?;
            facts.push(("scene", scene.to_string()));
            let scene = RobotScene::of(scene, page.view.assessment);
            RobotTask::Show(Box::new(scene::of_page(site, page, scene, until)?))
        }
        RobotCommand::ShowText { scene, text } => {
            let offer = is_offered(Op::ShowText)?;
            match (scene, text) {
                (Some(scene), None) => {
                    if !offer.scenes.contains(scene) {
                        return Err(Error::NotOffered);
                    }
                    facts.push(("scene", scene.to_string()));
                    refusal(site, page, *scene, until)?
                }
                (None, Some(text)) => {
                    let text = own_words(text).ok_or(TOO_LONG)?;
                    facts.push(("text", text.to_owned()));
                    RobotTask::Show(Box::new(scene::own(site, page, text, until)))
                }
                _ => return Err(TOO_LONG),
            }
        }
        RobotCommand::Speak { text } => {
            is_offered(Op::Speak)?;
            let text = own_words(text).ok_or(TOO_LONG)?.to_owned();
            facts.push(("text", text.clone()));
            let lang = language(&text);
            RobotTask::Speak { text, lang }
        }
        RobotCommand::Light { light } => {
            is_offered(Op::Speak)?;
            facts.push(("light", light.word()));
            RobotTask::Light { light: *light }
        }
        RobotCommand::Capture => {
            is_offered(Op::Capture)?;
            RobotTask::Capture
        }
        RobotCommand::Restart => {
            is_offered(Op::Restart)?;
            RobotTask::Restart
        }
        RobotCommand::HangUp => {
            is_offered(Op::HangUp)?;
            RobotTask::HangUp
        }
    };
    Ok((task, facts))
}

const TOO_LONG: Error = Error::Invalid { field: "text", why: "robot_text" };

fn refusal(site: &Directory, page: &Page, scene: Scene, until: Timestamp) -> Result<RobotTask> {
    let scene = RobotScene::of(scene, page.view.assessment);
    Ok(RobotTask::Show(Box::new(scene::of_page(site, page, scene, until)?)))
}

/// Which voice says it: words without a Chinese character are English.
fn language(text: &str) -> RobotLanguage {
    if text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) { RobotLanguage::Zh } else { RobotLanguage::En }
}

/// The transaction that makes the command: without it nothing is sent.
pub(super) async fn accept(hub: &Hub, actor: &Actor, prepared: &CommandDraft) -> Result<()> {
    let rows = LockRows::lane(&prepared.order.lane);
    let (who, prepared) = (actor.clone(), prepared.clone());
    hub.write_at(rows, async move |tx, hub| {
        let (order, now) = (&prepared.order, hub.clock().now());
        if !tx.hold_lease(&order.lane, &who.id, order.fence, now).await? {
            return Err(Error::LeaseLost);
        }
        if let Some(basis) = &prepared.basis {
            basis.stands(tx).await?;
        }
        tx.add_robot_order(order).await?;
        if let Some(showing) = &prepared.showing {
            tx.set_showing(&order.robot, showing).await?;
        }
        record(tx, &who, &prepared, now).await?;
        let news = RobotNews::Task(Box::new(prepared.post.clone()));
        Ok(tx.tell_robots(now, &news).await?)
    })
    .await
}

async fn record(tx: &mut Tx<'_>, actor: &Actor, prepared: &CommandDraft, now: Timestamp) -> Result<()> {
    let order = &prepared.order;
    tx.add_step(&order.case, now, Some(&actor.id), Step::RobotTold, &prepared.facts).await?;
    let facts: std::collections::BTreeMap<_, _> = prepared.facts.iter().cloned().collect();
    let body = json!({
        "case": order.case, "lane": order.lane, "robot": order.robot, "fence": order.fence,
        "made_at": order.made_at, "content": order.content, "told": facts,
    });
    tx.audit(Audit::new(now, Some(&actor.id), "robot.order", format!("order:{}", order.id), body)).await?;
    tell_timeline(tx, order, now).await
}

/// Whoever watches the lane sees the step.
pub(super) async fn tell_timeline(tx: &mut Tx<'_>, order: &RobotOrderRow, now: Timestamp) -> Result<()> {
    // The timeline is read below.
    tx.flush().await?;
    let view = Told::View {
        lane: order.lane.clone(),
        case: Some(order.case.clone()),
        parts: Box::new(ViewParts { timeline: Some(tx.timeline(&order.case).await?), ..ViewParts::default() }),
    };
    Ok(tx.tell_all(now, &[(Audience::Lot(&order.lot), view)]).await?)
}
