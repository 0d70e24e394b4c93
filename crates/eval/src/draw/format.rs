use super::font::{Font, FontStyle};

/// Paper, margins and type of a book, in points (1/72 in), and the resolution at which its pages are drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFormat {
    /// Dots per inch of the picture.
    pub dpi: u32,
    /// Width of the paper, pt.
    pub width_pt: f32,
    /// Height of the paper, pt.
    pub height_pt: f32,
    /// Margin at the spine, pt.
    pub inner_pt: f32,
    /// Margin at the fore-edge, pt.
    pub outer_pt: f32,
    /// From the paper's upper edge to the text, pt. Contains the running head.
    pub top_pt: f32,
    /// From the text to the paper's lower edge, pt. Contains a folio at the foot.
    pub bottom_pt: f32,
    /// Size of the body type, pt; all other sizes follow from it.
    pub body_pt: f32,
    /// From one line of the body to the next, pt.
    pub leading_pt: f32,
    /// How body lines end.
    pub alignment: Alignment,
    /// How much the typesetter likes a line to end in the hyphen of a compound, 0..=1. Above 0 a short text has
    /// many of these, which is good for tests and a bad habit in a book.
    pub compound_hyphens: f32,
}

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alignment {
    /// At the right margin; words are split where that spaces the lines better.
    Justified,
    /// Where the words do; no word is split, but compounds part at their hyphens.
    Ragged,
}

impl PageFormat {
    /// A small octavo, 5.5 × 8.5 in at 300 dpi: 1650 × 2550 px, some 330 words a page.
    #[must_use]
    pub fn octavo() -> Self {
        Self {
            dpi: 300,
            width_pt: 396.0,
            height_pt: 612.0,
            inner_pt: 52.0,
            outer_pt: 60.0,
            top_pt: 70.0,
            bottom_pt: 70.0,
            body_pt: 9.7,
            leading_pt: 14.3,
            alignment: Alignment::Justified,
            compound_hyphens: 0.0,
        }
    }

    /// The same at another resolution.
    #[must_use]
    pub fn at_dpi(self, dpi: u32) -> Self {
        Self { dpi, ..self }
    }

    /// The same with lines that end as `alignment` says.
    #[must_use]
    pub fn aligned(self, alignment: Alignment) -> Self {
        Self { alignment, ..self }
    }

    /// The same with lines that end in the hyphens of compounds more often; see
    /// [`compound_hyphens`](Self::compound_hyphens).
    #[must_use]
    pub fn seeking_compound_hyphens(self, compound_hyphens: f32) -> Self {
        Self { compound_hyphens, ..self }
    }

    /// `pt` points in pixels.
    #[must_use]
    pub fn px(&self, pt: f32) -> f32 {
        pt * self.dpi as f32 / 72.0
    }

    /// The width of a line, px.
    pub(crate) fn measure(&self) -> f32 {
        self.px(self.width_pt - self.inner_pt - self.outer_pt)
    }

    /// The left end of the lines, px: pages with odd numbers have their spine at the left.
    pub(crate) fn left(&self, recto: bool) -> f32 {
        self.px(if recto { self.inner_pt } else { self.outer_pt })
    }

    /// Between the text and the footnotes, px. Contains the rule.
    pub(crate) fn note_gap(&self) -> f32 {
        self.px(self.leading_pt)
    }

    pub(crate) fn body_font(&self) -> Font {
        self.font_of(FontStyle::Roman, 1.0, self.leading_pt)
    }

    pub(crate) fn quote_font(&self) -> Font {
        self.font_of(FontStyle::Roman, 0.92, self.leading_pt * 0.94)
    }

    pub(crate) fn note_font(&self) -> Font {
        self.font_of(FontStyle::Roman, 0.82, self.leading_pt * 0.8)
    }

    pub(crate) fn caption_font(&self) -> Font {
        self.font_of(FontStyle::Italic, 0.88, self.leading_pt * 0.88)
    }

    pub(crate) fn head_font(&self) -> Font {
        self.capitals(0.8, 0.1)
    }

    pub(crate) fn chapter_font(&self) -> Font {
        self.capitals(1.15, 0.14)
    }

    pub(crate) fn chapter_title_font(&self) -> Font {
        self.font_of(FontStyle::Italic, 1.35, self.leading_pt * 1.4)
    }

    pub(crate) fn section_font(&self) -> Font {
        self.font_of(FontStyle::Bold, 1.0, self.leading_pt)
    }

    pub(crate) fn title_font(&self) -> Font {
        self.capitals(2.3, 0.06).with_style(FontStyle::Bold)
    }

    /// Letterspaced capitals; `tracking` in em.
    fn capitals(&self, size: f32, tracking: f32) -> Font {
        let plain = self.font_of(FontStyle::Roman, size, self.leading_pt * size.max(1.0) * 1.15);
        Font { tracking: plain.em * tracking, ..plain }
    }

    fn font_of(&self, style: FontStyle, size: f32, leading_pt: f32) -> Font {
        Font { style, em: self.px(self.body_pt * size), leading: self.px(leading_pt), tracking: 0.0, lowered: 0.0 }
    }
}
