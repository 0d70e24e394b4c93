use shelf_runtime::page;

use super::{Bbox, PageDimensions};

/// How the text of a page lies on its scan. All boxes of a page are in px of the scan as it is; whoever judges layout maps them to the
/// upright page with [`to_upright`](Self::to_upright).
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Orientation {
    /// The clockwise rotation that makes the scan upright, degrees: 0, 90, 180 or 270.
    #[garde(custom(quarter_turns))]
    pub rotation_degrees: u16,
    /// The further rotation, clockwise if positive, that makes the lines of text horizontal, degrees.
    #[serde(default)]
    #[garde(range(min = -45.0, max = 45.0))]
    pub skew_degrees: f64,
}

impl Orientation {
    /// Whether the scan is upright and its lines are horizontal.
    #[must_use]
    pub fn is_upright(&self) -> bool {
        *self == Self::default()
    }

    /// The size of the upright page, which has the scale of the scan.
    #[must_use]
    pub fn upright_size(&self, scan: PageDimensions) -> PageDimensions {
        match self.rotation_degrees {
            90 | 270 => PageDimensions { width: scan.height, height: scan.width },
            _ => scan,
        }
    }

    /// Maps the box of a word, a line or a block from a scan of size `scan` to the upright page, clipped to it.
    ///
    /// A box in px of a skewed scan is higher than its line, since it is parallel to the scan's edges; its height on the upright page is that of
    /// the line again.
    #[must_use]
    pub fn to_upright(&self, bbox: Bbox, scan: PageDimensions) -> Bbox {
        let size = self.upright_size(scan);
        deskewed(self.quarter_turned(bbox, scan), self.skew_degrees, size)
    }

    fn quarter_turned(&self, bbox: Bbox, PageDimensions { width, height }: PageDimensions) -> Bbox {
        let (left, top, right, bottom) = (bbox.x, bbox.y, bbox.right(), bbox.bottom());
        let (from_right, from_bottom) = (|x: u32| width.saturating_sub(x), |y: u32| height.saturating_sub(y));
        match self.rotation_degrees {
            90 => Bbox::from_edges(from_bottom(bottom), left, from_bottom(top), right),
            180 => Bbox::from_edges(from_right(right), from_bottom(bottom), from_right(left), from_bottom(top)),
            270 => Bbox::from_edges(top, from_right(right), bottom, from_right(left)),
            _ => bbox,
        }
    }
}

/// The box whose rotation by `-degrees` about the centre of the page has the bounds `bbox`.
fn deskewed(bbox: Bbox, degrees: f64, page: PageDimensions) -> Bbox {
    if degrees == 0.0 {
        return bbox;
    }
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (width, height) = (f64::from(bbox.width), f64::from(bbox.height));
    let (middle_x, middle_y) = (f64::from(page.width) / 2.0, f64::from(page.height) / 2.0);
    let (dx, dy) = (f64::from(bbox.x) + width / 2.0 - middle_x, f64::from(bbox.y) + height / 2.0 - middle_y);
    let (centre_x, centre_y) = (middle_x + dx * cosine - dy * sine, middle_y + dx * sine + dy * cosine);
    // Bounds of a rotated box: width = w·cos + h·|sin|, height = w·|sin| + h·cos. Solved for w and h.
    let (across, down) = (cosine, sine.abs());
    let determinant = across * across - down * down;
    let solved = |along: f64, other: f64| ((along * across - other * down) / determinant).clamp(1.0, along.max(1.0));
    let (width, height) = (solved(width, height), solved(height, width));
    let edge = |at: f64, side: u32| at.round().clamp(0.0, f64::from(side)) as u32;
    Bbox::from_edges(
        edge(centre_x - width / 2.0, page.width),
        edge(centre_y - height / 2.0, page.height),
        edge(centre_x + width / 2.0, page.width),
        edge(centre_y + height / 2.0, page.height),
    )
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde's signature")]
fn quarter_turns<C>(degrees: &u16, _: &C) -> garde::Result {
    match degrees {
        0 | 90 | 180 | 270 => Ok(()),
        other => Err(garde::Error::new(format!("{other}, expected 0, 90, 180 or 270"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use garde::Validate;

    const SCAN: PageDimensions = PageDimensions { width: 1000, height: 1600 };

    #[test]
    fn quarter_turns_move_the_corners() {
        let bbox = Bbox { x: 100, y: 200, width: 300, height: 40 };
        let turned = |rotation_degrees| Orientation { rotation_degrees, skew_degrees: 0.0 }.to_upright(bbox, SCAN);
        assert_eq!(turned(0), bbox);
        assert_eq!(turned(90), Bbox { x: 1360, y: 100, width: 40, height: 300 });
        assert_eq!(turned(180), Bbox { x: 600, y: 1360, width: 300, height: 40 });
        assert_eq!(turned(270), Bbox { x: 200, y: 600, width: 40, height: 300 });
        let size = Orientation { rotation_degrees: 90, skew_degrees: 0.0 }.upright_size(SCAN);
        assert_eq!((size.width, size.height), (1600, 1000));
    }

    #[test]
    fn skewed_line_gets_its_height_back() {
        for degrees in [-4.0_f64, -1.0, 0.5, 3.5] {
            let (sine, cosine) = degrees.to_radians().sin_cos();
            let line = Bbox { x: 200, y: 300, width: 600, height: 40 };
            let corners =
                [(line.x, line.y), (line.right(), line.y), (line.x, line.bottom()), (line.right(), line.bottom())].map(
                    |(x, y)| {
                        let (dx, dy) = (f64::from(x) - 500.0, f64::from(y) - 800.0);
                        (500.0 + dx * cosine + dy * sine, 800.0 - dx * sine + dy * cosine)
                    },
                );
            let bound =
                |of: fn(&(f64, f64)) -> f64, pick: fn(f64, f64) -> f64| corners.iter().map(of).reduce(pick).unwrap();
            let bounds = Bbox::from_edges(
                bound(|c| c.0, f64::min).floor() as u32,
                bound(|c| c.1, f64::min).floor() as u32,
                bound(|c| c.0, f64::max).ceil() as u32,
                bound(|c| c.1, f64::max).ceil() as u32,
            );
            let upright = Orientation { rotation_degrees: 0, skew_degrees: degrees }.to_upright(bounds, SCAN);
            for (found, expected) in
                [(upright.x, line.x), (upright.y, line.y), (upright.width, line.width), (upright.height, line.height)]
            {
                assert!(found.abs_diff(expected) <= 3, "{degrees}°: {upright:?} is not {line:?}");
            }
        }
    }

    #[test]
    fn rejects_rotations_that_are_not_quarter_turns() {
        assert!(Orientation { rotation_degrees: 45, skew_degrees: 0.0 }.validate().is_err());
        assert!(Orientation { rotation_degrees: 270, skew_degrees: -3.2 }.validate().is_ok());
    }
}
