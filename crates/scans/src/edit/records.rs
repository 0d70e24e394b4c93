//! Renumbers pages and the records that name them: no hash and no input refers to an old number afterwards.

use std::collections::BTreeMap;

use serde_json::Value;

use shelf_runtime::book::{PageNumber, Unit};
use shelf_runtime::record::{FailedRecord, Fingerprint, Hash, Input, PageRecord, RECORD_KEY, RedoMarker};
use shelf_runtime::registry::Entry;

/// The outputs whose hash changes with their page number.
#[derive(Debug, Default)]
pub(super) struct ChangedHashes {
    /// By stage and old number: the old hash and the new one.
    outputs: BTreeMap<(String, u32), (Hash, Hash)>,
}

/// Rewrites page files and records for new page numbers.
pub(super) struct RecordRenumbering<'a> {
    /// The new number of a page; `None` if it was removed.
    pub(super) new_number: &'a dyn Fn(PageNumber) -> Option<PageNumber>,
    pub(super) changed_hashes: &'a mut ChangedHashes,
}

impl RecordRenumbering<'_> {
    /// A page's file for its new number. Dependencies must be renumbered before their dependants. `None` for a file that is not a
    /// valid page: it is linked as it is, and remains damaged.
    pub(super) fn page(&mut self, entry: &Entry, old: PageNumber, new: PageNumber, bytes: &[u8]) -> Option<Vec<u8>> {
        let found = entry.page_type.read(bytes).ok()?;
        let mut output = found.output;
        renumber(&mut output, old, new);
        let hash = entry.page_type.hash(&output).whole;
        self.changed_hashes.outputs.insert((entry.row.name.to_owned(), old.get()), (found.hash.whole, hash.clone()));
        let record = found.record.map(|record| PageRecord {
            fingerprint: self.fingerprint(record.fingerprint),
            output: hash,
            operation: shelf_runtime::record::Operation { page_num: new.into(), ..record.operation },
            files: record.files.into_iter().map(|(path, hash)| (renamed(&path, old, new), hash)).collect(),
            ..record
        });
        if let (Some(record), Some(fields)) = (record, output.as_object_mut()) {
            fields.insert(RECORD_KEY.to_owned(), record.to_json().ok()?);
        }
        let mut bytes = serde_json::to_vec(&output).ok()?;
        bytes.push(b'\n');
        Some(bytes)
    }

    /// The record of a failure for the page's new number.
    pub(super) fn failure(&self, new: PageNumber, bytes: &[u8]) -> Option<Vec<u8>> {
        let record: FailedRecord = serde_json::from_slice(bytes).ok()?;
        let fingerprint = record.fingerprint.map(|fingerprint| self.fingerprint(fingerprint));
        FailedRecord { page: new.into(), fingerprint, ..record }.to_bytes().ok()
    }

    /// An unfinished `--redo` for the new numbers.
    pub(super) fn redo(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let marker: RedoMarker = serde_json::from_slice(bytes).ok()?;
        let renumbered = |unit: &Unit| match unit {
            Unit::Page(page) => (self.new_number)(*page).map(Unit::Page),
            Unit::Book => Some(Unit::Book),
        };
        let pages = marker.pages.iter().filter_map(renumbered).collect();
        serde_json::to_vec(&RedoMarker { pages, ..marker }).ok()
    }

    /// A fingerprint with renumbered inputs. An input that was removed is left out, which makes the page stale.
    fn fingerprint(&self, old: Fingerprint) -> Fingerprint {
        let input = |(input, hash): (Input, Hash)| match input {
            Input::Page { stage, page } => {
                let new = (self.new_number)(PageNumber::new(page)?)?.get();
                let hash = match self.changed_hashes.outputs.get(&(stage.clone(), page)) {
                    Some((before, after)) if *before == hash => after.clone(),
                    _ => hash,
                };
                Some((Input::Page { stage, page: new }, hash))
            }
            Input::Part { stage, page } => {
                Some((Input::Part { stage, page: (self.new_number)(PageNumber::new(page)?)?.get() }, hash))
            }
            Input::Kept { folder, page } => {
                Some((Input::Kept { folder, page: (self.new_number)(PageNumber::new(page)?)?.get() }, hash))
            }
            other => Some((other, hash)),
        };
        Fingerprint { inputs: old.inputs.into_iter().filter_map(input).collect(), ..old }
    }
}

/// Changes the page's own number, and the names of files that contain it.
fn renumber(output: &mut Value, old: PageNumber, new: PageNumber) {
    if let Some(number) = output.get_mut("page_number")
        && number.as_u64() == Some(old.get().into())
    {
        *number = new.get().into();
    }
    rename_files(output, old, new);
}

fn rename_files(value: &mut Value, old: PageNumber, new: PageNumber) {
    match value {
        Value::String(text) if names_file_of(text, old) => *text = renamed(text, old, new),
        Value::Array(items) => items.iter_mut().for_each(|item| rename_files(item, old, new)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename_files(field, old, new)),
        _ => {}
    }
}

/// Whether a text is just the name of a file of this page, such as `page_0012_img_001.png`.
fn names_file_of(text: &str, page: PageNumber) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    text.strip_prefix(&page.stem())
        .is_some_and(|rest| rest.starts_with('_') && rest.contains('.') && rest.chars().all(is_of_name))
}

/// A path in the book with the new page number in its file name.
pub(super) fn renamed(path: &str, old: PageNumber, new: PageNumber) -> String {
    let (folder, name) = path.rsplit_once('/').map_or(("", path), |(folder, name)| (folder, name));
    let separator = if folder.is_empty() { "" } else { "/" };
    match name.strip_prefix(&old.stem()).filter(|rest| rest.starts_with(['.', '_'])) {
        Some(rest) => format!("{folder}{separator}{}{rest}", new.stem()),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(number: u32) -> PageNumber {
        PageNumber::new(number).unwrap()
    }

    #[test]
    fn page_number_and_file_names_change_and_nothing_else() {
        let mut output = json!({
            "page_number": 12,
            "printed_page_number": "12",
            "blocks": [{ "text": "see page_0012_img_001.png there" }, { "text": "page_0012" }],
            "images": [{ "image_file": "page_0012_img_001.png" }, { "image_file": "page_0112_img_001.png" }],
        });
        renumber(&mut output, page(12), page(13));
        assert_eq!(
            output,
            json!({
                "page_number": 13,
                "printed_page_number": "12",
                "blocks": [{ "text": "see page_0012_img_001.png there" }, { "text": "page_0012" }],
                "images": [{ "image_file": "page_0013_img_001.png" }, { "image_file": "page_0112_img_001.png" }],
            })
        );
    }

    #[test]
    fn renames_files_of_exactly_this_page() {
        assert_eq!(renamed("images/page_0012_img_001.png", page(12), page(9)), "images/page_0009_img_001.png");
        assert_eq!(renamed("page_0012.tif", page(12), page(10_000)), "page_10000.tif");
        assert_eq!(renamed("page_00123.tif", page(12), page(9)), "page_00123.tif");
    }
}
