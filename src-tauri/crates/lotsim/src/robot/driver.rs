//! What the driver before a robot does: calls, pays, gives up. Telephone and payment systems tell the hub of it, signed
//! as real ones do.

use super::Robot;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

/// A system that signs its events.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// `X-Integration`.
    pub id: String,
    /// Its HMAC key.
    pub secret: String,
}

impl std::fmt::Debug for Integration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Integration").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why a driver could not do that.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    /// There is no such system at this site.
    #[error("the robot has no {0} system")]
    NoSystem(&'static str),
    /// It has no link to press the button over.
    #[error("the robot is not linked")]
    NotLinked,
    /// No code to pay stands on the screen.
    #[error("there is nothing to pay on the screen")]
    NothingToPay,
    /// The driver is in no call.
    #[error("the driver is in no call")]
    NoCall,
    /// The hub did not take it.
    #[error("the hub said {0}")]
    Refused(u16),
    /// The hub was not reached.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

impl Robot {
    /// The driver presses the call button; the telephone system rings at the call centre, or where there is none the
    /// robot itself tells the hub. Answers the call's id.
    pub async fn press_call(&self) -> Result<String, DriverError> {
        let call = uuid::Uuid::now_v7().to_string();
        if self.config().telephony.is_some() {
            self.call_event("call.ringing", &call).await?;
        } else {
            self.says(json!({"type": "call"}))?;
        }
        self.0.now.send_modify(|now| now.call = Some(call.clone()));
        Ok(call)
    }

    /// The call centre picks the call up.
    pub async fn answered(&self) -> Result<(), DriverError> {
        let call = self.now().call.ok_or(DriverError::NoCall)?;
        self.call_event("call.answered", &call).await
    }

    /// The call ends.
    pub async fn hang_up(&self) -> Result<(), DriverError> {
        let call = self.now().call.ok_or(DriverError::NoCall)?;
        if self.config().telephony.is_some() {
            self.call_event("call.ended", &call).await?;
        } else {
            self.says(json!({"type": "hung_up"}))?;
        }
        self.0.now.send_modify(|now| now.call = None);
        Ok(())
    }

    fn says(&self, frame: Value) -> Result<(), DriverError> {
        if !self.now().linked {
            return Err(DriverError::NotLinked);
        }
        self.0.says.send(frame).map_err(|_| DriverError::NotLinked)
    }

    async fn call_event(&self, what: &str, call: &str) -> Result<(), DriverError> {
        let config = self.config();
        let by = config.telephony.as_ref();
        let by = by.ok_or(DriverError::NoSystem("telephone"))?;
        let event = json!({
            "event_id": uuid::Uuid::now_v7(),
            "type": what,
            "call_id": call,
            "robot_number": config.number,
            "occurred_at": crate::journal::now(),
        });
        self.post("telephony", by, &event).await
    }

    /// The driver scans the code on the screen and pays what it says. Answers the amount in 分.
    pub async fn pay(&self) -> Result<i64, DriverError> {
        let by = self.config().payments.as_ref();
        let by = by.ok_or(DriverError::NoSystem("payment"))?;
        let url = self.now().show["qr"]["url"].as_str().map(str::to_owned);
        let asked = url.as_deref().and_then(asked).ok_or(DriverError::NothingToPay)?;
        let event = json!({
            "event_id": uuid::Uuid::now_v7(),
            "lot": asked.lot,
            "stay": asked.stay,
            "amount_fen": asked.amount,
            "paid_at": crate::journal::now(),
            "channel": "wechat",
        });
        self.post("payments", by, &event).await?;
        Ok(asked.amount)
    }

    async fn post(&self, path: &str, by: &Integration, event: &Value) -> Result<(), DriverError> {
        let body = event.to_string();
        let timestamp = (crate::journal::now().0 / 1000).to_string();
        let url = format!("{}/api/integrations/{path}/events", self.0.hub.borrow().as_str());
        let request = self.0.http.post(url).header("x-integration", &by.id);
        let request = request
            .header("x-signature", signature(&by.secret, &timestamp, &body))
            .header("x-timestamp", timestamp)
            .header("content-type", "application/json");
        let answer = request.body(body).send().await?;
        if answer.status().is_success() { Ok(()) } else { Err(DriverError::Refused(answer.status().as_u16())) }
    }
}

fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    let mac = mac.chain_update(format!("{timestamp}.{body}"));
    hex::encode(mac.finalize().into_bytes())
}

/// What a payment code asks for.
struct PaymentCodeQuery {
    lot: String,
    stay: String,
    amount: i64,
}

/// Reads the demo's payment address, `…?lot=…&stay=…&amount_fen=…`.
fn asked(url: &str) -> Option<PaymentCodeQuery> {
    let (_, query) = url.split_once('?')?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    Some(PaymentCodeQuery {
        lot: value("lot")?.to_owned(),
        stay: value("stay").filter(|stay| !stay.is_empty())?.to_owned(),
        amount: value("amount_fen")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_amount_is_read_from_the_code() {
        let asked = asked("https://pay.example/p?lot=cyds&stay=s-1&amount_fen=1200").unwrap();
        assert_eq!((asked.lot.as_str(), asked.stay.as_str()), ("cyds", "s-1"));
        assert_eq!(asked.amount, 1200);
        assert!(super::asked("https://renew.example/").is_none());
    }
}
