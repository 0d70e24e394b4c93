use std::collections::BTreeMap;

use serde_json::Value;

use super::text_of;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::store::{BookPath, Store, StoreError};

/// The text of a page as stage `entry` left it; `None` where the page is not there, or is none.
///
/// A stage that conserves another's paragraphs may leave a paragraph's `text` out, or null, where it changes nothing: then
/// the other's text stands.
pub fn stage_text(
    store: &dyn Store,
    registry: &Registry,
    book: &ScanId,
    entry: &Entry,
    page: PageNumber,
) -> Result<Option<String>, StoreError> {
    Ok(stage_page(store, registry, book, entry, page)?.map(|output| text_of(&output)))
}

/// The page that [`stage_text`] takes the text of, with the texts that its stage left out.
pub fn stage_page(
    store: &dyn Store,
    registry: &Registry,
    book: &ScanId,
    entry: &Entry,
    page: PageNumber,
) -> Result<Option<Value>, StoreError> {
    let Some(mut output) = output(store, book, entry, page)? else { return Ok(None) };
    if let Some(conserved) = conserved(registry, entry)
        && let Some(before) = self::output(store, book, conserved, page)?
    {
        fill(&mut output, &before);
    }
    Ok(Some(output))
}

/// The stage whose paragraphs `entry` conserves.
#[must_use]
pub fn conserved<'r>(registry: &'r Registry, entry: &Entry) -> Option<&'r Entry> {
    let parameter = entry.row.conserves?.parameter;
    let dependency = entry.row.deps.iter().find(|dep| dep.parameter == parameter)?;
    registry.get(dependency.row.name).map(AsRef::as_ref)
}

fn output(store: &dyn Store, book: &ScanId, entry: &Entry, page: PageNumber) -> Result<Option<Value>, StoreError> {
    let bytes = store.read(&BookPath::page(book, entry.row.name, page))?;
    Ok(bytes.and_then(|bytes| entry.page_type.read(&bytes).ok()).map(|found| found.output))
}

/// Gives every paragraph without a text that of the same paragraph in `before`.
fn fill(page: &mut Value, before: &Value) {
    let texts: BTreeMap<(u64, u64), &Value> = paragraphs(before).collect();
    let blocks = page.get_mut("blocks").and_then(Value::as_array_mut);
    for block in blocks.into_iter().flatten() {
        let Some(number) = block["block_num"].as_u64() else { continue };
        let paragraphs = block.get_mut("paragraphs").and_then(Value::as_array_mut);
        for paragraph in paragraphs.into_iter().flatten().filter(|paragraph| paragraph["text"].is_null()) {
            let text = paragraph["par_num"].as_u64().and_then(|paragraph| texts.get(&(number, paragraph)));
            if let (Some(text), Some(fields)) = (text, paragraph.as_object_mut()) {
                fields.insert("text".to_owned(), (*text).clone());
            }
        }
    }
}

/// Block and paragraph number with the text of each paragraph.
fn paragraphs(page: &Value) -> impl Iterator<Item = ((u64, u64), &Value)> {
    page["blocks"].as_array().into_iter().flatten().flat_map(|block| {
        let paragraphs = block["paragraphs"].as_array().into_iter().flatten();
        paragraphs.filter_map(|paragraph| {
            Some(((block["block_num"].as_u64()?, paragraph["par_num"].as_u64()?), &paragraph["text"]))
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::fill;
    use crate::text_of;

    #[test]
    fn what_a_stage_leaves_as_it_is_stands_as_it_was() {
        let before = json!({ "blocks": [
            { "block_num": 2, "paragraphs": [{ "par_num": 0, "text": "One." }, { "par_num": 1, "text": "Tvvo." }] },
            { "block_num": 3, "paragraphs": [{ "par_num": 0, "text": "Three." }] },
        ]});
        let mut page = json!({ "blocks": [
            { "block_num": 2, "paragraphs": [{ "par_num": 0, "text": null }, { "par_num": 1, "text": "Two." }] },
            { "block_num": 3, "paragraphs": [{ "par_num": 0 }] },
        ]});
        fill(&mut page, &before);
        assert_eq!(text_of(&page), "One.\nTwo.\nThree.");
    }
}
