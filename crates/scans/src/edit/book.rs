use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::numbering::Numbering;
use super::pages::{Moved, Rehashed, renamed};
use super::{Change, MendError};
use crate::intake::gather::InputFile;
use crate::intake::kind::kind_of;
use crate::intake::opened::FilePage;
use crate::intake::plan::{Planned, plan};
use crate::intake::records::Records;
use crate::intake::scan::{Scan, ScanOrder, WRITE_SCAN};
use crate::intake::source::{Source, inspect_all};
use crate::intake::staging::Staging;
use crate::turn::Turn;
use shelf_runtime::book::{BookMetadata, Origin, PageNumber, ScanId};
use shelf_runtime::clock::now;
use shelf_runtime::inspect::{BookState, look, metadata};
use shelf_runtime::registry::{Entry, Registry};
use shelf_runtime::report;
use shelf_runtime::store::{FolderStore, Store};
use shelf_runtime::worker::{Allowance, WorkerPool};

/// What became of a book that was mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The pages that have a new scan, by their new numbers.
    pub new: Vec<PageNumber>,
    /// Where the scans lie that are no pages any more, from the book's folder.
    pub kept: Vec<PathBuf>,
    /// Pages that have another number than before.
    pub moved: usize,
    /// Pages in the book now.
    pub pages: u32,
}

/// Where scans go that are no pages any more.
const REMOVED: &str = "removed";
/// Resolution at which pages of a PDF are drawn that are no scans, dots per inch.
const DRAWN_DPI: u32 = 300;

/// Mends a book: all of the change, or nothing. Pages that are not touched keep their records, and are not made again.
pub fn mend(
    store: &FolderStore,
    registry: &Registry,
    worker_pool: &WorkerPool,
    book: &ScanId,
    change: &Change,
) -> Result<Mended, MendError> {
    metadata(store, book)?;
    let _lock = store.lock(book)?;
    let state = look(store, registry, book)?;
    let last = state.pages.last().map_or(0, |page| page.get());
    check(&state, change, last)?;
    let sources = sources_of(change, worker_pool)?;
    let staging = Staging::new(store.root(), book)?;
    let folder = staging.make_folder("source")?;
    let mut records = Records::new(&staging, &folder);
    let mut new = Vec::new();
    match change {
        Change::Replace { page, .. } | Change::Insert { page, .. } => {
            // Whoever mends a single page has looked at it: nothing is split here.
            for (number, planned) in (page.get()..).filter_map(PageNumber::new).zip(plan(&sources, None)) {
                let scan = write_scan(worker_pool, &planned, &folder, number)?;
                records.write(number, planned.origin(), Ok(scan))?;
                new.push(number);
            }
        }
        Change::Rotate { page, turn } => {
            let (scan, origin) = turned(store, worker_pool, &state, *page, *turn, &folder)?;
            records.write(*page, origin, Ok(scan))?;
            new.push(*page);
        }
        Change::Drop { .. } => {}
    }
    let numbering = Numbering::of(change, new.len() as u32);
    let mut carried = Carried {
        from: store.book_folder(book),
        staging: &staging,
        numbering: &numbering,
        rescanned: if matches!(change, Change::Insert { .. }) {
            BTreeSet::new()
        } else {
            new.iter().copied().collect()
        },
        when: now().replace(':', "").chars().take_while(|c| *c != '.').collect(),
        rehashed: Rehashed::default(),
        kept: Vec::new(),
    };
    carried.book(registry)?;
    let kept = carried.kept;
    let put_in = if let Change::Insert { .. } = change { new.len() as u32 } else { 0 };
    let dropped = state.pages.iter().filter(|page| numbering.of_page(**page).is_none()).count() as u32;
    let pages = last + put_in - dropped;
    let mut source_files = state.metadata.source_files.clone();
    for source in &sources {
        if !source_files.contains(&source.name) {
            source_files.push(source.name.clone());
        }
    }
    staging
        .write_json("metadata.json", &BookMetadata { total_pages: pages, source_files, ..state.metadata.clone() })?;
    staging.take_the_place_of_the_book()?;
    for entry in registry.stages() {
        if store.read(&report::path(book, entry.row.name).expect("a stage's name is a folder"))?.is_some() {
            report::write(store, book, &report::read(store, entry, book)?)?;
        }
    }
    let moved =
        state.pages.iter().filter(|page| numbering.of_page(**page).is_some() && !numbering.keeps(**page)).count();
    Ok(Mended { new, kept, moved, pages })
}

/// Refuses what names no page of the book.
fn check(state: &BookState, change: &Change, last: u32) -> Result<(), MendError> {
    let there = |page: PageNumber| {
        if page.get() <= last { Ok(()) } else { Err(MendError::NoPage { book: state.id.clone(), page, last }) }
    };
    match change {
        Change::Replace { page, .. } => there(*page),
        // One behind the last page is the place for another at the end.
        Change::Insert { page, .. } if page.get() > last + 1 => {
            Err(MendError::Gap { book: state.id.clone(), page: *page, last })
        }
        Change::Rotate { page, .. } if !state.scans.contains_key(page) => {
            there(*page).and(Err(MendError::NoScan(*page)))
        }
        Change::Insert { .. } | Change::Rotate { .. } => Ok(()),
        Change::Drop { pages } if pages.len() as u32 >= last => Err(MendError::NothingLeft { book: state.id.clone() }),
        Change::Drop { pages } => pages.iter().try_for_each(|page| there(*page)),
    }
}

