use std::ops::Deref;
use std::sync::Arc;

use super::{Cx, FromCx, Parameter, Stage};
use crate::failure::Failure;

/// The stage's prompt: that of its attribute (`prompt = include_str!("prompt.md")`), or the book's own, from
/// `<scan-id>/prompts/<stage>.md`. It is part of the page's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt(Arc<str>);

impl Deref for Prompt {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for Prompt {}

impl<'a> FromCx<'a> for Prompt {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(Self(Arc::clone(&cx.prompt)))
    }
}
