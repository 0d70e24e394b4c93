use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Lit, Token};

use crate::diagnostics::Diagnostics;

/// A number as an attribute writes it: `20`, `-0.5`.
pub(super) struct Number {
    minus: Option<Token![-]>,
    literal: Lit,
    pub(super) value: f64,
}

impl Parse for Number {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let minus: Option<Token![-]> = input.parse()?;
        let literal: Lit = input.parse()?;
        let value: f64 = match &literal {
            Lit::Int(number) => number.base10_parse()?,
            Lit::Float(number) => number.base10_parse()?,
            other => return Err(syn::Error::new_spanned(other, "expected a number")),
        };
        let value = if minus.is_some() { -value } else { value };
        Ok(Self { minus, literal, value })
    }
}

impl Number {
    pub(super) fn check(&self, diagnostics: &mut Diagnostics) {
        if !self.value.is_finite() {
            diagnostics.error_at(&self.literal, "this number does not fit into an `f64`");
        }
    }

    /// The number as a literal of `f64`.
    pub(super) fn emit(&self) -> TokenStream {
        // A number that does not fit has its error already.
        let magnitude = proc_macro2::Literal::f64_unsuffixed(self.value.abs().min(f64::MAX));
        if self.value < 0.0 { quote!(-#magnitude) } else { quote!(#magnitude) }
    }
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.minus.to_tokens(tokens);
        self.literal.to_tokens(tokens);
    }
}
