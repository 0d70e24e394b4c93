use schemars::Schema;
use serde_json::{Map, Value};

/// The smallest page that fits a schema: required fields only, with minimal lengths and values.
pub(super) fn example_page(schema: &Schema) -> Value {
    let root = schema.as_value();
    example(root, root, 0)
}

fn example(root: &Value, schema: &Value, depth: u8) -> Value {
    const DEEPEST: u8 = 20;
    if depth > DEEPEST {
        return Value::Null;
    }
    let of = |schema: &Value| example(root, schema, depth + 1);
    if let Some(target) = schema["$ref"].as_str().and_then(|name| root.pointer(name.strip_prefix('#')?)) {
        return of(target);
    }
    if let Some(value) = schema.get("const").or_else(|| schema["enum"].get(0)) {
        return value.clone();
    }
    if let Some(several) = ["anyOf", "oneOf", "allOf"].iter().find_map(|key| schema[*key].as_array()) {
        let null = several.iter().find(|one| one["type"] == "null");
        return null.or(several.first()).map_or(Value::Null, of);
    }
    let number = |key: &str| schema[key].as_f64();
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array()?.iter().rev().find_map(Value::as_str));
    match kind {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let field = |name: &str| Some((name.to_owned(), of(schema["properties"].get(name)?)));
            Value::Object(required.filter_map(field).collect::<Map<_, _>>())
        }
        Some("array") => {
            let least = number("minItems").unwrap_or_default() as usize;
            (0..least).map(|n| of(schema["prefixItems"].get(n).unwrap_or(&schema["items"]))).collect()
        }
        Some("string") if schema["format"] == "date-time" => Value::from("2026-01-01T00:00:00Z"),
        Some("string") => Value::from("x".repeat(number("minLength").unwrap_or_default() as usize)),
        Some("integer") => {
            let least = number("minimum").or_else(|| Some(number("exclusiveMinimum")? + 1.0)).unwrap_or_default();
            Value::from(least as i64)
        }
        Some("number") => Value::from(number("minimum").or_else(|| number("maximum")).unwrap_or_default()),
        Some("boolean") => Value::from(false),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use schemars::{JsonSchema, schema_for};
    use serde_json::json;

    use super::*;

    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Sheet {
        #[garde(range(min = 1))]
        page_number: u32,
        #[garde(skip)]
        style: Style,
        #[garde(skip)]
        note: Option<String>,
        #[garde(length(min = 1), dive)]
        blocks: Vec<Block>,
        #[garde(skip)]
        bbox: [u32; 2],
        #[schemars(default)]
        #[garde(skip)]
        images: Vec<u32>,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Style {
        Roman,
    }

    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Block {
        #[garde(range(min = 0.5, max = 1.0))]
        confidence: f64,
        #[garde(length(min = 2))]
        text: String,
        #[garde(skip)]
        blocks: Vec<Block>,
    }

    #[test]
    fn has_only_required_fields() {
        assert_eq!(
            example_page(&schema_for!(Sheet)),
            json!({
                "page_number": 1,
                "style": "Roman",
                "blocks": [{ "confidence": 0.5, "text": "xx", "blocks": [] }],
                "bbox": [0, 0],
            })
        );
    }
}
