use crate::bbox::Bbox;

/// How the picture that was recognised lies over its scan: scaled, then turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Width and height of the scan, px.
    pub(super) scan: (u32, u32),
    /// Width and height of the scaled picture before it was turned, px.
    pub(super) scaled: (u32, u32),
    /// How it was turned.
    pub(super) turn: Turn,
}

/// By how much a picture was turned clockwise before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Turn {
    /// Clockwise, degrees.
    pub(super) fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Quarter => 90,
            Self::Half => 180,
            Self::ThreeQuarters => 270,
        }
    }
}

impl Frame {
    /// The box on the scan that a box on the recognised picture stands for: all pixels it touches, never empty, never outside.
    pub(super) fn on_scan(&self, found: Bbox) -> Bbox {
        let upright = self.turned_back(found);
        let (x, width) = stretch(upright.x, upright.right(), self.scaled.0, self.scan.0);
        let (y, height) = stretch(upright.y, upright.bottom(), self.scaled.1, self.scan.1);
        Bbox { x, y, width, height }
    }

    fn turned_back(&self, found: Bbox) -> Bbox {
        let (width, height) = self.scaled;
        let Bbox { x, y, .. } = found;
        let (right, bottom) = (found.right(), found.bottom());
        match self.turn {
            Turn::None => found,
            Turn::Half => Bbox::between(
                width.saturating_sub(right),
                height.saturating_sub(bottom),
                width.saturating_sub(x),
                height.saturating_sub(y),
            ),
            Turn::Quarter => Bbox::between(y, height.saturating_sub(right), bottom, height.saturating_sub(x)),
            Turn::ThreeQuarters => Bbox::between(width.saturating_sub(bottom), x, width.saturating_sub(y), right),
        }
    }
}

/// Start and length on a side of `to` px of what reaches from `start` to `end` on the same side at `from` px.
fn stretch(start: u32, end: u32, from: u32, to: u32) -> (u32, u32) {
    let (from, to) = (u64::from(from), u64::from(to));
    let start = (u64::from(start) * to / from).min(to - 1);
    let end = (u64::from(end) * to).div_ceil(from).clamp(start + 1, to);
    (start as u32, (end - start) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TURNS: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

    /// Where a box of the scaled picture lies after the picture was turned clockwise: worked out point by point.
    fn turned(upright: Bbox, (width, height): (u32, u32), turn: Turn) -> Bbox {
        let corner = |x: u32, y: u32| match turn {
            Turn::None => (x, y),
            Turn::Quarter => (height - y, x),
            Turn::Half => (width - x, height - y),
            Turn::ThreeQuarters => (y, width - x),
        };
        let (a, b) = (corner(upright.x, upright.y), corner(upright.right(), upright.bottom()));
        Bbox::between(a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1))
    }

    fn scan_and_box() -> impl Strategy<Value = ((u32, u32), Bbox)> {
        (2..4000u32, 2..4000u32).prop_flat_map(|(width, height)| {
            (0..width - 1, 0..height - 1)
                .prop_flat_map(move |(x, y)| (Just(x), Just(y), x + 1..=width, y + 1..=height))
                .prop_map(move |(x, y, right, bottom)| ((width, height), Bbox::between(x, y, right, bottom)))
        })
    }

    proptest! {
        #[test]
        fn at_the_scans_own_size_a_box_comes_back_as_it_was((scan, wanted) in scan_and_box(), turn in 0..4usize) {
            let frame = Frame { scan, scaled: scan, turn: TURNS[turn] };
            prop_assert_eq!(frame.on_scan(turned(wanted, scan, frame.turn)), wanted);
        }

        #[test]
        fn a_scaled_box_covers_what_it_was_made_from((scan, wanted) in scan_and_box(), scale in 0.2..2.0f64, turn in 0..4usize) {
            let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
            let scaled = (side(scan.0), side(scan.1));
            let frame = Frame { scan, scaled, turn: TURNS[turn] };
            let (x, width) = stretch(wanted.x, wanted.right(), scan.0, scaled.0);
            let (y, height) = stretch(wanted.y, wanted.bottom(), scan.1, scaled.1);
            let back = frame.on_scan(turned(Bbox { x, y, width, height }, scaled, frame.turn));
            prop_assert_eq!(wanted.intersection(&back), wanted, "{:?} does not cover it", back);
            let slack = |scan: u32, scaled: u32| 2 * scan.div_ceil(scaled) + 2;
            prop_assert!(back.width <= wanted.width + slack(scan.0, scaled.0));
            prop_assert!(back.height <= wanted.height + slack(scan.1, scaled.1));
        }

        #[test]
        fn no_box_leaves_the_scan_or_is_empty(
            (scan, _) in scan_and_box(), (scaled, _) in scan_and_box(), turn in 0..4usize,
            x in 0..9000u32, y in 0..9000u32, width in 0..9000u32, height in 0..9000u32,
        ) {
            let on_scan = Frame { scan, scaled, turn: TURNS[turn] }.on_scan(Bbox { x, y, width, height });
            prop_assert!(on_scan.area() > 0);
            prop_assert!(on_scan.right() <= scan.0 && on_scan.bottom() <= scan.1);
        }
    }
}
