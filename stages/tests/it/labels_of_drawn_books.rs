//! Labels and printed page numbers of drawn books, whose truth is known, as a perfect recogniser would read them.

use shelf::demo::{DemoBook, write_truth};
use shelf::draw::{self, Document, DrawnBlock, DrawnPage, PageFormat, TestFigure, TitlePage};
use shelf::eval::labels::{LabelScore, LabelTruth, LabelledPage, score_labels};
use shelf::stage::Timestamp;
use shelf::testing::{TestBook, TestScan};
use shelf_pages::{Bbox, Orientation};
use stages::labels::{LabelledBlock, label_blocks, labels};
use stages::ocr::{self, Block, Line, OcrPage, PageDimensions, Paragraph, Word};
use stages::page_layout::{TypeHeights, text_rows};
use stages::pagination::{BookStatistics, Pagination, pagination};

const SENTENCES: [&str; 4] = [
    "The shelf stood where it had always stood, and nobody in the house remembered who had put it there.",
    "It was said to be of oak, though those who had dusted it knew better, and said nothing.",
    "Of the books on it some were read, and most were only kept, which is another kind of love.",
    "When the rain came in by the north window the folios were moved, and were never quite put back.",
];

/// So many paragraphs, each with a note where `notes` says so.
fn prose(paragraphs: usize, notes: bool) -> String {
    let paragraph = |at: usize| {
        let text: Vec<&str> = (0..7 + at % 3).map(|sentence| SENTENCES[(at + sentence) % 4]).collect();
        let text = text.join(" ");
        let note =
            "* As the late keeper of the collection told it, and he was not given to telling much about it at all.";
        if notes && at % 4 == 1 { format!("{text}*\n\n{note}") } else { text }
    };
    (0..paragraphs).map(paragraph).collect::<Vec<_>>().join("\n\n")
}

fn document() -> Document {
    Document::new()
        .running_heads("THE PATIENT SHELF", "OF BOOKS AND READERS")
        .title_page(TitlePage {
            title: "THE PATIENT SHELF".to_owned(),
            subtitle: "or, How a Book Is Kept".to_owned(),
            author: "BY ITS OWN COMPOSITOR".to_owned(),
            imprint: "Drawn, not Printed".to_owned(),
        })
        .colophon("Copyright by nobody in particular. All rights reserved to the reader.")
        .contents()
        .preface("To the Reader")
        .prose(&prose(6, false))
        .body()
        .chapter("Of Shelves")
        .prose(&prose(8, true))
        .quote(SENTENCES[0..3].join(" ").as_str())
        .prose(&prose(4, false))
        .chapter("Of Books")
        .prose(&prose(6, true))
        .figure(TestFigure { width_mm: 60.0, height_mm: 40.0, seed: 3 }, "A shelf, before it was flattened.")
        .prose(&prose(7, false))
        .section("The Examination")
        .prose(&prose(5, true))
}

fn as_read(page: &DrawnPage, page_number: u32) -> OcrPage {
    let word = |word: &draw::DrawnWord| Word::new(word.text.clone(), word.bbox, 0.95);
    let line = |line: &draw::DrawnLine| Some(Line { bbox: line.bbox()?, words: line.words.iter().map(word).collect() });
    let block = |(block, number): (&DrawnBlock, u32)| {
        let paragraphs = block.paragraphs.iter().zip(1..).filter_map(|(paragraph, par_num)| {
            let lines: Vec<Line> = paragraph.lines.iter().filter_map(line).collect();
            let text = paragraph.lines.iter().map(draw::DrawnLine::text).collect::<Vec<_>>().join("\n");
            let around = Bbox::bounding(lines.iter().map(|line| line.bbox))?;
            Some(Paragraph { par_num, bbox: around, text, avg_confidence: 0.95, lines })
        });
        Some(Block { block_num: number, bbox: block.bbox()?, paragraphs: paragraphs.collect() })
    };
    let figure = |(figure, image_id): (&Bbox, u32)| ocr::Figure {
        image_id,
        bbox: *figure,
        image_file: format!("{image_id}.png"),
    };
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: page.image.width(), height: page.image.height() },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: page.blocks.iter().zip(1..).filter_map(block).collect(),
        images: page.figures.iter().zip(1..).map(figure).collect(),
    }
}

