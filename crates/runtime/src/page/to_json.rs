use serde::ser::{
    Error, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::SchemaViolation;

/// Turns a value into JSON. Refuses what JSON cannot represent (numbers that are not finite, duplicate fields), and
/// values nested too deeply to be read back. Errors name the field, as those of [`Located`](super::located) do.
///
/// Otherwise like serde's serialiser of a [`Value`], which writes `null` for a number that is not finite.
#[derive(Clone, Copy)]
pub(super) struct ToJson {
    /// How many more levels of nesting are allowed here.
    levels: u8,
}

/// A list, and the variant that contains it, if any.
pub(super) struct List {
    items: Vec<Value>,
    inside: ToJson,
    variant: Option<&'static str>,
}

/// An object, and the variant that contains it, if any.
pub(super) struct Object {
    fields: Map<String, Value>,
    /// The name of the field whose value comes next.
    name: String,
    inside: ToJson,
    variant: Option<&'static str>,
}

/// The deepest nesting that `serde_json` can read.
const LEVELS: u8 = 127;

impl ToJson {
    pub(super) const WHOLE: Self = Self { levels: LEVELS };

    /// A serialiser for what is inside a list or an object.
    fn inside(self) -> Result<Self, SchemaViolation> {
        let deeper = self.levels.checked_sub(1).map(|levels| Self { levels });
        deeper.ok_or_else(|| SchemaViolation::custom(format_args!("is nested more than {LEVELS} levels deep")))
    }

    fn list(self, length: Option<usize>, variant: Option<&'static str>) -> Result<List, SchemaViolation> {
        let outside = if variant.is_some() { self.inside()? } else { self };
        Ok(List { items: Vec::with_capacity(length.unwrap_or(0)), inside: outside.inside()?, variant })
    }

    fn object(self, variant: Option<&'static str>) -> Result<Object, SchemaViolation> {
        let outside = if variant.is_some() { self.inside()? } else { self };
        Ok(Object { fields: Map::new(), name: String::new(), inside: outside.inside()?, variant })
    }
}

fn finite(number: f64) -> Result<Value, SchemaViolation> {
    if number.is_finite() {
        Ok(Value::from(number))
    } else {
        Err(SchemaViolation::custom(format_args!("is {number}, which JSON cannot hold")))
    }
}

fn too_large(number: &dyn std::fmt::Display) -> SchemaViolation {
    SchemaViolation::custom(format_args!("is {number}, which JSON cannot hold"))
}

/// The value, in its variant, if any.
fn held(variant: Option<&'static str>, value: Value) -> Value {
    match variant {
        Some(variant) => Value::Object(Map::from_iter([(variant.to_owned(), value)])),
        None => value,
    }
}

fn in_variant(variant: Option<&'static str>, violation: SchemaViolation) -> SchemaViolation {
    match variant {
        Some(variant) => violation.in_field(variant),
        None => violation,
    }
}

impl Object {
    fn put(&mut self, name: String, value: Result<Value, SchemaViolation>) -> Result<(), SchemaViolation> {
        let violation = match (value, self.fields.entry(name)) {
            (Ok(value), Entry::Vacant(field)) => {
                field.insert(value);
                return Ok(());
            }
            (Ok(_), Entry::Occupied(field)) => SchemaViolation::custom("is written twice").in_field(field.key()),
            (Err(violation), field) => violation.in_field(field.key()),
        };
        Err(in_variant(self.variant, violation))
    }

    fn value(self) -> Value {
        held(self.variant, Value::Object(self.fields))
    }
}

impl List {
    fn push(&mut self, item: Result<Value, SchemaViolation>) -> Result<(), SchemaViolation> {
        match item {
            Ok(item) => {
                self.items.push(item);
                Ok(())
            }
            Err(violation) => Err(in_variant(self.variant, violation.in_item(self.items.len()))),
        }
    }

    fn value(self) -> Value {
        held(self.variant, Value::Array(self.items))
    }
}

/// The name of the field for a map's key.
fn name_of(key: Value) -> Result<String, SchemaViolation> {
    match key {
        Value::String(name) => Ok(name),
        Value::Bool(_) | Value::Number(_) => Ok(key.to_string()),
        _ => Err(SchemaViolation::custom("has a key that is neither text nor a number")),
    }
}

macro_rules! written_as_is {
    ($($method:ident $type:ty,)*) => {$(
        fn $method(self, value: $type) -> Result<Value, SchemaViolation> {
            Ok(Value::from(value))
        }
    )*};
}

impl Serializer for ToJson {
    type Ok = Value;
    type Error = SchemaViolation;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    written_as_is! {
        serialize_bool bool,
        serialize_i8 i8,
        serialize_i16 i16,
        serialize_i32 i32,
        serialize_i64 i64,
        serialize_u8 u8,
        serialize_u16 u16,
        serialize_u32 u32,
        serialize_u64 u64,
        serialize_str &str,
    }

    fn serialize_i128(self, value: i128) -> Result<Value, SchemaViolation> {
        let number = i64::try_from(value).map(Value::from).or_else(|_| u64::try_from(value).map(Value::from));
        number.map_err(|_| too_large(&value))
    }

    fn serialize_u128(self, value: u128) -> Result<Value, SchemaViolation> {
        u64::try_from(value).map(Value::from).map_err(|_| too_large(&value))
    }

    fn serialize_f32(self, value: f32) -> Result<Value, SchemaViolation> {
        finite(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<Value, SchemaViolation> {
        finite(value)
    }

    fn serialize_char(self, value: char) -> Result<Value, SchemaViolation> {
        Ok(Value::from(value.to_string()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Value, SchemaViolation> {
        Ok(Value::from(value))
    }

    fn serialize_none(self) -> Result<Value, SchemaViolation> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, SchemaViolation> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, SchemaViolation> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, SchemaViolation> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, SchemaViolation> {
        Ok(Value::from(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, SchemaViolation> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, SchemaViolation> {
        match value.serialize(self.inside()?) {
            Ok(value) => Ok(held(Some(variant), value)),
            Err(violation) => Err(violation.in_field(variant)),
        }
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<List, SchemaViolation> {
        self.list(length, None)
    }

    fn serialize_tuple(self, length: usize) -> Result<List, SchemaViolation> {
        self.list(Some(length), None)
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<List, SchemaViolation> {
        self.list(Some(length), None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        length: usize,
    ) -> Result<List, SchemaViolation> {
        self.list(Some(length), Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object, SchemaViolation> {
        self.object(None)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object, SchemaViolation> {
        self.object(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object, SchemaViolation> {
        self.object(Some(variant))
    }

    fn collect_str<T: std::fmt::Display + ?Sized>(self, value: &T) -> Result<Value, SchemaViolation> {
        Ok(Value::from(value.to_string()))
    }
}

impl SerializeMap for Object {
    type Ok = Value;
    type Error = SchemaViolation;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SchemaViolation> {
        self.name = name_of(key.serialize(ToJson::WHOLE)?)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SchemaViolation> {
        let name = std::mem::take(&mut self.name);
        self.put(name, value.serialize(self.inside))
    }

    fn end(self) -> Result<Value, SchemaViolation> {
        Ok(self.value())
    }
}

macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl $trait for Object {
            type Ok = Value;
            type Error = SchemaViolation;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SchemaViolation> {
                self.put(name.to_owned(), value.serialize(self.inside))
            }

            fn end(self) -> Result<Value, SchemaViolation> {
                Ok(self.value())
            }
        }
    )*};
}

fields!(SerializeStruct SerializeStructVariant);

macro_rules! items {
    ($($trait:ident $method:ident,)*) => {$(
        impl $trait for List {
            type Ok = Value;
            type Error = SchemaViolation;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), SchemaViolation> {
                self.push(item.serialize(self.inside))
            }

            fn end(self) -> Result<Value, SchemaViolation> {
                Ok(self.value())
            }
        }
    )*};
}

items! {
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field,
}
