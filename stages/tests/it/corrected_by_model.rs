//! `corrected` by a language model: what it is asked, what of its reply is taken, and which pages are made again.

use serde_json::json;
use shelf::llm::{CassetteSettings, Engine, LlmSettings, ModelList};
use shelf::plan::Request;
use shelf::stage::{ParagraphId, Stage as _, Timestamp};
use shelf::testing::{ScriptedModel, ScriptedReply, TestBook};
use shelf_pages::{Bbox, ProposalDoubt};
use stages::corrected::{Correct, CorrectedOptions, CorrectedParagraph, corrected};
use stages::ocr::{Block, Line, OcrPage, PageDimensions, Paragraph, Word, ocr};
use stages::vision::Vision;
use stages::vocabulary::{Vocabulary, vocabulary};

/// Where the paragraph of a block lies: in the upper half of the page there is room for three.
fn bbox(block_num: u32) -> Bbox {
    Bbox { x: 50, y: 100 * block_num - 50, width: 200, height: 40 }
}

/// A page of these paragraphs, each in a block of its own; all words of one were read with one confidence, and have the paragraph's box.
fn page(paragraphs: &[(&str, f64)]) -> OcrPage {
    let block = |(block_num, (text, confidence)): (u32, &(&str, f64))| {
        let bbox = bbox(block_num);
        let word = |text: &str| Word::new(text.to_owned(), bbox, *confidence);
        let line = |line: &str| Line { bbox, words: line.split(' ').map(word).collect() };
        let lines = text.lines().map(line).collect();
        let paragraph = Paragraph { par_num: 0, bbox, text: (*text).to_owned(), avg_confidence: *confidence, lines };
        Block { block_num, bbox, paragraphs: vec![paragraph] }
    };
    OcrPage {
        page_number: 1,
        orientation: None,
        expected_cer: None,
        page_dimensions: PageDimensions { width: 300, height: 800 },
        ocr_timestamp: Timestamp::default(),
        text_source: None,
        blocks: (1..).zip(paragraphs).map(block).collect(),
        images: Vec::new(),
    }
}

const FINE: (&str, f64) = ("The men went home after the long winter was over.", 0.95);
/// Read well, but `qarden` is no word.
const UNKNOWN: (&str, f64) = ("They had a qarden behind the house in 1839.", 0.95);
const GUESSED: (&str, f64) = ("The river was broad and slow.", 0.4);

/// A scan on which the first paragraph is black, the second dark and the third light, whatever they say.
fn scan() -> (Vec<u8>, (u32, u32), f64) {
    let grey = |x, y| {
        let holds = |bbox: Bbox| (bbox.x..bbox.right()).contains(&x) && (bbox.y..bbox.bottom()).contains(&y);
        (1..=3).find(|block| holds(bbox(*block))).map_or(255, |block| GREYS[block as usize - 1])
    };
    let mut png = std::io::Cursor::new(Vec::new());
    let scan = image::GrayImage::from_fn(300, 800, |x, y| image::Luma([grey(x, y)]));
    scan.write_to(&mut png, image::ImageFormat::Png).unwrap();
    (png.into_inner(), (300, 800), 300.0)
}

const GREYS: [u8; 3] = [0, 80, 180];

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
    format!(r#"{{ "id": "2.0", "text": "{text}" }}"#)
}

/// A reply of just this change.
fn change(text: &str) -> String {
    format!(r#"{{ "changes": [{}] }}"#, change_of(text))
}

/// A page with a doubtful second paragraph, which a model changes to `text`.
fn changed(text: &str) -> (ScriptedModel, TestBook) {
    let model = ScriptedModel::with_replies([change(text)]);
    let book = book_of(&[FINE, UNKNOWN]).with(&model);
    book.run::<corrected>();
    (model, book)
}

/// Whether the text of the second paragraph stayed, and how many changes were refused and are to be looked at.
fn counted(book: &TestBook) -> (Option<String>, u64, u64) {
    let metrics = book.metrics::<corrected>(1);
    let count = |name: &str| metrics[name].as_u64().unwrap();
    (paragraph(book, 2).text, count("changes_refused"), count("changes_flagged"))
}

#[test]
fn the_paragraph_in_doubt_is_asked_about_and_no_other() {
    let (model, book) = changed("They had a garden behind the house in 1839.");
    let asked = model.requests();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (asked[0].user.as_str(), asked[0].pictures),
        ("[2.0]\nThey had a qarden behind the house in 1839.\nIn doubt: qarden\n", 0)
    );
    assert_eq!(book.metrics::<corrected>(1)["paragraphs_sent"], 1);
}

