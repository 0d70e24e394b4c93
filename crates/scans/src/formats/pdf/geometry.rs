use hayro_syntax::page::{Page, Rotation};
use image::metadata::Orientation;

use crate::existing_text::Frame;

/// A rectangle on the page, in points, y upwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) bottom: f64,
    pub(super) right: f64,
    pub(super) top: f64,
}

/// The largest distance between edges that count as the same, as a ratio to the page's side.
const EDGE_TOLERANCE_RATIO: f64 = 0.02;

impl Area {
    /// What a viewer shows of a page: the crop box inside the media box.
    pub(super) fn of_page(page: &Page<'_>) -> Self {
        let area = page.intersected_crop_box();
        let (width, height) = page.base_dimensions();
        Self { left: area.x0, bottom: area.y0, right: area.x0 + f64::from(width), top: area.y0 + f64::from(height) }
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.top - self.bottom
    }

    /// Where the area is on the page as it is shown, points, origin top left.
    pub(super) fn shown_on(&self, page: &Page<'_>) -> Frame {
        let whole = Self::of_page(page);
        let (left, right) = (self.left - whole.left, self.right - whole.left);
        let (top, bottom) = (whole.top - self.top, whole.top - self.bottom);
        let (left, top, right, bottom) = match page.rotation() {
            Rotation::None => (left, top, right, bottom),
            Rotation::Horizontal => (whole.height() - bottom, left, whole.height() - top, right),
            Rotation::Flipped => {
                (whole.width() - right, whole.height() - bottom, whole.width() - left, whole.height() - top)
            }
            Rotation::FlippedHorizontal => (top, whole.width() - right, bottom, whole.width() - left),
        };
        Frame { left, top, width: right - left, height: bottom - top }
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        let (left, bottom) = (self.left.max(other.left), self.bottom.max(other.bottom));
        Self { left, bottom, right: self.right.min(other.right).max(left), top: self.top.min(other.top).max(bottom) }
    }

    /// Whether this area spans nearly all of `page`, from side to side (`.0`) and from top to bottom (`.1`).
    pub(super) fn spans(&self, page: &Self) -> (bool, bool) {
        let reach = |from: f64, to: f64, page_from: f64, page_to: f64| {
            let slack = (page_to - page_from) * EDGE_TOLERANCE_RATIO;
            from <= page_from + slack && to >= page_to - slack
        };
        (reach(self.left, self.right, page.left, page.right), reach(self.bottom, self.top, page.bottom, page.top))
    }

    /// Whether cropping this area to `visible` removes next to nothing.
    pub(super) fn is_kept_by(&self, visible: &Self) -> bool {
        visible.width() >= self.width() * (1.0 - EDGE_TOLERANCE_RATIO)
            && visible.height() >= self.height() * (1.0 - EDGE_TOLERANCE_RATIO)
    }
}

