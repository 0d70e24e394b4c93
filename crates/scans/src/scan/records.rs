use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::write::WrittenScan;
use crate::file_error::FileError;
use crate::staging::Staging;
use shelf_runtime::book::{EXISTING_TEXT, Origin, PageNumber, ScanMetadata};
use shelf_runtime::clock::now;
use shelf_runtime::failure::Failure;

/// Writes the metadata of each scan beside it, and collects what concerns the whole book.
pub(crate) struct ScanRecords<'a> {
    staging: &'a Staging,
    folder: &'a Path,
    pub(crate) failed: Vec<(PageNumber, Failure)>,
    /// Pages by what the user should know of them.
    pub(crate) warnings: BTreeMap<String, Vec<PageNumber>>,
    pub(crate) rendered_dpi: Option<u32>,
    /// Pages whose text came with their scans.
    pub(crate) with_text: Vec<PageNumber>,
    /// Pages whose text came with their scans and cannot be read.
    pub(crate) unreadable_text: Vec<(PageNumber, Failure)>,
}

impl<'a> ScanRecords<'a> {
    /// For the book whose scans are in `folder`.
    pub(crate) fn new(staging: &'a Staging, folder: &'a Path) -> Self {
        Self {
            staging,
            folder,
            failed: Vec::new(),
            warnings: BTreeMap::new(),
            rendered_dpi: None,
            with_text: Vec::new(),
            unreadable_text: Vec::new(),
        }
    }

    /// Writes the metadata of a scan, or why the page failed.
    pub(crate) fn write(
        &mut self,
        page: PageNumber,
        origin: Origin,
        scan: Result<WrittenScan, Failure>,
    ) -> Result<(), FileError> {
        match scan {
            Ok(scan) => self.write_metadata(page, scan, origin),
            Err(failure) => self.write_failure(page, failure, &origin),
        }
    }

    fn write_metadata(&mut self, page: PageNumber, scan: WrittenScan, origin: Origin) -> Result<(), FileError> {
        for warning in scan.warnings {
            self.warnings.entry(warning).or_default().push(page);
        }
        if let Some(dpi) = scan.rendered_dpi {
            self.rendered_dpi = self.rendered_dpi.max(Some(dpi.round() as u32));
        }
        let existing_text = match scan.text {
            Some(Ok(text)) => {
                self.with_text.push(page);
                Some(text)
            }
            Some(Err(failure)) => {
                self.unreadable_text.push((page, failure));
                None
            }
            None => None,
        };
        let source = ScanMetadata {
            page_number: page.get(),
            image: scan.image,
            hash: scan.hash.as_str().to_owned(),
            bytes: scan.bytes,
            width: scan.width,
            height: scan.height,
            resolution: scan.resolution,
            origin,
            existing_text,
        };
        self.staging.write_json_with_checksum(&format!("source/{}.json", page.stem()), &source)
    }

    fn write_failure(&mut self, page: PageNumber, failure: Failure, origin: &Origin) -> Result<(), FileError> {
        // A worker that died while writing may have left part of an image, or the text of one.
        let images = ["png", "jpg"].map(|extension| self.folder.join(format!("{}.{extension}", page.stem())));
        let text = self.folder.with_file_name(EXISTING_TEXT).join(format!("{}.json", page.stem()));
        for part in images.into_iter().chain([text]) {
            match std::fs::remove_file(&part) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FileError::cannot("remove", &part)(error));
                }
                _ => {}
            }
        }
        let record = json!({
            "stage": "source",
            "page": page,
            "failure": failure,
            "origin": origin,
            "attempts": 1,
            "cost_usd": 0.0,
            "when": now().to_string(),
        });
        self.staging.make_folder("source/failed")?;
        self.staging.write_json_with_checksum(&format!("source/failed/{}.json", page.stem()), &record)?;
        self.failed.push((page, failure));
        Ok(())
    }
}