#[test]
fn a_change_is_taken_and_noted_and_the_page_says_who_made_it_at_what_cost() {
    let (_model, book) = changed("They had a garden behind the house in 1839.");
    assert_eq!(counted(&book), (Some("They had a garden behind the house in 1839.".to_owned()), 0, 0));
    assert_eq!(paragraph(&book, 2).notes.as_deref(), Some("qarden → garden"));
    assert_eq!(paragraph(&book, 1).text, None);
    let page = book.page::<corrected>(1);
    assert_eq!((page.total_corrections, page.model_used.0.as_deref()), (1, Some("scripted")));
    assert_eq!(page.processing_cost.0, Some(0.001));
}

#[test]
fn word_pairs_are_applied_wherever_the_paragraph_has_them() {
    let pair = |id: &str, read: &str, printed: &str| json!({ "id": id, "read": read, "printed": printed });
    let changes = [pair("[2.0]", "qarden", "garden"), pair("2.0", "cottage", "house")];
    let model = ScriptedModel::with_replies([json!({ "changes": changes }).to_string()]);
    let book = book_of(&[FINE, UNKNOWN]).with(&model);
    book.run::<corrected>();
    // The paragraph has no cottage.
    assert_eq!(counted(&book), (Some("They had a garden behind the house in 1839.".to_owned()), 1, 0));
    assert_eq!(book.metrics::<corrected>(1)["changes_accepted"], 1);
}

#[test]
fn invented_text_is_refused_and_the_rest_of_the_reply_is_judged_by_itself() {
    let (_model, book) = changed("They had a garden behind the house in 1839, and in it grew the finest roses of all.");
    assert_eq!(counted(&book), (Some("They had a garden behind the house in 1839.".to_owned()), 2, 0));
    assert_eq!(book.metrics::<corrected>(1)["mostly_refused"], false);
}

#[test]
fn a_page_whose_changes_are_mostly_refused_is_flagged_and_keeps_its_text() {
    let (_model, book) = changed("We owned no garden near their hut before 1850.");
    let (text, refused, _) = counted(&book);
    assert!(text.is_none() && refused > 3, "{text:?} {refused}");
    assert_eq!(book.metrics::<corrected>(1)["mostly_refused"], true);
    assert_eq!(book.page::<corrected>(1).total_corrections, 0);
}

#[test]
fn another_number_is_proposed_and_the_text_stays() {
    let printed = "The river was broad in 1889.";
    let model = ScriptedModel::with_replies([format!(
        r#"{{ "changes": [{{ "id": "2.0", "read": "", "printed": "{printed}" }}] }}"#
    )]);
    let book = book_of(&[FINE, ("The river was broad in 1839.", 0.55)]).with(&model);
    book.run::<corrected>();
    assert_eq!(counted(&book), (None, 0, 1));
    assert!(model.requests()[0].user.ends_with("In doubt: all\n"));
    let page = book.page::<corrected>(1);
    let [proposal] = &page.proposals[..] else { panic!("{:?}", page.proposals) };
    assert_eq!((proposal.doubt, proposal.word, proposal.proposed.as_str()), (ProposalDoubt::Number, 5, "1889."));
    assert_eq!(proposal.apply("The river was broad in 1839.").as_deref(), Some(printed));
}

