//! The JSON Schema of a reply, adapted to what providers of structured output accept: references inlined, objects closed, all
//! properties required and in the order of declaration, and the keywords dropped that several of them reject. Dropped constraints are
//! still checked, because the full type validates the reply.

use schemars::{JsonSchema, Schema, schema_for};
use serde_json::{Map, Value, json};

/// The schema of a reply, as it is sent to a model's server.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplySchema {
    /// The type's name, of letters, digits, `_` and `-`.
    pub name: String,
    /// The adapted schema.
    pub schema: Value,
}

/// Why a type cannot be used as a reply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// The type contains itself.
    #[error(
        "`{0}` contains itself, which a schema without references cannot express: use a list of flat entries instead"
    )]
    Recursive(String),
    /// A reference has no target.
    #[error("the schema has no definition for `{0}`")]
    Dangling(String),
}

/// Keywords that are kept. Bounds become part of the description; everything else is dropped.
const KEPT: [&str; 4] = ["type", "description", "enum", "const"];
const COMBINED: [&str; 3] = ["anyOf", "oneOf", "allOf"];

impl ReplySchema {
    /// The schema of `T`.
    pub fn of<T: JsonSchema>() -> Result<Self, SchemaError> {
        Self::adapted(&T::schema_name(), &schema_for!(T))
    }

    fn adapted(name: &str, schema: &Schema) -> Result<Self, SchemaError> {
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '_' };
        let name: String = name.chars().map(plain).take(64).collect();
        let schema = Adapter { root: schema.as_value(), inlining: Vec::new() }.adapt(schema.as_value())?;
        Ok(Self { name, schema })
    }
}

struct Adapter<'a> {
    root: &'a Value,
    /// References being inlined at the moment.
    inlining: Vec<String>,
}

impl Adapter<'_> {
    fn adapt(&mut self, schema: &Value) -> Result<Value, SchemaError> {
        // The schema `true` accepts any value.
        let Some(fields) = schema.as_object() else { return Ok(json!({})) };
        if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
            return self.inline(reference, fields);
        }
        let mut adapted = Map::new();
        for key in KEPT {
            if let Some(value) = fields.get(key) {
                adapted.insert(key.to_owned(), value.clone());
            }
        }
        if let Some(value) = adapted.remove("const") {
            adapted.insert("enum".to_owned(), json!([value]));
        }
        if let Some(bounds) = bounds(fields) {
            let said =
                fields.get("description").and_then(Value::as_str).map_or(String::new(), |text| format!("{text} "));
            adapted.insert("description".to_owned(), format!("{said}({bounds})").into());
        }
        if let Some(properties) = fields.get("properties").and_then(Value::as_object) {
            let adapt = |(name, property): (&String, &Value)| Ok((name.clone(), self.adapt(property)?));
            let properties = properties.iter().map(adapt).collect::<Result<Map<_, _>, _>>()?;
            adapted.insert("required".to_owned(), properties.keys().map(String::as_str).collect());
            adapted.insert("properties".to_owned(), properties.into());
            adapted.insert("additionalProperties".to_owned(), false.into());
        }
        if let Some(items) = fields.get("items").filter(|items| items.is_object()) {
            adapted.insert("items".to_owned(), self.adapt(items)?);
        } else if let Some(items) = fields.get("prefixItems").and_then(Value::as_array) {
            adapted.insert("items".to_owned(), any_of(self.adapt_all(items)?));
        }
        for key in COMBINED {
            if let Some(choices) = fields.get(key).and_then(Value::as_array) {
                let choices = self.adapt_all(choices)?;
                merge(&mut adapted, any_of(choices));
            }
        }
        Ok(Value::Object(adapted))
    }

    fn adapt_all(&mut self, schemas: &[Value]) -> Result<Vec<Value>, SchemaError> {
        schemas.iter().map(|schema| self.adapt(schema)).collect()
    }

    /// The target of a reference. A description beside the reference overrides the target's.
    fn inline(&mut self, reference: &str, fields: &Map<String, Value>) -> Result<Value, SchemaError> {
        if self.inlining.iter().any(|open| open == reference) {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            return Err(SchemaError::Recursive(name.to_owned()));
        }
        let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
        let target = target.ok_or_else(|| SchemaError::Dangling(reference.to_owned()))?;
        self.inlining.push(reference.to_owned());
        let mut adapted = self.adapt(target)?;
        self.inlining.pop();
        if let (Some(said), Some(adapted)) = (fields.get("description"), adapted.as_object_mut()) {
            adapted.insert("description".to_owned(), said.clone());
        }
        Ok(adapted)
    }
}

