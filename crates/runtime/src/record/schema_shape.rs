//! What the runtime derives from an output type's JSON Schema: the fields that it fills in, and the hash of its shape.

use schemars::Schema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::Hash;
use crate::page::Filled;

/// The fields that the runtime fills in, as JSON pointers, with their content. Fields inside lists are not supported.
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

/// The shape of an output type, as a hash: its schema without descriptions, without the names of types, and without optional
/// properties and definitions only they refer to. So a renamed type or a new optional field makes no page stale.
///
/// In a file, the hash is prefixed with the number of the algorithm: `2:5c0f…`. Release 0.1 used another algorithm, without a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shape(String);

impl Shape {
    const ALGORITHM: &str = "2";

    /// The shape of the type that has this schema.
    #[must_use]
    pub fn of(schema: &Schema) -> Self {
        let mut inlining = Inlining { root: schema.as_value(), within: Vec::new() };
        let shape = inlining.shape(schema.as_value());
        Self(format!("{}:{}", Self::ALGORITHM, Hash::of_json(&shape)))
    }

    /// Whether it differs from an earlier one. Shapes of different algorithms cannot be compared and count as equal.
    #[must_use]
    pub fn differs_from(&self, earlier: &Self) -> bool {
        self.algorithm() == earlier.algorithm() && self != earlier
    }

    fn algorithm(&self) -> &str {
        self.0.split_once(':').map_or("1", |(algorithm, _)| algorithm)
    }
}

/// Replaces references with their definitions.
struct Inlining<'a> {
    root: &'a Value,
    /// The references being followed, to stop at recursive types.
    within: Vec<&'a str>,
}

impl<'a> Inlining<'a> {
    fn shape(&mut self, schema: &'a Value) -> Value {
        match schema {
            Value::Array(items) => items.iter().map(|item| self.shape(item)).collect(),
            Value::Object(fields) => self.object(fields),
            other => other.clone(),
        }
    }

    fn object(&mut self, fields: &'a Map<String, Value>) -> Value {
        let required: Vec<&str> =
            fields.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let mut kept = Map::new();
        for (key, value) in fields {
            match (key.as_str(), value) {
                ("description" | "title" | "examples" | "default" | "required" | "$schema" | "$defs", _) => {}
                ("$ref", Value::String(reference)) => {
                    kept.insert(key.clone(), self.referenced(reference));
                }
                ("properties", Value::Object(properties)) => {
                    let needed = properties.iter().filter(|(name, property)| {
                        required.contains(&name.as_str()) && property.get("default").is_none()
                    });
                    let needed = needed.map(|(name, property)| (name.clone(), self.shape(property))).collect();
                    kept.insert(key.clone(), needed);
                }
                _ => {
                    kept.insert(key.clone(), self.shape(value));
                }
            }
        }
        // A reference alone is what it refers to.
        match (kept.len(), kept.get_mut("$ref")) {
            (1, Some(referenced)) => referenced.take(),
            _ => Value::Object(kept),
        }
    }

    /// The target of a reference; for a recursive one, the number of references back to itself.
    fn referenced(&mut self, reference: &'a str) -> Value {
        if let Some(at) = self.within.iter().position(|outer| *outer == reference) {
            return json!({ "recursive": self.within.len() - at });
        }
        let Some(definition) = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer)) else {
            return Value::from(reference);
        };
        self.within.push(reference);
        let shape = self.shape(definition);
        self.within.pop();
        shape
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
        let shape = Shape::of(&schema_for!(first::Line));
        assert_eq!(shape, Shape::of(&schema_for!(documented::Line)));
        assert!(shape.differs_from(&Shape::of(&schema_for!(changed::Line))));
    }

    #[test]
    fn names_of_types_order_of_fields_and_types_of_optional_fields_do_not_count() {
        mod first {
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Page {
                blocks: Vec<Block>,
                number: u32,
            }
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Block {
                inner: Vec<Block>,
                words: u32,
            }
        }
        mod renamed {
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Leaf {
                number: u32,
                blocks: Vec<Region>,
                style: Option<Style>,
            }
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Region {
                inner: Vec<Region>,
                words: u32,
                #[schemars(default)]
                styles: Vec<Style>,
            }
            #[derive(Default, schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) enum Style {
                #[default]
                Plain,
                Bold,
            }
        }
        mod changed {
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Page {
                blocks: Vec<Block>,
                number: u32,
            }
            #[derive(schemars::JsonSchema)]
            #[expect(dead_code, reason = "only its schema is used")]
            pub(super) struct Block {
                inner: Vec<Block>,
                words: String,
            }
        }
        let shape = Shape::of(&schema_for!(first::Page));
        assert_eq!(shape, Shape::of(&schema_for!(renamed::Leaf)));
        assert!(shape.differs_from(&Shape::of(&schema_for!(changed::Page))));
    }

    #[test]
    fn a_shape_of_another_algorithm_counts_as_the_same() {
        let earlier = Shape(Hash::of(b"as release 0.1 wrote it").to_string());
        assert!(!Shape::of(&schema_for!(String)).differs_from(&earlier));
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
