//! People, their one role and what it may do (R3), and the lots it may do it in.

use crate::ids::{AreaId, LotId};
use std::collections::{BTreeMap, BTreeSet};

words! {
    /// A person's one role.
    pub enum Role {
        /// 项目处人员: works at a lot, needs no seat.
        LotStaff = "lot_staff",
        /// 客服: call centre, bound to a seat.
        Agent = "agent",
        /// 主管: watches, takes over, reviews.
        Supervisor = "supervisor",
        /// 管理员: configures.
        Admin = "admin",
    }
}

words! {
    /// Something a role may or may not do. Which lots it may be done in is another question: [`Scope`].
    pub enum Permission {
        /// Find lots and lanes by name.
        Search = "search",
        /// See a lane, its pictures and its camera without holding it.
        View = "view",
        /// Find stays, payments, cases and openings by plate, phone or number (R41).
        Records = "records",
        /// Take a lane (R6).
        Claim = "claim",
        /// Ask its holder for a lane, or give one's own away (R12).
        HandOver = "hand_over",
        /// Take a lane from its holder (R12).
        TakeOver = "take_over",
        /// Work a held lane: plate, phone, vehicle, direction, passage, barrier, robot, close.
        Act = "act",
        /// Abnormal release (R22, R23).
        Release = "release",
        /// Photograph a document with one's own device, where the rules let the role (R24).
        OwnCamera = "own_camera",
        /// Photograph a document with the lane's camera, where the rules let the role (R24).
        LaneCamera = "lane_camera",
        /// Record cash taken (R39).
        RecordCash = "record_cash",
        /// File a follow-up debt (R38).
        FileDebt = "file_debt",
        /// Give a debt up, with a reason (R38).
        WaiveDebt = "waive_debt",
        /// Wait no longer for overdue photos of a release, with a reason (R24).
        ClosePhotos = "close_photos",
        /// Bind a seat (R2).
        Seat = "seat",
        /// See the waiting calls (R30).
        SeeQueue = "see_queue",
        /// Take a waiting call (R30).
        TakeCall = "take_call",
        /// The list of openings: one's own.
        Openings = "openings",
        /// Everybody's openings, rises and debts.
        OpeningsOfOthers = "openings_of_others",
        /// See ID photos of others' openings, watermarked and logged (R36).
        SeeEvidence = "see_evidence",
        /// Take openings out as a file (R33).
        Export = "export",
        /// Counts by lot, lane, person, reason and hour (R33).
        Statistics = "statistics",
        /// The live board of lanes being handled (R3).
        Board = "board",
        /// Allow or deny a release that asks for it.
        Approve = "approve",
        /// Dismiss warnings and acknowledge daily reports.
        Review = "review",
        /// Ask supervisors for help in a case one holds.
        AskHelp = "ask_help",
        /// Answer a holder who asks for help.
        AnswerHelp = "answer_help",
        /// See cash taken: one's own (R39).
        SeeCash = "see_cash",
        /// Everybody's.
        CashOfOthers = "cash_of_others",
        /// See how devices are, and what is to be repaired.
        SeeDevices = "see_devices",
        /// Say that a device is to be repaired, and that it was.
        Maintain = "maintain",
        /// Change the site: areas, lots, lanes, devices, people, rules, passes (R34).
        Configure = "configure",
    }
}

/// Who may do what: the one table, also printed in the documentation.
pub const TABLE: &[(Permission, &[Role])] = {
    use Permission as P;
    use Role::{Admin, Agent, LotStaff, Supervisor};
    const EVERYBODY: &[Role] = &[LotStaff, Agent, Supervisor, Admin];
    const AT_LANES: &[Role] = &[LotStaff, Agent, Supervisor];
    &[
        (P::Search, EVERYBODY),
        (P::View, EVERYBODY),
        (P::Records, EVERYBODY),
        (P::Claim, AT_LANES),
        (P::HandOver, AT_LANES),
        (P::TakeOver, &[Supervisor]),
        (P::Act, AT_LANES),
        (P::Release, AT_LANES),
        (P::OwnCamera, AT_LANES),
        (P::LaneCamera, AT_LANES),
        (P::RecordCash, &[LotStaff]),
        (P::FileDebt, AT_LANES),
        (P::WaiveDebt, &[Supervisor]),
        (P::ClosePhotos, &[Supervisor]),
        (P::Seat, &[Agent]),
        (P::SeeQueue, &[Agent, Supervisor]),
        (P::TakeCall, &[Agent]),
        (P::Openings, EVERYBODY),
        (P::OpeningsOfOthers, &[Supervisor, Admin]),
        (P::SeeEvidence, &[Supervisor]),
        (P::Export, &[Supervisor, Admin]),
        (P::Statistics, &[Supervisor, Admin]),
        (P::Board, &[Supervisor]),
        (P::Approve, &[Supervisor]),
        (P::Review, &[Supervisor]),
        (P::AskHelp, AT_LANES),
        (P::AnswerHelp, &[Supervisor]),
        (P::SeeCash, &[LotStaff, Supervisor, Admin]),
        (P::CashOfOthers, &[Supervisor, Admin]),
        (P::SeeDevices, &[Supervisor, Admin]),
        (P::Maintain, &[LotStaff, Supervisor, Admin]),
        (P::Configure, &[Admin]),
    ]
};

impl Role {
    /// Whether this role may do that. What the table does not name, nobody may.
    pub fn may(self, permission: Permission) -> bool {
        TABLE.iter().any(|(named, roles)| *named == permission && roles.contains(&self))
    }

    /// Everything this role may do.
    pub fn permissions(self) -> impl Iterator<Item = Permission> {
        TABLE.iter().filter(move |(_, roles)| roles.contains(&self)).map(|(permission, _)| *permission)
    }
}

/// An area and the one above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaNode {
    /// The area.
    pub id: AreaId,
    /// The area above; none at the root.
    pub parent: Option<AreaId>,
}

/// A lot and the area it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotNode {
    /// The lot.
    pub id: LotId,
    /// Its area.
    pub area: AreaId,
}

/// The lots a person may see. Whoever was given nothing sees nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope(BTreeSet<LotId>);

impl Scope {
    /// The lots named, and all lots in the areas named or anywhere below them.
    ///
    /// Names that do not exist add nothing; areas that name each other as parents are walked once.
    pub fn resolve(areas: &[AreaNode], lots: &[LotNode], given_areas: &[AreaId], given_lots: &[LotId]) -> Self {
        let mut below: BTreeMap<&AreaId, Vec<&AreaId>> = BTreeMap::new();
        for area in areas {
            if let Some(parent) = &area.parent {
                below.entry(parent).or_default().push(&area.id);
            }
        }
        let mut seen: BTreeSet<&AreaId> = BTreeSet::new();
        let mut next: Vec<&AreaId> = given_areas.iter().collect();
        while let Some(area) = next.pop() {
            if seen.insert(area) {
                next.extend(below.get(area).into_iter().flatten());
            }
        }
        let given: BTreeSet<&LotId> = given_lots.iter().collect();
        let inside = |lot: &&LotNode| seen.contains(&lot.area) || given.contains(&lot.id);
        Self(lots.iter().filter(inside).map(|lot| lot.id.clone()).collect())
    }

    /// Whether a lot is in it.
    pub fn contains(&self, lot: &LotId) -> bool {
        self.0.contains(lot)
    }

    /// Its lots.
    pub fn lots(&self) -> impl Iterator<Item = &LotId> {
        self.0.iter()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests;
