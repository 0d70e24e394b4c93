use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, DeriveInput, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::list::{all, read_each};
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

/// Reads the options of every `#[<attribute>(…)]`: `known` says which there are and how each is written, `parse` reads the
/// value of the one that it is given.
pub(super) fn parse_options(
    attributes: &[Attribute],
    attribute: &str,
    known: &[(&str, &str)],
    diagnostics: &mut Diagnostics,
    mut parse: impl FnMut(&str, Span, ParseStream) -> syn::Result<()>,
) {
    let mut seen: Vec<String> = Vec::new();
    for found in attributes.iter().filter(|found| found.path().is_ident(attribute)) {
        let Ok(list) = found.meta.require_list() else {
            let message = format!("`#[{attribute}]` is empty; write `#[{attribute}({})]`", known[0].1);
            diagnostics.error_at(found, message);
            continue;
        };
        let read = |input: ParseStream| {
            read_each(input, |input| {
                let word = input.call(Ident::parse_any)?;
                let key = word.to_string();
                let Some((_, written)) = known.iter().find(|(name, _)| *name == key) else {
                    return Err(unknown(&word, &key, known));
                };
                if seen.contains(&key) && key != "flag" {
                    return Err(syn::Error::new(word.span(), format!("`{key}` is given twice; keep one")));
                }
                seen.push(key.clone());
                parse(&key, word.span(), input)
                    .or_else(|error| all(error.into_iter().map(|error| mistaken(&error, &word, &key, written))))
            })
        };
        if let Err(error) = read.parse2(list.tokens.clone()) {
            diagnostics.add(error);
        }
    }
}

fn unknown(word: &Ident, key: &str, known: &[(&str, &str)]) -> syn::Error {
    let names = || known.iter().map(|(name, _)| *name);
    let near = did_you_mean(key, names());
    let expected = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    syn::Error::new(word.span(), format!("unknown option `{key}`; expected {expected}{near}"))
}

/// A mistake in the value of an option: what it says of itself, or how the option is written.
fn mistaken(error: &syn::Error, word: &Ident, key: &str, written: &str) -> syn::Error {
    let message = error.to_string();
    if message.starts_with("unexpected end of input") {
        syn::Error::new(word.span(), format!("`{key}` is written `{written}`"))
    } else if message.starts_with("expected") || message.starts_with("unexpected") {
        syn::Error::new(error.span(), format!("`{key}` is written `{written}`"))
    } else {
        error.clone()
    }
}

/// The runtime's path, as `#[<attribute>(crate = path)]` on the struct says.
pub(super) fn check_runtime(input: &DeriveInput, attribute: &str, diagnostics: &mut Diagnostics) -> Runtime {
    let mut krate = None;
    parse_options(&input.attrs, attribute, &[("crate", "crate = path::to::shelf")], diagnostics, |_, _, input| {
        input.parse::<Token![=]>()?;
        krate = Some(input.call(Path::parse_mod_style)?);
        Ok(())
    });
    Runtime::new(krate)
}
