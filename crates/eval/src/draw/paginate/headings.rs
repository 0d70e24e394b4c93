use super::pages::{Entry, Paginator};
use crate::draw::document::TitlePage;
use crate::draw::placed_page::PageStart;
use crate::draw::set_line::{SetLine, height, set_apart, set_centred};
use crate::draw::{BlockKind, NumberingStyle, PageRegion};

/// Title page, front matter and headings.
impl Paginator<'_> {
    pub(super) fn title_page(&mut self, title: &TitlePage) {
        let format = self.format;
        let (body, italic) = (format.body_font(), format.chapter_title_font());
        let width = format.measure();
        let page = self.open(PageStart::Silent);
        page.skip(format.px(70.0));
        for (text, font, gap_pt) in [
            (&title.title, format.title_font(), 26.0),
            (&title.subtitle, italic, 44.0),
            (&title.author, format.chapter_font(), 0.0),
        ] {
            page.place(BlockKind::TitlePage, set_centred(text, font, width));
            page.skip(format.px(gap_pt));
        }
        let imprint = set_centred(&title.imprint, body, width);
        page.y = page.bottom - height(&imprint) - body.leading;
        page.rule(format.px(90.0), page.y - format.px(14.0));
        page.place(BlockKind::TitlePage, imprint);
    }

    pub(super) fn colophon(&mut self, text: &str) {
        let format = self.format;
        let width = format.measure();
        let page = self.open(PageStart::Silent);
        let paragraphs: Vec<Vec<SetLine>> =
            text.split("\n\n").map(|text| set_centred(text, format.note_font(), width * 0.8)).collect();
        let gap = format.note_font().leading * 0.6;
        page.y = page.bottom - paragraphs.iter().map(|lines| height(lines) + gap).sum::<f32>();
        for mut lines in paragraphs {
            for line in &mut lines {
                line.shift(width * 0.1);
            }
            page.place(BlockKind::Copyright, lines);
            page.skip(gap);
        }
    }

    pub(super) fn contents(&mut self) {
        let format = self.format;
        let around = std::mem::replace(&mut self.region, PageRegion::TocArea);
        let contents = self.contents;
        let page = self.open(PageStart::DropFolio);
        page.skip(format.px(60.0));
        page.place(BlockKind::TableOfContents, set_centred("CONTENTS", format.chapter_font(), format.measure()));
        page.skip(format.px(24.0));
        for entry in contents {
            let line = set_apart(&entry.title, &entry.folio, format.body_font(), format.measure());
            page.place(BlockKind::TableOfContents, line.into_iter().collect());
            page.skip(format.px(5.0));
        }
        self.end_page();
        self.region = around;
    }

    pub(super) fn preface(&mut self, title: &str) {
        let format = self.format;
        self.prose = BlockKind::Preface;
        let page = self.open(PageStart::DropFolio);
        page.skip(format.px(40.0));
        page.place(
            BlockKind::ChapterHeading,
            set_centred(&title.to_uppercase(), format.chapter_font(), format.measure()),
        );
        page.skip(format.px(18.0));
        self.enter(title.to_owned());
    }

    pub(super) fn chapter(&mut self, title: &str) {
        let format = self.format;
        self.prose = BlockKind::Body;
        self.chapters += 1;
        let numeral = NumberingStyle::Roman.print(self.chapters).to_uppercase();
        let page = self.open(PageStart::DropFolio);
        page.skip(format.px(52.0));
        let number = set_centred(&format!("CHAPTER {numeral}."), format.chapter_font(), format.measure());
        page.place(BlockKind::ChapterHeading, number);
        page.skip(format.px(8.0));
        page.place(BlockKind::ChapterHeading, set_centred(title, format.chapter_title_font(), format.measure()));
        page.rule(format.px(60.0), page.y + format.px(10.0));
        page.skip(format.px(30.0));
        self.enter(format!("{numeral}. {title}"));
        self.begins_chapter = true;
    }

    /// Adds the current page to the table of contents.
    fn enter(&mut self, title: String) {
        self.opens = true;
        self.entries.push(Entry { title, folio: self.style.print(self.number) });
    }

    pub(super) fn section(&mut self, title: &str) {
        let format = self.format;
        let lines = set_centred(title, format.section_font(), format.measure());
        let gap = format.body_font().leading;
        let with_text = height(&lines) + gap * 3.5;
        let page = self.page_with_room(with_text);
        if !page.is_empty() {
            page.skip(gap);
        }
        page.place(BlockKind::SectionHeading, lines);
        page.skip(gap * 0.5);
        self.opens = true;
    }
}
