use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{
    Attribute, Data, DeriveInput, Field, Fields, GenericArgument, Generics, Member, PathArguments, Type, Variant,
};

use super::rules::{RuleKind, check_rules};
use super::shape::Serde;
use crate::diagnostics::Diagnostics;
use crate::runtime::Runtime;

/// Types of std that have no rules of their own, whatever they hold that has none.
const WITHOUT_RULES: [&str; 23] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
    "usize", "str", "String", "Option", "Vec", "Box", "BTreeMap", "HashMap",
];

/// `impl garde::Validate for LinesPage`: checks the fields by their rules, and those without by the rules of their types.
pub(super) fn emit_validate(runtime: &Runtime, input: &DeriveInput, diagnostics: &mut Diagnostics) -> TokenStream {
    refuse_rules(&input.attrs, diagnostics);
    let mut generics = input.generics.clone();
    let mut checks = Checks { runtime, generics: &mut generics, diagnostics, probes: false };
    let body = match &input.data {
        Data::Struct(data) => checks.of_struct(&data.fields),
        Data::Enum(data) => checks.of_enum(&data.variants),
        Data::Union(_) => TokenStream::new(),
    };
    let probes = checks.probes.then(|| quote!(use #runtime::CheckOwnRules as _;));
    let (name, rules) = (&input.ident, rules_ident());
    let begin = (!body.is_empty()).then(|| quote!(let #rules = &mut #runtime::Rules::new(path, report);));
    let [path, report] = if body.is_empty() { [quote!(_), quote!(_)] } else { [quote!(path), quote!(report)] };
    let (parameters, arguments, bounds) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #parameters #runtime::garde::Validate for #name #arguments #bounds {
            type Context = ();
            fn validate_into(
                &self,
                (): &(),
                #path: &mut dyn ::core::ops::FnMut() -> #runtime::garde::Path,
                #report: &mut #runtime::garde::Report,
            ) {
                #probes
                #begin
                #body
            }
        }
    }
}

/// Rules are those of fields.
fn refuse_rules(attributes: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("garde")) {
        diagnostics.error_at(
            attribute,
            "`#[page]` reads `#[garde(…)]` on fields only, where a field without a rule needs nothing; remove it here",
        );
    }
}

/// What the function that validates calls its [`Rules`].
fn rules_ident() -> Ident {
    Ident::new("rules", Span::mixed_site())
}

/// Writes the statements that check fields.
struct Checks<'a> {
    runtime: &'a Runtime,
    /// Get the bounds that the statements need.
    generics: &'a mut Generics,
    diagnostics: &'a mut Diagnostics,
    /// Whether a statement asks the compiler if a field's type has rules.
    probes: bool,
}

