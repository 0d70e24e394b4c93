use super::block_view::BlockView;
use super::label_blocks::Verdict;
use super::letter::{is_dateline, is_right_aligned};
use super::page_view::PageView;
use crate::labels::Classification;
use crate::pagination::{is_numbered_division, matter_opened_by};
use shelf::book::parse_roman;

/// Maximum length of a heading, rows; a summary below a chapter number may be twice as long.
const MAX_ROWS: usize = 4;

/// Maximum length of a heading, words.
const MAX_WORDS: usize = 25;

/// The first heading of a page opens a chapter if it begins below this fraction of the scan's height.
const MIN_CHAPTER_TOP_RATIO: f64 = 0.14;

/// Minimum mean confidence of a heading's words, 0..=1.
const MIN_CONFIDENCE: f64 = 0.6;

/// The same for a centred title between the number of a chapter and its text.
const MIN_TITLE_CONFIDENCE: f64 = 0.3;

/// A number in larger type, relative to the body text, is an initial or an ornament.
const MAX_NUMBER_SIZE: f64 = 2.6;
/// Minimum score of a heading; see [`heading_score`].
const MIN_SCORE: f64 = 2.5;

/// Headings of chapters and sections, by type size, capitals, position and white space.
pub(super) fn label(block: &BlockView, page: &PageView) -> Option<Verdict> {
    if is_chapter_number(block, page) {
        return Some((Classification::ChapterHeading, 0.95));
    }
    if is_number_alone(block, page) {
        let opens = opens_the_page(block, page) || continues_heading_below(block, page);
        let classification = if opens { Classification::ChapterHeading } else { Classification::SectionHeading };
        return Some((classification, 0.85));
    }
    if continues_heading(block, page) {
        return Some((Classification::ChapterHeading, 0.8));
    }
    let score = heading_score(block, page);
    if score < MIN_SCORE {
        return None;
    }
    let confidence = (0.6 + 0.1 * (score - MIN_SCORE)).min(0.9);
    let opens = opens_the_page(block, page);
    let known = matter_opened_by(&block.text).is_some() && block.words() < 5;
    let classification = if opens || known { Classification::ChapterHeading } else { Classification::SectionHeading };
    Some((classification, confidence))
}

/// `CHAPTER I.`, and other text in the same block.
fn is_chapter_number(block: &BlockView, page: &PageView) -> bool {
    let set_off =
        block.centred || block.capitals || block.size > 1.12 || page.gap_below(block).is_none_or(|gap| gap > 0.8);
    block.rows.len() <= MAX_ROWS && block.words() <= MAX_WORDS && is_numbered_division(&block.text) && set_off
}

/// `XIII` or `13`, alone on a line in the middle of the column, with white space around it and text below.
pub(super) fn is_number_alone(block: &BlockView, page: &PageView) -> bool {
    let number = block.text.trim_matches(|c: char| !c.is_alphanumeric());
    let is_roman = parse_roman(number).is_some() && number.chars().all(char::is_uppercase) || is_misread_roman(number);
    let is_arabic = number.len() <= 3 && number.parse::<u32>().is_ok_and(|number| number > 0);
    let is_set_off = || {
        page.gap_above(block).is_none_or(|gap| gap >= 0.7)
            && page.gap_below(block).is_some_and(|gap| gap >= 0.4)
            && !page.is_in_header(block)
            && !page.is_in_footer(block)
    };
    block.rows.len() == 1 && block.centred && block.size < MAX_NUMBER_SIZE && (is_roman || is_arabic) && is_set_off()
}

/// A numeral in capitals of which some letters were misread: `Il`, `It`, `TI`, `XIl`.
fn is_misread_roman(number: &str) -> bool {
    (2..=5).contains(&number.chars().count())
        && number.starts_with(|c: char| "IVXLCT".contains(c))
        && number.chars().all(|c| "IVXLCTilt1".contains(c))
}

/// Whether the block below is a heading: the title below the number of a chapter.
fn continues_heading_below(block: &BlockView, page: &PageView) -> bool {
    let first = page.above(block).is_none();
    first && page.below(block).is_some_and(|below| heading_score(below, page) >= MIN_SCORE)
}

/// A chapter's title or summary, between its number and its text.
fn continues_heading(block: &BlockView, page: &PageView) -> bool {
    let above = page.above(block).is_some_and(|above| is_chapter_number(above, page) || is_number_alone(above, page));
    let before_text = page.below(block).is_some_and(|below| below.size > block.size || below.is_running_text());
    let unlike_text = block.centred || block.capitals || !(0.9..1.12).contains(&block.size);
    // Small capitals are read with little confidence.
    let readable = block.legibility >= if block.centred { MIN_TITLE_CONFIDENCE } else { MIN_CONFIDENCE };
    above && before_text && unlike_text && readable && block.rows.len() <= 2 * MAX_ROWS
}

