use super::{Cx, HasPage, Is, Stage};
use crate::book::{BookMetadata, Languages, PageNumber};
use crate::failure::Failure;

/// What a stage takes by type, beside its dependencies.
#[diagnostic::on_unimplemented(
    message = "a page offers no `{Self}`",
    label = "neither a dependency nor something a page offers",
    note = "a parameter is a dependency's output, named after the stage and listed in `deps`, or one of `PageNumber`, `PageImage` (both in page stages only), `BookMetadata`, `Languages`, `PageFiles`, `Warnings`, `Prompt`, `Llm` (in stages with `parallelism = llm`), `&Options`"
)]
pub trait FromPage<'a, S: Stage>: Offered<'a> {}

/// Takes what [`FromPage`] allows.
#[diagnostic::on_unimplemented(message = "a page offers no `{Self}`", label = "not something a page offers")]
pub trait Offered<'a>: Sized {
    /// What taking it reads, for the fingerprint.
    const READS: Reads = Reads::Nothing;

    /// Takes it from the page's context.
    fn take(cx: &'a Cx) -> Result<Self, Failure>;
}

/// What a parameter reads that is no stage's output; each enters the page's fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Nothing that can change.
    Nothing,
    /// The page's scan.
    Scan,
    /// The book's metadata.
    Metadata,
    /// The book's languages.
    Languages,
}

/// What a parameter of type `T` reads, in stage `S`.
#[must_use]
pub const fn reads<S: Stage, T: FromPage<'static, S>>() -> Reads {
    T::READS
}

#[diagnostic::do_not_recommend]
impl<S: Stage<Scope: HasPage>> FromPage<'_, S> for PageNumber {}
#[diagnostic::do_not_recommend]
impl<S: Stage> FromPage<'_, S> for BookMetadata {}
#[diagnostic::do_not_recommend]
impl<S: Stage> FromPage<'_, S> for Languages {}
impl<'a, O: Send + Sync + 'static, S: Stage<Options: Is<O>>> FromPage<'a, S> for &'a O {}

impl<'a> Offered<'a> for PageNumber {
    fn take(cx: &'a Cx) -> Result<Self, Failure> {
        cx.page()
    }
}

impl<'a> Offered<'a> for BookMetadata {
    const READS: Reads = Reads::Metadata;

    fn take(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(cx.metadata().clone())
    }
}

impl<'a> Offered<'a> for Languages {
    const READS: Reads = Reads::Languages;

    fn take(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(Self(cx.metadata().language.clone()))
    }
}

impl<'a, O: Send + Sync + 'static> Offered<'a> for &'a O {
    fn take(cx: &'a Cx) -> Result<Self, Failure> {
        cx.options()
    }
}
