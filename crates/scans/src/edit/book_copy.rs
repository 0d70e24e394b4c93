use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::EditError;
use super::records::{ChangedHashes, RecordRenumbering, renamed};
use super::removed::{REMOVAL, REMOVED, Removal, RemovedPage};
use super::renumbering::Renumbering;
use crate::file_error::FileError;
use crate::staging::Staging;
use shelf_runtime::book::{EXISTING_TEXT, PageNumber, ScanId};
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::stage::ExternalInput;
use shelf_runtime::verify::DAMAGED;

/// The folders with files of pages that are not those of a stage: they are renumbered, put aside and restored with their pages. Another
/// such folder is added here.
const PAGE_FOLDERS: [&str; 2] = ["images", EXISTING_TEXT];

/// The files of a book on their way into the folder of the edited book.
pub(super) struct BookCopy<'a> {
    from: PathBuf,
    staging: &'a Staging,
    renumbering: &'a Renumbering,
    /// Pages that get a new scan.
    rescanned: BTreeSet<PageNumber>,
    /// The pages that are put aside, with how, and the names of their files in `removed`.
    aside: BTreeMap<PageNumber, (String, Removal)>,
    /// The page that comes back, and its number.
    restored: Option<(&'a RemovedPage, PageNumber)>,
    changed_hashes: ChangedHashes,
    kept_scans: Vec<PathBuf>,
}

