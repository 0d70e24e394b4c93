use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use rustix::fs::OFlags;

use super::StoreError;
use super::file_lock::{HeldLock, open_lock};
use super::folder::{FolderStore, io_error};
use super::ledger_chain::Link;
use super::ledger_ends::LedgerEnds;
use super::ledger_files::ended_name;
use super::rename::sync_folder;
use crate::book::ScanId;

/// Locked by the process that writes the files of this number: `.writer-1`.
const WRITER_LOCK: &str = ".writer-";
/// The most bytes that are searched for the last line of a file.
const TAIL: u64 = 1 << 20;

/// The files of finished calls that this process writes: of each book one, which no other process writes meanwhile.
#[derive(Debug, Clone, Default)]
pub(super) struct OwnEnded(Arc<Mutex<Writers>>);

#[derive(Debug, Default)]
struct Writers {
    /// The numbers of this process.
    held: BTreeMap<u32, HeldLock>,
    chains: BTreeMap<ScanId, Chain>,
}

/// The file of a book that this process continues.
#[derive(Debug, Clone, Copy)]
struct Chain {
    writer: u32,
    /// The last line that was written.
    last: Link,
    /// The last line whose end was written.
    end: u64,
}

impl OwnEnded {
    fn writers(&self) -> MutexGuard<'_, Writers> {
        self.0.lock().expect("no code that holds the lock panics")
    }
}

impl FolderStore {
    /// Appends entries to this process's file, chained to the lines before; they are on disk when this returns.
    pub(super) fn append_ended(&self, book: &ScanId, entries: &[u8]) -> Result<(), StoreError> {
        let (file, writer, last) = self.write_ended(book, entries)?;
        // Other threads go on writing meanwhile.
        file.sync_data().map_err(io_error("write", &self.ledger_path(&ended_name(book, writer))?))?;
        let mut writers = self.own_ended.writers();
        if let Some(chain) =
            writers.chains.get_mut(book).filter(|chain| chain.writer == writer && chain.end < last.number)
        {
            let path = self.ends_path(book)?;
            LedgerEnds::write(&path, writer, last, false).map_err(io_error("write", &path))?;
            chain.end = last.number;
        }
        Ok(())
    }

    fn write_ended(&self, book: &ScanId, entries: &[u8]) -> Result<(File, u32, Link), StoreError> {
        let mut writers = self.own_ended.writers();
        let Chain { writer, mut last, end } = match writers.chains.get(book) {
            Some(chain) => *chain,
            None => self.continue_chain(&mut writers.held, book)?,
        };
        let path = self.ledger_path(&ended_name(book, writer))?;
        let lines = chained(&mut last, entries).map_err(io_error("write", &path))?;
        // Looked at anew after an error, which may have left part of a line.
        writers.chains.remove(book);
        let mut file = open(&path, OpenOptions::new().append(true)).map_err(io_error("open", &path))?;
        file.write_all(lines.as_bytes()).map_err(io_error("write", &path))?;
        writers.chains.insert(book.clone(), Chain { writer, last, end });
        Ok((file, writer, last))
    }

    /// Finds the first file that nobody else writes, and whose end is as it was written.
    fn continue_chain(&self, held: &mut BTreeMap<u32, HeldLock>, book: &ScanId) -> Result<Chain, StoreError> {
        let folder = self.made_ledgers()?;
        for writer in 1.. {
            if let Entry::Vacant(entry) = held.entry(writer) {
                let path = folder.join(format!("{WRITER_LOCK}{writer}"));
                let lock = open_lock(&path).map_err(io_error("open", &path))?;
                match lock.try_lock() {
                    Ok(()) => _ = entry.insert(HeldLock(lock)),
                    Err(TryLockError::WouldBlock) => continue,
                    Err(TryLockError::Error(error)) => return Err(io_error("lock", &path)(error)),
                }
            }
            if let Some(chain) = self.chain_of(book, writer)? {
                return Ok(chain);
            }
        }
        unreachable!("the numbers do not end")
    }

    /// The end of a file, which is made where it is missing; `None` if it was modified, so that the change stays to be seen.
    fn chain_of(&self, book: &ScanId, writer: u32) -> Result<Option<Chain>, StoreError> {
        let name = ended_name(book, writer);
        let (path, ends) = (self.ledger_path(&name)?, self.ends_path(book)?);
        let end = LedgerEnds::read(&ends).map_err(io_error("read", &ends))?.of(writer);
        let before_first = Link::before_first(&name);
        if path.symlink_metadata().is_err() && end.is_some_and(|end| end.number > 0) {
            return Ok(None);
        }
        let file = open(&path, OpenOptions::new().read(true).write(true).create(true).truncate(false));
        let file = file.map_err(io_error("open", &path))?;
        let Some((last, bytes)) = last_link(&file, before_first).map_err(io_error("read", &path))? else {
            return Ok(None);
        };
        match end {
            Some(end) if end.number < last.number || end == last => {}
            None if last.number == 0 => {
                let folder = self.made_ledgers()?;
                LedgerEnds::write(&ends, writer, last, true)
                    .and_then(|()| sync_folder(&folder))
                    .map_err(io_error("write", &ends))?;
            }
            _ => return Ok(None),
        }
        // The rest of a line whose writer was killed, or found the disk full.
        file.set_len(bytes).map_err(io_error("write", &path))?;
        Ok(Some(Chain { writer, last, end: end.map_or(0, |end| end.number) }))
    }
}

/// The lines with these entries, and the link after them.
fn chained(last: &mut Link, entries: &[u8]) -> io::Result<String> {
    let invalid = |problem: &str| io::Error::new(io::ErrorKind::InvalidInput, problem.to_owned());
    let entries = std::str::from_utf8(entries).map_err(|_| invalid("an entry is not UTF-8"))?;
    let mut lines = String::new();
    for entry in entries.lines() {
        let (line, next) = last.chained(entry).ok_or_else(|| invalid("an entry is not a JSON object"))?;
        lines.push_str(&line);
        lines.push('\n');
        *last = next;
    }
    Ok(lines)
}

/// Opens a file; a symbolic link in its place is not followed.
fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}

/// The last complete line of a file, and the bytes up to its end; `None` if that line has no link.
fn last_link(mut file: &File, before_first: Link) -> io::Result<Option<(Link, u64)>> {
    let length = file.seek(SeekFrom::End(0))?;
    let from = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(TAIL).read_to_end(&mut tail)?;
    let Some(end) = tail.iter().rposition(|byte| *byte == b'\n') else {
        return Ok((from == 0).then_some((before_first, 0)));
    };
    let start = tail[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let link = std::str::from_utf8(&tail[start..end]).ok().and_then(Link::of_line);
    Ok(link.map(|(link, _)| (link, from + end as u64 + 1)))
}
