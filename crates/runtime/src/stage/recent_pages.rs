use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;
use crate::store::BookPath;

/// The page files that a run has recently written or read, so that dependent stages need not open them again. No other process
/// changes them, because the run has locked the book.
#[derive(Default)]
pub(crate) struct RecentPages {
    files: Mutex<Files>,
    /// For each file that is being read, the lock of the thread that reads it; others wait for it.
    reading: Mutex<BTreeMap<BookPath, Arc<Mutex<()>>>>,
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
        if let Some(contents) = self.cached(path) {
            return Ok(contents);
        }
        let turn = Arc::clone(self.reading().entry(path.clone()).or_default());
        // Poisoned if `read` panicked, which does not concern the next one.
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(contents) = self.cached(path) {
            return Ok(contents);
        }
        let contents = read().map(Arc::<[u8]>::from);
        if let Ok(contents) = &contents {
            self.files().insert(path, Arc::clone(contents));
        }
        self.reading().remove(path);
        contents
    }

    fn cached(&self, path: &BookPath) -> Option<Arc<[u8]>> {
        self.files().by_path.get(path).map(Arc::clone)
    }

    fn reading(&self) -> std::sync::MutexGuard<'_, BTreeMap<BookPath, Arc<Mutex<()>>>> {
        self.reading.lock().expect("no panic while a turn is taken")
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
    fn a_file_is_read_once_by_threads_that_need_it_at_the_same_time() {
        let recent = RecentPages::default();
        let path = BookPath::new(&"a-book".parse().unwrap(), "ocr/page_0001.json").unwrap();
        let reads = std::sync::atomic::AtomicUsize::new(0);
        let all_here = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    all_here.wait();
                    let read = || {
                        reads.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        std::thread::sleep(std::time::Duration::from_millis(20));
                        Ok(b"{}".to_vec())
                    };
                    assert_eq!(&*recent.get(&path, read).unwrap(), b"{}");
                });
            }
        });
        assert_eq!(reads.into_inner(), 1);
        assert!(recent.reading().is_empty());
    }

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
