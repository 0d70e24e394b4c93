use shelf::book::parse_roman;
use shelf::prelude::*;
use shelf_pages::edits::PageEdits;
use shelf_pages::{EditOutcome, NumberingStyle, PageNumberLocation};

use super::blocks::merge;
use super::continuation::continuation;
use super::{MergedMetadata, MergedPage};
use crate::corrected::rules::word_across_pages;
use crate::corrected::{CorrectedPage, corrected};
use crate::labels::{LabelsPage, labels};
use crate::ocr::{OcrPage, ocr};
use crate::vocabulary::InstalledDictionary;

/// Metrics of `merged` for a page.
#[derive(Debug, Clone, PartialEq, PageMetrics, Report)]
pub struct MergedMetrics {
    /// Blocks on the page.
    pub total_blocks_merged: u32,
    /// Paragraphs whose text was corrected.
    pub corrections_used_count: u32,
    /// Whether the page begins in mid-sentence.
    pub continues_from_previous: bool,
    /// Whether the page ends in mid-sentence.
    pub continues_to_next: bool,
    /// Blocks without a label.
    #[report(flag(above = 0))]
    pub unlabelled_blocks: u32,
    /// Edits that cannot be applied, because the text that they were made on has changed; empty on a page without such edits.
    #[report(flag(above = 0))]
    pub edits_in_conflict: Option<u32>,
}

/// Merges the text, corrections and labels of a page; no recognised text is lost.
#[stage(name = "merged", version = 3, deps = [ocr, around = ocr, corrected, labels], conserves = ocr, parallelism = cpu)]
pub fn merged(
    ocr: OcrPage,
    around: Window<OcrPage>,
    corrected: Window<CorrectedPage>,
    labels: Window<LabelsPage>,
    dictionary: &InstalledDictionary,
    edits: PageEdits,
) -> Result<(MergedPage, MergedMetrics)> {
    let mut blocks = merge(&ocr, Some(&corrected.page), Some(&labels.page));
    let outcomes = edits.apply(&ocr, &mut blocks);
    let neighbour = |ocr: Option<&OcrPage>, corrected: &[CorrectedPage], labels: &[LabelsPage]| {
        let ocr = ocr?;
        let corrected = corrected.iter().find(|page| page.page_number == ocr.page_number);
        let labels = labels.iter().find(|page| page.page_number == ocr.page_number);
        let mut blocks = merge(ocr, corrected, labels);
        edits.apply(ocr, &mut blocks);
        Some(blocks)
    };
    let previous = neighbour(around.previous(), corrected.before(), labels.before());
    let next = neighbour(around.next(), corrected.after(), labels.after());
    let whole = |before: &str, after: &str| word_across_pages(before, after, dictionary.get());
    let continuation = continuation(previous.as_deref(), &blocks, next.as_deref(), &whole);

    let paragraphs = || blocks.iter().flat_map(|block| &block.paragraphs);
    let corrections = paragraphs().filter(|paragraph| paragraph.correction_applied).count() as u32;
    let total_blocks = blocks.len() as u32;
    let metrics = MergedMetrics {
        total_blocks_merged: total_blocks,
        corrections_used_count: corrections,
        continues_from_previous: continuation.continues_from_previous,
        continues_to_next: continuation.continues_to_next,
        edits_in_conflict: in_conflict(&outcomes),
        unlabelled_blocks: blocks.iter().filter(|block| block.classification_confidence == 0.0).count() as u32,
    };
    let (corrected, labels) = (corrected.page, labels.page);
    let number = match edits.page_number(ocr.page_number) {
        Some(number) => PrintedNumber::edited(number, labels.page_number_location),
        None => PrintedNumber {
            text: labels.printed_page_number,
            style: labels.numbering_style,
            location: labels.page_number_location,
            confidence: labels.page_number_confidence,
        },
    };
    let page = MergedPage {
        page_number: ocr.page_number,
        page_dimensions: ocr.page_dimensions,
        printed_page_number: number.text,
        numbering_style: number.style,
        page_number_location: number.location,
        page_number_confidence: number.confidence,
        page_region: labels.page_region,
        blocks,
        images: ocr.images,
        continuation,
        edits: outcomes,
        metadata: MergedMetadata {
            ocr_timestamp: ocr.ocr_timestamp,
            correction_timestamp: corrected.timestamp,
            correction_model: corrected.model_used,
            label_timestamp: labels.timestamp,
            label_model: labels.model_used,
            merge_timestamp: Timestamp::default(),
            total_blocks,
            total_corrections_applied: corrections,
        },
    };
    Ok((page, metrics))
}

