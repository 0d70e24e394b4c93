use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Type, TypeReference};

use super::model::{Parallelism, Parameter, Scope, Stage, Work};

/// What stands beside the function: marker type, row, output, registration. After a mistake the types alone, so that
/// whatever depends on the stage compiles.
pub(super) fn emit_stage(stage: &Stage) -> TokenStream {
    let parts = [
        Some(emit_marker(stage)),
        Some(emit_stage_impl(stage)),
        stage.output.as_ref().map(|output| emit_output_impl(stage, output)),
        stage.work.as_ref().map(|_| emit_registration(stage)),
    ];
    let cfgs = &stage.cfgs;
    parts.iter().flatten().map(|part| quote!(#(#cfgs)* #part)).collect()
}

/// `pub enum ocr {}`: the stage as a type, which `deps` of other stages name.
fn emit_marker(stage: &Stage) -> TokenStream {
    let Stage { ident, visibility, name, .. } = stage;
    let doc = format!(" Stage `{name}`, as `deps` names it.");
    quote! {
        #[doc = #doc]
        #[allow(non_camel_case_types)]
        #visibility enum #ident {}
    }
}

/// `impl Stage for ocr { type …; const ROW: &'static Row = &Row { … }; }`
fn emit_stage_impl(stage: &Stage) -> TokenStream {
    let Stage { ident, runtime, name, .. } = stage;
    let output = stage.output.as_ref().map_or_else(|| quote!(#runtime::Unreadable), ToTokens::to_token_stream);
    let metrics = stage.metrics.as_ref().map_or_else(|| quote!(#runtime::NoMetrics), ToTokens::to_token_stream);
    let options = stage.options.as_ref().map_or_else(|| quote!(#runtime::NoOptions), ToTokens::to_token_stream);
    let scope = emit_scope(stage);
    let pool = match stage.parallelism {
        Parallelism::Cpu => quote!(Cpu),
        Parallelism::Io => quote!(Io),
        Parallelism::Llm => quote!(LlmPool),
        Parallelism::Fixed(_) => quote!(Fixed),
    };
    let fields = stage.work.as_ref().map(|work| emit_fields(stage, work));
    quote! {
        impl #runtime::Stage for #ident {
            type Output = #output;
            type Metrics = #metrics;
            type Options = #options;
            type Scope = #scope;
            type Pool = #runtime::#pool;
            const ROW: &'static #runtime::Row = &#runtime::Row {
                #fields
                ..#runtime::Row::of::<Self>(#name, #runtime::site!())
            };
        }
    }
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
    let reads = emit_reads(stage, work);
    let parallelism = match &stage.parallelism {
        Parallelism::Cpu => None,
        Parallelism::Io => Some(quote!(Io)),
        Parallelism::Llm => Some(quote!(Llm)),
        Parallelism::Fixed(workers) => Some(quote!(Fixed(#workers))),
    };
    let parallelism = parallelism.map(|parallelism| quote!(parallelism: #runtime::Parallelism::#parallelism,));
    let run = emit_run(stage, work);
    let before = before.as_ref().map(|path| quote!(before: #runtime::hook(#path),));
    let after = after.as_ref().map(|path| quote!(after: #runtime::hook(#path),));
    quote!(#doc #version tokens: #tokens, #deps #reads #parallelism #run #before #after)
}

/// `deps: &[Dep::of::<Self, ocr, OcrPage>("ocr")],`
fn emit_deps(stage: &Stage, work: &Work) -> Option<TokenStream> {
    let runtime = &stage.runtime;
    let deps: Vec<TokenStream> = work
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Dependency { name, stage, ty } => Some(quote!(#runtime::Dep::of::<Self, #stage, #ty>(#name))),
            Parameter::Offered(_) => None,
        })
        .collect();
    (!deps.is_empty()).then(|| quote!(deps: &[#(#deps),*],))
}

/// `reads: &[reads::<Self, PageNumber>()],`
fn emit_reads(stage: &Stage, work: &Work) -> Option<TokenStream> {
    let runtime = &stage.runtime;
    let reads: Vec<TokenStream> = work
        .parameters
        .iter()
        .filter_map(|parameter| match parameter {
            Parameter::Offered(ty) => {
                let ty = emit_static(ty);
                Some(quote!(#runtime::reads::<Self, #ty>()))
            }
            Parameter::Dependency { .. } => None,
        })
        .collect();
    (!reads.is_empty()).then(|| quote!(reads: &[#(#reads),*],))
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

/// `run: Run::Blocking(|cx| { let made = ocr(cx.take()?, …); measured::<Self>(made) }),`
fn emit_run(stage: &Stage, work: &Work) -> TokenStream {
    let Stage { runtime, ident, .. } = stage;
    let [cx, returned] = ["cx", "made"].map(|name| Ident::new(name, Span::mixed_site()));
    let arguments = work.parameters.iter().map(|parameter| match parameter {
        Parameter::Dependency { name, ty, .. } => {
            let load = Ident::new("load", word_of(ty));
            quote!(#cx.#load(#name)?)
        }
        Parameter::Offered(ty) => {
            let take = Ident::new("take", word_of(ty));
            quote!(#cx.#take()?)
        }
    });
    let made = if stage.metrics.is_some() { quote!(measured) } else { quote!(made) };
    let awaited = work.is_async.then(|| quote!(.await));
    let made = quote! {
        let #returned = #ident(#(#arguments),*)#awaited;
        #runtime::#made::<Self>(#returned)
    };
    if work.is_async {
        quote!(run: #runtime::Run::Async(|#cx| ::std::boxed::Box::pin(async move { #made })),)
    } else {
        quote!(run: #runtime::Run::Blocking(|#cx| { #made }),)
    }
}

/// The last word of a type's path, the one that a message is about.
fn word_of(ty: &Type) -> Span {
    let span = match ty {
        Type::Path(path) => path.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span()),
        Type::Reference(reference) => return word_of(&reference.elem),
        other => other.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span()),
    };
    span.resolved_at(Span::call_site())
}

/// `impl FromStage<ocr, EachPage> for OcrPage {}`: what may be the type of a parameter that is named after the stage. What a
/// book stage makes can be taken by stages of either scope.
fn emit_output_impl(stage: &Stage, output: &Type) -> TokenStream {
    let Stage { runtime, ident, .. } = stage;
    match stage.scope {
        Scope::EachPage => {
            let scope = emit_scope(stage);
            quote!(impl #runtime::FromStage<#ident, #scope> for #output {})
        }
        Scope::Book => quote!(impl<In: #runtime::Scope> #runtime::FromStage<#ident, In> for #output {}),
    }
}

/// `register!(ocr);`
fn emit_registration(stage: &Stage) -> TokenStream {
    let Stage { runtime, ident, .. } = stage;
    quote_spanned!(Span::call_site()=> #runtime::register!(#ident);)
}
