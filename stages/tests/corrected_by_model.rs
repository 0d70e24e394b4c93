//! `corrected` by a language model: what it is asked, what of its reply is taken, and which pages are made again.

use shelf::llm::Engine;
use shelf::plan::Request;
use shelf::stage::{ParagraphId, Stage as _, Timestamp};
use shelf::testing::{ScriptedModel, TestBook};
use stages::bbox::Bbox;
use stages::corrected::{Correct, CorrectedOptions, CorrectedParagraph, corrected};
use stages::ocr::{Block, Line, OcrPage, PageDimensions, Paragraph, Word, ocr};
use stages::vision::Vision;
use stages::vocabulary::{Vocabulary, vocabulary};

/// A page of these paragraphs, each in a block of its own; all words of one were read with one confidence.
fn page(paragraphs: &[(&str, f64)]) -> OcrPage {
    let bbox = Bbox { x: 0, y: 0, width: 9, height: 9 };
    let block = |(block_num, (text, confidence)): (u32, &(&str, f64))| {
        let word = |text: &str| Word { text: text.to_owned(), bbox, confidence: *confidence };
        let line = |line: &str| Line { bbox, words: line.split(' ').map(word).collect() };
        let lines = text.lines().map(line).collect();
        let paragraph = Paragraph { par_num: 0, bbox, text: (*text).to_owned(), avg_confidence: *confidence, lines };
        Block { block_num, bbox, paragraphs: vec![paragraph] }
    };
    OcrPage {
        page_number: 1,
        page_dimensions: PageDimensions { width: 100, height: 100 },
        ocr_timestamp: Timestamp::default(),
        blocks: (1..).zip(paragraphs).map(block).collect(),
        images: Vec::new(),
    }
}

const FINE: (&str, f64) = ("The men went home after the long winter was over.", 0.95);
/// Read well, but `qarden` is no word.
const UNKNOWN: (&str, f64) = ("They had a qarden behind the house in 1839.", 0.95);
const GUESSED: (&str, f64) = ("The river was broad and slow.", 0.4);

fn scan() -> (Vec<u8>, (u32, u32), f64) {
    let mut png = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(300, 400, image::Luma([255])).write_to(&mut png, image::ImageFormat::Png).unwrap();
    (png.into_inner(), (300, 400), 300.0)
}

/// A book of one page of these paragraphs, of whose words no other page tells anything.
fn book_of(paragraphs: &[(&str, f64)]) -> TestBook {
    let page = page(paragraphs);
    let book = TestBook::of_pages(1).scans([scan()]).outputs::<ocr>(|_| page.clone());
    let pages = [(1, stages::vocabulary::PageVocabulary::default())].into();
    book.put_book::<vocabulary>(&Vocabulary { pages });
    book
}

fn paragraph(book: &TestBook, block: u32) -> CorrectedParagraph {
    book.page::<corrected>(1).paragraph(ParagraphId { block, paragraph: 0 }).unwrap().clone()
}

const NOTHING: &str = r#"{ "changes": [] }"#;

/// A change of the second paragraph to this text.
fn change_of(text: &str) -> String {
    format!(r#"{{ "id": "2.0", "text": "{text}", "note": "misread letter" }}"#)
}

/// A reply of just this change.
fn change(text: &str) -> String {
    format!(r#"{{ "changes": [{}] }}"#, change_of(text))
}

/// A page with a doubtful second paragraph, which a model changes to `text`.
fn changed(text: &str) -> (ScriptedModel, TestBook) {
    let model = ScriptedModel::says([change(text)]);
    let book = book_of(&[FINE, UNKNOWN]).model(&model);
    book.run::<corrected>();
    (model, book)
}

/// Whether the text of the second paragraph stayed, and how many changes were refused and are to be looked at.
fn counted(book: &TestBook) -> (Option<String>, u64, u64) {
    let metrics = book.metrics::<corrected>(1);
    let count = |name: &str| metrics[name].as_u64().unwrap();
    (paragraph(book, 2).text, count("changes_refused"), count("changes_suspicious"))
}

#[test]
fn the_paragraph_in_doubt_is_asked_about_and_no_other() {
    let (model, book) = changed("They had a garden behind the house in 1839.");
    let asked = model.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].user.as_str(), asked[0].pictures),
        ("[2.0]\nThey had a qarden behind the house in 1839.\n", 0)
    );
    assert_eq!(book.metrics::<corrected>(1)["paragraphs_sent"], 1);
}

#[test]
fn a_change_is_taken_with_its_note_and_the_page_says_who_made_it_at_what_cost() {
    let (_model, book) = changed("They had a garden behind the house in 1839.");
    assert_eq!(counted(&book), (Some("They had a garden behind the house in 1839.".to_owned()), 0, 0));
    assert_eq!(paragraph(&book, 2).notes.as_deref(), Some("misread letter"));
    assert_eq!(paragraph(&book, 1).text, None);
    let page = book.page::<corrected>(1);
    assert_eq!((page.total_corrections, page.model_used.0.as_deref()), (1, Some("scripted")));
    assert_eq!(page.processing_cost.0, Some(0.001));
}

