use std::future::Future;
use std::pin::Pin;

use super::{Handle, Handles, Reader};
use crate::book::{BookMetadata, PageNumber, ScanId};
use crate::failure::{Failure, IntoFailure};
use crate::page::Page;

/// What a `before` or `after` hook is told of its stage's run over a book.
///
/// `before` reads it; `after` may change the metadata, which is then written when the hook has succeeded.
#[derive(Debug, Clone)]
pub struct StageRun {
    /// The book.
    pub book: ScanId,
    /// What is known of it.
    pub metadata: BookMetadata,
    /// The pages asked for, ascending.
    pub pages: Vec<PageNumber>,
    /// Pages of this stage that are done. In `before`: those that are kept.
    pub done: usize,
    /// Those of them that are copies, since the stage failed in this run: `on_error = copy(…)`.
    pub copied: usize,
    /// Pages that failed in this run.
    pub failed: usize,
    /// Pages that were left out in this run: `on_error = skip`.
    pub skipped: usize,
    /// Pages that could not be made in this run.
    pub blocked: usize,
    /// Time in the stage's function in this run, all pages together, s.
    pub seconds: f64,
    /// What providers gave to this hook.
    pub(crate) handles: Handles,
    /// Reads what the stage has made.
    pub(crate) reader: Reader,
}

impl StageRun {
    /// What a provider gave to this hook, by its type; `None` without such a provider, or if the stage does not use it.
    #[must_use]
    pub fn provided<T: Handle>(&self) -> Option<&T> {
        self.handles.get()
    }

    /// What the stage has made of the whole book, in hooks of a `scope = book` stage; none where it has made nothing. In `after` it is what
    /// has just been made, or kept.
    ///
    /// # Errors
    /// It cannot be read, or is no `T`.
    pub fn book_output<T: Page>(&self) -> Result<Option<T>, Failure> {
        self.reader.book()?.map(|found| found.read()).transpose()
    }
}

/// A `before` hook behind a plain pointer: it cannot change anything.
pub type Before = fn(&StageRun) -> HookCall<'_>;
/// An `after` hook behind a plain pointer.
pub type After = fn(&mut StageRun) -> HookCall<'_>;

/// A hook that was called.
pub enum HookCall<'a> {
    /// It was a `fn`, and has returned.
    Returned(Result<(), Failure>),
    /// It was an `async fn`, and is on its way.
    Awaited(Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>),
}

/// What a hook may return: `Result<()>`, or a future of it. `Kind` tells the two apart.
#[diagnostic::on_unimplemented(
    message = "a hook cannot return `{Self}`",
    label = "neither a `Result<()>` nor a future of one",
    note = "a hook is a `fn(&StageRun) -> Result<()>`, or an `async fn` like it; `after` may take `&mut StageRun`"
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
