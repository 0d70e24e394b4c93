use std::fs;
use std::path::{Path, PathBuf};

use super::AddError;
use crate::catalogue_record::CatalogueRecord;
use crate::file_error::FileError;

/// The largest record; other XML files can be of any size.
const MAX_BYTES: u64 = 1 << 20;

/// The catalogue record beside the scans: among the files of a folder that are not scans, or named as a file with scans
/// (`florida.xml` beside `florida.pdf`). It is taken out of `skipped`.
pub(super) fn find_record(inputs: &[PathBuf], skipped: &mut Vec<PathBuf>) -> Result<Option<CatalogueRecord>, AddError> {
    let beside = inputs.iter().filter(|input| !input.is_dir()).map(|input| input.with_extension("xml"));
    let mut candidates: Vec<PathBuf> = beside.filter(|file| file.is_file()).collect();
    candidates.extend(skipped.iter().filter(|file| is_named_xml(file)).cloned());
    candidates.sort();
    candidates.dedup();
    let mut records = Vec::new();
    for file in candidates {
        let size = fs::metadata(&file).map_err(FileError::cannot("read", &file))?.len();
        if size > MAX_BYTES {
            continue;
        }
        let bytes = fs::read(&file).map_err(FileError::cannot("read", &file))?;
        match CatalogueRecord::read(&file, &bytes) {
            None => {}
            Some(Ok(record)) => records.push(record),
            Some(Err(error)) => return Err(AddError::Record { file, line: error.line, problem: error.problem }),
        }
    }
    if records.len() > 1 {
        return Err(AddError::SeveralRecords { files: records.into_iter().map(|record| record.file).collect() });
    }
    let record = records.pop();
    if let Some(record) = &record {
        skipped.retain(|file| *file != record.file);
    }
    Ok(record)
}

fn is_named_xml(file: &Path) -> bool {
    let extension = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["xml", "marcxml", "dc"].contains(&extension.as_str())
}
