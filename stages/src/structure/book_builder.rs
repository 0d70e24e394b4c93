//! Puts pages together to a book, one after the other.

use std::collections::BTreeMap;

use shelf_pages::{
    ContentsEntry, Element, ElementContent, ExcludedKind, Join, LinesKind, MergedPage, NotePlace, OcrPage, PageAnchor,
    ParagraphStart, Passage, Structure, joined, title_text,
};

use super::contents::match_contents;
use super::contents_page::printed_entries;
use super::elements::{figures_on_scan, lines_of, same_text, verse_lines};
use super::figures::PageFigure;
use super::headings::{PageHeading, heading_at, is_numeral};
use super::initials::join_initials;
use super::joined_by_person::join_pieces;
use super::joining::{Indents, TextEnd, TextStart, continues, divided_word};
use super::linked_notes::LastNote;
use super::noise::exclude_noise;
use super::note_marks::link_marks;
use super::notes::{PageNote, take_notes};
use super::outline::{HeadingText, outline};
use super::page_end::{exclude_catchword, exclude_page_number, first_word};
use super::page_pieces::{PagePieces, page_pieces};
use super::paragraphs::divide_paragraphs;
use super::piece::{Piece, PieceLine, Role, passage};
use super::same_row::join_rows;
use super::table::table_rows;
use super::verse::{stanzas, verse_at};

/// Builds the structure of a book. Pages are added in ascending order; of their text, only references are kept.
pub(super) struct BookBuilder<'d> {
    /// Joins the halves of a word.
    pub(super) whole: &'d dyn Fn(&str, &str) -> String,
    pub(super) book: Structure,
    headings: BTreeMap<u32, HeadingText>,
    indents: Indents,
    /// The widest text of a page so far, px: a page of verse shows too little of it.
    measure_px: f64,
    pub(super) open: Option<Open>,
    /// Lines of the stanza before the open one, if there is one.
    stanza_lines: Option<usize>,
    pub(super) last_note: Option<LastNote>,
    pub(super) next_key: u32,
    /// The elements of notes by their keys.
    pub(super) notes: BTreeMap<u32, u32>,
    pub(super) counts: Counts,
}

/// What was found in a book.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) joined: u32,
    pub(super) notes: u32,
    pub(super) unlinked_notes: u32,
}

/// A paragraph that may go on.
pub(super) struct Open {
    content: ElementContent,
    page: u32,
    last_page: u32,
    /// The text of its last lines.
    end: String,
    fills_last_line: Option<bool>,
    /// What is to come after it: notes, figures.
    pub(super) after: Vec<(u32, Waiting)>,
}

/// An element that waits until a paragraph is complete.
pub(super) struct Waiting {
    pub(super) content: ElementContent,
    /// The key of a note.
    pub(super) key: Option<u32>,
}

impl<'d> BookBuilder<'d> {
    pub(super) fn new(whole: &'d dyn Fn(&str, &str) -> String) -> Self {
        Self {
            whole,
            book: Structure::default(),
            headings: BTreeMap::new(),
            indents: Indents::default(),
            measure_px: 0.0,
            open: None,
            stanza_lines: None,
            last_note: None,
            next_key: 1,
            notes: BTreeMap::new(),
            counts: Counts::default(),
        }
    }

    /// Adds a page; `next` is the one after it, for catchwords.
    pub(super) fn add(&mut self, merged: &MergedPage, ocr: &OcrPage, next: Option<&MergedPage>) {
        let mut page = page_pieces(merged, ocr);
        exclude_page_number(&mut page, merged.printed_page_number.as_deref());
        exclude_catchword(&mut page, next.and_then(first_word));
        self.measure_px = self.measure_px.max(page.layout.text_width_px());
        join_pieces(&mut page.pieces, self.whole);
        join_rows(&mut page.pieces, page.layout.body_height_px);
        exclude_noise(&mut page, self.whole);
        join_initials(&mut page.pieces);
        divide_paragraphs(&mut page.pieces, page.layout.body_height_px, page.layout.leading_px);
        let figures = figures_on_scan(merged, ocr, &mut page);
        let notes = take_notes(&mut page.pieces);
        let notes = self.keyed(notes, merged.page_number);
        let marks: Vec<_> = notes.iter().filter_map(|(key, note)| Some((*key, note.mark.clone()?))).collect();
        link_marks(&mut page.pieces, &marks);
        self.flow(&page, merged, figures, notes);
        self.book.anchors.push(PageAnchor {
            page: merged.page_number,
            printed_page_number: merged.printed_page_number.clone(),
            region: merged.page_region,
            excluded: page.excluded,
        });
    }