fn look_at(pages: &[OcrPage]) -> Pagination {
    let mut heights = TypeHeights::default();
    for page in pages {
        heights.add(&text_rows(page));
    }
    let mut statistics = BookStatistics::new(heights.most_common_px());
    for page in pages {
        statistics.add(page);
    }
    let (book, warnings) = statistics.finish();
    assert_eq!(warnings, Vec::<String>::new());
    book
}

/// The scores by `structure.tsv` and by `blocks.tsv`.
fn scores(format: &PageFormat) -> [LabelScore; 2] {
    let book = DemoBook { pages: document().typeset(format) };
    let truth = tempfile::tempdir().unwrap();
    write_truth(&book, truth.path()).unwrap();
    let pages: Vec<OcrPage> = book.pages.iter().zip(1..).map(|(page, number)| as_read(page, number)).collect();
    let pagination = look_at(&pages);
    let labelled = |number: u32| {
        let page = pages.get(number as usize - 1)?;
        let book = &pagination.pages[&number];
        Some(LabelledPage::join(book.printed_page_number.as_deref(), &label_blocks(page, book), page))
    };
    ["structure.tsv", "blocks.tsv"]
        .map(|table| score_labels(&LabelTruth::read(&truth.path().join(table)).unwrap(), labelled))
}

#[test]
fn a_drawn_book_is_labelled_at_any_resolution() {
    for dpi in [72, 150] {
        let [structure, blocks] = scores(&PageFormat::octavo().at_dpi(dpi));
        assert_eq!(structure.page_numbers.wrong, [], "at {dpi} dpi");
        for (kind, at_least) in [
            ("TITLE_PAGE", 1.0),
            ("COPYRIGHT", 1.0),
            ("TABLE_OF_CONTENTS", 1.0),
            ("PREFACE", 0.9),
            ("CHAPTER_HEADING", 0.9),
            ("SECTION_HEADING", 1.0),
            ("BODY", 0.95),
            ("QUOTE", 1.0),
            ("FOOTNOTE", 0.9),
            ("HEADER", 1.0),
            ("PAGE_NUMBER", 1.0),
            ("CAPTION", 1.0),
        ] {
            let f1 = blocks.classes[kind].f1().unwrap();
            assert!(f1 >= at_least, "{kind} at {dpi} dpi: {:?}", blocks.classes[kind]);
        }
        for kind in ["HEADER", "FOOTNOTE", "chapter heading"] {
            assert!(structure.classes[kind].f1().unwrap() >= 0.9, "{kind} at {dpi} dpi: {:?}", structure.classes[kind]);
        }
    }
}

/// The pages as if the book had lain on its side, or upside down, on the scanner.
fn turned(pages: &[OcrPage], degrees: u16) -> Vec<OcrPage> {
    let orientation = |rotation_degrees| Some(Orientation { rotation_degrees, skew_degrees: 0.0 });
    let turn = |page: &OcrPage| OcrPage {
        orientation: orientation(degrees),
        ..OcrPage { orientation: orientation(360 - degrees), ..page.clone() }.upright().into_owned()
    };
    pages.iter().map(turn).collect()
}

#[test]
fn a_book_that_lies_on_its_side_has_the_labels_of_an_upright_one() {
    let pages: Vec<OcrPage> = document()
        .typeset(&PageFormat::octavo().at_dpi(72))
        .iter()
        .zip(1..)
        .map(|(page, at)| as_read(page, at))
        .collect();
    let labelled = |pages: &[OcrPage]| -> Vec<(Option<String>, Vec<LabelledBlock>)> {
        let book = TestBook::of_pages(pages.len() as u32).scans(pages.iter().map(|_| TestScan::new(30, 40)));
        let book = book.outputs::<ocr::ocr>(|page| pages[page as usize - 1].clone());
        book.run::<pagination>();
        let run = book.run::<labels>();
        assert_eq!(run.summary.stages.last().unwrap().done, pages.len(), "{run:?}");
        let page = |number| book.page::<labels>(number);
        (1..=pages.len() as u32).map(|at| (page(at).printed_page_number, page(at).blocks)).collect()
    };
    let upright = labelled(&pages);
    assert!(upright.iter().any(|(number, _)| number.is_some()));
    for degrees in [90, 180, 270] {
        assert_eq!(labelled(&turned(&pages, degrees)), upright, "{degrees}°");
    }
}
