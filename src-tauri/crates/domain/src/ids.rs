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
    if (1..=40).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(())
    } else {
        Err(BadId)
    }
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "shapes", schema(value_type = String))]
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
    /// A telephone or payment system that signs its requests.
    IntegrationId,
}

/// The id of an order, made by the desk: any UUID. Sent twice, the order acts once (R26).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
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
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Fence(#[cfg_attr(feature = "shapes", specta(type = i32))] pub i64);
