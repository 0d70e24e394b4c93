use std::path::PathBuf;

use shelf::book::Languages;
use shelf::prelude::*;
use shelf::record::Hash;
use shelf::stage::{Resource, ResourceContext};

use super::dictionary::dictionary_files;
use super::{Dictionary, DictionaryError};
use crate::installed_file::hash_of_file;

/// The dictionary of the book's languages, as far as one is installed. Pages depend on its files.
#[derive(Debug)]
pub struct InstalledDictionary(Result<Dictionary, DictionaryError>);

impl InstalledDictionary {
    /// The dictionary, if it is installed and valid.
    #[must_use]
    pub fn get(&self) -> Option<&Dictionary> {
        self.0.as_ref().ok()
    }

    /// Why there is none.
    #[must_use]
    pub fn error(&self) -> Option<&DictionaryError> {
        self.0.as_ref().err()
    }
}

impl From<Dictionary> for InstalledDictionary {
    fn from(dictionary: Dictionary) -> Self {
        Self(Ok(dictionary))
    }
}

/// Without a dictionary, or with one that is not valid, the stages do less. One that cannot be read may be readable later, so then no page is made.
impl Resource for InstalledDictionary {
    fn fingerprint(context: &ResourceContext<'_>) -> Result<String> {
        let files = dictionary_files(&Languages::from(context.metadata()))?;
        if files.is_empty() {
            return Ok("none".to_owned());
        }
        let hash = |path: PathBuf| hash_of_file(&path).map_err(|source| DictionaryError::Read { path, source });
        let hashes: Vec<Hash> = files.into_iter().map(hash).collect::<Result<_, _>>()?;
        Ok(hashes.iter().map(Hash::as_str).collect::<Vec<_>>().join(" "))
    }

    async fn open(context: &ResourceContext<'_>) -> Result<Self> {
        match Dictionary::of(&Languages::from(context.metadata())) {
            Err(error @ DictionaryError::Read { .. }) => {
                let hint = error.hint().unwrap_or_default();
                Err(error).retry().hint(hint)
            }
            opened => Ok(Self(opened)),
        }
    }
}
