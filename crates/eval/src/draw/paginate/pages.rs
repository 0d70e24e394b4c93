use crate::draw::document::{Document, Element, Footnote, TestFigure};
use crate::draw::placed_page::{PageStart, PlacedFigure, PlacedPage};
use crate::draw::set_line::{SetLine, Shape, height, set_centred, set_paragraph, set_with_drop_capital};
use crate::draw::{BlockKind, FolioPlace, NumberingStyle, PageFormat, PageRegion};

/// Splits a document into pages: every line gets its position.
///
/// Runs twice, since the table of contents comes before the pages that it lists.
pub(crate) fn paginate(document: &Document, format: &PageFormat) -> Vec<PlacedPage> {
    let unknown: Vec<Entry> = document.elements.iter().filter_map(Entry::of).collect();
    let (_, entries) = Paginator::new(document, format, &unknown).run();
    Paginator::new(document, format, &entries).run().0
}

/// A line of the table of contents.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) title: String,
    pub(super) folio: String,
}

impl Entry {
    fn of(element: &Element) -> Option<Self> {
        match element {
            Element::Preface(title) | Element::Chapter(title) => {
                Some(Self { title: title.clone(), folio: String::new() })
            }
            _ => None,
        }
    }
}

pub(super) struct Paginator<'m> {
    document: &'m Document,
    pub(super) format: &'m PageFormat,
    /// The entries of the table of contents.
    pub(super) contents: &'m [Entry],
    /// The entries as they turned out.
    pub(super) entries: Vec<Entry>,
    done: Vec<PlacedPage>,
    page: Option<PlacedPage>,
    /// Figures that wait for the next page.
    waiting: Vec<(TestFigure, Vec<SetLine>)>,
    pub(super) style: NumberingStyle,
    pub(super) number: u32,
    pub(super) region: PageRegion,
    pub(super) chapters: u32,
    /// The next paragraph is the first after a heading, so it is not indented.
    pub(super) opens: bool,
    /// The next paragraph is the first of a chapter.
    pub(super) begins_chapter: bool,
    /// The kind of plain paragraphs: body or preface.
    pub(super) prose: BlockKind,
}

impl<'m> Paginator<'m> {
    fn new(document: &'m Document, format: &'m PageFormat, contents: &'m [Entry]) -> Self {
        let front = document.elements.iter().any(|element| matches!(element, Element::Body));
        let (style, region) = if front {
            (NumberingStyle::Roman, PageRegion::FrontMatter)
        } else {
            (NumberingStyle::Arabic, PageRegion::Body)
        };
        Self {
            document,
            format,
            contents,
            entries: Vec::new(),
            done: Vec::new(),
            page: None,
            waiting: Vec::new(),
            style,
            number: 0,
            region,
            chapters: 0,
            opens: true,
            begins_chapter: false,
            prose: BlockKind::Body,
        }
    }

    fn run(mut self) -> (Vec<PlacedPage>, Vec<Entry>) {
        for element in &self.document.elements {
            match element {
                Element::TitlePage(title) => self.title_page(title),
                Element::Colophon(text) => self.colophon(text),
                Element::Contents => self.contents(),
                Element::BlankPage => self.blank_page(),
                Element::Preface(title) => self.preface(title),
                Element::Chapter(title) => self.chapter(title),
                Element::Section(title) => self.section(title),
                Element::Paragraph { text, notes } => self.paragraph(text, notes),
                Element::Quote(text) => self.quote(text),
                Element::Verse(text) => self.verse(text),
                Element::Table(rows) => self.table(rows),
                Element::Plate { figure, caption } => self.plate(*figure, caption),
                Element::Figure { figure, caption } => self.figure(*figure, caption),
                Element::Body => self.body(),
            }
        }
        self.end_pages();
        (self.done, self.entries)
    }

    fn blank_page(&mut self) {
        self.open(PageStart::Silent);
        self.end_page();
    }

