use super::manuscript::{Element, Figure, Manuscript, Note, TitlePage};
use super::placed_page::{Opening, PlacedFigure, PlacedPage};
use super::set_line::{SetLine, Shape, height, set_apart, set_centred, set_paragraph};
use super::{BlockKind, FolioPlace, NumberingStyle, PageFormat, PageRegion};

/// Cuts a manuscript into pages: every line gets its place.
///
/// Done twice, since the table of contents stands before the pages that it names.
pub(crate) fn make_up(manuscript: &Manuscript, format: &PageFormat) -> Vec<PlacedPage> {
    let unknown: Vec<Entry> = manuscript.elements.iter().filter_map(Entry::of).collect();
    let (_, entries) = MakeUp::new(manuscript, format, &unknown).run();
    MakeUp::new(manuscript, format, &entries).run().0
}

/// A line of the table of contents.
#[derive(Debug, Clone)]
struct Entry {
    title: String,
    folio: String,
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

struct MakeUp<'m> {
    manuscript: &'m Manuscript,
    format: &'m PageFormat,
    /// What the contents are to say.
    contents: &'m [Entry],
    /// What they should have said.
    entries: Vec<Entry>,
    done: Vec<PlacedPage>,
    page: Option<PlacedPage>,
    /// Figures that wait for the next page.
    waiting: Vec<(Figure, Vec<SetLine>)>,
    style: NumberingStyle,
    number: u32,
    region: PageRegion,
    chapters: u32,
    /// The next paragraph opens a chapter, so that it is not indented.
    opens: bool,
    /// What plain paragraphs are: the body's, or the preface's.
    prose: BlockKind,
}

impl<'m> MakeUp<'m> {
    fn new(manuscript: &'m Manuscript, format: &'m PageFormat, contents: &'m [Entry]) -> Self {
        let front = manuscript.elements.iter().any(|element| matches!(element, Element::Body));
        let (style, region) = if front {
            (NumberingStyle::Roman, PageRegion::FrontMatter)
        } else {
            (NumberingStyle::Arabic, PageRegion::Body)
        };
        Self {
            manuscript,
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
            prose: BlockKind::Body,
        }
    }

