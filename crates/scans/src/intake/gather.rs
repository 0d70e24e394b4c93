use std::path::{Path, PathBuf};

use super::AddError;
use super::kind::{Kind, is_named_as_page, kind_of};
use super::order::natural;
use shelf_runtime::failure::Failure;

/// A file that pages come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputFile {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
}

/// The files that pages come from, in natural order, and those in folders that were skipped because they are not pages.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) files: Vec<InputFile>,
    pub(crate) skipped: Vec<PathBuf>,
}

/// Finds out what is given: folders are opened (one level), every file's first bytes are looked at.
///
/// A file that is named as a page but is none goes in all the same: it will be a failed page, not a lost one.
pub(crate) fn gather(inputs: &[PathBuf]) -> Result<Gathered, AddError> {
    let mut gathered = Gathered::default();
    for input in inputs {
        let found = std::fs::metadata(input).map_err(AddError::io("read", input))?;
        if found.is_dir() {
            for file in files_of(input)? {
                gathered.take(file, false)?;
            }
        } else {
            gathered.take(input.clone(), true)?;
        }
    }
    gathered.files.sort_by(|a, b| natural(&a.path, &b.path));
    gathered.skipped.sort_by(|a, b| natural(a, b));
    gathered.files.dedup_by(|a, b| a.path == b.path);
    if gathered.files.is_empty() {
        return Err(AddError::Nothing { inputs: inputs.to_vec() });
    }
    Ok(gathered)
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, AddError> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(AddError::io("list", folder))? {
        let entry = entry.map_err(AddError::io("list", folder))?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

impl Gathered {
    fn take(&mut self, path: PathBuf, is_named_by_user: bool) -> Result<(), AddError> {
        let kind = kind_of(&path).map_err(AddError::io("read", &path))?;
        let is_pdf_by_name = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
        let refusal = match kind {
            Kind::Foreign(format) => {
                let (name, hint) = format.name_and_hint();
                Some(Failure::new(format!("it is {name}, which shelf does not read")).hint(hint))
            }
            Kind::Empty if is_pdf_by_name => Some(Failure::new("the file is empty")),
            Kind::Unknown if is_pdf_by_name => {
                Some(Failure::new("it is no PDF: expected `%PDF-` among its first bytes"))
            }
            Kind::Empty | Kind::Unknown if !is_named_as_page(&path) => {
                if !is_named_by_user {
                    self.skipped.push(path);
                    return Ok(());
                }
                let what = if kind == Kind::Empty { "it is empty" } else { "it is neither a PDF nor a picture" };
                Some(Failure::new(format!("{what}: expected PDF, PNG, JPEG or TIFF")))
            }
            _ => None,
        };
        if let Some(failure) = refusal {
            return Err(AddError::File { file: path, failure: Box::new(failure) });
        }
        self.files.push(InputFile { path, kind });
        Ok(())
    }
}
