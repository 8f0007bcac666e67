//! Drivers for the makers' protocols at a lane.
//!
//! One small trait a capability ([`Barrier`], [`PlateCamera`], [`StillCamera`], [`LiveCamera`]), one module a maker, one door
//! ([`open_device`]). A positive reply of a device is never taken for movement: orders end as "accepted", the state is
//! asked separately. Nothing here repeats an order (invariants 3, 5 and 6).

mod barrier;
mod device;
mod error;
pub mod hikvision;
mod live_camera;
mod networks;
mod open;
mod permit;
mod plate_camera;
mod rtsp;
mod still_camera;

pub use barrier::Barrier;
pub use device::Device;
pub use error::DeviceError;
pub use live_camera::{AccessUnit, LiveCamera, LiveError, LivePicture, LivePictures, LiveTransport, VideoParameters};
pub use networks::{BadNetwork, Networks, OutsideAddress};
pub use open::{OpenError, check_device, open_device};
pub use permit::{EndlessPermit, Permit, StaleOrder};
pub use plate_camera::{CameraNews, EventSource, PlateCamera, PlateRead, Travel};
pub use still_camera::{Still, StillCamera};
