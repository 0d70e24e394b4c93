use proc_macro2::Span;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Ident, Lit, LitBool, LitInt, Safety};

use super::model::{NamedDependency, Parallelism, Parameter, Policy, Scope, Source, Stage, Work};
use super::name::check_name;
use super::named_dependency::Listed;
use super::parameters::{cfgs, check_dependencies, check_parameters, last_word};
use super::policy::check_policy;
use super::returned::check_return;
use super::syntax::{Arguments, Function, ParallelismSyntax};
use super::tokens::hash_tokens;
use crate::diagnostics::Diagnostics;
use crate::doc_comment::doc_comment;
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

/// Judges a stage by every rule below; what is left of it after a mistake still has its types.
pub(super) fn check_stage(mut arguments: Arguments, function: Function, diagnostics: &mut Diagnostics) -> Stage {
    let ident = function.signature.ident.clone();
    check_signature(&function, diagnostics);
    let name = check_name(arguments.name.as_ref(), arguments.unread, &ident, diagnostics);
    let version = check_version(arguments.version.as_ref(), diagnostics);
    let scope = check_scope(arguments.scope.as_ref(), diagnostics);
    let parallelism = check_parallelism(arguments.parallelism.as_ref(), &function, diagnostics);
    check_isolated(&arguments, &function, diagnostics);
    let paths = arguments.deps.iter().map(|dep| dep.path.clone()).collect();
    let (parameters, conserves, policy) = if arguments.unread {
        Default::default()
    } else {
        check_references(&mut arguments, &function, scope, diagnostics)
    };
    let returned = check_return(&function, diagnostics);
    let Function { attributes, visibility, signature, body } = function;
    let work = Work {
        doc: doc_comment(&attributes),
        version,
        tokens: hash_tokens(quote!(#signature #body)),
        parameters,
        asyncness: signature.asyncness.map(|word| word.span),
        isolated: arguments.isolated.is_some(),
        confined: arguments.confined.as_ref().is_none_or(LitBool::value),
        deps_at: arguments.deps_at.unwrap_or_else(Span::call_site),
        error_at: returned.error_at,
        before: arguments.before,
        after: arguments.after,
        conserves,
        policy,
        prompt: arguments.prompt,
        model: arguments.model,
    };
    Stage {
        runtime: Runtime::new(arguments.krate),
        ident,
        visibility,
        cfgs: cfgs(&attributes),
        name,
        scope,
        parallelism,
        output: returned.output,
        metrics: returned.metrics,
        options: arguments.options,
        work: if diagnostics.is_empty() { Ok(work) } else { Err(paths) },
    }
}

/// Parameters refer to options, and options to parameters and to each other. (Not judged where an option could not be read: it may
/// be the one that is missed.)
fn check_references(
    arguments: &mut Arguments,
    function: &Function,
    scope: Scope,
    diagnostics: &mut Diagnostics,
) -> (Vec<Parameter>, Option<NamedDependency>, Policy) {
    let listed = Listed::of(&arguments.deps, scope);
    let deps = std::mem::take(&mut arguments.deps);
    let dependencies = check_dependencies(deps, &function.signature.ident, diagnostics);
    let parameters = check_parameters(function, dependencies, arguments.options.as_ref(), scope, diagnostics);
    check_asks(arguments, function, &parameters, diagnostics);
    let conserves = arguments.conserves.as_ref();
    let conserves = conserves.and_then(|word| listed.check(word, "conserves = ", "", &parameters, diagnostics));
    let isolated = arguments.isolated.is_some();
    let policy = check_policy(&arguments.policy, function, isolated, &listed, &parameters, diagnostics);
    (parameters, conserves, policy)
}

/// A stage on `llm` asks a model: by its parameter `Llm`, or in a hook. A parameter of a type that is not known by its name may be `Llm`
/// under another.
fn check_asks(arguments: &Arguments, function: &Function, parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    const OTHERS: [&str; 7] =
        ["PageNumber", "PageImage", "BookMetadata", "Languages", "PageFiles", "Prompt", "Warnings"];
    let Some(ParallelismSyntax { word, .. }) = arguments.parallelism.as_ref().filter(|written| written.word == "llm")
    else {
        return;
    };
    let may_ask = |Parameter { ty, source, .. }: &Parameter| match (source, last_word(ty)) {
        (Source::Dependency { .. } | Source::Shared, _) | (Source::Page, None) => false,
        (Source::Page, Some(word)) => !OTHERS.contains(&word.as_str()),
    };
    let has_hook = arguments.before.is_some() || arguments.after.is_some();
    if function.signature.asyncness.is_some() && !has_hook && !parameters.iter().any(may_ask) {
        let name = &function.signature.ident;
        diagnostics.error(
            word.span(),
            format!(
                "stage `{name}` has `parallelism = llm` but does not ask a model; add the parameter `llm: Llm`, or write `parallelism = io`"
            ),
        );
    }
}

/// A stage is one plain function: not generic, safe, of Rust's own calling convention, and not `const`.
fn check_signature(function: &Function, diagnostics: &mut Diagnostics) {
    let signature = &function.signature;
    let name = &signature.ident;
    if let Some(parameter) = signature.generics.params.first() {
        let what = match parameter {
            syn::GenericParam::Lifetime(_) => "a lifetime of its own",
            syn::GenericParam::Type(_) => "generic",
            syn::GenericParam::Const(_) => "generic over a constant",
        };
        let message = match what {
            "generic" => format!("stage `{name}` is generic; a stage is one function of fixed types: name the types"),
            what => format!("stage `{name}` has {what}; a stage is one function of fixed types: drop it"),
        };
        diagnostics.error_at(&signature.generics, message);
    } else if let Some(clause) = &signature.generics.where_clause {
        diagnostics.error_at(clause, format!("stage `{name}` has a `where` clause; it is not generic: drop it"));
    }
    if let Safety::Unsafe(token) = &signature.safety {
        diagnostics.error(
            token.span,
            format!("stage `{name}` is `unsafe`; the runtime calls it from safe code: drop `unsafe`"),
        );
    }
    if let Some(token) = &signature.constness {
        diagnostics.error(token.span, format!("stage `{name}` is `const`; it runs for every page: drop `const`"));
    }
    if let Some(abi) = &signature.abi {
        diagnostics.error_at(abi, format!("stage `{name}` is `extern`, but it is called from Rust; drop `extern`"));
    }
    if let Some(variadic) = &signature.variadic {
        diagnostics.error_at(variadic, format!("stage `{name}` is variadic; a stage has a fixed number of parameters"));
    }
}

/// A version is a whole number from 1 on; it is 1 where it is not given.
fn check_version(version: Option<&Lit>, diagnostics: &mut Diagnostics) -> Option<u32> {
    let version = version?;
    let number = match version {
        Lit::Int(number) => number.base10_parse::<u32>().ok().filter(|number| *number > 0),
        _ => None,
    };
    if number.is_none() {
        diagnostics.error_at(version, "a version is an integer of at least 1: `version = 2`");
    }
    number
}

/// A stage runs once a page or once a book.
fn check_scope(scope: Option<&Ident>, diagnostics: &mut Diagnostics) -> Scope {
    match scope.map(ToString::to_string).as_deref() {
        None | Some("page") => Scope::EachPage,
        Some("book") => Scope::Book,
        Some(other) => {
            let near = did_you_mean(other, ["page", "book"]);
            diagnostics.error_at(scope, format!("unknown scope `{other}`; expected `page` or `book`{near}"));
            Scope::EachPage
        }
    }
}

/// Where a stage runs fits how it is written: `fn` on `cpu` or `fixed(n)`, `async fn` on `io` or `llm`. Where nothing is said,
/// a `fn` runs on `cpu` and an `async fn` on `io`.
fn check_parallelism(
    written: Option<&ParallelismSyntax>,
    function: &Function,
    diagnostics: &mut Diagnostics,
) -> Parallelism {
    let name = &function.signature.ident;
    let asyncness = function.signature.asyncness;
    let Some(ParallelismSyntax { word, argument }) = written else {
        return if asyncness.is_some() { Parallelism::Io } else { Parallelism::Cpu };
    };
    let kind = word.unraw().to_string();
    let parallelism = match kind.as_str() {
        "cpu" => Parallelism::Cpu,
        "io" => Parallelism::Io,
        "llm" => Parallelism::Llm,
        "fixed" => match check_fixed(word, argument.as_ref(), diagnostics) {
            Some(workers) => Parallelism::Fixed(workers),
            None => return Parallelism::Cpu,
        },
        other => {
            let near = did_you_mean(other, ["cpu", "io", "llm", "fixed"]);
            diagnostics.error(
                word.span(),
                format!("unknown parallelism `{other}`; expected `cpu`, `io`, `llm` or `fixed(8)`{near}"),
            );
            return Parallelism::Cpu;
        }
    };
    if let (Some(number), false) = (argument, matches!(parallelism, Parallelism::Fixed(_))) {
        diagnostics.error_at(
            number,
            format!("`{kind}` does not take a number; to limit the pages in flight write `fixed(8)`"),
        );
    }
    match (&parallelism, asyncness) {
        (Parallelism::Cpu | Parallelism::Fixed(_), Some(token)) => diagnostics.error(
            token.span,
            format!(
                "stage `{name}` is `async`, but `parallelism = {kind}` runs on rayon; use `parallelism = io` or drop `async`"
            ),
        ),
        (Parallelism::Io | Parallelism::Llm, None) => diagnostics.error(
            word.span(),
            format!(
                "stage `{name}` is not `async`, but `parallelism = {kind}` runs on tokio; use `parallelism = cpu` or make it an `async fn`"
            ),
        ),
        _ => {}
    }
    parallelism
}

/// A page that is made in a worker process is made by a `fn`: a future waits for others, and is stopped where it waits.
fn check_isolated(arguments: &Arguments, function: &Function, diagnostics: &mut Diagnostics) {
    let name = &function.signature.ident;
    if let (Some(confined), None) = (&arguments.confined, &arguments.isolated) {
        diagnostics.error(
            confined.span(),
            format!("stage `{name}` runs in this process, which is never confined; add `isolated`, or drop `confined`"),
        );
    }
    if let (Some(word), Some(_)) = (&arguments.isolated, &function.signature.asyncness) {
        diagnostics.error(
            word.span(),
            format!(
                "stage `{name}` is `async`, but `isolated` is for a plain `fn`: `timeout` can stop a future without its own process; drop `isolated` or `async`"
            ),
        );
    }
}

/// `fixed(n)` says how many pages at a time, at least one.
fn check_fixed(word: &Ident, argument: Option<&Lit>, diagnostics: &mut Diagnostics) -> Option<LitInt> {
    match argument {
        Some(Lit::Int(number)) if number.base10_parse::<u32>().is_ok_and(|number| number > 0) => Some(number.clone()),
        Some(other) => {
            diagnostics.error_at(other, "`fixed(…)` is a number of pages from 1 on, such as `fixed(8)`");
            None
        }
        None => {
            diagnostics.error(word.span(), "`fixed` needs the number of pages in flight: `fixed(8)`");
            None
        }
    }
}
