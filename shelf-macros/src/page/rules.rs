use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Error, Expr, Token};

use crate::diagnostics::Diagnostics;
use crate::list::{pass_over, read_all, read_each};
use crate::runtime::Runtime;
use crate::suggest::did_you_mean;

/// The rules there are, under garde's names, and how each is written.
const KNOWN: [(&str, &str); 15] = [
    ("range", "range(min = 0, max = 9)"),
    ("length", "length(min = 1)"),
    ("inner", "inner(length(min = 1))"),
    ("custom", "custom(function)"),
    ("dive", "dive"),
    ("skip", "skip"),
    ("required", "required"),
    ("ascii", "ascii"),
    ("alphanumeric", "alphanumeric"),
    ("contains", "contains(\"text\")"),
    ("prefix", "prefix(\"text\")"),
    ("suffix", "suffix(\"text\")"),
    ("ip", "ip"),
    ("ipv4", "ipv4"),
    ("ipv6", "ipv6"),
];

/// How the length of a text can be counted, if not in bytes.
const UNITS: [&str; 4] = ["simple", "bytes", "chars", "utf16"];

/// A rule of a field, and where it is written.
pub(super) struct Rule {
    pub(super) span: Span,
    pub(super) kind: RuleKind,
}

pub(super) enum RuleKind {
    /// The field is not checked, not even by the rules of its own type.
    Skip,
    /// It is checked by the rules of its own type.
    Dive,
    /// Its items are checked.
    Inner(Vec<Rule>),
    /// A function of the author's checks it.
    Custom(Expr),
    /// `garde::rules::<module>::apply` checks it, with these arguments.
    Call { module: TokenStream, arguments: TokenStream },
}

/// The rules that are written for a field, in their order.
pub(super) fn check_rules(attributes: &[Attribute], runtime: &Runtime, diagnostics: &mut Diagnostics) -> Vec<Rule> {
    let mut rules = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("garde")) {
        let read = |input: ParseStream| parse_rules(input, runtime, diagnostics);
        match attribute.meta.require_list().map(|list| list.parse_args_with(read)) {
            Ok(Ok(read)) => rules.extend(read),
            Ok(Err(error)) => diagnostics.add(error),
            Err(_) => diagnostics.error_at(attribute, "`#[garde]` is empty; write `#[garde(range(min = 0, max = 9))]`"),
        }
    }
    if let Some(skip) = rules.iter().find(|rule| matches!(rule.kind, RuleKind::Skip) && rules.len() > 1) {
        diagnostics.error(skip.span, "`skip` says that the field is not checked, but it has another rule; keep one");
    }
    rules
}

fn parse_rules(input: ParseStream, runtime: &Runtime, diagnostics: &mut Diagnostics) -> syn::Result<Vec<Rule>> {
    let mut rules = Vec::new();
    read_each(input, |input| {
        rules.extend(parse_rule(input, runtime, diagnostics)?);
        Ok(())
    })?;
    Ok(rules)
}

