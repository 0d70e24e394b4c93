use std::path::Path;

use super::AddError;

/// What is left free in any case, bytes.
const RESERVE: u64 = 64 << 20;

/// Refuses a book that will not fit on the disk; with 0, a disk that is full but for the reserve.
pub(crate) fn check_room(folder: &Path, needed_bytes: u64) -> Result<(), AddError> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| AddError::io("look at", folder)(error.into()))?;
    check(folder, needed_bytes, disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn check(folder: &Path, needed_bytes: u64, free_bytes: u64) -> Result<(), AddError> {
    if free_bytes < needed_bytes.saturating_add(RESERVE) {
        return Err(AddError::Room { folder: folder.to_owned(), needed_bytes, free_bytes });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_with_what_is_needed_and_what_is_there() {
        let folder = Path::new("/library");
        assert!(check(folder, 1 << 30, 2 << 30).is_ok());
        let error = check(folder, 1 << 30, 1 << 30).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/library has too little room: the book needs about 1024 MiB, and 1024 MiB are free"
        );
        assert!(check_room(Path::new("/"), u64::MAX).is_err());
    }
}
