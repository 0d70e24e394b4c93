//! Lines of a page that look alike: work that may take too long, in its own process.

use shelf::prelude::*;

use crate::text_lines::{LinesPage, text_lines};

/// How uniform the lines of a page are.
#[page]
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// Pairs of lines that have the same height.
    pub pairs: usize,
}

/// Counts the pairs of lines on a page that have the same height.
#[stage(name = "alike", deps = [text_lines], parallelism = cpu, isolated, timeout = "20s")]
pub fn alike(text_lines: LinesPage) -> Result<Alike> {
    // A dirty page may have a hundred thousand lines: five billion pairs.
    let heights: Vec<u32> = text_lines.lines.iter().map(|line| line.height).collect();
    let like = |nth: usize| heights[nth + 1..].iter().filter(|height| **height == heights[nth]).count();
    Ok(Alike { pairs: (0..heights.len()).map(like).sum() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_lines::Line;
    use shelf::testing::TestBook;

    #[test]
    fn counts_each_pair_once() {
        let lines = [4, 4, 7, 4].map(|height| Line { top: 0, height }).to_vec();
        let book =
            TestBook::of_pages(1).outputs::<text_lines>(|page| LinesPage { page_number: page, lines: lines.clone() });
        book.run::<alike>();
        assert_eq!(book.page::<alike>(1).pairs, 3);
    }
}
