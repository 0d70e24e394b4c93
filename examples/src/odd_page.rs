//! Pages that differ from the others: a page stage that depends on a book stage.

use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};
use crate::usual_page::{UsualPage, usual_page};

/// How a page differs from the book's other pages.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct OddPage {
    /// How many more lines it has than a usual page; negative if it has fewer.
    pub more_lines: i64,
}

/// Compares every page with the usual one.
#[stage(name = "odd_page", deps = [text_lines, usual_page])]
pub fn odd_page(text_lines: LinesPage, usual_page: UsualPage) -> Result<OddPage> {
    Ok(OddPage { more_lines: text_lines.lines.len() as i64 - usual_page.lines as i64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_lines::Line;
    use shelf::plan::Request;
    use shelf::stage::Stage;
    use shelf::testing::TestBook;

    #[test]
    fn one_run_makes_the_book_stage_before_its_pages() {
        let line = Line { top: 10, height: 4 };
        let lines = |page| LinesPage { page_number: page, lines: vec![line.clone(); page as usize] };
        let book = TestBook::of_pages(3).outputs::<text_lines>(lines);
        book.process(&[odd_page::ROW], &Request::of_stages(["usual_page", "odd_page"]));
        let more: Vec<_> = (1..=3).map(|page| book.page::<odd_page>(page).more_lines).collect();
        assert_eq!(more, [-1, 0, 1]);
    }
}
