//! The day of a report.

/// Text that is no day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a day: 2026-11-22 is one")]
pub struct BadDay;

/// A day as it stands in a path: four, two and two digits. Whether it is in the calendar is the hub's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day(String);

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Day {
    type Err = BadDay;

    fn from_str(text: &str) -> Result<Self, BadDay> {
        let right = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        let day = text.len() == 10 && text.bytes().enumerate().all(right);
        day.then(|| Self(text.to_owned())).ok_or(BadDay)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadDay, Day};

    /// The page names the day; it cannot name another path with it.
    #[test]
    fn a_day_is_digits_and_nothing_else() {
        assert!("2026-11-22".parse::<Day>().is_ok());
        for other in ["", "2026-1-22", "2026-11-22/..", "../../x/yy", "2026-11-2２"] {
            assert_eq!(other.parse::<Day>(), Err(BadDay), "{other}");
        }
    }
}
