use shelf_pages::{Bbox, Orientation};

/// The direction on the scan in which text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Right,
    Up,
    Left,
    Down,
}

impl Direction {
    pub(super) fn of(orientation: Orientation) -> Self {
        match orientation.rotation_degrees {
            90 => Self::Up,
            180 => Self::Left,
            270 => Self::Down,
            _ => Self::Right,
        }
    }

    /// The direction from one line to the next.
    pub(super) fn of_lines(self) -> Self {
        match self {
            Self::Right => Self::Down,
            Self::Up => Self::Right,
            Self::Left => Self::Up,
            Self::Down => Self::Left,
        }
    }

    /// The part of a box between two of `total` equal steps in this direction.
    pub(super) fn slice(self, bbox: Bbox, from: usize, to: usize, total: usize) -> Bbox {
        let at = |length: u32, steps: usize| (u64::from(length) * steps as u64 / total.max(1) as u64) as u32;
        let columns = |from, to| {
            Bbox::from_edges(bbox.x + at(bbox.width, from), bbox.y, bbox.x + at(bbox.width, to), bbox.bottom())
        };
        let rows = |from, to| {
            Bbox::from_edges(bbox.x, bbox.y + at(bbox.height, from), bbox.right(), bbox.y + at(bbox.height, to))
        };
        match self {
            Self::Right => columns(from, to),
            Self::Left => columns(total - to, total - from),
            Self::Down => rows(from, to),
            Self::Up => rows(total - to, total - from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_follow_the_direction_of_reading() {
        let bbox = Bbox { x: 10, y: 20, width: 100, height: 50 };
        let first = |degrees| {
            let orientation = Orientation { rotation_degrees: degrees, skew_degrees: 0.0 };
            Direction::of(orientation).slice(bbox, 0, 1, 5)
        };
        assert_eq!(first(0), Bbox { x: 10, y: 20, width: 20, height: 50 });
        assert_eq!(first(90), Bbox { x: 10, y: 60, width: 100, height: 10 });
        assert_eq!(first(180), Bbox { x: 90, y: 20, width: 20, height: 50 });
        assert_eq!(first(270), Bbox { x: 10, y: 20, width: 100, height: 10 });
        assert_eq!(Direction::Up.of_lines().slice(bbox, 0, 1, 2), Bbox { x: 10, y: 20, width: 50, height: 50 });
    }
}
