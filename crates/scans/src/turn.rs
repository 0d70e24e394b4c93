use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

/// How far a scan is turned, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
    /// A quarter, 90°.
    Right,
    /// Half, 180°.
    Over,
    /// Three quarters, 270°: a quarter to the left.
    Left,
}

impl Turn {
    /// The turn of so many degrees clockwise: 90, 180 or 270.
    #[must_use]
    pub fn of_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            90 => Some(Self::Right),
            180 => Some(Self::Over),
            270 => Some(Self::Left),
            _ => None,
        }
    }

    pub(crate) fn orientation(self) -> Orientation {
        match self {
            Self::Right => Orientation::Rotate90,
            Self::Over => Orientation::Rotate180,
            Self::Left => Orientation::Rotate270,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turn;

    #[test]
    fn degrees_go_round() {
        let turns = [90, 180, 270, -90, 450].map(Turn::of_degrees);
        let expected = [Turn::Right, Turn::Over, Turn::Left, Turn::Left, Turn::Right].map(Some);
        assert_eq!(turns, expected);
        assert_eq!([0, 45, 360].map(Turn::of_degrees), [None; 3]);
    }
}
