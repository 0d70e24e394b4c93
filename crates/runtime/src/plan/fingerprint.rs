use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::IfMissing;
use super::need::needs;
use crate::book::{PageNumber, Unit};
use crate::events::PageOf;
use crate::inspect::BookState;
use crate::provide::AskedModel;
use crate::record::{Fingerprint, Hash, Input, OutputHash};
use crate::registry::Entry;
use crate::stage::{ExternalInput, KeptInput, Parallelism, Row};

/// The parts of a fingerprint that all pages of a stage share.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) options: &'a Map<String, Value>,
    /// The model that it asks first.
    pub(crate) model: Option<&'a AskedModel>,
    /// The fingerprints of its resources.
    pub(crate) resources: &'a BTreeMap<Input, Hash>,
}

/// The fingerprint of a page. `hash` returns the current hashes of the pages it is made from.
pub(crate) fn fingerprint<'a>(
    entry: &Entry,
    Asked { options, model, resources }: Asked<'_>,
    book: &BookState,
    unit: Unit,
    hash: &dyn Fn(PageOf) -> Option<&'a OutputHash>,
) -> Fingerprint {
    let mut inputs = BTreeMap::new();
    for input in entry.row.inputs {
        match input {
            ExternalInput::None | ExternalInput::Resource(_) => {}
            ExternalInput::Scan => {
                let scan = unit.page().and_then(|page| book.scans.get(&page));
                inputs.extend(scan.map(|scan| (Input::Scan, scan.hash.clone())));
            }
            ExternalInput::Languages => {
                inputs.insert(Input::Languages, Hash::of_json(&Value::from(book.metadata.language.clone())));
            }
            ExternalInput::Metadata => {
                let metadata = serde_json::to_value(&book.metadata).unwrap_or_default();
                inputs.insert(Input::Metadata, Hash::of_json(&metadata));
            }
            ExternalInput::Kept(kept) => inputs.extend(kept_inputs(book, *kept, unit)),
            ExternalInput::ExistingText => {
                let scan = unit.page().and_then(|page| book.scans.get(&page)?.page.as_ref()?.existing_text.as_ref());
                let read = scan.filter(|_| entry.option_choices.reads(*input, options));
                inputs.extend(read.map(|text| (Input::ExistingText, Hash::known(&text.hash))));
            }
        }
    }
    inputs.extend(resources.iter().map(|(input, hash)| (input.clone(), hash.clone())));
    for need in needs(entry.row, unit, &book.pages) {
        // A part that the book's output lacks is an input as well, so that it is seen to be new when it is there.
        let found = hash(need.page).map(|hash| hash.of(need.part).cloned().unwrap_or_else(Hash::absent));
        let found = found.or_else(|| (need.if_missing == IfMissing::TakeNone).then(Hash::absent));
        inputs.extend(found.map(|hash| (need.input(), hash)));
    }
    let row = entry.row;
    let own_prompt = book.prompts.get(row.name);
    let prompt = own_prompt.map_or(row.prompt, String::as_str);
    let set = options.iter().filter(|(name, value)| entry.option_defaults.get(*name) != Some(*value));
    let own = (row.parallelism != Parallelism::Llm && !row.model.is_empty()).then_some(row.model);
    Fingerprint {
        version: row.version,
        schema: entry.page_type.shape.clone(),
        prompt: (!prompt.is_empty()).then(|| Hash::of(prompt.as_bytes())),
        own_prompt: own_prompt.is_some(),
        model: model.map(|model| model.name.as_str()).or(own).map(ToOwned::to_owned),
        is_default_model: model.is_some_and(|model| model.is_default),
        options: options.clone(),
        set: Some(set.map(|(name, _)| name.clone()).collect()),
        inputs,
    }
}

/// The files that are kept for a page and its neighbours, or for all pages of a book, as inputs.
fn kept_inputs(book: &BookState, kept: KeptInput, unit: Unit) -> Vec<(Input, Hash)> {
    let Some(by_page) = book.kept.get(kept.folder) else { return Vec::new() };
    let is_near = |page: PageNumber| unit.page().is_none_or(|here| page.get().abs_diff(here.get()) <= kept.around);
    let input = |page: PageNumber| Input::Kept { folder: kept.folder.to_owned(), page: page.get() };
    by_page.iter().filter(|(page, _)| is_near(**page)).map(|(page, hash)| (input(*page), hash.clone())).collect()
}

/// Whether files are kept for this very page that its stage reads.
pub(super) fn has_kept_files(book: &BookState, row: &Row, unit: Unit) -> bool {
    let of_page = |kept: KeptInput| Some(book.kept.get(kept.folder)?.contains_key(&unit.page()?));
    row.inputs.iter().any(|input| matches!(input, ExternalInput::Kept(kept) if of_page(*kept) == Some(true)))
}

/// The hash of a stage function's tokens, as written in a record.
pub(crate) fn tokens(row: &Row) -> String {
    format!("{:016x}", row.tokens)
}