    /// The book, the warnings about its table of contents, and what was found.
    pub(super) fn finish(mut self) -> (Structure, Vec<String>, Counts) {
        self.close();
        self.link_notes();
        self.book.outline = outline(&mut self.book.elements, &self.headings, &self.book.anchors);
        let warnings = match_contents(&mut self.book.contents, &self.book.outline);
        (self.book, warnings, self.counts)
    }

    fn flow(&mut self, page: &PagePieces, merged: &MergedPage, figures: Vec<PageFigure>, notes: Vec<(u32, PageNote)>) {
        let mut figures = figures.into_iter().peekable();
        let mut notes = notes;
        let pieces = &page.pieces;
        let mut at = 0;
        while at < pieces.len() {
            while let Some(figure) = figures.next_if(|figure| figure.before <= at) {
                self.figure(page.page, figure);
            }
            let count = match heading_at(&pieces[at..], merged.page_region) {
                Some((heading, count)) => {
                    self.heading(page.page, &heading);
                    count
                }
                None => self.pieces(page, at),
            };
            // A note comes after the paragraph that refers to it.
            let lines = pieces[at..at + count].iter().flat_map(|piece| &piece.lines);
            for key in lines.filter_map(|line| line.note).collect::<Vec<_>>() {
                if let Some(found) = notes.iter().position(|(other, _)| *other == key) {
                    let (key, note) = notes.remove(found);
                    self.note(page.page, key, &note);
                }
            }
            at += count;
        }
        for figure in figures {
            self.figure(page.page, figure);
        }
        for (key, note) in notes {
            self.counts.unlinked_notes += u32::from(note.mark.is_some());
            self.note(page.page, key, &note);
        }
    }

    /// Adds the piece at `at` and those that are one element with it; returns how many.
    fn pieces(&mut self, page: &PagePieces, at: usize) -> usize {
        let piece = &page.pieces[at];
        let alike = || page.pieces[at..].iter().take_while(|other| other.role == piece.role);
        match piece.role {
            Role::Table => {
                let count = alike().count();
                let pieces = &page.pieces[at..at + count];
                let content = match table_rows(pieces) {
                    Some(rows) => ElementContent::Table { rows },
                    None => lines_of(LinesKind::Table, pieces),
                };
                self.push(page.page, content);
                count
            }
            Role::Lines(LinesKind::TableOfContents) => {
                // A heading among them begins another list.
                let count = 1 + alike()
                    .skip(1)
                    .zip(at + 1..)
                    .take_while(|(_, at)| heading_at(&page.pieces[*at..], None).is_none())
                    .count();
                self.contents(page.page, &page.pieces[at..at + count]);
                count
            }
            Role::Lines(kind) => {
                let count = alike().count();
                self.push(page.page, lines_of(kind, &page.pieces[at..at + count]));
                count
            }
            Role::Label | Role::Caption | Role::Note => {
                self.push(page.page, lines_of(LinesKind::Other, &page.pieces[at..=at]));
                1
            }
            Role::Text | Role::Quotation | Role::Epigraph | Role::ChapterHeading | Role::SectionHeading => {
                let (left, right) = (page.layout.text_left_px, page.layout.text_right_px);
                match verse_at(&page.pieces[at..], left, right.max(left + self.measure_px)) {
                    0 => {
                        self.paragraph(page, piece);
                        1
                    }
                    count => {
                        self.verse(page, &page.pieces[at..at + count]);
                        count
                    }
                }
            }
        }
    }

    fn contents(&mut self, page: u32, pieces: &[Piece]) {
        let entries = printed_entries(pieces);
        let lines = entries.iter().map(|entry| entry.passage.clone()).collect();
        self.push(page, ElementContent::Lines { part: LinesKind::TableOfContents, lines });
        let entry = |entry: super::contents_page::PrintedEntry| ContentsEntry {
            page,
            text: entry.text,
            printed_page_number: entry.printed_page_number,
            heading: None,
        };
        // A number alone is that of the page.
        let is_entry = |entry: &super::contents_page::PrintedEntry| {
            entry.printed_page_number.is_some() || !is_numeral(&entry.text)
        };
        self.book.contents.extend(entries.into_iter().filter(is_entry).map(entry));
    }

