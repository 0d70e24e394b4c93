use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BookMetadata;

/// Metadata of a book that were inferred from its file's name or its first pages, not set by the user.
///
/// [`BookMetadata::inferred`] holds the inferred values that were filled in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Inferred {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The author or authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Year of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// ISBN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isbn: Option<String>,
    /// What kind of book.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

impl Inferred {
    /// Whether nothing is inferred.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl BookMetadata {
    /// Fills in `found` values for fields that are empty or still have an inferred value. Values that the user has set stay.
    pub fn infer(&mut self, found: Inferred) {
        let inferred = &mut self.inferred;
        fill(&mut self.title, &mut inferred.title, found.title);
        fill(&mut self.author, &mut inferred.author, found.author);
        fill(&mut self.year, &mut inferred.year, found.year);
        fill(&mut self.publisher, &mut inferred.publisher, found.publisher);
        fill(&mut self.isbn, &mut inferred.isbn, found.isbn);
        fill(&mut self.kind, &mut inferred.kind, found.kind);
    }
}

fn fill<T: Clone + PartialEq>(field: &mut Option<T>, inferred: &mut Option<T>, found: Option<T>) {
    let said_by_nobody = field.is_none() || field == inferred;
    if found.is_some() && said_by_nobody {
        field.clone_from(&found);
        *inferred = found;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titled(title: &str) -> Inferred {
        Inferred { title: Some(title.to_owned()), ..Inferred::default() }
    }

    fn after(metadata: &BookMetadata, found: &Inferred) -> BookMetadata {
        let mut metadata = metadata.clone();
        metadata.infer(found.clone());
        metadata
    }

    #[test]
    fn an_empty_field_is_filled_and_filling_it_again_changes_nothing() {
        let once = after(&BookMetadata::default(), &titled("Emma"));
        assert_eq!((once.title.as_deref(), once.inferred.title.as_deref()), (Some("Emma"), Some("Emma")));
        assert_eq!(after(&once, &titled("Emma")), once);
        assert_eq!(after(&once, &Inferred::default()), once);
    }

    #[test]
    fn found_values_replace_inferred_ones_only() {
        let inferred = after(&BookMetadata::default(), &titled("Emma 300dpi"));
        assert_eq!(after(&inferred, &titled("Emma")).title.as_deref(), Some("Emma"));
        let said = BookMetadata { title: Some("Emma, a Novel".to_owned()), ..inferred };
        assert_eq!(after(&said, &titled("Emma")), said);
    }

    #[test]
    fn it_is_kept_with_the_book_as_far_as_there_is_any() {
        let written = |metadata: &BookMetadata| serde_json::to_value(metadata).unwrap();
        assert_eq!(written(&BookMetadata::default()).get("presumed"), None);
        let metadata = after(&BookMetadata::default(), &titled("Emma"));
        assert_eq!(written(&metadata)["presumed"], serde_json::json!({ "title": "Emma" }));
        assert_eq!(serde_json::from_value::<BookMetadata>(written(&metadata)).unwrap(), metadata);
    }
}
