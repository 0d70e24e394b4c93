use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve, Point};
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};

use super::font::{Characters, GLYPH_WIDTH};
use super::tags::{Tag, TaggedParagraph};
use super::text_layer::FONT;

/// The page's width and height, points: A5.
pub(super) const SIZE_PT: (f32, f32) = (420.0, 595.0);
const MARGIN_PT: f32 = 60.0;
const FONT_SIZE_PT: f32 = 14.0;
const LINE_SPACING_PT: f32 = 21.0;

/// Adds a text to a page of its own: the outlines of its letters, for no font with letters is embedded, and below them the text itself.
pub(super) fn add_notice(content: &mut Content, text: &str, characters: &mut Characters) -> Vec<TaggedParagraph> {
    let font = FontRef::try_from_slice(dejavu::serif_condensed::regular()).expect("the dejavu crate contains fonts");
    let scale = FONT_SIZE_PT / font.units_per_em().expect("the fonts of the dejavu crate state their units");
    let advance = |character: char| font.h_advance_unscaled(font.glyph_id(character)) * scale;
    let width = |word: &str| word.chars().map(advance).sum::<f32>();
    let lines = wrapped(text, &width, advance(' '));

    content.begin_marked_content(Name(b"Artifact")).save_state().set_fill_gray(0.0);
    for word in &lines {
        let mut x = word.x;
        for character in word.text.chars() {
            add_outline(content, &font, font.glyph_id(character), |point| {
                (x + point.x * scale, word.y + point.y * scale)
            });
            x += advance(character);
        }
    }
    content.fill_nonzero().restore_state().end_marked_content();

    content.begin_marked_content_with_properties(Tag::Paragraph.name()).properties().identify(0);
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible).set_font(FONT, FONT_SIZE_PT);
    let mut from = (0.0, 0.0);
    for word in &lines {
        let natural = word.text.chars().count() as f32 * FONT_SIZE_PT * f32::from(GLYPH_WIDTH) / 1000.0;
        content.next_line(word.x - from.0, word.y - from.1);
        from = (word.x, word.y);
        content.set_horizontal_scaling((width(word.text) / natural * 100.0).round());
        content.show(Str(&characters.encode(word.text)));
        content.show(Str(&characters.encode(" ")));
    }
    content.end_text().end_marked_content();
    vec![TaggedParagraph { tag: Tag::Paragraph }]
}

/// A word and the beginning of its baseline, points.
struct NoticeWord<'t> {
    text: &'t str,
    x: f32,
    y: f32,
}

fn wrapped<'t>(text: &'t str, width: &dyn Fn(&str) -> f32, space: f32) -> Vec<NoticeWord<'t>> {
    let (mut x, mut y) = (MARGIN_PT, SIZE_PT.1 - 2.0 * MARGIN_PT);
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        if x > MARGIN_PT && x + width(word) > SIZE_PT.0 - MARGIN_PT {
            (x, y) = (MARGIN_PT, y - LINE_SPACING_PT);
        }
        words.push(NoticeWord { text: word, x, y });
        x += width(word) + space;
    }
    words
}

/// Adds the outline of a glyph to the path; `place` maps the units of the font to the page.
fn add_outline(content: &mut Content, font: &FontRef, glyph: GlyphId, place: impl Fn(Point) -> (f32, f32)) {
    let mut at = None;
    for curve in font.outline(glyph).map(|outline| outline.curves).unwrap_or_default() {
        let (start, end) = match curve {
            OutlineCurve::Line(start, end)
            | OutlineCurve::Quad(start, _, end)
            | OutlineCurve::Cubic(start, _, _, end) => (start, end),
        };
        let (from, to) = (place(start), place(end));
        if at != Some(end_of(start)) {
            content.move_to(from.0, from.1);
        }
        match curve {
            OutlineCurve::Line(..) => {
                content.line_to(to.0, to.1);
            }
            OutlineCurve::Quad(_, control, _) => {
                // A quadratic curve as a cubic one: its control points are two thirds of the way to that of the quadratic.
                let control = place(control);
                let towards = |point: (f32, f32)| {
                    (point.0 + (control.0 - point.0) * 2.0 / 3.0, point.1 + (control.1 - point.1) * 2.0 / 3.0)
                };
                let (first, second) = (towards(from), towards(to));
                content.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
            }
            OutlineCurve::Cubic(_, first, second, _) => {
                let (first, second) = (place(first), place(second));
                content.cubic_to(first.0, first.1, second.0, second.1, to.0, to.1);
            }
        }
        at = Some(end_of(end));
    }
}

/// A point by its bits, to compare it.
fn end_of(point: Point) -> (u32, u32) {
    (point.x.to_bits(), point.y.to_bits())
}
