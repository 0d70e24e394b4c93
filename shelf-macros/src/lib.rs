//! The macros of shelf: [`macro@stage`], [`macro@page`], [`PageMetrics`], [`derive@Metric`] and [`Report`].
//!
//! Use them through `shelf`, which re-exports them; what they expand to names `::shelf::__private`.

mod diagnostics;
mod doc_comment;
#[cfg(test)]
mod expansion;
mod list;
mod metrics;
mod page;
mod runtime;
mod stage;
mod suggest;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Turns a function into a stage: a step that makes one output for each page of a book, or one for the whole book.
///
/// The function itself is unchanged and can still be called. Next to it, the macro adds an empty `enum` of the same name, which
/// other stages refer to in their `deps`, and a row in the table of stages that the runtime reads.
///
/// # Options
///
/// | option | meaning | default |
/// | --- | --- | --- |
/// | `name = "word_count"` | the stage's folder and the value of `--stage`: `[a-z][a-z0-9_]*`, at most 40 bytes | required |
/// | `deps = [ocr, words = other::ocr]` | the stages whose output the function takes, by path; `alias = path` renames one | none: made from the scan |
/// | `parallelism = cpu` | a `fn`, one page per core, on rayon | the default of a `fn` |
/// | `parallelism = fixed(8)` | a `fn`, up to 8 pages at a time, on rayon | |
/// | `parallelism = io` | an `async fn`, up to 30 pages at a time, on tokio | the default of an `async fn` |
/// | `parallelism = llm` | an `async fn` that calls language models, through its parameter `Llm` or in a hook, on tokio | |
/// | `isolated` | a `fn` that runs in worker processes: a crash, a hang or too much memory fails only the current page, with a reason. Pages share no memory, and `options` must also derive `Deserialize` | runs in the main process |
/// | `confined = false` | the worker processes of an `isolated` stage may do everything that this program may, except use API keys. Otherwise they read only their book and the system's files, write nothing, and open no socket (on Linux) | `true` |
/// | `scope = book` | runs once per book | `page`: once per page |
/// | `version = 2` | pages made by other versions are stale | 1 |
/// | `options = MyOptions` | the stage's command-line options: a `clap::Args` that implements `Serialize` | none |
/// | `before = path` | a `fn(&StageRun) -> Result<()>`, or an `async fn` with this signature, called before the first page; if it fails, no page is started | none |
/// | `after = path` | the same, called after the last page; may take `&mut StageRun`, and its changes to the metadata are saved if it succeeds. If it fails or is interrupted, the next run calls it again | none |
/// | `conserves = ocr` | every paragraph of `ocr` must occur in the output exactly once, otherwise the page fails; both output types implement `Paragraphs` | not checked |
/// | `retries = 2` | how often one run retries a page after a transient failure | 2 |
/// | `timeout = "120s"` | a page that takes longer fails: transiently in an `async fn`, permanently in an `isolated` stage, whose worker process is killed. Other stages cannot have a timeout, because a thread cannot be stopped | none; for `isolated`, `--worker-time` |
/// | `on_error = skip` | a page that fails permanently is left out: it still blocks the pages made from it, but is not an error of the run | `fail` |
/// | `on_error = copy(ocr)` | a page that fails permanently becomes a copy of the output of `ocr`, converted by `From`; its record, the report and the status say so | `fail` |
/// | `max_failed = "2%"`, `max_failed = 10` | once more than this share or number of the requested pages have failed, the stage's remaining pages are not tried | all are tried |
/// | `prompt = PROMPT`, `model = MODEL` | constants of type `&str` that the function passes to a model: when they change, pages become stale | none |
/// | `crate = path` | the path of `shelf`, if it was renamed | `::shelf` |
///
/// # Parameters
///
/// A parameter named after a dependency receives that stage's output. In a page stage, its type is the output type or
/// `Window<Output, 2>`, the page with up to two neighbours on either side; in a `scope = book` stage, it is `Pages<Output>`. The
/// output of a book stage has its own type in stages of both scopes.
///
/// Any other parameter is chosen by its type: `PageNumber` and `PageImage` (page stages), `BookMetadata`, `Languages`,
/// `PageFiles`, `Warnings`, `Prompt`, `Llm` (`parallelism = llm`), and `&MyOptions` if `options = MyOptions` is set.
///
/// # Return type
///
/// `Result<Output>` or `Result<(Output, Metrics)>`. The output is a struct with named fields under [`macro@page`],
/// the metrics derive [`PageMetrics`] and [`Report`]. Any `std::error::Error` can be returned, directly or through `?`. The
/// macro reads both types from the signature, so the return type must be called `Result`; its path does not matter.
///
/// # Expansion
///
/// The function gets `#[allow]` for lints that its signature would trigger: clippy's `missing_errors_doc`,
/// `needless_pass_by_value`, `too_many_arguments`, `trivially_copy_pass_by_ref`, `unnecessary_wraps` and `unused_async`. The README
/// of shelf shows the rest of the expansion.
#[proc_macro_attribute]
pub fn stage(attribute: TokenStream, item: TokenStream) -> TokenStream {
    stage::expand(attribute.into(), &item.into()).into()
}