    fn paragraph(&mut self, text: &str, notes: &[Footnote]) {
        let format = self.format;
        let font = format.body_font();
        let indent = if self.opens { 0.0 } else { font.em * 1.4 };
        let notes: Vec<(char, Vec<SetLine>)> = notes
            .iter()
            .map(|note| {
                let note_font = format.note_font();
                (note.mark, set_paragraph(&note.text, note_font, self.shape(0.0, note_font.em)))
            })
            .collect();
        let lines = if self.begins_chapter && self.document.drop_capitals {
            set_with_drop_capital(text, font, self.shape(0.0, 0.0))
        } else {
            set_paragraph(text, font, self.shape(0.0, indent))
        };
        (self.opens, self.begins_chapter) = (false, false);
        self.flow(self.prose, lines, notes);
    }

    fn figure(&mut self, figure: TestFigure, caption: &str) {
        let caption = set_centred(caption, self.format.caption_font(), self.format.measure());
        self.waiting.push((figure, caption));
        let (figure, caption) = &self.waiting[0];
        let room = figure_height(*figure, caption, self.format);
        if self.waiting.len() == 1 && self.page.as_ref().is_some_and(|page| page.has_room(room)) {
            self.place_waiting();
        }
    }

    fn body(&mut self) {
        self.end_pages();
        if self.number % 2 == 1 {
            self.blank_page();
        }
        (self.style, self.number, self.region) = (NumberingStyle::Arabic, 0, PageRegion::Body);
    }

    /// Places lines, from page to page, with the footnotes whose marks they contain.
    pub(super) fn flow(&mut self, kind: BlockKind, lines: Vec<SetLine>, mut notes: Vec<(char, Vec<SetLine>)>) {
        let count = lines.len();
        let note_gap = self.format.note_gap();
        let keep = |number: usize| if count - number <= 3 && number == 0 { count } else { 2.min(count - number) };
        let room: Vec<f32> = (0..count)
            .map(|number| {
                // No widows and orphans: at least two lines of a paragraph are together on a page.
                let together = if number == 0 || number + 2 == count { keep(number) } else { 1 };
                lines[number..number + together]
                    .iter()
                    .map(|line| {
                        line.leading + notes_in(line, &notes).map(|(_, note)| height(note) + note_gap).sum::<f32>()
                    })
                    .sum()
            })
            .collect();
        for (number, (line, room)) in lines.into_iter().zip(room).enumerate() {
            let split_off: Vec<_> = notes_in(&line, &notes).cloned().collect();
            notes.retain(|(mark, _)| split_off.iter().all(|(other, _)| other != mark));
            let page = self.page_with_room(room);
            for (_, note) in split_off {
                page.add_note(note, note_gap);
            }
            page.place_line(kind, line, number == 0);
        }
    }

    pub(super) fn shape(&self, margin: f32, indent: f32) -> Shape {
        let format = self.format;
        Shape {
            width: format.measure() - 2.0 * margin,
            left: margin,
            indent,
            alignment: format.alignment,
            compound_hyphens: format.compound_hyphens,
        }
    }

    /// The current page, or the next one if less than `room` px are left.
    pub(super) fn page_with_room(&mut self, room: f32) -> &mut PlacedPage {
        if self.page.as_ref().is_some_and(|page| !page.has_room(room) && !page.is_empty()) {
            self.end_page();
        }
        if self.page.is_none() {
            self.next_page(PageStart::Running);
            self.place_waiting();
        }
        self.page.as_mut().expect("a page was just opened")
    }

    /// Starts a new page, after all waiting figures.
    pub(super) fn open(&mut self, start: PageStart) -> &mut PlacedPage {
        self.end_pages();
        self.next_page(start)
    }

    fn next_page(&mut self, start: PageStart) -> &mut PlacedPage {
        self.number += 1;
        let recto = self.number % 2 == 1;
        let mut page = PlacedPage::new(self.format, recto, self.region);
        if let (Some(heads), Some(folio)) = (&self.document.running_heads, start.folio(self.style, self.number)) {
            match folio.place {
                FolioPlace::Header => page.set_head(self.format, heads, folio, recto),
                FolioPlace::Footer => page.set_drop_folio(self.format, folio),
            }
        }
        self.page.insert(page)
    }

