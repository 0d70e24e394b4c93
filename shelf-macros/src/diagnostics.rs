use std::fmt::Display;
use std::thread;

use proc_macro2::{Span, TokenStream};
use syn::Error;

/// Every mistake found in one item, so that one build shows them all.
///
/// Dropping it unread is a defect of the macro, and panics.
pub(crate) struct Diagnostics {
    found: Option<Error>,
    read: bool,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self { found: None, read: false }
    }

    /// Notes a mistake at `span`, the word that is wrong.
    pub(crate) fn error(&mut self, span: Span, message: impl Display) {
        self.add(Error::new(span, message));
    }

    /// Notes a mistake that spans from the first to the last of `tokens`.
    pub(crate) fn error_at(&mut self, tokens: impl quote::ToTokens, message: impl Display) {
        self.add(Error::new_spanned(tokens, message));
    }

    pub(crate) fn add(&mut self, error: Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// The mistakes as `compile_error!` calls, or nothing.
    pub(crate) fn into_errors(mut self) -> Option<TokenStream> {
        self.read = true;
        self.found.take().map(Error::into_compile_error)
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        assert!(self.read || thread::panicking(), "mistakes were collected and not reported");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mistakes_are_reported() {
        let mut diagnostics = Diagnostics::new();
        diagnostics.error(Span::call_site(), "one");
        diagnostics.error(Span::call_site(), "two");
        let errors = diagnostics.into_errors().expect("two mistakes").to_string();
        assert!(errors.contains("\"one\"") && errors.contains("\"two\""), "{errors}");
        assert!(Diagnostics::new().into_errors().is_none());
    }

    #[test]
    #[should_panic(expected = "not reported")]
    fn mistakes_cannot_be_forgotten() {
        drop(Diagnostics::new());
    }
}
