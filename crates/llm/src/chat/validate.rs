//! Validates a reply: complete JSON of the requested type, within its bounds, and not a runaway.

use garde::Validate;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use shelf_runtime::page;

/// A type that a model can be asked to reply with: parsed with `serde`, described with `schemars`, validated with `garde`. The model
/// sees doc comments as descriptions.
#[diagnostic::on_unimplemented(
    message = "a model cannot be asked to reply `{Self}`",
    label = "cannot be parsed, described and validated as a reply",
    note = "put `#[page]` on it (in `shelf::prelude`)"
)]
pub trait Answer: DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + JsonSchema + Validate<Context = ()> + Send + 'static> Answer for T {}

/// Why a reply was rejected. The model is told in these words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// It is not a complete JSON object.
    #[error("it is not a complete JSON object: {0}")]
    Json(String),
    /// It does not fit the schema.
    #[error("it does not fit the schema: {0}")]
    Schema(String),
    /// It is too long or repeats itself.
    #[error("{0}")]
    Runaway(String),
    /// It breaks a rule of the stage.
    #[error("{0}")]
    Rule(String),
    /// The model stopped before it was done.
    #[error("the model stopped because of `{0}`")]
    Stopped(String),
}

/// Parses and validates a reply of at most `max_chars` characters.
pub(crate) fn validate<T: Answer>(text: &str, max_chars: usize) -> Result<T, Violation> {
    let value = parse_object(text)?;
    check_length(text, max_chars)?;
    check_repetition(&value)?;
    page::read(&value).map_err(|error| Violation::Schema(error.to_string()))
}

/// A reply in plain text of at most `max_chars` characters, without the model's reasoning.
pub(crate) fn validate_text(text: &str, max_chars: usize) -> Result<String, Violation> {
    let answer = after_reasoning(text).trim();
    let is_reasoning_only = answer.len() == text.trim().len() && answer.starts_with("<think");
    if answer.is_empty() || is_reasoning_only {
        return Err(Violation::Empty);
    }
    check_length(answer, max_chars)?;
    check_repetition(&Value::from(answer))?;
    Ok(answer.to_owned())
}

/// Whether a reply is one complete JSON object.
pub(crate) fn is_complete(text: &str) -> bool {
    parse_object(text).is_ok()
}

/// The one JSON object in a reply: alone, in a code fence, after the model's reasoning or surrounded by prose. An object without an end is
/// rejected; an object inside it never stands for the whole.
fn parse_object(text: &str) -> Result<Value, Violation> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Violation::Empty);
    }
    let parsed = serde_json::from_str::<Value>(text).or_else(|error| {
        let answer = after_reasoning(text);
        let is_reasoning_only = text.starts_with("<think") && answer.len() == text.len();
        match object_start(answer).filter(|_| !is_reasoning_only) {
            Some(start) if start > 0 || answer.len() < text.len() || error.is_syntax() => {
                first_object(&answer[start..])
            }
            _ => Err(error),
        }
    });
    match parsed {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(other) => Err(Violation::Json(format!("it is {}", kind_of(&other)))),
        Err(error) => Err(Violation::Json(error.to_string())),
    }
}

/// What a model that reasons in its reply says before the answer ends with one of these. The start may be missing: some servers put it into
/// the prompt.
const ENDS_OF_REASONING: [&str; 4] = ["</think>", "</thinking>", "</reasoning>", "<|message|>"];

fn after_reasoning(text: &str) -> &str {
    let end_of = |end: &&str| text.rfind(*end).map(|at| at + end.len());
    ENDS_OF_REASONING.iter().filter_map(end_of).max().map_or(text, |end| &text[end..])
}

/// Where a JSON object begins; a brace in prose, such as `{sic}`, does not begin one.
fn object_start(text: &str) -> Option<usize> {
    let begins = |(at, _): &(usize, &str)| text[at + 1..].trim_start().starts_with(['"', '}']);
    text.match_indices('{').find(begins).map(|(at, _)| at)
}

/// The object at the start of `text`. Prose or the end of a fence may follow, but not another object.
fn first_object(text: &str) -> Result<Value, serde_json::Error> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let first = values.next().unwrap_or_else(|| serde_json::from_str(""))?;
    if is_prose(&text[values.byte_offset()..]) { Ok(first) } else { serde_json::from_str(text) }
}

