use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Lit, Token};

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
        if !value.is_finite() {
            return Err(syn::Error::new_spanned(&literal, "this number does not fit into an `f64`"));
        }
        let value = if minus.is_some() { -value } else { value };
        Ok(Self { minus, literal, value })
    }
}

impl Number {
    /// The number as a literal of `f64`.
    pub(super) fn emit(&self) -> TokenStream {
        let magnitude = proc_macro2::Literal::f64_unsuffixed(self.value.abs());
        if self.value < 0.0 { quote!(-#magnitude) } else { quote!(#magnitude) }
    }
}

impl ToTokens for Number {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.minus.to_tokens(tokens);
        self.literal.to_tokens(tokens);
    }
}
