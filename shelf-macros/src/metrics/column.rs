use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Lit, LitInt, LitStr, Token};

use super::fields::{Field, at};
use super::number::Number;
use super::options::parse_options;
use crate::diagnostics::Diagnostics;
use crate::list::{pass_over, read_each};
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

const OPTIONS: &[(&str, &str)] = &[
    ("flag", "flag(below = 20, above = 200)"),
    ("skip", "skip"),
    ("title", "title = \"Words\""),
    ("decimals", "decimals = 3"),
    ("field", "field = size.width"),
];

/// What `#[report(…)]` says of a column.
#[derive(Default)]
pub(super) struct Column {
    pub(super) skip: Option<Span>,
    pub(super) title: Option<LitStr>,
    pub(super) path: Option<FieldPath>,
    decimals: Option<LitInt>,
    flags: Vec<Flag>,
}

/// `size.width`
pub(super) struct FieldPath(Punctuated<Ident, Token![.]>);

/// A value that flags a page for review, and the keyword.
struct Flag {
    word: Ident,
    bound: Bound,
}

enum Bound {
    Number(Number),
    Text(LitStr),
    None,
}

/// A column has a header, and what is skipped has nothing else to say; of a group, its own struct says the rest.
pub(super) fn check_column(field: &Field, of: bool, diagnostics: &mut Diagnostics) -> Column {
    let mut column = Column::default();
    parse_options(&field.attributes, "report", OPTIONS, diagnostics, |key, span, input, diagnostics| {
        match key {
            "skip" => column.skip = Some(span),
            "flag" => {
                let content;
                syn::parenthesized!(content in input);
                read_each(&content, |content| {
                    column.flags.extend(parse_flag(content, diagnostics)?);
                    Ok(())
                })?;
            }
            "title" => {
                input.parse::<Token![=]>()?;
                let title: LitStr = input.parse()?;
                if title.value().trim().is_empty() {
                    diagnostics.error(title.span(), "a column's title is not empty");
                }
                column.title = Some(title);
            }
            "field" => {
                input.parse::<Token![=]>()?;
                column.path = Some(input.parse()?);
            }
            _ => {
                input.parse::<Token![=]>()?;
                let decimals: LitInt = input.parse()?;
                if decimals.base10_parse::<u8>().is_err() {
                    diagnostics.error(decimals.span(), "a column keeps at most 255 decimals");
                }
                column.decimals = Some(decimals);
            }
        }
        Ok(())
    });
    let name = &field.name;
    if let Some(span) = column.skip {
        if of {
            let message =
                format!("a report of other metrics shows just its own fields; drop the field `{name}` itself");
            diagnostics.error(span, message);
        } else if column.title.is_some() || column.says_more() {
            let message = format!(
                "`{name}` is not a column of the report, so other options have no effect; drop `skip` or the rest"
            );
            diagnostics.error(span, message);
        }
    } else if field.group.is_some() && column.says_more() {
        let message =
            format!("`{name}` is a struct of metrics; set this for its columns, where it has `#[derive(Report)]`");
        diagnostics.error(field.ident.span(), message);
    }
    if let (Some(path), false) = (&column.path, of) {
        let message = "`field` names a metric of another struct; say which with `#[report(of = Metrics)]` on this one";
        diagnostics.error(path.span(), message);
    }
    column
}

impl Column {
    fn says_more(&self) -> bool {
        self.decimals.is_some() || !self.flags.is_empty()
    }

    /// `.rounded::<f64>(3).below::<f64>(0.8)`
    pub(super) fn emit_details(&self, runtime: &Runtime, field: &Field) -> TokenStream {
        let decimals = self.decimals.as_ref().map(|decimals| {
            let ty = at(decimals.span(), &field.ty);
            quote!(.rounded::<#ty>(#decimals))
        });
        let flags = self.flags.iter().map(|flag| emit_flag(runtime, field, flag));
        quote!(#decimals #(#flags)*)
    }
}

/// `.below::<u32>(20.0)` · `.flag({ const FLAG: Flag = Flag::equals::<bool>("true"); FLAG })`, an error if there is no such
/// value; `cargo check` evaluates the constant item, but would not evaluate a `const` block.
fn emit_flag(runtime: &Runtime, field: &Field, flag: &Flag) -> TokenStream {
    let Flag { word, bound } = flag;
    let ty = at(word.span(), &field.ty);
    match bound {
        Bound::Number(number) => {
            let number = number.emit();
            quote!(.#word::<#ty>(#number))
        }
        Bound::Text(text) => {
            let equals = quote_spanned!(text.span()=> #runtime::Flag::equals::<#ty>(#text));
            quote!(.flag({ const FLAG: #runtime::Flag = #equals; FLAG }))
        }
        Bound::None => quote!(.#word::<#ty>()),
    }
}

impl FieldPath {
    /// The field of this name.
    pub(super) fn of(field: &Field) -> Self {
        Self(Punctuated::from_iter([field.ident.clone()]))
    }

    pub(super) fn span(&self) -> Span {
        self.0.last().map_or_else(Span::call_site, Ident::span)
    }

    /// `&metrics.size.width`, all of it where the path stands.
    pub(super) fn emit_access(&self, metrics: &Ident) -> TokenStream {
        let path = &self.0;
        quote_spanned!(self.span()=> &#metrics.#path)
    }

    /// `size.width` as a text, without any `r#`.
    pub(super) fn text(&self) -> String {
        self.0.iter().map(|ident| ident.unraw().to_string()).collect::<Vec<_>>().join(".")
    }
}

impl Parse for FieldPath {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self(Punctuated::parse_separated_nonempty(input)?))
    }
}

/// Reads `below = 0.8`; `None` if the diagnostics say why it is not a flag.
fn parse_flag(input: ParseStream, diagnostics: &mut Diagnostics) -> syn::Result<Option<Flag>> {
    let word = input.call(Ident::parse_any)?;
    let value = |input: ParseStream| input.parse::<Token![=]>().map(drop);
    let bound = match word.to_string().as_str() {
        "below" | "above" => {
            value(input)?;
            let number: Number = input.parse()?;
            number.check(diagnostics);
            Bound::Number(number)
        }
        "equals" => {
            value(input)?;
            let text: Lit = input.parse()?;
            let Lit::Str(text) = text else {
                let message = "`equals` is a text, as the report prints the value: `equals = \"true\"`";
                diagnostics.error_at(text, message);
                return Ok(None);
            };
            Bound::Text(text)
        }
        "missing" => Bound::None,
        other => {
            let near = did_you_mean(other, ["below", "above", "missing", "equals"]);
            let message = format!("unknown flag `{other}`; known are `below`, `above`, `missing` and `equals`{near}");
            diagnostics.error(word.span(), message);
            pass_over(input);
            return Ok(None);
        }
    };
    Ok(Some(Flag { word, bound }))
}
