use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::turn::Turn;
use shelf_runtime::book::PageNumber;

/// What is to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// This file's scan takes the place of a page's.
    Replace {
        /// The page.
        page: PageNumber,
        /// The file, of one page.
        file: PathBuf,
    },
    /// The scans in these files become pages; those from `page` on move back.
    Insert {
        /// The number of the first of them.
        page: PageNumber,
        /// The files, in the order that they are given in.
        files: Vec<PathBuf>,
    },
    /// These pages are taken out; those behind them move up.
    Drop {
        /// The pages.
        pages: BTreeSet<PageNumber>,
    },
    /// A page's scan is turned.
    Rotate {
        /// The page.
        page: PageNumber,
        /// How far, clockwise.
        turn: Turn,
    },
}

/// Where the pages of a book go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbering {
    dropped: BTreeSet<PageNumber>,
    /// From which page on how many are put in.
    inserted: Option<(PageNumber, u32)>,
}

impl Numbering {
    /// What a change does to the numbers; `inserted` pages are put in.
    pub(super) fn of(change: &Change, inserted: u32) -> Self {
        match change {
            Change::Replace { .. } | Change::Rotate { .. } => Self::default(),
            Change::Insert { page, .. } => Self { inserted: Some((*page, inserted)), ..Self::default() },
            Change::Drop { pages } => Self { dropped: pages.clone(), inserted: None },
        }
    }

    /// The new number of a page; none where it is dropped.
    pub(super) fn of_page(&self, page: PageNumber) -> Option<PageNumber> {
        if self.dropped.contains(&page) {
            return None;
        }
        let before = self.dropped.range(..page).count() as u32;
        let put_in = self.inserted.filter(|(first, _)| *first <= page).map_or(0, |(_, count)| count);
        PageNumber::new(page.get() - before + put_in)
    }

    /// Whether the page keeps its number.
    pub(super) fn keeps(&self, page: PageNumber) -> bool {
        self.of_page(page) == Some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(number: u32) -> PageNumber {
        PageNumber::new(number).unwrap()
    }

    fn moved(change: &Change, inserted: u32) -> Vec<Option<u32>> {
        let numbering = Numbering::of(change, inserted);
        (1..=5).map(|number| numbering.of_page(page(number)).map(PageNumber::get)).collect()
    }

    #[test]
    fn pages_move_back_for_what_is_put_in() {
        let insert = |at| Change::Insert { page: page(at), files: Vec::new() };
        assert_eq!(moved(&insert(3), 2), [Some(1), Some(2), Some(5), Some(6), Some(7)]);
        assert_eq!(moved(&insert(6), 1), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    }

    #[test]
    fn pages_move_up_for_what_is_taken_out() {
        let drop = Change::Drop { pages: [2, 4].map(page).into() };
        assert_eq!(moved(&drop, 0), [Some(1), None, Some(2), None, Some(3)]);
    }

    #[test]
    fn a_better_scan_moves_nothing() {
        let replace = Change::Replace { page: page(2), file: PathBuf::new() };
        assert_eq!(moved(&replace, 0), [1, 2, 3, 4, 5].map(Some));
    }
}
