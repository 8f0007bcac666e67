//! From a site file's words to a device.

use crate::{
    Device,
    hikvision::{Hikvision, HikvisionSettings},
};
use serde_json::Value;
use std::sync::Arc;

/// Why a device of the site file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No driver of this name is built into this hub.
    #[error("there is no driver named {0:?}")]
    NoDriver(String),
    /// The settings do not fit the driver.
    #[error("settings of a {driver} device: {why}")]
    Settings {
        /// Whose settings.
        driver: &'static str,
        /// What is wrong with them, from the parser.
        why: serde_json::Error,
    },
    /// The address is no http or https address.
    #[error("{0:?} is no http:// or https:// address of a device")]
    Address(String),
    /// The HTTP client could not be built.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
}

fn hikvision(settings: &Value) -> Result<Hikvision, OpenError> {
    let settings: HikvisionSettings =
        serde_json::from_value(settings.clone()).map_err(|why| OpenError::Settings {
            driver: hikvision::NAME,
            why,
        })?;
    Hikvision::new(settings)
}
use crate::hikvision;

/// Opens a device by its driver's name. `settings` is the device's row without `id` and `driver`; nothing is sent yet.
pub fn open_device(driver: &str, settings: &Value) -> Result<Arc<dyn Device>, OpenError> {
    match driver {
        hikvision::NAME => Ok(Arc::new(hikvision(settings)?)),
        other => Err(OpenError::NoDriver(other.to_owned())),
    }
}

/// Checks driver name and settings without keeping the device, for the validation of a whole site file.
pub fn check_device(driver: &str, settings: &Value) -> Result<(), OpenError> {
    open_device(driver, settings).map(drop)
}
