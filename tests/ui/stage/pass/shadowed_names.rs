//! A module where the names of the prelude and of the runtime mean something else.

#![expect(dead_code, reason = "the names only stand in the way")]

use shelf::stage::Stage as _;
use shelf::{PageMetrics, Report, stage};

use crate::reading::{OcrPage, WordCount, ocr};

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

#[derive(PageMetrics, Report)]
struct Counted {
    #[report(flag(missing))]
    words: std::option::Option<u32>,
}

#[stage(name = "shadowed", deps = [ocr])]
fn shadowed(ocr: OcrPage) -> Result<(WordCount, Counted)> {
    Result::Ok((WordCount { words: ocr.text.len() }, Counted { words: None }))
}

#[test]
fn it_is_a_stage() {
    assert_eq!(shadowed::ROW.deps[0].row.name, "reading");
}
