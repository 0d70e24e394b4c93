//! For tests of stages: a book in a temporary folder, its dependencies' outputs as values, one call to run a stage, and a look at
//! what it made.
//!
//! ```
//! use shelf::prelude::*;
//! use shelf::testing::TestBook;
//!
//! # mod reading {
//! # use shelf::prelude::*;
//! # #[page]
//! # pub struct OcrPage { pub text: String }
//! # /// Reads.
//! # #[stage(name = "ocr", parallelism = cpu)]
//! # pub fn ocr() -> Result<OcrPage> { Ok(OcrPage { text: String::new() }) }
//! # }
//! # use reading::{OcrPage, ocr};
//! # #[page]
//! # pub struct WordCount { pub words: usize }
//! # /// Counts.
//! # #[stage(name = "word_count", deps = [ocr], parallelism = cpu)]
//! # pub fn word_count(ocr: OcrPage) -> Result<WordCount> { Ok(WordCount { words: ocr.text.split(' ').count() }) }
//! let book = TestBook::of_pages(2).outputs::<ocr>(|page| OcrPage { text: format!("this is page {page}") });
//! let run = book.run::<word_count>();
//! assert_eq!(run.summary.stages[0].done, 2);
//! assert_eq!(book.page::<word_count>(1).words, 4);
//! ```

mod event_log;
mod png_scan;
mod real_scans;
mod test_book;

pub use event_log::EventLog;
pub use png_scan::PngScan;
#[doc(hidden)]
pub use real_scans::real_scans;
pub use test_book::{TestBook, TestRun};
