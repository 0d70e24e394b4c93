use std::fmt::Display;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor, value::BorrowedStrDeserializer,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Number, Value};

use super::SchemaViolation;

/// A JSON value to deserialise a type from, with errors that name the field.
///
/// Like `serde_path_to_error` around serde's deserialiser of a [`Value`], but in a single deserialiser, which generates half as much code
/// for each output type. A struct is read only from an object, as in its schema.
pub(super) struct Located<'a>(pub(super) &'a Value);

/// The fields of an object.
struct Fields<'a> {
    rest: serde_json::map::Iter<'a>,
    here: Option<(&'a str, &'a Value)>,
}

/// The items of an array.
struct Items<'a> {
    all: &'a [Value],
    next: usize,
}

/// The name of a field, which may be a number for a map.
struct Key<'a>(&'a str);

/// A variant and its content, if any.
struct Variant<'a> {
    name: &'a str,
    value: Option<&'a Value>,
}

impl Error for SchemaViolation {
    fn custom<T: Display>(problem: T) -> Self {
        Self { path: String::new(), problem: problem.to_string() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let found = if found == Unexpected::Unit { Unexpected::Other("null") } else { found };
        <Self as Error>::custom(format_args!("invalid type: {found}, expected {expected}"))
    }
}

impl serde::ser::Error for SchemaViolation {
    fn custom<T: Display>(problem: T) -> Self {
        Error::custom(problem)
    }
}

impl SchemaViolation {
    pub(super) fn in_field(mut self, field: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path.insert_str(0, dot);
        self.path.insert_str(0, field);
        self
    }

    pub(super) fn in_item(mut self, item: usize) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path.insert_str(0, &format!("[{item}]{dot}"));
        self
    }
}

impl<'a> Located<'a> {
    fn unexpected(&self, expected: &dyn Expected) -> SchemaViolation {
        let found = match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(found) => Unexpected::Bool(*found),
            Value::Number(found) => unexpected(found),
            Value::String(found) => Unexpected::Str(found),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        };
        SchemaViolation::invalid_type(found, expected)
    }

    fn fields(&self) -> Option<Fields<'a>> {
        self.0.as_object().map(Fields::of)
    }
}

fn unexpected(number: &Number) -> Unexpected<'static> {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => Unexpected::Unsigned(number),
        (None, Some(number)) => Unexpected::Signed(number),
        (None, None) => Unexpected::Float(number.as_f64().unwrap_or(f64::NAN)),
    }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, SchemaViolation> {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => visitor.visit_u64(number),
        (None, Some(number)) => visitor.visit_i64(number),
        (None, None) => visitor.visit_f64(number.as_f64().unwrap_or(f64::NAN)),
    }
}

fn visit_items<'de, V: Visitor<'de>>(all: &'de [Value], visitor: V) -> Result<V::Value, SchemaViolation> {
    let mut items = Items { all, next: 0 };
    let value = visitor.visit_seq(&mut items)?;
    if items.next == all.len() {
        Ok(value)
    } else {
        Err(SchemaViolation::invalid_length(all.len(), &"fewer elements in array"))
    }
}

