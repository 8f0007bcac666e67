//! A driver's script: what somebody before a robot does, one thing after another, told to a site that runs.

use crate::{RobotFault, RobotNow, Vehicle};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};
use tokio::time::{Instant, sleep};

/// How often it is looked whether the next thing can be done.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Who the document is of, where nobody says.
const SOMEBODY: &str = "王五";

/// One thing a driver does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Comes to the robot's lane; without a plate where none is given. The second is what the camera reads.
    Arrive(Option<String>, Option<String>),
    /// Presses the call button.
    Call,
    /// The call centre picks up.
    Answer,
    /// Ends the call.
    HangUp,
    /// Holds a document of this name before the camera.
    Document(String),
    /// Takes the document away.
    PutAway,
    /// Waits until the robot shows this scene.
    Shows(String),
    /// Scans the code on the screen and pays what it says, as soon as there is one.
    Pay,
    /// Drives off, as soon as the bar is up.
    DriveOff,
    /// Ends the call, where there is one, and turns back.
    GiveUp,
    /// The robot misbehaves from now on, or behaves again.
    Fault(RobotFault),
}

/// A word that is no step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("drivers do no such thing as {0:?}; see `lotsim drive --help`")]
pub struct BadStep(String);

impl FromStr for Step {
    type Err = BadStep;

    fn from_str(text: &str) -> Result<Self, BadStep> {
        let (word, about) = match text.trim().split_once('=') {
            Some((word, about)) => (word, Some(about.trim().to_owned())),
            None => (text.trim(), None),
        };
        let bad = || BadStep(text.to_owned());
        Ok(match (word, about) {
            ("arrive", None) => Self::Arrive(None, None),
            ("arrive", Some(plate)) => match plate.split_once('/') {
                Some((plate, read)) => Self::Arrive(Some(plate.to_owned()), Some(read.to_owned())),
                None => Self::Arrive(Some(plate), None),
            },
            ("call", None) => Self::Call,
            ("answer", None) => Self::Answer,
            ("hang-up", None) => Self::HangUp,
            ("document", name) => Self::Document(name.unwrap_or_else(|| SOMEBODY.to_owned())),
            ("put-away", None) => Self::PutAway,
            ("shows", Some(scene)) => Self::Shows(scene),
            ("pay", None) => Self::Pay,
            ("drive-off", None) => Self::DriveOff,
            ("give-up", None) => Self::GiveUp,
            ("fault", Some(fault)) => Self::Fault(serde_json::from_value(Value::String(fault)).map_err(|_| bad())?),
            _ => return Err(bad()),
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arrive(None, _) => f.write_str("arrive"),
            Self::Arrive(Some(plate), None) => write!(f, "arrive={plate}"),
            Self::Arrive(Some(plate), Some(read)) => write!(f, "arrive={plate}/{read}"),
            Self::Call => f.write_str("call"),
            Self::Answer => f.write_str("answer"),
            Self::HangUp => f.write_str("hang-up"),
            Self::Document(name) => write!(f, "document={name}"),
            Self::PutAway => f.write_str("put-away"),
            Self::Shows(scene) => write!(f, "shows={scene}"),
            Self::Pay => f.write_str("pay"),
            Self::DriveOff => f.write_str("drive-off"),
            Self::GiveUp => f.write_str("give-up"),
            Self::Fault(fault) => {
                let word = serde_json::to_value(fault).unwrap_or_default();
                write!(f, "fault={}", word.as_str().unwrap_or_default())
            }
        }
    }
}

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The site says so.
    #[error("{step}: {why}")]
    Refused {
        /// The step.
        step: String,
        /// The site's words.
        why: String,
    },
    /// The robot never showed it.
    #[error("the robot shows {0:?}")]
    ShowsOther(String),
    /// No site answers.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// The driver before one robot of a site that runs.
#[derive(Debug, Clone)]
pub struct Driver {
    http: reqwest::Client,
    robot: String,
    patience: Duration,
}

impl Driver {
    /// A driver before the robot with this number; whatever cannot be done yet is waited for so long.
    pub fn new(control: SocketAddr, number: &str, patience: Duration) -> Result<Self, reqwest::Error> {
        Ok(Self {
            http: reqwest::Client::builder().no_proxy().build()?,
            robot: format!("http://{control}/robots/{number}"),
            patience,
        })
    }

    /// Does one thing, as soon as it can be done.
    pub async fn does(&self, step: &Step) -> Result<(), StepError> {
        let until = Instant::now() + self.patience;
        if let Step::Shows(scene) = step {
            return self.shows(scene, until).await;
        }
        loop {
            let answer = self.request(step).send().await?;
            let status = answer.status();
            if status.is_success() {
                return Ok(());
            }
            let may_come = matches!(step, Step::Pay | Step::DriveOff);
            if status != StatusCode::CONFLICT || !may_come || Instant::now() >= until {
                let (step, why) = (step.to_string(), answer.text().await?);
                return Err(StepError::Refused { step, why });
            }
            sleep(LOOK_EVERY).await;
        }
    }

    fn request(&self, step: &Step) -> RequestBuilder {
        let (path, body) = match step {
            Step::Arrive(plate, read) => {
                let mut vehicle = Vehicle::unlicensed();
                (vehicle.plate, vehicle.read_as) = (plate.clone(), read.clone());
                ("arrive".to_owned(), json!(vehicle))
            }
            Step::Document(name) => ("document".to_owned(), json!({"name": name})),
            Step::PutAway => ("document".to_owned(), json!({})),
            Step::Fault(fault) => ("fault".to_owned(), json!(fault)),
            plain => (plain.to_string(), Value::Null),
        };
        self.http.post(format!("{}/{path}", self.robot)).json(&body)
    }

    async fn shows(&self, scene: &str, until: Instant) -> Result<(), StepError> {
        loop {
            let answer = self.http.get(&self.robot).send().await?;
            if !answer.status().is_success() {
                let step = format!("shows={scene}");
                let why = answer.text().await?;
                return Err(StepError::Refused { step, why });
            }
            let now: RobotNow = answer.json().await?;
            if now.scene == scene {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(StepError::ShowsOther(now.scene));
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_it_is_written() {
        for word in [
            "arrive",
            "arrive=粤B12345",
            "arrive=粤B12345/粤B1Z345",
            "call",
            "answer",
            "hang-up",
            "document=王五",
            "put-away",
            "shows=paid",
            "pay",
            "drive-off",
            "give-up",
            "fault=silent",
        ] {
            assert_eq!(word.parse::<Step>().unwrap().to_string(), word);
        }
        assert_eq!("document".parse(), Ok(Step::Document(SOMEBODY.to_owned())));
        for bad in ["", "dance", "shows", "call=1", "fault=sings"] {
            assert_eq!(bad.parse::<Step>(), Err(BadStep(bad.to_owned())));
        }
    }
}
