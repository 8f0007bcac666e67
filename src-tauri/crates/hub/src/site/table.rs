//! The nouns of the site, a line a field.

use super::{
    check::key_sum,
    noun::{Field, FieldPlace, FieldType, FieldValue, Noun, NounRow, Section, noun, place, site, take},
    read::FormRow,
    special::push_key_fault,
};
use lanedesk_domain::{
    ids::{AreaId, DeviceId, IntegrationId, LaneId, LotId, RobotId},
    lane::LaneDirection,
    money::Fen,
    pass::PassStatus,
    person::Role,
    robot::{Link, RobotLanguage, RobotScene},
    time::Timestamp,
};
use lanedesk_wire::site::SiteTable;
use std::collections::BTreeMap;

site! {
    /// The scope tree.
    areas: Area,
    /// Car parks.
    lots: Lot,
    /// Entries and exits.
    lanes: Lane,
    /// Cameras, barrier controllers, relays.
    devices: Device,
    /// Kiosks.
    robots: Robot,
    /// Telephone positions.
    seats: Seat,
    /// Who can log in.
    people: Person,
    /// Reasons for abnormal releases.
    reasons: Reason,
    /// Monthly passes.
    passes: Pass,
    /// What is known of single vehicles.
    vehicles: Vehicle,
    /// What parking costs.
    tariffs: Tariff,
    /// Systems that send signed events.
    integrations: Integration,
    /// Words of robots in place of ours.
    templates: Template,
}

noun! {
    /// `[[area]]`
    "area" Area in areas, |row| row.id.to_string(), called name {
        /// Its id.
        id: AreaId = must declared(),
        /// Shown to people.
        name: String = must text(),
        /// The area above; none at the root.
        parent: Option<AreaId> = refers_or_none(SiteTable::Area) at "parent_id",
    }
    check(row) {
        if let Some(id) = &id {
            let at = row.place("parent");
            row.names.hangs_below(id.as_str(), parent.iter().flatten().map(AreaId::as_str).next(), at);
        }
    }
}

noun! {
    /// `[[lot]]`
    "lot" Lot in lots, |row| row.id.to_string(), called name {
        /// Its id.
        id: LotId = must declared(),
        /// Shown to people.
        name: String = must text(),
        /// Where it hangs in the tree.
        area: AreaId = must refers(SiteTable::Area) at "area_id",
        /// Who is in charge; may be empty.
        manager: String = text_or_empty(),
        /// As people dial it; may be empty.
        manager_phone: String = text_or_empty(),
        /// Whether vehicles without a pass are admitted.
        outsiders: bool = truth(true),
        /// Where it is.
        address: Option<String> = text_or_none(),
        /// Minutes a paid vehicle has to leave.
        leave_minutes: u32 = number(15, 0),
    }
}

noun! {
    /// `[[lane]]`
    "lane" Lane in lanes, |row| row.id.to_string(), called name {
        /// Its id.
        id: LaneId = must declared(),
        /// Its lot.
        lot: LotId = must refers(SiteTable::Lot) at "lot_id",
        /// Its name within the lot.
        name: String = must text(),
        /// As painted at the gate.
        code: String = must text(),
        /// Which ways it lets vehicles pass.
        direction: LaneDirection = must parsed(),
        /// The device that moves the arm.
        barrier: Option<DeviceId> = refers_or_none(SiteTable::Device) at "barrier_id",
        /// The device that reads plates.
        plate_camera: Option<DeviceId> = refers_or_none(SiteTable::Device) at "plate_camera_id",
        /// The devices that look at the lane's surroundings.
        environment_cameras: Vec<DeviceId> = cameras("environment_camera"),
        /// The device that pictures documents.
        id_camera: Option<DeviceId> = refers_or_none(SiteTable::Device) at "id_camera_id",
        /// The kiosk.
        robot: Option<RobotId> = refers_or_none(SiteTable::Robot) at "robot_id",
    }
    check(row) {
        if let (Some(lot), Some(code)) = (&lot, &code) {
            row.only_once("lane code", format!("{code} of lot {lot}"), "code");
        }
        if let (Some(id), Some(Some(robot))) = (&id, &robot) {
            let at = row.place("robot");
            row.names.stands_at(robot.as_str(), id.as_str(), at);
        }
    }
}

