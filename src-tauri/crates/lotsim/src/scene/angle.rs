//! From where a camera of the lane looks: all see the same scene at the same moment.

use resvg::tiny_skia::{Pixmap, PixmapPaint, Transform};

/// Width and height in pixels.
type Size = (u32, u32);

/// One of a lane's three cameras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Angle {
    /// Over the whole lane: the one that reads plates (channel 1).
    #[default]
    Gate,
    /// Close to the vehicle that waits (channel 2).
    Near,
    /// Down the road, from where vehicles come (channel 3).
    Road,
}

impl Angle {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 3] = [Self::Gate, Self::Near, Self::Road];

    /// By a stream's number: the channel, then 01 or 02.
    pub(crate) fn of_stream(number: &str) -> Option<Self> {
        match number {
            "101" | "102" => Some(Self::Gate),
            "201" | "202" => Some(Self::Near),
            "301" | "302" => Some(Self::Road),
            _ => None,
        }
    }

    /// What it writes behind the place.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Gate => "",
            Self::Near => " 近景",
            Self::Road => " 来车方向",
        }
    }

    /// So many times as large as over the whole lane, and how much of what is too large is left out to the left and above.
    const fn look(self) -> (f32, f32, f32) {
        match self {
            Self::Gate => (1.0, 0.0, 0.0),
            Self::Near => (1.8, 0.62, 0.82),
            Self::Road => (1.6, 0.52, 0.22),
        }
    }

    /// How large the whole scene is drawn for a picture of this size.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the size of a small picture"
    )]
    pub(super) fn whole(self, (width, height): Size) -> Size {
        let zoom = self.look().0;
        let times = |side: u32| (side as f32 * zoom).round() as u32;
        (times(width), times(height))
    }

    /// What it sees of the whole scene.
    #[expect(clippy::cast_precision_loss, reason = "the size of a small picture")]
    pub(super) fn seen(self, whole: Pixmap, (width, height): Size) -> Pixmap {
        let (spare_x, spare_y) = (whole.width() - width, whole.height() - height);
        let (_, x, y) = self.look();
        let Some(mut seen) = Pixmap::new(width, height).filter(|_| self != Self::Gate) else {
            return whole;
        };
        let away = |spare: u32, part: f32| -(spare as f32 * part).round();
        let place = Transform::from_translate(away(spare_x, x), away(spare_y, y));
        let paint = PixmapPaint::default();
        seen.draw_pixmap(0, 0, whole.as_ref(), &paint, place, None);
        seen
    }
}