/// The files that new scans come from, looked through.
fn sources_of(change: &Change, worker_pool: &WorkerPool) -> Result<Vec<Source>, MendError> {
    let files: Vec<&PathBuf> = match change {
        Change::Replace { file, .. } => vec![file],
        Change::Insert { files, .. } => files.iter().collect(),
        Change::Drop { .. } | Change::Rotate { .. } => Vec::new(),
    };
    let input = |path: &&PathBuf| {
        let kind = kind_of(path).map_err(MendError::io("read", path))?;
        Ok(InputFile { path: (*path).clone(), kind })
    };
    let inputs = files.iter().map(input).collect::<Result<Vec<_>, MendError>>()?;
    let sources = inspect_all(inputs, worker_pool, DRAWN_DPI, &false.into())?;
    match (change, sources.as_slice()) {
        (Change::Replace { file, .. }, [source]) if source.pictures.len() != 1 => {
            Err(MendError::SeveralPages { file: file.clone(), pages: source.pictures.len() })
        }
        _ => Ok(sources),
    }
}

fn write_scan(
    worker_pool: &WorkerPool,
    page: &Planned<'_>,
    folder: &Path,
    number: PageNumber,
) -> Result<Scan, MendError> {
    let from = page.file.page(page.page, DRAWN_DPI);
    let order = ScanOrder { from, cut: None, turn: None, folder: folder.to_owned(), number };
    let refused = |failure| MendError::Scan { file: page.file.input.path.clone(), failure: Box::new(failure) };
    worker_pool.call(&WRITE_SCAN, order, Allowance::pixels(page.sketch().pixels)).map_err(refused)
}

fn turned(
    store: &FolderStore,
    worker_pool: &WorkerPool,
    state: &BookState,
    page: PageNumber,
    turn: Turn,
    folder: &Path,
) -> Result<(Scan, Origin), MendError> {
    let scan = state.scans.get(&page).ok_or(MendError::NoScan(page))?;
    let file = store.book_folder(&state.id).join("source").join(&scan.image);
    let kind = kind_of(&file).map_err(MendError::io("read", &file))?;
    let from = FilePage { file: file.clone(), kind, page: 1, dpi: DRAWN_DPI };
    let order = ScanOrder { from, cut: None, turn: Some(turn), folder: folder.to_owned(), number: page };
    let pixels = scan.page.as_ref().map_or(0, |noted| u64::from(noted.width) * u64::from(noted.height));
    let refused = |failure| MendError::Scan { file, failure: Box::new(failure) };
    let written = worker_pool.call(&WRITE_SCAN, order, Allowance::pixels(pixels)).map_err(refused)?;
    let origin = scan.page.as_ref().map(|noted| noted.origin.clone());
    Ok((written, origin.unwrap_or_else(|| Origin { file: scan.image.clone(), page: None, half: None })))
}

/// A book's files on their way into its mended folder.
struct Carried<'a> {
    from: PathBuf,
    staging: &'a Staging,
    numbering: &'a Numbering,
    /// Pages whose scan is another now.
    rescanned: BTreeSet<PageNumber>,
    /// In the names of scans that are no pages any more.
    when: String,
    rehashed: Rehashed,
    kept: Vec<PathBuf>,
}

