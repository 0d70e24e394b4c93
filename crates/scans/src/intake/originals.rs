use std::collections::BTreeSet;

use crate::file_error::FileError;
use crate::formats::file_format::FileFormat;
use crate::scan::source::{Source, SourceImage};
use crate::staging::Staging;
use shelf_runtime::book::PageNumber;
use shelf_runtime::record::{Hash, Original, Originals};

/// How much larger a page is as PNG than as JPEG, about.
const PNG_TO_JPEG_SIZE: u64 = 6;
/// Bytes per pixel of an image in colour without compression.
const RGB_BYTES_PER_PIXEL: u64 = 3;

/// What the book will take on disk, bytes: its scans, and copies of the original files that are kept.
pub(super) fn needed_bytes(sources: &[Source]) -> Result<u64, FileError> {
    let scan_bytes = |image: &SourceImage| match image.gutter {
        None => image.estimate.bytes,
        // The halves are PNG, whatever the image was.
        Some(_) => (image.estimate.bytes * PNG_TO_JPEG_SIZE).min(image.estimate.pixels * RGB_BYTES_PER_PIXEL),
    };
    let mut needed = 0;
    for source in sources {
        needed += source.images.iter().map(scan_bytes).sum::<u64>();
        if kept_name(source).is_some() {
            let found = std::fs::metadata(&source.read_from).map_err(FileError::cannot("read", &source.read_from))?;
            needed += found.len();
        }
    }
    Ok(needed)
}

/// Copies PDFs and spreads into the book, byte for byte, and notes their hashes. Their pages are then read from the copies.
pub(super) fn copy_originals(sources: &mut [Source], staging: &Staging) -> Result<(), FileError> {
    let mut taken = BTreeSet::new();
    let mut files = Vec::new();
    for source in sources {
        let Some(kept) = kept_name(source) else { continue };
        // Files in different folders may have the same name.
        let numbered = (2..).map(|count| format!("{count}_{kept}"));
        let name = std::iter::once(kept.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        let name = name.expect("there is always a next number");
        source.read_from = staging.copy(&source.read_from, &format!("source/{name}"))?;
        let hash = Hash::of_file(&source.read_from).map_err(FileError::cannot("read", &source.read_from))?;
        files.push(Original { file: name, hash });
    }
    if files.is_empty() {
        return Ok(());
    }
    staging.write_json_with_checksum(&format!("source/{}", Originals::FILE), &Originals { files })
}

/// The name under which a file is kept in the book, if its scans do not hold all that was in it.
fn kept_name(source: &Source) -> Option<String> {
    match source.input.format {
        // A copy must not look like a scan.
        FileFormat::Pdf if PageNumber::of_file(&source.name).is_some() => Some(format!("from_{}", source.name)),
        FileFormat::Pdf => Some(source.name.trim_start_matches('.').to_owned()),
        _ => (source.spread_count() > 0).then(|| format!("spread_{}", source.name)),
    }
}
