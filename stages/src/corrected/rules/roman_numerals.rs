//! Roman numerals of chapters, whose strokes are misread: `Il.`, `CHAPTER Ill.`, `XIl`.

use shelf::book::parse_roman;

use super::CorrectionKind;
use super::draft::{Draft, TokenPosition};
use crate::pagination::is_division;
use crate::vocabulary::split_token;

/// Corrects the number that a paragraph begins with, alone or after the name of a division.
pub(super) fn correct_roman_numeral(draft: &mut Draft) {
    let places = draft.places();
    let [first, second] = [0, 1].map(|at| places.get(at).copied());
    let after_division = first.filter(|first| is_division(split_token(&draft.token(*first).text).1)).and(second);
    let Some(place) = after_division.or(first) else { return };
    if let Some(printed) = printed(draft, place, after_division.is_some()) {
        draft.replace(place, CorrectionKind::Misread, printed);
    }
}

/// The number that was printed where another text was read; `None` if that may be right.
fn printed(draft: &Draft, place: TokenPosition, is_of_division: bool) -> Option<String> {
    let (lead, word, tail) = split_token(&draft.token(place).text);
    let begins_title = || {
        let next = draft.next(place).map(|next| split_token(&draft.token(next).text).1);
        tail == "." && next.is_none_or(|next| next.starts_with(char::is_uppercase))
    };
    let is_possible = word.starts_with(['I', 'V', 'X']) && word.chars().all(|c| "IVXLCl1|".contains(c));
    if !is_possible || word.chars().count() < 2 || is_roman(word) || !(is_of_division || begins_title()) {
        return None;
    }
    let mut number = String::new();
    for c in word.chars() {
        // An L does not follow an I.
        let is_stroke = matches!(c, 'l' | '1' | '|') || c == 'L' && number.ends_with('I');
        number.push(if is_stroke { 'I' } else { c });
    }
    is_roman(&number).then(|| format!("{lead}{number}{tail}"))
}

fn is_roman(word: &str) -> bool {
    word.chars().all(char::is_uppercase) && parse_roman(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::draft::draft_of;
    use super::*;

    #[test]
    fn strokes_of_a_chapter_number_are_read() {
        for (read, printed) in [
            ("Il.", "II."),
            ("Ill. The Whale", "III. The Whale"),
            ("IL. Not Have Thee", "II. Not Have Thee"),
            ("CHAPTER XIl", "CHAPTER XII"),
            ("Chapter V1l. of it", "Chapter VII. of it"),
            ("“Book I1.", "“Book II."),
            // Numbers, words and abbreviations.
            ("XL. The Whale", "XL. The Whale"),
            ("11. The Whale", "11. The Whale"),
            ("Ill winds blow", "Ill winds blow"),
            ("Ill. and Ind.", "Ill. and Ind."),
            ("Cl. Ptolemy", "Cl. Ptolemy"),
            ("I. The Whale", "I. The Whale"),
            ("It was. Il.", "It was. Il."),
        ] {
            let mut draft = draft_of(read, 0.9);
            correct_roman_numeral(&mut draft);
            assert_eq!(draft.text(), printed);
        }
    }
}
