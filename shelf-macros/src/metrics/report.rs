use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, Path, Token, Type};

use super::column::{Column, FieldPath, check_column};
use super::fields::{Field, Group, check_struct};
use super::options::parse_options;
use crate::diagnostics::Diagnostics;
use crate::list::in_parentheses;
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

const OPTIONS: &[(&str, &str)] =
    &[("of", "of = Metrics"), ("order", "order(words, lines)"), ("crate", "crate = path::to::shelf")];

/// What `#[report(…)]` says of the struct.
#[derive(Default)]
struct Options {
    krate: Option<Path>,
    /// The metrics that it is a report of, where these are another struct.
    of: Option<Type>,
    /// The fields whose columns come first.
    order: Vec<Ident>,
}

/// `impl Report for WordCountMetrics`.
pub(crate) fn derive_report(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let options = parse_struct(input, &mut diagnostics);
    let runtime = Runtime::new(options.krate.clone());
    let fields = check_struct(input, &mut diagnostics);
    let mut columns: Vec<(&Field, Column)> =
        fields.iter().map(|field| (field, check_column(field, options.of.is_some(), &mut diagnostics))).collect();
    let order = check_order(&options.order, &columns, &mut diagnostics);
    columns.sort_by_key(|(field, _)| order.iter().position(|name| *name == field.name).unwrap_or(order.len()));
    columns.retain(|(_, column)| column.skip.is_none());
    let name = &input.ident;
    let body = match &options.of {
        Some(metrics) => emit_of(&runtime, name, metrics, &columns),
        None => emit_own(&runtime, name, &columns),
    };
    let body = input.generics.params.is_empty().then_some(body);
    let errors = diagnostics.into_errors();
    quote!(#body #errors)
}

fn parse_struct(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Options {
    let mut options = Options::default();
    parse_options(&input.attrs, "report", OPTIONS, diagnostics, |key, _, input, _| {
        if key == "order" {
            options.order = in_parentheses(input)?;
            return Ok(());
        }
        input.parse::<Token![=]>()?;
        match key {
            "of" => options.of = Some(input.parse()?),
            _ => options.krate = Some(input.call(Path::parse_mod_style)?),
        }
        Ok(())
    });
    options
}

/// `order` names columns, each once. Returns their names.
fn check_order(order: &[Ident], columns: &[(&Field, Column)], diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for ident in order {
        let name = ident.unraw().to_string();
        let message = match columns.iter().find(|(field, _)| field.name == name) {
            None => {
                let near = did_you_mean(&name, columns.iter().map(|(field, _)| field.name.as_str()));
                Some(format!("`order` lists the fields of this struct, and `{name}` is not one of them{near}"))
            }
            Some((_, column)) if column.skip.is_some() => {
                Some(format!("`{name}` is skipped, so it is not in the report; drop it here, or drop its `skip`"))
            }
            Some(_) if names.contains(&name) => Some(format!("`{name}` has a place already; keep one")),
            Some(_) => None,
        };
        if let Some(message) = message {
            diagnostics.error(ident.span(), message);
        }
        names.push(name);
    }
    names
}

/// The report of the struct's own fields.
fn emit_own(runtime: &Runtime, name: &Ident, columns: &[(&Field, Column)]) -> TokenStream {
    let rows = columns.iter().map(|(field, column)| emit_column(runtime, field, column));
    quote! {
        #[automatically_derived]
        impl #runtime::Report for #name {
            fn columns(columns: &mut #runtime::Columns) {
                #(#rows)*
            }
        }
    }
}

/// `columns.add("words", "Words").below::<u32>(20.0);` · `columns.nest::<Size>("size", "size");`
fn emit_column(runtime: &Runtime, field: &Field, column: &Column) -> TokenStream {
    let Field { name, ty, .. } = field;
    let title = emit_title(field, column);
    match field.group {
        Some(Group::Nested) => quote!(columns.nest::<#ty>(#name, #title);),
        Some(Group::Flattened) => quote!(columns.flatten::<#ty>(#name);),
        None => {
            let details = column.emit_details(runtime, field);
            quote!(columns.add(#name, #title)#details;)
        }
    }
}

/// The report of another struct's fields. The last line reads the fields, which are there for their names and types only.
fn emit_of(runtime: &Runtime, name: &Ident, metrics: &Type, columns: &[(&Field, Column)]) -> TokenStream {
    let rows = columns.iter().map(|(field, column)| emit_pick(runtime, metrics, field, column));
    let idents = columns.iter().map(|(field, _)| &field.ident);
    quote! {
        #[automatically_derived]
        impl #runtime::Report for #metrics {
            fn columns(columns: &mut #runtime::Columns) {
                #(#rows)*
                let _ = |report: &#name| { #(let _ = &report.#idents;)* };
            }
        }
    }
}

/// `columns.pick(|metrics: &Metrics| -> &u32 { &metrics.words }, "words", "words");`
fn emit_pick(runtime: &Runtime, metrics: &Type, field: &Field, column: &Column) -> TokenStream {
    let ty = &field.ty;
    let own = FieldPath::of(field);
    let path = column.path.as_ref().unwrap_or(&own);
    let binding = Ident::new("metrics", Span::mixed_site().located_at(path.span()));
    let (access, text, title) = (path.emit_access(&binding), path.text(), emit_title(field, column));
    let body = quote_spanned!(path.span()=> { #access });
    let doc = (!field.doc.is_empty()).then(|| {
        let doc = &field.doc;
        quote!(.described(#doc))
    });
    let details = column.emit_details(runtime, field);
    quote!(columns.pick(|#binding: &#metrics| -> &#ty #body, #text, #title)#doc #details;)
}

fn emit_title(field: &Field, column: &Column) -> String {
    column.title.as_ref().map_or_else(|| field.name.clone(), syn::LitStr::value)
}
