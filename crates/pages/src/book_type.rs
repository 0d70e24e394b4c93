use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use shelf_runtime::page;

/// The genre of a book: a closed list, so that a library can be sorted by it.
#[page]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "doc comments on variants would change the JSON Schema; the names are the usual genres"
)]
pub enum BookType {
    Biography,
    Autobiography,
    History,
    Travel,
    Novel,
    Stories,
    Poetry,
    Drama,
    Essays,
    Letters,
    Religion,
    Philosophy,
    Politics,
    Law,
    Science,
    Technology,
    Art,
    Textbook,
    Reference,
    Children,
}

/// As written in the metadata: `biography`.
impl Display for BookType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
