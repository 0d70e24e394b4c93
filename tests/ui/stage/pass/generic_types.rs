//! Types with parameters, as output, as dependency, as options; and no doc comment anywhere it is not asked for.

#![expect(missing_docs, reason = "a stage needs none")]

use shelf::__private::Reach;
use shelf::prelude::*;
use shelf::stage::Stage;

#[page]
pub struct Tallied<T> {
    #[garde(dive)]
    pub of: T,
}

#[derive(clap::Args, Serialize)]
pub struct From<const N: u32> {
    #[arg(long, default_value_t = N)]
    pub first: u32,
}

#[page]
pub struct Words {
    #[garde(range(max = 9))]
    pub words: u32,
}

#[stage(name = "tallied", options = From<7>)]
pub fn tallied(options: &From<7>) -> Result<Tallied<Words>> {
    Ok(Tallied { of: Words { words: options.first } })
}

#[stage(name = "twice", deps = [tallied], parallelism = cpu)]
pub fn twice(tallied: Window<Tallied<Words>, { 1 + 1 }>) -> Result<Tallied<Tallied<Words>>, std::io::Error> {
    Ok(Tallied { of: tallied.page })
}

#[test]
fn they_are_types_like_any() {
    assert_eq!(twice::ROW.deps[0].reach, Reach::Around(2));
    let violation = (twice::ROW.output.check)(&serde_json::json!({ "of": { "of": { "words": 10 } } })).unwrap_err();
    assert_eq!(violation.to_string(), "of.of.words is 10: greater than 9");
}
