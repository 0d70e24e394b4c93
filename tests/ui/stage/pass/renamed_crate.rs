//! A crate that knows shelf under another name.

use shelf as toolkit;

use toolkit::prelude::*;
use toolkit::stage::Stage;

/// The words of a page, counted.
#[page(crate = toolkit)]
pub struct WordCount {
    /// How many.
    #[garde(range(max = 9))]
    pub words: u32,
}

/// What was counted.
#[derive(PageMetrics, Report)]
#[metrics(crate = toolkit)]
#[report(crate = toolkit)]
pub struct Counted {
    /// Words on the page.
    pub words: u32,
}

/// Counts the words of every page.
#[stage(name = "renamed_crate", crate = toolkit)]
pub fn renamed_crate(page: PageNumber) -> Result<(WordCount, Counted)> {
    Ok((WordCount { words: 0 }, Counted { words: page.get() }))
}

#[test]
fn it_is_a_stage() {
    assert_eq!(renamed_crate::ROW.name, "renamed_crate");
    assert!((renamed_crate::ROW.output.check)(&serde_json::json!({ "words": 10 })).is_err());
}
