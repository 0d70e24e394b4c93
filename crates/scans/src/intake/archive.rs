use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::AddError;
use super::discover::DiscoveredFiles;
use super::free_space::check_free_space;
use crate::file_error::FileError;
use crate::formats::file_format::{FileFormat, has_page_extension};
use crate::natural_order::natural_order;
use crate::scan::source::InputFile;
use crate::staging::Staging;
use shelf_runtime::book::ScanId;
use shelf_runtime::failure::Failure;
use shelf_runtime::worker::{Allowance, Task, WorkerPool, worker_task};

/// The scans in a ZIP archive (`.zip`, `.cbz`).
#[derive(Debug, Default, Serialize, Deserialize)]
struct Contents {
    scans: Vec<ArchivedScan>,
    /// Names of other files.
    skipped: Vec<PathBuf>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ArchivedScan {
    /// Its number in the archive's directory.
    index: usize,
    /// Its path in the archive, which leads nowhere else.
    path: PathBuf,
    /// Its size when it is unpacked, as the archive states it.
    bytes: u64,
}

/// A scan that a worker process is to unpack.
#[derive(Debug, Serialize, Deserialize)]
struct UnpackRequest {
    archive: PathBuf,
    scan: ArchivedScan,
    /// The file to write; its folder exists.
    to: PathBuf,
}

static LIST: Task<PathBuf, Contents> = Task::new("intake.list_archive", list);
worker_task!(LIST);
static UNPACK: Task<UnpackRequest, ()> = Task::new("intake.unpack", unpack);
worker_task!(UNPACK);

fn list(archive: PathBuf) -> Result<Contents, Failure> {
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    let mut contents = Contents::default();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if !entry.is_file() {
            continue;
        }
        let Some(path) = entry.enclosed_name() else {
            contents.skipped.push(PathBuf::from(String::from_utf8_lossy(entry.name_raw()).into_owned()));
            continue;
        };
        let is_hidden = |part: &std::ffi::OsStr| part == "__MACOSX" || part.to_string_lossy().starts_with('.');
        if path.iter().any(is_hidden) {
            continue;
        }
        if has_page_extension(&path) {
            contents.scans.push(ArchivedScan { index, path, bytes: entry.size() });
        } else {
            contents.skipped.push(path);
        }
    }
    Ok(contents)
}

fn unpack(request: UnpackRequest) -> Result<(), Failure> {
    let UnpackRequest { archive, scan, to } = request;
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    let entry = archive.by_index(scan.index)?;
    let written = io::copy(&mut entry.take(scan.bytes.saturating_add(1)), &mut File::create_new(to)?)?;
    if written != scan.bytes {
        let path = scan.path.display();
        return Err(Failure::new(format!("{path} is damaged: the archive states {} bytes for it", scan.bytes)));
    }
    Ok(())
}

/// Puts the scans of archives in the place of the archives. They are read from the folder that is returned; it is deleted when it is dropped.
pub(super) fn unpack_archives(
    discovered: &mut DiscoveredFiles,
    inputs: &[PathBuf],
    root: &Path,
    id: &ScanId,
    worker_pool: &WorkerPool,
) -> Result<Option<Staging>, AddError> {
    if discovered.files.iter().all(|file| file.format != FileFormat::Zip) {
        return Ok(None);
    }
    let unpacked = Staging::new(root, id)?;
    let mut files = Vec::new();
    for (number, file) in std::mem::take(&mut discovered.files).into_iter().enumerate() {
        if file.format != FileFormat::Zip {
            files.push(file);
            continue;
        }
        let unreadable = |failure| AddError::Unreadable { file: file.path.clone(), failure: Box::new(failure) };
        let archive = std::path::absolute(&file.path).map_err(FileError::cannot("find", &file.path))?;
        let found = worker_pool.call(&LIST, archive.clone(), Allowance::default()).map_err(unreadable)?;
        if found.scans.is_empty() {
            if inputs.contains(&file.path) {
                let problem = Failure::new("no scans are in it: expected an archive of PDF, TIFF, JPEG or PNG files");
                return Err(unreadable(problem.hint("save an office document as PDF first")));
            }
            discovered.skipped.push(file.path);
            continue;
        }
        check_free_space(root, found.scans.iter().map(|scan| scan.bytes).sum())?;
        let archive_name = file.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut scans = Vec::new();
        for scan in found.scans {
            let inner = scan.path.parent().unwrap_or(Path::new(""));
            let folder = unpacked.make_folder(&format!("{number}/{}", inner.display()))?;
            let to = folder.join(scan.path.file_name().expect("a file has a name"));
            let allowance = Allowance::pixels(scan.bytes);
            let request = UnpackRequest { archive: archive.clone(), scan, to: to.clone() };
            worker_pool.call(&UNPACK, request, allowance).map_err(unreadable)?;
            scans.push(InputFile { archive: Some(archive_name.clone()), ..InputFile::detect(&to)? });
        }
        scans.sort_by(|a, b| natural_order(&a.path, &b.path));
        files.extend(scans);
        discovered.skipped.extend(found.skipped);
    }
    discovered.files = files;
    Ok(Some(unpacked))
}
