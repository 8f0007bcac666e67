//! What a device says about a request: `ResponseStatus`, in XML or JSON, under whatever HTTP status (DEVICES.md 1.7).

use super::xml::Leaves;
use crate::DeviceError;
use reqwest::StatusCode;

/// The parts of a `ResponseStatus` that decide.
#[derive(Debug, Default, PartialEq, Eq)]
struct ResponseStatus {
    code: Option<i64>,
    words: String,
    sub: String,
}

impl ResponseStatus {
    fn read(body: &[u8]) -> Option<Self> {
        let start = body.iter().find(|b| !b.is_ascii_whitespace())?;
        if *start == b'{' { Self::from_json(body) } else { Self::from_xml(body) }
    }

    fn from_xml(body: &[u8]) -> Option<Self> {
        let leaves = Leaves::read(body).ok()?;
        if !leaves.root().eq_ignore_ascii_case("ResponseStatus") {
            return None;
        }
        let text = |tail| leaves.first(tail).unwrap_or_default().to_owned();
        Some(Self {
            code: leaves.number("ResponseStatus/statusCode"),
            words: text("ResponseStatus/statusString"),
            sub: text("ResponseStatus/subStatusCode"),
        })
    }

    fn from_json(body: &[u8]) -> Option<Self> {
        let json: serde_json::Value = serde_json::from_slice(body).ok()?;
        let json = json.get("ResponseStatus").unwrap_or(&json);
        let text = |key| {
            let text = json.get(key).and_then(serde_json::Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let code = json.get("statusCode")?;
        let code = code.as_i64().or_else(|| code.as_str()?.parse().ok());
        let words = [text("statusString"), text("errorMsg")];
        Some(Self { code, words: words.join(" ").trim().to_owned(), sub: text("subStatusCode") })
    }

    /// 0 and 1 are OK, and so is 7, "done, reboot to keep it"; a sub status that says otherwise wins.
    fn is_ok(&self) -> bool {
        let sub_ok = self.sub.is_empty() || self.sub.eq_ignore_ascii_case("ok");
        match self.code {
            Some(0 | 1) => sub_ok,
            Some(7) => true,
            Some(_) => false,
            None => self.words.eq_ignore_ascii_case("ok") && sub_ok,
        }
    }

    fn error(&self) -> DeviceError {
        let words =
            [self.words.as_str(), self.sub.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let words = match (words.is_empty(), self.code) {
            (false, _) => words.join(", "),
            (true, Some(code)) => format!("status {code}"),
            (true, None) => "no reason given".to_owned(),
        };
        let words: String = words.chars().take(200).collect();
        let sub = self.sub.to_ascii_lowercase();
        if sub.contains("notsupport") || sub.contains("methodnotallowed") {
            DeviceError::NotSupported { words }
        } else {
            DeviceError::Refused { words }
        }
    }
}

/// What the device thinks of an order. Only a whole, positive `ResponseStatus` is a yes.
pub(crate) fn order_answer(status: StatusCode, body: &[u8]) -> Result<(), DeviceError> {
    match ResponseStatus::read(body) {
        Some(said) if said.is_ok() && status.is_success() => Ok(()),
        Some(said) if said.is_ok() => Err(http_refusal(status)),
        Some(said) => Err(said.error()),
        None if status.is_success() => Err(DeviceError::BadAnswer("no ResponseStatus")),
        None => Err(http_refusal(status)),
    }
}

/// Whether an answer that should carry data says no instead.
pub(crate) fn data_answer(status: StatusCode, body: &[u8]) -> Result<(), DeviceError> {
    match ResponseStatus::read(body) {
        Some(said) if !said.is_ok() => Err(said.error()),
        _ if status.is_success() => Ok(()),
        _ => Err(http_refusal(status)),
    }
}

/// A refusal of which only the HTTP status is known. A server error may have come after the movement began.
fn http_refusal(status: StatusCode) -> DeviceError {
    match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            DeviceError::NotSupported { words: format!("HTTP {}", status.as_u16()) }
        }
        status if status.is_client_error() => DeviceError::Refused { words: format!("HTTP {}", status.as_u16()) },
        _ => DeviceError::BadAnswer("an HTTP status that is neither yes nor no"),
    }
}

/// What a 401 says beside the challenge.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct UserCheck {
    /// Seconds the account stays locked.
    pub(crate) locked_for: Option<u64>,
    /// Tries left before it is locked.
    pub(crate) tries_left: Option<u32>,
}

