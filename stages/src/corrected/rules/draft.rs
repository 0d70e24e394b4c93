use super::{Correction, CorrectionKind};
use crate::ocr::Paragraph;
use crate::vocabulary::{ParagraphTokens, Token, tokens_of};

/// A paragraph being corrected: its lines of tokens, and the corrections so far.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) lines: ParagraphTokens,
    pub(super) corrections: Vec<Correction>,
}

/// The position of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TokenPosition {
    pub(super) line: usize,
    pub(super) at: usize,
}

impl Draft {
    pub(super) fn of(paragraph: &Paragraph) -> Self {
        Self { lines: tokens_of(paragraph), corrections: Vec::new() }
    }

    /// The positions of all tokens, in order.
    pub(super) fn places(&self) -> Vec<TokenPosition> {
        let of_line =
            |(line, tokens): (usize, &Vec<Token>)| (0..tokens.len()).map(move |at| TokenPosition { line, at });
        self.lines.iter().enumerate().flat_map(of_line).collect()
    }

    pub(super) fn token(&self, place: TokenPosition) -> &Token {
        &self.lines[place.line][place.at]
    }

    /// The token after this one, on the same line or the next.
    pub(super) fn next(&self, place: TokenPosition) -> Option<TokenPosition> {
        let TokenPosition { line, at } = place;
        let on_this = (at + 1 < self.lines[line].len()).then_some(TokenPosition { line, at: at + 1 });
        on_this.or_else(|| {
            (line + 1..self.lines.len())
                .find(|line| !self.lines[*line].is_empty())
                .map(|line| TokenPosition { line, at: 0 })
        })
    }

    /// The token before this one, on the same line or the one before.
    pub(super) fn previous(&self, place: TokenPosition) -> Option<TokenPosition> {
        let TokenPosition { line, at } = place;
        let on_this = at.checked_sub(1).map(|at| TokenPosition { line, at });
        on_this.or_else(|| {
            (0..line)
                .rev()
                .find(|line| !self.lines[*line].is_empty())
                .map(|line| TokenPosition { line, at: self.lines[line].len() - 1 })
        })
    }

    /// Whether the token is the last of its line.
    pub(super) fn ends_line(&self, place: TokenPosition) -> bool {
        place.at + 1 == self.lines[place.line].len()
    }

    /// Replaces the text of a token.
    pub(super) fn replace(&mut self, place: TokenPosition, kind: CorrectionKind, text: String) {
        let token = &mut self.lines[place.line][place.at];
        self.corrections.push(Correction::new(kind, &token.text, &text));
        token.text = text;
    }

    /// Replaces a token and the next one by `text`; the correction says that `read` was recognised.
    pub(super) fn merge(
        &mut self,
        place: TokenPosition,
        next: TokenPosition,
        kind: CorrectionKind,
        read: String,
        text: String,
    ) {
        self.corrections.push(Correction::new(kind, read, &text));
        let gone = self.lines[next.line].remove(next.at);
        let token = &mut self.lines[place.line][place.at];
        token.text = text;
        token.confidence = token.confidence.min(gone.confidence);
    }

    /// Deletes a token.
    pub(super) fn remove(&mut self, place: TokenPosition) {
        let gone = self.lines[place.line].remove(place.at);
        self.corrections.push(Correction::new(CorrectionKind::Speck, gone.text, ""));
    }

    /// The text: a line break after each line, a space between words.
    pub(super) fn text(&self) -> String {
        let line = |tokens: &Vec<Token>| tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ");
        self.lines.iter().filter(|tokens| !tokens.is_empty()).map(line).collect::<Vec<_>>().join("\n")
    }
}

/// A draft of a text whose words were all read with one confidence.
#[cfg(test)]
pub(super) fn draft_of(text: &str, confidence: f64) -> Draft {
    Draft::of(&crate::vocabulary::test_pages::paragraph(text, confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_go_from_line_to_line() {
        let draft = draft_of("one two\nthree", 1.0);
        let places = draft.places();
        assert_eq!(places.len(), 3);
        assert_eq!(draft.next(places[1]), Some(places[2]));
        assert_eq!(draft.next(places[2]), None);
        assert_eq!(draft.previous(places[2]), Some(places[1]));
        assert_eq!(draft.previous(places[0]), None);
        assert!(draft.ends_line(places[1]) && !draft.ends_line(places[0]));
    }

    #[test]
    fn a_line_that_is_merged_away_leaves_no_gap() {
        let mut draft = draft_of("cam-\npaign\nends", 1.0);
        let places = draft.places();
        draft.merge(places[0], places[1], CorrectionKind::Joined, "cam-paign".to_owned(), "campaign".to_owned());
        assert_eq!(draft.text(), "campaign\nends");
        assert_eq!(draft.next(places[0]), Some(TokenPosition { line: 2, at: 0 }));
        draft.remove(TokenPosition { line: 2, at: 0 });
        assert_eq!(draft.text(), "campaign");
        assert_eq!(draft.corrections.len(), 2);
    }
}
