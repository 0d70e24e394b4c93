//! The macros of shelf: [`macro@stage`], [`PageMetrics`], [`derive@Metric`] and [`Report`].
//!
//! Use them through `shelf`, which re-exports them; what they expand to names `::shelf::__private`.

mod diagnostics;
mod doc_comment;
#[cfg(test)]
mod expansion;
mod list;
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
/// | `parallelism = llm` | an `async fn` that asks language models, by its parameter `Llm` or in a hook, on tokio | |
/// | `isolated` | a `fn` whose pages are made in worker processes: a crash, a hang or too much memory costs the page in hand, with a reason, and nothing else. It shares no memory with other pages, and its `options` derive `Deserialize` as well | it runs in this process |
/// | `scope = book` | runs once per book | `page`: once a page |
/// | `version = 2` | older pages are stale | 1 |
/// | `options = MyOptions` | its command-line options: a `clap::Args` that serialises | it has none |
/// | `before = path` | a `fn(&StageRun) -> Result<()>` or an `async fn` like it, called before the first page; when it fails, no page is begun | nothing is called |
/// | `after = path` | likewise, or with `&mut StageRun`, called after the last page; what it changes in the metadata is written when it has succeeded. One that failed or was interrupted is called again by the next run | nothing is called |
/// | `conserves = ocr` | every paragraph of `ocr` stands in the output exactly once, or the page fails; both types implement `Paragraphs` | nothing is compared |
/// | `retries = 2` | a page that fails in passing is tried again so often in one run | 2 |
/// | `timeout = "120s"` | a page that takes longer fails: an `async fn` in passing; an `isolated` stage, whose worker is killed, for good. Another thread cannot be stopped | none; for `isolated`, `--worker-time` |
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
/// `PageFiles`, `Warnings`, `Prompt`, `Llm` (`parallelism = llm`), and `&MyOptions`, where `options` says so.
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

/// Makes a struct the metrics of a stage: numbers, words and yes or no, measured of every page.
///
/// Its fields are numbers, `bool`, `String`, `&'static str`, `PageNumber`, enums with [`derive@Metric`], or an `Option` of one of
/// these. A field's doc comment explains it in `shelf report --explain`. Page number, time, cost and attempts are kept by the
/// runtime for every page, so no field has their names.
///
/// | attribute of a field | says |
/// | --- | --- |
/// | `#[metrics(range(0.0..=1.0))]` on a number | a page with another value fails |
/// | `#[metrics(unit = "px")]` on a number | what it is measured in |
/// | `#[metrics(nested)]` on metrics, or an `Option` of them | their fields, as `outer.inner` |
/// | `#[metrics(flatten)]` on metrics, or an `Option` of them | their fields, as if they stood here |
/// | `#[metrics(crate = path)]` on the struct | where `shelf` is, if it has another name |
///
/// `shelf stats` gives of every number the smallest, the greatest, mean, p50, p95 and sum, and of all else how often each value
/// was found.
#[proc_macro_derive(PageMetrics, attributes(metrics))]
pub fn page_metrics(input: TokenStream) -> TokenStream {
    metrics::derive_page_metrics(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes an enum of plain words the type of a metric: `RomanNumerals` is the word `roman_numerals`, as serde's
/// `rename_all = "snake_case"` writes it.
///
/// | attribute | says |
/// | --- | --- |
/// | `#[metrics(crate = path)]` on the enum | where `shelf` is, if it has another name |
#[proc_macro_derive(Metric, attributes(metrics))]
pub fn metric(input: TokenStream) -> TokenStream {
    metrics::derive_metric(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the fields of metrics columns of `report.csv`, in their order, and says which values make a page worth a look.
///
/// | attribute of a field | says |
/// | --- | --- |
/// | `#[report(skip)]` | kept with the page, but no column |
/// | `#[report(title = "Words")]` | the column's header, if not the field's name; of nested metrics, what stands before the dot |
/// | `#[report(decimals = 3)]` on `f32`, `f64` | how many decimals are printed, if not all |
/// | `#[report(flag(below = 20))]` on a number | a smaller value flags the page |
/// | `#[report(flag(above = 2_000))]` on a number | a greater value does |
/// | `#[report(flag(missing))]` on an `Option` | no value does |
/// | `#[report(flag(equals = "blank"))]` on text, an enum, `bool`, whole numbers | just this value does, as the report prints it |
///
/// Several flags stand side by side: `flag(below = 20, above = 2_000)`, or one `flag(…)` after another.
///
/// | attribute of the struct | says |
/// | --- | --- |
/// | `#[report(order(confidence, words))]` | these columns come first, in this order; the others follow |
/// | `#[report(of = Metrics)]` | the report is on `Metrics`, and this struct lists its columns (below) |
/// | `#[report(crate = path)]` | where `shelf` is, if it has another name |
///
/// # A report on a struct of its own
///
/// Where a report shows little of what is measured, a struct of its own lists just that: `#[report(of = Metrics)]`. The compiler
/// sees that every field is one of the metrics, and of the same type; `Metrics` then does not derive `Report` itself. A metric
/// of a nested or flattened struct is picked by its way in Rust, `#[report(field = size.width)]`, and a doc comment here explains
/// the column in place of the metric's. The documentation of `shelf::metrics` has an example.
#[proc_macro_derive(Report, attributes(report))]
pub fn report(input: TokenStream) -> TokenStream {
    metrics::derive_report(&parse_macro_input!(input as DeriveInput)).into()
}
