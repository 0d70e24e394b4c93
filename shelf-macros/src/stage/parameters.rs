use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, GenericArgument, Pat, Path, PathArguments, Type};

use super::model::{Parameter, Scope, Source};
use super::returned::{shown, ungrouped};
use super::syntax::{DepSyntax, Function};
use crate::diagnostics::Diagnostics;
use crate::suggest::nearest;

/// A dependency, and the name of the parameter that it fills.
pub(super) struct Dependency {
    parameter: String,
    /// The word that names it, for messages.
    word: Ident,
    stage: Path,
}

impl Dependency {
    /// Whether a parameter is named after it; `_ocr` is `ocr`, which the body does not use.
    fn is_filled_by(&self, parameter: &Ident) -> bool {
        let name = parameter.unraw().to_string();
        name == self.parameter || name.strip_prefix('_') == Some(&self.parameter)
    }
}

/// A dependency is another stage, listed once; its parameter is called as the last word of its path, or as `alias = path` says.
pub(super) fn check_dependencies(
    deps: Vec<DepSyntax>,
    function: &Ident,
    diagnostics: &mut Diagnostics,
) -> Vec<Dependency> {
    let mut dependencies: Vec<Dependency> = Vec::new();
    for DepSyntax { alias, path } in deps {
        let Some(last) = path.segments.last() else { continue };
        let word = alias.as_ref().unwrap_or(&last.ident).clone();
        let parameter = word.unraw().to_string();
        if path.is_ident(function) {
            diagnostics.error_at(&path, format!("stage `{function}` depends on itself; drop it from `deps`"));
        } else if dependencies.iter().any(|known| known.parameter == parameter) {
            diagnostics.error(
                word.span(),
                format!("two dependencies are named `{parameter}`; drop one, or rename it: `deps = [other = path]`"),
            );
        } else {
            dependencies.push(Dependency { parameter, word, stage: path });
        }
    }
    dependencies
}

/// Every parameter is a plain name with a type of its own, every dependency has one, and so have the options.
pub(super) fn check_parameters(
    function: &Function,
    mut dependencies: Vec<Dependency>,
    options: Option<&Type>,
    scope: Scope,
    diagnostics: &mut Diagnostics,
) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut strangers = Vec::new();
    for input in &function.signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        let mut ty = ungrouped(&input.ty);
        let name = check_pattern(&input.pat, diagnostics);
        check_type(ty, diagnostics);
        let dependency = name.and_then(|name| dependencies.iter().position(|dep| dep.is_filled_by(name)));
        let source = if let Some(index) = dependency {
            let dependency = dependencies.remove(index);
            let optional = of_option(ty);
            ty = optional.unwrap_or(ty);
            check_dependency_type(&dependency, ty, scope, diagnostics);
            check_optional(optional, diagnostics);
            let is_optional = optional.is_some();
            Source::Dependency { name: dependency.parameter, stage: dependency.stage, is_optional }
        } else {
            check_offered_type(ty, options, scope, diagnostics);
            strangers.extend(name);
            match ty {
                Type::Reference(reference) if !is_options(&reference.elem, options) => {
                    ty = ungrouped(&reference.elem);
                    Source::Shared
                }
                _ => Source::Page,
            }
        };
        parameters.push(Parameter { cfgs: cfgs(&input.attrs), ty: ty.clone(), source });
    }
    for dependency in &dependencies {
        check_missing(dependency, &strangers, function, diagnostics);
    }
    check_options_taken(&parameters, options, diagnostics);
    parameters
}

/// The `#[cfg(…)]` among an item's attributes, which hold for what is written beside it too.
pub(super) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

/// A parameter is a plain name, since a dependency is found by it.
fn check_pattern<'a>(pattern: &'a Pat, diagnostics: &mut Diagnostics) -> Option<&'a Ident> {
    match pattern {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Some(&name.ident),
        Pat::Wild(_) => None,
        other => {
            diagnostics.error_at(other, "a parameter of a stage is a plain name; destructure it in the body");
            None
        }
    }
}

/// A parameter's type is one that the runtime can make: no `impl Trait`, no `&mut`.
fn check_type(ty: &Type, diagnostics: &mut Diagnostics) {
    if word_impl(ty.to_token_stream()).is_some() {
        diagnostics.error_at(ty, "a parameter of a stage cannot be `impl Trait`; name the type");
    }
    if let Type::Reference(reference) = ty
        && let Some(token) = &reference.mutability
    {
        diagnostics.error(token.span, "what is taken by reference is shared by all pages: write `&`, not `&mut`");
    }
}

