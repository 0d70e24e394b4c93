/// The languages of a book as BCP 47 tags, most important first; empty where nobody said.
///
/// A stage that takes this parameter is made again when the book's languages change, and for no other change of its metadata.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Languages(pub Vec<String>);
