//! Marks of notes in the text that were misread. They are small and raised, so that Tesseract reads `*` as `’` or `”`, and `1` as `!`. Such a sign is the
//! mark of a note where it cannot be punctuation: `the Island,’ there is` without an opening quotation mark before it.

use super::piece::{Piece, Role};

/// Where a mark may be: its piece, its line in that, and its first character.
pub(super) type MarkPosition = (usize, usize, u32);

/// Signs that do not follow a point or comma unless they are misread.
const NEVER_PUNCTUATION: [char; 7] = ['!', '?', '*', '°', '‘', '“', '¥'];

/// What raised marks are misread as at the beginning of a note, followed by the mark that it is.
pub(super) const MISREAD_BEFORE_NOTES: [(char, &str); 11] = [
    ('“', "*"),
    ('”', "*"),
    ('‘', "*"),
    ('’', "*"),
    ('"', "*"),
    ('°', "*"),
    ('¥', "†"),
    ('!', "1"),
    ('\'', "1"),
    ('|', "1"),
    ('?', "2"),
];

/// The marks in the text that `count` notes of the page probably belong to, in order; empty if it is uncertain which signs they are.
pub(super) fn misread_marks(pieces: &[Piece], count: usize) -> Vec<MarkPosition> {
    let (mut certain, mut all) = (Vec::new(), Vec::new());
    let text = pieces.iter().enumerate().filter(|(_, piece)| matches!(piece.role, Role::Text | Role::Quotation));
    for (nth, (piece_at, piece)) in text.enumerate() {
        let goes_on = piece.lines.first().and_then(|line| line.text.chars().next()).is_some_and(char::is_lowercase);
        // A quotation that began on the page before may end here.
        let mut open = if nth == 0 && goes_on { Quotations::usual_in(pieces) } else { Quotations::default() };
        for (line_at, line) in piece.lines.iter().enumerate() {
            let chars: Vec<char> = line.text.chars().collect();
            for at in 0..chars.len() {
                let is_closing = open.read(&chars, at);
                if !may_be_mark(&chars, at) || line.note.is_some() {
                    continue;
                }
                let position = (piece_at, line_at, at as u32);
                if NEVER_PUNCTUATION.contains(&chars[at]) {
                    certain.push(position);
                    all.push(position);
                } else if matches!(chars[at], '’' | '”' | '\'' | '"') && !is_closing {
                    all.push(position);
                }
            }
        }
    }
    [certain, all].into_iter().find(|found| found.len() == count).unwrap_or_default()
}

/// Whether a sign follows a word's point or comma, and nothing but the next word follows it.
fn may_be_mark(chars: &[char], at: usize) -> bool {
    let is_after_punctuation =
        at >= 2 && matches!(chars[at - 1], '.' | ',' | ';' | ':') && chars[at - 2].is_alphanumeric();
    let is_raised = at >= 1 && chars[at - 1].is_alphabetic() && matches!(chars[at], '*' | '°');
    (is_after_punctuation || is_raised) && chars.get(at + 1).is_none_or(|next| next.is_whitespace() || *next == '—')
}

/// The quotations that are open.
#[derive(Debug, Clone, Copy, Default)]
struct Quotations {
    single: u32,
    double: u32,
}

impl Quotations {
    /// One of each kind that the page has.
    fn usual_in(pieces: &[Piece]) -> Self {
        let has = |quote: char| pieces.iter().any(|piece| piece.lines.iter().any(|line| line.text.contains(quote)));
        Self { single: u32::from(has('‘')), double: u32::from(has('“')) }
    }

    /// Reads a character; whether it closes a quotation.
    fn read(&mut self, chars: &[char], at: usize) -> bool {
        let begins_word = at == 0 || chars[at - 1].is_whitespace() || matches!(chars[at - 1], '—' | '(' | '“' | '‘');
        let open = match chars[at] {
            '‘' | '’' | '\'' => &mut self.single,
            '“' | '”' | '"' => &mut self.double,
            _ => return false,
        };
        match chars[at] {
            '‘' | '“' | '\'' | '"' if begins_word => *open += 1,
            // An apostrophe is within a word or after it.
            '’' | '\'' if at > 0 && chars[at - 1].is_alphanumeric() => {}
            '’' | '”' | '\'' | '"' if *open > 0 => {
                *open -= 1;
                return true;
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    fn found(text: &str, count: usize) -> String {
        let page = TestPage::new(text);
        let pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        let context = |(piece, line, at): MarkPosition| {
            let text: Vec<char> = pieces[piece].lines[line].text.chars().collect();
            text[at.saturating_sub(3) as usize..=at as usize].iter().collect::<String>()
        };
        misread_marks(&pieces, count).into_iter().map(context).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn signs_that_cannot_be_punctuation_are_marks() {
        assert_eq!(found("Although they landed on the Island,’ there is", 1), "nd,’");
        assert_eq!(found("It was bought, as\nhe said, of Cortez,” and so", 1), "ez,”");
        assert_eq!(found("Such a head,! said he. “Go,” and “no,” she said.", 1), "ad,!");
        assert_eq!(found("Of the settlement,‘ and of the course,° too", 2), "nt,‘|se,°");
    }

    #[test]
    fn quotation_marks_are_not_marks_of_notes() {
        for text in [
            "“It was,” he said, “of Rome.”",
            "He said ‘It was,’ and ‘of Rome.’",
            "of the past.” And then he went, “of",
            "He said, “I saw ‘the sea,’ and it was blue.”",
            "The boys’ boat, and the girls’ too; don’t!",
        ] {
            assert_eq!(found(text, 1), "", "{text}");
        }
    }

    #[test]
    fn marks_are_uncertain_if_there_are_more_or_fewer_than_notes() {
        assert_eq!(found("Of Rome,’ and of Gaul,” and so", 1), "");
        assert_eq!(found("Of Rome,’ and of Gaul, and so", 2), "");
    }
}
