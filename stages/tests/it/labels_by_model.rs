//! `labels` by a language model: what it is asked, what of its reply is taken, and what it costs.

use shelf::llm::Engine;
use shelf::stage::{Stage as _, Timestamp};
use shelf::testing::{ScriptedModel, TestBook, TestScan};
use shelf_pages::Bbox;
use stages::labels::{Classification, LabelsOptions, LabelsPage, labels};
use stages::ocr::{Block, Figure, Line, OcrPage, PageDimensions, Paragraph, Word, ocr};
use stages::pagination::{
    Matter, NumberingStyle, PageNumberLocation, PagePagination, PageRegion, Pagination, pagination,
};
use stages::vision::Vision;

/// A line of type 20 px high, whose words were read with these confidences in turn.
fn line((x, y): (u32, u32), text: &str, confidences: &[f64]) -> Line {
    let mut at = x;
    let word = |(text, confidence): (&str, &f64)| {
        let width = 10 * text.chars().count() as u32;
        let bbox = Bbox { x: at, y, width, height: 20 };
        at += width + 10;
        Word::new(text.to_owned(), bbox, *confidence)
    };
    let words: Vec<Word> = text.split(' ').zip(confidences.iter().cycle()).map(word).collect();
    Line { bbox: Bbox::bounding(words.iter().map(|word| word.bbox)).unwrap(), words }
}

fn block(block_num: u32, lines: Vec<Line>) -> Block {
    let bbox = Bbox::bounding(lines.iter().map(|line| line.bbox)).unwrap();
    let text = lines.iter().map(Line::text).collect::<Vec<_>>().join("\n");
    Block { block_num, bbox, paragraphs: vec![Paragraph { par_num: 1, bbox, text, avg_confidence: 0.9, lines }] }
}

const PROSE: &str = "some words that stand for a line of prose as wide as the column it is in, all";

/// A page of prose, block 1; below it block 2, whose label is in doubt where `unsure`: two of its five words were guessed.
fn page(page_number: u32, unsure: bool) -> OcrPage {
    let prose = (0..10).map(|row| line((100, 300 + 30 * row), PROSE, &[0.95])).collect();
    let guessed: &[f64] = if unsure { &[0.4, 0.95, 0.4, 0.95, 0.95] } else { &[0.95] };
    let below = line((100, 800), "and this is the rest", guessed);
    let folio = line((880, 1500), "45", &[0.95]);
    OcrPage {
        page_number,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: 1000, height: 1600 },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: vec![block(1, prose), block(2, vec![below]), block(3, vec![folio])],
        images: Vec::new(),
    }
}

/// What the book says of its pages: this number, with this confidence.
fn of_book(number: Option<&str>, page_number_confidence: f64) -> Pagination {
    let page = PagePagination {
        printed_page_number: number.map(str::to_owned),
        numbering_style: NumberingStyle::None,
        page_number_location: PageNumberLocation::None,
        page_number_confidence,
        implied_page_number: None,
        running_head: None,
        head_bottom_px: None,
        foot_top_px: Some(1450),
        body_height_px: Some(20.0),
        matter: Matter::Text,
        page_region: PageRegion::Body,
        page_region_confidence: 0.9,
    };
    Pagination { body_height_px: Some(20.0), running_heads: Vec::new(), pages: [(1, page)].into() }
}

/// A book of this one page, whose number nobody is in doubt of.
fn book_of(page: &OcrPage) -> TestBook {
    let book = TestBook::of_pages(1).scans([TestScan::new(300, 400)]).outputs::<ocr>(|_| page.clone());
    book.put_book::<pagination>(&of_book(None, 0.9));
    book
}

/// What becomes of the page in doubt when a model says `reply`.
fn labelled(reply: &str) -> (ScriptedModel, TestBook, LabelsPage) {
    let model = ScriptedModel::with_replies([reply]);
    let book = book_of(&page(1, true)).with(&model);
    book.run::<labels>();
    let page = book.page::<labels>(1);
    (model, book, page)
}

const NOTHING: &str = r#"{ "changes": [], "printed_page_number": null }"#;
const QUOTE: &str =
    r#"{ "changes": [{ "block": 2, "classification": "QUOTE", "confidence": 0.95 }], "printed_page_number": null }"#;

