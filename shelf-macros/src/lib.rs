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

/// Makes a function a stage.
#[proc_macro_attribute]
pub fn stage(attribute: TokenStream, item: TokenStream) -> TokenStream {
    stage::expand(attribute.into(), &item.into()).into()
}

/// Makes a struct of numbers the metrics of a stage.
#[proc_macro_derive(PageMetrics, attributes(metrics))]
pub fn page_metrics(input: TokenStream) -> TokenStream {
    metrics::derive_page_metrics(&parse_macro_input!(input as DeriveInput)).into()
}

/// Says which metrics stand in `report.csv`, and which values make a page worth a look.
#[proc_macro_derive(Report, attributes(report))]
pub fn report(input: TokenStream) -> TokenStream {
    metrics::derive_report(&parse_macro_input!(input as DeriveInput)).into()
}
