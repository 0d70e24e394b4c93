use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// The text of an item's doc comment, without the blank that each line starts with.
pub(crate) fn doc_comment(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes.iter().filter_map(doc_line).collect();
    lines.join("\n").trim().to_owned()
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if meta.path.is_ident("doc") => {
            let text = text.value();
            Some(text.strip_prefix(' ').unwrap_or(&text).trim_end().to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::doc_comment;
    use syn::parse_quote;

    #[test]
    fn lines_are_joined_and_keep_their_indentation() {
        let item: syn::ItemStruct = parse_quote! {
            /// Words on the page.
            ///
            ///   Hyphenated words count once.
            #[derive(Debug)]
            struct Words;
        };
        assert_eq!(doc_comment(&item.attrs), "Words on the page.\n\n  Hyphenated words count once.");
    }
}
