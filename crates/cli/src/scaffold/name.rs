use super::ScaffoldError;
use shelf_runtime::registry::Registry;
use shelf_runtime::stage::StageName;

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

const CRATES: &[&str] = &[
    "alloc",
    "clap",
    "core",
    "garde",
    "schemars",
    "serde",
    "serde_json",
    "shelf",
    "shelf_books",
    "stages",
    "std",
    "test",
];

/// Checks a name that the stage shares with its function and file: valid for both, free, and not shadowing anything.
pub(super) fn check_name(name: &str, registry: &Registry) -> Result<(), ScaffoldError> {
    name.parse::<StageName>()?;
    if let Some(why) = means_else(name) {
        return Err(ScaffoldError::Word { name: name.to_owned(), why });
    }
    match registry.get(name) {
        Some(entry) => Err(ScaffoldError::Taken {
            name: name.to_owned(),
            site: format!("{}:{}", entry.row.site.file, entry.row.site.line),
        }),
        None => Ok(()),
    }
}

/// The meaning of a word in the file of a stage, if it is taken.
pub(super) fn means_else(name: &str) -> Option<&'static str> {
    match name {
        name if KEYWORDS.contains(&name) => Some("it is a Rust keyword"),
        name if PRIMITIVES.contains(&name) => Some("it is a Rust type"),
        name if CRATES.contains(&name) => Some("it is a crate that stages use"),
        "main" | "lib" | "tests" => Some("a module of that name exists already"),
        _ => None,
    }
}

/// `WordCount` for `word_count`.
pub(super) fn pascal_case(name: &str) -> String {
    let capital =
        |word: &str| word.get(..1).unwrap_or_default().to_ascii_uppercase() + word.get(1..).unwrap_or_default();
    name.split('_').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_after_the_stage() {
        assert_eq!(pascal_case("word_count"), "WordCount");
        assert_eq!(pascal_case("ocr2__x_"), "Ocr2X");
    }

    #[test]
    fn detects_reserved_words() {
        for word in ["type", "u32", "shelf", "tests"] {
            assert!(means_else(word).is_some(), "{word}");
        }
        assert!(means_else("headlines").is_none());
    }
}
