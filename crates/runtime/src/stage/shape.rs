//! The shape of a stage, in types: its output, whether it runs once per page or per book, and its pool.

use super::{Row, StageOptions};
use crate::metrics::{PageMetrics, Report};
use crate::page::Page;

/// A stage, as the compiler sees it. Written by `#[stage]` for the marker type named like the function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a stage",
    label = "not a stage",
    note = "a stage is a function with `#[stage(…)]`; refer to it by its path, such as `crate::ocr::ocr`"
)]
pub trait Stage: 'static {
    /// Its output for a page, or for the book.
    type Output: Page;
    /// Its metrics.
    type Metrics: PageMetrics + Report;
    /// Its command-line options.
    type Options: StageOptions;
    /// Once per page, or once per book.
    type Scope: Scope;
    /// Where it runs.
    type Pool: Pool;
    /// Its row in the table that the runtime reads.
    const ROW: &'static Row;
}

/// Once per page or once per book.
pub trait Scope: 'static {
    /// Whether it is once per book.
    const BOOK: bool;
}

/// Scopes with a single page.
#[diagnostic::on_unimplemented(
    message = "a `scope = book` stage has no single page",
    note = "use `Pages<…>`, which reads all pages of the book; `Window` is for page stages"
)]
pub trait HasPage: Scope {}

/// A stage that runs once per page.
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
    note = "write `parallelism = llm` and make it an `async fn`: that pool limits and prices the calls to models"
)]
pub trait AsksModels: Pool {}

/// `parallelism = cpu`: rayon, one worker per core.
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
