//! A stage that reads all pages of a book, one that waits for the network, and a page stage that takes what they made.

use shelf::__private::{Reach, Run};
use shelf::prelude::*;
use shelf::stage::{Parallelism, Stage};

use crate::reading::{OcrPage, WordCount, ocr};

/// Counts the words of a book.
#[stage(name = "total", deps = [ocr], scope = book)]
pub fn total(ocr: Pages<OcrPage>, book: BookMetadata) -> Result<WordCount> {
    let _ = book;
    let words = ocr.iter().map(|page| Ok(page?.1.text.len())).sum::<Result<usize>>()?;
    Ok(WordCount { words })
}

/// Looks the number of words up.
#[stage(name = "looked_up", deps = [total], scope = book)]
pub async fn looked_up(total: WordCount) -> Result<WordCount> {
    std::future::ready(Ok(total)).await
}

/// Compares every page with the book.
#[stage(name = "share", deps = [total, looked_up])]
pub fn share(total: WordCount, looked_up: WordCount) -> Result<WordCount> {
    Ok(WordCount { words: total.words.max(looked_up.words) })
}

#[test]
fn rows_say_what_is_needed_of_which_dependency() {
    let reach = |row: &shelf::stage::Row| row.deps.iter().map(|dep| dep.reach).collect::<Vec<_>>();
    assert!(total::ROW.book && !share::ROW.book);
    assert_eq!(reach(total::ROW), [Reach::All]);
    assert_eq!(reach(looked_up::ROW), [Reach::Book]);
    assert_eq!(reach(share::ROW), [Reach::Book, Reach::Book]);
}

#[test]
fn where_nothing_is_said_an_async_stage_runs_on_io() {
    assert_eq!((looked_up::ROW.parallelism, total::ROW.parallelism), (Parallelism::Io, Parallelism::Cpu));
    assert!(matches!(looked_up::ROW.run, Run::Async(_)) && matches!(total::ROW.run, Run::Blocking(_)));
}
