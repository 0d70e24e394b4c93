//! Every rule of `#[page]`, on a field that keeps it and on one that does not.

#![expect(missing_docs, reason = "a page needs none")]

use serde_json::{Value, json};
use shelf::prelude::*;
use shelf::stage::Stage;

const LONGEST: usize = 4;

#[page]
pub struct Sheet {
    #[garde(range(min = 1, max = LONGEST as u32))]
    pub number: u32,
    #[garde(range(equal = 4))]
    pub four: Option<i64>,
    #[garde(length(max = LONGEST))]
    pub bytes: String,
    #[garde(length(chars, equal = 2))]
    pub chars: String,
    #[garde(length(min = 1), inner(length(min = 1), ascii))]
    pub words: Vec<String>,
    #[garde(inner(inner(range(max = 9))))]
    pub digits: Vec<Vec<u8>>,
    #[garde(custom(is_even), custom(|number: &u32, (): &()| if *number < 100 { Ok(()) } else { Err("is large") }))]
    pub even: u32,
    #[garde(required)]
    pub there: Option<bool>,
    #[garde(alphanumeric, prefix("a"), suffix("z"), contains("m"))]
    pub text: String,
    #[garde(ip)]
    pub any: String,
    #[garde(ipv4)]
    pub old: String,
    #[garde(ipv6)]
    pub new: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "garde calls it with references")]
fn is_even(number: &u32, (): &()) -> Result<(), String> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(format!("{number} is odd")) }
}

#[stage(name = "every_rule")]
pub fn every_rule() -> Result<Sheet> {
    Err(Failure::new("only its type is of interest"))
}

fn valid() -> Value {
    json!({
        "number": 4, "four": 4, "bytes": "éé", "chars": "éé", "words": ["a"], "digits": [[9]], "even": 2, "there": true, "text": "amz",
        "any": "::1", "old": "127.0.0.1", "new": "::1",
    })
}

#[test]
fn every_rule_is_kept_or_broken() {
    let check = every_rule::ROW.output.check;
    check(&valid()).unwrap();
    for (pointer, value, at) in [
        ("/number", json!(0), "number"),
        ("/number", json!(5), "number"),
        ("/four", json!(5), "four"),
        ("/bytes", json!("ééé"), "bytes"),
        ("/chars", json!("é"), "chars"),
        ("/words", json!([]), "words"),
        ("/words/0", json!(""), "words[0]"),
        ("/words/0", json!("é"), "words[0]"),
        ("/digits/0/0", json!(10), "digits[0][0]"),
        ("/even", json!(3), "even is 3: 3 is odd"),
        ("/even", json!(102), "even is 102: is large"),
        ("/there", json!(null), "there"),
        ("/text", json!("a z"), "text"),
        ("/text", json!("mz"), "text"),
        ("/text", json!("am"), "text"),
        ("/text", json!("az"), "text"),
        ("/any", json!("1"), "any"),
        ("/old", json!("::1"), "old"),
        ("/new", json!("127.0.0.1"), "new"),
    ] {
        let mut wrong = valid();
        *wrong.pointer_mut(pointer).expect("the field is there") = value;
        let found = check(&wrong).expect_err(at).to_string();
        assert!(found.starts_with(at), "{found}: expected {at}");
    }
    check(&{
        let mut without = valid();
        without["four"] = Value::Null;
        without
    })
    .unwrap();
}
