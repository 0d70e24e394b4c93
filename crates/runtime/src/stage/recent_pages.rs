use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use crate::failure::Failure;
use crate::store::BookPath;

/// The page files that a run has recently written or read, so that dependent stages need not open them again. No other process
/// changes them, because the run has locked the book.
#[derive(Default)]
pub(crate) struct RecentPages {
    files: Mutex<Files>,
}

#[derive(Default)]
struct Files {
    by_path: BTreeMap<BookPath, Arc<[u8]>>,
    /// Oldest first.
    order: VecDeque<BookPath>,
    bytes: usize,
}

/// Capacity, bytes: about 300 pages of text with boxes. A page goes through all stages before the next is begun, so
/// most dependent stages find it here.
const LIMIT_BYTES: usize = 32 << 20;

impl RecentPages {
    /// Adds the contents of a file that was just written.
    pub(crate) fn written(&self, path: &BookPath, contents: &[u8]) {
        self.files().insert(path, contents.into());
    }

    /// The contents of a file; calls `read` if it is not cached.
    pub(crate) fn get(
        &self,
        path: &BookPath,
        read: impl FnOnce() -> Result<Vec<u8>, Failure>,
    ) -> Result<Arc<[u8]>, Failure> {
        if let Some(contents) = self.files().by_path.get(path) {
            return Ok(Arc::clone(contents));
        }
        let contents: Arc<[u8]> = read()?.into();
        self.files().insert(path, Arc::clone(&contents));
        Ok(contents)
    }

    fn files(&self) -> std::sync::MutexGuard<'_, Files> {
        self.files.lock().expect("no panic while a file is inserted")
    }
}

impl Files {
    fn insert(&mut self, path: &BookPath, contents: Arc<[u8]>) {
        self.bytes += contents.len();
        match self.by_path.insert(path.clone(), contents) {
            Some(old) => self.bytes -= old.len(),
            None => self.order.push_back(path.clone()),
        }
        while self.bytes > LIMIT_BYTES
            && let Some(oldest) = self.order.pop_front()
        {
            self.bytes -= self.by_path.remove(&oldest).map_or(0, |contents| contents.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_files_go_first_and_a_file_is_read_once() {
        let recent = RecentPages::default();
        let book = "a-book".parse().unwrap();
        let path = |page: u32| BookPath::new(&book, &format!("ocr/page_{page:04}.json")).unwrap();
        let mebibyte = vec![b' '; 1 << 20];
        for page in 1..=32 {
            recent.written(&path(page), &mebibyte);
        }
        recent.written(&path(32), b"another");
        let reads = |page: u32| {
            let mut was_read = false;
            let read = || {
                was_read = true;
                Ok(mebibyte.clone())
            };
            recent.get(&path(page), read).unwrap();
            was_read
        };
        assert!(!reads(1), "31 MiB and a few bytes are within the limit");
        assert!(reads(33), "it was not written");
        assert!(reads(1) && !reads(33), "it took the place of the oldest");
    }
}
