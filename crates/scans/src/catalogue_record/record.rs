use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use super::elements::{elements, root_of};
use super::{dublin_core, marcxml};
use shelf_runtime::book::{BookMetadata, Contributor, Identifier, Isbn};

/// A record of a library's catalogue.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CatalogueRecord {
    pub(crate) file: PathBuf,
    pub(crate) format: RecordFormat,
    /// What it says of the book; fields that it does not have are empty.
    known: BookMetadata,
}

/// What a record is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordFormat {
    DublinCore,
    Marcxml,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordError {
    /// The line, from 1.
    pub(crate) line: usize,
    pub(crate) problem: String,
}

impl RecordFormat {
    /// The format of a file; `None` if it is not a record.
    fn detect(text: &str) -> Option<Self> {
        let is_marc = text.contains("http://www.loc.gov/MARC21/slim");
        if !is_marc && !text.contains("http://purl.org/dc/") {
            return None;
        }
        match (root_of(text)?.as_str(), is_marc) {
            ("record" | "collection", true) => Some(Self::Marcxml),
            ("dc" | "metadata" | "record" | "qualifieddc" | "simpledc", false) => Some(Self::DublinCore),
            _ => None,
        }
    }
}

impl Display for RecordFormat {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DublinCore => "Dublin Core",
            Self::Marcxml => "MARCXML",
        })
    }
}

impl CatalogueRecord {
    /// Reads a record; `None` if the file is something else.
    pub(crate) fn read(file: &Path, bytes: &[u8]) -> Option<Result<Self, RecordError>> {
        let lossy = String::from_utf8_lossy(bytes);
        let format = RecordFormat::detect(&lossy)?;
        let Ok(text) = std::str::from_utf8(bytes) else {
            let line = 1 + lossy.chars().take_while(|c| *c != '\u{fffd}').filter(|c| *c == '\n').count();
            return Some(Err(RecordError { line, problem: "not UTF-8".to_owned() }));
        };
        let known = elements(text).and_then(|elements| match format {
            RecordFormat::DublinCore => dublin_core::read(&elements),
            RecordFormat::Marcxml => marcxml::read(&elements),
        });
        let known = known.and_then(|known| match known.check_limits() {
            Ok(()) => Ok(known),
            Err(error) => Err(RecordError { line: 1, problem: error.to_string() }),
        });
        let record = known.map(|known| Self { file: file.to_owned(), format, known });
        Some(record.and_then(|record| match record.fields().as_slice() {
            [] => Err(RecordError {
                line: 1,
                problem: format!("the record has none of the fields of {format} that describe a book"),
            }),
            _ => Ok(record),
        }))
    }

    /// The names of the fields that it has.
    pub(crate) fn fields(&self) -> Vec<&'static str> {
        let known = &self.known;
        let fields = [
            ("title", known.title.is_some()),
            ("author", known.author.is_some()),
            ("year", known.year.is_some()),
            ("publisher", known.publisher.is_some()),
            ("isbn", known.isbn.is_some()),
            ("language", !known.language.is_empty()),
            ("place", known.place.is_some()),
            ("volume", known.volume.is_some()),
            ("edition", known.edition.is_some()),
            ("series", known.series.is_some()),
            ("shelfmark", known.shelfmark.is_some()),
            ("rights", known.rights.is_some()),
            ("identifiers", !known.identifiers.is_empty()),
            ("contributors", !known.contributors.is_empty()),
        ];
        fields.into_iter().filter(|(_, is_known)| *is_known).map(|(name, _)| name).collect()
    }

    /// Fills in the fields that nobody has given.
    pub(crate) fn fill(&self, metadata: &mut BookMetadata) {
        let known = self.known.clone();
        let fill = |field: &mut Option<String>, value: Option<String>| *field = field.take().or(value);
        fill(&mut metadata.title, known.title);
        fill(&mut metadata.author, known.author);
        fill(&mut metadata.publisher, known.publisher);
        fill(&mut metadata.isbn, known.isbn);
        fill(&mut metadata.place, known.place);
        fill(&mut metadata.volume, known.volume);
        fill(&mut metadata.edition, known.edition);
        fill(&mut metadata.series, known.series);
        fill(&mut metadata.shelfmark, known.shelfmark);
        fill(&mut metadata.rights, known.rights);
        metadata.year = metadata.year.or(known.year);
        if metadata.language.is_empty() {
            metadata.language = known.language;
        }
        metadata.identifiers = known.identifiers;
        metadata.contributors = known.contributors;
    }
}

/// An ISBN such as `0-306-40615-2 (cloth)`.
pub(super) fn isbn(text: &str, line: usize) -> Result<String, RecordError> {
    let number = text.split(['(', ':']).next().unwrap_or_default().trim();
    let isbn: Result<Isbn, _> = number.parse();
    isbn.map(|isbn| isbn.to_string()).map_err(|error| RecordError { line, problem: error.to_string() })
}

/// An identifier of a known scheme.
pub(super) fn identifier(text: &str, line: usize) -> Result<Identifier, RecordError> {
    text.parse().map_err(|error: shelf_runtime::book::IdentifierError| RecordError { line, problem: error.to_string() })
}

/// A contributor; one whose role is unknown has a part all the same.
pub(super) fn contributor(name: &str, roles: &[&str]) -> Contributor {
    let role = roles.iter().find_map(|role| role.trim_end_matches(['.', ',']).parse().ok()).unwrap_or_default();
    Contributor { name: name.to_owned(), role }
}
