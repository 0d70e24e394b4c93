use std::collections::BTreeSet;

use shelf_runtime::book::PageNumber;

/// The new page numbers of an edited book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Renumbering {
    dropped: BTreeSet<PageNumber>,
    /// The number of the first new page, and how many there are.
    inserted: Option<(PageNumber, u32)>,
}

impl Renumbering {
    /// No page gets another number.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// The page numbers after so many pages are inserted, the first of them with this number.
    pub(super) fn inserted(first: PageNumber, count: u32) -> Self {
        Self { inserted: Some((first, count)), ..Self::default() }
    }

    /// The page numbers after these pages are removed.
    pub(super) fn dropped(pages: BTreeSet<PageNumber>) -> Self {
        Self { dropped: pages, inserted: None }
    }

    /// How many pages are inserted.
    pub(super) fn inserted_count(&self) -> u32 {
        self.inserted.map_or(0, |(_, count)| count)
    }

    /// The pages that are removed.
    pub(super) fn dropped_pages(&self) -> &BTreeSet<PageNumber> {
        &self.dropped
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
    use super::*;

    fn page(number: u32) -> PageNumber {
        PageNumber::new(number).unwrap()
    }

    fn new_numbers(renumbering: &Renumbering) -> Vec<Option<u32>> {
        (1..=5).map(|number| renumbering.of_page(page(number)).map(PageNumber::get)).collect()
    }

    #[test]
    fn pages_after_inserted_ones_move_back() {
        let inserted = |first, count| new_numbers(&Renumbering::inserted(page(first), count));
        assert_eq!(inserted(3, 2), [Some(1), Some(2), Some(5), Some(6), Some(7)]);
        assert_eq!(inserted(6, 1), [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    }

    #[test]
    fn pages_after_removed_ones_move_up() {
        let dropped = Renumbering::dropped([2, 4].map(page).into());
        assert_eq!(new_numbers(&dropped), [Some(1), None, Some(2), None, Some(3)]);
    }

    #[test]
    fn replacing_a_scan_renumbers_nothing() {
        assert_eq!(new_numbers(&Renumbering::none()), [1, 2, 3, 4, 5].map(Some));
    }
}