impl UserCheck {
    /// Reads the body of a 401; one that is not understood says nothing.
    pub(crate) fn read(body: &[u8]) -> Self {
        let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
        let xml = Leaves::read(body).ok();
        let text = |key: &str| -> Option<String> {
            if let Some(json) = &json {
                let value = json.get("userCheck").unwrap_or(json).get(key)?;
                return Some(match value.as_str() {
                    Some(text) => text.to_owned(),
                    None => value.to_string(),
                });
            }
            xml.as_ref()?.first(key).map(str::to_owned)
        };
        let locked = text("lockStatus")
            .is_some_and(|word| word.eq_ignore_ascii_case("lock") || word.eq_ignore_ascii_case("locked"));
        // A lock without a time is taken for the maker's usual half hour.
        let seconds = text("unlockTime").and_then(|text| text.parse().ok());
        Self {
            locked_for: locked.then(|| seconds.unwrap_or(1800)),
            tries_left: text("retryLoginTime").and_then(|text| text.parse().ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO: &[u8] = b"<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString><subStatusCode>notSupport</subStatusCode></ResponseStatus>";

    #[test]
    fn not_supported_under_200_is_not_a_yes() {
        let said = order_answer(StatusCode::OK, NO);
        assert!(matches!(said, Err(DeviceError::NotSupported { .. })));
        assert_eq!(order_answer(StatusCode::FORBIDDEN, NO), said);
        assert_eq!(data_answer(StatusCode::OK, NO), said);
    }

    #[test]
    fn both_forms_of_yes_and_the_words_of_a_no() {
        let xml = b"<ResponseStatus><statusCode>1</statusCode><statusString>OK</statusString><subStatusCode>ok</subStatusCode></ResponseStatus>";
        assert_eq!(order_answer(StatusCode::OK, xml), Ok(()));
        let json = br#"{"statusCode":1,"statusString":"OK","subStatusCode":"ok"}"#;
        assert_eq!(order_answer(StatusCode::OK, json), Ok(()));
        let busy = br#"{"statusCode":2,"statusString":"Device Busy","subStatusCode":"deviceBusy","errorMsg":"moving"}"#;
        let words = "Device Busy moving, deviceBusy".to_owned();
        assert_eq!(order_answer(StatusCode::OK, busy), Err(DeviceError::Refused { words }));
    }

    #[test]
    fn an_answer_without_a_status_is_never_taken_for_a_yes() {
        for body in [&b""[..], b"OK", b"<html/>", b"{}", b"<ResponseStatus>"] {
            assert!(matches!(order_answer(StatusCode::OK, body), Err(DeviceError::BadAnswer(_))));
        }
    }

    #[test]
    fn a_lock_is_read_in_both_forms() {
        let xml = b"<userCheck><lockStatus>lock</lockStatus><unlockTime>1790</unlockTime><retryLoginTime>0</retryLoginTime></userCheck>";
        let json = br#"{"userCheck":{"lockStatus":"lock","unlockTime":1790,"retryLoginTime":0}}"#;
        for body in [&xml[..], json] {
            let said = UserCheck::read(body);
            assert_eq!((said.locked_for, said.tries_left), (Some(1790), Some(0)));
        }
        assert_eq!(UserCheck::read(b"nonsense"), UserCheck::default());
    }

    proptest! {
        #[test]
        fn noise_is_no_accepted_order(status in 200u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let status = StatusCode::from_u16(status).unwrap();
            prop_assert!(order_answer(status, &body).is_err(), "R26");
            prop_assert_eq!(data_answer(status, &body).is_ok(), status.is_success());
            prop_assert_eq!(UserCheck::read(&body).locked_for, None);
        }
    }
}