    fn place_waiting(&mut self) {
        let format = self.format;
        let Some(page) = &mut self.page else { return };
        for (figure, caption) in self.waiting.drain(..) {
            let gap = format.body_font().leading * 0.5;
            if !page.is_empty() {
                page.skip(gap * 1.4);
            }
            let (width, height) = figure.size_px(format);
            let x = page.left + (format.measure() - width) / 2.0;
            page.figures.push(PlacedFigure { figure, x, y: page.y });
            page.skip(height + gap * 0.8);
            page.place(BlockKind::Caption, caption);
            page.skip(gap * 1.6);
        }
    }

    pub(super) fn end_page(&mut self) {
        if let Some(mut page) = self.page.take() {
            page.finish(self.format);
            self.done.push(page);
        }
    }

    /// Ends the page, and the next one as well if figures wait for it.
    fn end_pages(&mut self) {
        self.end_page();
        if !self.waiting.is_empty() {
            self.page_with_room(0.0);
            self.end_page();
        }
    }
}

fn notes_in<'n>(line: &SetLine, notes: &'n [(char, Vec<SetLine>)]) -> impl Iterator<Item = &'n (char, Vec<SetLine>)> {
    let text = line.text();
    notes.iter().filter(move |(mark, _)| text.contains(*mark))
}

fn figure_height(figure: TestFigure, caption: &[SetLine], format: &PageFormat) -> f32 {
    figure.size_px(format).1 + height(caption) + format.body_font().leading * 1.9
}

#[cfg(test)]
mod tests {
    use crate::draw::{
        Bbox, BlockKind, Document, DrawnLine, DrawnPage, FolioPlace, NumberingStyle, PageFormat, PageRegion, TestFigure,
    };

    /// Pages of some ten lines.
    fn small() -> PageFormat {
        PageFormat { width_pt: 300.0, height_pt: 290.0, ..PageFormat::octavo().at_dpi(100) }
    }

    fn sentences(count: usize) -> String {
        "A sentence that is long enough to be broken over a line. ".repeat(count)
    }

    fn folios(pages: &[DrawnPage]) -> Vec<&str> {
        pages.iter().map(|page| page.folio.as_ref().map_or("", |folio| &folio.printed)).collect()
    }

    fn kinds(page: &DrawnPage) -> Vec<BlockKind> {
        page.blocks.iter().map(|block| block.kind).collect()
    }

    #[test]
    fn text_flows_from_page_to_page_without_loss() {
        let pages = Document::new().prose(&sentences(40)).typeset(&small());
        assert!(pages.len() > 3);
        let words = |text: &str| text.split_whitespace().count();
        let all: usize = pages.iter().map(|page| words(&page.text())).sum();
        let parted = crate::draw::line_end_hyphens(&pages).len();
        assert!(all >= words(&sentences(40)) && all <= words(&sentences(40)) + parted);
        assert_eq!(pages[0].region, PageRegion::Body);
        assert_eq!(folios(&pages).concat(), "", "page numbers are off by default");
    }

    #[test]
    fn paragraphs_have_no_widows_or_orphans() {
        for paragraph in 1..9 {
            let text = format!("{}\n\n", sentences(paragraph)).repeat(12);
            let pages = Document::new().prose(&text).typeset(&small());
            for page in &pages[..pages.len() - 1] {
                let paragraphs = &page.blocks[0].paragraphs;
                let lengths: Vec<usize> = paragraphs.iter().map(|paragraph| paragraph.lines.len()).collect();
                let ends = [lengths[0], lengths[lengths.len() - 1]];
                assert!(ends.iter().all(|lines| *lines > 1), "{paragraph} sentences: {lengths:?}");
            }
        }
    }

