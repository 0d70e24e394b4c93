use shelf_pages::Bbox;

/// The transform from a scan to the image that was recognised: scaling, then rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ScanTransform {
    /// Width and height of the scan, px.
    pub(super) scan_size: (u32, u32),
    /// Width and height after scaling, before rotation, px.
    pub(super) scaled_size: (u32, u32),
    /// The rotation after scaling.
    pub(super) rotation: Rotation,
}

/// A clockwise rotation by a multiple of 90°.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rotation {
    None,
    Clockwise90,
    Clockwise180,
    Clockwise270,
}

impl Rotation {
    /// Clockwise, degrees.
    pub(super) fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Clockwise90 => 90,
            Self::Clockwise180 => 180,
            Self::Clockwise270 => 270,
        }
    }
}

impl ScanTransform {
    /// Maps a box from the recognised image to the scan: all scan pixels that it touches, never empty, clipped to the scan.
    pub(super) fn to_scan(self, found: Bbox) -> Bbox {
        let upright = self.rotated_back(found);
        let (x, width) = rescale_interval(upright.x, upright.right(), self.scaled_size.0, self.scan_size.0);
        let (y, height) = rescale_interval(upright.y, upright.bottom(), self.scaled_size.1, self.scan_size.1);
        Bbox { x, y, width, height }
    }

    fn rotated_back(self, found: Bbox) -> Bbox {
        let (width, height) = self.scaled_size;
        let Bbox { x, y, .. } = found;
        let (right, bottom) = (found.right(), found.bottom());
        match self.rotation {
            Rotation::None => found,
            Rotation::Clockwise180 => Bbox::from_edges(
                width.saturating_sub(right),
                height.saturating_sub(bottom),
                width.saturating_sub(x),
                height.saturating_sub(y),
            ),
            Rotation::Clockwise90 => {
                Bbox::from_edges(y, height.saturating_sub(right), bottom, height.saturating_sub(x))
            }
            Rotation::Clockwise270 => Bbox::from_edges(width.saturating_sub(bottom), x, width.saturating_sub(y), right),
        }
    }
}

/// Start and length of the interval `start..end` after its axis is rescaled from `from` to `to` px.
fn rescale_interval(start: u32, end: u32, from: u32, to: u32) -> (u32, u32) {
    let (from, to) = (u64::from(from), u64::from(to));
    let start = (u64::from(start) * to / from).min(to - 1);
    let end = (u64::from(end) * to).div_ceil(from).clamp(start + 1, to);
    (start as u32, (end - start) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ROTATIONS: [Rotation; 4] =
        [Rotation::None, Rotation::Clockwise90, Rotation::Clockwise180, Rotation::Clockwise270];

    /// A box of the scaled image after the rotation, computed corner by corner.
    fn rotated(upright: Bbox, (width, height): (u32, u32), rotation: Rotation) -> Bbox {
        let corner = |x: u32, y: u32| match rotation {
            Rotation::None => (x, y),
            Rotation::Clockwise90 => (height - y, x),
            Rotation::Clockwise180 => (width - x, height - y),
            Rotation::Clockwise270 => (y, width - x),
        };
        let (a, b) = (corner(upright.x, upright.y), corner(upright.right(), upright.bottom()));
        Bbox::from_edges(a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1))
    }

    fn scan_and_box() -> impl Strategy<Value = ((u32, u32), Bbox)> {
        (2..4000u32, 2..4000u32).prop_flat_map(|(width, height)| {
            (0..width - 1, 0..height - 1)
                .prop_flat_map(move |(x, y)| (Just(x), Just(y), x + 1..=width, y + 1..=height))
                .prop_map(move |(x, y, right, bottom)| ((width, height), Bbox::from_edges(x, y, right, bottom)))
        })
    }

    proptest! {
        #[test]
        fn rotation_alone_is_inverted_exactly((scan, wanted) in scan_and_box(), rotation in 0..4usize) {
            let transform = ScanTransform { scan_size: scan, scaled_size: scan, rotation: ROTATIONS[rotation] };
            prop_assert_eq!(transform.to_scan(rotated(wanted, scan, transform.rotation)), wanted);
        }

        #[test]
        fn mapped_box_covers_the_original((scan, wanted) in scan_and_box(), scale in 0.2..2.0f64, rotation in 0..4usize) {
            let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
            let scaled = (side(scan.0), side(scan.1));
            let transform = ScanTransform { scan_size: scan, scaled_size: scaled, rotation: ROTATIONS[rotation] };
            let (x, width) = rescale_interval(wanted.x, wanted.right(), scan.0, scaled.0);
            let (y, height) = rescale_interval(wanted.y, wanted.bottom(), scan.1, scaled.1);
            let back = transform.to_scan(rotated(Bbox { x, y, width, height }, scaled, transform.rotation));
            prop_assert_eq!(wanted.intersection(&back), wanted, "{:?} does not cover it", back);
            let slack = |scan: u32, scaled: u32| 2 * scan.div_ceil(scaled) + 2;
            prop_assert!(back.width <= wanted.width + slack(scan.0, scaled.0));
            prop_assert!(back.height <= wanted.height + slack(scan.1, scaled.1));
        }

        #[test]
        fn mapped_boxes_are_never_empty_and_never_outside_the_scan(
            (scan, _) in scan_and_box(), (scaled, _) in scan_and_box(), rotation in 0..4usize,
            x in 0..9000u32, y in 0..9000u32, width in 0..9000u32, height in 0..9000u32,
        ) {
            let on_scan = ScanTransform { scan_size: scan, scaled_size: scaled, rotation: ROTATIONS[rotation] }.to_scan(Bbox { x, y, width, height });
            prop_assert!(on_scan.area() > 0);
            prop_assert!(on_scan.right() <= scan.0 && on_scan.bottom() <= scan.1);
        }
    }
}
