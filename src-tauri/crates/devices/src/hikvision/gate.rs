//! Orders to the arm and its state (DEVICES.md 1.2, 1.3).

use super::{
    address::Address,
    answer::{data_answer, order_answer},
    digest::Credentials,
    line::{DeviceConnection, Reply},
    settings::{HikvisionSettings, Timeouts},
    xml::Leaves,
};
use crate::{DeviceError, Networks, Permit};
use bytes::Bytes;
use hyper::{Method, Request, http::request::Builder};
use lanedesk_domain::{barrier::BarrierState, order::BarrierAction};
use quick_xml::escape::escape;
use reqwest::{
    StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use std::sync::Arc;

/// The arm of one channel.
pub(crate) struct Gate {
    address: Address,
    credentials: Arc<Credentials>,
    timeouts: Timeouts,
    networks: Networks,
    order_path: String,
    status_path: String,
    namespace: String,
}

impl Gate {
    pub(crate) fn new(address: Address, credentials: Arc<Credentials>, settings: &HikvisionSettings) -> Self {
        let gate = format!("/ISAPI/Parking/channels/{}/barrierGate", settings.channel);
        Self {
            order_path: address.path(&gate),
            status_path: format!("{gate}/barrierGateStatus"),
            address,
            credentials,
            timeouts: settings.timeouts,
            networks: settings.networks.clone(),
            namespace: settings.namespace.clone(),
        }
    }

    /// Path of the status question, before the address's own prefix.
    pub(crate) fn status_path(&self) -> &str {
        &self.status_path
    }

    /// Sends one order. The permit is looked at after the connection stands and before each request, and an answered
    /// challenge is the only thing that lets a second request follow: the device did nothing upon the first.
    pub(crate) async fn order(&self, action: BarrierAction, permit: &dyn Permit) -> Result<(), DeviceError> {
        self.credentials.held()?;
        let mut line = self.line().await?;
        if !self.credentials.primed() {
            self.prime(&mut line).await?;
        }
        for _ in 0..2 {
            if !line.usable().await {
                line = self.line().await?;
            }
            permit.check().await?;
            if let Some(reply) = self.put(&mut line, action).await? {
                return order_answer(reply.status, &reply.body);
            }
        }
        Err(DeviceError::Unauthorised { tries_left: None })
    }

    async fn line(&self) -> Result<DeviceConnection, DeviceError> {
        DeviceConnection::open(&self.address, &self.networks, &self.timeouts).await
    }

    /// One request that may move the arm. `None`: the device asked for a fresh answer to its challenge instead.
    async fn put(&self, line: &mut DeviceConnection, action: BarrierAction) -> Result<Option<Reply>, DeviceError> {
        let sent = self.credentials.answer("PUT", &self.order_path);
        let mut request = request(Method::PUT, &self.order_path);
        if let Some(sent) = &sent {
            request = request.header(AUTHORIZATION, &sent.header);
        }
        let request = request.header(CONTENT_TYPE, "application/xml");
        let body = order_xml(action, &self.namespace);
        let reply = line.send(request, body, self.timeouts.order).await?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.credentials.challenged(&reply.headers, &reply.body, sent.as_ref())?;
            return Ok(None);
        }
        if let Some(sent) = &sent {
            self.credentials.accepted(sent);
        }
        Ok(Some(reply))
    }

    /// Gets a challenge by asking for the state, so that no order is spent on a 401. Nothing that moves is sent here,
    /// so a missing answer means that nothing was.
    async fn prime(&self, line: &mut DeviceConnection) -> Result<(), DeviceError> {
        let path = self.address.path(&self.status_path);
        let request = request(Method::GET, &path);
        let reply = line
            .send(request, Bytes::new(), self.timeouts.status)
            .await
            .map_err(|_| DeviceError::NotSent("the device did not answer a question before the order"))?;
        if reply.status == StatusCode::UNAUTHORIZED {
            self.credentials.challenged(&reply.headers, &reply.body, None)?;
        }
        Ok(())
    }
}

fn request(method: Method, path: &str) -> Builder {
    Request::builder().method(method).uri(path)
}

/// The body of an order, with an XML declaration as the device's own page sends it.
fn order_xml(action: BarrierAction, namespace: &str) -> Bytes {
    let mode = match action {
        BarrierAction::Open => "open",
        BarrierAction::Close => "close",
    };
    let attributes =
        if namespace.is_empty() { String::new() } else { format!(r#" version="2.0" xmlns="{}""#, escape(namespace)) };
    let declaration = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
    let text = format!("{declaration}\n<BarrierGate{attributes}><ctrlMode>{mode}</ctrlMode></BarrierGate>");
    Bytes::from(text)
}

/// The state in an answer: 0 no signal wired, 1 closed, 2 open.
pub(crate) fn read_state(status: StatusCode, body: &[u8]) -> Result<BarrierState, DeviceError> {
    data_answer(status, body)?;
    let leaves = Leaves::read(body).map_err(|_| DeviceError::BadAnswer("the state is no readable XML"))?;
    match leaves.number::<u8>("barrierGateStatus") {
        Some(0) => Ok(BarrierState::Unknown),
        Some(1) => Ok(BarrierState::Closed),
        Some(2) => Ok(BarrierState::Open),
        _ => Err(DeviceError::BadAnswer("no state in it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_written_with_and_without_namespace() {
        let bare = order_xml(BarrierAction::Open, "");
        assert!(bare.ends_with(b"<BarrierGate><ctrlMode>open</ctrlMode></BarrierGate>"));
        let named = order_xml(BarrierAction::Close, "http://www.isapi.org/ver20/XMLSchema\"");
        let text = std::str::from_utf8(&named).unwrap();
        assert!(text.contains(r#"xmlns="http://www.isapi.org/ver20/XMLSchema&quot;""#));
        assert!(text.contains("<ctrlMode>close</ctrlMode>"));
    }

    #[test]
    fn zero_is_unknown_and_never_closed() {
        let state = |text: &str| {
            let xml = format!(
                "<BarrierGateStatus xmlns=\"x\"><barrierGateStatus>{text}</barrierGateStatus></BarrierGateStatus>"
            );
            read_state(StatusCode::OK, xml.as_bytes())
        };
        assert_eq!(state("0"), Ok(BarrierState::Unknown));
        assert_eq!(state("1"), Ok(BarrierState::Closed));
        assert_eq!(state("2"), Ok(BarrierState::Open));
        assert!(state("3").is_err() && state("").is_err());
        assert!(read_state(StatusCode::OK, b"OK").is_err());
    }
}
