use shelf_pages::{Orientation, PageDimensions};

/// PDF/A-2 allows pages with sides of 3 to 14,400 points.
const SIDES_PT: (f64, f64) = (3.0, 14_400.0);

/// How the pixels of a scan are mapped to the points of its page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PageGeometry {
    scan: PageDimensions,
    orientation: Orientation,
    points_per_px: f64,
}

impl PageGeometry {
    /// A page of the size of its scan at this resolution; a little larger or smaller if PDF/A does not allow such a page.
    pub(super) fn new(scan: PageDimensions, dpi: f64, orientation: Orientation) -> Self {
        let (short, long) = (scan.width.min(scan.height), scan.width.max(scan.height));
        let points_per_px = (72.0 / dpi).max(SIDES_PT.0 / f64::from(short)).min(SIDES_PT.1 / f64::from(long));
        Self { scan, orientation, points_per_px }
    }

    /// Width and height of the page as the scan lies, points.
    pub(super) fn size_pt(&self) -> (f32, f32) {
        let points = |px: u32| (f64::from(px) * self.points_per_px) as f32;
        (points(self.scan.width), points(self.scan.height))
    }

    /// How viewers have to rotate the page, degrees clockwise.
    pub(super) fn rotation(&self) -> i32 {
        self.orientation.rotation_degrees.into()
    }

    /// The matrix from px of the upright page, counted from its lower left corner, to points of the page as the scan lies.
    pub(super) fn upright_to_page(&self) -> [f32; 6] {
        let origin = self.point(0.0, 0.0);
        let (right, up) = (self.point(1.0, 0.0), self.point(0.0, 1.0));
        [right.0 - origin.0, right.1 - origin.1, up.0 - origin.0, up.1 - origin.1, origin.0, origin.1]
            .map(|value| value as f32)
    }

    /// Height of the upright page, px.
    pub(super) fn upright_height(&self) -> u32 {
        self.orientation.upright_size(self.scan).height
    }

    /// The inverse of [`Orientation::to_upright`] for a point, in points.
    fn point(&self, x: f64, from_bottom: f64) -> (f64, f64) {
        let upright = self.orientation.upright_size(self.scan);
        let (middle_x, middle_y) = (f64::from(upright.width) / 2.0, f64::from(upright.height) / 2.0);
        let (sine, cosine) = self.orientation.skew_degrees.to_radians().sin_cos();
        let (dx, dy) = (x - middle_x, f64::from(upright.height) - from_bottom - middle_y);
        let (x, y) = (middle_x + dx * cosine + dy * sine, middle_y - dx * sine + dy * cosine);
        let (width, height) = (f64::from(self.scan.width), f64::from(self.scan.height));
        let (scan_x, scan_y) = match self.orientation.rotation_degrees {
            90 => (y, height - x),
            180 => (width - x, height - y),
            270 => (width - y, x),
            _ => (x, y),
        };
        (scan_x * self.points_per_px, (height - scan_y) * self.points_per_px)
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::Bbox;

    use super::*;

    const SCAN: PageDimensions = PageDimensions { width: 1000, height: 1600 };

    #[test]
    fn page_has_the_size_of_its_scan() {
        let page = PageGeometry::new(SCAN, 300.0, Orientation::default());
        assert_eq!(page.size_pt(), (240.0, 384.0));
        assert_eq!(page.upright_to_page().map(|value| format!("{value}")), ["0.24", "0", "0", "0.24", "0", "0"]);
        let foldout = PageGeometry::new(PageDimensions { width: 30_000, height: 1000 }, 20.0, Orientation::default());
        assert_eq!(foldout.size_pt(), (14_400.0, 480.0));
    }

    #[test]
    fn text_is_put_where_the_ink_is() {
        for rotation_degrees in [0, 90, 180, 270] {
            for skew_degrees in [0.0, 1.5, -3.0] {
                let orientation = Orientation { rotation_degrees, skew_degrees };
                let page = PageGeometry::new(SCAN, 72.0, orientation);
                let on_scan = Bbox { x: 300, y: 500, width: 2, height: 2 };
                let upright = orientation.to_upright(on_scan, SCAN);
                let matrix = page.upright_to_page();
                let (x, y) = ((upright.x + 1) as f32, (page.upright_height() - upright.y - 1) as f32);
                let mapped = |row: usize| matrix[row] * x + matrix[row + 2] * y + matrix[row + 4];
                let (x, y) = (mapped(0), 1600.0 - mapped(1));
                assert!((x - 301.0).abs() < 1.5 && (y - 501.0).abs() < 1.5, "{orientation:?}: {x} {y}");
            }
        }
    }
}