/// An affine map `x' = a·x + c·y + e`, `y' = b·x + d·y + f`, as PDF writes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// The map that applies `self` first, then `next`.
    pub(super) fn then(&self, next: &Self) -> Self {
        let along = |x: f64, y: f64| (x * next.0[0] + y * next.0[2], x * next.0[1] + y * next.0[3]);
        let (columns, rows, origin) =
            (along(self.0[0], self.0[1]), along(self.0[2], self.0[3]), along(self.0[4], self.0[5]));
        Self([columns.0, columns.1, rows.0, rows.1, origin.0 + next.0[4], origin.1 + next.0[5]])
    }

    /// The smallest area around a mapped rectangle.
    pub(super) fn bounds(&self, x: f64, y: f64, width: f64, height: f64) -> Area {
        let m = self.0;
        let corners = [(x, y), (x + width, y), (x, y + height), (x + width, y + height)];
        let corners = corners.map(|(x, y)| (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]));
        let empty =
            Area { left: f64::INFINITY, bottom: f64::INFINITY, right: f64::NEG_INFINITY, top: f64::NEG_INFINITY };
        corners.iter().fold(empty, |area, (x, y)| Area {
            left: area.left.min(*x),
            bottom: area.bottom.min(*y),
            right: area.right.max(*x),
            top: area.top.max(*y),
        })
    }

    /// Whether lines along the axes stay parallel to them, to a hundredth.
    pub(super) fn is_axis_aligned(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        let upright = a.abs().max(d.abs());
        let sideways = b.abs().max(c.abs());
        upright.min(sideways) <= upright.max(sideways) * 0.01 && (a * d - b * c).abs() > f64::EPSILON
    }

    /// How to orient an image that is placed by this matrix, on a page that is shown with `rotation`, to see it as a reader does.
    pub(super) fn orientation(&self, rotation: Rotation) -> Orientation {
        let [a, b, c, d, ..] = self.0;
        // The directions in which the image's columns and rows run on screen, y downwards.
        let (columns, rows) = ((a, -b), (-c, d));
        let rotated = |(x, y): (f64, f64)| match rotation {
            Rotation::None => (x, y),
            Rotation::Horizontal => (-y, x),
            Rotation::Flipped => (-x, -y),
            Rotation::FlippedHorizontal => (y, -x),
        };
        let (columns, rows) = (rotated(columns), rotated(rows));
        let is_sideways = columns.0.abs() < columns.1.abs();
        match (is_sideways, columns.0 > 0.0, columns.1 > 0.0, rows.0 > 0.0, rows.1 > 0.0) {
            (false, true, _, _, true) => Orientation::NoTransforms,
            (false, false, _, _, true) => Orientation::FlipHorizontal,
            (false, false, _, _, false) => Orientation::Rotate180,
            (false, true, _, _, false) => Orientation::FlipVertical,
            (true, _, true, true, _) => Orientation::Rotate90FlipH,
            (true, _, true, false, _) => Orientation::Rotate90,
            (true, _, false, false, _) => Orientation::Rotate270FlipH,
            (true, _, false, true, _) => Orientation::Rotate270,
        }
    }

    /// Length of the placed image's rows and columns, points.
    pub(super) fn sides(&self) -> (f64, f64) {
        let [a, b, c, d, ..] = self.0;
        (a.hypot(b), c.hypot(d))
    }
}

/// Points per unit of the page's coordinates: `UserUnit`, for pages of more than 200 inches.
pub(super) fn user_unit(page: &Page<'_>) -> f64 {
    let unit = page.raw().get::<hayro_syntax::object::Number>("UserUnit").map_or(1.0, |number| number.as_f64());
    if unit.is_finite() && unit > 0.0 { unit } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placed_image_is_oriented_as_a_reader_sees_it() {
        let upright = Matrix([600.0, 0.0, 0.0, 800.0, 0.0, 0.0]);
        assert_eq!(upright.orientation(Rotation::None), Orientation::NoTransforms);
        assert_eq!(upright.orientation(Rotation::Horizontal), Orientation::Rotate90, "/Rotate 90 is clockwise");
        assert_eq!(upright.orientation(Rotation::Flipped), Orientation::Rotate180);
        assert_eq!(upright.orientation(Rotation::FlippedHorizontal), Orientation::Rotate270);
        let upside_down = Matrix([600.0, 0.0, 0.0, -800.0, 0.0, 800.0]);
        assert_eq!(upside_down.orientation(Rotation::None), Orientation::FlipVertical);
        let on_its_side = Matrix([0.0, 800.0, -600.0, 0.0, 600.0, 0.0]);
        assert_eq!(on_its_side.orientation(Rotation::None), Orientation::Rotate270, "counter-clockwise");
        assert_eq!(on_its_side.orientation(Rotation::Horizontal), Orientation::NoTransforms, "both cancel out");
    }

    #[test]
    fn matrices_are_applied_in_order() {
        let shift = Matrix([1.0, 0.0, 0.0, 1.0, 5.0, 7.0]);
        let double = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        assert_eq!(shift.then(&double), Matrix([2.0, 0.0, 0.0, 2.0, 10.0, 14.0]));
        assert_eq!(double.then(&shift), Matrix([2.0, 0.0, 0.0, 2.0, 5.0, 7.0]));
    }
}
