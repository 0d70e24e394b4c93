use super::BookMetadata;

/// The languages of a book as BCP 47 tags, most important first; empty if unknown.
///
/// The pages of a stage that takes this parameter become stale when the book's languages change, but not when other metadata do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Languages(pub Vec<String>);

impl From<&BookMetadata> for Languages {
    fn from(metadata: &BookMetadata) -> Self {
        Self(metadata.language.clone())
    }
}