/// Reads a rule; `None` if the diagnostics say why it is not one. A mistake of syntax is told by how the rule is written.
fn parse_rule(input: ParseStream, runtime: &Runtime, diagnostics: &mut Diagnostics) -> syn::Result<Option<Rule>> {
    let word = input.call(Ident::parse_any)?;
    let (name, span) = (word.to_string(), word.span());
    let Some((_, written)) = KNOWN.iter().find(|(known, _)| *known == name) else {
        diagnostics.add(unknown(&word, &name));
        pass_over(input);
        return Ok(None);
    };
    let kind = match name.as_str() {
        "skip" => Ok(RuleKind::Skip),
        "dive" => Ok(RuleKind::Dive),
        "inner" => in_parentheses(input, |input| parse_rules(input, runtime, diagnostics)).map(RuleKind::Inner),
        "custom" => in_parentheses(input, Expr::parse).map(RuleKind::Custom),
        "range" => {
            in_parentheses(input, |input| Bounds::parse(input, &[], diagnostics)).map(|bounds| bounds.emit_range(span))
        }
        "length" => in_parentheses(input, |input| Bounds::parse(input, &UNITS, diagnostics))
            .map(|bounds| bounds.emit_length(span)),
        "contains" | "prefix" | "suffix" => {
            in_parentheses(input, Expr::parse).map(|text| call(&word, quote!((&#text,))))
        }
        "ip" => Ok(ip(runtime, &quote!(Any))),
        "ipv4" => Ok(ip(runtime, &quote!(V4))),
        "ipv6" => Ok(ip(runtime, &quote!(V6))),
        _ => Ok(call(&word, quote!(()))),
    };
    let kind = kind.and_then(|kind| {
        let more = !input.is_empty() && !input.peek(Token![,]);
        if more { Err(input.error("expected nothing more")) } else { Ok(kind) }
    });
    match kind {
        Ok(kind) => Ok(Some(Rule { span, kind })),
        Err(errors) => {
            for error in errors {
                diagnostics.error(error.span(), format!("`{name}` is written `{written}`"));
            }
            pass_over(input);
            Ok(None)
        }
    }
}

fn call(module: &Ident, arguments: TokenStream) -> RuleKind {
    RuleKind::Call { module: module.to_token_stream(), arguments }
}

fn ip(runtime: &Runtime, kind: &TokenStream) -> RuleKind {
    RuleKind::Call { module: quote!(ip), arguments: quote!((#runtime::garde::rules::ip::IpKind::#kind,)) }
}

fn in_parentheses<T>(input: ParseStream, read: impl FnOnce(ParseStream) -> syn::Result<T>) -> syn::Result<T> {
    let content;
    syn::parenthesized!(content in input);
    read_all(&content, read)
}

fn unknown(word: &Ident, name: &str) -> Error {
    let names = || KNOWN.iter().map(|(name, _)| *name);
    let near = did_you_mean(name, names());
    let expected = names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let message = format!(
        "unknown rule `{name}`; expected {expected}{near}; for other rules of garde, use `custom(function)`, or replace `#[page]` with `#[derive(Serialize, Deserialize, JsonSchema, garde::Validate)]`"
    );
    Error::new(word.span(), message)
}

/// `min = 1, max = 9`, or `equal = 4`; for a length also in what it is counted.
#[derive(Default)]
struct Bounds {
    unit: Option<Ident>,
    min: Option<Expr>,
    max: Option<Expr>,
}

impl Bounds {
    fn parse(input: ParseStream, units: &[&str], diagnostics: &mut Diagnostics) -> syn::Result<Self> {
        let mut bounds = Self::default();
        let all = input.span();
        read_each(input, |input| {
            let word = input.call(Ident::parse_any)?;
            let name = word.to_string();
            if units.contains(&name.as_str()) {
                bounds.unit = Some(word);
                return Ok(());
            }
            let ends: &mut [&mut Option<Expr>] = match name.as_str() {
                "min" => &mut [&mut bounds.min],
                "max" => &mut [&mut bounds.max],
                "equal" => &mut [&mut bounds.min, &mut bounds.max],
                _ => return Err(Error::new(word.span(), "expected a bound")),
            };
            input.parse::<Token![=]>()?;
            let bound: Expr = input.parse()?;
            for end in ends {
                if end.is_some() {
                    diagnostics.error(word.span(), format!("`{name}` and another bound exclude each other; keep one"));
                    break;
                }
                **end = Some(bound.clone());
            }
            Ok(())
        })?;
        if bounds.min.is_none() && bounds.max.is_none() {
            return Err(Error::new(all, "expected a bound"));
        }
        Ok(bounds)
    }

    fn emit_range(&self, span: Span) -> RuleKind {
        let at = Span::call_site().located_at(span);
        let none = || quote_spanned!(at=> ::core::option::Option::None);
        let some = |bound: &Expr| quote_spanned!(at=> ::core::option::Option::Some(#bound));
        let end = |bound: &Option<Expr>| bound.as_ref().map_or_else(none, some);
        let (min, max) = (end(&self.min), end(&self.max));
        RuleKind::Call { module: quote_spanned!(at=> range), arguments: quote_spanned!(at=> (#min, #max)) }
    }

    fn emit_length(&self, span: Span) -> RuleKind {
        let at = Span::call_site().located_at(span);
        let min = self.min.as_ref().map_or_else(|| quote!(0), ToTokens::to_token_stream);
        let max = self.max.as_ref().map_or_else(|| quote!(::core::primitive::usize::MAX), ToTokens::to_token_stream);
        let unit = self.unit.as_ref().map_or_else(|| quote!(simple), ToTokens::to_token_stream);
        RuleKind::Call { module: quote_spanned!(at=> length::#unit), arguments: quote_spanned!(at=> (#min, #max)) }
    }
}

impl Rule {
    /// The statement that checks `value`, a reference, which in JSON is named `field`. A message about its type points at the rule.
    pub(super) fn emit(&self, runtime: &Runtime, rules: &Ident, field: &str, value: &TokenStream) -> TokenStream {
        let at = Span::call_site().located_at(self.span);
        let value = located(value, self.span);
        match &self.kind {
            RuleKind::Skip => TokenStream::new(),
            RuleKind::Dive => quote_spanned!(at=> #rules.dive(#field, #value);),
            RuleKind::Custom(function) => quote_spanned!(at=> #rules.check(#field, (#function)(#value, &()));),
            RuleKind::Call { module, arguments } => {
                quote_spanned!(at=> #rules.check(#field, #runtime::garde::rules::#module::apply(#value, #arguments));)
            }
            RuleKind::Inner(of_items) => {
                let item = Ident::new("item", Span::mixed_site());
                let of_item = item.to_token_stream();
                let checks = of_items.iter().map(|rule| rule.emit(runtime, rules, "", &of_item));
                quote_spanned!(at=> #rules.inner(#field, #value, |#rules, #item| { #(#checks)* });)
            }
        }
    }
}

/// The tokens as if they stood at `place`.
fn located(tokens: &TokenStream, place: Span) -> TokenStream {
    let located = tokens.clone().into_iter().map(|mut token| {
        token.set_span(token.span().located_at(place));
        token
    });
    located.collect()
}
