use shelf::stage::{Failure, PageImage, Result, ScanFile};
use shelf::worker::{Task, worker_task};
use shelf_pages::{Bbox, Block};

use super::dashed_page_number::recognise_dashed_page_numbers;
use super::decoded_scan::{DecodedScan, GreyPage, MM_PER_INCH};
use super::deskew::DeskewTransform;
use super::dotted_numeral::correct_dotted_numerals;
use super::drop_capital::{erase_drop_capitals, find_drop_capitals, join_drop_capitals};
use super::engine::{can_start, tesseract_version};
use super::figure_captions::recognise_captions;
use super::figures::{crop_figure, drop_text_in_figures, erase_figures, find_figures, labels_in_figures};
use super::isolated_page_number::{insert_isolated_page_numbers, recognise_isolated_page_numbers};
use super::layout::{build_blocks, move_words};
use super::leader_dots::{erase_dots, find_leader_dots, may_have_leaders};
use super::line_end_numbers::{drop_misread_columns, recognise_line_end_numbers};
use super::line_fragments::join_line_fragments;
use super::orientation::{OrientedWords, PageReader};
use super::residual_image::{MIN_TEXT_CONFIDENCE, ResidualImage, lines_of};
use super::skew::MIN_SKEW_DEGREES;
use super::surroundings::Surroundings;
use super::unread_text::find_unread_text;
use crate::ocr::language::resolve_languages;
use crate::ocr::{Deskew, RecognisedPage, RecognitionSettings, add_probabilities, installed_languages};

/// Margin around the dot of a leader that is erased with it, on paper.
const LEADER_MARGIN_MM: f64 = 0.2;

/// So many unread characters beside a figure are a reason to read the page without it: Tesseract may have taken text for a part of it.
const MIN_UNREAD_CHARS: f64 = 5.0;

/// Recognises a scan in a worker process.
static RECOGNISE: Task<(ScanFile, RecognitionSettings), RecognisedPage> = Task::new("ocr.recognise", recognise);
worker_task!(RECOGNISE);

/// Recognises the scan of a page in a worker process.
pub(in crate::ocr) fn recognise_page(image: &PageImage, settings: RecognitionSettings) -> Result<RecognisedPage> {
    image.with(&RECOGNISE, settings)
}

/// Recognises the text of a scan and crops its figures, in this process.
///
/// # Errors
/// The scan cannot be decoded, a language is not installed, or Tesseract fails.
pub fn recognise((file, settings): (ScanFile, RecognitionSettings)) -> Result<RecognisedPage> {
    // Language data outside the usual folders may still be where Tesseract's own environment variable points.
    let language = resolve_languages(&installed_languages(), &settings.languages, can_start).map_err(|error| {
        let hint = error.hint();
        let failure = Failure::from(error);
        hint.into_iter().fold(failure, Failure::hint)
    })?;
    let scan = DecodedScan::open(&file.path, file.dpi)?;
    let surroundings = Surroundings::of(&scan);
    let cleared = surroundings.cleared.as_ref().unwrap_or(&scan);
    let skew_degrees = surroundings.skew_degrees;
    let deskew = (settings.deskew == Deskew::Auto && skew_degrees.abs() >= MIN_SKEW_DEGREES)
        .then(|| DeskewTransform::new(skew_degrees, scan.size()));
    let deskewed = deskew.map(|transform| transform.apply(cleared));
    let page = deskewed.as_ref().unwrap_or(cleared);
    let mut grey = page.grey_at_dpi(f64::from(settings.dpi));
    let (scan_size, language) = (page.size(), language.as_str());
    let reader = PageReader { scan_size, language, settings: &settings };
    let mut recognised = reader.recognise_as_it_lies(&grey)?;
    // Before the orientation is judged: dots are read badly in any.
    let leaders = leaders_of(page, &grey, &recognised);
    if !leaders.is_empty() {
        grey = erase_dots(&grey, &leaders);
        recognised = reader.recognise_as_it_lies(&grey)?;
    }
    let recognised = reader.recognise_best_orientation(&grey, recognised)?;
    let px_per_mm = page.dpi / MM_PER_INCH;
    let mut blocks = if recognised.is_upright() {
        drop_misread_columns(blocks_of(&recognised), px_per_mm)
    } else {
        build_blocks(&recognised.words)
    };
    let residual_of = |blocks: &[Block]| {
        let mut residual = ResidualImage::of(page, blocks);
        for dot in &leaders {
            residual.erase(residual.image_to_scan(*dot, grey.image.dimensions()), LEADER_MARGIN_MM);
        }
        residual
    };
    let mut residual = residual_of(&blocks);
    let mut capitals = Vec::new();
    if recognised.is_upright() {
        capitals = find_drop_capitals(&blocks, &residual, &grey, language)?;
    }
    let mut without_capitals = None;
    if !capitals.is_empty() {
        let without = without_capitals.insert(erase_drop_capitals(&grey, &capitals, &residual));
        let again = reader.recognise_as_it_lies(without)?;
        blocks = join_drop_capitals(blocks_of(&again), &capitals);
        residual = residual_of(&blocks);
    }
    // A figure may reach the edge of the scan, and would be cut where a dark band was cleared.
    let figures = if surroundings.cleared.is_some() {
        let deskewed = deskew.map(|transform| transform.apply(&scan));
        find_figures(&ResidualImage::of(deskewed.as_ref().unwrap_or(&scan), &blocks))
    } else {
        find_figures(&residual)
    };
    let not_text: Vec<Bbox> = figures.iter().copied().chain(capitals.iter().map(|capital| capital.bbox)).collect();
    let may_be_in_figure = recognised.is_upright() && !figures.is_empty();
    if may_be_in_figure && find_unread_text(&residual, &blocks, &not_text).uncovered_chars >= MIN_UNREAD_CHARS {
        let without = erase_figures(without_capitals.as_ref().unwrap_or(&grey), &figures, &residual);
        let again = blocks_of(&reader.recognise_as_it_lies(&without)?);
        if chars_of(&again) > chars_of(&blocks) {
            let labels = labels_in_figures(&blocks, &figures);
            blocks = join_drop_capitals([again, labels].concat(), &capitals);
            residual = residual_of(&blocks);
        }
    }
    let blocks = if recognised.is_upright() {
        let blocks = recognise_line_end_numbers(blocks, &residual, &grey, language)?;
        let numbers = recognise_isolated_page_numbers(&residual, &grey, language)?;
        let blocks = insert_isolated_page_numbers(blocks, &numbers);
        let blocks = correct_dotted_numerals(blocks, &residual, &grey);
        let blocks = recognise_dashed_page_numbers(blocks, &residual, &grey, language)?;
        recognise_captions(blocks, &figures, &residual, &grey, language)?
    } else {
        blocks
    };
    let blocks = drop_text_in_figures(blocks, &figures);
    let unread = find_unread_text(&residual, &blocks, &not_text);
    let to_scan = |bbox| deskew.map_or(bbox, |transform| transform.to_scan(bbox));
    let mut blocks = move_words(blocks, to_scan);
    add_probabilities(&mut blocks, file.dpi);
    let covered_lines = unread.covered_lines + surroundings.covered_lines(&blocks);
    let (width, height) = scan.size();
    Ok(RecognisedPage {
        tesseract_version: tesseract_version(),
        width,
        height,
        rotation_degrees: recognised.rotation_degrees(),
        skew_degrees: if skew_degrees.abs() >= MIN_SKEW_DEGREES { skew_degrees } else { 0.0 },
        uncovered_chars: unread.uncovered_chars,
        covered_lines: covered_lines as u32,
        blocks,
        figures: figures.into_iter().map(|bbox| crop_figure(&scan, to_scan(bbox))).collect::<Result<_, _>>()?,
    })
}

