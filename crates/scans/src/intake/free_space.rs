use std::path::Path;

use super::AddError;
use crate::file_error::FileError;

/// Space that must stay free, bytes.
const RESERVED_BYTES: u64 = 64 << 20;

/// Refuses a book that will not fit on the disk; with 0, a disk where only the reserve is left.
pub(super) fn check_free_space(folder: &Path, needed_bytes: u64) -> Result<(), AddError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| FileError::cannot("inspect", folder)(error.into()))?;
    check(folder, needed_bytes, disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn check(folder: &Path, needed_bytes: u64, free_bytes: u64) -> Result<(), AddError> {
    if free_bytes < needed_bytes.saturating_add(RESERVED_BYTES) {
        return Err(AddError::DiskSpace { folder: folder.to_owned(), needed_bytes, free_bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_disk_is_reported_with_needed_and_free_space() {
        let folder = Path::new("/library");
        assert!(check(folder, 1 << 30, 2 << 30).is_ok());
        let error = check(folder, 1 << 30, 1 << 30).unwrap_err();
        assert_eq!(
            error.to_string(),
            "not enough disk space in /library: the book needs about 1024 MiB, 1024 MiB are free"
        );
        assert!(check_free_space(Path::new("/"), u64::MAX).is_err());
    }
}
