//! A stage, a parameter and a metric that are called like words of the language.

use shelf::prelude::*;
use shelf::stage::Stage;

use crate::reading::WordCount;

/// What was counted.
#[derive(PageMetrics, Report)]
pub struct Counted {
    /// What kind of page it is.
    #[report(flag(equals = "blank"))]
    pub r#type: String,
}

/// Says what kind of page every page is.
#[stage(name = "type")]
pub fn r#type(r#in: PageNumber) -> Result<(WordCount, Counted)> {
    Ok((WordCount { words: r#in.get() as usize }, Counted { r#type: "text".to_owned() }))
}

/// Looks at what kind of page every page is.
#[stage(name = "kind", deps = [r#type])]
pub fn kind(r#type: WordCount) -> Result<WordCount> {
    Ok(r#type)
}

#[test]
fn names_are_those_without_the_mark() {
    assert_eq!(kind::ROW.deps[0].parameter, "type");
    assert_eq!(r#type::ROW.metrics.columns()[0].title, "type");
}
