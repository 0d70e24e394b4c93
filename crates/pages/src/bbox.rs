use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};

/// A bounding box in px of the scan, origin at the top left. Written as `{x, y, width, height}`, also read from `[x, y, width, height]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Bbox {
    /// Left edge, px.
    pub x: u32,
    /// Top edge, px.
    pub y: u32,
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
}

impl Bbox {
    /// The box with these edges; empty if `right` is less than `left` or `bottom` less than `top`.
    #[must_use]
    pub fn from_edges(left: u32, top: u32, right: u32, bottom: u32) -> Self {
        Self { x: left, y: top, width: right.saturating_sub(left), height: bottom.saturating_sub(top) }
    }

    /// The right edge (exclusive), px.
    #[must_use]
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// The bottom edge (exclusive), px.
    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// The area, px².
    #[must_use]
    pub fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The smallest box that contains both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::from_edges(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// The smallest box that contains all of them; `None` for no boxes.
    pub fn bounding(boxes: impl IntoIterator<Item = Self>) -> Option<Self> {
        boxes.into_iter().reduce(|all, one| all.union(&one))
    }

    /// The overlap of both; empty if they do not overlap.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::from_edges(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// The fraction of this box's area that is inside `other`, 0..=1; 0 for an empty box.
    #[must_use]
    pub fn ratio_inside(&self, other: &Self) -> f64 {
        if self.area() == 0 { 0.0 } else { self.intersection(other).area() as f64 / self.area() as f64 }
    }
}

impl<'de> Deserialize<'de> for Bbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BboxVisitor)
    }
}

/// Serialises a box as `[x, y, width, height]`, as the merged page's format requires; deserialises both forms.
pub(crate) mod as_array {
    use super::{Bbox, Deserialize, Deserializer, Serialize};
    use serde::Serializer;

    pub(crate) fn serialize<S: Serializer>(bbox: &Bbox, serializer: S) -> Result<S::Ok, S::Error> {
        [bbox.x, bbox.y, bbox.width, bbox.height].serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bbox, D::Error> {
        Bbox::deserialize(deserializer)
    }
}

struct BboxVisitor;

impl<'de> Visitor<'de> for BboxVisitor {
    type Value = Bbox;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a box as {x, y, width, height} or [x, y, width, height]")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Bbox, A::Error> {
        #[derive(Deserialize)]
        struct Sides {
            x: u32,
            y: u32,
            width: u32,
            height: u32,
        }
        let Sides { x, y, width, height } = Sides::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Bbox { x, y, width, height })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sides: A) -> Result<Bbox, A::Error> {
        let mut four = [0; 4];
        for (found, side) in four.iter_mut().enumerate() {
            *side = sides.next_element()?.ok_or_else(|| de::Error::invalid_length(found, &self))?;
        }
        if sides.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::invalid_length(5, &self));
        }
        let [x, y, width, height] = four;
        Ok(Bbox { x, y, width, height })
    }
}

impl JsonSchema for Bbox {
    fn schema_name() -> Cow<'static, str> {
        "Bbox".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let side = json_schema!({ "type": "integer", "minimum": 0 });
        json_schema!({
            "description": "A bounding box in px of the scan, origin at the top left.",
            "anyOf": [
                {
                    "type": "object",
                    "properties": { "x": side, "y": side, "width": side, "height": side },
                    "required": ["x", "y", "width", "height"]
                },
                { "type": "array", "items": side, "minItems": 4, "maxItems": 4 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn reads_objects_and_arrays_and_writes_objects() {
        let wanted = Bbox { x: 1, y: 2, width: 3, height: 4 };
        let read = |value| serde_json::from_value::<Bbox>(value).unwrap();
        assert_eq!(read(json!({"x": 1, "y": 2, "width": 3, "height": 4, "page": 7})), wanted);
        assert_eq!(read(json!([1, 2, 3, 4])), wanted);
        assert_eq!(serde_json::to_value(wanted).unwrap(), json!({"x": 1, "y": 2, "width": 3, "height": 4}));
    }

    #[test]
    fn error_names_the_missing_or_wrong_side() {
        let problem = |value| serde_json::from_value::<Bbox>(value).unwrap_err().to_string();
        let form = "expected a box as {x, y, width, height} or [x, y, width, height]";
        assert_eq!(problem(json!({"x": 1, "y": 2, "width": 3})), "missing field `height`");
        assert_eq!(problem(json!([1, 2, 3])), format!("invalid length 3, {form}"));
        assert_eq!(problem(json!([1, 2, 3, 4, 5])), format!("invalid length 5, {form}"));
        assert_eq!(problem(json!("1 2 3 4")), format!("invalid type: string \"1 2 3 4\", {form}"));
        assert_eq!(problem(json!([-1, 2, 3, 4])), "invalid value: integer `-1`, expected u32");
    }

    #[test]
    fn adjacent_boxes_do_not_overlap() {
        let left = Bbox { x: 0, y: 0, width: 10, height: 10 };
        let right = Bbox { x: 10, y: 0, width: 10, height: 10 };
        assert_eq!(left.intersection(&right).area(), 0);
        assert!(left.ratio_inside(&right).abs() < f64::EPSILON);
        assert!((left.ratio_inside(&left.union(&right)) - 1.0).abs() < f64::EPSILON);
    }

    fn any_box() -> impl Strategy<Value = Bbox> {
        (0..5000u32, 0..5000u32, 1..5000u32, 1..5000u32).prop_map(|(x, y, width, height)| Bbox { x, y, width, height })
    }

    proptest! {
        #[test]
        fn union_contains_both_and_both_contain_the_intersection(a in any_box(), b in any_box()) {
            let union = a.union(&b);
            prop_assert_eq!(a.intersection(&union), a);
            prop_assert_eq!(b.intersection(&union), b);
            let common = a.intersection(&b);
            prop_assert_eq!(common.area(), b.intersection(&a).area());
            prop_assert!(common.area() <= a.area().min(b.area()));
        }
    }
}
