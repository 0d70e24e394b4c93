use crate::vocabulary::{is_stray_symbol, split_token};

/// How many spaces, hyphens and dashes there are between letters.
pub(super) fn joints(text: &str) -> usize {
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    inner.chars().filter(|c| c.is_whitespace() || matches!(c, '-' | '‐' | '¬' | '—' | '–')).count()
}

/// The words, with this between them.
pub(super) fn joined_by(text: &str, joint: &str) -> String {
    text.split(joint).collect::<Vec<_>>().join(" ")
}

/// The words without punctuation.
pub(super) fn cores(words: &str) -> impl Iterator<Item = &str> {
    words.split_whitespace().map(|word| split_token(word).1).filter(|word| !word.is_empty())
}

/// The letters and digits, without spaces and punctuation.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || is_stray_symbol(*c)).collect()
}

/// The text with one form of quotation marks, dashes and ligatures: the forms are a matter of style.
pub(in crate::corrected) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.replace("— ", "—").replace(" —", "—").chars() {
        match c {
            '‘' | '’' | '`' | '´' => folded.push('\''),
            '“' | '”' | '„' | '«' | '»' => folded.push('"'),
            '–' | '—' => folded.push('—'),
            '‐' | '‑' => folded.push('-'),
            '⁄' => folded.push('/'),
            '¹' => folded.push('1'),
            '²' => folded.push('2'),
            '³' => folded.push('3'),
            'ﬁ' => folded.push_str("fi"),
            'ﬂ' => folded.push_str("fl"),
            _ => folded.push(c),
        }
    }
    folded
}
