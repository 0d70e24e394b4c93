use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};

use super::check::check_stage;
use super::emit::emit_stage;
use super::syntax::{Arguments, Function};
use crate::diagnostics::Diagnostics;

/// The function as it came, and beside it what makes it a stage, or what keeps it from being one.
pub(crate) fn expand(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let beside = expand_beside(attribute, item);
    quote! {
        #[allow(
            clippy::missing_errors_doc,
            clippy::needless_pass_by_value,
            clippy::too_many_arguments,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async
        )]
        #item
        #beside
    }
}

/// What is written beside the author's function.
pub(crate) fn expand_beside(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let arguments = (|input: ParseStream| Ok(Arguments::parse(input, &mut diagnostics))).parse2(attribute);
    let function = syn::parse2::<Function>(item.clone());
    let stage = match (arguments, function) {
        (Ok(arguments), Ok(function))
            if function.signature.receiver().is_none() && function.body.to_string() != ";" =>
        {
            let stage = check_stage(arguments, function, &mut diagnostics);
            emit_stage(&stage)
        }
        (Ok(_), Ok(declared)) if declared.body.to_string() == ";" => {
            diagnostics.error_at(
                &declared.signature.ident,
                "a stage is a free function with a body; move it out of the trait",
            );
            TokenStream::new()
        }
        (Ok(_), Ok(method)) => {
            diagnostics.error_at(
                &method.signature.inputs[0],
                "a stage cannot take `self`; make it a function outside of any `impl`, with what it needs as parameters",
            );
            TokenStream::new()
        }
        (Err(error), _) => {
            diagnostics.add(error);
            TokenStream::new()
        }
        (_, Err(error)) => {
            diagnostics.error(error.span(), "`#[stage]` goes on a function: `fn` or `async fn`");
            TokenStream::new()
        }
    };
    let errors = diagnostics.into_errors();
    quote!(#stage #errors)
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use super::expand;

    /// What an editor hands over while its user types: it completes in the function only if that comes back as it is.
    #[test]
    fn a_half_written_body_stays_and_is_no_mistake_of_the_stage() {
        for body in ["ocr.", "let words = ocr.", "if ocr.text. {}", "ocr.blocks.iter().map(|)", "match ocr { Page {} }"]
        {
            let item = format!("pub fn words(ocr: OcrPage) -> Result<Words> {{ {body} }}");
            let item: TokenStream = item.parse().expect("brackets are closed by the editor");
            let expanded = expand(quote!(name = "words", deps = [ocr]), &item).to_string();
            assert!(expanded.contains(&item.to_string()), "{expanded}");
            assert!(expanded.contains("Stage for words") && !expanded.contains("compile_error"), "{expanded}");
        }
    }
}
