use schemars::JsonSchema;
use serde::Serialize;
use shelf_runtime::book::{Contributor, Identifier, Isbn};
use shelf_runtime::record::Hash;

use crate::{ExportBook, MissingPage};

/// A date for books whose date of scanning is unknown, so that the same book gives the same bytes.
const UNKNOWN_DATE: &str = "1970-01-01T00:00:00Z";

/// What is known of a book, as exports state it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentMetadata {
    /// The book's id in the library.
    pub id: String,
    /// The title; the id if none is known.
    pub title: String,
    /// The author or authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The year of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// The ISBN, digits only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isbn: Option<String>,
    /// The place of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// The edition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The series that the book belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The shelfmark of the scanned copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shelfmark: Option<String>,
    /// Rights in the book or the scans.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// Identifiers other than the ISBN.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Editors, translators and others, with their roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contributors: Vec<Contributor>,
    /// Languages as BCP 47 tags; `und` if none is known.
    pub languages: Vec<String>,
    /// The files that the scans come from.
    pub source_files: Vec<String>,
    /// When the book was added, RFC 3339; none if that is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<String>,
    /// Identifies the book: the same for every export of it.
    pub uuid: String,
    /// Scans in the book.
    pub total_pages: u32,
    /// Pages that failed or were not processed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<MissingPage>,
    /// What made the document.
    pub generator: String,
}

impl DocumentMetadata {
    /// The date of a file of the book, where one is required.
    pub(crate) fn date(&self) -> &str {
        self.added.as_deref().unwrap_or(UNKNOWN_DATE)
    }

    /// The metadata of a book.
    #[must_use]
    pub fn of(book: &ExportBook) -> Self {
        let known = book.metadata();
        let text =
            |field: &Option<String>| field.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let isbn = known.isbn.as_deref().and_then(|isbn| isbn.parse::<Isbn>().ok()).map(|isbn| isbn.to_string());
        let languages = if known.language.is_empty() { vec!["und".to_owned()] } else { known.language.clone() };
        Self {
            id: book.id().to_string(),
            title: text(&known.title).unwrap_or_else(|| book.id().to_string()),
            author: text(&known.author),
            publisher: text(&known.publisher),
            year: known.year,
            isbn,
            place: text(&known.place),
            volume: text(&known.volume),
            edition: text(&known.edition),
            series: text(&known.series),
            shelfmark: text(&known.shelfmark),
            rights: text(&known.rights),
            identifiers: known.identifiers.clone(),
            contributors: known.contributors.clone(),
            languages,
            source_files: known.source_files.clone(),
            added: known.scan_date.as_deref().and_then(seconds_utc),
            uuid: uuid(book.id().as_str(), &known.source_files),
            total_pages: known.total_pages,
            missing: book.missing().to_vec(),
            generator: concat!("shelf ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    /// The first language.
    #[must_use]
    pub fn language(&self) -> &str {
        self.languages.first().map_or("und", String::as_str)
    }

    /// Says which pages are missing; `None` if the export is complete.
    #[must_use]
    pub fn missing_notice(&self) -> Option<String> {
        let pages: Vec<String> = self.missing.iter().map(|missing| missing.page.to_string()).collect();
        match pages.as_slice() {
            [] => None,
            [page] => Some(format!("This export is incomplete: page {page} of the scans is missing.")),
            pages => Some(format!("This export is incomplete: pages {} of the scans are missing.", pages.join(", "))),
        }
    }
}

/// `2026-11-28T13:45:00Z` of a time that is RFC 3339 in UTC, without fractions of a second.
fn seconds_utc(time: &str) -> Option<String> {
    let seconds = time.get(..19)?;
    let is_utc = time.ends_with('Z') || time.ends_with("+00:00");
    let shape: String = seconds.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    (is_utc && shape == "0000-00-00T00:00:00").then(|| format!("{seconds}Z"))
}

/// A UUID of version 8 (RFC 9562) from what identifies the book.
fn uuid(id: &str, source_files: &[String]) -> String {
    let hash = Hash::of(format!("{id}\n{}", source_files.join("\n")).as_bytes());
    let digits = hash.as_str();
    let variant = ["8", "9", "a", "b"][usize::from_str_radix(&digits[16..17], 16).unwrap_or(0) % 4];
    format!("{}-{}-8{}-{variant}{}-{}", &digits[..8], &digits[8..12], &digits[13..16], &digits[17..20], &digits[20..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_is_fixed_and_well_formed() {
        let one = uuid("florida", &["florida.pdf".to_owned()]);
        assert_eq!(one, uuid("florida", &["florida.pdf".to_owned()]));
        assert_ne!(one, uuid("florida", &[]));
        let groups: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert!(one.split('-').nth(2).unwrap().starts_with('8'));
    }

    #[test]
    fn times_are_cut_to_seconds() {
        assert_eq!(seconds_utc("2026-11-28T13:45:00.123Z").as_deref(), Some("2026-11-28T13:45:00Z"));
        assert_eq!(seconds_utc("2025-10-02"), None);
        assert_eq!(seconds_utc("yesterday, about noon, Z"), None);
    }
}
