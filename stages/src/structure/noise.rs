//! Signs at the ends of lines that no book prints there: specks and rules that OCR took for characters.

use shelf_pages::ExcludedKind;

use super::joining::divided_word;
use super::page_pieces::PagePieces;
use super::piece::{PieceLine, Role};

/// Takes noise out of the ends of lines. A word that it divided is joined; `whole` joins its halves.
pub(super) fn exclude_noise(page: &mut PagePieces, whole: &dyn Fn(&str, &str) -> String) {
    let mut noise = Vec::new();
    for piece in page.pieces.iter_mut().filter(|piece| matches!(piece.role, Role::Text | Role::Quotation)) {
        let mut before: Option<String> = None;
        for line in &mut piece.lines {
            let after_hyphen = before.as_deref().is_some_and(|before| before.ends_with('-'));
            let was_clean = noise.len();
            if let Some(stripped) = stripped(line, after_hyphen, &mut noise) {
                *line = stripped;
            }
            if after_hyphen && noise.len() > was_clean {
                line.join = divided_word(before.as_deref().unwrap_or_default(), &line.text, whole).unwrap_or_default();
            }
            before = Some(line.text.clone());
        }
    }
    page.exclude(ExcludedKind::Artifact, &noise);
}

/// A line without the noise at its ends; `None` if there is none, or nothing else.
fn stripped(line: &PieceLine, after_hyphen: bool, noise: &mut Vec<PieceLine>) -> Option<PieceLine> {
    let words: Vec<&str> = line.text.split(' ').collect();
    let is_noise = |word: &&str| !word.is_empty() && word.chars().all(|c| matches!(c, '_' | '~' | '|' | '\\' | '^'));
    let length = |words: &[&str]| words.iter().map(|word| word.chars().count() as u32 + 1).sum::<u32>();
    let mut first = words.iter().take_while(|word| is_noise(word)).count();
    // `ap-` and `- pears`.
    if first == 0 && after_hyphen && words.len() > 1 && words[0] == "-" {
        first = 1;
    }
    let last = words.iter().rev().take_while(|word| is_noise(word)).count();
    if first + last == 0 || first + last >= words.len() {
        return None;
    }
    let (start, end) = (length(&words[..first]), line.char_count() - length(&words[words.len() - last..]));
    if first > 0 {
        noise.push(line.part(0, start - 1));
    }
    if last > 0 {
        noise.push(line.part(end + 1, line.char_count()));
    }
    Some(line.part(start, end))
}

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    #[test]
    fn specks_at_the_ends_of_lines_are_not_text() {
        let page = TestPage::new("_ That author is a ~\nmachine _ and has ap-\n- pears, ~ |");
        let mut found = page_pieces(&page.merged(), &page.ocr());
        exclude_noise(&mut found, &|before, after| format!("{before}{after}"));
        let lines: Vec<&str> = found.pieces[0].lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, ["That author is a", "machine _ and has ap-", "pears,"]);
        assert_eq!(found.pieces[0].lines[0].bbox.map(|bbox| bbox.x), Some(120), "its box begins at its first word");
        assert_eq!(found.excluded.len(), 4);
        let text = found.pieces[0].lines.iter().map(|line| (line.text.as_str(), line.join));
        assert_eq!(shelf_pages::joined(text), "That author is a machine _ and has appears,");
    }
}