impl<'a> BookCopy<'a> {
    /// Nothing is copied yet from the book in `from`. The pages `removed` are put aside.
    pub(super) fn new(
        from: PathBuf,
        staging: &'a Staging,
        renumbering: &'a Renumbering,
        rescanned: BTreeSet<PageNumber>,
        removed: BTreeMap<PageNumber, Removal>,
        restored: Option<(&'a RemovedPage, PageNumber)>,
    ) -> Result<Self, FileError> {
        let copy = Self {
            from,
            staging,
            renumbering,
            rescanned,
            aside: BTreeMap::new(),
            restored,
            changed_hashes: ChangedHashes::default(),
            kept_scans: Vec::new(),
        };
        let taken = copy.entries(REMOVED)?;
        let aside = removed.into_iter().map(|(page, removal)| (page, (free_name(page, &removal, &taken), removal)));
        Ok(Self { aside: aside.collect(), ..copy })
    }

    /// The scans that were kept in `removed`: paths in the book's folder.
    pub(super) fn kept_scans(self) -> Vec<PathBuf> {
        self.kept_scans
    }

    /// Links or rewrites every file of the book.
    pub(super) fn link_book(&mut self, book: &ScanId, registry: &Registry) -> Result<(), EditError> {
        let stages: Vec<&Entry> = registry.stages().iter().map(AsRef::as_ref).collect();
        let kept = kept_folders(&stages);
        for (name, is_folder) in self.entries("")? {
            match name.as_str() {
                "metadata.json" => {}
                // Locks of processes that work on the book as it was.
                _ if name.starts_with(".lock") => {}
                _ if !is_folder => self.link(&name, &name)?,
                "source" => self.link_scans()?,
                REMOVED | DAMAGED => self.link_as_it_is(&name)?,
                folder if kept.contains(folder) => self.link_kept(folder)?,
                folder if PAGE_FOLDERS.contains(&folder) => self.link_pages(folder, None)?,
                _ if stages.iter().any(|entry| entry.row.name == name) => {}
                _ => self.link_unknown(book, &name)?,
            }
        }
        // Dependencies first: the record of a page has the hashes of its inputs.
        for entry in &stages {
            self.link_pages(entry.row.name, Some(entry))?;
        }
        for (name, removal) in self.aside.values() {
            self.staging.make_folder(&format!("{REMOVED}/{name}"))?;
            self.staging.write_json(&format!("{REMOVED}/{name}/{REMOVAL}"), removal)?;
        }
        if let Some((page, new)) = self.restored {
            self.restore_scan(page, new)?;
            self.restore_pages(page, new, &stages)?;
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

    /// The new number of a page whose scan stays; `None` if it is put aside.
    fn number_of_kept(&self, page: PageNumber) -> Option<PageNumber> {
        self.renumbering.of_page(page).filter(|_| !self.rescanned.contains(&page))
    }

    /// The scans and their metadata. Those that were replaced or removed go into `removed`.
    fn link_scans(&mut self) -> Result<(), FileError> {
        for (name, is_folder) in self.entries("source")? {
            let path = format!("source/{name}");
            match PageNumber::of_file(&name) {
                _ if is_folder => self.link_source_folder(&path)?,
                None => self.link(&path, &path)?,
                Some(page) => match self.number_of_kept(page) {
                    None => self.keep_removed(&path, page, &name)?,
                    Some(new) if new == page => self.link(&path, &path)?,
                    Some(new) if PageNumber::of_page_file(&name).is_some() => {
                        self.write_scan_metadata(&path, new)?;
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
                    if let Some(new) = self.number_of_kept(page) {
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
            match PageNumber::of_file_beside(&name) {
                _ if is_folder => self.link_pages(&path, entry)?,
                None if name == "redo.json" => {
                    let bytes = self.read(&path)?;
                    let bytes = self.records(|records| records.redo(&bytes));
                    self.write_or_link(&path, &path, bytes)?;
                }
                None => self.link(&path, &path)?,
                Some(old) => {
                    if let Some((name, _)) = self.aside.get(&old) {
                        self.link(&path, &format!("{REMOVED}/{name}/{path}"))?;
                    }
                    let new = match folder {
                        // It belongs to the scan, not to the page.
                        EXISTING_TEXT => self.number_of_kept(old),
                        _ => self.renumbering.of_page(old).filter(|_| !self.is_superseded(old)),
                    };
                    let Some(new) = new else { continue };
                    let bytes = match entry.filter(|_| PageNumber::of_page_file(&name).is_some()) {
                        Some(entry) if folder == entry.row.name => {
                            let bytes = self.read(&path)?;
                            self.records(|records| records.page(entry, old, new, &bytes))
                        }
                        Some(_) if folder.ends_with("/failed") => {
                            let bytes = self.read(&path)?;
                            self.records(|records| records.failure(new, &bytes))
                        }
                        _ => None,
                    };
                    self.write_or_link(&path, &renamed(&path, old, new), bytes)?;
                }
            }
        }
        Ok(())
    }

    /// A folder of files that a person keeps for pages: they stay with their page, whatever its scan, and are put aside only if it is removed.
    fn link_kept(&self, folder: &str) -> Result<(), FileError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            match PageNumber::of_file_beside(&name) {
                _ if is_folder => {}
                None => self.link(&path, &path)?,
                Some(page) => {
                    // A page without a scan has nothing else that is put aside.
                    let aside = || self.aside.get(&page).map_or_else(|| page.stem(), |(name, _)| name.clone());
                    let new = self.renumbering.of_page(page);
                    let to =
                        new.map_or_else(|| format!("{REMOVED}/{}/{path}", aside()), |new| renamed(&path, page, new));
                    self.link(&path, &to)?;
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
            } else if PageNumber::of_page_file(&name).is_some_and(|page| !self.renumbering.keeps(page)) {
                return Err(EditError::UnknownStage { book: book.clone(), folder: folder.to_owned() });
            } else {
                self.link(&path, &path)?;
            }
        }
        Ok(())
    }

    /// A folder whose files keep their names: the pages that are put aside already, but for the one that comes back, and damaged files.
    fn link_as_it_is(&self, folder: &str) -> Result<(), FileError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            let stem = name.split('.').next().unwrap_or_default();
            if folder == REMOVED && self.restored.is_some_and(|(page, _)| page.name == stem) {
                continue;
            }
            if is_folder { self.link_as_it_is(&path)? } else { self.link(&path, &path)? }
        }
        Ok(())
    }

    /// Keeps a file of a scan that was replaced or removed.
    fn keep_removed(&mut self, path: &str, page: PageNumber, name: &str) -> Result<(), FileError> {
        let Some((kept, _)) = self.aside.get(&page) else { return Ok(()) };
        let extension = name.strip_prefix(&page.stem()).unwrap_or_default();
        let target = format!("{REMOVED}/{kept}{extension}");
        self.link(path, &target)?;
        if extension != ".json" {
            self.kept_scans.push(PathBuf::from(target));
        }
        Ok(())
    }

    /// Whether what stages have made of a page gives way to what they had made of the scan that comes back.
    fn is_superseded(&self, page: PageNumber) -> bool {
        let Some((restored, number)) = self.restored else { return false };
        // Without the scan's own results, those that are there stay: they are stale, or fit by chance.
        number == page
            && self.rescanned.contains(&page)
            && self
                .entries(&format!("{REMOVED}/{}", restored.name))
                .is_ok_and(|found| found.iter().any(|(name, is_folder)| *is_folder && name != EXISTING_TEXT))
    }

    /// Brings back the scan of a page, with its metadata.
    fn restore_scan(&self, page: &RemovedPage, new: PageNumber) -> Result<(), FileError> {
        let scan = page.scan.to_string_lossy();
        let extension = scan.rsplit_once('.').map_or("", |(_, extension)| extension);
        let image = format!("{}.{extension}", new.stem());
        self.link(&scan, &format!("source/{image}"))?;
        let metadata = format!("{REMOVED}/{}.json", page.name);
        if self.from.join(&metadata).exists() {
            let mut metadata = self.json(&metadata)?;
            metadata["page_number"] = new.get().into();
            metadata["image"] = image.into();
            self.staging.write_json_with_checksum(&format!("source/{}.json", new.stem()), &metadata)?;
        }
        Ok(())
    }

    /// Brings back what stages had made of a page. Whether it is still valid is for its fingerprints to say.
    fn restore_pages(&self, page: &RemovedPage, new: PageNumber, stages: &[&Entry]) -> Result<(), FileError> {
        let aside = format!("{REMOVED}/{}", page.name);
        let old = page.page;
        let shifted = |page: PageNumber| PageNumber::new((page.get() + new.get()).checked_sub(old.get())?);
        let mut changed_hashes = ChangedHashes::default();
        let mut records = RecordRenumbering { new_number: &shifted, changed_hashes: &mut changed_hashes };
        for entry in stages {
            let stage = entry.row.name;
            for (name, is_folder) in self.entries(&format!("{aside}/{stage}"))? {
                let path = format!("{stage}/{name}");
                if is_folder {
                    for (failure, _) in self.entries(&format!("{aside}/{path}"))? {
                        let path = format!("{path}/{failure}");
                        let bytes = records.failure(new, &self.read(&format!("{aside}/{path}"))?);
                        self.write_or_link(&format!("{aside}/{path}"), &renamed(&path, old, new), bytes)?;
                    }
                } else {
                    let bytes = records.page(entry, old, new, &self.read(&format!("{aside}/{path}"))?);
                    self.write_or_link(&format!("{aside}/{path}"), &renamed(&path, old, new), bytes)?;
                }
            }
        }
        for folder in PAGE_FOLDERS.into_iter().chain(kept_folders(stages)) {
            for (name, _) in self.entries(&format!("{aside}/{folder}"))? {
                let path = format!("{folder}/{name}");
                self.link(&format!("{aside}/{path}"), &renamed(&path, old, new))?;
            }
        }
        Ok(())
    }

    /// The metadata of a scan for the new number of its page.
    fn write_scan_metadata(&self, path: &str, new: PageNumber) -> Result<(), FileError> {
        let mut metadata = self.json(path)?;
        let old = metadata["page_number"].as_u64().and_then(|number| PageNumber::new(number as u32)).unwrap_or(new);
        metadata["page_number"] = new.get().into();
        if let Some(image) = metadata["image"].as_str() {
            metadata["image"] = renamed(image, old, new).into();
        }
        self.staging.write_json_with_checksum(&format!("source/{}.json", new.stem()), &metadata)
    }

    fn records<T>(&mut self, work: impl FnOnce(&mut RecordRenumbering<'_>) -> T) -> T {
        let new_number = |page: PageNumber| self.renumbering.of_page(page);
        work(&mut RecordRenumbering { new_number: &new_number, changed_hashes: &mut self.changed_hashes })
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

/// A name for the files of a page in `removed`; a number distinguishes it from others of the same page and second.
fn free_name(page: PageNumber, removal: &Removal, taken: &[(String, bool)]) -> String {
    let time: String = removal.when.to_string().replace(':', "").chars().take_while(|c| *c != '.').collect();
    let first = format!("{}_{}", page.stem(), time.trim_end_matches('Z'));
    let others = (2..).map(|nth| format!("{first}_{nth}"));
    let is_free = |name: &String| !taken.iter().any(|(taken, _)| taken.split('.').next() == Some(name));
    std::iter::once(first.clone()).chain(others).find(is_free).unwrap_or(first)
}

fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(FileError::cannot("read", path))
}

/// The folders of the files that a person keeps for pages.
fn kept_folders(stages: &[&Entry]) -> BTreeSet<&'static str> {
    let folder = |input: &ExternalInput| match input {
        ExternalInput::Kept(kept) => Some(kept.folder),
        _ => None,
    };
    stages.iter().flat_map(|entry| entry.row.inputs).filter_map(folder).collect()
}
