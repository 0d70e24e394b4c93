use image::metadata::Orientation;
use serde::{Deserialize, Serialize};

use crate::child::{Task, child_task};
use crate::intake::kind::Kind;
use crate::intake::resolution::believe_or_estimate;
use crate::intake::scan::{Scan, ScanOrder};
use crate::intake::{jpeg, png_file, tiff};
use crate::stage::Failure;

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

    fn orientation(self) -> Orientation {
        match self {
            Self::Right => Orientation::Rotate90,
            Self::Over => Orientation::Rotate180,
            Self::Left => Orientation::Rotate270,
        }
    }
}

/// What a child is to do: open a scan of the book and write it turned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TurnOrder {
    pub(super) scan: ScanOrder,
    pub(super) turn: Turn,
    /// The scan's resolution, as far as it is known, dots per inch.
    pub(super) dpi: Option<f64>,
}

/// Writes a scan turned, as PNG, without loss.
pub(super) static TURN_SCAN: Task<TurnOrder, Scan> = Task::new("intake.turn_scan", turn_scan);
child_task!(TURN_SCAN);

#[expect(clippy::needless_pass_by_value, reason = "a task owns its input")]
fn turn_scan(order: TurnOrder) -> Result<Scan, Failure> {
    let bytes = std::fs::read(&order.scan.file)?;
    let raster = match order.scan.kind {
        Kind::Png => png_file::decode(&bytes)?.raster,
        Kind::Jpeg => jpeg::decode(&bytes)?,
        Kind::Tiff => tiff::raster_of(bytes)?,
        _ => return Err(Failure::new("the scan is no PNG, JPEG or TIFF").hint("replace it: `shelf page … replace`")),
    };
    let raster = raster.turned(order.turn.orientation());
    let resolution = believe_or_estimate(order.dpi, &raster);
    Scan::of_raster(&order.scan, &raster, resolution)
}

#[cfg(test)]
mod tests {
    use super::Turn;

    #[test]
    fn degrees_go_round() {
        assert_eq!(
            [90, 180, 270, -90, 450].map(Turn::of_degrees),
            [Some(Turn::Right), Some(Turn::Over), Some(Turn::Left), Some(Turn::Left), Some(Turn::Right)]
        );
        assert_eq!([0, 45, 360].map(Turn::of_degrees), [None; 3]);
    }
}
