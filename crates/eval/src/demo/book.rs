use rayon::prelude::*;

use crate::draw::{Document, DrawnPage, PageFormat, Scanner, TestFigure, TitlePage};

/// The demo book, page by page.
#[derive(Debug, Clone)]
pub struct DemoBook {
    /// The pages, rasterized or scanned, with their ground truth.
    pub pages: Vec<DrawnPage>,
}

/// The title that the book's metadata should have.
pub const TITLE: &str = "The Patient Shelf";

/// Typesets the demo book: title page, colophon, contents, preface, three chapters with a figure, a plate, a quotation, a table, verse, footnotes and drop
/// capitals, and very many hyphens at line ends. Compounds that a dictionary would join at a line end also occur undivided in the colophon, so that the vocabulary of
/// the book can decide.
#[must_use]
pub fn book() -> DemoBook {
    DemoBook { pages: document().typeset(&PageFormat::octavo().seeking_compound_hyphens(1.0)) }
}

/// The demo book, scanned: skewed, dusty, unevenly lit. The same seed gives the same scans.
#[must_use]
pub fn scans(seed: u64) -> DemoBook {
    let scanner = Scanner::new(seed);
    let pages = book().pages.par_iter().enumerate().map(|(at, page)| scanner.scan(page, at as u32 + 1)).collect();
    DemoBook { pages }
}

fn document() -> Document {
    Document::new()
        .running_heads("THE PATIENT SHELF", "OF BOOKS AND THEIR READERS")
        .drop_capitals()
        .title_page(TitlePage {
            title: "THE PATIENT SHELF".to_owned(),
            subtitle: "or, How a Book Is Read\nby One Who Has Never Sat Down".to_owned(),
            author: "BY ITS OWN COMPOSITOR".to_owned(),
            imprint: "Drawn, not Printed, for the Instruction of Engines".to_owned(),
        })
        .colophon(include_str!("prose/colophon.txt"))
        .contents()
        .preface("To the Engine")
        .prose(include_str!("prose/preface.txt"))
        .body()
        .chapter("Of Shelves, and What Becomes of Them")
        .prose(include_str!("prose/chapter_1a.txt"))
        .figure(TestFigure { width_mm: 74.0, height_mm: 46.0, seed: 4 }, "The patient shelf, before it was flattened.")
        .prose(include_str!("prose/chapter_1b.txt"))
        .plate(
            TestFigure { width_mm: 80.0, height_mm: 116.0, seed: 7 },
            "The four shelves, as they stood before the removal.",
        )
        .chapter("Of the Hyphen, and Its Two Trades")
        .prose(include_str!("prose/chapter_2a.txt"))
        .quote(include_str!("prose/quote.txt"))
        .prose(include_str!("prose/chapter_2b.txt"))
        .section("The Examination")
        .prose(include_str!("prose/chapter_2c.txt"))
        .plate(TestFigure { width_mm: 78.0, height_mm: 120.0, seed: 9 }, "The landlord’s view of the undertaking.")
        .chapter("Of Tables, and of Verse")
        .prose(include_str!("prose/chapter_3a.txt"))
        .table(include_str!("prose/table.txt"))
        .prose(include_str!("prose/chapter_3b.txt"))
        .verse(include_str!("prose/verse.txt"))
        .prose(include_str!("prose/chapter_3c.txt"))
        .section("The Report")
        .prose(include_str!("prose/chapter_3d.txt"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{book, scans};
    use crate::draw::{BlockKind, line_end_hyphens};

    #[test]
    fn book_has_every_kind_of_block() {
        let pages = book().pages;
        let kinds: HashSet<BlockKind> = pages.iter().flat_map(|page| &page.blocks).map(|block| block.kind).collect();
        for kind in [
            BlockKind::TitlePage,
            BlockKind::Copyright,
            BlockKind::TableOfContents,
            BlockKind::Preface,
            BlockKind::ChapterHeading,
            BlockKind::SectionHeading,
            BlockKind::Body,
            BlockKind::Quote,
            BlockKind::Verse,
            BlockKind::Table,
            BlockKind::Footnote,
            BlockKind::Header,
            BlockKind::PageNumber,
            BlockKind::Caption,
        ] {
            assert!(kinds.contains(&kind), "{}", kind.classification());
        }
        let folios: Vec<&str> =
            pages.iter().map(|page| page.folio.as_ref().map_or("", |folio| folio.printed.as_str())).collect();
        // The two plates have no number, but are counted.
        assert_eq!(folios, ["", "", "iii", "iv", "1", "2", "3", "", "5", "6", "7", "", "9", "10", "11", "12"]);
        assert_eq!(pages.iter().map(|page| page.figures.len()).sum::<usize>(), 3);
    }

    /// Neither joining nor keeping all hyphens may give good results.
    #[test]
    fn many_lines_end_in_either_kind_of_hyphen() {
        let hyphens = line_end_hyphens(&book().pages);
        let real = hyphens.iter().filter(|hyphen| hyphen.real).count();
        assert!(real >= 50, "{real} real ones");
        assert!(hyphens.len() - real >= 15, "{} from split words", hyphens.len() - real);
    }

    #[test]
    fn scan_has_the_text_of_its_page() {
        let (book, scans) = (book(), scans(1));
        for (page, scan) in book.pages.iter().zip(&scans.pages) {
            assert_eq!(page.text(), scan.text());
            assert_eq!(page.image.dimensions(), scan.image.dimensions());
            assert_ne!(page.image, scan.image);
        }
    }
}