fn class_of(page: &LabelsPage, block: u32) -> (Classification, f64) {
    let block = page.blocks.iter().find(|label| label.block_num == block).unwrap();
    (block.classification, block.classification_confidence)
}

#[test]
fn a_change_is_taken_and_the_page_says_who_made_it_at_what_cost() {
    let (model, book, page) = labelled(QUOTE);
    assert_eq!((model.requests().len(), class_of(&page, 2)), (1, (Classification::Quote, 0.9)));
    assert_eq!(class_of(&page, 1).0, Classification::Body);
    assert_eq!((page.model_used.0.as_deref(), page.processing_cost.0), (Some("scripted"), Some(0.001)));
    let metrics = book.metrics::<labels>(1);
    assert_eq!(
        (&metrics["asked"], &metrics["blocks_changed"], &metrics["changes_refused"]),
        (&true.into(), &1.into(), &0.into())
    );
}

#[test]
fn the_question_is_a_line_a_block_and_no_more() {
    let (model, ..) = labelled(NOTHING);
    let asked = &model.requests()[0];
    assert_eq!(
        asked.user,
        "Part of the book: body\nPage number: none\n\
         [1] 19-37% left 10%, type 1.0, BODY: some words that stand for a line of prose as wide as\n\
         [2] 50-51% left 10%, type 1.0, BODY?: and this is the rest\n\
         [3] 94-95% left 88%, type 1.0, PAGE_NUMBER: 45\n"
    );
    assert_eq!(asked.pictures, 0);
}

#[test]
fn a_block_that_is_not_there_is_sent_back() {
    let unknown = QUOTE.replace("\"block\": 2", "\"block\": 7");
    let model = ScriptedModel::with_replies([unknown.as_str(), QUOTE]);
    let book = book_of(&page(1, true)).with(&model);
    book.run::<labels>();
    let asked = model.requests();
    assert_eq!(asked.len(), 2);
    assert!(
        asked[1].user.contains("there is no block 7; the blocks are those in square brackets"),
        "{}",
        asked[1].user
    );
    assert_eq!(class_of(&book.page::<labels>(1), 2).0, Classification::Quote);
}

#[test]
fn text_is_not_thrown_away_and_the_surer_one_is_right() {
    let reply = r#"{ "changes": [
        { "block": 1, "classification": "OCR_ARTIFACT", "confidence": 1.0 },
        { "block": 2, "classification": "QUOTE", "confidence": 0.1 }
    ], "printed_page_number": null }"#;
    let (_model, book, page) = labelled(reply);
    assert_eq!((class_of(&page, 1).0, class_of(&page, 2).0), (Classification::Body, Classification::Body));
    assert_eq!(book.metrics::<labels>(1)["changes_refused"], 2);
}

#[test]
fn nothing_is_asked_where_the_rules_are_sure_and_where_nobody_can_read() {
    let mut blank = page(1, false);
    blank.blocks.clear();
    let mut unreadable = page(1, true);
    for paragraph in unreadable.blocks.iter_mut().flat_map(|block| &mut block.paragraphs) {
        paragraph.lines.iter_mut().flat_map(|line| &mut line.words).for_each(|word| word.confidence = 0.4);
    }
    for page in [page(1, false), blank, unreadable] {
        let model = ScriptedModel::with_replies([QUOTE]);
        let book = book_of(&page).with(&model);
        // A blank page's number may be in doubt.
        if page.blocks.is_empty() {
            book.put_book::<pagination>(&of_book(None, 0.3));
        }
        book.run::<labels>();
        assert_eq!((model.requests().len(), &book.metrics::<labels>(1)["asked"]), (0, &false.into()));
    }
}

#[test]
fn rules_ask_nothing_and_label_alike_with_and_without_a_model() {
    let model = ScriptedModel::with_replies([QUOTE]);
    let rules = LabelsOptions { engine: Engine::Rules, ..LabelsOptions::default() };
    let by_rules = book_of(&page(1, true)).with(&model).options::<labels>(rules);
    let unconfigured = book_of(&page(1, true));
    for book in [&by_rules, &unconfigured] {
        book.run::<labels>();
        let page = book.page::<labels>(1);
        assert_eq!((class_of(&page, 2).0, page.model_used.0), (Classification::Body, None));
    }
    assert_eq!(model.requests(), []);
    assert_eq!(by_rules.page::<labels>(1).blocks, unconfigured.page::<labels>(1).blocks);
}