/// A choice between schemas. Enum variants with doc comments become one list of words, and a description that explains them.
fn any_of(mut choices: Vec<Value>) -> Value {
    choices.dedup();
    if choices.len() == 1 {
        return choices.remove(0);
    }
    let words: Option<Vec<&Value>> =
        choices.iter().map(|choice| choice.get("enum")?.as_array()).try_fold(Vec::new(), |mut words, choice| {
            words.extend(choice?);
            Some(words)
        });
    let Some(words) = words.filter(|words| words.iter().all(|word| word.is_string())) else {
        return json!({ "anyOf": choices });
    };
    let explained = choices.iter().filter_map(|choice| {
        let word = choice["enum"].as_array()?.first()?.as_str()?;
        Some(format!("`{word}`: {}", choice.get("description")?.as_str()?.replace('\n', " ")))
    });
    let explained = explained.collect::<Vec<_>>().join("\n");
    let mut choice = json!({ "type": "string", "enum": words });
    if !explained.is_empty() {
        choice["description"] = explained.into();
    }
    choice
}

/// Merges the schema of a combination into the one around it; both descriptions are kept.
fn merge(schema: &mut Map<String, Value>, combined: Value) {
    let Value::Object(combined) = combined else { return };
    for (key, value) in combined {
        match (key.as_str(), schema.get("description").and_then(Value::as_str), value.as_str()) {
            ("description", Some(said), Some(more)) => {
                let both = format!("{said}\n{more}");
                schema.insert(key, both.into());
            }
            _ => drop(schema.insert(key, value)),
        }
    }
}

/// The bounds of a value in words: `0 to 1`, `at most 100 characters`.
fn bounds(fields: &Map<String, Value>) -> Option<String> {
    let range = |low: &str, high: &str, unit: &str| {
        let plain = |key: &str| fields.get(key).filter(|bound| bound.is_number()).map(plain_number);
        match (plain(low), plain(high)) {
            (Some(low), Some(high)) if low == high => Some(format!("{low}{unit}")),
            (Some(low), Some(high)) => Some(format!("{low} to {high}{unit}")),
            (Some(low), None) if low != "0" => Some(format!("at least {low}{unit}")),
            (None, Some(high)) => Some(format!("at most {high}{unit}")),
            _ => None,
        }
    };
    range("minimum", "maximum", "")
        .or_else(|| range("minLength", "maxLength", " characters"))
        .or_else(|| range("minItems", "maxItems", " items"))
}

fn plain_number(number: &Value) -> String {
    match number.as_f64() {
        Some(whole) if whole.fract() == 0.0 => format!("{whole:.0}"),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;

    use super::*;

    /// The kinds of blocks on a page.
    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Labels {
        /// As printed.
        #[garde(length(max = 10))]
        folio: Option<String>,
        #[garde(length(min = 1), dive)]
        blocks: Vec<Block>,
        /// Left, top, width, height.
        #[garde(skip)]
        bbox: (u32, u32, u32, u32),
        #[serde(default)]
        #[garde(skip)]
        again: Option<Kind>,
    }

    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Block {
        /// What it is.
        #[garde(skip)]
        kind: Kind,
        /// How sure.
        #[garde(range(min = 0.0, max = 1.0))]
        confidence: f64,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Kind {
        /// Text of the book.
        Body,
        /// Notes under it.
        Footnote,
        Other,
    }

    #[test]
    fn closes_and_inlines_schema_in_declaration_order() {
        let schema = ReplySchema::of::<Labels>().unwrap();
        assert_eq!(schema.name, "Labels");
        let text = serde_json::to_string_pretty(&schema.schema).unwrap();
        insta::assert_snapshot!(text);
        for rejected in ["$ref", "$defs", "minItems", "prefixItems", "maxLength", "minimum", "format", "default"] {
            assert!(!text.contains(&format!("\"{rejected}\"")), "{rejected}");
        }
    }

    #[test]
    fn rejects_recursive_type_by_name() {
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct Chapter {
            parts: Vec<Chapter>,
        }
        #[derive(JsonSchema)]
        #[expect(dead_code, reason = "only its schema is used")]
        struct Contents {
            chapters: Vec<Chapter>,
        }
        assert_eq!(ReplySchema::of::<Contents>(), Err(SchemaError::Recursive("Chapter".to_owned())));
    }
}
