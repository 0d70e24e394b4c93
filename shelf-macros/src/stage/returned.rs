use proc_macro2::Span;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

use super::output::check_output;
use super::parameters::word_impl;
use super::syntax::Function;
use crate::diagnostics::Diagnostics;

/// What a stage's function makes.
pub(super) struct Returned {
    /// Nothing where it cannot be told.
    pub(super) output: Option<Type>,
    pub(super) metrics: Option<Type>,
    /// The error's type, or the output's where it is not said.
    pub(super) error_at: Span,
}

const EXPECTED: &str = "`Result<Output>` or `Result<(Output, Metrics)>`";

/// A stage returns `Result<Output>` or `Result<(Output, Metrics)>`, under whatever path `Result` has.
pub(super) fn check_return(function: &Function, diagnostics: &mut Diagnostics) -> Returned {
    let name = &function.signature.ident;
    let ReturnType::Type(_, returned) = &function.signature.output else {
        diagnostics.error(name.span(), format!("stage `{name}` returns nothing; expected {EXPECTED}"));
        return Returned { output: None, metrics: None, error_at: name.span() };
    };
    let returned = ungrouped(returned);
    let error_at = last_argument(returned);
    let Some(made) = ok_type(returned) else {
        let shown = shown(returned);
        diagnostics.error_at(returned, format!("stage `{name}` returns `{shown}`; expected {EXPECTED}"));
        return Returned { output: plain(returned), metrics: None, error_at };
    };
    if let Some(word) = word_impl(made.to_token_stream()) {
        diagnostics.error(word, format!("stage `{name}` returns `impl Trait`; the next stage needs a type: name it"));
        return Returned { output: None, metrics: None, error_at };
    }
    let Type::Tuple(tuple) = ungrouped(made) else {
        let output = check_output(made, diagnostics).then(|| made.clone());
        return Returned { output, metrics: None, error_at };
    };
    let output = tuple.elems.first().cloned();
    if tuple.elems.len() != 2 {
        let found = match tuple.elems.len() {
            0 => "makes nothing".to_owned(),
            n => format!("returns {n} things"),
        };
        diagnostics.error_at(tuple, format!("stage `{name}` {found}; expected {EXPECTED}"));
        return Returned { output, metrics: None, error_at };
    }
    let output = output.filter(|output| check_output(output, diagnostics));
    Returned { output, metrics: tuple.elems.get(1).cloned(), error_at }
}

/// `T` of `Result<T, …>`.
fn ok_type(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// `E` of `Result<T, E>`, or where that is not said, `T`.
fn last_argument(ty: &Type) -> Span {
    let Type::Path(path) = ty else { return ty.span() };
    match path.path.segments.last().map(|segment| &segment.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => {
            arguments.args.last().map_or_else(|| ty.span(), Spanned::span)
        }
        _ => ty.span(),
    }
}

/// A type that stands where `Result` of it should, so that its dependants need not complain as well.
fn plain(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let is_type = last.ident.to_string().starts_with(char::is_uppercase) && last.ident != "String";
    (is_type && last.arguments.is_none()).then(|| ty.clone())
}

/// The type inside the invisible parentheses that `macro_rules!` leaves.
pub(super) fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        other => other,
    }
}

/// A type as its author would write it.
pub(super) fn shown(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in
        [(" < ", "<"), (" >", ">"), (" :: ", "::"), (" ,", ","), ("& ", "&"), ("( ", "("), (" )", ")")]
    {
        text = text.replace(spaced, tight);
    }
    text
}
