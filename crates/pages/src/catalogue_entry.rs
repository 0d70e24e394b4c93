use std::ops::RangeInclusive;

use shelf_runtime::book::{Inferred, Isbn};
use shelf_runtime::page;

use super::BookType;

/// The catalogue entry of a book, made from its first pages: `catalogue/book.json`.
///
/// Each field has its own confidence: the year may be beyond doubt while the author is a guess. Only fields with at least
/// [`MIN_CONFIDENCE`] are filled into the book's metadata, whose single confidence is that of the least certain field filled in.
#[page]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CatalogueEntry {
    /// The title, including a subtitle printed below it.
    pub title: Option<CatalogueField<String>>,
    /// The author or authors, without honorifics and offices.
    pub author: Option<CatalogueField<String>>,
    /// Year of publication.
    #[garde(custom(is_printed_year))]
    pub year: Option<CatalogueField<i32>>,
    /// Publisher.
    pub publisher: Option<CatalogueField<String>>,
    /// ISBN with a correct check digit.
    pub isbn: Option<CatalogueField<Isbn>>,
    /// The genre: a judgement, not printed on any page.
    #[serde(rename = "type")]
    pub kind: Option<CatalogueField<BookType>>,
}

/// A field of a catalogue entry.
#[page]
#[derive(Debug, Clone, PartialEq)]
#[schemars(rename = "Found_for_{T}")]
pub struct CatalogueField<T> {
    /// The value.
    pub value: T,
    /// The scan on which it is printed; none if it is not printed anywhere.
    #[garde(range(min = 1))]
    pub page: Option<u32>,
    /// Confidence in the value, 0..=1.
    #[garde(range(min = 0.0, max = 1.0))]
    pub confidence: f64,
}

/// Fields with a lower confidence are not filled into the metadata, 0..=1.
pub const MIN_CONFIDENCE: f64 = 0.5;

/// The years accepted as years of publication.
pub const PRINTED_YEARS: RangeInclusive<i32> = 1450..=2100;

#[expect(clippy::ref_option, reason = "garde passes a reference to the field")]
fn is_printed_year<C>(year: &Option<CatalogueField<i32>>, _: &C) -> garde::Result {
    match year {
        Some(year) if !PRINTED_YEARS.contains(&year.value) => {
            let (first, last) = PRINTED_YEARS.into_inner();
            Err(garde::Error::new(format!("invalid year of publication {}: expected {first} to {last}", year.value)))
        }
        _ => Ok(()),
    }
}

impl<T> CatalogueField<T> {
    /// A value printed on `page`.
    pub fn on(page: u32, value: T, confidence: f64) -> Self {
        Self { value, page: Some(page), confidence }
    }

    /// The field with its value parsed as another type; `None` if it cannot be.
    pub fn and_then<U>(self, read: impl FnOnce(&T) -> Option<U>) -> Option<CatalogueField<U>> {
        Some(CatalogueField { value: read(&self.value)?, page: self.page, confidence: self.confidence })
    }

    fn is_confident(&self) -> bool {
        self.confidence >= MIN_CONFIDENCE
    }
}

impl CatalogueEntry {
    /// The fields that are certain enough to be filled into the book's metadata.
    #[must_use]
    pub fn sure(&self) -> Inferred {
        Inferred {
            title: sure(self.title.as_ref()),
            author: sure(self.author.as_ref()),
            year: sure(self.year.as_ref()),
            publisher: sure(self.publisher.as_ref()),
            isbn: sure(self.isbn.as_ref()).map(String::from),
            kind: sure(self.kind.as_ref()).map(|kind| kind.to_string()),
        }
    }

    /// The lowest confidence among the fields that were inferred from this entry, 0..=1; `None` if it took none.
    #[must_use]
    pub fn confidence_in(&self, inferred: &Inferred) -> Option<f64> {
        let sure = self.sure();
        let confidences = [
            confidence(self.title.as_ref(), sure.title == inferred.title),
            confidence(self.author.as_ref(), sure.author == inferred.author),
            confidence(self.year.as_ref(), sure.year == inferred.year),
            confidence(self.publisher.as_ref(), sure.publisher == inferred.publisher),
            confidence(self.isbn.as_ref(), sure.isbn == inferred.isbn),
            confidence(self.kind.as_ref(), sure.kind == inferred.kind),
        ];
        confidences.into_iter().flatten().reduce(f64::min)
    }

    /// The number of fields that have a value, and how many of them are certain enough for the metadata.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let sure = [
            self.title.as_ref().map(CatalogueField::is_confident),
            self.author.as_ref().map(CatalogueField::is_confident),
            self.year.as_ref().map(CatalogueField::is_confident),
            self.publisher.as_ref().map(CatalogueField::is_confident),
            self.isbn.as_ref().map(CatalogueField::is_confident),
            self.kind.as_ref().map(CatalogueField::is_confident),
        ];
        (sure.into_iter().flatten().count(), sure.into_iter().flatten().filter(|sure| *sure).count())
    }
}

fn sure<T: Clone>(found: Option<&CatalogueField<T>>) -> Option<T> {
    found.filter(|found| found.is_confident()).map(|found| found.value.clone())
}

fn confidence<T>(found: Option<&CatalogueField<T>>, is_inferred: bool) -> Option<f64> {
    found.filter(|found| is_inferred && found.is_confident()).map(|found| found.confidence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use garde::Validate;

    fn entry() -> CatalogueEntry {
        CatalogueEntry {
            title: Some(CatalogueField::on(3, "Colonial Florida".to_owned(), 0.9)),
            author: Some(CatalogueField::on(3, "Somebody".to_owned(), 0.49)),
            year: Some(CatalogueField::on(4, 1892, 0.5)),
            kind: Some(CatalogueField { value: BookType::History, page: None, confidence: 0.8 }),
            ..CatalogueEntry::default()
        }
    }

    #[test]
    fn only_confident_fields_are_filled_in() {
        let sure = entry().sure();
        assert_eq!((sure.title.as_deref(), sure.author, sure.year), (Some("Colonial Florida"), None, Some(1892)));
        assert_eq!(sure.kind.as_deref(), Some("history"));
        assert_eq!(entry().count(), (4, 3));
    }

    #[test]
    fn confidence_is_that_of_the_least_certain_field_filled_in() {
        let entry = entry();
        assert_eq!(entry.confidence_in(&entry.sure()), Some(0.5));
        assert_eq!(entry.confidence_in(&Inferred { year: None, ..entry.sure() }), Some(0.8));
        let from_the_file = Inferred { title: Some("Florida 20pp".to_owned()), ..Inferred::default() };
        assert_eq!(entry.confidence_in(&from_the_file), None);
    }

    #[test]
    fn impossible_values_are_rejected() {
        let problem = |entry: &CatalogueEntry| entry.validate().unwrap_err().to_string();
        assert!(entry().validate().is_ok());
        let year = CatalogueEntry { year: Some(CatalogueField::on(4, 189, 0.9)), ..entry() };
        assert!(problem(&year).starts_with("year: invalid year of publication 189: expected 1450 to 2100"));
        let page = CatalogueEntry { title: Some(CatalogueField::on(0, "A".to_owned(), 0.9)), ..entry() };
        assert!(problem(&page).starts_with("title.page: "), "{}", problem(&page));
        let isbn = serde_json::json!({ "isbn": { "value": "0-306-40615-3", "page": 4, "confidence": 1.0 } });
        let error = serde_json::from_value::<CatalogueEntry>(isbn).unwrap_err().to_string();
        assert!(error.contains("invalid ISBN \"0-306-40615-3\": the check digit is wrong"), "{error}");
    }
}