/// Whether the text after an object is not JSON: without braces, and with square brackets in pairs.
fn is_prose(text: &str) -> bool {
    let mut open = 0;
    let in_pairs = text.chars().all(|c| {
        open += i32::from(c == '[') - i32::from(c == ']');
        open >= 0
    });
    in_pairs && open == 0 && !text.contains(['{', '}'])
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn check_length(text: &str, max_chars: usize) -> Result<(), Violation> {
    let length = text.chars().count();
    if length <= max_chars {
        return Ok(());
    }
    Err(Violation::Runaway(format!("it has {length} characters; expected at most {max_chars} for this question")))
}

/// The longest repeated unit that is looked for, characters.
const MAX_PERIOD_CHARS: usize = 100;
/// A loop has at least this many characters and repetitions: more than the dot leaders of a table of contents.
const MIN_LOOP_CHARS: usize = 240;
const MIN_LOOP_REPETITIONS: usize = 8;

/// Checks that no string in the reply repeats itself.
fn check_repetition(value: &Value) -> Result<(), Violation> {
    match value {
        Value::String(text) => match repeated_unit(text) {
            Some(unit) => Err(Violation::Runaway(format!("it repeats {unit:?} over and over"))),
            None => Ok(()),
        },
        Value::Array(items) => items.iter().try_for_each(check_repetition),
        Value::Object(fields) => fields.values().try_for_each(check_repetition),
        _ => Ok(()),
    }
}

/// The unit that `text` repeats at least [`MIN_LOOP_REPETITIONS`] times in a row, if any.
fn repeated_unit(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    (1..=MAX_PERIOD_CHARS).find_map(|period| {
        let enough = MIN_LOOP_CHARS.max(period * MIN_LOOP_REPETITIONS) - period;
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

    fn validated(text: &str) -> std::result::Result<Corrected, Violation> {
        validate(text, 2000)
    }

    fn rejection(text: &str) -> String {
        validated(text).unwrap_err().to_string()
    }

    const GOOD: &str = r#"{"text": "a {b} \"}", "confidence": 0.5}"#;

    #[test]
    fn accepts_code_fences_and_prose() {
        let prose = format!("Here is the page:\n\n{GOOD}\n\nI hope that helps!");
        let open_fence = format!("```json\n{GOOD}");
        let fence = format!("```json\n{GOOD}\n```");
        for text in [GOOD, &fence, &open_fence, &prose, &format!(" \n{GOOD}\n")] {
            assert_eq!(validated(text).unwrap().text, "a {b} \"}", "{text}");
        }
    }

    #[test]
    fn accepts_reasoning_before_the_answer() {
        for reasoning in
            ["<think>Is it {\"text\": 1}? No: {a}.</think>", "I see {\"a\".</think>\n", "As it says {sic} [1]:"]
        {
            for end in ["", "\n```", "\n\nThis follows [2]."] {
                let reply = format!("{reasoning}\n{GOOD}{end}");
                assert_eq!(validated(&reply).unwrap().text, "a {b} \"}", "{reply}");
            }
        }
        assert!(rejection(&format!("<think>Should it be {GOOD}, or")).starts_with("it is not a complete JSON object"));
        let quoted = GOOD.replace("a {b}", "a </think>");
        assert_eq!(validated(&quoted).unwrap().text, "a </think> \"}");
    }

    #[test]
    fn names_the_violation() {
        assert_eq!(rejection("  "), "it is empty");
        assert_eq!(
            rejection("I cannot read this."),
            "it is not a complete JSON object: expected value at line 1 column 1"
        );
        assert_eq!(rejection("[1]"), "it is not a complete JSON object: it is a list");
        assert_eq!(rejection(r#"{"text": "a"}"#), "it does not fit the schema: missing field `confidence`");
        assert_eq!(
            rejection(r#"{"text": "a", "confidence": 50}"#),
            "it does not fit the schema: confidence is 50: greater than 1"
        );
        assert!(
            rejection(&format!("{GOOD}\n{GOOD}")).starts_with("it is not a complete JSON object: trailing characters")
        );
        assert!(rejection(&format!(r#"{{"note": {GOOD}, "text"#)).starts_with("it is not a complete JSON object: EOF"));
    }

    #[test]
    fn accepts_plain_text_without_its_reasoning() {
        assert_eq!(validate_text("<think>A bird?</think>\nA heron.\n", 20).unwrap(), "A heron.");
        assert_eq!(validate_text("He said <mark>this</mark> {a}.", 40).unwrap(), "He said <mark>this</mark> {a}.");
        for (text, problem) in [
            (" \n", "it is empty"),
            ("<think>A bird, or", "it is empty"),
            (&"word ".repeat(100), "it repeats \""),
            ("A heron by the river.", "it has 21 characters; expected at most 20"),
        ] {
            let rejection = validate_text(text, if text.len() < 100 { 20 } else { 1000 }).unwrap_err().to_string();
            assert!(rejection.starts_with(problem), "{rejection}");
        }
    }

    #[test]
    fn rejects_runaways() {
        let reply = |text: &str| serde_json::json!({ "text": text, "confidence": 1 }).to_string();
        let words = reply(&format!("It was the best of times. {}", "and then ".repeat(30)));
        assert!(rejection(&words).starts_with("it repeats \""), "{words}");
        let long: String = (0..900).map(|number| number.to_string()).collect();
        assert!(rejection(&reply(&long)).ends_with("expected at most 2000 for this question"));
        assert!(validated(&reply(&format!("Chapter I {} 7", ".".repeat(120)))).is_ok());
        assert!(validated(&reply(&"Now is the winter of our discontent. ".repeat(3))).is_ok());
    }

    proptest! {
        #[test]
        fn rejects_truncated_object(text in "[a-z{}\\[\\]\" ,:]{1,40}", cut in any::<proptest::sample::Index>(), prose in "[a-z ]{0,5}") {
            let whole = prose + &serde_json::json!({ "inner": { "text": text, "confidence": 1 }, "text": text, "confidence": 0.5 }).to_string();
            let cut = cut.index(whole.len());
            prop_assert!(validated(&whole[..cut]).is_err());
            prop_assert!(validated(&whole).is_ok());
        }
    }
}
