use shelf::draw::Random;

/// How a book looks: everything that a printer decides.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "decisions that do not depend on each other")]
pub(super) struct Style {
    pub typeface: Typeface,
    /// Size of the type, pt: 10, 11 or 12.
    pub size_pt: u32,
    /// Width and height of the page, in.
    pub page_in: (f32, f32),
    pub folio: Folio,
    pub head: Head,
    pub chapter_number: ChapterNumber,
    pub title: Letters,
    pub has_sections: bool,
    pub opening: Opening,
    /// Whether paragraphs are indented; otherwise they are spaced.
    pub is_indented: bool,
    pub marks: NoteMarks,
    pub has_signature_marks: bool,
    pub is_in_two_columns: bool,
    /// Whether chapters begin on pages of their own.
    pub chapters_open_pages: bool,
}

/// A family of fonts: its name, as `fontspec` wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Typeface(pub &'static str);

/// Where the page number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folio {
    HeadOutside,
    HeadCentre,
    FootCentre,
    FootInBrackets,
    FootBetweenDashes,
    FootOutside,
}

/// What stands above the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    Nothing,
    BookOnEvenChapterOnOdd(Letters),
    Book(Letters),
    Chapter(Letters),
}

/// How a line is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    Capitals,
    SmallCapitals,
    Italic,
    Bold,
    Plain,
}

/// How a chapter is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChapterNumber {
    /// `CHAPTER X.`
    WordAndRoman,
    /// `X.`
    Roman,
    /// `Chapter 10`
    WordAndArabic,
    /// `X`, in a line with the title.
    RomanBeforeTitle,
    None,
}

/// How the first paragraph of a chapter begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Plain,
    DropCap,
    SmallCapitals,
    DropCapAndCapitals,
}

/// How notes are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoteMarks {
    Symbols,
    Numbers,
    NumbersInParentheses,
}

/// Typefaces of books that shelf may be tuned on.
const FOR_TUNING: [Typeface; 6] = [
    Typeface("Old Standard TT"),
    Typeface("Linux Libertine O"),
    Typeface("TeX Gyre Pagella"),
    Typeface("TeX Gyre Schola"),
    Typeface("Latin Modern Roman"),
    Typeface("Gentium"),
];

/// Typefaces of books that it is measured on.
const FOR_TESTING: [Typeface; 6] = [
    Typeface("EB Garamond"),
    Typeface("TeX Gyre Termes"),
    Typeface("TeX Gyre Bonum"),
    Typeface("GFS Didot"),
    Typeface("Charis SIL"),
    Typeface("Caladea"),
];

fn one_of<T: Copy>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len() as u32) as usize]
}

impl Style {
    /// The style of book `number` of either kind. Typefaces take turns; the rest comes from the seed.
    pub(super) fn new(random: &mut Random, number: usize, is_for_testing: bool) -> Self {
        use Letters::{Bold, Capitals, Italic, Plain, SmallCapitals};
        let typefaces = if is_for_testing { FOR_TESTING } else { FOR_TUNING };
        let folio = one_of(
            random,
            &[
                Folio::HeadOutside,
                Folio::HeadOutside,
                Folio::HeadOutside,
                Folio::HeadCentre,
                Folio::FootCentre,
                Folio::FootInBrackets,
                Folio::FootBetweenDashes,
                Folio::FootOutside,
            ],
        );
        let letters = one_of(random, &[Capitals, SmallCapitals, Italic, Plain]);
        let heads = [Head::BookOnEvenChapterOnOdd(letters), Head::Book(letters), Head::Chapter(letters), Head::Nothing];
        Self {
            typeface: typefaces[number % typefaces.len()],
            size_pt: random.between(10, 12),
            page_in: one_of(random, &[(5.0, 7.6), (5.5, 8.5), (6.0, 9.0)]),
            folio,
            head: if folio == Folio::HeadCentre { Head::Nothing } else { one_of(random, &heads) },
            chapter_number: one_of(
                random,
                &[
                    ChapterNumber::WordAndRoman,
                    ChapterNumber::WordAndRoman,
                    ChapterNumber::Roman,
                    ChapterNumber::WordAndArabic,
                    ChapterNumber::RomanBeforeTitle,
                    ChapterNumber::None,
                ],
            ),
            title: one_of(random, &[Capitals, SmallCapitals, Italic, Bold, Plain]),
            has_sections: random.below(2) == 0,
            opening: one_of(
                random,
                &[Opening::Plain, Opening::DropCap, Opening::SmallCapitals, Opening::DropCapAndCapitals],
            ),
            is_indented: random.below(5) > 0,
            marks: one_of(random, &[NoteMarks::Symbols, NoteMarks::Numbers, NoteMarks::NumbersInParentheses]),
            has_signature_marks: random.below(3) == 0,
            is_in_two_columns: random.below(6) == 0,
            chapters_open_pages: random.below(3) > 0,
        }
    }
}

impl Letters {
    /// TeX that sets `text`, which is TeX itself.
    pub(super) fn set(self, text: &str) -> String {
        match self {
            Self::Capitals => format!("\\MakeUppercase{{{text}}}"),
            Self::SmallCapitals => format!("\\smallcaps{{{text}}}"),
            Self::Italic => format!("\\textit{{{text}}}"),
            Self::Bold => format!("\\textbf{{{text}}}"),
            Self::Plain => text.to_owned(),
        }
    }
}
