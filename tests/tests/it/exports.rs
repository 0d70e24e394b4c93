//! Exports of synthetic books, whose text and structure are known, and of a real one.

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use shelf::draw::{Document, PageFormat, TestFigure};
use shelf::eval::Normalisation;
use shelf::registry::Registry;
use shelf::stage::Stage as _;
use shelf::testing::TestBook;
use shelf_export::{ExportBook, ExportError, ExportOptions, Format, Output, formats, template};
use shelf_pages::Classification::{
    Body, Caption, ChapterHeading, Footnote, Header, PageNumber, Quote, SectionHeading, TableOfContents, TitlePage,
};
use shelf_pages::testing::TestPage;
use shelf_pages::{Bbox, Classification, ElementContent, Figure, Structure};
use shelf_tests::Shelf;
use stages::merged::merged;
use stages::ocr::ocr;
use stages::structure::structure;

use crate::florida::with_florida;

const WIDE: &str = "The long line of the text that is as wide as the page and has more words than any other line of the book,\n\
                    and another one that is just as wide as the first so that the right edge of the text of the page is known,\n\
                    and a third one that is just as wide as the two others so that it is known how wide the text of it is.";

/// A title page, contents, and two chapters with a note, a paragraph and a word that go on across a page break, verse, a quotation and a figure.
fn pages() -> Vec<TestPage> {
    let page = |number: u32, blocks: &[(Classification, &str)]| {
        let text = blocks.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n\n");
        let labelled = (1..).zip(blocks);
        labelled.fold(TestPage::new(&text).number(number), |page, (block, (label, _))| page.label(block, *label))
    };
    vec![
        page(1, &[(TitlePage, "THE LITTLE BOOK"), (TitlePage, "BY NOBODY")]),
        page(2, &[(TableOfContents, "CONTENTS"), (TableOfContents, "I. Of Shelves 3\nII. Of *Chairs* 5")]),
        page(
            3,
            &[
                (ChapterHeading, "CHAPTER I."),
                (ChapterHeading, "Of Shelves"),
                (Body, WIDE),
                (Body, "It was a great undertaking,* said the land-\nlord. The word began here in the cam-"),
                (Footnote, "* See Irving & Co.,\nwho <says> so."),
                (PageNumber, "3"),
            ],
        ),
        page(4, &[(Header, "THE LITTLE BOOK"), (Body, "paign and ended. 1. May it rest_.")]),
        page(
            5,
            &[
                (ChapterHeading, "CHAPTER II."),
                (ChapterHeading, "Of *Chairs*"),
                (Quote, "A chair is worn out by those who sit in it,\nas was said before."),
                (
                    Body,
                    "Mine be a cot beside the hill,\nA beehive’s hum shall soothe my ear,\nA willowy brook that turns a mill,\nWith many a fall shall linger near.",
                ),
                (SectionHeading, "The End"),
                (Caption, "A chair [from below]."),
                (Body, "So it ended."),
            ],
        ),
    ]
}

/// The book with its structure.
fn book() -> TestBook {
    let pages = pages();
    let book = TestBook::of_pages(pages.len() as u32);
    for (number, page) in (1..).zip(&pages) {
        let (mut recognised, mut page) = (page.ocr(), page.merged());
        if number == 5 {
            let bbox = recognised.blocks[5].bbox;
            let bbox = Bbox { y: bbox.y - 25, height: 20, ..bbox };
            let figure = Figure { image_id: 1, bbox, image_file: "page_0005_img_001.png".to_owned() };
            recognised.images.push(figure.clone());
            page.images.push(figure);
            book.write("images/page_0005_img_001.png", &png());
        }
        page.printed_page_number = (number >= 3).then(|| number.to_string());
        book.put::<ocr>(number, &recognised);
        book.put::<merged>(number, &page);
    }
    book.set(|metadata| {
        metadata.title = Some("The Little Book".to_owned());
        metadata.author = Some("Nobody & Sons".to_owned());
        metadata.language = vec!["en".to_owned()];
        metadata.scan_date = Some("2026-11-28T10:00:00Z".to_owned());
    });
    book.run::<structure>();
    book
}

fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = image::GrayImage::from_fn(64, 32, |x, y| image::Luma([(4 * x + y) as u8]));
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn registry() -> Registry {
    Registry::of([ocr::ROW, merged::ROW, structure::ROW].into_iter().chain(made_from())).unwrap()
}

/// The other stages that `merged` is made from.
fn made_from() -> Vec<&'static shelf::stage::Row> {
    use stages::{
        corrected::corrected, labels::labels, pagination::pagination, transcribed::transcribed, vocabulary::vocabulary,
    };
    vec![transcribed::ROW, corrected::ROW, labels::ROW, pagination::ROW, vocabulary::ROW]
}

fn format(name: &str) -> &'static Format {
    formats().iter().find(|format| format.name == name).unwrap()
}

fn exported(book: &TestBook, format: &Format, folder: &Path, options: &ExportOptions) -> Result<PathBuf, ExportError> {
    let registry = registry();
    let opened = ExportBook::open(book.store(), &registry, book.id(), None)?;
    let mut output = Output::new(&folder.join(format!("little.{}", format.extension)));
    (format.write)(&opened, &mut output, options)?;
    Ok(output.finish()?.swap_remove(0))
}

fn text(name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = exported(&book(), format(name), folder.path(), &ExportOptions::new()).unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn markdown_has_the_book_as_a_reader_reads_it() {
    assert_snapshot!(text("md"), @r##"
    ---
    title: "The Little Book"
    author: "Nobody & Sons"
    lang: en
    ---

    THE LITTLE BOOK\
    BY NOBODY

    # CONTENTS

    - I. Of Shelves 3
    - II. Of \*Chairs\* 5

    # CHAPTER I. Of Shelves

    The long line of the text that is as wide as the page and has more words than any other line of the book, and another one that is just as wide as the first so that the right edge of the text of the page is known, and a third one that is just as wide as the two others so that it is known how wide the text of it is.

    It was a great undertaking,[^1] said the land-lord. The word began here in the campaign and ended. 1. May it rest\_.

    [^1]: See Irving & Co., who \<says> so.

    # CHAPTER II. Of \*Chairs\*

    > A chair is worn out by those who sit in it, as was said before.

    > Mine be a cot beside the hill,\
    > A beehive’s hum shall soothe my ear,\
    > A willowy brook that turns a mill,\
    > With many a fall shall linger near.

    ## The End

    ![A chair \[from below\].](little-md-files/page_0005_img_001.jpg)

    A chair \[from below\].

    So it ended.
    "##);
}

#[test]
fn tei_has_page_breaks_running_heads_and_notes() {
    assert_snapshot!(text("tei"), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <TEI xmlns="http://www.tei-c.org/ns/1.0" xml:lang="en">
    <teiHeader>
    <fileDesc><titleStmt><title>The Little Book</title>
    <author>Nobody &amp; Sons</author>
    </titleStmt>
    <publicationStmt><p>Unpublished; recognised from scans.</p>
    </publicationStmt>
    <sourceDesc><bibl><title>The Little Book</title>
    <author>Nobody &amp; Sons</author>
    </bibl>
    </sourceDesc>
    </fileDesc>
    <encodingDesc><appInfo><application ident="shelf" version="0.1.0"><label>shelf</label>
    </application>
    </appInfo>
    </encodingDesc>
    <profileDesc><langUsage><language ident="en">en</language>
    </langUsage>
    </profileDesc>
    </teiHeader>
    <facsimile>
    <surface xml:id="scan1"></surface>
    <surface xml:id="scan2"></surface>
    <surface xml:id="scan3"></surface>
    <surface xml:id="scan4"></surface>
    <surface xml:id="scan5"></surface>
    </facsimile>
    <text>
    <front>
    <div>
    <pb facs="#scan1"/>
    <ab type="title_page">THE LITTLE BOOK<lb/>
    BY NOBODY</ab>
    </div>
    <div type="front_matter">
    <pb facs="#scan2"/>
    <head type="title">CONTENTS</head>
    <list><item>I. Of Shelves 3</item>
    <item>II. Of *Chairs* 5</item>
    </list>
    </div>
    </front>
    <body>
    <div type="chapter">
    <pb facs="#scan3" n="3"/><fw type="pageNum" place="margin">3</fw>
    <head type="number">CHAPTER I.</head>
    <head type="title">Of Shelves</head>
    <p>The long line of the text that is as wide as the page and has more words than any other line of the book, and another one that is just as wide as the first so that the right edge of the text of the page is known, and a third one that is just as wide as the two others so that it is known how wide the text of it is.</p>
    <p>It was a great undertaking,<ref xml:id="r7" type="note" target="#n7">*</ref> said the land-lord. The word began here in the cam<pb facs="#scan4" n="4" break="no"/><fw type="header" place="top">THE LITTLE BOOK</fw>paign and ended. 1. May it rest_.</p>
    <note place="foot" xml:id="n7" n="*" target="#r7">See Irving &amp; Co., who &lt;says&gt; so.</note>
    </div>
    <div type="chapter">
    <pb facs="#scan5" n="5"/>
    <head type="number">CHAPTER II.</head>
    <head type="title">Of *Chairs*</head>
    <quote><p>A chair is worn out by those who sit in it, as was said before.</p>
    </quote>
    <lg>
    <l>Mine be a cot beside the hill,</l>
    <l>A beehive’s hum shall soothe my ear,</l>
    <l>A willowy brook that turns a mill,</l>
    <l>With many a fall shall linger near.</l>
    </lg>
    <div type="section">
    <head type="title">The End</head>
    <figure><graphic url="images/page_0005_img_001.png"/><head>A chair [from below].</head></figure>
    <p>So it ended.</p>
    </div>
    </div>
    </body>
    </text>
    </TEI>
    "##);
}

#[test]
fn json_is_described_by_its_schema() {
    let document: serde_json::Value = serde_json::from_str(&text("json")).unwrap();
    let schema = serde_json::to_value(shelf_export::document_schema()).unwrap();
    let described = schema["properties"].as_object().unwrap();
    for field in document.as_object().unwrap().keys() {
        assert!(described.contains_key(field), "{field}");
    }
    assert_eq!(document["outline"][1]["title"], "Of Shelves");
    assert_eq!(document["contents"][0]["heading"], document["outline"][1]["element"]);
    let lines: Vec<serde_json::Value> = text("jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[3]["text"]), (5, &"paign and ended. 1. May it rest_.".into()));
}

#[test]
fn epub_is_the_same_every_time_and_begins_with_its_media_type() {
    let (book, folder) = (book(), tempfile::tempdir().unwrap());
    let path = exported(&book, format("epub"), folder.path(), &ExportOptions::new()).unwrap();
    let first = std::fs::read(&path).unwrap();
    exported(&book, format("epub"), folder.path(), &ExportOptions::new()).unwrap();
    assert!(first == std::fs::read(&path).unwrap(), "two exports differ");
    assert_eq!(&first[30..58], b"mimetypeapplication/epub+zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(first)).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let nav = read("EPUB/nav.xhtml");
    for part in [
        ">CHAPTER I. Of Shelves</a>",
        ">The End</a>",
        "<a href=\"text_0003.xhtml#p4\">4</a>",
        "<a epub:type=\"bodymatter\" href=\"text_0003.xhtml\">",
    ] {
        assert!(nav.contains(part), "{part}\n{nav}");
    }
    // Page breaks without a printed number are not in the page list, so they are not marked as page breaks.
    assert!(read("EPUB/text_0001.xhtml").contains("<span id=\"p1\"/>") && !nav.contains("#p1\""), "{nav}");
    let chapter = read("EPUB/text_0003.xhtml");
    let sentence = "The word began here in the cam<span epub:type=\"pagebreak\" role=\"doc-pagebreak\" id=\"p4\" aria-label=\"4\"/>paign and ended.";
    assert!(chapter.contains(sentence), "{chapter}");
    let mark = chapter.split("role=\"doc-noteref\" id=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let note = mark.replace('r', "n");
    assert!(chapter.contains(&format!("role=\"doc-footnote\" id=\"{note}\"")), "{chapter}");
    assert!(chapter.contains(&format!("role=\"doc-backlink\" href=\"#{mark}\"")), "{chapter}");
    assert!(!chapter.contains("LITTLE BOOK"), "a running head is in the text");
    assert!(read("EPUB/text_0004.xhtml").contains("alt=\"A chair [from below].\""));
}

#[test]
fn interrupted_export_leaves_the_earlier_file() {
    let (book, folder) = (book(), tempfile::tempdir().unwrap());
    for format in ["epub", "md", "txt", "tei", "json", "jsonl"].map(format) {
        let path = exported(&book, format, folder.path(), &ExportOptions::new()).unwrap();
        let before = std::fs::read(&path).unwrap();
        let mut options = ExportOptions::new();
        options.page_done = &|page| if page.get() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let ended = exported(&book, format, folder.path(), &options);
        assert!(matches!(ended, Err(ExportError::Interrupted)), "{}: {ended:?}", format.name);
        assert!(before == std::fs::read(&path).unwrap(), "{}", format.name);
    }
    let hidden = std::fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}

#[test]
fn structure_that_does_not_fit_the_pages_is_refused() {
    let (book, folder) = (book(), tempfile::tempdir().unwrap());
    let mut page = book.page::<merged>(4);
    page.blocks[1].paragraphs[0].text = "paign and went on.".to_owned();
    book.put::<merged>(4, &page);
    let ended = exported(&book, format("txt"), folder.path(), &ExportOptions::new());
    assert!(matches!(ended, Err(ExportError::Stale { page: 4, .. })), "{ended:?}");
    book.remove("structure/book.json");
    let ended = exported(&book, format("txt"), folder.path(), &ExportOptions::new());
    assert!(matches!(ended, Err(ExportError::NotMade { stage: "structure", .. })), "{ended:?}");
}

#[test]
fn template_reads_the_document() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("headings.txt");
    let source = "{{ metadata.title }}\n{% for block in blocks if block.kind == 'heading' %}{{ block.title | plain }}; {% endfor %}";
    std::fs::write(&file, source).unwrap();
    let mut options = ExportOptions::new();
    options.template = Some(&file);
    let path = exported(&book(), template(), folder.path(), &options).unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "The Little Book\nCONTENTS; Of Shelves; Of *Chairs*; The End; ");
}

#[test]
fn real_book_is_exported_without_running_heads_and_with_its_notes() {
    let Some(shelf) = with_florida() else { return };
    let out = tempfile::tempdir().unwrap();
    let to = out.path().join("florida.txt");
    let export = |arguments: &[&str]| {
        let all = ["export", "florida", "-o", to.to_str().unwrap()];
        shelf.run(all.into_iter().chain(arguments.iter().copied()))
    };
    assert_eq!(export(&["--format", "txt"]).code, Some(0));
    let text = std::fs::read_to_string(&to).unwrap();
    assert!(!text.contains("HISTORICAL SKETCHES") && !text.contains("COLONIAL FLORIDA"), "{text}");
    assert!(text.contains("on the Alabama river, absorbed by difficulties"), "paragraphs go on across pages: {text}");
    assert!(text.contains("induce the reflection that, perhaps,"), "words go on across pages: {text}");
    assert!(text.contains("suggested by Ochus,* which"), "{text}");
    assert!(text.contains("\n    * So the name is given"), "{text}");
    // A page that is missing is left out, and the export says so.
    std::fs::remove_file(shelf.library().join("florida/merged/page_0007.json")).unwrap();
    let refused = export(&["--format", "txt"]);
    assert_eq!(refused.code, Some(4), "{refused:?}");
    assert!(refused.err.contains("hint: `shelf process florida --stage +structure`"), "{}", refused.err);
}

const CHAPTER: &str = include_str!("../../../crates/eval/src/demo/prose/chapter_1a.txt");
const MORE: &str = include_str!("../../../crates/eval/src/demo/prose/chapter_2b.txt");

/// A book that is drawn and recognised: what is known of it is found again.
#[test]
fn drawn_book_keeps_its_structure() {
    let pages = Document::new()
        .running_heads("THE PATIENT SHELF", "OF BOOKS AND THEIR READERS")
        .contents()
        .body()
        .chapter("Of Shelves, and What Becomes of Them")
        .prose(CHAPTER)
        .figure(TestFigure { width_mm: 74.0, height_mm: 46.0, seed: 4 }, "The patient shelf, before it was flattened.")
        .chapter("Of the Hyphen, and Its Two Trades")
        .prose(MORE)
        .section("The Examination")
        .prose("With that the lesson is over, and the book is at its end.")
        .typeset(&PageFormat::octavo());
    let scans = tempfile::tempdir().unwrap();
    let files = (1..).zip(&pages).map(|(number, page)| {
        let file = scans.path().join(format!("page_{number:04}.png"));
        page.image.save(&file).unwrap();
        file
    });
    let files: Vec<PathBuf> = files.collect();
    let shelf = Shelf::new(env!("CARGO_BIN_EXE_shelf-under-test"));
    shelf.read("drawn", &files);
    let book: Structure = serde_json::from_value(shelf.json("drawn/structure/book.json")).unwrap();
    let headings: Vec<String> = book.outline.iter().map(|entry| entry.title.to_lowercase()).collect();
    let expected =
        ["contents", "of shelves, and what becomes of them", "of the hyphen, and its two trades", "the examination"];
    assert_eq!(headings, expected);
    assert_eq!(book.outline.iter().map(|entry| entry.level).collect::<Vec<_>>(), [1, 1, 1, 2]);
    // Every chapter in the printed contents has its heading.
    let listed: Vec<Option<u32>> = book.contents.iter().map(|entry| entry.heading).collect();
    assert_eq!(listed, [Some(book.outline[1].element), Some(book.outline[2].element)], "{:?}", book.contents);
    let count =
        |is_meant: fn(&ElementContent) -> bool| book.elements.iter().filter(|found| is_meant(&found.content)).count();
    // Tesseract reads the asterisk in the text, and takes the dagger for a letter.
    let linked = count(|content| matches!(content, ElementContent::Note { refers_to: Some(_), .. }));
    assert_eq!(
        (count(|content| matches!(content, ElementContent::Note { .. })), linked),
        (2, 1),
        "{:?}",
        book.elements
    );
    let figures = count(|content| match content {
        ElementContent::Figure { image_file, caption, .. } => image_file.is_some() && !caption.spans.is_empty(),
        _ => false,
    });
    assert_eq!(figures, 1);
    // The paragraphs, joined across pages, are those that were drawn.
    let out = scans.path().join("drawn.txt");
    shelf.ok(["export", "drawn", "--format", "txt", "-o", out.to_str().unwrap()]);
    let text = std::fs::read_to_string(out).unwrap();
    let is_prose = |line: &&str| line.len() > 150 && !line.starts_with(' ');
    let found: Vec<&str> = text.lines().filter(is_prose).collect();
    let is_note = |line: &&str| line.starts_with(['*', '†']);
    let drawn: Vec<&str> = CHAPTER.lines().chain(MORE.lines()).filter(is_prose).filter(|line| !is_note(line)).collect();
    assert_eq!(found.len(), drawn.len(), "{text}");
    for (found, drawn) in found.iter().zip(&drawn) {
        let wrong = shelf::eval::score(drawn, found, &Normalisation::default()).words.rate();
        assert!(wrong < 0.05, "{wrong}\n{drawn}\n{found}");
    }
    assert!(!text.contains("PATIENT SHELF") && !text.contains("THEIR READERS"), "{text}");
    // `show` reads the structure, and without it the pages.
    let shown = shelf.ok(["show", "drawn"]);
    let title = "The Examination\n";
    assert!(
        shown.contains(&format!("{title}{}\n", "-".repeat(title.len() - 1))),
        "sections are below chapters: {shown}"
    );
    assert!(shown.contains("[Figure: The patient shelf, before it was flattened.]"), "{shown}");
    assert!(found.iter().all(|paragraph| shown.contains(*paragraph)), "paragraphs are joined across pages: {shown}");
    let page = shelf.ok(["show", "drawn", "--page", "4"]);
    assert!(page.starts_with("\u{2014} page 4") && !page.contains("\u{2014} page 5"), "{page}");
    assert_eq!(shelf.ok(["show", "drawn", "--page", "4", "--stage", "structure"]), page);
    let pages = shelf.ok(["show", "drawn", "--page", "4", "--stage", "merged"]);
    std::fs::remove_file(shelf.library().join("drawn/structure/book.json")).unwrap();
    assert_eq!(shelf.ok(["show", "drawn", "--page", "4"]), pages);
    assert_eq!(shelf.run(["show", "drawn", "--page", "4", "--stage", "structure"]).code, Some(4));
    assert!(!shelf.ok(["show", "drawn"]).contains("[Figure: "));
}
