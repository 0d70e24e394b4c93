use std::collections::BTreeSet;

use shelf_export::{Block, BlockContent, ExportBook, ExportError, ExportOptions, Inline};
use shelf_pages::{ElementContent, Structure};

use super::passage::{Passage, Style, mark};

/// The text of a book, or of the pages of it that are exported, in the order of its structure.
///
/// A page that begins within a paragraph is marked after the paragraph and its notes.
///
/// # Errors
/// A page cannot be read, or has changed since the structure was made.
pub(crate) fn structured_passages(book: &ExportBook) -> Result<Vec<Passage>, ExportError> {
    let options = ExportOptions::new();
    let mut reader = Reader { empty: pages_without_text(book.structure()), ..Reader::default() };
    for block in book.blocks(&options) {
        reader.add(&block?);
    }
    Ok(reader.finish())
}

/// The pages that have neither text nor a figure.
fn pages_without_text(structure: &Structure) -> BTreeSet<u32> {
    let mut pages: BTreeSet<u32> = structure.anchors.iter().map(|anchor| anchor.page).collect();
    for element in &structure.elements {
        let passages = element.content.passages();
        for span in passages.iter().flat_map(|passage| &passage.spans) {
            pages.remove(&span.page);
        }
        if matches!(element.content, ElementContent::Figure { .. }) {
            pages.remove(&element.page);
        }
    }
    pages
}

#[derive(Debug, Default)]
struct Reader {
    passages: Vec<Passage>,
    /// Pages that have begun, and of which nothing has been added yet.
    begun: Vec<BegunPage>,
    empty: BTreeSet<u32>,
}

#[derive(Debug)]
struct BegunPage {
    page: u32,
    printed: Option<String>,
}

impl Reader {
    fn add(&mut self, block: &Block) {
        use BlockContent as Content;
        match &block.content {
            Content::PageBreak { printed_page_number: printed } => {
                self.begun.push(BegunPage { page: block.page, printed: printed.clone() });
            }
            Content::Heading { level, number, title, .. } => self.add_lines(Style::Heading(*level), &[number, title]),
            Content::Paragraph { text } => self.add_lines(Style::Body, &[text]),
            Content::Quotation { text } | Content::Epigraph { text } => self.add_lines(Style::Quote, &[text]),
            Content::Verse { lines } => self.add_lines(Style::Verse, &lines.iter().collect::<Vec<_>>()),
            Content::Lines { lines, .. } => self.add_lines(Style::Lines, &lines.iter().collect::<Vec<_>>()),
            Content::Table { rows } => self.add_table(rows),
            Content::Figure { plate, caption, .. } => {
                let kind = if *plate { "Plate" } else { "Figure" };
                self.add_text(Style::Caption, &[caption], &captioned(kind, &shown(caption)));
            }
            Content::Note { mark, text, .. } => {
                let mark = mark.as_ref().map(|mark| format!("{} ", raised(mark))).unwrap_or_default();
                self.add_text(Style::Note, &[text], &format!("{mark}{}", shown(text)));
            }
        }
    }

    fn add_lines(&mut self, style: Style, lines: &[&Vec<Inline>]) {
        let text: Vec<String> = lines.iter().map(|line| shown(line)).filter(|line| !line.is_empty()).collect();
        self.add_text(style, lines, &text.join("\n"));
    }

    fn add_table(&mut self, rows: &[Vec<Vec<Inline>>]) {
        let row = |row: &Vec<Vec<Inline>>| row.iter().map(|cell| shown(cell)).collect::<Vec<_>>().join("\t");
        let text: Vec<String> = rows.iter().map(row).collect();
        self.add_text(Style::Table, &rows.iter().flatten().collect::<Vec<_>>(), &text.join("\n"));
    }

    /// Adds a passage; `sources` is what it is made of, with the pages that begin in it.
    fn add_text(&mut self, style: Style, sources: &[&Vec<Inline>], text: &str) {
        let inlines: Vec<&Inline> = sources.iter().flat_map(|source| source.iter()).collect();
        let before = inlines.iter().take_while(|inline| page_of(inline).is_some()).count();
        let (before, within) = inlines.split_at(before);
        self.begun.extend(before.iter().filter_map(|inline| page_of(inline)));
        // A note belongs to the paragraph above, whatever page that ends on.
        if style != Style::Note || !before.is_empty() {
            self.mark_pages();
        }
        if !text.is_empty() {
            self.passages.push(Passage { style, text: text.to_owned() });
        }
        self.begun.extend(within.iter().filter_map(|inline| page_of(inline)));
    }

    /// Marks the pages that have begun. Those that hold nothing but the middle of a paragraph are not marked.
    fn mark_pages(&mut self) {
        let last = self.begun.len().saturating_sub(1);
        for (at, begun) in self.begun.drain(..).enumerate() {
            let is_empty = self.empty.contains(&begun.page);
            if is_empty || at == last {
                self.passages.push(mark(begun.page, begun.printed.as_deref(), is_empty));
            }
        }
    }

    fn finish(mut self) -> Vec<Passage> {
        self.begun.retain(|begun| self.empty.contains(&begun.page));
        self.mark_pages();
        self.passages
    }
}

fn page_of(inline: &Inline) -> Option<BegunPage> {
    match inline {
        Inline::PageBreak { page, printed_page_number, .. } => {
            Some(BegunPage { page: *page, printed: printed_page_number.clone() })
        }
        Inline::Text { .. } | Inline::NoteMark { .. } => None,
    }
}