noun! {
    /// `[[device]]`
    "device" Device in devices, |row| row.id.to_string(), called id {
        /// Its id.
        id: DeviceId = must declared(),
        /// The maker's protocol.
        driver: String = must driver(),
        /// Where it answers.
        url: String = must url() in Settings,
        /// Its account; may be empty.
        username: String = text_or_empty() in Settings,
        /// The account's password.
        password: Option<String> = secret() in Sealed,
        /// The key it shows when it calls the hub.
        push_key: Option<String> = secret() in Sealed,
        /// Where it may call the hub from: addresses and networks, with commas; none: from anywhere.
        push_from: Option<String> = networks() in Settings,
        /// The serial number or MAC its calls carry; none: nobody looks.
        serial: Option<String> = text_or_none() in Settings,
        /// Which of its channels looks at the lane.
        channel: i64 = number(1, 1) in Settings,
        /// The XML namespace of barrier orders; empty: none.
        namespace: String = text_or_empty() in Settings,
        /// How its plate events arrive: `pull`, `push` or `none`.
        events: String = one_of_or(&["pull", "push", "none"], "pull") in Settings,
        /// The live stream's address; none: the maker's own.
        rtsp: Option<String> = stream() in Settings,
        /// The live stream's account, where it has one of its own.
        rtsp_username: Option<String> = secret() in Sealed,
        /// That account's password.
        rtsp_password: Option<String> = secret() in Sealed,
        /// Whether the live stream may be told the password in the clear.
        rtsp_basic: bool = truth(false) in Settings,
        /// How the live stream travels: `tcp` or `udp`; none: tcp.
        transport: Option<String> = one_of_or_none(&["tcp", "udp"]) in Settings,
    }
    check(row) {
        // A new key must be one that nobody guesses.
        if let (Some(id), Some(Some(key))) = (&id, &push_key)
            && let Some(why) = push_key_fault(key)
            && row.known.push_keys.get(id.as_str()) != Some(&key_sum(key))
        {
            row.fault("push_key", why);
        }
    }
}

noun! {
    /// `[[robot]]`
    "robot" Robot in robots, |row| row.id.to_string(), called number {
        /// Its id.
        id: RobotId = must declared(),
        /// As people call it.
        number: String = must only("robot number"),
        /// The number it calls from; may be empty.
        phone: String = text_or_empty(),
        /// Its link key; may be empty.
        key: String = link_key() in Sealed,
    }
    check(row) {
        if let (Some(id), Some(number)) = (&id, &number) {
            let at = row.place("number");
            row.names.robot_number(number, id.as_str(), at);
        }
    }
}

noun! {
    /// `[[seat]]`
    "seat" Seat in seats, |row| row.number.clone(), called number {
        /// As people dial it.
        number: String = must only("seat"),
    }
}

noun! {
    /// `[[person]]`
    "person" Person in people, |row| row.username.clone(), called name {
        /// The account.
        username: String = must only("person"),
        /// The name people know.
        name: String = must text(),
        /// Their one role.
        role: Role = must parsed(),
        /// Taken as given, for a new person only; absent in an export, where only a hash is known.
        password: Option<String> = secret() in First,
        /// Lots they may see.
        lots: Vec<LotId> = refers_each(SiteTable::Lot) in Apart,
        /// Areas they may see, with everything below.
        areas: Vec<AreaId> = refers_each(SiteTable::Area) in Apart,
        /// Whether the password is for the first login only. Where nothing is said it is for logins from the hub's own machine,
        /// and is changed at the first from another: whoever wrote it down knows it.
        must_change: Option<bool> = truth_or_none() in First,
    }
}