/// The blocks of an upright page, with the fragments of its lines joined.
fn blocks_of(recognised: &OrientedWords) -> Vec<Block> {
    join_line_fragments(build_blocks(&recognised.words))
}

/// The dots of the leaders of a page, px of its grey image.
fn leaders_of(page: &DecodedScan, grey: &GreyPage, recognised: &OrientedWords) -> Vec<Bbox> {
    let blocks = build_blocks(&recognised.words);
    let may_have = recognised.is_upright() && may_have_leaders(&blocks, &ResidualImage::of(page, &blocks));
    if may_have { find_leader_dots(grey) } else { Vec::new() }
}

/// How many characters were read as text.
fn chars_of(blocks: &[Block]) -> usize {
    let words = lines_of(blocks).flat_map(|line| &line.words);
    words.filter(|word| word.confidence >= MIN_TEXT_CONFIDENCE).map(|word| word.text.chars().count()).sum()
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use shelf::book::Languages;
    use shelf_pages::Bbox;

    use super::super::tsv::{LayoutPosition, RecognisedWord};
    use super::*;
    use crate::ocr::{CroppedFigure, OcrOptions, requested_languages};

    fn settings(languages: &str) -> RecognitionSettings {
        let languages = requested_languages(Some(languages), &Languages::default()).unwrap();
        RecognitionSettings::new(languages, &OcrOptions::default())
    }

    fn recognise_image(image: &GrayImage, settings: RecognitionSettings) -> Result<RecognisedPage> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page_0001.png");
        image.save(&path).unwrap();
        recognise((ScanFile { path, dpi: 300.0, width: image.width(), height: image.height() }, settings))
    }

    #[test]
    fn blank_page_has_no_blocks() {
        for (width, height) in [(800, 1200), (10, 10), (10, 900), (9, 900), (1, 1)] {
            let page = recognise_image(&GrayImage::from_pixel(width, height, Luma([240])), settings("eng")).unwrap();
            assert_eq!((page.width, page.height), (width, height));
            assert_eq!((page.blocks, page.figures, page.rotation_degrees), (vec![], vec![], 0));
        }
    }

    #[test]
    fn missing_language_fails_permanently_with_a_hint() {
        let failure = recognise_image(&GrayImage::new(9, 9), settings("tlh_none")).unwrap_err();
        assert!(!failure.transient);
        assert!(failure.error.contains("`tlh_none`"), "{failure}");
        assert!(failure.hint.unwrap().contains("apt install tesseract-ocr-tlh-none"));
    }

    #[test]
    fn result_survives_the_wire_to_the_worker_process() {
        let word = |x| RecognisedWord {
            position: LayoutPosition { block: 1, paragraph: 1, line: 1 },
            bbox: Bbox { x, y: 2, width: 3, height: 4 },
            confidence: 0.5,
            text: "word".to_owned(),
            alternatives: Vec::new(),
        };
        let page = RecognisedPage {
            tesseract_version: tesseract_version(),
            width: 10,
            height: 20,
            rotation_degrees: 90,
            skew_degrees: -1.5,
            uncovered_chars: 12.5,
            covered_lines: 3,
            blocks: build_blocks(&[word(1), word(5)]),
            figures: vec![CroppedFigure { bbox: Bbox { x: 1, y: 2, width: 3, height: 4 }, png: vec![0, 159, 255] }],
        };
        let sent = rmp_serde::to_vec_named(&page).unwrap();
        assert_eq!(rmp_serde::from_slice::<RecognisedPage>(&sent).unwrap(), page);
    }
}
