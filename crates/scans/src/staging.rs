use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::Serialize;

use crate::file_error::FileError;
use shelf_runtime::book::ScanId;
use shelf_runtime::record::with_checksum;
use shelf_runtime::store::{StoreError, UnfinishedBook, rename_new};

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
    folder: UnfinishedBook,
}

impl Staging {
    /// Makes the hidden folder.
    pub(crate) fn new(root: &Path, id: &ScanId) -> Result<Self, StoreError> {
        Ok(Self { root: root.to_owned(), id: id.clone(), folder: UnfinishedBook::new(root, id)? })
    }

    /// The hidden folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Makes a folder of the book.
    pub(crate) fn make_folder(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.folder.path().join(name);
        fs::create_dir_all(&path).map_err(FileError::cannot("make", &path))?;
        Ok(path)
    }

    /// Writes a JSON file of shelf's own, with the checksum of its fields.
    pub(crate) fn write_json_with_checksum(&self, name: &str, value: &impl Serialize) -> Result<(), FileError> {
        let path = self.folder.path().join(name);
        let value = with_checksum(value).map_err(|error| FileError::cannot("write", &path)(error.into()))?;
        self.write_json(name, &value)
    }

    /// Writes a JSON file of the book, flushed to disk.
    pub(crate) fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), FileError> {
        let path = self.folder.path().join(name);
        let write = || -> io::Result<()> {
            let mut json = serde_json::to_vec_pretty(value)?;
            json.push(b'\n');
            let mut file = File::create_new(&path)?;
            file.write_all(&json)?;
            file.sync_all()
        };
        write().map_err(FileError::cannot("write", &path))
    }

    /// Writes a file of the book, flushed to disk, and makes its folder where it is missing.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let path = self.path_of(name)?;
        let write = || -> io::Result<()> {
            let mut file = File::create_new(&path)?;
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
        // Links of the book are linked as they are; nothing is written where they lead.
        let within = folder.ancestors().take_while(|part| *part != self.folder.path());
        if let Some(link) = within.into_iter().find(|part| part.is_symlink()) {
            return Err(FileError::cannot("write to", link)(io::Error::other("it is a symbolic link")));
        }
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
        match rename_new(self.folder.path(), &target) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(StagingError::Exists { id: self.id });
            }
            moved => moved.map_err(FileError::cannot("make", &target))?,
        }
        // The folder has its name: from here on it must not be deleted.
        self.folder.keep();
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
    fn nothing_is_written_where_a_link_leads() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let staging = Staging::new(root.path(), &"florida".parse().unwrap()).unwrap();
        let link = root.path().join("images");
        std::os::unix::fs::symlink(outside.path(), &link).unwrap();
        staging.link(&link, "images").unwrap();
        let file = root.path().join("page");
        fs::write(&file, "x").unwrap();
        assert!(staging.link(&file, "images/page_0001.png").is_err());
        assert!(staging.write("images/deep/page_0001.png", b"x").is_err());
        std::os::unix::fs::symlink(outside.path().join("new"), staging.path().join("metadata.json")).unwrap();
        assert!(staging.write_json("metadata.json", &1).is_err());
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
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
