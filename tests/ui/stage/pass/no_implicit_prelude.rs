//! A module without `Option`, `Result`, `Vec` and `Box`: the expansion needs none of them in scope.

#![no_implicit_prelude]

use ::shelf::prelude::{PageMetrics, PageNumber, Report, Result, stage};
use ::shelf::stage::Stage;
use ::std::result::Result::Ok;

use crate::reading::{OcrPage, WordCount, ocr};

#[derive(PageMetrics, Report)]
struct Counted {
    #[metrics(range(0..=10_000))]
    #[report(flag(below = 20))]
    words: usize,
}

#[stage(name = "bare", deps = [ocr], before = check)]
async fn bare(ocr: OcrPage, page: PageNumber) -> Result<(WordCount, Counted)> {
    let words = ocr.text.len() + page.get() as usize;
    Ok((WordCount { words }, Counted { words }))
}

fn check(run: &::shelf::stage::StageRun) -> Result<()> {
    if run.failed == 0 { Ok(()) } else { ::std::result::Result::Err(::shelf::stage::Failure::new("pages failed")) }
}

#[test]
fn it_is_a_stage() {
    ::std::assert_eq!(bare::ROW.name, "bare");
}
