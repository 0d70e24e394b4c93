use std::ops::RangeInclusive;

use shelf::book::Presumed;
use shelf::prelude::*;

use super::{BookType, Isbn};

/// What a book is, as far as its first pages say: `catalogue/book.json`.
///
/// Every field has a confidence of its own: a year may be beyond doubt where the author is a guess, and only what is sure goes into the book's
/// metadata. The metadata have one confidence, which is that of the least sure field that was filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct CatalogueEntry {
    /// The title, with the subtitle where one is printed under it.
    #[garde(dive)]
    pub title: Option<Found<String>>,
    /// The author or authors, without titles and offices.
    #[garde(dive)]
    pub author: Option<Found<String>>,
    /// Year of publication.
    #[garde(dive, custom(is_printed_year))]
    pub year: Option<Found<i32>>,
    /// Publisher.
    #[garde(dive)]
    pub publisher: Option<Found<String>>,
    /// ISBN, its check digit right.
    #[garde(dive)]
    pub isbn: Option<Found<Isbn>>,
    /// What kind of book it is; a judgement, which stands on no page.
    #[serde(rename = "type")]
    #[garde(dive)]
    pub kind: Option<Found<BookType>>,
}

/// Something that was found out about a book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Found<T> {
    /// What was found.
    #[garde(skip)]
    pub value: T,
    /// The scan that it stands on; none where it stands on none.
    #[garde(range(min = 1))]
    pub page: Option<u32>,
    /// How sure it is, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// What is less sure than this is not filled in, 0..=1.
pub const SURE: f64 = 0.5;

/// Books have been printed in these years.
pub const YEARS: RangeInclusive<i32> = 1450..=2100;

#[expect(clippy::ref_option, reason = "garde hands a field over as it is")]
fn is_printed_year<C>(year: &Option<Found<i32>>, _: &C) -> garde::Result {
    match year {
        Some(year) if !YEARS.contains(&year.value) => {
            let (first, last) = YEARS.into_inner();
            Err(garde::Error::new(format!("{} is no year of a printed book, expected {first} to {last}", year.value)))
        }
        _ => Ok(()),
    }
}

impl<T> Found<T> {
    /// What stands on this page.
    pub fn on(page: u32, value: T, confidence: f64) -> Self {
        Self { value, page: Some(page), confidence }
    }

    /// The same, read as something else; none where it is none.
    pub fn and_then<U>(self, read: impl FnOnce(&T) -> Option<U>) -> Option<Found<U>> {
        Some(Found { value: read(&self.value)?, page: self.page, confidence: self.confidence })
    }

    fn is_sure(&self) -> bool {
        self.confidence >= SURE
    }
}

impl CatalogueEntry {
    /// What is sure enough to be filled into the book's metadata.
    #[must_use]
    pub fn sure(&self) -> Presumed {
        Presumed {
            title: sure(self.title.as_ref()),
            author: sure(self.author.as_ref()),
            year: sure(self.year.as_ref()),
            publisher: sure(self.publisher.as_ref()),
            isbn: sure(self.isbn.as_ref()).map(String::from),
            kind: sure(self.kind.as_ref()).map(|kind| kind.to_string()),
        }
    }

    /// How sure the least sure field is that is presumed as it was found here, 0..=1; none where no field is.
    #[must_use]
    pub fn confidence_in(&self, presumed: &Presumed) -> Option<f64> {
        let sure = self.sure();
        let confidences = [
            confidence(self.title.as_ref(), sure.title == presumed.title),
            confidence(self.author.as_ref(), sure.author == presumed.author),
            confidence(self.year.as_ref(), sure.year == presumed.year),
            confidence(self.publisher.as_ref(), sure.publisher == presumed.publisher),
            confidence(self.isbn.as_ref(), sure.isbn == presumed.isbn),
            confidence(self.kind.as_ref(), sure.kind == presumed.kind),
        ];
        confidences.into_iter().flatten().reduce(f64::min)
    }

    /// How many fields there are, and how many of them are sure.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let sure = [
            self.title.as_ref().map(Found::is_sure),
            self.author.as_ref().map(Found::is_sure),
            self.year.as_ref().map(Found::is_sure),
            self.publisher.as_ref().map(Found::is_sure),
            self.isbn.as_ref().map(Found::is_sure),
            self.kind.as_ref().map(Found::is_sure),
        ];
        (sure.into_iter().flatten().count(), sure.into_iter().flatten().filter(|sure| *sure).count())
    }
}

fn sure<T: Clone>(found: Option<&Found<T>>) -> Option<T> {
    found.filter(|found| found.is_sure()).map(|found| found.value.clone())
}

fn confidence<T>(found: Option<&Found<T>>, is_presumed: bool) -> Option<f64> {
    found.filter(|found| is_presumed && found.is_sure()).map(|found| found.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> CatalogueEntry {
        CatalogueEntry {
            title: Some(Found::on(3, "Colonial Florida".to_owned(), 0.9)),
            author: Some(Found::on(3, "Somebody".to_owned(), 0.49)),
            year: Some(Found::on(4, 1892, 0.5)),
            kind: Some(Found { value: BookType::History, page: None, confidence: 0.8 }),
            ..CatalogueEntry::default()
        }
    }

    #[test]
    fn what_is_sure_is_presumed_and_nothing_else() {
        let sure = entry().sure();
        assert_eq!((sure.title.as_deref(), sure.author, sure.year), (Some("Colonial Florida"), None, Some(1892)));
        assert_eq!(sure.kind.as_deref(), Some("history"));
        assert_eq!(entry().count(), (4, 3));
    }

    #[test]
    fn the_confidence_is_that_of_the_least_sure_field_that_was_filled_in() {
        let entry = entry();
        assert_eq!(entry.confidence_in(&entry.sure()), Some(0.5));
        assert_eq!(entry.confidence_in(&Presumed { year: None, ..entry.sure() }), Some(0.8));
        let from_the_file = Presumed { title: Some("Florida 20pp".to_owned()), ..Presumed::default() };
        assert_eq!(entry.confidence_in(&from_the_file), None);
    }

    #[test]
    fn an_entry_that_cannot_be_is_refused() {
        let problem = |entry: &CatalogueEntry| entry.validate().unwrap_err().to_string();
        assert!(entry().validate().is_ok());
        let year = CatalogueEntry { year: Some(Found::on(4, 189, 0.9)), ..entry() };
        assert!(problem(&year).starts_with("year: 189 is no year of a printed book, expected 1450 to 2100"));
        let page = CatalogueEntry { title: Some(Found::on(0, "A".to_owned(), 0.9)), ..entry() };
        assert!(problem(&page).starts_with("title.page: "), "{}", problem(&page));
        let isbn = serde_json::json!({ "isbn": { "value": "0-306-40615-3", "page": 4, "confidence": 1.0 } });
        let error = serde_json::from_value::<CatalogueEntry>(isbn).unwrap_err().to_string();
        assert!(error.contains("the check digit of ISBN `0-306-40615-3` is wrong"), "{error}");
    }
}
