//! Typed ids: strings on the wire, never mixed up in code.

use std::fmt;
use std::str::FromStr;

/// A word outside a closed set, for example an unknown direction in a site file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a {kind}")]
pub struct UnknownWord {
    /// The set it should have come from.
    pub kind: &'static str,
    /// What was given.
    pub text: String,
}

/// Text that is no id: empty, longer than 40 characters or with a character outside `[A-Za-z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id: 1 to 40 of A-Z a-z 0-9 _ - are allowed")]
pub struct BadId;

fn check(text: &str) -> Result<(), BadId> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if (1..=40).contains(&text.len()) && text.bytes().all(allowed) { Ok(()) } else { Err(BadId) }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "shapes", schema(value_type = String, pattern = "^[A-Za-z0-9_-]{1,40}$"))]
        #[cfg_attr(feature = "shapes", specta(transparent))]
        pub struct $name(String);

        impl $name {
            /// A new `UUIDv7`; the caller passes nothing because ids carry no meaning but order.
            pub fn new() -> Self { Self(uuid::Uuid::now_v7().to_string()) }
            /// The text as it stands on the wire.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl Default for $name { fn default() -> Self { Self::new() } }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { check(text)?; Ok(Self(text.to_owned())) }
        }
        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> { check(&text)?; Ok(Self(text)) }
        }
        impl From<$name> for String { fn from(id: $name) -> Self { id.0 } }
    )+};
}

ids! {
    /// An area of the scope tree.
    AreaId,
    /// A car park.
    LotId,
    /// One entry or exit way of a lot.
    LaneId,
    /// A camera, barrier controller or relay.
    DeviceId,
    /// A kiosk at a lane, as the site file names it.
    RobotId,
    /// A person who can log in.
    PersonId,
    /// A telephone position.
    SeatId,
    /// One piece of handling, from claim or call to close.
    CaseId,
    /// A driver's call.
    CallId,
    /// The record of one manual opening.
    OpeningId,
    /// One vehicle's time in a lot.
    StayId,
    /// One payment.
    PaymentId,
    /// A monthly pass.
    PassId,
    /// A picture kept as evidence or context.
    PhotoId,
    /// One reading of a plate by a camera.
    ReadId,
    /// A supervisor's leave for a release.
    ApprovalId,
    /// What a vehicle still owes from before (R38).
    DebtId,
    /// A barrier that rose without us (R40).
    RiseId,
    /// A pattern found in the records.
    WarningId,
    /// A telephone or payment system that signs its requests.
    IntegrationId,
}

/// The id of an order, made by the desk: any UUID. Sent twice, the order acts once (R26).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[cfg_attr(feature = "shapes", schema(value_type = String, format = "uuid"))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct OrderId(#[cfg_attr(feature = "shapes", specta(type = String))] uuid::Uuid);

impl OrderId {
    /// A new order id, made where the person pressed.
    pub fn new() -> Self {
        Self(uuid::Uuid::now_v7())
    }
}
impl Default for OrderId {
    fn default() -> Self {
        Self::new()
    }
}
impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for OrderId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        text.parse().map(Self).map_err(|_| BadId)
    }
}

/// Rises with every change of a lane's holder; an order that carries an old fence never reaches a device (R13).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Fence(#[cfg_attr(feature = "shapes", specta(type = i32))] pub i64);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn new_ids_are_ids_and_come_in_the_order_they_were_made() {
        let ids: Vec<CaseId> = (0..100).map(|_| CaseId::new()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(ids[0].as_str().parse(), Ok(ids[0].clone()));
    }

    #[test]
    fn an_order_s_id_is_any_uuid_in_any_writing() {
        let plain: OrderId = "67E55044-10B1-426F-9247-BB680E5FE0C8".parse().unwrap();
        assert_eq!(plain.to_string(), "67e55044-10b1-426f-9247-bb680e5fe0c8");
        assert_eq!("67e5504410b1426f9247bb680e5fe0c8".parse(), Ok(plain), "once is once (R26)");
        assert_eq!("order-1".parse::<OrderId>(), Err(BadId));
    }

    proptest! {
        #[test]
        fn an_id_is_1_to_40_plain_characters(text in "\\PC{0,44}") {
            let plain = (1..=40).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
            prop_assert_eq!(text.parse::<LaneId>().is_ok(), plain);
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<LaneId>(&json).is_ok(), plain);
        }

        #[test]
        fn site_file_names_pass(text in "[A-Za-z0-9_-]{1,40}") {
            prop_assert_eq!(text.parse::<LaneId>().unwrap().to_string(), text);
        }
    }
}