/// Where `impl` is written in a type.
pub(super) fn word_impl(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Group(group) => word_impl(group.stream()),
        TokenTree::Ident(word) if word == "impl" => Some(word.span()),
        _ => None,
    })
}

/// A dependency comes by value, as the page itself, as `Window` of it in a page stage or as `Pages` of it in a book stage.
fn check_dependency_type(dependency: &Dependency, ty: &Type, scope: Scope, diagnostics: &mut Diagnostics) {
    let name = &dependency.parameter;
    match (ty, last_word(ty).as_deref(), scope) {
        (Type::Reference(reference), _, _) => {
            let by_value = shown(&reference.elem);
            diagnostics
                .error_at(ty, format!("a dependency is handed over by value: write `{name}: {by_value}`, without `&`"));
        }
        (_, Some("Pages"), Scope::EachPage) => diagnostics.error_at(
            ty,
            "`Pages` is for stages with `scope = book`; a page stage takes the page itself, or `Window` for its neighbours too",
        ),
        (_, Some("Window"), Scope::Book) => diagnostics.error_at(
            ty,
            "`Window` is a page with its neighbours, and a stage with `scope = book` has no page; use `Pages` instead",
        ),
        _ => {}
    }
}

/// `OcrPage` of `Option<OcrPage>`.
fn of_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(ungrouped(inner)),
        _ => None,
    }
}

/// What tells by itself which pages are missing is taken without `Option`.
fn check_optional(inner: Option<&Type>, diagnostics: &mut Diagnostics) {
    if let Some(ty) = inner
        && let Some(word @ ("Window" | "Pages")) = last_word(ty).as_deref()
    {
        diagnostics.error_at(
            ty,
            format!("`{word}` has only the pages that exist; take it without `Option`, or the page itself as `Option`"),
        );
    }
}

/// Whether `&ty` takes the options; another `&` takes a resource.
fn is_options(ty: &Type, options: Option<&Type>) -> bool {
    options.is_some_and(|options| last_word(options) == last_word(ty))
}

/// What is taken by type fits the scope, and the options are taken by reference.
fn check_offered_type(ty: &Type, options: Option<&Type>, scope: Scope, diagnostics: &mut Diagnostics) {
    if let Some(options) = options.filter(|options| shown(options) == shown(ty)) {
        let shown = shown(options);
        diagnostics.error_at(ty, format!("options are shared by all pages: take `&{shown}`"));
    }
    match (last_word(ty).as_deref(), scope) {
        (Some(word @ ("PageNumber" | "PageImage")), Scope::Book) => diagnostics.error_at(
            ty,
            format!("a stage with `scope = book` runs once per book and has no `{word}`; take `Pages` of a dependency"),
        ),
        (Some(word @ ("Pages" | "Window")), _) => diagnostics.error_at(
            ty,
            format!("`{word}` is of a dependency's pages: list the stage in `deps` and call the parameter like it"),
        ),
        _ => {}
    }
}

/// Every dependency has its parameter.
fn check_missing(dependency: &Dependency, strangers: &[&Ident], function: &Function, diagnostics: &mut Diagnostics) {
    let name = &dependency.parameter;
    let written: Vec<String> = strangers.iter().map(|stranger| stranger.unraw().to_string()).collect();
    if let Some(near) = nearest(name, written.iter().map(String::as_str)) {
        let stranger = strangers.iter().find(|stranger| stranger.unraw() == near).expect("it is one of them");
        diagnostics.error(
            stranger.span(),
            format!(
                "dependency `{name}` has no parameter of the same name; did you mean `{name}` instead of `{near}`?"
            ),
        );
    } else {
        let stage = &function.signature.ident;
        diagnostics.error(
            dependency.word.span(),
            format!("dependency `{name}` has no parameter; add `{name}: …` to `{stage}`, or drop it from `deps`"),
        );
    }
}

/// Options that no parameter takes would be flags without effect.
fn check_options_taken(parameters: &[Parameter], options: Option<&Type>, diagnostics: &mut Diagnostics) {
    let Some(options) = options else { return };
    let shown = shown(options);
    let is_taken = |ty: &Type| matches!(ty, Type::Reference(_)) || self::shown(ty) == shown;
    let mut taken = parameters.iter().filter(|parameter| is_taken(&parameter.ty));
    if taken.next().is_none() {
        diagnostics
            .error_at(options, format!("no parameter takes these options; add `options: &{shown}`, or drop them"));
    }
    if let Some(again) = taken.next() {
        diagnostics.error_at(
            &again.ty,
            "a stage takes its options once; to combine two structs of options, put one into the other with `#[command(flatten)]`",
        );
    }
}

/// `Pages` of `shelf::Pages<OcrPage>`.
pub(super) fn last_word(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| segment.ident.to_string())
}