impl Carried<'_> {
    fn book(&mut self, registry: &Registry) -> Result<(), MendError> {
        let stages: Vec<&Entry> = registry.stages().iter().map(AsRef::as_ref).collect();
        for (name, is_folder) in self.entries("")? {
            match name.as_str() {
                ".lock" | "metadata.json" => {}
                _ if !is_folder => self.link(&name, &name)?,
                "source" => self.scans()?,
                "images" => self.folder("images", None)?,
                _ if stages.iter().any(|entry| entry.row.name == name) => {}
                _ => self.foreign(&name)?,
            }
        }
        // Dependencies first: a page's record holds the hashes of what it was made from.
        for entry in stages {
            self.folder(entry.row.name, Some(entry))?;
        }
        Ok(())
    }

    /// Files by name, and whether each is a folder; none where the folder is missing.
    fn entries(&self, folder: &str) -> Result<Vec<(String, bool)>, MendError> {
        let path = self.from.join(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(MendError::io("list", &path)(error)),
        };
        let named = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.file_type()?.is_dir()))
        };
        let mut named = entries.map(named).collect::<io::Result<Vec<_>>>().map_err(MendError::io("list", &path))?;
        named.sort();
        Ok(named)
    }

    /// The scans and what is noted of them. Those that are no pages any more go aside.
    fn scans(&mut self) -> Result<(), MendError> {
        for (name, is_folder) in self.entries("source")? {
            let path = format!("source/{name}");
            match PageNumber::of_file(&name) {
                _ if is_folder => self.source_folder(&path)?,
                None => self.link(&path, &path)?,
                Some(page) => match self.numbering.of_page(page).filter(|_| !self.rescanned.contains(&page)) {
                    None => self.put_aside(&path, page, &name)?,
                    Some(new) if new == page => self.link(&path, &path)?,
                    Some(new) if PageNumber::of_page_file(&name).is_some() => {
                        let mut note = self.json(&path)?;
                        note["page_number"] = new.get().into();
                        if let Some(image) = note["image"].as_str() {
                            note["image"] = renamed(image, page, new).into();
                        }
                        self.staging.write_json(&renamed(&path, page, new), &note)?;
                    }
                    Some(new) => self.link(&path, &renamed(&path, page, new))?,
                },
            }
        }
        Ok(())
    }

    /// `source/failed`: what is noted of pages that could not be read. Other folders stay as they are.
    fn source_folder(&mut self, folder: &str) -> Result<(), MendError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            match PageNumber::of_page_file(&name) {
                _ if is_folder => self.source_folder(&path)?,
                Some(page) if folder == "source/failed" => {
                    if let Some(new) = self.numbering.of_page(page).filter(|_| !self.rescanned.contains(&page)) {
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

    /// A folder whose page files move: a stage's, or that of the figures.
    fn folder(&mut self, folder: &str, entry: Option<&Entry>) -> Result<(), MendError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            match page_of(&name) {
                _ if is_folder => self.folder(&path, entry)?,
                None if name == "redo.json" => {
                    let moved = Moved { numbering: self.numbering, rehashed: &mut self.rehashed };
                    let bytes = moved.redo(&read(&self.from.join(&path))?);
                    self.write_or_link(&path, &path, bytes)?;
                }
                None => self.link(&path, &path)?,
                Some(old) => {
                    let Some(new) = self.numbering.of_page(old) else { continue };
                    let mut moved = Moved { numbering: self.numbering, rehashed: &mut self.rehashed };
                    let bytes = match entry.filter(|_| PageNumber::of_page_file(&name).is_some()) {
                        Some(entry) if folder == entry.row.name => {
                            moved.page(entry, old, new, &read(&self.from.join(&path))?)
                        }
                        Some(_) if folder.ends_with("/failed") => moved.failure(new, &read(&self.from.join(&path))?),
                        _ => None,
                    };
                    self.write_or_link(&path, &renamed(&path, old, new), bytes)?;
                }
            }
        }
        Ok(())
    }

    /// A folder that belongs to no stage of this program: it stays, unless it holds pages whose numbers would move.
    fn foreign(&mut self, folder: &str) -> Result<(), MendError> {
        for (name, is_folder) in self.entries(folder)? {
            let path = format!("{folder}/{name}");
            if is_folder {
                self.foreign(&path)?;
            } else if folder != REMOVED
                && PageNumber::of_page_file(&name).is_some_and(|page| !self.numbering.keeps(page))
            {
                return Err(MendError::UnknownStage { folder: folder.to_owned() });
            } else {
                self.link(&path, &path)?;
            }
        }
        Ok(())
    }

    /// Keeps a scan that is no page any more, beside others of its page that went in the same second.
    fn put_aside(&mut self, path: &str, page: PageNumber, name: &str) -> Result<(), MendError> {
        let extension = name.strip_prefix(&page.stem()).unwrap_or_default();
        let first = format!("{REMOVED}/{}_{}{extension}", page.stem(), self.when);
        let others = (2..).map(|nth| format!("{REMOVED}/{}_{}_{nth}{extension}", page.stem(), self.when));
        let is_free = |aside: &String| !self.from.join(aside).exists();
        let aside = std::iter::once(first).chain(others).find(is_free).expect("there are finitely many files");
        self.link(path, &aside)?;
        if extension != ".json" {
            self.kept.push(PathBuf::from(aside));
        }
        Ok(())
    }

    fn json(&self, path: &str) -> Result<serde_json::Value, MendError> {
        let path = self.from.join(path);
        serde_json::from_slice(&read(&path)?).map_err(|error| MendError::io("read", &path)(error.into()))
    }

    /// Writes a file of the mended book, or takes the old one where there is nothing new to write.
    fn write_or_link(&self, old: &str, new: &str, bytes: Option<Vec<u8>>) -> Result<(), MendError> {
        match bytes {
            Some(bytes) => Ok(self.staging.write(new, &bytes)?),
            None => self.link(old, new),
        }
    }

    /// The same file under its new name, without copying it where the file system can.
    fn link(&self, old: &str, new: &str) -> Result<(), MendError> {
        Ok(self.staging.link(&self.from.join(old), new)?)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, MendError> {
    fs::read(path).map_err(MendError::io("read", path))
}

/// The page of a file such as `page_0012.json` or `page_0012_img_001.png`.
fn page_of(name: &str) -> Option<PageNumber> {
    let digits = name.strip_prefix("page_")?.split(['.', '_']).next()?;
    PageNumber::of_file(&format!("page_{digits}.json"))
}