impl Checks<'_> {
    /// `rules.check("words", range::apply(&self.words, (Some(1), None)));`
    fn of_struct(&mut self, fields: &Fields) -> TokenStream {
        let checks = fields.iter().enumerate().map(|(place, field)| {
            let mut member = member(field, place);
            // A message about the field's type points at its rule, once: all that is written there has one hygiene.
            if let Member::Named(name) = &mut member {
                name.set_span(Span::call_site().located_at(name.span()));
            }
            self.of_field(field, &json_name(field, place, fields), &quote!(&self.#member))
        });
        checks.collect()
    }

    /// `match self { Self::Line { height: field_0, .. } => { … } _ => {} }`
    fn of_enum<'v>(&mut self, variants: impl IntoIterator<Item = &'v Variant>) -> TokenStream {
        let mut all = true;
        let mut arms = TokenStream::new();
        for variant in variants {
            let arm = self.of_variant(variant);
            all &= arm.is_some();
            arms.extend(arm);
        }
        let others = (!all).then(|| quote!(_ => {}));
        if arms.is_empty() { arms } else { quote!(match self { #arms #others }) }
    }

    fn of_variant(&mut self, variant: &Variant) -> Option<TokenStream> {
        refuse_rules(&variant.attrs, self.diagnostics);
        let mut bindings = Vec::new();
        let mut checks = Vec::new();
        for (place, field) in variant.fields.iter().enumerate() {
            let binding = Ident::new(&format!("field_{place}"), Span::mixed_site());
            let check = self.of_field(field, &json_name(field, place, &variant.fields), &binding.to_token_stream());
            if !check.is_empty() {
                let (cfgs, member) = (cfgs(&field.attrs), member(field, place));
                bindings.push(quote!(#(#cfgs)* #member: #binding));
                checks.push(check);
            }
        }
        let (cfgs, ident) = (cfgs(&variant.attrs), &variant.ident);
        (!checks.is_empty()).then(|| quote!(#(#cfgs)* Self::#ident { #(#bindings,)* .. } => { #(#checks)* }))
    }

    /// The statements for a field: first by the rules of its own type, then by those that are written.
    fn of_field(&mut self, field: &Field, name: &str, value: &TokenStream) -> TokenStream {
        refuse_conditional_rules(&field.attrs, self.diagnostics);
        let runtime = self.runtime;
        let written = check_rules(&field.attrs, runtime, self.diagnostics);
        if written.iter().any(|rule| matches!(rule.kind, RuleKind::Skip)) {
            return TokenStream::new();
        }
        let rules = rules_ident();
        let dives = written.iter().any(|rule| matches!(rule.kind, RuleKind::Dive));
        let own = (!dives && !has_no_rules(&field.ty)).then(|| {
            self.probes = true;
            quote!((&&&#runtime::WithoutRule(#value)).check_own_rules(#name, #rules);)
        });
        if dives && self.generics.type_params().next().is_some() {
            let ty = &field.ty;
            let bound = syn::parse_quote!(#ty: #runtime::garde::Validate<Context = ()>);
            self.generics.make_where_clause().predicates.push(bound);
        }
        let statements = own.into_iter().chain(written.iter().map(|rule| rule.emit(runtime, &rules, name, value)));
        let cfgs = cfgs(&field.attrs);
        statements.map(|statement| quote!(#(#cfgs)* #statement)).collect()
    }
}

/// An attribute macro cannot see whether the attribute is there.
fn refuse_conditional_rules(attributes: &[Attribute], diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("cfg_attr")) {
        let tokens = attribute.meta.to_token_stream().into_iter().flat_map(|token| match token {
            TokenTree::Group(group) => group.stream(),
            other => other.into(),
        });
        if tokens.into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "garde")) {
            diagnostics
                .error_at(attribute, "`#[page]` cannot read a rule inside of `cfg_attr`; put the `cfg` on the field");
        }
    }
}

fn cfgs(attributes: &[Attribute]) -> Vec<&Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect()
}

fn member(field: &Field, place: usize) -> Member {
    field.ident.clone().map_or_else(|| Member::from(place), Member::from)
}

/// What a field is called in JSON, as far as the field itself says: "" where its contents stand in its place.
fn json_name(field: &Field, place: usize, among: &Fields) -> String {
    let serde = Serde::of(&field.attrs);
    match &field.ident {
        Some(_) if serde.says("flatten") => String::new(),
        Some(ident) => serde.value("rename").map_or_else(|| ident.unraw().to_string(), ToOwned::to_owned),
        None if among.len() == 1 => String::new(),
        None => place.to_string(),
    }
}

/// Whether the type can be seen to have no rules of its own.
fn has_no_rules(ty: &Type) -> bool {
    match ty {
        Type::Array(array) => has_no_rules(&array.elem),
        Type::Group(group) => has_no_rules(&group.elem),
        Type::Paren(paren) => has_no_rules(&paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(has_no_rules),
        Type::Path(path) if path.qself.is_none() => path.path.segments.last().is_some_and(|last| {
            let of_std = WITHOUT_RULES.iter().any(|word| last.ident == word);
            of_std
                && match &last.arguments {
                    PathArguments::AngleBracketed(arguments) => arguments.args.iter().all(|argument| match argument {
                        GenericArgument::Type(ty) => has_no_rules(ty),
                        _ => true,
                    }),
                    _ => true,
                }
        }),
        _ => false,
    }
}