impl<'de> Deserializer<'de> for Located<'de> {
    type Error = SchemaViolation;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => visit_number(number, visitor),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visit_items(items, visitor),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        match self.fields() {
            Some(fields) => visitor.visit_map(fields),
            None => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        match Variant::of(self.0) {
            Some(variant) => visitor.visit_enum(variant),
            None => Err(self.unexpected(&"a word, or an object of one field")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier
    }
}

impl<'a> Fields<'a> {
    fn of(fields: &'a Map<String, Value>) -> Self {
        Self { rest: fields.iter(), here: None }
    }

    fn advance(&mut self) -> Option<Key<'a>> {
        let (name, value) = self.rest.next()?;
        self.here = Some((name, value));
        Some(Key(name))
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = SchemaViolation;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, SchemaViolation> {
        let Some(key) = self.advance() else { return Ok(None) };
        match seed.deserialize(key) {
            Ok(key) => Ok(Some(key)),
            Err(violation) => Err(violation),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, SchemaViolation> {
        let (name, value) = self.here.take().expect("serde asks for a key before its value");
        match seed.deserialize(Located(value)) {
            Err(violation) => Err(violation.in_field(name)),
            read => read,
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = SchemaViolation;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, SchemaViolation> {
        let Some(item) = self.all.get(self.next) else { return Ok(None) };
        self.next += 1;
        match seed.deserialize(Located(item)) {
            Ok(item) => Ok(Some(item)),
            Err(violation) => Err(violation.in_item(self.next - 1)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.next)
    }
}

/// Reads a number or `bool` from the text of a key.
macro_rules! read_from_text {
    ($($method:ident $type:ty => $visit:ident,)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
            match self.0.parse::<$type>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => visitor.visit_borrowed_str(self.0),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = SchemaViolation;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
        visitor.visit_borrowed_str(self.0)
    }

    read_from_text! {
        deserialize_bool bool => visit_bool,
        deserialize_i8 i64 => visit_i64,
        deserialize_i16 i64 => visit_i64,
        deserialize_i32 i64 => visit_i64,
        deserialize_i64 i64 => visit_i64,
        deserialize_i128 i128 => visit_i128,
        deserialize_u8 u64 => visit_u64,
        deserialize_u16 u64 => visit_u64,
        deserialize_u32 u64 => visit_u64,
        deserialize_u64 u64 => visit_u64,
        deserialize_u128 u128 => visit_u128,
        deserialize_f32 f64 => visit_f64,
        deserialize_f64 f64 => visit_f64,
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SchemaViolation> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        visitor.visit_enum(Variant { name: self.0, value: None })
    }

    forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'a> Variant<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::String(name) => Some(Self { name, value: None }),
            Value::Object(fields) if fields.len() == 1 => {
                fields.iter().next().map(|(name, value)| Self { name, value: Some(value) })
            }
            _ => None,
        }
    }

    fn located<T>(&self, read: Result<T, SchemaViolation>) -> Result<T, SchemaViolation> {
        read.map_err(|violation| violation.in_field(self.name))
    }

    fn held(&self) -> Located<'a> {
        Located(self.value.unwrap_or(&Value::Null))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = SchemaViolation;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), SchemaViolation> {
        let name: BorrowedStrDeserializer<'de, SchemaViolation> = BorrowedStrDeserializer::new(self.name);
        Ok((seed.deserialize(name.into_deserializer())?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = SchemaViolation;

    fn unit_variant(self) -> Result<(), SchemaViolation> {
        match self.value {
            None | Some(Value::Null) => Ok(()),
            Some(held) => self.located(Err(Located(held).unexpected(&"a variant that holds nothing"))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, SchemaViolation> {
        self.located(seed.deserialize(self.held()))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, SchemaViolation> {
        self.located(match self.held().0.as_array() {
            Some(items) => visit_items(items, visitor),
            None => Err(self.held().unexpected(&visitor)),
        })
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, SchemaViolation> {
        self.located(match self.held().fields() {
            Some(fields) => visitor.visit_map(fields),
            None => Err(self.held().unexpected(&visitor)),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;

    use serde::{Deserialize, Serialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Text,
        Numbered(u8),
        Box(u8, i64),
        Figure { caption: Option<String>, width: f32 },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        Line { height: u32 },
        Rule,
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(transparent)]
    struct Number(u32);

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Block {
        kind: Kind,
        size: (u16, u16),
        #[serde(default)]
        words: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folio: Option<Number>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sheet {
        blocks: Vec<Block>,
        pages: BTreeMap<Number, Vec<Tagged>>,
        kinds: BTreeMap<bool, Kind>,
        unit: (),
        sure: Option<f64>,
        letter: char,
        least: i64,
        #[serde(flatten)]
        others: BTreeMap<String, u8>,
    }

    fn sheet() -> Value {
        json!({
            "blocks": [
                { "kind": "text", "size": [1, 2], "words": ["a", "ü"], "folio": 7 },
                { "kind": { "numbered": 3 }, "size": [1, 2], "words": [] },
                { "kind": { "box": [3, -4] }, "size": [0, 65535], "words": [] },
                { "kind": { "figure": { "caption": null, "width": 1.5 } }, "size": [1, 2], "words": [] },
            ],
            "pages": { "12": [{ "kind": "line", "height": 4 }, { "kind": "rule" }] },
            "kinds": { "true": "text" },
            "unit": null,
            "sure": 1,
            "letter": "x",
            "least": i64::MIN,
            "more": 5,
        })
    }

    fn read<T: DeserializeOwned>(value: &Value) -> Result<T, SchemaViolation> {
        T::deserialize(Located(value))
    }

    #[test]
    fn reads_like_serde_json() {
        let value = sheet();
        let read: Sheet = read(&value).unwrap();
        assert_eq!(read, serde_json::from_value(value.clone()).unwrap());
        let mut written = serde_json::to_value(&read).unwrap();
        written["sure"] = json!(1);
        assert_eq!(written, value);
    }

    #[track_caller]
    fn assert_violation<T: DeserializeOwned + Debug>(pointer: &str, wrong: Value, path: &str) {
        let mut value = sheet();
        *value.pointer_mut(pointer).unwrap() = wrong;
        let violation = read::<T>(&value).unwrap_err();
        let of_serde_json = serde_json::from_value::<T>(value).unwrap_err().to_string();
        assert_eq!((violation.path.as_str(), violation.problem.as_str()), (path, of_serde_json.as_str()));
    }

    #[test]
    fn violations_name_the_field_with_serde_jsons_message() {
        let blocks = "blocks[1]";
        assert_violation::<Sheet>("/blocks/1/words", json!(["a", 7]), &format!("{blocks}.words[1]"));
        assert_violation::<Sheet>("/blocks/1/size", json!([1, 2, 3]), &format!("{blocks}.size"));
        assert_violation::<Sheet>("/blocks/1/size", json!([1, 65536]), &format!("{blocks}.size[1]"));
        assert_violation::<Sheet>("/blocks/1/kind/numbered", json!("x"), &format!("{blocks}.kind.numbered"));
        assert_violation::<Sheet>("/blocks/2/kind/box/1", json!(0.5), "blocks[2].kind.box[1]");
        assert_violation::<Sheet>("/blocks/3/kind/figure/width", json!(null), "blocks[3].kind.figure.width");
        assert_violation::<Sheet>("/blocks/1", json!({ "size": [1, 2] }), blocks);
        assert_violation::<Sheet>("/blocks/0/kind", json!("texts"), "blocks[0].kind");
        assert_violation::<Sheet>("/blocks/0", json!({ "kind": "text", "size": [1, 2], "other": 1 }), "blocks[0]");
        assert_violation::<Sheet>("/pages/12/0", json!({ "kind": "line" }), "pages.12[0]");
        assert_violation::<Sheet>("/letter", json!("xy"), "letter");
        assert_violation::<Sheet>("/least", json!(true), "least");
        assert_violation::<Sheet>("/unit", json!(1), "unit");
    }

    #[test]
    fn a_key_may_be_a_number_and_a_struct_is_an_object() {
        let violation = read::<BTreeMap<Number, u8>>(&json!({ "x": 1 })).unwrap_err();
        assert_eq!(violation.to_string(), "invalid type: string \"x\", expected u32");
        let violation = read::<Block>(&json!(["text", [1, 2]])).unwrap_err();
        assert_eq!(violation.to_string(), "invalid type: sequence, expected struct Block");
    }
}
