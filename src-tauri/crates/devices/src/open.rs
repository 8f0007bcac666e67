//! From a site file's words to a device.

use crate::{
    Device, Networks,
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
    /// The address is no http or https address. Not repeated: a password may stand in it.
    #[error("its address is no http:// or https:// address of a device")]
    Address,
    /// The address is none a device may have.
    #[error("its address is outside the networks that devices may have: {0}")]
    Outside(Networks),
    /// The HTTP client could not be built.
    #[error("no HTTP client: {0}")]
    Client(reqwest::Error),
}

/// Opens a device by its driver's name. `settings` is the device's row without `id` and `driver`; nothing is sent yet, and
/// later nothing but to `networks`.
pub fn open_device(driver: &str, settings: &Value, networks: &Networks) -> Result<Arc<dyn Device>, OpenError> {
    match driver {
        hikvision::NAME => {
            let mut settings = hikvision_settings(settings)?;
            settings.networks = networks.clone();
            Ok(Arc::new(Hikvision::new(settings)?))
        }
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
    serde_json::from_value(settings.clone()).map_err(|why| OpenError::Settings { driver: hikvision::NAME, why })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_driver_not_built_yet_is_refused_with_its_name() {
        for try_it in
            [open_device("dahua", &json!({}), &Networks::private()).err(), check_device("dahua", &json!({})).err()]
        {
            let said = try_it.map(|error| error.to_string());
            assert_eq!(said.as_deref(), Some("there is no driver named \"dahua\""));
        }
    }

    #[test]
    fn settings_are_checked_the_same_way_with_and_without_a_device() {
        let good = json!({"url": "http://10.0.0.9", "username": "admin", "password": "x", "channel": 1});
        assert!(check_device("hikvision", &good).is_ok());
        let usual = Networks::private();
        let device = open_device("hikvision", &good, &usual).unwrap();
        assert!(device.barrier().is_some() && device.plate_camera().is_some());
        for bad in [
            json!({}),
            json!({"url": "10.0.0.9"}),
            json!({"url": "http://a", "chanel": 1}),
            json!({"url": "http://a", "transport": "multicast"}),
        ] {
            assert!(check_device("hikvision", &bad).is_err(), "{bad}");
            assert!(open_device("hikvision", &bad, &usual).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_device_outside_the_networks_is_not_opened_and_no_password_is_told() {
        let open = |url: &str, rtsp: &str| {
            let settings = json!({"url": url, "username": "a", "password": "secret", "rtsp": rtsp});
            open_device("hikvision", &settings, &Networks::private()).err()
        };
        assert!(open("http://10.0.0.9", "").is_none());
        for (url, rtsp) in [
            ("http://127.0.0.1:9", ""),
            ("http://169.254.169.254", ""),
            ("http://0x7f.1", ""),
            ("http://2130706433", ""),
            ("http://10.0.0.9", "rtsp://203.0.113.7/live"),
        ] {
            let refused = open(url, rtsp);
            assert!(matches!(refused, Some(OpenError::Outside(_))), "{url} {rtsp}");
        }
        let told = open("ftp://a:secret@10.0.0.9", "").map(|error| error.to_string());
        assert!(told.is_some_and(|told| !told.contains("secret")));
    }

    #[test]
    fn the_live_picture_has_the_makers_address_or_its_own() {
        let address = |rtsp: &str| {
            let settings = json!({"url": "http://10.0.0.9:81", "username": "a", "password": "p/w", "rtsp": rtsp});
            let opened = open_device("hikvision", &settings, &Networks::private());
            opened.unwrap().rtsp_url()
        };
        let usual = "rtsp://10.0.0.9:554/Streaming/Channels/101";
        assert_eq!(address("").as_deref(), Some(usual));
        let own = "rtsp://10.0.0.8/live";
        assert_eq!(address(own).as_deref(), Some(own));
    }
}
