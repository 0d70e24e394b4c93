use rayon::prelude::*;

use crate::draw::{DrawnPage, Figure, Manuscript, PageFormat, Scanner, TitlePage};

/// The demo book, page by page.
#[derive(Debug, Clone)]
pub struct DemoBook {
    /// The pages as they came from the press, or from the scanner, with their truth.
    pub pages: Vec<DrawnPage>,
}

/// The title that the book's metadata should have.
pub const TITLE: &str = "The Patient Shelf";

/// Sets and draws the demo book: title page, colophon, contents, preface, two chapters with a figure, a quotation and
/// footnotes, and more hyphens than is decent.
#[must_use]
pub fn book() -> DemoBook {
    DemoBook { pages: manuscript().typeset(&PageFormat::octavo().seeking_compound_hyphens(0.97)) }
}

/// The demo book, scanned: crooked, dusty, unevenly lit. The same seed gives the same scans.
#[must_use]
pub fn scans(seed: u64) -> DemoBook {
    let scanner = Scanner::new(seed);
    let pages = book().pages.par_iter().enumerate().map(|(at, page)| scanner.scan(page, at as u32 + 1)).collect();
    DemoBook { pages }
}

fn manuscript() -> Manuscript {
    Manuscript::new()
        .running_heads("THE PATIENT SHELF", "OF BOOKS AND THEIR READERS")
        .title_page(TitlePage {
            title: "THE PATIENT SHELF".to_owned(),
            subtitle: "or, How a Book is Read by One who has Never Sat Down".to_owned(),
            author: "BY ITS OWN COMPOSITOR".to_owned(),
            imprint: "Drawn, not Printed, for the Instruction of Engines".to_owned(),
        })
        .colophon(
            "This book was written for shelf, and may be copied, scanned and misread under the terms of that program.\n\n\
             Set by machine in DejaVu Serif, and bound in nothing at all.",
        )
        .contents()
        .preface("TO THE ENGINE")
        .prose(include_str!("prose/preface.txt"))
        .body()
        .chapter("Of Shelves, and What Becomes of Them")
        .prose(include_str!("prose/chapter_1a.txt"))
        .figure(
            Figure::Bookcase { width_mm: 74.0, height_mm: 46.0, seed: 4 },
            "The patient shelf, before it was flattened.",
        )
        .prose(include_str!("prose/chapter_1b.txt"))
        .chapter("Of the Hyphen, and Its Two Trades")
        .prose(include_str!("prose/chapter_2a.txt"))
        .quote(include_str!("prose/quote.txt"))
        .prose(include_str!("prose/chapter_2b.txt"))
        .section("The Examination")
        .prose(include_str!("prose/chapter_2c.txt"))
}

#[cfg(test)]
mod tests {
    use super::{book, scans};

    #[test]
    fn look() {
        let t = std::time::Instant::now();
        let book = book();
        eprintln!("drawn {:?}", t.elapsed());
        let t = std::time::Instant::now();
        let scans = scans(1);
        eprintln!("scanned {:?}", t.elapsed());
        std::fs::create_dir_all("/tmp/demo").unwrap();
        for (n, (page, scan)) in book.pages.iter().zip(&scans.pages).enumerate() {
            page.image.save(format!("/tmp/demo/clean_{:04}.png", n + 1)).unwrap();
            scan.image.save(format!("/tmp/demo/page_{:04}.png", n + 1)).unwrap();
            std::fs::write(format!("/tmp/demo/page_{:04}.gt.txt", n + 1), page.text()).unwrap();
            for l in page.lines() {
                eprintln!("{n} {:?} {}", l.end, l.text());
            }
        }
    }
}
