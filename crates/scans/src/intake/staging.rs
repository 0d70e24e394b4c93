use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use serde::Serialize;
use tempfile::TempDir;

use super::AddError;
use shelf_runtime::book::ScanId;

const PREFIX: &str = ".adding-";
const LOCK_FILE: &str = ".lock";
/// Held for the moment in which hidden folders come and go, so that none is taken for abandoned before it is locked.
const GUARD_FILE: &str = ".adding.lock";

/// A book in the making: a hidden folder beside the others, which vanishes unless it is published.
pub(crate) struct Staging {
    root: PathBuf,
    id: ScanId,
    folder: TempDir,
    _lock: File,
}

impl Staging {
    /// Makes the hidden folder, and clears away those that processes left when they died.
    pub(crate) fn new(root: &Path, id: &ScanId) -> Result<Self, AddError> {
        let guard_path = root.join(GUARD_FILE);
        let guard = open_lock(&guard_path).map_err(AddError::io("open", &guard_path))?;
        guard.lock().map_err(AddError::io("lock", &guard_path))?;
        clear_abandoned(root).map_err(AddError::io("clear", root))?;
        let mut builder = tempfile::Builder::new();
        let prefix = format!("{PREFIX}{id}-");
        // Temporary folders are made for their owner alone; this one stays, and is as open as any other.
        let made = builder.prefix(&prefix).permissions(fs::Permissions::from_mode(0o777)).tempdir_in(root);
        let folder = made.map_err(AddError::io("make a folder in", root))?;
        let lock_path = folder.path().join(LOCK_FILE);
        let lock = open_lock(&lock_path).map_err(AddError::io("open", &lock_path))?;
        lock.lock().map_err(AddError::io("lock", &lock_path))?;
        Ok(Self { root: root.to_owned(), id: id.clone(), folder, _lock: lock })
    }

    /// Makes a folder of the book.
    pub(crate) fn make_folder(&self, name: &str) -> Result<PathBuf, AddError> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).map_err(AddError::io("make", &path))?;
        Ok(path)
    }

    /// Writes a file of the book, flushed to the disk.
    pub(crate) fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), AddError> {
        let path = self.folder.path().join(name);
        let write = || -> io::Result<()> {
            let mut json = serde_json::to_vec_pretty(value)?;
            json.push(b'\n');
            let mut file = File::create(&path)?;
            file.write_all(&json)?;
            file.sync_all()
        };
        write().map_err(AddError::io("write", &path))
    }

    /// Writes a file of the book, flushed to the disk, and its folder where it is missing.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), AddError> {
        let path = self.place(name)?;
        let write = || -> io::Result<()> {
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(AddError::io("write", &path))
    }

    /// Takes a file of another book, which stays as it is: as a link, or where the file system has none, as a copy.
    pub(crate) fn link(&self, from: &Path, name: &str) -> Result<(), AddError> {
        let path = self.place(name)?;
        if fs::hard_link(from, &path).is_err() {
            self.copy(from, name)?;
        }
        Ok(())
    }

    /// Where a file of the book lies, in a folder that is there.
    fn place(&self, name: &str) -> Result<PathBuf, AddError> {
        let path = self.folder.path().join(name);
        let folder = path.parent().unwrap_or(self.folder.path());
        fs::create_dir_all(folder).map_err(AddError::io("make", folder))?;
        Ok(path)
    }

    /// Copies a file into a folder of the book, flushed to the disk; blocks are shared where the file system can.
    pub(crate) fn copy(&self, from: &Path, name: &str) -> Result<PathBuf, AddError> {
        let path = self.folder.path().join(name);
        let copy = || -> io::Result<()> {
            let mut source = File::open(from)?;
            let mut file = File::create_new(&path)?;
            io::copy(&mut source, &mut file)?;
            file.sync_all()
        };
        copy().map_err(AddError::io("copy to", &path))?;
        Ok(path)
    }

    /// Gives the book its name, in one step; refuses where another book has it by now.
    pub(crate) fn publish(self) -> Result<(), AddError> {
        sync_folders(self.folder.path()).map_err(AddError::io("write", self.folder.path()))?;
        let target = self.root.join(self.id.as_str());
        let moved = match renameat_with(CWD, self.folder.path(), CWD, &target, RenameFlags::NOREPLACE) {
            // Some network file systems cannot promise that nothing is replaced; then it is looked up before.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) if target.symlink_metadata().is_err() => {
                fs::rename(self.folder.path(), &target)
            }
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(Errno::EXIST.into()),
            moved => moved.map_err(io::Error::from),
        };
        match moved {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(AddError::Exists { id: self.id }),
            moved => moved.map_err(AddError::io("make", &target))?,
        }
        // The folder has its name: from here on it must not be removed.
        let _ = self.folder.keep();
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(AddError::io("write", &self.root))
    }
}

impl Staging {
    /// Changes places with the book of this name, in one step; what was the book goes.
    pub(crate) fn take_the_place_of_the_book(self) -> Result<(), AddError> {
        sync_folders(self.folder.path()).map_err(AddError::io("write", self.folder.path()))?;
        let target = self.root.join(self.id.as_str());
        let swapped = renameat_with(CWD, self.folder.path(), CWD, &target, RenameFlags::EXCHANGE);
        swapped.map_err(|error| AddError::io("exchange in one step", &target)(error.into()))?;
        File::open(&self.root).and_then(|root| root.sync_all()).map_err(AddError::io("write", &self.root))
    }
}

fn open_lock(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

/// Removes the hidden folders whose makers hold no lock on them any more.
fn clear_abandoned(root: &Path) -> io::Result<()> {
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

/// Flushes a folder and those in it, so that the names of their files outlive a power cut.
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
    fn what_is_not_published_vanishes() {
        let root = tempfile::tempdir().unwrap();
        let id: ScanId = "florida".parse().unwrap();
        let staging = Staging::new(root.path(), &id).unwrap();
        staging.write_json("metadata.json", &1).unwrap();
        assert_eq!(hidden(root.path()).len(), 1);
        drop(staging);
        assert!(hidden(root.path()).is_empty());
    }

    #[test]
    fn what_a_dead_process_left_is_cleared_and_what_is_in_use_is_not() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(".adding-old-x1");
        fs::create_dir_all(left.join("source")).unwrap();
        fs::write(left.join(LOCK_FILE), "").unwrap();
        let one = Staging::new(root.path(), &"one".parse().unwrap()).unwrap();
        assert!(!left.exists());
        let two = Staging::new(root.path(), &"two".parse().unwrap()).unwrap();
        assert_eq!(hidden(root.path()).len(), 2, "both are being made");
        one.publish().unwrap();
        two.publish().unwrap();
        assert!(hidden(root.path()).is_empty() && root.path().join("one").is_dir() && root.path().join("two").is_dir());
    }

    #[test]
    fn of_two_books_of_one_name_the_second_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let id: ScanId = "florida".parse().unwrap();
        let (first, second) = (Staging::new(root.path(), &id).unwrap(), Staging::new(root.path(), &id).unwrap());
        first.write_json("metadata.json", &1).unwrap();
        first.publish().unwrap();
        assert!(matches!(second.publish(), Err(AddError::Exists { .. })));
        assert!(hidden(root.path()).is_empty());
        assert_eq!(fs::read_to_string(root.path().join("florida/metadata.json")).unwrap(), "1\n");
    }
}