/// Makes a struct or an enum a type for outputs of stages: serde writes and reads it, schemars describes it, and its fields are validated.
///
/// ```text
/// #[page]
/// pub struct WordCount {
///     #[garde(range(min = 1))]
///     pub page_number: u32,
///     pub words: u32,
/// }
/// ```
///
/// It derives `Serialize`, `Deserialize` and `JsonSchema` and implements `garde::Validate`, all from the crates that shelf depends on; they need
/// not be in the `Cargo.toml` of the stage's crate. The attributes of serde and schemars work as usual. Other traits, such as `Debug` and `Clone`,
/// are derived as usual.
///
/// **The output of a stage** must be a JSON object: a struct with named fields, or an enum with `#[serde(tag = "…")]`. Types nested in it may be
/// any struct or enum with `#[page]`, or any other type that implements `Serialize`, `Deserialize` and `JsonSchema`.
///
/// # Rules
///
/// A field without a rule is validated by the rules of its type, also in an `Option`, a list or a map. The names of the rules are garde's:
///
/// | attribute of a field | meaning |
/// | --- | --- |
/// | `#[garde(range(min = 0.0, max = 1.0))]` | the range of a number; one bound is sufficient, and `equal = 4` sets both |
/// | `#[garde(length(min = 1, max = 40))]` | the number of items of a list or bytes of a string; `length(chars, max = 40)` counts characters, `utf16` code units |
/// | `#[garde(inner(length(min = 1)))]` | these rules apply to each item of a list, or to the value in an `Option` |
/// | `#[garde(custom(function))]` | calls `function(&field, &())`, which returns a `Result` whose error can be displayed |
/// | `#[garde(required)]` | an `Option` has a value |
/// | `#[garde(ascii)]`, `alphanumeric`, `contains("…")`, `prefix("…")`, `suffix("…")`, `ip`, `ipv4`, `ipv6` | the format of a string |
/// | `#[garde(skip)]` | the field is not validated, not even by the rules of its type |
/// | `#[garde(dive)]` | the field is validated by the rules of its type; only needed if the type is a parameter of a generic type |
///
/// For other rules of garde, such as `email`, write a function for `custom`, or derive `Serialize, Deserialize, JsonSchema, Validate` instead of
/// using `#[page]`. In that case, add serde, schemars and garde to `Cargo.toml`, and give every field a rule or `#[garde(skip)]`, or the type
/// `#[garde(allow_unvalidated)]`.
///
/// | option | meaning |
/// | --- | --- |
/// | `#[page(crate = path)]` | the path of `shelf`, if it was renamed |
#[proc_macro_attribute]
pub fn page(attribute: TokenStream, item: TokenStream) -> TokenStream {
    page::expand(attribute.into(), &item.into()).into()
}

