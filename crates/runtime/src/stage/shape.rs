//! The shape of a stage, in types: what it makes, once a page or once a book, and on which pool it runs.

use super::{Row, StageOptions};
use crate::metrics::{PageMetrics, Report};
use crate::page::Page;

/// A stage, as the compiler sees it. Written by `#[stage]` for the marker type named like the function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "not a stage",
    note = "a stage is a function under `#[stage(…)]`; name it here by its path, such as `crate::ocr::ocr`"
)]
pub trait Stage: 'static {
    /// What it makes of a page, or of the book.
    type Output: Page;
    /// What it measures.
    type Metrics: PageMetrics + Report;
    /// Its command-line options.
    type Options: StageOptions;
    /// Once a page, or once a book.
    type Scope: Scope;
    /// Where it runs.
    type Pool: Pool;
    /// Its row in the table that the runtime reads.
    const ROW: &'static Row;
}

/// Once a page or once a book.
pub trait Scope: 'static {
    /// Whether it is once a book.
    const BOOK: bool;
}

/// Scopes that have a page at hand.
#[diagnostic::on_unimplemented(
    message = "a `scope = book` stage has no single page",
    note = "use `Pages<…>`, which reads all pages of the book; `Window` is for page stages"
)]
pub trait HasPage: Scope {}

/// A stage that runs once a page.
pub enum EachPage {}
/// A stage that runs once per book.
pub enum Book {}

impl Scope for EachPage {
    const BOOK: bool = false;
}
impl HasPage for EachPage {}
impl Scope for Book {
    const BOOK: bool = true;
}

/// Where a stage runs.
pub trait Pool: 'static {}

/// Pools whose stages may ask language models.
#[diagnostic::on_unimplemented(
    message = "only a stage with `parallelism = llm` can ask a language model",
    label = "`Llm` is not for this stage",
    note = "write `parallelism = llm` and make it an `async fn`: what models cost, and how many are asked at a time, is counted there"
)]
pub trait AsksModels: Pool {}

/// `parallelism = cpu`: rayon, one worker a core.
pub enum Cpu {}
/// `parallelism = io`: tokio, 30 in flight.
pub enum Io {}
/// `parallelism = llm`: tokio, under the limits of the language model.
pub enum LlmPool {}
/// `parallelism = fixed(n)`: rayon, `n` at a time.
pub enum Fixed {}

impl Pool for Cpu {}
impl Pool for Io {}
impl Pool for LlmPool {}
impl Pool for Fixed {}
impl AsksModels for LlmPool {}
