use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;
use shelf::book::PageNumber;
use shelf::eval::ErrorRate;

use super::books::files;
use crate::Shelf;

/// Paragraphs of `ocr` over a book: `edits` counts those that do not stand in `merged` exactly once, with the words that `corrected` gave them or,
/// where it gave none, with their own. A paragraph that was split between blocks is compared as a whole.
pub(super) fn lost(shelf: &Shelf, id: &str) -> ErrorRate {
    let mut all = ErrorRate::default();
    for [ocr, corrected, merged] in pages(shelf, id) {
        all = all + lost_of(&ocr, &corrected, &merged);
    }
    all
}

/// Each page as `ocr`, `corrected` and `merged` have it.
pub(super) fn pages(shelf: &Shelf, id: &str) -> Vec<[Value; 3]> {
    let is_page = |name: &str| PageNumber::of_page_file(name).is_some();
    let name = |page: &PathBuf| page.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names = files(&shelf.library().join(id).join("ocr"), |page| is_page(&name(&page.to_owned())));
    let of = |page: &PathBuf| {
        ["ocr", "corrected", "merged"].map(|stage| shelf.json(&format!("{id}/{stage}/{}", name(page))))
    };
    names.iter().map(of).collect()
}

fn lost_of(ocr: &Value, corrected: &Value, merged: &Value) -> ErrorRate {
    let corrected: BTreeMap<_, _> = paragraphs(corrected).into_iter().collect();
    let split = split_paragraphs(merged);
    let merged = paragraphs(merged);
    let ocr = paragraphs(ocr);
    let is_lost = |(id, text): &&((u64, u64), Option<String>)| {
        let expected = corrected.get(id).cloned().flatten().or_else(|| text.clone());
        let found: Vec<Option<&str>> =
            merged.iter().filter(|(other, _)| other == id).map(|(_, text)| text.as_deref()).collect();
        let is_split = split.contains(id) && found.len() > 1;
        let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
        let joined = found.iter().flatten().copied().collect::<Vec<_>>().join("\n");
        let is_kept = |text: &Option<String>| text.as_deref().is_some_and(|text| words(text) == words(&joined));
        // Where a corrected text cannot be cut into its lines, the parts keep what was read.
        if is_split { !is_kept(&expected) && !is_kept(text) } else { found != [expected.as_deref()] }
    };
    ErrorRate { edits: ocr.iter().filter(is_lost).count(), length: ocr.len() }
}

/// Block and paragraph number in `ocr` of each paragraph, with its text.
fn paragraphs(page: &Value) -> Vec<((u64, u64), Option<String>)> {
    all_paragraphs(page)
        .map(|(block, paragraph)| (ocr_numbers(block, paragraph), paragraph["text"].as_str().map(ToOwned::to_owned)))
        .collect()
}

fn all_paragraphs(page: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    let blocks = page["blocks"].as_array().into_iter().flatten();
    blocks.flat_map(|block| block["paragraphs"].as_array().into_iter().flatten().map(move |found| (block, found)))
}

/// The numbers of the block and the paragraph of `ocr` that a paragraph is, or is part of.
fn ocr_numbers(block: &Value, paragraph: &Value) -> (u64, u64) {
    let first = |values: [&Value; 3]| values.into_iter().find_map(Value::as_u64).unwrap_or_default();
    let origin = &paragraph["origin"];
    let block_num = first([&origin["block_num"], &block["origin"]["block_num"], &block["block_num"]]);
    (block_num, first([&origin["par_num"], &paragraph["par_num"], &Value::Null]))
}

/// Block and paragraph number of each paragraph that was split, or is in a block that was.
fn split_paragraphs(page: &Value) -> BTreeSet<(u64, u64)> {
    let is_split =
        |(block, paragraph): &(&Value, &Value)| block["origin"].is_object() || paragraph["origin"].is_object();
    all_paragraphs(page).filter(is_split).map(|(block, paragraph)| ocr_numbers(block, paragraph)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::lost_of;

    fn page(paragraphs: &[(u64, Value)]) -> Value {
        let paragraphs: Vec<Value> =
            paragraphs.iter().map(|(number, text)| json!({ "par_num": number, "text": text })).collect();
        json!({ "blocks": [{ "block_num": 1, "paragraphs": paragraphs }] })
    }

    #[test]
    fn a_paragraph_is_kept_if_it_stands_once_with_its_last_text() {
        let ocr = page(&[(1, json!("Tvvo.")), (2, json!("Three."))]);
        let corrected = page(&[(1, json!("Two.")), (2, Value::Null)]);
        let lost = |merged: &[(u64, Value)]| lost_of(&ocr, &corrected, &page(merged)).edits;
        assert_eq!(lost(&[(1, json!("Two.")), (2, json!("Three."))]), 0);
        assert_eq!(lost(&[(1, json!("Tvvo.")), (2, json!("Three."))]), 1);
        assert_eq!(lost(&[(1, json!("Two.")), (2, json!("Three.")), (2, json!("Three."))]), 1);
        assert_eq!(lost(&[]), 2);
    }

    #[test]
    fn a_split_paragraph_is_kept_if_its_parts_have_all_its_words() {
        let ocr = page(&[(1, json!("Of ships.\n34"))]);
        let lost = |parts: &[&str]| {
            let part = |text: &&str| json!({ "block_num": 9, "origin": { "block_num": 1 }, "paragraphs": [{ "par_num": 1, "text": text }] });
            lost_of(&ocr, &page(&[]), &json!({ "blocks": parts.iter().map(part).collect::<Vec<_>>() })).edits
        };
        assert_eq!((lost(&["Of ships.", "34"]), lost(&["Of ships."]), lost(&["Of ships.", "35"])), (0, 1, 1));
    }

    #[test]
    fn a_paragraph_that_a_person_has_split_is_kept() {
        let ocr = page(&[(1, json!("Of ships. The sea."))]);
        let origin = json!({ "block_num": 1, "par_num": 1 });
        let parts = |second: &str| {
            json!({ "blocks": [{ "block_num": 1, "paragraphs": [
                { "par_num": 1, "text": "Of ships.", "origin": origin }, { "par_num": 2, "text": second, "origin": origin },
            ] }] })
        };
        let lost = |second: &str| lost_of(&ocr, &page(&[]), &parts(second)).edits;
        assert_eq!((lost("The sea."), lost("The")), (0, 1));
    }
}
