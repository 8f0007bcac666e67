//! The service that desks show notifications by.
#![expect(
    clippy::too_many_arguments,
    clippy::used_underscore_binding,
    clippy::unused_self,
    reason = "the signatures are the specification's; the macro uses every parameter, the service does not"
)]

use super::Shown;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use zbus::zvariant::OwnedValue;

/// The Desktop Notifications Specification, as far as programs need it to believe in it.
pub(super) struct Notifications {
    pub(super) shown: Arc<Mutex<Vec<Shown>>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    fn notify(
        &self,
        _app: &str,
        replaces: u32,
        _icon: &str,
        summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire: i32,
    ) -> u32 {
        let mut shown = self.shown.lock().unwrap();
        shown.push((summary, body));
        if replaces == 0 { u32::try_from(shown.len()).unwrap() } else { replaces }
    }

    fn close_notification(&self, _id: u32) {}

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("lanedesk-tests".into(), "lanedesk".into(), "1".into(), "1.2".into())
    }
}
