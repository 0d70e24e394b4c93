use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Lit, LitBool, LitStr, Path, Signature, Token, Type, Visibility, bracketed, parenthesized};

use crate::diagnostics::Diagnostics;
use crate::list::{read_all, read_each};
use crate::suggest::{did_you_mean, nearest};

/// What stands between the parentheses of `#[stage(…)]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) name: Option<Expr>,
    pub(super) deps: Vec<DepSyntax>,
    /// The word `deps`.
    pub(super) deps_at: Option<Span>,
    pub(super) parallelism: Option<ParallelismSyntax>,
    /// The word itself.
    pub(super) isolated: Option<Ident>,
    pub(super) confined: Option<LitBool>,
    pub(super) scope: Option<Ident>,
    pub(super) version: Option<Lit>,
    pub(super) options: Option<Type>,
    pub(super) before: Option<Path>,
    pub(super) after: Option<Path>,
    pub(super) conserves: Option<Ident>,
    pub(super) policy: PolicySyntax,
    pub(super) prompt: Option<Expr>,
    pub(super) model: Option<Expr>,
    pub(super) krate: Option<Path>,
    /// Whether there is more that could not be read.
    pub(super) unread: bool,
}

/// Every option, and how it is written.
const OPTIONS: [(&str, &str); 18] = [
    ("name", "name = \"word_count\""),
    ("deps", "deps = [ocr]` or `deps = [words = crate::ocr::ocr]"),
    ("parallelism", "parallelism = cpu"),
    ("isolated", "isolated"),
    ("confined", "confined = false"),
    ("scope", "scope = book"),
    ("version", "version = 2"),
    ("options", "options = MyOptions"),
    ("before", "before = path::to::function"),
    ("after", "after = path::to::function"),
    ("conserves", "conserves = ocr"),
    ("retries", "retries = 2"),
    ("timeout", "timeout = \"120s\""),
    ("on_error", "on_error = skip` or `on_error = copy(ocr)"),
    ("max_failed", "max_failed = \"2%\"` or `max_failed = 10"),
    ("prompt", "prompt = \"…\"` or `prompt = PROMPT"),
    ("model", "model = \"…\"` or `model = MODEL"),
    ("crate", "crate = path::to::shelf"),
];

/// What the original tool called some of them, and how they are written here.
const FORMER: [(&str, &str); 5] = [
    ("dependencies", "`deps = [ocr]`"),
    ("workers", "`parallelism = fixed(8)`"),
    ("max_workers", "`parallelism = fixed(8)`"),
    ("report_schema", "`#[derive(Report)]` on the metrics"),
    ("output_schema", "the output's type as the function's return type"),
];

/// `path`, or `alias = path`.
pub(super) struct DepSyntax {
    pub(super) alias: Option<Ident>,
    pub(super) path: Path,
}

/// `cpu`, or `fixed(8)`.
pub(super) struct ParallelismSyntax {
    pub(super) word: Ident,
    pub(super) argument: Option<Lit>,
}

/// What is said of pages that fail.
#[derive(Default)]
pub(super) struct PolicySyntax {
    pub(super) retries: Option<Lit>,
    pub(super) timeout: Option<Lit>,
    pub(super) on_error: Option<OnErrorSyntax>,
    pub(super) max_failed: Option<Lit>,
}

/// `skip`, or `copy(ocr)`.
pub(super) struct OnErrorSyntax {
    pub(super) word: Ident,
    pub(super) argument: Option<Ident>,
}

/// The function under the attribute; its body stays as it came.
pub(super) struct Function {
    pub(super) attributes: Vec<Attribute>,
    pub(super) visibility: Visibility,
    pub(super) signature: Signature,
    pub(super) body: TokenStream,
}

impl Arguments {
    /// Reads the options; what cannot be read is noted and passed over.
    pub(super) fn parse(input: ParseStream, diagnostics: &mut Diagnostics) -> Self {
        let mut arguments = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        let read = read_each(input, |input| arguments.parse_one(input, &mut seen, diagnostics));
        if let Err(error) = read {
            arguments.unread = true;
            diagnostics.add(error);
        }
        arguments
    }

