use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{DeriveInput, LitStr, Token};

use super::fields::{Field, Group, at, check_struct};
use super::number::Number;
use super::options::{check_runtime, parse_options};
use crate::diagnostics::Diagnostics;

const OPTIONS: &[(&str, &str)] = &[
    ("range", "range(0.0..=1.0)"),
    ("unit", "unit = \"px\""),
    ("alias", "alias = \"former_name\""),
    ("nested", "nested"),
    ("flatten", "flatten"),
];

/// What the runtime measures of every page, and what a report says of it: no metric has such a name.
const RESERVED: &[&str] = &["page_num", "flagged", "processing_time_seconds", "cost_usd", "attempts"];

/// What `#[metrics(…)]` says of a field.
#[derive(Default)]
struct Measure {
    range: Option<Range>,
    unit: Option<LitStr>,
    /// The name it had before.
    alias: Option<LitStr>,
    /// Where `nested` and `flatten` stand.
    groups: Vec<Span>,
}

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
    let measures: Vec<Measure> = fields.iter().map(|field| check_measure(field, &mut diagnostics)).collect();
    check_names(&fields, &mut diagnostics);
    let rows = fields.iter().zip(&measures).map(|(field, measure)| emit_field(field, measure));
    let values = fields.iter().map(emit_value);
    let name = &input.ident;
    let body = quote! {
        #[automatically_derived]
        impl #runtime::PageMetrics for #name {
            fn fields(fields: &mut #runtime::Fields) {
                #(#rows)*
            }
            fn values(&self, values: &mut #runtime::Values) {
                #(#values)*
            }
        }
    };
    let body = input.generics.params.is_empty().then_some(body);
    let errors = diagnostics.into_errors();
    quote!(#body #errors)
}

/// A number may have a range and a unit; a group has neither, since its fields have their own.
fn check_measure(field: &Field, diagnostics: &mut Diagnostics) -> Measure {
    let mut measure = Measure::default();
    parse_options(&field.attributes, "metrics", OPTIONS, diagnostics, |key, span, input, diagnostics| {
        match key {
            "range" => {
                let content;
                syn::parenthesized!(content in input);
                measure.range = check_range(span, &content, diagnostics)?;
            }
            "unit" => {
                input.parse::<Token![=]>()?;
                let unit: LitStr = input.parse()?;
                if unit.value().trim().is_empty() {
                    diagnostics.error(unit.span(), "a unit is not empty; for a mere number leave it out");
                }
                measure.unit = Some(unit);
            }
            "alias" => {
                input.parse::<Token![=]>()?;
                measure.alias = Some(input.parse()?);
            }
            _ => measure.groups.push(span),
        }
        Ok(())
    });
    let name = &field.name;
    if let [_, second] = measure.groups[..] {
        diagnostics.error(second, format!("`{name}` is `nested` and `flatten`; keep the one that is meant"));
    }
    let own = measure.range.as_ref().map(|range| (range.span, "range"));
    let own = own.or(measure.unit.as_ref().map(|unit| (unit.span(), "unit")));
    let own = own.or(measure.alias.as_ref().map(|alias| (alias.span(), "name")));
    if let (Some((span, what)), false) = (own, measure.groups.is_empty()) {
        diagnostics.error(span, format!("`{name}` is a struct of metrics, which have each a {what} of their own"));
    }
    measure
}

/// A range goes from the smaller to the greater number, and both are allowed.
fn check_range(
    span: Span,
    content: syn::parse::ParseStream,
    diagnostics: &mut Diagnostics,
) -> syn::Result<Option<Range>> {
    let least: Number = content.parse()?;
    content.parse::<Token![..=]>()?;
    let greatest: Number = content.parse()?;
    if !content.is_empty() {
        return Err(content.error("expected nothing more"));
    }
    least.check(diagnostics);
    greatest.check(diagnostics);
    if least.value >= greatest.value {
        let (least, greatest) = (quote!(#least).to_string(), quote!(#greatest).to_string());
        let message = format!("the range `{least}..={greatest}` is empty; expected the smaller number first");
        diagnostics.error(span, message);
        return Ok(None);
    }
    Ok(Some(Range { least, greatest, span }))
}

/// The names of the runtime's own metrics are reserved.
fn check_names(fields: &[Field], diagnostics: &mut Diagnostics) {
    let own = fields.iter().filter(|field| field.group.is_none());
    for Field { ident, name, .. } in own.filter(|field| RESERVED.contains(&field.name.as_str())) {
        let message = format!("`{name}` is a name that the runtime uses itself; drop the field or rename it");
        diagnostics.error(ident.span(), message);
    }
}

/// `fields.metric::<f64>().add("confidence", "…").within::<f64>(0.0, 1.0);` · `fields.group::<Size>().nest("size");`
fn emit_field(field: &Field, measure: &Measure) -> TokenStream {
    let Field { name, doc, ty, .. } = field;
    match field.group {
        Some(Group::Nested) => quote!(fields.group::<#ty>().nest(#name);),
        Some(Group::Flattened) => quote!(fields.group::<#ty>().flatten(#name);),
        None => {
            let range = measure.range.as_ref().map(|Range { least, greatest, span }| {
                let (ty, least, greatest) = (at(*span, ty), least.emit(), greatest.emit());
                quote!(.within::<#ty>(#least, #greatest))
            });
            let unit = measure.unit.as_ref().map(|unit| {
                let ty = at(unit.span(), ty);
                quote!(.unit::<#ty>(#unit))
            });
            let alias = measure.alias.as_ref().map(|alias| quote!(.alias(#alias)));
            quote!(fields.metric::<#ty>().add(#name, #doc)#range #unit #alias;)
        }
    }
}

/// `values.metric::<f64>().add(&self.confidence);` · `values.group::<Size>().add(&self.size);`
fn emit_value(Field { ident, ty, group, .. }: &Field) -> TokenStream {
    let listed = if group.is_some() { quote!(group) } else { quote!(metric) };
    quote!(values.#listed::<#ty>().add(&self.#ident);)
}
