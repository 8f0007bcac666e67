//! What can be made to go wrong at a lane's device.

use std::{fmt, str::FromStr};

/// One fault switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// Takes requests and never answers; nothing moves.
    Silent,
    /// Answers late, by milliseconds; what was asked is done at once.
    Slow(u64),
    /// Does what was asked and breaks the connection in the middle of the reply.
    Reset,
    /// Says OK to an order and does not move.
    OkNoMove,
    /// Moves, and hangs up without a reply to the order.
    ReplyLost,
    /// Answers an order "not supported" under HTTP 200.
    NotSupported,
    /// Answers an order "device busy" under HTTP 200.
    Busy,
    /// Each nonce is good for one request only.
    StaleNonce,
    /// Every answer to a challenge is called stale.
    StaleAlways,
    /// The account is locked.
    Lockout,
    /// No password is right; the account locks after five tries.
    WrongPassword,
    /// Each event is sent twice.
    DuplicateEvents,
    /// With each event the past ones are told again, as history.
    ReplayEvents,
    /// Nothing listens.
    Offline,
    /// The limit switches are not wired: the state is 0.
    NoStatus,
    /// The device's clock is wrong, by milliseconds.
    ClockSkew(i64),
    /// Multipart is written with bare LF and without lengths.
    LfFraming,
    /// The moving picture is asked for, granted, and never comes.
    LiveSilent,
    /// In place of the moving picture comes what is none.
    LiveGarbage,
    /// The moving picture begins with a NAL unit that never ends.
    HugeNal,
    /// The moving picture has another size.
    Resize,
    /// The moving picture has no key frames.
    NoKeyFrame,
    /// Of the moving picture's packets one out of forty is lost.
    LiveLoss,
    /// The moving picture comes in datagrams only (UDP).
    UdpOnly,
    /// The moving picture is H.265.
    H265,
    /// There is no RTSP stream; the moving picture is JPEGs over HTTP.
    MjpegOnly,
}

/// A word that names no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fault; known: {known}", known = Fault::WORDS.join(" "))]
pub struct BadFault(String);

impl Fault {
    /// Every word, with an example number where one is needed.
    pub const WORDS: [&'static str; 26] = [
        "silent",
        "slow=1500",
        "reset",
        "ok-no-move",
        "reply-lost",
        "not-supported",
        "busy",
        "stale-nonce",
        "stale-always",
        "lockout",
        "wrong-password",
        "duplicate-events",
        "replay-events",
        "offline",
        "no-status",
        "clock-skew=60000",
        "lf-framing",
        "live-silent",
        "live-garbage",
        "huge-nal",
        "resize",
        "no-key-frame",
        "live-loss",
        "udp-only",
        "h265",
        "mjpeg-only",
    ];

    /// Whether both are the same switch, whatever their numbers.
    pub(crate) fn same_switch(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent => f.write_str("silent"),
            Self::Slow(ms) => write!(f, "slow={ms}"),
            Self::Reset => f.write_str("reset"),
            Self::OkNoMove => f.write_str("ok-no-move"),
            Self::ReplyLost => f.write_str("reply-lost"),
            Self::NotSupported => f.write_str("not-supported"),
            Self::Busy => f.write_str("busy"),
            Self::StaleNonce => f.write_str("stale-nonce"),
            Self::StaleAlways => f.write_str("stale-always"),
            Self::Lockout => f.write_str("lockout"),
            Self::WrongPassword => f.write_str("wrong-password"),
            Self::DuplicateEvents => f.write_str("duplicate-events"),
            Self::ReplayEvents => f.write_str("replay-events"),
            Self::Offline => f.write_str("offline"),
            Self::NoStatus => f.write_str("no-status"),
            Self::ClockSkew(ms) => write!(f, "clock-skew={ms}"),
            Self::LfFraming => f.write_str("lf-framing"),
            Self::LiveSilent => f.write_str("live-silent"),
            Self::LiveGarbage => f.write_str("live-garbage"),
            Self::HugeNal => f.write_str("huge-nal"),
            Self::Resize => f.write_str("resize"),
            Self::NoKeyFrame => f.write_str("no-key-frame"),
            Self::LiveLoss => f.write_str("live-loss"),
            Self::UdpOnly => f.write_str("udp-only"),
            Self::H265 => f.write_str("h265"),
            Self::MjpegOnly => f.write_str("mjpeg-only"),
        }
    }
}

impl FromStr for Fault {
    type Err = BadFault;
    fn from_str(text: &str) -> Result<Self, BadFault> {
        let bad = || BadFault(text.to_owned());
        let (word, number) = match text.split_once('=') {
            Some((word, number)) => (word, Some(number.parse::<i64>().map_err(|_| bad())?)),
            None => (text, None),
        };
        let plain = match word {
            "silent" => Self::Silent,
            "reset" => Self::Reset,
            "ok-no-move" => Self::OkNoMove,
            "reply-lost" => Self::ReplyLost,
            "not-supported" => Self::NotSupported,
            "busy" => Self::Busy,
            "stale-nonce" => Self::StaleNonce,
            "stale-always" => Self::StaleAlways,
            "lockout" => Self::Lockout,
            "wrong-password" => Self::WrongPassword,
            "duplicate-events" => Self::DuplicateEvents,
            "replay-events" => Self::ReplayEvents,
            "offline" => Self::Offline,
            "no-status" => Self::NoStatus,
            "lf-framing" => Self::LfFraming,
            "live-silent" => Self::LiveSilent,
            "live-garbage" => Self::LiveGarbage,
            "huge-nal" => Self::HugeNal,
            "resize" => Self::Resize,
            "no-key-frame" => Self::NoKeyFrame,
            "live-loss" => Self::LiveLoss,
            "udp-only" => Self::UdpOnly,
            "h265" => Self::H265,
            "mjpeg-only" => Self::MjpegOnly,
            "slow" => {
                let ms = u64::try_from(number.unwrap_or(1500)).map_err(|_| bad())?;
                return Ok(Self::Slow(ms));
            }
            "clock-skew" => return Ok(Self::ClockSkew(number.unwrap_or(60_000))),
            _ => return Err(bad()),
        };
        if number.is_some() { Err(bad()) } else { Ok(plain) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_understood_and_said_again() {
        for word in Fault::WORDS {
            assert_eq!(word.parse::<Fault>().unwrap().to_string(), word);
        }
        assert!("slow=x".parse::<Fault>().is_err());
        assert!("reset=1".parse::<Fault>().is_err());
        assert!("clear".parse::<Fault>().is_err());
    }
}
