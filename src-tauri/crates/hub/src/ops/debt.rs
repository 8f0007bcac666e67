//! Follow-up debts (R38): filed with a release or by themselves, paid by whatever comes in, given up by a supervisor.

mod pay;

pub(super) use pay::{after_stay, instead_of_stay, owes};

use crate::{
    actor::Actor,
    error::{Error, Result},
    hub::Hub,
    ops::{
        barrier::text,
        case::{self, HeldCase},
        opening::part_of_plate,
        page::{Length, behind, nothing},
        stay::lanes_of,
        view::{self, Basis},
    },
    store::{Audit, DebtFilter, LockRows, NewDebt, Tx, lots_arg},
};
use lanedesk_domain::{
    debt::MOST_FEN,
    ids::{CaseId, DebtId},
    offers::{Op, offered},
    person::Permission,
    phone::Phone,
    time::Timestamp,
};
use lanedesk_wire::{
    case::Step,
    debt::{Debt, DebtState, FileDebt},
    list::Page,
};
use serde_json::json;

/// Longest reason, in characters.
const LONGEST: usize = 500;

fn invalid(field: &'static str, why: &'static str) -> Error {
    Error::Invalid { field, why }
}

/// Files a debt for the vehicle of a case: no candidate fits, so nothing can be quoted and the person says how much.
pub async fn file(hub: &Hub, actor: &Actor, case: &CaseId, wanted: &FileDebt) -> Result<Debt> {
    let held = case::held(hub, actor, case, wanted.fence).await?;
    let id = view::by_page(|| file_by_page(hub, actor, &held, wanted)).await?;
    one(hub, &id).await
}

async fn file_by_page(hub: &Hub, actor: &Actor, held: &HeldCase, wanted: &FileDebt) -> Result<DebtId> {
    let case = &held.case;
    let page = view::page_of_case(hub, actor, case).await?;
    offered(&page.facts, Op::FileDebt).ok_or(Error::NotOffered)?;
    if !(1..=MOST_FEN).contains(&wanted.amount_fen.0) {
        return Err(invalid("amount_fen", "not_acceptable"));
    }
    let said = text(wanted.phone.as_deref()).map(Phone::parse).transpose();
    let said = said.map_err(|_| invalid("phone", "not_a_phone"))?;
    let row = page.standing.case.as_ref().ok_or(Error::NotFound)?;
    let new = NewDebt {
        id: DebtId::new(),
        lot: held.lot.clone(),
        lane: held.lane.clone(),
        case: case.clone(),
        opening: None,
        stay: page.known.as_ref().and_then(|known| known.stay()).map(|stay| stay.id.clone()),
        plate: row.plate.clone(),
        phone: said.or_else(|| row.phone.clone()),
        amount: wanted.amount_fen,
        person: actor.id.clone(),
        at: hub.clock().now(),
    };
    if new.plate.is_none() && new.phone.is_none() {
        return Err(invalid("phone", "plate_or_phone"));
    }
    let basis = Basis::of(&page).ok_or(Error::NotFound)?;
    let (held, rows) = (held.clone(), LockRows::lane(&held.lane));
    hub.write_at(rows, async move |tx, hub| {
        let now = new.at;
        held.holds(tx, now).await?;
        basis.stands(tx).await?;
        if let Some(before) = tx.same_debt(&new).await? {
            return Ok(before);
        }
        tx.add_debt(&new).await?;
        filed(tx, &new).await?;
        view::tell(tx, hub, &new.lane, now).await?;
        Ok::<_, Error>(new.id.clone())
    })
    .await
}

/// What a filed debt leaves in timeline and audit chain.
pub(super) async fn filed(tx: &mut Tx<'_>, debt: &NewDebt) -> Result<()> {
    let facts = [("amount_fen", debt.amount.0.to_string())];
    tx.add_step(&debt.case, debt.at, Some(&debt.person), Step::DebtFiled, &facts).await?;
    let body = json!({"case": debt.case, "opening": debt.opening, "amount_fen": debt.amount});
    tx.audit(Audit::new(debt.at, Some(&debt.person), "debt.file", format!("debt:{}", debt.id), body)).await?;
    Ok(())
}

