//! A crate that knows shelf under another name.

use shelf as toolkit;

use crate::reading::WordCount;
use toolkit::prelude::*;
use toolkit::stage::Stage;

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
}
