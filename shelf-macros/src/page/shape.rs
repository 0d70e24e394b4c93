use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, Lit};

use crate::runtime::Runtime;

/// What is said of a type, variant or field in `#[serde(…)]`: `("tag", Some("kind"))`, `("flatten", None)`.
pub(super) struct Serde {
    said: Vec<(String, Option<String>)>,
}

impl Serde {
    /// Reads the attributes loosely; what is wrong with them, serde reports.
    pub(super) fn of(attributes: &[Attribute]) -> Self {
        let mut said = Vec::new();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            let Ok(list) = attribute.meta.require_list() else { continue };
            let tokens: Vec<TokenTree> = list.tokens.clone().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',');
            said.extend(tokens.split(is_comma).filter_map(|option| match option {
                [TokenTree::Ident(word), TokenTree::Punct(mark), TokenTree::Literal(value)]
                    if mark.as_char() == '=' =>
                {
                    Some((word.to_string(), text(value)))
                }
                [TokenTree::Ident(word), ..] => Some((word.to_string(), None)),
                _ => None,
            }));
        }
        Self { said }
    }

    pub(super) fn says(&self, word: &str) -> bool {
        self.said.iter().any(|(said, _)| said == word)
    }

    pub(super) fn value(&self, word: &str) -> Option<&str> {
        self.said.iter().find(|(said, _)| said == word)?.1.as_deref()
    }
}

fn text(literal: &proc_macro2::Literal) -> Option<String> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        _ => None,
    }
}

/// `impl PartOnly for Kind {}`, where the type is no JSON object: a stage cannot return it.
pub(super) fn emit_shape(runtime: &Runtime, input: &DeriveInput) -> Option<TokenStream> {
    let serde = Serde::of(&input.attrs);
    let converted = ["from", "try_from", "into"].iter().any(|word| serde.says(word));
    let object = match &input.data {
        Data::Struct(data) => matches!(data.fields, Fields::Named(_)) && !serde.says("transparent"),
        Data::Enum(_) => serde.says("tag"),
        Data::Union(_) => true,
    };
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    (!object && !converted).then(|| {
        quote! {
            #[automatically_derived]
            impl #generics #runtime::PartOnly for #name #arguments #bounds {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_serde_are_read_and_what_is_wrong_is_left_to_serde() {
        let item: DeriveInput = syn::parse_quote! {
            #[serde(tag = "kind", rename_all(serialize = "a", deserialize = "b"), 7)]
            #[serde(deny_unknown_fields, content = 9)]
            #[serde]
            #[other(flatten)]
            enum Kind {}
        };
        let serde = Serde::of(&item.attrs);
        assert_eq!(serde.value("tag"), Some("kind"));
        assert!(serde.says("rename_all") && serde.says("deny_unknown_fields") && !serde.says("flatten"));
        assert_eq!((serde.says("content"), serde.value("content")), (true, None));
    }
}