/// Derives the metrics of a stage: numbers, words and flags that are measured for every page.
///
/// Fields are numbers, `bool`, `String`, `&'static str`, `PageNumber`, enums with [`derive@Metric`], or an `Option` of one of
/// these. `shelf report --explain` shows their doc comments. The runtime already records page number, time, cost and attempts
/// for every page; these names are reserved.
///
/// | attribute of a field | meaning |
/// | --- | --- |
/// | `#[metrics(range(0.0..=1.0))]` on a number | a page with a value outside the range fails |
/// | `#[metrics(unit = "px")]` on a number | the unit |
/// | `#[metrics(nested)]` on metrics, or an `Option` of them | adds their fields as `outer.inner` |
/// | `#[metrics(flatten)]` on metrics, or an `Option` of them | adds their fields without a prefix |
/// | `#[metrics(crate = path)]` on the struct | the path of `shelf`, if it was renamed |
///
/// For numbers, `shelf stats` shows minimum, maximum, mean, p50, p95 and sum; for all other fields, how often each value
/// occurs.
#[proc_macro_derive(PageMetrics, attributes(metrics))]
pub fn page_metrics(input: TokenStream) -> TokenStream {
    metrics::derive_page_metrics(&parse_macro_input!(input as DeriveInput)).into()
}

/// Derives `Metric` for an enum of unit variants, so that it can be a field of metrics. `RomanNumerals` is shown as
/// `roman_numerals`, as with serde's `rename_all = "snake_case"`.
///
/// | attribute | meaning |
/// | --- | --- |
/// | `#[metrics(crate = path)]` on the enum | the path of `shelf`, if it was renamed |
#[proc_macro_derive(Metric, attributes(metrics))]
pub fn metric(input: TokenStream) -> TokenStream {
    metrics::derive_metric(&parse_macro_input!(input as DeriveInput)).into()
}

/// Makes the fields of metrics columns of `report.csv`, in their order, and defines which values flag a page for review.
///
/// | attribute of a field | meaning |
/// | --- | --- |
/// | `#[report(skip)]` | stored with the page, but not a column |
/// | `#[report(title = "Words")]` | the column's header instead of the field's name; for nested metrics, the prefix before the dot |
/// | `#[report(decimals = 3)]` on `f32`, `f64` | the number of decimals shown; all by default |
/// | `#[report(flag(below = 20))]` on a number | smaller values flag the page |
/// | `#[report(flag(above = 2_000))]` on a number | greater values flag the page |
/// | `#[report(flag(missing))]` on an `Option` | `None` flags the page |
/// | `#[report(flag(equals = "blank"))]` on text, an enum, `bool`, whole numbers | this value, as the report shows it, flags the page |
///
/// Flags can be combined: `flag(below = 20, above = 2_000)`, or several `flag(…)`.
///
/// | attribute of the struct | meaning |
/// | --- | --- |
/// | `#[report(order(confidence, words))]` | these columns come first, in this order |
/// | `#[report(of = Metrics)]` | this struct lists the columns of the report on `Metrics` (see below) |
/// | `#[report(crate = path)]` | the path of `shelf`, if it was renamed |
///
/// # A separate struct for the report
///
/// If a report shows only a few of the metrics, a separate struct with `#[report(of = Metrics)]` can list them. The compiler
/// checks that every field is a metric of the same type; `Metrics` then does not derive `Report` itself. To select a metric of
/// a nested or flattened struct, give its Rust path, `#[report(field = size.width)]`. A doc comment here replaces the metric's.
/// The documentation of `shelf::metrics` has an example.
#[proc_macro_derive(Report, attributes(report))]
pub fn report(input: TokenStream) -> TokenStream {
    metrics::derive_report(&parse_macro_input!(input as DeriveInput)).into()
}
