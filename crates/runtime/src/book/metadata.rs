use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use shelf_macros::page;

use super::{Contributor, Identifier, Inferred, lenient};

/// The metadata of a book: `<scan-id>/metadata.json`.
///
/// The pages of a stage that takes this parameter become stale when any field changes.
#[page(crate = crate)]
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BookMetadata {
    /// The title; derived from the file's name until a better one is known.
    #[serde(default)]
    pub title: Option<String>,
    /// The author or authors, as on the title page.
    #[serde(default)]
    pub author: Option<String>,
    /// Year of publication.
    #[serde(default)]
    pub year: Option<i32>,
    /// Publisher.
    #[serde(default)]
    pub publisher: Option<String>,
    /// ISBN, as printed.
    #[serde(default)]
    pub isbn: Option<String>,
    /// Place of publication.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Volume, as it is called: `2`, `II`, `Part 3`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub volume: Option<String>,
    /// Edition, as printed: `Second edition, revised`.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub edition: Option<String>,
    /// The series that the book belongs to.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Where the scanned copy is kept: the shelfmark of the library.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub shelfmark: Option<String>,
    /// Rights in the book or the scans: a statement, or the address of one.
    #[serde(default, deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    /// Identifiers other than the ISBN.
    #[serde(default, deserialize_with = "lenient::identifiers", skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Editors, translators and others, with their roles.
    #[serde(default, deserialize_with = "lenient::contributors", skip_serializing_if = "Vec::is_empty")]
    pub contributors: Vec<Contributor>,
    /// What kind of book: `biography`, `history`, …
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
    /// Languages as BCP 47 tags, most important first.
    #[serde(default)]
    pub language: Vec<String>,
    /// Scans in the book.
    #[garde(range(min = 1))]
    pub total_pages: u32,
    /// When the book was added, ISO 8601.
    #[serde(default)]
    pub scan_date: Option<String>,
    /// The files it was added from.
    #[serde(default)]
    pub source_files: Vec<String>,
    /// Resolution at which PDF pages that are not scans were rendered, dots per inch.
    #[serde(default)]
    pub extraction_dpi: Option<u32>,
    /// Always `registered`.
    #[serde(default)]
    pub status: Option<String>,
    /// Confidence in the title and other bibliographic fields, 0..=1.
    #[serde(default)]
    #[garde(range(min = 0.0, max = 1.0))]
    pub metadata_extraction_confidence: Option<f64>,
    /// Fields that were inferred, with the inferred value: as long as a field still has it, a better value may replace it.
    #[serde(rename = "presumed", default, skip_serializing_if = "Inferred::is_empty")]
    pub inferred: Inferred,
    /// The checksum that shelf wrote, by which `verify` knows whether the file was edited. Only the file has it.
    #[serde(default, skip_serializing)]
    #[schemars(skip)]
    pub checksum: IgnoredAny,
    /// Fields of other programs; written back unchanged.
    #[serde(flatten)]
    #[schemars(skip)]
    pub others: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_are_not_set_are_not_written() {
        let written = serde_json::to_value(BookMetadata { total_pages: 1, ..BookMetadata::default() }).unwrap();
        for field in ["place", "volume", "edition", "series", "shelfmark", "rights", "identifiers", "contributors"] {
            assert_eq!(written.get(field), None, "the hash of older metadata must not change");
        }
    }

    #[test]
    fn catalogue_fields_of_other_programs_are_read_in_their_forms() {
        let read = |value: Value| serde_json::from_value::<BookMetadata>(value).unwrap();
        let found = read(json!({
            "total_pages": 1, "volume": 3, "place": null, "genre": "novel",
            "contributors": ["Anna Smith (translator)", { "name": "B. Jones", "role": "ill" }, { "person": 7 }],
            "identifiers": ["oclc:12", "12", { "scheme": "doi", "value": "10.1/2" }],
        }));
        assert_eq!((found.volume.as_deref(), found.place), (Some("3"), None));
        let contributors: Vec<String> = found.contributors.iter().map(ToString::to_string).collect();
        assert_eq!(contributors, ["Anna Smith (translator)", "B. Jones (illustrator)", "{\"person\":7} (contributor)"]);
        let identifiers: Vec<String> = found.identifiers.iter().map(ToString::to_string).collect();
        assert_eq!(identifiers, ["oclc:12", "12", "doi:10.1/2"]);
        assert_eq!(found.others["genre"], "novel");
        assert_eq!(read(json!({ "total_pages": 1, "contributors": "Anna" })).contributors.len(), 1);
    }
}
