//! The rows of a printed table of contents: the title of an entry and its page number may be in different blocks.

use shelf::book::parse_roman;
use shelf_pages::{Bbox, Passage};

use super::piece::{Piece, PieceLine, passage};

/// An entry as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrintedEntry {
    /// Its text without the page number.
    pub(super) text: String,
    pub(super) printed_page_number: Option<String>,
    /// All of it.
    pub(super) passage: Passage,
}

/// The entries of a page of contents.
pub(super) fn printed_entries(pieces: &[Piece]) -> Vec<PrintedEntry> {
    let mut entries: Vec<(Vec<PieceLine>, String)> = Vec::new();
    for row in rows(pieces) {
        let text = row.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join(" ");
        match entries.last_mut() {
            // A title of several lines: its page number is in the last.
            Some((lines, before)) if split_number(before).1.is_none() && goes_on(&text) => {
                lines.extend(row);
                before.push(' ');
                before.push_str(&text);
            }
            _ => entries.push((row, text)),
        }
    }
    let entry = |(lines, text): (Vec<PieceLine>, String)| {
        let (text, printed_page_number) = split_number(&text);
        PrintedEntry { text, printed_page_number, passage: passage(&lines) }
    };
    entries.into_iter().map(entry).collect()
}

fn goes_on(text: &str) -> bool {
    text.chars().find(|c| c.is_alphanumeric()).is_some_and(char::is_lowercase)
}

/// The lines at one height, from left to right; by pieces if positions are unknown.
fn rows(pieces: &[Piece]) -> Vec<Vec<PieceLine>> {
    let mut lines: Vec<&PieceLine> = pieces.iter().flat_map(|piece| &piece.lines).collect();
    if lines.iter().all(|line| line.bbox.is_some()) {
        lines.sort_by_key(|line| line.bbox.map(|bbox| (bbox.y + bbox.height / 2, bbox.x)));
    }
    let mut rows: Vec<(Option<Bbox>, Vec<PieceLine>)> = Vec::new();
    for line in lines {
        match (rows.last_mut(), line.bbox) {
            (Some((Some(row), lines)), Some(bbox))
                if 2 * row.bottom().min(bbox.bottom()).saturating_sub(row.y.max(bbox.y))
                    >= row.height.min(bbox.height) =>
            {
                lines.push(line.clone());
            }
            _ => rows.push((line.bbox, vec![line.clone()])),
        }
    }
    let mut rows: Vec<Vec<PieceLine>> = rows.into_iter().map(|(_, lines)| lines).collect();
    for row in &mut rows {
        row.sort_by_key(|line| line.bbox.map(|bbox| bbox.x));
    }
    rows
}

/// The text of an entry and its page number, without the leaders between them: dots, and the letters that they were misread as.
fn split_number(text: &str) -> (String, Option<String>) {
    let is_leader = |c: char| c.is_whitespace() || matches!(c, '.' | '·' | '…' | '_' | '-' | ',' | ':' | ';' | '•');
    let trimmed = text.trim_end_matches(is_leader);
    let number = trimmed.rsplit(|c: char| c.is_whitespace() || matches!(c, '.' | '…')).next().unwrap_or_default();
    let title = &trimmed[..trimmed.len() - number.len()];
    let leaders = leaders_start(title);
    let number = match number {
        // Nothing but a page number is behind leaders.
        "I" | "l" | "|" if leaders.is_some() => "1",
        // `....0012`
        number if title.ends_with(['.', '…']) => number.trim_start_matches('0'),
        number => number,
    };
    let is_number = number.parse::<u32>().is_ok()
        || !number.is_empty() && number.chars().all(char::is_lowercase) && parse_roman(number).is_some();
    if is_number && title.chars().any(char::is_alphabetic) {
        let title = &title[..leaders.unwrap_or(title.len())];
        return (title.trim_end_matches(is_leader).to_owned(), Some(number.to_owned()));
    }
    (text.trim().trim_end_matches(['…', '·', '_']).trim_end().to_owned(), None)
}

/// Where the leaders at the end of a title begin, in bytes: at least [`MIN_LEADER_DOTS`] dots or zeros in a row, and behind them nothing but what
/// leaders are misread as, such as `.....0000 cece eee ens`.
fn leaders_start(title: &str) -> Option<usize> {
    let is_dot = |c: char| matches!(c, '.' | '·' | '…' | '0');
    let is_of_leaders = |c: char| is_dot(c) || c.is_whitespace() || "cenoswu256-_,:;•".contains(c);
    let tail = title.trim_end_matches(is_of_leaders).len();
    let (mut start, mut dots) = (tail, 0);
    for (at, c) in title.char_indices().filter(|(at, _)| *at >= tail) {
        match c {
            _ if is_dot(c) => dots += if c == '…' { MIN_LEADER_DOTS } else { 1 },
            ' ' if dots > 0 => {}
            _ => (start, dots) = (at + c.len_utf8(), 0),
        }
        if dots >= MIN_LEADER_DOTS {
            return Some(start);
        }
    }
    None
}

/// Fewer dots may end an abbreviation.
const MIN_LEADER_DOTS: usize = 3;

#[cfg(test)]
mod tests {
    use shelf_pages::testing::TestPage;

    use super::super::page_pieces::page_pieces;
    use super::*;

    #[test]
    fn entries_have_text_and_number() {
        assert_eq!(split_number("I. Of Shelves . . . . . 12"), ("I. Of Shelves".to_owned(), Some("12".to_owned())));
        assert_eq!(split_number("To the Engine.....iv"), ("To the Engine".to_owned(), Some("iv".to_owned())));
        assert_eq!(split_number("The Year 1528"), ("The Year".to_owned(), Some("1528".to_owned())));
        assert_eq!(
            split_number("II. MR. ELLIOT. 0.00... 000 cece eee e neces 9"),
            ("II. MR. ELLIOT".to_owned(), Some("9".to_owned()))
        );
        assert_eq!(split_number("Of Chairs...........0000005 I"), ("Of Chairs".to_owned(), Some("1".to_owned())));
        assert_eq!(split_number("Of Chairs....0012"), ("Of Chairs".to_owned(), Some("12".to_owned())));
        assert_eq!(split_number("Of Good Sense 12"), ("Of Good Sense".to_owned(), Some("12".to_owned())));
        assert_eq!(split_number("Of Good Sense ... 1200"), ("Of Good Sense".to_owned(), Some("1200".to_owned())));
        assert_eq!(split_number("Of Shelves"), ("Of Shelves".to_owned(), None));
        assert_eq!(split_number("12"), ("12".to_owned(), None));
    }

    #[test]
    fn number_may_be_in_another_block() {
        let page = TestPage::new("Of Shelves\nOf the Hyphen, and of\nits two trades 9\n\n4");
        let mut pieces = page_pieces(&page.merged(), &page.ocr()).pieces;
        pieces[1].lines[0].bbox = Some(Bbox { x: 800, y: 101, width: 10, height: 20 });
        let found = printed_entries(&pieces);
        let shown: Vec<(&str, Option<&str>)> =
            found.iter().map(|entry| (entry.text.as_str(), entry.printed_page_number.as_deref())).collect();
        assert_eq!(shown, [("Of Shelves", Some("4")), ("Of the Hyphen, and of its two trades", Some("9"))]);
        assert_eq!(found[0].passage.spans.len(), 2);
    }
}
