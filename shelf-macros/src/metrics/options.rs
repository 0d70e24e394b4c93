use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, DeriveInput, Path, Token};

use crate::diagnostics::Diagnostics;
use crate::list::{all, read_each};
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

/// Reads the options of every `#[<attribute>(…)]`: `known` says which there are and how each is written, `parse` reads the value of one.
/// An error that `parse` returns is one of syntax, and the user is told how the option is written; what else is wrong with a value
/// goes into the diagnostics.
pub(super) fn parse_options(
    attributes: &[Attribute],
    attribute: &str,
    known: &[(&str, &str)],
    diagnostics: &mut Diagnostics,
    mut parse: impl FnMut(&str, Span, ParseStream, &mut Diagnostics) -> syn::Result<()>,
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
                let syntax =
                    |error: syn::Error| syn::Error::new(error.span(), format!("`{key}` is written `{written}`"));
                parse(&key, word.span(), input, diagnostics).or_else(|errors| all(errors.into_iter().map(syntax)))
            })
        };
        if let Err(error) = list.parse_args_with(read) {
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

/// The runtime's path, as `#[<attribute>(crate = path)]` on the struct says.
pub(super) fn check_runtime(input: &DeriveInput, attribute: &str, diagnostics: &mut Diagnostics) -> Runtime {
    let mut krate = None;
    parse_options(&input.attrs, attribute, &[("crate", "crate = path::to::shelf")], diagnostics, |_, _, input, _| {
        input.parse::<Token![=]>()?;
        krate = Some(input.call(Path::parse_mod_style)?);
        Ok(())
    });
    Runtime::new(krate)
}
