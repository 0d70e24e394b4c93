use std::sync::{Arc, Mutex};

use super::{Cx, FromCx, Parameter, Stage};
use crate::failure::Failure;

/// Warnings of a stage about a page or the book that are not failures: a page that seems to be missing, a
/// language without a dictionary. They are stored in the page's record and shown by `shelf status`.
#[derive(Clone, Default)]
pub struct Warnings {
    said: Arc<Mutex<Vec<String>>>,
}

impl Warnings {
    /// Adds a warning, in lower case, with the scans it is about.
    pub fn push(&self, warning: impl Into<String>) {
        let warning = warning.into();
        tracing::warn!("{warning}");
        self.said.lock().expect("no panic while a warning is noted").push(warning);
    }

    /// Adds warnings that were issued, and traced, in a worker process.
    pub(crate) fn extend(&self, warnings: Vec<String>) {
        self.said.lock().expect("no panic while a warning is noted").extend(warnings);
    }

    /// Takes all warnings.
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
