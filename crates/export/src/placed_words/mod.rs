//! The final words of a page on the boxes of the words that OCR read: what a searchable PDF, hOCR and ALTO are made of.
//!
//! A correction changes words, joins and splits them, so the boxes of `ocr` are shared out anew: `align` finds which words of `ocr` a final
//! word was made from, and each box is divided between the words that were made from it.

mod align;
mod direction;
mod page;
mod place;
#[cfg(test)]
mod tests;

pub use page::{PlacedBlock, PlacedLine, PlacedPage, PlacedParagraph, PlacedWord, WordPart};