fn in_conflict(outcomes: &[EditOutcome]) -> Option<u32> {
    let conflicts = outcomes.iter().filter(|outcome| outcome.is_conflict()).count() as u32;
    (conflicts > 0).then_some(conflicts)
}

/// The printed page number of a page.
struct PrintedNumber {
    text: Option<String>,
    style: Option<NumberingStyle>,
    location: Option<PageNumberLocation>,
    confidence: f64,
}

impl PrintedNumber {
    /// A number that a person has given the page, or that it has none; `location` is where `labels` found one.
    fn edited(text: Option<String>, location: Option<PageNumberLocation>) -> Self {
        let style = text.as_deref().and_then(|text| match text {
            _ if text.chars().all(|c| c.is_ascii_digit()) => Some(NumberingStyle::Arabic),
            _ if parse_roman(text).is_some() => Some(NumberingStyle::Roman),
            _ => None,
        });
        let location = location.filter(|_| text.is_some());
        Self { text, style, location, confidence: 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shelf::plan::Request;
    use shelf::stage::Stage as _;
    use shelf::testing::TestBook;

    use super::*;
    use crate::labels::Classification;

    /// Pages as the original program wrote them: without records, boxes as lists or objects, text without lines, and fields that
    /// shelf does not have. The first page ends in a split word; one of its paragraphs has no correction, one of its blocks no label.
    fn book() -> TestBook {
        let book = TestBook::of_pages(2);
        let write = |stage: &str, page: u32, value: serde_json::Value| {
            book.write(&format!("{stage}/page_{page:04}.json"), &serde_json::to_vec_pretty(&value).unwrap());
        };
        let paragraph = |number: u32, text: &str| json!({ "par_num": number, "bbox": [1, 2, 3, 4], "text": text, "avg_confidence": 0.9, "source": "tesseract" });
        write(
            "ocr",
            1,
            json!({
                "page_number": 1, "page_dimensions": { "width": 900, "height": 1400 }, "ocr_timestamp": "2025-10-02T11:22:33",
                "blocks": [
                    { "block_num": 0, "bbox": [10, 20, 300, 40], "paragraphs": [paragraph(0, "HISTORICAL SKETCHES")] },
                    { "block_num": 4, "bbox": [0, 0, 5, 5], "paragraphs": [paragraph(0, ";:")] },
                    { "block_num": 3, "bbox": { "x": 10, "y": 80, "width": 300, "height": 900 }, "paragraphs": [
                        paragraph(0, "The modem cam- paign."), paragraph(1, "Ponce de Leon, the com-"),
                    ] },
                ],
            }),
        );
        write(
            "ocr",
            2,
            json!({
                "page_number": 2, "page_dimensions": { "width": 900, "height": 1400 }, "ocr_timestamp": "2025-10-02T11:22:34",
                "blocks": [{ "block_num": 0, "bbox": [10, 80, 300, 900], "paragraphs": [paragraph(0, "mander, sailed.")] }],
                "images": [],
            }),
        );
        let corrected = |page: u32, blocks: serde_json::Value| {
            json!({
                "page_number": page, "blocks": blocks, "model_used": "some/model", "processing_cost": 0.002,
                "timestamp": "2025-10-03T00:00:00", "total_blocks": 1, "total_corrections": 1, "avg_confidence": 0.9,
            })
        };
        write(
            "corrected",
            1,
            corrected(
                1,
                json!([
                    { "block_num": 0, "paragraphs": [{ "par_num": 0, "text": null, "notes": null, "confidence": 1.0 }] },
                    { "block_num": 3, "paragraphs": [
                        { "par_num": 0, "text": "The modern campaign.", "notes": "joined cam-paign", "confidence": 0.95 },
                    ] },
                ]),
            ),
        );
        write("corrected", 2, corrected(2, json!([])));
        let labels = |page: u32, folio: &str, blocks: serde_json::Value| {
            json!({
                "page_number": page, "printed_page_number": folio, "numbering_style": "arabic", "page_number_location": "header",
                "page_number_confidence": 0.9, "page_region": "body", "page_region_confidence": 0.8, "blocks": blocks,
                "model_used": "some/model", "processing_cost": 0.001, "timestamp": "2025-10-03T00:00:01", "total_blocks": 2,
                "avg_classification_confidence": 0.9,
            })
        };
        write(
            "labels",
            1,
            labels(
                1,
                "9",
                json!([
                    { "block_num": 0, "classification": "HEADER", "classification_confidence": 0.9 },
                    { "block_num": 3, "classification": "BODY", "classification_confidence": 0.9 },
                ]),
            ),
        );
        write(
            "labels",
            2,
            labels(2, "10", json!([{ "block_num": 0, "classification": "BODY", "classification_confidence": 0.9 }])),
        );
        book
    }

    fn merged_book() -> TestBook {
        let book = book();
        let run = book.run::<merged>();
        assert_eq!(run.summary.stages[0].done, 2, "{:?}", run.events);
        book
    }

    #[test]
    fn pages_of_the_original_tool_are_merged_and_nothing_is_lost() {
        let page = merged_book().page::<merged>(1);
        let texts: Vec<(u32, &str, bool)> = page
            .blocks
            .iter()
            .flat_map(|block| block.paragraphs.iter().map(|p| (block.block_num, p.text.as_str(), p.correction_applied)))
            .collect();
        assert_eq!(
            texts,
            [
                (0, "HISTORICAL SKETCHES", false),
                (4, ";:", false),
                (3, "The modern campaign.", true),
                (3, "Ponce de Leon, the com-", false)
            ]
        );
        let labels: Vec<Classification> = page.blocks.iter().map(|block| block.classification).collect();
        assert_eq!(labels, [Classification::Header, Classification::Other, Classification::Body]);
        assert!(page.blocks[1].classification_confidence.abs() < f64::EPSILON);
        assert_eq!((page.printed_page_number.as_deref(), page.metadata.total_corrections_applied), (Some("9"), 1));
    }

    #[test]
    fn paragraphs_have_notes_and_confidence() {
        let paragraphs = merged_book().page::<merged>(1).blocks.swap_remove(2).paragraphs;
        assert_eq!(paragraphs[0].correction_notes.as_deref(), Some("joined cam-paign"));
        let confidences: Vec<(f64, f64)> =
            paragraphs.iter().map(|p| (p.original_confidence, p.correction_confidence)).collect();
        assert_eq!(confidences, [(0.9, 0.95), (0.9, 1.0)]);
    }

    #[test]
    fn the_file_reads_as_the_original_tool_wrote_it() {
        let book = merged_book();
        let page: serde_json::Value = serde_json::from_slice(&book.bytes("merged/page_0001.json").unwrap()).unwrap();
        assert_eq!(page["blocks"][2]["bbox"], json!([10, 80, 300, 900]));
        assert_eq!(page["blocks"][2]["paragraphs"][0]["bbox"], json!([1, 2, 3, 4]));
        assert_eq!(page["page_dimensions"], json!({ "width": 900, "height": 1400 }));
        assert_eq!(page["metadata"]["ocr_timestamp"], json!("2025-10-02T11:22:33"));
        assert_eq!(page["metadata"]["correction_model"], json!("some/model"));
        assert!(page["metadata"]["merge_timestamp"].is_string());
    }

    #[test]
    fn the_text_goes_on_across_the_page_break() {
        let book = merged_book();
        let (first, second) = (book.page::<merged>(1).continuation, book.page::<merged>(2).continuation);
        assert_eq!((first.continues_from_previous, first.continues_to_next), (false, true));
        assert_eq!((second.continues_from_previous, second.continues_to_next), (true, false));
        let word = first.word_to_next.unwrap();
        assert_eq!((word.begins.as_str(), word.ends.as_str(), word.whole.as_str()), ("com-", "mander", "commander"));
        assert_eq!(second.word_from_previous, Some(word));
        let text = &book.page::<merged>(1).blocks[2].paragraphs[1].text;
        assert_eq!(text, "Ponce de Leon, the com-", "both pages keep their text");
    }

    #[test]
    fn a_neighbour_that_changes_makes_the_page_stale() {
        let book = merged_book();
        let mut next = book.page::<ocr>(2);
        next.blocks[0].paragraphs[0].text = "pany sailed.".to_owned();
        book.put::<ocr>(2, &next);
        let run = book.process(&[merged::ROW], &Request::of_stages(["merged"]));
        assert_eq!(run.summary.stages[0].done, 2);
        assert_eq!(book.page::<merged>(1).continuation.word_to_next.unwrap().whole, "company");
    }

    #[test]
    fn the_report_counts_what_was_merged() {
        let expected = "page_num,total_blocks_merged,corrections_used_count,continues_from_previous,continues_to_next,unlabelled_blocks,edits_in_conflict\n\
                        1,3,1,false,true,1,\n2,1,0,true,false,0,\n";
        assert_eq!(merged_book().report::<merged>(), expected);
    }
}
