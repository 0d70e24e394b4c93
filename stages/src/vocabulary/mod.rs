//! The `vocabulary` stage: evidence from the words of the whole book about those of each page.

mod assumed_language;
mod confusions;
mod counts;
mod dictionary;
mod doctor;
mod evidence;
mod installed_dictionary;
mod segmentation;
mod spelling;
mod stage;
#[cfg(test)]
pub(crate) mod test_pages;
mod tokens;

use confusions::variants_of_one_letter;
pub use confusions::{Variant, misreading_cost, near_variants, visit_far_variants};
pub use counts::MIN_CERTAIN_CONFIDENCE;
pub use dictionary::{Dictionary, DictionaryError, debian_package, installed_dictionaries};
pub use installed_dictionary::InstalledDictionary;
pub use shelf_pages::{Commonness, PageVocabulary, Vocabulary, WordEvidence, word_key};
pub use spelling::{is_numeral, is_stray_symbol, spelling_variants, split_token};
pub use stage::{vocabulary, vocabulary_of};
pub use tokens::{PageTokens, ParagraphTokens, Token, tokens_of};
