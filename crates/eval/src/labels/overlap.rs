use shelf_pages::Bbox;

/// Whether two boxes are of the same block: half of the smaller one is inside the other.
pub(super) fn overlap(a: Bbox, b: Bbox) -> bool {
    let smaller = a.area().min(b.area());
    smaller > 0 && 2 * a.intersection(&b).area() >= smaller
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_smaller_box_is_enough() {
        let column = Bbox { x: 0, y: 0, width: 100, height: 1000 };
        let line = |y| Bbox { x: 0, y, width: 90, height: 20 };
        assert!(overlap(column, line(500)) && overlap(line(990), column));
        assert!(!overlap(column, line(995)));
        assert!(!overlap(column, Bbox { width: 0, ..line(500) }));
    }
}
