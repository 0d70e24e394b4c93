use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Fields, Type};

use crate::diagnostics::Diagnostics;
use crate::doc_comment::doc_comment;

/// A field of a metrics struct.
pub(super) struct Field {
    pub(super) ident: Ident,
    /// The field's name without `r#`, as the report prints it.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) ty: Type,
    pub(super) group: Option<Group>,
    pub(super) attributes: Vec<Attribute>,
}

/// How the metrics of another struct stand among a struct's own.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Group {
    /// `#[metrics(nested)]`: each with the field's name before its own.
    Nested,
    /// `#[metrics(flatten)]`: each under its own name.
    Flattened,
}

/// Metrics are a struct with named fields and without parameters: each field is a value, and may be a column.
pub(super) fn check_struct(input: &DeriveInput, diagnostics: &mut Diagnostics) -> Vec<Field> {
    let name = &input.ident;
    let found = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => {
                if !input.generics.params.is_empty() {
                    diagnostics.error_at(
                        &input.generics,
                        format!("`{name}` is generic; the metrics of a stage have fixed columns: name the types"),
                    );
                }
                return fields.named.iter().filter_map(field).collect();
            }
            Fields::Unnamed(_) => "a tuple struct",
            Fields::Unit => "a struct without fields",
        },
        Data::Enum(_) => "an enum",
        Data::Union(_) => "a union",
    };
    diagnostics.error(
        name.span(),
        format!("`{name}` is {found}; metrics are a struct with named fields, since their names are the columns"),
    );
    Vec::new()
}

fn field(field: &syn::Field) -> Option<Field> {
    let ident = field.ident.clone()?;
    Some(Field {
        name: ident.unraw().to_string(),
        doc: doc_comment(&field.attrs),
        ty: field.ty.clone(),
        group: group(&field.attrs),
        attributes: field.attrs.clone(),
        ident,
    })
}

/// The group that a field says it is. Both derives ask; what is wrong with the attribute, `PageMetrics` reports.
fn group(attributes: &[Attribute]) -> Option<Group> {
    let lists = attributes.iter().filter(|found| found.path().is_ident("metrics")).filter_map(|found| {
        let list = found.meta.require_list().ok()?;
        Some(list.tokens.clone())
    });
    lists.flatten().find_map(|token| match token {
        TokenTree::Ident(word) if word == "nested" => Some(Group::Nested),
        TokenTree::Ident(word) if word == "flatten" => Some(Group::Flattened),
        _ => None,
    })
}

/// `T` where messages about it shall stand at `span`.
pub(super) fn at(span: Span, ty: &Type) -> TokenStream {
    ty.to_token_stream()
        .into_iter()
        .map(|mut token| {
            token.set_span(span.resolved_at(token.span()));
            token
        })
        .collect()
}
