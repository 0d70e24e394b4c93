//! Which line is a running head: a page with its neighbours, and hooks.

use shelf::prelude::*;

use crate::text_lines::{Line, LinesPage, text_lines};

/// The running head of a page.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct HeadPage {
    /// The line, if there is one.
    pub head: Option<Line>,
}

/// How much the tops of lines at the same height may differ, px.
const SAME_HEIGHT_PX: u32 = 20;

/// Finds the running head: a first line at the same height as the first line of a page nearby.
#[stage(
    name = "running_head",
    deps = [text_lines],
    version = 2,
    before = check_neighbours,
    after = check_failures
)]
pub fn running_head(text_lines: Window<LinesPage, 2>) -> Result<HeadPage> {
    let mut nearby = text_lines.before().iter().chain(text_lines.after()).filter_map(|page| page.lines.first());
    let first = text_lines.page.lines.first();
    let head = first.filter(|first| nearby.any(|other| other.top.abs_diff(first.top) <= SAME_HEIGHT_PX));
    Ok(HeadPage { head: head.cloned() })
}

/// Called once, before the first page: an error stops the stage before anything is spent.
fn check_neighbours(run: &StageRun) -> Result<()> {
    match run.metadata.total_pages {
        1 => Err(Failure::new("a book of one page has no running heads")),
        _ => Ok(()),
    }
}

/// Called once, after the last page.
fn check_failures(run: &StageRun) -> Result<()> {
    if run.failed > run.done {
        return Err(Failure::new(format!("{} pages failed and only {} are done", run.failed, run.done)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shelf::testing::TestBook;

    fn book(pages: u32) -> TestBook {
        // Odd pages begin a chapter: their first line is lower, by the page's number times 100 px.
        let first = |page| Line { top: if page % 2 == 0 { 50 + page } else { page * 100 }, height: 30 };
        TestBook::of_pages(pages)
            .outputs::<text_lines>(|page| LinesPage { page_number: page, lines: vec![first(page)] })
    }

    #[test]
    fn finds_heads_at_the_same_height_on_pages_nearby() {
        let book = book(6);
        book.run::<running_head>();
        let heads: Vec<_> = (1..=6).map(|page| book.page::<running_head>(page).head.map(|line| line.top)).collect();
        assert_eq!(heads, [None, Some(52), None, Some(54), None, Some(56)]);
    }

    #[test]
    fn refuses_a_book_of_one_page() {
        let run = book(1).run::<running_head>();
        let blocked =
            "running_head page 1: blocked: the stage's `before` hook failed: a book of one page has no running heads";
        assert_eq!(run.events, [blocked]);
    }
}