#[test]
fn invented_text_is_refused_and_counted() {
    let (_model, book) = changed("They had a garden behind the house in 1839, and in it grew the finest roses of all.");
    assert_eq!(counted(&book), (None, 1, 0));
    assert_eq!(book.page::<corrected>(1).total_corrections, 0);
}

#[test]
fn another_number_is_flagged() {
    let (_model, book) = changed("They had a garden behind the house in 1889.");
    assert_eq!(counted(&book), (Some("They had a garden behind the house in 1889.".to_owned()), 0, 1));
    let confidences = [paragraph(&book, 1).confidence, paragraph(&book, 2).confidence];
    assert!(confidences[0] > 0.9 && confidences[1] < 0.85, "{confidences:?}");
    // Ten words and nine.
    let mean = (confidences[0] * 10.0 + confidences[1] * 9.0) / 19.0;
    assert!((book.page::<corrected>(1).avg_confidence - mean).abs() < 1e-4);
}

#[test]
fn a_paragraph_that_was_not_asked_about_or_comes_twice_is_sent_back() {
    let text = "They had a garden behind the house in 1839.";
    let (good, once) = (change(text), change_of(text));
    let twice = format!(r#"{{ "changes": [{once}, {once}] }}"#);
    for (wrong, fault) in
        [(good.replace("2.0", "1.0"), "there is no paragraph `1.0`"), (twice, "paragraph `2.0` is changed twice")]
    {
        let model = ScriptedModel::says([wrong, good.clone()]);
        let book = book_of(&[FINE, UNKNOWN]).model(&model);
        book.run::<corrected>();
        let asked = model.asked();
        assert_eq!(asked.len(), 2);
        assert!(asked[1].user.contains(fault), "{}", asked[1].user);
        assert_eq!(book.page::<corrected>(1).total_corrections, 1);
    }
}

#[test]
fn a_blank_page_and_one_without_doubts_are_not_sent() {
    for paragraphs in [&[][..], &[FINE]] {
        let model = ScriptedModel::says([NOTHING]);
        let book = book_of(paragraphs).model(&model);
        book.run::<corrected>();
        assert_eq!((model.asked().len(), &book.metrics::<corrected>(1)["paragraphs_sent"]), (0, &0.into()));
        assert_eq!(book.page::<corrected>(1).model_used.0.as_deref(), Some("rules"));
    }
}

#[test]
fn all_paragraphs_are_sent_on_demand() {
    let model = ScriptedModel::says([NOTHING]);
    let all = CorrectedOptions { correct: Correct::All, ..CorrectedOptions::default() };
    let book = book_of(&[FINE, UNKNOWN]).model(&model).options::<corrected>(all);
    book.run::<corrected>();
    assert_eq!(model.asked()[0].user, format!("[1.0]\n{}\n[2.0]\n{}\n", FINE.0, UNKNOWN.0));
}

#[test]
fn the_picture_is_sent_where_a_word_was_read_badly() {
    for (paragraph, vision, pictures) in [
        (UNKNOWN, Vision::Auto, 0),
        (UNKNOWN, Vision::Always, 1),
        (GUESSED, Vision::Auto, 1),
        (GUESSED, Vision::Never, 0),
    ] {
        let model = ScriptedModel::says([NOTHING]);
        let options = CorrectedOptions { vision, ..CorrectedOptions::default() };
        let book = book_of(&[FINE, paragraph]).model(&model).options::<corrected>(options);
        book.run::<corrected>();
        let asked: Vec<usize> = model.asked().iter().map(|asked| asked.pictures).collect();
        assert_eq!(asked, [pictures], "{} {vision:?}", paragraph.0);
        assert_eq!(book.metrics::<corrected>(1)["picture_sent"], pictures == 1);
    }
}

/// Why pages of `corrected` would be made again.
fn stale(book: &TestBook) -> Vec<String> {
    let plan = book.plan(&[corrected::ROW], &Request::default());
    plan.jobs.iter().map(|job| job.why.to_string()).collect()
}

#[test]
fn a_prompt_of_the_book_is_what_the_model_is_told_and_makes_pages_stale() {
    let (model, book) = changed("They had a garden behind the house in 1839.");
    assert_eq!(stale(&book), [""; 0]);
    book.write("prompts/corrected.md", b"Mend the gardens.");
    assert_eq!(stale(&book), ["the prompt changed"]);
    book.run::<corrected>();
    let told: Vec<String> = model.asked().into_iter().map(|asked| asked.system).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[1], "Mend the gardens.");
    assert_eq!(stale(&book), [""; 0]);
}

#[test]
fn what_rules_made_is_made_again_where_a_model_is_demanded_and_not_since_one_is_configured() {
    let book = book_of(&[FINE, UNKNOWN]);
    book.run::<corrected>();
    let model = ScriptedModel::says([NOTHING]);
    let book = book.model(&model);
    assert_eq!(stale(&book), [""; 0]);
    let by_model = CorrectedOptions { engine: Engine::Llm, ..CorrectedOptions::default() };
    let book = book.options::<corrected>(by_model);
    assert_eq!(stale(&book), ["engine auto → llm"]);
    book.run::<corrected>();
    assert_eq!(model.asked().len(), 1);
}
