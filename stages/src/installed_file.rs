//! Files outside the library that pages are made with: dictionaries, Tesseract's language data.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use shelf::record::Hash;

/// A file as it was when it was hashed.
#[derive(Clone, PartialEq, Eq)]
struct Version {
    size: u64,
    modified: Option<SystemTime>,
}

/// The hash of a file's bytes. A process reads a file once, and again if its size or time of modification has changed.
///
/// # Errors
/// It cannot be read.
pub(crate) fn hash_of_file(path: &Path) -> std::io::Result<Hash> {
    static HASHES: Mutex<Option<HashMap<PathBuf, (Version, Hash)>>> = Mutex::new(None);
    let metadata = std::fs::metadata(path)?;
    let version = Version { size: metadata.len(), modified: metadata.modified().ok() };
    let mut hashes = HASHES.lock().unwrap_or_else(PoisonError::into_inner);
    let hashes = hashes.get_or_insert_default();
    match hashes.get(path) {
        Some((known, hash)) if *known == version => Ok(hash.clone()),
        _ => {
            let hash = Hash::of(&std::fs::read(path)?);
            hashes.insert(path.to_owned(), (version, hash.clone()));
            Ok(hash)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::hash_of_file;

    #[test]
    fn a_changed_file_is_hashed_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("words.dic");
        std::fs::write(&file, "1\nship\n").unwrap();
        let before = hash_of_file(&file).unwrap();
        assert_eq!(hash_of_file(&file).unwrap(), before);
        std::fs::write(&file, "2\nship\nsea\n").unwrap();
        assert_ne!(hash_of_file(&file).unwrap(), before);
        assert!(hash_of_file(&folder.path().join("missing.dic")).is_err());
    }
}