/// The page's number, its confidence and the refused changes when the rules say `rules` and a model `says`.
fn number(rules: (Option<&str>, f64), says: &str, vision: Vision) -> (Option<String>, f64, u64) {
    let reply = format!(r#"{{ "changes": [], "printed_page_number": "{says}" }}"#);
    let model = ScriptedModel::with_replies([reply]);
    let options = LabelsOptions { vision, ..LabelsOptions::default() };
    let book = book_of(&page(1, true)).with(&model).options::<labels>(options);
    book.put_book::<pagination>(&of_book(rules.0, rules.1));
    book.run::<labels>();
    assert_eq!(model.requests().len(), 1);
    let page = book.page::<labels>(1);
    let refused = book.metrics::<labels>(1)["changes_refused"].as_u64().unwrap();
    (page.printed_page_number, page.page_number_confidence, refused)
}

#[test]
fn a_page_number_is_taken_where_the_rules_have_none_and_the_page_has_it() {
    let (none, unsure, sure) = ((None, 0.5), (Some("46"), 0.5), (Some("46"), 0.9));
    let read = |rules, says, vision| {
        let (number, confidence, refused) = number(rules, says, vision);
        (number.unwrap_or_default(), confidence, refused)
    };
    let is = |number: &str, confidence, refused| (number.to_owned(), confidence, refused);
    assert_eq!(read(none, "45", Vision::Auto), is("45", 0.7, 0));
    assert_eq!(read(unsure, "45", Vision::Auto), is("45", 0.7, 0));
    assert_eq!(read(sure, "45", Vision::Auto), is("46", 0.9, 1), "the rules are sure");
    assert_eq!(read(none, "47", Vision::Never), is("", 0.5, 1), "nobody read a 47");
    assert_eq!(read(none, "47", Vision::Always), is("47", 0.7, 0), "it stands in the picture");
    assert_eq!(read(none, "page 47", Vision::Always), is("", 0.5, 1), "that is no number");
    assert_eq!(read(none, "", Vision::Auto), is("", 0.5, 0));
}

#[test]
fn a_number_that_is_taken_has_its_style_and_its_place() {
    let reply = r#"{ "changes": [], "printed_page_number": "45" }"#;
    let (_model, _book, page) = labelled(reply);
    assert_eq!(page.numbering_style, Some(NumberingStyle::Arabic));
    assert_eq!(page.page_number_location, Some(PageNumberLocation::Footer));
}

#[test]
fn the_picture_is_sent_where_the_text_cannot_tell() {
    let mut with_figure = page(1, true);
    with_figure.images.push(Figure {
        image_id: 1,
        bbox: Bbox { x: 100, y: 900, width: 800, height: 400 },
        image_file: "page_0001_img_001.png".to_owned(),
    });
    let mut guessed = page(1, true);
    guessed.blocks[1].paragraphs[0].lines[0].words.iter_mut().for_each(|word| word.confidence = 0.4);
    for (page, vision, pictures) in [
        (page(1, true), Vision::Auto, 0),
        (page(1, true), Vision::Always, 1),
        (with_figure.clone(), Vision::Auto, 1),
        (with_figure, Vision::Never, 0),
        (guessed, Vision::Auto, 1),
    ] {
        let model = ScriptedModel::with_replies([NOTHING]);
        let options = LabelsOptions { vision, ..LabelsOptions::default() };
        let book = book_of(&page).with(&model).options::<labels>(options);
        book.run::<labels>();
        let asked: Vec<usize> = model.requests().iter().map(|asked| asked.pictures).collect();
        let sent = if pictures == 1 { "page" } else { "none" };
        assert_eq!((asked, book.metrics::<labels>(1)["picture_sent"].as_str()), (vec![pictures], Some(sent)));
    }
}

#[test]
fn a_prompt_of_the_book_is_what_the_model_is_told() {
    let model = ScriptedModel::with_replies([NOTHING]);
    let book = book_of(&page(1, true)).with(&model);
    book.write(&format!("prompts/{}.md", labels::ROW.name), b"All maps of this book are MAP_LABEL.");
    book.run::<labels>();
    assert_eq!(model.requests()[0].system, "All maps of this book are MAP_LABEL.");
}
