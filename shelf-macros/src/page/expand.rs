use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Data, DeriveInput, Error, Path, Token};

use super::shape::emit_shape;
use super::validate::emit_validate;
use crate::diagnostics::Diagnostics;
use crate::list::read_each;
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

/// What `#[page]` derives.
const DERIVED: [&str; 4] = ["Serialize", "Deserialize", "JsonSchema", "Validate"];

/// The type with the derives, and beside it how it is validated.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut input = match syn::parse2::<DeriveInput>(item.clone()) {
        Ok(input) if !matches!(input.data, Data::Union(_)) => input,
        Ok(union) => return not_a_type(union.ident.span(), item),
        Err(_) => return not_a_type(Span::call_site(), item),
    };
    let mut diagnostics = Diagnostics::new();
    let runtime = Runtime::new(parse_crate(attribute, &mut diagnostics));
    check_derives(&mut input.attrs, &mut diagnostics);
    let beside = emit_beside(&runtime, &input, &mut diagnostics);
    let derives = emit_derives(&runtime);
    match diagnostics.into_errors() {
        None => quote!(#derives #item #beside),
        // The other macros read the rules as well: without them, one mistake is one error.
        Some(errors) => {
            let item = without_rules(input);
            quote!(#derives #item #beside #errors)
        }
    }
}

/// What is written beside the type.
#[cfg(test)]
pub(crate) fn expand_beside(item: TokenStream) -> TokenStream {
    let input: DeriveInput = syn::parse2(item).expect("it is a type");
    let mut diagnostics = Diagnostics::new();
    let beside = emit_beside(&Runtime::new(None), &input, &mut diagnostics);
    let errors = diagnostics.into_errors();
    quote!(#beside #errors)
}

fn emit_beside(runtime: &Runtime, input: &DeriveInput, diagnostics: &mut Diagnostics) -> TokenStream {
    let validate = emit_validate(runtime, input, diagnostics);
    let shape = emit_shape(runtime, input);
    quote!(#validate #shape)
}

fn not_a_type(found: Span, item: &TokenStream) -> TokenStream {
    let error = Error::new(found, "`#[page]` goes on a struct or an enum").into_compile_error();
    quote!(#item #error)
}

/// `#[derive(…)] #[serde(crate = …)] #[schemars(crate = …)]`
fn emit_derives(runtime: &Runtime) -> TokenStream {
    let serde = quote!(#runtime::serde);
    let schemars = quote!(#runtime::schemars);
    let (in_serde, in_schemars) = (path_text(&serde), path_text(&schemars));
    quote! {
        #[derive(#serde::Serialize, #serde::Deserialize, #schemars::JsonSchema)]
        #[serde(crate = #in_serde)]
        #[schemars(crate = #in_schemars)]
    }
}

fn path_text(path: &TokenStream) -> String {
    path.to_string().replace(' ', "")
}

/// Where shelf is, as `#[page(crate = path)]` says.
fn parse_crate(attribute: TokenStream, diagnostics: &mut Diagnostics) -> Option<Path> {
    let mut krate = None;
    let read = |input: ParseStream| {
        read_each(input, |input| {
            let word = input.call(Ident::parse_any)?;
            if word != "crate" {
                let near = did_you_mean(&word.to_string(), ["crate"]);
                return Err(Error::new(word.span(), format!("unknown option `{word}`; expected `crate`{near}")));
            }
            let parsed = input.parse::<Token![=]>().and_then(|_| input.call(Path::parse_mod_style));
            krate = Some(parsed.map_err(|error| {
                let span = if input.is_empty() { word.span() } else { error.span() };
                Error::new(span, "`crate` is written `crate = path::to::shelf`")
            })?);
            Ok(())
        })
    };
    if let Err(error) = read.parse2(attribute) {
        diagnostics.add(error);
    }
    krate
}

/// A trait that `#[page]` derives is not derived once more. Takes it out, so that it is one error.
fn check_derives(attributes: &mut [Attribute], diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let Ok(paths) = attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated) else { continue };
        let (twice, others): (Vec<Path>, Vec<Path>) = paths.into_iter().partition(|path| {
            path.segments.last().is_some_and(|last| DERIVED.contains(&last.ident.to_string().as_str()))
        });
        if let Some(first) = twice.first() {
            let names: Vec<String> = twice.iter().map(|path| format!("`{}`", path.to_token_stream())).collect();
            let names = names.join(", ").replace(" :: ", "::");
            diagnostics.error_at(first, format!("`#[page]` derives {names} already; remove it here"));
            *attribute = syn::parse_quote!(#[derive(#(#others),*)]);
        }
    }
}

/// The type without its `#[garde(…)]`.
fn without_rules(mut input: DeriveInput) -> DeriveInput {
    let strip = |attributes: &mut Vec<Attribute>| attributes.retain(|attribute| !attribute.path().is_ident("garde"));
    strip(&mut input.attrs);
    match &mut input.data {
        Data::Struct(data) => data.fields.iter_mut().for_each(|field| strip(&mut field.attrs)),
        Data::Enum(data) => {
            for variant in &mut data.variants {
                strip(&mut variant.attrs);
                variant.fields.iter_mut().for_each(|field| strip(&mut field.attrs));
            }
        }
        Data::Union(_) => {}
    }
    input
}
