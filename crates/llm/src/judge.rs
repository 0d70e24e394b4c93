//! Whether a reply counts: whole JSON, of the asked type, within its bounds, no runaway, and right by the stage's own rules.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Answer;
use shelf_runtime::page;

/// Why a reply does not count. The words go back to the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It is no JSON, or not whole.
    #[error("it is no whole JSON object: {0}")]
    Json(String),
    /// It does not fit the type.
    #[error("it does not fit the schema: {0}")]
    SchemaViolation(String),
    /// It goes on and on.
    #[error("{0}")]
    Runaway(String),
    /// The stage does not accept it.
    #[error("{0}")]
    Rule(String),
    /// The model stopped for another reason than that it was done.
    #[error("the model stopped because of `{0}`")]
    Stopped(String),
}

/// Reads a reply and judges it. `longest` is how many characters it may have.
pub(super) fn judge<T: Answer>(text: &str, longest: usize) -> Result<T, Fault> {
    let value = whole_json(text)?;
    check_length(text, longest)?;
    check_repetition(&value)?;
    fits(&value)
}

fn fits<T: Answer + DeserializeOwned>(value: &Value) -> Result<T, Fault> {
    page::read(value).map_err(|violation| Fault::SchemaViolation(violation.to_string()))
}

/// The one JSON object in a reply: the whole of it, or in a fence, or with prose around it. An object that has no end is none, and
/// nothing inside it is taken for it.
fn whole_json(text: &str) -> Result<Value, Fault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Fault::Empty);
    }
    let found = serde_json::from_str::<Value>(text).or_else(|error| match text.find('{') {
        Some(start) if start > 0 || error.is_syntax() => first_object(&text[start..]),
        _ => Err(error),
    });
    match found {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(other) => Err(Fault::Json(format!("it is {}", kind(&other)))),
        Err(error) => Err(Fault::Json(error.to_string())),
    }
}

/// The object that `text` begins with. What follows it may be prose or the end of a fence, but no second object.
fn first_object(text: &str) -> Result<Value, serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let first = values.next().unwrap_or_else(|| serde_json::from_str(""))?;
    let rest = &text[values.byte_offset()..];
    if rest.contains(['{', '}', '[', ']']) { serde_json::from_str(text) } else { Ok(first) }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn check_length(text: &str, longest: usize) -> Result<(), Fault> {
    let length = text.chars().count();
    if length <= longest {
        return Ok(());
    }
    Err(Fault::Runaway(format!("it has {length} characters, and what it answers gives reason for {longest} at most")))
}

/// Longest text, characters, that may come again and again.
const LONGEST_PERIOD: usize = 100;
/// So many characters, and so many times, is a loop: more than the dots between a chapter's title and its page.
const LOOP_CHARS: usize = 240;
const LOOP_TIMES: usize = 8;

/// No text in the reply repeats itself.
fn check_repetition(value: &Value) -> Result<(), Fault> {
    match value {
        Value::String(text) => match repeated(text) {
            Some(again) => Err(Fault::Runaway(format!("it repeats {again:?} over and over"))),
            None => Ok(()),
        },
        Value::Array(items) => items.iter().try_for_each(check_repetition),
        Value::Object(fields) => fields.values().try_for_each(check_repetition),
        _ => Ok(()),
    }
}

/// What a text repeats, if it does so [`LOOP_TIMES`] times without a break.
fn repeated(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    (1..=LONGEST_PERIOD).find_map(|period| {
        let enough = LOOP_CHARS.max(period * LOOP_TIMES) - period;
        let mut same = 0;
        for at in period..characters.len() {
            same = if characters[at] == characters[at - period] { same + 1 } else { 0 };
            if same >= enough {
                return Some(characters[at + 1 - period..=at].iter().collect());
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shelf::prelude::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
    struct Corrected {
        #[garde(length(min = 1))]
        text: String,
        #[garde(range(min = 0.0, max = 1.0))]
        confidence: f64,
    }

    fn judged(text: &str) -> std::result::Result<Corrected, Fault> {
        judge(text, 2000)
    }

    fn refused(text: &str) -> String {
        judged(text).unwrap_err().to_string()
    }

    const GOOD: &str = r#"{"text": "a {b} \"}", "confidence": 0.5}"#;

    #[test]
    fn fences_and_prose_are_tolerated() {
        let prose = format!("Here is the page:\n\n{GOOD}\n\nI hope that helps!");
        let open_fence = format!("```json\n{GOOD}");
        let fence = format!("```json\n{GOOD}\n```");
        for text in [GOOD, &fence, &open_fence, &prose, &format!(" \n{GOOD}\n")] {
            assert_eq!(judged(text).unwrap().text, "a {b} \"}", "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        assert_eq!(refused("  "), "it is empty");
        assert_eq!(refused("I cannot read this."), "it is no whole JSON object: expected value at line 1 column 1");
        assert_eq!(refused("[1]"), "it is no whole JSON object: it is a list");
        assert_eq!(refused(r#"{"text": "a"}"#), "it does not fit the schema: missing field `confidence`");
        assert_eq!(
            refused(r#"{"text": "a", "confidence": 50}"#),
            "it does not fit the schema: confidence is 50: greater than 1"
        );
        assert!(refused(&format!("{GOOD}\n{GOOD}")).starts_with("it is no whole JSON object: trailing characters"));
        assert!(refused(&format!(r#"{{"note": {GOOD}, "text"#)).starts_with("it is no whole JSON object: EOF"));
    }

    #[test]
    fn runaways_are_refused() {
        let reply = |text: &str| serde_json::json!({ "text": text, "confidence": 1 }).to_string();
        let words = reply(&format!("It was the best of times. {}", "and then ".repeat(30)));
        assert!(refused(&words).starts_with("it repeats \""), "{words}");
        let long: String = (0..900).map(|number| number.to_string()).collect();
        assert!(refused(&reply(&long)).ends_with("gives reason for 2000 at most"));
        assert!(judged(&reply(&format!("Chapter I {} 7", ".".repeat(120)))).is_ok());
        assert!(judged(&reply(&"Now is the winter of our discontent. ".repeat(3))).is_ok());
    }

    proptest! {
        /// A model that stops in the middle has said nothing.
        #[test]
        fn a_part_of_an_object_is_never_taken(text in "[a-z{}\\[\\]\" ,:]{1,40}", cut in any::<proptest::sample::Index>(), prose in "[a-z ]{0,5}") {
            let whole = prose + &serde_json::json!({ "inner": { "text": text, "confidence": 1 }, "text": text, "confidence": 0.5 }).to_string();
            let cut = cut.index(whole.len());
            prop_assert!(judged(&whole[..cut]).is_err());
            prop_assert!(judged(&whole).is_ok());
        }
    }
}
