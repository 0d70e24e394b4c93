use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::scan_text::ScanText;
use shelf_runtime::book::{EXISTING_TEXT, ExistingTextMetadata, PageNumber};
use shelf_runtime::failure::Failure;
use shelf_runtime::record::Hash;

/// Writes the text of a scan into the folder of its book, flushed to disk.
pub(crate) fn write_text(book: &Path, page: PageNumber, text: &ScanText) -> Result<ExistingTextMetadata, Failure> {
    let folder = book.join(EXISTING_TEXT);
    fs::create_dir_all(&folder)?;
    let mut json = serde_json::to_vec(text)?;
    json.push(b'\n');
    let mut file = File::create(folder.join(format!("{}.json", page.stem())))?;
    file.write_all(&json)?;
    file.sync_all()?;
    Ok(ExistingTextMetadata { hash: Hash::of(&json).to_string(), words: text.words().count() as u32 })
}

/// The text of a scan as it is stored in a book.
pub(crate) fn read_stored_text(bytes: &[u8]) -> Result<ScanText, serde_json::Error> {
    serde_json::from_slice(bytes)
}
