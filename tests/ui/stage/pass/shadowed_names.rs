//! A module where the names of the prelude and of the runtime mean something else.

#![expect(dead_code, reason = "the names only stand in the way")]

use shelf::stage::Stage as _;
use shelf::{PageMetrics, Report, page, stage};

use crate::reading::{OcrPage, ocr};

struct Vec;
struct Box;
struct Option;
struct Row;
struct Run;
struct Dep;
struct Page;
struct Book;
struct Ok;
struct Some;
trait Stage {}
trait Metric {}
fn cx() {}
fn made() {}
fn measured() {}
type Result<T> = shelf::stage::Result<T>;

#[page]
struct WordCount {
    #[garde(range(min = 0))]
    words: usize,
    rules: Rules,
}

#[page]
struct Rules {
    #[garde(length(min = 1))]
    path: std::vec::Vec<u8>,
}

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(missing))]
    words: std::option::Option<u32>,
}

#[stage(name = "shadowed", deps = [ocr])]
fn shadowed(ocr: OcrPage) -> Result<(WordCount, Counted)> {
    Result::Ok((WordCount { words: ocr.text.len(), rules: Rules { path: vec![1] } }, Counted { words: None }))
}

#[test]
fn it_is_a_stage() {
    assert_eq!(shadowed::ROW.deps[0].row.name, "reading");
}
