use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// A difference between a page and the stored one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Where, such as `blocks[0].paragraphs[1].text`.
    pub path: String,
    /// The value in the stored page; `None` if it has no such field or item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stored: Option<Value>,
    /// The new value; `None` if the field or item is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<Value>,
}

/// All differences between two values, in order. Items of a list are compared by position, after common items at the start
/// and the end, so that an inserted item is one difference.
#[must_use]
pub fn differences(stored: &Value, now: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", stored, now, &mut found);
    found
}

fn compare(path: &str, stored: &Value, now: &Value, found: &mut Vec<Difference>) {
    match (stored, now) {
        (Value::Object(stored), Value::Object(now)) => compare_fields(path, stored, now, found),
        (Value::Array(stored), Value::Array(now)) => compare_items(path, stored, now, found),
        (stored, now) if stored == now => {}
        (stored, now) => found.push(Difference::new(path.to_owned(), Some(stored), Some(now))),
    }
}

fn compare_fields(path: &str, stored: &Map<String, Value>, now: &Map<String, Value>, found: &mut Vec<Difference>) {
    let field = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, value) in stored {
        match now.get(name) {
            Some(now) => compare(&field(name), value, now, found),
            None => found.push(Difference::new(field(name), Some(value), None)),
        }
    }
    for (name, value) in now.iter().filter(|(name, _)| !stored.contains_key(*name)) {
        found.push(Difference::new(field(name), None, Some(value)));
    }
}

fn compare_items(path: &str, stored: &[Value], now: &[Value], found: &mut Vec<Difference>) {
    let start = stored.iter().zip(now).take_while(|(a, b)| a == b).count();
    let (stored, now) = (&stored[start..], &now[start..]);
    let end = stored.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
    let (stored, now) = (&stored[..stored.len() - end], &now[..now.len() - end]);
    for n in 0..stored.len().max(now.len()) {
        let item = format!("{path}[{}]", start + n);
        match (stored.get(n), now.get(n)) {
            (Some(stored), Some(now)) => compare(&item, stored, now, found),
            (stored, now) => found.push(Difference::new(item, stored, now)),
        }
    }
}

impl Difference {
    fn new(path: String, stored: Option<&Value>, now: Option<&Value>) -> Self {
        Self { path, stored: stored.cloned(), now: now.cloned() }
    }
}

/// `words: 3 → 4`, `notes: added "…"`, `images[0]: removed {…}`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, stored, now } = self;
        match (stored, now) {
            (Some(Value::String(stored)), Some(Value::String(now))) => {
                let (stored, now) = parted(stored, now);
                write!(f, "{path}: {} → {}", Value::from(stored), Value::from(now))
            }
            (Some(stored), Some(now)) => write!(f, "{path}: {} → {}", shown(stored), shown(now)),
            (None, Some(now)) => write!(f, "{path}: added {}", shown(now)),
            (Some(stored), None) => write!(f, "{path}: removed {}", shown(stored)),
            (None, None) => f.write_str(path),
        }
    }
}

/// How many characters of a value are shown.
const WIDTH: usize = 70;

fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.chars().count() <= WIDTH { text } else { format!("{}…", text.chars().take(WIDTH).collect::<String>()) }
}

/// The parts in which two texts differ, with some context if they are long.
fn parted(stored: &str, now: &str) -> (String, String) {
    const AROUND: usize = 15;
    let (stored, now): (Vec<char>, Vec<char>) = (stored.chars().collect(), now.chars().collect());
    if stored.len().max(now.len()) <= WIDTH {
        return (stored.into_iter().collect(), now.into_iter().collect());
    }
    let start = stored.iter().zip(&now).take_while(|(a, b)| a == b).count();
    let end = stored[start..].iter().rev().zip(now[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let from = start.saturating_sub(AROUND);
    let part = |text: &[char]| {
        let to = (text.len() - end + AROUND).min(text.len());
        let middle: String = text[from..to].iter().take(2 * WIDTH).collect();
        let dots = |cut: bool| if cut { "…" } else { "" };
        format!("{}{middle}{}", dots(from > 0), dots(to < text.len() || to - from > 2 * WIDTH))
    };
    (part(&stored), part(&now))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(stored: &Value, now: &Value) -> Vec<String> {
        differences(stored, now).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_place_is_named_by_its_path() {
        let stored = json!({ "page_number": 7, "notes": "one", "blocks": [{ "text": "cam-\npaign", "n": 1 }, { "text": "two" }] });
        let now = json!({ "page_number": 7, "blocks": [{ "text": "campaign", "n": 1 }, { "text": "two", "n": 2 }], "words": [] });
        assert_eq!(
            lines(&stored, &now),
            [
                r#"notes: removed "one""#,
                r#"blocks[0].text: "cam-\npaign" → "campaign""#,
                "blocks[1].n: added 2",
                "words: added []",
            ]
        );
        assert!(lines(&now, &now).is_empty());
    }

    #[test]
    fn an_item_put_in_or_taken_out_is_one_difference() {
        assert_eq!(lines(&json!(["a", "b", "c"]), &json!(["a", "x", "b", "c"])), [r#"[1]: added "x""#]);
        assert_eq!(lines(&json!([1, 2, 3, 3]), &json!([1, 3, 3])), ["[1]: removed 2"]);
        assert_eq!(lines(&json!([1, 1]), &json!([1, 1, 1])), ["[2]: added 1"]);
        assert_eq!(lines(&json!([1, 2, 9]), &json!([3, 9])), ["[0]: 1 → 3", "[1]: removed 2"]);
    }

    #[test]
    fn a_value_of_another_kind_is_a_difference() {
        assert_eq!(lines(&json!({ "a": null }), &json!({ "a": [1] })), ["a: null → [1]"]);
        assert_eq!(lines(&json!({ "a": 1 }), &json!({ "a": 1.0 })), ["a: 1 → 1.0"]);
    }

    #[test]
    fn shows_the_difference_of_long_texts() {
        let text = |word: &str| json!({ "text": format!("{} {word} {}", "before ".repeat(20), "after ".repeat(20)) });
        assert_eq!(
            lines(&text("modem"), &text("modern")),
            [r#"text: "…re before  modem after after af…" → "…re before  modern after after af…""#]
        );
    }
}
