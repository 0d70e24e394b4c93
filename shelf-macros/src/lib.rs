//! The macros of shelf: [`macro@stage`], [`PageMetrics`] and [`Report`].
//!
//! Use them through `shelf`, which re-exports them; what they expand to names `::shelf::__private`.

mod diagnostics;
mod doc_comment;
#[cfg(test)]
mod expansion;
mod metrics;
mod runtime;
mod stage;
mod suggest;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a function a stage: something that turns every page of a book into another kind of page.
///
/// The function itself stays as it is and can be called as ever. Beside it stands an empty `enum` of the same name, by which
/// other stages name this one in their `deps`, and one row of the table that the runtime reads.
///
/// # Options
///
/// | option | says | without it |
/// | --- | --- | --- |
/// | `name = "word_count"` | the stage's folder and the value of `--stage`: `[a-z][a-z0-9_]*`, at most 40 bytes | an error |
/// | `deps = [ocr, words = other::ocr]` | the stages it is made from, by path; `alias = path` renames one | it is made from the scan |
/// | `parallelism = cpu` | a `fn`, one page a core, on rayon | the default of a `fn` |
/// | `parallelism = fixed(8)` | a `fn`, so many pages at a time, on rayon | |
/// | `parallelism = io` | an `async fn`, 30 pages at a time, on tokio | the default of an `async fn` |
/// | `parallelism = llm` | an `async fn` that asks language models, on tokio | |
/// | `scope = book` | runs once a book | `page`: once a page |
/// | `version = 2` | older pages are stale | 1 |
/// | `options = MyOptions` | its command-line options: a `clap::Args` that serialises | it has none |
/// | `before = path` | a `fn(&StageRun) -> Result<()>` or an `async fn` like it, called before the first page; when it fails, no page is begun | nothing is called |
/// | `after = path` | likewise, or with `&mut StageRun`, called after the last page; what it changes in the metadata is written when it has succeeded. One that failed or was interrupted is called again by the next run | nothing is called |
/// | `conserves = ocr` | every paragraph of `ocr` stands in the output exactly once, or the page fails; both types implement `Paragraphs` | nothing is compared |
/// | `retries = 2` | a page that fails in passing is tried again so often in one run | 2 |
/// | `timeout = "120s"` | an `async fn` that takes longer on a page fails in passing; a thread cannot be stopped | none |
/// | `on_error = skip` | a page that failed for good is left out: it blocks what is made from it, and is no error of the run | `fail` |
/// | `on_error = copy(ocr)` | it becomes what `ocr` made, by the output's `From`, and its record, the report and the status say so | `fail` |
/// | `max_failed = "2%"`, `max_failed = 10` | once more of the pages asked for have failed, the stage's other pages are left | all are tried |
/// | `prompt = PROMPT`, `model = MODEL` | constants of type `&str` that the function asks a model with: another one makes pages stale | none |
/// | `crate = path` | where `shelf` is, if it has another name | `::shelf` |
///
/// # Parameters
///
/// A parameter that is named after a dependency is made by that stage, and has its output's type; in a page stage it may also
/// be `Window<Output, 2>`, the page with two neighbours on either side; in a `scope = book` stage it is `Pages<Output>`. What
/// a book stage made, stages of both scopes take as it is.
///
/// Any other parameter is taken by its type: `PageNumber` and `PageImage` (page stages), `BookMetadata`, `Languages`,
/// `PageFiles`, and `&MyOptions`, where `options` says so.
///
/// # Return type
///
/// `Result<Output>` or `Result<(Output, Metrics)>`. The output derives `Serialize`, `Deserialize`, `JsonSchema` and `Validate`,
/// the metrics [`PageMetrics`] and [`Report`]. The error may be any `std::error::Error`, by itself or through `?`. `Result` may
/// have any path, but not another name: the macro reads the types from it.
///
/// # What it writes
///
/// Lints that follow from this shape are allowed on the function: clippy's `missing_errors_doc`, `needless_pass_by_value`,
/// `too_many_arguments`, `trivially_copy_pass_by_ref`, `unnecessary_wraps` and `unused_async`. What stands beside it is shown
/// in the README of shelf.
#[proc_macro_attribute]
pub fn stage(attribute: TokenStream, item: TokenStream) -> TokenStream {
    stage::expand(attribute.into(), &item.into()).into()
}

/// Makes a struct the metrics of a stage: plain numbers, words and yes or no, measured of every page.
///
/// Its fields are numbers, `bool`, `String`, `&'static str`, `PageNumber`, or an `Option` of one of these; a field's doc comment
/// explains it in reports. It needs no other derive than [`Report`].
///
/// | attribute | says |
/// | --- | --- |
/// | `#[metrics(range(0.0..=1.0))]` on a number | a page with another value fails |
/// | `#[metrics(crate = path)]` on the struct | where `shelf` is, if it has another name |
#[proc_macro_derive(PageMetrics, attributes(metrics))]
pub fn page_metrics(input: TokenStream) -> TokenStream {
    metrics::derive_page_metrics(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the fields of metrics columns of `report.csv`, in their order, and says which values make a page worth a look.
///
/// | attribute of a field | says |
/// | --- | --- |
/// | `#[report(skip)]` | kept with the page, but no column |
/// | `#[report(title = "Words")]` | the column's header, if not the field's name |
/// | `#[report(decimals = 3)]` on `f32`, `f64` | how many decimals are printed, if not all |
/// | `#[report(flag(below = 20))]` on a number | a smaller value flags the page |
/// | `#[report(flag(above = 2_000))]` on a number | a greater value does |
/// | `#[report(flag(missing))]` on an `Option` | no value does |
/// | `#[report(flag(equals = "blank"))]` on text, `bool`, whole numbers | just this value does, as the report prints it |
/// | `#[report(crate = path)]` on the struct | where `shelf` is, if it has another name |
///
/// Several flags stand side by side: `flag(below = 20, above = 2_000)`, or one `flag(…)` after another.
#[proc_macro_derive(Report, attributes(report))]
pub fn report(input: TokenStream) -> TokenStream {
    metrics::derive_report(&parse_macro_input!(input as DeriveInput)).into()
}
