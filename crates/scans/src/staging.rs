use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use serde::Serialize;
use tempfile::TempDir;

use crate::file_error::FileError;
use shelf_runtime::book::ScanId;

const PREFIX: &str = ".adding-";
const LOCK_FILE: &str = ".lock";
/// Held while hidden folders are created and removed, so that none is taken for abandoned before it is locked.
const GUARD_FILE: &str = ".adding.lock";

/// Why a book could not be published.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StagingError {
    /// A book has this id already.
    #[error("a book `{id}` exists already")]
    Exists {
        /// The id.
        id: ScanId,
    },
    /// A file or folder cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A book until it is complete: a hidden folder beside the others, which is deleted unless it is published.
pub(crate) struct Staging {
    root: PathBuf,
    id: ScanId,
    folder: TempDir,
    _lock: File,
}

impl Staging {
    /// Makes the hidden folder, and removes those that dead processes left behind.
    pub(crate) fn new(root: &Path, id: &ScanId) -> Result<Self, FileError> {
        let guard_path = root.join(GUARD_FILE);
        let guard = open_lock(&guard_path).map_err(FileError::cannot("open", &guard_path))?;
        guard.lock().map_err(FileError::cannot("lock", &guard_path))?;
        remove_abandoned(root).map_err(FileError::cannot("clean up", root))?;
        let mut builder = tempfile::Builder::new();
        let prefix = format!("{PREFIX}{id}-");
        // Temporary folders are private to their owner; this one stays, and gets the usual permissions.
        let made = builder.prefix(&prefix).permissions(fs::Permissions::from_mode(0o777)).tempdir_in(root);
        let folder = made.map_err(FileError::cannot("make a folder in", root))?;
        let lock_path = folder.path().join(LOCK_FILE);
        let lock = open_lock(&lock_path).map_err(FileError::cannot("open", &lock_path))?;
        lock.lock().map_err(FileError::cannot("lock", &lock_path))?;
        Ok(Self { root: root.to_owned(), id: id.clone(), folder, _lock: lock })
    }