    fn paragraph(&mut self, page: &PagePieces, piece: &Piece) {
        let (left, right, height) = (page.layout.text_left_px, page.layout.text_right_px, page.layout.body_height_px);
        let text = piece.text();
        let fills_last_line = piece.fills_last_line(right, height);
        let is_indented = if piece.has_initial { Some(true) } else { piece.is_indented(left, height) };
        if piece.role == Role::Text && !piece.has_initial {
            self.indents.add(is_indented);
        }
        let mut passage = piece.passage();
        let content = |text: Passage| match piece.role {
            Role::Quotation => ElementContent::Quotation { text },
            Role::Epigraph => ElementContent::Epigraph { text },
            _ => ElementContent::Paragraph { text },
        };
        let start = TextStart { text: &text, is_indented };
        if let Some(open) = &mut self.open {
            let end = TextEnd { text: &open.end, fills_last_line: open.fills_last_line };
            let is_adjacent = open.last_page == page.page || open.last_page + 1 == page.page;
            let join = match piece.start {
                Some(ParagraphStart::New) => None,
                Some(ParagraphStart::Joined) => Some(divided_word(&open.end, &text, self.whole).unwrap_or(Join::Space)),
                None => continues(&end, &start, self.indents, self.whole),
            };
            let join = join.filter(|_| is_adjacent);
            if let (Some(join), Some(before)) = (join, same_text(&mut open.content, piece.role)) {
                if let Some(first) = passage.spans.first_mut() {
                    first.join = join;
                }
                before.spans.extend(passage.spans);
                self.counts.joined += u32::from(open.last_page != page.page);
                (open.last_page, open.end, open.fills_last_line) = (page.page, text, fills_last_line);
                return;
            }
        }
        self.begin(page.page, content(passage), text, fills_last_line);
    }

    /// Adds verse, each stanza as an element. One that the page break divides goes on.
    fn verse(&mut self, page: &PagePieces, pieces: &[Piece]) {
        for stanza in stanzas(pieces) {
            let lines = verse_lines(&stanza);
            if let Some(Open { content: ElementContent::Verse { lines: before }, last_page, .. }) = &mut self.open {
                let is_complete = self.stanza_lines == Some(before.len());
                if *last_page + 1 == page.page && !is_complete {
                    before.extend(lines);
                    *last_page = page.page;
                    continue;
                }
                self.stanza_lines = Some(before.len());
            } else {
                self.stanza_lines = None;
            }
            let fills_last_line = stanza.fills_last_line(page.layout.text_right_px, page.layout.body_height_px);
            self.begin(page.page, ElementContent::Verse { lines }, stanza.text(), fills_last_line);
        }
    }

    fn begin(&mut self, page: u32, content: ElementContent, end: String, fills_last_line: Option<bool>) {
        self.close();
        self.open = Some(Open { content, page, last_page: page, end, fills_last_line, after: Vec::new() });
    }

    fn heading(&mut self, page: u32, heading: &PageHeading) {
        let line = |lines: &[PieceLine]| joined(lines.iter().map(|line| (line.text.as_str(), line.join)));
        let number = line(&heading.number);
        let text = HeadingText {
            number: Some(number).filter(|number| !number.is_empty()),
            title: title_text(&line(&heading.title)).into_owned(),
        };
        let content = ElementContent::Heading {
            heading: heading.kind,
            level: 1,
            number: text.number.is_some().then(|| passage(&heading.number)),
            title: passage(&heading.title),
        };
        let id = self.push(page, content);
        self.headings.insert(id, text);
    }

    fn figure(&mut self, page: u32, figure: PageFigure) {
        let PageFigure { image_file, bbox, plate, caption, .. } = figure;
        self.push_after(page, ElementContent::Figure { image_file, bbox, plate, caption }, None);
    }

    fn note(&mut self, page: u32, key: u32, note: &PageNote) {
        let mark = note.mark.as_ref().map(super::note_marks::NoteMark::shown);
        let text = passage(&note.lines);
        self.push_after(page, ElementContent::Note { place: NotePlace::Foot, mark, refers_to: None, text }, Some(key));
    }

    /// Adds an element after the paragraph that may go on.
    fn push_after(&mut self, page: u32, content: ElementContent, key: Option<u32>) {
        if let Some(open) = &mut self.open {
            open.after.push((page, Waiting { content, key }));
        } else {
            let id = self.add_element(page, content);
            self.notes.extend(key.map(|key| (key, id)));
        }
    }

    /// Adds an element that ends the paragraph before it.
    fn push(&mut self, page: u32, content: ElementContent) -> u32 {
        self.close();
        self.add_element(page, content)
    }

    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        self.add_element(open.page, open.content);
        for (page, waiting) in open.after {
            let id = self.add_element(page, waiting.content);
            self.notes.extend(waiting.key.map(|key| (key, id)));
        }
    }

    fn add_element(&mut self, page: u32, content: ElementContent) -> u32 {
        let id = self.book.elements.len() as u32 + 1;
        self.book.elements.push(Element { id, page, content });
        id
    }
}

/// How many texts of a kind were left out.
pub(super) fn excluded(book: &Structure, kind: ExcludedKind) -> usize {
    book.anchors.iter().flat_map(|anchor| &anchor.excluded).filter(|text| text.kind == kind).count()
}
