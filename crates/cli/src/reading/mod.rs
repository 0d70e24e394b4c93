//! A book as people read it: paragraphs with their lines joined, also across pages; headings, notes and quotations set apart;
//! running heads and page numbers left out.

mod page;
mod passage;
mod structured;
mod table_lines;
mod typeset;

pub(super) use page::ReadablePage;
pub(super) use passage::{Passage, passages};
pub(super) use structured::structured_passages;
pub(super) use typeset::Typesetter;