/// How much a block resembles a heading. Typically a heading in capitals with white space around it scores 3.3, a centred one 2.8, and the last
/// line of a paragraph at most 1.5.
fn heading_score(block: &BlockView, page: &PageView) -> f64 {
    if block.rows.len() > MAX_ROWS || block.words() > MAX_WORDS || block.legibility < MIN_CONFIDENCE {
        return 0.0;
    }
    let letters = block.text.chars().filter(|c| c.is_alphabetic()).count();
    let last = block.text.chars().rfind(|c| !c.is_whitespace() && !"\"'”’».".contains(*c));
    let white = |gap: Option<f64>, enough: f64| if gap.is_none_or(|gap| gap >= enough) { 0.5 } else { 0.0 };
    let when = |is: bool, score: f64| if is { score } else { 0.0 };
    when(block.size >= 1.1, 1.0)
        + when(block.size >= 1.2, 1.0)
        + when(block.capitals && letters > 2, 1.5)
        + when(block.centred, 1.0)
        + white(page.gap_above(block), 0.7)
        + white(page.gap_below(block), 0.5)
        + when(block.words() <= 8, 0.5)
        + when(block.rows.len() == 1 && begins_with_roman_number(&block.text), 0.7)
        + when(!block.text.trim_end().ends_with('.'), 0.3)
        - when(block.text.chars().next().is_some_and(char::is_lowercase), 3.0)
        - when(last.is_some_and(|last| ",;-—".contains(last)), 1.5)
        - when(letters < 3, 2.0)
        - when(!block.capitals && is_dateline(&block.text), 2.0)
        - when(is_right_aligned(block, page), 2.0)
        - when(fills_its_column(block, page), 1.5)
        - when(page.gap_below(block).is_none(), 1.0)
}

/// Whether its only row is justified like a line of text, and little larger.
fn fills_its_column(block: &BlockView, page: &PageView) -> bool {
    let column = page.column(block);
    let tolerance = MAX_JUSTIFIED_MARGIN * page.layout.body_height_px;
    let is_wide =
        f64::from(block.bbox.x) <= column.left + tolerance && f64::from(block.bbox.right()) >= column.right - tolerance;
    block.rows.len() == 1 && block.size < MAX_TEXT_SIZE && !block.capitals && page.layout.has_column && is_wide
}

/// A justified line ends at most so far from the edges of its column, in heights of the body text.
const MAX_JUSTIFIED_MARGIN: f64 = 0.3;
/// Words of a line of text may be measured so large, relative to the body text, as they happen to have high or low letters.
const MAX_TEXT_SIZE: f64 = 1.3;

/// `II. Dead Without and Here`.
fn begins_with_roman_number(text: &str) -> bool {
    let Some((number, title)) = text.split_once(' ') else { return false };
    let Some(number) = number.strip_suffix('.') else { return false };
    let is_roman = number.chars().all(char::is_uppercase) && parse_roman(number).is_some();
    (is_roman || is_misread_roman(number)) && title.starts_with(char::is_uppercase)
}

fn opens_the_page(block: &BlockView, page: &PageView) -> bool {
    let lowered = f64::from(block.bbox.y) > MIN_CHAPTER_TOP_RATIO * f64::from(page.layout.height);
    let first = page.above(block).is_none_or(|above| heading_score(above, page) >= MIN_SCORE);
    lowered && first && page.all_below(block).any(BlockView::is_running_text)
}

#[cfg(test)]
mod tests {
    use Classification::{Body, ChapterHeading};

    use super::super::test_labels::{guessed, in_a_book, labels_of};
    use super::*;
    use crate::ocr::Line;
    use crate::page_layout::test_pages::{block, centred, line, prose};

    /// The label of lines between two texts.
    fn within(lines: &[Line]) -> Classification {
        let bottom = lines[lines.len() - 1].bbox.bottom();
        labels_of(vec![prose(1, 100, 15), block(2, lines), prose(3, bottom + 40, 15)], &in_a_book())[1]
    }

    #[test]
    fn headings_are_large_or_in_capitals_or_centred() {
        let heading = Classification::SectionHeading;
        assert_eq!(within(&[centred(1000, 600, 20, "The Examination")]), heading);
        assert_eq!(within(&[centred(1000, 600, 20, "OF HORSES")]), heading);
        assert_eq!(within(&[line((100, 600), 26, "Of large horses")]), heading);
        assert_eq!(within(&[line((100, 600), 20, "OF HORSES AND MEN")]), heading);
        assert_eq!(within(&[centred(1000, 600, 22, "CHAPTER IV.")]), Classification::ChapterHeading);
    }

    #[test]
    fn numbered_title_on_a_line_of_its_own_is_a_heading() {
        assert_eq!(within(&[line((120, 600), 20, "II. Dead Without and Here")]), Classification::SectionHeading);
        assert_eq!(within(&[line((120, 600), 20, "Il. Dead Without and Here")]), Classification::SectionHeading);
        assert_eq!(within(&[line((120, 600), 20, "Dead Without and Here")]), Classification::Body);
        assert_eq!(within(&[line((120, 600), 20, "I. dead without and here")]), Classification::Body);
    }