    fn parse_one(
        &mut self,
        input: ParseStream,
        seen: &mut Vec<&'static str>,
        diagnostics: &mut Diagnostics,
    ) -> syn::Result<()> {
        if let Ok(name) = input.fork().parse::<LitStr>() {
            let problem = format!("expected `name = {}`", name.to_token_stream());
            return Err(syn::Error::new(input.parse::<LitStr>()?.span(), problem));
        }
        let word = input.call(Ident::parse_any)?;
        let (key, written) = known_option(&word, diagnostics)?;
        if seen.contains(&key) {
            diagnostics.error(word.span(), format!("`{key}` is given twice; keep one"));
        }
        if key == "isolated" {
            seen.push(key);
            let span = self.isolated.insert(word).span();
            let is_alone = input.is_empty() || input.peek(Token![,]);
            let mistake = || syn::Error::new(span, "`isolated` is a word by itself: write `isolated`, or drop it");
            return if is_alone { Ok(()) } else { Err(mistake()) };
        }
        if key == "deps" {
            self.deps_at = Some(word.span());
        }
        let says_nothing = input.parse::<Token![=]>().is_err() || input.is_empty() || input.peek(Token![,]);
        let span = match self.parse_value(key, input) {
            _ if says_nothing => word.span(),
            Err(error) => error.span(),
            Ok(()) => {
                seen.push(key);
                return Ok(());
            }
        };
        Err(syn::Error::new(span, format!("`{key}` is written `{written}`")))
    }

    fn parse_value(&mut self, key: &str, input: ParseStream) -> syn::Result<()> {
        match key {
            "name" => self.name = Some(input.parse()?),
            "deps" => {
                let list;
                bracketed!(list in input);
                self.deps.extend(read_all(&list, Punctuated::<DepSyntax, Token![,]>::parse_terminated)?);
            }
            "parallelism" => self.parallelism = Some(input.parse()?),
            "confined" => self.confined = Some(input.parse()?),
            "scope" => self.scope = Some(input.call(Ident::parse_any)?),
            "version" => self.version = Some(input.parse()?),
            "options" => self.options = Some(input.parse()?),
            "before" => self.before = Some(input.parse()?),
            "after" => self.after = Some(input.parse()?),
            "conserves" => self.conserves = Some(input.call(Ident::parse_any)?),
            "retries" => self.policy.retries = Some(input.parse()?),
            "timeout" => self.policy.timeout = Some(input.parse()?),
            "on_error" => self.policy.on_error = Some(input.parse()?),
            "max_failed" => self.policy.max_failed = Some(input.parse()?),
            "prompt" => self.prompt = Some(input.parse()?),
            "model" => self.model = Some(input.parse()?),
            _ => self.krate = Some(input.call(Path::parse_mod_style)?),
        }
        Ok(())
    }
}

/// The option that a word names, and how it is written. A word that is nearly one is a mistake, and taken for it all the same: what
/// it says counts for the others.
fn known_option(word: &Ident, diagnostics: &mut Diagnostics) -> syn::Result<(&'static str, &'static str)> {
    let key = word.to_string();
    let known = |key: &str| OPTIONS.into_iter().find(|(known, _)| *known == key);
    if let Some(option) = known(&key) {
        return Ok(option);
    }
    let names = OPTIONS.map(|(known, _)| known);
    let expected = names.map(|known| format!("`{known}`")).join(", ");
    let near = FORMER.iter().find(|(former, _)| *former == key);
    let near = near.map_or_else(|| did_you_mean(&key, names), |(_, now)| format!("; write {now}"));
    let error = syn::Error::new(word.span(), format!("unknown option `{key}`; expected {expected}{near}"));
    match nearest(&key, names).and_then(known) {
        Some(option) => {
            diagnostics.add(error);
            Ok(option)
        }
        None => Err(error),
    }
}

impl Parse for DepSyntax {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let alias = if input.peek2(Token![=]) {
            let alias = input.call(Ident::parse_any)?;
            input.parse::<Token![=]>()?;
            Some(alias)
        } else {
            None
        };
        Ok(Self { alias, path: input.call(Path::parse_mod_style)? })
    }
}

impl Parse for ParallelismSyntax {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let argument = if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Some(read_all(&content, Lit::parse)?)
        } else {
            None
        };
        Ok(Self { word, argument })
    }
}

impl Parse for OnErrorSyntax {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let word = input.call(Ident::parse_any)?;
        let argument = if input.peek(syn::token::Paren) {
            let content;
            parenthesized!(content in input);
            Some(read_all(&content, Ident::parse_any)?)
        } else {
            None
        };
        Ok(Self { word, argument })
    }
}

impl Parse for Function {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: input.parse()?,
        })
    }
}
