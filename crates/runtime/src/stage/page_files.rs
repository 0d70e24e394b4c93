use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::{Cx, FromCx, Parameter, Stage};
use crate::failure::Failure;

/// Where a stage leaves files beside its page, such as figures cut out of a scan. They are written before the page, and their
/// hashes stand in its record.
#[derive(Clone)]
pub struct PageFiles {
    pending: Arc<Mutex<Vec<PageFile>>>,
}

/// A file that a stage leaves beside its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageFile {
    /// Folder of the book: `images`, or the stage's own.
    pub folder: String,
    /// File name in it.
    pub name: String,
    /// What is in it.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

impl PageFiles {
    pub(crate) fn new(pending: Arc<Mutex<Vec<PageFile>>>) -> Self {
        Self { pending }
    }

    /// Leaves `bytes` as `images/<name>`; `name` starts with the page's stem, such as `page_0007_img_001.png`.
    pub fn image(&self, name: impl Into<String>, bytes: Vec<u8>) {
        let file = PageFile { folder: "images".to_owned(), name: name.into(), bytes };
        self.pending.lock().expect("no panic while a file is noted").push(file);
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for PageFiles {}

impl<'a> FromCx<'a> for PageFiles {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(cx.page_files())
    }
}
