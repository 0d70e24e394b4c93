use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// `::shelf::__private`, the one place that expansions name; under `crate = path` it is `path::__private`.
#[derive(Clone)]
pub(crate) struct Runtime {
    krate: Option<Path>,
}

impl Runtime {
    pub(crate) fn new(krate: Option<Path>) -> Self {
        Self { krate }
    }
}

impl ToTokens for Runtime {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(if let Some(krate) = &self.krate {
            quote!(#krate::__private)
        } else {
            quote!(::shelf::__private)
        });
    }
}
