use crate::placed_words::PlacedPage;

/// What is said of a book in a layout file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LayoutBook {
    /// The title.
    pub title: String,
    /// The author or authors.
    pub author: Option<String>,
    /// The publisher.
    pub publisher: Option<String>,
    /// Year of publication.
    pub year: Option<i32>,
    /// Languages as BCP 47 tags, most important first.
    pub languages: Vec<String>,
    /// What else is known of it, as elements of Dublin Core: contributors, identifiers, rights and more.
    pub further: Vec<(&'static str, String)>,
    /// Which pages are missing, if any are.
    pub notice: Option<String>,
    /// The date of the book, RFC 3339, so that an export of the same book has the same bytes.
    pub date: String,
    /// The program that made the file, with its version.
    pub producer: String,
}

/// A page in a layout file.
#[derive(Debug, Clone, Copy)]
pub struct LayoutPage<'p> {
    /// The number of the scan.
    pub number: u32,
    /// The file of the scan.
    pub scan: Option<&'p str>,
    /// Resolution of the scan, dots per inch.
    pub dpi: Option<f64>,
    /// The printed page number.
    pub printed_page_number: Option<&'p str>,
    /// The words.
    pub text: &'p PlacedPage,
}

impl LayoutPage<'_> {
    /// By how much its text is rotated on the scan, degrees counter-clockwise; `None` where it is upright.
    pub(super) fn text_angle(&self) -> Option<f64> {
        let orientation = self.text.orientation;
        let angle = (f64::from(orientation.rotation_degrees) + orientation.skew_degrees).rem_euclid(360.0);
        (!orientation.is_upright()).then_some((angle * 100.0).round() / 100.0)
    }
}
