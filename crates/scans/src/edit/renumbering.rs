use std::collections::BTreeSet;

use super::scan_edit::ScanEdit;
use shelf_runtime::book::PageNumber;

/// The new page numbers of an edited book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Renumbering {
    dropped: BTreeSet<PageNumber>,
    /// The number of the first new page, and how many there are.
    inserted: Option<(PageNumber, u32)>,
}

impl Renumbering {
    /// The page numbers after an edit that inserts this many pages, if it inserts any.
    pub(super) fn of(edit: &ScanEdit, inserted: u32) -> Self {
        match edit {
            ScanEdit::Replace { .. } | ScanEdit::Rotate { .. } => Self::default(),
            ScanEdit::Insert { page, .. } => Self { inserted: Some((*page, inserted)), ..Self::default() },
            ScanEdit::Drop { pages } => Self { dropped: pages.clone(), inserted: None },
        }
    }

    /// The new number of a page; `None` if it was removed.
    pub(super) fn of_page(&self, page: PageNumber) -> Option<PageNumber> {
        if self.dropped.contains(&page) {
            return None;
        }
        let dropped_before = self.dropped.range(..page).count() as u32;
        let inserted_before = self.inserted.filter(|(first, _)| *first <= page).map_or(0, |(_, count)| count);
        PageNumber::new(page.get() - dropped_before + inserted_before)
    }

    /// Whether the page keeps its number.
    pub(super) fn keeps(&self, page: PageNumber) -> bool {
        self.of_page(page) == Some(page)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn page(number: u32) -> PageNumber {
        PageNumber::new(number).unwrap()
    }

    fn new_numbers(edit: &ScanEdit, inserted: u32) -> Vec<Option<u32>> {
        let renumbering = Renumbering::of(edit, inserted);
        (1..=5).map(|number| renumbering.of_page(page(number)).map(PageNumber::get)).collect()
    }

    #[test]
    fn pages_after_inserted_ones_move_back() {
        let insert = |at| ScanEdit::Insert { page: page(at), files: Vec::new() };
        assert_eq!(new_numbers(&insert(3), 2), [Some(1), Some(2), Some(5), Some(6), Some(7)]);
        assert_eq!(new_numbers(&insert(6), 1), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    }

    #[test]
    fn pages_after_removed_ones_move_up() {
        let drop = ScanEdit::Drop { pages: [2, 4].map(page).into() };
        assert_eq!(new_numbers(&drop, 0), [Some(1), None, Some(2), None, Some(3)]);
    }

    #[test]
    fn replacing_a_scan_renumbers_nothing() {
        let replace = ScanEdit::Replace { page: page(2), file: PathBuf::new() };
        assert_eq!(new_numbers(&replace, 0), [1, 2, 3, 4, 5].map(Some));
    }
}