    /// Makes a folder of the book.
    pub(crate) fn make_folder(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).map_err(FileError::cannot("make", &path))?;
        Ok(path)
    }

    /// Writes a JSON file of the book, flushed to disk.
    pub(crate) fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), FileError> {
        let path = self.folder.path().join(name);
        let write = || -> io::Result<()> {
            let mut json = serde_json::to_vec_pretty(value)?;
            json.push(b'\n');
            let mut file = File::create(&path)?;
            file.write_all(&json)?;
            file.sync_all()
        };
        write().map_err(FileError::cannot("write", &path))
    }

    /// Writes a file of the book, flushed to disk, and makes its folder where it is missing.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path_of(name)?;
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(FileError::cannot("write", &path))
    }

    /// Takes over a file of another book: as a hard link, or as a copy where the file system has no links.
    pub(crate) fn link(&self, from: &Path, name: &str) -> Result<(), FileError> {
        let path = self.path_of(name)?;
        if fs::hard_link(from, &path).is_err() {
            self.copy(from, name)?;
        }
        Ok(())
    }

    /// The path of a file of the book; its folder is made where it is missing.
    fn path_of(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.folder.path().join(name);
        let folder = path.parent().unwrap_or(self.folder.path());
        fs::create_dir_all(folder).map_err(FileError::cannot("make", folder))?;
        Ok(path)
    }

    /// Copies a file into a folder of the book, flushed to disk; the file system may share blocks.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<PathBuf, FileError> {
        let path = self.folder.path().join(name);
        let copy = || -> io::Result<()> {
            let mut source = File::open(from)?;
            let mut file = File::create_new(&path)?;
            io::copy(&mut source, &mut file)?;
            file.sync_all()
        };
        copy().map_err(FileError::cannot("copy to", &path))?;
        Ok(path)
    }

    /// Gives the book its name, in one step; an error where another book has taken it meanwhile.
    pub(crate) fn publish(self) -> Result<(), StagingError> {
        sync_folders(self.folder.path()).map_err(FileError::cannot("write", self.folder.path()))?;
        let target = self.root.join(self.id.as_str());
        let moved = match renameat_with(CWD, self.folder.path(), CWD, &target, RenameFlags::NOREPLACE) {
            // Some network file systems cannot rename without replacing; there it is checked beforehand.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if target.symlink_metadata().is_err() => {
                fs::rename(self.folder.path(), &target)
            }
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(Errno::EXIST.into()),
            moved => moved.map_err(io::Error::from),
        };
        match moved {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StagingError::Exists { id: self.id });
            }
            moved => moved.map_err(FileError::cannot("make", &target))?,
        }
        // The folder has its name: from here on it must not be deleted.
        let _ = self.folder.keep();
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(FileError::cannot("write", &self.root))?;
        Ok(())
    }

    /// Exchanges the folder with that of the book, in one step; the old one is deleted.
    pub(crate) fn replace_book(self) -> Result<(), FileError> {
        sync_folders(self.folder.path()).map_err(FileError::cannot("write", self.folder.path()))?;
        let target = self.root.join(self.id.as_str());
        let swapped = renameat_with(CWD, self.folder.path(), CWD, &target, RenameFlags::EXCHANGE);
        swapped.map_err(|error| FileError::cannot("exchange in one step", &target)(error.into()))?;
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(FileError::cannot("write", &self.root))
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Removes hidden folders that no process has locked.
fn remove_abandoned(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        let is_hidden_book = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !is_hidden_book || !path.symlink_metadata()?.is_dir() {
            continue;
        }
        let is_abandoned = match File::open(path.join(LOCK_FILE)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => true,
        };
        if is_abandoned {
            fs::remove_dir_all(&path)?;
        }
    }
    Ok(())
}

/// Flushes a folder and its subfolders, so that the names of their files survive a power cut.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(root: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.is_dir() && path.file_name().unwrap().to_string_lossy().starts_with('.')).collect()
    }

    #[test]
    fn unpublished_book_is_deleted() {
        let root = tempfile::tempdir().unwrap();
        let id: ScanId = "florida".parse().unwrap();
        let staging = Staging::new(root.path(), &id).unwrap();
        staging.write_json("metadata.json", &1).unwrap();
        assert_eq!(hidden(root.path()).len(), 1);
        drop(staging);
        assert!(hidden(root.path()).is_empty());
    }

    #[test]
    fn removes_abandoned_folders_and_keeps_locked_ones() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(".adding-old-x1");
        fs::create_dir_all(left.join("source")).unwrap();
        fs::write(left.join(LOCK_FILE), "").unwrap();
        let one = Staging::new(root.path(), &"one".parse().unwrap()).unwrap();
        assert!(!left.exists());
        let two = Staging::new(root.path(), &"two".parse().unwrap()).unwrap();
        assert_eq!(hidden(root.path()).len(), 2, "both are still locked");
        one.publish().unwrap();
        two.publish().unwrap();
        assert!(hidden(root.path()).is_empty() && root.path().join("one").is_dir() && root.path().join("two").is_dir());
    }

    #[test]
    fn rejects_second_book_of_same_name() {
        let root = tempfile::tempdir().unwrap();
        let id: ScanId = "florida".parse().unwrap();
        let (first, second) = (Staging::new(root.path(), &id).unwrap(), Staging::new(root.path(), &id).unwrap());
        first.write_json("metadata.json", &1).unwrap();
        first.publish().unwrap();
        assert!(matches!(second.publish(), Err(StagingError::Exists { .. })));
        assert!(hidden(root.path()).is_empty());
        assert_eq!(fs::read_to_string(root.path().join("florida/metadata.json")).unwrap(), "1\n");
    }
}
