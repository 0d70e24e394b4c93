use std::sync::{Arc, Mutex};

use super::{Cx, FromCx, Parameter, Stage};
use crate::failure::Failure;

/// What a stage has to say of a page, or of the book, that does not keep it from being made: a leaf that seems to be missing, a
/// language without a dictionary. It stands in the page's record and in `shelf status`.
#[derive(Clone, Default)]
pub struct Warnings {
    said: Arc<Mutex<Vec<String>>>,
}

impl Warnings {
    /// Warns of this, in lower case, with the scans that it is about.
    pub fn push(&self, warning: impl Into<String>) {
        let warning = warning.into();
        tracing::warn!("{warning}");
        self.said.lock().expect("no panic while a warning is noted").push(warning);
    }

    /// Adds what was said, and traced, in a worker process.
    pub(crate) fn extend(&self, warnings: Vec<String>) {
        self.said.lock().expect("no panic while a warning is noted").extend(warnings);
    }

    /// All that was said, which is not said again.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.said.lock().expect("no panic while a warning is noted"))
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for Warnings {}

impl<'a> FromCx<'a> for Warnings {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(cx.warnings.clone())
    }
}
