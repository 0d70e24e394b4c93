use std::future::Future;
use std::pin::Pin;

use super::{Handle, Handles, Reader};
use crate::book::{BookMetadata, PageNumber, ScanId};
use crate::failure::{Failure, IntoFailure};
use crate::page::Page;

/// The run of a stage over a book, as passed to its `before` and `after` hooks.
///
/// `after` may change the metadata, which is written if the hook succeeds.
#[derive(Debug, Clone)]
pub struct StageRun {
    /// The book.
    pub book: ScanId,
    /// The book's metadata.
    pub metadata: BookMetadata,
    /// The requested pages, ascending.
    pub pages: Vec<PageNumber>,
    /// Done pages of this stage; in `before`, those that are kept.
    pub done: usize,
    /// Those of them that were copied because the stage failed in this run: `on_error = copy(…)`.
    pub copied: usize,
    /// Pages that failed in this run.
    pub failed: usize,
    /// Pages that were left out in this run: `on_error = skip`.
    pub skipped: usize,
    /// Pages that could not be made in this run.
    pub blocked: usize,
    /// Time in the stage's function in this run, all pages together, s.
    pub seconds: f64,
    /// The handles for this hook.
    pub(crate) handles: Handles,
    /// Reads the stage's output.
    pub(crate) reader: Reader,
}

impl StageRun {
    /// The handle of this type; `None` without such a provider, or if the stage does not use it.
    #[must_use]
    pub fn provided<T: Handle>(&self) -> Option<&T> {
        self.handles.get()
    }

    /// The output of a `scope = book` stage; `None` if it has none. In `after`, it is the output that
    /// has just been made or kept.
    ///
    /// # Errors
    /// It cannot be read, or is not a `T`.
    pub fn book_output<T: Page>(&self) -> Result<Option<T>, Failure> {
        self.reader.book()?.map(|found| found.read()).transpose()
    }
}

/// A `before` hook as a function pointer.
pub type Before = fn(&StageRun) -> HookCall<'_>;
/// An `after` hook as a function pointer.
pub type After = fn(&mut StageRun) -> HookCall<'_>;

/// A called hook.
pub enum HookCall<'a> {
    /// A `fn` that has returned.
    Returned(Result<(), Failure>),
    /// An `async fn` that is running.
    Awaited(Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>),
}

/// The return type of a hook: `Result<()>`, or a future of it. `Kind` distinguishes the two.
#[diagnostic::on_unimplemented(
    message = "a hook cannot return `{Self}`",
    label = "neither a `Result<()>` nor a future of one",
    note = "a hook is a `fn(&StageRun) -> Result<()>` or an `async fn` with that signature; `after` may take `&mut StageRun`"
)]
pub trait IntoHookCall<'a, Kind> {
    /// The call.
    fn into_hook_call(self) -> HookCall<'a>;
}

/// A hook that is a `fn`.
pub enum Blocking {}
/// A hook that is an `async fn`.
pub enum Async {}

#[diagnostic::do_not_recommend]
impl<E: IntoFailure> IntoHookCall<'_, Blocking> for Result<(), E> {
    fn into_hook_call(self) -> HookCall<'static> {
        HookCall::Returned(self.map_err(IntoFailure::into_failure))
    }
}

#[diagnostic::do_not_recommend]
impl<'a, E: IntoFailure, F: Future<Output = Result<(), E>> + Send + 'a> IntoHookCall<'a, Async> for F {
    fn into_hook_call(self) -> HookCall<'a> {
        HookCall::Awaited(Box::pin(async { self.await.map_err(IntoFailure::into_failure) }))
    }
}

/// A call of a hook, of either kind. Called by the expansion of `#[stage]`.
pub fn hook<'a, Kind>(returned: impl IntoHookCall<'a, Kind>) -> HookCall<'a> {
    returned.into_hook_call()
}
