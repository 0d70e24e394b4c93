//! The `structure` stage: the book as one document in reading order, which refers to the text of `merged`.
//!
//! A page becomes `Piece`s; rules find what is not text (`page_end`, `noise`), join and divide
//! paragraphs (`same_row`, `initials`, `paragraphs`, `joining`), and recognise `verse`, `table`s, `figures`, `notes` and `headings`. `BookBuilder` puts
//! the pages together; `outline` and `contents` compare the headings with the printed table of contents.

mod book_builder;
mod contents;
mod contents_page;
mod elements;
mod figures;
mod headings;
mod initials;
mod joined_by_person;
mod joining;
mod linked_notes;
mod misread_marks;
mod noise;
mod note_marks;
mod notes;
mod outline;
mod page_end;
mod page_pieces;
mod paragraphs;
mod piece;
mod same_row;
mod stage;
mod table;
#[cfg(test)]
mod test_book;
mod verse;

pub use shelf_pages::{
    ContentsEntry, Element, ElementContent, HeadingKind, LinesKind, NotePlace, OutlineEntry, PageAnchor, Passage, Span,
    Structure,
};
pub use stage::{StructureMetrics, structure};
