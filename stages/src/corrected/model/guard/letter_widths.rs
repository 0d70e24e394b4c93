use shelf_pages::{Line, OcrPage, Word};

/// How wide words are on a page: estimated from the words that were read with certainty.
#[derive(Debug, Clone)]
pub(super) struct LetterWidths {
    /// Px of an average letter on the page; `None` if the boxes do not tell it.
    page: Option<f64>,
}

/// Words with less confidence are not measured, 0..=1.
const MIN_CONFIDENCE: f64 = 0.85;
/// Shorter words are measured too coarsely.
const MIN_CHARS: usize = 3;
/// A line with fewer words takes the page's width.
const MIN_LINE_WORDS: usize = 3;
/// Boxes in which half of the words differ by more than this from what is expected are not boxes of words, as a fraction.
const MAX_SPREAD: f64 = 0.2;

impl LetterWidths {
    /// Measures a page, whose boxes are upright.
    pub(super) fn of(page: &OcrPage) -> Self {
        let measured: Vec<f64> = page.words().filter_map(width_of_letter).collect();
        let Some(letter) = median(&measured) else { return Self { page: None } };
        let spread = median(&measured.iter().map(|width| (width / letter - 1.0).abs()).collect::<Vec<_>>());
        Self { page: spread.filter(|spread| *spread <= MAX_SPREAD).map(|_| letter) }
    }

    /// By how many average letters a word that is `width_px` wide in this line differs from the width of `text`; `None` if unknown.
    pub(super) fn misfit(&self, text: &str, width_px: u32, line: &Line) -> Option<f64> {
        let page = self.page?;
        let of_line: Vec<f64> = line.words.iter().filter_map(width_of_letter).collect();
        let letter = if of_line.len() >= MIN_LINE_WORDS { median(&of_line).unwrap_or(page) } else { page };
        Some((f64::from(width_px) / letter - letters(text)).abs())
    }
}

fn width_of_letter(word: &Word) -> Option<f64> {
    let is_measured =
        word.confidence >= MIN_CONFIDENCE && word.text.chars().count() >= MIN_CHARS && word.bbox.width > 0;
    is_measured.then(|| f64::from(word.bbox.width) / letters(&word.text))
}

/// The width of a text in average letters of a book face.
pub(super) fn letters(text: &str) -> f64 {
    text.chars().map(width).sum()
}

/// The width of a character relative to an average small letter, as in Times and its relatives.
fn width(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | '\'' | '‘' | '’' | '.' | ',' | ';' | ':' | '!' | '|' | 'ì'..='ï' => 0.62,
        'r' | 's' | '(' | ')' | '-' | 'I' | 'J' | '[' | ']' | ' ' => 0.8,
        'm' | 'w' | 'æ' | 'œ' => 1.65,
        'M' | 'W' | '—' | 'Æ' | 'Œ' => 2.0,
        _ if c.is_uppercase() => 1.5,
        _ => 1.05,
    }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::*;

    #[test]
    fn words_are_as_wide_as_their_letters() {
        let page = TestPage::new("some even sooner average house on a page seen once").ocr();
        let widths = LetterWidths::of(&page);
        let line = &page.blocks[0].paragraphs[0].lines[0];
        let misfit = |text| widths.misfit(text, 50, line).unwrap();
        assert!(misfit("house") < 0.5 && misfit("ho") > 2.0 && misfit("households") > 3.0);
    }

    #[test]
    fn boxes_that_are_not_those_of_words_tell_nothing() {
        let mut page = TestPage::new("a page of words that have extraordinarily different lengths everywhere").ocr();
        for word in &mut page.blocks[0].paragraphs[0].lines[0].words {
            word.bbox.width = 60;
        }
        let line = page.blocks[0].paragraphs[0].lines[0].clone();
        assert_eq!(LetterWidths::of(&page).misfit("page", 60, &line), None);
        assert_eq!(LetterWidths::of(&TestPage::new("").ocr()).misfit("page", 60, &line), None);
    }
}