/// The text with the marks of its notes.
fn shown(text: &[Inline]) -> String {
    let piece = |inline: &Inline| match inline {
        Inline::Text { text } => text.clone(),
        Inline::NoteMark { mark, .. } => raised(mark),
        Inline::PageBreak { .. } => String::new(),
    };
    text.iter().map(piece).collect()
}

/// The mark of a note: digits are raised, so that they are not taken for a number of the text.
fn raised(mark: &str) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| c.to_digit(10).and_then(|digit| DIGITS.get(digit as usize)).copied().unwrap_or(c);
    mark.chars().map(raise).collect()
}

/// A caption, with what it belongs to unless it says so itself: `Figure: A shelf`, `Fig. 3. A shelf`.
fn captioned(kind: &str, caption: &str) -> String {
    let says_so = ["fig", "plate"].iter().any(|word| caption.to_lowercase().starts_with(word));
    match caption {
        "" => kind.to_owned(),
        _ if says_so => caption.to_owned(),
        _ => format!("{kind}: {caption}"),
    }
}

#[cfg(test)]
mod tests {
    use shelf_pages::{Bbox, HeadingKind, LinesKind, NotePlace};

    use super::*;

    /// Text in which `|8` begins page 8 and `^3` is the mark of a note.
    fn inlines(text: &str) -> Vec<Inline> {
        let piece = |piece: &str| match (piece.strip_prefix('|'), piece.strip_prefix('^')) {
            (Some(page), _) => {
                Inline::PageBreak { page: page.parse().unwrap(), printed_page_number: None, within_word: true }
            }
            (_, Some(mark)) => Inline::NoteMark { note: 1, mark: mark.to_owned() },
            _ => Inline::Text { text: piece.to_owned() },
        };
        text.split('~').filter(|piece| !piece.is_empty()).map(piece).collect()
    }

    fn paragraph(text: &str) -> BlockContent {
        BlockContent::Paragraph { text: inlines(text) }
    }

    fn note(text: &str) -> BlockContent {
        BlockContent::Note { place: NotePlace::Foot, mark: Some("1".to_owned()), refers_to: None, text: inlines(text) }
    }

    fn begins() -> BlockContent {
        BlockContent::PageBreak { printed_page_number: Some("iv".to_owned()) }
    }

    fn read(blocks: impl IntoIterator<Item = (u32, BlockContent)>, empty: &[u32]) -> Vec<String> {
        let mut reader = Reader { empty: empty.iter().copied().collect(), ..Reader::default() };
        for (page, content) in blocks {
            reader.add(&Block { id: 1, page, content });
        }
        reader.finish().into_iter().map(|passage| format!("{:?}: {}", passage.style, passage.text)).collect()
    }

    #[test]
    fn page_is_marked_after_the_paragraph_that_runs_on_and_its_notes() {
        let blocks = [
            (7, begins()),
            (7, paragraph("The long cam~|8~paign~^1~ went on.")),
            (7, note("See Irving.")),
            (8, paragraph("It ended.")),
        ];
        assert_eq!(
            read(blocks, &[]),
            [
                "PageMark: page 7, printed iv",
                "Body: The long campaign¹ went on.",
                "Note: ¹ See Irving.",
                "PageMark: page 8",
                "Body: It ended."
            ]
        );
    }

    #[test]
    fn pages_in_the_middle_of_a_paragraph_are_not_marked_and_empty_ones_are() {
        let blocks = || [(1, paragraph("|1~and ~|2~so ~|3~on"))];
        assert_eq!(read(blocks(), &[]), ["PageMark: page 1", "Body: and so on"]);
        assert_eq!(read(blocks(), &[2]), ["PageMark: page 1", "Body: and so on", "PageMark: page 2, no text"]);
        let next = (4, begins());
        let then = (4, paragraph("Next"));
        let text = read(blocks().into_iter().chain([next, then]), &[]);
        assert_eq!(text[2..], ["PageMark: page 4, printed iv", "Body: Next"]);
    }

    #[test]
    fn headings_have_levels_and_tables_cells() {
        let heading = BlockContent::Heading {
            heading: HeadingKind::Section,
            level: 3,
            number: inlines("II."),
            title: inlines("Of Shelves"),
        };
        let table =
            BlockContent::Table { rows: vec![vec![inlines("Year"), inlines("Oak")], vec![inlines("1892"), vec![]]] };
        let verse = BlockContent::Verse { lines: vec![inlines("Mine be"), inlines("a cot")] };
        let index = BlockContent::Lines { part: LinesKind::Index, lines: vec![inlines("Oak, 3")] };
        let blocks = [heading, table, verse, index].map(|content| (1, content));
        assert_eq!(
            read(blocks, &[]),
            ["Heading(3): II.\nOf Shelves", "Table: Year\tOak\n1892\t", "Verse: Mine be\na cot", "Lines: Oak, 3"]
        );
    }

    #[test]
    fn figure_is_named_with_its_caption() {
        let figure = |plate, caption: &str| BlockContent::Figure {
            image_file: None,
            bbox: Bbox { x: 0, y: 0, width: 9, height: 9 },
            plate,
            caption: inlines(caption),
        };
        let blocks = [figure(false, "A shelf."), figure(true, ""), figure(false, "Fig. 2. A chair.")];
        let text = read(blocks.map(|content| (1, content)), &[]);
        assert_eq!(text, ["Caption: Figure: A shelf.", "Caption: Plate", "Caption: Fig. 2. A chair."]);
    }
}
