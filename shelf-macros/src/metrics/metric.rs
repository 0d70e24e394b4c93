use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DataEnum, DeriveInput, Fields, Ident};

use super::options::check_runtime;
use crate::diagnostics::Diagnostics;

/// `impl Metric for Numerals`, whose words are the variants. A mistake leaves the impl, so that it is the only error.
pub(crate) fn derive_metric(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let runtime = check_runtime(input, "metrics", &mut diagnostics);
    let variants = check_enum(input, &mut diagnostics);
    let words: Vec<String> = variants.iter().map(|variant| snake_case(&variant.unraw().to_string())).collect();
    let value = if variants.is_empty() {
        quote!(#runtime::Value::Null)
    } else {
        quote!(#runtime::Value::from(match self { #(Self::#variants { .. } => #words),* }))
    };
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let body = quote! {
        #[automatically_derived]
        impl #generics #runtime::Metric for #name #arguments #bounds {
            const KIND: #runtime::Kind = #runtime::Kind::Word;
            const WORDS: &'static [&'static str] = &[#(#words),*];
            fn to_value(&self) -> #runtime::Value {
                #value
            }
        }
        #[automatically_derived]
        impl #generics #runtime::Discrete for #name #arguments #bounds {}
    };
    let errors = diagnostics.into_errors();
    quote!(#body #errors)
}

/// A metric that is a word is an enum of plain words.
fn check_enum<'a>(input: &'a DeriveInput, diagnostics: &mut Diagnostics) -> Vec<&'a Ident> {
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        diagnostics.error_at(&input.generics, format!("`{name}` is generic; a metric is one of a few fixed words"));
    }
    let variants = match &input.data {
        Data::Enum(DataEnum { variants, .. }) => variants,
        Data::Struct(_) | Data::Union(_) => {
            let message = format!(
                "`{name}` is not an enum; `Metric` is derived for enums without fields (for a struct of metrics, derive `PageMetrics`)"
            );
            diagnostics.error(name.span(), message);
            return Vec::new();
        }
    };
    if variants.is_empty() {
        diagnostics.error(name.span(), format!("`{name}` has no variants; a metric needs at least one"));
    }
    for variant in variants.iter().filter(|variant| !matches!(variant.fields, Fields::Unit)) {
        let message =
            format!("`{}` has fields, and a metric is a mere word; make them metrics of their own", variant.ident);
        diagnostics.error_at(&variant.fields, message);
    }
    variants.iter().map(|variant| &variant.ident).collect()
}

/// `RomanNumerals` as `roman_numerals`, by the rule of serde's `rename_all = "snake_case"`.
fn snake_case(name: &str) -> String {
    let mut words = String::new();
    for (place, letter) in name.char_indices() {
        if letter.is_uppercase() && place > 0 {
            words.push('_');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn variants_are_words_as_serde_writes_them() {
        assert_eq!(snake_case("RomanNumerals"), "roman_numerals");
        assert_eq!(snake_case("XMLPage2"), "x_m_l_page2");
        assert_eq!(snake_case("Über"), "über");
    }
}
