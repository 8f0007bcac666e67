//! From a site file's words to a device.

use crate::{
    Device,
    hikvision::{self, Hikvision, HikvisionSettings},
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

/// Opens a device by its driver's name. `settings` is the device's row without `id` and `driver`; nothing is sent yet.
pub fn open_device(driver: &str, settings: &Value) -> Result<Arc<dyn Device>, OpenError> {
    match driver {
        hikvision::NAME => Ok(Arc::new(Hikvision::new(hikvision_settings(settings)?)?)),
        other => Err(OpenError::NoDriver(other.to_owned())),
    }
}

/// Checks driver name and settings without making a device, for the validation of a whole site file.
pub fn check_device(driver: &str, settings: &Value) -> Result<(), OpenError> {
    match driver {
        hikvision::NAME => Hikvision::check(&hikvision_settings(settings)?),
        other => Err(OpenError::NoDriver(other.to_owned())),
    }
}

fn hikvision_settings(settings: &Value) -> Result<HikvisionSettings, OpenError> {
    serde_json::from_value(settings.clone()).map_err(|why| OpenError::Settings {
        driver: hikvision::NAME,
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_driver_not_built_yet_is_refused_with_its_name() {
        for try_it in [
            open_device("dahua", &json!({})).err(),
            check_device("dahua", &json!({})).err(),
        ] {
            let said = try_it.map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some("there is no driver named \"dahua\""));
        }
    }

    #[test]
    fn settings_are_checked_the_same_way_with_and_without_a_device() {
        let good =
            json!({"url": "http://10.0.0.9", "username": "admin", "password": "x", "channel": 1});
        assert!(check_device("hikvision", &good).is_ok());
        let device = open_device("hikvision", &good).unwrap();
        assert!(device.barrier().is_some() && device.plate_camera().is_some());
        for bad in [
            json!({}),
            json!({"url": "10.0.0.9"}),
            json!({"url": "http://a", "chanel": 1}),
            json!({"url": "http://a", "transport": "multicast"}),
        ] {
            assert!(check_device("hikvision", &bad).is_err(), "{bad}");
            assert!(open_device("hikvision", &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_live_picture_has_the_makers_address_or_its_own() {
        let address = |rtsp: &str| {
            let settings = json!({"url": "http://10.0.0.9:81", "username": "a", "password": "p/w", "rtsp": rtsp});
            open_device("hikvision", &settings).unwrap().rtsp_url()
        };
        let usual = "rtsp://a:p%2Fw@10.0.0.9:554/Streaming/Channels/101";
        assert_eq!(address("").as_deref(), Some(usual));
        let own = "rtsp://b:c@10.0.0.8/live";
        assert_eq!(address(own).as_deref(), Some(own));
    }
}
