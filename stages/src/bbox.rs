//! Where something lies on a scan.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use shelf::llm::Region;

/// A box on a scan, px of the scan, origin top left. Written as `{x, y, width, height}`, read also as `[x, y, width, height]`.
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
    /// The box between two corners; empty where `right` or `bottom` lies before `left` or `top`.
    #[must_use]
    pub fn between(left: u32, top: u32, right: u32, bottom: u32) -> Self {
        Self { x: left, y: top, width: right.saturating_sub(left), height: bottom.saturating_sub(top) }
    }

    /// The first column right of the box.
    #[must_use]
    pub fn right(&self) -> u32 {
        self.x.saturating_add(self.width)
    }

    /// The first row below the box.
    #[must_use]
    pub fn bottom(&self) -> u32 {
        self.y.saturating_add(self.height)
    }

    /// Pixels in the box.
    #[must_use]
    pub fn area(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The smallest box around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::between(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// The smallest box around all of them; none where there is none.
    pub fn around(boxes: impl IntoIterator<Item = Self>) -> Option<Self> {
        boxes.into_iter().reduce(|all, one| all.union(&one))
    }

    /// What both have in common; empty where they do not touch.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::between(
            self.x.max(other.x),
            self.y.max(other.y),
            self.right().min(other.right()),
            self.bottom().min(other.bottom()),
        )
    }

    /// How much of this box lies in `other`, 0..=1; 0 for an empty box.
    #[must_use]
    pub fn share_in(&self, other: &Self) -> f64 {
        if self.area() == 0 { 0.0 } else { self.intersection(other).area() as f64 / self.area() as f64 }
    }
}

/// What a model is shown of a scan.
impl From<Bbox> for Region {
    fn from(Bbox { x, y, width, height }: Bbox) -> Self {
        Self { x, y, width, height }
    }
}

impl<'de> Deserialize<'de> for Bbox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EitherForm)
    }
}

/// Writes a box as `[x, y, width, height]`, for pages whose format has it so; reads both forms.
pub(crate) mod list {
    use super::{Bbox, Deserialize, Deserializer, Serialize};
    use serde::Serializer;

    pub(crate) fn serialize<S: Serializer>(bbox: &Bbox, serializer: S) -> Result<S::Ok, S::Error> {
        [bbox.x, bbox.y, bbox.width, bbox.height].serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bbox, D::Error> {
        Bbox::deserialize(deserializer)
    }
}

struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
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
            "description": "A box on a scan, px of the scan, origin top left.",
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
    fn both_forms_are_read_and_the_object_is_written() {
        let wanted = Bbox { x: 1, y: 2, width: 3, height: 4 };
        let read = |value| serde_json::from_value::<Bbox>(value).unwrap();
        assert_eq!(read(json!({"x": 1, "y": 2, "width": 3, "height": 4, "page": 7})), wanted);
        assert_eq!(read(json!([1, 2, 3, 4])), wanted);
        assert_eq!(serde_json::to_value(wanted).unwrap(), json!({"x": 1, "y": 2, "width": 3, "height": 4}));
    }

    #[test]
    fn what_is_no_box_is_refused_by_what_it_lacks() {
        let problem = |value| serde_json::from_value::<Bbox>(value).unwrap_err().to_string();
        let form = "expected a box as {x, y, width, height} or [x, y, width, height]";
        assert_eq!(problem(json!({"x": 1, "y": 2, "width": 3})), "missing field `height`");
        assert_eq!(problem(json!([1, 2, 3])), format!("invalid length 3, {form}"));
        assert_eq!(problem(json!([1, 2, 3, 4, 5])), format!("invalid length 5, {form}"));
        assert_eq!(problem(json!("1 2 3 4")), format!("invalid type: string \"1 2 3 4\", {form}"));
        assert_eq!(problem(json!([-1, 2, 3, 4])), "invalid value: integer `-1`, expected u32");
    }

    #[test]
    fn boxes_that_do_not_touch_share_nothing() {
        let left = Bbox { x: 0, y: 0, width: 10, height: 10 };
        let right = Bbox { x: 10, y: 0, width: 10, height: 10 };
        assert_eq!(left.intersection(&right).area(), 0);
        assert!(left.share_in(&right).abs() < f64::EPSILON);
        assert!((left.share_in(&left.union(&right)) - 1.0).abs() < f64::EPSILON);
    }

    fn any_box() -> impl Strategy<Value = Bbox> {
        (0..5000u32, 0..5000u32, 1..5000u32, 1..5000u32).prop_map(|(x, y, width, height)| Bbox { x, y, width, height })
    }

    proptest! {
        #[test]
        fn a_union_holds_both_and_an_intersection_lies_in_both(a in any_box(), b in any_box()) {
            let union = a.union(&b);
            prop_assert_eq!(a.intersection(&union), a);
            prop_assert_eq!(b.intersection(&union), b);
            let common = a.intersection(&b);
            prop_assert_eq!(common.area(), b.intersection(&a).area());
            prop_assert!(common.area() <= a.area().min(b.area()));
        }
    }
}