    #[test]
    fn lines_are_inside_the_margins_and_do_not_overlap() {
        let format = small();
        let pages = Document::new().running_heads("V", "R").prose(&sentences(60)).typeset(&format);
        for (page, number) in pages.iter().zip(1..) {
            let (left, right) =
                if number % 2 == 1 { (format.inner_pt, format.outer_pt) } else { (format.outer_pt, format.inner_pt) };
            let paper = Bbox {
                x: format.px(left) as u32 - 1,
                y: 0,
                width: format.px(format.width_pt - left - right) as u32 + 3,
                height: format.px(format.height_pt - format.bottom_pt) as u32 + 1,
            };
            let lines: Vec<Bbox> = page.lines().filter_map(DrawnLine::bbox).collect();
            assert!(lines.iter().all(|line| paper.union(line) == paper), "page {number}: {lines:?} in {paper:?}");
            assert!(lines.windows(2).all(|pair| pair[0].bottom() <= pair[1].y), "page {number}: {lines:?}");
        }
    }

    #[test]
    fn footnote_is_on_the_page_of_its_mark() {
        let text = format!("{}\n\n{}marked†{}\n\n† The note.", sentences(5), sentences(4), sentences(9));
        let pages = Document::new().prose(&text).typeset(&small());
        let marked: Vec<usize> = (0..pages.len()).filter(|at| pages[*at].text().contains("marked†")).collect();
        let noted: Vec<usize> =
            (0..pages.len()).filter(|at| pages[*at].blocks_of(BlockKind::Footnote).next().is_some()).collect();
        assert_eq!((marked.len(), &marked), (1, &noted));
        let page = &pages[noted[0]];
        let note = page.blocks_of(BlockKind::Footnote).next().unwrap();
        let body = page.blocks_of(BlockKind::Body).last().unwrap();
        assert_eq!(note.text(), "† The note.");
        assert!(note.bbox().unwrap().y > body.bbox().unwrap().bottom());
    }

    #[test]
    fn figure_without_room_goes_to_the_top_of_the_next_page() {
        let figure = TestFigure { width_mm: 30.0, height_mm: 20.0, seed: 1 };
        let pages =
            Document::new().prose(&sentences(5)).figure(figure, "A shelf.").prose(&sentences(5)).typeset(&small());
        assert!(pages[0].figures.is_empty());
        let page = &pages[1];
        assert_eq!(kinds(page)[..2], [BlockKind::Caption, BlockKind::Body]);
        assert!(page.figures[0].bottom() < page.blocks[0].bbox().unwrap().y);
        let alone = Document::new().figure(figure, "A shelf.").typeset(&small());
        assert_eq!((alone.len(), alone[0].figures.len()), (1, 1));
        let room = Document::new().prose("Short.").figure(figure, "A shelf.").typeset(&small());
        assert_eq!(kinds(&room[0]), [BlockKind::Body, BlockKind::Caption]);
    }

    #[test]
    fn front_matter_has_roman_numbers_and_contents_list_the_pages() {
        let pages = Document::new()
            .running_heads("THE VERSO", "THE RECTO")
            .contents()
            .preface("To All")
            .prose("Hear.")
            .blank_page()
            .body()
            .chapter("Of One")
            .prose(&sentences(11))
            .chapter("Of Two")
            .prose("Short.")
            .typeset(&small());
        assert_eq!(folios(&pages), ["i", "ii", "", "", "1", "2", "3", "4"]);
        assert_eq!(pages[0].text(), "CONTENTS\nTo All ii\nI. Of One 1\nII. Of Two 4\ni");
        assert_eq!(kinds(&pages[1]), [BlockKind::ChapterHeading, BlockKind::Preface, BlockKind::PageNumber]);
        assert!(pages[2].blocks.is_empty() && pages[3].blocks.is_empty(), "page 1 is an odd page");
        let regions: Vec<PageRegion> = pages.iter().map(|page| page.region).collect();
        assert_eq!(regions[..2], [PageRegion::TocArea, PageRegion::FrontMatter]);
        assert_eq!(regions[4], PageRegion::Body);
        let folio = |at: usize| pages[at].folio.as_ref().map(|folio| (folio.style, folio.place)).unwrap();
        assert_eq!(folio(1), (NumberingStyle::Roman, FolioPlace::Footer));
        assert_eq!(folio(5), (NumberingStyle::Arabic, FolioPlace::Header));
        let head = |at: usize| pages[at].blocks_of(BlockKind::Header).next().unwrap().text();
        assert_eq!([head(5), head(6)], ["2 THE VERSO", "THE RECTO 3"]);
    }
}
