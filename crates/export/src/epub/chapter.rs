use shelf_pages::HeadingKind;

/// A part of an EPUB that is a file of its own: a chapter, or what is before the first heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chapter {
    /// File name, `text_0001.xhtml`.
    pub(super) file: String,
    /// What its first heading opens; none before the first heading.
    pub(super) heading: Option<HeadingKind>,
}

impl Chapter {
    pub(super) fn new(number: usize, heading: Option<HeadingKind>) -> Self {
        Self { file: format!("text_{number:04}.xhtml"), heading }
    }

    /// The part of the book: `epub:type` of the body.
    pub(super) fn region(&self) -> &'static str {
        match self.heading {
            None | Some(HeadingKind::FrontMatter) => "frontmatter",
            Some(HeadingKind::BackMatter) => "backmatter",
            Some(HeadingKind::Part | HeadingKind::Chapter | HeadingKind::Section) => "bodymatter",
        }
    }

    /// `epub:type` and ARIA role of the section; none where the kind of front or back matter is unknown.
    pub(super) fn semantics(&self) -> Option<(&'static str, &'static str)> {
        match self.heading? {
            HeadingKind::Part => Some(("part", "doc-part")),
            HeadingKind::Chapter => Some(("chapter", "doc-chapter")),
            HeadingKind::FrontMatter | HeadingKind::BackMatter | HeadingKind::Section => None,
        }
    }
}

/// A heading in the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NavEntry {
    pub(super) level: u32,
    pub(super) label: String,
    /// File and anchor.
    pub(super) href: String,
}

/// Which pages are in the page list; the beginnings of the others are not marked as such, as the accessibility rules for EPUB demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListedPages {
    /// Those with a printed number.
    Numbered,
    /// All, since none has a printed number.
    All,
}

impl ListedPages {
    /// How a page is listed: by its printed number, or by that of its scan in brackets.
    pub(super) fn label(self, page: u32, printed: Option<&str>) -> Option<String> {
        match (self, printed) {
            (_, Some(printed)) => Some(printed.to_owned()),
            (Self::All, None) => Some(format!("[{page}]")),
            (Self::Numbered, None) => None,
        }
    }
}

/// A page in the page list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageEntry {
    pub(super) label: String,
    pub(super) href: String,
}
