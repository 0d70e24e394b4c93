use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

use blake3::Hash;
use rustix::fs::OFlags;

use super::ledger_chain::Link;

/// Bytes of an entry. Several fill a sector, so that each is old or new after a power cut.
const ENTRY: usize = 128;

/// How far the files of a book's ledger were written, so that lines missing at their ends are noticed: `.ledger/<scan-id>.ends`, a line of fixed
/// length for each file, in the order of their numbers. It is written after the lines, and may be a few lines behind them.
#[derive(Debug, Default)]
pub(super) struct LedgerEnds(Vec<u8>);

impl LedgerEnds {
    /// Reads the ends of a book's ledger; there are none if the file is missing.
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            read => read.map(Self),
        }
    }

    /// The last line of a file that is known to have been written.
    pub(super) fn of(&self, writer: u32) -> Option<Link> {
        let entry = self.0.chunks(ENTRY).nth((writer as usize).checked_sub(1)?)?;
        let (number, hash) = std::str::from_utf8(entry).ok()?.trim().split_once(' ')?;
        Some(Link { number: number.parse().ok()?, hash: Hash::from_hex(hash).ok()? })
    }

    /// The files with at least one line, by number.
    pub(super) fn files(&self) -> impl Iterator<Item = (u32, Link)> + '_ {
        let writers = (1..).take(self.0.len().div_ceil(ENTRY));
        writers.filter_map(|writer| Some((writer, self.of(writer).filter(|end| end.number > 0)?)))
    }

    /// Writes the end of a file in its place; on disk when this returns only if `synced`.
    pub(super) fn write(path: &Path, writer: u32, end: Link, synced: bool) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).custom_flags(OFlags::NOFOLLOW.bits().cast_signed());
        let file = options.open(path)?;
        let entry = format!("{:<width$}\n", format!("{} {}", end.number, end.hash), width = ENTRY - 1);
        file.write_all_at(entry.as_bytes(), u64::from(writer - 1) * ENTRY as u64)?;
        if synced { file.sync_all() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_has_its_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("florida.ends");
        let link = |number| Link { number, hash: blake3::hash(&[number as u8]) };
        assert_eq!(LedgerEnds::read(&path).unwrap().of(1), None);
        LedgerEnds::write(&path, 3, link(7), true).unwrap();
        LedgerEnds::write(&path, 1, link(0), true).unwrap();
        LedgerEnds::write(&path, 3, link(u64::MAX), false).unwrap();
        let ends = LedgerEnds::read(&path).unwrap();
        assert_eq!(
            [0, 1, 2, 3, 4].map(|writer| ends.of(writer)),
            [None, Some(link(0)), None, Some(link(u64::MAX)), None]
        );
        assert_eq!(ends.files().collect::<Vec<_>>(), [(3, link(u64::MAX))]);
    }
}
