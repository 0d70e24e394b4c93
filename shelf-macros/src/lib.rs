//! x
use proc_macro::TokenStream;
/// x
#[proc_macro_attribute]
pub fn stage(_: TokenStream, item: TokenStream) -> TokenStream {
    item
}
/// x
#[proc_macro_derive(PageMetrics, attributes(metrics))]
pub fn pm(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
/// x
#[proc_macro_derive(Report, attributes(report))]
pub fn re(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