async fn one(hub: &Hub, id: &DebtId) -> Result<Debt> {
    let mut reader = hub.store().read().await?;
    let debt = reader.conn().debt(&hub.directory(), id).await?;
    debt.ok_or(Error::NotFound)
}

/// What a list of debts is asked for; what is not given does not filter.
#[derive(Debug, Clone, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DebtQuery {
    /// A lot's id.
    pub lot: Option<String>,
    /// A plate.
    pub plate: Option<String>,
    /// `open`, `settled` or `waived`.
    pub state: Option<String>,
    /// Who filed it.
    pub person: Option<String>,
    /// Filed at or after.
    pub from: Option<String>,
    /// Filed before.
    pub to: Option<String>,
    /// Rows of a page, at most 500.
    pub limit: Option<u32>,
    /// `next` of the page before.
    #[param(pattern = "^[A-Za-z0-9_-]{1,40}$")]
    pub cursor: Option<String>,
}

/// Debts of the person's lots, newest first. Who may not see others' sees those they filed.
pub async fn list(hub: &Hub, actor: &Actor, which: DebtQuery) -> Result<Page<Debt>> {
    let length = Length::of(which.limit);
    let mut filter = filter(which, length)?;
    if !actor.role.may(Permission::OpeningsOfOthers) {
        let own = actor.id.to_string();
        if filter.person.as_ref().is_some_and(|person| *person != own) {
            return Ok(nothing());
        }
        filter.person = Some(own);
    }
    let lots = lots_arg(actor.scope.lots());
    let mut reader = hub.store().read().await?;
    let directory = hub.directory();
    let items = reader.conn().debts(&directory, &lots, &filter).await?;
    Ok(length.page(items, |debt| debt.id.to_string()))
}

fn filter(which: DebtQuery, length: Length) -> Result<DebtFilter> {
    let time = |text: Option<String>, field| {
        let time = text.map(|text| text.parse::<Timestamp>()).transpose();
        time.map_err(|_| invalid(field, "not_acceptable"))
    };
    let state = which.state.map(|word| word.parse::<DebtState>()).transpose();
    let state = state.map_err(|_| invalid("state", "not_acceptable"))?;
    let before = behind(which.cursor.as_deref());
    let plate = which.plate.filter(|plate| !plate.trim().is_empty());
    Ok(DebtFilter {
        lot: which.lot,
        plate: plate.map(|plate| part_of_plate(&plate)),
        state: state.map(DebtState::word),
        person: which.person,
        from: time(which.from, "from")?,
        to: time(which.to, "to")?,
        before: before?,
        limit: length.and_one(),
    })
}

/// Gives a debt up, with a reason.
pub async fn waive(hub: &Hub, actor: &Actor, id: &DebtId, reason: &str) -> Result<Debt> {
    let debt = one(hub, id).await?;
    actor.see(&debt.lot.id)?;
    let why = text(Some(reason)).ok_or(Error::ReasonRequired)?;
    if why.chars().count() > LONGEST {
        return Err(invalid("reason", "too_long"));
    }
    let (who, why) = (actor.clone(), why.to_owned());
    let rows = LockRows::lanes(&lanes_of(&hub.directory(), &debt.lot.id));
    hub.write_at(rows, async move |tx, hub| {
        let now = hub.clock().now();
        if !tx.waive_debt(&debt.id, &who.id, &why, now).await? {
            return Err(invalid("state", "debt_over"));
        }
        let body = json!({"case": debt.case, "amount_fen": debt.amount_fen, "reason": why});
        tx.audit(Audit::new(now, Some(&who.id), "debt.waive", format!("debt:{}", debt.id), body)).await?;
        pay::tell_pages(tx, hub, &debt, now).await
    })
    .await?;
    one(hub, id).await
}
