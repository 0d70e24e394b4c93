use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, Token};

use super::fields::{Field, at, check_struct};
use super::number::Number;
use super::options::{check_runtime, parse_options};
use crate::diagnostics::Diagnostics;
use crate::runtime::Runtime;

const OPTIONS: &[(&str, &str)] = &[("range", "range(0.0..=1.0)")];

/// `least..=greatest`, and where it stands.
struct Range {
    least: Number,
    greatest: Number,
    span: Span,
}

/// `impl PageMetrics for WordCountMetrics`.
pub(crate) fn derive_page_metrics(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let runtime = check_runtime(input, "metrics", &mut diagnostics);
    let fields = check_struct(input, &mut diagnostics);
    let rows: Vec<TokenStream> = fields
        .iter()
        .map(|field| {
            let range = check_range(field, &mut diagnostics);
            emit_field(&runtime, field, range.as_ref())
        })
        .collect();
    let values = fields.iter().map(|Field { ident, ty, .. }| quote!(<#ty as #runtime::Metric>::to_value(&self.#ident)));
    let name = &input.ident;
    let body = quote! {
        impl #runtime::PageMetrics for #name {
            const FIELDS: &'static [#runtime::Field] = &[#(#rows),*];
            fn values(&self) -> ::std::vec::Vec<#runtime::Value> {
                ::std::vec![#(#values),*]
            }
        }
    };
    let body = input.generics.params.is_empty().then_some(body);
    let errors = diagnostics.into_errors();
    quote!(#body #errors)
}

/// A range goes from the smaller to the greater number, and both are allowed.
fn check_range(field: &Field, diagnostics: &mut Diagnostics) -> Option<Range> {
    let mut range = None;
    parse_options(&field.attributes, "metrics", OPTIONS, diagnostics, |_, span, input| {
        let content;
        syn::parenthesized!(content in input);
        let least: Number = content.parse()?;
        content.parse::<Token![..=]>()?;
        let greatest: Number = content.parse()?;
        if !content.is_empty() {
            return Err(content.error("expected nothing more"));
        }
        if least.value >= greatest.value {
            let (least, greatest) = (quote!(#least).to_string(), quote!(#greatest).to_string());
            let message = format!("the range `{least}..={greatest}` is empty; expected the smaller number first");
            return Err(syn::Error::new(span, message));
        }
        range = Some(Range { least, greatest, span });
        Ok(())
    });
    range
}

/// `<f64 as Metric>::FIELD.named("confidence", "…").within::<f64>(0.0, 1.0)`
fn emit_field(runtime: &Runtime, field: &Field, range: Option<&Range>) -> TokenStream {
    let Field { name, doc, ty, .. } = field;
    let range = range.map(|Range { least, greatest, span }| {
        let (ty, least, greatest) = (at(*span, ty), least.emit(), greatest.emit());
        quote!(.within::<#ty>(#least, #greatest))
    });
    quote!(<#ty as #runtime::Metric>::FIELD.named(#name, #doc)#range)
}