noun! {
    /// `[[reason]]`
    "reason" Reason in reasons, |row| row.code.clone(), called text {
        /// Its short name in records.
        code: String = must code(),
        /// Shown to people.
        text: String = must text(),
        /// `entry`, `exit` or `any`.
        direction: String = must one_of(&["entry", "exit", "any"]),
        /// A remark is required; entries always require one.
        remark: bool = truth(true),
        /// Fewest photos at an exit.
        photos_min: u32 = number(1, 0),
        /// Most photos at an exit.
        photos_max: u32 = number(3, 0),
        /// A supervisor must allow it.
        approval: bool = truth(false),
    }
    check(row) {
        if photos_max > Some(3) {
            row.fault("photos_max", "must be 3 or less");
        }
        if photos_min > photos_max {
            row.fault("photos_min", "must not be above photos_max");
        }
    }
}

noun! {
    /// `[[pass]]`
    "pass" Pass in passes, |row| format!("{} {}", row.lot, row.plates.join(" ")), called plates {
        /// Where it is good.
        lot: LotId = must refers(SiteTable::Lot) at "lot_id",
        /// The plates that share it, in the order given.
        plates: Vec<String> = plates() in Apart,
        /// Its status.
        status: PassStatus = must parsed(),
        /// First moment.
        valid_from: Timestamp = must time(false),
        /// Last moment.
        valid_to: Timestamp = must time(true),
        /// Parking spaces its plates share.
        spaces: i64 = number(1, 1),
    }
    check(row) {
        if let (Some(lot), Some(plates)) = (&lot, &plates) {
            row.only_once("pass", format!("{} of lot {lot}", plates.join(" ")), "plates");
        }
        if valid_to.is_some() && valid_to < valid_from {
            row.fault("valid_to", "is before valid_from");
        }
    }
}

noun! {
    /// `[[vehicle]]`
    "vehicle" Vehicle in vehicles, |row| format!("{}:{}", row.lot, row.plate), called plate {
        /// Where this holds.
        lot: LotId = must refers(SiteTable::Lot) at "lot_id",
        /// The plate.
        plate: String = must plate(),
        /// The owner locked it.
        locked: bool = truth(false),
        /// The lot bars it.
        blacklisted: bool = truth(false),
    }
    check(row) {
        if let (Some(lot), Some(plate)) = (&lot, &plate) {
            row.only_once("vehicle", format!("{plate} of lot {lot}"), "plate");
        }
    }
}

noun! {
    /// `[[tariff]]`
    "tariff" Tariff in tariffs, |row| row.lot.to_string(), called lot {
        /// Where it holds.
        lot: LotId = must refers(SiteTable::Lot) at "lot_id",
        /// Minutes that cost nothing.
        free_minutes: u32 = number(0, 0),
        /// Length of the first period.
        first_minutes: u32 = must number_required(1),
        /// Its price.
        first_fen: Fen = must fen(),
        /// Length of each later period.
        step_minutes: u32 = must number_required(1),
        /// Its price.
        step_fen: Fen = must fen(),
        /// Most that 24 hours cost; none: no cap.
        day_cap_fen: Option<Fen> = fen_or_none(),
    }
    check(row) {
        if let Some(lot) = &lot {
            row.only_once("tariff of lot", lot.to_string(), "lot");
        }
    }
}

noun! {
    /// `[[integration]]`
    "integration" Integration in integrations, |row| row.id.to_string(), called id {
        /// Its id, sent as `X-Integration`.
        id: IntegrationId = must parsed(),
        /// `telephony` or `payments`.
        kind: String = must one_of(&["telephony", "payments"]),
        /// The HMAC key.
        secret: String = must secret_required() in Sealed,
    }
    check(row) {
        if let Some(id) = &id {
            row.only_once("integration", id.to_string(), "id");
        }
    }
}

noun! {
    /// `[[template]]`
    "template" Template in templates, |row| format!("{} {}", row.scene, row.lang), called scene {
        /// The scene.
        scene: RobotScene = must parsed(),
        /// The language.
        lang: RobotLanguage = must parsed(),
        /// Shown; its first line is the heading.
        text: String = must shown(scene, lang),
        /// Said; may be empty.
        speech: String = said(scene),
    }
    check(row) {
        if let (Some(scene), Some(lang)) = (scene, lang) {
            row.only_once("template", format!("{scene} {lang}"), "scene");
        }
    }
}
