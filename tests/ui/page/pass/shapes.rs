//! Types of every shape under `#[page]`: outputs are structs with named fields and tagged enums, parts of them are what they like.

#![expect(missing_docs, reason = "a page needs none")]

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use shelf::prelude::*;
use shelf::stage::Stage;

#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence(#[garde(range(min = 0.0, max = 1.0))] pub f64);

#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point(pub u32, #[garde(range(max = 9))] pub u32);

#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    BoldItalic,
    Plain,
}

#[page]
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    Rule,
    Blot(Confidence),
    Line { from: Point, style: Style },
}

#[page]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nothing;

/// A field of its own type is found in whatever it is.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet<T> {
    #[garde(dive)]
    pub of: Vec<T>,
    pub sure: Confidence,
    pub perhaps: Option<Confidence>,
    pub boxed: Box<Confidence>,
    pub marks: Vec<Mark>,
    pub pair: (Confidence, Point),
    pub nested: Vec<Option<[Confidence; 1]>>,
    pub named: BTreeMap<String, Confidence>,
    pub numbered: HashMap<u32, Confidence>,
    #[garde(skip)]
    pub unchecked: Confidence,
    #[serde(flatten)]
    pub more: More,
    #[serde(rename = "type")]
    pub kind: Confidence,
    pub r#in: Confidence,
    pub nothing: Nothing,
    #[cfg(any())]
    pub never: Unknown,
    #[serde(default)]
    pub made: Timestamp,
}

#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct More {
    pub extra: Confidence,
}

#[page]
#[derive(Debug, Clone, PartialEq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Text {
    Prose { lines: Vec<Confidence> },
    Verse(Box<More>),
    Blank,
}

#[stage(name = "sheet")]
pub fn sheet() -> Result<Sheet<Point>> {
    Err(Failure::new("only its type is of interest"))
}

#[stage(name = "sheet_text")]
pub fn sheet_text() -> Result<Text> {
    Err(Failure::new("only its type is of interest"))
}

fn valid() -> Value {
    json!({
        "of": [[1, 2]], "sure": 1, "perhaps": null, "boxed": 1, "marks": ["Rule", { "Blot": 1 }], "pair": [1, [1, 2]],
        "nested": [null, [1]], "named": { "a": 1 }, "numbered": { "7": 1 }, "unchecked": 2, "extra": 1, "type": 1, "in": 1, "nothing": null,
    })
}

fn violation<E: std::fmt::Display>(checked: Result<(), E>) -> String {
    checked.expect_err("a rule is broken").to_string()
}

#[test]
fn rules_of_a_type_hold_wherever_it_is() {
    let check = sheet::ROW.output.check;
    check(&valid()).unwrap();
    for (pointer, value, said) in [
        ("/of/0", json!([1, 10]), "of[0][1] is 10: greater than 9"),
        ("/sure", json!(2), "sure is 2: greater than 1"),
        ("/perhaps", json!(2), "perhaps is 2: greater than 1"),
        ("/boxed", json!(2), "boxed is 2: greater than 1"),
        ("/pair/0", json!(2), "pair[0] is 2: greater than 1"),
        ("/pair/1/1", json!(10), "pair[1][1] is 10: greater than 9"),
        ("/nested/1/0", json!(2), "nested[1][0] is 2: greater than 1"),
        ("/named/a", json!(2), "named.a is 2: greater than 1"),
        ("/numbered/7", json!(2), "numbered.7 is 2: greater than 1"),
        ("/extra", json!(2), "extra is 2: greater than 1"),
        ("/type", json!(2), "type is 2: greater than 1"),
        ("/in", json!(2), "in is 2: greater than 1"),
        ("/marks/1/Blot", json!(2), "marks[1] is {\"Blot\":2}: greater than 1"),
        ("/marks/0", json!({ "Line": { "from": [1, 10], "style": "plain" } }), "marks[0].from[1] greater than 9"),
    ] {
        let mut wrong = valid();
        *wrong.pointer_mut(pointer).expect("the field is there") = value;
        assert_eq!(violation(check(&wrong)), said);
    }
}

#[test]
fn variants_of_a_tagged_enum_are_pages() {
    let check = sheet_text::ROW.output.check;
    for page in
        [json!({ "kind": "blank" }), json!({ "kind": "prose", "lines": [1] }), json!({ "kind": "verse", "extra": 0 })]
    {
        check(&page).unwrap();
    }
    assert_eq!(violation(check(&json!({ "kind": "prose", "lines": [0, 2] }))), "lines[1] is 2: greater than 1");
    assert_eq!(violation(check(&json!({ "kind": "verse", "extra": 2 }))), "extra is 2: greater than 1");
}
