use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::ExportError;

/// The files of an export: one main file, and a folder beside it if the format needs more. They are written under hidden names and
/// renamed when all are complete, so that an interrupted export leaves the earlier files as they were.
#[derive(Debug)]
pub struct Output {
    target: PathBuf,
    staged: PathBuf,
    staged_folder: PathBuf,
    is_finished: bool,
}

impl Output {
    /// An export into the file `target`, whose folder exists.
    #[must_use]
    pub fn new(target: &Path) -> Self {
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let hidden = |end: &str| target.with_file_name(format!(".{name}.{}.{end}", std::process::id()));
        Self { target: target.to_owned(), staged: hidden("part"), staged_folder: hidden("files"), is_finished: false }
    }

    /// Where the main file will be.
    #[must_use]
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Creates the main file.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn main(&self) -> Result<BufWriter<File>, ExportError> {
        create(&self.staged, &self.target)
    }

    /// Creates a file in the folder beside the main file.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn beside(&self, name: &str) -> Result<BufWriter<File>, ExportError> {
        let shown = self.folder().join(name);
        fs::create_dir_all(&self.staged_folder).map_err(|source| ExportError::Io { path: self.folder(), source })?;
        create(&self.staged_folder.join(name), &shown)
    }

    /// The path of a file in that folder, from the main file.
    #[must_use]
    pub fn link(&self, name: &str) -> String {
        format!("{}/{name}", self.folder().file_name().unwrap_or_default().to_string_lossy())
    }

    /// Puts the files into place, and returns their paths: the main file, and the folder if there is one.
    ///
    /// # Errors
    /// They cannot be renamed.
    pub fn finish(mut self) -> Result<Vec<PathBuf>, ExportError> {
        let mut paths = vec![self.target.clone()];
        let folder = self.folder();
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ExportError::Io { path, source }
        };
        let earlier = self.staged_folder.with_extension("earlier");
        if self.staged_folder.exists() {
            if folder.exists() {
                fs::rename(&folder, &earlier).map_err(failed(&folder))?;
            }
            fs::rename(&self.staged_folder, &folder).map_err(failed(&folder))?;
            paths.push(folder);
        }
        File::open(&self.staged).and_then(|file| file.sync_all()).map_err(failed(&self.target))?;
        fs::rename(&self.staged, &self.target).map_err(failed(&self.target))?;
        self.is_finished = true;
        if earlier.exists() {
            fs::remove_dir_all(&earlier).map_err(failed(&earlier))?;
        }
        Ok(paths)
    }

    /// The folder beside the main file: `florida-md-files` beside `florida.md`, so that each format has its own.
    fn folder(&self) -> PathBuf {
        let name = self.target.file_name().unwrap_or_default().to_string_lossy().replace('.', "-");
        self.target.with_file_name(format!("{name}-files"))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if !self.is_finished {
            let _ = fs::remove_file(&self.staged);
            let _ = fs::remove_dir_all(&self.staged_folder);
        }
    }
}

fn create(staged: &Path, target: &Path) -> Result<BufWriter<File>, ExportError> {
    // Whatever has its name is left by a process that was killed, or a link, which is not followed.
    let _ = fs::remove_file(staged);
    let file = File::create_new(staged).map_err(|source| ExportError::Io { path: target.to_owned(), source })?;
    Ok(BufWriter::new(file))
}

/// Flushes a writer: a `BufWriter` that is dropped loses its error.
pub(crate) fn flush(mut writer: impl Write) -> Result<(), ExportError> {
    Ok(writer.flush()?)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn files_appear_when_all_are_complete() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("florida.md");
        let write = |text: &str, picture: &str| {
            let output = Output::new(&target);
            output.main().unwrap().write_all(text.as_bytes()).unwrap();
            output.beside(picture).unwrap().write_all(b"x").unwrap();
            output
        };
        assert_eq!(write("one", "a.jpg").link("a.jpg"), "florida-md-files/a.jpg");
        assert_eq!(names(folder.path()), [""; 0], "an export that is not finished leaves nothing");
        assert_eq!(write("one", "a.jpg").finish().unwrap(), [target.clone(), folder.path().join("florida-md-files")]);
        drop(write("two", "b.jpg"));
        assert_eq!(fs::read_to_string(&target).unwrap(), "one");
        write("two", "b.jpg").finish().unwrap();
        assert_eq!(names(folder.path()), ["florida-md-files", "florida.md"]);
        assert_eq!(names(&folder.path().join("florida-md-files")), ["b.jpg"], "files of the earlier export are gone");
    }
}
