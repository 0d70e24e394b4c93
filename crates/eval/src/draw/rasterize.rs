use image::{GrayImage, Luma};

use super::document::TestFigure;
use super::font::Font;
use super::placed_page::{PlacedFigure, PlacedLine, PlacedPage};
use super::set_line::SetWord;
use super::{Bbox, DrawnBlock, DrawnLine, DrawnPage, DrawnParagraph, DrawnWord, PageFormat};

impl PlacedPage {
    /// Rasterizes the page: black on white.
    pub(crate) fn rasterize(&self, format: &PageFormat) -> DrawnPage {
        let (width, height) = (format.px(format.width_pt).round() as u32, format.px(format.height_pt).round() as u32);
        let mut canvas = Canvas::new(width, height);
        let blocks = self
            .blocks
            .iter()
            .map(|block| DrawnBlock {
                kind: block.kind,
                paragraphs: block
                    .paragraphs
                    .iter()
                    .map(|lines| DrawnParagraph {
                        lines: lines.iter().map(|line| canvas.draw_line(line, self.left)).collect(),
                    })
                    .collect(),
            })
            .collect();
        for rule in &self.rules {
            canvas.fill(rule.x, rule.y, rule.width, format.px(0.6));
        }
        let figures = self.figures.iter().map(|figure| canvas.draw_figure(figure, format)).collect();
        DrawnPage {
            image: canvas.image,
            dpi: format.dpi,
            blocks,
            figures,
            folio: self.folio.clone(),
            region: self.region,
        }
    }
}

/// A page that is drawn on, in black on white.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    pub(crate) image: GrayImage,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32) -> Self {
        Self { image: GrayImage::from_pixel(width, height, Luma([255])) }
    }

    fn draw_line(&mut self, line: &PlacedLine, left: f32) -> DrawnLine {
        let words = line.line.words.iter().filter_map(|word| self.draw_word(word, left, line.baseline)).collect();
        DrawnLine { words, end: line.line.end }
    }

    /// `None` for a word without ink, such as one of characters that the font lacks.
    fn draw_word(&mut self, word: &SetWord, left: f32, baseline: f32) -> Option<DrawnWord> {
        let mut x = left + word.x;
        let mut ink: Option<Bbox> = None;
        for (text, font) in &word.runs {
            let run = self.draw_text(text, *font, x, baseline + font.lowered);
            ink = ink.into_iter().chain(run).reduce(|ink, run| ink.union(&run));
            x += font.width(text);
        }
        ink.map(|bbox| DrawnWord { text: word.text(), bbox })
    }

    /// Draws `text` from `x` on; returns the box of its ink, if it has any.
    pub(crate) fn draw_text(&mut self, text: &str, font: Font, x: f32, baseline: f32) -> Option<Bbox> {
        let mut ink: Option<Bbox> = None;
        for glyph in font.outlines(text, x, baseline.round()) {
            let bounds = glyph.px_bounds();
            let (from_x, from_y) = (bounds.min.x as i64, bounds.min.y as i64);
            glyph.draw(|x, y, coverage| {
                if let Some(bbox) = self.darken(from_x + i64::from(x), from_y + i64::from(y), coverage) {
                    ink = Some(ink.map_or(bbox, |ink| ink.union(&bbox)));
                }
            });
        }
        ink
    }

    fn draw_figure(&mut self, placed: &PlacedFigure, format: &PageFormat) -> Bbox {
        let image = placed.figure.draw(format);
        let (left, top) = (placed.x.round() as u32, placed.y.round() as u32);
        for (x, y, pixel) in image.enumerate_pixels() {
            self.darken(i64::from(left + x), i64::from(top + y), 1.0 - f32::from(pixel.0[0]) / 255.0);
        }
        Bbox { x: left, y: top, width: image.width(), height: image.height() }
    }

    pub(crate) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32) {
        for row in y.round() as i64..(y + height).round() as i64 {
            for column in x.round() as i64..(x + width).round() as i64 {
                self.darken(column, row, 1.0);
            }
        }
    }

    /// Darkens a pixel; returns it if it is on the page and visibly dark.
    fn darken(&mut self, x: i64, y: i64, coverage: f32) -> Option<Bbox> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        let pixel = self.image.get_pixel_mut_checked(x, y)?;
        pixel.0[0] = (f32::from(pixel.0[0]) * (1.0 - coverage.clamp(0.0, 1.0))).round() as u8;
        (coverage > 0.25).then_some(Bbox { x, y, width: 1, height: 1 })
    }
}

impl TestFigure {
    /// Width and height, px.
    pub(crate) fn size_px(self, format: &PageFormat) -> (f32, f32) {
        let to_px = format.dpi as f32 / 25.4;
        ((self.width_mm * to_px).round(), (self.height_mm * to_px).round())
    }

    fn draw(self, format: &PageFormat) -> GrayImage {
        let (width, height) = self.size_px(format);
        super::test_figure::draw_test_figure(width as u32, height as u32, format.dpi, self.seed)
    }
}