    #[test]
    fn justified_line_between_paragraphs_is_text() {
        let text = "“Morning to ye! morning to ye!” he rejoined, again moving and not so much as thinking of any of it";
        let justified = line((100, 600), 25, text);
        let column = prose(1, 100, 15).bbox;
        let justified =
            Line { bbox: shelf_pages::Bbox { x: column.x, width: column.width, ..justified.bbox }, ..justified };
        assert_eq!(within(&[justified]), Classification::Body);
    }

    #[test]
    fn numbers_alone_on_a_line_are_headings() {
        let (section, chapter) = (Classification::SectionHeading, Classification::ChapterHeading);
        for number in ["XIII", "XIII.", "IV", "3", "§ 12", "It", "Ii", "TI", "VIIl"] {
            assert_eq!(within(&[centred(1000, 600, 20, number)]), section, "{number}");
        }
        assert_eq!(within(&[line((100, 600), 20, "1492")]), Classification::Body);
        let unread = guessed(block(1, &[centred(1000, 300, 20, "XIII")]), 0.2);
        assert_eq!(labels_of(vec![unread, prose(2, 380, 20)], &in_a_book())[0], chapter, "read with little confidence");
        let titled = [centred(1000, 300, 20, "XIII"), centred(1000, 380, 20, "OF THE SEA")];
        let blocks = vec![block(1, &titled[..1]), block(2, &titled[1..]), prose(3, 460, 20)];
        assert_eq!(labels_of(blocks, &in_a_book())[..2], [chapter, chapter]);
    }

    #[test]
    fn heading_in_a_column_is_centred_in_it() {
        let column = |number: u32, x: u32, y: u32, rows: u32| {
            let row = |at| line((x, y + 30 * at), 20, "some words of a narrow column here");
            block(number, &(0..rows).map(row).collect::<Vec<_>>())
        };
        let title = block(2, &[line((640, 400), 24, "With us it is")]);
        let blocks = vec![column(1, 100, 100, 30), title, column(3, 520, 500, 15)];
        assert_eq!(labels_of(blocks, &in_a_book())[1], ChapterHeading);
    }

    #[test]
    fn title_that_was_hardly_read_is_a_heading_below_its_number() {
        let title = guessed(block(2, &[centred(1000, 360, 22, "Meruinks Tuat In LookinG")]), 0.45);
        let blocks = |first| vec![first, title.clone(), prose(3, 440, 20)];
        let number = block(1, &[centred(1000, 300, 20, "CHAPTER I.")]);
        assert_eq!(labels_of(blocks(number), &in_a_book())[..2], [ChapterHeading; 2]);
        assert_eq!(labels_of(blocks(prose(1, 100, 8)), &in_a_book())[1], Body);
    }

    #[test]
    fn date_and_signature_of_a_letter_are_not_headings() {
        assert_eq!(within(&[centred(1000, 600, 20, "Kellynch Hall, October 4th, 1814.")]), Classification::Body);
        assert_eq!(within(&[line((760, 600), 20, "W. ELLIOT")]), Classification::Body, "it is at the right");
        assert_eq!(within(&[centred(1000, 600, 20, "THE FOURTH OF MAY, 1814")]), Classification::SectionHeading);
        assert_eq!(within(&[centred(1000, 600, 20, "March to Florida")]), Classification::SectionHeading);
    }

    #[test]
    fn last_lines_and_verse_are_not_headings() {
        assert_eq!(within(&[line((100, 560), 20, "and so it ended.")]), Classification::Body);
        assert_eq!(within(&[line((100, 560), 20, "But Cortez")]), Classification::Body);
        assert_eq!(within(&[centred(1000, 600, 20, "and where the sea begins,")]), Classification::Body);
    }

    #[test]
    fn chapter_number_title_and_summary_are_headings() {
        let blocks = vec![
            block(1, &[centred(1000, 300, 24, "CHAPTER I.")]),
            block(
                2,
                &[
                    line(
                        (110, 380),
                        15,
                        "The discovery of the bay by Narvaez—The visits of Maldonado to the bay, and what became of them all in the end—",
                    ),
                    line((130, 405), 15, "The fate of all of them."),
                ],
            ),
            prose(3, 480, 20),
        ];
        assert_eq!(labels_of(blocks, &in_a_book()), [ChapterHeading, ChapterHeading, Body]);
    }

    #[test]
    fn heading_at_the_top_of_its_page_opens_a_chapter() {
        let opening = vec![block(1, &[centred(1000, 300, 24, "OF THE SEA")]), prose(2, 380, 20)];
        assert_eq!(labels_of(opening, &in_a_book())[0], Classification::ChapterHeading);
    }
}
