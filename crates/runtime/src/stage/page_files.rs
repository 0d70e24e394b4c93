use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::{Cx, FromCx, Parameter, Stage};
use crate::failure::Failure;

/// The folder that stages share for images.
pub(crate) const IMAGES: &str = "images";

/// Writes files beside the page that a stage makes, such as figures cropped from a scan. They are written before the page, and
/// their hashes are in its record.
///
/// A file is named after its page: for page 7, `img_001.png` becomes `page_0007_img_001.png`.
#[derive(Clone)]
pub struct PageFiles {
    pending: Arc<Mutex<Vec<PageFile>>>,
    stage: &'static str,
    stem: String,
}

/// A file that a stage writes beside its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFile {
    /// Folder of the book: the stage's own, or `images`.
    pub folder: String,
    /// File name.
    pub name: String,
    /// Contents.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl PageFiles {
    pub(crate) fn new(pending: Arc<Mutex<Vec<PageFile>>>, stage: &'static str, stem: String) -> Self {
        Self { pending, stage, stem }
    }

    /// Writes a file into the stage's own folder; returns its full name, such as `page_0007_words.txt`.
    pub fn add(&self, name: &str, bytes: Vec<u8>) -> String {
        self.add_to(self.stage, name, bytes)
    }

    /// Writes a file into the book's folder `images`, which all stages share; returns its full name. If another stage has
    /// written a file of this name, the page fails.
    pub fn image(&self, name: &str, bytes: Vec<u8>) -> String {
        self.add_to(IMAGES, name, bytes)
    }

    fn add_to(&self, folder: &str, name: &str, bytes: Vec<u8>) -> String {
        let name = format!("{}_{name}", self.stem);
        let file = PageFile { folder: folder.to_owned(), name: name.clone(), bytes };
        self.pending.lock().expect("no panic while a file is added").push(file);
        name
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for PageFiles {}

impl<'a> FromCx<'a> for PageFiles {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(cx.page_files())
    }
}

/// Which stage of a run writes which file in `images`, by path in the book.
#[derive(Default)]
pub(crate) struct ImageOwners {
    by_path: Mutex<BTreeMap<String, &'static str>>,
}

impl ImageOwners {
    /// Notes that a stage writes a file.
    ///
    /// # Errors
    /// The stage that writes it already.
    pub(crate) fn claim(&self, path: &str, stage: &'static str) -> Result<(), &'static str> {
        let mut by_path = self.by_path.lock().expect("no panic while a file is claimed");
        match *by_path.entry(path.to_owned()).or_insert(stage) {
            owner if owner == stage => Ok(()),
            other => Err(other),
        }
    }

    /// Forgets that a stage writes a file.
    pub(crate) fn release(&self, path: &str) {
        self.by_path.lock().expect("no panic while a file is claimed").remove(path);
    }
}
