use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::EditError;
use super::records::{ChangedHashes, RecordRenumbering, renamed};
use super::renumbering::Renumbering;
use crate::file_error::FileError;
use crate::staging::Staging;
use shelf_runtime::book::{PageNumber, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::registry::{Entry, Registry};

/// The folder for scans that were replaced or removed.
const REMOVED: &str = "removed";

/// The files of a book on their way into the folder of the edited book.
pub(super) struct BookCopy<'a> {
    from: PathBuf,
    staging: &'a Staging,
    renumbering: &'a Renumbering,
    /// Pages that have a new scan.
    rescanned: BTreeSet<PageNumber>,
    /// The time in the names of removed scans, to the second.
    time: String,
    changed_hashes: ChangedHashes,
    kept_scans: Vec<PathBuf>,
}

impl<'a> BookCopy<'a> {
    /// Nothing is copied yet from the book in `from`.
    pub(super) fn new(
        from: PathBuf,
        staging: &'a Staging,
        renumbering: &'a Renumbering,
        rescanned: BTreeSet<PageNumber>,
    ) -> Self {
        let time = now().to_string().replace(':', "").chars().take_while(|c| *c != '.').collect();
        let (changed_hashes, kept_scans) = (ChangedHashes::default(), Vec::new());
        Self { from, staging, renumbering, rescanned, time, changed_hashes, kept_scans }
    }

    /// The scans that were kept in `removed`: paths in the book's folder.
    pub(super) fn kept_scans(self) -> Vec<PathBuf> {
        self.kept_scans
    }

    /// Links or rewrites every file of the book.
    pub(super) fn link_book(&mut self, book: &ScanId, registry: &Registry) -> Result<(), EditError> {
        let stages: Vec<&Entry> = registry.stages().iter().map(AsRef::as_ref).collect();
        for (name, is_folder) in self.entries("")? {
            match name.as_str() {
                ".lock" | "metadata.json" => {}
                _ if !is_folder => self.link(&name, &name)?,
                "source" => self.link_scans()?,
                "images" => self.link_pages("images", None)?,
                _ if stages.iter().any(|entry| entry.row.name == name) => {}
                _ => self.link_unknown(book, &name)?,
            }
        }
        // Dependencies first: the record of a page has the hashes of its inputs.
        for entry in stages {
            self.link_pages(entry.row.name, Some(entry))?;
        }
        Ok(())
    }

