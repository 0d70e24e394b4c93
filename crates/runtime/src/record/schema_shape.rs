//! What the runtime reads out of an output type's JSON Schema: which fields it fills in itself, and the hash of its shape.

use schemars::Schema;
use serde_json::{Map, Value};

use super::Hash;
use crate::page::Filled;

/// The fields that the runtime fills in, as JSON pointers, with what they say. Fields inside lists are not looked for.
#[must_use]
pub fn filled_fields(schema: &Schema) -> Vec<(String, Filled)> {
    let mut found = Vec::new();
    collect_filled(schema.as_value(), schema.as_value(), "", 0, &mut found);
    found
}

fn collect_filled(root: &Value, schema: &Value, pointer: &str, depth: u8, found: &mut Vec<(String, Filled)>) {
    let schema = schema
        .get("$ref")
        .and_then(Value::as_str)
        .map_or(schema, |name| name.strip_prefix('#').and_then(|path| root.pointer(path)).unwrap_or(schema));
    if let Some(filled) = schema.get(Filled::KEY).and_then(Value::as_str).and_then(Filled::of_mark) {
        found.push((pointer.to_owned(), filled));
    } else if let Some(properties) = schema.get("properties").and_then(Value::as_object)
        && depth < 4
    {
        for (name, property) in properties {
            let name = name.replace('~', "~0").replace('/', "~1");
            collect_filled(root, property, &format!("{pointer}/{name}"), depth + 1, found);
        }
    }
}

/// The hash of a schema's shape: without words for people, and without properties that may be missing, so that a new optional
/// field makes no page stale.
#[must_use]
pub fn shape_hash(schema: &Schema) -> Hash {
    Hash::of_json(&shape(schema.as_value()))
}

fn shape(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::Object(fields) => {
            let required: Vec<&str> = fields
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let mut kept = Map::new();
            for (key, value) in fields {
                match (key.as_str(), value) {
                    ("description" | "title" | "examples" | "default" | "$schema", _) => {}
                    ("properties", Value::Object(properties)) => {
                        let needed = properties.iter().filter(|(name, property)| {
                            required.contains(&name.as_str()) && property.get("default").is_none()
                        });
                        kept.insert(
                            key.clone(),
                            needed.map(|(name, property)| (name.clone(), shape(property))).collect(),
                        );
                    }
                    _ => {
                        kept.insert(key.clone(), shape(value));
                    }
                }
            }
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Timestamp;
    use schemars::{JsonSchema, schema_for};

    #[test]
    fn a_new_optional_field_keeps_the_shape_and_a_changed_one_does_not() {
        mod first {
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Line {
                words: u32,
            }
        }
        mod documented {
            /// A line.
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Line {
                /// Words in it.
                words: u32,
                #[schemars(default)]
                noted: Option<String>,
            }
        }
        mod changed {
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Line {
                words: String,
            }
        }
        let hash = shape_hash(&schema_for!(first::Line));
        assert_eq!(hash, shape_hash(&schema_for!(documented::Line)));
        assert_ne!(hash, shape_hash(&schema_for!(changed::Line)));
    }

    #[test]
    fn filled_fields_are_found_where_they_are_nested() {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct Provenance {
            merge_timestamp: Timestamp,
        }
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct Sheet {
            made: Timestamp,
            metadata: Provenance,
            text: String,
        }
        let found = filled_fields(&schema_for!(Sheet));
        assert_eq!(
            found,
            [("/made".to_owned(), Filled::Timestamp), ("/metadata/merge_timestamp".to_owned(), Filled::Timestamp)]
        );
    }
}
