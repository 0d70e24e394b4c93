use std::sync::OnceLock;

use ab_glyph::{Font, FontRef, Glyph, GlyphId, OutlinedGlyph, point};

/// A typeface of the printing office: `DejaVu` Serif Condensed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Roman,
    Italic,
    Bold,
}

/// A face at a size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    pub(crate) face: Face,
    /// Size, px.
    pub(crate) em: f32,
    /// From one baseline to the next, px.
    pub(crate) leading: f32,
    /// Space added after every letter, px.
    pub(crate) tracking: f32,
}

impl Type {
    pub(crate) fn with_face(self, face: Face) -> Self {
        Self { face, ..self }
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
        let font = self.face.font();
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
        let font = self.face.font();
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
        self.face.font().units_per_em().expect("the fonts of the dejavu crate say their units")
    }
}

impl Face {
    fn font(self) -> &'static FontRef<'static> {
        static FONTS: OnceLock<[FontRef<'static>; 3]> = OnceLock::new();
        let fonts = FONTS.get_or_init(|| {
            [dejavu::serif_condensed::regular(), dejavu::serif_condensed::italic(), dejavu::serif_condensed::bold()]
                .map(|bytes| FontRef::try_from_slice(bytes).expect("the dejavu crate holds fonts"))
        });
        &fonts[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Face, Type};

    const BODY: Type = Type { face: Face::Roman, em: 40.0, leading: 60.0, tracking: 0.0 };

    #[test]
    fn type_is_as_large_as_it_says() {
        let capital = BODY.outlines("H", 0.0, 100.0).remove(0).px_bounds();
        assert!((capital.height() - 0.73 * 40.0).abs() <= 2.0, "capitals of DejaVu are 0.73 em high: {capital:?}");
        assert!((capital.max.y - 100.0).abs() <= 1.0, "and stand on the baseline: {capital:?}");
    }

    #[test]
    fn kerning_and_tracking_count() {
        let apart = BODY.width("A") + BODY.width("V");
        assert!(BODY.width("AV") < apart);
        let spaced = Type { tracking: 5.0, ..BODY };
        assert!((spaced.width("AV") - BODY.width("AV") - 10.0).abs() < 0.01);
    }

    #[test]
    fn letters_that_collide_are_one_glyph() {
        assert_eq!(BODY.outlines("office", 0.0, 0.0).len(), 4);
        assert_eq!(Type { tracking: 2.0, ..BODY }.outlines("office", 0.0, 0.0).len(), 6);
    }
}
