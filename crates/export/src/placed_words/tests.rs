use proptest::prelude::*;
use shelf_pages::testing::TestPage;
use shelf_pages::{Bbox, BlockOrigin, LineRange, MergedPage, OcrPage, Orientation, PageText};

use super::{PlacedPage, PlacedWord, WordPart};

const TEXT: &str = "OF FLORIDA\n\nThe long cam-\npaign began in tbe\nspring ofthe year.";

fn page() -> TestPage {
    TestPage::new(TEXT)
}

fn placed(corrected: &str) -> PlacedPage {
    let page = page().correct(2, corrected);
    PlacedPage::new(&page.merged(), &page.ocr())
}

fn found<'p>(page: &'p PlacedPage, text: &str) -> &'p PlacedWord {
    page.words().find(|word| word.text == text).unwrap()
}

/// The words of a placed page, those of two parts in one.
fn whole_words(page: &PlacedPage) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in page.words() {
        match &word.part {
            WordPart::Whole | WordPart::Begins { .. } => words.push(word.text.clone()),
            WordPart::Ends { whole } => {
                let begun = words.last_mut().unwrap();
                begun.push_str(&word.text);
                assert_eq!(begun, whole);
            }
        }
    }
    words
}

fn words_of(page: &MergedPage) -> Vec<String> {
    page.text().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn uncorrected_words_keep_their_boxes() {
    let page = page();
    let placed = PlacedPage::new(&page.merged(), &page.ocr());
    let ocr = page.ocr();
    let expected: Vec<(&str, Bbox)> = ocr.words().map(|word| (word.text.as_str(), word.bbox)).collect();
    assert_eq!(placed.words().map(|word| (word.text.as_str(), word.bbox)).collect::<Vec<_>>(), expected);
    assert_eq!(placed.blocks[1].paragraphs[0].lines.len(), 3);
}

#[test]
fn joined_word_is_divided_between_its_lines() {
    let page = placed("The long campaign began in the\nspring of the year.");
    let (begins, ends) = (found(&page, "cam"), found(&page, "paign"));
    let whole = "campaign".to_owned();
    assert_eq!((&begins.part, begins.bbox.y), (&WordPart::Begins { whole: whole.clone() }, 160));
    assert_eq!((&ends.part, ends.bbox.y), (&WordPart::Ends { whole }, 190));
    assert_eq!(page.blocks[1].paragraphs[0].lines[1].words.len(), 4);
}

#[test]
fn split_word_shares_its_box() {
    let page = placed("The long cam-\npaign began in the\nspring of the year.");
    let boxes = (found(&page, "of").bbox, page.words().filter(|word| word.text == "the").last().unwrap().bbox);
    assert_eq!(boxes.0, Bbox { x: 170, y: 220, width: 20, height: 20 });
    assert_eq!(boxes.1, Bbox { x: 190, y: 220, width: 30, height: 20 });
}

#[test]
fn lines_of_a_split_block_are_those_of_its_origin() {
    let page = page();
    let mut merged = page.merged();
    let mut rest = merged.blocks[1].clone();
    let origin = |first, count| Some(BlockOrigin { block_num: 2, lines: LineRange { first, count } });
    merged.blocks[1].origin = origin(0, 1);
    merged.blocks[1].paragraphs[0].text = "The long cam-".to_owned();
    (rest.block_num, rest.origin) = (3, origin(1, 2));
    rest.paragraphs[0].text = "paign began in tbe\nspring ofthe year.".to_owned();
    merged.blocks.push(rest);
    let placed = PlacedPage::new(&merged, &page.ocr());
    assert_eq!(found(&placed, "paign").bbox, page.ocr().blocks[1].paragraphs[0].lines[1].words[0].bbox);
    assert_eq!(placed.blocks[1].paragraphs[0].lines.len(), 1);
}

#[test]
fn words_of_a_page_without_lines_are_spread_over_their_paragraph() {
    let page = page();
    let mut ocr = page.ocr();
    for paragraph in ocr.blocks.iter_mut().flat_map(|block| &mut block.paragraphs) {
        paragraph.lines.clear();
    }
    let placed = PlacedPage::new(&page.merged(), &ocr);
    let bbox = found(&placed, "paign").bbox;
    assert_eq!((bbox.x, bbox.y), (100, 186), "{bbox:?}");
    assert_eq!(whole_words(&placed), words_of(&page.merged()));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("the".to_owned()),
        Just("campaign".to_owned()),
        Just("began".to_owned()),
        Just("ofthe".to_owned()),
        Just("—".to_owned()),
        "[a-eä]{1,9}-?",
    ]
}

fn text() -> impl Strategy<Value = String> {
    proptest::collection::vec((word(), prop_oneof![Just(" "), Just("\n")]), 1..40)
        .prop_map(|words| words.into_iter().flat_map(|(word, space)| [word, space.to_owned()]).collect())
}

/// A page with boxes that may be too narrow for their words, or beyond its edges.
fn ocr() -> impl Strategy<Value = OcrPage> {
    (text(), 1..60_u32, prop_oneof![Just(0_u16), Just(90), Just(180), Just(270)]).prop_map(|(text, width, degrees)| {
        let mut ocr = TestPage::new(&format!("{TEXT}\n\n{text}")).ocr();
        ocr.orientation = Some(Orientation { rotation_degrees: degrees, skew_degrees: 0.5 });
        for line in ocr.blocks.iter_mut().flat_map(|block| &mut block.paragraphs).flat_map(|found| &mut found.lines) {
            for word in &mut line.words {
                word.bbox.width = width;
                word.bbox.x *= width;
            }
        }
        ocr
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_word_is_placed_once_in_order_within_the_page(corrected in text(), ocr in ocr()) {
        let mut merged = TestPage::new(&format!("{TEXT}\n\nx")).merged();
        merged.blocks[2].paragraphs[0].text = corrected;
        let placed = PlacedPage::new(&merged, &ocr);
        prop_assert_eq!(whole_words(&placed), words_of(&merged));
        for line in placed.lines() {
            prop_assert!(!line.words.is_empty());
            for bbox in line.words.iter().map(|word| word.bbox).chain([line.bbox]) {
                prop_assert!(bbox.width > 0 && bbox.height > 0, "{:?}", bbox);
                prop_assert!(bbox.right() <= 1000 && bbox.bottom() <= 1600, "{:?}", bbox);
            }
        }
        for word in placed.words() {
            prop_assert!((0.0..=1.0).contains(&word.confidence));
        }
    }
}
