use super::spelling::split_token;
use crate::ocr::{OcrPage, Paragraph};

/// A word as it was read, with adjacent punctuation.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The word.
    pub text: String,
    /// Confidence of the recognition, 0..=1; that of the paragraph if the word's own is unknown.
    pub confidence: f64,
    /// Whether it continues the previous token, which ends in a hyphen.
    pub continues: bool,
    /// Whether it is in a passage in another language than the dictionary's.
    pub foreign: bool,
    /// Other readings of a word that is in doubt, most probable first.
    pub alternatives: Vec<String>,
}

/// The tokens of a paragraph, line by line. A paragraph of the original program, which has no line breaks, is one line, and its split words
/// (`cam- paign`) have their hyphen within it.
pub type ParagraphTokens = Vec<Vec<Token>>;

/// The tokens of a page, paragraph by paragraph.
#[derive(Debug, Clone, Default)]
pub struct PageTokens {
    /// One for each paragraph of the page, in its order.
    pub paragraphs: Vec<ParagraphTokens>,
}

impl PageTokens {
    /// The tokens of all blocks of a page, in order.
    #[must_use]
    pub fn of(page: &OcrPage) -> Self {
        Self { paragraphs: page.blocks.iter().flat_map(|block| &block.paragraphs).map(tokens_of).collect() }
    }

    /// All lines of the page.
    pub fn lines(&self) -> impl Iterator<Item = &[Token]> {
        self.paragraphs.iter().flatten().map(Vec::as_slice)
    }

    /// All tokens of the page.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.paragraphs.iter().flatten().flatten()
    }
}

/// The tokens of a paragraph: from its words, or from its text if they are missing or differ from it.
#[must_use]
pub fn tokens_of(paragraph: &Paragraph) -> ParagraphTokens {
    let mut lines: ParagraphTokens = paragraph
        .text
        .lines()
        .map(|line| line.split_whitespace().map(|word| Token::new(word, paragraph.avg_confidence)).collect())
        .filter(|line: &Vec<Token>| !line.is_empty())
        .collect();
    let words: Vec<_> = paragraph.lines.iter().flat_map(|line| &line.words).collect();
    let tokens = || lines.iter().flatten();
    if words.len() == tokens().count() && words.iter().zip(tokens()).all(|(word, token)| word.text == token.text) {
        for (token, word) in lines.iter_mut().flatten().zip(words) {
            token.confidence = word.confidence;
            token.alternatives = word.alternatives.iter().map(|other| other.text.clone()).collect();
        }
    }
    mark_continuing(&mut lines);
    lines
}

fn mark_continuing(lines: &mut ParagraphTokens) {
    let one_line = lines.len() == 1;
    // What precedes the hyphen before a token.
    let mut before_hyphen: Option<char> = None;
    for line in lines {
        let last = line.len().saturating_sub(1);
        for (at, token) in line.iter_mut().enumerate() {
            // A page number below `cam-` is not its second half.
            let same_kind = |before: char| match token.text.chars().next() {
                Some(first) if before.is_ascii_digit() => first.is_alphanumeric(),
                first => first.is_some_and(char::is_alphabetic),
            };
            token.continues = before_hyphen.is_some_and(same_kind);
            let (_, word, _) = split_token(&token.text);
            before_hyphen = word.chars().next_back().filter(|_| (at == last || one_line) && token.ends_in_hyphen());
        }
    }
}

impl Token {
    /// A token that does not continue another.
    #[must_use]
    pub fn new(text: &str, confidence: f64) -> Self {
        Self { text: text.to_owned(), confidence, continues: false, foreign: false, alternatives: Vec::new() }
    }

    /// Whether its word continues in the next token: a letter or digit, then one hyphen.
    #[must_use]
    pub fn ends_in_hyphen(&self) -> bool {
        let (_, word, behind) = split_token(&self.text);
        !word.is_empty() && matches!(behind, "-" | "‐" | "‑" | "\u{ad}" | "¬")
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_pages::paragraph;
    use super::*;

    fn texts(lines: &ParagraphTokens) -> Vec<Vec<&str>> {
        lines.iter().map(|line| line.iter().map(|token| token.text.as_str()).collect()).collect()
    }

    fn continuing(lines: &ParagraphTokens) -> Vec<&str> {
        lines.iter().flatten().filter(|token| token.continues).map(|token| token.text.as_str()).collect()
    }

    #[test]
    fn words_have_their_own_confidence() {
        let mut read = paragraph("a cam-\npaign", 0.9);
        read.lines[0].words[1].confidence = 0.3;
        let lines = tokens_of(&read);
        assert_eq!(texts(&lines), [vec!["a", "cam-"], vec!["paign"]]);
        assert!((lines[0][1].confidence - 0.3).abs() < 1e-9);
    }

    #[test]
    fn uses_the_paragraphs_confidence_if_words_are_missing_or_differ() {
        let mut read = paragraph("a cam- paign", 0.8);
        read.lines[0].words[2].text = "pain".to_owned();
        assert!(tokens_of(&read).iter().flatten().all(|token| (token.confidence - 0.8).abs() < 1e-9));
        read.lines.clear();
        let lines = tokens_of(&read);
        assert_eq!(texts(&lines), [["a", "cam-", "paign"]]);
        assert_eq!(continuing(&lines), ["paign"]);
    }

    #[test]
    fn words_continue_only_at_line_ends() {
        for (text, goes_on) in [
            ("a cam-\npaign", vec!["paign"]),
            ("cam- paign\nends", vec![]),
            ("a —\ndash", vec![]),
            ("a cam-\n“paign”", vec![]),
            ("cam‐\npaign and con¬\ntrast", vec!["paign", "trast"]),
        ] {
            assert_eq!(continuing(&tokens_of(&paragraph(text, 0.9))), goes_on, "{text}");
        }
    }
}
