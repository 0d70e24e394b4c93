use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Path, Type, TypeReference};

use super::model::{MaxFailed, NamedDependency, OnError, Parallelism, Parameter, Policy, Scope, Source, Stage, Work};

/// What stands beside the function: marker type, row, registration. After a mistake the types alone, so that
/// whatever depends on the stage compiles.
pub(super) fn emit_stage(stage: &Stage) -> TokenStream {
    let parts = [
        Some(emit_marker(stage)),
        Some(emit_stage_impl(stage)),
        Some(match &stage.work {
            Ok(work) => emit_registration(stage, work),
            Err(_) => emit_visit(stage),
        }),
        stage.work.as_ref().err().and_then(|listed| emit_mention(listed)),
    ];
    let cfgs = &stage.cfgs;
    parts.iter().flatten().map(|part| quote!(#(#cfgs)* #part)).collect()
}

/// `pub enum ocr {}`: the stage as a type, which `deps` of other stages name. Its documentation is what an editor shows there.
fn emit_marker(stage: &Stage) -> TokenStream {
    let Stage { ident, visibility, .. } = stage;
    let doc = stage.work.as_ref().map_or("", |work| &work.doc).lines().map(|line| format!(" {line}"));
    quote! {
        #(#[doc = #doc])*
        #[allow(missing_docs, non_camel_case_types, unreachable_pub)]
        #visibility enum #ident {}
    }
}

/// `impl Stage for ocr { type …; const ROW: &'static Row = &Row { … }; }`
fn emit_stage_impl(stage: &Stage) -> TokenStream {
    let Stage { ident, runtime, name, .. } = stage;
    let output = emit_associated("Output", stage.output.as_ref(), &quote!(#runtime::PlaceholderOutput));
    let metrics = emit_associated("Metrics", stage.metrics.as_ref(), &quote!(#runtime::NoMetrics));
    let options = emit_associated("Options", stage.options.as_ref(), &quote!(#runtime::NoOptions));
    let scope = emit_scope(stage);
    let pool = match stage.parallelism {
        Parallelism::Cpu => quote!(Cpu),
        Parallelism::Io => quote!(Io),
        Parallelism::Llm => quote!(LlmPool),
        Parallelism::Fixed(_) => quote!(Fixed),
    };
    let fields = stage.work.as_ref().ok().map(|work| emit_fields(stage, work));
    quote! {
        #[automatically_derived]
        impl #runtime::Stage for #ident {
            #output
            #metrics
            #options
            type Scope = #scope;
            type Pool = #runtime::#pool;
            const ROW: &'static #runtime::Row = &#runtime::Row {
                #fields
                ..#runtime::Row::of::<Self>(#name, #runtime::site!())
            };
        }
    }
}

/// `type Output = OcrPage;`, placed at `OcrPage`, so that a message about a private type points there.
fn emit_associated(name: &str, ty: Option<&Type>, missing: &TokenStream) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    let Some(ty) = ty else { return quote!(type #name = #missing;) };
    let (head, end) = (located(quote!(type #name =), word_of(ty)), located(quote!(;), word_of(ty)));
    quote!(#head #ty #end)
}

/// `OcrOptions`, or `NoOptions`.
fn emit_options(stage: &Stage) -> TokenStream {
    let runtime = &stage.runtime;
    stage.options.as_ref().map_or_else(|| quote!(#runtime::NoOptions), ToTokens::to_token_stream)
}

/// `EachPage` or `Book`.
fn emit_scope(stage: &Stage) -> TokenStream {
    let runtime = &stage.runtime;
    match stage.scope {
        Scope::EachPage => quote!(#runtime::EachPage),
        Scope::Book => quote!(#runtime::Book),
    }
}

/// The fields of the row that differ from what it is without them.
fn emit_fields(stage: &Stage, work: &Work) -> TokenStream {
    let runtime = &stage.runtime;
    let Work { doc, version, tokens, before, after, .. } = work;
    let doc = (!doc.is_empty()).then(|| quote!(doc: #doc,));
    let version = version.map(|version| {
        let version = Literal::u32_unsuffixed(version);
        quote!(version: #version,)
    });
    let tokens: Literal = format!("{tokens:#018x}").parse().expect("a number is a literal");
    let deps = emit_deps(stage, work);
    let inputs = emit_inputs(stage, work);
    let parallelism = match &stage.parallelism {
        Parallelism::Cpu => None,
        Parallelism::Io => Some(quote!(Io)),
        Parallelism::Llm => Some(quote!(Llm)),
        Parallelism::Fixed(workers) => Some(quote!(Fixed(#workers))),
    };
    let parallelism = parallelism.map(|parallelism| quote!(parallelism: #runtime::Parallelism::#parallelism,));
    let run = emit_run(stage, work);
    let isolated = work.isolated.then(|| {
        let (options, confined) = (emit_options(stage), work.confined);
        quote!(isolated: #runtime::isolated::<#options>(#confined),)
    });
    let before = before.as_ref().map(|path| emit_hook(stage, "before", path));
    let after = after.as_ref().map(|path| emit_hook(stage, "after", path));
    let conserves = work.conserves.as_ref().and_then(|named| emit_conserves(stage, named));
    let policy = emit_policy(stage, &work.policy);
    let prompt = work.prompt.as_ref().map(|prompt| quote!(prompt: #prompt,));
    let model = work.model.as_ref().map(|model| quote!(model: #model,));
    quote!(#doc #version tokens: #tokens, #deps #inputs #parallelism #isolated #run #before #after #conserves #policy #prompt #model)
}

/// `deps: &[Dep::of::<Self, ocr, OcrPage>("ocr")],`
fn emit_deps(stage: &Stage, work: &Work) -> Option<TokenStream> {
    let runtime = &stage.runtime;
    let deps = work.parameters.iter().filter_map(|Parameter { cfgs, ty, source }| match source {
        Source::Dependency { name, stage, is_optional } => {
            let named = Span::call_site().located_at(word_of_path(stage));
            let (dep, this, stage) = (quote!(#runtime::Dep::of), quote!(Self), emit_type(stage));
            let dep = located_but_words(dep, named);
            let dep = quote_spanned!(named=> #dep::<#this, #stage, #ty>(#name));
            let optional = is_optional.then(|| quote!(.optional()));
            Some(quote!(#(#cfgs)* #dep #optional))
        }
        Source::Page | Source::Shared => None,
    });
    emit_list("deps", &deps.collect::<Vec<_>>())
}

/// `before: Some(|run| hook(check(run))),`
fn emit_hook(stage: &Stage, field: &str, path: &Path) -> TokenStream {
    let runtime = &stage.runtime;
    let field = Ident::new(field, Span::call_site());
    let word = word_of_path(path);
    let run = Ident::new("run", Span::mixed_site().located_at(word));
    let hook = Ident::new("hook", word);
    let mut argument = Group::new(Delimiter::Parenthesis, run.to_token_stream());
    argument.set_span(word);
    quote!(#field: ::core::option::Option::Some(|#run| #runtime::#hook(#path #argument)),)
}

/// `conserves: conserves::<OcrPage, CorrectedPage>("ocr"),`
fn emit_conserves(stage: &Stage, named: &NamedDependency) -> Option<TokenStream> {
    let Stage { runtime, output, .. } = stage;
    let NamedDependency { cfgs, name, ty } = named;
    let output = output.as_ref()?;
    Some(quote!(#(#cfgs)* conserves: #runtime::conserves::<#ty, #output>(#name),))
}

/// `policy: Policy::NEW.retries(2).timeout_ms(120000).copy_failed::<OcrPage, CorrectedPage>("ocr").max_failed_percent(2.0),`
fn emit_policy(stage: &Stage, policy: &Policy) -> Option<TokenStream> {
    let Stage { runtime, output, .. } = stage;
    let mut cfgs: &[Attribute] = &[];
    let retries = policy.retries.map(|retries| {
        let retries = Literal::u32_unsuffixed(retries);
        quote!(.retries(#retries))
    });
    let timeout = policy.timeout.map(|timeout| {
        let ms = Literal::u64_unsuffixed(timeout.as_millis() as u64);
        quote!(.timeout_ms(#ms))
    });
    let on_error = policy.on_error.as_ref().map(|on_error| match on_error {
        OnError::Skip => quote!(.skip_failed()),
        OnError::Copy(named) => {
            let NamedDependency { cfgs: of_parameter, name, ty } = &**named;
            cfgs = of_parameter;
            quote!(.copy_failed::<#ty, #output>(#name))
        }
    });
    let max_failed = policy.max_failed.as_ref().map(|max_failed| match max_failed {
        MaxFailed::Pages(pages) => {
            let pages = Literal::u32_unsuffixed(*pages);
            quote!(.max_failed(#pages))
        }
        MaxFailed::Percent(percent) => {
            let percent = Literal::f64_unsuffixed(*percent);
            quote!(.max_failed_percent(#percent))
        }
    });
    let said = [retries, timeout, on_error, max_failed];
    let said: Vec<TokenStream> = said.into_iter().flatten().collect();
    (!said.is_empty()).then(|| quote!(#(#cfgs)* policy: #runtime::Policy::NEW #(#said)*,))
}

/// `ocr` where only a type may stand, so that a plain function there is one error and a clear one.
fn emit_type(stage: &Path) -> TokenStream {
    let mut group = Group::new(Delimiter::Parenthesis, stage.to_token_stream());
    group.set_span(Span::call_site());
    group.into_token_stream()
}

/// `inputs: &[input::<Self, PageNumber>()],`
fn emit_inputs(stage: &Stage, work: &Work) -> Option<TokenStream> {
    let runtime = &stage.runtime;
    let inputs = work.parameters.iter().filter_map(|Parameter { cfgs, ty, source }| match source {
        Source::Dependency { .. } => None,
        Source::Shared => {
            let shared = Ident::new("shared", word_of(ty));
            Some(quote!(#(#cfgs)* #runtime::#shared::<#ty>()))
        }
        Source::Page => {
            let ty = emit_static(ty);
            Some(quote!(#(#cfgs)* #runtime::input::<Self, #ty>()))
        }
    });
    emit_list("inputs", &inputs.collect::<Vec<_>>())
}

/// `deps: &[…],`, or nothing for an empty list.
fn emit_list(field: &str, entries: &[TokenStream]) -> Option<TokenStream> {
    let field = Ident::new(field, Span::call_site());
    (!entries.is_empty()).then(|| quote!(#field: &[#(#entries),*],))
}

/// `&'static Options` for `&Options`; other types as they are.
fn emit_static(ty: &Type) -> TokenStream {
    match ty {
        Type::Reference(TypeReference { and_token, elem, .. }) => {
            let lifetime = syn::Lifetime::new("'static", and_token.span);
            quote!(#and_token #lifetime #elem)
        }
        other => other.to_token_stream(),
    }
}

/// `run: Run::Blocking(|cx| { let output = ocr(cx.get()?, …); to_json_with_metrics::<Self>(output) }),`
fn emit_run(stage: &Stage, work: &Work) -> TokenStream {
    let Stage { runtime, ident, .. } = stage;
    let cx = Ident::new("cx", Span::mixed_site());
    let returned = Ident::new("output", Span::mixed_site().located_at(work.error_at));
    let arguments = work.parameters.iter().map(|Parameter { cfgs, ty, source }| match source {
        Source::Dependency { name, is_optional, .. } => {
            let load = Ident::new(if *is_optional { "load_optional" } else { "load" }, word_of(ty));
            quote!(#(#cfgs)* #cx.#load(#name)?)
        }
        Source::Shared => {
            let shared = Ident::new("shared", word_of(ty));
            quote!(#(#cfgs)* &*#cx.#shared::<#ty>()?)
        }
        Source::Page => {
            let get = Ident::new("get", word_of(ty));
            quote!(#(#cfgs)* #cx.#get()?)
        }
    });
    let to_json = if stage.metrics.is_some() { quote!(to_json_with_metrics) } else { quote!(to_json) };
    let awaited = work.asyncness.map(|_| quote!(.await));
    let body = quote! {
        let #returned = #ident(#(#arguments),*)#awaited;
        #runtime::#to_json::<Self>(#returned)
    };
    let Some(asyncness) = work.asyncness else {
        return quote!(run: #runtime::Run::Blocking(|#cx| { #body }),);
    };
    let future = located(quote!(async move { #body }), asyncness);
    let pinned = located(quote!(::std::boxed::Box::pin(#future)), asyncness);
    quote!(run: #runtime::Run::Async(|#cx| #pinned),)
}

/// The tokens as if they stood at `place`, so that a message about them points there.
fn located(tokens: TokenStream, place: Span) -> TokenStream {
    let located = tokens.into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    located.collect()
}

/// Like [`located`], but for the words among the tokens. An expression that begins and ends with other tokens stands at `place` all the same, and an
/// editor finds no word at `place` but the one that is written there.
fn located_but_words(tokens: TokenStream, place: Span) -> TokenStream {
    let located = tokens.into_iter().map(|token| match token {
        word @ TokenTree::Ident(_) => word.into(),
        other => located(other.into(), place),
    });
    located.collect()
}

fn word_of_path(path: &Path) -> Span {
    path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span())
}

/// The last word of a type's path, the one that a message is about.
fn word_of(ty: &Type) -> Span {
    match ty {
        Type::Path(path) => word_of_path(&path.path),
        Type::Reference(reference) => word_of(&reference.elem),
        other => other.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span()),
    }
}

/// `const _: Option<fn(ocr)> = None;`: so that what a stage with a mistake depends on is no unused import.
fn emit_mention(listed: &[Path]) -> Option<TokenStream> {
    let mention = quote!(const _: ::core::option::Option<fn(#(#listed),*)> = ::core::option::Option::None;);
    (!listed.is_empty()).then_some(mention)
}

/// `register!(ocr, output => accept(output));`, or `register!(word_count, output => accept(output); as "word_count", made from: ocr,);`. Messages
/// of `accept` point at the output's type.
fn emit_registration(stage: &Stage, work: &Work) -> TokenStream {
    let Stage { runtime, ident, name, output, .. } = stage;
    let place = output.as_ref().map_or_else(Span::call_site, word_of);
    let output = Ident::new("output", Span::call_site().located_at(place));
    let check = located(quote!(#runtime::accept(#output)), place);
    let deps = work.parameters.iter().filter_map(|Parameter { cfgs, source, .. }| match source {
        Source::Dependency { stage, .. } => {
            let (ty, visit) = (emit_type(stage), Ident::new("__visit", Span::call_site().located_at(work.deps_at)));
            Some(quote!(#(#cfgs)* #ty::#visit,))
        }
        Source::Page | Source::Shared => None,
    });
    let deps: Vec<TokenStream> = deps.collect();
    let deps = (!deps.is_empty()).then(|| quote!(; as #name, made from: #(#deps)*));
    let search = emit_search(stage, work);
    quote!(#runtime::register!(#ident, #output => #check #deps); #search)
}

/// `const _: () = word_count::__visit(&mut CycleSearch::new());`, placed at `deps`, so that a message about a cycle points there.
fn emit_search(stage: &Stage, work: &Work) -> Option<TokenStream> {
    let Stage { runtime, ident, cfgs, .. } = stage;
    let is_dependency = |parameter: &Parameter| matches!(parameter.source, Source::Dependency { .. });
    let search = || located(quote!(#ident::__visit(&mut #runtime::CycleSearch::new())), work.deps_at);
    let search = work.parameters.iter().any(is_dependency).then(search)?;
    Some(quote!(#(#cfgs)* const _: () = #search;))
}

/// `visit!(ocr);`: what others that depend on a stage name, where it has a mistake and is not registered.
fn emit_visit(stage: &Stage) -> TokenStream {
    let Stage { runtime, ident, .. } = stage;
    quote!(#runtime::visit!(#ident);)
}
