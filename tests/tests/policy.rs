//! What a stage's attribute says of failures and of losses is what a run does.

#![expect(missing_docs, reason = "the fields of these pages say nothing to anybody")]

use shelf::prelude::*;
use shelf::stage::Cause;
use shelf::testing::TestBook;

/// Paragraphs of one block, by number.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
#[garde(allow_unvalidated)]
pub struct Text {
    pub paragraphs: Vec<u32>,
}

impl Paragraphs for Text {
    fn paragraphs(&self) -> Vec<ParagraphId> {
        self.paragraphs.iter().map(|paragraph| ParagraphId { block: 0, paragraph: *paragraph }).collect()
    }
}

/// Three paragraphs.
#[stage(name = "text", parallelism = cpu)]
pub fn text() -> Result<Text> {
    Ok(Text { paragraphs: vec![0, 1, 2] })
}

/// Turns the order round; loses one on page 2, and doubles one on page 3.
#[stage(name = "turned", deps = [text], conserves = text, parallelism = cpu)]
pub fn turned(page: PageNumber, mut text: Text) -> Result<Text> {
    text.paragraphs.reverse();
    match page.get() {
        2 => text.paragraphs.truncate(2),
        3 => text.paragraphs.push(1),
        _ => {}
    }
    Ok(text)
}

/// Loses everything, on tokio.
#[stage(name = "emptied", deps = [text], conserves = text, parallelism = io)]
pub async fn emptied(text: Text) -> Result<Text> {
    Ok(Text { paragraphs: text.paragraphs.into_iter().filter(|number| *number > 7).collect() })
}

#[test]
fn a_lost_or_doubled_paragraph_is_a_failed_page() {
    let book = TestBook::of_pages(3).outputs::<text>(|_| Text { paragraphs: vec![0, 1, 2] });
    let run = book.run::<turned>();
    assert_eq!(run.summary.stages[0].done, 1);
    assert_eq!(book.page::<turned>(1).paragraphs, [2, 1, 0]);
    let failure = |page| book.failure::<turned>(page).unwrap().failure;
    assert!(failure(2).error.ends_with("once each; lost: block 0 paragraph 0"), "{}", failure(2).error);
    assert!(failure(3).error.ends_with("once each; doubled: block 0 paragraph 1"), "{}", failure(3).error);
    assert_eq!((failure(2).cause, failure(2).transient), (Cause::Output, false));
    assert!(failure(2).hint.unwrap().contains("conserves = text"));
    assert_eq!(book.bytes("turned/page_0002.json"), None);
}

#[test]
fn an_async_stage_conserves_too() {
    let book = TestBook::of_pages(1).outputs::<text>(|_| Text { paragraphs: vec![4] });
    assert_eq!(book.run::<emptied>().summary.stages[0].failed.len(), 1);
}
