use super::{copyright_years, isbns_in, title_page};
use crate::catalogue::{CatalogueEntry, CatalogueField, FrontMatterPage, Isbn};

/// Confidence in a valid number preceded by `ISBN`, and in one of 13 digits without it, 0..=1.
const NAMED_ISBN_CONFIDENCE: f64 = 0.95;
const UNNAMED_ISBN_CONFIDENCE: f64 = 0.8;
/// Confidence in the only year of a copyright notice, and in the last of several, 0..=1.
const SINGLE_COPYRIGHT_CONFIDENCE: f64 = 0.8;
const LAST_COPYRIGHT_CONFIDENCE: f64 = 0.6;
/// Confidence in the year of a title page, and in one that a copyright notice confirms, 0..=1.
const IMPRINT_YEAR_CONFIDENCE: f64 = 0.8;
const CONFIRMED_YEAR_CONFIDENCE: f64 = 0.95;
/// Confidence in the title (the largest type of a title page) and the author (after “by”), 0..=1, if the words are legible.
const TITLE_CONFIDENCE: f64 = 0.75;
const AUTHOR_CONFIDENCE: f64 = 0.65;

/// The data that the first pages of a book contain beyond doubt.
#[must_use]
pub fn entry_of(pages: &[FrontMatterPage]) -> CatalogueEntry {
    let mut entry = CatalogueEntry { isbn: isbn(pages), year: copyright_year(pages), ..CatalogueEntry::default() };
    if let Some((page, title)) = pages.iter().find_map(|page| Some((page.number, title_page(page)?))) {
        let is_twice = entry.year.as_ref().is_some_and(|year| year.value == title.year);
        entry.year = Some(CatalogueField::on(
            page,
            title.year,
            if is_twice { CONFIRMED_YEAR_CONFIDENCE } else { IMPRINT_YEAR_CONFIDENCE },
        ));
        entry.title = Some(CatalogueField::on(page, title.title, TITLE_CONFIDENCE * title.legibility));
        entry.author =
            title.author.map(|author| CatalogueField::on(page, author, AUTHOR_CONFIDENCE * title.legibility));
    }
    entry
}

/// The first ISBN preceded by the word, or else the first certain one.
fn isbn(pages: &[FrontMatterPage]) -> Option<CatalogueField<Isbn>> {
    let all = || pages.iter().flat_map(|page| isbns_in(&page.text).into_iter().map(|isbn| (page.number, isbn)));
    let named = all().find(|(_, isbn)| isbn.is_named);
    let (page, isbn) = named.or_else(|| all().find(|(_, isbn)| isbn.isbn.digits() == 13))?;
    Some(CatalogueField::on(
        page,
        isbn.isbn,
        if isbn.is_named { NAMED_ISBN_CONFIDENCE } else { UNNAMED_ISBN_CONFIDENCE },
    ))
}

fn copyright_year(pages: &[FrontMatterPage]) -> Option<CatalogueField<i32>> {
    pages.iter().find_map(|page| {
        let years = copyright_years(page);
        let last = years.iter().max()?;
        let is_one = years.iter().all(|year| year == last);
        Some(CatalogueField::on(
            page.number,
            *last,
            if is_one { SINGLE_COPYRIGHT_CONFIDENCE } else { LAST_COPYRIGHT_CONFIDENCE },
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::front_matter_pages;
    use crate::ocr::OcrPage;
    use crate::page_layout::test_pages::{block, centred, line, page, prose};

    fn title(imprint: &str) -> OcrPage {
        let head = [
            centred(1000, 200, 60, "COLONIAL"),
            centred(1000, 280, 60, "FLORIDA"),
            centred(1000, 500, 20, "BY"),
            centred(1000, 560, 26, "RICHARD L. CAMPBELL."),
        ];
        page(
            3,
            vec![block(1, &head), block(2, &[centred(1000, 1300, 20, "CLEVELAND"), centred(1000, 1350, 18, imprint)])],
        )
    }

    fn back(text: &str) -> OcrPage {
        page(4, vec![block(1, &[line((200, 700), 18, text)])])
    }

    fn entry(pages: &[OcrPage]) -> CatalogueEntry {
        let text = page(5, vec![prose(1, 100, 20)]);
        entry_of(&front_matter_pages(&[pages, &[text]].concat()))
    }

    #[test]
    fn a_title_page_and_its_back_make_an_entry() {
        let found = entry(&[title("1892."), back("COPYRIGHT, 1892, by R. L. CAMPBELL. ISBN 0-306-40615-2")]);
        let title = found.title.unwrap();
        assert_eq!((title.value.as_str(), title.page), ("COLONIAL FLORIDA", Some(3)));
        assert!(title.confidence > 0.5, "{title:?}");
        assert_eq!(found.author.unwrap().value, "RICHARD L. CAMPBELL");
        assert_eq!(found.year, Some(CatalogueField::on(3, 1892, CONFIRMED_YEAR_CONFIDENCE)));
        assert_eq!(found.isbn.unwrap(), CatalogueField::on(4, "0-306-40615-2".parse().unwrap(), NAMED_ISBN_CONFIDENCE));
        assert_eq!((found.publisher, found.kind), (None, None));
    }

    #[test]
    fn the_year_of_the_imprint_goes_before_an_older_copyright() {
        let found = entry(&[title("MDCCCXCIV."), back("COPYRIGHT, 1892")]);
        assert_eq!(found.year, Some(CatalogueField::on(3, 1894, IMPRINT_YEAR_CONFIDENCE)));
    }

    #[test]
    fn finds_no_title_without_a_title_page() {
        assert_eq!(
            entry(&[back("Copyright 1890, 1892")]).year,
            Some(CatalogueField::on(4, 1892, LAST_COPYRIGHT_CONFIDENCE))
        );
        assert_eq!(entry(&[title("no year stands here")]), CatalogueEntry::default());
        assert_eq!(entry(&[]), CatalogueEntry::default());
    }
}
