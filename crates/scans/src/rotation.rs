use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

/// By how much a scan is rotated, clockwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotation {
    /// 90°.
    Quarter,
    /// 180°.
    Half,
    /// 270°.
    ThreeQuarters,
}

impl Rotation {
    /// The rotation by this many degrees clockwise: 90, 180 or 270, plus or minus full turns.
    #[must_use]
    pub fn from_degrees(degrees: i32) -> Option<Self> {
        match degrees.rem_euclid(360) {
            90 => Some(Self::Quarter),
            180 => Some(Self::Half),
            270 => Some(Self::ThreeQuarters),
            _ => None,
        }
    }

    pub(crate) fn orientation(self) -> Orientation {
        match self {
            Self::Quarter => Orientation::Rotate90,
            Self::Half => Orientation::Rotate180,
            Self::ThreeQuarters => Orientation::Rotate270,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rotation::{self, Half, Quarter, ThreeQuarters};

    #[test]
    fn degrees_wrap_around() {
        let rotations = [90, 180, 270, -90, 450].map(Rotation::from_degrees);
        assert_eq!(rotations, [Quarter, Half, ThreeQuarters, ThreeQuarters, Quarter].map(Some));
    }

    #[test]
    fn rejects_angles_that_are_not_quarters() {
        assert_eq!([0, 45, 360].map(Rotation::from_degrees), [None; 3]);
    }
}
