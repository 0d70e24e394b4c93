//! The `vocabulary` stage: evidence from the words of the whole book about those of each page.

mod assumed_language;
mod checkup;
mod counts;
mod dictionary;
mod evidence;
mod misreading;
mod run_together;
mod spelling;
mod stage;
#[cfg(test)]
pub(crate) mod test_pages;
mod tokens;

pub use counts::MIN_CERTAIN_CONFIDENCE;
pub use dictionary::{Dictionary, DictionaryError, debian_package, installed_dictionaries};
pub use misreading::{Variant, near_variants, visit_far_variants};
pub use shelf_pages::{Commonness, PageVocabulary, Vocabulary, WordEvidence, word_key};
pub use spelling::{is_numeral, is_odd, other_spellings, parts_of};
pub use stage::{vocabulary, vocabulary_of};
pub use tokens::{PageTokens, ParagraphTokens, Token, tokens_of};
