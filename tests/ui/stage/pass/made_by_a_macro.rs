//! Stages that another macro writes.

use shelf::prelude::*;
use shelf::stage::Stage;

use crate::reading::{OcrPage, WordCount, ocr};

macro_rules! counting_stage {
    ($function:ident, $name:literal, $dep:ident: $page:ty => $output:ty, $count:expr) => {
        /// Counts something on every page.
        #[stage(name = $name, deps = [$dep], parallelism = cpu)]
        pub fn $function($dep: $page) -> Result<$output> {
            let count: fn(&str) -> usize = $count;
            Ok(WordCount { words: count(&$dep.text) })
        }
    };
}

counting_stage!(words, "words", ocr: OcrPage => WordCount, |text| text.split_whitespace().count());
counting_stage!(letters, "letters", ocr: OcrPage => WordCount, |text| text.chars().count());

#[test]
fn both_are_stages() {
    assert_eq!([words::ROW.name, letters::ROW.name], ["words", "letters"]);
    assert_ne!(words::ROW.tokens, letters::ROW.tokens);
}
