//! Pages that end early: a resource, and an optional dependency.

use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};

/// The number of lines on a full page, from the file `lines_per_page.txt` in the library.
pub struct FullPage {
    /// Lines of text.
    pub lines: usize,
}

impl Resource for FullPage {
    fn fingerprint(context: &ResourceContext<'_>) -> Result<String> {
        read(context)
    }

    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        Ok(Self { lines: read(context)?.trim().parse()? })
    }
}

fn read(context: &ResourceContext<'_>) -> Result<String> {
    let library = context.library().ok_or_else(|| Failure::new("the library is not a folder"))?;
    Ok(std::fs::read_to_string(library.join("lines_per_page.txt"))?)
}

/// How many lines a page is short.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct ShortPage {
    /// Missing lines; `None` if the page's lines are unknown.
    pub missing_lines: Option<usize>,
}

/// Counts how many lines a page is short of a full one.
#[stage(name = "short_page", deps = [text_lines])]
pub fn short_page(text_lines: Option<LinesPage>, full_page: &FullPage) -> Result<ShortPage> {
    Ok(ShortPage { missing_lines: text_lines.map(|page| full_page.lines.saturating_sub(page.lines.len())) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_lines::Line;
    use shelf::testing::TestBook;

    #[test]
    fn counts_missing_lines_if_lines_are_known() {
        let lines = |page| LinesPage { page_number: page, lines: vec![Line { top: 10, height: 4 }; 30] };
        let known = TestBook::of_pages(1).outputs::<text_lines>(lines).with_resource(FullPage { lines: 36 });
        known.run::<short_page>();
        assert_eq!(known.page::<short_page>(1).missing_lines, Some(6));
        let unknown = TestBook::of_pages(1).with_resource(FullPage { lines: 36 });
        unknown.run::<short_page>();
        assert_eq!(unknown.page::<short_page>(1).missing_lines, None);
    }
}
