//! What is known of a device, said to people in their language.

use lanedesk_devices::DeviceError;
use lanedesk_domain::barrier::BarrierState;

/// What a try at a device, or a look at its settings, has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The try failed.
    Failed(DeviceError),
    /// Its address is none a device may have.
    Outside,
    /// Its settings cannot be used; what is wrong with them.
    Settings(String),
    /// It was out of reach before, and was not asked since.
    LostBefore,
    /// No lane has it for its plate camera.
    NoLane,
    /// It has read no plate yet.
    NothingRead,
    /// The plate it read last.
    Read(String),
    /// A still of so many bytes.
    Still(usize),
    /// It has a live picture.
    Live,
    /// Where its arm is.
    Barrier(BarrierState),
    /// It told of a passage while the arm was down all the time.
    Contradicted,
}

/// Says a finding to whoever asked.
pub type Reporter<'a> = &'a (dyn Fn(&Finding) -> String + Sync);

impl Finding {
    /// In Chinese; what is kept in the records.
    pub fn zh(&self) -> String {
        match self {
            Self::Failed(error) => failed_zh(error),
            Self::Outside => "设备地址不在允许的网段内，请核对地址".to_owned(),
            Self::Settings(why) => format!("设备设置不能用：{why}"),
            Self::LostBefore => "之前就联系不上，正在重新连接".to_owned(),
            Self::NoLane => "没有道口把它设为识别摄像头".to_owned(),
            Self::NothingRead => "还没有识别到车辆".to_owned(),
            Self::Read(plate) => plate.clone(),
            Self::Still(bytes) => format!("{} KB", bytes / 1_024),
            Self::Live => "有实时画面".to_owned(),
            Self::Contradicted => "报告了车辆通行，但道闸一直关着，未计入通行。请核对设备和推送密钥".to_owned(),
            Self::Barrier(state) => match state {
                BarrierState::Open => "已开",
                BarrierState::Closed => "已关",
                BarrierState::Opening => "正在开",
                BarrierState::Closing => "正在关",
                BarrierState::Unknown => "未知",
            }
            .to_owned(),
        }
    }

    /// In English; what stands in the log.
    pub fn en(&self) -> String {
        match self {
            Self::Failed(error) => error.to_string(),
            Self::Outside => DeviceError::Outside.to_string(),
            Self::Settings(why) => format!("its settings cannot be used: {why}"),
            Self::LostBefore => "it was out of reach before, and is being asked again".to_owned(),
            Self::NoLane => "no lane names it as its plate camera".to_owned(),
            Self::NothingRead => "no vehicle was read yet".to_owned(),
            Self::Read(_) | Self::Still(_) => self.zh(),
            Self::Live => "it has a live picture".to_owned(),
            Self::Contradicted => {
                "it told of a passage while the arm was down all the time; check it and its push key".to_owned()
            }
            Self::Barrier(state) => state.to_string(),
        }
    }
}

fn failed_zh(error: &DeviceError) -> String {
    match error {
        DeviceError::NotSent(_) => "连不上设备，请检查网络和地址".to_owned(),
        DeviceError::Outside => "设备地址不在允许的网段内，请核对地址".to_owned(),
        DeviceError::ClearPassword => "设备要求明文密码，没有发送；如确需，请在设备里允许明文密码".to_owned(),
        DeviceError::Unanswered(_) => "设备没有回应".to_owned(),
        DeviceError::BadAnswer(_) => "看不懂设备的回答，请核对驱动和固件".to_owned(),
        DeviceError::Refused { words } => format!("设备拒绝：{words}"),
        DeviceError::NotSupported { .. } => "设备不支持这项功能".to_owned(),
        DeviceError::Unauthorised { tries_left: Some(left) } => format!("设备账号或密码不正确，还可试 {left} 次"),
        DeviceError::Unauthorised { tries_left: None } => "设备账号或密码不正确".to_owned(),
        DeviceError::LockedOut { seconds } => format!("设备账号被锁定，{seconds} 秒后可再试"),
        DeviceError::Stale(_) => "指令已过时，没有发出".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_in_chinese_holds_the_drivers_english() {
        let findings = [
            Finding::Failed(DeviceError::NotSent("no connection")),
            Finding::Failed(DeviceError::Unanswered("no answer in time")),
            Finding::Failed(DeviceError::BadAnswer("no XML")),
            Finding::Failed(DeviceError::Outside),
            Finding::Failed(DeviceError::ClearPassword),
            Finding::Failed(DeviceError::LockedOut { seconds: 30 }),
            Finding::NoLane,
            Finding::NothingRead,
            Finding::Live,
            Finding::Contradicted,
            Finding::Barrier(BarrierState::Closing),
        ];
        for finding in findings {
            let (zh, en) = (finding.zh(), finding.en());
            assert!(!zh.chars().any(|c| c.is_ascii_alphabetic()), "{zh}");
            assert!(en.is_ascii(), "{en}");
        }
    }
}
