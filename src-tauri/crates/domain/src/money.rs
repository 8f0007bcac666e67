//! Money in 分 (hundredths of a yuan), always whole.

/// An amount in 分. Negative only where a difference is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "shapes", derive(specta::Type, utoipa::ToSchema))]
#[cfg_attr(feature = "shapes", specta(transparent))]
pub struct Fen(#[cfg_attr(feature = "shapes", specta(type = i32))] pub i64);

impl std::ops::Add for Fen {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}
impl std::ops::Sub for Fen {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}
impl std::fmt::Display for Fen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let fen = self.0.unsigned_abs();
        write!(f, "{sign}¥{}.{:02}", fen / 100, fen % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_in_yuan_with_two_places() {
        for (fen, text) in [(0, "¥0.00"), (900, "¥9.00"), (5, "¥0.05"), (-1250, "-¥12.50")] {
            assert_eq!(Fen(fen).to_string(), text);
        }
        assert_eq!(Fen(i64::MIN).to_string(), "-¥92233720368547758.08");
        assert_eq!(Fen(i64::MAX) + Fen(1), Fen(i64::MAX), "sums stop at the end instead of turning over");
    }
}
