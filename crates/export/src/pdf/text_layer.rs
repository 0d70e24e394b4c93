use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};
use shelf_pages::{Bbox, TextRole};

use super::font::{Characters, GLYPH_WIDTH};
use super::page_geometry::PageGeometry;
use super::tags::{Tag, TaggedParagraph};
use crate::placed_words::{PlacedLine, PlacedPage, PlacedWord, WordPart};

pub(super) const FONT: Name = Name(b"F");

/// The least gap between words, as a part of the font size. Poppler, the most demanding of the common readers, needs 0.03.
const MIN_GAP: f64 = 0.04;

/// Adds the invisible text of a page, and returns its paragraphs.
///
/// A line is as high as its box, so that selecting it marks what is printed; each of its words is as wide as its own box. The spaces between them
/// are characters, too. A hyphen is added to a word that was joined across lines, for readers put such words together themselves.
pub(super) fn add_text(
    content: &mut Content,
    text: &PlacedPage,
    geometry: &PageGeometry,
    characters: &mut Characters,
) -> Vec<TaggedParagraph> {
    let mut paragraphs = Vec::new();
    if text.lines().next().is_none() {
        return paragraphs;
    }
    content.save_state().transform(geometry.upright_to_page());
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    let mut pen = Pen { content, characters, x: 0, y: 0, size: 0, scaling: 0 };
    for block in &text.blocks {
        for paragraph in block.paragraphs.iter().filter(|paragraph| !paragraph.lines.is_empty()) {
            let tag = tag_of(block.classification.role());
            match tag {
                Some(tag) => {
                    let id = paragraphs.len() as i32;
                    pen.content.begin_marked_content_with_properties(tag.name()).properties().identify(id);
                    paragraphs.push(TaggedParagraph { tag });
                }
                None => {
                    pen.content.begin_marked_content(Name(b"Artifact"));
                }
            }
            for line in &paragraph.lines {
                pen.add_line(line, text, geometry.upright_height());
            }
            pen.content.end_marked_content();
        }
    }
    content.end_text().restore_state();
    paragraphs
}

/// The tag of a paragraph; `None` for what is not part of the text.
fn tag_of(role: TextRole) -> Option<Tag> {
    match role {
        TextRole::Text | TextRole::Table => Some(Tag::Paragraph),
        TextRole::Heading => Some(Tag::Heading),
        TextRole::Quotation => Some(Tag::Quotation),
        TextRole::Note => Some(Tag::Note),
        TextRole::Caption => Some(Tag::Caption),
        TextRole::HeaderOrFooter | TextRole::Noise => None,
    }
}

/// Narrows boxes that touch the next one, for readers take words without a gap for one word, whatever characters are between them.
fn keep_apart(boxes: &mut [Bbox], gap: u32) {
    for at in 1..boxes.len() {
        let (bbox, next) = (boxes[at - 1], boxes[at].x);
        if next > bbox.x {
            boxes[at - 1].width = bbox.width.min((next - bbox.x).saturating_sub(gap).max(1));
        }
    }
}

/// Writes text, and leaves out what has not changed since the last word. Units are px of the upright page.
struct Pen<'a> {
    content: &'a mut Content,
    characters: &'a mut Characters,
    x: i32,
    y: i32,
    size: u32,
    /// Horizontal scaling, hundredths of a per cent.
    scaling: u32,
}

impl Pen<'_> {
    fn add_line(&mut self, line: &PlacedLine, text: &PlacedPage, upright_height: u32) {
        let upright = |bbox| text.orientation.to_upright(bbox, text.dimensions);
        let box_of_line = upright(line.bbox);
        let size = box_of_line.height.max(1);
        if size != self.size {
            self.content.set_font(FONT, size as f32);
            self.size = size;
        }
        let baseline = upright_height.saturating_sub(box_of_line.bottom()) as i32;
        let mut boxes: Vec<Bbox> = line.words.iter().map(|word| upright(word.bbox)).collect();
        keep_apart(&mut boxes, (f64::from(size) * MIN_GAP).ceil() as u32);
        for (at, word) in line.words.iter().enumerate() {
            self.move_to(boxes[at].x as i32, baseline);
            self.show(&shown(word), boxes[at].width);
            if matches!(word.part, WordPart::Begins { .. }) {
                continue;
            }
            let gap = boxes.get(at + 1).map_or(size / 4, |next| next.x.saturating_sub(boxes[at].right()));
            self.show(" ", gap);
        }
    }

    fn move_to(&mut self, x: i32, y: i32) {
        self.content.next_line((x - self.x) as f32, (y - self.y) as f32);
        (self.x, self.y) = (x, y);
    }

    /// Shows a text, scaled to this width.
    fn show(&mut self, text: &str, width: u32) {
        let natural = text.chars().count() as f64 * f64::from(self.size) * f64::from(GLYPH_WIDTH) / 1000.0;
        let scaling = (f64::from(width.max(1)) / natural.max(0.5) * 10_000.0).round() as u32;
        if scaling != self.scaling {
            self.content.set_horizontal_scaling((f64::from(scaling) / 100.0) as f32);
            self.scaling = scaling;
        }
        self.content.show(Str(&self.characters.encode(text)));
    }
}

fn shown(word: &PlacedWord) -> String {
    match word.part {
        WordPart::Begins { .. } if !word.text.ends_with(['-', '‐', '\u{ad}']) => format!("{}-", word.text),
        _ => word.text.clone(),
    }
}
