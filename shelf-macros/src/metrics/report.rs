use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{DeriveInput, LitInt, LitStr, Token};

use super::fields::{Field, at, check_struct};
use super::number::Number;
use super::options::{check_runtime, in_parentheses, parse_options};
use crate::diagnostics::Diagnostics;
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

const OPTIONS: &[(&str, &str)] =
    &[("flag", "flag(below = 20)"), ("skip", "skip"), ("title", "title = \"Words\""), ("decimals", "decimals = 3")];

/// What `#[report(…)]` says of a column.
#[derive(Default)]
struct Column {
    skip: Option<Span>,
    title: Option<LitStr>,
    decimals: Option<LitInt>,
    flags: Vec<Flag>,
}

/// A value that makes a page worth a look, and the word that says so.
struct Flag {
    word: Ident,
    bound: Bound,
}

enum Bound {
    Number(Number),
    Text(LitStr),
    None,
}

/// `impl Report for WordCountMetrics`.
pub(crate) fn derive_report(input: &DeriveInput) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let runtime = check_runtime(input, "report", &mut diagnostics);
    let fields = check_struct(input, &mut diagnostics);
    let columns: Vec<TokenStream> = fields
        .iter()
        .filter_map(|field| {
            let column = check_column(field, &mut diagnostics);
            column.skip.is_none().then(|| emit_column(&runtime, field, &column))
        })
        .collect();
    let name = &input.ident;
    let body = quote! {
        impl #runtime::Report for #name {
            const COLUMNS: &'static [#runtime::Column] = &[#(#columns),*];
        }
    };
    let body = input.generics.params.is_empty().then_some(body);
    let errors = diagnostics.into_errors();
    quote!(#body #errors)
}

/// A column has a header, and what is skipped has nothing else to say.
fn check_column(field: &Field, diagnostics: &mut Diagnostics) -> Column {
    let mut column = Column::default();
    parse_options(&field.attributes, "report", OPTIONS, diagnostics, |key, span, input| {
        match key {
            "skip" => column.skip = Some(span),
            "flag" => column.flags.extend(in_parentheses::<Flag>(input)?),
            "title" => {
                input.parse::<Token![=]>()?;
                let title: LitStr = input.parse()?;
                if title.value().trim().is_empty() {
                    return Err(syn::Error::new(title.span(), "a column's title is not empty"));
                }
                column.title = Some(title);
            }
            _ => {
                input.parse::<Token![=]>()?;
                let decimals: LitInt = input.parse()?;
                if decimals.base10_parse::<u8>().is_err() {
                    return Err(syn::Error::new(decimals.span(), "a column keeps at most 255 decimals"));
                }
                column.decimals = Some(decimals);
            }
        }
        Ok(())
    });
    let says_more = column.title.is_some() || column.decimals.is_some() || !column.flags.is_empty();
    if let (Some(span), true) = (column.skip, says_more) {
        let name = &field.name;
        diagnostics.error(
            span,
            format!("`{name}` is no column of the report, so nothing else can be said of it; drop `skip` or the rest"),
        );
    }
    column
}

impl Parse for Flag {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let value = |input: ParseStream| input.parse::<Token![=]>().map(drop);
        let bound = match word.to_string().as_str() {
            "below" | "above" => {
                value(input)?;
                Bound::Number(input.parse()?)
            }
            "equals" => {
                value(input)?;
                Bound::Text(input.parse().map_err(|error| {
                    syn::Error::new(
                        error.span(),
                        "`equals` is a text, as the report prints the value: `equals = \"true\"`",
                    )
                })?)
            }
            "missing" => Bound::None,
            other => {
                let near = did_you_mean(other, ["below", "above", "missing", "equals"]);
                let message =
                    format!("unknown flag `{other}`; known are `below`, `above`, `missing` and `equals`{near}");
                return Err(syn::Error::new(word.span(), message));
            }
        };
        Ok(Self { word, bound })
    }
}

/// `Column::of("words", "…").flagging(&[Flag::below::<u32>(20.0)])`
fn emit_column(runtime: &Runtime, field: &Field, column: &Column) -> TokenStream {
    let Field { name, doc, ty, .. } = field;
    let title = column.title.as_ref().map(|title| quote!(.titled(#title)));
    let decimals = column.decimals.as_ref().map(|decimals| {
        let ty = at(decimals.span(), ty);
        quote!(.rounded::<#ty>(#decimals))
    });
    let flags = (!column.flags.is_empty()).then(|| {
        let flags = column.flags.iter().map(|flag| emit_flag(runtime, field, flag));
        quote!(.flagging(&[#(#flags),*]))
    });
    quote!(#runtime::Column::of(#name, #doc)#title #decimals #flags)
}

/// `Flag::below::<u32>(20.0)`
fn emit_flag(runtime: &Runtime, field: &Field, flag: &Flag) -> TokenStream {
    let Flag { word, bound } = flag;
    let ty = at(word.span(), &field.ty);
    let bound = match bound {
        Bound::Number(number) => number.emit(),
        Bound::Text(text) => quote!(#text),
        Bound::None => TokenStream::new(),
    };
    quote!(#runtime::Flag::#word::<#ty>(#bound))
}
