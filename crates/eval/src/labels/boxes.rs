use serde_json::Value;

use crate::draw::Bbox;

/// A box as page files spell it: `{x, y, width, height}` or `[x, y, width, height]`, px.
pub(super) fn parse_box(value: &Value) -> Option<Bbox> {
    let side = |at: usize, name: &str| value.get(at).or_else(|| value.get(name))?.as_f64().map(|px| px.max(0.0) as u32);
    Some(Bbox { x: side(0, "x")?, y: side(1, "y")?, width: side(2, "width")?, height: side(3, "height")? })
}

/// Whether two boxes are of the same thing: half of one lies in the other.
pub(super) fn overlap(a: Bbox, b: Bbox) -> bool {
    let smaller = area(a).min(area(b));
    smaller > 0 && 2 * common(a, b) >= smaller
}

fn common(a: Bbox, b: Bbox) -> u64 {
    let side = |from: u32, to: u32| u64::from(to.saturating_sub(from));
    side(a.x.max(b.x), a.right().min(b.right())) * side(a.y.max(b.y), a.bottom().min(b.bottom()))
}

fn area(a: Bbox) -> u64 {
    u64::from(a.width) * u64::from(a.height)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_are_boxes() {
        let wanted = Some(Bbox { x: 1, y: 2, width: 3, height: 4 });
        assert_eq!(parse_box(&json!([1, 2, 3, 4])), wanted);
        assert_eq!(parse_box(&json!({"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4})), wanted);
        assert_eq!(parse_box(&json!({"x": 1})), None);
    }

    #[test]
    fn half_of_the_smaller_one_is_enough() {
        let column = Bbox { x: 0, y: 0, width: 100, height: 1000 };
        let line = |y| Bbox { x: 0, y, width: 90, height: 20 };
        assert!(overlap(column, line(500)) && overlap(line(990), column));
        assert!(!overlap(column, line(995)));
        assert!(!overlap(column, Bbox { width: 0, ..line(500) }));
    }
}