#[test]
fn a_paragraph_that_was_not_asked_about_or_comes_twice_is_sent_back() {
    let text = "They had a garden behind the house in 1839.";
    let (good, once) = (change(text), change_of(text));
    let twice = format!(r#"{{ "changes": [{once}, {once}] }}"#);
    for (wrong, fault) in
        [(good.replace("2.0", "1.0"), "there is no paragraph `1.0`"), (twice, "paragraph `2.0` is changed twice")]
    {
        let model = ScriptedModel::with_replies([wrong, good.clone()]);
        let book = book_of(&[FINE, UNKNOWN]).with(&model);
        book.run::<corrected>();
        let asked = model.requests();
        assert_eq!(asked.len(), 2);
        assert!(asked[1].user.contains(fault), "{}", asked[1].user);
        assert_eq!(book.page::<corrected>(1).total_corrections, 1);
    }
}

#[test]
fn a_blank_page_and_one_without_doubts_are_not_sent() {
    for paragraphs in [&[][..], &[FINE]] {
        let model = ScriptedModel::with_replies([NOTHING]);
        let book = book_of(paragraphs).with(&model);
        book.run::<corrected>();
        assert_eq!((model.requests().len(), &book.metrics::<corrected>(1)["paragraphs_sent"]), (0, &0.into()));
        assert_eq!(book.page::<corrected>(1).model_used.0.as_deref(), Some("rules"));
    }
}

#[test]
fn all_paragraphs_are_sent_on_demand() {
    let model = ScriptedModel::with_replies([NOTHING]);
    let all = CorrectedOptions { correct: Correct::All, ..CorrectedOptions::default() };
    let book = book_of(&[FINE, UNKNOWN]).with(&model).options::<corrected>(all);
    book.run::<corrected>();
    assert_eq!(model.requests()[0].user, format!("[1.0]\n{}\n[2.0]\n{}\nIn doubt: qarden\n", FINE.0, UNKNOWN.0));
}

#[test]
fn a_picture_is_sent_where_a_word_was_read_badly() {
    for (paragraph, vision, sent) in [
        (UNKNOWN, Vision::Auto, "none"),
        (UNKNOWN, Vision::Always, "strips"),
        (GUESSED, Vision::Auto, "strips"),
        (GUESSED, Vision::Never, "none"),
    ] {
        let model = ScriptedModel::with_replies([NOTHING]);
        let book = book_of(&[FINE, paragraph]).with(&model).options::<corrected>(seeing(vision));
        book.run::<corrected>();
        let asked: Vec<usize> = model.requests().iter().map(|asked| asked.pictures).collect();
        assert_eq!(asked, [usize::from(sent != "none")], "{} {vision:?}", paragraph.0);
        assert_eq!(book.metrics::<corrected>(1)["picture_sent"], sent);
    }
}

fn seeing(vision: Vision) -> CorrectedOptions {
    CorrectedOptions { vision, ..CorrectedOptions::default() }
}

#[test]
fn a_model_that_takes_no_pictures_gets_the_text_and_so_does_its_replay() {
    let (model, folder) = (ScriptedModel::with_replies([NOTHING]), tempfile::tempdir().unwrap());
    let listed = json!({ "data": [{ "id": "scripted", "architecture": { "input_modalities": ["text"] } }] });
    let (list, tape) = (folder.path().join("models.json"), folder.path().join("tape"));
    std::fs::write(&list, serde_json::to_vec(&ModelList::parse(&listed)).unwrap()).unwrap();
    let record = Some(CassetteSettings::Record(tape.clone()));
    let recorded = LlmSettings { price_cache: Some(list), cassette: record, ..model.settings() };
    // No server is asked what it lists.
    let replayed = LlmSettings { cassette: Some(CassetteSettings::Replay(tape)), ..model.settings() };
    for settings in [recorded, replayed] {
        let book = book_of(&[FINE, GUESSED]).with(settings).options::<corrected>(seeing(Vision::Always));
        book.run::<corrected>();
        let asked: Vec<(usize, String)> =
            model.requests().into_iter().map(|asked| (asked.pictures, asked.user)).collect();
        assert_eq!(asked, [(0, "[2.0]\nThe river was broad and slow.\nIn doubt: all\n".to_owned())]);
        assert_eq!(book.metrics::<corrected>(1)["picture_sent"], "none");
    }
}

#[test]
fn model_that_refuses_a_picture_is_asked_with_text_alone_from_then_on() {
    let model = ScriptedModel::with_script(|asked| match asked.pictures {
        0 => ScriptedReply::text(NOTHING),
        _ => ScriptedReply::error(404, "No endpoints found that support image input"),
    });
    let book = book_of(&[FINE, GUESSED]).with(&model);
    assert_eq!(book.run::<corrected>().summary.stages.last().unwrap().done, 1);
    let hint = book.record::<corrected>(1).without_model.unwrap().hint.unwrap();
    assert!(hint.starts_with("if the model does not accept pictures, pass `--vision never`"), "{hint}");
    book.process(&[corrected::ROW], &Request::default().retry_failed());
    let pictures: Vec<usize> = model.requests().iter().map(|asked| asked.pictures).collect();
    assert_eq!((pictures, book.record::<corrected>(1).without_model), (vec![1, 0], None));
}

/// The pictures that a model was sent, in the order of the questions.
fn pictures(model: &ScriptedModel) -> Vec<image::GrayImage> {
    let jpegs = model.requests().into_iter().flat_map(|asked| asked.jpegs());
    jpegs.map(|jpeg| image::load_from_memory(&jpeg).unwrap().into_luma8()).collect()
}

/// The paragraphs in a picture from top to bottom, each told by its grey.
fn shown(picture: &image::GrayImage) -> Vec<usize> {
    let middle = |y| picture.get_pixel(picture.width() / 2, y).0[0];
    let paragraph = |y| GREYS.iter().position(|grey| grey.abs_diff(middle(y)) < 12).map(|index| index + 1);
    let mut shown: Vec<usize> = (0..picture.height()).filter_map(paragraph).collect();
    shown.dedup();
    shown
}

#[test]
fn the_picture_holds_the_paragraphs_that_were_read_badly_and_no_others() {
    for (paragraphs, vision, wanted, size) in [
        ([FINE, GUESSED, FINE], Vision::Auto, &[2][..], (236, 76)),
        ([GUESSED, UNKNOWN, GUESSED], Vision::Auto, &[1, 3], (236, 76 + 12 + 76)),
        ([GUESSED, UNKNOWN, GUESSED], Vision::Always, &[1, 2, 3], (236, 3 * 76 + 2 * 12)),
    ] {
        let model = ScriptedModel::with_replies([NOTHING]);
        let book = book_of(&paragraphs).with(&model).options::<corrected>(seeing(vision));
        book.run::<corrected>();
        let pictures = pictures(&model);
        assert_eq!((shown(&pictures[0]).as_slice(), pictures[0].dimensions()), (wanted, size));
    }
}

#[test]
fn the_whole_page_is_shown_where_strips_would_save_little() {
    let mut page = page(&[FINE, GUESSED, FINE]);
    page.blocks[1].paragraphs[0].bbox = Bbox { x: 10, y: 30, width: 280, height: 750 };
    let model = ScriptedModel::with_replies([NOTHING]);
    let book = book_of(&[]).with(&model);
    book.put::<ocr>(1, &page);
    book.run::<corrected>();
    let pictures = pictures(&model);
    assert_eq!((shown(&pictures[0]), pictures[0].dimensions()), (vec![1, 2, 3], (300, 800)));
    assert_eq!(book.metrics::<corrected>(1)["picture_sent"], "page");
}

#[test]
fn strips_that_are_too_large_for_the_server_are_sent_again_smaller() {
    let model = ScriptedModel::with_script(|asked| match asked.index {
        0 => ScriptedReply::status(413),
        _ => ScriptedReply::text(NOTHING),
    });
    let book = book_of(&[FINE, GUESSED]).with(&model);
    book.run::<corrected>();
    let sizes: Vec<(u32, u32)> = pictures(&model).iter().map(image::GrayImage::dimensions).collect();
    assert_eq!(sizes, [(236, 76), (165, 53)]);
}

/// Why pages of `corrected` would be made again.
fn stale(book: &TestBook) -> Vec<String> {
    let plan = book.plan(&[corrected::ROW], &Request::of_stages(["corrected"]));
    plan.jobs.iter().map(|job| job.why.to_string()).collect()
}

#[test]
fn a_prompt_of_the_book_is_what_the_model_is_told_and_makes_pages_stale() {
    let (model, book) = changed("They had a garden behind the house in 1839.");
    assert_eq!(stale(&book), [""; 0]);
    book.write("prompts/corrected.md", b"Mend the gardens.");
    assert_eq!(stale(&book), ["the prompt changed"]);
    book.run::<corrected>();
    let told: Vec<String> = model.requests().into_iter().map(|asked| asked.system).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[1], "Mend the gardens.");
    assert_eq!(stale(&book), [""; 0]);
}

#[test]
fn what_rules_made_is_made_again_where_a_model_is_demanded_and_not_since_one_is_configured() {
    let book = book_of(&[FINE, UNKNOWN]);
    book.run::<corrected>();
    let model = ScriptedModel::with_replies([NOTHING]);
    let book = book.with(&model);
    assert_eq!(stale(&book), [""; 0]);
    let by_model = CorrectedOptions { engine: Engine::Llm, ..CorrectedOptions::default() };
    let book = book.options::<corrected>(by_model);
    assert_eq!(stale(&book), ["engine auto → llm"]);
    book.run::<corrected>();
    assert_eq!(model.requests().len(), 1);
}
