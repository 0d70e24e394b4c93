//! The id of a library: a random word in the hidden file `.library-id`, written when the first job is submitted. Machines may mount the library in
//! different places.

use shelf::extension::{CliError, Result, Session};
use std::io::{ErrorKind, Write};
use std::path::Path;

const FILE: &str = ".library-id";

/// The library's id; chosen now if it has none.
pub fn library_id(session: &Session) -> Result<String> {
    id_of(session.library()).map_err(|error| CliError::failed(error).hint("the library has to be writable"))
}

fn id_of(library: &Path) -> std::io::Result<String> {
    let path = library.join(FILE);
    match std::fs::read_to_string(&path) {
        Ok(id) => return valid(&id),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    // Of several processes, one creates the file, complete.
    let mut new = tempfile::Builder::new().prefix(".write-").tempfile_in(library)?;
    let random = new.path().as_os_str().to_string_lossy().into_owned();
    let now = shelf::clock::now().to_string();
    let id = blake3::hash(format!("{random} {now} {}", std::process::id()).as_bytes()).to_hex();
    writeln!(new, "{}", &id[..12])?;
    new.as_file().sync_all()?;
    match new.persist_noclobber(&path) {
        Ok(_) => {}
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.error),
    }
    valid(&std::fs::read_to_string(&path)?)
}

fn valid(text: &str) -> std::io::Result<String> {
    let id = text.trim();
    if (8..=40).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return Ok(id.to_owned());
    }
    Err(std::io::Error::new(ErrorKind::InvalidData, format!("{FILE} does not contain the id of a library")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_keeps_the_id_that_was_chosen_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = id_of(folder.path()).unwrap();
        assert_eq!(id_of(folder.path()).unwrap(), first);
        assert_ne!(id_of(tempfile::tempdir().unwrap().path()).unwrap(), first);
        std::fs::write(folder.path().join(FILE), "../other\n").unwrap();
        assert!(id_of(folder.path()).is_err());
    }

    #[test]
    fn processes_that_start_together_agree() {
        let folder = tempfile::tempdir().unwrap();
        let ids: Vec<String> = std::thread::scope(|scope| {
            let started: Vec<_> = (0..8).map(|_| scope.spawn(|| id_of(folder.path()).unwrap())).collect();
            started.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}
