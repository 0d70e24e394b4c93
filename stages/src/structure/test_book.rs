//! Whole books of test pages.

use shelf_pages::Classification::{Body, ChapterHeading, Footnote, Header, PageNumber, TableOfContents};
use shelf_pages::testing::TestPage;
use shelf_pages::{Classification, ElementContent, MergedPage, OcrPage, Passage, Structure, joined, span_text};

use super::book_builder::BookBuilder;

/// Blocks with their labels; the book's paragraphs are not indented.
type Page<'t> = &'t [(Classification, &'t str)];

fn pages(pages: &[Page]) -> Vec<(MergedPage, OcrPage)> {
    let page = |(number, blocks): (u32, &Page)| {
        let text = blocks.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n\n");
        let labels = (1..).zip(blocks.iter());
        let page =
            labels.fold(TestPage::new(&text).number(number), |page, (block, (label, _))| page.label(block, *label));
        (page.merged(), page.ocr())
    };
    (1..).zip(pages).map(page).collect()
}

fn built(pages: &[(MergedPage, OcrPage)]) -> (Structure, Vec<String>) {
    let whole = |before: &str, after: &str| format!("{before}{after}");
    let mut builder = BookBuilder::new(&whole);
    for (at, (merged, ocr)) in pages.iter().enumerate() {
        builder.add(merged, ocr, pages.get(at + 1).map(|(merged, _)| merged));
    }
    let (book, warnings, _) = builder.finish();
    (book, warnings)
}

/// The elements with their texts.
fn shown(pages: &[(MergedPage, OcrPage)], book: &Structure) -> Vec<String> {
    let page = |number: u32| &pages[number as usize - 1].0;
    let text = |passage: &Passage| {
        joined(passage.spans.iter().map(|span| (span_text(page(span.page), span).unwrap(), span.join)))
    };
    let show = |content: &ElementContent| {
        let texts: Vec<String> = content.passages().into_iter().map(text).collect();
        let kind = serde_json::to_value(content).unwrap()["kind"].as_str().unwrap().to_owned();
        let refers = match content {
            ElementContent::Note { mark, refers_to, .. } => {
                format!(" {} of {}", mark.as_deref().unwrap_or("-"), refers_to.unwrap_or(0))
            }
            ElementContent::Heading { level, .. } => format!(" {level}"),
            _ => String::new(),
        };
        format!("{kind}{refers}: {}", texts.join(" / "))
    };
    book.elements.iter().map(|element| format!("{} {}", element.id, show(&element.content))).collect()
}

#[test]
fn paragraph_goes_on_across_pages_and_its_notes_follow() {
    let pages = pages(&[
        &[
            (ChapterHeading, "CHAPTER I."),
            (ChapterHeading, "Of Shelves"),
            (Body, "The long* cam-"),
            (Footnote, "* See\nIrving, who"),
        ],
        &[
            (Header, "OF FLORIDA"),
            (Body, "paign went on."),
            (Body, "“It ended.”"),
            (Footnote, "says so."),
            (PageNumber, "9"),
        ],
    ]);
    let (book, _) = built(&pages);
    assert_eq!(
        shown(&pages, &book),
        [
            "1 heading 1: CHAPTER I. / Of Shelves",
            "2 paragraph: The long* campaign went on.",
            "3 note * of 2: See Irving, who says so.",
            "4 paragraph: “It ended.”",
        ]
    );
    assert_eq!(book.anchors[1].excluded.len(), 2);
    assert_eq!((book.outline[0].number.as_deref(), book.outline[0].title.as_str()), (Some("CHAPTER I"), "Of Shelves"));
}

#[test]
fn contents_list_headings() {
    let pages = pages(&[
        &[(TableOfContents, "CONTENTS"), (TableOfContents, "I. Of Shelves 2\nII. Of Chairs 7")],
        &[(ChapterHeading, "CHAPTER I."), (ChapterHeading, "Of Shelves"), (Body, "It began.")],
    ]);
    let (book, warnings) = built(&pages);
    assert_eq!(shown(&pages, &book)[..2], ["1 heading 1: CONTENTS", "2 lines: I. Of Shelves 2 / II. Of Chairs 7"]);
    assert_eq!(book.contents[0].heading, Some(3));
    assert_eq!(warnings, ["contents entry “II. Of Chairs” (page 7) has no heading in the text"]);
}

#[test]
fn verse_keeps_its_lines_and_its_note() {
    let verse = "The curfew tolls the knell of parting day,*\nThe lowing herd winds slowly o’er the lea,\nThe ploughman homeward plods his way,\nAnd leaves the world to darkness and to me.";
    let wide = ["the long line of the text of this page which is as wide as all the others and so on to the end"; 6]
        .join("\n");
    let pages = pages(&[&[(Body, &wide), (Body, verse), (Footnote, "* Gray, Elegy.")]]);
    let (book, _) = built(&pages);
    assert_eq!(
        shown(&pages, &book)[1..],
        [format!("2 verse: {}", verse.replace('\n', " / ")), "3 note * of 2: Gray, Elegy.".to_owned(),]
    );
}