    /// Names in a folder, and whether each is a folder; empty where the folder is missing.
    fn entries(&self, folder: &str) -> Result<Vec<(String, bool)>, FileError> {
        let path = self.from.join(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(FileError::cannot("list", &path)(error)),
        };
        let named = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_dir()))
        };
        let mut named = entries.map(named).collect::<io::Result<Vec<_>>>().map_err(FileError::cannot("list", &path))?;
        named.sort();
        Ok(named)
    }

    /// The scans and their metadata. Those that were replaced or removed go into `removed`.
    fn link_scans(&mut self) -> Result<(), FileError> {
        for (name, is_folder) in self.entries("source")? {
            let path = format!("source/{name}");
            match PageNumber::of_file(&name) {
                _ if is_folder => self.link_source_folder(&path)?,
                None => self.link(&path, &path)?,
                Some(page) => match self.renumbering.of_page(page).filter(|_| !self.rescanned.contains(&page)) {
                    None => self.keep_removed(&path, page, &name)?,
                    Some(new) if new == page => self.link(&path, &path)?,
                    Some(new) if PageNumber::of_page_file(&name).is_some() => {
                        let mut metadata = self.json(&path)?;
                        metadata["page_number"] = new.get().into();
                        if let Some(image) = metadata["image"].as_str() {
                            metadata["image"] = renamed(image, page, new).into();
                        }
                        self.staging.write_json(&renamed(&path, page, new), &metadata)?;
                    }
                    Some(new) => self.link(&path, &renamed(&path, page, new))?,
                },
            }
        }
        Ok(())
    }

    /// `source/failed`: the records of pages that cannot be read. Other folders are linked as they are.
    fn link_source_folder(&mut self, folder: &str) -> Result<(), FileError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            match PageNumber::of_page_file(&name) {
                _ if is_folder => self.link_source_folder(&path)?,
                Some(page) if folder == "source/failed" => {
                    if let Some(new) = self.renumbering.of_page(page).filter(|_| !self.rescanned.contains(&page)) {
                        let mut record = self.json(&path)?;
                        record["page"] = new.get().into();
                        self.staging.make_folder(folder)?;
                        self.staging.write_json(&renamed(&path, page, new), &record)?;
                    }
                }
                _ => self.link(&path, &path)?,
            }
        }
        Ok(())
    }

    /// A folder with files per page: that of a stage, or that of the figures.
    fn link_pages(&mut self, folder: &str, entry: Option<&Entry>) -> Result<(), FileError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            match page_of(&name) {
                _ if is_folder => self.link_pages(&path, entry)?,
                None if name == "redo.json" => {
                    let bytes = self.read(&path)?;
                    let bytes = self.records().redo(&bytes);
                    self.write_or_link(&path, &path, bytes)?;
                }
                None => self.link(&path, &path)?,
                Some(old) => {
                    let Some(new) = self.renumbering.of_page(old) else { continue };
                    let bytes = match entry.filter(|_| PageNumber::of_page_file(&name).is_some()) {
                        Some(entry) if folder == entry.row.name => {
                            let bytes = self.read(&path)?;
                            self.records().page(entry, old, new, &bytes)
                        }
                        Some(_) if folder.ends_with("/failed") => {
                            let bytes = self.read(&path)?;
                            self.records().failure(new, &bytes)
                        }
                        _ => None,
                    };
                    self.write_or_link(&path, &renamed(&path, old, new), bytes)?;
                }
            }
        }
        Ok(())
    }

    /// A folder that belongs to no stage of this program: it stays, unless it has pages whose numbers would change.
    fn link_unknown(&mut self, book: &ScanId, folder: &str) -> Result<(), EditError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            if is_folder {
                self.link_unknown(book, &path)?;
            } else if folder != REMOVED
                && PageNumber::of_page_file(&name).is_some_and(|page| !self.renumbering.keeps(page))
            {
                return Err(EditError::UnknownStage { book: book.clone(), folder: folder.to_owned() });
            } else {
                self.link(&path, &path)?;
            }
        }
        Ok(())
    }

    /// Keeps a scan that was replaced or removed; a number distinguishes it from others of the same page and second.
    fn keep_removed(&mut self, path: &str, page: PageNumber, name: &str) -> Result<(), FileError> {
        let extension = name.strip_prefix(&page.stem()).unwrap_or_default();
        let first = format!("{REMOVED}/{}_{}{extension}", page.stem(), self.time);
        let others = (2..).map(|nth| format!("{REMOVED}/{}_{}_{nth}{extension}", page.stem(), self.time));
        let is_free = |target: &String| !self.from.join(target).exists();
        let target = std::iter::once(first).chain(others).find(is_free).expect("there is always a next number");
        self.link(path, &target)?;
        if extension != ".json" {
            self.kept_scans.push(PathBuf::from(target));
        }
        Ok(())
    }

    fn records(&mut self) -> RecordRenumbering<'_> {
        RecordRenumbering { renumbering: self.renumbering, changed_hashes: &mut self.changed_hashes }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read(&self.from.join(path))
    }

    fn json(&self, path: &str) -> Result<serde_json::Value, FileError> {
        let bytes = self.read(path)?;
        serde_json::from_slice(&bytes).map_err(|error| FileError::cannot("read", &self.from.join(path))(error.into()))
    }

    /// Writes a file of the edited book, or links the old one where nothing in it changes.
    fn write_or_link(&self, old: &str, new: &str, bytes: Option<Vec<u8>>) -> Result<(), FileError> {
        match bytes {
            Some(bytes) => self.staging.write(new, &bytes),
            None => self.link(old, new),
        }
    }

    /// The same file under its new name.
    fn link(&self, old: &str, new: &str) -> Result<(), FileError> {
        self.staging.link(&self.from.join(old), new)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(FileError::cannot("read", path))
}

/// The page of a file such as `page_0012.json` or `page_0012_img_001.png`.
fn page_of(name: &str) -> Option<PageNumber> {
    let digits = name.strip_prefix("page_")?.split(['.', '_']).next()?;
    PageNumber::of_file(&format!("page_{digits}.json"))
}
