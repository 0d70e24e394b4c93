use proc_macro2::{Ident, Span, TokenStream};
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
    pub(super) attributes: Vec<Attribute>,
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
        attributes: field.attrs.clone(),
        ident,
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