    fn run(mut self) -> (Vec<PlacedPage>, Vec<Entry>) {
        for element in &self.manuscript.elements {
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
                Element::Figure { figure, caption } => self.figure(*figure, caption),
                Element::Body => self.body(),
            }
        }
        self.end_pages();
        (self.done, self.entries)
    }

    fn title_page(&mut self, title: &TitlePage) {
        let format = self.format;
        let (body, italic) = (format.body_type(), format.chapter_title_type());
        let width = format.measure();
        let page = self.open(Opening::Silent);
        page.skip(format.px(70.0));
        for (text, type_, gap_pt) in [
            (&title.title, format.title_type(), 26.0),
            (&title.subtitle, italic, 44.0),
            (&title.author, format.chapter_type(), 0.0),
        ] {
            page.place(BlockKind::TitlePage, set_centred(text, type_, width));
            page.skip(format.px(gap_pt));
        }
        let imprint = set_centred(&title.imprint, body, width);
        page.y = page.bottom - height(&imprint) - body.leading;
        page.rule(format.px(90.0), page.y - format.px(14.0));
        page.place(BlockKind::TitlePage, imprint);
    }

    fn colophon(&mut self, text: &str) {
        let format = self.format;
        let width = format.measure();
        let page = self.open(Opening::Silent);
        let paragraphs: Vec<Vec<SetLine>> =
            text.split("\n\n").map(|text| set_centred(text, format.note_type(), width * 0.8)).collect();
        let gap = format.note_type().leading * 0.6;
        page.y = page.bottom - paragraphs.iter().map(|lines| height(lines) + gap).sum::<f32>();
        for mut lines in paragraphs {
            lines.iter_mut().for_each(|line| line.shift(width * 0.1));
            page.place(BlockKind::Copyright, lines);
            page.skip(gap);
        }
    }

    fn contents(&mut self) {
        let format = self.format;
        let around = std::mem::replace(&mut self.region, PageRegion::TocArea);
        let contents = self.contents;
        let page = self.open(Opening::DropFolio);
        page.skip(format.px(60.0));
        page.place(BlockKind::TableOfContents, set_centred("CONTENTS", format.chapter_type(), format.measure()));
        page.skip(format.px(24.0));
        for entry in contents {
            let line = set_apart(&entry.title, &entry.folio, format.body_type(), format.measure());
            page.place(BlockKind::TableOfContents, line.into_iter().collect());
            page.skip(format.px(5.0));
        }
        self.end_page();
        self.region = around;
    }

    fn blank_page(&mut self) {
        self.open(Opening::Silent);
        self.end_page();
    }

    fn preface(&mut self, title: &str) {
        let format = self.format;
        self.prose = BlockKind::Preface;
        let page = self.open(Opening::DropFolio);
        page.skip(format.px(40.0));
        page.place(BlockKind::ChapterHeading, set_centred(title, format.chapter_type(), format.measure()));
        page.skip(format.px(18.0));
        self.enter(title.to_owned());
    }

    fn chapter(&mut self, title: &str) {
        let format = self.format;
        self.prose = BlockKind::Body;
        self.chapters += 1;
        let numeral = NumberingStyle::Roman.print(self.chapters).to_uppercase();
        let page = self.open(Opening::DropFolio);
        page.skip(format.px(52.0));
        let number = set_centred(&format!("CHAPTER {numeral}."), format.chapter_type(), format.measure());
        page.place(BlockKind::ChapterHeading, number);
        page.skip(format.px(8.0));
        page.place(BlockKind::ChapterHeading, set_centred(title, format.chapter_title_type(), format.measure()));
        page.rule(format.px(60.0), page.y + format.px(10.0));
        page.skip(format.px(30.0));
        self.enter(format!("{numeral}. {title}"));
    }

    /// Notes the page just opened for the table of contents.
    fn enter(&mut self, title: String) {
        self.opens = true;
        self.entries.push(Entry { title, folio: self.style.print(self.number) });
    }

    fn section(&mut self, title: &str) {
        let format = self.format;
        let lines = set_centred(title, format.section_type(), format.measure());
        let gap = format.body_type().leading;
        let with_text = height(&lines) + gap * 3.5;
        let page = self.page_with_room(with_text);
        if !page.is_fresh() {
            page.skip(gap);
        }
        page.place(BlockKind::SectionHeading, lines);
        page.skip(gap * 0.5);
        self.opens = true;
    }

    fn paragraph(&mut self, text: &str, notes: &[Note]) {
        let format = self.format;
        let type_ = format.body_type();
        let indent = if self.opens { 0.0 } else { type_.em * 1.4 };
        let notes: Vec<(char, Vec<SetLine>)> = notes
            .iter()
            .map(|note| {
                let note_type = format.note_type();
                (note.mark, set_paragraph(&note.text, note_type, self.shape(0.0, note_type.em)))
            })
            .collect();
        let lines = set_paragraph(text, type_, self.shape(0.0, indent));
        self.opens = false;
        self.flow(self.prose, lines, notes);
    }

    fn quote(&mut self, text: &str) {
        let type_ = self.format.quote_type();
        let gap = self.format.body_type().leading * 0.5;
        let lines = set_paragraph(text, type_, self.shape(type_.em * 2.2, 0.0));
        self.page_with_room(gap + type_.leading * 2.0).skip(gap);
        self.flow(BlockKind::Quote, lines, Vec::new());
        self.page_with_room(0.0).skip(gap);
        self.opens = false;
    }

    fn figure(&mut self, figure: Figure, caption: &str) {
        let caption = set_centred(caption, self.format.caption_type(), self.format.measure());
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

    /// Lays lines down, from page to page, with the notes whose marks stand in them.
    fn flow(&mut self, kind: BlockKind, lines: Vec<SetLine>, mut notes: Vec<(char, Vec<SetLine>)>) {
        let count = lines.len();
        let note_gap = self.format.note_gap();
        let keep = |number: usize| if count - number <= 3 && number == 0 { count } else { 2.min(count - number) };
        let room: Vec<f32> = (0..count)
            .map(|number| {
                // No first or last line of a paragraph stands alone on a page.
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
            split_off.into_iter().for_each(|(_, note)| page.add_note(note, note_gap));
            page.place_line(kind, line, number == 0);
        }
    }

    fn shape(&self, margin: f32, indent: f32) -> Shape {
        let format = self.format;
        Shape {
            width: format.measure() - 2.0 * margin,
            left: margin,
            indent,
            alignment: format.alignment,
            compound_hyphens: format.compound_hyphens,
        }
    }

    /// The open page, or the next one where it has not `room` px left.
    fn page_with_room(&mut self, room: f32) -> &mut PlacedPage {
        if self.page.as_ref().is_some_and(|page| !page.has_room(room) && !page.is_fresh()) {
            self.end_page();
        }
        if self.page.is_none() {
            self.next_page(Opening::Running);
            self.place_waiting();
        }
        self.page.as_mut().expect("a page was just opened")
    }

    /// Opens a page of its own, after all that waits.
    fn open(&mut self, opening: Opening) -> &mut PlacedPage {
        self.end_pages();
        self.next_page(opening)
    }

    fn next_page(&mut self, opening: Opening) -> &mut PlacedPage {
        self.number += 1;
        let recto = self.number % 2 == 1;
        let mut page = PlacedPage::new(self.format, recto, self.region);
        if let (Some(heads), Some(folio)) = (&self.manuscript.running_heads, opening.folio(self.style, self.number)) {
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
            let gap = format.body_type().leading * 0.5;
            if !page.is_fresh() {
                page.skip(gap);
            }
            let (width, height) = figure.size_px(format);
            let x = page.left + (format.measure() - width) / 2.0;
            page.figures.push(PlacedFigure { figure, x, y: page.y, width, height });
            page.skip(height + gap * 0.8);
            page.place(BlockKind::Caption, caption);
            page.skip(gap * 1.6);
        }
    }

    fn end_page(&mut self) {
        if let Some(mut page) = self.page.take() {
            page.finish(self.format);
            self.done.push(page);
        }
    }

    /// Ends the page, and the next one as well where figures wait for it.
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

fn figure_height(figure: Figure, caption: &[SetLine], format: &PageFormat) -> f32 {
    figure.size_px(format).1 + height(caption) + format.body_type().leading * 1.7
}
