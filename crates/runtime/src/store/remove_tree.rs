use std::fs;
use std::io;
use std::path::Path;

/// Removes a file, or a folder with all that is in it; `stop` is asked before each file. Follows no symbolic link. What another process removes
/// meanwhile is none of its concern. Returns whether everything is removed.
pub(super) fn remove_tree(path: &Path, stop: &dyn Fn() -> bool) -> io::Result<bool> {
    let Some(kind) = found(path.symlink_metadata())? else { return Ok(true) };
    if stop() {
        return Ok(false);
    }
    if !kind.is_dir() {
        found(fs::remove_file(path))?;
        return Ok(true);
    }
    let Some(entries) = found(fs::read_dir(path))? else { return Ok(true) };
    for entry in entries {
        if !remove_tree(&entry?.path(), stop)? {
            return Ok(false);
        }
    }
    found(fs::remove_dir(path))?;
    Ok(true)
}

/// `None` for what is no longer there.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn follows_no_link_and_goes_on_where_it_was_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, tree) = (folder.path().join("kept"), folder.path().join("tree"));
        fs::create_dir_all(tree.join("ocr/failed")).unwrap();
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("page"), "kept").unwrap();
        fs::write(tree.join("ocr/failed/page"), "gone").unwrap();
        std::os::unix::fs::symlink(&kept, tree.join("link")).unwrap();
        let mut stops = 0;
        for step in 1_u32.. {
            let left = Cell::new(step);
            let stop = || left.replace(left.get().saturating_sub(1)) == 0;
            if remove_tree(&tree, &stop).unwrap() {
                break;
            }
            stops += 1;
        }
        assert!(stops > 0 && !tree.exists());
        assert_eq!(fs::read_to_string(kept.join("page")).unwrap(), "kept");
        assert!(remove_tree(&tree, &|| false).unwrap(), "it is removed already");
    }
}
