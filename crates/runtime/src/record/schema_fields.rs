use schemars::Schema;
use serde_json::Value;

/// A field of a page format, as its JSON Schema describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaField {
    /// Its path: `blocks[].paragraphs[].text`.
    pub path: String,
    /// Its type: `integer`, `text`, `list`, `"roman" or "arabic"`, …
    pub kind: String,
    /// Its range: `0..=1`, `1 or more characters`; empty if unrestricted.
    pub range: String,
    /// Whether it may be missing or null.
    pub optional: bool,
    /// Its doc comment, in one line.
    pub doc: String,
}

/// The fields of a schema in order, nested ones after their parent.
#[must_use]
pub fn schema_fields(schema: &Schema) -> Vec<SchemaField> {
    let mut reading = Reading { root: schema.as_value(), within: Vec::new(), found: Vec::new() };
    reading.fields("", schema.as_value());
    reading.found
}

struct Reading<'a> {
    root: &'a Value,
    /// The definitions being read, to stop at recursive types.
    within: Vec<&'a str>,
    found: Vec<SchemaField>,
}

impl<'a> Reading<'a> {
    fn fields(&mut self, path: &str, object: &'a Value) {
        let required = strings(&object["required"]);
        for (name, property) in object["properties"].as_object().into_iter().flatten() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            self.field(&path, property, !required.contains(&name.as_str()));
        }
    }

    /// Adds a field and its nested fields.
    fn field(&mut self, path: &str, property: &'a Value, missing: bool) {
        let (inner, null) = without_null(property);
        let (inner, name) = self.resolved(inner);
        let doc = property["description"].as_str().or_else(|| inner["description"].as_str()).unwrap_or_default();
        self.found.push(SchemaField {
            path: path.to_owned(),
            kind: self.kind(inner),
            range: range(inner),
            optional: missing || null || property.get("default").is_some(),
            doc: doc.split_whitespace().collect::<Vec<_>>().join(" "),
        });
        self.inside(path, inner, name);
    }

    /// Adds the fields of an object, or of the objects in a list.
    fn inside(&mut self, path: &str, schema: &'a Value, name: Option<&'a str>) {
        if name.is_some_and(|name| self.within.contains(&name)) {
            return;
        }
        self.within.extend(name);
        self.fields(path, schema);
        if let Some(items) = schema.get("items") {
            let (items, name) = self.resolved(items);
            self.inside(&format!("{path}[]"), items, name);
        }
        self.within.truncate(self.within.len() - usize::from(name.is_some()));
    }

    /// The target of a reference, and its name.
    fn resolved(&self, schema: &'a Value) -> (&'a Value, Option<&'a str>) {
        let name = schema["$ref"].as_str();
        let target = name.and_then(|name| self.root.pointer(name.strip_prefix('#')?));
        (target.unwrap_or(schema), name)
    }

    fn kind(&self, schema: &'a Value) -> String {
        if let Some(words) = schema["enum"].as_array() {
            return joined(words.iter().filter(|word| !word.is_null()).map(ToString::to_string));
        }
        if let Some(word) = schema.get("const") {
            return word.to_string();
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(several) = schema[key].as_array() {
                return joined(several.iter().map(|one| self.kind(self.resolved(one).0)));
            }
        }
        let types = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            several => strings(several),
        };
        let kinds = types.iter().filter(|kind| **kind != "null").map(|kind| match *kind {
            "string" => schema["format"].as_str().unwrap_or("text").to_owned(),
            "array" => self.list(schema),
            "object" if schema["additionalProperties"].is_object() => "map".to_owned(),
            other => other.to_owned(),
        });
        let kinds = joined(kinds);
        if kinds.is_empty() { "anything".to_owned() } else { kinds }
    }

    fn list(&self, schema: &'a Value) -> String {
        match schema.get("items").map(|items| self.kind(self.resolved(items).0)) {
            Some(items) if items == "object" => "list".to_owned(),
            Some(items) => format!("list of {items}"),
            None => "list".to_owned(),
        }
    }
}

