use super::{Cx, HasPage, ResourceRow, SameAs, Stage};
use crate::book::{BookMetadata, Languages, PageNumber};
use crate::failure::Failure;

/// An input that a stage takes by type, besides its dependencies.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of this stage",
    label = "neither a dependency nor a type that a stage can take",
    note = "a parameter is a dependency's output, named after the stage and listed in `deps`, or one of `PageNumber`, `PageImage` (both in page stages only), `BookMetadata`, `Languages`, `PageFiles`, `Warnings`, `Prompt`, `Llm` (in stages with `parallelism = llm`), `&Options`, or `&R` of a resource `R`"
)]
pub trait Parameter<'a, S: Stage>: FromCx<'a> {}

/// Extracts a [`Parameter`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of this stage",
    label = "not a type that a stage can take"
)]
pub trait FromCx<'a>: Sized {
    /// The external input it reads, for the fingerprint.
    const INPUT: ExternalInput = ExternalInput::None;

    /// Extracts it from the page's context.
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure>;
}

/// An input other than a stage's output; part of the page's fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExternalInput {
    /// Does not change.
    None,
    /// The page's scan.
    Scan,
    /// The book's metadata.
    Metadata,
    /// The book's languages.
    Languages,
    /// A resource that the pages of a run share.
    Resource(ResourceRow),
    /// Files that a person or another program keeps for the page.
    Kept(KeptInput),
    /// The text that came with the page's scan, unless the options say that it is not read ([`UnreadInput`](super::UnreadInput)).
    ExistingText,
}

/// Files that a person or another program keeps for single pages in a folder of the book, beside the scans: `edits/page_0007_….json`. They
/// move with their page when pages are inserted or removed, and no run deletes them.
///
/// A page without such files has nothing of them in its fingerprint, so a stage that begins to read them makes no page stale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptInput {
    /// The folder; also what the files are called in messages, in the plural: `edits`.
    pub folder: &'static str,
    /// How many neighbours on either side it reads the files of, too.
    pub around: u32,
}

/// The external input of a parameter of type `T`, in stage `S`.
#[must_use]
pub const fn input<S: Stage, T: Parameter<'static, S>>() -> ExternalInput {
    T::INPUT
}

#[diagnostic::do_not_recommend]
impl<S: Stage<Scope: HasPage>> Parameter<'_, S> for PageNumber {}
#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for BookMetadata {}
#[diagnostic::do_not_recommend]
impl<S: Stage> Parameter<'_, S> for Languages {}
impl<'a, O: Send + Sync + 'static, S: Stage<Options: SameAs<O>>> Parameter<'a, S> for &'a O {}

impl<'a> FromCx<'a> for PageNumber {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        cx.page()
    }
}

impl<'a> FromCx<'a> for BookMetadata {
    const INPUT: ExternalInput = ExternalInput::Metadata;

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(cx.metadata().clone())
    }
}

impl<'a> FromCx<'a> for Languages {
    const INPUT: ExternalInput = ExternalInput::Languages;

    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        Ok(Self(cx.metadata().language.clone()))
    }
}

impl<'a, O: Send + Sync + 'static> FromCx<'a> for &'a O {
    fn from_cx(cx: &'a Cx) -> Result<Self, Failure> {
        cx.options()
    }
}
