//! What most pages of a book look like: a stage that runs once per book.

use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};

/// What most pages of a book look like.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct UsualPage {
    /// Pages counted.
    #[garde(range(min = 1))]
    pub pages: usize,
    /// Lines on a page (the median).
    pub lines: usize,
}

/// Finds the usual number of lines on a page of the book.
#[stage(name = "usual_page", deps = [text_lines], scope = book)]
pub fn usual_page(text_lines: Pages<LinesPage>) -> Result<UsualPage> {
    let mut counts = text_lines.iter().map(|page| Ok(page?.1.lines.len())).collect::<Result<Vec<_>>>()?;
    counts.sort_unstable();
    let lines = counts.get(counts.len() / 2).ok_or_else(|| Failure::new("no pages to count"))?;
    Ok(UsualPage { pages: counts.len(), lines: *lines })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_lines::Line;
    use shelf::testing::TestBook;

    #[test]
    fn takes_the_median_page() {
        let line = Line { top: 10, height: 4 };
        let book = TestBook::of_pages(3).outputs::<text_lines>(|page| LinesPage {
            page_number: page,
            lines: vec![line.clone(); [40, 2, 38][page as usize - 1]],
        });
        book.run::<usual_page>();
        assert_eq!(book.book_output::<usual_page>(), UsualPage { pages: 3, lines: 38 });
    }
}
