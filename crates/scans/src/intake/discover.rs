use std::path::{Path, PathBuf};

use super::AddError;
use crate::file_error::FileError;
use crate::formats::file_format::{FileFormat, has_page_extension};
use crate::natural_order::natural_order;
use crate::scan::source::InputFile;
use shelf_runtime::failure::Failure;

/// The files that pages come from, and the files in folders that were skipped because they are not pages; both in natural order.
#[derive(Debug, Default)]
pub(super) struct DiscoveredFiles {
    pub(super) files: Vec<InputFile>,
    pub(super) skipped: Vec<PathBuf>,
}

/// Lists folders (one level) and detects the format of every file.
///
/// A file that is named like a page but has no known format is taken all the same: it becomes a failed page, not a lost one.
pub(super) fn discover(inputs: &[PathBuf]) -> Result<DiscoveredFiles, AddError> {
    let mut discovered = DiscoveredFiles::default();
    for input in inputs {
        let found = std::fs::metadata(input).map_err(FileError::cannot("read", input))?;
        if found.is_dir() {
            for file in visible_files(input)? {
                discovered.take(file, Named::ByFolder)?;
            }
        } else {
            discovered.take(input.clone(), Named::ByUser)?;
        }
    }
    discovered.files.sort_by(|a, b| natural_order(&a.path, &b.path));
    discovered.skipped.sort_by(|a, b| natural_order(a, b));
    discovered.files.dedup_by(|a, b| a.path == b.path);
    if discovered.files.is_empty() {
        return Err(AddError::NoScans { inputs: inputs.to_vec() });
    }
    Ok(discovered)
}

/// How a file came among the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    ByUser,
    ByFolder,
}

fn visible_files(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(FileError::cannot("list", folder))? {
        let entry = entry.map_err(FileError::cannot("list", folder))?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

impl DiscoveredFiles {
    fn take(&mut self, path: PathBuf, named: Named) -> Result<(), AddError> {
        let file = InputFile::detect(&path)?;
        let is_pdf_by_name = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        let refusal = match file.format {
            // In a folder, a scan that cannot be read is a failed page in its place, and other documents are not scans.
            FileFormat::Unsupported(format) if named == Named::ByFolder && format.is_scan() => None,
            FileFormat::Unsupported(_) if named == Named::ByFolder => {
                self.skipped.push(path);
                return Ok(());
            }
            FileFormat::Unsupported(format) => {
                let (name, hint) = format.name_and_hint();
                let problem = format!("it is {name}; shelf reads scans (PDF, TIFF, JPEG, JPEG 2000, PNG)");
                Some(Failure::new(problem).hint(hint))
            }
            FileFormat::Empty if is_pdf_by_name => Some(Failure::new("the file is empty")),
            FileFormat::Unknown if is_pdf_by_name => {
                Some(Failure::new("not a PDF: expected `%PDF-` among the first bytes"))
            }
            FileFormat::Empty | FileFormat::Unknown if !has_page_extension(&path) => {
                if named == Named::ByFolder {
                    self.skipped.push(path);
                    return Ok(());
                }
                let problem =
                    if file.format == FileFormat::Empty { "the file is empty" } else { "not a supported image" };
                Some(Failure::new(format!("{problem}: expected PDF, PNG, JPEG or TIFF")))
            }
            _ => None,
        };
        if let Some(failure) = refusal {
            return Err(AddError::Unreadable { file: path, failure: Box::new(failure) });
        }
        self.files.push(file);
        Ok(())
    }
}
