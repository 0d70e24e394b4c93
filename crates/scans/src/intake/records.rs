use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::AddError;
use super::scan::Scan;
use super::staging::Staging;
use shelf_runtime::book::{Origin, PageNumber, SourcePage};
use shelf_runtime::clock::now;
use shelf_runtime::failure::Failure;

/// What is written of each page beside its scan, and what is found out on the way.
pub(crate) struct Records<'a> {
    staging: &'a Staging,
    folder: &'a Path,
    pub(crate) failed: Vec<(PageNumber, Failure)>,
    pub(crate) notes: BTreeMap<String, Vec<PageNumber>>,
    pub(crate) drawn_dpi: Option<u32>,
}

impl<'a> Records<'a> {
    /// Nothing yet, for the book whose scans lie in `folder`.
    pub(crate) fn new(staging: &'a Staging, folder: &'a Path) -> Self {
        Self { staging, folder, failed: Vec::new(), notes: BTreeMap::new(), drawn_dpi: None }
    }

    /// Writes what became of a page: its facts, or why it failed.
    pub(crate) fn write(
        &mut self,
        page: PageNumber,
        origin: Origin,
        scan: Result<Scan, Failure>,
    ) -> Result<(), AddError> {
        match scan {
            Ok(scan) => self.write_scan(page, scan, origin),
            Err(failure) => self.write_failure(page, failure, &origin),
        }
    }

    fn write_scan(&mut self, page: PageNumber, scan: Scan, origin: Origin) -> Result<(), AddError> {
        for note in scan.notes {
            self.notes.entry(note).or_default().push(page);
        }
        if let Some(dpi) = scan.drawn_dpi {
            self.drawn_dpi = self.drawn_dpi.max(Some(dpi.round() as u32));
        }
        let source = SourcePage {
            page_number: page.get(),
            image: scan.image,
            hash: scan.hash,
            bytes: scan.bytes,
            width: scan.width,
            height: scan.height,
            resolution: scan.resolution,
            origin,
        };
        self.staging.write_json(&format!("source/{}.json", page.stem()), &source)
    }

    fn write_failure(&mut self, page: PageNumber, failure: Failure, origin: &Origin) -> Result<(), AddError> {
        // A worker that died in the middle may have left part of a picture.
        for extension in ["png", "jpg"] {
            let part = self.folder.join(format!("{}.{extension}", page.stem()));
            match std::fs::remove_file(&part) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(AddError::io("remove", &part)(error));
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
            "when": now(),
        });
        self.staging.make_folder("source/failed")?;
        self.staging.write_json(&format!("source/failed/{}.json", page.stem()), &record)?;
        self.failed.push((page, failure));
        Ok(())
    }
}