/// The schema of an `Option`'s value, and whether it was one.
fn without_null(schema: &Value) -> (&Value, bool) {
    let is_null = |schema: &Value| schema["type"] == "null";
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([inner, null] | [null, inner]) if is_null(null) => (inner, true),
        _ => (schema, strings(&schema["type"]).contains(&"null")),
    }
}

/// `1..`, `0..=1`, `1.. characters`; bounds of several kinds one after the other.
fn range(schema: &Value) -> String {
    let bounds = [
        ("minimum", "maximum", ""),
        ("minLength", "maxLength", " characters"),
        ("minItems", "maxItems", " items"),
        ("minProperties", "maxProperties", " entries"),
    ];
    let mut ranges: Vec<String> = Vec::new();
    for (least, most, unit) in bounds {
        let number = |key: &str| schema[key].as_f64();
        ranges.extend(match (number(least), number(most)) {
            (None, None) => None,
            (Some(least), Some(most)) => Some(format!("{least}..={most}{unit}")),
            // The minimum of an unsigned integer is obvious.
            (Some(least), None) if least == 0.0 && unit.is_empty() => None,
            (Some(least), None) => Some(format!("{least}..{unit}")),
            (None, Some(most)) => Some(format!("..={most}{unit}")),
        });
    }
    let exclusive = [("exclusiveMinimum", ">"), ("exclusiveMaximum", "<"), ("multipleOf", "in steps of")];
    ranges.extend(exclusive.iter().filter_map(|(key, sign)| Some(format!("{sign} {}", schema[key].as_f64()?))));
    ranges.extend(schema["pattern"].as_str().map(|pattern| format!("like /{pattern}/")));
    ranges.join(", ")
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn joined(kinds: impl Iterator<Item = String>) -> String {
    let mut several: Vec<String> = Vec::new();
    kinds.for_each(|kind| {
        if !several.contains(&kind) {
            several.push(kind);
        }
    });
    several.join(" or ")
}

#[cfg(test)]
mod tests {
    use garde::Validate;
    use schemars::{JsonSchema, schema_for};

    use super::*;
    use crate::page::Timestamp;

    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Sheet {
        /// The scan's number,
        /// not the printed one.
        #[garde(range(min = 1))]
        page_number: u32,
        #[garde(skip)]
        style: Option<Style>,
        #[garde(length(min = 1), dive)]
        blocks: Vec<Block>,
        #[garde(skip)]
        bbox: [u32; 4],
        #[garde(skip)]
        made: Timestamp,
    }

    #[derive(JsonSchema)]
    #[serde(rename_all = "lowercase")]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Style {
        /// As in `ix`.
        Roman,
        Arabic,
    }

    /// A block.
    #[derive(JsonSchema, Validate)]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Block {
        #[garde(range(min = 0.0, max = 1.0))]
        confidence: f64,
        #[garde(length(min = 1, max = 100))]
        text: String,
        /// Blocks inside.
        #[garde(skip)]
        blocks: Vec<Block>,
    }

    #[test]
    fn a_schema_is_a_line_a_field() {
        let line = |field: SchemaField| {
            let optional = if field.optional { "?" } else { "" };
            [field.path + optional, field.kind, field.range, field.doc].join(" | ")
        };
        let lines: Vec<String> = schema_fields(&schema_for!(Sheet)).into_iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "page_number | integer | 1.. | The scan's number, not the printed one.",
                r#"style? | "arabic" or "roman" |  | "#,
                "blocks | list | 1.. items | ",
                "blocks[].confidence | number | 0..=1 | ",
                "blocks[].text | text | 1..=100 characters | ",
                "blocks[].blocks | list |  | Blocks inside.",
                "bbox | list of integer | 4..=4 items | ",
                "made? | date-time |  | ",
            ]
        );
    }
}
