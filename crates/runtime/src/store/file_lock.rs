use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a lock file and creates it where it is missing. A symbolic link in its place is not followed: it could lead out of the library.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)
}

/// A locked file. It is unlocked when it is dropped, also for a process that was being started meanwhile and has the file open until it runs.
#[derive(Debug)]
pub(super) struct HeldLock(pub(super) File);

impl Drop for HeldLock {
    fn drop(&mut self) {
        // Closing the file unlocks it as well.
        let _ = self.0.unlock();
    }
}

/// Whether the file is still the one at that path: its folder may have been moved away before the file was locked.
pub(super) fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    let here = file.metadata()?;
    match path.symlink_metadata() {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}
