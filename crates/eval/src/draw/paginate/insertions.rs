use super::pages::Paginator;
use crate::draw::BlockKind;
use crate::draw::document::TestFigure;
use crate::draw::placed_page::{PageStart, PlacedFigure};
use crate::draw::set_line::{SetLine, height, set_centred, set_columns, set_paragraph};

/// What interrupts the prose of a chapter: quotations, verse, tables, plates.
impl Paginator<'_> {
    pub(super) fn quote(&mut self, text: &str) {
        let font = self.format.quote_font();
        let gap = self.format.body_font().leading * 0.5;
        let lines = set_paragraph(text, font, self.shape(font.em * 2.2, 0.0));
        self.page_with_room(gap + font.leading * 2.0).skip(gap);
        self.flow(BlockKind::Quote, lines, Vec::new());
        self.page_with_room(0.0).skip(gap);
        self.opens = false;
    }

    /// Lines with a turned-in second line where they are too long; a stanza is not divided.
    pub(super) fn verse(&mut self, text: &str) {
        let font = self.format.body_font();
        let gap = font.leading * 0.5;
        let shape = self.shape(font.em * 3.5, 0.0);
        for stanza in text.split("\n\n") {
            let lines: Vec<SetLine> = stanza.lines().flat_map(|line| set_paragraph(line, font, shape)).collect();
            let page = self.page_with_room(gap + height(&lines));
            page.skip(gap);
            page.place(BlockKind::Verse, lines);
        }
        self.page_with_room(0.0).skip(gap);
        self.opens = false;
    }

    /// A table is not divided.
    pub(super) fn table(&mut self, rows: &[Vec<String>]) {
        let font = self.format.note_font();
        let gap = self.format.body_font().leading * 0.6;
        let lines = set_columns(rows, font, self.format.measure());
        let page = self.page_with_room(2.0 * gap + height(&lines));
        page.skip(gap);
        page.place(BlockKind::Table, lines);
        page.skip(gap);
        self.opens = false;
    }

    pub(super) fn plate(&mut self, figure: TestFigure, caption: &str) {
        let format = self.format;
        let caption = set_centred(caption, format.caption_font(), format.measure());
        let page = self.open(PageStart::Silent);
        let (width, height) = figure.size_px(format);
        let x = page.left + (format.measure() - width) / 2.0;
        page.figures.push(PlacedFigure { figure, x, y: page.y });
        page.skip(height + format.body_font().leading * 0.6);
        page.place(BlockKind::Caption, caption);
        self.end_page();
    }
}
