use std::fmt::{self, Display, Formatter};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of book it is: a closed list, so that a library can be sorted by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "a variant's doc comment would change the schema; the names are those of shelves in a library"
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

/// As it stands in the metadata: `biography`.
impl Display for BookType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
