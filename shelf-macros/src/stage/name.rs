use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, ExprLit, Lit, LitStr};

use crate::diagnostics::Diagnostics;

/// Names that a book's folder uses otherwise; `StageName::RESERVED` of the runtime lists the same.
const RESERVED: [&str; 9] =
    ["source", "images", "existing_text", "exports", "prompts", "metadata", "logs", "llm", "all"];

const LONGEST: usize = 40;

/// A stage has a name, a string that can be a folder and a value of `--stage`. One that is missing may be what is `unread`.
pub(super) fn check_name(name: Option<&Expr>, unread: bool, function: &Ident, diagnostics: &mut Diagnostics) -> String {
    let like = snake_case(&function.unraw().to_string());
    match name.map(ungrouped) {
        Some(Expr::Lit(ExprLit { lit: Lit::Str(name), .. })) => return check_text(name, &like, diagnostics),
        Some(other) => diagnostics.error_at(other, format!("a stage's name is a string: `name = \"{like}\"`")),
        None if unread => {}
        None => diagnostics
            .error(proc_macro2::Span::call_site(), format!("stage `{function}` has no name; add `name = \"{like}\"`")),
    }
    like
}

/// The expression inside the invisible parentheses that `macro_rules!` leaves.
fn ungrouped(expression: &Expr) -> &Expr {
    match expression {
        Expr::Group(group) => ungrouped(&group.expr),
        other => other,
    }
}

fn check_text(name: &LitStr, like: &str, diagnostics: &mut Diagnostics) -> String {
    let text = name.value();
    let fits = text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if text.is_empty() {
        diagnostics.error(name.span(), format!("a stage's name is not empty; such as `name = \"{like}\"`"));
    } else if !fits {
        let suggestion = snake_case(&text);
        let suggestion = if suggestion.is_empty() { like } else { &suggestion };
        diagnostics.error(
            name.span(),
            format!(
                "invalid stage name `{text}`: expected a lower-case letter, then up to {} of a-z, 0-9 and `_`, such as `{suggestion}`",
                LONGEST - 1
            ),
        );
    } else if RESERVED.contains(&text.as_str()) {
        diagnostics.error(
            name.span(),
            format!("`{text}` is reserved: a book keeps other things under that name; try `{text}_pages`"),
        );
    }
    text
}

/// A stage name that is like `text`: `WordCount`, `word-count` and `2 words` become `word_count`, `word_count`, `words`.
fn snake_case(text: &str) -> String {
    let mut name = String::new();
    let mut before = ' ';
    for c in text.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) && !name.is_empty() {
            name.push('_');
        }
        before = c;
        match c {
            'a'..='z' | 'A'..='Z' => name.push(c.to_ascii_lowercase()),
            '0'..='9' if !name.is_empty() => name.push(c),
            _ if name.ends_with('_') || name.is_empty() => {}
            _ => name.push('_'),
        }
    }
    name.truncate(LONGEST);
    name.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn a_bad_name_suggests_a_good_one() {
        for (bad, good) in [
            ("WordCount", "word_count"),
            ("word-count", "word_count"),
            ("2 words", "words"),
            ("OCR", "ocr"),
            ("Zählung!", "z_hlung"),
            ("été", "t"),
        ] {
            assert_eq!(snake_case(bad), good, "{bad}");
        }
        assert_eq!(snake_case(&"a".repeat(60)).len(), 40);
        assert_eq!(snake_case("日本"), "");
    }
}
