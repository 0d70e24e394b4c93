use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::StoreError;
use super::file_lock::{HeldLock, open_lock};
use super::folder::io_error;
use super::remove_tree::remove_tree;
use crate::book::ScanId;

const PREFIX: &str = ".adding-";
const LOCK_FILE: &str = ".lock";
/// Held while hidden folders are created and removed, so that none is taken for abandoned before it is locked.
const GUARD_FILE: &str = ".adding.lock";

/// A hidden folder of a library in which a book is built. It is deleted when it is dropped, and by the next process if this one dies.
#[derive(Debug)]
pub struct UnfinishedBook {
    folder: TempDir,
    _lock: HeldLock,
}

impl UnfinishedBook {
    /// Makes the hidden folder in the library `root`, and removes those that dead processes left behind.
    pub fn new(root: &Path, id: &ScanId) -> Result<Self, StoreError> {
        let guard_path = root.join(GUARD_FILE);
        let guard = open_lock(&guard_path).map_err(io_error("open", &guard_path))?;
        guard.lock().map_err(io_error("lock", &guard_path))?;
        remove_abandoned(root)?;
        let mut builder = tempfile::Builder::new();
        let prefix = format!("{PREFIX}{id}-");
        // Temporary folders are private to their owner; this one stays, and gets the usual permissions.
        let made = builder.prefix(&prefix).permissions(Permissions::from_mode(0o777)).tempdir_in(root);
        let folder = made.map_err(io_error("make a folder in", root))?;
        let lock_path = folder.path().join(LOCK_FILE);
        let lock = open_lock(&lock_path).map_err(io_error("open", &lock_path))?;
        lock.lock().map_err(io_error("lock", &lock_path))?;
        Ok(Self { folder, _lock: HeldLock(lock) })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Keeps the folder, which has another name by now.
    pub fn keep(self) {
        let _ = self.folder.keep();
    }
}

/// Removes the hidden folders of processes that died, if there are any. Leaves it to another process that is about to do the same.
pub(super) fn clean_up(root: &Path) -> Result<(), StoreError> {
    if hidden_folders(root)?.is_empty() {
        return Ok(());
    }
    let guard_path = root.join(GUARD_FILE);
    let guard = open_lock(&guard_path).map_err(io_error("open", &guard_path))?;
    match guard.try_lock() {
        Ok(()) => remove_abandoned(root),
        Err(TryLockError::WouldBlock) => Ok(()),
        Err(TryLockError::Error(error)) => Err(io_error("lock", &guard_path)(error)),
    }
}

/// Removes hidden folders that no process has locked. Only for the holder of the guard.
fn remove_abandoned(root: &Path) -> Result<(), StoreError> {
    for path in hidden_folders(root)? {
        let lock_path = path.join(LOCK_FILE);
        // A lock that is not a file, such as a link out of the library, is of no process that is at work.
        let is_file = lock_path.symlink_metadata().is_ok_and(|found| found.is_file());
        let is_abandoned = !is_file || File::open(lock_path).is_ok_and(|lock| lock.try_lock().is_ok());
        if is_abandoned {
            remove_tree(&path, &|| false).map_err(io_error("remove", &path))?;
        }
    }
    Ok(())
}

fn hidden_folders(root: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let list = || -> io::Result<Vec<PathBuf>> {
        let mut folders = Vec::new();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
        Ok(folders)
    };
    list().map_err(io_error("list", root))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unfinished(root: &Path) -> UnfinishedBook {
        UnfinishedBook::new(root, &"florida".parse().unwrap()).unwrap()
    }

    #[test]
    fn an_unfinished_book_is_deleted_unless_it_is_kept() {
        let root = tempfile::tempdir().unwrap();
        drop(unfinished(root.path()));
        assert!(hidden_folders(root.path()).unwrap().is_empty());
        unfinished(root.path()).keep();
        assert_eq!(hidden_folders(root.path()).unwrap().len(), 1);
    }

    #[test]
    fn removes_abandoned_folders_and_keeps_locked_ones() {
        let root = tempfile::tempdir().unwrap();
        let abandon = || {
            let left = root.path().join(".adding-old-x1");
            fs::create_dir_all(left.join("source")).unwrap();
            fs::write(left.join(LOCK_FILE), "").unwrap();
            left
        };
        let left = abandon();
        let _one = unfinished(root.path());
        assert!(!left.exists());
        let left = abandon();
        clean_up(root.path()).unwrap();
        assert!(!left.exists());
        assert_eq!(hidden_folders(root.path()).unwrap().len(), 1, "it is still locked");
    }

    #[test]
    fn leaves_the_clean_up_to_a_process_that_is_at_it() {
        let root = tempfile::tempdir().unwrap();
        let left = root.path().join(".adding-old-x1");
        fs::create_dir_all(&left).unwrap();
        let guard = open_lock(&root.path().join(GUARD_FILE)).unwrap();
        guard.lock().unwrap();
        clean_up(root.path()).unwrap();
        assert!(left.exists());
        drop(guard);
        clean_up(root.path()).unwrap();
        assert!(!left.exists());
    }

    #[test]
    fn a_folder_whose_lock_leads_out_of_the_library_is_abandoned() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
        let left = root.path().join(".adding-old-x1");
        fs::create_dir(&left).unwrap();
        std::os::unix::fs::symlink(outside.path(), left.join(LOCK_FILE)).unwrap();
        let held = File::open(outside.path()).unwrap();
        held.lock().unwrap();
        clean_up(root.path()).unwrap();
        assert!(!left.exists() && outside.path().exists());
    }

    #[test]
    fn a_lock_file_that_is_a_link_is_not_followed() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = outside.path().join("made");
        std::os::unix::fs::symlink(&target, root.path().join(GUARD_FILE)).unwrap();
        assert!(UnfinishedBook::new(root.path(), &"florida".parse().unwrap()).is_err());
        assert!(!target.exists());
    }
}
