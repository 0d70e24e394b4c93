use std::time::Duration;

use proc_macro2::{Ident, Span};
use syn::{Attribute, Expr, LitInt, Path, Type, Visibility};

use crate::runtime::Runtime;

/// A stage as the emitter may rely on it.
pub(super) struct Stage {
    pub(super) runtime: Runtime,
    /// The function, and so the marker type.
    pub(super) ident: Ident,
    pub(super) visibility: Visibility,
    /// `#[cfg(…)]` that stood under `#[stage]`.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) parallelism: Parallelism,
    /// What it makes of a page; nothing where that could not be read.
    pub(super) output: Option<Type>,
    pub(super) metrics: Option<Type>,
    pub(super) options: Option<Type>,
    /// What fills its row; after a mistake only what was listed in `deps`.
    pub(super) work: Result<Work, Vec<Path>>,
}

/// What a stage does, apart from its types.
pub(super) struct Work {
    pub(super) doc: String,
    pub(super) version: Option<u32>,
    /// Hash of the function's tokens.
    pub(super) tokens: u64,
    pub(super) parameters: Vec<Parameter>,
    /// The word, of an `async fn`.
    pub(super) asyncness: Option<Span>,
    /// Whether its pages are made in worker processes.
    pub(super) isolated: bool,
    /// Whether these are confined to the files of their book.
    pub(super) confined: bool,
    /// Where a message about its dependencies together stands.
    pub(super) deps_at: Span,
    /// Where a message about the function's error stands.
    pub(super) error_at: Span,
    pub(super) before: Option<Path>,
    pub(super) after: Option<Path>,
    /// The dependency whose paragraphs all stand in the output.
    pub(super) conserves: Option<NamedDependency>,
    pub(super) policy: Policy,
    /// Constants of type `&str`.
    pub(super) prompt: Option<Expr>,
    pub(super) model: Option<Expr>,
}

pub(super) struct Parameter {
    /// `#[cfg(…)]` on it.
    pub(super) cfgs: Vec<Attribute>,
    pub(super) ty: Type,
    pub(super) source: Source,
}

/// What becomes of pages that fail, as far as it is said.
#[derive(Default)]
pub(super) struct Policy {
    pub(super) retries: Option<u32>,
    pub(super) timeout: Option<Duration>,
    pub(super) on_error: Option<OnError>,
    pub(super) max_failed: Option<MaxFailed>,
}

pub(super) enum OnError {
    Skip,
    Copy(Box<NamedDependency>),
}

pub(super) enum MaxFailed {
    Pages(u32),
    Percent(f64),
}

/// A dependency that an option names, which its parameter takes as the page itself.
pub(super) struct NamedDependency {
    /// `#[cfg(…)]` on the parameter.
    pub(super) cfgs: Vec<Attribute>,
    /// The parameter's name.
    pub(super) name: String,
    /// The parameter's type.
    pub(super) ty: Type,
}

/// Where a parameter's value comes from.
pub(super) enum Source {
    /// The pages of another stage, by the parameter's name.
    Dependency {
        name: String,
        stage: Path,
        /// Whether the parameter is an `Option`.
        is_optional: bool,
    },
    /// What a page shares with others: a resource, by reference. The parameter's type is without `&`.
    Shared,
    /// What a page offers, by the parameter's type.
    Page,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    EachPage,
    Book,
}

#[derive(Clone)]
pub(super) enum Parallelism {
    Cpu,
    Io,
    Llm,
    Fixed(LitInt),
}
