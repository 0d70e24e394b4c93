use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, Glyph, GlyphId, OutlinedGlyph, point};

/// A style of the font in which pages are set, `DejaVu` Serif Condensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FontStyle {
    Roman,
    Italic,
    Bold,
}

/// A style at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Font {
    pub(crate) style: FontStyle,
    /// Size, px.
    pub(crate) em: f32,
    /// From one baseline to the next, px.
    pub(crate) leading: f32,
    /// Space added after every letter, px.
    pub(crate) tracking: f32,
    /// How far below the baseline of its line it stands, px: 0 but for drop capitals.
    pub(crate) lowered: f32,
}

/// Height of capitals of the font, em.
const CAPITAL_HEIGHT_EM: f32 = 0.729;
/// Space between a drop capital and the lines beside it, in em of these.
const DROP_CAPITAL_GAP_EM: f32 = 0.12;

impl Font {
    pub(crate) fn with_style(self, style: FontStyle) -> Self {
        Self { style, ..self }
    }

    /// The font of a drop capital in text of this font: its top is that of the capitals of the first line, its foot the baseline of the second.
    pub(crate) fn drop_capital(self) -> Self {
        let tracking = DROP_CAPITAL_GAP_EM * self.em;
        Self { em: self.em + self.leading / CAPITAL_HEIGHT_EM, lowered: self.leading, tracking, ..self }
    }

    /// The width of `text`, px.
    pub(crate) fn width(self, text: &str) -> f32 {
        self.place(text).1
    }

    /// The space between words, px, before a line is justified.
    pub(crate) fn space(self) -> f32 {
        self.em * 0.27 + self.tracking
    }

    /// The glyphs of `text`, its first letter's left edge at `x`.
    pub(crate) fn outlines(self, text: &str, x: f32, baseline: f32) -> Vec<OutlinedGlyph> {
        let font = self.style.data();
        // ab_glyph's scale is the height from descender to ascender, not the em.
        let scale = self.em * font.height_unscaled() / self.units_per_em();
        self.place(text)
            .0
            .into_iter()
            .filter_map(|(id, offset)| {
                font.outline_glyph(Glyph { id, scale: scale.into(), position: point(x + offset, baseline) })
            })
            .collect()
    }

    /// The glyphs with their offsets, and the width of all.
    fn place(self, text: &str) -> (Vec<(GlyphId, f32)>, f32) {
        let font = self.style.data();
        let to_px = self.em / self.units_per_em();
        let mut glyphs: Vec<(GlyphId, f32)> = Vec::with_capacity(text.len());
        let mut x = 0.0;
        for letter in self.letters(text).chars() {
            let id = font.glyph_id(letter);
            if let Some((before, _)) = glyphs.last() {
                x += font.kern_unscaled(*before, id) * to_px;
            }
            glyphs.push((id, x));
            x += font.h_advance_unscaled(id) * to_px + self.tracking;
        }
        (glyphs, x)
    }

    /// `text` with ligatures, unless its letters are spaced.
    fn letters(self, text: &str) -> String {
        if self.tracking > 0.0 {
            return text.to_owned();
        }
        [("ffi", "ﬃ"), ("ffl", "ﬄ"), ("fi", "ﬁ"), ("fl", "ﬂ")]
            .into_iter()
            .fold(text.to_owned(), |text, (letters, ligature)| text.replace(letters, ligature))
    }

    fn units_per_em(self) -> f32 {
        self.style.data().units_per_em().expect("the fonts of the dejavu crate state their units")
    }
}

impl FontStyle {
    fn data(self) -> &'static FontRef<'static> {
        static FONTS: OnceLock<[FontRef<'static>; 3]> = OnceLock::new();
        let fonts = FONTS.get_or_init(|| {
            [dejavu::serif_condensed::regular(), dejavu::serif_condensed::italic(), dejavu::serif_condensed::bold()]
                .map(|bytes| FontRef::try_from_slice(bytes).expect("the dejavu crate contains fonts"))
        });
        &fonts[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Font, FontStyle};

    const BODY: Font = Font { style: FontStyle::Roman, em: 40.0, leading: 60.0, tracking: 0.0, lowered: 0.0 };

    #[test]
    fn glyphs_have_the_stated_size() {
        let capital = BODY.outlines("H", 0.0, 100.0).remove(0).px_bounds();
        assert!((capital.height() - 0.73 * 40.0).abs() <= 2.0, "capitals of DejaVu are 0.73 em high: {capital:?}");
        assert!((capital.max.y - 100.0).abs() <= 1.0, "and are on the baseline: {capital:?}");
    }

    #[test]
    fn width_includes_kerning_and_tracking() {
        let apart = BODY.width("A") + BODY.width("V");
        assert!(BODY.width("AV") < apart);
        let spaced = Font { tracking: 5.0, ..BODY };
        assert!((spaced.width("AV") - BODY.width("AV") - 10.0).abs() < 0.01);
    }

    #[test]
    fn ligatures_are_one_glyph() {
        assert_eq!(BODY.outlines("office", 0.0, 0.0).len(), 4);
        assert_eq!(Font { tracking: 2.0, ..BODY }.outlines("office", 0.0, 0.0).len(), 6);
    }
}
